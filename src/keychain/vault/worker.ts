import { AES_KEY_LENGTH, type OpenedUnderKey } from '../../crypto/suite.js';
import type { Bytes } from '../../wire/bytes.js';
import { isVaultwireError, VaultwireError } from '../../wire/error.js';
import { countMembers, type JsonLimits } from '../../wire/json.js';
import { DIGEST_LENGTH, DIGESTS_LENGTH } from '../digest.js';
import {
  NOT_OPENED,
  ROW_LENGTH,
  type WorkerAnswer,
  type WorkerBatch,
  type WorkerFailure,
  type WorkerKeys,
} from './protocol.js';

/** How many records are opened at a time where that takes promises: enough to keep WebCrypto busy. */
const CONCURRENCY = 64;

/** What a worker needs of its platform: at once where that can, as a promise per record costs. */
export interface WorkerCrypto {
  /** As `openWrapped` of an AES key, of which these are the 32 bytes. */
  openWrapped(opener: Bytes, wrapped: Bytes, sealed: Bytes): OpenedUnderKey | Promise<OpenedUnderKey>;
  /** Writes the first bytes of a SHA-256 where they belong. */
  writeSha256(message: Uint8Array, target: Bytes, offset: number, length: number): void | Promise<void>;
}

/**
 * What a worker does with each message: takes the keys once, then opens batches.
 *
 * @param post sends an answer, whose buffers change hands
 */
export function vaultWorker(
  crypto: WorkerCrypto,
  post: (answer: WorkerAnswer, transfer: ArrayBuffer[]) => void,
): (message: WorkerKeys | WorkerBatch) => void {
  let keys: WorkerKeys = { type: 'keys', openers: [], limits: { maximumBytes: 0, maximumDepth: 0 } };
  return (message) => {
    if (message.type === 'keys') keys = message;
    else {
      openBatch(message, keys, crypto)
        .then((answer) => {
          const { bytes, table, digests } = answer;
          post(answer, [bytes.buffer, table.buffer, ...(digests ? [digests.buffer] : [])]);
        })
        // Web workers keep a rejection to themselves; what is thrown reaches who waits for the answer.
        .catch((error: unknown) => {
          queueMicrotask(() => {
            throw error;
          });
        });
    }
  };
}

async function openBatch(
  batch: WorkerBatch,
  { openers, limits }: WorkerKeys,
  crypto: WorkerCrypto,
): Promise<WorkerAnswer> {
  const { id, bytes, table, count } = batch;
  const opening = new BatchOpening(batch, limits, crypto);
  let waiting: Promise<void>[] = [];
  let offset = 0;
  for (let index = 0; index < count; index++) {
    const row = index * ROW_LENGTH;
    const keyEnd = offset + (table[row + 1] ?? 0);
    const dataEnd = keyEnd + (table[row + 2] ?? 0);
    const pending = opening.open(index, openers[table[row] ?? 0], offset, keyEnd, dataEnd);
    if (pending) waiting.push(pending);
    if (waiting.length === CONCURRENCY) {
      await Promise.all(waiting);
      waiting = [];
    }
    offset = dataEnd;
  }
  await Promise.all(waiting);
  return { id, bytes, table, digests: opening.digests, failures: opening.failures };
}

/** A batch as it is opened in place. */
class BatchOpening {
  readonly digests: Bytes | undefined;
  readonly failures: WorkerFailure[] = [];
  readonly #bytes: Bytes;
  readonly #table: Uint32Array;
  readonly #limits: JsonLimits;
  readonly #crypto: WorkerCrypto;

  constructor({ bytes, table, count, digests }: WorkerBatch, limits: JsonLimits, crypto: WorkerCrypto) {
    this.digests = digests ? new Uint8Array(count * DIGESTS_LENGTH) : undefined;
    this.#bytes = bytes;
    this.#table = table;
    this.#limits = limits;
    this.#crypto = crypto;
  }

  /** Opens a record, of which a failure is a result like another. */
  open(
    index: number,
    opener: Bytes | undefined,
    offset: number,
    keyEnd: number,
    dataEnd: number,
  ): Promise<void> | undefined {
    const refuse = (error: unknown): void => {
      this.#table[index * ROW_LENGTH] = NOT_OPENED;
      this.failures.push({ index, ...refusal(error) });
    };
    try {
      if (!opener) throw new VaultwireError('key-missing', 'key: expected a known opener');
      const sealed = this.#bytes.subarray(keyEnd, dataEnd);
      const opened = this.#crypto.openWrapped(opener, this.#bytes.subarray(offset, keyEnd), sealed);
      const pending =
        opened instanceof Promise
          ? opened.then((later) => this.#take(index, offset, later, sealed))
          : this.#take(index, offset, opened, sealed);
      return pending?.catch(refuse);
    } catch (error) {
      refuse(error);
      return undefined;
    }
  }

  #take(index: number, offset: number, opened: OpenedUnderKey, sealed: Bytes): Promise<void> | undefined {
    try {
      const members = countMembers(opened.plaintext, 'record data', this.#limits);
      const hashing = this.#hash(index, opened.key, sealed);
      if (!hashing) this.#write(index, offset, opened, members);
      // What is hashed must stay as it is until it has been.
      return hashing
        ?.then(() => {
          this.#write(index, offset, opened, members);
        })
        .finally(() => {
          forget(opened);
        });
    } catch (error) {
      forget(opened);
      throw error;
    }
  }

  #write(index: number, offset: number, opened: OpenedUnderKey, members: number): void {
    // Both are shorter than what they were opened from.
    this.#bytes.set(opened.key, offset);
    this.#bytes.set(opened.plaintext, offset + AES_KEY_LENGTH);
    this.#table[index * ROW_LENGTH] = members;
    forget(opened);
  }

  #hash(index: number, key: Uint8Array, sealed: Bytes): Promise<unknown> | undefined {
    if (!this.digests) return undefined;
    const place = index * DIGESTS_LENGTH;
    const ofKey = this.#crypto.writeSha256(key, this.digests, place, DIGEST_LENGTH);
    const ofData = this.#crypto.writeSha256(sealed, this.digests, place + DIGEST_LENGTH, DIGEST_LENGTH);
    return ofKey || ofData ? Promise.all([ofKey, ofData]) : undefined;
  }
}

function forget({ key, plaintext }: OpenedUnderKey): void {
  key.fill(0);
  plaintext.fill(0);
}

function refusal(error: unknown): Pick<WorkerFailure, 'code' | 'message'> {
  if (isVaultwireError(error)) return { code: error.code, message: error.message };
  return { code: 'worker-failed', message: 'record: its worker failed' };
}
