import { sha256 } from '@noble/hashes/sha2.js';
import { assertBytes, concatBytes, copyBytes, encodeUtf8, equalBytes, type Bytes } from '../wire/bytes.js';
import { decodeEcdsaSignature } from '../wire/der.js';
import { VaultwireError } from '../wire/error.js';
import { MAXIMUM_KEY_HANDLE_LENGTH, U2F_CHALLENGE_LENGTH } from './messages.js';
import { webVerifier, type SshVerifier } from './ssh.js';

/*
 * A security key's part of FIDO U2F (raw message formats, 1.2): key handles, what is signed, and the messages that a
 * relying party reads. A relying party is known by its app id, and a challenge is the SHA-256 of the client data.
 */

/** Length of the key handles made here in bytes. */
export const KEY_HANDLE_LENGTH = 80;
/** Length of the random part of a key handle, which its key follows from or is found by, in bytes. */
export const KEY_HANDLE_RANDOM_LENGTH = 32;

/** What a key handle is for. */
export interface KeyHandleParts {
  /** Names the phone, so that another one's key handles are not taken for its own. */
  readonly deviceIdentifier: Uint8Array;
  readonly appId: string;
  /** 32 random bytes. */
  readonly random: Uint8Array;
}

/**
 * Makes a key handle: `magic(16) || random(32) || SHA-256(SHA-256(device) || SHA-256(app id) || SHA-256(random))`.
 *
 * The checksum has no secret in it: it tells whose a handle is, and proves nothing. The phone must look the key up.
 *
 * @throws VaultwireError `argument-invalid`, `length-invalid`
 */
export function makeKeyHandle({ deviceIdentifier, appId, random }: KeyHandleParts): Bytes {
  assertBytes(deviceIdentifier, 'device identifier');
  if (deviceIdentifier.length === 0) {
    throw new VaultwireError('length-invalid', 'device identifier: expected at least 1 byte');
  }
  assertBytes(random, 'random', KEY_HANDLE_RANDOM_LENGTH);
  const checksum = sha256(concatBytes(sha256(deviceIdentifier), hashAppId(appId), sha256(random)));
  return concatBytes(MAGIC, random, checksum);
}

/**
 * Whether a key handle was made on this device for this relying party. Every byte is compared, in a time that does
 * not tell which one differs.
 *
 * @throws VaultwireError `argument-invalid`, `length-invalid` for the device identifier
 */
export function isKeyHandleFor(
  keyHandle: Uint8Array,
  { deviceIdentifier, appId }: Omit<KeyHandleParts, 'random'>,
): boolean {
  assertBytes(keyHandle, 'key handle');
  // Of another length, it equals no key handle that is made here.
  const random = new Uint8Array(KEY_HANDLE_RANDOM_LENGTH);
  random.set(keyHandle.subarray(MAGIC.length, MAGIC.length + KEY_HANDLE_RANDOM_LENGTH));
  return equalBytes(keyHandle, makeKeyHandle({ deviceIdentifier, appId, random }));
}

/** What a registration is about. */
export interface U2fRegistration {
  readonly appId: string;
  /** 32 bytes. */
  readonly challenge: Uint8Array;
  /** 1 to 255 bytes. */
  readonly keyHandle: Uint8Array;
  /** The new key, an uncompressed point of 65 bytes. */
  readonly publicKey: Uint8Array;
}

/**
 * What the attestation key signs at a registration: `0 || SHA-256(app id) || challenge || key handle || public key`.
 *
 * @throws VaultwireError `argument-invalid`, `length-invalid`, `point-invalid`
 */
export function registrationSigningInput({ appId, challenge, keyHandle, publicKey }: U2fRegistration): Bytes {
  assertBytes(challenge, 'challenge', U2F_CHALLENGE_LENGTH);
  assertKeyHandle(keyHandle);
  assertPoint(publicKey);
  return concatBytes(Uint8Array.of(0), hashAppId(appId), challenge, keyHandle, publicKey);
}

/** What a sign-in is about. */
export interface U2fAuthentication {
  readonly appId: string;
  /** 32 bytes. */
  readonly challenge: Uint8Array;
  /** How often the key has signed, 0 to 2^32 - 1. It must have grown since the last time. */
  readonly counter: number;
}

/**
 * What the key signs to sign in: `SHA-256(app id) || 1 || counter(4) || challenge`, where 1 says that the user was there.
 *
 * @throws VaultwireError `argument-invalid`, `length-invalid`, `parameter-out-of-range` for the counter
 */
export function authenticationSigningInput({ appId, challenge, counter }: U2fAuthentication): Bytes {
  assertBytes(challenge, 'challenge', U2F_CHALLENGE_LENGTH);
  return concatBytes(hashAppId(appId), presence(counter), challenge);
}

/** What a phone answers to a registration. */
export interface U2fRegistrationAnswer {
  readonly publicKey: Uint8Array;
  readonly keyHandle: Uint8Array;
  /** An X.509 certificate in DER, whose key has made the signature. Only its outermost length is looked at. */
  readonly attestationCertificate: Uint8Array;
  /** ECDSA over P-256 and SHA-256, in DER. */
  readonly signature: Uint8Array;
}

/**
 * The raw message of a registration as a relying party reads it (raw message formats, 4.3):
 * `5 || public key(65) || length(1) || key handle || certificate || signature`.
 *
 * @throws VaultwireError `argument-invalid`, `length-invalid`, `point-invalid`, `der-invalid` for a certificate or a
 *   signature that would not end where it must
 */
export function encodeRegistrationMessage(answer: U2fRegistrationAnswer): Bytes {
  const { publicKey, keyHandle, attestationCertificate, signature } = answer;
  assertPoint(publicKey);
  assertKeyHandle(keyHandle);
  assertBytes(attestationCertificate, 'attestation certificate');
  if (!isDerSequence(attestationCertificate)) {
    throw new VaultwireError('der-invalid', 'attestation certificate: expected a DER sequence');
  }
  assertSignature(signature);
  return concatBytes(
    Uint8Array.of(REGISTRATION_RESERVED),
    publicKey,
    Uint8Array.of(keyHandle.length),
    keyHandle,
    attestationCertificate,
    signature,
  );
}

/** What a phone answers to a sign-in. */
export interface U2fAuthenticationAnswer {
  /** 0 to 2^32 - 1. */
  readonly counter: number;
  /** ECDSA over P-256 and SHA-256, in DER. */
  readonly signature: Uint8Array;
}

/**
 * The raw message of a sign-in as a relying party reads it (raw message formats, 5.4): `1 || counter(4) || signature`.
 *
 * @throws VaultwireError `argument-invalid`, `der-invalid`, `parameter-out-of-range` for the counter
 */
export function encodeAuthenticationMessage({ counter, signature }: U2fAuthenticationAnswer): Bytes {
  assertSignature(signature);
  return concatBytes(presence(counter), signature);
}

export interface U2fVerifyOptions {
  /** Checks ECDSA over P-256. Default {@link webVerifier}. */
  readonly verifier?: SshVerifier;
}

/**
 * Whether a phone's answer to a registration is signed by the key of its certificate. Who that key belongs to is for
 * the relying party to judge; the certificate is not read here.
 *
 * @param attestationPublicKey the key in the certificate, an uncompressed point of 65 bytes
 * @throws VaultwireError as {@link registrationSigningInput}, `suite-unsupported`
 */
export function verifyU2fRegistration(
  registration: U2fRegistration,
  attestationPublicKey: Uint8Array,
  signature: Uint8Array,
  options: U2fVerifyOptions = {},
): Promise<boolean> {
  return verify(attestationPublicKey, () => registrationSigningInput(registration), signature, options);
}

/**
 * Whether a phone's answer to a sign-in is signed by a key. That the counter has grown is for the caller to check.
 *
 * @param publicKey the key that was registered, an uncompressed point of 65 bytes
 * @throws VaultwireError as {@link authenticationSigningInput}, `suite-unsupported`
 */
export function verifyU2fAuthentication(
  authentication: U2fAuthentication,
  publicKey: Uint8Array,
  signature: Uint8Array,
  options: U2fVerifyOptions = {},
): Promise<boolean> {
  return verify(publicKey, () => authenticationSigningInput(authentication), signature, options);
}

async function verify(
  publicKey: Uint8Array,
  makeInput: () => Bytes,
  signature: Uint8Array,
  { verifier = webVerifier }: U2fVerifyOptions,
): Promise<boolean> {
  const message = makeInput();
  assertPoint(publicKey);
  assertBytes(signature, 'signature');
  const blob = decodeEcdsaSignature(signature);
  if (!blob) return false;
  const key = { type: 'ecdsa-sha2-nistp256', point: copyBytes(publicKey) } as const;
  return verifier({ algorithm: key.type, key, message, blob });
}

/** What every key handle of this phone's protocol begins with. */
const MAGIC = new Uint8Array([
  0x2c, 0xe5, 0xc8, 0xdf, 0x17, 0xe2, 0x2e, 0xf2, 0x0f, 0xd3, 0x83, 0x03, 0xfd, 0x2d, 0x99, 0x98,
]);
const REGISTRATION_RESERVED = 0x05;
const USER_PRESENT = 0x01;

function hashAppId(appId: string): Uint8Array {
  // Half a character would become U+FFFD, so that two app ids had one hash.
  if (typeof appId !== 'string' || appId === '' || /\p{Cs}/u.test(appId)) {
    throw new VaultwireError('argument-invalid', 'app id: expected a text of at least one character');
  }
  return sha256(encodeUtf8(appId));
}

function presence(counter: number): Bytes {
  if (!Number.isInteger(counter) || counter < 0 || counter > 0xffffffff) {
    throw new VaultwireError('parameter-out-of-range', 'counter: expected 0 to 2^32 - 1');
  }
  const bytes = Uint8Array.of(USER_PRESENT, 0, 0, 0, 0);
  new DataView(bytes.buffer).setUint32(1, counter);
  return bytes;
}

function assertKeyHandle(keyHandle: Uint8Array): void {
  assertBytes(keyHandle, 'key handle');
  if (keyHandle.length < 1 || keyHandle.length > MAXIMUM_KEY_HANDLE_LENGTH) {
    throw new VaultwireError('length-invalid', `key handle: expected 1 to ${MAXIMUM_KEY_HANDLE_LENGTH} bytes`);
  }
}

function assertPoint(publicKey: Uint8Array): void {
  assertBytes(publicKey, 'public key', 65);
  if (publicKey[0] !== 0x04) throw new VaultwireError('point-invalid', 'public key: expected an uncompressed point');
}

function assertSignature(signature: Uint8Array): void {
  assertBytes(signature, 'signature');
  if (!decodeEcdsaSignature(signature)) {
    throw new VaultwireError('der-invalid', 'signature: expected an ECDSA signature over P-256 in DER');
  }
}

/** Whether the length that a sequence begins with is that of the rest, in its shortest form (X.690, 10.1). */
function isDerSequence(der: Uint8Array): boolean {
  const [tag, first = 0] = der;
  const digits = first < 0x80 ? der.subarray(1, 2) : der.subarray(2, 2 + (first & 0x7f));
  const length = digits.reduce((sum, digit) => sum * 256 + digit, 0);
  const header = first < 0x80 ? 2 : 2 + digits.length;
  const minimal = first < 0x80 || (digits.length <= 2 && digits[0] !== 0 && length >= 0x80);
  return tag === 0x30 && length > 0 && minimal && der.length === header + length;
}
