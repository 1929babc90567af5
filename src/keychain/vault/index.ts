import { defaultSuite } from '#default-suite';
import { vaultWorkers } from '#vault-workers';
import { AES_KEY_LENGTH, type AesKey, type CryptoSuite, type KeyOptions } from '../../crypto/suite.js';
import { copyBytes, type Bytes } from '../../wire/bytes.js';
import { VaultwireError } from '../../wire/error.js';
import { decodeJsonObject, MAXIMUM_JSON_DEPTH } from '../../wire/json.js';
import type { WrapKind } from '../account/wrap.js';
import { DIGESTS_LENGTH } from '../digest.js';
import { MAXIMUM_DOCUMENT_BYTES, RecordKey } from '../keys.js';
import { assertUid } from '../uid.js';
import { VaultDigests } from './digests.js';
import {
  KeyRing,
  openFolder,
  openRecord,
  openTeam,
  usableWraps,
  vaultFailure,
  type OpenedTeam,
  type OpenedVaultFolder,
  type OpenedVaultRecord,
  type OpenItemOptions,
  type VaultAccount,
  type VaultFailure,
} from './open.js';
import { WorkerPool, type VaultWorker } from './pool.js';
import { NOT_OPENED, ROW_LENGTH, type WorkerAnswer } from './protocol.js';
import type { SealedFolder, SealedRecord, SealedVault, WrappedKey } from './sealed.js';

export type {
  OpenedTeam,
  OpenedVaultFolder,
  OpenedVaultRecord,
  OpenItemOptions,
  VaultAccount,
  VaultFailure,
} from './open.js';
export type { NodeWorkerLike, VaultWorker, WebWorkerLike } from './pool.js';
export type * from './sealed.js';

/** From how many records on workers pay for their start. */
export const WORKER_THRESHOLD = 20_000;
/** Records in a part of the stream, and in a batch for a worker. */
const PART_LENGTH = 512;
/** Batches that a worker has at a time: the one that it opens, and one that waits. */
const BATCHES_PER_WORKER = 2;
/** More workers than this wait for the thread that takes their answers. */
const MAXIMUM_WORKERS = 8;

export interface OpenVaultOptions extends OpenItemOptions {
  /** UIDs (records, folders, teams) that should be there: those that are in no form are reported as missing. */
  readonly expectedUids?: Iterable<string>;
  /** UIDs that must open: without any of them, opening fails. */
  readonly requiredUids?: Iterable<string>;
  /**
   * How many workers to use: 0 for none. Default as many as the platform has cores, from {@link WORKER_THRESHOLD}
   * records on. They use the platform's default suite, and only where keys can leave this thread as bytes: the data key
   * must be extractable. Otherwise, and for batches of a worker that fails, records are opened in this thread.
   */
  readonly workers?: number;
  /** Makes a worker that runs `vaultwire/keychain/vault/worker`. Default a file of this package, beside this one. */
  readonly createWorker?: () => VaultWorker;
}

/** How far a stream has come, in records. */
export interface VaultProgress {
  readonly opened: number;
  readonly failed: number;
  /** How many there are, where that is known. */
  readonly total: number | undefined;
}

/** What is to be said of a whole vault. */
export interface VaultReport {
  /** UIDs that were expected and are in the vault in no form, opened or failed. */
  readonly missing: readonly string[];
  /** How many keys of teams, folders and records opened by each kind of wrap. */
  readonly wraps: Readonly<Partial<Record<WrapKind, number>>>;
  /** How many teams, folders and records opened that something unauthenticated is on the way to. */
  readonly unauthenticated: number;
  /** How many workers opened records; 0 when this thread did. */
  readonly workers: number;
  /** How many batches a worker failed to open, which this thread then did. */
  readonly failedBatches: number;
}

/** A part of a vault. Teams and folders all come in the first. */
export interface VaultPart {
  readonly teams: readonly OpenedTeam[];
  readonly folders: readonly OpenedVaultFolder[];
  readonly records: readonly OpenedVaultRecord[];
  readonly failed: readonly VaultFailure[];
  readonly progress: VaultProgress;
  /** In the last part alone. */
  readonly report: VaultReport | undefined;
}

/** A whole vault. */
export interface OpenedVault {
  readonly teams: readonly OpenedTeam[];
  readonly folders: readonly OpenedVaultFolder[];
  readonly records: readonly OpenedVaultRecord[];
  readonly failed: readonly VaultFailure[];
  readonly report: VaultReport;
}

/**
 * Opens a vault at once. What does not open is reported by UID beside what did. Beyond {@link streamVault} it refuses
 * what only the whole shows: one wrapped key under the UIDs of two records (`swap-suspected`), and one that comes again
 * with other content (`duplicate-uid`); a UID that comes again with the same is taken once.
 *
 * @throws VaultwireError `record-missing` when one of `requiredUids` did not open
 */
export async function openVault(
  vault: SealedVault,
  account: VaultAccount,
  options: OpenVaultOptions = {},
): Promise<OpenedVault> {
  const teams: OpenedTeam[] = [];
  const folders: OpenedVaultFolder[] = [];
  const failed: VaultFailure[] = [];
  const records = new Map<string, OpenedVaultRecord>();
  const seen = new WrapsSeen();
  let report: VaultReport | undefined;
  const required = [...(options.requiredUids ?? [])];
  const total = Array.isArray(vault.records) ? vault.records.length : undefined;
  const watched = { ...vault, records: seen.watch(vault.records) };
  for await (const part of stream(watched, account, { ...options, requiredUids: [] }, total)) {
    teams.push(...part.teams);
    folders.push(...part.folders);
    failed.push(...part.failed);
    for (const record of part.records) {
      const first = records.get(record.uid);
      if (!first) records.set(record.uid, record);
      else if (first.revision !== record.revision || JSON.stringify(first.data) !== JSON.stringify(record.data)) {
        const error = new VaultwireError('duplicate-uid', 'record: this UID came before with other content');
        failed.push(vaultFailure('record', record.uid, error));
      }
    }
    report = part.report;
  }
  for (const uid of seen.swapped) {
    if (!records.delete(uid)) continue;
    failed.push(vaultFailure('record', uid, swapSuspected('record')));
  }
  if (!report) throw new VaultwireError('answer-unexpected', 'vault: expected a report');
  const there = new Set([...records.keys(), ...folders.map(({ uid }) => uid), ...teams.map(({ uid }) => uid)]);
  assertRequired(required, there);
  return { teams, folders, records: [...records.values()], failed, report };
}

/**
 * Opens a vault part by part: teams and folders first, then records in their order. Nothing is kept that the caller does
 * not keep, save the keys of teams and folders and the UIDs of `expectedUids` and `requiredUids`. Leaving the loop stops
 * the workers. The bytes of a record must stay as they are until the part that holds it has come.
 *
 * Which UID a record goes under is the server's word: nothing in the ciphertext names it.
 *
 * @throws VaultwireError `record-missing` at the end when one of `requiredUids` did not open; what the records' own
 *   iterator throws
 */
export function streamVault(
  vault: SealedVault,
  account: VaultAccount,
  options: OpenVaultOptions = {},
): AsyncGenerator<VaultPart, void, undefined> {
  return stream(vault, account, options, Array.isArray(vault.records) ? vault.records.length : undefined);
}

async function* stream(
  vault: SealedVault,
  account: VaultAccount,
  options: OpenVaultOptions,
  total: number | undefined,
): AsyncGenerator<VaultPart, void, undefined> {
  const ring = new KeyRing(account);
  const tally = new Tally(options);
  const failed: VaultFailure[] = [];
  const seen = new WrapsSeen();
  for (const item of [...(vault.teams ?? []), ...(vault.folders ?? [])]) seen.see(item);
  await openTeams(vault, ring, seen, failed, options);
  await openFolders(vault.folders ?? [], ring, seen, failed, options);
  const teams = [...ring.teams.values()];
  const folders = [...ring.folders.values()];
  for (const item of [...teams, ...folders]) tally.opened(item);
  for (const { uid } of failed) tally.failed(uid);
  yield { teams, folders, records: [], failed, progress: { opened: 0, failed: 0, total }, report: undefined };

  const source = new Chunks(vault.records);
  let pool: Pool | undefined;
  const waiting: Promise<Opened>[] = [];
  let progress: VaultProgress = { opened: 0, failed: 0, total };
  let failedBatches = 0;
  try {
    const wanted = await wantedWorkers(source, options);
    pool = wanted > 0 ? await Pool.start(ring, options, wanted) : undefined;
    const window = pool ? pool.size * BATCHES_PER_WORKER : 1;
    let id = 0;
    for (;;) {
      while (waiting.length < window) {
        const chunk = await source.next();
        if (chunk.length === 0) break;
        const opening = pool ? pool.open(chunk, id++) : openHere(chunk, ring, options);
        // It is awaited in its turn; until then a failure of it must not count as unhandled.
        opening.catch(() => undefined);
        waiting.push(opening);
      }
      const next = waiting.shift();
      if (!next) break;
      const part = await next;
      if (part.workerFailed) failedBatches++;
      for (const record of part.records) tally.opened(record);
      for (const { uid } of part.failed) tally.failed(uid);
      progress = {
        opened: progress.opened + part.records.length,
        failed: progress.failed + part.failed.length,
        total,
      };
      yield { teams: [], folders: [], records: part.records, failed: part.failed, progress, report: undefined };
    }
  } finally {
    pool?.stop();
    await source.close();
  }
  tally.assertRequired();
  const report = { ...tally.report(), workers: pool?.size ?? 0, failedBatches };
  yield { teams: [], folders: [], records: [], failed: [], progress, report };
}

async function openTeams(
  vault: SealedVault,
  ring: KeyRing,
  seen: WrapsSeen,
  failed: VaultFailure[],
  options: OpenVaultOptions,
): Promise<void> {
  for (const team of vault.teams ?? []) {
    try {
      if (ring.teams.has(team.uid)) throw new VaultwireError('duplicate-uid', 'team: this UID came before');
      seen.assertNotSwapped('team', team.uid);
      ring.teams.set(team.uid, await openTeam(ring, team, options));
    } catch (error) {
      failed.push(vaultFailure('team', team.uid, error));
    }
  }
}

/** Folders in any order: the keys of some are under those of others. */
async function openFolders(
  sealed: readonly SealedFolder[],
  ring: KeyRing,
  seen: WrapsSeen,
  failed: VaultFailure[],
  options: OpenVaultOptions,
): Promise<void> {
  const left = new Map<string, SealedFolder>();
  for (const folder of sealed) {
    if (left.has(folder.uid)) {
      failed.push(
        vaultFailure('folder', folder.uid, new VaultwireError('duplicate-uid', 'folder: this UID came before')),
      );
    } else left.set(folder.uid, folder);
  }
  const opening = new Set<string>();
  const open = async (folder: SealedFolder): Promise<void> => {
    const { uid } = folder;
    left.delete(uid);
    opening.add(uid);
    try {
      seen.assertNotSwapped('folder', uid);
      for (const { kind, byUid } of folder.keys) {
        if (byUid === undefined || !kind.startsWith('folder-')) continue;
        if (opening.has(byUid)) throw new VaultwireError('parent-loop', 'folder: expected a wrap under another folder');
        const parent = left.get(byUid);
        if (parent) await open(parent);
      }
      ring.folders.set(uid, await openFolder(ring, folder, options));
    } catch (error) {
      failed.push(vaultFailure('folder', uid, error));
    }
    opening.delete(uid);
  };
  for (const folder of sealed) if (left.has(folder.uid)) await open(folder);
}

/** Records of one chunk, opened. */
interface Opened {
  readonly records: readonly OpenedVaultRecord[];
  readonly failed: readonly VaultFailure[];
  readonly workerFailed?: boolean;
}

/** How many records this thread opens at a time: enough to keep WebCrypto busy, few enough to keep memory flat. */
const CONCURRENCY = 64;

async function openHere(chunk: readonly SealedRecord[], ring: KeyRing, options: OpenVaultOptions): Promise<Opened> {
  const records: OpenedVaultRecord[] = [];
  const failed: VaultFailure[] = [];
  for (let start = 0; start < chunk.length; start += CONCURRENCY) {
    const bytes = options.digests === true ? new Uint8Array(CONCURRENCY * DIGESTS_LENGTH) : undefined;
    const group = chunk.slice(start, start + CONCURRENCY).map((record, index) => {
      const digests = bytes && new VaultDigests(bytes, index * DIGESTS_LENGTH);
      return openOne(record, ring, options, digests);
    });
    for (const result of await Promise.all(group)) {
      if ('code' in result) failed.push(result);
      else records.push(result);
    }
  }
  return { records, failed };
}

async function openOne(
  record: SealedRecord,
  ring: KeyRing,
  options: OpenVaultOptions,
  digests?: VaultDigests,
): Promise<OpenedVaultRecord | VaultFailure> {
  try {
    return await openRecord(ring, record, options, digests);
  } catch (error) {
    return vaultFailure('record', record.uid, error);
  }
}

/** The records in chunks, of which some may be held back until their number is known. */
class Chunks {
  readonly #known: number | undefined;
  readonly #iterator: Iterator<SealedRecord> | AsyncIterator<SealedRecord>;
  readonly #held: SealedRecord[] = [];
  #ended = false;

  constructor(records: SealedVault['records']) {
    this.#known = Array.isArray(records) ? records.length : undefined;
    this.#iterator = Symbol.asyncIterator in records ? records[Symbol.asyncIterator]() : records[Symbol.iterator]();
  }

  /** Whether there are at least so many, of which that many are read ahead where nobody knows. */
  async hasAtLeast(count: number): Promise<boolean> {
    if (this.#known !== undefined) return this.#known >= count;
    await this.#fill(count);
    return this.#held.length >= count;
  }

  /** The next chunk; empty at the end. */
  async next(): Promise<readonly SealedRecord[]> {
    await this.#fill(PART_LENGTH);
    return this.#held.splice(0, PART_LENGTH);
  }

  /** Lets the caller's iterator go. */
  async close(): Promise<void> {
    if (!this.#ended) await this.#iterator.return?.();
    this.#ended = true;
  }

  async #fill(count: number): Promise<void> {
    while (!this.#ended && this.#held.length < count) {
      const step = this.#iterator.next();
      const result = 'then' in step ? await step : step;
      if (result.done === true) this.#ended = true;
      else this.#held.push(result.value);
    }
  }
}

async function wantedWorkers(source: Chunks, options: OpenVaultOptions): Promise<number> {
  const { workers } = options;
  if (workers !== undefined) return Math.min(workers, MAXIMUM_WORKERS);
  if (options.suite && options.suite !== defaultSuite) return 0;
  if (!(await source.hasAtLeast(WORKER_THRESHOLD))) return 0;
  return Math.min(vaultWorkers.count(), MAXIMUM_WORKERS);
}

/** Workers, and what is needed to give them records and to take what they opened. */
class Pool {
  readonly #pool: WorkerPool;
  /** Where the keys of the account, of teams and of folders stand among the openers. */
  readonly #places: ReadonlyMap<string, number>;
  readonly #ring: KeyRing;
  readonly #options: OpenVaultOptions;

  /** Undefined when there can be no workers: keys cannot leave this thread, or none can be made. */
  static async start(ring: KeyRing, options: OpenVaultOptions, count: number): Promise<Pool | undefined> {
    const places = new Map<string, number>();
    const openers: Bytes[] = [];
    try {
      openers.push(await ring.account.dataKey.exportSecretBytes());
    } catch {
      return undefined;
    }
    places.set('data-key-gcm', 0);
    for (const [kind, keys] of [
      ['team-gcm', ring.teams],
      ['folder-gcm', ring.folders],
    ] as const) {
      for (const [uid, { key }] of keys) {
        try {
          openers.push(await key.exportSecretBytes());
          places.set(`${kind} ${uid}`, openers.length - 1);
        } catch {
          // Its records are opened in this thread.
        }
      }
    }
    try {
      const pool = new WorkerPool(options.createWorker ?? (() => vaultWorkers.create()), count, openers);
      return new Pool(pool, places, ring, options);
    } catch {
      return undefined;
    } finally {
      for (const bytes of openers) bytes.fill(0);
    }
  }

  private constructor(pool: WorkerPool, places: ReadonlyMap<string, number>, ring: KeyRing, options: OpenVaultOptions) {
    this.#pool = pool;
    this.#places = places;
    this.#ring = ring;
    this.#options = options;
  }

  get size(): number {
    return this.#pool.size;
  }

  stop(): void {
    this.#pool.terminate();
  }

  async open(chunk: readonly SealedRecord[], id: number): Promise<Opened> {
    const plans = chunk.map((record) => this.#plan(record));
    const sent = plans.filter((plan) => plan !== undefined);
    const here = openAll(chunk, plans, this.#ring, this.#options);
    let answer: WorkerAnswer;
    try {
      answer = await this.#pool.open(pack(id, sent, this.#options.digests ?? false));
    } catch {
      await here;
      return { ...(await openHere(chunk, this.#ring, this.#options)), workerFailed: true };
    }
    return this.#unpack(chunk, plans, await here, answer);
  }

  /** How a worker opens a record, or undefined when this thread does. */
  #plan(record: SealedRecord): Plan | undefined {
    if (record.data.cipher !== 'gcm') return undefined;
    try {
      const [wrapped, ...more] = usableWraps(record, this.#options);
      if (!wrapped || more.length > 0) return undefined;
      const { kind, byUid } = wrapped;
      const place = this.#places.get(byUid === undefined || kind === 'data-key-gcm' ? kind : `${kind} ${byUid}`);
      return place === undefined ? undefined : { record, wrapped, place };
    } catch {
      return undefined;
    }
  }

  #unpack(
    chunk: readonly SealedRecord[],
    plans: readonly (Plan | undefined)[],
    here: readonly (OpenedVaultRecord | VaultFailure | undefined)[],
    answer: WorkerAnswer,
  ): Opened {
    const records: OpenedVaultRecord[] = [];
    const failed: VaultFailure[] = [];
    const refusals = new Map(answer.failures.map((one) => [one.index, one]));
    const { suite = defaultSuite, extractable = false } = this.#options;
    const keyOptions = { extractable };
    // One array for all of them: a small one for each makes collections longer.
    const keys = new Uint8Array(answer.lengths.length * AES_KEY_LENGTH);
    let sent = 0;
    let offset = 0;
    for (const [index, record] of chunk.entries()) {
      const plan = plans[index];
      const done = here[index];
      if (!plan) {
        if (done) (('code' in done ? failed : records) as (typeof done)[]).push(done);
        continue;
      }
      const place = sent++;
      const length = answer.lengths[place] ?? NOT_OPENED;
      if (length === NOT_OPENED) {
        const { code, message } = refusals.get(place) ?? {
          code: 'worker-failed' as const,
          message: 'record: no answer',
        };
        failed.push({ kind: 'record', uid: record.uid, code, message });
        continue;
      }
      const end = offset + AES_KEY_LENGTH + length;
      try {
        assertUid(record.uid, 'record.uid');
        const data = decodeJsonObject(answer.bytes.subarray(offset + AES_KEY_LENGTH, end), 'record data', LIMITS);
        const own = place * AES_KEY_LENGTH;
        for (let byte = 0; byte < AES_KEY_LENGTH; byte++) keys[own + byte] = answer.bytes[offset + byte] ?? 0;
        const key = new DeferredAesKey(suite, keys, own, keyOptions);
        const { kind } = plan.wrapped;
        const report = { wrap: kind, authenticated: this.#ring.isParentAuthenticated(plan.wrapped) };
        const digests = answer.digests && new VaultDigests(answer.digests, place * DIGESTS_LENGTH, true);
        records.push({ uid: record.uid, revision: record.revision, data, key: new RecordKey(key), report, digests });
      } catch (error) {
        failed.push(vaultFailure('record', record.uid, error));
      }
      offset = end;
    }
    answer.bytes.fill(0);
    return { records, failed };
  }
}

interface Plan {
  readonly record: SealedRecord;
  readonly wrapped: WrappedKey;
  readonly place: number;
}

const LIMITS = { maximumBytes: MAXIMUM_DOCUMENT_BYTES, maximumDepth: MAXIMUM_JSON_DEPTH };

function pack(id: number, plans: readonly Plan[], digests: boolean): Parameters<WorkerPool['open']>[0] {
  const table = new Uint32Array(plans.length * ROW_LENGTH);
  let length = 0;
  for (const { record, wrapped } of plans) length += wrapped.bytes.length + record.data.bytes.length;
  const bytes = new Uint8Array(length);
  let row = 0;
  let offset = 0;
  for (const { record, wrapped, place } of plans) {
    table[row++] = place;
    table[row++] = wrapped.bytes.length;
    table[row++] = record.data.bytes.length;
    bytes.set(wrapped.bytes, offset);
    bytes.set(record.data.bytes, offset + wrapped.bytes.length);
    offset += wrapped.bytes.length + record.data.bytes.length;
  }
  return { type: 'batch', id, bytes, table, digests };
}

/** Opens in this thread what is not planned for a worker. */
async function openAll(
  chunk: readonly SealedRecord[],
  plans: readonly (Plan | undefined)[],
  ring: KeyRing,
  options: OpenVaultOptions,
): Promise<readonly (OpenedVaultRecord | VaultFailure | undefined)[]> {
  const results: (OpenedVaultRecord | VaultFailure | undefined)[] = [];
  for (const [index, record] of chunk.entries()) {
    results.push(plans[index] ? undefined : await openOne(record, ring, options));
  }
  return results;
}

/** A key whose bytes a worker opened, imported when it is first used: most records of a vault are only read. */
class DeferredAesKey implements AesKey {
  readonly #suite: CryptoSuite;
  readonly #options: KeyOptions;
  #bytes: Bytes | undefined;
  readonly #offset: number;
  #key: Promise<AesKey> | undefined;

  constructor(suite: CryptoSuite, bytes: Bytes, offset: number, options: KeyOptions) {
    this.#suite = suite;
    this.#bytes = bytes;
    this.#offset = offset;
    this.#options = options;
  }

  async seal(plaintext: Uint8Array, additionalData?: Uint8Array): Promise<Bytes> {
    const message = copyBytes(plaintext);
    return (await this.#imported()).seal(message, additionalData && copyBytes(additionalData));
  }

  async open(sealed: Uint8Array, additionalData?: Uint8Array): Promise<Bytes> {
    const message = copyBytes(sealed);
    return (await this.#imported()).open(message, additionalData && copyBytes(additionalData));
  }

  async exportSecretBytes(): Promise<Bytes> {
    const key = await this.#imported();
    if (key.exportSecretBytes) return key.exportSecretBytes();
    throw new VaultwireError('key-not-extractable', 'key: its bytes cannot be taken out');
  }

  #imported(): Promise<AesKey> {
    const bytes = this.#bytes?.subarray(this.#offset, this.#offset + AES_KEY_LENGTH);
    if (!this.#key && bytes) {
      this.#key = this.#suite.importAesKey(bytes, this.#options);
      // The suite has its own copy by now: it takes one before it first waits.
      bytes.fill(0);
      this.#bytes = undefined;
    }
    return this.#key ?? Promise.reject(new VaultwireError('key-invalid', 'key: expected bytes'));
  }
}

/** What a report counts. */
class Tally {
  readonly #missing: Set<string>;
  readonly #required: Set<string>;
  readonly #wraps: Partial<Record<WrapKind, number>> = {};
  #unauthenticated = 0;

  constructor({ expectedUids = [], requiredUids = [] }: OpenVaultOptions) {
    this.#missing = new Set(expectedUids);
    this.#required = new Set(requiredUids);
  }

  opened({ uid, report }: OpenedTeam | OpenedVaultFolder | OpenedVaultRecord): void {
    this.#missing.delete(uid);
    this.#required.delete(uid);
    this.#wraps[report.wrap] = (this.#wraps[report.wrap] ?? 0) + 1;
    if (!report.authenticated) this.#unauthenticated++;
  }

  failed(uid: string): void {
    this.#missing.delete(uid);
  }

  assertRequired(): void {
    assertRequired(this.#required, new Set());
  }

  report(): Pick<VaultReport, 'missing' | 'wraps' | 'unauthenticated'> {
    return { missing: [...this.#missing], wraps: this.#wraps, unauthenticated: this.#unauthenticated };
  }
}

/** @throws VaultwireError `record-missing` */
function assertRequired(required: Iterable<string>, there: ReadonlySet<string>): void {
  for (const uid of required) {
    if (!there.has(uid)) throw new VaultwireError('record-missing', 'vault: a required UID did not open');
  }
}

/** Watches for one wrapped key under two UIDs, as a server lays one record's key beside another's data. */
class WrapsSeen {
  /** UIDs that share a wrapped key. Which of them is the honest one cannot be known. */
  readonly swapped = new Set<string>();
  readonly #byStart = new Map<number, Wrapped | Wrapped[]>();

  watch(records: SealedVault['records']): SealedVault['records'] {
    return Symbol.asyncIterator in records ? this.#watchAsync(records) : this.#watchSync(records);
  }

  *#watchSync(records: Iterable<SealedRecord>): Iterable<SealedRecord> {
    for (const record of records) {
      this.see(record);
      yield record;
    }
  }

  async *#watchAsync(records: AsyncIterable<SealedRecord>): AsyncIterable<SealedRecord> {
    for await (const record of records) {
      this.see(record);
      yield record;
    }
  }

  /** Wraps begin with a nonce, which is random: few that differ share the 30 bits by which they are looked up. */
  see(item: Wrapped): void {
    for (const { bytes } of item.keys) {
      const [a = 0, b = 0, c = 0, d = 0] = bytes;
      const start = ((a & 0x3f) << 24) | (b << 16) | (c << 8) | d;
      const before = this.#byStart.get(start);
      if (!before) this.#byStart.set(start, item);
      else {
        const others = Array.isArray(before) ? before : [before];
        for (const other of others) {
          if (other.uid === item.uid || !other.keys.some((one) => isSame(one.bytes, bytes))) continue;
          this.swapped.add(other.uid).add(item.uid);
        }
        this.#byStart.set(start, [...others, item]);
      }
    }
  }

  /** @throws VaultwireError `swap-suspected` */
  assertNotSwapped(kind: VaultFailure['kind'], uid: string): void {
    if (this.swapped.has(uid)) throw swapSuspected(kind);
  }
}

type Wrapped = Pick<SealedRecord, 'uid' | 'keys'>;

const swapSuspected = (kind: VaultFailure['kind']): VaultwireError =>
  new VaultwireError('swap-suspected', `${kind}: two UIDs of this vault have the same wrapped key`);

/** Ciphertext: no secret. */
const isSame = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length && one.every((byte, index) => byte === other[index]);
