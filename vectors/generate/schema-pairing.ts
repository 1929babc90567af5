import { flag, hex, list, map, number, object, oneOf, text, whole, type Schema } from './schema-parts.js';

/* The JSON Schema of the groups of pairing-*.ts, for schema.ts. */

const boxKeys = {
  privateKey: hex('The X25519 private key of this end.'),
  peerPublicKey: hex("The other end's public key."),
};
const nonce = hex('The nonce.', 24);
const ephemeralPrivateKey = hex('The X25519 private key that is made for this message alone.', 32);
const computerPublicKey = hex("The computer's X25519 public key for this pairing.");
const phonePublicKey = hex("The phone's X25519 public key for this pairing.");
const identifier = '[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}';
const queue = (description: string, suffix: string): Schema => ({
  type: 'string',
  pattern: `^${identifier}${suffix}$`,
  description,
});
const code = { type: 'string', pattern: '^\\d{3} \\d{3}$', description: 'Six digits.' };
const qr = {
  publicKey: hex("The computer's X25519 public key for this pairing."),
  name: text("The computer's name."),
  version: text("The protocol's version."),
  'deviceIdentifier?': hex('What a browser is known by.'),
  'browser?': text("The browser's name."),
};
const qrText = text('The text of the code: the JSON itself, or a link that carries it in base64url with padding.');
const request = map("The request: its members and those of `body` by this library's names, bytes as hexadecimal.");
const answer = map("The answer: its members and those of `body` by this library's names, bytes as hexadecimal.");
const written = text('The JSON, as UTF-8.');
const message = hex('header(1) || body.');
const allowSha1 = { 'allowSha1?': flag('Whether RSA with SHA-1 is taken. Not where it is absent.') };
const signData = hex('What a request carries: user authentication up to its algorithm, or SSHSIG.');
const sshKey = hex('A public key in the wire form of SSH.');
const signature = hex('ECDSA over P-256 and SHA-256, in DER.');
const content = map('The parts of the commit or tag: see GitContentMake.');
const raw = hex('The text of the object, without the header that git-hash-object puts before it.');
const appId = text('The app id of the relying party.');
const challenge = hex('The SHA-256 of the client data.');
const deviceIdentifier = hex('What the phone is known by.');
const keyHandle = hex('The key handle.');
const point = hex('The point of the key that is registered.');
const counter = number('How often the key has signed.');
const registration = { appId, challenge, keyHandle, publicKey: point };
const verified = { verified: flag('Whether the signature is right.') };

export const PAIRING_SCHEMAS = {
  BoxSeal: {
    description: 'Make a box (crypto_box_easy behind its nonce).',
    inputs: { ...boxKeys, nonce, plaintext: hex('What goes in.') },
    expected: { sealed: hex('nonce(24) || tag(16) || ciphertext.') },
  },
  BoxOpen: {
    description: 'Open a box. Either end can open what either end has made.',
    shared: boxKeys,
    inputs: {
      'privateKey?': hex('Overrides that of the group.'),
      'peerPublicKey?': hex('Overrides that of the group.'),
      sealed: hex('What BoxSeal makes.'),
    },
    expected: { plaintext: hex('What was in it.') },
  },
  SealedBoxMake: {
    description: 'Make a sealed box (crypto_box_seal): its nonce is BLAKE2b-192(ephemeral public key || public key).',
    inputs: { publicKey: hex("The recipient's public key."), ephemeralPrivateKey, plaintext: hex('What goes in.') },
    expected: { sealed: hex('ephemeral public key(32) || tag(16) || ciphertext.') },
  },
  SealedBoxOpen: {
    description: 'Open a sealed box.',
    shared: { privateKey: hex("The recipient's private key.", 32) },
    inputs: { 'privateKey?': hex('Overrides that of the group.', 32), sealed: hex('What SealedBoxMake makes.') },
    expected: { plaintext: hex('What was in it.') },
  },
  KeyMessageMake: {
    description: "Make the phone's first message, which carries its public key.",
    inputs: { computerPublicKey, phonePublicKey, ephemeralPrivateKey },
    expected: { message: hex("02 || sealed box of the phone's public key.", 81) },
  },
  CiphertextMessageMake: {
    description: 'Make a message that carries a request or an answer. Its plaintext has at most 262,103 bytes.',
    inputs: {
      ...boxKeys,
      nonce,
      'plaintext?': hex('What goes in.'),
      'plaintextLength?': whole('In place of the plaintext: as many zeros.'),
    },
    expected: { message: hex('00 || box.') },
  },
  MessageOpen: {
    description: 'Read the header of a message, and open what follows.',
    shared: boxKeys,
    inputs: { message },
    expected: {
      kind: oneOf(['key', 'ciphertext'], 'What the message carries.'),
      content: hex("The phone's public key, or the plaintext."),
    },
  },
  QrTextMake: {
    description: 'Write the text of a QR code. Members of the JSON come in the order pk, n, v, d, b, without spaces.',
    inputs: { ...qr, form: oneOf(['json', 'link'], 'As the command line or as browsers show it.') },
    expected: { text: qrText },
  },
  QrTextRead: {
    description: 'Read the text of a QR code, whichever form it has.',
    inputs: { text: qrText },
    expected: qr,
  },
  PairingNames: {
    description: 'Name the queues of a pairing: the first 16 bytes of the SHA-256 of the key, as an upper-case UUID.',
    inputs: { computerPublicKey },
    expected: {
      toPhone: queue('The queue to the phone, which is also the identifier of the pairing.', ''),
      toComputer: queue('The queue to the computer.', '-responder'),
    },
  },
  ComparisonCodeMake: {
    description:
      'Compute the code that both ends show: the first 8 bytes of SHA-256("vaultwire pairing comparison code v1" || 00 || both public keys), modulo 1,000,000. It is this library\'s own, not part of the wire.',
    inputs: { computerPublicKey, phonePublicKey },
    expected: { code },
  },
  PairingRequestMake: {
    description: 'Write a request.',
    inputs: { request },
    expected: { document: map('Its JSON.') },
  },
  PairingRequestRead: {
    description: 'Read a request.',
    inputs: { document: written },
    expected: { request },
  },
  PairingAnswerMake: {
    description: 'Write an answer.',
    inputs: { answer },
    expected: { document: map('Its JSON.') },
  },
  PairingAnswerRead: {
    description: 'Read an answer.',
    inputs: { document: written },
    expected: { answer },
  },
  PairingTranscript: {
    description:
      'Both ends of a pairing: the key message, then each message as one end seals and the other opens and reads it. In an invalid test a message is refused.',
    shared: {
      computerPrivateKey: hex("The computer's X25519 private key.", 32),
      phonePrivateKey: hex("The phone's.", 32),
      name: text("The computer's name."),
      version: text("The protocol's version."),
      ephemeralPrivateKey,
    },
    inputs: {
      exchanges: list(
        object(
          {
            from: oneOf(['computer', 'phone'], 'Who sends.'),
            document: written,
            nonce,
            'flipAt?': whole('Where the lowest bit of a byte of the message is flipped on its way.'),
          },
          'A message.',
        ),
        'What they send to each other.',
      ),
    },
    expected: {
      keyMessage: hex("The phone's first message.", 81),
      code,
      messages: list(
        object(
          {
            queue: queue('Where it is sent.', '(?:-responder)?'),
            message: hex('The message as it is sent.'),
            read: map('The request or answer, or `refused` with the code.'),
          },
          'A message.',
        ),
        'The messages.',
      ),
    },
  },
  PairingComputer: {
    description:
      "What a computer does from showing its QR code on, for each event: first what has become due, then what the event brings. Its QR code is good for 90 s, its greeting is answered within 5 s or as long as the code is good, another request within 30 s, and the phone is alerted after 4 s and 2 s; an acknowledgment adds 60 s, once. A second, different key before the pairing is complete ends the attempt, and a phone whose key came is told when anything but itself ends it. In an invalid test something is refused, reported or fails, and `outcomes` says what: `refused`, `report`, `failed` and `ended` are followed by this library's words for the reason.",
    shared: {
      computerPrivateKey: hex("The computer's X25519 private key.", 32),
      version: text("The protocol's version."),
      helloId: text('The id of the first request, by which the phone is greeted.'),
      start: whole('When the QR code is shown.'),
    },
    inputs: {
      compareCodes: flag('Whether a user compares the codes before the pairing is complete.'),
      events: list(
        object(
          {
            at: whole('When it happens.'),
            'message?': hex('A message that arrives.'),
            'request?': map('What the computer wants of the phone: `requestId`, and the members of the body.'),
            'user?': oneOf(['confirm', 'deny'], 'The codes are the same, or they are not.'),
          },
          'An event; without any of the others, time has passed.',
        ),
        'What happens.',
      ),
    },
    expected: {
      outcomes: list(list(text('An outcome.'), 'What an event leads to, in order.'), 'What the events lead to.'),
      phase: oneOf(['showing', 'greeting', 'unconfirmed', 'paired', 'ended'], 'Where the pairing stands at the end.'),
    },
  },
  BluetoothSplit: {
    description: 'Cut a message into blocks.',
    inputs: {
      'message?': hex('The message.'),
      'messageLength?': whole('In place of the message: as many zeros.'),
      mtu: number('Most bytes of a block, 2 to 512.'),
    },
    expected: { blocks: list(hex('blocks to come(1) || part.'), 'The blocks, in order.') },
  },
  BluetoothReceive: {
    description:
      'Put messages together from writes. In an invalid test what arrives is not what was sent: the boxes inside show it.',
    inputs: {
      sent: list(hex('A message.'), 'What was sent.'),
      writes: list(hex('A write.'), 'What was received.'),
    },
    expected: {
      events: list(
        object(
          { event: oneOf(['message', 'ping', 'disconnect'], 'What came.'), 'message?': hex('The message.') },
          'An event.',
        ),
        'What the writes have brought.',
      ),
      pendingBlocks: whole('How many blocks are still awaited at the end.'),
    },
  },
  SshDataRead: {
    description: 'Read what is to be signed with an SSH key.',
    inputs: { ...allowSha1, data: signData },
    expected: {
      kind: oneOf(['user-auth', 'sshsig'], 'What is signed.'),
      'sessionId?': hex('The session id.'),
      'user?': text('Who logs in.'),
      'service?': text('What for.'),
      'algorithm?': text('How the key is to sign.'),
      'hostBound?': flag("Whether the host's key is signed too."),
      'namespace?': text('What an SSHSIG is for.'),
      'hashAlgorithm?': oneOf(['sha256', 'sha512'], 'How an SSHSIG was hashed.'),
      'hash?': hex('The hash in an SSHSIG.'),
    },
  },
  SshDataSplit: {
    description: 'Take apart what an SSH client gives its agent to sign.',
    inputs: { ...allowSha1, blob: hex('What the client gives.') },
    expected: { data: signData, 'publicKey?': sshKey, 'hostKey?': sshKey },
  },
  SshDataComplete: {
    description: 'Make what is really signed.',
    inputs: { ...allowSha1, data: signData, publicKey: sshKey, 'hostKey?': sshKey },
    expected: { signed: hex('What the key signs.') },
  },
  SshPublicKeyRead: {
    description: 'Read a public key.',
    inputs: { publicKey: sshKey },
    expected: {
      type: text('The kind of the key.'),
      'point?': hex('Of Ed25519 and ECDSA: the point.'),
      'exponent?': hex('Of RSA.'),
      'modulus?': hex('Of RSA.'),
      fingerprint: hex('SHA-256 of the wire form.', 32),
    },
  },
  SshSignatureVerify: {
    description:
      "Verify a signature; a host's is over the session id. In an invalid test it is not right, for whatever reason.",
    inputs: {
      ...allowSha1,
      publicKey: sshKey,
      signature: hex('A signature in the wire form of SSH.'),
      message: hex('What is signed.'),
    },
    expected: verified,
  },
  SessionBindRead: {
    description: 'Read what follows the name of the agent extension session-bind@openssh.com.',
    inputs: { contents: hex('What follows.') },
    expected: {
      hostKey: sshKey,
      sessionId: hex('The session id.'),
      signature: hex("The host's signature over it."),
      forwarding: flag('Whether the agent is forwarded.'),
    },
  },
  GitContentRead: {
    description: 'Take apart the text of a commit or tag. One that would not come back byte for byte is refused.',
    inputs: { raw },
    expected: { content },
  },
  GitContentMake: {
    description: 'Put the text of a commit or tag together.',
    inputs: {
      content: map(
        '`type` commit: `tree`, `parent`, `mergeParents`, `author`, `committer`; `type` tag: `object`, `objectType`, `tag`, `tagger`; both: `message`, bytes.',
      ),
    },
    expected: { raw },
  },
  KeyHandleMake: {
    description:
      'Make a key handle: magic(16) || random(32) || SHA-256(SHA-256(device) || SHA-256(app id) || SHA-256(random)).',
    inputs: { deviceIdentifier, appId, random: hex('The random bytes.') },
    expected: { keyHandle: hex('The key handle.', 80) },
  },
  KeyHandleCheck: {
    description: 'Tell whether a key handle was made on a device for a relying party. In an invalid test it was not.',
    shared: { deviceIdentifier, appId },
    inputs: {
      'deviceIdentifier?': hex('Overrides that of the group.'),
      'appId?': text('Overrides that of the group.'),
      keyHandle,
    },
    expected: { ours: flag('Whether it was.') },
  },
  U2fRegistrationInput: {
    description: 'Make what is signed at a registration.',
    inputs: registration,
    expected: { signed: hex('00 || SHA-256(app id) || challenge || key handle || point.') },
  },
  U2fAuthenticationInput: {
    description: 'Make what is signed to sign in.',
    inputs: { appId, challenge, counter },
    expected: { signed: hex('SHA-256(app id) || 01 || counter(4) || challenge.', 69) },
  },
  U2fRegistrationMessage: {
    description: 'Make the message of a registration that a relying party reads.',
    inputs: {
      publicKey: point,
      keyHandle,
      attestationCertificate: hex('A certificate, of which only the length is looked at.'),
      signature,
    },
    expected: { message: hex('05 || point || length(1) || key handle || certificate || signature.') },
  },
  U2fAuthenticationMessage: {
    description: 'Make the message of a sign-in that a relying party reads.',
    inputs: { counter, signature },
    expected: { message: hex('01 || counter(4) || signature.') },
  },
  U2fRegistrationVerify: {
    description: 'Verify the signature of a registration. In an invalid test with `expected` it is not right.',
    shared: { ...registration, attestationPublicKey: hex('The point of the attestation key.'), signature },
    inputs: {
      'appId?': appId,
      'challenge?': challenge,
      'keyHandle?': keyHandle,
      'publicKey?': point,
      'attestationPublicKey?': hex('The point of the attestation key.'),
      'signature?': hex('The signature.'),
    },
    expected: verified,
  },
  U2fAuthenticationVerify: {
    description: 'Verify the signature of a sign-in. In an invalid test with `expected` it is not right.',
    shared: { appId, challenge, counter, publicKey: point, signature },
    inputs: {
      'appId?': appId,
      'challenge?': challenge,
      'counter?': counter,
      'publicKey?': point,
      'signature?': hex('The signature.'),
    },
    expected: verified,
  },
} as const;
