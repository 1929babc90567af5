import { VaultwireError } from 'vaultwire';
import { defaultSuite, type EcPrivateKey } from 'vaultwire/crypto';
import type { Store } from './store.js';

/** The id that a fresh server starts with: none of the published ones, so that no client has a key for it by chance. */
export const FIRST_SERVER_KEY_ID = 1;

/** A public key of the server with its id. */
export interface ServerPublicKey {
  readonly id: number;
  /** The uncompressed point, 65 bytes. */
  readonly publicKey: Uint8Array;
}

interface StoredRing {
  readonly currentId: number;
  readonly keys: readonly { readonly id: number; readonly privateKey: Uint8Array; readonly publicKey: Uint8Array }[];
}

/**
 * The key pairs that transmission keys are wrapped to. One id is current; requests under any other are answered with
 * its id. Pairs of ids that will be current later can be made ahead, for clients that learn of them beforehand.
 */
export class KeyRing {
  readonly #store: Store;
  readonly #keys: Map<number, EcPrivateKey>;
  #currentId: number;

  private constructor(store: Store, keys: Map<number, EcPrivateKey>, currentId: number) {
    this.#store = store;
    this.#keys = keys;
    this.#currentId = currentId;
  }

  /**
   * Reads the ring of a store, or begins one.
   *
   * @param id the id to make current. Default the one that was, or {@link FIRST_SERVER_KEY_ID}
   */
  static async open(store: Store, id?: number): Promise<KeyRing> {
    const stored = (await store.read((view) => view.get('meta', 'server-keys'))) as StoredRing | undefined;
    const keys = new Map<number, EcPrivateKey>();
    for (const key of stored?.keys ?? []) {
      keys.set(key.id, await defaultSuite.importEcPrivateKey(key, { extractable: true }));
    }
    const ring = new KeyRing(store, keys, stored?.currentId ?? FIRST_SERVER_KEY_ID);
    await ring.#makeCurrent(id ?? ring.#currentId);
    return ring;
  }

  get currentId(): number {
    return this.#currentId;
  }

  /** The private key of the current id, and of no other. */
  find(id: number): EcPrivateKey | undefined {
    return id === this.#currentId ? this.#keys.get(id) : undefined;
  }

  get current(): ServerPublicKey {
    const key = this.#keys.get(this.#currentId);
    if (!key) throw new VaultwireError('server-key-unknown', `no server key of id ${this.#currentId}`);
    return { id: this.#currentId, publicKey: key.publicKey.bytes };
  }

  /**
   * The public keys of some ids, made where there are none yet.
   *
   * @throws VaultwireError `argument-invalid`
   */
  async publicKeys(ids: readonly number[]): Promise<readonly ServerPublicKey[]> {
    const keys: ServerPublicKey[] = [];
    let made = false;
    for (const id of ids) {
      const known = this.#keys.get(id);
      const key = known ?? (await this.#generate(id));
      made ||= !known;
      keys.push({ id, publicKey: key.publicKey.bytes });
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
  async rotate(id: number = this.#currentId + 1): Promise<ServerPublicKey> {
    await this.#makeCurrent(id);
    return this.current;
  }

  async #makeCurrent(id: number): Promise<void> {
    if (!this.#keys.has(id)) await this.#generate(id);
    this.#currentId = id;
    await this.#save();
  }

  async #generate(id: number): Promise<EcPrivateKey> {
    if (!Number.isSafeInteger(id) || id < 1 || id > 999_999_999) {
      throw new VaultwireError('argument-invalid', 'server key id: expected a whole number from 1 to 999999999');
    }
    const key = await defaultSuite.generateEcPrivateKey({ extractable: true });
    this.#keys.set(id, key);
    return key;
  }

  #save(): Promise<void> {
    return this.#store.write(async (transaction) => {
      const keys: StoredRing['keys'][number][] = [];
      for (const [id, key] of this.#keys) {
        if (!key.exportSecretBytes) throw new VaultwireError('key-not-extractable', 'server key: cannot be stored');
        keys.push({ id, privateKey: await key.exportSecretBytes(), publicKey: key.publicKey.bytes });
      }
      transaction.put('meta', 'server-keys', { currentId: this.#currentId, keys } satisfies StoredRing);
    });
  }
}
