import { seal as sealHybrid } from 'vaultwire/ecies/hybrid';
import {
  deriveLoginProof,
  openAccountClientKey,
  openEcKeyPair,
  openEncryptionParams,
  type AccountClientKey,
  type OpenedDataKey,
} from 'vaultwire/keychain/account';
import type { SealedVault } from 'vaultwire/keychain/vault';
import { type ServerKeys } from 'vaultwire/transmission';
import {
  AccountSummary,
  Authentication,
  decodeMessage,
  encodeMessage,
  exchangeAccountRequest,
  JSON_COMMAND_PATH,
  type AccountExchange,
  type AccountExchangeOptions,
  type MlKemServerKeys,
} from 'vaultwire/transmission/account';
import { defaultSuite, type EcPrivateKey } from 'vaultwire/crypto';
import type { RunningServer } from '../../reference/src/server.js';
import type { SeedInput } from '../../reference/src/seed.js';
import { trustingFetch, uidOf } from './support.js';

export const PASSWORD = 'plaintext-master-password';
export const ACCOUNT_UIDS = {
  direct: uidOf('acct-direct'),
  folder: uidOf('acct-folder'),
  inFolder: uidOf('acct-in-folder'),
  inner: uidOf('acct-inner'),
  inInner: uidOf('acct-in-inner'),
  bobs: uidOf('bobs-record'),
} as const;

export const ACCOUNTS: NonNullable<SeedInput['accounts']> = [
  {
    username: 'Alice@shop.example',
    masterPassword: PASSWORD,
    records: [
      {
        title: 'plaintext-of-an-account',
        uid: ACCOUNT_UIDS.direct,
        fields: [{ type: 'password', value: 'plaintext-in-an-account' }],
      },
    ],
    folders: [
      {
        name: 'plaintext-account-folder',
        uid: ACCOUNT_UIDS.folder,
        records: [{ title: 'plaintext-in-account-folder', uid: ACCOUNT_UIDS.inFolder, type: 'note' }],
        folders: [
          {
            name: 'plaintext-inner-account-folder',
            uid: ACCOUNT_UIDS.inner,
            records: [{ title: 'plaintext-in-inner', uid: ACCOUNT_UIDS.inInner, notes: 'deep' }],
          },
        ],
      },
    ],
  },
  {
    username: 'bob@shop.example',
    masterPassword: 'plaintext-of-bob',
    iterations: 120_000,
    records: [{ title: 'plaintext-bob', uid: ACCOUNT_UIDS.bobs }],
  },
];
export const ACCOUNT_SEED: SeedInput = { applications: [{ title: 'Any' }], accounts: ACCOUNTS };

/** Keys as a client has them that is no pinned one's: it may change among those that it knows. */
export async function knownServerKeys(server: RunningServer, ids: readonly number[]): Promise<ServerKeys> {
  const keys = new Map<number, Awaited<ReturnType<ServerKeys['get']>>>();
  for (const { id, publicKey } of await server.serverPublicKeys(ids)) {
    keys.set(id, { id, publicKey: await defaultSuite.importEcPublicKey(publicKey) });
  }
  return {
    custom: false,
    defaultId: ids[0] ?? 0,
    has: (id) => keys.has(id),
    get: (id) => Promise.resolve(keys.get(id)!),
  };
}

export async function knownMlKemKeys(server: RunningServer, ids: readonly number[]): Promise<MlKemServerKeys> {
  const keys = new Map((await server.mlKemPublicKeys(ids)).map((key) => [key.id, key]));
  return { custom: false, defaultId: ids[0] ?? 0, has: (id) => keys.has(id), get: (id) => keys.get(id)! };
}

export const DEVICE_TOKEN = new Uint8Array(Buffer.from('a-token-of-a-device'));

/** A client of end users, made of our own functions. */
export interface AccountClient {
  /** How requests travelled, in the order in which they were sent. */
  readonly sent: readonly { readonly path: string; readonly status: number; readonly body: Uint8Array }[];
  /** How many times it registered its device. */
  registrations(): number;
  request(
    path: string,
    payload: AccountExchangeOptions['payload'],
    more?: Partial<AccountExchangeOptions>,
  ): Promise<AccountExchange>;
  readonly command: (payload: Record<string, string>, sessionToken?: Uint8Array) => Promise<Record<string, unknown>>;
  /** @returns the session token */
  login(username: string, password: string): Promise<Uint8Array>;
}

export interface AccountClientOptions extends Partial<AccountExchangeOptions> {
  readonly mode?: 'ec' | 'hybrid';
}

export async function accountClient(
  server: RunningServer,
  { mode = 'ec', ...options }: AccountClientOptions = {},
): Promise<AccountClient> {
  const sent: { path: string; status: number; body: Uint8Array }[] = [];
  let registrations = 0;
  const devicePublicKey = (await defaultSuite.generateEcPrivateKey()).publicKey.bytes;
  const fetch = trustingFetch(server);
  const base: Omit<AccountExchangeOptions, 'path' | 'payload'> = {
    host: `localhost:${server.port}`,
    serverKeys: options.serverKeys ?? (await knownServerKeys(server, [server.serverPublicKeyId])),
    ...(mode === 'hybrid' && {
      hybrid: { mlKemKeys: await knownMlKemKeys(server, [server.mlKemPublicKeyId]), seal: sealHybrid },
    }),
    post: async (host, path, body) => {
      const response = await fetch(`https://${host}/api/rest/${path}`, { method: 'POST', body });
      sent.push({ path, status: response.status, body });
      const retryAfter = response.headers.get('retry-after');
      return { status: response.status, body: new Uint8Array(await response.arrayBuffer()), retryAfter };
    },
    sleep: () => Promise.reject(new Error('throttled in a test that does not expect it')),
    registerDevice: async () => {
      registrations++;
      const payload = encodeMessage(Authentication.RegisterDeviceInRegionRequest, {
        encryptedDeviceToken: DEVICE_TOKEN,
        devicePublicKey,
      });
      const { answer, authenticated } = await request('authentication/register_device_in_region', payload);
      if (answer.length > 0 || authenticated) throw new Error('expected no answer');
    },
    ...options,
  };
  const request: AccountClient['request'] = (path, payload, more) =>
    exchangeAccountRequest({ ...base, ...more, path, payload });
  const command: AccountClient['command'] = async (payload, sessionToken) => {
    const { answer } = await request(JSON_COMMAND_PATH, payload, sessionToken ? { sessionToken } : {});
    return JSON.parse(new TextDecoder().decode(answer)) as Record<string, unknown>;
  };
  return {
    sent,
    registrations: () => registrations,
    request,
    command,
    login: async (username, password) => {
      const said = await command({ command: 'vaultwire_login_parameters', username });
      const salt = fromBase64(said['salt']);
      const { proof } = await deriveLoginProof(password, { salt, iterations: said['iterations'] as number });
      return loginWith(command, username, proof);
    },
  };
}

export async function loginWith(
  command: AccountClient['command'],
  username: string,
  proof: Uint8Array,
): Promise<Uint8Array> {
  const said = await command({
    command: 'vaultwire_login',
    username,
    device_token: Buffer.from(DEVICE_TOKEN).toString('base64url'),
    auth_response: Buffer.from(proof).toString('base64url'),
  });
  return fromBase64(said['session_token']);
}

export const fromBase64 = (text: unknown): Uint8Array => new Uint8Array(Buffer.from(text as string, 'base64url'));

/** The keys of an account, fetched and opened. */
export interface FetchedKeys {
  readonly opened: OpenedDataKey;
  readonly privateKey: EcPrivateKey;
  readonly clientKey: AccountClientKey;
  readonly summary: AccountSummary.AccountSummaryElements.$Shape;
}

export async function fetchKeys(
  client: AccountClient,
  sessionToken: Uint8Array,
  password: string,
): Promise<FetchedKeys> {
  const payload = encodeMessage(AccountSummary.AccountSummaryRequest, { summaryVersion: 1 });
  const { answer } = await client.request('login/account_summary', payload, { sessionToken });
  const summary = decodeMessage(AccountSummary.AccountSummaryElements, answer, 'answer', { maximumBytes: 10_000 });
  const keys = summary.keysInfo!;
  const opened = await openEncryptionParams(keys.encryptionParams!, password, { extractable: true });
  const { privateKey } = await openEcKeyPair(
    opened.dataKey,
    { publicKey: keys.eccPublicKey!, encryptedPrivateKey: keys.encryptedEccPrivateKey! },
    { extractable: true },
  );
  const { clientKey } = await openAccountClientKey(opened.dataKey, summary.clientKey, { extractable: true });
  return { opened, privateKey, clientKey, summary };
}

interface WireItem {
  readonly record_uid: string;
  readonly folder_uid?: string;
  readonly parent_uid?: string;
  readonly record_key: string;
  readonly folder_key: string;
  readonly data: string;
  readonly revision: number;
}

/** What `vaultwire_get_vault` answers, as openVault takes it. */
export async function fetchVault(client: AccountClient, sessionToken: Uint8Array): Promise<SealedVault> {
  const said = await client.command({ command: 'vaultwire_get_vault' }, sessionToken);
  return {
    folders: (said['folders'] as WireItem[]).map((item) => ({
      uid: item.folder_uid!,
      ...(item.parent_uid !== undefined && { parentUid: item.parent_uid }),
      keys: [{ kind: 'data-key-gcm', bytes: fromBase64(item.folder_key) }],
      data: { cipher: 'cbc', bytes: fromBase64(item.data) },
      revision: item.revision,
    })),
    records: (said['records'] as WireItem[]).map((item) => {
      const bytes = fromBase64(item.record_key);
      return {
        uid: item.record_uid,
        keys: [
          item.folder_uid === undefined
            ? { kind: 'data-key-gcm' as const, bytes }
            : { kind: 'folder-gcm' as const, bytes, byUid: item.folder_uid },
        ],
        data: { cipher: 'gcm' as const, bytes: fromBase64(item.data) },
        revision: item.revision,
      };
    }),
  };
}
