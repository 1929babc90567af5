import type { BoxSuite } from '../crypto/box.js';
import type { ComputerEnd, ComputerReport } from './computer.js';
import type { ChannelCounters, MakeChannels, PairingAddress } from './channel.js';
import type { Clock } from './clock.js';
import type { AnswerBody, ErrorAnswer, Me, PairingRequest, RequestBody } from './messages.js';
import type { PairingStore } from './store.js';

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
   */
  readonly confirm: ((code: string) => Promise<boolean>) | 'not-compared';
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
  | { readonly type: 'paired'; readonly me: Me }
  /** The phone asks its user. */
  | { readonly type: 'acknowledged'; readonly requestId: string }
  /** An answer, or a failure, to a request of a run before this one: `outcome` gives it. */
  | { readonly type: 'outcome'; readonly requestId: string }
  /** Where to send what wakes the phone. */
  | { readonly type: 'push-endpoint'; readonly snsEndpointArn: string }
  /** Something happened that was not acted on. */
  | { readonly type: 'report'; readonly report: ComputerReport }
  | { readonly type: 'channel-failed'; readonly channel: string; readonly error: unknown }
  | { readonly type: 'ended'; readonly reason: ComputerEnd };

/** The answers to one kind of request that did what was asked; nothing for a no-op, which has no answer. */
export type AnswerTo<K extends RequestBody['kind']> = K extends 'no-op'
  ? undefined
  : Matching<Exclude<AnswerBody, ErrorAnswer>, K>;

type Matching<Body, K> = Body extends { readonly kind: infer Kinds } ? (K extends Kinds ? Body : never) : never;

/** What happened on the way to and from the other end since the session started. */
export interface SessionCounters {
  readonly channels: readonly ChannelCounters[];
  /** Messages that did not open. Anybody who knows a queue's name can send them. */
  readonly undecryptable: number;
  /** Messages that opened and did not decode. */
  readonly malformed: number;
  /** Messages of peers that still wrap a symmetric key. */
  readonly legacy: number;
  /** Our own messages that came back. */
  readonly reflected: number;
  /** Messages that came again. */
  readonly duplicates: number;
  /** Messages that came faster than the store could save, and were let go. */
  readonly dropped: number;
  /** Requests that no answer came to in time. */
  readonly lost: number;
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
  request<K extends RequestBody['kind']>(
    body: Extract<RequestBody, { readonly kind: K }>,
    options?: RequestOptions,
  ): Promise<AnswerTo<K>>;
  /** The requests that have no answer yet, those of earlier runs included. */
  pending(): readonly PairingRequest[];
  /**
   * The outcome of a request by its id, also of one made before a restart; rejects as {@link ComputerSession.request}
   * does, and with `not-found` when nothing is known of it (any more).
   */
  outcome(requestId: string): Promise<AnswerBody | undefined>;
  counters(): SessionCounters;
  /** Tells the phone that the pairing is over, ends it and forgets its key. */
  unpair(): Promise<void>;
  /** Stops this run. What waits is kept in the store; what was asked for here rejects with `request-canceled`. */
  close(): Promise<void>;
}

/** Starts a pairing, or goes on with the one in the store. */
export declare function startComputerSession(options: ComputerSessionOptions): Promise<ComputerSession>;
