import { toHex, utf8 } from '../runner/bytes.js';
import { invalid, note, valid, type FileDefinition, type GroupDefinition, type TestDefinition } from './define.js';
import {
  byHash,
  byHkdf,
  bytes,
  cbc,
  concat,
  ecies,
  FIELD_PRIME,
  findPair,
  flip,
  gcm,
  GROUP_ORDER,
  hexPair,
  hkdf,
  pair,
  pairOf,
  sha256,
  sharedSecret,
  toDigits,
  toNumber,
  type EciesParts,
  type Pair,
} from './forge.js';

export const INVALID_POINT_NOTES = {
  InvalidCurveAttack: note(
    'CONFIDENTIALITY',
    'The public point does not lie on P-256.',
    'An implementation that multiplies it with its private key gives the key away, a few bits with each message.',
  ),
  CompressedPoint: note(
    'MODIFIED_PARAMETER',
    'The public point is compressed. Only uncompressed points, 65 bytes from 04 on, are on this wire.',
  ),
  HybridPoint: note('MODIFIED_PARAMETER', 'The public point has the hybrid form of X9.62, which begins with 06 or 07.'),
  PointAtInfinity: note('CONFIDENTIALITY', 'The public point is the identity, or zeros in its place.'),
  CoordinateOverflow: note(
    'MODIFIED_PARAMETER',
    'A coordinate is written as itself plus the field prime: the same point in a second encoding.',
  ),
};

const COMMON_NOTES = {
  Normal: note('BASIC', 'An ordinary message.'),
  EdgeCaseLength: note('EDGE_CASE', 'The plaintext is empty, or its length lies on an edge of the block size.'),
  EdgeCaseKey: note('EDGE_CASE', 'A private key with an unusual value.'),
  LeadingZeros: note(
    'EDGE_CASE',
    'The shared secret or a coordinate begins with zero bytes, which stay: all of them have 32 bytes.',
    'An implementation that drops them fails for one message in 256.',
  ),
};

interface Form {
  readonly keyDerivation: 'sha256' | 'hkdf';
  readonly derive: typeof byHash;
}

const FORMS: readonly Form[] = [
  { keyDerivation: 'sha256', derive: byHash },
  { keyDerivation: 'hkdf', derive: byHkdf },
];

const none = new Uint8Array(0);
const recipient = pair('ecies recipient');
const stranger = pair('ecies stranger');
const one = pairOf(toDigits(1n));
const last = pairOf(toDigits(GROUP_ORDER - 1n));

/** An ephemeral pair whose shared secret with the recipient begins with a zero byte. */
const zeroSecret = findPair(
  'ecies zero secret',
  ({ privateKey }) => sharedSecret(privateKey, recipient.publicKey)[0] === 0,
);
const zeroX = findPair('ecies zero x', ({ publicKey }) => publicKey[1] === 0);
const zeroY = findPair('ecies zero y', ({ publicKey }) => publicKey[33] === 0);

function sealTests({ keyDerivation }: Form): TestDefinition[] {
  let count = 0;
  const inputs = (
    options: { ephemeral?: Pair; to?: Uint8Array; plaintext?: Uint8Array; info?: Uint8Array } = {},
  ): TestDefinition['inputs'] => {
    const label = `ecies seal ${keyDerivation} ${++count}`;
    const { ephemeral = pair(`${label} ephemeral`), to = recipient.publicKey, info = none } = options;
    const { plaintext = bytes(`${label} plaintext`, 32) } = options;
    return {
      recipientPublicKey: toHex(to),
      info: toHex(info),
      ephemeralPrivateKey: toHex(ephemeral.privateKey),
      nonce: toHex(bytes(`${label} nonce`, 12)),
      plaintext: toHex(plaintext),
    };
  };
  const ofLength = (length: number) => ({ plaintext: bytes(`ecies plaintext ${length}`, length) });
  return [
    valid('Normal', 'a 32-byte key, no context', inputs()),
    valid('Normal', 'a 32-byte key, a context of text', inputs({ info: utf8('vaultwire test context') })),
    valid('Normal', 'a context of 200 bytes', inputs({ info: bytes('ecies long info', 200) })),
    valid('EdgeCaseLength', 'an empty plaintext', inputs(ofLength(0))),
    ...[1, 15, 16, 17, 1000].map((length) =>
      valid('EdgeCaseLength', `a plaintext of ${length} bytes`, inputs(ofLength(length))),
    ),
    valid('LeadingZeros', 'the shared secret begins with a zero byte', inputs({ ephemeral: zeroSecret })),
    valid('LeadingZeros', 'x of the ephemeral point begins with a zero byte', inputs({ ephemeral: zeroX })),
    valid('LeadingZeros', 'y of the ephemeral point begins with a zero byte', inputs({ ephemeral: zeroY })),
    valid('EdgeCaseKey', 'the ephemeral private key is 1', inputs({ ephemeral: one })),
    valid('EdgeCaseKey', 'the ephemeral private key is the order less 1', inputs({ ephemeral: last })),
    ...badPoints(stranger).map(({ flag, comment, point }) =>
      invalid(flag, `recipient: ${comment}`, 'point-invalid', inputs({ to: point })),
    ),
  ];
}

interface BadPoint {
  readonly flag: keyof typeof INVALID_POINT_NOTES;
  readonly comment: string;
  readonly point: Uint8Array;
}

/** y^2 of a point of P-256 with this x, and the point when there is one; x is small, so that x + p has 32 bytes. */
function pointWithSmallX(): Uint8Array {
  const b = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;
  for (let x = 5n; ; x++) {
    const square = ((((x * x - 3n) * x + b) % FIELD_PRIME) + FIELD_PRIME) % FIELD_PRIME;
    const y = power(square, (FIELD_PRIME + 1n) / 4n);
    if ((y * y) % FIELD_PRIME === square) return concat(Uint8Array.of(4), toDigits(x), toDigits(y));
  }
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let square = base, rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % FIELD_PRIME;
    square = (square * square) % FIELD_PRIME;
  }
  return result;
}

export function overflowingPoint(): { readonly point: Uint8Array; readonly same: Uint8Array } {
  const same = pointWithSmallX();
  const x = BigInt(`0x${toHex(same.subarray(1, 33))}`);
  return { same, point: concat(Uint8Array.of(4), toDigits(x + FIELD_PRIME), same.subarray(33)) };
}

/** Points that every reader of public keys must refuse. */
export function badPoints(good: Pair): readonly BadPoint[] {
  const { publicKey } = good;
  const parity = (publicKey[64] ?? 0) & 1;
  return [
    { flag: 'InvalidCurveAttack', comment: 'the lowest bit of y is flipped', point: flip(publicKey, 64) },
    { flag: 'InvalidCurveAttack', comment: 'x = y = 1', point: concat(Uint8Array.of(4), toDigits(1n), toDigits(1n)) },
    {
      flag: 'CompressedPoint',
      comment: 'a compressed point',
      point: concat(Uint8Array.of(2 + parity), publicKey.subarray(1, 33)),
    },
    { flag: 'HybridPoint', comment: 'a hybrid point', point: concat(Uint8Array.of(6 + parity), publicKey.subarray(1)) },
    { flag: 'PointAtInfinity', comment: 'the identity, one zero byte', point: Uint8Array.of(0) },
    { flag: 'PointAtInfinity', comment: '04 and 64 zero bytes', point: concat(Uint8Array.of(4), new Uint8Array(64)) },
    { flag: 'CoordinateOverflow', comment: 'x is written as x + p', point: overflowingPoint().point },
  ];
}

function negated(point: Uint8Array): Uint8Array {
  return concat(point.subarray(0, 33), toDigits(FIELD_PRIME - toNumber(point.subarray(33))));
}

function openTests({ keyDerivation, derive }: Form): TestDefinition[] {
  let count = 0;
  const context = utf8('vaultwire test context');
  const make = (changes: Partial<EciesParts> = {}) => {
    const label = `ecies open ${keyDerivation} ${++count}`;
    return ecies({
      recipient: recipient.publicKey,
      ephemeral: pair(`${label} ephemeral`),
      nonce: bytes(`${label} nonce`, 12),
      plaintext: bytes(`${label} plaintext`, 32),
      derive,
      ...changes,
    });
  };
  const inputs = (sealed: Uint8Array, info: Uint8Array = none): TestDefinition['inputs'] => ({
    info: toHex(info),
    sealed: toHex(sealed),
  });
  const refused = (flag: string, comment: string, sealed: Uint8Array, info?: Uint8Array): TestDefinition =>
    invalid(flag, comment, 'open-failed', inputs(sealed, info));
  const ofLength = (length: number) => make({ plaintext: bytes(`ecies plaintext ${length}`, length) });

  const good = make();
  const point = good.subarray(0, 65);
  const rest = good.subarray(65);
  const other = FORMS.find((form) => form.keyDerivation !== keyDerivation);
  const overflow = overflowingPoint();
  const overflowKey = derive(sharedSecret(recipient.privateKey, overflow.same), none);
  const longBody = gcm(bytes('ecies filler key', 32), bytes('ecies filler nonce', 12), bytes('ecies filler', 64));

  const wrongKeys: [string, string, EciesParts['derive']][] = [
    ['WrongKeyDerivation', `derived with ${other?.keyDerivation ?? ''}`, other?.derive],
    ['MissingKeyDerivation', 'the shared secret itself is the key', (secret) => secret],
    ['X963KeyDerivation', 'SHA-256(Z || 00000001 || info)', (z, info) => sha256(z, Uint8Array.of(0, 0, 0, 1), info)],
    [
      'WholePointHashed',
      'both coordinates of the shared point enter the derivation',
      (_z, info, whole) => derive(whole.slice(1), info),
    ],
    ['SwappedDerivationInput', 'SHA-256(info || Z)', (z, info) => sha256(info, z)],
    ['DoubleHash', 'SHA-256(SHA-256(Z || info))', (z, info) => sha256(sha256(z, info))],
    ['WrongHkdfInput', 'HKDF with the context as salt', (z, info) => hkdf(z, info, none)],
    ['WrongHkdfInput', 'HKDF, but the first 32 of 64 bytes left out', (z, info) => hkdf(z, none, info, 64).slice(32)],
    ['Aes128', 'AES-128 under the first half of the key', (z, info) => derive(z, info).slice(0, 16)],
  ];

  return [
    valid('Normal', 'a 32-byte key, no context', inputs(good)),
    valid('Normal', 'with a context', inputs(make({ info: context }), context)),
    valid('EdgeCaseLength', 'an empty plaintext: 93 bytes, the shortest message', inputs(ofLength(0))),
    ...[1, 16, 1000].map((length) =>
      valid('EdgeCaseLength', `a plaintext of ${length} bytes`, inputs(ofLength(length))),
    ),
    valid('LeadingZeros', 'the shared secret begins with a zero byte', inputs(make({ ephemeral: zeroSecret }))),
    valid('EdgeCaseKey', 'the ephemeral private key was 1', inputs(make({ ephemeral: one }))),
    valid('EdgeCaseKey', 'the ephemeral private key was the order less 1', inputs(make({ ephemeral: last }))),
    valid('EdgeCaseKey', "the ephemeral key is the recipient's own", inputs(make({ ephemeral: recipient }))),
    valid(
      'MalleableEphemeralKey',
      'y of the ephemeral point was negated on the way',
      inputs(concat(negated(point), rest)),
    ),

    invalid('TruncatedMessage', 'no bytes', 'message-too-short', inputs(none)),
    invalid('TruncatedMessage', 'the ephemeral point alone', 'message-too-short', inputs(point)),
    invalid(
      'TruncatedMessage',
      '92 bytes: one less than any message has',
      'message-too-short',
      inputs(ofLength(0).subarray(0, 92)),
    ),
    refused('TruncatedMessage', 'the last byte is missing', good.subarray(0, -1)),
    refused('TrailingBytes', 'a zero byte behind the tag', concat(good, Uint8Array.of(0))),
    refused('ModifiedTag', 'the first bit of the tag is flipped', flip(good, -16, 0x80)),
    refused('ModifiedTag', 'the last bit of the tag is flipped', flip(good, -1)),
    refused('ModifiedTag', 'the tag is zeros', concat(good.subarray(0, -16), new Uint8Array(16))),
    refused('ModifiedCiphertext', 'a bit of the ciphertext is flipped', flip(good, 65 + 12)),
    refused('ModifiedNonce', 'a bit of the nonce is flipped', flip(good, 65)),
    refused('ReplacedEphemeralKey', 'another good point', concat(stranger.publicKey, rest)),
    refused('WrongRecipient', 'sealed to another public key', make({ recipient: stranger.publicKey })),
    refused('WrongInfo', 'sealed with a context, opened without', make({ info: context })),
    refused('WrongInfo', 'sealed without a context, opened with', good, context),
    refused('WrongInfo', 'the context differs in case', make({ info: utf8('Vaultwire test context') }), context),
    ...wrongKeys
      .filter(([flag]) => keyDerivation === 'hkdf' || flag !== 'WrongHkdfInput')
      .map(([flag, comment, wrong]) =>
        refused(flag, comment, make({ info: context, ...(wrong && { derive: wrong }) }), context),
      ),
    refused(
      'StrippedSharedSecret',
      'the shared secret without its leading zero byte',
      make({ ephemeral: zeroSecret, derive: (secret, info) => derive(secret.slice(1), info) }),
    ),
    refused(
      'UnexpectedAdditionalData',
      'the ephemeral point as additional data',
      make({ encrypt: (key, nonce, plaintext) => gcm(key, nonce, plaintext, { additionalData: point }) }),
    ),
    refused('ShortTag', 'a tag of 4 bytes', make({ encrypt: (k, n, p) => gcm(k, n, p, { tagLength: 4 }) })),
    refused('ShortTag', 'a tag of 12 bytes', make({ encrypt: (k, n, p) => gcm(k, n, p, { tagLength: 12 }) })),
    refused('WrongNonceLength', 'a nonce of 16 bytes', make({ nonce: bytes(`ecies long nonce ${keyDerivation}`, 16) })),
    refused(
      'MissingNonce',
      'a nonce of zeros that is not sent',
      make({ encrypt: (k, n, p) => gcm(k, new Uint8Array(12), p).slice(n.length) }),
    ),
    refused(
      'WrongOrder',
      'the tag before the ciphertext',
      concat(point, rest.subarray(0, 12), rest.subarray(-16), rest.subarray(12, -16)),
    ),
    invalid('WrongOrder', 'the ephemeral point last', 'point-invalid', inputs(concat(rest, point))),
    refused(
      'WrongCipher',
      'AES-CBC in place of AES-GCM',
      make({ encrypt: (k, _n, p) => cbc(k, bytes('ecies iv', 16), p) }),
    ),

    ...badPoints(stranger)
      .filter(({ comment }) => comment !== 'x is written as x + p')
      .map(({ flag, comment, point: bad }) => invalid(flag, comment, 'point-invalid', inputs(concat(bad, longBody)))),
    invalid(
      'CoordinateOverflow',
      'x is written as x + p, sealed under the secret that reducing it gives',
      'point-invalid',
      inputs(concat(overflow.point, gcm(overflowKey, bytes('ecies overflow', 12), bytes('ecies overflow', 32)))),
    ),
    invalid('MissingPointPrefix', 'the point without its first byte', 'point-invalid', inputs(good.subarray(1))),
  ];
}

const groups: GroupDefinition[] = FORMS.flatMap((form): GroupDefinition[] => [
  { type: 'EciesSeal', shared: { keyDerivation: form.keyDerivation }, tests: sealTests(form) },
  {
    type: 'EciesOpen',
    shared: { keyDerivation: form.keyDerivation, recipient: hexPair(recipient) },
    tests: openTests(form),
  },
]);

export const eciesFile: FileDefinition = {
  file: 'ecies.json',
  algorithm: 'P-256 ECIES',
  header: [
    'EciesSeal: from the ephemeral private key and the nonce that are given, the sealed message follows byte for byte.',
    'EciesOpen: an invalid message must not open. Every such failure may be reported alike.',
  ],
  notes: {
    ...COMMON_NOTES,
    ...INVALID_POINT_NOTES,
    MalleableEphemeralKey: note(
      'EDGE_CASE',
      'A point and its negative have the same x-coordinate, and nothing else of the point enters the derivation.',
      'Such a message opens. Whoever tells messages apart by their bytes must not count on the ephemeral point alone.',
    ),
    TruncatedMessage: note('MODIFIED_PARAMETER', 'Bytes are missing at the end.'),
    TrailingBytes: note('MODIFIED_PARAMETER', 'Bytes follow the tag.'),
    ModifiedTag: note('AUTH_BYPASS', 'The tag is not the one of the ciphertext.'),
    ModifiedCiphertext: note('AUTH_BYPASS', 'The ciphertext was changed after it was sealed.'),
    ModifiedNonce: note('AUTH_BYPASS', 'The nonce was changed after the message was sealed.'),
    ReplacedEphemeralKey: note('AUTH_BYPASS', 'The ephemeral point was replaced by another.'),
    WrongRecipient: note('AUTH_BYPASS', 'The message was sealed to another key.'),
    WrongInfo: note('MISSING_STEP', 'The context is not the one that the message was sealed with.'),
    WrongKeyDerivation: note('WRONG_PRIMITIVE', 'The key was derived in the other of the two ways.'),
    MissingKeyDerivation: note('MISSING_STEP', 'The shared secret was used as the key, without a derivation.'),
    X963KeyDerivation: note('WRONG_PRIMITIVE', 'The key was derived by the KDF of X9.63, as many ECIES do.'),
    WholePointHashed: note('MISSING_STEP', 'The whole shared point entered the derivation, in place of x alone.'),
    SwappedDerivationInput: note('MISSING_STEP', 'The context went before the shared secret.'),
    DoubleHash: note('MISSING_STEP', 'The derived key was hashed once more.'),
    WrongHkdfInput: note(
      'MISSING_STEP',
      'An input of HKDF is in the wrong place, or the wrong part of its output is taken.',
    ),
    Aes128: note('WEAK_PARAMS', 'The message was sealed under AES-128.'),
    StrippedSharedSecret: note('MISSING_STEP', 'Leading zero bytes of the shared secret were dropped.'),
    UnexpectedAdditionalData: note(
      'MISSING_STEP',
      'The message was sealed with additional data; there is none on this wire.',
    ),
    ShortTag: note(
      'AUTH_BYPASS',
      'The tag has less than 16 bytes.',
      'A tag of 4 bytes is guessed in 2^32 tries. Some libraries take it unless told otherwise.',
    ),
    WrongNonceLength: note('MODIFIED_PARAMETER', 'The nonce has 16 bytes; 12 is the only length.'),
    MissingNonce: note('MISSING_STEP', 'A fixed nonce was used and not sent.'),
    WrongOrder: note('MISSING_STEP', 'The parts of the message stand in another order.'),
    WrongCipher: note('WRONG_PRIMITIVE', 'The message was sealed with AES-CBC.'),
    MissingPointPrefix: note('MODIFIED_PARAMETER', 'The ephemeral point comes as x and y without the byte 04.'),
  },
  groups,
};
