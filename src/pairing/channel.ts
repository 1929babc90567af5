import type { Bytes } from '../wire/bytes.js';
import type { Clock } from './clock.js';

/**
 * One way for messages to reach the other end of a pairing: a message queue, Bluetooth, a relay. A channel is believed
 * in nothing: it may lose, repeat, reorder, delay for up to 48 hours, invent and show to anybody what it carries.
 */
export interface Channel {
  /** What the channel is called in counters and events. */
  readonly name: string;
  /** Sends one whole message. A rejection is counted and harms no other channel. */
  send(message: Uint8Array): Promise<void>;
  /**
   * Sends a request that was sent before once more, so that the phone wakes up and its user sees something: a push
   * notification. Channels without such a thing leave it out, and get to send it once more instead.
   */
  alert?(message: Uint8Array): Promise<void>;
  /** Begins to deliver whole messages, each at least once, perhaps before it returns, and returns how to stop. */
  receive(deliver: (message: Uint8Array) => void): () => void;
}

/** What a channel needs to know about a pairing. All of it is public. */
export interface PairingAddress {
  /** UUID of the pairing, upper case; also the Bluetooth service. */
  readonly identifier: string;
  /** Name of the queue that this end sends to. */
  readonly sendQueue: string;
  /** Name of the queue that this end receives from. */
  readonly receiveQueue: string;
}

/** Makes the channels of a pairing, once its address is known. */
export type MakeChannels = (address: PairingAddress) => readonly Channel[];

/** What happened on one channel since the session started. */
export interface ChannelCounters {
  readonly name: string;
  /** Messages handed to the channel, whether or not it could send them. */
  readonly sent: number;
  /** Of these, the ones it said it could not send. */
  readonly sendFailures: number;
  /** Everything it delivered. */
  readonly received: number;
  /** Of what it delivered: messages that opened, and that no channel had delivered before. */
  readonly first: number;
  /** Of what it delivered: messages that opened, and that some channel, perhaps itself, had delivered before. */
  readonly duplicates: number;
  /** Of what it delivered: whatever was refused, because it does not open, does not decode, or is our own. */
  readonly refused: number;
  /** Messages that another channel delivered and this one did not, or not yet. */
  readonly missed: number;
}

/** How many received messages are remembered, to tell a duplicate from a new one. The machines do not rely on it. */
export const REMEMBERED_MESSAGES = 1024;

/** How long a session that ends waits for channels that are still sending, in milliseconds. */
export const FLUSH_MILLISECONDS = 2_000;

interface Tally {
  sent: number;
  sendFailures: number;
  received: number;
  distinct: number;
  first: number;
  duplicates: number;
  refused: number;
}

/** Several channels as one, none of which can break another. */
export class ChannelGroup {
  readonly #channels: readonly { readonly channel: Channel; readonly tally: Tally; readonly index: number }[];
  readonly #failed: (channel: string, error: unknown) => void;
  readonly #stops: { readonly name: string; readonly stop: () => void }[] = [];
  readonly #sending = new Set<Promise<void>>();
  readonly #seen = new Map<string, Set<number>>();
  #messages = 0;
  #open = true;

  /** @param failed told about every failure of a channel */
  constructor(channels: readonly Channel[], failed: (channel: string, error: unknown) => void) {
    this.#channels = channels.map((channel, index) => ({
      channel,
      index,
      tally: { sent: 0, sendFailures: 0, received: 0, distinct: 0, first: 0, duplicates: 0, refused: 0 },
    }));
    this.#failed = failed;
  }

  /**
   * Begins to receive, unless the group has been stopped.
   *
   * @param deliver gets each message, still the channel's own memory, and returns the key by which duplicates of it
   *   are known, or undefined when the message was refused
   */
  start(deliver: (message: Uint8Array) => string | undefined): void {
    for (const { channel, tally, index } of this.#channels) {
      if (!this.#open) break;
      try {
        const stop = channel.receive((message) => {
          if (!this.#open) return;
          tally.received++;
          const key = deliver(message);
          if (key === undefined) tally.refused++;
          else this.#count(key, index, tally);
        });
        this.#stops.push({ name: channel.name, stop });
      } catch (error) {
        this.#failed(channel.name, error);
      }
    }
    // What a channel delivered at once may have stopped the group before it was known how to stop the channel.
    if (!this.#open) this.stop();
  }

  /** Sends over every channel at once. Never throws, and waits for none. */
  send(message: Bytes): void {
    for (const { channel, tally } of this.#channels) {
      tally.sent++;
      // A copy for each: what one channel does to its bytes is not seen by another.
      this.#attempt(channel, tally, () => channel.send(message.slice()));
    }
  }

  /** Sends again, as an alert where a channel can. Never throws, and waits for none. */
  alert(message: Bytes): void {
    for (const { channel, tally } of this.#channels) {
      tally.sent++;
      const copy = message.slice();
      this.#attempt(channel, tally, () => (channel.alert ? channel.alert(copy) : channel.send(copy)));
    }
  }

  counters(): ChannelCounters[] {
    return this.#channels.map(({ channel, tally: { distinct, ...counters } }) => ({
      name: channel.name,
      ...counters,
      missed: this.#messages - distinct,
    }));
  }

  stop(): void {
    this.#open = false;
    for (const { name, stop } of this.#stops.splice(0)) {
      try {
        stop();
      } catch (error) {
        this.#failed(name, error);
      }
    }
  }

  /** Resolves once no channel is sending any more, or has had its time. */
  async flushed(clock: Clock): Promise<void> {
    if (this.#sending.size === 0) return;
    let cancel: () => void = () => undefined;
    const late = new Promise<void>((resolve) => {
      cancel = clock.after(FLUSH_MILLISECONDS, resolve);
    });
    await Promise.race([Promise.all(this.#sending), late]);
    cancel();
  }

  #attempt(channel: Channel, tally: Tally, send: () => Promise<void>): void {
    const failed = (error: unknown): void => {
      tally.sendFailures++;
      this.#failed(channel.name, error);
    };
    try {
      const sending = send()
        .catch(failed)
        .finally(() => this.#sending.delete(sending));
      this.#sending.add(sending);
    } catch (error) {
      failed(error);
    }
  }

  #count(key: string, index: number, tally: Tally): void {
    const known = this.#seen.get(key);
    if (!known) {
      tally.first++;
      tally.distinct++;
      this.#messages++;
      this.#seen.set(key, new Set([index]));
      if (this.#seen.size > REMEMBERED_MESSAGES) {
        for (const oldest of this.#seen.keys()) {
          this.#seen.delete(oldest);
          break;
        }
      }
      return;
    }
    tally.duplicates++;
    if (!known.has(index)) {
      known.add(index);
      tally.distinct++;
    }
  }
}
