import { describe, expect, it } from 'vitest';
import { nodeSuite } from '../../src/crypto/node.js';
import * as account from '../../src/keychain/account/index.js';
import { generateFolderKey, generateRecordKey } from '../../src/keychain/keys.js';
import { LegacyRecordKey, wrapLegacyKey } from '../../src/keychain/legacy-cbc.js';
import { importRsaPrivateKey, openRsaFolderKey, openRsaRecordKey, shareKeyByRsa } from '../../src/keychain/rsa.js';
import { generateUid } from '../../src/keychain/uid.js';
import { openVault, type SealedRecord } from '../../src/keychain/vault/index.js';
import { concatBytes } from '../../src/wire/bytes.js';
import rsa from '../fixtures/keychain/rsa.json' with { type: 'json' };
import { codeOf, counting, flipped, hex, toHex } from '../keychain/account/support.js';
import { VaultMaker } from '../keychain/vault/make-vault.js';

const suite = nodeSuite;
const NO_WORKERS = { workers: 0 };

describe('a hostile server and account keys', () => {
  it('A1: a public key of its own under a user’s name gets nothing where the user’s is known', async () => {
    const [user, server] = [await suite.generateEcPrivateKey(), await suite.generateEcPrivateKey()];
    const key = await generateRecordKey();
    const expectedPublicKey = user.publicKey.bytes;
    expect(await codeOf(() => account.shareKey(server.publicKey.bytes, key, { expectedPublicKey }))).toBe(
      'user-key-unexpected',
    );
  });

  it('A3: a data key of its own, wrapped to the device, is refused where the password is what is known', async () => {
    const device = await suite.generateEcPrivateKey();
    const injected = await account.generateDataKey();
    const bytes = await account.wrapDataKeyToDevice(injected, device.publicKey);
    const secrets = { deviceKey: device, password: 'password' };
    const open = (allowedWraps: account.DataKeyWrapKind[]) =>
      account.openDataKey({ kind: 'device', bytes }, secrets, { allowedWraps });
    expect(await codeOf(() => open(['password']))).toBe('wrap-refused');
    // Where a device wrap is allowed it opens, as nothing on the wire tells it apart: the report says how.
    expect((await open(['device'])).report).toEqual({ wrap: 'device', authenticated: true });
  });

  it('A4: a count of 1, or of four thousand million, costs nothing', async () => {
    const counted = counting(suite);
    const salt = new Uint8Array(16);
    for (const iterations of [1, 99_999, 10_000_001, 0xffffffff, 2 ** 53, -1, Number.NaN]) {
      const parameters = { salt, iterations };
      const options = { suite: counted.suite };
      expect(await codeOf(() => account.deriveLoginProof('p', parameters, options))).toBe('parameter-out-of-range');
      expect(await codeOf(() => account.deriveDomainKey('d', 'p', parameters, options))).toBe('parameter-out-of-range');
      const alternate = { kind: 'alternate', bytes: new Uint8Array(60), parameters } as const;
      const secrets = { alternate: { domain: 'd', password: 'p' } };
      const open = () => account.openDataKey(alternate, secrets, { ...options, allowedWraps: ['alternate'] });
      expect(await codeOf(open)).toBe('parameter-out-of-range');
    }
    expect(counted.derivations).toBe(0);
  });

  it('A4: a floor of the caller’s own holds, such as the highest count seen', async () => {
    const dataKey = await account.generateDataKey();
    const before = await account.makeEncryptionParams(dataKey, 'p', { iterations: 150_000 });
    const { report } = await account.openEncryptionParams(before, 'p');
    const weaker = await account.makeEncryptionParams(dataKey, 'p', { iterations: 100_000 });
    const minimumIterations = report.kdf?.iterations ?? 0;
    expect(minimumIterations).toBe(150_000);
    expect(await codeOf(() => account.openEncryptionParams(weaker, 'p', { minimumIterations }))).toBe(
      'parameter-out-of-range',
    );
  });

  it('A8: changed encryption parameters fail in one way', async () => {
    const options = { minimumIterations: 1 };
    const params = await account.makeEncryptionParams(await account.generateDataKey(), 'p', {
      ...options,
      iterations: 2,
    });
    const errors = new Set<string>();
    for (let index = 20; index < 100; index++) {
      await account
        .openEncryptionParams(flipped(params, index), 'p', options)
        .catch((error: unknown) => errors.add(String(error)));
    }
    expect([...errors]).toEqual(['VaultwireError: encryption parameters: expected ones made with this password']);
  });

  it('A8: a record labelled as AES-CBC, or with an AES-CBC wrap beside a broken AES-GCM one, is refused', async () => {
    const maker = await VaultMaker.create(suite);
    const key = await generateRecordKey();
    const uid = generateUid();
    const good = await maker.underDataKey(key);
    const cbc = { kind: 'data-key-cbc', bytes: await wrapLegacyKey(maker.dataKey, key) } as const;
    const data = { cipher: 'gcm', bytes: await key.sealData({ title: 'x' }) } as const;
    const legacy = new LegacyRecordKey(await suite.importAesCbcKey(await key.exportSecretBytes()));
    const codes = async (record: Partial<SealedRecord>, allow: boolean) => {
      const options = allow ? { allowedWraps: account.WRAP_KINDS, allowLegacyRecords: true } : {};
      const sealed = { uid, keys: [good], data, revision: 1, ...record };
      const opened = await openVault({ records: [sealed] }, maker.account(), { ...NO_WORKERS, ...options });
      return opened.failed.map(({ code }) => code);
    };
    expect(await codes({}, false)).toEqual([]);
    expect(await codes({ keys: [cbc] }, false)).toEqual(['wrap-refused']);
    const old = { cipher: 'cbc', bytes: await legacy.sealData({ title: 'changed' }) } as const;
    expect(await codes({ data: old }, false)).toEqual(['wrap-refused']);
    // Even where AES-CBC is allowed it is no second try.
    const broken = { ...good, bytes: flipped(good.bytes, 20) };
    expect(await codes({ keys: [broken, cbc] }, true)).toEqual(['open-failed']);
    expect(await codes({ keys: [cbc, broken] }, true)).toEqual(['open-failed']);
  });

  it('A9: a million questions about padding have one kind of answer', async () => {
    const user = await importRsaPrivateKey(hex(rsa.privateKey));
    const texts = [rsa.wrapped, ...rsa.invalid.map(([, text]) => text!)];
    for (const text of texts) {
      const wrapped = hex(text);
      expect((await user.unwrapKeyBytes(wrapped)).length).toBe(32);
      await openRsaRecordKey(user, wrapped);
      await openRsaFolderKey(user, wrapped);
    }
    // What shows is that nothing opens under the key, whatever was wrong.
    const maker = await VaultMaker.create(suite);
    const folder = {
      uid: maker.folderUid,
      data: { cipher: 'cbc', bytes: await maker.folder.sealData({ name: 'n' }) } as const,
    };
    const errors = new Set<string>();
    for (const text of texts) {
      const keys = [{ kind: 'user-rsa', bytes: hex(text) } as const];
      const vault = { folders: [{ ...folder, keys }], records: [] };
      const options = { ...NO_WORKERS, allowedWraps: account.WRAP_KINDS };
      const { failed } = await openVault(vault, { ...maker.account(), rsaPrivateKey: user }, options);
      expect(failed.length).toBe(1);
      errors.add(`${failed[0]?.code ?? ''} ${failed[0]?.message ?? ''}`);
    }
    expect(errors.size).toBe(1);
  });

  it('A9: nobody is made to share by RSA with a user who has an EC key', async () => {
    const ecPublicKey = (await suite.generateEcPrivateKey()).publicKey.bytes;
    const user = { rsaPublicKey: hex(rsa.publicKey), ecPublicKey };
    const key = await generateRecordKey();
    expect(await codeOf(() => shareKeyByRsa(user, key))).toBe('wrap-refused');
  });

  it('A10: a wrap labelled as another kind opens nothing, and a weaker one than a uid had is refused', async () => {
    const maker = await VaultMaker.create(suite);
    const record = await maker.record();
    const wrapped = record.keys[0]!.bytes;
    for (const kind of account.WRAP_KINDS) {
      if (kind === 'data-key-gcm') continue;
      const keys = [{ kind, bytes: wrapped, byUid: maker.folderUid }];
      const options = { ...NO_WORKERS, allowedWraps: account.WRAP_KINDS };
      const opened = await openVault({ records: [{ ...record, keys }] }, maker.account(), options);
      expect(opened.records).toEqual([]);
    }
    const key = await generateRecordKey();
    const shared = await maker.toUser(key);
    const data = { cipher: 'gcm', bytes: await key.sealData({ title: 'replaced' }) } as const;
    const before = new Map([[record.uid, 'data-key-gcm' as const]]);
    const allowedWraps = (uid: string): account.WrapKind[] => {
      const known = before.get(uid);
      return account.AUTHENTICATED_WRAP_KINDS.filter((kind) => !known || !account.isWeakerWrap(kind, known));
    };
    const vault = { records: [{ ...record, keys: [shared], data }] };
    const opened = await openVault(vault, maker.account(), { ...NO_WORKERS, allowedWraps });
    expect(opened.failed.map(({ code }) => code)).toEqual(['wrap-refused']);
  });

  it('A10: keys of one kind do not do the work of another', async () => {
    const dataKey = await account.generateDataKey();
    const key = await generateRecordKey();
    const wrapped = await wrapLegacyKey(dataKey, key);
    for (const bytes of [wrapped, concatBytes(wrapped.subarray(0, 60))]) {
      expect(['open-failed', 'length-invalid']).toContain(await codeOf(() => dataKey.unwrapRecordKey(bytes)));
    }
    const legacy = new LegacyRecordKey(await suite.importAesCbcKey(await key.exportSecretBytes()));
    expect(await codeOf(async () => legacy.openData(await key.sealData({ title: 'x' })))).toBe('open-failed');
    expect(Object.getOwnPropertyNames(Object.getPrototypeOf(legacy))).not.toContain('unwrapFileKey');
  });

  it('A5: one record’s wrapped key under two UIDs is refused for both', async () => {
    const maker = await VaultMaker.create(suite);
    const [one, other, third] = (await maker.records(3)) as [SealedRecord, SealedRecord, SealedRecord];
    const records = [one, { ...other, keys: one.keys, data: one.data }, third];
    const opened = await openVault({ records }, maker.account(), NO_WORKERS);
    expect(opened.records.map(({ uid }) => uid)).toEqual([third.uid]);
    expect(opened.failed.map(({ uid, code }) => [uid, code])).toEqual([
      [one.uid, 'swap-suspected'],
      [other.uid, 'swap-suspected'],
    ]);
  });

  it('A7: what is left out is said, and can be made to fail', async () => {
    const maker = await VaultMaker.create(suite);
    const [here, left] = (await maker.records(2)) as [SealedRecord, SealedRecord];
    const expectedUids = [here.uid, left.uid];
    const opened = await openVault({ records: [here] }, maker.account(), { ...NO_WORKERS, expectedUids });
    expect(opened.report.missing).toEqual([left.uid]);
    const required = { ...NO_WORKERS, requiredUids: expectedUids };
    expect(await codeOf(() => openVault({ records: [here] }, maker.account(), required))).toBe('record-missing');
  });

  it('A14: what is no JSON object, sealed under a record’s key, is no record', async () => {
    const maker = await VaultMaker.create(suite);
    const key = await generateRecordKey();
    const aes = await suite.importAesKey(await key.exportSecretBytes());
    const wrapped = [await maker.underDataKey(key)];
    const another = await generateFolderKey();
    for (const content of [
      Uint8Array.of(0xff, 0xd8),
      hex(toHex(await another.exportSecretBytes())),
      Uint8Array.of(91, 93),
    ]) {
      const data = { cipher: 'gcm', bytes: await aes.seal(content) } as const;
      const vault = { records: [{ uid: generateUid(), keys: wrapped, data, revision: 1 }] };
      const opened = await openVault(vault, maker.account(), NO_WORKERS);
      expect(opened.records).toEqual([]);
      expect(['json-invalid', 'utf8-invalid', 'json-too-deep']).toContain(opened.failed[0]?.code);
    }
  });
});
