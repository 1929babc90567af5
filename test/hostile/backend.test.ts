import { beforeEach, describe, expect, test } from 'vitest';
import { nobleSuite } from '../../src/crypto/noble.js';
import { nodeSuite } from '../../src/crypto/node.js';
import { webcryptoSuite } from '../../src/crypto/webcrypto.js';
import { seal, open } from '../../src/ecies/index.js';
import {
  emptyLedger,
  memoryConfigurationStore,
  observeSecrets,
  openDevice,
  type Device,
  type DeviceOptions,
} from '../../src/keychain/index.js';
import {
  emptyTrustLedger,
  observationOfSecrets,
  observe,
  traceOf,
  type LedgerReport,
  type TrustLedger,
} from '../../src/keychain/ledger/index.js';
import { MAXIMUM_KEY_CHANGES } from '../../src/transmission/index.js';
import { decodeBase64, encodeBase64 } from '../../src/wire/base64.js';
import { encodeUtf8 } from '../../src/wire/bytes.js';
import type { JsonObject, JsonValue } from '../../src/wire/json.js';
import {
  createFakeBackend,
  errorAnswer,
  FILES_HOST,
  type FakeApplication,
  type FakeBackend,
} from '../support/fake-backend.js';

// A backend that attacks. Each test is named by its row of docs/threat-model.md.

let backend: FakeBackend;
let application: FakeApplication;

beforeEach(async () => {
  backend = await createFakeBackend();
  application = await backend.addApplication();
});

async function bindDevice(options: Partial<DeviceOptions> = {}): Promise<Device> {
  const { text } = await application.addClient();
  const store = memoryConfigurationStore();
  return openDevice({ store, token: text, serverKeys: backend.serverKeys(), fetch: backend.fetch, ...options });
}

/** Changes the plaintext of every get_secret or get_folders answer from now on. */
function rewrite(change: (answer: Mutable) => void): void {
  backend.hooks.onPlaintext = (answer) => {
    const copy = structuredClone(answer) as unknown as Mutable;
    change(copy);
    return copy as unknown as JsonObject;
  };
}

interface Mutable {
  appOwnerPublicKey?: string;
  encryptedAppKey?: string;
  records: Record<string, JsonValue>[];
  folders: { folderUid: string; folderKey: string; data: string; records: Record<string, JsonValue>[] }[];
}

const first = <T>(items: readonly T[]): T => {
  const [item] = items;
  if (item === undefined) throw new Error('expected an item');
  return item;
};

const text = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '');

const flip = (text: string, index: number): string => {
  const bytes = decodeBase64(text, 'text');
  bytes[index < 0 ? bytes.length + index : index]! ^= 1;
  return encodeBase64(bytes);
};

describe('A2: application-owner key substitution at binding', () => {
  test('A2: the binding tells the fingerprint of the owner key that it met', async () => {
    const device = await bindDevice();
    const digest = await nodeSuite.sha256(backend.owner.publicKey.bytes);
    expect(await device.ownerFingerprint()).toBe(Buffer.from(digest).toString('base64url'));
  });

  test('A2: an owner key other than the expected one is refused before it is stored', async () => {
    const other = await nodeSuite.generateEcPrivateKey();
    const { text } = await application.addClient();
    const store = memoryConfigurationStore();
    const options = { store, token: text, serverKeys: backend.serverKeys(), fetch: backend.fetch };
    await expect(openDevice({ ...options, expectedOwner: other.publicKey.bytes })).rejects.toMatchObject({
      code: 'owner-key-unexpected',
    });
    const stored = await store.read();
    expect(stored?.ownerPublicKey).toBeUndefined();
    expect(stored?.applicationKey).toBeUndefined();
    // The token is not burnt: with the right expectation the same store binds.
    await expect(openDevice({ ...options, expectedOwner: backend.owner.publicKey.bytes })).resolves.toBeDefined();
  });

  test('A2: an expected owner is checked against a configuration that was stored before', async () => {
    const { text } = await application.addClient();
    const store = memoryConfigurationStore();
    const options = { store, token: text, serverKeys: backend.serverKeys(), fetch: backend.fetch };
    await openDevice(options);
    const other = await nodeSuite.generateEcPrivateKey();
    await expect(openDevice({ ...options, expectedOwner: other.publicKey.bytes })).rejects.toMatchObject({
      code: 'owner-key-unexpected',
    });
  });

  test('A2: an owner key that changes after the binding is refused', async () => {
    const device = await bindDevice();
    const other = await nodeSuite.generateEcPrivateKey();
    rewrite((answer) => (answer.appOwnerPublicKey = encodeBase64(other.publicKey.bytes)));
    await expect(device.getSecrets()).rejects.toMatchObject({ code: 'owner-key-changed' });
  });

  test('A2: an owner key that is not on the curve is refused at the binding', async () => {
    const { text } = await application.addClient();
    const store = memoryConfigurationStore();
    rewrite((answer) => (answer.appOwnerPublicKey = flip(encodeBase64(backend.owner.publicKey.bytes), -1)));
    const options = { store, token: text, serverKeys: backend.serverKeys(), fetch: backend.fetch };
    await expect(openDevice(options)).rejects.toMatchObject({ code: 'point-invalid' });
    expect((await store.read())?.applicationKey).toBeUndefined();
  });
});

describe('A5: record, folder or field swap', () => {
  test('A5: one wrapped key under two UIDs of an answer is refused for both, and costs no other', async () => {
    await application.addRecord({ title: 'bank' });
    await application.addRecord({ title: 'forum' });
    await application.addRecord({ title: 'other' });
    const device = await bindDevice();
    rewrite(({ records }) => {
      const [bank, forum] = records as [Record<string, JsonValue>, Record<string, JsonValue>];
      forum['recordKey'] = bank['recordKey'] ?? null;
      forum['data'] = bank['data'] ?? null;
    });
    const { records, failed } = await device.getSecrets();
    expect(records.map(({ data }) => data['title'])).toEqual(['other']);
    expect(failed.map(({ code }) => code)).toEqual(['swap-suspected', 'swap-suspected']);
  });

  test('A5: the same in the other base64 alphabet is seen as well', async () => {
    for (let index = 0; index < 20; index++) await application.addRecord({ title: `record ${index}` });
    const device = await bindDevice();
    rewrite(({ records }) => {
      for (let index = 0; index < records.length; index += 2) {
        const [from, to] = [records[index], records[index + 1]];
        if (!from || !to) throw new Error('expected pairs');
        to['recordKey'] = text(from['recordKey']).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
        to['data'] = from['data'] ?? null;
      }
    });
    const { records, failed } = await device.getSecrets();
    expect(records).toHaveLength(0);
    expect(failed).toHaveLength(20);
  });

  test('A5: a known UID with the key of another one is found across answers, and refused under the strict policy', async () => {
    await application.addRecord({ title: 'bank' });
    const forum = await application.addRecord({ title: 'forum' });
    const device = await bindDevice();
    const seen = observeSecrets(emptyLedger(), await device.getSecrets({ digests: true }));
    expect(seen.findings).toEqual([]);
    rewrite((answer) => {
      const bank = first(answer.records);
      answer.records = [{ ...bank, recordUid: forum.uid, revision: 2 }];
    });
    const swapped = await device.getSecrets({ digests: true });
    expect(swapped.records.map(({ data }) => data['title'])).toEqual(['bank']);
    const report = observeSecrets(seen.ledger, swapped);
    expect(report.findings).toMatchObject([{ uid: forum.uid, kind: 'swap-suspected', refused: false }]);
    const strict = observeSecrets(seen.ledger, swapped, { policy: 'strict' });
    expect(strict.findings).toMatchObject([{ uid: forum.uid, kind: 'swap-suspected', refused: true }]);
    expect(strict.accepted).toEqual([]);
    // Neither run has learned the swap: the honest answer is clean again.
    backend.hooks.onPlaintext = undefined;
    const honest = await device.getSecrets({ digests: true });
    expect(observeSecrets(report.ledger, honest).findings).toEqual([]);
    expect(observeSecrets(strict.ledger, honest).findings).toEqual([]);
  });

  test('A5: the data of one record under the key of another does not open', async () => {
    await application.addRecord({ title: 'bank' });
    const forum = await application.addRecord({ title: 'forum' });
    const device = await bindDevice();
    rewrite(({ records }) => {
      const [bank, other] = records as [Record<string, JsonValue>, Record<string, JsonValue>];
      other['data'] = bank['data'] ?? null;
    });
    const { records, failed } = await device.getSecrets();
    expect(records.map(({ data }) => data['title'])).toEqual(['bank']);
    expect(failed).toMatchObject([{ kind: 'record', uid: forum.uid, code: 'open-failed' }]);
  });

  test('A5: a record moved into another folder, or out of one, does not open', async () => {
    const one = await application.addFolder('one');
    const two = await application.addFolder('two');
    const record = await application.addRecord({ title: 'payroll' }, { folder: one });
    const device = await bindDevice();
    rewrite(({ folders }) => {
      const [from, to] = [folders.find((f) => f.folderUid === one.uid), folders.find((f) => f.folderUid === two.uid)];
      to?.records.push(...(from?.records.splice(0) ?? []));
    });
    const moved = await device.getSecrets();
    expect(moved.records).toEqual([]);
    expect(moved.failed).toMatchObject([{ uid: record.uid, parentUid: two.uid, code: 'open-failed' }]);
    rewrite((answer) => answer.records.push(...answer.folders.flatMap((folder) => folder.records.splice(0))));
    const flat = await device.getSecrets();
    expect(flat.failed).toMatchObject([{ uid: record.uid, parentUid: undefined, code: 'open-failed' }]);
  });

  test('A5: a shared folder under the UID of another is found across answers, and refused under the strict policy', async () => {
    const [one, two] = [await application.addFolder('one'), await application.addFolder('two')];
    await application.addRecord({ title: 'in one' }, { folder: one });
    const device = await bindDevice();
    const seen = observeSecrets(emptyLedger(), await device.getSecrets({ digests: true }));
    expect(seen.findings).toEqual([]);
    // New records for the second folder would be wrapped for the readers of the first.
    rewrite((answer) => {
      const folder = answer.folders.find(({ folderUid }) => folderUid === one.uid);
      answer.folders = folder ? [{ ...folder, folderUid: two.uid }] : [];
    });
    const relabeled = await device.getSecrets({ digests: true });
    const report = observeSecrets(seen.ledger, relabeled);
    expect(report.findings).toMatchObject([{ uid: two.uid, kind: 'swap-suspected', refused: false }]);
    const strict = observeSecrets(seen.ledger, relabeled, { policy: 'strict' });
    expect(strict.findings).toMatchObject([{ uid: two.uid, kind: 'swap-suspected', refused: true }]);
    expect(strict.acceptedFolders).toEqual([]);
    backend.hooks.onPlaintext = undefined;
    const honest = await device.getSecrets({ digests: true });
    expect(observeSecrets(report.ledger, honest).findings).toEqual([]);
  });

  test('A5: one wrapped key under the UIDs of two folders of an answer is refused for both', async () => {
    const [one, two] = [await application.addFolder('one'), await application.addFolder('two')];
    const device = await bindDevice();
    rewrite(({ folders }) => {
      const from = folders.find(({ folderUid }) => folderUid === one.uid);
      const to = folders.find(({ folderUid }) => folderUid === two.uid);
      if (from && to) to.folderKey = from.folderKey;
    });
    const { folders, failed } = await device.getSecrets();
    expect(folders).toEqual([]);
    expect(failed.map(({ kind, code }) => `${kind} ${code}`)).toEqual([
      'folder swap-suspected',
      'folder swap-suspected',
    ]);
  });

  test('A5: one wrapped key under the UIDs of two files of an answer is refused for both, and costs no record', async () => {
    const record = await application.addRecord({ title: 'one' });
    const one = await application.addFile(record, { name: 'a.txt', content: encodeUtf8('a') });
    const other = await application.addFile(record, { name: 'b.txt', content: encodeUtf8('b') });
    const device = await bindDevice();
    rewrite(({ records }) => {
      const [from, to] = first(records)['files'] as [Record<string, JsonValue>, Record<string, JsonValue>];
      Object.assign(to, { ...from, fileUid: to['fileUid'] });
    });
    const { records, failed } = await device.getSecrets();
    expect(records.map(({ data, files }) => [data['title'], files])).toEqual([['one', []]]);
    expect(failed).toMatchObject([
      { kind: 'file', uid: one.uid, parentUid: record.uid, code: 'swap-suspected' },
      { kind: 'file', uid: other.uid, parentUid: record.uid, code: 'swap-suspected' },
    ]);
  });

  test('A5: a file moved to another record does not open', async () => {
    const one = await application.addRecord({ title: 'one' });
    await application.addRecord({ title: 'two' });
    const file = await application.addFile(one, { name: 'a.txt', content: encodeUtf8('a') });
    const device = await bindDevice();
    rewrite(({ records }) => {
      const [from, to] = records as [Record<string, JsonValue>, Record<string, JsonValue>];
      to['files'] = from['files'] ?? [];
      from['files'] = [];
    });
    const { records, failed } = await device.getSecrets();
    expect(records.map(({ files }) => files.length)).toEqual([0, 0]);
    expect(failed).toMatchObject([{ kind: 'file', uid: file.uid, code: 'open-failed' }]);
  });
});

describe('A6: rollback to an older revision', () => {
  test('A6: an older revision is reported, and refused under the strict policy', async () => {
    const record = await application.addRecord({ title: 'v1' });
    const old = { data: record.stored.data, revision: record.stored.revision };
    const device = await bindDevice();
    const [opened] = (await device.getSecrets()).records;
    if (!opened) throw new Error('expected a record');
    await device.updateRecord(opened, { title: 'v2' });
    const seen = observeSecrets(emptyLedger(), await device.getSecrets({ digests: true }));
    Object.assign(record.stored, old);
    const stale = await device.getSecrets({ digests: true });
    expect(stale.records.map(({ data }) => data['title'])).toEqual(['v1']);
    const report = observeSecrets(seen.ledger, stale);
    expect(report.findings).toMatchObject([{ uid: record.uid, kind: 'rollback-suspected', refused: false }]);
    const strict = observeSecrets(report.ledger, stale, { policy: 'strict' });
    expect(strict.findings).toMatchObject([{ uid: record.uid, kind: 'rollback-suspected', refused: true }]);
    expect(strict.accepted).toEqual([]);
    // Nor does it pass after an answer without it.
    const omitted = observeSecrets(seen.ledger, { ...stale, records: [] }, { complete: true });
    expect(observeSecrets(omitted.ledger, stale, { policy: 'strict' }).accepted).toEqual([]);
  });

  test('A6: other bytes under the same revision are refused by default', async () => {
    const record = await application.addRecord({ title: 'v1' });
    const older = record.stored.data;
    const device = await bindDevice();
    const [opened] = (await device.getSecrets()).records;
    if (!opened) throw new Error('expected a record');
    await device.updateRecord(opened, { title: 'v2' });
    const seen = observeSecrets(emptyLedger(), await device.getSecrets({ digests: true }));
    record.stored.data = older;
    const { findings, accepted } = observeSecrets(seen.ledger, await device.getSecrets({ digests: true }));
    expect(findings).toMatchObject([{ uid: record.uid, kind: 'rollback-suspected', refused: true }]);
    expect(accepted).toEqual([]);
  });
});

describe('A7: omission, silent skipping', () => {
  test('A7: a record that was asked for and did not come is missing', async () => {
    const record = await application.addRecord({ title: 'gone' });
    const device = await bindDevice();
    rewrite((answer) => (answer.records = []));
    expect((await device.getSecrets({ records: [record.uid] })).report.missing).toEqual([record.uid]);
  });

  test('A7: a record that came and did not open has failed, and is not missing', async () => {
    const record = await application.addRecord({ title: 'broken' });
    await application.addRecord({ title: 'whole' });
    const device = await bindDevice();
    rewrite(({ records }) => {
      const item = first(records);
      item['data'] = flip(text(item['data']), -1);
    });
    const secrets = await device.getSecrets({ records: [record.uid] });
    expect(secrets.report.missing).toEqual([]);
    expect(secrets.failed).toMatchObject([{ kind: 'record', uid: record.uid, code: 'open-failed' }]);
  });

  test('A7: a caller that needs a record fails without it', async () => {
    const record = await application.addRecord({ title: 'needed' });
    const device = await bindDevice();
    await expect(device.getSecrets({ require: [record.uid] })).resolves.toBeDefined();
    rewrite((answer) => (answer.records = []));
    await expect(device.getSecrets({ require: [record.uid] })).rejects.toMatchObject({ code: 'record-missing' });
  });

  test('A7: a folder that was asked for and did not come is missing, and a caller can insist on everything', async () => {
    const folder = await application.addFolder('gone');
    const device = await bindDevice();
    await expect(device.getSecrets({ folders: [folder.uid], requireAll: true })).resolves.toBeDefined();
    rewrite((answer) => (answer.folders = []));
    expect((await device.getSecrets({ folders: [folder.uid] })).report.missing).toEqual([folder.uid]);
    await expect(device.getSecrets({ folders: [folder.uid], requireAll: true })).rejects.toMatchObject({
      code: 'record-missing',
    });
  });

  test('A7: a record that no longer comes is found across answers, once', async () => {
    const record = await application.addRecord({ title: 'gone' });
    const device = await bindDevice();
    const seen = observeSecrets(emptyLedger(), await device.getSecrets({ digests: true }));
    rewrite((answer) => (answer.records = []));
    const empty = await device.getSecrets({ digests: true });
    expect(observeSecrets(seen.ledger, empty).findings).toEqual([]);
    const report = observeSecrets(seen.ledger, empty, { complete: true });
    expect(report.findings).toMatchObject([{ uid: record.uid, kind: 'missing', refused: false }]);
    expect(observeSecrets(report.ledger, empty, { complete: true }).findings).toEqual([]);
  });
});

describe('A8: unauthenticated CBC', () => {
  test('A8: every damage to a folder name or key gives the same error, and costs no other folder', async () => {
    const shared = await application.addFolder('shared');
    const inner = await application.addFolder('inner', {
      uid: shared.uid,
      sharedFolderUid: shared.uid,
      sharedFolderKey: shared.key,
    });
    const device = await bindDevice();
    const reports = new Set<string>();
    const length = decodeBase64(encodeBase64(inner.stored.wrappedKey), '').length;
    const damage = [
      (text: string) => flip(text, -1),
      (text: string) => flip(text, -17),
      (text: string) => encodeBase64(decodeBase64(text, '').subarray(0, length - 16)),
      (text: string) => encodeBase64(decodeBase64(text, '').subarray(0, 7)),
      (text: string) => encodeBase64(decodeBase64(text, '').subarray(0, 16)),
    ];
    for (const change of damage) {
      rewrite(({ folders }) => {
        const folder = folders.find(({ folderUid }) => folderUid === inner.uid);
        if (folder) folder.folderKey = change(folder.folderKey);
      });
      const { folders, failed } = await device.getFolders();
      expect(folders.map(({ name }) => name)).toEqual(['shared']);
      for (const { uid, code } of failed) reports.add(`${uid} ${code}`);
    }
    expect([...reports]).toEqual([`${inner.uid} open-failed`]);
  });

  test('A8: what AES-CBC protects is marked as not authenticated', async () => {
    const shared = await application.addFolder('shared');
    await application.addFolder('inner', {
      uid: shared.uid,
      sharedFolderUid: shared.uid,
      sharedFolderKey: shared.key,
    });
    const { folders } = await (await bindDevice()).getFolders();
    expect(folders.map(({ name, keyAuthenticated }) => [name, keyAuthenticated])).toEqual([
      ['shared', true],
      ['inner', false],
    ]);
  });

  test('A8: AES-CBC is never tried after AES-GCM has failed', async () => {
    const record = await application.addRecord({ title: 'record' });
    const device = await bindDevice();
    // The record's data as a CBC ciphertext under the same key bytes: an eager client would open it.
    const cbc = await nodeSuite.importAesCbcKey(await record.key.exportSecretBytes());
    const forged = await cbc.seal(encodeUtf8('{"title":"forged"}'));
    rewrite(({ records }) => (first(records)['data'] = encodeBase64(forged)));
    const { records, failed } = await device.getSecrets();
    expect(records).toEqual([]);
    expect(failed).toMatchObject([{ uid: record.uid, code: 'open-failed' }]);
  });
});

describe('A12: key-id steering and retry loops', () => {
  const steer = (ids: readonly number[]): void => {
    let sent = 0;
    backend.hooks.onRequest = ({ command }) =>
      command && errorAnswer(401, { error: 'key', key_id: ids[sent++ % ids.length] ?? 0 });
  };

  test('A12: a server that keeps naming other keys is left after a few', async () => {
    const device = await bindDevice();
    backend.exchanges.length = 0;
    steer([8, 9, 10, 11, 12, 13, 14, 15]);
    await expect(device.getSecrets()).rejects.toMatchObject({ code: 'server-key-loop' });
    expect(backend.exchanges).toHaveLength(1 + MAXIMUM_KEY_CHANGES);
  });

  test('A12: a server that names the same two keys in turn is left at the first return', async () => {
    const device = await bindDevice();
    backend.exchanges.length = 0;
    steer([8, 7]);
    await expect(device.getSecrets()).rejects.toMatchObject({ code: 'server-key-loop' });
    expect(backend.exchanges).toHaveLength(2);
  });

  test('A12: a key id outside the registry is refused', async () => {
    const device = await bindDevice();
    steer([99]);
    await expect(device.getSecrets()).rejects.toMatchObject({ code: 'server-key-unknown' });
  });

  test('A12: there is no way back to a key older than one that worked', async () => {
    const device = await bindDevice();
    backend.serverKeyId = 10;
    await device.getSecrets();
    steer([9]);
    await expect(device.getSecrets()).rejects.toMatchObject({ code: 'server-key-rollback' });
  });

  test('A12: a hint is not remembered until an answer under it has opened', async () => {
    const { text } = await application.addClient();
    const store = memoryConfigurationStore();
    const options = { store, token: text, serverKeys: backend.serverKeys(), fetch: backend.fetch };
    const device = await openDevice(options);
    steer([12, 13, 14, 15, 16]);
    await expect(device.getSecrets()).rejects.toMatchObject({ code: 'server-key-loop' });
    expect((await store.read())?.serverKeyId).toBeUndefined();
    backend.hooks.onRequest = undefined;
    backend.serverKeyId = 9;
    await device.getSecrets();
    expect((await store.read())?.serverKeyId).toBe(9);
  });
});

describe('A13: cross-tenant confusion', () => {
  test('A13: two applications in one process, interleaved, see their own records only', async () => {
    const other = await backend.addApplication('Other');
    const pairs = await Promise.all(
      [application, other].map(async (app, index) => {
        const folder = await app.addFolder(`folder ${index}`);
        for (let count = 0; count < 10; count++) {
          await app.addRecord({ title: `app ${index} record ${count}` }, count % 2 === 0 ? { folder } : {});
        }
        const { text } = await app.addClient();
        const store = memoryConfigurationStore();
        const serverKeys = backend.serverKeys();
        return { index, device: await openDevice({ store, token: text, serverKeys, fetch: backend.fetch }) };
      }),
    );
    const rounds = Array.from({ length: 5 }, () => pairs).flat();
    const results = await Promise.all(
      rounds.map(async ({ index, device }) => ({ index, secrets: await device.getSecrets() })),
    );
    for (const { index, secrets } of results) {
      expect(secrets.failed).toEqual([]);
      expect(secrets.records).toHaveLength(10);
      for (const { data } of secrets.records) expect(data['title']).toMatch(new RegExp(`^app ${index} `));
    }
  });
});

describe('A14: context confusion', () => {
  test('A14: a file’s content in the place of its description costs that file alone', async () => {
    const record = await application.addRecord({ title: 'record' });
    const good = await application.addFile(record, { name: 'good', content: encodeUtf8('good') });
    const bad = await application.addFile(record, { name: 'bad', content: Uint8Array.of(0xff, 0xd8) });
    const device = await bindDevice();
    rewrite(({ records }) => {
      const files = first(records)['files'] as Record<string, JsonValue>[];
      for (const file of files)
        if (file['fileUid'] === bad.uid) file['data'] = encodeBase64(bad.stored.content ?? new Uint8Array());
    });
    const { records, failed } = await device.getSecrets();
    expect(records[0]?.files.map(({ uid }) => uid)).toEqual([good.uid]);
    expect(failed.map(({ kind, uid }) => [kind, uid])).toEqual([['file', bad.uid]]);
  });

  test('A14: a file’s content and its description do not pass for one another, JSON or not', async () => {
    const record = await application.addRecord({ title: 'record' });
    const { uid, stored } = await application.addFile(record, { name: 'a', content: encodeUtf8('{"name":"b"}') });
    const device = await bindDevice();
    const honest = first((await device.getSecrets()).records[0]?.files ?? []);
    backend.blobs.set(`/file/${uid}`, stored.description);
    await expect(device.downloadFile(honest)).rejects.toMatchObject({ code: 'length-invalid' });
    rewrite(({ records }) => {
      const file = first(first(records)['files'] as Record<string, JsonValue>[]);
      file['data'] = encodeBase64(stored.content ?? new Uint8Array());
    });
    const exchanged = first((await device.getSecrets()).records[0]?.files ?? []);
    expect(exchanged.description).toEqual({ name: 'b' });
    await expect(device.downloadFile(exchanged)).rejects.toMatchObject({ code: 'field-invalid' });
  });

  describe('of files, between two answers', () => {
    let device: Device;
    let known: TrustLedger;
    let [record, contract, invoice] = ['', '', ''];
    let content: Uint8Array;

    beforeEach(async () => {
      const made = await application.addRecord({ title: 'record' });
      const file = await application.addFile(made, { name: 'contract', content: encodeUtf8('{"name":"contract"}') });
      const other = await application.addFile(made, { name: 'invoice', content: encodeUtf8('b') });
      [record, contract, invoice] = [made.uid, file.uid, other.uid];
      content = file.stored.content ?? new Uint8Array();
      device = await bindDevice();
      known = (await show(emptyTrustLedger(), 'report')).ledger;
      expect(traceOf(known, contract)?.kind).toBe('file');
    });

    const show = async (
      ledger: TrustLedger,
      mode: 'report' | 'strict',
    ): Promise<{ readonly ledger: TrustLedger; readonly report: LedgerReport }> =>
      observe(ledger, observationOfSecrets(await device.getSecrets({ digests: true }), { complete: true }), { mode });

    /** Plays an attack under both policies: what is suspicious, and what is accepted under the strict one. */
    async function play(change: (answer: Mutable, files: Record<string, JsonValue>[]) => void) {
      rewrite((answer) => {
        change(answer, first(answer.records)['files'] as Record<string, JsonValue>[]);
      });
      const lax = await show(known, 'report');
      const { ledger, report } = await show(known, 'strict');
      const suspicious = (of: LedgerReport): string[][] =>
        of.items.suspicious.map(({ row, subject }) => [row, subject]);
      expect(suspicious(lax.report)).toEqual(suspicious(report));
      expect(lax.report.items.suspicious.filter(({ refused }) => refused)).toEqual([]);
      backend.hooks.onPlaintext = undefined;
      // Nothing that was suspicious was learned, and the honest answer is clean again. What passed for a change was: going
      // back on it is suspicious.
      const goneBack = report.items.changed.map(({ subject }) => ['A6', subject]);
      expect(suspicious((await show(ledger, 'strict')).report)).toEqual(goneBack);
      expect([traceOf(ledger, contract)?.keyDigest, traceOf(ledger, contract)?.kind]).toEqual([
        traceOf(known, contract)?.keyDigest,
        'file',
      ]);
      return { report, suspicious: suspicious(report), accepted: (uid: string) => report.accepted(uid) };
    }

    test('A14: a file under another’s uid is reported across answers, and refused under the strict policy', async () => {
      // Who asks for the contract gets the invoice: key, description and content fit one another.
      const relabeled = await play((_, files) => {
        const from = files.find(({ fileUid }) => fileUid === invoice);
        files.splice(0, 2, { ...from, fileUid: contract });
      });
      expect(relabeled.suspicious).toEqual([['A5', contract]]);
      expect([relabeled.accepted(contract), relabeled.accepted(record)]).toEqual([false, true]);
      expect(relabeled.report.missing).toEqual([invoice]);
      const exchanged = await play((_, files) => {
        for (const file of files) file['fileUid'] = file['fileUid'] === contract ? invoice : contract;
      });
      expect(exchanged.suspicious.toSorted()).toEqual([contract, invoice].map((uid) => ['A5', uid]).toSorted());
      expect([contract, invoice].map(exchanged.accepted)).toEqual([false, false]);
      const copied = await play((_, files) => {
        const from = files.find(({ fileUid }) => fileUid === invoice);
        const to = files.find(({ fileUid }) => fileUid === contract);
        if (from && to) Object.assign(to, { fileKey: from['fileKey'], data: from['data'] });
      });
      // Seen at opening: there is no file left for the ledger to suspect, nor to accept.
      expect(copied.suspicious).toEqual([]);
      expect([contract, invoice, record].map(copied.accepted)).toEqual([false, false, true]);
      expect(copied.report.missing).toEqual([]);
    });

    test('A14: a file’s uid on a record, or a record’s on a file, is reported across answers', async () => {
      const asRecord = await play((answer) => {
        answer.records = [{ ...first(answer.records), recordUid: contract, files: [] }];
      });
      expect(asRecord.suspicious.toSorted()).toEqual([
        ['A14', contract],
        ['A5', contract],
      ]);
      const asFile = await play((_, files) => {
        files.splice(0, 1, { ...files[0], fileUid: record });
      });
      expect(asFile.suspicious).toContainEqual(['A14', record]);
      expect(asFile.suspicious).toContainEqual(['A5', record]);
      expect(asFile.accepted(record)).toBe(false);
    });

    test('A14: a file’s content in the place of its description is a change across answers, even as JSON', async () => {
      const { report } = await play((_, files) => {
        const file = files.find(({ fileUid }) => fileUid === contract);
        if (file) file['data'] = encodeBase64(content);
      });
      expect(report.items.changed).toEqual([{ subject: contract, what: ['data'] }]);
      expect(report.items.unchanged).toBe(2);
    });

    test('A7: a file that no longer comes is missing across answers, one that failed is not', async () => {
      const { report } = await play((_, files) => files.splice(0, 1));
      expect(report.missing).toHaveLength(1);
      const failing = await play((_, files) => (first(files)['fileKey'] = flip(text(first(files)['fileKey']), -1)));
      expect(failing.report.missing).toEqual([]);
    });
  });
});

describe.each([nodeSuite, webcryptoSuite, nobleSuite])('A15: short and invalid inputs, $name', (suite) => {
  test('A15: a tag cut to 4, 8, 12 or 15 bytes never opens', async () => {
    const key = await suite.importAesKey(suite.randomBytes(32));
    const sealed = await key.seal(encodeUtf8('a message that is long enough'));
    await expect(key.open(sealed)).resolves.toBeDefined();
    for (const cut of [1, 4, 8, 12]) {
      await expect(key.open(sealed.subarray(0, -cut))).rejects.toMatchObject({ code: 'open-failed' });
    }
  });

  test('A15: a blob shorter than nonce and tag is refused as too short', async () => {
    const key = await suite.importAesKey(suite.randomBytes(32));
    for (const length of [0, 1, 12, 16, 27]) {
      await expect(key.open(new Uint8Array(length))).rejects.toMatchObject({ code: 'message-too-short' });
    }
  });

  test('A15: an ephemeral point off the curve, compressed, hybrid or the identity is refused', async () => {
    const recipient = await nodeSuite.generateEcPrivateKey();
    const sealed = await seal(recipient.publicKey, encodeUtf8('secret'), { suite });
    await expect(open(recipient, sealed, { suite })).resolves.toBeDefined();
    const forgeries = [
      (bytes: Uint8Array) => bytes.with(64, (bytes[64] ?? 0) ^ 1),
      (bytes: Uint8Array) => bytes.with(0, 2),
      (bytes: Uint8Array) => bytes.with(0, 6),
      (bytes: Uint8Array) => bytes.map((byte, index) => (index < 65 ? 0 : byte)),
      (bytes: Uint8Array) => bytes.map((byte, index) => (index === 0 || index >= 65 ? byte : 0xff)),
    ];
    for (const forge of forgeries) {
      await expect(open(recipient, forge(sealed), { suite })).rejects.toMatchObject({ code: 'point-invalid' });
    }
  });

  test('A15: concurrent seals never share a nonce or an ephemeral key', async () => {
    const key = await suite.importAesKey(suite.randomBytes(32));
    const recipient = await nodeSuite.generateEcPrivateKey();
    const message = encodeUtf8('same message');
    const sealed = await Promise.all(Array.from({ length: 50 }, () => key.seal(message)));
    const wrapped = await Promise.all(Array.from({ length: 20 }, () => seal(recipient.publicKey, message, { suite })));
    expect(new Set(sealed.map((bytes) => encodeBase64(bytes.subarray(0, 12)))).size).toBe(50);
    expect(new Set(wrapped.map((bytes) => encodeBase64(bytes.subarray(0, 65)))).size).toBe(20);
  });
});

describe('A16: server-chosen URLs for files', () => {
  const HOSTILE_URLS = [
    `http://${FILES_HOST}/file`,
    'https://127.0.0.1/file',
    'https://2130706433/file',
    'https://0x7f.1/file',
    'https://[::1]/file',
    'https://[::ffff:127.0.0.1]/file',
    'https://10.1.2.3/file',
    'https://172.31.0.1/file',
    'https://192.168.1.1/file',
    'https://169.254.169.254/latest/meta-data',
    'https://100.64.0.1/file',
    'https://[fd00::1]/file',
    'https://[fe80::1]/file',
    'https://localhost/file',
    'https://vault.internal/file',
    'https://printer/file',
    `https://user:password@${FILES_HOST}/file`,
    'file:///etc/passwd',
    'javascript:alert(1)',
    '/relative',
    '',
  ];

  test('A16: a URL that is not https, or leads to a private address, is refused before anything is sent', async () => {
    const record = await application.addRecord({ title: 'record' });
    const { stored } = await application.addFile(record, { name: 'a', content: encodeUtf8('a') });
    const device = await bindDevice();
    for (const url of HOSTILE_URLS) {
      stored.url = url;
      const [opened] = (await device.getSecrets()).records;
      const file = first(opened?.files ?? []);
      backend.exchanges.length = 0;
      await expect(device.downloadFile(file), url).rejects.toMatchObject({ code: 'url-refused' });
      expect(backend.exchanges, url).toHaveLength(0);
    }
  });

  test('A16: the same holds for the place of an upload', async () => {
    await application.addRecord({ title: 'record' });
    const device = await bindDevice();
    const [record] = (await device.getSecrets()).records;
    if (!record) throw new Error('expected a record');
    for (const url of HOSTILE_URLS) {
      backend.exchanges.length = 0;
      backend.hooks.onPlaintext = (answer) => ({ ...answer, url });
      const upload = device.uploadFile(record, { name: 'a', content: encodeUtf8('a') });
      await expect(upload, url).rejects.toMatchObject({ code: 'url-refused' });
      expect(backend.exchanges, url).toHaveLength(1);
    }
  });

  test('A16: a caller can name the hosts that are allowed', async () => {
    const record = await application.addRecord({ title: 'record' });
    await application.addFile(record, { name: 'a', content: encodeUtf8('content') });
    for (const [allowedHosts, accepted] of [
      [[FILES_HOST], true],
      [['other.example'], false],
    ] as const) {
      const device = await bindDevice({ fileUrls: { allowedHosts } });
      const file = first((await device.getSecrets()).records[0]?.files ?? []);
      if (accepted) expect(await device.downloadFile(file)).toEqual(encodeUtf8('content'));
      else await expect(device.downloadFile(file)).rejects.toMatchObject({ code: 'url-refused' });
    }
  });

  test('A16: no credentials go along and no redirect is followed, for files and for requests', async () => {
    const record = await application.addRecord({ title: 'record' });
    await application.addFile(record, { name: 'a', content: encodeUtf8('content') });
    const device = await bindDevice();
    await device.downloadFile(first((await device.getSecrets()).records[0]?.files ?? []));
    for (const { init, command, headers } of backend.exchanges) {
      expect(init).toMatchObject({ credentials: 'omit', redirect: 'error' });
      if (!command) expect([...headers.keys()]).toEqual([]);
    }
  });

  test('A16: content that is not as long as its description says is refused', async () => {
    const record = await application.addRecord({ title: 'record' });
    const { uid, key } = await application.addFile(record, { name: 'a', content: encodeUtf8('content') });
    const device = await bindDevice();
    const file = first((await device.getSecrets()).records[0]?.files ?? []);
    // The description is sealed with the same key: a server may serve it as the content.
    backend.blobs.set(`/file/${uid}`, await key.sealDescription({ name: 'a' }));
    await expect(device.downloadFile(file)).rejects.toMatchObject({ code: 'length-invalid' });
  });
});

describe('A17: leakage by size', () => {
  test('A17: padded records show their size in steps alone, and are read as before', async () => {
    await application.addFolder('folder');
    const device = await bindDevice();
    const handle = first((await device.getSecrets()).folders);
    for (const title of ['a', 'a longer title', 'x'.repeat(400)]) {
      const uid = await device.createRecord(handle, { title }, { padTo: 512 });
      const made = (await device.getSecrets()).records.find((record) => record.uid === uid);
      expect(made?.data).toEqual({ title });
      await device.updateRecord(made!, { title: `${title}!` }, { padTo: 512 });
      const changed = (await device.getSecrets()).records.find((record) => record.uid === uid);
      expect(changed?.data).toEqual({ title: `${title}!` });
      await device.uploadFile(changed!, { name: 'a', content: new Uint8Array(1) }, { padTo: 512 });
    }
    // Nonce, one step, tag.
    expect(application.records.map(({ data }) => data.length)).toEqual([540, 540, 540]);
  });
});

describe('A18: hostile JSON', () => {
  const answers: readonly (readonly [string, Uint8Array, string])[] = [
    ['nesting', encodeUtf8(`{"records":${'['.repeat(100_000)}${']'.repeat(100_000)}}`), 'json-too-deep'],
    ['a duplicate key', encodeUtf8('{"records":[],"records":[{}]}'), 'json-duplicate-key'],
    ['an escaped duplicate key', encodeUtf8('{"records":[],"\\u0072ecords":[{}]}'), 'json-duplicate-key'],
    ['__proto__', encodeUtf8('{"__proto__":{"records":[]}}'), 'json-invalid'],
    ['an escaped __proto__', encodeUtf8('{"\\u005f_proto__":{"records":[]}}'), 'json-invalid'],
    ['overlong UTF-8', new Uint8Array([0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x3a, 0x31, 0x7d]), 'utf8-invalid'],
    ['a lone surrogate in UTF-8', new Uint8Array([0x22, 0xed, 0xa0, 0x80, 0x22]), 'utf8-invalid'],
    ['trailing bytes', encodeUtf8('{"records":[]} {}'), 'json-invalid'],
    ['a cut document', encodeUtf8('{"records":['), 'json-invalid'],
    ['no object', encodeUtf8('[]'), 'json-invalid'],
    ['records of another type', encodeUtf8('{"records":{"length":4000000000}}'), 'field-invalid'],
  ];

  test.each(answers)('A18: an answer with %s is refused as a whole', async (_, plaintext, code) => {
    const device = await bindDevice();
    backend.hooks.onPlaintext = () => plaintext;
    await expect(device.getSecrets()).rejects.toMatchObject({ code });
    expect(Object.prototype).not.toHaveProperty('records');
  });

  test('A18: a body without end is read no further than it may be', async () => {
    const record = await application.addRecord({ title: 'record' });
    await application.addFile(record, { name: 'a', content: encodeUtf8('content') });
    let endless: number | undefined;
    let [sent, ended] = [0, 0];
    const device = await bindDevice({
      maximumAnswerBytes: 1_000_000,
      fetch: async (input, init) => {
        if (endless === undefined) return backend.fetch(input, init);
        const body = new ReadableStream<Uint8Array>({
          pull: (controller) => {
            sent += 10_000;
            if (sent > 3_000_000) throw new Error('it reads on and on');
            controller.enqueue(new Uint8Array(10_000));
          },
          cancel: () => {
            ended++;
          },
        });
        return new Response(body, { status: endless });
      },
    });
    const file = first((await device.getSecrets()).records[0]?.files ?? []);
    for (const [status, call, code, most] of [
      [200, () => device.getSecrets(), 'message-too-long', 1_020_000],
      [500, () => device.getSecrets(), 'request-rejected', 90_000],
      [200, () => device.downloadFile(file), 'length-invalid', 20_000],
      [200, () => device.downloadThumbnail({ ...file, thumbnailUrl: file.url }), 'length-invalid', 1_020_000],
    ] as const) {
      [endless, sent, ended] = [status, 0, 0];
      await expect(call()).rejects.toMatchObject({ code });
      expect([sent <= most, ended], `${code} after ${sent} bytes`).toEqual([true, 1]);
    }
  });

  test('A18: hostile JSON inside one record costs that record alone', async () => {
    const device = await bindDevice();
    await application.addRecord({ title: 'good' });
    for (const [, plaintext] of answers.slice(0, 9)) {
      const record = await application.addRecord({ title: 'bad' });
      record.stored.data = await (await nodeSuite.importAesKey(await record.key.exportSecretBytes())).seal(plaintext);
    }
    const { records, failed } = await device.getSecrets();
    expect(records.map(({ data }) => data['title'])).toEqual(['good']);
    expect(failed.map(({ code }) => code)).toEqual(answers.slice(0, 9).map(([, , code]) => code));
  });

  test('A18: entries of the wrong shape cost themselves alone', async () => {
    await application.addRecord({ title: 'good' });
    const device = await bindDevice();
    rewrite((answer) => {
      const junk = [null, 7, 'text', [], {}, { recordUid: 5 }, { recordUid: 'short', recordKey: 'AAAA', data: '' }];
      answer.records.push(...(junk as unknown as Record<string, JsonValue>[]));
      answer.folders.push(...(junk as unknown as Mutable['folders']));
    });
    const { records, failed } = await device.getSecrets();
    expect(records.map(({ data }) => data['title'])).toEqual(['good']);
    expect(failed).toHaveLength(14);
  });

  test('A18: an error answer of any shape and size ends the request with its own words, cut and printable', async () => {
    const device = await bindDevice();
    const bodies = [
      new Uint8Array(0),
      new Uint8Array(1_000_000).fill(0x5b),
      encodeUtf8('\u001b[2J\u001b]0;title\u0007'),
      encodeUtf8('{"error":{"__proto__":1}}'),
      encodeUtf8(`{"error":"access_denied","message":"\\u001b[31m${'x'.repeat(5000)}"}`),
    ];
    for (const body of bodies) {
      backend.hooks.onRequest = ({ command }) => command && errorAnswer(403, body);
      const error: unknown = await device.getSecrets().catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'request-rejected' });
      const { message } = error as Error;
      expect(message.length).toBeLessThan(2100);
      // eslint-disable-next-line no-control-regex -- control characters are what must not be there
      expect(message).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
    }
  });
});
