import { defaultSuite } from '#default-suite';
import { AES_KEY_LENGTH, type EcPrivateKey, type EcPublicKey, type CryptoSuite } from '../../crypto/suite.js';
import { open as openEcies, seal as sealEcies } from '../../ecies/index.js';
import { copyBytes, type Bytes } from '../../wire/bytes.js';
import { VaultwireError } from '../../wire/error.js';
import { digest } from '../digest.js';
import type { AccountOptions } from '../keys.js';
import { importDataKey, type DataKey } from './data-key.js';
import { openEncryptionParams, type OpenDataKeyDigestOptions, type OpenedDataKey } from './encryption-params.js';
import { deriveDomainKey, type KdfOptions, type KdfParameters, type Password } from './kdf.js';
import { assertWrapAllowed, type DataKeyWrapKind } from './wrap.js';

/**
 * Wraps a data key to a device's public key, as an approved device does for a new one: 125 bytes.
 *
 * @param device a key object, or the uncompressed point (65 bytes)
 * @throws VaultwireError `point-invalid`, `key-not-extractable`
 */
export async function wrapDataKeyToDevice(
  dataKey: DataKey,
  device: EcPublicKey | Uint8Array,
  options: { readonly suite?: CryptoSuite } = {},
): Promise<Bytes> {
  const to = ArrayBuffer.isView(device) ? copyBytes(device) : device;
  const bytes = await dataKey.exportSecretBytes();
  const wrapped = await sealEcies(to, bytes, options);
  bytes.fill(0);
  return wrapped;
}

/**
 * Opens a data key that was wrapped to this device. Anyone can wrap one to a public key, the server included, so that a
 * data key which opens is the account's only if it is the one that was seen before: compare it with what you stored.
 *
 * @throws VaultwireError `message-too-short`, `point-invalid`, `open-failed`
 */
export async function openDeviceDataKey(
  device: EcPrivateKey,
  wrapped: Uint8Array,
  options: AccountOptions & OpenDataKeyDigestOptions = {},
): Promise<OpenedDataKey> {
  const opened = await importOpened(await openEcies(device, wrapped, options), options);
  return { ...opened, report: { wrap: 'device', authenticated: true } };
}

/**
 * Wraps a data key under a key that the domain-separated derivation made of a password: AES-GCM, 60 bytes.
 *
 * @throws VaultwireError `parameter-out-of-range`, `length-invalid`, `argument-invalid`, `key-not-extractable`
 */
export async function wrapAlternateDataKey(
  dataKey: DataKey,
  domain: string,
  password: Password,
  parameters: KdfParameters,
  options: KdfOptions = {},
): Promise<Bytes> {
  const suite = options.suite ?? defaultSuite;
  const { bytes } = await deriveDomainKey(domain, password, parameters, options);
  const key = await suite.importAesKey(bytes);
  bytes.fill(0);
  const secret = await dataKey.exportSecretBytes();
  const wrapped = await key.seal(secret);
  secret.fill(0);
  return wrapped;
}

/**
 * Opens what {@link wrapAlternateDataKey} made.
 *
 * @throws VaultwireError `parameter-out-of-range` before any derivation, `length-invalid`, `message-too-short`,
 *   `open-failed`
 */
export async function openAlternateDataKey(
  wrapped: Uint8Array,
  domain: string,
  password: Password,
  parameters: KdfParameters,
  options: KdfOptions & AccountOptions & OpenDataKeyDigestOptions = {},
): Promise<OpenedDataKey> {
  const suite = options.suite ?? defaultSuite;
  const sealed = copyBytes(wrapped);
  const { bytes, kdf } = await deriveDomainKey(domain, password, parameters, options);
  const key = await suite.importAesKey(bytes);
  bytes.fill(0);
  const opened = await importOpened(await key.open(sealed), options);
  return { ...opened, report: { wrap: 'alternate', authenticated: true, kdf } };
}

/** A wrapped data key as a login answer labels it. The label is the server's word. */
export type WrappedDataKey =
  | { readonly kind: 'password'; readonly encryptionParams: Uint8Array }
  | { readonly kind: 'device'; readonly bytes: Uint8Array }
  | { readonly kind: 'alternate'; readonly bytes: Uint8Array; readonly parameters: KdfParameters };

/** What a caller can open a data key with. What it leaves out is not tried. */
export interface DataKeySecrets {
  readonly password?: Password;
  readonly deviceKey?: EcPrivateKey;
  /** For `alternate`: the domain of the derivation and the password that goes with it. */
  readonly alternate?: { readonly domain: string; readonly password: Password };
}

export interface OpenDataKeyOptions extends KdfOptions, AccountOptions, OpenDataKeyDigestOptions {
  /** The kinds of wrap that this device takes: on a known account, the one it has seen before. */
  readonly allowedWraps: readonly DataKeyWrapKind[];
}

/**
 * Opens an account's data key, in whichever way the server sent it, among those that the caller allows.
 *
 * @throws VaultwireError `wrap-refused` for a kind that is not allowed, `key-missing` without the secret for it, and
 *   what the kind's own opening throws
 */
export async function openDataKey(
  wrapped: WrappedDataKey,
  secrets: DataKeySecrets,
  options: OpenDataKeyOptions,
): Promise<OpenedDataKey> {
  assertWrapAllowed(wrapped.kind, options.allowedWraps, 'data key');
  switch (wrapped.kind) {
    case 'password':
      if (secrets.password === undefined) break;
      return openEncryptionParams(wrapped.encryptionParams, secrets.password, options);
    case 'device':
      if (!secrets.deviceKey) break;
      return openDeviceDataKey(secrets.deviceKey, wrapped.bytes, options);
    case 'alternate': {
      if (!secrets.alternate) break;
      const { domain, password } = secrets.alternate;
      return openAlternateDataKey(wrapped.bytes, domain, password, wrapped.parameters, options);
    }
  }
  throw new VaultwireError('key-missing', 'data key: expected the secret for this kind of wrap');
}

async function importOpened(
  bytes: Bytes,
  options: AccountOptions & OpenDataKeyDigestOptions,
): Promise<Pick<OpenedDataKey, 'dataKey' | 'digest'>> {
  if (bytes.length !== AES_KEY_LENGTH) {
    bytes.fill(0);
    throw new VaultwireError('open-failed', 'data key: expected 32 bytes');
  }
  const { suite = defaultSuite, digests = false } = options;
  const dataKey = await importDataKey(bytes, options);
  const commitment = digests ? await digest(bytes, suite) : undefined;
  bytes.fill(0);
  return { dataKey, digest: commitment };
}
