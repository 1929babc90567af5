import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { CryptoSuite } from '../../src/crypto/index.js';
import { nodeSuite } from '../../src/crypto/node.js';
import {
  ApplicationKey,
  CLIENT_VERSION,
  decodeConfiguration,
  DEFAULT_TIMEOUT,
  memoryConfigurationStore,
  openDevice,
  openOwnerFileKey,
  openOwnerRecordKey,
  textConfigurationStore,
  type ConfigurationStore,
  type Device,
  type DeviceConfiguration,
  type DeviceOptions,
} from '../../src/keychain/index.js';
import { customServerKey, type DeviceCommand } from '../../src/transmission/index.js';
import { encodeBase64, encodeBase64Url } from '../../src/wire/base64.js';
import { encodeUtf8 } from '../../src/wire/bytes.js';
import type { JsonObject } from '../../src/wire/json.js';
import {
  BACKEND_HOST,
  createFakeBackend,
  errorAnswer,
  FILES_HOST,
  type Exchange,
  type FakeApplication,
  type FakeBackend,
} from '../support/fake-backend.js';
import { refused } from '../support/refused.js';
import { remoteAesKey, remoteSigningKey } from '../support/remote-keys.js';
import { SUITES } from '../support/suites.js';

let backend: FakeBackend;
let application: FakeApplication;
let store: ConfigurationStore;
let sleeps: number[];

beforeEach(async () => {
  backend = await createFakeBackend();
  application = await backend.addApplication();
  store = memoryConfigurationStore();
  sleeps = [];
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function options(more: Partial<DeviceOptions> = {}): DeviceOptions {
  return {
    store,
    fetch: backend.fetch,
    serverKeys: backend.serverKeys(),
    sleep: (milliseconds) => {
      sleeps.push(milliseconds);
      return Promise.resolve();
    },
    now: () => backend.now,
    ...more,
  };
}

async function bound(more: Partial<DeviceOptions> = {}): Promise<Device> {
  const { text } = await application.addClient();
  return openDevice(options({ token: text, ...more }));
}

const stored = async (): Promise<DeviceConfiguration> => (await store.read())!;

/** The SDKs' text in a variable, and every one that was written. */
function textStore(): { readonly store: ConfigurationStore; readonly written: readonly string[] } {
  const written: string[] = [];
  return {
    written,
    store: textConfigurationStore({
      read: () => Promise.resolve(written.at(-1)),
      write: (text) => {
        written.push(text);
        return Promise.resolve();
      },
    }),
  };
}

/** Lets the event loop turn until something holds. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise(setImmediate);
}

/** Options that leave something to its default. */
function without<K extends 'serverKeys' | 'fetch' | 'sleep' | 'now'>(
  all: DeviceOptions,
  ...keys: readonly K[]
): Omit<DeviceOptions, K> {
  return Object.fromEntries(
    Object.entries(all).filter(([key]) => !keys.some((name) => name === key)),
  ) as unknown as Omit<DeviceOptions, K>;
}

/** Answers the next requests in turn, and leaves those after them to the backend. */
function answerWith(...answers: readonly Awaited<ReturnType<NonNullable<FakeBackend['hooks']['onRequest']>>>[]): void {
  const left = [...answers];
  backend.hooks.onRequest = () => left.shift();
}

describe('a device against a backend made of the server side', () => {
  test.each(SUITES)('binds, reads and writes with $name', async (suite) => {
    const folder = await application.addFolder('Shared');
    const inner = await application.addFolder('Inside', {
      uid: folder.uid,
      sharedFolderUid: folder.uid,
      sharedFolderKey: folder.key,
    });
    const alone = await application.addRecord({ title: 'Alone', fields: [] });
    const shared = await application.addRecord({ title: 'Shared' }, { folder, innerFolderUid: inner.uid });
    await application.addFile(alone, {
      name: 'a.txt',
      content: new Uint8Array([1, 2, 3]),
      thumbnail: new Uint8Array([4]),
    });
    const device = await bound({ suite });

    const secrets = await device.getSecrets();
    expect(secrets.failed).toEqual([]);
    expect(secrets.application).toEqual({ title: 'Test application', type: 'app' });
    expect(secrets.records.map(({ uid, data, innerFolderUid }) => ({ uid, data, innerFolderUid }))).toEqual([
      { uid: alone.uid, data: { title: 'Alone', fields: [] }, innerFolderUid: undefined },
      { uid: shared.uid, data: { title: 'Shared' }, innerFolderUid: inner.uid },
    ]);
    const [file] = secrets.records[0]!.files;
    expect(await device.downloadFile(file!)).toEqual(new Uint8Array([1, 2, 3]));
    expect(await device.downloadThumbnail(file!)).toEqual(new Uint8Array([4]));

    const folders = await device.getFolders();
    expect(folders.failed).toEqual([]);
    expect(folders.folders.map(({ name }) => name)).toEqual(['Shared', 'Inside']);

    const record = secrets.records[0]!;
    await device.updateRecord(record, { title: 'Changed' }, { transaction: 'rotation' });
    expect((await device.getSecrets()).records[0]!.data).toEqual({ title: 'Alone', fields: [] });
    await device.finalizeUpdate(alone.uid);
    const [changed] = (await device.getSecrets()).records;
    expect(changed).toMatchObject({ data: { title: 'Changed' }, revision: 2 });
    await device.updateRecord(changed!, { title: 'Never' }, { transaction: 'rotation' });
    await device.rollbackUpdate(alone.uid);
    await device.updateRecord(changed!, { title: 'Again', fields: [] });
    expect((await device.getSecrets()).records[0]!.data).toEqual({ title: 'Again', fields: [] });
    const stale = await refused('request-rejected', () => device.updateRecord(changed!, {}));
    expect(stale.message).toContain('revision_conflict');

    const created = await device.createRecord(folders.folders[0]!, { title: 'New' }, { subFolderUid: inner.uid });
    expect((await device.getSecrets({ records: [created] })).records).toMatchObject([
      { uid: created, data: { title: 'New' }, folderUids: [folder.uid], innerFolderUid: inner.uid },
    ]);
    const createdStored = application.records.find(({ uid }) => uid === created)!;
    const ownersKey = await openOwnerRecordKey(backend.owner, createdStored.ownerRecordKey!);
    expect(await ownersKey.openData(createdStored.data)).toEqual({ title: 'New' });

    const createdFolder = await device.createFolder(folders.folders[0]!, 'Third', { parentUid: inner.uid });
    await device.renameFolder((await device.getFolders()).folders[2]!, 'Fourth');
    expect((await device.getFolders()).folders[2]).toMatchObject({
      uid: createdFolder,
      name: 'Fourth',
      parentUid: inner.uid,
    });
    expect(await device.deleteFolders([folder.uid])).toMatchObject([{ deleted: false, responseCode: 'not_empty' }]);
    expect(await device.deleteFolders([createdFolder])).toMatchObject([{ deleted: true }]);
    expect((await device.deleteRecords([created, 'unheard-of'])).map(({ deleted }) => deleted)).toEqual([true, false]);
    expect(await device.deleteFolders([folder.uid], { force: true })).toMatchObject([{ deleted: true }]);
  });

  test('says who it is', async () => {
    const { text, clientId } = await application.addClient();
    const device = await openDevice(options({ token: text }));
    expect([device.clientId, device.host]).toEqual([clientId, BACKEND_HOST]);
    const fingerprint = encodeBase64Url(await nodeSuite.sha256(backend.owner.publicKey.bytes));
    expect(await device.ownerFingerprint()).toBe(fingerprint);
  });

  test('asks for a part, and tells what is missing of it', async () => {
    const [one, other] = [
      await application.addRecord({ title: 'one' }),
      await application.addRecord({ title: 'other' }),
    ];
    const device = await bound();
    const secrets = await device.getSecrets({ records: [other.uid, 'absent'], folders: ['f'], links: true });
    expect(backend.exchanges.at(-1)!.opened!.payload).toMatchObject({
      requestedRecords: [other.uid, 'absent'],
      requestedFolders: ['f'],
      requestLinks: true,
    });
    expect(secrets.records.map(({ uid }) => uid)).toEqual([other.uid]);
    expect(secrets.report.missing).toEqual(['absent', 'f']);
    expect((await device.getSecrets()).report.missing).toEqual([]);
    await refused('record-missing', () => device.getSecrets({ records: [other.uid], require: [one.uid] }));
    expect((await device.getSecrets({ require: [one.uid] })).records).toHaveLength(2);
  });

  test('reports how an answer came, beside what was in it', async () => {
    const folder = await application.addFolder('Shared');
    await application.addRecord({}, { folder });
    const device = await bound();
    const delivery = { transport: 'ec', serverKeyId: 7, serverKeyPinned: false };
    const secrets = { missing: [], wraps: { 'application-gcm': 1, 'folder-gcm': 1, 'record-gcm': 0 } };
    expect((await device.getSecrets()).report).toEqual({ ...secrets, unauthenticated: 0, ...delivery });
    const folders = { missing: [], wraps: { 'application-gcm': 1, 'folder-cbc': 0 }, unauthenticated: 0 };
    expect((await device.getFolders()).report).toEqual({ ...folders, unauthenticatedNames: 1, ...delivery });
    backend.serverKeyId = 9;
    expect((await device.getFolders()).report.serverKeyId).toBe(9);
    expect((await device.getSecrets()).report.serverKeyId).toBe(9);
    const pinned = await openDevice(options({ serverKeys: backend.pinnedServerKey() }));
    for (const { report } of [await pinned.getSecrets(), await pinned.getFolders()]) {
      expect(report).toMatchObject({ serverKeyId: 9, serverKeyPinned: true });
    }
  });

  test('makes digests when asked', async () => {
    await application.addRecord({});
    const device = await bound();
    expect((await device.getSecrets({ digests: true })).records[0]!.digests).toBeDefined();
    expect((await device.getSecrets({ digests: false })).records[0]!.digests).toBeUndefined();
    expect((await device.getSecrets()).records[0]!.digests).toBeUndefined();
  });

  test('works with the pinned key, and through a text in the SDKs’ form', async () => {
    await application.addRecord({ title: 'a' });
    const kept = textStore();
    const { text } = await application.addClient();
    await openDevice(options({ store: kept.store, token: text, serverKeys: backend.pinnedServerKey() }));
    const device = await openDevice(without(options({ store: kept.store }), 'serverKeys'));
    expect((await device.getSecrets()).records[0]!.data).toEqual({ title: 'a' });
  });
});

describe('binding a device', () => {
  /** What happened, in order: reads, writes, requests. */
  function recording(): { readonly log: string[]; readonly options: Partial<DeviceOptions> } {
    const log: string[] = [];
    const inner = store;
    return {
      log,
      options: {
        store: {
          needsExtractableKeys: inner.needsExtractableKeys,
          read: () => {
            log.push('read');
            return inner.read();
          },
          write: async (configuration) => {
            // Another turn of the event loop: whoever does not wait would be seen to overtake.
            await new Promise(setImmediate);
            const { clientKey, applicationKey } = configuration;
            log.push(`write${clientKey ? ' clientKey' : ''}${applicationKey ? ' applicationKey' : ''}`);
            await inner.write(configuration);
          },
        },
        fetch: async (input, init) => {
          const response = await backend.fetch(input, init);
          const { command, opened } = backend.exchanges.at(-1)!;
          log.push(`${command ?? ''}${opened?.publicKey ? ' publicKey' : ''}`);
          return response;
        },
      },
    };
  }

  test('stores before each message', async () => {
    const { log, options: recorded } = recording();
    await bound(recorded);
    expect(log).toEqual(['read', 'write clientKey', 'get_secret publicKey', 'write applicationKey', 'get_secret']);
  });

  test('does nothing but read once it is bound, with its token or without', async () => {
    const { text } = await application.addClient();
    await openDevice(options({ token: text }));
    for (const token of [{ token: text }, {}]) {
      const { log, options: recorded } = recording();
      const device = await openDevice(options({ ...token, ...recorded }));
      expect(log).toEqual(['read']);
      await device.getSecrets();
      expect(log).toEqual(['read', 'get_secret']);
    }
  });

  test('leaves a configuration that the SDKs can read, at each step', async () => {
    const kept = textStore();
    const { text, clientId, token } = await application.addClient();
    await openDevice(options({ token: text, store: kept.store }));
    const [before, after, ...more] = kept.written.map((written) => JSON.parse(written) as JsonObject);
    expect(more).toEqual([]);
    const privateKey = before!['privateKey'];
    expect(before).toEqual({
      hostname: BACKEND_HOST,
      clientId,
      privateKey,
      clientKey: encodeBase64(await token.clientKey.exportSecretBytes()),
    });
    expect(after).toEqual({
      hostname: BACKEND_HOST,
      clientId,
      privateKey,
      appKey: encodeBase64(await application.key.exportSecretBytes()),
      appOwnerPublicKey: encodeBase64(backend.owner.publicKey.bytes),
    });
    const read = await decodeConfiguration(kept.written[1]!);
    expect(encodeBase64(read.deviceKey.publicKey)).toBe(backend.client(clientId).served.publicKey);
    expect(backend.client(clientId).served.at).toBe('bound');
  });

  test('makes keys extractable for a store that needs them so, and for no other', async () => {
    await bound();
    const { deviceKey, applicationKey } = await stored();
    await refused('key-not-extractable', () => deviceKey.exportPkcs8!());
    await refused('key-not-extractable', () => applicationKey!.exportSecretBytes());
  });

  describe('is finished by a second run, with one key registered, when it breaks off', () => {
    const points = ['read', 'write 1', 'request 1', 'write 2', 'request 2'];
    for (const point of points) {
      for (const when of ['before', 'after'] as const) {
        for (const again of ['with its token', 'without'] as const) {
          // Before anything was stored only the token knows where to begin.
          if (again === 'without' && (point === 'read' || (point === 'write 1' && when === 'before'))) continue;
          test(`${when} ${point}, ${again}`, async () => {
            await application.addRecord({ title: 'a' });
            const { text, clientId } = await application.addClient();
            const seen = new Map<string, number>();
            const broken = new Error('power loss');
            const at = async <T>(kind: string, action: () => Promise<T>): Promise<T> => {
              const count = (seen.get(kind) ?? 0) + 1;
              seen.set(kind, count);
              const here = kind === 'read' ? point === 'read' : point === `${kind} ${count}`;
              if (here && when === 'before') throw broken;
              const result = await action();
              if (here) throw broken;
              return result;
            };
            const breaking = openDevice(
              options({
                token: text,
                store: {
                  needsExtractableKeys: false,
                  read: () => at('read', () => store.read()),
                  write: (configuration) => at('write', () => store.write(configuration)),
                },
                fetch: (input, init) => at('request', () => backend.fetch(input, init)),
              }),
            );
            await expect(breaking).rejects.toBe(broken);

            const device = await openDevice(options(again === 'without' ? {} : { token: text }));
            expect((await device.getSecrets()).records[0]!.data).toEqual({ title: 'a' });
            const { served } = backend.client(clientId);
            expect(served).toMatchObject({ at: 'bound', encryptedApplicationKey: null });
            expect(served.publicKey).toBe(encodeBase64((await stored()).deviceKey.publicKey));
            expect(await stored()).toMatchObject({ clientKey: undefined });
          });
        }
      }
    }
  });

  test('is refused without a token and without a configuration', async () => {
    await refused('client-not-bound', () => openDevice(options()));
    expect(backend.exchanges).toEqual([]);
  });

  test('is refused with a token that is none, and with one of another client', async () => {
    await refused('token-invalid', () => openDevice(options({ token: 'US:x' })));
    await bound();
    const count = backend.exchanges.length;
    await refused('client-mismatch', () => bound());
    expect(backend.exchanges).toHaveLength(count);
  });

  test('takes the host from beside a bare token', async () => {
    const { text } = await application.addClient({ host: `${BACKEND_HOST}:8443` });
    expect(text).not.toContain(':');
    const device = await openDevice(options({ token: text, host: `${BACKEND_HOST}:8443` }));
    expect(device.host).toBe(`${BACKEND_HOST}:8443`);
    expect(backend.exchanges[0]!.url.host).toBe(`${BACKEND_HOST}:8443`);
  });

  test('is refused by the backend for a token that it does not know, or that was used', async () => {
    const { text, clientId } = await application.addClient();
    await openDevice(options({ token: text }));
    const used = await refused('request-rejected', () =>
      openDevice(options({ token: text, store: memoryConfigurationStore() })),
    );
    expect(used.message).toContain('token_used');
    backend.clients.delete(clientId);
    const unknown = await refused('request-rejected', () =>
      openDevice(options({ token: text, store: memoryConfigurationStore() })),
    );
    expect(unknown.message).toContain('client_unknown');
  });

  test('to the expected owner', async () => {
    const expectedOwner = new Uint8Array(backend.owner.publicKey.bytes);
    const { text } = await application.addClient();
    const opening = openDevice(options({ token: text, expectedOwner }));
    expectedOwner.fill(0);
    await opening;
    await openDevice(options({ expectedOwner: backend.owner.publicKey.bytes }));
    await refused('owner-key-unexpected', () => openDevice(options({ expectedOwner: new Uint8Array(65) })));
  });

  test('to another owner than the expected one stores nothing of him', async () => {
    await refused('owner-key-unexpected', () => bound({ expectedOwner: new Uint8Array(65).fill(4) }));
    expect(await stored()).toMatchObject({ clientKey: expect.anything() as unknown });
    expect(await stored()).not.toHaveProperty('applicationKey');
    expect(await stored()).not.toHaveProperty('ownerPublicKey');
  });

  const answers: readonly [string, (answer: JsonObject) => JsonObject | Uint8Array, string][] = [
    ['no application key', (answer) => ({ ...answer, encryptedAppKey: null }), 'answer-unexpected'],
    ['no owner key', (answer) => ({ ...answer, appOwnerPublicKey: null }), 'answer-unexpected'],
    [
      'an application key of another token',
      (answer) => ({ ...answer, encryptedAppKey: encodeBase64(new Uint8Array(60)) }),
      'open-failed',
    ],
    ['an application key that is no base64', (answer) => ({ ...answer, encryptedAppKey: '!' }), 'base64-invalid'],
    [
      'an owner key off the curve',
      (answer) => ({ ...answer, appOwnerPublicKey: encodeBase64(new Uint8Array(65)) }),
      'point-invalid',
    ],
    ['an owner key that is too short', (answer) => ({ ...answer, appOwnerPublicKey: 'BAAA' }), 'point-invalid'],
    ['no JSON', () => encodeUtf8('welcome'), 'json-invalid'],
    ['nothing', () => new Uint8Array(0), 'answer-unexpected'],
  ];

  test.each(answers)(
    'with an answer that is not as it should be is refused, and finished later: %s',
    async (_, change, code) => {
      const { text } = await application.addClient();
      backend.hooks.onPlaintext = change;
      await refused(code as 'open-failed', () => openDevice(options({ token: text })));
      expect(await stored()).not.toHaveProperty('applicationKey');
      backend.hooks = {};
      await (await openDevice(options())).getSecrets();
    },
  );

  test('a store that fails stops it before anything is sent', async () => {
    const failure = new Error('EROFS');
    const readOnly = { ...store, write: () => Promise.reject(failure) };
    await expect(bound({ store: readOnly })).rejects.toBe(failure);
    expect(backend.exchanges).toEqual([]);
  });

  test('pins the key that its token brings', async () => {
    const pair = await nodeSuite.generateEcPrivateKey();
    const { token } = await application.addClient({ host: 'IL5' });
    const secret = encodeBase64Url(await token.clientKey.exportSecretBytes());
    const text = `IL5:${secret}:42:${encodeBase64Url(pair.publicKey.bytes)}`;
    backend.hooks.onRequest = (exchange) => {
      expect(exchange.headers.get('PublicKeyId')).toBe('42');
      return errorAnswer(401, { error: 'key', key_id: 7 });
    };
    await refused('server-key-rejected', () => openDevice(without(options({ token: text }), 'serverKeys')));
    expect((await stored()).serverKey).toEqual({ id: 42, publicKey: pair.publicKey.bytes });
    await refused('server-key-rejected', () => openDevice(without(options(), 'serverKeys')));
    expect(backend.exchanges).toHaveLength(2);
  });

  test('pins the key that its caller brings, for later runs as well', async () => {
    await bound({ serverKeys: backend.pinnedServerKey() });
    const pinned = (await stored()).serverKey!;
    expect(pinned.id).toBe(7);
    expect(pinned.publicKey).toEqual(backend.serverKeyPairs.get(7)!.publicKey.bytes);
    backend.serverKeyId = 9;
    const device = await openDevice(without(options(), 'serverKeys'));
    await refused('server-key-rejected', () => device.getSecrets());
  });

  test('without a pin begins with the published keys', async () => {
    backend.hooks.onRequest = () => errorAnswer(400, { error: 'stop' });
    const { text } = await application.addClient();
    await refused('request-rejected', () => openDevice(without(options({ token: text }), 'serverKeys')));
    expect(backend.exchanges[0]!.headers.get('PublicKeyId')).toBe('7');
    expect((await stored()).serverKey).toBeUndefined();
  });
});

describe('a request of a device', () => {
  test('is a POST to its command, without credentials, redirects and referrer, and with an end', async () => {
    const device = await bound();
    await device.getFolders();
    const { url, init, headers } = backend.exchanges.at(-1)!;
    expect(url.href).toBe(`https://${BACKEND_HOST}/api/rest/sm/v1/get_folders`);
    expect(init).toMatchObject({
      method: 'POST',
      credentials: 'omit',
      redirect: 'error',
      referrerPolicy: 'no-referrer',
    });
    expect(init.signal).toBeInstanceOf(AbortSignal);
    expect(init.signal!.aborted).toBe(false);
    expect(headers.get('Content-Type')).toBe('application/octet-stream');
  });

  test('ends after a minute, or when its caller says', async () => {
    const timeout = vi.spyOn(AbortSignal, 'timeout');
    await bound();
    expect(DEFAULT_TIMEOUT).toBe(60_000);
    expect(timeout.mock.calls).toEqual([[60_000], [60_000]]);
    timeout.mockClear();
    const device = await openDevice(options({ timeoutMilliseconds: 5 * 60_000 }));
    await device.getSecrets();
    expect(timeout.mock.calls).toEqual([[300_000]]);
    expect(backend.exchanges.at(-1)!.init.signal).toBe(timeout.mock.results[0]!.value);
    timeout.mockRestore();
  });

  test('names the version of our client, or the caller’s', async () => {
    await bound();
    expect(backend.exchanges.at(-1)!.opened!.payload['clientVersion']).toBe(CLIENT_VERSION);
    const device = await openDevice(options({ clientVersion: 'ms16.1.0' }));
    await device.getSecrets();
    expect(backend.exchanges.at(-1)!.opened!.payload['clientVersion']).toBe('ms16.1.0');
  });

  test('goes through the platform’s fetch by default', async () => {
    vi.stubGlobal('fetch', backend.fetch);
    const { text } = await application.addClient();
    const device = await openDevice(without(options({ token: text }), 'fetch'));
    expect((await device.getSecrets()).failed).toEqual([]);
  });

  test('sent again has another transmission key', async () => {
    const device = await bound();
    answerWith(errorAnswer(403, { error: 'throttled', retry_after: 1 }));
    await device.getSecrets();
    const [one, other] = backend.exchanges.slice(-2).map(({ headers }) => headers.get('TransmissionKey'));
    expect(one).not.toBe(other);
  });

  test('fails with what the connection throws', async () => {
    const device = await bound();
    const failure = new TypeError('fetch failed');
    backend.hooks.onRequest = () => {
      throw failure;
    };
    await expect(device.getSecrets()).rejects.toBe(failure);
  });

  test.each<[string, Uint8Array, string]>([
    ['that does not open', new Uint8Array(40), 'open-failed'],
    ['that is too short', new Uint8Array(27), 'message-too-short'],
    ['that is empty', new Uint8Array(0), 'answer-unexpected'],
  ])('fails with an answer %s', async (_, body, code) => {
    const device = await bound();
    backend.hooks.onAnswer = (answer) => ({ ...answer, body });
    await refused(code as 'open-failed', () => device.getSecrets());
    await refused(code as 'open-failed', () => device.getFolders());
  });

  test('fails with a sealed answer that is no object, or that holds nothing where something is due', async () => {
    const device = await bound();
    backend.hooks.onPlaintext = () => [];
    await refused('json-invalid', () => device.getSecrets());
    backend.hooks.onPlaintext = () => encodeUtf8('{"records":[],"records":[]}');
    await refused('json-duplicate-key', () => device.getSecrets());
    backend.hooks = {
      onAnswer: async (answer, exchange) => ({
        ...answer,
        body: await exchange.opened!.transmissionKey.seal(new Uint8Array(0)),
      }),
    };
    await refused('answer-unexpected', () => device.getFolders());
    await refused('answer-unexpected', () => device.getSecrets());
  });

  test('that only writes takes an empty answer, sealed or not', async () => {
    const record = await application.addRecord({ title: 'a' });
    const device = await bound();
    const [opened] = (await device.getSecrets()).records;
    await device.updateRecord(opened!, { title: 'b' });
    expect(backend.exchanges.at(-1)!.answer!.body).toHaveLength(0);
    backend.hooks.onAnswer = async (answer, exchange) => ({
      ...answer,
      body: await exchange.opened!.transmissionKey.seal(new Uint8Array(0)),
    });
    await device.updateRecord({ ...opened!, revision: 2 }, { title: 'c' });
    expect(record.stored.revision).toBe(3);
  });

  test('fails when the answer names another owner than at binding', async () => {
    const device = await bound();
    const other = await nodeSuite.generateEcPrivateKey();
    backend.hooks.onPlaintext = (answer) => ({ ...answer, appOwnerPublicKey: encodeBase64(other.publicKey.bytes) });
    await refused('owner-key-changed', () => device.getSecrets());
    backend.hooks.onPlaintext = (answer) => ({
      ...answer,
      appOwnerPublicKey: encodeBase64(backend.owner.publicKey.bytes),
    });
    await device.getSecrets();
  });

  test('ends in the backend’s words', async () => {
    const device = await bound();
    answerWith(errorAnswer(403, { result_code: 'access_denied', message: 'Not you.' }));
    const error = await refused('request-rejected', () => device.getSecrets());
    expect(error.message).toBe('access_denied: Not you.');
  });
});

describe('throttling', () => {
  test('waits what the answer says, and nothing where nothing is to wait for', async () => {
    const device = await bound();
    backend.serverKeyId = 8;
    answerWith(
      errorAnswer(403, { result_code: 'throttled', retry_after: 7 }),
      errorAnswer(429, {}, { 'Retry-After': '9' }),
    );
    await device.getSecrets();
    expect(sleeps).toHaveLength(2);
    // The jitter only adds.
    expect(sleeps[0]).toBeGreaterThanOrEqual(7000);
    expect(sleeps[0]).toBeLessThanOrEqual(8750);
    expect(sleeps[1]).toBeGreaterThanOrEqual(9000);
    expect(sleeps[1]).toBeLessThanOrEqual(11_250);
  });

  test('waits 11, 22, 44, 88, 176 s by itself, spread by the suite’s randomness, and gives up', async () => {
    for (const [byte, jitter] of [
      [0, 0.75],
      [128, 1],
      [255, 0.75 + (0.5 * 65535) / 65536],
    ] as const) {
      store = memoryConfigurationStore();
      sleeps = [];
      let drawn = 0;
      const suite: CryptoSuite = {
        ...nodeSuite,
        randomBytes: (length) => {
          if (length !== 2) return nodeSuite.randomBytes(length);
          drawn++;
          return new Uint8Array(2).fill(byte, 0, 1).fill(byte === 255 ? 255 : 0, 1);
        },
      };
      backend.hooks = {};
      const device = await bound({ suite });
      drawn = 0;
      backend.hooks.onRequest = () => errorAnswer(403, { error: 'throttled' });
      await refused('throttled', () => device.getSecrets());
      expect(sleeps).toEqual([11, 22, 44, 88, 176].map((seconds) => Math.round(seconds * 1000 * jitter)));
      expect(drawn).toBe(6);
    }
  });

  test('reads a date against the clock', async () => {
    const device = await bound();
    backend.now = Date.UTC(2026, 0, 1);
    answerWith(errorAnswer(429, {}, { 'Retry-After': new Date(backend.now + 60_000).toUTCString() }));
    await device.getSecrets();
    expect(sleeps[0]).toBeGreaterThanOrEqual(60_000);
    expect(sleeps[0]).toBeLessThanOrEqual(75_000);
  });

  test('waits on the platform’s timer and clock by default', async () => {
    const { text } = await application.addClient();
    const device = await openDevice(without(options({ token: text }), 'sleep', 'now'));
    const start = Date.UTC(2026, 0, 1);
    vi.useFakeTimers({ toFake: ['setTimeout', 'Date'], now: start });
    answerWith(errorAnswer(429, {}, { 'Retry-After': new Date(start + 60_000).toUTCString() }));
    const asking = device.getSecrets();
    await until(() => vi.getTimerCount() === 1);
    const count = backend.exchanges.length;
    await vi.advanceTimersByTimeAsync(59_999);
    expect(backend.exchanges).toHaveLength(count);
    await vi.advanceTimersByTimeAsync(15_001);
    await asking;
    expect(backend.exchanges).toHaveLength(count + 1);
  });
});

describe('what a server hints', () => {
  const keyHint = (id: number): ReturnType<typeof errorAnswer> => errorAnswer(401, { error: 'key', key_id: id });
  const redirect = (host: string): ReturnType<typeof errorAnswer> =>
    errorAnswer(403, { error: 'region_redirect', region_host: host });

  test('a new key is used, kept once an answer under it opened, and used by the next run', async () => {
    const device = await bound();
    expect((await stored()).serverKeyId).toBeUndefined();
    backend.serverKeyId = 10;
    await device.getSecrets();
    expect((await stored()).serverKeyId).toBe(10);
    const count = backend.exchanges.length;
    await (await openDevice(options())).getSecrets();
    expect(backend.exchanges).toHaveLength(count + 1);
    expect(backend.exchanges.at(-1)!.headers.get('PublicKeyId')).toBe('10');
  });

  test('another region likewise', async () => {
    const device = await bound();
    answerWith(redirect('keepersecurity.eu'));
    await device.getSecrets();
    expect(backend.exchanges.at(-1)!.url.host).toBe('keepersecurity.eu');
    expect([device.host, (await stored()).host]).toEqual(['keepersecurity.eu', 'keepersecurity.eu']);
    expect((await stored()).serverKeyId).toBeUndefined();
    answerWith(redirect('elsewhere.example'));
    await refused('region-unknown', () => device.getSecrets());
  });

  test('the caller says where a redirect may lead', async () => {
    const device = await bound({ allowsHost: (host) => host === 'elsewhere.example' });
    answerWith(redirect('elsewhere.example'));
    await device.getSecrets();
    expect(device.host).toBe('elsewhere.example');
    answerWith(redirect('keepersecurity.eu'));
    await refused('region-unknown', () => device.getSecrets());
  });

  const unopened: readonly [string, (exchange: Exchange) => ReturnType<typeof errorAnswer>, boolean][] = [
    ['an error', () => errorAnswer(400, { error: 'no' }), false],
    ['an answer that does not open', () => ({ status: 200, body: new Uint8Array(60) }), false],
    ['an empty answer, which anyone could send', () => ({ status: 200, body: new Uint8Array(0) }), true],
  ];

  test.each(unopened)('is forgotten after %s', async (_, answer, succeeds) => {
    const device = await bound();
    const before = await stored();
    let step = 0;
    backend.hooks.onRequest = (exchange) => [keyHint(10), redirect('keepersecurity.eu')][step++] ?? answer(exchange);
    const asking = device.finalizeUpdate('AAAAAAAAAAAAAAAAAAAAAA');
    if (succeeds) await asking;
    else await expect(asking).rejects.toMatchObject({ name: 'VaultwireError' });
    expect(step).toBe(3);
    expect(await stored()).toBe(before);
    expect(device.host).toBe(BACKEND_HOST);
  });

  test('a key older than one that worked is refused, in this run and the next', async () => {
    backend.serverKeyId = 10;
    const device = await bound();
    expect((await stored()).serverKeyId).toBe(10);
    backend.hooks.onRequest = () => keyHint(9);
    await refused('server-key-rollback', () => device.getSecrets());
    const next = await openDevice(options());
    await refused('server-key-rollback', () => next.getSecrets());
    expect((await stored()).serverKeyId).toBe(10);
  });

  test('a pinned key is never changed, nor is anything kept', async () => {
    const device = await bound({ serverKeys: backend.pinnedServerKey() });
    const before = await stored();
    backend.hooks.onRequest = () => keyHint(10);
    await refused('server-key-rejected', () => device.getSecrets());
    expect(await stored()).toBe(before);
    // Not even where the configuration says that another worked.
    await store.write({ ...before, serverKey: undefined, serverKeyId: 12 });
    const pinned = await openDevice(options({ serverKeys: backend.pinnedServerKey() }));
    backend.hooks = {};
    await pinned.getSecrets();
    expect(backend.exchanges.at(-1)!.headers.get('PublicKeyId')).toBe('7');
  });

  test('a stored key that the registry no longer has gives way to the default', async () => {
    const device = await bound();
    await store.write({ ...(await stored()), serverKeyId: 77 });
    await (await openDevice(options())).getSecrets();
    expect(backend.exchanges.at(-1)!.headers.get('PublicKeyId')).toBe('7');
    expect(device.clientId).toBe((await stored()).clientId);
  });

  test('requests that overlap do not take each other back: the newest key and the last move stay', async () => {
    const device = await bound();
    backend.serverKeyId = 8;
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    // The first request learns key 8, and its answer is held back; the others learn key 10 and another region.
    backend.hooks.onAnswer = async (answer, { command }) => {
      if (command === 'get_folders' && answer.status === 200) await gate;
      return undefined;
    };
    const slow = device.getFolders();
    await until(() => backend.exchanges.filter(({ plaintext }) => plaintext).at(-1)?.command === 'get_folders');
    backend.serverKeyId = 10;
    await device.getSecrets();
    answerWith(redirect('keepersecurity.eu'));
    await device.getSecrets();
    expect(await stored()).toMatchObject({ serverKeyId: 10, host: 'keepersecurity.eu' });
    release();
    await slow;
    expect(await stored()).toMatchObject({ serverKeyId: 10, host: 'keepersecurity.eu' });
    expect(device.host).toBe('keepersecurity.eu');
  });

  test('writes of the configuration do not overlap, and one that fails does not stop the next', async () => {
    const failure = new Error('ENOSPC');
    let writing = 0;
    let failing = false;
    const inner = store;
    const device = await bound({
      store: {
        ...inner,
        write: async (configuration) => {
          expect(++writing).toBe(1);
          await new Promise(setImmediate);
          writing--;
          if (failing) throw failure;
          await inner.write(configuration);
        },
      },
    });
    failing = true;
    backend.serverKeyId = 9;
    await expect(device.getSecrets()).rejects.toBe(failure);
    expect((await stored()).serverKeyId).toBeUndefined();
    failing = false;
    await Promise.all([device.getSecrets(), device.getFolders(), device.getSecrets()]);
    expect((await stored()).serverKeyId).toBe(9);
  });
});

describe('files', () => {
  async function withRecord(more: Partial<DeviceOptions> = {}): Promise<{
    device: Device;
    record: Awaited<ReturnType<Device['getSecrets']>>['records'][number];
  }> {
    await application.addRecord({ title: 'a' });
    const device = await bound(more);
    return { device, record: (await device.getSecrets()).records[0]! };
  }

  test('an upload is announced, then posted as a form, without credentials and redirects', async () => {
    const { device, record } = await withRecord();
    const content = Uint8Array.of(9, 8, 7);
    const uploading = device.uploadFile(record, { name: 'b.txt', title: 'B', type: 'text/plain', content });
    content.fill(0);
    const uid = await uploading;
    const { url, init } = backend.exchanges.at(-1)!;
    expect(url.href).toBe(`https://${FILES_HOST}/upload`);
    expect(init).toMatchObject({ method: 'POST', credentials: 'omit', redirect: 'error' });
    const form = init.body as FormData;
    expect([...form.keys()]).toEqual(['key', 'policy', 'file']);
    expect(form.get('policy')).toBe('anything');
    expect((form.get('file') as File).type).toBe('application/octet-stream');
    const [after] = (await device.getSecrets()).records;
    expect(after!.data).toEqual({ title: 'a', fields: [{ type: 'fileRef', value: [uid] }] });
    expect(after!.files[0]).toMatchObject({
      uid,
      description: { name: 'b.txt', title: 'B', type: 'text/plain', size: 3, lastModified: backend.now },
    });
    expect(await device.downloadFile(after!.files[0]!)).toEqual(Uint8Array.of(9, 8, 7));
    const kept = application.records[0]!.files[0]!;
    const key = await openOwnerFileKey(backend.owner, kept.ownerFileKey!);
    expect(await key.openDescription(kept.description)).toMatchObject({ name: 'b.txt' });
  });

  test('an upload keeps the time that it is given, and takes the platform’s clock by default', async () => {
    const { device, record } = await withRecord();
    const file = { name: 'a', content: new Uint8Array(1) };
    await device.uploadFile(record, { ...file, lastModified: 5 });
    vi.useFakeTimers({ toFake: ['Date'], now: 77 });
    const other = await openDevice(without(options(), 'now'));
    await other.uploadFile({ ...record, revision: 2 }, file);
    vi.useRealTimers();
    const files = (await device.getSecrets()).records[0]!.files;
    expect(files.map(({ description }) => description['lastModified'])).toEqual([5, 77]);
  });

  test('an upload to a place that is refused is not sent', async () => {
    const { device, record } = await withRecord();
    backend.hooks.onPlaintext = (answer) => ({ ...answer, url: 'https://127.0.0.1/upload' });
    await refused('url-refused', () => device.uploadFile(record, { name: 'a', content: new Uint8Array(1) }));
    expect(backend.exchanges.at(-1)!.command).toBe('add_file');
  });

  test('an upload with another status than the announced one has failed', async () => {
    const { device, record } = await withRecord();
    backend.hooks.onPlaintext = (answer) => ({ ...answer, successStatusCode: 201 });
    const error = await refused('upload-failed', () =>
      device.uploadFile(record, { name: 'a', content: new Uint8Array(1) }),
    );
    expect(error.message).toContain('201');
    expect(error.message).toContain('204');
  });

  test('a download is a GET without credentials and redirects', async () => {
    const { device } = await withRecord();
    const made = await application.addRecord({});
    await application.addFile(made, { name: 'a', content: Uint8Array.of(1, 2) });
    const file = (await device.getSecrets({ records: [made.uid] })).records[0]!.files[0]!;
    expect(await device.downloadFile(file)).toEqual(Uint8Array.of(1, 2));
    expect(backend.exchanges.at(-1)!.init).toMatchObject({ method: 'GET', credentials: 'omit', redirect: 'error' });
    expect(backend.exchanges.at(-1)!.url.pathname).toBe(`/file/${file.uid}`);

    await refused('length-invalid', () => device.downloadFile({ ...file, description: { size: 3 } }));
    for (const size of [undefined, null, -1, 1.5, '2'] as const) {
      const description = size === undefined ? {} : { size };
      await refused('field-invalid', () => device.downloadFile({ ...file, description }));
    }
    await refused('url-refused', () => device.downloadFile({ ...file, url: undefined }));
    await refused('url-refused', () => device.downloadFile({ ...file, url: 'http://files.example/a' }));
    await refused('url-refused', () => device.downloadThumbnail(file));
    await refused('url-refused', () => device.downloadThumbnail({ ...file, thumbnailUrl: 'https://localhost/' }));
    const error = await refused('download-failed', () =>
      device.downloadFile({ ...file, url: `https://${FILES_HOST}/absent` }),
    );
    expect(error.message).toContain('404');
    backend.blobs.set('/other', await (await nodeSuite.importAesKey(new Uint8Array(32))).seal(Uint8Array.of(1, 2)));
    await refused('open-failed', () => device.downloadFile({ ...file, url: `https://${FILES_HOST}/other` }));
  });

  test('the caller’s policy holds for uploads and downloads', async () => {
    const { device, record } = await withRecord({ fileUrls: { allowedHosts: ['elsewhere.example'] } });
    await refused('url-refused', () => device.uploadFile(record, { name: 'a', content: new Uint8Array(1) }));
    const made = await application.addRecord({});
    await application.addFile(made, { name: 'a', content: Uint8Array.of(1), thumbnail: Uint8Array.of(2) });
    const file = (await device.getSecrets({ records: [made.uid] })).records[0]!.files[0]!;
    await refused('url-refused', () => device.downloadFile(file));
    await refused('url-refused', () => device.downloadThumbnail(file));
  });

  test('are unlinked with a record’s update', async () => {
    const { device, record } = await withRecord();
    const uid = await device.uploadFile(record, { name: 'a', content: new Uint8Array(1) });
    const [withFile] = (await device.getSecrets()).records;
    await device.updateRecord(withFile!, withFile!.data, { removeFiles: [uid] });
    const [after] = (await device.getSecrets()).records;
    expect(after).toMatchObject({ data: { title: 'a', fields: [] }, files: [] });
  });
});

describe('a device whose keys live elsewhere', () => {
  test('works with a remote device key and a remote application key', async () => {
    const folder = await application.addFolder('Shared');
    const record = await application.addRecord({ title: 'a' });
    await bound();
    const { deviceKey, ...configuration } = await stored();
    const bare = await nodeSuite.importAesKey(await application.key.exportSecretBytes());
    store = memoryConfigurationStore({
      ...configuration,
      deviceKey: remoteSigningKey(deviceKey),
      applicationKey: new ApplicationKey(remoteAesKey(bare)),
    });
    const device = await openDevice(options());
    const secrets = await device.getSecrets({ digests: true });
    expect(secrets.failed).toEqual([]);
    expect(secrets.records.map(({ data }) => data)).toEqual([{ title: 'a' }]);
    await device.updateRecord(secrets.records[0]!, { title: 'b' });
    expect(await record.key.openData(record.stored.data)).toEqual({ title: 'b' });
    const folders = await device.getFolders();
    expect(folders.folders.map(({ name }) => name)).toEqual(['Shared']);
    const uid = await device.createRecord({ uid: folder.uid, key: folders.folders[0]!.key }, { title: 'c' });
    expect((await device.getSecrets({ records: [uid] })).records[0]!.data).toEqual({ title: 'c' });
    await device.uploadFile((await device.getSecrets()).records[0]!, { name: 'f', content: Uint8Array.of(1) });
  });

  test('binds with a signer that cannot be taken out', async () => {
    const suite: CryptoSuite = {
      ...nodeSuite,
      generateSigningKey: async (keyOptions) => remoteSigningKey(await nodeSuite.generateSigningKey(keyOptions)),
    };
    const device = await bound({ suite });
    expect((await device.getSecrets()).failed).toEqual([]);
    expect((await stored()).deviceKey).not.toHaveProperty('exportPkcs8');
    // A store of text has no place for it, and says so before anything is sent.
    const count = backend.exchanges.length;
    await refused('key-not-extractable', () => bound({ suite, store: textStore().store }));
    expect(backend.exchanges).toHaveLength(count);
  });

  test('fails with what its signer throws', async () => {
    await bound();
    const failure = new Error('the module is locked');
    const { deviceKey, ...configuration } = await stored();
    const locked = { publicKey: deviceKey.publicKey, sign: () => Promise.reject(failure) };
    store = memoryConfigurationStore({ ...configuration, deviceKey: locked });
    const device = await openDevice(options());
    await expect(device.getSecrets()).rejects.toBe(failure);
  });
});

describe('a device that does not know something', () => {
  test('reads without the owner’s key, and does not write to it', async () => {
    await application.addRecord({ title: 'a' });
    const folder = await application.addFolder('Shared');
    await bound();
    store = memoryConfigurationStore({ ...(await stored()), ownerPublicKey: undefined });
    const device = await openDevice(options());
    const [record] = (await device.getSecrets()).records;
    backend.hooks.onPlaintext = (answer) => ({
      ...answer,
      appOwnerPublicKey: encodeBase64(backend.owner.publicKey.bytes),
    });
    await device.getSecrets();
    const count = backend.exchanges.length;
    await refused('client-not-bound', () => device.createRecord(folder, {}));
    await refused('client-not-bound', () => device.uploadFile(record!, { name: 'a', content: new Uint8Array(1) }));
    await refused('client-not-bound', () => device.ownerFingerprint());
    expect(backend.exchanges).toHaveLength(count);
  });

  test('refuses a store of another client whose keys are gone', async () => {
    await bound();
    store = memoryConfigurationStore({ ...(await stored()), applicationKey: undefined, clientKey: undefined });
    await refused('client-not-bound', () => openDevice(options()));
  });
});

describe('two devices of two applications in one process', () => {
  test('interleaved at every request, each on its own suite, see what is theirs', async () => {
    const devices = await Promise.all(
      SUITES.map(async (suite, index) => {
        const other = await createFakeBackend();
        other.serverKeyId = 7 + index;
        const app = await other.addApplication(`Application ${index}`);
        const folder = await app.addFolder(`Folder ${index}`);
        await app.addRecord({ title: `Record ${index}` }, { folder });
        const { text } = await app.addClient();
        const kept = memoryConfigurationStore();
        const device = await openDevice({
          store: kept,
          token: text,
          suite,
          serverKeys: other.serverKeys(),
          fetch: async (input, init) => {
            await new Promise(setImmediate);
            const response = await other.fetch(input, init);
            await new Promise(setImmediate);
            return response;
          },
        });
        return { device, kept, backend: other, index };
      }),
    );
    await Promise.all(
      Array.from({ length: 10 }, (_, round) =>
        devices.map(async ({ device, backend: own, index }) => {
          if (round === 3) own.serverKeyId += 1;
          const secrets = await device.getSecrets();
          expect(secrets.failed).toEqual([]);
          expect(secrets.application).toMatchObject({ title: `Application ${index}` });
          expect(secrets.records.map(({ data }) => data['title'])).toContain(`Record ${index}`);
          const { folders, failed } = await device.getFolders();
          expect(failed).toEqual([]);
          expect(folders.map(({ name }) => name)).toEqual([`Folder ${index}`]);
          await device.createRecord(folders[0]!, { title: `Made ${index} ${round}` });
        }),
      ).flat(),
    );
    for (const { device, kept, index, backend: own } of devices) {
      const titles = (await device.getSecrets()).records.map(({ data }) => data['title']);
      expect(titles).toHaveLength(11);
      expect(titles.filter((title) => typeof title === 'string' && title.includes(` ${index}`))).toHaveLength(11);
      expect((await kept.read())!.serverKeyId).toBe(own.serverKeyId);
      expect(own.clients.has(device.clientId)).toBe(true);
      for (const other of devices) expect(other.backend.clients.has(device.clientId)).toBe(other.index === index);
    }
  });

  test('of one backend, with one process’s clients: neither reads the other’s', async () => {
    const second = await backend.addApplication('Second');
    await application.addRecord({ title: 'first' });
    await second.addRecord({ title: 'second' });
    const one = await bound();
    const { text } = await second.addClient();
    const other = await openDevice(options({ store: memoryConfigurationStore(), token: text }));
    const rounds = await Promise.all(
      Array.from({ length: 20 }, (_, round) => (round % 2 === 0 ? one : other).getSecrets()),
    );
    for (const [round, { records }] of rounds.entries()) {
      expect(records.map(({ data }) => data['title'])).toEqual([round % 2 === 0 ? 'first' : 'second']);
    }
  });
});

test('every command reaches the backend under its name', async () => {
  const folder = await application.addFolder('Shared');
  await application.addRecord({}, { folder });
  const device = await bound({
    serverKeys: customServerKey({ id: 7, publicKey: backend.serverKeyPairs.get(7)!.publicKey.bytes }),
  });
  const [record] = (await device.getSecrets()).records;
  const before = backend.exchanges.length;
  await device.getFolders();
  await device.updateRecord(record!, {}, { transaction: 'rotation' });
  await device.rollbackUpdate(record!.uid);
  await device.updateRecord(record!, {}, { transaction: 'rotation' });
  await device.finalizeUpdate(record!.uid);
  await device.createRecord(folder, {});
  const folderUid = await device.createFolder(folder, 'a');
  await device.renameFolder({ uid: folderUid, key: folder.key }, 'b');
  await device.deleteFolders([folderUid]);
  await device.deleteRecords([record!.uid]);
  const commands: DeviceCommand[] = [
    'get_folders',
    'update_secret',
    'rollback_secret_update',
    'update_secret',
    'finalize_secret_update',
    'create_secret',
    'create_folder',
    'update_folder',
    'delete_folder',
    'delete_secret',
  ];
  expect(backend.exchanges.slice(before).map(({ command }) => command)).toEqual(commands);
});
