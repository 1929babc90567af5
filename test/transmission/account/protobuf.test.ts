import { readdirSync, readFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { load } from 'protobufjs';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  AccountSummary,
  Authentication,
  decodeMessage,
  encodeMessage,
  Enterprise,
  MAXIMUM_PROTOBUF_DEPTH,
  PAM,
  Router,
} from 'vaultwire/transmission/account';

const LIMITS = { maximumBytes: 1 << 24 };
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const decode = (data: Uint8Array, limits = LIMITS) => decodeMessage(Authentication.ApiRequest, data, 'message', limits);
const invalid = expect.objectContaining({ code: 'protobuf-invalid' }) as Error;

describe('protobuf messages', () => {
  it('take no bytes for defaults and come back whole', () => {
    expect(encodeMessage(Authentication.ApiRequest, { locale: '', publicKeyId: 0 })).toHaveLength(0);
    const message = { publicKeyId: 7, locale: 'zh_中', encryptedPayload: bytes(1, 2), qrcMessageKey: { ecKeyId: 3 } };
    expect(decode(encodeMessage(Authentication.ApiRequest, message))).toMatchObject(message);
  });

  it('owns its bytes: no view of the input, and no Buffer', () => {
    const data = Buffer.from(encodeMessage(Authentication.ApiRequest, { encryptedPayload: bytes(1, 2, 3) }));
    const { encryptedPayload } = decode(data);
    data.fill(0);
    expect(encryptedPayload).toEqual(bytes(1, 2, 3));
    expect(Object.getPrototypeOf(encryptedPayload)).toBe(Uint8Array.prototype);
    expect(encryptedPayload.buffer.byteLength).toBe(3);
    const encoded = encodeMessage(Authentication.ApiRequest, { publicKeyId: 1 });
    expect(Object.getPrototypeOf(encoded)).toBe(Uint8Array.prototype);
    expect(encoded.buffer.byteLength).toBe(2);
  });

  it('leaves unknown fields out', () => {
    const data = bytes(
      ...encodeMessage(Authentication.ApiRequest, { publicKeyId: 7 }),
      0xfa,
      0x01,
      3,
      1,
      2,
      3,
      0x98,
      0x06,
      1,
    );
    const message = decode(data);
    expect(Object.keys(message)).toEqual(['publicKeyId']);
    expect(encodeMessage(Authentication.ApiRequest, message)).toHaveLength(2);
  });

  it('takes the last of a field that comes twice, both of a message, and a field of another wire type as unknown', () => {
    expect(decode(bytes(0x10, 7, 0x10, 8)).publicKeyId).toBe(8);
    expect(decode(bytes(0x12, 1, 7)).publicKeyId).toBe(0);
    expect(decode(bytes(0x42, 2, 0x20, 5, 0x42, 2, 0x28, 6)).qrcMessageKey).toMatchObject({
      msgVersion: 5,
      ecKeyId: 6,
    });
  });

  it.each<[string, Uint8Array]>([
    ['a cut tag', bytes(0x80)],
    ['a tag of six bytes', bytes(0x90, 0x80, 0x80, 0x80, 0x80, 0x01, 1)],
    ['field number 0', bytes(0x00, 1)],
    ['a group', bytes(0x7b, 0x7c)],
    ['an end of group', bytes(0x7c)],
    ['wire type 6', bytes(0x16)],
    ['wire type 7', bytes(0x17)],
    ['a varint of eleven bytes', bytes(0x10, ...Array.from({ length: 10 }, () => 0xff), 1)],
    ['a cut varint', bytes(0x10, 0xff)],
    ['a length beyond the end', bytes(0x0a, 5, 1)],
    ['a length of 2^32', bytes(0x0a, 0x80, 0x80, 0x80, 0x80, 0x10, 1)],
    ['a negative length', bytes(0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1)],
    ['an inner message beyond its outer one', bytes(0x42, 2, 0x0a, 5, 1, 2, 3, 4, 5)],
    ['a lone surrogate in UTF-8', bytes(0x1a, 3, 0xed, 0xa0, 0x80)],
    ['overlong UTF-8', bytes(0x1a, 2, 0xc0, 0xaf)],
    ['cut UTF-8', bytes(0x1a, 1, 0xe2)],
    ['UTF-8 beyond U+10FFFF', bytes(0x1a, 4, 0xf4, 0x90, 0x80, 0x80)],
  ])('refuse %s', (_, data) => {
    expect(() => decode(data)).toThrow(invalid);
  });

  it('hold their size limit to the byte', () => {
    const data = encodeMessage(Authentication.ApiRequest, { encryptedPayload: new Uint8Array(100) });
    expect(decode(data, { maximumBytes: data.length }).encryptedPayload).toHaveLength(100);
    expect(() => decode(data, { maximumBytes: data.length - 1 })).toThrow(
      expect.objectContaining({ code: 'message-too-long' }),
    );
  });

  it('hold their depth limit', () => {
    const nested = (depth: number) => {
      let element: PAM.PAMElement.$Properties = {};
      for (let level = 1; level < depth; level++) element = { children: [element] };
      return element;
    };
    const encode = (depth: number) => encodeMessage(PAM.PAMElement, nested(depth));
    const deepest = encode(MAXIMUM_PROTOBUF_DEPTH + 1);
    expect(decodeMessage(PAM.PAMElement, deepest, 'element', LIMITS).children).toHaveLength(1);
    expect(() => encode(MAXIMUM_PROTOBUF_DEPTH + 2)).toThrow(expect.objectContaining({ code: 'argument-invalid' }));
    const wrapped = bytes(0x2a, 0x80 | (deepest.length & 0x7f), deepest.length >> 7, ...deepest);
    expect(() => decodeMessage(PAM.PAMElement, wrapped, 'element', LIMITS)).toThrow(invalid);
  });

  it('keeps 64-bit numbers exact, and refuses those that a double does not hold', () => {
    const send = (created: number) =>
      decodeMessage(PAM.PAMElement, encodeMessage(PAM.PAMElement, { created }), 'element', LIMITS);
    for (const number of [
      0,
      1,
      127,
      128,
      2 ** 31,
      2 ** 32 + 1,
      Number.MAX_SAFE_INTEGER,
      -1,
      -(2 ** 40),
      Number.MIN_SAFE_INTEGER,
    ]) {
      expect(send(number).created).toBe(number);
    }
    for (const number of [2 ** 53, -(2 ** 53), 0.5, Number.NaN]) {
      expect(() => send(number)).toThrow(expect.objectContaining({ code: 'argument-invalid' }));
    }
    const huge = bytes(0x18, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f);
    expect(() => decodeMessage(PAM.PAMElement, huge, 'element', LIMITS)).toThrow(invalid);
    expect(() =>
      decodeMessage(PAM.PAMElement, bytes(0x18, ...Array.from({ length: 10 }, () => 0x80), 0), 'element', LIMITS),
    ).toThrow(invalid);
    expect(() => decodeMessage(PAM.PAMElement, bytes(0x18, 0x80), 'element', LIMITS)).toThrow(invalid);
  });

  it.each<[string, object]>([
    ['a 32-bit number that is none', { publicKeyId: 2 ** 31 }],
    ['one that would be cut to another', { publicKeyId: 2 ** 32 + 7 }],
    ['one below them', { publicKeyId: -(2 ** 31) - 1 }],
    ['a fraction', { publicKeyId: 1.5 }],
    ['no number', { publicKeyId: Number.NaN }],
    ['text for a number', { publicKeyId: '7' }],
    ['a lone surrogate', { locale: 'a\ud800' }],
    ['a lone surrogate in a long string', { locale: `${'a'.repeat(200)}\udc00` }],
    ['a number for text', { locale: 7 }],
    ['text for bytes', { encryptedPayload: 'AAAA' }],
    ['a list for bytes', { encryptedPayload: [1, 2] }],
    ['the same in an inner message', { qrcMessageKey: { ecKeyId: 0.5 } }],
  ])('refuse to write %s', (_, message) => {
    expect(() => encodeMessage(Authentication.ApiRequest, message)).toThrow(
      expect.objectContaining({ code: 'argument-invalid' }),
    );
  });

  it('refuse to write what is none of the rarer types', () => {
    const refuse = (encode: () => Uint8Array): void => {
      expect(encode).toThrow(expect.objectContaining({ code: 'argument-invalid' }));
    };
    refuse(() => encodeMessage(Router.RouterControllerMessage, { streamResponse: 'false' as never }));
    refuse(() => encodeMessage(AccountSummary.KeysInfo, { dataKeyBackupDate: '1' as never }));
    for (const number of [2 ** 53, 0.5, '1' as never]) {
      refuse(() => encodeMessage(Authentication.UserDataKeyResponse, { accessDenied: [1, number] }));
    }
  });

  it('writes the numbers at the ends', () => {
    for (const publicKeyId of [2 ** 31 - 1, -(2 ** 31), -1, -0]) {
      expect(decode(encodeMessage(Authentication.ApiRequest, { publicKeyId })).publicKeyId).toBe(publicKeyId | 0);
    }
    expect(decode(encodeMessage(Authentication.ApiRequest, { locale: '\u{1f511}' })).locale).toBe('\u{1f511}');
  });

  it('reads packed and single 64-bit numbers', () => {
    const message = { accessDenied: [1, 2 ** 40, -5] };
    const packed = encodeMessage(Authentication.UserDataKeyResponse, message);
    expect(decodeMessage(Authentication.UserDataKeyResponse, packed, 'm', LIMITS).accessDenied).toEqual(
      message.accessDenied,
    );
    expect(
      decodeMessage(Authentication.UserDataKeyResponse, bytes(0x10, 5, 0x10, 6), 'm', LIMITS).accessDenied,
    ).toEqual([5, 6]);
    for (const data of [bytes(0x12, 9, 1), bytes(0x12, 1, 0x80), bytes(0x12, 2, 1, 0x80, 1)]) {
      expect(() => decodeMessage(Authentication.UserDataKeyResponse, data, 'm', LIMITS)).toThrow(invalid);
    }
  });

  it('never throws anything else, whatever it is given', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (data) => {
        for (const codec of [Authentication.ApiRequest, PAM.PAMConfiguration, Router.RouterResponse] as const) {
          try {
            const message = decodeMessage(codec as typeof Authentication.ApiRequest, data, 'message', LIMITS);
            expect(Object.keys(message)).not.toContain('__proto__');
          } catch (error) {
            expect(error).toMatchObject({ name: 'VaultwireError', code: 'protobuf-invalid' });
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('the generated code', () => {
  const folder = new URL('../../../proto/', import.meta.url);

  it('is what proto/ makes', () => {
    const script = new URL('../../../scripts/check-proto.mjs', import.meta.url);
    const { status, stderr } = spawnSync(process.execPath, [script.pathname], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
  });

  it('has no reflection and evaluates nothing', () => {
    const code = readFileSync(new URL('../../../src/transmission/proto/messages.js', import.meta.url), 'utf8');
    expect(code).not.toMatch(/\beval\b|new Function|Function\(["'`]|fromJSON|\.lookup/);
    expect(code.match(/^import .*$/gm)).toEqual(['import $protobuf from "./runtime.js";']);
  });

  describe('agrees with a reflective decoder of the same files', () => {
    let root: Awaited<ReturnType<typeof load>>;
    beforeAll(async () => {
      root = await load(readdirSync(folder).map((name) => new URL(name, folder).pathname));
    });

    it('for account requests', () => {
      const type = root.lookupType('Authentication.ApiRequest');
      const arbitrary = fc.record(
        {
          encryptedTransmissionKey: fc.uint8Array({ minLength: 1, maxLength: 130 }),
          publicKeyId: fc.integer({ min: 1, max: 0x7fffffff }),
          locale: fc.string({ minLength: 1 }),
          qrcMessageKey: fc.record({
            msgVersion: fc.integer({ min: 1, max: 9 }),
            ecKeyId: fc.integer({ min: -5, max: -1 }),
          }),
        },
        { requiredKeys: [] },
      );
      fc.assert(
        fc.property(arbitrary, (message) => {
          const ours = encodeMessage(Authentication.ApiRequest, message);
          expect(ours).toEqual(new Uint8Array(type.encode(type.create(message)).finish()));
          expect(decode(ours)).toMatchObject(message);
        }),
      );
    });

    it('for gateways and router answers', () => {
      const gateway: PAM.PAMController.$Properties = {
        controllerUid: bytes(1),
        nodeId: 2 ** 45,
        appClientType: Enterprise.AppClientType.KCM_CONTROLLER,
        isInitialized: true,
      };
      const response: Router.RouterResponse.$Properties = {
        responseCode: Router.RouterResponseCode.RRC_CONTROLLER_DOWN,
        errorMessage: 'x',
        encryptedPayload: bytes(1, 2),
      };
      const theirs = (name: string, message: object) => {
        const type = root.lookupType(name);
        return new Uint8Array(type.encode(type.create(message)).finish());
      };
      const gatewayBytes = theirs('PAM.PAMController', gateway);
      expect(encodeMessage(PAM.PAMController, gateway)).toEqual(gatewayBytes);
      expect(decodeMessage(PAM.PAMController, gatewayBytes, 'gateway', LIMITS)).toMatchObject(gateway);
      const responseBytes = theirs('Router.RouterResponse', response);
      expect(encodeMessage(Router.RouterResponse, response)).toEqual(responseBytes);
      expect(decodeMessage(Router.RouterResponse, responseBytes, 'response', LIMITS)).toMatchObject(response);
    });
  });
});
