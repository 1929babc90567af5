import { defaultSuite } from '#default-suite';
import type { CryptoSuite } from '../crypto/suite.js';
import { encodeBase64, encodeBase64Url } from '../wire/base64.js';
import { copyBytes, type Bytes } from '../wire/bytes.js';
import type { JsonObject, JsonValue } from '../wire/json.js';
import {
  generateApplicationKey,
  generateFileKey,
  generateFolderKey,
  generateRecordKey,
  type ApplicationKey,
  type FileKey,
  type FolderKey,
  type PaddingOptions,
  type RecordKey,
} from './keys.js';
import { createOneTimeToken, type OneTimeToken, type TokenServerKey } from './token.js';
import { generateUid } from './uid.js';

// The sharing side: what the owner of a vault seals, and what a server then holds, which is ciphertext alone.

export interface SealOptions {
  readonly suite?: CryptoSuite;
}

/** An application as a server stores it. */
export interface SealedApplication {
  readonly uid: string;
  /** AES-GCM of the JSON `{ title, type }` under the application's key. */
  readonly data: Bytes;
}

/** Makes an application: a key, and a description under it. */
export async function createApplication(
  description: { readonly title: string; readonly type?: string },
  options: SealOptions = {},
): Promise<{ readonly sealed: SealedApplication; readonly key: ApplicationKey }> {
  const { suite = defaultSuite } = options;
  const { title, type = 'app' } = description;
  const key = await generateApplicationKey({ suite });
  return { key, sealed: { uid: generateUid({ suite }), data: await key.sealData({ title, type }) } };
}

/** A client as a server stores it before it is bound. */
export interface SealedClient {
  /** base64 of 64 bytes. */
  readonly clientId: string;
  /** AES-GCM of the application's key under the token's. */
  readonly encryptedApplicationKey: Bytes;
}

/** Makes a one-time token for a new client of an application, and what the server needs to honor it. */
export async function createClient(
  applicationKey: ApplicationKey,
  options: SealOptions & { readonly host: string; readonly serverKey?: TokenServerKey },
): Promise<{ readonly sealed: SealedClient; readonly token: OneTimeToken }> {
  const token = await createOneTimeToken(options);
  const encryptedApplicationKey = await token.clientKey.wrapApplicationKey(applicationKey);
  return { token, sealed: { clientId: token.clientId, encryptedApplicationKey } };
}

/** A record as a server stores it; its key is wrapped once for each place that it is shared to. */
export interface SealedRecord {
  readonly uid: string;
  /** AES-GCM of the JSON under the record's key. */
  readonly data: Bytes;
}

/** Seals a record under a fresh key. Share it with {@link ApplicationKey.wrapRecordKey} or {@link FolderKey.wrapRecordKey}. */
export async function createRecord(
  data: JsonObject,
  options: SealOptions & PaddingOptions = {},
): Promise<{ readonly sealed: SealedRecord; readonly key: RecordKey }> {
  const { suite = defaultSuite } = options;
  const document = structuredClone(data);
  const key = await generateRecordKey({ suite });
  return { key, sealed: { uid: generateUid({ suite }), data: await key.sealData(document, options) } };
}

/** A folder as a server stores it; its key is wrapped under the application's or the shared folder's. */
export interface SealedFolder {
  readonly uid: string;
  /** AES-CBC of the JSON `{ name }` under the folder's key. */
  readonly data: Bytes;
}

/** Seals a folder under a fresh key. Share it with {@link ApplicationKey.wrapFolderKey} or {@link FolderKey.wrapFolderKey}. */
export async function createFolder(
  name: string,
  options: SealOptions = {},
): Promise<{ readonly sealed: SealedFolder; readonly key: FolderKey }> {
  const { suite = defaultSuite } = options;
  const key = await generateFolderKey({ suite });
  return { key, sealed: { uid: generateUid({ suite }), data: await key.sealData({ name }) } };
}

/** A file as a server stores it; its key is wrapped under the record's. */
export interface SealedFile {
  readonly uid: string;
  /** AES-GCM of the JSON that describes it. */
  readonly description: Bytes;
  /** AES-GCM of the file. */
  readonly content: Bytes;
}

/** Seals a file under a fresh key. Hang it on a record with {@link RecordKey.wrapFileKey}. */
export async function createFile(
  file: {
    readonly name: string;
    readonly title?: string;
    readonly type?: string;
    /** Milliseconds since 1970. */
    readonly lastModified: number;
    readonly content: Uint8Array;
  },
  options: SealOptions = {},
): Promise<{ readonly sealed: SealedFile; readonly key: FileKey }> {
  const { suite = defaultSuite } = options;
  const { name, title = name, type, lastModified } = file;
  const content = copyBytes(file.content);
  const key = await generateFileKey({ suite });
  const sealedContent = await key.sealContent(content);
  const description = { name, title, size: content.length, lastModified, ...(type !== undefined && { type }) };
  return {
    key,
    sealed: {
      uid: generateUid({ suite }),
      description: await key.sealDescription(description),
      content: sealedContent,
    },
  };
}

/** A file of a record in an answer. */
export interface AnswerFile {
  readonly uid: string;
  /** Wrapped under the record's key. */
  readonly key: Uint8Array;
  readonly description: Uint8Array;
  readonly url: string;
  readonly thumbnailUrl?: string | undefined;
}

/** A record in an answer. */
export interface AnswerRecord {
  readonly uid: string;
  /** Wrapped under the application's key or the folder's; absent for the application's own record. */
  readonly key?: Uint8Array | undefined;
  readonly data: Uint8Array;
  readonly revision: number;
  readonly isEditable: boolean;
  readonly innerFolderUid?: string | undefined;
  readonly files?: readonly AnswerFile[];
  readonly links?: readonly JsonValue[] | undefined;
}

/** What a server puts into a get_secret answer. */
export interface SecretsAnswer {
  readonly applicationData: Uint8Array;
  /** With the first answer only. */
  readonly binding?:
    | {
        readonly encryptedApplicationKey: Uint8Array;
        /** The application owner's public key, 65 bytes. */
        readonly ownerPublicKey: Uint8Array;
      }
    | undefined;
  readonly records: readonly AnswerRecord[];
  readonly folders: readonly {
    readonly uid: string;
    /** Wrapped under the application's key. */
    readonly key: Uint8Array;
    readonly records: readonly AnswerRecord[];
  }[];
  /** Milliseconds since 1970; 0 or absent when access does not end. */
  readonly expiresOn?: number | undefined;
  readonly warnings?: readonly string[];
}

/** The JSON of a get_secret answer, base64 alphabets as the wire note states them. */
export function encodeSecretsAnswer(answer: SecretsAnswer): JsonObject {
  const { binding } = answer;
  return {
    appData: encodeBase64Url(answer.applicationData),
    ...(binding && {
      encryptedAppKey: encodeBase64(binding.encryptedApplicationKey),
      appOwnerPublicKey: encodeBase64(binding.ownerPublicKey),
    }),
    folders: answer.folders.map((folder) => ({
      folderUid: folder.uid,
      folderKey: encodeBase64(folder.key),
      records: folder.records.map(encodeRecord),
    })),
    records: answer.records.map(encodeRecord),
    expiresOn: answer.expiresOn ?? 0,
    warnings: [...(answer.warnings ?? [])],
  };
}

function encodeRecord(record: AnswerRecord): JsonObject {
  return {
    recordUid: record.uid,
    ...(record.key && { recordKey: encodeBase64(record.key) }),
    data: encodeBase64(record.data),
    revision: record.revision,
    isEditable: record.isEditable,
    ...(record.innerFolderUid !== undefined && { innerFolderUid: record.innerFolderUid }),
    ...(record.files && {
      files: record.files.map((file) => ({
        fileUid: file.uid,
        fileKey: encodeBase64(file.key),
        data: encodeBase64(file.description),
        url: file.url,
        ...(file.thumbnailUrl !== undefined && { thumbnailUrl: file.thumbnailUrl }),
      })),
    }),
    ...(record.links && { links: record.links }),
  };
}

/** A folder in a get_folders answer. */
export interface AnswerFolder {
  readonly uid: string;
  /** Under AES-GCM of the application's key for a shared folder, under AES-CBC of the shared folder's for one inside. */
  readonly key: Uint8Array;
  readonly data: Uint8Array;
  /** Absent for a shared folder. */
  readonly parentUid?: string | undefined;
}

/** The JSON of a get_folders answer. */
export function encodeFoldersAnswer(folders: readonly AnswerFolder[]): JsonObject {
  return {
    folders: folders.map((folder) => ({
      folderUid: folder.uid,
      folderKey: encodeBase64(folder.key),
      data: encodeBase64(folder.data),
      ...(folder.parentUid !== undefined && { parent: folder.parentUid }),
    })),
  };
}
