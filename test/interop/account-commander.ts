import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { findPython, pythonEnvironment } from '../../vectors/generate/python.js';
import { hex, toHex } from '../keychain/account/support.js';

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** Python's refusal: what it raised, or the code that the server answered with. */
export class CommanderError extends Error {
  override readonly name = 'CommanderError';
}

/** A value that crosses over: bytes are hexadecimal, under what they are to be loaded as. */
type Crossing =
  | string
  | number
  | null
  | Partial<Record<'bytes' | 'ecPrivateKey' | 'ecPublicKey' | 'rsaPrivateKey' | 'rsaPublicKey', string>>
  | readonly Crossing[];

export const asBytes = (bytes: Uint8Array) => ({ bytes: toHex(bytes) });
export const asEcPrivateKey = (bytes: Uint8Array) => ({ ecPrivateKey: toHex(bytes) });
export const asEcPublicKey = (bytes: Uint8Array) => ({ ecPublicKey: toHex(bytes) });
export const asRsaPrivateKey = (bytes: Uint8Array) => ({ rsaPrivateKey: toHex(bytes) });
export const asRsaPublicKey = (bytes: Uint8Array) => ({ rsaPublicKey: toHex(bytes) });

/** A running Keeper Commander. */
export interface Commander {
  /** Has account_commander.py do something. Bytes in the answer are Uint8Arrays. @throws CommanderError */
  ask<Answer = unknown>(operation: string, options?: Readonly<Record<string, Crossing>>): Promise<Answer>;
  /** Calls a function of its modules `crypto` or `utils`. @throws CommanderError */
  call<Answer = Uint8Array>(name: string, ...parameters: readonly Crossing[]): Promise<Answer>;
  close(): Promise<void>;
}

/** The Python that has Keeper Commander, or why there is none. */
export async function commanderPython(): Promise<{ readonly python: string } | { readonly missing: string }> {
  // What its ML-KEM asks for.
  const python = findPython(11);
  if (python === undefined) return { missing: 'there is no Python 3.11 or later here' };
  try {
    return {
      python: await pythonEnvironment(python, {
        name: 'commander',
        requirements: here('account-requirements.txt'),
        installerOptions: ['--no-deps', '--retries', '1', '--timeout', '10'],
      }),
    };
  } catch {
    return { missing: 'its packages could not be installed' };
  }
}

/** Starts it. @param certificate PEM, all that it trusts */
export async function startCommander(python: string, certificate = ''): Promise<Commander> {
  const folder = await mkdtemp(join(tmpdir(), 'vaultwire-commander-'));
  const trusted = join(folder, 'trusted.pem');
  await writeFile(trusted, certificate);
  const child = spawn(python, ['-I', here('account_commander.py')], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder, KEEPER_SSL_CERT_FILE: trusted, NO_PROXY: '*' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  const ended = once(child, 'close');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();

  const ask: Commander['ask'] = async <Answer>(operation: string, options: object = {}): Promise<Answer> => {
    child.stdin.write(`${JSON.stringify({ operation, options })}\n`);
    const line = await lines.next();
    if (line.done === true) throw new Error(`Commander ended: ${complaints}`);
    const answer = JSON.parse(line.value, (_name, value: unknown) => fromHex(value)) as
      { readonly result: Answer } | { readonly error: string };
    if ('error' in answer) throw new CommanderError(answer.error);
    return answer.result;
  };
  return {
    ask,
    call: (name, ...parameters) => ask('call', { function: name, arguments: parameters }),
    close: async () => {
      child.stdin.end();
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function fromHex(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('bytes' in value)) return value;
  return typeof value.bytes === 'string' ? hex(value.bytes) : value;
}
