import { beforeEach, expect, test } from 'vitest';
import {
  generateUid,
  getSecretsCommand,
  memoryConfigurationStore,
  openDevice,
  openFolders,
  openSecrets,
  readDeleteResults,
  textConfigurationStore,
  type Device,
  type DeviceOptions,
} from '../../src/keychain/index.js';
import { decodeErrorAnswer, FIRST_THROTTLE_WAIT, MAXIMUM_THROTTLE_WAITS } from '../../src/transmission/index.js';
import { encodeBase64 } from '../../src/wire/base64.js';
import { encodeUtf8 } from '../../src/wire/bytes.js';
import type { JsonObject, JsonValue } from '../../src/wire/json.js';
import { createFakeBackend, errorAnswer, type FakeApplication, type FakeBackend } from '../support/fake-backend.js';

// What clients in the field have shipped and taken back. Each is named by its row of docs/threat-model.md.

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

test('R1: a record shared by itself keeps its innerFolderUid', async () => {
  const { uid } = await application.addRecord({ title: 'flat' }, { innerFolderUid: 'AAAAAAAAAAAAAAAAAAAAAA' });
  const { records } = await (await bindDevice()).getSecrets();
  expect(records).toMatchObject([{ uid, folderUids: [], innerFolderUid: 'AAAAAAAAAAAAAAAAAAAAAA' }]);
});

test('R2: a record that another client made in a shared folder opens', async () => {
  await application.addFolder('shared');
  const [author, reader] = [await bindDevice(), await bindDevice()];
  const [folder] = (await author.getSecrets()).folders;
  if (!folder) throw new Error('expected a folder');
  const uid = await author.createRecord(folder, { title: 'made by another' });
  const { records, failed } = await reader.getSecrets();
  expect(failed).toEqual([]);
  expect(records).toMatchObject([{ uid, folderUids: [folder.uid], data: { title: 'made by another' } }]);
});

test('R3: a record with a shortcut comes once, with both folders', async () => {
  const [one, two] = [await application.addFolder('one'), await application.addFolder('two')];
  const record = await application.addRecord({ title: 'record' }, { folder: one });
  const wrapped = encodeBase64(await two.key.wrapRecordKey(record.key));
  const device = await bindDevice();
  backend.hooks.onPlaintext = (answer) => {
    const copy = structuredClone(answer) as unknown as {
      folders: { folderUid: string; records: Record<string, JsonValue>[] }[];
    };
    const item = copy.folders.find(({ folderUid }) => folderUid === one.uid)?.records[0];
    copy.folders.find(({ folderUid }) => folderUid === two.uid)?.records.push({ ...item, recordKey: wrapped });
    return copy;
  };
  const { records, failed } = await device.getSecrets();
  expect(failed).toEqual([]);
  expect(records).toHaveLength(1);
  expect(new Set(records[0]?.folderUids)).toEqual(new Set([one.uid, two.uid]));
});

test('R3: the same UID with other content is reported, and the first is kept', async () => {
  const record = await application.addRecord({ title: 'record' });
  const other = encodeBase64(await record.key.sealData({ title: 'other' }));
  const device = await bindDevice();
  backend.hooks.onPlaintext = (answer) => {
    const records = answer['records'] as JsonObject[];
    return { ...answer, records: [...records, { ...records[0], data: other }] };
  };
  const { records, failed } = await device.getSecrets();
  expect(records.map(({ data }) => data['title'])).toEqual(['record']);
  expect(failed).toMatchObject([{ uid: record.uid, code: 'duplicate-uid' }]);
});

test('R4: booleans come as 0 and 1 as well', async () => {
  await application.addRecord({ title: 'a' });
  const device = await bindDevice();
  for (const [wire, expected] of [
    [0, false],
    [1, true],
    [false, false],
    [true, true],
  ] as const) {
    backend.hooks.onPlaintext = (answer) => {
      const records = answer['records'] as JsonObject[];
      return { ...answer, records: records.map((record) => ({ ...record, isEditable: wire })) };
    };
    expect((await device.getSecrets()).records[0]?.isEditable).toBe(expected);
  }
});

test('R5: null stands for an absent member everywhere in an answer, and stays null inside a record', async () => {
  const data = { title: 'a', notes: null, fields: [{ type: 'login', value: [null], label: null }] };
  await application.addRecord(data);
  const device = await bindDevice();
  backend.hooks.onPlaintext = (answer) => {
    const [record] = answer['records'] as JsonObject[];
    const nulls = { innerFolderUid: null, files: null, links: null, isEditable: null };
    return { ...answer, records: [{ ...record, ...nulls }], folders: null, warnings: null, expiresOn: null };
  };
  const { records, failed, folders, expiresOn } = await device.getSecrets();
  expect([failed, folders, expiresOn]).toEqual([[], [], undefined]);
  expect(records[0]?.data).toEqual(data);
});

test('R6: an empty custom list survives a read, a change and a read', async () => {
  await application.addRecord({ title: 'a', fields: [], custom: [] });
  const device = await bindDevice();
  const [record] = (await device.getSecrets()).records;
  if (!record) throw new Error('expected a record');
  await device.updateRecord(record, { ...record.data, title: 'b' });
  expect((await device.getSecrets()).records[0]?.data).toEqual({ title: 'b', fields: [], custom: [] });
});

test('R7: a UID that begins with a hyphen is read, and never made', async () => {
  await application.addRecord({ title: 'a' });
  const uid = '-AAAAAAAAAAAAAAAAAAAAA';
  const device = await bindDevice();
  backend.hooks.onPlaintext = (answer) => {
    const records = answer['records'] as JsonObject[];
    return { ...answer, records: records.map((item) => ({ ...item, recordUid: uid })) };
  };
  expect((await device.getSecrets()).records).toMatchObject([{ uid, data: { title: 'a' } }]);
  const worst = { randomBytes: (length: number) => new Uint8Array(length).fill(0xfb) };
  expect(generateUid({ suite: worst })).toMatch(/^[^-]/);
});

test('R8: a throttle body longer than 1,000 bytes is understood', async () => {
  const waits: number[] = [];
  const device = await bindDevice({ sleep: (milliseconds) => Promise.resolve(void waits.push(milliseconds)) });
  let throttled = false;
  backend.hooks.onRequest = ({ command }) => {
    if (!command || throttled) return undefined;
    throttled = true;
    return errorAnswer(403, { padding: 'x'.repeat(5000), error: 'throttled', retry_after: 7 });
  };
  await device.getSecrets();
  expect(waits).toHaveLength(1);
  expect(waits[0]).toBeGreaterThanOrEqual(7000);
});

test('R9: throttling comes as 403 and as 429, with and without Retry-After, and ends', async () => {
  const now = Date.UTC(2026, 5, 1);
  const date = new Date(now + 9000).toUTCString();
  const forms = [
    [errorAnswer(403, { error: 'throttled' }), FIRST_THROTTLE_WAIT * 0.75],
    [errorAnswer(403, { result_code: 'throttled', retry_after: 20 }), 20_000],
    [errorAnswer(429, { error: 'throttled' }, { 'Retry-After': '5' }), 5000],
    [errorAnswer(429, encodeUtf8('<html>'), { 'Retry-After': '5' }), 5000],
    [errorAnswer(429, encodeUtf8(''), { 'Retry-After': date }), 9000],
  ] as const;
  for (const [answer, least] of forms) {
    const waits: number[] = [];
    const sleep = (milliseconds: number): Promise<void> => Promise.resolve(void waits.push(milliseconds));
    const device = await bindDevice({ sleep, now: () => now });
    backend.hooks.onRequest = ({ command }) => (command ? answer : undefined);
    await expect(device.getSecrets()).rejects.toMatchObject({ code: 'throttled' });
    expect(waits).toHaveLength(MAXIMUM_THROTTLE_WAITS);
    expect(waits[0]).toBeGreaterThanOrEqual(least);
    backend.hooks.onRequest = undefined;
  }
  // Any other status with the same words is no throttling.
  expect(decodeErrorAnswer({ status: 500, body: encodeUtf8('{"error":"throttled"}') }).action).toBe('give-up');
});

test('R10: a key store that fails ends the call with its own error', async () => {
  const { text } = await application.addClient();
  const store = { ...memoryConfigurationStore(), read: () => Promise.reject(new Error('the store is broken')) };
  const device = openDevice({ store, token: text, serverKeys: backend.serverKeys(), fetch: backend.fetch });
  await expect(device).rejects.toThrow('the store is broken');
  expect(backend.exchanges).toEqual([]);
});

test('R10: a key store that cannot write stops the binding before anything is sent', async () => {
  const { text } = await application.addClient();
  const store = { ...memoryConfigurationStore(), write: () => Promise.reject(new Error('the disk is full')) };
  const device = openDevice({ store, token: text, serverKeys: backend.serverKeys(), fetch: backend.fetch });
  await expect(device).rejects.toThrow('the disk is full');
  expect(backend.exchanges).toEqual([]);
});

test('R11: a thumbnail is the thumbnail, not the file', async () => {
  const record = await application.addRecord({ title: 'a' });
  const [content, thumbnail] = [encodeUtf8('the whole picture'), encodeUtf8('small')];
  await application.addFile(record, { name: 'a.png', content, thumbnail });
  const device = await bindDevice();
  const file = (await device.getSecrets()).records[0]?.files[0];
  if (!file) throw new Error('expected a file');
  expect(await device.downloadThumbnail(file)).toEqual(thumbnail);
  expect(await device.downloadFile(file)).toEqual(content);
  await expect(device.downloadThumbnail({ ...file, thumbnailUrl: undefined })).rejects.toMatchObject({
    code: 'url-refused',
  });
});

test('R12: a UID that was not deleted is not reported as deleted', async () => {
  const record = await application.addRecord({ title: 'a' });
  const device = await bindDevice();
  const unknown = 'BBBBBBBBBBBBBBBBBBBBBA';
  expect(await device.deleteRecords([record.uid, unknown])).toMatchObject([
    { uid: record.uid, deleted: true },
    { uid: unknown, deleted: false, responseCode: 'not_found' },
  ]);
  expect(readDeleteResults({ records: [] }, [unknown])).toMatchObject([{ deleted: false, responseCode: 'missing' }]);
  expect(readDeleteResults({}, [unknown])).toMatchObject([{ deleted: false, responseCode: 'missing' }]);
});

test('R13: a connection that fails is reported, and nothing else is tried', async () => {
  const device = await bindDevice();
  backend.exchanges.length = 0;
  backend.hooks.onRequest = () => {
    throw new TypeError('the proxy refused');
  };
  await expect(device.getSecrets()).rejects.toThrow('the proxy refused');
  expect(backend.exchanges).toHaveLength(1);
});

test('R16: a configuration that cannot be read is an error, and is not overwritten', async () => {
  const { text } = await application.addClient();
  const writes: string[] = [];
  for (const broken of ['', '{', '{"hostname":"x"}', 'AAAA', '{"clientId":"AA=="}']) {
    const store = textConfigurationStore({
      read: () => Promise.resolve(broken),
      write: (written) => Promise.resolve(void writes.push(written)),
    });
    const device = openDevice({ store, token: text, serverKeys: backend.serverKeys(), fetch: backend.fetch });
    await expect(device, broken).rejects.toMatchObject({ code: 'configuration-invalid' });
  }
  expect(writes).toEqual([]);
  expect(backend.exchanges).toEqual([]);
});

test('R17: a token whose first answer was lost still binds, and only to the same device key', async () => {
  const { text, clientId } = await application.addClient();
  const store = memoryConfigurationStore();
  const options = { store, token: text, serverKeys: backend.serverKeys(), fetch: backend.fetch };
  backend.hooks.onAnswer = () => {
    throw new TypeError('the connection broke');
  };
  await expect(openDevice(options)).rejects.toThrow('the connection broke');
  expect(backend.client(clientId).served.at).toBe('delivered');
  backend.hooks.onAnswer = undefined;
  await expect(openDevice({ ...options, store: memoryConfigurationStore() })).rejects.toThrow(/token/);
  await openDevice(options);
  expect(backend.client(clientId).served.at).toBe('bound');
});

test('R18: getFolders may be the first call, and does not burn the token', async () => {
  await application.addFolder('shared');
  const { clientId } = await application.addClient();
  const device = await bindDevice();
  expect((await device.getFolders()).folders.map(({ name }) => name)).toEqual(['shared']);
  // A client that tries to bind with get_folders is refused, and may bind properly afterwards.
  expect(backend.client(clientId).served.at).toBe('issued');
  expect(getSecretsCommand({ clientId }).command).toBe('get_secret');
});

test('R19: a pinned server key is not changed by a hint', async () => {
  const { text } = await application.addClient();
  const store = memoryConfigurationStore();
  const serverKeys = backend.pinnedServerKey();
  const device = await openDevice({ store, token: text, serverKeys, fetch: backend.fetch });
  backend.exchanges.length = 0;
  backend.serverKeyId = 8;
  await expect(device.getSecrets()).rejects.toMatchObject({ code: 'server-key-rejected' });
  expect(backend.exchanges).toHaveLength(1);
  expect((await store.read())?.serverKeyId).toBeUndefined();
});

test('R20: a failed tag is not tried again under AES-CBC, for records and for shared folders', async () => {
  const folder = await application.addFolder('shared');
  const cbc = await folder.key.sealData({ name: 'forged' });
  const { failed } = await openSecrets(
    { folders: [{ folderUid: folder.uid, folderKey: encodeBase64(cbc), records: [] }] },
    application.key,
  );
  expect(failed).toMatchObject([{ kind: 'folder', code: 'open-failed' }]);
  const opened = await openFolders(
    { folders: [{ folderUid: folder.uid, folderKey: encodeBase64(cbc), data: encodeBase64(folder.stored.data) }] },
    application.key,
  );
  expect(opened.folders).toEqual([]);
  expect(opened.failed).toMatchObject([{ kind: 'folder', code: 'open-failed' }]);
});
