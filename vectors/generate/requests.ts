import { toHex, utf8, type Bytes } from '../runner/bytes.js';
import { acceptable, invalid, json, note, valid, type FileDefinition, type TestDefinition } from './define.js';
import { badPoints, INVALID_POINT_NOTES } from './ecies.js';
import {
  b64,
  b64url,
  bytes,
  clientIdOf,
  concat,
  derInteger,
  derSequence,
  ecies,
  encodeSignature,
  findPair,
  flip,
  gcm,
  GROUP_ORDER,
  hexPair,
  pair,
  readSignature,
  sha256,
  sign,
  toDigits,
  uid,
  type Pair,
} from './forge.js';

const server = pair('request server');
const second = pair('request second server');
const device = pair('request device');
const newcomer = pair('request newcomer');
const stranger = pair('request stranger');

const clientId = clientIdOf(bytes('request client secret', 32));
const otherClientId = clientIdOf(bytes('request other client secret', 32));
const issuedClientId = clientIdOf(bytes('request issued client secret', 32));
const CLIENT_VERSION = 'ms17.5.0';

const plain = { clientVersion: CLIENT_VERSION, clientId };
const first = { clientVersion: CLIENT_VERSION, clientId: issuedClientId, publicKey: b64(newcomer.publicKey) };

function buildTests(): TestDefinition[] {
  let count = 0;
  const inputs = (payload: unknown, changes: Record<string, unknown> = {}): TestDefinition['inputs'] => {
    const label = `request build ${++count}`;
    return {
      serverKeyId: 20,
      serverPublicKey: toHex(server.publicKey),
      devicePrivateKey: toHex(device.privateKey),
      transmissionKey: toHex(bytes(`${label} key`, 32)),
      ephemeralPrivateKey: toHex(bytes(`${label} ephemeral`, 32)),
      wrapNonce: toHex(bytes(`${label} wrap nonce`, 12)),
      payloadNonce: toHex(bytes(`${label} payload nonce`, 12)),
      payload: typeof payload === 'string' ? payload : json(payload),
      ...changes,
    };
  };
  const recordUid = uid('request record');
  const smallKey = findPair('request small device', ({ privateKey }) => privateKey[0] === 0);
  return [
    valid('Normal', 'get_secret', inputs(plain)),
    valid('Normal', 'get_secret for two records', inputs({ ...plain, requestedRecords: [recordUid, uid('another')] })),
    valid(
      'Normal',
      'get_secret for a folder, with links',
      inputs({ ...plain, requestedFolders: [uid('folder')], requestLinks: true }),
    ),
    valid(
      'FirstRequest',
      'get_secret that brings the first public key',
      inputs(first, { devicePrivateKey: toHex(newcomer.privateKey) }),
    ),
    valid('Normal', 'finalize_secret_update', inputs({ ...plain, recordUid })),
    valid('Normal', 'delete_secret', inputs({ ...plain, recordUids: [recordUid] })),
    valid('Normal', 'a payload outside ASCII', inputs('{"clientId":"' + clientId + '","note":"ключ 🔑 鍵"}')),
    valid('Normal', 'a payload of 4,000 bytes', inputs({ ...plain, data: b64url(bytes('request long', 2900)) })),
    valid('Normal', 'an empty payload', inputs('')),
    valid(
      'EdgeCaseKey',
      "the device's private key begins with a zero byte",
      inputs(plain, { devicePrivateKey: toHex(smallKey.privateKey) }),
    ),
    valid('EdgeCaseKey', "the device's private key is 1", inputs(plain, { devicePrivateKey: toHex(toDigits(1n)) })),
    valid(
      'EdgeCaseKey',
      "the device's private key is the order less 1",
      inputs(plain, { devicePrivateKey: toHex(toDigits(GROUP_ORDER - 1n)) }),
    ),
    ...[
      ['0', toDigits(0n)],
      ['the order', toDigits(GROUP_ORDER)],
      ['the order plus 1', toDigits(GROUP_ORDER + 1n)],
    ].map(([name, key]) =>
      invalid(
        'PrivateKeyRange',
        `the device's private key is ${name as string}`,
        'key-invalid',
        inputs(plain, { devicePrivateKey: toHex(key as Bytes) }),
      ),
    ),
  ];
}

/** A request in its parts; the signature is over what `signed` says. */
interface Request {
  readonly id: string;
  readonly wrapped: Bytes;
  readonly body: Bytes;
  readonly signature: Uint8Array;
}

async function make(
  label: string,
  payload: unknown,
  options: { readonly signer?: Pair; readonly recipient?: Pair; readonly id?: string } = {},
): Promise<Request & { readonly transmissionKey: Bytes }> {
  const { signer = device, recipient = server, id = '20' } = options;
  const transmissionKey = bytes(`request ${label} key`, 32);
  const wrapped = ecies({
    recipient: recipient.publicKey,
    ephemeral: pair(`request ${label} ephemeral`),
    nonce: bytes(`request ${label} wrap nonce`, 12),
    plaintext: transmissionKey,
  });
  const text = payload instanceof Uint8Array || typeof payload === 'string' ? payload : json(payload);
  const body = gcm(transmissionKey, bytes(`request ${label} nonce`, 12), text);
  return { id, wrapped, body, transmissionKey, signature: await sign(signer.privateKey, concat(wrapped, body)) };
}

export const wire = (request: Request): { headers: Record<string, string>; body: string } => ({
  headers: {
    PublicKeyId: request.id,
    TransmissionKey: b64(request.wrapped),
    Authorization: `Signature ${b64(request.signature)}`,
  },
  body: toHex(request.body),
});

/** The payload's bytes where a test is about them; `sealed` under a good key and signed. */
async function payloadTests(): Promise<TestDefinition[]> {
  const tests: TestDefinition[] = [];
  const refuse = async (flag: string, comment: string, code: string, payload: unknown): Promise<void> => {
    tests.push(
      invalid(
        flag,
        `${flag === 'InvalidClientId' ? 'clientId' : 'payload'}: ${comment}`,
        code,
        wire(await make(`payload ${tests.length}`, payload)),
      ),
    );
  };
  const member = (name: string, value: unknown): string => `${json(name)}:${json(value)}`;
  const text = (...members: string[]): string => `{${members.join(',')}}`;
  const id = member('clientId', clientId);
  const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

  await refuse('NotJson', 'text', 'json-invalid', 'get_secret');
  await refuse('NotJson', 'nothing', 'json-invalid', '');
  await refuse('NotJson', 'single quotes', 'json-invalid', `{'clientId':'${clientId}'}`);
  await refuse('NotJson', 'a comma too many', 'json-invalid', `{${id},}`);
  await refuse('NotJson', 'a comment', 'json-invalid', `{${id}/* device */}`);
  await refuse('NotJson', 'NaN', 'json-invalid', text(id, '"revision":NaN'));
  await refuse('NotJson', 'a control character inside a string', 'json-invalid', text(id, '"note":"a\u0001b"'));
  await refuse('NotJson', 'a byte order mark before it', 'json-invalid', `\ufeff${text(id)}`);
  await refuse('NotJson', 'a second document behind it', 'json-invalid', `${text(id)}{}`);
  await refuse('NotJson', 'zero bytes behind it', 'json-invalid', `${text(id)}\0\0`);
  await refuse('NotAnObject', 'an array', 'json-invalid', json([plain]));
  await refuse('NotAnObject', 'a string', 'json-invalid', json(clientId));
  await refuse('NotAnObject', 'null', 'json-invalid', 'null');
  await refuse(
    'DuplicateKey',
    'clientId twice, the last one good',
    'json-duplicate-key',
    text(member('clientId', otherClientId), id),
  );
  await refuse(
    'DuplicateKey',
    'clientId twice, the first one good',
    'json-duplicate-key',
    text(id, member('clientId', otherClientId)),
  );
  await refuse(
    'DuplicateKey',
    'the second clientId is written with an escape',
    'json-duplicate-key',
    text(id, `"client\\u0049d":${json(otherClientId)}`),
  );
  await refuse('DuplicateKey', 'twice inside a nested object', 'json-duplicate-key', text(id, '"a":{"b":1,"b":2}'));
  await refuse('PrototypeKey', '__proto__ in the payload', 'json-invalid', text(id, '"__proto__":{"admin":true}'));
  await refuse('PrototypeKey', '__proto__ inside a nested object', 'json-invalid', text(id, '"a":{"__proto__":null}'));
  await refuse('TooDeep', '65 levels', 'json-too-deep', text(id, `"a":${nested(64)}`));
  await refuse('TooDeep', '1,000 levels', 'json-too-deep', text(id, `"a":${nested(999)}`));
  await refuse(
    'InvalidUtf8',
    'a byte that is never in UTF-8',
    'utf8-invalid',
    concat(utf8(`{${id},"a":"`), Uint8Array.of(0xff), utf8('"}')),
  );
  await refuse(
    'InvalidUtf8',
    'an overlong quotation mark',
    'utf8-invalid',
    concat(utf8(`{${id},"a":"`), Uint8Array.of(0xc0, 0xa2), utf8('"}')),
  );
  await refuse(
    'InvalidUtf8',
    'a lone surrogate',
    'utf8-invalid',
    concat(utf8(`{${id},"a":"`), Uint8Array.of(0xed, 0xa0, 0x80), utf8('"}')),
  );
  await refuse('InvalidUtf8', 'UTF-16', 'utf8-invalid', new Uint8Array(Buffer.from(`\ufeff${text(id)}`, 'utf16le')));
  await refuse('InvalidClientId', 'no clientId', 'field-missing', { clientVersion: CLIENT_VERSION });
  await refuse('InvalidClientId', 'null', 'field-missing', { clientId: null });
  await refuse('InvalidClientId', 'a number', 'field-invalid', { clientId: 7 });
  await refuse('InvalidClientId', 'an array', 'field-invalid', { clientId: [clientId] });
  await refuse('InvalidClientId', 'no base64', 'base64-invalid', { clientId: 'client id' });
  await refuse('InvalidClientId', '63 bytes', 'length-invalid', { clientId: b64(bytes('short client id', 63)) });
  await refuse('InvalidClientId', '65 bytes', 'length-invalid', { clientId: b64(bytes('long client id', 65)) });
  await refuse('InvalidClientId', 'hexadecimal', 'length-invalid', {
    clientId: Buffer.from(clientId, 'base64').toString('hex'),
  });
  await refuse('UnknownClient', 'a client that nobody made', 'client-unknown', { clientId: otherClientId });
  await refuse('UnknownClient', 'a bit of the client id is flipped', 'client-unknown', {
    clientId: b64(flip(Buffer.from(clientId, 'base64'), 0)),
  });
  return tests;
}

/** A request whose r has its highest bit set, and that bit for a sign. */
async function findNegative(): Promise<Request> {
  for (let index = 0; ; index++) {
    const request = await make(`negative ${index}`, plain);
    const { r, s } = readSignature(request.signature);
    if (r >= 1n << 255n) return { ...request, signature: derSequence(derInteger(r, toDigits(r)), derInteger(s)) };
  }
}

async function openTests(): Promise<TestDefinition[]> {
  const good = await make('good', plain);
  const another = await make('another', plain);
  const firstRequest = await make('first', first, { signer: newcomer });
  const signed = concat(good.wrapped, good.body);
  const { r, s } = readSignature(good.signature);
  const otherHalf = encodeSignature(r, GROUP_ORDER - s);

  const signatureOf = (flag: string, comment: string, signature: Uint8Array): TestDefinition =>
    invalid(flag, comment, 'signature-invalid', wire({ ...good, signature }));
  const bySigning = async (comment: string, message: Uint8Array): Promise<TestDefinition> =>
    signatureOf('WrongSignedBytes', comment, await sign(device.privateKey, message));
  const authorization = (comment: string, value: string | undefined): TestDefinition => {
    const request = wire(good);
    const headers = { ...request.headers, ...(value !== undefined && { Authorization: value }) };
    if (value === undefined) delete (headers as Record<string, string | undefined>)['Authorization'];
    return invalid('InvalidAuthorization', comment, 'header-invalid', { ...request, headers });
  };
  const signatureText = b64(good.signature);

  const paddedR = derSequence(derInteger(r, concat(Uint8Array.of(0, 0), toDigits(r))), derInteger(s));
  const longLength = concat(Uint8Array.of(0x30, 0x81, good.signature[1] ?? 0), good.signature.subarray(2));

  const negative = await findNegative();
  const lowercase = wire(good);
  const own = await make('own key', { ...plain, publicKey: b64(newcomer.publicKey) }, { signer: newcomer });
  const claimed = await make('claimed key', { ...plain, publicKey: b64(newcomer.publicKey) }, { signer: stranger });
  const same = await make('same key', { ...plain, publicKey: b64(device.publicKey) });
  const bySecond = await make('second server key', plain, { recipient: second, id: '21' });
  const firstWith = async (publicKey: string, label: string) =>
    make(`first with ${label}`, { ...first, publicKey }, { signer: newcomer });

  const badKeys: TestDefinition[] = [];
  for (const { flag, comment, point } of badPoints(newcomer)) {
    const request = await firstWith(b64(point), comment);
    badKeys.push(invalid(flag, `payload.publicKey: ${comment}`, 'point-invalid', wire(request)));
  }

  return [
    valid('Normal', 'a registered client', wire(good)),
    valid('Normal', 'the second server key', wire(bySecond)),
    valid(
      'Normal',
      'the payload has members that nobody knows',
      wire(await make('unknown members', { ...plain, future: { a: [1, null, true] } })),
    ),
    valid(
      'Normal',
      'the payload is written with white space',
      wire(await make('white space', JSON.stringify(plain, null, 2))),
    ),
    valid(
      'Normal',
      '64 levels in the payload, the deepest that is taken',
      wire(await make('deep', `{"clientId":${json(clientId)},"a":${'['.repeat(63)}${']'.repeat(63)}}`)),
    ),
    valid('Normal', 'header names in lower case', {
      ...lowercase,
      headers: Object.fromEntries(
        Object.entries(lowercase.headers).map(([name, value]) => [name.toLowerCase(), value]),
      ),
    }),
    valid('HighS', 'the other half of S: the signature is as good', wire({ ...good, signature: otherHalf })),
    valid('FirstRequest', 'a client with no key registered brings its first', wire(firstRequest)),
    valid('FirstRequest', 'a registered client brings its key once more', wire(same)),
    acceptable(
      'Base64Variant',
      'clientId in base64url without padding',
      wire(await make('client id', { ...plain, clientId: b64url(Buffer.from(clientId, 'base64')) })),
    ),
    acceptable('Base64Variant', 'the signature in base64url', {
      ...wire(good),
      headers: { ...wire(good).headers, Authorization: `Signature ${b64url(good.signature)}` },
    }),
    acceptable('AuthorizationScheme', 'the scheme in lower case', {
      ...wire(good),
      headers: { ...wire(good).headers, Authorization: `signature ${signatureText}` },
    }),

    signatureOf('WrongSigner', "signed by another client's key", await sign(stranger.privateKey, signed)),
    invalid(
      'WrongSigner',
      'the first request is not signed by the key that it brings',
      'signature-invalid',
      wire({
        ...firstRequest,
        signature: await sign(stranger.privateKey, concat(firstRequest.wrapped, firstRequest.body)),
      }),
    ),
    invalid(
      'WrongSigner',
      'the request names another client, whose key did not sign',
      'signature-invalid',
      wire(await make('other id', { ...plain, clientId: clientIdOf(bytes('request third client secret', 32)) })),
    ),
    invalid('SecondPublicKey', 'a bound client brings another key, which signed', 'token-used', wire(own)),
    invalid(
      'SecondPublicKey',
      'a bound client brings another key, which did not sign either',
      'signature-invalid',
      wire(claimed),
    ),
    invalid(
      'MissingPublicKey',
      'a client with no key registered brings none',
      'client-not-bound',
      wire(await make('no key', { clientId: issuedClientId })),
    ),
    await bySigning('the payload alone', good.body),
    await bySigning('the wrapped key alone', good.wrapped),
    await bySigning('the payload before the wrapped key', concat(good.body, good.wrapped)),
    await bySigning('the digest in place of the bytes: hashed twice', sha256(signed)),
    await bySigning('the base64 of the wrapped key, then the payload', concat(utf8(b64(good.wrapped)), good.body)),
    await bySigning('the payload before it was encrypted', concat(good.wrapped, utf8(json(plain)))),
    await bySigning('no bytes', new Uint8Array(0)),
    signatureOf('SignatureEncoding', 'r and s as 64 bytes (IEEE P1363)', concat(toDigits(r), toDigits(s))),
    signatureOf('SignatureEncoding', 'a byte behind the sequence', concat(good.signature, Uint8Array.of(0))),
    signatureOf('SignatureEncoding', 'the last byte is missing', good.signature.subarray(0, -1)),
    signatureOf('SignatureEncoding', 'the length in the long form', longLength),
    signatureOf('SignatureEncoding', 'r with zero bytes before it', paddedR),
    invalid('SignatureEncoding', 'r without the zero byte that makes it positive', 'signature-invalid', wire(negative)),
    signatureOf('SignatureEncoding', 'a third number', derSequence(derInteger(r), derInteger(s), derInteger(1n))),
    signatureOf('SignatureEncoding', 's alone', derSequence(derInteger(s))),
    signatureOf('SignatureRange', 'r = 0, s = 0', encodeSignature(0n, 0n)),
    signatureOf('SignatureRange', 'r = 1, s = 0', encodeSignature(1n, 0n)),
    signatureOf('SignatureRange', 's is the order', encodeSignature(r, GROUP_ORDER)),
    signatureOf('SignatureRange', 's plus the order', encodeSignature(r, s + GROUP_ORDER)),
    signatureOf('SignatureRange', 'r plus the order', encodeSignature(r + GROUP_ORDER, s)),
    signatureOf('ModifiedSignature', 'r and s swapped', encodeSignature(s, r)),
    signatureOf('ModifiedSignature', 'a bit of s is flipped', flip(good.signature, -1)),
    signatureOf('ModifiedSignature', 'the signature of another request of this client', another.signature),
    authorization('the header is missing', undefined),
    authorization('the header is empty', ''),
    authorization('a scheme and nothing', 'Signature '),
    authorization('no scheme', signatureText),
    authorization('another scheme', `Bearer ${signatureText}`),
    authorization('no base64', 'Signature (none)'),
    authorization('two signatures', `Signature ${signatureText}, Signature ${signatureText}`),

    invalid(
      'SplicedRequest',
      "another request's wrapped key",
      'open-failed',
      wire({ ...good, wrapped: another.wrapped }),
    ),
    invalid('SplicedRequest', "another request's body", 'open-failed', wire({ ...good, body: another.body })),
    invalid(
      'SplicedRequest',
      "another request's wrapped key and body",
      'signature-invalid',
      wire({ ...another, signature: good.signature }),
    ),
    invalid(
      'ModifiedBody',
      'the first bit of the ciphertext is flipped',
      'open-failed',
      wire({ ...good, body: flip(good.body, 12, 0x80) }),
    ),
    invalid(
      'ModifiedBody',
      'the last bit of the tag is flipped',
      'open-failed',
      wire({ ...good, body: flip(good.body, -1) }),
    ),
    invalid(
      'ModifiedBody',
      'the last byte of the body is missing',
      'open-failed',
      wire({ ...good, body: good.body.slice(0, -1) }),
    ),
    invalid(
      'ModifiedBody',
      'a byte behind it',
      'open-failed',
      wire({ ...good, body: concat(good.body, Uint8Array.of(0)) }),
    ),
    invalid(
      'ModifiedBody',
      'the payload is sent as it is, unencrypted',
      'open-failed',
      wire({ ...good, body: utf8(json(plain)) }),
    ),
    invalid('ModifiedBody', 'the body is sent as base64', 'open-failed', wire({ ...good, body: utf8(b64(good.body)) })),
    invalid('OversizedBody', 'one byte more than the server takes', 'message-too-long', {
      ...wire(good),
      maximumBytes: good.body.length - 1,
    }),
    valid('Normal', 'just as many bytes as the server takes', { ...wire(good), maximumBytes: good.body.length }),
    ...badKeys,
    ...(await payloadTests()),
  ];
}

async function replayTests(): Promise<TestDefinition[]> {
  const start = Date.UTC(2026, 0, 15, 12);
  const minute = 60_000;
  const [one, two, three] = [
    await make('replay 1', plain),
    await make('replay 2', plain),
    await make('replay 3', plain),
  ];
  const malleable = (() => {
    const { r, s } = readSignature(one.signature);
    return { ...one, signature: encodeSignature(r, GROUP_ORDER - s) };
  })();
  const inputs = (...requests: [Request, number][]): TestDefinition['inputs'] => ({
    requests: requests.map(([request, minutes]) => ({ now: start + minutes * minute, ...wire(request) })),
  });
  const replayed = (comment: string, ...requests: [Request, number][]): TestDefinition =>
    invalid('Replay', comment, 'request-replayed', inputs(...requests));
  const resigned = { ...one, signature: signedAgain(one) };
  return [
    valid('Normal', 'three requests', inputs([one, 0], [two, 0], [three, 1])),
    replayed('at once', [one, 0], [one, 0]),
    replayed('a minute later, after others', [one, 0], [two, 0], [one, 1]),
    replayed('one millisecond before the window ends', [one, 0], [one, 15 - 1 / minute]),
    invalid('MalleableReplay', 'with the other half of S', 'request-replayed', inputs([one, 0], [malleable, 1])),
    invalid(
      'MalleableReplay',
      'with a second signature of the same bytes',
      'request-replayed',
      inputs([one, 0], [resigned, 1]),
    ),
    acceptable(
      'ForgottenRequest',
      'when the window has ended: the wire has no time stamp',
      inputs([one, 0], [one, 15]),
    ),
    acceptable('ForgottenRequest', 'when the server had to forget it for want of room', {
      ...inputs([one, 0], [two, 0], [three, 0], [one, 1]),
      capacity: 2,
    }),
  ];
}

/** A second good signature, with another nonce than that of RFC 6979. */
function signedAgain(request: Request): Bytes {
  // k and its inverse are all that ECDSA needs: r = x(kG), s = (h + r d) / k.
  const k = pair('request second signature');
  const h = BigInt(`0x${toHex(sha256(request.wrapped, request.body))}`);
  const d = BigInt(`0x${toHex(device.privateKey)}`);
  const r = BigInt(`0x${toHex(k.publicKey.subarray(1, 33))}`) % GROUP_ORDER;
  const s = (inverse(BigInt(`0x${toHex(k.privateKey)}`)) * (h + r * d)) % GROUP_ORDER;
  return encodeSignature(r, s);
}

function inverse(number: bigint): bigint {
  let result = 1n;
  for (let base = number, exponent = GROUP_ORDER - 2n; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * base) % GROUP_ORDER;
    base = (base * base) % GROUP_ORDER;
  }
  return result;
}

export async function deviceRequestFile(): Promise<FileDefinition> {
  const serverKeys = [
    { id: 20, ...hexPair(server) },
    { id: 21, ...hexPair(second) },
  ];
  const clients = [
    { clientId, publicKey: toHex(device.publicKey) },
    { clientId: issuedClientId, publicKey: null },
    { clientId: clientIdOf(bytes('request third client secret', 32)), publicKey: toHex(stranger.publicKey) },
  ];
  return {
    file: 'device-request.json',
    algorithm: 'Device request',
    header: [
      'DeviceRequestBuild: a client builds a signed request. The signature is ECDSA with the nonce of RFC 6979; whoever',
      'signs with a random nonce compares everything else, and verifies its own signature.',
      'DeviceRequestOpen: a server opens a request and checks its signature, or refuses.',
      'DeviceRequestReplay: requests one after the other; in an invalid test the last one is a replay.',
    ],
    notes: {
      Normal: note('BASIC', 'An ordinary request.'),
      EdgeCaseKey: note('EDGE_CASE', 'A private key with an unusual value.'),
      PrivateKeyRange: note('WEAK_PARAMS', 'A private key outside 1..n-1.'),
      FirstRequest: note('FUNCTIONALITY', 'The payload brings the public key that the client is bound by.'),
      HighS: note('FUNCTIONALITY', 'S lies in the upper half. Signers in the field emit both, so both are taken.'),
      Base64Variant: note(
        'CAN_OF_WORMS',
        'Base64 in the other alphabet or without padding, which clients do not write here.',
      ),
      AuthorizationScheme: note(
        'CAN_OF_WORMS',
        'HTTP compares schemes in any case (RFC 9110, 11.1); clients write "Signature".',
      ),
      WrongSigner: note(
        'AUTH_BYPASS',
        'Another key signed than the one that is registered, or that the request brings.',
      ),
      SecondPublicKey: note(
        'AUTH_BYPASS',
        'A client that is bound brings another public key.',
        'Whoever finds a spent one-time token could take over the client.',
      ),
      MissingPublicKey: note('MISSING_STEP', 'Neither is a key registered nor is one brought: nobody can have signed.'),
      WrongSignedBytes: note(
        'MISSING_STEP',
        'The signature is over something else than the wrapped key followed by the body.',
      ),
      SignatureEncoding: note('BER_ENCODING', 'The signature is not strict DER of r and s.'),
      SignatureRange: note('AUTH_BYPASS', 'r or s lies outside 1..n-1.'),
      ModifiedSignature: note('MODIFIED_SIGNATURE', 'The signature is one of something else.'),
      InvalidAuthorization: note('MODIFIED_PARAMETER', 'The header Authorization holds no signature.'),
      SplicedRequest: note('AUTH_BYPASS', 'Parts of two requests were put together.'),
      ModifiedBody: note('AUTH_BYPASS', 'The body is not what was sealed.'),
      OversizedBody: note('DENIAL_OF_SERVICE', 'The body is longer than the server takes.'),
      NotJson: note('MODIFIED_PARAMETER', 'The payload is no JSON (RFC 8259).'),
      NotAnObject: note('MODIFIED_PARAMETER', 'The payload is JSON, but no object.'),
      DuplicateKey: note(
        'CAN_OF_WORMS',
        'A key comes twice in one object.',
        'One parser takes the first, another the last: what was checked need not be what is used.',
      ),
      PrototypeKey: note('KNOWN_BUG', 'The key __proto__, which gives an object of JavaScript another prototype.'),
      TooDeep: note('DENIAL_OF_SERVICE', 'More levels of nesting than any payload has.'),
      InvalidUtf8: note('MODIFIED_PARAMETER', 'The payload is no UTF-8.'),
      InvalidClientId: note('MODIFIED_PARAMETER', 'clientId is missing, or not base64 of 64 bytes.'),
      UnknownClient: note('AUTH_BYPASS', 'The server knows no such client.'),
      Replay: note('AUTH_BYPASS', 'A request that was admitted before.'),
      MalleableReplay: note(
        'SIGNATURE_MALLEABILITY',
        'A request that was admitted before, with another signature that fits it.',
        'A server that remembers requests by their signature admits it again.',
      ),
      ForgottenRequest: note('DEFINED', 'A request that was admitted before and has been forgotten since.'),
      ...INVALID_POINT_NOTES,
    },
    groups: [
      { type: 'DeviceRequestBuild', shared: {}, tests: buildTests() },
      { type: 'DeviceRequestOpen', shared: { serverKeys, clients }, tests: await openTests() },
      {
        type: 'DeviceRequestReplay',
        shared: { serverKeys, clients, windowMilliseconds: 15 * 60_000, capacity: 100 },
        tests: await replayTests(),
      },
    ],
  };
}
