import { nobleBox, type Box, type BoxPrivateKey, type BoxSuite } from '../crypto/box.js';
import { copyBytes, equalBytes, type Bytes } from '../wire/bytes.js';
import { VaultwireError, type ErrorCode } from '../wire/error.js';
import type { MakeChannels, PairingAddress } from './channel.js';
import { systemClock, type Clock } from './clock.js';
import {
  computerWake,
  MAXIMUM_WAITING_REQUESTS,
  startComputer,
  stepComputer,
  type ComputerEffect,
  type ComputerEnd,
  type ComputerEvent,
  type ComputerReport,
  type ComputerState,
  type WaitingRequest,
} from './computer.js';
import {
  createPairingKey,
  loadPairing,
  nonceText,
  randomId,
  SAVED_FORMAT,
  settled,
  tell,
  type SavedSession,
  type SessionCounters,
  type Settled,
} from './driver.js';
import { encodeCiphertextMessage, openKeyMessage, type PairingMessage } from './envelope.js';
import { comparisonCode, queueNames } from './identity.js';
import {
  decodeAnswer,
  decodeRequest,
  encodeRequest,
  type AnswerBody,
  type ErrorAnswer,
  type Me,
  type PairingRequest,
  type RequestBody,
} from './messages.js';
import { encodeQrText } from './qr.js';
import { MachineSession, type SharedSessionEvent } from './session.js';
import type { PairingStore } from './store.js';
import { PROTOCOL_VERSION } from './version.js';

export * from './computer.js';
export type { SessionCounters } from './driver.js';
export type { RefusalCounters, RefusalReason } from './machine.js';
export type { SharedSessionEvent } from './session.js';

/** What {@link startComputerSession} needs. */
export interface ComputerSessionOptions {
  /** Name of the computer, which the phone shows its user. */
  readonly name: string;
  /** A browser has an identifier of 16 bytes and a name of its own in the QR text, and less time to pair. */
  readonly browser?: { readonly deviceIdentifier: Uint8Array; readonly name: string };
  /** The form of the QR text: the JSON itself, or a link that holds it. Default: `link` for a browser, else `json`. */
  readonly qrForm?: 'json' | 'link';
  readonly channels: MakeChannels;
  readonly store: PairingStore;
  /**
   * Shows the user a code of six digits and asks whether the phone shows the same one. `not-compared`: the first phone
   * that scanned, or whoever read the QR code over the user's shoulder and was quicker, is taken for the user's.
   * The signal is aborted when nothing waits for the decision any more. A rejection is a no.
   */
  readonly confirm: ((code: string, signal: AbortSignal) => Promise<boolean>) | 'not-compared';
  /** Must not throw: what it throws is lost. */
  readonly onEvent?: (event: ComputerSessionEvent) => void;
  /** Default: the platform's. */
  readonly clock?: Clock;
  /** Default: `nobleBox`. */
  readonly box?: BoxSuite;
}

/** What {@link ComputerSession.request} may be told. */
export interface RequestOptions {
  /** Whether the phone is to say that it is asking its user, which gives them another minute. Default: true. */
  readonly acknowledge?: boolean;
  /** Stops waiting for the answer. */
  readonly signal?: AbortSignal;
}

/** What a computer's session tells its caller on the way. */
export type ComputerSessionEvent =
  /** A phone's key arrived: it can compute this code as well. */
  | { readonly type: 'comparison-code'; readonly code: string }
  /** The pairing is complete; told again by a run that goes on with it. */
  | { readonly type: 'paired'; readonly me: Me }
  /** The phone asks its user. */
  | { readonly type: 'acknowledged'; readonly requestId: string }
  /** The answer or failure of a request that nobody in this run waits for, as an earlier one made it: ask `outcome`. */
  | { readonly type: 'outcome'; readonly requestId: string }
  /** Where to send what wakes the phone. */
  | { readonly type: 'push-endpoint'; readonly snsEndpointArn: string }
  /** Something happened that was not acted on. Of keys that come after the pairing, the first of each run is told. */
  | { readonly type: 'report'; readonly report: ComputerReport }
  | SharedSessionEvent<ComputerEnd>;

/** What can be asked for. A pairing ends by {@link ComputerSession.unpair}. */
export type RequestKind = Exclude<RequestBody['kind'], 'unpair'>;

/** The answers to one kind of request that did what was asked; nothing for a no-op, which has no answer. */
export type AnswerTo<K extends RequestKind> = K extends 'no-op'
  ? undefined
  : Matching<Exclude<AnswerBody, ErrorAnswer>, K>;

type Matching<Body, K> = Body extends { readonly kind: infer Kinds } ? (K extends Kinds ? Body : never) : never;

/** A request that has no answer yet. */
export interface PendingRequest {
  readonly requestId: string;
  readonly body: RequestBody;
}

/** A pairing as the computer has it. Made by {@link startComputerSession}; close it when it is no longer needed. */
export interface ComputerSession {
  /** To be shown as a QR code. Public, and of use for one pairing only. */
  readonly qrText: string;
  readonly address: PairingAddress;
  /**
   * Resolves once the phone is paired and confirmed.
   *
   * Rejects with `pairing-ended` when it ends before: time ran out, codes differ, or a second phone interfered.
   */
  readonly paired: Promise<Me>;
  /** Resolves with the reason once the pairing has ended for good. */
  readonly ended: Promise<ComputerEnd>;
  /**
   * Asks the phone for something. Before the pairing is complete the request waits.
   *
   * @throws VaultwireError `request-rejected` when the user said no, `request-failed` with the phone's words for
   *   whatever else it says, `request-timeout`, `request-canceled`, `queue-full` when 128 requests wait,
   *   `pairing-ended`; and what `encodeRequest` throws for a body that cannot be sent
   */
  request<K extends RequestKind>(
    body: Extract<RequestBody, { readonly kind: K }>,
    options?: RequestOptions,
  ): Promise<AnswerTo<K>>;
  /** The requests that have no answer yet, those of earlier runs included. */
  pending(): readonly PendingRequest[];
  /**
   * The outcome of a request by its id, also of one made before a restart; rejects as {@link ComputerSession.request}
   * does, and with `not-found` when nothing is known of it (any more).
   */
  outcome(requestId: string): Promise<AnswerBody | undefined>;
  counters(): SessionCounters;
  /**
   * Tells the phone that the pairing is over, ends it and forgets its key.
   *
   * @throws VaultwireError `request-canceled` when the session is closed, or its store fails, before that is done
   */
  unpair(): Promise<void>;
  /** Stops this run. What waits is kept in the store; what was asked for here rejects with `request-canceled`. */
  close(): Promise<void>;
}

/**
 * Starts a pairing and shows a QR text, or goes on with the pairing in the store, where it stood.
 *
 * @throws VaultwireError `configuration-invalid` when the store holds something else, what `encodeQrText` throws for
 *   the name, and what the store throws
 */
export async function startComputerSession(options: ComputerSessionOptions): Promise<ComputerSession> {
  const suite = options.box ?? nobleBox;
  const loaded = await loadPairing<SavedComputer>(options.store, suite, 'computer');
  if (loaded && loaded.saved.state.phase.at !== 'ended') return new Session(options, suite, loaded.key, loaded.saved);
  // An ended pairing that is still there: the run that ended it was cut off before it could clear the store.
  if (loaded) await options.store.clear();
  const key = await createPairingKey(options.store, suite);
  return new Session(options, suite, key);
}

interface SavedComputer extends SavedSession<ComputerState> {
  readonly role: 'computer';
  readonly qrText: string;
  /** What became of requests and was not told to anybody, oldest first. */
  readonly outcomes: readonly (readonly [requestId: string, outcome: Outcome])[];
}

type Outcome =
  { readonly body: AnswerBody | null } | { readonly error: { readonly code: ErrorCode; readonly message: string } };

class Session
  extends MachineSession<ComputerState, ComputerEvent, ComputerEffect, Me, ComputerEnd>
  implements ComputerSession
{
  readonly qrText: string;
  readonly #options: ComputerSessionOptions;
  readonly #suite: BoxSuite;
  readonly #key: BoxPrivateKey;
  readonly #publicKey: Bytes;
  readonly #outcomes: Map<string, Outcome>;
  readonly #waiters = new Map<string, Settled<AnswerBody | null>>();
  /** The phone of this pairing. It stays here when the state forgets it, for the message that says goodbye. */
  #phone: { readonly publicKey: Bytes; readonly box: Box } | undefined;
  #codeShown = false;
  #foreignKeyTold = false;

  constructor(options: ComputerSessionOptions, suite: BoxSuite, key: BoxPrivateKey, saved?: SavedComputer) {
    const { publicKey } = key;
    const qrText = saved?.qrText ?? qrTextOf(options, publicKey);
    const { toPhone, toComputer } = queueNames(publicKey);
    const now = (options.clock ?? systemClock).now();
    const first = saved
      ? { state: saved.state, effects: [] }
      : startComputer({
          now,
          publicKey,
          helloId: randomId(suite),
          version: PROTOCOL_VERSION,
          browser: options.browser !== undefined,
          compareCodes: options.confirm !== 'not-compared',
        });
    super({
      options,
      address: { identifier: toPhone, sendQueue: toPhone, receiveQueue: toComputer },
      step: stepComputer,
      wake: computerWake,
      state: first.state,
      nonces: saved?.nonces,
      kinds: ['key', 'ciphertext'],
    });
    this.qrText = qrText;
    this.#options = options;
    this.#suite = suite;
    this.#key = key;
    this.#publicKey = publicKey;
    this.#outcomes = new Map(saved?.outcomes);
    if (saved) {
      for (const requestId of this.#outcomes.keys()) tell(options.onEvent, { type: 'outcome', requestId });
      this.driver.dispatch({ now: this.clock.now(), type: 'resume' });
    } else {
      this.driver.apply(first);
    }
    this.startChannels();
  }

  async request<K extends RequestKind>(
    body: Extract<RequestBody, { readonly kind: K }>,
    { acknowledge = true, signal }: RequestOptions = {},
  ): Promise<AnswerTo<K>> {
    this.assertRunning();
    if (signal?.aborted) throw new VaultwireError('request-canceled', 'signal: it was aborted before the request');
    const now = this.clock.now();
    const requestId = randomId(this.#suite);
    // Written and read back: what is kept is a copy, and what cannot be sent is refused here.
    const unixSeconds = Math.floor(now / 1000);
    const request = { requestId, unixSeconds, version: PROTOCOL_VERSION, acknowledge, body };
    const copy = decodeRequest(encodeRequest(request)).body;
    this.driver.dispatch({ now, type: 'request', requestId, body: copy, acknowledge });
    const waiter = this.#wait(requestId);
    const cancel = (): void => {
      if (this.#isWaiting(requestId)) this.driver.dispatch({ now: this.clock.now(), type: 'cancel', requestId });
    };
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      return ((await waiter) ?? undefined) as AnswerTo<K>;
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  pending(): readonly PendingRequest[] {
    return this.driver.state.waiting.map(({ requestId, body }) => ({ requestId, body: structuredClone(body) }));
  }

  async outcome(requestId: string): Promise<AnswerBody | undefined> {
    const known = this.#outcomes.get(requestId);
    if (known) {
      this.#outcomes.delete(requestId);
      this.driver.touch();
      return resultOf(known) ?? undefined;
    }
    this.assertRunning();
    if (!this.#isWaiting(requestId)) {
      throw new VaultwireError('not-found', 'request id: expected one that waits, or whose outcome nobody has heard');
    }
    return (await this.#wait(requestId)) ?? undefined;
  }

  counters(): SessionCounters {
    return this.countersWith(this.driver.state.counters.unanswered);
  }

  unpair(): Promise<void> {
    return this.endBy(() => {
      this.driver.dispatch({ now: this.clock.now(), type: 'unpair', requestId: randomId(this.#suite) });
    });
  }

  protected document(state: ComputerState): SavedComputer {
    return {
      format: SAVED_FORMAT,
      role: 'computer',
      qrText: this.qrText,
      outcomes: [...this.#outcomes],
      nonces: this.nonces.list(),
      state,
    };
  }

  protected open({ kind, sealed }: PairingMessage): Bytes | undefined {
    if (kind === 'ciphertext') return this.#box()?.open(sealed);
    const phonePublicKey = openKeyMessage(this.#key, sealed);
    // A key of small order shares nothing, and opens for nobody.
    if (!this.#phone || !equalBytes(this.#phone.publicKey, phonePublicKey)) this.#key.shared(phonePublicKey);
    return phonePublicKey;
  }

  protected read(kind: PairingMessage['kind'], opened: Bytes, now: number): ComputerEvent {
    return kind === 'key'
      ? { now, type: 'key', phonePublicKey: opened }
      : { now, type: 'answer', answer: decodeAnswer(opened) };
  }

  protected prepare(effect: ComputerEffect): () => void {
    const { onEvent } = this.#options;
    switch (effect.type) {
      case 'show-qr':
        return () => undefined;
      case 'send': {
        const message = this.#seal(effect.request);
        return () => {
          this.#showCode();
          if (message) this.channels.send(message);
        };
      }
      case 'alert': {
        const message = this.#sealAgain(effect.requestId);
        return () => {
          if (message) this.channels.alert(message);
        };
      }
      case 'compare-codes':
        return () => {
          void this.#compareCodes();
        };
      case 'paired':
        return () => {
          this.pairing.resolve(structuredClone(effect.me));
          tell(onEvent, { type: 'paired', me: structuredClone(effect.me) });
        };
      case 'answered':
        return this.#settle(effect.requestId, { body: effect.body });
      case 'failed': {
        const { code, message } = effect.error;
        return this.#settle(effect.requestId, { error: { code, message } });
      }
      case 'report':
        if (effect.report === 'second-key' && this.driver.state.phase.at === 'paired') {
          if (this.#foreignKeyTold) return () => undefined;
          this.#foreignKeyTold = true;
        }
        return () => {
          tell(onEvent, effect);
        };
      case 'acknowledged':
      case 'push-endpoint':
        return () => {
          tell(onEvent, effect);
        };
      case 'ended':
        return () => {
          void this.end(effect.reason);
        };
    }
  }

  #seal(request: PairingRequest): Bytes | undefined {
    const box = this.#box();
    if (!box) return undefined;
    const message = encodeCiphertextMessage(box, encodeRequest(request));
    this.nonces.add(nonceText(message.subarray(1)));
    return message;
  }

  #sealAgain(requestId: string): Bytes | undefined {
    const { phase, waiting, settings } = this.driver.state;
    const candidates: readonly WaitingRequest[] = phase.at === 'greeting' ? [phase.hello] : waiting;
    const found = candidates.find((request) => request.requestId === requestId);
    if (!found?.sent) return undefined;
    const { body, acknowledge, sent } = found;
    return this.#seal({ requestId, unixSeconds: sent.unixSeconds, version: settings.version, acknowledge, body });
  }

  /** The box with the phone whose key came, computed once. */
  #box(): Box | undefined {
    const { phase } = this.driver.state;
    if ('phonePublicKey' in phase && (!this.#phone || !equalBytes(this.#phone.publicKey, phase.phonePublicKey))) {
      this.#phone = { publicKey: phase.phonePublicKey, box: this.#key.shared(phase.phonePublicKey) };
    }
    return this.#phone?.box;
  }

  #showCode(): string | undefined {
    if (!this.#phone) return undefined;
    const code = comparisonCode(this.#publicKey, this.#phone.publicKey);
    if (!this.#codeShown) tell(this.#options.onEvent, { type: 'comparison-code', code });
    this.#codeShown = true;
    return code;
  }

  async #compareCodes(): Promise<void> {
    const { confirm } = this.#options;
    this.#box();
    const code = this.#showCode();
    let same = confirm === 'not-compared';
    try {
      if (confirm !== 'not-compared' && code !== undefined) same = await confirm(code, this.comparing.signal);
    } catch {
      // A prompt that fails has not said yes.
    }
    if (this.driver.state.phase.at === 'unconfirmed') {
      this.driver.dispatch({ now: this.clock.now(), type: same ? 'confirm' : 'deny' });
    }
  }

  #isWaiting(requestId: string): boolean {
    return this.driver.state.waiting.some((request) => request.requestId === requestId);
  }

  #wait(requestId: string): Promise<AnswerBody | null> {
    const waiter = this.#waiters.get(requestId) ?? settled<AnswerBody | null>();
    this.#waiters.set(requestId, waiter);
    return waiter.promise;
  }

  /** Keeps an outcome until somebody has heard it: a run that ends in between must not lose it. */
  #settle(requestId: string, outcome: Outcome): () => void {
    this.#outcomes.set(requestId, outcome);
    if (this.#outcomes.size > MAXIMUM_WAITING_REQUESTS) {
      for (const oldest of this.#outcomes.keys()) {
        this.#outcomes.delete(oldest);
        break;
      }
    }
    return () => {
      const waiter = this.#waiters.get(requestId);
      if (!waiter) {
        tell(this.#options.onEvent, { type: 'outcome', requestId });
        return;
      }
      this.#waiters.delete(requestId);
      this.#outcomes.delete(requestId);
      this.driver.touch();
      try {
        waiter.resolve(resultOf(outcome));
      } catch (error) {
        waiter.reject(error);
      }
    };
  }

  protected stopping(why: VaultwireError): void {
    for (const waiter of this.#waiters.values()) waiter.reject(why);
    this.#waiters.clear();
  }
}

function qrTextOf(options: ComputerSessionOptions, publicKey: Bytes): string {
  const { name, browser, qrForm = browser ? 'link' : 'json' } = options;
  const ofBrowser = browser && { deviceIdentifier: copyBytes(browser.deviceIdentifier), browser: browser.name };
  return encodeQrText({ publicKey, name, version: PROTOCOL_VERSION, ...ofBrowser }, qrForm);
}

function resultOf(outcome: Outcome): AnswerBody | null {
  if ('error' in outcome) throw new VaultwireError(outcome.error.code, outcome.error.message);
  return outcome.body;
}
