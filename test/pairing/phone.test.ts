import { describe, expect, test } from 'vitest';
import type { AnswerBody, PairingRequest, RequestBody, SignRequest } from '../../src/pairing/messages.js';
import {
  phoneWake,
  startPhone,
  stepPhone,
  type PhoneEffect,
  type PhoneEvent,
  type PhoneOptions,
  type PhoneState,
} from '../../src/pairing/phone.js';
import type { Decision } from '../../src/pairing/policy.js';
import { refused } from '../support/refused.js';
import { filled, FINGERPRINT, hostAuth, login, signCommit, signFile, signIn } from './requests.js';

const START = 1_700_000_000_000;
const MINUTE = 60_000;
const WINDOW = 15 * MINUTE;
const YES: Decision = { approve: true };
const NO: Decision = { approve: false };

type WithoutTime<T> = T extends unknown ? Omit<T, 'now'> : never;

/** A phone whose steps are taken one after the other, through storage each time. */
class Phone {
  state: PhoneState;
  effects: readonly PhoneEffect[];
  now = START;

  constructor(options: Partial<PhoneOptions> = {}) {
    ({ state: this.state, effects: this.effects } = startPhone({
      now: START,
      version: '2.4.4',
      fingerprints: [FINGERPRINT],
      ...options,
    }));
  }

  step(event: WithoutTime<PhoneEvent>): readonly PhoneEffect[] {
    ({ state: this.state, effects: this.effects } = stepPhone(structuredClone(this.state), {
      ...event,
      now: this.now,
    }));
    return this.effects;
  }

  request = (requestId: string, body: RequestBody, changes: Partial<PairingRequest> = {}) =>
    this.step({
      type: 'request',
      request: {
        requestId,
        unixSeconds: Math.floor(this.now / 1000),
        version: '2.4.4',
        acknowledge: false,
        body,
        ...changes,
      },
    });
  verified = (requestId: string, valid = true) => this.step({ type: 'host-verified', requestId, valid });
  decided = (requestId: string, decision: Decision = YES) => this.step({ type: 'decided', requestId, decision });
  done = (requestId: string, body: AnswerBody = SIGNATURE) => this.step({ type: 'done', requestId, body });
  tick = (now: number) => {
    this.now = now;
    return this.step({ type: 'tick' });
  };
  get at(): string {
    return this.state.phase.at;
  }

  static paired(options: Partial<PhoneOptions> = {}): Phone {
    const phone = new Phone(options);
    phone.request('hello', { kind: 'me' });
    phone.done('hello', ME);
    expect(phone.at).toBe('paired');
    return phone;
  }
}

const SIGNATURE: AnswerBody = { kind: 'sign', signature: filled(9, 64) };
const COMMIT_SIGNATURE: AnswerBody = { kind: 'git-sign', signature: filled(8, 70) };
const ME: AnswerBody = { kind: 'me', me: { email: 'ada@example.com' } };
const send = (requestId: string, body: AnswerBody) => ({
  type: 'send',
  answer: { requestId, version: '2.4.4', body },
});
const ack = (requestId: string) => send(requestId, { kind: 'ack' });
const error = (requestId: string, text: string, kind: 'sign' | 'git-sign' = 'sign') =>
  send(requestId, { kind, error: text });
const types = (effects: readonly PhoneEffect[]) => effects.map(({ type }) => type);
const sign = (requestId: string, body: RequestBody, approvedBy: 'user' | 'policy' = 'user') => ({
  type: 'sign',
  requestId,
  body,
  approvedBy,
});

describe('a handshake at the phone', () => {
  test('sends a key, is greeted and paired', () => {
    const phone = new Phone();
    expect(phone.effects).toEqual([{ type: 'send-key' }]);
    expect(phone.request('hello', { kind: 'me', u2fOnly: true })).toEqual([
      { type: 'paired' },
      { type: 'describe', requestId: 'hello', body: { kind: 'me', u2fOnly: true } },
    ]);
    expect(phone.done('hello', ME)).toEqual([send('hello', ME)]);
    expect(phoneWake(phone.state)).toBeNull();
  });

  test('answers nothing before the codes are compared, where they are', () => {
    const phone = new Phone({ compareCodes: true });
    expect(phone.request('hello', { kind: 'me' }, { acknowledge: true })).toEqual([
      ack('hello'),
      { type: 'compare-codes' },
    ]);
    expect(phone.request('r1', login('ada'))).toEqual([
      { type: 'report', report: 'unexpected-request', requestId: 'r1' },
    ]);
    expect(phone.step({ type: 'confirm' })).toEqual([
      { type: 'paired' },
      { type: 'describe', requestId: 'hello', body: { kind: 'me' } },
    ]);
  });

  test('a hello that comes again is acknowledged again, and compared once', () => {
    const phone = new Phone({ compareCodes: true });
    phone.request('hello', { kind: 'me' }, { acknowledge: true });
    expect(phone.request('hello', { kind: 'me' }, { acknowledge: true })).toEqual([ack('hello')]);
    expect(phone.state.counters.duplicates).toBe(1);
  });

  test('another hello is not taken while the first is compared', () => {
    const phone = new Phone({ compareCodes: true });
    phone.request('hello', { kind: 'me' });
    expect(phone.request('hullo', { kind: 'me' })).toEqual([
      { type: 'report', report: 'unexpected-request', requestId: 'hullo' },
    ]);
  });

  test('ends, and says so, when the codes differ', () => {
    const phone = new Phone({ compareCodes: true });
    phone.request('hello', { kind: 'me' });
    expect(phone.step({ type: 'deny' })).toEqual([
      send('hello', { kind: 'unpair' }),
      { type: 'ended', reason: 'denied' },
    ]);
  });

  test('ends when nobody compares the codes for a minute', () => {
    const phone = new Phone({ compareCodes: true });
    phone.request('hello', { kind: 'me' });
    expect(phoneWake(phone.state)).toBe(START + MINUTE);
    expect(phone.tick(START + MINUTE - 1)).toEqual([]);
    expect(phone.tick(START + MINUTE)).toEqual([{ type: 'ended', reason: 'not-confirmed' }]);
  });

  test('ends when the hello has become too old to be answered', () => {
    const phone = new Phone({ compareCodes: true });
    phone.request('hello', { kind: 'me' }, { unixSeconds: (START - WINDOW) / 1000 });
    phone.now += 1;
    expect(phone.step({ type: 'confirm' })).toEqual([{ type: 'ended', reason: 'not-confirmed' }]);
  });

  test('takes silence for failure after 90 s', () => {
    const phone = new Phone();
    expect(phoneWake(phone.state)).toBe(START + 90_000);
    expect(phone.tick(START + 89_999)).toEqual([]);
    expect(phone.tick(START + 90_000)).toEqual([{ type: 'ended', reason: 'not-greeted' }]);
    expect(phone.request('hello', { kind: 'me' })).toEqual([]);
    expect(phone.state.counters.unexpected).toBe(1);
  });

  test('is greeted by nothing but a fresh hello', () => {
    const phone = new Phone();
    for (const body of [login('ada'), signCommit(), { kind: 'hosts' }, { kind: 'no-op' }] as const) {
      expect(phone.request('r1', body)).toEqual([{ type: 'report', report: 'unexpected-request', requestId: 'r1' }]);
    }
    const old = phone.request('hello', { kind: 'me' }, { unixSeconds: (START - WINDOW) / 1000 - 1 });
    expect(old).toEqual([{ type: 'report', report: 'stale', requestId: 'hello' }]);
    expect(phone.at).toBe('greeting');
  });
});

describe('the freshness of requests', () => {
  test.each([
    { seconds: -900, fresh: true },
    { seconds: -901, fresh: false },
    { seconds: 900, fresh: true },
    { seconds: 901, fresh: false },
    { seconds: Number.NaN, fresh: false },
    { seconds: Infinity, fresh: false },
  ])('$seconds s from now: $fresh', ({ seconds, fresh }) => {
    const phone = Phone.paired();
    const effects = phone.request('r1', login('ada'), { unixSeconds: START / 1000 + seconds });
    expect(types(effects)).toEqual(fresh ? ['ask'] : ['report']);
    expect(phone.state.counters.stale).toBe(fresh ? 0 : 1);
    expect(phone.state.kept).toHaveLength(1);
  });

  test('is checked again when the user has decided', () => {
    for (const late of [0, 1]) {
      const phone = Phone.paired();
      phone.request('r1', login('ada'));
      phone.now = START + WINDOW + late;
      expect(types(phone.decided('r1'))).toEqual(late ? ['withdraw'] : ['sign']);
    }
  });

  test('is checked again when the host is verified, and when there is a signature', () => {
    const verifying = Phone.paired();
    verifying.request('r1', login('ada', hostAuth()));
    verifying.now = START + WINDOW + 1;
    expect(verifying.verified('r1')).toEqual([]);

    const working = Phone.paired();
    working.request('r1', login('ada'));
    working.decided('r1');
    working.now = START + WINDOW + 1;
    expect(working.done('r1')).toEqual([]);
    expect(working.state.counters.expired).toBe(1);
  });

  test('is checked again on a clock that has been turned back', () => {
    const phone = Phone.paired();
    phone.request('r1', login('ada'));
    phone.now = START - WINDOW - 1;
    expect(types(phone.decided('r1'))).toEqual(['withdraw']);
  });

  test('what became too old is never asked about again', () => {
    const phone = Phone.paired();
    const { unixSeconds } = { unixSeconds: START / 1000 };
    phone.request('r1', login('ada'));
    expect(phoneWake(phone.state)).toBe(START + WINDOW + 1);
    expect(phone.tick(START + WINDOW + 1)).toEqual([{ type: 'withdraw', requestId: 'r1' }]);
    expect(phone.request('r1', login('ada'), { unixSeconds })).toEqual([]);
    phone.now = START;
    expect(phone.request('r1', login('ada'), { unixSeconds })).toEqual([]);
    expect(phoneWake(phone.state)).toBeNull();
  });

  test('a request from the near future is not asked about for longer', () => {
    const phone = Phone.paired();
    phone.request('r1', login('ada'), { unixSeconds: START / 1000 + 900 });
    expect(phoneWake(phone.state)).toBe(START + WINDOW + 1);
  });

  test('what a clock that was ahead has made impossible for long is told', () => {
    const phone = Phone.paired();
    const reports = (requestId: string, seconds = 0) =>
      phone
        .request(requestId, login('ada'), { unixSeconds: Math.floor(phone.now / 1000) + seconds })
        .flatMap((effect) => (effect.type === 'report' ? [effect.report] : []));
    const day = 24 * 60 * MINUTE;
    phone.now = START + day;
    reports('ahead');
    phone.decided('ahead', NO);
    phone.tick(START + day + 2 * WINDOW);
    phone.now = START + day - WINDOW;
    // As far as this time heals it within what requests may be ahead.
    expect(reports('r1')).toEqual(['stale']);
    expect(reports('r2', 900)).toEqual(['stale']);
    expect(reports('r3', 901)).toEqual(['stale']);
    phone.now -= 1;
    expect(reports('r4')).toEqual(['clock-turned-back']);
    phone.now = START;
    expect(reports('r5')).toEqual(['clock-turned-back']);
    expect(reports('r6', 900)).toEqual(['clock-turned-back']);
    expect(reports('r7', -901)).toEqual(['stale']);
    expect(reports('r8', 901)).toEqual(['stale']);
    expect(phone.state.counters.stale).toBe(8);
  });

  test('a clock that is turned back makes nothing wait longer', () => {
    const greeting = new Phone();
    greeting.tick(START - MINUTE);
    expect(phoneWake(greeting.state)).toBe(START + 30_000);
    const comparing = new Phone({ compareCodes: true });
    comparing.request('hello', { kind: 'me' });
    comparing.tick(START - MINUTE);
    expect(phoneWake(comparing.state)).toBe(START);
    const asking = Phone.paired();
    asking.request('r1', login('ada'));
    asking.tick(START - MINUTE);
    expect(phoneWake(asking.state)).toBe(START + WINDOW + 1 - MINUTE);
  });
});

describe('requests at the phone', () => {
  test('are asked about, acknowledged, signed and answered', () => {
    const phone = Phone.paired();
    const body = { ...login('ada'), command: 'ssh example.com' };
    const subject = {
      kind: 'ssh-login',
      user: 'ada',
      algorithm: 'ssh-ed25519',
      hostVerified: false,
      hostNames: [],
      command: 'ssh example.com',
    };
    expect(phone.request('r1', body, { acknowledge: true })).toEqual([
      ack('r1'),
      { type: 'ask', requestId: 'r1', subject, until: START + WINDOW + 1 },
    ]);
    expect(phone.decided('r1')).toEqual([sign('r1', body)]);
    expect(phone.done('r1')).toEqual([send('r1', SIGNATURE)]);
    expect(phone.state.open).toEqual([]);
  });

  test('are not acknowledged when nobody wants to know, or nobody is asked', () => {
    const phone = Phone.paired({ neverAsk: ['u2f-authenticate'] });
    expect(types(phone.request('r1', login('ada')))).toEqual(['ask']);
    expect(types(phone.request('r2', signIn(), { acknowledge: true }))).toEqual(['sign']);
    expect(types(phone.request('r3', { kind: 'me' }, { acknowledge: true }))).toEqual(['describe']);
  });

  test('are rejected', () => {
    const phone = Phone.paired();
    phone.request('r1', login('ada'));
    expect(phone.decided('r1', NO)).toEqual([error('r1', 'rejected')]);
    phone.request('r2', signCommit());
    expect(phone.decided('r2', NO)).toEqual([error('r2', 'rejected', 'git-sign')]);
  });

  test('of every kind are about something', () => {
    const phone = Phone.paired();
    const tag = {
      type: 'tag',
      object: 'o',
      objectType: 'commit',
      tag: 'v1',
      tagger: 't',
      message: filled(1),
    } as const;
    const bodies: [RequestBody, object][] = [
      [signCommit('Ada'), { kind: 'git-commit', userId: 'Ada' }],
      [
        { kind: 'git-sign', userId: 'Ada', content: tag },
        { kind: 'git-tag', userId: 'Ada', content: tag },
      ],
      [signFile('git'), { kind: 'ssh-signature', namespace: 'git', hashAlgorithm: 'sha256', hash: filled(0x22) }],
      [
        { ...signFile(), command: 'c' },
        { kind: 'ssh-signature', namespace: 'file', command: 'c' },
      ],
      [{ kind: 'hosts' }, { kind: 'hosts' }],
      [signIn('https://a'), { kind: 'u2f-authenticate', appId: 'https://a' }],
      [
        { kind: 'u2f-register', challenge: filled(1), appId: 'https://b' },
        { kind: 'u2f-register', appId: 'https://b' },
      ],
    ];
    bodies.forEach(([body, subject], index) => {
      expect(phone.request(`r${index}`, body)).toMatchObject([{ type: 'ask', subject }]);
      expect(types(phone.decided(`r${index}`))).toEqual([body.kind === 'hosts' ? 'describe' : 'sign']);
    });
  });

  test('that only wake it are not answered', () => {
    const phone = Phone.paired();
    expect(phone.request('r1', { kind: 'no-op' })).toEqual([]);
    expect(phone.state.open).toEqual([]);
  });

  test('are answered once, and the same again', () => {
    const phone = Phone.paired();
    phone.request('r1', login('ada'));
    expect(phone.request('r1', login('ada'))).toEqual([]);
    phone.decided('r1');
    expect(phone.request('r1', login('ada'))).toEqual([]);
    phone.done('r1');
    expect(phone.request('r1', login('ada'))).toEqual([send('r1', SIGNATURE)]);
    // Even with other content under the same id: what was answered is what was asked first.
    phone.now += 1000;
    expect(phone.request('r1', signCommit())).toEqual([send('r1', SIGNATURE)]);
    expect(phone.request('hello', { kind: 'me' })).toEqual([send('hello', ME)]);
    expect(phone.state.counters.duplicates).toBe(5);
  });

  test('are answered again at once, and then at most once a second for each id', () => {
    const phone = Phone.paired();
    for (const requestId of ['r1', 'r2']) {
      phone.request(requestId, login('ada'));
      phone.decided(requestId, NO);
    }
    const again = (requestId: string) => phone.request(requestId, login('ada'));
    expect(again('r1')).toEqual([error('r1', 'rejected')]);
    const { counters, ...before } = structuredClone(phone.state);
    expect(again('r1')).toEqual([]);
    const { counters: after, ...rest } = phone.state;
    // Nothing to save.
    expect(rest).toEqual(before);
    expect(after).toEqual({ ...counters, duplicates: 2 });
    expect(again('r2')).toEqual([error('r2', 'rejected')]);
    phone.now += 999;
    expect(again('r1')).toEqual([]);
    phone.now += 1;
    expect(again('r1')).toEqual([error('r1', 'rejected')]);
    expect(again('r1')).toEqual([]);
    phone.now -= 5000;
    expect(again('r1')).toEqual([error('r1', 'rejected')]);
  });

  test('are acknowledged again at once, and then at most once a second', () => {
    const compared = new Phone({ compareCodes: true });
    const asking = Phone.paired();
    const greet = () => compared.request('r1', { kind: 'me' }, { acknowledge: true });
    const ask = () => asking.request('r1', login('ada'), { acknowledge: true });
    for (const [phone, request] of [
      [compared, greet],
      [asking, ask],
    ] as const) {
      request();
      expect(request()).toEqual([ack('r1')]);
      const { counters, ...before } = structuredClone(phone.state);
      expect(request()).toEqual([]);
      expect(phone.state).toEqual({ ...before, counters: { ...counters, duplicates: 2 } });
      phone.now += 1000;
      expect(request()).toEqual([ack('r1')]);
    }
  });

  test('a rejection is repeated as well', () => {
    const phone = Phone.paired();
    phone.request('r1', login('ada'));
    phone.decided('r1', NO);
    expect(phone.request('r1', login('ada'))).toEqual([error('r1', 'rejected')]);
  });

  test('are acknowledged again while the user decides', () => {
    const phone = Phone.paired();
    phone.request('r1', login('ada'), { acknowledge: true });
    expect(phone.request('r1', login('ada'), { acknowledge: true })).toEqual([ack('r1')]);
    phone.decided('r1');
    expect(phone.request('r1', login('ada'), { acknowledge: true })).toEqual([]);
  });

  test('answers are kept for 30 minutes, and what is as old as a forgotten one is not taken', () => {
    const phone = Phone.paired();
    const request = { unixSeconds: START / 1000 + 900 };
    phone.request('r1', login('ada'), request);
    phone.decided('r1', NO);
    phone.now = START + 2 * WINDOW - 1;
    expect(phone.request('r1', login('ada'), request)).toEqual([error('r1', 'rejected')]);
    phone.tick(START + 2 * WINDOW);
    expect(phone.state.kept).toEqual([]);
    phone.now = START + WINDOW;
    expect(phone.request('r1', login('ada'), request)).toEqual([{ type: 'report', report: 'stale', requestId: 'r1' }]);
    expect(types(phone.request('r2', login('ada'), { unixSeconds: START / 1000 + 901 }))).toEqual(['ask']);
  });

  test('at most 1,024 answers are kept; the oldest go, and nothing as old as they is taken any more', () => {
    const phone = Phone.paired({ neverAsk: ['u2f-authenticate'] });
    let { state } = phone;
    const run = (requestId: string, unixSeconds: number): readonly PhoneEffect[] => {
      const event = { unixSeconds, version: '2.4.4', acknowledge: false, body: signIn() };
      const step = stepPhone(state, { type: 'request', request: { requestId, ...event }, now: START });
      ({ state } = step);
      if (step.effects[0]?.type !== 'sign') return step.effects;
      ({ state } = stepPhone(state, { type: 'not-done', requestId, now: START }));
      return step.effects;
    };
    for (let number = 0; number < 1023; number++) run(`r${number}`, START / 1000 + 1);
    expect(state.kept).toHaveLength(1024);
    expect(state.forgottenSeconds).toBeNull();
    run('more', START / 1000 + 1);
    expect(state.kept).toHaveLength(1024);
    expect(state.forgottenSeconds).toBe(START / 1000);
    expect(types(run('hello', START / 1000))).toEqual(['report']);
    expect(types(run('old', START / 1000))).toEqual(['report']);
    expect(types(run('new', START / 1000 + 1))).toEqual(['sign']);
    expect(types(run('r0', START / 1000 + 1))).toEqual(['report']);
    expect(types(run('later', START / 1000 + 2))).toEqual(['sign']);
  });

  test('that are open are not lost when answers are forgotten', () => {
    const phone = Phone.paired();
    phone.request('r1', login('ada'));
    phone.state = { ...phone.state, forgottenSeconds: START / 1000 };
    expect(types(phone.decided('r1'))).toEqual(['sign']);
  });

  test('at most 128 are open; more are let go without an answer', () => {
    const phone = Phone.paired();
    for (let number = 0; number < 128; number++) phone.request(`r${number}`, login('ada'));
    expect(phone.request('more', login('ada'))).toEqual([
      { type: 'report', report: 'too-many-requests', requestId: 'more' },
    ]);
    expect(phone.state.open).toHaveLength(128);
    phone.decided('r0', NO);
    expect(types(phone.request('more', login('ada')))).toEqual(['ask']);
  });

  test('what is open holds at most 1 MiB; more is let go without an answer', () => {
    const large = (bytes: number): RequestBody => {
      const body = signCommit();
      if (body.kind !== 'git-sign') throw new Error('expected a commit');
      return { ...body, content: { ...body.content, message: filled(0x61, bytes) } };
    };
    const phone = Phone.paired();
    for (const id of ['a', 'b', 'c', 'd']) expect(types(phone.request(id, large(260_000)))).toEqual(['ask']);
    expect(phone.request('more', large(10_000))).toEqual([
      { type: 'report', report: 'too-many-requests', requestId: 'more' },
    ]);
    expect(types(phone.request('small', login('ada')))).toEqual(['ask']);
    // Texts, and many small ones, count as well.
    const names = Array.from({ length: 10_000 }, () => '');
    expect(types(phone.request('names', login('ada', hostAuth(1, names))))).toEqual(['report']);
    expect(types(phone.request('text', { ...login('ada'), command: '\u20ac'.repeat(4000) }))).toEqual(['report']);
    phone.decided('a', NO);
    expect(types(phone.request('more', large(10_000)))).toEqual(['ask']);
  });

  test('what is asked is not stored beside the request that it follows from', () => {
    const phone = Phone.paired();
    phone.request('r1', signCommit());
    phone.request('r2', login('ada', hostAuth()));
    phone.verified('r2');
    const members = ['at', 'hostNames', 'request', 'resentAt', 'until'];
    expect(phone.state.open.map((open) => Object.keys(open).sort())).toEqual([members, members]);
  });

  test('an error of the key is told', () => {
    const phone = Phone.paired();
    phone.request('r1', login('ada'));
    phone.decided('r1');
    expect(phone.step({ type: 'not-done', requestId: 'r1' })).toEqual([error('r1', 'unknown error')]);
    phone.request('r2', login('ada'));
    phone.decided('r2');
    expect(phone.step({ type: 'not-done', requestId: 'r2', error: 'unknown key fingerprint' })).toEqual([
      error('r2', 'unknown key fingerprint'),
    ]);
    phone.request('r3', { kind: 'me' });
    expect(phone.step({ type: 'not-done', requestId: 'r3' })).toEqual([]);
    expect(phone.state.open).toEqual([]);
    expect(phone.request('r3', { kind: 'me' })).toEqual([]);
  });

  test('answers say where to wake the phone, as it was when they were made', () => {
    const phone = Phone.paired({ snsEndpointArn: 'arn:1' });
    expect(phone.effects).toMatchObject([{ answer: { snsEndpointArn: 'arn:1' } }]);
    phone.step({ type: 'push-endpoint', snsEndpointArn: 'arn:2' });
    phone.request('r1', login('ada'));
    expect(phone.decided('r1', NO)).toMatchObject([{ answer: { snsEndpointArn: 'arn:2' } }]);
    phone.step({ type: 'push-endpoint', snsEndpointArn: null });
    expect(phone.request('r1', login('ada'))).toMatchObject([{ answer: { snsEndpointArn: 'arn:2' } }]);
    phone.request('r2', login('ada'));
    expect(phone.decided('r2', NO)).toEqual([error('r2', 'rejected')]);
  });
});

describe('what is signed for SSH', () => {
  test('is for a key of this phone', () => {
    const phone = Phone.paired();
    expect(phone.request('r1', { ...login('ada'), fingerprint: filled(0x12) })).toEqual([
      error('r1', 'unknown key fingerprint'),
    ]);
    const two = Phone.paired({ fingerprints: [FINGERPRINT, filled(0x12)] });
    expect(types(two.request('r1', { ...login('ada'), fingerprint: filled(0x12) }))).toEqual(['ask']);
    expect(types(two.request('r2', login('ada')))).toEqual(['ask']);
  });

  test.each([
    { name: 'nothing', data: new Uint8Array() },
    { name: 'anything', data: filled(7, 100) },
    { name: 'a login cut off', data: login('ada').data.slice(0, -1) },
    { name: 'a login with something left over', data: Uint8Array.of(...login('ada').data, 0) },
  ])('is not $name', ({ data }) => {
    const phone = Phone.paired();
    const body: SignRequest = { kind: 'sign', data, fingerprint: FINGERPRINT };
    expect(phone.request('r1', body)).toEqual([error('r1', 'unknown error')]);
  });

  test('is not under SHA-1, unless allowed', () => {
    const body = login('ada', undefined, { algorithm: 'ssh-rsa' });
    expect(Phone.paired().request('r1', body)).toEqual([error('r1', 'unknown error')]);
    expect(types(Phone.paired({ allowSha1: true }).request('r1', body))).toEqual(['ask']);
  });

  test('names a host that has proven its key', () => {
    const phone = Phone.paired();
    const { hostKey, signature } = hostAuth();
    expect(phone.request('r1', login('ada', hostAuth()), { acknowledge: true })).toEqual([
      { type: 'verify-host', requestId: 'r1', hostKey, signature, sessionId: filled(0x21) },
    ]);
    expect(phone.verified('r1')).toMatchObject([
      { type: 'send', answer: { body: { kind: 'ack' } } },
      { type: 'ask', subject: { hostVerified: true, hostKey, hostNames: [{ name: 'example.com', pinned: false }] } },
    ]);
    expect(phone.decided('r1')).toEqual([
      { type: 'pin', pin: { hostName: 'example.com', hostKey } },
      sign('r1', login('ada', hostAuth())),
    ]);
    phone.request('r2', login('ada', hostAuth()));
    expect(phone.verified('r2')).toMatchObject([{ subject: { hostNames: [{ name: 'example.com', pinned: true }] } }]);
    expect(types(phone.decided('r2'))).toEqual(['sign']);
  });

  test('is not for a host that has proven nothing', () => {
    const phone = Phone.paired();
    phone.request('r1', login('ada', hostAuth()));
    expect(phone.verified('r1', false)).toEqual([
      { type: 'report', report: 'host-mismatched', requestId: 'r1' },
      error('r1', 'host public key mismatched'),
    ]);
  });

  test('binds a host key only when it is proven', () => {
    const phone = Phone.paired();
    expect(phone.request('r1', login('ada', undefined, { hostBound: true }))).toEqual([error('r1', 'unknown error')]);
    expect(types(phone.request('r2', login('ada', hostAuth(), { hostBound: true })))).toEqual(['verify-host']);
  });

  test('is not for a host with another key than the pinned one, under any of its names', () => {
    const pins = [{ hostName: 'Example.COM.', hostKey: filled(0x99) }];
    for (const names of [['example.com'], ['other', 'EXAMPLE.com.']]) {
      const phone = Phone.paired({ pins });
      phone.request('r1', login('ada', hostAuth(0x40, names)));
      expect(phone.verified('r1')).toEqual([
        { type: 'report', report: 'host-mismatched', requestId: 'r1' },
        error('r1', 'host public key mismatched'),
      ]);
      expect(phone.state.pins).toHaveLength(1);
    }
  });

  test('is not for a host whose name was pinned to another key while the user was thinking', () => {
    const phone = Phone.paired();
    phone.request('r1', login('ada', hostAuth(0x40)));
    phone.request('r2', login('ada', hostAuth(0x50)));
    phone.verified('r1');
    phone.verified('r2');
    phone.decided('r1');
    expect(phone.decided('r2')).toEqual([
      { type: 'report', report: 'host-mismatched', requestId: 'r2' },
      error('r2', 'host public key mismatched'),
    ]);
  });

  test('pins nothing that the user did not approve', () => {
    const phone = Phone.paired();
    phone.request('r1', login('ada', hostAuth()));
    phone.verified('r1');
    phone.decided('r1', NO);
    expect(phone.state.pins).toEqual([]);
  });

  test('pins are learned from elsewhere, and forgotten', () => {
    const phone = Phone.paired();
    const hostKey = filled(0x77);
    phone.step({ type: 'pin', hostName: 'Example.com', hostKey });
    hostKey.fill(0);
    phone.step({ type: 'pin', hostName: 'other', hostKey: filled(1) });
    phone.request('r1', login('ada', hostAuth()));
    expect(types(phone.verified('r1'))).toEqual(['report', 'send']);
    phone.step({ type: 'pin', hostName: 'example.COM', hostKey: filled(0x40) });
    phone.request('r2', login('ada', hostAuth()));
    expect(phone.verified('r2')).toMatchObject([{ subject: { hostNames: [{ pinned: true }] } }]);
    phone.step({ type: 'pin', hostName: 'example.com', hostKey: null });
    expect(phone.state.pins).toEqual([{ hostName: 'other', hostKey: filled(1) }]);
  });

  test('at most 4,096 host keys are pinned; the first ones stay', () => {
    const pins = Array.from({ length: 4096 }, (_, number) => ({ hostName: `host${number}`, hostKey: filled(0x40) }));
    const phone = Phone.paired({ pins });
    phone.request('r1', login('ada', hostAuth()));
    phone.verified('r1');
    expect(types(phone.decided('r1'))).toEqual(['sign']);
    expect(phone.state.pins).toHaveLength(4096);
  });

  test('a host has at most 4 names', () => {
    const names = (count: number): string[] => Array.from({ length: count }, (_, number) => `name${number}`);
    const phone = Phone.paired();
    expect(types(phone.request('r1', login('ada', hostAuth(1, names(4)))))).toEqual(['verify-host']);
    expect(phone.request('r2', login('ada', hostAuth(1, names(5))))).toEqual([error('r2', 'unknown error')]);
  });
});

test('a host with a name that is none is neither verified nor asked about', () => {
  const phone = Phone.paired();
  ['', '..', 'example.com\u200b', 'a'.repeat(256)].forEach((name, index) => {
    const body = login('ada', hostAuth(0x40, ['example.com', name]));
    expect(phone.request(`r${index}`, body)).toEqual([error(`r${index}`, 'unknown error')]);
  });
});

describe('policies at the phone', () => {
  const approved = (remember: 'this' | 'kind', hours = 0): Phone => {
    const phone = Phone.paired();
    phone.request('r1', login('ada', hostAuth()));
    phone.verified('r1');
    phone.decided('r1', { approve: true, remember });
    phone.done('r1');
    phone.now += hours * 60 * MINUTE;
    return phone;
  };
  const asks = (phone: Phone, body: SignRequest): boolean => {
    const effects = phone.request('r2', body, { acknowledge: true });
    const verified = body.hostAuth ? phone.verified('r2') : effects;
    expect(['send', 'sign']).toContain(verified[0]?.type);
    if (verified[0]?.type === 'sign') expect(verified).toEqual([sign('r2', body, 'policy')]);
    return verified.some(({ type }) => type === 'ask');
  };

  test('approve the same user at the same host for 3 hours', () => {
    expect(asks(approved('this'), login('ada', hostAuth()))).toBe(false);
    expect(asks(approved('this', 2.999), login('ada', hostAuth()))).toBe(false);
    expect(asks(approved('this', 3), login('ada', hostAuth()))).toBe(true);
    expect(asks(approved('this', -0.01), login('ada', hostAuth()))).toBe(true);
    expect(asks(approved('this'), login('eve', hostAuth()))).toBe(true);
  });

  test('do not pin: another name of the host, or another host, is asked about', () => {
    for (const remember of ['this', 'kind'] as const) {
      expect(asks(approved(remember), login('ada', hostAuth(0x40, ['example.com', 'other'])))).toBe(true);
      expect(asks(approved(remember), login('ada', hostAuth(0x50, ['other'])))).toBe(true);
    }
  });

  test('approve all logins to known hosts for 3 hours', () => {
    expect(asks(approved('kind'), login('eve', hostAuth()))).toBe(false);
    expect(asks(approved('kind', 3), login('eve', hostAuth()))).toBe(true);
    const phone = approved('kind');
    phone.step({ type: 'pin', hostName: 'other', hostKey: filled(0x50) });
    expect(asks(phone, login('eve', hostAuth(0x50, ['other'])))).toBe(false);
  });

  test('never cover a login to a host without proof or without a name', () => {
    for (const remember of ['this', 'kind'] as const) {
      expect(asks(approved(remember), login('ada'))).toBe(true);
      expect(asks(approved(remember), login('ada', hostAuth(0x40, [])))).toBe(true);
    }
    expect(asks(Phone.paired({ neverAsk: ['ssh-login'] }), login('ada'))).toBe(true);
    expect(asks(Phone.paired({ neverAsk: ['ssh-login'] }), login('ada', hostAuth()))).toBe(true);
    const pins = [{ hostName: 'example.com', hostKey: filled(0x40) }];
    expect(asks(Phone.paired({ neverAsk: ['ssh-login'], pins }), login('ada', hostAuth()))).toBe(false);
  });

  test('never cover a host that does not prove its key, or is pinned to another', () => {
    const phone = approved('kind');
    phone.request('r2', login('ada', hostAuth()));
    expect(types(phone.verified('r2', false))).toEqual(['report', 'send']);
    phone.request('r3', login('ada', hostAuth(0x50)));
    expect(types(phone.verified('r3'))).toEqual(['report', 'send']);
  });

  test('are revoked, and end with the pairing', () => {
    const phone = approved('kind');
    phone.step({ type: 'ask-again' });
    expect(asks(phone, login('ada', hostAuth()))).toBe(true);
    const ended = approved('kind');
    ended.step({ type: 'unpair', requestId: 'u' });
    expect(ended.state.policies).toEqual([]);
  });

  test('are not made by a rejection', () => {
    const phone = Phone.paired();
    phone.request('r1', signCommit());
    phone.decided('r1', { approve: false, remember: 'kind' } as unknown as Decision);
    expect(phone.state.policies).toEqual([]);
  });

  test('may be there from the beginning', () => {
    const policies = [{ scope: 'kind', kind: 'git-commit', from: START, until: START + 1000 }] as const;
    const phone = Phone.paired({ policies });
    expect(phone.request('r1', signCommit())).toEqual([sign('r1', signCommit(), 'policy')]);
    phone.now += 1000;
    expect(types(phone.request('r2', signCommit()))).toEqual(['ask']);
  });
});

describe('the end of a pairing at the phone', () => {
  test('by the computer, at once and whatever the time', () => {
    for (const unixSeconds of [START / 1000, 0]) {
      const phone = Phone.paired();
      phone.request('r1', login('ada'));
      expect(phone.request('u', { kind: 'unpair' }, { unixSeconds })).toEqual([
        send('u', { kind: 'unpair' }),
        { type: 'withdraw', requestId: 'r1' },
        { type: 'ended', reason: 'unpaired-by-computer' },
      ]);
      expect(phone.state).toMatchObject({ open: [], kept: [], policies: [] });
      expect(phone.request('r2', login('ada'))).toEqual([]);
      expect(phone.request('r1', login('ada'))).toEqual([]);
      expect(phone.request('u', { kind: 'unpair' })).toEqual([]);
    }
  });

  test('by the phone', () => {
    const phone = Phone.paired();
    expect(phone.step({ type: 'unpair', requestId: 'u' })).toEqual([
      send('u', { kind: 'unpair' }),
      { type: 'ended', reason: 'unpaired-by-phone' },
    ]);
    expect(phone.step({ type: 'unpair', requestId: 'v' })).toEqual([]);
  });
});

describe('a restart of the phone', () => {
  test('does again what may have been lost, in every state', () => {
    const phone = new Phone({ compareCodes: true });
    expect(phone.step({ type: 'resume' })).toEqual([{ type: 'send-key' }]);
    phone.request('hello', { kind: 'me' });
    expect(phone.step({ type: 'resume' })).toEqual([{ type: 'compare-codes' }]);
    phone.step({ type: 'confirm' });
    const describe = { type: 'describe', requestId: 'hello', body: { kind: 'me' } };
    expect(phone.step({ type: 'resume' })).toEqual([{ type: 'paired' }, describe]);
    phone.done('hello', ME);
    expect(phone.step({ type: 'resume' })).toEqual([{ type: 'paired' }, send('hello', ME)]);
    phone.now += 90_000;
    expect(phone.step({ type: 'resume' })).toEqual([{ type: 'paired' }]);
    phone.step({ type: 'unpair', requestId: 'u' });
    expect(phone.step({ type: 'resume' })).toEqual([{ type: 'ended', reason: 'unpaired-by-phone' }]);
  });

  test('verifies and asks again, and never signs again', () => {
    const phone = Phone.paired();
    phone.now += 90_000;
    const [verify] = phone.request('r1', login('ada', hostAuth()));
    expect(phone.step({ type: 'resume' })).toEqual([{ type: 'paired' }, verify]);
    const [ask] = phone.verified('r1');
    expect(phone.step({ type: 'resume' })).toEqual([{ type: 'paired' }, ask]);
    phone.decided('r1');
    expect(phone.step({ type: 'resume' })).toEqual([{ type: 'paired' }, error('r1', 'unknown error')]);
    expect(phone.request('r1', login('ada', hostAuth()))).toEqual([error('r1', 'unknown error')]);
    phone.request('r2', { kind: 'hosts' });
    phone.decided('r2');
    expect(types(phone.step({ type: 'resume' }))).toEqual(['paired', 'send', 'describe']);
  });

  test('does not ask about what the new run does not sign', () => {
    const phone = Phone.paired({ allowSha1: true });
    phone.now += 90_000;
    const body = login('ada', undefined, { algorithm: 'ssh-rsa' });
    phone.request('r1', body);
    phone.request('r2', body);
    const allowed = phone.state;
    phone.state = { ...allowed, settings: { ...allowed.settings, allowSha1: false } };
    expect(phone.decided('r1')).toEqual([error('r1', 'unknown error')]);
    expect(phone.step({ type: 'resume' })).toEqual([
      { type: 'paired' },
      error('r1', 'unknown error'),
      error('r2', 'unknown error'),
    ]);
  });
});

describe('what a driver may not do', () => {
  const events = (requestId: string): WithoutTime<PhoneEvent>[] => [
    { type: 'host-verified', requestId, valid: true },
    { type: 'decided', requestId, decision: YES },
    { type: 'done', requestId, body: SIGNATURE },
    { type: 'not-done', requestId },
  ];

  test('what nothing asked for', async () => {
    const phone = Phone.paired();
    const before = structuredClone(phone.state);
    for (const event of events('r1')) await refused('step-invalid', () => phone.step(event));
    for (const type of ['confirm', 'deny'] as const) await refused('step-invalid', () => phone.step({ type }));
    await refused('step-invalid', () => new Phone().step({ type: 'confirm' }));
    expect(phone.state).toEqual(before);
  });

  test('what does not belong to the stage of a request', async () => {
    const phone = Phone.paired();
    const allBut = async (type: PhoneEvent['type']): Promise<void> => {
      for (const event of events('r1')) {
        if (event.type === type || (type === 'done' && event.type === 'not-done')) continue;
        await refused('step-invalid', () => phone.step(event));
      }
    };
    phone.request('r1', login('ada', hostAuth()));
    await allBut('host-verified');
    phone.verified('r1');
    await allBut('decided');
    phone.decided('r1');
    await allBut('done');
    expect(types(phone.done('r1'))).toEqual(['send']);
  });

  test('an answer of another kind, or an error for an answer', async () => {
    const phone = Phone.paired();
    phone.request('r1', login('ada'));
    phone.decided('r1');
    await refused('step-invalid', () => phone.done('r1', COMMIT_SIGNATURE));
    await refused('step-invalid', () => phone.done('r1', { kind: 'sign', error: 'unknown error' }));
    expect(phone.done('r1')).toEqual([send('r1', SIGNATURE)]);
  });

  test('what merely comes too late does nothing', () => {
    const answered = Phone.paired();
    answered.request('r1', login('ada'));
    answered.decided('r1', NO);
    for (const event of events('r1')) expect(answered.step(event)).toEqual([]);
    answered.tick(START + 2 * WINDOW);
    expect(answered.state.kept).toEqual([]);
    for (const event of events('r1')) expect(answered.step(event)).toEqual([]);

    const ended = Phone.paired();
    ended.request('r1', login('ada'));
    ended.step({ type: 'unpair', requestId: 'u' });
    for (const event of [...events('r1'), { type: 'confirm' }, { type: 'deny' }] as const) {
      expect(ended.step(event)).toEqual([]);
    }
  });

  test('an id that cannot be sent, a time or a fingerprint that is none', async () => {
    const phone = Phone.paired();
    await refused('argument-invalid', () => phone.step({ type: 'unpair', requestId: '' }));
    phone.now = Number.NaN;
    await refused('argument-invalid', () => phone.step({ type: 'tick' }));
    await refused('argument-invalid', () => new Phone({ now: Number.NaN }));
    await refused('length-invalid', () => new Phone({ fingerprints: [filled(1, 31)] }));
  });
});

test('fingerprints and pins are copied', () => {
  const fingerprint = filled(0x11);
  const hostKey = filled(0x40);
  const phone = new Phone({ fingerprints: [fingerprint], pins: [{ hostName: 'a', hostKey }] });
  fingerprint.fill(0);
  hostKey.fill(0);
  expect(phone.state.settings.fingerprints).toEqual([FINGERPRINT]);
  expect(phone.state.pins).toEqual([{ hostName: 'a', hostKey: filled(0x40) }]);
});

test('refused messages are counted by reason and do nothing', () => {
  const phone = Phone.paired();
  const { counters, ...before } = structuredClone(phone.state);
  for (const reason of ['does-not-open', 'malformed', 'legacy', 'reflected', 'reflected'] as const) {
    expect(phone.step({ type: 'refused', reason })).toEqual([]);
  }
  const { counters: after, ...rest } = phone.state;
  expect(rest).toEqual(before);
  expect(after).toEqual({ ...counters, refused: { 'does-not-open': 1, malformed: 1, legacy: 1, reflected: 2 } });
});

test('a step leaves the state that it was given as it was', () => {
  const phone = Phone.paired();
  phone.request('r1', login('ada', hostAuth()));
  const { state } = phone;
  const before = structuredClone(state);
  stepPhone(state, { type: 'host-verified', requestId: 'r1', valid: true, now: START });
  stepPhone(state, { type: 'unpair', requestId: 'u', now: START });
  stepPhone(state, { type: 'tick', now: START + WINDOW + 1 });
  stepPhone(state, { type: 'tick', now: START - 1 });
  expect(state).toEqual(before);
});
