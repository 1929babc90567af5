import { defaultSuite } from '#default-suite';
import { RedactedKey } from '../../crypto/redacted.js';
import { AES_KEY_LENGTH, type AesKey, type CryptoSuite, type KeyOptions } from '../../crypto/suite.js';
import { assertBytes, copyBytes, type Bytes } from '../../wire/bytes.js';
import { VaultwireError } from '../../wire/error.js';
import type { AccountOptions } from '../keys.js';

/** Keys of records, side by side: an array for each would make collections of garbage longer. */
export class KeyPage {
  readonly suite: CryptoSuite;
  readonly options: KeyOptions;
  readonly bytes: Bytes;
  #length = 0;

  /** @param count how many keys there can be */
  constructor(count: number, { suite = defaultSuite, extractable = false }: AccountOptions) {
    this.suite = suite;
    this.options = { extractable };
    this.bytes = new Uint8Array(count * AES_KEY_LENGTH);
  }

  /** Takes a copy of a key's 32 bytes. */
  add(source: Uint8Array, offset: number): AesKey {
    const own = this.#length;
    // So few bytes are copied sooner one by one than through a view.
    for (let index = 0; index < AES_KEY_LENGTH; index++) this.bytes[own + index] = source[offset + index] ?? 0;
    this.#length += AES_KEY_LENGTH;
    return new DeferredAesKey(this, own);
  }
}

/** A key of a page, imported when it is first used: most records of a vault are only read. */
class DeferredAesKey extends RedactedKey implements AesKey {
  readonly #page: KeyPage;
  readonly #offset: number;
  #key: Promise<AesKey> | undefined;

  constructor(page: KeyPage, offset: number) {
    super('AesKey');
    this.#page = page;
    this.#offset = offset;
  }

  async seal(plaintext: Uint8Array, additionalData?: Uint8Array): Promise<Bytes> {
    const [message, data] = [own(plaintext, 'plaintext'), additionalData && own(additionalData, 'additional data')];
    return (await this.#imported()).seal(message, data);
  }

  async open(sealed: Uint8Array, additionalData?: Uint8Array): Promise<Bytes> {
    const [message, data] = [own(sealed, 'AES-GCM message'), additionalData && own(additionalData, 'additional data')];
    return (await this.#imported()).open(message, data);
  }

  async exportSecretBytes(): Promise<Bytes> {
    const key = await this.#imported();
    if (key.exportSecretBytes) return key.exportSecretBytes();
    throw new VaultwireError('key-not-extractable', 'key: its bytes cannot be taken out');
  }

  #imported(): Promise<AesKey> {
    this.#key ??= this.#import();
    return this.#key;
  }

  async #import(): Promise<AesKey> {
    const { bytes, suite, options } = this.#page;
    const secret = bytes.subarray(this.#offset, this.#offset + AES_KEY_LENGTH);
    try {
      const key = await suite.importAesKey(secret, options);
      // Not before: a suite of the caller's own that waits first would take zeros for the key.
      secret.fill(0);
      return key;
    } catch (error) {
      // The bytes are still there, for whoever tries again.
      this.#key = undefined;
      throw error;
    }
  }
}

/** A copy, as the caller's bytes may change while a key is imported. @throws VaultwireError `argument-invalid` */
function own(bytes: Uint8Array, name: string): Bytes {
  assertBytes(bytes, name);
  return copyBytes(bytes);
}
