import { defaultSuite } from '#default-suite';
import { AES_KEY_LENGTH, type AesKey } from '../../crypto/suite.js';
import type { Bytes } from '../../wire/bytes.js';
import { isVaultwireError, VaultwireError, type ErrorCode } from '../../wire/error.js';
import { NOT_OPENED, ROW_LENGTH, type WorkerAnswer, type WorkerBatch, type WorkerKeys } from './protocol.js';

/** How many records are opened at a time: enough to keep WebCrypto busy. */
const CONCURRENCY = 64;

/**
 * What a worker does with each message: takes the keys once, then opens batches.
 *
 * @param post sends an answer, whose buffers change hands
 */
export function vaultWorker(
  post: (answer: WorkerAnswer, transfer: ArrayBuffer[]) => void,
): (message: WorkerKeys | WorkerBatch) => void {
  let openers: Promise<readonly AesKey[]> = Promise.resolve([]);
  return (message) => {
    if (message.type === 'keys') openers = Promise.all(message.openers.map(importOpener));
    else {
      void openBatch(message, openers).then((answer) => {
        post(answer, [answer.bytes.buffer, answer.lengths.buffer]);
      });
    }
  };
}

async function importOpener(bytes: Bytes): Promise<AesKey> {
  const opener = await defaultSuite.importAesKey(bytes);
  bytes.fill(0);
  return opener;
}

async function openBatch({ id, bytes, table }: WorkerBatch, ready: Promise<readonly AesKey[]>): Promise<WorkerAnswer> {
  const openers = await ready;
  const count = table.length / ROW_LENGTH;
  const lengths = new Uint32Array(count).fill(NOT_OPENED);
  const failures: WorkerAnswer['failures'][number][] = [];
  // A key and its data are shorter than what they are opened from.
  const opened = new Uint8Array(bytes.length);
  let offset = 0;
  let written = 0;
  for (let start = 0; start < count; start += CONCURRENCY) {
    const group: Promise<Opened | Refused>[] = [];
    for (let index = start; index < Math.min(start + CONCURRENCY, count); index++) {
      const row = index * ROW_LENGTH;
      const keyEnd = offset + (table[row + 1] ?? 0);
      const dataEnd = keyEnd + (table[row + 2] ?? 0);
      const opener = openers[table[row] ?? 0];
      group.push(openOne(opener, bytes.subarray(offset, keyEnd), bytes.subarray(keyEnd, dataEnd)));
      offset = dataEnd;
    }
    let index = start;
    for (const result of await Promise.all(group)) {
      if ('code' in result) failures.push({ index, ...result });
      else {
        opened.set(result.key, written);
        opened.set(result.data, written + AES_KEY_LENGTH);
        written += AES_KEY_LENGTH + result.data.length;
        lengths[index] = result.data.length;
      }
      index++;
    }
  }
  return { id, bytes: opened, lengths, failures };
}

interface Opened {
  readonly key: Bytes;
  readonly data: Bytes;
}

interface Refused {
  readonly code: ErrorCode;
  readonly message: string;
}

async function openOne(opener: AesKey | undefined, wrapped: Bytes, sealed: Bytes): Promise<Opened | Refused> {
  try {
    if (!opener) throw new VaultwireError('key-missing', 'key: expected a known opener');
    const key = await opener.open(wrapped);
    if (key.length !== AES_KEY_LENGTH) throw new VaultwireError('open-failed', 'wrapped key: does not open');
    const recordKey = await defaultSuite.importAesKey(key);
    return { key, data: await recordKey.open(sealed) };
  } catch (error) {
    if (isVaultwireError(error)) return { code: error.code, message: error.message };
    return { code: 'worker-failed', message: 'record: its worker failed' };
  }
}
