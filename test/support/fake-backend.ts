import type { EcPrivateKey } from '../../src/crypto/index.js';
import { nodeSuite } from '../../src/crypto/node.js';
import {
  createApplication,
  createClient,
  createFile,
  createFolder,
  createRecord,
  encodeFoldersAnswer,
  encodeSecretsAnswer,
  issueClient,
  readCommand,
  stepServedClient,
  type AnswerRecord,
  type ApplicationKey,
  type FileKey,
  type FolderKey,
  type OneTimeToken,
  type ReceivedCommand,
  type RecordKey,
  type ServedClient,
} from '../../src/keychain/index.js';
import {
  customServerKey,
  decodeDeviceRequest,
  DEVICE_COMMANDS,
  openDeviceRequest,
  sealAnswer,
  type DeviceCommand,
  type OpenedDeviceRequest,
  type ReplayWindow,
  type ServerKeys,
} from '../../src/transmission/index.js';
import { decodeBase64, encodeBase64 } from '../../src/wire/base64.js';
import { isVaultwireError, VaultwireError } from '../../src/wire/error.js';
import { encodeJson, type JsonObject, type JsonValue } from '../../src/wire/json.js';

/*
 * A backend in memory behind a function of fetch's type, made of the library's own server side. It stores what a
 * backend stores, ciphertext and public keys; the sharing side (`FakeApplication`) hands its keys to the test. Hooks
 * turn it into a backend that lies, loses messages or breaks down.
 */

/** The host that the fake answers under; it answers under every other host as well. */
export const BACKEND_HOST = 'backend.example';
export const FILES_HOST = 'files.example';

/** One request as the backend saw it, and the answer as it left. */
export interface Exchange {
  readonly url: URL;
  readonly init: RequestInit;
  /** Undefined for what is no device request: uploads and downloads. */
  readonly command: DeviceCommand | undefined;
  readonly headers: Headers;
  readonly body: Uint8Array;
  /** There once the request was opened. */
  opened?: OpenedDeviceRequest;
  received?: ReceivedCommand;
  /** There once an answer was made: what was sealed, and what left. */
  plaintext?: JsonValue | Uint8Array;
  answer?: FakeAnswer;
}

/** An answer on the wire. */
export interface FakeAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Where a test cuts in. A hook that throws is a connection that breaks there. */
export interface BackendHooks {
  /** Before anything is opened. Returning an answer skips the backend. */
  onRequest?: ((exchange: Exchange) => FakeAnswer | undefined | Promise<FakeAnswer | undefined>) | undefined;
  /** The plaintext of an answer before it is sealed. Undefined leaves it as it is. */
  onPlaintext?:
    | ((
        answer: JsonObject,
        exchange: Exchange,
      ) => JsonValue | Uint8Array | undefined | Promise<JsonValue | Uint8Array | undefined>)
    | undefined;
  /** The answer as it would leave. Undefined leaves it as it is. */
  onAnswer?:
    ((answer: FakeAnswer, exchange: Exchange) => FakeAnswer | undefined | Promise<FakeAnswer | undefined>) | undefined;
}

export interface StoredFile {
  readonly uid: string;
  /** Wrapped under the record's key. */
  readonly key: Uint8Array;
  readonly description: Uint8Array;
  /** Undefined until it was uploaded. */
  content: Uint8Array | undefined;
  readonly ownerFileKey: Uint8Array | undefined;
  url: string;
  thumbnailUrl: string | undefined;
}

export interface StoredRecord {
  readonly uid: string;
  /** Under the application's key, or the shared folder's; undefined for the application's own record. */
  wrappedKey: Uint8Array | undefined;
  data: Uint8Array;
  revision: number;
  isEditable: boolean;
  readonly folderUid: string | undefined;
  readonly innerFolderUid: string | undefined;
  readonly files: StoredFile[];
  readonly links: readonly JsonValue[];
  readonly ownerRecordKey: Uint8Array | undefined;
  pending: { readonly data: Uint8Array; readonly linksToRemove: readonly string[] } | undefined;
}

export interface StoredFolder {
  readonly uid: string;
  readonly wrappedKey: Uint8Array;
  data: Uint8Array;
  readonly parentUid: string | undefined;
  readonly sharedFolderUid: string;
}

interface StoredClient {
  served: ServedClient;
  readonly application: FakeApplication;
}

/** An application: what the backend stores of it, and methods that play its owner. */
export class FakeApplication {
  readonly backend: FakeBackend;
  readonly uid: string;
  readonly data: Uint8Array;
  /** The owner's: the backend does not use it. */
  readonly key: ApplicationKey;
  readonly records: StoredRecord[] = [];
  readonly folders: StoredFolder[] = [];

  constructor(backend: FakeBackend, uid: string, data: Uint8Array, key: ApplicationKey) {
    this.backend = backend;
    this.uid = uid;
    this.data = data;
    this.key = key;
  }

  async addClient(
    options: {
      readonly host?: string;
      readonly lockAddress?: boolean;
      readonly firstAccessExpiresOn?: number | null;
      readonly accessExpiresOn?: number | null;
    } = {},
  ): Promise<{ readonly clientId: string; readonly token: OneTimeToken; readonly text: string }> {
    const { sealed, token } = await createClient(this.key, { host: options.host ?? BACKEND_HOST });
    const served = issueClient({
      ...options,
      clientId: sealed.clientId,
      encryptedApplicationKey: encodeBase64(sealed.encryptedApplicationKey),
    });
    this.backend.clients.set(sealed.clientId, { served, application: this });
    return { clientId: sealed.clientId, token, text: await token.exportSecretText() };
  }

  async addFolder(
    name: string,
    parent?: { readonly uid: string; readonly sharedFolderUid: string; readonly sharedFolderKey: FolderKey },
  ): Promise<{ readonly uid: string; readonly key: FolderKey; readonly stored: StoredFolder }> {
    const { sealed, key } = await createFolder(name);
    const stored: StoredFolder = {
      uid: sealed.uid,
      data: sealed.data,
      wrappedKey: await (parent ? parent.sharedFolderKey.wrapFolderKey(key) : this.key.wrapFolderKey(key)),
      parentUid: parent?.uid,
      sharedFolderUid: parent?.sharedFolderUid ?? sealed.uid,
    };
    this.folders.push(stored);
    return { uid: sealed.uid, key, stored };
  }

  async addRecord(
    data: JsonObject,
    place: {
      readonly folder?: { readonly uid: string; readonly key: FolderKey };
      readonly innerFolderUid?: string;
      readonly isEditable?: boolean;
      readonly links?: readonly JsonValue[];
    } = {},
  ): Promise<{ readonly uid: string; readonly key: RecordKey; readonly stored: StoredRecord }> {
    const { sealed, key } = await createRecord(data);
    const stored: StoredRecord = {
      uid: sealed.uid,
      data: sealed.data,
      wrappedKey: await (place.folder ? place.folder.key.wrapRecordKey(key) : this.key.wrapRecordKey(key)),
      revision: 1,
      isEditable: place.isEditable ?? true,
      folderUid: place.folder?.uid,
      innerFolderUid: place.innerFolderUid,
      files: [],
      links: place.links ?? [],
      ownerRecordKey: undefined,
      pending: undefined,
    };
    this.records.push(stored);
    return { uid: sealed.uid, key, stored };
  }

  async addFile(
    record: { readonly key: RecordKey; readonly stored: StoredRecord },
    file: { readonly name: string; readonly content: Uint8Array; readonly thumbnail?: Uint8Array },
  ): Promise<{ readonly uid: string; readonly key: FileKey; readonly stored: StoredFile }> {
    const { sealed, key } = await createFile({ ...file, type: 'text/plain', lastModified: 1_700_000_000_000 });
    const thumbnailUrl = file.thumbnail && `https://${FILES_HOST}/thumbnail/${sealed.uid}`;
    if (file.thumbnail) this.backend.blobs.set(`/thumbnail/${sealed.uid}`, await key.sealContent(file.thumbnail));
    const stored: StoredFile = {
      uid: sealed.uid,
      key: await record.key.wrapFileKey(key),
      description: sealed.description,
      content: sealed.content,
      ownerFileKey: undefined,
      url: `https://${FILES_HOST}/file/${sealed.uid}`,
      thumbnailUrl,
    };
    this.backend.blobs.set(`/file/${sealed.uid}`, sealed.content);
    record.stored.files.push(stored);
    return { uid: sealed.uid, key, stored };
  }
}

/** The backend. Every field may be changed by a test between requests. */
export class FakeBackend {
  /** The application owner's key pair: the backend hands out the public half. */
  readonly owner: EcPrivateKey;
  readonly serverKeyPairs: ReadonlyMap<number, EcPrivateKey>;
  /** Requests under another key are answered with `error: key` and this id. */
  serverKeyId: number;
  readonly clients = new Map<string, StoredClient>();
  /** Contents of files, by the path of their URL. */
  readonly blobs = new Map<string, Uint8Array>();
  /** Everything that was asked, in order. */
  readonly exchanges: Exchange[] = [];
  hooks: BackendHooks = {};
  /** Where requests seem to come from. */
  address = '198.51.100.7';
  /** Milliseconds since 1970. */
  now = 1_750_000_000_000;
  replayWindow: ReplayWindow | undefined;
  warnings: readonly string[] = [];
  expiresOn: number | undefined;

  constructor(owner: EcPrivateKey, serverKeyPairs: ReadonlyMap<number, EcPrivateKey>, serverKeyId: number) {
    this.owner = owner;
    this.serverKeyPairs = serverKeyPairs;
    this.serverKeyId = serverKeyId;
  }

  async addApplication(title = 'Test application'): Promise<FakeApplication> {
    const { sealed, key } = await createApplication({ title });
    return new FakeApplication(this, sealed.uid, sealed.data, key);
  }

  /** The backend's public keys as a registry that is not pinned: it plays the published one. */
  serverKeys(): ServerKeys {
    const pairs = this.serverKeyPairs;
    return {
      custom: false,
      defaultId: Math.min(...pairs.keys()),
      has: (id) => pairs.has(id),
      get: (id) => {
        const pair = pairs.get(id);
        return pair
          ? Promise.resolve({ id, publicKey: pair.publicKey })
          : Promise.reject(new VaultwireError('server-key-unknown', `server key: no key of id ${id}`));
      },
    };
  }

  /** The present key, pinned. */
  pinnedServerKey(): ServerKeys {
    const id = this.serverKeyId;
    const pair = this.serverKeyPairs.get(id);
    if (!pair) throw new Error(`no key pair of id ${id}`);
    return customServerKey({ id, publicKey: pair.publicKey.bytes });
  }

  /** What a device takes in place of the platform's fetch. */
  readonly fetch: typeof fetch = async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const commandName = /^\/api\/rest\/sm\/v1\/(\w+)$/.exec(url.pathname)?.[1];
    const command = DEVICE_COMMANDS.find((name) => name === commandName);
    const exchange: Exchange = {
      url,
      init,
      command,
      headers: new Headers(init.headers),
      body: init.body instanceof Uint8Array ? new Uint8Array(init.body) : new Uint8Array(0),
    };
    this.exchanges.push(exchange);
    const answer = (await this.hooks.onRequest?.(exchange)) ?? (await this.#answer(exchange));
    exchange.answer = (await this.hooks.onAnswer?.(answer, exchange)) ?? answer;
    const { status, headers = {}, body } = exchange.answer;
    // These have no body, and Response refuses one.
    const empty = status === 204 || status === 205 || status === 304;
    return new Response(empty ? null : new Uint8Array(body), { status, headers });
  };

  /** How often each command was asked. */
  count(command: DeviceCommand): number {
    return this.exchanges.filter((exchange) => exchange.command === command).length;
  }

  client(clientId: string): StoredClient {
    const client = this.clients.get(clientId);
    if (!client) throw new VaultwireError('client-unknown', 'no such client');
    return client;
  }

  async #answer(exchange: Exchange): Promise<FakeAnswer> {
    if (!exchange.command) return this.#transferFile(exchange);
    try {
      const request = decodeDeviceRequest(exchange.headers, exchange.body);
      if (request.serverKeyId !== this.serverKeyId) return errorAnswer(401, { error: 'key', key_id: this.serverKeyId });
      const opened = await openDeviceRequest(request, {
        serverKey: (id) => this.serverKeyPairs.get(id),
        findClientKey: (clientId) => {
          const client = this.clients.get(clientId);
          if (!client) return undefined;
          return client.served.publicKey === null ? null : decodeBase64(client.served.publicKey, 'public key');
        },
        ...(this.replayWindow && { replayWindow: this.replayWindow, now: this.now }),
      });
      exchange.opened = opened;
      const received = readCommand(exchange.command, opened.payload);
      exchange.received = received;
      const client = this.client(opened.clientId);
      const { state, decision } = stepServedClient(client.served, {
        command: exchange.command,
        publicKey: opened.publicKey ? encodeBase64(opened.publicKey) : null,
        address: this.address,
        now: this.now,
      });
      client.served = state;
      if (decision.type === 'refuse') throw decision.error;
      const result = this.#execute(client.application, received, decision.encryptedApplicationKey);
      exchange.plaintext = (await this.hooks.onPlaintext?.(result ?? {}, exchange)) ?? result ?? new Uint8Array(0);
      const empty = ArrayBuffer.isView(exchange.plaintext) && exchange.plaintext.byteLength === 0;
      return {
        status: 200,
        body: empty ? new Uint8Array(0) : await sealAnswer(opened.transmissionKey, exchange.plaintext),
      };
    } catch (error) {
      if (!isVaultwireError(error)) throw error;
      return errorAnswer(403, { result_code: error.code.replaceAll('-', '_'), message: error.message });
    }
  }

  #execute(
    application: FakeApplication,
    received: ReceivedCommand,
    encryptedApplicationKey: string | null,
  ): JsonObject | undefined {
    const { records, folders } = application;
    const find = (uid: string): StoredRecord => {
      const record = records.find((one) => one.uid === uid);
      if (!record) throw new VaultwireError('not-found', 'no such record');
      return record;
    };
    switch (received.command) {
      case 'get_secret':
        return this.#secrets(application, received.requestedRecords, encryptedApplicationKey);
      case 'get_folders':
        return encodeFoldersAnswer(
          folders.map(({ uid, wrappedKey: key, data, parentUid }) => ({ uid, key, data, parentUid })),
        );
      case 'update_secret': {
        const record = find(received.recordUid);
        if (record.revision !== received.revision) throw new VaultwireError('revision-conflict', 'stale revision');
        const change = { data: received.data, linksToRemove: received.linksToRemove };
        if (received.transaction === 'rotation') record.pending = change;
        else apply(record, change);
        return undefined;
      }
      case 'finalize_secret_update':
      case 'rollback_secret_update': {
        const record = find(received.recordUid);
        if (!record.pending) throw new VaultwireError('no-rotation-pending', 'nothing pending');
        if (received.command === 'finalize_secret_update') apply(record, record.pending);
        record.pending = undefined;
        return undefined;
      }
      case 'create_secret':
        records.push({
          uid: received.recordUid,
          wrappedKey: received.folderRecordKey,
          data: received.data,
          revision: 1,
          isEditable: true,
          folderUid: received.folderUid,
          innerFolderUid: received.subFolderUid,
          files: [],
          links: [],
          ownerRecordKey: received.ownerRecordKey,
          pending: undefined,
        });
        return undefined;
      case 'delete_secret':
        return {
          records: received.recordUids.map((recordUid) => ({
            recordUid,
            ...(remove(records, recordUid)
              ? { responseCode: 'ok' }
              : { responseCode: 'not_found', errorMessage: 'no such record' }),
          })),
        };
      case 'create_folder':
        folders.push({
          uid: received.folderUid,
          wrappedKey: received.folderKey,
          data: received.data,
          parentUid: received.parentUid ?? received.sharedFolderUid,
          sharedFolderUid: received.sharedFolderUid,
        });
        return undefined;
      case 'update_folder': {
        const folder = folders.find(({ uid }) => uid === received.folderUid);
        if (!folder) throw new VaultwireError('not-found', 'no such folder');
        folder.data = received.data;
        return undefined;
      }
      case 'delete_folder':
        return {
          folders: received.folderUids.map((folderUid) => {
            const empty = !records.some(
              (record) => record.folderUid === folderUid || record.innerFolderUid === folderUid,
            );
            if (!empty && !received.force) return { folderUid, responseCode: 'not_empty' };
            return { folderUid, responseCode: remove(folders, folderUid) ? 'ok' : 'not_found' };
          }),
        };
      case 'add_file': {
        const record = find(received.recordUid);
        record.data = received.recordData;
        record.revision++;
        const path = `/file/${received.fileUid}`;
        record.files.push({
          uid: received.fileUid,
          key: received.recordFileKey,
          description: received.description,
          content: undefined,
          ownerFileKey: received.ownerFileKey,
          url: `https://${FILES_HOST}${path}`,
          thumbnailUrl: undefined,
        });
        return {
          url: `https://${FILES_HOST}/upload`,
          parameters: JSON.stringify({ key: path, policy: 'anything' }),
          successStatusCode: 204,
        };
      }
    }
  }

  #secrets(
    application: FakeApplication,
    requested: readonly string[] | undefined,
    encryptedApplicationKey: string | null,
  ): JsonObject {
    const asked = (record: StoredRecord): boolean =>
      requested === undefined || requested.length === 0 || requested.includes(record.uid);
    const inFolder = (folderUid: string | undefined): readonly AnswerRecord[] =>
      application.records
        .filter((record) => record.folderUid === folderUid && asked(record))
        .map(({ wrappedKey, ...record }) => ({ ...record, key: wrappedKey }));
    return encodeSecretsAnswer({
      applicationData: application.data,
      ...(encryptedApplicationKey !== null && {
        binding: {
          encryptedApplicationKey: decodeBase64(encryptedApplicationKey, 'application key'),
          ownerPublicKey: this.owner.publicKey.bytes,
        },
      }),
      records: inFolder(undefined),
      folders: application.folders
        .filter(({ parentUid }) => parentUid === undefined)
        .map(({ uid, wrappedKey }) => ({ uid, key: wrappedKey, records: inFolder(uid) })),
      expiresOn: this.expiresOn,
      warnings: this.warnings,
    });
  }

  async #transferFile({ url, init }: Exchange): Promise<FakeAnswer> {
    if (init.body instanceof FormData) {
      const [path, file] = [init.body.get('key'), init.body.get('file')];
      if (typeof path !== 'string' || !(file instanceof Blob)) return { status: 400, body: new Uint8Array(0) };
      this.blobs.set(path, new Uint8Array(await file.arrayBuffer()));
      return { status: 204, body: new Uint8Array(0) };
    }
    const blob = this.blobs.get(url.pathname);
    return blob ? { status: 200, body: blob } : { status: 404, body: new Uint8Array(0) };
  }
}

function apply(
  record: StoredRecord,
  change: { readonly data: Uint8Array; readonly linksToRemove: readonly string[] },
): void {
  record.data = change.data;
  record.revision++;
  for (const uid of change.linksToRemove) remove(record.files, uid);
}

function remove(items: { readonly uid: string }[], uid: string): boolean {
  const index = items.findIndex((item) => item.uid === uid);
  if (index >= 0) items.splice(index, 1);
  return index >= 0;
}

/** An answer other than 200, in the clear. */
export function errorAnswer(
  status: number,
  body: JsonValue | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): FakeAnswer {
  return { status, headers, body: ArrayBuffer.isView(body) ? body : encodeJson(body) };
}

/** A backend with keys of its own under the ids 7 to 18, answering to 7 first. */
export async function createFakeBackend(): Promise<FakeBackend> {
  const pairs = new Map<number, EcPrivateKey>();
  for (let id = 7; id <= 18; id++) pairs.set(id, await nodeSuite.generateEcPrivateKey());
  return new FakeBackend(await nodeSuite.generateEcPrivateKey(), pairs, 7);
}
