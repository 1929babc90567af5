import { defaultSealingSuite, defaultSuite } from '#default-suite';
import {
  AES_KEY_LENGTH,
  GCM_NONCE_LENGTH,
  GCM_TAG_LENGTH,
  type AesKey,
  type CryptoSuite,
  type EcPrivateKey,
  type SealingSuite,
  type SigningKey,
  type VerifyingKey,
} from '../crypto/suite.js';
import { ECIES_OVERHEAD, open as openEcies, seal as sealEcies } from '../ecies/index.js';
import { assertBytes, concatBytes, copyBytes, equalBytes, type Bytes } from '../wire/bytes.js';
import { decodeBase64, encodeBase64 } from '../wire/base64.js';
import { VaultwireError } from '../wire/error.js';
import {
  decodeJsonObject,
  encodeJson,
  MAXIMUM_JSON_DEPTH,
  readBase64,
  readOptionalBase64,
  type JsonObject,
  type JsonValue,
} from '../wire/json.js';
import type { ReplayWindow } from './replay-window.js';
import type { ServerKey } from './server-keys.js';

/** Length of a wrapped transmission key in bytes: 65 + 12 + 32 + 16. */
export const WRAPPED_TRANSMISSION_KEY_LENGTH = ECIES_OVERHEAD + AES_KEY_LENGTH;
/** Length of a client id in bytes: an HMAC-SHA-512. */
export const CLIENT_ID_LENGTH = 64;
/** Largest request body that a server opens unless told otherwise, in bytes. */
export const MAXIMUM_REQUEST_BYTES = 16 * 1024 * 1024;
/** Largest answer that a client opens unless told otherwise, in bytes. */
export const MAXIMUM_ANSWER_BYTES = 256 * 1024 * 1024;

/** The commands of device requests: the last part of `/api/rest/sm/v1/<command>`. */
export const DEVICE_COMMANDS = [
  'get_secret',
  'get_folders',
  'create_secret',
  'update_secret',
  'finalize_secret_update',
  'rollback_secret_update',
  'delete_secret',
  'create_folder',
  'update_folder',
  'delete_folder',
  'add_file',
] as const;
export type DeviceCommand = (typeof DEVICE_COMMANDS)[number];

/** A signed device request as it goes over the wire (wire note: transmission, 2). */
export interface DeviceRequest {
  /** Which server key the transmission key is wrapped to. */
  readonly serverKeyId: number;
  /** ECIES of the transmission key, 125 bytes. */
  readonly wrappedTransmissionKey: Uint8Array;
  /** AES-GCM of the JSON payload under the transmission key. */
  readonly payload: Uint8Array;
  /** ECDSA-SHA-256 in DER over `wrappedTransmissionKey || payload`. */
  readonly signature: Uint8Array;
}

/** What a client keeps of a request until its answer has come. */
export interface SealedDeviceRequest {
  readonly request: DeviceRequest;
  /** Opens the answer: see {@link openAnswer}. */
  readonly transmissionKey: AesKey;
}

/** A request before it is signed: the bytes to sign, then the finished message. */
export interface PreparedDeviceRequest {
  /** `wrappedTransmissionKey || payload`, to be signed with ECDSA-SHA-256 by the device's key, wherever it lives. */
  readonly toSign: Bytes;
  /** Opens the answer: see {@link openAnswer}. */
  readonly transmissionKey: AesKey;
  /** @param signature ASN.1 DER, over {@link PreparedDeviceRequest.toSign} */
  finish(signature: Uint8Array): DeviceRequest;
}

export interface PrepareDeviceRequestOptions {
  readonly serverKey: ServerKey;
  /** The payload: JSON, or its UTF-8 bytes. */
  readonly payload: JsonObject | Uint8Array;
  readonly suite?: SealingSuite;
}

/**
 * Makes a fresh transmission key, wraps it to the server's key and encrypts the payload under it; the signature is
 * left to the caller.
 */
export async function prepareDeviceRequest(options: PrepareDeviceRequestOptions): Promise<PreparedDeviceRequest> {
  const suite = options.suite ?? defaultSealingSuite;
  const serverKeyId = options.serverKey.id;
  const payload = ArrayBuffer.isView(options.payload) ? copyBytes(options.payload) : encodeJson(options.payload);
  const secret = suite.randomBytes(AES_KEY_LENGTH);
  const wrapped = await sealEcies(options.serverKey.publicKey, secret, { suite });
  const transmissionKey = await suite.importAesKey(secret);
  secret.fill(0);
  const toSign = concatBytes(wrapped, await transmissionKey.seal(payload));
  return {
    toSign,
    transmissionKey,
    finish: (signature) => ({
      serverKeyId,
      wrappedTransmissionKey: toSign.subarray(0, WRAPPED_TRANSMISSION_KEY_LENGTH),
      payload: toSign.subarray(WRAPPED_TRANSMISSION_KEY_LENGTH),
      signature: copyBytes(signature),
    }),
  };
}

/** {@link prepareDeviceRequest} and its signature in one call. */
export async function sealDeviceRequest(
  options: PrepareDeviceRequestOptions & {
    /** The device's key: any object that signs with ECDSA-SHA-256 in DER. */
    readonly signingKey: Pick<SigningKey, 'sign'>;
  },
): Promise<SealedDeviceRequest> {
  const prepared = await prepareDeviceRequest(options);
  const signature = await options.signingKey.sign(prepared.toSign);
  return { request: prepared.finish(signature), transmissionKey: prepared.transmissionKey };
}

/** The HTTP headers of a device request; its body is `request.payload`. */
export function deviceRequestHeaders(request: DeviceRequest): Record<string, string> {
  return {
    'Content-Type': 'application/octet-stream',
    PublicKeyId: String(request.serverKeyId),
    TransmissionKey: encodeBase64(request.wrappedTransmissionKey),
    Authorization: `Signature ${encodeBase64(request.signature)}`,
  };
}

/**
 * Reads a device request from HTTP headers and body, without opening anything.
 *
 * @param headers looks a header up by its name in any case: a `Headers` object does
 * @param body the request's body in bytes
 * @throws VaultwireError `header-invalid`, `message-too-short`, `message-too-long`
 */
export function decodeDeviceRequest(
  headers: { get(name: string): string | null | undefined },
  body: Uint8Array,
  options: { readonly maximumBytes?: number } = {},
): DeviceRequest {
  const maximumBytes = options.maximumBytes ?? MAXIMUM_REQUEST_BYTES;
  const keyId = headers.get('PublicKeyId') ?? '';
  if (!/^[1-9]\d{0,8}$/.test(keyId)) {
    throw new VaultwireError('header-invalid', 'PublicKeyId: expected a positive whole number');
  }
  const wrappedTransmissionKey = decodeHeader(headers.get('TransmissionKey') ?? '', 'TransmissionKey');
  if (wrappedTransmissionKey.length !== WRAPPED_TRANSMISSION_KEY_LENGTH) {
    throw new VaultwireError('header-invalid', `TransmissionKey: expected ${WRAPPED_TRANSMISSION_KEY_LENGTH} bytes`);
  }
  const [, signatureText] = /^Signature ([\w+/=-]+)$/.exec(headers.get('Authorization') ?? '') ?? [];
  if (signatureText === undefined) {
    throw new VaultwireError('header-invalid', 'Authorization: expected "Signature" and base64');
  }
  const signature = decodeHeader(signatureText, 'Authorization');
  assertBytes(body, 'body');
  if (body.length < GCM_NONCE_LENGTH + GCM_TAG_LENGTH) {
    throw new VaultwireError('message-too-short', 'body: expected at least 28 bytes');
  }
  if (body.length > maximumBytes) {
    throw new VaultwireError('message-too-long', `body: expected at most ${maximumBytes} bytes`);
  }
  return { serverKeyId: Number(keyId), wrappedTransmissionKey, payload: copyBytes(body), signature };
}

function decodeHeader(text: string, name: string): Bytes {
  try {
    return decodeBase64(text, name);
  } catch (cause) {
    throw new VaultwireError('header-invalid', `${name}: expected base64`, { cause });
  }
}

/** What a server knows of a client when a request of it arrives. */
export type ClientKeyLookup = (
  /** base64 with padding, as clients send it */
  clientId: string,
) => VerifyingKey | Uint8Array | null | undefined | Promise<VerifyingKey | Uint8Array | null | undefined>;

export interface OpenDeviceRequestOptions {
  /** The server's private key of this id, or undefined when there is none. */
  readonly serverKey: (id: number) => EcPrivateKey | undefined | Promise<EcPrivateKey | undefined>;
  /**
   * The public key that is registered for a client (a key object, or 65 bytes); null for a client that is known and
   * has none yet; undefined for one that is not known.
   */
  readonly findClientKey: ClientKeyLookup;
  /**
   * Refuses requests that it has seen. Without it replays are not noticed. A server that throttles leaves it out and has
   * `identifier` of the result admitted itself, by a window for what it answers or by one for what it throttles: in the same
   * one, what is throttled would push out what was answered.
   */
  readonly replayWindow?: ReplayWindow;
  /** Milliseconds since 1970, for the replay window. Required with it. */
  readonly now?: number;
  /** Largest payload in bytes. Default {@link MAXIMUM_REQUEST_BYTES}. */
  readonly maximumBytes?: number;
  readonly suite?: CryptoSuite;
}

/** A device request whose signature fits. */
export interface OpenedDeviceRequest {
  /** What a `ReplayWindow` knows the request by: fresh for every request, and covered by the signature. */
  readonly identifier: Bytes;
  /** base64 with padding of 64 bytes. */
  readonly clientId: string;
  readonly payload: JsonObject;
  /** The public key that the payload brought (65 bytes), as first requests do. */
  readonly publicKey: Bytes | undefined;
  /** True: signed by the registered key. False: no key is registered, and `publicKey` itself signed. */
  readonly registered: boolean;
  /** Seals the answer: see {@link sealAnswer}. */
  readonly transmissionKey: AesKey;
}

/**
 * Opens a device request on the server and checks its signature. Nothing of the payload is believed before that,
 * apart from the client id, and the first public key of a client that has none registered.
 *
 * @throws VaultwireError `server-key-unknown` for a key id the server has no key of, `point-invalid`, `open-failed`,
 *   `length-invalid`, a JSON code or `field-…` for a payload that is not as it should be, `client-unknown`,
 *   `client-not-bound` when no key is registered and none is brought, `token-used` when another key than the
 *   registered one is brought and signed, `signature-invalid`, `request-replayed`
 */
export async function openDeviceRequest(
  request: DeviceRequest,
  options: OpenDeviceRequestOptions,
): Promise<OpenedDeviceRequest> {
  const suite = options.suite ?? defaultSuite;
  const { wrappedTransmissionKey, payload: sealedPayload, serverKeyId } = request;
  const signed = concatBytes(wrappedTransmissionKey, sealedPayload);
  const signature = copyBytes(request.signature);

  const serverKey = await options.serverKey(serverKeyId);
  if (!serverKey) throw new VaultwireError('server-key-unknown', `PublicKeyId: no key of id ${serverKeyId}`);
  const secret = await openEcies(serverKey, signed.subarray(0, wrappedTransmissionKey.length), { suite });
  assertBytes(secret, 'transmission key', AES_KEY_LENGTH);
  const transmissionKey = await suite.importAesKey(secret);
  secret.fill(0);

  const payload = decodeJsonObject(
    await transmissionKey.open(signed.subarray(wrappedTransmissionKey.length)),
    'payload',
    {
      maximumBytes: options.maximumBytes ?? MAXIMUM_REQUEST_BYTES,
      maximumDepth: MAXIMUM_JSON_DEPTH,
    },
  );
  const idBytes = readBase64(payload, 'clientId', 'payload');
  assertBytes(idBytes, 'payload.clientId', CLIENT_ID_LENGTH);
  const publicKey = readOptionalBase64(payload, 'publicKey', 'payload');
  // One spelling per client, however it wrote its id: a lookup must not miss for want of padding.
  const clientId = encodeBase64(idBytes);

  const registered = await options.findClientKey(clientId);
  if (registered === undefined) throw new VaultwireError('client-unknown', 'payload.clientId: no such client');
  const candidate = registered ?? publicKey;
  if (!candidate) throw new VaultwireError('client-not-bound', 'payload.publicKey: expected the first public key');
  const verifyingKey = 'verify' in candidate ? candidate : await suite.importVerifyingKey(candidate);
  if (!(await verifyingKey.verify(signed, signature))) {
    // Someone with a key pair of its own and a token that was spent before is told so; both are refused alike.
    if (registered && publicKey && !equalBytes(publicKey, verifyingKey.bytes)) {
      const newcomer = await suite.importVerifyingKey(publicKey);
      if (await newcomer.verify(signed, signature)) {
        throw new VaultwireError('token-used', 'payload.publicKey: the one-time token has been used by another key');
      }
    }
    throw new VaultwireError('signature-invalid', 'Authorization: the signature does not fit');
  }
  // Half of the ephemeral point inside, which is a fresh one for every request.
  const identifier = signed.slice(1, 33);
  if (options.replayWindow) {
    if (options.now === undefined) throw new VaultwireError('argument-invalid', 'now: expected with a replay window');
    if (!options.replayWindow.admit(identifier, options.now)) {
      throw new VaultwireError('request-replayed', 'TransmissionKey: this request was seen before');
    }
  }
  return { identifier, clientId, payload, publicKey, registered: registered !== null, transmissionKey };
}

/** Seals an answer of status 200 for the client: AES-GCM of JSON or of bytes under the request's transmission key. */
export function sealAnswer(transmissionKey: AesKey, answer: JsonValue | Uint8Array): Promise<Bytes> {
  return transmissionKey.seal(ArrayBuffer.isView(answer) ? answer : encodeJson(answer));
}

/**
 * Opens the body of an answer of status 200.
 *
 * @returns the plaintext bytes; none for the empty body that commands without an answer have
 * @throws VaultwireError `message-too-short`, `message-too-long`, `open-failed`
 */
export async function openAnswer(
  transmissionKey: AesKey,
  body: Uint8Array,
  options: { readonly maximumBytes?: number } = {},
): Promise<Bytes> {
  const maximumBytes = options.maximumBytes ?? MAXIMUM_ANSWER_BYTES;
  if (body.length > maximumBytes) {
    throw new VaultwireError('message-too-long', `answer: expected at most ${maximumBytes} bytes`);
  }
  return body.length === 0 ? new Uint8Array(0) : transmissionKey.open(body);
}
