import { defaultSealingSuite } from '#default-suite';
import type { SealingSuite } from '../../crypto/suite.js';
import { encodeUtf8 } from '../../wire/bytes.js';
import { VaultwireError } from '../../wire/error.js';
import type { DataKeyWrapKind, KdfCost } from '../account/wrap.js';
import { digest } from '../digest.js';
import { FormerDigests } from './former.js';
import {
  FORMER_LIMIT,
  itemChanges,
  judgeItem,
  type ItemChange,
  type ItemKind,
  type ItemTrace,
  type LedgerRow,
} from './items.js';
import {
  DATA_COLUMN,
  isAbsent,
  KEY_COLUMN,
  readTrace,
  readUid,
  Row,
  ROW_LENGTH,
  ROW_WORDS,
  TraceTable,
  writeDigest,
  writeRow,
} from './traces.js';

// What one answer cannot show, two can. The ledger is plain data that the caller keeps between answers. It detects; it
// cannot repair, and on a fresh device it knows nothing yet.

/** How much a ledger holds: more is refused, not forgotten. Of `former` the oldest are dropped for the newest. */
export const LEDGER_LIMITS = { items: 1_000_000, pins: 100_000, idBytes: 255, former: FORMER_LIMIT } as const;

/** Whose public key a pin is of. */
export type PinKind = 'owner' | 'user' | 'team' | 'server';
/** In the order of their numbers in a stored ledger, which stays. */
export const PIN_KINDS: readonly PinKind[] = ['owner', 'user', 'team', 'server'];

/** A public key, by whose it is said to be. */
export interface PublicKeyPin {
  readonly kind: PinKind;
  /** Names its holder among those of its kind, 1 to 255 bytes of UTF-8: a user's name, a server key's id. */
  readonly id: string;
  /** `encodeFingerprint` of the key: 16 bytes in base64url. */
  readonly digest: string;
}

/** What is remembered: plain immutable data. */
export interface TrustLedger {
  /** By `kind:id`. */
  readonly pins: ReadonlyMap<string, PublicKeyPin>;
  /** Commitment to the account's data key. */
  readonly dataKey: string | undefined;
  /** The highest count of iterations of PBKDF2-HMAC-SHA-256 seen. */
  readonly iterations: number | undefined;
  /** The same of PBKDF2-HMAC-SHA-512, of which one costs another time, so that the two are not compared. */
  readonly iterationsSha512: number | undefined;
  /** The strongest transport seen. */
  readonly transport: 'ec' | 'hybrid' | undefined;
  /** 56 bytes for each uid: what `tracesOf` and `traceOf` read. */
  readonly items: Uint8Array;
  /**
   * The first 8 bytes of each digest that another one took the place of, of keys and data of all uids, in the order in
   * which they were replaced: what was in use before does not come back, under whichever uid or revision.
   */
  readonly former: Uint8Array;
}

/** A uid as an answer shows it, after it was opened. */
export interface ObservedItem {
  readonly uid: string;
  readonly kind: ItemKind;
  readonly wrap?: ItemTrace['wrap'];
  /** As its report says. Default true. */
  readonly authenticated?: boolean;
  /** {@link digestForLedger} of its key. */
  readonly keyDigest: string;
  /** {@link digestForLedger} of its sealed data. */
  readonly dataDigest?: string | undefined;
  readonly revision?: number | undefined;
}

/** What an answer showed. Whatever it did not show is left out. */
export interface LedgerObservation {
  readonly publicKeys?: readonly PublicKeyPin[];
  /** {@link digestForLedger} of the data key, and how it came. */
  readonly dataKey?: { readonly digest: string; readonly wrap?: DataKeyWrapKind };
  /** Default algorithm: PBKDF2-HMAC-SHA-256. */
  readonly kdf?: Pick<KdfCost, 'iterations'> & Partial<KdfCost>;
  readonly transport?: 'ec' | 'hybrid';
  readonly items?: readonly ObservedItem[];
  /** Uids that came and did not open: they have failed, and are not missing. */
  readonly failed?: readonly string[];
  /** Whether the answer was to hold every uid. Only then can one be missing. Default false. */
  readonly complete?: boolean;
}

/**
 * What the caller knows and wants. `expectedDataKey`, `requireHybrid` and `requiredUids` are not met by an answer that
 * leaves out what they are about: it is refused. The others judge what an answer shows; that it shows nothing of the
 * kind is no reason to refuse it, as most show neither public keys nor a derivation.
 */
export interface LedgerPolicy {
  /**
   * `report` (default) refuses what cannot be honest: a changed owner or data key, other bytes under one revision, a
   * weaker wrap. `strict` refuses every suspicion but omission and a file that comes as a record or a record as a file,
   * which have honest causes.
   */
  readonly mode?: 'report' | 'strict';
  /** Keys that the caller has checked. Another one is refused; this one is learned even where it changes a pin. */
  readonly expectedKeys?: readonly PublicKeyPin[];
  /** Commitment to the data key that is right, when it was changed on purpose. */
  readonly expectedDataKey?: string;
  /** Default: every kind. */
  readonly allowedDataKeyWraps?: readonly DataKeyWrapKind[];
  /** The caller's own floor, of whichever algorithm. */
  readonly minimumIterations?: number;
  /** Uids that have to be in the answer and be accepted. */
  readonly requiredUids?: readonly string[];
  /** Refuse what did not come over the hybrid transport. */
  readonly requireHybrid?: boolean;
}

/** Something that an honest server does not do, or seldom. */
export interface Suspicion {
  /** Row of the threat model. */
  readonly row: LedgerRow;
  /** The uid, `kind:id` of a public key, or empty for what is the account's. */
  readonly subject: string;
  readonly refused: boolean;
  readonly message: string;
}

/** What changed as it may. What is suspicious is not in here. */
export interface AllowedChange {
  readonly subject: string;
  readonly what: readonly (ItemChange | 'stronger' | 'expected')[];
}

/** What became of one part of an answer. */
export interface PartReport {
  readonly new: number;
  readonly unchanged: number;
  readonly changed: readonly AllowedChange[];
  readonly suspicious: readonly Suspicion[];
}

/** What an answer is worth. */
export interface LedgerReport {
  readonly publicKeys: PartReport;
  readonly dataKey: PartReport;
  readonly kdf: PartReport;
  readonly transport: PartReport;
  readonly items: PartReport;
  /** Uids of a complete answer that were there before and did not come, said once each until they come again (A7). */
  readonly missing: readonly string[];
  /** Required uids that did not come, did not open, or were refused (A7). */
  readonly requiredMissing: readonly string[];
  /**
   * Whether the answer as a whole is refused: for the owner's or a server's key, the data key, the KDF, the transport,
   * or a required uid. Nothing of it is learned then. Users, teams and uids are refused one by one.
   */
  readonly refused: boolean;
  /** Whether a uid came and neither it nor the whole answer was refused. */
  accepted(uid: string): boolean;
  /** Whether a public key came and neither it nor the whole answer was refused. */
  acceptedKey(kind: PinKind, id: string): boolean;
}

/** A ledger that has seen nothing. */
export function emptyTrustLedger(): TrustLedger {
  return {
    pins: new Map(),
    dataKey: undefined,
    iterations: undefined,
    iterationsSha512: undefined,
    transport: undefined,
    items: new Uint8Array(),
    former: new Uint8Array(),
  };
}

/**
 * The digest that ledgers compare: the first 16 bytes of SHA-256, in base64url. Of a random 256-bit key it gives nothing
 * away; do not make one of a password.
 */
export async function digestForLedger(
  bytes: Uint8Array,
  options: { readonly suite?: Pick<SealingSuite, 'sha256'> } = {},
): Promise<string> {
  return digest(bytes, options.suite ?? defaultSealingSuite);
}

/**
 * Holds an answer against what was seen before. Changes nothing that it is given; what is suspicious is not learned, and
 * the next answer is held against the last good one again.
 *
 * @throws VaultwireError `argument-invalid`, `uid-invalid` for an observation or policy of the wrong shape,
 *   `parameter-out-of-range` past {@link LEDGER_LIMITS}
 */
export function observe(
  ledger: TrustLedger,
  observation: LedgerObservation,
  policy: LedgerPolicy = {},
): { readonly ledger: TrustLedger; readonly report: LedgerReport } {
  const strict = policy.mode === 'strict';
  const publicKeys = observeKeys(ledger, observation.publicKeys ?? [], policy, strict);
  const dataKey = observeDataKey(ledger, observation.dataKey, policy);
  const kdf = observeKdf(ledger, observation.kdf, policy, strict);
  const transport = observeTransport(ledger, observation.transport, policy, strict);
  const { items: shownItems = [], failed = [], complete = false } = observation;
  const items = new ItemObserver(ledger, shownItems.length, strict);
  items.showAll(shownItems);
  if (complete) items.miss(failed);
  const learnedItems = items.learned;
  const requiredMissing = (policy.requiredUids ?? []).filter((uid) => !items.accepted(uid));

  const refused =
    requiredMissing.length > 0 ||
    publicKeys.refusesAll ||
    [dataKey, kdf, transport].some(({ part }) => part.suspicious.some((suspicion) => suspicion.refused));
  const report: LedgerReport = {
    publicKeys: publicKeys.part,
    dataKey: dataKey.part,
    kdf: kdf.part,
    transport: transport.part,
    items: items.part,
    missing: items.missing,
    requiredMissing,
    refused,
    accepted: (uid) => !refused && items.accepted(uid),
    acceptedKey: (kind, id) => !refused && publicKeys.acceptedPins.has(pinName(kind, id)),
  };
  if (refused) return { ledger, report };
  return {
    ledger: {
      pins: publicKeys.learned,
      dataKey: dataKey.learned,
      ...kdf.learned,
      transport: transport.learned,
      items: learnedItems,
      former: items.former,
    },
    report,
  };
}

/** What is to be forgotten, for a caller who knows better: it is learned anew from the next answer. */
export interface Forgotten {
  /** What they had before is not known by uid and stays in `former`; what they have now does not get there. */
  readonly uids?: readonly string[];
  readonly publicKeys?: readonly Pick<PublicKeyPin, 'kind' | 'id'>[];
  readonly dataKey?: boolean;
  /** Of both algorithms. */
  readonly iterations?: boolean;
  readonly transport?: boolean;
  /** All digests that were replaced: for a caller who knows that old content was brought back on purpose. */
  readonly former?: boolean;
}

/** A ledger without what is named. What it does not hold is not missed. */
export function forget(ledger: TrustLedger, forgotten: Forgotten): TrustLedger {
  const pins = new Map(ledger.pins);
  for (const { kind, id } of forgotten.publicKeys ?? []) pins.delete(pinName(kind, id));
  const items = new TraceTable(ledger.items);
  const row = new Row();
  const places = new Set<number>();
  for (const uid of forgotten.uids ?? []) {
    const place = writeDigest(row.bytes, 0, uid) ? items.placeOfUid(row) : undefined;
    if (place !== undefined) places.add(place);
  }
  items.remove(places);
  return {
    pins,
    items: items.rows(),
    dataKey: forgotten.dataKey === true ? undefined : ledger.dataKey,
    iterations: forgotten.iterations === true ? undefined : ledger.iterations,
    iterationsSha512: forgotten.iterations === true ? undefined : ledger.iterationsSha512,
    transport: forgotten.transport === true ? undefined : ledger.transport,
    former: forgotten.former === true ? new Uint8Array() : ledger.former,
  };
}

/** The name of a pin in {@link TrustLedger.pins}. */
export function pinName(kind: PinKind, id: string): string {
  return `${kind}:${id}`;
}

interface MutablePart extends PartReport {
  new: number;
  unchanged: number;
  readonly changed: AllowedChange[];
  readonly suspicious: Suspicion[];
}

const emptyPart = (): MutablePart => ({ new: 0, unchanged: 0, changed: [], suspicious: [] });

function observeKeys(
  { pins }: TrustLedger,
  shown: readonly PublicKeyPin[],
  policy: LedgerPolicy,
  strict: boolean,
): {
  readonly learned: TrustLedger['pins'];
  readonly part: PartReport;
  readonly refusesAll: boolean;
  readonly acceptedPins: ReadonlySet<string>;
} {
  const expected = new Map<string, string>();
  for (const pin of policy.expectedKeys ?? []) {
    assertPin(pin, 'expected key');
    expected.set(pinName(pin.kind, pin.id), pin.digest);
  }
  const part = emptyPart();
  const learned = new Map(pins);
  const accepted = new Set<string>();
  const refusedPins = new Set<string>();
  let refusesAll = false;
  for (const { kind, id, digest } of shown) {
    assertPin({ kind, id, digest }, 'public key');
    const subject = pinName(kind, id);
    const known = learned.get(subject)?.digest;
    const wanted = expected.get(subject);
    accepted.add(subject);
    const isUnexpected = wanted !== undefined && wanted !== digest;
    const isChanged = known !== undefined && known !== digest && wanted !== digest;
    if (isUnexpected || isChanged) {
      const row = kind === 'owner' ? 'A2' : 'A1';
      const refused = isUnexpected || kind === 'owner' || strict;
      const message = isUnexpected ? 'the public key is not the expected one' : 'the public key is not the pinned one';
      part.suspicious.push({ row, subject, refused, message });
      if (refused) refusedPins.add(subject);
      refusesAll ||= refused && (kind === 'owner' || kind === 'server');
      continue;
    }
    if (known === digest) {
      part.unchanged++;
      continue;
    }
    if (known === undefined) part.new++;
    else part.changed.push({ subject, what: ['expected'] });
    learned.set(subject, { kind, id, digest });
  }
  for (const subject of refusedPins) accepted.delete(subject);
  assertRoom(learned.size, LEDGER_LIMITS.pins, 'pins');
  return { learned, part, refusesAll, acceptedPins: accepted };
}

function observeDataKey(
  { dataKey: known }: TrustLedger,
  shown: LedgerObservation['dataKey'],
  { expectedDataKey, allowedDataKeyWraps }: LedgerPolicy,
): { readonly learned: string | undefined; readonly part: PartReport } {
  const part = emptyPart();
  if (expectedDataKey !== undefined) assertDigest(expectedDataKey, 'expected data key');
  const suspect = (message: string): void => {
    part.suspicious.push({ row: 'A3', subject: '', refused: true, message });
  };
  if (!shown) {
    if (expectedDataKey !== undefined) suspect('the data key that is expected did not come');
    return { learned: known, part };
  }
  const { digest, wrap } = shown;
  assertDigest(digest, 'data key');
  // A wrap that the caller left out could be any.
  if (allowedDataKeyWraps && (wrap === undefined || !allowedDataKeyWraps.includes(wrap))) {
    suspect('the data key came in a wrap of a kind that is not allowed here');
  }
  if (expectedDataKey !== undefined && expectedDataKey !== digest) suspect('the data key is not the expected one');
  else if (known !== undefined && known !== digest && expectedDataKey !== digest) suspect('the data key changed');
  if (part.suspicious.length > 0) return { learned: known, part };
  if (known === undefined) part.new++;
  else if (known === digest) part.unchanged++;
  else part.changed.push({ subject: '', what: ['expected'] });
  return { learned: digest, part };
}

function observeKdf(
  { iterations: sha256, iterationsSha512: sha512 }: TrustLedger,
  shown: LedgerObservation['kdf'],
  { minimumIterations }: LedgerPolicy,
  strict: boolean,
): { readonly learned: Pick<TrustLedger, 'iterations' | 'iterationsSha512'>; readonly part: PartReport } {
  const part = emptyPart();
  const before = { iterations: sha256, iterationsSha512: sha512 };
  if (minimumIterations !== undefined) assertIterations(minimumIterations, 'minimumIterations');
  if (!shown) return { learned: before, part };
  const { iterations, algorithm = 'PBKDF2-HMAC-SHA-256' } = shown;
  assertIterations(iterations, 'kdf.iterations');
  const counts = { 'PBKDF2-HMAC-SHA-256': 'iterations', 'PBKDF2-HMAC-SHA-512': 'iterationsSha512' } as const;
  if (!Object.hasOwn(counts, algorithm)) {
    throw new VaultwireError('argument-invalid', 'kdf.algorithm: expected a known one');
  }
  const count = counts[algorithm];
  const known = before[count];
  const suspect = (message: string, refused: boolean): void => {
    part.suspicious.push({ row: 'A4', subject: '', refused, message });
  };
  if (minimumIterations !== undefined && iterations < minimumIterations) {
    suspect(`${iterations} iterations are below the floor of ${minimumIterations}`, true);
  }
  if (known !== undefined && iterations < known) {
    suspect(`${iterations} iterations came after ${known}`, strict);
  }
  if (part.suspicious.length > 0) return { learned: before, part };
  if (known === undefined) part.new++;
  else if (known === iterations) part.unchanged++;
  else part.changed.push({ subject: '', what: ['stronger'] });
  return { learned: { ...before, [count]: iterations }, part };
}

function observeTransport(
  { transport: known }: TrustLedger,
  shown: LedgerObservation['transport'],
  { requireHybrid = false }: LedgerPolicy,
  strict: boolean,
): { readonly learned: TrustLedger['transport']; readonly part: PartReport } {
  const part = emptyPart();
  if (shown !== undefined && !['ec', 'hybrid'].includes(shown))
    throw new VaultwireError('argument-invalid', 'transport: expected ec or hybrid');
  if (shown === undefined && !requireHybrid) return { learned: known, part };
  if (shown !== 'hybrid' && (requireHybrid || known === 'hybrid')) {
    const message = requireHybrid
      ? `the transport was ${shown ?? 'not told'} where hybrid is required`
      : 'the transport was EC after hybrid';
    part.suspicious.push({ row: 'A11', subject: '', refused: requireHybrid || strict, message });
    return { learned: known, part };
  }
  if (known === undefined) part.new++;
  else if (known === shown) part.unchanged++;
  else part.changed.push({ subject: '', what: ['stronger'] });
  return { learned: shown, part };
}

/** The uids of an answer, one after the other. */
class ItemObserver {
  readonly part = emptyPart();
  readonly missing: string[] = [];
  readonly #strict: boolean;
  #table: TraceTable;
  readonly #countBefore: number;
  readonly #former: FormerDigests;
  readonly #camePlaces: Uint8Array;
  /** Those that came and were not learned, so that they have no place. */
  readonly #strangers = new Set<string>();
  readonly #refusedUids = new Set<string>();
  readonly #row = new Row();
  /** Where the next item is expected: answers keep their order mostly, and what is there need not be looked up. */
  #next = 0;

  constructor({ items, former }: TrustLedger, shownCount: number, strict: boolean) {
    this.#strict = strict;
    this.#table = new TraceTable(items);
    this.#former = new FormerDigests(former);
    this.#countBefore = this.#table.count;
    this.#camePlaces = new Uint8Array(this.#countBefore + shownCount);
  }

  /** The rows of what is known now. Nothing more may be shown. */
  get learned(): Uint8Array {
    assertRoom(this.#table.count, LEDGER_LIMITS.items, 'items');
    return this.#table.rows();
  }

  get former(): Uint8Array {
    return this.#former.bytes();
  }

  /** A loop of its own: engines compile it once, whatever an answer has around it. */
  showAll(items: readonly ObservedItem[]): void {
    if (this.#countBefore === 0 && this.#former.isEmpty && this.#learnAll(items)) return;
    for (const item of items) this.#show(item);
  }

  /** On a fresh device every uid is new. If neither a uid nor a key comes twice, there is nothing to be said of them. */
  #learnAll(items: readonly ObservedItem[]): boolean {
    const rows = new Uint8Array(items.length * ROW_LENGTH);
    let offset = 0;
    for (const item of items) {
      writeRow(rows, offset, item);
      offset += ROW_LENGTH;
    }
    const table = new TraceTable(rows);
    if (table.repeatsUid() || table.repeatsKey()) return false;
    this.#table = table;
    this.#camePlaces.fill(1);
    this.part.new = items.length;
    return true;
  }

  #show(item: ObservedItem): void {
    const row = this.#row;
    writeRow(row.bytes, 0, item);
    const place = this.#table.hasUidAt(this.#next, row) ? this.#next : this.#table.placeOfUid(row);
    if (place === undefined) {
      this.#showUnknown(item);
      return;
    }
    this.#next = place + 1;
    const cameBefore = this.#camePlaces[place] === 1;
    this.#camePlaces[place] = 1;
    if (this.#table.hasRowAt(place, row)) this.part.unchanged++;
    else this.#showOther(item, place, cameBefore);
  }

  /** Says what was there and did not come. */
  miss(failed: readonly string[]): void {
    const unopened = new Set(failed);
    for (let place = 0; place < this.#countBefore; place++) {
      if (this.#camePlaces[place] === 1 || isAbsent(this.#table.bytes, place)) continue;
      const uid = readUid(this.#table.bytes, place);
      if (unopened.has(uid)) continue;
      this.missing.push(uid);
      // Kept, so that it cannot come back older; marked, so that it is said once.
      this.#table.markAbsent(place, true);
    }
  }

  /** Whether a uid came and was not refused. */
  accepted(uid: string): boolean {
    if (this.#refusedUids.has(uid) || !writeDigest(this.#row.bytes, 0, uid)) return false;
    const place = this.#table.placeOfUid(this.#row);
    return place === undefined ? this.#strangers.has(uid) : this.#camePlaces[place] === 1;
  }

  #showUnknown(item: ObservedItem): void {
    if (this.#suspect(item, undefined)) {
      this.#strangers.add(item.uid);
      return;
    }
    this.part.new++;
    this.#camePlaces[this.#table.append(this.#row)] = 1;
  }

  #showOther(item: ObservedItem, place: number, cameBefore: boolean): void {
    const { uid } = item;
    const known = readTrace(this.#table.bytes, place);
    if (this.#suspect(item, known, cameBefore)) {
      // That it came is true, whatever it was: if it goes again, that is said again.
      if (known.absent) this.#table.markAbsent(place, false);
      return;
    }
    const changes = itemChanges(traceOfItem(item), known);
    this.part.changed.push({ subject: uid, what: changes });
    const { words } = this.#table;
    if (changes.includes('key')) this.#former.add(words, place * ROW_WORDS + KEY_COLUMN);
    if (known.dataDigest !== undefined && changes.includes('data')) {
      this.#former.add(words, place * ROW_WORDS + DATA_COLUMN);
    }
    this.#table.replace(place, this.#row);
  }

  #suspect(item: ObservedItem, known: ItemTrace | undefined, cameBefore = false): boolean {
    const { uid } = item;
    const row = this.#row;
    const isNewKey = known?.keyDigest !== item.keyDigest;
    const history = {
      owner: isNewKey ? this.#table.uidOfKey(row) : uid,
      isFormerKey: isNewKey && this.#former.has(row.words, KEY_COLUMN),
      isFormerData: known?.dataDigest !== item.dataDigest && row.hasData && this.#former.has(row.words, DATA_COLUMN),
    };
    const found = [...judgeItem(uid, traceOfItem(item), known, history, this.#strict)];
    if (isNewKey && cameBefore)
      found.push({ row: 'A5', refused: this.#strict, message: 'it came twice, with two keys' });
    for (const { row, refused, message } of found) {
      this.part.suspicious.push({ row, subject: uid, refused, message });
      if (refused) this.#refusedUids.add(uid);
    }
    return found.length > 0;
  }
}

function traceOfItem(item: ObservedItem): ItemTrace {
  const { kind, wrap, authenticated = true, keyDigest, dataDigest, revision } = item;
  return { kind, wrap, authenticated, keyDigest, dataDigest, revision, absent: false };
}

const DIGEST = /^[\w-]{21}[AQgw]$/;

/** @throws VaultwireError `argument-invalid` */
function assertDigest(digest: unknown, name: string): void {
  if (typeof digest === 'string' && DIGEST.test(digest)) return;
  throw new VaultwireError('argument-invalid', `${name}: expected a digest of 16 bytes in base64url`);
}

function assertPin({ kind, id, digest }: PublicKeyPin, name: string): void {
  if (!PIN_KINDS.includes(kind)) throw new VaultwireError('argument-invalid', `${name}: expected a known kind of pin`);
  if (
    typeof id !== 'string' ||
    /\p{Surrogate}/u.test(id) ||
    id === '' ||
    encodeUtf8(id).length > LEDGER_LIMITS.idBytes
  ) {
    throw new VaultwireError('argument-invalid', `${name}: expected an id of 1 to ${LEDGER_LIMITS.idBytes} bytes`);
  }
  assertDigest(digest, name);
}

function assertIterations(iterations: unknown, name: string): void {
  if (Number.isInteger(iterations) && Number(iterations) >= 1 && Number(iterations) <= 0xffffffff) return;
  throw new VaultwireError('argument-invalid', `${name}: expected a count of iterations`);
}

function assertRoom(size: number, limit: number, name: string): void {
  if (size <= limit) return;
  throw new VaultwireError('parameter-out-of-range', `ledger.${name}: expected at most ${limit}`);
}
