import { defaultSuite } from '#default-suite';
import { RedactedKey } from '../crypto/redacted.js';
import { AES_KEY_LENGTH, type AesCbcKey } from '../crypto/suite.js';
import { assertBytes, type Bytes } from '../wire/bytes.js';
import { VaultwireError } from '../wire/error.js';
import { encodeJson, type JsonObject } from '../wire/json.js';
import type { DataKey, TeamKey } from './account/data-key.js';
import { cbcWrapUnder, type OpenReport } from './account/wrap.js';
import { importFolderKey, openDocument, openKeyBytes, RecordKey, type FolderKey, type AccountOptions } from './keys.js';

// What accounts of old hold under AES-CBC: wrapped keys and records (wire note: keychain). AES-CBC authenticates
// nothing: whoever stores it can change it, within limits. So nothing of this happens by itself. In particular it is
// never a second try for what did not open under AES-GCM: that would hand every record to whoever changes a tag.

/** A value that nothing vouches for. */
export interface Unauthenticated<Value> {
  readonly value: Value;
  readonly authenticated: false;
}

/** A key that nothing vouches for, and how it was wrapped. */
export interface UnauthenticatedKey<Key> extends Unauthenticated<Key> {
  readonly report: OpenReport<'data-key-cbc' | 'team-cbc' | 'folder-cbc'>;
}

/** The keys that wrapped others with AES-CBC. */
export type LegacyWrappingKey = DataKey | TeamKey | FolderKey;

/** The key of a record whose data is AES-CBC too. It opens nothing else. */
export class LegacyRecordKey extends RedactedKey {
  readonly #key: AesCbcKey;

  constructor(key: AesCbcKey) {
    super('LegacyRecordKey');
    this.#key = key;
  }

  /** Opens the record's JSON. @throws VaultwireError `open-failed` for every failure alike */
  async openData(sealed: Uint8Array): Promise<Unauthenticated<JsonObject>> {
    return unauthenticated(await openLegacyDocument(this.#key, sealed, 'record data'));
  }

  /** Seals the record's JSON as it was found, for a client that cannot read it otherwise. */
  sealData(data: JsonObject): Promise<Bytes> {
    return this.#key.seal(encodeJson(data));
  }

  /** The key's 32 bytes, where it was made extractable. @throws VaultwireError `key-not-extractable` */
  async exportSecretBytes(): Promise<Bytes> {
    if (this.#key.exportSecretBytes) return this.#key.exportSecretBytes();
    throw new VaultwireError('key-not-extractable', 'key: its bytes cannot be taken out');
  }
}

/** A legacy record key from its 32 bytes. @throws VaultwireError `length-invalid` */
export async function importLegacyRecordKey(bytes: Uint8Array, options: AccountOptions = {}): Promise<LegacyRecordKey> {
  assertBytes(bytes, 'record key', AES_KEY_LENGTH);
  return new LegacyRecordKey(await (options.suite ?? defaultSuite).importAesCbcKey(bytes, options));
}

/** A record key under AES-CBC, for data under AES-GCM. @throws VaultwireError `open-failed` for every failure alike */
export async function unwrapLegacyWrappedRecordKey(
  under: LegacyWrappingKey,
  wrapped: Uint8Array,
  options: AccountOptions = {},
): Promise<UnauthenticatedKey<RecordKey>> {
  const bytes = await openKeyBytes(under.unauthenticatedKey(), wrapped);
  const key = new RecordKey(await (options.suite ?? defaultSuite).importAesKey(bytes, options));
  bytes.fill(0);
  return unauthenticatedKey(key, under);
}

/** A record key under AES-CBC, for data under AES-CBC. @throws VaultwireError `open-failed` for every failure alike */
export async function unwrapLegacyRecordKey(
  under: LegacyWrappingKey,
  wrapped: Uint8Array,
  options: AccountOptions = {},
): Promise<UnauthenticatedKey<LegacyRecordKey>> {
  const bytes = await openKeyBytes(under.unauthenticatedKey(), wrapped);
  const key = await importLegacyRecordKey(bytes, options);
  bytes.fill(0);
  return unauthenticatedKey(key, under);
}

/** A folder key under AES-CBC. @throws VaultwireError `open-failed` for every failure alike */
export async function unwrapLegacyFolderKey(
  under: LegacyWrappingKey,
  wrapped: Uint8Array,
  options: AccountOptions = {},
): Promise<UnauthenticatedKey<FolderKey>> {
  const bytes = await openKeyBytes(under.unauthenticatedKey(), wrapped);
  return unauthenticatedKey(await importFolderKey(bytes, options), under);
}

/** Wraps a key with AES-CBC, as an old client reads it: 64 bytes. @throws VaultwireError `key-not-extractable` */
export async function wrapLegacyKey(
  under: LegacyWrappingKey,
  key: RecordKey | LegacyRecordKey | FolderKey | TeamKey,
): Promise<Bytes> {
  const bytes = await key.exportSecretBytes();
  const wrapped = await under.unauthenticatedKey().seal(bytes);
  bytes.fill(0);
  return wrapped;
}

async function openLegacyDocument(key: AesCbcKey, sealed: Uint8Array, name: string): Promise<JsonObject> {
  try {
    return await openDocument(key, sealed, name);
  } catch {
    // Padding that fits and JSON that does not: to tell them apart would be a padding oracle.
    throw new VaultwireError('open-failed', `${name}: does not open`);
  }
}

function unauthenticatedKey<Key>(key: Key, under: LegacyWrappingKey): UnauthenticatedKey<Key> {
  return { ...unauthenticated(key), report: { wrap: cbcWrapUnder(under), authenticated: false } };
}

const unauthenticated = <Value>(value: Value): Unauthenticated<Value> => ({ value, authenticated: false });
