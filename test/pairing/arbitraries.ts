import fc from 'fast-check';
import type {
  AnswerBody,
  ErrorAnswer,
  HostAuth,
  Me,
  PairingAnswer,
  PairingQr,
  PairingRequest,
  RequestBody,
} from 'vaultwire/pairing';
import { copyBytes, type Bytes } from '../../src/wire/bytes.js';

const bytes = (minLength: number, maxLength: number): fc.Arbitrary<Bytes> =>
  fc.uint8Array({ minLength, maxLength }).map(copyBytes);
const some = bytes(1, 200);
const text = fc.string({ unit: 'grapheme', maxLength: 40 });
const version = fc.tuple(fc.nat(99), fc.nat(99), fc.nat(99)).map((numbers) => numbers.join('.'));
const requestId = fc.string({ minLength: 1, maxLength: 60 });
const texts = fc.array(text, { maxLength: 4 });

const hostAuth: fc.Arbitrary<HostAuth> = fc.record({ hostKey: some, signature: some, hostNames: texts });

/** A record whose keys are all there, and some more that may be. */
const record = <Needed extends object, Optional extends object>(
  needed: { [Key in keyof Needed]: fc.Arbitrary<Needed[Key]> },
  optional: { [Key in keyof Optional]: fc.Arbitrary<Optional[Key]> },
) =>
  fc
    .tuple(
      fc.record<object>(needed, { noNullPrototype: true }),
      fc.record<object>(optional, { requiredKeys: [], noNullPrototype: true }),
    )
    .map((parts) => Object.assign({}, ...parts) as Needed & Partial<Optional>);

const content = fc.oneof(
  record(
    { type: fc.constant('commit' as const), tree: text, author: text, committer: text, message: bytes(0, 300) },
    { parent: text, mergeParents: texts },
  ),
  fc.record({
    type: fc.constant('tag' as const),
    object: text,
    objectType: text,
    tag: text,
    tagger: text,
    message: bytes(0, 300),
  }),
);

const requestBodies: fc.Arbitrary<RequestBody> = fc.oneof(
  record({ kind: fc.constant('me' as const) }, { pgpUserId: text, u2fOnly: fc.boolean() }),
  record({ kind: fc.constant('sign' as const), data: some, fingerprint: bytes(32, 32) }, { command: text, hostAuth }),
  fc.record({ kind: fc.constant('git-sign' as const), userId: text, content }),
  fc.constantFrom(...(['hosts', 'unpair', 'no-op'] as const)).map((kind) => ({ kind })),
  fc.record({ kind: fc.constant('u2f-register' as const), challenge: bytes(32, 32), appId: text }),
  fc.record({
    kind: fc.constant('u2f-authenticate' as const),
    challenge: bytes(32, 32),
    appId: text,
    keyHandle: bytes(1, 255),
  }),
);

/** Requests of every kind. */
export const requests: fc.Arbitrary<PairingRequest> = fc.record({
  requestId,
  unixSeconds: fc.nat(),
  version,
  acknowledge: fc.boolean(),
  body: requestBodies,
});

const me: fc.Arbitrary<Me> = record(
  { email: text },
  { publicKeyWire: some, pgpPublicKey: some, deviceIdentifier: some, u2fAccounts: texts },
);

const errorKinds: readonly ErrorAnswer['kind'][] = ['sign', 'git-sign', 'hosts', 'u2f-register', 'u2f-authenticate'];

const answerBodies: fc.Arbitrary<AnswerBody> = fc.oneof(
  fc.constantFrom(...(['ack', 'unpair'] as const)).map((kind) => ({ kind })),
  fc.record({ kind: fc.constant('me' as const), me }),
  fc.record({ kind: fc.constantFrom(...(['sign', 'git-sign'] as const)), signature: some }),
  fc.record({
    kind: fc.constant('hosts' as const),
    hosts: fc.array(fc.record({ user: text, host: text }), { maxLength: 5 }),
    pgpUserIds: texts,
  }),
  fc.record({
    kind: fc.constant('u2f-register' as const),
    publicKey: bytes(65, 65),
    keyHandle: bytes(1, 255),
    attestationCertificate: some,
    signature: some,
  }),
  fc.record({
    kind: fc.constant('u2f-authenticate' as const),
    publicKey: bytes(65, 65),
    signature: some,
    counter: fc.nat(0xffffffff),
  }),
  fc.record({ kind: fc.constantFrom(...errorKinds), error: fc.string({ minLength: 1 }) }),
);

/** Answers of every kind. */
export const answers: fc.Arbitrary<PairingAnswer> = record(
  { requestId, version, body: answerBodies },
  { snsEndpointArn: text, trackingId: text },
);

/** What QR codes hold. */
export const qrs: fc.Arbitrary<PairingQr> = record(
  { publicKey: bytes(32, 32), name: text, version },
  { deviceIdentifier: bytes(16, 16), browser: text },
);
