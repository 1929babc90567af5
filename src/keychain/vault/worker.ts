import { AES_KEY_LENGTH } from '../../crypto/suite.js';
import type { Bytes } from '../../wire/bytes.js';
import { isVaultwireError, VaultwireError, type ErrorCode } from '../../wire/error.js';
import { DIGEST_LENGTH, DIGESTS_LENGTH } from '../digest.js';
import { NOT_OPENED, ROW_LENGTH, type WorkerAnswer, type WorkerBatch, type WorkerKeys } from './protocol.js';

/** How many records are opened at a time: enough to keep WebCrypto busy. */
const CONCURRENCY = 64;

/** Opens an AES-GCM message under a key of 32 bytes: at once where the platform can, as a promise per record costs. */
export type OpenSealed = (key: Bytes, sealed: Bytes) => Bytes | Promise<Bytes>;

/** Writes the first bytes of a SHA-256 where they belong: at once where the platform can. */
export type WriteSha256 = (message: Bytes, target: Bytes, offset: number, length: number) => void | Promise<void>;

/**
 * What a worker does with each message: takes the keys once, then opens batches.
 *
 * @param post sends an answer, whose buffers change hands
 */
export function vaultWorker(
  openSealed: OpenSealed,
  writeSha256: WriteSha256,
  post: (answer: WorkerAnswer, transfer: ArrayBuffer[]) => void,
): (message: WorkerKeys | WorkerBatch) => void {
  let openers: readonly Bytes[] = [];
  return (message) => {
    if (message.type === 'keys') openers = message.openers;
    else {
      void openBatch(message, openers, openSealed, writeSha256).then((answer) => {
        const { bytes, lengths, digests } = answer;
        post(answer, [bytes.buffer, lengths.buffer, ...(digests ? [digests.buffer] : [])]);
      });
    }
  };
}

async function openBatch(
  { id, bytes, table, digests: wantsDigests }: WorkerBatch,
  openers: readonly Bytes[],
  openSealed: OpenSealed,
  writeSha256: WriteSha256,
): Promise<WorkerAnswer> {
  const count = table.length / ROW_LENGTH;
  const lengths = new Uint32Array(count).fill(NOT_OPENED);
  const failures: WorkerAnswer['failures'][number][] = [];
  // A key and its data are shorter than what they are opened from.
  const opened = new Uint8Array(bytes.length);
  const digests = wantsDigests ? new Uint8Array(count * DIGESTS_LENGTH) : undefined;
  let offset = 0;
  let written = 0;
  for (let start = 0; start < count; start += CONCURRENCY) {
    const group: (Opened | Refused | Promise<Opened | Refused>)[] = [];
    const digesting: Promise<void>[] = [];
    for (let index = start; index < Math.min(start + CONCURRENCY, count); index++) {
      const row = index * ROW_LENGTH;
      const keyEnd = offset + (table[row + 1] ?? 0);
      const dataEnd = keyEnd + (table[row + 2] ?? 0);
      const opener = openers[table[row] ?? 0];
      group.push(openOne(opener, bytes.subarray(offset, keyEnd), bytes.subarray(keyEnd, dataEnd), openSealed));
      offset = dataEnd;
    }
    let index = start;
    for (const pending of group) {
      const result = pending instanceof Promise ? await pending : pending;
      if ('code' in result) failures.push({ index, ...result });
      else {
        opened.set(result.key, written);
        opened.set(result.data, written + AES_KEY_LENGTH);
        written += AES_KEY_LENGTH + result.data.length;
        lengths[index] = result.data.length;
        if (digests) {
          const place = index * DIGESTS_LENGTH;
          const key = writeSha256(result.key, digests, place, DIGEST_LENGTH);
          const data = writeSha256(result.sealed, digests, place + DIGEST_LENGTH, DIGEST_LENGTH);
          if (key) digesting.push(key);
          if (data) digesting.push(data);
        }
      }
      index++;
    }
    if (digesting.length > 0) await Promise.all(digesting);
  }
  return { id, bytes: opened, lengths, digests, failures };
}

interface Opened {
  readonly key: Bytes;
  readonly sealed: Bytes;
  readonly data: Bytes;
}

interface Refused {
  readonly code: ErrorCode;
  readonly message: string;
}

function openOne(
  opener: Bytes | undefined,
  wrapped: Bytes,
  sealed: Bytes,
  openSealed: OpenSealed,
): Opened | Refused | Promise<Opened | Refused> {
  try {
    if (!opener) throw new VaultwireError('key-missing', 'key: expected a known opener');
    const key = openSealed(opener, wrapped);
    if (key instanceof Promise) return openLater(key, sealed, openSealed);
    const data = openSealed(assertKey(key), sealed);
    return data instanceof Promise
      ? data.then((opened) => ({ key, sealed, data: opened }), refusal)
      : { key, sealed, data };
  } catch (error) {
    return refusal(error);
  }
}

async function openLater(wrapped: Promise<Bytes>, sealed: Bytes, openSealed: OpenSealed): Promise<Opened | Refused> {
  try {
    const key = assertKey(await wrapped);
    return { key, sealed, data: await openSealed(key, sealed) };
  } catch (error) {
    return refusal(error);
  }
}

function assertKey(key: Bytes): Bytes {
  if (key.length === AES_KEY_LENGTH) return key;
  throw new VaultwireError('open-failed', 'wrapped key: does not open');
}

function refusal(error: unknown): Refused {
  if (isVaultwireError(error)) return { code: error.code, message: error.message };
  return { code: 'worker-failed', message: 'record: its worker failed' };
}
