import { defaultSuite } from '#default-suite';
import { RedactedKey } from '../crypto/redacted.js';
import { AES_KEY_LENGTH, P256_PUBLIC_KEY_LENGTH, type CryptoSuite } from '../crypto/suite.js';
import { hostRegion, isHost, regionHost } from '../transmission/regions.js';
import { copyBytes, encodeUtf8, type Bytes } from '../wire/bytes.js';
import { decodeBase64, encodeBase64, encodeBase64Url } from '../wire/base64.js';
import { VaultwireError } from '../wire/error.js';
import { ClientKey } from './keys.js';

/** What the client id is an HMAC of (wire note: keychain). */
const CLIENT_ID_LABEL = 'KEEPER_SECRETS_MANAGER_CLIENT_ID';
/** No token is longer: a host name, a key id and a public key included. */
const MAXIMUM_TOKEN_LENGTH = 512;

/** A server key that a token of an installation of its own brings along. */
export interface TokenServerKey {
  readonly id: number;
  /** The uncompressed point, 65 bytes. */
  readonly publicKey: Bytes;
}

/** A one-time access token. It is a secret: it prints as `[OneTimeToken]`. */
export class OneTimeToken extends RedactedKey {
  /** The host to bind with, and a port after a colon where it has one. */
  readonly host: string;
  /** base64 of the 64-byte HMAC of the token: all that a server ever learns of it. */
  readonly clientId: string;
  /** Opens the application's key when the server hands it out. */
  readonly clientKey: ClientKey;
  readonly serverKey: TokenServerKey | undefined;

  constructor(parts: {
    readonly host: string;
    readonly clientId: string;
    readonly clientKey: ClientKey;
    readonly serverKey?: TokenServerKey | undefined;
  }) {
    super('OneTimeToken');
    this.host = parts.host;
    this.clientId = parts.clientId;
    this.clientKey = parts.clientKey;
    this.serverKey = parts.serverKey;
  }

  /**
   * The token as text for the person who will bind a client: `<REGION or host>:<base64url>`. A server key goes along
   * in the four-part form of IL5 alone, and a host with a port not at all: those are told beside the token.
   */
  async exportSecretText(): Promise<string> {
    const secret = encodeBase64Url(await this.clientKey.exportSecretBytes());
    // A host with a port does not fit the form: readers split at every colon.
    if (this.host.includes(':')) return secret;
    const region = hostRegion(this.host);
    const text = `${region ?? this.host}:${secret}`;
    return this.serverKey && region === 'IL5'
      ? `${text}:${this.serverKey.id}:${encodeBase64Url(this.serverKey.publicKey)}`
      : text;
  }
}

export interface TokenOptions {
  /** The host, for a bare token that names none. A token's own host goes before it. */
  readonly host?: string;
  readonly suite?: CryptoSuite;
}

/**
 * Reads a one-time token: `<REGION or host>:<base64url of 32 bytes>`, the bare base64url with the host given beside
 * it, or `IL5:<base64url>:<server key id>:<server public key>` (wire note: keychain).
 *
 * @throws VaultwireError `token-invalid`, naming the part; never its value
 */
export async function readOneTimeToken(text: string, options: TokenOptions = {}): Promise<OneTimeToken> {
  const suite = options.suite ?? defaultSuite;
  if (text.length > MAXIMUM_TOKEN_LENGTH) throw invalid('expected at most 512 characters');
  const parts = text.trim().split(':');
  const [first = '', second, keyId, publicKey] = parts;
  const named = parts.length > 1;
  const host = named ? (regionHost(first) ?? first.toLowerCase()) : options.host;
  if (host === undefined) throw invalid('expected a region or host before the token, or a host beside it');
  const secret = decodePart(named ? (second ?? '') : first, 'secret', AES_KEY_LENGTH);
  if (parts.length !== 1 && parts.length !== 2 && parts.length !== 4) throw invalid('expected 1, 2 or 4 parts');
  let serverKey: TokenServerKey | undefined;
  if (keyId !== undefined && publicKey !== undefined) {
    if (first.toUpperCase() !== 'IL5') throw invalid('only IL5 tokens have 4 parts');
    if (!/^[1-9]\d{0,8}$/.test(keyId)) throw invalid('server key id: expected a positive whole number');
    const point = decodePart(publicKey, 'server public key', P256_PUBLIC_KEY_LENGTH);
    // Now, not when the first request is sealed: by then the token is stored.
    await assertPoint(point, suite);
    serverKey = { id: Number(keyId), publicKey: point };
  }
  return fromSecret(secret, assertHost(host), serverKey, suite);
}

/**
 * Makes a one-time token, as whoever shares an application does.
 *
 * @param options.host a region's name or a host
 */
export async function createOneTimeToken(options: {
  readonly host: string;
  readonly serverKey?: TokenServerKey;
  readonly suite?: CryptoSuite;
}): Promise<OneTimeToken> {
  const suite = options.suite ?? defaultSuite;
  const host = assertHost(regionHost(options.host) ?? options.host.toLowerCase());
  const { serverKey } = options;
  const pinned = serverKey && { id: serverKey.id, publicKey: copyBytes(serverKey.publicKey) };
  return fromSecret(suite.randomBytes(AES_KEY_LENGTH), host, pinned, suite);
}

/**
 * The client id of a token's secret: HMAC-SHA-512 keyed by its 32 bytes, in base64.
 *
 * @throws VaultwireError `length-invalid`
 */
export async function deriveClientId(
  secret: Uint8Array,
  options: { readonly suite?: CryptoSuite } = {},
): Promise<string> {
  if (secret.length !== AES_KEY_LENGTH) throw new VaultwireError('length-invalid', 'client key: expected 32 bytes');
  return encodeBase64(await (options.suite ?? defaultSuite).hmacSha512(secret, encodeUtf8(CLIENT_ID_LABEL)));
}

async function fromSecret(
  secret: Bytes,
  host: string,
  serverKey: TokenServerKey | undefined,
  suite: CryptoSuite,
): Promise<OneTimeToken> {
  const clientId = await deriveClientId(secret, { suite });
  // Until the client is bound its configuration holds the secret, so that a second run can finish the first.
  const clientKey = new ClientKey(await suite.importAesKey(secret, { extractable: true }));
  secret.fill(0);
  return new OneTimeToken({ host, clientId, clientKey, serverKey });
}

/**
 * Checks a host name with an optional port: it becomes part of a URL.
 *
 * @param name what the host is called in the error message
 * @throws VaultwireError `token-invalid`
 */
export function assertHost(host: string, name = 'one-time token'): string {
  if (isHost(host)) return host;
  throw new VaultwireError('token-invalid', `${name}: expected a host name`);
}

function decodePart(text: string, part: string, length: number): Bytes {
  let bytes: Bytes;
  try {
    bytes = decodeBase64(text, part);
  } catch (cause) {
    throw new VaultwireError('token-invalid', `one-time token: ${part}: expected base64url`, { cause });
  }
  if (bytes.length !== length) throw invalid(`${part}: expected ${length} bytes`);
  return bytes;
}

async function assertPoint(point: Bytes, suite: CryptoSuite): Promise<void> {
  try {
    await suite.importEcPublicKey(point);
  } catch (cause) {
    const expectation = 'expected an uncompressed point on P-256';
    throw new VaultwireError('token-invalid', `one-time token: server public key: ${expectation}`, { cause });
  }
}

const invalid = (expectation: string): VaultwireError =>
  new VaultwireError('token-invalid', `one-time token: ${expectation}`);
