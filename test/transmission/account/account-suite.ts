import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CryptoSuite, EcPrivateKey } from 'vaultwire/crypto';
import { deterministicSuite } from 'vaultwire/crypto/deterministic';
import { generateMlKemPrivateKey, open, seal, type MlKemPrivateKey } from 'vaultwire/ecies/hybrid';
import { customServerKey, ReplayWindow } from 'vaultwire/transmission';
import {
  AccountSummary,
  Authentication,
  authorizeRouterUser,
  customMlKemKey,
  decodeControllerMessage,
  decodeMessage,
  decodeRouterHeaders,
  decodeRouterQuery,
  encodeControllerMessage,
  encodeKeyError,
  encodeMessage,
  encodeThrottled,
  exchangeAccountRequest,
  openAccountAnswer,
  openAccountMessage,
  openAccountRequest,
  openRouterAnswer,
  openRouterBody,
  openRouterUser,
  readJsonPayload,
  routerHost,
  routerSocketUrl,
  routerUserHeaders,
  sealAccountAnswer,
  sealAccountRequest,
  sealRouterAnswer,
  sealRouterRequest,
  SessionToken,
  type OpenAccountRequestOptions,
} from 'vaultwire/transmission/account';

const LIMITS = { maximumBytes: 1 << 20 };
const TOKEN = Uint8Array.from({ length: 48 }, (_, index) => index + 1);
const UID = Uint8Array.from({ length: 16 }, (_, index) => index);

/** A server with one EC key (7) and one ML-KEM key (136), and what a client knows of it. */
export async function makeServer(suite: CryptoSuite) {
  const ec = await suite.generateEcPrivateKey();
  const { privateKey: mlKem } = await generateMlKemPrivateKey('ML-KEM-1024', { suite });
  const opening = (keys: { ec?: EcPrivateKey; mlKem?: MlKemPrivateKey } = { ec, mlKem }) =>
    ({
      serverKey: (id: number) => (id === 7 ? keys.ec : undefined),
      hybrid: { mlKemKey: (id: number) => (id === 136 ? keys.mlKem : undefined), open },
      suite,
    }) satisfies OpenAccountRequestOptions;
  return {
    ec,
    mlKem,
    serverKey: { id: 7, publicKey: ec.publicKey },
    hybrid: { mlKemKey: { id: 136, publicKey: mlKem.publicKey }, seal },
    opening,
  };
}

/** Changes an envelope and encodes it again. */
export function edit(body: Uint8Array, change: (request: Authentication.ApiRequest) => void): Uint8Array {
  const request = decodeMessage(Authentication.ApiRequest, body, 'request', LIMITS);
  change(request);
  return encodeMessage(Authentication.ApiRequest, request);
}

const flip = (bytes: Uint8Array, index: number): void => {
  bytes[index < 0 ? bytes.length + index : index]! ^= 1;
};

/** What every suite must do, in Node and in browsers. */
export function describeAccount(suites: readonly CryptoSuite[]): void {
  describe.each(suites.map((suite) => [suite.name, suite] as const))('account requests under %s', (_, suite) => {
    it.each(['ec', 'hybrid'] as const)(
      'carries a message and a session token in %s mode, and the answer back',
      async (mode) => {
        const server = await makeServer(suite);
        const message = encodeMessage(AccountSummary.AccountSummaryRequest, { summaryVersion: 1 });
        const sealed = await sealAccountRequest({
          serverKey: server.serverKey,
          ...(mode === 'hybrid' && { hybrid: server.hybrid }),
          payload: message,
          sessionToken: TOKEN,
          apiVersion: 3,
          locale: 'de_DE',
          suite,
        });
        expect(sealed.transport).toBe(mode);
        const opened = await openAccountRequest(sealed.body, server.opening());
        expect(opened).toMatchObject({
          transport: mode,
          payload: message,
          apiVersion: 3,
          locale: 'de_DE',
          serverKeyId: 7,
          mlKemKeyId: mode === 'hybrid' ? 136 : null,
          timeToken: undefined,
        });
        expect(opened.sessionToken?.exportSecretBytes()).toEqual(TOKEN);

        const keys = { keysInfo: { encryptedDataKey: Uint8Array.of(9) }, clientKey: Uint8Array.of(1, 2) };
        const body = await sealAccountAnswer(
          opened.transmissionKey,
          encodeMessage(AccountSummary.AccountSummaryElements, keys),
        );
        const answer = await openAccountMessage(sealed.transmissionKey, body, AccountSummary.AccountSummaryElements);
        expect(answer).toMatchObject(keys);
      },
    );

    it('reads a message of defaults where it is sealed, and none where there is no body', async () => {
      const transmissionKey = await suite.importAesKey(new Uint8Array(32).fill(7));
      const open = (body: Uint8Array) =>
        openAccountMessage(transmissionKey, body, AccountSummary.AccountSummaryElements);
      const sealed = await sealAccountAnswer(transmissionKey, new Uint8Array(0));
      expect((await open(sealed)).keysInfo).toBeNull();
      await expect(open(new Uint8Array(0))).rejects.toMatchObject({ code: 'answer-unexpected' });
      expect(await openAccountAnswer(transmissionKey, new Uint8Array(0))).toHaveLength(0);
    });

    it('lays the envelope out as the wire note says', async () => {
      const server = await makeServer(suite);
      const ec = await sealAccountRequest({ serverKey: server.serverKey, payload: new Uint8Array(0), suite });
      const plain = decodeMessage(Authentication.ApiRequest, ec.body, 'request', LIMITS);
      expect(plain).toMatchObject({ publicKeyId: 7, locale: 'en_US' });
      expect([plain.encryptedTransmissionKey.length, plain.encryptedPayload.length]).toEqual([125, 28]);
      expect(plain.qrcMessageKey).toBeNull();

      const { body } = await sealAccountRequest({
        serverKey: server.serverKey,
        hybrid: server.hybrid,
        payload: new Uint8Array(0),
        suite,
      });
      const hybrid = decodeMessage(Authentication.ApiRequest, body, 'request', LIMITS);
      expect(hybrid.publicKeyId).toBe(136);
      expect(hybrid.encryptedTransmissionKey).toHaveLength(16);
      const { clientEcPublicKey, mlKemEncapsulatedKey, data, msgVersion, ecKeyId } = hybrid.qrcMessageKey!;
      expect([clientEcPublicKey!.length, mlKemEncapsulatedKey!.length, data!.length]).toEqual([65, 1568, 60]);
      expect([msgVersion, ecKeyId]).toEqual([1, 7]);
    });

    it('makes the same bytes of the same randomness', async () => {
      const server = await makeServer(suite);
      const bodies = [1, 2].map(async () => {
        let next = 0;
        const replayed = deterministicSuite(suite, (length) => Uint8Array.from({ length }, () => ++next & 0xff));
        const sealed = await sealAccountRequest({
          serverKey: server.serverKey,
          hybrid: server.hybrid,
          payload: UID,
          suite: replayed,
        });
        return sealed.body;
      });
      const [first, second] = await Promise.all(bodies);
      expect(first).toEqual(second);
      // The transmission key is drawn first, then the optional data.
      const { encryptedTransmissionKey } = decodeMessage(Authentication.ApiRequest, first!, 'request', LIMITS);
      expect(encryptedTransmissionKey).toEqual(Uint8Array.from({ length: 16 }, (_, index) => 33 + index));
    });

    it('carries the JSON of a v2 command, and does without optional data', async () => {
      const server = await makeServer(suite);
      const command = { command: 'sync_down', revision: 7 };
      const sealed = await sealAccountRequest({
        serverKey: server.serverKey,
        hybrid: { ...server.hybrid, optionalData: false },
        payload: command,
        suite,
      });
      const { encryptedTransmissionKey } = decodeMessage(Authentication.ApiRequest, sealed.body, 'request', LIMITS);
      expect(encryptedTransmissionKey).toHaveLength(0);
      const opened = await openAccountRequest(sealed.body, server.opening());
      expect(readJsonPayload(opened)).toEqual(command);
      expect(opened.sessionToken).toBeUndefined();
      const body = await sealAccountAnswer(opened.transmissionKey, { result: 'success' });
      const answer = await openAccountAnswer(sealed.transmissionKey, body);
      expect(JSON.parse(new TextDecoder().decode(answer))).toEqual({ result: 'success' });
    });

    it('refuses every changed envelope', async () => {
      const server = await makeServer(suite);
      const base = { serverKey: server.serverKey, payload: UID, sessionToken: TOKEN, suite };
      const ec = (await sealAccountRequest(base)).body;
      const hybrid = (await sealAccountRequest({ ...base, hybrid: server.hybrid })).body;
      const refused: [string, Uint8Array, string][] = [
        ['an unknown EC key', edit(ec, (request) => (request.publicKeyId = 8)), 'server-key-unknown'],
        ['no key id', edit(ec, (request) => (request.publicKeyId = 0)), 'server-key-unknown'],
        ['a negative key id', edit(ec, (request) => (request.publicKeyId = -7)), 'server-key-unknown'],
        [
          'a wrapped key one byte short',
          edit(ec, (request) => (request.encryptedTransmissionKey = request.encryptedTransmissionKey.slice(1))),
          'length-invalid',
        ],
        [
          'a wrapped key one byte long',
          edit(ec, (request) => (request.encryptedTransmissionKey = new Uint8Array(126))),
          'length-invalid',
        ],
        [
          'no wrapped key',
          edit(ec, (request) => (request.encryptedTransmissionKey = new Uint8Array(0))),
          'length-invalid',
        ],
        [
          'a point off the curve',
          edit(ec, (request) => {
            flip(request.encryptedTransmissionKey, 64);
          }),
          'point-invalid',
        ],
        [
          'a flipped bit of the wrapped key',
          edit(ec, (request) => {
            flip(request.encryptedTransmissionKey, -1);
          }),
          'open-failed',
        ],
        [
          'a flipped bit of the payload',
          edit(ec, (request) => {
            flip(request.encryptedPayload, 12);
          }),
          'open-failed',
        ],
        [
          'a payload of 27 bytes',
          edit(ec, (request) => (request.encryptedPayload = new Uint8Array(27))),
          'message-too-short',
        ],
        ['an unknown ML-KEM key', edit(hybrid, (request) => (request.publicKeyId = 137)), 'server-key-unknown'],
        [
          'an unknown EC key beside it',
          edit(hybrid, (request) => (request.qrcMessageKey!.ecKeyId = 6)),
          'server-key-unknown',
        ],
        [
          'message version 0',
          edit(hybrid, (request) => (request.qrcMessageKey!.msgVersion = 0)),
          'parameter-out-of-range',
        ],
        [
          'message version 2',
          edit(hybrid, (request) => (request.qrcMessageKey!.msgVersion = 2)),
          'parameter-out-of-range',
        ],
        [
          'a flipped bit of the ML-KEM ciphertext',
          edit(hybrid, (request) => {
            flip(request.qrcMessageKey!.mlKemEncapsulatedKey!, 0);
          }),
          'open-failed',
        ],
        [
          'an ML-KEM ciphertext of the other set',
          edit(hybrid, (request) => (request.qrcMessageKey!.mlKemEncapsulatedKey = new Uint8Array(1088))),
          'length-invalid',
        ],
        ['an empty QrcMessageKey', edit(hybrid, (request) => (request.qrcMessageKey = {})), 'server-key-unknown'],
        [
          'optional data removed',
          edit(hybrid, (request) => (request.encryptedTransmissionKey = new Uint8Array(0))),
          'open-failed',
        ],
        [
          'optional data of another length',
          edit(hybrid, (request) => (request.encryptedTransmissionKey = new Uint8Array(8))),
          'length-invalid',
        ],
        ['the hybrid part stripped', edit(hybrid, (request) => (request.qrcMessageKey = null)), 'length-invalid'],
        ['no protobuf', Uint8Array.of(0xff), 'protobuf-invalid'],
        ['a cut body', hybrid.subarray(0, -1), 'protobuf-invalid'],
        ['nothing', new Uint8Array(0), 'length-invalid'],
      ];
      for (const [what, body, code] of refused) {
        await expect(openAccountRequest(body, server.opening()), what).rejects.toMatchObject({ code });
      }
      await expect(openAccountRequest(ec, { ...server.opening(), maximumBytes: ec.length - 1 })).rejects.toMatchObject({
        code: 'message-too-long',
      });
    });

    it('refuses hybrid requests without ML-KEM keys, and EC requests where hybrid is required', async () => {
      const server = await makeServer(suite);
      const base = { serverKey: server.serverKey, payload: UID, suite };
      const ec = (await sealAccountRequest(base)).body;
      const hybrid = (await sealAccountRequest({ ...base, hybrid: server.hybrid })).body;
      const { serverKey, hybrid: opening } = server.opening();
      await expect(openAccountRequest(hybrid, { serverKey, suite })).rejects.toMatchObject({
        code: 'server-key-unknown',
      });
      const required = { serverKey, suite, hybrid: { ...opening, required: true } };
      await expect(openAccountRequest(ec, required)).rejects.toMatchObject({ code: 'hybrid-required' });
      expect((await openAccountRequest(hybrid, required)).transport).toBe('hybrid');
    });

    it('refuses a request that a replay window has seen, in both modes', async () => {
      const server = await makeServer(suite);
      for (const hybrid of [undefined, server.hybrid]) {
        const replayWindow = new ReplayWindow();
        const { body } = await sealAccountRequest({
          serverKey: server.serverKey,
          ...(hybrid && { hybrid }),
          payload: UID,
          suite,
        });
        const options = { ...server.opening(), replayWindow, now: 1 };
        const { identifier } = await openAccountRequest(body, options);
        expect(replayWindow.has(identifier, 1)).toBe(true);
        await expect(openAccountRequest(body, options)).rejects.toMatchObject({ code: 'request-replayed' });
        await expect(openAccountRequest(body, { ...server.opening(), replayWindow })).rejects.toMatchObject({
          code: 'argument-invalid',
        });
      }
    });

    it('admits the requests of a client that keeps its keys, and no payload twice, whatever carries it', async () => {
      const server = await makeServer(suite);
      const ephemeral = await suite.generateEcPrivateKey();
      /** Like clients in the field: one transmission key for all requests, and one EC key in hybrid mode. */
      const keeping = (): CryptoSuite => {
        let drawn = 0;
        return {
          ...suite,
          randomBytes: (length) => (drawn++ === 0 ? new Uint8Array(length).fill(7) : suite.randomBytes(length)),
          generateEcPrivateKey: () => Promise.resolve(ephemeral),
        };
      };
      for (const hybrid of [undefined, server.hybrid]) {
        const options = { ...server.opening(), replayWindow: new ReplayWindow(), now: 1 };
        const request = { serverKey: server.serverKey, ...(hybrid && { hybrid }), payload: UID };
        const seal = async () => (await sealAccountRequest({ ...request, suite: keeping() })).body;
        const [one, other, lost] = [await seal(), await seal(), await seal()];
        expect((await openAccountRequest(one, options)).payload).toEqual(UID);
        expect((await openAccountRequest(other, options)).payload).toEqual(UID);
        // A wrap that never arrived, with a payload that did.
        const { encryptedPayload } = decodeMessage(Authentication.ApiRequest, one, 'request', LIMITS);
        const mixed = edit(lost, (envelope) => (envelope.encryptedPayload = encryptedPayload));
        await expect(openAccountRequest(mixed, options)).rejects.toMatchObject({ code: 'request-replayed' });
        expect((await openAccountRequest(lost, options)).payload).toEqual(UID);
      }
    });

    it('refuses ids and a transmission key that cannot be', async () => {
      const server = await makeServer(suite);
      for (const id of [0, -1, 1.5, 2 ** 31, Number.NaN]) {
        await expect(
          sealAccountRequest({ serverKey: { ...server.serverKey, id }, payload: UID, suite }),
        ).rejects.toMatchObject({ code: 'argument-invalid' });
        await expect(
          sealAccountRequest({ serverKey: { ...server.serverKey, id }, hybrid: server.hybrid, payload: UID, suite }),
        ).rejects.toMatchObject({ code: 'argument-invalid' });
      }
      // A peer that wraps a key of 16 bytes: it opens, and is no AES-256 key.
      const wrapped = await seal({ ec: server.ec.publicKey, mlKem: server.mlKem.publicKey }, new Uint8Array(16), {
        suite,
      });
      const body = encodeMessage(Authentication.ApiRequest, {
        publicKeyId: 136,
        encryptedPayload: new Uint8Array(28),
        qrcMessageKey: { ...wrapped, msgVersion: 1, ecKeyId: 7 },
      });
      await expect(openAccountRequest(body, server.opening())).rejects.toMatchObject({ code: 'length-invalid' });
    });

    it('is not impressed by buffers that change under its hands', async () => {
      const server = await makeServer(suite);
      const payload = UID.slice();
      const sessionToken = TOKEN.slice();
      const sealing = sealAccountRequest({ serverKey: server.serverKey, payload, sessionToken, suite });
      payload.fill(0);
      sessionToken.fill(0);
      const { body } = await sealing;
      const opening = openAccountRequest(body, server.opening());
      body.fill(0);
      const opened = await opening;
      expect([opened.payload, opened.sessionToken?.exportSecretBytes()]).toEqual([UID, TOKEN]);
    });

    it('carries any payload and token', async () => {
      const server = await makeServer(suite);
      await fc.assert(
        fc.asyncProperty(
          fc.uint8Array({ maxLength: 2000 }),
          fc.uint8Array({ minLength: 1, maxLength: 100 }),
          fc.string({ maxLength: 20 }),
          async (payload, sessionToken, locale) => {
            const { body } = await sealAccountRequest({
              serverKey: server.serverKey,
              payload,
              sessionToken,
              locale,
              suite,
            });
            const opened = await openAccountRequest(body, server.opening());
            expect(Array.from(opened.payload)).toEqual(Array.from(payload));
            expect(Array.from(opened.sessionToken!.exportSecretBytes())).toEqual(Array.from(sessionToken));
            expect(opened.locale).toBe(locale);
          },
        ),
        { numRuns: 10 },
      );
    });

    it('exchanges with a server that changes both keys on the way', async () => {
      const server = await makeServer(suite);
      const other = await makeServer(suite);
      const seen: string[] = [];
      const serverKeys = {
        custom: false,
        defaultId: 6,
        has: (id: number) => id === 6 || id === 7,
        get: (id: number) => Promise.resolve({ id, publicKey: (id === 7 ? server : other).ec.publicKey }),
      };
      const mlKemKeys = {
        custom: false,
        defaultId: 100,
        has: (id: number) => id === 100 || id === 136,
        get: (id: number) => ({ id, publicKey: (id === 136 ? server : other).mlKem.publicKey }),
      };
      const result = await exchangeAccountRequest({
        host: 'keepersecurity.com',
        path: 'login/account_summary',
        serverKeys,
        hybrid: { mlKemKeys, seal },
        payload: UID,
        sleep: () => Promise.reject(new Error('slept')),
        post: async (host, path, body) => {
          seen.push(`${host} ${path}`);
          try {
            const { transmissionKey, transport } = await openAccountRequest(body, server.opening());
            expect(transport).toBe('hybrid');
            return { status: 200, body: await sealAccountAnswer(transmissionKey, UID) };
          } catch (error) {
            expect(error).toMatchObject({ code: 'server-key-unknown' });
            return { status: 401, body: encodeKeyError({ serverKeyId: 7, mlKemKeyId: 136 }) };
          }
        },
        suite,
      });
      expect(result).toMatchObject({
        answer: UID,
        authenticated: true,
        transport: 'hybrid',
        downgrade: null,
        serverKeyId: 7,
        mlKemKeyId: 136,
      });
      expect(seen).toEqual(['keepersecurity.com login/account_summary', 'keepersecurity.com login/account_summary']);
    });

    it('sends what it was given when the exchange began, again and again', async () => {
      const server = await makeServer(suite);
      const serverKeys = customServerKey({ id: 7, publicKey: server.ec.publicKey.bytes }, { suite });
      for (const json of [false, true]) {
        const payload = UID.slice();
        const command: { command: string } = { command: 'sync_down' };
        const sessionToken = TOKEN.slice();
        const seen: unknown[] = [];
        const exchange = exchangeAccountRequest({
          host: 'keepersecurity.com',
          path: 'login/account_summary',
          serverKeys,
          payload: json ? command : payload,
          sessionToken,
          sleep: () => Promise.resolve(),
          post: async (_host, _path, body) => {
            const opened = await openAccountRequest(body, server.opening());
            seen.push([json ? readJsonPayload(opened) : opened.payload, opened.sessionToken?.exportSecretBytes()]);
            return seen.length === 1
              ? { status: 403, body: encodeThrottled(1) }
              : { status: 200, body: await sealAccountAnswer(opened.transmissionKey, UID) };
          },
          suite,
        });
        payload.fill(0);
        sessionToken.fill(0);
        command.command = 'delete_all';
        await exchange;
        const expected = [json ? { command: 'sync_down' } : UID, TOKEN];
        expect(seen).toEqual([expected, expected]);
      }
    });

    it('takes a token as the object that a server opened', async () => {
      const server = await makeServer(suite);
      const { serverKey } = server;
      const options = { payload: UID, sessionToken: new SessionToken(TOKEN), suite };
      const { sessionToken } = await openAccountRequest(
        (await sealAccountRequest({ serverKey, ...options })).body,
        server.opening(),
      );
      expect(sessionToken?.exportSecretBytes()).toEqual(TOKEN);
      const exchange = exchangeAccountRequest({
        host: 'keepersecurity.com',
        path: 'login/account_summary',
        serverKeys: customServerKey({ id: 7, publicKey: server.ec.publicKey.bytes }, { suite }),
        sleep: () => Promise.resolve(),
        post: async (_host, _path, body) => {
          const opened = await openAccountRequest(body, server.opening());
          const token = opened.sessionToken!.exportSecretBytes();
          return { status: 200, body: await sealAccountAnswer(opened.transmissionKey, token) };
        },
        ...options,
        sessionToken: sessionToken!,
      });
      expect((await exchange).answer).toEqual(TOKEN);
    });

    it('refuses payloads and tokens that are no bytes', async () => {
      const server = await makeServer(suite);
      const serverKeys = customServerKey({ id: 7, publicKey: server.ec.publicKey.bytes }, { suite });
      const wrong = { payload: new DataView(new ArrayBuffer(4)), sessionToken: 'abcd' };
      for (const [name, value] of Object.entries(wrong)) {
        const options = { payload: UID, suite, [name]: value };
        const sealing = sealAccountRequest({ serverKey: server.serverKey, ...options });
        const exchange = exchangeAccountRequest({
          host: 'keepersecurity.com',
          path: 'login/account_summary',
          serverKeys,
          sleep: () => Promise.resolve(),
          post: () => Promise.reject(new Error('posted')),
          ...options,
        });
        await expect(sealing, name).rejects.toMatchObject({ code: 'argument-invalid' });
        await expect(exchange, name).rejects.toMatchObject({ code: 'argument-invalid' });
      }
    });

    it('takes the keys that a caller pins', async () => {
      const server = await makeServer(suite);
      const serverKeys = customServerKey({ id: 7, publicKey: server.ec.publicKey.bytes }, { suite });
      const mlKemKeys = customMlKemKey({ id: 136, publicKey: server.mlKem.publicKey });
      const { body } = await sealAccountRequest({
        serverKey: await serverKeys.get(7),
        hybrid: { mlKemKey: mlKemKeys.get(136), seal },
        payload: UID,
        suite,
      });
      expect((await openAccountRequest(body, server.opening())).mlKemKeyId).toBe(136);
      expect([mlKemKeys.custom, mlKemKeys.has(136), mlKemKeys.has(100)]).toEqual([true, true, false]);
      expect(() => mlKemKeys.get(100)).toThrow(expect.objectContaining({ code: 'server-key-unknown' }));
      expect(() => customMlKemKey({ id: 0, publicKey: server.mlKem.publicKey })).toThrow(
        expect.objectContaining({ code: 'argument-invalid' }),
      );
    });
  });

  describe.each(suites.map((suite) => [suite.name, suite] as const))('router envelopes under %s', (_, suite) => {
    it('carries a controller message there and its answer back', async () => {
      const server = await makeServer(suite);
      const message = encodeControllerMessage({
        messageType: 'CMT_ROTATE',
        messageUid: UID,
        controllerUid: UID,
        streamResponse: false,
        payload: { action: 'rotate' },
        timeout: 15_000,
      });
      const request = await sealRouterRequest({ serverKey: server.serverKey, sessionToken: TOKEN, message, suite });
      expect(request.headers['Authorization']).toMatch(/^KeeperUser [\w+/]+=*$/);

      const user = await openRouterUser(decodeRouterHeaders(new Headers(request.headers)), {
        serverKeys: [await suite.generateEcPrivateKey(), server.ec],
        suite,
      });
      expect(user.sessionToken.exportSecretBytes()).toEqual(TOKEN);
      expect(decodeControllerMessage(await openRouterBody(user, request.body))).toEqual({
        messageType: 'CMT_ROTATE',
        messageUid: UID,
        controllerUid: UID,
        streamResponse: false,
        payload: new TextEncoder().encode('{"action":"rotate"}'),
        timeout: 15_000,
      });

      const answer = await sealRouterAnswer(user.transmissionKey, { ok: true, message: UID });
      expect(await openRouterAnswer(request.transmissionKey, answer)).toEqual({
        ok: true,
        message: UID,
        authenticated: true,
      });
    });

    it('takes a token as the object that a server opened', async () => {
      const server = await makeServer(suite);
      const options = { serverKey: server.serverKey, sessionToken: new SessionToken(TOKEN), message: UID, suite };
      const open = async (headers: Record<string, string>) =>
        openRouterUser(decodeRouterHeaders(new Headers(headers)), { serverKeys: [server.ec], suite });
      const { sessionToken } = await open((await sealRouterRequest(options)).headers);
      expect(sessionToken.exportSecretBytes()).toEqual(TOKEN);
      const authorization = await authorizeRouterUser({ ...options, sessionToken });
      expect((await open(routerUserHeaders(authorization))).sessionToken.exportSecretBytes()).toEqual(TOKEN);
    });

    it('puts the same two values into the URL of a WebSocket', async () => {
      const server = await makeServer(suite);
      const authorization = await authorizeRouterUser({ serverKey: server.serverKey, sessionToken: TOKEN, suite });
      const url = routerSocketUrl('keepersecurity.eu', authorization);
      expect(url).toMatch(
        /^wss:\/\/connect\.keepersecurity\.eu\/api\/user\/client\?Authorization=KeeperUser%20[\w-]+&TransmissionKey=[\w-]{167}$/,
      );
      const credentials = decodeRouterQuery(url);
      expect(credentials).toEqual(decodeRouterHeaders(new Headers(routerUserHeaders(authorization))));
      expect(decodeRouterQuery(url.slice('wss://connect.keepersecurity.eu'.length))).toEqual(credentials);
      const user = await openRouterUser(credentials, { serverKeys: [server.ec], suite });
      expect(user.sessionToken.exportSecretBytes()).toEqual(TOKEN);
    });

    it('refuses credentials and bodies that are not as they should be', async () => {
      const server = await makeServer(suite);
      const request = await sealRouterRequest({
        serverKey: server.serverKey,
        sessionToken: TOKEN,
        message: UID,
        suite,
      });
      const { TransmissionKey: key, Authorization: token } = request.headers;
      const headers: [string, Record<string, string>][] = [
        ['no key', { Authorization: token! }],
        ['no token', { TransmissionKey: key! }],
        ['another scheme', { TransmissionKey: key!, Authorization: token!.replace('KeeperUser', 'Bearer') }],
        ['a short key', { TransmissionKey: key!.slice(4), Authorization: token! }],
        ['a key that is no base64', { TransmissionKey: '*', Authorization: token! }],
        ['an empty sealed token', { TransmissionKey: key!, Authorization: `KeeperUser ${btoa('x'.repeat(28))}` }],
        ['a huge token', { TransmissionKey: key!, Authorization: `KeeperUser ${btoa('x'.repeat(5000))}` }],
      ];
      for (const [what, changed] of headers) {
        expect(() => decodeRouterHeaders(new Headers(changed)), what).toThrow(
          expect.objectContaining({ code: 'header-invalid' }),
        );
      }
      const url = routerSocketUrl(
        'keepersecurity.com',
        await authorizeRouterUser({ serverKey: server.serverKey, sessionToken: TOKEN, suite }),
      );
      for (const changed of [
        `${url}&TransmissionKey=AA`,
        `${url}&Authorization=x`,
        url.replace('TransmissionKey', 'transmissionkey'),
        '',
      ]) {
        expect(() => decodeRouterQuery(changed)).toThrow(expect.objectContaining({ code: 'header-invalid' }));
      }

      const credentials = decodeRouterHeaders(new Headers(request.headers));
      const other = await suite.generateEcPrivateKey();
      const open = (serverKeys: EcPrivateKey[], changed = credentials) =>
        openRouterUser(changed, { serverKeys, suite });
      await expect(open([other])).rejects.toMatchObject({ code: 'open-failed' });
      await expect(open([])).rejects.toMatchObject({ code: 'argument-invalid' });
      await expect(open(Array.from({ length: 9 }, () => other))).rejects.toMatchObject({ code: 'argument-invalid' });
      const changedToken = credentials.sealedSessionToken.slice();
      flip(changedToken, -1);
      await expect(open([server.ec], { ...credentials, sealedSessionToken: changedToken })).rejects.toMatchObject({
        code: 'open-failed',
      });
      const empty = await (await open([server.ec])).transmissionKey.seal(new Uint8Array(0));
      await expect(open([server.ec], { ...credentials, sealedSessionToken: empty })).rejects.toMatchObject({
        code: 'length-invalid',
      });
      await expect(
        authorizeRouterUser({ serverKey: server.serverKey, sessionToken: 'abcd' as never, suite }),
      ).rejects.toMatchObject({ code: 'argument-invalid' });
      const offCurve = credentials.wrappedTransmissionKey.slice();
      flip(offCurve, 64);
      await expect(open([server.ec], { ...credentials, wrappedTransmissionKey: offCurve })).rejects.toMatchObject({
        code: 'point-invalid',
      });

      const user = await open([server.ec]);
      await expect(openRouterBody(user, request.body.subarray(1))).rejects.toMatchObject({ code: 'open-failed' });
      await expect(openRouterBody(user, request.body, { maximumBytes: 10 })).rejects.toMatchObject({
        code: 'message-too-long',
      });
    });

    it('reads refusals, and says what is authenticated', async () => {
      const server = await makeServer(suite);
      const { transmissionKey } = await authorizeRouterUser({
        serverKey: server.serverKey,
        sessionToken: TOKEN,
        suite,
      });
      const refusal = await sealRouterAnswer(transmissionKey, {
        ok: false,
        responseCode: 'RRC_CONTROLLER_DOWN',
        errorMessage: 'gateway\u001b[2J is away',
      });
      expect(await openRouterAnswer(transmissionKey, refusal)).toEqual({
        ok: false,
        responseCode: 'RRC_CONTROLLER_DOWN',
        errorMessage: 'gateway [2J is away',
      });
      expect(await openRouterAnswer(transmissionKey, Uint8Array.of(8, 99))).toMatchObject({
        ok: false,
        responseCode: 'unknown',
      });
      expect(await openRouterAnswer(transmissionKey, new Uint8Array(0))).toEqual({
        ok: true,
        message: new Uint8Array(0),
        authenticated: false,
      });
      const answer = await sealRouterAnswer(transmissionKey, { ok: true, message: UID });
      flip(answer, -1);
      await expect(openRouterAnswer(transmissionKey, answer)).rejects.toMatchObject({ code: 'open-failed' });
      await expect(openRouterAnswer(transmissionKey, answer, { maximumBytes: 10 })).rejects.toMatchObject({
        code: 'message-too-long',
      });
    });

    it('is not impressed by buffers that change under its hands', async () => {
      const server = await makeServer(suite);
      const [sessionToken, message] = [TOKEN.slice(), UID.slice()];
      const sealing = sealRouterRequest({ serverKey: server.serverKey, sessionToken, message, suite });
      const authorizing = authorizeRouterUser({ serverKey: server.serverKey, sessionToken, suite });
      sessionToken.fill(0);
      message.fill(0);
      const request = await sealing;

      // The second key is tried after a wait.
      const serverKeys = [await suite.generateEcPrivateKey(), server.ec];
      for (const { wrappedTransmissionKey, sealedSessionToken } of [
        decodeRouterHeaders(new Headers(request.headers)),
        await authorizing,
      ]) {
        const opening = openRouterUser({ wrappedTransmissionKey, sealedSessionToken }, { serverKeys, suite });
        wrappedTransmissionKey.fill(0);
        sealedSessionToken.fill(0);
        expect((await opening).sessionToken.exportSecretBytes()).toEqual(TOKEN);
      }

      const { body } = request;
      const user = await openRouterUser(decodeRouterHeaders(new Headers(request.headers)), {
        serverKeys: [server.ec],
        suite,
      });
      const opening = openRouterBody(user, body);
      body.fill(0);
      expect(await opening).toEqual(UID);
    });

    it('cuts what a router says to 1,000 characters', async () => {
      const transmissionKey = await suite.importAesKey(new Uint8Array(32));
      const said = async (errorMessage: string) =>
        openRouterAnswer(
          transmissionKey,
          await sealRouterAnswer(transmissionKey, { ok: false, responseCode: 'RRC_TIMEOUT', errorMessage }),
        );
      expect(await said('x'.repeat(1001))).toMatchObject({ errorMessage: 'x'.repeat(1000) });
      expect(await said('x'.repeat(1000))).toMatchObject({ errorMessage: 'x'.repeat(1000) });
    });

    it('makes no success of a refusal', async () => {
      const transmissionKey = await suite.importAesKey(new Uint8Array(32));
      for (const responseCode of ['RRC_OK', 'RRC_FOO', 'TIMEOUT', '4', 'toString', undefined, 4] as never[]) {
        await expect(
          sealRouterAnswer(transmissionKey, { ok: false, responseCode, errorMessage: 'no' }),
        ).rejects.toMatchObject({ code: 'argument-invalid' });
      }
      const unknown = await sealRouterAnswer(transmissionKey, { ok: false, responseCode: 'unknown', errorMessage: '' });
      expect(await openRouterAnswer(transmissionKey, unknown)).toMatchObject({ responseCode: 'RRC_GENERAL_ERROR' });
    });

    it('knows the routers of the regions', () => {
      expect(['keepersecurity.com', 'GOVCLOUD.keepersecurity.us', 'il5.keepersecurity.us'].map(routerHost)).toEqual([
        'connect.keepersecurity.com',
        'connect.keepersecurity.us',
        'connect.il5.keepersecurity.us',
      ]);
    });

    it('refuses controller messages with UIDs, types and timeouts that cannot be', () => {
      const message = {
        messageType: 'CMT_GENERAL' as const,
        messageUid: UID,
        controllerUid: UID,
        streamResponse: true,
        payload: UID,
        timeout: 0,
      };
      expect(decodeControllerMessage(encodeControllerMessage(message))).toEqual(message);
      for (const changed of [{ messageUid: UID.subarray(1) }, { controllerUid: new Uint8Array(17) }]) {
        expect(() => encodeControllerMessage({ ...message, ...changed })).toThrow(
          expect.objectContaining({ code: 'length-invalid' }),
        );
      }
      for (const timeout of [-1, 2 ** 31, 0.5]) {
        expect(() => encodeControllerMessage({ ...message, timeout })).toThrow(
          expect.objectContaining({ code: 'argument-invalid' }),
        );
      }
      for (const messageType of ['CMT_FOO', 'ROTATE', '1', 'toString', undefined, 1] as never[]) {
        expect(() => encodeControllerMessage({ ...message, messageType })).toThrow(
          expect.objectContaining({ code: 'argument-invalid' }),
        );
      }
      const bytes = encodeControllerMessage(message);
      expect(decodeControllerMessage(bytes, { maximumBytes: bytes.length })).toEqual(message);
      expect(() => decodeControllerMessage(bytes, { maximumBytes: bytes.length - 1 })).toThrow(
        expect.objectContaining({ code: 'message-too-long' }),
      );
      for (const [extra, code] of [
        [[8, 99], 'field-invalid'],
        [[18, 1, 0], 'length-invalid'],
        [[26, 0], 'length-invalid'],
        [[48, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1], 'field-invalid'],
      ] as const) {
        expect(() => decodeControllerMessage(Uint8Array.of(...bytes, ...extra))).toThrow(
          expect.objectContaining({ code }),
        );
      }
    });
  });
}
