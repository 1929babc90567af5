import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CryptoSuite } from '../../src/crypto/suite.js';
import { generateTeamKey, importDataKey } from '../../src/keychain/account/index.js';
import { generateFolderKey, generateRecordKey } from '../../src/keychain/keys.js';
import * as rsa from '../../src/keychain/rsa.js';
import { concatBytes } from '../../src/wire/bytes.js';
import { decodeRsaPrivateKey, decodeRsaPublicKey, encodeRsaPublicKey } from '../../src/wire/pkcs1.js';
import account from '../fixtures/keychain/account.json' with { type: 'json' };
import known from '../fixtures/keychain/rsa.json' with { type: 'json' };
import { codeOf, flipped, hex, toHex } from './account/support.js';

// What holds on every platform. The keys and ciphertexts were made by Python's cryptography.

export function describeRsa(suite: CryptoSuite): void {
  describe(`legacy RSA over ${suite.name}`, () => {
    const user = () => rsa.importRsaPrivateKey(hex(known.privateKey), { suite });
    const publicKey = hex(known.publicKey);

    it('opens as known', async () => {
      expect(toHex(await (await user()).unwrapKeyBytes(hex(known.wrapped)))).toBe(known.key);
    });

    it('pads a short ciphertext with zeros on the left', async () => {
      expect(known.short.length).toBe(510);
      expect(toHex(await (await user()).unwrapKeyBytes(hex(known.short)))).toBe(known.key);
      expect(toHex(await (await user()).unwrapKeyBytes(hex(`00${known.short}`)))).toBe(known.key);
    });

    it.each(known.invalid as [string, string][])('gives another key, always the same, for %s', async (_name, text) => {
      const key = await user();
      const first = toHex(await key.unwrapKeyBytes(hex(text)));
      expect(first).toMatch(/^[0-9a-f]{64}$/);
      expect(first).not.toBe(known.key);
      expect(text).not.toContain(first);
      expect(toHex(await key.unwrapKeyBytes(hex(text)))).toBe(first);
      const other = await rsa.importRsaPrivateKey(hex(known.otherPrivateKey), { suite });
      const elsewhere = await other.unwrapKeyBytes(hex(text)).catch(() => new Uint8Array());
      expect(toHex(elsewhere)).not.toBe(first);
    });

    it('gives different keys for different bytes that do not unpad', async () => {
      const key = await user();
      const given = await Promise.all(
        known.invalid.map(async ([, text]) => toHex(await key.unwrapKeyBytes(hex(text!)))),
      );
      expect(new Set(given).size).toBe(given.length);
    });

    it('never refuses what is below the modulus', async () => {
      const key = await user();
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ maxLength: 255 }), async (bytes) => {
          expect((await key.unwrapKeyBytes(bytes)).length).toBe(32);
        }),
        { numRuns: 20 },
      );
    });

    it('refuses what is no ciphertext at all', async () => {
      const key = await user();
      expect(await codeOf(() => key.unwrapKeyBytes(hex(known.modulus)))).toBe('open-failed');
      expect(await codeOf(() => key.unwrapKeyBytes(new Uint8Array(256).fill(0xff)))).toBe('open-failed');
      expect(await codeOf(() => key.unwrapKeyBytes(new Uint8Array(257)))).toBe('open-failed');
    });

    it('goes from user to user, for records, folders and teams', async () => {
      const key = await user();
      const kinds = [
        [await generateRecordKey({ suite }), rsa.openRsaRecordKey],
        [await generateFolderKey({ suite }), rsa.openRsaFolderKey],
        [await generateTeamKey({ suite }), rsa.openRsaTeamKey],
      ] as const;
      for (const [shared, open] of kinds) {
        const wrapped = await rsa.shareKeyByRsa({ rsaPublicKey: publicKey }, shared, {
          suite,
          expectedPublicKey: publicKey,
        });
        expect(wrapped.length).toBe(256);
        const opened = await open(key, wrapped, { suite, extractable: true });
        expect(await opened.key.exportSecretBytes()).toEqual(await shared.exportSecretBytes());
        expect(opened.report).toEqual({ wrap: 'user-rsa', authenticated: false });
      }
    });

    it('never pads with a zero', async () => {
      let draws = 0;
      const zeros = {
        ...suite,
        randomBytes: (length: number) => new Uint8Array(length).fill(draws++ === 0 ? 0 : 7, length >> 1),
      };
      const shared = await generateRecordKey({ suite });
      const wrapped = await rsa.shareKeyByRsa({ rsaPublicKey: publicKey }, shared, { suite: zeros });
      expect(draws).toBeGreaterThan(1);
      expect(await (await user()).unwrapKeyBytes(wrapped)).toEqual(await shared.exportSecretBytes());
    });

    it('refuses to share where there is an EC key, or with a key that is not expected', async () => {
      const shared = await generateRecordKey({ suite });
      const share = (user: Partial<rsa.RsaRecipient>, options: rsa.RsaShareOptions = {}) =>
        codeOf(() => rsa.shareKeyByRsa({ rsaPublicKey: publicKey, ...user }, shared, { suite, ...options }));
      expect(await share({ ecPublicKey: hex(account.ecPublicKey) })).toBe('wrap-refused');
      // Of a message that leaves the field out.
      const absent = { rsaPublicKey: publicKey, ecPublicKey: new Uint8Array() };
      expect((await rsa.shareKeyByRsa(absent, shared, { suite })).length).toBe(256);
      const expectedPublicKey = rsa.rsaPublicKeyOf(hex(known.otherPrivateKey));
      expect(await share({}, { expectedPublicKey })).toBe('user-key-unexpected');
      expect(await share({ rsaPublicKey: hex(known.spki) })).toBe('der-invalid');
      const [modulus, exponent] = decodeRsaPublicKey(publicKey);
      for (const der of [
        encodeRsaPublicKey(modulus.subarray(128), exponent),
        encodeRsaPublicKey(modulus, Uint8Array.of(1)),
        encodeRsaPublicKey(modulus, Uint8Array.of(2)),
        encodeRsaPublicKey(modulus, new Uint8Array(5).fill(3)),
        encodeRsaPublicKey(flipped(modulus, -1), exponent),
        encodeRsaPublicKey(concatBytes(Uint8Array.of(1), modulus), exponent),
      ]) {
        expect(await share({ rsaPublicKey: der })).toBe('key-invalid');
      }
    });

    it('refuses an answer of another length from a key of the caller’s own', async () => {
      const remote = { unwrapKeyBytes: () => Promise.resolve(new Uint8Array(31)) };
      expect(await codeOf(() => rsa.openRsaRecordKey(remote, hex(known.wrapped), { suite }))).toBe('length-invalid');
    });

    describe('the private key', () => {
      const der = hex(known.privateKey);

      it('is strict DER of numbers that fit', async () => {
        const load = (bytes: Uint8Array) => codeOf(() => rsa.importRsaPrivateKey(bytes, { suite }));
        expect(await load(hex(known.pkcs8))).toBe('der-invalid');
        expect(await load(publicKey)).toBe('der-invalid');
        expect(await load(der.subarray(0, -1))).toBe('der-invalid');
        expect(await load(concatBytes(der, Uint8Array.of(0)))).toBe('der-invalid');
        expect(await load(new Uint8Array())).toBe('der-invalid');
        // The last byte is one of the coefficient.
        expect(await load(flipped(der, -1))).toBe('key-invalid');
        const { prime1 } = decodeRsaPrivateKey(der);
        const at = toHex(der).indexOf(toHex(prime1)) / 2;
        expect(await load(flipped(der, at + 100))).toBe('key-invalid');
      });

      it('names its public half', () => {
        expect(toHex(rsa.rsaPublicKeyOf(der))).toBe(known.publicKey);
      });

      it('prints as its kind', async () => {
        const key = await user();
        expect(JSON.stringify({ key })).toBe('{"key":"[RsaPrivateKey]"}');
      });

      it('opens under the data key as known, and under a team key', async () => {
        const dataKey = await importDataKey(hex(account.dataKey), { suite });
        const opened = await rsa.openRsaPrivateKey(dataKey, hex(known.encryptedPrivateKey), { suite });
        expect(toHex(await opened.privateKey.unwrapKeyBytes(hex(known.wrapped)))).toBe(known.key);
        expect(opened.report).toEqual({ wrap: 'data-key-cbc', authenticated: false });
        const team = await generateTeamKey({ suite });
        const again = await rsa.openRsaPrivateKey(team, await rsa.sealRsaPrivateKey(team, der, { suite }), { suite });
        expect(toHex(await again.privateKey.unwrapKeyBytes(hex(known.wrapped)))).toBe(known.key);
        expect(again.report.wrap).toBe('team-cbc');
      });

      it('fails in one way under the data key', async () => {
        const dataKey = await importDataKey(hex(account.dataKey), { suite });
        const cbc = await suite.importAesCbcKey(hex(account.dataKey));
        const sealed = hex(known.encryptedPrivateKey);
        const failures = new Set<string>();
        for (const bytes of [
          flipped(sealed, 20),
          flipped(sealed, -20),
          sealed.subarray(1),
          new Uint8Array(),
          await cbc.seal(der.subarray(1)),
          await cbc.seal(flipped(der, -1)),
          await cbc.seal(hex(known.pkcs8)),
        ]) {
          await rsa.openRsaPrivateKey(dataKey, bytes, { suite }).catch((error: unknown) => failures.add(String(error)));
        }
        expect([...failures]).toEqual(['VaultwireError: RSA private key: does not open']);
      });

      it('is checked before it is sealed', async () => {
        const dataKey = await importDataKey(hex(account.dataKey), { suite });
        expect(await codeOf(() => rsa.sealRsaPrivateKey(dataKey, hex(known.pkcs8), { suite }))).toBe('der-invalid');
      });
    });
  });
}
