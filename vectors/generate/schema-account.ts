import { flag, hex, list, object, orNull, text, whole } from './schema-parts.js';

/* The JSON Schema of the groups of account.ts, for schema.ts. */

const parameterSet = { enum: ['ML-KEM-768', 'ML-KEM-1024'], description: 'The parameter set of ML-KEM.' };
const keyPair = {
  privateKey: hex('The private key, a P-256 scalar.', 32),
  publicKey: hex('Its public half, an uncompressed point.', 65),
};
const optionalData = hex('The optional data that enters the derivation; none where it is absent.');
const message = {
  clientEcPublicKey: hex('The ephemeral point.'),
  mlKemEncapsulatedKey: hex('The ciphertext of ML-KEM.'),
  data: hex('nonce(12) || ciphertext || tag(16).'),
  version: whole('The version of the message.'),
};
const encapsulationRandomness = hex('The randomness m of ML-KEM.Encaps.', 32);
const seed = hex('The private key, as the seed d || z of FIPS 203.', 64);

export const ACCOUNT_SCHEMAS = {
  HybridSeal: {
    description: 'Seal a message to a P-256 and an ML-KEM key.',
    shared: {
      parameterSet,
      ecPublicKey: hex("The recipient's point.", 65),
      mlKemPublicKey: hex("The recipient's encapsulation key."),
    },
    inputs: {
      'optionalData?': optionalData,
      ephemeralPrivateKey: hex('The private half of the ephemeral key.', 32),
      encapsulationRandomness,
      nonce: hex('Nonce of the message.', 12),
      plaintext: hex('The message.'),
    },
    expected: message,
  },
  HybridOpen: {
    description: 'Open a message that was sealed to both keys.',
    shared: { parameterSet, recipient: object(keyPair, "The recipient's P-256 keys."), mlKemSeed: seed },
    inputs: { 'optionalData?': optionalData, ...message },
    expected: { plaintext: hex('The message.') },
  },
  MlKemPem: {
    description: 'Read an ML-KEM public key from PEM.',
    inputs: { pem: text('The text, or its base64.') },
    expected: {
      parameterSet,
      publicKey: hex('The encapsulation key.'),
      pem: text('The key written again, in lines of 64 characters.'),
    },
  },
  AccountRequestBuild: {
    description: 'Build an account request.',
    shared: { serverKeyId: whole("The id of the server's EC key."), serverPublicKey: hex('Its point.', 65) },
    inputs: {
      'mlKem?': object(
        {
          id: whole('Its id.'),
          parameterSet,
          publicKey: hex('The encapsulation key.'),
          encapsulationRandomness,
          'optionalData?': optionalData,
        },
        "The server's ML-KEM key, for the hybrid mode.",
      ),
      transmissionKey: hex('The transmission key.', 32),
      ephemeralPrivateKey: hex('The private half of the ephemeral key.', 32),
      wrapNonce: hex('Nonce of the wrapped transmission key.', 12),
      payloadNonce: hex('Nonce of the payload.', 12),
      payload: hex('The request message.'),
      'sessionToken?': hex('The session token.'),
      'apiVersion?': whole('The version of the request message.'),
      'locale?': text('The locale; en_US where it is absent.'),
    },
    expected: {
      transport: { enum: ['ec', 'hybrid'], description: 'The mode.' },
      body: hex('The body of the request.'),
    },
  },
  AccountRequestOpen: {
    description: 'Open an account request.',
    shared: {
      serverKeys: list(object({ id: whole('Its id.'), ...keyPair }, 'An EC key.'), 'The EC keys that the server has.'),
      mlKemKeys: list(
        object({ id: whole('Its id.'), parameterSet, seed }, 'An ML-KEM key.'),
        'The ML-KEM keys that the server has.',
      ),
    },
    inputs: {
      body: hex('The body of the request.'),
      'hybridRequired?': flag('Whether the server refuses requests in EC mode.'),
      'maximumBytes?': whole('How long a body the server takes, in bytes.'),
    },
    expected: {
      transport: { enum: ['ec', 'hybrid'], description: 'The mode.' },
      payload: hex('The request message.'),
      sessionToken: orNull(hex('The session token.')),
      apiVersion: whole('The version of the request message.'),
      locale: text('The locale.'),
      serverKeyId: whole('The id of the EC key.'),
      mlKemKeyId: orNull(whole('The id of the ML-KEM key; null in EC mode.')),
    },
  },
  AccountRequestLoop: {
    description: 'Follow the answers to an account request. Every wait has a random number of one half.',
    inputs: {
      host: text('The host that the request goes to.'),
      serverKeyId: whole('The id of the EC key that it begins with.'),
      customServerKey: flag('Whether that key is pinned.'),
      workingKeyId: orNull(whole('The highest EC key id that has worked before.')),
      knownServerKeys: list(whole('An id.'), 'The EC keys that the client has.'),
      mlKemKeyId: orNull(whole('The id of the ML-KEM key that it begins with; null for EC mode.')),
      customMlKemKey: flag('Whether that key is pinned.'),
      workingMlKemKeyId: orNull(whole('The highest ML-KEM key id that has worked before.')),
      knownMlKemKeys: list(whole('An id.'), 'The ML-KEM keys that the client has.'),
      requireHybrid: flag('Whether the client would rather fail than go on without ML-KEM.'),
      answers: list(
        object(
          {
            status: whole('The HTTP status.'),
            opened: flag('Whether the body opened under the transmission key.'),
            bodyText: text('The body, where it did not.'),
          },
          'An answer.',
        ),
        'The answers, one after the other.',
      ),
    },
    expected: {
      effects: list(
        { type: 'object', required: ['type'], properties: { type: { enum: ['deliver', 'send', 'fail'] } } },
        'What the client does after each answer.',
      ),
    },
  },
  RouterUserOpen: {
    description: "Open a user's credentials on the router, and the body of the request where there is one.",
    shared: { serverKeys: list(object(keyPair, 'A server key.'), 'The keys that the router tries, in this order.') },
    inputs: {
      'headers?': { type: 'object', additionalProperties: { type: 'string' }, description: 'The HTTP headers.' },
      'url?': text('The URL of a WebSocket, or its path and query, in place of headers.'),
      'body?': hex('The body of the request.'),
    },
    expected: { sessionToken: hex('The session token.'), message: orNull(hex('The message in the body.')) },
  },
  RouterAnswerOpen: {
    description: "Open a router's answer.",
    inputs: { transmissionKey: hex('The transmission key.', 32), body: hex('The body of the answer.') },
    expected: {
      ok: flag('Whether the router succeeded.'),
      'message?': hex('The response message.'),
      'authenticated?': flag('Whether it was sealed under the transmission key.'),
      'responseCode?': text('The code of a refusal, by its name; unknown for others.'),
      'errorMessage?': text("The router's words, without control characters."),
    },
  },
} as const;
