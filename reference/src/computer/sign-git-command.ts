import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeSync } from 'node:fs';
import { constants } from 'node:os';
import type { Command } from 'commander';
import { VaultwireError } from 'vaultwire';
import { askAgent } from './control.js';
import { homeAt } from './home.js';
import { armorSignature, summarizeSignature } from './openpgp-signature.js';

/** Largest object that Git may ask to sign, in bytes: what the phone's queues take, less what goes around it. */
const MAXIMUM_CONTENT = 128 * 1024;

interface SignCall {
  /** Where Git reads the progress of the signature. */
  readonly statusFileDescriptor: number | undefined;
  /** Whom Git wants the signature of: a user id, or the id of a key. */
  readonly userId: string;
}

/** `vaultwire sign-git`: what `vaultwire-sign-git` does. */
export function registerSignGit(program: Command): void {
  program
    .command('sign-git')
    .summary('sign commits and tags for Git, as vaultwire-sign-git does')
    .description(
      'Does what vaultwire-sign-git does, with the arguments that Git gives to gpg. Git runs its gpg.program without arguments of its own: there, name vaultwire-sign-git.',
    )
    .argument('[arguments...]', 'as of gpg')
    .allowUnknownOption()
    .action(async (parameters: readonly string[]) => {
      process.exitCode = await signGit(parameters);
    });
}

/**
 * Git's `gpg.program`: signatures come from the phone, everything else is gpg's. Arguments as Git gives them.
 * Resolves with the exit code.
 */
export async function signGit(parameters: readonly string[], home?: string): Promise<number> {
  const call = readSignCall(parameters);
  if (call === undefined) return passOn(parameters);
  const content = await readContent();
  const userId = call.userId === '' || isKeyId(call.userId) ? {} : { userId: call.userId };
  const { signature } = await askAgent(homeAt(home), { do: 'git-sign', content, ...userId });
  const packet = Uint8Array.from(Buffer.from(signature, 'base64'));
  const summary = summarizeSignature(packet);
  if (summary === undefined) {
    throw new VaultwireError('answer-unexpected', 'the phone: expected an OpenPGP signature packet of version 4');
  }
  const { publicKeyAlgorithm, hashAlgorithm, type, created, fingerprint } = summary;
  const hex = (value: number): string => value.toString(16).padStart(2, '0').toUpperCase();
  if (call.statusFileDescriptor !== undefined) {
    // Git takes a signature for made when it reads the second line, as gpg writes it (doc/DETAILS of GnuPG).
    writeSync(
      call.statusFileDescriptor,
      `[GNUPG:] BEGIN_SIGNING H${hashAlgorithm}\n` +
        `[GNUPG:] SIG_CREATED D ${publicKeyAlgorithm} ${hashAlgorithm} ${hex(type)} ${created} ${fingerprint}\n`,
    );
  }
  process.stdout.write(armorSignature(packet));
  return 0;
}

/** Undefined unless this is how Git asks for a detached signature: `--status-fd=2 -bsau <user id>`. */
export function readSignCall(parameters: readonly string[]): SignCall | undefined {
  let statusFileDescriptor: number | undefined;
  let userId: string | undefined;
  for (let index = 0; index < parameters.length; index++) {
    const parameter = parameters[index] ?? '';
    const status = /^--status-fd=(\d{1,4})$/.exec(parameter)?.[1];
    if (status !== undefined) statusFileDescriptor = Number(status);
    else if (parameter === '-bsau' && userId === undefined) userId = parameters[++index] ?? '';
    else return undefined;
  }
  return userId === undefined ? undefined : { statusFileDescriptor, userId };
}

/** A phone knows its keys by their user ids: the id of a key says nothing to it. */
const isKeyId = (text: string): boolean => /^(0x)?[0-9a-f]{8,64}!?$/i.test(text);

async function readContent(): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > MAXIMUM_CONTENT) {
      throw new VaultwireError('message-too-long', `the object to sign: expected at most ${MAXIMUM_CONTENT} bytes`);
    }
  }
  return Uint8Array.from(Buffer.concat(chunks));
}

/** Runs the real gpg, VAULTWIRE_GPG or the one on the PATH, in our place. */
async function passOn(parameters: readonly string[]): Promise<number> {
  const program = process.env['VAULTWIRE_GPG'] ?? 'gpg';
  const child = spawn(program, parameters, { stdio: 'inherit' });
  // A terminal's ctrl-C reaches gpg as well; what it does about it decides.
  const ignore = (): void => undefined;
  process.on('SIGINT', ignore);
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    return code ?? 128 + constants.signals[signal ?? 'SIGTERM'];
  } catch (cause) {
    throw new VaultwireError(
      'not-found',
      `${program}: cannot be run; VAULTWIRE_GPG says which gpg verifies signatures`,
      {
        cause,
      },
    );
  } finally {
    process.off('SIGINT', ignore);
  }
}
