import type { CryptoSuite, EcPrivateKey, VerifyingKey } from 'vaultwire/crypto';
import { open, seal, type KeyDerivation } from 'vaultwire/ecies';
import { createOneTimeToken, deriveClientId, readOneTimeToken } from 'vaultwire/keychain';
import {
  customServerKey,
  decodeDeviceRequest,
  decodeErrorAnswer,
  deviceRequestHeaders,
  openAnswer,
  openDeviceRequest,
  prepareDeviceRequest,
  publishedServerKeys,
  ReplayWindow,
  sealAnswer,
  sealDeviceRequest,
  startRequest,
  stepRequest,
  type DeviceRequest,
  type OpenedDeviceRequest,
  type ServerKey,
} from 'vaultwire/transmission';
import { base64Url, fromHex, toHex, utf8, type Hex } from './bytes.js';
import type { Json, Outcome } from './file.js';
import { withRandomness } from './randomness.js';

// ECIES, transmission keys, device requests, their answers, and one-time tokens.

export interface KeyPair {
  readonly privateKey: Hex;
  readonly publicKey: Hex;
}

export const importPrivateKey = (suite: CryptoSuite, pair: KeyPair): Promise<EcPrivateKey> =>
  suite.importEcPrivateKey({ privateKey: fromHex(pair.privateKey), publicKey: fromHex(pair.publicKey) });

// ECIES

export interface EciesSeal {
  readonly keyDerivation: KeyDerivation;
  readonly recipientPublicKey: Hex;
  readonly info: Hex;
  readonly ephemeralPrivateKey: Hex;
  readonly nonce: Hex;
  readonly plaintext: Hex;
}

export const eciesSeal = (test: EciesSeal, base: CryptoSuite): Promise<Outcome> =>
  withRandomness(base, [test.ephemeralPrivateKey, test.nonce], async (suite) => {
    const { keyDerivation } = test;
    const options = { suite, keyDerivation, info: fromHex(test.info) };
    return {
      output: { sealed: toHex(await seal(fromHex(test.recipientPublicKey), fromHex(test.plaintext), options)) },
    };
  });

export interface EciesOpen {
  readonly keyDerivation: KeyDerivation;
  readonly recipient: KeyPair;
  readonly info: Hex;
  readonly sealed: Hex;
}

export async function eciesOpen(test: EciesOpen, suite: CryptoSuite): Promise<Outcome> {
  const recipient = await importPrivateKey(suite, test.recipient);
  const { keyDerivation } = test;
  const plaintext = await open(recipient, fromHex(test.sealed), { suite, keyDerivation, info: fromHex(test.info) });
  return { output: { plaintext: toHex(plaintext) } };
}

// Transmission keys and device requests

export async function publishedServerKey(test: { readonly serverKeyId: number }, suite: CryptoSuite): Promise<Outcome> {
  const { publicKey } = await publishedServerKeys({ suite }).get(test.serverKeyId);
  return { output: { publicKey: base64Url(publicKey.bytes) } };
}

export interface TransmissionKeyWrap {
  readonly serverKeyId: number;
  readonly serverPublicKey: Hex;
  readonly transmissionKey: Hex;
  readonly ephemeralPrivateKey: Hex;
  readonly wrapNonce: Hex;
  readonly payloadNonce: Hex;
  readonly payload: string;
}

export const requestDraws = (
  test: Pick<TransmissionKeyWrap, 'transmissionKey' | 'ephemeralPrivateKey' | 'wrapNonce' | 'payloadNonce'>,
): Hex[] => [test.transmissionKey, test.ephemeralPrivateKey, test.wrapNonce, test.payloadNonce];

export const serverKeyOf = (
  test: Pick<TransmissionKeyWrap, 'serverKeyId' | 'serverPublicKey'>,
  suite: CryptoSuite,
): Promise<ServerKey> =>
  customServerKey({ id: test.serverKeyId, publicKey: fromHex(test.serverPublicKey) }, { suite }).get(test.serverKeyId);

export const transmissionKeyWrap = (test: TransmissionKeyWrap, base: CryptoSuite): Promise<Outcome> =>
  withRandomness(base, requestDraws(test), async (suite) => {
    const serverKey = await serverKeyOf(test, suite);
    const prepared = await prepareDeviceRequest({ serverKey, payload: utf8(test.payload), suite });
    const request = prepared.finish(new Uint8Array(0));
    const { PublicKeyId, TransmissionKey } = deviceRequestHeaders(request);
    return {
      output: {
        headers: { PublicKeyId: PublicKeyId ?? '', TransmissionKey: TransmissionKey ?? '' },
        body: toHex(request.payload),
      },
    };
  });

export interface ServerKeyPair extends KeyPair {
  readonly id: number;
}

export interface WireRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Hex;
}

function headersOf(headers: Readonly<Record<string, string>>): { get(name: string): string | undefined } {
  const lower = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return { get: (name) => lower.get(name.toLowerCase()) };
}

const findServerKey =
  (keys: readonly ServerKeyPair[], suite: CryptoSuite) =>
  (id: number): Promise<EcPrivateKey> | undefined => {
    const pair = keys.find((key) => key.id === id);
    return pair && importPrivateKey(suite, pair);
  };

export interface TransmissionKeyUnwrap extends WireRequest {
  readonly serverKeys: readonly ServerKeyPair[];
  readonly answerNonce: Hex;
  readonly answer: string;
}

/** No signature is looked at here: the client's key is one that says yes to all. */
const anySignature: VerifyingKey = { bytes: new Uint8Array(65), verify: () => Promise.resolve(true) };

export const transmissionKeyUnwrap = (test: TransmissionKeyUnwrap, base: CryptoSuite): Promise<Outcome> =>
  withRandomness(base, [test.answerNonce], async (suite) => {
    const headers = headersOf({ ...test.headers, Authorization: 'Signature AAAA' });
    const opened = await openDeviceRequest(decodeDeviceRequest(headers, fromHex(test.body)), {
      serverKey: findServerKey(test.serverKeys, suite),
      findClientKey: () => anySignature,
      suite,
    });
    const answer = await sealAnswer(opened.transmissionKey, utf8(test.answer));
    return { output: { payload: opened.payload, sealedAnswer: toHex(answer) } };
  });

export interface DeviceRequestBuild extends TransmissionKeyWrap {
  readonly devicePrivateKey: Hex;
}

export const wireRequest = (request: DeviceRequest): { headers: Record<string, string>; body: Hex } => ({
  headers: deviceRequestHeaders(request),
  body: toHex(request.payload),
});

export const deviceRequestBuild = (test: DeviceRequestBuild, base: CryptoSuite): Promise<Outcome> =>
  withRandomness(base, requestDraws(test), async (suite) => {
    const serverKey = await serverKeyOf(test, suite);
    const signingKey = await suite.importSigningKey({ privateKey: fromHex(test.devicePrivateKey) });
    const { request } = await sealDeviceRequest({ serverKey, payload: utf8(test.payload), signingKey, suite });
    return { output: wireRequest(request) };
  });

export interface RegisteredClient {
  readonly clientId: string;
  readonly publicKey: Hex | null;
}

export interface DeviceRequestOpen extends WireRequest {
  readonly serverKeys: readonly ServerKeyPair[];
  readonly clients: readonly RegisteredClient[];
  readonly maximumBytes?: number;
}

export async function openWireRequest(
  test: DeviceRequestOpen,
  suite: CryptoSuite,
  replays?: { readonly replayWindow: ReplayWindow; readonly now: number },
): Promise<OpenedDeviceRequest> {
  const limits = test.maximumBytes === undefined ? {} : { maximumBytes: test.maximumBytes };
  return openDeviceRequest(decodeDeviceRequest(headersOf(test.headers), fromHex(test.body), limits), {
    serverKey: findServerKey(test.serverKeys, suite),
    findClientKey: (clientId) => {
      const client = test.clients.find((one) => one.clientId === clientId);
      return client && (client.publicKey === null ? null : fromHex(client.publicKey));
    },
    ...limits,
    ...replays,
    suite,
  });
}

export async function deviceRequestOpen(test: DeviceRequestOpen, suite: CryptoSuite): Promise<Outcome> {
  const { clientId, payload, publicKey, registered } = await openWireRequest(test, suite);
  return {
    output: { clientId, payload: payload, publicKey: publicKey ? toHex(publicKey) : null, registered },
  };
}

export interface DeviceRequestReplay extends Omit<DeviceRequestOpen, keyof WireRequest> {
  readonly windowMilliseconds: number;
  readonly capacity: number;
  readonly requests: readonly (WireRequest & { readonly now: number })[];
}

export async function deviceRequestReplay(test: DeviceRequestReplay, suite: CryptoSuite): Promise<Outcome> {
  const { windowMilliseconds, capacity } = test;
  const replayWindow = new ReplayWindow({ windowMilliseconds, capacity });
  let admitted = 0;
  for (const { now, ...request } of test.requests) {
    await openWireRequest({ ...test, ...request }, suite, { replayWindow, now });
    admitted++;
  }
  return { output: { admitted } };
}

// Answers

export interface AnswerSeal {
  readonly transmissionKey: Hex;
  readonly nonce: Hex;
  readonly answer: string;
}

export const answerSeal = (test: AnswerSeal, base: CryptoSuite): Promise<Outcome> =>
  withRandomness(base, [test.nonce], async (suite) => {
    const transmissionKey = await suite.importAesKey(fromHex(test.transmissionKey));
    return { output: { body: toHex(await sealAnswer(transmissionKey, utf8(test.answer))) } };
  });

export interface AnswerOpen {
  readonly transmissionKey: Hex;
  readonly body: Hex;
  readonly maximumBytes?: number;
}

export async function answerOpen(test: AnswerOpen, suite: CryptoSuite): Promise<Outcome> {
  const transmissionKey = await suite.importAesKey(fromHex(test.transmissionKey));
  const limits = test.maximumBytes === undefined ? {} : { maximumBytes: test.maximumBytes };
  return { output: { answer: toHex(await openAnswer(transmissionKey, fromHex(test.body), limits)) } };
}

export interface ErrorBody {
  readonly status: number;
  readonly bodyText?: string;
  readonly body?: Hex;
  readonly retryAfter?: string;
  readonly now?: number;
}

const answerEvent = (answer: ErrorBody) => ({
  status: answer.status,
  body: answer.body === undefined ? utf8(answer.bodyText ?? '') : fromHex(answer.body),
  ...(answer.retryAfter !== undefined && { retryAfter: answer.retryAfter }),
  ...(answer.now !== undefined && { now: answer.now }),
});

export const errorAnswer = (test: ErrorBody): Outcome => ({ output: { ...decodeErrorAnswer(answerEvent(test)) } });

export interface RequestLoop {
  readonly host: string;
  readonly serverKeyId: number;
  readonly customServerKey: boolean;
  readonly workingKeyId: number | null;
  readonly knownServerKeys: readonly number[];
  readonly allowedHosts?: readonly string[];
  readonly answers: readonly (ErrorBody & { readonly random: number })[];
}

export function requestLoop(test: RequestLoop): Outcome {
  const { allowedHosts } = test;
  const limits = {
    knowsServerKey: (id: number) => test.knownServerKeys.includes(id),
    ...(allowedHosts && { allowsHost: (host: string) => allowedHosts.includes(host) }),
  };
  let state = startRequest(test);
  const effects: Json[] = [];
  let refused = false;
  for (const answer of test.answers) {
    const step = stepRequest(state, { ...answerEvent(answer), random: answer.random }, limits);
    state = step.state;
    if (step.effect.type === 'fail') {
      refused = true;
      effects.push({ type: 'fail', code: step.effect.error.code });
    } else effects.push({ ...step.effect });
  }
  return { output: { effects }, refused };
}

// Tokens

export interface TokenKey {
  readonly id: number;
  readonly publicKey: Hex;
}

export async function oneTimeTokenRead(
  test: { readonly token: string; readonly host?: string },
  suite: CryptoSuite,
): Promise<Outcome> {
  const token = await readOneTimeToken(test.token, { suite, ...(test.host !== undefined && { host: test.host }) });
  const { serverKey } = token;
  return {
    output: {
      host: token.host,
      clientId: token.clientId,
      clientKey: toHex(await token.clientKey.exportSecretBytes()),
      serverKey: serverKey ? { id: serverKey.id, publicKey: toHex(serverKey.publicKey) } : null,
    },
  };
}

export const oneTimeTokenMake = (
  test: { readonly host: string; readonly secret: Hex; readonly serverKey?: TokenKey },
  base: CryptoSuite,
): Promise<Outcome> =>
  withRandomness(base, [test.secret], async (suite) => {
    const { host, serverKey } = test;
    const token = await createOneTimeToken({
      host,
      suite,
      ...(serverKey && { serverKey: { id: serverKey.id, publicKey: fromHex(serverKey.publicKey) } }),
    });
    return { output: { token: await token.exportSecretText(), host: token.host, clientId: token.clientId } };
  });

export async function clientId(test: { readonly clientKey: Hex }, suite: CryptoSuite): Promise<Outcome> {
  return { output: { clientId: await deriveClientId(fromHex(test.clientKey), { suite }) } };
}
