import { assertWrappedKey } from '../../crypto/checks.js';
import type { OpenedUnderKey } from '../../crypto/suite.js';
import { webcryptoSuite } from '../../crypto/webcrypto.js';
import type { Bytes } from '../../wire/bytes.js';
import type { WorkerBatch, WorkerKeys } from './protocol.js';
import { vaultWorker } from './worker.js';

// The file that a web worker runs. Anywhere else it does nothing.

/** The part of a dedicated worker's global scope that is used here; the types of pages do not know it. */
interface WorkerScope {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  addEventListener(type: 'message', listener: (event: { readonly data: WorkerKeys | WorkerBatch }) => void): void;
}

if ('DedicatedWorkerGlobalScope' in globalThis) {
  const scope = globalThis as unknown as WorkerScope;
  const work = vaultWorker({ openWrapped, writeSha256 }, (answer, transfer) => {
    scope.postMessage(answer, transfer);
  });
  scope.addEventListener('message', ({ data }) => {
    work(data);
  });
}

async function openWrapped(opener: Bytes, wrapped: Bytes, sealed: Bytes): Promise<OpenedUnderKey> {
  assertWrappedKey(wrapped);
  const key = await openAesGcm(opener, wrapped);
  try {
    return { key, plaintext: await openAesGcm(key, sealed) };
  } catch (error) {
    key.fill(0);
    throw error;
  }
}

async function openAesGcm(key: Uint8Array, sealed: Bytes): Promise<Bytes> {
  return (await webcryptoSuite.importAesKey(key)).open(sealed);
}

async function writeSha256(message: Uint8Array, target: Bytes, offset: number, length: number): Promise<void> {
  target.set((await webcryptoSuite.sha256(message)).subarray(0, length), offset);
}
