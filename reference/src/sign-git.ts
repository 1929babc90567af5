#!/usr/bin/env node
// Git's gpg.program is one program without arguments of its own, and runs for every commit: apart from the command, so
// that it starts quickly.
import { isVaultwireError } from 'vaultwire';
import { signGit } from './computer/sign-git-command.js';

try {
  process.exitCode = await signGit(process.argv.slice(2));
} catch (error) {
  console.error(`vaultwire-sign-git: ${isVaultwireError(error) ? error.message : String(error)}`);
  process.exitCode = 1;
}
