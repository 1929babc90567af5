import type { OpenedRecord, OpenedSecrets, OpenedSharedFolder } from '../secrets.js';
import {
  digestsOf,
  FORMER_LIMIT,
  judgeItem,
  KeyOwners,
  type ItemKind,
  type ItemSuspicion,
  type ItemTrace,
} from './items.js';

// The ledger of a device's answers: the records of the trust ledger alone, judged by the same rules.

/** What is remembered of a shared folder, which has neither revision nor digest of its data. */
export interface FolderTrace {
  /** Digest of its key. */
  readonly keyDigest: string;
  /** Whether it was left out of the last complete answer. */
  readonly absent: boolean;
}

/** What is remembered of a record. */
export interface RecordTrace extends FolderTrace {
  readonly revision: number;
  /** Digest of the record's sealed data. */
  readonly dataDigest: string;
}

/** What was seen before: plain data. */
export interface Ledger {
  readonly records: ReadonlyMap<string, RecordTrace>;
  readonly folders: ReadonlyMap<string, FolderTrace>;
  /**
   * Digests of keys and data that others took the place of, in that order, up to 200,000 of the newest: what was in use
   * before does not come back, under whichever UID or revision.
   */
  readonly former: ReadonlySet<string>;
}

/** Something that an honest server does not do, or seldom. */
export interface Finding {
  readonly uid: string;
  /**
   * `swap-suspected`: the UID came with the key of another one, or with one that was replaced before (A5).
   * `key-changed`: it came with a new key, which a server that shares it anew does as well. `rollback-suspected`: an
   * older revision, other bytes under the same one, or bytes that were replaced before (A6). `missing`: it was there
   * before and nobody asked for less (A7); said once, as deleting and no longer sharing it look the same from here, and
   * kept in the ledger, so that it cannot come back older.
   */
  readonly kind: 'swap-suspected' | 'key-changed' | 'rollback-suspected' | 'missing';
  /** Whether the record was taken out of `accepted`. */
  readonly refused: boolean;
  readonly message: string;
}

export interface Observation {
  /** To be kept and brought along next time. Traces of refused records stay as they were. */
  readonly ledger: Ledger;
  readonly findings: readonly Finding[];
  /** The records without the refused ones. */
  readonly accepted: readonly OpenedRecord[];
  /** The shared folders without the refused ones. */
  readonly acceptedFolders: readonly OpenedSharedFolder[];
}

/** A ledger that has seen nothing. */
export function emptyLedger(): Ledger {
  return { records: new Map(), folders: new Map(), former: new Set() };
}

/**
 * Holds an answer against what was seen before. Changes nothing that it is given; what is suspicious is not learned, and
 * the next answer is held against the last good one again.
 *
 * @param secrets opened with `digests: true`
 * @param options.policy `report` (default) refuses only what cannot be honest: other bytes under the same revision.
 *   `strict` refuses every swap and rollback that is suspected
 * @param options.complete whether the answer was to hold everything. Only then can a record or folder be missing.
 *   Default false
 * @throws VaultwireError `argument-invalid` when the answer was opened without digests
 */
export function observeSecrets(
  ledger: Ledger,
  secrets: OpenedSecrets,
  options: { readonly policy?: 'report' | 'strict'; readonly complete?: boolean } = {},
): Observation {
  const { policy, complete = false } = options;
  const findings: Finding[] = [];
  const former = new Set(ledger.former);
  const context = { secrets, strict: policy === 'strict', complete, findings, former };
  const records = observeItems('record', ledger.records, secrets.records, traceOfRecord, context);
  const folders = observeItems('folder', ledger.folders, secrets.folders, traceOfFolder, context);
  return {
    ledger: {
      records: records.learned,
      folders: folders.learned,
      former: former.size > FORMER_LIMIT ? new Set([...former].slice(-FORMER_LIMIT)) : former,
    },
    findings,
    accepted: records.accepted,
    acceptedFolders: folders.accepted,
  };
}

interface Context {
  readonly secrets: OpenedSecrets;
  readonly strict: boolean;
  readonly complete: boolean;
  readonly findings: Finding[];
  readonly former: Set<string>;
}

function observeItems<Item extends { readonly uid: string }, Trace extends FolderTrace>(
  kind: 'record' | 'folder',
  known: ReadonlyMap<string, Trace>,
  shown: readonly Item[],
  traceOf: (item: Item) => Trace,
  { secrets, strict, complete, findings, former }: Context,
): { readonly learned: ReadonlyMap<string, Trace>; readonly accepted: readonly Item[] } {
  const learned = new Map(known);
  const accepted: Item[] = [];
  const owners = new KeyOwners(known);
  for (const item of shown) {
    const { uid } = item;
    const trace = traceOf(item);
    const before = learned.get(uid);
    const [shownItem, knownItem] = [itemTrace(kind, trace), before && itemTrace(kind, before)];
    const { keyDigest, dataDigest } = shownItem;
    const isNewKey = keyDigest !== knownItem?.keyDigest;
    const isNewData = dataDigest !== knownItem?.dataDigest;
    const owner = isNewKey ? owners.of(keyDigest) : uid;
    const isFormerKey = isNewKey && former.has(keyDigest);
    const isFormerData = isNewData && dataDigest !== undefined && former.has(dataDigest);
    const suspicions = judgeItem(uid, shownItem, knownItem, { owner, isFormerKey, isFormerData }, strict);
    if (before && owner === undefined && !isFormerKey) {
      findings.push({ uid, kind: 'key-changed', refused: false, message: 'it came with a new key' });
    }
    for (const suspicion of suspicions) findings.push(finding(uid, suspicion));
    if (!suspicions.some(({ refused }) => refused)) accepted.push(item);
    if (suspicions.length > 0) {
      // That it came is true, whatever it was: if it goes again, that is said again.
      if (before?.absent === true) learned.set(uid, { ...before, absent: false });
      continue;
    }
    if (knownItem && isNewKey) former.add(knownItem.keyDigest);
    if (knownItem?.dataDigest !== undefined && isNewData) former.add(knownItem.dataDigest);
    owners.learn(keyDigest, uid);
    learned.set(uid, trace);
  }
  if (complete) {
    const failed = secrets.failed.filter((failure) => failure.kind === kind);
    const came = new Set([...shown, ...failed].map(({ uid }) => uid));
    for (const [uid, trace] of learned) {
      if (came.has(uid) || trace.absent) continue;
      findings.push({ uid, kind: 'missing', refused: false, message: `a ${kind} that was there before did not come` });
      learned.set(uid, { ...trace, absent: true });
    }
  }
  return { learned, accepted };
}

function traceOfRecord({ digests, revision }: OpenedRecord): RecordTrace {
  return { ...digestsOf(digests), revision, absent: false };
}

function traceOfFolder({ keyDigest }: OpenedSharedFolder): FolderTrace {
  return { keyDigest: digestsOf(keyDigest), absent: false };
}

/** As the trust ledger has it. How its key was wrapped is not remembered here. */
function itemTrace(kind: ItemKind, trace: FolderTrace & Partial<RecordTrace>): ItemTrace {
  return { kind, wrap: undefined, authenticated: true, dataDigest: undefined, revision: undefined, ...trace };
}

function finding(uid: string, { row, refused, message }: ItemSuspicion): Finding {
  return { uid, kind: row === 'A5' ? 'swap-suspected' : 'rollback-suspected', refused, message };
}
