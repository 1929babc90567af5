import { BOX_NONCE_LENGTH, type BoxPrivateKey, type BoxSuite } from '../crypto/box.js';
import { encodeBase64Url } from '../wire/base64.js';
import { VaultwireError } from '../wire/error.js';
import type { ChannelCounters } from './channel.js';
import type { Clock } from './clock.js';
import { decodePlainData } from './plain-data.js';
import type { PairingStore } from './store.js';

/*
 * What the sessions of both ends are made of: the order of steps, saves and effects; what was sent; what is stored.
 */

/** How many nonces of our own messages are remembered, newest last, to know them when they come back. */
export const REMEMBERED_NONCES = 512;
/** How many effects may wait for a save. Messages that come then are let go, as a channel might have lost them. */
export const MAXIMUM_WAITING_EFFECTS = 1024;

/**
 * What happened on the way to and from the other end since the pairing began. To count costs no save: what was counted
 * since the last one is lost when a run ends.
 */
export interface SessionCounters {
  /** Since this run began. */
  readonly channels: readonly ChannelCounters[];
  /** Messages that did not open. Anybody who knows a queue's name can send them. */
  readonly undecryptable: number;
  /** Messages that did not decode, before or after they opened. */
  readonly malformed: number;
  /** Messages of peers that still wrap a symmetric key. */
  readonly legacy: number;
  /** Our own messages that came back. */
  readonly reflected: number;
  /** What came again, on one channel or on several. */
  readonly duplicates: number;
  /** Messages of this run that came faster than the store could save, and were let go. */
  readonly dropped: number;
  /** Requests that no answer came to in time, or that became too old before there was one. */
  readonly lost: number;
}

interface DriverOptions<State extends object, Event, Effect> {
  readonly step: (state: State, event: Event) => { readonly state: State; readonly effects: readonly Effect[] };
  /** When the machine wants a tick: milliseconds since 1970, or null. */
  readonly wake: (state: State) => number | null;
  readonly tick: (now: number) => Event;
  readonly clock: Clock;
  /** What of a state is worth no save of its own: anybody can change it, as often as they like. */
  readonly passing: readonly (keyof State)[];
  /** Whether an effect only tells of something, and so is worth none either. */
  readonly tells: (effect: Effect) => boolean;
  /** Makes the bytes of a state, with whatever else must not be lost, and stores them. */
  readonly save: (state: State) => Promise<void>;
  /**
   * Does of an effect what must be saved with the state (such as sealing, which makes a nonce to remember), and returns
   * the rest, which runs once all of that is saved. The returned function must not throw.
   */
  readonly prepare: (effect: Effect) => () => void;
  /** The store failed: nothing that depends on it will happen any more. */
  readonly failed: (error: unknown) => void;
}

/**
 * Runs a machine. Events step it at once and in order. What they cause happens only after the state that knows of it
 * is saved, in order too; so a run that is cut off anywhere has done nothing that the next one does not know of. A step
 * that changed only what passes, and has something to tell at most, is kept by the next save that there is.
 */
export class MachineDriver<State extends object, Event, Effect> {
  readonly #options: DriverOptions<State, Event, Effect>;
  #state: State;
  #open = true;
  #saving: Promise<void> | undefined;
  #version = 0;
  #saved = 0;
  readonly #waiting: { readonly version: number; readonly run: () => void }[] = [];
  #alarm: { readonly at: number; readonly cancel: () => void } | undefined;

  constructor(options: DriverOptions<State, Event, Effect>, state: State) {
    this.#options = options;
    this.#state = state;
  }

  get state(): State {
    return this.#state;
  }

  /** Whether more messages than can be saved have come. */
  get crowded(): boolean {
    return this.#waiting.length >= MAXIMUM_WAITING_EFFECTS;
  }

  /** Whether events are still heard. */
  get open(): boolean {
    return this.#open;
  }

  dispatch(event: Event): void {
    if (this.#open) this.apply(this.#options.step(this.#state, event));
  }

  /** Takes a step that was made elsewhere: the machine's first. */
  apply({ state, effects }: { readonly state: State; readonly effects: readonly Effect[] }): void {
    const lasting = this.#isLasting(state) || !effects.every((effect) => this.#options.tells(effect));
    this.#state = state;
    const runs = effects.map((effect) => this.#options.prepare(effect));
    if (lasting) this.touch(runs);
    else if (runs.length > 0) this.#tell(runs);
    this.#arm();
  }

  /** Has the state saved, and then runs what waits for that. */
  touch(runs: readonly (() => void)[] = []): void {
    if (!this.#open) return;
    this.#version++;
    for (const run of runs) this.#waiting.push({ version: this.#version, run });
    this.#saving ??= this.#save();
  }

  /** Resolves once everything that has been stepped so far is saved, or cannot be. */
  async idle(): Promise<void> {
    while (this.#saving) await this.#saving;
  }

  /** Hears no more events and runs no more effects. What has been stepped is saved. */
  close(): void {
    this.#open = false;
    this.#waiting.length = 0;
    this.#alarm?.cancel();
    this.#alarm = undefined;
  }

  #isLasting(state: State): boolean {
    const { passing } = this.#options;
    return (Object.keys(state) as (keyof State)[]).some(
      (member) => state[member] !== this.#state[member] && !passing.includes(member),
    );
  }

  /** Runs what needs no save, after what waits for one; but never before the caller's own call has returned. */
  #tell(runs: readonly (() => void)[]): void {
    if (this.#saving) {
      for (const run of runs) this.#waiting.push({ version: this.#version, run });
      return;
    }
    void Promise.resolve().then(() => {
      for (const run of runs) if (this.#open) run();
    });
  }

  async #save(): Promise<void> {
    try {
      // To the end, also when the driver was closed meanwhile: what its caller changed last is kept as well.
      while (this.#saved < this.#version) {
        const version = this.#version;
        await this.#options.save(this.#state);
        this.#saved = version;
        this.#release();
      }
    } catch (error) {
      this.close();
      this.#options.failed(error);
    } finally {
      this.#saving = undefined;
    }
  }

  #release(): void {
    for (;;) {
      const [next] = this.#waiting;
      if (!this.#open || !next || next.version > this.#saved) return;
      this.#waiting.shift();
      next.run();
    }
  }

  #arm(): void {
    const at = this.#open ? this.#options.wake(this.#state) : null;
    if (at === (this.#alarm?.at ?? null)) return;
    this.#alarm?.cancel();
    this.#alarm = undefined;
    if (at === null) return;
    const { clock, tick } = this.#options;
    const cancel = clock.after(Math.max(1, at - clock.now()), () => {
      // Also when the timer rang too early: then the step arms it again.
      this.#alarm = undefined;
      this.dispatch(tick(clock.now()));
    });
    this.#alarm = { at, cancel };
  }
}

/** The nonces of messages that this end sent: one box serves both directions, so that they open when they come back. */
export class SentNonces {
  readonly #nonces: Set<string>;

  /** @param saved as {@link SentNonces.list} gives them */
  constructor(saved: readonly string[] = []) {
    this.#nonces = new Set(saved);
  }

  /** @param nonce as {@link nonceText} gives it */
  add(nonce: string): void {
    this.#nonces.add(nonce);
    if (this.#nonces.size <= REMEMBERED_NONCES) return;
    for (const oldest of this.#nonces) {
      this.#nonces.delete(oldest);
      return;
    }
  }

  has(nonce: string): boolean {
    return this.#nonces.has(nonce);
  }

  list(): readonly string[] {
    return [...this.#nonces];
  }
}

/** The first 24 bytes of a box, as text: by them a message is known when it comes again. */
export const nonceText = (sealed: Uint8Array): string => encodeBase64Url(sealed.subarray(0, BOX_NONCE_LENGTH));

/** What is stored of a session beside its key. */
export interface SavedSession<State> {
  readonly format: typeof SAVED_FORMAT;
  readonly role: 'computer' | 'phone';
  readonly state: State;
  readonly nonces: readonly string[];
}

/** Counts up whenever a stored session of before can no longer be read. */
export const SAVED_FORMAT = 1;

/**
 * The pairing in a store, or undefined when there is none that anything was done with.
 *
 * @throws VaultwireError `configuration-invalid` when the state does not decode, is of another role or format, or its
 *   key is missing
 */
export async function loadPairing<Saved extends SavedSession<unknown>>(
  store: PairingStore,
  suite: BoxSuite,
  role: Saved['role'],
): Promise<{ readonly key: BoxPrivateKey; readonly saved: Saved } | undefined> {
  const bytes = await store.load();
  if (!bytes) return undefined;
  const saved = decodePlainData(bytes, 'saved pairing') as Partial<Saved> | null;
  if (saved?.format !== SAVED_FORMAT || saved.role !== role) {
    throw new VaultwireError(
      'configuration-invalid',
      `saved pairing: expected one of a ${role}, of format ${SAVED_FORMAT}`,
    );
  }
  const secretKey = await store.loadSecretKey();
  if (!secretKey) throw new VaultwireError('configuration-invalid', 'saved pairing: expected its secret key');
  try {
    // What decoded is what a session of this role and format saved: the store is trusted.
    return { key: suite.importKey(secretKey), saved: saved as Saved };
  } finally {
    secretKey.fill(0);
  }
}

/** Makes the key of a new pairing, and has it stored before anything else happens. */
export async function createPairingKey(store: PairingStore, suite: BoxSuite): Promise<BoxPrivateKey> {
  const key = suite.generateKey({ extractable: true });
  const secretKey = key.exportSecretBytes?.();
  if (!secretKey) throw new VaultwireError('suite-unsupported', 'box suite: expected keys that can be stored');
  try {
    await store.saveSecretKey(secretKey);
  } finally {
    secretKey.fill(0);
  }
  return key;
}

/** A promise and how to settle it. Nobody has to listen to its rejection. */
export interface Settled<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
}

export function settled<T>(): Settled<T> {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}

/** A random id of 128 bits, 22 characters. */
export const randomId = (suite: BoxSuite): string => encodeBase64Url(suite.randomBytes(16));

/** Calls a caller's listener. What it throws is its own affair, and must not stop a machine halfway. */
export function tell<Event>(listener: ((event: Event) => void) | undefined, event: Event): void {
  try {
    listener?.(event);
  } catch {
    // Nobody here could do anything about it.
  }
}
