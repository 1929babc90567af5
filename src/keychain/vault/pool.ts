import { VaultwireError } from '../../wire/error.js';
import type { WorkerAnswer, WorkerBatch, WorkerKeys } from './protocol.js';

/** A worker thread of Node or a web worker that runs `vaultwire/keychain/vault/worker`. */
export type VaultWorker = WebWorkerLike | NodeWorkerLike;

/** What is used of a web worker. */
export interface WebWorkerLike {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  addEventListener(type: string, listener: (event: object) => void): void;
  terminate(): unknown;
}

/** What is used of a worker thread of Node. */
export interface NodeWorkerLike {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  on(type: string, listener: (value: unknown) => void): unknown;
  terminate(): unknown;
}

/** How a platform makes workers, and what its own thread needs. */
export interface VaultWorkers {
  /** How many are worth it. */
  count(): number;
  create(): VaultWorker;
  /** Gives the event loop a turn. Absent where opening waits for the platform, which does so by itself. */
  nextTurn?(): Promise<unknown>;
}

interface Waiting {
  readonly resolve: (answer: WorkerAnswer) => void;
  readonly reject: (error: unknown) => void;
}

interface Member {
  readonly worker: VaultWorker;
  readonly waiting: Map<number, Waiting>;
  failed: boolean;
}

/** Workers that open batches, each in turn. */
export class WorkerPool {
  readonly #workers: Member[] = [];

  /** @throws what `create` throws */
  constructor(create: () => VaultWorker, count: number, keys: WorkerKeys) {
    try {
      for (let index = 0; index < count; index++) this.#add(create(), keys);
    } catch (error) {
      // Those that run have keys, and would keep the process alive.
      this.terminate();
      throw error;
    }
  }

  /** How many workers there are. */
  get size(): number {
    return this.#workers.length;
  }

  /** Has the least busy worker open a batch, whose buffers change hands. @throws VaultwireError `worker-failed` */
  open(batch: WorkerBatch): Promise<WorkerAnswer> {
    const [member] = this.#workers
      .filter(({ failed }) => !failed)
      .sort((one, other) => one.waiting.size - other.waiting.size);
    if (!member) return Promise.reject(new VaultwireError('worker-failed', 'worker: expected one that runs'));
    return new Promise((resolve, reject) => {
      member.waiting.set(batch.id, { resolve, reject });
      member.worker.postMessage(batch, [batch.bytes.buffer, batch.table.buffer]);
    });
  }

  #add(worker: VaultWorker, keys: WorkerKeys): void {
    const member: Member = { worker, waiting: new Map(), failed: false };
    this.#workers.push(member);
    const fail = (): void => {
      failMember(member);
    };
    const answered = (message: unknown): void => {
      // Whatever else a worker of the caller's posts is no answer.
      if (typeof message !== 'object' || message === null || !('id' in message)) return;
      const answer = message as WorkerAnswer;
      member.waiting.get(answer.id)?.resolve(answer);
      member.waiting.delete(answer.id);
    };
    if ('addEventListener' in worker) {
      worker.addEventListener('message', (event) => {
        if ('data' in event) answered(event.data);
      });
      for (const type of ['error', 'messageerror']) worker.addEventListener(type, fail);
    } else {
      worker.on('message', answered);
      for (const type of ['error', 'messageerror', 'exit']) worker.on(type, fail);
    }
    worker.postMessage(keys, []);
  }

  /** Ends the workers, and whatever waits for them. */
  terminate(): void {
    for (const member of this.#workers) {
      failMember(member);
      // One of the caller's that cannot be ended must not keep the others from it.
      end(member).catch(() => undefined);
    }
  }
}

async function end({ worker }: Member): Promise<void> {
  await worker.terminate();
}

function failMember(member: Member): void {
  member.failed = true;
  for (const { reject } of member.waiting.values()) {
    reject(new VaultwireError('worker-failed', 'worker: expected an answer, found an error'));
  }
  member.waiting.clear();
}
