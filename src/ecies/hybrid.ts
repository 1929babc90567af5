import { defaultSuite } from '#default-suite';
import {
  AES_KEY_LENGTH,
  GCM_NONCE_LENGTH,
  GCM_TAG_LENGTH,
  P256_PUBLIC_KEY_LENGTH,
  type AesKey,
  type CryptoSuite,
  type EcPrivateKey,
  type EcPublicKey,
} from '../crypto/suite.js';
import { draw } from '../crypto/random.js';
import { assertBytes, concatBytes, copyBytes, encodeUtf8, type Bytes } from '../wire/bytes.js';
import { VaultwireError } from '../wire/error.js';
import { ML_KEM_SHARED_SECRET_LENGTH, selectMlKem, type MlKemOptions, type MlKemPrivateKey } from './ml-kem.js';
import { lengthsOf, type MlKemParameterSet, type MlKemPublicKey } from './ml-kem-key.js';

/**
 * The quantum-resistant variant of ECIES: P-256 and ML-KEM together, so that a message stays closed until both are
 * broken. It is named after HPKE and is not RFC 9180 (wire note: ECIES).
 */
export { importMlKemPublicKey, ML_KEM_LENGTHS, type MlKemParameterSet, type MlKemPublicKey } from './ml-kem-key.js';
export {
  generateMlKemPrivateKey,
  importMlKemPrivateKey,
  ML_KEM_SEED_LENGTH,
  ML_KEM_SHARED_SECRET_LENGTH,
  nobleMlKem,
  nodeMlKem,
  type MlKem,
  type MlKemEncapsulation,
  type MlKemOptions,
  type MlKemPrivateKey,
  type NodeMlKemCrypto,
} from './ml-kem.js';
export {
  decodeMlKemPem,
  decodeMlKemSpki,
  encodeMlKemKeyFile,
  encodeMlKemPem,
  encodeMlKemSpki,
  MAXIMUM_PEM_LENGTH,
} from './ml-kem-pem.js';

/** The one version of the hybrid message; it enters the key derivation as a byte. */
export const HYBRID_VERSION = 1;
/** Length of the optional data that both ends may mix into the key, in bytes. */
export const HYBRID_OPTIONAL_DATA_LENGTH = 16;

/** The names of the two suites, as they enter the key derivation. */
export const HYBRID_SUITES: Readonly<Record<MlKemParameterSet, string>> = {
  'ML-KEM-768': 'HPKE_ML-KEM-768_ECDH-P256_HKDF-SHA256_AES-GCM-256',
  'ML-KEM-1024': 'HPKE_ML-KEM-1024_ECDH-P256_HKDF-SHA256_AES-GCM-256',
};

/** Both public keys of a recipient. */
export interface HybridPublicKey {
  readonly ec: EcPublicKey;
  readonly mlKem: MlKemPublicKey;
}

/** Both private keys of a recipient, wherever they live. */
export interface HybridPrivateKey {
  readonly ec: EcPrivateKey;
  readonly mlKem: MlKemPrivateKey;
}

/** A message sealed to both keys. */
export interface HybridMessage {
  /** The sender's ephemeral point, 65 bytes. */
  readonly clientEcPublicKey: Uint8Array;
  /** The ML-KEM ciphertext: 1088 bytes (768) or 1568 (1024). */
  readonly mlKemEncapsulatedKey: Uint8Array;
  /** AES-GCM of the plaintext: `nonce(12) || ciphertext || tag(16)`. */
  readonly data: Uint8Array;
  /** {@link HYBRID_VERSION}. */
  readonly version: number;
}

/** What {@link seal} returns: a message whose bytes belong to the caller. */
export interface SealedHybridMessage extends HybridMessage {
  readonly clientEcPublicKey: Bytes;
  readonly mlKemEncapsulatedKey: Bytes;
  readonly data: Bytes;
}

export interface HybridOptions extends MlKemOptions {
  /** 16 bytes that both ends mix into the key. Default none. */
  readonly optionalData?: Uint8Array;
}

const NO_DATA = new Uint8Array(0);
const SALT_LENGTH = 32;
const SHARED_SECRET_LENGTH = 32;

/**
 * Seals a message to the two public keys of a recipient (wire note: ECIES, hybrid). It draws from the suite, in this
 * order: the ephemeral P-256 key, the 32 bytes of ML-KEM, the nonce. Anyone can seal to a public key: a message that
 * opens says nothing of who made it.
 *
 * @throws VaultwireError `length-invalid` for optional data that is not 16 bytes, and when an ML-KEM implementation of
 *   the caller returns other lengths than FIPS 203 has; `point-invalid`, `key-invalid`
 */
export async function seal(
  recipient: HybridPublicKey,
  plaintext: Uint8Array,
  options: HybridOptions = {},
): Promise<SealedHybridMessage> {
  const suite = options.suite ?? defaultSuite;
  assertBytes(plaintext, 'plaintext');
  const message = copyBytes(plaintext);
  const optionalData = optionalDataOf(options);
  const { parameterSet } = recipient.mlKem;
  const { ciphertext: ciphertextLength } = lengthsOf(parameterSet);

  const ephemeral = await suite.generateEcPrivateKey();
  const ecSecret = await ephemeral.sharedSecret(recipient.ec);
  const { ciphertext, sharedSecret } = await selectMlKem(options).encapsulate(recipient.mlKem, (length) =>
    draw(suite, length),
  );
  assertBytes(ciphertext, `${parameterSet} ciphertext`, ciphertextLength);
  const clientEcPublicKey = ephemeral.publicKey.bytes;
  const key = await messageKey(suite, ecSecret, sharedSecret, {
    optionalData,
    parameterSet,
    recipientPoint: recipient.ec.bytes,
    clientEcPublicKey,
    ciphertext,
  });
  return {
    clientEcPublicKey,
    mlKemEncapsulatedKey: copyBytes(ciphertext),
    data: await key.seal(message),
    version: HYBRID_VERSION,
  };
}

/**
 * Opens what {@link seal} made.
 *
 * @throws VaultwireError `parameter-out-of-range` for another version, `length-invalid` for a point, a ciphertext or
 *   optional data of a wrong length, `message-too-short` for data below 28 bytes, `point-invalid`, and `open-failed`
 *   for everything that only the tag can tell: other keys, another suite, other optional data, a changed ciphertext
 */
export async function open(
  recipient: HybridPrivateKey,
  message: HybridMessage,
  options: HybridOptions = {},
): Promise<Bytes> {
  const suite = options.suite ?? defaultSuite;
  const optionalData = optionalDataOf(options);
  const { parameterSet } = recipient.mlKem.publicKey;
  if (message.version !== HYBRID_VERSION) {
    throw new VaultwireError('parameter-out-of-range', `version: expected ${HYBRID_VERSION}`);
  }
  assertBytes(message.clientEcPublicKey, 'clientEcPublicKey', P256_PUBLIC_KEY_LENGTH);
  assertBytes(message.mlKemEncapsulatedKey, 'mlKemEncapsulatedKey', lengthsOf(parameterSet).ciphertext);
  assertBytes(message.data, 'data');
  if (message.data.length < GCM_NONCE_LENGTH + GCM_TAG_LENGTH) {
    throw new VaultwireError('message-too-short', 'data: expected at least 28 bytes');
  }
  const clientEcPublicKey = copyBytes(message.clientEcPublicKey);
  const ciphertext = copyBytes(message.mlKemEncapsulatedKey);
  const data = copyBytes(message.data);

  const ephemeral = await suite.importEcPublicKey(clientEcPublicKey);
  const ecSecret = await recipient.ec.sharedSecret(ephemeral);
  const sharedSecret = await recipient.mlKem.decapsulate(ciphertext);
  const key = await messageKey(suite, ecSecret, sharedSecret, {
    optionalData,
    parameterSet,
    recipientPoint: recipient.ec.publicKey.bytes,
    clientEcPublicKey,
    ciphertext,
  });
  return key.open(data);
}

interface Transcript {
  readonly optionalData: Bytes;
  readonly parameterSet: MlKemParameterSet;
  readonly recipientPoint: Uint8Array;
  readonly clientEcPublicKey: Uint8Array;
  readonly ciphertext: Uint8Array;
}

async function messageKey(
  suite: CryptoSuite,
  ecSecret: Bytes,
  mlKemSecret: Bytes,
  transcript: Transcript,
): Promise<AesKey> {
  // Either may come from a key of the caller's own, and a shorter one would let the other half slide into its place.
  assertBytes(ecSecret, 'ECDH shared secret', SHARED_SECRET_LENGTH);
  assertBytes(mlKemSecret, 'ML-KEM shared secret', ML_KEM_SHARED_SECRET_LENGTH);
  assertBytes(transcript.recipientPoint, 'recipient public key', P256_PUBLIC_KEY_LENGTH);
  const inputKey = concatBytes(ecSecret, mlKemSecret);
  const info = concatBytes(
    transcript.optionalData,
    encodeUtf8(HYBRID_SUITES[transcript.parameterSet]),
    transcript.recipientPoint,
    transcript.clientEcPublicKey,
    await suite.sha256(transcript.ciphertext),
    Uint8Array.of(HYBRID_VERSION),
  );
  const bytes = await suite.hkdfSha256(inputKey, new Uint8Array(SALT_LENGTH), info, AES_KEY_LENGTH);
  const key = await suite.importAesKey(bytes);
  for (const secret of [ecSecret, mlKemSecret, inputKey, bytes]) secret.fill(0);
  return key;
}

function optionalDataOf(options: HybridOptions): Bytes {
  const { optionalData } = options;
  if (optionalData === undefined) return NO_DATA;
  assertBytes(optionalData, 'optional data', HYBRID_OPTIONAL_DATA_LENGTH);
  return copyBytes(optionalData);
}
