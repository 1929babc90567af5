import { defaultSuite } from '#default-suite';
import {
  AES_KEY_LENGTH,
  P256_PUBLIC_KEY_LENGTH,
  type CryptoSuite,
  type KeyOptions,
  type SigningKey,
} from '../crypto/suite.js';
import { CLIENT_ID_LENGTH } from '../transmission/device-request.js';
import { encodeUtf8, type Bytes } from '../wire/bytes.js';
import { decodeBase64, encodeBase64, encodeBase64Url } from '../wire/base64.js';
import { isVaultwireError, VaultwireError } from '../wire/error.js';
import { decodeJsonObject, readOptionalString, readString, type JsonObject } from '../wire/json.js';
import { ClientKey, importApplicationKey, type ApplicationKey } from './keys.js';
import { assertHost, deriveClientId, type TokenServerKey } from './token.js';

const NAME = 'configuration';
const LIMITS = { maximumBytes: 65_536, maximumDepth: 8 } as const;

/** What a device knows of itself. Its keys print as their kind and nothing else. */
export interface DeviceConfiguration {
  /** The host that answers, and a port after a colon where it has one. */
  readonly host: string;
  /** base64 of 64 bytes. */
  readonly clientId: string;
  readonly deviceKey: SigningKey;
  /** From the one-time token; gone once the device is bound. */
  readonly clientKey?: ClientKey | undefined;
  /** There once the device is bound. */
  readonly applicationKey?: ApplicationKey | undefined;
  /** The application owner's public key, 65 bytes; there once the device is bound. */
  readonly ownerPublicKey?: Bytes | undefined;
  /** The published server key that worked last. */
  readonly serverKeyId?: number | undefined;
  /** A server key that the caller or the token pinned. */
  readonly serverKey?: TokenServerKey | undefined;
}

/** Where a device keeps its configuration. A write replaces the whole of it, or nothing. */
export interface ConfigurationStore {
  /** Undefined when there is none yet. A configuration that cannot be read must throw, never look like none. */
  read(): Promise<DeviceConfiguration | undefined>;
  write(configuration: DeviceConfiguration): Promise<void>;
  /** Whether keys must be made extractable to be written. False for a store of key handles, such as IndexedDB. */
  readonly needsExtractableKeys: boolean;
}

/** Keeps a configuration as text, in the form of the Secrets Manager SDKs, in whatever the caller reads and writes. */
export function textConfigurationStore(
  text: { read(): Promise<string | undefined>; write(text: string): Promise<void> },
  options: { readonly form?: 'json' | 'base64'; readonly suite?: CryptoSuite } = {},
): ConfigurationStore {
  return {
    needsExtractableKeys: true,
    async read() {
      const stored = await text.read();
      return stored === undefined ? undefined : decodeConfiguration(stored, { ...options, extractable: true });
    },
    async write(configuration) {
      await text.write(await exportConfigurationText(configuration, options));
    },
  };
}

/** Keeps a configuration in memory: for tests, and for a device that lives no longer than its process. */
export function memoryConfigurationStore(initial?: DeviceConfiguration): ConfigurationStore {
  let kept = initial;
  return {
    needsExtractableKeys: false,
    read: () => Promise.resolve(kept),
    write: (configuration) => {
      kept = configuration;
      return Promise.resolve();
    },
  };
}

/**
 * Reads a configuration as the Secrets Manager SDKs store it: a JSON object, or base64 of one (wire note: keychain).
 *
 * @throws VaultwireError `configuration-invalid`, naming the field; never its value
 */
export async function decodeConfiguration(
  text: string,
  options: KeyOptions & { readonly suite?: CryptoSuite } = {},
): Promise<DeviceConfiguration> {
  try {
    return await readConfiguration(text.trim(), options.suite ?? defaultSuite, options);
  } catch (error) {
    if (!isVaultwireError(error)) throw error;
    throw new VaultwireError('configuration-invalid', error.message, { cause: error });
  }
}

async function readConfiguration(text: string, suite: CryptoSuite, options: KeyOptions): Promise<DeviceConfiguration> {
  const json = text.startsWith('{') ? encodeUtf8(text) : decodeBase64(text, NAME);
  const object = decodeJsonObject(json, NAME, LIMITS);
  const clientIdBytes = readBytes(object, 'clientId', CLIENT_ID_LENGTH);
  const privateKey = readBytes(object, 'privateKey');
  if (!clientIdBytes) throw new VaultwireError('field-missing', `${NAME}.clientId: expected a value`);
  if (!privateKey) throw new VaultwireError('field-missing', `${NAME}.privateKey: expected a value`);
  const clientId = encodeBase64(clientIdBytes);
  const clientKeyBytes = readBytes(object, 'clientKey', AES_KEY_LENGTH);
  if (clientKeyBytes && (await deriveClientId(clientKeyBytes, { suite })) !== clientId) {
    throw new VaultwireError('field-invalid', `${NAME}.clientKey: expected the key that clientId was made from`);
  }
  const applicationKey = readBytes(object, 'appKey', AES_KEY_LENGTH);
  const serverKeyId = readKeyId(object);
  const serverPublicKey = readBytes(object, 'serverPublicKey', P256_PUBLIC_KEY_LENGTH);
  const ownerPublicKey = readBytes(object, 'appOwnerPublicKey', P256_PUBLIC_KEY_LENGTH);
  const configuration: DeviceConfiguration = {
    host: assertHost(readString(object, 'hostname', NAME), `${NAME}.hostname`),
    clientId,
    deviceKey: await suite.importSigningKey(privateKey, options),
    clientKey: clientKeyBytes && new ClientKey(await suite.importAesKey(clientKeyBytes, { extractable: true })),
    applicationKey: applicationKey && (await importApplicationKey(applicationKey, { ...options, suite })),
    ownerPublicKey,
    ...(serverPublicKey
      ? // The SDKs take key 7 for the id of a custom key when none stands beside it.
        { serverKey: { id: serverKeyId ?? 7, publicKey: serverPublicKey } }
      : { serverKeyId }),
  };
  for (const secret of [privateKey, clientKeyBytes, applicationKey]) secret?.fill(0);
  return configuration;
}

/**
 * Writes a configuration as the Secrets Manager SDKs read it. The text holds the device's secrets.
 *
 * @throws VaultwireError `key-not-extractable` when a key cannot be taken out of where it lives
 */
export async function exportConfigurationText(
  configuration: DeviceConfiguration,
  options: { readonly form?: 'json' | 'base64' } = {},
): Promise<string> {
  const { clientKey, applicationKey, ownerPublicKey, serverKey, deviceKey } = configuration;
  const serverKeyId = serverKey?.id ?? configuration.serverKeyId;
  if (!deviceKey.exportPkcs8) throw new VaultwireError('key-not-extractable', 'device key: it cannot be taken out');
  const object = {
    hostname: configuration.host,
    clientId: configuration.clientId,
    privateKey: encodeBase64(await deviceKey.exportPkcs8()),
    ...(clientKey && { clientKey: encodeBase64(await clientKey.exportSecretBytes()) }),
    ...(applicationKey && { appKey: encodeBase64(await applicationKey.exportSecretBytes()) }),
    ...(serverKeyId !== undefined && { serverPublicKeyId: String(serverKeyId) }),
    ...(serverKey && { serverPublicKey: encodeBase64Url(serverKey.publicKey) }),
    ...(ownerPublicKey && { appOwnerPublicKey: encodeBase64(ownerPublicKey) }),
  };
  const json = JSON.stringify(object, null, 2);
  return options.form === 'base64' ? encodeBase64(encodeUtf8(json)) : json;
}

function readBytes(object: JsonObject, key: string, length?: number): Bytes | undefined {
  const text = readOptionalString(object, key, NAME);
  if (text === undefined || text === '') return undefined;
  const bytes = decodeBase64(text, `${NAME}.${key}`);
  if (length !== undefined && bytes.length !== length) {
    throw new VaultwireError('length-invalid', `${NAME}.${key}: expected ${length} bytes`);
  }
  return bytes;
}

/** The SDKs write the id as text; by hand it may come as a number. */
function readKeyId(object: JsonObject): number | undefined {
  const value = object['serverPublicKeyId'];
  if (value === undefined || value === null || value === '') return undefined;
  const id =
    typeof value === 'number' ? value : typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : 0;
  if (Number.isSafeInteger(id) && id > 0) return id;
  throw new VaultwireError('field-invalid', `${NAME}.serverPublicKeyId: expected a positive whole number`);
}
