import { assertBytes } from '../wire/bytes.js';
import { VaultwireError } from '../wire/error.js';
import {
  AES_KEY_LENGTH,
  CBC_IV_LENGTH,
  GCM_NONCE_LENGTH,
  GCM_TAG_LENGTH,
  P256_PRIVATE_KEY_LENGTH,
  P256_PUBLIC_KEY_LENGTH,
  type Pbkdf2Hash,
} from './suite.js';

// What the suites check alike before a platform sees an argument, and the errors they turn its exceptions into.

// prettier-ignore
const GROUP_ORDER = [
  0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
  0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

/** Tells whether 32 bytes are a P-256 private scalar, 1..n-1, without a branch on their value. */
export function isScalar(bytes: Uint8Array): boolean {
  let borrow = 0;
  let bits = 0;
  for (let index = P256_PRIVATE_KEY_LENGTH - 1; index >= 0; index--) {
    const byte = bytes[index] ?? 0;
    bits |= byte;
    borrow = ((byte - (GROUP_ORDER[index] ?? 0) - borrow) >> 31) & 1;
  }
  return bits !== 0 && borrow === 1;
}

/**
 * Tells whether bytes have the form of an uncompressed point (SEC 1, 2.3.3): compressed and hybrid points and the
 * identity do not. Whether the point lies on the curve is another question.
 */
export function isUncompressed(point: Uint8Array): boolean {
  return point.length === P256_PUBLIC_KEY_LENGTH && point[0] === 0x04;
}

/** @throws VaultwireError `message-too-short` when there is no room for a nonce and a tag */
export function assertSealed(sealed: Uint8Array): void {
  assertBytes(sealed, 'AES-GCM message');
  if (sealed.length < GCM_NONCE_LENGTH + GCM_TAG_LENGTH) {
    throw new VaultwireError('message-too-short', 'AES-GCM message: expected at least 28 bytes');
  }
}

/** @throws VaultwireError `message-too-short`, `length-invalid` for what cannot hold an AES-256 key */
export function assertWrappedKey(wrapped: Uint8Array): void {
  assertSealed(wrapped);
  assertBytes(wrapped, 'wrapped key', GCM_NONCE_LENGTH + AES_KEY_LENGTH + GCM_TAG_LENGTH);
}

/** @throws VaultwireError `open-failed` for what cannot hold a block behind an initialization vector */
export function assertCbcSealed(sealed: Uint8Array): void {
  assertBytes(sealed, 'AES-CBC message');
  if (sealed.length < 2 * CBC_IV_LENGTH) throwCbcOpenFailed();
}

/** @throws VaultwireError `length-invalid` for another key or vector, or for what is no whole number of blocks */
export function assertCbcBlocks(key: Uint8Array, iv: Uint8Array, blocks: Uint8Array): void {
  assertBytes(key, 'AES key', AES_KEY_LENGTH);
  assertBytes(iv, 'initialization vector', CBC_IV_LENGTH);
  assertBytes(blocks, 'blocks');
  if (blocks.length % CBC_IV_LENGTH !== 0) {
    throw new VaultwireError('length-invalid', 'blocks: expected a whole number of 16 bytes');
  }
}

/** @throws VaultwireError `parameter-out-of-range` */
export function assertHkdf(info: Uint8Array, length: number): void {
  assertBytes(info, 'info');
  assertRange(info.length, 'length of info', 0, 1024);
  assertRange(length, 'length', 1, 8160);
}

/** @throws VaultwireError `argument-invalid` for another hash, `parameter-out-of-range` */
export function assertPbkdf2(hash: Pbkdf2Hash, iterations: number, length: number): void {
  if (!['SHA-256', 'SHA-512'].includes(hash)) {
    throw new VaultwireError('argument-invalid', 'hash: expected SHA-256 or SHA-512');
  }
  assertRange(iterations, 'iterations', 1, 0x7fffffff);
  assertRange(length, 'length', 1, 8160);
}

function assertRange(value: number, name: string, minimum: number, maximum: number): void {
  if (!Number.isInteger(value) || value < minimum || value > maximum) {
    throw new VaultwireError('parameter-out-of-range', `${name}: expected ${minimum} to ${maximum}`);
  }
}

export function throwGcmOpenFailed(): never {
  throw new VaultwireError('open-failed', 'AES-GCM message: expected one sealed under this key');
}

export function throwCbcOpenFailed(): never {
  throw new VaultwireError('open-failed', 'AES-CBC message: expected one sealed under this key');
}

export function throwPointInvalid(): never {
  throw new VaultwireError('point-invalid', 'public key: expected an uncompressed point on P-256');
}

export function throwKeyInvalid(): never {
  throw new VaultwireError('key-invalid', 'private key: expected a P-256 scalar that fits its public key');
}
