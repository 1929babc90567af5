import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { decodeBase64, encodeBase64, encodeBase64Url } from '../../src/wire/base64.js';
import { codeOf } from '../crypto/contract.js';
import { ascii, toHex } from '../crypto/hex.js';

const bytes = fc.uint8Array({ maxLength: 100 });

// With Node's Buffer and, as browsers have none, without.
describe.each(['with Buffer', 'without Buffer'])('base64 %s', (platform) => {
  const without = platform === 'without Buffer';
  const onPlatform = <T>(call: () => T): T => {
    if (without) vi.stubGlobal('Buffer', undefined);
    try {
      return call();
    } finally {
      vi.unstubAllGlobals();
    }
  };
  const encode = (value: Uint8Array) => onPlatform(() => encodeBase64(value));
  const encodeUrl = (value: Uint8Array) => onPlatform(() => encodeBase64Url(value));
  const decode = (text: string) => onPlatform(() => decodeBase64(text, 'text'));

  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it.each([
    ['', ''],
    ['f', 'Zg=='],
    ['fo', 'Zm8='],
    ['foo', 'Zm9v'],
    ['foob', 'Zm9vYg=='],
    ['fooba', 'Zm9vYmE='],
    ['foobar', 'Zm9vYmFy'],
  ])('encodes %j as %j (RFC 4648, 10)', (text, encoded) => {
    expect(encode(ascii(text))).toBe(encoded);
    expect(encodeUrl(ascii(text))).toBe(encoded.replaceAll('=', ''));
    expect(toHex(decode(encoded))).toBe(toHex(ascii(text)));
  });

  it('uses the two characters that the alphabets differ in', () => {
    const value = Uint8Array.of(0xfb, 0xef, 0xff);
    expect(encode(value)).toBe('++//');
    expect(encodeUrl(value)).toBe('--__');
  });

  it('gives back every value in each of the four forms', () => {
    fc.assert(
      fc.property(bytes, (value) => {
        const padded = encode(value);
        const url = encodeUrl(value);
        expect(padded).toBe(Buffer.from(value).toString('base64'));
        expect(url).toBe(Buffer.from(value).toString('base64url'));
        const paddedUrl = padded.replaceAll('+', '-').replaceAll('/', '_');
        for (const text of [padded, padded.replace(/=+$/, ''), url, paddedUrl]) {
          expect(toHex(decode(text))).toBe(toHex(value));
        }
      }),
    );
  });

  it('encodes a view, and more bytes than a call takes arguments', () => {
    expect(encode(ascii('xfoox').subarray(1, 4))).toBe('Zm9v');
    const large = Uint8Array.from({ length: 300_001 }, (_, index) => (index * 7) & 0xff);
    expect(toHex(decode(encode(large)))).toBe(toHex(large));
  });

  it.each([4, 400])('refuses a character whose low byte is a letter of the alphabet, among %i', async (length) => {
    const text = 'A'.repeat(length - 1);
    for (const wide of ['\u0141', '\uff41', '\u{10041}']) {
      expect(await codeOf(() => decode(wide + text.slice(wide.length - 1)))).toBe('base64-invalid');
      expect(await codeOf(() => decode(text.slice(wide.length - 1) + wide))).toBe('base64-invalid');
    }
  });

  it('returns memory that nobody else sees', () => {
    const decoded = decode('Zm9v');
    expect(Object.getPrototypeOf(decoded)).toBe(Uint8Array.prototype);
    expect(decoded.buffer.byteLength).toBe(3);
  });

  it.each([
    ['a length no encoder makes', 'Zm9vY'],
    ['a single character', 'Z'],
    ['padding alone', '='],
    ['more padding', '===='],
    ['too little padding', 'Zg='],
    ['too much padding', 'Zm8=='],
    ['padding of whole groups', 'Zm9v===='],
    ['padding inside', 'Zg==Zg=='],
    ['padding that is one too many', 'Zm9v='],
    ['a space', 'Zm 9v'],
    ['a trailing newline', 'Zm9v\n'],
    ['a leading tab', '\tZm9v'],
    ['a line break between groups', 'Zm9v\r\nZm9v'],
    ['another character', 'Zm9*'],
    ['another character at the end', 'Zm9vZ*'],
    ['a letter beyond ASCII', 'Zm9é'],
    ['a character of two code units', 'Zm\u{1f600}'],
    ['a zero character', 'Zm9\0'],
    ['bits after the last byte, two characters', 'Zh=='],
    ['bits after the last byte, three characters', 'Zm9='],
    ['bits after the last byte, unpadded', 'Zh'],
    ['bits after the last byte, url alphabet', 'Z_'],
  ])('refuses %s', async (_name, text) => {
    expect(await codeOf(() => decode(text))).toBe('base64-invalid');
    expect(await codeOf(() => decode('QUFB'.repeat(50) + text))).toBe('base64-invalid');
  });

  it('accepts one text per value and form: what it takes, it would write', () => {
    const character = fc.constantFrom(...Array.from('AQgwZ09+/-_= \n'));
    fc.assert(
      fc.property(fc.string({ unit: character, maxLength: 9 }), (text) => {
        let decoded: Uint8Array;
        try {
          decoded = decode(text);
        } catch {
          return;
        }
        const plain = text.replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_');
        expect(plain).toBe(encodeUrl(decoded));
        expect(text.includes('=') ? text.length % 4 : 0).toBe(0);
      }),
      { numRuns: 2000 },
    );
  });

  it('names the field and not its content', () => {
    expect(() => onPlatform(() => decodeBase64('secret*', 'privateKey'))).toThrow(
      /^privateKey: expected base64 or base64url$/,
    );
  });

  it('encodes nothing but bytes', async () => {
    expect(await codeOf(() => encode('text' as unknown as Uint8Array))).toBe('argument-invalid');
  });
});
