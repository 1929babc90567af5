import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormerDigests, formerChanges } from '../../../src/keychain/ledger/former.js';

/** Entries that a server chose so that they crowd together. */
const crowded = (number: number): Uint32Array => Uint32Array.of(Math.imul(number, 0x9e3779b1) ^ 0x1234, number);
const bytesOf = (entries: readonly Uint32Array[]): Uint8Array =>
  new Uint8Array(Uint32Array.from(entries.flatMap((entry) => [...entry])).buffer);

describe('digests that were replaced', () => {
  it('are found like the entries of a Set, and keep their order', () => {
    const entry = fc.oneof(
      fc.tuple(fc.nat(3), fc.nat(9)).map((words) => Uint32Array.from(words)),
      fc.nat(300).map(crowded),
    );
    fc.assert(
      fc.property(
        fc.uniqueArray(entry, { selector: (words) => words.join() }),
        fc.array(fc.tuple(entry, fc.boolean()), { maxLength: 400, size: 'max' }),
        (before, steps) => {
          const given = bytesOf(before);
          const copy = given.slice();
          const former = new FormerDigests(given);
          const model = new Map(before.map((words) => [words.join(), words]));
          for (const [words, isAdded] of steps) {
            expect(former.has(Uint32Array.of(9, ...words), 1)).toBe(model.has(words.join()));
            if (!isAdded) continue;
            former.add(words, 0);
            if (!model.has(words.join())) model.set(words.join(), words);
          }
          const after = former.bytes();
          expect(after).toEqual(bytesOf([...model.values()]));
          expect(formerChanges(given, after)).toEqual({ gone: 0, added: after.slice(given.length) });
          expect(former.isEmpty).toBe(model.size === 0);
          expect(given).toEqual(copy);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('that crowd together are looked up in a Set, and others are not', () => {
    const fill = (entryOf: (number: number) => Uint32Array): FormerDigests => {
      const former = new FormerDigests(new Uint8Array());
      for (let number = 0; number < 1000; number++) former.add(entryOf(number), 0);
      for (const each of [former, new FormerDigests(former.bytes())]) {
        for (const number of [0, 99, 100, 101, 999]) expect(each.has(entryOf(number), 0)).toBe(true);
        expect(each.has(entryOf(5000), 0)).toBe(false);
      }
      return former;
    };
    expect(fill(crowded).isCrowded).toBe(true);
    expect(fill((number) => Uint32Array.of(number, 7)).isCrowded).toBe(false);
  });
});
