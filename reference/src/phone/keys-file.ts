import { createPrivateKey, randomBytes, type KeyObject } from 'node:crypto';
import { base64, literal, parse, pipe, strictObject, string, transform } from 'valibot';
import { VaultwireError } from 'vaultwire';
import { readPrivateFile, writePrivateFile } from '../private-file.js';

/** What a phone keeps under its passphrase. It never changes: what does is sealed under `stateKey`. */
export interface PhoneSecrets {
  readonly email: string;
  /** 16 random bytes that name this phone; its U2F key handles are bound to them. */
  readonly deviceIdentifier: Uint8Array;
  readonly sshKey: KeyObject;
  /** An OpenPGP private key as packets. */
  readonly pgpKey: Uint8Array;
  /** AES-256 key of the phone's other files, 32 bytes. */
  readonly stateKey: Uint8Array;
}

const bytes = pipe(
  string(),
  base64(),
  transform((text) => new Uint8Array(Buffer.from(text, 'base64'))),
);
const schema = strictObject({
  version: literal(1),
  email: string(),
  deviceIdentifier: bytes,
  sshKey: bytes,
  pgpKey: bytes,
  stateKey: bytes,
});

/** The work that each guess of the passphrase costs: scrypt with N = 2^18, as age has it by default. */
const WORK_FACTOR = 18;

export const newDeviceIdentifier = (): Uint8Array => new Uint8Array(randomBytes(16));
export const newStateKey = (): Uint8Array => new Uint8Array(randomBytes(32));

/**
 * Writes a phone's keys as a file of age (age-encryption.org/v1) under a passphrase, mode 0600, in one step.
 *
 * @param options.workFactor binary logarithm of scrypt's N, 18 by default
 * @throws VaultwireError `not-permitted` when there is such a file already, `argument-invalid` for no passphrase
 */
export async function createKeysFile(
  path: string,
  secrets: PhoneSecrets,
  passphrase: string,
  options: { readonly workFactor?: number } = {},
): Promise<void> {
  if (passphrase === '') throw new VaultwireError('argument-invalid', 'passphrase: expected one');
  if ((await readPrivateFile(path)) !== undefined) {
    throw new VaultwireError('not-permitted', `${path}: holds the keys of a phone already`);
  }
  const encode = (value: Uint8Array): string => Buffer.from(value).toString('base64');
  const document = JSON.stringify({
    version: 1,
    email: secrets.email,
    deviceIdentifier: encode(secrets.deviceIdentifier),
    sshKey: encode(secrets.sshKey.export({ type: 'pkcs8', format: 'der' })),
    pgpKey: encode(secrets.pgpKey),
    stateKey: encode(secrets.stateKey),
  });
  const { Encrypter } = await import('age-encryption');
  const encrypter = new Encrypter();
  encrypter.setPassphrase(passphrase);
  encrypter.setScryptWorkFactor(options.workFactor ?? WORK_FACTOR);
  await writePrivateFile(path, await encrypter.encrypt(document));
}

/**
 * Opens a phone's keys.
 *
 * @throws VaultwireError `not-found` without such a file, `open-failed` for another passphrase,
 *   `configuration-invalid` for a file that was cut off, changed or is none
 */
export async function openKeysFile(path: string, passphrase: string): Promise<PhoneSecrets> {
  const sealed = await readPrivateFile(path);
  if (sealed === undefined)
    throw new VaultwireError('not-found', `${path}: no phone; make one with vaultwire phone init`);
  const { Decrypter } = await import('age-encryption');
  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphrase);
  let document: string;
  try {
    document = await decrypter.decrypt(sealed, 'text');
  } catch (error) {
    // age tells a passphrase that opens nothing from a file that makes no sense, in words alone.
    if (error instanceof Error && error.message.includes('no identity matched')) {
      throw new VaultwireError('open-failed', `${path}: expected another passphrase`);
    }
    throw new VaultwireError('configuration-invalid', `${path}: damaged, or not a file of keys`);
  }
  try {
    const { email, deviceIdentifier, sshKey, pgpKey, stateKey } = parse(schema, JSON.parse(document));
    const key = createPrivateKey({ key: Buffer.from(sshKey), type: 'pkcs8', format: 'der' });
    return { email, deviceIdentifier, sshKey: key, pgpKey, stateKey };
  } catch {
    // Without the cause, which may quote a key.
    throw new VaultwireError('configuration-invalid', `${path}: holds no keys that this version understands`);
  }
}
