import { describe, expect, test } from 'vitest';
import { legible } from '../../src/wire/text.js';

describe('what a person decides by', () => {
  test('runs of spaces and of what cannot be seen are one space', () => {
    expect(legible(`git${' '.repeat(74)}host github.com`)).toBe('git host github.com');
    for (const gap of [
      ...[' ', '\u00a0', '\u2003', '\u3000', '\n', '\r\n', '\t', '\u2028', '\u001b', '\u007f', '\u0085', '\u00ad'],
      ...['\u200b', '\u202e', '\u2066', '\ufeff', '\u115f', '\u3164', '\u2800', '\ufe0f', '\u034f', '\ud800'],
      ...['\u{e0041}', ' \u200b \n'],
    ]) {
      expect(legible(`a${gap}b`)).toBe('a b');
      expect(legible(gap.repeat(3000) + 'a' + gap.repeat(3000))).toBe('a');
    }
  });

  test('everything else stays', () => {
    const text = 'Ada <ada@example.com>, Zoë, Ада, 愛, 🦀, +0200';
    expect(legible(text)).toBe(text);
  });

  test('what is cut says so', () => {
    expect(legible('x'.repeat(1000))).toBe('x'.repeat(1000));
    expect(legible('x'.repeat(1001))).toBe(`${'x'.repeat(1000)}… (1 characters more)`);
    expect(legible('🦀'.repeat(200_000))).toBe(`${'🦀'.repeat(1000)}… (199,000 characters more)`);
  });
});
