#!/usr/bin/env node
import { createRequire } from 'node:module';
import { Command, CommanderError } from 'commander';
import { isVaultwireError } from 'vaultwire';
import { registerComputer } from './computer/index.js';
import { registerPhone } from './phone/command.js';
import { registerRelay } from './relay.js';
import { registerServe } from './serve.js';
import { registerTour } from './tour.js';
import { registerVectors } from './vectors.js';

/** What a person who started the command is told when the system refuses something. */
const SYSTEM_ERRORS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EADDRINUSE: 'the address is in use: choose another --port, or 0 for a free one',
  EADDRNOTAVAIL: 'no such address on this machine',
  ECONNREFUSED: 'nobody answers there',
  ECONNRESET: 'the other end hung up',
  EHOSTUNREACH: 'no way to get there',
  EISDIR: 'a folder, not a file',
  ENOENT: 'no such file or folder',
  ENOTDIR: 'not a folder',
  ENOTFOUND: 'no such host',
  ETIMEDOUT: 'no answer in time',
};

function createProgram(): Command {
  const { version } = createRequire(import.meta.url)('../package.json') as { version: string };
  const program = new Command('vaultwire')
    .description('The wire protocols of the Keeper vault, to run and to test against.')
    .version(version)
    .showHelpAfterError('(vaultwire --help says more)')
    .exitOverride();
  registerServe(program);
  registerComputer(program);
  registerPhone(program);
  registerRelay(program);
  registerTour(program);
  registerVectors(program);
  return program;
}

/** The exit code: 0, 1 for what failed, 2 for a command line that makes no sense. */
async function run(): Promise<number> {
  try {
    await createProgram().parseAsync();
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    console.error(`vaultwire: ${describe(error)}`);
    return 1;
  }
}

function describe(error: unknown): string {
  if (isVaultwireError(error)) return error.message;
  if (!(error instanceof Error)) return String(error);
  const { code, path, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number };
  const words = code === undefined ? undefined : (SYSTEM_ERRORS[code] ?? openSslReason(code, error));
  // What nobody expected is shown whole, for whoever has to find it.
  if (words === undefined) return error.stack ?? error.message;
  const place = path ?? (address === undefined ? undefined : `${address}${port === undefined ? '' : `:${port}`}`);
  return place === undefined ? words : `${place}: ${words}`;
}

const openSslReason = (code: string, error: Error): string | undefined =>
  code.startsWith('ERR_OSSL') || code.startsWith('ERR_TLS') ? `TLS certificate or key: ${error.message}` : undefined;

process.exitCode = await run();
