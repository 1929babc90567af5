import { flag, hex, list, map, object, oneOf, orNull, text, whole, type Schema } from './schema-parts.js';

/* The JSON Schema of the groups of account-keys.ts and sharing.ts, for schema.ts. */

const bounds = {
  'minimumIterations?': whole('The fewest iterations that the caller takes; 100,000 where it is absent.'),
  'maximumIterations?': whole('The most iterations that the caller takes; 10,000,000 where it is absent.'),
};
const password = text('The master password, which becomes UTF-8 as it is: nothing is normalized or trimmed.');
const iterations = whole('How many iterations PBKDF2 makes.');
const derivation = { password, salt: hex('The salt: 16 bytes, or it is refused.'), iterations };
const domain = text('What the key is for.');
const dataKey = hex("The account's data key.", 32);
const iv = hex('The initialization vector.', 16);
const nonce = hex('The nonce.', 12);
const ephemeralPrivateKey = hex('The private half of the ephemeral key of ECIES. A P-256 scalar.', 32);
const keyPair = (description: string): Schema =>
  object(
    { privateKey: hex('The private key, a P-256 scalar.', 32), publicKey: hex('Its public half.', 65) },
    description,
  );
const kdf = object(
  {
    algorithm: oneOf(['PBKDF2-HMAC-SHA-256', 'PBKDF2-HMAC-SHA-512'], 'The derivation.'),
    iterations: whole('Its iterations.'),
  },
  'What the derivation cost.',
);
const authenticated = flag('Whether a change of what was opened would have shown.');
const opened = { dataKey, authenticated, 'kdf?': kdf };
const shared = oneOf(['record', 'folder', 'team'], 'Whose key it is. The bytes do not depend on it.');
const key = hex('The key.', 32);
const wraps = ['password', 'device', 'alternate'];
const under = oneOf(['data-key', 'team-key', 'folder-key'], 'What wraps. The bytes do not depend on it.');
const wrappingKey = hex('The key that wraps.', 32);
const legacyKind = oneOf(
  ['record', 'legacy-record', 'folder'],
  'What is wrapped: legacy-record is the key of a record whose data is AES-CBC too. The bytes do not depend on it.',
);
const authVerifier = hex('version(1) || iterations(3) || salt(16) || PBKDF2 key(32).');
const rsaPrivateKey = hex('The RSA private key, in PKCS #1 DER.');
const uid = { type: 'string', pattern: '^[\\w-]{21}[AQgw]$', description: 'A UID: 16 bytes in base64url.' };

export const KEY_SCHEMAS = {
  EncryptionParamsMake: {
    description: 'Wrap a data key under a master password.',
    inputs: { ...bounds, ...derivation, iv, dataKey },
    expected: {
      encryptionParams: hex(
        'version(1) || iterations(3) || salt(16) || iv(16) || AES-CBC without padding of the data key twice(64).',
        100,
      ),
    },
  },
  EncryptionParamsOpen: {
    description: 'Open the data key with the master password.',
    inputs: { ...bounds, password, encryptionParams: hex('What EncryptionParamsMake makes.') },
    expected: opened,
  },
  AuthVerifierMake: {
    description: 'Make what a server keeps to check a master password.',
    inputs: { ...bounds, ...derivation },
    expected: { authVerifier: hex('version(1) || iterations(3) || salt(16) || PBKDF2 key(32).', 52) },
  },
  AuthVerifierCheck: {
    description: 'Check a master password. In an invalid test with `expected` it is not the one.',
    inputs: { ...bounds, password, authVerifier },
    expected: { matches: flag('Whether it is the password.'), kdf },
  },
  LoginProofMake: {
    description: 'Derive what a client shows to log in.',
    inputs: { ...bounds, ...derivation },
    expected: { loginProof: hex('SHA-256 of the PBKDF2 key.', 32) },
  },
  LoginProofCheck: {
    description: 'Check what a client shows, as a server. In an invalid test with `expected` it is not the one.',
    shared: { authVerifier },
    inputs: { 'authVerifier?': hex('Overrides that of the group.'), loginProof: hex('What the client shows.') },
    expected: { matches: flag('Whether the client knows the password.') },
  },
  DomainKeyDerive: {
    description: 'Derive a key of the domain-separated derivation.',
    inputs: { ...bounds, domain, ...derivation },
    expected: {
      key: hex('HMAC-SHA-256, keyed by PBKDF2-HMAC-SHA-512(domain || password, 64 bytes), of the domain.', 32),
    },
  },
  AlternateDataKeyWrap: {
    description: 'Wrap a data key under a key of the domain-separated derivation.',
    inputs: { ...bounds, domain, ...derivation, nonce, dataKey },
    expected: { wrapped: hex('AES-GCM of the data key.', 60) },
  },
  AlternateDataKeyOpen: {
    description: 'Open a data key under a key of the domain-separated derivation.',
    inputs: { ...bounds, domain, ...derivation, wrapped: hex('The wrapped data key.') },
    expected: opened,
  },
  DeviceDataKeyWrap: {
    description: "Wrap a data key to a device's public key.",
    shared: { dataKey },
    inputs: { devicePublicKey: hex("The device's point."), ephemeralPrivateKey, nonce },
    expected: { wrapped: hex('ECIES of the data key.', 125) },
  },
  DeviceDataKeyOpen: {
    description: 'Open a data key that was wrapped to a device.',
    shared: { device: keyPair("The device's keys.") },
    inputs: { wrapped: hex('The wrapped data key.') },
    expected: opened,
  },
  DataKeyOpen: {
    description: 'Open a data key in the way that the server names, where the caller allows it.',
    shared: { ...bounds, device: keyPair("The device's keys."), domain, ...derivation },
    inputs: {
      kind: oneOf(wraps, 'The way that the server names.'),
      allowedWraps: list(oneOf(wraps, 'A way.'), 'The ways that the caller allows.'),
      secrets: list(oneOf(wraps, 'A way.'), 'The ways that the caller has the secret for.'),
      wrapped: hex('Encryption parameters, or the wrapped data key.'),
    },
    expected: opened,
  },
  AccountKeyPairMake: {
    description: "Make an account's EC key pair as a server stores it.",
    shared: { dataKey },
    inputs: { privateKey: hex('The private key, a P-256 scalar.', 32), nonce },
    expected: {
      publicKey: hex('The point.', 65),
      encryptedPrivateKey: hex('AES-GCM of the scalar under the data key.', 60),
    },
  },
  AccountKeyPairOpen: {
    description: "Open an account's EC key pair, and check that its halves fit.",
    shared: { dataKey, publicKey: hex('The point.', 65) },
    inputs: {
      'publicKey?': hex('Overrides that of the group.'),
      encryptedPrivateKey: hex('The sealed private key.'),
    },
    expected: { privateKey: hex('The private key, a P-256 scalar.', 32) },
  },
  ClientKeyWrap: {
    description: "Wrap an account's client key under its data key.",
    shared: { dataKey },
    inputs: { clientKey: hex('The client key.', 32), iv },
    expected: { wrapped: hex('AES-CBC of the client key.', 64) },
  },
  ClientKeyOpen: {
    description: "Open an account's client key.",
    shared: { dataKey },
    inputs: { wrapped: hex('The wrapped client key.') },
    expected: { clientKey: hex('The client key.', 32) },
  },
  KeyShare: {
    description: "Wrap a key to a user's EC key.",
    shared: { key },
    inputs: {
      kind: shared,
      userPublicKey: hex("The user's point, as the server hands it out."),
      'expectedPublicKey?': hex("The user's point, as the caller knows it."),
      ephemeralPrivateKey,
      nonce,
    },
    expected: { wrapped: hex('ECIES of the key.', 125) },
  },
  KeyShareOpen: {
    description: "Open a key that was wrapped to a user's EC key.",
    shared: { user: keyPair("The user's keys.") },
    inputs: { kind: shared, wrapped: hex('The wrapped key.') },
    expected: { key },
  },
  RsaPrivateKeySeal: {
    description: 'Seal an RSA private key under the data key, after a check that its numbers fit.',
    shared: { dataKey },
    inputs: { privateKeyDer: rsaPrivateKey, iv },
    expected: { sealed: hex('AES-CBC of the key.') },
  },
  RsaPrivateKeyOpen: {
    description: 'Open an RSA private key under the data key, and unwrap a key with it.',
    shared: { dataKey, wrapped: hex('A key that was wrapped to it.', 256) },
    inputs: { sealed: hex('The sealed private key.') },
    expected: { key },
  },
  RsaKeyShare: {
    description: "Wrap a key to a user's RSA key, PKCS #1 v1.5.",
    shared: { key },
    inputs: {
      kind: shared,
      rsaPublicKey: hex("The user's RSA public key, in PKCS #1 DER."),
      'ecPublicKey?': hex("The user's point. A user who has one gets no RSA."),
      'expectedPublicKey?': hex("The user's RSA public key, as the caller knows it."),
      padding: hex(
        'The random bytes of the padding in the order in which they are drawn. Zeros among them are skipped.',
      ),
    },
    expected: { wrapped: hex('The ciphertext, as long as the modulus.') },
  },
  RsaKeyShareOpen: {
    description:
      'Unwrap a key by RSA and open a message under it. What does not unpad to 32 bytes shows in nothing: some key comes out, always the same for the same ciphertext, and the message does not open.',
    shared: { privateKeyDer: rsaPrivateKey, sealed: hex('AES-GCM of a message under the key.') },
    inputs: { kind: shared, wrapped: hex('The ciphertext. A shorter one has zeros on the left.') },
    expected: {
      key: orNull(hex('The key; null where another came out, which is for the implementation to choose.', 32)),
      plaintext: orNull(hex('The message; null where it did not open.')),
    },
  },
  LegacyKeyWrap: {
    description: 'Wrap a key with AES-CBC.',
    shared: { wrappingKey },
    inputs: { under, kind: legacyKind, key, iv },
    expected: { wrapped: hex('AES-CBC of the key.', 64) },
  },
  LegacyKeyOpen: {
    description: 'Open a key under AES-CBC.',
    shared: { wrappingKey },
    inputs: { under, kind: legacyKind, wrapped: hex('The wrapped key.') },
    expected: { key, authenticated },
  },
  LegacyRecordSeal: {
    description: "Seal a record's JSON with AES-CBC.",
    shared: { recordKey: hex("The record's key.", 32) },
    inputs: { iv, data: text('The JSON, as UTF-8.') },
    expected: { sealed: hex('AES-CBC of the JSON.') },
  },
  LegacyRecordOpen: {
    description: "Open a record's JSON under AES-CBC.",
    shared: { recordKey: hex("The record's key.", 32) },
    inputs: { sealed: hex('The sealed JSON.') },
    expected: { data: map('The JSON.'), authenticated },
  },
  PamConfigurationRead: {
    description: "Read a PAM configuration from its record's JSON.",
    inputs: { data: map("The record's JSON.") },
    expected: {
      type: text("The record's type."),
      title: text('The title; empty where there is none.'),
      gatewayUid: orNull(uid),
      folderUid: orNull(uid),
      resourceUids: list(uid, 'The resources.'),
    },
  },
  PamConfigurationMake: {
    description: "Make the JSON of a PAM configuration's record.",
    inputs: {
      configurationType: text("The record's type."),
      title: text('The title.'),
      'gatewayUid?': text('The gateway, which the wire calls controller.'),
      'folderUid?': text('The shared folder.'),
      'resourceUids?': list(text('A UID.'), 'The resources.'),
      'fields?': list(map('A field.'), 'Other fields.'),
    },
    expected: { data: map("The record's JSON.") },
  },
} as const;
