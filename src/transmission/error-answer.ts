import { VaultwireError } from '../wire/error.js';
import { decodeJson, isJsonObject, MAXIMUM_JSON_DEPTH, type JsonObject, type JsonValue } from '../wire/json.js';
import { printable } from '../wire/text.js';

/** What an answer other than 200 tells the client to do next (wire note: transmission, errors). */
export type ErrorAnswer =
  | {
      readonly action: 'switch-key';
      /** The key to use: that of the hybrid mode is its ML-KEM key. */
      readonly serverKeyId: number;
      /** The EC key beside the ML-KEM key, where the answer speaks of the hybrid mode. */
      readonly hybridEcKeyId?: number;
    }
  | {
      readonly action: 'wait';
      /** What the answer asks for, in milliseconds; null when it leaves the wait to the client. */
      readonly retryAfterMilliseconds: number | null;
    }
  | { readonly action: 'switch-region'; readonly host: string }
  | { readonly action: 'register-device' }
  | {
      readonly action: 'give-up';
      /** The server's code, such as `access_denied`; `unknown` when the body holds none. */
      readonly resultCode: string;
      /** The server's words, cut to 1,000 characters and without control characters. Not to be believed. */
      readonly message: string;
    };

/** How much of an error body is read, in bytes. Throttle bodies longer than 1,000 bytes have been seen. */
export const MAXIMUM_ERROR_BYTES = 65_536;

/**
 * Reads an answer other than 200. Never throws: what cannot be read is something to give up on. The answer is not
 * authenticated, so it may steer nothing that an attacker must not steer: {@link stepRequest} holds the limits.
 *
 * @param answer.body the body in bytes, UTF-8 JSON as a rule
 * @param answer.retryAfter the header of that name: seconds, or an HTTP date (RFC 9110, 10.2.3)
 * @param answer.now milliseconds since 1970, to read an HTTP date against
 */
export function decodeErrorAnswer(answer: {
  readonly status: number;
  readonly body: Uint8Array;
  readonly retryAfter?: string | null | undefined;
  readonly now?: number | undefined;
}): ErrorAnswer {
  const object = parse(answer.body);
  const error = text(object['error']);
  const resultCode = text(object['result_code']) ?? error;
  const throttled = answer.status === 429 || (answer.status === 403 && [error, resultCode].includes('throttled'));
  if (throttled) {
    const asked = readSeconds(object['retry_after']) ?? readRetryAfter(answer.retryAfter, answer.now);
    return { action: 'wait', retryAfterMilliseconds: asked };
  }
  const keyId = object['key_id'];
  if (error === 'key' && isKeyId(keyId) && [401, 403].includes(answer.status)) {
    const hybridEcKeyId = object['qrc_ec_key_id'];
    return { action: 'switch-key', serverKeyId: keyId, ...(isKeyId(hybridEcKeyId) && { hybridEcKeyId }) };
  }
  const host = text(object['region_host']);
  if (error === 'region_redirect' && host !== undefined) return { action: 'switch-region', host };
  if (error === 'device_not_registered') return { action: 'register-device' };
  const message = text(object['message']) ?? text(object['additional_info']) ?? `HTTP status ${answer.status}`;
  return { action: 'give-up', resultCode: printable(resultCode ?? 'unknown'), message: printable(message) };
}

function parse(body: Uint8Array): JsonObject {
  try {
    const limits = { maximumBytes: MAXIMUM_ERROR_BYTES, maximumDepth: MAXIMUM_JSON_DEPTH };
    const value = decodeJson(body, 'error answer', limits);
    return isJsonObject(value) ? value : {};
  } catch (error) {
    if (error instanceof VaultwireError) return {};
    throw error;
  }
}

const text = (value: JsonValue | undefined): string | undefined => (typeof value === 'string' ? value : undefined);

const isKeyId = (value: JsonValue | undefined): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value > 0;

/** Milliseconds of a number of seconds, which some backends write as text. */
function readSeconds(value: JsonValue | undefined): number | null {
  const seconds = typeof value === 'string' ? Number(value) : value;
  return typeof seconds === 'number' && Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : null;
}

function readRetryAfter(header: string | null | undefined, now: number | undefined): number | null {
  if (header === null || header === undefined) return null;
  if (/^\d{1,9}$/.test(header)) return Number(header) > 0 ? Number(header) * 1000 : null;
  const wait = Date.parse(header) - (now ?? Number.NaN);
  return wait > 0 ? wait : null;
}
