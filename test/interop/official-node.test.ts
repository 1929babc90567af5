import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  configurationFile,
  startServer,
  trustingFetch,
  type RunningServer,
  type SeedInput,
  type ServerOptions,
} from '../../reference/src/index.js';
import { memoryConfigurationStore, openDevice, type Device } from '../../src/keychain/index.js';
import { customServerKey, publishedServerKeys, type ServerKeys } from '../../src/transmission/index.js';
import { officialSdk, officialSdkWithKeysOf, sdkOptions, type Sdk } from './official.js';

// The official client, which we did not write, against our server over HTTPS; our client against the same server; and
// each on what the other has left behind.

const FOLDER = 'aW50ZXJvcC1mb2xkZXItMA';
const SUBFOLDER = 'aW50ZXJvcC1zdWJmb2xkZQ';
const RECORD = 'aW50ZXJvcC1yZWNvcmQtMA';
const OTHER = 'aW50ZXJvcC1yZWNvcmQtMQ';

const SEED: SeedInput = {
  applications: [
    {
      title: 'Interop',
      clients: [{ name: 'one' }, { name: 'two' }, { name: 'three' }],
      records: [{ title: 'Alone', type: 'login', uid: OTHER, fields: [{ type: 'login', value: 'alone' }] }],
      folders: [
        {
          name: 'Shared',
          uid: FOLDER,
          folders: [{ name: 'Inner', uid: SUBFOLDER }],
          records: [
            {
              title: 'In the folder',
              type: 'login',
              uid: RECORD,
              fields: [
                { type: 'login', value: 'user' },
                { type: 'password', value: 'secret' },
              ],
              files: [{ name: 'notes.txt', type: 'text/plain', text: 'a file of the seed' }],
            },
          ],
        },
      ],
    },
  ],
};

let server: RunningServer;
let faults: unknown[];

async function start(options: ServerOptions = {}): Promise<void> {
  faults = [];
  server = await startServer({ seed: SEED, onInternalError: (error) => faults.push(error), ...options });
}

beforeEach(() => start());

afterEach(async () => {
  await server.close();
  vi.restoreAllMocks();
  expect(faults).toEqual([]);
});

const token = (index: number): string => server.tokens[index]?.token ?? '';
const address = (): string => `${server.host}:${server.port}`;
const title = (data: object | undefined): unknown => (data as { title?: unknown } | undefined)?.title;

/** The official client, bound with a token of the seed. */
async function official(sdk: Sdk = officialSdk(server), index = 0) {
  const storage = sdk.inMemoryStorage({});
  await sdk.initializeStorage(storage, token(index), address());
  return { sdk, options: sdkOptions(server, storage) };
}

const pinned = (): ServerKeys =>
  customServerKey({ id: server.serverPublicKeyId, publicKey: Buffer.from(server.serverPublicKey, 'base64url') });

/** Our client, bound with another token of the seed. */
function ours(index = 1): Promise<Device> {
  return openDevice({
    store: memoryConfigurationStore(),
    token: token(index),
    host: address(),
    serverKeys: pinned(),
    fetch: trustingFetch(server.certificate),
    fileUrls: { allowPrivateAddresses: true },
  });
}

/** What a client of either kind reads, for comparison. */
async function titles(device: Device): Promise<unknown[]> {
  const { records, failed } = await device.getSecrets();
  expect(failed).toEqual([]);
  return records.map(({ data }) => data['title']).sort();
}

describe('the official client', () => {
  test('binds, reads everything, and a part', async () => {
    const { sdk, options } = await official();
    const { appData, records } = await sdk.getSecrets(options);
    expect(appData).toMatchObject({ title: 'Interop' });
    expect(records.map(({ data }) => title(data as object)).sort()).toEqual(['Alone', 'In the folder']);
    expect(records.find(({ recordUid }) => recordUid === RECORD)?.folderUid).toBe(FOLDER);
    const filtered = await sdk.getSecrets(options, [OTHER]);
    expect(filtered.records.map(({ recordUid }) => recordUid)).toEqual([OTHER]);
    const byFolder = await sdk.getSecrets2(options, { foldersFilter: [FOLDER] });
    expect(byFolder.records.map(({ recordUid }) => recordUid)).toEqual([RECORD]);
    const nothing = await sdk.getSecrets(options, ['AAAAAAAAAAAAAAAAAAAAAA']);
    expect(nothing.records).toEqual([]);
    // The token is spent: the client keeps the application's key instead.
    expect(await options.storage.getString('clientKey')).toBeUndefined();
    expect(await options.storage.getBytes('appKey')).toHaveLength(32);
  });

  test('reads folders with their names and parents', async () => {
    const { sdk, options } = await official();
    await sdk.getSecrets(options);
    expect(await sdk.getFolders(options)).toEqual([
      { folderUid: FOLDER, name: 'Shared' },
      { folderUid: SUBFOLDER, parentUid: FOLDER, name: 'Inner' },
    ]);
  });

  test('resolves its notation', async () => {
    const { sdk, options } = await official();
    expect(await sdk.getNotationResults(options, `keeper://${RECORD}/field/password`)).toEqual(['secret']);
    expect(await sdk.getNotationResults(options, `keeper://Alone/field/login`)).toEqual(['alone']);
  });

  test('creates, updates and deletes records, and ours reads them', async () => {
    const { sdk, options } = await official();
    await sdk.getSecrets(options);
    const device = await ours();
    const data = { title: 'Made by it', type: 'login', fields: [], custom: [] };
    const uid = await sdk.createSecret(options, FOLDER, data);
    const inner = await sdk.createSecret2(
      options,
      { folderUid: FOLDER, subFolderUid: SUBFOLDER },
      { ...data, title: 'I' },
    );
    expect(await titles(device)).toEqual(['Alone', 'I', 'In the folder', 'Made by it']);
    const made = (await device.getSecrets({ records: [inner] })).records[0];
    expect(made).toMatchObject({ uid: inner, innerFolderUid: SUBFOLDER, folderUids: [FOLDER] });

    const [record] = (await sdk.getSecrets(options, [uid])).records;
    if (!record) throw new Error('expected the record');
    Object.assign(record.data as object, { title: 'Changed by it' });
    await sdk.updateSecret(options, record);
    expect(await titles(device)).toEqual(['Alone', 'Changed by it', 'I', 'In the folder']);
    // It still holds the old revision.
    await expect(sdk.updateSecret(options, record)).rejects.toThrow(/conflict/);

    const deleted = await sdk.deleteSecret(options, [uid, inner, 'AAAAAAAAAAAAAAAAAAAAAA']);
    expect(deleted.records.map(({ responseCode }) => responseCode === 'ok')).toEqual([true, true, false]);
    expect(await titles(device)).toEqual(['Alone', 'In the folder']);
  });

  test('creates, renames and deletes folders, and ours reads them', async () => {
    const { sdk, options } = await official();
    await sdk.getSecrets(options);
    await sdk.getFolders(options);
    const device = await ours();
    const uid = await sdk.createFolder(options, { folderUid: FOLDER }, 'First name');
    const nested = await sdk.createFolder(options, { folderUid: FOLDER, subFolderUid: uid }, 'Nested');
    await sdk.getFolders(options);
    await sdk.updateFolder(options, uid, 'Second name');
    const { folders, failed } = await device.getFolders();
    expect(failed).toEqual([]);
    expect(folders.find((folder) => folder.uid === uid)).toMatchObject({ name: 'Second name', parentUid: FOLDER });
    expect(folders.find((folder) => folder.uid === nested)).toMatchObject({ name: 'Nested', parentUid: uid });
    const refused = await sdk.deleteFolder(options, [uid]);
    expect(refused.folders.map(({ responseCode }) => responseCode)).not.toEqual(['ok']);
    const deleted = await sdk.deleteFolder(options, [uid], true);
    expect(deleted.folders.map(({ responseCode }) => responseCode)).toEqual(['ok']);
    expect((await device.getFolders()).folders.map((folder) => folder.uid)).toEqual([FOLDER, SUBFOLDER]);
  });

  test('uploads a file of 3 MiB and downloads it, and so does ours', async () => {
    const { sdk, options } = await official();
    const content = new Uint8Array(3 * 1024 * 1024).map((_, index) => (index * 31) % 251);
    const [record] = (await sdk.getSecrets(options, [RECORD])).records;
    if (!record) throw new Error('expected the record');
    const uid = await sdk.uploadFile(options, record, { name: 'large.bin', title: 'Large', data: content });
    const [again] = (await sdk.getSecrets(options, [RECORD])).records;
    const file = again?.files?.find(({ fileUid }) => fileUid === uid);
    if (!file) throw new Error('expected the file');
    expect(Buffer.compare(await sdk.downloadFile(file), content)).toBe(0);

    const device = await ours();
    const opened = (await device.getSecrets({ records: [RECORD] })).records[0];
    const theirs = opened?.files.find((one) => one.uid === uid);
    if (!opened || !theirs) throw new Error('expected the file');
    expect(theirs.description).toMatchObject({ name: 'large.bin', title: 'Large', size: content.length });
    expect(Buffer.compare(await device.downloadFile(theirs), content)).toBe(0);

    const ownUid = await device.uploadFile(opened, { name: 'ours.bin', content });
    const [last] = (await sdk.getSecrets(options, [RECORD])).records;
    const own = last?.files?.find(({ fileUid }) => fileUid === ownUid);
    if (!own) throw new Error('expected our file');
    expect(Buffer.compare(await sdk.downloadFile(own), content)).toBe(0);
  });

  test('finalizes a rotation and rolls one back', async () => {
    const { sdk, options } = await official();
    const device = await ours();
    const rotate = async (name: string): Promise<void> => {
      const [record] = (await sdk.getSecrets(options, [RECORD])).records;
      if (!record) throw new Error('expected the record');
      Object.assign(record.data as object, { title: name });
      await sdk.updateSecret(options, record, sdk.UpdateTransactionType.Rotation);
    };
    await rotate('rotated');
    expect(await titles(device)).toEqual(['Alone', 'In the folder']);
    await sdk.completeTransaction(options, RECORD);
    expect(await titles(device)).toEqual(['Alone', 'rotated']);
    await rotate('rolled back');
    await sdk.completeTransaction(options, RECORD, true);
    expect(await titles(device)).toEqual(['Alone', 'rotated']);
    await expect(sdk.completeTransaction(options, RECORD)).rejects.toThrow(/no_rotation_pending/);
  });

  test('waits when it is throttled, and gets its answer', async () => {
    await server.close();
    let now = Date.now();
    await start({ now: () => now, throttle: { limit: 3 } });
    const { sdk, options } = await official();
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const waits: number[] = [];
    const throttleSleep = (milliseconds: number): Promise<void> => {
      waits.push(milliseconds);
      now += milliseconds;
      return Promise.resolve();
    };
    for (let count = 0; count < 5; count++) await sdk.getSecrets({ ...options, throttleSleep });
    expect(waits.length).toBeGreaterThan(0);
  });

  test('follows a rotation of the server key, and stops when its key is pinned', async () => {
    await server.close();
    await start({ serverKeyId: 7 });
    const sdk = await officialSdkWithKeysOf(server);
    const storage = sdk.inMemoryStorage({});
    await sdk.initializeStorage(storage, token(0), address());
    await sdk.getSecrets({ storage });
    await server.rotateServerKey();
    expect(server.serverPublicKeyId).toBe(8);
    expect((await sdk.getSecrets({ storage })).records).toHaveLength(2);
    expect(await storage.getString('serverPublicKeyId')).toBe('8');

    const { sdk: other, options } = await official(officialSdk(server), 1);
    await other.getSecrets(options);
    await server.rotateServerKey();
    await expect(other.getSecrets(options)).rejects.toThrow(/custom server public key/);
  });

  test('is told the id of the server key when it uses a published one', async () => {
    const sdk = officialSdk(server);
    const storage = sdk.inMemoryStorage({});
    await sdk.initializeStorage(storage, token(0), address());
    await expect(sdk.getSecrets({ storage })).rejects.toThrow(/Key number 1 is not supported/);
    expect(await storage.getString('serverPublicKeyId')).toBe('1');
  });

  test('is refused with a token that was spent', async () => {
    const first = await official();
    await first.sdk.getSecrets(first.options);
    const second = await official();
    await expect(second.sdk.getSecrets(second.options)).rejects.toThrow(/token_used/);
  });

  test('gets its answer again when it comes back before it has confirmed, as after a crash', async () => {
    const { sdk, options } = await official();
    let answers = 0;
    const failing: typeof options & { queryFunction: Sdk['postFunction'] } = {
      ...options,
      queryFunction: async (...request) => {
        await sdk.postFunction(...request);
        answers++;
        throw new Error('the power failed');
      },
    };
    await expect(sdk.getSecrets(failing)).rejects.toThrow('the power failed');
    expect(answers).toBe(1);
    expect((await sdk.getSecrets(options)).records).toHaveLength(2);
  });

  test('gets a clear refusal, and keeps its token, when it asks for folders first', async () => {
    const { sdk, options } = await official();
    await expect(sdk.getFolders(options)).rejects.toThrow(/get_secret/);
    expect((await sdk.getSecrets(options)).records).toHaveLength(2);
  });
});

describe('our client', () => {
  test('binds, reads, writes and deletes, and the official one reads it', async () => {
    const device = await ours();
    const { sdk, options } = await official();
    const secrets = await device.getSecrets();
    const [folder] = secrets.folders;
    if (!folder) throw new Error('expected a folder');
    const uid = await device.createRecord(folder, { title: 'Made by ours', type: 'login', fields: [] });
    const inner = await device.createRecord(folder, { title: 'Inside', fields: [] }, { subFolderUid: SUBFOLDER });
    const read = async (...uids: string[]) => (await sdk.getSecrets(options, uids)).records;
    expect((await read(uid)).map(({ data }) => title(data as object))).toEqual(['Made by ours']);
    expect((await read(inner))[0]).toMatchObject({ innerFolderUid: SUBFOLDER, folderUid: FOLDER });
    const padded = await device.createRecord(folder, { title: 'Padded by ours', fields: [] }, { padTo: 4096 });
    expect((await read(padded)).map(({ data }) => title(data as object))).toEqual(['Padded by ours']);
    const [record] = (await device.getSecrets({ records: [uid] })).records;
    if (!record) throw new Error('expected the record');
    await device.updateRecord(record, { ...record.data, title: 'Changed by ours' }, { padTo: 1000 });
    expect((await read(uid)).map(({ data }) => title(data as object))).toEqual(['Changed by ours']);
    await expect(device.updateRecord(record, record.data)).rejects.toMatchObject({ code: 'request-rejected' });
    const results = await device.deleteRecords([uid, 'AAAAAAAAAAAAAAAAAAAAAA']);
    expect(results.map(({ deleted }) => deleted)).toEqual([true, false]);
    expect(await read(uid)).toEqual([]);
  });

  test('creates, renames and deletes folders, and the official one reads them', async () => {
    const device = await ours();
    const { sdk, options } = await official();
    await sdk.getSecrets(options);
    const shared = (await device.getFolders()).folders.find(({ uid }) => uid === FOLDER);
    if (!shared) throw new Error('expected the folder');
    const uid = await device.createFolder(shared, 'Ours');
    const nested = await device.createFolder(shared, 'Nested', { parentUid: uid });
    const made = (await device.getFolders()).folders.find((folder) => folder.uid === uid);
    if (!made) throw new Error('expected our folder');
    await device.renameFolder(made, 'Renamed');
    expect(await sdk.getFolders(options)).toEqual(
      expect.arrayContaining([
        { folderUid: uid, parentUid: FOLDER, name: 'Renamed' },
        { folderUid: nested, parentUid: uid, name: 'Nested' },
      ]),
    );
    expect((await device.deleteFolders([uid])).map(({ deleted }) => deleted)).toEqual([false]);
    expect((await device.deleteFolders([uid], { force: true })).map(({ deleted }) => deleted)).toEqual([true]);
  });

  test('downloads a file of the seed, and removes one', async () => {
    const device = await ours();
    const [record] = (await device.getSecrets({ records: [RECORD] })).records;
    const [file] = record?.files ?? [];
    if (!record || !file) throw new Error('expected the file');
    expect(Buffer.from(await device.downloadFile(file)).toString()).toBe('a file of the seed');
    await device.updateRecord(record, record.data, { removeFiles: [file.uid] });
    expect((await device.getSecrets({ records: [RECORD] })).records[0]?.files).toEqual([]);
  });

  test('waits when it is throttled, and gets its answer', async () => {
    await server.close();
    let now = Date.now();
    await start({ now: () => now, throttle: { limit: 3, status: 429 } });
    const waits: number[] = [];
    const device = await openDevice({
      store: memoryConfigurationStore(),
      token: token(1),
      host: address(),
      serverKeys: pinned(),
      fetch: trustingFetch(server.certificate),
      sleep: (milliseconds) => {
        waits.push(milliseconds);
        now += milliseconds;
        return Promise.resolve();
      },
    });
    for (let count = 0; count < 5; count++) expect((await device.getSecrets()).records).toHaveLength(2);
    expect(waits.length).toBeGreaterThan(0);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(10_000);
  });

  test('follows a rotation of the server key within its registry', async () => {
    await server.close();
    await start({ serverKeyId: 7 });
    const keys = await server.serverPublicKeys([7, 8]);
    const registries = new Map(keys.map((key) => [key.id, customServerKey(key)]));
    const serverKeys: ServerKeys = {
      custom: false,
      defaultId: 7,
      has: (id) => registries.has(id),
      get: (id) => (registries.get(id) ?? publishedServerKeys()).get(id),
    };
    const store = memoryConfigurationStore();
    const fetch = trustingFetch(server.certificate);
    const device = await openDevice({ store, token: token(1), host: address(), serverKeys, fetch });
    await server.rotateServerKey();
    expect((await device.getSecrets()).records).toHaveLength(2);
    expect((await store.read())?.serverKeyId).toBe(8);
    await server.rotateServerKey();
    await expect(device.getSecrets()).rejects.toMatchObject({ code: 'server-key-unknown' });
  });
});

describe('configurations', () => {
  const path = (): string => join(mkdtempSync(join(tmpdir(), 'vaultwire-interop-')), 'configuration.json');
  const open = (file: string): Promise<Device> =>
    openDevice({ store: configurationFile(file), fetch: trustingFetch(server.certificate) });

  test('one that the official client wrote is opened by ours', async () => {
    const sdk = officialSdk(server);
    const file = path();
    const storage = sdk.localConfigStorage(file);
    await sdk.initializeStorage(storage, token(0), address());
    await sdk.getSecrets(sdkOptions(server, storage));
    expect(await titles(await open(file))).toEqual(['Alone', 'In the folder']);
  });

  test('one that the official client left half bound is finished by ours', async () => {
    const sdk = officialSdk(server);
    const file = path();
    const storage = sdk.localConfigStorage(file);
    await sdk.initializeStorage(storage, token(0), address());
    await storage.saveString('serverPublicKey', server.serverPublicKey);
    await storage.saveString('serverPublicKeyId', String(server.serverPublicKeyId));
    expect(await titles(await open(file))).toEqual(['Alone', 'In the folder']);
    expect(JSON.parse(readFileSync(file, 'utf8'))).not.toHaveProperty('clientKey');
  });

  test.each(['json', 'base64'] as const)('one that ours wrote as %s is opened by the official client', async (form) => {
    const file = path();
    await openDevice({
      store: configurationFile(file, { form }),
      token: token(1),
      host: address(),
      serverKeys: pinned(),
      fetch: trustingFetch(server.certificate),
    });
    const sdk = officialSdk(server);
    const storage = form === 'json' ? sdk.localConfigStorage(file) : sdk.loadJsonConfig(readFileSync(file, 'utf8'));
    const { records } = await sdk.getSecrets(sdkOptions(server, storage));
    expect(records.map(({ data }) => title(data as object)).sort()).toEqual(['Alone', 'In the folder']);
    const uid = await sdk.createSecret(sdkOptions(server, storage), FOLDER, { title: 'x', fields: [] });
    expect(uid).toMatch(/^[\w-]{22}$/);
  });
});
