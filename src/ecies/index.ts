import { defaultSealingSuite } from '#default-suite';
import {
  AES_KEY_LENGTH,
  GCM_NONCE_LENGTH,
  GCM_TAG_LENGTH,
  P256_PUBLIC_KEY_LENGTH,
  type AesKey,
  type SealingSuite,
  type EcPrivateKey,
  type EcPublicKey,
} from '../crypto/suite.js';
import { assertBytes, concatBytes, copyBytes, type Bytes } from '../wire/bytes.js';
import { VaultwireError } from '../wire/error.js';

/** How the message key comes from the shared secret: SHA-256 of it and the context, or HKDF-SHA-256 with the context as info. */
export type KeyDerivation = 'sha256' | 'hkdf';

export interface EciesOptions {
  /** Context that both ends must know; it enters the key derivation. Default empty, as for a transmission key. */
  readonly info?: Uint8Array;
  /** Default `sha256`. */
  readonly keyDerivation?: KeyDerivation;
  readonly suite?: SealingSuite;
}

/** How many bytes longer a sealed message is than its plaintext: ephemeral point, nonce and tag. */
export const ECIES_OVERHEAD = P256_PUBLIC_KEY_LENGTH + GCM_NONCE_LENGTH + GCM_TAG_LENGTH;

/** The x-coordinate of a P-256 point, in bytes. */
const SHARED_SECRET_LENGTH = 32;

const NO_INFO = new Uint8Array(0);
const NO_SALT = new Uint8Array(0);

/**
 * Seals a message to a P-256 public key (wire note: ECIES). Anyone can seal to a public key: a message that opens
 * says nothing of who made it.
 *
 * @param recipient a key object, or the uncompressed point (65 bytes)
 * @returns `ephemeral point(65) || nonce(12) || ciphertext || tag(16)`
 * @throws VaultwireError `point-invalid` when the recipient's point is not on the curve
 */
export async function seal(
  recipient: EcPublicKey | Uint8Array,
  plaintext: Uint8Array,
  options: EciesOptions = {},
): Promise<Bytes> {
  const suite = options.suite ?? defaultSealingSuite;
  assertBytes(plaintext, 'plaintext');
  const message = copyBytes(plaintext);
  const info = copyBytes(options.info ?? NO_INFO);
  const peer = ArrayBuffer.isView(recipient) ? await suite.importEcPublicKey(recipient) : recipient;
  const ephemeral = await suite.generateEcPrivateKey();
  const key = await messageKey(suite, await ephemeral.sharedSecret(peer), info, options.keyDerivation);
  return concatBytes(ephemeral.publicKey.bytes, await key.seal(message));
}

/**
 * Opens what {@link seal} made.
 *
 * @param recipient the private key that the message was sealed to, wherever it lives
 * @throws VaultwireError `message-too-short` below 93 bytes, `point-invalid` when the ephemeral point is not an
 *   uncompressed point on the curve, `open-failed` when the tag does not fit
 */
export async function open(recipient: EcPrivateKey, sealed: Uint8Array, options: EciesOptions = {}): Promise<Bytes> {
  const suite = options.suite ?? defaultSealingSuite;
  assertBytes(sealed, 'ECIES message');
  if (sealed.length < ECIES_OVERHEAD) {
    throw new VaultwireError('message-too-short', `ECIES message: expected at least ${ECIES_OVERHEAD} bytes`);
  }
  const message = copyBytes(sealed);
  const info = copyBytes(options.info ?? NO_INFO);
  const ephemeral = await suite.importEcPublicKey(message.subarray(0, P256_PUBLIC_KEY_LENGTH));
  const key = await messageKey(suite, await recipient.sharedSecret(ephemeral), info, options.keyDerivation);
  return key.open(message.subarray(P256_PUBLIC_KEY_LENGTH));
}

async function messageKey(
  suite: SealingSuite,
  sharedSecret: Bytes,
  info: Bytes,
  keyDerivation: KeyDerivation = 'sha256',
): Promise<AesKey> {
  // It may come from a key of the caller's own.
  assertBytes(sharedSecret, 'shared secret', SHARED_SECRET_LENGTH);
  const bytes = await deriveKeyBytes(suite, sharedSecret, info, keyDerivation);
  const key = await suite.importAesKey(bytes);
  bytes.fill(0);
  return key;
}

function deriveKeyBytes(
  suite: SealingSuite,
  sharedSecret: Bytes,
  info: Bytes,
  keyDerivation: KeyDerivation,
): Promise<Bytes> {
  switch (keyDerivation) {
    case 'sha256':
      return suite.sha256(info.length === 0 ? sharedSecret : concatBytes(sharedSecret, info));
    case 'hkdf':
      return suite.hkdfSha256(sharedSecret, NO_SALT, info, AES_KEY_LENGTH);
    default:
      throw new VaultwireError('argument-invalid', 'key derivation: expected "sha256" or "hkdf"');
  }
}
