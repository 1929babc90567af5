import type { SealingSuite } from '../../crypto/suite.js';
import { encodeBase64Url } from '../../wire/base64.js';
import type { Bytes } from '../../wire/bytes.js';
import { DIGEST_LENGTH, DIGESTS_LENGTH, type ItemDigests } from '../digest.js';

type DigestSuite = Pick<SealingSuite, 'sha256'>;

const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/**
 * {@link ItemDigests} as bytes, which may lie among those of other items: as texts, those of a whole vault cost more than
 * the hashes, and a ledger wants bytes again. A text is made when somebody asks for it.
 */
export class VaultDigests implements ItemDigests {
  readonly #bytes: Bytes;
  readonly #offset: number;
  #hasData: boolean;

  constructor(bytes: Bytes = new Uint8Array(DIGESTS_LENGTH), offset = 0, hasData = false) {
    this.#bytes = bytes;
    this.#offset = offset;
    this.#hasData = hasData;
  }

  get keyDigest(): string {
    return this.#text(this.#offset);
  }

  get dataDigest(): string | undefined {
    return this.#hasData ? this.#text(this.#offset + DIGEST_LENGTH) : undefined;
  }

  get hasData(): boolean {
    return this.#hasData;
  }

  toJSON(): ItemDigests {
    return { keyDigest: this.keyDigest, dataDigest: this.dataDigest };
  }

  [INSPECT](): ItemDigests {
    return this.toJSON();
  }

  /** Writes both digests, {@link DIGESTS_LENGTH} bytes. */
  copyTo(target: Uint8Array, offset: number): void {
    for (let index = 0; index < DIGESTS_LENGTH; index++) {
      target[offset + index] = this.#bytes[this.#offset + index] ?? 0;
    }
  }

  /** Hashes what they are of. */
  async make(key: Uint8Array, sealed: Uint8Array | undefined, suite: DigestSuite): Promise<void> {
    const write = async (message: Uint8Array, offset: number): Promise<void> => {
      this.#bytes.set((await suite.sha256(message)).subarray(0, DIGEST_LENGTH), offset);
    };
    await write(key, this.#offset);
    if (sealed) await write(sealed, this.#offset + DIGEST_LENGTH);
    this.#hasData = sealed !== undefined;
  }

  /** {@link make} with a suite that has `writeSha256`. */
  makeAtOnce(key: Uint8Array, sealed: Uint8Array, suite: Pick<SealingSuite, 'writeSha256'>): void {
    suite.writeSha256?.(key, this.#bytes, this.#offset, DIGEST_LENGTH);
    suite.writeSha256?.(sealed, this.#bytes, this.#offset + DIGEST_LENGTH, DIGEST_LENGTH);
    this.#hasData = true;
  }

  #text(offset: number): string {
    return encodeBase64Url(this.#bytes.subarray(offset, offset + DIGEST_LENGTH));
  }
}
