import { describe, expect, test } from 'vitest';
import {
  issueClient,
  startBinding,
  stepBinding,
  stepServedClient,
  type BindingEffect,
  type BindingEvent,
  type ServedClient,
} from '../../src/keychain/index.js';
import { encodeBase64, decodeBase64 } from '../../src/wire/base64.js';
import type { Bytes } from '../../src/wire/bytes.js';

/*
 * Both machines against one another, without keys: a device that loses its power at any point, and whose messages are
 * lost at any point, run again until it is bound.
 */

const OWNER = new Uint8Array(65).fill(1);
const WRAPPED = new Uint8Array(60).fill(4);

/** What is left of a device after it lost its power. */
interface Stored {
  readonly publicKey: Bytes;
  readonly hasClientKey: boolean;
  readonly hasApplicationKey: boolean;
  readonly ownerPublicKey: Bytes | null;
}

class PowerLoss extends Error {}

class World {
  stored: Stored | null = null;
  server: ServedClient = issueClient({ clientId: 'client', encryptedApplicationKey: encodeBase64(WRAPPED) });
  readonly registered = new Set<string>();
  handedOut = 0;
  #deviceKeys = 0;
  /** Points passed in all runs; the power fails at those of `failures`. */
  #point = 0;
  readonly #failures: ReadonlySet<number>;

  constructor(failures: readonly number[]) {
    this.#failures = new Set(failures);
  }

  get points(): number {
    return this.#point;
  }

  #passPoint(): void {
    if (this.#failures.has(this.#point++)) throw new PowerLoss();
  }

  /** One run of the device: returns whether it got to its end. */
  run(tokenClientId: string | null): boolean {
    try {
      let state = startBinding({ expectedOwner: OWNER });
      let event: BindingEvent | undefined = {
        type: 'start',
        stored: this.stored && { clientId: 'client', ...this.stored },
        tokenClientId,
      };
      let publicKey: Bytes = this.stored?.publicKey ?? new Uint8Array(0);
      while (event) {
        const step = stepBinding(state, event);
        state = step.state;
        const [effect] = step.effects;
        if (!effect || effect.type === 'bound') return true;
        this.#passPoint();
        if (effect.type === 'generate-device-key') {
          publicKey = new Uint8Array(65).fill(100 + this.#deviceKeys++);
          event = { type: 'device-key-generated', publicKey };
        } else event = this.#perform(effect, publicKey);
        this.#passPoint();
      }
      return true;
    } catch (error) {
      if (error instanceof PowerLoss) return false;
      throw error;
    }
  }

  #perform(effect: BindingEffect, publicKey: Bytes): BindingEvent | undefined {
    switch (effect.type) {
      case 'store-token':
        this.stored = { publicKey, hasClientKey: true, hasApplicationKey: false, ownerPublicKey: null };
        return { type: 'stored' };
      case 'store-application-key':
        this.stored = {
          publicKey,
          hasClientKey: false,
          hasApplicationKey: true,
          ownerPublicKey: effect.ownerPublicKey,
        };
        return { type: 'stored' };
      case 'request':
        return this.#request(effect.publicKey);
      case 'open-application-key':
        return { type: 'application-key-opened' };
      case 'fail':
        throw effect.error;
      default:
        throw new Error(`unexpected: ${effect.type}`);
    }
  }

  #request(publicKey: Bytes | null): BindingEvent {
    // What goes out was stored before.
    expect(this.stored).not.toBeNull();
    if (publicKey) expect(this.stored?.publicKey).toEqual(publicKey);
    else expect(this.stored?.hasApplicationKey).toBe(true);
    this.#passPoint();
    const { state, decision } = stepServedClient(this.server, {
      command: 'get_secret',
      publicKey: publicKey && encodeBase64(publicKey),
      address: 'home',
      now: 0,
    });
    if (decision.type === 'refuse') throw decision.error;
    this.server = state;
    if (state.publicKey !== null) this.registered.add(state.publicKey);
    this.#passPoint();
    if (publicKey === null) return { type: 'confirmed' };
    this.handedOut++;
    return {
      type: 'answered',
      encryptedApplicationKey:
        decision.encryptedApplicationKey === null ? null : decodeBase64(decision.encryptedApplicationKey, 'key'),
      ownerPublicKey: OWNER,
    };
  }

  /** Whatever the device does next, once it is bound. */
  use(): void {
    const { state, decision } = stepServedClient(this.server, {
      command: 'get_folders',
      publicKey: null,
      address: 'home',
      now: 0,
    });
    expect(decision).toEqual({ type: 'serve', encryptedApplicationKey: null });
    this.server = state;
  }
}

/** Runs until the device is bound. */
function runToEnd(failures: readonly number[], tokens: readonly (string | null)[]): World {
  const world = new World(failures);
  for (let run = 0; run <= failures.length; run++) {
    // Without a token only a device that stored one can go on.
    const token = world.stored ? (tokens[run % tokens.length] ?? null) : 'client';
    if (world.run(token)) return world;
  }
  throw new Error('not bound after as many runs as there were failures');
}

function expectBound(world: World): void {
  expect(world.stored).toMatchObject({ hasClientKey: false, hasApplicationKey: true, ownerPublicKey: OWNER });
  expect(world.registered.size).toBe(1);
  expect(encodeBase64(world.stored!.publicKey)).toBe([...world.registered][0]);
  world.use();
  expect(world.server).toMatchObject({ at: 'bound', encryptedApplicationKey: null });
}

describe('a device that loses its power', () => {
  const whole = runToEnd([], ['client']);

  test('does not: it passes sixteen points and is bound', () => {
    expect(whole.points).toBe(16);
    expect(whole.handedOut).toBe(1);
    expectBound(whole);
  });

  for (let point = 0; point < whole.points; point++) {
    test(`at point ${point}: a second run binds it, with one key`, () => {
      for (const tokens of [['client'], [null]]) expectBound(runToEnd([point], tokens));
    });
  }

  test('at any two points, and at any three', () => {
    let worlds = 0;
    for (let first = 0; first < 16; first++) {
      for (let second = first + 1; second < 32; second++) {
        expectBound(runToEnd([first, second], ['client', null]));
        worlds++;
        for (let third = second + 1; third < 48; third += 7) {
          expectBound(runToEnd([first, second, third], [null, 'client']));
          worlds++;
        }
      }
    }
    expect(worlds).toBe(2028);
  });
});
