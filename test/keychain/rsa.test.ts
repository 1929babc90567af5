import { invert } from '@noble/curves/abstract/modular.js';
import { describe, expect, it } from 'vitest';
import { nobleSuite } from '../../src/crypto/noble.js';
import { nodeSuite } from '../../src/crypto/node.js';
import { rsaPrimitive as nodePrimitive } from '../../src/crypto/rsa-node.js';
import { rsaPrimitive as portablePrimitive } from '../../src/crypto/rsa-portable.js';
import { webcryptoSuite } from '../../src/crypto/webcrypto.js';
import { concatBytes } from '../../src/wire/bytes.js';
import { decodeRsaPrivateKey } from '../../src/wire/pkcs1.js';
import known from '../fixtures/keychain/rsa.json' with { type: 'json' };
import { codeOf, flipped, hex, toHex } from './account/support.js';
import { describeRsa } from './rsa-contract.js';

for (const suite of [nodeSuite, webcryptoSuite, nobleSuite]) describeRsa(suite);

const toNumber = (bytes: Uint8Array): bigint => BigInt(`0x${toHex(bytes)}`);

/** A key whose first prime is a product of two numbers, and whose other numbers fit it. */
function keyOfComposite(): Uint8Array<ArrayBuffer> {
  const [e, q] = [65537n, toNumber(decodeRsaPrivateKey(hex(known.privateKey)).prime2)];
  for (let factor = (1n << 511n) + 1n; ; factor += 2n) {
    const p = ((1n << 512n) + 75n) * (factor + (1n << 510n));
    try {
      const numbers = [
        p * q,
        e,
        invert(e, (p - 1n) * (q - 1n)),
        p,
        q,
        invert(e, p - 1n),
        invert(e, q - 1n),
        invert(q, p),
      ];
      return sequenceOf([0n, ...numbers]);
    } catch {
      // They have a factor in common.
    }
  }
}

/** DER of integers. */
function sequenceOf(numbers: readonly bigint[]): Uint8Array<ArrayBuffer> {
  const element = (tag: number, content: Uint8Array): Uint8Array<ArrayBuffer> =>
    concatBytes(
      content.length < 128
        ? Uint8Array.of(tag, content.length)
        : content.length < 256
          ? Uint8Array.of(tag, 0x81, content.length)
          : Uint8Array.of(tag, 0x82, content.length >> 8, content.length & 0xff),
      content,
    );
  const integer = (value: bigint): Uint8Array => {
    const digits = value.toString(16);
    const even = digits.length % 2 === 0 ? digits : `0${digits}`;
    return element(2, hex(parseInt(even.slice(0, 2), 16) > 0x7f ? `00${even}` : even));
  };
  return element(0x30, concatBytes(...numbers.map(integer)));
}

describe('the private-key operation', () => {
  const der = hex(known.privateKey);
  const bodies = { node: nodePrimitive, portable: portablePrimitive };
  const random = nodeSuite.randomBytes.bind(nodeSuite);

  it('is the same in both bodies', () => {
    const texts = [known.wrapped, ...known.invalid.map(([, text]) => text!), '00'.repeat(255) + '01', '00'.repeat(256)];
    for (const text of texts) {
      const [one, other] = [nodePrimitive, portablePrimitive].map((make) => make(der, random).decrypt(hex(text)));
      expect(toHex(one!)).toBe(toHex(other!));
    }
  });

  it.each(Object.entries(bodies))('refuses numbers that do not fit: %s', async (_name, make) => {
    expect(await codeOf(() => make(flipped(der, -1), random))).toBe('key-invalid');
    expect(await codeOf(() => make(flipped(der, 200), random))).toBe('key-invalid');
  });

  it('gives no result where one half of the computation went wrong, as a prime would follow from it', async () => {
    // All numbers fit, but for a prime that is none.
    const key = portablePrimitive(keyOfComposite(), random);
    expect(await codeOf(() => key.decrypt(hex('00' + '5a'.repeat(255))))).toBe('key-invalid');
  });

  it('is blinded afresh each time where it is not constant in time', () => {
    const draws: string[] = [];
    const drawing = (length: number) => {
      const bytes = random(length);
      draws.push(toHex(bytes));
      return bytes;
    };
    const key = portablePrimitive(der, drawing);
    draws.length = 0;
    for (let round = 0; round < 2; round++) key.decrypt(hex(known.wrapped));
    // The message, and the exponent of each prime.
    expect(draws.map((text) => text.length / 2)).toEqual([256, 8, 8, 256, 8, 8]);
    expect(new Set(draws).size).toBe(6);
  });
});
