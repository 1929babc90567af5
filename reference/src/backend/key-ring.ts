import { VaultwireError } from 'vaultwire';
import { defaultSuite, type EcPrivateKey } from 'vaultwire/crypto';
import {
  generateMlKemPrivateKey,
  importMlKemPrivateKey,
  type MlKemParameterSet,
  type MlKemPrivateKey,
  type MlKemPublicKey,
} from 'vaultwire/ecies/hybrid';
import type { Store } from './store.js';

/** The id that a fresh server starts with: none of the published ones, so that no client has a key for it by chance. */
export const FIRST_SERVER_KEY_ID = 1;
/** The id that a fresh server's ML-KEM key starts with, where the published ones start too; none is below it. */
export const FIRST_ML_KEM_KEY_ID = 100;

/** A public key of the server with its id. */
export interface ServerPublicKey {
  readonly id: number;
  /** The uncompressed point, 65 bytes. */
  readonly publicKey: Uint8Array;
}

/** An ML-KEM public key of the server with its id. */
export interface MlKemServerPublicKey {
  readonly id: number;
  readonly publicKey: MlKemPublicKey;
}

/** A sort of key pairs that a ring holds: where they are stored, and how they are made. */
interface KeyKind<Key, Stored> {
  /** What error messages call the id. */
  readonly idName: string;
  /** The row of `meta`. */
  readonly row: string;
  /** The lowest id, and the one that a fresh ring begins with. */
  readonly firstId: number;
  readonly generate: () => Promise<Key>;
  readonly restore: (stored: Stored) => Promise<Key>;
  readonly store: (key: Key) => Promise<Stored>;
}

interface StoredRing<Stored> {
  readonly currentId: number;
  readonly keys: readonly (Stored & { readonly id: number })[];
}

/** The pairs that every request's transmission key is wrapped to. */
export const EC_KEYS: KeyKind<EcPrivateKey, { readonly privateKey: Uint8Array; readonly publicKey: Uint8Array }> = {
  idName: 'server key id',
  row: 'server-keys',
  firstId: FIRST_SERVER_KEY_ID,
  generate: () => defaultSuite.generateEcPrivateKey({ extractable: true }),
  restore: (stored) => defaultSuite.importEcPrivateKey(stored, { extractable: true }),
  store: async (key) => {
    if (!key.exportSecretBytes) throw new VaultwireError('key-not-extractable', 'server key: cannot be stored');
    return { privateKey: await key.exportSecretBytes(), publicKey: key.publicKey.bytes };
  },
};

/** An ML-KEM key pair with the seed that it comes from. */
export interface MlKemKeyPair {
  readonly privateKey: MlKemPrivateKey;
  readonly seed: Uint8Array;
}

/** The pairs that transmission keys are wrapped to as well in hybrid mode. */
export const mlKemKeys = (
  parameterSet: MlKemParameterSet,
): KeyKind<MlKemKeyPair, { readonly parameterSet: MlKemParameterSet; readonly seed: Uint8Array }> => ({
  idName: 'ML-KEM key id',
  row: 'ml-kem-keys',
  firstId: FIRST_ML_KEM_KEY_ID,
  generate: () => generateMlKemPrivateKey(parameterSet),
  restore: async (stored) => ({
    privateKey: await importMlKemPrivateKey(stored.parameterSet, stored.seed),
    seed: stored.seed,
  }),
  store: ({ privateKey, seed }) => Promise.resolve({ parameterSet: privateKey.publicKey.parameterSet, seed }),
});

/** The ring of {@link EC_KEYS}. */
export type EcKeyRing = KeyRing<EcPrivateKey, { readonly privateKey: Uint8Array; readonly publicKey: Uint8Array }>;
/** A ring of {@link mlKemKeys}. */
export type MlKemKeyRing = KeyRing<
  MlKemKeyPair,
  { readonly parameterSet: MlKemParameterSet; readonly seed: Uint8Array }
>;

/**
 * The key pairs of one sort. One id is current; requests under any other are answered with its id. Pairs of ids that
 * will be current later can be made ahead, for clients that learn of them beforehand.
 */
export class KeyRing<Key, Stored> {
  readonly #store: Store;
  readonly #kind: KeyKind<Key, Stored>;
  readonly #keys: Map<number, Key>;
  #currentId: number;

  private constructor(store: Store, kind: KeyKind<Key, Stored>, keys: Map<number, Key>, currentId: number) {
    this.#store = store;
    this.#kind = kind;
    this.#keys = keys;
    this.#currentId = currentId;
  }

  /**
   * Reads the ring of a store, or begins one.
   *
   * @param id the id to make current. Default the one that was, or the kind's first
   * @throws VaultwireError `argument-invalid`
   */
  static async open<Key, Stored>(store: Store, kind: KeyKind<Key, Stored>, id?: number): Promise<KeyRing<Key, Stored>> {
    const stored = (await store.read((view) => view.get('meta', kind.row))) as StoredRing<Stored> | undefined;
    const keys = new Map<number, Key>();
    for (const key of stored?.keys ?? []) keys.set(key.id, await kind.restore(key));
    const ring = new KeyRing(store, kind, keys, stored?.currentId ?? kind.firstId);
    await ring.rotate(id ?? ring.#currentId);
    return ring;
  }

  get currentId(): number {
    return this.#currentId;
  }

  /** The private key of the current id, and of no other. */
  find(id: number): Key | undefined {
    return id === this.#currentId ? this.#keys.get(id) : undefined;
  }

  get current(): Key {
    const key = this.#keys.get(this.#currentId);
    if (!key) throw new VaultwireError('server-key-unknown', `no server key of id ${this.#currentId}`);
    return key;
  }

  /**
   * The key pairs of some ids, made where there are none yet.
   *
   * @throws VaultwireError `argument-invalid`
   */
  async keys(ids: readonly number[]): Promise<readonly { readonly id: number; readonly key: Key }[]> {
    const keys: { id: number; key: Key }[] = [];
    let made = false;
    for (const id of ids) {
      const known = this.#keys.get(id);
      keys.push({ id, key: known ?? (await this.#generate(id)) });
      made ||= !known;
    }
    if (made) await this.#save();
    return keys;
  }

  /**
   * Makes another key current. The one before is no longer accepted.
   *
   * @param id default the next one
   * @throws VaultwireError `argument-invalid`
   */
  async rotate(id: number = this.#currentId + 1): Promise<void> {
    if (!this.#keys.has(id)) await this.#generate(id);
    this.#currentId = id;
    await this.#save();
  }

  async #generate(id: number): Promise<Key> {
    const { idName, firstId, generate } = this.#kind;
    if (!Number.isSafeInteger(id) || id < firstId || id > 999_999_999) {
      throw new VaultwireError('argument-invalid', `${idName}: expected a whole number from ${firstId} to 999999999`);
    }
    const key = await generate();
    this.#keys.set(id, key);
    return key;
  }

  #save(): Promise<void> {
    const { row, store } = this.#kind;
    return this.#store.write(async (transaction) => {
      const keys: StoredRing<Stored>['keys'][number][] = [];
      for (const [id, key] of this.#keys) keys.push({ ...(await store(key)), id });
      transaction.put('meta', row, { currentId: this.#currentId, keys } satisfies StoredRing<Stored>);
    });
  }
}
