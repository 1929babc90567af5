import fc from 'fast-check';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { CryptoSuite } from '../../src/crypto/index.js';
import { nodeSuite } from '../../src/crypto/node.js';
import {
  ApplicationKey,
  createApplication,
  createFile,
  createFolder,
  createRecord,
  encodeSecretsAnswer,
  generateUid,
  openSecrets,
  type AnswerFile,
  type AnswerRecord,
  type Failure,
  type FolderKey,
  type OpenedSecrets,
  type OpenSecretsOptions,
  type RecordKey,
  type SecretsAnswer,
} from '../../src/keychain/index.js';
import { sharedWrappedKeys } from '../../src/keychain/secrets.js';
import { encodeBase64, encodeBase64Url } from '../../src/wire/base64.js';
import type { Bytes } from '../../src/wire/bytes.js';
import { encodeJson, type JsonObject, type JsonValue } from '../../src/wire/json.js';
import { refused } from '../support/refused.js';
import { remoteAesKey } from '../support/remote-keys.js';
import { SUITES } from '../support/suites.js';
import { jsonValues } from '../support/json-values.js';

let application: ApplicationKey;
let applicationData: Bytes;

beforeEach(async () => {
  const made = await createApplication({ title: 'Application' });
  application = made.key;
  applicationData = made.sealed.data;
});

interface Made {
  readonly uid: string;
  readonly key: RecordKey;
  readonly answer: AnswerRecord;
}

/** A record as a server answers it, shared with the application or through a folder. */
async function record(
  data: JsonObject,
  more: Partial<AnswerRecord> & { readonly folder?: { readonly key: FolderKey } } = {},
): Promise<Made> {
  const { sealed, key } = await createRecord(data);
  const { folder, ...fields } = more;
  const wrapped = await (folder ? folder.key.wrapRecordKey(key) : application.wrapRecordKey(key));
  const answer = { ...sealed, key: wrapped, revision: 3, isEditable: true, ...fields };
  return { uid: answer.uid, key, answer };
}

async function sharedFolder(): Promise<{ uid: string; key: FolderKey; wrapped: Bytes }> {
  const { sealed, key } = await createFolder('unused');
  return { uid: sealed.uid, key, wrapped: await application.wrapFolderKey(key) };
}

const encode = (more: Partial<SecretsAnswer> = {}): JsonObject =>
  encodeSecretsAnswer({ applicationData, records: [], folders: [], ...more });

const open = (answer: JsonObject, options?: OpenSecretsOptions): Promise<OpenedSecrets> =>
  openSecrets(encodeJson(answer), application, options);

/** The answer with its records (or one folder's) changed. */
function patched(
  answer: JsonObject,
  change: (record: Record<string, JsonValue>, index: number) => JsonValue,
): JsonObject {
  const records = answer['records'] as JsonObject[];
  return { ...answer, records: records.map((one, index) => change({ ...one } as Record<string, JsonValue>, index)) };
}

const without =
  (key: string) =>
  (object: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));

const codes = (failed: readonly Failure[]): string[] => failed.map(({ kind, uid, code }) => `${kind} ${uid} ${code}`);
const uids = (opened: OpenedSecrets): string[] => opened.records.map(({ uid }) => uid);

describe('a get_secret answer', () => {
  for (const sealing of SUITES) {
    for (const opening of SUITES) {
      test(`sealed with ${sealing.name} opens with ${opening.name}`, async () => {
        const suite = { suite: sealing };
        const made = await createApplication({ title: 'Application', type: 'kind' }, suite);
        const bytes = await made.key.exportSecretBytes();
        const folder = await createFolder('unused', suite);
        const alone = await createRecord({ title: 'alone' }, suite);
        const inside = await createRecord({ title: 'inside' }, suite);
        const file = await createFile(
          { name: 'a.txt', type: 'text/plain', lastModified: 5, content: Uint8Array.of(1, 2) },
          suite,
        );
        const base = { revision: 7, isEditable: false };
        const answer = encodeSecretsAnswer({
          applicationData: made.sealed.data,
          records: [
            {
              ...alone.sealed,
              ...base,
              key: await made.key.wrapRecordKey(alone.key),
              files: [
                {
                  uid: file.sealed.uid,
                  key: await alone.key.wrapFileKey(file.key),
                  description: file.sealed.description,
                  url: 'https://files.example/a',
                  thumbnailUrl: 'https://files.example/b',
                },
              ],
              links: [{ recordUid: inside.sealed.uid, data: 'x', path: 'ai_settings' }, { recordUid: 'y' }],
            },
          ],
          folders: [
            {
              uid: folder.sealed.uid,
              key: await made.key.wrapFolderKey(folder.key),
              records: [
                {
                  ...inside.sealed,
                  revision: 0,
                  isEditable: true,
                  key: await folder.key.wrapRecordKey(inside.key),
                  innerFolderUid: 'inner',
                },
              ],
            },
          ],
          expiresOn: 99,
          warnings: ['soon'],
        });
        const applicationKey = new ApplicationKey(await opening.importAesKey(bytes));
        const opened = await openSecrets(encodeJson(answer), applicationKey, { suite: opening });
        expect(opened).toMatchObject({
          application: { title: 'Application', type: 'kind' },
          folders: [{ uid: folder.sealed.uid }],
          failed: [],
          report: {
            missing: [],
            wraps: { 'application-gcm': 2, 'folder-gcm': 1, 'record-gcm': 1 },
            unauthenticated: 0,
          },
          expiresOn: 99,
          warnings: ['soon'],
        });
        expect(opened.records).toMatchObject([
          {
            uid: alone.sealed.uid,
            folderUids: [],
            innerFolderUid: undefined,
            revision: 7,
            isEditable: false,
            data: { title: 'alone' },
            wrappedBy: 'application',
            digests: undefined,
            links: [
              { recordUid: inside.sealed.uid, data: 'x', path: 'ai_settings' },
              { recordUid: 'y', data: undefined, path: undefined },
            ],
            files: [
              {
                uid: file.sealed.uid,
                description: { name: 'a.txt', title: 'a.txt', size: 2, lastModified: 5, type: 'text/plain' },
                url: 'https://files.example/a',
                thumbnailUrl: 'https://files.example/b',
                digests: undefined,
              },
            ],
          },
          {
            uid: inside.sealed.uid,
            folderUids: [folder.sealed.uid],
            innerFolderUid: 'inner',
            revision: 0,
            isEditable: true,
            data: { title: 'inside' },
            wrappedBy: 'folder',
            files: [],
            links: [],
          },
        ]);
        const [first] = opened.records;
        expect(await first!.files[0]!.key.openContent(file.sealed.content)).toEqual(Uint8Array.of(1, 2));
        await refused('key-not-extractable', () => first!.key.exportSecretBytes());
        const extractable = await openSecrets(answer, applicationKey, { suite: opening, extractable: true });
        expect(await extractable.records[0]!.key.exportSecretBytes()).toEqual(await alone.key.exportSecretBytes());
        expect(await extractable.folders[0]!.key.exportSecretBytes()).toEqual(await folder.key.exportSecretBytes());
      });
    }
  }

  test('any tree comes back whole', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.dictionary(fc.string({ unit: fc.constantFrom('a', 'b') }), jsonValues()), { maxLength: 5 }),
        fc.array(fc.array(fc.dictionary(fc.constantFrom('a', 'b'), jsonValues()), { maxLength: 3 }), {
          maxLength: 3,
        }),
        async (alone, inFolders) => {
          const plain = (value: unknown): JsonObject => JSON.parse(JSON.stringify(value)) as JsonObject;
          const records = await Promise.all(alone.map((data) => record(plain(data))));
          const folders = [];
          const expected = alone.map(plain);
          for (const contents of inFolders) {
            const folder = await sharedFolder();
            const inside = await Promise.all(contents.map((data) => record(plain(data), { folder })));
            folders.push({ uid: folder.uid, key: folder.wrapped, records: inside.map(({ answer }) => answer) });
            expected.push(...contents.map(plain));
          }
          const opened = await open(encode({ records: records.map(({ answer }) => answer), folders }));
          expect(opened.failed).toEqual([]);
          expect(opened.records.map(({ data }) => data)).toEqual(expected);
          expect(opened.folders.map(({ uid }) => uid)).toEqual(folders.map(({ uid }) => uid));
        },
      ),
      { numRuns: 50 },
    );
  });

  test('holds more records than are opened at a time, in their order', async () => {
    const records = await Promise.all(Array.from({ length: 150 }, (_, index) => record({ index })));
    const opened = await open(encode({ records: records.map(({ answer }) => answer) }));
    expect(opened.records.map(({ data }) => data['index'])).toEqual(records.map((_, index) => index));
  });

  test('may be empty, and may leave out every member', async () => {
    for (const answer of [{}, { records: null, folders: null, appData: null, expiresOn: null, warnings: null }]) {
      expect(await open(answer)).toEqual({
        application: undefined,
        folders: [],
        records: [],
        failed: [],
        report: {
          missing: [],
          wraps: { 'application-gcm': 0, 'folder-gcm': 0, 'record-gcm': 0 },
          unauthenticated: 0,
        },
        expiresOn: undefined,
        warnings: [],
      });
    }
    expect((await open(encode())).expiresOn).toBeUndefined();
    expect((await open({ appData: '' })).failed).toEqual([]);
  });

  test.each<[string, JsonObject]>([
    ['records', { records: {} }],
    ['folders', { folders: 'x' }],
    ['expiresOn', { expiresOn: 'soon' }],
    ['warnings', { warnings: {} }],
  ])('that cannot be read as a whole is refused: %s', async (name, answer) => {
    const error = await refused('field-invalid', () => open(answer));
    expect(error.message).toContain(`answer.${name}`);
  });

  test('that is no JSON object is refused, and so is one that is too deep', async () => {
    await refused('json-invalid', () => openSecrets(new Uint8Array(0), application));
    await refused('json-invalid', () => openSecrets(encodeJson([]), application));
    await refused('argument-invalid', () => openSecrets(new Uint16Array(2) as unknown as Uint8Array, application));
    const deep = new TextEncoder().encode(`{"x":${'['.repeat(16)}${']'.repeat(16)}}`);
    await refused('json-too-deep', () => openSecrets(deep, application));
    expect((await openSecrets(deep.slice(0).fill(0x20, 5, 6).fill(0x20, -2, -1), application)).records).toEqual([]);
  });

  test('of more than 256 MiB is refused before anything is read of it', async () => {
    await refused('message-too-long', () => openSecrets(new Uint8Array(256 * 1024 * 1024 + 1), application));
  });

  test('says when access ends, if it ends', async () => {
    for (const [expiresOn, expected] of [
      [1, 1],
      [0, undefined],
      [-1, undefined],
      [1_800_000_000_000, 1_800_000_000_000],
    ] as const) {
      expect((await open({ expiresOn })).expiresOn).toBe(expected);
    }
  });

  test('has each of its items opened once', async () => {
    const bare = await nodeSuite.importAesKey(await application.exportSecretBytes());
    let opened = 0;
    const counting = new ApplicationKey({
      seal: (bytes) => bare.seal(bytes),
      open: (bytes) => {
        opened++;
        return bare.open(bytes);
      },
    });
    const folder = await sharedFolder();
    const records = await Promise.all(Array.from({ length: 130 }, () => record({})));
    const inside = await record({}, { folder });
    const answer = encode({
      records: records.map((made) => made.answer),
      folders: [{ uid: folder.uid, key: folder.wrapped, records: [inside.answer] }],
    });
    expect((await openSecrets(answer, counting)).records).toHaveLength(131);
    // The application, the folder, and each record that was shared with the application itself.
    expect(opened).toBe(1 + 1 + 130);
  });

  test('warnings that are no text are left out', async () => {
    expect((await open({ warnings: ['a', 1, null, 'b'] })).warnings).toEqual(['a', 'b']);
  });

  test('members come in either alphabet, with and without padding', async () => {
    const { answer, uid } = await record({ title: 'a' });
    const encoded = encode({ records: [answer] });
    for (const alphabet of [(b: Uint8Array) => encodeBase64(b), (b: Uint8Array) => encodeBase64Url(b)]) {
      const opened = await open({
        ...patched(encoded, (one) => ({ ...one, recordKey: alphabet(answer.key!), data: alphabet(answer.data) })),
        appData: alphabet(applicationData),
      });
      expect(uids(opened)).toEqual([uid]);
      expect(opened.application).toEqual({ title: 'Application', type: 'app' });
    }
  });

  test('0 and 1 are booleans, and null is none', async () => {
    const records = [await record({}), await record({}), await record({})];
    const answer = encode({ records: records.map(({ answer: one }) => one) });
    const values = [0, 1, null];
    const opened = await open(
      patched(answer, (one, index) => ({
        ...one,
        isEditable: values[index] ?? null,
        revision: null,
        innerFolderUid: null,
        files: null,
        links: null,
      })),
    );
    expect(opened.records.map(({ isEditable, revision }) => [isEditable, revision])).toEqual([
      [false, 0],
      [true, 0],
      [false, 0],
    ]);
    expect(opened.records[0]).toMatchObject({ innerFolderUid: undefined, files: [], links: [] });
  });
});

describe('what does not open is reported beside what does', () => {
  const breakages: readonly [string, string, (one: Record<string, JsonValue>) => JsonValue][] = [
    ['no object', 'field-invalid', () => 'text'],
    ['null', 'field-invalid', () => null],
    ['no uid', 'field-missing', without('recordUid')],
    ['a uid that is none', 'uid-invalid', (one) => ({ ...one, recordUid: 'x' })],
    ['a uid of another type', 'field-invalid', (one) => ({ ...one, recordUid: 7 })],
    ['a key that is no base64', 'base64-invalid', (one) => ({ ...one, recordKey: '!' })],
    ['a key that is too short', 'message-too-short', (one) => ({ ...one, recordKey: 'AAAA' })],
    ['a key of another type', 'field-invalid', (one) => ({ ...one, recordKey: 7 })],
    ['a key that does not open', 'open-failed', (one) => ({ ...one, recordKey: encodeBase64(new Uint8Array(60)) })],
    ['a key of another length', 'length-invalid', (one) => ({ ...one, recordKey: encodeBase64(new Uint8Array(59)) })],
    ['no key, and data under one', 'open-failed', without('recordKey')],
    ['an empty key, and data under one', 'open-failed', (one) => ({ ...one, recordKey: '' })],
    ['no data', 'field-missing', without('data')],
    ['data that is too short', 'message-too-short', (one) => ({ ...one, data: 'AAAA' })],
    ['data that does not open', 'open-failed', (one) => ({ ...one, data: encodeBase64(new Uint8Array(60)) })],
    ['a revision that is none', 'field-invalid', (one) => ({ ...one, revision: '7' })],
    ['a revision below zero', 'field-invalid', (one) => ({ ...one, revision: -1 })],
    ['half a revision', 'field-invalid', (one) => ({ ...one, revision: 0.5 })],
    ['a revision that no double holds exactly', 'field-invalid', (one) => ({ ...one, revision: 2 ** 53 })],
    ['isEditable that is none', 'field-invalid', (one) => ({ ...one, isEditable: 'yes' })],
    ['innerFolderUid of another type', 'field-invalid', (one) => ({ ...one, innerFolderUid: 7 })],
    ['files that are none', 'field-invalid', (one) => ({ ...one, files: {} })],
    ['links that are none', 'field-invalid', (one) => ({ ...one, links: {} })],
    ['a link to nothing', 'field-missing', (one) => ({ ...one, links: [{}] })],
    ['a link with data of another type', 'field-invalid', (one) => ({ ...one, links: [{ recordUid: 'a', data: 7 }] })],
    [
      'a link with a path of another type',
      'field-invalid',
      (one) => ({ ...one, links: [{ recordUid: 'a', path: 7 }] }),
    ],
  ];

  test.each(breakages)('a record with %s', async (_, code, change) => {
    const [good, bad] = [await record({ title: 'good' }), await record({ title: 'bad' })];
    const answer = patched(encode({ records: [bad.answer, good.answer] }), (one, index) =>
      index === 0 ? change(one) : one,
    );
    const opened = await open(answer);
    expect(uids(opened)).toEqual([good.uid]);
    expect(opened.failed).toHaveLength(1);
    expect(opened.failed[0]).toMatchObject({ kind: 'record', parentUid: undefined, code });
    const written = (answer['records'] as JsonValue[])[0] as Partial<Record<string, JsonValue>> | string | null;
    const named = typeof written === 'object' && written && typeof written['recordUid'] === 'string';
    expect(opened.failed[0]?.uid).toBe(named ? written['recordUid'] : '');
  });

  test('a record of a folder names its folder, and needs a key', async () => {
    const folder = await sharedFolder();
    const inside = await record({}, { folder });
    const answer = encode({
      folders: [{ uid: folder.uid, key: folder.wrapped, records: [{ ...inside.answer, key: undefined }] }],
    });
    const opened = await open(answer);
    expect(opened.failed).toMatchObject([
      { kind: 'record', uid: inside.uid, parentUid: folder.uid, code: 'key-missing' },
    ]);
    expect(opened.folders.map(({ uid }) => uid)).toEqual([folder.uid]);
  });

  test('a record of a folder does not open under the application’s key, nor the other way round', async () => {
    const folder = await sharedFolder();
    const [inside, alone] = [await record({}, { folder }), await record({})];
    const opened = await open(
      encode({
        records: [inside.answer],
        folders: [{ uid: folder.uid, key: folder.wrapped, records: [alone.answer] }],
      }),
    );
    expect(codes(opened.failed)).toEqual([`record ${inside.uid} open-failed`, `record ${alone.uid} open-failed`]);
  });

  test.each<[string, string, (folder: Record<string, JsonValue>) => JsonValue]>([
    ['no object', 'field-invalid', () => []],
    ['no uid', 'field-missing', without('folderUid')],
    ['a uid that is none', 'uid-invalid', (one) => ({ ...one, folderUid: 'x' })],
    ['no key', 'field-missing', without('folderKey')],
    ['a key that does not open', 'open-failed', (one) => ({ ...one, folderKey: encodeBase64(new Uint8Array(60)) })],
    ['a key of another length', 'open-failed', (one) => one],
    ['records that are none', 'field-invalid', (one) => ({ ...one, records: 'x' })],
  ])('a folder with %s loses its records, and nothing else', async (what, code, change) => {
    const [bad, good] = [await sharedFolder(), await sharedFolder()];
    const inside = await Promise.all([bad, good].map((folder) => record({}, { folder })));
    if (what === 'a key of another length') {
      bad.wrapped = await (
        await nodeSuite.importAesKey(await application.exportSecretBytes())
      ).seal(new Uint8Array(31));
    }
    const answer = encode({
      folders: [bad, good].map((folder, index) => ({
        uid: folder.uid,
        key: folder.wrapped,
        records: [inside[index]!.answer],
      })),
    });
    const [first, second] = answer['folders'] as JsonObject[];
    const opened = await open({ ...answer, folders: [change({ ...first } as Record<string, JsonValue>), second!] });
    expect(uids(opened)).toEqual([inside[1]!.uid]);
    expect(opened.folders.map(({ uid }) => uid)).toEqual([good.uid]);
    expect(opened.failed).toHaveLength(1);
    expect(opened.failed[0]).toMatchObject({ kind: 'folder', parentUid: undefined, code });
  });

  test.each<[string, string, (file: Record<string, JsonValue>) => JsonValue]>([
    ['no object', 'field-invalid', () => 1],
    ['no uid', 'field-missing', without('fileUid')],
    ['a uid that is none', 'uid-invalid', (one) => ({ ...one, fileUid: 'x' })],
    ['no key', 'field-missing', without('fileKey')],
    ['a key that does not open', 'open-failed', (one) => ({ ...one, fileKey: encodeBase64(new Uint8Array(60)) })],
    ['no description', 'field-missing', without('data')],
    ['a description that does not open', 'open-failed', (one) => ({ ...one, data: encodeBase64(new Uint8Array(60)) })],
    ['a URL of another type', 'field-invalid', (one) => ({ ...one, url: 7 })],
    ['a thumbnail of another type', 'field-invalid', (one) => ({ ...one, thumbnailUrl: 7 })],
  ])('a file with %s loses itself alone', async (_, code, change) => {
    const made = await record({ title: 'a' });
    const files = await Promise.all(
      [1, 2].map(async (byte) => {
        const { sealed, key } = await createFile({ name: 'a', lastModified: 0, content: Uint8Array.of(byte) });
        return { ...sealed, key: await made.key.wrapFileKey(key), url: 'https://files.example/' };
      }),
    );
    const answer = encode({ records: [{ ...made.answer, files }] });
    const opened = await open(
      patched(answer, (one) => {
        const [first, second] = one['files'] as JsonObject[];
        return { ...one, files: [change({ ...first } as Record<string, JsonValue>), second!] };
      }),
    );
    expect(uids(opened)).toEqual([made.uid]);
    expect(opened.records[0]!.files.map(({ uid }) => uid)).toEqual([files[1]!.uid]);
    expect(opened.failed).toHaveLength(1);
    expect(opened.failed[0]).toMatchObject({ kind: 'file', parentUid: made.uid, code });
  });

  test('a file without URLs is there all the same', async () => {
    const made = await record({});
    const { sealed, key } = await createFile({ name: 'a', lastModified: 0, content: new Uint8Array(0) });
    const answer = encode({
      records: [{ ...made.answer, files: [{ ...sealed, key: await made.key.wrapFileKey(key), url: '' }] }],
    });
    const opened = await open(
      patched(answer, (one) => {
        const [file] = one['files'] as [JsonObject];
        return { ...one, files: [{ ...file, url: null }] };
      }),
    );
    expect(opened.records[0]!.files[0]).toMatchObject({ url: undefined, thumbnailUrl: undefined });
  });

  test('however much it is: more than a call takes arguments', async () => {
    const many: JsonValue[] = Array.from({ length: 150_000 }, () => null);
    const folder = await sharedFolder();
    const made = await record({ title: 'good' });
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    try {
      const withFiles = patched(encode({ records: [made.answer] }), (one) => ({ ...one, files: many }));
      const opened = await open(withFiles);
      expect(uids(opened)).toEqual([made.uid]);
      expect(opened.failed).toHaveLength(many.length);

      const folders = [{ folderUid: folder.uid, folderKey: encodeBase64(folder.wrapped), records: many }];
      await refused('record-missing', () => open({ ...encode(), folders }, { requireAll: true }));
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  });

  test('an application’s description that does not open', async () => {
    const made = await record({});
    for (const [appData, code] of [
      [encodeBase64(new Uint8Array(60)), 'open-failed'],
      ['!', 'base64-invalid'],
      [7, 'field-invalid'],
    ] as const) {
      const opened = await open({ ...encode({ records: [made.answer] }), appData });
      expect(opened.application).toBeUndefined();
      expect(uids(opened)).toEqual([made.uid]);
      expect(opened.failed).toMatchObject([{ kind: 'application', uid: '', parentUid: undefined, code }]);
    }
  });

  test('links that are no objects are left out', async () => {
    const made = await record({}, { links: [7, null, { recordUid: 'a' }] });
    const opened = await open(encode({ records: [made.answer] }));
    expect(opened.records[0]!.links).toEqual([{ recordUid: 'a', data: undefined, path: undefined }]);
  });

  test('what a key of the caller throws is told with its cause, and the others go on', async () => {
    const bare = await nodeSuite.importAesKey(await application.exportSecretBytes());
    const remote = remoteAesKey(bare);
    const cause = new Error('the service is busy');
    let calls = 0;
    const flaky = new ApplicationKey({
      ...remote,
      open: (sealed) => (++calls === 2 ? Promise.reject(cause) : remote.open(sealed)),
    });
    const records = [await record({}), await record({})];
    const opened = await openSecrets(encode({ records: records.map(({ answer }) => answer) }), flaky);
    expect(opened.records).toHaveLength(1);
    expect(opened.failed).toMatchObject([{ kind: 'record', uid: records[0]!.uid, code: 'open-failed', cause }]);
    expect(opened.failed[0]!.message).not.toContain('busy');
  });
});

describe('the application’s own record', () => {
  test('is sealed with the application’s key itself, and may have no uid', async () => {
    const data = await application.sealData({ title: 'own' });
    const own = { data, revision: 1, isEditable: true };
    for (const uid of ['', 'anything']) {
      const answer = encode({ records: [{ uid, ...own }] });
      const opened = await open(answer, { digests: true });
      expect(opened.records).toMatchObject([
        { uid, wrappedBy: 'none', data: { title: 'own' }, digests: { keyDigest: '' } },
      ]);
      expect(opened.records[0]!.key).toBeDefined();
    }
    const bare = patched(encode({ records: [{ uid: '', ...own }] }), without('recordUid'));
    expect(uids(await open(bare))).toEqual(['']);
  });

  test('names its files’ failures in words that a terminal can show', async () => {
    const data = await application.sealData({});
    const opened = await open({ records: [{ recordUid: '\u001b[2J', data: encodeBase64(data), files: [7] }] });
    expect(opened.failed).toMatchObject([{ kind: 'file', parentUid: ' [2J', code: 'field-invalid' }]);
  });

  test('there is one', async () => {
    const records = await Promise.all(
      ['one', 'two'].map(async (title) => ({
        uid: '',
        data: await application.sealData({ title }),
        revision: 1,
        isEditable: true,
      })),
    );
    const opened = await open(encode({ records }));
    expect(opened.records.map(({ data }) => data)).toEqual([{ title: 'one' }]);
    expect(codes(opened.failed)).toEqual(['record  duplicate-uid']);
  });
});

describe('one record in several places', () => {
  test('comes out once, with every folder', async () => {
    const [one, other] = [await sharedFolder(), await sharedFolder()];
    const made = await record({ title: 'a' }, { folder: one });
    const again = { ...made.answer, key: await other.key.wrapRecordKey(made.key) };
    const alone = { ...made.answer, key: await application.wrapRecordKey(made.key) };
    const opened = await open(
      encode({
        records: [alone],
        folders: [
          { uid: one.uid, key: one.wrapped, records: [made.answer, made.answer] },
          { uid: other.uid, key: other.wrapped, records: [again] },
        ],
      }),
    );
    expect(opened.failed).toEqual([]);
    expect(opened.records).toMatchObject([{ uid: made.uid, folderUids: [one.uid, other.uid], data: { title: 'a' } }]);
  });

  test.each<[string, Partial<AnswerRecord>]>([
    ['content', {}],
    ['revision', { revision: 4 }],
  ])('is reported when it comes again with another %s', async (what, more) => {
    const folder = await sharedFolder();
    const made = await record({ title: 'a' });
    const data = what === 'content' ? await made.key.sealData({ title: 'b' }) : made.answer.data;
    const again = { ...made.answer, ...more, data, key: await folder.key.wrapRecordKey(made.key) };
    const opened = await open(
      encode({ records: [made.answer], folders: [{ uid: folder.uid, key: folder.wrapped, records: [again] }] }),
    );
    expect(opened.records).toMatchObject([{ uid: made.uid, data: { title: 'a' }, folderUids: [] }]);
    expect(opened.failed).toMatchObject([
      { kind: 'record', uid: made.uid, parentUid: folder.uid, code: 'duplicate-uid' },
    ]);
  });

  test('costs no more for being large when a small one comes again and again under its UID', async () => {
    const [large, small] = [await record({ notes: 'a'.repeat(10_000) }), await record({})];
    const again = Array<AnswerRecord>(50).fill({ ...small.answer, uid: large.uid });
    const answer = encodeJson(encode({ records: [large.answer, ...again] }));
    const stringify = vi.spyOn(JSON, 'stringify');
    const opened = await openSecrets(answer, application);
    const written = stringify.mock.results.filter(({ value }) => String(value).length > 10_000);
    stringify.mockRestore();
    expect(opened.failed.map(({ code }) => code)).toEqual(again.map(() => 'duplicate-uid'));
    expect(written.length).toBe(1);
  });
});

describe('one wrapped key under two UIDs', () => {
  const swapped = (made: Made, uid: string): AnswerRecord => ({ ...made.answer, uid });

  test('is refused for both, in either alphabet', async () => {
    const [one, other, third] = [await record({}), await record({}), await record({})];
    const copy = swapped(one, other.uid);
    const answer = encode({ records: [one.answer, copy, third.answer] });
    for (const text of [
      answer,
      patched(answer, (item, index) => (index === 1 ? { ...item, recordKey: encodeBase64Url(one.answer.key!) } : item)),
    ]) {
      const opened = await open(text);
      expect(uids(opened)).toEqual([third.uid]);
      expect(codes(opened.failed)).toEqual([`record ${one.uid} swap-suspected`, `record ${other.uid} swap-suspected`]);
    }
  });

  test('is refused for all, however often each stands there and in which order', async () => {
    const [one, other] = [await record({ title: 'one' }), await record({ title: 'other' })];
    const [a, b] = [one.answer, swapped(one, other.uid)];
    for (const records of [
      [a, b],
      [b, a],
      [a, a, b],
      [b, b, a],
      [a, b, a],
      [b, a, b],
      [a, b, b],
      [a, a, b, b],
    ]) {
      const opened = await open(encode({ records }));
      expect(uids(opened)).toEqual([]);
      expect(new Set(opened.failed.map(({ code }) => code))).toEqual(new Set(['swap-suspected']));
      expect(opened.failed).toHaveLength(records.length);
    }
  });

  test('is told by all of it: a nonce is for whoever wraps to choose', async () => {
    const folder = await sharedFolder();
    const wrapAs = async (nonce: number, { key }: Made) => {
      const suite = { ...nodeSuite, randomBytes: (length: number) => new Uint8Array(length).fill(nonce) };
      const wrapping = await suite.importAesKey(await folder.key.exportSecretBytes());
      return wrapping.seal(await key.exportSecretBytes());
    };
    const made = await Promise.all(Array.from({ length: 3 }, () => record({}, { folder })));
    const [one, other, third] = await Promise.all(
      made.map(async (each) => ({ ...each.answer, key: await wrapAs(7, each) })),
    );
    const opened = (records: readonly AnswerRecord[]) =>
      open(encode({ folders: [{ uid: folder.uid, key: folder.wrapped, records }] }));
    expect(uids(await opened([one!, other!]))).toEqual([one!.uid, other!.uid]);
    const copy = { ...third!, key: other!.key, data: other!.data };
    const swap = await opened([one!, other!, copy]);
    expect(uids(swap)).toEqual([one!.uid]);
    expect(codes(swap.failed)).toEqual([other, copy].map((each) => `record ${each!.uid} swap-suspected`));
  });

  test('is told with padding and without', async () => {
    // AES-CBC, whose 64 bytes are no whole number of three.
    const folder = await sharedFolder();
    const inner = await folder.key.wrapFolderKey((await sharedFolder()).key);
    const [one, other] = [generateUid(), generateUid()];
    const items = [encodeBase64(inner), encodeBase64Url(inner)].map((folderKey, index) => ({
      folderUid: index === 0 ? one : other,
      folderKey,
    }));
    expect(sharedWrappedKeys([items, 'folderKey', 'folderUid'])).toEqual(new Set(items));
  });

  test('is refused across folders', async () => {
    const folder = await sharedFolder();
    const made = await record({}, { folder });
    const other = await record({});
    // The folder's key under a wrap of its own: the copy of the record's key alone gives it away.
    const wrappedAgain = await application.wrapFolderKey(folder.key);
    const opened = await open(
      encode({
        records: [other.answer],
        folders: [
          { uid: folder.uid, key: folder.wrapped, records: [made.answer] },
          { uid: (await sharedFolder()).uid, key: wrappedAgain, records: [swapped(made, other.uid)] },
        ],
      }),
    );
    expect(uids(opened)).toEqual([other.uid]);
    expect(codes(opened.failed)).toEqual([`record ${made.uid} swap-suspected`, `record ${other.uid} swap-suspected`]);
  });

  test('is refused for folders, with all that is in them', async () => {
    const [folder, honest] = [await sharedFolder(), await sharedFolder()];
    const [made, kept] = [await record({}, { folder }), await record({}, { folder: honest })];
    const opened = await open(
      encode({
        folders: [
          { uid: folder.uid, key: folder.wrapped, records: [made.answer] },
          { uid: (await sharedFolder()).uid, key: folder.wrapped, records: [] },
          { uid: honest.uid, key: honest.wrapped, records: [kept.answer] },
        ],
      }),
    );
    expect(uids(opened)).toEqual([kept.uid]);
    expect(opened.folders.map(({ uid }) => uid)).toEqual([honest.uid]);
    expect(opened.failed.map(({ kind, code }) => `${kind} ${code}`)).toEqual([
      'folder swap-suspected',
      'folder swap-suspected',
    ]);
  });

  test('the same record twice is no swap', async () => {
    const made = await record({});
    expect((await open(encode({ records: [made.answer, made.answer] }))).failed).toEqual([]);
  });

  describe('of files', () => {
    async function file(on: Made): Promise<AnswerFile> {
      const { sealed, key } = await createFile({ name: 'a', lastModified: 1, content: new Uint8Array() });
      return { uid: sealed.uid, description: sealed.description, key: await on.key.wrapFileKey(key), url: '' };
    }
    const withFiles = (made: Made, ...files: AnswerFile[]): AnswerRecord => ({ ...made.answer, files });
    const fileUids = ({ records }: OpenedSecrets): string[][] =>
      records.map(({ files }) => files.map(({ uid }) => uid));
    const suspected = (...pairs: [file: AnswerFile, on: Made][]): object[] =>
      pairs.map(([{ uid }, on]) => ({ kind: 'file', uid, parentUid: on.uid, code: 'swap-suspected' }));

    test('is refused for both files of one record, in either alphabet, and costs nothing else', async () => {
      const made = await record({});
      const [one, other, third] = [await file(made), await file(made), await file(made)];
      const copy = { ...one, uid: other.uid };
      const answer = encode({ records: [withFiles(made, one, copy, third)] });
      const inOtherAlphabet = patched(answer, (item) => {
        const [first, ...rest] = item['files'] as JsonObject[];
        return { ...item, files: [{ ...first, fileKey: encodeBase64Url(one.key) }, ...rest] };
      });
      for (const text of [answer, inOtherAlphabet]) {
        const opened = await open(text);
        expect(uids(opened)).toEqual([made.uid]);
        expect(fileUids(opened)).toEqual([[third.uid]]);
        expect(opened.failed).toMatchObject(suspected([one, made], [copy, made]));
      }
    });

    test('is refused for a record that comes as a file as well, where both are under one key', async () => {
      const made = await record({});
      const { uid, key, data } = made.answer;
      const copy = { uid: generateUid(), key: key!, description: data, url: '' };
      const own = {
        uid: generateUid(),
        data: await application.ownRecordKey().sealData({}),
        revision: 1,
        isEditable: false,
      };
      const opened = await open(encode({ records: [made.answer, { ...own, files: [copy] }] }));
      expect(uids(opened)).toEqual([own.uid]);
      expect(fileUids(opened)).toEqual([[]]);
      expect(opened.failed.map((one) => [one.kind, one.uid, one.code])).toEqual([
        ['record', uid, 'swap-suspected'],
        ['file', copy.uid, 'swap-suspected'],
      ]);
    });

    test('is refused across records of one key, in folders and out of them', async () => {
      const folder = await sharedFolder();
      const made = await record({}, { folder });
      const alone: Made = {
        ...made,
        uid: generateUid(),
        answer: { ...made.answer, key: await application.wrapRecordKey(made.key) },
      };
      const [one, kept] = [await file(made), await file(made)];
      const copy = { ...one, uid: generateUid() };
      const opened = await open(
        encode({
          records: [{ ...withFiles(alone, copy), uid: alone.uid }],
          folders: [{ uid: folder.uid, key: folder.wrapped, records: [withFiles(made, one, kept)] }],
        }),
      );
      expect(uids(opened)).toEqual([alone.uid, made.uid]);
      expect(fileUids(opened)).toEqual([[], [kept.uid]]);
      expect(opened.failed).toMatchObject(suspected([copy, alone], [one, made]));
    });

    test('one file twice is no swap, on one record or on one that comes in several places', async () => {
      const folder = await sharedFolder();
      const made = await record({});
      const hung = await file(made);
      const again = { ...withFiles(made, hung), key: await folder.key.wrapRecordKey(made.key) };
      const opened = await open(
        encode({
          records: [withFiles(made, hung, hung)],
          folders: [{ uid: folder.uid, key: folder.wrapped, records: [again] }],
        }),
      );
      expect(opened.failed).toEqual([]);
      expect(fileUids(opened)).toEqual([[hung.uid, hung.uid]]);
    });
  });
});

describe('one wrapped key under two UIDs, whatever its base64', () => {
  test.each([
    ['/////////////', '_____________'],
    ['+++++++++++++', '-------------'],
    ['a+/a+/a+/a+/+', 'a-_a-_a-_a-_-'],
    ['a+/a+/a+/a+/+', 'a-/a+_a-_a+/-'],
  ])('%s is %s', async (one, other) => {
    const wrapped = (start: string): string => `${start}aaa${'A'.repeat(64)}`;
    const uids = ['AAAAAAAAAAAAAAAAAAAAAA', 'BAAAAAAAAAAAAAAAAAAAAA'];
    const items = [one, other].map((start, index) => ({
      recordUid: uids[index]!,
      recordKey: wrapped(start),
      data: '',
    }));
    const opened = await open({ records: items });
    expect(codes(opened.failed)).toEqual(uids.map((uid) => `record ${uid} swap-suspected`));
    const folders = [one, other].map((start, index) => ({ folderUid: uids[index]!, folderKey: wrapped(start) }));
    expect(codes((await open({ folders })).failed)).toEqual(uids.map((uid) => `folder ${uid} swap-suspected`));
  });

  test('records without a key of their own have none in common', async () => {
    const data = await application.sealData({});
    const own = (uid: string): AnswerRecord => ({ uid, data, revision: 0, isEditable: false });
    const opened = await open(encode({ records: [own('a'), own('b')] }));
    expect(uids(opened)).toEqual(['a', 'b']);
    const folders = ['AAAAAAAAAAAAAAAAAAAAAA', 'BAAAAAAAAAAAAAAAAAAAAA'].map((folderUid) => ({ folderUid }));
    expect((await open({ folders })).failed.map(({ code }) => code)).toEqual(['field-missing', 'field-missing']);
  });
});

describe('the report', () => {
  test('counts the keys that opened by how they were wrapped, and each once', async () => {
    const [one, other] = [await sharedFolder(), await sharedFolder()];
    const files = await Promise.all(
      [{}, {}, {}].map(() => createFile({ name: 'a', lastModified: 1, content: new Uint8Array() })),
    );
    const inside = await record({}, { folder: one });
    const hung = await Promise.all(
      files.map(async ({ sealed, key }) => ({
        uid: sealed.uid,
        description: sealed.description,
        key: await inside.key.wrapFileKey(key),
        url: '',
      })),
    );
    const broken = hung.map((file, index) => (index === 2 ? { ...file, description: new Uint8Array(40) } : file));
    const [alone, failing] = [await record({}), await record({}, { data: new Uint8Array(40) })];
    const own = { uid: '', data: await application.sealData({}), revision: 1, isEditable: true };
    const again = { ...inside.answer, key: await other.key.wrapRecordKey(inside.key) };
    const opened = await open(
      encode({
        records: [alone.answer, failing.answer, own],
        folders: [
          { uid: one.uid, key: one.wrapped, records: [{ ...inside.answer, files: broken }] },
          { uid: other.uid, key: other.wrapped, records: [again] },
          { uid: (await sharedFolder()).uid, key: new Uint8Array(60), records: [] },
        ],
      }),
    );
    expect(opened.failed.map(({ kind }) => kind)).toEqual(['folder', 'record', 'file']);
    // Two folders and a record; the record that lies in both; its files. The application's own record is not wrapped.
    expect(opened.report).toEqual({
      missing: [],
      wraps: { 'application-gcm': 3, 'folder-gcm': 1, 'record-gcm': 2 },
      unauthenticated: 0,
    });
  });
});

describe('what was asked for', () => {
  test('is missing for folders too, unless it came', async () => {
    const folder = await sharedFolder();
    const answer = encode({ folders: [{ uid: folder.uid, key: new Uint8Array(60), records: [] }] });
    const opened = await open(answer, { requestedFolders: [folder.uid, 'absent'], requestedRecords: ['a record'] });
    expect(opened.report.missing).toEqual(['a record', 'absent']);
    expect(codes(opened.failed)).toEqual([`folder ${folder.uid} open-failed`]);
  });

  test('may all be required, with the reason for each that is not there', async () => {
    const [good, bad] = [await record({}), await record({})];
    const whole = encode({ records: [good.answer] });
    expect((await open(whole, { requireAll: true, requestedRecords: [good.uid] })).records).toHaveLength(1);
    const lacking = { requireAll: true, requestedRecords: [good.uid, 'record-x'], requestedFolders: ['folder-x'] };
    const error = await refused('record-missing', () => open(whole, lacking));
    expect(error.message).toContain('record-x (missing), folder-x (missing)');
    const broken = encode({ records: [good.answer, { ...bad.answer, data: new Uint8Array(40) }] });
    const second = await refused('record-missing', () => open(broken, { requireAll: true }));
    expect(second.message).toContain(`${bad.uid} (open-failed)`);
  });

  test('is named in words that a terminal can show', async () => {
    const hostile = '\u001b[2Juid\u202e';
    const opened = await open({ records: [{ recordUid: hostile }], warnings: [`${hostile}${'x'.repeat(2000)}`] });
    expect(opened.failed[0]?.uid).toBe(' [2Juid ');
    expect(opened.warnings[0]).toMatch(/^ \[2Juid x{991,992}$/);
  });

  test('is missing when it came in no form', async () => {
    const [good, bad] = [await record({}), await record({})];
    const answer = encode({ records: [good.answer, { ...bad.answer, data: new Uint8Array(40) }] });
    const requestedRecords = [good.uid, bad.uid, 'absent'];
    const opened = await open(answer, { requestedRecords });
    expect(opened.report.missing).toEqual(['absent']);
    expect(codes(opened.failed)).toEqual([`record ${bad.uid} open-failed`]);
  });

  test('a folder that failed is no record that came', async () => {
    const uid = (await sharedFolder()).uid;
    const answer = { folders: [{ folderUid: uid }] };
    expect((await open(answer, { requestedRecords: [uid] })).report.missing).toEqual([uid]);
  });

  test('fails the whole when it was required and did not open', async () => {
    const [good, bad] = [await record({}), await record({})];
    const answer = encode({ records: [good.answer, { ...bad.answer, data: new Uint8Array(40) }] });
    expect((await open(answer, { requireRecords: [good.uid] })).records).toHaveLength(1);
    const error = await refused('record-missing', () =>
      open(answer, { requireRecords: [good.uid, bad.uid, 'absent'] }),
    );
    expect(error.message).toContain(`${bad.uid} (open-failed)`);
    expect(error.message).toContain('absent (missing)');
    expect(error.message).not.toContain(good.uid);
  });
});

describe('digests', () => {
  test.each(SUITES)('are of the key and of the sealed data, of files as well: $name', async (suite) => {
    const made = await record({ title: 'a' });
    const file = await createFile({ name: 'a.txt', lastModified: 1, content: Uint8Array.of(1) });
    const { uid, description } = file.sealed;
    const files = [{ uid, description, key: await made.key.wrapFileKey(file.key), url: '' }];
    const answer = encode({ records: [{ ...made.answer, files }] });
    const digest = async (bytes: Uint8Array): Promise<string> =>
      encodeBase64Url((await nodeSuite.sha256(bytes)).subarray(0, 16));
    const expected = {
      keyDigest: await digest(await made.key.exportSecretBytes()),
      dataDigest: await digest(made.answer.data),
    };
    const expectedOfFile = {
      keyDigest: await digest(await file.key.exportSecretBytes()),
      dataDigest: await digest(description),
    };
    const bytes = await application.exportSecretBytes();
    for (const key of [
      new ApplicationKey(await suite.importAesKey(bytes)),
      new ApplicationKey(remoteAesKey(await suite.importAesKey(bytes))),
    ]) {
      for (const extractable of [false, true]) {
        const opened = await openSecrets(answer, key, { suite, digests: true, extractable });
        const [one] = opened.records;
        const [hung] = one!.files;
        expect([one!.digests, hung!.digests]).toEqual([expected, expectedOfFile]);
        expect([one!.data, hung!.description['name']]).toEqual([{ title: 'a' }, 'a.txt']);
        expect(await hung!.key.openContent(file.sealed.content)).toEqual(Uint8Array.of(1));
        for (const [key, bare] of [
          [one!.key, made.key],
          [hung!.key, file.key],
        ] as const) {
          const exporting = key.exportSecretBytes();
          if (extractable) expect(await exporting).toEqual(await bare.exportSecretBytes());
          else await refused('key-not-extractable', () => exporting);
        }
      }
    }
  });

  test('are made of keys under folders as well, and of folders, and leave no bytes in memory', async () => {
    const folder = await sharedFolder();
    const made = await record({ title: 'a' }, { folder });
    const { sealed, key: fileKey } = await createFile({ name: 'a', lastModified: 1, content: new Uint8Array() });
    const { uid, description } = sealed;
    const files = [{ uid, description, key: await made.key.wrapFileKey(fileKey), url: '' }];
    const records = [{ ...made.answer, files }];
    const answer = encode({ folders: [{ uid: folder.uid, key: folder.wrapped, records }] });
    const exported: Uint8Array[] = [];
    const hashed: Uint8Array[] = [];
    const suite: CryptoSuite = {
      ...nodeSuite,
      sha256: (bytes) => {
        if (bytes.length === 32) hashed.push(bytes);
        return nodeSuite.sha256(bytes);
      },
      importAesKey: async (bytes, options) => {
        const key = await nodeSuite.importAesKey(bytes, options);
        if (options?.extractable !== true) return key;
        return {
          ...remoteAesKey(key),
          exportSecretBytes: async () => {
            const out = await key.exportSecretBytes!();
            exported.push(out);
            return out;
          },
        };
      },
    };
    const key = new ApplicationKey(await nodeSuite.importAesKey(await application.exportSecretBytes()));
    const opened = await openSecrets(answer, key, { suite, digests: true });
    expect(opened.failed).toEqual([]);
    const digest = async (bytes: Uint8Array): Promise<string> =>
      encodeBase64Url((await nodeSuite.sha256(bytes)).subarray(0, 16));
    expect(opened.records[0]!.digests!.keyDigest).toBe(await digest(await made.key.exportSecretBytes()));
    expect(opened.folders[0]!.keyDigest).toBe(await digest(await folder.key.exportSecretBytes()));
    for (const one of [opened.folders[0]!.key, opened.records[0]!.key, opened.records[0]!.files[0]!.key]) {
      await refused('key-not-extractable', () => one.exportSecretBytes());
    }
    expect(hashed).toHaveLength(3);
    for (const bytes of [...hashed, ...exported]) expect(bytes).toEqual(new Uint8Array(32));
    const plain = await openSecrets(answer, key);
    const [one] = plain.records;
    expect([plain.folders[0]!.keyDigest, one!.digests, one!.files[0]!.digests]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('without them, record keys are unwrapped where the platform can do so without showing them', async () => {
    const bare = await nodeSuite.importAesKey(await application.exportSecretBytes());
    const asked: (boolean | undefined)[] = [];
    const key = new ApplicationKey({
      ...remoteAesKey(bare),
      unwrapAesKey: (wrapped, options) => {
        asked.push(options?.extractable);
        return bare.unwrapAesKey!(wrapped, options);
      },
    });
    const made = await record({});
    const answer = encode({ records: [made.answer] });
    await openSecrets(answer, key);
    await openSecrets(answer, key, { extractable: true });
    await openSecrets(answer, key, { digests: true });
    expect(asked).toEqual([false, true]);
  });
});
