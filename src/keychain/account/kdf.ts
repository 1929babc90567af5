import { defaultSuite } from '#default-suite';
import type { CryptoSuite } from '../../crypto/suite.js';
import { assertBytes, concatBytes, copyBytes, encodeUtf8, type Bytes } from '../../wire/bytes.js';
import { VaultwireError } from '../../wire/error.js';
import type { KdfCost } from './wrap.js';

// The derivations of a master password (wire note: keychain). Iteration counts come from the server: one too low gives
// the password away to whoever sees the result, one too high stops the client, so both are refused before any work.

/** What current deployments use, and what is used here where the caller names no count. */
export const DEFAULT_ITERATIONS = 1_000_000;
/** Fewest PBKDF2 iterations that are taken by default. */
export const MINIMUM_ITERATIONS = 100_000;
/** Most PBKDF2 iterations that are taken by default: some ten times what deployments use. */
export const MAXIMUM_ITERATIONS = 10_000_000;
/** Length in bytes of the salt of every derivation from a password. */
export const SALT_LENGTH = 16;

export interface KdfOptions {
  /** Default {@link MINIMUM_ITERATIONS}. */
  readonly minimumIterations?: number;
  /** Default {@link MAXIMUM_ITERATIONS}. */
  readonly maximumIterations?: number;
  readonly suite?: CryptoSuite;
}

/** A password as typed, which becomes UTF-8, or its bytes. */
export type Password = string | Uint8Array;

/** The salt and the count that belong to a derivation, as the server hands them out. */
export interface KdfParameters {
  /** 16 bytes. */
  readonly salt: Uint8Array;
  readonly iterations: number;
}

/**
 * Checks an iteration count.
 *
 * @throws VaultwireError `parameter-out-of-range`
 */
export function assertIterations(iterations: number, options: KdfOptions = {}): void {
  const { minimumIterations = MINIMUM_ITERATIONS, maximumIterations = MAXIMUM_ITERATIONS } = options;
  if (!Number.isInteger(iterations) || !(iterations >= minimumIterations && iterations <= maximumIterations)) {
    const range = `${minimumIterations} to ${maximumIterations}`;
    throw new VaultwireError('parameter-out-of-range', `iterations: expected ${range}`);
  }
}

/**
 * PBKDF2-HMAC-SHA-256 of a password, 32 bytes: under it lie encryption parameters, and it is what an authentication
 * verifier holds.
 *
 * @throws VaultwireError `parameter-out-of-range` before any derivation, `length-invalid` for a salt of other than 16 bytes
 */
export async function derivePasswordKey(
  password: Password,
  { salt, iterations }: KdfParameters,
  options: KdfOptions = {},
): Promise<Bytes> {
  assertIterations(iterations, options);
  assertBytes(salt, 'salt', SALT_LENGTH);
  const secret = passwordBytes(password);
  const key = await (options.suite ?? defaultSuite).pbkdf2('SHA-256', secret, copyBytes(salt), iterations, 32);
  secret.fill(0);
  return key;
}

/** A login proof, and what it cost. */
export interface LoginProof {
  /** 32 bytes: what the wire calls the authentication hash. */
  readonly proof: Bytes;
  readonly kdf: KdfCost;
}

/**
 * The login proof of a master password: SHA-256 of its PBKDF2 key.
 *
 * @throws VaultwireError `parameter-out-of-range`, `length-invalid`
 */
export async function deriveLoginProof(
  password: Password,
  parameters: KdfParameters,
  options: KdfOptions = {},
): Promise<LoginProof> {
  const { iterations } = parameters;
  const key = await derivePasswordKey(password, parameters, options);
  const proof = await (options.suite ?? defaultSuite).sha256(key);
  key.fill(0);
  return { proof, kdf: { algorithm: 'PBKDF2-HMAC-SHA-256', iterations } };
}

/** A key of the domain-separated derivation, and what it cost. */
export interface DomainKey {
  /** 32 bytes. */
  readonly bytes: Bytes;
  readonly kdf: KdfCost;
}

/**
 * The domain-separated derivation (v2): HMAC-SHA-256, keyed by PBKDF2-HMAC-SHA-512 of the domain and the password in one
 * row (64 bytes), of the domain. Keys of different domains say nothing of one another.
 *
 * @param domain what the key is for; not empty
 * @throws VaultwireError `parameter-out-of-range` before any derivation, `length-invalid`, `argument-invalid`
 */
export async function deriveDomainKey(
  domain: string,
  password: Password,
  { salt, iterations }: KdfParameters,
  options: KdfOptions = {},
): Promise<DomainKey> {
  assertIterations(iterations, options);
  assertBytes(salt, 'salt', SALT_LENGTH);
  if (domain === '') throw new VaultwireError('argument-invalid', 'domain: expected a text that is not empty');
  const suite = options.suite ?? defaultSuite;
  const label = encodeUtf8(domain);
  const bytes = passwordBytes(password);
  const secret = concatBytes(label, bytes);
  const derived = await suite.pbkdf2('SHA-512', secret, copyBytes(salt), iterations, 64);
  const key = await suite.hmacSha256(derived, label);
  for (const used of [bytes, secret, derived]) used.fill(0);
  return { bytes: key, kdf: { algorithm: 'PBKDF2-HMAC-SHA-512', iterations } };
}

function passwordBytes(password: Password): Bytes {
  if (typeof password === 'string') return encodeUtf8(password);
  assertBytes(password, 'password');
  return copyBytes(password);
}
