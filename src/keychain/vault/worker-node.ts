import { parentPort } from 'node:worker_threads';
import { openWrapped, writeSha256 } from '../../crypto/openssl.js';
import type { WorkerBatch, WorkerKeys } from './protocol.js';
import { vaultWorker } from './worker.js';

// The file that a worker thread of Node runs. Anywhere else it does nothing.

const port = parentPort;
if (port) {
  const work = vaultWorker({ openWrapped, writeSha256 }, (answer, transfer) => {
    port.postMessage(answer, transfer);
  });
  port.on('message', (message: WorkerKeys | WorkerBatch) => {
    work(message);
  });
}
