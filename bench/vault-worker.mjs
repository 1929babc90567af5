// The package's worker, which says when it is ready.
import { parentPort } from 'node:worker_threads';
import 'vaultwire/keychain/vault/worker';

parentPort.postMessage({ id: -1 });
