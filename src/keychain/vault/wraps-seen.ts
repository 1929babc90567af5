import type { WrappedKey } from './sealed.js';

interface Wrapped {
  readonly uid: string;
  readonly keys: readonly WrappedKey[];
}

/** Watches for one wrapped key under two UIDs, as a server lays one record's key beside another's data. */
export class WrapsSeen {
  readonly #items: Wrapped[] = [];
  /** Of each wrap: the place of its item, and its first four bytes. */
  #owners = new Uint32Array(1024);
  #starts = new Uint32Array(1024);
  #count = 0;

  see(item: Wrapped): void {
    const owner = this.#items.push(item) - 1;
    for (const { bytes } of item.keys) {
      if (this.#count === this.#owners.length) {
        this.#owners = twiceAsLong(this.#owners);
        this.#starts = twiceAsLong(this.#starts);
      }
      const [a = 0, b = 0, c = 0, d = 0] = bytes;
      this.#owners[this.#count] = owner;
      this.#starts[this.#count++] = (a << 24) | (b << 16) | (c << 8) | d;
    }
  }

  /**
   * UIDs that share a wrapped key. Which of them is the honest one cannot be known.
   *
   * By sorting, not by hashing: wraps begin with a nonce, which is random, but whoever wants can choose it.
   */
  swapped(): ReadonlySet<string> {
    const swapped = new Set<string>();
    // Start and place in one number that a double holds exactly, so that the platform sorts them as numbers.
    const placeBits = Math.max(21, Math.ceil(Math.log2(this.#count + 1)));
    const places = 2 ** placeBits;
    const dropped = placeBits - 21;
    const order = new Float64Array(this.#count);
    for (let place = 0; place < order.length; place++) {
      order[place] = ((this.#starts[place] ?? 0) >>> dropped) * places + place;
    }
    order.sort();
    for (let from = 0; from < order.length;) {
      const start = Math.floor((order[from] ?? 0) / places);
      let to = from + 1;
      while (to < order.length && Math.floor((order[to] ?? 0) / places) === start) to++;
      if (to - from > 1)
        this.#compare(
          [...order.subarray(from, to)].map((entry) => entry % places),
          swapped,
        );
      from = to;
    }
    return swapped;
  }

  /** Adds the UIDs of wraps that are equal, of those at these places. */
  #compare(places: readonly number[], swapped: Set<string>): void {
    const items = places.map((place) => this.#items[this.#owners[place] ?? 0]).filter((item) => item !== undefined);
    const wraps = [...new Set(items)]
      .flatMap(({ uid, keys }) => keys.map(({ bytes }) => ({ uid, bytes })))
      .sort((one, other) => compareBytes(one.bytes, other.bytes));
    for (const [index, { uid, bytes }] of wraps.entries()) {
      const next = wraps[index + 1];
      if (next && next.uid !== uid && compareBytes(next.bytes, bytes) === 0) swapped.add(uid).add(next.uid);
    }
  }
}

function twiceAsLong(array: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const longer = new Uint32Array(array.length * 2);
  longer.set(array);
  return longer;
}

/** Ciphertext: no secret. */
function compareBytes(one: Uint8Array, other: Uint8Array): number {
  const length = Math.min(one.length, other.length);
  for (let index = 0; index < length; index++) {
    const difference = (one[index] ?? 0) - (other[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}
