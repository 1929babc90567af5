import { defaultSuite } from '#default-suite';
import type { CryptoSuite, EcPrivateKey } from '../../crypto/suite.js';
import type { Bytes } from '../../wire/bytes.js';
import { type AccountOptions, openKeyBytes } from '../keys.js';
import { AccountClientKey, type DataKey } from './data-key.js';
import type { OpenReport } from './wrap.js';

/** An account's EC key pair as a server stores it. */
export interface SealedEcKeyPair {
  /** The uncompressed point, 65 bytes. */
  readonly publicKey: Bytes;
  /** AES-GCM of the scalar under the data key, 60 bytes. */
  readonly encryptedPrivateKey: Bytes;
}

/** Makes an account's EC key pair: the key, and what a server stores. */
export async function createEcKeyPair(
  dataKey: DataKey,
  options: { readonly suite?: CryptoSuite } = {},
): Promise<{ readonly privateKey: EcPrivateKey; readonly sealed: SealedEcKeyPair }> {
  const privateKey = await (options.suite ?? defaultSuite).generateEcPrivateKey({ extractable: true });
  const encryptedPrivateKey = await dataKey.wrapEcPrivateKey(privateKey);
  return { privateKey, sealed: { publicKey: privateKey.publicKey.bytes, encryptedPrivateKey } };
}

/**
 * Opens an account's EC key pair.
 *
 * @param sealed the public half may be absent, except under WebCrypto; where it is there, it is checked
 * @throws VaultwireError `message-too-short`, `open-failed`, `key-invalid`, `public-key-required`
 */
export async function openEcKeyPair(
  dataKey: DataKey,
  sealed: { readonly publicKey?: Uint8Array | undefined; readonly encryptedPrivateKey: Uint8Array },
  options: AccountOptions = {},
): Promise<{ readonly privateKey: EcPrivateKey; readonly report: OpenReport<'data-key-gcm'> }> {
  const privateKey = await dataKey.unwrapEcPrivateKey(sealed.encryptedPrivateKey, sealed.publicKey, options);
  return { privateKey, report: { wrap: 'data-key-gcm', authenticated: true } };
}

/** Wraps an account's client key under the data key with AES-CBC: 64 bytes. @throws VaultwireError `key-not-extractable` */
export async function wrapAccountClientKey(dataKey: DataKey, clientKey: AccountClientKey): Promise<Bytes> {
  const bytes = await clientKey.exportSecretBytes();
  const wrapped = await dataKey.unauthenticatedKey().seal(bytes);
  bytes.fill(0);
  return wrapped;
}

/**
 * Opens an account's client key, which AES-CBC does not authenticate.
 *
 * @throws VaultwireError `open-failed` for every failure alike
 */
export async function openAccountClientKey(
  dataKey: DataKey,
  wrapped: Uint8Array,
  options: AccountOptions = {},
): Promise<{ readonly clientKey: AccountClientKey; readonly report: OpenReport<'data-key-cbc'> }> {
  const bytes = await openKeyBytes(dataKey.unauthenticatedKey(), wrapped);
  const key = await (options.suite ?? defaultSuite).importAesKey(bytes, options);
  bytes.fill(0);
  return { clientKey: new AccountClientKey(key), report: { wrap: 'data-key-cbc', authenticated: false } };
}
