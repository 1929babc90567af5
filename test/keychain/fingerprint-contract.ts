import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CryptoSuite } from '../../src/crypto/suite.js';
import {
  compareFingerprints,
  decodeFingerprint,
  decodeFingerprintQr,
  encodeFingerprint,
  encodeFingerprintQr,
  fingerprintDigits,
  fingerprintPublicKey,
  fingerprintWords,
  type Fingerprint,
  type FingerprintKind,
} from '../../src/keychain/fingerprint.js';
import { FINGERPRINT_WORDS } from '../../src/keychain/fingerprint-words.js';
import { codeOf, hex, toHex } from './account/support.js';

const KNOWN = '3a0b3e6eb7e8b1749b3c3ddc3bd02913';
const KNOWN_DIGITS = '14859 15982 47080 45428 39740 15836 15312 10515';
const KNOWN_WORDS =
  'cotton arctic cricket geyser omelet tiger nutmeg guitar lizard coyote cradle sailor cowboy quail cabin bakery';
/** The generator of P-256, which is a point as good as any. */
const POINT = hex(
  '046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5',
);

const fingerprints = fc
  .tuple(
    fc.constantFrom<FingerprintKind>('p256', 'rsa', 'ml-kem-768', 'ml-kem-1024'),
    fc.uint8Array({ minLength: 16, maxLength: 16 }),
  )
  .map(([kind, bytes]): Fingerprint => ({ kind, bytes: Uint8Array.from(bytes) }));

export function describeFingerprints(suite: CryptoSuite): void {
  describe(`fingerprints over ${suite.name}`, () => {
    const known = (): Promise<Fingerprint> => fingerprintPublicKey('p256', POINT, { suite });

    it('are what the format says', async () => {
      const fingerprint = await known();
      expect(toHex(fingerprint.bytes)).toBe(KNOWN);
      expect(fingerprintDigits(fingerprint)).toBe(KNOWN_DIGITS);
      expect(fingerprintWords(fingerprint)).toBe(KNOWN_WORDS);
      expect(toHex(encodeFingerprintQr(fingerprint))).toBe(`565746500100${KNOWN}`);
      expect(decodeFingerprint('p256', encodeFingerprint(fingerprint))).toEqual(fingerprint);
    });

    it('differ by kind of key', async () => {
      const key = new Uint8Array(1184);
      const asMlKem = await fingerprintPublicKey('ml-kem-768', key, { suite });
      const asRsa = await fingerprintPublicKey('rsa', key, { suite });
      expect(asMlKem.bytes).not.toEqual(asRsa.bytes);
    });

    it('refuse a key that is none of its kind', async () => {
      for (const [kind, length] of [
        ['p256', 64],
        ['p256', 66],
        ['rsa', 69],
        ['rsa', 4097],
        ['ml-kem-768', 1183],
        ['ml-kem-1024', 1184],
      ] as const) {
        expect(await codeOf(() => fingerprintPublicKey(kind, new Uint8Array(length), { suite }))).toBe(
          'length-invalid',
        );
      }
      expect(await codeOf(() => fingerprintPublicKey('dsa' as 'rsa', POINT, { suite }))).toBe('argument-invalid');
      expect(await codeOf(() => fingerprintPublicKey('p256', 'key' as never, { suite }))).toBe('argument-invalid');
    });

    it('hold on to no buffer of the caller', async () => {
      const key = POINT.slice();
      const made = fingerprintPublicKey('p256', key, { suite });
      key.fill(0);
      expect(toHex((await made).bytes)).toBe(KNOWN);
    });
  });
}

/** What needs no suite. */
export function describeFingerprintForms(): void {
  describe('the words of a fingerprint', () => {
    it('are 256, in lower case, and distinct in four letters', () => {
      expect(FINGERPRINT_WORDS).toHaveLength(256);
      expect(FINGERPRINT_WORDS.filter((word) => !/^[a-z]{4,8}$/.test(word))).toEqual([]);
      expect(new Set(FINGERPRINT_WORDS.map((word) => word.slice(0, 4))).size).toBe(256);
      expect([...FINGERPRINT_WORDS].sort()).toEqual(FINGERPRINT_WORDS);
    });
  });

  describe('the forms of a fingerprint', () => {
    const zeros: Fingerprint = { kind: 'p256', bytes: new Uint8Array(16) };
    const ones: Fingerprint = { kind: 'p256', bytes: new Uint8Array(16).fill(255) };

    it('reach from the first to the last value', () => {
      expect(fingerprintDigits(zeros)).toBe(Array(8).fill('00000').join(' '));
      expect(fingerprintDigits(ones)).toBe(Array(8).fill('65535').join(' '));
      expect(fingerprintWords(zeros)).toBe(Array(16).fill('abacus').join(' '));
      expect(fingerprintWords(ones)).toBe(Array(16).fill('zodiac').join(' '));
    });

    it('refuse other lengths', async () => {
      const short: Fingerprint = { kind: 'p256', bytes: new Uint8Array(15) };
      for (const form of [fingerprintDigits, fingerprintWords, encodeFingerprint, encodeFingerprintQr]) {
        expect(await codeOf(() => form(short))).toBe('length-invalid');
      }
      expect(await codeOf(() => compareFingerprints(short, ''))).toBe('length-invalid');
      expect(await codeOf(() => decodeFingerprint('p256', 'AAAA'))).toBe('length-invalid');
      expect(await codeOf(() => decodeFingerprint('dsa' as 'rsa', 'AAAA'))).toBe('argument-invalid');
      expect(await codeOf(() => encodeFingerprintQr({ ...zeros, kind: 'dsa' as 'rsa' }))).toBe('argument-invalid');
    });

    it('of every fingerprint are read back, and heard as equal', () => {
      fc.assert(
        fc.property(fingerprints, fc.constantFrom('', ' ', ', ', '-', '\n'), (fingerprint, between) => {
          expect(decodeFingerprintQr(encodeFingerprintQr(fingerprint))).toEqual(fingerprint);
          expect(decodeFingerprint(fingerprint.kind, encodeFingerprint(fingerprint))).toEqual(fingerprint);
          const digits = fingerprintDigits(fingerprint);
          const words = fingerprintWords(fingerprint);
          expect(compareFingerprints(fingerprint, digits.replaceAll(' ', between))).toEqual({ result: 'equal' });
          expect(compareFingerprints(fingerprint, digits.replace(/\d/g, '$& '))).toEqual({ result: 'equal' });
          const spoken = words.toUpperCase().replaceAll(' ', between === '' ? '  ' : between);
          expect(compareFingerprints(fingerprint, spoken)).toEqual({ result: 'equal' });
          const cut = words.split(' ').map((word) => word.slice(0, 4));
          expect(compareFingerprints(fingerprint, cut.join(' '))).toEqual({ result: 'equal' });
        }),
      );
    });

    it('of two that differ in any bit are heard as different', () => {
      fc.assert(
        fc.property(fingerprints, fc.nat(127), (fingerprint, bit) => {
          const bytes = fingerprint.bytes.slice();
          bytes[bit >>> 3]! ^= 1 << (bit & 7);
          const other = { ...fingerprint, bytes };
          expect(compareFingerprints(fingerprint, fingerprintDigits(other))).toEqual({ result: 'different' });
          expect(compareFingerprints(fingerprint, fingerprintWords(other))).toEqual({ result: 'different' });
        }),
      );
    });

    it('say which group was not understood', () => {
      fc.assert(
        fc.property(fingerprints, fc.nat(15), fc.integer({ min: 65536, max: 99999 }), (fingerprint, index, high) => {
          const words = fingerprintWords(fingerprint).split(' ').with(index, 'ahem');
          expect(compareFingerprints(fingerprint, words.join(' '))).toEqual({
            result: 'not-understood',
            group: index + 1,
          });
          const place = index >>> 1;
          for (const wrong of [String(high), '12x45']) {
            const digits = fingerprintDigits(fingerprint).split(' ').with(place, wrong);
            expect(compareFingerprints(fingerprint, digits.join(' '))).toEqual({
              result: 'not-understood',
              group: place + 1,
            });
          }
        }),
      );
      const digits = fingerprintDigits(zeros);
      const words = fingerprintWords(zeros);
      for (const [spoken, group] of [
        ['', 1],
        ['   ', 1],
        ['aba', 1],
        [digits.slice(0, -1), 8],
        [`${digits} 0`, 9],
        [words.slice(0, -7), 16],
        [`${words} abacus`, 17],
      ] as const) {
        expect(compareFingerprints(zeros, spoken)).toEqual({ result: 'not-understood', group });
      }
    });

    it('refuse what nobody says', async () => {
      expect(await codeOf(() => compareFingerprints(zeros, 7 as never))).toBe('argument-invalid');
      expect(await codeOf(() => compareFingerprints(zeros, ' '.repeat(1025)))).toBe('message-too-long');
    });

    it('refuse QR bytes with any other start, and any other length', async () => {
      const code = encodeFingerprintQr(zeros);
      for (let index = 0; index < 6; index++) {
        const changed = code.slice();
        changed[index]! ^= 0x40;
        expect(await codeOf(() => decodeFingerprintQr(changed))).toBe('field-invalid');
      }
      for (let length = 0; length < code.length; length++) {
        expect(await codeOf(() => decodeFingerprintQr(code.subarray(0, length)))).toBe('length-invalid');
      }
      expect(await codeOf(() => decodeFingerprintQr(new Uint8Array([...code, 0])))).toBe('length-invalid');
    });
  });
}
