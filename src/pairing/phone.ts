import { copyBytes, equalBytes, type Bytes } from '../wire/bytes.js';
import { VaultwireError } from '../wire/error.js';
import {
  HOST_KEY_MISMATCHED,
  REJECTED,
  UNKNOWN_ERROR,
  UNKNOWN_KEY_FINGERPRINT,
  type AnswerBody,
  type GitSignRequest,
  type PairingAnswer,
  type PairingRequest,
  type RequestBody,
  type SignRequest,
} from './messages.js';
import type { ConsentKind, ConsentSubject, Decision, HostPin, Policy } from './policy.js';
import type { RefusalReason } from './computer.js';

/*
 * The phone's end of a pairing (wire note: pairing). The machine holds no key and signs nothing: its driver opens
 * messages, decodes them, verifies, asks, signs and seals. Times are milliseconds since 1970.
 */

/** How long the computer may take to greet this phone, in milliseconds. */
export const GREETING_MILLISECONDS = 90_000;
/** How long the phone's user may compare codes, in milliseconds: the computer waits no longer. */
export const COMPARE_MILLISECONDS = 60_000;
/** How far a request's time may be from now, either side, in milliseconds. */
export const FRESH_MILLISECONDS = 15 * 60 * 1000;
/** How long an answer is kept, in milliseconds. */
export const KEPT_MILLISECONDS = 2 * FRESH_MILLISECONDS;
/** How many answers are kept at most. */
export const MAXIMUM_KEPT_ANSWERS = 1024;
/** How many requests may wait for the user at once. */
export const MAXIMUM_OPEN_REQUESTS = 128;
/** How many host keys are pinned at most. */
export const MAXIMUM_PINS = 4096;

/** Where a phone's pairing stands: plain data. */
export interface PhoneState {
  readonly settings: PhoneSettings;
  readonly phase: PhonePhase;
  /** Requests that are being worked on, oldest first. */
  readonly open: readonly OpenRequest[];
  /** What was answered, oldest first. */
  readonly kept: readonly KeptAnswer[];
  /** Requests of this second (since 1970) and before are too old: answers to some of them have been forgotten. */
  readonly forgottenSeconds: number | null;
  readonly pins: readonly HostPin[];
  readonly policies: readonly Policy[];
  readonly snsEndpointArn: string | null;
  readonly counters: PhoneCounters;
}

export interface PhoneSettings {
  readonly version: string;
  /** Ask the user to compare codes before the pairing is complete. */
  readonly compareCodes: boolean;
  /** SHA-256 of the SSH public keys (wire form) that this phone signs with, 32 bytes each. */
  readonly fingerprints: readonly Bytes[];
  /** Kinds that are never asked about. A login is always, unless its host is verified and pinned. */
  readonly neverAsk: readonly ConsentKind[];
  /** Sign under ssh-rsa, with SHA-1. */
  readonly allowSha1: boolean;
}

export type PhonePhase =
  /** The key has been sent; the computer has not greeted yet. */
  | { readonly at: 'greeting'; readonly until: number }
  /** The user is comparing the codes of both ends. */
  | { readonly at: 'unconfirmed'; readonly hello: PairingRequest; readonly until: number }
  | { readonly at: 'paired' }
  | { readonly at: 'ended'; readonly reason: PhoneEnd };

export type PhoneEnd =
  /** No hello came: another phone was first, or the computer is gone. */
  | 'not-greeted'
  /** The codes differ, or the user said no. */
  | 'denied'
  | 'not-confirmed'
  | 'unpaired-by-computer'
  | 'unpaired-by-phone';

/** A request that has no answer yet. */
export interface OpenRequest {
  readonly request: PairingRequest;
  /** `verifying`: the host's signature; `asking`: the user; `working`: a key signs, or data is gathered. */
  readonly at: 'verifying' | 'asking' | 'working';
  /** What the user is asked; null for `me`, which is about nothing that is asked. */
  readonly subject: ConsentSubject | null;
  readonly until: number;
}

/** An answered request. */
export interface KeptAnswer {
  readonly requestId: string;
  /** The request's time, in seconds since 1970. */
  readonly unixSeconds: number;
  /** When it was answered. */
  readonly at: number;
  /** Null when it became too old to be answered, or nothing could be answered. */
  readonly answer: PairingAnswer | null;
}

export type PhoneReport =
  /** A request's time is too far from now, or so old that its answer may have been forgotten. */
  | 'stale'
  /** A request before the pairing is complete that is not the hello. */
  | 'unexpected-request'
  /** More requests wait than are kept. */
  | 'too-many-requests'
  /** A host shows another key than the one pinned for its name, or could not prove to hold it. */
  | 'host-mismatched';

export interface PhoneCounters {
  readonly refused: Readonly<Record<RefusalReason, number>>;
  /** Requests that came again. */
  readonly duplicates: number;
  readonly stale: number;
  readonly unexpected: number;
  /** Requests that became too old while they waited. */
  readonly expired: number;
}

export type PhoneEvent = { readonly now: number } & (
  | /** A request that opened under the computer's key and decoded. */ {
      readonly type: 'request';
      readonly request: PairingRequest;
    }
  | /** A message that did not become one of the above. */ { readonly type: 'refused'; readonly reason: RefusalReason }
  | /** Time has passed; due at {@link phoneWake}, harmless at any other time. */ { readonly type: 'tick' }
  | /** The driver has started anew from a stored state: whatever may have been lost is to be done again. */ {
      readonly type: 'resume';
    }
  | /** The user says that the codes are the same, or not. `requestId` is random, for the answer that ends it all. */ {
      readonly type: 'confirm';
    }
  | { readonly type: 'deny' }
  | /** The outcome of `verify-host`. */ {
      readonly type: 'host-verified';
      readonly requestId: string;
      readonly valid: boolean;
    }
  | /** The outcome of `ask`. */ {
      readonly type: 'decided';
      readonly requestId: string;
      readonly decision: Decision;
    }
  | /** The outcome of `sign` or `describe`: an answer of the request's kind, without an error. */ {
      readonly type: 'done';
      readonly requestId: string;
      readonly body: AnswerBody;
    }
  | /** `sign` or `describe` did not work. `error` is what the computer hears; default {@link UNKNOWN_ERROR}. */ {
      readonly type: 'not-done';
      readonly requestId: string;
      readonly error?: string;
    }
  | /** Where to send what wakes this phone, from now on. */ {
      readonly type: 'push-endpoint';
      readonly snsEndpointArn: string | null;
    }
  | /** A host key learned elsewhere (another pairing of this phone), or null: forget the name. */ {
      readonly type: 'pin';
      readonly hostName: string;
      readonly hostKey: Bytes | null;
    }
  | /** All policies are revoked. */ { readonly type: 'ask-again' }
  | /** The user ends the pairing. */ { readonly type: 'unpair'; /** Random. */ readonly requestId: string }
);

export type PhoneEffect =
  | /** Seal this end's public key for the computer's and send it over every channel. */ { readonly type: 'send-key' }
  | /** Seal for the computer and send over every channel. */ { readonly type: 'send'; readonly answer: PairingAnswer }
  | /** Show the code of both keys and have the user compare it; then `confirm` or `deny`. */ {
      readonly type: 'compare-codes';
    }
  | { readonly type: 'paired' }
  | /** Verify the host's signature over the session id; then `host-verified`. */ {
      readonly type: 'verify-host';
      readonly requestId: string;
      readonly hostKey: Bytes;
      readonly signature: Bytes;
      readonly sessionId: Bytes;
    }
  | /** Ask the user; then `decided`. */ {
      readonly type: 'ask';
      readonly requestId: string;
      readonly subject: ConsentSubject;
      readonly until: number;
    }
  | /** Take the question back: nothing waits for its answer. */ {
      readonly type: 'withdraw';
      readonly requestId: string;
    }
  | /** A host key was approved under a name for the first time: tell the other pairings of this phone. */ {
      readonly type: 'pin';
      readonly pin: HostPin;
    }
  | /** Sign; then `done` or `not-done`. At most once for each request, whatever comes. */ {
      readonly type: 'sign';
      readonly requestId: string;
      readonly body: Extract<RequestBody, { kind: 'sign' | 'git-sign' | 'u2f-register' | 'u2f-authenticate' }>;
      readonly approvedBy: 'user' | 'policy';
    }
  | /** Gather what the answer says; then `done` or `not-done`. */ {
      readonly type: 'describe';
      readonly requestId: string;
      readonly body: Extract<RequestBody, { kind: 'me' | 'hosts' }>;
    }
  | { readonly type: 'report'; readonly report: PhoneReport; readonly requestId: string }
  | /** Forget the keys. */ { readonly type: 'ended'; readonly reason: PhoneEnd };

export interface PhoneStep {
  readonly state: PhoneState;
  readonly effects: readonly PhoneEffect[];
}

/** What a phone's pairing begins with. */
export interface PhoneOptions {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The protocol's version. */
  readonly version: string;
  /** Whether the user compares codes before the pairing is complete. Default false: the code is shown all the same. */
  readonly compareCodes?: boolean;
  /** SHA-256 of the SSH public keys (wire form) that this phone signs with, 32 bytes each. Default none. */
  readonly fingerprints?: readonly Uint8Array[];
  /** Kinds that are never asked about. Default none. A login is always, unless its host is verified and pinned. */
  readonly neverAsk?: readonly ConsentKind[];
  /** Sign under ssh-rsa, with SHA-1. Default false. */
  readonly allowSha1?: boolean;
  /** Host keys that are known. */
  readonly pins?: readonly HostPin[];
  readonly snsEndpointArn?: string | null;
}

export declare function startPhone(options: PhoneOptions): PhoneStep;

export declare function stepPhone(state: PhoneState, event: PhoneEvent): PhoneStep;

/** When to send the next `tick`: milliseconds since 1970, or null while nothing waits for time to pass. */
export declare function phoneWake(state: PhoneState): number | null;
