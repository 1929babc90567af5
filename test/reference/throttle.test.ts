import { describe, expect, it } from 'vitest';
import { Throttle } from '../../reference/src/backend/throttle.js';

describe('throttling', () => {
  it('lets 100 requests pass and refuses the next', () => {
    const throttle = new Throttle();
    for (let count = 1; count <= 100; count++) expect(throttle.admit('a', 'get_secret', count)).toBe(true);
    expect(throttle.admit('a', 'get_secret', 101)).toBe(false);
  });

  it('counts by client and by command', () => {
    const throttle = new Throttle({ limit: 1 });
    expect(throttle.admit('a', 'get_secret', 0)).toBe(true);
    expect(throttle.admit('a', 'get_folders', 0)).toBe(true);
    expect(throttle.admit('b', 'get_secret', 0)).toBe(true);
    expect(throttle.admit('a', 'get_secret', 0)).toBe(false);
  });

  it('clears after 10 s of silence, which every request puts off', () => {
    const throttle = new Throttle({ limit: 1 });
    expect(throttle.admit('a', 'c', 0)).toBe(true);
    expect(throttle.admit('a', 'c', 9_999)).toBe(false);
    expect(throttle.admit('a', 'c', 19_998)).toBe(false);
    expect(throttle.admit('a', 'c', 29_998)).toBe(true);
  });

  it('keeps a bounded number of counters and drops the oldest first', () => {
    const throttle = new Throttle({ limit: 1, capacity: 2 });
    for (const client of ['a', 'b', 'c', 'd']) throttle.admit(client, 'x', 0);
    expect(throttle.size).toBe(2);
    expect(throttle.admit('d', 'x', 0)).toBe(false);
    expect(throttle.admit('a', 'x', 0)).toBe(true);
  });

  it('drops counters that have cleared', () => {
    const throttle = new Throttle();
    for (let client = 0; client < 50; client++) throttle.admit(String(client), 'x', 0);
    throttle.admit('late', 'x', 10_000);
    expect(throttle.size).toBe(1);
  });

  it('asks for a wait that is longer than the silence it needs', () => {
    expect(new Throttle().retryAfterSeconds).toBe(11);
  });
});
