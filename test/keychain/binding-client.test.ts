import { describe, expect, test } from 'vitest';
import {
  startBinding,
  stepBinding,
  type BindingEffect,
  type BindingEvent,
  type BindingState,
  type BindingStep,
} from '../../src/keychain/index.js';
import type { ErrorCode } from '../../src/wire/error.js';
import type { Bytes } from '../../src/wire/bytes.js';
import { refused } from '../support/refused.js';

const OWNER = new Uint8Array(65).fill(1);
const OTHER_OWNER = new Uint8Array(65).fill(2);
const DEVICE = new Uint8Array(65).fill(3);
const WRAPPED = new Uint8Array(60).fill(4);

type Start = Extract<BindingEvent, { type: 'start' }>;

const stored = (more: Partial<NonNullable<Start['stored']>> = {}): NonNullable<Start['stored']> => ({
  clientId: 'client',
  publicKey: DEVICE,
  hasClientKey: true,
  hasApplicationKey: false,
  ownerPublicKey: null,
  ...more,
});

const STARTS: readonly Start[] = [null, 'client', 'other'].flatMap((tokenClientId) =>
  [
    null,
    stored(),
    stored({ hasClientKey: false }),
    stored({ hasApplicationKey: true, hasClientKey: false, ownerPublicKey: OWNER }),
    stored({ hasApplicationKey: true, hasClientKey: true, ownerPublicKey: OTHER_OWNER }),
    stored({ hasApplicationKey: true, hasClientKey: false }),
  ].map((one) => ({ type: 'start', stored: one, tokenClientId }) as const),
);

const ANSWERS: readonly BindingEvent[] = [null, WRAPPED].flatMap((encryptedApplicationKey) =>
  [null, OWNER, OTHER_OWNER].map(
    (ownerPublicKey) => ({ type: 'answered', encryptedApplicationKey, ownerPublicKey }) as const,
  ),
);

const EVENTS: readonly BindingEvent[] = [
  ...STARTS,
  { type: 'device-key-generated', publicKey: DEVICE },
  { type: 'stored' },
  ...ANSWERS,
  { type: 'application-key-opened' },
  { type: 'application-key-refused' },
  { type: 'confirmed' },
];

/** Which events a state takes; every other one is refused. */
const TAKES: Record<BindingState['at'], readonly BindingEvent['type'][]> = {
  new: ['start'],
  generating: ['device-key-generated'],
  'storing-token': ['stored'],
  requesting: ['answered'],
  opening: ['application-key-opened', 'application-key-refused'],
  'storing-key': ['stored'],
  confirming: ['confirmed'],
  bound: [],
  failed: [],
};

/** What a state waits for, by the effect that led to it. */
const WAITS_FOR: Record<BindingEffect['type'], BindingState['at']> = {
  'generate-device-key': 'generating',
  'store-token': 'storing-token',
  request: 'requesting',
  'open-application-key': 'opening',
  'store-application-key': 'storing-key',
  bound: 'bound',
  fail: 'failed',
};

function failure(step: BindingStep): ErrorCode {
  const [effect] = step.effects;
  expect(step.effects).toHaveLength(1);
  if (effect?.type !== 'fail') throw new Error(`expected a failure, found ${String(effect?.type)}`);
  expect(step.state).toEqual({ at: 'failed', code: effect.error.code });
  return effect.error.code;
}

function run(state: BindingState, ...events: readonly BindingEvent[]): BindingStep {
  let step: BindingStep = { state, effects: [] };
  for (const event of events) step = stepBinding(step.state, event);
  return step;
}

const fresh: BindingEvent = { type: 'start', stored: null, tokenClientId: 'client' };
const generated: BindingEvent = { type: 'device-key-generated', publicKey: DEVICE };
const answered = (ownerPublicKey: Bytes | null, encryptedApplicationKey: Bytes | null = WRAPPED): BindingEvent => ({
  type: 'answered',
  encryptedApplicationKey,
  ownerPublicKey,
});

describe('binding, the device’s side', () => {
  test('goes from a token to bound, storing before each message', () => {
    let state = startBinding();
    const effects: BindingEffect[] = [];
    for (const event of [
      fresh,
      generated,
      { type: 'stored' },
      answered(OWNER),
      { type: 'application-key-opened' },
      { type: 'stored' },
      { type: 'confirmed' },
    ] as const) {
      const step = stepBinding(state, event);
      state = step.state;
      effects.push(...step.effects);
    }
    expect(effects).toEqual([
      { type: 'generate-device-key' },
      { type: 'store-token' },
      { type: 'request', publicKey: DEVICE },
      { type: 'open-application-key', encryptedApplicationKey: WRAPPED },
      { type: 'store-application-key', ownerPublicKey: OWNER },
      { type: 'request', publicKey: null },
      { type: 'bound', ownerPublicKey: OWNER },
    ]);
    expect(state).toEqual({ at: 'bound', ownerPublicKey: OWNER });
  });

  test('begins as plain data, in which nothing is undefined', () => {
    expect(startBinding()).toStrictEqual({ at: 'new', expectedOwner: null });
    expect(startBinding({ expectedOwner: OWNER })).toStrictEqual({ at: 'new', expectedOwner: OWNER });
  });

  test('a second run asks with the stored key where the first had not yet been answered', () => {
    for (const tokenClientId of ['client', null]) {
      const step = run(startBinding(), { type: 'start', stored: stored(), tokenClientId });
      expect(step.effects).toEqual([{ type: 'request', publicKey: DEVICE }]);
    }
  });

  test('a second run of a bound device is bound, with the token that it spent or without', () => {
    for (const tokenClientId of ['client', null]) {
      const bound = stored({ hasApplicationKey: true, hasClientKey: false, ownerPublicKey: OWNER });
      const step = run(startBinding({ expectedOwner: OWNER }), { type: 'start', stored: bound, tokenClientId });
      expect(step.effects).toEqual([{ type: 'bound', ownerPublicKey: OWNER }]);
      expect(step.state).toEqual({ at: 'bound', ownerPublicKey: OWNER });
    }
  });

  test('a configuration of an SDK that kept no owner’s key is bound, unless one is expected', () => {
    const bound = stored({ hasApplicationKey: true, hasClientKey: false });
    const start: BindingEvent = { type: 'start', stored: bound, tokenClientId: null };
    expect(run(startBinding(), start).effects).toEqual([{ type: 'bound', ownerPublicKey: null }]);
    expect(failure(run(startBinding({ expectedOwner: OWNER }), start))).toBe('owner-key-unexpected');
  });

  test.each<[string, Start, ErrorCode]>([
    ['neither token nor configuration', { type: 'start', stored: null, tokenClientId: null }, 'client-not-bound'],
    [
      'the configuration of another token',
      { type: 'start', stored: stored(), tokenClientId: 'other' },
      'client-mismatch',
    ],
    [
      'the bound configuration of another token',
      { type: 'start', stored: stored({ hasApplicationKey: true }), tokenClientId: 'other' },
      'client-mismatch',
    ],
    [
      'a configuration without either key',
      { type: 'start', stored: stored({ hasClientKey: false }), tokenClientId: 'client' },
      'client-not-bound',
    ],
  ])('fails with %s', (_, start, code) => {
    expect(failure(run(startBinding(), start))).toBe(code);
  });

  test('fails with a configuration of another owner than the expected one', () => {
    const bound = stored({ hasApplicationKey: true, ownerPublicKey: OTHER_OWNER });
    const step = run(startBinding({ expectedOwner: OWNER }), { type: 'start', stored: bound, tokenClientId: null });
    expect(failure(step)).toBe('owner-key-unexpected');
  });

  test('fails with an answer that lacks a key, or names another owner than the expected one', () => {
    const requesting = run(startBinding(), fresh, generated, { type: 'stored' }).state;
    expect(failure(run(requesting, answered(OWNER, null)))).toBe('answer-unexpected');
    expect(failure(run(requesting, answered(null)))).toBe('answer-unexpected');
    const expecting = run(startBinding({ expectedOwner: OWNER }), fresh, generated, { type: 'stored' }).state;
    expect(failure(run(expecting, answered(OTHER_OWNER)))).toBe('owner-key-unexpected');
    expect(run(expecting, answered(OWNER)).state.at).toBe('opening');
    const resumed = run(startBinding({ expectedOwner: OWNER }), {
      type: 'start',
      stored: stored(),
      tokenClientId: null,
    });
    expect(failure(run(resumed.state, answered(OTHER_OWNER)))).toBe('owner-key-unexpected');
  });

  test('fails with an application key that does not open', () => {
    const opening = run(startBinding(), fresh, generated, { type: 'stored' }, answered(OWNER)).state;
    expect(failure(run(opening, { type: 'application-key-refused' }))).toBe('open-failed');
  });

  for (const expectedOwner of [undefined, OWNER]) {
    test(`every state with every event, with ${expectedOwner ? 'an' : 'no'} expected owner`, async () => {
      const first = startBinding({ expectedOwner });
      const known = new Map<string, BindingState>();
      const queue: BindingState[] = [first];
      const ends = new Set<string>();
      let steps = 0;
      for (let state = queue.shift(); state; state = queue.shift()) {
        const name = JSON.stringify(state);
        if (known.has(name)) continue;
        known.set(name, state);
        expect(structuredClone(state)).toEqual(state);
        for (const event of EVENTS) {
          const before = structuredClone({ state, event });
          if (!TAKES[state.at].includes(event.type)) {
            const error = await refused('step-invalid', () => stepBinding(state, event));
            expect(error.message).toContain(event.type);
            expect(error.message).toContain(state.at);
            continue;
          }
          steps++;
          const step = stepBinding(state, event);
          expect({ state, event }).toEqual(before);
          expect(step.effects).toHaveLength(1);
          const [effect] = step.effects;
          // A request without the public key is the confirmation.
          const waiting =
            effect?.type === 'request' && effect.publicKey === null ? 'confirming' : WAITS_FOR[effect!.type];
          expect(step.state.at).toBe(waiting);
          // Nothing goes out that was not stored: by this run, or by the one before.
          if (effect?.type === 'request') expect(['stored', 'start']).toContain(event.type);
          if (effect?.type === 'bound') {
            expect(event.type === 'confirmed' || (event.type === 'start' && event.stored?.hasApplicationKey)).toBe(
              true,
            );
          }
          // An owner who was not expected gets no further than the answer that names him.
          if (expectedOwner && 'ownerPublicKey' in step.state) expect(step.state.ownerPublicKey).toEqual(expectedOwner);
          if (step.state.at === 'bound' || step.state.at === 'failed') ends.add(JSON.stringify(step.state));
          queue.push(step.state);
        }
      }
      expect(new Set([...known.values()].map(({ at }) => at))).toEqual(new Set(Object.keys(TAKES)));
      expect([known.size, steps, ends.size]).toEqual(expectedOwner ? [13, 30, 6] : [17, 34, 7]);
    });
  }
});
