import { defaultSuite } from '#default-suite';
import { AES_KEY_LENGTH, type CryptoSuite, type EcPrivateKey, type EcPublicKey } from '../../crypto/suite.js';
import { open as openEcies, seal as sealEcies } from '../../ecies/index.js';
import { assertBytes, copyBytes, equalBytes, type Bytes } from '../../wire/bytes.js';
import { VaultwireError } from '../../wire/error.js';
import { importFolderKey, RecordKey, type FolderKey, type AccountOptions } from '../keys.js';
import { importTeamKey, type TeamKey } from './data-key.js';
import type { OpenReport } from './wrap.js';

export interface ShareOptions {
  /**
   * The user's public key (65 bytes) as the caller knows it, from a pin or a fingerprint that two people compared. The
   * server hands public keys out, and whoever it hands its own for reads everything that is shared.
   */
  readonly expectedPublicKey?: Uint8Array;
  readonly suite?: CryptoSuite;
}

/**
 * Wraps the key of a record, a folder or a team to a user's (or a team's) EC public key: 125 bytes.
 *
 * @param user a key object, or the uncompressed point (65 bytes)
 * @throws VaultwireError `user-key-unexpected` when it is not the expected one, `point-invalid`, `key-not-extractable`
 */
export async function shareKey(
  user: EcPublicKey | Uint8Array,
  key: RecordKey | FolderKey | TeamKey,
  options: ShareOptions = {},
): Promise<Bytes> {
  const to = ArrayBuffer.isView(user) ? copyBytes(user) : user;
  const { expectedPublicKey } = options;
  if (expectedPublicKey) assertExpected('bytes' in to ? to.bytes : to, expectedPublicKey);
  const bytes = await key.exportSecretBytes();
  const wrapped = await sealEcies(to, bytes, options);
  bytes.fill(0);
  return wrapped;
}

/** A key that somebody shared, and how it opened. */
export interface OpenedShare<Key> {
  readonly key: Key;
  readonly report: OpenReport<'user-ec'>;
}

/** Opens a record key that was shared with this user. @throws VaultwireError `message-too-short`, `point-invalid`, `open-failed` */
export async function openSharedRecordKey(
  user: EcPrivateKey,
  wrapped: Uint8Array,
  options: AccountOptions = {},
): Promise<OpenedShare<RecordKey>> {
  const suite = options.suite ?? defaultSuite;
  return openShare(user, wrapped, options, async (bytes) => new RecordKey(await suite.importAesKey(bytes, options)));
}

/** {@link openSharedRecordKey} for a folder's key. */
export async function openSharedFolderKey(
  user: EcPrivateKey,
  wrapped: Uint8Array,
  options: AccountOptions = {},
): Promise<OpenedShare<FolderKey>> {
  return openShare(user, wrapped, options, (bytes) => importFolderKey(bytes, options));
}

/** {@link openSharedRecordKey} for a team's key. */
export async function openSharedTeamKey(
  user: EcPrivateKey,
  wrapped: Uint8Array,
  options: AccountOptions = {},
): Promise<OpenedShare<TeamKey>> {
  return openShare(user, wrapped, options, (bytes) => importTeamKey(bytes, options));
}

async function openShare<Key>(
  user: EcPrivateKey,
  wrapped: Uint8Array,
  options: AccountOptions,
  importKey: (bytes: Bytes) => Promise<Key>,
): Promise<OpenedShare<Key>> {
  const bytes = await openEcies(user, wrapped, options);
  if (bytes.length !== AES_KEY_LENGTH) {
    bytes.fill(0);
    throw new VaultwireError('open-failed', 'shared key: expected 32 bytes');
  }
  const key = await importKey(bytes);
  bytes.fill(0);
  return { key, report: { wrap: 'user-ec', authenticated: true } };
}

function assertExpected(publicKey: Uint8Array, expected: Uint8Array): void {
  assertBytes(expected, 'expected public key');
  if (!equalBytes(publicKey, expected)) {
    throw new VaultwireError('user-key-unexpected', "public key: not the user's that was expected");
  }
}
