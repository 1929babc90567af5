import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { systemClock } from '../../src/pairing/clock.js';

beforeEach(() => {
  vi.useFakeTimers({ now: 1_700_000_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

test('the platform tells the time and rings once', () => {
  expect(systemClock.now()).toBe(1_700_000_000_000);
  let rung = 0;
  systemClock.after(1_000, () => rung++);
  vi.advanceTimersByTime(999);
  expect(rung).toBe(0);
  vi.advanceTimersByTime(10_000);
  expect(rung).toBe(1);
});

test('a timer that was canceled does not ring', () => {
  let rung = 0;
  const cancel = systemClock.after(1_000, () => rung++);
  cancel();
  vi.advanceTimersByTime(10_000);
  expect([rung, vi.getTimerCount()]).toEqual([0, 0]);
});

test('what is further away than timers count rings too early, not at once', () => {
  let rung = 0;
  systemClock.after(2 ** 40, () => rung++);
  vi.advanceTimersByTime(1_000_000);
  expect(rung).toBe(0);
  vi.advanceTimersByTime(2 ** 31);
  expect(rung).toBe(1);
});
