import { defaultSuite } from '#default-suite';
import { vaultWorkers } from '#vault-workers';
import {
  AES_KEY_LENGTH,
  GCM_NONCE_LENGTH,
  GCM_TAG_LENGTH,
  type AesKey,
  type CryptoSuite,
  type KeyOptions,
} from '../../crypto/suite.js';
import { copyBytes, type Bytes } from '../../wire/bytes.js';
import { VaultwireError } from '../../wire/error.js';
import { decodeCountedJsonObject, MAXIMUM_JSON_DEPTH } from '../../wire/json.js';
import type { OpenReport, WrapKind } from '../account/wrap.js';
import { DIGESTS_LENGTH } from '../digest.js';
import { MAXIMUM_DOCUMENT_BYTES, RecordKey } from '../keys.js';
import { VaultDigests } from './digests.js';
import {
  assertItem,
  openOne,
  usableWraps,
  vaultFailure,
  type KeyRing,
  type OpenedRecords,
  type OpenedVaultRecord,
  type OpenItemOptions,
  type VaultFailure,
} from './open.js';
import { WorkerPool, type VaultWorker } from './pool.js';
import { NOT_OPENED, ROW_LENGTH, type BatchBuffers, type WorkerAnswer, type WorkerFailure } from './protocol.js';
import type { SealedRecord, WrappedKey } from './sealed.js';

const LIMITS = { maximumBytes: MAXIMUM_DOCUMENT_BYTES, maximumDepth: MAXIMUM_JSON_DEPTH };

/** A key that workers have, and what is to be said of what it opened: the same for all of it. */
interface Opener {
  readonly place: number;
  readonly report: OpenReport<WrapKind>;
}

/** How a worker opens a record; undefined where this thread does. */
interface Plan {
  readonly opener: Opener;
  readonly wrapped: Uint8Array;
}

/** Workers, and what is needed to give them records and to take what they opened. */
export class Batches {
  readonly #pool: WorkerPool;
  readonly #openers: Openers;
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
    const openers = new Openers();
    try {
      if (!(await openers.addAll(ring))) return undefined;
      const pool = new WorkerPool(create, count, { type: 'keys', openers: openers.bytes, limits: LIMITS });
      return new Batches(pool, openers, ring, options);
    } catch {
      return undefined;
    } finally {
      for (const bytes of openers.bytes) bytes.fill(0);
    }
  }

  private constructor(pool: WorkerPool, openers: Openers, ring: KeyRing, options: OpenItemOptions) {
    this.#pool = pool;
    this.#openers = openers;
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
    const plans = chunk.map((record) => this.#plan(record));
    const answering = this.#send(chunk, plans);
    // It is awaited below; until then a failure of it must not count as unhandled.
    answering.catch(() => undefined);
    const here: (OpenedVaultRecord | VaultFailure | undefined)[] = [];
    for (const [index, record] of chunk.entries()) {
      if (!plans[index]) here[index] = await openOne(record, this.#ring, this.#options);
    }
    return this.#take(chunk, plans, here, await answering);
  }

  #plan(record: SealedRecord): Plan | undefined {
    if (record.data.cipher !== 'gcm') return undefined;
    try {
      const wraps = usableWraps(record, this.#options);
      const [wrapped] = wraps;
      const opener = wrapped && wraps.length === 1 ? this.#openers.of(wrapped) : undefined;
      return opener && wrapped && { opener, wrapped: wrapped.bytes };
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
      table[row] = plan.opener.place;
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
    { bytes, table, digests, failures }: WorkerAnswer,
  ): OpenedRecords {
    const records: OpenedVaultRecord[] = [];
    const failed: VaultFailure[] = [];
    const refusals = new Map(failures.map((one) => [one.index, one]));
    const keys = new KeyPage(chunk.length, this.#options);
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
        const key = new RecordKey(keys.add(bytes, offset));
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

/** The keys that workers have: those of the account, of teams and of folders, by what a wrap says it is under. */
class Openers {
  /** 32 bytes each, by place. */
  readonly bytes: Bytes[] = [];
  #dataKey: Opener | undefined;
  readonly #teams = new Map<string | undefined, Opener>();
  readonly #folders = new Map<string | undefined, Opener>();

  /** @returns whether the data key can leave this thread */
  async addAll(ring: KeyRing): Promise<boolean> {
    this.#dataKey = await this.#add(ring.account.dataKey, 'data-key-gcm', true);
    if (!this.#dataKey) return false;
    for (const [uid, { key, report }] of ring.teams) {
      const opener = await this.#add(key, 'team-gcm', report.authenticated);
      if (opener) this.#teams.set(uid, opener);
    }
    for (const [uid, { key, report }] of ring.folders) {
      const opener = await this.#add(key, 'folder-gcm', report.authenticated);
      if (opener) this.#folders.set(uid, opener);
    }
    return true;
  }

  of({ kind, byUid }: WrappedKey): Opener | undefined {
    if (kind === 'data-key-gcm') return this.#dataKey;
    if (kind === 'team-gcm') return this.#teams.get(byUid);
    return kind === 'folder-gcm' ? this.#folders.get(byUid) : undefined;
  }

  /** Undefined for a key that cannot leave this thread: its records are opened here. */
  async #add(
    key: { exportSecretBytes(): Promise<Bytes> },
    wrap: WrapKind,
    authenticated: boolean,
  ): Promise<Opener | undefined> {
    try {
      const place = this.bytes.push(await key.exportSecretBytes()) - 1;
      return { place, report: Object.freeze({ wrap, authenticated }) };
    } catch {
      return undefined;
    }
  }
}

/** Keys that a worker opened, side by side: an array for each would make collections of garbage longer. */
class KeyPage {
  readonly suite: CryptoSuite;
  readonly options: KeyOptions;
  readonly bytes: Bytes;
  #length = 0;

  constructor(count: number, { suite = defaultSuite, extractable = false }: OpenItemOptions) {
    this.suite = suite;
    this.options = { extractable };
    this.bytes = new Uint8Array(count * AES_KEY_LENGTH);
  }

  add(source: Bytes, offset: number): AesKey {
    const own = this.#length;
    // So few bytes are copied sooner one by one than through a view.
    for (let index = 0; index < AES_KEY_LENGTH; index++) this.bytes[own + index] = source[offset + index] ?? 0;
    this.#length += AES_KEY_LENGTH;
    return new DeferredAesKey(this, own);
  }
}

/** A key whose bytes a worker opened, imported when it is first used: most records of a vault are only read. */
class DeferredAesKey implements AesKey {
  readonly #page: KeyPage;
  readonly #offset: number;
  #key: Promise<AesKey> | undefined;

  constructor(page: KeyPage, offset: number) {
    this.#page = page;
    this.#offset = offset;
  }

  async seal(plaintext: Uint8Array, additionalData?: Uint8Array): Promise<Bytes> {
    const [message, data] = [copyBytes(plaintext), additionalData && copyBytes(additionalData)];
    return (await this.#imported()).seal(message, data);
  }

  async open(sealed: Uint8Array, additionalData?: Uint8Array): Promise<Bytes> {
    const [message, data] = [copyBytes(sealed), additionalData && copyBytes(additionalData)];
    return (await this.#imported()).open(message, data);
  }

  async exportSecretBytes(): Promise<Bytes> {
    const key = await this.#imported();
    if (key.exportSecretBytes) return key.exportSecretBytes();
    throw new VaultwireError('key-not-extractable', 'key: its bytes cannot be taken out');
  }

  #imported(): Promise<AesKey> {
    if (!this.#key) {
      const { bytes, suite, options } = this.#page;
      const own = bytes.subarray(this.#offset, this.#offset + AES_KEY_LENGTH);
      this.#key = suite.importAesKey(own, options);
      // The suite has its own copy by now: it takes one before it first waits.
      own.fill(0);
    }
    return this.#key;
  }
}
