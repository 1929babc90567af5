import { VaultwireError } from '../wire/error.js';
import { decodeErrorAnswer } from './error-answer.js';
import { hostRegion, isHost } from './regions.js';

/** First wait of a throttled client when the answer names none, in milliseconds; it doubles each time. */
export const FIRST_THROTTLE_WAIT = 11_000;
/** How many times a throttled request is sent again. */
export const MAXIMUM_THROTTLE_WAITS = 5;
/** The longest wait that an answer may ask for, in milliseconds. */
export const MAXIMUM_WAIT = 300_000;
/** How many times one request may change its server key. */
export const MAXIMUM_KEY_CHANGES = 3;
/** How many times one request may be sent to another region. */
export const MAXIMUM_REDIRECTS = 2;

/** Where a request stands: plain data, for {@link stepRequest}. */
export interface RequestState {
  readonly host: string;
  readonly serverKeyId: number;
  /** A pinned key: it is never changed on the server's word. */
  readonly customServerKey: boolean;
  /** The highest server key id that has worked before; there is no way back behind it. */
  readonly workingKeyId: number | null;
  /** The server keys that this request was refused with. */
  readonly refusedKeyIds: readonly number[];
  readonly throttleWaits: number;
  readonly redirects: number;
}

/** An answer of the server to the request as last sent. */
export interface AnswerEvent {
  readonly status: number;
  /** The body in bytes. */
  readonly body: Uint8Array;
  /** The header `Retry-After`, when there is one. */
  readonly retryAfter?: string | null;
  /** A random number, at least 0 and below 1, which spreads the waits of many clients. */
  readonly random: number;
  /** Milliseconds since 1970, to read a `Retry-After` date against. */
  readonly now?: number;
}

/** What the driver does next. */
export type RequestEffect =
  | { readonly type: 'deliver' }
  | {
      readonly type: 'send';
      readonly host: string;
      readonly serverKeyId: number;
      /** How long to wait first, in milliseconds. */
      readonly afterMilliseconds: number;
    }
  | { readonly type: 'fail'; readonly error: VaultwireError };

/** What the caller lets a server's hints reach. */
export interface RequestLimits {
  /** Whether the client has a server key of this id. */
  readonly knowsServerKey: (id: number) => boolean;
  /** Whether a redirect to this host may be followed. Default: the hosts of the published regions. */
  readonly allowsHost?: (host: string) => boolean;
}

/** The state of a request that has not been sent yet. */
export function startRequest(options: {
  readonly host: string;
  readonly serverKeyId: number;
  readonly customServerKey?: boolean;
  readonly workingKeyId?: number | null;
}): RequestState {
  return {
    host: options.host,
    serverKeyId: options.serverKeyId,
    customServerKey: options.customServerKey ?? false,
    workingKeyId: options.workingKeyId ?? null,
    refusedKeyIds: [],
    throttleWaits: 0,
    redirects: 0,
  };
}

/**
 * Decides what an answer means for a request: deliver it, send again (with another key, to another host, later), or
 * fail. Pure: the driver sends and waits. Every time a request is sent again it needs a new transmission key.
 *
 * The error codes of a failure: `server-key-rejected` (a pinned key), `server-key-unknown`, `server-key-loop`,
 * `server-key-rollback`, `region-unknown`, `redirect-loop`, `throttled`, `request-rejected` (final, in the server's
 * words).
 */
export function stepRequest(
  state: RequestState,
  event: AnswerEvent,
  limits: RequestLimits,
): { readonly state: RequestState; readonly effect: RequestEffect } {
  if (event.status === 200) return { state, effect: { type: 'deliver' } };
  const answer = decodeErrorAnswer(event);
  switch (answer.action) {
    case 'switch-key': {
      const id = answer.serverKeyId;
      const refusedKeyIds = [...state.refusedKeyIds, state.serverKeyId];
      const problem = keyChangeProblem(state, id, refusedKeyIds, limits);
      if (problem) return { state, effect: { type: 'fail', error: problem } };
      return send({ ...state, serverKeyId: id, refusedKeyIds }, 0);
    }
    case 'wait': {
      const asked = answer.retryAfterMilliseconds;
      if (state.throttleWaits >= MAXIMUM_THROTTLE_WAITS) {
        return fail(state, 'throttled', `the server is still throttling after ${MAXIMUM_THROTTLE_WAITS} waits`);
      }
      if (asked !== null && asked > MAXIMUM_WAIT) {
        return fail(
          state,
          'throttled',
          `the server asks for a wait of ${Math.ceil(asked / 1000)} s, which is too long`,
        );
      }
      const jitter = 1 + (event.random * 0.5 - 0.25);
      // A wait that the server asked for is never cut short: it may only grow by the jitter.
      const wait =
        asked === null ? FIRST_THROTTLE_WAIT * 2 ** state.throttleWaits * jitter : asked * Math.max(1, jitter);
      return send({ ...state, throttleWaits: state.throttleWaits + 1 }, Math.round(wait));
    }
    case 'switch-region': {
      const allowed = limits.allowsHost ?? ((host: string) => hostRegion(host) !== undefined);
      // The caller's check sees a host and nothing else, so that it need not think of paths and credentials.
      if (!isHost(answer.host) || !allowed(answer.host)) {
        return fail(state, 'region-unknown', 'region_host: not a host this client knows');
      }
      if (state.redirects >= MAXIMUM_REDIRECTS) return fail(state, 'redirect-loop', 'region_host: too many redirects');
      return send({ ...state, host: answer.host, redirects: state.redirects + 1 }, 0);
    }
    case 'register-device':
      return fail(state, 'request-rejected', 'device_not_registered: this device is not registered in the region');
    case 'give-up':
      return fail(state, 'request-rejected', `${answer.resultCode}: ${answer.message}`);
  }
}

function keyChangeProblem(
  state: RequestState,
  id: number,
  refused: readonly number[],
  limits: RequestLimits,
): VaultwireError | undefined {
  const problem = serverKeyProblem(state, id, limits);
  if (problem) return problem;
  if (refused.includes(id) || refused.length > MAXIMUM_KEY_CHANGES) {
    return new VaultwireError('server-key-loop', 'key_id: the server keeps changing its key');
  }
  return undefined;
}

/**
 * Why a client may not change to a server key on a server's word, or undefined: its own key is pinned, it has no such
 * key, or a newer one has worked. The error codes: `server-key-rejected`, `server-key-unknown`, `server-key-rollback`.
 */
export function serverKeyProblem(
  state: Pick<RequestState, 'serverKeyId' | 'customServerKey' | 'workingKeyId'>,
  id: number,
  limits: Pick<RequestLimits, 'knowsServerKey'>,
): VaultwireError | undefined {
  if (state.customServerKey) {
    return new VaultwireError('server-key-rejected', `the server refuses the pinned key ${state.serverKeyId}`);
  }
  if (!limits.knowsServerKey(id)) return new VaultwireError('server-key-unknown', `server key: no key of id ${id}`);
  if (state.workingKeyId !== null && id < state.workingKeyId) {
    return new VaultwireError('server-key-rollback', `key_id: ${id} is older than a key that worked`);
  }
  return undefined;
}

const send = (state: RequestState, afterMilliseconds: number): { state: RequestState; effect: RequestEffect } => ({
  state,
  effect: { type: 'send', host: state.host, serverKeyId: state.serverKeyId, afterMilliseconds },
});

const fail = (
  state: RequestState,
  code: 'throttled' | 'region-unknown' | 'redirect-loop' | 'request-rejected',
  message: string,
): { state: RequestState; effect: RequestEffect } => ({
  state,
  effect: { type: 'fail', error: new VaultwireError(code, message) },
});
