import { defaultSuite } from '#default-suite';
import type { CryptoSuite } from '../../crypto/suite.js';
import { assertBytes, concatBytes, copyBytes, equalBytes, type Bytes } from '../../wire/bytes.js';
import {
  DEFAULT_ITERATIONS,
  derivePasswordKey,
  SALT_LENGTH,
  type KdfOptions,
  type KdfParameters,
  type Password,
} from './kdf.js';
import { decodePasswordHeader, encodePasswordHeader, PASSWORD_HEADER_LENGTH } from './password-header.js';
import type { KdfCost } from './wrap.js';

// What a server keeps to check a master password (wire note: keychain):
// version(1) || iterations(3) || salt(16) || PBKDF2-HMAC-SHA-256(password, salt, iterations, 32).

/** Length of an authentication verifier in bytes. */
export const AUTH_VERIFIER_LENGTH = 52;

export interface AuthVerifierOptions extends KdfOptions {
  /** Default {@link DEFAULT_ITERATIONS}. */
  readonly iterations?: number;
}

/**
 * Makes an authentication verifier under a fresh salt: 52 bytes. Whoever has it can log in: it is as secret as the key.
 *
 * @throws VaultwireError `parameter-out-of-range`
 */
export async function makeAuthVerifier(password: Password, options: AuthVerifierOptions = {}): Promise<Bytes> {
  const { iterations = DEFAULT_ITERATIONS, suite = defaultSuite } = options;
  const salt = suite.randomBytes(SALT_LENGTH);
  const header = encodePasswordHeader({ salt, iterations });
  return concatBytes(header, await derivePasswordKey(password, { salt, iterations }, options));
}

/**
 * The salt and the count inside a verifier, which a server hands out before a login.
 *
 * @throws VaultwireError `length-invalid`, `header-invalid` for another version
 */
export function readAuthVerifier(verifier: Uint8Array): KdfParameters {
  assertBytes(verifier, 'authentication verifier', AUTH_VERIFIER_LENGTH);
  return decodePasswordHeader(verifier, 'authentication verifier');
}

/** Whether a check went well, and what it cost. */
export interface PasswordCheck {
  readonly matches: boolean;
  readonly kdf: KdfCost;
}

/**
 * Checks a password against a verifier, in a time that does not depend on how much of it is right.
 *
 * @throws VaultwireError `length-invalid`, `header-invalid`, `parameter-out-of-range` before any derivation
 */
export async function checkAuthVerifier(
  verifier: Uint8Array,
  password: Password,
  options: KdfOptions = {},
): Promise<PasswordCheck> {
  const parameters = readAuthVerifier(verifier);
  const expected = copyBytes(verifier.subarray(PASSWORD_HEADER_LENGTH));
  const key = await derivePasswordKey(password, parameters, options);
  const matches = equalBytes(key, expected);
  key.fill(0);
  return { matches, kdf: { algorithm: 'PBKDF2-HMAC-SHA-256', iterations: parameters.iterations } };
}

/**
 * Checks a login proof against a verifier, as a server does.
 *
 * @param proof 32 bytes
 * @throws VaultwireError `length-invalid`, `header-invalid`
 */
export async function checkLoginProof(
  verifier: Uint8Array,
  proof: Uint8Array,
  options: { readonly suite?: CryptoSuite } = {},
): Promise<boolean> {
  readAuthVerifier(verifier);
  assertBytes(proof, 'login proof', 32);
  const given = copyBytes(proof);
  const expected = await (options.suite ?? defaultSuite).sha256(verifier.slice(PASSWORD_HEADER_LENGTH));
  return equalBytes(expected, given);
}
