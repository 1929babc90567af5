import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeEcdsaSignature, decodePkcs8, encodeEcdsaSignature, encodePkcs8 } from '../../src/wire/der.js';
import { codeOf, SIGNER } from '../crypto/contract.js';
import { fromHex, join, toHex } from '../crypto/hex.js';

const scalar = fc.uint8Array({ minLength: 32, maxLength: 32 });
const point = fc.uint8Array({ minLength: 65, maxLength: 65 });

const P256 = '06082a8648ce3d030107';
const ALGORITHM = `301306072a8648ce3d0201${P256}`;
const { privateKey, publicKey } = SIGNER;

/** The four forms of one key, written out. */
const FORMS = {
  'neither parameters nor public key': `3041020100${ALGORITHM}042730250201010420${privateKey}`,
  parameters: `304d020100${ALGORITHM}043330310201010420${privateKey}a00a${P256}`,
  'public key': SIGNER.pkcs8,
  'parameters and public key': `308193020100${ALGORITHM}047930770201010420${privateKey}a00a${P256}a144034200${publicKey}`,
};

describe('PKCS#8', () => {
  it.each(Object.entries(FORMS))('reads a key with %s', (name, document) => {
    const info = decodePkcs8(fromHex(document));
    expect(toHex(info.privateKey)).toBe(privateKey);
    expect(info.publicKey && toHex(info.publicKey)).toBe(
      name.endsWith('public key') && !name.startsWith('neither') ? publicKey : undefined,
    );
    // OpenSSL takes these forms for the same key.
    const key = createPrivateKey({ key: Buffer.from(document, 'hex'), format: 'der', type: 'pkcs8' });
    expect(key.export({ format: 'jwk' }).d).toBe(Buffer.from(privateKey, 'hex').toString('base64url'));
  });

  it('writes the form of OpenSSL, whose parts are at fixed places', () => {
    const written = encodePkcs8(fromHex(privateKey), fromHex(publicKey));
    expect(toHex(written)).toBe(SIGNER.pkcs8);
    expect(written.length).toBe(138);
    expect(toHex(written.subarray(36, 68))).toBe(privateKey);
    expect(toHex(written.subarray(-65))).toBe(publicKey);
  });

  it('writes and reads as OpenSSL does, for fresh keys', () => {
    for (let run = 0; run < 20; run++) {
      const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const document = Uint8Array.from(pair.privateKey.export({ format: 'der', type: 'pkcs8' }));
      const info = decodePkcs8(document);
      expect(toHex(encodePkcs8(info.privateKey, info.publicKey ?? new Uint8Array()))).toBe(toHex(document));
      const spki = createPublicKey(pair.privateKey).export({ format: 'der', type: 'spki' });
      expect(toHex(info.publicKey ?? new Uint8Array())).toBe(spki.subarray(-65).toString('hex'));
    }
  });

  it('gives back what it wrote', () => {
    fc.assert(
      fc.property(scalar, point, (key, half) => {
        expect(decodePkcs8(encodePkcs8(key, half))).toEqual({ privateKey: key, publicKey: half });
      }),
    );
  });

  it('owns what it returns', () => {
    const document = fromHex(SIGNER.pkcs8);
    const info = decodePkcs8(document);
    document.fill(0);
    expect(toHex(info.privateKey)).toBe(privateKey);
    expect(toHex(info.publicKey ?? new Uint8Array())).toBe(publicKey);
  });

  it.each(Object.values(FORMS))('refuses a change of any byte outside the key, and any cut: %#', async (document) => {
    const bytes = fromHex(document);
    const start = document.indexOf(privateKey) / 2;
    const end = document.includes(publicKey) ? bytes.length - 65 : bytes.length;
    for (let index = 0; index < end; index++) {
      if (index >= start && index < start + 32) continue;
      for (const change of [0x01, 0x20, 0x80]) {
        const changed = bytes.map((byte, position) => (position === index ? byte ^ change : byte));
        expect(await codeOf(() => decodePkcs8(changed))).toBe('der-invalid');
      }
    }
    for (let length = 0; length < bytes.length; length++) {
      expect(await codeOf(() => decodePkcs8(bytes.subarray(0, length)))).toBe('der-invalid');
    }
    expect(await codeOf(() => decodePkcs8(join(bytes, fromHex('00'))))).toBe('der-invalid');
  });

  it.each([
    ['version 1', FORMS['public key'].replace('020100', '020101')],
    ['version 2 of the inner key', FORMS['public key'].replace('0201010420', '0201020420')],
    ['a length longer than it need be', `30820087${SIGNER.pkcs8.slice(6)}`],
    ['an indefinite length', `3080${SIGNER.pkcs8.slice(6)}0000`],
    ['a long form where the short one fits', `308141${FORMS['neither parameters nor public key'].slice(4)}`],
    ['parameters of another curve', FORMS.parameters.replace(`a00a${P256}`, 'a00a06082a8648ce3d030106')],
    ['attributes', `308188${SIGNER.pkcs8.slice(6)}a000`.replace('308188', '308189')],
    ['a scalar of 31 bytes', `3040020100${ALGORITHM}04263024020101041f${privateKey.slice(2)}`],
    ['a scalar of 33 bytes', `3042020100${ALGORITHM}04283026020101042100${privateKey}`],
    [
      'a compressed public key',
      `3065020100${ALGORITHM}044b30490201010420${privateKey}a12403220002${publicKey.slice(2, 66)}`,
    ],
    ['no scalar', `3021020100${ALGORITHM}0407300502010104 00`.replace(' ', '')],
  ])('refuses %s', async (_name, document) => {
    expect(await codeOf(() => decodePkcs8(fromHex(document)))).toBe('der-invalid');
  });

  it.each(['secp256k1', 'P-384', 'brainpoolP256r1'])('refuses a key on %s', async (namedCurve) => {
    const pair = generateKeyPairSync('ec', { namedCurve });
    const document = pair.privateKey.export({ format: 'der', type: 'pkcs8' });
    expect(await codeOf(() => decodePkcs8(document))).toBe('der-invalid');
  });

  it('refuses keys of other kinds and in other wrappings', async () => {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    for (const document of [
      generateKeyPairSync('ed25519').privateKey.export({ format: 'der', type: 'pkcs8' }),
      generateKeyPairSync('x25519').privateKey.export({ format: 'der', type: 'pkcs8' }),
      pair.privateKey.export({ format: 'der', type: 'sec1' }),
      pair.publicKey.export({ format: 'der', type: 'spki' }),
      pair.privateKey.export({ format: 'der', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'secret' }),
      Buffer.from(pair.privateKey.export({ format: 'pem', type: 'pkcs8' })),
    ]) {
      expect(await codeOf(() => decodePkcs8(document))).toBe('der-invalid');
    }
  });

  it('never throws anything else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (document) => {
        expect(await codeOf(() => decodePkcs8(document))).toBe('der-invalid');
      }),
    );
  });
});

describe('ECDSA-Sig-Value', () => {
  it('gives back every pair of numbers', () => {
    const number = fc.oneof(
      scalar,
      // Numbers with leading zeros, of every length.
      fc.uint8Array({ minLength: 1, maxLength: 32 }).map((digits) => join(new Uint8Array(32 - digits.length), digits)),
    );
    fc.assert(
      fc.property(number, number, (r, s) => {
        const signature = join(r, s);
        expect(toHex(decodeEcdsaSignature(encodeEcdsaSignature(signature)) ?? new Uint8Array())).toBe(toHex(signature));
      }),
    );
  });

  it.each([
    [SIGNER.sample, SIGNER.sample.slice(10, 74) + SIGNER.sample.slice(80)],
    ['3006020100020100', '00'.repeat(64)],
    ['300702017f02020080', '00'.repeat(31) + '7f' + '00'.repeat(31) + '80'],
    ['3008020200ff02020100', '00'.repeat(31) + 'ff' + '00'.repeat(30) + '0100'],
    [`3045022100${'ff'.repeat(32)}0220${'7f'.repeat(32)}`, 'ff'.repeat(32) + '7f'.repeat(32)],
  ])('reads and writes %s', (der, signature) => {
    expect(toHex(decodeEcdsaSignature(fromHex(der)) ?? new Uint8Array())).toBe(signature);
    expect(toHex(encodeEcdsaSignature(fromHex(signature)))).toBe(der);
  });

  it.each([
    ['nothing', ''],
    ['a lone tag', '30'],
    ['an empty sequence', '3000'],
    ['one number', '3003020101'],
    ['three numbers', '3009020101020101020101'],
    ['a trailing byte', '300602010102010100'],
    ['a trailing byte inside', '30070201010201 0100'.replace(' ', '')],
    ['a sequence that says less', '3005020101020101'],
    ['a sequence that says more', '3007020101020101'],
    ['a long length', '308106020101020101'],
    ['a long length of a number', '30070281010102 0101'.replace(' ', '')],
    ['an indefinite length', '30800201010201010000'],
    ['a negative number', '3006020180020101'],
    ['a negative second number', '3006020101020180'],
    ['a zero too many', '300702020001020101'],
    ['a zero too many in front of the second', '300702010102020001'],
    ['no digits', '30050200020101'],
    ['no digits in the second', '30050201010200'],
    ['a set', '3106020101020101'],
    ['another kind of number', '3006030101020101'],
    ['another kind of second number', '30060201010a0101'],
    ['33 digits', `3026022101${'00'.repeat(32)}020101`],
    ['34 digits', `302702220000${'ff'.repeat(32)}020101`],
    ['a number of 200 bytes', `3081cf0281c8${'11'.repeat(200)}020101`],
  ])('refuses %s', (_name, der) => {
    expect(decodeEcdsaSignature(fromHex(der))).toBeUndefined();
  });

  it('takes one encoding of a pair, of all byte strings', () => {
    const digits = fc.uint8Array({ maxLength: 4 });
    const shape = fc
      .tuple(fc.constantFrom(0x30, 0x31), fc.nat(16), fc.constantFrom(2, 3), fc.nat(5), digits, fc.nat(5), digits)
      .map(([tag, length, kind, first, r, second, s]) =>
        join(Uint8Array.of(tag, length, kind, first), r, Uint8Array.of(2, second), s),
      );
    fc.assert(
      fc.property(fc.oneof(shape, fc.uint8Array({ maxLength: 80 })), (der) => {
        const signature = decodeEcdsaSignature(der);
        if (signature) expect(toHex(encodeEcdsaSignature(signature))).toBe(toHex(der));
      }),
      { numRuns: 2000 },
    );
  });
});
