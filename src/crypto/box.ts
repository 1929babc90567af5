import { hsalsa, xsalsa20poly1305 } from '@noble/ciphers/salsa.js';
import { pow } from '@noble/curves/abstract/modular.js';
import { montgomery } from '@noble/curves/abstract/montgomery.js';
import { blake2b } from '@noble/hashes/blake2.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { assertBytes, concatBytes, copyBytes, type Bytes } from '../wire/bytes.js';
import { VaultwireError } from '../wire/error.js';
import { draw, webRandomBytes } from './random.js';
import { assertExtractable, RedactedKey } from './redacted.js';
import type { KeyOptions } from './suite.js';

/*
 * Public-key authenticated encryption as NaCl defines it (crypto_box: X25519, XSalsa20-Poly1305) and sealed boxes as
 * libsodium adds them (crypto_box_seal: a fresh key, its nonce from BLAKE2b).
 *
 * Everything here is synchronous and in JavaScript: nothing to initialize, and no WebAssembly, which a strict content
 * security policy refuses.
 */

/** Length of an X25519 public or private key in bytes. */
export const BOX_KEY_LENGTH = 32;
/** Length of a box's nonce in bytes. */
export const BOX_NONCE_LENGTH = 24;
/** Length of a box's tag in bytes. */
export const BOX_TAG_LENGTH = 16;
/** How much longer a sealed box is than its plaintext: an ephemeral public key and a tag, in bytes. */
export const SEALED_BOX_OVERHEAD = BOX_KEY_LENGTH + BOX_TAG_LENGTH;

/** What two keys share, computed once. It serves both directions: whoever can open can also seal. */
export interface Box {
  /** Encrypts under a fresh random nonce: `nonce(24) || tag(16) || ciphertext`, as crypto_box_easy behind its nonce. */
  seal(plaintext: Uint8Array): Bytes;
  /**
   * Decrypts what {@link Box.seal} made at either end.
   *
   * @throws VaultwireError `message-too-short` below 40 bytes, `open-failed` when the tag does not fit
   */
  open(sealed: Uint8Array): Bytes;
}

/** An X25519 private key. Whoever implements `shared` and `openSealed` has one. */
export interface BoxPrivateKey {
  /** The public half, 32 bytes. */
  readonly publicKey: Bytes;
  /**
   * The box between this key and another's public half (32 bytes). This is the expensive step: keep what it returns.
   *
   * @throws VaultwireError `length-invalid`, `point-invalid` for a point of small order, which shares nothing
   */
  shared(peer: Uint8Array): Box;
  /**
   * Opens a sealed box, which proves nothing about who made it.
   *
   * @throws VaultwireError `message-too-short` below 48 bytes, `open-failed` for every other failure alike
   */
  openSealed(sealed: Uint8Array): Bytes;
  /** The key's 32 bytes. Absent, or throwing `key-not-extractable`, where they cannot be taken out. */
  exportSecretBytes?(): Bytes;
}

/** What pairing needs of cryptography. `{ ...nobleBox, randomBytes }` is the same with other random bytes. */
export interface BoxSuite {
  readonly name: string;
  /** Random bytes, owned by the caller. */
  randomBytes(length: number): Bytes;
  /** SHA-256 (FIPS 180-4), 32 bytes. */
  sha256(message: Uint8Array): Bytes;
  /** A fresh key of 32 random bytes. */
  generateKey(options?: KeyOptions): BoxPrivateKey;
  /**
   * A key of its 32 bytes; X25519 takes any (RFC 7748, section 5).
   *
   * @throws VaultwireError `length-invalid`
   */
  importKey(secret: Uint8Array, options?: KeyOptions): BoxPrivateKey;
  /**
   * Seals to a public key, so that only its owner can open and nobody can tell who sealed. Returns 48 bytes more than
   * `plaintext`: `ephemeral public key(32) || tag(16) || ciphertext`, as crypto_box_seal.
   *
   * @throws VaultwireError `length-invalid`, `point-invalid` for a point of small order
   */
  sealTo(publicKey: Uint8Array, plaintext: Uint8Array): Bytes;
}

/** The prime of Curve25519. */
const P = 2n ** 255n - 19n;

/**
 * X25519 (RFC 7748, section 5) by its ladder alone. The package's own is three times as fast with the base point, by
 * way of the Edwards curve, which would be a third of this entry's size in a browser for one call per pairing.
 */
const x25519 = /* @__PURE__ */ montgomery({
  P,
  type: 'x25519',
  powPminus2: (x) => pow(x, P - 2n, P),
  adjustScalarBytes(scalar: Uint8Array) {
    const clamped = copyBytes(scalar);
    clamped[0] = (clamped[0] ?? 0) & 248;
    clamped[31] = ((clamped[31] ?? 0) & 127) | 64;
    return clamped;
  },
});

/** The suite in JavaScript alone, on noble. JavaScript engines promise no constant time. */
export const nobleBox: BoxSuite = /* @__PURE__ */ boxSuite('noble', {
  publicKeyOf: (secret) => x25519.getPublicKey(secret),
  agree: (peer, secret) => hsalsaOf(x25519.getSharedSecret(secret, peer)),
  seal: (plaintext, nonce, key) => xsalsa20poly1305(key, nonce).encrypt(plaintext),
  open: (sealed, nonce, key) => xsalsa20poly1305(key, nonce).decrypt(sealed),
  hash: (length, message) => blake2b(message, { dkLen: length }),
});

/** What {@link libsodiumBox} calls of libsodium-wrappers. */
export interface Sodium {
  crypto_scalarmult_base(privateKey: Uint8Array): Uint8Array;
  crypto_box_beforenm(publicKey: Uint8Array, privateKey: Uint8Array): Uint8Array;
  crypto_box_easy_afternm(message: Uint8Array, nonce: Uint8Array, sharedKey: Uint8Array): Uint8Array;
  crypto_box_open_easy_afternm(ciphertext: Uint8Array, nonce: Uint8Array, sharedKey: Uint8Array): Uint8Array;
  crypto_generichash(length: number, message: Uint8Array, key: null): Uint8Array;
}

/**
 * The suite on libsodium: constant time, and WebAssembly, which a content security policy has to allow.
 *
 * @param sodium libsodium-wrappers, after its `ready`
 */
export function libsodiumBox(sodium: Sodium): BoxSuite {
  return boxSuite('libsodium', {
    publicKeyOf: (secret) => sodium.crypto_scalarmult_base(secret),
    agree: (peer, secret) => sodium.crypto_box_beforenm(peer, secret),
    seal: (plaintext, nonce, key) => sodium.crypto_box_easy_afternm(plaintext, nonce, key),
    open: (sealed, nonce, key) => sodium.crypto_box_open_easy_afternm(sealed, nonce, key),
    hash: (length, message) => sodium.crypto_generichash(length, message, null),
  });
}

/** What a library of cryptography brings. Lengths are checked before any of it is called. */
interface Primitives {
  /** X25519 with the base point. */
  readonly publicKeyOf: (secret: Uint8Array) => Uint8Array;
  /** The key of a box (NaCl, crypto_box_beforenm). Throws where X25519 gives zero, and only there. */
  readonly agree: (peer: Uint8Array, secret: Uint8Array) => Uint8Array;
  /** XSalsa20-Poly1305: `tag(16) || ciphertext`. */
  readonly seal: (plaintext: Uint8Array, nonce: Uint8Array, key: Uint8Array) => Uint8Array;
  readonly open: (sealed: Uint8Array, nonce: Uint8Array, key: Uint8Array) => Uint8Array;
  /** BLAKE2b without a key (RFC 7693). */
  readonly hash: (length: number, message: Uint8Array) => Uint8Array;
}

function boxSuite(name: string, primitives: Primitives): BoxSuite {
  return {
    name,

    randomBytes: webRandomBytes,

    sha256(message) {
      assertBytes(message, 'message');
      return copyBytes(sha256(message));
    },

    generateKey(options) {
      return this.importKey(draw(this, BOX_KEY_LENGTH), options);
    },

    importKey(secret, options) {
      assertBytes(secret, 'box private key', BOX_KEY_LENGTH);
      return new SuiteBoxPrivateKey(this, primitives, copyBytes(secret), options);
    },

    sealTo(publicKey, plaintext) {
      assertBytes(plaintext, 'plaintext');
      const ephemeral = draw(this, BOX_KEY_LENGTH);
      const key = agree(primitives, publicKey, ephemeral);
      const ephemeralPublicKey = primitives.publicKeyOf(ephemeral);
      const nonce = sealedNonce(primitives, ephemeralPublicKey, publicKey);
      return concatBytes(ephemeralPublicKey, primitives.seal(plaintext, nonce, key));
    },
  };
}

class SuiteBoxPrivateKey extends RedactedKey implements BoxPrivateKey {
  readonly #suite: BoxSuite;
  readonly #primitives: Primitives;
  readonly #secret: Bytes;
  readonly #publicKey: Bytes;
  readonly #extractable: boolean;

  constructor(suite: BoxSuite, primitives: Primitives, secret: Bytes, options: KeyOptions = {}) {
    super('BoxPrivateKey');
    this.#suite = suite;
    this.#primitives = primitives;
    this.#secret = secret;
    this.#publicKey = copyBytes(primitives.publicKeyOf(secret));
    this.#extractable = options.extractable ?? false;
  }

  get publicKey(): Bytes {
    return copyBytes(this.#publicKey);
  }

  shared(peer: Uint8Array): Box {
    return new SuiteBox(this.#suite, this.#primitives, agree(this.#primitives, peer, this.#secret));
  }

  openSealed(sealed: Uint8Array): Bytes {
    assertBytes(sealed, 'sealed box');
    if (sealed.length < SEALED_BOX_OVERHEAD) {
      throw new VaultwireError('message-too-short', 'sealed box: expected at least 48 bytes');
    }
    const ephemeralPublicKey = sealed.subarray(0, BOX_KEY_LENGTH);
    try {
      const key = this.#primitives.agree(ephemeralPublicKey, this.#secret);
      const nonce = sealedNonce(this.#primitives, ephemeralPublicKey, this.#publicKey);
      return copyBytes(this.#primitives.open(sealed.subarray(BOX_KEY_LENGTH), nonce, key));
    } catch {
      throw new VaultwireError('open-failed', 'sealed box: expected one sealed to this key');
    }
  }

  exportSecretBytes(): Bytes {
    assertExtractable(this.#extractable);
    return copyBytes(this.#secret);
  }
}

class SuiteBox extends RedactedKey implements Box {
  readonly #suite: BoxSuite;
  readonly #primitives: Primitives;
  readonly #key: Uint8Array;

  constructor(suite: BoxSuite, primitives: Primitives, key: Uint8Array) {
    super('Box');
    this.#suite = suite;
    this.#primitives = primitives;
    this.#key = key;
  }

  seal(plaintext: Uint8Array): Bytes {
    assertBytes(plaintext, 'plaintext');
    const nonce = draw(this.#suite, BOX_NONCE_LENGTH);
    return concatBytes(nonce, this.#primitives.seal(plaintext, nonce, this.#key));
  }

  open(sealed: Uint8Array): Bytes {
    assertBytes(sealed, 'box');
    if (sealed.length < BOX_NONCE_LENGTH + BOX_TAG_LENGTH) {
      throw new VaultwireError('message-too-short', 'box: expected at least 40 bytes');
    }
    const nonce = sealed.subarray(0, BOX_NONCE_LENGTH);
    try {
      return copyBytes(this.#primitives.open(sealed.subarray(BOX_NONCE_LENGTH), nonce, this.#key));
    } catch {
      throw new VaultwireError('open-failed', 'box: expected one sealed under this key');
    }
  }
}

function agree(primitives: Primitives, peer: Uint8Array, secret: Uint8Array): Uint8Array {
  assertBytes(peer, 'box public key', BOX_KEY_LENGTH);
  try {
    return primitives.agree(peer, secret);
  } catch {
    // RFC 7748, section 6.1: a shared secret of zeros.
    throw new VaultwireError('point-invalid', 'box public key: expected a point that is not of small order');
  }
}

/** BLAKE2b over both public keys (libsodium, crypto_box_seal). */
function sealedNonce(primitives: Primitives, ephemeralPublicKey: Uint8Array, publicKey: Uint8Array): Uint8Array {
  return primitives.hash(BOX_NONCE_LENGTH, concatBytes(ephemeralPublicKey, publicKey));
}

/** HSalsa20 of a point under a nonce of zeros. */
function hsalsaOf(point: Uint8Array): Bytes {
  const words = new DataView(point.buffer, point.byteOffset, point.byteLength);
  const input = Uint32Array.from({ length: 8 }, (_, index) => words.getUint32(4 * index, true));
  const output = new Uint32Array(8);
  hsalsa(Uint32Array.from(SIGMA), input, new Uint32Array(4), output);
  const key = new Uint8Array(BOX_KEY_LENGTH);
  const view = new DataView(key.buffer);
  output.forEach((word, index) => {
    view.setUint32(4 * index, word, true);
  });
  return key;
}

/** "expand 32-byte k": what Salsa20 begins with for a key of 32 bytes. */
const SIGMA = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574];
