import { concatBytes, copyBytes, type Bytes } from '../../src/wire/bytes.js';
import { isVaultwireError } from '../../src/wire/error.js';
import { toHex } from '../crypto/hex.js';

/** Numbers below a bound, the same for the same seed (mulberry32). */
export type Random = (bound: number) => number;
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return (bound) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  };
}

/** What decoders of text, of lengths and of counts are likely to stumble over. */
const TOKENS = [
  ...['{', '}', '[', ']', '"', ':', ',', '\\', '\\u0000', '\\ud800', 'null', 'true', '1e999', '-0', '""', '=', ' '],
  ...['"__proto__":', '"a":', '"error":"rejected",', '[[[[[[[[', '\u{1f600}', '\ufeff', '\n', 'ssh-rsa'],
].map((text) => new TextEncoder().encode(text));
const WORDS = [0, 1, 0x7f, 0xff, 0x100, 0x7fffffff, 0x80000000, 0xffffffff];

/** One change: of a bit, a byte, a length, a part; or a part of another capture. */
function mutateOnce(bytes: Uint8Array, others: readonly Uint8Array[], random: Random): Bytes {
  const at = random(bytes.length + 1);
  const end = at + random(Math.min(bytes.length - at, 40) + 1);
  const [before, part, after] = [bytes.subarray(0, at), bytes.subarray(at, end), bytes.subarray(end)];
  const changed = copyBytes(bytes);
  switch (random(11)) {
    case 0:
      if (at < changed.length) changed[at]! ^= 1 << random(8);
      return changed;
    case 1:
      if (at < changed.length) changed[at] = random(256);
      return changed;
    case 2:
      if (at < changed.length) changed[at]! += random(2) === 0 ? 1 : -1;
      return changed;
    case 3: {
      const view = new DataView(changed.buffer);
      if (at + 4 <= changed.length) view.setUint32(at, WORDS[random(WORDS.length)]!);
      return changed;
    }
    case 4:
      return copyBytes(before);
    case 5:
      return concatBytes(before, after);
    case 6:
      return concatBytes(before, part, part, after);
    case 7:
      return concatBytes(before, TOKENS[random(TOKENS.length)]!, after);
    case 8:
      return concatBytes(before, TOKENS[random(TOKENS.length)]!, part, after);
    case 9: {
      const other = others[random(others.length)]!;
      return concatBytes(before, other.subarray(random(other.length + 1)));
    }
    default:
      return concatBytes(after, part, before);
  }
}

/** A capture with one to four changes. */
export function mutate(captures: readonly Uint8Array[], random: Random): Bytes {
  let bytes = copyBytes(captures[random(captures.length)]!);
  for (let count = 1 + random(4); count > 0; count--) bytes = mutateOnce(bytes, captures, random);
  return bytes;
}

/** Something that reads bytes from outside. */
export interface FuzzTarget {
  readonly captures: readonly Uint8Array[];
  readonly runs: number;
  /**
   * Reads the bytes, or throws a VaultwireError to refuse them. Any other error is a fault, and so is whatever is thrown
   * by the check that is returned.
   */
  readonly read: (bytes: Bytes, random: Random) => () => void;
}

/**
 * Reads mutated captures. Every run has a seed of its own, which is all it takes to see it again.
 *
 * @returns how many were accepted and how many refused
 */
export function fuzz(
  name: string,
  { captures, runs, read }: FuzzTarget,
  seed: number,
): { accepted: number; refused: number } {
  let [accepted, refused] = [0, 0];
  for (let run = 0; run < runs; run++) {
    const random = seededRandom(seed + Math.imul(run, 0x9e3779b1));
    const bytes = mutate(captures, random);
    try {
      const check = unlessRefused(() => read(bytes.slice(), random));
      check?.();
      if (check) accepted++;
      else refused++;
    } catch (error) {
      const again = `VAULTWIRE_FUZZ_SEED=${seed}`;
      throw new Error(`${name}: run ${run} under ${again} failed on ${toHex(bytes)}`, { cause: error });
    }
  }
  return { accepted, refused };
}

function unlessRefused<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (isVaultwireError(error)) return undefined;
    throw error;
  }
}
