import { createHash } from 'node:crypto';
import { xsalsa20poly1305 } from '@noble/ciphers/salsa.js';
import { x25519 } from '@noble/curves/ed25519.js';
import { blake2b } from '@noble/hashes/blake2.js';
import { nobleBox } from 'vaultwire/pairing';
import { toHex, utf8, type Bytes, type Hex } from '../runner/bytes.js';
import { invalid, json, note, partly, valid, type FileDefinition, type TestDefinition } from './define.js';
import { b64, b64url, bytes, concat, flip, hex, pair } from './forge.js';

/* Pairing a computer with a phone: boxes, messages, QR texts, requests and answers, Bluetooth. */

interface BoxPair {
  readonly privateKey: Bytes;
  readonly publicKey: Bytes;
}

function boxPair(label: string): BoxPair {
  const privateKey = bytes(`pairing ${label}`, 32);
  return { privateKey, publicKey: new Uint8Array(x25519.getPublicKey(privateKey)) };
}

const computer = boxPair('computer');
const phone = boxPair('phone');
const stranger = boxPair('stranger');
const ephemeral = boxPair('ephemeral');

const fixed = (secret: Bytes, peer: Uint8Array, nonce: Bytes, plaintext: Uint8Array): Bytes =>
  ({ ...nobleBox, randomBytes: () => nonce }).importKey(secret).shared(peer).seal(plaintext);
const sealTo = (recipient: Uint8Array, plaintext: Uint8Array, secret = ephemeral.privateKey): Bytes =>
  ({ ...nobleBox, randomBytes: () => secret }).sealTo(recipient, plaintext);

/** Points of small order, and encodings of them that are not canonical: nothing is shared with any of them. */
const SMALL_ORDER: readonly (readonly [string, Hex])[] = [
  ['of zero', '00'.repeat(32)],
  ['of one', `01${'00'.repeat(31)}`],
  ['of order 8', 'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800'],
  ['of order 8, the other', '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157'],
  ['of p - 1', `ec${'ff'.repeat(30)}7f`],
  ['of p', `ed${'ff'.repeat(30)}7f`],
  ['of p + 1', `ee${'ff'.repeat(30)}7f`],
];

const LENGTHS = [0, 1, 15, 16, 31, 32, 33, 63, 64, 65, 127, 128, 1000];

// Envelopes

const keys = { privateKey: toHex(computer.privateKey), peerPublicKey: toHex(phone.publicKey) };
const nonce = (label: string): Bytes => bytes(`pairing nonce ${label}`, 24);

function boxSealTests(): TestDefinition[] {
  const plaintext = hex('pairing box', 40);
  const test = (changes: object) => ({ ...keys, nonce: toHex(nonce('seal')), plaintext, ...changes });
  return [
    ...LENGTHS.map((length) =>
      valid(length === 0 ? 'EdgeCase' : 'Normal', `${length} bytes`, {
        ...test({}),
        nonce: toHex(nonce(`seal ${length}`)),
        plaintext: hex(`pairing box ${length}`, length),
      }),
    ),
    valid('Normal', 'the other end seals', {
      ...test({ privateKey: toHex(phone.privateKey), peerPublicKey: toHex(computer.publicKey) }),
    }),
    valid('EdgeCase', 'a nonce of zeros', test({ nonce: '00'.repeat(24) })),
    valid('EdgeCase', 'a private key with its fixed bits the other way round', {
      ...test({ privateKey: toHex(flip(flip(flip(computer.privateKey, 0, 0x07), 31, 0x80), 31, 0x40)) }),
    }),
    valid('EdgeCase', "the peer's key with its highest bit set, which is ignored (RFC 7748)", {
      ...test({ peerPublicKey: toHex(flip(phone.publicKey, 31, 0x80)) }),
    }),
    ...SMALL_ORDER.map(([which, point]) =>
      invalid('SmallOrder', `the peer's key is a point of small order: ${which}`, 'point-invalid', {
        ...test({ peerPublicKey: point }),
      }),
    ),
    invalid('WrongLength', "the peer's key has 31 bytes", 'length-invalid', test({ peerPublicKey: '09'.repeat(31) })),
    invalid('WrongLength', 'the private key has 33 bytes', 'length-invalid', test({ privateKey: '09'.repeat(33) })),
  ];
}

function boxOpenTests(): TestDefinition[] {
  const open = (sealed: Uint8Array, changes: object = {}) => ({ ...changes, sealed: toHex(sealed) });
  const plaintext = bytes('pairing box to open', 50);
  const sealed = fixed(phone.privateKey, computer.publicKey, nonce('open'), plaintext);
  const classic = concat(nonce('open'), sealed.subarray(40), sealed.subarray(24, 40));
  const otherCipher = x25519.getSharedSecret(computer.privateKey, phone.publicKey);
  return [
    ...LENGTHS.map((length) =>
      valid(
        length === 0 ? 'EdgeCase' : 'Normal',
        `${length} bytes`,
        open(fixed(phone.privateKey, computer.publicKey, nonce(`open ${length}`), bytes(`pairing ${length}`, length))),
      ),
    ),
    valid(
      'SameKey',
      'what this end has made itself opens too: one key serves both directions',
      open(fixed(computer.privateKey, phone.publicKey, nonce('own'), plaintext)),
    ),
    ...[0, 1, 39].map((length) =>
      invalid('WrongLength', `cut to ${length} bytes`, 'message-too-short', open(sealed.subarray(0, length))),
    ),
    invalid('ModifiedMessage', 'cut by a byte', 'open-failed', open(sealed.subarray(0, -1))),
    invalid('ModifiedMessage', 'a byte more', 'open-failed', open(concat(sealed, Uint8Array.of(0)))),
    invalid('ModifiedMessage', 'cut to nonce and tag', 'open-failed', open(sealed.subarray(0, 40))),
    ...[
      ['the nonce', 0],
      ['the end of the nonce', 23],
      ['the tag', 24],
      ['the end of the tag', 39],
      ['the ciphertext', 40],
      ['the end', -1],
    ].map(([where, index]) =>
      invalid('ModifiedMessage', `a bit of ${where} is flipped`, 'open-failed', open(flip(sealed, Number(index)))),
    ),
    invalid('ModifiedMessage', 'a tag of zeros', 'open-failed', open(withTag(sealed, new Uint8Array(16)))),
    invalid('WrongPrimitive', 'the tag comes last', 'open-failed', open(classic)),
    invalid(
      'WrongPrimitive',
      'the key is what X25519 gives, without HSalsa20',
      'open-failed',
      open(concat(nonce('open'), xsalsa20poly1305(otherCipher, nonce('open')).encrypt(plaintext))),
    ),
    invalid(
      'WrongPrimitive',
      'the key is the SHA-256 of what X25519 gives',
      'open-failed',
      open(
        concat(
          nonce('open'),
          xsalsa20poly1305(createHash('sha256').update(otherCipher).digest(), nonce('open')).encrypt(plaintext),
        ),
      ),
    ),
    invalid(
      'WrongKey',
      'made by a stranger',
      'open-failed',
      open(fixed(stranger.privateKey, computer.publicKey, nonce('open'), plaintext)),
    ),
    invalid(
      'WrongKey',
      'opened with another private key',
      'open-failed',
      open(sealed, { privateKey: toHex(stranger.privateKey) }),
    ),
    invalid('WrongKey', 'made with a key of zeros', 'open-failed', {
      sealed: toHex(concat(nonce('open'), xsalsa20poly1305(new Uint8Array(32), nonce('open')).encrypt(plaintext))),
    }),
    invalid('SmallOrder', "the peer's key is zero", 'point-invalid', open(sealed, { peerPublicKey: '00'.repeat(32) })),
  ];
}

const withTag = (sealed: Bytes, tag: Uint8Array): Bytes => concat(sealed.subarray(0, 24), tag, sealed.subarray(40));

function sealedBoxMakeTests(): TestDefinition[] {
  const test = (changes: object) => ({
    publicKey: toHex(computer.publicKey),
    ephemeralPrivateKey: toHex(ephemeral.privateKey),
    plaintext: hex('pairing sealed', 32),
    ...changes,
  });
  return [
    ...LENGTHS.map((length) =>
      valid(length === 0 ? 'EdgeCase' : 'Normal', `${length} bytes`, {
        ...test({ plaintext: hex(`pairing sealed ${length}`, length) }),
        ephemeralPrivateKey: hex(`pairing sealed ephemeral ${length}`, 32),
      }),
    ),
    valid('EdgeCase', "the recipient's key with its highest bit set: the nonce is over the bytes as they are", {
      ...test({ publicKey: toHex(flip(computer.publicKey, 31, 0x80)) }),
    }),
    invalid('SmallOrder', "the recipient's key is zero", 'point-invalid', test({ publicKey: '00'.repeat(32) })),
    invalid('WrongLength', "the recipient's key has 31 bytes", 'length-invalid', test({ publicKey: '09'.repeat(31) })),
  ];
}

function sealedBoxOpenTests(): TestDefinition[] {
  const plaintext = bytes('pairing sealed to open', 32);
  const sealed = sealTo(computer.publicKey, plaintext);
  const box = sealed.subarray(32);
  const open = (one: Uint8Array, changes: object = {}) => ({ ...changes, sealed: toHex(one) });
  const underNonce = (one: Uint8Array): Bytes =>
    concat(
      ephemeral.publicKey,
      fixed(ephemeral.privateKey, computer.publicKey, new Uint8Array(one), plaintext).slice(24),
    );
  return [
    ...LENGTHS.map((length) =>
      valid(
        length === 0 ? 'EdgeCase' : 'Normal',
        `${length} bytes`,
        open(sealTo(computer.publicKey, bytes(`pairing open ${length}`, length), bytes(`pairing e ${length}`, 32))),
      ),
    ),
    ...[0, 32, 47].map((length) =>
      invalid('WrongLength', `cut to ${length} bytes`, 'message-too-short', open(sealed.subarray(0, length))),
    ),
    invalid('ModifiedMessage', 'cut by a byte', 'open-failed', open(sealed.subarray(0, -1))),
    ...[
      ['the ephemeral key', 0],
      ['the tag', 32],
      ['the ciphertext', 48],
      ['the end', -1],
    ].map(([where, index]) =>
      invalid('ModifiedMessage', `a bit of ${where} is flipped`, 'open-failed', open(flip(sealed, Number(index)))),
    ),
    invalid(
      'ModifiedMessage',
      'the highest bit of the ephemeral key is set: the nonce is another',
      'open-failed',
      open(flip(sealed, 31, 0x80)),
    ),
    invalid('WrongKey', 'opened by another', 'open-failed', open(sealed, { privateKey: toHex(stranger.privateKey) })),
    invalid('WrongKey', "another's ephemeral key before it", 'open-failed', open(concat(stranger.publicKey, box))),
    ...SMALL_ORDER.slice(0, 3).map(([which, point]) =>
      invalid(
        'SmallOrder',
        `the ephemeral key is a point of small order: ${which}`,
        'open-failed',
        open(concat(Buffer.from(point, 'hex'), box)),
      ),
    ),
    invalid('WrongPrimitive', 'a nonce of zeros', 'open-failed', open(underNonce(new Uint8Array(24)))),
    invalid(
      'WrongPrimitive',
      'the nonce is over the keys the other way round',
      'open-failed',
      open(underNonce(blake2b(concat(computer.publicKey, ephemeral.publicKey), { dkLen: 24 }))),
    ),
    invalid(
      'WrongPrimitive',
      'the nonce is cut from BLAKE2b of 64 bytes',
      'open-failed',
      open(underNonce(blake2b(concat(ephemeral.publicKey, computer.publicKey)).slice(0, 24))),
    ),
    invalid(
      'WrongPrimitive',
      'the nonce is cut from SHA-512',
      'open-failed',
      open(
        underNonce(
          createHash('sha512').update(ephemeral.publicKey).update(computer.publicKey).digest().subarray(0, 24),
        ),
      ),
    ),
  ];
}

function messageTests(): readonly TestDefinition[][] {
  const make = (changes: object) => ({
    computerPublicKey: toHex(computer.publicKey),
    phonePublicKey: toHex(phone.publicKey),
    ephemeralPrivateKey: toHex(ephemeral.privateKey),
    ...changes,
  });
  const written = (changes: object) => ({ ...keys, nonce: toHex(nonce('message')), ...changes });
  const LIMIT = 256 * 1024 - 41;

  const keyBody = sealTo(computer.publicKey, phone.publicKey);
  const boxBody = fixed(phone.privateKey, computer.publicKey, nonce('to open'), utf8('{"request_id":"a"}'));
  const message = (header: number, ...body: readonly Uint8Array[]) => ({
    message: toHex(concat(Uint8Array.of(header), ...body)),
  });
  return [
    [
      valid('Normal', "a phone's key", make({})),
      valid('Normal', "another's, with another ephemeral key", {
        ...make({ phonePublicKey: toHex(stranger.publicKey) }),
        ephemeralPrivateKey: hex('pairing another ephemeral', 32),
      }),
      invalid(
        'SmallOrder',
        "the computer's key is zero",
        'point-invalid',
        make({ computerPublicKey: '00'.repeat(32) }),
      ),
      invalid('WrongLength', "the computer's key has 33 bytes", 'length-invalid', {
        ...make({ computerPublicKey: '09'.repeat(33) }),
      }),
      invalid(
        'WrongLength',
        "the phone's key has 31 bytes",
        'length-invalid',
        make({ phonePublicKey: '09'.repeat(31) }),
      ),
    ],
    [
      valid('Normal', 'a request', written({ plaintext: toHex(utf8('{"request_id":"a","unix_seconds":1}')) })),
      valid('EdgeCase', 'nothing', written({ plaintext: '' })),
      invalid('TooLong', 'a byte more than fits', 'message-too-long', written({ plaintextLength: LIMIT + 1 })),
    ],
    [
      valid('Normal', 'a public key', message(2, keyBody)),
      valid('Normal', 'a ciphertext', message(0, boxBody)),
      valid('EdgeCase', 'a ciphertext of nothing', {
        ...message(0, fixed(phone.privateKey, computer.publicKey, nonce('nothing'), new Uint8Array())),
      }),
      invalid('WrongLength', 'nothing', 'message-too-short', { message: '' }),
      invalid('WrongLength', 'a header alone', 'message-too-short', message(0)),
      invalid('WrongLength', 'a box that is cut', 'message-too-short', message(0, boxBody.subarray(0, 39))),
      invalid('WrongLength', 'a key of 79 bytes', 'length-invalid', message(2, keyBody.subarray(1))),
      invalid('WrongLength', 'a key and a byte more', 'length-invalid', message(2, keyBody, Uint8Array.of(0))),
      invalid('Legacy', 'a wrapped symmetric key', 'wrap-refused', message(1, keyBody)),
      invalid('Legacy', 'a wrapped symmetric key of nothing', 'wrap-refused', message(1)),
      ...[3, 0x30, 0x7b, 0xff].map((header) =>
        invalid('UnknownHeader', `a header of ${header}`, 'header-invalid', message(header, boxBody)),
      ),
      invalid('ModifiedMessage', 'a box that does not open', 'open-failed', message(0, flip(boxBody, 50))),
      invalid('ModifiedMessage', 'a key that does not open', 'open-failed', message(2, flip(keyBody, 50))),
      invalid('WrongKey', 'a key that is sealed to another', 'open-failed', {
        ...message(2, sealTo(stranger.publicKey, phone.publicKey)),
      }),
      invalid('WrongKey', "a stranger's box", 'open-failed', {
        ...message(0, fixed(stranger.privateKey, computer.publicKey, nonce('to open'), utf8('{}'))),
      }),
    ],
  ];
}

const [keyMessageTests = [], ciphertextTests = [], openTests = []] = messageTests();

export const envelopeFile: FileDefinition = {
  file: 'pairing/envelope.json',
  algorithm: 'Boxes and messages of a pairing',
  header: [
    'crypto_box and crypto_box_seal of libsodium: X25519, XSalsa20-Poly1305, BLAKE2b.',
    'KeyMessageMake, CiphertextMessageMake, MessageOpen: what is sent, with its header of one byte.',
  ],
  notes: {
    Normal: note('BASIC', 'An ordinary input.'),
    EdgeCase: note('EDGE_CASE', 'An unusual input that is as good as any.'),
    SameKey: note(
      'FUNCTIONALITY',
      'One key serves both directions.',
      'Whoever sends a message back must be told from its peer by other means: the kind of document, and the nonces that were sent.',
    ),
    SmallOrder: note('CONFIDENTIALITY', 'The public key shares nothing: anybody knows the key of the box.'),
    WrongLength: note('MODIFIED_PARAMETER', 'The input has a length that it cannot have.'),
    TooLong: note('DENIAL_OF_SERVICE', 'The message is longer than 256 KiB.'),
    ModifiedMessage: note('AUTH_BYPASS', 'The message was changed after it was sealed.'),
    WrongPrimitive: note('WRONG_PRIMITIVE', 'It was sealed in another way.'),
    WrongKey: note('AUTH_BYPASS', 'It was sealed by, or to, another key.'),
    Legacy: note('WEAK_PARAMS', 'Old peers wrapped a symmetric key, which proves nothing about the phone.'),
    UnknownHeader: note('MODIFIED_PARAMETER', 'Nobody sends this header.'),
  },
  groups: [
    { type: 'BoxSeal', shared: {}, tests: boxSealTests() },
    { type: 'BoxOpen', shared: keys, tests: boxOpenTests() },
    { type: 'SealedBoxMake', shared: {}, tests: sealedBoxMakeTests() },
    { type: 'SealedBoxOpen', shared: { privateKey: toHex(computer.privateKey) }, tests: sealedBoxOpenTests() },
    { type: 'KeyMessageMake', shared: {}, tests: keyMessageTests },
    { type: 'CiphertextMessageMake', shared: {}, tests: ciphertextTests },
    { type: 'MessageOpen', shared: keys, tests: openTests },
  ],
};

// QR texts, names and codes

const device = bytes('pairing device identifier', 16);
const qr = { publicKey: toHex(computer.publicKey), name: 'workbench', version: '2.4.4' };
const browserQr = { ...qr, name: 'Ada’s Browser', deviceIdentifier: toHex(device), browser: 'Firefox' };
const qrJson = { pk: b64(computer.publicKey), n: 'workbench', v: '2.4.4' };
const LINK = 'https://get.krypt.co/#';
const padded = (text: string): string => Buffer.from(text).toString('base64').replaceAll('+', '-').replaceAll('/', '_');

function qrMakeTests(): TestDefinition[] {
  return [
    ...(['json', 'link'] as const).flatMap((form) => [
      valid('Normal', `a command line, as ${form}`, { ...qr, form }),
      valid('Normal', `a browser, as ${form}`, { ...browserQr, form }),
      valid('EdgeCase', `an empty name, as ${form}`, { ...qr, name: '', form }),
      valid('EdgeCase', `a name that JSON escapes, as ${form}`, { ...qr, name: 'a"b\\c/\u0001\u2028?~ö😀', form }),
      valid('EdgeCase', `a version with a suffix, as ${form}`, { ...qr, version: '2.5.0-beta.1', form }),
    ]),
    invalid('WrongLength', 'a key of 31 bytes', 'length-invalid', { ...qr, publicKey: '09'.repeat(31), form: 'json' }),
    invalid('WrongLength', 'a device identifier of 15 bytes', 'length-invalid', {
      ...browserQr,
      deviceIdentifier: '01'.repeat(15),
      form: 'link',
    }),
    invalid('WrongVersion', 'a version of two numbers', 'field-invalid', { ...qr, version: '2.4', form: 'json' }),
    invalid('TooLong', 'a name that fits into no code', 'message-too-long', {
      ...qr,
      name: 'a'.repeat(4096),
      form: 'json',
    }),
  ];
}

function qrReadTests(): TestDefinition[] {
  const text = (members: object) => ({ text: json({ ...qrJson, ...members }) });
  const link = (content: string) => ({ text: LINK + content });
  return [
    valid('Normal', 'JSON', text({})),
    valid('Normal', 'JSON of a browser', text({ d: b64(device), b: 'Chrome' })),
    valid('Normal', 'a link', link(padded(json({ ...qrJson, d: b64(device), b: 'Chrome' })))),
    valid('EdgeCase', 'a link without padding', link(b64url(utf8(json({ ...qrJson, n: 'ab' }))))),
    valid('EdgeCase', 'a link in the other alphabet', link(b64(utf8(json({ ...qrJson, n: '???>>>' }))))),
    valid('EdgeCase', 'white space in JSON', { text: JSON.stringify(qrJson, null, 2) }),
    valid('EdgeCase', 'members in another order', {
      text: json({ v: '2.4.4', n: 'workbench', pk: b64(computer.publicKey) }),
    }),
    valid('EdgeCase', 'the key in base64url', text({ pk: b64url(computer.publicKey) })),
    valid('EdgeCase', 'members that are null', text({ d: null, b: null })),
    valid('EdgeCase', 'a member that nobody knows', text({ w: 'new' })),
    invalid('NotJson', 'nothing', 'json-invalid', { text: '' }),
    invalid('NotJson', 'an array', 'json-invalid', { text: json([qrJson]) }),
    invalid('NotJson', 'words', 'json-invalid', { text: 'pair me' }),
    invalid('NotJson', 'JSON that is cut', 'json-invalid', { text: json(qrJson).slice(0, -1) }),
    invalid('NotJson', 'something after the JSON', 'json-invalid', { text: `${json(qrJson)}{}` }),
    invalid('NotJson', 'a link to another host', 'json-invalid', {
      text: `https://get.krypt.example/#${padded(json(qrJson))}`,
    }),
    invalid('NotJson', 'a link in the clear', 'json-invalid', {
      text: `http://get.krypt.co/#${padded(json(qrJson))}`,
    }),
    invalid('NotJson', 'a link that is empty', 'json-invalid', link('')),
    invalid('NotBase64', 'a link with a space', 'base64-invalid', link(`${padded(json(qrJson)).slice(0, 8)} `)),
    invalid('NotBase64', 'a link with bits after its end', 'base64-invalid', link('e31')),
    invalid('NotBase64', 'a key that is no base64', 'base64-invalid', text({ pk: 'pk!' })),
    invalid('NotBase64', 'a link to what is no UTF-8', 'utf8-invalid', link(b64url(Uint8Array.of(0x7b, 0xff, 0x7d)))),
    invalid('DuplicateKey', 'a key twice', 'json-duplicate-key', {
      text: `{"pk":"${qrJson.pk}","n":"a","v":"2.4.4","pk":"${b64(stranger.publicKey)}"}`,
    }),
    invalid('DuplicateKey', 'a key twice, once escaped', 'json-duplicate-key', {
      text: `{"pk":"${qrJson.pk}","n":"a","v":"2.4.4","p\\u006b":"${b64(stranger.publicKey)}"}`,
    }),
    invalid('TooDeep', 'five levels', 'json-too-deep', text({ w: [[[[[]]]]] })),
    invalid('TooLong', 'more than 4096 characters', 'message-too-long', text({ n: 'a'.repeat(4096) })),
    ...['pk', 'n', 'v'].map((name) =>
      invalid('MissingMember', `no ${name}`, 'field-missing', text({ [name]: undefined })),
    ),
    invalid('MissingMember', 'a key that is null', 'field-missing', text({ pk: null })),
    invalid('WrongType', 'a name that is a number', 'field-invalid', text({ n: 1 })),
    invalid('WrongType', 'a key that is an array', 'field-invalid', text({ pk: Array.from(computer.publicKey) })),
    invalid('WrongType', 'a browser that is an object', 'field-invalid', text({ b: {} })),
    invalid('WrongLength', 'a key of 31 bytes', 'length-invalid', text({ pk: b64(computer.publicKey.slice(1)) })),
    invalid('WrongLength', 'a key of a P-256 point', 'length-invalid', text({ pk: b64(pair('qr').publicKey) })),
    invalid('WrongLength', 'an empty key', 'length-invalid', text({ pk: '' })),
    invalid('WrongLength', 'a device identifier of 17 bytes', 'length-invalid', text({ d: b64(bytes('17', 17)) })),
    invalid('WrongLength', 'an empty device identifier', 'length-invalid', text({ d: '' })),
    ...['', '2', '2.4', '2.4.x', 'v2.4.4', '2.4.4 ', '2.4.4.4', '٢.٤.٤'].map((version) =>
      invalid('WrongVersion', `a version of ${json(version)}`, 'field-invalid', text({ v: version })),
    ),
  ];
}

const computers = Array.from({ length: 6 }, (_, index) => boxPair(`named ${index}`));

export const identityFile: FileDefinition = {
  file: 'pairing/identity.json',
  algorithm: 'QR texts, names and comparison codes of a pairing',
  header: [
    'QrTextMake, QrTextRead: both forms of the text that a phone scans.',
    'PairingNames, ComparisonCodeMake: what follows from the public keys.',
  ],
  notes: {
    Normal: note('BASIC', 'An ordinary input.'),
    EdgeCase: note('EDGE_CASE', 'An unusual input that is as good as any.'),
    NotJson: note('MODIFIED_PARAMETER', 'The text is neither a JSON object nor a link that carries one.'),
    NotBase64: note('MODIFIED_PARAMETER', 'What should be base64 of UTF-8 is not.'),
    DuplicateKey: note('CAN_OF_WORMS', 'A member comes twice, and readers differ in which they take.'),
    TooDeep: note('DENIAL_OF_SERVICE', 'The JSON nests deeper than any text does.'),
    TooLong: note('DENIAL_OF_SERVICE', 'The text is longer than any code holds.'),
    MissingMember: note('MISSING_STEP', 'A member is missing.'),
    WrongType: note('MODIFIED_PARAMETER', 'A member has another type.'),
    WrongLength: note('MODIFIED_PARAMETER', 'A key or an identifier has a length that it cannot have.'),
    WrongVersion: note('MODIFIED_PARAMETER', 'The version is not a semantic one.'),
  },
  groups: [
    { type: 'QrTextMake', shared: {}, tests: qrMakeTests() },
    { type: 'QrTextRead', shared: {}, tests: qrReadTests() },
    {
      type: 'PairingNames',
      shared: {},
      tests: [
        ...computers.map(({ publicKey }, index) =>
          valid('Normal', `key ${index + 1}`, { computerPublicKey: toHex(publicKey) }),
        ),
        valid('EdgeCase', 'a key of zeros', { computerPublicKey: '00'.repeat(32) }),
        invalid('WrongLength', 'a key of 31 bytes', 'length-invalid', { computerPublicKey: '09'.repeat(31) }),
        invalid('WrongLength', 'no key', 'length-invalid', { computerPublicKey: '' }),
      ],
    },
    {
      type: 'ComparisonCodeMake',
      shared: {},
      tests: [
        ...computers.map(({ publicKey }, index) =>
          valid('Normal', `pair ${index + 1}`, {
            computerPublicKey: toHex(publicKey),
            phonePublicKey: toHex(phone.publicKey),
          }),
        ),
        valid('EdgeCase', 'the keys of the first pair the other way round', {
          computerPublicKey: toHex(phone.publicKey),
          phonePublicKey: toHex(computers[0]?.publicKey ?? phone.publicKey),
        }),
        valid('EdgeCase', 'a code that begins with zeros', { ...lowCode() }),
        invalid('WrongLength', "a phone's key of 33 bytes", 'length-invalid', {
          computerPublicKey: toHex(computer.publicKey),
          phonePublicKey: '09'.repeat(33),
        }),
        invalid('WrongLength', "a computer's key of 31 bytes", 'length-invalid', {
          computerPublicKey: '09'.repeat(31),
          phonePublicKey: toHex(phone.publicKey),
        }),
      ],
    },
  ],
};

/** Keys whose code is below 10,000. */
function lowCode(): { readonly computerPublicKey: Hex; readonly phonePublicKey: Hex } {
  for (let index = 0; ; index++) {
    const phonePublicKey = bytes(`pairing low code ${index}`, 32);
    const digest = createHash('sha256')
      .update('vaultwire pairing comparison code v1\0')
      .update(computer.publicKey)
      .update(phonePublicKey)
      .digest();
    if (digest.readBigUInt64BE() % 1_000_000n < 10_000n) {
      return { computerPublicKey: toHex(computer.publicKey), phonePublicKey: toHex(phonePublicKey) };
    }
  }
}

// Requests and answers

const challenge = bytes('pairing challenge', 32);
const keyHandle = bytes('pairing key handle', 80);
const point = pair('pairing u2f').publicKey;
const fingerprint = bytes('pairing fingerprint', 32);
const signature = bytes('pairing signature', 64);
const sshKey = concat(utf8('\0\0\0\x0bssh-ed25519\0\0\0 '), bytes('pairing ssh key', 32));
const commit = {
  tree: 'a'.repeat(40),
  parent: 'b'.repeat(40),
  merge_parents: ['c'.repeat(40)],
  author: 'Ada <ada@example.com> 1700000000 +0100',
  committer: 'Ada <ada@example.com> 1700000000 +0100',
  message: b64(utf8('Words\n')),
};
const tag = {
  object: 'a'.repeat(40),
  type: 'commit',
  tag: 'v1',
  tagger: 'Ada <ada@example.com> 1700000000 +0100',
  message: b64(utf8('Version 1\n')),
};
const hostAuth = { host_key: b64(sshKey), signature: b64(signature), host_names: ['host.example', 'host'] };
const sign = { data: b64(bytes('pairing data', 60)), public_key_fingerprint: b64(fingerprint) };
const register = { challenge: b64(challenge), app_id: 'https://example.com' };
const authenticate = { ...register, key_handle: b64(keyHandle) };

const requestBase = { request_id: 'Zm9vYmFyMTIzNDU2Nzg5MA', unix_seconds: 1700000000, v: '2.4.4', a: true };
const requestOf = (members: object) => ({ document: json({ ...requestBase, ...members }) });

const REQUESTS: Readonly<Record<string, object>> = {
  me: { me_request: {} },
  'me with a user id': { me_request: { pgp_user_id: 'Ada <ada@example.com>' } },
  'me of a browser': { me_request: { u2f_only: true } },
  sign: { sign_request: sign },
  'sign with a command and a host': { sign_request: { ...sign, command: 'ssh host.example', host_auth: hostAuth } },
  'sign with a host that has no names': { sign_request: { ...sign, host_auth: { ...hostAuth, host_names: [] } } },
  'a commit': { git_sign_request: { user_id: 'Ada <ada@example.com>', commit } },
  'a first commit': { git_sign_request: { user_id: '', commit: { ...commit, parent: null, merge_parents: null } } },
  'a tag': { git_sign_request: { user_id: 'Ada <ada@example.com>', tag } },
  hosts: { hosts_request: {} },
  unpair: { unpair_request: {} },
  'nothing, which only wakes the phone': {},
  'U2F registration': { u2f_register_request: register },
  'U2F sign-in': { u2f_authenticate_request: authenticate },
};

function requestReadTests(): TestDefinition[] {
  return [
    ...Object.entries(REQUESTS).map(([name, members]) => valid('Normal', name, requestOf(members))),
    valid(
      'EdgeCase',
      'no acknowledgment is asked for, as nothing says so',
      requestOf({ a: undefined, hosts_request: {} }),
    ),
    valid('EdgeCase', 'a flag as a number', requestOf({ a: 1 })),
    valid('EdgeCase', 'a member that nobody knows', requestOf({ read_request: {}, hosts_request: {} })),
    valid('EdgeCase', 'another kind that is null', requestOf({ hosts_request: {}, me_request: null })),
    valid('EdgeCase', 'an id of 128 characters', requestOf({ request_id: '😀'.repeat(64) })),
    valid('EdgeCase', 'in base64url', requestOf({ sign_request: { ...sign, data: b64url(bytes('url', 61)) } })),
    valid('EdgeCase', 'the first second', requestOf({ unix_seconds: 0 })),
    invalid('TwoKinds', 'two kinds at once', 'field-invalid', requestOf({ hosts_request: {}, unpair_request: {} })),
    invalid('TwoKinds', 'a commit and a tag', 'field-invalid', {
      ...requestOf({ git_sign_request: { user_id: 'a', commit, tag } }),
    }),
    invalid('MissingMember', 'neither a commit nor a tag', 'field-missing', {
      ...requestOf({ git_sign_request: { user_id: 'a' } }),
    }),
    ...(['request_id', 'unix_seconds', 'v'] as const).map((name) =>
      invalid('MissingMember', `no ${name}`, 'field-missing', requestOf({ [name]: undefined })),
    ),
    ...['data', 'public_key_fingerprint'].map((name) =>
      invalid('MissingMember', `a signature without ${name}`, 'field-missing', {
        ...requestOf({ sign_request: { ...sign, [name]: undefined } }),
      }),
    ),
    invalid(
      'MissingMember',
      'an empty text to sign',
      'field-missing',
      requestOf({ sign_request: { ...sign, data: '' } }),
    ),
    ...['host_key', 'signature'].map((name) =>
      invalid('MissingMember', `a host without ${name}`, 'field-missing', {
        ...requestOf({ sign_request: { ...sign, host_auth: { ...hostAuth, [name]: undefined } } }),
      }),
    ),
    ...['tree', 'author', 'committer', 'message'].map((name) =>
      invalid('MissingMember', `a commit without ${name}`, 'field-missing', {
        ...requestOf({ git_sign_request: { user_id: 'a', commit: { ...commit, [name]: undefined } } }),
      }),
    ),
    ...['object', 'type', 'tag', 'tagger', 'message'].map((name) =>
      invalid('MissingMember', `a tag without ${name}`, 'field-missing', {
        ...requestOf({ git_sign_request: { user_id: 'a', tag: { ...tag, [name]: undefined } } }),
      }),
    ),
    ...['challenge', 'app_id', 'key_handle'].map((name) =>
      invalid('MissingMember', `a sign-in without ${name}`, 'field-missing', {
        ...requestOf({ u2f_authenticate_request: { ...authenticate, [name]: undefined } }),
      }),
    ),
    invalid('WrongLength', 'a fingerprint of 20 bytes', 'length-invalid', {
      ...requestOf({ sign_request: { ...sign, public_key_fingerprint: b64(bytes('sha1', 20)) } }),
    }),
    invalid('WrongLength', 'a challenge of 31 bytes', 'length-invalid', {
      ...requestOf({ u2f_register_request: { ...register, challenge: b64(challenge.slice(1)) } }),
    }),
    invalid('WrongLength', 'a key handle of 256 bytes', 'length-invalid', {
      ...requestOf({ u2f_authenticate_request: { ...authenticate, key_handle: b64(bytes('256', 256)) } }),
    }),
    invalid('WrongLength', 'an empty id', 'field-invalid', requestOf({ request_id: '' })),
    invalid('WrongLength', 'an id of 129 characters', 'field-invalid', requestOf({ request_id: 'a'.repeat(129) })),
    invalid('WrongTime', 'a time that is negative', 'field-invalid', requestOf({ unix_seconds: -1 })),
    invalid('WrongTime', 'a time with a fraction', 'field-invalid', requestOf({ unix_seconds: 1.5 })),
    invalid('WrongTime', 'a time as text', 'field-invalid', requestOf({ unix_seconds: '1700000000' })),
    invalid('WrongType', 'a kind that is an array', 'field-invalid', requestOf({ hosts_request: [] })),
    invalid('WrongType', 'a kind that is true', 'field-invalid', requestOf({ unpair_request: true })),
    invalid('WrongType', 'a flag of 2', 'field-invalid', requestOf({ a: 2 })),
    invalid('WrongType', 'a name of a host that is a number', 'field-invalid', {
      ...requestOf({ sign_request: { ...sign, host_auth: { ...hostAuth, host_names: [1] } } }),
    }),
    invalid('WrongType', 'a version of two numbers', 'field-invalid', requestOf({ v: '2.4' })),
    invalid('NotBase64', 'a challenge in hexadecimal', 'length-invalid', {
      ...requestOf({ u2f_register_request: { ...register, challenge: toHex(challenge) } }),
    }),
    invalid('NotBase64', 'data with a line break', 'base64-invalid', {
      ...requestOf({ sign_request: { ...sign, data: `${sign.data}\n` } }),
    }),
    invalid('DuplicateKey', 'a kind twice', 'json-duplicate-key', {
      document: json({ ...requestBase, hosts_request: {} }).replace('"hosts_request":{}', '"a":true'),
    }),
    invalid('DuplicateKey', 'the key __proto__', 'json-invalid', {
      document: `{"request_id":"a","unix_seconds":1,"v":"2.4.4","__proto__":{}}`,
    }),
    invalid('TooDeep', 'nine levels', 'json-too-deep', requestOf({ more: [[[[[[[[]]]]]]]] })),
    invalid('NotJson', 'nothing', 'json-invalid', { document: '' }),
    invalid('NotJson', 'an array', 'json-invalid', { document: '[]' }),
  ];
}

const answerBase = { request_id: 'Zm9vYmFyMTIzNDU2Nzg5MA', v: '2.4.4' };
const answerOf = (members: object) => ({ document: json({ ...answerBase, ...members }) });
const me = {
  public_key_wire: b64(sshKey),
  email: 'ada@example.com',
  pgp_pk: b64(bytes('pgp', 40)),
  device_identifier: b64(device),
};
const registered = {
  public_key: b64(point),
  key_handle: b64(keyHandle),
  attestation_certificate: b64(bytes('certificate', 50)),
  signature: b64(signature),
};
const signedIn = { public_key: b64(point), signature: b64(signature), counter: 7 };
const hosts = {
  host_info: { hosts: [{ user: 'ada', host: 'host.example' }], pgp_user_ids: ['Ada <ada@example.com>'] },
};

const ANSWERS: Readonly<Record<string, object>> = {
  acknowledgment: { ack_response: {} },
  me: { me_response: { me } },
  'me without keys': { me_response: { me: { email: '' } } },
  'me with accounts': { me_response: { me: { email: 'a', u2f_accounts: ['https://example.com'] } } },
  signature: { sign_response: { signature: b64(signature) } },
  'signature, rejected': { sign_response: { error: 'rejected' } },
  'signature of Git': { git_sign_response: { signature: b64(bytes('pgp packet', 90)) } },
  'signature of Git, rejected': { git_sign_response: { error: 'rejected' } },
  hosts: { hosts_response: hosts },
  'hosts, none': { hosts_response: { host_info: {} } },
  'hosts, rejected': { hosts_response: { error: 'rejected' } },
  unpaired: { unpair_response: {} },
  'U2F registration': { u2f_register_response: registered },
  'U2F registration, rejected': { u2f_register_response: { error: 'rejected' } },
  'U2F sign-in': { u2f_authenticate_response: signedIn },
  'U2F sign-in, an unknown key': { u2f_authenticate_response: { error: 'unknown key handle' } },
};

function answerReadTests(): TestDefinition[] {
  return [
    ...Object.entries(ANSWERS).map(([name, members]) => valid('Normal', name, answerOf(members))),
    valid(
      'Normal',
      'with a push token',
      answerOf({ sns_endpoint_arn: 'arn:example', tracking_id: 't', ack_response: {} }),
    ),
    valid('EdgeCase', 'an error that is null', answerOf({ sign_response: { signature: b64(signature), error: null } })),
    valid('EdgeCase', 'a signature that is null', answerOf({ sign_response: { signature: null, error: 'rejected' } })),
    valid(
      'EdgeCase',
      'the highest counter',
      answerOf({ u2f_authenticate_response: { ...signedIn, counter: 2 ** 32 - 1 } }),
    ),
    valid('EdgeCase', 'an empty key counts as none', answerOf({ me_response: { me: { ...me, pgp_pk: '' } } })),
    invalid('TwoKinds', 'two kinds at once', 'field-invalid', answerOf({ ack_response: {}, unpair_response: {} })),
    invalid('TwoKinds', 'a signature and an error', 'field-invalid', {
      ...answerOf({ sign_response: { signature: b64(signature), error: 'rejected' } }),
    }),
    invalid('TwoKinds', 'hosts and an error', 'field-invalid', {
      ...answerOf({ hosts_response: { ...hosts, error: 'rejected' } }),
    }),
    invalid('TwoKinds', 'a registration and an error', 'field-invalid', {
      ...answerOf({ u2f_register_response: { ...registered, error: 'rejected' } }),
    }),
    invalid('TwoKinds', "a registration's point and an error", 'field-invalid', {
      ...answerOf({ u2f_register_response: { public_key: b64(point), error: 'rejected' } }),
    }),
    invalid('Reflected', 'a request, sent back', 'field-missing', requestOf({ me_request: {} })),
    invalid('MissingMember', 'no kind', 'field-missing', answerOf({})),
    invalid('MissingMember', 'a kind that nobody knows', 'field-missing', answerOf({ read_response: {} })),
    invalid('MissingMember', 'neither a signature nor an error', 'field-missing', answerOf({ sign_response: {} })),
    invalid('MissingMember', 'an empty signature', 'field-missing', answerOf({ git_sign_response: { signature: '' } })),
    invalid('MissingMember', 'me without me', 'field-missing', answerOf({ me_response: {} })),
    invalid('MissingMember', 'me without an address', 'field-missing', answerOf({ me_response: { me: {} } })),
    invalid('MissingMember', 'neither hosts nor an error', 'field-missing', answerOf({ hosts_response: {} })),
    invalid('MissingMember', 'a host without its name', 'field-missing', {
      ...answerOf({ hosts_response: { host_info: { hosts: [{ user: 'ada' }] } } }),
    }),
    ...['public_key', 'key_handle', 'attestation_certificate', 'signature'].map((name) =>
      invalid('MissingMember', `a registration without ${name}`, 'field-missing', {
        ...answerOf({ u2f_register_response: { ...registered, [name]: undefined } }),
      }),
    ),
    ...['public_key', 'signature', 'counter'].map((name) =>
      invalid('MissingMember', `a sign-in without ${name}`, 'field-missing', {
        ...answerOf({ u2f_authenticate_response: { ...signedIn, [name]: undefined } }),
      }),
    ),
    invalid('MissingMember', 'no id', 'field-missing', answerOf({ request_id: null, ack_response: {} })),
    invalid('EmptyError', 'an error without a reason', 'field-invalid', answerOf({ sign_response: { error: '' } })),
    invalid('WrongLength', 'a compressed point', 'length-invalid', {
      ...answerOf({ u2f_authenticate_response: { ...signedIn, public_key: b64(point.slice(0, 33)) } }),
    }),
    invalid('WrongLength', 'a key handle of 256 bytes', 'length-invalid', {
      ...answerOf({ u2f_register_response: { ...registered, key_handle: b64(bytes('256', 256)) } }),
    }),
    ...[-1, 2 ** 32, 0.5].map((counter) =>
      invalid('WrongCounter', `a counter of ${counter}`, 'field-invalid', {
        ...answerOf({ u2f_authenticate_response: { ...signedIn, counter } }),
      }),
    ),
    invalid('WrongType', 'an error that is a number', 'field-invalid', answerOf({ sign_response: { error: 1 } })),
    invalid('WrongType', 'hosts that are an object', 'field-invalid', {
      ...answerOf({ hosts_response: { host_info: { hosts: {} } } }),
    }),
    invalid('WrongType', 'a host that is a text', 'field-invalid', {
      ...answerOf({ hosts_response: { host_info: { hosts: ['ada@host.example'] } } }),
    }),
    invalid('WrongType', 'me that is a text', 'field-invalid', answerOf({ me_response: { me: 'ada' } })),
    invalid('WrongType', 'an acknowledgment that is true', 'field-invalid', answerOf({ ack_response: true })),
    invalid('NotBase64', 'a signature that is no base64', 'base64-invalid', {
      ...answerOf({ sign_response: { signature: 'sig!' } }),
    }),
    invalid('DuplicateKey', 'an error twice', 'json-duplicate-key', {
      document: '{"request_id":"a","v":"2.4.4","sign_response":{"error":"rejected","error":null}}',
    }),
    invalid('NotJson', 'something after the JSON', 'json-invalid', {
      document: `${answerOf({ ack_response: {} }).document}\0`,
    }),
  ];
}

function requestMakeTests(): TestDefinition[] {
  const base = { requestId: 'id', unixSeconds: 1700000000, version: '2.4.4', acknowledge: true };
  const of = (body: object, changes: object = {}) => ({ request: { ...base, ...changes, body } });
  const u2f = { challenge: toHex(challenge), appId: 'https://example.com' };
  const signBody = { kind: 'sign', data: hex('pairing data', 60), fingerprint: toHex(fingerprint) };
  const git = { kind: 'git-sign', userId: 'Ada <ada@example.com>' };
  const content = {
    type: 'commit',
    tree: commit.tree,
    author: commit.author,
    committer: commit.author,
    message: '610a',
  };
  return [
    valid('Normal', 'me', of({ kind: 'me', pgpUserId: 'Ada', u2fOnly: false })),
    valid('Normal', 'sign', of(signBody, { acknowledge: false })),
    valid('Normal', 'sign with a host', {
      ...of({
        ...signBody,
        command: 'git push',
        hostAuth: { hostKey: toHex(sshKey), signature: toHex(signature), hostNames: ['host.example'] },
      }),
    }),
    valid('Normal', 'a commit', of({ ...git, content: { ...content, parent: commit.parent, mergeParents: ['d'] } })),
    valid('Normal', 'a first commit', of({ ...git, content })),
    valid('Normal', 'a tag', {
      ...of({
        ...git,
        content: { type: 'tag', object: tag.object, objectType: 'commit', tag: 'v1', tagger: tag.tagger, message: '' },
      }),
    }),
    ...['hosts', 'unpair', 'no-op'].map((kind) => valid('Normal', kind, of({ kind }))),
    valid('Normal', 'a registration', of({ kind: 'u2f-register', ...u2f })),
    valid('Normal', 'a sign-in', of({ kind: 'u2f-authenticate', ...u2f, keyHandle: toHex(keyHandle) })),
    invalid('WrongLength', 'an empty id', 'field-invalid', of({ kind: 'hosts' }, { requestId: '' })),
    invalid('WrongTime', 'a negative time', 'field-invalid', of({ kind: 'hosts' }, { unixSeconds: -1 })),
    invalid('WrongType', 'a version of one number', 'field-invalid', of({ kind: 'hosts' }, { version: '2' })),
    invalid('WrongLength', 'a fingerprint of 31 bytes', 'length-invalid', {
      ...of({ ...signBody, fingerprint: toHex(fingerprint.slice(1)) }),
    }),
    invalid('MissingMember', 'nothing to sign', 'field-missing', of({ ...signBody, data: '' })),
    invalid('WrongLength', 'a challenge of 33 bytes', 'length-invalid', {
      ...of({ kind: 'u2f-register', ...u2f, challenge: '01'.repeat(33) }),
    }),
    invalid('MissingMember', 'an empty key handle', 'field-missing', {
      ...of({ kind: 'u2f-authenticate', ...u2f, keyHandle: '' }),
    }),
  ];
}

function answerMakeTests(): TestDefinition[] {
  const of = (body: object, changes: object = {}) => ({
    answer: { requestId: 'id', version: '2.4.4', ...changes, body },
  });
  const kinds = ['sign', 'git-sign', 'hosts', 'u2f-register', 'u2f-authenticate'];
  const u2f = { publicKey: toHex(point), signature: toHex(signature) };
  return [
    valid('Normal', 'an acknowledgment', of({ kind: 'ack' }, { snsEndpointArn: 'arn:example', trackingId: 't' })),
    valid('Normal', 'me', {
      ...of({
        kind: 'me',
        me: {
          email: 'ada@example.com',
          publicKeyWire: toHex(sshKey),
          pgpPublicKey: '99',
          deviceIdentifier: toHex(device),
          u2fAccounts: ['a'],
        },
      }),
    }),
    valid('Normal', 'me with an address alone', of({ kind: 'me', me: { email: 'ada@example.com' } })),
    ...['sign', 'git-sign'].map((kind) => valid('Normal', kind, of({ kind, signature: toHex(signature) }))),
    valid('Normal', 'hosts', of({ kind: 'hosts', hosts: [{ user: 'ada', host: 'a' }], pgpUserIds: [] })),
    valid('Normal', 'unpair', of({ kind: 'unpair' })),
    valid('Normal', 'a registration', {
      ...of({ kind: 'u2f-register', ...u2f, keyHandle: toHex(keyHandle), attestationCertificate: '3000' }),
    }),
    valid('Normal', 'a sign-in', of({ kind: 'u2f-authenticate', ...u2f, counter: 0 })),
    ...kinds.map((kind) => valid('Normal', `${kind}, rejected`, of({ kind, error: 'rejected' }))),
    invalid('EmptyError', 'an error without a reason', 'field-invalid', of({ kind: 'sign', error: '' })),
    invalid('MissingMember', 'an empty signature', 'field-missing', of({ kind: 'sign', signature: '' })),
    invalid('WrongLength', 'a point of 64 bytes', 'length-invalid', {
      ...of({ kind: 'u2f-authenticate', ...u2f, publicKey: toHex(point.slice(1)), counter: 0 }),
    }),
    invalid('WrongCounter', 'a counter of 2^32', 'field-invalid', {
      ...of({ kind: 'u2f-authenticate', ...u2f, counter: 2 ** 32 }),
    }),
    invalid('WrongLength', 'an id of 129 characters', 'field-invalid', {
      ...of({ kind: 'ack' }, { requestId: 'a'.repeat(129) }),
    }),
  ];
}

const documentNotes: FileDefinition['notes'] = {
  Normal: note('BASIC', 'An ordinary document.'),
  EdgeCase: note('EDGE_CASE', 'An unusual document that is as good as any.'),
  TwoKinds: note('CAN_OF_WORMS', 'The document says two things at once, and readers differ in which they take.'),
  Reflected: note(
    'AUTH_BYPASS',
    'The document is one of the other direction.',
    'One key serves both directions, so that what this end has sent opens as if it came from the other.',
  ),
  MissingMember: note('MISSING_STEP', 'A member is missing or empty.'),
  EmptyError: note('CAN_OF_WORMS', 'An empty text says neither yes nor no.'),
  WrongLength: note('MODIFIED_PARAMETER', 'A member has a length that it cannot have.'),
  WrongTime: note('MODIFIED_PARAMETER', 'The time is no whole number of seconds since 1970.'),
  WrongCounter: note('MODIFIED_PARAMETER', 'The counter is no number of 32 bits.'),
  WrongType: note('MODIFIED_PARAMETER', 'A member has another type or form.'),
  NotBase64: note('MODIFIED_PARAMETER', 'What should be base64 is not.'),
  DuplicateKey: note('CAN_OF_WORMS', 'A member comes twice, or as a name that some platforms act on.'),
  TooDeep: note('DENIAL_OF_SERVICE', 'The JSON nests deeper than any document does.'),
  NotJson: note('MODIFIED_PARAMETER', 'It is no JSON object.'),
};

export const pairingMessagesFile: FileDefinition = {
  file: 'pairing/messages.json',
  algorithm: 'Requests and answers of a pairing',
  header: [
    'What computer and phone say to each other inside their box, written and read.',
    "Requests and answers have this library's names for their members; documents have those of the wire.",
  ],
  notes: documentNotes,
  groups: [
    { type: 'PairingRequestMake', shared: {}, tests: requestMakeTests() },
    { type: 'PairingRequestRead', shared: {}, tests: requestReadTests() },
    { type: 'PairingAnswerMake', shared: {}, tests: answerMakeTests() },
    { type: 'PairingAnswerRead', shared: {}, tests: answerReadTests() },
  ],
};

// Transcripts

type Exchange = readonly [from: 'computer' | 'phone', document: object, flipAt?: number];

function transcriptTests(): TestDefinition[] {
  let count = 0;
  const of = (...exchanges: readonly Exchange[]) => {
    count++;
    return {
      exchanges: exchanges.map(([from, document, flipAt], index) => ({
        from,
        document: json(document),
        nonce: hex(`pairing transcript ${count} ${index}`, 24),
        ...(flipAt !== undefined && { flipAt }),
      })),
    };
  };
  let time = 1700000000;
  const ask = (id: string, body: object): Exchange => [
    'computer',
    { request_id: id, unix_seconds: time++, v: '2.4.4', a: true, ...body },
  ];
  const say = (id: string, body: object, flipAt?: number): Exchange => {
    const document = { request_id: id, v: '2.4.4', ...body };
    return flipAt === undefined ? ['phone', document] : ['phone', document, flipAt];
  };
  const hello = [ask('hello', { me_request: {} }), say('hello', { me_response: { me } })] as const;
  const acknowledged = (id: string) => say(id, { ack_response: {} });
  return [
    valid('Normal', 'the handshake', of(...hello)),
    valid(
      'Normal',
      'a login that is approved',
      of(
        ...hello,
        ask('login', { sign_request: { ...sign, host_auth: hostAuth } }),
        acknowledged('login'),
        say('login', { sign_response: { signature: b64(signature) } }),
      ),
    ),
    valid(
      'Normal',
      'a login that is rejected',
      of(...hello, ask('login', { sign_request: sign }), say('login', { sign_response: { error: 'rejected' } })),
    ),
    valid(
      'Normal',
      'a commit and a tag',
      of(
        ...hello,
        ask('commit', { git_sign_request: { user_id: 'Ada', commit } }),
        say('commit', { git_sign_response: { signature: b64(signature) } }),
        ask('tag', { git_sign_request: { user_id: 'Ada', tag } }),
        say('tag', { git_sign_response: { signature: b64(signature) } }),
      ),
    ),
    valid(
      'Normal',
      'a security key',
      of(
        ...hello,
        ask('register', { u2f_register_request: register }),
        acknowledged('register'),
        say('register', { u2f_register_response: registered }),
        ask('sign in', { u2f_authenticate_request: authenticate }),
        say('sign in', { u2f_authenticate_response: signedIn }),
      ),
    ),
    valid(
      'Normal',
      'hosts',
      of(...hello, ask('hosts', { hosts_request: {} }), say('hosts', { hosts_response: hosts })),
    ),
    valid(
      'Normal',
      'the computer unpairs',
      of(...hello, ask('end', { unpair_request: {} }), say('end', { unpair_response: {} })),
    ),
    valid('Normal', 'the phone unpairs', of(...hello, say('end', { unpair_response: {} }))),
    valid('Normal', 'a no-op wakes the phone', of(...hello, ask('wake', {}))),
    ...[
      ['the header', 0, 'Legacy'],
      ['the nonce', 1, 'ModifiedMessage'],
      ['the tag', 25, 'ModifiedMessage'],
      ['the ciphertext', 41, 'ModifiedMessage'],
    ].map(([where, flipAt, flag]) =>
      partly(
        String(flag),
        `a bit of ${where} of the first answer is flipped`,
        of(ask('hello', { me_request: {} }), say('hello', { me_response: { me } }, Number(flipAt))),
      ),
    ),
    partly(
      'WrongDirection',
      'the phone answers with a request',
      of(hello[0], ['phone', { request_id: 'hello', unix_seconds: time, v: '2.4.4', me_request: {} }]),
    ),
    partly(
      'WrongDirection',
      'the computer sends an answer for want of a time',
      of(...hello, ['computer', { request_id: 'end', v: '2.4.4', unpair_response: {} }]),
    ),
    partly(
      'NotADocument',
      'a request without an id',
      of(['computer', { unix_seconds: time, v: '2.4.4', me_request: {} }]),
    ),
    partly(
      'NotADocument',
      'an answer that is a signature and an error',
      of(
        ...hello,
        ask('login', { sign_request: sign }),
        say('login', { sign_response: { signature: b64(signature), error: 'rejected' } }),
      ),
    ),
    partly('NotADocument', 'an answer that is no object', of(hello[0], ['phone', []])),
  ];
}

const START = 1_700_000_000_000;

interface ComputerEvent {
  readonly at: number;
  readonly message?: Hex;
  readonly request?: object;
  readonly user?: 'confirm' | 'deny';
}

function computerTests(): TestDefinition[] {
  let count = 0;
  const at = (seconds: number, event: object = {}): ComputerEvent => ({ at: START + seconds * 1000, ...event });
  const keyOf = (other: BoxPair, recipient = computer) => ({
    message: toHex(concat(Uint8Array.of(2), sealTo(recipient.publicKey, other.publicKey, bytes(`key ${count++}`, 32)))),
  });
  const from = (other: BoxPair, document: object) => ({
    message: toHex(
      concat(
        Uint8Array.of(0),
        fixed(other.privateKey, computer.publicKey, nonce(`computer ${count++}`), utf8(json(document))),
      ),
    ),
  });
  const says = (id: string, body: object, other = phone) => from(other, { request_id: id, v: '2.4.4', ...body });
  const hello = says('hello', { me_response: { me } });
  const wants = (requestId: string) => ({
    request: { requestId, kind: 'sign', data: hex('pairing data', 60), fingerprint: toHex(fingerprint) },
  });
  const signed = { sign_response: { signature: b64(signature) } };
  const of = (events: readonly ComputerEvent[], compareCodes = false) => ({ compareCodes, events });
  const paired = [at(1, keyOf(phone)), at(2, hello)];
  const good = (comment: string, events: readonly ComputerEvent[], compareCodes = false, flag = 'Normal') =>
    valid(flag, comment, of(events, compareCodes));
  const bad = (flag: string, comment: string, events: readonly ComputerEvent[], compareCodes = false) =>
    partly(flag, comment, of(events, compareCodes));
  return [
    good('a phone is paired', paired),
    good('a phone is paired after its codes were compared', [...paired, at(20, { user: 'confirm' })], true),
    good('a signature', [...paired, at(3, wants('a')), at(4, says('a', signed))]),
    good('a signature that is acknowledged', [
      ...paired,
      at(3, wants('a')),
      at(4, says('a', { ack_response: {} })),
      at(80, says('a', signed)),
    ]),
    good('requests that wait for the pairing', [
      at(0, wants('a')),
      at(0, wants('b')),
      ...paired,
      at(3, says('b', signed)),
    ]),
    good('a phone that is alerted', [...paired, at(10, wants('a')), at(12), at(13, says('a', signed))]),
    good('a phone that unpairs', [...paired, at(3, says('end', { unpair_response: {} }))]),
    good('a phone that answers at the last moment', [at(89.999, keyOf(phone)), at(94.998, hello)]),
    good('a phone that takes its time', [at(1, keyOf(phone)), at(5), at(89.999, hello)]),
    good(
      'the key comes over several channels',
      [at(1, keyOf(phone)), at(1, keyOf(phone)), at(2, hello)],
      false,
      'Repeated',
    ),
    good(
      'answers come over several channels',
      [
        ...paired,
        at(2, hello),
        at(3, wants('a')),
        at(4, says('a', signed)),
        at(5, says('a', signed)),
        at(6, says('a', { sign_response: { error: 'rejected' } })),
      ],
      false,
      'Repeated',
    ),
    good(
      'an acknowledgment that comes twice lengthens once',
      [
        ...paired,
        at(3, wants('a')),
        at(4, says('a', { ack_response: {} })),
        at(70, says('a', { ack_response: {} })),
        at(92.999, says('a', signed)),
      ],
      false,
      'Repeated',
    ),
    bad('SecondKey', 'a second key while the phone is greeted', [
      at(1, keyOf(phone)),
      at(2, keyOf(stranger)),
      at(3, hello),
    ]),
    bad('SecondKey', 'a second key first, then the phone', [at(1, keyOf(stranger)), at(2, keyOf(phone)), at(3, hello)]),
    bad('SecondKey', 'a second key while codes are compared', [...paired, at(3, keyOf(stranger))], true),
    bad('SecondKey', 'a second key after the pairing changes nothing', [
      ...paired,
      at(3, keyOf(stranger)),
      at(4, wants('a')),
      at(5, says('a', signed, stranger)),
      at(6, says('a', signed)),
    ]),
    bad('OwnKey', "the computer's own key", [
      at(1, keyOf(computer)),
      ...paired.map((event) => ({ ...event, at: event.at + 2000 })),
    ]),
    bad('OtherKey', 'the answer of a phone whose key never came', [
      at(1, keyOf(phone)),
      at(2, says('hello', { me_response: { me } }, stranger)),
      at(3, hello),
    ]),
    bad('OtherKey', 'a key that is sealed to another computer', [
      at(1, keyOf(phone, stranger)),
      at(2, keyOf(phone)),
      at(3, hello),
    ]),
    bad('OtherKey', 'an answer before any key', [at(1, hello)]),
    bad('Unsolicited', 'an answer to nothing', [...paired, at(3, says('a', signed))]),
    bad('Unsolicited', 'an answer before its request', [
      at(1, keyOf(phone)),
      at(1, says('early', { me_response: { me } })),
      at(2, hello),
    ]),
    bad('WrongKind', 'a signature in place of a greeting', [at(1, keyOf(phone)), at(2, says('hello', signed))]),
    bad('WrongKind', 'a greeting in place of a signature', [
      ...paired,
      at(3, wants('a')),
      at(4, says('a', { me_response: { me } })),
    ]),
    bad('WrongKind', 'hosts in place of a signature', [
      ...paired,
      at(3, wants('a')),
      at(4, says('a', { hosts_response: hosts })),
    ]),
    bad('Reflected', 'a request of its own kind comes back', [
      ...paired,
      at(3, from(phone, { request_id: 'a', unix_seconds: 1700000003, v: '2.4.4', sign_request: sign })),
    ]),
    bad('Rejected', 'the user says no', [
      ...paired,
      at(3, wants('a')),
      at(4, says('a', { sign_response: { error: 'rejected' } })),
    ]),
    bad('Rejected', 'the phone has no such key', [
      ...paired,
      at(3, wants('a')),
      at(4, says('a', { sign_response: { error: 'unknown key fingerprint' } })),
    ]),
    bad('Rejected', 'the codes differ', [...paired, at(20, { user: 'deny' })], true),
    bad('Late', 'no phone before the code expires', [at(90, keyOf(phone))]),
    bad('Late', 'a phone that does not answer its greeting', [at(1, keyOf(phone)), at(90, hello)]),
    bad('Late', 'nobody compares the codes', [...paired, at(92, { user: 'confirm' })], true),
    bad('Late', 'a signature after 30 seconds', [...paired, at(3, wants('a')), at(33, says('a', signed))]),
    bad('Late', 'a signature after an acknowledgment, 90 seconds late', [
      ...paired,
      at(3, wants('a')),
      at(4, says('a', { ack_response: {} })),
      at(93, says('a', signed)),
    ]),
    bad('Late', 'the pairing ends while a request waits', [
      ...paired,
      at(3, wants('a')),
      at(4, says('end', { unpair_response: {} })),
    ]),
    bad('Legacy', 'a wrapped symmetric key', [
      at(1, { message: `01${keyOf(phone).message.slice(2)}` }),
      at(2, keyOf(phone)),
      at(3, hello),
    ]),
  ];
}

export const transcriptsFile: FileDefinition = {
  file: 'pairing/transcripts.json',
  algorithm: 'Whole conversations of a pairing',
  header: [
    'From the key message on, byte for byte: what each end seals, and what the other makes of it.',
    "PairingComputer: a computer to which anybody sends, as the channels are nobody's.",
  ],
  notes: {
    Normal: note('BASIC', 'A conversation that goes through.'),
    Legacy: note('WEAK_PARAMS', 'The header is that of a wrapped symmetric key, as old peers sent it.'),
    ModifiedMessage: note('AUTH_BYPASS', 'A message was changed on its way.'),
    Repeated: note('FUNCTIONALITY', 'Channels deliver at least once. What came before changes nothing.'),
    SecondKey: note(
      'AUTH_BYPASS',
      'Two phones have seen the QR code, and nobody can tell which of them is the right one.',
      'Whoever is first, or last, is paired in place of the phone.',
    ),
    OwnKey: note(
      'AUTH_BYPASS',
      "The computer's own key, under which everything that it sends would open as an answer.",
    ),
    OtherKey: note('AUTH_BYPASS', 'Another key than that of the phone.'),
    Unsolicited: note('AUTH_BYPASS', 'An answer that nobody has asked for.'),
    WrongKind: note('AUTH_BYPASS', 'An answer of another kind than was asked for.'),
    Reflected: note('AUTH_BYPASS', 'A document of the other direction.'),
    Rejected: note('MISSING_STEP', 'The phone or its user refuses.'),
    Late: note('MISSING_STEP', 'It comes too late.'),
    WrongDirection: note(
      'AUTH_BYPASS',
      'A document of the other direction, which the key of the box cannot tell apart.',
    ),
    NotADocument: note('MODIFIED_PARAMETER', 'A message opens and holds no request or answer.'),
  },
  groups: [
    {
      type: 'PairingTranscript',
      shared: {
        computerPrivateKey: toHex(computer.privateKey),
        phonePrivateKey: toHex(phone.privateKey),
        name: 'workbench',
        version: '2.4.4',
        ephemeralPrivateKey: toHex(ephemeral.privateKey),
      },
      tests: transcriptTests(),
    },
    {
      type: 'PairingComputer',
      shared: {
        computerPrivateKey: toHex(computer.privateKey),
        version: '2.4.4',
        helloId: 'hello',
        start: START,
      },
      tests: computerTests(),
    },
  ],
};

// Bluetooth

function splitTests(): TestDefinition[] {
  const test = (length: number, mtu: number) => ({ message: hex(`bluetooth ${length}`, length), mtu });
  return [
    ...[
      [1, 100],
      [98, 100],
      [99, 100],
      [100, 100],
      [198, 100],
      [199, 100],
      [81, 20],
      [5, 2],
      [256, 2],
      [600, 512],
      [511, 512],
    ].map(([length = 0, mtu = 0]) =>
      valid(mtu === 2 ? 'EdgeCase' : 'Normal', `${length} bytes in blocks of ${mtu}`, test(length, mtu)),
    ),
    invalid('Empty', 'an empty message', 'message-too-short', test(0, 100)),
    invalid('TooLong', '257 blocks of 1 byte', 'message-too-long', { messageLength: 257, mtu: 2 }),
    invalid('TooLong', '257 blocks of 99 bytes', 'message-too-long', { messageLength: 256 * 99 + 1, mtu: 100 }),
    ...[0, 1, 513, 1.5, -100].map((mtu) =>
      invalid('WrongBlockLength', `blocks of ${mtu} bytes`, 'argument-invalid', test(10, mtu)),
    ),
  ];
}

function receiveTests(): TestDefinition[] {
  const cut = (label: string, length: number, mtu = 20): { message: Hex; blocks: Hex[] } => {
    const message = bytes(`bluetooth ${label}`, length);
    const count = Math.ceil(length / (mtu - 1));
    const blocks = Array.from({ length: count }, (_, index) =>
      toHex(concat(Uint8Array.of(count - 1 - index), message.subarray(index * (mtu - 1), (index + 1) * (mtu - 1)))),
    );
    return { message: toHex(message), blocks };
  };
  const one = cut('one', 50);
  const two = cut('two', 70);
  const short = cut('short', 5);
  const [a = '', b = '', c = ''] = one.blocks;
  const test = (sent: readonly { readonly message: Hex }[], ...writes: readonly Hex[]) => ({
    sent: sent.map(({ message }) => message),
    writes,
  });
  return [
    valid('Normal', 'a message', test([one], ...one.blocks)),
    valid('Normal', 'a message of one block', test([short], ...short.blocks)),
    valid('Normal', 'two messages', test([one, two], ...one.blocks, ...two.blocks)),
    valid('Normal', 'a ping between blocks', test([one], a, '01', b, c)),
    valid('Normal', 'a disconnection between messages', test([one, two], ...one.blocks, '00', ...two.blocks)),
    valid('EdgeCase', 'nothing', test([])),
    valid('EdgeCase', '256 blocks', { ...test([cut('long', 256, 2)], ...cut('long', 256, 2).blocks) }),
    valid('EdgeCase', 'a block of 512 bytes', test([cut('wide', 511, 512)], ...cut('wide', 511, 512).blocks)),
    valid('EdgeCase', 'an empty write between blocks', test([one], a, '', b, c)),
    valid('EdgeCase', 'an unknown control between blocks', test([one], a, 'ff', b, c)),
    valid('StartsOver', 'a first block that comes twice begins the message anew', test([one], a, a, b, c)),
    valid('StartsOver', 'a message that is cut off and sent again', test([one], a, b, ...one.blocks)),
    valid('StartsOver', 'a message that is cut off by another', test([two], a, b, ...two.blocks)),
    partly('LostBlock', 'the first block is lost', test([one], b, c)),
    partly('LostBlock', 'a block in the middle is lost', test([one], a, c)),
    partly('LostBlock', 'the last block is lost', test([one], a, b)),
    partly('LostBlock', 'everything is lost', test([one])),
    partly('LostBlock', 'the last block of the first of two messages is lost', test([one, two], a, b, ...two.blocks)),
    partly('Reordered', 'two blocks change places', test([one], b, a, c)),
    partly('Reordered', 'the last block comes first', test([one], c, a, b)),
    partly('Repeated', 'a block in the middle comes twice', test([one], a, b, b, c)),
    partly('Repeated', 'the last block comes twice', test([one], a, b, c, c)),
    partly('Interleaved', 'the blocks of two messages are mixed', {
      ...test([one, two], a, two.blocks[0] ?? '', b, ...two.blocks.slice(1), c),
    }),
    partly('Disconnected', 'a disconnection within a message', test([one], a, '00', b, c)),
    partly('WrongBlockLength', 'a block of 513 bytes', {
      ...test([cut('too wide', 512, 513)], ...cut('too wide', 512, 513).blocks),
    }),
  ];
}

export const bluetoothFile: FileDefinition = {
  file: 'pairing/bluetooth.json',
  algorithm: 'Messages in blocks over Bluetooth',
  header: [
    'The first byte of a block says how many are still to come. A write of a single byte is a control.',
    'BluetoothReceive: nothing is ever refused, and an invalid test is one where something is lost.',
  ],
  notes: {
    Normal: note('BASIC', 'An ordinary input.'),
    EdgeCase: note('EDGE_CASE', 'An unusual input that is as good as any.'),
    StartsOver: note('FUNCTIONALITY', 'A block that does not follow begins a message anew.'),
    Empty: note('MODIFIED_PARAMETER', 'An empty message would be taken for a control.'),
    TooLong: note('DENIAL_OF_SERVICE', 'One byte counts the blocks.'),
    WrongBlockLength: note('MODIFIED_PARAMETER', 'A block has 2 to 512 bytes.'),
    LostBlock: note('MISSING_STEP', 'A block never arrives.'),
    Reordered: note('MODIFIED_PARAMETER', 'Blocks arrive in another order.'),
    Repeated: note('MODIFIED_PARAMETER', 'A block arrives twice.'),
    Interleaved: note('MODIFIED_PARAMETER', 'Two messages are sent at once.'),
    Disconnected: note('MISSING_STEP', 'What was received before a disconnection is forgotten.'),
  },
  groups: [
    { type: 'BluetoothSplit', shared: {}, tests: splitTests() },
    { type: 'BluetoothReceive', shared: {}, tests: receiveTests() },
  ],
};
