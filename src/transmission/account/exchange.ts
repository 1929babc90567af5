import { defaultSuite } from '#default-suite';
import { draw } from '../../crypto/random.js';
import type { CryptoSuite } from '../../crypto/suite.js';
import type * as hybridEcies from '../../ecies/hybrid.js';
import type { Bytes } from '../../wire/bytes.js';
import { isVaultwireError } from '../../wire/error.js';
import type { ServerKeys } from '../server-keys.js';
import type { MlKemServerKeys } from './ml-kem-keys.js';
import { ownPayload } from './payload.js';
import {
  openAccountAnswer,
  sealAccountRequest,
  type HybridSeal,
  type SealAccountRequestOptions,
  type Transport,
} from './request.js';
import { startAccountRequest, stepAccountRequest, type Downgrade } from './request-loop.js';
import { ownTokenBytes } from './session-token.js';

/** An HTTP answer, whatever its status. */
export interface HttpAnswer {
  readonly status: number;
  /** The body in bytes. */
  readonly body: Uint8Array;
  /** The header `Retry-After`, when there is one. */
  readonly retryAfter?: string | null;
}

/** Everything an exchange takes from the world around it. */
export interface AccountExchangeOptions extends Pick<
  SealAccountRequestOptions,
  'payload' | 'sessionToken' | 'apiVersion' | 'locale' | 'recaptcha' | 'subEnvironment'
> {
  readonly host: string;
  /** Behind `/api/rest/`, for example `login/account_summary`. */
  readonly path: string;
  readonly serverKeys: ServerKeys;
  /** Default: the registry's own. */
  readonly serverKeyId?: number | null;
  /** The highest EC key id that has worked before. */
  readonly workingKeyId?: number | null;
  /** Begins in hybrid mode. Without it the request is an EC one. */
  readonly hybrid?: {
    readonly mlKemKeys: MlKemServerKeys;
    /** `seal` of `vaultwire/ecies/hybrid`. */
    readonly seal: HybridSeal;
    readonly mlKem?: hybridEcies.MlKem;
    /** Default: the registry's own. */
    readonly mlKemKeyId?: number | null;
    /** The highest ML-KEM key id that has worked before. */
    readonly workingMlKemKeyId?: number | null;
    /** Fail rather than go on without ML-KEM. Default false. */
    readonly required?: boolean;
  };
  /** Posts a body to `https://<host>/api/rest/<path>`, following no redirects, and answers with any status. */
  readonly post: (host: string, path: string, body: Bytes) => Promise<HttpAnswer>;
  /** Waits for some milliseconds. */
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Registers this device with a host (`authentication/register_device_in_region`). Default: there is none to register. */
  readonly registerDevice?: (host: string) => Promise<void>;
  /** Which hosts a region redirect may lead to. Default: the published regions. */
  readonly allowsHost?: (host: string) => boolean;
  /** Milliseconds since 1970, to read a `Retry-After` date against. */
  readonly now?: () => number;
  readonly suite?: CryptoSuite;
}

/** What came back, and how. */
export interface AccountExchange {
  /** The answer's plaintext bytes: a protobuf message, or JSON. None for an empty body. */
  readonly answer: Bytes;
  /** Whether the answer was sealed under the transmission key, as every one but an empty one is. */
  readonly authenticated: boolean;
  /** How the request that was answered travelled. */
  readonly transport: Transport;
  /** What was lost on the way there, when the request began in hybrid mode: all of it, or the stronger ML-KEM. */
  readonly downgrade: Downgrade | null;
  /** Where the answer came from. */
  readonly host: string;
  /**
   * The EC key that worked: the next request may begin with it, and no server is to lead back behind it. null where the
   * answer is not authenticated: whoever is in the way can name a key and then answer with nothing.
   */
  readonly serverKeyId: number | null;
  /** The same for the ML-KEM key; null also in EC mode. */
  readonly mlKemKeyId: number | null;
}

/**
 * Sends an account request until it is answered or refused, by the rules of {@link stepAccountRequest}. It keeps
 * nothing: a downgrade ends with the request.
 *
 * @throws VaultwireError whatever {@link stepAccountRequest} fails with, and what sealing throws
 */
export async function exchangeAccountRequest(options: AccountExchangeOptions): Promise<AccountExchange> {
  const suite = options.suite ?? defaultSuite;
  const { serverKeys, hybrid, sessionToken, ...rest } = options;
  const request = {
    ...rest,
    payload: ownPayload(options.payload),
    ...(sessionToken !== undefined && { sessionToken: ownTokenBytes(sessionToken) }),
  };
  let state = startAccountRequest({
    host: options.host,
    serverKeyId: options.serverKeyId ?? serverKeys.defaultId,
    customServerKey: serverKeys.custom,
    workingKeyId: options.workingKeyId ?? null,
    ...(hybrid && {
      mlKemKeyId: hybrid.mlKemKeyId ?? hybrid.mlKemKeys.defaultId,
      customMlKemKey: hybrid.mlKemKeys.custom,
      workingMlKemKeyId: hybrid.workingMlKemKeyId ?? null,
      requireHybrid: hybrid.required ?? false,
    }),
  });
  const limits = {
    knowsServerKey: (id: number) => serverKeys.has(id),
    ...(hybrid && {
      knowsMlKemKey: (id: number) => hybrid.mlKemKeys.has(id),
      mlKemParameterSet: (id: number) => hybrid.mlKemKeys.get(id).publicKey.parameterSet,
    }),
    ...(options.allowsHost && { allowsHost: options.allowsHost }),
  };
  for (;;) {
    const { host, serverKeyId } = state.request;
    const { mlKemKeyId } = state;
    const sealed = await sealAccountRequest({
      ...request,
      serverKey: await serverKeys.get(serverKeyId),
      ...(hybrid &&
        mlKemKeyId !== null && {
          hybrid: { ...hybrid, mlKemKey: hybrid.mlKemKeys.get(mlKemKeyId) },
        }),
    });
    const http = await options.post(host, options.path, sealed.body);
    const answer = http.status === 200 ? await openOrNothing(sealed.transmissionKey, http.body) : undefined;
    const [first = 0, second = 0] = draw(suite, 2);
    const step = stepAccountRequest(
      state,
      {
        ...http,
        opened: answer !== undefined,
        random: (first * 256 + second) / 65536,
        ...(options.now && { now: options.now() }),
      },
      limits,
    );
    state = step.state;
    const { effect } = step;
    if (effect.type === 'fail') throw effect.error;
    if (effect.type === 'deliver') {
      const { transport, downgrade } = effect;
      const plaintext = answer ?? new Uint8Array(0);
      const authenticated = http.body.length > 0;
      const worked = authenticated ? { serverKeyId, mlKemKeyId } : { serverKeyId: null, mlKemKeyId: null };
      return { answer: plaintext, authenticated, transport, downgrade, host, ...worked };
    }
    if (effect.afterMilliseconds > 0) await options.sleep(effect.afterMilliseconds);
    if (effect.registerDevice) await options.registerDevice?.(effect.host);
  }
}

/** The plaintext of an answer, or undefined when it is not one: the body may be an error in JSON. */
async function openOrNothing(
  transmissionKey: Parameters<typeof openAccountAnswer>[0],
  body: Uint8Array,
): Promise<Bytes | undefined> {
  try {
    return await openAccountAnswer(transmissionKey, body);
  } catch (error) {
    if (isVaultwireError(error)) return undefined;
    throw error;
  }
}
