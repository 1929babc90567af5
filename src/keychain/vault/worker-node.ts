import { parentPort } from 'node:worker_threads';
import { openAesGcm, writeSha256 } from '../../crypto/openssl.js';
import type { WorkerBatch, WorkerKeys } from './protocol.js';
import { assertKey, vaultWorker } from './worker.js';

// The file that a worker thread of Node runs. Anywhere else it does nothing.

const port = parentPort;
if (port) {
  const crypto = {
    open(opener: Uint8Array, wrapped: Uint8Array, sealed: Uint8Array) {
      const key = assertKey(openAesGcm(opener, wrapped));
      return { key, data: openAesGcm(key, sealed) };
    },
    writeSha256,
  };
  const work = vaultWorker(crypto, (answer, transfer) => {
    port.postMessage(answer, transfer);
  });
  port.on('message', (message: WorkerKeys | WorkerBatch) => {
    work(message);
  });
}
