import { assertBytes, copyBytes } from '../../wire/bytes.js';
import { VaultwireError } from '../../wire/error.js';
import { FORMER_LIMIT } from './items.js';

/** Length in bytes of an entry: the beginning of a digest. */
export const FORMER_LENGTH = 8;
const ENTRY_WORDS = FORMER_LENGTH / 4;

/** As many entries are crowded together only by who means it. */
const MAXIMUM_PROBES = 100;

/** Digests of keys and data that were replaced. What it is made of is never written to. */
export class FormerDigests {
  readonly #before: Uint8Array;
  /** In the order in which they were replaced, and perhaps room behind them. */
  #words: Uint32Array;
  #count: number;
  #isChanged = false;
  /** For each slot one more than the place of an entry, or 0. Made when it is first asked for: few answers ask. */
  #slots: Uint32Array | undefined;
  /** Takes over where a server chose what it seals so that the entries crowd together. */
  #names: Set<string> | undefined;

  /** @throws VaultwireError `argument-invalid` for what is no entries */
  constructor(before: Uint8Array) {
    this.#before = before;
    this.#words = wordsOf(before);
    this.#count = this.#words.length / ENTRY_WORDS;
  }

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  /** Whether a Set took over. */
  get isCrowded(): boolean {
    return this.#names !== undefined;
  }

  /** Whether the digest that begins at a word was replaced. */
  has(words: Uint32Array, at: number): boolean {
    if (this.#count === 0) return false;
    const slots = this.#slots ?? this.#index();
    if (this.#names) return this.#names.has(nameAt(words, at));
    return (slots[this.#slotOf(slots, words, at)] ?? 0) !== 0;
  }

  add(words: Uint32Array, at: number): void {
    if (this.has(words, at)) return;
    const end = this.#count * ENTRY_WORDS;
    if (end === this.#words.length) {
      const larger = new Uint32Array(2 * end + 64);
      larger.set(this.#words);
      this.#words = larger;
    }
    this.#words[end] = words[at] ?? 0;
    this.#words[end + 1] = words[at + 1] ?? 0;
    this.#count++;
    this.#isChanged = true;
    if (this.#slots && 2 * this.#count <= this.#slots.length) this.#place(this.#slots, this.#count - 1);
    else this.#index();
  }

  /** The newest of them, as a ledger holds them. */
  bytes(): Uint8Array {
    if (!this.#isChanged) return this.#before;
    const oldest = Math.max(0, this.#count - FORMER_LIMIT);
    return new Uint8Array(this.#words.slice(oldest * ENTRY_WORDS, this.#count * ENTRY_WORDS).buffer);
  }

  #index(): Uint32Array {
    let size = 64;
    while (size < 4 * this.#count) size *= 2;
    const slots = new Uint32Array(size);
    this.#slots = slots;
    for (let place = 0; place < this.#count; place++) this.#place(slots, place);
    return slots;
  }

  #place(slots: Uint32Array, place: number): void {
    const at = place * ENTRY_WORDS;
    const slot = this.#names ? -1 : this.#slotOf(slots, this.#words, at);
    if (slot >= 0) {
      slots[slot] = place + 1;
      return;
    }
    this.#names ??= new Set();
    for (let each = this.#names.size; each < this.#count; each++) {
      this.#names.add(nameAt(this.#words, each * ENTRY_WORDS));
    }
  }

  /** Where it is, or has room, or -1 for neither. */
  #slotOf(slots: Uint32Array, words: Uint32Array, at: number): number {
    const [first = 0, second = 0] = [words[at], words[at + 1]];
    let slot = Math.imul(first ^ Math.imul(second, 0x9e3779b1), 0x85ebca6b);
    slot ^= slot >>> 15;
    for (let probes = 0; probes < MAXIMUM_PROBES; probes++, slot++) {
      slot &= slots.length - 1;
      const entry = ((slots[slot] ?? 0) - 1) * ENTRY_WORDS;
      if (entry < 0 || (this.#words[entry] === first && this.#words[entry + 1] === second)) return slot;
    }
    return -1;
  }
}

/** What became of those before: the oldest are gone, and others were added. */
export function formerChanges(
  before: Uint8Array,
  after: Uint8Array,
): { readonly gone: number; readonly added: Uint8Array } {
  if (before === after) return { gone: 0, added: new Uint8Array() };
  const [old, now] = [wordsOf(before), wordsOf(after)];
  let gone = 0;
  while (gone < old.length && (old[gone] !== now[0] || old[gone + 1] !== now[1])) gone += ENTRY_WORDS;
  for (let at = gone; at < old.length; at++) if (old[at] !== now[at - gone]) gone = old.length;
  return { gone: gone / ENTRY_WORDS, added: after.subarray((old.length - gone) * 4) };
}

/** @throws VaultwireError `argument-invalid` */
function wordsOf(entries: Uint8Array): Uint32Array {
  assertBytes(entries, 'ledger.former');
  if (entries.length % FORMER_LENGTH !== 0) {
    throw new VaultwireError('argument-invalid', `ledger.former: expected entries of ${FORMER_LENGTH} bytes`);
  }
  const { buffer, byteOffset, length } = entries.byteOffset % 4 === 0 ? entries : copyBytes(entries);
  return new Uint32Array(buffer, byteOffset, length / 4);
}

const nameAt = (words: Uint32Array, at: number): string => words.subarray(at, at + ENTRY_WORDS).join();
