import { defaultSuite } from '#default-suite';
import { AES_KEY_LENGTH, CBC_IV_LENGTH, type KeyOptions } from '../../crypto/suite.js';
import { assertBytes, concatBytes, copyBytes, equalBytes, type Bytes } from '../../wire/bytes.js';
import { VaultwireError } from '../../wire/error.js';
import { digest } from '../digest.js';
import { importDataKey, type DataKey } from './data-key.js';
import {
  assertIterations,
  DEFAULT_ITERATIONS,
  derivePasswordKey,
  SALT_LENGTH,
  type KdfOptions,
  type KdfParameters,
  type Password,
} from './kdf.js';
import { decodePasswordHeader, encodePasswordHeader, PASSWORD_HEADER_LENGTH } from './password-header.js';
import type { OpenReport } from './wrap.js';

// An account's data key under its master password (wire note: keychain):
// version(1) || iterations(3) || salt(16) || iv(16) || AES-CBC without padding(PBKDF2 key, data key twice)(64).
// AES-CBC authenticates nothing. That both halves are equal catches a wrong password and most changes, no more: who has
// seen good parameters can still move their blocks about so that other halves are equal. The key is then one that nobody
// knows, which only a comparison with the key that was seen before shows.

/** Length of encryption parameters in bytes. */
export const ENCRYPTION_PARAMS_LENGTH = 100;

export interface MakeEncryptionParamsOptions extends KdfOptions {
  /** Default {@link DEFAULT_ITERATIONS}. */
  readonly iterations?: number;
}

/**
 * Wraps a data key under a master password, with a fresh salt: 100 bytes.
 *
 * @throws VaultwireError `parameter-out-of-range`, `key-not-extractable`
 */
export async function makeEncryptionParams(
  dataKey: DataKey,
  password: Password,
  options: MakeEncryptionParamsOptions = {},
): Promise<Bytes> {
  const { iterations = DEFAULT_ITERATIONS, suite = defaultSuite } = options;
  const salt = suite.randomBytes(SALT_LENGTH);
  const iv = suite.randomBytes(CBC_IV_LENGTH);
  const header = encodePasswordHeader({ salt, iterations });
  const key = await derivePasswordKey(password, { salt, iterations }, options);
  const bytes = await dataKey.exportSecretBytes();
  const twice = concatBytes(bytes, bytes);
  const sealed = await suite.encryptCbcBlocks(key, iv, twice);
  for (const used of [key, bytes, twice]) used.fill(0);
  return concatBytes(header, iv, sealed);
}

/**
 * The salt and the count inside encryption parameters.
 *
 * @throws VaultwireError `length-invalid`, `header-invalid` for another version
 */
export function readEncryptionParams(encryptionParams: Uint8Array): KdfParameters {
  assertBytes(encryptionParams, 'encryption parameters', ENCRYPTION_PARAMS_LENGTH);
  return decodePasswordHeader(encryptionParams, 'encryption parameters');
}

/** A data key that opened, and how. */
export interface OpenedDataKey {
  readonly dataKey: DataKey;
  readonly report: OpenReport<'password' | 'device' | 'alternate'>;
  /** A commitment to the data key for a ledger, when it was opened with `digests`. */
  readonly digest: string | undefined;
}

export interface OpenDataKeyDigestOptions {
  /** Make the commitment that a ledger compares. Default false. */
  readonly digests?: boolean;
}

/**
 * Opens encryption parameters with the master password.
 *
 * @throws VaultwireError `length-invalid`, `header-invalid`, `parameter-out-of-range` before any derivation,
 *   `open-failed` when the halves differ or cannot differ: the password is another, or the bytes were changed or forged
 */
export async function openEncryptionParams(
  encryptionParams: Uint8Array,
  password: Password,
  options: KdfOptions & KeyOptions & OpenDataKeyDigestOptions = {},
): Promise<OpenedDataKey> {
  const { suite = defaultSuite, extractable = false, digests = false } = options;
  const parameters = readEncryptionParams(encryptionParams);
  assertIterations(parameters.iterations, options);
  const sealed = copyBytes(encryptionParams.subarray(PASSWORD_HEADER_LENGTH));
  const key = await derivePasswordKey(password, parameters, options);
  const twice = await suite.decryptCbcBlocks(key, sealed.subarray(0, CBC_IV_LENGTH), sealed.subarray(CBC_IV_LENGTH));
  key.fill(0);
  const isEqual = equalBytes(twice.subarray(0, AES_KEY_LENGTH), twice.subarray(AES_KEY_LENGTH));
  if (!isEqual || repeatsItself(sealed)) {
    twice.fill(0);
    throw new VaultwireError('open-failed', 'encryption parameters: expected ones made with this password');
  }
  const bytes = twice.subarray(0, AES_KEY_LENGTH);
  const dataKey = await importDataKey(bytes, { suite, extractable });
  const commitment = digests ? await digest(bytes, suite) : undefined;
  twice.fill(0);
  const kdf = { algorithm: 'PBKDF2-HMAC-SHA-256', iterations: parameters.iterations } as const;
  return { dataKey, report: { wrap: 'password', authenticated: false, kdf }, digest: commitment };
}

/**
 * Whether the halves are equal under every key: whoever lets the second half of the ciphertext repeat the first, and the
 * vector its last block, needs no password for that. Of halves that are equal, one pair of equal blocks shows it: honest
 * ones are that by chance once in 2^128.
 */
function repeatsItself(sealed: Uint8Array): boolean {
  const block = (index: number): Uint8Array => sealed.subarray(index * CBC_IV_LENGTH, (index + 1) * CBC_IV_LENGTH);
  return equalBytes(block(0), block(2));
}
