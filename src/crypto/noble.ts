/* eslint-disable @typescript-eslint/require-await --
   The contract is asynchronous and this code is not: async turns what is thrown into a rejection. */
import { cbc, gcm } from '@noble/ciphers/aes.js';
import { p256 } from '@noble/curves/nist.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { pbkdf2Async } from '@noble/hashes/pbkdf2.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { assertBytes, concatBytes, copyBytes, equalBytes, type Bytes } from '../wire/bytes.js';
import { decodeEcdsaSignature, decodePkcs8, encodeEcdsaSignature, encodePkcs8 } from '../wire/der.js';
import {
  assertCbcBlocks,
  assertCbcSealed,
  assertHkdf,
  assertPbkdf2,
  assertSealed,
  assertWrappedKey,
  throwCbcOpenFailed,
  throwGcmOpenFailed,
  isScalar,
  throwKeyInvalid,
  throwPointInvalid,
} from './checks.js';
import { draw, drawScalar, webRandomBytes } from './random.js';
import { assertExtractable, RedactedKey } from './redacted.js';
import {
  AES_KEY_LENGTH,
  CBC_IV_LENGTH,
  GCM_NONCE_LENGTH,
  P256_PRIVATE_KEY_LENGTH,
  type AesCbcKey,
  type AesKey,
  type CryptoSuite,
  type EcPrivateKey,
  type EcPublicKey,
  type KeyOptions,
  type RawEcPrivateKey,
  type SigningKey,
  type VerifyingKey,
} from './suite.js';

/**
 * The suite in JavaScript alone, for every platform that has `crypto.getRandomValues`, and the one to read. It is
 * slower than the others by one to two orders of magnitude, and JavaScript engines promise no constant time.
 *
 * Signatures are deterministic (RFC 6979). PBKDF2 gives the event loop a turn every few milliseconds.
 */
export const nobleSuite: CryptoSuite = {
  name: 'noble',

  randomBytes: webRandomBytes,

  async sha256(message) {
    assertBytes(message, 'message');
    return copyBytes(sha256(message));
  },

  async hmacSha256(key, message) {
    assertBytes(key, 'key');
    assertBytes(message, 'message');
    return copyBytes(hmac(sha256, key, message));
  },

  async hmacSha512(key, message) {
    assertBytes(key, 'key');
    assertBytes(message, 'message');
    return copyBytes(hmac(sha512, key, message));
  },

  async hkdfSha256(inputKey, salt, info, length) {
    assertBytes(inputKey, 'input key');
    assertBytes(salt, 'salt');
    assertHkdf(info, length);
    return copyBytes(hkdf(sha256, inputKey, salt, info, length));
  },

  async pbkdf2(hash, password, salt, iterations, length) {
    assertBytes(password, 'password');
    assertBytes(salt, 'salt');
    assertPbkdf2(hash, iterations, length);
    const options = { c: iterations, dkLen: length };
    return copyBytes(await pbkdf2Async(hash === 'SHA-256' ? sha256 : sha512, password, salt, options));
  },

  async importAesKey(bytes, options) {
    assertBytes(bytes, 'AES key', AES_KEY_LENGTH);
    return new NobleAesKey(this, copyBytes(bytes), options);
  },

  async importAesCbcKey(bytes, options) {
    assertBytes(bytes, 'AES key', AES_KEY_LENGTH);
    return new NobleAesCbcKey(this, copyBytes(bytes), options);
  },

  async encryptCbcBlocks(key, iv, plaintext) {
    assertCbcBlocks(key, iv, plaintext);
    return copyBytes(cbc(key, iv, { disablePadding: true }).encrypt(plaintext));
  },

  async decryptCbcBlocks(key, iv, ciphertext) {
    assertCbcBlocks(key, iv, ciphertext);
    return copyBytes(cbc(key, iv, { disablePadding: true }).decrypt(ciphertext));
  },

  async importEcPublicKey(point) {
    return new NobleEcPublicKey(pointOf(point));
  },

  async generateEcPrivateKey(options) {
    return new NobleEcPrivateKey({ privateKey: drawScalar(this) }, options);
  },

  async importEcPrivateKey(key, options) {
    return new NobleEcPrivateKey(key, options);
  },

  async generateSigningKey(options) {
    return new NobleSigningKey({ privateKey: drawScalar(this) }, options);
  },

  async importSigningKey(key, options) {
    return new NobleSigningKey(ArrayBuffer.isView(key) ? decodePkcs8(key) : key, options);
  },

  async importVerifyingKey(point) {
    return new NobleVerifyingKey(pointOf(point));
  },
};

class NobleAesKey extends RedactedKey implements AesKey {
  readonly #suite: CryptoSuite;
  readonly #key: Bytes;
  readonly #extractable: boolean;

  constructor(suite: CryptoSuite, key: Bytes, options: KeyOptions = {}) {
    super('AesKey');
    this.#suite = suite;
    this.#key = key;
    this.#extractable = options.extractable ?? false;
  }

  async seal(plaintext: Uint8Array, additionalData?: Uint8Array): Promise<Bytes> {
    assertBytes(plaintext, 'plaintext');
    if (additionalData !== undefined) assertBytes(additionalData, 'additional data');
    const nonce = draw(this.#suite, GCM_NONCE_LENGTH);
    return concatBytes(nonce, gcm(this.#key, nonce, additionalData).encrypt(plaintext));
  }

  async open(sealed: Uint8Array, additionalData?: Uint8Array): Promise<Bytes> {
    assertSealed(sealed);
    if (additionalData !== undefined) assertBytes(additionalData, 'additional data');
    return this.#open(sealed, additionalData);
  }

  async unwrapAesKey(wrapped: Uint8Array, options?: KeyOptions): Promise<AesKey> {
    assertWrappedKey(wrapped);
    return new NobleAesKey(this.#suite, this.#open(wrapped), options);
  }

  async exportSecretBytes(): Promise<Bytes> {
    assertExtractable(this.#extractable);
    return copyBytes(this.#key);
  }

  #open(sealed: Uint8Array, additionalData?: Uint8Array): Bytes {
    const cipher = gcm(this.#key, sealed.subarray(0, GCM_NONCE_LENGTH), additionalData);
    try {
      return copyBytes(cipher.decrypt(sealed.subarray(GCM_NONCE_LENGTH)));
    } catch {
      throwGcmOpenFailed();
    }
  }
}

class NobleAesCbcKey extends RedactedKey implements AesCbcKey {
  readonly #suite: CryptoSuite;
  readonly #key: Bytes;
  readonly #extractable: boolean;

  constructor(suite: CryptoSuite, key: Bytes, options: KeyOptions = {}) {
    super('AesCbcKey');
    this.#suite = suite;
    this.#key = key;
    this.#extractable = options.extractable ?? false;
  }

  async seal(plaintext: Uint8Array): Promise<Bytes> {
    assertBytes(plaintext, 'plaintext');
    const iv = draw(this.#suite, CBC_IV_LENGTH);
    return concatBytes(iv, cbc(this.#key, iv).encrypt(plaintext));
  }

  async open(sealed: Uint8Array): Promise<Bytes> {
    assertCbcSealed(sealed);
    const cipher = cbc(this.#key, sealed.subarray(0, CBC_IV_LENGTH));
    try {
      return copyBytes(cipher.decrypt(sealed.subarray(CBC_IV_LENGTH)));
    } catch {
      throwCbcOpenFailed();
    }
  }

  async exportSecretBytes(): Promise<Bytes> {
    assertExtractable(this.#extractable);
    return copyBytes(this.#key);
  }
}

class NobleEcPublicKey extends RedactedKey implements EcPublicKey {
  readonly #bytes: Bytes;

  constructor(bytes: Bytes) {
    super('EcPublicKey');
    this.#bytes = bytes;
  }

  get bytes(): Bytes {
    return copyBytes(this.#bytes);
  }
}

class NobleEcPrivateKey extends RedactedKey implements EcPrivateKey {
  readonly publicKey: EcPublicKey;
  readonly #scalar: Bytes;
  readonly #extractable: boolean;

  constructor(key: RawEcPrivateKey, options: KeyOptions = {}) {
    super('EcPrivateKey');
    const { privateKey, publicKey } = keyPair(key);
    this.publicKey = new NobleEcPublicKey(publicKey);
    this.#scalar = privateKey;
    this.#extractable = options.extractable ?? false;
  }

  async sharedSecret(peer: EcPublicKey): Promise<Bytes> {
    // A public key of the caller's own making has passed no import.
    const point = p256.getSharedSecret(this.#scalar, pointOf(peer.bytes), false);
    return point.slice(1, 33);
  }

  async exportSecretBytes(): Promise<Bytes> {
    assertExtractable(this.#extractable);
    return copyBytes(this.#scalar);
  }
}

class NobleSigningKey extends RedactedKey implements SigningKey {
  readonly #publicKey: Bytes;
  readonly #scalar: Bytes;
  readonly #extractable: boolean;

  constructor(key: RawEcPrivateKey, options: KeyOptions = {}) {
    super('SigningKey');
    const { privateKey, publicKey } = keyPair(key);
    this.#publicKey = publicKey;
    this.#scalar = privateKey;
    this.#extractable = options.extractable ?? false;
  }

  get publicKey(): Bytes {
    return copyBytes(this.#publicKey);
  }

  async sign(message: Uint8Array): Promise<Bytes> {
    assertBytes(message, 'message');
    return encodeEcdsaSignature(p256.sign(message, this.#scalar, { ...ECDSA_OPTIONS, extraEntropy: false }));
  }

  async exportPkcs8(): Promise<Bytes> {
    assertExtractable(this.#extractable);
    return encodePkcs8(this.#scalar, this.#publicKey);
  }
}

class NobleVerifyingKey extends RedactedKey implements VerifyingKey {
  readonly #bytes: Bytes;

  constructor(bytes: Bytes) {
    super('VerifyingKey');
    this.#bytes = bytes;
  }

  get bytes(): Bytes {
    return copyBytes(this.#bytes);
  }

  async verify(message: Uint8Array, signature: Uint8Array): Promise<boolean> {
    assertBytes(message, 'message');
    assertBytes(signature, 'signature');
    const raw = decodeEcdsaSignature(signature);
    return raw !== undefined && p256.verify(raw, message, this.#bytes, ECDSA_OPTIONS);
  }
}

// Spelled out because these defaults have changed between versions of the package.
const ECDSA_OPTIONS = { prehash: true, lowS: false, format: 'compact' } as const;

function keyPair(key: RawEcPrivateKey): { readonly privateKey: Bytes; readonly publicKey: Bytes } {
  assertBytes(key.privateKey, 'private key', P256_PRIVATE_KEY_LENGTH);
  if (!isScalar(key.privateKey)) throwKeyInvalid();
  const publicKey = copyBytes(p256.getPublicKey(key.privateKey, false));
  if (key.publicKey !== undefined && !equalBytes(key.publicKey, publicKey)) throwKeyInvalid();
  return { privateKey: copyBytes(key.privateKey), publicKey };
}

function pointOf(point: Uint8Array): Bytes {
  assertBytes(point, 'public key');
  if (!p256.utils.isValidPublicKey(point, false)) throwPointInvalid();
  return copyBytes(point);
}
