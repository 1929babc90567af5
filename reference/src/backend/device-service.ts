import { isVaultwireError, VaultwireError } from 'vaultwire';
import { defaultSuite, type VerifyingKey } from 'vaultwire/crypto';
import { readCommand, stepServedClient } from 'vaultwire/keychain';
import {
  decodeDeviceRequest,
  openDeviceRequest,
  sealAnswer,
  type DeviceCommand,
  type DeviceRequest,
  type OpenedDeviceRequest,
  type ReplayWindowOptions,
} from 'vaultwire/transmission';
import {
  answerRead,
  answerWrite,
  ownRecordUid,
  type Answer,
  type CommandContext,
  type ReadCommand,
} from './commands.js';
import type { Files } from './files.js';
import type { EcKeyRing } from './key-ring.js';
import { Replays } from './replays.js';
import { internalError, refusalOf, throttled, wrongServerKey, type Refusal } from './refusal.js';
import type { ClientRow, Store, View } from './store.js';
import { Throttle, type ThrottleOptions } from './throttle.js';

/** How many public keys of clients are kept ready for use. */
const VERIFYING_KEYS = 1000;

/** A request as it came. */
export interface IncomingRequest {
  readonly command: DeviceCommand;
  readonly headers: { get(name: string): string | null };
  readonly body: Uint8Array;
  /** The network address that it came from. */
  readonly address: string;
  /** What the client reached this server by, such as `https://localhost:8443`. */
  readonly origin: string;
}

/** What goes back. */
export interface OutgoingAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** What the server saw of a request: as much as it can read, which is neither keys nor anything under them. */
export interface SeenRequest {
  readonly command: DeviceCommand;
  readonly address: string;
  readonly requestBytes: number;
  readonly answerBytes: number;
  readonly status: number;
  /** Why it was refused. */
  readonly resultCode: string | undefined;
  /** Undefined while the signature does not fit: nothing in the payload is worth more then. */
  readonly clientId: string | undefined;
  /** Known with {@link SeenRequest.clientId}: the payload under the transmission key, and the answer. */
  readonly payload: OpenedDeviceRequest['payload'] | undefined;
  readonly answer: Answer | undefined;
}

export interface DeviceServiceOptions {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Default {@link ThrottleOptions}' defaults; false lets everything through. */
  readonly throttle?: (ThrottleOptions & { readonly status?: 403 | 429 }) | false;
  readonly replayWindow?: ReplayWindowOptions;
  /** Largest request body in bytes. */
  readonly maximumRequestBytes: number;
  readonly onSeen?: ((seen: SeenRequest) => void) | undefined;
  /** Told of faults of this server, which clients hear nothing of. */
  readonly onInternalError?: ((error: unknown) => void) | undefined;
}

/** Answers device requests: opens and checks each, decides whether the client is served, and runs the command. */
export class DeviceService {
  readonly #store: Store;
  readonly #ring: EcKeyRing;
  readonly #files: Files;
  readonly #options: DeviceServiceOptions;
  readonly #throttle: Throttle | undefined;
  readonly #replays: Replays;
  readonly #verifyingKeys = new Map<string, VerifyingKey>();

  constructor(store: Store, ring: EcKeyRing, files: Files, options: DeviceServiceOptions) {
    this.#store = store;
    this.#ring = ring;
    this.#files = files;
    this.#options = options;
    this.#throttle = options.throttle === false ? undefined : new Throttle(options.throttle);
    this.#replays = new Replays(options.replayWindow);
  }

  /** Never rejects: what fails is an answer as well. */
  async handle(incoming: IncomingRequest): Promise<OutgoingAnswer> {
    const seen: { opened?: OpenedDeviceRequest; answer?: Answer } = {};
    let outgoing: OutgoingAnswer;
    let resultCode: string | undefined;
    try {
      const result = await this.#answer(incoming, seen);
      if (result instanceof Uint8Array) outgoing = { status: 200, headers: OCTETS, body: result };
      else {
        outgoing = this.#refuse(result);
        resultCode = result.body.result_code;
      }
    } catch (error) {
      const expected = isVaultwireError(error);
      if (!expected) this.#options.onInternalError?.(error);
      const refusal = expected ? this.#refusalOf(error) : internalError;
      outgoing = this.#refuse(refusal);
      resultCode = refusal.body.result_code;
    }
    this.#options.onSeen?.({
      command: incoming.command,
      address: incoming.address,
      requestBytes: incoming.body.length,
      answerBytes: outgoing.body.length,
      status: outgoing.status,
      resultCode,
      clientId: seen.opened?.clientId,
      payload: seen.opened?.payload,
      answer: seen.answer,
    });
    return outgoing;
  }

  async #answer(
    incoming: IncomingRequest,
    seen: { opened?: OpenedDeviceRequest; answer?: Answer },
  ): Promise<Uint8Array | Refusal> {
    const { maximumRequestBytes: maximumBytes } = this.#options;
    const request = decodeDeviceRequest(incoming.headers, incoming.body, { maximumBytes });
    const now = this.#options.now();
    const opened = await this.#open(request);
    seen.opened = opened;
    // Counted by client, so not before the signature says who that is: by address, clients would be throttled by others.
    // A replay is not its client's doing and counts for nothing. Nothing is awaited up to the end of this: what comes
    // twice at once is answered once.
    const { identifier, clientId } = opened;
    this.#replays.assertNew(identifier, now, 'TransmissionKey');
    const passed = this.#throttle?.admit(clientId, incoming.command, now) ?? true;
    this.#replays.remember(identifier, now, passed);
    if (!passed) return this.#throttled();
    const answer = await this.#serve(incoming, opened, now);
    seen.answer = answer;
    // Commands without an answer have an empty body, which clients take for one.
    return answer === null ? new Uint8Array(0) : sealAnswer(opened.transmissionKey, answer);
  }

  #refusalOf(error: VaultwireError): Refusal {
    return error.code === 'server-key-unknown' ? wrongServerKey(this.#ring.currentId) : refusalOf(error);
  }

  async #open(request: DeviceRequest): Promise<OpenedDeviceRequest> {
    const { maximumRequestBytes: maximumBytes } = this.#options;
    try {
      return await openDeviceRequest(request, {
        serverKey: (id) => this.#ring.find(id),
        findClientKey: (clientId) => this.#findClientKey(clientId),
        maximumBytes,
      });
    } catch (error) {
      if (!isVaultwireError(error) || error.code !== 'open-failed') throw error;
      // Not an answer that names the key: the client would make the same request again, for ever.
      throw new VaultwireError(
        'open-failed',
        `the request does not open with the server's key ${request.serverKeyId}: ` +
          'the client holds another key of this id, or the request was changed on its way',
      );
    }
  }

  async #findClientKey(clientId: string): Promise<VerifyingKey | null | undefined> {
    const client = await this.#store.read((view) => view.get('clients', clientId));
    if (!client) return undefined;
    const { publicKey } = client.binding;
    if (publicKey === null) return null;
    const known = this.#verifyingKeys.get(publicKey);
    if (known) return known;
    const key = await defaultSuite.importVerifyingKey(Buffer.from(publicKey, 'base64'));
    for (const oldest of this.#verifyingKeys.keys()) {
      if (this.#verifyingKeys.size < VERIFYING_KEYS) break;
      this.#verifyingKeys.delete(oldest);
    }
    this.#verifyingKeys.set(publicKey, key);
    return key;
  }

  async #serve(incoming: IncomingRequest, opened: OpenedDeviceRequest, now: number): Promise<Answer> {
    const command = readCommand(incoming.command, await this.#nameRecords(opened));
    if (isRead(command)) {
      // A bound client changes nothing by reading, so its reads need not queue behind the writes.
      const answer = await this.#store.read(async (view) => {
        const { client, binding, context } = await this.#admit(view, incoming, opened, now);
        return binding === client.binding ? await answerRead(view, command, context) : undefined;
      });
      if (answer !== undefined) return answer;
    }
    return this.#store.write(async (transaction) => {
      const { client, binding, context } = await this.#admit(transaction, incoming, opened, now);
      if (binding !== client.binding) transaction.put('clients', opened.clientId, { ...client, binding });
      return isRead(command) ? answerRead(transaction, command, context) : answerWrite(transaction, command, context);
    });
  }

  /** A client knows the record that has the application's key by no UID, so it sends none back. */
  async #nameRecords({ clientId, payload }: OpenedDeviceRequest): Promise<OpenedDeviceRequest['payload']> {
    const unnamed = ['recordUid', 'ownerRecordUid'].filter((key) => payload[key] === '');
    if (unnamed.length === 0) return payload;
    const uid = await this.#store.read(async (view) => {
      const client = await view.get('clients', clientId);
      return client && ownRecordUid(view, client.applicationUid);
    });
    return uid === undefined ? payload : { ...payload, ...Object.fromEntries(unnamed.map((key) => [key, uid])) };
  }

  /** Whether the client is served now, and how its binding stands after it: the same object when nothing changed. */
  async #admit(
    view: View,
    incoming: IncomingRequest,
    opened: OpenedDeviceRequest,
    now: number,
  ): Promise<{
    readonly client: ClientRow;
    readonly binding: ClientRow['binding'];
    readonly context: CommandContext;
  }> {
    const client = await view.get('clients', opened.clientId);
    if (!client) throw new VaultwireError('client-unknown', 'payload.clientId: no such client');
    const publicKey = opened.publicKey ? Buffer.from(opened.publicKey).toString('base64') : null;
    const { address, command, origin } = incoming;
    const { state, decision } = stepServedClient(client.binding, { command, publicKey, address, now });
    if (decision.type === 'refuse') throw decision.error;
    const unchanged = Object.entries(state).every(
      ([key, value]) => client.binding[key as keyof ClientRow['binding']] === value,
    );
    return {
      client,
      binding: unchanged ? client.binding : state,
      context: {
        applicationUid: client.applicationUid,
        encryptedApplicationKey: decision.encryptedApplicationKey,
        accessExpiresOn: client.binding.accessExpiresOn,
        fileUrl: (fileUid, thumbnail) => this.#files.url(origin, fileUid, thumbnail),
        issueUpload: (transaction, fileUid) => this.#files.issueUpload(transaction, origin, fileUid),
        maximumUploadBytes: this.#files.maximumBytes,
      },
    };
  }

  #throttled(): Refusal {
    const { throttle } = this.#options;
    return throttled(throttle ? (throttle.status ?? 403) : 403);
  }

  #refuse({ status, body }: Refusal): OutgoingAnswer {
    const retryAfter =
      status === 429 && this.#throttle ? { 'Retry-After': String(this.#throttle.retryAfterSeconds) } : {};
    return { status, headers: { ...JSON_TYPE, ...retryAfter }, body: Buffer.from(JSON.stringify(body)) };
  }
}

const OCTETS = { 'Content-Type': 'application/octet-stream' };
const JSON_TYPE = { 'Content-Type': 'application/json' };

const isRead = (command: ReturnType<typeof readCommand>): command is ReadCommand =>
  command.command === 'get_secret' || command.command === 'get_folders';
