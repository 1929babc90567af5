import { constants, createPrivateKey, createPublicKey, publicEncrypt } from 'node:crypto';
import { toHex, utf8, type Bytes } from '../runner/bytes.js';
import {
  acceptable,
  invalid,
  json,
  note,
  partly,
  valid,
  type FileDefinition,
  type GroupDefinition,
  type TestDefinition,
} from './define.js';
import { badPoints, INVALID_POINT_NOTES } from './ecies.js';
import { byHkdf, bytes, cbc, concat, ecies, flip, gcm, hexPair, pair, uid } from './forge.js';
import { OTHER_RSA_PUBLIC_KEY, RSA_PRIVATE_KEY } from './rsa-keys.js';

/* What users share, what accounts of old hold under AES-CBC, and PAM configurations. */

type Inputs = Record<string, unknown>;

const dataKey = bytes('sharing data key', 32);
const key = bytes('shared key', 32);
const user = pair('sharing user');
const stranger = pair('sharing stranger');
const wrapped = (message: Uint8Array, changes: Inputs = {}): Inputs => ({
  kind: 'record',
  wrapped: toHex(message),
  ...changes,
});

// By ECIES

const toUser = (label: string, changes: Partial<Parameters<typeof ecies>[0]> = {}): Bytes =>
  ecies({
    recipient: user.publicKey,
    ephemeral: pair(`share ${label} ephemeral`),
    nonce: bytes(`share ${label} nonce`, 12),
    plaintext: key,
    ...changes,
  });
const goodShare = toUser('good');
const share = (label: string, userPublicKey: Uint8Array, changes: Inputs = {}): Inputs => ({
  kind: 'record',
  userPublicKey: toHex(userPublicKey),
  ephemeralPrivateKey: toHex(pair(`share make ${label}`).privateKey),
  nonce: toHex(bytes(`share make ${label}`, 12)),
  ...changes,
});
const shareRefused = (flag: string, comment: string, message: Uint8Array, changes: Inputs = {}): TestDefinition =>
  invalid(flag, comment, 'open-failed', wrapped(message, changes));

const ecGroups: GroupDefinition[] = [
  {
    type: 'KeyShare',
    shared: { key: toHex(key) },
    tests: [
      valid('Normal', "a record's key", share('record', user.publicKey)),
      valid('Normal', "a folder's key", share('folder', user.publicKey, { kind: 'folder' })),
      valid('Normal', "a team's key", share('team', user.publicKey, { kind: 'team' })),
      valid(
        'Normal',
        'to the user that was expected',
        share('expected', user.publicKey, { expectedPublicKey: toHex(user.publicKey) }),
      ),
      invalid(
        'UnexpectedUser',
        "the server's own key in place of the user's",
        'user-key-unexpected',
        share('unexpected', stranger.publicKey, { expectedPublicKey: toHex(user.publicKey) }),
      ),
      invalid(
        'UnexpectedUser',
        "the sign of the user's point is another",
        'user-key-unexpected',
        share('sign', flip(user.publicKey, 64), { expectedPublicKey: toHex(user.publicKey) }),
      ),
      ...badPoints(stranger).map(({ flag, comment, point }) =>
        invalid(flag, comment, 'point-invalid', share(comment, point)),
      ),
    ],
  },
  {
    type: 'KeyShareOpen',
    shared: { user: hexPair(user) },
    tests: [
      valid('Normal', "a record's key", wrapped(goodShare)),
      valid('Normal', "a folder's key", wrapped(toUser('folder'), { kind: 'folder' })),
      valid('Normal', "a team's key", wrapped(toUser('team'), { kind: 'team' })),
      shareRefused('WrongRecipient', 'to another user', toUser('other', { recipient: stranger.publicKey })),
      shareRefused('WrongDerivation', 'by HKDF', toUser('hkdf', { derive: byHkdf })),
      shareRefused('WrongDerivation', "with the user's point as the context", toUser('info', { info: user.publicKey })),
      shareRefused('WrongKeyLength', 'a key of 16 bytes', toUser('short', { plaintext: key.subarray(16) })),
      shareRefused('WrongKeyLength', "a folder's key of 31 bytes", toUser('31', { plaintext: key.subarray(1) }), {
        kind: 'folder',
      }),
      shareRefused('WrongKeyLength', "a team's key of 64 bytes", toUser('64', { plaintext: concat(key, key) }), {
        kind: 'team',
      }),
      shareRefused('ModifiedMessage', 'a bit of the tag is flipped', flip(goodShare, -1)),
      invalid('WrongLength', '92 bytes', 'message-too-short', wrapped(goodShare.subarray(0, 92))),
    ],
  },
];

// By RSA

const SIZE = 256;
const privateKey = createPrivateKey({ key: Buffer.from(RSA_PRIVATE_KEY), format: 'der', type: 'pkcs1' });
const publicKey = createPublicKey(privateKey);
const rsaPublicKey = new Uint8Array(publicKey.export({ format: 'der', type: 'pkcs1' }));
const spki = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }));
const pkcs8 = new Uint8Array(privateKey.export({ format: 'der', type: 'pkcs8' }));
const rawRsa = (message: Uint8Array): Bytes =>
  new Uint8Array(publicEncrypt({ key: publicKey, padding: constants.RSA_NO_PADDING }, message));
const filler = (label: string, length: number): Bytes => bytes(`rsa ${label}`, length).map((byte) => byte || 1);
const padded = (label: string, message: Uint8Array): Bytes =>
  concat(Uint8Array.of(0, 2), filler(label, SIZE - message.length - 3), Uint8Array.of(0), message);
const changedPadding = (label: string, changes: Readonly<Record<number, number>>): Bytes => {
  const message = padded(label, key);
  for (const [index, value] of Object.entries(changes)) message[Number(index)] = value;
  return rawRsa(message);
};
const goodRsa = rawRsa(padded('good', key));

/** A ciphertext that begins with a zero byte, and is sent without it. */
function shortCiphertext(): Bytes {
  for (let index = 0; ; index++) {
    const message = rawRsa(padded(`short ${index}`, key));
    if (message[0] === 0) return message.slice(1);
  }
}

const modulus = new Uint8Array(Buffer.from(publicKey.export({ format: 'jwk' }).n ?? '', 'base64url'));
const derInteger = (digits: Uint8Array): Bytes => {
  const body = (digits[0] ?? 0) & 0x80 ? concat(Uint8Array.of(0), digits) : digits;
  return concat(Uint8Array.of(2), derLength(body.length), body);
};
const derLength = (length: number): Bytes =>
  length < 0x80
    ? Uint8Array.of(length)
    : length < 0x100
      ? Uint8Array.of(0x81, length)
      : Uint8Array.of(0x82, length >>> 8, length & 255);
const publicKeyOf = (n: Uint8Array, e: Uint8Array): Bytes => {
  const body = concat(derInteger(n), derInteger(e));
  return concat(Uint8Array.of(0x30), derLength(body.length), body);
};
const F4 = Uint8Array.of(1, 0, 1);

const rsaIv = bytes('rsa private key iv', 16);
const sealedRsa = cbc(dataKey, rsaIv, RSA_PRIVATE_KEY);
const sealed = (message: Uint8Array): Inputs => ({ sealed: toHex(message) });
const rsaShare = (label: string, changes: Inputs = {}): Inputs => ({
  kind: 'record',
  rsaPublicKey: toHex(rsaPublicKey),
  padding: toHex(filler(`make ${label}`, SIZE - 35)),
  ...changes,
});
const withZeros = concat(Uint8Array.of(0), filler('zeros', SIZE - 37), Uint8Array.of(0), Uint8Array.of(7, 9));
const unpadsToNothing = (comment: string, message: Uint8Array): TestDefinition =>
  partly('PaddingOracle', comment, wrapped(message));

const rsaGroups: GroupDefinition[] = [
  {
    type: 'RsaPrivateKeySeal',
    shared: { dataKey: toHex(dataKey) },
    tests: [
      valid('Normal', 'a key of 2048 bits', { privateKeyDer: toHex(RSA_PRIVATE_KEY), iv: toHex(rsaIv) }),
      invalid('WrongKeyFormat', 'PKCS #8', 'der-invalid', { privateKeyDer: toHex(pkcs8), iv: toHex(rsaIv) }),
      invalid('MismatchedNumbers', 'the last bit is flipped', 'key-invalid', {
        privateKeyDer: toHex(flip(RSA_PRIVATE_KEY, -1)),
        iv: toHex(rsaIv),
      }),
    ],
  },
  {
    type: 'RsaPrivateKeyOpen',
    shared: { dataKey: toHex(dataKey), wrapped: toHex(goodRsa) },
    tests: [
      valid('Normal', 'a key of 2048 bits', sealed(sealedRsa)),
      invalid(
        'WrongPrimitive',
        'under AES-GCM',
        'open-failed',
        sealed(gcm(dataKey, rsaIv.subarray(0, 12), RSA_PRIVATE_KEY)),
      ),
      invalid('WrongKeyFormat', 'PKCS #8', 'open-failed', sealed(cbc(dataKey, rsaIv, pkcs8))),
      invalid(
        'WrongKeyFormat',
        'a byte behind the key',
        'open-failed',
        sealed(cbc(dataKey, rsaIv, concat(RSA_PRIVATE_KEY, Uint8Array.of(0)))),
      ),
      invalid('MismatchedNumbers', 'a bit in the middle is flipped', 'open-failed', sealed(flip(sealedRsa, 600))),
      invalid('WrongPadding', 'the last bit is flipped', 'open-failed', sealed(flip(sealedRsa, -1))),
    ],
  },
  {
    type: 'RsaKeyShare',
    shared: { key: toHex(key) },
    tests: [
      valid('Normal', "a record's key", rsaShare('record')),
      valid('Normal', "a team's key", rsaShare('team', { kind: 'team' })),
      valid(
        'Normal',
        'to the user that was expected',
        rsaShare('expected', { expectedPublicKey: toHex(rsaPublicKey) }),
      ),
      valid(
        'EdgeCase',
        'zeros among the random bytes, which the padding cannot have',
        rsaShare('zeros', { padding: toHex(withZeros) }),
      ),
      invalid(
        'Downgrade',
        'the user has an EC key',
        'wrap-refused',
        rsaShare('ec', { ecPublicKey: toHex(user.publicKey) }),
      ),
      invalid(
        'UnexpectedUser',
        "another key in place of the user's",
        'user-key-unexpected',
        rsaShare('unexpected', {
          expectedPublicKey: toHex(OTHER_RSA_PUBLIC_KEY),
        }),
      ),
      invalid('WrongKeyFormat', 'SubjectPublicKeyInfo', 'der-invalid', rsaShare('spki', { rsaPublicKey: toHex(spki) })),
      invalid(
        'WrongKeyFormat',
        'a byte behind the key',
        'der-invalid',
        rsaShare('long', { rsaPublicKey: `${toHex(rsaPublicKey)}00` }),
      ),
      invalid(
        'WeakKey',
        'a modulus of 1024 bits',
        'key-invalid',
        rsaShare('1024', { rsaPublicKey: toHex(publicKeyOf(modulus.subarray(SIZE / 2), F4)) }),
      ),
      invalid(
        'WeakKey',
        'an exponent of 1',
        'key-invalid',
        rsaShare('one', { rsaPublicKey: toHex(publicKeyOf(modulus, Uint8Array.of(1))) }),
      ),
      invalid(
        'WeakKey',
        'an even exponent',
        'key-invalid',
        rsaShare('even', { rsaPublicKey: toHex(publicKeyOf(modulus, Uint8Array.of(2))) }),
      ),
    ],
  },
  {
    type: 'RsaKeyShareOpen',
    shared: { privateKeyDer: toHex(RSA_PRIVATE_KEY), sealed: toHex(gcm(key, bytes('rsa message', 12), 'a message')) },
    tests: [
      valid('Normal', "a record's key", wrapped(goodRsa)),
      valid('Normal', "a folder's key", wrapped(goodRsa, { kind: 'folder' })),
      valid('Normal', "a team's key", wrapped(goodRsa, { kind: 'team' })),
      valid('EdgeCase', 'a ciphertext without the zero that it begins with', wrapped(shortCiphertext())),
      unpadsToNothing('the first byte is 1', changedPadding('first', { 0: 1 })),
      unpadsToNothing('block type 1', changedPadding('type 1', { 1: 1 })),
      unpadsToNothing('no zero before the key', changedPadding('no zero', { [SIZE - 33]: 1 })),
      unpadsToNothing('a zero among the first eight bytes of the padding', changedPadding('early', { 5: 0 })),
      unpadsToNothing('a zero late in the padding', changedPadding('late', { [SIZE - 34]: 0 })),
      unpadsToNothing('a key of 31 bytes', rawRsa(padded('31', key.subarray(1)))),
      unpadsToNothing('a key of 33 bytes', rawRsa(padded('33', concat(Uint8Array.of(1), key)))),
      unpadsToNothing('no padding', rawRsa(concat(new Uint8Array(SIZE - 32), key))),
      unpadsToNothing('a bit of the ciphertext is flipped', flip(goodRsa, -1)),
      unpadsToNothing('the ciphertext is zero', new Uint8Array(SIZE)),
      partly('WrongRecipient', 'another key was wrapped', wrapped(rawRsa(padded('other', bytes('another key', 32))))),
      shareRefused('WrongLength', 'the modulus itself', modulus),
      shareRefused('WrongLength', 'a byte long', concat(Uint8Array.of(0), goodRsa)),
    ],
  },
];

export const sharingFile: FileDefinition = {
  file: 'sharing.json',
  algorithm: 'Keys that users share',
  header: [
    'KeyShare, KeyShareOpen: ECIES without a context to the EC key of a user or a team.',
    'Rsa...: PKCS #1 v1.5, for users without an EC key. The RSA keys were made for these tests; they do not follow from a seed.',
    'RsaKeyShareOpen: in an invalid test with `expected` no error may show; the message does not open under what comes out.',
  ],
  notes: {
    ...INVALID_POINT_NOTES,
    Normal: note('BASIC', 'An ordinary input.'),
    EdgeCase: note('EDGE_CASE', 'An unusual input that is as good as any.'),
    UnexpectedUser: note(
      'AUTH_BYPASS',
      "The server hands out another public key than the user's.",
      'Whoever has the private key to it reads what is shared.',
    ),
    WrongRecipient: note('AUTH_BYPASS', 'It was wrapped to somebody else, or another key was wrapped.'),
    WrongDerivation: note('WRONG_PRIMITIVE', 'The key of the message was derived in another way.'),
    WrongPrimitive: note('WRONG_PRIMITIVE', 'It was sealed with another cipher.'),
    WrongKeyLength: note('MODIFIED_PARAMETER', 'What was wrapped does not have 32 bytes.'),
    ModifiedMessage: note('AUTH_BYPASS', 'A part of the message was changed after it was sealed.'),
    WrongLength: note('MODIFIED_PARAMETER', 'The message is too short, too long, or not below the modulus.'),
    WrongPadding: note('MISSING_STEP', 'The padding of AES-CBC is not that of PKCS #7.'),
    WrongKeyFormat: note('BER_ENCODING', 'The key is not PKCS #1 in DER.'),
    MismatchedNumbers: note('CONFIDENTIALITY', 'The numbers of the private key do not fit one another.'),
    Downgrade: note('WEAK_PARAMS', 'RSA was asked for where the user has an EC key.'),
    WeakKey: note('WEAK_PARAMS', 'The modulus is too short, or the exponent is none.'),
    PaddingOracle: note(
      'CONFIDENTIALITY',
      'What was encrypted is no key of 32 bytes in the padding of PKCS #1 v1.5.',
      'Whoever learns that from a million changed ciphertexts decrypts any other (Bleichenbacher).',
    ),
  },
  groups: [...ecGroups, ...rsaGroups],
};

// AES-CBC

const wrappingKey = bytes('legacy wrapping key', 32);
const recordKey = bytes('legacy record key', 32);
const iv = (label: string): Bytes => bytes(`legacy iv ${label}`, 16);
const underKey = (changes: Inputs = {}): Inputs => ({ under: 'data-key', kind: 'record', ...changes });
const legacyWrap = (label: string, changes: Inputs = {}): Inputs =>
  underKey({ key: toHex(recordKey), iv: toHex(iv(label)), ...changes });
const goodLegacy = cbc(wrappingKey, iv('good'), recordKey);
const legacyOpen = (message: Uint8Array, changes: Inputs = {}): Inputs =>
  underKey({ wrapped: toHex(message), ...changes });
const legacyRefused = (flag: string, comment: string, message: Uint8Array, changes: Inputs = {}): TestDefinition =>
  invalid(flag, comment, 'open-failed', legacyOpen(message, changes));
const withPadding = (tail: Uint8Array): Bytes => cbc(wrappingKey, iv('tail'), concat(recordKey, tail), false);

const DATA = json({ title: 'Mail', type: 'login', fields: [{ type: 'login', value: ['käthe'] }] });
const sealedData = (text: string | Uint8Array, padding = true): Bytes => cbc(recordKey, iv('data'), text, padding);
const dataRefused = (flag: string, comment: string, message: Uint8Array): TestDefinition =>
  invalid(flag, comment, 'open-failed', sealed(message));

export const legacyCbcFile: FileDefinition = {
  file: 'legacy-cbc.json',
  algorithm: 'AES-CBC of old accounts',
  header: [
    'Keys and records under AES-256-CBC with PKCS #7 padding. Nothing of it is authenticated, and nothing here may be tried because AES-GCM failed.',
    'Every refusal is the same towards others: padding, length and JSON are not told apart.',
  ],
  notes: {
    Normal: note('BASIC', 'An ordinary input.'),
    EdgeCase: note('EDGE_CASE', 'An unusual input that is as good as any.'),
    Unauthenticated: note(
      'KNOWN_BUG',
      'A bit of the vector was flipped.',
      'The same bit of the plaintext is flipped, and nothing shows it: AES-CBC authenticates nothing.',
    ),
    WrongPrimitive: note('WRONG_PRIMITIVE', 'It was sealed with another cipher.'),
    WrongKeyLength: note('MODIFIED_PARAMETER', 'What was wrapped does not have 32 bytes.'),
    WrongLength: note('MODIFIED_PARAMETER', 'The message has a length that it cannot have.'),
    WrongPadding: note('MISSING_STEP', 'The padding is not that of PKCS #7.'),
    WrongKey: note('AUTH_BYPASS', 'It was sealed under another key.'),
    ModifiedMessage: note('MODIFIED_PARAMETER', 'A byte was changed after it was sealed, and the padding shows it.'),
    InvalidJson: note(
      'CONFIDENTIALITY',
      'The padding is right, and what lies before it is no JSON object.',
      'An error of its own would be a padding oracle, which decrypts everything under the key.',
    ),
  },
  groups: [
    {
      type: 'LegacyKeyWrap',
      shared: { wrappingKey: toHex(wrappingKey) },
      tests: [
        valid('Normal', "a record's key under the data key", legacyWrap('record')),
        valid('Normal', "a folder's key under a team's", legacyWrap('folder', { under: 'team-key', kind: 'folder' })),
        valid(
          'Normal',
          "a record's key, for data under AES-CBC, under a folder's",
          legacyWrap('legacy', { under: 'folder-key', kind: 'legacy-record' }),
        ),
      ],
    },
    {
      type: 'LegacyKeyOpen',
      shared: { wrappingKey: toHex(wrappingKey) },
      tests: [
        valid('Normal', "a record's key under the data key", legacyOpen(goodLegacy)),
        valid('Normal', "a folder's key under a team's", legacyOpen(goodLegacy, { under: 'team-key', kind: 'folder' })),
        valid(
          'Normal',
          "a record's key, for data under AES-CBC, under a folder's",
          legacyOpen(goodLegacy, { under: 'folder-key', kind: 'legacy-record' }),
        ),
        valid(
          'EdgeCase',
          'a key that ends in what looks like padding',
          legacyOpen(cbc(wrappingKey, iv('looks'), concat(recordKey.subarray(0, 16), new Uint8Array(16).fill(16)))),
        ),
        acceptable('Unauthenticated', 'another key, and nothing shows it', legacyOpen(flip(goodLegacy, 0))),
        legacyRefused('WrongPrimitive', 'under AES-GCM', gcm(wrappingKey, iv('gcm').subarray(0, 12), recordKey)),
        legacyRefused(
          'WrongPrimitive',
          'under AES-GCM, as long as a message under AES-CBC',
          gcm(wrappingKey, iv('gcm').subarray(0, 12), concat(recordKey, Uint8Array.of(4, 4, 4, 4))),
        ),
        legacyRefused('WrongKeyLength', 'a key of 16 bytes', cbc(wrappingKey, iv('16'), recordKey.subarray(16))),
        legacyRefused(
          'WrongKeyLength',
          "a folder's key of 33 bytes",
          cbc(wrappingKey, iv('33'), concat(recordKey, Uint8Array.of(1))),
          { kind: 'folder' },
        ),
        legacyRefused('WrongPadding', 'no padding', cbc(wrappingKey, iv('none'), recordKey, false)),
        legacyRefused('WrongPadding', 'a block of zeros', withPadding(new Uint8Array(16))),
        legacyRefused('WrongPadding', 'a padding of 17', withPadding(new Uint8Array(16).fill(17))),
        legacyRefused(
          'WrongPadding',
          'the form of ISO 10126, whose last byte alone counts',
          withPadding(concat(bytes('legacy iso', 15), Uint8Array.of(16))),
        ),
        legacyRefused(
          'WrongPadding',
          'the form of ISO 7816-4',
          withPadding(concat(Uint8Array.of(0x80), new Uint8Array(15))),
        ),
        legacyRefused('ModifiedMessage', 'a bit of the last block is flipped', flip(goodLegacy, -1)),
        legacyRefused('ModifiedMessage', 'a bit of the last block but one is flipped', flip(goodLegacy, -17)),
        legacyRefused('WrongLength', 'a byte short', goodLegacy.subarray(0, 63)),
        legacyRefused('WrongLength', 'a block short', goodLegacy.subarray(0, 48)),
        legacyRefused('WrongLength', 'nothing', new Uint8Array(0)),
      ],
    },
    {
      type: 'LegacyRecordSeal',
      shared: { recordKey: toHex(recordKey) },
      tests: [
        valid('Normal', 'a record', { iv: toHex(iv('seal')), data: DATA }),
        valid('EdgeCase', 'an empty object', { iv: toHex(iv('seal empty')), data: '{}' }),
        valid('EdgeCase', 'a whole block, which gets another', {
          iv: toHex(iv('seal block')),
          data: '{"title":"Mail"}',
        }),
      ],
    },
    {
      type: 'LegacyRecordOpen',
      shared: { recordKey: toHex(recordKey) },
      tests: [
        valid('Normal', 'a record', sealed(sealedData(DATA))),
        valid('EdgeCase', 'white space around the JSON', sealed(sealedData(` ${DATA}\n`))),
        acceptable(
          'Unauthenticated',
          'the title is another, and nothing shows it',
          sealed(flip(sealedData(DATA), 13, 1)),
        ),
        dataRefused('InvalidJson', 'no JSON', sealedData('title')),
        dataRefused('InvalidJson', 'an array', sealedData('[]')),
        dataRefused('InvalidJson', 'nothing but padding', sealedData('')),
        dataRefused('InvalidJson', 'no UTF-8', sealedData(concat(utf8('{"title":"'), Uint8Array.of(0xff), utf8('"}')))),
        dataRefused('InvalidJson', 'a key twice', sealedData('{"title":"a","title":"b"}')),
        dataRefused('WrongPadding', 'zeros as padding', sealedData(concat(utf8('{}'), new Uint8Array(14)), false)),
        dataRefused('WrongPadding', 'spaces as padding', sealedData('{}              ', false)),
        dataRefused('WrongPrimitive', 'under AES-GCM', gcm(recordKey, iv('data').subarray(0, 12), DATA)),
        dataRefused('WrongKey', 'under the key that wraps the record key', cbc(wrappingKey, iv('data'), DATA)),
        dataRefused('WrongLength', 'a byte long', concat(sealedData(DATA), Uint8Array.of(0))),
        dataRefused('WrongLength', 'the vector alone', sealedData(DATA).subarray(0, 16)),
      ],
    },
  ],
};

// PAM configurations

const gateway = uid('pam gateway');
const folder = uid('pam folder');
const resources = [uid('pam resource 1'), uid('pam resource 2')];
const pamResources = (value: unknown): Inputs => ({ type: 'pamResources', value });
const chosen = { controllerUid: gateway, folderUid: folder, resourceRef: resources };
const pam = (fields: unknown, changes: Inputs = {}): Inputs => ({
  data: { type: 'pamAwsConfiguration', title: 'Servers', fields, custom: [], ...changes },
});
const pamOf = (changes: Inputs): Inputs => pam([pamResources([{ ...chosen, ...changes }])]);
const make = (changes: Inputs = {}): Inputs => ({
  configurationType: 'pamNetworkConfiguration',
  title: 'Servers',
  gatewayUid: gateway,
  folderUid: folder,
  resourceUids: resources,
  ...changes,
});
const otherField = { type: 'text', label: 'networkId', value: ['office'] };
/** Sixteen bytes whose last character has bits that stand for nothing. */
const looseUid = `${gateway.slice(0, 21)}B`;

export const pamConfigurationFile: FileDefinition = {
  file: 'pam-configuration.json',
  algorithm: 'PAM configurations',
  header: ["The JSON of a PAM configuration's record, once it has been opened: which gateway serves what."],
  notes: {
    Normal: note('BASIC', 'An ordinary configuration.'),
    EdgeCase: note('EDGE_CASE', 'An unusual configuration that is as good as any.'),
    WrongType: note('MODIFIED_PARAMETER', 'The record is of another type, or of none.'),
    MissingField: note('MISSING_STEP', 'A member that must be there is not.'),
    AmbiguousField: note(
      'AUTH_BYPASS',
      'What must be there once is there several times.',
      'Two readers that take different ones talk to different gateways.',
    ),
    WrongForm: note('MODIFIED_PARAMETER', 'A member has another JSON type.'),
    InvalidUid: note('MODIFIED_PARAMETER', 'A UID is not the one spelling of 16 bytes in base64url.'),
  },
  groups: [
    {
      type: 'PamConfigurationRead',
      shared: {},
      tests: [
        valid('Normal', 'a gateway, a folder and two resources', pamOf({})),
        valid('Normal', 'other fields around it', pam([otherField, pamResources([chosen]), otherField])),
        valid(
          'EdgeCase',
          'nothing is chosen: empty texts',
          pamOf({ controllerUid: '', folderUid: '', resourceRef: [] }),
        ),
        valid('EdgeCase', 'nothing is chosen: no members', pam([pamResources([{}])])),
        valid(
          'EdgeCase',
          'nothing is chosen: null',
          pamOf({ controllerUid: null, folderUid: null, resourceRef: null }),
        ),
        valid('EdgeCase', 'no title', pam([pamResources([chosen])], { title: null })),
        valid(
          'EdgeCase',
          'a type that is not known yet',
          pam([pamResources([chosen])], { type: 'pamMoonConfiguration' }),
        ),
        invalid('WrongType', 'a login', 'field-invalid', pam([pamResources([chosen])], { type: 'login' })),
        invalid('WrongType', 'a PAM machine', 'field-invalid', pam([pamResources([chosen])], { type: 'pamMachine' })),
        invalid(
          'WrongType',
          'a type that ends in a line break',
          'field-invalid',
          pam([pamResources([chosen])], { type: 'pamAwsConfiguration\n' }),
        ),
        invalid('MissingField', 'no type', 'field-missing', pam([pamResources([chosen])], { type: null })),
        invalid('MissingField', 'no pamResources', 'field-missing', pam([otherField])),
        invalid(
          'MissingField',
          'pamResources among the custom fields',
          'field-missing',
          pam([], { custom: [pamResources([chosen])] }),
        ),
        invalid('MissingField', 'pamResources without a value', 'field-invalid', pam([pamResources([])])),
        invalid(
          'AmbiguousField',
          'pamResources twice',
          'field-invalid',
          pam([pamResources([chosen]), pamResources([{ ...chosen, controllerUid: folder }])]),
        ),
        invalid(
          'AmbiguousField',
          'two values',
          'field-invalid',
          pam([pamResources([chosen, { ...chosen, controllerUid: folder }])]),
        ),
        invalid('WrongForm', 'fields that are no list', 'field-invalid', pam({ pamResources: chosen })),
        invalid('WrongForm', 'a value that is JSON as text', 'field-invalid', pam([pamResources([json(chosen)])])),
        invalid('WrongForm', 'a gateway that is a number', 'field-invalid', pamOf({ controllerUid: 7 })),
        invalid('WrongForm', 'resources that are one text', 'field-invalid', pamOf({ resourceRef: resources[0] })),
        invalid('InvalidUid', 'a gateway of 15 bytes', 'uid-invalid', pamOf({ controllerUid: gateway.slice(0, 20) })),
        invalid(
          'InvalidUid',
          'a gateway with bits that stand for nothing',
          'uid-invalid',
          pamOf({ controllerUid: looseUid }),
        ),
        invalid('InvalidUid', 'a folder with padding', 'uid-invalid', pamOf({ folderUid: `${folder}==` })),
        invalid(
          'InvalidUid',
          'an empty text among the resources',
          'uid-invalid',
          pamOf({ resourceRef: [...resources, ''] }),
        ),
      ],
    },
    {
      type: 'PamConfigurationMake',
      shared: {},
      tests: [
        valid('Normal', 'a gateway, a folder and two resources', make()),
        valid('Normal', 'another field', make({ fields: [otherField] })),
        valid('EdgeCase', 'nothing is chosen', { configurationType: 'pamAzureConfiguration', title: '' }),
        invalid('WrongType', 'a login', 'field-invalid', make({ configurationType: 'login' })),
        invalid('InvalidUid', 'a gateway in base64', 'uid-invalid', make({ gatewayUid: `+${gateway.slice(1)}` })),
        invalid(
          'AmbiguousField',
          'pamResources among the other fields',
          'field-invalid',
          make({ fields: [pamResources([chosen])] }),
        ),
      ],
    },
  ],
};
