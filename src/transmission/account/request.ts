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
import type * as hybridEcies from '../../ecies/hybrid.js';
import type { MlKemPrivateKey } from '../../ecies/ml-kem.js';
import { open as openEcies, seal as sealEcies } from '../../ecies/index.js';
import { assertBytes, concatBytes, copyBytes, type Bytes } from '../../wire/bytes.js';
import { VaultwireError } from '../../wire/error.js';
import { decodeJsonObject, MAXIMUM_JSON_DEPTH, type JsonObject, type JsonValue } from '../../wire/json.js';
import {
  MAXIMUM_ANSWER_BYTES,
  MAXIMUM_REQUEST_BYTES,
  openAnswer,
  sealAnswer,
  WRAPPED_TRANSMISSION_KEY_LENGTH,
} from '../device-request.js';
import { decodeMessage, encodeMessage, type MessageCodec } from '../proto/codec.js';
import { Authentication } from '../proto/messages.js';
import type { ReplayWindow } from '../replay-window.js';
import type { ServerKey } from '../server-keys.js';
import type { MlKemServerKey } from './ml-kem-keys.js';
import { ownPayload } from './payload.js';
import { ownTokenBytes, SessionToken } from './session-token.js';

/** The path of a command with a JSON payload, behind `/api/rest/`. */
export const JSON_COMMAND_PATH = 'vault/execute_v2_command';
/** The locale of a request that names none. */
export const DEFAULT_LOCALE = 'en_US';
/** Length of the optional data of the hybrid mode, in bytes. */
const OPTIONAL_DATA_LENGTH = 16;

/**
 * How a transmission key travelled: wrapped to the server's P-256 key alone, or to its P-256 and its ML-KEM key.
 * Whoever records EC traffic today can open it once P-256 is broken.
 */
export type Transport = 'ec' | 'hybrid';

/** What of `vaultwire/ecies/hybrid` seals. That module is handed in, so that only who speaks hybrid loads ML-KEM. */
export type HybridSeal = typeof hybridEcies.seal;
/** What of `vaultwire/ecies/hybrid` opens. */
export type HybridOpen = typeof hybridEcies.open;

export interface SealAccountRequestOptions {
  /** The server's EC key. */
  readonly serverKey: ServerKey;
  /** Wraps the transmission key to this ML-KEM key as well. Without it the request is an EC one. */
  readonly hybrid?: {
    readonly mlKemKey: MlKemServerKey;
    /** `seal` of `vaultwire/ecies/hybrid`. */
    readonly seal: HybridSeal;
    /** Default `seal`'s own choice. */
    readonly mlKem?: hybridEcies.MlKem;
    /** Whether 16 random bytes enter the key derivation and travel along. Default true. */
    readonly optionalData?: boolean;
  };
  /** The request message: bytes of a protobuf message, or the JSON of a v2 command. */
  readonly payload: Uint8Array | JsonObject;
  /** Sent inside the encrypted payload. Absent before login. */
  readonly sessionToken?: SessionToken | Uint8Array;
  /** Default 0, which is not sent. */
  readonly apiVersion?: number;
  /** Default `en_US`. */
  readonly locale?: string;
  readonly recaptcha?: string;
  readonly subEnvironment?: string;
  readonly suite?: CryptoSuite;
}

/** An account request as it goes over the wire, and what opens its answer. */
export interface SealedAccountRequest {
  /** The body of `POST https://<host>/api/rest/<path>`, `Content-Type: application/octet-stream`. */
  readonly body: Bytes;
  /** Opens the answer: see {@link openAccountAnswer}. */
  readonly transmissionKey: AesKey;
  readonly transport: Transport;
}

/**
 * Makes a fresh transmission key, wraps it to the server's key or keys and encrypts the payload under it (wire note:
 * transmission, 1). It draws from the suite, in this order: the transmission key, the optional data in hybrid mode,
 * what wrapping draws, the payload's nonce.
 *
 * @throws VaultwireError `argument-invalid` for a payload and a token that are no bytes, for ids and texts that the
 *   message cannot hold, and whatever wrapping throws
 */
export async function sealAccountRequest(options: SealAccountRequestOptions): Promise<SealedAccountRequest> {
  const suite = options.suite ?? defaultSuite;
  const { serverKey, hybrid } = options;
  const payload = encodeMessage(Authentication.ApiRequestPayload, {
    payload: ownPayload(options.payload),
    encryptedSessionToken: options.sessionToken === undefined ? null : ownTokenBytes(options.sessionToken),
    apiVersion: options.apiVersion ?? 0,
  });
  const envelope = {
    publicKeyId: keyId(hybrid ? hybrid.mlKemKey.id : serverKey.id),
    locale: options.locale ?? DEFAULT_LOCALE,
    recaptcha: options.recaptcha ?? '',
    subEnvironment: options.subEnvironment ?? '',
  };
  const secret = copyBytes(draw(suite, AES_KEY_LENGTH));
  const wrapped = await (hybrid
    ? wrapHybrid(secret, serverKey, hybrid, options.suite)
    : sealEcies(serverKey.publicKey, secret, { suite }).then((bytes) => ({ encryptedTransmissionKey: bytes })));
  const transmissionKey = await suite.importAesKey(secret);
  secret.fill(0);
  const encryptedPayload = await transmissionKey.seal(payload);
  return {
    body: encodeMessage(Authentication.ApiRequest, { ...envelope, ...wrapped, encryptedPayload }),
    transmissionKey,
    transport: hybrid ? 'hybrid' : 'ec',
  };
}

async function wrapHybrid(
  secret: Bytes,
  serverKey: ServerKey,
  hybrid: NonNullable<SealAccountRequestOptions['hybrid']>,
  suite: CryptoSuite | undefined,
): Promise<Authentication.ApiRequest.$Properties> {
  const ecKeyId = keyId(serverKey.id);
  const withData = hybrid.optionalData ?? true;
  const optionalData = withData ? copyBytes(draw(suite ?? defaultSuite, OPTIONAL_DATA_LENGTH)) : undefined;
  const sealed = await hybrid.seal({ ec: serverKey.publicKey, mlKem: hybrid.mlKemKey.publicKey }, secret, {
    ...(suite && { suite }),
    ...(hybrid.mlKem && { mlKem: hybrid.mlKem }),
    ...(optionalData && { optionalData }),
  });
  return {
    encryptedTransmissionKey: optionalData ?? null,
    qrcMessageKey: {
      clientEcPublicKey: sealed.clientEcPublicKey,
      mlKemEncapsulatedKey: sealed.mlKemEncapsulatedKey,
      data: sealed.data,
      msgVersion: sealed.version,
      ecKeyId,
    },
  };
}

/** Ids travel as int32, and 0 is "none". */
function keyId(id: number): number {
  if (!Number.isInteger(id) || id < 1 || id > 0x7fffffff) {
    throw new VaultwireError('argument-invalid', 'server key id: expected a positive 32-bit number');
  }
  return id;
}

export interface OpenAccountRequestOptions {
  /** The server's EC private key of this id, or undefined when there is none. */
  readonly serverKey: (id: number) => EcPrivateKey | undefined | Promise<EcPrivateKey | undefined>;
  /** Without it requests in hybrid mode are refused. */
  readonly hybrid?: {
    /** The server's ML-KEM private key of this id, or undefined when there is none. */
    readonly mlKemKey: (id: number) => MlKemPrivateKey | undefined | Promise<MlKemPrivateKey | undefined>;
    /** `open` of `vaultwire/ecies/hybrid`. */
    readonly open: HybridOpen;
    /** Refuse requests that are not in hybrid mode. Default false. */
    readonly required?: boolean;
  };
  /**
   * Refuses requests that it has seen. Without it replays are not noticed. Anybody can make requests that open, as many
   * as it takes for the window to forget others: a server that answers sessions leaves this out and has `identifier` of
   * the result admitted, where it knows whose request it is.
   */
  readonly replayWindow?: ReplayWindow;
  /** Milliseconds since 1970, for the replay window. Required with it. */
  readonly now?: number;
  /** Largest request in bytes. Default `MAXIMUM_REQUEST_BYTES`. */
  readonly maximumBytes?: number;
  readonly suite?: CryptoSuite;
}

/** An account request as its server sees it. Nothing in it says who sent it, apart from the session token. */
export interface OpenedAccountRequest {
  readonly transport: Transport;
  /** What a `ReplayWindow` knows the request by. */
  readonly identifier: Bytes;
  /**
   * The request message: protobuf, or UTF-8 JSON for v2 commands (see {@link readJsonPayload}). It prints, and may hold
   * secrets: some clients name the session token in their JSON as well.
   */
  readonly payload: Bytes;
  /** What says whose request it is; undefined where it came with none. It prints as its kind. */
  readonly sessionToken: SessionToken | undefined;
  /** A field of the message that no client in the field sends. */
  readonly timeToken: Bytes | undefined;
  readonly apiVersion: number;
  readonly locale: string;
  readonly recaptcha: string;
  readonly subEnvironment: string;
  /** The EC key that the request was wrapped to. */
  readonly serverKeyId: number;
  /** The ML-KEM key that it was wrapped to as well; null in EC mode. */
  readonly mlKemKeyId: number | null;
  /** Seals the answer: see {@link sealAccountAnswer}. */
  readonly transmissionKey: AesKey;
}

/**
 * Opens an account request on the server.
 *
 * @param body the request's body in bytes
 * @throws VaultwireError `argument-invalid` for a body that is no bytes, and a replay window without `now`;
 *   `message-too-long`, `protobuf-invalid`, `server-key-unknown` (to be answered with {@link encodeKeyError}),
 *   `hybrid-required`, `length-invalid`, `parameter-out-of-range`, `point-invalid`, `message-too-short`, `open-failed`,
 *   `request-replayed`
 */
export async function openAccountRequest(
  body: Uint8Array,
  options: OpenAccountRequestOptions,
): Promise<OpenedAccountRequest> {
  const suite = options.suite ?? defaultSuite;
  const limits = { maximumBytes: options.maximumBytes ?? MAXIMUM_REQUEST_BYTES };
  const envelope = decodeMessage(Authentication.ApiRequest, body, 'ApiRequest', limits);
  const unwrapped = envelope.qrcMessageKey
    ? await unwrapHybrid(envelope, envelope.qrcMessageKey, options)
    : await unwrapEc(envelope, options);
  assertBytes(unwrapped.secret, 'transmission key', AES_KEY_LENGTH);
  const transmissionKey = await suite.importAesKey(unwrapped.secret);
  unwrapped.secret.fill(0);
  const payload = decodeMessage(
    Authentication.ApiRequestPayload,
    await transmissionKey.open(envelope.encryptedPayload),
    'ApiRequestPayload',
    limits,
  );
  const identifier = identifierOf(envelope.encryptedPayload);
  if (options.replayWindow) {
    if (options.now === undefined) throw new VaultwireError('argument-invalid', 'now: expected with a replay window');
    if (!options.replayWindow.admit(identifier, options.now)) {
      throw new VaultwireError('request-replayed', 'ApiRequest: this request was seen before');
    }
  }
  return {
    transport: unwrapped.mlKemKeyId === null ? 'ec' : 'hybrid',
    identifier,
    payload: copyBytes(payload.payload),
    sessionToken: isPresent(payload.encryptedSessionToken)
      ? new SessionToken(payload.encryptedSessionToken)
      : undefined,
    timeToken: isPresent(payload.timeToken) ? copyBytes(payload.timeToken) : undefined,
    apiVersion: payload.apiVersion,
    locale: envelope.locale,
    recaptcha: envelope.recaptcha,
    subEnvironment: envelope.subEnvironment,
    serverKeyId: unwrapped.serverKeyId,
    mlKemKeyId: unwrapped.mlKemKeyId,
    transmissionKey,
  };
}

/**
 * The nonce and the tag of the payload. Clients in the field keep a transmission key, and in hybrid mode an ephemeral EC
 * key, for many requests; so neither names one request, and a wrap that never arrived would carry an old payload.
 */
function identifierOf(encryptedPayload: Uint8Array): Bytes {
  return concatBytes(encryptedPayload.subarray(0, GCM_NONCE_LENGTH), encryptedPayload.subarray(-GCM_TAG_LENGTH));
}

interface Unwrapped {
  readonly secret: Bytes;
  readonly serverKeyId: number;
  readonly mlKemKeyId: number | null;
}

async function unwrapEc(
  envelope: Authentication.ApiRequest.$Shape,
  options: OpenAccountRequestOptions,
): Promise<Unwrapped> {
  if (options.hybrid?.required) {
    throw new VaultwireError('hybrid-required', 'ApiRequest.qrcMessageKey: expected a request in hybrid mode');
  }
  const wrapped = envelope.encryptedTransmissionKey ?? new Uint8Array(0);
  assertBytes(wrapped, 'ApiRequest.encryptedTransmissionKey', WRAPPED_TRANSMISSION_KEY_LENGTH);
  const serverKeyId = envelope.publicKeyId ?? 0;
  const serverKey = await options.serverKey(serverKeyId);
  if (!serverKey) throw new VaultwireError('server-key-unknown', `ApiRequest.publicKeyId: no key of id ${serverKeyId}`);
  const secret = await openEcies(serverKey, wrapped, options.suite ? { suite: options.suite } : {});
  return { secret, serverKeyId, mlKemKeyId: null };
}

async function unwrapHybrid(
  envelope: Authentication.ApiRequest.$Shape,
  message: Authentication.QrcMessageKey.$Shape,
  options: OpenAccountRequestOptions,
): Promise<Unwrapped> {
  const mlKemKeyId = envelope.publicKeyId ?? 0;
  const serverKeyId = message.ecKeyId ?? 0;
  const mlKem = await options.hybrid?.mlKemKey(mlKemKeyId);
  if (!options.hybrid || !mlKem) {
    throw new VaultwireError('server-key-unknown', `ApiRequest.publicKeyId: no ML-KEM key of id ${mlKemKeyId}`);
  }
  const ec = await options.serverKey(serverKeyId);
  if (!ec) throw new VaultwireError('server-key-unknown', `QrcMessageKey.ecKeyId: no key of id ${serverKeyId}`);
  const optionalData = envelope.encryptedTransmissionKey ?? new Uint8Array(0);
  const secret = await options.hybrid.open(
    { ec, mlKem },
    {
      clientEcPublicKey: message.clientEcPublicKey ?? new Uint8Array(0),
      mlKemEncapsulatedKey: message.mlKemEncapsulatedKey ?? new Uint8Array(0),
      data: message.data ?? new Uint8Array(0),
      version: message.msgVersion ?? 0,
    },
    { ...(options.suite && { suite: options.suite }), ...(optionalData.length > 0 && { optionalData }) },
  );
  return { secret, serverKeyId, mlKemKeyId };
}

/** Whether a field of the message came: an empty one is how protobuf says that it did not. */
const isPresent = (field: Uint8Array): boolean => field.length > 0;

/**
 * The JSON payload of a v2 command.
 *
 * @throws VaultwireError a JSON code
 */
export function readJsonPayload(request: Pick<OpenedAccountRequest, 'payload'>): JsonObject {
  return decodeJsonObject(request.payload, 'command', {
    maximumBytes: MAXIMUM_REQUEST_BYTES,
    maximumDepth: MAXIMUM_JSON_DEPTH,
  });
}

/** Seals an answer of status 200: AES-GCM of a protobuf message's bytes, or of JSON, under the transmission key. */
export function sealAccountAnswer(transmissionKey: AesKey, answer: JsonValue | Uint8Array): Promise<Bytes> {
  return sealAnswer(transmissionKey, answer);
}

/**
 * Opens the body of an answer of status 200.
 *
 * @returns the plaintext bytes; none for the empty body that requests without an answer have
 * @throws VaultwireError `message-too-short`, `message-too-long`, `open-failed`: the body may then be the JSON of an
 *   error, which `stepAccountRequest` reads
 */
export function openAccountAnswer(
  transmissionKey: AesKey,
  body: Uint8Array,
  options: { readonly maximumBytes?: number } = {},
): Promise<Bytes> {
  return openAnswer(transmissionKey, body, options);
}

/**
 * {@link openAccountAnswer}, and the protobuf message in it. An empty body is refused: nothing authenticates it, and it
 * would be read as a message of defaults, such as one without keys. Where an answer may be missing, ask
 * {@link openAccountAnswer}.
 *
 * @throws VaultwireError what {@link openAccountAnswer} throws, `answer-unexpected` for an empty body, `protobuf-invalid`
 */
export async function openAccountMessage<Message, Properties>(
  transmissionKey: AesKey,
  body: Uint8Array,
  codec: MessageCodec<Message, Properties>,
  options: { readonly maximumBytes?: number } = {},
): Promise<Message> {
  const maximumBytes = options.maximumBytes ?? MAXIMUM_ANSWER_BYTES;
  if (body.length === 0) {
    throw new VaultwireError('answer-unexpected', 'answer: expected one sealed under the transmission key');
  }
  return decodeMessage(codec, await openAnswer(transmissionKey, body, { maximumBytes }), 'answer', { maximumBytes });
}
