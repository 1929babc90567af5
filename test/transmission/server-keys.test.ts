import { describe, expect, test } from 'vitest';
import { nodeSuite } from '../../src/crypto/node.js';
import { customServerKey, publishedServerKeys } from '../../src/transmission/index.js';
import { encodeBase64Url } from '../../src/wire/base64.js';
import { refused } from '../support/refused.js';
import { SUITES } from '../support/suites.js';

describe('the published server keys', () => {
  test('are 7 to 18, none pinned, and each on the curve', async () => {
    const keys = publishedServerKeys();
    expect(keys.custom).toBe(false);
    expect(keys.defaultId).toBe(7);
    const points = new Set<string>();
    for (let id = 7; id <= 18; id++) {
      expect(keys.has(id)).toBe(true);
      const key = await keys.get(id);
      expect(key.id).toBe(id);
      points.add(encodeBase64Url(key.publicKey.bytes));
    }
    expect(points.size).toBe(12);
    expect([...points][0]).toMatch(/^BK9w6TZF/);
    expect([...points][11]).toMatch(/^BNhngQqT/);
  });

  test.each([0, 6, 19, 7.5, -7, Number.NaN])('have none of id %s', async (id) => {
    expect(publishedServerKeys().has(id)).toBe(false);
    await refused('server-key-unknown', () => publishedServerKeys().get(id));
  });

  test('are imported once, by the suite that was asked for', async () => {
    for (const suite of SUITES) {
      let imports = 0;
      const counting = {
        ...suite,
        importEcPublicKey: (point: Uint8Array) => {
          imports++;
          return suite.importEcPublicKey(point);
        },
      };
      const keys = publishedServerKeys({ suite: counting });
      expect(imports).toBe(0);
      const key = await keys.get(10);
      expect(await keys.get(10)).toBe(key);
      expect(imports).toBe(1);
    }
  });
});

describe('a custom server key', () => {
  const point = async (): Promise<Uint8Array> => (await nodeSuite.generateEcPrivateKey()).publicKey.bytes;

  test('is pinned, under its id alone', async () => {
    const publicKey = await point();
    const keys = customServerKey({ id: 42, publicKey });
    expect([keys.custom, keys.defaultId, keys.has(42), keys.has(7)]).toEqual([true, 42, true, false]);
    expect((await keys.get(42)).publicKey.bytes).toEqual(publicKey);
    await refused('server-key-unknown', () => keys.get(7));
  });

  test('is imported by the suite that was asked for', async () => {
    const failure = new Error('imported');
    const suite = { ...nodeSuite, importEcPublicKey: () => Promise.reject(failure) };
    const publicKey = await point();
    await expect(customServerKey({ id: 42, publicKey }, { suite }).get(42)).rejects.toBe(failure);
  });

  test('is copied', async () => {
    const publicKey = await point();
    const copy = new Uint8Array(publicKey);
    const keys = customServerKey({ id: 42, publicKey: copy });
    copy.fill(0);
    expect((await keys.get(42)).publicKey.bytes).toEqual(publicKey);
  });

  test.each([0, -1, 0.5, Number.NaN, 2 ** 53])('needs an id: %s', async (id) => {
    const publicKey = await point();
    await refused('argument-invalid', () => customServerKey({ id, publicKey }));
  });

  test('needs a point', async () => {
    await refused('length-invalid', () => customServerKey({ id: 1, publicKey: new Uint8Array(64) }));
    await refused('argument-invalid', () => customServerKey({ id: 1, publicKey: 'x' as unknown as Uint8Array }));
    await refused('point-invalid', () => customServerKey({ id: 1, publicKey: new Uint8Array(65) }).get(1));
  });
});
