import type { CryptoSuite } from 'vaultwire/crypto';
import {
  decodeMlKemPem,
  encodeMlKemPem,
  importMlKemPrivateKey,
  importMlKemPublicKey,
  open,
  seal,
  type MlKemParameterSet,
} from 'vaultwire/ecies/hybrid';
import {
  decodeRouterHeaders,
  decodeRouterQuery,
  openAccountRequest,
  openRouterAnswer,
  openRouterBody,
  openRouterUser,
  sealAccountRequest,
  startAccountRequest,
  stepAccountRequest,
} from 'vaultwire/transmission/account';
import { fromHex, toHex, utf8, type Hex } from './bytes.js';
import type { Json, Outcome } from './file.js';
import { importPrivateKey, type KeyPair } from './messages.js';
import { withRandomness } from './randomness.js';

// The hybrid with ML-KEM, account requests, and what users send to routers.

interface HybridMessage {
  readonly clientEcPublicKey: Hex;
  readonly mlKemEncapsulatedKey: Hex;
  readonly data: Hex;
  readonly version: number;
}

const optionalDataOf = (test: { readonly optionalData?: Hex }) =>
  test.optionalData === undefined ? {} : { optionalData: fromHex(test.optionalData) };

export interface HybridSeal {
  readonly parameterSet: MlKemParameterSet;
  readonly ecPublicKey: Hex;
  readonly mlKemPublicKey: Hex;
  readonly optionalData?: Hex;
  readonly ephemeralPrivateKey: Hex;
  readonly encapsulationRandomness: Hex;
  readonly nonce: Hex;
  readonly plaintext: Hex;
}

export async function hybridSeal(test: HybridSeal, base: CryptoSuite): Promise<Outcome> {
  const ec = await base.importEcPublicKey(fromHex(test.ecPublicKey));
  const mlKem = importMlKemPublicKey(test.parameterSet, fromHex(test.mlKemPublicKey));
  const draws = [test.ephemeralPrivateKey, test.encapsulationRandomness, test.nonce];
  return withRandomness(base, draws, async (suite) => {
    const message = await seal({ ec, mlKem }, fromHex(test.plaintext), { suite, ...optionalDataOf(test) });
    return {
      output: {
        clientEcPublicKey: toHex(message.clientEcPublicKey),
        mlKemEncapsulatedKey: toHex(message.mlKemEncapsulatedKey),
        data: toHex(message.data),
        version: message.version,
      },
    };
  });
}

export interface HybridOpen extends HybridMessage {
  readonly parameterSet: MlKemParameterSet;
  readonly recipient: KeyPair;
  readonly mlKemSeed: Hex;
  readonly optionalData?: Hex;
}

export async function hybridOpen(test: HybridOpen, suite: CryptoSuite): Promise<Outcome> {
  const ec = await importPrivateKey(suite, test.recipient);
  const mlKem = await importMlKemPrivateKey(test.parameterSet, fromHex(test.mlKemSeed), { suite });
  const message = {
    clientEcPublicKey: fromHex(test.clientEcPublicKey),
    mlKemEncapsulatedKey: fromHex(test.mlKemEncapsulatedKey),
    data: fromHex(test.data),
    version: test.version,
  };
  const plaintext = await open({ ec, mlKem }, message, { suite, ...optionalDataOf(test) });
  return { output: { plaintext: toHex(plaintext) } };
}

export function mlKemPem(test: { readonly pem: string }): Outcome {
  const key = decodeMlKemPem(test.pem);
  return { output: { parameterSet: key.parameterSet, publicKey: toHex(key.bytes), pem: encodeMlKemPem(key) } };
}

// Account requests

export interface AccountRequestBuild {
  readonly serverKeyId: number;
  readonly serverPublicKey: Hex;
  readonly mlKem?: {
    readonly id: number;
    readonly parameterSet: MlKemParameterSet;
    readonly publicKey: Hex;
    readonly encapsulationRandomness: Hex;
    readonly optionalData?: Hex;
  };
  readonly transmissionKey: Hex;
  readonly ephemeralPrivateKey: Hex;
  readonly wrapNonce: Hex;
  readonly payloadNonce: Hex;
  readonly payload: Hex;
  readonly sessionToken?: Hex;
  readonly apiVersion?: number;
  readonly locale?: string;
}

export async function accountRequestBuild(test: AccountRequestBuild, base: CryptoSuite): Promise<Outcome> {
  const { mlKem, apiVersion, locale } = test;
  const publicKey = await base.importEcPublicKey(fromHex(test.serverPublicKey));
  const draws = [
    test.transmissionKey,
    mlKem?.optionalData,
    test.ephemeralPrivateKey,
    mlKem?.encapsulationRandomness,
    test.wrapNonce,
    test.payloadNonce,
  ];
  return withRandomness(base, draws, async (suite) => {
    const { body, transport } = await sealAccountRequest({
      serverKey: { id: test.serverKeyId, publicKey },
      ...(mlKem && {
        hybrid: {
          mlKemKey: { id: mlKem.id, publicKey: importMlKemPublicKey(mlKem.parameterSet, fromHex(mlKem.publicKey)) },
          optionalData: mlKem.optionalData !== undefined,
          seal,
        },
      }),
      payload: fromHex(test.payload),
      ...(test.sessionToken !== undefined && { sessionToken: fromHex(test.sessionToken) }),
      ...(apiVersion !== undefined && { apiVersion }),
      ...(locale !== undefined && { locale }),
      suite,
    });
    return { output: { transport, body: toHex(body) } };
  });
}

export interface AccountRequestOpen {
  readonly serverKeys: readonly (KeyPair & { readonly id: number })[];
  readonly mlKemKeys: readonly {
    readonly id: number;
    readonly parameterSet: MlKemParameterSet;
    readonly seed: Hex;
  }[];
  readonly hybridRequired?: boolean;
  readonly maximumBytes?: number;
  readonly body: Hex;
}

export async function accountRequestOpen(test: AccountRequestOpen, suite: CryptoSuite): Promise<Outcome> {
  const opened = await openAccountRequest(fromHex(test.body), {
    serverKey: (id) => {
      const pair = test.serverKeys.find((key) => key.id === id);
      return pair && importPrivateKey(suite, pair);
    },
    hybrid: {
      mlKemKey: (id) => {
        const key = test.mlKemKeys.find((one) => one.id === id);
        return key && importMlKemPrivateKey(key.parameterSet, fromHex(key.seed), { suite });
      },
      open,
      required: test.hybridRequired ?? false,
    },
    ...(test.maximumBytes !== undefined && { maximumBytes: test.maximumBytes }),
    suite,
  });
  const { transport, payload, sessionToken, apiVersion, locale, serverKeyId, mlKemKeyId } = opened;
  return {
    output: {
      transport,
      payload: toHex(payload),
      sessionToken: sessionToken ? toHex(sessionToken.exportSecretBytes()) : null,
      apiVersion,
      locale,
      serverKeyId,
      mlKemKeyId,
    },
  };
}

export interface AccountRequestLoop {
  readonly host: string;
  readonly serverKeyId: number;
  readonly customServerKey: boolean;
  readonly workingKeyId: number | null;
  readonly knownServerKeys: readonly number[];
  readonly mlKemKeyId: number | null;
  readonly customMlKemKey: boolean;
  readonly workingMlKemKeyId: number | null;
  readonly knownMlKemKeys: readonly number[];
  readonly requireHybrid: boolean;
  readonly answers: readonly { readonly status: number; readonly opened: boolean; readonly bodyText: string }[];
}

export function accountRequestLoop(test: AccountRequestLoop): Outcome {
  const limits = {
    knowsServerKey: (id: number) => test.knownServerKeys.includes(id),
    knowsMlKemKey: (id: number) => test.knownMlKemKeys.includes(id),
  };
  let state = startAccountRequest(test);
  const effects: Json[] = [];
  let refused = false;
  for (const { status, opened, bodyText } of test.answers) {
    const step = stepAccountRequest(state, { status, opened, body: utf8(bodyText), random: 0.5 }, limits);
    state = step.state;
    const { effect } = step;
    if (effect.type === 'fail') {
      refused = true;
      effects.push({ type: 'fail', code: effect.error.code });
    } else if (effect.type === 'deliver') {
      const { downgrade } = effect;
      effects.push({ ...effect, downgrade: downgrade && { ...downgrade } });
    } else effects.push({ ...effect });
  }
  return { output: { effects }, refused };
}

// Routers

export interface RouterUserOpen {
  readonly serverKeys: readonly KeyPair[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly url?: string;
  readonly body?: Hex;
}

export async function routerUserOpen(test: RouterUserOpen, suite: CryptoSuite): Promise<Outcome> {
  const lower = new Map(Object.entries(test.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
  const credentials =
    test.url === undefined
      ? decodeRouterHeaders({ get: (name) => lower.get(name.toLowerCase()) })
      : decodeRouterQuery(test.url);
  const serverKeys = await Promise.all(test.serverKeys.map((pair) => importPrivateKey(suite, pair)));
  const user = await openRouterUser(credentials, { serverKeys, suite });
  const message = test.body === undefined ? undefined : await openRouterBody(user, fromHex(test.body));
  const sessionToken = toHex(user.sessionToken.exportSecretBytes());
  return { output: { sessionToken, message: message ? toHex(message) : null } };
}

export async function routerAnswerOpen(
  test: { readonly transmissionKey: Hex; readonly body: Hex },
  suite: CryptoSuite,
): Promise<Outcome> {
  const answer = await openRouterAnswer(await suite.importAesKey(fromHex(test.transmissionKey)), fromHex(test.body));
  return { output: answer.ok ? { ...answer, message: toHex(answer.message) } : { ...answer } };
}
