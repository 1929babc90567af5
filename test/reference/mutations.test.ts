import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer, trustingFetch, type RunningServer } from '../../reference/src/index.js';
import { memoryConfigurationStore, openDevice, type Device } from '../../src/keychain/index.js';
import { customServerKey, DEVICE_COMMANDS } from '../../src/transmission/index.js';

// Real requests, changed in one place each, against a server that runs: none may be believed, none may upset it.

const REQUESTS = 10_000;
const AT_ONCE = 20;
/** Another one gives other requests; a failure prints it. */
const SEED = Number(process.env['VAULTWIRE_FUZZ_SEED'] ?? 20_260_601);

interface Message {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** Mulberry32: small, seeded, and good enough to choose where to break something. */
function generator(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

let server: RunningServer;
let device: Device;
const captured: Message[] = [];
const faults: unknown[] = [];
const onFault = (error: unknown): void => {
  faults.push(error);
};

beforeAll(async () => {
  process.on('unhandledRejection', onFault);
  server = await startServer({ throttle: false, onInternalError: onFault });
  const send = trustingFetch(server.certificate);
  device = await openDevice({
    store: memoryConfigurationStore(),
    token: server.tokens[1]?.token ?? '',
    host: `${server.host}:${server.port}`,
    serverKeys: customServerKey({
      id: server.serverPublicKeyId,
      publicKey: Buffer.from(server.serverPublicKey, 'base64url'),
    }),
    fetch: (input, init = {}) => {
      const url = new URL(input instanceof Request ? input.url : input);
      if (init.body instanceof Uint8Array) {
        captured.push({
          method: init.method ?? 'GET',
          path: url.pathname,
          headers: { ...(init.headers as Record<string, string>) },
          body: new Uint8Array(init.body),
        });
      }
      return send(input, init);
    },
  });
  const { folders, records } = await device.getSecrets();
  await device.getFolders();
  const [folder] = folders;
  const [record] = records.filter(({ isEditable }) => isEditable);
  if (!folder || !record) throw new Error('expected a folder and a record');
  await device.createRecord(folder, { title: 'mutations' });
  await device.updateRecord(record, record.data, { transaction: 'rotation' });
  await device.rollbackUpdate(record.uid);
  await device.deleteRecords(['AAAAAAAAAAAAAAAAAAAAAA']);
});

afterAll(async () => {
  await server.close();
  process.off('unhandledRejection', onFault);
});

function mutate(message: Message, pick: (below: number) => number): Message {
  const headers = { ...message.headers };
  const names = ['PublicKeyId', 'TransmissionKey', 'Authorization'] as const;
  const name = names[pick(names.length)] ?? 'PublicKeyId';
  const value = headers[name] ?? '';
  const at = pick(value.length);
  const byte = pick(message.body.length);
  switch (pick(14)) {
    case 0:
      headers[name] = value.slice(0, at) + String.fromCharCode(33 + pick(94)) + value.slice(at + 1);
      break;
    case 1:
      headers[name] = value.slice(0, at);
      break;
    case 2:
      headers[name] = value + value.slice(at);
      break;
    case 3:
      headers[name] = 'A'.repeat(pick(8000));
      break;
    case 4:
      return { ...message, headers: Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name)) };
    case 5:
      return { ...message, body: message.body.slice(0, byte) };
    case 6:
      return { ...message, body: new Uint8Array([...message.body, ...message.body.slice(byte), 0]) };
    case 7:
      return { ...message, body: new Uint8Array(pick(70_000)) };
    case 8: {
      const other = captured[pick(captured.length)];
      headers[name] = other && other !== message ? (other.headers[name] ?? '') : '';
      break;
    }
    case 9: {
      const other = captured[pick(captured.length)];
      return { ...message, body: other && other !== message ? other.body : new Uint8Array(0) };
    }
    case 10:
      return { ...message, path: `/api/rest/sm/v1/${DEVICE_COMMANDS[pick(DEVICE_COMMANDS.length)] ?? ''}` };
    case 11:
      return {
        ...message,
        path: ['/', '/files/x', '/api/rest/sm/v1/', '/api/rest/sm/v1/__proto__', '/%ff%00'][pick(5)] ?? '/',
      };
    case 12:
      return { ...message, method: ['PUT', 'PATCH', 'DELETE'][pick(3)] ?? 'PUT' };
    default: {
      const body = message.body.slice();
      body[byte] = (body[byte] ?? 0) ^ (1 << pick(8));
      return { ...message, body };
    }
  }
  return { ...message, headers };
}

test(`${REQUESTS} mutated requests are refused, and the server goes on`, { timeout: 300_000 }, async () => {
  const pick = generator(SEED);
  const send = trustingFetch(server.certificate);
  const statuses = new Map<number, number>();
  let sent = 0;
  const worker = async (): Promise<void> => {
    while (sent++ < REQUESTS) {
      const original = captured[pick(captured.length)];
      if (!original) throw new Error('expected captured requests');
      const { method, path, headers, body } = mutate(original, pick);
      const response = await send(`${server.url}${path}`, { method, headers, body });
      await response.arrayBuffer();
      statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const note = `seed ${SEED}: ${JSON.stringify([...statuses])}`;
  expect(
    [...statuses.keys()].filter((status) => status < 400 || status >= 500),
    note,
  ).toEqual([]);
  expect([...statuses.values()].reduce((sum, count) => sum + count, 0)).toBe(REQUESTS);
  expect(faults).toEqual([]);
  expect((await device.getSecrets()).failed).toEqual([]);
});
