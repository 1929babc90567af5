import { describe, expect, test } from 'vitest';
import { VaultwireError } from 'vaultwire';
import { nodeSuite as suite } from 'vaultwire/crypto/node';
import { generateMlKemPrivateKey, importMlKemPublicKey, open, seal } from 'vaultwire/ecies/hybrid';
import { customServerKey, publishedServerKeys } from 'vaultwire/transmission';
import {
  Authentication,
  customMlKemKey,
  decodeMessage,
  encodeMessage,
  exchangeAccountRequest,
  MAXIMUM_PROTOBUF_FIELDS,
  openAccountRequest,
  PAM,
  publishedMlKemKeys,
  readJsonPayload,
  sealAccountAnswer,
  sealAccountRequest,
  type AccountExchangeOptions,
  type HttpAnswer,
} from 'vaultwire/transmission/account';

const LIMITS = { maximumBytes: 1 << 24 };
const json = (value: unknown, status = 401): HttpAnswer => ({
  status,
  body: new TextEncoder().encode(JSON.stringify(value)),
});
const read = (body: Uint8Array): Authentication.ApiRequest.$Properties =>
  decodeMessage(Authentication.ApiRequest, body, 'request', LIMITS);

/** A client of a hostile server: what it sent, and how it ended. */
async function talkTo(
  server: (attempt: number, body: Uint8Array) => HttpAnswer | Promise<HttpAnswer>,
  options: Partial<AccountExchangeOptions> = {},
) {
  const sent: Uint8Array[] = [];
  const outcome = await exchangeAccountRequest({
    host: 'keepersecurity.com',
    path: 'vault/execute_v2_command',
    serverKeys: publishedServerKeys(),
    hybrid: { mlKemKeys: publishedMlKemKeys(), seal },
    payload: { command: 'sync_down' },
    sleep: () => Promise.resolve(),
    post: async (_host, _path, body) => {
      if (sent.push(body) > 100) throw new Error('it never ends');
      return server(sent.length, body);
    },
    ...options,
  }).catch((error: unknown) => {
    if (error instanceof VaultwireError) return error;
    throw error;
  });
  const modes = sent.map((body) => (read(body).qrcMessageKey ? 'hybrid' : 'ec'));
  return { sent, modes, outcome };
}

const empty: HttpAnswer = { status: 200, body: new Uint8Array(0) };

describe('hostile account requests', () => {
  test('A11: a downgrade by an unauthenticated error is reported, and ends with the request', async () => {
    const server = (attempt: number): HttpAnswer =>
      attempt === 1 ? json({ error: 'key', key_id: 999, qrc_ec_key_id: 10 }) : empty;
    const { modes, outcome } = await talkTo(server);
    expect(modes).toEqual(['hybrid', 'ec']);
    expect(outcome).toMatchObject({
      transport: 'ec',
      downgrade: { host: 'keepersecurity.com', reason: 'ml-kem-key-unknown', mlKemKeyId: 999 },
    });
    // The same client asks again, and begins with ML-KEM again.
    expect((await talkTo(() => empty)).outcome).toMatchObject({ transport: 'hybrid', downgrade: null });
  });

  test('A11: a weaker ML-KEM key than the request began with is reported', async () => {
    const { modes, outcome } = await talkTo((attempt) =>
      attempt === 1 ? json({ error: 'key', key_id: 100, qrc_ec_key_id: 7 }) : empty,
    );
    expect(modes).toEqual(['hybrid', 'hybrid']);
    expect(outcome).toMatchObject({
      transport: 'hybrid',
      downgrade: { host: 'keepersecurity.com', reason: 'ml-kem-key-weaker', mlKemKeyId: 100 },
    });
  });

  test('A11: a plain key error does not turn ML-KEM off while there is another EC key to try', async () => {
    const { modes, outcome } = await talkTo((attempt) => (attempt === 1 ? json({ error: 'key', key_id: 12 }) : empty));
    expect(modes).toEqual(['hybrid', 'hybrid']);
    expect(outcome).toMatchObject({ transport: 'hybrid', downgrade: null });
  });

  test('A11: where hybrid is required, nothing leaves without ML-KEM', async () => {
    for (const answer of [
      { error: 'key', key_id: 999, qrc_ec_key_id: 10 },
      { error: 'key', key_id: 7 },
      { error: 'key', key_id: 10 },
    ]) {
      const { modes, outcome } = await talkTo(() => json(answer), {
        hybrid: { mlKemKeys: publishedMlKemKeys(), seal, required: true },
      });
      expect(new Set(modes)).toEqual(new Set(['hybrid']));
      expect(outcome).toMatchObject({ code: 'hybrid-required' });
    }
  });

  test('A11: the hybrid part cannot be stripped or exchanged on the way', async () => {
    const ec = await suite.generateEcPrivateKey();
    const { privateKey: mlKem } = await generateMlKemPrivateKey('ML-KEM-768');
    const { body } = await sealAccountRequest({
      serverKey: { id: 7, publicKey: ec.publicKey },
      hybrid: { mlKemKey: { id: 100, publicKey: mlKem.publicKey }, seal },
      payload: new Uint8Array(1),
    });
    const opening = { serverKey: () => ec, hybrid: { mlKemKey: () => mlKem, open } };
    const stripped = { ...read(body), qrcMessageKey: null };
    await expect(openAccountRequest(encodeMessage(Authentication.ApiRequest, stripped), opening)).rejects.toMatchObject(
      { code: 'length-invalid' },
    );
    // An attacker who can encapsulate to both keys makes a request of its own, but cannot make it of this one's payload.
    const own = await seal({ ec: ec.publicKey, mlKem: mlKem.publicKey }, new Uint8Array(32));
    const exchanged = {
      ...read(body),
      encryptedTransmissionKey: null,
      qrcMessageKey: { ...own, msgVersion: 1, ecKeyId: 7 },
    };
    await expect(
      openAccountRequest(encodeMessage(Authentication.ApiRequest, exchanged), opening),
    ).rejects.toMatchObject({ code: 'open-failed' });
  });

  test('A12: a server that keeps naming keys is followed three times', async () => {
    for (const [first, step] of [
      [136, -12],
      [100, 0],
    ] as const) {
      const { sent, outcome } = await talkTo((attempt) =>
        json({
          error: 'key',
          key_id: step === 0 ? first : [124, 107, 100, 136][(attempt - 1) % 4],
          qrc_ec_key_id: 7 + (attempt % 11),
        }),
      );
      expect(sent).toHaveLength(4);
      expect(outcome).toMatchObject({ code: 'server-key-loop' });
    }
    const { sent, outcome } = await talkTo((attempt) => json({ error: 'key', key_id: 8 + attempt }), {
      hybrid: undefined,
    } as object);
    expect(sent).toHaveLength(4);
    expect(outcome).toMatchObject({ code: 'server-key-loop' });
  });

  test('A12: ids outside the registry and ids older than one that worked are refused at once', async () => {
    const worked = {
      hybrid: { mlKemKeys: publishedMlKemKeys(), seal, mlKemKeyId: 124, workingMlKemKeyId: 124 },
      workingKeyId: 12,
      serverKeyId: 12,
    };
    for (const [answer, code] of [
      [{ error: 'key', key_id: 136, qrc_ec_key_id: 99 }, 'server-key-unknown'],
      [{ error: 'key', key_id: 99 }, 'server-key-unknown'],
      [{ error: 'key', key_id: 136, qrc_ec_key_id: 11 }, 'server-key-rollback'],
      [{ error: 'key', key_id: 107, qrc_ec_key_id: 12 }, 'server-key-rollback'],
    ] as const) {
      const { sent, outcome } = await talkTo(() => json(answer), worked);
      expect(sent).toHaveLength(1);
      expect(outcome).toMatchObject({ code });
    }
  });

  test('A12: a hint never touches a pin', async () => {
    const ec = await suite.generateEcPrivateKey();
    const { privateKey: mlKem } = await generateMlKemPrivateKey('ML-KEM-768');
    const pinnedEc = { serverKeys: customServerKey({ id: 7, publicKey: ec.publicKey.bytes }) };
    const pinnedMlKem = { hybrid: { mlKemKeys: customMlKemKey({ id: 100, publicKey: mlKem.publicKey }), seal } };
    for (const pinned of [pinnedEc, pinnedMlKem, { ...pinnedEc, ...pinnedMlKem }]) {
      for (const answer of [
        { error: 'key', key_id: 100, qrc_ec_key_id: 8 },
        { error: 'key', key_id: 136, qrc_ec_key_id: 7 },
        { error: 'key', key_id: 999, qrc_ec_key_id: 7 },
        { error: 'key', key_id: 8 },
        { error: 'key', key_id: 7 },
      ]) {
        const { sent, outcome } = await talkTo(() => json(answer), pinned);
        expect(sent).toHaveLength(1);
        expect(outcome).toMatchObject({ code: 'server-key-rejected' });
      }
    }
  });

  test('A12: keys that only an empty answer speaks for have not worked', async () => {
    const { modes, outcome } = await talkTo((attempt) =>
      attempt === 1 ? json({ error: 'key', key_id: 107, qrc_ec_key_id: 18 }) : empty,
    );
    expect(modes).toEqual(['hybrid', 'hybrid']);
    expect(outcome).toMatchObject({ authenticated: false, serverKeyId: null, mlKemKeyId: null });
    if (outcome instanceof VaultwireError) throw outcome;
    // Whoever keeps them begins where a new client does, and may be led to any key that is known.
    const { serverKeyId, mlKemKeyId } = outcome;
    const kept = {
      serverKeyId,
      workingKeyId: serverKeyId,
      hybrid: { mlKemKeys: publishedMlKemKeys(), seal, mlKemKeyId, workingMlKemKeyId: mlKemKeyId },
    };
    const { sent } = await talkTo(
      (attempt) => (attempt === 1 ? json({ error: 'key', key_id: 100, qrc_ec_key_id: 8 }) : empty),
      kept,
    );
    expect(sent.map((body) => [read(body).publicKeyId, read(body).qrcMessageKey?.ecKeyId])).toEqual([
      [136, 7],
      [100, 8],
    ]);
  });

  test('A12: hints that are no ids change nothing', async () => {
    for (const id of [0, -1, 1.5, 1e300, '12', null, [12], { valueOf: 12 }]) {
      const { sent, outcome } = await talkTo(() => json({ error: 'key', key_id: id }));
      expect(sent).toHaveLength(1);
      expect(outcome).toMatchObject({ code: 'request-rejected' });
      const other = await talkTo(() => json({ error: 'key', key_id: 148, qrc_ec_key_id: id }));
      expect(other.outcome).toMatchObject({ code: 'server-key-unknown' });
    }
  });

  test('A13: two clients in one process, interleaved, keep to their own servers, keys and answers', async () => {
    const clients = await Promise.all(
      [0, 1].map(async (index) => {
        const ec = await suite.generateEcPrivateKey();
        const serverKeys = customServerKey({ id: 7, publicKey: ec.publicKey.bytes });
        const post = async (_host: string, _path: string, body: Uint8Array): Promise<HttpAnswer> => {
          const request = await openAccountRequest(body, { serverKey: () => ec });
          await Promise.resolve();
          const answer = { server: index, command: readJsonPayload(request)['command'] ?? null };
          return { status: 200, body: await sealAccountAnswer(request.transmissionKey, answer) };
        };
        const withoutHybrid: object = { hybrid: undefined };
        return { index, options: { ...withoutHybrid, serverKeys, post } };
      }),
    );
    const rounds = Array.from({ length: 8 }, (_, round) => clients.map((client) => ({ ...client, round }))).flat();
    await Promise.all(
      rounds.map(async ({ index, options, round }) => {
        const command = `client ${index} round ${round}`;
        const { outcome } = await talkTo(() => empty, { ...options, payload: { command } });
        if (outcome instanceof VaultwireError) throw outcome;
        expect(JSON.parse(new TextDecoder().decode(outcome.answer))).toEqual({ server: index, command });
      }),
    );
  });

  test('A15: short tags, short blobs, invalid points and zeros are refused', async () => {
    const ec = await suite.generateEcPrivateKey();
    const { privateKey: mlKem } = await generateMlKemPrivateKey('ML-KEM-768');
    const { body } = await sealAccountRequest({
      serverKey: { id: 7, publicKey: ec.publicKey },
      hybrid: { mlKemKey: { id: 100, publicKey: mlKem.publicKey }, seal },
      payload: new Uint8Array(64),
    });
    const opening = { serverKey: () => ec, hybrid: { mlKemKey: () => mlKem, open } };
    const request = read(body);
    const message = request.qrcMessageKey!;
    const infinity = new Uint8Array(65);
    const small = Uint8Array.from([4, ...new Uint8Array(63), 1]);
    for (const [changed, code] of [
      [{ ...request, encryptedPayload: request.encryptedPayload!.subarray(0, -12) }, 'open-failed'],
      [{ ...request, encryptedPayload: new Uint8Array(0) }, 'message-too-short'],
      [{ ...request, qrcMessageKey: { ...message, data: message.data!.subarray(0, 48) } }, 'open-failed'],
      [{ ...request, qrcMessageKey: { ...message, data: new Uint8Array(16) } }, 'message-too-short'],
      [{ ...request, qrcMessageKey: { ...message, clientEcPublicKey: infinity } }, 'point-invalid'],
      [{ ...request, qrcMessageKey: { ...message, clientEcPublicKey: small } }, 'point-invalid'],
      [{ ...request, qrcMessageKey: { ...message, clientEcPublicKey: new Uint8Array(1) } }, 'length-invalid'],
      [{ ...request, qrcMessageKey: { ...message, mlKemEncapsulatedKey: new Uint8Array(1088) } }, 'open-failed'],
    ] as const) {
      await expect(
        openAccountRequest(encodeMessage(Authentication.ApiRequest, changed), opening),
      ).rejects.toMatchObject({ code });
    }
    expect(() => importMlKemPublicKey('ML-KEM-768', new Uint8Array(1184).fill(0xff))).toThrow(
      expect.objectContaining({ code: 'key-invalid' }),
    );
  });

  test('A16: a region redirect leads to a published region, or where the caller allows it, and nowhere else', async () => {
    const redirect = (host: string) => (attempt: number) =>
      attempt === 1 ? json({ error: 'region_redirect', region_host: host }, 401) : empty;
    for (const host of [
      'evil.example',
      'keepersecurity.com.evil.example',
      '127.0.0.1',
      'keepersecurity.eu@evil.example',
    ]) {
      const { sent, outcome } = await talkTo(redirect(host));
      expect(sent).toHaveLength(1);
      expect(outcome).toMatchObject({ code: 'region-unknown' });
    }
    expect((await talkTo(redirect('keepersecurity.eu'))).outcome).toMatchObject({ host: 'keepersecurity.eu' });
    const allowsHost = (host: string): boolean => host === 'on.premises.example';
    expect((await talkTo(redirect('on.premises.example'), { allowsHost })).outcome).toMatchObject({
      host: 'on.premises.example',
    });
  });

  test('A18: nesting, groups, fields and lengths that do not end are refused', () => {
    const refuse = (bytes: Uint8Array, codec: typeof PAM.PAMElement = PAM.PAMElement) => {
      expect(() => decodeMessage(codec, bytes, 'hostile', LIMITS)).toThrow(
        expect.objectContaining({ code: 'protobuf-invalid' }),
      );
    };
    let nested = new Uint8Array(0);
    for (let level = 0; level < 40; level++) nested = Uint8Array.from([0x2a, nested.length, ...nested]);
    refuse(nested);
    refuse(new Uint8Array(1 << 20).fill(0x7b));
    refuse(Uint8Array.from([0x12, 0xff, 0xff, 0xff, 0xff, 0x07, 1]));
    const fields = new Uint8Array(2 * (MAXIMUM_PROTOBUF_FIELDS + 1)).fill(0);
    for (let index = 0; index < fields.length; index += 2) fields[index] = 0x10;
    expect(() => decodeMessage(Authentication.ApiRequest, fields, 'hostile', LIMITS)).toThrow(
      expect.objectContaining({ code: 'protobuf-invalid' }),
    );
    expect(decodeMessage(Authentication.ApiRequest, fields.subarray(2), 'hostile', LIMITS).publicKeyId).toBe(0);
  });

  test('A18: the numbers of a packed field count as fields do', () => {
    const packed = (count: number): Uint8Array => {
      const length = [(count & 0x7f) | 0x80, ((count >> 7) & 0x7f) | 0x80, ((count >> 14) & 0x7f) | 0x80, count >> 21];
      return Uint8Array.from([0x12, ...length, ...new Uint8Array(count)]);
    };
    const decode = (count: number) =>
      decodeMessage(Authentication.UserDataKeyResponse, packed(count), 'hostile', LIMITS).accessDenied;
    for (const count of [MAXIMUM_PROTOBUF_FIELDS, MAXIMUM_PROTOBUF_FIELDS + 1]) {
      expect(() => decode(count)).toThrow(expect.objectContaining({ code: 'protobuf-invalid' }));
    }
    // The field itself is the one that is missing.
    expect(decode(MAXIMUM_PROTOBUF_FIELDS - 1)).toHaveLength(MAXIMUM_PROTOBUF_FIELDS - 1);
  });

  test('A18: no field name of an adversary reaches an object, and no invalid UTF-8 a string', async () => {
    const ec = await suite.generateEcPrivateKey();
    const opening = { serverKey: () => ec };
    const serverKey = { id: 7, publicKey: ec.publicKey };
    for (const [command, code] of [
      ['{"command":"x","__proto__":{"admin":true}}', 'json-invalid'],
      ['{"command":"x","command":"y"}', 'json-duplicate-key'],
      [`${'['.repeat(100)}${']'.repeat(100)}`, 'json-too-deep'],
      ['{"command":"\xff"}', 'utf8-invalid'],
      ['[]', 'json-invalid'],
    ] as const) {
      const payload = Uint8Array.from(command, (character) => character.charCodeAt(0));
      const { body } = await sealAccountRequest({ serverKey, payload });
      const request = await openAccountRequest(body, opening);
      expect(() => readJsonPayload(request)).toThrow(expect.objectContaining({ code }));
    }
    const { outcome } = await talkTo(() => ({
      status: 401,
      body: new TextEncoder().encode('{"error":"key","key_id":12,"__proto__":{"key_id":7}}'),
    }));
    expect(outcome).toMatchObject({ code: 'request-rejected' });
    expect(({} as { admin?: unknown }).admin).toBeUndefined();
  });
});
