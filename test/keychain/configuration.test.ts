import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CryptoSuite } from '../../src/crypto/index.js';
import { nodeSuite } from '../../src/crypto/node.js';
import {
  createOneTimeToken,
  decodeConfiguration,
  deriveClientId,
  exportConfigurationText,
  importApplicationKey,
  memoryConfigurationStore,
  textConfigurationStore,
  type DeviceConfiguration,
} from '../../src/keychain/index.js';
import { encodeBase64, encodeBase64Url } from '../../src/wire/base64.js';
import type { ErrorCode } from '../../src/wire/error.js';
import { refused } from '../support/refused.js';
import { remoteSigningKey } from '../support/remote-keys.js';
import { SUITES } from '../support/suites.js';

const clientKey = nodeSuite.randomBytes(32);
const applicationKey = nodeSuite.randomBytes(32);
const clientId = await deriveClientId(clientKey);
const device = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const privateKey = device.privateKey.export({ format: 'der', type: 'pkcs8' });
const owner = (await nodeSuite.generateEcPrivateKey()).publicKey.bytes;
const pinned = (await nodeSuite.generateEcPrivateKey()).publicKey.bytes;

type Fields = Record<string, unknown>;

/** A configuration as the SDKs store it once bound. */
const bound = (more: Fields = {}): Fields => ({
  hostname: 'keepersecurity.eu',
  clientId,
  privateKey: encodeBase64(privateKey),
  serverPublicKeyId: '10',
  appKey: encodeBase64(applicationKey),
  appOwnerPublicKey: encodeBase64(owner),
  ...more,
});

/** Before: with the one-time token's key. */
const unbound = (more: Fields = {}): Fields => ({
  hostname: 'keepersecurity.eu',
  clientId,
  privateKey: encodeBase64(privateKey),
  clientKey: encodeBase64Url(clientKey),
  serverPublicKeyId: '7',
  ...more,
});

const decode = (fields: Fields): Promise<DeviceConfiguration> =>
  decodeConfiguration(JSON.stringify(fields), { extractable: true });

/** What a configuration holds, its keys as bytes. */
async function contents(configuration: DeviceConfiguration): Promise<Fields> {
  return {
    ...configuration,
    deviceKey: encodeBase64((await configuration.deviceKey.exportPkcs8?.()) ?? new Uint8Array(0)),
    clientKey: configuration.clientKey && encodeBase64(await configuration.clientKey.exportSecretBytes()),
    applicationKey:
      configuration.applicationKey && encodeBase64(await configuration.applicationKey.exportSecretBytes()),
  };
}

describe('reading a configuration', () => {
  test('as the SDKs store it once bound', async () => {
    expect(await contents(await decode(bound()))).toEqual({
      host: 'keepersecurity.eu',
      clientId,
      deviceKey: encodeBase64(privateKey),
      clientKey: undefined,
      applicationKey: encodeBase64(applicationKey),
      ownerPublicKey: owner,
      serverKeyId: 10,
    });
  });

  test('as they store it before', async () => {
    expect(await contents(await decode(unbound()))).toEqual({
      host: 'keepersecurity.eu',
      clientId,
      deviceKey: encodeBase64(privateKey),
      clientKey: encodeBase64(clientKey),
      applicationKey: undefined,
      ownerPublicKey: undefined,
      serverKeyId: 7,
    });
  });

  test('in base64, in either alphabet, with and without padding, and with white space around it', async () => {
    const json = JSON.stringify(bound({ note: '???>>>~~~' }));
    const text = Buffer.from(json).toString('base64');
    for (const form of [
      json,
      ` ${json}\n`,
      text,
      `\n${text} `,
      text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, ''),
    ]) {
      expect((await decodeConfiguration(form)).clientId).toBe(clientId);
    }
  });

  test('with empty and null fields, and with fields that nobody knows', async () => {
    const configuration = await decode(
      bound({
        clientKey: '',
        serverPublicKey: null,
        serverPublicKeyId: '',
        appOwnerPublicKey: '',
        later: [1],
        x: null,
      }),
    );
    expect(await contents(configuration)).toMatchObject({
      clientKey: undefined,
      ownerPublicKey: undefined,
      serverKeyId: undefined,
    });
    expect(configuration).not.toHaveProperty('serverKey');
  });

  test('its client id comes out in one spelling', async () => {
    const other = encodeBase64Url(Buffer.from(clientId, 'base64'));
    expect((await decode(unbound({ clientId: other }))).clientId).toBe(clientId);
  });

  test.each([
    ['12', 12],
    [12, 12],
    ['007', 7],
    ['1', 1],
    ['', undefined],
    [null, undefined],
  ])('a key id: %j', async (serverPublicKeyId, serverKeyId) => {
    expect((await decode(bound({ serverPublicKeyId }))).serverKeyId).toBe(serverKeyId);
  });

  test('a pinned server key, whose id is 7 when none stands beside it', async () => {
    const serverPublicKey = encodeBase64Url(pinned);
    const configuration = await decode(bound({ serverPublicKey, serverPublicKeyId: '42' }));
    expect(configuration.serverKey).toEqual({ id: 42, publicKey: pinned });
    expect(configuration).not.toHaveProperty('serverKeyId');
    expect((await decode(bound({ serverPublicKey, serverPublicKeyId: '' }))).serverKey?.id).toBe(7);
  });

  test.each<[string, Fields, string, ErrorCode]>([
    ['no host', { hostname: undefined }, 'hostname', 'field-missing'],
    [
      'a host that is none',
      { hostname: 'evil.example/x' },
      'configuration.hostname: expected a host name',
      'token-invalid',
    ],
    ['a host that is no text', { hostname: 7 }, 'hostname', 'field-invalid'],
    ['no client id', { clientId: undefined }, 'clientId: expected a value', 'field-missing'],
    ['an empty client id', { clientId: '' }, 'clientId: expected a value', 'field-missing'],
    [
      'a client id that is too short',
      { clientId: encodeBase64(new Uint8Array(63)) },
      'clientId: expected 64 bytes',
      'length-invalid',
    ],
    ['a client id that is no base64', { clientId: '!' }, 'clientId', 'base64-invalid'],
    ['no private key', { privateKey: undefined }, 'privateKey: expected a value', 'field-missing'],
    ['an empty private key', { privateKey: '' }, 'privateKey: expected a value', 'field-missing'],
    ['a private key that is none', { privateKey: encodeBase64(new Uint8Array(138)) }, 'private key', 'der-invalid'],
    [
      'an application key that is too short',
      { appKey: encodeBase64(new Uint8Array(31)) },
      'appKey: expected 32 bytes',
      'length-invalid',
    ],
    [
      'a client key that is too long',
      { clientKey: encodeBase64(new Uint8Array(33)) },
      'clientKey: expected 32 bytes',
      'length-invalid',
    ],
    ['the client key of another token', { clientKey: encodeBase64(new Uint8Array(32)) }, 'clientKey', 'field-invalid'],
    [
      'an owner key that is too short',
      { appOwnerPublicKey: encodeBase64(owner.subarray(1)) },
      'appOwnerPublicKey',
      'length-invalid',
    ],
    [
      'a server key that is too short',
      { serverPublicKey: encodeBase64(pinned.subarray(1)) },
      'serverPublicKey',
      'length-invalid',
    ],
    ['a key id of 0', { serverPublicKeyId: '0' }, 'serverPublicKeyId', 'field-invalid'],
    ['a key id of 0 as a number', { serverPublicKeyId: 0 }, 'serverPublicKeyId', 'field-invalid'],
    ['a key id that is negative', { serverPublicKeyId: '-7' }, 'serverPublicKeyId', 'field-invalid'],
    ['a key id that is no whole number', { serverPublicKeyId: 7.5 }, 'serverPublicKeyId', 'field-invalid'],
    ['a key id that is no number', { serverPublicKeyId: 'seven' }, 'serverPublicKeyId', 'field-invalid'],
    ['a key id in a list', { serverPublicKeyId: ['7'] }, 'serverPublicKeyId', 'field-invalid'],
    ['a key id of another type', { serverPublicKeyId: true }, 'serverPublicKeyId', 'field-invalid'],
    ['a key id that is too long', { serverPublicKeyId: '1234567890' }, 'serverPublicKeyId', 'field-invalid'],
    ['a field that is no text', { appKey: 7 }, 'appKey', 'field-invalid'],
  ])('refuses %s', async (_, more, message, code) => {
    const error = await refused('configuration-invalid', () => decode(bound(more)));
    expect(error.cause).toMatchObject({ name: 'VaultwireError', code });
    expect(error.message).toContain(message);
    expect(error.message).not.toContain(encodeBase64(privateKey).slice(0, 60));
  });

  test.each([
    ['nothing', ''],
    ['no JSON', '{'],
    ['a list in base64', encodeBase64(Buffer.from('[]'))],
    ['no base64', 'hello world'],
    ['a key twice', `{"clientId":"a",${JSON.stringify(bound()).slice(1)}`],
    ['too deep', JSON.stringify(bound({ x: [[[[[[[[1]]]]]]]] }))],
    ['too long', JSON.stringify(bound({ x: 'x'.repeat(64 * 1024) }))],
  ])('refuses what is no such document: %s', async (_, text) => {
    await refused('configuration-invalid', () => decodeConfiguration(text));
  });

  test('is read up to 64 kB', async () => {
    const length = JSON.stringify(bound({ x: '' })).length;
    expect((await decode(bound({ x: 'x'.repeat(65_536 - length) }))).clientId).toBe(clientId);
    await refused('configuration-invalid', () => decode(bound({ x: 'x'.repeat(65_537 - length) })));
  });

  test('the keys in it do not stay in memory', async () => {
    const imported: Uint8Array[] = [];
    const suite: CryptoSuite = {
      ...nodeSuite,
      importSigningKey: (key, options) => {
        imported.push(key as Uint8Array);
        return nodeSuite.importSigningKey(key, options);
      },
      importAesKey: (bytes, options) => {
        imported.push(bytes);
        return nodeSuite.importAesKey(bytes, options);
      },
    };
    const text = JSON.stringify(bound({ clientKey: encodeBase64(clientKey) }));
    await decodeConfiguration(text, { suite });
    expect(imported.map(({ length }) => length)).toEqual([138, 32, 32]);
    for (const bytes of imported) expect(bytes.every((byte) => byte === 0)).toBe(true);
  });

  test('what is no fault of the text comes through', async () => {
    const failure = new Error('the module is down');
    const suite = { ...nodeSuite, importSigningKey: () => Promise.reject(failure) };
    await expect(decodeConfiguration(JSON.stringify(bound()), { suite })).rejects.toBe(failure);
  });

  test('keys stay inside unless asked for', async () => {
    const configuration = await decodeConfiguration(JSON.stringify(bound()));
    await refused('key-not-extractable', () => configuration.applicationKey!.exportSecretBytes());
    await refused('key-not-extractable', () => exportConfigurationText(configuration));
  });
});

describe('writing a configuration', () => {
  test('with the fields that the SDKs read, and none that says nothing', async () => {
    const written = JSON.parse(await exportConfigurationText(await decode(bound()))) as Fields;
    expect(written).toEqual(bound());
    const before = JSON.parse(await exportConfigurationText(await decode(unbound()))) as Fields;
    expect(before).toEqual(unbound({ clientKey: encodeBase64(clientKey) }));
    expect(
      createPrivateKey({
        key: Buffer.from(before['privateKey'] as string, 'base64'),
        format: 'der',
        type: 'pkcs8',
      }).equals(device.privateKey),
    ).toBe(true);
  });

  test('with a pinned key in base64url, and its id', async () => {
    const fields = bound({ serverPublicKey: encodeBase64Url(pinned), serverPublicKeyId: '42' });
    expect(JSON.parse(await exportConfigurationText(await decode(fields)))).toEqual(fields);
  });

  test('is read back as it was, by every suite, in both forms', async () => {
    const optional = <T>(value: T): fc.Arbitrary<T | undefined> => fc.constantFrom(value, undefined);
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          hostname: fc.constantFrom('keepersecurity.com', 'vault.example:8443', '[::1]:1'),
          clientKey: optional(encodeBase64(clientKey)),
          appKey: optional(encodeBase64(applicationKey)),
          appOwnerPublicKey: optional(encodeBase64(owner)),
          serverPublicKey: optional(encodeBase64Url(pinned)),
          serverPublicKeyId: fc.option(fc.integer({ min: 1, max: 999_999_999 }).map(String), { nil: undefined }),
        }),
        fc.constantFrom('json', 'base64'),
        fc.constantFrom(...SUITES),
        async (fields, form, suite) => {
          const configuration = await decode(bound(fields));
          const text = await exportConfigurationText(configuration, { form });
          expect(text.startsWith('{')).toBe(form === 'json');
          const read = await decodeConfiguration(text, { suite, extractable: true });
          expect(await contents(read)).toEqual(await contents(configuration));
          const again = await exportConfigurationText(read, { form });
          expect(again).toBe(text);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('is refused for keys that cannot be taken out', async () => {
    const configuration = await decode(bound());
    const remote = { ...configuration, deviceKey: remoteSigningKey(configuration.deviceKey) };
    await refused('key-not-extractable', () => exportConfigurationText(remote));
    const inside = { ...configuration, applicationKey: await importApplicationKey(applicationKey) };
    await refused('key-not-extractable', () => exportConfigurationText(inside));
  });
});

describe('stores', () => {
  test('one in memory keeps what was written, key objects as they are', async () => {
    const store = memoryConfigurationStore();
    expect(store.needsExtractableKeys).toBe(false);
    expect(await store.read()).toBeUndefined();
    const configuration = await decode(bound());
    await store.write(configuration);
    expect(await store.read()).toBe(configuration);
    expect(await memoryConfigurationStore(configuration).read()).toBe(configuration);
  });

  for (const form of ['json', 'base64'] as const) {
    test(`one of text keeps the form of the SDKs: ${form}`, async () => {
      let kept: string | undefined;
      const text = {
        read: () => Promise.resolve(kept),
        write: (written: string) => {
          kept = written;
          return Promise.resolve();
        },
      };
      const store = textConfigurationStore(text, { form });
      expect(store.needsExtractableKeys).toBe(true);
      expect(await store.read()).toBeUndefined();
      const configuration = await decode(unbound());
      await store.write(configuration);
      expect(kept?.startsWith('{')).toBe(form === 'json');
      const read = await store.read();
      expect(await contents(read!)).toEqual(await contents(configuration));
      await store.write(read!);
    });
  }

  test('JSON is the form unless asked for', async () => {
    let kept = '';
    const store = textConfigurationStore({
      read: () => Promise.resolve(kept),
      write: (written) => {
        kept = written;
        return Promise.resolve();
      },
    });
    await store.write(await decode(bound()));
    expect(JSON.parse(kept)).toEqual(bound());
  });

  test('what cannot be read is not taken for none', async () => {
    const broken = (read: () => Promise<string | undefined>): Promise<unknown> =>
      textConfigurationStore({ read, write: () => Promise.resolve() }).read();
    const failure = new Error('EACCES');
    await expect(broken(() => Promise.reject(failure))).rejects.toBe(failure);
    await refused('configuration-invalid', () => broken(() => Promise.resolve('')));
    await refused('configuration-invalid', () => broken(() => Promise.resolve('{"hostname":')));
  });
});

test('a token of ours makes a configuration whose client key fits its client id', async () => {
  const token = await createOneTimeToken({ host: 'EU' });
  const { host, clientKey } = token;
  const deviceKey = await nodeSuite.generateSigningKey({ extractable: true });
  const text = await exportConfigurationText({ host, clientId: token.clientId, clientKey, deviceKey });
  const read = await decodeConfiguration(text);
  expect(read).toMatchObject({ host: 'keepersecurity.eu', clientId: token.clientId });
  expect(await read.clientKey!.exportSecretBytes()).toEqual(await token.clientKey.exportSecretBytes());
});
