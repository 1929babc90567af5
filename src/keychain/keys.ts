import { defaultSealingSuite } from '#default-suite';
import { RedactedKey } from '../crypto/redacted.js';
import {
  AES_KEY_LENGTH,
  type AesCbcKey,
  type AesKey,
  type CryptoSuite,
  type SealingSuite,
  type EcPrivateKey,
  type EcPublicKey,
  type KeyOptions,
} from '../crypto/suite.js';
import { open as openEcies, seal as sealEcies } from '../ecies/index.js';
import { assertBytes, copyBytes, type Bytes } from '../wire/bytes.js';
import { isVaultwireError, VaultwireError } from '../wire/error.js';
import { decodeJsonObject, encodeJson, encodePaddedJson, MAXIMUM_JSON_DEPTH, type JsonObject } from '../wire/json.js';

/** Largest record, folder or file description in bytes. */
export const MAXIMUM_DOCUMENT_BYTES = 16 * 1024 * 1024;
export const DOCUMENT_LIMITS = { maximumBytes: MAXIMUM_DOCUMENT_BYTES, maximumDepth: MAXIMUM_JSON_DEPTH } as const;

/** Options of everything that makes or unwraps a key. */
export interface UnwrapOptions extends KeyOptions {
  readonly suite?: SealingSuite;
}

/** Options of everything that deals with the keys of an account, which need more of a suite. */
export interface AccountOptions extends KeyOptions {
  readonly suite?: CryptoSuite;
}

/** How a record's JSON is sealed. */
export interface PaddingOptions {
  /**
   * Makes the JSON's length a multiple of so many bytes, 1 to 1,048,576, by spaces behind it, which every client skips:
   * the ciphertext then says less about what is inside. Default none, as its length is.
   */
  readonly padTo?: number;
}

/** What the keys of the hierarchy have in common: they print as their kind, and their bytes come out on demand alone. */
export abstract class HierarchyKey extends RedactedKey {
  readonly #aesKey: AesKey;

  constructor(kind: string, key: AesKey) {
    super(kind);
    this.#aesKey = key;
  }

  /** The key object inside, which knows nothing of the hierarchy: for stores that keep handles of keys. */
  get aesKey(): AesKey {
    return this.#aesKey;
  }

  /** The key's 32 bytes, where it was made extractable. @throws VaultwireError `key-not-extractable` */
  async exportSecretBytes(): Promise<Bytes> {
    if (this.#aesKey.exportSecretBytes) return this.#aesKey.exportSecretBytes();
    throw new VaultwireError('key-not-extractable', 'key: its bytes cannot be taken out');
  }
}

/** A key that clients make, and wrap to the public key of the application's owner. */
abstract class OwnedKey extends HierarchyKey {
  /** Wraps this key to the application owner's public key: 125 bytes. @throws VaultwireError `key-not-extractable` */
  async wrapTo(owner: EcPublicKey | Uint8Array, options: { readonly suite?: SealingSuite } = {}): Promise<Bytes> {
    const recipient = ArrayBuffer.isView(owner) ? copyBytes(owner) : owner;
    return sealEcies(recipient, await this.exportSecretBytes(), options);
  }
}

/** Unwraps a key under AES-GCM, without showing its bytes where the platform can. */
export async function unwrapAes(wrapping: AesKey, wrapped: Uint8Array, options: UnwrapOptions): Promise<AesKey> {
  if (wrapping.unwrapAesKey) return wrapping.unwrapAesKey(wrapped, options);
  const bytes = await openKeyBytes(wrapping, wrapped);
  const key = await (options.suite ?? defaultSealingSuite).importAesKey(bytes, options);
  bytes.fill(0);
  return key;
}

/** The 32 bytes of a wrapped key. @throws VaultwireError `open-failed`, for another length too */
export const openKeyBytes = async (wrapping: AesKey | AesCbcKey, wrapped: Uint8Array): Promise<Bytes> =>
  asKeyBytes(await wrapping.open(wrapped));

/** What a wrap held, where that can be a key: otherwise it is overwritten. @throws VaultwireError `open-failed` */
export function asKeyBytes<KeyBytes extends Uint8Array>(bytes: KeyBytes): KeyBytes {
  if (bytes.length === AES_KEY_LENGTH) return bytes;
  bytes.fill(0);
  throw new VaultwireError('open-failed', 'wrapped key: does not open');
}

/** Gives length, padding and shape one error: under AES-CBC a difference would be a padding oracle. */
async function withOneError<T>(name: string, opening: Promise<T>): Promise<T> {
  try {
    return await opening;
  } catch (error) {
    if (!isVaultwireError(error)) throw error;
    throw new VaultwireError('open-failed', `${name}: does not open`);
  }
}

/** Opens a JSON document. @throws VaultwireError `open-failed`, a JSON code */
export const openDocument = async (key: AesKey | AesCbcKey, sealed: Uint8Array, name: string): Promise<JsonObject> =>
  decodeJsonObject(await key.open(sealed), name, DOCUMENT_LIMITS);

/** The key of one file: opens its description and its content, which nothing on the wire tells apart. */
export class FileKey extends OwnedKey {
  constructor(key: AesKey) {
    super('FileKey', key);
  }

  /** Opens the JSON that describes the file. @throws VaultwireError `open-failed`, a JSON code */
  openDescription(sealed: Uint8Array): Promise<JsonObject> {
    return openDocument(this.aesKey, sealed, 'file description');
  }

  sealDescription(description: JsonObject): Promise<Bytes> {
    return this.aesKey.seal(encodeJson(description));
  }

  /** Opens the file itself. @throws VaultwireError `message-too-short`, `open-failed` */
  openContent(sealed: Uint8Array): Promise<Bytes> {
    return this.aesKey.open(sealed);
  }

  /** Seals the file itself: 28 bytes longer than `content`. */
  sealContent(content: Uint8Array): Promise<Bytes> {
    return this.aesKey.seal(content);
  }
}

/** The key of one record: opens its data and the keys of its files. */
export class RecordKey extends OwnedKey {
  constructor(key: AesKey) {
    super('RecordKey', key);
  }

  /** Opens the record's JSON. @throws VaultwireError `open-failed`, a JSON code */
  openData(sealed: Uint8Array): Promise<JsonObject> {
    return openDocument(this.aesKey, sealed, 'record data');
  }

  /** Seals the record's JSON. @throws VaultwireError `parameter-out-of-range` */
  async sealData(data: JsonObject, { padTo }: PaddingOptions = {}): Promise<Bytes> {
    return this.aesKey.seal(padTo === undefined ? encodeJson(data) : encodePaddedJson(data, padTo));
  }

  /** @throws VaultwireError `message-too-short`, `open-failed` */
  async unwrapFileKey(wrapped: Uint8Array, options: UnwrapOptions = {}): Promise<FileKey> {
    return new FileKey(await unwrapAes(this.aesKey, wrapped, options));
  }

  /** @throws VaultwireError `key-not-extractable` */
  async wrapFileKey(fileKey: FileKey): Promise<Bytes> {
    return this.aesKey.seal(await fileKey.exportSecretBytes());
  }
}

/**
 * The key of a shared folder or of a folder inside one. The wire uses the same 32 bytes under AES-GCM for record keys
 * and under AES-CBC, which authenticates nothing, for names and the keys of folders inside; here they are two key
 * objects that cannot be taken for one another.
 */
export class FolderKey extends HierarchyKey {
  readonly #folders: AesCbcKey;

  constructor(keys: { readonly records: AesKey; readonly folders: AesCbcKey }) {
    super('FolderKey', keys.records);
    this.#folders = keys.folders;
  }

  /** @throws VaultwireError `message-too-short`, `open-failed` */
  async unwrapRecordKey(wrapped: Uint8Array, options: UnwrapOptions = {}): Promise<RecordKey> {
    return new RecordKey(await unwrapAes(this.aesKey, wrapped, options));
  }

  /** @throws VaultwireError `key-not-extractable` */
  async wrapRecordKey(recordKey: RecordKey): Promise<Bytes> {
    return this.aesKey.seal(await recordKey.exportSecretBytes());
  }

  /** Unwraps the key of a folder inside this one, which AES-CBC does not authenticate. @throws VaultwireError `open-failed` */
  async unwrapFolderKey(wrapped: Uint8Array, options: UnwrapOptions = {}): Promise<FolderKey> {
    const bytes = await withOneError('wrapped folder key', openKeyBytes(this.#folders, wrapped));
    return importFolderKey(bytes, options);
  }

  /** @throws VaultwireError `key-not-extractable` */
  async wrapFolderKey(folderKey: FolderKey): Promise<Bytes> {
    return this.#folders.seal(await folderKey.exportSecretBytes());
  }

  /** Opens the JSON that holds the folder's name, which AES-CBC does not authenticate. @throws VaultwireError `open-failed` */
  openData(sealed: Uint8Array): Promise<JsonObject> {
    return withOneError('folder data', openDocument(this.#folders, sealed, 'folder data'));
  }

  sealData(data: JsonObject): Promise<Bytes> {
    return this.#folders.seal(encodeJson(data));
  }

  /**
   * The same 32 bytes as an AES-CBC key, as clients of old used them for record keys too. Nothing that it opens is
   * authenticated; `vaultwire/keychain/legacy-cbc` says so of each value.
   */
  unauthenticatedKey(): AesCbcKey {
    return this.#folders;
  }
}

/** The key of an application: opens what was shared with it. */
export class ApplicationKey extends HierarchyKey {
  constructor(key: AesKey) {
    super('ApplicationKey', key);
  }

  /** Opens the JSON that describes the application. @throws VaultwireError `open-failed`, a JSON code */
  openData(sealed: Uint8Array): Promise<JsonObject> {
    return openDocument(this.aesKey, sealed, 'application data');
  }

  sealData(data: JsonObject): Promise<Bytes> {
    return this.aesKey.seal(encodeJson(data));
  }

  /** @throws VaultwireError `message-too-short`, `open-failed` */
  async unwrapRecordKey(wrapped: Uint8Array, options: UnwrapOptions = {}): Promise<RecordKey> {
    return new RecordKey(await unwrapAes(this.aesKey, wrapped, options));
  }

  /** @throws VaultwireError `key-not-extractable` */
  async wrapRecordKey(recordKey: RecordKey): Promise<Bytes> {
    return this.aesKey.seal(await recordKey.exportSecretBytes());
  }

  /** @throws VaultwireError `message-too-short`, `open-failed` */
  async unwrapFolderKey(wrapped: Uint8Array, options: UnwrapOptions = {}): Promise<FolderKey> {
    return importFolderKey(await openKeyBytes(this.aesKey, wrapped), options);
  }

  /** @throws VaultwireError `key-not-extractable` */
  async wrapFolderKey(folderKey: FolderKey): Promise<Bytes> {
    return this.aesKey.seal(await folderKey.exportSecretBytes());
  }

  /** The key of the one record that has none of its own: its data is sealed with the application's key itself. */
  ownRecordKey(): RecordKey {
    return new RecordKey(this.aesKey);
  }
}

/** The key inside a one-time token. It wraps the application's key, once. */
export class ClientKey extends HierarchyKey {
  constructor(key: AesKey) {
    super('ClientKey', key);
  }

  /** @throws VaultwireError `message-too-short`, `open-failed` */
  async unwrapApplicationKey(wrapped: Uint8Array, options: UnwrapOptions = {}): Promise<ApplicationKey> {
    return new ApplicationKey(await unwrapAes(this.aesKey, wrapped, options));
  }

  /** @throws VaultwireError `key-not-extractable` */
  async wrapApplicationKey(applicationKey: ApplicationKey): Promise<Bytes> {
    return this.aesKey.seal(await applicationKey.exportSecretBytes());
  }
}

/** A folder key of its 32 bytes, which are overwritten. */
export async function importFolderKey(bytes: Bytes, options: UnwrapOptions): Promise<FolderKey> {
  const suite = options.suite ?? defaultSealingSuite;
  const records = await suite.importAesKey(bytes, options);
  const folders = await suite.importAesCbcKey(bytes, options);
  bytes.fill(0);
  return new FolderKey({ records, folders });
}

async function freshKey(options: UnwrapOptions): Promise<AesKey> {
  const suite = options.suite ?? defaultSealingSuite;
  const bytes = suite.randomBytes(AES_KEY_LENGTH);
  // A key that is made here exists to be wrapped for others, so its bytes must be reachable.
  const key = await suite.importAesKey(bytes, { extractable: true });
  bytes.fill(0);
  return key;
}

/** A fresh record key, extractable so that it can be wrapped. */
export async function generateRecordKey(options: UnwrapOptions = {}): Promise<RecordKey> {
  return new RecordKey(await freshKey(options));
}

/** A fresh file key, extractable so that it can be wrapped. */
export async function generateFileKey(options: UnwrapOptions = {}): Promise<FileKey> {
  return new FileKey(await freshKey(options));
}

/** A fresh application key, extractable so that it can be wrapped. */
export async function generateApplicationKey(options: UnwrapOptions = {}): Promise<ApplicationKey> {
  return new ApplicationKey(await freshKey(options));
}

/** A fresh folder key, extractable so that it can be wrapped. */
export function generateFolderKey(options: UnwrapOptions = {}): Promise<FolderKey> {
  const suite = options.suite ?? defaultSealingSuite;
  return importFolderKey(suite.randomBytes(AES_KEY_LENGTH), { suite, extractable: true });
}

/**
 * An application key from its 32 bytes, as client configurations keep it.
 *
 * @throws VaultwireError `length-invalid`
 */
export async function importApplicationKey(bytes: Uint8Array, options: UnwrapOptions = {}): Promise<ApplicationKey> {
  assertBytes(bytes, 'application key', AES_KEY_LENGTH);
  return new ApplicationKey(await (options.suite ?? defaultSealingSuite).importAesKey(bytes, options));
}

/**
 * Opens a record key that a client wrapped to the application owner ({@link RecordKey.wrapTo}).
 *
 * @throws VaultwireError `message-too-short`, `point-invalid`, `open-failed`
 */
export async function openOwnerRecordKey(
  owner: EcPrivateKey,
  wrapped: Uint8Array,
  options: UnwrapOptions = {},
): Promise<RecordKey> {
  return new RecordKey(await openOwnerKey(owner, wrapped, options));
}

/** {@link openOwnerRecordKey} for a file's key. */
export async function openOwnerFileKey(
  owner: EcPrivateKey,
  wrapped: Uint8Array,
  options: UnwrapOptions = {},
): Promise<FileKey> {
  return new FileKey(await openOwnerKey(owner, wrapped, options));
}

async function openOwnerKey(owner: EcPrivateKey, wrapped: Uint8Array, options: UnwrapOptions): Promise<AesKey> {
  const bytes = await openEcies(owner, wrapped, options);
  assertBytes(bytes, 'wrapped key', AES_KEY_LENGTH);
  const key = await (options.suite ?? defaultSealingSuite).importAesKey(bytes, options);
  bytes.fill(0);
  return key;
}
