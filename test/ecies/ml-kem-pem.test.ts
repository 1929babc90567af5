import { readFileSync } from 'node:fs';
import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeMlKemPem,
  decodeMlKemSpki,
  encodeMlKemKeyFile,
  encodeMlKemPem,
  encodeMlKemSpki,
  importMlKemPrivateKey,
  MAXIMUM_PEM_LENGTH,
  type MlKemParameterSet,
} from 'vaultwire/ecies/hybrid';
import type { OpensslCase } from './hybrid-suite.js';

const { cases } = JSON.parse(readFileSync(new URL('../fixtures/hybrid-openssl.json', import.meta.url), 'utf8')) as {
  cases: readonly OpensslCase[];
};
const pems = cases.map(({ pem }) => pem);

const { publicKey: key } = await importMlKemPrivateKey('ML-KEM-768', new Uint8Array(64).fill(1));
const { publicKey: large } = await importMlKemPrivateKey('ML-KEM-1024', new Uint8Array(64).fill(1));
const der = encodeMlKemSpki(key);
const armor = (bytes: Uint8Array, label = 'PUBLIC KEY'): string =>
  `-----BEGIN ${label}-----\n${Buffer.from(bytes).toString('base64')}\n-----END ${label}-----\n`;

const base64Url = (text: string): string => text.replaceAll('+', '-').replaceAll('/', '_');

/** DER of one element, for what the writer under test must not be asked to write. */
function element(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const body = Buffer.concat(contents);
  return Buffer.concat([Uint8Array.of(tag, 0x82, body.length >> 8, body.length & 0xff), body]);
}
const short = (tag: number, ...contents: readonly Uint8Array[]): Uint8Array => {
  const body = Buffer.concat(contents);
  return Buffer.concat([Uint8Array.of(tag, body.length), body]);
};
const oid = (last: number): Uint8Array => Uint8Array.of(6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 4, last);
const bits = (bytes: Uint8Array, unused = 0): Uint8Array => element(3, Uint8Array.of(unused), bytes);
const spki = (algorithm: Uint8Array, key: Uint8Array): Uint8Array => element(0x30, short(0x30, algorithm), key);

describe('ML-KEM public keys in PEM', () => {
  it('reads what OpenSSL wrote, and writes the same text', () => {
    for (const pem of pems) expect(encodeMlKemPem(decodeMlKemPem(pem))).toBe(pem);
  });

  it('reads the base64 of the text, as installations hand it out', () => {
    for (const pem of pems) {
      const read = decodeMlKemPem(Buffer.from(pem).toString('base64'));
      expect(encodeMlKemPem(read)).toBe(pem);
      expect(decodeMlKemPem(encodeMlKemKeyFile(read)).bytes).toEqual(read.bytes);
    }
  });

  it.each([
    ['CRLF', (pem: string) => pem.replaceAll('\n', '\r\n')],
    ['white space around it', (pem: string) => `\n  ${pem}\n\n`],
    ['one long line', (pem: string) => pem.replace(/(?<=[^-])\n(?=[^-])/g, '')],
  ])('takes %s', (_, change) => {
    for (const pem of pems) expect(encodeMlKemPem(decodeMlKemPem(change(pem)))).toBe(pem);
  });

  it("writes a caller's key alone, whatever lies beside it in its buffer", () => {
    const pool = new Uint8Array(5000).fill(0x5e);
    pool.set(key.bytes, 100);
    const pooled = { parameterSet: key.parameterSet, bytes: pool.subarray(100, 100 + key.bytes.length) };
    expect(encodeMlKemSpki(pooled)).toEqual(der);
    expect(encodeMlKemPem(pooled)).toBe(encodeMlKemPem(key));
  });

  it('reads no more than it may, though it were white space', () => {
    const pem = encodeMlKemPem(key);
    const padded = (length: number) => pem.padStart(length);
    expect(decodeMlKemPem(padded(2 * MAXIMUM_PEM_LENGTH)).bytes).toEqual(key.bytes);
    expect(() => decodeMlKemPem(padded(2 * MAXIMUM_PEM_LENGTH + 1))).toThrow(
      expect.objectContaining({ code: 'message-too-long' }),
    );
  });

  it.each([undefined, null, 7, Buffer.from('-----BEGIN PUBLIC KEY-----'), {}])('refuses %s', (value) => {
    expect(() => decodeMlKemPem(value as never)).toThrow(expect.objectContaining({ code: 'argument-invalid' }));
  });

  it('is 22 bytes of header and the key, as RFC 9935 shows it', () => {
    expect(Buffer.from(der.subarray(0, 22)).toString('hex')).toBe('308204b2300b0609608648016503040402038204a100');
    expect(der.subarray(22)).toEqual(key.bytes);
    expect(Buffer.from(encodeMlKemSpki(large).subarray(0, 22)).toString('hex')).toBe(
      '30820632300b060960864801650304040303820621' + '00',
    );
  });

  it.each<[string, string | (() => string), string]>([
    ['another label', armor(der, 'PRIVATE KEY'), 'pem-invalid'],
    ['no end', armor(der).slice(0, -10), 'pem-invalid'],
    ['no body', '-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----', 'pem-invalid'],
    ['text before it', `-- ${armor(der)}`, 'pem-invalid'],
    ['text behind it', `${armor(der)}more`, 'pem-invalid'],
    ['two of them', armor(der) + armor(der), 'base64-invalid'],
    ['headers inside', armor(der).replace('\n', '\nProc-Type: 4,ENCRYPTED\n\n'), 'base64-invalid'],
    ['broken base64', armor(der).replace('M', '!'), 'base64-invalid'],
    ['base64url', () => armor(der).replace(/(?<=\n)M.*\n/, base64Url), 'base64-invalid'],
    ['nothing', '', 'pem-invalid'],
    ['base64 of nothing good', 'AAAA', 'pem-invalid'],
    ['base64 of bytes that are no text', '/////w==', 'utf8-invalid'],
    ['too much', 'A'.repeat(20_000), 'message-too-long'],
    ['base64 of too much', Buffer.from(armor(new Uint8Array(7000))).toString('base64'), 'message-too-long'],
    [
      'a P-256 key',
      () =>
        generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'pem' }).toString(),
      'der-invalid',
    ],
    [
      'an RSA key',
      () =>
        generateKeyPairSync('rsa', { modulusLength: 2048 })
          .publicKey.export({ type: 'spki', format: 'pem' })
          .toString(),
      'der-invalid',
    ],
    ['ML-KEM-512', armor(spki(oid(1), bits(new Uint8Array(800)))), 'der-invalid'],
    ['a key of the other length', armor(spki(oid(3), bits(key.bytes))), 'length-invalid'],
    ['a key that is not reduced', armor(spki(oid(2), bits(new Uint8Array(1184).fill(255)))), 'key-invalid'],
    ['parameters NULL', armor(spki(Buffer.concat([oid(2), Uint8Array.of(5, 0)]), bits(key.bytes))), 'der-invalid'],
    ['unused bits', armor(spki(oid(2), bits(key.bytes, 4))), 'der-invalid'],
    ['a key as OCTET STRING', armor(spki(oid(2), element(4, key.bytes))), 'der-invalid'],
    ['no algorithm', armor(element(0x30, bits(key.bytes))), 'der-invalid'],
    ['a third member', armor(element(0x30, short(0x30, oid(2)), bits(key.bytes), Uint8Array.of(5, 0))), 'der-invalid'],
    ['a byte behind the structure', armor(Buffer.concat([der, Uint8Array.of(0)])), 'der-invalid'],
    ['a byte missing', armor(der.subarray(0, -1)), 'der-invalid'],
    [
      'a length that is not minimal',
      armor(Buffer.concat([Uint8Array.of(0x30, 0x83, 0), der.subarray(2)])),
      'der-invalid',
    ],
    [
      'an indefinite length',
      armor(Buffer.concat([Uint8Array.of(0x30, 0x80), der.subarray(4), new Uint8Array(2)])),
      'der-invalid',
    ],
    [
      'deep nesting',
      armor(Buffer.concat(Array.from({ length: 2000 }, () => Uint8Array.of(0x30, 0x80)))),
      'der-invalid',
    ],
  ])('refuses %s', (_, pem, code) => {
    expect(() => decodeMlKemPem(typeof pem === 'string' ? pem : pem())).toThrow(expect.objectContaining({ code }));
  });

  it('has exactly one encoding of a key: every changed byte of the header is refused', () => {
    for (let index = 0; index < 22; index++) {
      const changed = der.slice();
      changed[index]! ^= 1;
      expect(() => decodeMlKemSpki(changed), `byte ${index}`).toThrow(
        expect.objectContaining({ name: 'VaultwireError' }),
      );
    }
  });

  it('never throws anything else, whatever it is given', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 100 }),
          fc.nat({ max: 1205 }).map((end) => der.subarray(0, end)),
        ),
        (bytes) => {
          expect(() => decodeMlKemSpki(bytes)).toThrow(expect.objectContaining({ name: 'VaultwireError' }));
        },
      ),
    );
  });

  it('reads a key of every seed that it wrote', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom<MlKemParameterSet>('ML-KEM-768', 'ML-KEM-1024'),
        fc.uint8Array({ minLength: 64, maxLength: 64 }),
        async (parameterSet, seed) => {
          const { publicKey } = await importMlKemPrivateKey(parameterSet, seed);
          const read = decodeMlKemPem(encodeMlKemPem(publicKey));
          expect([read.parameterSet, read.bytes]).toEqual([parameterSet, publicKey.bytes]);
        },
      ),
      { numRuns: 10 },
    );
  });
});
