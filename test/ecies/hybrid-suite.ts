import fc from 'fast-check';
import { p256 } from '@noble/curves/nist.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { ml_kem1024, ml_kem768 } from '@noble/post-quantum/ml-kem.js';
import { describe, expect, it } from 'vitest';
import type { CryptoSuite, EcPrivateKey } from 'vaultwire/crypto';
import { deterministicSuite } from 'vaultwire/crypto/deterministic';
import {
  decodeMlKemPem,
  generateMlKemPrivateKey,
  HYBRID_SUITES,
  importMlKemPrivateKey,
  importMlKemPublicKey,
  nobleMlKem,
  open,
  seal,
  type HybridMessage,
  type HybridPrivateKey,
  type MlKem,
  type MlKemParameterSet,
} from 'vaultwire/ecies/hybrid';
import { hex, unhex } from './wycheproof-ml-kem.js';

export interface OpensslCase {
  readonly parameterSet: MlKemParameterSet;
  readonly seed: string;
  readonly ecPrivateKey: string;
  readonly ecPublicKey: string;
  readonly optionalData: string;
  readonly clientEcPublicKey: string;
  readonly mlKemEncapsulatedKey: string;
  readonly data: string;
  readonly plaintext: string;
  readonly pem: string;
}

const PARAMETER_SETS = ['ML-KEM-768', 'ML-KEM-1024'] as const;
const OPTIONAL_DATA = Uint8Array.from({ length: 16 }, (_, index) => index);

export async function recipientOf(parameterSet: MlKemParameterSet, suite: CryptoSuite): Promise<HybridPrivateKey> {
  return {
    ec: await suite.generateEcPrivateKey(),
    mlKem: (await generateMlKemPrivateKey(parameterSet, { suite })).privateKey,
  };
}

export const publicHalf = ({ ec, mlKem }: HybridPrivateKey) => ({ ec: ec.publicKey, mlKem: mlKem.publicKey });

const flipped = (bytes: Uint8Array, index: number): Uint8Array => {
  const copy = bytes.slice();
  copy[index]! ^= 1;
  return copy;
};

/** A generator that returns 1, 2, 3 ... and so can be replayed. */
export function counter(): CryptoSuite['randomBytes'] {
  let next = 0;
  return (length) => Uint8Array.from({ length }, () => ++next & 0xff);
}

/** What every suite must do, in Node and in browsers. */
export function describeHybrid(suites: readonly CryptoSuite[], openssl: readonly OpensslCase[]): void {
  describe.each(suites.map((suite) => [suite.name, suite] as const))('hybrid ECIES under %s', (_, suite) => {
    describe.each(PARAMETER_SETS)('with %s', (parameterSet) => {
      it('opens what it seals, with and without optional data', async () => {
        const recipient = await recipientOf(parameterSet, suite);
        for (const optionalData of [undefined, OPTIONAL_DATA]) {
          const options = { suite, ...(optionalData && { optionalData }) };
          const message = await seal(publicHalf(recipient), Uint8Array.of(1, 2, 3), options);
          expect(message.mlKemEncapsulatedKey.length).toBe(parameterSet === 'ML-KEM-768' ? 1088 : 1568);
          expect([message.clientEcPublicKey.length, message.data.length, message.version]).toEqual([65, 31, 1]);
          expect(await open(recipient, message, options)).toEqual(Uint8Array.of(1, 2, 3));
        }
      });

      it('derives the key as the wire note says, from the bytes it draws in order', async () => {
        const recipient = await recipientOf(parameterSet, suite);
        const replayed = deterministicSuite(suite, counter());
        const message = await seal(publicHalf(recipient), new Uint8Array(32), {
          suite: replayed,
          optionalData: OPTIONAL_DATA,
        });

        const drawn = counter();
        const scalar = drawn(32);
        const encapsulation = drawn(32);
        const nonce = drawn(12);
        expect(hex(message.clientEcPublicKey)).toBe(hex(p256.getPublicKey(scalar, false)));
        const kem = parameterSet === 'ML-KEM-768' ? ml_kem768 : ml_kem1024;
        const { cipherText, sharedSecret } = kem.encapsulate(recipient.mlKem.publicKey.bytes, encapsulation);
        expect(hex(message.mlKemEncapsulatedKey)).toBe(hex(cipherText));
        expect(hex(message.data.subarray(0, 12))).toBe(hex(nonce));
        const secret = p256.getSharedSecret(scalar, recipient.ec.publicKey.bytes, false).subarray(1, 33);
        const info = [
          ...OPTIONAL_DATA,
          ...new TextEncoder().encode(`HPKE_${parameterSet}_ECDH-P256_HKDF-SHA256_AES-GCM-256`),
          ...recipient.ec.publicKey.bytes,
          ...p256.getPublicKey(scalar, false),
          ...sha256(cipherText),
          1,
        ];
        const key = hkdf(
          sha256,
          Uint8Array.from([...secret, ...sharedSecret]),
          new Uint8Array(32),
          Uint8Array.from(info),
          32,
        );
        const opened = await (await suite.importAesKey(key)).open(message.data);
        expect(opened).toEqual(new Uint8Array(32));
      });

      it('opens what OpenSSL sealed', async () => {
        const cases = openssl.filter((made) => made.parameterSet === parameterSet);
        expect(cases).toHaveLength(2);
        for (const made of cases) {
          const recipient = {
            ec: await suite.importEcPrivateKey({
              privateKey: unhex(made.ecPrivateKey),
              publicKey: unhex(made.ecPublicKey),
            }),
            mlKem: await importMlKemPrivateKey(parameterSet, unhex(made.seed), { suite }),
          };
          expect(hex(decodeMlKemPem(made.pem).bytes)).toBe(hex(recipient.mlKem.publicKey.bytes));
          const message = {
            clientEcPublicKey: unhex(made.clientEcPublicKey),
            mlKemEncapsulatedKey: unhex(made.mlKemEncapsulatedKey),
            data: unhex(made.data),
            version: 1,
          };
          const optionalData = unhex(made.optionalData);
          const options = { suite, ...(optionalData.length > 0 && { optionalData }) };
          expect(hex(await open(recipient, message, options))).toBe(made.plaintext);
        }
      });

      it('gives every change of a message away as open-failed or earlier', async () => {
        const recipient = await recipientOf(parameterSet, suite);
        const message = await seal(publicHalf(recipient), new Uint8Array(32), { suite, optionalData: OPTIONAL_DATA });
        const other = await recipientOf(parameterSet, suite);
        const refused: [string, HybridMessage, string, Uint8Array?, HybridPrivateKey?][] = [
          [
            'a flipped bit of the ciphertext',
            { ...message, mlKemEncapsulatedKey: flipped(message.mlKemEncapsulatedKey, 7) },
            'open-failed',
          ],
          ['a flipped bit of the nonce', { ...message, data: flipped(message.data, 3) }, 'open-failed'],
          [
            'a flipped bit of the tag',
            { ...message, data: flipped(message.data, message.data.length - 1) },
            'open-failed',
          ],
          ['data without its last byte', { ...message, data: message.data.subarray(0, -1) }, 'open-failed'],
          ['data of 27 bytes', { ...message, data: message.data.subarray(0, 27) }, 'message-too-short'],
          ['another ephemeral key', { ...message, clientEcPublicKey: other.ec.publicKey.bytes }, 'open-failed'],
          [
            'a point off the curve',
            { ...message, clientEcPublicKey: flipped(message.clientEcPublicKey, 64) },
            'point-invalid',
          ],
          [
            'a compressed point',
            { ...message, clientEcPublicKey: message.clientEcPublicKey.subarray(0, 33) },
            'length-invalid',
          ],
          [
            'a point with an unknown prefix',
            { ...message, clientEcPublicKey: flipped(message.clientEcPublicKey, 0) },
            'point-invalid',
          ],
          [
            'a ciphertext one byte short',
            { ...message, mlKemEncapsulatedKey: message.mlKemEncapsulatedKey.subarray(1) },
            'length-invalid',
          ],
          [
            'a ciphertext one byte long',
            { ...message, mlKemEncapsulatedKey: new Uint8Array(message.mlKemEncapsulatedKey.length + 1) },
            'length-invalid',
          ],
          ['no ciphertext', { ...message, mlKemEncapsulatedKey: new Uint8Array(0) }, 'length-invalid'],
          ['version 0', { ...message, version: 0 }, 'parameter-out-of-range'],
          ['version 2', { ...message, version: 2 }, 'parameter-out-of-range'],
          ['other optional data', message, 'open-failed', flipped(OPTIONAL_DATA, 0)],
          ['optional data of 15 bytes', message, 'length-invalid', OPTIONAL_DATA.subarray(1)],
          ['optional data of 17 bytes', message, 'length-invalid', new Uint8Array(17)],
          ['empty optional data in place of none', message, 'length-invalid', new Uint8Array(0)],
          ['another ML-KEM key', message, 'open-failed', OPTIONAL_DATA, { ...recipient, mlKem: other.mlKem }],
          ['another EC key', message, 'open-failed', OPTIONAL_DATA, { ...recipient, ec: other.ec }],
        ];
        for (const [what, changed, code, optionalData = OPTIONAL_DATA, by = recipient] of refused) {
          await expect(open(by, changed, { suite, optionalData }), what).rejects.toMatchObject({ code });
        }
        await expect(open(recipient, message, { suite }), 'no optional data').rejects.toMatchObject({
          code: 'open-failed',
        });
      });
    });

    it('does not open a message for the other parameter set', async () => {
      const small = await recipientOf('ML-KEM-768', suite);
      const large = await recipientOf('ML-KEM-1024', suite);
      const message = await seal(publicHalf(small), new Uint8Array(32), { suite });
      await expect(open(large, message, { suite })).rejects.toMatchObject({ code: 'length-invalid' });
    });

    it('binds the suite string: the same secrets under the other name do not open', async () => {
      // An implementation that claims another parameter set than it works with, over a real exchange.
      const real = await recipientOf('ML-KEM-768', suite);
      const sealed = await seal(publicHalf(real), new Uint8Array(32), { suite });
      const mlKem = {
        publicKey: { parameterSet: 'ML-KEM-1024' as const, bytes: real.mlKem.publicKey.bytes },
        decapsulate: () => real.mlKem.decapsulate(sealed.mlKemEncapsulatedKey),
      };
      const padded = new Uint8Array(1568);
      padded.set(sealed.mlKemEncapsulatedKey);
      await expect(
        open({ ec: real.ec, mlKem }, { ...sealed, mlKemEncapsulatedKey: padded }, { suite }),
      ).rejects.toMatchObject({ code: 'open-failed' });
      expect(HYBRID_SUITES['ML-KEM-768']).not.toBe(HYBRID_SUITES['ML-KEM-1024']);
    });

    it('refuses secrets and ciphertexts of wrong lengths from a key or an implementation of the caller', async () => {
      const recipient = await recipientOf('ML-KEM-768', suite);
      const message = await seal(publicHalf(recipient), new Uint8Array(32), { suite });
      const short: HybridPrivateKey = {
        ec: recipient.ec,
        mlKem: { publicKey: recipient.mlKem.publicKey, decapsulate: () => Promise.resolve(new Uint8Array(31)) },
      };
      await expect(open(short, message, { suite })).rejects.toMatchObject({ code: 'length-invalid' });
      const shortEc: EcPrivateKey = {
        publicKey: recipient.ec.publicKey,
        sharedSecret: () => Promise.resolve(new Uint8Array(0)),
      };
      await expect(open({ ...recipient, ec: shortEc }, message, { suite })).rejects.toMatchObject({
        code: 'length-invalid',
      });
      for (const length of [33, 64, 66]) {
        const otherPoint: EcPrivateKey = {
          publicKey: { bytes: new Uint8Array(length) },
          sharedSecret: (peer) => recipient.ec.sharedSecret(peer),
        };
        await expect(open({ ...recipient, ec: otherPoint }, message, { suite })).rejects.toMatchObject({
          code: 'length-invalid',
        });
      }
      for (const wrong of [{ ciphertext: 1087 }, { sharedSecret: 31 }, { sharedSecret: 0 }]) {
        const mlKem: MlKem = {
          ...nobleMlKem,
          encapsulate: () =>
            Promise.resolve({
              ciphertext: new Uint8Array(wrong.ciphertext ?? 1088),
              sharedSecret: new Uint8Array(wrong.sharedSecret ?? 32),
            }),
        };
        await expect(seal(publicHalf(recipient), new Uint8Array(32), { suite, mlKem })).rejects.toMatchObject({
          code: 'length-invalid',
        });
      }
    });

    it('refuses a generator that returns too little', async () => {
      const recipient = await recipientOf('ML-KEM-768', suite);
      let calls = 0;
      const draws = deterministicSuite(suite, (length) => suite.randomBytes(++calls === 2 ? length - 1 : length));
      await expect(seal(publicHalf(recipient), new Uint8Array(1), { suite: draws })).rejects.toMatchObject({
        code: 'length-invalid',
      });
    });

    it('is not impressed by buffers that change under its hands', async () => {
      const recipient = await recipientOf('ML-KEM-768', suite);
      const plaintext = Uint8Array.of(1, 2, 3);
      const optionalData = OPTIONAL_DATA.slice();
      const sealing = seal(publicHalf(recipient), plaintext, { suite, optionalData });
      plaintext.fill(0);
      optionalData.fill(0);
      const message = await sealing;
      const opening = open(recipient, message, { suite, optionalData: OPTIONAL_DATA });
      message.data.fill(0);
      message.mlKemEncapsulatedKey.fill(0);
      message.clientEcPublicKey.fill(0);
      expect(await opening).toEqual(Uint8Array.of(1, 2, 3));
    });

    it('opens for any plaintext, in any other suite', async () => {
      const ecKey = await suite.generateEcPrivateKey({ extractable: true });
      const privateKey = await ecKey.exportSecretBytes!();
      const { privateKey: mlKem } = await generateMlKemPrivateKey('ML-KEM-768', { suite });
      const sender = { ec: ecKey.publicKey, mlKem: mlKem.publicKey };
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.constantFrom(...suites), async (plaintext, other) => {
          const message = await seal(sender, plaintext, { suite });
          const ec = await other.importEcPrivateKey({ privateKey, publicKey: ecKey.publicKey.bytes });
          expect(hex(await open({ ec, mlKem }, message, { suite: other }))).toBe(hex(plaintext));
        }),
        { numRuns: 12 },
      );
    });
  });

  describe('ML-KEM keys', () => {
    it('refuses an encapsulation key with a coefficient that is not reduced (FIPS 203, 7.2)', () => {
      for (const parameterSet of PARAMETER_SETS) {
        const length = parameterSet === 'ML-KEM-768' ? 1184 : 1568;
        const largest = new Uint8Array(length);
        for (let index = 0; index < length - 32; index += 3) largest.set([0x00, 0x0d, 0xd0], index); // q - 1, twice
        expect(importMlKemPublicKey(parameterSet, largest).bytes).toEqual(largest);
        // q itself, as the first and as the last coefficient.
        for (const [index, value] of [
          [0, 0x01],
          [length - 34, 0x1d],
        ] as const) {
          const key = largest.slice();
          key[index] = value;
          if (index !== 0) key[index + 1] = 0xd0;
          expect(() => importMlKemPublicKey(parameterSet, key)).toThrow(
            expect.objectContaining({ code: 'key-invalid' }),
          );
        }
        expect(() => importMlKemPublicKey(parameterSet, new Uint8Array(length).fill(0xff))).toThrow(
          expect.objectContaining({ code: 'key-invalid' }),
        );
        // The seed half is no coefficients.
        expect(
          importMlKemPublicKey(parameterSet, new Uint8Array(length).fill(0xff, length - 32)).bytes[length - 1],
        ).toBe(255);
      }
    });

    it('hands out copies of a public key', () => {
      const bytes = new Uint8Array(1184);
      const key = importMlKemPublicKey('ML-KEM-768', bytes);
      bytes.fill(1);
      key.bytes.fill(1);
      expect(key.bytes).toEqual(new Uint8Array(1184));
    });

    it('refuses keys, seeds and parameter sets of other sizes', async () => {
      const code = (expected: string) => expect.objectContaining({ code: expected }) as Error;
      expect(() => importMlKemPublicKey('ML-KEM-768', new Uint8Array(1183))).toThrow(code('length-invalid'));
      expect(() => importMlKemPublicKey('ML-KEM-768', new Uint8Array(1568))).toThrow(code('length-invalid'));
      expect(() => importMlKemPublicKey('ML-KEM-512' as 'ML-KEM-768', new Uint8Array(800))).toThrow(
        code('argument-invalid'),
      );
      expect(() => importMlKemPublicKey('toString' as 'ML-KEM-768', new Uint8Array(800))).toThrow(
        code('argument-invalid'),
      );
      for (const length of [0, 32, 63, 65, 2400]) {
        await expect(importMlKemPrivateKey('ML-KEM-768', new Uint8Array(length))).rejects.toMatchObject({
          code: 'length-invalid',
        });
      }
    });

    it('rejects a foreign ciphertext implicitly: another secret, always the same, and no error', async () => {
      const key = await importMlKemPrivateKey('ML-KEM-768', new Uint8Array(64).fill(7));
      const forged = new Uint8Array(1088).fill(9);
      const secret = await key.decapsulate(forged);
      expect(secret).toHaveLength(32);
      expect(await key.decapsulate(forged)).toEqual(secret);
      expect(await key.decapsulate(flipped(forged, 0))).not.toEqual(secret);
      await expect(key.decapsulate(forged.subarray(1))).rejects.toMatchObject({ code: 'length-invalid' });
    });

    it('prints private keys as their kind', async () => {
      const key = await importMlKemPrivateKey('ML-KEM-768', new Uint8Array(64).fill(7));
      expect(JSON.stringify(key.publicKey)).toBe('"[MlKemPublicKey]"');
      expect(Object.prototype.toString.call(key)).toBe('[object MlKemPrivateKey]');
      expect(JSON.stringify({ key })).toBe('{"key":"[MlKemPrivateKey]"}');
    });
  });
}
