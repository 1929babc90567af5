import { describe, expect, it } from 'vitest';
import { defaultSuite } from 'vaultwire/crypto';
import {
  addFileCommand,
  createFolderCommand,
  createSecretCommand,
  generateUid,
  openOwnerFileKey,
  openOwnerRecordKey,
  readUploadTarget,
  type Device,
  type OpenedRecord,
} from 'vaultwire/keychain';
import type { RunningServer, ServerOptions } from '../../reference/src/server.js';
import {
  boundDevice,
  rawClient,
  sendCommand,
  testDevice,
  testServer,
  tokenOf,
  trustingFetch,
  UIDS,
  type RawClient,
} from './support.js';

const setUp = async (options: ServerOptions = {}): Promise<{ server: RunningServer; device: Device }> => {
  const server = await testServer(options);
  return { server, device: await testDevice(server, { token: tokenOf(server, 'First', 'one') }) };
};

const recordOf = async (device: Device, uid: string): Promise<OpenedRecord> => {
  const { records } = await device.getSecrets({ records: [uid] });
  return records.find((record) => record.uid === uid)!;
};

/** What our client throws for a refusal that it cannot act on: the server's code is in the message. */
const rejected = (code: string) => ({ code: 'request-rejected', message: expect.stringContaining(code) as string });

describe('get_secret', () => {
  it('answers everything that is shared with the application', async () => {
    const { device } = await setUp();
    const { records, folders, failed, expiresOn } = await device.getSecrets();
    expect(failed).toEqual([]);
    expect(expiresOn).toBeUndefined();
    expect(folders.map(({ uid }) => uid).sort()).toEqual([UIDS.folder, UIDS.readOnly].sort());
    const titles = records.map(({ data, wrappedBy, innerFolderUid, isEditable }) => [
      data['title'],
      wrappedBy,
      innerFolderUid,
      isEditable,
    ]);
    expect(titles).toHaveLength(5);
    expect(titles).toEqual(
      expect.arrayContaining([
        ['Direct', 'application', undefined, true],
        ['Own', 'none', undefined, true],
        ['In folder', 'folder', undefined, true],
        ['In inner', 'folder', UIDS.inner, true],
        ['Fixed', 'folder', undefined, false],
      ]),
    );
  });

  it('answers the records that are asked for, and says nothing of those that are not shared', async () => {
    const { device } = await setUp();
    const { records, report, folders } = await device.getSecrets({ records: [UIDS.inFolder, UIDS.other] });
    expect(records.map(({ uid }) => uid)).toEqual([UIDS.inFolder]);
    expect(folders.map(({ uid }) => uid)).toEqual([UIDS.folder]);
    expect(report.missing).toEqual([UIDS.other]);
  });

  it('answers the folders that are asked for, shared ones and those inside', async () => {
    const { device } = await setUp();
    const uids = async (folders: string[]): Promise<string[]> =>
      (await device.getSecrets({ folders })).records.map(({ uid }) => uid).sort();
    expect(await uids([UIDS.folder])).toEqual([UIDS.inFolder, UIDS.inInner].sort());
    expect(await uids([UIDS.inner])).toEqual([UIDS.inInner]);
    expect(await uids([UIDS.other])).toEqual([]);
    const both = await device.getSecrets({ folders: [UIDS.inner], records: [UIDS.direct] });
    expect(both.records.map(({ uid }) => uid).sort()).toEqual([UIDS.inInner, UIDS.direct].sort());
  });

  it('takes empty lists for no filter', async () => {
    const { device } = await setUp();
    expect((await device.getSecrets({ records: [], folders: [] })).records).toHaveLength(5);
  });

  it('keeps to the order in which things were shared and made', async () => {
    const { device } = await setUp();
    const { folders } = await device.getSecrets();
    expect(folders.map(({ uid }) => uid)).toEqual([UIDS.folder, UIDS.readOnly]);
    const made: string[] = [];
    for (const title of ['a', 'b', 'c']) made.push(await device.createRecord(folders[0]!, { title }));
    const uids = (await device.getSecrets()).records.map(({ uid }) => uid);
    expect(uids).toEqual([UIDS.direct, '', UIDS.inFolder, UIDS.inInner, ...made, UIDS.fixed]);
    const inner = [await device.createFolder(folders[0]!, 'x'), await device.createFolder(folders[0]!, 'y')];
    const all = (await device.getFolders()).folders.map(({ uid }) => uid);
    expect(all).toEqual([UIDS.folder, UIDS.readOnly, UIDS.inner, ...inner]);
  });

  it('brings links only when they are asked for', async () => {
    const { device } = await setUp();
    expect((await recordOf(device, UIDS.inFolder)).links).toEqual([]);
    const { records } = await device.getSecrets({ records: [UIDS.inFolder], links: true });
    const data = Buffer.from('{"rotation":true}').toString('base64');
    expect(records[0]?.links).toEqual([{ recordUid: UIDS.direct, path: 'meta', data }]);
  });

  it('keeps applications apart', async () => {
    const { server } = await setUp();
    const device = await testDevice(server, { token: tokenOf(server, 'Second') });
    const { records, failed } = await device.getSecrets();
    expect(failed).toEqual([]);
    expect(records.map(({ data }) => data['title']).sort()).toEqual([
      'Direct',
      'In folder',
      'In inner',
      'Of the other application',
    ]);
    expect(records.find(({ uid }) => uid === UIDS.inFolder)?.isEditable).toBe(false);
  });
});

describe('get_folders', () => {
  it('answers shared folders and those inside, with their parents', async () => {
    const { device } = await setUp();
    const { folders, failed } = await device.getFolders();
    expect(failed).toEqual([]);
    expect(folders.map(({ uid, name, parentUid }) => [uid, name, parentUid])).toEqual(
      expect.arrayContaining([
        [UIDS.folder, 'Shared', undefined],
        [UIDS.readOnly, 'Looking only', undefined],
        [UIDS.inner, 'Inner', UIDS.folder],
      ]),
    );
    expect(folders).toHaveLength(3);
  });
});

describe('update_secret', () => {
  it('takes effect at once, under a higher revision', async () => {
    const { device } = await setUp();
    const record = await recordOf(device, UIDS.inInner);
    await device.updateRecord(record, { ...record.data, title: 'Changed' });
    const changed = await recordOf(device, UIDS.inInner);
    expect(changed.data['title']).toBe('Changed');
    expect(changed.revision).toBeGreaterThan(record.revision);
  });

  it('refuses a change of an older revision', async () => {
    const { device } = await setUp();
    const record = await recordOf(device, UIDS.inInner);
    await device.updateRecord(record, { title: 'One' });
    await expect(device.updateRecord(record, { title: 'Two' })).rejects.toMatchObject(rejected('revision_conflict'));
    expect((await recordOf(device, UIDS.inInner)).data['title']).toBe('One');
  });

  it("changes the record that has the application's key, which clients know by no UID", async () => {
    const { device } = await setUp();
    const own = async (): Promise<OpenedRecord> =>
      (await device.getSecrets()).records.find(({ wrappedBy }) => wrappedBy === 'none')!;
    const record = await own();
    expect(record.uid).toBe('');
    await device.updateRecord(record, { ...record.data, title: 'Mine' });
    await device.uploadFile(await own(), { name: 'own.txt', content: Buffer.from('content') });
    const changed = await own();
    expect(changed.data['title']).toBe('Mine');
    expect(Buffer.from(await device.downloadFile(changed.files[0]!)).toString()).toBe('content');
  });

  it('refuses a record that is shared for reading only, and one that is not shared', async () => {
    const { device } = await setUp();
    const fixed = await recordOf(device, UIDS.fixed);
    await expect(device.updateRecord(fixed, { title: 'No' })).rejects.toMatchObject(rejected('not_permitted'));
    const foreign = { ...fixed, uid: UIDS.other };
    await expect(device.updateRecord(foreign, { title: 'No' })).rejects.toMatchObject(rejected('not_found'));
  });

  it('lets one of two changes of the same revision win', async () => {
    const { device } = await setUp();
    const record = await recordOf(device, UIDS.direct);
    const results = await Promise.allSettled(
      ['a', 'b', 'c', 'd'].map((title) => device.updateRecord(record, { title })),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('removes the files that it is told to', async () => {
    const { device } = await setUp();
    const record = await recordOf(device, UIDS.inFolder);
    const [file] = record.files;
    await device.updateRecord(record, record.data, { removeFiles: [UIDS.file] });
    expect((await recordOf(device, UIDS.inFolder)).files).toEqual([]);
    await expect(device.downloadFile(file!)).rejects.toMatchObject({ code: 'download-failed' });
  });
});

describe('a rotation', () => {
  it('waits for its finalization', async () => {
    const { device } = await setUp();
    const record = await recordOf(device, UIDS.direct);
    await device.updateRecord(record, { title: 'Rotated' }, { transaction: 'rotation' });
    const pending = await recordOf(device, UIDS.direct);
    expect([pending.data['title'], pending.revision]).toEqual(['Direct', record.revision]);
    await device.finalizeUpdate(UIDS.direct);
    const done = await recordOf(device, UIDS.direct);
    expect(done.data['title']).toBe('Rotated');
    expect(done.revision).toBeGreaterThan(record.revision);
  });

  it('is dropped by its rollback', async () => {
    const { device } = await setUp();
    const record = await recordOf(device, UIDS.direct);
    await device.updateRecord(record, { title: 'Rotated' }, { transaction: 'rotation' });
    await device.rollbackUpdate(UIDS.direct);
    expect((await recordOf(device, UIDS.direct)).data['title']).toBe('Direct');
    await device.updateRecord(record, { title: 'After' });
  });

  it('keeps every other change out while it is pending', async () => {
    const { device } = await setUp();
    const record = await recordOf(device, UIDS.direct);
    await device.updateRecord(record, { title: 'Rotated' }, { transaction: 'rotation' });
    const second = device.updateRecord(record, { title: 'Second' }, { transaction: 'rotation' });
    await expect(second).rejects.toMatchObject(rejected('rotation_pending'));
    await expect(device.updateRecord(record, { title: 'No' })).rejects.toMatchObject(rejected('rotation_pending'));
    const upload = device.uploadFile(record, { name: 'a', content: new Uint8Array(3) });
    await expect(upload).rejects.toMatchObject(rejected('rotation_pending'));
  });

  it('removes files when it is finalized, not before', async () => {
    const { device } = await setUp();
    const record = await recordOf(device, UIDS.inFolder);
    await device.updateRecord(record, { title: 'x' }, { transaction: 'rotation', removeFiles: [UIDS.file] });
    expect((await recordOf(device, UIDS.inFolder)).files).toHaveLength(1);
    await device.finalizeUpdate(UIDS.inFolder);
    expect((await recordOf(device, UIDS.inFolder)).files).toEqual([]);
  });

  it('cannot be completed where none is pending', async () => {
    const { device } = await setUp();
    await expect(device.finalizeUpdate(UIDS.direct)).rejects.toMatchObject(rejected('no_rotation_pending'));
    await expect(device.rollbackUpdate(UIDS.direct)).rejects.toMatchObject(rejected('no_rotation_pending'));
  });
});

describe('create_secret', () => {
  it('puts a record into a shared folder or a folder inside, for all who share it', async () => {
    const { server, device } = await setUp();
    const folder = (await device.getSecrets()).folders.find(({ uid }) => uid === UIDS.folder)!;
    const flat = await device.createRecord(folder, { title: 'Flat' });
    const inner = await device.createRecord(folder, { title: 'Inside' }, { subFolderUid: UIDS.inner });
    expect(await recordOf(device, flat)).toMatchObject({ data: { title: 'Flat' }, innerFolderUid: undefined });
    expect(await recordOf(device, inner)).toMatchObject({ data: { title: 'Inside' }, innerFolderUid: UIDS.inner });
    const other = await testDevice(server, { token: tokenOf(server, 'Second') });
    expect((await recordOf(other, inner)).data).toEqual({ title: 'Inside' });
  });

  it('refuses folders that are not shared, or for reading only, or elsewhere', async () => {
    const { device } = await setUp();
    const { folders } = await device.getSecrets();
    const folder = folders.find(({ uid }) => uid === UIDS.folder)!;
    const readOnly = folders.find(({ uid }) => uid === UIDS.readOnly)!;
    const create = (handle: typeof folder, subFolderUid?: string): Promise<string> =>
      device.createRecord(handle, {}, subFolderUid === undefined ? {} : { subFolderUid });
    await expect(create(readOnly)).rejects.toMatchObject(rejected('not_permitted'));
    await expect(create({ ...folder, uid: UIDS.inner })).rejects.toMatchObject(rejected('not_found'));
    await expect(create({ ...folder, uid: generateUid() })).rejects.toMatchObject(rejected('not_found'));
    await expect(create(folder, UIDS.readOnly)).rejects.toMatchObject(rejected('not_found'));
  });

  it('refuses a UID that is taken, and keys and data that cannot be what they should', async () => {
    const server = await testServer();
    const client = await rawClient(tokenOf(server, 'First', 'one'));
    const device = await boundDevice(server, client);
    const folder = (await device.getSecrets()).folders.find(({ uid }) => uid === UIDS.folder)!;
    const owner = (await defaultSuite.generateEcPrivateKey()).publicKey;
    const { command, payload } = await createSecretCommand(client, { owner, folder, data: { title: 'x' } });
    const send = async (changes: object): Promise<unknown[]> => {
      const said = await sendCommand(server, { command, payload: { ...payload, ...changes } }, client);
      return [said.status, said.json['result_code']];
    };
    for (const uid of [UIDS.direct, UIDS.folder, UIDS.inner, UIDS.file, UIDS.other]) {
      expect(await send({ recordUid: uid })).toEqual([409, 'duplicate_uid']);
    }
    expect(await send({ recordKey: 'AAAA' })).toEqual([400, 'length_invalid']);
    expect(await send({ folderKey: 'AAAA' })).toEqual([400, 'length_invalid']);
    expect(await send({ data: 'AAAA' })).toEqual([400, 'length_invalid']);
    expect(await send({ recordUid: 'short' })).toEqual([400, 'uid_invalid']);
    expect(await send({ data: undefined })).toEqual([400, 'field_missing']);
    expect(await send({})).toEqual([200, undefined]);
    expect(await send({})).toEqual([409, 'duplicate_uid']);
  });
});

describe("the owner's copy of a key", () => {
  it('reaches the owner for created records and uploaded files', async () => {
    const ownerKey = await defaultSuite.generateEcPrivateKey();
    const sent: { payload?: Record<string, unknown> | undefined }[] = [];
    const server = await testServer({ ownerKey, onSeen: ({ payload }) => sent.push({ payload }) });
    const device = await testDevice(server, { token: tokenOf(server, 'First', 'one') });
    const folder = (await device.getSecrets()).folders.find(({ uid }) => uid === UIDS.folder)!;
    const uid = await device.createRecord(folder, { title: 'For the owner' });
    const record = await recordOf(device, uid);
    await device.uploadFile(record, { name: 'a.txt', content: Buffer.from('content') });
    const decode = (text: unknown): Buffer => Buffer.from(String(text), 'base64url');
    const created = sent.find(({ payload }) => payload?.['recordUid'] === uid)?.payload;
    const recordKey = await openOwnerRecordKey(ownerKey, decode(created?.['recordKey']));
    expect(await recordKey.openData(decode(created?.['data']))).toEqual({ title: 'For the owner' });
    const added = sent.find(({ payload }) => payload?.['ownerRecordUid'] === uid)?.payload;
    const fileKey = await openOwnerFileKey(ownerKey, decode(added?.['fileRecordKey']));
    expect(await fileKey.openDescription(decode(added?.['fileRecordData']))).toMatchObject({ name: 'a.txt', size: 7 });
  });
});

describe('delete_secret', () => {
  it('deletes what it may, and says for each UID what became of it', async () => {
    const { device } = await setUp();
    const uids = [UIDS.direct, UIDS.fixed, UIDS.other, 'nonsense', UIDS.direct];
    const results = await device.deleteRecords(uids);
    expect(results.map(({ uid, responseCode }) => [uid, responseCode])).toEqual([
      [UIDS.direct, 'ok'],
      [UIDS.fixed, 'not_permitted'],
      [UIDS.other, 'not_found'],
      ['nonsense', 'not_found'],
      [UIDS.direct, 'ok'],
    ]);
    const { records } = await device.getSecrets();
    expect(records.map(({ uid }) => uid)).not.toContain(UIDS.direct);
    expect(records).toHaveLength(4);
  });

  it('takes a record away from every application, its files with it', async () => {
    const { server, device } = await setUp();
    const other = await testDevice(server, { token: tokenOf(server, 'Second') });
    const [file] = (await recordOf(device, UIDS.inFolder)).files;
    await device.deleteRecords([UIDS.inFolder, UIDS.direct]);
    expect((await other.getSecrets()).records.map(({ data }) => data['title']).sort()).toEqual([
      'In inner',
      'Of the other application',
    ]);
    await expect(device.downloadFile(file!)).rejects.toMatchObject({ code: 'download-failed' });
  });
});

describe('folders', () => {
  it('are made, renamed and deleted inside shared folders', async () => {
    const { device } = await setUp();
    const shared = (await device.getFolders()).folders.find(({ uid }) => uid === UIDS.folder)!;
    const first = await device.createFolder(shared, 'One');
    const second = await device.createFolder(shared, 'Two', { parentUid: first });
    const find = async (uid: string) => (await device.getFolders()).folders.find((folder) => folder.uid === uid);
    expect(await find(second)).toMatchObject({ name: 'Two', parentUid: first, sharedFolderUid: UIDS.folder });
    await device.renameFolder((await find(first))!, 'Renamed');
    expect((await find(first))?.name).toBe('Renamed');
    expect((await device.deleteFolders([first]))[0]).toMatchObject({ deleted: false, responseCode: 'not_empty' });
    expect((await device.deleteFolders([second, first])).map(({ deleted }) => deleted)).toEqual([true, true]);
    expect(await find(first)).toBeUndefined();
  });

  it('are deleted with what is in them when forced', async () => {
    const { device } = await setUp();
    const shared = (await device.getSecrets()).folders.find(({ uid }) => uid === UIDS.folder)!;
    const below = await device.createFolder(shared, 'Below', { parentUid: UIDS.inner });
    const record = await device.createRecord(shared, { title: 'Deep' }, { subFolderUid: below });
    const results = await device.deleteFolders([UIDS.inner, below], { force: true });
    expect(results.map(({ deleted }) => deleted)).toEqual([true, true]);
    const { records } = await device.getSecrets();
    expect(records.map(({ uid }) => uid)).not.toContain(record);
    expect(records.map(({ uid }) => uid)).not.toContain(UIDS.inInner);
    expect((await device.getFolders()).folders.map(({ uid }) => uid)).not.toContain(below);
  });

  it('that are shared stay with their owner, and read-only ones as they are', async () => {
    const { server, device } = await setUp();
    const codes = async (one: Device, uids: string[]): Promise<string[]> =>
      (await one.deleteFolders(uids, { force: true })).map(({ responseCode }) => responseCode);
    expect(await codes(device, [UIDS.folder, UIDS.readOnly, generateUid()])).toEqual([
      'not_permitted',
      'not_permitted',
      'not_found',
    ]);
    const reader = await testDevice(server, { token: tokenOf(server, 'Second') });
    expect(await codes(reader, [UIDS.inner])).toEqual(['not_permitted']);
    const folder = (await reader.getFolders()).folders.find(({ uid }) => uid === UIDS.folder)!;
    await expect(reader.renameFolder(folder, 'No')).rejects.toMatchObject(rejected('not_permitted'));
    await expect(reader.createFolder(folder, 'No')).rejects.toMatchObject(rejected('not_permitted'));
  });

  it('are not made under a parent elsewhere, deeper than the limit, or under a UID that is taken', async () => {
    const server = await testServer();
    const client = await rawClient(tokenOf(server, 'First', 'one'));
    const device = await boundDevice(server, client);
    const sharedFolder = (await device.getFolders()).folders.find(({ uid }) => uid === UIDS.folder)!;
    await expect(device.createFolder(sharedFolder, 'x', { parentUid: UIDS.readOnly })).rejects.toMatchObject(
      rejected('not_found'),
    );
    const { payload } = await createFolderCommand(client, { sharedFolder, name: 'x' });
    const taken = { command: 'create_folder' as const, payload: { ...payload, folderUid: UIDS.direct } };
    expect(await sendCommand(server, taken, client)).toMatchObject({
      status: 409,
      json: { result_code: 'duplicate_uid' },
    });
    let parentUid: string = UIDS.folder;
    for (let depth = 1; depth <= 64; depth++) parentUid = await device.createFolder(sharedFolder, 'x', { parentUid });
    await expect(device.createFolder(sharedFolder, 'x', { parentUid })).rejects.toMatchObject(
      rejected('parameter_out_of_range'),
    );
    expect((await device.getFolders()).failed).toEqual([]);
  });
});

describe('files', () => {
  it('of the seed are downloaded, and their thumbnails, each from its own URL', async () => {
    const { device } = await setUp();
    const [file] = (await recordOf(device, UIDS.inFolder)).files;
    expect(file?.description).toMatchObject({ name: 'notes.txt', title: 'notes.txt', type: 'text/plain', size: 19 });
    expect(Buffer.from(await device.downloadFile(file!)).toString()).toBe('plaintext-of-a-file');
    expect(Buffer.from(await device.downloadThumbnail(file!)).toString()).toBe('plaintext-of-a-thumbnail');
  });

  it('appear once their content has come', async () => {
    const { server } = await setUp();
    const client = await rawClient(tokenOf(server, 'First', 'two'));
    const device = await boundDevice(server, client);
    const record = await recordOf(device, UIDS.direct);
    const { announced, target } = await announce(server, client, record, 'late content');
    const between = await recordOf(device, UIDS.direct);
    expect(between.files).toEqual([]);
    expect(between.revision).toBeGreaterThan(record.revision);
    expect((await upload(server, target, announced.sealedContent)).status).toBe(target.successStatusCode);
    const [file] = (await recordOf(device, UIDS.direct)).files;
    expect(file?.uid).toBe(announced.fileUid);
    expect(Buffer.from(await device.downloadFile(file!)).toString()).toBe('late content');
  });

  it('are uploaded once for each ticket, in the announced length, before the ticket is out of date', async () => {
    let now = Date.now();
    const { server } = await setUp({ now: () => now });
    const client = await rawClient(tokenOf(server, 'First', 'two'));
    const device = await boundDevice(server, client);
    const { announced, target } = await announce(server, client, await recordOf(device, UIDS.direct), 'once');
    const content = announced.sealedContent;
    const code = async (response: Response): Promise<unknown[]> => [
      response.status,
      ((await response.json()) as Record<string, unknown>)['result_code'],
    ];
    expect(await code(await upload(server, target, content.subarray(1)))).toEqual([400, 'length_invalid']);
    expect(await code(await upload(server, target, Buffer.concat([content, content])))).toEqual([
      400,
      'length_invalid',
    ]);
    expect(await code(await upload(server, { ...target, parameters: {} }, content))).toEqual([400, 'field_missing']);
    const forged = { ...target, parameters: { ticket: Buffer.alloc(32).toString('base64url') } };
    expect(await code(await upload(server, forged, content))).toEqual([403, 'not_permitted']);
    now += 15 * 60 * 1000;
    expect(await code(await upload(server, target, content))).toEqual([403, 'not_permitted']);
    now -= 1;
    const answers = await Promise.all([1, 2, 3].map(() => upload(server, target, content)));
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 403, 403]);
  });

  it('have URLs that cannot be guessed, and that go out of date', async () => {
    let now = Date.now();
    const { server, device } = await setUp({ now: () => now });
    const url = new URL((await recordOf(device, UIDS.inFolder)).files[0]!.url!);
    const status = async (change: (url: URL) => unknown): Promise<number> => {
      const changed = new URL(url);
      change(changed);
      return (await trustingFetch(server)(changed)).status;
    };
    expect(await status(() => undefined)).toBe(200);
    expect(await status((one) => (one.pathname = one.pathname.replace('content', 'thumbnail')))).toBe(404);
    expect(await status((one) => (one.search = one.search.replace(/expires=\d+/, `expires=${now + 1e9}`)))).toBe(404);
    expect(await status((one) => (one.search = one.search.replace(/&signature=.*/, '')))).toBe(404);
    now += 15 * 60 * 1000;
    expect(await status(() => undefined)).toBe(404);
  });

  it('are refused above the limit, with a stale revision, and under a UID that is taken', async () => {
    const server = await testServer({ maximumUploadBytes: 1000 });
    const client = await rawClient(tokenOf(server, 'First', 'one'));
    const device = await boundDevice(server, client);
    const record = await recordOf(device, UIDS.direct);
    const large = device.uploadFile(record, { name: 'large', content: new Uint8Array(1000) });
    await expect(large).rejects.toMatchObject(rejected('parameter_out_of_range'));
    await device.updateRecord(record, record.data);
    const stale = device.uploadFile(record, { name: 'stale', content: new Uint8Array(10) });
    await expect(stale).rejects.toMatchObject(rejected('revision_conflict'));
    const current = await recordOf(device, UIDS.direct);
    const owner = (await defaultSuite.generateEcPrivateKey()).publicKey;
    const file = { name: 'x', lastModified: 0, content: new Uint8Array(1) };
    const { command, payload } = await addFileCommand(client, { owner, record: current, file });
    const taken = { command, payload: { ...payload, fileRecordUid: UIDS.file } };
    expect(await sendCommand(server, taken, client)).toMatchObject({
      status: 409,
      json: { result_code: 'duplicate_uid' },
    });
  });
});

async function announce(server: RunningServer, client: RawClient, record: OpenedRecord, content: string) {
  const owner = (await defaultSuite.generateEcPrivateKey()).publicKey;
  const file = { name: 'late.txt', lastModified: 0, content: Buffer.from(content) };
  const announced = await addFileCommand(client, { owner, record, file });
  const said = await sendCommand(server, announced, client);
  return { announced, target: readUploadTarget(said.json as never) };
}

function upload(
  server: RunningServer,
  target: { url: string; parameters: Readonly<Record<string, string>> },
  content: Uint8Array,
): Promise<Response> {
  const form = new FormData();
  for (const [name, value] of Object.entries(target.parameters)) form.append(name, value);
  form.append('file', new Blob([new Uint8Array(content)]));
  return trustingFetch(server)(target.url, { method: 'POST', body: form });
}
