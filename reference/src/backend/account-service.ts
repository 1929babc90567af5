import { createHash, createHmac, randomBytes } from 'node:crypto';
import * as v from 'valibot';
import { isVaultwireError, VaultwireError, type JsonObject } from 'vaultwire';
import { defaultSuite } from 'vaultwire/crypto';
import { open as openHybrid } from 'vaultwire/ecies/hybrid';
import {
  AUTH_VERIFIER_LENGTH,
  checkLoginProof,
  MINIMUM_ITERATIONS,
  readAuthVerifier,
  SALT_LENGTH,
  type KdfParameters,
} from 'vaultwire/keychain/account';
import type { ReplayWindowOptions } from 'vaultwire/transmission';
import {
  AccountSummary,
  Authentication,
  decodeMessage,
  encodeMessage,
  JSON_COMMAND_PATH,
  openAccountRequest,
  readJsonPayload,
  sealAccountAnswer,
  SessionToken,
  type OpenedAccountRequest,
  type Transport,
} from 'vaultwire/transmission/account';
import { LONGEST_USERNAME } from '../seed.js';
import type { OutgoingAnswer } from './device-service.js';
import type { EcKeyRing, MlKemKeyRing } from './key-ring.js';
import {
  authenticationFailed,
  deviceNotRegistered,
  internalError,
  refusalOf,
  sessionExpired,
  throttled,
  wrongHybridKeys,
  wrongServerKey,
  type Refusal,
} from './refusal.js';
import { Replays } from './replays.js';
import { Sessions, type Session, type SessionsOptions } from './sessions.js';
import type { AccountRow, Store } from './store.js';
import { Throttle, type ThrottleOptions } from './throttle.js';

/** How many logins of one user pass until the counter clears. */
const LOGIN_LIMIT = 10;
const DEVICE_CAPACITY = 10_000;
const LONGEST_DEVICE_TOKEN = 1024;
const LONGEST_SESSION_TOKEN = 1024;

/** An account request as it came. */
export interface IncomingAccountRequest {
  /** Behind `/api/rest/`: one that {@link isAccountPath} knows. */
  readonly path: AccountPath;
  readonly body: Uint8Array;
  /** The network address that it came from. */
  readonly address: string;
}

/** What the server saw of an account request: as much as it can read, which is no key and nothing under one. */
export interface SeenAccountRequest {
  readonly path: string;
  /** The command of a JSON payload, once it is known to be one. */
  readonly command: string | undefined;
  /** How the transmission key travelled; undefined for a request that did not open. */
  readonly transport: Transport | undefined;
  /** Whose session the request belongs to. */
  readonly username: string | undefined;
  readonly address: string;
  readonly requestBytes: number;
  readonly answerBytes: number;
  readonly status: number;
  /** Why it was refused. */
  readonly resultCode: string | undefined;
}

export interface AccountServiceOptions {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Answer requests in hybrid mode, or behave as a backend that has never heard of it. */
  readonly hybrid: boolean;
  readonly throttle?: (ThrottleOptions & { readonly status?: 403 | 429; readonly loginLimit?: number }) | false;
  readonly replayWindow?: ReplayWindowOptions;
  readonly sessions?: SessionsOptions;
  /** How many devices are remembered; the one that was registered longest ago is forgotten first. Default 10,000. */
  readonly deviceCapacity?: number;
  /** Largest request body in bytes. */
  readonly maximumRequestBytes: number;
  readonly onSeen?: ((seen: SeenAccountRequest) => void) | undefined;
  /** Told of faults of this server, which clients hear nothing of. */
  readonly onInternalError?: ((error: unknown) => void) | undefined;
}

/** What is answered where. */
const HANDLERS = {
  'login/account_summary': 'summary',
  'authentication/register_device_in_region': 'register-device',
  [JSON_COMMAND_PATH]: 'command',
} as const;

export type AccountPath = keyof typeof HANDLERS;

/** Whether there is an answer to requests for a path. @param path behind `/api/rest/` */
export const isAccountPath = (path: string): path is AccountPath => Object.hasOwn(HANDLERS, path);

const bytesIn = (least: number, most: number) =>
  v.pipe(
    v.string(),
    v.maxLength(Math.ceil((most * 4) / 3), `expected base64url of at most ${most} bytes`),
    v.regex(/^[\w-]*$/, 'expected base64url'),
    v.transform((text) => new Uint8Array(Buffer.from(text, 'base64url'))),
    v.check(({ length }) => length >= least && length <= most, `expected base64url of ${least} to ${most} bytes`),
  );

const username = v.pipe(
  v.string(),
  v.nonEmpty('expected a user name'),
  v.maxLength(LONGEST_USERNAME, `expected at most ${LONGEST_USERNAME} characters`),
);

/** Before a login clients send none, null or an empty one. */
const sessionToken = {
  session_token: v.nullish(
    v.pipe(
      bytesIn(0, LONGEST_SESSION_TOKEN),
      v.transform((bytes) => (bytes.length > 0 ? new SessionToken(bytes) : undefined)),
    ),
  ),
};

// Keys that clients in the field send along, such as client_version, are left unread.
const commandSchema = v.variant('command', [
  v.object({ ...sessionToken, command: v.literal('vaultwire_login_parameters'), username }),
  v.object({
    ...sessionToken,
    command: v.literal('vaultwire_login'),
    username,
    device_token: bytesIn(1, LONGEST_DEVICE_TOKEN),
    auth_response: bytesIn(32, 32),
  }),
  v.object({ ...sessionToken, command: v.literal('vaultwire_get_vault') }),
]);

type AccountCommand = v.InferOutput<typeof commandSchema>;

/** A sealed answer's plaintext, or why there is none. */
type Outcome = JsonObject | Uint8Array | Refusal;

/** What is learned of a request on the way. */
interface Progress {
  command?: string;
  transport?: Transport;
  username?: string;
}

/** Answers account requests: opens each, finds its session, and runs what it asks for. */
export class AccountService {
  readonly #store: Store;
  readonly #ecRing: EcKeyRing;
  readonly #mlKemRing: MlKemKeyRing;
  readonly #options: AccountServiceOptions;
  readonly #throttle: Throttle | undefined;
  readonly #loginThrottle: Throttle | undefined;
  /** Two, as anybody can fill the one of requests without a session. */
  readonly #replays: { readonly session: Replays; readonly anonymous: Replays };
  readonly #sessions: Sessions;
  readonly #devices = new Set<string>();
  /** Parameters for user names that nobody has follow from this, so that they stay the same as real ones do. */
  readonly #decoyKey = randomBytes(32);
  /** The iteration count of every account. No account comes after the seed. */
  #iterationCounts: Promise<readonly number[]> | undefined;
  readonly #decoyVerifier: Uint8Array;

  constructor(store: Store, ecRing: EcKeyRing, mlKemRing: MlKemKeyRing, options: AccountServiceOptions) {
    this.#store = store;
    this.#ecRing = ecRing;
    this.#mlKemRing = mlKemRing;
    this.#options = options;
    const { throttle } = options;
    if (throttle !== false) {
      this.#throttle = new Throttle(throttle);
      this.#loginThrottle = new Throttle({ ...throttle, limit: throttle?.loginLimit ?? LOGIN_LIMIT });
    }
    this.#replays = {
      session: new Replays(options.replayWindow),
      anonymous: new Replays(options.replayWindow),
    };
    this.#sessions = new Sessions(options.sessions);
    this.#decoyVerifier = randomBytes(AUTH_VERIFIER_LENGTH);
    this.#decoyVerifier[0] = 1;
  }

  /** Never rejects: what fails is an answer as well. */
  async handle(incoming: IncomingAccountRequest): Promise<OutgoingAnswer> {
    const progress: Progress = {};
    let outgoing: OutgoingAnswer;
    let resultCode: string | undefined;
    try {
      const result = await this.#answer(incoming, progress);
      if (result instanceof Uint8Array) outgoing = { status: 200, headers: OCTETS, body: result };
      else {
        outgoing = this.#refuse(result);
        resultCode = result.body.result_code;
      }
    } catch (error) {
      const expected = isVaultwireError(error);
      if (!expected) this.#options.onInternalError?.(error);
      const refusal = expected ? refusalOf(error) : internalError;
      outgoing = this.#refuse(refusal);
      resultCode = refusal.body.result_code;
    }
    this.#options.onSeen?.({
      path: incoming.path,
      command: progress.command,
      transport: progress.transport,
      username: progress.username,
      address: incoming.address,
      requestBytes: incoming.body.length,
      answerBytes: outgoing.body.length,
      status: outgoing.status,
      resultCode,
    });
    return outgoing;
  }

  async #answer(incoming: IncomingAccountRequest, progress: Progress): Promise<Uint8Array | Refusal> {
    const now = this.#options.now();
    const opened = await this.#open(incoming.body);
    if (isRefusal(opened)) return opened;
    progress.transport = opened.transport;
    const { identifier } = opened;
    const handler = HANDLERS[incoming.path];
    const command = handler === 'command' ? readCommand(readJsonPayload(opened)) : undefined;
    if (command) progress.command = command.command;
    const token = tokenOf(opened, command);
    const session = token && this.#sessions.find(token, now);
    if (session) progress.username = session.username;
    // A replay is not its user's doing: it neither counts for the throttle nor keeps the session open. Nothing is awaited
    // up to the end of this: what comes twice at once is answered once.
    const replays = this.#replays[session ? 'session' : 'anonymous'];
    replays.assertNew(identifier, now, 'ApiRequest');
    if (token) this.#sessions.use(token, now);
    const who = session?.accountUid ?? incoming.address;
    const passed = this.#throttle?.admit(who, command?.command ?? incoming.path, now) ?? true;
    replays.remember(identifier, now, passed);
    if (!passed) return this.#throttled();
    const outcome = await this.#run(handler, { opened, session, command, now });
    if (isRefusal(outcome)) return outcome;
    // What has no answer has an empty body, which clients take for one.
    if (outcome instanceof Uint8Array && outcome.length === 0) return outcome;
    return sealAccountAnswer(opened.transmissionKey, outcome);
  }

  /** @returns the request, or that it was sealed to other keys than the current ones */
  async #open(body: Uint8Array): Promise<OpenedAccountRequest | Refusal> {
    const asked: { hybrid: boolean } = { hybrid: false };
    try {
      return await openAccountRequest(body, {
        serverKey: (id) => this.#ecRing.find(id),
        ...(this.#options.hybrid && {
          hybrid: {
            mlKemKey: (id) => {
              asked.hybrid = true;
              return this.#mlKemRing.find(id)?.privateKey;
            },
            open: openHybrid,
          },
        }),
        maximumBytes: this.#options.maximumRequestBytes,
      });
    } catch (error) {
      if (!isVaultwireError(error)) throw error;
      if (error.code === 'server-key-unknown') {
        const { currentId } = this.#ecRing;
        return asked.hybrid ? wrongHybridKeys(this.#mlKemRing.currentId, currentId) : wrongServerKey(currentId);
      }
      if (error.code !== 'open-failed') throw error;
      // Not an answer that names the keys: the client would make the same request again, for ever.
      throw new VaultwireError(
        'open-failed',
        "the request does not open with the server's keys: " +
          'the client holds other keys of these ids, or the request was changed on its way',
      );
    }
  }

  async #run(
    handler: (typeof HANDLERS)[AccountPath],
    request: {
      readonly opened: OpenedAccountRequest;
      readonly session: Session | undefined;
      readonly command: AccountCommand | undefined;
      readonly now: number;
    },
  ): Promise<Outcome> {
    const { opened, session, command, now } = request;
    if (handler === 'register-device') return this.#registerDevice(opened.payload);
    if (command?.command === 'vaultwire_login_parameters') return this.#loginParameters(command.username);
    if (command?.command === 'vaultwire_login') return this.#login(command, now);
    if (!session) return sessionExpired;
    return command ? this.#vault(session) : this.#summary(session, opened.payload);
  }

  async #registerDevice(payload: Uint8Array): Promise<Outcome> {
    const { encryptedDeviceToken, devicePublicKey } = decodeMessage(
      Authentication.RegisterDeviceInRegionRequest,
      payload,
      'RegisterDeviceInRegionRequest',
      { maximumBytes: this.#options.maximumRequestBytes },
    );
    const { length } = encryptedDeviceToken;
    if (length === 0 || length > LONGEST_DEVICE_TOKEN) {
      throw new VaultwireError(
        'length-invalid',
        `RegisterDeviceInRegionRequest.encryptedDeviceToken: expected 1 to ${LONGEST_DEVICE_TOKEN} bytes`,
      );
    }
    await defaultSuite.importEcPublicKey(devicePublicKey);
    this.#devices.add(deviceOf(encryptedDeviceToken));
    for (const oldest of this.#devices) {
      if (this.#devices.size <= (this.#options.deviceCapacity ?? DEVICE_CAPACITY)) break;
      this.#devices.delete(oldest);
    }
    return NOTHING;
  }

  async #loginParameters(name: string): Promise<Outcome> {
    const account = await this.#find(name);
    const decoy = await this.#decoyParameters(name);
    const { salt, iterations } = account ? readAuthVerifier(account.authVerifier) : decoy;
    return success({ salt: base64Url(salt), iterations });
  }

  /** A user name that nobody has is answered as one that somebody has: with iterations as accounts here have them. */
  async #decoyParameters(name: string): Promise<KdfParameters> {
    this.#iterationCounts ??= this.#store
      .all('accounts')
      .then((accounts) => accounts.map(({ authVerifier }) => readAuthVerifier(authVerifier).iterations));
    const counts = await this.#iterationCounts;
    const digest = createHmac('sha256', this.#decoyKey).update(name.toLowerCase()).digest();
    const iterations = counts[digest.readUInt32BE(SALT_LENGTH) % counts.length] ?? MINIMUM_ITERATIONS;
    return { salt: digest.subarray(0, SALT_LENGTH), iterations };
  }

  async #login(
    command: Extract<AccountCommand, { readonly command: 'vaultwire_login' }>,
    now: number,
  ): Promise<Outcome> {
    // Right or wrong, and whoever sends it: passwords are not to be guessed at, not even from many addresses.
    const name = command.username.toLowerCase();
    if (this.#loginThrottle?.admit(name, 'login', now) === false) return this.#throttled();
    if (!this.#devices.has(deviceOf(command.device_token))) return deviceNotRegistered;
    const account = await this.#find(name);
    const matches = await checkLoginProof(account?.authVerifier ?? this.#decoyVerifier, command.auth_response);
    if (!account || !matches) return authenticationFailed;
    const token = this.#sessions.begin({ accountUid: account.uid, username: name }, now);
    return success({ session_token: base64Url(token.exportSecretBytes()) });
  }

  async #summary(session: Session, payload: Uint8Array): Promise<Outcome> {
    decodeMessage(AccountSummary.AccountSummaryRequest, payload, 'AccountSummaryRequest', {
      maximumBytes: this.#options.maximumRequestBytes,
    });
    const account = await this.#find(session.username);
    if (!account) return sessionExpired;
    return encodeMessage(AccountSummary.AccountSummaryElements, {
      clientKey: account.clientKey,
      keysInfo: {
        encryptionParams: account.encryptionParams,
        encryptedEccPrivateKey: account.encryptedPrivateKey,
        eccPublicKey: account.publicKey,
      },
    });
  }

  async #vault({ accountUid }: Session): Promise<Outcome> {
    const { folders, records } = await this.#store.read(async (view) => ({
      folders: await view.list('accountFolders', accountUid),
      records: await view.list('accountRecords', accountUid),
    }));
    return success({
      folders: inOrder(folders).map(([uid, { parentUid, key, data, revision }]) => ({
        folder_uid: uid,
        ...(parentUid !== undefined && { parent_uid: parentUid }),
        folder_key: base64Url(key),
        data: base64Url(data),
        revision,
      })),
      records: inOrder(records).map(([uid, { folderUid, key, data, revision }]) => ({
        record_uid: uid,
        ...(folderUid !== undefined && { folder_uid: folderUid }),
        record_key: base64Url(key),
        data: base64Url(data),
        revision,
      })),
    });
  }

  #find(name: string): Promise<AccountRow | undefined> {
    return this.#store.read((view) => view.get('accounts', name.toLowerCase()));
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
const NOTHING = new Uint8Array(0);

const success = (more: JsonObject): JsonObject => ({ result: 'success', ...more });

const isRefusal = (value: Outcome | OpenedAccountRequest | Refusal): value is Refusal =>
  !(value instanceof Uint8Array) && 'status' in value && 'body' in value;

const base64Url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

/** A device is remembered by what its token hashes to. */
const deviceOf = (token: Uint8Array): string => createHash('sha256').update(token).digest('base64');

const inOrder = <Row extends { readonly order: number }>(
  rows: readonly (readonly [string, Row])[],
): readonly (readonly [string, Row])[] => rows.toSorted(([, one], [, other]) => one.order - other.order);

/**
 * The session token of a request: beside its payload, or as some clients send it, in the JSON of the command.
 *
 * @throws VaultwireError `field-invalid` when both are there and differ
 */
function tokenOf(opened: OpenedAccountRequest, command: AccountCommand | undefined): SessionToken | undefined {
  const { sessionToken } = opened;
  const named = command?.session_token;
  if (!named) return sessionToken;
  if (sessionToken && !named.equals(sessionToken)) {
    throw new VaultwireError(
      'field-invalid',
      'command.session_token: expected the token that stands beside the payload',
    );
  }
  return named;
}

/** @throws VaultwireError `field-invalid`, naming the field; never a value */
function readCommand(payload: JsonObject): AccountCommand {
  const result = v.safeParse(commandSchema, payload, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = ['command', ...(issue.path ?? []).map(({ key }) => String(key))].join('.');
  // Valibot's own messages quote what was found.
  const problem = issue.kind === 'schema' ? `expected ${issue.expected}` : issue.message;
  throw new VaultwireError('field-invalid', `${path}: ${problem}`);
}
