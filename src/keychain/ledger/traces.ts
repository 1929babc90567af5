import { encodeBase64Url } from '../../wire/base64.js';
import { assertBytes, copyBytes } from '../../wire/bytes.js';
import { VaultwireError } from '../../wire/error.js';
import type { WrapKind } from '../account/wrap.js';
import { VaultDigests } from '../vault/digests.js';
import type { ItemKind, ItemTrace } from './items.js';

// What a ledger keeps of its uids lies in rows, as its stored form has them: a vault of 100,000 uids would else be as
// many objects and three times as many texts, and to make them costs more than to compare them. A row, integers
// big-endian:
//
//   uid(16) how(1) revision(7) key digest(16) data digest(16, zeros for none)
//
// `how` is the kind (2 bits) and one more than the place of the wrap among STORED_WRAPS (4 bits), above them 1 bit for
// authenticated and 1 for absent. The revision's two top bits: there is a revision, there is a data digest.

/** Length of a row in bytes. */
export const ROW_LENGTH = 56;
export const ROW_WORDS = ROW_LENGTH / 4;
const HOW = 16;
const REVISION = 17;
const KEY_DIGEST = 24;
const DATA_DIGEST = 40;
const AUTHENTICATED = 0x40;
const ABSENT = 0x80;
const HAS_REVISION = 0x80_0000;
const HAS_DATA = 0x40_0000;

/** In the order of their numbers in a row, which stays. */
const ITEM_KINDS: readonly ItemKind[] = ['record', 'folder', 'team', 'file'];
/** In the order of their numbers in a row, which stays, whatever becomes of their order by strength. */
const STORED_WRAPS: readonly WrapKind[] = [
  'data-key-gcm',
  'folder-gcm',
  'team-gcm',
  'user-ec',
  'team-ec',
  'user-rsa',
  'team-rsa',
  'data-key-cbc',
  'folder-cbc',
  'team-cbc',
];

/** What a ledger knows of a uid. */
export function traceOf({ items }: { readonly items: Uint8Array }, uid: string): ItemTrace | undefined {
  const { bytes } = new Row();
  if (!writeDigest(bytes, 0, uid)) return undefined;
  for (let start = 0; start < items.length; start += ROW_LENGTH) {
    let length = 0;
    while (length < 16 && items[start + length] === bytes[length]) length++;
    if (length === 16) return readTrace(items, start / ROW_LENGTH);
  }
  return undefined;
}

/** Every uid that a ledger knows, and what it knows of it. */
export function* tracesOf({ items }: { readonly items: Uint8Array }): Generator<[uid: string, trace: ItemTrace]> {
  assertRows(items);
  for (let place = 0; place * ROW_LENGTH < items.length; place++)
    yield [readUid(items, place), readTrace(items, place)];
}

/** Room for one row. Rows are compared and copied by words, in whichever order the platform has their bytes. */
export class Row {
  readonly words = new Uint32Array(ROW_WORDS);
  readonly bytes = new Uint8Array(this.words.buffer);

  get hasData(): boolean {
    return ((this.bytes[REVISION] ?? 0) & 0x40) !== 0;
  }
}

/** What a row is made of. */
export interface RowContent {
  readonly uid: string;
  readonly kind: ItemKind;
  readonly wrap?: WrapKind | undefined;
  /** Default true. */
  readonly authenticated?: boolean;
  readonly keyDigest: string;
  readonly dataDigest?: string | undefined;
  /** Both digests as bytes, which spares making texts of them. */
  readonly digests?: unknown;
  readonly revision?: number | undefined;
  /** Default false. */
  readonly absent?: boolean;
}

/**
 * Writes what was shown of a uid as a row.
 *
 * @throws VaultwireError `uid-invalid`, `argument-invalid`
 */
export function writeRow(target: Uint8Array, offset: number, content: RowContent): void {
  const { uid, kind, wrap, authenticated = true, digests, revision, absent = false } = content;
  if (!writeDigest(target, offset, uid)) {
    throw new VaultwireError('uid-invalid', 'item.uid: expected 16 bytes in base64url');
  }
  const kindNumber = ITEM_KINDS.indexOf(kind);
  if (kindNumber < 0) throw new VaultwireError('argument-invalid', 'item.kind: expected a known kind');
  const wrapNumber = wrap === undefined ? 0 : STORED_WRAPS.indexOf(wrap) + 1;
  if (wrap !== undefined && wrapNumber === 0) {
    throw new VaultwireError('argument-invalid', 'item.wrap: expected a known kind of wrap');
  }
  if (typeof authenticated !== 'boolean') {
    throw new VaultwireError('argument-invalid', 'item.authenticated: expected a boolean');
  }
  target[offset + HOW] = kindNumber | (wrapNumber << 2) | (authenticated ? AUTHENTICATED : 0) | (absent ? ABSENT : 0);
  const count = revision ?? 0;
  if (!Number.isSafeInteger(count) || count < 0) {
    throw new VaultwireError('argument-invalid', 'item.revision: expected a count of changes');
  }
  const hasData = digests instanceof VaultDigests ? digests.hasData : content.dataDigest !== undefined;
  let high = Math.floor(count / 0x1_0000_0000);
  high |= (revision === undefined ? 0 : HAS_REVISION) | (hasData ? HAS_DATA : 0);
  const at = offset + REVISION;
  target[at] = high >>> 16;
  target[at + 1] = high >>> 8;
  target[at + 2] = high;
  target[at + 3] = count >>> 24;
  target[at + 4] = count >>> 16;
  target[at + 5] = count >>> 8;
  target[at + 6] = count;
  if (digests instanceof VaultDigests) digests.copyTo(target, offset + KEY_DIGEST);
  else writeTexts(target, offset, content);
}

function writeTexts(target: Uint8Array, offset: number, { keyDigest, dataDigest }: RowContent): void {
  if (!writeDigest(target, offset + KEY_DIGEST, keyDigest)) {
    throw new VaultwireError('argument-invalid', 'item.keyDigest: expected a digest of 16 bytes in base64url');
  }
  if (dataDigest === undefined) target.fill(0, offset + DATA_DIGEST, offset + ROW_LENGTH);
  else if (!writeDigest(target, offset + DATA_DIGEST, dataDigest)) {
    throw new VaultwireError('argument-invalid', 'item.dataDigest: expected a digest of 16 bytes in base64url');
  }
}

/** What a row says. */
export function readTrace(rows: Uint8Array, place: number): ItemTrace {
  const row = rows.subarray(place * ROW_LENGTH, (place + 1) * ROW_LENGTH);
  const how = row[HOW] ?? 0;
  const [first = 0, second = 0, third = 0, ...low] = row.subarray(REVISION, KEY_DIGEST);
  const high = ((first & 0x3f) << 16) | (second << 8) | third;
  return {
    kind: ITEM_KINDS[how & 3] ?? 'record',
    wrap: STORED_WRAPS[((how >>> 2) & 15) - 1],
    authenticated: (how & AUTHENTICATED) !== 0,
    keyDigest: encodeBase64Url(row.subarray(KEY_DIGEST, DATA_DIGEST)),
    dataDigest: (first & 0x40) === 0 ? undefined : encodeBase64Url(row.subarray(DATA_DIGEST)),
    revision: (first & 0x80) === 0 ? undefined : low.reduce((value, byte) => value * 256 + byte, high),
    absent: (how & ABSENT) !== 0,
  };
}

export function readUid(rows: Uint8Array, place: number): string {
  return encodeBase64Url(rows.subarray(place * ROW_LENGTH, place * ROW_LENGTH + 16));
}

/** What is wrong with a row, if anything. Who made it had the key, but a mistake of theirs must not become trust of ours. */
export function faultOf(rows: Uint8Array, place: number): string | undefined {
  const start = place * ROW_LENGTH;
  const wrapNumber = ((rows[start + HOW] ?? 0) >>> 2) & 15;
  if (wrapNumber > STORED_WRAPS.length) return 'kind of an item';
  const first = rows[start + REVISION] ?? 0;
  // More than 53 bits of a count, or some without a count.
  if ((first & 0x20) !== 0) return 'revision';
  if ((first & 0x80) === 0 && ((first & 0x3f) !== 0 || !isZero(rows, start + REVISION + 1, start + KEY_DIGEST))) {
    return 'revision';
  }
  if ((first & 0x40) === 0 && !isZero(rows, start + DATA_DIGEST, start + ROW_LENGTH)) return 'data digest';
  return undefined;
}

export function isAbsent(rows: Uint8Array, place: number): boolean {
  return ((rows[place * ROW_LENGTH + HOW] ?? 0) & ABSENT) !== 0;
}

/** Which sixteen bytes of a row are looked up, by the first word of them. */
const UID_COLUMN = 0;
export const KEY_COLUMN = KEY_DIGEST / 4;
export const DATA_COLUMN = DATA_DIGEST / 4;

/** Then one in about a hundred rows hashes like another. */
const BITS_PER_ROW = 64;

/** Rows that can be looked up, changed and added to. What it is made of is never written to. */
export class TraceTable {
  #bytes: Uint8Array;
  #words: Uint32Array;
  #count: number;
  #isOwn = false;
  #uids: RowIndex | undefined;
  #keys: RowIndex | undefined;

  /** @throws VaultwireError `argument-invalid` for what is no rows */
  constructor(rows: Uint8Array) {
    assertRows(rows);
    this.#count = rows.length / ROW_LENGTH;
    this.#bytes = rows.byteOffset % 4 === 0 ? rows : copyBytes(rows);
    this.#words = wordsOf(this.#bytes);
  }

  get count(): number {
    return this.#count;
  }

  /** The rows, and perhaps room behind them. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** The same by words. */
  get words(): Uint32Array {
    return this.#words;
  }

  /** The rows alone. The table must not be written to any more. */
  rows(): Uint8Array {
    const length = this.#count * ROW_LENGTH;
    return length === this.#bytes.length ? this.#bytes : this.#bytes.slice(0, length);
  }

  hasUidAt(place: number, { words }: Row): boolean {
    return place < this.#count && hasSameColumn(this.#words, place * ROW_WORDS, words, 0);
  }

  hasRowAt(place: number, { words }: Row): boolean {
    const start = place * ROW_WORDS;
    for (let index = 0; index < ROW_WORDS; index++) if (this.#words[start + index] !== words[index]) return false;
    return true;
  }

  /** The places of rows that another table has not in the same place. */
  placesUnlike(other: TraceTable): number[] {
    const [words, others] = [this.#words, other.#words];
    const common = Math.min(this.#count, other.#count);
    const places: number[] = [];
    for (let place = 0; place < this.#count; place++) {
      let difference = place < common ? 0 : 1;
      const end = (place + 1) * ROW_WORDS;
      for (let index = end - ROW_WORDS; index < end; index++) difference |= (words[index] ?? 0) ^ (others[index] ?? 0);
      if (difference !== 0) places.push(place);
    }
    return places;
  }

  read(place: number, into = new Row()): Row {
    const { words } = into;
    for (let index = 0; index < ROW_WORDS; index++) words[index] = this.#words[place * ROW_WORDS + index] ?? 0;
    return into;
  }

  placeOfUid({ words }: Row): number | undefined {
    return this.#uidIndex().find(this.#words, words);
  }

  /** The uid of the row that has the same key. */
  uidOfKey({ words }: Row): string | undefined {
    this.#keys ??= this.#makeIndex(KEY_COLUMN);
    const place = this.#keys.find(this.#words, words);
    return place === undefined ? undefined : readUid(this.#bytes, place);
  }

  /** Whether two rows have the same uid. */
  repeatsUid(): boolean {
    return this.#repeats(UID_COLUMN);
  }

  /** Whether two rows have the same key. */
  repeatsKey(): boolean {
    return this.#repeats(KEY_COLUMN);
  }

  /** Makes room for so many rows. */
  reserve(count: number): void {
    if (count * ROW_LENGTH <= this.#bytes.length) return;
    this.#forgetIndexes();
    this.#moveTo(count);
  }

  append({ words }: Row): number {
    if (this.#count * ROW_LENGTH === this.#bytes.length) this.reserve(2 * this.#count + 8);
    const place = this.#count++;
    this.#write(place, words);
    this.#uids?.add(this.#words, place, this.#count);
    this.#keys?.add(this.#words, place, this.#count);
    return place;
  }

  /** Puts a row in the place of another of the same uid. */
  replace(place: number, { words }: Row): void {
    const isNewKey = !hasSameColumn(this.#words, place * ROW_WORDS + KEY_COLUMN, words, KEY_COLUMN);
    this.#write(place, words);
    if (isNewKey) this.#keys?.add(this.#words, place, this.#count);
  }

  markAbsent(place: number, absent: boolean): void {
    this.#own();
    const at = place * ROW_LENGTH + HOW;
    this.#bytes[at] = ((this.#bytes[at] ?? 0) & ~ABSENT) | (absent ? ABSENT : 0);
  }

  /** Takes rows out; the others keep their order. */
  remove(places: ReadonlySet<number>): void {
    const words = this.#own();
    let kept = 0;
    for (let place = 0; place < this.#count; place++) {
      if (places.has(place)) continue;
      words.copyWithin(kept * ROW_WORDS, place * ROW_WORDS, (place + 1) * ROW_WORDS);
      kept++;
    }
    this.#count = kept;
    this.#forgetIndexes();
  }

  /** One bit for each hash that was seen tells nearly all apart, and costs less than to look all of them up. */
  #repeats(column: number): boolean {
    const words = this.#words;
    const count = this.#count;
    let size = 32;
    while (size < BITS_PER_ROW * count) size *= 2;
    const seen = new Uint32Array(size / 32);
    const seenAgain = new Uint32Array(size / 32);
    for (let place = 0; place < count; place++) {
      const start = hashAt(words, place * ROW_WORDS + column) & (size - 1);
      const bit = 1 << (start & 31);
      const slot = start >>> 5;
      const before = seen[slot] ?? 0;
      seen[slot] = before | bit;
      seenAgain[slot] = (seenAgain[slot] ?? 0) | (before & bit);
    }
    const names = new Set<string>();
    for (let place = 0; place < count; place++) {
      const at = place * ROW_WORDS + column;
      const start = hashAt(words, at) & (size - 1);
      if (((seenAgain[start >>> 5] ?? 0) & (1 << (start & 31))) === 0) continue;
      const name = nameAt(words, at);
      if (names.has(name)) return true;
      names.add(name);
    }
    return false;
  }

  #uidIndex(): RowIndex {
    return (this.#uids ??= this.#makeIndex(UID_COLUMN));
  }

  #makeIndex(column: number): RowIndex {
    const index = new RowIndex(column, this.#bytes.length / ROW_LENGTH);
    for (let place = 0; place < this.#count; place++) index.add(this.#words, place, place + 1);
    return index;
  }

  #forgetIndexes(): void {
    this.#uids = undefined;
    this.#keys = undefined;
  }

  #write(place: number, row: Uint32Array): void {
    const words = this.#own();
    const start = place * ROW_WORDS;
    for (let index = 0; index < ROW_WORDS; index++) words[start + index] = row[index] ?? 0;
  }

  #own(): Uint32Array {
    if (!this.#isOwn) this.#moveTo(this.#count);
    return this.#words;
  }

  #moveTo(count: number): void {
    const bytes = new Uint8Array(count * ROW_LENGTH);
    bytes.set(this.#bytes.subarray(0, this.#count * ROW_LENGTH));
    this.#bytes = bytes;
    this.#words = wordsOf(bytes);
    this.#isOwn = true;
  }
}

/**
 * How many rows may be passed over before one is found. As many are crowded together by who means it, or where rows were
 * changed until those they had been before, which stay behind, have filled the slots.
 */
const MAXIMUM_PROBES = 100;

/**
 * Finds rows by sixteen of their bytes, which a server chooses: where it chose them so that they crowd together, a Map
 * takes over, which no choice of theirs slows down. For all others this takes a fraction of the time of a Map.
 */
export class RowIndex {
  readonly #column: number;
  /** For each slot one more than the place of a row, or 0; then its hash, so that other rows need not be looked at. */
  readonly #slots: Uint32Array;
  readonly #mask: number;
  #places: Map<string, number> | undefined;

  constructor(column: number, capacity: number) {
    this.#column = column;
    let size = 32;
    while (size < 2 * capacity) size *= 2;
    this.#slots = new Uint32Array(2 * size);
    this.#mask = 2 * size - 2;
  }

  /** Whether a Map took over. */
  get isCrowded(): boolean {
    return this.#places !== undefined;
  }

  /** @param count how many rows of `words` have been added, this one included */
  add(words: Uint32Array, place: number, count: number): void {
    const start = place * ROW_WORDS + this.#column;
    if (this.#places) {
      this.#places.set(nameAt(words, start), place);
      return;
    }
    const slots = this.#slots;
    const hash = hashAt(words, start);
    let slot = (2 * hash) & this.#mask;
    for (let probes = 0; probes < MAXIMUM_PROBES; probes++) {
      const other = slots[slot] ?? 0;
      if (other === 0) {
        slots[slot] = place + 1;
        slots[slot + 1] = hash;
        return;
      }
      slot = (slot + 2) & this.#mask;
    }
    this.#places = new Map();
    for (let each = 0; each < count; each++) this.add(words, each, count);
  }

  find(words: Uint32Array, row: Uint32Array): number | undefined {
    if (this.#places) {
      const place = this.#places.get(nameAt(row, this.#column));
      return place !== undefined && this.#isAt(words, place, row) ? place : undefined;
    }
    const slots = this.#slots;
    const hash = hashAt(row, this.#column);
    let slot = (2 * hash) & this.#mask;
    // No further than `add` goes: all slots may be taken, and none would end this.
    for (let probes = 0; probes < MAXIMUM_PROBES; probes++) {
      const place = slots[slot] ?? 0;
      if (place === 0) return undefined;
      if (slots[slot + 1] === hash && this.#isAt(words, place - 1, row)) return place - 1;
      slot = (slot + 2) & this.#mask;
    }
    return undefined;
  }

  /** What was added may have changed since. */
  #isAt(words: Uint32Array, place: number, row: Uint32Array): boolean {
    return hasSameColumn(words, place * ROW_WORDS + this.#column, row, this.#column);
  }
}

function hashAt(words: Uint32Array, start: number): number {
  let hash = 0;
  for (let index = start; index < start + 4; index++) hash = Math.imul(hash ^ (words[index] ?? 0), 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}

const wordsOf = ({ buffer, byteOffset, length }: Uint8Array): Uint32Array =>
  new Uint32Array(buffer, byteOffset, length / 4);

const nameAt = (words: Uint32Array, start: number): string => words.subarray(start, start + 4).join();

function hasSameColumn(one: Uint32Array, start: number, other: Uint32Array, otherStart: number): boolean {
  return (
    one[start] === other[otherStart] &&
    one[start + 1] === other[otherStart + 1] &&
    one[start + 2] === other[otherStart + 2] &&
    one[start + 3] === other[otherStart + 3]
  );
}

/** @throws VaultwireError `argument-invalid` */
function assertRows(rows: unknown): asserts rows is Uint8Array {
  assertBytes(rows, 'ledger.items');
  if (rows.length % ROW_LENGTH !== 0) {
    throw new VaultwireError('argument-invalid', `ledger.items: expected rows of ${ROW_LENGTH} bytes`);
  }
}

/** Six bits of each character of base64url, by its code; 255 for every other one. */
const SIX_BITS = /* @__PURE__ */ makeSixBits();

function makeSixBits(): Uint8Array {
  const bits = new Uint8Array(128).fill(255);
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  for (let index = 0; index < 64; index++) bits[alphabet.charCodeAt(index)] = index;
  return bits;
}

/**
 * Writes the 16 bytes of a digest or UID where they belong, or says that the text is none. There are three per item, and
 * a decoder that makes an array for each would cost more than all the rest.
 */
export function writeDigest(target: Uint8Array, offset: number, text: unknown): boolean {
  if (typeof text !== 'string' || text.length !== 22) return false;
  let seen = 0;
  let place = offset;
  for (let index = 0; index < 20; index += 4) {
    const a = sixBits(text, index);
    const b = sixBits(text, index + 1);
    const c = sixBits(text, index + 2);
    const d = sixBits(text, index + 3);
    seen |= a | b | c | d;
    target[place++] = (a << 2) | (b >>> 4);
    target[place++] = (b << 4) | (c >>> 2);
    target[place++] = (c << 6) | d;
  }
  const a = sixBits(text, 20);
  const b = sixBits(text, 21);
  target[place] = (a << 2) | (b >>> 4);
  // The last character has four bits of the digest, and four that must be zero.
  return (seen | a | b) < 128 && (b & 15) === 0;
}

const sixBits = (text: string, index: number): number => SIX_BITS[text.charCodeAt(index)] ?? 255;

function isZero(bytes: Uint8Array, start: number, end: number): boolean {
  for (let index = start; index < end; index++) if (bytes[index] !== 0) return false;
  return true;
}
