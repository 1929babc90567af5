import { describe, expect, test } from 'vitest';
import {
  issueClient,
  stepServedClient,
  type ClientRequest,
  type ServeDecision,
  type ServedClient,
} from '../../src/keychain/index.js';
import { DEVICE_COMMANDS } from '../../src/transmission/index.js';
import type { ErrorCode } from '../../src/wire/error.js';

const FIRST_END = 100;
const END = 1000;

const issued = (more: Partial<Parameters<typeof issueClient>[0]> = {}): ServedClient =>
  issueClient({ clientId: 'client', encryptedApplicationKey: 'wrapped', ...more });

const request = (more: Partial<ClientRequest> = {}): ClientRequest => ({
  command: 'get_secret',
  publicKey: null,
  address: 'home',
  now: 0,
  ...more,
});

const delivered = (more: Partial<Parameters<typeof issueClient>[0]> = {}): ServedClient =>
  stepServedClient(issued(more), request({ publicKey: 'key' })).state;
const bound = (more: Partial<Parameters<typeof issueClient>[0]> = {}): ServedClient =>
  stepServedClient(delivered(more), request()).state;

function refusal(state: ServedClient, more: Partial<ClientRequest>): ErrorCode {
  const step = stepServedClient(state, request(more));
  if (step.decision.type !== 'refuse') throw new Error('expected a refusal, found none');
  expect(step.state).toBe(state);
  return step.decision.error.code;
}

const served = (encryptedApplicationKey: string | null): ServeDecision => ({ type: 'serve', encryptedApplicationKey });

describe('binding, the server’s side', () => {
  test('a client that was issued has no key, no address and no end, unless told', () => {
    expect(issued()).toEqual({
      clientId: 'client',
      at: 'issued',
      encryptedApplicationKey: 'wrapped',
      publicKey: null,
      lockAddress: false,
      address: null,
      firstAccessExpiresOn: null,
      accessExpiresOn: null,
    });
    expect(issued({ lockAddress: true, firstAccessExpiresOn: 1, accessExpiresOn: 2 })).toMatchObject({
      lockAddress: true,
      firstAccessExpiresOn: 1,
      accessExpiresOn: 2,
    });
  });

  test('the first request binds its key and gets the application’s', () => {
    const step = stepServedClient(issued(), request({ publicKey: 'key' }));
    expect(step.decision).toEqual(served('wrapped'));
    expect(step.state).toEqual({ ...issued(), at: 'delivered', publicKey: 'key', address: 'home' });
  });

  test('the same request again gets the same again: the answer may have been lost', () => {
    const state = delivered();
    for (let time = 0; time < 3; time++) {
      const step = stepServedClient(state, request({ publicKey: 'key' }));
      expect(step).toEqual({ state, decision: served('wrapped') });
    }
  });

  test.each(DEVICE_COMMANDS)('a request without the key says that it arrived, whatever it asks: %s', (command) => {
    const step = stepServedClient(delivered(), request({ command }));
    expect(step.decision).toEqual(served(null));
    expect(step.state).toEqual({ ...delivered(), at: 'bound', encryptedApplicationKey: null });
    expect(stepServedClient(step.state, request({ command }))).toEqual({ state: step.state, decision: served(null) });
  });

  test.each(DEVICE_COMMANDS.filter((command) => command !== 'get_secret'))(
    'binds with nothing but get_secret: %s',
    (command) => {
      expect(refusal(issued(), { command, publicKey: 'key' })).toBe('client-not-bound');
      expect(refusal(delivered(), { command, publicKey: 'key' })).toBe('client-not-bound');
    },
  );

  test('a client without a key brings one', () => {
    expect(refusal(issued(), {})).toBe('client-not-bound');
  });

  test('a second key is refused, before and after the first has confirmed', () => {
    expect(refusal(delivered(), { publicKey: 'other' })).toBe('second-public-key');
    expect(refusal(bound(), { publicKey: 'other' })).toBe('second-public-key');
  });

  test('a token that was used is refused, also to the key that used it', () => {
    expect(refusal(bound(), { publicKey: 'key' })).toBe('token-used');
  });

  test('a token may be spent until its end, and a client that spent it in time goes on', () => {
    const state = issued({ firstAccessExpiresOn: FIRST_END });
    expect(refusal(state, { publicKey: 'key', now: FIRST_END })).toBe('token-expired');
    const step = stepServedClient(state, request({ publicKey: 'key', now: FIRST_END - 1 }));
    expect(step.decision.type).toBe('serve');
    expect(stepServedClient(step.state, request({ publicKey: 'key', now: FIRST_END })).decision.type).toBe('serve');
    expect(stepServedClient(step.state, request({ now: FIRST_END + 1 })).decision.type).toBe('serve');
  });

  test('a client is served until its end, in every state', () => {
    const options = { accessExpiresOn: END };
    for (const [state, publicKey] of [
      [issued(options), 'key'],
      [delivered(options), 'key'],
      [delivered(options), null],
      [bound(options), null],
    ] as const) {
      expect(stepServedClient(state, request({ publicKey, now: END - 1 })).decision.type).toBe('serve');
      expect(refusal(state, { publicKey, now: END })).toBe('client-expired');
    }
  });

  test('a client that is locked is served at the address that came first', () => {
    const options = { lockAddress: true };
    for (const [state, publicKey] of [
      [delivered(options), 'key'],
      [delivered(options), null],
      [bound(options), null],
    ] as const) {
      expect(refusal(state, { publicKey, address: 'away' })).toBe('address-refused');
      expect(stepServedClient(state, request({ publicKey })).decision.type).toBe('serve');
    }
    expect(stepServedClient(issued(options), request({ publicKey: 'key', address: 'away' })).state.address).toBe(
      'away',
    );
    expect(stepServedClient(bound(), request({ address: 'away' })).decision.type).toBe('serve');
  });

  test('an end goes before an address, an address before a token', () => {
    const state = delivered({ lockAddress: true, accessExpiresOn: END, firstAccessExpiresOn: FIRST_END });
    expect(refusal(state, { publicKey: 'other', address: 'away', now: END })).toBe('client-expired');
    expect(refusal(state, { publicKey: 'other', address: 'away', now: 0 })).toBe('address-refused');
    const fresh = issued({ firstAccessExpiresOn: FIRST_END });
    expect(refusal(fresh, { now: FIRST_END })).toBe('token-expired');
  });

  test('every state with every request: one key for ever, and the application’s to that one alone', () => {
    const options = [false, true].flatMap((lockAddress) =>
      [null, FIRST_END].flatMap((firstAccessExpiresOn) =>
        [null, END].map((accessExpiresOn) => ({ lockAddress, firstAccessExpiresOn, accessExpiresOn })),
      ),
    );
    const requests = [null, 'key', 'other'].flatMap((publicKey) =>
      (['get_secret', 'get_folders', 'delete_secret'] as const).flatMap((command) =>
        ['home', 'away'].flatMap((address) =>
          [0, FIRST_END - 1, FIRST_END, END - 1, END].map((now) => request({ publicKey, command, address, now })),
        ),
      ),
    );
    const known = new Map<string, ServedClient>();
    const queue = options.map(issued);
    let refusals = 0;
    for (let state = queue.shift(); state; state = queue.shift()) {
      const name = JSON.stringify(state);
      if (known.has(name)) continue;
      known.set(name, state);
      expect(JSON.parse(name)).toEqual(state);
      for (const one of requests) {
        const before = structuredClone(state);
        const { state: after, decision } = stepServedClient(state, one);
        expect(state).toEqual(before);
        if (decision.type === 'refuse') {
          refusals++;
          expect(after).toBe(state);
          continue;
        }
        // Fixed for ever: who it is, its first key and address, its ends.
        expect(after).toEqual({
          ...state,
          ...{ at: after.at, publicKey: after.publicKey, address: after.address },
          encryptedApplicationKey: after.encryptedApplicationKey,
        });
        if (state.publicKey !== null) expect(after.publicKey).toBe(state.publicKey);
        if (state.address !== null) expect(after.address).toBe(state.address);
        const order = ['issued', 'delivered', 'bound'];
        expect(order.indexOf(after.at)).toBeGreaterThanOrEqual(order.indexOf(state.at));
        expect(after.at).not.toBe('issued');
        expect(after.encryptedApplicationKey).toBe(after.at === 'bound' ? null : 'wrapped');
        // The application's key goes to the registered key, which asks for secrets, and never after it arrived.
        expect(decision.encryptedApplicationKey !== null).toBe(one.publicKey !== null);
        if (one.publicKey !== null) {
          expect(one.publicKey).toBe(after.publicKey);
          expect(one.command).toBe('get_secret');
          expect(after.at).toBe('delivered');
        }
        if (state.accessExpiresOn !== null) expect(one.now).toBeLessThan(state.accessExpiresOn);
        if (state.at === 'issued' && state.firstAccessExpiresOn !== null) {
          expect(one.now).toBeLessThan(state.firstAccessExpiresOn);
        }
        if (after.lockAddress) expect(one.address).toBe(after.address);
        queue.push(after);
      }
    }
    // 8 options, each issued once, delivered and bound for either key at either address.
    expect(known.size).toBe(8 * (1 + 4 + 4));
    expect(refusals).toBeGreaterThan(1000);
  });
});
