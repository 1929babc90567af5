import { defaultSuite } from '#default-suite';
import { draw } from '../../crypto/random.js';
import {
  AES_KEY_LENGTH,
  GCM_NONCE_LENGTH,
  GCM_TAG_LENGTH,
  type AesKey,
  type CryptoSuite,
  type EcPrivateKey,
} from '../../crypto/suite.js';
import { open as openEcies, seal as sealEcies } from '../../ecies/index.js';
import { decodeBase64, encodeBase64, encodeBase64Url } from '../../wire/base64.js';
import { assertBytes, copyBytes, type Bytes } from '../../wire/bytes.js';
import { isVaultwireError, VaultwireError } from '../../wire/error.js';
import { encodeJson, type JsonObject } from '../../wire/json.js';
import { printable } from '../../wire/text.js';
import { MAXIMUM_ANSWER_BYTES, MAXIMUM_REQUEST_BYTES, WRAPPED_TRANSMISSION_KEY_LENGTH } from '../device-request.js';
import { decodeMessage, encodeMessage } from '../proto/codec.js';
import { PAM, Router } from '../proto/messages.js';
import type { ServerKey } from '../server-keys.js';
import { ownTokenBytes, SessionToken } from './session-token.js';

/** Longest session token that a router opens, in bytes. */
export const MAXIMUM_SESSION_TOKEN_BYTES = 4096;
/** Most server keys that a router tries on a request, which does not say which one it was made for. */
export const MAXIMUM_ROUTER_KEYS = 8;
/** Length of the UIDs in a controller message, in bytes. */
const UID_LENGTH = 16;

/** The router's host for a region's (wire note: transmission, 3). */
export function routerHost(host: string): string {
  return host.toLowerCase() === 'govcloud.keepersecurity.us' ? 'connect.keepersecurity.us' : `connect.${host}`;
}

export interface RouterUserOptions {
  /** The server's EC key: routers know no hybrid mode. */
  readonly serverKey: ServerKey;
  readonly sessionToken: SessionToken | Uint8Array;
  readonly suite?: CryptoSuite;
}

/** What proves a user to a router: the two values that travel as headers or in the query of a WebSocket. */
export interface RouterUserAuthorization {
  /** ECIES of the transmission key, 125 bytes. */
  readonly wrappedTransmissionKey: Bytes;
  /** AES-GCM of the session token under the transmission key. */
  readonly sealedSessionToken: Bytes;
  /** Seals what goes to the router and opens what comes back. */
  readonly transmissionKey: AesKey;
}

/** Makes a fresh transmission key and seals the session token under it. */
export async function authorizeRouterUser(options: RouterUserOptions): Promise<RouterUserAuthorization> {
  const suite = options.suite ?? defaultSuite;
  const token = ownTokenBytes(options.sessionToken);
  const secret = copyBytes(draw(suite, AES_KEY_LENGTH));
  const wrappedTransmissionKey = await sealEcies(options.serverKey.publicKey, secret, { suite });
  const transmissionKey = await suite.importAesKey(secret);
  secret.fill(0);
  return { wrappedTransmissionKey, sealedSessionToken: await transmissionKey.seal(token), transmissionKey };
}

/** The HTTP headers of a user's request to a router: base64 with padding. */
export function routerUserHeaders(authorization: RouterUserAuthorization): Record<string, string> {
  return {
    'Content-Type': 'application/octet-stream',
    TransmissionKey: encodeBase64(authorization.wrappedTransmissionKey),
    Authorization: `KeeperUser ${encodeBase64(authorization.sealedSessionToken)}`,
  };
}

/**
 * The URL of a user's WebSocket to a router: browsers cannot set headers, so the same two values travel in the query,
 * base64url inside. It is a secret: whoever has it can use it until the session ends.
 *
 * @param host the region's host
 */
export function routerSocketUrl(host: string, authorization: RouterUserAuthorization): string {
  const token = encodeURIComponent(`KeeperUser ${encodeBase64Url(authorization.sealedSessionToken)}`);
  const key = encodeURIComponent(encodeBase64Url(authorization.wrappedTransmissionKey));
  return `wss://${routerHost(host)}/api/user/client?Authorization=${token}&TransmissionKey=${key}`;
}

/** A user's request to a router. */
export interface SealedRouterRequest {
  readonly headers: Record<string, string>;
  readonly body: Bytes;
  /** Opens the answer: see {@link openRouterAnswer}. */
  readonly transmissionKey: AesKey;
}

/** Seals a user's request, `POST https://connect.<host>/api/user/<path>`. @param message the message's bytes */
export async function sealRouterRequest(
  options: RouterUserOptions & { readonly message: Uint8Array },
): Promise<SealedRouterRequest> {
  assertBytes(options.message, 'message');
  const message = copyBytes(options.message);
  const authorization = await authorizeRouterUser(options);
  return {
    headers: routerUserHeaders(authorization),
    body: await authorization.transmissionKey.seal(message),
    transmissionKey: authorization.transmissionKey,
  };
}

/**
 * What a router reads out of headers or a query, without opening anything. Sealed as the token is, whoever has both values
 * can use them until the session ends: they are nothing for a log.
 */
export interface RouterUserCredentials {
  /** ECIES of the transmission key, 125 bytes. */
  readonly wrappedTransmissionKey: Bytes;
  /** AES-GCM of the session token. */
  readonly sealedSessionToken: Bytes;
}

/**
 * Reads a user's credentials from the headers of a request.
 *
 * @param headers looks a header up by its name in any case: a `Headers` object does
 * @throws VaultwireError `header-invalid`
 */
export function decodeRouterHeaders(headers: { get(name: string): string | null | undefined }): RouterUserCredentials {
  return credentials(headers.get('TransmissionKey'), headers.get('Authorization'));
}

/**
 * Reads a user's credentials from the URL of a WebSocket upgrade.
 *
 * @param url the URL, or its path and query as HTTP has them
 * @throws VaultwireError `header-invalid`, also when a parameter comes twice
 */
export function decodeRouterQuery(url: string): RouterUserCredentials {
  const parameters = new URLSearchParams(url.slice(url.indexOf('?') + 1));
  const [key, ...moreKeys] = parameters.getAll('TransmissionKey');
  const [authorization, ...more] = parameters.getAll('Authorization');
  if (moreKeys.length > 0 || more.length > 0)
    throw new VaultwireError('header-invalid', 'query: expected each value once');
  return credentials(key, authorization);
}

function credentials(key: string | null | undefined, authorization: string | null | undefined): RouterUserCredentials {
  const wrappedTransmissionKey = decodeValue(key ?? '', 'TransmissionKey');
  if (wrappedTransmissionKey.length !== WRAPPED_TRANSMISSION_KEY_LENGTH) {
    throw new VaultwireError('header-invalid', `TransmissionKey: expected ${WRAPPED_TRANSMISSION_KEY_LENGTH} bytes`);
  }
  const [, text] = /^KeeperUser ([\w+/=-]+)$/.exec(authorization ?? '') ?? [];
  if (text === undefined) throw new VaultwireError('header-invalid', 'Authorization: expected "KeeperUser" and base64');
  const sealedSessionToken = decodeValue(text, 'Authorization');
  const overhead = GCM_NONCE_LENGTH + GCM_TAG_LENGTH;
  if (sealedSessionToken.length <= overhead || sealedSessionToken.length > overhead + MAXIMUM_SESSION_TOKEN_BYTES) {
    throw new VaultwireError('header-invalid', 'Authorization: expected a sealed session token');
  }
  return { wrappedTransmissionKey, sealedSessionToken };
}

function decodeValue(text: string, name: string): Bytes {
  try {
    return decodeBase64(text, name);
  } catch (cause) {
    throw new VaultwireError('header-invalid', `${name}: expected base64`, { cause });
  }
}

export interface OpenRouterOptions {
  /** The server's private keys. A request does not say which one it was made for, so each is tried in turn. */
  readonly serverKeys: readonly EcPrivateKey[];
  readonly suite?: CryptoSuite;
}

/** Who a router talks to. The token is the user's claim; the backend says whether it is good. */
export interface RouterUser {
  /** It prints as its kind. */
  readonly sessionToken: SessionToken;
  /** Opens what comes from the user and seals what goes back. */
  readonly transmissionKey: AesKey;
}

/**
 * Opens a user's credentials on the router.
 *
 * @throws VaultwireError `point-invalid`, `open-failed` when they were made for none of the keys, `argument-invalid`
 *   for none or more than {@link MAXIMUM_ROUTER_KEYS} of them, `length-invalid` for an empty token
 */
export async function openRouterUser(
  credentials: RouterUserCredentials,
  options: OpenRouterOptions,
): Promise<RouterUser> {
  const suite = options.suite ?? defaultSuite;
  const wrapped = copyBytes(credentials.wrappedTransmissionKey);
  const sealedToken = copyBytes(credentials.sealedSessionToken);
  const serverKeys = options.serverKeys.slice();
  if (serverKeys.length === 0 || serverKeys.length > MAXIMUM_ROUTER_KEYS) {
    throw new VaultwireError('argument-invalid', `server keys: expected 1 to ${MAXIMUM_ROUTER_KEYS}`);
  }
  for (const serverKey of serverKeys) {
    const secret = await openOrNothing(openEcies(serverKey, wrapped, { suite }));
    if (!secret) continue;
    assertBytes(secret, 'transmission key', AES_KEY_LENGTH);
    const transmissionKey = await suite.importAesKey(secret);
    secret.fill(0);
    return { sessionToken: new SessionToken(await transmissionKey.open(sealedToken)), transmissionKey };
  }
  throw new VaultwireError('open-failed', 'TransmissionKey: expected one wrapped to a key of this server');
}

async function openOrNothing(opening: Promise<Bytes>): Promise<Bytes | undefined> {
  try {
    return await opening;
  } catch (error) {
    if (isVaultwireError(error) && error.code === 'open-failed') return undefined;
    throw error;
  }
}

/**
 * Opens the body of a user's request on the router.
 *
 * @throws VaultwireError `message-too-short`, `message-too-long`, `open-failed`
 */
export async function openRouterBody(
  user: Pick<RouterUser, 'transmissionKey'>,
  body: Uint8Array,
  options: { readonly maximumBytes?: number } = {},
): Promise<Bytes> {
  const maximumBytes = options.maximumBytes ?? MAXIMUM_REQUEST_BYTES;
  if (body.length > maximumBytes) {
    throw new VaultwireError('message-too-long', `body: expected at most ${maximumBytes} bytes`);
  }
  return user.transmissionKey.open(body);
}

/** What a router says: the response message, or why there is none. */
export type RouterAnswer =
  | {
      readonly ok: true;
      readonly message: Bytes;
      /** False where the router sent no message at all, which takes no key. */
      readonly authenticated: boolean;
    }
  | {
      readonly ok: false;
      /** A code of `Router.RouterResponseCode`, by its name; `unknown` for one that this version does not know. */
      readonly responseCode: Exclude<keyof typeof Router.RouterResponseCode, 'RRC_OK'> | 'unknown';
      /** The router's words, cut to 1,000 characters and without control characters. Not authenticated. */
      readonly errorMessage: string;
    };

/**
 * Seals a router's answer.
 *
 * @param transmissionKey the user's
 * @throws VaultwireError `argument-invalid` for a refusal whose code is none: no code at all would be read as success
 */
export async function sealRouterAnswer(
  transmissionKey: AesKey,
  answer: { readonly ok: true; readonly message: Uint8Array } | Extract<RouterAnswer, { ok: false }>,
): Promise<Bytes> {
  if (answer.ok) {
    return encodeMessage(Router.RouterResponse, { encryptedPayload: await transmissionKey.seal(answer.message) });
  }
  const name = answer.responseCode === 'unknown' ? 'RRC_GENERAL_ERROR' : answer.responseCode;
  const responseCode = numberOf(Router.RouterResponseCode, name, 'responseCode');
  if (responseCode === Router.RouterResponseCode.RRC_OK) {
    throw new VaultwireError('argument-invalid', 'responseCode: expected that of a refusal');
  }
  return encodeMessage(Router.RouterResponse, { responseCode, errorMessage: answer.errorMessage });
}

/** @throws VaultwireError `argument-invalid` for a name that is none of the enumeration */
function numberOf<Name extends string, Value>(values: Readonly<Record<Name, Value>>, name: Name, field: string): Value {
  // An enumeration of the generated code inherits its names by number.
  if (!Object.hasOwn(values, name))
    throw new VaultwireError('argument-invalid', `${field}: expected one that is known`);
  return values[name];
}

/**
 * Opens a router's answer. Only the message of `RRC_OK` is authenticated: whoever sits on the way can write any refusal,
 * and an empty success.
 *
 * @throws VaultwireError `message-too-long`, `protobuf-invalid`, `open-failed`, `message-too-short`
 */
export async function openRouterAnswer(
  transmissionKey: AesKey,
  body: Uint8Array,
  options: { readonly maximumBytes?: number } = {},
): Promise<RouterAnswer> {
  const response = decodeMessage(Router.RouterResponse, body, 'RouterResponse', {
    maximumBytes: options.maximumBytes ?? MAXIMUM_ANSWER_BYTES,
  });
  if (response.responseCode === Router.RouterResponseCode.RRC_OK) {
    const { encryptedPayload } = response;
    // A response message without fields takes no bytes, and some routers then send none.
    const authenticated = encryptedPayload.length > 0;
    const message = authenticated ? await transmissionKey.open(encryptedPayload) : new Uint8Array(0);
    return { ok: true, message, authenticated };
  }
  return {
    ok: false,
    responseCode: responseCodeName(response.responseCode),
    errorMessage: printable(response.errorMessage),
  };
}

function responseCodeName(code: Router.RouterResponseCode): Extract<RouterAnswer, { ok: false }>['responseCode'] {
  const name = Object.keys(Router.RouterResponseCode).find(
    (key) => Router.RouterResponseCode[key as keyof typeof Router.RouterResponseCode] === code,
  );
  return (name as Extract<RouterAnswer, { ok: false }>['responseCode'] | undefined) ?? 'unknown';
}

/** A message from a vault to a gateway. It names UIDs; it carries no secret. */
export interface ControllerMessage {
  readonly messageType: keyof typeof PAM.ControllerMessageType;
  /** 16 bytes. */
  readonly messageUid: Uint8Array;
  /** UID of the gateway, 16 bytes. */
  readonly controllerUid: Uint8Array;
  readonly streamResponse: boolean;
  /** UTF-8 JSON. */
  readonly payload: Uint8Array;
  /** How long the router waits for the gateway, in milliseconds. */
  readonly timeout: number;
}

/**
 * Bytes of a RouterControllerMessage: the message of `send_controller_message`, and a binary frame.
 *
 * @throws VaultwireError `length-invalid`, `argument-invalid`
 */
export function encodeControllerMessage(
  message: Omit<ControllerMessage, 'payload'> & { readonly payload: JsonObject | Uint8Array },
): Bytes {
  assertBytes(message.messageUid, 'messageUid', UID_LENGTH);
  assertBytes(message.controllerUid, 'controllerUid', UID_LENGTH);
  if (!Number.isInteger(message.timeout) || message.timeout < 0 || message.timeout > 0x7fffffff) {
    throw new VaultwireError('argument-invalid', 'timeout: expected milliseconds as a 32-bit number');
  }
  return encodeMessage(Router.RouterControllerMessage, {
    messageType: numberOf(PAM.ControllerMessageType, message.messageType, 'messageType'),
    messageUid: message.messageUid,
    controllerUid: message.controllerUid,
    streamResponse: message.streamResponse,
    payload: ArrayBuffer.isView(message.payload) ? message.payload : encodeJson(message.payload),
    timeout: message.timeout,
  });
}

/**
 * Reads a RouterControllerMessage.
 *
 * @throws VaultwireError `message-too-long`, `protobuf-invalid`, `length-invalid` for a UID that is not 16 bytes,
 *   `field-invalid` for a type or a timeout that is none
 */
export function decodeControllerMessage(
  bytes: Uint8Array,
  options: { readonly maximumBytes?: number } = {},
): ControllerMessage {
  const message = decodeMessage(Router.RouterControllerMessage, bytes, 'RouterControllerMessage', {
    maximumBytes: options.maximumBytes ?? MAXIMUM_REQUEST_BYTES,
  });
  assertBytes(message.messageUid, 'RouterControllerMessage.messageUid', UID_LENGTH);
  assertBytes(message.controllerUid, 'RouterControllerMessage.controllerUid', UID_LENGTH);
  const type = Object.keys(PAM.ControllerMessageType).find(
    (key) => PAM.ControllerMessageType[key as ControllerMessage['messageType']] === message.messageType,
  );
  if (type === undefined) {
    throw new VaultwireError('field-invalid', 'RouterControllerMessage.messageType: expected a known type');
  }
  if (message.timeout < 0) {
    throw new VaultwireError('field-invalid', 'RouterControllerMessage.timeout: expected milliseconds');
  }
  return {
    messageType: type as ControllerMessage['messageType'],
    messageUid: copyBytes(message.messageUid),
    controllerUid: copyBytes(message.controllerUid),
    streamResponse: message.streamResponse,
    payload: copyBytes(message.payload),
    timeout: message.timeout,
  };
}
