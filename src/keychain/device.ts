import { defaultSuite } from '#default-suite';
import { GCM_NONCE_LENGTH, GCM_TAG_LENGTH, type CryptoSuite } from '../crypto/suite.js';
import {
  deviceRequestHeaders,
  MAXIMUM_ANSWER_BYTES,
  openAnswer,
  sealDeviceRequest,
} from '../transmission/device-request.js';
import { MAXIMUM_ERROR_BYTES } from '../transmission/error-answer.js';
import { startRequest, stepRequest, type RequestState } from '../transmission/request-loop.js';
import { customServerKey, publishedServerKeys, type ServerKeys } from '../transmission/server-keys.js';
import { encodeBase64Url } from '../wire/base64.js';
import { copyBytes, equalBytes, type Bytes } from '../wire/bytes.js';
import { isVaultwireError, VaultwireError } from '../wire/error.js';
import { decodeJsonObject, readOptionalBase64, type JsonObject } from '../wire/json.js';
import { startBinding, stepBinding, type BindingEffect, type BindingEvent } from './binding-client.js';
import {
  addFileCommand,
  createFolderCommand,
  createSecretCommand,
  deleteFoldersCommand,
  deleteSecretsCommand,
  finalizeUpdateCommand,
  getFoldersCommand,
  getSecretsCommand,
  readDeleteResults,
  readUploadTarget,
  rollbackUpdateCommand,
  updateFolderCommand,
  updateSecretCommand,
  type Command,
  type CommandSender,
  type DeleteResult,
  type FileToUpload,
  type SecretsFilter,
  type TransactionType,
} from './commands.js';
import type { ConfigurationStore, DeviceConfiguration } from './configuration.js';
import { assertFileUrl, type FileUrlPolicy } from './file-url.js';
import { openFolders, type OpenedFolders } from './folders.js';
import type { ApplicationKey, FolderKey, PaddingOptions } from './keys.js';
import {
  ANSWER_LIMITS,
  openSecrets,
  type OpenedFile,
  type OpenedRecord,
  type OpenedSecrets,
  type OpenSecretsOptions,
} from './secrets.js';
import { readOneTimeToken, type OneTimeToken, type TokenServerKey } from './token.js';

/** How long a request may take unless told otherwise, in milliseconds. */
export const DEFAULT_TIMEOUT = 60_000;

/** Everything a device takes from the world around it. Each part can be replaced. */
export interface DeviceOptions {
  /** Where its configuration lives. */
  readonly store: ConfigurationStore;
  /** A one-time token, for a device that is not bound yet. A token that this store has spent already is ignored. */
  readonly token?: string;
  /** The host (and port), for a token that names none. */
  readonly host?: string;
  /**
   * A server key that the caller pins, or another registry of keys. Default: the key that the token or the
   * configuration pins, or the published ones.
   */
  readonly serverKeys?: ServerKeys;
  /** The application owner's public key (65 bytes), when the caller knows it: binding to another is refused. */
  readonly expectedOwner?: Uint8Array;
  /** Which URLs of files are acceptable. Default: https on public hosts. */
  readonly fileUrls?: FileUrlPolicy;
  /** Which hosts a region redirect may lead to. Default: the published regions. */
  readonly allowsHost?: (host: string) => boolean;
  /** Largest answer and largest thumbnail that is read, in bytes. Default {@link MAXIMUM_ANSWER_BYTES}. */
  readonly maximumAnswerBytes?: number;
  readonly clientVersion?: string;
  readonly suite?: CryptoSuite;
  /** How long each request may take, in milliseconds. Default {@link DEFAULT_TIMEOUT}. */
  readonly timeoutMilliseconds?: number;
  /** Default the platform's fetch. Redirects are refused and no credentials sent, whichever it is. */
  readonly fetch?: typeof fetch;
  /** Waits for some milliseconds. Default a timer. */
  readonly sleep?: (milliseconds: number) => Promise<void>;
  /** Milliseconds since 1970. Default the platform's clock. */
  readonly now?: () => number;
}

/** What getting secrets can ask for. */
export interface GetSecretsOptions extends SecretsFilter {
  /** Fail when any of these records did not open. */
  readonly require?: readonly string[];
  /** Fail when anything did not open, or did not come although it was asked for. */
  readonly requireAll?: boolean;
  /** Make digests for `observeSecrets` and for `observationOfSecrets`. */
  readonly digests?: boolean;
}

/**
 * Opens a device: binds it with a one-time token where it is not bound yet, finishing what an earlier run began.
 * Nothing is sent before what it depends on is stored.
 *
 * @throws VaultwireError `client-not-bound` without a token or a configuration, `client-mismatch` when the store
 *   belongs to another token, `owner-key-unexpected`, `token-invalid`, `configuration-invalid`, and whatever
 *   {@link stepRequest} fails with
 */
export async function openDevice(options: DeviceOptions): Promise<Device> {
  const expectedOwner = options.expectedOwner && copyBytes(options.expectedOwner);
  const stored = await options.store.read();
  const token = options.token === undefined ? undefined : await readOneTimeToken(options.token, options);
  const context = new DeviceContext(options, stored, token);
  await bind(context, token, expectedOwner);
  return new Device(context);
}

async function bind(
  context: DeviceContext,
  token: OneTimeToken | undefined,
  expectedOwner: Bytes | undefined,
): Promise<void> {
  const { stored } = context;
  let state = startBinding({ expectedOwner });
  const events: BindingEvent[] = [
    {
      type: 'start',
      tokenClientId: token?.clientId ?? null,
      stored: stored
        ? {
            clientId: stored.clientId,
            publicKey: stored.deviceKey.publicKey,
            hasClientKey: stored.clientKey !== undefined,
            hasApplicationKey: stored.applicationKey !== undefined,
            ownerPublicKey: stored.ownerPublicKey ?? null,
          }
        : null,
    },
  ];
  for (let event = events.shift(); event; event = events.shift()) {
    const step = stepBinding(state, event);
    state = step.state;
    for (const effect of step.effects) {
      const answer = await context.perform(effect, token);
      if (answer) events.push(answer);
    }
  }
}

/** The effects of the machines, and the one place that holds the configuration. */
class DeviceContext {
  readonly options: DeviceOptions;
  readonly stored: DeviceConfiguration | undefined;
  readonly suite: CryptoSuite;
  serverKeys: ServerKeys;
  #configuration: DeviceConfiguration | undefined;
  #opened: ApplicationKey | undefined;
  #writes: Promise<void> = Promise.resolve();

  constructor(options: DeviceOptions, stored: DeviceConfiguration | undefined, token: OneTimeToken | undefined) {
    this.options = options;
    this.stored = stored;
    this.suite = options.suite ?? defaultSuite;
    this.#configuration = stored;
    const pinned = stored?.serverKey ?? token?.serverKey;
    const { suite } = this;
    this.serverKeys =
      options.serverKeys ?? (pinned ? customServerKey(pinned, { suite }) : publishedServerKeys({ suite }));
  }

  get configuration(): DeviceConfiguration {
    if (this.#configuration) return this.#configuration;
    throw new VaultwireError('client-not-bound', 'device: it has no configuration yet');
  }

  get applicationKey(): ApplicationKey {
    const { applicationKey } = this.configuration;
    if (applicationKey) return applicationKey;
    throw new VaultwireError('client-not-bound', 'device: it has no application key yet');
  }

  get maximumAnswerBytes(): number {
    return this.options.maximumAnswerBytes ?? MAXIMUM_ANSWER_BYTES;
  }

  get sender(): CommandSender {
    const { clientVersion } = this.options;
    return { clientId: this.configuration.clientId, ...(clientVersion !== undefined && { clientVersion }) };
  }

  /** Writes one after the other, each on top of the last: two changes must not lose one another. */
  store(change: (configuration: DeviceConfiguration) => DeviceConfiguration): Promise<void> {
    const write = this.#writes.then(async () => {
      const changed = change(this.configuration);
      await this.options.store.write(changed);
      this.#configuration = changed;
    });
    this.#writes = write.catch(() => undefined);
    return write;
  }

  async perform(effect: BindingEffect, token: OneTimeToken | undefined): Promise<BindingEvent | undefined> {
    const extractable = this.options.store.needsExtractableKeys;
    switch (effect.type) {
      case 'generate-device-key': {
        if (!token) throw new VaultwireError('client-not-bound', 'device: expected a one-time token');
        const deviceKey = await this.suite.generateSigningKey({ extractable });
        this.#configuration = {
          host: token.host,
          clientId: token.clientId,
          clientKey: token.clientKey,
          deviceKey,
          serverKey: await this.#pinnedServerKey(token),
        };
        return { type: 'device-key-generated', publicKey: deviceKey.publicKey };
      }
      case 'store-token':
        await this.store((configuration) => configuration);
        return { type: 'stored' };
      case 'request': {
        const publicKey = effect.publicKey ?? undefined;
        const answer = await this.ask(getSecretsCommand(this.sender, { ...(publicKey && { publicKey }) }));
        if (!publicKey) return { type: 'confirmed' };
        return {
          type: 'answered',
          encryptedApplicationKey: readOptionalBase64(answer, 'encryptedAppKey', 'answer') ?? null,
          ownerPublicKey: readOptionalBase64(answer, 'appOwnerPublicKey', 'answer') ?? null,
        };
      }
      case 'open-application-key':
        return this.#openApplicationKey(effect.encryptedApplicationKey, extractable);
      case 'store-application-key': {
        const applicationKey = this.#opened;
        const { ownerPublicKey } = effect;
        // A point that is not on the curve must not get as far as the store.
        await this.suite.importEcPublicKey(ownerPublicKey);
        await this.store((configuration) => ({
          ...configuration,
          clientKey: undefined,
          applicationKey,
          ownerPublicKey,
        }));
        return { type: 'stored' };
      }
      case 'bound':
        return undefined;
      case 'fail':
        throw effect.error;
    }
  }

  /** A pin goes into the configuration, so that later runs are held to it without being told. */
  async #pinnedServerKey(token: OneTimeToken): Promise<TokenServerKey | undefined> {
    const { serverKeys } = this;
    if (!serverKeys.custom) return token.serverKey;
    const { id, publicKey } = await serverKeys.get(serverKeys.defaultId);
    return { id, publicKey: publicKey.bytes };
  }

  async #openApplicationKey(encrypted: Bytes, extractable: boolean): Promise<BindingEvent> {
    const { clientKey } = this.configuration;
    if (!clientKey) throw new VaultwireError('client-not-bound', 'device: its client key is gone');
    try {
      this.#opened = await clientKey.unwrapApplicationKey(encrypted, { suite: this.suite, extractable });
      return { type: 'application-key-opened' };
    } catch (error) {
      // A key of the caller's own that fails in its own way has not refused anything.
      if (!isVaultwireError(error)) throw error;
      return { type: 'application-key-refused' };
    }
  }

  /** Sends a command until it is answered or has failed. Returns the answer's JSON; an empty one for no answer. */
  async ask(command: Command): Promise<JsonObject> {
    return (await this.exchange(command)).answer;
  }

  /** {@link ask}, and how the answer came. */
  async exchange(command: Command): Promise<{ readonly answer: JsonObject; readonly delivery: DeliveryReport }> {
    const { configuration, serverKeys, suite, options } = this;
    const { sleep = timer, now = Date.now, allowsHost } = options;
    const maximumBytes = this.maximumAnswerBytes;
    const first = startRequest({
      host: configuration.host,
      serverKeyId: this.#serverKeyId(),
      customServerKey: serverKeys.custom,
      workingKeyId: serverKeys.custom ? null : (configuration.serverKeyId ?? null),
    });
    let state = first;
    for (;;) {
      const serverKey = await serverKeys.get(state.serverKeyId);
      const signingKey = configuration.deviceKey;
      const sealed = await sealDeviceRequest({ serverKey, payload: command.payload, signingKey, suite });
      const response = await this.fetch(`https://${state.host}/api/rest/sm/v1/${command.command}`, {
        method: 'POST',
        headers: deviceRequestHeaders(sealed.request),
        body: new Uint8Array(sealed.request.payload),
      });
      const body = await readBody(response, response.status === 200 ? maximumBytes : MAXIMUM_ERROR_BYTES);
      const event = { status: response.status, body, retryAfter: response.headers.get('Retry-After') };
      const step = stepRequest(
        state,
        { ...event, random: this.#fraction(), now: now() },
        { knowsServerKey: (id) => serverKeys.has(id), ...(allowsHost && { allowsHost }) },
      );
      state = step.state;
      if (step.effect.type === 'fail') throw step.effect.error;
      if (step.effect.type === 'deliver') {
        const answer = await openAnswer(sealed.transmissionKey, body, { maximumBytes });
        if (answer.length === 0 && isReading(command)) {
          throw new VaultwireError('answer-unexpected', `${command.command}: expected an answer, found none`);
        }
        // An empty body was not opened: anyone on the way could have sent it.
        if (body.length > 0) await this.#remember(first, state);
        return {
          answer: answer.length === 0 ? {} : decodeJsonObject(answer, 'answer', ANSWER_LIMITS),
          delivery: { transport: 'ec', serverKeyId: state.serverKeyId, serverKeyPinned: serverKeys.custom },
        };
      }
      if (step.effect.afterMilliseconds > 0) await sleep(step.effect.afterMilliseconds);
    }
  }

  #serverKeyId(): number {
    const { serverKeys } = this;
    const { serverKeyId } = this.configuration;
    return !serverKeys.custom && serverKeyId !== undefined && serverKeys.has(serverKeyId)
      ? serverKeyId
      : serverKeys.defaultId;
  }

  /**
   * Keeps where a request ended up, once an answer opened: an error answer is nobody's word. Only what this request
   * changed: another that was under way may have learned more.
   */
  async #remember(first: RequestState, last: RequestState): Promise<void> {
    const { host, serverKeyId } = last;
    const moved = host !== first.host;
    const keyChanged = serverKeyId !== first.serverKeyId;
    if (!moved && !keyChanged) return;
    await this.store((current) => ({
      ...current,
      ...(moved && { host }),
      ...(keyChanged && { serverKeyId: Math.max(serverKeyId, current.serverKeyId ?? 0) }),
    }));
  }

  /** At least 0 and below 1. */
  #fraction(): number {
    const bytes = this.suite.randomBytes(2);
    return ((bytes[0] ?? 0) * 256 + (bytes[1] ?? 0)) / 65536;
  }

  fetch(url: string | URL, init: RequestInit): Promise<Response> {
    // eslint-disable-next-line no-restricted-globals -- a default that the caller can replace
    const request = this.options.fetch ?? fetch;
    const signal = AbortSignal.timeout(this.options.timeoutMilliseconds ?? DEFAULT_TIMEOUT);
    // No credentials and no redirects: a server must not learn more, nor send the device elsewhere.
    return request(url, { credentials: 'omit', redirect: 'error', referrerPolicy: 'no-referrer', signal, ...init });
  }
}

/**
 * The body of a response. Of one that is longer than it may be, a byte more than that is read and the rest is not: a
 * server must not fill the device's memory, and whoever gets the bytes sees that they are too many.
 */
async function readBody(response: Response, maximumBytes: number): Promise<Bytes> {
  // Some platforms have a fetch without streams.
  if (!response.body) return new Uint8Array(await response.arrayBuffer());
  const reader = response.body.getReader();
  let bytes = new Uint8Array(Math.min(FIRST_BUFFER, maximumBytes + 1));
  let length = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const chunk = part.value.subarray(0, maximumBytes + 1 - length);
    if (length + chunk.length > bytes.length) {
      const larger = new Uint8Array(Math.min(2 * (length + chunk.length), maximumBytes + 1));
      larger.set(bytes.subarray(0, length));
      bytes = larger;
    }
    bytes.set(chunk, length);
    length += chunk.length;
    if (length <= maximumBytes) continue;
    reader.cancel().catch(() => undefined);
    break;
  }
  return bytes.slice(0, length);
}

/** Most answers fit into this many bytes. */
const FIRST_BUFFER = 65_536;

const isReading = ({ command }: Command): boolean => command === 'get_secret' || command === 'get_folders';

const timer = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    // eslint-disable-next-line no-restricted-globals -- a default that the caller can replace
    setTimeout(resolve, milliseconds);
  });

/** How an answer came to a device. */
export interface DeliveryReport {
  /** Devices speak EC alone. */
  readonly transport: 'ec';
  /** The server key that the answered request was sealed to. */
  readonly serverKeyId: number;
  /** Whether that key is pinned, by the caller, the token or the configuration, and no hint of the server's moves it. */
  readonly serverKeyPinned: boolean;
}

/** What was opened, its report with how it came. */
export type Delivered<Opened extends { readonly report: object }> = Opened & { readonly report: DeliveryReport };

const delivered = <Opened extends { readonly report: object }>(
  opened: Opened,
  delivery: DeliveryReport,
): Delivered<Opened> => ({ ...opened, report: { ...opened.report, ...delivery } });

/** A shared folder or a folder inside one, as `getSecrets` and `getFolders` return them. */
export interface FolderHandle {
  readonly uid: string;
  readonly key: FolderKey;
}

/** A bound device: reads and writes what was shared with its application. Made by {@link openDevice}. */
export class Device {
  readonly #context: DeviceContext;

  /** @internal */
  constructor(context: DeviceContext) {
    this.#context = context;
  }

  /** base64 of 64 bytes: what the server knows this device by. */
  get clientId(): string {
    return this.#context.configuration.clientId;
  }

  /** The host that answers. */
  get host(): string {
    return this.#context.configuration.host;
  }

  /** Base64url of the SHA-256 of the application owner's public key: compare it with what the owner sees. */
  async ownerFingerprint(): Promise<string> {
    const { suite } = this.#context;
    return encodeBase64Url(await suite.sha256(this.#ownerPublicKey()));
  }

  /**
   * Everything that was shared with the application, or the part that is asked for.
   *
   * @throws VaultwireError `owner-key-changed` when the server names another owner than at binding, `record-missing`
   *   for one of `require`, and whatever {@link stepRequest} fails with
   */
  async getSecrets(options: GetSecretsOptions = {}): Promise<Delivered<OpenedSecrets>> {
    const context = this.#context;
    const { answer, delivery } = await context.exchange(getSecretsCommand(context.sender, { filter: options }));
    this.#checkOwner(answer);
    const openOptions: OpenSecretsOptions = {
      suite: context.suite,
      ...(options.records && { requestedRecords: options.records }),
      ...(options.folders && { requestedFolders: options.folders }),
      ...(options.require && { requireRecords: options.require }),
      ...(options.requireAll !== undefined && { requireAll: options.requireAll }),
      ...(options.digests !== undefined && { digests: options.digests }),
    };
    return delivered(await openSecrets(answer, context.applicationKey, openOptions), delivery);
  }

  /** The folders that were shared with the application, with their names and parents. */
  async getFolders(): Promise<Delivered<OpenedFolders>> {
    const context = this.#context;
    const { answer, delivery } = await context.exchange(getFoldersCommand(context.sender));
    return delivered(await openFolders(answer, context.applicationKey, { suite: context.suite }), delivery);
  }

  /**
   * Creates a record in a shared folder.
   *
   * @returns the new record's UID
   */
  async createRecord(
    folder: FolderHandle,
    data: JsonObject,
    options: PaddingOptions & { readonly subFolderUid?: string } = {},
  ): Promise<string> {
    const { sender, suite } = this.#context;
    const owner = this.#ownerPublicKey();
    const command = await createSecretCommand(sender, { ...options, owner, folder, data, suite });
    await this.#context.ask(command);
    return command.recordUid;
  }

  /**
   * Writes a record back.
   *
   * @param options.transaction `rotation`: pending until {@link Device.finalizeUpdate} or {@link Device.rollbackUpdate}
   * @param options.removeFiles UIDs of files to unlink
   */
  async updateRecord(
    record: Pick<OpenedRecord, 'uid' | 'key' | 'revision'>,
    data: JsonObject,
    options: PaddingOptions & { readonly transaction?: TransactionType; readonly removeFiles?: readonly string[] } = {},
  ): Promise<void> {
    await this.#context.ask(await updateSecretCommand(this.#context.sender, { ...options, record, data }));
  }

  /** Lets the pending rotation of a record take effect. */
  async finalizeUpdate(recordUid: string): Promise<void> {
    await this.#context.ask(finalizeUpdateCommand(this.#context.sender, recordUid));
  }

  /** Drops the pending rotation of a record. */
  async rollbackUpdate(recordUid: string): Promise<void> {
    await this.#context.ask(rollbackUpdateCommand(this.#context.sender, recordUid));
  }

  /** Deletes records. One result for each UID: a UID that the server does not mention counts as not deleted. */
  async deleteRecords(recordUids: readonly string[]): Promise<readonly DeleteResult[]> {
    const answer = await this.#context.ask(deleteSecretsCommand(this.#context.sender, recordUids));
    return readDeleteResults(answer, recordUids);
  }

  /** Creates a folder inside a shared folder. @returns the new folder's UID */
  async createFolder(
    sharedFolder: FolderHandle,
    name: string,
    options: { readonly parentUid?: string } = {},
  ): Promise<string> {
    const { sender, suite } = this.#context;
    const command = await createFolderCommand(sender, { ...options, sharedFolder, name, suite });
    await this.#context.ask(command);
    return command.folderUid;
  }

  /** Gives a folder another name. */
  async renameFolder(folder: FolderHandle, name: string): Promise<void> {
    await this.#context.ask(await updateFolderCommand(this.#context.sender, { folder, name }));
  }

  /** Deletes folders. @param options.force also those that something is left in */
  async deleteFolders(
    folderUids: readonly string[],
    options: { readonly force?: boolean } = {},
  ): Promise<readonly DeleteResult[]> {
    const answer = await this.#context.ask(deleteFoldersCommand(this.#context.sender, { ...options, folderUids }));
    return readDeleteResults(answer, folderUids);
  }

  /**
   * Uploads a file and hangs it on a record.
   *
   * @returns the file's UID
   * @throws VaultwireError `url-refused` for the place that the server names, `upload-failed`
   */
  async uploadFile(
    record: Pick<OpenedRecord, 'uid' | 'key' | 'revision' | 'data'>,
    file: Omit<FileToUpload, 'lastModified'> & { readonly lastModified?: number },
    padding: PaddingOptions = {},
  ): Promise<string> {
    const { sender, suite, options } = this.#context;
    const lastModified = file.lastModified ?? (options.now ?? Date.now)();
    const owner = this.#ownerPublicKey();
    const command = await addFileCommand(sender, { ...padding, owner, record, file: { ...file, lastModified }, suite });
    const target = readUploadTarget(await this.#context.ask(command));
    const url = assertFileUrl(target.url, options.fileUrls);
    const form = new FormData();
    for (const [name, value] of Object.entries(target.parameters)) form.append(name, value);
    form.append('file', new Blob([command.sealedContent], { type: 'application/octet-stream' }));
    const response = await this.#context.fetch(url, { method: 'POST', body: form });
    if (response.status !== target.successStatusCode) {
      throw new VaultwireError(
        'upload-failed',
        `upload: expected status ${target.successStatusCode}, found ${response.status}`,
      );
    }
    return command.fileUid;
  }

  /**
   * Fetches a file's content and opens it.
   *
   * @throws VaultwireError `field-invalid` for a description that says no size, `url-refused`, `download-failed`,
   *   `open-failed`, `length-invalid` when the content is not as long as its description says
   */
  async downloadFile(file: Pick<OpenedFile, 'url' | 'key' | 'description'>): Promise<Bytes> {
    const { size } = file.description;
    // One key seals both: what has no size may be the content, which the server put in the place of the description.
    if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
      throw new VaultwireError('field-invalid', 'file description.size: expected a length in bytes');
    }
    const content = await this.#download(file.url, file.key, size);
    if (size !== content.length) {
      throw new VaultwireError('length-invalid', `file: expected ${size} bytes, found ${content.length}`);
    }
    return content;
  }

  /**
   * Fetches a file's thumbnail and opens it.
   *
   * @throws VaultwireError `url-refused`, `download-failed`, `length-invalid`, `open-failed`
   */
  downloadThumbnail(file: Pick<OpenedFile, 'thumbnailUrl' | 'key'>): Promise<Bytes> {
    return this.#download(file.thumbnailUrl, file.key);
  }

  async #download(text: string | undefined, key: OpenedFile['key'], size?: number): Promise<Bytes> {
    if (text === undefined) throw new VaultwireError('url-refused', 'file URL: the server gave none');
    const url = assertFileUrl(text, this.#context.options.fileUrls);
    const response = await this.#context.fetch(url, { method: 'GET' });
    if (response.status !== 200) {
      throw new VaultwireError('download-failed', `download: expected status 200, found ${response.status}`);
    }
    const maximumBytes =
      size === undefined ? this.#context.maximumAnswerBytes : size + GCM_NONCE_LENGTH + GCM_TAG_LENGTH;
    const sealed = await readBody(response, maximumBytes);
    if (sealed.length > maximumBytes) {
      throw new VaultwireError('length-invalid', `file: expected at most ${maximumBytes} bytes, sealed`);
    }
    return key.openContent(sealed);
  }

  #ownerPublicKey(): Bytes {
    const { ownerPublicKey } = this.#context.configuration;
    if (ownerPublicKey) return ownerPublicKey;
    throw new VaultwireError('client-not-bound', "device: it does not know the application owner's key");
  }

  #checkOwner(answer: JsonObject): void {
    const named = readOptionalBase64(answer, 'appOwnerPublicKey', 'answer');
    const { ownerPublicKey } = this.#context.configuration;
    if (named && ownerPublicKey && !equalBytes(named, ownerPublicKey)) {
      throw new VaultwireError(
        'owner-key-changed',
        "answer.appOwnerPublicKey: not the application owner's key of the binding",
      );
    }
  }
}
