import type { AesKey, CryptoSuite } from 'vaultwire/crypto';
import {
  checkAuthVerifier,
  checkLoginProof,
  createEcKeyPair,
  deriveDomainKey,
  deriveLoginProof,
  importDataKey,
  importTeamKey,
  makeAuthVerifier,
  makeEncryptionParams,
  openAccountClientKey,
  openAlternateDataKey,
  openDataKey,
  openDeviceDataKey,
  openEcKeyPair,
  openEncryptionParams,
  openSharedFolderKey,
  openSharedRecordKey,
  openSharedTeamKey,
  shareKey,
  wrapAccountClientKey,
  wrapAlternateDataKey,
  wrapDataKeyToDevice,
  AccountClientKey,
  type DataKey,
  type DataKeyWrapKind,
  type OpenedDataKey,
  type TeamKey,
  type WrappedDataKey,
} from 'vaultwire/keychain/account';
import { FolderKey, RecordKey } from 'vaultwire/keychain';
import {
  importLegacyRecordKey,
  unwrapLegacyFolderKey,
  unwrapLegacyRecordKey,
  unwrapLegacyWrappedRecordKey,
  wrapLegacyKey,
  type LegacyRecordKey,
  type LegacyWrappingKey,
} from 'vaultwire/keychain/legacy-cbc';
import { makePamConfiguration, readPamConfiguration } from 'vaultwire/keychain/pam';
import {
  importRsaPrivateKey,
  openRsaFolderKey,
  openRsaPrivateKey,
  openRsaRecordKey,
  openRsaTeamKey,
  sealRsaPrivateKey,
  shareKeyByRsa,
} from 'vaultwire/keychain/rsa';
import { fromHex, toHex, type Hex } from './bytes.js';
import type { Json, JsonMap, Outcome } from './file.js';
import { importPrivateKey, type KeyPair } from './messages.js';
import { withRandomness } from './randomness.js';

// The keys of an account: from its master password down to what users share.

/** How many iterations the caller takes; the library's own bounds where they are absent. */
interface Bounds {
  readonly minimumIterations?: number;
  readonly maximumIterations?: number;
}

const boundsOf = ({ minimumIterations, maximumIterations }: Bounds) => ({
  ...(minimumIterations !== undefined && { minimumIterations }),
  ...(maximumIterations !== undefined && { maximumIterations }),
});

interface Derivation extends Bounds {
  readonly password: string;
  readonly salt: Hex;
  readonly iterations: number;
}

const parametersOf = ({ salt, iterations }: Derivation) => ({ salt: fromHex(salt), iterations });

const extractable = (suite: CryptoSuite) => ({ suite, extractable: true });

const dataKeyOf = (bytes: Hex, suite: CryptoSuite): Promise<DataKey> =>
  importDataKey(fromHex(bytes), extractable(suite));

async function openedDataKey({ dataKey, report }: OpenedDataKey): Promise<Outcome> {
  const { authenticated, kdf } = report;
  const output = { dataKey: toHex(await dataKey.exportSecretBytes()), authenticated };
  return { output: { ...output, ...(kdf && { kdf: { ...kdf } }) } };
}

export interface EncryptionParamsMake extends Derivation {
  readonly dataKey: Hex;
  readonly iv: Hex;
}

export async function encryptionParamsMake(test: EncryptionParamsMake, base: CryptoSuite): Promise<Outcome> {
  const dataKey = await dataKeyOf(test.dataKey, base);
  return withRandomness(base, [test.salt, test.iv], async (suite) => {
    const options = { suite, iterations: test.iterations, ...boundsOf(test) };
    return { output: { encryptionParams: toHex(await makeEncryptionParams(dataKey, test.password, options)) } };
  });
}

export interface EncryptionParamsOpen extends Bounds {
  readonly password: string;
  readonly encryptionParams: Hex;
}

export async function encryptionParamsOpen(test: EncryptionParamsOpen, suite: CryptoSuite): Promise<Outcome> {
  const options = { ...extractable(suite), ...boundsOf(test) };
  return openedDataKey(await openEncryptionParams(fromHex(test.encryptionParams), test.password, options));
}

export async function authVerifierMake(test: Derivation, base: CryptoSuite): Promise<Outcome> {
  return withRandomness(base, [test.salt], async (suite) => {
    const options = { suite, iterations: test.iterations, ...boundsOf(test) };
    return { output: { authVerifier: toHex(await makeAuthVerifier(test.password, options)) } };
  });
}

export interface AuthVerifierCheck extends Bounds {
  readonly password: string;
  readonly authVerifier: Hex;
}

export async function authVerifierCheck(test: AuthVerifierCheck, suite: CryptoSuite): Promise<Outcome> {
  const options = { suite, ...boundsOf(test) };
  const { matches, kdf } = await checkAuthVerifier(fromHex(test.authVerifier), test.password, options);
  return { output: { matches, kdf: { ...kdf } }, refused: !matches };
}

export async function loginProofMake(test: Derivation, suite: CryptoSuite): Promise<Outcome> {
  const { proof } = await deriveLoginProof(test.password, parametersOf(test), { suite, ...boundsOf(test) });
  return { output: { loginProof: toHex(proof) } };
}

export async function loginProofCheck(
  test: { readonly authVerifier: Hex; readonly loginProof: Hex },
  suite: CryptoSuite,
): Promise<Outcome> {
  const matches = await checkLoginProof(fromHex(test.authVerifier), fromHex(test.loginProof), { suite });
  return { output: { matches }, refused: !matches };
}

export interface DomainKeyDerive extends Derivation {
  readonly domain: string;
}

export async function domainKeyDerive(test: DomainKeyDerive, suite: CryptoSuite): Promise<Outcome> {
  const options = { suite, ...boundsOf(test) };
  const { bytes } = await deriveDomainKey(test.domain, test.password, parametersOf(test), options);
  return { output: { key: toHex(bytes) } };
}

export interface AlternateDataKeyWrap extends DomainKeyDerive {
  readonly dataKey: Hex;
  readonly nonce: Hex;
}

export async function alternateDataKeyWrap(test: AlternateDataKeyWrap, base: CryptoSuite): Promise<Outcome> {
  const dataKey = await dataKeyOf(test.dataKey, base);
  return withRandomness(base, [test.nonce], async (suite) => {
    const options = { suite, ...boundsOf(test) };
    const { domain, password } = test;
    return {
      output: { wrapped: toHex(await wrapAlternateDataKey(dataKey, domain, password, parametersOf(test), options)) },
    };
  });
}

export interface AlternateDataKeyOpen extends DomainKeyDerive {
  readonly wrapped: Hex;
}

export async function alternateDataKeyOpen(test: AlternateDataKeyOpen, suite: CryptoSuite): Promise<Outcome> {
  const options = { ...extractable(suite), ...boundsOf(test) };
  const { domain, password } = test;
  return openedDataKey(
    await openAlternateDataKey(fromHex(test.wrapped), domain, password, parametersOf(test), options),
  );
}

interface EciesDraws {
  readonly ephemeralPrivateKey: Hex;
  readonly nonce: Hex;
}

export interface DeviceDataKeyWrap extends EciesDraws {
  readonly dataKey: Hex;
  readonly devicePublicKey: Hex;
}

export async function deviceDataKeyWrap(test: DeviceDataKeyWrap, base: CryptoSuite): Promise<Outcome> {
  const dataKey = await dataKeyOf(test.dataKey, base);
  return withRandomness(base, [test.ephemeralPrivateKey, test.nonce], async (suite) => ({
    output: { wrapped: toHex(await wrapDataKeyToDevice(dataKey, fromHex(test.devicePublicKey), { suite })) },
  }));
}

export interface DeviceDataKeyOpen {
  readonly device: KeyPair;
  readonly wrapped: Hex;
}

export async function deviceDataKeyOpen(test: DeviceDataKeyOpen, suite: CryptoSuite): Promise<Outcome> {
  const device = await importPrivateKey(suite, test.device);
  return openedDataKey(await openDeviceDataKey(device, fromHex(test.wrapped), extractable(suite)));
}

export interface DataKeyOpen extends Bounds {
  readonly device: KeyPair;
  readonly domain: string;
  readonly salt: Hex;
  readonly iterations: number;
  readonly password: string;
  readonly secrets: readonly DataKeyWrapKind[];
  readonly allowedWraps: readonly DataKeyWrapKind[];
  readonly kind: DataKeyWrapKind;
  readonly wrapped: Hex;
}

export async function dataKeyOpen(test: DataKeyOpen, suite: CryptoSuite): Promise<Outcome> {
  const { kind, password, domain, allowedWraps } = test;
  const bytes = fromHex(test.wrapped);
  const wrapped: WrappedDataKey =
    kind === 'password'
      ? { kind, encryptionParams: bytes }
      : kind === 'device'
        ? { kind, bytes }
        : { kind, bytes, parameters: parametersOf(test) };
  const secrets = {
    ...(test.secrets.includes('password') && { password }),
    ...(test.secrets.includes('device') && { deviceKey: await importPrivateKey(suite, test.device) }),
    ...(test.secrets.includes('alternate') && { alternate: { domain, password } }),
  };
  return openedDataKey(await openDataKey(wrapped, secrets, { ...extractable(suite), ...boundsOf(test), allowedWraps }));
}

export interface AccountKeyPairMake {
  readonly dataKey: Hex;
  readonly privateKey: Hex;
  readonly nonce: Hex;
}

export async function accountKeyPairMake(test: AccountKeyPairMake, base: CryptoSuite): Promise<Outcome> {
  return withRandomness(base, [test.privateKey, test.nonce], async (suite) => {
    const { sealed } = await createEcKeyPair(await dataKeyOf(test.dataKey, suite), { suite });
    return {
      output: { publicKey: toHex(sealed.publicKey), encryptedPrivateKey: toHex(sealed.encryptedPrivateKey) },
    };
  });
}

export interface AccountKeyPairOpen {
  readonly dataKey: Hex;
  readonly publicKey: Hex;
  readonly encryptedPrivateKey: Hex;
}

export async function accountKeyPairOpen(test: AccountKeyPairOpen, suite: CryptoSuite): Promise<Outcome> {
  const sealed = {
    publicKey: fromHex(test.publicKey),
    encryptedPrivateKey: fromHex(test.encryptedPrivateKey),
  };
  const { privateKey } = await openEcKeyPair(await dataKeyOf(test.dataKey, suite), sealed, extractable(suite));
  const scalar = await privateKey.exportSecretBytes?.();
  return { output: { privateKey: scalar ? toHex(scalar) : null } };
}

export interface ClientKeyWrap {
  readonly dataKey: Hex;
  readonly clientKey: Hex;
  readonly iv: Hex;
}

export async function clientKeyWrap(test: ClientKeyWrap, base: CryptoSuite): Promise<Outcome> {
  const clientKey = new AccountClientKey(await base.importAesKey(fromHex(test.clientKey), { extractable: true }));
  return withRandomness(base, [test.iv], async (suite) => ({
    output: { wrapped: toHex(await wrapAccountClientKey(await dataKeyOf(test.dataKey, suite), clientKey)) },
  }));
}

export async function clientKeyOpen(
  test: { readonly dataKey: Hex; readonly wrapped: Hex },
  suite: CryptoSuite,
): Promise<Outcome> {
  const dataKey = await dataKeyOf(test.dataKey, suite);
  const { clientKey } = await openAccountClientKey(dataKey, fromHex(test.wrapped), extractable(suite));
  return { output: { clientKey: toHex(await clientKey.exportSecretBytes()) } };
}

// Sharing

type SharedKind = 'record' | 'folder' | 'team';

async function sharedKeyOf(kind: SharedKind, bytes: Hex, suite: CryptoSuite): Promise<RecordKey | FolderKey | TeamKey> {
  if (kind === 'team') return importTeamKey(fromHex(bytes), extractable(suite));
  const key = await suite.importAesKey(fromHex(bytes), { extractable: true });
  if (kind === 'record') return new RecordKey(key);
  return new FolderKey({ records: key, folders: await suite.importAesCbcKey(fromHex(bytes), { extractable: true }) });
}

export interface KeyShare extends EciesDraws {
  readonly kind: SharedKind;
  readonly key: Hex;
  readonly userPublicKey: Hex;
  readonly expectedPublicKey?: Hex;
}

export async function keyShare(test: KeyShare, base: CryptoSuite): Promise<Outcome> {
  const key = await sharedKeyOf(test.kind, test.key, base);
  const { expectedPublicKey } = test;
  return withRandomness(base, [test.ephemeralPrivateKey, test.nonce], async (suite) => {
    const options = {
      suite,
      ...(expectedPublicKey !== undefined && { expectedPublicKey: fromHex(expectedPublicKey) }),
    };
    return { output: { wrapped: toHex(await shareKey(fromHex(test.userPublicKey), key, options)) } };
  });
}

export interface KeyShareOpen {
  readonly user: KeyPair;
  readonly kind: SharedKind;
  readonly wrapped: Hex;
}

export async function keyShareOpen(test: KeyShareOpen, suite: CryptoSuite): Promise<Outcome> {
  const open = { record: openSharedRecordKey, folder: openSharedFolderKey, team: openSharedTeamKey }[test.kind];
  const { key } = await open(await importPrivateKey(suite, test.user), fromHex(test.wrapped), extractable(suite));
  return { output: { key: toHex(await key.exportSecretBytes()) } };
}

export interface RsaPrivateKeySeal {
  readonly dataKey: Hex;
  readonly privateKeyDer: Hex;
  readonly iv: Hex;
}

export async function rsaPrivateKeySeal(test: RsaPrivateKeySeal, base: CryptoSuite): Promise<Outcome> {
  return withRandomness(base, [test.iv], async (suite) => {
    const dataKey = await dataKeyOf(test.dataKey, suite);
    return { output: { sealed: toHex(await sealRsaPrivateKey(dataKey, fromHex(test.privateKeyDer), { suite })) } };
  });
}

export interface RsaPrivateKeyOpen {
  readonly dataKey: Hex;
  readonly sealed: Hex;
  readonly wrapped: Hex;
}

/** What a private key is shows in what it unwraps. */
export async function rsaPrivateKeyOpen(test: RsaPrivateKeyOpen, suite: CryptoSuite): Promise<Outcome> {
  const dataKey = await dataKeyOf(test.dataKey, suite);
  const { privateKey } = await openRsaPrivateKey(dataKey, fromHex(test.sealed), { suite });
  return { output: { key: toHex(await privateKey.unwrapKeyBytes(fromHex(test.wrapped))) } };
}

export interface RsaKeyShare {
  readonly kind: SharedKind;
  readonly key: Hex;
  readonly rsaPublicKey: Hex;
  readonly ecPublicKey?: Hex;
  readonly expectedPublicKey?: Hex;
  readonly padding: Hex;
}

export async function rsaKeyShare(test: RsaKeyShare, base: CryptoSuite): Promise<Outcome> {
  const key = await sharedKeyOf(test.kind, test.key, base);
  const { ecPublicKey, expectedPublicKey } = test;
  // As many bytes as the padding of a modulus of 2048 bits takes; what is left replaces zeros.
  const digits = 2 * (256 - 32 - 3);
  const draws = [test.padding.slice(0, digits), test.padding.slice(digits)].filter((draw) => draw !== '');
  return withRandomness(base, draws, async (suite) => {
    const user = {
      rsaPublicKey: fromHex(test.rsaPublicKey),
      ...(ecPublicKey !== undefined && { ecPublicKey: fromHex(ecPublicKey) }),
    };
    const options = {
      suite,
      ...(expectedPublicKey !== undefined && { expectedPublicKey: fromHex(expectedPublicKey) }),
    };
    return { output: { wrapped: toHex(await shareKeyByRsa(user, key, options)) } };
  });
}

export interface RsaKeyShareOpen {
  readonly privateKeyDer: Hex;
  readonly kind: SharedKind;
  readonly wrapped: Hex;
  readonly sealed: Hex;
}

export async function rsaKeyShareOpen(test: RsaKeyShareOpen, suite: CryptoSuite): Promise<Outcome> {
  const user = await importRsaPrivateKey(fromHex(test.privateKeyDer), { suite });
  const open = { record: openRsaRecordKey, folder: openRsaFolderKey, team: openRsaTeamKey }[test.kind];
  const { key } = await open(user, fromHex(test.wrapped), extractable(suite));
  const bytes = await key.exportSecretBytes();
  const plaintext = await openOrNothing(key.aesKey, test.sealed);
  return { output: { key: plaintext === null ? null : toHex(bytes), plaintext }, refused: plaintext === null };
}

async function openOrNothing(key: AesKey, sealed: Hex): Promise<Hex | null> {
  return key.open(fromHex(sealed)).then(toHex, () => null);
}

// AES-CBC

export interface LegacyKeyWrap {
  readonly under: 'data-key' | 'team-key' | 'folder-key';
  readonly wrappingKey: Hex;
  readonly kind: 'record' | 'legacy-record' | 'folder';
  readonly key: Hex;
  readonly iv: Hex;
}

async function wrappingKeyOf(
  { under, wrappingKey }: Pick<LegacyKeyWrap, 'under' | 'wrappingKey'>,
  suite: CryptoSuite,
): Promise<LegacyWrappingKey> {
  if (under === 'data-key') return dataKeyOf(wrappingKey, suite);
  if (under === 'team-key') return importTeamKey(fromHex(wrappingKey), extractable(suite));
  return (await sharedKeyOf('folder', wrappingKey, suite)) as FolderKey;
}

export async function legacyKeyWrap(test: LegacyKeyWrap, base: CryptoSuite): Promise<Outcome> {
  const key =
    test.kind === 'legacy-record'
      ? await importLegacyRecordKey(fromHex(test.key), extractable(base))
      : await sharedKeyOf(test.kind, test.key, base);
  return withRandomness(base, [test.iv], async (suite) => ({
    output: { wrapped: toHex(await wrapLegacyKey(await wrappingKeyOf(test, suite), key)) },
  }));
}

export interface LegacyKeyOpen extends Pick<LegacyKeyWrap, 'under' | 'wrappingKey' | 'kind'> {
  readonly wrapped: Hex;
}

export async function legacyKeyOpen(test: LegacyKeyOpen, suite: CryptoSuite): Promise<Outcome> {
  const under = await wrappingKeyOf(test, suite);
  const open: () => Promise<{
    readonly value: RecordKey | LegacyRecordKey | FolderKey;
    readonly authenticated: false;
  }> = () => {
    const wrapped = fromHex(test.wrapped);
    if (test.kind === 'record') return unwrapLegacyWrappedRecordKey(under, wrapped, extractable(suite));
    if (test.kind === 'folder') return unwrapLegacyFolderKey(under, wrapped, extractable(suite));
    return unwrapLegacyRecordKey(under, wrapped, extractable(suite));
  };
  const { value, authenticated } = await open();
  return { output: { key: toHex(await value.exportSecretBytes()), authenticated } };
}

export interface LegacyRecordSeal {
  readonly recordKey: Hex;
  readonly iv: Hex;
  readonly data: string;
}

export async function legacyRecordSeal(test: LegacyRecordSeal, base: CryptoSuite): Promise<Outcome> {
  return withRandomness(base, [test.iv], async (suite) => {
    const key = await importLegacyRecordKey(fromHex(test.recordKey), { suite });
    return { output: { sealed: toHex(await key.sealData(JSON.parse(test.data) as Record<string, never>)) } };
  });
}

export async function legacyRecordOpen(
  test: { readonly recordKey: Hex; readonly sealed: Hex },
  suite: CryptoSuite,
): Promise<Outcome> {
  const key = await importLegacyRecordKey(fromHex(test.recordKey), { suite });
  const { value, authenticated } = await key.openData(fromHex(test.sealed));
  return { output: { data: value, authenticated } };
}

// PAM configurations

export function pamConfigurationRead(test: { readonly data: JsonMap }): Outcome {
  const { type, title, gatewayUid, folderUid, resourceUids } = readPamConfiguration(test.data);
  return {
    output: { type, title, gatewayUid: gatewayUid ?? null, folderUid: folderUid ?? null, resourceUids },
  };
}

export interface PamConfigurationMake {
  readonly configurationType: string;
  readonly title: string;
  readonly gatewayUid?: string;
  readonly folderUid?: string;
  readonly resourceUids?: readonly string[];
  readonly fields?: readonly Record<string, Json>[];
}

export function pamConfigurationMake(test: PamConfigurationMake): Outcome {
  const { configurationType: type, title, gatewayUid, folderUid, resourceUids, fields } = test;
  const data = makePamConfiguration({
    type,
    title,
    gatewayUid,
    folderUid,
    ...(resourceUids && { resourceUids }),
    ...(fields && { fields }),
  });
  return { output: { data: data } };
}
