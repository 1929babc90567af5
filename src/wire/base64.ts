import { VaultwireError } from './error.js';
import { assertBytes, type Bytes } from './bytes.js';

/** The part of Node's Buffer that is used here when there is one; typed by hand because browsers have none. */
interface NodeBuffer {
  from(text: string, encoding: 'base64'): Uint8Array;
  from(buffer: ArrayBuffer): { write(text: string, encoding: 'base64'): number };
  from(buffer: ArrayBufferLike, offset: number, length: number): { toString(encoding: 'base64' | 'base64url'): string };
}

const nodeBuffer = (): NodeBuffer | undefined => (globalThis as { Buffer?: NodeBuffer }).Buffer;

/** Base64 with padding (RFC 4648, section 4). */
export function encodeBase64(bytes: Uint8Array): string {
  assertBytes(bytes, 'base64 input');
  const buffer = nodeBuffer();
  if (buffer) return buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  let binary = '';
  // String.fromCharCode takes its bytes as arguments, and engines limit how many there may be.
  for (let offset = 0; offset < bytes.length; offset += 0x2000) {
    binary += String.fromCharCode(...bytes.subarray(offset, offset + 0x2000));
  }
  return btoa(binary);
}

/** Base64url without padding (RFC 4648, section 5). */
export function encodeBase64Url(bytes: Uint8Array): string {
  return encodeBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

const ALPHABET_END_BITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/**
 * Bytes of a base64 text in either alphabet, with or without padding: answers on the wire come in all four forms.
 * Everything else is refused: other characters, white space, wrong padding, a length no encoder makes, and bits
 * after the last byte that are not zero.
 *
 * @param name what the text is called in the error message
 * @throws VaultwireError `base64-invalid`
 */
export function decodeBase64(text: string, name: string): Bytes {
  const body = text.endsWith('=') ? withoutPadding(text, name) : text;
  const tail = body.length % 4;
  // Buffer looks at the low byte of a character alone: U+0141 would pass for A.
  if (tail === 1 || /[\u0100-\uffff]/.test(body)) throw invalid(name);
  if (tail !== 0) {
    const last = body.charAt(body.length - 1);
    const bits = ALPHABET_END_BITS.indexOf(last === '-' ? '+' : last === '_' ? '/' : last);
    if (bits < 0 || (bits & (tail === 2 ? 0x0f : 0x03)) !== 0) throw invalid(name);
  }
  const owned = new Uint8Array((body.length * 3) >>> 2);
  if (decodeInto(owned, body, name) !== owned.length) throw invalid(name);
  return owned;
}

/** @returns how many bytes were written: Buffer skips what is not base64, so that a character too many shows here */
function decodeInto(owned: Bytes, body: string, name: string): number {
  const buffer = nodeBuffer();
  // A small array has no memory outside the engine's heap yet, and giving it some costs more than the copy.
  if (buffer && owned.length > SMALL) return buffer.from(owned.buffer).write(body, 'base64');
  const decoded = buffer ? buffer.from(body, 'base64') : decodeWithAtob(body, name);
  if (decoded.length <= owned.length) owned.set(decoded);
  return decoded.length;
}

const SMALL = 64;

function withoutPadding(text: string, name: string): string {
  if (text.length % 4 !== 0) throw invalid(name);
  return text.slice(0, text.endsWith('==') ? -2 : -1);
}

function decodeWithAtob(body: string, name: string): Uint8Array {
  // atob tolerates white space, which nobody on this wire sends.
  if (/[^\w+/-]/.test(body)) throw invalid(name);
  let binary: string;
  try {
    binary = atob(body.replaceAll('-', '+').replaceAll('_', '/'));
  } catch {
    throw invalid(name);
  }
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

const invalid = (name: string): VaultwireError =>
  new VaultwireError('base64-invalid', `${name}: expected base64 or base64url`);
