import {
  comparisonCode,
  decodeAnswer,
  decodeMessage,
  decodeQrText,
  decodeRequest,
  encodeAnswer,
  encodeCiphertextMessage,
  encodeKeyMessage,
  encodeQrText,
  encodeRequest,
  nobleBox,
  openKeyMessage,
  queueNames,
  receiveFromBluetooth,
  splitForBluetooth,
  type BluetoothAssembly,
  type BoxSuite,
  type GitCommit,
  type GitTag,
  type PairingAnswer,
  type PairingQr,
  type PairingRequest,
  type RequestBody,
} from 'vaultwire/pairing';
import { startComputer, stepComputer, type ComputerEffect, type ComputerEvent } from 'vaultwire/pairing/computer';
import { encodeGitContent, parseGitContent } from 'vaultwire/pairing/git';
import {
  completeSignData,
  parsePublicKey,
  parseSessionBind,
  parseSignData,
  publicKeyFingerprint,
  splitSignData,
  verifySignature,
} from 'vaultwire/pairing/ssh';
import {
  authenticationSigningInput,
  encodeAuthenticationMessage,
  encodeRegistrationMessage,
  isKeyHandleFor,
  makeKeyHandle,
  registrationSigningInput,
  verifyU2fAuthentication,
  verifyU2fRegistration,
} from 'vaultwire/pairing/u2f';
import { fromHex, toHex, utf8, type Bytes, type Hex } from './bytes.js';
import type { Json, JsonMap, Outcome } from './file.js';

// Pairing a computer with a phone. The boxes are one implementation's, whatever suite the rest runs on.

/** Runs something on boxes whose random bytes are the ones given, in this order. */
function withDraws<T>(draws: readonly Hex[], run: (box: BoxSuite) => T): T {
  const rest = draws.map(fromHex);
  const box: BoxSuite = {
    ...nobleBox,
    randomBytes(length) {
      const next = rest.shift();
      if (next?.length !== length) {
        throw new Error(`drew ${length} random bytes where the test gives ${next?.length ?? 'no more'}`);
      }
      return next;
    },
  };
  const result = run(box);
  if (rest.length > 0) throw new Error(`left ${rest.length} of the given random values unused`);
  return result;
}

/** Bytes as hexadecimal text, wherever they are in a value; members that are absent stay so. */
function plain(value: unknown): Json {
  if (value instanceof Uint8Array) return toHex(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value as Json;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one)]));
}

const plainMap = (value: object): JsonMap => plain(value) as JsonMap;

const BYTES = new Set(
  [
    'attestationCertificate challenge data deviceIdentifier fingerprint hash hostKey keyHandle message',
    'pgpPublicKey publicKey publicKeyWire sessionId signature',
  ].flatMap((names) => names.split(' ')),
);

/** The inverse of {@link plain}: members with these names are bytes. */
function revived(value: Json | undefined, key = ''): unknown {
  if (typeof value === 'string') return BYTES.has(key) ? fromHex(value) : value;
  if (Array.isArray(value)) return value.map((item) => revived(item as Json));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value as JsonMap).map(([name, one]) => [name, revived(one, name)]));
}

// Boxes

interface BoxKeys {
  readonly privateKey: Hex;
  readonly peerPublicKey: Hex;
}

export function boxSeal(test: BoxKeys & { readonly nonce: Hex; readonly plaintext: Hex }): Outcome {
  return withDraws([test.nonce], (suite) => {
    const box = suite.importKey(fromHex(test.privateKey)).shared(fromHex(test.peerPublicKey));
    return { output: { sealed: toHex(box.seal(fromHex(test.plaintext))) } };
  });
}

export function boxOpen(test: BoxKeys & { readonly sealed: Hex }): Outcome {
  const box = nobleBox.importKey(fromHex(test.privateKey)).shared(fromHex(test.peerPublicKey));
  return { output: { plaintext: toHex(box.open(fromHex(test.sealed))) } };
}

export interface SealedBoxMake {
  readonly publicKey: Hex;
  readonly ephemeralPrivateKey: Hex;
  readonly plaintext: Hex;
}

export function sealedBoxMake(test: SealedBoxMake): Outcome {
  return withDraws([test.ephemeralPrivateKey], (suite) => ({
    output: { sealed: toHex(suite.sealTo(fromHex(test.publicKey), fromHex(test.plaintext))) },
  }));
}

export function sealedBoxOpen(test: { readonly privateKey: Hex; readonly sealed: Hex }): Outcome {
  const key = nobleBox.importKey(fromHex(test.privateKey));
  return { output: { plaintext: toHex(key.openSealed(fromHex(test.sealed))) } };
}

// Messages

export interface KeyMessageMake {
  readonly computerPublicKey: Hex;
  readonly phonePublicKey: Hex;
  readonly ephemeralPrivateKey: Hex;
}

export function keyMessageMake(test: KeyMessageMake): Outcome {
  return withDraws([test.ephemeralPrivateKey], (suite) => ({
    output: {
      message: toHex(encodeKeyMessage(fromHex(test.computerPublicKey), fromHex(test.phonePublicKey), suite)),
    },
  }));
}

export function ciphertextMessageMake(
  test: BoxKeys & { readonly nonce: Hex; readonly plaintext?: Hex; readonly plaintextLength?: number },
): Outcome {
  const plaintext = test.plaintext === undefined ? new Uint8Array(test.plaintextLength ?? 0) : fromHex(test.plaintext);
  return withDraws([test.nonce], (suite) => {
    const box = suite.importKey(fromHex(test.privateKey)).shared(fromHex(test.peerPublicKey));
    return { output: { message: toHex(encodeCiphertextMessage(box, plaintext)) } };
  });
}

export function messageOpen(test: BoxKeys & { readonly message: Hex }): Outcome {
  const { kind, sealed } = decodeMessage(fromHex(test.message));
  const key = nobleBox.importKey(fromHex(test.privateKey));
  const content = kind === 'key' ? openKeyMessage(key, sealed) : key.shared(fromHex(test.peerPublicKey)).open(sealed);
  return { output: { kind, content: toHex(content) } };
}

// What a QR code says, and what follows from the keys

interface Qr {
  readonly publicKey: Hex;
  readonly name: string;
  readonly version: string;
  readonly deviceIdentifier?: Hex;
  readonly browser?: string;
}

export function qrTextMake({ form, ...qr }: Qr & { readonly form: 'json' | 'link' }): Outcome {
  const { publicKey, name, version, deviceIdentifier, browser } = qr;
  const pairing = revived({
    publicKey,
    name,
    version,
    ...(deviceIdentifier !== undefined && { deviceIdentifier }),
    ...(browser !== undefined && { browser }),
  }) as PairingQr;
  return { output: { text: encodeQrText(pairing, form) } };
}

export function qrTextRead(test: { readonly text: string }): Outcome {
  return { output: plainMap(decodeQrText(test.text)) };
}

export function pairingNames(test: { readonly computerPublicKey: Hex }): Outcome {
  const { toPhone, toComputer } = queueNames(fromHex(test.computerPublicKey));
  return { output: { toPhone, toComputer } };
}

export function comparisonCodeMake(test: { readonly computerPublicKey: Hex; readonly phonePublicKey: Hex }): Outcome {
  return { output: { code: comparisonCode(fromHex(test.computerPublicKey), fromHex(test.phonePublicKey)) } };
}

// Requests and answers

const document = (bytes: Bytes): JsonMap => JSON.parse(new TextDecoder().decode(bytes)) as JsonMap;

export function pairingRequestMake(test: { readonly request: JsonMap }): Outcome {
  return { output: { document: document(encodeRequest(revived(test.request) as PairingRequest)) } };
}

export function pairingRequestRead(test: { readonly document: string }): Outcome {
  return { output: { request: plainMap(decodeRequest(utf8(test.document))) } };
}

export function pairingAnswerMake(test: { readonly answer: JsonMap }): Outcome {
  return { output: { document: document(encodeAnswer(revived(test.answer) as PairingAnswer)) } };
}

export function pairingAnswerRead(test: { readonly document: string }): Outcome {
  return { output: { answer: plainMap(decodeAnswer(utf8(test.document))) } };
}

// Both ends, message by message

export interface PairingTranscript {
  readonly computerPrivateKey: Hex;
  readonly phonePrivateKey: Hex;
  readonly name: string;
  readonly version: string;
  readonly ephemeralPrivateKey: Hex;
  readonly exchanges: readonly {
    readonly from: 'computer' | 'phone';
    readonly document: string;
    readonly nonce: Hex;
    /** What becomes of the message on its way: a byte is changed at this place. */
    readonly flipAt?: number;
  }[];
}

/** What the two ends of a pairing send to each other, and what each makes of it. */
export function pairingTranscript(test: PairingTranscript): Outcome {
  const nonces = test.exchanges.map(({ nonce }) => nonce);
  return withDraws([test.ephemeralPrivateKey, ...nonces], (suite) => {
    const computer = suite.importKey(fromHex(test.computerPrivateKey));
    const phone = suite.importKey(fromHex(test.phonePrivateKey));
    const qr = { publicKey: computer.publicKey, name: test.name, version: test.version };
    const scanned = decodeQrText(encodeQrText(qr, 'json'));
    const keyMessage = encodeKeyMessage(scanned.publicKey, phone.publicKey, suite);
    const { sealed } = decodeMessage(keyMessage);
    const phonePublicKey = openKeyMessage(computer, sealed);
    const boxes = { computer: computer.shared(phonePublicKey), phone: phone.shared(scanned.publicKey) };
    const { toPhone, toComputer } = queueNames(scanned.publicKey);

    let refused = false;
    const messages = test.exchanges.map(({ from, document, flipAt }) => {
      const message = encodeCiphertextMessage(boxes[from], utf8(document));
      const arrived = Uint8Array.from(message);
      if (flipAt !== undefined) arrived[flipAt] = (arrived[flipAt] ?? 0) ^ 1;
      const read = attempt(() => {
        const opened = decodeMessage(arrived);
        if (opened.kind !== 'ciphertext') return { refused: 'unexpected-key' };
        const plaintext = boxes[from === 'computer' ? 'phone' : 'computer'].open(opened.sealed);
        return plainMap(from === 'computer' ? decodeRequest(plaintext) : decodeAnswer(plaintext));
      });
      refused ||= 'refused' in read;
      return { queue: from === 'computer' ? toPhone : toComputer, message: toHex(message), read };
    });
    const code = comparisonCode(computer.publicKey, phonePublicKey);
    return { output: { keyMessage: toHex(keyMessage), code, messages }, refused };
  });
}

function attempt(read: () => JsonMap): JsonMap {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error && 'code' in error) return { refused: String(error.code) };
    throw error;
  }
}

// Bluetooth

export function bluetoothSplit(test: {
  readonly message?: Hex;
  readonly messageLength?: number;
  readonly mtu: number;
}): Outcome {
  const message = test.message === undefined ? new Uint8Array(test.messageLength ?? 0) : fromHex(test.message);
  return { output: { blocks: splitForBluetooth(message, test.mtu).map(toHex) } };
}

export interface BluetoothReceive {
  /** What the sender has sent. */
  readonly sent: readonly Hex[];
  readonly writes: readonly Hex[];
}

export function bluetoothReceive(test: BluetoothReceive): Outcome {
  const events: JsonMap[] = [];
  const arrived: Hex[] = [];
  let assembly: BluetoothAssembly | undefined;
  for (const write of test.writes) {
    const step = receiveFromBluetooth(assembly, fromHex(write));
    ({ assembly } = step);
    if (step.event === 'message') {
      arrived.push(toHex(step.message));
      events.push({ event: 'message', message: toHex(step.message) });
    } else if (step.event) {
      events.push({ event: step.event });
    }
  }
  const pendingBlocks = assembly?.remaining ?? 0;
  return { output: { events, pendingBlocks }, refused: arrived.join() !== test.sent.join() };
}

// SSH

interface AllowSha1 {
  readonly allowSha1?: boolean;
}
const sshOptions = ({ allowSha1 = false }: AllowSha1) => ({ allowSha1 });

export function sshDataRead(test: AllowSha1 & { readonly data: Hex }): Outcome {
  return { output: plainMap(parseSignData(fromHex(test.data), sshOptions(test))) };
}

export function sshDataSplit(test: AllowSha1 & { readonly blob: Hex }): Outcome {
  return { output: plainMap(splitSignData(fromHex(test.blob), sshOptions(test))) };
}

export interface SshDataComplete extends AllowSha1 {
  readonly data: Hex;
  readonly publicKey: Hex;
  readonly hostKey?: Hex;
}

export function sshDataComplete(test: SshDataComplete): Outcome {
  const hostKey = test.hostKey === undefined ? undefined : fromHex(test.hostKey);
  const signed = completeSignData(fromHex(test.data), fromHex(test.publicKey), hostKey, sshOptions(test));
  return { output: { signed: toHex(signed) } };
}

export function sshPublicKeyRead(test: { readonly publicKey: Hex }): Outcome {
  const wire = fromHex(test.publicKey);
  const key = parsePublicKey(wire);
  return { output: { ...plainMap(key), fingerprint: toHex(publicKeyFingerprint(wire)) } };
}

export interface SshSignatureVerify extends AllowSha1 {
  readonly publicKey: Hex;
  readonly signature: Hex;
  readonly message: Hex;
}

export async function sshSignatureVerify(test: SshSignatureVerify): Promise<Outcome> {
  const [publicKey, signature, message] = [test.publicKey, test.signature, test.message].map(fromHex) as [
    Bytes,
    Bytes,
    Bytes,
  ];
  const verified = await verifySignature(publicKey, signature, message, sshOptions(test));
  return { output: { verified }, refused: !verified };
}

export function sessionBindRead(test: { readonly contents: Hex }): Outcome {
  return { output: plainMap(parseSessionBind(fromHex(test.contents))) };
}

// Git

export function gitContentRead(test: { readonly raw: Hex }): Outcome {
  return { output: { content: plainMap(parseGitContent(fromHex(test.raw))) } };
}

export function gitContentMake(test: { readonly content: JsonMap }): Outcome {
  return { output: { raw: toHex(encodeGitContent(revived(test.content) as GitCommit | GitTag)) } };
}

// U2F

interface KeyHandleOwner {
  readonly deviceIdentifier: Hex;
  readonly appId: string;
}

export function keyHandleMake(test: KeyHandleOwner & { readonly random: Hex }): Outcome {
  const { appId } = test;
  const [deviceIdentifier, random] = [fromHex(test.deviceIdentifier), fromHex(test.random)];
  return { output: { keyHandle: toHex(makeKeyHandle({ deviceIdentifier, appId, random })) } };
}

export function keyHandleCheck(test: KeyHandleOwner & { readonly keyHandle: Hex }): Outcome {
  const { appId } = test;
  const ours = isKeyHandleFor(fromHex(test.keyHandle), { deviceIdentifier: fromHex(test.deviceIdentifier), appId });
  return { output: { ours }, refused: !ours };
}

interface Registration {
  readonly appId: string;
  readonly challenge: Hex;
  readonly keyHandle: Hex;
  readonly publicKey: Hex;
}

const registrationOf = ({ appId, challenge, keyHandle, publicKey }: Registration) => ({
  appId,
  challenge: fromHex(challenge),
  keyHandle: fromHex(keyHandle),
  publicKey: fromHex(publicKey),
});

export function u2fRegistrationInput(test: Registration): Outcome {
  return { output: { signed: toHex(registrationSigningInput(registrationOf(test))) } };
}

interface Authentication {
  readonly appId: string;
  readonly challenge: Hex;
  readonly counter: number;
}

export function u2fAuthenticationInput({ appId, challenge, counter }: Authentication): Outcome {
  return {
    output: { signed: toHex(authenticationSigningInput({ appId, challenge: fromHex(challenge), counter })) },
  };
}

export interface U2fRegistrationMessage {
  readonly publicKey: Hex;
  readonly keyHandle: Hex;
  readonly attestationCertificate: Hex;
  readonly signature: Hex;
}

export function u2fRegistrationMessage(test: U2fRegistrationMessage): Outcome {
  const message = encodeRegistrationMessage({
    publicKey: fromHex(test.publicKey),
    keyHandle: fromHex(test.keyHandle),
    attestationCertificate: fromHex(test.attestationCertificate),
    signature: fromHex(test.signature),
  });
  return { output: { message: toHex(message) } };
}

export function u2fAuthenticationMessage(test: { readonly counter: number; readonly signature: Hex }): Outcome {
  const { counter, signature } = test;
  return { output: { message: toHex(encodeAuthenticationMessage({ counter, signature: fromHex(signature) })) } };
}

export async function u2fRegistrationVerify(
  test: Registration & { readonly attestationPublicKey: Hex; readonly signature: Hex },
): Promise<Outcome> {
  const { attestationPublicKey, signature } = test;
  const key = fromHex(attestationPublicKey);
  const verified = await verifyU2fRegistration(registrationOf(test), key, fromHex(signature));
  return { output: { verified }, refused: !verified };
}

export async function u2fAuthenticationVerify(
  test: Authentication & { readonly publicKey: Hex; readonly signature: Hex },
): Promise<Outcome> {
  const { appId, counter, publicKey, signature } = test;
  const authentication = { appId, counter, challenge: fromHex(test.challenge) };
  const verified = await verifyU2fAuthentication(authentication, fromHex(publicKey), fromHex(signature));
  return { output: { verified }, refused: !verified };
}

// A computer and whatever reaches it

export interface PairingComputer {
  readonly computerPrivateKey: Hex;
  readonly version: string;
  readonly helloId: string;
  readonly compareCodes: boolean;
  readonly start: number;
  readonly events: readonly {
    readonly at: number;
    readonly message?: Hex;
    readonly request?: JsonMap;
    readonly user?: 'confirm' | 'deny';
  }[];
}

/** What a computer makes of messages, of its user and of time that passes, from showing its QR code on. */
export function pairingComputer(test: PairingComputer): Outcome {
  const key = nobleBox.importKey(fromHex(test.computerPrivateKey));
  const { version, helloId, compareCodes, start } = test;
  let { state } = startComputer({ now: start, publicKey: key.publicKey, helloId, version, compareCodes });
  const outcomes = test.events.map(({ at: now, message, request, user }) => {
    const words: string[] = [];
    const step = (event: ComputerEvent): void => {
      const next = stepComputer(state, event);
      ({ state } = next);
      words.push(...next.effects.map(wordsOf));
    };
    step({ type: 'tick', now });
    if (state.phase.at === 'ended') return words;
    if (user) step({ type: user, now });
    if (request) {
      const { requestId, ...body } = revived(request) as { requestId: string } & RequestBody;
      step({ type: 'request', now, requestId, body: body });
    }
    if (message !== undefined) {
      const { phase } = state;
      const read = attempt(() => {
        const opened = decodeMessage(fromHex(message));
        if (opened.kind === 'key') return { phonePublicKey: toHex(openKeyMessage(key, opened.sealed)) };
        if (!('phonePublicKey' in phase)) return { refused: 'open-failed' };
        const plaintext = key.shared(phase.phonePublicKey).open(opened.sealed);
        return { answer: plainMap(decodeAnswer(plaintext)) };
      });
      const { phonePublicKey, answer, refused } = read;
      if (typeof phonePublicKey === 'string') {
        step({ type: 'key', now, phonePublicKey: fromHex(phonePublicKey) });
      } else if (answer !== undefined) {
        step({ type: 'answer', now, answer: revived(answer) as PairingAnswer });
      } else {
        words.push(`refused ${typeof refused === 'string' ? refused : ''}`);
      }
    }
    return words;
  });
  const refused = outcomes.flat().some((word) => /^(refused|report|failed|ended (?!unpaired))/.test(word));
  return { output: { outcomes, phase: state.phase.at }, refused };
}

function wordsOf(effect: ComputerEffect): string {
  switch (effect.type) {
    case 'send':
      return `send ${effect.request.body.kind}`;
    case 'answered':
      return `answered ${effect.body?.kind ?? 'nothing'}`;
    case 'failed':
      return `failed ${effect.error.code}`;
    case 'report':
      return `report ${effect.report}`;
    case 'ended':
      return `ended ${effect.reason}`;
    default:
      return effect.type;
  }
}
