import { copyBytes } from '../wire/bytes.js';

/**
 * Where one end of one pairing lives between runs. What {@link PairingStore.save} gets holds no secret key, but
 * requests and answers: it is private. Whoever reads the secret key can speak for this end of the pairing.
 */
export interface PairingStore {
  /** Undefined when nothing was saved. A state that cannot be read must throw, never look like none. */
  load(): Promise<Uint8Array | undefined>;
  /** Resolves once the state is durable: only then does the session act on it. */
  save(state: Uint8Array): Promise<void>;
  /**
   * The 32 bytes that {@link PairingStore.saveSecretKey} got, or undefined. A store gives a copy: the bytes are
   * overwritten once they are imported.
   */
  loadSecretKey(): Promise<Uint8Array | undefined>;
  /**
   * Gets the X25519 secret key of the pairing, 32 bytes, once, before anything is saved under it. A store copies what it
   * keeps: the bytes are overwritten once this resolves.
   */
  saveSecretKey(secretKey: Uint8Array): Promise<void>;
  /** Forgets both: the pairing has ended. */
  clear(): Promise<void>;
}

/** Keeps a pairing in memory: for tests, and for a pairing that lives no longer than its process. */
export function memoryPairingStore(): PairingStore {
  let state: Uint8Array | undefined;
  let secretKey: Uint8Array | undefined;
  return {
    load: () => Promise.resolve(state && copyBytes(state)),
    save: (bytes) => {
      state = copyBytes(bytes);
      return Promise.resolve();
    },
    loadSecretKey: () => Promise.resolve(secretKey && copyBytes(secretKey)),
    saveSecretKey: (bytes) => {
      secretKey = copyBytes(bytes);
      return Promise.resolve();
    },
    clear: () => {
      secretKey?.fill(0);
      state = undefined;
      secretKey = undefined;
      return Promise.resolve();
    },
  };
}
