import { pow } from '@noble/curves/abstract/modular.js';
import { bytesToNumberBE, numberToBytesBE } from '@noble/curves/utils.js';
import { defaultSuite } from '#default-suite';
import { rsaPrimitive } from '#rsa';
import { RedactedKey } from '../crypto/redacted.js';
import { assertRsaPublicNumbers, type RsaPrivateOperation } from '../crypto/rsa.js';
import { AES_KEY_LENGTH, type CryptoSuite } from '../crypto/suite.js';
import { assertBytes, concatBytes, copyBytes, encodeUtf8, equalBytes, type Bytes } from '../wire/bytes.js';
import { VaultwireError } from '../wire/error.js';
import { decodeRsaPrivateKey, decodeRsaPublicKey, encodeRsaPublicKey } from '../wire/pkcs1.js';
import { importTeamKey, type DataKey, type TeamKey } from './account/data-key.js';
import { cbcWrapUnder, type OpenReport } from './account/wrap.js';
import { importFolderKey, RecordKey, type FolderKey, type AccountOptions } from './keys.js';

// Sharing as accounts without an EC key pair did it (wire note: ECIES, RSA): RSA with PKCS#1 v1.5 padding. Whoever can
// tell bad padding from good decrypts everything with a million questions (Bleichenbacher), so here nobody can: what
// does not unpad to a key gives another key, always the same for the same bytes, which then opens nothing.

/** An RSA private key. Whoever implements `unwrapKeyBytes` has one. */
export interface RsaPrivateKey {
  /**
   * The 32 bytes of a wrapped key. Ciphertexts shorter than the modulus are padded with zeros on the left.
   *
   * What was not wrapped to this key, or wraps anything but 32 bytes, gives 32 bytes too: an implementation must not
   * let anyone tell.
   *
   * @throws VaultwireError `open-failed` for what is longer than the modulus or not below it, which is no secret
   */
  unwrapKeyBytes(wrapped: Uint8Array): Promise<Bytes>;
}

/** A report on something that RSA wrapped. It is never authenticated: RSA refuses nothing, and anyone can wrap. */
export type RsaReport = OpenReport<'user-rsa'>;

/** A key that somebody shared by RSA. It may be the wrong one: then nothing opens under it. */
export interface OpenedRsaShare<Key> {
  readonly key: Key;
  readonly report: RsaReport;
}

/**
 * An RSA private key from PKCS#1 DER.
 *
 * @throws VaultwireError `der-invalid`, `key-invalid` for numbers that do not fit or a modulus of other than 2048 to
 *   4096 bits
 */
export async function importRsaPrivateKey(
  der: Uint8Array,
  options: { readonly suite?: CryptoSuite } = {},
): Promise<RsaPrivateKey> {
  assertBytes(der, 'RSA private key');
  const suite = options.suite ?? defaultSuite;
  const own = copyBytes(der);
  const { privateExponent, modulus } = decodeRsaPrivateKey(own);
  const operation = rsaPrimitive(own, suite.randomBytes.bind(suite));
  const rejection = await suite.hmacSha256(privateExponent, encodeUtf8(REJECTION_LABEL));
  own.fill(0);
  return new ImportedRsaPrivateKey(operation, modulus, rejection, suite);
}

/**
 * Opens an account's or a team's RSA private key, which lies as PKCS#1 DER under AES-CBC.
 *
 * @throws VaultwireError `open-failed` for every failure alike
 */
export async function openRsaPrivateKey(
  under: DataKey | TeamKey,
  sealed: Uint8Array,
  options: { readonly suite?: CryptoSuite } = {},
): Promise<{
  readonly privateKey: RsaPrivateKey;
  readonly report: OpenReport<'data-key-cbc' | 'team-cbc'>;
}> {
  const wrap = cbcWrapUnder(under) === 'team-cbc' ? 'team-cbc' : 'data-key-cbc';
  const cbc = under.unauthenticatedKey();
  try {
    const privateKey = await importRsaPrivateKey(await cbc.open(sealed), options);
    return { privateKey, report: { wrap, authenticated: false } };
  } catch {
    // Padding that fits and a key that does not: to tell them apart would be a padding oracle.
    throw new VaultwireError('open-failed', 'RSA private key: does not open');
  }
}

/**
 * Seals an RSA private key, as account keys of old are stored.
 *
 * @param der PKCS#1, which is checked
 * @throws VaultwireError `der-invalid`, `key-invalid`
 */
export async function sealRsaPrivateKey(
  under: DataKey | TeamKey,
  der: Uint8Array,
  options: { readonly suite?: CryptoSuite } = {},
): Promise<Bytes> {
  const own = copyBytes(der);
  await importRsaPrivateKey(own, options);
  const sealed = await under.unauthenticatedKey().seal(own);
  own.fill(0);
  return sealed;
}

/** The RSAPublicKey (PKCS#1 DER) that belongs to a private key. @throws VaultwireError `der-invalid` */
export function rsaPublicKeyOf(privateKeyDer: Uint8Array): Bytes {
  assertBytes(privateKeyDer, 'RSA private key');
  const { modulus, publicExponent } = decodeRsaPrivateKey(privateKeyDer);
  return encodeRsaPublicKey(modulus, publicExponent);
}

/** The public keys of a user, as a server hands them out. */
export interface RsaRecipient {
  /** PKCS#1 DER. */
  readonly rsaPublicKey: Uint8Array;
  /** Where the user has one, which is not empty: then RSA is refused, as `shareKey` does better. */
  readonly ecPublicKey?: Uint8Array | undefined;
}

export interface RsaShareOptions {
  /** The user's RSA public key (PKCS#1 DER) as the caller knows it. See `ShareOptions.expectedPublicKey`. */
  readonly expectedPublicKey?: Uint8Array;
  readonly suite?: CryptoSuite;
}

/**
 * Wraps the key of a record, a folder or a team to a user who has an RSA key alone: as many bytes as the modulus.
 *
 * @throws VaultwireError `wrap-refused` when the user has an EC key, `user-key-unexpected`, `der-invalid`,
 *   `key-invalid`, `key-not-extractable`
 */
export async function shareKeyByRsa(
  user: RsaRecipient,
  key: RecordKey | FolderKey | TeamKey,
  options: RsaShareOptions = {},
): Promise<Bytes> {
  const { suite = defaultSuite, expectedPublicKey } = options;
  assertBytes(user.rsaPublicKey, 'RSA public key');
  if (user.ecPublicKey && user.ecPublicKey.length > 0) {
    throw new VaultwireError('wrap-refused', 'user: expected RSA only where there is no EC key');
  }
  if (expectedPublicKey && !equalBytes(user.rsaPublicKey, expectedPublicKey)) {
    throw new VaultwireError('user-key-unexpected', "RSA public key: not the user's that was expected");
  }
  const [modulus, publicExponent] = decodeRsaPublicKey(user.rsaPublicKey);
  assertRsaPublicNumbers(modulus, publicExponent);
  const bytes = await key.exportSecretBytes();
  const padded = pad(bytes, modulus.length, suite);
  bytes.fill(0);
  const power = pow(bytesToNumberBE(padded), bytesToNumberBE(publicExponent), bytesToNumberBE(modulus));
  padded.fill(0);
  return copyBytes(numberToBytesBE(power, modulus.length));
}

/** Opens a record key that was shared by RSA. @throws VaultwireError `open-failed` for what is no ciphertext at all */
export async function openRsaRecordKey(
  user: RsaPrivateKey,
  wrapped: Uint8Array,
  options: AccountOptions = {},
): Promise<OpenedRsaShare<RecordKey>> {
  const suite = options.suite ?? defaultSuite;
  return openShare(user, wrapped, async (bytes) => new RecordKey(await suite.importAesKey(bytes, options)));
}

/** {@link openRsaRecordKey} for a folder's key. */
export async function openRsaFolderKey(
  user: RsaPrivateKey,
  wrapped: Uint8Array,
  options: AccountOptions = {},
): Promise<OpenedRsaShare<FolderKey>> {
  return openShare(user, wrapped, (bytes) => importFolderKey(bytes, options));
}

/** {@link openRsaRecordKey} for a team's key. */
export async function openRsaTeamKey(
  user: RsaPrivateKey,
  wrapped: Uint8Array,
  options: AccountOptions = {},
): Promise<OpenedRsaShare<TeamKey>> {
  return openShare(user, wrapped, (bytes) => importTeamKey(bytes, options));
}

async function openShare<Key>(
  user: RsaPrivateKey,
  wrapped: Uint8Array,
  importKey: (bytes: Bytes) => Promise<Key>,
): Promise<OpenedRsaShare<Key>> {
  const bytes = await user.unwrapKeyBytes(wrapped);
  const key = await importKey(bytes);
  bytes.fill(0);
  return { key, report: { wrap: 'user-rsa', authenticated: false } };
}

const REJECTION_LABEL = 'vaultwire RSA implicit rejection';

class ImportedRsaPrivateKey extends RedactedKey implements RsaPrivateKey {
  readonly #operation: RsaPrivateOperation;
  readonly #modulus: Bytes;
  readonly #rejection: Bytes;
  readonly #suite: CryptoSuite;

  constructor(operation: RsaPrivateOperation, modulus: Bytes, rejection: Bytes, suite: CryptoSuite) {
    super('RsaPrivateKey');
    this.#operation = operation;
    this.#modulus = modulus;
    this.#rejection = rejection;
    this.#suite = suite;
  }

  async unwrapKeyBytes(wrapped: Uint8Array): Promise<Bytes> {
    assertBytes(wrapped, 'RSA ciphertext');
    const { length } = this.#operation;
    if (wrapped.length > length) throwNotBelow();
    const ciphertext = new Uint8Array(length);
    ciphertext.set(wrapped, length - wrapped.length);
    if (!isBelow(ciphertext, this.#modulus)) throwNotBelow();
    const substitute = await this.#suite.hmacSha256(this.#rejection, ciphertext);
    const padded = this.#operation.decrypt(ciphertext);
    const bytes = unpad(padded, substitute);
    padded.fill(0);
    return bytes;
  }
}

/** EME-PKCS1-v1_5 (RFC 8017, 7.2.1): `0 || 2 || random bytes other than 0 || 0 || message`. */
function pad(message: Bytes, length: number, suite: CryptoSuite): Bytes {
  const padding: number[] = [];
  const wanted = length - message.length - 3;
  while (padding.length < wanted) {
    for (const byte of suite.randomBytes(wanted - padding.length)) if (byte !== 0) padding.push(byte);
  }
  return concatBytes(Uint8Array.of(0, 2), Uint8Array.from(padding), Uint8Array.of(0), message);
}

/**
 * Takes a 32-byte message out of EME-PKCS1-v1_5, or the substitute, without a branch or an index that depends on which.
 * As the length is known, the one zero must stand where it must.
 */
function unpad(padded: Bytes, substitute: Bytes): Bytes {
  const separator = padded.length - AES_KEY_LENGTH - 1;
  let wrong = (padded[0] ?? 1) | ((padded[1] ?? 0) ^ 2) | (padded[separator] ?? 1);
  for (let index = 2; index < separator; index++) wrong |= isZero(padded[index] ?? 0);
  const keep = -isZero(wrong) & 0xff;
  const message = new Uint8Array(AES_KEY_LENGTH);
  for (let index = 0; index < AES_KEY_LENGTH; index++) {
    message[index] = ((padded[separator + 1 + index] ?? 0) & keep) | ((substitute[index] ?? 0) & ~keep);
  }
  return message;
}

/** 1 for 0 and 0 for 1 to 255. */
const isZero = (byte: number): number => ((byte - 1) >>> 31) & 1;

/** Both are public. */
function isBelow(number: Bytes, limit: Bytes): boolean {
  for (let index = 0; index < limit.length; index++) {
    const difference = (number[index] ?? 0) - (limit[index] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

function throwNotBelow(): never {
  throw new VaultwireError('open-failed', 'RSA ciphertext: expected one below the modulus');
}
