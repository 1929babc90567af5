import { VaultwireError } from './error.js';

/** What this library returns: bytes over a plain ArrayBuffer, owned by the caller. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** Copies a caller's buffer, so that nothing the caller does later can change what is sealed, signed or checked. */
export function copyBytes(bytes: Uint8Array): Bytes {
  const copy = new Uint8Array(bytes.length);
  copy.set(bytes);
  return copy;
}

/** Joins byte strings into one new array. */
export function concatBytes(...parts: readonly Uint8Array[]): Bytes {
  let length = 0;
  for (const part of parts) length += part.length;
  const joined = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/**
 * Compares two byte strings in a time that depends on their lengths alone, as far as JavaScript allows.
 * Use it for whatever an attacker could learn by guessing byte after byte.
 */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let index = 0; index < a.length; index++) difference |= (a[index] ?? 0) ^ (b[index] ?? 0);
  return difference === 0;
}

/**
 * Checks that a value from the caller is a byte array, and its length when one is given.
 *
 * @param name what the value is called in the error message
 * @param length expected length in bytes
 * @throws VaultwireError `argument-invalid` when it is not a Uint8Array, `length-invalid` when its length is another
 */
export function assertBytes(value: unknown, name: string, length?: number): asserts value is Uint8Array {
  // instanceof alone would miss a Uint8Array from another realm (an iframe, a test runner's sandbox), and asking an
  // object for its tag alone is slow.
  if (
    !ArrayBuffer.isView(value) ||
    !(value instanceof Uint8Array || Object.prototype.toString.call(value) === '[object Uint8Array]')
  ) {
    throw new VaultwireError('argument-invalid', `${name}: expected a Uint8Array`);
  }
  if (length !== undefined && value.byteLength !== length) {
    throw new VaultwireError('length-invalid', `${name}: expected ${length} bytes, found ${value.byteLength}`);
  }
}

/** UTF-8 bytes of a string. Lone surrogates become U+FFFD (WHATWG Encoding). */
export function encodeUtf8(text: string): Bytes {
  return new TextEncoder().encode(text);
}

/**
 * Text of UTF-8 bytes, refusing every malformed sequence, overlong forms included. A byte order mark is kept.
 *
 * @param name what the bytes are called in the error message
 * @throws VaultwireError `utf8-invalid`
 */
export function decodeUtf8(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new VaultwireError('utf8-invalid', `${name}: expected valid UTF-8`);
  }
}
