import { invert, pow } from '@noble/curves/abstract/modular.js';
import { bytesToNumberBE, numberToBytesBE } from '@noble/curves/utils.js';
import { copyBytes } from '../wire/bytes.js';
import { checkedPrivateNumbers, throwRsaKeyInvalid, type RsaPrimitive } from './rsa.js';

/** Bytes that an exponent is blinded with. */
const EXPONENT_BLINDING_LENGTH = 8;

/**
 * What `#rsa` resolves to outside Node: BigInt, whose arithmetic is not constant in time. Both the message and the
 * exponents are blinded, so that what it takes says nothing of either; the result is checked against the public key, so
 * that a fault in one half of the computation gives no prime away.
 */
export const rsaPrimitive: RsaPrimitive = (der, randomBytes) => {
  const { length, n, e, p, q, dp, dq, coefficient } = checkedPrivateNumbers(der);

  const random = (bytes: number): bigint => bytesToNumberBE(copyBytes(randomBytes(bytes)));
  const blindedPower = (base: bigint, exponent: bigint, prime: bigint): bigint =>
    pow(base % prime, exponent + random(EXPONENT_BLINDING_LENGTH) * (prime - 1n), prime);

  const operate = (ciphertext: bigint): bigint => {
    const blind = (random(length) % (n - 2n)) + 2n;
    const blinded = (ciphertext * pow(blind, e, n)) % n;
    const m1 = blindedPower(blinded, dp, p);
    const m2 = blindedPower(blinded, dq, q);
    // Garner's formula; the sum keeps the difference above zero.
    const h = (coefficient * (m1 + p - (m2 % p))) % p;
    const message = m2 + h * q;
    if (pow(message, e, n) !== blinded) throwRsaKeyInvalid();
    return (message * invert(blind, n)) % n;
  };

  return {
    length,
    decrypt: (ciphertext) => copyBytes(numberToBytesBE(operate(bytesToNumberBE(ciphertext)), length)),
  };
};
