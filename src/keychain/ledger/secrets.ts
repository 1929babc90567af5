import { VaultwireError } from '../../wire/error.js';
import type { OpenedRecord, OpenedSecrets, OpenedSharedFolder } from '../secrets.js';
import { judgeItem, KeyOwners, type ItemSuspicion, type ItemTrace } from './items.js';

// The ledger of a device's answers: the records of the trust ledger alone, judged by the same rules.

/** What is remembered of a record. */
export interface RecordTrace {
  readonly revision: number;
  /** Digest of the record's key. */
  readonly keyDigest: string;
  /** Digest of the record's sealed data. */
  readonly dataDigest: string;
}

/** What was seen before: plain data. */
export interface Ledger {
  readonly records: ReadonlyMap<string, RecordTrace>;
  /** Digests of the keys of shared folders, by UID. */
  readonly folders: ReadonlyMap<string, string>;
}

/** Something that an honest server does not do, or seldom. */
export interface Finding {
  readonly uid: string;
  /**
   * `swap-suspected`: the UID came with the key of another one (A5). `key-changed`: it came with a new key, which a
   * server that shares it anew does as well. `rollback-suspected`: an older revision, or other bytes under the same
   * one (A6). `missing`: it was there before and nobody asked for less (A7).
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
  return { records: new Map(), folders: new Map() };
}

/**
 * Holds an answer against what was seen before.
 *
 * @param secrets opened with `digests: true`
 * @param options.policy `report` (default) refuses only what cannot be honest: other bytes under the same revision.
 *   `strict` refuses every swap and rollback that is suspected
 * @param options.complete whether the answer was to hold everything; false for a filtered one, which misses nothing
 * @throws VaultwireError `argument-invalid` when the answer was opened without digests
 */
export function observeSecrets(
  ledger: Ledger,
  secrets: OpenedSecrets,
  options: { readonly policy?: 'report' | 'strict'; readonly complete?: boolean } = {},
): Observation {
  const strict = options.policy === 'strict';
  const records = new Map(ledger.records);
  const findings: Finding[] = [];
  const accepted: OpenedRecord[] = [];
  const owners = new KeyOwners(ledger.records);

  for (const record of secrets.records) {
    const { uid, digests, revision } = record;
    if (!digests) throw new VaultwireError('argument-invalid', 'ledger: expected an answer opened with digests');
    const known = ledger.records.get(uid);
    const owner = known?.keyDigest === digests.keyDigest ? uid : owners.of(digests.keyDigest);
    const found = compare(uid, { revision, ...digests }, known, owner, strict);
    findings.push(...found);
    if (found.some(({ refused }) => refused)) continue;
    accepted.push(record);
    // A suspicious trace is not learned: the next answer is held against the last good one again.
    if (found.some(({ kind }) => kind !== 'key-changed')) continue;
    owners.learn(digests.keyDigest, uid);
    records.set(uid, { revision, ...digests });
  }
  const complete = options.complete ?? true;
  if (complete) {
    const present = new Set([
      ...secrets.records.map(({ uid }) => uid),
      ...secrets.failed.filter(({ kind }) => kind === 'record').map(({ uid }) => uid),
    ]);
    for (const uid of ledger.records.keys()) {
      if (present.has(uid)) continue;
      findings.push({ uid, kind: 'missing', refused: false, message: 'a record that was there before did not come' });
      // Said once: deleting and no longer sharing a record look the same from here.
      records.delete(uid);
    }
  }
  const folders = observeFolders(ledger, secrets, strict, complete, findings);
  return { ledger: { records, folders: folders.known }, findings, accepted, acceptedFolders: folders.accepted };
}

/** A folder has neither revision nor digest of its data: its key alone says whether it is the same one. */
function observeFolders(
  ledger: Ledger,
  secrets: OpenedSecrets,
  strict: boolean,
  complete: boolean,
  findings: Finding[],
): { readonly known: ReadonlyMap<string, string>; readonly accepted: readonly OpenedSharedFolder[] } {
  const known = new Map(ledger.folders);
  const accepted: OpenedSharedFolder[] = [];
  const uidsByKey = new Map([...known].map(([uid, keyDigest]) => [keyDigest, uid]));
  for (const folder of secrets.folders) {
    const { uid, keyDigest } = folder;
    if (keyDigest === undefined) {
      throw new VaultwireError('argument-invalid', 'ledger: expected an answer opened with digests');
    }
    const owner = uidsByKey.get(keyDigest) ?? uid;
    if (owner !== uid) {
      findings.push({ uid, kind: 'swap-suspected', refused: strict, message: `its key is the key of ${owner}` });
      if (!strict) accepted.push(folder);
      continue;
    }
    if (known.has(uid) && known.get(uid) !== keyDigest) {
      findings.push({ uid, kind: 'key-changed', refused: false, message: 'it came with a new key' });
    }
    uidsByKey.set(keyDigest, uid);
    known.set(uid, keyDigest);
    accepted.push(folder);
  }
  if (complete) {
    const failed = secrets.failed.filter(({ kind }) => kind === 'folder');
    const came = new Set([...secrets.folders, ...failed].map(({ uid }) => uid));
    for (const uid of ledger.folders.keys()) {
      if (came.has(uid)) continue;
      findings.push({ uid, kind: 'missing', refused: false, message: 'a folder that was there before did not come' });
      known.delete(uid);
    }
  }
  return { known, accepted };
}

function compare(
  uid: string,
  trace: RecordTrace,
  known: RecordTrace | undefined,
  owner: string | undefined,
  strict: boolean,
): readonly Finding[] {
  const suspicions = judgeItem(uid, itemTrace(trace), known && itemTrace(known), owner, strict);
  const swap = suspicions.find(({ row }) => row === 'A5');
  if (swap) return [finding(uid, swap)];
  const findings = suspicions.map((suspicion) => finding(uid, suspicion));
  if (!known || trace.keyDigest === known.keyDigest) return findings;
  return [{ uid, kind: 'key-changed', refused: false, message: 'it came with a new key' }, ...findings];
}

/** A record as the trust ledger has it. How its key was wrapped is not remembered here. */
function itemTrace(trace: RecordTrace): ItemTrace {
  return { kind: 'record', wrap: undefined, authenticated: true, ...trace, absent: false };
}

function finding(uid: string, { row, refused, message }: ItemSuspicion): Finding {
  return { uid, kind: row === 'A5' ? 'swap-suspected' : 'rollback-suspected', refused, message };
}
