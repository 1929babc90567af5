import { defaultSealingSuite } from '#default-suite';
import type { AesKey, SealingSuite } from '../crypto/suite.js';
import { assertBytes, type Bytes } from '../wire/bytes.js';
import { isVaultwireError, VaultwireError, type ErrorCode } from '../wire/error.js';
import { printable } from '../wire/text.js';
import {
  decodeJsonObject,
  isJsonArray,
  isJsonObject,
  readArray,
  readBase64,
  readOptionalBase64,
  readOptionalBoolean,
  readOptionalInteger,
  readOptionalString,
  readString,
  type JsonObject,
  type JsonValue,
} from '../wire/json.js';
import type { AnswerReport } from './account/wrap.js';
import { digest, type DocumentDigests } from './digest.js';
import {
  FileKey,
  importFolderKey,
  openKeyBytes,
  RecordKey,
  unwrapAes,
  type ApplicationKey,
  type FolderKey,
  type UnwrapOptions,
} from './keys.js';
import { assertUid } from './uid.js';

/** Largest answer in bytes, and how deep its JSON may nest. */
export const ANSWER_LIMITS = { maximumBytes: 256 * 1024 * 1024, maximumDepth: 16 } as const;
/** How many records are opened at a time: enough to keep WebCrypto busy, few enough to keep memory flat. */
const BATCH = 64;

/** What did not open, and why. The good ones are never lost for it. */
export interface Failure {
  readonly kind: 'application' | 'folder' | 'record' | 'file';
  /** As the server wrote it, without control characters; empty where it wrote none. */
  readonly uid: string;
  /** The folder of a record, or the record of a file. */
  readonly parentUid: string | undefined;
  readonly code: ErrorCode;
  readonly message: string;
  /** What a key of the caller's own threw, when it was no VaultwireError. */
  readonly cause?: unknown;
}

/** A file that hangs on a record. Its content is fetched from `url` and opened with `key`. */
export interface OpenedFile {
  readonly uid: string;
  /** The JSON that describes it: `{ name, title, size, type, lastModified }`. */
  readonly description: JsonObject;
  /** Where the server says the sealed content is. Check it before use: see `assertFileUrl`. */
  readonly url: string | undefined;
  readonly thumbnailUrl: string | undefined;
  readonly key: FileKey;
  /** For a ledger, when the answer was opened with `digests`: of its key and of its sealed description. */
  readonly digests: DocumentDigests | undefined;
}

/** A link from a record to another. What `data` holds depends on `path`; it is as the server wrote it. */
export interface RecordLink {
  readonly recordUid: string;
  readonly data: string | undefined;
  readonly path: string | undefined;
}

/** A record that opened. */
export interface OpenedRecord {
  /** Empty for the application's own record, which may have none. */
  readonly uid: string;
  /** The shared folders it lies in: none for a record shared by itself, several when it has shortcuts. */
  readonly folderUids: readonly string[];
  /** The folder inside the shared folder. */
  readonly innerFolderUid: string | undefined;
  /** The server's count of changes. It is not authenticated. */
  readonly revision: number;
  readonly isEditable: boolean;
  readonly data: JsonObject;
  readonly files: readonly OpenedFile[];
  readonly links: readonly RecordLink[];
  readonly key: RecordKey;
  /** Which key wrapped the record's key; `none` when the application's key is the record's. */
  readonly wrappedBy: 'application' | 'folder' | 'none';
  /** For `observeSecrets`, when the answer was opened with `digests`. */
  readonly digests: DocumentDigests | undefined;
}

/** A shared folder whose key opened. */
export interface OpenedSharedFolder {
  readonly uid: string;
  readonly key: FolderKey;
  /** For `observeSecrets`, when the answer was opened with `digests`: as in {@link DocumentDigests}. */
  readonly keyDigest: string | undefined;
}

/**
 * How a key of a device's answer was wrapped: under the application's, a folder's or a record's key. `gcm` is
 * authenticated encryption, `cbc` authenticates nothing.
 */
export type DeviceWrapKind = 'application-gcm' | 'folder-gcm' | 'folder-cbc' | 'record-gcm';

/** What a get_secret answer holds. */
export interface OpenedSecrets {
  /** The JSON that describes the application: `{ title, type }`. */
  readonly application: JsonObject | undefined;
  readonly folders: readonly OpenedSharedFolder[];
  readonly records: readonly OpenedRecord[];
  /** What did not open. */
  readonly failed: readonly Failure[];
  /** Over folders, records and files, of which each is authenticated. The application's own record has no wrap. */
  readonly report: AnswerReport<DeviceWrapKind>;
  /** When access ends, in milliseconds since 1970. */
  readonly expiresOn: number | undefined;
  readonly warnings: readonly string[];
}

export interface OpenSecretsOptions extends UnwrapOptions {
  /** The record UIDs that were asked for: those that did not come are reported as missing. */
  readonly requestedRecords?: readonly string[];
  /** The folder UIDs that were asked for: those that did not come are reported as missing. */
  readonly requestedFolders?: readonly string[];
  /** Fail when any of these records did not open. */
  readonly requireRecords?: readonly string[];
  /** Fail when anything did not open, or did not come although it was asked for. Default false. */
  readonly requireAll?: boolean;
  /**
   * Make the digests that ledgers compare: two hashes for each record and each file. Their keys then pass through memory
   * as bytes for a moment, also where the platform could unwrap them without. Default false.
   */
  readonly digests?: boolean;
}

/**
 * Opens a get_secret answer: application, folders, records and the descriptions of their files. What does not open
 * is reported by UID with its cause beside what did.
 *
 * Which UID a record goes under is the server's word: nothing in the ciphertext names it. Two UIDs in one answer
 * with the same wrapped key are refused as `swap-suspected`; across answers see `observeSecrets`.
 *
 * @param answer the plaintext of the answer, as `openAnswer` returns it, or its JSON
 * @throws VaultwireError a JSON or field code when the answer as a whole cannot be read; `record-missing` when one of
 *   `requireRecords` did not open, or with `requireAll` anything
 */
export async function openSecrets(
  answer: Uint8Array | JsonObject,
  applicationKey: ApplicationKey,
  options: OpenSecretsOptions = {},
): Promise<OpenedSecrets> {
  const root = readAnswer(answer);
  const failed: Failure[] = [];
  const { suite = defaultSealingSuite, extractable = false, digests = false } = options;
  const unwrapOptions = { suite, extractable, digests };

  let application: JsonObject | undefined;
  try {
    const sealed = readOptionalBase64(root, 'appData', 'answer');
    application = sealed && (await applicationKey.openData(sealed));
  } catch (error) {
    failed.push(failure('application', '', undefined, error));
  }
  const folders: OpenedSharedFolder[] = [];
  const places: Place[] = readArray(root, 'records', 'answer').map((item) => ({ item, folder: undefined }));
  const folderItems = readArray(root, 'folders', 'answer');
  const swappedFolders = sharedWrappedKeys([folderItems, 'folderKey', 'folderUid']);
  for (const item of folderItems) {
    const name = 'answer.folders[]';
    try {
      const object = asObject(item, name);
      const uid = readUid(object, 'folderUid', name);
      if (swappedFolders.has(item)) throw swapSuspected('folder');
      const bytes = await openKeyBytes(applicationKey.aesKey, readBase64(object, 'folderKey', name));
      const keyDigest = digests ? await digest(bytes, suite) : undefined;
      const folder = { uid, key: await importFolderKey(bytes, unwrapOptions), keyDigest };
      // Not push(...): an answer may hold more records than a call takes arguments.
      for (const record of readArray(object, 'records', name)) places.push({ item: record, folder });
      folders.push(folder);
    } catch (error) {
      failed.push(failure('folder', textMember(item, 'folderUid'), undefined, error));
    }
  }

  const items = places.map(({ item }) => item);
  // Together: under the application's own record, whose key is the application's, a record would open as a file.
  const swapped = sharedWrappedKeys([items, 'recordKey', 'recordUid'], [filesOf(items), 'fileKey', 'fileUid']);
  const recordOptions = { ...unwrapOptions, swapped };
  const opened = new Map<string, FirstRecord>();
  for (let start = 0; start < places.length; start += BATCH) {
    const batch = places.slice(start, start + BATCH);
    const results = await Promise.all(batch.map((place) => openRecord(place, applicationKey, recordOptions)));
    for (const result of results) {
      for (const one of result.failed) failed.push(one);
      if (result.record) addRecord(opened, result.record, failed);
    }
  }

  const records = [...opened.values()].map(({ record, folderUids }) =>
    folderUids ? { ...record, folderUids: [...folderUids] } : record,
  );
  const missing = [
    ...missingUids(options.requestedRecords, items, 'recordUid'),
    ...missingUids(options.requestedFolders, folderItems, 'folderUid'),
  ];
  const absent = (options.requireRecords ?? []).filter((uid) => !opened.has(uid));
  if (options.requireAll === true) {
    for (const uid of [...missing, ...failed.map((one) => one.uid)]) absent.push(uid);
  }
  if (absent.length > 0) {
    const reasons = new Map(failed.toReversed().map(({ uid, code }) => [uid, code]));
    const list = [...new Set(absent)].map((uid) => `${uid} (${reasons.get(uid) ?? 'missing'})`).join(', ');
    throw new VaultwireError('record-missing', `answer: expected these to open: ${list}`);
  }
  const wraps = { 'application-gcm': folders.length, 'folder-gcm': 0, 'record-gcm': 0 };
  for (const { wrappedBy, files } of records) {
    if (wrappedBy !== 'none') wraps[`${wrappedBy}-gcm`]++;
    wraps['record-gcm'] += files.length;
  }
  const expiresOn = readOptionalInteger(root, 'expiresOn', 'answer');
  return {
    application,
    folders,
    records,
    failed,
    report: { missing, wraps, unauthenticated: 0 },
    expiresOn: expiresOn !== undefined && expiresOn > 0 ? expiresOn : undefined,
    warnings: readArray(root, 'warnings', 'answer').flatMap((text) =>
      typeof text === 'string' ? printable(text) : [],
    ),
  };
}

interface Place {
  readonly item: JsonValue;
  readonly folder: OpenedSharedFolder | undefined;
}

interface RecordOptions extends UnwrapOptions {
  readonly suite: SealingSuite;
  readonly digests: boolean;
  readonly swapped: ReadonlySet<JsonValue>;
}

interface RecordResult {
  readonly record: OpenedRecord | undefined;
  readonly failed: readonly Failure[];
}

/**
 * The key of a record or a file, and what a ledger compares of it. Its bytes pass through memory for its digest alone.
 *
 * @param wrapped absent where the key above is the item's own
 */
async function openKey(
  above: ApplicationKey | FolderKey | RecordKey,
  wrapped: Bytes | undefined,
  sealed: Bytes,
  options: RecordOptions,
): Promise<{ readonly key: AesKey; readonly digests: DocumentDigests | undefined }> {
  const { suite, digests } = options;
  let key = above.aesKey;
  let keyDigest = '';
  if (wrapped && digests) {
    const bytes = await openKeyBytes(key, wrapped);
    keyDigest = await digest(bytes, suite);
    key = await suite.importAesKey(bytes, options);
    bytes.fill(0);
  } else if (wrapped) key = await unwrapAes(key, wrapped, options);
  return { key, digests: digests ? { keyDigest, dataDigest: await digest(sealed, suite) } : undefined };
}

async function openRecord(place: Place, applicationKey: ApplicationKey, options: RecordOptions): Promise<RecordResult> {
  const failed: Failure[] = [];
  const { item, folder } = place;
  try {
    const name = 'record';
    const object = asObject(item, name);
    const wrapped = readOptionalBase64(object, 'recordKey', name);
    // Only a record without a key of its own may come without a UID.
    const uid = wrapped ? readUid(object, 'recordUid', name) : (readOptionalString(object, 'recordUid', name) ?? '');
    if (options.swapped.has(item)) throw swapSuspected('record');
    if (folder && !wrapped) {
      throw new VaultwireError('key-missing', 'record.recordKey: expected a value inside a folder');
    }
    const sealed = readBase64(object, 'data', name);
    const { key: aesKey, digests } = await openKey(folder?.key ?? applicationKey, wrapped, sealed, options);
    const key = new RecordKey(aesKey);
    const data = await key.openData(sealed);
    const revision = readOptionalInteger(object, 'revision', name) ?? 0;
    if (revision < 0) throw new VaultwireError('field-invalid', 'record.revision: expected a count of changes');
    const record: OpenedRecord = {
      uid,
      folderUids: folder ? [folder.uid] : [],
      innerFolderUid: readOptionalString(object, 'innerFolderUid', name),
      revision,
      isEditable: readOptionalBoolean(object, 'isEditable', name) ?? false,
      data,
      files: await openFiles(object, uid, key, failed, options),
      links: readLinks(object, name),
      key,
      wrappedBy: wrapped ? (folder ? 'folder' : 'application') : 'none',
      digests,
    };
    return { record, failed };
  } catch (error) {
    return { record: undefined, failed: [failure('record', textMember(item, 'recordUid'), folder?.uid, error)] };
  }
}

async function openFiles(
  record: JsonObject,
  recordUid: string,
  recordKey: RecordKey,
  failed: Failure[],
  options: RecordOptions,
): Promise<readonly OpenedFile[]> {
  const files: OpenedFile[] = [];
  for (const item of readArray(record, 'files', 'record')) {
    try {
      const name = 'file';
      const object = asObject(item, name);
      const uid = readUid(object, 'fileUid', name);
      if (options.swapped.has(item)) throw swapSuspected(name);
      const sealed = readBase64(object, 'data', name);
      const wrapped = readBase64(object, 'fileKey', name);
      const { key: aesKey, digests } = await openKey(recordKey, wrapped, sealed, options);
      const key = new FileKey(aesKey);
      files.push({
        uid,
        description: await key.openDescription(sealed),
        url: readOptionalString(object, 'url', name),
        thumbnailUrl: readOptionalString(object, 'thumbnailUrl', name),
        key,
        digests,
      });
    } catch (error) {
      failed.push(failure('file', textMember(item, 'fileUid'), recordUid, error));
    }
  }
  return files;
}

function readLinks(record: JsonObject, name: string): readonly RecordLink[] {
  const items = readArray(record, 'links', name);
  if (items.length === 0) return [];
  return items.filter(isJsonObject).map((link) => ({
    recordUid: readString(link, 'recordUid', 'link'),
    data: readOptionalString(link, 'data', 'link'),
    path: readOptionalString(link, 'path', 'link'),
  }));
}

/** A record as it came first. */
interface FirstRecord {
  readonly record: OpenedRecord;
  /** Its data as JSON, once its UID comes again. Made once: a large record and many small ones would take minutes. */
  text?: string;
  /** Where it lies, once it comes again. */
  folderUids?: Set<string>;
}

/** One record may lie in several folders: the same UID, revision and content come again under another wrap. */
function addRecord(opened: Map<string, FirstRecord>, record: OpenedRecord, failed: Failure[]): void {
  const { uid, revision, data, folderUids } = record;
  const first = opened.get(uid);
  if (!first) {
    opened.set(uid, { record });
    return;
  }
  first.text ??= JSON.stringify(first.record.data);
  if (first.record.revision === revision && first.text === JSON.stringify(data)) {
    first.folderUids ??= new Set(first.record.folderUids);
    for (const folderUid of folderUids) first.folderUids.add(folderUid);
    return;
  }
  const error = new VaultwireError('duplicate-uid', 'record: this UID came before with other content');
  failed.push(failure('record', uid, folderUids[0], error));
}

/** The files of all records, those that hang on several as often. Most records have none, and cost nothing here. */
function filesOf(records: readonly JsonValue[]): readonly JsonValue[] {
  const files: JsonValue[] = [];
  for (const record of records) {
    const own = isJsonObject(record) ? record['files'] : undefined;
    if (isJsonArray(own)) for (const file of own) files.push(file);
  }
  return files;
}

/**
 * The items whose wrapped key also stands under another UID: it was copied, as its nonce is random. Which of the two is
 * the honest one cannot be known.
 */
export function sharedWrappedKeys(
  ...kinds: readonly (readonly [items: readonly JsonValue[], keyMember: string, uidMember: string])[]
): ReadonlySet<JsonValue> {
  const uidOf = new Map<string, string>();
  const shared = new Set<string>();
  for (const [items, keyMember, uidMember] of kinds) {
    for (const item of items) {
      const wrapped = inOneForm(textMember(item, keyMember));
      const uid = textMember(item, uidMember);
      const first = uidOf.get(wrapped);
      if (first === undefined) uidOf.set(wrapped, uid);
      else if (first !== uid && wrapped !== '') shared.add(wrapped);
    }
  }
  if (shared.size === 0) return new Set();
  return new Set(
    kinds.flatMap(([items, keyMember]) => items.filter((item) => shared.has(inOneForm(textMember(item, keyMember))))),
  );
}

/** The UIDs that none of the items has, whether those open or not. */
export function missingUids(
  uids: readonly string[] = [],
  items: readonly JsonValue[],
  uidMember: string,
): readonly string[] {
  const came = new Set(items.map((item) => textMember(item, uidMember)));
  return uids.filter((uid) => !came.has(uid));
}

/** Base64 as texts that are equal when their bytes are. What has another form yet does not decode. */
function inOneForm(base64: string): string {
  if (!/[-_=]/.test(base64)) return base64;
  return base64
    .replace(/={1,2}$/, '')
    .replaceAll('-', '+')
    .replaceAll('_', '/');
}

export const swapSuspected = (kind: 'record' | 'folder' | 'file'): VaultwireError =>
  new VaultwireError('swap-suspected', `${kind}: two UIDs of this answer have the same wrapped key`);

/** Reads the plaintext of an answer. @throws VaultwireError a JSON code */
export function readAnswer(answer: Uint8Array | JsonObject): JsonObject {
  if (!ArrayBuffer.isView(answer)) return answer;
  assertBytes(answer, 'answer');
  return decodeJsonObject(answer, 'answer', ANSWER_LIMITS);
}

/** @throws VaultwireError `field-invalid` */
export function asObject(item: JsonValue, name: string): JsonObject {
  if (isJsonObject(item)) return item;
  throw new VaultwireError('field-invalid', `${name}: expected an object`);
}

/** @throws VaultwireError `field-missing`, `field-invalid`, `uid-invalid` */
export function readUid(object: JsonObject, key: string, name: string): string {
  const uid = readString(object, key, name);
  assertUid(uid, `${name}.${key}`);
  return uid;
}

/** A member for a report on something that may have any shape. */
export function textMember(item: JsonValue, key: string): string {
  const value = isJsonObject(item) ? item[key] : undefined;
  return typeof value === 'string' ? value : '';
}

/** A key of the caller's own may throw what it likes: that record did not open, and the others go on. */
export function failure(kind: Failure['kind'], uid: string, parentUid: string | undefined, error: unknown): Failure {
  const item = { kind, uid: printable(uid), parentUid: parentUid === undefined ? undefined : printable(parentUid) };
  if (isVaultwireError(error)) return { ...item, code: error.code, message: error.message };
  return { ...item, code: 'open-failed', message: `${kind}: its key failed`, cause: error };
}
