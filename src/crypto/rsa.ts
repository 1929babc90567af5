import { bytesToNumberBE } from '@noble/curves/utils.js';
import { equalBytes, type Bytes } from '../wire/bytes.js';
import { VaultwireError } from '../wire/error.js';
import { decodeRsaPrivateKey } from '../wire/pkcs1.js';
import type { CryptoSuite } from './suite.js';

/**
 * The RSA private-key operation (RFC 8017, 5.1.2) without any padding, in one of two bodies: OpenSSL on Node, BigInt
 * elsewhere, as WebCrypto has none. What it returns must go through a check of padding that tells nobody its result.
 */
export interface RsaPrivateOperation {
  /** Length of the modulus in bytes. */
  readonly length: number;
  /**
   * @param ciphertext as long as the modulus and below it
   * @returns as many bytes
   */
  decrypt(ciphertext: Bytes): Bytes;
}

/** How a platform makes one. `randomBytes` is for blinding. */
export type RsaPrimitive = (der: Bytes, randomBytes: CryptoSuite['randomBytes']) => RsaPrivateOperation;

/** Shortest and longest modulus that is taken, in bytes. The field has 256. */
export const RSA_MODULUS_LENGTHS = [256, 512] as const;

/** @throws VaultwireError `key-invalid` for a modulus that is too short or too long, or an exponent that is none */
export function assertRsaPublicNumbers(modulus: Uint8Array, publicExponent: Uint8Array): void {
  const [shortest, longest] = RSA_MODULUS_LENGTHS;
  const isWholeBytes = ((modulus[0] ?? 0) & 0x80) !== 0;
  const isOdd = ((modulus.at(-1) ?? 0) & (publicExponent.at(-1) ?? 0) & 1) === 1;
  const isExponent = publicExponent.length <= 4 && !equalBytes(publicExponent, Uint8Array.of(1));
  if (modulus.length < shortest || modulus.length > longest || !isWholeBytes || !isOdd || !isExponent) {
    throw new VaultwireError('key-invalid', 'RSA key: expected a modulus of 2048 to 4096 bits and an odd exponent');
  }
}

/** An RSA private key of two primes (RFC 8017, 3.2) whose numbers fit one another. */
export interface RsaNumbers {
  /** Length of the modulus in bytes. */
  readonly length: number;
  readonly n: bigint;
  readonly e: bigint;
  readonly p: bigint;
  readonly q: bigint;
  readonly dp: bigint;
  readonly dq: bigint;
  readonly coefficient: bigint;
}

/**
 * Reads a private key and checks it whole, as platforms import numbers that do not belong together and then give wrong
 * results or a prime away.
 *
 * @throws VaultwireError `der-invalid`, `key-invalid`
 */
export function checkedPrivateNumbers(der: Bytes): RsaNumbers {
  const bytes = decodeRsaPrivateKey(der);
  assertRsaPublicNumbers(bytes.modulus, bytes.publicExponent);
  const n = bytesToNumberBE(bytes.modulus);
  const e = bytesToNumberBE(bytes.publicExponent);
  const d = bytesToNumberBE(bytes.privateExponent);
  const p = bytesToNumberBE(bytes.prime1);
  const q = bytesToNumberBE(bytes.prime2);
  const dp = bytesToNumberBE(bytes.exponent1);
  const dq = bytesToNumberBE(bytes.exponent2);
  const coefficient = bytesToNumberBE(bytes.coefficient);
  const fits =
    p > 2n &&
    q > 2n &&
    p * q === n &&
    dp < p &&
    dq < q &&
    coefficient < p &&
    (e * dp) % (p - 1n) === 1n &&
    (e * dq) % (q - 1n) === 1n &&
    (e * d) % (p - 1n) === 1n &&
    (e * d) % (q - 1n) === 1n &&
    (coefficient * q) % p === 1n;
  if (!fits) throwRsaKeyInvalid();
  return { length: bytes.modulus.length, n, e, p, q, dp, dq, coefficient };
}

export function throwRsaKeyInvalid(): never {
  throw new VaultwireError('key-invalid', 'RSA private key: expected numbers that fit one another');
}
