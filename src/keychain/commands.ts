import { defaultSuite } from '#default-suite';
import type { CryptoSuite, EcPublicKey } from '../crypto/suite.js';
import type { DeviceCommand } from '../transmission/device-request.js';
import { encodeBase64, encodeBase64Url } from '../wire/base64.js';
import { copyBytes, encodeUtf8, type Bytes } from '../wire/bytes.js';
import { VaultwireError } from '../wire/error.js';
import { printable } from '../wire/text.js';
import {
  decodeJsonObject,
  readBase64,
  readInteger,
  readOptionalBoolean,
  readOptionalString,
  readOptionalStrings,
  readString,
  type JsonObject,
  type JsonValue,
} from '../wire/json.js';
import {
  generateFileKey,
  generateFolderKey,
  generateRecordKey,
  type FileKey,
  type FolderKey,
  type PaddingOptions,
  type RecordKey,
} from './keys.js';
import { readUid } from './secrets.js';
import { generateUid } from './uid.js';

/** What our client says it is, unless told otherwise. Backends want `ms` and a version they know. */
export const CLIENT_VERSION = 'ms17.5.0';

/** Who sends a command. */
export interface CommandSender {
  /** base64 of 64 bytes. */
  readonly clientId: string;
  /** Default {@link CLIENT_VERSION}. */
  readonly clientVersion?: string;
}

/** A command, ready to be sealed as a device request. */
export interface Command {
  readonly command: DeviceCommand;
  readonly payload: JsonObject;
}

const sender = ({ clientId, clientVersion }: CommandSender): { clientVersion: string; clientId: string } => ({
  clientVersion: clientVersion ?? CLIENT_VERSION,
  clientId,
});

/** Which part of the shared records a client asks for. Default everything. */
export interface SecretsFilter {
  readonly records?: readonly string[];
  readonly folders?: readonly string[];
  /** Ask for the links between records as well. */
  readonly links?: boolean;
}

/**
 * get_secret. While a client has no application key it sends its public key along, and is bound by it.
 *
 * @param options.publicKey the uncompressed point, 65 bytes: the first time only
 */
export function getSecretsCommand(
  from: CommandSender,
  options: { readonly publicKey?: Uint8Array; readonly filter?: SecretsFilter } = {},
): Command {
  const { publicKey, filter } = options;
  return {
    command: 'get_secret',
    payload: {
      ...sender(from),
      ...(publicKey && { publicKey: encodeBase64(publicKey) }),
      ...(filter?.records && { requestedRecords: [...filter.records] }),
      ...(filter?.folders && { requestedFolders: [...filter.folders] }),
      ...(filter?.links && { requestLinks: true }),
    },
  };
}

/** get_folders. */
export function getFoldersCommand(from: CommandSender): Command {
  return { command: 'get_folders', payload: sender(from) };
}

/** `general` takes effect at once; `rotation` waits for its finalization or is rolled back. */
export type TransactionType = 'general' | 'rotation';

/**
 * update_secret.
 *
 * @param options.revision the revision that the change was made on; another on the server is a conflict
 * @param options.removeFiles UIDs of files to unlink. They are also taken out of the record's `fileRef` field
 */
export async function updateSecretCommand(
  from: CommandSender,
  options: PaddingOptions & {
    readonly record: { readonly uid: string; readonly key: RecordKey; readonly revision: number };
    readonly data: JsonObject;
    readonly transaction?: TransactionType;
    readonly removeFiles?: readonly string[];
  },
): Promise<Command> {
  const { transaction } = options;
  const { uid, key, revision } = options.record;
  const removeFiles = [...(options.removeFiles ?? [])];
  const data = removeFiles.length > 0 ? withoutFileReferences(options.data, removeFiles) : options.data;
  return {
    command: 'update_secret',
    payload: {
      ...sender(from),
      recordUid: uid,
      data: encodeBase64Url(await key.sealData(data, options)),
      revision,
      ...(transaction && { transactionType: transaction }),
      ...(removeFiles.length > 0 && { links2Remove: removeFiles }),
    },
  };
}

/** finalize_secret_update: the pending rotation of a record takes effect. */
export function finalizeUpdateCommand(from: CommandSender, recordUid: string): Command {
  return { command: 'finalize_secret_update', payload: { ...sender(from), recordUid } };
}

/** rollback_secret_update: the pending rotation of a record is dropped. */
export function rollbackUpdateCommand(from: CommandSender, recordUid: string): Command {
  return { command: 'rollback_secret_update', payload: { ...sender(from), recordUid } };
}

/**
 * create_secret: a new record in a shared folder.
 *
 * @param options.owner the application owner's public key, which the server handed out at binding
 * @param options.folder the shared folder and its key
 * @param options.subFolderUid a folder inside it
 */
export async function createSecretCommand(
  from: CommandSender,
  options: PaddingOptions & {
    readonly owner: EcPublicKey | Uint8Array;
    readonly folder: { readonly uid: string; readonly key: FolderKey };
    readonly subFolderUid?: string;
    readonly data: JsonObject;
    readonly suite?: CryptoSuite;
  },
): Promise<Command & { readonly recordUid: string; readonly recordKey: RecordKey }> {
  const { folder, subFolderUid, suite = defaultSuite } = options;
  const owner = ownerOf(options.owner);
  const data = structuredClone(options.data);
  const recordUid = generateUid({ suite });
  const recordKey = await generateRecordKey({ suite });
  return {
    command: 'create_secret',
    recordUid,
    recordKey,
    payload: {
      ...sender(from),
      recordUid,
      recordKey: encodeBase64(await recordKey.wrapTo(owner, { suite })),
      folderUid: folder.uid,
      folderKey: encodeBase64(await folder.key.wrapRecordKey(recordKey)),
      data: encodeBase64Url(await recordKey.sealData(data, options)),
      ...(subFolderUid !== undefined && { subFolderUid }),
    },
  };
}

/** delete_secret. The answer says ok or an error for each UID: see {@link readDeleteResults}. */
export function deleteSecretsCommand(from: CommandSender, recordUids: readonly string[]): Command {
  return { command: 'delete_secret', payload: { ...sender(from), recordUids: [...recordUids] } };
}

/**
 * create_folder: a new folder inside a shared folder.
 *
 * @param options.parentUid the folder inside the shared folder that it goes into. Default the shared folder itself
 */
export async function createFolderCommand(
  from: CommandSender,
  options: {
    readonly sharedFolder: { readonly uid: string; readonly key: FolderKey };
    readonly parentUid?: string;
    readonly name: string;
    readonly suite?: CryptoSuite;
  },
): Promise<Command & { readonly folderUid: string; readonly folderKey: FolderKey }> {
  const { sharedFolder, parentUid, name, suite = defaultSuite } = options;
  const folderUid = generateUid({ suite });
  const folderKey = await generateFolderKey({ suite });
  return {
    command: 'create_folder',
    folderUid,
    folderKey,
    payload: {
      ...sender(from),
      folderUid,
      sharedFolderUid: sharedFolder.uid,
      sharedFolderKey: encodeBase64Url(await sharedFolder.key.wrapFolderKey(folderKey)),
      data: encodeBase64Url(await folderKey.sealData({ name })),
      ...(parentUid !== undefined && { parentUid }),
    },
  };
}

/** update_folder: another name. */
export async function updateFolderCommand(
  from: CommandSender,
  options: { readonly folder: { readonly uid: string; readonly key: FolderKey }; readonly name: string },
): Promise<Command> {
  const data = encodeBase64Url(await options.folder.key.sealData({ name: options.name }));
  return { command: 'update_folder', payload: { ...sender(from), folderUid: options.folder.uid, data } };
}

/** delete_folder. @param options.force also when something is left inside */
export function deleteFoldersCommand(
  from: CommandSender,
  options: { readonly folderUids: readonly string[]; readonly force?: boolean },
): Command {
  const { folderUids, force = false } = options;
  return {
    command: 'delete_folder',
    payload: { ...sender(from), folderUids: [...folderUids], forceDeletion: force },
  };
}

/** A file to be uploaded. */
export interface FileToUpload {
  readonly name: string;
  /** Default the name. */
  readonly title?: string;
  /** Media type. */
  readonly type?: string;
  /** Milliseconds since 1970. */
  readonly lastModified: number;
  readonly content: Uint8Array;
}

/**
 * add_file: announces a file of a record. The answer says where to POST `sealedContent`: see {@link readUploadTarget}.
 *
 * @param options.record the record as last read: its data goes back with the file's UID in its `fileRef` field
 */
export async function addFileCommand(
  from: CommandSender,
  options: PaddingOptions & {
    readonly owner: EcPublicKey | Uint8Array;
    readonly record: {
      readonly uid: string;
      readonly key: RecordKey;
      readonly revision: number;
      readonly data: JsonObject;
    };
    readonly file: FileToUpload;
    readonly suite?: CryptoSuite;
  },
): Promise<Command & { readonly fileUid: string; readonly fileKey: FileKey; readonly sealedContent: Bytes }> {
  const { record, suite = defaultSuite } = options;
  const owner = ownerOf(options.owner);
  const { name, title = name, type, lastModified } = options.file;
  const content = copyBytes(options.file.content);
  const fileUid = generateUid({ suite });
  const data = withFileReference(structuredClone(record.data), fileUid);
  const fileKey = await generateFileKey({ suite });
  const description = { name, size: content.length, title, lastModified, ...(type !== undefined && { type }) };
  const sealedContent = await fileKey.sealContent(content);
  return {
    command: 'add_file',
    fileUid,
    fileKey,
    sealedContent,
    payload: {
      ...sender(from),
      fileRecordUid: fileUid,
      fileRecordKey: encodeBase64(await fileKey.wrapTo(owner, { suite })),
      fileRecordData: encodeBase64Url(await fileKey.sealDescription(description)),
      ownerRecordUid: record.uid,
      ownerRecordData: encodeBase64Url(await record.key.sealData(data, options)),
      ownerRecordRevision: record.revision,
      linkKey: encodeBase64(await record.key.wrapFileKey(fileKey)),
      fileSize: sealedContent.length,
    },
  };
}

const ownerOf = (owner: EcPublicKey | Uint8Array): EcPublicKey | Uint8Array =>
  ArrayBuffer.isView(owner) ? copyBytes(owner) : owner;

const isFileReference = (field: JsonValue): field is JsonObject =>
  typeof field === 'object' && field !== null && !Array.isArray(field) && (field as JsonObject)['type'] === 'fileRef';

const asArray = (value: JsonValue | undefined): readonly JsonValue[] =>
  Array.isArray(value) ? (value as readonly JsonValue[]) : [];

/** The data with a file's UID added to its `fileRef` field, which is made when there is none. */
function withFileReference(data: JsonObject, fileUid: string): JsonObject {
  const fields = asArray(data['fields']);
  const index = fields.findIndex(isFileReference);
  const field = fields[index] as JsonObject | undefined;
  const reference: JsonObject = { ...(field ?? { type: 'fileRef' }), value: [...asArray(field?.['value']), fileUid] };
  return { ...data, fields: field ? fields.with(index, reference) : [...fields, reference] };
}

/** The data without some files' UIDs in its `fileRef` field, and without the field when none are left. */
function withoutFileReferences(data: JsonObject, fileUids: readonly string[]): JsonObject {
  const fields = asArray(data['fields']).flatMap((field): readonly JsonValue[] => {
    if (!isFileReference(field)) return [field];
    const value = asArray(field['value']).filter((uid) => typeof uid !== 'string' || !fileUids.includes(uid));
    return value.length > 0 ? [{ ...field, value }] : [];
  });
  return { ...data, fields };
}

/** What became of one UID that was to be deleted. */
export interface DeleteResult {
  readonly uid: string;
  readonly deleted: boolean;
  /** The server's code: `ok`, or why not. */
  readonly responseCode: string;
  readonly errorMessage: string | undefined;
}

/**
 * Reads the answer to delete_secret or delete_folder against the UIDs that were sent. A UID that the answer does not
 * name was not deleted: silence is not success.
 *
 * @throws VaultwireError a field code
 */
export function readDeleteResults(answer: JsonObject, uids: readonly string[]): readonly DeleteResult[] {
  const results = new Map<string, DeleteResult>();
  for (const list of ['records', 'folders']) {
    for (const item of asArray(answer[list])) {
      if (typeof item !== 'object' || item === null || Array.isArray(item)) continue;
      const object = item as JsonObject;
      const name = `answer.${list}[]`;
      const uid = readOptionalString(object, list === 'records' ? 'recordUid' : 'folderUid', name);
      if (uid === undefined) continue;
      const responseCode = printable(readOptionalString(object, 'responseCode', name) ?? 'unknown');
      const words = readOptionalString(object, 'errorMessage', name);
      const errorMessage = words === undefined ? undefined : printable(words);
      results.set(uid, { uid, deleted: responseCode.toLowerCase() === 'ok', responseCode, errorMessage });
    }
  }
  return uids.map(
    (uid) => results.get(uid) ?? { uid, deleted: false, responseCode: 'missing', errorMessage: undefined },
  );
}

/** Signed policies and credentials of an object store: a flat object of texts, of a few kB. */
const UPLOAD_PARAMETERS_LIMITS = { maximumBytes: 65_536, maximumDepth: 1 } as const;

/** Where the server wants a file's sealed content. */
export interface UploadTarget {
  /** Check it before use: see `assertFileUrl`. */
  readonly url: string;
  /** Form fields that go before the field `file`. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The status that means success. */
  readonly successStatusCode: number;
}

/** Reads the answer to add_file. @throws VaultwireError a JSON or field code */
export function readUploadTarget(answer: JsonObject): UploadTarget {
  const text = encodeUtf8(readString(answer, 'parameters', 'answer'));
  const parameters = decodeJsonObject(text, 'answer.parameters', UPLOAD_PARAMETERS_LIMITS);
  return {
    url: readString(answer, 'url', 'answer'),
    parameters: Object.fromEntries(Object.entries(parameters).map(([key, value]) => [key, formValue(key, value)])),
    successStatusCode: readInteger(answer, 'successStatusCode', 'answer'),
  };
}

function formValue(key: string, value: JsonValue | undefined): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new VaultwireError('field-invalid', `answer.parameters.${key}: expected a string`);
}

/** A command as the server reads it. Ciphertext stays as bytes. */
export type ReceivedCommand =
  | {
      readonly command: 'get_secret' | 'get_folders';
      readonly requestedRecords: readonly string[] | undefined;
      readonly requestedFolders: readonly string[] | undefined;
      readonly requestLinks: boolean;
    }
  | {
      readonly command: 'update_secret';
      readonly recordUid: string;
      readonly data: Bytes;
      readonly revision: number;
      readonly transaction: TransactionType;
      readonly linksToRemove: readonly string[];
    }
  | { readonly command: 'finalize_secret_update' | 'rollback_secret_update'; readonly recordUid: string }
  | {
      readonly command: 'create_secret';
      readonly recordUid: string;
      /** The record's key, wrapped to the application owner. */
      readonly ownerRecordKey: Bytes;
      readonly folderUid: string;
      /** The record's key, wrapped under the shared folder's. */
      readonly folderRecordKey: Bytes;
      readonly data: Bytes;
      readonly subFolderUid: string | undefined;
    }
  | { readonly command: 'delete_secret'; readonly recordUids: readonly string[] }
  | {
      readonly command: 'create_folder';
      readonly folderUid: string;
      readonly sharedFolderUid: string;
      /** The folder's key, wrapped under the shared folder's. */
      readonly folderKey: Bytes;
      readonly data: Bytes;
      readonly parentUid: string | undefined;
    }
  | { readonly command: 'update_folder'; readonly folderUid: string; readonly data: Bytes }
  | { readonly command: 'delete_folder'; readonly folderUids: readonly string[]; readonly force: boolean }
  | {
      readonly command: 'add_file';
      readonly fileUid: string;
      /** The file's key, wrapped to the application owner. */
      readonly ownerFileKey: Bytes;
      readonly description: Bytes;
      readonly recordUid: string;
      readonly recordData: Bytes;
      readonly recordRevision: number;
      /** The file's key, wrapped under the record's. */
      readonly recordFileKey: Bytes;
      /** Of the sealed content, in bytes. */
      readonly fileSize: number;
    };

/**
 * Reads the payload of a command on the server, after its signature was checked (`openDeviceRequest`).
 *
 * @throws VaultwireError `field-missing`, `field-invalid`, `base64-invalid`, `uid-invalid`
 */
export function readCommand(command: DeviceCommand, payload: JsonObject): ReceivedCommand {
  const name = 'payload';
  const uid = (key: string): string => readUid(payload, key, name);
  const optionalUid = (key: string): string | undefined => {
    // Clients in the field write an absent folder as null or as an empty string.
    const value = readOptionalString(payload, key, name);
    return value === undefined || value === '' ? undefined : uid(key);
  };
  const uids = (key: string): readonly string[] => {
    const values = readOptionalStrings(payload, key, name);
    if (!values) throw new VaultwireError('field-missing', `${name}.${key}: expected an array`);
    return values;
  };
  switch (command) {
    case 'get_secret':
    case 'get_folders':
      return {
        command,
        requestedRecords: readOptionalStrings(payload, 'requestedRecords', name),
        requestedFolders: readOptionalStrings(payload, 'requestedFolders', name),
        requestLinks: readOptionalBoolean(payload, 'requestLinks', name) ?? false,
      };
    case 'update_secret':
      return {
        command,
        recordUid: uid('recordUid'),
        data: readBase64(payload, 'data', name),
        revision: readInteger(payload, 'revision', name),
        transaction: readTransaction(payload, name),
        linksToRemove: readOptionalStrings(payload, 'links2Remove', name) ?? [],
      };
    case 'finalize_secret_update':
    case 'rollback_secret_update':
      return { command, recordUid: uid('recordUid') };
    case 'create_secret':
      return {
        command,
        recordUid: uid('recordUid'),
        ownerRecordKey: readBase64(payload, 'recordKey', name),
        folderUid: uid('folderUid'),
        folderRecordKey: readBase64(payload, 'folderKey', name),
        data: readBase64(payload, 'data', name),
        subFolderUid: optionalUid('subFolderUid'),
      };
    case 'delete_secret':
      return { command, recordUids: uids('recordUids') };
    case 'create_folder':
      return {
        command,
        folderUid: uid('folderUid'),
        sharedFolderUid: uid('sharedFolderUid'),
        folderKey: readBase64(payload, 'sharedFolderKey', name),
        data: readBase64(payload, 'data', name),
        parentUid: optionalUid('parentUid'),
      };
    case 'update_folder':
      return { command, folderUid: uid('folderUid'), data: readBase64(payload, 'data', name) };
    case 'delete_folder':
      return {
        command,
        folderUids: uids('folderUids'),
        force: readOptionalBoolean(payload, 'forceDeletion', name) ?? false,
      };
    case 'add_file':
      return {
        command,
        fileUid: uid('fileRecordUid'),
        ownerFileKey: readBase64(payload, 'fileRecordKey', name),
        description: readBase64(payload, 'fileRecordData', name),
        recordUid: uid('ownerRecordUid'),
        recordData: readBase64(payload, 'ownerRecordData', name),
        recordRevision: readInteger(payload, 'ownerRecordRevision', name),
        recordFileKey: readBase64(payload, 'linkKey', name),
        fileSize: readInteger(payload, 'fileSize', name),
      };
  }
}

function readTransaction(payload: JsonObject, name: string): TransactionType {
  const type = readOptionalString(payload, 'transactionType', name) ?? 'general';
  if (type === 'general' || type === 'rotation') return type;
  throw new VaultwireError('field-invalid', `${name}.transactionType: expected "general" or "rotation"`);
}
