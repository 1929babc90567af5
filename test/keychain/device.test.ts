import { beforeEach, describe, expect, test } from 'vitest';
import { memoryConfigurationStore, openDevice, type Device, type DeviceOptions } from '../../src/keychain/index.js';
import { createFakeBackend, type FakeApplication, type FakeBackend } from '../support/fake-backend.js';

let backend: FakeBackend;
let application: FakeApplication;
let store: DeviceOptions['store'];
let sleeps: number[];

beforeEach(async () => {
  backend = await createFakeBackend();
  application = await backend.addApplication();
  store = memoryConfigurationStore();
  sleeps = [];
});

function options(more: Partial<DeviceOptions> = {}): DeviceOptions {
  return {
    store,
    fetch: backend.fetch,
    serverKeys: backend.serverKeys(),
    sleep: (milliseconds) => {
      sleeps.push(milliseconds);
      return Promise.resolve();
    },
    now: () => backend.now,
    ...more,
  };
}

async function bound(more: Partial<DeviceOptions> = {}): Promise<Device> {
  const { text } = await application.addClient();
  return openDevice(options({ token: text, ...more }));
}

describe('a device against a backend made of the server side', () => {
  test('binds, reads and writes', async () => {
    const folder = await application.addFolder('Shared');
    const inner = await application.addFolder('Inside', {
      uid: folder.uid,
      sharedFolderUid: folder.uid,
      sharedFolderKey: folder.key,
    });
    const alone = await application.addRecord({ title: 'Alone', fields: [] });
    const shared = await application.addRecord({ title: 'Shared' }, { folder, innerFolderUid: inner.uid });
    await application.addFile(alone, {
      name: 'a.txt',
      content: new Uint8Array([1, 2, 3]),
      thumbnail: new Uint8Array([4]),
    });
    const device = await bound();

    const secrets = await device.getSecrets();
    expect(secrets.failed).toEqual([]);
    expect(secrets.application).toEqual({ title: 'Test application', type: 'app' });
    expect(secrets.records.map(({ uid, data, innerFolderUid }) => ({ uid, data, innerFolderUid }))).toEqual([
      { uid: alone.uid, data: { title: 'Alone', fields: [] }, innerFolderUid: undefined },
      { uid: shared.uid, data: { title: 'Shared' }, innerFolderUid: inner.uid },
    ]);
    const [file] = secrets.records[0]!.files;
    expect(await device.downloadFile(file!)).toEqual(new Uint8Array([1, 2, 3]));
    expect(await device.downloadThumbnail(file!)).toEqual(new Uint8Array([4]));

    const folders = await device.getFolders();
    expect(folders.failed).toEqual([]);
    expect(folders.folders.map(({ name }) => name)).toEqual(['Shared', 'Inside']);

    await device.updateRecord(secrets.records[0]!, { title: 'Changed', fields: [] }, { transaction: 'rotation' });
    expect((await device.getSecrets()).records[0]!.data).toEqual({ title: 'Alone', fields: [] });
    await device.finalizeUpdate(alone.uid);
    expect((await device.getSecrets()).records[0]!.data).toEqual({ title: 'Changed', fields: [] });

    const created = await device.createRecord(folders.folders[0]!, { title: 'New' }, { subFolderUid: inner.uid });
    const createdFolder = await device.createFolder(folders.folders[0]!, 'Third', { parentUid: inner.uid });
    await device.renameFolder((await device.getFolders()).folders[2]!, 'Fourth');
    expect((await device.getFolders()).folders[2]).toMatchObject({ uid: createdFolder, name: 'Fourth' });
    const [current] = (await device.getSecrets({ records: [alone.uid] })).records;
    const uploaded = await device.uploadFile(current!, { name: 'b.txt', content: new Uint8Array([9, 9]) });
    const after = await device.getSecrets();
    const withFile = after.records.find(({ uid }) => uid === alone.uid)!;
    expect(withFile.data['fields']).toEqual([{ type: 'fileRef', value: [uploaded] }]);
    expect(await device.downloadFile(withFile.files.find(({ uid }) => uid === uploaded)!)).toEqual(
      new Uint8Array([9, 9]),
    );
    expect((await device.deleteRecords([created, 'unheard-of'])).map(({ deleted }) => deleted)).toEqual([true, false]);
    expect((await device.deleteFolders([createdFolder])).map(({ deleted }) => deleted)).toEqual([true]);
  });
});
