import type { Bytes } from '../wire/bytes.js';
import { isVaultwireError, VaultwireError } from '../wire/error.js';
import { ChannelGroup, type MakeChannels, type PairingAddress } from './channel.js';
import { systemClock, type Clock } from './clock.js';
import { MachineDriver, nonceText, SentNonces, settled, tell, type SessionCounters } from './driver.js';
import { decodeMessage, type PairingMessage } from './envelope.js';
import type { MachineState, RefusalReason, SharedEvent } from './machine.js';
import { encodePlainData } from './plain-data.js';
import type { PairingStore } from './store.js';

/** What a session of either end tells its caller of. */
export type SharedSessionEvent<End> =
  | { readonly type: 'channel-failed'; readonly channel: string; readonly error: unknown }
  /** The session has stopped, and a new one can go on from what was saved before. */
  | { readonly type: 'store-failed'; readonly error: unknown }
  | { readonly type: 'ended'; readonly reason: End };

/** What a caller brings to a session of either end. */
interface SharedOptions<End> {
  readonly channels: MakeChannels;
  readonly store: PairingStore;
  readonly onEvent?: (event: SharedSessionEvent<End>) => void;
  readonly clock?: Clock;
}

/** The machine of an end, and what it is fed. */
interface Setup<State extends MachineState, Event, Effect, End> {
  readonly options: SharedOptions<End>;
  readonly address: PairingAddress;
  readonly step: (
    state: State,
    event: Event | SharedEvent,
  ) => { readonly state: State; readonly effects: readonly Effect[] };
  readonly wake: (state: State) => number | null;
  readonly state: State;
  /** Nonces that an earlier run sent. */
  readonly nonces: readonly string[] | undefined;
  /** The kinds of message that the other end sends; any other is malformed. */
  readonly kinds: readonly PairingMessage['kind'][];
}

/**
 * A session of either end: a machine, its driver and its channels, what becomes of a message on its way in, and how a
 * run stops. Either the pairing ends, and with it what is stored; or this run alone does, and a later one can go on.
 */
export abstract class MachineSession<State extends MachineState, Event, Effect extends { type: string }, Paired, End> {
  readonly address: PairingAddress;
  protected readonly clock: Clock;
  protected readonly channels: ChannelGroup;
  protected readonly driver: MachineDriver<State, Event | SharedEvent, Effect>;
  protected readonly nonces: SentNonces;
  /** Aborted when nothing waits for the comparison of codes any more. */
  protected readonly comparing = new AbortController();
  protected readonly pairing = settled<Paired>();
  readonly #options: SharedOptions<End>;
  readonly #kinds: readonly PairingMessage['kind'][];
  readonly #ended = settled<End>();
  /** Rejects once this run has stopped without bringing the pairing to its end. */
  readonly #halted = settled<never>();
  #stopped: VaultwireError | undefined;
  #ending = false;
  #dropped = 0;

  constructor({ options, address, step, wake, state, nonces, kinds }: Setup<State, Event, Effect, End>) {
    this.#options = options;
    this.#kinds = kinds;
    this.address = address;
    this.clock = options.clock ?? systemClock;
    this.nonces = new SentNonces(nonces);
    this.channels = new ChannelGroup(options.channels(address), (channel, error) => {
      tell(options.onEvent, { type: 'channel-failed', channel, error });
    });
    this.driver = new MachineDriver<State, Event | SharedEvent, Effect>(
      {
        step,
        wake,
        tick: (now) => ({ now, type: 'tick' }),
        clock: this.clock,
        passing: ['counters', 'now'],
        tells: ({ type }) => type === 'report',
        save: (current) => options.store.save(encodePlainData(this.document(current))),
        prepare: (effect) => this.prepare(effect),
        failed: (error) => {
          this.#stop(new VaultwireError('request-canceled', 'store: expected it to save', { cause: error }));
          tell(options.onEvent, { type: 'store-failed', error });
        },
      },
      state,
    );
  }

  get paired(): Promise<Paired> {
    return this.pairing.promise;
  }

  get ended(): Promise<End> {
    return this.#ended.promise;
  }

  async close(): Promise<void> {
    this.#stop(new VaultwireError('request-canceled', 'session: it was closed before there was an answer'));
    await this.driver.idle();
    await this.channels.flushed(this.clock);
  }

  /** What is stored of a state, with whatever else must not be lost. */
  protected abstract document(state: State): unknown;
  /** As {@link MachineDriver} wants it. */
  protected abstract prepare(effect: Effect): () => void;
  /** What is in a message. Undefined, or whatever is thrown: it does not open. */
  protected abstract open(message: PairingMessage): Bytes | undefined;
  /** The event that a message of a kind stands for. Throws for what does not decode. */
  protected abstract read(kind: PairingMessage['kind'], opened: Bytes, now: number): Event;
  /** This run has stopped: whoever waits for something learns why. */
  protected abstract stopping(why: VaultwireError): void;

  /** Lets messages in. Last: a channel may deliver at once, and that comes after what a run begins with. */
  protected startChannels(): void {
    this.channels.start((message) => this.#receive(message));
  }

  /** @throws VaultwireError why this run has stopped, if it has */
  protected assertRunning(): void {
    if (this.#stopped) throw this.#stopped;
  }

  /** Has the machine end the pairing, and waits for that to be done. */
  protected async endBy(unpair: () => void): Promise<void> {
    if (!this.#ending) this.assertRunning();
    unpair();
    await Promise.race([this.#ended.promise, this.#halted.promise]);
  }

  /** The pairing has ended: once that is saved and said, what is stored of it is cleared. */
  protected async end(reason: End): Promise<void> {
    const { store, onEvent } = this.#options;
    this.#ending = true;
    await this.driver.idle();
    this.#stop(new VaultwireError('pairing-ended', `the pairing has ended: ${String(reason)}`));
    await this.channels.flushed(this.clock);
    try {
      await store.clear();
    } catch (error) {
      tell(onEvent, { type: 'store-failed', error });
    }
    tell(onEvent, { type: 'ended', reason });
    this.#ended.resolve(reason);
  }

  /** @param lost as the machine counts what no answer came to in time */
  protected countersWith(lost: number): SessionCounters {
    const { refused, duplicates } = this.driver.state.counters;
    return {
      channels: this.channels.counters(),
      undecryptable: refused['does-not-open'],
      malformed: refused.malformed,
      legacy: refused.legacy,
      reflected: refused.reflected,
      duplicates,
      dropped: this.#dropped,
      lost,
    };
  }

  /** @returns what the message is known by when it comes again, or undefined when it was refused */
  #receive(bytes: Uint8Array): string | undefined {
    if (this.driver.crowded) {
      this.#dropped++;
      return undefined;
    }
    const now = this.clock.now();
    const received = this.#read(bytes, now);
    if (typeof received === 'string') {
      this.driver.dispatch({ now, type: 'refused', reason: received });
      return undefined;
    }
    this.driver.dispatch(received.event);
    return received.nonce;
  }

  #read(bytes: Uint8Array, now: number): RefusalReason | { readonly event: Event; readonly nonce: string } {
    let message: PairingMessage;
    try {
      message = decodeMessage(bytes);
    } catch (error) {
      return isVaultwireError(error) && error.code === 'wrap-refused' ? 'legacy' : 'malformed';
    }
    const nonce = nonceText(message.sealed);
    if (this.nonces.has(nonce)) return 'reflected';
    if (!this.#kinds.includes(message.kind)) return 'malformed';
    let opened: Bytes | undefined;
    try {
      opened = this.open(message);
    } catch {
      // Whatever the reason, nobody learns it.
    }
    if (!opened) return 'does-not-open';
    try {
      return { event: this.read(message.kind, opened, now), nonce };
    } catch {
      return 'malformed';
    }
  }

  #stop(why: VaultwireError): void {
    this.#stopped ??= why;
    this.driver.close();
    this.channels.stop();
    this.comparing.abort();
    this.pairing.reject(why);
    if (!this.#ending) this.#halted.reject(why);
    this.stopping(why);
  }
}
