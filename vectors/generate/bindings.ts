import { toHex } from '../runner/bytes.js';
import { invalid, json, note, partly, valid, type FileDefinition, type TestDefinition } from './define.js';
import { b64, b64url, bytes, clientIdOf, flip, gcm, hexPair, pair, type Pair } from './forge.js';

const server = pair('binding server');
const owner = pair('binding owner');
const otherOwner = pair('binding other owner');
const device = pair('binding device');
const secret = bytes('binding secret', 32);
const clientId = clientIdOf(secret);
const otherClientId = clientIdOf(bytes('binding other secret', 32));
const applicationKey = bytes('binding application key', 32);
const wrappedApplicationKey = gcm(secret, bytes('binding wrap nonce', 12), applicationKey);

const START = Date.UTC(2026, 0, 15, 12);
const MINUTE = 60_000;

const publicKey = toHex(device.publicKey);
const ownerPublicKey = toHex(owner.publicKey);

const stored = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  clientId,
  publicKey,
  hasClientKey: true,
  hasApplicationKey: false,
  ownerPublicKey: null,
  ...changes,
});
const bound = stored({ hasClientKey: false, hasApplicationKey: true, ownerPublicKey });

const start = (tokenClientId: string | null, kept: Record<string, unknown> | null = null) => ({
  type: 'start',
  tokenClientId,
  stored: kept,
});
const generated = { type: 'device-key-generated', publicKey };
const wrote = { type: 'stored' };
const answered = (changes: Record<string, unknown> = {}) => ({
  type: 'answered',
  encryptedApplicationKey: toHex(wrappedApplicationKey),
  ownerPublicKey,
  ...changes,
});
const opened = { type: 'application-key-opened' };
const notOpened = { type: 'application-key-refused' };
const confirmed = { type: 'confirmed' };

function clientTests(): TestDefinition[] {
  const asked = [start(clientId), generated, wrote];
  const steps = (events: readonly object[], expectedOwner: Pair | null = null): TestDefinition['inputs'] => ({
    expectedOwner: expectedOwner && toHex(expectedOwner.publicKey),
    events,
  });
  return [
    valid('Normal', 'from a token to a bound client', steps([...asked, answered(), opened, wrote, confirmed])),
    valid('Normal', 'the owner is the expected one', steps([...asked, answered(), opened, wrote, confirmed], owner)),
    valid(
      'Resumed',
      'a second run after the token was stored',
      steps([start(clientId, stored()), answered(), opened, wrote, confirmed]),
    ),
    valid(
      'Resumed',
      'a second run without the token',
      steps([start(null, stored()), answered(), opened, wrote, confirmed]),
    ),
    valid('Resumed', 'the client is bound already', steps([start(null, bound)])),
    valid('Resumed', 'the client is bound already and its token comes again', steps([start(clientId, bound)])),
    valid('Resumed', 'the client is bound already, to the expected owner', steps([start(null, bound)], owner)),

    partly('NothingToStartFrom', 'neither a token nor a configuration', steps([start(null)])),
    partly(
      'NothingToStartFrom',
      'a configuration with neither key',
      steps([start(clientId, stored({ hasClientKey: false }))]),
    ),
    partly('OtherToken', 'the configuration belongs to another token', steps([start(otherClientId, stored())])),
    partly('OtherToken', 'a bound configuration belongs to another token', steps([start(otherClientId, bound)])),
    partly(
      'MissingApplicationKey',
      'the answer has no encryptedAppKey',
      steps([...asked, answered({ encryptedApplicationKey: null })]),
    ),
    partly(
      'MissingOwnerKey',
      'the answer has no appOwnerPublicKey',
      steps([...asked, answered({ ownerPublicKey: null })]),
    ),
    partly(
      'UnexpectedOwner',
      "the answer names another owner's key",
      steps([...asked, answered({ ownerPublicKey: toHex(otherOwner.publicKey) })], owner),
    ),
    partly(
      'UnexpectedOwner',
      "one bit of the owner's key is flipped",
      steps([...asked, answered({ ownerPublicKey: toHex(flip(owner.publicKey, 64)) })], owner),
    ),
    partly('UnexpectedOwner', 'a bound configuration holds another owner', steps([start(null, bound)], otherOwner)),
    partly(
      'UnexpectedOwner',
      'a bound configuration holds no owner',
      steps([start(null, stored({ hasClientKey: false, hasApplicationKey: true }))], owner),
    ),
    partly('ApplicationKeyRefused', "the application's key does not open", steps([...asked, answered(), notOpened])),
    ...(
      [
        ['an answer before anything was asked', [answered()]],
        ['a second start', [start(clientId), start(clientId)]],
        ['an answer before the token was stored', [start(clientId), generated, answered()]],
        ['a confirmation before the key was stored', [...asked, answered(), opened, confirmed]],
        ['an opened key before the answer', [...asked, opened]],
        ['a second answer', [...asked, answered(), answered()]],
        ['an event after the client is bound', [start(null, bound), confirmed]],
        ['an event after the binding failed', [start(null), start(clientId)]],
      ] as const
    ).map(([comment, events]) => invalid('EventOutOfOrder', comment, 'step-invalid', steps(events))),
  ];
}

const issued = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  clientId,
  encryptedApplicationKey: b64(wrappedApplicationKey),
  lockAddress: false,
  firstAccessExpiresOn: null,
  accessExpiresOn: null,
  ...changes,
});

function serverTests(): TestDefinition[] {
  const key = b64(device.publicKey);
  const otherKey = b64(pair('binding thief').publicKey);
  const request = (brought: string | null, changes: Record<string, unknown> = {}) => ({
    command: 'get_secret',
    publicKey: brought,
    address: '198.51.100.7',
    now: START,
    ...changes,
  });
  const steps = (client: Record<string, unknown>, ...requests: readonly object[]): TestDefinition['inputs'] => ({
    client: issued(client),
    requests,
  });
  const at = (minutes: number) => ({ now: START + minutes * MINUTE });
  const hour = { firstAccessExpiresOn: START + 60 * MINUTE };
  const day = { accessExpiresOn: START + 1440 * MINUTE };
  const elsewhere = { address: '203.0.113.9' };
  const locked = { lockAddress: true };
  return [
    valid(
      'Normal',
      'first request, confirmation, another request',
      steps({}, request(key), request(null), request(null)),
    ),
    valid(
      'Normal',
      'any command after the confirmation',
      steps({}, request(key), request(null, { command: 'get_folders' }), request(null, { command: 'update_secret' })),
    ),
    valid(
      'LostAnswer',
      'the first request comes again with the same key: the answer was lost',
      steps({}, request(key), request(key), request(null)),
    ),
    valid(
      'Normal',
      'one millisecond before the token expires',
      steps(hour, request(key, { now: START + 60 * MINUTE - 1 })),
    ),
    valid('Normal', 'a bound client outlives its token', steps(hour, request(key), request(null, at(61)))),
    valid(
      'LostAnswer',
      'the answer was lost and the token has expired since',
      steps(hour, request(key), request(key, at(61))),
    ),
    valid('Normal', 'a locked client from its address', steps(locked, request(key), request(null))),
    valid(
      'Normal',
      'a client that is not locked from another address',
      steps({}, request(key), request(null, elsewhere)),
    ),

    partly(
      'TokenUsed',
      'the first request comes again after the confirmation',
      steps({}, request(key), request(null), request(key)),
    ),
    partly('SecondPublicKey', 'another public key before the confirmation', steps({}, request(key), request(otherKey))),
    partly(
      'SecondPublicKey',
      'another public key after the confirmation',
      steps({}, request(key), request(null), request(otherKey)),
    ),
    partly('TokenExpired', 'just when the token expires', steps(hour, request(key, at(60)))),
    partly('TokenExpired', 'a year later', steps(hour, request(key, at(525_600)))),
    partly('AccessExpired', 'just when access ends', steps(day, request(key), request(null), request(null, at(1440)))),
    partly('AccessExpired', 'the first request after access has ended', steps(day, request(key, at(1441)))),
    partly(
      'AddressLocked',
      'the confirmation from another address',
      steps(locked, request(key), request(null, elsewhere)),
    ),
    partly(
      'AddressLocked',
      'the first request again, from another address',
      steps(locked, request(key), request(key, elsewhere)),
    ),
    partly(
      'AddressLocked',
      'a bound client from another address',
      steps(locked, request(key), request(null), request(null, elsewhere)),
    ),
    partly('MissingPublicKey', 'the first request brings no public key', steps({}, request(null))),
    partly(
      'WrongFirstCommand',
      'the first request is get_folders',
      steps({}, request(key, { command: 'get_folders' })),
    ),
    partly(
      'WrongFirstCommand',
      'the first request is update_secret',
      steps({}, request(key, { command: 'update_secret' })),
    ),
    partly(
      'WrongFirstCommand',
      'the key comes again with create_secret',
      steps({}, request(key), request(key, { command: 'create_secret' })),
    ),
    partly(
      'TokenExpired',
      'a refusal burns nothing: expired, and again',
      steps(hour, request(key, at(61)), request(key, at(62))),
    ),
  ];
}

function transcriptTests(): TestDefinition[] {
  let count = 0;
  const exchange = (index: number, changes: Record<string, unknown> = {}) => {
    const label = `binding transcript ${count} ${index}`;
    return {
      now: START + index * 1000,
      address: '198.51.100.7',
      transmissionKey: toHex(bytes(`${label} key`, 32)),
      ephemeralPrivateKey: toHex(bytes(`${label} ephemeral`, 32)),
      wrapNonce: toHex(bytes(`${label} wrap nonce`, 12)),
      payloadNonce: toHex(bytes(`${label} payload nonce`, 12)),
      answerNonce: toHex(bytes(`${label} answer nonce`, 12)),
      ...changes,
    };
  };
  const inputs = (
    exchanges: readonly (readonly [number, Record<string, unknown>?])[],
    changes: Record<string, unknown> = {},
  ): TestDefinition['inputs'] => {
    count++;
    return {
      token: `US:${b64url(secret)}`,
      devicePrivateKey: toHex(device.privateKey),
      expectedOwner: null,
      serverKey: { id: 20, ...hexPair(server) },
      client: issued(),
      ownerPublicKey,
      applicationData: toHex(
        gcm(applicationKey, bytes('binding application nonce', 12), json({ title: 'Backups', type: 'app' })),
      ),
      ...changes,
      exchanges: exchanges.map(([index, more]) => exchange(index, more)),
    };
  };
  const both = [[0], [1]] as const;
  const refused = { answerNonce: undefined };
  const elsewhere = { address: '203.0.113.9' };
  const instead = (members: Record<string, unknown>) => ({
    answerInstead: json({ appData: '', records: [], folders: [], ...members }),
  });
  const good = { encryptedAppKey: b64(wrappedApplicationKey), appOwnerPublicKey: b64(owner.publicKey) };
  return [
    valid('Normal', 'two requests and a bound client', inputs(both)),
    valid(
      'Normal',
      'a token that expires and an address that is locked',
      inputs(both, {
        client: issued({
          lockAddress: true,
          firstAccessExpiresOn: START + MINUTE,
          accessExpiresOn: START + 60 * MINUTE,
        }),
      }),
    ),
    valid('Normal', 'the owner is the expected one', inputs(both, { expectedOwner: ownerPublicKey })),
    valid(
      'Normal',
      'a token of another region',
      inputs(both, { token: `IL5:${b64url(secret)}:20:${b64url(server.publicKey)}` }),
    ),
    valid(
      'LostAnswer',
      'the first answer is lost: the client starts over and ends bound',
      inputs([[0, { lost: true }], [1], [2]]),
    ),
    valid('LostAnswer', 'the first answer is lost twice', inputs([[0, { lost: true }], [1, { lost: true }], [2], [3]])),
    valid('LostAnswer', 'the second answer is lost: the client has all it needs', inputs([[0], [1, { lost: true }]])),

    partly(
      'TokenExpired',
      'the token has expired',
      inputs([[120, refused]], { client: issued({ firstAccessExpiresOn: START + MINUTE }) }),
    ),
    partly(
      'AccessExpired',
      'access ends between the two requests',
      inputs([[0], [120, refused]], { client: issued({ accessExpiresOn: START + MINUTE }) }),
    ),
    partly(
      'AddressLocked',
      'the second request comes from another address',
      inputs([[0], [1, { ...refused, ...elsewhere }]], { client: issued({ lockAddress: true }) }),
    ),
    partly(
      'AddressLocked',
      'after a lost answer the client has another address',
      inputs(
        [
          [0, { lost: true }],
          [1, { ...refused, ...elsewhere }],
        ],
        { client: issued({ lockAddress: true }) },
      ),
    ),
    invalid(
      'UnknownClient',
      'the server knows another client id',
      'client-unknown',
      inputs([[0, refused]], { client: issued({ clientId: otherClientId }) }),
    ),
    partly(
      'ApplicationKeyRefused',
      "the application's key is wrapped under another token",
      inputs([[0]], {
        client: issued({
          encryptedApplicationKey: b64(
            gcm(bytes('binding other secret', 32), bytes('binding other wrap', 12), applicationKey),
          ),
        }),
      }),
    ),
    partly(
      'ApplicationKeyRefused',
      "the application's key has 16 bytes",
      inputs([[0]], {
        client: issued({
          encryptedApplicationKey: b64(gcm(secret, bytes('binding short wrap', 12), bytes('binding short key', 16))),
        }),
      }),
    ),
    partly(
      'ApplicationKeyRefused',
      'a bit of the wrapped key is flipped',
      inputs([[0]], { client: issued({ encryptedApplicationKey: b64(flip(wrappedApplicationKey, 20)) }) }),
    ),
    partly(
      'UnexpectedOwner',
      "the server names its own key as the owner's",
      inputs([[0]], { expectedOwner: ownerPublicKey, ownerPublicKey: toHex(otherOwner.publicKey) }),
    ),
    partly(
      'MissingApplicationKey',
      'a hostile server withholds encryptedAppKey',
      inputs([[0, instead({ appOwnerPublicKey: good.appOwnerPublicKey })]]),
    ),
    partly(
      'MissingOwnerKey',
      'a hostile server withholds appOwnerPublicKey',
      inputs([[0, instead({ encryptedAppKey: good.encryptedAppKey })]]),
    ),
    invalid(
      'InvalidOwnerKey',
      "the owner's key is not on the curve",
      'point-invalid',
      inputs([[0]], { ownerPublicKey: toHex(flip(owner.publicKey, 64)) }),
    ),
    invalid(
      'InvalidOwnerKey',
      "the owner's key is compressed",
      'point-invalid',
      inputs([[0]], { ownerPublicKey: toHex(Uint8Array.of(2, ...owner.publicKey.subarray(1, 33))) }),
    ),
  ];
}

export const bindingFile: FileDefinition = {
  file: 'binding.json',
  algorithm: 'Binding a client with a one-time token',
  header: [
    "BindingClient: the client's steps, event by event, with the effect that each has.",
    "BindingServer: the server's decisions, request by request.",
    'BindingTranscript: both ends and every message between them, byte for byte.',
    'In an invalid test the binding ends in a refusal, which the last step names, or in an error.',
  ],
  notes: {
    Normal: note('BASIC', 'A binding that goes through.'),
    Resumed: note('FUNCTIONALITY', 'The client begins with what an earlier run has stored.'),
    LostAnswer: note('FUNCTIONALITY', 'An answer never arrived. A token must not be burnt by that.'),
    NothingToStartFrom: note('MISSING_STEP', 'There is nothing that the client could bind with.'),
    OtherToken: note(
      'AUTH_BYPASS',
      'The token is not the one that the stored configuration was begun with.',
      'Going on would mix two clients, or overwrite a working configuration.',
    ),
    MissingApplicationKey: note('MISSING_STEP', "The answer holds no application's key."),
    MissingOwnerKey: note('MISSING_STEP', "The answer holds no owner's key, to which every new record is wrapped."),
    InvalidOwnerKey: note(
      'MODIFIED_PARAMETER',
      "The owner's key is no uncompressed point of P-256. It must not get as far as the store.",
    ),
    UnexpectedOwner: note(
      'AUTH_BYPASS',
      "The owner's key is not the one that the caller expects.",
      'Whoever put it there could read every record that the client creates.',
    ),
    ApplicationKeyRefused: note('AUTH_BYPASS', "The application's key does not open with the token's."),
    EventOutOfOrder: note('MISSING_STEP', 'An event that does not belong to the state.'),
    TokenUsed: note('AUTH_BYPASS', 'The token was spent, and the client has confirmed.'),
    SecondPublicKey: note('AUTH_BYPASS', 'Another public key for a client that has one.'),
    TokenExpired: note('AUTH_BYPASS', 'The token is spent too late.'),
    AccessExpired: note('AUTH_BYPASS', "The client's access has ended."),
    AddressLocked: note('AUTH_BYPASS', 'The client is locked to another network address.'),
    MissingPublicKey: note('MISSING_STEP', 'The first request brings no public key.'),
    WrongFirstCommand: note('MISSING_STEP', "Only get_secret hands the application's key out."),
    UnknownClient: note('AUTH_BYPASS', 'The server knows no such client.'),
  },
  groups: [
    { type: 'BindingClient', shared: {}, tests: clientTests() },
    { type: 'BindingServer', shared: {}, tests: serverTests() },
    { type: 'BindingTranscript', shared: {}, tests: transcriptTests() },
  ],
};
