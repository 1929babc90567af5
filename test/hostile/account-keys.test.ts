import { describe, expect, test } from 'vitest';
import { nodeSuite } from '../../src/crypto/node.js';
import * as account from '../../src/keychain/account/index.js';
import { generateFolderKey, generateRecordKey } from '../../src/keychain/keys.js';
import { LegacyRecordKey, wrapLegacyKey } from '../../src/keychain/legacy-cbc.js';
import { importRsaPrivateKey, openRsaFolderKey, openRsaRecordKey, shareKeyByRsa } from '../../src/keychain/rsa.js';
import { emptyTrustLedger, observationOfVault, observe, type TrustLedger } from '../../src/keychain/ledger/index.js';
import { createRecord } from '../../src/keychain/owner.js';
import { generateUid } from '../../src/keychain/uid.js';
import { openVault, type SealedRecord } from '../../src/keychain/vault/index.js';
import { concatBytes } from '../../src/wire/bytes.js';
import rsa from '../fixtures/keychain/rsa.json' with { type: 'json' };
import { codeOf, counting, flipped, hex, toHex } from '../keychain/account/support.js';
import { VaultMaker } from '../keychain/vault/make-vault.js';

const suite = nodeSuite;
const NO_WORKERS = { workers: 0 };

describe('a hostile server and account keys', () => {
  test('A1: a public key of its own under a user’s name gets nothing where the user’s is known', async () => {
    const [user, server] = [await suite.generateEcPrivateKey(), await suite.generateEcPrivateKey()];
    const key = await generateRecordKey();
    const expectedPublicKey = user.publicKey.bytes;
    expect(await codeOf(() => account.shareKey(server.publicKey.bytes, key, { expectedPublicKey }))).toBe(
      'user-key-unexpected',
    );
  });

  test('A3: a data key of its own, wrapped to the device, is refused where the password is what is known', async () => {
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

  test('A3: a data key of its own is refused where a ledger knows the account’s, however it came', async () => {
    const device = await suite.generateEcPrivateKey();
    const open = async (dataKey: account.DataKey) => {
      const bytes = await account.wrapDataKeyToDevice(dataKey, device.publicKey);
      return account.openDataKey({ kind: 'device', bytes }, { deviceKey: device }, { allowedWraps, digests: true });
    };
    const allowedWraps = ['device'] as const;
    const nothing = { teams: [], folders: [], records: [], failed: [] };
    const own = await account.generateDataKey();
    const first = observationOfVault(nothing, { dataKey: await open(own) });
    const { ledger } = observe(emptyTrustLedger(), first);
    expect(observe(ledger, observationOfVault(nothing, { dataKey: await open(own) })).report.refused).toBe(false);
    const injected = observationOfVault(nothing, { dataKey: await open(await account.generateDataKey()) });
    const { report } = observe(ledger, injected);
    expect(report.refused).toBe(true);
    expect(report.dataKey.suspicious).toMatchObject([{ row: 'A3', refused: true }]);
  });

  test('A4: a count of 1, or of four thousand million, costs nothing', async () => {
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

  test('A4: a floor of the caller’s own holds, such as the highest count seen', async () => {
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

  test('A8: changed encryption parameters fail in one way', async () => {
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

  test('A8: encryption parameters forged without the password are refused like any other', async () => {
    const bounds = { minimumIterations: 1 };
    const params = await account.makeEncryptionParams(await account.generateDataKey(), 'p', {
      ...bounds,
      iterations: 2,
    });
    params.copyWithin(20, 52, 68);
    params.copyWithin(68, 36, 68);
    const error = { code: 'open-failed', message: 'encryption parameters: expected ones made with this password' };
    await expect(account.openEncryptionParams(params, 'p', bounds)).rejects.toMatchObject(error);
  });

  test('A8: a record labelled as AES-CBC, or with an AES-CBC wrap beside a broken AES-GCM one, is refused', async () => {
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

  test('A9: a million questions about padding have one kind of answer', async () => {
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

  test('A9: nobody is made to share by RSA with a user who has an EC key', async () => {
    const ecPublicKey = (await suite.generateEcPrivateKey()).publicKey.bytes;
    const user = { rsaPublicKey: hex(rsa.publicKey), ecPublicKey };
    const key = await generateRecordKey();
    expect(await codeOf(() => shareKeyByRsa(user, key))).toBe('wrap-refused');
  });

  test('A10: a wrap labelled as another kind opens nothing, and a weaker one than a uid had is refused', async () => {
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

  test('A10: keys of one kind do not do the work of another', async () => {
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

  test('A5: one record’s wrapped key under two UIDs is refused for both', async () => {
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

  test('A5: one wrapped key under the UIDs of two folders or teams of a vault is refused for both', async () => {
    const maker = await VaultMaker.create(suite);
    const [team, folder] = [maker.team, maker.folder];
    const teamKeys = [{ kind: 'data-key-gcm', bytes: await maker.dataKey.wrapTeamKey(team) } as const];
    const folderKeys = [await maker.toUser(folder)];
    const uids = Array.from({ length: 4 }, () => generateUid());
    const vault = {
      teams: uids.slice(0, 2).map((uid) => ({ uid, keys: teamKeys })),
      folders: uids.slice(2).map((uid) => ({ uid, keys: folderKeys })),
      records: [],
    };
    const opened = await openVault(vault, maker.account(), NO_WORKERS);
    expect([opened.teams, opened.folders]).toEqual([[], []]);
    expect(opened.failed.map(({ uid, code }) => [uid, code])).toEqual(uids.map((uid) => [uid, 'swap-suspected']));
  });

  test('A5: a record of a vault under the UID of another is found across answers', async () => {
    const { maker, records, ledger } = await knownVault();
    const [one, other] = records;
    const swapped = [{ ...one, keys: other.keys, data: other.data, revision: 9 }];
    const report = await observed(maker, swapped, ledger);
    expect(report.items.suspicious).toMatchObject([{ row: 'A5', subject: one.uid, refused: true }]);
    expect(report.accepted(one.uid)).toBe(false);
  });

  test('A6: an older record of a vault is found across answers, and other bytes under the same revision', async () => {
    const { maker, records, keys, ledger } = await knownVault();
    const [one] = records;
    const data = { cipher: 'gcm', bytes: await keys[0].sealData({ title: 'older' }) } as const;
    for (const revision of [4, 5]) {
      const report = await observed(maker, [{ ...one, data, revision }], ledger);
      expect(report.items.suspicious).toMatchObject([{ row: 'A6', subject: one.uid, refused: true }]);
    }
    expect((await observed(maker, [{ ...one, data, revision: 6 }], ledger)).items.suspicious).toEqual([]);
  });

  test('A7: what is left out is said, and can be made to fail', async () => {
    const maker = await VaultMaker.create(suite);
    const [here, left] = (await maker.records(2)) as [SealedRecord, SealedRecord];
    const expectedUids = [here.uid, left.uid];
    const opened = await openVault({ records: [here] }, maker.account(), { ...NO_WORKERS, expectedUids });
    expect(opened.report.missing).toEqual([left.uid]);
    const required = { ...NO_WORKERS, requiredUids: expectedUids };
    expect(await codeOf(() => openVault({ records: [here] }, maker.account(), required))).toBe('record-missing');
  });

  test('A14: what is no JSON object, sealed under a record’s key, is no record', async () => {
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

  test('A10: a wrap that got weaker since a vault was last seen is refused by the ledger', async () => {
    const { maker, records, keys, ledger } = await knownVault();
    const [one] = records;
    const report = await observed(maker, [{ ...one, keys: [await maker.toUser(keys[0])] }], ledger);
    expect(report.items.suspicious).toMatchObject([{ row: 'A10', subject: one.uid, refused: true }]);
  });

  test('A13: two accounts in one process, interleaved, with workers or without, see their own records only', async () => {
    const makers = await Promise.all([VaultMaker.create(suite), VaultMaker.create(suite)]);
    const vaults = await Promise.all(makers.map(async (maker) => ({ maker, records: await maker.records(70) })));
    const rounds = Array.from({ length: 4 }, () => vaults).flat();
    const opened = await Promise.all(
      rounds.map(async ({ maker, records }) => openVault({ records }, maker.account(), NO_WORKERS)),
    );
    for (const [index, { records, failed }] of opened.entries()) {
      expect(failed).toEqual([]);
      expect(records.map(({ uid, data }) => [uid, data['title']])).toEqual(
        rounds[index]!.records.map(({ uid }) => [uid, uid]),
      );
    }
    const [one, other] = vaults as [(typeof vaults)[0], (typeof vaults)[0]];
    const mixed = await openVault({ records: other.records }, one.maker.account(), NO_WORKERS);
    expect([mixed.records.length, new Set(mixed.failed.map(({ code }) => code))]).toEqual([
      0,
      new Set(['open-failed']),
    ]);
  });

  test('A14: one UID as a team, a folder and a record of a vault is reported', async () => {
    const maker = await VaultMaker.create(suite);
    const record = await maker.record();
    const { uid } = record;
    const vault = {
      teams: [{ uid, keys: [{ kind: 'data-key-gcm', bytes: await maker.dataKey.wrapTeamKey(maker.team) } as const] }],
      folders: [{ uid, keys: [await maker.toUser(maker.folder)] }],
      records: [record],
    };
    const opened = await openVault(vault, maker.account(), { ...NO_WORKERS, digests: true });
    const { report } = observe(emptyTrustLedger(), observationOfVault(opened));
    expect(report.items.new).toBe(1);
    const rows = report.items.suspicious.filter(({ row }) => row === 'A14').map(({ message }) => message);
    expect(rows).toEqual(['a folder came where a team was', 'a record came where a team was']);
  });

  test('A15: wrapped keys of an account that are short, or have a short tag, never open', async () => {
    const [dataKey, device] = [
      await account.generateDataKey(),
      await suite.generateEcPrivateKey({ extractable: true }),
    ];
    const options = { minimumIterations: 1 };
    const parameters = { salt: new Uint8Array(16), iterations: 1 };
    const toDevice = await account.wrapDataKeyToDevice(dataKey, device.publicKey);
    const alternate = await account.wrapAlternateDataKey(dataKey, 'd', 'p', parameters, options);
    const privateKey = await dataKey.wrapEcPrivateKey(device);
    const recordKey = await dataKey.wrapRecordKey(await generateRecordKey());
    const publicKey = device.publicKey.bytes;
    const openings: [Uint8Array, (bytes: Uint8Array) => Promise<unknown>][] = [
      [toDevice, (bytes) => account.openDeviceDataKey(device, bytes)],
      [alternate, (bytes) => account.openAlternateDataKey(bytes, 'd', 'p', parameters, options)],
      [privateKey, (bytes) => account.openEcKeyPair(dataKey, { publicKey, encryptedPrivateKey: bytes })],
      [recordKey, (bytes) => dataKey.unwrapRecordKey(bytes)],
    ];
    for (const [whole, open] of openings) {
      await open(whole);
      for (const cut of [1, 4, 8, 12]) {
        expect(['open-failed', 'length-invalid']).toContain(await codeOf(() => open(whole.subarray(0, -cut))));
      }
      for (const length of [0, 1, 27])
        expect(await codeOf(() => open(whole.subarray(0, length)))).toBe('message-too-short');
    }
  });

  test('A17: padded records of a vault show their size in steps alone, and open as before', async () => {
    const maker = await VaultMaker.create(suite);
    const records: SealedRecord[] = [];
    for (const title of ['a', 'x'.repeat(200)]) {
      const { sealed, key } = await createRecord({ title }, { padTo: 256 });
      const data = { cipher: 'gcm', bytes: sealed.data } as const;
      records.push({ uid: sealed.uid, keys: [await maker.underDataKey(key)], data, revision: 1 });
    }
    expect(records.map(({ data }) => data.bytes.length)).toEqual([284, 284]);
    const opened = await openVault({ records }, maker.account(), NO_WORKERS);
    expect(opened.records.map(({ data }) => data)).toEqual([{ title: 'a' }, { title: 'x'.repeat(200) }]);
  });

  test('A18: hostile JSON inside one record of a vault, and labels that are none, cost that record alone', async () => {
    const maker = await VaultMaker.create(suite);
    const records = [await maker.record()];
    const codes: string[] = [];
    for (const [json, code] of [
      ['{"__proto__":{"title":"x"}}', 'json-invalid'],
      ['{"title":"a","title":"b"}', 'json-duplicate-key'],
      [`{"title":${'['.repeat(500)}${']'.repeat(500)}}`, 'json-too-deep'],
      ['{"title":"\xff"}', 'utf8-invalid'],
      ['{"title":"a"} {}', 'json-invalid'],
    ] as const) {
      const key = await generateRecordKey();
      const aes = await suite.importAesKey(await key.exportSecretBytes());
      const bytes = await aes.seal(Uint8Array.from(json, (character) => character.charCodeAt(0)));
      records.push({
        uid: generateUid(),
        keys: [await maker.underDataKey(key)],
        data: { cipher: 'gcm', bytes },
        revision: 1,
      });
      codes.push(code);
    }
    for (const kind of ['', '__proto__', 'constructor', 'data-key-xyz'] as unknown as account.WrapKind[]) {
      const record = await maker.record();
      records.push({ ...record, keys: [{ ...record.keys[0]!, kind }] });
      codes.push('wrap-refused');
    }
    const opened = await openVault({ records }, maker.account(), NO_WORKERS);
    expect(opened.records.map(({ uid }) => uid)).toEqual([records[0]!.uid]);
    expect(opened.failed.map(({ code }) => code)).toEqual(codes);
    expect(({} as { title?: unknown }).title).toBeUndefined();
  });
});

/** A vault of two records that a ledger has seen. */
async function knownVault() {
  const maker = await VaultMaker.create(suite);
  const keys = [await generateRecordKey(), await generateRecordKey()] as const;
  const seal = async (key: (typeof keys)[0]): Promise<SealedRecord> => ({
    uid: generateUid(),
    keys: [await maker.underDataKey(key)],
    data: { cipher: 'gcm', bytes: await key.sealData({ title: 'known' }) },
    revision: 5,
  });
  const records = [await seal(keys[0]), await seal(keys[1])] as const;
  const opened = await openVault({ records }, maker.account(), { ...NO_WORKERS, digests: true });
  return { maker, records, keys, ledger: observe(emptyTrustLedger(), observationOfVault(opened)).ledger };
}

/** What a strict ledger says of an answer. */
async function observed(maker: VaultMaker, records: readonly SealedRecord[], ledger: TrustLedger) {
  const opened = await openVault({ records }, maker.account(), { ...NO_WORKERS, digests: true });
  return observe(ledger, observationOfVault(opened), { mode: 'strict' }).report;
}
