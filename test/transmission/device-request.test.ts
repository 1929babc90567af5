import { createPublicKey, verify } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CryptoSuite, EcPrivateKey, SigningKey } from '../../src/crypto/index.js';
import { nodeSuite } from '../../src/crypto/node.js';
import { open as openEcies, seal as sealEcies } from '../../src/ecies/index.js';
import {
  CLIENT_ID_LENGTH,
  decodeDeviceRequest,
  deviceRequestHeaders,
  MAXIMUM_ANSWER_BYTES,
  MAXIMUM_REQUEST_BYTES,
  openAnswer,
  openDeviceRequest,
  prepareDeviceRequest,
  ReplayWindow,
  sealAnswer,
  sealDeviceRequest,
  WRAPPED_TRANSMISSION_KEY_LENGTH,
  type DeviceRequest,
  type OpenDeviceRequestOptions,
} from '../../src/transmission/index.js';
import { encodeBase64, encodeBase64Url } from '../../src/wire/base64.js';
import { concatBytes, encodeUtf8 } from '../../src/wire/bytes.js';
import { VaultwireError } from '../../src/wire/error.js';
import { encodeJson, type JsonObject, type JsonValue } from '../../src/wire/json.js';
import { refused } from '../support/refused.js';
import { remoteAesKey, remoteEcPrivateKey, remoteSigningKey } from '../support/remote-keys.js';
import { SUITES } from '../support/suites.js';

const SERVER_KEY_ID = 7;
const server = await nodeSuite.generateEcPrivateKey({ extractable: true });
const otherServer = await nodeSuite.generateEcPrivateKey();
const device = await nodeSuite.generateSigningKey({ extractable: true });
const otherDevice = await nodeSuite.generateSigningKey();
const clientIdBytes = nodeSuite.randomBytes(CLIENT_ID_LENGTH);
const clientId = encodeBase64(clientIdBytes);
const serverKey = { id: SERVER_KEY_ID, publicKey: server.publicKey };

const seal = (
  payload: JsonObject | Uint8Array = { clientId },
  signingKey: Pick<SigningKey, 'sign'> = device,
): Promise<{ request: DeviceRequest }> => sealDeviceRequest({ serverKey, payload, signingKey });

const options = (more: Partial<OpenDeviceRequestOptions> = {}): OpenDeviceRequestOptions => ({
  serverKey: (id) => (id === SERVER_KEY_ID ? server : id === 8 ? otherServer : undefined),
  findClientKey: (id) => (id === clientId ? device.publicKey : undefined),
  ...more,
});

/** A request with a transmission key and a payload that an honest client would not make. */
async function forge(transmissionKey: Uint8Array, payload: Uint8Array): Promise<DeviceRequest> {
  const wrappedTransmissionKey = await sealEcies(server.publicKey, transmissionKey);
  const key = await nodeSuite.importAesKey(transmissionKey.length === 32 ? transmissionKey : new Uint8Array(32));
  const sealed = await key.seal(payload);
  const signature = await device.sign(concatBytes(wrappedTransmissionKey, sealed));
  return { serverKeyId: SERVER_KEY_ID, wrappedTransmissionKey, payload: sealed, signature };
}

const forgePayload = (payload: JsonValue | Uint8Array): Promise<DeviceRequest> =>
  forge(nodeSuite.randomBytes(32), ArrayBuffer.isView(payload) ? payload : encodeJson(payload));

describe('building a device request', () => {
  test('is the message of the wire note, as OpenSSL and ECIES read it', async () => {
    const { request, transmissionKey } = await sealDeviceRequest({
      serverKey,
      payload: { clientId, clientVersion: 'ms17.5.0' },
      signingKey: device,
    });
    expect(request.serverKeyId).toBe(SERVER_KEY_ID);
    expect(request.wrappedTransmissionKey.length).toBe(125);
    expect(WRAPPED_TRANSMISSION_KEY_LENGTH).toBe(125);
    const opened = await nodeSuite.importAesKey(await openEcies(server, request.wrappedTransmissionKey));
    const json = new TextDecoder().decode(await opened.open(request.payload));
    expect(json).toBe(JSON.stringify({ clientId, clientVersion: 'ms17.5.0' }));
    const publicKey = createPublicKey({
      format: 'jwk',
      key: {
        kty: 'EC',
        crv: 'P-256',
        x: encodeBase64Url(device.publicKey.subarray(1, 33)),
        y: encodeBase64Url(device.publicKey.subarray(33)),
      },
    });
    const signed = concatBytes(request.wrappedTransmissionKey, request.payload);
    expect(verify('sha256', signed, publicKey, request.signature)).toBe(true);
    expect(await openAnswer(transmissionKey, await opened.seal(encodeUtf8('{}')))).toEqual(encodeUtf8('{}'));
  });

  test('in two steps: the bytes to sign, then the finished message', async () => {
    const prepared = await prepareDeviceRequest({ serverKey, payload: { clientId } });
    const signature = await device.sign(prepared.toSign);
    const request = prepared.finish(signature);
    expect(concatBytes(request.wrappedTransmissionKey, request.payload)).toEqual(prepared.toSign);
    expect(request.signature).toEqual(signature);
    signature.fill(0);
    expect((await openDeviceRequest(request, options())).clientId).toBe(clientId);
  });

  test('takes the payload as JSON or as its bytes', async () => {
    const payload = { clientId, text: 'Grüße' };
    for (const form of [payload, encodeJson(payload)]) {
      expect((await openDeviceRequest((await seal(form)).request, options())).payload).toEqual(payload);
    }
  });

  test('has its headers as the wire note spells them', async () => {
    const { request } = await seal();
    expect(deviceRequestHeaders(request)).toEqual({
      'Content-Type': 'application/octet-stream',
      PublicKeyId: '7',
      TransmissionKey: encodeBase64(request.wrappedTransmissionKey),
      Authorization: `Signature ${encodeBase64(request.signature)}`,
    });
  });

  test('draws a new transmission key every time', async () => {
    const [one, other] = [await seal(), await seal()];
    const keys = await Promise.all(
      [one, other].map(({ request }) => openEcies(server, request.wrappedTransmissionKey)),
    );
    expect(keys[0]).not.toEqual(keys[1]);
  });

  test('a generator that returns too little is refused', async () => {
    const suite: CryptoSuite = { ...nodeSuite, randomBytes: (length) => nodeSuite.randomBytes(Math.min(length, 16)) };
    await refused('length-invalid', () => prepareDeviceRequest({ serverKey, payload: { clientId }, suite }));
  });

  test('buffers may be overwritten as soon as the call returned', async () => {
    for (const suite of SUITES) {
      const payload = encodeJson({ clientId });
      const preparing = prepareDeviceRequest({ serverKey, payload, suite });
      payload.fill(0xff);
      const prepared = await preparing;
      const request = prepared.finish(await device.sign(prepared.toSign));
      expect((await openDeviceRequest(request, options())).payload).toEqual({ clientId });
    }
  });
});

describe('reading a device request from HTTP', () => {
  const body = new Uint8Array(28);
  const headers = (more: Record<string, string> = {}): Headers =>
    new Headers({
      PublicKeyId: '7',
      TransmissionKey: encodeBase64(new Uint8Array(125)),
      Authorization: `Signature ${encodeBase64(new Uint8Array(70))}`,
      ...more,
    });

  test('reads back what was written, whatever its bytes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 999_999_999 }),
        fc.uint8Array({ minLength: 125, maxLength: 125 }),
        fc.uint8Array({ minLength: 28, maxLength: 200 }),
        fc.uint8Array({ minLength: 1, maxLength: 80 }),
        (serverKeyId, wrappedTransmissionKey, payload, signature) => {
          const request = { serverKeyId, wrappedTransmissionKey, payload, signature };
          expect(decodeDeviceRequest(new Headers(deviceRequestHeaders(request)), payload)).toEqual(request);
        },
      ),
    );
  });

  test('takes base64url without padding as well', () => {
    const bytes = new Uint8Array(125).fill(0xff);
    const read = decodeDeviceRequest(
      headers({ TransmissionKey: encodeBase64Url(bytes), Authorization: 'Signature -_8' }),
      body,
    );
    expect(read.wrappedTransmissionKey).toEqual(bytes);
    expect(read.signature).toEqual(Uint8Array.of(0xfb, 0xff));
  });

  test('copies the body', () => {
    const bytes = new Uint8Array(28);
    const read = decodeDeviceRequest(headers(), bytes);
    bytes.fill(1);
    expect(read.payload).toEqual(new Uint8Array(28));
  });

  test.each(['', '0', '07', '-7', '+7', '7.0', '7 ', ' 7', '0x7', '1e1', '7,8', '1234567890', 'seven'])(
    'refuses a key id: %j',
    async (id) => {
      const lookup = { get: (name: string) => (name === 'PublicKeyId' ? id : headers().get(name)) };
      const error = await refused('header-invalid', () => decodeDeviceRequest(lookup, body));
      expect(error.message).toContain('PublicKeyId');
    },
  );

  test.each([
    ['empty', ''],
    ['one byte too few', encodeBase64(new Uint8Array(124))],
    ['one byte too many', encodeBase64(new Uint8Array(126))],
    ['another alphabet', '!'.repeat(168)],
    ['bits after the last byte', `${encodeBase64Url(new Uint8Array(125)).slice(0, -1)}B`],
    ['spaces', ` ${encodeBase64(new Uint8Array(125))}`],
    ['twice, as a proxy would join it', `${encodeBase64(new Uint8Array(125))}, AAAA`],
  ])('refuses a transmission key: %s', async (_, text) => {
    const lookup = { get: (name: string) => (name === 'TransmissionKey' ? text : headers().get(name)) };
    const error = await refused('header-invalid', () => decodeDeviceRequest(lookup, body));
    expect(error.message).toContain('TransmissionKey');
  });

  test.each([
    '',
    'Signature',
    'Signature ',
    'signature AAAA',
    'Bearer AAAA',
    'AAAA',
    'Signature  AAAA',
    'Signature AAAA AAAA',
    'Signature A',
    'Signature AAA!',
    'Signature AAAA\n',
    ' Signature AAAA',
  ])('refuses an authorization: %j', async (text) => {
    const lookup = { get: (name: string) => (name === 'Authorization' ? text : headers().get(name)) };
    const error = await refused('header-invalid', () => decodeDeviceRequest(lookup, body));
    expect(error.message).toMatch(/^Authorization: expected (?:"Signature" and )?base64$/);
    // Only what has the form is looked at as base64.
    expect(error.message.includes('Signature')).toBe(text !== 'Signature A');
  });

  test.each(['PublicKeyId', 'TransmissionKey', 'Authorization'])('refuses a request without %s', async (missing) => {
    for (const none of [null, undefined]) {
      const lookup = { get: (name: string) => (name === missing ? none : headers().get(name)) };
      const error = await refused('header-invalid', () => decodeDeviceRequest(lookup, body));
      expect(error.message).toContain(missing);
    }
  });

  test('refuses a body too short, too long, or none', async () => {
    await refused('message-too-short', () => decodeDeviceRequest(headers(), new Uint8Array(27)));
    expect(decodeDeviceRequest(headers(), new Uint8Array(100), { maximumBytes: 100 }).payload.length).toBe(100);
    await refused('message-too-long', () => decodeDeviceRequest(headers(), new Uint8Array(101), { maximumBytes: 100 }));
    await refused('message-too-long', () => decodeDeviceRequest(headers(), new Uint8Array(16 * 1024 * 1024 + 1)));
    await refused('argument-invalid', () => decodeDeviceRequest(headers(), 'x'.repeat(28) as unknown as Uint8Array));
  });

  test('one character of a header changed: refused, or the same bytes in another spelling', async () => {
    const { request } = await seal();
    const original = deviceRequestHeaders(request);
    fc.assert(
      fc.property(
        fc.constantFrom('TransmissionKey', 'Authorization', 'PublicKeyId'),
        fc.nat(),
        fc.string({ unit: 'binary-ascii', minLength: 0, maxLength: 1 }),
        (name, at, character) => {
          const text = original[name] ?? '';
          const changed = text.slice(0, at % text.length) + character + text.slice((at % text.length) + 1);
          const lookup = { get: (one: string) => (one === name ? changed : original[one]) };
          let read: DeviceRequest;
          try {
            read = decodeDeviceRequest(lookup, request.payload);
          } catch (error) {
            expect(error).toBeInstanceOf(VaultwireError);
            return;
          }
          const equal =
            read.serverKeyId === request.serverKeyId &&
            encodeBase64(read.wrappedTransmissionKey) === encodeBase64(request.wrappedTransmissionKey) &&
            encodeBase64(read.signature) === encodeBase64(request.signature);
          const spelling =
            changed.replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, '') === text.replace(/=+$/, '');
          expect(equal).toBe(spelling);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('opening a device request', () => {
  for (const client of SUITES) {
    for (const serving of SUITES) {
      test(`what a client on ${client.name} signs a server on ${serving.name} opens, and answers`, async () => {
        const signingKey = await client.importSigningKey(await device.exportPkcs8!());
        const privateKey = await server.exportSecretBytes!();
        const key = await serving.importEcPrivateKey({ privateKey, publicKey: server.publicKey.bytes });
        const sealed = await sealDeviceRequest({ serverKey, payload: { clientId, a: [1] }, signingKey, suite: client });
        const read = decodeDeviceRequest(new Headers(deviceRequestHeaders(sealed.request)), sealed.request.payload);
        const opened = await openDeviceRequest(read, options({ serverKey: () => key, suite: serving }));
        expect(opened).toMatchObject({
          clientId,
          payload: { clientId, a: [1] },
          registered: true,
          publicKey: undefined,
        });
        const body = await sealAnswer(opened.transmissionKey, { answer: true });
        expect(await openAnswer(sealed.transmissionKey, body)).toEqual(encodeUtf8('{"answer":true}'));
      });
    }
  }

  test('believes a first public key, when the client is known and has none', async () => {
    const publicKey = encodeBase64(otherDevice.publicKey);
    const { request } = await seal({ clientId, publicKey }, otherDevice);
    const opened = await openDeviceRequest(request, options({ findClientKey: () => null }));
    expect(opened.registered).toBe(false);
    expect(opened.publicKey).toEqual(otherDevice.publicKey);
  });

  test('a registered client may bring its public key again', async () => {
    const { request } = await seal({ clientId, publicKey: encodeBase64(device.publicKey) });
    const opened = await openDeviceRequest(request, options());
    expect(opened).toMatchObject({ registered: true, publicKey: device.publicKey });
  });

  test('a key object serves as a registered key, and both may come later', async () => {
    const { request } = await seal();
    const verifyingKey = await nodeSuite.importVerifyingKey(device.publicKey);
    const opened = await openDeviceRequest(request, {
      serverKey: (id) => Promise.resolve(id === SERVER_KEY_ID ? server : undefined),
      findClientKey: () => Promise.resolve(verifyingKey),
    });
    expect(opened.clientId).toBe(clientId);
  });

  test('asks for the client by one spelling of its id, and tells what is in the payload as it was', async () => {
    const { request } = await seal({ clientId: encodeBase64Url(clientIdBytes) });
    const asked: string[] = [];
    const findClientKey = (id: string): Uint8Array => {
      asked.push(id);
      return device.publicKey;
    };
    const opened = await openDeviceRequest(request, options({ findClientKey }));
    expect(asked).toEqual([clientId]);
    expect(opened.clientId).toBe(clientId);
  });

  test('a flipped bit anywhere is never accepted', async () => {
    const { request } = await seal({ clientId, publicKey: encodeBase64(device.publicKey) });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('wrappedTransmissionKey', 'payload', 'signature'),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async (part, at, mask) => {
          const changed = new Uint8Array(request[part]);
          const index = at % changed.length;
          changed[index] = (changed[index] ?? 0) ^ mask;
          const opening = openDeviceRequest({ ...request, [part]: changed }, options());
          const code = await opening.then(
            () => 'accepted',
            (error: unknown) => (error instanceof VaultwireError ? error.code : 'crashed'),
          );
          const expected = {
            wrappedTransmissionKey: ['point-invalid', 'open-failed'],
            payload: ['open-failed'],
            signature: ['signature-invalid'],
          };
          expect(expected[part]).toContain(code);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('a part cut off or added anywhere is never accepted', async () => {
    const { request } = await seal();
    for (const part of ['wrappedTransmissionKey', 'payload', 'signature'] as const) {
      for (const changed of [
        request[part].subarray(1),
        request[part].subarray(0, -1),
        concatBytes(request[part], new Uint8Array(1)),
        new Uint8Array(0),
      ]) {
        await expect(openDeviceRequest({ ...request, [part]: changed }, options())).rejects.toBeInstanceOf(
          VaultwireError,
        );
      }
    }
  });

  test('the border between key and payload cannot move, though the signature is over both', async () => {
    const { request } = await seal();
    const joined = concatBytes(request.wrappedTransmissionKey, request.payload);
    for (const border of [93, 124, 126, 140]) {
      const moved = {
        ...request,
        wrappedTransmissionKey: joined.subarray(0, border),
        payload: joined.subarray(border),
      };
      await refused('open-failed', () => openDeviceRequest(moved, options()));
    }
  });

  test('the parts of two requests do not fit one another', async () => {
    const [{ request: one }, { request: other }] = [await seal(), await seal()];
    await refused('open-failed', () => openDeviceRequest({ ...one, payload: other.payload }, options()));
    await refused('open-failed', () =>
      openDeviceRequest({ ...one, wrappedTransmissionKey: other.wrappedTransmissionKey }, options()),
    );
    await refused('signature-invalid', () => openDeviceRequest({ ...one, signature: other.signature }, options()));
  });

  test('a key id that the server does not have, or another than the request was sealed to', async () => {
    const { request } = await seal();
    const error = await refused('server-key-unknown', () =>
      openDeviceRequest({ ...request, serverKeyId: 9 }, options()),
    );
    expect(error.message).toContain('9');
    await refused('open-failed', () => openDeviceRequest({ ...request, serverKeyId: 8 }, options()));
  });

  test('a client that nobody knows', async () => {
    const { request } = await seal();
    await refused('client-unknown', () => openDeviceRequest(request, options({ findClientKey: () => undefined })));
  });

  test('a client without a key that brings none', async () => {
    const { request } = await seal();
    await refused('client-not-bound', () => openDeviceRequest(request, options({ findClientKey: () => null })));
  });

  test('a first public key that did not sign', async () => {
    const { request } = await seal({ clientId, publicKey: encodeBase64(otherDevice.publicKey) });
    await refused('signature-invalid', () => openDeviceRequest(request, options({ findClientKey: () => null })));
  });

  test('a first public key that is none', async () => {
    for (const [publicKey, code] of [
      [encodeBase64(new Uint8Array(65)), 'point-invalid'],
      [encodeBase64(new Uint8Array(10)), 'point-invalid'],
      ['!', 'base64-invalid'],
    ] as const) {
      const { request } = await seal({ clientId, publicKey });
      await refused(code, () => openDeviceRequest(request, options({ findClientKey: () => null })));
    }
    const { request } = await seal({ clientId, publicKey: '' });
    await refused('client-not-bound', () => openDeviceRequest(request, options({ findClientKey: () => null })));
  });

  test("another client's signature", async () => {
    const { request } = await seal({ clientId }, otherDevice);
    await refused('signature-invalid', () => openDeviceRequest(request, options()));
  });

  test('another key that is brought and signed: the token was spent', async () => {
    const { request } = await seal({ clientId, publicKey: encodeBase64(otherDevice.publicKey) }, otherDevice);
    await refused('token-used', () => openDeviceRequest(request, options()));
  });

  test('another key that is brought and did not sign is no more than a bad signature', async () => {
    const third = await nodeSuite.generateSigningKey();
    const { request } = await seal({ clientId, publicKey: encodeBase64(otherDevice.publicKey) }, third);
    await refused('signature-invalid', () => openDeviceRequest(request, options()));
  });

  test('the registered key that is brought and did not sign is a bad signature', async () => {
    const { request } = await seal({ clientId, publicKey: encodeBase64(device.publicKey) }, otherDevice);
    let verified = 0;
    const suite = {
      ...nodeSuite,
      importVerifyingKey: async (point: Uint8Array) => {
        verified++;
        return nodeSuite.importVerifyingKey(point);
      },
    };
    await refused('signature-invalid', () => openDeviceRequest(request, options({ suite })));
    expect(verified).toBe(1);
  });

  test('a transmission key of another length', async () => {
    for (const length of [0, 16, 31, 33]) {
      const request = await forge(new Uint8Array(length), encodeJson({ clientId }));
      const error = await refused('length-invalid', () => openDeviceRequest(request, options()));
      expect(error.message).toContain('transmission key');
    }
  });

  test('transmission keys do not stay in memory', async () => {
    const drawn: Uint8Array[] = [];
    const opened: Uint8Array[] = [];
    const client: CryptoSuite = {
      ...nodeSuite,
      randomBytes: (length) => {
        const bytes = nodeSuite.randomBytes(length);
        if (length === 32) drawn.push(bytes);
        return bytes;
      },
    };
    const { request } = await sealDeviceRequest({
      serverKey,
      payload: { clientId },
      signingKey: device,
      suite: client,
    });
    const serving: CryptoSuite = {
      ...nodeSuite,
      importAesKey: async (bytes) => {
        opened.push(bytes);
        return nodeSuite.importAesKey(bytes);
      },
    };
    await openDeviceRequest(request, options({ suite: serving }));
    expect(drawn.length).toBeGreaterThan(0);
    expect(drawn[0]).toEqual(new Uint8Array(32));
    // The one of ECIES, and the transmission key.
    expect(opened).toEqual([new Uint8Array(32), new Uint8Array(32)]);
  });

  test.each<[string, JsonValue | Uint8Array, string]>([
    ['no JSON', encodeUtf8('clientId'), 'json-invalid'],
    ['nothing', new Uint8Array(0), 'json-invalid'],
    ['a list', [clientId], 'json-invalid'],
    ['malformed UTF-8', Uint8Array.of(0x22, 0xff, 0x22), 'utf8-invalid'],
    ['a key twice', encodeUtf8(`{"clientId":"${clientId}","clientId":"${clientId}"}`), 'json-duplicate-key'],
    ['__proto__', encodeUtf8(`{"clientId":"${clientId}","__proto__":{}}`), 'json-invalid'],
    ['too deep', encodeUtf8(`{"clientId":"${clientId}","a":${'['.repeat(64)}${']'.repeat(64)}}`), 'json-too-deep'],
    ['no client id', {}, 'field-missing'],
    ['a client id that is no text', { clientId: 7 }, 'field-invalid'],
    ['a client id that is no base64', { clientId: '!' }, 'base64-invalid'],
    ['a client id that is too short', { clientId: encodeBase64(new Uint8Array(63)) }, 'length-invalid'],
    ['a client id that is too long', { clientId: encodeBase64(new Uint8Array(65)) }, 'length-invalid'],
    ['a public key that is no text', { clientId, publicKey: {} }, 'field-invalid'],
  ])('a payload that is not as it should be: %s', async (_, payload, code) => {
    const request = await forgePayload(payload);
    const findClientKey = (): never => {
      throw new Error('looked up');
    };
    await refused(code as VaultwireError['code'], () => openDeviceRequest(request, options({ findClientKey })));
  });

  test('a payload larger than the server wants', async () => {
    const request = await forgePayload({ clientId, pad: 'x'.repeat(1000) });
    await refused('message-too-long', () => openDeviceRequest(request, options({ maximumBytes: 1000 })));
    expect((await openDeviceRequest(request, options({ maximumBytes: 2000 }))).clientId).toBe(clientId);
    const large = await forgePayload(new Uint8Array(MAXIMUM_REQUEST_BYTES + 1).fill(0x20));
    await refused('message-too-long', () => openDeviceRequest(large, options()));
  });

  test('remote keys serve on both sides', async () => {
    const suite: CryptoSuite = {
      ...nodeSuite,
      importAesKey: async (bytes) => remoteAesKey(await nodeSuite.importAesKey(bytes)),
    };
    const signingKey = remoteSigningKey(device);
    const sealed = await sealDeviceRequest({ serverKey, payload: { clientId }, signingKey, suite });
    const remote: EcPrivateKey = remoteEcPrivateKey(server);
    const opened = await openDeviceRequest(sealed.request, options({ serverKey: () => remote, suite }));
    const body = await sealAnswer(opened.transmissionKey, { ok: 1 });
    expect(await openAnswer(sealed.transmissionKey, body)).toEqual(encodeUtf8('{"ok":1}'));
  });

  test('what a key of the caller throws comes through', async () => {
    const { request } = await seal();
    const failure = new Error('the service is down');
    const broken: EcPrivateKey = { publicKey: server.publicKey, sharedSecret: () => Promise.reject(failure) };
    await expect(openDeviceRequest(request, options({ serverKey: () => broken }))).rejects.toBe(failure);
    await expect(seal({ clientId }, { sign: () => Promise.reject(failure) })).rejects.toBe(failure);
  });

  test('buffers may be overwritten as soon as the call returned', async () => {
    for (const suite of SUITES) {
      const { request } = await seal();
      const copy = {
        serverKeyId: request.serverKeyId,
        wrappedTransmissionKey: new Uint8Array(request.wrappedTransmissionKey),
        payload: new Uint8Array(request.payload),
        signature: new Uint8Array(request.signature),
      };
      const opening = openDeviceRequest(copy, options({ suite, serverKey: () => server }));
      for (const part of [copy.wrappedTransmissionKey, copy.payload, copy.signature]) part.fill(0xff);
      expect((await opening).clientId).toBe(clientId);
    }
  });

  describe('with a replay window', () => {
    test('a request is accepted once', async () => {
      const replayWindow = new ReplayWindow();
      const { request } = await seal();
      await openDeviceRequest(request, options({ replayWindow, now: 0 }));
      await refused('request-replayed', () => openDeviceRequest(request, options({ replayWindow, now: 1 })));
      await openDeviceRequest((await seal()).request, options({ replayWindow, now: 1 }));
    });

    test('another signature over the same request is a replay as well', async () => {
      const replayWindow = new ReplayWindow();
      const { request } = await seal();
      await openDeviceRequest(request, options({ replayWindow, now: 0 }));
      const signed = concatBytes(request.wrappedTransmissionKey, request.payload);
      const again = { ...request, signature: await device.sign(signed) };
      await refused('request-replayed', () => openDeviceRequest(again, options({ replayWindow, now: 1 })));
    });

    test('what is refused takes no place in it', async () => {
      const replayWindow = new ReplayWindow();
      const { request } = await seal();
      const { request: unsigned } = await seal({ clientId }, otherDevice);
      await refused('signature-invalid', () => openDeviceRequest(unsigned, options({ replayWindow, now: 0 })));
      await refused('signature-invalid', () =>
        openDeviceRequest({ ...request, signature: unsigned.signature }, options({ replayWindow, now: 0 })),
      );
      expect(replayWindow.size).toBe(0);
      await openDeviceRequest(request, options({ replayWindow, now: 0 }));
    });

    test('a request that is admitted later, by its identifier, is refused as one that was admitted at once', async () => {
      const replayWindow = new ReplayWindow();
      const { request } = await seal();
      const { identifier } = await openDeviceRequest(request, options());
      expect(replayWindow.has(identifier, 0)).toBe(false);
      expect(replayWindow.admit(identifier, 0)).toBe(true);
      await refused('request-replayed', () => openDeviceRequest(request, options({ replayWindow, now: 1 })));
      const signature = await device.sign(concatBytes(request.wrappedTransmissionKey, request.payload));
      const again = await openDeviceRequest({ ...request, signature }, options());
      expect(again.identifier).toEqual(identifier);
      // The first half of the ephemeral point, all of it: less would be the same for others.
      expect(identifier).toEqual(request.wrappedTransmissionKey.slice(1, 33));
      expect((await openDeviceRequest((await seal()).request, options())).identifier).not.toEqual(identifier);
    });

    test('needs a clock', async () => {
      const replayWindow = new ReplayWindow();
      const { request } = await seal();
      await refused('argument-invalid', () => openDeviceRequest(request, options({ replayWindow })));
      expect(replayWindow.size).toBe(0);
    });
  });
});

describe('answers', () => {
  test('what is sealed opens', async () => {
    const key = await nodeSuite.importAesKey(nodeSuite.randomBytes(32));
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array({ minLength: 0 }), fc.jsonValue()), async (answer) => {
        const value = answer as JsonValue | Uint8Array;
        const plaintext = await openAnswer(key, await sealAnswer(key, value));
        expect(plaintext).toEqual(ArrayBuffer.isView(value) ? value : encodeJson(value));
      }),
    );
  });

  test('buffers may be overwritten as soon as the call returned', async () => {
    for (const suite of SUITES) {
      const key = await suite.importAesKey(suite.randomBytes(32));
      const answer = encodeUtf8('{"a":1}');
      const sealing = sealAnswer(key, answer);
      answer.fill(0);
      const body = await sealing;
      const opening = openAnswer(key, body);
      body.fill(0);
      expect(await opening).toEqual(encodeUtf8('{"a":1}'));
    }
  });

  test('an empty body is no answer, and everything else is refused below its shortest form', async () => {
    const key = await nodeSuite.importAesKey(nodeSuite.randomBytes(32));
    expect(await openAnswer(key, new Uint8Array(0))).toEqual(new Uint8Array(0));
    for (const length of [1, 27]) await refused('message-too-short', () => openAnswer(key, new Uint8Array(length)));
    await refused('open-failed', () => openAnswer(key, new Uint8Array(28)));
  });

  test('another key, a flipped bit, and an answer that is too long are refused', async () => {
    const [key, other] = await Promise.all([1, 2].map(() => nodeSuite.importAesKey(nodeSuite.randomBytes(32))));
    const body = await sealAnswer(key!, { a: 1 });
    await refused('open-failed', () => openAnswer(other!, body));
    for (let at = 0; at < body.length; at++) {
      const flipped = new Uint8Array(body);
      flipped[at] = (flipped[at] ?? 0) ^ 1;
      await refused('open-failed', () => openAnswer(key!, flipped));
    }
    expect(await openAnswer(key!, body, { maximumBytes: body.length })).toEqual(encodeUtf8('{"a":1}'));
    await refused('message-too-long', () => openAnswer(key!, body, { maximumBytes: body.length - 1 }));
    expect([MAXIMUM_REQUEST_BYTES, MAXIMUM_ANSWER_BYTES]).toEqual([16 * 1024 * 1024, 256 * 1024 * 1024]);
    await refused('message-too-long', () => openAnswer(key!, new Uint8Array(MAXIMUM_ANSWER_BYTES + 1)));
  });
});
