import { ed25519 } from '@noble/curves/ed25519.js';
import { nobleBox, type BoxSuite } from '../../src/crypto/box.js';
import type { Channel, MakeChannels, PairingAddress } from '../../src/pairing/channel.js';
import type { Clock } from '../../src/pairing/clock.js';
import {
  startComputerSession,
  type ComputerSession,
  type ComputerSessionEvent,
  type ComputerSessionOptions,
} from '../../src/pairing/computer-session.js';
import type { Consent } from '../../src/pairing/consent.js';
import {
  startPhoneSession,
  type PhoneKeys,
  type PhoneSession,
  type PhoneSessionEvent,
  type PhoneSessionOptions,
} from '../../src/pairing/phone-session.js';
import type { Decision } from '../../src/pairing/policy.js';
import { encodePublicKey, encodeSignature, encodeSignData, type SignData } from '../../src/pairing/ssh.js';
import type { PairingStore } from '../../src/pairing/store.js';
import { copyBytes, encodeUtf8, equalBytes, type Bytes } from '../../src/wire/bytes.js';

/*
 * Two ends of a pairing in one process: a clock that tests turn, a network that does with messages what tests want, a
 * store that breaks down on demand, and a phone whose key counts its signatures.
 */

/** Lets everything run that waits for nothing but promises. */
export const settle = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

/** A clock that stands still until it is turned. */
export class FakeClock implements Clock {
  #now = 1_700_000_000_000;
  #timers: { readonly at: number; readonly callback: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, callback: () => void): () => void {
    const timer = { at: this.#now + milliseconds, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Puts the clock back. Timers ring when their time comes again. */
  turnBack(milliseconds: number): void {
    this.#now -= milliseconds;
  }

  /** How many timers are set. */
  get timers(): number {
    return this.#timers.length;
  }

  /** Lets time pass, ringing every timer at its own time. */
  async advance(milliseconds: number): Promise<void> {
    const until = this.#now + milliseconds;
    await settle();
    for (;;) {
      const [next] = this.#timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
      if (!next) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
      await settle();
    }
    this.#now = until;
    await settle();
  }
}

/** A message on its way. */
export interface Carried {
  readonly channel: string;
  readonly queue: string;
  readonly message: Uint8Array;
}

/** Carries messages between the ends. By default at once; `carry` may do otherwise, and everything is recorded. */
export class FakeNetwork {
  readonly carried: Carried[] = [];
  readonly alerts: Carried[] = [];
  carry: (message: Carried) => void = (message) => {
    this.deliver(message);
  };
  readonly #held = new Map<string, Uint8Array[]>();
  readonly #receivers = new Map<string, Set<(message: Uint8Array) => void>>();

  /** Channels of these names, for either end. */
  channels(...names: readonly string[]): (address: PairingAddress) => Channel[] {
    return ({ sendQueue, receiveQueue }) =>
      names.map((name) => {
        const pass = (message: Uint8Array): Promise<void> => {
          const carried = { channel: name, queue: sendQueue, message };
          this.carried.push(carried);
          this.carry(carried);
          return Promise.resolve();
        };
        return {
          name,
          send: pass,
          alert: (message) => {
            this.alerts.push({ channel: name, queue: sendQueue, message });
            return pass(message);
          },
          receive: (deliver) => {
            const queue = `${name} ${receiveQueue}`;
            const receivers = this.#receivers.get(queue) ?? new Set();
            this.#receivers.set(queue, receivers);
            receivers.add(deliver);
            // Not before the caller has its session.
            setImmediate(() => {
              if (!receivers.has(deliver)) return;
              for (const message of this.#held.get(queue)?.splice(0) ?? []) deliver(message);
            });
            return () => receivers.delete(deliver);
          },
        };
      });
  }

  /** How many receive anything at all. */
  get receivers(): number {
    return [...this.#receivers.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** Delivers to whoever receives, or to the next who does: a queue keeps what it has. */
  deliver({ channel, queue, message }: Carried): void {
    const name = `${channel} ${queue}`;
    const receivers = [...(this.#receivers.get(name) ?? [])];
    for (const receive of receivers) receive(copyBytes(message));
    if (receivers.length === 0) this.#held.set(name, [...(this.#held.get(name) ?? []), copyBytes(message)]);
  }
}

const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

/** What a run touches the world with; none of it works any more once the run is killed. */
export class Run {
  alive = true;
  readonly killed: Promise<void>;
  #killed: () => void = () => undefined;
  readonly #stops: (() => void)[] = [];

  constructor() {
    this.killed = new Promise((resolve) => {
      this.#killed = resolve;
    });
  }

  kill(): void {
    this.alive = false;
    this.#killed();
    for (const stop of this.#stops) stop();
  }

  store(store: FakeStore): PairingStore {
    const guard = <T>(act: () => Promise<T>): Promise<T> => (this.alive ? act() : never());
    return {
      load: () => guard(() => store.load()),
      save: (state) => guard(() => store.save(state, this)),
      loadSecretKey: () => guard(() => store.loadSecretKey()),
      saveSecretKey: (secretKey) => guard(() => store.saveSecretKey(secretKey)),
      clear: () => guard(() => store.clear()),
    };
  }

  clock(clock: Clock): Clock {
    return {
      now: () => clock.now(),
      after: (milliseconds, callback) =>
        clock.after(milliseconds, () => {
          if (this.alive) callback();
        }),
    };
  }

  channels(make: MakeChannels): MakeChannels {
    return (address) =>
      make(address).map((channel) => ({
        name: channel.name,
        send: (message) => (this.alive ? channel.send(message) : never()),
        alert: (message) => (this.alive ? (channel.alert ?? channel.send).call(channel, message) : never()),
        receive: (deliver) => {
          const stop = channel.receive((message) => {
            if (this.alive) deliver(message);
          });
          this.#stops.push(stop);
          return stop;
        },
      }));
  }
}

/** A store in memory that counts what it saves, and breaks down when told to. */
export class FakeStore implements PairingStore {
  state: Uint8Array | undefined;
  secretKey: Uint8Array | undefined;
  saves = 0;
  /** Called around each save, which is the how-manieth; what they throw or never resolve is the store's breakdown. */
  beforeSave: (index: number, run?: Run) => Promise<void> | void = () => undefined;
  afterSave: (index: number, run?: Run) => Promise<void> | void = () => undefined;

  load(): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.state);
  }
  async save(state: Uint8Array, run?: Run): Promise<void> {
    const index = this.saves++;
    await this.beforeSave(index, run);
    this.state = state;
    await this.afterSave(index, run);
  }
  loadSecretKey(): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.secretKey && copyBytes(this.secretKey));
  }
  saveSecretKey(secretKey: Uint8Array): Promise<void> {
    this.secretKey = copyBytes(secretKey);
    return Promise.resolve();
  }
  clear: () => Promise<void> = () => {
    this.state = undefined;
    this.secretKey = undefined;
    return Promise.resolve();
  };
}

/** A save that is cut off by the end of its run: with `after`, when it was done and nobody had heard of it. */
export function crash(store: FakeStore, at: number, when: 'before' | 'after'): void {
  const cut = (index: number, run?: Run): Promise<void> | void => {
    if (index !== at || !run) return;
    run.kill();
    return never();
  };
  store.beforeSave = when === 'before' ? cut : () => undefined;
  store.afterSave = when === 'after' ? cut : () => undefined;
}

/** Random bytes that are the same for the same seed. */
export function seededBox(seed: number): BoxSuite {
  let state = seed >>> 0;
  return {
    ...nobleBox,
    randomBytes: (length) =>
      Uint8Array.from({ length }, () => {
        // xorshift32
        state ^= state << 13;
        state ^= state >>> 17;
        state ^= state << 5;
        return state & 0xff;
      }),
  };
}

const secret = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);
const wire = (byte: number): Bytes =>
  encodePublicKey({ type: 'ssh-ed25519', point: copyBytes(ed25519.getPublicKey(secret(byte))) });

/** The phone's SSH public key, in wire form. */
export const phoneSshKey = wire(1);
export const hostKey = wire(2);
export const otherHostKey = wire(3);
export const sessionId = new Uint8Array(32).fill(7);

/** A host's proof that it holds the key made of this byte. */
export const hostSignature = (byte: number, id: Uint8Array = sessionId): Bytes =>
  encodeSignature({ algorithm: 'ssh-ed25519', blob: copyBytes(ed25519.sign(id, secret(byte))) });

export const loginData = (changes: Partial<Extract<SignData, { kind: 'user-auth' }>> = {}): Bytes =>
  encodeSignData({
    kind: 'user-auth',
    sessionId,
    user: 'git',
    service: 'ssh-connection',
    algorithm: 'ssh-ed25519',
    hostBound: false,
    ...changes,
  });

/** Verifies at once: the platform's verifier takes real time, which a fake clock does not wait for. */
export const verifyAtOnce = (key: Uint8Array, signature: Uint8Array, id: Uint8Array): Promise<boolean> =>
  Promise.resolve(equalBytes(signature, hostSignature(equalBytes(key, hostKey) ? 2 : 3, id)));

/** Keys that record what they sign. */
export interface CountingKeys extends PhoneKeys {
  readonly signed: { readonly what: string; readonly data: Uint8Array }[];
}

export function countingKeys(): CountingKeys {
  const signed: { what: string; data: Uint8Array }[] = [];
  let counter = 0;
  return {
    signed,
    ssh: {
      publicKey: phoneSshKey,
      sign: (data) => {
        signed.push({ what: 'ssh', data });
        return Promise.resolve(ed25519.sign(data, secret(1)));
      },
    },
    git: {
      sign: (content, userId) => {
        signed.push({ what: `git ${userId}`, data: content });
        return Promise.resolve(encodeUtf8('an OpenPGP signature'));
      },
    },
    u2f: {
      register: (challenge, appId) => {
        signed.push({ what: `register ${appId}`, data: challenge });
        return Promise.resolve({
          publicKey: new Uint8Array(65).fill(4),
          keyHandle: new Uint8Array(80).fill(5),
          attestationCertificate: new Uint8Array([0x30, 0]),
          signature: new Uint8Array([0x30, 1]),
        });
      },
      authenticate: (challenge, appId, keyHandle) => {
        if (keyHandle[0] !== 5) return Promise.resolve(undefined);
        signed.push({ what: `authenticate ${appId}`, data: challenge });
        counter++;
        return Promise.resolve({
          publicKey: new Uint8Array(65).fill(4),
          signature: new Uint8Array([0x30, 1]),
          counter,
        });
      },
    },
  };
}

/** One computer and one phone, and what they were asked and told. */
export class PairOfEnds {
  readonly clock = new FakeClock();
  readonly network = new FakeNetwork();
  readonly keys = countingKeys();
  readonly computerStore = new FakeStore();
  readonly phoneStore = new FakeStore();
  /** The latest runs. */
  computerRun = new Run();
  phoneRun = new Run();
  readonly computerEvents: ComputerSessionEvent[] = [];
  readonly phoneEvents: PhoneSessionEvent[] = [];
  readonly asked: Consent[] = [];
  decide: (consent: Consent, signal: AbortSignal) => Promise<Decision> = () => Promise.resolve({ approve: true });
  readonly #names: readonly string[];

  constructor(...channels: readonly string[]) {
    this.#names = channels.length > 0 ? channels : ['queue'];
  }

  startComputer(options: Partial<ComputerSessionOptions> = {}): Promise<ComputerSession> {
    this.computerRun = new Run();
    return startComputerSession({
      name: 'laptop',
      channels: this.computerRun.channels(this.network.channels(...this.#names)),
      store: this.computerRun.store(this.computerStore),
      confirm: 'not-compared',
      onEvent: (event) => this.computerEvents.push(event),
      clock: this.computerRun.clock(this.clock),
      ...options,
    });
  }

  startPhone(options: Partial<PhoneSessionOptions> = {}): Promise<PhoneSession> {
    const run = new Run();
    this.phoneRun = run;
    return startPhoneSession({
      channels: run.channels(this.network.channels(...this.#names)),
      store: run.store(this.phoneStore),
      me: { email: 'ada@example.com' },
      keys: this.keys,
      ask: (consent, signal) => {
        this.asked.push(consent);
        return this.decide(consent, signal);
      },
      onEvent: (event) => this.phoneEvents.push(event),
      clock: run.clock(this.clock),
      ...options,
    });
  }

  async pair(
    computerOptions: Partial<ComputerSessionOptions> = {},
    phoneOptions: Partial<PhoneSessionOptions> = {},
  ): Promise<{ computer: ComputerSession; phone: PhoneSession }> {
    const computer = await this.startComputer(computerOptions);
    const phone = await this.startPhone({ qrText: computer.qrText, ...phoneOptions });
    await computer.paired;
    return { computer, phone };
  }
}
