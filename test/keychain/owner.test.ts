import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nodeSuite } from '../../src/crypto/node.js';
import {
  createApplication,
  createClient,
  createFile,
  createFolder,
  createRecord,
  encodeFoldersAnswer,
  encodeSecretsAnswer,
  generateApplicationKey,
  readOneTimeToken,
} from '../../src/keychain/index.js';
import type { JsonObject, JsonValue } from '../../src/wire/json.js';
import { refused } from '../support/refused.js';
import { SUITES } from '../support/suites.js';

const UID = /^[\w-]{22}$/;

describe.each(SUITES)('the sharing side with $name', (suite) => {
  test('makes an application, described under its own key', async () => {
    const { sealed, key } = await createApplication({ title: 'Grüße' }, { suite });
    expect(sealed.uid).toMatch(UID);
    expect(await key.openData(sealed.data)).toEqual({ title: 'Grüße', type: 'app' });
    const typed = await createApplication({ title: 'a', type: 'b' }, { suite });
    expect(await typed.key.openData(typed.sealed.data)).toEqual({ title: 'a', type: 'b' });
    await refused('open-failed', () => key.openData(typed.sealed.data));
  });

  test('makes a client, whose token opens the application’s key', async () => {
    const key = await generateApplicationKey({ suite });
    const { sealed, token } = await createClient(key, { host: 'EU', suite });
    expect(sealed.clientId).toBe(token.clientId);
    const read = await readOneTimeToken(await token.exportSecretText(), { suite });
    expect(read.clientId).toBe(sealed.clientId);
    const opened = await read.clientKey.unwrapApplicationKey(sealed.encryptedApplicationKey, {
      suite,
      extractable: true,
    });
    expect(await opened.exportSecretBytes()).toEqual(await key.exportSecretBytes());
  });

  test('makes a client of an installation with a key of its own', async () => {
    const key = await generateApplicationKey({ suite });
    const serverKey = { id: 42, publicKey: (await suite.generateEcPrivateKey()).publicKey.bytes };
    const { token } = await createClient(key, { host: 'IL5', serverKey, suite });
    expect((await readOneTimeToken(await token.exportSecretText())).serverKey).toEqual(serverKey);
  });

  test('makes records, folders and files', async () => {
    const data = { title: 'a', fields: [{ type: 'login' }] };
    const record = await createRecord(data, { suite });
    expect(record.sealed.uid).toMatch(UID);
    expect(await record.key.openData(record.sealed.data)).toEqual(data);
    const folder = await createFolder('Größe', { suite });
    expect(folder.sealed.uid).toMatch(UID);
    expect(await folder.key.openData(folder.sealed.data)).toEqual({ name: 'Größe' });
    const content = suite.randomBytes(50);
    const file = await createFile({ name: 'a.txt', lastModified: 5, content }, { suite });
    expect(file.sealed.uid).toMatch(UID);
    expect(await file.key.openContent(file.sealed.content)).toEqual(content);
    expect(await file.key.openDescription(file.sealed.description)).toEqual({
      name: 'a.txt',
      title: 'a.txt',
      size: 50,
      lastModified: 5,
    });
    const named = await createFile({ name: 'a', title: 'b', type: 'c', lastModified: 0, content }, { suite });
    expect(await named.key.openDescription(named.sealed.description)).toEqual({
      name: 'a',
      title: 'b',
      type: 'c',
      size: 50,
      lastModified: 0,
    });
  });

  test('inputs may be overwritten as soon as the call returned', async () => {
    const data: Record<string, JsonValue> = { title: 'a' };
    const content = Uint8Array.of(1, 2, 3);
    const publicKey = new Uint8Array(65).fill(4);
    const key = await generateApplicationKey({ suite });
    const making = createRecord(data, { suite });
    const filing = createFile({ name: 'a', lastModified: 0, content }, { suite });
    const serving = createClient(key, { host: 'IL5', serverKey: { id: 1, publicKey }, suite });
    data['title'] = 'overwritten';
    content.fill(0);
    publicKey.fill(0);
    const record = await making;
    expect(await record.key.openData(record.sealed.data)).toEqual({ title: 'a' });
    const file = await filing;
    expect(await file.key.openContent(file.sealed.content)).toEqual(Uint8Array.of(1, 2, 3));
    expect((await serving).token.serverKey?.publicKey).toEqual(new Uint8Array(65).fill(4));
  });
});

test('every one has its own key and UID', async () => {
  const uids = new Set<string>();
  const keys = new Set<string>();
  for (let index = 0; index < 5; index++) {
    for (const { sealed, key } of [
      await createApplication({ title: 'a' }),
      await createRecord({}),
      await createFolder('a'),
      await createFile({ name: 'a', lastModified: 0, content: new Uint8Array(0) }),
    ]) {
      uids.add(sealed.uid);
      keys.add(String(await key.exportSecretBytes()));
    }
  }
  expect([uids.size, keys.size]).toEqual([20, 20]);
});

describe('the JSON of an answer', () => {
  const bytes = Uint8Array.of(0xfb, 0xff);
  const record = { uid: 'r', key: bytes, data: bytes, revision: 1, isEditable: false };
  const plain = { recordUid: 'r', recordKey: '+/8=', data: '+/8=', revision: 1, isEditable: false };

  test('of get_secret has the wire note’s names and alphabets', () => {
    expect(
      encodeSecretsAnswer({
        applicationData: bytes,
        binding: { encryptedApplicationKey: bytes, ownerPublicKey: bytes },
        records: [
          {
            ...record,
            innerFolderUid: 'i',
            files: [
              { uid: 'f', key: bytes, description: bytes, url: 'u', thumbnailUrl: 't' },
              { uid: 'g', key: bytes, description: bytes, url: 'u' },
            ],
            links: [{ recordUid: 'x' }],
          },
        ],
        folders: [{ uid: 'd', key: bytes, records: [{ ...record, key: undefined }] }],
        expiresOn: 5,
        warnings: ['w'],
      }),
    ).toEqual({
      appData: '-_8',
      encryptedAppKey: '+/8=',
      appOwnerPublicKey: '+/8=',
      records: [
        {
          ...plain,
          innerFolderUid: 'i',
          files: [
            { fileUid: 'f', fileKey: '+/8=', data: '+/8=', url: 'u', thumbnailUrl: 't' },
            { fileUid: 'g', fileKey: '+/8=', data: '+/8=', url: 'u' },
          ],
          links: [{ recordUid: 'x' }],
        },
      ],
      folders: [
        {
          folderUid: 'd',
          folderKey: '+/8=',
          records: [{ recordUid: 'r', data: '+/8=', revision: 1, isEditable: false }],
        },
      ],
      expiresOn: 5,
      warnings: ['w'],
    });
  });

  test('of get_secret leaves out what there is not', () => {
    const answer = encodeSecretsAnswer({ applicationData: bytes, records: [record], folders: [] });
    const expected: JsonObject = { appData: '-_8', folders: [], records: [plain], expiresOn: 0, warnings: [] };
    expect(JSON.parse(JSON.stringify(answer))).toEqual(expected);
    expect(Object.keys(answer).sort()).toEqual(Object.keys(expected).sort());
  });

  test('of get_folders', () => {
    const folder = { uid: 'd', key: bytes, data: bytes };
    const answer = encodeFoldersAnswer([folder, { ...folder, parentUid: 'p' }]);
    const plainFolder = { folderUid: 'd', folderKey: '+/8=', data: '+/8=' };
    expect(JSON.parse(JSON.stringify(answer))).toEqual({ folders: [plainFolder, { ...plainFolder, parent: 'p' }] });
    expect((answer['folders'] as JsonObject[])[0]).not.toHaveProperty('parent');
  });
});

test('a file of any content opens to it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 2000 }), async (content) => {
      const { sealed, key } = await createFile({ name: 'a', lastModified: 0, content }, { suite: nodeSuite });
      expect(sealed.content.length).toBe(content.length + 28);
      expect(await key.openContent(sealed.content)).toEqual(content);
      expect((await key.openDescription(sealed.description))['size']).toBe(content.length);
    }),
  );
});
