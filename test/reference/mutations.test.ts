import { afterAll, beforeAll, expect, test } from 'vitest';
import { startServer, trustingFetch, type RunningServer } from '../../reference/src/index.js';
import { defaultSuite } from '../../src/crypto/index.js';
import { deriveClientId, memoryConfigurationStore, openDevice, type Device } from '../../src/keychain/index.js';
import {
  customServerKey,
  DEVICE_COMMANDS,
  deviceRequestHeaders,
  sealDeviceRequest,
  type DeviceCommand,
} from '../../src/transmission/index.js';
import { encodeBase64 } from '../../src/wire/base64.js';
import type { JsonObject, JsonValue } from '../../src/wire/json.js';

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

/** Payloads that a client means: of each command one. */
function payloads(folder: string, record: string): Readonly<Record<DeviceCommand, JsonObject>> {
  const uid = 'bXV0YXRlZC1wYXlsb2FkMA';
  const blob = (length: number): string => Buffer.alloc(length, 7).toString('base64');
  return {
    get_secret: { requestedRecords: [record], requestedFolders: [folder], requestLinks: true },
    get_folders: {},
    create_secret: { recordUid: uid, recordKey: blob(125), folderUid: folder, folderKey: blob(60), data: blob(99) },
    update_secret: { recordUid: record, data: blob(99), revision: 1, transactionType: 'rotation', links2Remove: [uid] },
    finalize_secret_update: { recordUid: record },
    rollback_secret_update: { recordUid: record },
    delete_secret: { recordUids: [uid] },
    create_folder: {
      folderUid: uid,
      sharedFolderUid: folder,
      sharedFolderKey: blob(64),
      data: blob(48),
      parentUid: folder,
    },
    update_folder: { folderUid: folder, data: blob(48) },
    delete_folder: { folderUids: [uid], forceDeletion: false },
    add_file: {
      fileRecordUid: uid,
      fileRecordKey: blob(125),
      fileRecordData: blob(99),
      ownerRecordUid: record,
      ownerRecordData: blob(99),
      ownerRecordRevision: 1,
      linkKey: blob(60),
      fileSize: 28,
    },
  };
}

function strange(pick: (below: number) => number): JsonValue {
  const values: readonly JsonValue[] = [
    null,
    true,
    -1,
    0,
    1e308,
    0.5,
    2 ** 53,
    '',
    '-',
    '__proto__',
    'constructor',
    '\u0000\ud800',
    'A'.repeat(pick(5000)),
    '../../etc/passwd',
    'AAAAAAAAAAAAAAAAAAAAAA',
    [],
    [[[[]]]],
    [null, 1, 'x', {}],
    {},
    { toString: 1, length: 2 ** 32 },
    Array.from({ length: pick(300) }, () => 'AAAAAAAAAAAAAAAAAAAAAA'),
  ];
  return values[pick(values.length)] ?? null;
}

test(
  '2000 payloads that are signed as they should be, and are not as they should be',
  { timeout: 300_000 },
  async () => {
    const pick = generator(SEED + 1);
    const send = trustingFetch(server.certificate);
    const secret = Buffer.from(server.tokens[2]?.token ?? '', 'base64url');
    const clientId = await deriveClientId(secret);
    const signingKey = await defaultSuite.generateSigningKey();
    const serverKey = await customServerKey({
      id: server.serverPublicKeyId,
      publicKey: Buffer.from(server.serverPublicKey, 'base64url'),
    }).get(server.serverPublicKeyId);
    const ask = async (command: DeviceCommand, payload: JsonObject): Promise<number> => {
      const { request } = await sealDeviceRequest({ serverKey, signingKey, payload });
      const response = await send(`${server.url}/api/rest/sm/v1/${command}`, {
        method: 'POST',
        headers: deviceRequestHeaders(request),
        body: new Uint8Array(request.payload),
      });
      await response.arrayBuffer();
      return response.status;
    };
    const common = { clientVersion: 'ms17.5.0', clientId };
    expect(await ask('get_secret', { ...common, publicKey: encodeBase64(signingKey.publicKey) })).toBe(200);
    expect(await ask('get_secret', common)).toBe(200);

    const { folders, records } = await device.getSecrets();
    const intended = payloads(folders[0]?.uid ?? '', records[0]?.uid ?? '');
    const statuses = new Map<number, number>();
    for (let count = 0; count < 2000; count++) {
      const command = DEVICE_COMMANDS[pick(DEVICE_COMMANDS.length)] ?? 'get_secret';
      const payload: Record<string, JsonValue | undefined> = { ...common, ...intended[command] };
      const keys = Object.keys(payload);
      const key = keys[pick(keys.length)] ?? '';
      if (pick(5) === 0) Reflect.deleteProperty(payload, key);
      else payload[pick(8) === 0 ? 'publicKey' : key] = strange(pick);
      const status = await ask(command, payload);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    const note = `seed ${SEED}: ${JSON.stringify([...statuses])}`;
    expect(
      [...statuses.keys()].filter((status) => status !== 200 && (status < 400 || status >= 500)),
      note,
    ).toEqual([]);
    expect(statuses.get(400) ?? 0, note).toBeGreaterThan(200);
    expect(faults).toEqual([]);
    expect(await ask('get_secret', common)).toBe(200);
  },
);
