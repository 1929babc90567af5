import { toHex, utf8 } from '../runner/bytes.js';
import { invalid, json, note, partly, valid, type FileDefinition, type TestDefinition } from './define.js';
import { b64, bytes, cbc, concat, flip, fraction, gcm } from './forge.js';

const answerText = json({ appData: 'b64url', records: [], folders: [], expiresOn: 0, warnings: [] });

function sealTests(): TestDefinition[] {
  const inputs = (label: string, answer: string): TestDefinition['inputs'] => ({
    transmissionKey: toHex(bytes(`answer seal ${label} key`, 32)),
    nonce: toHex(bytes(`answer seal ${label} nonce`, 12)),
    answer,
  });
  return [
    valid('Normal', 'a JSON object', inputs('object', answerText)),
    valid('Normal', 'an empty object', inputs('empty', '{}')),
    valid('Normal', 'no bytes', inputs('nothing', '')),
    valid('Normal', 'outside ASCII', inputs('unicode', '{"title":"ключ 🔑 鍵"}')),
    valid('Normal', '2,000 bytes', inputs('long', json({ data: 'x'.repeat(1989) }))),
  ];
}

function openTests(): TestDefinition[] {
  const key = bytes('answer key', 32);
  const nonce = bytes('answer nonce', 12);
  const good = gcm(key, nonce, answerText);
  const inputs = (body: Uint8Array, more: Record<string, unknown> = {}): TestDefinition['inputs'] => ({
    body: toHex(body),
    ...more,
  });
  const refused = (flag: string, comment: string, body: Uint8Array): TestDefinition =>
    invalid(flag, comment, 'open-failed', inputs(body));
  const short = (length: number): TestDefinition =>
    invalid('TruncatedMessage', `${length} bytes`, 'message-too-short', inputs(good.subarray(0, length)));
  return [
    valid('Normal', 'a JSON object', inputs(good)),
    valid(
      'Normal',
      'bytes that are no JSON: what is inside is for the next layer',
      inputs(gcm(key, bytes('answer 2', 12), bytes('answer bytes', 50))),
    ),
    valid('Normal', 'an empty body: the answer of commands that have none', inputs(new Uint8Array(0))),
    valid('Normal', 'nothing sealed: 28 bytes', inputs(gcm(key, bytes('answer 3', 12), ''))),
    valid('Normal', 'just as long as the client takes', inputs(good, { maximumBytes: good.length })),
    ...[1, 12, 27].map(short),
    invalid(
      'OversizedAnswer',
      'one byte longer than the client takes',
      'message-too-long',
      inputs(good, { maximumBytes: good.length - 1 }),
    ),
    refused('TruncatedMessage', 'the last byte is missing', good.subarray(0, -1)),
    refused('TrailingBytes', 'a line break behind it', concat(good, utf8('\n'))),
    refused('ModifiedCiphertext', 'a bit of the ciphertext is flipped', flip(good, 12)),
    refused('ModifiedNonce', 'a bit of the nonce is flipped', flip(good, 0)),
    refused('ModifiedTag', 'the first bit of the tag is flipped', flip(good, -16, 0x80)),
    refused('ModifiedTag', 'the last bit of the tag is flipped', flip(good, -1)),
    refused('ShortTag', 'a tag of 12 bytes', gcm(key, nonce, answerText, { tagLength: 12 })),
    refused('ShortTag', 'a tag of 4 bytes', gcm(key, nonce, answerText, { tagLength: 4 })),
    refused(
      'WrongKey',
      'under the transmission key of another request',
      gcm(bytes('answer other key', 32), nonce, answerText),
    ),
    refused(
      'WrongKey',
      'under the same key with additional data',
      gcm(key, nonce, answerText, { additionalData: utf8('get_secret') }),
    ),
    refused('UnencryptedAnswer', 'JSON as it is', utf8(answerText)),
    refused(
      'UnencryptedAnswer',
      'an error answer with the status 200',
      utf8('{"error":"access_denied","message":"no"}'),
    ),
    refused('Base64Body', 'the body as base64', utf8(b64(good))),
    refused('WrongCipher', 'AES-CBC', cbc(key, bytes('answer iv', 16), answerText)),
  ];
}

interface ErrorBody {
  readonly status: number;
  readonly bodyText?: string;
  readonly body?: string;
  readonly retryAfter?: string;
  readonly now?: number;
}

const NOW = Date.UTC(2026, 5, 1, 12, 0, 0);

const body = (status: number, document: unknown, more: Partial<ErrorBody> = {}): ErrorBody => ({
  status,
  bodyText: typeof document === 'string' ? document : json(document),
  ...more,
});

const throttled = (more: Record<string, unknown> = {}): ErrorBody => body(403, { result_code: 'throttled', ...more });
const key = (id: unknown, status = 401): ErrorBody => body(status, { error: 'key', key_id: id });
const redirect = (host: unknown): ErrorBody => body(400, { error: 'region_redirect', region_host: host });

function errorTests(): TestDefinition[] {
  const test = (flag: string, comment: string, answer: ErrorBody): TestDefinition =>
    valid(flag, comment, { ...answer });
  return [
    test('WrongServerKey', 'another server key, status 401', key(10)),
    test('WrongServerKey', 'another server key, status 403', key(10, 403)),
    test('MalformedHint', 'key_id is missing', body(401, { error: 'key' })),
    test('MalformedHint', 'key_id is text', key('10')),
    test('MalformedHint', 'key_id is 0', key(0)),
    test('MalformedHint', 'key_id is negative', key(-8)),
    test('MalformedHint', 'key_id is no whole number', key(7.5)),
    test(
      'MalformedHint',
      'key_id is greater than a double holds exactly',
      body(401, '{"error":"key","key_id":9007199254740993}'),
    ),
    test('MalformedHint', 'key_id twice', body(401, '{"error":"key","key_id":8,"key_id":9}')),
    test('Redirect', 'to the host of another region', redirect('keepersecurity.eu')),
    test('MalformedHint', 'region_host is missing', body(400, { error: 'region_redirect' })),
    test('MalformedHint', 'region_host is a number', redirect(7)),
    test('DeviceNotRegistered', 'device_not_registered', body(401, { error: 'device_not_registered' })),

    test('Throttled', 'by error', body(403, { error: 'throttled' })),
    test('Throttled', 'by result_code', throttled()),
    test('Throttled', 'by error, with another result_code', body(403, { error: 'throttled', result_code: 'busy' })),
    test('Throttled', 'by result_code, with another error', body(403, { error: 'busy', result_code: 'throttled' })),
    test('Throttled', 'retry_after in seconds', throttled({ retry_after: 30 })),
    test('Throttled', 'retry_after as text', throttled({ retry_after: '30' })),
    test('Throttled', 'retry_after with a fraction', throttled({ retry_after: 1.5 })),
    test('Throttled', 'status 429 and a header of seconds', body(429, {}, { retryAfter: '42' })),
    test(
      'Throttled',
      'status 429 and a header with a date',
      body(429, '', { retryAfter: 'Mon, 01 Jun 2026 12:01:30 GMT', now: NOW }),
    ),
    test(
      'Throttled',
      'status 429 and a date that has passed',
      body(429, '', { retryAfter: 'Mon, 01 Jun 2026 11:00:00 GMT', now: NOW }),
    ),
    test('Throttled', 'status 429 with a body of HTML', body(429, '<html>Too Many Requests</html>')),
    test('Throttled', 'status 429 with neither a body nor a header', body(429, '')),
    test('Throttled', 'retry_after goes before the header', throttledWith({ retry_after: 20 }, '60')),
    test('Throttled', 'a body of 1,500 bytes', throttled({ retry_after: 25, message: 'x'.repeat(1450) })),
    test('MalformedHint', 'retry_after is negative', throttled({ retry_after: -5 })),
    test('MalformedHint', 'retry_after is 0', throttled({ retry_after: 0 })),
    test('MalformedHint', 'retry_after is a word', throttled({ retry_after: 'soon' })),
    test('MalformedHint', 'retry_after is null', throttled({ retry_after: null })),
    test('MalformedHint', 'the header is a word', throttledWith({}, 'later')),
    test('MalformedHint', 'the header is negative', throttledWith({}, '-30')),
    test('MalformedHint', '"throttled" with another status than 403', body(400, { error: 'throttled' })),

    test('Final', 'access_denied', body(403, { error: 'access_denied', message: 'Signature is invalid' })),
    test(
      'Final',
      'result_code and message',
      body(403, { result_code: 'access_denied', message: 'Unable to validate application access' }),
    ),
    test(
      'Final',
      'additional_info in place of a message',
      body(400, { error: 'bad_request', additional_info: 'Invalid client version' }),
    ),
    test('Final', 'a message outside ASCII', body(400, { error: 'bad_request', message: 'ошибка' })),
    test('Final', 'a code and nothing more', body(400, { error: 'invalid_client' })),
    test('Final', 'no code', body(500, { message: 'broken' })),
    test('Unreadable', 'HTML', body(502, '<html><body>Bad Gateway</body></html>')),
    test('Unreadable', 'nothing', body(500, '')),
    test('Unreadable', 'a JSON array', body(500, '[{"error":"key","key_id":8}]')),
    test('Unreadable', 'a JSON string', body(500, '"error"')),
    test('Unreadable', 'no UTF-8', {
      status: 401,
      body: toHex(concat(utf8('{"error":"key","key_id":8,"a":"'), Uint8Array.of(0xff), utf8('"}'))),
    }),
    test(
      'Unreadable',
      '65 levels of nesting',
      body(401, `{"error":"key","key_id":8,"a":${'['.repeat(64)}${']'.repeat(64)}}`),
    ),
    test(
      'HostileWords',
      'a terminal escape sequence in the message',
      body(403, { error: 'access_denied', message: '\u001b[2Jcleared\u009b2J\r\n' }),
    ),
    test(
      'HostileWords',
      'direction overrides in the message',
      body(403, { error: 'access_denied', message: '\u202eevil\u2066live\u2028' }),
    ),
    test(
      'HostileWords',
      'a message of 1,100 characters',
      body(403, { error: 'access_denied', message: 'm'.repeat(1100) }),
    ),
  ];
}

const throttledWith = (more: Record<string, unknown>, retryAfter: string): ErrorBody =>
  body(403, { result_code: 'throttled', ...more }, { retryAfter, now: NOW });

function loopTests(): TestDefinition[] {
  let count = 0;
  const ok: ErrorBody = { status: 200, bodyText: '' };
  const inputs = (answers: readonly ErrorBody[], changes: Record<string, unknown> = {}): TestDefinition['inputs'] => {
    const label = `request loop ${++count}`;
    return {
      host: 'keepersecurity.com',
      serverKeyId: 7,
      customServerKey: false,
      workingKeyId: null,
      ...changes,
      answers: answers.map((answer, index) => ({ ...answer, random: fraction(`${label} ${index}`) })),
    };
  };
  const eu = redirect('keepersecurity.eu');
  const times = (number: number, answer: ErrorBody): ErrorBody[] => Array.from({ length: number }, () => answer);
  const custom = { serverKeyId: 20, customServerKey: true };
  return [
    valid('Normal', 'an answer at once', inputs([ok])),
    valid('WrongServerKey', 'the key that the server names', inputs([key(10), ok])),
    valid('WrongServerKey', 'three changes of the key', inputs([key(8), key(9), key(10), ok])),
    valid(
      'WrongServerKey',
      'a newer key than the one that worked',
      inputs([key(11), ok], { serverKeyId: 10, workingKeyId: 10 }),
    ),
    valid('Throttled', 'five waits, each twice as long as the last', inputs([...times(5, throttled()), ok])),
    valid(
      'Throttled',
      'a wait that the server asks for is not cut short',
      inputs([throttled({ retry_after: 30 }), ok]),
    ),
    valid('Throttled', 'the longest wait that a client takes', inputs([throttled({ retry_after: 300 }), ok])),
    valid('Redirect', 'to another region', inputs([eu, ok])),
    valid('Redirect', 'twice', inputs([eu, redirect('keepersecurity.jp'), ok])),
    valid(
      'Redirect',
      'to a host that the caller allows',
      inputs([redirect('vault.example.com'), ok], { allowedHosts: ['vault.example.com'] }),
    ),
    valid('Normal', 'a redirect, a wait and another key', inputs([eu, throttled({ retry_after: 5 }), key(12), ok])),

    partly('PinnedKeyRejected', 'another key in place of one that the caller pinned', inputs([key(8)], custom)),
    partly('PinnedKeyRejected', 'the pinned key itself is named', inputs([key(20)], custom)),
    partly('UnknownServerKey', 'an id that the client has no key of', inputs([key(19)])),
    partly('UnknownServerKey', 'the id of an ML-KEM key', inputs([key(136)])),
    partly('ServerKeyLoop', 'the key that was just refused', inputs([key(7)])),
    partly('ServerKeyLoop', 'back to the first key', inputs([key(8), key(7)])),
    partly('ServerKeyLoop', 'a fourth change', inputs([key(8), key(9), key(10), key(11)])),
    partly(
      'ServerKeyRollback',
      'an older key than the one that worked',
      inputs([key(9)], { serverKeyId: 10, workingKeyId: 10 }),
    ),
    partly(
      'ServerKeyRollback',
      'an older key, by way of a newer one',
      inputs([key(12), key(8)], { serverKeyId: 10, workingKeyId: 10 }),
    ),
    partly('ThrottledForGood', 'a sixth time', inputs(times(6, throttled()))),
    partly('ThrottledForGood', 'a wait of a day', inputs([throttled({ retry_after: 86_400 })])),
    partly('ThrottledForGood', 'a wait of 301 seconds', inputs([throttled({ retry_after: 301 })])),
    partly('UnknownRegion', 'a host that is none of the regions', inputs([redirect('keepersecurity.example')])),
    partly('UnknownRegion', 'a host that ends like a region', inputs([redirect('evil-keepersecurity.com')])),
    partly('UnknownRegion', 'a host below a region', inputs([redirect('evil.keepersecurity.com')])),
    partly('UnknownRegion', 'a region with a path', inputs([redirect('keepersecurity.eu/evil')])),
    partly('UnknownRegion', 'a region with a port', inputs([redirect('keepersecurity.eu:8443')])),
    partly('UnknownRegion', 'a region as user information', inputs([redirect('keepersecurity.eu@example.com')])),
    partly(
      'UnknownRegion',
      'a host with a path that the caller would allow',
      inputs([redirect('evil.example/vault.example.com')], {
        allowedHosts: ['vault.example.com', 'evil.example/vault.example.com'],
      }),
    ),
    partly(
      'UnknownRegion',
      'a region that the caller does not allow',
      inputs([eu], { allowedHosts: ['vault.example.com'] }),
    ),
    partly('RedirectLoop', 'a third time', inputs([eu, redirect('keepersecurity.jp'), redirect('keepersecurity.com')])),
    partly('FinalAnswer', 'access_denied', inputs([body(403, { error: 'access_denied', message: 'no' })])),
    partly('FinalAnswer', 'status 500', inputs([body(500, '')])),
    partly('FinalAnswer', 'a device that is not registered', inputs([body(401, { error: 'device_not_registered' })])),
    partly('FinalAnswer', 'a key hint that is not well-formed', inputs([key('8')])),
  ];
}

export const answersFile: FileDefinition = {
  file: 'answers.json',
  algorithm: 'Answers to device requests',
  header: [
    'AnswerSeal and AnswerOpen: the body of an answer of status 200.',
    'ErrorAnswer: what any other answer says. Reading one never fails; a hint that is not well-formed is no hint.',
    'RequestLoop: what a client does with one answer after the other. In an invalid test the request fails in the end;',
    'the last effect names why.',
  ],
  notes: {
    Normal: note('BASIC', 'Ordinary input.'),
    TruncatedMessage: note('MODIFIED_PARAMETER', 'Bytes are missing at the end.'),
    TrailingBytes: note('MODIFIED_PARAMETER', 'Bytes follow the tag.'),
    OversizedAnswer: note('DENIAL_OF_SERVICE', 'The body is longer than the client takes.'),
    ModifiedCiphertext: note('AUTH_BYPASS', 'The ciphertext was changed after it was sealed.'),
    ModifiedNonce: note('AUTH_BYPASS', 'The nonce was changed after the answer was sealed.'),
    ModifiedTag: note('AUTH_BYPASS', 'The tag is not the one of the ciphertext.'),
    ShortTag: note('AUTH_BYPASS', 'The tag has less than 16 bytes.'),
    WrongKey: note('AUTH_BYPASS', "The answer was not sealed under this request's transmission key alone."),
    UnencryptedAnswer: note('AUTH_BYPASS', 'The body is not encrypted. No client may take it for an answer.'),
    Base64Body: note('MODIFIED_PARAMETER', 'The body is base64 of what it should be.'),
    WrongCipher: note('WRONG_PRIMITIVE', 'The answer was sealed with AES-CBC.'),
    WrongServerKey: note(
      'FUNCTIONALITY',
      'The server wants another server key: a new transmission key, wrapped to it.',
    ),
    Redirect: note('FUNCTIONALITY', 'The account lives on another host.'),
    DeviceNotRegistered: note('FUNCTIONALITY', 'The device is to be registered in the region.'),
    Throttled: note(
      'FUNCTIONALITY',
      'The client is to wait: as long as the answer says, else 11 s and twice as long each time.',
    ),
    Final: note('FUNCTIONALITY', 'Nothing is left to do; the words of the server are shown as they are.'),
    MalformedHint: note('MODIFIED_PARAMETER', 'A hint of the wrong type or range, which is not followed.'),
    Unreadable: note('MODIFIED_PARAMETER', 'The body is not a JSON object, or is not taken for one.'),
    HostileWords: note(
      'CAN_OF_WORMS',
      "The server's words hold control or format characters, which become spaces, or go on for too long.",
      'They end up in terminals and logs.',
    ),
    FinalAnswer: note('MISSING_STEP', 'The answer is final. To send the request again would change nothing.'),
    PinnedKeyRejected: note(
      'AUTH_BYPASS',
      'The server asks for another key than the one that the caller pinned.',
      'An error answer is not authenticated: whoever stands between would choose the key.',
    ),
    UnknownServerKey: note('AUTH_BYPASS', 'The server names a key that the client does not have.'),
    ServerKeyLoop: note(
      'DENIAL_OF_SERVICE',
      'The server keeps changing its key.',
      'A client in the field followed 2,000 changes.',
    ),
    ServerKeyRollback: note('AUTH_BYPASS', 'The server asks for an older key than one that has worked.'),
    ThrottledForGood: note('DENIAL_OF_SERVICE', 'The server throttles longer than a client waits.'),
    UnknownRegion: note('AUTH_BYPASS', 'The server sends the client to a host that is none of the regions.'),
    RedirectLoop: note('DENIAL_OF_SERVICE', 'The server keeps sending the client elsewhere.'),
  },
  groups: [
    { type: 'AnswerSeal', shared: {}, tests: sealTests() },
    { type: 'AnswerOpen', shared: { transmissionKey: toHex(bytes('answer key', 32)) }, tests: openTests() },
    { type: 'ErrorAnswer', shared: {}, tests: errorTests() },
    {
      type: 'RequestLoop',
      shared: { knownServerKeys: [7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18] },
      tests: loopTests(),
    },
  ],
};
