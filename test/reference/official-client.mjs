// Plays an integration with the official client: run by official-client.test.ts, told what to do on stdin.
import { randomBytes } from 'node:crypto';
import { text } from 'node:stream/consumers';
import * as client from '@keeper-security/secrets-manager-core';

const { token, hostName, folderUid, recordUid, ...keyOptions } = JSON.parse(await text(process.stdin));
const storage = client.inMemoryStorage({});
const options = { storage, ...keyOptions };
const plain = (bytes) => Buffer.from(bytes).toString('utf8');
const read = async () => (await client.getSecrets(options, [recordUid])).records[0];

await client.initializeStorage(storage, token, hostName);
const { appData: application, records } = await client.getSecrets(options);
const titles = records.map((record) => record.data.title).sort();
const folders = (await client.getFolders(options)).map(({ name }) => name).sort();

const record = await read();
const [attached] = record.files;
const file = plain(await client.downloadFile(attached));
const thumbnail = plain(await client.downloadThumbnail(attached));

record.data.title = 'Rotated';
await client.updateSecret(options, record, client.UpdateTransactionType.Rotation);
const pending = (await read()).data.title;
await client.completeTransaction(options, recordUid);
const rotated = await read();

const content = randomBytes(3 * 1024 * 1024);
const large = { name: 'large.bin', title: 'Large', data: content };
const fileUid = await client.uploadFile(options, rotated, large);
const withFile = await read();
const stored = withFile.files.find((one) => one.fileUid === fileUid);
const same = content.equals(await client.downloadFile(stored));

const subFolderUid = await client.createFolder(options, { folderUid }, 'Made');
const data = { title: 'Created', type: 'login', fields: [], custom: [] };
const createdUid = await client.createSecret2(options, { folderUid, subFolderUid }, data);
const [created] = (await client.getSecrets(options, [createdUid])).records;
const deleted = await client.deleteSecret(options, [createdUid, 'no-such-record']);
const folderDeleted = await client.deleteFolder(options, [subFolderUid]);

console.log(
  JSON.stringify({
    application,
    titles,
    folders,
    file,
    thumbnail,
    pending,
    finalized: rotated.data.title,
    uploaded: withFile.files.map((one) => one.data.name),
    same,
    created: { title: created.data.title, folder: created.folderUid },
    deleted: deleted.records.map(({ responseCode }) => responseCode),
    folderDeleted: folderDeleted.folders.map(({ responseCode }) => responseCode),
  }),
);
