import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WrapsSeen } from '../../../src/keychain/vault/wraps-seen.js';

const item = (uid: string, ...wraps: readonly (readonly number[])[]) => ({
  uid,
  keys: wraps.map((bytes) => ({ kind: 'data-key-gcm' as const, bytes: Uint8Array.from(bytes) })),
});

const swappedOf = (items: readonly ReturnType<typeof item>[]): readonly string[] => {
  const seen = new WrapsSeen();
  for (const one of items) seen.see(one);
  return [...seen.swapped()].sort();
};

/** The same by comparing each with each. */
const model = (items: readonly ReturnType<typeof item>[]): readonly string[] => {
  const wraps = items.flatMap(({ uid, keys }) => keys.map(({ bytes }) => ({ uid, text: String(bytes) })));
  const swapped = wraps.filter(({ uid, text }) => wraps.some((one) => one.uid !== uid && one.text === text));
  return [...new Set(swapped.map(({ uid }) => uid))].sort();
};

describe('wraps under two UIDs', () => {
  it('are found, whichever of the keys of an item they are', () => {
    expect(
      swappedOf([item('a', [1, 2, 3, 4, 5], [9]), item('b', [7], [1, 2, 3, 4, 5]), item('c', [1, 2, 3, 4, 6])]),
    ).toEqual(['a', 'b']);
  });

  it('are none where one UID comes twice, where only the beginning is the same, or one is longer', () => {
    expect(swappedOf([item('a', [1, 2, 3, 4, 5]), item('a', [1, 2, 3, 4, 5])])).toEqual([]);
    expect(swappedOf([item('a', [1, 2, 3, 4, 5]), item('b', [1, 2, 3, 4, 6])])).toEqual([]);
    expect(swappedOf([item('a', [1, 2, 3, 4]), item('b', [1, 2, 3, 4, 0])])).toEqual([]);
    expect(swappedOf([item('a'), item('b')])).toEqual([]);
  });

  it('are found by sorting as by comparing each with each', () => {
    // Few values, so that beginnings and whole wraps coincide, with high bits, which must not become signs.
    const byte = fc.constantFrom(0, 1, 0x80, 0xff);
    const wrap = fc.array(byte, { minLength: 0, maxLength: 6 });
    const one = fc
      .tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.array(wrap, { maxLength: 3 }))
      .map(([uid, wraps]) => item(uid, ...wraps));
    fc.assert(
      fc.property(fc.array(one, { maxLength: 12 }), (items) => {
        expect(swappedOf(items)).toEqual(model(items));
      }),
    );
  });

  it('are found among thousands that all begin alike, as whoever chooses nonces can have it', () => {
    const items = Array.from({ length: 5000 }, (_, number) =>
      item(`uid ${number}`, [7, 7, 7, 7, number >> 8, number & 0xff]),
    );
    items.push(item('copy', [7, 7, 7, 7, 3, 4]));
    expect(swappedOf(items)).toEqual(['copy', `uid ${3 * 256 + 4}`]);
  });
});
