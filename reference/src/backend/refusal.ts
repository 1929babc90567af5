import type { ErrorCode, VaultwireError } from 'vaultwire';

/** The body of an answer other than 200 (wire note: transmission, errors). */
export interface ErrorBody {
  /** What kind of refusal it is: clients in the field look here for `key` and `throttled`. */
  readonly error: string;
  /** Which refusal it is. */
  readonly result_code: string;
  readonly message: string;
  /** With `error: key` alone: the EC key, or in hybrid mode the ML-KEM key. */
  readonly key_id?: number;
  /** With `error: key` in hybrid mode: the EC key. */
  readonly qrc_ec_key_id?: number;
}

export interface Refusal {
  readonly status: 400 | 401 | 403 | 404 | 405 | 409 | 410 | 413 | 429 | 500;
  readonly body: ErrorBody;
}

/** A code of ours as the wire writes codes. */
export const wireCode = (code: string): string => code.replaceAll('-', '_');

const ACCESS: readonly ErrorCode[] = [
  'client-unknown',
  'client-expired',
  'client-not-bound',
  'token-used',
  'token-expired',
  'second-public-key',
  'address-refused',
  'signature-invalid',
  'request-replayed',
  'not-permitted',
];
const CONFLICTS: readonly ErrorCode[] = [
  'revision-conflict',
  'rotation-pending',
  'no-rotation-pending',
  'duplicate-uid',
];

/** How a refusal goes over the wire. The messages of our errors hold neither keys nor plaintext. */
export function refusalOf(error: VaultwireError): Refusal {
  const { code } = error;
  const body = (kind: string, message = error.message): ErrorBody => ({
    error: kind,
    result_code: wireCode(code),
    message,
  });
  // These words are what the field's clients have seen for it.
  if (code === 'signature-invalid') return { status: 403, body: body('access_denied', 'Signature is invalid') };
  if (ACCESS.includes(code)) return { status: 403, body: body('access_denied') };
  if (CONFLICTS.includes(code)) return { status: 409, body: body('conflict') };
  if (code === 'not-found') return { status: 404, body: body('not_found') };
  if (code === 'message-too-long') return { status: 413, body: body('bad_request') };
  return { status: 400, body: body('bad_request') };
}

/** The server uses another key than the one the request was sealed to. */
export const wrongServerKey = (currentId: number): Refusal => ({
  status: 401,
  body: {
    error: 'key',
    result_code: 'key',
    key_id: currentId,
    message: `the server's key has the id ${currentId}`,
  },
});

/** The same for a request in hybrid mode, which is told both keys. */
export const wrongHybridKeys = (mlKemId: number, serverKeyId: number): Refusal => ({
  status: 401,
  body: {
    error: 'key',
    result_code: 'key',
    key_id: mlKemId,
    qrc_ec_key_id: serverKeyId,
    message: `the server's ML-KEM key has the id ${mlKemId}, its EC key ${serverKeyId}`,
  },
});

/** The device is to be registered here before the request is sent again. */
export const deviceNotRegistered: Refusal = {
  status: 403,
  body: {
    error: 'device_not_registered',
    result_code: 'device_not_registered',
    message: 'this device is to be registered here first',
  },
};

/** No such user, or a proof of another password: which of them, nobody is told. */
export const authenticationFailed: Refusal = {
  status: 403,
  body: { error: 'auth_failed', result_code: 'auth_failed', message: 'the user name or the login proof is wrong' },
};

/** No session token, or one that is unknown or has expired. */
export const sessionExpired: Refusal = {
  status: 403,
  body: {
    error: 'session_token_expired',
    result_code: 'session_token_expired',
    message: 'expected the token of a session: log in again',
  },
};

/** @param status 403 as backends always did, or 429 as some do now */
export const throttled = (status: 403 | 429): Refusal => ({
  status,
  body: {
    error: 'throttled',
    result_code: 'throttled',
    message: 'too many requests: the counter clears after 10 seconds without one',
  },
});

/** What went wrong inside is nobody's business outside. */
export const internalError: Refusal = {
  status: 500,
  body: { error: 'internal_error', result_code: 'internal_error', message: 'the server failed; its log says more' },
};

/** A path or method that this server has no answer to. */
export const unknownPath = (status: 404 | 405): Refusal => ({
  status,
  body: {
    error: 'bad_request',
    result_code: status === 404 ? 'path_unknown' : 'method_not_allowed',
    message: status === 404 ? 'no such command or path' : 'commands are sent with POST',
  },
});
