import { setFlagsFromString } from 'node:v8';
import { inspect } from 'node:util';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, vi } from 'vitest';
import { nobleSuite } from '../../../src/crypto/noble.js';
import { nodeSuite } from '../../../src/crypto/node.js';
import type { AesKey, CryptoSuite, OpenedUnderKey } from '../../../src/crypto/suite.js';
import { webcryptoSuite } from '../../../src/crypto/webcrypto.js';
import { importDataKey } from '../../../src/keychain/account/index.js';
import { generateRecordKey, type RecordKey } from '../../../src/keychain/keys.js';
import { openVault, streamVault } from '../../../src/keychain/vault/index.js';
import { codeOf } from '../account/support.js';
import { describeVault } from './contract.js';
import { textsOf, VaultMaker } from './make-vault.js';

for (const suite of [nodeSuite, webcryptoSuite, nobleSuite]) describeVault(suite);

it('writes a large record once, however often its UID comes again', async () => {
  const maker = await VaultMaker.create(nodeSuite);
  const large = await maker.record(undefined, { notes: 'a'.repeat(10_000) });
  const small = await maker.record();
  const again = Array<typeof small>(50).fill({ ...small, uid: large.uid });
  const account = maker.account();
  const stringify = vi.spyOn(JSON, 'stringify');
  const opened = await openVault({ records: [large, ...again] }, account, { workers: 0 });
  const written = stringify.mock.results.filter(({ value }) => String(value).length > 10_000);
  stringify.mockRestore();
  expect(opened.failed.map(({ code }) => code)).toEqual(again.map(() => 'duplicate-uid'));
  expect(written.length).toBe(1);
});

/** An account whose data key is the caller's own. */
async function accountOf(maker: VaultMaker, aesKey: AesKey) {
  const suite = { ...nodeSuite, importAesKey: () => Promise.resolve(aesKey) };
  return { dataKey: await importDataKey(new Uint8Array(32), { suite }), ecPrivateKey: maker.user };
}

describe('a whole vault whose data key opens at once', () => {
  /** How often, and what the key gave out. */
  async function watched(alter: (opened: OpenedUnderKey) => OpenedUnderKey = (opened) => opened) {
    const maker = await VaultMaker.create(nodeSuite);
    const { aesKey } = maker.dataKey;
    const opened: OpenedUnderKey[] = [];
    const later: Uint8Array[] = [];
    const key: AesKey = {
      seal: (plaintext) => aesKey.seal(plaintext),
      open: (sealed) => {
        later.push(sealed);
        return aesKey.open(sealed);
      },
      openWrapped: (wrapped, sealed) => {
        const result = alter(aesKey.openWrapped!(wrapped, sealed));
        opened.push(result);
        return result;
      },
    };
    return { maker, account: await accountOf(maker, key), opened, later };
  }

  it('opens at once what has one usable wrap and is AES-GCM, the rest later', async () => {
    const { maker, account, opened, later } = await watched();
    const plain = await maker.record();
    const toUser = await maker.record(maker.toUser);
    const both = await maker.record();
    const twice = { ...both, keys: [...both.keys, { ...both.keys[0]!, bytes: both.keys[0]!.bytes.slice() }] };
    const { records } = await openVault({ records: [plain, toUser, twice] }, account, { workers: 0 });
    expect(records.map(({ data }) => data.title)).toEqual([plain.uid, toUser.uid, twice.uid]);
    expect(records.map(({ report }) => report.wrap)).toEqual(['data-key-gcm', 'user-ec', 'data-key-gcm']);
    expect(opened.length).toBe(1);
    expect(later.length).toBe(1);
  });

  it('opens with digests at once where the suite hashes at once', async () => {
    const { maker, account, opened } = await watched();
    const record = await maker.record();
    const open = (suite: CryptoSuite) =>
      openVault({ records: [record] }, account, { workers: 0, digests: true, suite });
    const [one] = (await open(nodeSuite)).records;
    expect(opened.length).toBe(1);
    const [other] = (await open(webcryptoSuite)).records;
    expect(opened.length).toBe(1);
    expect(textsOf(one!.digests)).toEqual(textsOf(other!.digests));
  });

  it('leaves nothing behind in what the key gave out', async () => {
    const { maker, account, opened } = await watched();
    const broken = await maker.record();
    const key = await generateRecordKey();
    const notJson = await key.aesKey.seal(new TextEncoder().encode('no JSON'));
    const records = [
      await maker.record(),
      { ...broken, keys: [await maker.underDataKey(key)], data: { cipher: 'gcm' as const, bytes: notJson } },
    ];
    const { failed } = await openVault({ records }, account, { workers: 0 });
    expect(failed.map(({ uid, code }) => [uid, code])).toEqual([[broken.uid, 'json-invalid']]);
    expect(opened.length).toBe(2);
    for (const { key: bytes, plaintext } of opened) {
      expect([...bytes, ...plaintext].every((byte) => byte === 0)).toBe(true);
    }
  });

  it('gives keys that keep to the contract of every AES key', async () => {
    const maker = await VaultMaker.create(nodeSuite);
    const opened = await openVault({ records: [await maker.record()] }, maker.account(), { workers: 0 });
    const { aesKey } = opened.records[0]!.key as RecordKey;
    expect([inspect(aesKey), JSON.stringify(aesKey)]).toEqual(['[AesKey]', '"[AesKey]"']);
    const message = new Uint8Array(3);
    const text: unknown = 'text';
    const bad = text as Uint8Array;
    for (const call of [
      () => aesKey.seal(bad),
      () => aesKey.seal(message, bad),
      () => aesKey.open(bad),
      () => aesKey.open(new Uint8Array(28), bad),
    ]) {
      expect(await codeOf(call)).toBe('argument-invalid');
    }
    const sealing = aesKey.seal(message);
    message.fill(9);
    const sealed = await sealing;
    const opening = aesKey.open(sealed);
    sealed.fill(9);
    expect([...(await opening)]).toEqual([0, 0, 0]);
  });

  it('refuses a key of another length from a key of the caller', async () => {
    for (const length of [0, 16, 31, 33]) {
      const { maker, account } = await watched(({ plaintext }) => ({ key: new Uint8Array(length), plaintext }));
      const { failed, records } = await openVault({ records: [await maker.record()] }, account, { workers: 0 });
      expect(records).toEqual([]);
      expect(failed[0]?.code).toBe('open-failed');
    }
  });
});

describe('the key of a record that was opened at once', () => {
  /** The key under a suite that imports in its own way, and whether it sealed what the record's bytes open. */
  async function keyFrom(importAesKey: CryptoSuite['importAesKey']) {
    const maker = await VaultMaker.create(nodeSuite);
    const bytes = nodeSuite.randomBytes(32);
    const own = await nodeSuite.importAesKey(bytes);
    const wrapped = { kind: 'data-key-gcm' as const, bytes: await maker.dataKey.aesKey.seal(bytes) };
    const data = { cipher: 'gcm' as const, bytes: await own.seal(new TextEncoder().encode('{}')) };
    const record = { ...(await maker.record()), keys: [wrapped], data };
    const options = { workers: 0, suite: { ...nodeSuite, importAesKey } };
    const { records } = await openVault({ records: [record] }, maker.account(), options);
    return { key: (records[0]!.key as RecordKey).aesKey, own };
  }

  it('is no other under a suite that waits before it takes its copy', async () => {
    const given: Uint8Array[] = [];
    const { key, own } = await keyFrom(async (bytes, options) => {
      given.push(bytes);
      await new Promise((resolve) => setImmediate(resolve));
      return nodeSuite.importAesKey(bytes, options);
    });
    const sealed = await Promise.all([key.seal(Uint8Array.of(1)), key.seal(Uint8Array.of(2))]);
    expect(await Promise.all(sealed.map((one) => own.open(one).then((opened) => [...opened])))).toEqual([[1], [2]]);
    expect(given.map((bytes) => [...bytes])).toEqual([[...new Uint8Array(32)]]);
  });

  it('is not lost when its import fails', async () => {
    let failures = 0;
    const { key, own } = await keyFrom((bytes, options) => {
      if (failures++ === 0) return Promise.reject(new Error('not now'));
      return nodeSuite.importAesKey(bytes, options);
    });
    await expect(key.seal(Uint8Array.of(1))).rejects.toThrow('not now');
    expect([...(await own.open(await key.seal(Uint8Array.of(1))))]).toEqual([1]);
  });
});

describe('a whole vault with digests', () => {
  it.each([nodeSuite, webcryptoSuite, nobleSuite])('refuses with the same codes as without: $name', async (suite) => {
    const maker = await VaultMaker.create(suite);
    const records = await maker.records(6);
    for (const [index, length] of [0, 16, 31, 33].entries()) {
      const bytes = await maker.dataKey.aesKey.seal(new Uint8Array(length));
      records[index] = { ...records[index]!, keys: [{ kind: 'data-key-gcm', bytes }] };
    }
    records[4] = { ...records[4]!, keys: [{ kind: 'data-key-gcm', bytes: new Uint8Array(27) }] };
    for (const digests of [false, true]) {
      const { failed } = await openVault({ records }, maker.account(), { suite, digests, workers: 0 });
      expect(failed.map(({ code }) => code)).toEqual([...Array<string>(4).fill('length-invalid'), 'message-too-short']);
    }
  });

  it('prints them as texts', async () => {
    const maker = await VaultMaker.create(nodeSuite);
    const opened = await openVault({ records: [await maker.record()] }, maker.account(), { digests: true });
    const { digests } = opened.records[0]!;
    expect(digests?.keyDigest).toHaveLength(22);
    expect(inspect(digests)).toBe(inspect(textsOf(digests)));
    expect(JSON.stringify(digests)).toBe(JSON.stringify(textsOf(digests)));
  });
});

describe('a stream', () => {
  it('keeps nothing of the parts that its caller lets go', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const maker = await VaultMaker.create(nodeSuite);
    const record = await maker.record();
    function* many(): Generator<typeof record> {
      for (let count = 0; count < 20 * 512; count++) yield { ...record };
    }
    const opened: WeakRef<object>[] = [];
    let kept: number | undefined;
    for await (const { records, report } of streamVault({ records: many() }, maker.account(), { workers: 0 })) {
      for (const each of records) opened.push(new WeakRef(each));
      // What a WeakRef was made of stays until the turn ends.
      await new Promise((resolve) => setImmediate(resolve));
      if (!report) continue;
      collect();
      kept = opened.filter((each) => each.deref() !== undefined).length;
    }
    expect(opened).toHaveLength(20 * 512);
    // The one in hand, and those that registers still hold.
    expect(kept).toBeLessThanOrEqual(4 * 512);
  });
});
