import { describe, expect, it } from 'vitest';
import { defaultSuite } from 'vaultwire/crypto';
import { decodeMlKemPem, importMlKemPublicKey, seal as sealHybrid } from 'vaultwire/ecies/hybrid';
import { deriveLoginProof } from 'vaultwire/keychain/account';
import { openVault } from 'vaultwire/keychain/vault';
import {
  Authentication,
  customMlKemKey,
  encodeMessage,
  JSON_COMMAND_PATH,
  sealAccountRequest,
  type AccountExchangeOptions,
} from 'vaultwire/transmission/account';
import { describeAccountRequest, type SeenAccountRequest } from '../../reference/src/index.js';
import { startServer, type RunningServer, type ServerOptions } from '../../reference/src/server.js';
import { refused } from '../support/refused.js';
import {
  ACCOUNT_SEED,
  ACCOUNT_UIDS,
  accountClient,
  DEVICE_TOKEN,
  fetchKeys,
  fetchVault,
  fromBase64,
  knownMlKemKeys,
  knownServerKeys,
  loginWith,
  PASSWORD,
  type AccountClient,
} from './account-support.js';
import { temporaryFolder, testServer, trustingFetch } from './support.js';

const ALICE = 'alice@SHOP.example';
const accountServer = (options: ServerOptions = {}): Promise<RunningServer> =>
  testServer({ seed: ACCOUNT_SEED, ...options });

const PARAMETERS = { command: 'vaultwire_login_parameters', username: ALICE };
const SUMMARY = 'login/account_summary';
const NOTHING = new Uint8Array(0);

/** What our client throws for a refusal that it cannot act on: the server's code is in the message. */
const rejected = (code: string) => ({ code: 'request-rejected', message: expect.stringContaining(code) as string });

describe.each(['ec', 'hybrid'] as const)('an account over HTTPS in %s mode', (mode) => {
  it('is opened from what comes over the wire', async () => {
    const server = await accountServer();
    const client = await accountClient(server, { mode });
    const session = await client.login(ALICE, PASSWORD);
    const { opened, privateKey, clientKey, summary } = await fetchKeys(client, session, PASSWORD);
    expect(opened.report.kdf).toEqual({ algorithm: 'PBKDF2-HMAC-SHA-256', iterations: 100_000 });
    expect(privateKey.publicKey.bytes).toEqual(new Uint8Array(summary.keysInfo!.eccPublicKey!));
    expect(await clientKey.exportSecretBytes()).toHaveLength(32);

    const sealed = await fetchVault(client, session);
    const uids = [ACCOUNT_UIDS.direct, ACCOUNT_UIDS.inFolder, ACCOUNT_UIDS.inInner];
    const account = { dataKey: opened.dataKey, ecPrivateKey: privateKey };
    const { folders, records, failed, report } = await openVault(sealed, account, { requiredUids: uids });
    expect(failed).toEqual([]);
    expect(records.map(({ uid }) => uid)).toEqual(uids);
    expect(records.map(({ report: { wrap } }) => wrap)).toEqual(['data-key-gcm', 'folder-gcm', 'folder-gcm']);
    expect(records[0]?.data).toMatchObject({
      title: 'plaintext-of-an-account',
      type: 'login',
      fields: [{ type: 'password', value: ['plaintext-in-an-account'] }],
    });
    expect(folders.map(({ uid, parentUid, data }) => [uid, parentUid, data])).toEqual([
      [ACCOUNT_UIDS.folder, undefined, { name: 'plaintext-account-folder' }],
      [ACCOUNT_UIDS.inner, ACCOUNT_UIDS.folder, { name: 'plaintext-inner-account-folder' }],
    ]);
    expect(report.unauthenticated).toBe(0);
  });

  it('travels as it was asked to, with nothing lost on the way', async () => {
    const server = await accountServer();
    const client = await accountClient(server, { mode });
    const said = await client.request(JSON_COMMAND_PATH, PARAMETERS);
    expect(said).toMatchObject({
      transport: mode,
      downgrade: null,
      authenticated: true,
      mlKemKeyId: mode === 'hybrid' ? 100 : null,
    });
    expect(client.sent).toHaveLength(1);
  });

  it("keeps accounts apart, and another account's session opens nothing of this one", async () => {
    const server = await accountServer();
    const client = await accountClient(server, { mode });
    const session = await client.login('bob@shop.example', 'plaintext-of-bob');
    const { opened } = await fetchKeys(client, session, 'plaintext-of-bob');
    expect(opened.report.kdf?.iterations).toBe(120_000);
    const { records } = await openVault(await fetchVault(client, session), { dataKey: opened.dataKey });
    expect(records.map(({ uid }) => uid)).toEqual([ACCOUNT_UIDS.bobs]);
  });

  it('refuses an envelope that was changed in any place', async () => {
    const server = await accountServer({ throttle: false });
    const client = await accountClient(server, { mode });
    const session = await client.login(ALICE, PASSWORD);
    const { serverKeys, hybrid } = await sealing(server, mode);
    const key = await serverKeys.get(serverKeys.defaultId);
    const seal = () =>
      sealAccountRequest({
        serverKey: key,
        ...(hybrid && { hybrid: { mlKemKey: hybrid.mlKemKeys.get(hybrid.mlKemKeys.defaultId), seal: sealHybrid } }),
        payload: NOTHING,
        sessionToken: session,
        // The one field outside of the encrypted payload that nothing authenticates is left out.
        locale: '',
      });
    const whole = await seal();
    expect((await post(server, SUMMARY, whole.body)).status).toBe(200);
    const places = new Set([0, 1, 2, whole.body.length - 1]);
    for (let place = 3; place < whole.body.length; place += mode === 'ec' ? 13 : 97) places.add(place);
    for (const place of places) {
      const { body } = await seal();
      body[place] = (body[place] ?? 0) ^ 1;
      const { status, json } = await post(server, SUMMARY, body);
      expect([400, 401], `byte ${place}`).toContain(status);
      expect(typeof json['error']).toBe('string');
      const cut = await post(server, SUMMARY, body.subarray(0, place));
      expect(cut.status).toBeGreaterThanOrEqual(400);
    }
  });
});

describe('a session token', () => {
  const withoutSession = rejected('session_token_expired');

  it('is needed, and no other bytes do', async () => {
    const server = await accountServer();
    const client = await accountClient(server);
    const session = await client.login(ALICE, PASSWORD);
    const wrong = Uint8Array.from(session, (byte, index) => (index === 31 ? byte ^ 1 : byte));
    for (const token of [
      undefined,
      wrong,
      session.subarray(0, 31),
      new Uint8Array([...session, 0]),
      new Uint8Array(32),
    ]) {
      const more = token ? { sessionToken: token } : {};
      await expect(client.request(SUMMARY, NOTHING, more)).rejects.toMatchObject(withoutSession);
      await expect(client.command({ command: 'vaultwire_get_vault' }, token)).rejects.toMatchObject(withoutSession);
    }
    await fetchVault(client, session);
  });

  it('may stand in the JSON of a command, and nowhere differs', async () => {
    const server = await accountServer();
    const client = await accountClient(server);
    const session = await client.login(ALICE, PASSWORD);
    const text = Buffer.from(session).toString('base64url');
    const other = Buffer.from(new Uint8Array(32)).toString('base64url');
    const command = (named: string | null, token?: Uint8Array) =>
      client.request(
        JSON_COMMAND_PATH,
        { command: 'vaultwire_get_vault', session_token: named },
        token ? { sessionToken: token } : {},
      );
    const { answer } = await command(text);
    for (const same of [command(text, session), command(null, session), command('', session)]) {
      expect((await same).answer).toEqual(answer);
    }
    for (const named of [other, null, '']) await expect(command(named)).rejects.toMatchObject(withoutSession);
    await expect(command(other, session)).rejects.toMatchObject(rejected('field_invalid'));
    await expect(command(text, new Uint8Array(32))).rejects.toMatchObject(rejected('field_invalid'));
    for (const named of ['*', 'A'.repeat(2000)]) {
      await expect(command(named)).rejects.toMatchObject(rejected('field_invalid'));
    }
  });

  it('ends when nobody uses it, and with the server', async () => {
    let now = 1_000_000;
    const server = await accountServer({ now: () => now, sessions: { idleMilliseconds: 1000 } });
    const client = await accountClient(server);
    const session = await client.login(ALICE, PASSWORD);
    for (let use = 0; use < 3; use++) {
      now += 999;
      await fetchVault(client, session);
    }
    now += 1000;
    await expect(fetchVault(client, session)).rejects.toMatchObject(withoutSession);
  });

  it('of the session that was used longest ago ends when there are too many', async () => {
    const server = await accountServer({ sessions: { capacity: 2 } });
    const client = await accountClient(server);
    const sessions: Uint8Array[] = [];
    for (let index = 0; index < 2; index++) sessions.push(await client.login(ALICE, PASSWORD));
    await fetchVault(client, sessions[0]!);
    const third = await client.login(ALICE, PASSWORD);
    await fetchVault(client, sessions[0]!);
    await fetchVault(client, third);
    await expect(fetchVault(client, sessions[1]!)).rejects.toMatchObject(withoutSession);
  });
});

describe('a login', () => {
  it('with another proof is refused, as is a user that nobody is', async () => {
    const server = await accountServer();
    const client = await accountClient(server);
    await expect(client.login(ALICE, 'another password')).rejects.toMatchObject(rejected('auth_failed'));
    await expect(client.login('carol@shop.example', PASSWORD)).rejects.toMatchObject(rejected('auth_failed'));
    await expect(loginWith(client.command, ALICE, new Uint8Array(32))).rejects.toMatchObject(rejected('auth_failed'));
    await expect(loginWith(client.command, ALICE, new Uint8Array(31))).rejects.toMatchObject(rejected('field_invalid'));
    await client.login(ALICE, PASSWORD);
  });

  it('does not tell by its parameters whether there is such a user', async () => {
    const server = await accountServer();
    const client = await accountClient(server);
    const [alice, carol, again] = [
      await client.command(PARAMETERS),
      await client.command({ ...PARAMETERS, username: 'carol@shop.example' }),
      await client.command({ ...PARAMETERS, username: 'Carol@shop.example' }),
    ];
    expect(Object.keys(carol)).toEqual(Object.keys(alice));
    expect(fromBase64(carol['salt'])).toHaveLength(16);
    expect(carol).toEqual(again);
    expect(carol['salt']).not.toBe(alice['salt']);
  });

  it('gives users that nobody is the iterations that accounts have, each always the same', async () => {
    const server = await accountServer({ throttle: false });
    const client = await accountClient(server);
    const iterationsOf = async (username: string) =>
      (await client.command({ command: 'vaultwire_login_parameters', username }))['iterations'];
    const used = [await iterationsOf(ALICE), await iterationsOf('bob@shop.example')];
    expect(used).toEqual([100_000, 120_000]);
    const names = Array.from({ length: 40 }, (_, index) => `nobody-${index}@shop.example`);
    const round = () => Promise.all(names.map(iterationsOf));
    const given = await round();
    expect(new Set(given)).toEqual(new Set(used));
    expect(await round()).toEqual(given);
  });

  it('of a device that was registered longest ago asks for it again when there are too many', async () => {
    const server = await accountServer({ deviceCapacity: 2 });
    const client = await accountClient(server);
    const devicePublicKey = (await defaultSuite.generateEcPrivateKey()).publicKey.bytes;
    const register = (token: number) =>
      client.request(
        'authentication/register_device_in_region',
        encodeMessage(Authentication.RegisterDeviceInRegionRequest, {
          encryptedDeviceToken: Uint8Array.of(token),
          devicePublicKey,
        }),
      );
    await client.login(ALICE, PASSWORD);
    await register(1);
    await client.login(ALICE, PASSWORD);
    expect(client.registrations()).toBe(1);
    await register(2);
    await client.login(ALICE, PASSWORD);
    expect(client.registrations()).toBe(2);
  });

  it('registers a device that is not known here, once', async () => {
    const server = await accountServer();
    const client = await accountClient(server);
    await client.login(ALICE, PASSWORD);
    expect(client.registrations()).toBe(1);
    await client.login(ALICE, PASSWORD);
    expect(client.registrations()).toBe(1);
    const unable = await accountClient(await accountServer(), { registerDevice: () => Promise.resolve() });
    await expect(unable.login(ALICE, PASSWORD)).rejects.toMatchObject(rejected('device_not_registered'));
  });

  it('is throttled by user, right or wrong, until nobody tries for a while', async () => {
    let now = 1_000_000;
    const waits: number[] = [];
    const server = await accountServer({ now: () => now, throttle: { status: 429, loginLimit: 3 } });
    const client = await accountClient(server, {
      sleep: (milliseconds) => {
        waits.push(milliseconds);
        now += milliseconds;
        return Promise.resolve();
      },
    });
    const salt = fromBase64((await client.command(PARAMETERS))['salt']);
    const { proof } = await deriveLoginProof(PASSWORD, { salt, iterations: 100_000 });
    // The first is sent twice, as its device is to be registered.
    await loginWith(client.command, ALICE, proof);
    await expect(loginWith(client.command, ALICE, new Uint8Array(32))).rejects.toMatchObject(rejected('auth_failed'));
    expect(waits).toEqual([]);
    await loginWith(client.command, ALICE, proof);
    expect(waits).toHaveLength(1);
    expect(waits[0]).toBeGreaterThanOrEqual(11_000);
    // Another user is not held up by it.
    await expect(client.login('bob@shop.example', 'x')).rejects.toMatchObject(rejected('auth_failed'));
  });

  it('counts every request besides', async () => {
    const server = await accountServer({ throttle: { limit: 2 } });
    const client = await accountClient(server);
    for (let index = 0; index < 2; index++) await client.command(PARAMETERS);
    await expect(client.command(PARAMETERS)).rejects.toThrow('throttled in a test');
    expect(client.sent.at(-1)?.status).toBe(403);
  });
});

describe('key rotation', () => {
  const keyErrors = (client: AccountClient) => client.sent.map(({ status }) => status);

  it('of the EC key is followed by clients that know the new one, in both modes', async () => {
    const server = await accountServer();
    const serverKeys = await knownServerKeys(server, [1, 2]);
    for (const mode of ['ec', 'hybrid'] as const) {
      await server.rotateServerKey(1);
      const client = await accountClient(server, { mode, serverKeys });
      await server.rotateServerKey();
      const said = await client.request(JSON_COMMAND_PATH, PARAMETERS);
      expect(said).toMatchObject({ transport: mode, serverKeyId: 2, downgrade: null });
      expect(keyErrors(client)).toEqual([401, 200]);
    }
  });

  it('of the ML-KEM key, and of both, is followed in hybrid mode', async () => {
    const server = await accountServer({ serverMlKemKeyId: 135 });
    const serverKeys = await knownServerKeys(server, [1, 2]);
    const hybrid = { mlKemKeys: await knownMlKemKeys(server, [135, 136]), seal: sealHybrid };
    const client = await accountClient(server, { serverKeys, hybrid });
    await server.rotateMlKemKey();
    const first = await client.request(JSON_COMMAND_PATH, PARAMETERS);
    expect(first).toMatchObject({ transport: 'hybrid', mlKemKeyId: 136, serverKeyId: 1, downgrade: null });
    await server.rotateServerKey();
    const second = await client.request(JSON_COMMAND_PATH, PARAMETERS);
    expect(second).toMatchObject({ transport: 'hybrid', mlKemKeyId: 136, serverKeyId: 2, downgrade: null });
    expect(keyErrors(client)).toEqual([401, 200, 401, 200]);
  });

  it('tells each mode the keys of the wire, and no more', async () => {
    const server = await accountServer({ serverKeyId: 17, serverMlKemKeyId: 124 });
    const keys = { ec: await sealing(server, 'ec'), hybrid: await sealing(server, 'hybrid') };
    await server.rotateServerKey();
    await server.rotateMlKemKey(136);
    for (const mode of ['ec', 'hybrid'] as const) {
      const { serverKeys, hybrid } = keys[mode];
      const { body } = await sealAccountRequest({
        serverKey: await serverKeys.get(17),
        ...(hybrid && { hybrid: { mlKemKey: hybrid.mlKemKeys.get(124), seal: sealHybrid } }),
        payload: NOTHING,
      });
      const { status, json } = await post(server, SUMMARY, body);
      expect(status).toBe(401);
      expect(json).toMatchObject({ error: 'key', key_id: mode === 'ec' ? 18 : 136 });
      expect(json['qrc_ec_key_id']).toBe(mode === 'ec' ? undefined : 18);
    }
  });

  it('to an ML-KEM key that a client has not makes it fall back to EC, and say so', async () => {
    const server = await accountServer();
    const hybrid = { mlKemKeys: await knownMlKemKeys(server, [100]), seal: sealHybrid };
    await server.rotateMlKemKey();
    const client = await accountClient(server, { hybrid });
    const said = await client.request(JSON_COMMAND_PATH, PARAMETERS);
    expect(said).toMatchObject({
      transport: 'ec',
      mlKemKeyId: null,
      downgrade: { reason: 'ml-kem-key-unknown', mlKemKeyId: 101 },
    });
  });

  it('does not make a client fall back that requires hybrid, or pins its ML-KEM key', async () => {
    const server = await accountServer();
    const mlKemKeys = await knownMlKemKeys(server, [100]);
    await server.rotateMlKemKey();
    const required = await accountClient(server, { hybrid: { mlKemKeys, seal: sealHybrid, required: true } });
    await refused('hybrid-required', () => required.request(JSON_COMMAND_PATH, PARAMETERS));
    const pinned = await accountClient(server, {
      hybrid: { mlKemKeys: customMlKemKey(mlKemKeys.get(100)), seal: sealHybrid },
    });
    await refused('server-key-rejected', () => pinned.request(JSON_COMMAND_PATH, PARAMETERS));
    for (const { sent } of [required, pinned]) expect(sent).toHaveLength(1);
  });

  it('back to an older ML-KEM key than has worked is refused by the client', async () => {
    const server = await accountServer({ serverMlKemKeyId: 101 });
    const mlKemKeys = await knownMlKemKeys(server, [101, 100]);
    await server.rotateMlKemKey(100);
    const client = await accountClient(server, { hybrid: { mlKemKeys, seal: sealHybrid, workingMlKemKeyId: 101 } });
    await refused('server-key-rollback', () => client.request(JSON_COMMAND_PATH, PARAMETERS));
  });

  it('is nothing that a backend does which does not speak hybrid: its clients fall back, and say so', async () => {
    const server = await accountServer({ hybrid: false });
    const client = await accountClient(server, { mode: 'hybrid' });
    const said = await client.request(JSON_COMMAND_PATH, PARAMETERS);
    expect(said).toMatchObject({ transport: 'ec', downgrade: { reason: 'hybrid-not-spoken', mlKemKeyId: null } });
  });

  it('is kept in the data folder, and the accounts are', async () => {
    const dataDirectory = await temporaryFolder();
    const first = await startServer({ seed: ACCOUNT_SEED, dataDirectory, mlKemParameterSet: 'ML-KEM-768' });
    await first.rotateMlKemKey(107);
    const { mlKemPublicKey, mlKemPublicKeyPem } = first;
    await first.close();
    const second = await testServer({ seed: ACCOUNT_SEED, dataDirectory });
    expect(second).toMatchObject({ mlKemPublicKeyId: 107, mlKemPublicKey, mlKemPublicKeyPem });
    const key = importMlKemPublicKey('ML-KEM-768', Buffer.from(mlKemPublicKey, 'base64url'));
    expect(decodeMlKemPem(mlKemPublicKeyPem).bytes).toEqual(key.bytes);
    const client = await accountClient(second, { mode: 'hybrid' });
    const session = await client.login(ALICE, PASSWORD);
    const { opened } = await fetchKeys(client, session, PASSWORD);
    const { records } = await openVault(await fetchVault(client, session), { dataKey: opened.dataKey });
    expect(records).toHaveLength(3);
  });

  it('has ids from 100 on for ML-KEM keys', async () => {
    const server = await accountServer();
    for (const id of [99, 0, -1, 100.5, Number.NaN]) {
      await refused('argument-invalid', () => server.rotateMlKemKey(id));
    }
    expect(server.mlKemPublicKeyId).toBe(100);
  });
});

describe('what is no account request', () => {
  it('is refused with what is wrong with it', async () => {
    const server = await accountServer({ maximumRequestBytes: 5000 });
    const codeOf = async (path: string, body: Uint8Array<ArrayBuffer>, method = 'POST'): Promise<unknown[]> => {
      const { status, json } = await post(server, path, body, method);
      return [status, json['result_code']];
    };
    expect(await codeOf(SUMMARY, new Uint8Array(5001))).toEqual([413, 'message_too_long']);
    expect(await codeOf(SUMMARY, NOTHING)).toEqual([400, 'length_invalid']);
    expect(await codeOf(SUMMARY, new Uint8Array([255, 1, 2]))).toEqual([400, 'protobuf_invalid']);
    expect(await codeOf('vault/drop_tables', NOTHING)).toEqual([404, 'path_unknown']);
    expect(await codeOf('constructor', NOTHING)).toEqual([404, 'path_unknown']);
    expect(await codeOf(SUMMARY, NOTHING, 'PUT')).toEqual([405, 'method_not_allowed']);
  });

  it('is refused when it opens and is not what it should be', async () => {
    const server = await accountServer();
    const client = await accountClient(server);
    const session = await client.login(ALICE, PASSWORD);
    const ends = (path: string, payload: AccountExchangeOptions['payload'], code: string): Promise<void> =>
      expect(client.request(path, payload, { sessionToken: session })).rejects.toMatchObject(rejected(code));
    await ends(SUMMARY, new Uint8Array([255]), 'protobuf_invalid');
    await ends(JSON_COMMAND_PATH, new Uint8Array([123]), 'json_invalid');
    await ends(JSON_COMMAND_PATH, { command: 'drop_tables' }, 'field_invalid');
    await ends(JSON_COMMAND_PATH, { command: 'vaultwire_login' }, 'field_invalid');
    await ends(JSON_COMMAND_PATH, { ...PARAMETERS, username: 'x'.repeat(321) }, 'field_invalid');
    await ends(JSON_COMMAND_PATH, { ...PARAMETERS, username: '' }, 'field_invalid');
    const registration = 'authentication/register_device_in_region';
    await ends(registration, NOTHING, 'length_invalid');
    await ends(registration, new Uint8Array([10, 1, 7]), 'point_invalid');
    const point = new Uint8Array(65).fill(4);
    const device = { encryptedDeviceToken: DEVICE_TOKEN, devicePublicKey: point };
    const offCurve = encodeMessage(Authentication.RegisterDeviceInRegionRequest, device);
    await ends(registration, offCurve, 'point_invalid');
    const long = { encryptedDeviceToken: new Uint8Array(1025), devicePublicKey: point };
    await ends(registration, encodeMessage(Authentication.RegisterDeviceInRegionRequest, long), 'length_invalid');
  });

  it('never names a value in its refusal', async () => {
    const server = await accountServer();
    const client = await accountClient(server);
    const secret = 'hunter2-hunter2';
    for (const payload of [
      { command: secret },
      { command: 'vaultwire_login', username: ALICE, device_token: 'AAAA', auth_response: secret },
      { command: 'vaultwire_login', username: ALICE, device_token: `${secret}!`, auth_response: 'AAAA' },
    ]) {
      const error: unknown = await client.command(payload).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'request-rejected' });
      expect(String(error)).not.toContain(secret);
    }
  });

  it('is refused when it comes again, whatever others send in between', async () => {
    let now = 1_000_000;
    const throttle = { limit: 3 };
    const server = await accountServer({ now: () => now, replayWindow: { capacity: 8 }, throttle });
    const client = await accountClient(server);
    const session = await client.login(ALICE, PASSWORD);
    await fetchVault(client, session);
    const body = new Uint8Array(client.sent.at(-1)!.body);
    for (let round = 0; round < 4; round++) {
      now += 10_000;
      for (const token of [undefined, new Uint8Array(32)]) {
        await expect(fetchVaultAs(client, token)).rejects.toMatchObject(rejected('session_token_expired'));
      }
      // More of them than are answered: what is throttled takes nobody's place either.
      await expect(fetchVaultAs(client)).rejects.toMatchObject(rejected('session_token_expired'));
      for (let count = 0; count < 10; count++)
        await expect(fetchVaultAs(client)).rejects.toThrow('throttled in a test');
      const { status, json } = await post(server, JSON_COMMAND_PATH, body);
      expect([status, json['result_code']]).toEqual([403, 'request_replayed']);
    }
  });

  it('is refused when it comes again, though a flood without sessions was throttled', async () => {
    const server = await accountServer({ replayWindow: { capacity: 3 }, throttle: { limit: 2 } });
    const client = await accountClient(server);
    await client.command(PARAMETERS);
    const body = new Uint8Array(client.sent[0]!.body);
    await client.command(PARAMETERS);
    for (let count = 0; count < 5; count++) await expect(client.command(PARAMETERS)).rejects.toThrow('throttled in');
    const { json } = await post(server, JSON_COMMAND_PATH, body);
    expect(json['result_code']).toBe('request_replayed');
  });

  it('counts for nothing when it comes again: neither as a request of its user, nor as a use of the session', async () => {
    let now = 1_000_000;
    const sessions = { idleMilliseconds: 1000 };
    const server = await accountServer({ now: () => now, sessions, throttle: { limit: 2 } });
    const client = await accountClient(server);
    const session = await client.login(ALICE, PASSWORD);
    await fetchVault(client, session);
    const body = new Uint8Array(client.sent.at(-1)!.body);
    for (let count = 0; count < 5; count++) await post(server, JSON_COMMAND_PATH, body);
    await fetchVault(client, session);
    now += 999;
    await post(server, JSON_COMMAND_PATH, body);
    now += 1;
    await expect(fetchVault(client, session)).rejects.toMatchObject(rejected('session_token_expired'));
  });

  it('is refused when it comes again where it was throttled, and counts for nothing then either', async () => {
    let now = 1_000_000;
    const sessions = { idleMilliseconds: 20_000 };
    const server = await accountServer({ now: () => now, sessions, throttle: { limit: 2 } });
    const client = await accountClient(server);
    const session = await client.login(ALICE, PASSWORD);
    for (let count = 0; count < 2; count++) await fetchVault(client, session);
    await expect(fetchVault(client, session)).rejects.toThrow('throttled in a test');
    const body = new Uint8Array(client.sent.at(-1)!.body);
    const again = async () => (await post(server, JSON_COMMAND_PATH, body)).json['result_code'];
    now += 9_999;
    expect(await again()).toBe('request_replayed');
    now += 1;
    expect(await again()).toBe('request_replayed');
    await fetchVault(client, session);
    now += 19_999;
    expect(await again()).toBe('request_replayed');
    now += 1;
    await expect(fetchVault(client, session)).rejects.toMatchObject(rejected('session_token_expired'));
  });

  it('is refused when it comes again, in both modes', async () => {
    const server = await accountServer();
    for (const mode of ['ec', 'hybrid'] as const) {
      const client = await accountClient(server, { mode });
      await client.command(PARAMETERS);
      const { status, json } = await post(server, JSON_COMMAND_PATH, new Uint8Array(client.sent[0]!.body));
      expect([status, json['result_code']]).toEqual([403, 'request_replayed']);
    }
  });
});

describe('the inspect log', () => {
  it('shows who asked for what and how it travelled, and nothing secret', async () => {
    const seen: SeenAccountRequest[] = [];
    const server = await accountServer({ onAccountSeen: (one) => seen.push(one) });
    const client = await accountClient(server, { mode: 'hybrid' });
    const session = await client.login(ALICE, PASSWORD);
    await fetchVault(client, session);
    await post(server, SUMMARY, NOTHING);
    const lines = seen.map(describeAccountRequest);
    expect(lines[1]).toContain(
      'vaultwire_login from someone without a session at 127.0.0.1, sealed in hybrid mode: 403',
    );
    expect(lines.at(-2)).toContain('vaultwire_get_vault from the account alice@shop.example');
    expect(lines.at(-1)).toContain('not opened: 400 length_invalid');
    const everything = JSON.stringify(seen) + lines.join('\n');
    for (const secret of [session, DEVICE_TOKEN]) {
      for (const form of ['base64', 'base64url', 'hex'] as const) {
        expect(everything).not.toContain(Buffer.from(secret).toString(form));
      }
    }
  });
});

const fetchVaultAs = (client: AccountClient, sessionToken?: Uint8Array): Promise<Record<string, unknown>> =>
  client.command({ command: 'vaultwire_get_vault' }, sessionToken);

async function sealing(
  server: RunningServer,
  mode: 'ec' | 'hybrid',
): Promise<Pick<AccountExchangeOptions, 'serverKeys' | 'hybrid'>> {
  return {
    serverKeys: await knownServerKeys(server, [server.serverPublicKeyId]),
    ...(mode === 'hybrid' && {
      hybrid: { mlKemKeys: await knownMlKemKeys(server, [server.mlKemPublicKeyId]), seal: sealHybrid },
    }),
  };
}

async function post(
  server: RunningServer,
  path: string,
  body: Uint8Array<ArrayBuffer>,
  method = 'POST',
): Promise<{ readonly status: number; readonly json: Record<string, unknown> }> {
  const response = await trustingFetch(server)(`${server.url}/api/rest/${path}`, { method, body });
  const bytes = new Uint8Array(await response.arrayBuffer());
  const json = response.status === 200 ? {} : (JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>);
  return { status: response.status, json };
}
