import { createHash, pbkdf2 as pbkdf2Callback, randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { createAdaptorServer } from '@hono/node-server';
import { VaultwireError } from 'vaultwire';
import type { EcPrivateKey } from 'vaultwire/crypto';
import { encodeMlKemPem, type MlKemParameterSet } from 'vaultwire/ecies/hybrid';
import { AccountService, type SeenAccountRequest } from './backend/account-service.js';
import { DeviceService, type SeenRequest } from './backend/device-service.js';
import { Files } from './backend/files.js';
import { createHttpApplication } from './backend/http.js';
import { EC_KEYS, KeyRing, mlKemKeys, type MlKemServerPublicKey, type ServerPublicKey } from './backend/key-ring.js';
import type { SessionsOptions } from './backend/sessions.js';
import { Store } from './backend/store.js';
import type { ThrottleOptions } from './backend/throttle.js';
import { makeCertificate, type ServerCertificate } from './certificate.js';
import { sealSeed, type IssuedToken } from './owner.js';
import { checkSeed, EXAMPLE_SEED, readSeedFile, type Seed, type SeedInput } from './seed.js';

/** Everything has a default: without any option the server is on a free port of 127.0.0.1 with the example's seed. */
export interface ServerOptions {
  /** Default 0: a free one. */
  readonly port?: number;
  /** Name or address to listen on. Default 127.0.0.1. */
  readonly host?: string;
  /** What the owner shares: the path of a YAML or JSON file, or the same written in code. Default an example. */
  readonly seed?: string | SeedInput;
  /** A folder to keep the state in across restarts. Default: in memory. */
  readonly dataDirectory?: string;
  /** PEM. Default a self-signed certificate for localhost, made at start. */
  readonly tls?: ServerCertificate;
  /** The origins that browsers may call from. Default any. */
  readonly origins?: '*' | readonly string[];
  /** False lets everything through. Default as backends in the field: 100 requests, cleared by 10 s of silence, 403. */
  readonly throttle?: (ThrottleOptions & AnswerOfThrottle) | false;
  /** The id of the server's current key. Default the one that the data folder knows, or 1. */
  readonly serverKeyId?: number;
  /** The id of its current ML-KEM key, from 100 on. Default the one that the data folder knows, or 100. */
  readonly serverMlKemKeyId?: number;
  /** The parameter set of ML-KEM keys that are made from now on. Default ML-KEM-1024. */
  readonly mlKemParameterSet?: MlKemParameterSet;
  /** False: account requests in hybrid mode are answered as by a backend that has never heard of it. Default true. */
  readonly hybrid?: boolean;
  /** How long sessions of accounts last, and how many there are. They end with the server. */
  readonly sessions?: SessionsOptions;
  /** How many devices of accounts are remembered. Default 10,000. They are forgotten when the server stops. */
  readonly deviceCapacity?: number;
  /** How many requests are remembered to refuse replays, and how long. They are forgotten when the server stops. */
  readonly replayWindow?: { readonly windowMilliseconds?: number; readonly capacity?: number };
  /** Largest body of a command in bytes. Default 16 MiB. */
  readonly maximumRequestBytes?: number;
  /** Largest sealed content of a file in bytes. Default 64 MiB. */
  readonly maximumUploadBytes?: number;
  /** The key pair of the owner that the seed is sealed by, for tests that look at what reaches the owner. Default a fresh one. */
  readonly ownerKey?: EcPrivateKey;
  /** Told what the server saw of each request of a device. */
  readonly onSeen?: (seen: SeenRequest) => void;
  /** Told what the server saw of each account request. */
  readonly onAccountSeen?: (seen: SeenAccountRequest) => void;
  /** Told of faults of the server. Default: they go to the standard error output. */
  readonly onInternalError?: (error: unknown) => void;
  /** Milliseconds since 1970. Default the platform's clock. */
  readonly now?: () => number;
}

interface AnswerOfThrottle {
  readonly status?: 403 | 429;
  /** How many logins of one user pass until the counter clears. Default 10. */
  readonly loginLimit?: number;
}

/** A server that answers. */
export interface RunningServer {
  /** Such as `https://localhost:8443`. */
  readonly url: string;
  /** The host to give to clients, without the port. */
  readonly host: string;
  readonly port: number;
  /** One for each client of the seed; none when the data folder was seeded before: the server does not know them. */
  readonly tokens: readonly IssuedToken[];
  /** The id of the current server key. */
  readonly serverPublicKeyId: number;
  /** The current server key: base64url of the uncompressed point, as the field's clients take it. */
  readonly serverPublicKey: string;
  /** The id of the current ML-KEM key, which hybrid account requests are sealed to beside the server key. */
  readonly mlKemPublicKeyId: number;
  /** The current ML-KEM key: base64url of the encapsulation key, 1184 bytes (768) or 1568 (1024). */
  readonly mlKemPublicKey: string;
  /** The same as PEM of its SubjectPublicKeyInfo. */
  readonly mlKemPublicKeyPem: string;
  /** PEM, for clients to trust. */
  readonly certificate: string;
  /** Makes another server key current. @param id default the next one */
  rotateServerKey(id?: number): Promise<ServerPublicKey>;
  /** The server's public keys of some ids, those that are not current yet included. */
  serverPublicKeys(ids: readonly number[]): Promise<readonly ServerPublicKey[]>;
  /** Makes another ML-KEM key current. @param id default the next one */
  rotateMlKemKey(id?: number): Promise<MlKemServerPublicKey>;
  /** The server's ML-KEM public keys of some ids, those that are not current yet included. */
  mlKemPublicKeys(ids: readonly number[]): Promise<readonly MlKemServerPublicKey[]>;
  /** Stops listening, ends what is open, and closes the store. */
  close(): Promise<void>;
}

const DEFAULT_HOST = '127.0.0.1';
const DEFAULT_REQUEST_BYTES = 16 * 1024 * 1024;

/**
 * Starts a Secrets Manager backend, ready for requests when the promise resolves.
 *
 * @throws VaultwireError `configuration-invalid` for a seed or data folder that cannot be used; an Error with a code
 *   such as `EADDRINUSE` when the address is taken
 */
export async function startServer(options: ServerOptions = {}): Promise<RunningServer> {
  const now = options.now ?? Date.now;
  const host = options.host ?? DEFAULT_HOST;
  let closing = false;
  const onInternalError = (error: unknown): void => {
    // What is cut off by the end of the server is no fault of its.
    if (!closing) (options.onInternalError ?? logInternalError)(error);
  };
  const maximumRequestBytes = options.maximumRequestBytes ?? DEFAULT_REQUEST_BYTES;
  // Whoever checks the certificate has a clock of its own, whatever this server is told.
  const tls = options.tls ?? (await makeCertificate({ host, now: Date.now() }));
  const store = await Store.open(options.dataDirectory);
  const opened = [(): Promise<void> => store.close()];
  const closeAll = async (): Promise<void> => {
    closing = true;
    for (const close of opened.splice(0).reverse()) await close();
  };
  try {
    const seed = await readSeed(store, options);
    const ring = await KeyRing.open(store, EC_KEYS, options.serverKeyId);
    const mlKemRing = await KeyRing.open(
      store,
      mlKemKeys(options.mlKemParameterSet ?? 'ML-KEM-1024'),
      options.serverMlKemKeyId,
    );
    const files = new Files(store, {
      now,
      ...(options.maximumUploadBytes !== undefined && { maximumBytes: options.maximumUploadBytes }),
    });
    const common = {
      now,
      maximumRequestBytes,
      onInternalError,
      ...(options.throttle !== undefined && { throttle: options.throttle }),
      ...(options.replayWindow && { replayWindow: options.replayWindow }),
    };
    const service = new DeviceService(store, ring, files, { ...common, onSeen: options.onSeen });
    const accounts = new AccountService(store, ring, mlKemRing, {
      ...common,
      hybrid: options.hybrid ?? true,
      onSeen: options.onAccountSeen,
      ...(options.sessions && { sessions: options.sessions }),
      ...(options.deviceCapacity !== undefined && { deviceCapacity: options.deviceCapacity }),
    });
    const application = createHttpApplication(service, accounts, files, {
      origins: options.origins ?? '*',
      maximumRequestBytes,
      onInternalError,
    });
    const server = createAdaptorServer({
      fetch: application.fetch,
      hostname: host,
      createServer,
      serverOptions: { cert: tls.certificate, key: tls.privateKey },
    }) as Server;
    // Before seeding: tokens that were never shown would be lost to an address that is taken.
    const port = await listen(server, options.port ?? 0, host);
    opened.push(() => stop(server));
    server.on('error', onInternalError);
    const tokens = seed ? await seedStore(store, seed, options, now()) : [];
    const name = isLoopback(host) ? 'localhost' : host;
    return {
      url: `https://${name.includes(':') ? `[${name}]` : name}:${port}`,
      host: name,
      port,
      tokens,
      certificate: tls.certificate,
      get serverPublicKeyId() {
        return ring.currentId;
      },
      get serverPublicKey() {
        return Buffer.from(ring.current.publicKey.bytes).toString('base64url');
      },
      get mlKemPublicKeyId() {
        return mlKemRing.currentId;
      },
      get mlKemPublicKey() {
        return Buffer.from(mlKemRing.current.privateKey.publicKey.bytes).toString('base64url');
      },
      get mlKemPublicKeyPem() {
        return encodeMlKemPem(mlKemRing.current.privateKey.publicKey);
      },
      rotateServerKey: async (id) => {
        await ring.rotate(id);
        return { id: ring.currentId, publicKey: ring.current.publicKey.bytes };
      },
      serverPublicKeys: async (ids) =>
        (await ring.keys(ids)).map(({ id, key }) => ({ id, publicKey: key.publicKey.bytes })),
      rotateMlKemKey: async (id) => {
        await mlKemRing.rotate(id);
        return { id: mlKemRing.currentId, publicKey: mlKemRing.current.privateKey.publicKey };
      },
      mlKemPublicKeys: async (ids) =>
        (await mlKemRing.keys(ids)).map(({ id, key }) => ({ id, publicKey: key.privateKey.publicKey })),
      close: closeAll,
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || host === '0.0.0.0' || host === '::' || host.startsWith('127.');

async function listen(server: Server, port: number, host: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return (server.address() as AddressInfo).port;
}

const stop = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeIdleConnections();
    // Whoever is in the middle of a request has a moment to finish it.
    setTimeout(() => {
      server.closeAllConnections();
    }, 500).unref();
  });

const logInternalError = (error: unknown): void => {
  console.error('vaultwire serve: a request failed:', error);
};

/**
 * The seed that the store is still to get; undefined when it has been seeded.
 *
 * @throws VaultwireError `configuration-invalid` for a seed that cannot be used, or another than the store was made from
 */
async function readSeed(store: Store, options: ServerOptions): Promise<Seed | undefined> {
  const { seed: source, dataDirectory = '' } = options;
  const known = (await store.read((view) => view.get('meta', 'seed'))) as Fingerprint | undefined;
  if (known && known.format !== STORE_FORMAT) {
    throw new VaultwireError(
      'configuration-invalid',
      `data folder ${dataDirectory}: made by another version of this server`,
    );
  }
  if (known && source === undefined) return undefined;
  const seed = typeof source === 'object' ? await checkSeed(source) : await readSeedFile(source ?? EXAMPLE_SEED);
  if (!known) return seed;
  const { hash } = await fingerprintSeed(seed, known.salt);
  if (Buffer.compare(hash, known.hash) === 0) return undefined;
  throw new VaultwireError(
    'configuration-invalid',
    `data folder ${dataDirectory}: it was made from another seed; name that one, none, or a new folder`,
  );
}

/** Stores what the owner seals, in one write. */
async function seedStore(
  store: Store,
  seed: Seed,
  options: ServerOptions,
  now: number,
): Promise<readonly IssuedToken[]> {
  const { ownerKey, dataDirectory } = options;
  const sealed = await sealSeed(seed, { now, ...(ownerKey && { ownerKey }) });
  // What lives no longer than this process is never compared with another seed.
  const fingerprint = dataDirectory === undefined ? undefined : await fingerprintSeed(seed, randomBytes(16));
  await store.write((transaction) => {
    for (const row of sealed.rows) transaction.put(row.table, row.key, row.value);
    if (fingerprint) transaction.put('meta', 'seed', fingerprint);
    return Promise.resolve();
  });
  return sealed.tokens;
}

/** What the rows of a store look like. */
const STORE_FORMAT = 1;

interface Fingerprint {
  readonly format: number;
  readonly salt: Uint8Array;
  readonly hash: Uint8Array;
}

const pbkdf2 = promisify(pbkdf2Callback);

/** Salted and slow, because a seed holds secrets and the store must not help anyone to guess them. */
async function fingerprintSeed(seed: Seed, salt: Uint8Array): Promise<Fingerprint> {
  const text = JSON.stringify(seed, (_key, value: unknown) =>
    value instanceof Uint8Array ? createHash('sha256').update(value).digest('base64') : value,
  );
  return { format: STORE_FORMAT, salt, hash: await pbkdf2(text, salt, 600_000, 32, 'sha256') };
}
