import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeErrorAnswer, MAXIMUM_ERROR_BYTES, type ErrorAnswer } from '../../src/transmission/index.js';
import { encodeUtf8 } from '../../src/wire/bytes.js';
import { encodeJson, type JsonValue } from '../../src/wire/json.js';

const NOW = Date.UTC(2026, 5, 1);

function decode(status: number, body: JsonValue | Uint8Array, retryAfter?: string | null): ErrorAnswer {
  const bytes = ArrayBuffer.isView(body) ? body : encodeJson(body);
  return decodeErrorAnswer({ status, body: bytes, retryAfter, now: NOW });
}

const wait = (retryAfterMilliseconds: number | null): ErrorAnswer => ({ action: 'wait', retryAfterMilliseconds });

describe('an answer other than 200', () => {
  test.each([401, 403])('asks for another key with status %i', (status) => {
    expect(decode(status, { error: 'key', key_id: 9 })).toEqual({ action: 'switch-key', serverKeyId: 9 });
    expect(decode(status, { error: 'key', key_id: 1 })).toEqual({ action: 'switch-key', serverKeyId: 1 });
  });

  test.each([400, 404, 409, 500, 502])('asks for no key with status %i, which is none of a key error', (status) => {
    expect(decode(status, { error: 'key', key_id: 9 })).toMatchObject({ action: 'give-up', resultCode: 'key' });
  });

  test.each([null, '9', 9.5, 0, -1, [9], {}, true, Number.MAX_SAFE_INTEGER + 1])(
    'a key id that is none is nothing to follow: %j',
    (id) => {
      expect(decode(401, { error: 'key', key_id: id })).toMatchObject({ action: 'give-up', resultCode: 'key' });
    },
  );

  test('names the EC key beside an ML-KEM one, where there is one', () => {
    expect(decode(401, { error: 'key', key_id: 136, qrc_ec_key_id: 10 })).toStrictEqual({
      action: 'switch-key',
      serverKeyId: 136,
      hybridEcKeyId: 10,
    });
    for (const id of [null, '10', 0, -1, 9.5, {}]) {
      expect(decode(401, { error: 'key', key_id: 136, qrc_ec_key_id: id })).toStrictEqual({
        action: 'switch-key',
        serverKeyId: 136,
      });
    }
  });

  test('a key id beside another error is nothing to follow', () => {
    expect(decode(401, { error: 'access_denied', key_id: 9 }).action).toBe('give-up');
    expect(decode(401, { result_code: 'key', key_id: 9 }).action).toBe('give-up');
  });

  test('names another region', () => {
    expect(decode(403, { error: 'region_redirect', region_host: 'keepersecurity.eu' })).toEqual({
      action: 'switch-region',
      host: 'keepersecurity.eu',
    });
    expect(decode(403, { error: 'region_redirect' }).action).toBe('give-up');
    expect(decode(403, { error: 'region_redirect', region_host: 7 }).action).toBe('give-up');
    expect(decode(403, { error: 'other', region_host: 'keepersecurity.eu' }).action).toBe('give-up');
  });

  test('asks to register', () => {
    expect(decode(401, { error: 'device_not_registered' })).toEqual({ action: 'register-device' });
  });

  test.each<[string, number, JsonValue, string | undefined, number | null]>([
    ['403 with error', 403, { error: 'throttled' }, undefined, null],
    ['403 with result_code', 403, { result_code: 'throttled' }, undefined, null],
    ['result_code beside another error', 403, { error: 'other', result_code: 'throttled' }, undefined, null],
    ['error beside another result_code', 403, { error: 'throttled', result_code: 'other' }, undefined, null],
    ['retry_after as a number', 403, { result_code: 'throttled', retry_after: 10 }, undefined, 10_000],
    ['retry_after as text', 403, { result_code: 'throttled', retry_after: '10' }, undefined, 10_000],
    ['retry_after as a fraction', 403, { result_code: 'throttled', retry_after: 0.5 }, undefined, 500],
    ['retry_after goes before the header', 403, { error: 'throttled', retry_after: 10 }, '20', 10_000],
    ['429 without a body', 429, [], undefined, null],
    ['429 with another code', 429, { result_code: 'too_many' }, '3', 3000],
    ['429 whose header is a date', 429, {}, new Date(NOW + 7000).toUTCString(), 7000],
    ['a header of one second', 429, {}, '1', 1000],
    ['a date that is now', 429, {}, new Date(NOW).toUTCString(), null],
    ['a date that has passed', 429, {}, new Date(NOW - 7000).toUTCString(), null],
    ['a header of zero', 429, {}, '0', null],
    ['a header that is too long', 429, {}, '9999999999', null],
    ['a negative header', 429, {}, '-5', null],
    ['a header that is neither', 429, {}, 'soon', null],
    ['an empty header', 429, {}, '', null],
    ['zero', 429, { retry_after: 0 }, '20', 20_000],
    ['negative', 429, { retry_after: -1 }, '20', 20_000],
    ['no number', 429, { retry_after: 'soon' }, '20', 20_000],
    ['null', 429, { retry_after: null }, '20', 20_000],
    ['true', 429, { retry_after: true }, '20', 20_000],
    ['a list', 429, { retry_after: [5] }, '20', 20_000],
    ['an object that cannot become a number', 429, { retry_after: { valueOf: 1, toString: 1 } }, '20', 20_000],
    ['infinity', 429, { retry_after: '1e999' }, '20', 20_000],
  ])('is throttling: %s', (_, status, body, header, milliseconds) => {
    expect(decode(status, body, header)).toEqual(wait(milliseconds));
  });

  test.each([400, 401, 500, 503])('throttling under another status is not: %i', (status) => {
    expect(decode(status, { error: 'throttled' }, '5').action).toBe('give-up');
  });

  test('a throttle body longer than 1,000 bytes is read', () => {
    expect(decode(403, { message: 'x'.repeat(5000), result_code: 'throttled' })).toEqual(wait(null));
  });

  test('a date needs a clock', () => {
    const retryAfter = new Date(NOW + 7000).toUTCString();
    expect(decodeErrorAnswer({ status: 429, body: new Uint8Array(0), retryAfter })).toEqual(wait(null));
  });

  test.each<[string, JsonValue | Uint8Array, string, string]>([
    ['result_code and message', { result_code: 'access_denied', message: 'No.' }, 'access_denied', 'No.'],
    ['error and additional_info', { error: 'bad', additional_info: 'Why.' }, 'bad', 'Why.'],
    ['result_code goes before error', { error: 'b', result_code: 'a', message: '' }, 'a', ''],
    ['message goes before additional_info', { error: 'e', message: 'm', additional_info: 'i' }, 'e', 'm'],
    ['neither', {}, 'unknown', 'HTTP status 400'],
    ['other types', { result_code: 1, error: [], message: {}, additional_info: null }, 'unknown', 'HTTP status 400'],
    ['a list', [], 'unknown', 'HTTP status 400'],
    ['text', encodeUtf8('<html>Bad gateway</html>'), 'unknown', 'HTTP status 400'],
    ['malformed UTF-8', Uint8Array.of(0x22, 0xff, 0x22), 'unknown', 'HTTP status 400'],
    ['a key twice', encodeUtf8('{"error":"a","error":"b"}'), 'unknown', 'HTTP status 400'],
    ['nothing', new Uint8Array(0), 'unknown', 'HTTP status 400'],
  ])('is final in the server’s words: %s', (_, body, resultCode, message) => {
    expect(decode(400, body)).toEqual({ action: 'give-up', resultCode, message });
  });

  test('is read up to its limit', () => {
    const body = (length: number): Uint8Array => {
      const rest = encodeJson({ error: 'key', key_id: 9, pad: '' }).length;
      return encodeJson({ error: 'key', key_id: 9, pad: 'x'.repeat(length - rest) });
    };
    expect(MAXIMUM_ERROR_BYTES).toBe(65_536);
    expect(decode(401, body(MAXIMUM_ERROR_BYTES)).action).toBe('switch-key');
    expect(decode(401, body(MAXIMUM_ERROR_BYTES + 1)).action).toBe('give-up');
  });

  test('carries no control characters to a terminal, and not more than 1,000 of any', () => {
    const words = 'a\u001b[31mb\u0007\u202ec\u2028d\u2029e\u200bf\u009b\nend';
    const answer = decode(400, { result_code: words, message: words });
    expect(answer).toEqual({
      action: 'give-up',
      resultCode: 'a [31mb  c d e f  end',
      message: 'a [31mb  c d e f  end',
    });
    const long = decode(400, { result_code: 'c'.repeat(1001), message: 'm'.repeat(1001) });
    expect(long).toEqual({ action: 'give-up', resultCode: 'c'.repeat(1000), message: 'm'.repeat(1000) });
  });

  test('never throws, and never waits a time that is none', () => {
    const member = fc.oneof(fc.jsonValue(), fc.constantFrom('key', 'throttled', 'region_redirect', 7, '7'));
    const object = fc.record(
      {
        error: member,
        result_code: member,
        key_id: member,
        retry_after: member,
        region_host: member,
        message: member,
        additional_info: member,
      },
      { requiredKeys: [] },
    );
    const body = fc.oneof(
      fc.uint8Array(),
      object.map((value) => encodeJson(value as JsonValue)),
      fc.jsonValue().map((value) => encodeJson(value as JsonValue)),
    );
    fc.assert(
      fc.property(fc.integer({ min: 201, max: 599 }), body, fc.option(fc.string()), (status, bytes, retryAfter) => {
        const answer = decodeErrorAnswer({ status, body: bytes, retryAfter, now: NOW });
        if (answer.action === 'wait') {
          const milliseconds = answer.retryAfterMilliseconds;
          expect(milliseconds === null || (Number.isFinite(milliseconds) && milliseconds > 0)).toBe(true);
        }
        if (answer.action === 'switch-key') expect(answer.serverKeyId).toBeGreaterThan(0);
      }),
      { numRuns: 2000 },
    );
  });
});
