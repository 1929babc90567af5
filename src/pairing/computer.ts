import { BOX_KEY_LENGTH } from '../crypto/box.js';
import { assertBytes, copyBytes, equalBytes, type Bytes } from '../wire/bytes.js';
import { VaultwireError, type ErrorCode } from '../wire/error.js';
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
  HOST_KEY_MISMATCHED,
  REJECTED,
  UNKNOWN_ERROR,
  UNKNOWN_KEY_FINGERPRINT,
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

/** How long a phone has from the QR's display to its greeting, and then its user to compare codes, in milliseconds. */
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
    /** Id of the first request, and of the last where an attempt fails. */
    readonly helloId: string;
    readonly pairMilliseconds: number;
    readonly compareCodes: boolean;
  };
  readonly phase: ComputerPhase;
  /** Requests that wait for the pairing or for an answer, oldest first. */
  readonly waiting: readonly WaitingRequest[];
  /** Ids of requests that are done, oldest first. */
  readonly finished: readonly string[];
  readonly counters: ComputerCounters;
  /** When the last event came. */
  readonly now: number;
}

export type ComputerPhase =
  /** The QR is on display. */
  | { readonly at: 'showing'; readonly until: number }
  /** A phone has sent its key and is asked who its user is. */
  | { readonly at: 'greeting'; readonly phonePublicKey: Bytes; readonly hello: WaitingRequest }
  /** The user is comparing the codes of both ends. */
  | {
      readonly at: 'unconfirmed';
      readonly phonePublicKey: Bytes;
      readonly me: Me;
      readonly snsEndpointArn?: string;
      readonly until: number;
    }
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
  readonly refused: RefusalCounters;
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

/**
 * A pairing before any phone is known: the QR is to be shown.
 *
 * @throws VaultwireError `argument-invalid` or `length-invalid` for options that are none
 */
export function startComputer(options: ComputerOptions): ComputerStep {
  assertBytes(options.publicKey, 'computer public key', BOX_KEY_LENGTH);
  assertTime(options.now);
  assertRequestId(options.helloId);
  const pairMilliseconds = options.browser === true ? BROWSER_PAIR_MILLISECONDS : PAIR_MILLISECONDS;
  return {
    state: {
      settings: {
        publicKey: copyBytes(options.publicKey),
        version: options.version,
        helloId: options.helloId,
        pairMilliseconds,
        compareCodes: options.compareCodes ?? true,
      },
      phase: { at: 'showing', until: options.now + pairMilliseconds },
      waiting: [],
      finished: [],
      counters: {
        refused: NO_REFUSALS,
        duplicates: 0,
        unsolicited: 0,
        wrongKind: 0,
        foreignKeys: 0,
        unanswered: 0,
      },
      now: options.now,
    },
    effects: [{ type: 'show-qr' }],
  };
}

/**
 * The next step of a pairing. Pure: store the new state before its effects are carried out. What is due at `now` is
 * done before the event is looked at.
 *
 * Nothing that comes from outside (`key`, `answer`, `refused`) throws. A local event that does not belong to the state
 * throws and changes nothing; one that merely comes too late, after the end or for a request that is done, does nothing.
 *
 * @throws VaultwireError `step-invalid`, or `argument-invalid` when `now` or a request's id is none
 */
export function stepComputer(state: ComputerState, event: ComputerEvent): ComputerStep {
  assertTime(event.now);
  const draft = new ComputerDraft(state, event.now);
  draft.expire();
  switch (event.type) {
    case 'key':
      draft.key(event.phonePublicKey);
      break;
    case 'answer':
      draft.answer(event.answer);
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
    case 'request':
      draft.request(event.requestId, event.body, event.acknowledge ?? true);
      break;
    case 'cancel':
      draft.cancel(event.requestId);
      break;
    case 'unpair':
      draft.unpair(event.requestId);
      break;
  }
  return draft.finish();
}

/** When to send the next `tick`: milliseconds since 1970, or null while nothing waits for time to pass. */
export function computerWake(state: ComputerState): number | null {
  const { phase } = state;
  let wake = Infinity;
  if (phase.at === 'showing' || phase.at === 'unconfirmed') wake = phase.until;
  for (const { sent } of phase.at === 'greeting' ? [phase.hello] : state.waiting) {
    if (sent) wake = Math.min(wake, sent.until, sent.alertAt ?? Infinity);
  }
  return wake === Infinity ? null : wake;
}

/** One step in the making: what it changes replaces parts of the state, never the parts themselves. */
class ComputerDraft {
  readonly #effects: ComputerEffect[] = [];
  readonly #now: number;
  #state: ComputerState;

  constructor(state: ComputerState, now: number) {
    this.#now = now;
    this.#state = stateAt(state, now, shifted);
  }

  finish(): ComputerStep {
    return { state: this.#state, effects: this.#effects };
  }

  expire(): void {
    const { phase } = this.#state;
    switch (phase.at) {
      case 'showing':
        if (this.#now >= phase.until) this.#end('qr-expired');
        return;
      case 'greeting': {
        const hello = this.#wait(phase.hello);
        if (!hello) this.#end('phone-silent');
        else if (hello !== phase.hello) this.#set({ phase: { ...phase, hello } });
        return;
      }
      case 'unconfirmed':
        if (this.#now >= phase.until) this.#end('not-confirmed');
        return;
      case 'paired': {
        const { waiting } = this.#state;
        const left: WaitingRequest[] = [];
        for (const request of waiting) {
          const still = this.#wait(request);
          if (still) left.push(still);
          else this.#fail(request.requestId, 'request-timeout', 'the phone did not answer in time');
        }
        // Whoever looks whether anything has changed compares the parts of the state.
        if (waiting.some((request, index) => request !== left[index])) this.#set({ waiting: left });
        return;
      }
      case 'ended':
        return;
    }
  }

  key(phonePublicKey: Bytes): void {
    const { phase, settings } = this.#state;
    if (equalBytes(phonePublicKey, settings.publicKey)) {
      this.#report('own-key', 'foreignKeys');
      return;
    }
    switch (phase.at) {
      case 'showing': {
        const request = { requestId: settings.helloId, body: { kind: 'me' }, acknowledge: true, sent: null } as const;
        const hello = this.#sent(request, phase.until);
        this.#set({ phase: { at: 'greeting', phonePublicKey, hello } });
        return;
      }
      case 'greeting':
      case 'unconfirmed':
        if (equalBytes(phonePublicKey, phase.phonePublicKey)) {
          this.#count('duplicates');
          return;
        }
        // The wire would ignore the second key. But two phones hold the QR then, and which of them is the user's
        // nobody can tell: a new attempt has a new key, which only one of them will see.
        this.#report('second-key', 'foreignKeys');
        this.#end('second-key');
        return;
      case 'paired':
        if (equalBytes(phonePublicKey, phase.phonePublicKey)) this.#count('duplicates');
        else this.#report('second-key', 'foreignKeys');
        return;
      case 'ended':
        this.#count('foreignKeys');
        return;
    }
  }

  answer(answer: PairingAnswer): void {
    const { phase } = this.#state;
    if (phase.at === 'showing' || phase.at === 'ended') {
      this.#report('unsolicited-answer', 'unsolicited');
      return;
    }
    // The one answer that needs no request: it can only make the computer trust less.
    if (answer.body.kind === 'unpair') {
      this.#end('unpaired-by-phone');
      return;
    }
    const asked = (phase.at === 'greeting' ? [phase.hello] : this.#state.waiting).find(
      ({ requestId, sent }) => requestId === answer.requestId && sent !== null,
    );
    if (!asked?.sent) {
      if (this.#state.finished.includes(answer.requestId)) this.#count('duplicates');
      else this.#report('unsolicited-answer', 'unsolicited');
      return;
    }
    const { body } = answer;
    if (body.kind === 'ack') {
      if (!asked.acknowledge) this.#report('wrong-kind', 'wrongKind');
      else if (asked.sent.acknowledged) this.#count('duplicates');
      else this.#acknowledged(asked, asked.sent, answer);
      return;
    }
    if (body.kind !== asked.body.kind) {
      this.#report('wrong-kind', 'wrongKind');
      return;
    }
    if (phase.at === 'greeting') {
      if (body.kind === 'me') this.#greeted(phase.phonePublicKey, asked.requestId, body.me, answer.snsEndpointArn);
      return;
    }
    this.#endpoint(answer.snsEndpointArn);
    this.#set({ waiting: this.#state.waiting.filter((request) => request !== asked) });
    if ('error' in body) {
      this.#fail(asked.requestId, ...failure(body.error));
    } else if (body.kind === 'me' && phase.at === 'paired' && isAnotherDevice(phase.me, body.me)) {
      this.#report('device-changed', 'unsolicited');
      this.#fail(asked.requestId, 'answer-unexpected', 'answer.me.device_identifier: another than when it was paired');
    } else {
      this.#finished(asked.requestId);
      this.#effects.push({ type: 'answered', requestId: asked.requestId, body });
    }
  }

  refused(reason: RefusalReason): void {
    this.#set({ counters: countRefused(this.#state.counters, reason) });
  }

  resume(): void {
    const { phase } = this.#state;
    switch (phase.at) {
      case 'showing':
        this.#effects.push({ type: 'show-qr' });
        return;
      case 'greeting':
        this.#send(phase.hello);
        return;
      case 'unconfirmed':
        this.#effects.push({ type: 'compare-codes', phonePublicKey: phase.phonePublicKey });
        return;
      case 'paired':
        this.#effects.push({ type: 'paired', me: phase.me });
        for (const request of this.#state.waiting) this.#send(request);
        return;
      case 'ended':
        this.#effects.push({ type: 'ended', reason: phase.reason });
        return;
    }
  }

  compared(result: 'confirm' | 'deny'): void {
    const { phase } = this.#state;
    if (phase.at === 'ended') return;
    if (phase.at !== 'unconfirmed') throw this.#invalid(result);
    if (result === 'confirm') {
      this.#paired(phase.phonePublicKey, phase.me, phase.snsEndpointArn);
    } else {
      this.#end('denied');
    }
  }

  request(requestId: string, body: RequestBody, acknowledge: boolean): void {
    assertRequestId(requestId);
    if (this.#isUsed(requestId)) throw new VaultwireError('step-invalid', 'request id: expected one never used before');
    if (body.kind === 'unpair') throw new VaultwireError('step-invalid', 'unpair is an event of its own');
    const { phase, waiting } = this.#state;
    if (phase.at === 'ended') {
      this.#fail(requestId, 'pairing-ended', 'the pairing has ended');
      return;
    }
    if (waiting.length >= MAXIMUM_WAITING_REQUESTS) {
      this.#fail(requestId, 'queue-full', `at most ${MAXIMUM_WAITING_REQUESTS} requests wait at once`);
      return;
    }
    const request: WaitingRequest = { requestId, body, acknowledge, sent: null };
    if (phase.at === 'paired') this.#begin([request]);
    else this.#set({ waiting: [...waiting, request] });
  }

  cancel(requestId: string): void {
    const { waiting, finished, phase } = this.#state;
    if (waiting.some((request) => request.requestId === requestId)) {
      this.#set({ waiting: waiting.filter((request) => request.requestId !== requestId) });
      this.#fail(requestId, 'request-canceled', 'nobody waits for the answer any more');
    } else if (phase.at !== 'ended' && !finished.includes(requestId)) {
      throw this.#invalid('cancel');
    }
  }

  unpair(requestId: string): void {
    assertRequestId(requestId);
    if (this.#isUsed(requestId)) throw new VaultwireError('step-invalid', 'request id: expected one never used before');
    if (this.#state.phase.at !== 'ended') this.#end('unpaired-by-computer', requestId);
  }

  #greeted(phonePublicKey: Bytes, helloId: string, me: Me, snsEndpointArn: string | undefined): void {
    this.#finished(helloId);
    if (!this.#state.settings.compareCodes) {
      this.#paired(phonePublicKey, me, snsEndpointArn);
      return;
    }
    const until = this.#now + this.#state.settings.pairMilliseconds;
    this.#set({
      phase: {
        at: 'unconfirmed',
        phonePublicKey,
        me,
        until,
        ...(snsEndpointArn === undefined ? {} : { snsEndpointArn }),
      },
    });
    this.#effects.push({ type: 'compare-codes', phonePublicKey });
  }

  #paired(phonePublicKey: Bytes, me: Me, snsEndpointArn: string | undefined): void {
    const { waiting } = this.#state;
    this.#set({ phase: { at: 'paired', phonePublicKey, me }, waiting: [] });
    this.#effects.push({ type: 'paired', me });
    this.#endpoint(snsEndpointArn);
    this.#begin(waiting);
  }

  /** Sends requests for the first time and waits for the answers of those that have one. */
  #begin(requests: readonly WaitingRequest[]): void {
    for (const request of requests) {
      const sent = this.#sent(request);
      if (request.body.kind === 'no-op') {
        this.#finished(request.requestId);
        this.#effects.push({ type: 'answered', requestId: request.requestId, body: null });
      } else {
        this.#set({ waiting: [...this.#state.waiting, sent] });
      }
    }
  }

  #sent(request: WaitingRequest, atLeastUntil = -Infinity): WaitingRequest {
    const timed = this.#timed(request, atLeastUntil);
    this.#send(timed);
    return timed;
  }

  #timed(request: WaitingRequest, atLeastUntil = -Infinity): WaitingRequest {
    const { alert, fail } = ANSWER_MILLISECONDS[request.body.kind === 'me' ? 'me' : 'other'];
    return {
      ...request,
      sent: {
        unixSeconds: Math.floor(this.#now / 1000),
        alertAt: this.#now + alert,
        until: Math.max(this.#now + fail, atLeastUntil),
        acknowledged: false,
      },
    };
  }

  #send({ requestId, body, acknowledge, sent }: WaitingRequest): void {
    if (!sent) return;
    const { version } = this.#state.settings;
    this.#effects.push({
      type: 'send',
      request: { requestId, unixSeconds: sent.unixSeconds, version, acknowledge, body },
    });
  }

  /** A request that is still waited for, alerted when that is due; undefined when its time is over. */
  #wait(request: WaitingRequest): WaitingRequest | undefined {
    const { sent } = request;
    if (!sent) return request;
    if (this.#now >= sent.until) {
      this.#count('unanswered');
      return undefined;
    }
    if (sent.alertAt === null || this.#now < sent.alertAt) return request;
    this.#effects.push({ type: 'alert', requestId: request.requestId });
    return { ...request, sent: { ...sent, alertAt: null } };
  }

  #acknowledged(asked: WaitingRequest, sent: NonNullable<WaitingRequest['sent']>, answer: PairingAnswer): void {
    // Once: the same acknowledgment may come again and again for two days.
    const longer: WaitingRequest = {
      ...asked,
      sent: { ...sent, alertAt: null, until: sent.until + ACKNOWLEDGED_MILLISECONDS, acknowledged: true },
    };
    const { phase, waiting } = this.#state;
    if (phase.at === 'greeting') {
      this.#set({ phase: { ...phase, hello: longer } });
    } else {
      this.#set({ waiting: waiting.map((request) => (request === asked ? longer : request)) });
      this.#endpoint(answer.snsEndpointArn);
    }
    this.#effects.push({ type: 'acknowledged', requestId: asked.requestId });
  }

  #endpoint(snsEndpointArn: string | undefined): void {
    const { phase } = this.#state;
    if (phase.at !== 'paired' || snsEndpointArn === undefined || snsEndpointArn === phase.snsEndpointArn) return;
    this.#set({ phase: { ...phase, snsEndpointArn } });
    this.#effects.push({ type: 'push-endpoint', snsEndpointArn });
  }

  /** Ends it all and tells the phone, where there is one: it may believe that it is paired. */
  #end(reason: ComputerEnd, farewellId = this.#state.settings.helloId): void {
    const { waiting, phase } = this.#state;
    if ('phonePublicKey' in phase && reason !== 'unpaired-by-phone') {
      this.#send(this.#timed({ requestId: farewellId, body: { kind: 'unpair' }, acknowledge: false, sent: null }));
    }
    this.#set({ phase: { at: 'ended', reason }, waiting: [] });
    this.#effects.push({ type: 'ended', reason });
    for (const { requestId } of waiting) this.#fail(requestId, 'pairing-ended', `the pairing has ended: ${reason}`);
  }

  #fail(requestId: string, code: ErrorCode, message: string): void {
    this.#finished(requestId);
    this.#effects.push({ type: 'failed', requestId, error: new VaultwireError(code, message) });
  }

  #finished(requestId: string): void {
    this.#set({ finished: [...this.#state.finished, requestId].slice(-REMEMBERED_REQUESTS) });
  }

  #isUsed(requestId: string): boolean {
    const { settings, waiting, finished } = this.#state;
    return (
      requestId === settings.helloId ||
      finished.includes(requestId) ||
      waiting.some((request) => request.requestId === requestId)
    );
  }

  #report(report: ComputerReport, counter: Exclude<keyof ComputerCounters, 'refused'>): void {
    this.#count(counter);
    this.#effects.push({ type: 'report', report });
  }

  #count(counter: Exclude<keyof ComputerCounters, 'refused'>): void {
    const { counters } = this.#state;
    this.#set({ counters: { ...counters, [counter]: counters[counter] + 1 } });
  }

  #set(changes: Partial<ComputerState>): void {
    this.#state = { ...this.#state, ...changes };
  }

  #invalid(event: ComputerEvent['type']): VaultwireError {
    return new VaultwireError(
      'step-invalid',
      `computer: ${event} does not belong to the state ${this.#state.phase.at}`,
    );
  }
}

function shifted(state: ComputerState, shift: number): ComputerState {
  const earlier = (request: WaitingRequest): WaitingRequest => {
    const { sent } = request;
    if (!sent) return request;
    const alertAt = sent.alertAt === null ? null : sent.alertAt + shift;
    return { ...request, sent: { ...sent, alertAt, until: sent.until + shift } };
  };
  const { phase } = state;
  const waiting = state.waiting.map(earlier);
  switch (phase.at) {
    case 'showing':
    case 'unconfirmed':
      return { ...state, waiting, phase: { ...phase, until: phase.until + shift } };
    case 'greeting':
      return { ...state, waiting, phase: { ...phase, hello: earlier(phase.hello) } };
    case 'paired':
    case 'ended':
      return { ...state, waiting };
  }
}

function failure(error: string): [ErrorCode, string] {
  if (error === REJECTED) return ['request-rejected', "the phone's user said no"];
  // The phone's own words could be anything: only those that the protocol knows are repeated.
  const known = [UNKNOWN_KEY_FINGERPRINT, HOST_KEY_MISMATCHED, UNKNOWN_ERROR].find((text) => text === error);
  return ['request-failed', `the phone could not do it: ${known ?? 'an error that is not known here'}`];
}

function isAnotherDevice(paired: Me, now: Me): boolean {
  if (!now.deviceIdentifier) return false;
  return !paired.deviceIdentifier || !equalBytes(paired.deviceIdentifier, now.deviceIdentifier);
}
