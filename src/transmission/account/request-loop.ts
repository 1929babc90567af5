import type { MlKemParameterSet } from '../../ecies/ml-kem-key.js';
import { VaultwireError } from '../../wire/error.js';
import { decodeErrorAnswer, type ErrorAnswer } from '../error-answer.js';
import {
  MAXIMUM_KEY_CHANGES,
  serverKeyProblem,
  startRequest,
  stepRequest,
  type AnswerEvent,
  type RequestLimits,
  type RequestState,
} from '../request-loop.js';
import type { Transport } from './request.js';

/**
 * That a request which began in hybrid mode went on without, or with less of it. What asked for it was not
 * authenticated: an attacker on the way can write such an answer. Nothing here remembers it; whoever lets the next
 * request begin like that does so knowing this.
 */
export interface Downgrade {
  /** Who asked for it. */
  readonly host: string;
  /**
   * The server named an ML-KEM key that this client has not, or does not seem to know the hybrid mode: the request went
   * on in EC mode. Or it wants ML-KEM-768 where the request began with ML-KEM-1024.
   */
  readonly reason: 'ml-kem-key-unknown' | 'hybrid-not-spoken' | 'ml-kem-key-weaker';
  /** The ML-KEM key that the server asked for; null when it named none. */
  readonly mlKemKeyId: number | null;
}

/** Where an account request stands: plain data, for {@link stepAccountRequest}. */
export interface AccountRequestState {
  /** Host, EC key, waits and redirects. */
  readonly request: RequestState;
  /** The ML-KEM key in use; null for a request in EC mode. */
  readonly mlKemKeyId: number | null;
  /** The ML-KEM key that the request began with; null for one that began in EC mode. */
  readonly firstMlKemKeyId: number | null;
  /** A pinned ML-KEM key: no key is changed or given up on the server's word. */
  readonly customMlKemKey: boolean;
  /** The highest ML-KEM key id that has worked before; there is no way back behind it. */
  readonly workingMlKemKeyId: number | null;
  /** Whether the caller would rather fail than go on without ML-KEM. */
  readonly requireHybrid: boolean;
  /** The keys that this request was refused with: `<ML-KEM id or 0>/<EC id>`. */
  readonly refusedKeys: readonly string[];
  /** How many times this host has asked for one. */
  readonly deviceRegistrations: number;
  readonly downgrade: Downgrade | null;
}

/** An answer of the server to the request as last sent. */
export interface AccountAnswerEvent extends AnswerEvent {
  /** Whether the body opened under the request's transmission key. A body of status 200 that does not is an error. */
  readonly opened: boolean;
}

/** What the driver does next. */
export type AccountRequestEffect =
  | {
      readonly type: 'deliver';
      /** How the request that this answers travelled. */
      readonly transport: Transport;
      /** What the caller must learn when that is less than it began with. */
      readonly downgrade: Downgrade | null;
    }
  | {
      readonly type: 'send';
      readonly host: string;
      readonly serverKeyId: number;
      /** null: send in EC mode. */
      readonly mlKemKeyId: number | null;
      /** Register the device with this host first (`authentication/register_device_in_region`). */
      readonly registerDevice: boolean;
      /** How long to wait first, in milliseconds. */
      readonly afterMilliseconds: number;
    }
  | { readonly type: 'fail'; readonly error: VaultwireError };

/** What the caller lets a server's hints reach. */
export interface AccountRequestLimits extends RequestLimits {
  /** Whether the client has an ML-KEM key of this id. Default: it has none but the one it began with. */
  readonly knowsMlKemKey?: (id: number) => boolean;
  /** The parameter set of an ML-KEM key that the client has. Without it a change to a weaker one is not noticed. */
  readonly mlKemParameterSet?: (id: number) => MlKemParameterSet;
}

/** The state of an account request that has not been sent yet. */
export function startAccountRequest(options: {
  readonly host: string;
  readonly serverKeyId: number;
  readonly customServerKey?: boolean;
  readonly workingKeyId?: number | null;
  /** Default null: EC mode. */
  readonly mlKemKeyId?: number | null;
  readonly customMlKemKey?: boolean;
  readonly workingMlKemKeyId?: number | null;
  /** Default false. */
  readonly requireHybrid?: boolean;
}): AccountRequestState {
  const mlKemKeyId = options.mlKemKeyId ?? null;
  const requireHybrid = options.requireHybrid ?? false;
  if (requireHybrid && mlKemKeyId === null) {
    throw new VaultwireError('argument-invalid', 'mlKemKeyId: expected one where the hybrid mode is required');
  }
  return {
    request: startRequest(options),
    mlKemKeyId,
    firstMlKemKeyId: mlKemKeyId,
    customMlKemKey: options.customMlKemKey ?? false,
    workingMlKemKeyId: options.workingMlKemKeyId ?? null,
    requireHybrid,
    refusedKeys: [],
    deviceRegistrations: 0,
    downgrade: null,
  };
}

/**
 * Decides what an answer means for an account request, as `stepRequest` does for a device's, and with its limits.
 * Pure: the driver sends, waits and registers. Every time a request is sent again it needs a new transmission key.
 *
 * The hybrid mode is given up only where the rules of the wire say so (wire note: transmission, errors): when the
 * server asks for an ML-KEM key that this client has not, or refuses the hybrid mode while it names the very EC key
 * that was used. It is never given up where the caller requires it, it comes back on another host, and it is always
 * reported, as is a change to a weaker ML-KEM key. Where either key is pinned, a server that refuses the keys is
 * followed nowhere.
 *
 * The error codes of a failure: those of `stepRequest`, `hybrid-required`, and `answer-unexpected` for a body of status
 * 200 that neither opens nor says what is wrong.
 */
export function stepAccountRequest(
  state: AccountRequestState,
  event: AccountAnswerEvent,
  limits: AccountRequestLimits,
): { readonly state: AccountRequestState; readonly effect: AccountRequestEffect } {
  if (event.status === 200 && event.opened) {
    const transport = state.mlKemKeyId === null ? 'ec' : 'hybrid';
    return { state, effect: { type: 'deliver', transport, downgrade: state.downgrade } };
  }
  // What is wrong may come with status 200; it is read as it would be with the status that belongs to it.
  const refused = event.status === 200 ? { ...event, status: 403 } : event;
  const answer = decodeErrorAnswer(refused);
  switch (answer.action) {
    case 'switch-key':
      return changeKeys(state, answer, limits);
    case 'register-device':
      if (state.deviceRegistrations > 0) break;
      return send({ ...state, deviceRegistrations: 1 }, 0, true);
    case 'give-up':
      if (event.status !== 200 || answer.resultCode !== 'unknown') break;
      return fail(state, 'answer-unexpected', 'answer: expected one sealed under the transmission key');
    default:
  }
  const { state: request, effect } = stepRequest(state.request, refused, limits);
  switch (effect.type) {
    case 'send':
      return request.host === state.request.host
        ? send({ ...state, request }, effect.afterMilliseconds)
        : send({ ...state, ...afresh(state), request }, effect.afterMilliseconds);
    case 'fail':
      return { state: { ...state, request }, effect };
    case 'deliver':
      return fail(state, 'answer-unexpected', 'answer: expected one sealed under the transmission key');
  }
}

type KeyAnswer = Extract<ErrorAnswer, { action: 'switch-key' }>;

function changeKeys(
  state: AccountRequestState,
  answer: KeyAnswer,
  limits: AccountRequestLimits,
): { state: AccountRequestState; effect: AccountRequestEffect } {
  const { request, mlKemKeyId } = state;
  // Whichever key is refused: with one of two pinned, the other would be all that an attacker has to turn off.
  if (request.customServerKey || state.customMlKemKey) {
    const pinned = request.customServerKey ? `key ${request.serverKeyId}` : `ML-KEM key ${String(mlKemKeyId)}`;
    return fail(state, 'server-key-rejected', `the server refuses a request to the pinned ${pinned}`);
  }
  const serverKeyId = answer.hybridEcKeyId ?? answer.serverKeyId;
  const isSameEcKey = serverKeyId === request.serverKeyId;
  if (!isSameEcKey || mlKemKeyId === null) {
    const problem = serverKeyProblem(request, serverKeyId, limits);
    if (problem) return { state, effect: { type: 'fail', error: problem } };
  }
  let next: { readonly mlKemKeyId: number | null; readonly downgrade: Downgrade | null };
  if (mlKemKeyId === null) {
    next = { mlKemKeyId, downgrade: state.downgrade };
  } else if (answer.hybridEcKeyId === undefined) {
    // It may know nothing of the hybrid mode, or just want another EC key beside the ML-KEM key: that is tried first.
    next = isSameEcKey ? without(state, 'hybrid-not-spoken', null) : { mlKemKeyId, downgrade: state.downgrade };
  } else {
    const asked = answer.serverKeyId;
    const known = limits.knowsMlKemKey ?? ((id: number) => id === mlKemKeyId);
    next = known(asked)
      ? { mlKemKeyId: asked, downgrade: weakening(state, asked, limits) }
      : without(state, 'ml-kem-key-unknown', asked);
    if (next.mlKemKeyId !== null && state.workingMlKemKeyId !== null && asked < state.workingMlKemKeyId) {
      return fail(state, 'server-key-rollback', `key_id: ${asked} is older than an ML-KEM key that worked`);
    }
  }
  if (next.mlKemKeyId === null && state.requireHybrid) {
    return fail(state, 'hybrid-required', 'the server asks for a request without ML-KEM');
  }
  const refusedKeys = [...state.refusedKeys, `${mlKemKeyId ?? 0}/${request.serverKeyId}`];
  if (refusedKeys.length > MAXIMUM_KEY_CHANGES || refusedKeys.includes(`${next.mlKemKeyId ?? 0}/${serverKeyId}`)) {
    return fail(state, 'server-key-loop', 'key_id: the server keeps changing its key');
  }
  return send({ ...state, ...next, refusedKeys, request: { ...request, serverKeyId } }, 0);
}

/** Another host knows nothing of what was said to this one, and of the device. */
const afresh = (
  state: AccountRequestState,
): Pick<AccountRequestState, 'mlKemKeyId' | 'downgrade' | 'deviceRegistrations'> => ({
  mlKemKeyId: state.firstMlKemKeyId,
  downgrade: null,
  deviceRegistrations: 0,
});

function weakening(state: AccountRequestState, mlKemKeyId: number, limits: AccountRequestLimits): Downgrade | null {
  const { firstMlKemKeyId: first, request } = state;
  const isWeaker =
    first !== null &&
    limits.mlKemParameterSet?.(first) === 'ML-KEM-1024' &&
    limits.mlKemParameterSet(mlKemKeyId) === 'ML-KEM-768';
  return isWeaker ? { host: request.host, reason: 'ml-kem-key-weaker', mlKemKeyId } : null;
}

const without = (
  state: AccountRequestState,
  reason: Downgrade['reason'],
  mlKemKeyId: number | null,
): { mlKemKeyId: null; downgrade: Downgrade } => ({
  mlKemKeyId: null,
  downgrade: { host: state.request.host, reason, mlKemKeyId },
});

const send = (
  state: AccountRequestState,
  afterMilliseconds: number,
  registerDevice = false,
): { state: AccountRequestState; effect: AccountRequestEffect } => ({
  state,
  effect: {
    type: 'send',
    host: state.request.host,
    serverKeyId: state.request.serverKeyId,
    mlKemKeyId: state.mlKemKeyId,
    registerDevice,
    afterMilliseconds,
  },
});

const fail = (
  state: AccountRequestState,
  code: 'answer-unexpected' | 'server-key-rollback' | 'server-key-rejected' | 'hybrid-required' | 'server-key-loop',
  message: string,
): { state: AccountRequestState; effect: AccountRequestEffect } => ({
  state,
  effect: { type: 'fail', error: new VaultwireError(code, message) },
});
