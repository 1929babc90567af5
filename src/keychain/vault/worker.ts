import { AES_KEY_LENGTH } from '../../crypto/suite.js';
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

/** A record's key (32 bytes) and its data, which become the worker's to overwrite. */
export interface OpenedBytes {
  readonly key: Uint8Array;
  readonly data: Uint8Array;
}

/** What a worker needs of its platform: at once where that can, as a promise per record costs. */
export interface WorkerCrypto {
  /** Opens AES-GCM, and under the key inside of it AES-GCM again. */
  open(opener: Bytes, wrapped: Bytes, sealed: Bytes): OpenedBytes | Promise<OpenedBytes>;
  /** Writes the first bytes of a SHA-256 where they belong. */
  writeSha256(message: Uint8Array, target: Bytes, offset: number, length: number): void | Promise<void>;
}

/** The key that a wrap held. @throws VaultwireError `open-failed` for other than 32 bytes */
export function assertKey<Key extends Uint8Array>(key: Key): Key {
  if (key.length === AES_KEY_LENGTH) return key;
  throw new VaultwireError('open-failed', 'wrapped key: does not open');
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
      const opened = this.#crypto.open(opener, this.#bytes.subarray(offset, keyEnd), sealed);
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

  #take(index: number, offset: number, { key, data }: OpenedBytes, sealed: Bytes): Promise<void> | undefined {
    const members = countMembers(data, 'record data', this.#limits);
    const hashing = this.#hash(index, key, sealed);
    const write = (): void => {
      // Both are shorter than what they were opened from.
      this.#bytes.set(key, offset);
      this.#bytes.set(data, offset + AES_KEY_LENGTH);
      this.#table[index * ROW_LENGTH] = members;
      key.fill(0);
      data.fill(0);
    };
    if (!hashing) write();
    // What is hashed must stay as it is until it has been.
    return hashing?.then(write);
  }

  #hash(index: number, key: Uint8Array, sealed: Bytes): Promise<unknown> | undefined {
    if (!this.digests) return undefined;
    const place = index * DIGESTS_LENGTH;
    const ofKey = this.#crypto.writeSha256(key, this.digests, place, DIGEST_LENGTH);
    const ofData = this.#crypto.writeSha256(sealed, this.digests, place + DIGEST_LENGTH, DIGEST_LENGTH);
    return ofKey || ofData ? Promise.all([ofKey, ofData]) : undefined;
  }
}

function refusal(error: unknown): Pick<WorkerFailure, 'code' | 'message'> {
  if (isVaultwireError(error)) return { code: error.code, message: error.message };
  return { code: 'worker-failed', message: 'record: its worker failed' };
}
