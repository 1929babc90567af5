import { describe, expect, it } from 'vitest';
import { nobleSuite } from '../../src/crypto/noble.js';
import { nodeSuite } from '../../src/crypto/node.js';
import { rsaPrimitive as nodePrimitive } from '../../src/crypto/rsa-node.js';
import { rsaPrimitive as portablePrimitive } from '../../src/crypto/rsa-portable.js';
import { webcryptoSuite } from '../../src/crypto/webcrypto.js';
import known from '../fixtures/keychain/rsa.json' with { type: 'json' };
import { codeOf, flipped, hex, toHex } from './account/support.js';
import { describeRsa } from './rsa-contract.js';

for (const suite of [nodeSuite, webcryptoSuite, nobleSuite]) describeRsa(suite);

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
