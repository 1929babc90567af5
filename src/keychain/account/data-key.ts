import { defaultSuite } from '#default-suite';
import {
  AES_KEY_LENGTH,
  P256_PRIVATE_KEY_LENGTH,
  type AesCbcKey,
  type AesKey,
  type CryptoSuite,
  type EcPrivateKey,
} from '../../crypto/suite.js';
import { assertBytes, type Bytes } from '../../wire/bytes.js';
import { VaultwireError } from '../../wire/error.js';
import {
  HierarchyKey,
  importFolderKey,
  openKeyBytes,
  RecordKey,
  unwrapAes,
  type FolderKey,
  type AccountOptions,
} from '../keys.js';

/** What an account's data key and a team's key have in common: both wrap the keys of records and folders, and key pairs. */
abstract class RootKey extends HierarchyKey {
  readonly #key: AesKey;
  readonly #unauthenticated: AesCbcKey | undefined;

  constructor(kind: string, keys: { readonly key: AesKey; readonly unauthenticated?: AesCbcKey | undefined }) {
    super(kind, keys.key);
    this.#key = keys.key;
    this.#unauthenticated = keys.unauthenticated;
  }

  /** @throws VaultwireError `message-too-short`, `open-failed` */
  async unwrapRecordKey(wrapped: Uint8Array, options: AccountOptions = {}): Promise<RecordKey> {
    return new RecordKey(await unwrapAes(this.#key, wrapped, options));
  }

  /** @throws VaultwireError `key-not-extractable` */
  async wrapRecordKey(recordKey: RecordKey): Promise<Bytes> {
    return this.#key.seal(await recordKey.exportSecretBytes());
  }

  /** @throws VaultwireError `message-too-short`, `open-failed` */
  async unwrapFolderKey(wrapped: Uint8Array, options: AccountOptions = {}): Promise<FolderKey> {
    return importFolderKey(await openKeyBytes(this.#key, wrapped), options);
  }

  /** @throws VaultwireError `key-not-extractable` */
  async wrapFolderKey(folderKey: FolderKey): Promise<Bytes> {
    return this.#key.seal(await folderKey.exportSecretBytes());
  }

  /**
   * Opens a P-256 private key, which is sealed as its 32-byte scalar.
   *
   * @param publicKey the uncompressed point, 65 bytes, checked against the scalar. WebCrypto needs it.
   * @throws VaultwireError `message-too-short`, `open-failed`, `key-invalid` when the halves do not fit,
   *   `public-key-required`
   */
  async unwrapEcPrivateKey(
    wrapped: Uint8Array,
    publicKey: Uint8Array | undefined,
    options: AccountOptions = {},
  ): Promise<EcPrivateKey> {
    const point = publicKey && new Uint8Array(publicKey);
    const privateKey = await this.#key.open(wrapped);
    if (privateKey.length !== P256_PRIVATE_KEY_LENGTH) {
      privateKey.fill(0);
      throw new VaultwireError('key-invalid', 'private key: expected 32 bytes');
    }
    const suite = options.suite ?? defaultSuite;
    const key = await suite.importEcPrivateKey({ privateKey, ...(point && { publicKey: point }) }, options);
    privateKey.fill(0);
    return key;
  }

  /** @returns 60 bytes. @throws VaultwireError `key-not-extractable` */
  async wrapEcPrivateKey(privateKey: EcPrivateKey): Promise<Bytes> {
    if (!privateKey.exportSecretBytes) {
      throw new VaultwireError('key-not-extractable', 'private key: its bytes cannot be taken out');
    }
    const scalar = await privateKey.exportSecretBytes();
    const wrapped = await this.#key.seal(scalar);
    scalar.fill(0);
    return wrapped;
  }

  /**
   * The same 32 bytes as an AES-CBC key, as clients of old used them and RSA private keys still lie under them. Nothing
   * that it opens is authenticated; `vaultwire/keychain/legacy-cbc` and `vaultwire/keychain/rsa` say so of each value.
   *
   * @throws VaultwireError `suite-unsupported` when the key was made without
   */
  unauthenticatedKey(): AesCbcKey {
    if (this.#unauthenticated) return this.#unauthenticated;
    throw new VaultwireError('suite-unsupported', 'key: expected one that can do AES-CBC too');
  }
}

/** The root of an account: opens the keys of its records, folders and teams, and its private keys. */
export class DataKey extends RootKey {
  readonly #key: AesKey;

  /** @param keys.unauthenticated the same bytes for AES-CBC; without it nothing of old opens */
  constructor(keys: { readonly key: AesKey; readonly unauthenticated?: AesCbcKey | undefined }) {
    super('DataKey', keys);
    this.#key = keys.key;
  }

  /** @throws VaultwireError `message-too-short`, `open-failed` */
  async unwrapTeamKey(wrapped: Uint8Array, options: AccountOptions = {}): Promise<TeamKey> {
    const bytes = await openKeyBytes(this.#key, wrapped);
    const key = await importTeamKey(bytes, options);
    bytes.fill(0);
    return key;
  }

  /** @throws VaultwireError `key-not-extractable` */
  async wrapTeamKey(teamKey: TeamKey): Promise<Bytes> {
    return this.#key.seal(await teamKey.exportSecretBytes());
  }
}

/** The key that the members of a team share: opens the keys of its folders and its private keys. */
export class TeamKey extends RootKey {
  constructor(keys: { readonly key: AesKey; readonly unauthenticated?: AesCbcKey | undefined }) {
    super('TeamKey', keys);
  }
}

/** A key that an account keeps for its clients. Its wrap is AES-CBC, which authenticates nothing. */
export class AccountClientKey extends HierarchyKey {
  constructor(key: AesKey) {
    super('AccountClientKey', key);
  }
}

/** A fresh data key, extractable so that it can be wrapped. */
export async function generateDataKey(options: { readonly suite?: CryptoSuite } = {}): Promise<DataKey> {
  return new DataKey(await freshKeys(options.suite ?? defaultSuite));
}

/** A data key from its 32 bytes. @throws VaultwireError `length-invalid` */
export async function importDataKey(bytes: Uint8Array, options: AccountOptions = {}): Promise<DataKey> {
  return new DataKey(await importKeys(bytes, 'data key', options));
}

/** A fresh team key, extractable so that it can be wrapped. */
export async function generateTeamKey(options: { readonly suite?: CryptoSuite } = {}): Promise<TeamKey> {
  return new TeamKey(await freshKeys(options.suite ?? defaultSuite));
}

/** A team key from its 32 bytes. @throws VaultwireError `length-invalid` */
export async function importTeamKey(bytes: Uint8Array, options: AccountOptions = {}): Promise<TeamKey> {
  return new TeamKey(await importKeys(bytes, 'team key', options));
}

/** A fresh client key of an account, extractable so that it can be wrapped. */
export async function generateAccountClientKey(
  options: { readonly suite?: CryptoSuite } = {},
): Promise<AccountClientKey> {
  const { key } = await freshKeys(options.suite ?? defaultSuite);
  return new AccountClientKey(key);
}

async function freshKeys(suite: CryptoSuite): Promise<{ key: AesKey; unauthenticated: AesCbcKey }> {
  const bytes = suite.randomBytes(AES_KEY_LENGTH);
  const keys = await importKeys(bytes, 'key', { suite, extractable: true });
  bytes.fill(0);
  return keys;
}

async function importKeys(
  bytes: Uint8Array,
  name: string,
  options: AccountOptions,
): Promise<{ key: AesKey; unauthenticated: AesCbcKey }> {
  assertBytes(bytes, name, AES_KEY_LENGTH);
  const suite = options.suite ?? defaultSuite;
  const own = new Uint8Array(bytes);
  const key = await suite.importAesKey(own, options);
  const unauthenticated = await suite.importAesCbcKey(own, options);
  own.fill(0);
  return { key, unauthenticated };
}
