import { createHmac, pbkdf2Sync } from 'node:crypto';
import { toHex, utf8, type Bytes } from '../runner/bytes.js';
import {
  acceptable,
  invalid,
  note,
  partly,
  valid,
  type FileDefinition,
  type GroupDefinition,
  type TestDefinition,
} from './define.js';
import {
  byHkdf,
  bytes,
  cbc,
  concat,
  ecies,
  flip,
  gcm,
  GROUP_ORDER,
  hexPair,
  pair,
  pairOf,
  sha256,
  toDigits,
} from './forge.js';

/* The keys of an account: from its master password down to what lies under its data key. */

type Inputs = Record<string, unknown>;

/** The caller's own bounds, so that tests take no time. */
const LOW = { minimumIterations: 1, maximumIterations: 5000 };
const COUNT = 1000;
const PASSWORD = 'correct horse bättery staple';
const COMPOSED = 'caf\u00e9';
const DECOMPOSED = 'cafe\u0301';

const dataKey = bytes('account data key', 32);
const salt = bytes('account salt', 16);

const pbkdf2 = (password: string | Uint8Array, withSalt: Uint8Array, count: number, digest = 'sha256', length = 32) =>
  new Uint8Array(pbkdf2Sync(password, withSalt, count, length, digest));

const header = (iterations: number, withSalt: Uint8Array, version = 1): Bytes =>
  concat(Uint8Array.of(version, iterations >>> 16, (iterations >>> 8) & 255, iterations & 255), withSalt);

// Encryption parameters

interface Params {
  readonly password: string;
  readonly iterations: number;
  readonly version: number;
  readonly iv: Uint8Array;
  readonly plaintext: Uint8Array;
  readonly key: (password: string, iterations: number) => Uint8Array;
}

function params(label: string, changes: Partial<Params> = {}): Bytes {
  const { password, iterations, version, iv, plaintext, key }: Params = {
    password: PASSWORD,
    iterations: COUNT,
    version: 1,
    iv: bytes(`params ${label} iv`, 16),
    plaintext: concat(dataKey, dataKey),
    key: (from, count) => pbkdf2(from, salt, count),
    ...changes,
  };
  return concat(header(iterations, salt, version), cbc(key(password, iterations), iv, plaintext, false));
}

const goodParams = params('good');
const openParams = (encryptionParams: Uint8Array, changes: Inputs = {}): Inputs => ({
  ...LOW,
  password: PASSWORD,
  encryptionParams: toHex(encryptionParams),
  ...changes,
});
const withoutBounds = (inputs: Inputs): Inputs =>
  Object.fromEntries(Object.entries(inputs).filter(([name]) => !(name in LOW)));
const paramsRefused = (flag: string, comment: string, encryptionParams: Uint8Array, changes: Inputs = {}) =>
  invalid(flag, comment, 'open-failed', openParams(encryptionParams, changes));
const derive = (changes: Inputs = {}): Inputs => ({
  ...LOW,
  password: PASSWORD,
  salt: toHex(salt),
  iterations: COUNT,
  ...changes,
});
const makeParams = (label: string, changes: Inputs = {}): Inputs => ({
  ...derive(changes),
  iv: toHex(bytes(`params make ${label}`, 16)),
  dataKey: toHex(dataKey),
});

/** Tests of iteration counts that every derivation has. */
const countTests = (make: (changes: Inputs) => Inputs, code = 'parameter-out-of-range'): TestDefinition[] => [
  invalid(
    'TooFewIterations',
    "99,999 iterations, which the library's bounds refuse",
    code,
    withoutBounds(make({ iterations: 99_999 })),
  ),
  invalid('TooFewIterations', "one less than the caller's minimum", code, make({ minimumIterations: 1001 })),
  invalid(
    'TooManyIterations',
    "10,000,001 iterations, which the library's bounds refuse",
    code,
    withoutBounds(make({ iterations: 10_000_001 })),
  ),
  invalid('TooManyIterations', "one more than the caller's maximum", code, make({ maximumIterations: 999 })),
];

const shuffled = bytes('params forged', 32);
/** Both halves are equal under every key: the second half repeats the first, which follows its own last block. */
const forgedParams = concat(header(COUNT, salt), shuffled.subarray(16), shuffled, shuffled);
/** Good parameters whose blocks 2 and 4 were exchanged: the difference of the halves' first blocks moves to the vector. */
const movedParams = (() => {
  const block = (index: number) => goodParams.subarray(20 + 16 * index, 36 + 16 * index);
  const [second, fourth] = [block(2), block(4)];
  const vector = block(0).map((byte, index) => byte ^ (second[index] ?? 0) ^ (fourth[index] ?? 0));
  return concat(goodParams.subarray(0, 20), vector, block(1), fourth, block(3), second);
})();

const encryptionParamsGroups: GroupDefinition[] = [
  {
    type: 'EncryptionParamsMake',
    shared: {},
    tests: [
      valid('Normal', '1,000 iterations', makeParams('normal')),
      valid('Normal', '100,000 iterations, by default', withoutBounds(makeParams('default', { iterations: 100_000 }))),
      valid('EdgeCase', 'one iteration', makeParams('one', { iterations: 1 })),
      valid('EdgeCase', 'an empty password', makeParams('empty', { password: '' })),
      valid(
        'EdgeCase',
        'a password with a decomposed letter, which stays',
        makeParams('nfd', { password: DECOMPOSED }),
      ),
      valid('EdgeCase', 'a password with spaces around it, which stay', makeParams('spaces', { password: ' pass ' })),
      valid(
        'EdgeCase',
        'a password longer than a block of SHA-256',
        makeParams('long', { password: 'pass'.repeat(20) }),
      ),
      ...countTests((changes) => makeParams('counts', changes)),
      invalid(
        'TooManyIterations',
        'more than three bytes hold',
        'parameter-out-of-range',
        makeParams('three bytes', { iterations: 2 ** 24, maximumIterations: 2 ** 25 }),
      ),
    ],
  },
  {
    type: 'EncryptionParamsOpen',
    shared: {},
    tests: [
      valid('Normal', '1,000 iterations', openParams(goodParams)),
      valid(
        'Normal',
        '100,000 iterations, by default',
        withoutBounds(openParams(params('default', { iterations: 100_000 }))),
      ),
      valid(
        'EdgeCase',
        "as many iterations as the caller's minimum and maximum",
        openParams(goodParams, { minimumIterations: COUNT, maximumIterations: COUNT }),
      ),
      valid('EdgeCase', 'an empty password', openParams(params('empty', { password: '' }), { password: '' })),
      valid(
        'EdgeCase',
        'a password with a composed letter',
        openParams(params('nfc', { password: COMPOSED }), { password: COMPOSED }),
      ),
      valid('EdgeCase', 'a data key of zeros', openParams(params('zeros', { plaintext: new Uint8Array(64) }))),
      paramsRefused('WrongPassword', 'another password', goodParams, { password: 'correct horse battery staple' }),
      paramsRefused('WrongPassword', 'no password', goodParams, { password: '' }),
      paramsRefused(
        'NormalizedPassword',
        'a composed letter where it was decomposed',
        params('nfd', { password: DECOMPOSED }),
        { password: COMPOSED },
      ),
      paramsRefused('NormalizedPassword', 'a space behind the password', goodParams, { password: `${PASSWORD} ` }),
      paramsRefused('NormalizedPassword', 'capital letters', goodParams, { password: PASSWORD.toUpperCase() }),
      paramsRefused(
        'UnequalHalves',
        'the second half is another data key',
        params('unequal', { plaintext: concat(dataKey, bytes('another data key', 32)) }),
      ),
      paramsRefused(
        'UnequalHalves',
        'the last bit of the halves differs',
        params('last bit', { plaintext: concat(dataKey, flip(dataKey, -1)) }),
      ),
      paramsRefused(
        'UnequalHalves',
        'the data key once, and zeros',
        params('once', { plaintext: concat(dataKey, new Uint8Array(32)) }),
      ),
      paramsRefused('ModifiedParams', 'a bit of the salt is flipped', flip(goodParams, 4)),
      paramsRefused('ModifiedParams', 'a bit of the vector is flipped', flip(goodParams, 20)),
      paramsRefused('ModifiedParams', 'a bit of the second block is flipped', flip(goodParams, 36 + 16)),
      paramsRefused('ModifiedParams', 'the last bit is flipped', flip(goodParams, -1)),
      paramsRefused('ModifiedParams', 'another count than it was made with', flip(goodParams, 3)),
      paramsRefused(
        'WrongDerivation',
        'PBKDF2 with SHA-512',
        params('sha512', { key: (from, count) => pbkdf2(from, salt, count, 'sha512') }),
      ),
      paramsRefused(
        'WrongDerivation',
        'PBKDF2 with SHA-1',
        params('sha1', { key: (from, count) => pbkdf2(from, salt, count, 'sha1') }),
      ),
      paramsRefused(
        'WrongDerivation',
        'the login proof in place of the key',
        params('proof', { key: (from, count) => sha256(pbkdf2(from, salt, count)) }),
      ),
      paramsRefused(
        'WrongDerivation',
        'the whole header as the salt',
        params('header', { key: (from, count) => pbkdf2(from, header(count, salt), count) }),
      ),
      invalid('WrongVersion', 'version 0', 'header-invalid', openParams(params('version 0', { version: 0 }))),
      invalid('WrongVersion', 'version 2', 'header-invalid', openParams(params('version 2', { version: 2 }))),
      invalid('WrongLength', 'a byte short', 'length-invalid', openParams(goodParams.subarray(0, 99))),
      invalid('WrongLength', 'a byte long', 'length-invalid', openParams(concat(goodParams, Uint8Array.of(0)))),
      invalid('WrongLength', 'nothing', 'length-invalid', openParams(new Uint8Array(0))),
      invalid(
        'WrongLength',
        'with a block of padding',
        'length-invalid',
        openParams(
          concat(
            header(COUNT, salt),
            cbc(pbkdf2(PASSWORD, salt, COUNT), bytes('padded', 16), concat(dataKey, dataKey)),
          ),
        ),
      ),
      invalid(
        'TooFewIterations',
        'no iterations',
        'parameter-out-of-range',
        openParams(concat(header(0, salt), goodParams.subarray(20)), { minimumIterations: 1 }),
      ),
      invalid(
        'TooManyIterations',
        'the count in the other byte order',
        'parameter-out-of-range',
        openParams(concat(Uint8Array.of(1, 0xe8, 0x03, 0), goodParams.subarray(4))),
      ),
      ...countTests(({ iterations = COUNT, ...changes }) =>
        openParams(concat(header(iterations as number, salt), goodParams.subarray(20)), changes),
      ),
      paramsRefused('ForgedHalves', 'forged without the password: both halves are equal under every key', forgedParams),
      acceptable(
        'MovedBlocks',
        'the second and fourth block are exchanged, and the vector fits them again',
        openParams(movedParams),
      ),
    ],
  },
];

// Authentication

const passwordKey = pbkdf2(PASSWORD, salt, COUNT);
const verifier = concat(header(COUNT, salt), passwordKey);
const check = (authVerifier: Uint8Array, changes: Inputs = {}): Inputs => ({
  ...LOW,
  password: PASSWORD,
  authVerifier: toHex(authVerifier),
  ...changes,
});
const proof = (loginProof: Uint8Array): Inputs => ({ loginProof: toHex(loginProof) });

const loginGroups: GroupDefinition[] = [
  {
    type: 'AuthVerifierMake',
    shared: {},
    tests: [
      valid('Normal', '1,000 iterations', derive()),
      valid('EdgeCase', 'an empty password', derive({ password: '' })),
      valid('EdgeCase', 'a password outside the basic plane', derive({ password: '\u{1f511}\u{1f511}' })),
      ...countTests(derive),
    ],
  },
  {
    type: 'AuthVerifierCheck',
    shared: {},
    tests: [
      valid('Normal', 'the password', check(verifier)),
      valid(
        'Normal',
        'the password, 100,000 iterations, by default',
        withoutBounds(check(concat(header(100_000, salt), pbkdf2(PASSWORD, salt, 100_000)))),
      ),
      partly('WrongPassword', 'another password', check(verifier, { password: 'correct horse battery staple' })),
      partly(
        'NormalizedPassword',
        'a decomposed letter where it was composed',
        check(concat(header(COUNT, salt), pbkdf2(COMPOSED, salt, COUNT)), { password: DECOMPOSED }),
      ),
      partly('PartialComparison', 'the last bit of the key is flipped', check(flip(verifier, -1))),
      partly(
        'PartialComparison',
        'the first half of the key is right, and the rest zeros',
        check(concat(verifier.subarray(0, 36), new Uint8Array(16))),
      ),
      partly(
        'WrongDerivation',
        'the login proof in place of the key',
        check(concat(header(COUNT, salt), sha256(passwordKey))),
      ),
      invalid('WrongVersion', 'version 2', 'header-invalid', check(flip(verifier, 0, 3))),
      invalid('WrongLength', 'a byte short', 'length-invalid', check(verifier.subarray(0, 51))),
      invalid('WrongLength', 'a byte long', 'length-invalid', check(concat(verifier, Uint8Array.of(0)))),
      invalid(
        'TooFewIterations',
        'no iterations',
        'parameter-out-of-range',
        check(concat(header(0, salt), passwordKey)),
      ),
      invalid(
        'TooManyIterations',
        '16,777,215 iterations',
        'parameter-out-of-range',
        withoutBounds(check(concat(header(0xffffff, salt), passwordKey))),
      ),
    ],
  },
  {
    type: 'LoginProofMake',
    shared: {},
    tests: [
      valid('Normal', '1,000 iterations', derive()),
      valid('EdgeCase', 'a password of bytes that are no ASCII', derive({ password: 'пароль' })),
      invalid('WrongSalt', 'a salt of 15 bytes', 'length-invalid', derive({ salt: '00'.repeat(15) })),
      invalid('WrongSalt', 'no salt', 'length-invalid', derive({ salt: '' })),
      ...countTests(derive),
    ],
  },
  {
    type: 'LoginProofCheck',
    shared: { authVerifier: toHex(verifier) },
    tests: [
      valid('Normal', 'the proof', proof(sha256(passwordKey))),
      partly('WrongPassword', 'the proof of another password', proof(sha256(pbkdf2('another', salt, COUNT)))),
      partly('KeyAsProof', 'the key that the verifier holds', proof(passwordKey)),
      partly('KeyAsProof', 'the digest of the whole verifier', proof(sha256(verifier))),
      partly('PartialComparison', 'the last bit is flipped', proof(flip(sha256(passwordKey), -1))),
      partly(
        'PartialComparison',
        'the first half, and zeros',
        proof(concat(sha256(passwordKey).subarray(0, 16), new Uint8Array(16))),
      ),
      invalid('WrongLength', 'no proof', 'length-invalid', proof(new Uint8Array(0))),
      invalid(
        'WrongLength',
        'the first half of the proof',
        'length-invalid',
        proof(sha256(passwordKey).subarray(0, 16)),
      ),
      invalid('WrongVersion', 'a verifier of version 0', 'header-invalid', {
        ...proof(sha256(passwordKey)),
        authVerifier: toHex(flip(verifier, 0)),
      }),
    ],
  },
];

// The domain-separated derivation

const DOMAIN = 'data_key';
const hmac = (key: Uint8Array, message: Uint8Array): Bytes =>
  new Uint8Array(createHmac('sha256', key).update(message).digest());
const slow = (secret: Uint8Array | string, digest = 'sha512'): Bytes => pbkdf2(secret, salt, COUNT, digest, 64);
const domainKey = (domain: string, password: string): Bytes => hmac(slow(utf8(domain + password)), utf8(domain));
const inDomain = (changes: Inputs = {}): Inputs => ({ domain: DOMAIN, ...derive(), ...changes });

const alternate = (label: string, key: Uint8Array, plaintext: Uint8Array = dataKey): Bytes =>
  gcm(key, bytes(`alternate ${label}`, 12), plaintext);
const goodAlternate = alternate('good', domainKey(DOMAIN, PASSWORD));
const openAlternate = (wrapped: Uint8Array, changes: Inputs = {}): Inputs => ({
  ...inDomain(changes),
  wrapped: toHex(wrapped),
});
const alternateRefused = (flag: string, comment: string, wrapped: Uint8Array, changes: Inputs = {}) =>
  invalid(flag, comment, 'open-failed', openAlternate(wrapped, changes));
const madeOtherwise = (comment: string, key: Uint8Array): TestDefinition =>
  alternateRefused('WrongDerivation', comment, alternate(comment, key));

const domainGroups: GroupDefinition[] = [
  {
    type: 'DomainKeyDerive',
    shared: {},
    tests: [
      valid('Normal', 'the domain of data keys', inDomain()),
      valid('Normal', 'another domain', inDomain({ domain: 'backup' })),
      valid('Normal', '100,000 iterations, by default', withoutBounds(inDomain({ iterations: 100_000 }))),
      valid(
        'EdgeCase',
        'the domain and the password in one row, cut here',
        inDomain({ domain: 'data', password: '_keypass' }),
      ),
      valid(
        'EdgeCase',
        'the domain and the password in one row, cut there',
        inDomain({ domain: 'data_key', password: 'pass' }),
      ),
      valid('EdgeCase', 'an empty password', inDomain({ password: '' })),
      invalid('EmptyDomain', 'no domain', 'argument-invalid', inDomain({ domain: '' })),
      invalid('WrongSalt', 'a salt of 17 bytes', 'length-invalid', inDomain({ salt: '00'.repeat(17) })),
      ...countTests(inDomain),
    ],
  },
  {
    type: 'AlternateDataKeyWrap',
    shared: {},
    tests: [
      valid('Normal', '1,000 iterations', {
        ...inDomain(),
        nonce: toHex(bytes('alternate nonce', 12)),
        dataKey: toHex(dataKey),
      }),
      invalid('EmptyDomain', 'no domain', 'argument-invalid', {
        ...inDomain({ domain: '' }),
        nonce: toHex(bytes('alternate nonce', 12)),
        dataKey: toHex(dataKey),
      }),
    ],
  },
  {
    type: 'AlternateDataKeyOpen',
    shared: {},
    tests: [
      valid('Normal', '1,000 iterations', openAlternate(goodAlternate)),
      alternateRefused('WrongPassword', 'another password', goodAlternate, { password: 'another' }),
      alternateRefused('WrongDomain', 'another domain', goodAlternate, { domain: 'auth_key' }),
      alternateRefused('WrongDomain', 'the domain and the password in one row, cut elsewhere', goodAlternate, {
        domain: 'data',
        password: `_key${PASSWORD}`,
      }),
      madeOtherwise('without the domain before the password', hmac(slow(PASSWORD), utf8(DOMAIN))),
      madeOtherwise('the domain behind the password', hmac(slow(PASSWORD + DOMAIN), utf8(DOMAIN))),
      madeOtherwise('SHA-256 in PBKDF2', hmac(slow(DOMAIN + PASSWORD, 'sha256'), utf8(DOMAIN))),
      madeOtherwise('the key and the message of HMAC are exchanged', hmac(utf8(DOMAIN), slow(DOMAIN + PASSWORD))),
      madeOtherwise('without HMAC', slow(DOMAIN + PASSWORD).subarray(0, 32)),
      madeOtherwise('HMAC keyed by 32 bytes', hmac(slow(DOMAIN + PASSWORD).subarray(0, 32), utf8(DOMAIN))),
      madeOtherwise('the derivation of encryption parameters', passwordKey),
      alternateRefused('ModifiedMessage', 'a bit of the tag is flipped', flip(goodAlternate, -1)),
      alternateRefused(
        'WrongKeyLength',
        'a data key of 31 bytes',
        alternate('31', domainKey(DOMAIN, PASSWORD), dataKey.subarray(1)),
      ),
      invalid('WrongLength', '27 bytes', 'message-too-short', openAlternate(goodAlternate.subarray(0, 27))),
      ...countTests((changes) => openAlternate(goodAlternate, changes)),
    ],
  },
];

// A device

const device = pair('account device');
const stranger = pair('account stranger');
const toDevice = (label: string, changes: Partial<Parameters<typeof ecies>[0]> = {}): Bytes =>
  ecies({
    recipient: device.publicKey,
    ephemeral: pair(`device ${label} ephemeral`),
    nonce: bytes(`device ${label} nonce`, 12),
    plaintext: dataKey,
    ...changes,
  });
const goodDevice = toDevice('good');
const wrapped = (message: Uint8Array): Inputs => ({ wrapped: toHex(message) });
const toPoint = (label: string, point: Uint8Array): Inputs => ({
  devicePublicKey: toHex(point),
  ephemeralPrivateKey: toHex(pair(`device make ${label}`).privateKey),
  nonce: toHex(bytes(`device make ${label}`, 12)),
});
const offCurve = flip(stranger.publicKey, 64);
const deviceRefused = (flag: string, comment: string, message: Uint8Array): TestDefinition =>
  invalid(flag, comment, 'open-failed', wrapped(message));
const labeled = (
  kind: string,
  message: Uint8Array,
  allowedWraps: readonly string[],
  secrets = allowedWraps,
): Inputs => ({
  kind,
  allowedWraps,
  secrets,
  wrapped: toHex(message),
});
const ALL = ['password', 'device', 'alternate'];

const deviceGroups: GroupDefinition[] = [
  {
    type: 'DeviceDataKeyWrap',
    shared: { dataKey: toHex(dataKey) },
    tests: [
      valid('Normal', 'to a device', toPoint('good', device.publicKey)),
      invalid('InvalidPoint', 'a point that is not on the curve', 'point-invalid', toPoint('off', offCurve)),
      invalid(
        'InvalidPoint',
        'a compressed point',
        'point-invalid',
        toPoint('compressed', concat(Uint8Array.of(2), device.publicKey.subarray(1, 33))),
      ),
    ],
  },
  {
    type: 'DeviceDataKeyOpen',
    shared: { device: hexPair(device) },
    tests: [
      valid('Normal', 'to this device', wrapped(goodDevice)),
      deviceRefused('WrongRecipient', 'to another device', toDevice('other', { recipient: stranger.publicKey })),
      deviceRefused('WrongDerivation', 'by HKDF', toDevice('hkdf', { derive: byHkdf })),
      deviceRefused('WrongDerivation', 'with a context', toDevice('info', { info: utf8(DOMAIN) })),
      deviceRefused('WrongKeyLength', 'a data key of 16 bytes', toDevice('short', { plaintext: dataKey.subarray(16) })),
      deviceRefused(
        'WrongKeyLength',
        'a data key of 33 bytes',
        toDevice('long', { plaintext: concat(dataKey, Uint8Array.of(0)) }),
      ),
      deviceRefused('ModifiedMessage', 'a bit of the tag is flipped', flip(goodDevice, -1)),
      deviceRefused('ModifiedMessage', 'another ephemeral point', concat(stranger.publicKey, goodDevice.subarray(65))),
      invalid(
        'InvalidPoint',
        'an ephemeral point that is not on the curve',
        'point-invalid',
        wrapped(concat(offCurve, goodDevice.subarray(65))),
      ),
      invalid('WrongLength', '92 bytes', 'message-too-short', wrapped(goodDevice.subarray(0, 92))),
    ],
  },
  {
    type: 'DataKeyOpen',
    shared: {
      ...LOW,
      device: hexPair(device),
      domain: DOMAIN,
      password: PASSWORD,
      salt: toHex(salt),
      iterations: COUNT,
    },
    tests: [
      valid('Normal', 'by password, which is allowed alone', labeled('password', goodParams, ['password'])),
      valid('Normal', 'to the device, where all are allowed', labeled('device', goodDevice, ALL)),
      valid('Normal', 'by the other password, where all are allowed', labeled('alternate', goodAlternate, ALL)),
      invalid(
        'Downgrade',
        'by password, on a device that has seen its own wrap',
        'wrap-refused',
        labeled('password', goodParams, ['device'], ALL),
      ),
      invalid(
        'Downgrade',
        'by the other password, where the password alone is allowed',
        'wrap-refused',
        labeled('alternate', goodAlternate, ['password'], ALL),
      ),
      invalid(
        'Downgrade',
        'to the device, where nothing is allowed',
        'wrap-refused',
        labeled('device', goodDevice, [], ALL),
      ),
      invalid(
        'WrongKind',
        'no secret for the kind, though one for another',
        'key-missing',
        labeled('device', goodDevice, ALL, ['password']),
      ),
      invalid(
        'WrongKind',
        "encryption parameters that are called the device's",
        'point-invalid',
        labeled('device', goodParams, ALL),
      ),
    ],
  },
];

// What lies under the data key

const accountKeys = pair('account key pair');
const sealedKey = (label: string, plaintext: Uint8Array, under: Uint8Array = dataKey): Bytes =>
  gcm(under, bytes(`key pair ${label}`, 12), plaintext);
const goodKey = sealedKey('good', accountKeys.privateKey);
const keyPair = (encryptedPrivateKey: Uint8Array, publicKey?: Uint8Array): Inputs => ({
  ...(publicKey && { publicKey: toHex(publicKey) }),
  encryptedPrivateKey: toHex(encryptedPrivateKey),
});

const clientKey = bytes('account client key', 32);
const clientIv = bytes('account client key iv', 16);
const goodClientKey = cbc(dataKey, clientIv, clientKey);
const unpadded = (plaintext: Uint8Array): Bytes => cbc(dataKey, clientIv, plaintext, false);
const cbcRefused = (flag: string, comment: string, message: Uint8Array): TestDefinition =>
  invalid(flag, comment, 'open-failed', wrapped(message));

const underDataKeyGroups: GroupDefinition[] = [
  {
    type: 'AccountKeyPairMake',
    shared: { dataKey: toHex(dataKey) },
    tests: [
      valid('Normal', 'a key pair', {
        privateKey: toHex(accountKeys.privateKey),
        nonce: toHex(bytes('key pair make', 12)),
      }),
      valid('EdgeCase', 'the scalar 1', { privateKey: toHex(toDigits(1n)), nonce: toHex(bytes('key pair one', 12)) }),
    ],
  },
  {
    type: 'AccountKeyPairOpen',
    shared: { dataKey: toHex(dataKey), publicKey: toHex(accountKeys.publicKey) },
    tests: [
      valid('Normal', 'a key pair', keyPair(goodKey)),
      valid(
        'EdgeCase',
        'the largest scalar',
        keyPair(sealedKey('largest', toDigits(GROUP_ORDER - 1n)), pairOf(toDigits(GROUP_ORDER - 1n)).publicKey),
      ),
      invalid('MismatchedHalves', "another pair's public half", 'key-invalid', keyPair(goodKey, stranger.publicKey)),
      invalid('InvalidScalar', 'the scalar 0', 'key-invalid', keyPair(sealedKey('zero', new Uint8Array(32)))),
      invalid('InvalidScalar', "the group's order", 'key-invalid', keyPair(sealedKey('order', toDigits(GROUP_ORDER)))),
      invalid(
        'InvalidScalar',
        'a scalar of 31 bytes',
        'key-invalid',
        keyPair(sealedKey('31', accountKeys.privateKey.subarray(1))),
      ),
      invalid(
        'InvalidScalar',
        'a zero before the scalar',
        'key-invalid',
        keyPair(sealedKey('33', concat(Uint8Array.of(0), accountKeys.privateKey))),
      ),
      invalid('ModifiedMessage', 'a bit of the tag is flipped', 'open-failed', keyPair(flip(goodKey, -1))),
      invalid(
        'WrongRecipient',
        'under another data key',
        'open-failed',
        keyPair(sealedKey('other', accountKeys.privateKey, bytes('another data key', 32))),
      ),
      invalid(
        'WrongPrimitive',
        'under AES-CBC',
        'open-failed',
        keyPair(cbc(dataKey, bytes('key pair cbc', 16), accountKeys.privateKey)),
      ),
      invalid('WrongLength', '27 bytes', 'message-too-short', keyPair(goodKey.subarray(0, 27))),
    ],
  },
  {
    type: 'ClientKeyWrap',
    shared: { dataKey: toHex(dataKey) },
    tests: [valid('Normal', 'a client key', { clientKey: toHex(clientKey), iv: toHex(clientIv) })],
  },
  {
    type: 'ClientKeyOpen',
    shared: { dataKey: toHex(dataKey) },
    tests: [
      valid('Normal', 'a client key', wrapped(goodClientKey)),
      cbcRefused('WrongPrimitive', 'under AES-GCM', gcm(dataKey, bytes('client key gcm', 12), clientKey)),
      cbcRefused('WrongPadding', 'without padding', unpadded(clientKey)),
      cbcRefused('WrongPadding', 'a block of zeros as padding', unpadded(concat(clientKey, new Uint8Array(16)))),
      cbcRefused(
        'WrongPadding',
        'padding whose last byte alone is right',
        unpadded(concat(clientKey, new Uint8Array(15), Uint8Array.of(16))),
      ),
      cbcRefused('WrongKeyLength', 'a key of 31 bytes', cbc(dataKey, clientIv, clientKey.subarray(1))),
      cbcRefused('WrongKeyLength', 'a key of 33 bytes', cbc(dataKey, clientIv, concat(clientKey, Uint8Array.of(0)))),
      cbcRefused('WrongLength', 'a byte short', goodClientKey.subarray(0, 63)),
      cbcRefused('WrongLength', 'the vector alone', goodClientKey.subarray(0, 16)),
    ],
  },
];

export const accountKeysFile: FileDefinition = {
  file: 'account-keys.json',
  algorithm: 'The keys of an account',
  header: [
    'Counts of iterations are low where the test brings its own bounds; the bounds themselves are 100,000 and 10,000,000.',
    'AuthVerifierCheck and LoginProofCheck: an invalid test with `expected` is a password or a proof that does not match.',
    'DataKeyOpen: the way in which a data key is wrapped is the word of the server, and the caller says which it takes.',
  ],
  notes: {
    Normal: note('BASIC', 'An ordinary input.'),
    EdgeCase: note('EDGE_CASE', 'An unusual input that is as good as any.'),
    TooFewIterations: note(
      'WEAK_PARAMS',
      'The count is below what the caller takes.',
      'A server that names a low count learns the password from what follows.',
    ),
    TooManyIterations: note('DENIAL_OF_SERVICE', 'The count is above what the caller takes, or what the format holds.'),
    WrongPassword: note('AUTH_BYPASS', 'The password is another.'),
    NormalizedPassword: note('MODIFIED_PARAMETER', 'The password differs in what a normalization would take away.'),
    UnequalHalves: note('MISSING_STEP', 'The two copies of the data key differ.'),
    ForgedHalves: note(
      'KNOWN_BUG',
      'The vector is the last block, and the second half repeats the first, so that both halves decrypt alike.',
      'Every password opens it, to a data key that nobody knows.',
    ),
    MovedBlocks: note(
      'KNOWN_BUG',
      'The blocks of good parameters were moved, so that other halves are equal.',
      'The right password opens it, to a data key that nobody knows. That both halves are equal authenticates nothing.',
    ),
    ModifiedParams: note('MODIFIED_PARAMETER', 'A byte was changed after the data key was wrapped.'),
    ModifiedMessage: note('AUTH_BYPASS', 'A part of the message was changed after it was sealed.'),
    WrongDerivation: note('WRONG_PRIMITIVE', 'The key was derived in another way.'),
    WrongPrimitive: note('WRONG_PRIMITIVE', 'It was sealed with another cipher.'),
    WrongVersion: note('MODIFIED_PARAMETER', 'The version is not 1.'),
    WrongLength: note('MODIFIED_PARAMETER', 'The input has a length that it cannot have.'),
    WrongKeyLength: note('MODIFIED_PARAMETER', 'What was wrapped does not have 32 bytes.'),
    WrongSalt: note('WEAK_PARAMS', 'The salt does not have 16 bytes.'),
    PartialComparison: note('AUTH_BYPASS', 'A part of the value is right: all of it must be.'),
    KeyAsProof: note(
      'AUTH_BYPASS',
      'What a server keeps is shown in place of what follows from it.',
      'Whoever reads the database logs in.',
    ),
    EmptyDomain: note('MISSING_STEP', 'The domain is empty, and separates nothing.'),
    WrongDomain: note('MISSING_STEP', 'The key is of another domain.'),
    WrongRecipient: note('AUTH_BYPASS', 'It was sealed to, or under, another key.'),
    InvalidPoint: note('CONFIDENTIALITY', 'The public point is not an uncompressed point of P-256.'),
    Downgrade: note(
      'AUTH_BYPASS',
      'The server names a way that the caller does not take.',
      'A data key that anyone can wrap to a device would replace the one under the password, and the other way round.',
    ),
    WrongKind: note(
      'MODIFIED_PARAMETER',
      'The caller has no secret for the way that the server names, or the bytes are of another.',
    ),
    MismatchedHalves: note('CONFIDENTIALITY', 'The public half does not belong to the private one.'),
    InvalidScalar: note(
      'MODIFIED_PARAMETER',
      'The private key is not a scalar of 32 bytes from 1 to the order less 1.',
    ),
    WrongPadding: note('MISSING_STEP', 'The padding is not that of PKCS #7.'),
  },
  groups: [...encryptionParamsGroups, ...loginGroups, ...domainGroups, ...deviceGroups, ...underDataKeyGroups],
};
