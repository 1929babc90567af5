import { sha256 } from '@noble/hashes/sha2.js';
import { encodeBase64, encodeBase64Url } from '../wire/base64.js';
import { assertBytes, concatBytes, copyBytes, decodeUtf8, encodeUtf8, equalBytes, type Bytes } from '../wire/bytes.js';
import { VaultwireError } from '../wire/error.js';

/*
 * What SSH signs, and its keys and signatures. Everything is read strictly: each value has one encoding, nothing may be
 * left over, and what is taken apart can be put together again to the same bytes.
 */

/** The kinds of SSH public keys that are understood. Certificates, other curves and security keys are not. */
export type SshKeyType = 'ssh-ed25519' | 'ecdsa-sha2-nistp256' | 'ssh-rsa';
/** How an SSH key signs. `ssh-rsa` is RSA with SHA-1, refused unless allowed. */
export type SshSignatureAlgorithm = SshKeyType | 'rsa-sha2-256' | 'rsa-sha2-512';

/** What an SSH client signs to log in (RFC 4252, section 7), less the public key. */
export interface UserAuthData {
  readonly kind: 'user-auth';
  /** The hash of the connection's first key exchange: 20, 32, 48 or 64 bytes. */
  readonly sessionId: Bytes;
  /** 1 to 255 bytes of UTF-8 without control and format characters. */
  readonly user: string;
  readonly service: 'ssh-connection';
  readonly algorithm: SshSignatureAlgorithm;
  /** Whether the host's key is signed too, as OpenSSH does since 8.9 (`publickey-hostbound-v00@openssh.com`). */
  readonly hostBound: boolean;
}

/** What is signed for a file or a Git object (OpenSSH, PROTOCOL.sshsig). */
export interface SshSigData {
  readonly kind: 'sshsig';
  /** What the signature is for: `git`, `file`, an address. 1 to 255 bytes of UTF-8, as {@link UserAuthData.user}. */
  readonly namespace: string;
  readonly hashAlgorithm: 'sha256' | 'sha512';
  /** The hash of what is signed, 32 or 64 bytes. */
  readonly hash: Bytes;
}

export type SignData = UserAuthData | SshSigData;

/** Whether RSA with SHA-1 is taken. */
export interface SshOptions {
  /** Default false. */
  readonly allowSha1?: boolean;
}

/**
 * Reads what a computer asks to be signed: user authentication that ends at its algorithm, or SSHSIG.
 *
 * @throws VaultwireError `message-too-short` when a field is cut off, `length-invalid` when bytes are left over or a
 *   field has a length that it cannot have, `utf8-invalid`, `not-permitted` for RSA with SHA-1, `field-invalid` for
 *   every other value that this data does not have
 */
export function parseSignData(data: Uint8Array, options: SshOptions = {}): SignData {
  const reader = new SshReader(data, 'sign data');
  const parsed = isSshSig(data) ? readSshSig(reader) : readUserAuth(reader, options);
  reader.end();
  return parsed;
}

/** What an SSH client hands to its agent, taken apart. */
export interface SplitSignData {
  /** What a sign request carries: reads with {@link parseSignData}. */
  readonly data: Bytes;
  /** The key that is to sign, in wire form. Absent for SSHSIG, which does not name it. */
  readonly publicKey?: Bytes;
  /** The key of the host that is logged in to, in wire form, where it is signed too. */
  readonly hostKey?: Bytes;
}

/**
 * Takes apart what an SSH client gives its agent to sign. {@link completeSignData} puts it together again.
 *
 * @throws VaultwireError as {@link parseSignData} and {@link parsePublicKey}; `field-invalid` when the algorithm is not
 *   one of the key
 */
export function splitSignData(blob: Uint8Array, options: SshOptions = {}): SplitSignData {
  const reader = new SshReader(blob, 'sign data');
  if (isSshSig(blob)) {
    readSshSig(reader);
    reader.end();
    return { data: copyBytes(blob) };
  }
  const { algorithm, hostBound } = readUserAuth(reader, options);
  const data = copyBytes(blob.subarray(0, reader.offset));
  const publicKey = reader.string();
  const hostKey = hostBound ? reader.string() : undefined;
  reader.end();
  assertFits(algorithm, parsePublicKey(publicKey));
  return { data, publicKey, ...(hostKey && { hostKey }) };
}

/**
 * The bytes that are really signed: user authentication gets the signer's own public key appended, and the host's
 * where the method binds it. SSHSIG stays as it is.
 *
 * @param publicKeyWire the signer's own key, never one from outside
 * @param hostKey the host's key in wire form, proven by {@link verifyHostSignature}; only read where the method binds it
 * @throws VaultwireError as {@link parseSignData} and {@link parsePublicKey}; `field-invalid` when the algorithm is not
 *   one of the key, `field-missing` when a host key is bound and none is given
 */
export function completeSignData(
  data: Uint8Array,
  publicKeyWire: Uint8Array,
  hostKey?: Uint8Array,
  options: SshOptions = {},
): Bytes {
  const parsed = parseSignData(data, options);
  const key = parsePublicKey(publicKeyWire);
  if (parsed.kind === 'sshsig') return copyBytes(data);
  assertFits(parsed.algorithm, key);
  if (!parsed.hostBound) return concatBytes(data, encodeSshString(publicKeyWire));
  if (!hostKey) throw new VaultwireError('field-missing', 'host key: expected the one that the method binds');
  parsePublicKey(hostKey);
  return concatBytes(data, encodeSshString(publicKeyWire), encodeSshString(hostKey));
}

/**
 * How a key signs data. SSHSIG names no algorithm; RSA keys then sign with SHA-512, as OpenSSH asks them to.
 *
 * @throws VaultwireError as {@link parsePublicKey}; `field-invalid` when the data asks for one that the key has not
 */
export function signatureAlgorithm(data: SignData, publicKeyWire: Uint8Array): SshSignatureAlgorithm {
  const key = parsePublicKey(publicKeyWire);
  if (data.kind === 'sshsig') return key.type === 'ssh-rsa' ? 'rsa-sha2-512' : key.type;
  assertFits(data.algorithm, key);
  return data.algorithm;
}

/**
 * The bytes of user authentication up to its algorithm, or of SSHSIG: the inverse of {@link parseSignData}.
 *
 * @throws VaultwireError as {@link parseSignData}
 */
export function encodeSignData(data: SignData, options: SshOptions = {}): Bytes {
  const bytes =
    data.kind === 'sshsig'
      ? concatBytes(
          SSHSIG_MAGIC,
          encodeSshString(data.namespace),
          encodeSshString(''),
          encodeSshString(data.hashAlgorithm),
          encodeSshString(data.hash),
        )
      : concatBytes(
          encodeSshString(data.sessionId),
          Uint8Array.of(SSH_MSG_USERAUTH_REQUEST),
          encodeSshString(data.user),
          encodeSshString(data.service),
          encodeSshString(data.hostBound ? HOST_BOUND_METHOD : METHOD),
          Uint8Array.of(1),
          encodeSshString(data.algorithm),
        );
  parseSignData(bytes, options);
  return bytes;
}

// Public keys

/** A public key, taken apart. */
export type SshPublicKey =
  /** 32 bytes (RFC 8709). */
  | { readonly type: 'ssh-ed25519'; readonly point: Bytes }
  /** The uncompressed point, 65 bytes (RFC 5656). That it lies on the curve shows when it is used. */
  | { readonly type: 'ecdsa-sha2-nistp256'; readonly point: Bytes }
  /** Big-endian without leading zeros (RFC 4253, section 6.6); the modulus has 2048 to 16384 bits. */
  | { readonly type: 'ssh-rsa'; readonly exponent: Bytes; readonly modulus: Bytes };

/**
 * Reads a public key in SSH's wire form.
 *
 * @throws VaultwireError `field-invalid` for other kinds of keys and values that a key cannot have, `length-invalid`,
 *   `message-too-short`
 */
export function parsePublicKey(wire: Uint8Array): SshPublicKey {
  const reader = new SshReader(wire, 'SSH public key');
  const type = reader.oneOf(KEY_TYPES, 'type');
  const key = readKey(reader, type);
  reader.end();
  return key;
}

/** Writes a public key in SSH's wire form. @throws VaultwireError as {@link parsePublicKey} */
export function encodePublicKey(key: SshPublicKey): Bytes {
  const fields =
    key.type === 'ssh-rsa'
      ? [encodeMpint(key.exponent), encodeMpint(key.modulus)]
      : [...(key.type === 'ssh-ed25519' ? [] : [encodeSshString(CURVE)]), encodeSshString(key.point)];
  const wire = concatBytes(encodeSshString(key.type), ...fields);
  parsePublicKey(wire);
  return wire;
}

/** SHA-256 of a public key in wire form, 32 bytes: what requests name a key by. */
export function publicKeyFingerprint(wire: Uint8Array): Bytes {
  assertBytes(wire, 'SSH public key');
  return copyBytes(sha256(wire));
}

/** A fingerprint as OpenSSH prints it: `SHA256:` and base64 without padding. */
export function publicKeyFingerprintText(wire: Uint8Array): string {
  return `SHA256:${encodeBase64(publicKeyFingerprint(wire)).replace(/=+$/, '')}`;
}

// Signatures

/** A signature, taken apart. */
export interface SshSignature {
  readonly algorithm: SshSignatureAlgorithm;
  /** What an answer carries: 64 bytes of Ed25519, r and s as two mpints of ECDSA, or as many bytes as an RSA modulus. */
  readonly blob: Bytes;
}

/**
 * Reads a signature in SSH's wire form: its algorithm and what {@link SshSignature.blob} holds.
 *
 * @throws VaultwireError `not-permitted` for RSA with SHA-1, `field-invalid`, `length-invalid`, `message-too-short`
 */
export function parseSignature(wire: Uint8Array, options: SshOptions = {}): SshSignature {
  const reader = new SshReader(wire, 'SSH signature');
  const algorithm = readAlgorithm(reader, options);
  const blob = reader.string();
  reader.end();
  if (algorithm === 'ecdsa-sha2-nistp256') decodeEcdsaBlob(blob);
  else if (algorithm === 'ssh-ed25519') assertBytes(blob, 'SSH signature', 64);
  else if (blob.length < MINIMUM_RSA_LENGTH || blob.length > MAXIMUM_RSA_LENGTH) {
    throw new VaultwireError('length-invalid', 'SSH signature: expected as many bytes as an RSA modulus of 2048 bits');
  }
  return { algorithm, blob };
}

/** Writes a signature in SSH's wire form. @throws VaultwireError as {@link parseSignature} */
export function encodeSignature({ algorithm, blob }: SshSignature, options: SshOptions = {}): Bytes {
  assertBytes(blob, 'SSH signature');
  const wire = concatBytes(encodeSshString(algorithm), encodeSshString(blob));
  parseSignature(wire, options);
  return wire;
}

/**
 * The blob of an ECDSA signature (RFC 5656, section 3.1.2).
 *
 * @param signature r and s, 32 bytes each (IEEE P1363)
 */
export function encodeEcdsaBlob(signature: Uint8Array): Bytes {
  assertBytes(signature, 'ECDSA signature', 64);
  return concatBytes(encodeMpint(signature.subarray(0, 32)), encodeMpint(signature.subarray(32)));
}

/**
 * Checks one signature by its key.
 *
 * @param check.blob as in {@link SshSignature}; for ECDSA r and s of 32 bytes each (IEEE P1363)
 */
export type SshVerifier = (check: {
  readonly algorithm: SshSignatureAlgorithm;
  readonly key: SshPublicKey;
  readonly message: Bytes;
  readonly blob: Bytes;
}) => Promise<boolean>;

export interface VerifyOptions extends SshOptions {
  /** Default {@link webVerifier}. */
  readonly verifier?: SshVerifier;
}

/**
 * Whether a signature over a message is a key's. False for everything that is no key or no signature; it never throws
 * for what came from outside.
 *
 * @param signatureWire as {@link parseSignature} reads it
 * @throws VaultwireError `argument-invalid`, and `suite-unsupported` where the platform has no WebCrypto
 */
export async function verifySignature(
  publicKeyWire: Uint8Array,
  signatureWire: Uint8Array,
  message: Uint8Array,
  options: VerifyOptions = {},
): Promise<boolean> {
  assertBytes(publicKeyWire, 'SSH public key');
  assertBytes(signatureWire, 'SSH signature');
  assertBytes(message, 'message');
  let key: SshPublicKey;
  let signature: SshSignature;
  let blob: Bytes;
  try {
    key = parsePublicKey(publicKeyWire);
    signature = parseSignature(signatureWire, options);
    assertFits(signature.algorithm, key);
    blob = signature.algorithm === 'ecdsa-sha2-nistp256' ? decodeEcdsaBlob(signature.blob) : signature.blob;
  } catch {
    return false;
  }
  // RFC 8332, section 3: as long as the modulus. Verifiers of platforms differ about shorter ones.
  if (key.type === 'ssh-rsa' && blob.length !== key.modulus.length) return false;
  const { verifier = webVerifier } = options;
  return verifier({ algorithm: signature.algorithm, key, message: copyBytes(message), blob });
}

/**
 * Whether a host has proved who it is: its signature over the session id, which ends every SSH key exchange.
 *
 * @param hostKey in wire form
 * @param signature in wire form
 * @param sessionId of the connection, from the data that is to be signed
 * @throws VaultwireError as {@link verifySignature}
 */
export function verifyHostSignature(
  hostKey: Uint8Array,
  signature: Uint8Array,
  sessionId: Uint8Array,
  options: VerifyOptions = {},
): Promise<boolean> {
  return verifySignature(hostKey, signature, sessionId, options);
}

/**
 * Checks by the platform's WebCrypto. Where that has no Ed25519 (before Chromium 137, Firefox 129, Safari 17), give
 * another.
 *
 * @throws VaultwireError `suite-unsupported` where the platform has no WebCrypto, or not this algorithm
 */
export const webVerifier: SshVerifier = async ({ algorithm, key, message, blob }) => {
  // Pages that are not served from a secure context have no such member, whatever the types say.
  const subtle = crypto.subtle as SubtleCrypto | undefined;
  if (!subtle) throw new VaultwireError('suite-unsupported', 'WebCrypto: expected a secure context');
  if (key.type === 'ssh-ed25519' && isSmallOrder(key.point)) return false;
  const [publicKey, parameters] = webKey(algorithm, key);
  try {
    const format = 'kty' in publicKey ? 'jwk' : 'raw';
    const imported = await subtle.importKey(format as 'raw', publicKey as Bytes, parameters, false, ['verify']);
    return await subtle.verify(parameters, imported, blob, message);
  } catch (error) {
    if (error instanceof Error && error.name === 'NotSupportedError') {
      throw new VaultwireError('suite-unsupported', `WebCrypto: expected ${algorithm}`, { cause: error });
    }
    // A point that is not on the curve, or a modulus that the platform does not take.
    return false;
  }
};

interface WebParameters {
  readonly name: string;
  readonly namedCurve?: string;
  readonly hash?: string;
}

function webKey(algorithm: SshSignatureAlgorithm, key: SshPublicKey): [Bytes | JsonWebKey, WebParameters] {
  if (key.type === 'ssh-ed25519') return [key.point, { name: 'Ed25519' }];
  if (key.type === 'ecdsa-sha2-nistp256') {
    return [key.point, { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }];
  }
  const hash = algorithm === 'ssh-rsa' ? 'SHA-1' : algorithm === 'rsa-sha2-256' ? 'SHA-256' : 'SHA-512';
  const jwk = { kty: 'RSA', n: encodeBase64Url(key.modulus), e: encodeBase64Url(key.exponent) };
  return [jwk, { name: 'RSASSA-PKCS1-v1_5', hash }];
}

/** The y-coordinates of points of small order (RFC 8032), p and p + 1 for 0 and 1 included. */
const SMALL_ORDER = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
];

/** Such a key signs everything, and so proves nothing. Not every platform refuses it. */
function isSmallOrder(point: Bytes): boolean {
  const y = Array.from(point, (byte, index) => (index === 31 ? byte & 0x7f : byte).toString(16).padStart(2, '0'));
  return SMALL_ORDER.includes(y.join(''));
}

// The agent's binding of a session

/** What an SSH client tells its agent about a connection (OpenSSH, PROTOCOL.agent, section 1). */
export interface SessionBind {
  /** The host's public key in wire form. */
  readonly hostKey: Bytes;
  readonly sessionId: Bytes;
  /** The host's signature over the session id, in wire form. Not verified here. */
  readonly signature: Bytes;
  /** True: the connection forwards the agent, so that whoever is on that host may ask it. */
  readonly forwarding: boolean;
}

/** Name of the agent's extension that carries a {@link SessionBind}. */
export const SESSION_BIND_EXTENSION = 'session-bind@openssh.com';

/**
 * Reads what follows the name of the extension `session-bind@openssh.com`.
 *
 * @throws VaultwireError as {@link parseSignData}
 */
export function parseSessionBind(contents: Uint8Array): SessionBind {
  const reader = new SshReader(contents, 'session bind');
  const bind = {
    hostKey: reader.string(),
    sessionId: readSessionId(reader),
    signature: reader.string(),
    forwarding: reader.boolean('forwarding'),
  };
  reader.end();
  return bind;
}

// Encodings (RFC 4251, section 5)

/** A string: four bytes of length, and the bytes or the UTF-8 of a text. */
export function encodeSshString(value: Uint8Array | string): Bytes {
  const bytes = typeof value === 'string' ? encodeUtf8(value) : value;
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, bytes.length);
  return concatBytes(length, bytes);
}

/** Reads one field after the other. What it returns is copied. */
export class SshReader {
  readonly #bytes: Uint8Array;
  readonly #name: string;
  #offset = 0;

  /** @param name what the bytes are called in error messages */
  constructor(bytes: Uint8Array, name: string) {
    assertBytes(bytes, name);
    this.#bytes = bytes;
    this.#name = name;
  }

  /** How many bytes were read. */
  get offset(): number {
    return this.#offset;
  }

  /** @throws VaultwireError `message-too-short` */
  raw(length: number): Bytes {
    if (length > this.#bytes.length - this.#offset) {
      throw new VaultwireError('message-too-short', `${this.#name}: expected ${length} more bytes`);
    }
    this.#offset += length;
    return copyBytes(this.#bytes.subarray(this.#offset - length, this.#offset));
  }

  /** @throws VaultwireError `message-too-short` */
  uint8(): number {
    return this.raw(1)[0] ?? 0;
  }

  /** @throws VaultwireError `message-too-short` */
  uint32(): number {
    return new DataView(this.raw(4).buffer).getUint32(0);
  }

  /** @throws VaultwireError `message-too-short` */
  string(): Bytes {
    return this.raw(this.uint32());
  }

  /** Stricter than RFC 4251, which reads every byte but 0 as true. @throws VaultwireError `field-invalid` */
  boolean(field: string): boolean {
    const value = this.uint8();
    if (value > 1) throw this.invalid(field, '0 or 1');
    return value === 1;
  }

  /** @throws VaultwireError `utf8-invalid` */
  text(field: string): string {
    return decodeUtf8(this.string(), `${this.#name}.${field}`);
  }

  /** @throws VaultwireError `field-invalid` */
  oneOf<const T extends string>(values: readonly T[], field: string): T {
    const bytes = this.string();
    const value = values.find((candidate) => equalBytes(encodeUtf8(candidate), bytes));
    if (value === undefined) throw this.invalid(field, values.join(' or '));
    return value;
  }

  /** A positive number in its shortest form, without the zero of its sign. @throws VaultwireError `field-invalid` */
  mpint(field: string): Bytes {
    const bytes = this.string();
    const [first = 0, second = 0] = bytes;
    if (bytes.length === 0 || first >= 0x80 || (first === 0 && second < 0x80)) {
      throw this.invalid(field, 'a positive number in its shortest form');
    }
    return first === 0 ? bytes.slice(1) : bytes;
  }

  /** @throws VaultwireError `length-invalid` when something is left */
  end(): void {
    if (this.#offset !== this.#bytes.length) {
      throw new VaultwireError('length-invalid', `${this.#name}: expected nothing after ${this.#offset} bytes`);
    }
  }

  invalid(field: string, expected: string): VaultwireError {
    return new VaultwireError('field-invalid', `${this.#name}.${field}: expected ${expected}`);
  }
}

function encodeMpint(number: Uint8Array): Bytes {
  let start = 0;
  while (start < number.length && number[start] === 0) start++;
  const digits = number.subarray(start);
  return encodeSshString((digits[0] ?? 0) >= 0x80 ? concatBytes(Uint8Array.of(0), digits) : digits);
}

// Fields

const SSH_MSG_USERAUTH_REQUEST = 50;
const SERVICE = 'ssh-connection';
const METHOD = 'publickey';
const HOST_BOUND_METHOD = 'publickey-hostbound-v00@openssh.com';
/** "SSHSIG": as the length of a session id it would be more than a gigabyte, so that the two cannot be confused. */
const SSHSIG_MAGIC = new Uint8Array([0x53, 0x53, 0x48, 0x53, 0x49, 0x47]);
const CURVE = 'nistp256';
const KEY_TYPES = ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ssh-rsa'] as const;
const ALGORITHMS = [...KEY_TYPES, 'rsa-sha2-256', 'rsa-sha2-512'] as const;
/** SHA-1, SHA-256, SHA-384 and SHA-512: the hashes of key exchanges. */
const SESSION_ID_LENGTHS = [20, 32, 48, 64];
/** In bytes. */
const MINIMUM_RSA_LENGTH = 256;
const MAXIMUM_RSA_LENGTH = 2048;
const MAXIMUM_NAME_LENGTH = 255;

const isSshSig = (data: Uint8Array): boolean => equalBytes(data.subarray(0, SSHSIG_MAGIC.length), SSHSIG_MAGIC);

function readSshSig(reader: SshReader): SshSigData {
  reader.raw(SSHSIG_MAGIC.length);
  const namespace = readName(reader, 'namespace');
  if (reader.string().length !== 0) throw reader.invalid('reserved', 'nothing');
  const hashAlgorithm = reader.oneOf(['sha256', 'sha512'], 'hash algorithm');
  const hash = reader.string();
  assertBytes(hash, 'sign data.hash', hashAlgorithm === 'sha256' ? 32 : 64);
  return { kind: 'sshsig', namespace, hashAlgorithm, hash };
}

function readUserAuth(reader: SshReader, options: SshOptions): UserAuthData {
  const sessionId = readSessionId(reader);
  if (reader.uint8() !== SSH_MSG_USERAUTH_REQUEST) throw reader.invalid('message', 'SSH_MSG_USERAUTH_REQUEST');
  const user = readName(reader, 'user');
  const service = reader.oneOf([SERVICE], 'service');
  const hostBound = reader.oneOf([METHOD, HOST_BOUND_METHOD], 'method') === HOST_BOUND_METHOD;
  if (!reader.boolean('has signature')) throw reader.invalid('has signature', '1');
  const algorithm = readAlgorithm(reader, options);
  return { kind: 'user-auth', sessionId, user, service, algorithm, hostBound };
}

function readSessionId(reader: SshReader): Bytes {
  const length = reader.uint32();
  if (!SESSION_ID_LENGTHS.includes(length)) {
    throw new VaultwireError('length-invalid', 'session id: expected 20, 32, 48 or 64 bytes');
  }
  return reader.raw(length);
}

/** What a person is shown: nothing in it may hide, or turn around, what else is shown. */
function readName(reader: SshReader, field: string): string {
  const name = reader.text(field);
  if (name === '' || encodeUtf8(name).length > MAXIMUM_NAME_LENGTH || /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(name)) {
    throw reader.invalid(field, `1 to ${MAXIMUM_NAME_LENGTH} bytes without control and format characters`);
  }
  return name;
}

function readAlgorithm(reader: SshReader, { allowSha1 = false }: SshOptions): SshSignatureAlgorithm {
  const algorithm = reader.oneOf(ALGORITHMS, 'algorithm');
  if (algorithm === 'ssh-rsa' && !allowSha1) {
    throw new VaultwireError('not-permitted', 'algorithm: expected none with SHA-1');
  }
  return algorithm;
}

function readKey(reader: SshReader, type: SshKeyType): SshPublicKey {
  if (type === 'ssh-rsa') {
    const exponent = reader.mpint('exponent');
    const modulus = reader.mpint('modulus');
    const bits = 8 * modulus.length - Math.clz32(modulus[0] ?? 0) + 24;
    if (bits < 8 * MINIMUM_RSA_LENGTH || bits > 8 * MAXIMUM_RSA_LENGTH || isEven(modulus)) {
      throw reader.invalid('modulus', 'an odd number of 2048 to 16384 bits');
    }
    if (exponent.length > 4 || isEven(exponent) || (exponent.length === 1 && exponent[0] === 1)) {
      throw reader.invalid('exponent', 'an odd number from 3 to 2^32 - 1');
    }
    return { type, exponent, modulus };
  }
  if (type === 'ssh-ed25519') {
    const point = reader.string();
    assertBytes(point, 'SSH public key.point', 32);
    return { type, point };
  }
  reader.oneOf([CURVE], 'curve');
  const point = reader.string();
  assertBytes(point, 'SSH public key.point', 65);
  if (point[0] !== 0x04) throw reader.invalid('point', 'an uncompressed point');
  return { type, point };
}

const isEven = (number: Bytes): boolean => ((number.at(-1) ?? 0) & 1) === 0;

function assertFits(algorithm: SshSignatureAlgorithm, { type }: SshPublicKey): void {
  if (type === 'ssh-rsa' ? !/^(ssh-rsa|rsa-sha2-\d+)$/.test(algorithm) : algorithm !== type) {
    throw new VaultwireError('field-invalid', `algorithm: expected one of a key of the type ${type}`);
  }
}

/** r and s, 32 bytes each, of an ECDSA blob. */
function decodeEcdsaBlob(blob: Uint8Array): Bytes {
  const reader = new SshReader(blob, 'ECDSA signature');
  const signature = new Uint8Array(64);
  for (const [field, end] of [
    ['r', 32],
    ['s', 64],
  ] as const) {
    const number = reader.mpint(field);
    if (number.length > 32) throw reader.invalid(field, 'at most 32 bytes');
    signature.set(number, end - number.length);
  }
  reader.end();
  return signature;
}
