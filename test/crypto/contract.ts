import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CryptoSuite, EcPrivateKey, EcPublicKey } from '../../src/crypto/suite.js';
import { isVaultwireError, type VaultwireError } from '../../src/wire/error.js';
import { ascii, fromHex, join, toHex } from './hex.js';

/** The error that a call is refused with; anything else that it does fails the test. */
export async function refusal(call: () => unknown): Promise<VaultwireError> {
  try {
    await call();
  } catch (error) {
    if (isVaultwireError(error)) return error;
    throw error;
  }
  throw new Error('expected a refusal');
}

export async function codeOf(call: () => unknown): Promise<string> {
  return (await refusal(call)).code;
}

/** A suite that draws 1, 2, 3 and so on, and how many bytes it was asked for each time. */
export function counting(suite: CryptoSuite): { readonly suite: CryptoSuite; readonly draws: number[] } {
  const draws: number[] = [];
  let counter = 0;
  const randomBytes = (length: number) => {
    draws.push(length);
    return Uint8Array.from({ length }, () => ++counter & 0xff);
  };
  return { suite: { ...suite, randomBytes }, draws };
}

/** A suite whose draws are given; running out of them fails the test. */
export function scripted(suite: CryptoSuite, ...draws: readonly string[]): CryptoSuite {
  const left = draws.map(fromHex);
  return {
    ...suite,
    randomBytes() {
      const next = left.shift();
      if (!next) throw new Error('drawn more often than expected');
      return next;
    },
  };
}

const GENERATOR =
  '046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5';
const MINUS_GENERATOR =
  '046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296b01cbd1c01e58065711814b583f061e9d431cca994cea1313449bf97c840ae0a';
const ORDER = 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551';
const ORDER_MINUS_1 = 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550';
const ONE = '00'.repeat(31) + '01';
const FIELD_PRIME = 'ffffffff00000001000000000000000000000000ffffffffffffffffffffffff';
const FIELD_PRIME_AND_5 = 'ffffffff00000001000000000000000000000001000000000000000000000004';
/** x of a point whose y is 5. */
const X_OF_5 = 'd7325d7646cd60d80a92738ceb345f844cffaf35841022cab176f692de8de1d7';
/** y of the point whose x is 0. */
const ROOT_OF_B = '66485c780e2f83d72433bd5d84a06bb6541c2af31dae871728bf856a174f93f4';

/** RFC 5903, 8.1. */
const INITIATOR = {
  privateKey: 'c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433',
  publicKey:
    '04dad0b65394221cf9b051e1feca5787d098dfe637fc90b9ef945d0c37725811805271a0461cdb8252d61f1c456fa3e59ab1f45b33accf5f58389e0577b8990bb3',
};
const RESPONDER = {
  privateKey: 'c6ef9c5d78ae012a011164acb397ce2088685d8f06bf9be0b283ab46476bee53',
  publicKey:
    '04d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf6356fbf3ca366cc23e8157854c13c58d6aac23f046ada30f8353e74f33039872ab',
};
const AGREED = 'd6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de';

/** RFC 6979, A.2.5, and the same key as `openssl pkcs8 -topk8 -nocrypt -outform DER` writes it. */
export const SIGNER = {
  privateKey: 'c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721',
  publicKey:
    '0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb67903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299',
  pkcs8:
    '308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b0201010420c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721a1440342000460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb67903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299',
  /** Of "sample" and "test" under SHA-256; the first has a high S. */
  sample:
    '3046022100efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716022100f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8',
  test: '3045022100f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d383670220019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083',
  /** The signature of "sample" with n - S in the place of S. */
  sampleWithLowS:
    '3045022100efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf371602200834e36ad29a83bf2bc9385e491d6099c8fdf9d1ed67aa7ea5f51f93782857a9',
};

const raw = (key: { readonly privateKey: string; readonly publicKey: string }) => ({
  privateKey: fromHex(key.privateKey),
  publicKey: fromHex(key.publicKey),
});

const KEY = fromHex('603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4');

/** NIST SP 800-38D, test cases 13, 14 and 16 of the proposal it came from. */
const GCM_ANSWERS = [
  {
    name: 'nothing',
    key: '00'.repeat(32),
    nonce: '00'.repeat(12),
    plaintext: '',
    additionalData: undefined,
    sealed: '530f8afbc74536b9a963b4f1c4cb738b',
  },
  {
    name: 'one block',
    key: '00'.repeat(32),
    nonce: '00'.repeat(12),
    plaintext: '00'.repeat(16),
    additionalData: '',
    sealed: 'cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919',
  },
  {
    name: 'additional data',
    key: 'feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308',
    nonce: 'cafebabefacedbaddecaf888',
    plaintext:
      'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39',
    additionalData: 'feedfacedeadbeeffeedfacedeadbeefabaddad2',
    sealed:
      '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b',
  },
];

/** NIST SP 800-38A, F.2.5, with a block of padding. */
const CBC_ANSWER = {
  iv: '000102030405060708090a0b0c0d0e0f',
  plaintext:
    '6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710',
  sealed:
    'f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d39f23369a9d9bacfa530e26304231461b2eb05e2c39be9fcda6c19078c6a9d1b3f461796d6b0d6b2e0c2a72b4d80e644',
};
/** One block each under the same key, made with padding that no encoder makes: 00, 17, ff, 01 02 and 0f 10 * 15. */
const CBC_BAD_PADDING = [
  '000102030405060708090a0b0c0d0e0f6f7749d159bd76996279adbd03fc2230',
  '000102030405060708090a0b0c0d0e0f8c0f01c631935570543f9899f694699f',
  '000102030405060708090a0b0c0d0e0f6f34000287e36cabe143924bc079f5ad',
  '000102030405060708090a0b0c0d0e0fd0822aac7a67f2651d2e7a43cbc339ca',
  '000102030405060708090a0b0c0d0e0f1573372b0c4a6e290a30a10e2e9346f5',
];

const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/** A Uint8Array and nothing derived from it, over memory of its own. */
function expectOwned(bytes: Uint8Array): void {
  expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype);
  expect(bytes.buffer).toBeInstanceOf(ArrayBuffer);
  expect(bytes.byteLength).toBe(bytes.buffer.byteLength);
}

/** The same bytes in the middle of other memory. */
function inside(bytes: Uint8Array): Uint8Array {
  const memory = new Uint8Array(bytes.length + 7).fill(0xaa);
  memory.set(bytes, 3);
  return memory.subarray(3, 3 + bytes.length);
}

const flipped = (bytes: Uint8Array, index: number): Uint8Array =>
  bytes.map((byte, position) => (position === index ? byte ^ 0x01 : byte));

const asBytes = (value: unknown): Uint8Array => value as Uint8Array;

/** What every suite does, shown the same way for all of them. */
export function describeSuite(suite: CryptoSuite): void {
  const isWebCrypto = suite.name === 'webcrypto';
  const runs = { numRuns: 25 };
  const bytes = fc.uint8Array({ maxLength: 100 });

  describe(`suite ${suite.name}`, () => {
    describe('random bytes', () => {
      it.each([0, 1, 12, 65536, 65537, 200_000])('draws %i bytes', (length) => {
        const drawn = suite.randomBytes(length);
        expect(drawn.length).toBe(length);
        expectOwned(drawn);
        if (length >= 32) expect(drawn.subarray(-32).some((byte) => byte !== 0)).toBe(true);
      });

      it('draws others each time', () => {
        expect(toHex(suite.randomBytes(16))).not.toBe(toHex(suite.randomBytes(16)));
      });
    });

    describe('hashes and derivations', () => {
      it('computes SHA-256 (FIPS 180-4)', async () => {
        const digest = await suite.sha256(ascii('abc'));
        expect(toHex(digest)).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
        expect(toHex(await suite.sha256(inside(ascii('abc'))))).toBe(toHex(digest));
        expect(toHex(await suite.sha256(ascii('')))).toBe(
          'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
        );
        expectOwned(digest);
      });

      it('writes SHA-256 where it is told to, if it can at once', async () => {
        expect(suite.writeSha256 !== undefined).toBe(suite.name === 'node');
        const target = new Uint8Array(20).fill(7);
        suite.writeSha256?.(inside(ascii('abc')), target, 3, 16);
        if (suite.name !== 'node') return;
        expect(toHex(target)).toBe(`070707${toHex((await suite.sha256(ascii('abc'))).subarray(0, 16))}07`);
        expect(await codeOf(() => suite.writeSha256?.(asBytes('text'), target, 0, 16))).toBe('argument-invalid');
      });

      it('computes HMAC-SHA-512 (RFC 4231), also under an empty key', async () => {
        const tag = await suite.hmacSha512(ascii('Jefe'), ascii('what do ya want for nothing?'));
        expect(toHex(tag)).toBe(
          '164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737',
        );
        const longKey = new Uint8Array(131).fill(0xaa);
        expect(
          toHex(await suite.hmacSha512(longKey, ascii('Test Using Larger Than Block-Size Key - Hash Key First'))),
        ).toBe(
          '80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598',
        );
        expect(toHex(await suite.hmacSha512(ascii(''), ascii('')))).toBe(
          'b936cee86c9f87aa5d3c6f2e84cb5a4239a5fe50480a6ec66b70ab5b1f4ac6730c6c515421b327ec1d69402e53dfb49ad7381eb067b338fd7b0cb22247225d47',
        );
        expectOwned(tag);
      });

      it('computes HKDF-SHA-256 (RFC 5869), also of nothing', async () => {
        const inputKey = new Uint8Array(22).fill(0x0b);
        const derived = await suite.hkdfSha256(
          inputKey,
          fromHex('000102030405060708090a0b0c'),
          fromHex('f0f1f2f3f4f5f6f7f8f9'),
          42,
        );
        expect(toHex(derived)).toBe(
          '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
        );
        expect(toHex(await suite.hkdfSha256(inputKey, ascii(''), ascii(''), 42))).toBe(
          '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8',
        );
        expect(toHex(await suite.hkdfSha256(ascii(''), ascii(''), ascii(''), 32))).toBe(
          'eb70f01dede9afafa449eee1b1286504e1f62388b3f7dd4f956697b0e828fe18',
        );
        expectOwned(derived);
      });

      it('refuses HKDF lengths out of range', async () => {
        const derive = (length: number, info = 0) => suite.hkdfSha256(KEY, ascii(''), new Uint8Array(info), length);
        for (const length of [0, -1, 1.5, Number.NaN, 8161]) {
          expect(await codeOf(() => derive(length))).toBe('parameter-out-of-range');
        }
        expect(await codeOf(() => derive(32, 1025))).toBe('parameter-out-of-range');
        expect((await derive(8160, 1024)).length).toBe(8160);
      });

      it('computes PBKDF2 with both hashes (RFC 7914, 11), also of nothing', async () => {
        const derived = await suite.pbkdf2('SHA-256', ascii('passwd'), ascii('salt'), 1, 64);
        expect(toHex(derived)).toBe(
          '55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783',
        );
        expect(toHex(await suite.pbkdf2('SHA-512', ascii('password'), ascii('salt'), 2, 64))).toBe(
          'e1d9c16aa681708a45f5c7c4e215ceb66e011a2e9f0040713f18aefdb866d53cf76cab2868a39b9f7840edce4fef5a82be67335c77a6068e04112754f27ccf4e',
        );
        expect(toHex(await suite.pbkdf2('SHA-256', ascii(''), ascii(''), 3, 20))).toBe(
          'b372796454d37ac042a195b62eeb7cfed38ddd92',
        );
        expectOwned(derived);
      });

      it('refuses PBKDF2 parameters out of range', async () => {
        const derive = (iterations: number, length: number, hash = 'SHA-256') =>
          suite.pbkdf2(hash as 'SHA-256', ascii('password'), ascii('salt'), iterations, length);
        for (const iterations of [0, -1, 1.5, Number.NaN, 2 ** 31]) {
          expect(await codeOf(() => derive(iterations, 32))).toBe('parameter-out-of-range');
        }
        for (const length of [0, -1, 1.5, 8161]) {
          expect(await codeOf(() => derive(1, length))).toBe('parameter-out-of-range');
        }
        for (const hash of ['SHA-1', 'sha-256', 'toString']) {
          expect(await codeOf(() => derive(1, 32, hash))).toBe('argument-invalid');
        }
      });

      it('leaves the event loop free while PBKDF2 runs', async () => {
        let done = false;
        const derived = suite.pbkdf2('SHA-512', ascii('password'), ascii('salt'), 20_000, 64).then(() => {
          done = true;
        });
        // What was computed before the call returned would be there after a few microtasks.
        for (let turn = 0; turn < 100; turn++) await Promise.resolve();
        expect(done).toBe(false);
        await derived;
      });
    });

    describe('AES-GCM', () => {
      it.each(GCM_ANSWERS)('opens and seals the known answer: $name', async (answer) => {
        const additionalData = answer.additionalData === undefined ? undefined : fromHex(answer.additionalData);
        const key = await scripted(suite, answer.nonce).importAesKey(fromHex(answer.key));
        const opened = await key.open(fromHex(answer.nonce + answer.sealed), additionalData);
        expect(toHex(opened)).toBe(answer.plaintext);
        expectOwned(opened);
        const sealed = await key.seal(fromHex(answer.plaintext), additionalData);
        expect(toHex(sealed)).toBe(answer.nonce + answer.sealed);
        expectOwned(sealed);
      });

      it('opens what it sealed, and nothing under other additional data', async () => {
        await fc.assert(
          fc.asyncProperty(bytes, bytes, async (plaintext, additionalData) => {
            const key = await suite.importAesKey(suite.randomBytes(32));
            const sealed = await key.seal(inside(plaintext), inside(additionalData));
            expect(sealed.length).toBe(plaintext.length + 28);
            expect(toHex(await key.open(inside(sealed), inside(additionalData)))).toBe(toHex(plaintext));
            expect(await codeOf(() => key.open(sealed, join(additionalData, fromHex('00'))))).toBe('open-failed');
          }),
          runs,
        );
      });

      it('takes absent additional data for empty', async () => {
        const key = await suite.importAesKey(KEY);
        expect(toHex(await key.open(await key.seal(ascii('a')), ascii('')))).toBe('61');
        expect(toHex(await key.open(await key.seal(ascii('a'), ascii(''))))).toBe('61');
      });

      it('seals the same plaintext differently each time', async () => {
        const key = await suite.importAesKey(KEY);
        const sealed = await Promise.all(Array.from({ length: 20 }, () => key.seal(ascii('message'))));
        expect(new Set(sealed.map((message) => toHex(message.subarray(0, 12)))).size).toBe(20);
      });

      it('opens a large message', async () => {
        const key = await suite.importAesKey(KEY);
        const plaintext = suite.randomBytes(300_001);
        const opened = await key.open(await key.seal(plaintext));
        expect(toHex(await suite.sha256(opened))).toBe(toHex(await suite.sha256(plaintext)));
        expectOwned(opened);
      });

      it('refuses a change of any byte', async () => {
        const key = await suite.importAesKey(KEY);
        const sealed = await key.seal(ascii('hello'), ascii('data'));
        for (let index = 0; index < sealed.length; index++) {
          expect(await codeOf(() => key.open(flipped(sealed, index), ascii('data')))).toBe('open-failed');
        }
        expect(await codeOf(() => key.open(sealed, flipped(ascii('data'), 0)))).toBe('open-failed');
        expect(await codeOf(() => key.open(sealed))).toBe('open-failed');
      });

      it('refuses a message that is cut, extended or of another key', async () => {
        const key = await suite.importAesKey(KEY);
        const sealed = await key.seal(ascii('hello'));
        for (let length = 0; length < sealed.length; length++) {
          expect(await codeOf(() => key.open(sealed.subarray(0, length)))).toBe(
            length < 28 ? 'message-too-short' : 'open-failed',
          );
        }
        expect(await codeOf(() => key.open(join(sealed, fromHex('00'))))).toBe('open-failed');
        const other = await suite.importAesKey(flipped(KEY, 31));
        expect(await codeOf(() => other.open(sealed))).toBe('open-failed');
      });

      it('refuses a key of another length', async () => {
        for (const length of [0, 16, 24, 31, 33, 64]) {
          expect(await codeOf(() => suite.importAesKey(new Uint8Array(length)))).toBe('length-invalid');
        }
      });

      it('unwraps a key that it wrapped', async () => {
        const key = await suite.importAesKey(KEY);
        const inner = suite.randomBytes(32);
        const wrapped = await key.seal(inner);
        const unwrapped = await key.unwrapAesKey?.(inside(wrapped), { extractable: true });
        expect(toHex((await unwrapped?.exportSecretBytes?.()) ?? ascii(''))).toBe(toHex(inner));
        const sealed = await (await suite.importAesKey(inner)).seal(ascii('inner'));
        const closed = await key.unwrapAesKey?.(wrapped);
        expect(toHex((await closed?.open(sealed)) ?? ascii(''))).toBe(toHex(ascii('inner')));
        expect(await codeOf(() => closed?.exportSecretBytes?.())).toBe('key-not-extractable');
      });

      it('refuses a wrapped key that was changed or is of another length', async () => {
        const key = await suite.importAesKey(KEY);
        const wrapped = await key.seal(new Uint8Array(32));
        for (let index = 0; index < wrapped.length; index += 5) {
          expect(await codeOf(() => key.unwrapAesKey?.(flipped(wrapped, index)))).toBe('open-failed');
        }
        for (const length of [0, 16, 24, 31, 33]) {
          const other = await key.seal(new Uint8Array(length));
          expect(await codeOf(() => key.unwrapAesKey?.(other))).toBe('length-invalid');
        }
        expect(await codeOf(() => key.unwrapAesKey?.(new Uint8Array(27)))).toBe('message-too-short');
      });

      it('opens a wrapped key and what is under it at once, if it can', async () => {
        const key = await suite.importAesKey(KEY);
        expect(key.openWrapped !== undefined).toBe(suite.name === 'node');
        if (!key.openWrapped) return;
        const open = key.openWrapped.bind(key);
        const inner = suite.randomBytes(32);
        const wrapped = await key.seal(inner);
        const sealed = await (await suite.importAesKey(inner)).seal(ascii('inner'));
        const opened = open(inside(wrapped), inside(sealed));
        expect(toHex(opened.key)).toBe(toHex(inner));
        expect(toHex(opened.plaintext)).toBe(toHex(ascii('inner')));
        for (let index = 0; index < wrapped.length; index += 5) {
          expect(await codeOf(() => open(flipped(wrapped, index), sealed))).toBe('open-failed');
        }
        for (let index = 0; index < sealed.length; index += 5) {
          expect(await codeOf(() => open(wrapped, flipped(sealed, index)))).toBe('open-failed');
        }
        for (const length of [0, 16, 24, 31, 33]) {
          const other = await key.seal(new Uint8Array(length));
          expect(await codeOf(() => open(other, sealed))).toBe('length-invalid');
        }
        expect(await codeOf(() => open(new Uint8Array(27), sealed))).toBe('message-too-short');
        expect(await codeOf(() => open(wrapped, new Uint8Array(27)))).toBe('message-too-short');
        expect(await codeOf(() => open(asBytes('text'), sealed))).toBe('argument-invalid');
        expect(await codeOf(() => open(wrapped, asBytes('text')))).toBe('argument-invalid');
      });
    });

    describe('AES-CBC', () => {
      it('opens and seals the known answer', async () => {
        const key = await scripted(suite, CBC_ANSWER.iv).importAesCbcKey(KEY);
        const opened = await key.open(fromHex(CBC_ANSWER.iv + CBC_ANSWER.sealed));
        expect(toHex(opened)).toBe(CBC_ANSWER.plaintext);
        expectOwned(opened);
        const sealed = await key.seal(fromHex(CBC_ANSWER.plaintext));
        expect(toHex(sealed)).toBe(CBC_ANSWER.iv + CBC_ANSWER.sealed);
        expectOwned(sealed);
      });

      it('opens what it sealed', async () => {
        await fc.assert(
          fc.asyncProperty(bytes, async (plaintext) => {
            const key = await suite.importAesCbcKey(suite.randomBytes(32));
            const sealed = await key.seal(inside(plaintext));
            expect(sealed.length).toBe(32 + plaintext.length - (plaintext.length % 16));
            expect(toHex(await key.open(inside(sealed)))).toBe(toHex(plaintext));
          }),
          runs,
        );
      });

      it('seals the same plaintext differently each time', async () => {
        const key = await suite.importAesCbcKey(KEY);
        expect(toHex(await key.seal(ascii('message')))).not.toBe(toHex(await key.seal(ascii('message'))));
      });

      it('tells no failure from another', async () => {
        const key = await suite.importAesCbcKey(KEY);
        const sealed = fromHex(CBC_ANSWER.iv + CBC_ANSWER.sealed);
        const bad = [
          ...[0, 1, 15, 16, 17, 31, 33, 95].map((length) => sealed.subarray(0, length)),
          ...CBC_BAD_PADDING.map(fromHex),
          // Whole blocks, but the padding is gone with the last one.
          sealed.subarray(0, 80),
        ];
        const refusals = new Set<string>();
        for (const message of bad) {
          const { code, message: text, cause } = await refusal(() => key.open(message));
          expect(cause).toBeUndefined();
          refusals.add(`${code}: ${text}`);
        }
        expect([...refusals]).toEqual(['open-failed: AES-CBC message: expected one sealed under this key']);
      });

      it('refuses a key of another length', async () => {
        for (const length of [0, 16, 24, 31, 33, 64]) {
          expect(await codeOf(() => suite.importAesCbcKey(new Uint8Array(length)))).toBe('length-invalid');
        }
      });
    });

    describe('points', () => {
      const refused: Readonly<Record<string, string>> = {
        nothing: '',
        'the identity': '00',
        zeros: '00'.repeat(65),
        'an identity of full length': '04' + '00'.repeat(64),
        'a compressed point': '02' + GENERATOR.slice(2, 66),
        'a hybrid point': '07' + GENERATOR.slice(2),
        'another hybrid point': '06' + MINUS_GENERATOR.slice(2),
        'a point without its prefix': GENERATOR.slice(2),
        'a point cut by a byte': GENERATOR.slice(0, -2),
        'a point and a byte': GENERATOR + '00',
        'x beside the curve':
          '04' + '6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c297' + GENERATOR.slice(66),
        'y beside the curve': GENERATOR.slice(0, -2) + 'f4',
        'x not reduced': '04' + FIELD_PRIME + ROOT_OF_B,
        'y not reduced': '04' + X_OF_5 + FIELD_PRIME_AND_5,
        'y without its leading zeros': '04' + X_OF_5 + '05',
        'y with a leading zero': '04' + X_OF_5 + '00'.repeat(32) + '05',
        'all ones': '04' + 'ff'.repeat(64),
      };

      it.each(Object.entries(refused))('refuses %s', async (_name, point) => {
        expect(await codeOf(() => suite.importEcPublicKey(fromHex(point)))).toBe('point-invalid');
        expect(await codeOf(() => suite.importVerifyingKey(fromHex(point)))).toBe('point-invalid');
        // A public key of the caller's own making has passed no import.
        const key = await suite.importEcPrivateKey(raw(INITIATOR));
        expect(await codeOf(() => key.sharedSecret({ bytes: fromHex(point) }))).toBe('point-invalid');
      });

      it.each([
        GENERATOR,
        MINUS_GENERATOR,
        `04${'00'.repeat(32)}${ROOT_OF_B}`,
        `04${X_OF_5}${'00'.repeat(31)}05`,
        RESPONDER.publicKey,
      ])('takes %s', async (point) => {
        const forAgreement = await suite.importEcPublicKey(inside(fromHex(point)));
        const forSignatures = await suite.importVerifyingKey(inside(fromHex(point)));
        for (const found of [forAgreement.bytes, forSignatures.bytes]) {
          expect(toHex(found)).toBe(point);
          expectOwned(found);
        }
      });
    });

    describe('key agreement', () => {
      it('agrees on the known answer (RFC 5903, 8.1)', async () => {
        const initiator = await suite.importEcPrivateKey(raw(INITIATOR));
        const responder = await suite.importEcPrivateKey(raw(RESPONDER));
        expect(toHex(initiator.publicKey.bytes)).toBe(INITIATOR.publicKey);
        const secret = await initiator.sharedSecret(responder.publicKey);
        expect(toHex(secret)).toBe(AGREED);
        expectOwned(secret);
        expect(toHex(await responder.sharedSecret(initiator.publicKey))).toBe(AGREED);
      });

      it("takes a public key of the caller's making", async () => {
        const initiator = await suite.importEcPrivateKey(raw(INITIATOR));
        const peer: EcPublicKey = { bytes: fromHex(RESPONDER.publicKey) };
        expect(toHex(await initiator.sharedSecret(peer))).toBe(AGREED);
      });

      it('agrees with fresh keys, each different', async () => {
        const [first, second] = await Promise.all([suite.generateEcPrivateKey(), suite.generateEcPrivateKey()]);
        expect(toHex(first.publicKey.bytes)).not.toBe(toHex(second.publicKey.bytes));
        expect(toHex(await first.sharedSecret(second.publicKey))).toBe(
          toHex(await second.sharedSecret(first.publicKey)),
        );
      });

      it('keeps keys apart that are used at the same time', async () => {
        const keys = await Promise.all(Array.from({ length: 8 }, () => suite.generateEcPrivateKey()));
        const peer = await suite.importEcPrivateKey(raw(RESPONDER));
        const there = await Promise.all(keys.map((key) => key.sharedSecret(peer.publicKey)));
        const back = await Promise.all(keys.map((key) => peer.sharedSecret(key.publicKey)));
        expect(there.map(toHex)).toEqual(back.map(toHex));
        expect(new Set(there.map(toHex)).size).toBe(8);
      });

      it.each([
        [ONE, GENERATOR],
        [ORDER_MINUS_1, MINUS_GENERATOR],
        [
          '00' + SIGNER.privateKey.slice(0, -2),
          '04686896ddb46ec3bc8579acf40094d683975fcd3271e948d4769dfd34f4ec22c868edc94466c7f23c821ed580baeaef86de6467fad273cb5cb896318e26e28477',
        ],
      ])('takes the scalar %s and gives it back', async (privateKey, publicKey) => {
        const key = await suite.importEcPrivateKey(raw({ privateKey, publicKey }), { extractable: true });
        const exported = (await key.exportSecretBytes?.()) ?? ascii('');
        expect(toHex(exported)).toBe(privateKey);
        expectOwned(exported);
      });

      it.each(['00'.repeat(32), ORDER, ORDER.slice(0, -2) + '52', 'ff'.repeat(32)])(
        'refuses the scalar %s',
        async (privateKey) => {
          const key = raw({ privateKey, publicKey: GENERATOR });
          expect(await codeOf(() => suite.importEcPrivateKey(key))).toBe('key-invalid');
          expect(await codeOf(() => suite.importSigningKey(key))).toBe('key-invalid');
          if (!isWebCrypto) {
            expect(await codeOf(() => suite.importEcPrivateKey({ privateKey: key.privateKey }))).toBe('key-invalid');
          }
        },
      );

      it('refuses a scalar of another length', async () => {
        for (const length of [0, 31, 33, 65]) {
          const key = { privateKey: new Uint8Array(length).fill(1), publicKey: fromHex(GENERATOR) };
          expect(await codeOf(() => suite.importEcPrivateKey(key))).toBe('length-invalid');
          expect(await codeOf(() => suite.importSigningKey(key))).toBe('length-invalid');
        }
      });

      it('refuses a public half that is not of the scalar', async () => {
        for (const publicKey of [
          RESPONDER.publicKey,
          GENERATOR,
          '',
          '03' + INITIATOR.publicKey.slice(2, 66),
          INITIATOR.publicKey.slice(0, -2),
          '04' + '11'.repeat(64),
        ]) {
          const key = raw({ privateKey: INITIATOR.privateKey, publicKey });
          expect(await codeOf(() => suite.importEcPrivateKey(key))).toBe('key-invalid');
          expect(await codeOf(() => suite.importSigningKey(key))).toBe('key-invalid');
        }
      });

      it(isWebCrypto ? 'needs the public half' : 'computes the public half where it is absent', async () => {
        const key = { privateKey: fromHex(INITIATOR.privateKey) };
        if (isWebCrypto) {
          expect(await codeOf(() => suite.importEcPrivateKey(key))).toBe('public-key-required');
          expect(await codeOf(() => suite.importSigningKey(key))).toBe('public-key-required');
        } else {
          expect(toHex((await suite.importEcPrivateKey(key)).publicKey.bytes)).toBe(INITIATOR.publicKey);
          expect(toHex((await suite.importSigningKey(key)).publicKey)).toBe(INITIATOR.publicKey);
        }
      });
    });

    describe('signatures', () => {
      it('takes the known answers (RFC 6979, A.2.5), S high and low', async () => {
        const key = await suite.importVerifyingKey(fromHex(SIGNER.publicKey));
        expect(await key.verify(ascii('sample'), fromHex(SIGNER.sample))).toBe(true);
        expect(await key.verify(ascii('sample'), fromHex(SIGNER.sampleWithLowS))).toBe(true);
        expect(await key.verify(ascii('test'), fromHex(SIGNER.test))).toBe(true);
        expect(await key.verify(ascii('test'), fromHex(SIGNER.sample))).toBe(false);
      });

      it('takes what it signed', async () => {
        const signer = await suite.importSigningKey(raw(SIGNER));
        const verifier = await suite.importVerifyingKey(signer.publicKey);
        await fc.assert(
          fc.asyncProperty(bytes, async (message) => {
            const signature = await signer.sign(inside(message));
            expectOwned(signature);
            expect(await verifier.verify(inside(message), inside(signature))).toBe(true);
            expect(await verifier.verify(join(message, fromHex('00')), signature)).toBe(false);
          }),
          runs,
        );
      });

      it('signs under fresh keys, each different', async () => {
        const [first, second] = await Promise.all([suite.generateSigningKey(), suite.generateSigningKey()]);
        const signature = await first.sign(ascii('message'));
        expect(await (await suite.importVerifyingKey(first.publicKey)).verify(ascii('message'), signature)).toBe(true);
        expect(await (await suite.importVerifyingKey(second.publicKey)).verify(ascii('message'), signature)).toBe(
          false,
        );
      });

      it('refuses a change of any byte, without throwing', async () => {
        const key = await suite.importVerifyingKey(fromHex(SIGNER.publicKey));
        const signature = fromHex(SIGNER.sample);
        for (let index = 0; index < signature.length; index++) {
          expect(await key.verify(ascii('sample'), flipped(signature, index))).toBe(false);
        }
        for (let length = 0; length < signature.length; length++) {
          expect(await key.verify(ascii('sample'), signature.subarray(0, length))).toBe(false);
        }
      });

      it.each([
        ['a trailing byte', SIGNER.sample + '00'],
        ['a long length', `308146${SIGNER.sample.slice(4)}`],
        ['an indefinite length', `3080${SIGNER.sample.slice(4)}0000`],
        ['a leading zero too many', '304702220000' + SIGNER.sample.slice(10)],
        ['a negative number', `30440220${SIGNER.sample.slice(10, 74)}0220${SIGNER.sample.slice(80)}`],
        ['r and s without DER', SIGNER.sample.slice(10, 74) + SIGNER.sample.slice(80)],
        ['r of zero', '3008020100022100' + SIGNER.sample.slice(80)],
        ['zeros', '3006020100020100'],
        ['s of n', `30440220${SIGNER.test.slice(10, 74)}022100${ORDER}`],
        ['a number of 40 bytes', `302f0228${'11'.repeat(40)}0203010203`],
      ])('refuses %s', async (_name, signature) => {
        const key = await suite.importVerifyingKey(fromHex(SIGNER.publicKey));
        expect(await key.verify(ascii('sample'), fromHex(signature))).toBe(false);
      });

      it('reads PKCS#8 and writes the same 138 bytes', async () => {
        const key = await suite.importSigningKey(fromHex(SIGNER.pkcs8), { extractable: true });
        expect(toHex(key.publicKey)).toBe(SIGNER.publicKey);
        const exported = (await key.exportPkcs8?.()) ?? ascii('');
        expect(toHex(exported)).toBe(SIGNER.pkcs8);
        expectOwned(exported);
        const verifier = await suite.importVerifyingKey(fromHex(SIGNER.publicKey));
        expect(await verifier.verify(ascii('message'), await key.sign(ascii('message')))).toBe(true);
      });

      it('writes a key that it generated so that it can be read', async () => {
        const key = await suite.generateSigningKey({ extractable: true });
        const exported = (await key.exportPkcs8?.()) ?? ascii('');
        expect(exported.length).toBe(138);
        expect(toHex(exported.subarray(-65))).toBe(toHex(key.publicKey));
        const read = await suite.importSigningKey(exported);
        const verifier = await suite.importVerifyingKey(key.publicKey);
        expect(await verifier.verify(ascii('message'), await read.sign(ascii('message')))).toBe(true);
      });

      it('refuses PKCS#8 that does not decode, or whose halves do not fit', async () => {
        const document = fromHex(SIGNER.pkcs8);
        for (const bad of [ascii(''), document.subarray(1), join(document, fromHex('00')), flipped(document, 4)]) {
          expect(await codeOf(() => suite.importSigningKey(bad))).toBe('der-invalid');
        }
        const mixed = fromHex(SIGNER.pkcs8.slice(0, -130) + RESPONDER.publicKey);
        expect(await codeOf(() => suite.importSigningKey(mixed))).toBe('key-invalid');
        const zero = fromHex(SIGNER.pkcs8.replace(SIGNER.privateKey, '00'.repeat(32)));
        expect(await codeOf(() => suite.importSigningKey(zero))).toBe('key-invalid');
      });

      it(`reads PKCS#8 without the public half: ${isWebCrypto ? 'refused' : 'computed'}`, async () => {
        const document = fromHex(
          `3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420${SIGNER.privateKey}`,
        );
        if (isWebCrypto) {
          expect(await codeOf(() => suite.importSigningKey(document))).toBe('public-key-required');
        } else {
          expect(toHex((await suite.importSigningKey(document)).publicKey)).toBe(SIGNER.publicKey);
        }
      });
    });

    describe('key objects', () => {
      const secrets = (options?: { readonly extractable: boolean }) =>
        Promise.all([
          suite.importAesKey(KEY, options),
          suite.importAesCbcKey(KEY, options),
          suite.importEcPrivateKey(raw(INITIATOR), options),
          suite.generateEcPrivateKey(options),
        ]);
      const signers = (options?: { readonly extractable: boolean }) =>
        Promise.all([suite.importSigningKey(raw(SIGNER), options), suite.generateSigningKey(options)]);

      it('keep their bytes unless asked', async () => {
        for (const options of [undefined, { extractable: false }]) {
          for (const key of await secrets(options)) {
            expect(await codeOf(() => key.exportSecretBytes?.())).toBe('key-not-extractable');
          }
          for (const key of await signers(options)) {
            expect(await codeOf(() => key.exportPkcs8?.())).toBe('key-not-extractable');
          }
        }
      });

      it('give their bytes away when asked', async () => {
        const [aes, cbc, ec, generated] = await secrets({ extractable: true });
        expect(toHex((await aes.exportSecretBytes?.()) ?? ascii(''))).toBe(toHex(KEY));
        expect(toHex((await cbc.exportSecretBytes?.()) ?? ascii(''))).toBe(toHex(KEY));
        expect(toHex((await ec.exportSecretBytes?.()) ?? ascii(''))).toBe(INITIATOR.privateKey);
        const privateKey = (await generated.exportSecretBytes?.()) ?? ascii('');
        const again = await suite.importEcPrivateKey({ privateKey, publicKey: generated.publicKey.bytes });
        expect(toHex(again.publicKey.bytes)).toBe(toHex(generated.publicKey.bytes));
      });

      it('keep what they are when the caller changes what they gave away', async () => {
        const key = await suite.importAesKey(KEY, { extractable: true });
        (await key.exportSecretBytes?.())?.fill(0);
        expect(toHex((await key.exportSecretBytes?.()) ?? ascii(''))).toBe(toHex(KEY));

        const initiator = await suite.importEcPrivateKey(raw(INITIATOR), { extractable: true });
        initiator.publicKey.bytes.fill(0);
        (await initiator.exportSecretBytes?.())?.fill(0);
        expect(toHex(initiator.publicKey.bytes)).toBe(INITIATOR.publicKey);
        const responder = await suite.importEcPrivateKey(raw(RESPONDER));
        expect(toHex(await responder.sharedSecret(initiator.publicKey))).toBe(AGREED);
        expect(toHex(await initiator.sharedSecret(responder.publicKey))).toBe(AGREED);

        const signer = await suite.importSigningKey(raw(SIGNER), { extractable: true });
        signer.publicKey.fill(0);
        (await signer.exportPkcs8?.())?.fill(0);
        expect(toHex((await signer.exportPkcs8?.()) ?? ascii(''))).toBe(SIGNER.pkcs8);
        const verifier = await suite.importVerifyingKey(signer.publicKey);
        verifier.bytes.fill(0);
        expect(toHex(verifier.bytes)).toBe(SIGNER.publicKey);
      });

      it('print as their kind and nothing else', async () => {
        const wrapping = await suite.importAesKey(KEY, { extractable: true });
        const kinds: Readonly<Record<string, readonly unknown[]>> = {
          AesKey: [wrapping, await wrapping.unwrapAesKey?.(await wrapping.seal(KEY), { extractable: true })],
          AesCbcKey: [await suite.importAesCbcKey(KEY, { extractable: true })],
          EcPrivateKey: [
            await suite.importEcPrivateKey(raw(INITIATOR), { extractable: true }),
            await suite.generateEcPrivateKey({ extractable: true }),
          ],
          EcPublicKey: [(await suite.generateEcPrivateKey()).publicKey],
          SigningKey: await signers({ extractable: true }),
          VerifyingKey: [await suite.importVerifyingKey(fromHex(GENERATOR))],
        };
        for (const [kind, keys] of Object.entries(kinds)) {
          for (const key of keys) {
            const printable = key as { toString(): string; [INSPECT](): string };
            expect(printable.toString()).toBe(`[${kind}]`);
            expect(JSON.stringify({ key })).toBe(`{"key":"[${kind}]"}`);
            expect(printable[INSPECT]()).toBe(`[${kind}]`);
            expect(Object.prototype.toString.call(key)).toBe(`[object ${kind}]`);
          }
        }
      });
    });

    describe('replaced random bytes', () => {
      it('are all that AES keys draw, in one order', async () => {
        const run = async (): Promise<string[]> => {
          const { suite: replaced, draws } = counting(suite);
          const key = await replaced.importAesKey(KEY);
          const sealed = [await key.seal(ascii('a')), await (await replaced.importAesCbcKey(KEY)).seal(ascii('b'))];
          const unwrapped = await key.unwrapAesKey?.(await key.seal(KEY));
          sealed.push((await unwrapped?.seal(ascii('c'))) ?? ascii(''));
          expect(draws).toEqual([12, 16, 12, 12]);
          return sealed.map(toHex);
        };
        const first = await run();
        expect(first[0]?.slice(0, 24)).toBe('0102030405060708090a0b0c');
        expect(await run()).toEqual(first);
      });

      it('must be as many as were asked for', async () => {
        for (const drawn of [new Uint8Array(11), new Uint8Array(17), asBytes('0123456789ab')]) {
          const replaced: CryptoSuite = { ...suite, randomBytes: () => drawn as Uint8Array<ArrayBuffer> };
          const expected = typeof drawn === 'string' ? 'argument-invalid' : 'length-invalid';
          const aes = await replaced.importAesKey(KEY);
          const cbc = await replaced.importAesCbcKey(KEY);
          expect(await codeOf(() => aes.seal(ascii('a')))).toBe(expected);
          expect(await codeOf(() => cbc.seal(ascii('a')))).toBe(expected);
          if (!isWebCrypto) {
            expect(await codeOf(() => replaced.generateEcPrivateKey())).toBe(expected);
            expect(await codeOf(() => replaced.generateSigningKey())).toBe(expected);
          }
        }
      });

      it(isWebCrypto ? 'cannot make key pairs' : 'make key pairs', async () => {
        const { suite: replaced, draws } = counting(suite);
        if (isWebCrypto) {
          expect(await codeOf(() => replaced.generateEcPrivateKey())).toBe('suite-unsupported');
          expect(await codeOf(() => replaced.generateSigningKey())).toBe('suite-unsupported');
          return;
        }
        const agreement = await replaced.generateEcPrivateKey({ extractable: true });
        const signing = await replaced.generateSigningKey({ extractable: true });
        expect(draws).toEqual([32, 32]);
        const ascending = Array.from({ length: 64 }, (_, index) => index + 1);
        expect([...((await agreement.exportSecretBytes?.()) ?? [])]).toEqual(ascending.slice(0, 32));
        expect([...((await signing.exportPkcs8?.()) ?? [])].slice(36, 68)).toEqual(ascending.slice(32));
      });

      if (!isWebCrypto) {
        it('make key pairs by rejection', async () => {
          const script = ['00'.repeat(32), ORDER, 'ff'.repeat(32), ORDER_MINUS_1];
          const agreement = await scripted(suite, ...script).generateEcPrivateKey({ extractable: true });
          expect(toHex((await agreement.exportSecretBytes?.()) ?? ascii(''))).toBe(ORDER_MINUS_1);
          const signing = await scripted(suite, ...script).generateSigningKey();
          expect(toHex(signing.publicKey)).toBe(MINUS_GENERATOR);
        });

        it('are given up on when they are not random', async () => {
          for (const byte of [0x00, 0xff]) {
            const replaced: CryptoSuite = { ...suite, randomBytes: (length) => new Uint8Array(length).fill(byte) };
            expect(await codeOf(() => replaced.generateEcPrivateKey())).toBe('argument-invalid');
            expect(await codeOf(() => replaced.generateSigningKey())).toBe('argument-invalid');
          }
        });
      }

      it('may come in a buffer that is used again', async () => {
        const buffer = new Uint8Array(12).fill(7);
        const key = await { ...suite, randomBytes: () => buffer }.importAesKey(KEY);
        const sealing = key.seal(ascii('message'));
        buffer.fill(9);
        const sealed = await sealing;
        expect(toHex(sealed.subarray(0, 12))).toBe('07'.repeat(12));
        expect(toHex(await key.open(sealed))).toBe(toHex(ascii('message')));
        if (isWebCrypto) return;

        const scalar = new Uint8Array(32).fill(7);
        const replaced: CryptoSuite = { ...suite, randomBytes: () => scalar };
        const agreement = await replaced.generateEcPrivateKey({ extractable: true });
        const signing = await replaced.generateSigningKey({ extractable: true });
        expect(toHex(scalar)).toBe('07'.repeat(32));
        scalar.fill(9);
        expect(toHex((await agreement.exportSecretBytes?.()) ?? ascii(''))).toBe('07'.repeat(32));
        expect(toHex((await signing.exportPkcs8?.()) ?? ascii(''))).toContain('07'.repeat(32));
      });
    });

    describe("the caller's buffers", () => {
      /** Calls with copies of the inputs, and overwrites these copies as soon as the call has returned its promise. */
      const overwriting = async <T>(inputs: readonly Uint8Array[], call: (...inputs: Uint8Array[]) => Promise<T>) => {
        const copies = inputs.map((input) => Uint8Array.from(input));
        const result = call(...copies);
        for (const copy of copies) copy.fill(0xee);
        return result;
      };
      const at = (inputs: readonly Uint8Array[], index: number): Uint8Array => inputs[index] ?? ascii('');

      it('may be overwritten once a hash or a derivation is called', async () => {
        const inputs = [ascii('first'), ascii('second'), ascii('third')];
        const calls: ((...inputs: Uint8Array[]) => Promise<Uint8Array>)[] = [
          (...all) => suite.sha256(at(all, 0)),
          (...all) => suite.hmacSha512(at(all, 0), at(all, 1)),
          (...all) => suite.hkdfSha256(at(all, 0), at(all, 1), at(all, 2), 32),
          (...all) => suite.pbkdf2('SHA-256', at(all, 0), at(all, 1), 100, 32),
          (...all) => suite.pbkdf2('SHA-512', at(all, 0), at(all, 1), 5000, 32),
        ];
        for (const call of calls) expect(toHex(await overwriting(inputs, call))).toBe(toHex(await call(...inputs)));
      });

      it('may be overwritten once a key is imported', async () => {
        const aes = await overwriting([KEY], (...all) => suite.importAesKey(at(all, 0), { extractable: true }));
        expect(toHex((await aes.exportSecretBytes?.()) ?? ascii(''))).toBe(toHex(KEY));
        const cbc = await overwriting([KEY], (...all) => suite.importAesCbcKey(at(all, 0), { extractable: true }));
        expect(toHex((await cbc.exportSecretBytes?.()) ?? ascii(''))).toBe(toHex(KEY));

        const pair = raw(INITIATOR);
        const importPair = (...all: Uint8Array[]) =>
          suite.importEcPrivateKey({ privateKey: at(all, 0), publicKey: at(all, 1) });
        const initiator: EcPrivateKey = await overwriting([pair.privateKey, pair.publicKey], importPair);
        expect(toHex(initiator.publicKey.bytes)).toBe(INITIATOR.publicKey);
        const peer = await overwriting([fromHex(RESPONDER.publicKey)], (...all) => suite.importEcPublicKey(at(all, 0)));
        expect(toHex(peer.bytes)).toBe(RESPONDER.publicKey);
        expect(toHex(await initiator.sharedSecret(peer))).toBe(AGREED);

        const point = fromHex(SIGNER.publicKey);
        const signers = [
          await overwriting([fromHex(SIGNER.pkcs8)], (...all) => suite.importSigningKey(at(all, 0))),
          await overwriting([fromHex(SIGNER.privateKey), point], (...all) =>
            suite.importSigningKey({ privateKey: at(all, 0), publicKey: at(all, 1) }),
          ),
        ];
        const verifier = await overwriting([point], (...all) => suite.importVerifyingKey(at(all, 0)));
        expect(toHex(verifier.bytes)).toBe(SIGNER.publicKey);
        for (const signer of signers) {
          expect(toHex(signer.publicKey)).toBe(SIGNER.publicKey);
          expect(await verifier.verify(ascii('message'), await signer.sign(ascii('message')))).toBe(true);
        }
      });

      it('may be overwritten once a key is used', async () => {
        const message = ascii('message');
        const data = ascii('data');
        const aes = await suite.importAesKey(KEY);
        const sealed = await overwriting([message, data], (...all) => aes.seal(at(all, 0), at(all, 1)));
        expect(toHex(await overwriting([sealed, data], (...all) => aes.open(at(all, 0), at(all, 1))))).toBe(
          toHex(message),
        );
        const unwrapped = await overwriting([await aes.seal(KEY)], async (...all) => aes.unwrapAesKey?.(at(all, 0)));
        expect(toHex((await unwrapped?.open(sealed, data)) ?? ascii(''))).toBe(toHex(message));

        const cbc = await suite.importAesCbcKey(KEY);
        const blocks = await overwriting([message], (...all) => cbc.seal(at(all, 0)));
        expect(toHex(await overwriting([blocks], (...all) => cbc.open(at(all, 0))))).toBe(toHex(message));

        const initiator = await suite.importEcPrivateKey(raw(INITIATOR));
        const agreed = await overwriting([fromHex(RESPONDER.publicKey)], (...all) =>
          initiator.sharedSecret({ bytes: at(all, 0) as Uint8Array<ArrayBuffer> }),
        );
        expect(toHex(agreed)).toBe(AGREED);

        const signer = await suite.importSigningKey(raw(SIGNER));
        const verifier = await suite.importVerifyingKey(signer.publicKey);
        const signature = await overwriting([message], (...all) => signer.sign(at(all, 0)));
        expect(await overwriting([message, signature], (...all) => verifier.verify(at(all, 0), at(all, 1)))).toBe(true);
      });

      it('may be views of shared memory, where there is such a thing', async () => {
        if (typeof SharedArrayBuffer === 'undefined') return;
        const shared = (value: Uint8Array) => {
          const view = new Uint8Array(new SharedArrayBuffer(value.length));
          view.set(value);
          return view;
        };
        const aes = await suite.importAesKey(shared(KEY));
        const message = ascii('message');
        const sealed = await aes.seal(shared(message), shared(message));
        expect(toHex(await aes.open(shared(sealed), shared(message)))).toBe(toHex(message));
        expect(await aes.unwrapAesKey?.(shared(await aes.seal(KEY)))).toBeDefined();
        const cbc = await suite.importAesCbcKey(shared(KEY));
        expect(toHex(await cbc.open(shared(await cbc.seal(shared(message)))))).toBe(toHex(message));
        expect(toHex(await suite.sha256(shared(message)))).toBe(toHex(await suite.sha256(message)));
        const signer = await suite.importSigningKey(shared(fromHex(SIGNER.pkcs8)));
        const verifier = await suite.importVerifyingKey(shared(fromHex(SIGNER.publicKey)));
        expect(await verifier.verify(shared(message), shared(await signer.sign(shared(message))))).toBe(true);
      });

      it('stay as they were', async () => {
        const key = raw(INITIATOR);
        const document = fromHex(SIGNER.pkcs8);
        await suite.importEcPrivateKey(key);
        await suite.importSigningKey(key);
        await suite.importSigningKey(document);
        expect(toHex(key.privateKey)).toBe(INITIATOR.privateKey);
        expect(toHex(document)).toBe(SIGNER.pkcs8);
      });

      it('must be byte arrays', async () => {
        const text = asBytes('text');
        const numbers = asBytes(new Uint16Array(32));
        const missing = asBytes(undefined);
        const aes = await suite.importAesKey(KEY);
        const cbc = await suite.importAesCbcKey(KEY);
        const signer = await suite.importSigningKey(raw(SIGNER));
        const verifier = await suite.importVerifyingKey(signer.publicKey);
        const message = ascii('message');
        for (const bad of [text, numbers, missing]) {
          const calls: (() => Promise<unknown> | undefined)[] = [
            () => suite.sha256(bad),
            () => suite.hmacSha512(bad, message),
            () => suite.hmacSha512(message, bad),
            () => suite.hkdfSha256(bad, message, message, 32),
            () => suite.hkdfSha256(message, bad, message, 32),
            () => suite.hkdfSha256(message, message, bad, 32),
            () => suite.pbkdf2('SHA-256', bad, message, 1, 32),
            () => suite.pbkdf2('SHA-256', message, bad, 1, 32),
            () => suite.importAesKey(bad),
            () => suite.importAesCbcKey(bad),
            () => suite.importEcPublicKey(bad),
            () => suite.importVerifyingKey(bad),
            () => suite.importEcPrivateKey({ privateKey: bad, publicKey: message }),
            () => suite.importSigningKey({ privateKey: bad, publicKey: message }),
            () => aes.seal(bad),
            () => aes.open(bad),
            () => aes.unwrapAesKey?.(bad),
            () => cbc.seal(bad),
            () => cbc.open(bad),
            () => signer.sign(bad),
            () => verifier.verify(bad, fromHex(SIGNER.sample)),
            () => verifier.verify(message, bad),
          ];
          for (const call of calls) expect(await codeOf(call)).toBe('argument-invalid');
        }
        const sealed = await aes.seal(message);
        for (const bad of [text, numbers]) {
          expect(await codeOf(() => aes.seal(message, bad))).toBe('argument-invalid');
          expect(await codeOf(() => aes.open(sealed, bad))).toBe('argument-invalid');
        }
      });
    });
  });
}
