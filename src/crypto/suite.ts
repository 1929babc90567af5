import type { Bytes } from '../wire/bytes.js';

/** Length of an AES-256 key in bytes. */
export const AES_KEY_LENGTH = 32;
/** Length of an AES-GCM nonce in bytes, as every protocol here uses it. */
export const GCM_NONCE_LENGTH = 12;
/** Length of an AES-GCM tag in bytes. Shorter tags are never accepted. */
export const GCM_TAG_LENGTH = 16;
/** Length of an AES-CBC initialization vector in bytes. */
export const CBC_IV_LENGTH = 16;
/** Length of an uncompressed P-256 point in bytes (SEC 1, 2.3.3). */
export const P256_PUBLIC_KEY_LENGTH = 65;
/** Length of a P-256 private scalar in bytes. */
export const P256_PRIVATE_KEY_LENGTH = 32;

/** How an imported or generated key may be used later. */
export interface KeyOptions {
  /** Whether the key's bytes can be taken out again. Default false. */
  readonly extractable?: boolean;
}

/**
 * An AES-256-GCM key (NIST SP 800-38D). A sealed message is `nonce(12) || ciphertext || tag(16)`.
 *
 * Whoever implements `seal` and `open` has a key: a hardware module or a key service may stand behind them.
 */
export interface AesKey {
  /** Encrypts under a fresh nonce. Returns 28 bytes more than `plaintext`. */
  seal(plaintext: Uint8Array, additionalData?: Uint8Array): Promise<Bytes>;
  /**
   * Decrypts what {@link AesKey.seal} made.
   *
   * @throws VaultwireError `message-too-short` below 28 bytes, `open-failed` when the tag does not fit
   */
  open(sealed: Uint8Array, additionalData?: Uint8Array): Promise<Bytes>;
  /**
   * Opens a wrapped AES-GCM key straight into a key object where the platform can do so without showing the bytes.
   * Optional: without it, `open` and `importAesKey` do the same.
   *
   * @param wrapped what `seal` made of the key's 32 bytes, 60 bytes
   * @throws VaultwireError `message-too-short`, `length-invalid`, `open-failed`
   */
  unwrapAesKey?(wrapped: Uint8Array, options?: KeyOptions): Promise<AesKey>;
  /**
   * Opens a wrapped AES-GCM key, and under that key another message, at once: for what is opened in great numbers, where
   * promises and a key object in between cost as much as the cryptography. Optional: without it, `open` and
   * `importAesKey` do the same.
   *
   * @param wrapped what `seal` made of the key's 32 bytes, 60 bytes
   * @param sealed what `seal` of that key made
   * @returns both for the caller to overwrite
   * @throws VaultwireError `message-too-short`, `length-invalid`, `open-failed`
   */
  openWrapped?(wrapped: Uint8Array, sealed: Uint8Array): OpenedUnderKey;
  /** The key's 32 bytes. Absent, or throwing `key-not-extractable`, where they cannot be taken out. */
  exportSecretBytes?(): Promise<Bytes>;
}

/** What {@link AesKey.openWrapped} opened. */
export interface OpenedUnderKey {
  /** The key that was wrapped, 32 bytes. */
  readonly key: Uint8Array;
  /** What was sealed under it. */
  readonly plaintext: Uint8Array;
}

/**
 * An AES-256-CBC key with PKCS#7 padding (NIST SP 800-38A). A sealed message is `iv(16) || ciphertext`.
 *
 * It authenticates nothing: whoever can change the ciphertext can change the plaintext.
 */
export interface AesCbcKey {
  /** Encrypts under a fresh initialization vector. */
  seal(plaintext: Uint8Array): Promise<Bytes>;
  /**
   * Decrypts what {@link AesCbcKey.seal} made.
   *
   * @throws VaultwireError `open-failed` for every failure alike: length, padding and key are not told apart
   */
  open(sealed: Uint8Array): Promise<Bytes>;
  /** The key's 32 bytes. Absent, or throwing `key-not-extractable`, where they cannot be taken out. */
  exportSecretBytes?(): Promise<Bytes>;
}

/** A P-256 public key for key agreement, known to lie on the curve. */
export interface EcPublicKey {
  /** The uncompressed point, 65 bytes. */
  readonly bytes: Bytes;
}

/** A P-256 private key for key agreement. Whoever implements `sharedSecret` has one. */
export interface EcPrivateKey {
  /** The public half. */
  readonly publicKey: EcPublicKey;
  /**
   * The x-coordinate of the ECDH result, 32 bytes (SEC 1, 3.3.1).
   *
   * @throws VaultwireError `point-invalid` for a public key of the caller's own making that is not on the curve
   */
  sharedSecret(peer: EcPublicKey): Promise<Bytes>;
  /** The 32-byte scalar. Absent, or throwing `key-not-extractable`, where it cannot be taken out. */
  exportSecretBytes?(): Promise<Bytes>;
}

/** A P-256 private key for signatures. Whoever implements `sign` has one. */
export interface SigningKey {
  /** The public half as an uncompressed point, 65 bytes. */
  readonly publicKey: Bytes;
  /** ECDSA over SHA-256 (FIPS 186-5), encoded as ASN.1 DER. High and low S alike may come out. */
  sign(message: Uint8Array): Promise<Bytes>;
  /**
   * The key as PKCS#8 DER with its public half inside (RFC 5958, RFC 5915): 138 bytes, the scalar at 36 to 68, the
   * point last. Absent, or throwing `key-not-extractable`, where it cannot be taken out.
   */
  exportPkcs8?(): Promise<Bytes>;
}

/** A P-256 public key for signatures, imported once and used many times. */
export interface VerifyingKey {
  /** The uncompressed point, 65 bytes. */
  readonly bytes: Bytes;
  /**
   * Checks an ECDSA signature over SHA-256 in ASN.1 DER. High and low S are both taken, as signers in the field emit
   * both. Returns false, and never throws, for whatever is not a valid signature.
   */
  verify(message: Uint8Array, signature: Uint8Array): Promise<boolean>;
}

/** A P-256 private key as raw bytes. */
export interface RawEcPrivateKey {
  /** The scalar, 32 bytes, 1..n-1. */
  readonly privateKey: Uint8Array;
  /**
   * The uncompressed point, 65 bytes. Checked against the scalar where it is given. WebCrypto cannot compute it, and
   * throws `public-key-required` without.
   */
  readonly publicKey?: Uint8Array;
}

/** Which hash PBKDF2 iterates. */
export type Pbkdf2Hash = 'SHA-256' | 'SHA-512';

/**
 * The primitives under every protocol of this library, in one of three bodies: `node` (OpenSSL), `webcrypto`, `noble`.
 *
 * A suite is a plain object without state; its methods are called on it. To make what it draws reproducible, spread it
 * with another `randomBytes`: nonces, secret keys and, except under WebCrypto, key pairs then come from there, also for
 * keys that were imported through it. For WebCrypto too, and for signatures, see `deterministicSuite` of
 * `vaultwire/crypto/deterministic`.
 *
 * What its methods take may be overwritten as soon as they have returned their promise; what they return belongs to
 * the caller. Whatever should be bytes and is not throws `argument-invalid`. Keys keep their bytes to themselves
 * unless imported or generated as extractable, and print as their kind, `[AesKey]` for one.
 */
export interface CryptoSuite {
  readonly name: string;

  /** Fresh random bytes from the platform's generator. @param length in bytes */
  randomBytes(length: number): Bytes;

  /** SHA-256 (FIPS 180-4), 32 bytes. */
  sha256(message: Uint8Array): Promise<Bytes>;
  /**
   * Writes the first bytes of SHA-256 where they belong, at once: for what is hashed in great numbers, where a promise and
   * an array for each would cost more than the hash. Not for secret hashes, of which it may leave a copy. Without it
   * {@link CryptoSuite.sha256} does the same.
   *
   * @param offset in `target`, in bytes
   * @param length how many bytes of the hash, 1 to 32
   */
  writeSha256?(message: Uint8Array, target: Uint8Array, offset: number, length: number): void;
  /** HMAC-SHA-256 (RFC 2104), 32 bytes. */
  hmacSha256(key: Uint8Array, message: Uint8Array): Promise<Bytes>;
  /** HMAC-SHA-512 (RFC 2104), 64 bytes. */
  hmacSha512(key: Uint8Array, message: Uint8Array): Promise<Bytes>;
  /**
   * HKDF-SHA-256 (RFC 5869).
   *
   * @param info at most 1024 bytes, which is as much as OpenSSL takes
   * @param length of the output in bytes, 1 to 8160
   * @throws VaultwireError `parameter-out-of-range`
   */
  hkdfSha256(inputKey: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Promise<Bytes>;
  /**
   * PBKDF2 with HMAC (RFC 8018). It leaves the event loop free while it runs.
   *
   * @param iterations 1 to 2^31 - 1; what a caller should accept from a server is a question for the caller
   * @param length of the output in bytes, 1 to 8160
   * @throws VaultwireError `parameter-out-of-range`
   */
  pbkdf2(hash: Pbkdf2Hash, password: Uint8Array, salt: Uint8Array, iterations: number, length: number): Promise<Bytes>;

  /** @param bytes the key, 32 bytes. @throws VaultwireError `length-invalid` */
  importAesKey(bytes: Uint8Array, options?: KeyOptions): Promise<AesKey>;
  /** @param bytes the key, 32 bytes. @throws VaultwireError `length-invalid` */
  importAesCbcKey(bytes: Uint8Array, options?: KeyOptions): Promise<AesCbcKey>;

  /**
   * AES-256-CBC without padding (NIST SP 800-38A, 6.2), which encryption parameters alone use. It authenticates nothing.
   *
   * @param key 32 bytes
   * @param iv 16 bytes
   * @param plaintext a whole number of 16-byte blocks
   * @returns as many bytes as `plaintext`, without the initialization vector
   * @throws VaultwireError `length-invalid`
   */
  encryptCbcBlocks(key: Uint8Array, iv: Uint8Array, plaintext: Uint8Array): Promise<Bytes>;
  /** Undoes {@link CryptoSuite.encryptCbcBlocks}. Every ciphertext decrypts to something. */
  decryptCbcBlocks(key: Uint8Array, iv: Uint8Array, ciphertext: Uint8Array): Promise<Bytes>;

  /** @param point the uncompressed point, 65 bytes. @throws VaultwireError `point-invalid` */
  importEcPublicKey(point: Uint8Array): Promise<EcPublicKey>;
  /** A fresh P-256 key pair for key agreement. @throws VaultwireError `suite-unsupported`, see above */
  generateEcPrivateKey(options?: KeyOptions): Promise<EcPrivateKey>;
  /**
   * @throws VaultwireError `length-invalid` for a scalar that is not of 32 bytes, `key-invalid` for one out of range or
   *   one that does not fit its public half, `public-key-required` under WebCrypto
   */
  importEcPrivateKey(key: RawEcPrivateKey, options?: KeyOptions): Promise<EcPrivateKey>;

  /** A fresh P-256 key pair for signatures. @throws VaultwireError `suite-unsupported`, see above */
  generateSigningKey(options?: KeyOptions): Promise<SigningKey>;
  /**
   * @param key raw bytes, or PKCS#8 DER as Secrets Manager clients store it
   * @throws VaultwireError `der-invalid` for a document that is no PKCS#8 of a P-256 key, and as
   *   {@link CryptoSuite.importEcPrivateKey}
   */
  importSigningKey(key: RawEcPrivateKey | Uint8Array, options?: KeyOptions): Promise<SigningKey>;
  /** @param point the uncompressed point, 65 bytes. @throws VaultwireError `point-invalid` */
  importVerifyingKey(point: Uint8Array): Promise<VerifyingKey>;
}

/** The part of a {@link CryptoSuite} that sealing and opening need: what a page loads that does nothing else. */
export type SealingSuite = Pick<
  CryptoSuite,
  | 'name'
  | 'randomBytes'
  | 'sha256'
  | 'writeSha256'
  | 'hkdfSha256'
  | 'importAesKey'
  | 'importAesCbcKey'
  | 'importEcPublicKey'
  | 'generateEcPrivateKey'
>;
