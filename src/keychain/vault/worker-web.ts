import { webcryptoSuite } from '../../crypto/webcrypto.js';
import type { Bytes } from '../../wire/bytes.js';
import type { WorkerBatch, WorkerKeys } from './protocol.js';
import { assertKey, vaultWorker, type OpenedBytes } from './worker.js';

// The file that a web worker runs. Anywhere else it does nothing.

/** The part of a dedicated worker's global scope that is used here; the types of pages do not know it. */
interface WorkerScope {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  addEventListener(type: 'message', listener: (event: { readonly data: WorkerKeys | WorkerBatch }) => void): void;
}

if ('DedicatedWorkerGlobalScope' in globalThis) {
  const scope = globalThis as unknown as WorkerScope;
  const work = vaultWorker({ open, writeSha256 }, (answer, transfer) => {
    scope.postMessage(answer, transfer);
  });
  scope.addEventListener('message', ({ data }) => {
    work(data);
  });
}

async function open(opener: Bytes, wrapped: Bytes, sealed: Bytes): Promise<OpenedBytes> {
  const key = assertKey(await openAesGcm(opener, wrapped));
  return { key, data: await openAesGcm(key, sealed) };
}

async function openAesGcm(key: Uint8Array, sealed: Bytes): Promise<Bytes> {
  return (await webcryptoSuite.importAesKey(key)).open(sealed);
}

async function writeSha256(message: Uint8Array, target: Bytes, offset: number, length: number): Promise<void> {
  target.set((await webcryptoSuite.sha256(message)).subarray(0, length), offset);
}
