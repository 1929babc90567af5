import { defaultSuite } from '#default-suite';
import { vaultWorkers } from '#vault-workers';
import { VaultwireError } from '../../wire/error.js';
import type { AnswerReport, WrapKind } from '../account/wrap.js';
import { DIGESTS_LENGTH } from '../digest.js';
import { Batches } from './batches.js';
import { VaultDigests } from './digests.js';
import { openFolders } from './folders.js';
import { KeyPage } from './key-page.js';
import {
  KeyRing,
  openOne,
  openTeam,
  vaultFailure,
  type OpenedRecords,
  type OpenedTeam,
  type OpenedVaultFolder,
  type OpenedVaultRecord,
  type OpenItemOptions,
  type VaultAccount,
  type VaultFailure,
} from './open.js';
import type { VaultWorker } from './pool.js';
import type { SealedRecord, SealedTeam, SealedVault } from './sealed.js';
import { WrapsSeen } from './wraps-seen.js';

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
/** Batches that a worker has at a time: the one that it opens, and some that wait. */
const BATCHES_PER_WORKER = 3;
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
  /**
   * Ends the opening, and its workers. What the records' own iterator or a key of the caller's own waits for, it does not
   * end.
   */
  readonly signal?: AbortSignal;
}

/** How far a stream has come, in records. */
export interface VaultProgress {
  readonly opened: number;
  readonly failed: number;
  /** How many there are, where that is known. */
  readonly total: number | undefined;
}

/** What is to be said of a whole vault. */
export interface VaultReport extends AnswerReport<WrapKind> {
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
 * @throws VaultwireError `record-missing` when one of `requiredUids` did not open, `request-canceled` after `signal`
 */
export async function openVault(
  vault: SealedVault,
  account: VaultAccount,
  options: OpenVaultOptions = {},
): Promise<OpenedVault> {
  const teams: OpenedTeam[] = [];
  const folders: OpenedVaultFolder[] = [];
  const failed: VaultFailure[] = [];
  const records: OpenedVaultRecord[] = [];
  const again: OpenedVaultRecord[] = [];
  const uids = new Set<string>();
  const wraps = new WrapsSeen();
  let report: VaultReport | undefined;
  const required = [...(options.requiredUids ?? [])];
  for await (const part of stream(vault, account, { ...options, requiredUids: [] }, wraps, true)) {
    append(teams, part.teams);
    append(folders, part.folders);
    append(failed, part.failed);
    for (const record of part.records) {
      // One look-up for each: nearly every UID is there once.
      if (uids.add(record.uid).size > records.length) records.push(record);
      else again.push(record);
    }
    report = part.report;
  }
  if (!report) throw new VaultwireError('answer-unexpected', 'vault: expected a report');
  append(failed, differing(records, again));
  const swapped = wraps.swapped();
  for (const uid of swapped) {
    if (uids.delete(uid)) failed.push(vaultFailure('record', uid, swapSuspected('record')));
  }
  for (const { uid } of [...folders, ...teams]) uids.add(uid);
  assertRequired(required.filter((uid) => !uids.has(uid)));
  return {
    teams,
    folders,
    records: swapped.size > 0 ? records.filter(({ uid }) => !swapped.has(uid)) : records,
    failed,
    report,
  };
}

/** Not push(...): a server may send more than a call takes arguments. */
function append<Item>(target: Item[], items: readonly Item[]): void {
  for (const item of items) target.push(item);
}

/** Of records whose UID came before, those that came with other content. */
function differing(
  records: readonly OpenedVaultRecord[],
  again: readonly OpenedVaultRecord[],
): readonly VaultFailure[] {
  if (again.length === 0) return [];
  const first = new Map(records.map((record) => [record.uid, record]));
  // Written once for each UID: a large record and many small ones under its UID would take minutes.
  const texts = new Map<string, string>();
  const textOf = ({ uid, data }: OpenedVaultRecord): string => {
    const text = texts.get(uid) ?? JSON.stringify(data);
    texts.set(uid, text);
    return text;
  };
  const error = new VaultwireError('duplicate-uid', 'record: this UID came before with other content');
  return again
    .filter(({ uid, revision, data }) => {
      const before = first.get(uid);
      return before?.revision !== revision || textOf(before) !== JSON.stringify(data);
    })
    .map(({ uid }) => vaultFailure('record', uid, error));
}

/**
 * Opens a vault part by part: teams and folders first, then records in their order. Nothing is kept that the caller does
 * not keep, save the keys of teams and folders and the UIDs of `expectedUids` and `requiredUids`. Leaving the loop stops
 * the workers. The bytes of a record must stay as they are until the part that holds it has come.
 *
 * Which UID a record goes under is the server's word: nothing in the ciphertext names it.
 *
 * @throws VaultwireError `record-missing` at the end when one of `requiredUids` did not open, `request-canceled` after
 *   `signal`; what the records' own iterator throws
 */
export function streamVault(
  vault: SealedVault,
  account: VaultAccount,
  options: OpenVaultOptions = {},
): AsyncGenerator<VaultPart, void, undefined> {
  return stream(vault, account, options);
}

async function* stream(
  vault: SealedVault,
  account: VaultAccount,
  options: OpenVaultOptions,
  wraps = new WrapsSeen(),
  watchesRecords = false,
): AsyncGenerator<VaultPart, void, undefined> {
  const { signal } = options;
  assertWanted(signal);
  const total = Array.isArray(vault.records) ? vault.records.length : undefined;
  const ring = new KeyRing(account);
  const tally = new Tally(options);
  const { teams: sealedTeams = [], folders: sealedFolders = [] } = vault;
  for (const item of [...sealedTeams, ...sealedFolders]) wraps.see(item);
  const swapped = wraps.swapped();
  const failed = [
    ...(await openTeams(sealedTeams, ring, swapped, options)),
    ...(await openFolders(
      sealedFolders,
      ring,
      (uid) => (swapped.has(uid) ? swapSuspected('folder') : undefined),
      options,
    )),
  ];
  const teams = [...ring.teams.values()];
  // In the order that they came in, not that in which their keys opened.
  const folders = [...new Set(sealedFolders.map(({ uid }) => ring.folders.get(uid)))].filter(
    (folder) => folder !== undefined,
  );
  for (const item of [...teams, ...folders]) tally.opened(item);
  for (const { uid } of failed) tally.failed(uid);
  assertWanted(signal);
  yield { teams, folders, records: [], failed, progress: { opened: 0, failed: 0, total }, report: undefined };

  assertWanted(signal);
  const source = new Chunks(vault.records, signal);
  const waiting: Promise<OpenedChunk>[] = [];
  let batches: Batches | undefined;
  let progress: VaultProgress = { opened: 0, failed: 0, total };
  let failedBatches = 0;
  const stop = (): void => batches?.stop();
  signal?.addEventListener('abort', stop);
  try {
    const wanted = await wantedWorkers(source, options);
    if (wanted > 0) batches = await Batches.start(ring, options, wanted, options.createWorker);
    const window = batches ? batches.workers * BATCHES_PER_WORKER : 1;
    for (;;) {
      while (waiting.length < window) {
        assertWanted(signal);
        const chunk = await source.next();
        if (chunk.length === 0) break;
        if (watchesRecords) for (const record of chunk) wraps.see(record);
        const opening = openChunk(chunk, batches, ring, options);
        // It is awaited in its turn; until then a failure of it must not count as unhandled.
        opening.catch(() => undefined);
        waiting.push(opening);
      }
      const next = waiting.shift();
      if (!next) break;
      const part = await next.finally(() => {
        assertWanted(signal);
      });
      if (part.workerFailed) failedBatches++;
      for (const record of part.records) tally.opened(record);
      for (const { uid } of part.failed) tally.failed(uid);
      progress = {
        opened: progress.opened + part.records.length,
        failed: progress.failed + part.failed.length,
        total,
      };
      yield { teams: [], folders: [], records: part.records, failed: part.failed, progress, report: undefined };
      // A worker's answer comes in a turn of its own.
      if (!batches || part.workerFailed) await vaultWorkers.nextTurn?.();
    }
  } finally {
    signal?.removeEventListener('abort', stop);
    stop();
    await source.close();
  }
  tally.assertRequired();
  const report = { ...tally.report(), workers: batches?.workers ?? 0, failedBatches };
  yield { teams: [], folders: [], records: [], failed: [], progress, report };
}

/** @throws VaultwireError `request-canceled` */
function assertWanted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new VaultwireError('request-canceled', 'signal: it was aborted before the vault was open');
}

async function openTeams(
  sealed: readonly SealedTeam[],
  ring: KeyRing,
  swapped: ReadonlySet<string>,
  options: OpenVaultOptions,
): Promise<readonly VaultFailure[]> {
  const failed: VaultFailure[] = [];
  for (const team of sealed) {
    try {
      if (ring.teams.has(team.uid)) throw new VaultwireError('duplicate-uid', 'team: this UID came before');
      if (swapped.has(team.uid)) throw swapSuspected('team');
      ring.addTeam(await openTeam(ring, team, options));
    } catch (error) {
      failed.push(vaultFailure('team', team.uid, error));
    }
  }
  return failed;
}

interface OpenedChunk extends OpenedRecords {
  readonly workerFailed?: boolean;
}

async function openChunk(
  chunk: readonly SealedRecord[],
  batches: Batches | undefined,
  ring: KeyRing,
  options: OpenVaultOptions,
): Promise<OpenedChunk> {
  if (!batches) return openHere(chunk, ring, options);
  try {
    return await batches.open(chunk);
  } catch (error) {
    // The caller has left, and wants nothing opened any more.
    if (batches.isStopped) throw error;
    return { ...(await openHere(chunk, ring, options)), workerFailed: true };
  }
}

/** How many records this thread opens at a time: enough to keep WebCrypto busy, few enough to keep memory flat. */
const CONCURRENCY = 64;

async function openHere(
  chunk: readonly SealedRecord[],
  ring: KeyRing,
  options: OpenVaultOptions,
): Promise<OpenedRecords> {
  const records: OpenedVaultRecord[] = [];
  const failed: VaultFailure[] = [];
  const page = new KeyPage(chunk.length, options);
  const bytes = options.digests === true ? new Uint8Array(chunk.length * DIGESTS_LENGTH) : undefined;
  for (let start = 0; start < chunk.length; start += CONCURRENCY) {
    assertWanted(options.signal);
    const group = chunk.slice(start, start + CONCURRENCY).map((record, index) => {
      const digests = bytes && new VaultDigests(bytes, (start + index) * DIGESTS_LENGTH);
      return openOne(ring, record, options, page, digests);
    });
    for (const opening of group) {
      const result = opening instanceof Promise ? await opening : opening;
      if ('code' in result) failed.push(result);
      else records.push(result);
    }
  }
  return { records, failed };
}

/** The records in chunks, of which some may be held back until their number is known. */
class Chunks {
  readonly #known: number | undefined;
  readonly #iterator: Iterator<SealedRecord> | AsyncIterator<SealedRecord>;
  readonly #held: SealedRecord[] = [];
  readonly #signal: AbortSignal | undefined;
  #ended = false;

  constructor(records: SealedVault['records'], signal: AbortSignal | undefined) {
    this.#signal = signal;
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
      const waits = 'then' in step;
      const result = waits ? await step : step;
      if (result.done === true) this.#ended = true;
      else this.#held.push(result.value);
      // What need not be waited for leaves nobody the time to abort.
      if (waits) assertWanted(this.#signal);
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
    assertRequired([...this.#required]);
  }

  report(): AnswerReport<WrapKind> {
    return { missing: [...this.#missing], wraps: this.#wraps, unauthenticated: this.#unauthenticated };
  }
}

/** @throws VaultwireError `record-missing` when there are any */
function assertRequired(absent: readonly string[]): void {
  if (absent.length > 0) throw new VaultwireError('record-missing', 'vault: a required UID did not open');
}

const swapSuspected = (kind: VaultFailure['kind']): VaultwireError =>
  new VaultwireError('swap-suspected', `${kind}: two UIDs of this vault have the same wrapped key`);
