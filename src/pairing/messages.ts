import { encodeBase64 } from '../wire/base64.js';
import { assertBytes, type Bytes } from '../wire/bytes.js';
import { VaultwireError } from '../wire/error.js';
import {
  decodeJsonObject,
  encodeJson,
  isJsonObject,
  readArray,
  readBase64,
  readInteger,
  readOptionalBase64,
  readOptionalBoolean,
  readOptionalString,
  readOptionalStrings,
  readString,
  type JsonObject,
  type JsonValue,
} from '../wire/json.js';
import { readVersion } from './version.js';

/*
 * What computer and phone say to each other inside their box: JSON with the peers' field names. A "response" of the
 * wire is an answer here.
 */

/** What an answer carries as its error when the user said no. */
export const REJECTED = 'rejected';
/** What an answer carries as its error when no key of the phone has the fingerprint that was asked for. */
export const UNKNOWN_KEY_FINGERPRINT = 'unknown key fingerprint';
/** What an answer carries as its error when a host shows another key than the one pinned for its name. */
export const HOST_KEY_MISMATCHED = 'host public key mismatched';
/** What an answer carries as its error when the phone could not do what it wanted to. */
export const UNKNOWN_ERROR = 'unknown error';

/** Most bytes of a request's or an answer's JSON: a message of 256 KiB, the most its queues carry, less its envelope. */
export const MAXIMUM_DOCUMENT_BYTES = 0x40000 - 41;
/** Most characters of a request's id. Peers make 22 or 44. */
export const MAXIMUM_REQUEST_ID_LENGTH = 128;
/** Length of the SHA-256 of an SSH public key, which tells which key is to sign, in bytes. */
export const FINGERPRINT_LENGTH = 32;
/** Length of a U2F challenge, the SHA-256 of the client data, in bytes. */
export const U2F_CHALLENGE_LENGTH = 32;
/** Length of a U2F public key, an uncompressed P-256 point, in bytes. */
export const U2F_PUBLIC_KEY_LENGTH = 65;
/** Most bytes of a U2F key handle (FIDO U2F raw message formats, 4.3: one byte tells its length). */
export const MAXIMUM_KEY_HANDLE_LENGTH = 255;

/** What a computer asks of a phone. */
export interface PairingRequest {
  /** Random; its answer has the same. 1 to 128 characters. */
  readonly requestId: string;
  /** When it was made, in seconds since 1970. */
  readonly unixSeconds: number;
  /** The protocol's version at the computer (semantic versioning). */
  readonly version: string;
  /** Whether the computer wants to hear at once that the user is being asked. */
  readonly acknowledge: boolean;
  readonly body: RequestBody;
}

/** One request of each kind. */
export type RequestBody =
  | MeRequest
  | SignRequest
  | GitSignRequest
  | { readonly kind: 'hosts' }
  | { readonly kind: 'unpair' }
  /** Wakes the phone and asks nothing. */
  | { readonly kind: 'no-op' }
  | { readonly kind: 'u2f-register'; readonly challenge: Bytes; readonly appId: string }
  | {
      readonly kind: 'u2f-authenticate';
      /** 32 bytes. */
      readonly challenge: Bytes;
      readonly appId: string;
      /** 1 to 255 bytes. */
      readonly keyHandle: Bytes;
    };

/** Who the phone's user is: the first request of a pairing. */
export interface MeRequest {
  readonly kind: 'me';
  /** A user id that the OpenPGP public key in the answer is to have. */
  readonly pgpUserId?: string;
  /** True: only the accounts of U2F are wanted, no SSH key. */
  readonly u2fOnly?: boolean;
}

/** A signature with an SSH key. */
export interface SignRequest {
  readonly kind: 'sign';
  /** What an SSH client gives to be signed, less the public key (RFC 4252, section 7). */
  readonly data: Bytes;
  /** SHA-256 of the public key in SSH's wire form, 32 bytes. */
  readonly fingerprint: Bytes;
  /** The command line that asks, as the computer says. Nothing proves it. */
  readonly command?: string;
  readonly hostAuth?: HostAuth;
}

/** What a server proved to the computer. The phone verifies it; the names are the computer's word. */
export interface HostAuth {
  /** The host's public key in SSH's wire form. */
  readonly hostKey: Bytes;
  /** The host's signature over the session id. */
  readonly signature: Bytes;
  readonly hostNames: readonly string[];
}

/** An OpenPGP signature over a Git commit or tag. */
export interface GitSignRequest {
  readonly kind: 'git-sign';
  /** The user id of the OpenPGP key. */
  readonly userId: string;
  readonly content: GitCommit | GitTag;
}

/** The parts of a Git commit object, as written there. */
export interface GitCommit {
  readonly type: 'commit';
  readonly tree: string;
  readonly parent?: string;
  readonly mergeParents?: readonly string[];
  readonly author: string;
  readonly committer: string;
  readonly message: Bytes;
}

/** The parts of a Git tag object, as written there. */
export interface GitTag {
  readonly type: 'tag';
  readonly object: string;
  readonly objectType: string;
  readonly tag: string;
  readonly tagger: string;
  readonly message: Bytes;
}

/** What a phone says to a request. */
export interface PairingAnswer {
  /** The request's. */
  readonly requestId: string;
  /** The protocol's version at the phone (semantic versioning). */
  readonly version: string;
  /** Where to send what wakes the phone. */
  readonly snsEndpointArn?: string;
  readonly trackingId?: string;
  readonly body: AnswerBody;
}

/** One answer of each kind. */
export type AnswerBody =
  /** The user is being asked. */
  | { readonly kind: 'ack' }
  | { readonly kind: 'me'; readonly me: Me }
  | { readonly kind: 'sign' | 'git-sign'; readonly signature: Bytes }
  | { readonly kind: 'hosts'; readonly hosts: readonly UserAtHost[]; readonly pgpUserIds: readonly string[] }
  | { readonly kind: 'unpair' }
  | {
      readonly kind: 'u2f-register';
      /** 65 bytes, an uncompressed point. */
      readonly publicKey: Bytes;
      /** 1 to 255 bytes. */
      readonly keyHandle: Bytes;
      /** DER. */
      readonly attestationCertificate: Bytes;
      /** DER. */
      readonly signature: Bytes;
    }
  | {
      readonly kind: 'u2f-authenticate';
      /** 65 bytes, an uncompressed point. */
      readonly publicKey: Bytes;
      /** DER. */
      readonly signature: Bytes;
      /** 0 to 2^32 - 1. */
      readonly counter: number;
    }
  | ErrorAnswer;

/** Why the phone did not do what it was asked: {@link REJECTED} when its user said no. */
export interface ErrorAnswer {
  readonly kind: 'sign' | 'git-sign' | 'hosts' | 'u2f-register' | 'u2f-authenticate';
  readonly error: string;
}

/** Who the phone's user is and which keys the phone has. */
export interface Me {
  /** The SSH public key in SSH's wire form. */
  readonly publicKeyWire?: Bytes;
  readonly email: string;
  /** An OpenPGP public key, as packets. */
  readonly pgpPublicKey?: Bytes;
  /** Names this phone among the user's. */
  readonly deviceIdentifier?: Bytes;
  /** The app ids that the phone has a security key for. */
  readonly u2fAccounts?: readonly string[];
}

/** A login that the phone has signed for. */
export interface UserAtHost {
  readonly user: string;
  readonly host: string;
}

/**
 * The JSON of a request. What is written is read back before it is returned, so that nothing leaves that the other end
 * would refuse.
 *
 * @throws VaultwireError what {@link decodeRequest} throws, `argument-invalid` for what is no Uint8Array where one is
 * expected
 */
export function encodeRequest(request: PairingRequest): Bytes {
  const bytes = encodeJson({
    request_id: request.requestId,
    unix_seconds: request.unixSeconds,
    v: request.version,
    a: request.acknowledge,
    ...encodeRequestBody(request.body),
  });
  decodeRequest(bytes);
  return bytes;
}

/**
 * Reads a request strictly. Members that nobody here knows are ignored, and a request with none that is known is a
 * no-op; one with two of them is refused.
 *
 * @throws VaultwireError `message-too-long` above {@link MAXIMUM_DOCUMENT_BYTES}, `utf8-invalid`, `json-invalid`,
 * `json-too-deep`, `json-duplicate-key`, `field-missing`, `field-invalid`, `base64-invalid`, `length-invalid`
 */
export function decodeRequest(bytes: Uint8Array): PairingRequest {
  const name = 'request';
  const object = decodeJsonObject(bytes, name, LIMITS);
  const unixSeconds = readInteger(object, 'unix_seconds', name);
  if (unixSeconds < 0) throw invalid(`${name}.unix_seconds`, 'no negative number');
  return {
    requestId: readRequestId(object, name),
    unixSeconds,
    version: readVersion(object, name),
    acknowledge: readOptionalBoolean(object, 'a', name) ?? false,
    body: decodeRequestBody(object, name),
  };
}

/**
 * The JSON of an answer. What is written is read back before it is returned, as {@link encodeRequest} does.
 *
 * @throws VaultwireError what {@link decodeAnswer} throws, `argument-invalid` for what is no Uint8Array where one is
 * expected
 */
export function encodeAnswer(answer: PairingAnswer): Bytes {
  const bytes = encodeJson({
    request_id: answer.requestId,
    v: answer.version,
    sns_endpoint_arn: answer.snsEndpointArn,
    tracking_id: answer.trackingId,
    ...encodeAnswerBody(answer.body),
  });
  decodeAnswer(bytes);
  return bytes;
}

/**
 * Reads an answer strictly. Members that nobody here knows are ignored; of those that are known there is exactly one,
 * and in it either what was asked for or an error.
 *
 * @throws VaultwireError `message-too-long` above {@link MAXIMUM_DOCUMENT_BYTES}, `utf8-invalid`, `json-invalid`,
 * `json-too-deep`, `json-duplicate-key`, `field-missing`, `field-invalid`, `base64-invalid`, `length-invalid`
 */
export function decodeAnswer(bytes: Uint8Array): PairingAnswer {
  const name = 'answer';
  const object = decodeJsonObject(bytes, name, LIMITS);
  const snsEndpointArn = readOptionalString(object, 'sns_endpoint_arn', name);
  const trackingId = readOptionalString(object, 'tracking_id', name);
  return {
    requestId: readRequestId(object, name),
    version: readVersion(object, name),
    ...(snsEndpointArn !== undefined && { snsEndpointArn }),
    ...(trackingId !== undefined && { trackingId }),
    body: decodeAnswerBody(object, name),
  };
}

/** Deeper than any request or answer nests. */
const LIMITS = { maximumBytes: MAXIMUM_DOCUMENT_BYTES, maximumDepth: 8 };

function encodeRequestBody(body: RequestBody): JsonObject {
  switch (body.kind) {
    case 'me':
      return { me_request: { pgp_user_id: body.pgpUserId, u2f_only: body.u2fOnly } };
    case 'sign':
      return {
        sign_request: {
          data: encodeBase64(body.data),
          public_key_fingerprint: encodeBase64(body.fingerprint),
          command: body.command,
          host_auth: body.hostAuth && {
            host_key: encodeBase64(body.hostAuth.hostKey),
            signature: encodeBase64(body.hostAuth.signature),
            host_names: body.hostAuth.hostNames,
          },
        },
      };
    case 'git-sign':
      return { git_sign_request: { user_id: body.userId, ...encodeGitContent(body.content) } };
    case 'hosts':
      return { hosts_request: {} };
    case 'unpair':
      return { unpair_request: {} };
    case 'no-op':
      return {};
    case 'u2f-register':
      return { u2f_register_request: { challenge: encodeBase64(body.challenge), app_id: body.appId } };
    case 'u2f-authenticate':
      return {
        u2f_authenticate_request: {
          challenge: encodeBase64(body.challenge),
          app_id: body.appId,
          key_handle: encodeBase64(body.keyHandle),
        },
      };
    default:
      throw unknownKind(body);
  }
}

function encodeGitContent(content: GitCommit | GitTag): JsonObject {
  if (content.type === 'commit') {
    const { tree, parent, mergeParents, author, committer, message } = content;
    return { commit: { tree, parent, merge_parents: mergeParents, author, committer, message: encodeBase64(message) } };
  }
  const { object, objectType, tag, tagger, message } = content;
  return { tag: { object, type: objectType, tag, tagger, message: encodeBase64(message) } };
}

function decodeRequestBody(request: JsonObject, parent: string): RequestBody {
  const found = readChoice(request, REQUEST_MEMBERS, parent);
  if (found === undefined) return { kind: 'no-op' };
  const { key, object, name } = found;
  switch (key) {
    case 'me_request': {
      const pgpUserId = readOptionalString(object, 'pgp_user_id', name);
      const u2fOnly = readOptionalBoolean(object, 'u2f_only', name);
      return {
        kind: 'me',
        ...(pgpUserId !== undefined && { pgpUserId }),
        ...(u2fOnly !== undefined && { u2fOnly }),
      };
    }
    case 'sign_request': {
      const command = readOptionalString(object, 'command', name);
      const hostAuth = readOptionalObject(object, 'host_auth', name);
      return {
        kind: 'sign',
        data: readFilled(object, 'data', name),
        fingerprint: readExactly(object, 'public_key_fingerprint', name, FINGERPRINT_LENGTH),
        ...(command !== undefined && { command }),
        ...(hostAuth && { hostAuth: decodeHostAuth(hostAuth, `${name}.host_auth`) }),
      };
    }
    case 'git_sign_request':
      return { kind: 'git-sign', userId: readString(object, 'user_id', name), content: decodeGitContent(object, name) };
    case 'hosts_request':
      return { kind: 'hosts' };
    case 'unpair_request':
      return { kind: 'unpair' };
    case 'u2f_register_request':
      return {
        kind: 'u2f-register',
        challenge: readExactly(object, 'challenge', name, U2F_CHALLENGE_LENGTH),
        appId: readString(object, 'app_id', name),
      };
    case 'u2f_authenticate_request':
      return {
        kind: 'u2f-authenticate',
        challenge: readExactly(object, 'challenge', name, U2F_CHALLENGE_LENGTH),
        appId: readString(object, 'app_id', name),
        keyHandle: readKeyHandle(object, name),
      };
  }
}

const REQUEST_MEMBERS = [
  'me_request',
  'sign_request',
  'git_sign_request',
  'hosts_request',
  'unpair_request',
  'u2f_register_request',
  'u2f_authenticate_request',
] as const;

function decodeHostAuth(object: JsonObject, name: string): HostAuth {
  return {
    hostKey: readFilled(object, 'host_key', name),
    signature: readFilled(object, 'signature', name),
    hostNames: readOptionalStrings(object, 'host_names', name) ?? [],
  };
}

function decodeGitContent(request: JsonObject, parent: string): GitCommit | GitTag {
  const found = readChoice(request, ['commit', 'tag'], parent);
  if (found === undefined) throw missing(parent, 'a commit or a tag');
  const { key, object, name } = found;
  const message = readBase64(object, 'message', name);
  if (key === 'tag') {
    return {
      type: 'tag',
      object: readString(object, 'object', name),
      objectType: readString(object, 'type', name),
      tag: readString(object, 'tag', name),
      tagger: readString(object, 'tagger', name),
      message,
    };
  }
  const parentCommit = readOptionalString(object, 'parent', name);
  const mergeParents = readOptionalStrings(object, 'merge_parents', name);
  return {
    type: 'commit',
    tree: readString(object, 'tree', name),
    ...(parentCommit !== undefined && { parent: parentCommit }),
    ...(mergeParents && { mergeParents }),
    author: readString(object, 'author', name),
    committer: readString(object, 'committer', name),
    message,
  };
}

function encodeAnswerBody(body: AnswerBody): JsonObject {
  if ('error' in body) return { [`${body.kind.replace('-', '_')}_response`]: { error: body.error } };
  switch (body.kind) {
    case 'ack':
      return { ack_response: {} };
    case 'me':
      return { me_response: { me: encodeMe(body.me) } };
    case 'sign':
      return { sign_response: { signature: encodeBase64(body.signature) } };
    case 'git-sign':
      return { git_sign_response: { signature: encodeBase64(body.signature) } };
    case 'hosts': {
      const hosts = body.hosts.map(({ user, host }) => ({ user, host }));
      return { hosts_response: { host_info: { hosts, pgp_user_ids: body.pgpUserIds } } };
    }
    case 'unpair':
      return { unpair_response: {} };
    case 'u2f-register':
      return {
        u2f_register_response: {
          public_key: encodeBase64(body.publicKey),
          key_handle: encodeBase64(body.keyHandle),
          attestation_certificate: encodeBase64(body.attestationCertificate),
          signature: encodeBase64(body.signature),
        },
      };
    case 'u2f-authenticate':
      return {
        u2f_authenticate_response: {
          public_key: encodeBase64(body.publicKey),
          signature: encodeBase64(body.signature),
          counter: body.counter,
        },
      };
    default:
      throw unknownKind(body);
  }
}

function encodeMe(me: Me): JsonObject {
  return {
    public_key_wire: me.publicKeyWire && encodeBase64(me.publicKeyWire),
    email: me.email,
    pgp_pk: me.pgpPublicKey && encodeBase64(me.pgpPublicKey),
    device_identifier: me.deviceIdentifier && encodeBase64(me.deviceIdentifier),
    u2f_accounts: me.u2fAccounts,
  };
}

function decodeAnswerBody(answer: JsonObject, parent: string): AnswerBody {
  const found = readChoice(answer, ANSWER_MEMBERS, parent);
  if (found === undefined) throw missing(parent, 'an answer of a known kind');
  const { key, object, name } = found;
  switch (key) {
    case 'ack_response':
      return { kind: 'ack' };
    case 'me_response':
      return { kind: 'me', me: decodeMe(readObject(object, 'me', name), `${name}.me`) };
    case 'sign_response':
    case 'git_sign_response': {
      const kind = key === 'sign_response' ? 'sign' : 'git-sign';
      return readError(object, ['signature'], kind, name) ?? { kind, signature: readFilled(object, 'signature', name) };
    }
    case 'hosts_response':
      return (
        readError(object, ['host_info'], 'hosts', name) ??
        decodeHostInfo(readObject(object, 'host_info', name), `${name}.host_info`)
      );
    case 'unpair_response':
      return { kind: 'unpair' };
    case 'u2f_register_response':
      return (
        readError(object, ['signature', 'public_key'], 'u2f-register', name) ?? {
          kind: 'u2f-register',
          publicKey: readExactly(object, 'public_key', name, U2F_PUBLIC_KEY_LENGTH),
          keyHandle: readKeyHandle(object, name),
          attestationCertificate: readFilled(object, 'attestation_certificate', name),
          signature: readFilled(object, 'signature', name),
        }
      );
    case 'u2f_authenticate_response':
      return (
        readError(object, ['signature'], 'u2f-authenticate', name) ?? {
          kind: 'u2f-authenticate',
          publicKey: readExactly(object, 'public_key', name, U2F_PUBLIC_KEY_LENGTH),
          signature: readFilled(object, 'signature', name),
          counter: readCounter(object, name),
        }
      );
  }
}

const ANSWER_MEMBERS = [
  'ack_response',
  'me_response',
  'sign_response',
  'git_sign_response',
  'hosts_response',
  'unpair_response',
  'u2f_register_response',
  'u2f_authenticate_response',
] as const;

function decodeMe(object: JsonObject, name: string): Me {
  const publicKeyWire = readOptionalBase64(object, 'public_key_wire', name);
  const pgpPublicKey = readOptionalBase64(object, 'pgp_pk', name);
  const deviceIdentifier = readOptionalBase64(object, 'device_identifier', name);
  const u2fAccounts = readOptionalStrings(object, 'u2f_accounts', name);
  return {
    ...(publicKeyWire && { publicKeyWire }),
    email: readString(object, 'email', name),
    ...(pgpPublicKey && { pgpPublicKey }),
    ...(deviceIdentifier && { deviceIdentifier }),
    ...(u2fAccounts && { u2fAccounts }),
  };
}

function decodeHostInfo(object: JsonObject, name: string): AnswerBody {
  return {
    kind: 'hosts',
    hosts: readArray(object, 'hosts', name).map((item, index) => {
      const at = `${name}.hosts[${index}]`;
      const host = asObject(item, at);
      return { user: readString(host, 'user', at), host: readString(host, 'host', at) };
    }),
    pgpUserIds: readOptionalStrings(object, 'pgp_user_ids', name) ?? [],
  };
}

/** The error of an answer, unless it has none. An answer that says both yes and no is neither. */
function readError(
  object: JsonObject,
  results: readonly string[],
  kind: ErrorAnswer['kind'],
  name: string,
): ErrorAnswer | undefined {
  const error = readOptionalString(object, 'error', name);
  if (error === undefined) return undefined;
  if (error === '') throw invalid(`${name}.error`, 'a reason');
  if (results.some((key) => isPresent(object[key]))) throw invalid(name, 'a result or an error');
  return { kind, error };
}

/** The one member of an object that is there of those that exclude each other. */
function readChoice<Key extends string>(
  object: JsonObject,
  keys: readonly Key[],
  name: string,
): { readonly key: Key; readonly object: JsonObject; readonly name: string } | undefined {
  const [key, second] = keys.filter((candidate) => isPresent(object[candidate]));
  if (second !== undefined) throw invalid(name, `one of ${keys.join(', ')}`);
  return key === undefined ? undefined : { key, object: readObject(object, key, name), name: `${name}.${key}` };
}

const isPresent = (value: JsonValue | undefined): boolean => value !== undefined && value !== null;

function readObject(object: JsonObject, key: string, name: string): JsonObject {
  const value = readOptionalObject(object, key, name);
  if (value === undefined) throw missing(`${name}.${key}`, 'a value');
  return value;
}

function readOptionalObject(object: JsonObject, key: string, name: string): JsonObject | undefined {
  const value = object[key];
  return isPresent(value) ? asObject(value, `${name}.${key}`) : undefined;
}

function asObject(value: JsonValue | undefined, name: string): JsonObject {
  if (!isJsonObject(value)) throw invalid(name, 'an object');
  return value;
}

function readRequestId(object: JsonObject, name: string): string {
  const id = readString(object, 'request_id', name);
  if (id === '' || id.length > MAXIMUM_REQUEST_ID_LENGTH) {
    throw invalid(`${name}.request_id`, `1 to ${MAXIMUM_REQUEST_ID_LENGTH} characters`);
  }
  return id;
}

/** Base64 of at least one byte. */
function readFilled(object: JsonObject, key: string, name: string): Bytes {
  const bytes = readBase64(object, key, name);
  if (bytes.length === 0) throw missing(`${name}.${key}`, 'a value');
  return bytes;
}

function readExactly(object: JsonObject, key: string, name: string, length: number): Bytes {
  const bytes = readBase64(object, key, name);
  assertBytes(bytes, `${name}.${key}`, length);
  return bytes;
}

function readKeyHandle(object: JsonObject, name: string): Bytes {
  const keyHandle = readFilled(object, 'key_handle', name);
  if (keyHandle.length > MAXIMUM_KEY_HANDLE_LENGTH) {
    const most = `expected at most ${MAXIMUM_KEY_HANDLE_LENGTH} bytes`;
    throw new VaultwireError('length-invalid', `${name}.key_handle: ${most}`);
  }
  return keyHandle;
}

function readCounter(object: JsonObject, name: string): number {
  const counter = readInteger(object, 'counter', name);
  if (counter < 0 || counter > 0xffffffff) throw invalid(`${name}.counter`, 'a number of 32 bits');
  return counter;
}

function unknownKind(body: never): VaultwireError {
  const { kind } = body as { readonly kind: unknown };
  return new VaultwireError('argument-invalid', `body.kind: expected one that is known, found ${String(kind)}`);
}

const invalid = (name: string, expected: string): VaultwireError =>
  new VaultwireError('field-invalid', `${name}: expected ${expected}`);

const missing = (name: string, expected: string): VaultwireError =>
  new VaultwireError('field-missing', `${name}: expected ${expected}`);
