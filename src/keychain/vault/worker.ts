import { AES_KEY_LENGTH } from '../../crypto/suite.js';
import type { Bytes } from '../../wire/bytes.js';
import { isVaultwireError, VaultwireError, type ErrorCode } from '../../wire/error.js';
import { DIGEST_LENGTH } from '../digest.js';
import {
  DIGEST_ROOM,
  NOT_OPENED,
  ROW_LENGTH,
  type WorkerAnswer,
  type WorkerBatch,
  type WorkerKeys,
} from './protocol.js';

/** How many records are opened at a time: enough to keep WebCrypto busy. */
const CONCURRENCY = 64;

/** Opens an AES-GCM message under a key of 32 bytes: at once where the platform can, as a promise per record costs. */
export type OpenSealed = (key: Bytes, sealed: Bytes) => Bytes | Promise<Bytes>;

/** SHA-256. */
export type Sha256 = (bytes: Bytes) => Bytes | Promise<Bytes>;

/**
 * What a worker does with each message: takes the keys once, then opens batches.
 *
 * @param post sends an answer, whose buffers change hands
 */
export function vaultWorker(
  openSealed: OpenSealed,
  sha256: Sha256,
  post: (answer: WorkerAnswer, transfer: ArrayBuffer[]) => void,
): (message: WorkerKeys | WorkerBatch) => void {
  let openers: readonly Bytes[] = [];
  return (message) => {
    if (message.type === 'keys') openers = message.openers;
    else {
      void openBatch(message, openers, openSealed, sha256).then((answer) => {
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
  sha256: Sha256,
): Promise<WorkerAnswer> {
  const count = table.length / ROW_LENGTH;
  const lengths = new Uint32Array(count).fill(NOT_OPENED);
  const failures: WorkerAnswer['failures'][number][] = [];
  // A key and its data are shorter than what they are opened from.
  const opened = new Uint8Array(bytes.length);
  const digests = wantsDigests ? new Uint8Array(count * 2 * DIGEST_ROOM) : undefined;
  let offset = 0;
  let written = 0;
  for (let start = 0; start < count; start += CONCURRENCY) {
    const group: (Opened | Refused | Promise<Opened | Refused>)[] = [];
    const sealedOfGroup: Bytes[] = [];
    const keys: { readonly index: number; readonly key: Bytes }[] = [];
    for (let index = start; index < Math.min(start + CONCURRENCY, count); index++) {
      const row = index * ROW_LENGTH;
      const keyEnd = offset + (table[row + 1] ?? 0);
      const dataEnd = keyEnd + (table[row + 2] ?? 0);
      const opener = openers[table[row] ?? 0];
      const sealed = bytes.subarray(keyEnd, dataEnd);
      group.push(openOne(opener, bytes.subarray(offset, keyEnd), sealed, openSealed));
      sealedOfGroup.push(sealed);
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
        keys.push({ index, key: result.key });
      }
      index++;
    }
    if (digests) {
      await Promise.all(
        keys.map(async ({ index: number, key }) => {
          const place = number * 2 * DIGEST_ROOM;
          const sealed = sealedOfGroup[number - start];
          digests.set(await digestOf(key, sha256), place);
          if (sealed) digests.set(await digestOf(sealed, sha256), place + DIGEST_ROOM);
        }),
      );
    }
  }
  return { id, bytes: opened, lengths, digests, failures };
}

async function digestOf(bytes: Bytes, sha256: Sha256): Promise<Bytes> {
  const hash = sha256(bytes);
  return (hash instanceof Promise ? await hash : hash).subarray(0, DIGEST_LENGTH);
}

interface Opened {
  readonly key: Bytes;
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
    return data instanceof Promise ? data.then((opened) => ({ key, data: opened }), refusal) : { key, data };
  } catch (error) {
    return refusal(error);
  }
}

async function openLater(wrapped: Promise<Bytes>, sealed: Bytes, openSealed: OpenSealed): Promise<Opened | Refused> {
  try {
    const key = assertKey(await wrapped);
    return { key, data: await openSealed(key, sealed) };
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
