import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { publishedMlKemKeys } from 'vaultwire/transmission/account';

const FINGERPRINTS = {
  100: ['ML-KEM-768', '268d81446347ce4d34d761a9658c482079394c6e52616e246678523654a57ec5'],
  107: ['ML-KEM-1024', '8a999e132577c4e38a6c1efc31951d3da8028d5038d8ba46690bf0de04c1687a'],
  124: ['ML-KEM-1024', '27cf17c1a9071abc1c13135697fa8ee363d2521ab5e3a98e20587c309cb72b13'],
  136: ['ML-KEM-1024', '97acab0a82e46d52217ffcb37f8a8b9adab698332b28d28f89ff1541b0bbd22a'],
};

describe('the published ML-KEM keys', () => {
  const keys = publishedMlKemKeys();

  it('are the four that deployments use', () => {
    const found = Object.fromEntries(
      Object.keys(FINGERPRINTS).map((id) => {
        const { publicKey } = keys.get(Number(id));
        return [id, [publicKey.parameterSet, createHash('sha256').update(publicKey.bytes).digest('hex')]];
      }),
    );
    expect(found).toEqual(FINGERPRINTS);
    expect([keys.defaultId, keys.custom]).toEqual([136, false]);
  });

  it('are imported once', () => {
    expect(keys.get(107)).toBe(keys.get(107));
    expect(publishedMlKemKeys().get(107)).not.toBe(keys.get(107));
  });

  it('have no other ids', () => {
    for (const id of [0, 7, 99, 101, 137, Number.NaN]) {
      expect(keys.has(id)).toBe(false);
      expect(() => keys.get(id)).toThrow(expect.objectContaining({ code: 'server-key-unknown' }));
    }
  });
});
