import type { VaultWorkers } from './pool.js';

/** What `#vault-workers` resolves to outside Node: web workers, one for each core. */
export const vaultWorkers: VaultWorkers = {
  count: () => navigator.hardwareConcurrency,
  create: () => new Worker(new URL('./worker-web.js', import.meta.url), { type: 'module' }),
};
