import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  FIRST_THROTTLE_WAIT,
  MAXIMUM_KEY_CHANGES,
  MAXIMUM_REDIRECTS,
  MAXIMUM_THROTTLE_WAITS,
  MAXIMUM_WAIT,
  startRequest,
  stepRequest,
  type AnswerEvent,
  type RequestEffect,
  type RequestLimits,
  type RequestState,
} from '../../src/transmission/index.js';
import type { ErrorCode } from '../../src/wire/error.js';
import { encodeJson, type JsonValue } from '../../src/wire/json.js';

const LIMITS: RequestLimits = { knowsServerKey: (id) => id >= 7 && id <= 18 };

const start = (more: Partial<Parameters<typeof startRequest>[0]> = {}): RequestState =>
  startRequest({ host: 'keepersecurity.com', serverKeyId: 7, ...more });

const answer = (status: number, body: JsonValue, more: Partial<AnswerEvent> = {}): AnswerEvent => ({
  status,
  body: encodeJson(body),
  random: 0.5,
  ...more,
});

const key = (id: number): AnswerEvent => answer(401, { error: 'key', key_id: id });
const redirect = (host: string): AnswerEvent => answer(403, { error: 'region_redirect', region_host: host });
const throttled = (retryAfter?: number, random = 0.5): AnswerEvent =>
  answer(403, { error: 'throttled', ...(retryAfter !== undefined && { retry_after: retryAfter }) }, { random });

/** Steps through answers and returns the last step. */
function run(
  state: RequestState,
  events: readonly AnswerEvent[],
  limits = LIMITS,
): { state: RequestState; effect: RequestEffect } {
  let last: { state: RequestState; effect: RequestEffect } = { state, effect: { type: 'deliver' } };
  for (const event of events) last = stepRequest(last.state, event, limits);
  return last;
}

function failure(
  state: RequestState,
  events: readonly AnswerEvent[],
  limits = LIMITS,
): { code: ErrorCode; message: string } {
  const { effect } = run(state, events, limits);
  if (effect.type !== 'fail') throw new Error(`expected a failure, found ${effect.type}`);
  return { code: effect.error.code, message: effect.error.message };
}

const sent = (serverKeyId: number, host = 'keepersecurity.com', afterMilliseconds = 0): RequestEffect => ({
  type: 'send',
  host,
  serverKeyId,
  afterMilliseconds,
});

describe('the request loop', () => {
  test('delivers 200 and leaves the state alone', () => {
    const state = start();
    expect(stepRequest(state, answer(200, { error: 'key', key_id: 9 }), LIMITS)).toEqual({
      state,
      effect: { type: 'deliver' },
    });
  });

  test.each([201, 204, 206, 301, 400, 500])('takes nothing else for an answer: %i', (status) => {
    expect(failure(start(), [answer(status, {})]).code).toBe('request-rejected');
  });

  test('state and effects are plain data', () => {
    const { state } = run(start(), [key(8), throttled(1), redirect('keepersecurity.eu')]);
    expect(structuredClone(state)).toEqual(state);
    expect(JSON.parse(JSON.stringify(state))).toEqual(state);
    expect(state).toEqual({
      host: 'keepersecurity.eu',
      serverKeyId: 8,
      customServerKey: false,
      workingKeyId: null,
      refusedKeyIds: [7],
      throttleWaits: 1,
      redirects: 1,
    });
  });

  describe('keys', () => {
    test('switches to a key that it has, at once', () => {
      expect(run(start(), [key(10)]).effect).toEqual(sent(10));
    });

    test('never changes a pinned key', () => {
      const state = start({ customServerKey: true });
      const error = failure(state, [key(10)]);
      expect(error.code).toBe('server-key-rejected');
      expect(run(state, [key(10)]).state).toEqual(state);
    });

    test('refuses a key that it does not have', () => {
      expect(failure(start(), [key(99)]).code).toBe('server-key-unknown');
    });

    test('refuses the key that was just refused, and every one before', () => {
      expect(failure(start(), [key(7)]).code).toBe('server-key-loop');
      expect(failure(start(), [key(8), key(7)]).code).toBe('server-key-loop');
      expect(failure(start(), [key(8), key(9), key(8)]).code).toBe('server-key-loop');
    });

    test('changes three times and no more', () => {
      expect(run(start(), [key(8), key(9), key(10)]).effect).toEqual(sent(10));
      expect(failure(start(), [key(8), key(9), key(10), key(11)]).code).toBe('server-key-loop');
    });

    test('never goes back behind a key that worked', () => {
      const state = start({ serverKeyId: 10, workingKeyId: 10 });
      expect(failure(state, [key(9)]).code).toBe('server-key-rollback');
      expect(run(state, [key(11)]).effect).toEqual(sent(11));
      expect(run(start({ serverKeyId: 12, workingKeyId: 10 }), [key(10)]).effect).toEqual(sent(10));
      expect(run(start({ serverKeyId: 10 }), [key(9)]).effect).toEqual(sent(9));
    });
  });

  describe('throttling', () => {
    test.each([
      [0, 0.75],
      [0.5, 1],
      [0.999_999, 1.249_999_5],
    ])('waits 11, 22, 44, 88, 176 s spread by a quarter: %d', (random, jitter) => {
      let state = start();
      for (let attempt = 0; attempt < MAXIMUM_THROTTLE_WAITS; attempt++) {
        const step = stepRequest(state, throttled(undefined, random), LIMITS);
        const wait = Math.round(FIRST_THROTTLE_WAIT * 2 ** attempt * jitter);
        expect(step.effect).toEqual(sent(7, 'keepersecurity.com', wait));
        state = step.state;
      }
      expect(failure(state, [throttled(undefined, random)]).code).toBe('throttled');
    });

    test('the constants are those of the wire note', () => {
      expect([FIRST_THROTTLE_WAIT, MAXIMUM_THROTTLE_WAITS]).toEqual([11_000, 5]);
    });

    test.each([
      [0, 20_000],
      [0.5, 20_000],
      [0.9, 24_000],
    ])('a wait that was asked for only grows by the jitter: %d', (random, wait) => {
      expect(run(start(), [throttled(20, random)]).effect).toEqual(sent(7, 'keepersecurity.com', wait));
    });

    test('waits five minutes if it must, and not a second more', () => {
      expect(MAXIMUM_WAIT).toBe(300_000);
      expect(run(start(), [throttled(300)]).effect).toEqual(sent(7, 'keepersecurity.com', 300_000));
      expect(failure(start(), [throttled(301)]).code).toBe('throttled');
      expect(failure(start(), [throttled(3600)]).message).toContain(' 3600 s');
    });

    test('gives up after five waits, also those that were asked for', () => {
      const five = Array.from({ length: 5 }, () => throttled(1));
      expect(run(start(), five).effect.type).toBe('send');
      expect(failure(start(), [...five, throttled(1)]).code).toBe('throttled');
    });

    test('reads Retry-After against the clock', () => {
      const now = Date.UTC(2026, 0, 1);
      const event = answer(429, {}, { retryAfter: new Date(now + 9000).toUTCString(), now });
      expect(run(start(), [event]).effect).toEqual(sent(7, 'keepersecurity.com', 9000));
      expect(run(start(), [answer(429, {}, { retryAfter: '4' })]).effect).toEqual(sent(7, 'keepersecurity.com', 4000));
    });
  });

  describe('regions', () => {
    test('follows to a published region, at once and with the same key', () => {
      expect(run(start(), [redirect('keepersecurity.eu')]).effect).toEqual(sent(7, 'keepersecurity.eu'));
    });

    test.each(['evil.example', 'keepersecurity.com.evil.example', 'keepersecurity.eu/', 'keepersecurity.eu:8443', ''])(
      'follows to no other host: %j',
      (host) => {
        expect(failure(start(), [redirect(host)]).code).toBe('region-unknown');
      },
    );

    test('the caller decides which hosts', () => {
      const limits = { ...LIMITS, allowsHost: (host: string) => host.endsWith('.corp.example') };
      expect(run(start(), [redirect('a.corp.example')], limits).effect).toEqual(sent(7, 'a.corp.example'));
      expect(failure(start(), [redirect('keepersecurity.eu')], limits).code).toBe('region-unknown');
    });

    test.each(['evil.example/.corp.example', 'evil.example#.corp.example', 'user@x.corp.example', 'a\\b.corp.example'])(
      'the caller is not asked about what is no host: %j',
      (host) => {
        const limits = { ...LIMITS, allowsHost: () => true };
        expect(failure(start(), [redirect(host)], limits).code).toBe('region-unknown');
      },
    );

    test('twice and no more', () => {
      const both = [redirect('keepersecurity.eu'), redirect('keepersecurity.jp')];
      expect(run(start(), both).effect).toEqual(sent(7, 'keepersecurity.jp'));
      expect(failure(start(), [...both, redirect('keepersecurity.ca')]).code).toBe('redirect-loop');
      expect(MAXIMUM_REDIRECTS).toBe(2);
    });
  });

  test('what is final fails in the server’s words', () => {
    expect(failure(start(), [answer(403, { result_code: 'access_denied', message: 'Not you.' })])).toEqual({
      code: 'request-rejected',
      message: 'access_denied: Not you.',
    });
    const error = failure(start(), [answer(401, { error: 'device_not_registered' })]);
    expect(error.code).toBe('request-rejected');
    expect(error.message).toContain('device_not_registered');
  });
});

describe('whatever a hostile server answers', () => {
  const hosts = ['keepersecurity.com', 'keepersecurity.eu', 'evil.example', 'keepersecurity.jp'];
  const event = fc.oneof(
    fc.integer({ min: 1, max: 25 }).map(key),
    fc.constantFrom(...hosts).map(redirect),
    fc
      .tuple(
        fc.option(fc.double({ min: -10, max: 400, noNaN: true }), { nil: undefined }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
      )
      .map(([seconds, random]) => throttled(seconds, random)),
    fc
      .tuple(fc.string(), fc.double({ min: 0, max: 0.999, noNaN: true }))
      .map(([retryAfter, random]) => answer(429, {}, { retryAfter, random, now: 0 })),
  );
  const state = fc.record({
    host: fc.constant('keepersecurity.com'),
    serverKeyId: fc.integer({ min: 7, max: 18 }),
    customServerKey: fc.boolean(),
    workingKeyId: fc.option(fc.integer({ min: 7, max: 18 })),
  });

  test('a request is sent a bounded number of times, waits are bounded, and a pinned key stays', () => {
    const mostSends = 1 + MAXIMUM_KEY_CHANGES + MAXIMUM_THROTTLE_WAITS + MAXIMUM_REDIRECTS;
    let longest = 0;
    fc.assert(
      fc.property(state, fc.array(event, { minLength: 1, maxLength: 40, size: 'max' }), (options, events) => {
        let current = startRequest(options);
        const refused = new Set<number>();
        let sends = 1;
        for (const one of events) {
          const step = stepRequest(current, one, LIMITS);
          if (step.effect.type !== 'send') {
            expect(step.effect.type).toBe('fail');
            expect(step.state).toEqual(current);
            break;
          }
          sends++;
          const { serverKeyId, host, afterMilliseconds } = step.effect;
          expect(Number.isInteger(afterMilliseconds)).toBe(true);
          expect(afterMilliseconds).toBeGreaterThanOrEqual(0);
          expect(afterMilliseconds).toBeLessThanOrEqual(MAXIMUM_WAIT * 1.25);
          expect(hosts).toContain(host);
          expect(host).not.toBe('evil.example');
          expect(LIMITS.knowsServerKey(serverKeyId)).toBe(true);
          if (options.customServerKey) expect(serverKeyId).toBe(options.serverKeyId);
          if (serverKeyId !== current.serverKeyId) {
            refused.add(current.serverKeyId);
            expect(refused.has(serverKeyId)).toBe(false);
            if (options.workingKeyId !== null) expect(serverKeyId).toBeGreaterThanOrEqual(options.workingKeyId);
          }
          current = step.state;
        }
        expect(sends).toBeLessThanOrEqual(mostSends);
        longest = Math.max(longest, sends);
      }),
      { numRuns: 3000 },
    );
    expect(longest).toBeGreaterThan(5);
  });

  test('there is a sequence that reaches the bound, and it ends there', () => {
    const events = [
      ...[8, 9, 10].map(key),
      ...Array.from({ length: 5 }, () => throttled(1)),
      ...['keepersecurity.eu', 'keepersecurity.jp'].map(redirect),
    ];
    const { state: last, effect } = run(start(), events);
    expect(effect.type).toBe('send');
    for (const one of [key(11), throttled(1), redirect('keepersecurity.ca')]) {
      expect(stepRequest(last, one, LIMITS).effect.type).toBe('fail');
    }
  });
});
