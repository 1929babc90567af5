import type { Command } from 'commander';
import { registerAgent } from './agent.js';
import { registerPair } from './pair.js';
import { registerPublicKey } from './public-key.js';
import { registerSignGit } from './sign-git-command.js';
import { registerSshProxy } from './ssh-proxy.js';
import { registerUnpair } from './unpair.js';

/** The commands of a computer whose keys are on a phone. */
export function registerComputer(program: Command): void {
  registerPair(program);
  registerAgent(program);
  registerPublicKey(program);
  registerUnpair(program);
  registerSshProxy(program);
  registerSignGit(program);
}
