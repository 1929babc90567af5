import { defaultSuite } from '#default-suite';
import { ml_kem1024, ml_kem768 } from '@noble/post-quantum/ml-kem.js';
import { draw } from '../crypto/random.js';
import { RedactedKey } from '../crypto/redacted.js';
import type { CryptoSuite } from '../crypto/suite.js';
import { assertBytes, copyBytes, type Bytes } from '../wire/bytes.js';
import { encodeBase64Url } from '../wire/base64.js';
import {
  importMlKemPublicKey,
  lengthsOf,
  throwKeyInvalid,
  type MlKemParameterSet,
  type MlKemPublicKey,
} from './ml-kem-key.js';

/** Length of a private key's seed `d || z` in bytes (FIPS 203, algorithm 19). */
export const ML_KEM_SEED_LENGTH = 64;
/** Length of the shared secret in bytes. */
export const ML_KEM_SHARED_SECRET_LENGTH = 32;
/** Length of the randomness of one encapsulation in bytes. */
const ENCAPSULATION_RANDOMNESS_LENGTH = 32;

/** An ML-KEM private key. Whoever implements `decapsulate` has one. */
export interface MlKemPrivateKey {
  /** The public half. */
  readonly publicKey: MlKemPublicKey;
  /**
   * The shared secret of a ciphertext, 32 bytes. A ciphertext of the right length that was not made for this key
   * yields another secret and no error (implicit rejection, FIPS 203, 6.3).
   *
   * @throws VaultwireError `length-invalid`
   */
  decapsulate(ciphertext: Uint8Array): Promise<Bytes>;
}

/** What an encapsulation makes. */
export interface MlKemEncapsulation {
  /** Goes to the owner of the key: 1088 bytes (768) or 1568 (1024). */
  readonly ciphertext: Bytes;
  /** 32 bytes. */
  readonly sharedSecret: Bytes;
}

/** An implementation of ML-KEM. Callers may bring their own. */
export interface MlKem {
  readonly name: string;
  /**
   * ML-KEM.Encaps (FIPS 203, algorithm 20).
   *
   * @param randomBytes draws the 32 bytes that decide the outcome; an implementation with a generator of its own that
   *   takes none from outside does not call it
   * @throws VaultwireError `key-invalid`
   */
  encapsulate(publicKey: MlKemPublicKey, randomBytes: (length: number) => Bytes): Promise<MlKemEncapsulation>;
  /**
   * ML-KEM.KeyGen from its seed (FIPS 203, algorithm 16), ready to decapsulate.
   *
   * @param seed `d || z`, 64 bytes
   */
  importPrivateKey(parameterSet: MlKemParameterSet, seed: Uint8Array): Promise<MlKemPrivateKey>;
}

export interface MlKemOptions {
  /** Default: see {@link selectMlKem}. */
  readonly mlKem?: MlKem;
  readonly suite?: CryptoSuite;
}

/**
 * Which implementation of ML-KEM serves these options. The caller's own, when there is one. With the platform's suite,
 * that of the running Node where it has one and noble's where it has none. With any other suite noble's, whose every
 * output follows from that suite's `randomBytes`.
 */
export function selectMlKem(options: MlKemOptions): MlKem {
  if (options.mlKem) return options.mlKem;
  return (options.suite ?? defaultSuite) === defaultSuite ? nodeMlKem() : nobleMlKem;
}

/**
 * A private key from its seed.
 *
 * @param seed `d || z`, 64 bytes (FIPS 203, algorithm 19)
 * @throws VaultwireError `length-invalid`
 */
export async function importMlKemPrivateKey(
  parameterSet: MlKemParameterSet,
  seed: Uint8Array,
  options: MlKemOptions = {},
): Promise<MlKemPrivateKey> {
  lengthsOf(parameterSet);
  assertBytes(seed, 'ML-KEM seed', ML_KEM_SEED_LENGTH);
  return selectMlKem(options).importPrivateKey(parameterSet, copyBytes(seed));
}

/**
 * A fresh private key, with the seed to store: 64 random bytes of the suite. {@link importMlKemPrivateKey} makes the
 * same key of it again.
 */
export async function generateMlKemPrivateKey(
  parameterSet: MlKemParameterSet,
  options: MlKemOptions = {},
): Promise<{ readonly privateKey: MlKemPrivateKey; readonly seed: Bytes }> {
  const seed = copyBytes(draw(options.suite ?? defaultSuite, ML_KEM_SEED_LENGTH));
  return { privateKey: await importMlKemPrivateKey(parameterSet, seed, options), seed };
}

/** ML-KEM in JavaScript, for every platform. JavaScript engines promise no constant time. */
export const nobleMlKem: MlKem = {
  name: 'noble',

  encapsulate: (publicKey, randomBytes) =>
    settle(() => {
      const random = randomBytes(ENCAPSULATION_RANDOMNESS_LENGTH);
      assertBytes(random, 'randomBytes', ENCAPSULATION_RANDOMNESS_LENGTH);
      try {
        const { cipherText, sharedSecret } = noble(publicKey.parameterSet).encapsulate(publicKey.bytes, random);
        return { ciphertext: copyBytes(cipherText), sharedSecret: copyBytes(sharedSecret) };
      } catch {
        throwKeyInvalid(publicKey.parameterSet);
      }
    }),

  importPrivateKey: (parameterSet, seed) =>
    settle(() => {
      const { publicKey, secretKey } = noble(parameterSet).keygen(seed);
      return new PrivateKey(importMlKemPublicKey(parameterSet, publicKey), (ciphertext) =>
        settle(() => copyBytes(noble(parameterSet).decapsulate(ciphertext, secretKey))),
      );
    }),
};

/** The part of `node:crypto` that speaks ML-KEM, typed by hand: Node 24.7 and later over OpenSSL 3.5 have it. */
export interface NodeMlKemCrypto {
  createPublicKey(input: { readonly key: MlKemJwk; readonly format: 'jwk' }): object;
  createPrivateKey(input: { readonly key: MlKemJwk; readonly format: 'jwk' }): object;
  encapsulate(key: object): { readonly ciphertext: Uint8Array; readonly sharedKey: Uint8Array };
  decapsulate(key: object, ciphertext: Uint8Array): Uint8Array;
}

interface MlKemJwk {
  readonly kty: 'AKP';
  readonly alg: MlKemParameterSet;
  readonly pub: string;
  readonly priv?: string;
}

/**
 * The ML-KEM of the running Node, through `node:crypto`. Whether it is there is found out by asking it to do the work:
 * noble does what it does not. It draws its own randomness, so that what it encapsulates cannot be reproduced.
 *
 * @param crypto default that of the running Node, if any
 */
export function nodeMlKem(crypto: Partial<NodeMlKemCrypto> | undefined = runningNodeCrypto()): MlKem {
  return {
    name: 'node',

    async encapsulate(publicKey, randomBytes) {
      const { parameterSet: alg, bytes } = publicKey;
      const native =
        speaksMlKem(crypto) &&
        attempt(() => {
          const key = crypto.createPublicKey({ key: { kty: 'AKP', alg, pub: encodeBase64Url(bytes) }, format: 'jwk' });
          return crypto.encapsulate(key);
        });
      return native
        ? { ciphertext: copyBytes(native.ciphertext), sharedSecret: copyBytes(native.sharedKey) }
        : nobleMlKem.encapsulate(publicKey, randomBytes);
    },

    async importPrivateKey(parameterSet, seed) {
      const portable = await nobleMlKem.importPrivateKey(parameterSet, seed);
      if (!speaksMlKem(crypto)) return portable;
      const jwk: MlKemJwk = {
        kty: 'AKP',
        alg: parameterSet,
        pub: encodeBase64Url(portable.publicKey.bytes),
        priv: encodeBase64Url(seed),
      };
      const key = attempt(() => crypto.createPrivateKey({ key: jwk, format: 'jwk' }));
      if (!key) return portable;
      return new PrivateKey(portable.publicKey, (ciphertext) =>
        settle(() => copyBytes(crypto.decapsulate(key, ciphertext))),
      );
    },
  };
}

/** `node:crypto` without an import, which would keep this module from running anywhere else. */
function runningNodeCrypto(): Partial<NodeMlKemCrypto> | undefined {
  interface Process {
    getBuiltinModule?(name: 'crypto'): Partial<NodeMlKemCrypto> | undefined;
  }
  return (globalThis as { readonly process?: Process }).process?.getBuiltinModule?.('crypto');
}

const speaksMlKem = (crypto: Partial<NodeMlKemCrypto> | undefined): crypto is NodeMlKemCrypto =>
  typeof crypto?.encapsulate === 'function' && typeof crypto.decapsulate === 'function';

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

class PrivateKey extends RedactedKey implements MlKemPrivateKey {
  readonly publicKey: MlKemPublicKey;
  readonly #decapsulate: (ciphertext: Bytes) => Promise<Bytes>;

  constructor(publicKey: MlKemPublicKey, decapsulate: (ciphertext: Bytes) => Promise<Bytes>) {
    super('MlKemPrivateKey');
    this.publicKey = publicKey;
    this.#decapsulate = decapsulate;
  }

  async decapsulate(ciphertext: Uint8Array): Promise<Bytes> {
    const { parameterSet } = this.publicKey;
    assertBytes(ciphertext, `${parameterSet} ciphertext`, lengthsOf(parameterSet).ciphertext);
    return this.#decapsulate(copyBytes(ciphertext));
  }
}

const noble = (parameterSet: MlKemParameterSet): typeof ml_kem768 =>
  parameterSet === 'ML-KEM-768' ? ml_kem768 : ml_kem1024;

/** A promise of synchronous work: what it throws becomes a rejection. */
const settle = <T>(work: () => T): Promise<T> =>
  new Promise((resolve) => {
    resolve(work());
  });
