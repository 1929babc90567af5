import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VaultwireError } from 'vaultwire';
import {
  encodeDeviceNotRegistered,
  encodeKeyError,
  encodeRegionRedirect,
  encodeThrottled,
  startAccountRequest,
  stepAccountRequest,
  type AccountAnswerEvent,
  type AccountRequestEffect,
  type AccountRequestState,
} from 'vaultwire/transmission/account';

const ML_KEM_IDS = [100, 107, 124, 136];
const limits = {
  knowsServerKey: (id: number) => id >= 7 && id <= 18,
  knowsMlKemKey: (id: number) => ML_KEM_IDS.includes(id),
};
const HOST = 'keepersecurity.com';

const answer = (body: Uint8Array | string, status = 401): AccountAnswerEvent => ({
  status,
  body: typeof body === 'string' ? new TextEncoder().encode(body) : body,
  opened: false,
  random: 0.5,
});
const good: AccountAnswerEvent = { status: 200, body: new Uint8Array(40), opened: true, random: 0 };

type StartOptions = Parameters<typeof startAccountRequest>[0];
const hybrid = (options: Partial<StartOptions> = {}) =>
  startAccountRequest({ host: HOST, serverKeyId: 10, mlKemKeyId: 136, ...options });

/** Plays answers one after the other and shows what was done, in short. */
function play(state: AccountRequestState, ...events: readonly AccountAnswerEvent[]): string[] {
  const done: string[] = [];
  for (const event of events) {
    const step = stepAccountRequest(state, event, limits);
    state = step.state;
    done.push(show(step.effect));
  }
  return done;
}

function show(effect: AccountRequestEffect): string {
  switch (effect.type) {
    case 'deliver':
      return `deliver ${effect.transport}${effect.downgrade ? ` ${effect.downgrade.reason}` : ''}`;
    case 'send':
      return `send ${effect.mlKemKeyId ?? 'ec'}/${effect.serverKeyId}${effect.registerDevice ? ' registered' : ''}`;
    case 'fail':
      return `fail ${effect.error.code}`;
  }
}

const keys = (serverKeyId: number, mlKemKeyId?: number) =>
  answer(encodeKeyError({ serverKeyId, ...(mlKemKeyId !== undefined && { mlKemKeyId }) }));

describe('the loop of an account request', () => {
  it('delivers what opened, and says that it was hybrid', () => {
    expect(play(hybrid(), good)).toEqual(['deliver hybrid']);
    expect(play(startAccountRequest({ host: HOST, serverKeyId: 7 }), good)).toEqual(['deliver ec']);
  });

  it.each<[string, AccountRequestState, AccountAnswerEvent[], string[]]>([
    [
      'an EC key in EC mode',
      startAccountRequest({ host: HOST, serverKeyId: 7 }),
      [keys(12), good],
      ['send ec/12', 'deliver ec'],
    ],
    ['both keys in hybrid mode', hybrid(), [keys(12, 124), good], ['send 124/12', 'deliver hybrid']],
    ['the ML-KEM key alone', hybrid(), [keys(10, 107), good], ['send 107/10', 'deliver hybrid']],
    ['the EC key alone, hybrid mode kept', hybrid(), [keys(12), good], ['send 136/12', 'deliver hybrid']],
    [
      'the EC key of a hybrid answer in EC mode',
      startAccountRequest({ host: HOST, serverKeyId: 7 }),
      [keys(12, 136)],
      ['send ec/12'],
    ],
    ['nothing, when the EC key is not known', hybrid(), [keys(40, 136)], ['fail server-key-unknown']],
    [
      'nothing, when the EC key is not known in EC mode',
      startAccountRequest({ host: HOST, serverKeyId: 7 }),
      [keys(40)],
      ['fail server-key-unknown'],
    ],
    ['nothing, when it asks for the very keys it refused', hybrid(), [keys(10, 136)], ['fail server-key-loop']],
  ])('changes to %s', (_, state, events, expected) => {
    expect(play(state, ...events)).toEqual(expected);
  });

  it('falls back to EC for an ML-KEM key that it has not, and reports it with the answer', () => {
    const { state, effect } = stepAccountRequest(hybrid(), keys(12, 148), limits);
    expect(show(effect)).toBe('send ec/12');
    const { effect: delivered } = stepAccountRequest(state, good, limits);
    expect(delivered).toEqual({
      type: 'deliver',
      transport: 'ec',
      downgrade: { host: HOST, reason: 'ml-kem-key-unknown', mlKemKeyId: 148 },
    });
  });

  it('falls back to EC also after an ML-KEM key has worked, and reports it', () => {
    const worked = hybrid({ workingMlKemKeyId: 136 });
    expect(play(worked, keys(12, 148), good)).toEqual(['send ec/12', 'deliver ec ml-kem-key-unknown']);
    expect(play(worked, keys(10), good)).toEqual(['send ec/10', 'deliver ec hybrid-not-spoken']);
  });

  it('falls back to EC when the server wants the same EC key without ML-KEM, and not before', () => {
    expect(play(hybrid(), keys(12), keys(12), good)).toEqual([
      'send 136/12',
      'send ec/12',
      'deliver ec hybrid-not-spoken',
    ]);
    expect(play(hybrid(), keys(10), good)).toEqual(['send ec/10', 'deliver ec hybrid-not-spoken']);
  });

  it.each<[string, Partial<StartOptions>, AccountAnswerEvent[], string[]]>([
    ['hybrid required, unknown ML-KEM key', { requireHybrid: true }, [keys(12, 148)], ['fail hybrid-required']],
    ['hybrid required, not spoken', { requireHybrid: true }, [keys(10)], ['fail hybrid-required']],
    [
      'hybrid required, other known keys',
      { requireHybrid: true },
      [keys(12, 107), good],
      ['send 107/12', 'deliver hybrid'],
    ],
    ['pinned ML-KEM key, another asked for', { customMlKemKey: true }, [keys(10, 107)], ['fail server-key-rejected']],
    [
      'pinned ML-KEM key, unknown one asked for',
      { customMlKemKey: true },
      [keys(10, 148)],
      ['fail server-key-rejected'],
    ],
    ['pinned ML-KEM key, not spoken', { customMlKemKey: true }, [keys(10)], ['fail server-key-rejected']],
    ['pinned EC key, another asked for', { customServerKey: true }, [keys(11, 136)], ['fail server-key-rejected']],
    ['pinned ML-KEM key, another EC key asked for', { customMlKemKey: true }, [keys(11)], ['fail server-key-rejected']],
    [
      'pinned EC key, another ML-KEM key asked for',
      { customServerKey: true },
      [keys(10, 107)],
      ['fail server-key-rejected'],
    ],
    [
      'pinned EC key, unknown ML-KEM key asked for',
      { customServerKey: true },
      [keys(10, 999)],
      ['fail server-key-rejected'],
    ],
    ['pinned EC key, not spoken', { customServerKey: true }, [keys(10)], ['fail server-key-rejected']],
    ['pinned EC key in EC mode', { customServerKey: true, mlKemKeyId: null }, [keys(11)], ['fail server-key-rejected']],
    ['an EC key older than one that worked', { workingKeyId: 10 }, [keys(9, 136)], ['fail server-key-rollback']],
    [
      'an ML-KEM key older than one that worked',
      { workingMlKemKeyId: 136 },
      [keys(10, 124)],
      ['fail server-key-rollback'],
    ],
    [
      'a newer ML-KEM key than one that worked',
      { mlKemKeyId: 107, workingMlKemKeyId: 107 },
      [keys(10, 124)],
      ['send 124/10'],
    ],
  ])('goes no further than it may: %s', (_, options, events, expected) => {
    expect(play(hybrid(options), ...events)).toEqual(expected);
  });

  it('changes its keys three times and no more, over both modes', () => {
    expect(play(hybrid(), keys(11, 124), keys(12, 107), keys(13, 100), keys(14, 136))).toEqual([
      'send 124/11',
      'send 107/12',
      'send 100/13',
      'fail server-key-loop',
    ]);
    expect(play(hybrid(), keys(11, 148), keys(12), keys(13), keys(14))).toEqual([
      'send ec/11',
      'send ec/12',
      'send ec/13',
      'fail server-key-loop',
    ]);
    expect(play(hybrid(), keys(11, 124), keys(10, 136))).toEqual(['send 124/11', 'fail server-key-loop']);
  });

  it('reports a weaker ML-KEM key than it began with, until that is over', () => {
    const knowing = {
      ...limits,
      mlKemParameterSet: (id: number) => (id === 100 ? ('ML-KEM-768' as const) : ('ML-KEM-1024' as const)),
    };
    const downgradeAfter = (first: number, ...events: readonly AccountAnswerEvent[]) => {
      let state = hybrid({ mlKemKeyId: first });
      for (const event of events) ({ state } = stepAccountRequest(state, event, knowing));
      return stepAccountRequest(state, good, knowing).effect;
    };
    const weaker = { host: HOST, reason: 'ml-kem-key-weaker', mlKemKeyId: 100 };
    const delivered = { type: 'deliver', transport: 'hybrid' };
    expect(downgradeAfter(136, keys(10, 100))).toEqual({ ...delivered, downgrade: weaker });
    expect(downgradeAfter(136, keys(10, 100), keys(11))).toEqual({ ...delivered, downgrade: weaker });
    expect(downgradeAfter(136, keys(10, 100), keys(10, 107))).toEqual({ ...delivered, downgrade: null });
    expect(downgradeAfter(136, keys(10, 107))).toEqual({ ...delivered, downgrade: null });
    expect(downgradeAfter(100, keys(10, 136))).toEqual({ ...delivered, downgrade: null });
    expect(downgradeAfter(136, keys(10, 100), keys(10))).toMatchObject({ downgrade: { reason: 'hybrid-not-spoken' } });
  });

  it('takes the hybrid mode up again on another host', () => {
    const redirect = answer(encodeRegionRedirect('keepersecurity.eu'));
    expect(play(hybrid(), keys(10, 148), redirect, good)).toEqual(['send ec/10', 'send 136/10', 'deliver hybrid']);
    expect(play(hybrid(), answer(encodeRegionRedirect('evil.example')))).toEqual(['fail region-unknown']);
    expect(play(hybrid(), redirect, redirect, redirect)).toEqual(['send 136/10', 'send 136/10', 'fail redirect-loop']);
  });

  it('asks for the registration of the device once with each host', () => {
    const unregistered = answer(encodeDeviceNotRegistered());
    expect(play(hybrid(), unregistered, good)).toEqual(['send 136/10 registered', 'deliver hybrid']);
    expect(play(hybrid(), unregistered, unregistered)).toEqual(['send 136/10 registered', 'fail request-rejected']);
    const redirect = answer(encodeRegionRedirect('keepersecurity.eu'));
    expect(play(hybrid(), unregistered, redirect, unregistered, unregistered)).toEqual([
      'send 136/10 registered',
      'send 136/10',
      'send 136/10 registered',
      'fail request-rejected',
    ]);
    expect(play(hybrid(), unregistered, keys(11), unregistered).at(-1)).toBe('fail request-rejected');
  });

  it('waits as devices do, in the mode it was in', () => {
    const { effect } = stepAccountRequest(hybrid(), answer(encodeThrottled(3), 403), limits);
    expect(effect).toMatchObject({ type: 'send', mlKemKeyId: 136, afterMilliseconds: 3000 });
    const throttled = Array.from({ length: 6 }, () => answer(encodeThrottled(), 403));
    expect(play(hybrid(), ...throttled).at(-1)).toBe('fail throttled');
  });

  it.each<[string, string, string]>([
    ['an error', '{"error":"access_denied","message":"no"}', 'fail request-rejected'],
    ['a key error', '{"error":"key","key_id":12}', 'send 136/12'],
    ['throttling', '{"error":"throttled"}', 'send 136/10'],
    ['noise', 'no JSON', 'fail answer-unexpected'],
    ['JSON that says nothing', '{"a":1}', 'fail answer-unexpected'],
  ])('reads status 200 that does not open as %s', (_, body, expected) => {
    expect(play(hybrid(), answer(body, 200))).toEqual([expected]);
  });

  it('ends with what the server says when that is final', () => {
    const { effect } = stepAccountRequest(hybrid(), answer('{"error":"access_denied","message":"no"}', 403), limits);
    expect(effect).toMatchObject({ type: 'fail', error: { code: 'request-rejected', message: 'access_denied: no' } });
  });

  it('knows no ML-KEM key but its own unless told', () => {
    const { effect } = stepAccountRequest(hybrid(), keys(10, 107), { knowsServerKey: limits.knowsServerKey });
    expect(show(effect)).toBe('send ec/10');
  });

  it('wants an ML-KEM key where hybrid is required', () => {
    expect(() => startAccountRequest({ host: HOST, serverKeyId: 7, requireHybrid: true })).toThrow(
      expect.objectContaining({ code: 'argument-invalid' }),
    );
  });

  it('has states that survive a structured clone', () => {
    const { state } = stepAccountRequest(hybrid(), keys(12, 148), limits);
    expect(structuredClone(state)).toEqual(state);
  });

  const anyAnswer = fc.oneof(
    fc
      .tuple(fc.integer({ min: 5, max: 20 }), fc.constantFrom(undefined, 99, ...ML_KEM_IDS))
      .map(([ec, kem]) => keys(ec, kem)),
    fc
      .constantFrom(encodeDeviceNotRegistered(), encodeThrottled(), encodeRegionRedirect('keepersecurity.eu'))
      .map((body) => answer(body, 403)),
    fc.json().map((body) => answer(body, 200)),
    fc.constant(good),
  );

  it('ends within 14 requests whatever it is answered, and never loses ML-KEM without saying so', () => {
    fc.assert(
      fc.property(fc.array(anyAnswer, { minLength: 16, maxLength: 30 }), fc.boolean(), (events, requireHybrid) => {
        let state = hybrid({ requireHybrid });
        let sent = 1;
        for (const event of events) {
          const step = stepAccountRequest(state, event, limits);
          state = step.state;
          const { effect } = step;
          if (effect.type === 'fail') {
            expect(effect.error).toBeInstanceOf(VaultwireError);
            break;
          }
          if (effect.type === 'deliver') {
            expect(effect.transport === 'ec').toBe(effect.downgrade !== null);
            if (requireHybrid) expect(effect.transport).toBe('hybrid');
            break;
          }
          if (requireHybrid) expect(effect.mlKemKeyId).not.toBeNull();
          sent++;
        }
        // 3 changes of keys, 2 redirects, 5 waits, a registration with each of 3 hosts, and the first.
        expect(sent).toBeLessThanOrEqual(14);
      }),
      { numRuns: 500 },
    );
  });
});
