import { describe, expect, test } from 'vitest';
import { nodeSuite } from '../../src/crypto/node.js';
import { cryptoKeyOf, cryptoKeyPairOf, webcryptoSuite } from '../../src/crypto/webcrypto.js';
import {
  configurationFromHandles,
  configurationHandles,
  createOneTimeToken,
  importApplicationKey,
  type DeviceConfiguration,
} from '../../src/keychain/index.js';

const suite = webcryptoSuite;

async function configuration(): Promise<DeviceConfiguration> {
  const token = await createOneTimeToken({ host: 'EU', suite });
  return {
    host: token.host,
    clientId: token.clientId,
    deviceKey: await suite.generateSigningKey(),
    clientKey: token.clientKey,
    applicationKey: await importApplicationKey(new Uint8Array(32).fill(3), { suite }),
    ownerPublicKey: (await suite.generateEcPrivateKey()).publicKey.bytes,
    serverKeyId: 9,
  };
}

describe('handles of a configuration', () => {
  test('survive a structured clone, and the keys still do what they did', async () => {
    const before = await configuration();
    const handles = structuredClone(await configurationHandles(before));
    const after = await configurationFromHandles(handles);
    const { deviceKey, clientKey, applicationKey, ...plain } = after;
    expect(plain).toEqual({
      host: before.host,
      clientId: before.clientId,
      ownerPublicKey: before.ownerPublicKey,
      serverKeyId: 9,
    });
    expect(deviceKey.publicKey).toEqual(before.deviceKey.publicKey);
    const message = new Uint8Array([1, 2, 3]);
    const verifyingKey = await suite.importVerifyingKey(before.deviceKey.publicKey);
    expect(await verifyingKey.verify(message, await deviceKey.sign(message))).toBe(true);
    const sealed = await before.applicationKey?.sealData({ title: 'sealed before' });
    if (!sealed || !applicationKey || !before.applicationKey) throw new Error('expected an application key');
    expect(await applicationKey.openData(sealed)).toEqual({ title: 'sealed before' });
    expect(await clientKey?.exportSecretBytes()).toEqual(await before.clientKey?.exportSecretBytes());
  });

  test('hold no key that was not made extractable', async () => {
    const handles = await configurationHandles(await configuration());
    expect(handles.deviceKey.privateKey.extractable).toBe(false);
    expect(handles.applicationKey?.extractable).toBe(false);
  });

  test('leave out the keys that a configuration does not have', async () => {
    const { clientKey, applicationKey, ...unbound } = await configuration();
    expect([clientKey, applicationKey]).not.toContain(undefined);
    const handles = await configurationHandles(unbound);
    expect(handles).not.toHaveProperty('clientKey');
    expect(await configurationFromHandles(handles)).not.toHaveProperty('applicationKey');
  });

  test('are those of the WebCrypto suite only', async () => {
    const aesKey = await nodeSuite.importAesKey(new Uint8Array(32));
    expect(() => cryptoKeyOf(aesKey)).toThrow(expect.objectContaining({ code: 'key-invalid' }));
    const signingKey = await nodeSuite.generateSigningKey();
    await expect(cryptoKeyPairOf(signingKey)).rejects.toMatchObject({ code: 'key-invalid' });
  });

  test('of another kind of key are refused', async () => {
    const handles = await configurationHandles(await configuration());
    const { subtle } = globalThis.crypto;
    const cbc = await subtle.generateKey({ name: 'AES-CBC', length: 256 }, false, ['encrypt', 'decrypt']);
    await expect(configurationFromHandles({ ...handles, applicationKey: cbc })).rejects.toMatchObject({
      code: 'key-invalid',
    });
    const ecdh = await subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, false, ['deriveBits']);
    await expect(configurationFromHandles({ ...handles, deviceKey: ecdh })).rejects.toMatchObject({
      code: 'key-invalid',
    });
  });
});
