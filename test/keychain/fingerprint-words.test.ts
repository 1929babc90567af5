import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FINGERPRINT_WORDS } from '../../src/keychain/fingerprint-words.js';

const STATED = readFileSync(new URL('../../docs/fingerprints.md', import.meta.url), 'utf8').replaceAll(/\s+/g, ' ');

/** A number that the documentation of the format states. */
function stated(pattern: RegExp): number {
  const [, number] = pattern.exec(STATED) ?? [];
  if (number === undefined) throw new Error(`docs/fingerprints.md does not say ${pattern.source}`);
  return Number(number);
}

/** How many letters must be changed, added or left out to make one of the other (Levenshtein). */
function edits(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let index = 1; index <= one.length; index++) {
    const next = [index];
    for (let place = 1; place <= other.length; place++) {
      const changed = row[place - 1]! + (one[index - 1] === other[place - 1] ? 0 : 1);
      next.push(Math.min(changed, row[place]! + 1, next[place - 1]! + 1));
    }
    row = next;
  }
  return row[other.length]!;
}

function distances(words: readonly string[]): number[] {
  return words.flatMap((word, index) => words.slice(index + 1).map((other) => edits(word, other)));
}

describe('the distance between texts', () => {
  it.each([
    ['', 'abc', 3],
    ['coral', 'coral', 0],
    ['kitten', 'sitting', 3],
    ['abcd', 'bcda', 2],
  ])('of %j and %j is %i', (one, other, distance) => {
    expect(edits(one, other)).toBe(distance);
    expect(edits(other, one)).toBe(distance);
  });
});

describe('the words of a fingerprint', () => {
  it('are distinct, of lower-case ASCII letters, and short', () => {
    expect(new Set(FINGERPRINT_WORDS).size).toBe(256);
    const lengths = FINGERPRINT_WORDS.map((word) => word.length);
    expect(Math.min(...lengths)).toBe(stated(/letters: (\d+) to \d+ of them/));
    expect(Math.max(...lengths)).toBe(stated(/letters: \d+ to (\d+) of them/));
    expect(FINGERPRINT_WORDS.filter((word) => !/^[a-z]+$/.test(word))).toEqual([]);
  });

  it('can be said: one to three groups of vowels, and never four consonants in a row', () => {
    const groups = FINGERPRINT_WORDS.map((word) => word.match(/[aeiouy]+/g)?.length ?? 0);
    expect(Math.min(...groups)).toBe(1);
    expect(Math.max(...groups)).toBe(3);
    expect(FINGERPRINT_WORDS.filter((word) => /[^aeiouy]{4}/.test(word))).toEqual([]);
  });

  it('are as far apart as is documented', () => {
    expect(Math.min(...distances(FINGERPRINT_WORDS))).toBe(stated(/at least (\d+) edits apart/));
  });

  it('are no further apart in their first four letters than is documented', () => {
    const near = distances(FINGERPRINT_WORDS.map((word) => word.slice(0, 4))).filter((distance) => distance < 2);
    expect(new Set(near)).toEqual(new Set([1]));
    expect(near).toHaveLength(stated(/in (\d+) pairs of words/));
  });
});
