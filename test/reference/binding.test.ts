import { describe, expect, it } from 'vitest';
import { defaultSuite } from 'vaultwire/crypto';
import { getFoldersCommand, getSecretsCommand, memoryConfigurationStore } from 'vaultwire/keychain';
import type { RunningServer } from '../../reference/src/server.js';
import { refused } from '../support/refused.js';
import {
  rawClient,
  sendCommand,
  sendRequest,
  testDevice,
  testServer,
  tokenOf,
  trustingFetch,
  UIDS,
  type RawClient,
  type Said,
} from './support.js';
import type { DeviceRequest } from 'vaultwire/transmission';

const bind = (server: RunningServer, client: RawClient, localAddress?: string): Promise<Said> =>
  sendCommand(server, getSecretsCommand(client, { publicKey: client.signingKey.publicKey }), {
    ...client,
    ...(localAddress !== undefined && { localAddress }),
  });

const read = (server: RunningServer, client: RawClient, localAddress?: string): Promise<Said> =>
  sendCommand(server, getSecretsCommand(client), { ...client, ...(localAddress !== undefined && { localAddress }) });

const seedWith = (client: object) => ({
  seed: { applications: [{ title: 'First', clients: [client] }] },
});

describe('spending a one-time token', () => {
  it('binds our own client, which then reads', async () => {
    const server = await testServer();
    const device = await testDevice(server, { token: tokenOf(server, 'First', 'one') });
    const secrets = await device.getSecrets();
    expect(secrets.application).toEqual({ title: 'First', type: 'app' });
    expect(secrets.failed).toEqual([]);
  });

  it("hands out the application's key and the owner's public key until the client confirms, and never again", async () => {
    const server = await testServer();
    const client = await rawClient(tokenOf(server, 'First', 'one'));
    const first = await bind(server, client);
    expect(first.status).toBe(200);
    const again = await bind(server, client);
    expect(again.json['encryptedAppKey']).toBe(first.json['encryptedAppKey']);
    expect(again.json['appOwnerPublicKey']).toBe(first.json['appOwnerPublicKey']);

    const confirmed = await read(server, client);
    expect(confirmed.status).toBe(200);
    expect(confirmed.json).not.toHaveProperty('encryptedAppKey');
    expect(confirmed.json).not.toHaveProperty('appOwnerPublicKey');

    const late = await bind(server, client);
    expect(late).toMatchObject({ status: 403, json: { error: 'access_denied', result_code: 'token_used' } });
  });

  it('does not burn a token by another command than get_secret', async () => {
    const server = await testServer();
    const client = await rawClient(tokenOf(server, 'First', 'one'));
    const folders = { ...getFoldersCommand(client).payload, publicKey: client.publicKey };
    const early = await sendCommand(server, { command: 'get_folders', payload: folders }, client);
    expect(early).toMatchObject({ status: 403, json: { result_code: 'client_not_bound' } });
    const unkeyed = await sendCommand(server, getFoldersCommand(client), client);
    expect(unkeyed).toMatchObject({ status: 403, json: { result_code: 'client_not_bound' } });
    expect((await bind(server, client)).status).toBe(200);
  });
});

describe('refusals', () => {
  it('refuses a token that nobody issued', async () => {
    const server = await testServer();
    const client = await rawClient(Buffer.alloc(32, 7).toString('base64url'));
    expect(await bind(server, client)).toMatchObject({
      status: 403,
      json: { error: 'access_denied', result_code: 'client_unknown' },
    });
  });

  it('refuses a second device with the same token, before and after the first has confirmed', async () => {
    const server = await testServer();
    const token = tokenOf(server, 'First', 'one');
    const [first, thief] = [await rawClient(token), await rawClient(token)];
    await bind(server, first);
    const expected = { status: 403, json: { error: 'access_denied', result_code: 'token_used' } };
    expect(await bind(server, thief)).toMatchObject(expected);
    await read(server, first);
    expect(await bind(server, thief)).toMatchObject(expected);
    expect((await read(server, first)).status).toBe(200);
  });

  it('refuses a second public key that the registered device signs for', async () => {
    const server = await testServer();
    const token = tokenOf(server, 'First', 'one');
    const [client, other] = [await rawClient(token), await rawClient(token)];
    await bind(server, client);
    const answer = await bind(server, { ...client, ...{ signingKey: mixed(client, other) } });
    expect(answer).toMatchObject({ status: 403, json: { result_code: 'second_public_key' } });
  });

  it('lets one of two devices win that race for a token', async () => {
    const server = await testServer();
    const token = tokenOf(server, 'First', 'one');
    const clients = [await rawClient(token), await rawClient(token), await rawClient(token)];
    const answers = await Promise.all(clients.map((client) => bind(server, client)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 403, 403]);
  });

  it('refuses a token that has expired', async () => {
    let now = Date.now();
    const server = await testServer({ ...seedWith({ name: 'one', tokenExpiresIn: '1h' }), now: () => now });
    const client = await rawClient(tokenOf(server, 'First', 'one'));
    now += 3_600_000;
    expect(await bind(server, client)).toMatchObject({ status: 403, json: { result_code: 'token_expired' } });
    now -= 1;
    expect((await bind(server, client)).status).toBe(200);
  });

  it('refuses a client whose access has ended, and says before when it will', async () => {
    let now = 1_800_000_000_000;
    const server = await testServer({ ...seedWith({ name: 'one', accessExpiresIn: '1d' }), now: () => now });
    const client = await rawClient(tokenOf(server, 'First', 'one'));
    expect((await bind(server, client)).json['expiresOn']).toBe(1_800_086_400_000);
    now += 86_400_000;
    expect(await read(server, client)).toMatchObject({ status: 403, json: { result_code: 'client_expired' } });
  });

  it('serves a locked client from the address that came first, and from no other', async () => {
    const server = await testServer(seedWith({ name: 'one', lockIp: true }));
    const client = await rawClient(tokenOf(server, 'First', 'one'));
    expect((await bind(server, client, '127.0.0.2')).status).toBe(200);
    const elsewhere = await read(server, client, '127.0.0.3');
    expect(elsewhere).toMatchObject({ status: 403, json: { result_code: 'address_refused' } });
    expect((await read(server, client, '127.0.0.2')).status).toBe(200);
  });

  it('serves a client that is not locked from any address', async () => {
    const server = await testServer();
    const client = await rawClient(tokenOf(server, 'First', 'one'));
    await bind(server, client, '127.0.0.2');
    expect((await read(server, client, '127.0.0.3')).status).toBe(200);
  });

  it("refuses a signature that does not fit, and one by another client's key", async () => {
    const server = await testServer();
    const client = await rawClient(tokenOf(server, 'First', 'one'));
    const other = await rawClient(tokenOf(server, 'First', 'two'));
    await bind(server, client);
    await bind(server, other);
    const words = { error: 'access_denied', result_code: 'signature_invalid', message: 'Signature is invalid' };
    const foreign = await sendCommand(server, getSecretsCommand(client), { signingKey: other.signingKey });
    expect(foreign).toMatchObject({ status: 403, json: words });
    const flipped = await sendCommand(server, getSecretsCommand(client), {
      ...client,
      tamper: (request) => ({ ...request, signature: flip(request.signature, 40) }),
    });
    expect(flipped).toMatchObject({ status: 403, json: words });
  });

  it('refuses a request that comes again', async () => {
    const server = await testServer();
    const client = await rawClient(tokenOf(server, 'First', 'one'));
    await bind(server, client);
    let sent: DeviceRequest | undefined;
    const options = { ...client, onSent: (request: DeviceRequest) => (sent = request) };
    expect((await sendCommand(server, getSecretsCommand(client), options)).status).toBe(200);
    const again = await sendRequest(server, 'get_secret', sent!);
    expect(again.status).toBe(403);
    expect(await again.json()).toMatchObject({ error: 'access_denied', result_code: 'request_replayed' });
  });

  it('forgets requests after its window, whose size is an option', async () => {
    let now = 1_800_000_000_000;
    const server = await testServer({ now: () => now, replayWindow: { windowMilliseconds: 1000 } });
    const client = await rawClient(tokenOf(server, 'First', 'one'));
    let sent: DeviceRequest | undefined;
    await bind(server, client);
    await sendCommand(server, getSecretsCommand(client), { ...client, onSent: (request) => (sent = request) });
    now += 999;
    expect((await sendRequest(server, 'get_secret', sent!)).status).toBe(403);
    now += 1;
    expect((await sendRequest(server, 'get_secret', sent!)).status).toBe(200);
  });
});

describe('the server key', () => {
  it('answers a request under another id with its own, the published ones included', async () => {
    const server = await testServer();
    const client = await rawClient(tokenOf(server, 'First', 'one'));
    for (const serverKeyId of [2, 7, 18, 999]) {
      const answer = await sendCommand(server, getSecretsCommand(client), { ...client, serverKeyId });
      expect(answer).toMatchObject({ status: 401, json: { error: 'key', key_id: 1 } });
    }
  });

  it('stops a request that was sealed to another key of the current id, without sending the client round', async () => {
    const server = await testServer();
    const client = await rawClient(tokenOf(server, 'First', 'one'));
    const other = await defaultSuite.generateEcPrivateKey();
    const answer = await sendCommand(
      { ...server, serverPublicKeyId: 1, serverPublicKey: Buffer.from(other.publicKey.bytes).toString('base64url') },
      getSecretsCommand(client),
      client,
    );
    expect(answer).toMatchObject({ status: 400, json: { error: 'bad_request', result_code: 'open_failed' } });
  });

  it('rotates to the next id and refuses the one before', async () => {
    const server = await testServer({ serverKeyId: 7 });
    const client = await rawClient(tokenOf(server, 'First', 'one'));
    await bind(server, client);
    const [, ahead] = await server.serverPublicKeys([7, 8]);
    const rotated = await server.rotateServerKey();
    expect(rotated).toEqual(ahead);
    expect([server.serverPublicKeyId, server.serverPublicKey]).toEqual([
      8,
      Buffer.from(ahead!.publicKey).toString('base64url'),
    ]);
    expect((await read(server, client)).status).toBe(200);
    const old = await sendCommand(server, getSecretsCommand(client), { ...client, serverKeyId: 7 });
    expect(old).toMatchObject({ status: 401, json: { error: 'key', key_id: 8 } });
  });

  it('refuses ids that no client could write', async () => {
    const server = await testServer();
    await refused('argument-invalid', () => server.rotateServerKey(0));
    await refused('argument-invalid', () => server.serverPublicKeys([1_000_000_000]));
  });
});

describe('throttling', () => {
  it('answers 403 as the field knows it, by client and by command', async () => {
    let now = 1_800_000_000_000;
    const server = await testServer({ throttle: { limit: 3 }, now: () => now });
    const [one, two] = [
      await rawClient(tokenOf(server, 'First', 'one')),
      await rawClient(tokenOf(server, 'First', 'two')),
    ];
    await bind(server, one);
    await bind(server, two);
    for (let count = 2; count <= 3; count++) expect((await read(server, one)).status).toBe(200);
    const refusal = await read(server, one);
    expect(refusal).toMatchObject({ status: 403, json: { error: 'throttled', result_code: 'throttled' } });
    expect((await sendCommand(server, getFoldersCommand(one), one)).status).toBe(200);
    expect((await read(server, two)).status).toBe(200);
    now += 10_000;
    expect((await read(server, one)).status).toBe(200);
  });

  it('answers 429 with Retry-After when asked to', async () => {
    const server = await testServer({ throttle: { limit: 1, status: 429 } });
    const client = await rawClient(tokenOf(server, 'First', 'one'));
    await bind(server, client);
    const refusal = await read(server, client);
    expect(refusal).toMatchObject({ status: 429, json: { error: 'throttled' } });
    expect(refusal.headers.get('retry-after')).toBe('11');
  });

  it('can be switched off', async () => {
    const server = await testServer({ throttle: false });
    const client = await rawClient(tokenOf(server, 'First', 'one'));
    await bind(server, client);
    for (let count = 0; count < 110; count++) expect((await read(server, client)).status).toBe(200);
  });

  it('counts nothing that has no good signature, so that nobody is throttled by others', async () => {
    const server = await testServer({ throttle: { limit: 2 } });
    const client = await rawClient(tokenOf(server, 'First', 'one'));
    const other = await rawClient(tokenOf(server, 'First', 'two'));
    await bind(server, client);
    for (let count = 0; count < 5; count++) {
      await sendCommand(server, getSecretsCommand(client), { signingKey: other.signingKey });
    }
    expect((await read(server, client)).status).toBe(200);
  });
});

describe('a request that comes again where there is a throttle', () => {
  const code = async (answer: Promise<Response>): Promise<unknown> =>
    ((await (await answer).json()) as Record<string, unknown>)['result_code'];

  it('is refused, though others were throttled in between: what is throttled is not remembered', async () => {
    const server = await testServer({ throttle: { limit: 2 }, replayWindow: { capacity: 3 } });
    const [one, two] = [
      await rawClient(tokenOf(server, 'First', 'one')),
      await rawClient(tokenOf(server, 'First', 'two')),
    ];
    let sent: DeviceRequest | undefined;
    await bind(server, one);
    await bind(server, two);
    await sendCommand(server, getSecretsCommand(two), { ...two, onSent: (request) => (sent = request) });
    expect((await read(server, one)).status).toBe(200);
    for (let count = 0; count < 5; count++) {
      expect(await read(server, one)).toMatchObject({ json: { result_code: 'throttled' } });
    }
    expect(await code(sendRequest(server, 'get_secret', sent!))).toBe('request_replayed');
  });

  it('does not count for its client', async () => {
    const server = await testServer({ throttle: { limit: 3 } });
    const client = await rawClient(tokenOf(server, 'First', 'one'));
    let sent: DeviceRequest | undefined;
    await bind(server, client);
    await sendCommand(server, getSecretsCommand(client), { ...client, onSent: (request) => (sent = request) });
    for (let count = 0; count < 5; count++) {
      expect(await code(sendRequest(server, 'get_secret', sent!))).toBe('request_replayed');
    }
    expect((await read(server, client)).status).toBe(200);
  });

  it('is refused where it was throttled before, under each command, and counts for none', async () => {
    let now = 1_800_000_000_000;
    const server = await testServer({ throttle: { limit: 2 }, now: () => now });
    const client = await rawClient(tokenOf(server, 'First', 'one'));
    let sent: DeviceRequest | undefined;
    await bind(server, client);
    await read(server, client);
    await sendCommand(server, getSecretsCommand(client), { ...client, onSent: (request) => (sent = request) });
    // The signature covers no command: what was one and was held back must not become another.
    for (const command of ['get_folders', 'get_secret', 'get_folders', 'get_folders']) {
      expect(await code(sendRequest(server, command, sent!))).toBe('request_replayed');
    }
    expect((await sendCommand(server, getFoldersCommand(client), client)).status).toBe(200);
    // Whoever goes on sending it keeps nobody waiting.
    now += 9_999;
    expect(await code(sendRequest(server, 'get_secret', sent!))).toBe('request_replayed');
    now += 1;
    expect(await code(sendRequest(server, 'get_secret', sent!))).toBe('request_replayed');
    expect((await read(server, client)).status).toBe(200);
  });

  it('is answered once where it comes several times at once', async () => {
    const server = await testServer();
    const client = await rawClient(tokenOf(server, 'First', 'one'));
    let sent: DeviceRequest | undefined;
    await bind(server, client);
    await sendCommand(server, getSecretsCommand(client), {
      ...client,
      tamper: (request) => ({ ...request, signature: new Uint8Array(70) }),
      onSent: (request) => (sent = request),
    });
    const signature = await client.signingKey.sign(Buffer.concat([sent!.wrappedTransmissionKey, sent!.payload]));
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => sendRequest(server, 'get_secret', { ...sent!, signature })),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...Array<number>(7).fill(403)]);
  });
});

describe('a device that lost the answer to its first request', () => {
  it('is bound by its second run', async () => {
    const server = await testServer();
    const store = memoryConfigurationStore();
    const token = tokenOf(server, 'First', 'one');
    let requests = 0;
    const cutOff: typeof fetch = async (input, init) => {
      const response = await trustingFetch(server)(input, init);
      if (++requests === 1) throw new TypeError('connection lost');
      return response;
    };
    await expect(testDevice(server, { token, store, fetch: cutOff })).rejects.toThrow('connection lost');
    const device = await testDevice(server, { token, store });
    expect((await device.getSecrets({ records: [UIDS.direct] })).records).toHaveLength(1);
  });
});

const flip = (bytes: Uint8Array, index: number): Uint8Array =>
  bytes.map((byte, position) => (position === index ? byte ^ 1 : byte));

/** Signs with one client's key, and names another's as the public key. */
const mixed = (signer: RawClient, named: RawClient): RawClient['signingKey'] => ({
  ...signer.signingKey,
  publicKey: named.signingKey.publicKey,
  sign: (message) => signer.signingKey.sign(message),
});
