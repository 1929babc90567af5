import type { CryptoSuite } from 'vaultwire/crypto';
import {
  getSecretsCommand,
  encodeSecretsAnswer,
  issueClient,
  readOneTimeToken,
  startBinding,
  stepBinding,
  stepServedClient,
  type ApplicationKey,
  type BindingEffect,
  type BindingEvent,
  type BindingState,
  type OneTimeToken,
  type ServeDecision,
  type ServedClient,
} from 'vaultwire/keychain';
import { openAnswer, sealAnswer, sealDeviceRequest, type DeviceCommand } from 'vaultwire/transmission';
import { base64, fromBase64, fromHex, toHex, utf8, type Bytes, type Hex } from './bytes.js';
import type { Json, JsonMap, Outcome } from './file.js';
import {
  openWireRequest,
  requestDraws,
  serverKeyOf,
  wireRequest,
  type ServerKeyPair,
  type TransmissionKeyWrap,
} from './messages.js';
import { withRandomness } from './randomness.js';

// Binding: the client's steps, the server's, and whole conversations with their messages.

type Stored = NonNullable<Extract<BindingEvent, { type: 'start' }>['stored']>;

export interface BindingClient {
  readonly expectedOwner: Hex | null;
  readonly events: readonly JsonMap[];
}

export function bindingClient(test: BindingClient): Outcome {
  let state = startBinding({ expectedOwner: bytesOrNull(test.expectedOwner) ?? undefined });
  const steps: Json[] = [];
  for (const event of test.events) {
    const step = stepBinding(state, readEvent(event));
    state = step.state;
    steps.push({ at: state.at, effects: step.effects.map(writeEffect) });
  }
  return { output: { steps }, refused: state.at === 'failed' };
}

const bytesOrNull = (value: Json | undefined): Bytes | null => (typeof value === 'string' ? fromHex(value) : null);

/** An event as files write it: bytes are hex. */
function readEvent(event: JsonMap): BindingEvent {
  const type = event['type'] as BindingEvent['type'];
  switch (type) {
    case 'start': {
      const stored = event['stored'] as JsonMap | null;
      return {
        type,
        tokenClientId: event['tokenClientId'] as string | null,
        stored: stored && {
          clientId: stored['clientId'] as string,
          publicKey: fromHex(stored['publicKey'] as Hex),
          hasClientKey: stored['hasClientKey'] as boolean,
          hasApplicationKey: stored['hasApplicationKey'] as boolean,
          ownerPublicKey: bytesOrNull(stored['ownerPublicKey']),
        },
      };
    }
    case 'device-key-generated':
      return { type, publicKey: fromHex(event['publicKey'] as Hex) };
    case 'answered':
      return {
        type,
        encryptedApplicationKey: bytesOrNull(event['encryptedApplicationKey']),
        ownerPublicKey: bytesOrNull(event['ownerPublicKey']),
      };
    default:
      return { type };
  }
}

/** An effect as files write it: bytes are hex, an error is its code. */
function writeEffect(effect: BindingEffect): JsonMap {
  if (effect.type === 'fail') return { type: effect.type, code: effect.error.code };
  return Object.fromEntries(
    Object.entries(effect).map(([name, value]: [string, string | Bytes | null]) => [
      name,
      typeof value === 'string' || value === null ? value : toHex(value),
    ]),
  );
}

interface IssuedClient {
  readonly clientId: string;
  readonly encryptedApplicationKey: string;
  readonly lockAddress: boolean;
  readonly firstAccessExpiresOn: number | null;
  readonly accessExpiresOn: number | null;
}

export interface BindingServer {
  readonly client: IssuedClient;
  readonly requests: readonly {
    readonly command: DeviceCommand;
    readonly publicKey: string | null;
    readonly address: string;
    readonly now: number;
  }[];
}

export function bindingServer(test: BindingServer): Outcome {
  let state = issueClient(test.client);
  let refused = false;
  const steps: Json[] = [];
  for (const request of test.requests) {
    const step = stepServedClient(state, request);
    state = step.state;
    refused ||= step.decision.type === 'refuse';
    steps.push({ at: state.at, ...writeDecision(step.decision) });
  }
  return { output: { steps, publicKey: state.publicKey, address: state.address }, refused };
}

const writeDecision = (decision: ServeDecision): JsonMap =>
  decision.type === 'serve'
    ? { decision: 'serve', encryptedApplicationKey: decision.encryptedApplicationKey }
    : { decision: 'refuse', code: decision.error.code };

type Exchange = Pick<TransmissionKeyWrap, 'transmissionKey' | 'ephemeralPrivateKey' | 'wrapNonce' | 'payloadNonce'> & {
  /** Milliseconds since 1970, at the server. */
  readonly now: number;
  /** The network address that the server sees. */
  readonly address: string;
  /** Absent where the server refuses. */
  readonly answerNonce?: Hex;
  /** The answer never reaches the client, which starts over from what it has stored. */
  readonly lost?: boolean;
  /** What a hostile server answers: JSON text. */
  readonly answerInstead?: string;
};

export interface BindingTranscript {
  readonly token: string;
  readonly devicePrivateKey: Hex;
  readonly expectedOwner: Hex | null;
  readonly serverKey: ServerKeyPair;
  readonly client: IssuedClient;
  readonly ownerPublicKey: Hex;
  readonly applicationData: Hex;
  readonly exchanges: readonly Exchange[];
}

/** Both ends of a binding, each with what it keeps, and the messages between them. */
export async function bindingTranscript(test: BindingTranscript, suite: CryptoSuite): Promise<Outcome> {
  const token = await readOneTimeToken(test.token, { suite });
  const expectedOwner = bytesOrNull(test.expectedOwner) ?? undefined;
  const server = new Server(test);
  const client = new Client(test, token);
  const transcript: Json[] = [];
  const exchanges = [...test.exchanges];

  let state: BindingState = startBinding({ expectedOwner });
  const events = [client.start()];
  for (let event = events.shift(); event; event = events.shift()) {
    const step: ReturnType<typeof stepBinding> = stepBinding(state, event);
    state = step.state;
    for (const effect of step.effects) {
      transcript.push({ client: state.at, effect: writeEffect(effect) });
      if (effect.type !== 'request') {
        events.push(...(await client.perform(effect, suite)));
        continue;
      }
      const exchange = exchanges.shift();
      if (!exchange) throw new Error('the client asks more often than the test has exchanges');
      const sent = await client.request(effect.publicKey, exchange, suite);
      const { outcome, answer } = await server.serve(sent.message, exchange, suite);
      transcript.push({ request: sent.message, ...outcome });
      if (!answer) return { output: { transcript, ...(await client.result()) }, refused: true };
      if (exchange.lost) {
        state = startBinding({ expectedOwner });
        events.push(client.start());
      } else {
        const opened = await openAnswer(sent.transmissionKey, answer);
        events.push(effect.publicKey ? readAnswer(opened) : { type: 'confirmed' });
      }
    }
  }
  return { output: { transcript, ...(await client.result()) }, refused: state.at === 'failed' };
}

/** What a device keeps, and how it performs the effects of its machine. */
class Client {
  readonly #test: BindingTranscript;
  readonly #token: OneTimeToken;
  #stored: Stored | null = null;
  #applicationKey: ApplicationKey | undefined;

  constructor(test: BindingTranscript, token: OneTimeToken) {
    this.#test = test;
    this.#token = token;
  }

  start(): BindingEvent {
    return { type: 'start', stored: this.#stored, tokenClientId: this.#token.clientId };
  }

  async perform(effect: Exclude<BindingEffect, { type: 'request' }>, suite: CryptoSuite): Promise<BindingEvent[]> {
    const { clientId, clientKey } = this.#token;
    switch (effect.type) {
      case 'generate-device-key':
        return [{ type: 'device-key-generated', publicKey: await this.#publicKey(suite) }];
      case 'store-token': {
        const publicKey = await this.#publicKey(suite);
        this.#stored = { clientId, publicKey, hasClientKey: true, hasApplicationKey: false, ownerPublicKey: null };
        return [{ type: 'stored' }];
      }
      case 'open-application-key':
        try {
          const options = { suite, extractable: true };
          this.#applicationKey = await clientKey.unwrapApplicationKey(effect.encryptedApplicationKey, options);
          return [{ type: 'application-key-opened' }];
        } catch {
          return [{ type: 'application-key-refused' }];
        }
      case 'store-application-key': {
        const { ownerPublicKey } = effect;
        await suite.importEcPublicKey(ownerPublicKey);
        const publicKey = await this.#publicKey(suite);
        this.#stored = { clientId, publicKey, hasClientKey: false, hasApplicationKey: true, ownerPublicKey };
        return [{ type: 'stored' }];
      }
      case 'bound':
      case 'fail':
        return [];
    }
  }

  request(publicKey: Bytes | null, exchange: Exchange, base: CryptoSuite) {
    const { serverKey, devicePrivateKey } = this.#test;
    return withRandomness(base, requestDraws(exchange), async (suite) => {
      const sealed = await sealDeviceRequest({
        serverKey: await serverKeyOf({ serverKeyId: serverKey.id, serverPublicKey: serverKey.publicKey }, suite),
        payload: getSecretsCommand(this.#token, publicKey ? { publicKey } : {}).payload,
        signingKey: await suite.importSigningKey({ privateKey: fromHex(devicePrivateKey) }),
        suite,
      });
      return { message: wireRequest(sealed.request), transmissionKey: sealed.transmissionKey };
    });
  }

  /** What the device has stored in the end. */
  async result(): Promise<JsonMap> {
    const stored = this.#stored?.hasApplicationKey ? this.#stored : undefined;
    const applicationKey = stored && (await this.#applicationKey?.exportSecretBytes());
    return {
      applicationKey: applicationKey ? toHex(applicationKey) : null,
      ownerPublicKey: stored?.ownerPublicKey ? toHex(stored.ownerPublicKey) : null,
    };
  }

  #publicKey(base: CryptoSuite): Promise<Bytes> {
    const draw = async (suite: CryptoSuite): Promise<Bytes> => (await suite.generateSigningKey()).publicKey;
    return withRandomness(base, [this.#test.devicePrivateKey], draw);
  }
}

/** What a server keeps of one client, and how it answers. */
class Server {
  readonly #test: BindingTranscript;
  #client: ServedClient;

  constructor(test: BindingTranscript) {
    this.#test = test;
    this.#client = issueClient(test.client);
  }

  serve(
    message: { readonly headers: Readonly<Record<string, string>>; readonly body: Hex },
    exchange: Exchange,
    base: CryptoSuite,
  ): Promise<{ outcome: JsonMap; answer: Bytes | undefined }> {
    const { now, address, answerNonce, answerInstead } = exchange;
    return withRandomness(base, [answerNonce], async (suite) => {
      const { clientId, publicKey: registered } = this.#client;
      const opened = await openWireRequest(
        {
          ...message,
          serverKeys: [this.#test.serverKey],
          clients: [{ clientId, publicKey: registered === null ? null : toHex(fromBase64(registered)) }],
        },
        suite,
      );
      const publicKey = opened.publicKey ? base64(opened.publicKey) : null;
      const request = { command: 'get_secret', publicKey, address, now } as const;
      const { state, decision } = stepServedClient(this.#client, request);
      this.#client = state;
      const outcome = { server: state.at, ...writeDecision(decision) };
      if (decision.type === 'refuse') return { outcome, answer: undefined };
      const text = answerInstead ?? this.#answer(decision.encryptedApplicationKey);
      const answer = await sealAnswer(opened.transmissionKey, utf8(text));
      return { outcome: { ...outcome, answer: toHex(answer) }, answer };
    });
  }

  #answer(encryptedApplicationKey: string | null): string {
    const { applicationData, ownerPublicKey } = this.#test;
    const binding = encryptedApplicationKey
      ? { encryptedApplicationKey: fromBase64(encryptedApplicationKey), ownerPublicKey: fromHex(ownerPublicKey) }
      : undefined;
    const answer = { applicationData: fromHex(applicationData), binding, records: [], folders: [] };
    return JSON.stringify(encodeSecretsAnswer(answer));
  }
}

function readAnswer(opened: Bytes): BindingEvent {
  const answer = JSON.parse(new TextDecoder().decode(opened)) as JsonMap;
  const bytes = (value: Json | undefined): Bytes | null => (typeof value === 'string' ? fromBase64(value) : null);
  return {
    type: 'answered',
    encryptedApplicationKey: bytes(answer['encryptedAppKey']),
    ownerPublicKey: bytes(answer['appOwnerPublicKey']),
  };
}
