import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { nodeSuite } from '../../src/crypto/node.js';
import {
  addFileCommand,
  CLIENT_VERSION,
  createFolderCommand,
  createSecretCommand,
  deleteFoldersCommand,
  deleteSecretsCommand,
  finalizeUpdateCommand,
  generateFolderKey,
  generateRecordKey,
  generateUid,
  getFoldersCommand,
  getSecretsCommand,
  openOwnerFileKey,
  openOwnerRecordKey,
  readCommand,
  readDeleteResults,
  readUploadTarget,
  rollbackUpdateCommand,
  updateFolderCommand,
  updateSecretCommand,
  type Command,
  type FolderKey,
  type ReceivedCommand,
  type RecordKey,
} from '../../src/keychain/index.js';
import { DEVICE_COMMANDS, type DeviceCommand } from '../../src/transmission/index.js';
import { encodeBase64, encodeBase64Url } from '../../src/wire/base64.js';
import type { Bytes } from '../../src/wire/bytes.js';
import type { ErrorCode } from '../../src/wire/error.js';
import { decodeJsonObject, encodeJson, type JsonObject, type JsonValue } from '../../src/wire/json.js';
import { refused } from '../support/refused.js';
import { remoteAesKey, remoteEcPrivateKey } from '../support/remote-keys.js';
import { SUITES } from '../support/suites.js';

const from = { clientId: encodeBase64(new Uint8Array(64)) };
const sender = { clientVersion: CLIENT_VERSION, clientId: from.clientId };
const owner = await nodeSuite.generateEcPrivateKey();
const data: JsonObject = { title: 'Grüße', fields: [{ type: 'login', value: ['a'] }] };

let record: { uid: string; key: RecordKey; revision: number };
let folder: { uid: string; key: FolderKey };

beforeEach(async () => {
  record = { uid: generateUid(), key: await generateRecordKey(), revision: 7 };
  folder = { uid: generateUid(), key: await generateFolderKey() };
});

type Received<C extends DeviceCommand, R = ReceivedCommand> = R extends { readonly command: infer K }
  ? C extends K
    ? R
    : never
  : never;

/** A command as the server reads it after it went over the wire. */
function received(command: Command): ReceivedCommand {
  const limits = { maximumBytes: 1024 * 1024, maximumDepth: 16 };
  return readCommand(command.command, decodeJsonObject(encodeJson(command.payload), 'payload', limits));
}

/** The same, required to be of one kind. */
function as<C extends DeviceCommand>(kind: C, command: Command): Received<C> {
  expect(command.command).toBe(kind);
  return received(command) as Received<C>;
}

const bytesOf = (key: { exportSecretBytes(): Promise<Bytes> }): Promise<Bytes> => key.exportSecretBytes();
const extractable = { extractable: true };
const text = (payload: JsonObject, key: string): string => payload[key] as string;

describe('commands that only ask', () => {
  test('get_secret', () => {
    expect(getSecretsCommand(from)).toEqual({ command: 'get_secret', payload: sender });
    const publicKey = new Uint8Array(65).fill(4);
    const filter = { records: ['a'], folders: ['b'], links: true };
    const command = getSecretsCommand({ ...from, clientVersion: 'ms16.0.0' }, { publicKey, filter });
    expect(command.payload).toEqual({
      clientVersion: 'ms16.0.0',
      clientId: from.clientId,
      publicKey: encodeBase64(publicKey),
      requestedRecords: ['a'],
      requestedFolders: ['b'],
      requestLinks: true,
    });
    expect(as('get_secret', command)).toEqual({
      command: 'get_secret',
      requestedRecords: ['a'],
      requestedFolders: ['b'],
      requestLinks: true,
    });
    expect(getSecretsCommand(from, { filter: { links: false } }).payload).toEqual(sender);
    expect(as('get_secret', getSecretsCommand(from))).toEqual({
      command: 'get_secret',
      requestedRecords: undefined,
      requestedFolders: undefined,
      requestLinks: false,
    });
    expect(as('get_secret', getSecretsCommand(from, { filter: { records: [] } })).requestedRecords).toEqual([]);
  });

  test('get_folders', () => {
    expect(getFoldersCommand(from)).toEqual({ command: 'get_folders', payload: sender });
    expect(as('get_folders', getFoldersCommand(from))).toMatchObject({ requestedRecords: undefined });
  });

  test('finalize_secret_update and rollback_secret_update', () => {
    const finalize = finalizeUpdateCommand(from, record.uid);
    expect(finalize).toEqual({ command: 'finalize_secret_update', payload: { ...sender, recordUid: record.uid } });
    expect(received(finalize)).toEqual({ command: 'finalize_secret_update', recordUid: record.uid });
    const rollback = rollbackUpdateCommand(from, record.uid);
    expect(rollback).toEqual({ command: 'rollback_secret_update', payload: { ...sender, recordUid: record.uid } });
    expect(received(rollback)).toEqual({ command: 'rollback_secret_update', recordUid: record.uid });
  });

  test('delete_secret and delete_folder', () => {
    const uids = [generateUid(), generateUid()];
    const secrets = deleteSecretsCommand(from, uids);
    expect(secrets).toEqual({ command: 'delete_secret', payload: { ...sender, recordUids: uids } });
    expect(as('delete_secret', secrets).recordUids).toEqual(uids);
    const folders = deleteFoldersCommand(from, { folderUids: uids });
    expect(folders.payload).toEqual({ ...sender, folderUids: uids, forceDeletion: false });
    expect(received(folders)).toEqual({ command: 'delete_folder', folderUids: uids, force: false });
    const forced = deleteFoldersCommand(from, { folderUids: uids, force: true });
    expect(received(forced)).toEqual({ command: 'delete_folder', folderUids: uids, force: true });
  });
});

describe.each(SUITES)('commands that write, with $name', (suite) => {
  test('update_secret', async () => {
    const command = await updateSecretCommand(from, { record, data });
    expect(Object.keys(command.payload).sort()).toEqual(['clientId', 'clientVersion', 'data', 'recordUid', 'revision']);
    expect(text(command.payload, 'data')).toMatch(/^[\w-]+$/);
    const read = as('update_secret', command);
    expect(read).toMatchObject({ recordUid: record.uid, revision: 7, transaction: 'general', linksToRemove: [] });
    expect(await record.key.openData(read.data)).toEqual(data);
    for (const transaction of ['general', 'rotation'] as const) {
      const one = await updateSecretCommand(from, { record, data, transaction });
      expect(one.payload['transactionType']).toBe(transaction);
      expect(as('update_secret', one).transaction).toBe(transaction);
    }
  });

  test('create_secret', async () => {
    const subFolderUid = generateUid();
    for (const recipient of [owner.publicKey, owner.publicKey.bytes]) {
      const command = await createSecretCommand(from, { owner: recipient, folder, subFolderUid, data, suite });
      const { payload } = command;
      expect(payload).toMatchObject({ ...sender, recordUid: command.recordUid, folderUid: folder.uid, subFolderUid });
      // The wire note's alphabets.
      expect(text(payload, 'recordKey')).toHaveLength(168);
      expect(text(payload, 'recordKey')).toMatch(/^[\w+/]+=$/);
      expect(text(payload, 'folderKey')).toMatch(/^[\w+/]{80}$/);
      expect(text(payload, 'data')).toMatch(/^[\w-]+$/);
      const read = as('create_secret', command);
      expect(read).toMatchObject({ recordUid: command.recordUid, folderUid: folder.uid, subFolderUid });
      const key = await bytesOf(command.recordKey);
      expect(await bytesOf(await openOwnerRecordKey(owner, read.ownerRecordKey, extractable))).toEqual(key);
      expect(await bytesOf(await folder.key.unwrapRecordKey(read.folderRecordKey, extractable))).toEqual(key);
      expect(await command.recordKey.openData(read.data)).toEqual(data);
    }
    const bare = await createSecretCommand(from, { owner: owner.publicKey, folder, data, suite });
    expect(bare.payload).not.toHaveProperty('subFolderUid');
    expect(as('create_secret', bare).subFolderUid).toBeUndefined();
  });

  test('create_folder', async () => {
    const parentUid = generateUid();
    const command = await createFolderCommand(from, { sharedFolder: folder, parentUid, name: 'Größe', suite });
    expect(text(command.payload, 'sharedFolderKey')).toMatch(/^[\w-]{86}$/);
    expect(text(command.payload, 'data')).toMatch(/^[\w-]+$/);
    const read = as('create_folder', command);
    expect(read).toMatchObject({ folderUid: command.folderUid, sharedFolderUid: folder.uid, parentUid });
    const key = await folder.key.unwrapFolderKey(read.folderKey, extractable);
    expect(await bytesOf(key)).toEqual(await bytesOf(command.folderKey));
    expect(await key.openData(read.data)).toEqual({ name: 'Größe' });
    const bare = await createFolderCommand(from, { sharedFolder: folder, name: 'a', suite });
    expect(bare.payload).not.toHaveProperty('parentUid');
    expect(as('create_folder', bare).parentUid).toBeUndefined();
  });

  test('add_file', async () => {
    const content = nodeSuite.randomBytes(100);
    const file = { name: 'a.txt', type: 'text/plain', lastModified: 5, content };
    const target = { ...record, data };
    const command = await addFileCommand(from, { owner: owner.publicKey.bytes, record: target, file, suite });
    const { payload } = command;
    expect(text(payload, 'fileRecordKey')).toMatch(/^[\w+/]{167}=$/);
    expect(text(payload, 'fileRecordData')).toMatch(/^[\w-]+$/);
    expect(text(payload, 'ownerRecordData')).toMatch(/^[\w-]+$/);
    expect(text(payload, 'linkKey')).toMatch(/^[\w+/]{80}$/);
    const read = as('add_file', command);
    expect(read).toMatchObject({
      fileUid: command.fileUid,
      recordUid: record.uid,
      recordRevision: 7,
      fileSize: command.sealedContent.length,
    });
    expect(command.sealedContent.length).toBe(128);
    const key = await bytesOf(command.fileKey);
    expect(await bytesOf(await openOwnerFileKey(owner, read.ownerFileKey, extractable))).toEqual(key);
    const unwrapped = await record.key.unwrapFileKey(read.recordFileKey, extractable);
    expect(await bytesOf(unwrapped)).toEqual(key);
    expect(await unwrapped.openDescription(read.description)).toEqual({
      name: 'a.txt',
      title: 'a.txt',
      type: 'text/plain',
      size: 100,
      lastModified: 5,
    });
    expect(await unwrapped.openContent(command.sealedContent)).toEqual(content);
    expect(await record.key.openData(read.recordData)).toEqual({
      title: 'Grüße',
      fields: [
        { type: 'login', value: ['a'] },
        { type: 'fileRef', value: [command.fileUid] },
      ],
    });
  });

  test('update_folder', async () => {
    const command = await updateFolderCommand(from, { folder, name: 'Neu' });
    expect(text(command.payload, 'data')).toMatch(/^[\w-]+$/);
    const read = as('update_folder', command);
    expect(read.folderUid).toBe(folder.uid);
    expect(await folder.key.openData(read.data)).toEqual({ name: 'Neu' });
  });

  test('inputs may be overwritten as soon as the call returned', async () => {
    const owned = new Uint8Array(owner.publicKey.bytes);
    const content = Uint8Array.of(1, 2, 3);
    const document = structuredClone(data) as Record<string, JsonValue>;
    const other = new Uint8Array(owner.publicKey.bytes);
    const creating = createSecretCommand(from, { owner: owned, folder, data: document, suite });
    const files = ['a file'];
    const changing = { ...record };
    const updating = updateSecretCommand(from, { record: changing, data: document, removeFiles: files });
    const asking = getSecretsCommand(from, { filter: { records: files, folders: files } });
    const adding = addFileCommand(from, {
      owner: other,
      record: { ...record, data: document },
      file: { name: 'a', lastModified: 0, content },
      suite,
    });
    owned.fill(0);
    other.fill(0);
    content.fill(0);
    files[0] = 'another file';
    changing.revision = 8;
    expect(asking.payload).toMatchObject({ requestedRecords: ['a file'], requestedFolders: ['a file'] });
    document['title'] = 'overwritten';
    (document['fields'] as { value: string[] }[])[0]!.value.push('overwritten');
    const created = await creating;
    expect(await created.recordKey.openData(as('create_secret', created).data)).toEqual(data);
    await openOwnerRecordKey(owner, as('create_secret', created).ownerRecordKey);
    const updated = as('update_secret', await updating);
    expect(updated).toMatchObject({ revision: 7, linksToRemove: ['a file'] });
    expect(await record.key.openData(updated.data)).toEqual(data);
    const added = await adding;
    expect(await added.fileKey.openContent(added.sealedContent)).toEqual(Uint8Array.of(1, 2, 3));
    await openOwnerFileKey(owner, as('add_file', added).ownerFileKey);
    expect(await record.key.openData(as('add_file', added).recordData)).toEqual({
      title: 'Grüße',
      fields: [
        { type: 'login', value: ['a'] },
        { type: 'fileRef', value: [added.fileUid] },
      ],
    });
  });
});

describe('writing', () => {
  test('draws a UID and a key every time', async () => {
    const [one, other] = [
      await createSecretCommand(from, { owner: owner.publicKey, folder, data }),
      await createSecretCommand(from, { owner: owner.publicKey, folder, data }),
    ];
    expect(one.recordUid).not.toBe(other.recordUid);
    expect(await bytesOf(one.recordKey)).not.toEqual(await bytesOf(other.recordKey));
  });

  test('refuses an owner’s key that is no point', async () => {
    const owned = new Uint8Array(65);
    await refused('point-invalid', () => createSecretCommand(from, { owner: owned, folder, data }));
    const file = { name: 'a', lastModified: 0, content: new Uint8Array(0) };
    await refused('point-invalid', () => addFileCommand(from, { owner: owned, record: { ...record, data }, file }));
  });

  test('works for an owner whose key is remote', async () => {
    const remote = remoteEcPrivateKey(owner);
    const command = await createSecretCommand(from, { owner: remote.publicKey, folder, data });
    const key = await openOwnerRecordKey(remote, as('create_secret', command).ownerRecordKey, extractable);
    expect(await bytesOf(key)).toEqual(await bytesOf(command.recordKey));
  });

  test('works with a suite whose AES keys are remote, where their bytes can be had', async () => {
    const suite = {
      ...nodeSuite,
      importAesKey: async (bytes: Uint8Array) => {
        const copy = new Uint8Array(bytes);
        return { ...remoteAesKey(await nodeSuite.importAesKey(bytes)), exportSecretBytes: () => Promise.resolve(copy) };
      },
    };
    const command = await createSecretCommand(from, { owner: owner.publicKey, folder, data, suite });
    const read = as('create_secret', command);
    const key = await folder.key.unwrapRecordKey(read.folderRecordKey);
    expect(await key.openData(read.data)).toEqual(data);
  });
});

describe('the fileRef field of a record', () => {
  const withFile = async (before: JsonObject): Promise<{ after: JsonObject; fileUid: string }> => {
    const file = { name: 'a', lastModified: 0, content: new Uint8Array(0) };
    const command = await addFileCommand(from, { owner: owner.publicKey, record: { ...record, data: before }, file });
    return { after: await record.key.openData(as('add_file', command).recordData), fileUid: command.fileUid };
  };
  const withoutFiles = async (before: JsonObject, removeFiles: readonly string[]): Promise<JsonObject> => {
    const command = await updateSecretCommand(from, { record, data: before, removeFiles });
    const read = as('update_secret', command);
    expect(read.linksToRemove).toEqual(removeFiles);
    return record.key.openData(read.data);
  };

  test.each<[string, JsonObject, (uid: string) => JsonValue]>([
    ['no fields', { title: 'a' }, (uid) => [{ type: 'fileRef', value: [uid] }]],
    ['fields that are none', { fields: 'x' }, (uid) => [{ type: 'fileRef', value: [uid] }]],
    [
      'no such field',
      { fields: [{ type: 'login' }, 'x'] },
      (uid) => [{ type: 'login' }, 'x', { type: 'fileRef', value: [uid] }],
    ],
    ['an empty one', { fields: [{ type: 'fileRef' }] }, (uid) => [{ type: 'fileRef', value: [uid] }]],
    [
      'one with files, and others around it',
      { fields: [null, { type: 'fileRef', label: 'l', value: ['x'] }, { type: 'b' }] },
      (uid) => [null, { type: 'fileRef', label: 'l', value: ['x', uid] }, { type: 'b' }],
    ],
    [
      'two, of which the first takes it',
      {
        fields: [
          { type: 'fileRef', value: [] },
          { type: 'fileRef', value: ['x'] },
        ],
      },
      (uid) => [
        { type: 'fileRef', value: [uid] },
        { type: 'fileRef', value: ['x'] },
      ],
    ],
  ])('gains a file: %s', async (_, before, expected) => {
    const { after, fileUid } = await withFile({ title: 'kept', ...before });
    expect(after).toEqual({ title: 'kept', ...before, fields: expected(fileUid) });
  });

  test.each<[string, JsonObject, JsonValue]>([
    ['one of two', { fields: [{ type: 'fileRef', value: ['x', 'y'] }] }, [{ type: 'fileRef', value: ['y'] }]],
    [
      'the last, and the field with it',
      { fields: [{ type: 'a' }, { type: 'fileRef', value: ['x'] }] },
      [{ type: 'a' }],
    ],
    ['one that is not there', { fields: [{ type: 'fileRef', value: ['y'] }] }, [{ type: 'fileRef', value: ['y'] }]],
    [
      'in other fields it stays',
      { fields: [{ type: 'a', value: ['x'] }, ['x'], 'x'] },
      [{ type: 'a', value: ['x'] }, ['x'], 'x'],
    ],
    ['what is no text stays', { fields: [{ type: 'fileRef', value: ['x', 7] }] }, [{ type: 'fileRef', value: [7] }]],
  ])('loses a file: %s', async (_, before, expected) => {
    expect(await withoutFiles(before, ['x'])).toEqual({ fields: expected });
  });

  test('is left alone when no file goes', async () => {
    const before = { fields: [{ type: 'fileRef', value: [] }] };
    const command = await updateSecretCommand(from, { record, data: before, removeFiles: [] });
    expect(command.payload).not.toHaveProperty('links2Remove');
    expect(await record.key.openData(as('update_secret', command).data)).toEqual(before);
  });

  test('what was added goes again, and the record is as before', async () => {
    const uid = fc.string({ unit: fc.constantFrom('x', 'y', 'z'), minLength: 1, maxLength: 2 });
    await fc.assert(
      fc.asyncProperty(fc.array(uid, { minLength: 1, maxLength: 3 }), async (files) => {
        const before = { fields: [{ type: 'login' }, { type: 'fileRef', value: files }] };
        const { after, fileUid } = await withFile(before);
        expect(await withoutFiles(after, [fileUid])).toEqual(before);
      }),
      { numRuns: 20 },
    );
  });
});

describe('reading a command on the server', () => {
  const uid = generateUid();
  const bytes = encodeBase64Url(new Uint8Array(30));
  const valid: Record<DeviceCommand, JsonObject> = {
    get_secret: { requestedRecords: [uid], requestedFolders: [uid], requestLinks: true },
    get_folders: {},
    create_secret: {
      recordUid: uid,
      recordKey: bytes,
      folderUid: uid,
      folderKey: bytes,
      data: bytes,
      subFolderUid: uid,
    },
    update_secret: { recordUid: uid, data: bytes, revision: 1, transactionType: 'rotation', links2Remove: [uid] },
    finalize_secret_update: { recordUid: uid },
    rollback_secret_update: { recordUid: uid },
    delete_secret: { recordUids: [uid] },
    create_folder: { folderUid: uid, sharedFolderUid: uid, sharedFolderKey: bytes, data: bytes, parentUid: uid },
    update_folder: { folderUid: uid, data: bytes },
    delete_folder: { folderUids: [uid], forceDeletion: true },
    add_file: {
      fileRecordUid: uid,
      fileRecordKey: bytes,
      fileRecordData: bytes,
      ownerRecordUid: uid,
      ownerRecordData: bytes,
      ownerRecordRevision: 1,
      linkKey: bytes,
      fileSize: 30,
    },
  };
  const optional = new Set([
    'requestedRecords',
    'requestedFolders',
    'requestLinks',
    'subFolderUid',
    'transactionType',
    'links2Remove',
    'parentUid',
    'forceDeletion',
  ]);
  const NUMBERS = /revision|Revision|fileSize/;
  const LISTS = /Uids$|requested|links2Remove/;
  const BOOLEANS = /requestLinks|forceDeletion/;

  const rows = DEVICE_COMMANDS.flatMap((command) =>
    Object.keys(valid[command]).map((field) => [command, field] as const),
  );

  test.each(rows)('%s: %s has its type', async (command, field) => {
    const payload = valid[command];
    expect(readCommand(command, payload).command).toBe(command);
    const wrong: [JsonValue, ErrorCode][] = LISTS.test(field)
      ? [
          ['x', 'field-invalid'],
          [{}, 'field-invalid'],
          [[7], 'field-invalid'],
        ]
      : NUMBERS.test(field)
        ? [
            ['1', 'field-invalid'],
            [1.5, 'field-invalid'],
            [true, 'field-invalid'],
          ]
        : BOOLEANS.test(field)
          ? [
              ['true', 'field-invalid'],
              [2, 'field-invalid'],
            ]
          : field.endsWith('Uid')
            ? [
                ['x', 'uid-invalid'],
                [7, 'field-invalid'],
                [`${uid}A`, 'uid-invalid'],
              ]
            : field === 'transactionType'
              ? [
                  ['x', 'field-invalid'],
                  [7, 'field-invalid'],
                  ['', 'field-invalid'],
                ]
              : [
                  ['!', 'base64-invalid'],
                  [7, 'field-invalid'],
                ];
    for (const [value, code] of wrong) {
      const error = await refused(code, () => readCommand(command, { ...payload, [field]: value }));
      expect(error.message).toContain(`payload.${field}`);
    }
    for (const none of [null, undefined]) {
      const without = { ...payload, [field]: none };
      if (optional.has(field)) expect(readCommand(command, without).command).toBe(command);
      else await refused('field-missing', () => readCommand(command, without));
    }
  });

  test('a folder is not forced to go unless that is asked for', () => {
    expect(readCommand('delete_folder', { folderUids: [uid] })).toStrictEqual({
      command: 'delete_folder',
      folderUids: [uid],
      force: false,
    });
  });

  test('an empty folder uid is none', () => {
    expect(readCommand('create_secret', { ...valid.create_secret, subFolderUid: '' })).toMatchObject({
      subFolderUid: undefined,
    });
    expect(readCommand('create_folder', { ...valid.create_folder, parentUid: '' })).toMatchObject({
      parentUid: undefined,
    });
    expect(readCommand('create_secret', valid.create_secret)).toMatchObject({ subFolderUid: uid });
    expect(readCommand('create_folder', valid.create_folder)).toMatchObject({ parentUid: uid });
  });

  test('whatever the payload: a command or a refusal', () => {
    const value = fc.oneof(fc.constant(uid), fc.constant(bytes), fc.jsonValue());
    fc.assert(
      fc.property(
        fc.constantFrom(...DEVICE_COMMANDS).chain((command) =>
          fc.tuple(
            fc.constant(command),
            fc.record(Object.fromEntries(Object.keys(valid[command]).map((key) => [key, value])), {
              requiredKeys: [],
            }),
          ),
        ),
        ([command, payload]) => {
          try {
            expect(readCommand(command, payload as JsonObject).command).toBe(command);
          } catch (error) {
            expect(error).toMatchObject({ name: 'VaultwireError' });
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe('answers to commands', () => {
  test('delete results, one for each uid that was sent, in that order', () => {
    const answer = {
      records: [
        { recordUid: 'b', responseCode: 'OK' },
        { recordUid: 'a', responseCode: 'access_denied', errorMessage: 'No.' },
        { recordUid: 'x', responseCode: 'ok' },
        { recordUid: 'd' },
        7,
        null,
        [],
        { responseCode: 'ok' },
      ],
    };
    expect(readDeleteResults(answer, ['a', 'b', 'c', 'd'])).toEqual([
      { uid: 'a', deleted: false, responseCode: 'access_denied', errorMessage: 'No.' },
      { uid: 'b', deleted: true, responseCode: 'OK', errorMessage: undefined },
      { uid: 'c', deleted: false, responseCode: 'missing', errorMessage: undefined },
      { uid: 'd', deleted: false, responseCode: 'unknown', errorMessage: undefined },
    ]);
    expect(readDeleteResults({ folders: [{ folderUid: 'a', responseCode: 'ok' }] }, ['a'])).toMatchObject([
      { deleted: true },
    ]);
    // A record's name for the uid says nothing in a list of folders.
    expect(readDeleteResults({ folders: [{ recordUid: 'a', responseCode: 'ok' }] }, ['a'])).toMatchObject([
      { deleted: false },
    ]);
    for (const nothing of [
      {},
      { records: 'x' },
      { records: null },
      { records: { recordUid: 'a', responseCode: 'ok' } },
    ]) {
      expect(readDeleteResults(nothing, ['a'])).toMatchObject([{ deleted: false, responseCode: 'missing' }]);
    }
  });

  test('delete results in words that a terminal can show', () => {
    const answer = { records: [{ recordUid: 'a', responseCode: 'no\u001b[2J', errorMessage: 'b\nc\u202ed' }] };
    expect(readDeleteResults(answer, ['a'])).toEqual([
      { uid: 'a', deleted: false, responseCode: 'no [2J', errorMessage: 'b c d' },
    ]);
  });

  test.each([{ recordUid: 7 }, { recordUid: 'a', responseCode: true }, { recordUid: 'a', errorMessage: [] }])(
    'delete results that are none are refused: %j',
    async (item) => {
      const error = await refused('field-invalid', () => readDeleteResults({ records: [item] }, ['a']));
      expect(error.message).toContain('answer.records[]');
    },
  );

  const target = (parameters: JsonValue, more: JsonObject = {}): JsonObject => ({
    url: 'https://files.example/',
    parameters: JSON.stringify(parameters),
    successStatusCode: 204,
    ...more,
  });

  test('an upload target', () => {
    expect(readUploadTarget(target({ key: 'a', number: 7, yes: true }))).toEqual({
      url: 'https://files.example/',
      parameters: { key: 'a', number: '7', yes: 'true' },
      successStatusCode: 204,
    });
    expect(readUploadTarget(target({})).parameters).toEqual({});
  });

  test.each<[string, ErrorCode, JsonObject]>([
    ['no URL', 'field-missing', target({}, { url: null })],
    ['a URL of another type', 'field-invalid', target({}, { url: 7 })],
    ['no status', 'field-missing', target({}, { successStatusCode: null })],
    ['a status of another type', 'field-invalid', target({}, { successStatusCode: '204' })],
    ['no parameters', 'field-missing', target({}, { parameters: null })],
    ['parameters that are no text', 'field-invalid', target({}, { parameters: {} })],
    ['parameters that are no JSON', 'json-invalid', target({}, { parameters: '{' })],
    ['a list', 'json-invalid', target(['a'])],
    ['null', 'json-invalid', target(null)],
    ['a parameter twice', 'json-duplicate-key', target({}, { parameters: '{"a":"1","a":"2"}' })],
    ['__proto__', 'json-invalid', target({}, { parameters: '{"__proto__":"x"}' })],
    ['an object inside', 'json-too-deep', target({ a: { toString: 1, valueOf: 1 } })],
    ['null inside', 'field-invalid', target({ a: null })],
    ['more than 64 kB', 'message-too-long', target({ a: 'x'.repeat(64 * 1024) })],
  ])('an upload target is refused: %s', async (_, code, answer) => {
    const error = await refused(code, () => readUploadTarget(answer));
    expect(error.message).toContain('answer.');
    expect(error.cause).toBeUndefined();
  });
});
