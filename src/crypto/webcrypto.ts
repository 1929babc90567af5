import { decodeBase64 } from '../wire/base64.js';
import { assertBytes, concatBytes, copyBytes, type Bytes } from '../wire/bytes.js';
import { decodeEcdsaSignature, decodePkcs8, encodeEcdsaSignature, encodePkcs8 } from '../wire/der.js';
import { VaultwireError } from '../wire/error.js';
import {
  assertCbcBlocks,
  assertCbcSealed,
  assertHkdf,
  assertPbkdf2,
  assertSealed,
  assertWrappedKey,
  throwCbcOpenFailed,
  throwGcmOpenFailed,
  isUncompressed,
  throwKeyInvalid,
  throwPointInvalid,
} from './checks.js';
import { draw, webRandomBytes } from './random.js';
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
  type SealingSuite,
  type SigningKey,
  type VerifyingKey,
} from './suite.js';

/**
 * What sealing and opening need of {@link webcryptoSuite}, apart, so that a page which does nothing else loads nothing else.
 */
const sealingSuite: SealingSuite = {
  name: 'webcrypto',

  randomBytes: webRandomBytes,

  async sha256(message) {
    return new Uint8Array(await subtle().digest('SHA-256', own(message, 'message')));
  },

  async hkdfSha256(inputKey, salt, info, length) {
    assertHkdf(info, length);
    return derive(inputKey, length, { name: 'HKDF', hash: 'SHA-256', salt: own(salt, 'salt'), info: copyBytes(info) });
  },

  async importAesKey(bytes, options) {
    assertBytes(bytes, 'AES key', AES_KEY_LENGTH);
    return new WebAesKey(
      this,
      await subtle().importKey('raw', copyBytes(bytes), 'AES-GCM', isExtractable(options), GCM_USAGES),
    );
  },

  async importAesCbcKey(bytes, options) {
    assertBytes(bytes, 'AES key', AES_KEY_LENGTH);
    return new WebAesCbcKey(
      this,
      await subtle().importKey('raw', copyBytes(bytes), 'AES-CBC', isExtractable(options), CBC_USAGES),
    );
  },

  async importEcPublicKey(point) {
    return new WebEcPublicKey(...(await importPoint(point, ECDH, [])));
  },

  async generateEcPrivateKey(options) {
    const { privateKey, publicKey } = await generate(this, ECDH, ECDH_USAGES, options);
    return new WebEcPrivateKey(privateKey, new WebEcPublicKey(publicKey, await exported(publicKey, 'raw')));
  },
};

/**
 * The suite over the Web Cryptography API, for browsers, workers and every other platform that has it: the default
 * there. Keys live in the platform's CryptoKey objects and are not extractable unless asked for.
 *
 * The platform draws key pairs itself and cannot be told how: under a replaced `randomBytes`, generating one throws
 * `suite-unsupported`. It cannot compute a public key either, hence `public-key-required`. Signatures are randomized.
 */
export const webcryptoSuite: CryptoSuite = /* @__PURE__ */ Object.assign({}, sealingSuite, {
  hmacSha256: (key, message) => hmac('SHA-256', key, message),

  hmacSha512: (key, message) => hmac('SHA-512', key, message),

  async pbkdf2(hash, password, salt, iterations, length) {
    assertPbkdf2(hash, iterations, length);
    return derive(password, length, { name: 'PBKDF2', hash, salt: own(salt, 'salt'), iterations });
  },

  async encryptCbcBlocks(key, iv, plaintext) {
    assertCbcBlocks(key, iv, plaintext);
    const parameters = { name: 'AES-CBC', iv: copyBytes(iv) };
    const cbc = await subtle().importKey('raw', copyBytes(key), 'AES-CBC', false, CBC_USAGES);
    // The platform always pads: a whole block, behind whole blocks, which is dropped again.
    return new Uint8Array(await subtle().encrypt(parameters, cbc, own(plaintext, 'plaintext'))).slice(
      0,
      plaintext.length,
    );
  },

  async decryptCbcBlocks(key, iv, ciphertext) {
    assertCbcBlocks(key, iv, ciphertext);
    const message = concatBytes(iv, ciphertext);
    const cbc = await subtle().importKey('raw', copyBytes(key), 'AES-CBC', false, CBC_USAGES);
    // The platform insists on padding: the encryption of nothing after the last block is a block of it that fits.
    const padding = await subtle().encrypt(
      { name: 'AES-CBC', iv: message.slice(-CBC_IV_LENGTH) },
      cbc,
      new Uint8Array(0),
    );
    const padded = concatBytes(message.subarray(CBC_IV_LENGTH), new Uint8Array(padding));
    return new Uint8Array(
      await subtle().decrypt({ name: 'AES-CBC', iv: message.slice(0, CBC_IV_LENGTH) }, cbc, padded),
    );
  },

  async importEcPrivateKey(key, options) {
    const [privateKey, publicKey] = await importPrivateKey(key, ECDH, ECDH_USAGES, options);
    return new WebEcPrivateKey(privateKey, await this.importEcPublicKey(publicKey));
  },

  async generateSigningKey(options) {
    const { privateKey, publicKey } = await generate(this, ECDSA, ECDSA_USAGES, options);
    return new WebSigningKey(privateKey, await exported(publicKey, 'raw'));
  },

  async importSigningKey(key, options) {
    const raw = ArrayBuffer.isView(key) ? decodePkcs8(key) : key;
    return new WebSigningKey(...(await importPrivateKey(raw, ECDSA, ECDSA_USAGES, options)));
  },

  async importVerifyingKey(point) {
    return new WebVerifyingKey(...(await importPoint(point, ECDSA, ['verify'])));
  },
} satisfies Omit<CryptoSuite, keyof SealingSuite> & ThisType<CryptoSuite>);

/** What `#default-suite` resolves to outside Node. */
export const defaultSuite: CryptoSuite = webcryptoSuite;
/** The part of it that sealing and opening need. */
export const defaultSealingSuite: SealingSuite = sealingSuite;

/** The platform's CryptoKey, by way of its global `crypto`: the types of Node 20 have no global name for it. */
export type CryptoKey = Parameters<typeof crypto.subtle.exportKey>[1];

/** The platform's CryptoKeyPair, likewise. */
export interface CryptoKeyPair {
  privateKey: CryptoKey;
  publicKey: CryptoKey;
}

/**
 * A key object over a CryptoKey that the caller has kept, in IndexedDB for one.
 *
 * @param key of AES-GCM with 256 bits, for `encrypt` and `decrypt`; with `unwrapKey` too, the bytes of keys that it
 *   unwraps never show
 * @param suite where nonces come from
 * @throws VaultwireError `key-invalid` for another kind of key
 */
export function aesKeyFromCryptoKey(key: CryptoKey, suite: SealingSuite = sealingSuite): AesKey {
  assertCryptoKey(key, 'AES-GCM', 'encrypt', 'decrypt');
  return new WebAesKey(suite, key);
}

/**
 * A key object over a CryptoKey that the caller has kept.
 *
 * @param key of AES-CBC with 256 bits, for `encrypt` and `decrypt`
 * @param suite where initialization vectors come from
 * @throws VaultwireError `key-invalid` for another kind of key
 */
export function aesCbcKeyFromCryptoKey(key: CryptoKey, suite: SealingSuite = sealingSuite): AesCbcKey {
  assertCryptoKey(key, 'AES-CBC', 'encrypt', 'decrypt');
  return new WebAesCbcKey(suite, key);
}

/**
 * A key object over a pair of CryptoKeys that the caller has kept. That they belong together is the caller's word.
 *
 * @param pair of ECDH over P-256, the private key for `deriveBits`, the public key extractable
 * @throws VaultwireError `key-invalid` for another kind of key
 */
export async function ecPrivateKeyFromCryptoKeyPair(pair: CryptoKeyPair): Promise<EcPrivateKey> {
  const { privateKey, publicKey } = pair;
  assertCryptoKey(privateKey, 'ECDH', 'deriveBits');
  assertCryptoKey(publicKey, 'ECDH');
  return new WebEcPrivateKey(privateKey, new WebEcPublicKey(publicKey, await exported(publicKey, 'raw')));
}

/**
 * A key object over a pair of CryptoKeys that the caller has kept. That they belong together is the caller's word.
 *
 * @param pair of ECDSA over P-256, the private key for `sign`, the public key extractable
 * @throws VaultwireError `key-invalid` for another kind of key
 */
export async function signingKeyFromCryptoKeyPair(pair: CryptoKeyPair): Promise<SigningKey> {
  const { privateKey, publicKey } = pair;
  assertCryptoKey(privateKey, 'ECDSA', 'sign');
  assertCryptoKey(publicKey, 'ECDSA');
  return new WebSigningKey(privateKey, await exported(publicKey, 'raw'));
}

/**
 * The CryptoKey inside a key object of this suite, to be kept in IndexedDB. It can do what the key can; its bytes stay
 * where they are unless it was made extractable.
 *
 * @throws VaultwireError `key-invalid` for a key of another suite
 */
export function cryptoKeyOf(key: AesKey): CryptoKey {
  return WebAesKey.handleOf(key);
}

/** {@link cryptoKeyOf} for a pair: the private key as it is, and its public half. */
export async function cryptoKeyPairOf(key: SigningKey): Promise<CryptoKeyPair> {
  const privateKey = WebSigningKey.handleOf(key);
  return { privateKey, publicKey: (await importPoint(key.publicKey, ECDSA, ['verify']))[0] };
}

class WebAesKey extends RedactedKey implements AesKey {
  readonly #suite: SealingSuite;
  readonly #key: CryptoKey;

  constructor(suite: SealingSuite, key: CryptoKey) {
    super('AesKey');
    this.#suite = suite;
    this.#key = key;
  }

  seal(plaintext: Uint8Array, additionalData?: Uint8Array): Promise<Bytes> {
    return encrypt(this.#suite, this.#key, GCM_NONCE_LENGTH, plaintext, additionalData);
  }

  async open(sealed: Uint8Array, additionalData?: Uint8Array): Promise<Bytes> {
    assertSealed(sealed);
    return decrypt(this.#key, GCM_NONCE_LENGTH, sealed, additionalData, throwGcmOpenFailed);
  }

  async unwrapAesKey(wrapped: Uint8Array, options?: KeyOptions): Promise<AesKey> {
    assertWrappedKey(wrapped);
    const suite = this.#suite;
    if (!this.#key.usages.includes('unwrapKey')) return suite.importAesKey(await this.open(wrapped), options);
    const message = copyBytes(wrapped);
    const parameters = parametersOf(this.#key, message.subarray(0, GCM_NONCE_LENGTH));
    const sealed = message.subarray(GCM_NONCE_LENGTH);
    const key = await subtle()
      .unwrapKey('raw', sealed, this.#key, parameters, 'AES-GCM', isExtractable(options), GCM_USAGES)
      .catch(throwGcmOpenFailed);
    return new WebAesKey(suite, key);
  }

  exportSecretBytes(): Promise<Bytes> {
    return exported(this.#key, 'raw');
  }

  static handleOf(key: AesKey): CryptoKey {
    return #key in key ? key.#key : throwNoHandle();
  }
}

class WebAesCbcKey extends RedactedKey implements AesCbcKey {
  readonly #suite: SealingSuite;
  readonly #key: CryptoKey;

  constructor(suite: SealingSuite, key: CryptoKey) {
    super('AesCbcKey');
    this.#suite = suite;
    this.#key = key;
  }

  seal(plaintext: Uint8Array): Promise<Bytes> {
    return encrypt(this.#suite, this.#key, CBC_IV_LENGTH, plaintext);
  }

  async open(sealed: Uint8Array): Promise<Bytes> {
    assertCbcSealed(sealed);
    return decrypt(this.#key, CBC_IV_LENGTH, sealed, undefined, throwCbcOpenFailed);
  }

  exportSecretBytes(): Promise<Bytes> {
    return exported(this.#key, 'raw');
  }
}

class WebEcPublicKey extends RedactedKey implements EcPublicKey {
  readonly #key: CryptoKey;
  readonly #bytes: Bytes;

  constructor(key: CryptoKey, bytes: Bytes) {
    super('EcPublicKey');
    this.#key = key;
    this.#bytes = bytes;
  }

  get bytes(): Bytes {
    return copyBytes(this.#bytes);
  }

  /** The platform's key; one of the caller's own making, or of another suite, is imported first. */
  static async cryptoKeyOf(key: EcPublicKey): Promise<CryptoKey> {
    return #key in key ? key.#key : (await importPoint(key.bytes, ECDH, []))[0];
  }
}

class WebEcPrivateKey extends RedactedKey implements EcPrivateKey {
  readonly publicKey: EcPublicKey;
  readonly #key: CryptoKey;

  constructor(key: CryptoKey, publicKey: EcPublicKey) {
    super('EcPrivateKey');
    this.publicKey = publicKey;
    this.#key = key;
  }

  async sharedSecret(peer: EcPublicKey): Promise<Bytes> {
    const parameters = { name: 'ECDH', public: await WebEcPublicKey.cryptoKeyOf(peer) };
    // Some platforms look at the point no sooner.
    return new Uint8Array(await subtle().deriveBits(parameters, this.#key, 256).catch(throwPointInvalid));
  }

  async exportSecretBytes(): Promise<Bytes> {
    assertExtractable(this.#key.extractable);
    // Not PKCS#8: what parses it is larger than all that a page needs which only seals and opens.
    const { d = '' } = await subtle().exportKey('jwk', this.#key);
    return decodeBase64(d, 'private key');
  }
}

class WebSigningKey extends RedactedKey implements SigningKey {
  readonly #key: CryptoKey;
  readonly #publicKey: Bytes;

  constructor(key: CryptoKey, publicKey: Bytes) {
    super('SigningKey');
    this.#key = key;
    this.#publicKey = publicKey;
  }

  get publicKey(): Bytes {
    return copyBytes(this.#publicKey);
  }

  async sign(message: Uint8Array): Promise<Bytes> {
    return encodeEcdsaSignature(new Uint8Array(await subtle().sign(ECDSA, this.#key, own(message, 'message'))));
  }

  async exportPkcs8(): Promise<Bytes> {
    return encodePkcs8(decodePkcs8(await exported(this.#key, 'pkcs8')).privateKey, this.#publicKey);
  }

  static handleOf(key: SigningKey): CryptoKey {
    return #key in key ? key.#key : throwNoHandle();
  }
}

class WebVerifyingKey extends RedactedKey implements VerifyingKey {
  readonly #key: CryptoKey;
  readonly #bytes: Bytes;

  constructor(key: CryptoKey, bytes: Bytes) {
    super('VerifyingKey');
    this.#key = key;
    this.#bytes = bytes;
  }

  get bytes(): Bytes {
    return copyBytes(this.#bytes);
  }

  async verify(message: Uint8Array, signature: Uint8Array): Promise<boolean> {
    const ownMessage = own(message, 'message');
    assertBytes(signature, 'signature');
    const raw = decodeEcdsaSignature(signature);
    return raw !== undefined && subtle().verify(ECDSA, this.#key, raw, ownMessage);
  }
}

const GCM_USAGES: KeyUsage[] = ['encrypt', 'decrypt', 'unwrapKey'];
const CBC_USAGES: KeyUsage[] = ['encrypt', 'decrypt'];
const ECDH_USAGES: KeyUsage[] = ['deriveBits'];
const ECDSA_USAGES: KeyUsage[] = ['sign'];
const ECDH = { name: 'ECDH', namedCurve: 'P-256' };
const ECDSA = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** Looked up per call, so that importing this module asks nothing of the platform. */
function subtle(): SubtleCrypto {
  // Pages that are not served from a secure context have no such member, whatever the types say.
  const found = crypto.subtle as SubtleCrypto | undefined;
  if (!found) throw new VaultwireError('suite-unsupported', 'WebCrypto: expected a secure context');
  return found;
}

/** A copy: the platform takes no view of shared memory, and may read its input after the call has returned. */
function own(bytes: Uint8Array, name: string): Bytes {
  assertBytes(bytes, name);
  return copyBytes(bytes);
}

const isExtractable = (options?: KeyOptions): boolean => options?.extractable ?? false;

/** Parameters of both modes at once: the platform reads those that it knows the mode to have. */
function parametersOf(key: CryptoKey, iv: Bytes, additionalData: Uint8Array = new Uint8Array()): AesGcmParams {
  return { name: key.algorithm.name, iv, tagLength: 128, additionalData: own(additionalData, 'additional data') };
}

async function encrypt(
  suite: SealingSuite,
  key: CryptoKey,
  ivLength: number,
  plaintext: Uint8Array,
  additionalData?: Uint8Array,
): Promise<Bytes> {
  const message = own(plaintext, 'plaintext');
  const iv = copyBytes(draw(suite, ivLength));
  const sealed = await subtle().encrypt(parametersOf(key, iv, additionalData), key, message);
  return concatBytes(iv, new Uint8Array(sealed));
}

function decrypt(
  key: CryptoKey,
  ivLength: number,
  sealed: Uint8Array,
  additionalData: Uint8Array | undefined,
  onFailure: () => never,
): Promise<Bytes> {
  const message = copyBytes(sealed);
  return subtle()
    .decrypt(parametersOf(key, message.subarray(0, ivLength), additionalData), key, message.subarray(ivLength))
    .then((plaintext) => new Uint8Array(plaintext), onFailure);
}

async function hmac(hash: 'SHA-256' | 'SHA-512', key: Uint8Array, message: Uint8Array): Promise<Bytes> {
  const ownMessage = own(message, 'message');
  // The platform refuses an empty key, which HMAC pads with zeros (RFC 2104): a single zero is the same key.
  const bytes = concatBytes(own(key, 'key'), new Uint8Array(key.length === 0 ? 1 : 0));
  const imported = await subtle().importKey('raw', bytes, { name: 'HMAC', hash }, false, ['sign']);
  return new Uint8Array(await subtle().sign('HMAC', imported, ownMessage));
}

async function derive(secret: Uint8Array, length: number, parameters: HkdfParams | Pbkdf2Params): Promise<Bytes> {
  const key = await subtle().importKey('raw', own(secret, 'secret'), parameters.name, false, ['deriveBits']);
  return new Uint8Array(await subtle().deriveBits(parameters, key, 8 * length));
}

async function generate(
  suite: SealingSuite,
  algorithm: EcKeyGenParams,
  usages: KeyUsage[],
  options: KeyOptions | undefined,
): Promise<CryptoKeyPair> {
  if (suite.randomBytes !== webRandomBytes) {
    throw new VaultwireError(
      'suite-unsupported',
      'randomBytes: WebCrypto draws key pairs itself; see deterministicSuite',
    );
  }
  return subtle().generateKey(algorithm, isExtractable(options), usages);
}

async function importPoint(
  point: Uint8Array,
  algorithm: EcKeyImportParams,
  usages: KeyUsage[],
): Promise<[CryptoKey, Bytes]> {
  const bytes = own(point, 'public key');
  if (!isUncompressed(bytes)) throwPointInvalid();
  return [await subtle().importKey('raw', bytes, algorithm, true, usages).catch(throwPointInvalid), bytes];
}

/** The platform checks that the scalar is in range and fits the point. */
async function importPrivateKey(
  { privateKey, publicKey }: RawEcPrivateKey,
  algorithm: EcKeyImportParams,
  usages: KeyUsage[],
  options: KeyOptions | undefined,
): Promise<[CryptoKey, Bytes]> {
  assertBytes(privateKey, 'private key', P256_PRIVATE_KEY_LENGTH);
  if (!publicKey) {
    throw new VaultwireError('public-key-required', 'public key: expected beside the private key');
  }
  const point = own(publicKey, 'public key');
  if (!isUncompressed(point)) throwKeyInvalid();
  const pkcs8 = encodePkcs8(privateKey, point);
  return [
    await subtle().importKey('pkcs8', pkcs8, algorithm, isExtractable(options), usages).catch(throwKeyInvalid),
    point,
  ];
}

async function exported(key: CryptoKey, format: 'raw' | 'pkcs8'): Promise<Bytes> {
  assertExtractable(key.extractable);
  return new Uint8Array(await subtle().exportKey(format, key));
}

function throwNoHandle(): never {
  throw new VaultwireError('key-invalid', 'key: expected one of the WebCrypto suite');
}

function assertCryptoKey(key: CryptoKey, name: string, ...usages: KeyUsage[]): void {
  const { length = 256, namedCurve = 'P-256' } = key.algorithm as Partial<AesKeyAlgorithm & EcKeyAlgorithm>;
  if (
    key.algorithm.name !== name ||
    length !== 256 ||
    namedCurve !== 'P-256' ||
    !usages.every((usage) => key.usages.includes(usage))
  ) {
    throw new VaultwireError('key-invalid', `CryptoKey: expected ${[name, ...usages].join(', ')}`);
  }
}
