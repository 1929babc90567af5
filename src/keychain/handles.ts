import {
  aesKeyFromCryptoKey,
  cryptoKeyOf,
  cryptoKeyPairOf,
  signingKeyFromCryptoKeyPair,
  type CryptoKey,
  type CryptoKeyPair,
} from '../crypto/webcrypto.js';
import type { Bytes } from '../wire/bytes.js';
import type { DeviceConfiguration } from './configuration.js';
import { ApplicationKey, ClientKey } from './keys.js';
import type { TokenServerKey } from './token.js';

/**
 * A configuration whose keys are the platform's CryptoKey objects: plain data that IndexedDB and `postMessage` clone as it
 * is, without the bytes of any key that was not made extractable.
 */
export interface ConfigurationHandles {
  readonly host: string;
  readonly clientId: string;
  readonly deviceKey: CryptoKeyPair;
  readonly clientKey?: CryptoKey | undefined;
  readonly applicationKey?: CryptoKey | undefined;
  readonly ownerPublicKey?: Bytes | undefined;
  readonly serverKeyId?: number | undefined;
  readonly serverKey?: TokenServerKey | undefined;
}

/**
 * The handles of a configuration, for a store of handles to write.
 *
 * @throws VaultwireError `key-invalid` when a key is not of the WebCrypto suite
 */
export async function configurationHandles(configuration: DeviceConfiguration): Promise<ConfigurationHandles> {
  const { deviceKey, clientKey, applicationKey, ...plain } = configuration;
  return {
    ...plain,
    deviceKey: await cryptoKeyPairOf(deviceKey),
    ...(clientKey && { clientKey: cryptoKeyOf(clientKey.aesKey) }),
    ...(applicationKey && { applicationKey: cryptoKeyOf(applicationKey.aesKey) }),
  };
}

/**
 * The configuration of handles that a store has kept.
 *
 * @throws VaultwireError `key-invalid` for a handle of another kind of key
 */
export async function configurationFromHandles(handles: ConfigurationHandles): Promise<DeviceConfiguration> {
  const { deviceKey, clientKey, applicationKey, ...plain } = handles;
  return {
    ...plain,
    deviceKey: await signingKeyFromCryptoKeyPair(deviceKey),
    ...(clientKey && { clientKey: new ClientKey(aesKeyFromCryptoKey(clientKey)) }),
    ...(applicationKey && { applicationKey: new ApplicationKey(aesKeyFromCryptoKey(applicationKey)) }),
  };
}
