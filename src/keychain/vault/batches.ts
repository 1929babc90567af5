import { vaultWorkers } from '#vault-workers';
import { AES_KEY_LENGTH, GCM_NONCE_LENGTH, GCM_TAG_LENGTH } from '../../crypto/suite.js';
import type { Bytes } from '../../wire/bytes.js';
import { VaultwireError } from '../../wire/error.js';
import { decodeCountedJsonObject } from '../../wire/json.js';
import { DIGESTS_LENGTH } from '../digest.js';
import { DOCUMENT_LIMITS, RecordKey } from '../keys.js';
import { VaultDigests } from './digests.js';
import { KeyPage } from './key-page.js';
import {
  assertItem,
  gcmWrapOf,
  openOne,
  usableWraps,
  vaultFailure,
  type KeyRing,
  type OpenedRecords,
  type OpenedVaultRecord,
  type Opener,
  type OpenItemOptions,
  type VaultFailure,
} from './open.js';
import { WorkerPool, type VaultWorker } from './pool.js';
import { NOT_OPENED, ROW_LENGTH, type BatchBuffers, type WorkerAnswer, type WorkerFailure } from './protocol.js';
import type { SealedRecord } from './sealed.js';

/** How a worker opens a record; undefined where this thread does. */
interface Plan {
  readonly opener: Opener;
  /** Of the opener among those that workers have. */
  readonly place: number;
  readonly wrapped: Uint8Array;
}

/** Workers, and what is needed to give them records and to take what they opened. */
export class Batches {
  readonly #pool: WorkerPool;
  readonly #places: ReadonlyMap<Opener, number>;
  readonly #ring: KeyRing;
  readonly #options: OpenItemOptions;
  readonly #spare: BatchBuffers[] = [];
  #id = 0;
  #isStopped = false;

  /**
   * @param create makes a worker. Default a file of this package
   * @returns undefined when there can be no workers: keys cannot leave this thread, or none can be made
   */
  static async start(
    ring: KeyRing,
    options: OpenItemOptions,
    count: number,
    create: () => VaultWorker = () => vaultWorkers.create(),
  ): Promise<Batches | undefined> {
    const places = new Map<Opener, number>();
    const openers: Bytes[] = [];
    try {
      for (const opener of ring.openers()) {
        const bytes = await exported(opener);
        if (bytes) places.set(opener, openers.push(bytes) - 1);
        // Workers would have next to nothing to do.
        else if (opener.key === ring.account.dataKey) return undefined;
      }
      const pool = new WorkerPool(create, count, { type: 'keys', openers, limits: DOCUMENT_LIMITS });
      return new Batches(pool, places, ring, options);
    } catch {
      return undefined;
    } finally {
      for (const bytes of openers) bytes.fill(0);
    }
  }

  private constructor(pool: WorkerPool, places: ReadonlyMap<Opener, number>, ring: KeyRing, options: OpenItemOptions) {
    this.#pool = pool;
    this.#places = places;
    this.#ring = ring;
    this.#options = options;
  }

  /** How many workers there are. */
  get workers(): number {
    return this.#pool.size;
  }

  /** Whether nothing is to be opened any more. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  stop(): void {
    this.#isStopped = true;
    this.#pool.terminate();
  }

  /** Opens records, which come in their order. @throws VaultwireError `worker-failed` */
  async open(chunk: readonly SealedRecord[]): Promise<OpenedRecords> {
    const page = new KeyPage(chunk.length, this.#options);
    const plans = chunk.map((record) => this.#plan(record));
    const answering = this.#send(chunk, plans);
    // It is awaited below; until then a failure of it must not count as unhandled.
    answering.catch(() => undefined);
    const here: (OpenedVaultRecord | VaultFailure | undefined)[] = [];
    for (const [index, record] of chunk.entries()) {
      if (plans[index]) continue;
      // Keys of the caller's own may be slow, and nobody waits for them any more.
      if (this.#isStopped) break;
      const digests = this.#options.digests === true ? new VaultDigests() : undefined;
      here[index] = await openOne(this.#ring, record, this.#options, page, digests);
    }
    return this.#take(chunk, plans, here, page, await answering);
  }

  #plan(record: SealedRecord): Plan | undefined {
    try {
      const wrap = gcmWrapOf(this.#ring, record, usableWraps(record, this.#options));
      const place = wrap && this.#places.get(wrap.opener);
      return wrap && place !== undefined ? { opener: wrap.opener, place, wrapped: wrap.bytes } : undefined;
    } catch {
      return undefined;
    }
  }

  /** Packs what workers open into one buffer, and sends it. @throws VaultwireError `worker-failed` */
  async #send(chunk: readonly SealedRecord[], plans: readonly (Plan | undefined)[]): Promise<WorkerAnswer> {
    let length = 0;
    for (const [index, plan] of plans.entries()) {
      if (plan) length += plan.wrapped.length + (chunk[index]?.data.bytes.length ?? 0);
    }
    const { bytes, table } = this.#buffers(length, chunk.length);
    let count = 0;
    let offset = 0;
    for (const [index, record] of chunk.entries()) {
      const plan = plans[index];
      if (!plan) continue;
      const row = count++ * ROW_LENGTH;
      table[row] = plan.place;
      table[row + 1] = plan.wrapped.length;
      table[row + 2] = record.data.bytes.length;
      bytes.set(plan.wrapped, offset);
      bytes.set(record.data.bytes, offset + plan.wrapped.length);
      offset += plan.wrapped.length + record.data.bytes.length;
    }
    const { digests = false } = this.#options;
    return this.#pool.open({ type: 'batch', id: this.#id++, bytes, table, count, digests });
  }

  /** Buffers that have come back, where they are long enough. */
  #buffers(length: number, count: number): BatchBuffers {
    const spare = this.#spare.pop();
    return {
      // Some longer than asked for, so that it does for the next batch as well.
      bytes: spare && spare.bytes.length >= length ? spare.bytes : new Uint8Array(Math.ceil(length * 1.25)),
      table: spare && spare.table.length >= count * ROW_LENGTH ? spare.table : new Uint32Array(count * ROW_LENGTH),
    };
  }

  #take(
    chunk: readonly SealedRecord[],
    plans: readonly (Plan | undefined)[],
    here: readonly (OpenedVaultRecord | VaultFailure | undefined)[],
    page: KeyPage,
    { bytes, table, digests, failures }: WorkerAnswer,
  ): OpenedRecords {
    const records: OpenedVaultRecord[] = [];
    const failed: VaultFailure[] = [];
    const refusals = new Map(failures.map((one) => [one.index, one]));
    let row = 0;
    let offset = 0;
    for (const [index, record] of chunk.entries()) {
      const plan = plans[index];
      const done = here[index];
      if (!plan) {
        if (done) (('code' in done ? failed : records) as (typeof done)[]).push(done);
        continue;
      }
      const place = row++;
      const members = table[place * ROW_LENGTH] ?? NOT_OPENED;
      const dataStart = offset + AES_KEY_LENGTH;
      const { uid, revision, data: sealed } = record;
      try {
        assertItem(record, 'record');
        if (members === NOT_OPENED) throw refusalOf(refusals.get(place));
        // Nonce and tag, which are no part of what was opened.
        const dataEnd = dataStart + sealed.bytes.length - SEALED_OVERHEAD;
        const data = decodeCountedJsonObject(bytes.subarray(dataStart, dataEnd), members, 'record data');
        const key = new RecordKey(page.add(bytes, offset));
        const made = digests && new VaultDigests(digests, place * DIGESTS_LENGTH, true);
        records.push({ uid, revision, data, key, report: plan.opener.report, digests: made });
      } catch (error) {
        failed.push(vaultFailure('record', uid, error));
      }
      offset += plan.wrapped.length + sealed.bytes.length;
    }
    bytes.fill(0, 0, offset);
    this.#spare.push({ bytes, table });
    return { records, failed };
  }
}

/** By how many bytes sealed data is longer than what it holds. */
const SEALED_OVERHEAD = GCM_NONCE_LENGTH + GCM_TAG_LENGTH;

function refusalOf(failure: WorkerFailure | undefined): VaultwireError {
  return failure
    ? new VaultwireError(failure.code, failure.message)
    : new VaultwireError('worker-failed', 'record: no answer');
}

/** The bytes of a key, for workers; undefined for one that cannot leave this thread: its records are opened here. */
async function exported({ key }: Opener): Promise<Bytes | undefined> {
  try {
    return await key.exportSecretBytes();
  } catch {
    return undefined;
  }
}
