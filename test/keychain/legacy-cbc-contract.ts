import { describe, expect, it } from 'vitest';
import type { CryptoSuite } from '../../src/crypto/suite.js';
import { generateDataKey, generateTeamKey, importDataKey } from '../../src/keychain/account/index.js';
import { generateFolderKey, generateRecordKey } from '../../src/keychain/keys.js';
import * as legacy from '../../src/keychain/legacy-cbc.js';
import { encodeUtf8 } from '../../src/wire/bytes.js';
import known from '../fixtures/keychain/account.json' with { type: 'json' };
import { codeOf, flipped, hex, toHex } from './account/support.js';

export function describeLegacyCbc(suite: CryptoSuite): void {
  describe(`legacy AES-CBC over ${suite.name}`, () => {
    const dataKey = () => importDataKey(hex(known.dataKey), { suite });
    const extractable = { suite, extractable: true };
    const record = { title: 'Bank', type: 'login' };

    it('opens a record of old as known, and marks it', async () => {
      const key = await legacy.unwrapLegacyRecordKey(await dataKey(), hex(known.cbcWrappedRecordKey), { suite });
      expect(key.authenticated).toBe(false);
      expect(await key.value.openData(hex(known.cbcRecordData))).toEqual({ value: record, authenticated: false });
      expect(String(key.value)).toBe('[LegacyRecordKey]');
    });

    it('opens a wrap of old around data of today', async () => {
      const wrapped = hex(known.cbcWrappedRecordKey);
      const { value, authenticated } = await legacy.unwrapLegacyWrappedRecordKey(await dataKey(), wrapped, { suite });
      expect(authenticated).toBe(false);
      expect(await value.openData(hex(known.recordData))).toEqual(record);
    });

    it('wraps what old clients read: under data keys, team keys and folder keys', async () => {
      const unders = [
        await generateDataKey({ suite }),
        await generateTeamKey({ suite }),
        await generateFolderKey({ suite }),
      ];
      const wraps = ['data-key-cbc', 'team-cbc', 'folder-cbc'];
      for (const under of unders) {
        const folder = await generateFolderKey({ suite });
        const wrapped = await legacy.wrapLegacyKey(under, folder);
        expect(wrapped.length).toBe(64);
        const opened = await legacy.unwrapLegacyFolderKey(under, wrapped, extractable);
        expect(opened.authenticated).toBe(false);
        const report = { wrap: wraps.shift(), authenticated: false };
        expect(opened.report).toEqual(report);
        expect(await opened.value.exportSecretBytes()).toEqual(await folder.exportSecretBytes());
        const recordKey = await generateRecordKey({ suite });
        const key = await legacy.unwrapLegacyRecordKey(
          under,
          await legacy.wrapLegacyKey(under, recordKey),
          extractable,
        );
        expect(key.report).toEqual(report);
        expect(await key.value.exportSecretBytes()).toEqual(await recordKey.exportSecretBytes());
        const { value } = await key.value.openData(await key.value.sealData({ title: 'again' }));
        expect(value).toEqual({ title: 'again' });
      }
    });

    it('fails in one way: key', async () => {
      const under = await dataKey();
      const cbc = await suite.importAesCbcKey(hex(known.dataKey));
      const wrapped = hex(known.cbcWrappedRecordKey);
      for (const bytes of [
        wrapped.subarray(1),
        wrapped.subarray(0, 16),
        flipped(wrapped, -20),
        new Uint8Array(),
        await cbc.seal(new Uint8Array(31)),
        await cbc.seal(new Uint8Array(48)),
        hex(known.wrappedRecordKey),
      ]) {
        const opens = [legacy.unwrapLegacyRecordKey, legacy.unwrapLegacyWrappedRecordKey, legacy.unwrapLegacyFolderKey];
        for (const open of opens) expect(await codeOf(() => open(under, bytes, { suite }))).toBe('open-failed');
      }
    });

    it('fails in one way: data', async () => {
      const key = await legacy.importLegacyRecordKey(hex(known.recordKey), { suite });
      const cbc = await suite.importAesCbcKey(hex(known.recordKey));
      const sealed = hex(known.cbcRecordData);
      const errors = new Set<string>();
      for (const bytes of [
        sealed.subarray(1),
        sealed.subarray(0, 16),
        flipped(sealed, -17),
        await cbc.seal(encodeUtf8('{"title":')),
        await cbc.seal(encodeUtf8('"text"')),
        await cbc.seal(encodeUtf8('{"a":1,"a":2}')),
        await cbc.seal(Uint8Array.of(0xff)),
        hex(known.recordData),
      ]) {
        await key.openData(bytes).catch((error: unknown) => errors.add(String(error)));
      }
      expect([...errors]).toEqual(['VaultwireError: record data: does not open']);
    });

    it('takes 32 bytes, and gives them back only where told to', async () => {
      expect(await codeOf(() => legacy.importLegacyRecordKey(new Uint8Array(31), { suite }))).toBe('length-invalid');
      const kept = await legacy.importLegacyRecordKey(hex(known.recordKey), { suite });
      expect(await codeOf(() => kept.exportSecretBytes())).toBe('key-not-extractable');
      const given = await legacy.importLegacyRecordKey(hex(known.recordKey), extractable);
      expect(toHex(await given.exportSecretBytes())).toBe(known.recordKey);
      const cbc = await suite.importAesCbcKey(hex(known.recordKey));
      const remote = new legacy.LegacyRecordKey({ seal: cbc.seal.bind(cbc), open: cbc.open.bind(cbc) });
      expect(await codeOf(() => remote.exportSecretBytes())).toBe('key-not-extractable');
    });
  });
}
