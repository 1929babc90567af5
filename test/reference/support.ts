import { mkdtemp, rm } from 'node:fs/promises';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach } from 'vitest';
import { defaultSuite, type SigningKey } from 'vaultwire/crypto';
import {
  memoryConfigurationStore,
  openDevice,
  readOneTimeToken,
  type Command,
  type ConfigurationStore,
  type Device,
  type OneTimeToken,
} from 'vaultwire/keychain';
import {
  customServerKey,
  deviceRequestHeaders,
  openAnswer,
  sealDeviceRequest,
  type DeviceRequest,
  type ServerKeys,
} from 'vaultwire/transmission';
import { startServer, type RunningServer, type ServerOptions } from '../../reference/src/server.js';
import type { SeedInput } from '../../reference/src/seed.js';

export const CLI = fileURLToPath(new URL('../../reference/dist/cli.js', import.meta.url));

/** UIDs of the seed below: 16 bytes of text in base64url. */
export const uidOf = (text: string): string => Buffer.from(text.padEnd(16, '_').slice(0, 16)).toString('base64url');

export const UIDS = {
  folder: uidOf('shared-folder'),
  inner: uidOf('inner-folder'),
  readOnly: uidOf('read-only-folder'),
  inFolder: uidOf('record-in-folder'),
  inInner: uidOf('record-in-inner'),
  direct: uidOf('direct-record'),
  fixed: uidOf('fixed-record'),
  file: uidOf('file-of-record'),
  other: uidOf('other-apps-rec'),
} as const;

export const SEED: SeedInput = {
  applications: [
    {
      title: 'First',
      clients: [{ name: 'one' }, { name: 'two' }],
      folders: [
        {
          name: 'Shared',
          uid: UIDS.folder,
          records: [
            {
              title: 'In folder',
              uid: UIDS.inFolder,
              fields: [{ type: 'password', value: 'plaintext-in-folder' }],
              files: [
                {
                  name: 'notes.txt',
                  uid: UIDS.file,
                  type: 'text/plain',
                  text: 'plaintext-of-a-file',
                  thumbnail: { text: 'plaintext-of-a-thumbnail' },
                },
              ],
              links: [{ record: UIDS.direct, path: 'meta', data: { rotation: true } }],
            },
          ],
          folders: [
            {
              name: 'Inner',
              uid: UIDS.inner,
              records: [
                { title: 'In inner', uid: UIDS.inInner, fields: [{ type: 'login', value: 'plaintext-inner' }] },
              ],
            },
          ],
        },
        { name: 'Looking only', uid: UIDS.readOnly, editable: false, records: [{ title: 'Fixed', uid: UIDS.fixed }] },
      ],
      records: [
        { title: 'Direct', uid: UIDS.direct, fields: [{ type: 'password', value: 'plaintext-direct' }] },
        { title: 'Own', type: 'app-own', sealedWithApplicationKey: true, notes: 'plaintext-own' },
      ],
    },
    {
      title: 'Second',
      folders: [{ ref: UIDS.folder, editable: false }],
      records: [{ title: 'Of the other application', uid: UIDS.other }, { ref: UIDS.direct }],
    },
  ],
};

type Cleanup = () => Promise<unknown>;
const cleanups: Cleanup[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Runs something when the test has ended, however it ended. */
export const whenDone = (cleanup: Cleanup): void => {
  cleanups.push(cleanup);
};

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'vaultwire-'));
  whenDone(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A server for one test, with the seed above. Faults inside it fail the test. */
export async function testServer(options: ServerOptions = {}): Promise<RunningServer> {
  const faults: unknown[] = [];
  const server = await startServer({ seed: SEED, onInternalError: (error) => faults.push(error), ...options });
  whenDone(async () => {
    await server.close();
    if (faults.length > 0) throw new Error('the server failed inside', { cause: faults[0] });
  });
  return server;
}

export const tokenOf = (server: RunningServer, application: string, client?: string): string => {
  const token = server.tokens.find((one) => one.application === application && one.client === client);
  if (!token) throw new Error(`no token of ${application}`);
  return token.token;
};

/** Fetch over HTTPS that trusts the server's certificate and nothing else, from an address of this machine. */
export function trustingFetch(server: Pick<RunningServer, 'certificate'>, localAddress = '127.0.0.1'): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const body = Buffer.from(await request.arrayBuffer());
    return new Promise<Response>((resolve, reject) => {
      const outgoing = httpsRequest(
        request.url,
        {
          method: request.method,
          headers: { ...Object.fromEntries(request.headers), 'content-length': body.length },
          ca: server.certificate,
          family: 4,
          localAddress,
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const status = response.statusCode ?? 0;
            const headers = new Headers();
            for (const [name, value] of Object.entries(response.headers)) headers.set(name, String(value));
            resolve(new Response(status === 204 ? null : Buffer.concat(chunks), { status, headers }));
          });
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  };
}

export const serverKeysOf = (server: RunningServer): ServerKeys =>
  customServerKey({ id: server.serverPublicKeyId, publicKey: Buffer.from(server.serverPublicKey, 'base64url') });

/** Our own client, bound with a token or opened from a store. */
export function testDevice(
  server: RunningServer,
  options: { token?: string; store?: ConfigurationStore; localAddress?: string; fetch?: typeof fetch } = {},
): Promise<Device> {
  return openDevice({
    store: options.store ?? memoryConfigurationStore(),
    ...(options.token !== undefined && { token: options.token }),
    host: `localhost:${server.port}`,
    serverKeys: serverKeysOf(server),
    fetch: options.fetch ?? trustingFetch(server, options.localAddress),
    fileUrls: { allowPrivateAddresses: true },
    sleep: () => Promise.reject(new Error('throttled in a test that does not expect it')),
  });
}

/** What a server said: an error body, or an opened answer. */
export interface Said {
  readonly status: number;
  readonly headers: Headers;
  readonly json: Record<string, unknown>;
}

/** A device request made by hand, for what a client of ours would never send. */
export async function sendCommand(
  server: RunningServer,
  command: Pick<Command, 'command' | 'payload'>,
  options: {
    readonly signingKey: Pick<SigningKey, 'sign'>;
    readonly localAddress?: string;
    readonly serverKeyId?: number;
    /** Changes the request on its way. */
    readonly tamper?: (request: DeviceRequest) => DeviceRequest;
    /** Told of the request as sent. */
    readonly onSent?: (request: DeviceRequest) => void;
  },
): Promise<Said> {
  const keys = serverKeysOf(server);
  const key = await keys.get(keys.defaultId);
  const serverKey = { ...key, id: options.serverKeyId ?? key.id };
  const sealed = await sealDeviceRequest({ serverKey, payload: command.payload, signingKey: options.signingKey });
  const request = options.tamper ? options.tamper(sealed.request) : sealed.request;
  options.onSent?.(request);
  const response = await sendRequest(server, command.command, request, options.localAddress);
  const body = new Uint8Array(await response.arrayBuffer());
  const text = response.status === 200 ? await openAnswer(sealed.transmissionKey, body) : body;
  const json = text.length === 0 ? {} : (JSON.parse(new TextDecoder().decode(text)) as Record<string, unknown>);
  return { status: response.status, headers: response.headers, json };
}

export const sendRequest = (
  server: RunningServer,
  command: string,
  request: DeviceRequest,
  localAddress?: string,
): Promise<Response> =>
  trustingFetch(server, localAddress)(`${server.url}/api/rest/sm/v1/${command}`, {
    method: 'POST',
    headers: deviceRequestHeaders(request),
    body: new Uint8Array(request.payload),
  });

/** A client made by hand: what a token says, and a device key. */
export interface RawClient {
  readonly clientId: string;
  readonly publicKey: string;
  readonly signingKey: SigningKey;
  readonly token: OneTimeToken;
}

export async function rawClient(text: string): Promise<RawClient> {
  const token = await readOneTimeToken(text, { host: 'localhost' });
  const signingKey = await defaultSuite.generateSigningKey();
  const publicKey = Buffer.from(signingKey.publicKey).toString('base64');
  return { token, clientId: token.clientId, signingKey, publicKey };
}

/** Our own client, bound with the device key of a client made by hand. */
export function boundDevice(server: RunningServer, { token, signingKey }: RawClient): Promise<Device> {
  const { clientId, clientKey } = token;
  const host = `localhost:${server.port}`;
  return testDevice(server, {
    store: memoryConfigurationStore({ host, clientId, clientKey, deviceKey: signingKey }),
  });
}
