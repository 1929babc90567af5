import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { VaultWorkers } from './pool.js';

/** What `#vault-workers` resolves to on Node: worker threads, one for each core. */
export const vaultWorkers: VaultWorkers = {
  count: () => availableParallelism(),
  create: () => new Worker(new URL('./worker-node.js', import.meta.url)),
  nextTurn: () => setImmediate(),
};
