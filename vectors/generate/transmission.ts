import { toHex, utf8 } from '../runner/bytes.js';
import { acceptable, invalid, json, note, valid, type FileDefinition, type TestDefinition } from './define.js';
import { badPoints, INVALID_POINT_NOTES } from './ecies.js';
import {
  b64,
  b64url,
  byHkdf,
  bytes,
  cbc,
  clientIdOf,
  concat,
  ecies,
  flip,
  gcm,
  hexPair,
  pair,
  type EciesParts,
} from './forge.js';

const server = pair('transmission server');
const other = pair('transmission other server');
const clientId = clientIdOf(bytes('transmission client secret', 32));
const payload = json({ clientVersion: 'ms17.5.0', clientId });

function wrapTests(): TestDefinition[] {
  let count = 0;
  const inputs = (changes: Record<string, unknown> = {}): TestDefinition['inputs'] => {
    const label = `transmission wrap ${++count}`;
    return {
      serverKeyId: 20,
      serverPublicKey: toHex(server.publicKey),
      transmissionKey: toHex(bytes(`${label} key`, 32)),
      ephemeralPrivateKey: toHex(bytes(`${label} ephemeral`, 32)),
      wrapNonce: toHex(bytes(`${label} wrap nonce`, 12)),
      payloadNonce: toHex(bytes(`${label} payload nonce`, 12)),
      payload,
      ...changes,
    };
  };
  return [
    valid('Normal', 'a payload of JSON', inputs()),
    valid('Normal', 'an empty payload', inputs({ payload: '' })),
    valid('Normal', 'a payload outside ASCII', inputs({ payload: '{"title":"Schlüssel 🔑 ключ"}' })),
    valid('Normal', 'the smallest id', inputs({ serverKeyId: 1 })),
    valid('Normal', 'an id of nine digits', inputs({ serverKeyId: 999_999_999 })),
    valid('EdgeCaseKey', 'a transmission key of zeros', inputs({ transmissionKey: '00'.repeat(32) })),
    valid('EdgeCaseKey', 'a transmission key of ones', inputs({ transmissionKey: 'ff'.repeat(32) })),
    ...[0, -7, 7.5].map((serverKeyId) =>
      invalid('InvalidKeyId', `a custom key with the id ${serverKeyId}`, 'argument-invalid', inputs({ serverKeyId })),
    ),
    ...badPoints(other).map(({ flag, comment, point }) =>
      invalid(
        flag,
        `custom server key: ${comment}`,
        point.length === 65 ? 'point-invalid' : 'length-invalid',
        inputs({ serverPublicKey: toHex(point) }),
      ),
    ),
  ];
}

function unwrapTests(): TestDefinition[] {
  let count = 0;
  const make = (changes: Partial<EciesParts> & { readonly under?: Uint8Array } = {}) => {
    const label = `transmission unwrap ${++count}`;
    const { plaintext = bytes(`${label} key`, 32), under = plaintext, ...rest } = changes;
    const wrapped = ecies({
      recipient: server.publicKey,
      ephemeral: pair(`${label} ephemeral`),
      nonce: bytes(`${label} nonce`, 12),
      plaintext,
      ...rest,
    });
    const body = under.length === 32 ? gcm(under, bytes(`${label} payload nonce`, 12), payload) : bytes(label, 60);
    return { wrapped, body, label };
  };
  const inputs = (
    made: ReturnType<typeof make>,
    changes: { readonly id?: string; readonly header?: string | undefined; readonly body?: Uint8Array } = {},
  ): TestDefinition['inputs'] => {
    const { id = '20', body = made.body } = changes;
    const header = 'header' in changes ? changes.header : b64(made.wrapped);
    return {
      headers: { PublicKeyId: id, ...(header !== undefined && { TransmissionKey: header }) },
      body: toHex(body),
      answerNonce: toHex(bytes(`${made.label} answer nonce`, 12)),
      answer: '{"ok":true}',
    };
  };
  const good = make();
  const text = b64(good.wrapped);
  const withSymbols = (() => {
    for (let tries = make(); ; tries = make()) {
      const encoded = b64(tries.wrapped);
      if (encoded.includes('+') && encoded.includes('/')) return tries;
    }
  })();
  const header = (flag: string, comment: string, value: string | undefined): TestDefinition =>
    invalid(flag, comment, 'header-invalid', inputs(good, { header: value }));
  const keyId = (id: string): TestDefinition =>
    invalid('InvalidKeyId', `PublicKeyId: ${json(id)}`, 'header-invalid', inputs(good, { id }));
  const refused = (flag: string, comment: string, made: ReturnType<typeof make>): TestDefinition =>
    invalid(flag, comment, 'open-failed', inputs(made));
  const ofLength = (length: number) => make({ plaintext: bytes(`transmission key of ${length}`, length) });

  return [
    valid('Normal', 'a transmission key and the answer under it', inputs(good)),
    valid('Normal', 'the header holds both symbols of base64', inputs(withSymbols)),
    valid('Normal', 'the second server key', inputs(make({ recipient: other.publicKey }), { id: '21' })),
    valid('EdgeCaseKey', 'a transmission key of zeros', inputs(make({ plaintext: new Uint8Array(32) }))),
    acceptable(
      'Base64Variant',
      'the header in base64url',
      inputs(withSymbols, { header: b64url(withSymbols.wrapped) }),
    ),
    acceptable('Base64Variant', 'the header without padding', inputs(good, { header: text.replace(/=+$/, '') })),

    header('InvalidBase64', 'the header is missing', undefined),
    header('InvalidBase64', 'the header is empty', ''),
    header('InvalidBase64', 'the header is hexadecimal', toHex(good.wrapped)),
    header('InvalidBase64', 'a line break inside', `${text.slice(0, 76)}\n${text.slice(76)}`),
    header('InvalidBase64', 'a character that is not of base64', `!${text.slice(1)}`),
    header('InvalidBase64', 'a character whose low byte is a letter of base64', `\u0141${text.slice(1)}`),
    header('InvalidBase64', 'one padding sign too many', `${text}=`),
    header('InvalidBase64', 'a padding sign inside', `${text.slice(0, 40)}=${text.slice(41)}`),
    header('InvalidBase64', 'bits after the last byte', nonCanonical(text)),
    header('WrongKeyLength', '124 bytes: the last is missing', b64(good.wrapped.subarray(0, -1))),
    header('WrongKeyLength', '126 bytes: one more', b64(concat(good.wrapped, Uint8Array.of(0)))),
    header('WrongKeyLength', 'the bare transmission key', b64(bytes('transmission bare', 32))),
    ...[16, 31, 33, 64].map((length) =>
      header('WrongKeyLength', `a transmission key of ${length} bytes`, b64(ofLength(length).wrapped)),
    ),

    ...['', '0', '07', '-20', '+20', '20.0', '0x14', ' 20', '20 ', 'twenty', '4294967316', '20,21', '２０'].map(keyId),
    invalid('UnknownKeyId', 'an id that the server has no key of', 'server-key-unknown', inputs(good, { id: '22' })),
    invalid('UnknownKeyId', 'the id of an ML-KEM key', 'server-key-unknown', inputs(good, { id: '136' })),

    refused(
      'WrongRecipient',
      'sealed to a key that the server does not have',
      make({ recipient: pair('transmission nobody').publicKey }),
    ),
    invalid(
      'WrongRecipient',
      'sealed to the first key, sent with the id of the second',
      'open-failed',
      inputs(good, { id: '21' }),
    ),
    refused('WrongKeyDerivation', 'derived with HKDF', make({ derive: byHkdf })),
    refused('WrongInfo', 'sealed with a context', make({ info: utf8('transmission key') })),
    refused('ModifiedTag', 'a bit of the tag is flipped', { ...good, wrapped: flip(good.wrapped, -1) }),
    refused('ModifiedCiphertext', 'a bit of the wrapped key is flipped', { ...good, wrapped: flip(good.wrapped, 80) }),
    refused(
      'WrongPayloadKey',
      'the payload is sealed under another key',
      make({ under: bytes('transmission other', 32) }),
    ),
    refused('WrongPayloadKey', 'the payload of another request', { ...good, body: withSymbols.body }),
    refused('WrongPayloadKey', 'the payload is sealed with AES-CBC', {
      ...good,
      body: cbc(bytes('transmission unwrap 1 key', 32), bytes('transmission iv', 16), payload),
    }),
    ...badPoints(other)
      .filter(({ point }) => point.length === 65)
      .map(({ flag, comment, point }) =>
        invalid(
          flag,
          `ephemeral point: ${comment}`,
          'point-invalid',
          inputs({ ...good, wrapped: concat(point, good.wrapped.subarray(65)) }),
        ),
      ),
    invalid('TruncatedMessage', 'no body', 'message-too-short', inputs(good, { body: new Uint8Array(0) })),
    invalid(
      'TruncatedMessage',
      'a body of 27 bytes',
      'message-too-short',
      inputs(good, { body: good.body.subarray(0, 27) }),
    ),
  ];
}

/** The same bytes with bits set after the last: text that no encoder writes. */
export function nonCanonical(text: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const body = text.replace(/=+$/, '');
  const last = alphabet.indexOf(body.slice(-1).replace('-', '+').replace('_', '/'));
  return `${body.slice(0, -1)}${alphabet.charAt(last | 1)}${text.slice(body.length)}`;
}

export const transmissionKeyFile: FileDefinition = {
  file: 'transmission-key.json',
  algorithm: 'Transmission key',
  header: [
    'PublishedServerKey: the P-256 server keys that a client starts with, by their ids.',
    'TransmissionKeyWrap: a client wraps a transmission key to a server key and encrypts a payload under it.',
    'TransmissionKeyUnwrap: a server gets both back, and answers under the same key. Signatures play no part here.',
  ],
  notes: {
    Normal: note('BASIC', 'Ordinary input.'),
    EdgeCaseKey: note('EDGE_CASE', 'A transmission key with an unusual value.'),
    Base64Variant: note(
      'CAN_OF_WORMS',
      'Base64 in the other alphabet or without padding. Clients do not write it here; some servers take it.',
    ),
    UnknownKeyId: note('AUTH_BYPASS', 'There is no server key of this id. No other may be used in its place.'),
    InvalidKeyId: note('MODIFIED_PARAMETER', 'The id is not written as a positive whole number.'),
    InvalidBase64: note('MODIFIED_PARAMETER', 'The header is no base64.'),
    WrongKeyLength: note(
      'MODIFIED_PARAMETER',
      'What is wrapped is not 32 bytes long.',
      'An implementation that takes it picks AES-128 or AES-192 by the length of the key, or fails later.',
    ),
    WrongRecipient: note('AUTH_BYPASS', 'The key was wrapped to another server key than the one named.'),
    WrongKeyDerivation: note('WRONG_PRIMITIVE', 'The key was wrapped by the HKDF variant of ECIES.'),
    WrongInfo: note('MISSING_STEP', 'A transmission key is wrapped without a context.'),
    ModifiedTag: note('AUTH_BYPASS', 'The tag is not the one of the ciphertext.'),
    ModifiedCiphertext: note('AUTH_BYPASS', 'The ciphertext was changed after it was sealed.'),
    WrongPayloadKey: note('AUTH_BYPASS', 'The payload is not one sealed under the transmission key.'),
    TruncatedMessage: note('MODIFIED_PARAMETER', 'The body is too short for a nonce and a tag.'),
    ...INVALID_POINT_NOTES,
  },
  groups: [
    {
      type: 'PublishedServerKey',
      shared: {},
      tests: [
        ...[7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18].map((serverKeyId) =>
          valid('Normal', `server key ${serverKeyId}`, { serverKeyId }),
        ),
        ...[0, 6, 19, 100, 136, -7].map((serverKeyId) =>
          invalid('UnknownKeyId', `server key ${serverKeyId}`, 'server-key-unknown', { serverKeyId }),
        ),
      ],
    },
    { type: 'TransmissionKeyWrap', shared: {}, tests: wrapTests() },
    {
      type: 'TransmissionKeyUnwrap',
      shared: {
        serverKeys: [
          { id: 20, ...hexPair(server) },
          { id: 21, ...hexPair(other) },
        ],
      },
      tests: unwrapTests(),
    },
  ],
};
