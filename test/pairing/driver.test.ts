import { expect, test } from 'vitest';
import { MachineDriver, MAXIMUM_WAITING_EFFECTS, REMEMBERED_NONCES, SentNonces } from '../../src/pairing/driver.js';
import type { Clock } from '../../src/pairing/clock.js';
import { FakeClock, settle } from '../support/pairing.js';

/**
 * A machine that counts, wants a tick at a time it is told, and has an effect for every event but silent ones. What it
 * notes is worth no save, and what it hears it only tells.
 */
interface Counter {
  readonly count: number;
  readonly notes: number;
  readonly wake: number | null;
}
type Event =
  | { readonly type: 'add' | 'silent' | 'tick' | 'note' | 'hear' }
  | { readonly type: 'wake'; readonly at: number | null };

function driver(save: (state: Counter) => Promise<void>, clock: Clock = new FakeClock()) {
  const ran: string[] = [];
  const failures: unknown[] = [];
  const made = new MachineDriver<Counter, Event, string>(
    {
      step: (state, event) => {
        if (event.type === 'wake') return { state: { ...state, wake: event.at }, effects: [] };
        if (event.type === 'note' || event.type === 'hear') {
          const noted = { ...state, notes: state.notes + 1 };
          return { state: noted, effects: event.type === 'note' ? [] : [`hear ${noted.notes}`] };
        }
        const due = event.type === 'tick' && state.wake !== null && state.wake <= clock.now();
        if (event.type === 'tick' && !due) return { state, effects: [] };
        const next = { ...state, count: state.count + 1, wake: due ? null : state.wake };
        return { state: next, effects: event.type === 'silent' ? [] : [`${event.type} ${next.count}`] };
      },
      wake: ({ wake }) => wake,
      tick: () => ({ type: 'tick' }),
      clock,
      passing: ['notes'],
      tells: (effect) => effect.startsWith('hear'),
      save,
      prepare: (effect) => () => ran.push(effect),
      failed: (error) => failures.push(error),
    },
    { count: 0, notes: 0, wake: null },
  );
  return { made, ran, failures };
}

test('effects run in order, each after a save that knows of it, and saves are put together', async () => {
  const saved: number[] = [];
  const resolvers: (() => void)[] = [];
  const { made, ran } = driver(({ count }) => {
    saved.push(count);
    return new Promise((resolve) => resolvers.push(resolve));
  });
  made.dispatch({ type: 'add' });
  made.dispatch({ type: 'add' });
  made.dispatch({ type: 'add' });
  expect(made.state.count).toBe(3);
  expect([saved, ran]).toEqual([[1], []]);
  resolvers[0]?.();
  await settle();
  // The first save knew of the first event alone.
  expect([saved, ran]).toEqual([[1, 3], ['add 1']]);
  resolvers[1]?.();
  await made.idle();
  expect([saved, ran]).toEqual([
    [1, 3],
    ['add 1', 'add 2', 'add 3'],
  ]);
});

test('an event without effect is saved, unless it changed only what passes', async () => {
  const saved: Counter[] = [];
  const { made, ran } = driver((state) => {
    saved.push(state);
    return Promise.resolve();
  });
  for (const type of ['note', 'hear', 'tick'] as const) made.dispatch({ type });
  await settle();
  expect([made.state.notes, saved, ran]).toEqual([2, [], ['hear 2']]);
  made.dispatch({ type: 'silent' });
  await made.idle();
  expect(saved).toEqual([{ count: 1, notes: 2, wake: null }]);
});

test('what is only told comes after what happened before it, and before what happens after it', async () => {
  const resolvers: (() => void)[] = [];
  const { made, ran } = driver(() => new Promise((resolve) => resolvers.push(resolve)));
  made.dispatch({ type: 'hear' });
  expect(ran).toEqual([]);
  made.dispatch({ type: 'add' });
  made.dispatch({ type: 'hear' });
  await settle();
  expect(ran).toEqual(['hear 1']);
  resolvers[0]?.();
  await settle();
  expect([ran, resolvers.length]).toEqual([['hear 1', 'add 1', 'hear 2'], 1]);
});

test('what is only told is bounded while a save goes on, and told no more once the driver is closed', async () => {
  const { made, ran } = driver(() => new Promise(() => undefined));
  made.dispatch({ type: 'hear' });
  made.close();
  await settle();
  expect(ran).toEqual([]);
  const busy = driver(() => new Promise(() => undefined)).made;
  for (let index = 0; index < MAXIMUM_WAITING_EFFECTS; index++) busy.dispatch({ type: 'hear' });
  expect(busy.crowded).toBe(false);
  busy.dispatch({ type: 'silent' });
  for (let index = 0; index < MAXIMUM_WAITING_EFFECTS; index++) busy.dispatch({ type: 'hear' });
  expect(busy.crowded).toBe(true);
});

test('a save that fails ends it all, once', async () => {
  const failure = new Error('the disk is full');
  const { made, ran, failures } = driver(() => Promise.reject(failure));
  made.dispatch({ type: 'add' });
  await made.idle();
  made.dispatch({ type: 'add' });
  made.touch();
  await made.idle();
  expect([made.open, made.state.count, ran, failures]).toEqual([false, 1, [], [failure]]);
});

test('what waits when it is closed never runs, but is saved', async () => {
  const saved: number[] = [];
  const resolvers: (() => void)[] = [];
  const clock = new FakeClock();
  const { made, ran } = driver(({ count }) => {
    saved.push(count);
    return new Promise((resolve) => resolvers.push(resolve));
  }, clock);
  made.dispatch({ type: 'wake', at: clock.now() + 1_000 });
  made.dispatch({ type: 'add' });
  made.close();
  resolvers[0]?.();
  await settle();
  resolvers[1]?.();
  await made.idle();
  await clock.advance(2_000);
  expect([ran, saved, clock.timers]).toEqual([[], [0, 1], 0]);
});

test('rings when the machine wants it, and again when a timer rang too early', async () => {
  const clock = new FakeClock();
  // As a timer of 31 bits does.
  const hasty: Clock = {
    now: () => clock.now(),
    after: (milliseconds, callback) => clock.after(Math.min(milliseconds, 100), callback),
  };
  const { made, ran } = driver(() => Promise.resolve(), hasty);
  made.dispatch({ type: 'wake', at: clock.now() + 1_000 });
  await clock.advance(999);
  expect(ran).toEqual([]);
  await clock.advance(1);
  expect([ran, clock.timers]).toEqual([['tick 1'], 0]);
  made.dispatch({ type: 'wake', at: clock.now() + 50 });
  made.dispatch({ type: 'wake', at: clock.now() + 80 });
  expect(clock.timers).toBe(1);
  await clock.advance(79);
  expect(ran).toEqual(['tick 1']);
  made.dispatch({ type: 'wake', at: null });
  expect(clock.timers).toBe(0);
});

test('as many nonces as are said are remembered, the oldest forgotten first', () => {
  const nonces = new SentNonces(['first', 'second']);
  for (let index = 0; index < REMEMBERED_NONCES - 1; index++) nonces.add(String(index));
  expect([nonces.has('first'), nonces.has('second'), nonces.list().length]).toEqual([false, true, REMEMBERED_NONCES]);
  expect(new SentNonces(nonces.list()).list()).toEqual(nonces.list());
});
