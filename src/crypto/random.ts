import { assertBytes, copyBytes, type Bytes } from '../wire/bytes.js';
import { VaultwireError } from '../wire/error.js';
import { isScalar } from './checks.js';
import { P256_PRIVATE_KEY_LENGTH, type SealingSuite } from './suite.js';

/** What getRandomValues fills in one call (Web Cryptography API, 10.1.1). */
const QUOTA = 65536;

/** Random bytes where there is a global `crypto`: in browsers, in workers and on Node. */
export function webRandomBytes(length: number): Bytes {
  const bytes = new Uint8Array(length);
  for (let offset = 0; offset < length; offset += QUOTA) {
    crypto.getRandomValues(bytes.subarray(offset, offset + QUOTA));
  }
  return bytes;
}

/** Draws from a suite's generator. A replaced one that returns too little must not end up as a nonce of zeros. */
export function draw(suite: Pick<SealingSuite, 'randomBytes'>, length: number): Bytes {
  const bytes = suite.randomBytes(length);
  assertBytes(bytes, 'randomBytes', length);
  return bytes;
}

/** One candidate in 2^32 is refused: a generator that fails this often is none. */
const MAXIMUM_CANDIDATES = 16;

/**
 * Draws a P-256 private scalar: 32-byte candidates until one lies in 1..n-1 (FIPS 186-5, A.2.2). Every suite draws
 * like this, so that equal random bytes make equal keys everywhere.
 *
 * @throws VaultwireError `argument-invalid` for a generator that keeps returning what is no scalar
 */
export function drawScalar(suite: Pick<SealingSuite, 'randomBytes'>): Bytes {
  for (let count = 0; count < MAXIMUM_CANDIDATES; count++) {
    const candidate = copyBytes(draw(suite, P256_PRIVATE_KEY_LENGTH));
    if (isScalar(candidate)) return candidate;
  }
  throw new VaultwireError('argument-invalid', 'randomBytes: expected random bytes');
}
