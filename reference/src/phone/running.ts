import {
  startPhoneSession,
  type ConsentKind,
  type Decision,
  type PhoneEnd,
  type PhoneSession,
} from 'vaultwire/pairing/phone';
import { firstFailures, openChannels, type OpenChannel } from '../channels/index.js';
import type { KeptPairing, Phone } from './phone-home.js';
import type { Approve, Screen } from './screen.js';

export interface RunOptions {
  readonly phone: Phone;
  readonly screen: Screen;
  readonly approve: Approve;
  /** With `all`: what is approved once is approved for 3 hours. */
  readonly remember?: 'this' | 'kind';
  /** Kinds that are never asked about, whoever asks. A login is, unless its host is proven and known. */
  readonly neverAsk?: readonly ConsentKind[];
  /** Have the user compare codes before a pairing is complete. */
  readonly compare?: boolean;
}

/** One pairing that runs. */
export interface RunningPairing {
  readonly kept: KeptPairing;
  readonly session: PhoneSession;
  /** Resolves when the pairing has ended for good, or can no longer be saved. */
  readonly over: Promise<PhoneEnd | 'store-failed'>;
  /** Resolves when the computer was sent its first answer: who the phone is. */
  readonly introduced: Promise<void>;
  close(): Promise<void>;
  /** How many messages a channel has taken so far, each channel counted. */
  accepted(): number;
}

/** The first byte of a message that is sealed for its reader. */
const SEALED = 0;

/** Runs pairings of one phone side by side. What one learns about a host the others know as well. */
export class RunningPhone {
  readonly #options: RunOptions;
  readonly #running = new Set<RunningPairing>();

  constructor(options: RunOptions) {
    this.#options = options;
  }

  /** @param qrText what was scanned; left out for a pairing that is kept */
  async start(kept: KeptPairing, qrText?: string): Promise<RunningPairing> {
    const { phone, screen, compare, neverAsk } = this.#options;
    const { identifier: pairing, computer } = kept;
    let channels: readonly OpenChannel[] = [];
    let introduce: () => void = () => undefined;
    const introduced = new Promise<void>((resolve) => {
      introduce = resolve;
    });
    let isDescribed = false;
    let accepted = 0;
    const channelFailed = firstFailures((channel, error) => {
      screen.show({ pairing, computer, event: { type: 'channel-failed', channel, error } });
    });
    let fail: (reason: 'store-failed') => void = () => undefined;
    const failed = new Promise<'store-failed'>((resolve) => {
      fail = resolve;
    });
    const session = await startPhoneSession({
      ...(qrText !== undefined && { qrText }),
      channels: (address) => {
        channels = openChannels(kept.channels, address, channelFailed);
        return channels.map((channel) => ({
          name: channel.name,
          receive: (deliver) => channel.receive(deliver),
          send: async (message) => {
            await channel.send(message);
            accepted++;
            // Before that, it may have been an acknowledgement.
            if (isDescribed && message[0] === SEALED) introduce();
          },
        }));
      },
      store: kept.store,
      keys: phone.keys,
      me: () => {
        isDescribed = true;
        const { email, deviceIdentifier } = phone;
        return { email, deviceIdentifier, u2fAccounts: phone.u2fAccounts() };
      },
      hosts: async () => ({ hosts: phone.hosts(), pgpUserIds: await phone.pgpUserIds() }),
      pins: phone.pins(),
      ...(neverAsk && { neverAsk }),
      ask: async (consent, signal) => {
        const decision = await this.#decide(pairing, consent, signal);
        if (decision.approve && consent.subject.kind === 'ssh-login') {
          const { user, hostNames } = consent.subject;
          for (const { name } of hostNames) await phone.addHost({ user, host: name });
        }
        return decision;
      },
      ...(compare && { confirm: (code) => screen.confirm(code) }),
      onEvent: (event) => {
        if (event.type === 'channel-failed') {
          channelFailed(event.channel, event.error);
          return;
        }
        screen.show({ pairing, computer, event });
        if (event.type === 'store-failed') fail('store-failed');
        if (event.type !== 'pinned') return;
        const { hostName, hostKey } = event.pin;
        for (const other of this.#running) if (other.kept !== kept) other.session.pin(hostName, hostKey);
        phone.addPin(event.pin).catch((error: unknown) => {
          screen.show({ pairing, computer, event: { type: 'store-failed', error } });
        });
      },
    });
    const running: RunningPairing = {
      kept,
      session,
      introduced,
      accepted: () => accepted,
      over: Promise.race([session.ended, failed]),
      close: async () => {
        this.#running.delete(running);
        await session.close();
        await Promise.all(channels.map((channel) => channel.close()));
      },
    };
    this.#running.add(running);
    return running;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#running].map((running) => running.close()));
  }

  #decide(...asked: Parameters<Screen['ask']>): Decision | Promise<Decision> {
    const { approve, remember, screen } = this.#options;
    if (approve === 'ask') return screen.ask(...asked);
    if (approve === 'never') return { approve: false };
    return { approve: true, ...(remember && asked[1].mayRemember && { remember }) };
  }
}
