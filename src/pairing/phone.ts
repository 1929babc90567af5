import { assertBytes, copyBytes, equalBytes, type Bytes } from '../wire/bytes.js';
import { isVaultwireError, VaultwireError } from '../wire/error.js';
import {
  assertRequestId,
  assertTime,
  countRefused,
  NO_REFUSALS,
  stateAt,
  type RefusalCounters,
  type RefusalReason,
} from './machine.js';
import {
  FINGERPRINT_LENGTH,
  HOST_KEY_MISMATCHED,
  REJECTED,
  UNKNOWN_ERROR,
  UNKNOWN_KEY_FINGERPRINT,
  type AnswerBody,
  type ErrorAnswer,
  type PairingAnswer,
  type PairingRequest,
  type RequestBody,
  type SignRequest,
} from './messages.js';
import {
  checkPins,
  isCovered,
  isHostName,
  normalizeHostName,
  remember,
  type ConsentKind,
  type ConsentSubject,
  type Decision,
  type HostPin,
  type LoginSubject,
  type Policy,
} from './policy.js';
import { parseSignData, type SignData } from './ssh.js';

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
/** Answers this young are sent again after a restart, in milliseconds: somebody may still wait for them. */
export const RESENT_MILLISECONDS = 90_000;
/**
 * How long a request that comes again and again waits for the same answer or acknowledgment to be sent again, in
 * milliseconds, after the first time: each costs a save, and a place among the nonces that are remembered.
 */
export const RESEND_MILLISECONDS = 1000;
/** How many answers are kept at most. */
export const MAXIMUM_KEPT_ANSWERS = 1024;
/** How many requests may wait for the user at once. */
export const MAXIMUM_OPEN_REQUESTS = 128;
/** How much the requests that wait may hold together, in bytes: all of it is stored again at every step. */
export const MAXIMUM_OPEN_BYTES = 1024 * 1024;
/** How many names a host may be given; a request with more is refused. One approval pins them all. */
export const MAXIMUM_HOST_NAMES = 4;
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
  /** When the last event came. */
  readonly now: number;
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
  | {
      readonly at: 'unconfirmed';
      readonly hello: PairingRequest;
      readonly until: number;
      /** When the acknowledgment was last sent again; null: not yet. */
      readonly resentAt: number | null;
    }
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
  /** What the names of a host were found to be once it had proven its key; null before, and for everything else. */
  readonly hostNames: LoginSubject['hostNames'] | null;
  readonly until: number;
  /** When the acknowledgment was last sent again; null: not yet. */
  readonly resentAt: number | null;
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
  /** When it was last sent again; null: not yet. */
  readonly resentAt: number | null;
}

export type PhoneReport =
  /** A request's time is too far from now, or so old that its answer may have been forgotten. */
  | 'stale'
  /**
   * A request that is of now was not taken, as answers to later ones have been forgotten: both clocks were ahead by more
   * than 15 minutes, and have been put right. No request will be taken before they are there again: pair anew.
   */
  | 'clock-turned-back'
  /** A request before the pairing is complete that is not the hello. */
  | 'unexpected-request'
  /** More requests wait, or larger ones, than are kept. */
  | 'too-many-requests'
  /** A host shows another key than the one pinned for its name, or could not prove to hold it. */
  | 'host-mismatched';

export interface PhoneCounters {
  readonly refused: RefusalCounters;
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
  | /** The user says that the codes are the same, or not. */ {
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
  /** What need not be asked, from the beginning. */
  readonly policies?: readonly Policy[];
  readonly snsEndpointArn?: string | null;
}

/**
 * A pairing as it begins on a phone that has read a QR: its key is to be sent.
 *
 * @throws VaultwireError `argument-invalid` or `length-invalid` for options that are none
 */
export function startPhone(options: PhoneOptions): PhoneStep {
  assertTime(options.now);
  const fingerprints = options.fingerprints ?? [];
  for (const fingerprint of fingerprints) assertBytes(fingerprint, 'fingerprint', FINGERPRINT_LENGTH);
  return {
    state: {
      settings: {
        version: options.version,
        compareCodes: options.compareCodes ?? false,
        fingerprints: fingerprints.map(copyBytes),
        neverAsk: [...(options.neverAsk ?? [])],
        allowSha1: options.allowSha1 ?? false,
      },
      phase: { at: 'greeting', until: options.now + GREETING_MILLISECONDS },
      open: [],
      kept: [],
      forgottenSeconds: null,
      pins: (options.pins ?? []).map(({ hostName, hostKey }) => ({
        hostName: normalizeHostName(hostName),
        hostKey: copyBytes(hostKey),
      })),
      policies: [...(options.policies ?? [])],
      snsEndpointArn: options.snsEndpointArn ?? null,
      counters: { refused: NO_REFUSALS, duplicates: 0, stale: 0, unexpected: 0, expired: 0 },
      now: options.now,
    },
    effects: [{ type: 'send-key' }],
  };
}

/**
 * The next step of a pairing. Pure: store the new state before its effects are carried out. What is due at `now` is
 * done before the event is looked at.
 *
 * Nothing that comes from outside (`request`, `refused`) throws. A local event that does not belong to the state throws
 * and changes nothing; one that merely comes too late, after the end or for a request that is done, does nothing.
 *
 * @throws VaultwireError `step-invalid`, or `argument-invalid` when `now` or a request's id is none
 */
export function stepPhone(state: PhoneState, event: PhoneEvent): PhoneStep {
  assertTime(event.now);
  const draft = new PhoneDraft(state, event.now);
  draft.expire();
  switch (event.type) {
    case 'request':
      draft.request(event.request);
      break;
    case 'refused':
      draft.refused(event.reason);
      break;
    case 'tick':
      break;
    case 'resume':
      draft.resume();
      break;
    case 'confirm':
    case 'deny':
      draft.compared(event.type);
      break;
    case 'host-verified':
      draft.hostVerified(event.requestId, event.valid);
      break;
    case 'decided':
      draft.decided(event.requestId, event.decision);
      break;
    case 'done':
      draft.done(event.requestId, event.body);
      break;
    case 'not-done':
      draft.notDone(event.requestId, event.error ?? UNKNOWN_ERROR);
      break;
    case 'push-endpoint':
      draft.pushEndpoint(event.snsEndpointArn);
      break;
    case 'pin':
      draft.pin(event.hostName, event.hostKey);
      break;
    case 'ask-again':
      draft.askAgain();
      break;
    case 'unpair':
      draft.unpair(event.requestId);
      break;
  }
  return draft.finish();
}

/** When to send the next `tick`: milliseconds since 1970, or null while nothing waits for time to pass. */
export function phoneWake(state: PhoneState): number | null {
  const { phase } = state;
  let wake = phase.at === 'greeting' || phase.at === 'unconfirmed' ? phase.until : Infinity;
  for (const { until } of state.open) wake = Math.min(wake, until);
  return wake === Infinity ? null : wake;
}

/** One step in the making: what it changes replaces parts of the state, never the parts themselves. */
class PhoneDraft {
  readonly #effects: PhoneEffect[] = [];
  readonly #now: number;
  #state: PhoneState;

  constructor(state: PhoneState, now: number) {
    this.#now = now;
    this.#state = stateAt(state, now, shifted);
  }

  finish(): PhoneStep {
    return { state: this.#state, effects: this.#effects };
  }

  expire(): void {
    const { phase } = this.#state;
    if (phase.at === 'greeting' && this.#now >= phase.until) this.#end('not-greeted');
    if (phase.at === 'unconfirmed' && (this.#now >= phase.until || !this.#isFresh(phase.hello))) {
      this.#end('not-confirmed');
    }
    for (const open of this.#state.open) {
      if (this.#now < open.until && this.#isFresh(open.request)) continue;
      this.#withdraw(open);
      this.#count('expired');
      this.#keep(open.request, null);
    }
    const { kept } = this.#state;
    const first = kept.findIndex(({ at }) => this.#now - at < KEPT_MILLISECONDS);
    this.#forget(first < 0 ? kept.length : first);
  }

  request(request: PairingRequest): void {
    const { phase } = this.#state;
    if (phase.at === 'ended') {
      this.#count('unexpected');
      return;
    }
    // Of any age: it can only make the phone trust less, and the computer has thrown its key away.
    if (request.body.kind === 'unpair') {
      this.#sendAnswer(this.#answerTo(request.requestId, { kind: 'unpair' }));
      this.#end('unpaired-by-computer');
      return;
    }
    if (this.#isRepeated(request)) return;
    // Without an answer: a later delivery of the same request might get another one.
    if (!this.#isFresh(request)) {
      this.#report(this.#isTurnedBack(request) ? 'clock-turned-back' : 'stale', 'stale', request);
      return;
    }
    if (phase.at === 'paired') {
      this.#open(request);
    } else if (phase.at === 'greeting' && request.body.kind === 'me') {
      this.#greeted(request);
    } else {
      this.#report('unexpected-request', 'unexpected', request);
    }
  }

  refused(reason: RefusalReason): void {
    this.#set({ counters: countRefused(this.#state.counters, reason) });
  }

  resume(): void {
    const { phase } = this.#state;
    if (phase.at === 'greeting') this.#effects.push({ type: 'send-key' });
    if (phase.at === 'unconfirmed') this.#effects.push({ type: 'compare-codes' });
    if (phase.at === 'paired') this.#effects.push({ type: 'paired' });
    if (phase.at === 'ended') this.#effects.push({ type: 'ended', reason: phase.reason });
    // Their sending may have been lost, and somebody may still wait for them.
    for (const { at, answer } of this.#state.kept) {
      if (answer && this.#now - at < RESENT_MILLISECONDS) this.#sendAnswer(answer);
    }
    for (const open of this.#state.open) this.#resumeOpen(open);
  }

  compared(result: 'confirm' | 'deny'): void {
    const { phase } = this.#state;
    if (phase.at === 'ended') return;
    if (phase.at !== 'unconfirmed') throw this.#invalid(result);
    if (result === 'confirm') {
      this.#paired(phase.hello);
    } else {
      this.#sendAnswer(this.#answerTo(phase.hello.requestId, { kind: 'unpair' }));
      this.#end('denied');
    }
  }

  hostVerified(requestId: string, valid: boolean): void {
    const open = this.#openAt(requestId, 'verifying', 'host-verified');
    if (open?.request.body.kind !== 'sign') return;
    const { hostAuth } = open.request.body;
    const hostNames = valid && hostAuth ? this.#checkPins(hostAuth.hostKey, hostAuth.hostNames) : 'mismatched';
    if (!hostAuth || hostNames === 'mismatched') {
      this.#mismatched(open);
      return;
    }
    this.#consider(this.#change(open, { hostNames }));
  }

  decided(requestId: string, decision: Decision): void {
    const open = this.#openAt(requestId, 'asking', 'decided');
    if (!open) return;
    const subject = this.#subjectOf(open);
    if (!subject) {
      this.#refuse(open, UNKNOWN_ERROR);
      return;
    }
    if (!decision.approve) {
      this.#refuse(open, REJECTED);
      return;
    }
    if (subject.kind === 'ssh-login' && subject.hostKey) {
      // Another approval may have pinned one of the names while the user was thinking.
      const names = subject.hostNames.map(({ name }) => name);
      if (this.#checkPins(subject.hostKey, names) === 'mismatched') {
        this.#mismatched(open);
        return;
      }
      this.#learn(subject.hostKey, names);
    }
    if (decision.remember !== undefined) {
      this.#set({ policies: remember(this.#state.policies, subject, decision.remember, this.#now) });
    }
    this.#work(open, 'user');
  }

  done(requestId: string, body: AnswerBody): void {
    const open = this.#openAt(requestId, 'working', 'done');
    if (!open) return;
    if (body.kind !== open.request.body.kind || 'error' in body) {
      throw new VaultwireError('step-invalid', `phone: expected an answer of the kind ${open.request.body.kind}`);
    }
    this.#answer(open, body);
  }

  notDone(requestId: string, error: string): void {
    const open = this.#openAt(requestId, 'working', 'not-done');
    if (open) this.#refuse(open, error);
  }

  pushEndpoint(snsEndpointArn: string | null): void {
    this.#set({ snsEndpointArn });
  }

  pin(hostName: string, hostKey: Bytes | null): void {
    const name = normalizeHostName(hostName);
    const others = this.#state.pins.filter((pin) => pin.hostName !== name);
    this.#set({ pins: hostKey ? [...others, { hostName: name, hostKey: copyBytes(hostKey) }] : others });
  }

  askAgain(): void {
    this.#set({ policies: [] });
  }

  unpair(requestId: string): void {
    assertRequestId(requestId);
    if (this.#state.phase.at === 'ended') return;
    this.#sendAnswer(this.#answerTo(requestId, { kind: 'unpair' }));
    this.#end('unpaired-by-phone');
  }

  /** Whether a request has been here before; then it gets the answer it got, or goes on waiting for it. */
  #isRepeated({ requestId }: PairingRequest): boolean {
    const { phase, kept, open } = this.#state;
    const hello = phase.at === 'unconfirmed' && phase.hello.requestId === requestId ? phase : undefined;
    const waiting = open.find(({ request }) => request.requestId === requestId);
    const known = kept.find((answer) => answer.requestId === requestId);
    if (!hello && !waiting && !known) return false;
    this.#count('duplicates');
    const resentAt = this.#now;
    if (hello?.hello.acknowledge && this.#maySendAgain(hello)) {
      this.#set({ phase: { ...hello, resentAt } });
      this.#acknowledge(hello.hello);
    }
    if (waiting?.at === 'asking' && waiting.request.acknowledge && this.#maySendAgain(waiting)) {
      this.#change(waiting, { resentAt });
      this.#acknowledge(waiting.request);
    }
    if (known?.answer && this.#maySendAgain(known)) {
      this.#set({ kept: kept.map((one) => (one === known ? { ...known, resentAt } : one)) });
      this.#sendAnswer(known.answer);
    }
    return true;
  }

  #maySendAgain({ resentAt }: { readonly resentAt: number | null }): boolean {
    // Either side: a clock that was turned back is no reason to stay silent.
    return resentAt === null || Math.abs(this.#now - resentAt) >= RESEND_MILLISECONDS;
  }

  #greeted(hello: PairingRequest): void {
    if (!this.#state.settings.compareCodes) {
      this.#paired(hello);
      return;
    }
    this.#acknowledge(hello);
    this.#set({ phase: { at: 'unconfirmed', hello, until: this.#now + COMPARE_MILLISECONDS, resentAt: null } });
    this.#effects.push({ type: 'compare-codes' });
  }

  #paired(hello: PairingRequest): void {
    this.#set({ phase: { at: 'paired' } });
    this.#effects.push({ type: 'paired' });
    this.#open(hello);
  }

  #open(request: PairingRequest): void {
    const { body } = request;
    if (body.kind === 'no-op' || body.kind === 'unpair') return;
    const held = this.#state.open.reduce((bytes, one) => bytes + sizeOf(one.request), sizeOf(request));
    if (this.#state.open.length >= MAXIMUM_OPEN_REQUESTS || held > MAXIMUM_OPEN_BYTES) {
      this.#report('too-many-requests', 'unexpected', request);
      return;
    }
    const open: OpenRequest = {
      request,
      at: 'working',
      hostNames: null,
      // One millisecond more: a request that is exactly as old as it may be is not yet too old.
      until: Math.min(request.unixSeconds * 1000, this.#now) + FRESH_MILLISECONDS + 1,
      resentAt: null,
    };
    this.#set({ open: [...this.#state.open, open] });
    switch (body.kind) {
      case 'me':
        this.#work(open, 'policy');
        return;
      case 'hosts':
      case 'git-sign':
      case 'u2f-register':
      case 'u2f-authenticate':
        this.#consider(open);
        return;
      case 'sign':
        this.#openSign(open, body);
        return;
    }
  }

  #openSign(open: OpenRequest, body: SignRequest): void {
    const { settings } = this.#state;
    if (!settings.fingerprints.some((fingerprint) => equalBytes(fingerprint, body.fingerprint))) {
      this.#refuse(open, UNKNOWN_KEY_FINGERPRINT);
      return;
    }
    const data = readSignData(body, settings.allowSha1);
    if (!data) {
      this.#refuse(open, UNKNOWN_ERROR);
      return;
    }
    if (data.kind === 'sshsig') {
      this.#consider(open);
    } else if (body.hostAuth) {
      const { hostKey, signature, hostNames } = body.hostAuth;
      if (hostNames.length > MAXIMUM_HOST_NAMES || !hostNames.every(isHostName)) {
        this.#refuse(open, UNKNOWN_ERROR);
        return;
      }
      this.#change(open, { at: 'verifying' });
      const { requestId } = open.request;
      this.#effects.push({ type: 'verify-host', requestId, hostKey, signature, sessionId: data.sessionId });
    } else if (data.hostBound) {
      // The signature would cover a host key that nobody has proven to hold.
      this.#refuse(open, UNKNOWN_ERROR);
    } else {
      this.#consider(open);
    }
  }

  /** Signs what a policy covers, and asks about the rest. */
  #consider(open: OpenRequest): void {
    const { policies, settings } = this.#state;
    const subject = this.#subjectOf(open);
    if (!subject) {
      this.#refuse(open, UNKNOWN_ERROR);
      return;
    }
    const considered = this.#change(open, { at: 'asking' });
    if (isCovered(policies, settings.neverAsk, subject, this.#now)) {
      this.#work(considered, 'policy');
      return;
    }
    this.#acknowledge(open.request);
    this.#ask(considered, subject);
  }

  #ask({ request, until }: OpenRequest, subject: ConsentSubject): void {
    this.#effects.push({ type: 'ask', requestId: request.requestId, subject, until });
  }

  /** What the user is asked; undefined for what is not asked about, or not signed under the settings of this run. */
  #subjectOf({ request: { body }, hostNames }: OpenRequest): ConsentSubject | undefined {
    switch (body.kind) {
      case 'hosts':
        return { kind: 'hosts' };
      case 'git-sign':
        return body.content.type === 'commit'
          ? { kind: 'git-commit', userId: body.userId, content: body.content }
          : { kind: 'git-tag', userId: body.userId, content: body.content };
      case 'u2f-register':
      case 'u2f-authenticate':
        return { kind: body.kind, appId: body.appId };
      case 'me':
      case 'unpair':
      case 'no-op':
        return undefined;
      case 'sign': {
        const data = readSignData(body, this.#state.settings.allowSha1);
        if (!data) return undefined;
        const command = body.command === undefined ? {} : { command: body.command };
        if (data.kind === 'sshsig') {
          const { namespace, hashAlgorithm, hash } = data;
          return { kind: 'ssh-signature', namespace, hashAlgorithm, hash, ...command };
        }
        const { user, algorithm } = data;
        const host =
          body.hostAuth && hostNames
            ? { hostVerified: true, hostKey: body.hostAuth.hostKey, hostNames }
            : { hostVerified: false, hostNames: [] };
        return { kind: 'ssh-login', user, algorithm, ...host, ...command };
      }
    }
  }

  #work(open: OpenRequest, approvedBy: 'user' | 'policy'): void {
    this.#change(open, { at: 'working' });
    const { requestId, body } = open.request;
    switch (body.kind) {
      case 'me':
      case 'hosts':
        this.#effects.push({ type: 'describe', requestId, body });
        return;
      case 'sign':
      case 'git-sign':
      case 'u2f-register':
      case 'u2f-authenticate':
        this.#effects.push({ type: 'sign', requestId, body, approvedBy });
        return;
      case 'unpair':
      case 'no-op':
        return;
    }
  }

  #resumeOpen(open: OpenRequest): void {
    const { requestId, body } = open.request;
    const subject = open.at === 'asking' ? this.#subjectOf(open) : undefined;
    if (subject) {
      this.#ask(open, subject);
    } else if (open.at === 'verifying' && body.kind === 'sign' && body.hostAuth) {
      const { hostKey, signature } = body.hostAuth;
      const data = readSignData(body, this.#state.settings.allowSha1);
      if (data?.kind !== 'user-auth') return;
      this.#effects.push({ type: 'verify-host', requestId, hostKey, signature, sessionId: data.sessionId });
    } else if (body.kind === 'me' || body.kind === 'hosts') {
      this.#effects.push({ type: 'describe', requestId, body });
    } else {
      // It may have been signed before the driver stopped: never twice.
      this.#refuse(open, UNKNOWN_ERROR);
    }
  }

  #mismatched(open: OpenRequest): void {
    this.#effects.push({ type: 'report', report: 'host-mismatched', requestId: open.request.requestId });
    this.#refuse(open, HOST_KEY_MISMATCHED);
  }

  #checkPins(hostKey: Bytes, hostNames: readonly string[]): LoginSubject['hostNames'] | 'mismatched' {
    return checkPins(this.#state.pins, hostKey, hostNames);
  }

  #learn(hostKey: Bytes, hostNames: readonly string[]): void {
    for (const name of hostNames) {
      const { pins } = this.#state;
      const hostName = normalizeHostName(name);
      // Full: what is known stays, and the user goes on being asked about the rest.
      if (pins.length >= MAXIMUM_PINS || pins.some((pin) => pin.hostName === hostName)) continue;
      const pin = { hostName, hostKey };
      this.#set({ pins: [...pins, pin] });
      this.#effects.push({ type: 'pin', pin });
    }
  }

  #refuse(open: OpenRequest, error: string): void {
    const { kind } = open.request.body;
    // The wire has no error for `me`: without an answer the computer gives up in time.
    if (kind === 'me' || kind === 'unpair' || kind === 'no-op') {
      this.#keep(open.request, null);
      return;
    }
    const body: ErrorAnswer = { kind, error };
    this.#answer(open, body);
  }

  #answer({ request }: OpenRequest, body: AnswerBody): void {
    const answer = this.#answerTo(request.requestId, body);
    this.#keep(request, answer);
    this.#sendAnswer(answer);
  }

  /** Closes a request and remembers how it was answered, or that it was not. */
  #keep({ requestId, unixSeconds }: PairingRequest, answer: PairingAnswer | null): void {
    this.#set({
      open: this.#state.open.filter(({ request }) => request.requestId !== requestId),
      kept: [...this.#state.kept, { requestId, unixSeconds, at: this.#now, answer, resentAt: null }],
    });
    this.#forget(this.#state.kept.length - MAXIMUM_KEPT_ANSWERS);
  }

  /** Forgets the oldest answers. No request as old as theirs is taken from then on, or one might be signed twice. */
  #forget(count: number): void {
    if (count <= 0) return;
    const { kept, forgottenSeconds } = this.#state;
    const latest = kept.slice(0, count).reduce((seconds, one) => Math.max(seconds, one.unixSeconds), -Infinity);
    this.#set({ kept: kept.slice(count), forgottenSeconds: Math.max(latest, forgottenSeconds ?? -Infinity) });
  }

  #isFresh({ unixSeconds, requestId }: PairingRequest): boolean {
    const { forgottenSeconds, open } = this.#state;
    // Written so that NaN is not fresh.
    if (!(Math.abs(unixSeconds * 1000 - this.#now) <= FRESH_MILLISECONDS)) return false;
    if (forgottenSeconds === null || unixSeconds > forgottenSeconds) return true;
    return open.some(({ request }) => request.requestId === requestId);
  }

  /** Whether only what was forgotten under a clock that was ahead keeps this and every other request of now out. */
  #isTurnedBack({ unixSeconds }: PairingRequest): boolean {
    const { forgottenSeconds } = this.#state;
    if (forgottenSeconds === null || forgottenSeconds * 1000 <= this.#now + FRESH_MILLISECONDS) return false;
    return Math.abs(unixSeconds * 1000 - this.#now) <= FRESH_MILLISECONDS;
  }

  #acknowledge({ requestId, acknowledge }: PairingRequest): void {
    if (acknowledge) this.#sendAnswer(this.#answerTo(requestId, { kind: 'ack' }));
  }

  #answerTo(requestId: string, body: AnswerBody): PairingAnswer {
    const { settings, snsEndpointArn } = this.#state;
    return { requestId, version: settings.version, ...(snsEndpointArn === null ? {} : { snsEndpointArn }), body };
  }

  #sendAnswer(answer: PairingAnswer): void {
    this.#effects.push({ type: 'send', answer });
  }

  #change(open: OpenRequest, changes: Partial<OpenRequest>): OpenRequest {
    const changed = { ...open, ...changes };
    this.#set({
      open: this.#state.open.map((one) => (one.request.requestId === open.request.requestId ? changed : one)),
    });
    return changed;
  }

  /** The request that a local event is about; undefined when the event merely comes too late. */
  #openAt(requestId: string, at: OpenRequest['at'], event: PhoneEvent['type']): OpenRequest | undefined {
    const { open, kept, phase, forgottenSeconds } = this.#state;
    const found = open.find(({ request }) => request.requestId === requestId);
    if (found?.at === at) return found;
    const isLate = phase.at === 'ended' || forgottenSeconds !== null || kept.some((one) => one.requestId === requestId);
    if (found || !isLate) throw this.#invalid(event);
    return undefined;
  }

  #withdraw({ at, request }: OpenRequest): void {
    if (at === 'asking') this.#effects.push({ type: 'withdraw', requestId: request.requestId });
  }

  #end(reason: PhoneEnd): void {
    for (const open of this.#state.open) this.#withdraw(open);
    this.#set({ phase: { at: 'ended', reason }, open: [], kept: [], policies: [] });
    this.#effects.push({ type: 'ended', reason });
  }

  #report(report: PhoneReport, counter: Exclude<keyof PhoneCounters, 'refused'>, { requestId }: PairingRequest): void {
    this.#count(counter);
    this.#effects.push({ type: 'report', report, requestId });
  }

  #count(counter: Exclude<keyof PhoneCounters, 'refused'>): void {
    const { counters } = this.#state;
    this.#set({ counters: { ...counters, [counter]: counters[counter] + 1 } });
  }

  #set(changes: Partial<PhoneState>): void {
    this.#state = { ...this.#state, ...changes };
  }

  #invalid(event: PhoneEvent['type']): VaultwireError {
    return new VaultwireError('step-invalid', `phone: ${event} does not belong to the state ${this.#state.phase.at}`);
  }
}

/** What is to be signed, or undefined when it is nothing that this phone signs. */
function readSignData({ data }: SignRequest, allowSha1: boolean): SignData | undefined {
  try {
    return parseSignData(data, { allowSha1 });
  } catch (error) {
    if (isVaultwireError(error)) return undefined;
    throw error;
  }
}

/** How much plain data holds: bytes, texts in UTF-8, and a little for everything else. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return SIZE_OF_VALUE + new TextEncoder().encode(value).length;
  if (value instanceof Uint8Array) return SIZE_OF_VALUE + value.length;
  if (typeof value !== 'object' || value === null) return SIZE_OF_VALUE;
  return Object.values(value).reduce((size: number, member) => size + sizeOf(member), SIZE_OF_VALUE);
}

const SIZE_OF_VALUE = 8;

function shifted(state: PhoneState, shift: number): PhoneState {
  const { phase } = state;
  return {
    ...state,
    phase: 'until' in phase ? { ...phase, until: phase.until + shift } : phase,
    open: state.open.map((open) => ({ ...open, until: open.until + shift })),
  };
}
