import { connect } from 'node:tls';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { getSecretsCommand } from 'vaultwire/keychain';
import { describeRequest } from '../../reference/src/backend/inspect.js';
import type { SeenRequest } from '../../reference/src/backend/device-service.js';
import type { RunningServer } from '../../reference/src/server.js';
import {
  boundDevice,
  rawClient,
  sendCommand,
  testDevice,
  testServer,
  tokenOf,
  trustingFetch,
  UIDS,
} from './support.js';

const COMMAND = '/api/rest/sm/v1/get_secret';

describe('browsers', () => {
  const preflight = (server: RunningServer, origin: string, path = COMMAND): Promise<Response> =>
    trustingFetch(server)(server.url + path, {
      method: 'OPTIONS',
      headers: {
        Origin: origin,
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'authorization,content-type,publickeyid,transmissionkey',
      },
    });

  it('may call from any origin with the headers of the wire, without credentials', async () => {
    const server = await testServer();
    const { status, headers } = await preflight(server, 'https://app.example');
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.get('access-control-allow-credentials')).toBeNull();
    expect(headers.get('access-control-allow-methods')).toContain('POST');
    const allowed = headers.get('access-control-allow-headers')!.toLowerCase().split(/, ?/);
    expect(allowed).toEqual(
      expect.arrayContaining(['authorization', 'content-type', 'publickeyid', 'transmissionkey']),
    );
  });

  it('may call from the origins that are named, and no others', async () => {
    const server = await testServer({ origins: ['https://app.example'] });
    const allowed = await preflight(server, 'https://app.example');
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://app.example');
    const other = await preflight(server, 'https://evil.example');
    expect(other.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('can read refusals and files too', async () => {
    const server = await testServer();
    const call = (path: string, init: RequestInit): Promise<Response> =>
      trustingFetch(server)(server.url + path, {
        ...init,
        headers: { Origin: 'https://app.example' },
      });
    for (const response of [
      await call(COMMAND, { method: 'POST', body: 'x' }),
      await call('/api/rest/sm/v1/no_such_command', { method: 'POST', body: 'x' }),
      await call('/nowhere', { method: 'GET' }),
      await call(`/files/${UIDS.file}/content`, { method: 'GET' }),
      await call('/upload', { method: 'POST', body: 'x' }),
    ]) {
      expect(response.status).toBeGreaterThanOrEqual(400);
      expect(response.headers.get('access-control-allow-origin')).toBe('*');
    }
  });
});

describe('what is no request', () => {
  const post = async (server: RunningServer, path: string, init: RequestInit = {}): Promise<unknown[]> => {
    const response = await trustingFetch(server)(server.url + path, { method: 'POST', ...init });
    return [response.status, ((await response.json()) as Record<string, unknown>)['result_code']];
  };

  it('is refused with what is wrong with it', async () => {
    const server = await testServer({ maximumRequestBytes: 5000 });
    expect(await post(server, COMMAND)).toEqual([400, 'header_invalid']);
    expect(await post(server, COMMAND, { headers: { PublicKeyId: '1' } })).toEqual([400, 'header_invalid']);
    const whole = {
      PublicKeyId: '1',
      TransmissionKey: Buffer.alloc(125, 4).toString('base64'),
      Authorization: `Signature ${Buffer.alloc(70).toString('base64')}`,
    };
    expect(await post(server, COMMAND, { headers: whole })).toEqual([400, 'message_too_short']);
    expect(await post(server, COMMAND, { headers: whole, body: 'x'.repeat(100) })).toEqual([400, 'point_invalid']);
    expect(await post(server, COMMAND, { headers: whole, body: 'x'.repeat(5001) })).toEqual([413, 'message_too_long']);
    expect(await post(server, '/api/rest/sm/v1/drop_tables', { headers: whole })).toEqual([404, 'path_unknown']);
    expect(await post(server, COMMAND, { method: 'PUT' })).toEqual([405, 'method_not_allowed']);
    expect(await post(server, '/upload', { body: 'x' })).toEqual([400, 'header_invalid']);
    const form = (body: string): RequestInit => ({
      headers: { 'Content-Type': 'multipart/form-data; boundary=x' },
      body,
    });
    expect(await post(server, '/upload', { headers: { 'Content-Type': 'multipart/form-data' } })).toEqual([
      400,
      'header_invalid',
    ]);
    expect(await post(server, '/upload', form('nothing of a form'))).toEqual([400, 'field_missing']);
    expect(await post(server, '/upload', form('--x\r\nContent-Disposition: form-data; name="file"\r\n\r\n'))).toEqual([
      400,
      'field_missing',
    ]);
  });

  it('is refused when a payload opens and is not what it should be', async () => {
    const server = await testServer();
    const client = await rawClient(tokenOf(server, 'First', 'one'));
    await boundDevice(server, client);
    const send = async (payload: object): Promise<unknown[]> => {
      const said = await sendCommand(server, { command: 'update_secret', payload: payload as never }, client);
      return [said.status, said.json['result_code']];
    };
    const { payload } = getSecretsCommand(client);
    expect(await send({})).toEqual([400, 'field_missing']);
    expect(await send({ clientId: 7 })).toEqual([400, 'field_invalid']);
    expect(await send({ clientId: 'AAAA' })).toEqual([400, 'length_invalid']);
    expect(await send({ ...payload, recordUid: UIDS.direct, data: 'AAAA', revision: 'one' })).toEqual([
      400,
      'field_invalid',
    ]);
    expect(await send({ ...payload, recordUid: UIDS.direct, data: 'AAAA', revision: 1 })).toEqual([
      400,
      'length_invalid',
    ]);
  });

  it('does no harm below HTTP either', async () => {
    const server = await testServer();
    for (const bytes of ['\r\n\r\n', 'GET / HTTP/1.1\r\nHost: ', 'POST /api HTTP/9.9\r\n\r\n', '\x16\x03\x01\x00']) {
      const socket = connect({ port: server.port, host: '127.0.0.1', ca: server.certificate, servername: 'localhost' });
      await once(socket, 'secureConnect');
      socket.on('error', () => undefined);
      socket.end(bytes);
      socket.resume();
      await once(socket, 'close');
    }
    const device = await testDevice(server, { token: tokenOf(server, 'First', 'one') });
    expect((await device.getSecrets()).records).toHaveLength(5);
  });

  it('is no fault of the server when the client hangs up in the middle', async () => {
    const server = await testServer();
    const form = 'Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 1000';
    const file = '--x\r\nContent-Disposition: form-data; name="file"\r\n\r\nabc';
    for (const [head, body] of [
      [`POST ${COMMAND} HTTP/1.1\r\nContent-Length: 1000`, 'abc'],
      [`POST ${COMMAND} HTTP/1.1\r\nTransfer-Encoding: chunked`, '3\r\nabc\r\n'],
      [`POST /upload HTTP/1.1\r\n${form}`, file],
    ] as const) {
      const socket = connect({ port: server.port, host: '127.0.0.1', ca: server.certificate, servername: 'localhost' });
      await once(socket, 'secureConnect');
      socket.on('error', () => undefined);
      await new Promise((resolve) => socket.write(`${head}\r\nHost: localhost\r\n\r\n${body}`, resolve));
      // The server has begun to answer another request, so it has this one's beginning.
      await trustingFetch(server)(server.url);
      socket.destroy();
      await once(socket, 'close');
    }
    await trustingFetch(server)(server.url);
  });
});

describe('the address of a client', () => {
  it('is the same over IPv4 and over IPv4 in IPv6', async () => {
    const seen: SeenRequest[] = [];
    const server = await testServer({ host: '::', onSeen: (one) => seen.push(one) });
    expect(server.host).toBe('localhost');
    await testDevice(server, { token: tokenOf(server, 'First', 'one') });
    expect(seen.map(({ address }) => address)).toEqual(['127.0.0.1', '127.0.0.1']);
  });
});

describe('a fault inside', () => {
  it('is answered without details and told to whoever runs the server', async () => {
    const faults: unknown[] = [];
    const server = await testServer({
      onInternalError: (error) => faults.push(error),
      now: () => {
        throw new TypeError('secret detail');
      },
      seed: { applications: [{ title: 'A' }] },
    }).catch((error: unknown) => error);
    // Seeding asks for the time as well, so this server does not even start: it says so.
    expect(server).toBeInstanceOf(TypeError);

    let broken = false;
    const fragile = await testServer({
      onInternalError: (error) => faults.push(error),
      now: () => {
        if (broken) throw new TypeError('secret detail');
        return Date.now();
      },
    });
    const client = await rawClient(tokenOf(fragile, 'First', 'one'));
    broken = true;
    const said = await sendCommand(fragile, getSecretsCommand(client), client);
    broken = false;
    expect(said).toMatchObject({ status: 500, json: { error: 'internal_error' } });
    expect(JSON.stringify(said.json)).not.toContain('secret detail');
    expect(faults).toEqual([new TypeError('secret detail')]);
    expect((await sendCommand(fragile, getSecretsCommand(client), client)).status).toBe(403);
  });
});

describe('the inspect log', () => {
  it('shows what the server reads, and the length of what it cannot', async () => {
    const seen: SeenRequest[] = [];
    const server = await testServer({ onSeen: (one) => seen.push(one) });
    const client = await rawClient(tokenOf(server, 'First', 'one'));
    const device = await boundDevice(server, client);
    const [record] = (await device.getSecrets({ records: [UIDS.direct] })).records;
    await device.updateRecord(record!, { title: 'plaintext' });
    const lines = seen.map(describeRequest);
    const [bound] = lines;
    expect(bound).toContain(`get_secret from client ${client.clientId.slice(0, 8)}… at 127.0.0.1: 200`);
    expect(bound).toContain('publicKey');
    expect(bound).toContain("the application's key, sealed to the one-time token");
    const updated = lines.at(-1)!;
    expect(updated).toContain('update_secret');
    expect(updated).toContain(`recordUid "${UIDS.direct}"`);
    expect(updated).toContain('revision 1');
    expect(updated).toMatch(/it cannot read: data \(\d+ characters\)/);
    const everything = lines.join('\n');
    const { payload } = seen.at(-1)!;
    expect(everything).not.toContain(payload?.['data'] as string);
    expect(everything).not.toContain(client.clientId);
    expect(everything).not.toContain(
      await client.token.clientKey.exportSecretBytes().then((key) => Buffer.from(key).toString('base64url')),
    );
    for (const { token } of server.tokens) expect(everything).not.toContain(token);
  });

  it('says nothing of a payload whose signature does not fit', async () => {
    const seen: SeenRequest[] = [];
    const server = await testServer({ onSeen: (one) => seen.push(one) });
    const [client, other] = [
      await rawClient(tokenOf(server, 'First', 'one')),
      await rawClient(tokenOf(server, 'First', 'two')),
    ];
    await boundDevice(server, client);
    await sendCommand(server, getSecretsCommand(client), { signingKey: other.signingKey });
    const last = seen.at(-1)!;
    expect(last).toMatchObject({
      status: 403,
      resultCode: 'signature_invalid',
      clientId: undefined,
      payload: undefined,
    });
    expect(describeRequest(last)).toContain('a client it does not know');
  });

  it('brings no escape sequence to the terminal, and no value without end', async () => {
    const seen: SeenRequest[] = [];
    const server = await testServer({ onSeen: (one) => seen.push(one) });
    const client = await rawClient(tokenOf(server, 'First', 'one'));
    await boundDevice(server, client);
    const escape = '\u001b[2J\u009b31m\u202e\n\r';
    const recordUids = [escape, 'x'.repeat(10_000)];
    const keys = { [escape]: escape, ['y'.repeat(10_000)]: 1 };
    const { payload } = getSecretsCommand(client);
    await sendCommand(server, { command: 'delete_secret', payload: { ...payload, recordUids, ...keys } }, client);
    const text = describeRequest(seen.at(-1)!);
    // eslint-disable-next-line no-control-regex -- that is what is looked for
    expect(text.replaceAll('\n  it', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
    expect(text.length).toBeLessThan(5000);
  });
});
