import { describe, expect, test } from 'vitest';
import {
  computerWake,
  startComputer,
  stepComputer,
  type ComputerEffect,
  type ComputerEvent,
  type ComputerOptions,
  type ComputerState,
} from '../../src/pairing/computer.js';
import type { AnswerBody, Me, RequestBody } from '../../src/pairing/messages.js';
import { refused } from '../support/refused.js';
import { filled, login, signCommit } from './requests.js';

const START = 1_700_000_000_000;
const OWN = filled(0xc);
const PHONE = filled(0xa);
const OTHER = filled(0xb);
const ME: Me = { email: 'ada@example.com', deviceIdentifier: filled(1, 16) };
const SIGNATURE: AnswerBody = { kind: 'sign', signature: filled(9, 64) };

type WithoutTime<T> = T extends unknown ? Omit<T, 'now'> : never;

/** A computer whose steps are taken one after the other, through storage each time. */
class Computer {
  state: ComputerState;
  effects: readonly ComputerEffect[];
  now = START;

  constructor(options: Partial<ComputerOptions> = {}) {
    ({ state: this.state, effects: this.effects } = startComputer({
      now: START,
      publicKey: OWN,
      helloId: 'hello',
      version: '2.4.4',
      compareCodes: false,
      ...options,
    }));
  }

  step(event: WithoutTime<ComputerEvent>): readonly ComputerEffect[] {
    ({ state: this.state, effects: this.effects } = stepComputer(structuredClone(this.state), {
      ...event,
      now: this.now,
    }));
    return this.effects;
  }

  key = (phonePublicKey = PHONE) => this.step({ type: 'key', phonePublicKey });
  request = (requestId: string, body: RequestBody = login('ada'), acknowledge?: boolean) =>
    this.step({ type: 'request', requestId, body, ...(acknowledge === undefined ? {} : { acknowledge }) });
  answer = (requestId: string, body: AnswerBody, snsEndpointArn?: string) =>
    this.step({
      type: 'answer',
      answer: { requestId, version: '2.4.4', body, ...(snsEndpointArn === undefined ? {} : { snsEndpointArn }) },
    });
  tick = (now: number) => {
    this.now = now;
    return this.step({ type: 'tick' });
  };
  get at(): string {
    return this.state.phase.at;
  }
  get reason(): string | undefined {
    return this.state.phase.at === 'ended' ? this.state.phase.reason : undefined;
  }

  static paired(options: Partial<ComputerOptions> = {}): Computer {
    const computer = new Computer(options);
    computer.key();
    computer.answer('hello', { kind: 'me', me: ME });
    if (computer.at === 'unconfirmed') computer.step({ type: 'confirm' });
    expect(computer.at).toBe('paired');
    return computer;
  }
}

const sent = (requestId: string, body: RequestBody, acknowledge = true, unixSeconds = START / 1000) => ({
  type: 'send',
  request: { requestId, unixSeconds, version: '2.4.4', acknowledge, body },
});
const codes = (effects: readonly ComputerEffect[]) =>
  effects.flatMap((effect) => (effect.type === 'failed' ? [`${effect.requestId} ${effect.error.code}`] : []));
const HELLO = sent('hello', { kind: 'me' });
const goodbye = (seconds = 0) => sent('hello', { kind: 'unpair' }, false, START / 1000 + seconds);

describe('a handshake at the computer', () => {
  test('shows, greets and is paired', () => {
    const computer = new Computer();
    expect(computer.effects).toEqual([{ type: 'show-qr' }]);
    expect(computer.key()).toEqual([HELLO]);
    expect(computer.at).toBe('greeting');
    expect(computer.answer('hello', { kind: 'me', me: ME }, 'arn:1')).toEqual([
      { type: 'paired', me: ME },
      { type: 'push-endpoint', snsEndpointArn: 'arn:1' },
    ]);
    expect(computer.state.phase).toEqual({ at: 'paired', phonePublicKey: PHONE, me: ME, snsEndpointArn: 'arn:1' });
    expect(computerWake(computer.state)).toBeNull();
    expect(computer.answer('hello', { kind: 'me', me: { email: 'eve@example.com' } }, 'arn:2')).toEqual([]);
    expect(computer.state.counters).toMatchObject({ duplicates: 1, unsolicited: 0 });
  });

  test('waits for compared codes, by default', () => {
    expect(startComputer({ now: START, publicKey: OWN, helloId: 'a', version: '1' }).state.settings.compareCodes).toBe(
      true,
    );
    const computer = new Computer({ compareCodes: true });
    computer.key();
    expect(computer.answer('hello', { kind: 'me', me: ME }, 'arn:1')).toEqual([
      { type: 'compare-codes', phonePublicKey: PHONE },
    ]);
    expect(computer.at).toBe('unconfirmed');
    expect(computer.step({ type: 'confirm' })).toEqual([
      { type: 'paired', me: ME },
      { type: 'push-endpoint', snsEndpointArn: 'arn:1' },
    ]);
  });

  test('ends when the codes differ, or nobody compares them', () => {
    const greeted = (): Computer => {
      const computer = new Computer({ compareCodes: true });
      computer.key();
      computer.answer('hello', { kind: 'me', me: ME });
      return computer;
    };
    const denied = greeted();
    expect(denied.step({ type: 'deny' })).toEqual([goodbye(), { type: 'ended', reason: 'denied' }]);
    const slow = greeted();
    expect(computerWake(slow.state)).toBe(START + 90_000);
    expect(slow.tick(START + 89_999)).toEqual([]);
    expect(slow.tick(START + 90_000)).toEqual([goodbye(90), { type: 'ended', reason: 'not-confirmed' }]);
  });

  test.each([
    { browser: false, milliseconds: 90_000 },
    { browser: true, milliseconds: 60_000 },
  ])('a QR is good for $milliseconds ms (browser: $browser)', ({ browser, milliseconds }) => {
    const computer = new Computer({ browser });
    expect(computerWake(computer.state)).toBe(START + milliseconds);
    computer.tick(START + milliseconds - 1);
    expect(computer.at).toBe('showing');
    expect(computer.tick(START + milliseconds)).toEqual([{ type: 'ended', reason: 'qr-expired' }]);
    expect(computerWake(computer.state)).toBeNull();
  });

  test('a key that comes when the QR has expired is not taken, though no tick came', () => {
    const computer = new Computer();
    computer.now = START + 90_000;
    expect(computer.key()).toEqual([{ type: 'ended', reason: 'qr-expired' }]);
    expect(computer.state.counters.foreignKeys).toBe(1);
  });

  test('a phone is alerted after 4 s, and has what is left of the 90 s, or 5 s', () => {
    const computer = new Computer();
    computer.now = START + 10_000;
    computer.key();
    expect(computerWake(computer.state)).toBe(START + 14_000);
    expect(computer.tick(START + 13_999)).toEqual([]);
    expect(computer.tick(START + 14_000)).toEqual([{ type: 'alert', requestId: 'hello' }]);
    expect(computerWake(computer.state)).toBe(START + 90_000);
    expect(computer.tick(START + 89_999)).toEqual([]);
    expect(computer.tick(START + 90_000)).toEqual([goodbye(90), { type: 'ended', reason: 'phone-silent' }]);
    expect(computer.state.counters.unanswered).toBe(1);

    const late = new Computer();
    late.now = START + 89_000;
    late.key();
    expect(late.tick(START + 93_999)).toEqual([{ type: 'alert', requestId: 'hello' }]);
    expect(late.tick(START + 94_000)).toEqual([goodbye(94), { type: 'ended', reason: 'phone-silent' }]);
  });

  test('a phone that acknowledges has a minute more, once', () => {
    const computer = new Computer();
    computer.key();
    expect(computer.answer('hello', { kind: 'ack' })).toEqual([{ type: 'acknowledged', requestId: 'hello' }]);
    expect(computerWake(computer.state)).toBe(START + 150_000);
    computer.now = START + 1000;
    expect(computer.answer('hello', { kind: 'ack' })).toEqual([]);
    expect(computerWake(computer.state)).toBe(START + 150_000);
    expect(computer.state.counters.duplicates).toBe(1);
  });

  test('the first key again is a duplicate; a second, different one aborts the attempt', () => {
    for (const compareCodes of [false, true]) {
      const computer = new Computer({ compareCodes });
      computer.key();
      expect(computer.key()).toEqual([]);
      expect(computer.state.counters.duplicates).toBe(1);
      if (compareCodes) computer.answer('hello', { kind: 'me', me: ME });
      expect(computer.key()).toEqual([]);
      expect(computer.key(OTHER)).toEqual([
        { type: 'report', report: 'second-key' },
        goodbye(),
        { type: 'ended', reason: 'second-key' },
      ]);
    }
  });

  test('once paired, other keys are reported and change nothing', () => {
    const computer = Computer.paired();
    const { phase } = computer.state;
    expect(computer.key()).toEqual([]);
    expect(computer.key(OTHER)).toEqual([{ type: 'report', report: 'second-key' }]);
    expect(computer.state.phase).toEqual(phase);
    expect(computer.state.counters).toMatchObject({ duplicates: 1, foreignKeys: 1 });
  });

  test('the own key is no phone', () => {
    const computer = new Computer();
    expect(computer.key(OWN)).toEqual([{ type: 'report', report: 'own-key' }]);
    expect(computer.at).toBe('showing');
  });

  test('an answer before there is a phone, or after the end, is to nothing', () => {
    const computer = new Computer();
    const unsolicited = [{ type: 'report', report: 'unsolicited-answer' }];
    expect(computer.answer('hello', { kind: 'me', me: ME })).toEqual(unsolicited);
    expect(computer.answer('hello', { kind: 'unpair' })).toEqual(unsolicited);
    expect(computer.at).toBe('showing');
    computer.tick(START + 90_000);
    expect(computer.answer('hello', { kind: 'me', me: ME })).toEqual(unsolicited);
    expect(computer.state.counters.unsolicited).toBe(3);
  });

  test('a greeting is answered by its id and by its kind alone', () => {
    const computer = new Computer();
    computer.key();
    expect(computer.answer('other', { kind: 'me', me: ME })).toEqual([
      { type: 'report', report: 'unsolicited-answer' },
    ]);
    expect(computer.answer('hello', SIGNATURE)).toEqual([{ type: 'report', report: 'wrong-kind' }]);
    expect(computer.at).toBe('greeting');
  });

  test('a phone may say no by ending it', () => {
    const computer = new Computer();
    computer.key();
    expect(computer.answer('hello', { kind: 'unpair' })).toEqual([{ type: 'ended', reason: 'unpaired-by-phone' }]);
  });
});

describe('requests of the computer', () => {
  test('are sent, acknowledged and answered', () => {
    const computer = Computer.paired();
    computer.now += 1500;
    expect(computer.request('r1')).toEqual([sent('r1', login('ada'), true, START / 1000 + 1)]);
    expect(computer.answer('r1', { kind: 'ack' })).toEqual([{ type: 'acknowledged', requestId: 'r1' }]);
    expect(computer.answer('r1', SIGNATURE)).toEqual([{ type: 'answered', requestId: 'r1', body: SIGNATURE }]);
    expect(computer.state.waiting).toEqual([]);
  });

  test.each([
    { body: login('ada'), alert: 2000, fail: 30_000 },
    { body: signCommit(), alert: 2000, fail: 30_000 },
    { body: { kind: 'hosts' } as const, alert: 2000, fail: 30_000 },
    { body: { kind: 'me' } as const, alert: 4000, fail: 5000 },
  ])('$body.kind: an alert after $alert ms, the end after $fail ms', ({ body, alert, fail }) => {
    const computer = Computer.paired();
    computer.request('r1', body);
    expect(computerWake(computer.state)).toBe(START + alert);
    expect(computer.tick(START + alert - 1)).toEqual([]);
    expect(computer.tick(START + alert)).toEqual([{ type: 'alert', requestId: 'r1' }]);
    expect(computer.tick(START + alert + 1)).toEqual([]);
    expect(computer.tick(START + fail - 1)).toEqual([]);
    expect(codes(computer.tick(START + fail))).toEqual(['r1 request-timeout']);
    expect(computer.state.counters.unanswered).toBe(1);
    expect(computer.answer('r1', { kind: 'hosts', hosts: [], pgpUserIds: [] })).toEqual([]);
  });

  test('an acknowledgment lengthens the wait by a minute, once, and spares the alert', () => {
    const computer = Computer.paired();
    computer.request('r1');
    computer.now = START + 1000;
    computer.answer('r1', { kind: 'ack' });
    expect(computerWake(computer.state)).toBe(START + 90_000);
    computer.now = START + 50_000;
    expect(computer.answer('r1', { kind: 'ack' })).toEqual([]);
    expect(computer.tick(START + 89_999)).toEqual([]);
    expect(codes(computer.tick(START + 90_000))).toEqual(['r1 request-timeout']);
  });

  test('an acknowledgment that nobody wanted lengthens nothing', () => {
    const computer = Computer.paired();
    computer.request('r1', login('ada'), false);
    expect(computer.answer('r1', { kind: 'ack' })).toEqual([{ type: 'report', report: 'wrong-kind' }]);
    expect(codes(computer.tick(START + 30_000))).toEqual(['r1 request-timeout']);
  });

  test('the first answer wins; the same again is a silent duplicate', () => {
    const computer = Computer.paired();
    computer.request('r1');
    computer.answer('r1', SIGNATURE);
    expect(computer.answer('r1', SIGNATURE)).toEqual([]);
    expect(computer.answer('r1', { kind: 'sign', error: 'rejected' })).toEqual([]);
    expect(computer.answer('r1', { kind: 'ack' })).toEqual([]);
    expect(computer.state.counters).toMatchObject({ duplicates: 3, unsolicited: 0 });
  });

  test('answers of another kind, or to nothing, are reported and change nothing', () => {
    const computer = Computer.paired();
    computer.request('r1');
    expect(computer.answer('r1', { kind: 'git-sign', signature: filled(1) })).toEqual([
      { type: 'report', report: 'wrong-kind' },
    ]);
    expect(computer.answer('r1', { kind: 'hosts', error: 'rejected' })).toEqual([
      { type: 'report', report: 'wrong-kind' },
    ]);
    expect(computer.answer('r2', SIGNATURE, 'arn:2')).toEqual([{ type: 'report', report: 'unsolicited-answer' }]);
    expect(computer.state.counters).toMatchObject({ wrongKind: 2, unsolicited: 1 });
    expect(computer.answer('r1', SIGNATURE)).toHaveLength(1);
  });

  test.each([
    { error: 'rejected', code: 'request-rejected', words: 'no' },
    { error: 'unknown key fingerprint', code: 'request-failed', words: 'unknown key fingerprint' },
    { error: 'host public key mismatched', code: 'request-failed', words: 'host public key mismatched' },
    { error: 'unknown error', code: 'request-failed', words: 'unknown error' },
    { error: '\u001b[2Jsecret', code: 'request-failed', words: 'not known' },
  ])('the error $code for "$error"', ({ error, code, words }) => {
    const computer = Computer.paired();
    computer.request('r1');
    const effects = computer.answer('r1', { kind: 'sign', error });
    expect(codes(effects)).toEqual([`r1 ${code}`]);
    const messages = effects.map((effect) => (effect.type === 'failed' ? effect.error.message : '')).join();
    expect(messages).toContain(words);
    expect(messages).not.toContain('\u001b');
  });

  test('wait for the pairing, and fail with it', () => {
    const computer = new Computer({ compareCodes: true });
    expect(computer.request('r1')).toEqual([]);
    expect(computerWake(computer.state)).toBe(START + 90_000);
    computer.key();
    expect(computer.request('r2', { kind: 'no-op' })).toEqual([]);
    expect(computer.answer('r1', SIGNATURE)).toEqual([{ type: 'report', report: 'unsolicited-answer' }]);
    computer.now = START + 1000;
    computer.answer('hello', { kind: 'me', me: ME });
    expect(computer.request('r3')).toEqual([]);
    const waiting = structuredClone(computer.state);
    computer.now = START + 20_000;
    expect(computer.step({ type: 'confirm' })).toEqual([
      { type: 'paired', me: ME },
      sent('r1', login('ada'), true, START / 1000 + 20),
      sent('r2', { kind: 'no-op' }, true, START / 1000 + 20),
      { type: 'answered', requestId: 'r2', body: null },
      sent('r3', login('ada'), true, START / 1000 + 20),
    ]);
    expect(computer.state.waiting.map(({ sent }) => sent?.until)).toEqual([START + 50_000, START + 50_000]);
    computer.state = waiting;
    expect(codes(computer.step({ type: 'deny' }))).toEqual([
      'r1 pairing-ended',
      'r2 pairing-ended',
      'r3 pairing-ended',
    ]);
  });

  test('at most 128 wait, before the pairing and after', () => {
    for (const computer of [new Computer(), Computer.paired()]) {
      for (let number = 0; number < 128; number++) computer.request(`r${number}`);
      expect(computer.state.waiting).toHaveLength(128);
      expect(codes(computer.request('more'))).toEqual(['more queue-full']);
      expect(computer.state.waiting).toHaveLength(128);
      computer.step({ type: 'cancel', requestId: 'r5' });
      computer.request('another');
      expect(computer.state.waiting.at(-1)?.requestId).toBe('another');
    }
  });

  test('the ids of 256 finished ones are remembered', () => {
    const computer = Computer.paired();
    for (let number = 0; number < 300; number++) {
      computer.request(`r${number}`);
      computer.answer(`r${number}`, SIGNATURE);
    }
    expect(computer.state.finished).toHaveLength(256);
    expect(computer.answer('r299', SIGNATURE)).toEqual([]);
    expect(computer.answer('r0', SIGNATURE)).toEqual([{ type: 'report', report: 'unsolicited-answer' }]);
  });

  test('a no-op is sent and done', () => {
    const computer = Computer.paired();
    expect(computer.request('r1', { kind: 'no-op' })).toEqual([
      sent('r1', { kind: 'no-op' }),
      { type: 'answered', requestId: 'r1', body: null },
    ]);
    expect(computerWake(computer.state)).toBeNull();
    expect(computer.answer('r1', SIGNATURE)).toEqual([]);
    expect(computer.state.counters.duplicates).toBe(1);
  });

  test('can be canceled; what comes late is silent', () => {
    const computer = Computer.paired();
    computer.request('r1');
    expect(codes(computer.step({ type: 'cancel', requestId: 'r1' }))).toEqual(['r1 request-canceled']);
    expect(computer.answer('r1', SIGNATURE)).toEqual([]);
    expect(computer.step({ type: 'cancel', requestId: 'r1' })).toEqual([]);
  });

  test('a phone stays the device that was paired', () => {
    const computer = Computer.paired();
    computer.request('r1', { kind: 'me' });
    const other = computer.answer('r1', { kind: 'me', me: { ...ME, deviceIdentifier: filled(2, 16) } });
    expect(other[0]).toEqual({ type: 'report', report: 'device-changed' });
    expect(codes(other)).toEqual(['r1 answer-unexpected']);
    computer.request('r2', { kind: 'me' });
    const body: AnswerBody = { kind: 'me', me: { ...ME, email: 'new@example.com' } };
    expect(computer.answer('r2', body)).toEqual([{ type: 'answered', requestId: 'r2', body }]);
    computer.request('r3', { kind: 'me' });
    expect(computer.answer('r3', { kind: 'me', me: { email: 'a' } })).toHaveLength(1);
    expect(computer.state.phase).toMatchObject({ me: ME });

    const anonymous = new Computer();
    anonymous.key();
    anonymous.answer('hello', { kind: 'me', me: { email: 'a' } });
    anonymous.request('r1', { kind: 'me' });
    expect(codes(anonymous.answer('r1', { kind: 'me', me: ME }))).toEqual(['r1 answer-unexpected']);
  });

  test('where to wake the phone is learned from answers that were waited for alone, and told when it changes', () => {
    const computer = Computer.paired();
    const endpoint = (arn: string) => ({ type: 'push-endpoint', snsEndpointArn: arn });
    computer.request('r1');
    expect(computer.answer('r0', SIGNATURE, 'arn:evil')).not.toContainEqual(endpoint('arn:evil'));
    expect(computer.answer('r1', { kind: 'hosts', error: 'rejected' }, 'arn:evil')).toHaveLength(1);
    expect(computer.answer('r1', { kind: 'ack' }, 'arn:1')).toContainEqual(endpoint('arn:1'));
    expect(computer.answer('r1', { kind: 'sign', error: 'rejected' }, 'arn:1')).not.toContainEqual(endpoint('arn:1'));
    computer.request('r2');
    expect(computer.answer('r2', SIGNATURE, 'arn:2')).toContainEqual(endpoint('arn:2'));
    expect(computer.answer('r2', SIGNATURE, 'arn:3')).toEqual([]);
    expect(computer.state.phase).toMatchObject({ snsEndpointArn: 'arn:2' });
  });
});

describe('the end of a pairing at the computer', () => {
  test('by the phone, asked for by nobody', () => {
    const computer = Computer.paired();
    computer.request('r1');
    computer.request('r2');
    const effects = computer.answer('whatever', { kind: 'unpair' });
    expect(effects[0]).toEqual({ type: 'ended', reason: 'unpaired-by-phone' });
    expect(codes(effects)).toEqual(['r1 pairing-ended', 'r2 pairing-ended']);
    expect(codes(computer.request('r3'))).toEqual(['r3 pairing-ended']);
  });

  test('by the computer: the phone is told, once there is one', () => {
    const computer = Computer.paired();
    computer.request('r1');
    const effects = computer.step({ type: 'unpair', requestId: 'u' });
    expect(effects.slice(0, 2)).toEqual([
      sent('u', { kind: 'unpair' }, false),
      { type: 'ended', reason: 'unpaired-by-computer' },
    ]);
    expect(codes(effects)).toEqual(['r1 pairing-ended']);
    expect(computer.step({ type: 'unpair', requestId: 'v' })).toEqual([]);
    expect(new Computer().step({ type: 'unpair', requestId: 'u' })).toEqual([
      { type: 'ended', reason: 'unpaired-by-computer' },
    ]);
  });

  test('nothing is left of it', () => {
    const computer = Computer.paired();
    computer.request('r1');
    computer.answer('x', { kind: 'unpair' });
    expect(computer.state).toMatchObject({ phase: { at: 'ended', reason: 'unpaired-by-phone' }, waiting: [] });
    expect(computerWake(computer.state)).toBeNull();
    expect(computer.key(OTHER)).toEqual([]);
    expect(computer.reason).toBe('unpaired-by-phone');
  });
});

describe('a restart of the computer', () => {
  test('does again what may have been lost, in every state', () => {
    const showing = new Computer();
    expect(showing.step({ type: 'resume' })).toEqual([{ type: 'show-qr' }]);

    const greeting = new Computer({ compareCodes: true });
    greeting.key();
    expect(greeting.step({ type: 'resume' })).toEqual([HELLO]);

    greeting.answer('hello', { kind: 'me', me: ME });
    expect(greeting.step({ type: 'resume' })).toEqual([{ type: 'compare-codes', phonePublicKey: PHONE }]);

    const paired = Computer.paired();
    paired.request('r1');
    paired.now += 10_000;
    expect(paired.step({ type: 'resume' })).toEqual([
      { type: 'alert', requestId: 'r1' },
      { type: 'paired', me: ME },
      sent('r1', login('ada')),
    ]);
    expect(computerWake(paired.state)).toBe(START + 30_000);

    paired.answer('x', { kind: 'unpair' });
    expect(paired.step({ type: 'resume' })).toEqual([{ type: 'ended', reason: 'unpaired-by-phone' }]);
  });

  test('does not send what still waits for the pairing', () => {
    const computer = new Computer();
    computer.request('r1');
    expect(computer.step({ type: 'resume' })).toEqual([{ type: 'show-qr' }]);
  });

  test('finds out what has run out in the meantime', () => {
    const computer = Computer.paired();
    computer.request('r1');
    computer.now += 30_000;
    expect(codes(computer.step({ type: 'resume' }))).toEqual(['r1 request-timeout']);
  });
});

describe('what a driver may not do', () => {
  test('comparing what is not to be compared', async () => {
    for (const computer of [new Computer(), Computer.paired()]) {
      for (const type of ['confirm', 'deny'] as const) {
        const before = structuredClone(computer.state);
        await refused('step-invalid', () => computer.step({ type }));
        expect(computer.state).toEqual(before);
      }
    }
  });

  test('a decision about an attempt that has ended comes too late, and does nothing', () => {
    const computer = new Computer({ compareCodes: true });
    computer.key();
    computer.answer('hello', { kind: 'me', me: ME });
    computer.key(OTHER);
    expect(computer.step({ type: 'confirm' })).toEqual([]);
    expect(computer.reason).toBe('second-key');
  });

  test('a decision that comes with the end of the time for it comes too late', () => {
    const computer = new Computer({ compareCodes: true });
    computer.key();
    computer.answer('hello', { kind: 'me', me: ME });
    computer.now = START + 90_000;
    expect(computer.step({ type: 'confirm' })).toEqual([goodbye(90), { type: 'ended', reason: 'not-confirmed' }]);
  });

  test('using an id twice', async () => {
    const showing = new Computer();
    await refused('step-invalid', () => showing.request('hello'));
    showing.request('r1');
    await refused('step-invalid', () => showing.request('r1'));
    showing.key();
    await refused('step-invalid', () => showing.request('hello'));
    await refused('step-invalid', () => showing.step({ type: 'unpair', requestId: 'r1' }));
    showing.answer('hello', { kind: 'me', me: ME });
    await refused('step-invalid', () => showing.request('hello'));
    showing.answer('r1', SIGNATURE);
    await refused('step-invalid', () => showing.request('r1'));
    expect(showing.at).toBe('paired');
  });

  test('unpairing by a request, or canceling what was never asked', async () => {
    const computer = Computer.paired();
    await refused('step-invalid', () => computer.request('r1', { kind: 'unpair' }));
    await refused('step-invalid', () => computer.step({ type: 'cancel', requestId: 'r1' }));
    computer.answer('x', { kind: 'unpair' });
    expect(computer.step({ type: 'cancel', requestId: 'r1' })).toEqual([]);
  });

  test.each(['', 'x'.repeat(129)])('an id that cannot be sent: "%s"', async (requestId) => {
    const computer = Computer.paired();
    await refused('argument-invalid', () => computer.request(requestId));
    await refused('argument-invalid', () => computer.step({ type: 'unpair', requestId }));
    await refused('argument-invalid', () => new Computer({ helloId: requestId }));
  });

  test.each([Number.NaN, Infinity])('a time that is none: %s', async (now) => {
    const computer = new Computer();
    computer.now = now;
    await refused('argument-invalid', () => computer.step({ type: 'tick' }));
    await refused('argument-invalid', () => new Computer({ now }));
  });

  test('a key that is none', async () => {
    await refused('length-invalid', () => new Computer({ publicKey: filled(1, 31) }));
  });
});

test('the key is copied', () => {
  const publicKey = filled(0xc);
  const computer = new Computer({ publicKey });
  publicKey.fill(0);
  expect(computer.state.settings.publicKey).toEqual(OWN);
});

test('refused messages are counted by reason and do nothing', () => {
  const computer = Computer.paired();
  computer.request('r1');
  const { counters, ...before } = structuredClone(computer.state);
  for (const reason of ['does-not-open', 'malformed', 'legacy', 'reflected', 'reflected'] as const) {
    expect(computer.step({ type: 'refused', reason })).toEqual([]);
  }
  const { counters: after, ...rest } = computer.state;
  expect(rest).toEqual(before);
  expect(after).toEqual({
    ...counters,
    refused: { 'does-not-open': 1, malformed: 1, legacy: 1, reflected: 2 },
  });
});

test('a clock that is turned back makes nobody wait longer', () => {
  const DAY = 86_400_000;
  const showing = new Computer();
  showing.tick(START - DAY);
  expect(computerWake(showing.state)).toBe(START - DAY + 90_000);

  const greeting = new Computer();
  greeting.key();
  greeting.request('queued');
  greeting.tick(START - DAY);
  expect(computerWake(greeting.state)).toBe(START - DAY + 4000);

  const unconfirmed = new Computer({ compareCodes: true });
  unconfirmed.key();
  unconfirmed.answer('hello', { kind: 'me', me: ME });
  unconfirmed.tick(START - DAY);
  expect(computerWake(unconfirmed.state)).toBe(START - DAY + 90_000);

  const paired = Computer.paired();
  paired.request('r1');
  paired.tick(START - DAY);
  expect(computerWake(paired.state)).toBe(START - DAY + 2000);
  paired.answer('r1', { kind: 'ack' });
  paired.tick(START - 2 * DAY);
  expect(computerWake(paired.state)).toBe(START - 2 * DAY + 90_000);
});

test('a step leaves the state that it was given as it was', () => {
  const computer = Computer.paired();
  computer.request('r1');
  const { state } = computer;
  const before = structuredClone(state);
  stepComputer(state, { type: 'unpair', requestId: 'u', now: START });
  stepComputer(state, { type: 'tick', now: START + 2000 });
  stepComputer(state, { type: 'tick', now: START - 2000 });
  expect(state).toEqual(before);
});
