import { createCipheriv, createECDH, createHash, createHmac, hkdfSync, type CipherGCMTypes } from 'node:crypto';
import { p256 } from '@noble/curves/nist.js';
import { nobleSuite } from 'vaultwire/crypto/noble';
import { base64, fromBase64, toHex, utf8, type Bytes, type Hex } from '../runner/bytes.js';

/*
 * Makes what the vectors are made of, the malformed messages above all. It goes to the primitives of node:crypto
 * directly: the library refuses to make most of this.
 */

/** Random bytes that follow from a label alone: a test that is put in changes no other. */
export function bytes(label: string, length: number): Bytes {
  const parts: Buffer[] = [];
  for (let index = 0; index * 32 < length; index++) {
    parts.push(createHash('sha256').update(`vaultwire test vectors 1|${label}|${index}`).digest());
  }
  return new Uint8Array(Buffer.concat(parts).subarray(0, length));
}

export const hex = (label: string, length: number): Hex => toHex(bytes(label, length));

/** A fraction at least 0 and below 1. */
export const fraction = (label: string): number => new DataView(bytes(label, 4).buffer).getUint32(0) / 2 ** 32;

export interface Pair {
  readonly privateKey: Bytes;
  readonly publicKey: Bytes;
}

export function pairOf(privateKey: Uint8Array): Pair {
  const ecdh = createECDH('prime256v1');
  ecdh.setPrivateKey(privateKey);
  return { privateKey: new Uint8Array(privateKey), publicKey: new Uint8Array(ecdh.getPublicKey()) };
}

/** A P-256 key pair that follows from a label. */
export const pair = (label: string): Pair => pairOf(bytes(label, 32));

export const hexPair = (keys: Pair): { privateKey: Hex; publicKey: Hex } => ({
  privateKey: toHex(keys.privateKey),
  publicKey: toHex(keys.publicKey),
});

/** The first pair of a series that has a property. */
export function findPair(label: string, found: (keys: Pair) => boolean): Pair {
  for (let index = 0; ; index++) {
    const keys = pair(`${label} ${index}`);
    if (found(keys)) return keys;
  }
}

export function sharedSecret(privateKey: Uint8Array, publicKey: Uint8Array): Bytes {
  const ecdh = createECDH('prime256v1');
  ecdh.setPrivateKey(privateKey);
  return new Uint8Array(ecdh.computeSecret(publicKey));
}

export const sha256 = (...parts: readonly Uint8Array[]): Bytes => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
};

export const hkdf = (ikm: Uint8Array, salt: Uint8Array, info: Uint8Array, length = 32): Bytes =>
  new Uint8Array(hkdfSync('sha256', ikm, salt, info, length));

export const clientIdOf = (secret: Uint8Array): string =>
  createHmac('sha512', secret).update('KEEPER_SECRETS_MANAGER_CLIENT_ID').digest('base64');

export function concat(...parts: readonly Uint8Array[]): Bytes {
  return new Uint8Array(Buffer.concat(parts));
}

/** nonce || ciphertext || tag. */
export function gcm(
  key: Uint8Array,
  nonce: Uint8Array,
  plaintext: Uint8Array | string,
  options: { readonly tagLength?: number; readonly additionalData?: Uint8Array } = {},
): Bytes {
  const { tagLength = 16, additionalData } = options;
  const algorithm = `aes-${key.length * 8}-gcm` as CipherGCMTypes;
  const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagLength });
  if (additionalData) cipher.setAAD(additionalData);
  const sealed = cipher.update(typeof plaintext === 'string' ? utf8(plaintext) : plaintext);
  return concat(nonce, sealed, cipher.final(), cipher.getAuthTag());
}

/** iv || ciphertext. */
export function cbc(key: Uint8Array, iv: Uint8Array, plaintext: Uint8Array | string, padding = true): Bytes {
  const cipher = createCipheriv('aes-256-cbc', key, iv);
  cipher.setAutoPadding(padding);
  return concat(iv, cipher.update(typeof plaintext === 'string' ? utf8(plaintext) : plaintext), cipher.final());
}

export interface EciesParts {
  readonly recipient: Uint8Array;
  readonly ephemeral: Pair;
  readonly nonce: Uint8Array;
  readonly plaintext: Uint8Array;
  readonly info?: Uint8Array;
  readonly derive?: (sharedSecret: Bytes, info: Uint8Array, wholePoint: Bytes) => Bytes;
  readonly encrypt?: (key: Bytes, nonce: Uint8Array, plaintext: Uint8Array) => Bytes;
}

const none = new Uint8Array(0);

export const byHash = (secret: Bytes, info: Uint8Array): Bytes => sha256(secret, info);
export const byHkdf = (secret: Bytes, info: Uint8Array): Bytes => hkdf(secret, none, info);

/** An ECIES message, any part of which may be done otherwise. */
export function ecies(parts: EciesParts): Bytes {
  const { recipient, ephemeral, nonce, plaintext, info = none, derive = byHash, encrypt = gcm } = parts;
  const wholePoint = new Uint8Array(p256.getSharedSecret(ephemeral.privateKey, recipient, false));
  const key = derive(wholePoint.slice(1, 33), info, wholePoint);
  return concat(ephemeral.publicKey, encrypt(key, nonce, plaintext));
}

export function flip(message: Uint8Array, index: number, bit = 0x01): Bytes {
  const changed = new Uint8Array(message);
  const at = index < 0 ? changed.length + index : index;
  changed[at] = (changed[at] ?? 0) ^ bit;
  return changed;
}

/** ECDSA over SHA-256 with the nonce of RFC 6979, in DER. */
export async function sign(privateKey: Uint8Array, message: Uint8Array): Promise<Bytes> {
  return (await nobleSuite.importSigningKey({ privateKey })).sign(message);
}

export const GROUP_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
export const FIELD_PRIME = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;

export const toNumber = (digits: Uint8Array): bigint => BigInt(`0x${toHex(digits)}`);
export function toDigits(number: bigint, length = 32): Bytes {
  return new Uint8Array(Buffer.from(number.toString(16).padStart(2 * length, '0'), 'hex'));
}

/** r and s of a DER signature that is known to be good. */
export function readSignature(der: Uint8Array): { r: bigint; s: bigint } {
  const lengthOfR = der[3] ?? 0;
  return { r: toNumber(der.subarray(4, 4 + lengthOfR)), s: toNumber(der.subarray(6 + lengthOfR)) };
}

const element = (tag: number, contents: Uint8Array): Bytes => concat(Uint8Array.of(tag, contents.length), contents);

/** A DER integer; `digits` overrides its minimal contents. */
export function derInteger(number: bigint, digits?: Uint8Array): Bytes {
  const text = number.toString(16);
  const minimal = Buffer.from(text.length % 2 === 0 ? text : `0${text}`, 'hex');
  const sign = (minimal[0] ?? 0) >= 0x80 ? Uint8Array.of(0) : none;
  return element(0x02, digits ?? concat(sign, minimal));
}

export const derSequence = (...elements: readonly Uint8Array[]): Bytes => element(0x30, concat(...elements));

export const encodeSignature = (r: bigint, s: bigint): Bytes => derSequence(derInteger(r), derInteger(s));

export const b64 = (value: Uint8Array): string => base64(value);
export const b64url = (value: Uint8Array): string => Buffer.from(value).toString('base64url');

/** A UID that follows from a label and begins with no hyphen. */
export function uid(label: string): string {
  for (let index = 0; ; index++) {
    const text = b64url(bytes(`uid ${label} ${index}`, 16));
    if (!text.startsWith('-')) return text;
  }
}

export const uidBytes = (text: string): Hex => toHex(fromBase64(text));
