import { decodeQrText, encodeQrText, MAXIMUM_QR_TEXT_LENGTH, type PairingQr } from 'vaultwire/pairing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeBase64Url } from '../../src/wire/base64.js';
import { encodeUtf8 } from '../../src/wire/bytes.js';
import type { ErrorCode } from '../../src/wire/error.js';
import { refused } from '../support/refused.js';
import { qrs } from './arbitraries.js';

const PK = 'BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=';
const D = 'CAgICAgICAgICAgICAgICA==';
const command: PairingQr = { publicKey: new Uint8Array(32).fill(7), name: 'laptop', version: '2.4.4' };
const browser: PairingQr = {
  ...command,
  name: 'büro?>~',
  deviceIdentifier: new Uint8Array(16).fill(8),
  browser: 'Chromium',
};
const JSON_TEXT = `{"pk":"${PK}","n":"laptop","v":"2.4.4"}`;
const LINK_TEXT =
  'https://get.krypt.co/#eyJwayI6IkJ3Y0hCd2NIQndjSEJ3Y0hCd2NIQndjSEJ3Y0hCd2NIQndjSEJ3Y0hCd2M9IiwibiI6ImLDvHJvPz5-Iiwi' +
  'diI6IjIuNC40IiwiZCI6IkNBZ0lDQWdJQ0FnSUNBZ0lDQWdJQ0E9PSIsImIiOiJDaHJvbWl1bSJ9';

describe('QR texts', () => {
  it('are the JSON, or a link that holds it', () => {
    expect(encodeQrText(command, 'json')).toBe(JSON_TEXT);
    expect(decodeQrText(JSON_TEXT)).toEqual(command);
    expect(encodeQrText(browser, 'link')).toBe(LINK_TEXT);
    expect(decodeQrText(LINK_TEXT)).toEqual(browser);
  });

  it('are padded in a link, and read without', () => {
    const padded = encodeQrText({ ...command, name: 'laptops' }, 'link');
    expect(padded).toMatch(/[^=]==$/);
    expect(decodeQrText(padded.slice(0, -2))).toEqual({ ...command, name: 'laptops' });
  });

  it('may carry members that nobody knows', () => {
    expect(decodeQrText(JSON_TEXT.replace('{', '{"x":[1],"d":null,'))).toEqual(command);
  });

  it.each<[ErrorCode, string]>([
    ['json-invalid', ''],
    ['json-invalid', 'https://get.krypt.co/'],
    ['json-invalid', 'http://get.krypt.co/#e30='],
    ['json-invalid', 'https://get.krypt.co/#'],
    ['base64-invalid', 'https://get.krypt.co/#e'],
    ['base64-invalid', 'https://get.krypt.co/#e30=\n'],
    ['base64-invalid', 'https://get.krypt.co/#%7B%7D'],
    ['utf8-invalid', 'https://get.krypt.co/#_w=='],
    ['field-missing', '{}'],
    ['json-invalid', '[]'],
    ['json-invalid', `${JSON_TEXT}x`],
    ['json-duplicate-key', JSON_TEXT.replace('{', '{"n":"other",')],
    ['json-too-deep', JSON_TEXT.replace('{', '{"x":[[[[]]]],')],
    ['field-missing', JSON_TEXT.replace('"pk"', '"x"')],
    ['field-missing', JSON_TEXT.replace('"n"', '"x"')],
    ['field-missing', JSON_TEXT.replace('"v"', '"x"')],
    ['field-invalid', JSON_TEXT.replace('2.4.4', '2')],
    ['field-invalid', JSON_TEXT.replace('"laptop"', '1')],
    ['base64-invalid', JSON_TEXT.replace('BwcH', '!!!!')],
    ['length-invalid', JSON_TEXT.replace('BwcH', '')],
    ['length-invalid', JSON_TEXT.replace('{', '{"d":"BwcH",')],
    ['length-invalid', JSON_TEXT.replace('{', '{"d":"",')],
    ['base64-invalid', JSON_TEXT.replace('{', `{"d":"!${D}",`)],
    ['field-invalid', JSON_TEXT.replace('{', '{"d":1,')],
    ['field-invalid', JSON_TEXT.replace('{', '{"b":1,')],
  ])('are refused with %s: %s', async (code, text) => {
    await refused(code, () => decodeQrText(text));
  });

  it('are of a bounded length', async () => {
    const name = 'ü'.repeat(MAXIMUM_QR_TEXT_LENGTH - JSON_TEXT.length + 6);
    const longest = encodeQrText({ ...command, name }, 'json');
    expect(longest).toHaveLength(MAXIMUM_QR_TEXT_LENGTH);
    await refused('message-too-long', () => decodeQrText(`${longest} `));
    await refused('message-too-long', () => encodeQrText({ ...command, name: `${name}x` }, 'json'));
    await refused('message-too-long', () => encodeQrText({ ...command, name }, 'link'));
  });

  it('that a phone would refuse are not written', async () => {
    await refused('length-invalid', () => encodeQrText({ ...command, publicKey: new Uint8Array(31) }, 'json'));
    await refused('length-invalid', () => encodeQrText({ ...command, deviceIdentifier: new Uint8Array(3) }, 'link'));
    await refused('field-invalid', () => encodeQrText({ ...command, version: '2' }, 'json'));
    const text = 'text' as unknown as Uint8Array<ArrayBuffer>;
    await refused('argument-invalid', () => encodeQrText({ ...command, publicKey: text }, 'json'));
  });

  it('come back as they were, in both forms', () => {
    fc.assert(
      fc.property(qrs, fc.constantFrom('json' as const, 'link' as const), (qr, form) => {
        expect(decodeQrText(encodeQrText(qr, form))).toEqual(qr);
      }),
    );
  });

  it('in a link are of the base64url alphabet with padding', () => {
    fc.assert(
      fc.property(qrs, (qr) => {
        const encoded = encodeQrText(qr, 'link').slice('https://get.krypt.co/#'.length);
        const json = encodeUtf8(encodeQrText(qr, 'json'));
        expect(encoded.replace(/=*$/, '')).toBe(encodeBase64Url(json));
        expect(encoded.length % 4).toBe(0);
      }),
    );
  });
});
