import { parentPort } from 'node:worker_threads';
import { openAesGcm, writeSha256 } from '../../crypto/node.js';
import type { WorkerBatch, WorkerKeys } from './protocol.js';
import { vaultWorker } from './worker.js';

// The file that a worker thread of Node runs. Anywhere else it does nothing.

const port = parentPort;
if (port) {
  const work = vaultWorker(openAesGcm, writeSha256, (answer, transfer) => {
    port.postMessage(answer, transfer);
  });
  port.on('message', (message: WorkerKeys | WorkerBatch) => {
    work(message);
  });
}
