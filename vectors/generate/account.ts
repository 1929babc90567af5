import { ml_kem1024, ml_kem768 } from '@noble/post-quantum/ml-kem.js';
import { toHex, utf8, type Bytes } from '../runner/bytes.js';
import {
  invalid,
  note,
  partly,
  valid,
  type FileDefinition,
  type GroupDefinition,
  type TestDefinition,
} from './define.js';
import { badPoints, INVALID_POINT_NOTES } from './ecies.js';
import {
  b64,
  b64url,
  bytes,
  concat,
  ecies,
  flip,
  gcm,
  hexPair,
  hkdf,
  pair,
  sha256,
  sharedSecret,
  type Pair,
} from './forge.js';

/* The hybrid with ML-KEM, its keys in PEM, account requests, and what users send to routers. */

type ParameterSet = 'ML-KEM-768' | 'ML-KEM-1024';
const PARAMETER_SETS = ['ML-KEM-768', 'ML-KEM-1024'] as const;
const NONE = new Uint8Array(0);

const kem = (parameterSet: ParameterSet) => (parameterSet === 'ML-KEM-768' ? ml_kem768 : ml_kem1024);
const suiteName = (parameterSet: ParameterSet): string => `HPKE_${parameterSet}_ECDH-P256_HKDF-SHA256_AES-GCM-256`;

interface Recipient {
  readonly parameterSet: ParameterSet;
  readonly ec: Pair;
  readonly seed: Bytes;
  readonly mlKemPublicKey: Bytes;
}

function recipientOf(label: string, parameterSet: ParameterSet): Recipient {
  const seed = bytes(`${label} ${parameterSet} seed`, 64);
  const mlKemPublicKey = new Uint8Array(kem(parameterSet).keygen(seed).publicKey);
  return { parameterSet, ec: pair(`${label} ${parameterSet} ec`), seed, mlKemPublicKey };
}

/** What enters the derivation of a message's key; any of it may be changed. */
interface Derivation {
  readonly optionalData: Uint8Array;
  readonly name: Uint8Array;
  readonly recipientPoint: Uint8Array;
  readonly ephemeralPoint: Uint8Array;
  readonly ciphertextDigest: Uint8Array;
  readonly version: number;
  readonly z1: Uint8Array;
  readonly z2: Uint8Array;
  readonly salt: Uint8Array;
}

const infoOf = (parts: Derivation): Uint8Array =>
  concat(
    parts.optionalData,
    parts.name,
    parts.recipientPoint,
    parts.ephemeralPoint,
    parts.ciphertextDigest,
    Uint8Array.of(parts.version),
  );

interface Message {
  readonly clientEcPublicKey: Uint8Array;
  readonly mlKemEncapsulatedKey: Uint8Array;
  readonly data: Uint8Array;
  readonly version: number;
}

function hybrid(
  to: Recipient,
  label: string,
  options: {
    readonly optionalData?: Uint8Array;
    readonly plaintext?: Uint8Array;
    readonly change?: (parts: Derivation, ciphertext: Uint8Array) => Partial<Derivation>;
    readonly derive?: (parts: Derivation) => Uint8Array;
    readonly encrypt?: typeof gcm;
  } = {},
): Message {
  const ephemeral = pair(`${label} ephemeral`);
  const { cipherText, sharedSecret: z2 } = kem(to.parameterSet).encapsulate(
    to.mlKemPublicKey,
    bytes(`${label} encapsulation`, 32),
  );
  const plain: Derivation = {
    optionalData: options.optionalData ?? NONE,
    name: utf8(suiteName(to.parameterSet)),
    recipientPoint: to.ec.publicKey,
    ephemeralPoint: ephemeral.publicKey,
    ciphertextDigest: sha256(cipherText),
    version: 1,
    z1: sharedSecret(ephemeral.privateKey, to.ec.publicKey),
    z2,
    salt: new Uint8Array(32),
  };
  const parts = { ...plain, ...options.change?.(plain, cipherText) };
  const derive = options.derive ?? ((from: Derivation) => hkdf(concat(from.z1, from.z2), from.salt, infoOf(from)));
  const encrypt = options.encrypt ?? gcm;
  return {
    clientEcPublicKey: ephemeral.publicKey,
    mlKemEncapsulatedKey: cipherText,
    data: encrypt(
      new Uint8Array(derive(parts)),
      bytes(`${label} nonce`, 12),
      options.plaintext ?? bytes(`${label} plaintext`, 32),
    ),
    version: 1,
  };
}

const hexMessage = (message: Message, optionalData: Uint8Array = NONE): TestDefinition['inputs'] => ({
  ...(optionalData.length > 0 && { optionalData: toHex(optionalData) }),
  clientEcPublicKey: toHex(message.clientEcPublicKey),
  mlKemEncapsulatedKey: toHex(message.mlKemEncapsulatedKey),
  data: toHex(message.data),
  version: message.version,
});

function hybridGroups(parameterSet: ParameterSet): GroupDefinition[] {
  const to = recipientOf('hybrid recipient', parameterSet);
  const stranger = recipientOf('hybrid stranger', parameterSet);
  const context = bytes('hybrid optional data', 16);
  let count = 0;
  const sealing = (changes: Record<string, string> = {}): TestDefinition['inputs'] => {
    const label = `hybrid seal ${parameterSet} ${++count}`;
    return {
      ephemeralPrivateKey: toHex(pair(`${label} ephemeral`).privateKey),
      encapsulationRandomness: toHex(bytes(`${label} encapsulation`, 32)),
      nonce: toHex(bytes(`${label} nonce`, 12)),
      plaintext: toHex(bytes(`${label} plaintext`, 32)),
      ...changes,
    };
  };
  const make = (options: Parameters<typeof hybrid>[2] = {}): Message =>
    hybrid(to, `hybrid open ${parameterSet} ${++count}`, options);
  const good = make();
  const withContext = make({ optionalData: context });
  const refused = (flag: string, comment: string, message: Message, optionalData?: Uint8Array): TestDefinition =>
    invalid(flag, comment, 'open-failed', hexMessage(message, optionalData));
  const changed = (flag: string, comment: string, change: NonNullable<Parameters<typeof hybrid>[2]>['change']) =>
    refused(flag, comment, make({ ...(change && { change }) }));
  const wrong = (flag: string, comment: string, code: string, changes: Partial<Message>): TestDefinition =>
    invalid(flag, comment, code, hexMessage({ ...good, ...changes }));
  const length = good.mlKemEncapsulatedKey.length;
  return [
    {
      type: 'HybridSeal',
      shared: { parameterSet, ecPublicKey: toHex(to.ec.publicKey), mlKemPublicKey: toHex(to.mlKemPublicKey) },
      tests: [
        valid('Normal', 'a transmission key', sealing()),
        valid('Normal', 'a transmission key, with optional data', sealing({ optionalData: toHex(context) })),
        valid('EdgeCase', 'an empty plaintext', sealing({ plaintext: '' })),
        valid('EdgeCase', 'the randomness of ML-KEM is zeros', sealing({ encapsulationRandomness: '00'.repeat(32) })),
        invalid(
          'OptionalDataLength',
          'optional data of 15 bytes',
          'length-invalid',
          sealing({ optionalData: '00'.repeat(15) }),
        ),
        invalid(
          'OptionalDataLength',
          'optional data of 17 bytes',
          'length-invalid',
          sealing({ optionalData: '00'.repeat(17) }),
        ),
      ],
    },
    {
      type: 'HybridOpen',
      shared: { parameterSet, recipient: hexPair(to.ec), mlKemSeed: toHex(to.seed) },
      tests: [
        valid('Normal', 'a transmission key', hexMessage(good)),
        valid('Normal', 'a transmission key, with optional data', hexMessage(withContext, context)),
        valid('EdgeCase', 'an empty plaintext', hexMessage(make({ plaintext: NONE }))),
        refused('WrongOptionalData', 'sealed with optional data, opened without', withContext),
        refused('WrongOptionalData', 'sealed without optional data, opened with', good, context),
        refused('WrongOptionalData', 'a bit of the optional data is flipped', withContext, flip(context, 15)),
        invalid(
          'OptionalDataLength',
          'optional data of 8 bytes',
          'length-invalid',
          hexMessage(good, context.subarray(8)),
        ),
        wrong('WrongVersion', 'version 0', 'parameter-out-of-range', { version: 0 }),
        wrong('WrongVersion', 'version 2', 'parameter-out-of-range', { version: 2 }),
        changed('WrongVersion', 'version 2 in the derivation', () => ({ version: 2 })),
        changed('WrongSuiteName', 'the name of the other parameter set', () => ({
          name: utf8(suiteName(parameterSet === 'ML-KEM-768' ? 'ML-KEM-1024' : 'ML-KEM-768')),
        })),
        changed('WrongSuiteName', 'no name', () => ({ name: NONE })),
        changed(
          'WrongDerivation',
          'the first 32 bytes of the ciphertext in place of its digest',
          (_parts, ciphertext) => ({
            ciphertextDigest: ciphertext.subarray(0, 32),
          }),
        ),
        changed('WrongDerivation', 'without the ciphertext', () => ({ ciphertextDigest: NONE })),
        changed('WrongDerivation', 'the points in the other order', ({ recipientPoint, ephemeralPoint }) => ({
          recipientPoint: ephemeralPoint,
          ephemeralPoint: recipientPoint,
        })),
        changed('WrongDerivation', 'the shared secrets in the other order', ({ z1, z2 }) => ({ z1: z2, z2: z1 })),
        changed('WrongDerivation', 'a salt of ones', () => ({
          salt: new Uint8Array(32).fill(1),
        })),
        changed('MissingShare', 'without the secret of ECDH', () => ({ z1: NONE })),
        changed('MissingShare', 'without the secret of ML-KEM', () => ({ z2: NONE })),
        changed('MissingShare', 'zeros in place of the secret of ML-KEM', () => ({ z2: new Uint8Array(32) })),
        refused(
          'WrongPrimitive',
          'SHA-256 in place of HKDF',
          make({ derive: (from) => sha256(from.z1, from.z2, infoOf(from)) }),
        ),
        refused('ModifiedMessage', 'a bit of the ML-KEM ciphertext is flipped', {
          ...good,
          mlKemEncapsulatedKey: flip(good.mlKemEncapsulatedKey, 0),
        }),
        refused('ModifiedMessage', 'the last bit of the ML-KEM ciphertext is flipped', {
          ...good,
          mlKemEncapsulatedKey: flip(good.mlKemEncapsulatedKey, -1),
        }),
        refused('ModifiedMessage', 'the ML-KEM ciphertext is zeros', {
          ...good,
          mlKemEncapsulatedKey: new Uint8Array(length),
        }),
        refused('ModifiedMessage', 'the ML-KEM ciphertext of another message', {
          ...good,
          mlKemEncapsulatedKey: withContext.mlKemEncapsulatedKey,
        }),
        refused('ModifiedMessage', 'a bit of the tag is flipped', { ...good, data: flip(good.data, -1) }),
        refused('ModifiedMessage', 'another ephemeral point', { ...good, clientEcPublicKey: stranger.ec.publicKey }),
        refused(
          'WrongRecipient',
          'sealed to another EC key',
          hybrid({ ...to, ec: stranger.ec }, `hybrid ec ${parameterSet}`),
        ),
        refused(
          'WrongRecipient',
          'sealed to another ML-KEM key',
          hybrid({ ...to, mlKemPublicKey: stranger.mlKemPublicKey }, `hybrid kem ${parameterSet}`),
        ),
        refused('ShortTag', 'a tag of 12 bytes', make({ encrypt: (k, n, p) => gcm(k, n, p, { tagLength: 12 }) })),
        wrong('WrongLength', 'data of 27 bytes', 'message-too-short', { data: new Uint8Array(27) }),
        wrong('WrongLength', 'an ML-KEM ciphertext one byte short', 'length-invalid', {
          mlKemEncapsulatedKey: good.mlKemEncapsulatedKey.subarray(1),
        }),
        wrong('WrongLength', 'an ML-KEM ciphertext one byte long', 'length-invalid', {
          mlKemEncapsulatedKey: concat(good.mlKemEncapsulatedKey, Uint8Array.of(0)),
        }),
        wrong('WrongLength', 'no ML-KEM ciphertext', 'length-invalid', { mlKemEncapsulatedKey: NONE }),
        ...badPoints(stranger.ec).map(({ flag, comment, point }) =>
          wrong(flag, `clientEcPublicKey: ${comment}`, point.length === 65 ? 'point-invalid' : 'length-invalid', {
            clientEcPublicKey: point,
          }),
        ),
      ],
    },
  ];
}

export const hybridFile: FileDefinition = {
  file: 'hybrid.json',
  algorithm: 'P-256 and ML-KEM',
  header: [
    'HybridSeal: from the ephemeral private key, the randomness of ML-KEM and the nonce, the message follows.',
    'HybridOpen: an invalid message must not open. The ML-KEM private key is the seed d || z of FIPS 203.',
  ],
  notes: {
    ...INVALID_POINT_NOTES,
    Normal: note('BASIC', 'An ordinary message.'),
    EdgeCase: note('EDGE_CASE', 'An unusual input that is as good as any.'),
    OptionalDataLength: note('MODIFIED_PARAMETER', 'The optional data is there, and not 16 bytes.'),
    WrongOptionalData: note('MISSING_STEP', 'The optional data is not the one that the message was sealed with.'),
    WrongVersion: note('MODIFIED_PARAMETER', 'The version, which enters the derivation as a byte, is not 1.'),
    WrongSuiteName: note('MISSING_STEP', 'The name of the suite did not enter the derivation.'),
    WrongDerivation: note('MISSING_STEP', 'A part of the derivation is missing, changed, or in another place.'),
    MissingShare: note(
      'WEAK_PARAMS',
      'One of the two shared secrets did not enter the derivation.',
      'The message is then no stronger than the other one alone.',
    ),
    WrongPrimitive: note('WRONG_PRIMITIVE', 'The key was derived in another way.'),
    ModifiedMessage: note('AUTH_BYPASS', 'A part of the message was changed after it was sealed.'),
    WrongRecipient: note('AUTH_BYPASS', 'One of the two keys is not the one the message was sealed to.'),
    ShortTag: note('AUTH_BYPASS', 'The tag has less than 16 bytes.'),
    WrongLength: note('MODIFIED_PARAMETER', 'A part of the message has a length that it cannot have.'),
  },
  groups: PARAMETER_SETS.flatMap(hybridGroups),
};

// ML-KEM keys in PEM

const der = (tag: number, ...contents: readonly Uint8Array[]): Bytes => {
  const body = concat(...contents);
  const size =
    body.length < 128
      ? [body.length]
      : body.length < 256
        ? [0x81, body.length]
        : [0x82, body.length >> 8, body.length & 255];
  return concat(Uint8Array.of(tag, ...size), body);
};
const oid = (last: number): Bytes => Uint8Array.of(6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 4, last);
const spki = (last: number, key: Uint8Array, unused = 0): Bytes =>
  der(0x30, der(0x30, oid(last)), der(3, Uint8Array.of(unused), key));
const pem = (document: Uint8Array, label = 'PUBLIC KEY'): string =>
  `-----BEGIN ${label}-----\n${(b64(document).match(/.{1,64}/g) ?? []).join('\n')}\n-----END ${label}-----\n`;

const small = recipientOf('pem', 'ML-KEM-768').mlKemPublicKey;
const large = recipientOf('pem', 'ML-KEM-1024').mlKemPublicKey;
const smallDer = spki(2, small);

export const mlKemPemFile: FileDefinition = {
  file: 'ml-kem-pem.json',
  algorithm: 'ML-KEM keys in PEM',
  header: ['MlKemPem: read the public key. `pem` of what comes out is the key written again.'],
  notes: {
    Normal: note('BASIC', 'An ordinary key.'),
    Wrapped: note('FUNCTIONALITY', 'The PEM text in base64, as installations hand keys out, or with other line ends.'),
    NotPem: note('MODIFIED_PARAMETER', 'The text is not one PUBLIC KEY and nothing else.'),
    WrongAlgorithm: note('WRONG_PRIMITIVE', 'The key is of another algorithm.'),
    WrongKey: note('MODIFIED_PARAMETER', 'The key has another length, or a coefficient that is not below q.'),
    NotDer: note('BER_ENCODING', 'The document is not the one DER encoding of the key.'),
  },
  groups: [
    {
      type: 'MlKemPem',
      shared: {},
      tests: [
        valid('Normal', 'ML-KEM-768', { pem: pem(smallDer) }),
        valid('Normal', 'ML-KEM-1024', { pem: pem(spki(3, large)) }),
        valid('Wrapped', 'ML-KEM-768, base64 of the text', { pem: b64(utf8(pem(smallDer))) }),
        valid('Wrapped', 'CRLF', { pem: pem(smallDer).replaceAll('\n', '\r\n') }),
        invalid('NotPem', 'nothing', 'pem-invalid', { pem: '' }),
        invalid('NotPem', 'a private key by its label', 'pem-invalid', { pem: pem(smallDer, 'PRIVATE KEY') }),
        invalid('NotPem', 'text behind it', 'pem-invalid', { pem: `${pem(smallDer)}more` }),
        invalid('NotPem', 'the last line is missing', 'pem-invalid', { pem: pem(smallDer).slice(0, -26) }),
        invalid('WrongAlgorithm', 'ML-KEM-512', 'der-invalid', { pem: pem(spki(1, small.subarray(0, 800))) }),
        invalid('WrongAlgorithm', 'a P-256 key', 'der-invalid', {
          pem: pem(
            der(
              0x30,
              der(
                0x30,
                Uint8Array.of(6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1),
                Uint8Array.of(6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7),
              ),
              der(3, Uint8Array.of(0), pair('pem ec').publicKey),
            ),
          ),
        }),
        invalid('WrongKey', 'ML-KEM-1024 by its name, ML-KEM-768 by its length', 'length-invalid', {
          pem: pem(spki(3, small)),
        }),
        invalid('WrongKey', 'one byte short', 'length-invalid', { pem: pem(spki(2, small.subarray(1))) }),
        invalid('WrongKey', 'the first coefficient is q', 'key-invalid', {
          pem: pem(spki(2, concat(Uint8Array.of(0x01, 0x0d | ((small[1] ?? 0) & 0xf0)), small.subarray(2)))),
        }),
        invalid('NotDer', 'parameters NULL', 'der-invalid', {
          pem: pem(der(0x30, der(0x30, oid(2), Uint8Array.of(5, 0)), der(3, Uint8Array.of(0), small))),
        }),
        invalid('NotDer', 'four unused bits', 'der-invalid', { pem: pem(spki(2, small, 4)) }),
        invalid('NotDer', 'a zero byte behind it', 'der-invalid', { pem: pem(concat(smallDer, Uint8Array.of(0))) }),
        invalid('NotDer', 'the last byte is missing', 'der-invalid', { pem: pem(smallDer.subarray(0, -1)) }),
        invalid('NotDer', 'a length that is not minimal', 'der-invalid', {
          pem: pem(concat(Uint8Array.of(0x30, 0x83, 0), smallDer.subarray(2))),
        }),
      ],
    },
  ],
};

// Account requests

const server = recipientOf('account server', 'ML-KEM-768');
const other = recipientOf('account other', 'ML-KEM-768');
const EC_ID = 20;
const ML_KEM_ID = 140;

const varint = (value: number): Uint8Array => {
  const found: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) found.push((value & 127) | 128);
  return Uint8Array.of(...found, value);
};
const field = (number: number, content: Uint8Array): Uint8Array =>
  content.length === 0 ? NONE : concat(varint(number * 8 + 2), varint(content.length), content);
const numeric = (number: number, value: number): Uint8Array =>
  value === 0 ? NONE : concat(varint(number * 8), varint(value));

interface Envelope {
  readonly key: Uint8Array;
  readonly keyId: number;
  readonly locale: Uint8Array;
  readonly payload: Uint8Array;
  readonly qrc: Uint8Array;
}
const encode = (parts: Envelope, ...extra: readonly Uint8Array[]): Bytes =>
  concat(
    field(1, parts.key),
    numeric(2, parts.keyId),
    field(3, parts.locale),
    field(4, parts.payload),
    field(8, parts.qrc),
    ...extra,
  );
const encodeQrc = (message: Message, ecKeyId = EC_ID): Uint8Array =>
  concat(
    field(1, message.clientEcPublicKey),
    field(2, message.mlKemEncapsulatedKey),
    field(3, message.data),
    numeric(4, message.version),
    numeric(5, ecKeyId),
  );

const TOKEN = bytes('account session token', 40);
const innerOf = (payload: Uint8Array, ...rest: readonly Uint8Array[]): Uint8Array => concat(field(1, payload), ...rest);
const plainInner = innerOf(bytes('account payload', 30), field(2, TOKEN), numeric(4, 3));

function ecEnvelope(label: string, inner: Uint8Array = plainInner, secret = bytes(`${label} key`, 32)): Envelope {
  return {
    key: ecies({
      recipient: server.ec.publicKey,
      ephemeral: pair(`${label} ephemeral`),
      nonce: bytes(`${label} wrap`, 12),
      plaintext: secret,
    }),
    keyId: EC_ID,
    locale: utf8('en_US'),
    payload: gcm(secret.length === 32 ? secret : bytes(label, 32), bytes(`${label} nonce`, 12), inner),
    qrc: NONE,
  };
}

function hybridEnvelope(label: string, optionalData: Uint8Array = NONE): Envelope & { readonly message: Message } {
  const secret = bytes(`${label} key`, 32);
  const message = hybrid(server, label, { plaintext: secret, optionalData });
  return {
    key: optionalData,
    keyId: ML_KEM_ID,
    locale: utf8('en_US'),
    payload: gcm(secret, bytes(`${label} nonce`, 12), plainInner),
    qrc: encodeQrc(message),
    message,
  };
}

function buildTests(): TestDefinition[] {
  let count = 0;
  const inputs = (changes: Record<string, unknown> = {}): TestDefinition['inputs'] => {
    const label = `account build ${++count}`;
    return {
      transmissionKey: toHex(bytes(`${label} key`, 32)),
      ephemeralPrivateKey: toHex(pair(`${label} ephemeral`).privateKey),
      wrapNonce: toHex(bytes(`${label} wrap`, 12)),
      payloadNonce: toHex(bytes(`${label} nonce`, 12)),
      payload: toHex(bytes(`${label} payload`, 24)),
      ...changes,
    };
  };
  const mlKem = {
    id: ML_KEM_ID,
    parameterSet: server.parameterSet,
    publicKey: toHex(server.mlKemPublicKey),
    encapsulationRandomness: toHex(bytes('account build encapsulation', 32)),
  };
  return [
    valid('Normal', 'EC, before login', inputs()),
    valid('Normal', 'EC, with a session token', inputs({ sessionToken: toHex(TOKEN), apiVersion: 3 })),
    valid(
      'Normal',
      'EC, the JSON of a v2 command',
      inputs({ payload: toHex(utf8('{"command":"sync_down"}')), locale: 'de_DE' }),
    ),
    valid('Normal', 'EC, an empty payload', inputs({ payload: '' })),
    valid('Normal', 'hybrid', inputs({ mlKem, sessionToken: toHex(TOKEN) })),
    valid(
      'Normal',
      'hybrid, with optional data',
      inputs({ mlKem: { ...mlKem, optionalData: toHex(bytes('account build data', 16)) } }),
    ),
  ];
}

function openTests(): TestDefinition[] {
  const ec = ecEnvelope('account ec');
  const pq = hybridEnvelope('account hybrid');
  const withData = hybridEnvelope('account hybrid data', bytes('account data', 16));
  const inputs = (parts: Envelope, ...extra: readonly Uint8Array[]) => ({ body: toHex(encode(parts, ...extra)) });
  const raw = (...parts: readonly Uint8Array[]) => ({ body: toHex(concat(...parts)) });
  const inner = (label: string, ...parts: readonly Uint8Array[]) =>
    inputs(ecEnvelope(`account ${label}`, concat(...parts)));
  const qrc = (changes: Partial<Message>) => ({ ...pq, qrc: encodeQrc({ ...pq.message, ...changes }) });
  const proto = (comment: string, body: { body: string }) => invalid('Malformed', comment, 'protobuf-invalid', body);
  return [
    valid('Normal', 'EC', inputs(ec)),
    valid('Normal', 'hybrid', inputs(pq)),
    valid('Normal', 'hybrid, with optional data', inputs(withData)),
    valid('Normal', 'hybrid where it is required', { ...inputs(pq), hybridRequired: true }),
    valid('UnknownFields', 'fields that nobody knows, inside and outside', {
      body: toHex(
        encode(
          ecEnvelope('account unknown', concat(plainInner, field(90, bytes('unknown', 5)))),
          field(99, bytes('unknown', 3)),
          numeric(98, 7),
        ),
      ),
    }),
    valid('UnknownFields', 'the fields in another order', {
      body: toHex(concat(field(4, ec.payload), field(3, ec.locale), numeric(2, ec.keyId), field(1, ec.key))),
    }),
    valid('LastOneCounts', 'the key id comes twice, the last one good', {
      body: toHex(concat(numeric(2, 99), encode(ec))),
    }),
    valid('Normal', 'nothing inside: no payload, no token', inner('empty inner')),
    invalid('Downgrade', 'EC where hybrid is required', 'hybrid-required', { ...inputs(ec), hybridRequired: true }),
    invalid('Downgrade', 'the hybrid part was stripped', 'length-invalid', inputs({ ...pq, qrc: NONE })),
    invalid(
      'Downgrade',
      'the hybrid part and the optional data were stripped',
      'length-invalid',
      inputs({ ...withData, qrc: NONE, key: NONE }),
    ),
    invalid('UnknownKey', 'an EC key that the server has not', 'server-key-unknown', inputs({ ...ec, keyId: 21 })),
    invalid('UnknownKey', 'no key id', 'server-key-unknown', inputs({ ...ec, keyId: 0 })),
    invalid(
      'UnknownKey',
      'the id of the ML-KEM key in EC mode',
      'server-key-unknown',
      inputs({ ...ec, keyId: ML_KEM_ID }),
    ),
    invalid('UnknownKey', 'an ML-KEM key that the server has not', 'server-key-unknown', inputs({ ...pq, keyId: 141 })),
    invalid('UnknownKey', 'the id of the EC key in hybrid mode', 'server-key-unknown', inputs({ ...pq, keyId: EC_ID })),
    invalid(
      'UnknownKey',
      'an EC key that the server has not, in hybrid mode',
      'server-key-unknown',
      inputs({ ...pq, qrc: encodeQrc(pq.message, 21) }),
    ),
    invalid(
      'WrongLength',
      'a wrapped key one byte short',
      'length-invalid',
      inputs({ ...ec, key: ec.key.subarray(1) }),
    ),
    invalid(
      'WrongLength',
      'a wrapped key one byte long',
      'length-invalid',
      inputs({ ...ec, key: concat(ec.key, Uint8Array.of(0)) }),
    ),
    invalid(
      'WrongLength',
      'a transmission key of 16 bytes',
      'length-invalid',
      inputs(ecEnvelope('account short key', plainInner, bytes('short', 16))),
    ),
    invalid('WrongLength', 'optional data of 4 bytes', 'length-invalid', inputs({ ...pq, key: bytes('four', 4) })),
    invalid(
      'WrongLength',
      'a payload of 27 bytes',
      'message-too-short',
      inputs({ ...ec, payload: new Uint8Array(27) }),
    ),
    invalid('WrongLength', 'no payload', 'message-too-short', inputs({ ...ec, payload: NONE })),
    invalid('WrongLength', 'one byte more than the server takes', 'message-too-long', {
      ...inputs(ec),
      maximumBytes: encode(ec).length - 1,
    }),
    invalid('WrongVersion', 'message version 0', 'parameter-out-of-range', inputs(qrc({ version: 0 }))),
    invalid('WrongVersion', 'message version 2', 'parameter-out-of-range', inputs(qrc({ version: 2 }))),
    invalid('Modified', 'a bit of the wrapped key is flipped', 'open-failed', inputs({ ...ec, key: flip(ec.key, -1) })),
    invalid(
      'Modified',
      'a bit of the payload is flipped',
      'open-failed',
      inputs({ ...ec, payload: flip(ec.payload, 20) }),
    ),
    invalid(
      'Modified',
      'a bit of the optional data is flipped',
      'open-failed',
      inputs({ ...withData, key: flip(withData.key, 3) }),
    ),
    invalid('Modified', 'the hybrid part of another request', 'open-failed', inputs({ ...pq, qrc: withData.qrc })),
    invalid(
      'Modified',
      'sealed to another ML-KEM key',
      'open-failed',
      inputs({
        ...pq,
        qrc: encodeQrc(hybrid({ ...server, mlKemPublicKey: other.mlKemPublicKey }, 'account stranger')),
      }),
    ),
    ...badPoints(other.ec)
      .filter(({ point }) => point.length === 65)
      .map(({ flag, comment, point }) =>
        invalid(
          flag,
          `the wrapped key: ${comment}`,
          'point-invalid',
          inputs({ ...ec, key: concat(point, ec.key.subarray(65)) }),
        ),
      ),
    proto('a cut body', { body: toHex(encode(ec).subarray(0, -1)) }),
    proto('a byte that is no tag', raw(Uint8Array.of(0xff))),
    proto('field number 0', raw(encode(ec), Uint8Array.of(0, 1))),
    proto('a group', raw(encode(ec), Uint8Array.of(0x7b, 0x7c))),
    proto('wire type 7', raw(encode(ec), Uint8Array.of(0x7f))),
    proto('a length beyond the end', raw(encode(ec), Uint8Array.of(0x7a, 5, 1))),
    proto('overlong UTF-8 in the locale', inputs({ ...ec, locale: Uint8Array.of(0xc0, 0xaf) })),
    proto('the payload inside is cut', inner('cut', plainInner.subarray(0, -3))),
    proto('the payload inside is no protobuf', inner('noise', utf8('{"command":"sync_down"}'))),
  ];
}

interface LoopAnswer {
  readonly status: number;
  readonly opened: boolean;
  readonly bodyText: string;
}

function loopTests(): TestDefinition[] {
  const start = {
    host: 'keepersecurity.com',
    serverKeyId: 10,
    customServerKey: false,
    workingKeyId: null as number | null,
    knownServerKeys: [7, 8, 9, 10, 11, 12, 13],
    mlKemKeyId: 136 as number | null,
    customMlKemKey: false,
    workingMlKemKeyId: null as number | null,
    knownMlKemKeys: [100, 107, 124, 136],
    requireHybrid: false,
  };
  const good: LoopAnswer = { status: 200, opened: true, bodyText: '' };
  const refused = (value: unknown, status = 401): LoopAnswer => ({
    status,
    opened: false,
    bodyText: JSON.stringify(value),
  });
  const keys = (ec: number, mlKem?: number): LoopAnswer =>
    refused(mlKem === undefined ? { error: 'key', key_id: ec } : { error: 'key', key_id: mlKem, qrc_ec_key_id: ec });
  const play = (changes: Partial<typeof start>, ...answers: LoopAnswer[]) => ({ ...start, ...changes, answers });
  return [
    valid('Normal', 'answered', play({}, good)),
    valid('Normal', 'answered in EC mode', play({ mlKemKeyId: null }, good)),
    valid('KeyChange', 'another EC key in EC mode', play({ mlKemKeyId: null }, keys(12), good)),
    valid('KeyChange', 'both keys', play({}, keys(12, 124), good)),
    valid('KeyChange', 'another EC key beside the ML-KEM key', play({}, keys(12), good)),
    valid('Downgrade', 'an ML-KEM key that the client has not', play({}, keys(12, 148), good)),
    valid('Downgrade', 'the same EC key without ML-KEM', play({}, keys(10), good)),
    valid(
      'Downgrade',
      'taken back on another host',
      play({}, keys(10, 148), refused({ error: 'region_redirect', region_host: 'keepersecurity.eu' }), good),
    ),
    valid('Register', 'the device is registered first', play({}, refused({ error: 'device_not_registered' }), good)),
    valid('KeyChange', 'status 200 that does not open may be an error', play({}, { ...keys(12), status: 200 }, good)),
    partly(
      'ForbiddenDowngrade',
      'hybrid is required, the ML-KEM key not known',
      play({ requireHybrid: true }, keys(12, 148)),
    ),
    partly(
      'ForbiddenDowngrade',
      'hybrid is required, the same EC key without',
      play({ requireHybrid: true }, keys(10)),
    ),
    partly('ForbiddenDowngrade', 'the ML-KEM key is pinned', play({ customMlKemKey: true }, keys(10))),
    partly('Pinned', 'the ML-KEM key is pinned, another asked for', play({ customMlKemKey: true }, keys(10, 107))),
    partly('Pinned', 'the EC key is pinned, another asked for', play({ customServerKey: true }, keys(11, 136))),
    partly('Steering', 'an EC key that the client has not', play({}, keys(40, 136))),
    partly('Steering', 'an older EC key than one that worked', play({ workingKeyId: 10 }, keys(9, 136))),
    partly('Steering', 'an older ML-KEM key than one that worked', play({ workingMlKemKeyId: 136 }, keys(10, 124))),
    partly('Steering', 'the very keys that were refused', play({}, keys(10, 136))),
    partly('Steering', 'a fourth change', play({}, keys(11, 124), keys(12, 107), keys(13, 100), keys(7, 136))),
    partly(
      'Steering',
      'a fourth change, after the first one ended the hybrid mode',
      play({}, keys(11, 148), keys(12), keys(13), keys(7)),
    ),
    partly(
      'Steering',
      'not registered a second time',
      play({}, refused({ error: 'device_not_registered' }), refused({ error: 'device_not_registered' })),
    ),
    partly(
      'Noise',
      'status 200 that does not open and says nothing',
      play({}, { status: 200, opened: false, bodyText: 'noise' }),
    ),
  ];
}

/** Without the compressed point, which is refused for its length before anyone looks at it. */
const { InvalidCurveAttack, HybridPoint, PointAtInfinity, CoordinateOverflow } = INVALID_POINT_NOTES;

export const accountFile: FileDefinition = {
  file: 'account-request.json',
  algorithm: 'Account requests',
  header: [
    'AccountRequestBuild: the bytes of ApiRequest, fields in the order of their numbers, defaults left out.',
    'AccountRequestOpen: an invalid request must be refused.',
    'AccountRequestLoop: what each answer makes a client do. In an invalid test it must end with a failure.',
  ],
  notes: {
    InvalidCurveAttack,
    HybridPoint,
    PointAtInfinity,
    CoordinateOverflow,
    Normal: note('BASIC', 'An ordinary request.'),
    UnknownFields: note('FUNCTIONALITY', 'Fields that are not known are left out; their order does not matter.'),
    LastOneCounts: note('DEFINED', 'Of a field that comes twice the last one counts (proto3).'),
    KeyChange: note('FUNCTIONALITY', 'The server asks for another key.'),
    Register: note('FUNCTIONALITY', 'The server does not know the device.'),
    Downgrade: note(
      'CONFIDENTIALITY',
      'The request goes on, or arrives, without ML-KEM.',
      'Whoever records it can open it once P-256 is broken.',
    ),
    ForbiddenDowngrade: note('CONFIDENTIALITY', 'The server asks to go on without ML-KEM where that is not allowed.'),
    Pinned: note('AUTH_BYPASS', 'The server asks to leave a pinned key.'),
    Steering: note('CAN_OF_WORMS', 'An unauthenticated answer leads further than it may.'),
    Noise: note('MODIFIED_PARAMETER', 'The answer is none.'),
    UnknownKey: note('MODIFIED_PARAMETER', 'The request names a key that the server has not.'),
    WrongLength: note('MODIFIED_PARAMETER', 'A part has a length that it cannot have.'),
    WrongVersion: note('MODIFIED_PARAMETER', 'The version of the hybrid message is not 1.'),
    Modified: note('AUTH_BYPASS', 'A part was changed after the request was made.'),
    Malformed: note('DENIAL_OF_SERVICE', 'The body, or what is inside, is no protobuf message.'),
  },
  groups: [
    {
      type: 'AccountRequestBuild',
      shared: { serverKeyId: EC_ID, serverPublicKey: toHex(server.ec.publicKey) },
      tests: buildTests(),
    },
    {
      type: 'AccountRequestOpen',
      shared: {
        serverKeys: [{ id: EC_ID, ...hexPair(server.ec) }],
        mlKemKeys: [{ id: ML_KEM_ID, parameterSet: server.parameterSet, seed: toHex(server.seed) }],
      },
      tests: openTests(),
    },
    { type: 'AccountRequestLoop', shared: {}, tests: loopTests() },
  ],
};

// Routers

function routerTests(): TestDefinition[] {
  const make = (label: string, to: Pair, secret = bytes(`router ${label} key`, 32)) => ({
    wrapped: ecies({
      recipient: to.publicKey,
      ephemeral: pair(`router ${label}`),
      nonce: bytes(`router ${label} wrap`, 12),
      plaintext: secret,
    }),
    token: gcm(bytes(`router ${label} key`, 32), bytes(`router ${label} token`, 12), TOKEN),
    body: gcm(
      bytes(`router ${label} key`, 32),
      bytes(`router ${label} body`, 12),
      bytes(`router ${label} message`, 20),
    ),
  });
  const good = make('good', server.ec);
  const second = make('second', other.ec);
  const headers = (parts: { wrapped: Uint8Array; token: Uint8Array }, more: object = {}) => ({
    headers: { TransmissionKey: b64(parts.wrapped), Authorization: `KeeperUser ${b64(parts.token)}` },
    ...more,
  });
  const url = (query: string) => ({ url: `/api/user/client?${query}` });
  const token = `Authorization=KeeperUser%20${b64url(good.token)}`;
  const key = `TransmissionKey=${b64url(good.wrapped)}`;
  const bad = (flag: string, comment: string, inputs: object, code = 'header-invalid') =>
    invalid(flag, comment, code, inputs as TestDefinition['inputs']);
  return [
    valid('Normal', 'headers', headers(good)),
    valid('Normal', 'headers and a body', headers(good, { body: toHex(good.body) })),
    valid('Normal', 'made for the second key', headers(second)),
    valid('Normal', 'the query of a WebSocket', url(`${token}&${key}`)),
    valid('Normal', 'the query in the other order, among others', url(`${key}&a=b&${token}`)),
    valid('Normal', 'a whole URL', { url: `wss://connect.keepersecurity.com/api/user/client?${token}&${key}` }),
    bad('Malformed', 'no token', { headers: { TransmissionKey: b64(good.wrapped) } }),
    bad('Malformed', 'no key', { headers: { Authorization: `KeeperUser ${b64(good.token)}` } }),
    bad('Malformed', 'another scheme', {
      headers: { ...headers(good).headers, Authorization: `Bearer ${b64(good.token)}` },
    }),
    bad('Malformed', 'a key one byte short', headers({ ...good, wrapped: good.wrapped.subarray(1) })),
    bad(
      'Malformed',
      'a sealed token of 28 bytes holds nothing',
      headers({ ...good, token: good.token.subarray(0, 28) }),
    ),
    bad('Malformed', 'the key comes twice in the query', url(`${token}&${key}&${key}`)),
    bad('Malformed', 'no query', { url: '/api/user/client' }),
    bad(
      'Modified',
      'a bit of the key is flipped',
      headers({ ...good, wrapped: flip(good.wrapped, -1) }),
      'open-failed',
    ),
    bad('Modified', 'a bit of the token is flipped', headers({ ...good, token: flip(good.token, 15) }), 'open-failed'),
    bad('Modified', 'a bit of the body is flipped', headers(good, { body: toHex(flip(good.body, 15)) }), 'open-failed'),
    bad('Modified', 'the token of another request', headers({ ...good, token: second.token }), 'open-failed'),
    bad(
      'WrongKey',
      'made for a key that the router has not',
      headers(make('stranger', pair('router stranger'))),
      'open-failed',
    ),
    bad(
      'Malformed',
      'a wrapped transmission key of 16 bytes',
      headers(make('short', server.ec, bytes('router short', 16))),
      'header-invalid',
    ),
    bad(
      'InvalidPoint',
      'a point that is not on the curve',
      headers({ ...good, wrapped: flip(good.wrapped, 64) }),
      'point-invalid',
    ),
  ];
}

function routerAnswerTests(): TestDefinition[] {
  const secret = bytes('router answer key', 32);
  const sealed = gcm(secret, bytes('router answer nonce', 12), bytes('router answer', 20));
  const inputs = (...parts: readonly Uint8Array[]) => ({
    transmissionKey: toHex(secret),
    body: toHex(concat(...parts)),
  });
  return [
    valid('Normal', 'a message', inputs(field(3, sealed))),
    valid('Unauthenticated', 'success without a message', inputs()),
    valid('Unauthenticated', 'the gateway is down', inputs(numeric(1, 6), field(2, utf8('gateway is down')))),
    valid('Unauthenticated', 'a code that nobody knows', inputs(numeric(1, 99))),
    valid('Unauthenticated', 'control characters in the words', inputs(numeric(1, 2), field(2, utf8('no\u001b[2J')))),
    invalid('Modified', 'a bit of the message is flipped', 'open-failed', inputs(field(3, flip(sealed, -1)))),
    invalid(
      'Modified',
      'the message is cut to 27 bytes',
      'message-too-short',
      inputs(field(3, sealed.subarray(0, 27))),
    ),
    invalid('Malformed', 'a cut body', 'protobuf-invalid', inputs(field(3, sealed).subarray(0, -1))),
    invalid('Malformed', 'JSON in place of protobuf', 'protobuf-invalid', inputs(utf8('{"error":"x"}'))),
  ];
}

export const routerFile: FileDefinition = {
  file: 'router-user.json',
  algorithm: 'Router envelopes of users',
  header: [
    'RouterUserOpen: open the credentials of a user, from headers or from the query of a WebSocket, and the body.',
    'RouterAnswerOpen: open what the router answered. Only a message is authenticated.',
  ],
  notes: {
    Normal: note('BASIC', 'An ordinary request or answer.'),
    Unauthenticated: note('DEFINED', 'Nothing of this answer takes a key: whoever sits on the way can write it.'),
    Malformed: note('MODIFIED_PARAMETER', 'Something is missing, doubled, or not in the form that it must have.'),
    Modified: note('AUTH_BYPASS', 'A part was changed after it was sealed.'),
    WrongKey: note('AUTH_BYPASS', 'The transmission key is for another server, or none.'),
    InvalidPoint: note('CONFIDENTIALITY', 'The ephemeral point does not lie on P-256.'),
  },
  groups: [
    { type: 'RouterUserOpen', shared: { serverKeys: [hexPair(server.ec), hexPair(other.ec)] }, tests: routerTests() },
    { type: 'RouterAnswerOpen', shared: {}, tests: routerAnswerTests() },
  ],
};
