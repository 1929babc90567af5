import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { nodeSuite } from '../../src/crypto/node.js';
import {
  ApplicationKey,
  createFolder,
  encodeFoldersAnswer,
  generateApplicationKey,
  generateUid,
  MAXIMUM_FOLDER_DEPTH,
  openFolders,
  type AnswerFolder,
  type FolderKey,
  type OpenedFolders,
} from '../../src/keychain/index.js';
import { encodeBase64, encodeBase64Url } from '../../src/wire/base64.js';
import { encodeJson, type JsonObject, type JsonValue } from '../../src/wire/json.js';
import { refused } from '../support/refused.js';
import { remoteAesKey } from '../support/remote-keys.js';
import { SUITES } from '../support/suites.js';

let application: ApplicationKey;

beforeEach(async () => {
  application = await generateApplicationKey();
});

interface Made {
  readonly uid: string;
  readonly key: FolderKey;
  readonly answer: AnswerFolder;
}

/** A shared folder, or one inside: `shared` is the folder at the root of its parents. */
async function folder(name: string, parent?: { readonly uid: string; readonly shared: FolderKey }): Promise<Made> {
  const { sealed, key } = await createFolder(name);
  const wrapped = await (parent ? parent.shared.wrapFolderKey(key) : application.wrapFolderKey(key));
  return { uid: sealed.uid, key, answer: { ...sealed, key: wrapped, parentUid: parent?.uid } };
}

const open = (made: readonly { readonly answer: AnswerFolder }[]): Promise<OpenedFolders> =>
  openFolders(encodeJson(encodeFoldersAnswer(made.map(({ answer }) => answer))), application);

const codes = ({ failed }: OpenedFolders): string[] => failed.map(({ uid, code }) => `${uid} ${code}`);

describe('a get_folders answer', () => {
  test('opens shared folders and the folders inside, in the answer’s order', async () => {
    const shared = await folder('Shared');
    const child = await folder('Child', { uid: shared.uid, shared: shared.key });
    const grandchild = await folder('Grandchild', { uid: child.uid, shared: shared.key });
    const other = await folder('Other');
    const made = [grandchild, other, child, shared];
    const opened = await open(made);
    expect(opened.failed).toEqual([]);
    expect(opened.folders).toMatchObject([
      {
        uid: grandchild.uid,
        parentUid: child.uid,
        sharedFolderUid: shared.uid,
        name: 'Grandchild',
        keyAuthenticated: false,
      },
      { uid: other.uid, parentUid: undefined, sharedFolderUid: other.uid, name: 'Other', keyAuthenticated: true },
      { uid: child.uid, parentUid: shared.uid, sharedFolderUid: shared.uid, name: 'Child', keyAuthenticated: false },
      { uid: shared.uid, parentUid: undefined, sharedFolderUid: shared.uid, name: 'Shared', keyAuthenticated: true },
    ]);
    for (const [index, one] of opened.folders.entries()) {
      expect(await one.key.openData(made[index]!.answer.data)).toEqual({ name: one.name });
      await refused('key-not-extractable', () => one.key.exportSecretBytes());
    }
    const answer = encodeFoldersAnswer(made.map((one) => one.answer));
    const extractable = await openFolders(answer, application, { extractable: true });
    for (const [index, one] of extractable.folders.entries()) {
      expect(await one.key.exportSecretBytes()).toEqual(await made[index]!.key.exportSecretBytes());
    }
  });

  test('reports how the keys that opened were wrapped, and what is not authenticated', async () => {
    const shared = await folder('Shared');
    const child = await folder('Child', { uid: shared.uid, shared: shared.key });
    const grandchild = await folder('Grandchild', { uid: child.uid, shared: shared.key });
    const broken = await folder('Broken', { uid: shared.uid, shared: shared.key });
    const opened = await open([
      grandchild,
      shared,
      child,
      { answer: { ...broken.answer, data: new Uint8Array(32) } },
      await folder('Other'),
    ]);
    expect(opened.failed).toHaveLength(1);
    expect(opened.report).toEqual({
      missing: [],
      wraps: { 'application-gcm': 2, 'folder-cbc': 2 },
      unauthenticated: 2,
      unauthenticatedNames: 4,
    });
  });

  test('reports parents that are not there, each once; one that came and failed is there', async () => {
    const shared = await folder('Shared');
    const absent = generateUid();
    const orphans = await Promise.all(
      ['One', 'Other'].map((name) => folder(name, { uid: absent, shared: shared.key })),
    );
    const hostile = await folder('Hostile', { uid: '\u001b[2J', shared: shared.key });
    const inBroken = await folder('In a broken one', { uid: shared.uid, shared: shared.key });
    const broken = { answer: { ...shared.answer, key: new Uint8Array(60) } };
    const opened = await open([...orphans, hostile, inBroken, broken]);
    expect(opened.folders).toEqual([]);
    expect(opened.report.missing).toEqual([absent, ' [2J']);
    const [one] = encodeFoldersAnswer([shared.answer])['folders'] as JsonObject[];
    const [child] = encodeFoldersAnswer([inBroken.answer])['folders'] as JsonObject[];
    const unread = await openFolders({ folders: [{ ...one, parent: 7 }, child!] }, application);
    expect(codes(unread)).toEqual([`${shared.uid} field-invalid`, `${inBroken.uid} parent-missing`]);
    expect(unread.report.missing).toEqual([]);
  });

  test('opens in every suite, and with a remote application key', async () => {
    const shared = await folder('Shared');
    const child = await folder('Child', { uid: shared.uid, shared: shared.key });
    const answer = encodeFoldersAnswer([shared.answer, child.answer]);
    const bytes = await application.exportSecretBytes();
    for (const suite of SUITES) {
      for (const key of [await suite.importAesKey(bytes), remoteAesKey(await suite.importAesKey(bytes))]) {
        const opened = await openFolders(answer, new ApplicationKey(key), { suite });
        expect(opened.folders.map(({ name }) => name)).toEqual(['Shared', 'Child']);
      }
    }
  });

  test('any forest comes back whole, whatever its order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(), fc.string({ unit: 'grapheme' })), { maxLength: 8 }),
        fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
        async (shape, order) => {
          const made: (Made & { root: Made | undefined })[] = [];
          for (const [choice, name] of shape) {
            // One in three is a shared folder; the others go into one that is there.
            const parent = choice % 3 === 0 ? undefined : made[choice % (made.length || 1)];
            const root = parent && (parent.root ?? parent);
            made.push({ ...(await folder(name, parent && root && { uid: parent.uid, shared: root.key })), root });
          }
          const shuffled = made
            .map((one) => ({ one, at: order.next().value as number }))
            .sort((a, b) => a.at - b.at)
            .map(({ one }) => one);
          const opened = await open(shuffled);
          expect(opened.failed).toEqual([]);
          expect(opened.folders.map(({ uid, sharedFolderUid }) => [uid, sharedFolderUid])).toEqual(
            shuffled.map(({ uid, root }) => [uid, root?.uid ?? uid]),
          );
          const names = new Map(made.map(({ uid }, index) => [uid, shape[index]?.[1]]));
          for (const { uid, name } of opened.folders) expect(name).toBe(names.get(uid));
        },
      ),
      { numRuns: 50 },
    );
  });

  test('may be empty; an empty or null parent is none', async () => {
    expect(await openFolders({}, application)).toEqual({
      folders: [],
      failed: [],
      report: {
        missing: [],
        wraps: { 'application-gcm': 0, 'folder-cbc': 0 },
        unauthenticated: 0,
        unauthenticatedNames: 0,
      },
    });
    const shared = await folder('Shared');
    for (const parent of ['', null]) {
      const [one] = encodeFoldersAnswer([shared.answer])['folders'] as JsonObject[];
      const opened = await openFolders({ folders: [{ ...one, parent }] }, application);
      expect(opened.folders).toMatchObject([{ parentUid: undefined, name: 'Shared' }]);
    }
  });

  test('reads base64 in either alphabet', async () => {
    const { answer } = await folder('Shared');
    for (const encode of [encodeBase64, encodeBase64Url]) {
      const item = { folderUid: answer.uid, folderKey: encode(answer.key), data: encode(answer.data) };
      expect((await openFolders({ folders: [item] }, application)).failed).toEqual([]);
    }
  });

  test('that cannot be read as a whole is refused', async () => {
    await refused('json-invalid', () => openFolders(new Uint8Array(0), application));
    await refused('field-invalid', () => openFolders({ folders: {} }, application));
  });
});

describe('a folder that does not open is reported beside those that do', () => {
  test.each<[string, string, (one: JsonObject) => JsonValue]>([
    ['no object', 'field-invalid', () => 7],
    ['no uid', 'field-missing', (one) => ({ ...one, folderUid: null })],
    ['a uid that is none', 'uid-invalid', (one) => ({ ...one, folderUid: 'x' })],
    ['a parent of another type', 'field-invalid', (one) => ({ ...one, parent: 7 })],
    ['no key', 'field-missing', (one) => ({ ...one, folderKey: null })],
    ['a key that is no base64', 'base64-invalid', (one) => ({ ...one, folderKey: '!' })],
    ['a key that does not open', 'open-failed', (one) => ({ ...one, folderKey: encodeBase64(new Uint8Array(60)) })],
    ['no data', 'field-missing', (one) => ({ ...one, data: null })],
    ['data that does not open', 'open-failed', (one) => ({ ...one, data: encodeBase64(new Uint8Array(32)) })],
    ['a parent that is not there', 'parent-missing', (one) => ({ ...one, parent: 'AAAAAAAAAAAAAAAAAAAAAA' })],
    ['itself for a parent', 'parent-loop', (one) => ({ ...one, parent: one['folderUid'] })],
  ])('with %s', async (_, code, change) => {
    const [bad, good] = [await folder('Bad'), await folder('Good')];
    const [first, second] = encodeFoldersAnswer([bad.answer, good.answer])['folders'] as [JsonObject, JsonObject];
    const opened = await openFolders({ folders: [change(first), second] }, application);
    expect(opened.folders).toMatchObject([{ uid: good.uid, name: 'Good' }]);
    expect(opened.failed).toHaveLength(1);
    expect(opened.failed[0]).toMatchObject({ kind: 'folder', code });
  });

  test('with the folders inside it, each by its cause', async () => {
    const shared = await folder('Shared');
    const child = await folder('Child', { uid: shared.uid, shared: shared.key });
    const grandchild = await folder('Grandchild', { uid: child.uid, shared: shared.key });
    const broken = { answer: { ...shared.answer, key: new Uint8Array(60) } };
    const opened = await open([broken, child, grandchild]);
    expect(opened.folders).toEqual([]);
    expect(opened.failed).toMatchObject([
      { uid: shared.uid, parentUid: undefined, code: 'open-failed' },
      { uid: child.uid, parentUid: shared.uid, code: 'key-missing' },
      { uid: grandchild.uid, parentUid: child.uid, code: 'key-missing' },
    ]);
  });

  test('but not with the folders inside it when it is only a name between', async () => {
    const shared = await folder('Shared');
    const child = await folder('Child', { uid: shared.uid, shared: shared.key });
    const grandchild = await folder('Grandchild', { uid: child.uid, shared: shared.key });
    const broken = { answer: { ...child.answer, data: new Uint8Array(32) } };
    const opened = await open([shared, broken, grandchild]);
    expect(opened.folders.map(({ name }) => name)).toEqual(['Shared', 'Grandchild']);
    expect(codes(opened)).toEqual([`${child.uid} open-failed`]);
  });

  test('a uid that comes twice: the first stands', async () => {
    const [one, other] = [await folder('One'), await folder('Other')];
    const opened = await open([one, { answer: { ...other.answer, uid: one.uid } }]);
    expect(opened.folders).toMatchObject([{ uid: one.uid, name: 'One' }]);
    expect(codes(opened)).toEqual([`${one.uid} duplicate-uid`]);
  });

  test('two uids with one wrapped key, in either alphabet, both and with the folders inside', async () => {
    const [shared, other, good] = [await folder('Shared'), await folder('Other'), await folder('Good')];
    const child = await folder('Child', { uid: shared.uid, shared: shared.key });
    const [one, two] = await Promise.all(
      ['One', 'Two'].map((name) => folder(name, { uid: good.uid, shared: good.key })),
    );
    const copied = (from: Made, to: Made): Made => ({ ...to, answer: { ...from.answer, uid: to.uid } });
    const made = [shared, copied(shared, other), child, good, one!, copied(one!, two!)];
    const answer = encodeFoldersAnswer(made.map((folder) => folder.answer))['folders'] as JsonObject[];
    const inOtherAlphabet = answer.map((item, index) =>
      index % 2 === 0 ? { ...item, folderKey: encodeBase64Url(made[index]!.answer.key) } : item,
    );
    for (const folders of [answer, inOtherAlphabet]) {
      const opened = await openFolders({ folders }, application);
      expect(opened.folders.map(({ name }) => name)).toEqual(['Good']);
      expect(opened.failed).toMatchObject([
        { kind: 'folder', uid: shared.uid, code: 'swap-suspected' },
        { kind: 'folder', uid: other.uid, code: 'swap-suspected' },
        { kind: 'folder', uid: child.uid, code: 'key-missing' },
        { kind: 'folder', uid: one!.uid, parentUid: good.uid, code: 'swap-suspected' },
        { kind: 'folder', uid: two!.uid, parentUid: good.uid, code: 'swap-suspected' },
      ]);
    }
    expect(codes(await open([good, good]))).toEqual([`${good.uid} duplicate-uid`]);
  });

  test('parents in a circle', async () => {
    const shared = await folder('Shared');
    const uids = [generateUid(), generateUid(), generateUid()];
    const circle = await Promise.all(
      uids.map(async (uid, index) => {
        const made = await folder('In a circle', { uid: uids[(index + 1) % 3]!, shared: shared.key });
        return { answer: { ...made.answer, uid } };
      }),
    );
    const opened = await open([...circle, shared]);
    expect(opened.folders.map(({ name }) => name)).toEqual(['Shared']);
    expect(codes(opened)).toEqual(uids.map((uid) => `${uid} parent-loop`));
  });

  test('as deep as the limit opens, and one deeper does not', async () => {
    expect(MAXIMUM_FOLDER_DEPTH).toBe(64);
    const shared = await folder('0');
    const chain = [shared];
    for (let depth = 1; depth <= 65; depth++) {
      chain.push(await folder(String(depth), { uid: chain[depth - 1]!.uid, shared: shared.key }));
    }
    const opened = await open(chain);
    expect(opened.folders.at(-1)!.name).toBe('64');
    expect(codes(opened)).toEqual([`${chain[65]!.uid} parent-loop`]);
  });

  test('a key that says it is a shared folder’s and is not, and the other way round', async () => {
    const shared = await folder('Shared');
    const child = await folder('Child', { uid: shared.uid, shared: shared.key });
    const other = await folder('Other');
    const opened = await open([
      shared,
      { answer: { ...child.answer, parentUid: undefined } },
      { answer: { ...other.answer, parentUid: shared.uid } },
    ]);
    expect(opened.folders.map(({ name }) => name)).toEqual(['Shared']);
    expect(opened.failed.map(({ uid }) => uid)).toEqual([child.uid, other.uid]);
  });

  test('data without a name is told apart from padding that does not fit by nothing', async () => {
    const bytes = nodeSuite.randomBytes(32);
    const cbc = await nodeSuite.importAesCbcKey(bytes);
    const gcm = await nodeSuite.importAesKey(await application.exportSecretBytes());
    const key = await gcm.seal(bytes);
    const data = await cbc.seal(encodeJson({ name: 'ab' }));
    const flipped = new Uint8Array(data);
    flipped[15] = (flipped[15] ?? 0) ^ 0xff;
    const plaintexts = await Promise.all([{}, { name: 7 }, { name: null }].map((one) => cbc.seal(encodeJson(one))));
    const failures = [];
    for (const sealed of [flipped, ...plaintexts]) {
      const opened = await open([{ answer: { uid: 'AAAAAAAAAAAAAAAAAAAAAA', key, data: sealed } }]);
      failures.push(opened.failed);
    }
    expect(failures[0]).toHaveLength(1);
    for (const failed of failures) expect(failed).toEqual(failures[0]);
  });
});
