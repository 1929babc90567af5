import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { CryptoSuite } from '../../src/crypto/index.js';
import { generateMlKemPrivateKey, open, seal } from '../../src/ecies/hybrid.js';
import {
  addFileCommand,
  ApplicationKey,
  createApplication,
  createClient,
  createFile,
  createFolder,
  createRecord,
  createSecretCommand,
  decodeConfiguration,
  exportConfigurationText,
  memoryConfigurationStore,
  openDevice,
  openFolders,
  openSecrets,
  readOneTimeToken,
  readUploadTarget,
  updateSecretCommand,
} from '../../src/keychain/index.js';
import {
  openAnswer,
  openDeviceRequest,
  prepareDeviceRequest,
  sealAnswer,
  sealDeviceRequest,
} from '../../src/transmission/index.js';
import {
  authorizeRouterUser,
  decodeRouterHeaders,
  openAccountRequest,
  openRouterUser,
  routerUserHeaders,
  sealAccountRequest,
  sealRouterRequest,
  SessionToken,
} from '../../src/transmission/account/index.js';
import { encodeBase64, encodeBase64Url } from '../../src/wire/base64.js';
import { createFakeBackend } from '../support/fake-backend.js';
import { SUITES } from '../support/suites.js';

/** Every text that an object ends up as in a log, a template, JSON or a debugger. */
function printed(value: unknown): string {
  const texts = [
    inspect(value, {
      depth: Infinity,
      showHidden: true,
      getters: true,
      maxArrayLength: Infinity,
      maxStringLength: Infinity,
    }),
    inspect(value, { depth: Infinity, customInspect: false, maxArrayLength: Infinity, maxStringLength: Infinity }),
    JSON.stringify(value, (_, item: unknown) => (ArrayBuffer.isView(item) ? [...(item as Uint8Array)] : item)),
  ];
  if (value instanceof Error) texts.push(String(value), value.stack ?? '', value.message);
  if (typeof value === 'object' && value !== null) {
    // eslint-disable-next-line @typescript-eslint/no-base-to-string -- that is what is tested
    texts.push(String(value), Object.prototype.toString.call(value));
    if (!Array.isArray(value)) texts.push(JSON.stringify({ ...value }));
  }
  // Without white space: the inspector aligns numbers in columns.
  return texts.join().replace(/\s/g, '');
}

/** The forms in which bytes would be recognized. */
const forms = (secret: Uint8Array): readonly string[] => [
  Buffer.from(secret).toString('hex'),
  encodeBase64(secret).replaceAll('=', ''),
  encodeBase64Url(secret),
  [...secret].join(','),
];

/** Notes every key that the suite imports, and the scalars of the signing keys that it makes. */
function watching(suite: CryptoSuite, secrets: Uint8Array[]): CryptoSuite {
  const keep = (bytes: Uint8Array): void => {
    secrets.push(new Uint8Array(bytes));
  };
  return {
    ...suite,
    importAesKey: (bytes, options) => {
      keep(bytes);
      return suite.importAesKey(bytes, options);
    },
    importAesCbcKey: (bytes, options) => {
      keep(bytes);
      return suite.importAesCbcKey(bytes, options);
    },
    generateSigningKey: async (options) => {
      const key = await suite.generateSigningKey({ ...options, extractable: true });
      keep((await key.exportPkcs8!()).subarray(36, 68));
      return key;
    },
  };
}

function expectNothing(values: Readonly<Record<string, unknown>>, secrets: readonly Uint8Array[]): void {
  expect(secrets.length).toBeGreaterThan(0);
  for (const [name, value] of Object.entries(values)) {
    const text = printed(value);
    for (const secret of secrets) {
      for (const form of forms(secret)) {
        if (text.includes(form)) throw new Error(`${name} shows a secret: ${text.slice(0, 500)}`);
      }
    }
  }
}

const thrown = async (action: () => unknown): Promise<unknown> => {
  try {
    await action();
  } catch (error) {
    return error;
  }
  throw new Error('expected an error');
};

test('the search finds a secret in each form that it could be printed in', () => {
  const secret = Uint8Array.from({ length: 32 }, (_, index) => index * 7);
  for (const leak of [
    { key: Buffer.from(secret).toString('hex') },
    new Error(encodeBase64(secret)),
    new Error('outer', { cause: new Error(encodeBase64Url(secret)) }),
    { nested: [{ bytes: secret }] },
    { toJSON: () => [...secret] },
    new Map([['key', secret]]),
    Buffer.from(secret),
    { toString: () => encodeBase64(secret) },
  ]) {
    expect(() => {
      expectNothing({ leak }, [secret]);
    }).toThrow('leak shows a secret');
  }
});

describe.each(SUITES)('nothing that is returned or thrown prints a secret, with $name', (plain) => {
  test('tokens, keys of the hierarchy, configurations', async () => {
    const secrets: Uint8Array[] = [];
    const suite = watching(plain, secrets);
    const application = await createApplication({ title: 'a' }, { suite });
    const client = await createClient(application.key, { host: 'EU', suite });
    const folder = await createFolder('a', { suite });
    const record = await createRecord({ title: 'a' }, { suite });
    const file = await createFile({ name: 'a', lastModified: 0, content: new Uint8Array(3) }, { suite });
    const text = await client.token.exportSecretText();
    const token = await readOneTimeToken(text, { suite });
    const deviceKey = await suite.generateSigningKey({ extractable: true });
    const configuration = {
      host: token.host,
      clientId: token.clientId,
      clientKey: token.clientKey,
      applicationKey: application.key,
      deviceKey,
    };
    const written = await exportConfigurationText(configuration);
    const read = await decodeConfiguration(written, { suite, extractable: true });
    const store = memoryConfigurationStore(configuration);
    const ecKey = await suite.generateEcPrivateKey();
    expectNothing(
      { application, client, folder, record, file, token, configuration, read, store, deviceKey, ecKey },
      secrets,
    );
    expect(String(token)).toBe('[OneTimeToken]');
    expect(JSON.stringify({ token })).toBe('{"token":"[OneTimeToken]"}');
    expect(String(token.clientKey)).toBe('[ClientKey]');
    expect(
      [application.key, folder.key, record.key, file.key].map((key) => [
        String(key),
        inspect(key),
        JSON.stringify(key),
      ]),
    ).toEqual(
      ['ApplicationKey', 'FolderKey', 'RecordKey', 'FileKey'].map((kind) => [`[${kind}]`, `[${kind}]`, `"[${kind}]"`]),
    );

    const corrupted = JSON.parse(written) as Record<string, string>;
    const errors: Record<string, unknown> = {};
    for (const field of Object.keys(corrupted)) {
      const broken = JSON.stringify({ ...corrupted, [field]: `${corrupted[field] ?? ''}!` });
      errors[`configuration with a broken ${field}`] = await thrown(() => decodeConfiguration(broken, { suite }));
    }
    errors['configuration cut off'] = await thrown(() => decodeConfiguration(written.slice(0, -5), { suite }));
    errors['token'] = await thrown(() => readOneTimeToken(`${text}AAAA`, { suite }));
    errors['token without host'] = await thrown(() => readOneTimeToken(text.slice(3), { suite }));
    errors['wrong key'] = await thrown(async () => record.key.openData(await application.key.sealData({})));
    expectNothing(errors, secrets);
  });

  test('requests and answers on both sides', async () => {
    const secrets: Uint8Array[] = [];
    const suite = watching(plain, secrets);
    const server = await suite.generateEcPrivateKey();
    const signingKey = await suite.generateSigningKey();
    const serverKey = { id: 7, publicKey: server.publicKey };
    const payload = { clientId: encodeBase64(new Uint8Array(64)) };
    const prepared = await prepareDeviceRequest({ serverKey, payload, suite });
    const sealed = await sealDeviceRequest({ serverKey, payload, signingKey, suite });
    const options = { suite, serverKey: () => server, findClientKey: () => signingKey.publicKey };
    const opened = await openDeviceRequest(sealed.request, options);
    const body = await sealAnswer(opened.transmissionKey, { a: 1 });
    const errors = {
      signature: await thrown(() => openDeviceRequest({ ...sealed.request, signature: new Uint8Array(70) }, options)),
      answer: await thrown(() => openAnswer(sealed.transmissionKey, new Uint8Array(50))),
    };
    expectNothing({ prepared, sealed, opened, body, ...errors }, secrets);
  });

  test('account requests and credentials for a router, on both sides', async () => {
    const bytes = Uint8Array.from({ length: 48 }, (_, index) => index * 5);
    const secrets = [bytes];
    const suite = watching(plain, secrets);
    const server = await suite.generateEcPrivateKey();
    const other = await suite.generateEcPrivateKey();
    const serverKey = { id: 7, publicKey: server.publicKey };
    const { privateKey: mlKem } = await generateMlKemPrivateKey('ML-KEM-768', { suite });
    const hybrid = { mlKemKey: { id: 100, publicKey: mlKem.publicKey }, seal };
    const sessionToken = new SessionToken(bytes);
    const payload = { command: 'sync_down' };
    const sealed = await sealAccountRequest({ serverKey, payload, sessionToken: bytes, suite });
    const sealedHybrid = await sealAccountRequest({ serverKey, hybrid, payload, sessionToken, suite });
    const opening = { suite, serverKey: () => server, hybrid: { mlKemKey: () => mlKem, open } };
    const opened = await openAccountRequest(sealed.body, opening);
    const openedHybrid = await openAccountRequest(sealedHybrid.body, opening);
    const router = { serverKey, sessionToken, suite };
    const authorization = await authorizeRouterUser(router);
    const routerRequest = await sealRouterRequest({ ...router, message: new Uint8Array(3) });
    const credentials = decodeRouterHeaders(new Headers(routerUserHeaders(authorization)));
    const user = await openRouterUser(credentials, { serverKeys: [other, server], suite });
    // What was opened is what was sent: nothing below is safe for want of a token.
    for (const token of [opened.sessionToken, openedHybrid.sessionToken, user.sessionToken]) {
      expect(token?.exportSecretBytes()).toEqual(bytes);
    }
    const errors = {
      request: await thrown(() => openAccountRequest(sealed.body, { ...opening, serverKey: () => other })),
      routerUser: await thrown(() => openRouterUser(credentials, { serverKeys: [other], suite })),
      token: await thrown(() => sealAccountRequest({ ...router, payload, sessionToken: [...bytes] as never })),
      routerToken: await thrown(() => authorizeRouterUser({ ...router, sessionToken: encodeBase64(bytes) as never })),
    };
    expectNothing({ sealed, sealedHybrid, opened, openedHybrid }, secrets);
    expectNothing({ router, authorization, routerRequest, credentials, user, ...errors }, secrets);
    expect([String(user.sessionToken), inspect(opened.sessionToken), JSON.stringify(opened.sessionToken)]).toEqual([
      '[SessionToken]',
      '[SessionToken]',
      '"[SessionToken]"',
    ]);
  });

  test('what a device reads and writes', async () => {
    const secrets: Uint8Array[] = [];
    const suite = watching(plain, secrets);
    const backend = await createFakeBackend();
    const application = await backend.addApplication();
    const folder = await application.addFolder('Shared');
    const record = await application.addRecord({ title: 'a' });
    await application.addRecord({ title: 'b' }, { folder });
    await application.addFile(record, { name: 'a', content: new Uint8Array(3) });
    const { text } = await application.addClient();
    const store = memoryConfigurationStore();
    const device = await openDevice({
      store,
      token: text,
      suite,
      serverKeys: backend.serverKeys(),
      fetch: backend.fetch,
      sleep: () => Promise.resolve(),
    });
    const opened = await device.getSecrets({ digests: true });
    const folders = await device.getFolders();
    const configuration = await store.read();
    backend.hooks.onPlaintext = (answer) => ({ ...answer, encryptedAppKey: 7, records: [{}], folders: [{}] });
    const failing = await device.getSecrets();
    backend.hooks.onPlaintext = () => [];
    const errors: Record<string, unknown> = { json: await thrown(() => device.getSecrets()) };
    backend.hooks = { onAnswer: () => ({ status: 200, body: new Uint8Array(50) }) };
    errors['answer'] = await thrown(() => device.getSecrets());
    expect(failing.failed.length).toBe(2);
    expectNothing({ device, opened, folders, configuration, failing, ...errors }, secrets);

    const from = { clientId: device.clientId };
    const owner = backend.owner.publicKey;
    const [one] = opened.records;
    const commands = {
      create: await createSecretCommand(from, { owner, folder, data: {}, suite }),
      update: await updateSecretCommand(from, { record: one!, data: {} }),
      add: await addFileCommand(from, {
        owner,
        record: one!,
        file: { name: 'a', lastModified: 0, content: new Uint8Array(1) },
        suite,
      }),
    };
    expectNothing(commands, secrets);
  });

  test('trees that do not open', async () => {
    const secrets: Uint8Array[] = [];
    const suite = watching(plain, secrets);
    const { key } = await createApplication({ title: 'a' }, { suite });
    const plaintext = await key.exportSecretBytes();
    // A key sealed where a document is due: its bytes are no JSON, and must not come out in the error.
    const bare = await suite.importAesKey(plaintext);
    const sealed = encodeBase64(await bare.seal(plaintext));
    const application = new ApplicationKey(bare);
    const answer = { appData: sealed, records: [{ recordUid: '', data: sealed }], folders: [] };
    const opened = await openSecrets(answer, application, { suite });
    const folders = await openFolders(
      { folders: [{ folderUid: 'AAAAAAAAAAAAAAAAAAAAAA', folderKey: sealed, data: sealed }] },
      application,
      { suite },
    );
    expect([opened.failed.length, folders.failed.length]).toEqual([2, 1]);
    expectNothing({ opened, folders }, secrets);
  });
});

test('an upload target that is refused does not show its parameters', async () => {
  const secret = new Uint8Array(32).fill(9);
  const errors = {
    json: await thrown(() =>
      readUploadTarget({ url: 'u', successStatusCode: 1, parameters: `{"policy":"${encodeBase64(secret)}"` }),
    ),
    nested: await thrown(() =>
      readUploadTarget({ url: 'u', successStatusCode: 1, parameters: `{"policy":{"a":"${encodeBase64(secret)}"}}` }),
    ),
  };
  expectNothing(errors, [secret]);
});
