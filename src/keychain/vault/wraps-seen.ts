import type { WrappedKey } from './sealed.js';

interface Wrapped {
  readonly uid: string;
  readonly keys: readonly WrappedKey[];
}

/** Watches for one wrapped key under two UIDs, as a server lays one record's key beside another's data. */
export class WrapsSeen {
  /** Of each wrap its UID, its bytes and the first four of them. */
  readonly #uids: string[] = [];
  readonly #wraps: Uint8Array[] = [];
  #starts = new Uint32Array(1024);

  see({ uid, keys }: Wrapped): void {
    for (const { bytes } of keys) {
      const [a = 0, b = 0, c = 0, d = 0] = bytes;
      const place = this.#wraps.push(bytes) - 1;
      this.#uids.push(uid);
      if (place === this.#starts.length) this.#starts = twiceAsLong(this.#starts);
      this.#starts[place] = (a << 24) | (b << 16) | (c << 8) | d;
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
    const placeBits = Math.max(21, Math.ceil(Math.log2(this.#wraps.length + 1)));
    const places = 2 ** placeBits;
    const dropped = placeBits - 21;
    const order = new Float64Array(this.#wraps.length);
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
    const wraps = places
      .map((place) => ({ uid: this.#uids[place] ?? '', bytes: this.#wraps[place] ?? new Uint8Array() }))
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
