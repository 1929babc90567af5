import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ReplayWindow } from '../../src/transmission/index.js';
import { refused } from '../support/refused.js';

const id = (number: number): Uint8Array => Uint8Array.of(number >>> 8, number & 0xff);

describe('a replay window', () => {
  test('admits a request once', () => {
    const window = new ReplayWindow();
    expect(window.admit(id(1), 0)).toBe(true);
    expect(window.admit(id(2), 0)).toBe(true);
    expect(window.admit(id(1), 1)).toBe(false);
    expect(window.admit(id(2), 15 * 60 * 1000 - 1)).toBe(false);
    expect(window.size).toBe(2);
  });

  test('looks without admitting', () => {
    const window = new ReplayWindow({ windowMilliseconds: 10 });
    expect(window.has(id(1), 0)).toBe(false);
    expect(window.admit(id(1), 0)).toBe(true);
    expect([window.has(id(1), 9), window.has(id(2), 9)]).toEqual([true, false]);
    expect(window.has(id(1), 10)).toBe(false);
    expect(window.size).toBe(0);
  });

  test('forgets after 15 minutes unless told otherwise', () => {
    const window = new ReplayWindow();
    window.admit(id(1), 1000);
    expect(window.admit(id(1), 1000 + 15 * 60 * 1000 - 1)).toBe(false);
    expect(window.admit(id(1), 1000 + 15 * 60 * 1000)).toBe(true);
  });

  test('a replay does not make the memory of a request longer', () => {
    const window = new ReplayWindow({ windowMilliseconds: 10 });
    window.admit(id(1), 0);
    expect(window.admit(id(1), 9)).toBe(false);
    expect(window.admit(id(1), 10)).toBe(true);
  });

  test('forgets the oldest beyond its capacity', () => {
    const window = new ReplayWindow({ capacity: 2 });
    for (const number of [1, 2, 3]) expect(window.admit(id(number), number)).toBe(true);
    expect(window.size).toBe(2);
    expect(window.admit(id(2), 4)).toBe(false);
    expect(window.admit(id(3), 4)).toBe(false);
    expect(window.admit(id(1), 4)).toBe(true);
    expect(window.admit(id(2), 5)).toBe(true);
  });

  test('remembers 100,000 unless told otherwise', () => {
    const window = new ReplayWindow();
    const wide = (number: number): Uint8Array => new Uint8Array(new Uint32Array([number]).buffer);
    for (let number = 0; number <= 100_000; number++) window.admit(wide(number), 0);
    expect(window.size).toBe(100_000);
    expect(window.admit(wide(1), 0)).toBe(false);
    expect(window.admit(wide(0), 0)).toBe(true);
  });

  test('a clock that goes back lets nothing be forgotten', () => {
    const window = new ReplayWindow({ windowMilliseconds: 10 });
    window.admit(id(1), 1000);
    expect(window.admit(id(1), 0)).toBe(false);
  });

  test('the identifier is copied', () => {
    const window = new ReplayWindow();
    const bytes = id(1);
    window.admit(bytes, 0);
    bytes.fill(0xff);
    expect(window.admit(id(1), 0)).toBe(false);
    expect(window.admit(bytes, 0)).toBe(true);
  });

  test('is what a list of everything seen would say, within its bounds', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(12), fc.nat(20))),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 8 }),
        (requests, windowMilliseconds, capacity) => {
          const window = new ReplayWindow({ windowMilliseconds, capacity });
          let seen: { number: number; at: number }[] = [];
          let now = 0;
          for (const [number, later] of requests) {
            now += later;
            seen = seen.filter(({ at }) => now - at < windowMilliseconds);
            const fresh = !seen.some((one) => one.number === number);
            if (fresh) seen = [...seen, { number, at: now }].slice(-capacity);
            expect(window.admit(id(number), now)).toBe(fresh);
            expect(window.size).toBe(seen.length);
          }
        },
      ),
    );
  });

  test.each([0, -1, 0.5, Number.NaN, Infinity])('bounds that are none are refused: %s', async (value) => {
    await refused('argument-invalid', () => new ReplayWindow({ windowMilliseconds: value }));
    await refused('argument-invalid', () => new ReplayWindow({ capacity: value }));
  });

  test('an identifier or a time that is none is refused, and nothing forgotten for it', async () => {
    const window = new ReplayWindow();
    window.admit(id(1), 0);
    await refused('argument-invalid', () => window.admit('1' as unknown as Uint8Array, 0));
    await refused('argument-invalid', () => window.admit(id(2), Number.NaN));
    expect(window.admit(id(1), 0)).toBe(false);
  });
});
