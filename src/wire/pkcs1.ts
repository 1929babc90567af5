import { concatBytes, copyBytes, equalBytes, type Bytes } from './bytes.js';
import { VaultwireError } from './error.js';

/*
 * RSA keys in PKCS#1 (RFC 8017, A.1): a SEQUENCE of INTEGERs and nothing else. As in der.ts, the numbers are taken from
 * where they seem to be, written again and compared, so that only the one DER encoding passes.
 */

/**
 * The numbers of an RSAPublicKey: modulus and public exponent, big-endian without leading zeros.
 *
 * @throws VaultwireError `der-invalid`
 */
export function decodeRsaPublicKey(der: Uint8Array): readonly [modulus: Bytes, publicExponent: Bytes] {
  const [modulus, publicExponent, ...more] = decodeIntegers(der, 'RSA public key');
  if (!modulus || !publicExponent || more.length > 0) throw invalid('RSA public key');
  return [modulus, publicExponent];
}

/** The numbers of an RSAPrivateKey of two primes, big-endian without leading zeros. */
export interface RsaPrivateKeyNumbers {
  readonly modulus: Bytes;
  readonly publicExponent: Bytes;
  readonly privateExponent: Bytes;
  readonly prime1: Bytes;
  readonly prime2: Bytes;
  readonly exponent1: Bytes;
  readonly exponent2: Bytes;
  readonly coefficient: Bytes;
}

/** @throws VaultwireError `der-invalid` */
export function decodeRsaPrivateKey(der: Uint8Array): RsaPrivateKeyNumbers {
  const numbers = decodeIntegers(der, 'RSA private key');
  const [version, modulus, publicExponent, privateExponent, prime1, prime2, exponent1, exponent2, coefficient] =
    numbers;
  if (
    numbers.length !== 9 ||
    !version ||
    !equalBytes(version, Uint8Array.of(0)) ||
    !modulus ||
    !publicExponent ||
    !privateExponent ||
    !prime1 ||
    !prime2 ||
    !exponent1 ||
    !exponent2 ||
    !coefficient
  ) {
    throw invalid('RSA private key');
  }
  return { modulus, publicExponent, privateExponent, prime1, prime2, exponent1, exponent2, coefficient };
}

/** An RSAPublicKey of its modulus and public exponent, big-endian. */
export function encodeRsaPublicKey(modulus: Uint8Array, publicExponent: Uint8Array): Bytes {
  return encodeIntegers([modulus, publicExponent]);
}

function decodeIntegers(der: Uint8Array, name: string): Bytes[] {
  const integers: Bytes[] = [];
  const [first, end] = contents(der, 0);
  let offset = first;
  while (offset < end) {
    const [start, next] = contents(der, offset);
    const digits = der.subarray(der[start] === 0 && next - start > 1 ? start + 1 : start, next);
    integers.push(copyBytes(digits));
    offset = next;
  }
  if (!equalBytes(der, encodeIntegers(integers))) throw invalid(name);
  return integers;
}

/** Where the contents of an element begin and end. What is not so shows when it is written again. */
function contents(der: Uint8Array, offset: number): [start: number, end: number] {
  const first = der[offset + 1] ?? 0;
  const bytes = first < 0x80 ? 0 : Math.min(first & 0x7f, 2);
  let length = first < 0x80 ? first : 0;
  for (let index = 0; index < bytes; index++) length = length * 256 + (der[offset + 2 + index] ?? 0);
  const start = offset + 2 + bytes;
  return [start, Math.min(start + length, der.length)];
}

function encodeIntegers(integers: readonly Uint8Array[]): Bytes {
  return element(0x30, ...integers.map((digits) => element(0x02, sign(digits), digits)));
}

const sign = (digits: Uint8Array): Uint8Array => new Uint8Array((digits[0] ?? 0x80) & 0x80 ? 1 : 0);

function element(tag: number, ...parts: readonly Uint8Array[]): Bytes {
  const body = concatBytes(...parts);
  const { length } = body;
  const header =
    length < 0x80 ? [tag, length] : length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >>> 8, length & 0xff];
  return concatBytes(Uint8Array.from(header), body);
}

const invalid = (name: string): VaultwireError =>
  new VaultwireError('der-invalid', `${name}: expected PKCS#1 DER of an RSA key`);
