import { copyBytes, equalBytes, type Bytes } from '../wire/bytes.js';
import { VaultwireError, type ErrorCode } from '../wire/error.js';
import {
  REJECTED,
  type AnswerBody,
  type Me,
  type PairingAnswer,
  type PairingRequest,
  type RequestBody,
} from './messages.js';

/*
 * The computer's end of a pairing (wire note: pairing). The machine holds no key and seals nothing: its driver opens
 * messages, decodes them and turns effects into messages. Times are milliseconds since 1970.
 */

/** How long a shown QR is good for, and how long its user may compare codes, in milliseconds. */
export const PAIR_MILLISECONDS = 90_000;
/** The same for a browser. */
export const BROWSER_PAIR_MILLISECONDS = 60_000;
/** How long the phone may take, in milliseconds, and after how many of them it is alerted. */
export const ANSWER_MILLISECONDS = {
  me: { alert: 4_000, fail: 5_000 },
  other: { alert: 2_000, fail: 30_000 },
} as const;
/** By how much an acknowledgment lengthens the wait for an answer, once, in milliseconds. */
export const ACKNOWLEDGED_MILLISECONDS = 60_000;
/** Most requests that wait, for the pairing or for their answer. */
export const MAXIMUM_WAITING_REQUESTS = 128;
/** Ids of finished requests that are remembered, to tell a late duplicate from an answer to nothing. */
export const REMEMBERED_REQUESTS = 256;

/** Why a message never became an event of its own. `reflected`: this end sent it itself. */
export type RefusalReason = 'does-not-open' | 'malformed' | 'legacy' | 'reflected';

/** A request and how long it is waited for. */
export interface WaitingRequest {
  readonly requestId: string;
  readonly body: RequestBody;
  readonly acknowledge: boolean;
  /** Null while it waits for the pairing. */
  readonly sent: {
    /** Seconds since 1970. */
    readonly unixSeconds: number;
    /** When the phone is to be alerted; null once it was, or has shown signs of life. */
    readonly alertAt: number | null;
    readonly until: number;
    readonly acknowledged: boolean;
  } | null;
}

/** Where a computer's pairing stands: plain data. */
export interface ComputerState {
  readonly settings: {
    /** This end's public key, 32 bytes: a key message that brings it back is no phone. */
    readonly publicKey: Bytes;
    readonly version: string;
    readonly pairMilliseconds: number;
    readonly compareCodes: boolean;
  };
  readonly phase: ComputerPhase;
  /** Requests that wait for the pairing or for an answer, oldest first. */
  readonly waiting: readonly WaitingRequest[];
  /** Ids of requests that are done, oldest first. */
  readonly finished: readonly string[];
  readonly counters: ComputerCounters;
}

export type ComputerPhase =
  /** The QR is on display. */
  | { readonly at: 'showing'; readonly helloId: string; readonly until: number }
  /** A phone has sent its key and is asked who its user is. */
  | { readonly at: 'greeting'; readonly phonePublicKey: Bytes; readonly hello: WaitingRequest }
  /** The user is comparing the codes of both ends. */
  | { readonly at: 'unconfirmed'; readonly phonePublicKey: Bytes; readonly me: Me; readonly until: number }
  | {
      readonly at: 'paired';
      readonly phonePublicKey: Bytes;
      readonly me: Me;
      /** Where to send what wakes the phone. */
      readonly snsEndpointArn?: string;
    }
  | { readonly at: 'ended'; readonly reason: ComputerEnd };

/** Why a pairing, or the attempt at one, has ended. */
export type ComputerEnd =
  /** No phone sent its key while the QR was good. */
  | 'qr-expired'
  /** The phone whose key came did not answer. */
  | 'phone-silent'
  /** A second, different key came before the pairing was complete: somebody else has seen the QR. */
  | 'second-key'
  /** The codes differ, or the user said no. */
  | 'denied'
  /** Nobody compared the codes in time. */
  | 'not-confirmed'
  | 'unpaired-by-phone'
  | 'unpaired-by-computer';

/** What happened and was not acted on; for logs and for the curious. */
export type ComputerReport =
  /** A second, different key came: the attempt was aborted or, once paired, the key ignored. */
  | 'second-key'
  /** A key message with this end's own key. */
  | 'own-key'
  /** An answer to no request that is waited for. */
  | 'unsolicited-answer'
  /** An answer of another kind than was asked for, or an acknowledgment that nobody wanted. */
  | 'wrong-kind'
  /** The phone calls itself another device than when it was paired. */
  | 'device-changed';

/** How often something happened. */
export interface ComputerCounters {
  readonly refused: Readonly<Record<RefusalReason, number>>;
  /** Keys and answers that came again. */
  readonly duplicates: number;
  readonly unsolicited: number;
  readonly wrongKind: number;
  readonly foreignKeys: number;
  /** Requests that nobody answered in time. */
  readonly unanswered: number;
}

export type ComputerEvent = { readonly now: number } & (
  | /** A key message that opened. */ { readonly type: 'key'; readonly phonePublicKey: Bytes }
  | /** An answer that opened under the paired phone's key and decoded. */ {
      readonly type: 'answer';
      readonly answer: PairingAnswer;
    }
  | /** A message that did not become one of the above. */ { readonly type: 'refused'; readonly reason: RefusalReason }
  | /** Time has passed; due at {@link computerWake}, harmless at any other time. */ { readonly type: 'tick' }
  | /** The driver has started anew from a stored state: whatever may have been lost is to be done again. */ {
      readonly type: 'resume';
    }
  | /** The user says that the codes are the same, or not. */ { readonly type: 'confirm' | 'deny' }
  | {
      readonly type: 'request';
      /** Random, never used before. */
      readonly requestId: string;
      readonly body: RequestBody;
      /** Default true. */
      readonly acknowledge?: boolean;
    }
  | /** Nobody waits for the answer any more. */ { readonly type: 'cancel'; readonly requestId: string }
  | /** The user ends the pairing. */ {
      readonly type: 'unpair';
      /** Random, never used before. */ readonly requestId: string;
    }
);

export type ComputerEffect =
  | { readonly type: 'show-qr' }
  | /** Seal for the phone and send over every channel. */ { readonly type: 'send'; readonly request: PairingRequest }
  | /** Show the code of both keys and have the user compare it; then `confirm` or `deny`. */ {
      readonly type: 'compare-codes';
      readonly phonePublicKey: Bytes;
    }
  | { readonly type: 'paired'; readonly me: Me }
  | /** The phone may be asleep: send what wakes it and shows something. */ {
      readonly type: 'alert';
      readonly requestId: string;
    }
  | /** The phone's user is being asked. */ { readonly type: 'acknowledged'; readonly requestId: string }
  | {
      readonly type: 'answered';
      readonly requestId: string;
      /** Null for a no-op, which is done once it is sent. Never an error and never an acknowledgment. */
      readonly body: AnswerBody | null;
    }
  | /** `request-rejected`, `request-failed`, `request-timeout`, `request-canceled`, `queue-full` or `pairing-ended`. */ {
      readonly type: 'failed';
      readonly requestId: string;
      readonly error: VaultwireError;
    }
  | /** Where to send what wakes the phone, from now on. */ {
      readonly type: 'push-endpoint';
      readonly snsEndpointArn: string;
    }
  | { readonly type: 'report'; readonly report: ComputerReport }
  | /** Forget the keys. */ { readonly type: 'ended'; readonly reason: ComputerEnd };

export interface ComputerStep {
  readonly state: ComputerState;
  readonly effects: readonly ComputerEffect[];
}

/** What a computer's pairing begins with. */
export interface ComputerOptions {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The public key of this pairing, 32 bytes, never used before. */
  readonly publicKey: Uint8Array;
  /** Random id of the first request, by which the phone is greeted. */
  readonly helloId: string;
  /** The protocol's version. */
  readonly version: string;
  /** Whether the computer is a browser, whose QR is good for 60 s instead of 90 s. Default false. */
  readonly browser?: boolean;
  /** Whether a user compares codes before the pairing is complete. Default true. */
  readonly compareCodes?: boolean;
}

export declare function startComputer(options: ComputerOptions): ComputerStep;

export declare function stepComputer(state: ComputerState, event: ComputerEvent): ComputerStep;

/** When to send the next `tick`: milliseconds since 1970, or null while nothing waits for time to pass. */
export declare function computerWake(state: ComputerState): number | null;
