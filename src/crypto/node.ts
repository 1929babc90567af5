/* eslint-disable @typescript-eslint/require-await --
   The contract is asynchronous and OpenSSL is not: async turns what is thrown into a rejection. */
import * as openssl from 'node:crypto';
import { decodePkcs8 } from '../wire/der.js';
import { assertBytes, concatBytes, copyBytes, equalBytes, type Bytes } from '../wire/bytes.js';
import {
  assertCbcBlocks,
  assertCbcSealed,
  assertHkdf,
  assertPbkdf2,
  assertWrappedKey,
  throwCbcOpenFailed,
  isScalar,
  isUncompressed,
  throwKeyInvalid,
  throwPointInvalid,
} from './checks.js';
import { GCM_OPTIONS, openAesGcm, openWrapped, writeSha256 } from './openssl.js';
import { draw, drawScalar } from './random.js';
import { assertExtractable, RedactedKey } from './redacted.js';
import {
  AES_KEY_LENGTH,
  CBC_IV_LENGTH,
  GCM_NONCE_LENGTH,
  GCM_TAG_LENGTH,
  P256_PRIVATE_KEY_LENGTH,
  type AesCbcKey,
  type AesKey,
  type CryptoSuite,
  type EcPrivateKey,
  type EcPublicKey,
  type KeyOptions,
  type OpenedUnderKey,
  type RawEcPrivateKey,
  type SealingSuite,
  type SigningKey,
  type VerifyingKey,
} from './suite.js';

/**
 * The suite over OpenSSL through node:crypto, for Node 20.19 and later: the default there. Its work is done
 * synchronously, before the promise is returned, except for PBKDF2, which runs on the thread pool. A call through
 * WebCrypto would cost several times as much for messages of this size.
 *
 * Signatures are randomized. Where they must be reproducible, see `deterministicSuite`.
 */
export const nodeSuite: CryptoSuite = {
  name: 'node',

  randomBytes: (length) => openssl.randomFillSync(new Uint8Array(length)),

  async sha256(message) {
    assertBytes(message, 'message');
    return plain(openssl.hash('sha256', message, 'buffer'));
  },

  writeSha256,

  async hmacSha256(key, message) {
    assertBytes(key, 'key');
    assertBytes(message, 'message');
    return plain(openssl.createHmac('sha256', key).update(message).digest());
  },

  async hmacSha512(key, message) {
    assertBytes(key, 'key');
    assertBytes(message, 'message');
    return plain(openssl.createHmac('sha512', key).update(message).digest());
  },

  async hkdfSha256(inputKey, salt, info, length) {
    assertBytes(inputKey, 'input key');
    assertBytes(salt, 'salt');
    assertHkdf(info, length);
    return new Uint8Array(openssl.hkdfSync('sha256', inputKey, salt, info, length));
  },

  async pbkdf2(hash, password, salt, iterations, length) {
    assertBytes(password, 'password');
    assertBytes(salt, 'salt');
    assertPbkdf2(hash, iterations, length);
    return new Promise<Bytes>((resolve, reject) => {
      openssl.pbkdf2(password, salt, iterations, length, hash.replace('-', ''), (error, derived) => {
        if (error) reject(error);
        else resolve(plain(derived));
      });
    });
  },

  async importAesKey(bytes, options) {
    assertBytes(bytes, 'AES key', AES_KEY_LENGTH);
    return new NodeAesKey(this, copyBytes(bytes), options);
  },

  async importAesCbcKey(bytes, options) {
    assertBytes(bytes, 'AES key', AES_KEY_LENGTH);
    return new NodeAesCbcKey(this, copyBytes(bytes), options);
  },

  async encryptCbcBlocks(key, iv, plaintext) {
    assertCbcBlocks(key, iv, plaintext);
    const cipher = openssl.createCipheriv('aes-256-cbc', key, iv).setAutoPadding(false);
    return concatBytes(cipher.update(plaintext), cipher.final());
  },

  async decryptCbcBlocks(key, iv, ciphertext) {
    assertCbcBlocks(key, iv, ciphertext);
    const decipher = openssl.createDecipheriv('aes-256-cbc', key, iv).setAutoPadding(false);
    return concatBytes(decipher.update(ciphertext), decipher.final());
  },

  async importEcPublicKey(point) {
    return new NodeEcPublicKey(pointOf(point));
  },

  async generateEcPrivateKey(options) {
    return ecPrivateKey(drawScalar(this), undefined, options);
  },

  async importEcPrivateKey(key, options) {
    return ecPrivateKey(scalarOf(key), key.publicKey, options);
  },

  async generateSigningKey(options) {
    return signingKey(drawScalar(this), undefined, options);
  },

  async importSigningKey(key, options) {
    const raw: RawEcPrivateKey = ArrayBuffer.isView(key) ? decodePkcs8(key) : key;
    return signingKey(scalarOf(raw), raw.publicKey, options);
  },

  async importVerifyingKey(point) {
    const bytes = pointOf(point);
    try {
      return new NodeVerifyingKey(bytes, openssl.createPublicKey({ key: jwk(bytes), format: 'jwk' }));
    } catch {
      throwPointInvalid();
    }
  },
};

/** What `#default-suite` resolves to on Node. */
export const defaultSuite: CryptoSuite = nodeSuite;
/** The part of it that sealing and opening need, which is no less on Node. */
export const defaultSealingSuite: SealingSuite = nodeSuite;

class NodeAesKey extends RedactedKey implements AesKey {
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
    const nonce = draw(this.#suite, GCM_NONCE_LENGTH);
    const cipher = openssl.createCipheriv('aes-256-gcm', this.#key, nonce, GCM_OPTIONS);
    if (additionalData !== undefined) {
      assertBytes(additionalData, 'additional data');
      cipher.setAAD(additionalData);
    }
    const sealed = new Uint8Array(GCM_NONCE_LENGTH + plaintext.length + GCM_TAG_LENGTH);
    sealed.set(nonce);
    sealed.set(cipher.update(plaintext), GCM_NONCE_LENGTH);
    cipher.final();
    sealed.set(cipher.getAuthTag(), GCM_NONCE_LENGTH + plaintext.length);
    return sealed;
  }

  async open(sealed: Uint8Array, additionalData?: Uint8Array): Promise<Bytes> {
    if (additionalData !== undefined) assertBytes(additionalData, 'additional data');
    return this.#open(sealed, additionalData);
  }

  async unwrapAesKey(wrapped: Uint8Array, options?: KeyOptions): Promise<AesKey> {
    assertWrappedKey(wrapped);
    return new NodeAesKey(this.#suite, this.#open(wrapped), options);
  }

  async exportSecretBytes(): Promise<Bytes> {
    assertExtractable(this.#extractable);
    return copyBytes(this.#key);
  }

  openWrapped(wrapped: Uint8Array, sealed: Uint8Array): OpenedUnderKey {
    return openWrapped(this.#key, wrapped, sealed);
  }

  #open(sealed: Uint8Array, additionalData?: Uint8Array): Bytes {
    return plain(openAesGcm(this.#key, sealed, additionalData));
  }
}

class NodeAesCbcKey extends RedactedKey implements AesCbcKey {
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
    const cipher = openssl.createCipheriv('aes-256-cbc', this.#key, iv);
    return concatBytes(iv, cipher.update(plaintext), cipher.final());
  }

  async open(sealed: Uint8Array): Promise<Bytes> {
    assertCbcSealed(sealed);
    const decipher = openssl.createDecipheriv('aes-256-cbc', this.#key, sealed.subarray(0, CBC_IV_LENGTH));
    try {
      return concatBytes(decipher.update(sealed.subarray(CBC_IV_LENGTH)), decipher.final());
    } catch {
      throwCbcOpenFailed();
    }
  }

  async exportSecretBytes(): Promise<Bytes> {
    assertExtractable(this.#extractable);
    return copyBytes(this.#key);
  }
}

class NodeEcPublicKey extends RedactedKey implements EcPublicKey {
  readonly #bytes: Bytes;

  constructor(bytes: Bytes) {
    super('EcPublicKey');
    this.#bytes = bytes;
  }

  get bytes(): Bytes {
    return copyBytes(this.#bytes);
  }
}

class NodeEcPrivateKey extends RedactedKey implements EcPrivateKey {
  readonly publicKey: EcPublicKey;
  readonly #ecdh: openssl.ECDH;
  readonly #extractable: boolean;

  constructor(publicKey: EcPublicKey, ecdh: openssl.ECDH, options: KeyOptions = {}) {
    super('EcPrivateKey');
    this.publicKey = publicKey;
    this.#ecdh = ecdh;
    this.#extractable = options.extractable ?? false;
  }

  async sharedSecret(peer: EcPublicKey): Promise<Bytes> {
    const point = peer.bytes;
    // A public key of the caller's own making has passed no import, and OpenSSL would take a compressed point.
    if (!isUncompressed(point)) throwPointInvalid();
    try {
      return plain(this.#ecdh.computeSecret(point));
    } catch {
      throwPointInvalid();
    }
  }

  async exportSecretBytes(): Promise<Bytes> {
    assertExtractable(this.#extractable);
    // OpenSSL drops leading zeros.
    const digits = this.#ecdh.getPrivateKey();
    const scalar = new Uint8Array(P256_PRIVATE_KEY_LENGTH);
    scalar.set(digits, scalar.length - digits.length);
    return scalar;
  }
}

class NodeSigningKey extends RedactedKey implements SigningKey {
  readonly #publicKey: Bytes;
  readonly #key: openssl.KeyObject;
  readonly #extractable: boolean;

  constructor(publicKey: Bytes, key: openssl.KeyObject, options: KeyOptions = {}) {
    super('SigningKey');
    this.#publicKey = publicKey;
    this.#key = key;
    this.#extractable = options.extractable ?? false;
  }

  get publicKey(): Bytes {
    return copyBytes(this.#publicKey);
  }

  async sign(message: Uint8Array): Promise<Bytes> {
    assertBytes(message, 'message');
    return plain(openssl.sign('sha256', message, this.#key));
  }

  async exportPkcs8(): Promise<Bytes> {
    assertExtractable(this.#extractable);
    return plain(this.#key.export({ format: 'der', type: 'pkcs8' }));
  }
}

class NodeVerifyingKey extends RedactedKey implements VerifyingKey {
  readonly #bytes: Bytes;
  readonly #key: openssl.KeyObject;

  constructor(bytes: Bytes, key: openssl.KeyObject) {
    super('VerifyingKey');
    this.#bytes = bytes;
    this.#key = key;
  }

  get bytes(): Bytes {
    return copyBytes(this.#bytes);
  }

  async verify(message: Uint8Array, signature: Uint8Array): Promise<boolean> {
    assertBytes(message, 'message');
    assertBytes(signature, 'signature');
    return openssl.verify('sha256', message, this.#key, signature);
  }
}

function ecPrivateKey(
  scalar: Bytes,
  publicKey: Uint8Array | undefined,
  options: KeyOptions | undefined,
): NodeEcPrivateKey {
  const [ecdh, point] = keyPair(scalar, publicKey);
  // Deno's node:crypto keeps the array itself, where OpenSSL takes a copy.
  if (!('Deno' in globalThis)) scalar.fill(0);
  return new NodeEcPrivateKey(new NodeEcPublicKey(point), ecdh, options);
}

function signingKey(scalar: Bytes, publicKey: Uint8Array | undefined, options: KeyOptions | undefined): NodeSigningKey {
  const [, point] = keyPair(scalar, publicKey);
  // Of the forms that OpenSSL 3 imports this one costs a fifth of PKCS#8.
  const key = openssl.createPrivateKey({ key: { ...jwk(point), d: base64Url(scalar) }, format: 'jwk' });
  scalar.fill(0);
  return new NodeSigningKey(point, key, options);
}

/** A key pair from its scalar, which is known to be in range. @throws VaultwireError `key-invalid` for another point */
function keyPair(scalar: Bytes, publicKey: Uint8Array | undefined): [openssl.ECDH, Bytes] {
  const ecdh = openssl.createECDH('prime256v1');
  ecdh.setPrivateKey(scalar);
  const point = plain(ecdh.getPublicKey());
  if (publicKey !== undefined && !equalBytes(publicKey, point)) throwKeyInvalid();
  return [ecdh, point];
}

function scalarOf(key: RawEcPrivateKey): Bytes {
  assertBytes(key.privateKey, 'private key', P256_PRIVATE_KEY_LENGTH);
  if (!isScalar(key.privateKey)) throwKeyInvalid();
  return copyBytes(key.privateKey);
}

function pointOf(point: Uint8Array): Bytes {
  assertBytes(point, 'public key');
  if (!isUncompressed(point) || !isOnCurve(point)) throwPointInvalid();
  return copyBytes(point);
}

const FIELD_PRIME = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn;
const COEFFICIENT_B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;

/** y^2 = x^3 - 3x + b. The point is public, and asking OpenSSL takes ten times as long. */
function isOnCurve(point: Uint8Array): boolean {
  const digits = Buffer.from(point.buffer, point.byteOffset, point.length).toString('hex');
  const x = BigInt(`0x${digits.slice(2, 66)}`);
  const y = BigInt(`0x${digits.slice(66)}`);
  return x < FIELD_PRIME && y < FIELD_PRIME && (y * y - (x * x - 3n) * x - COEFFICIENT_B) % FIELD_PRIME === 0n;
}

function jwk(point: Bytes): openssl.JsonWebKey {
  return { kty: 'EC', crv: 'P-256', x: base64Url(point.subarray(1, 33)), y: base64Url(point.subarray(33)) };
}

function base64Url(bytes: Bytes): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64url');
}

/** What OpenSSL returned as an array of the caller's own: no Buffer, and no view of memory that others see. */
function plain(buffer: Buffer): Bytes {
  const memory = buffer.buffer;
  return memory instanceof ArrayBuffer && memory.byteLength === buffer.length
    ? new Uint8Array(memory)
    : copyBytes(buffer);
}
