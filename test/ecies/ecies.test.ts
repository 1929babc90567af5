import { createDecipheriv, createECDH, createHash, hkdfSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CryptoSuite } from '../../src/crypto/index.js';
import { nodeSuite } from '../../src/crypto/node.js';
import { ECIES_OVERHEAD, open, seal, type KeyDerivation } from '../../src/ecies/index.js';
import { concatBytes, encodeUtf8, type Bytes } from '../../src/wire/bytes.js';
import { refused } from '../support/refused.js';
import { remoteAesKey, remoteEcPrivateKey } from '../support/remote-keys.js';
import { SUITES } from '../support/suites.js';

const recipient = await nodeSuite.generateEcPrivateKey({ extractable: true });
const stranger = await nodeSuite.generateEcPrivateKey();

const DERIVATIONS: readonly KeyDerivation[] = ['sha256', 'hkdf'];
const message = encodeUtf8('thirty-two bytes of a secret key');

/** Opens by the wire note, step by step, with nothing of ours. */
async function openWithOpenSsl(
  sealed: Uint8Array,
  info: Uint8Array,
  keyDerivation: KeyDerivation,
): Promise<Uint8Array> {
  const ecdh = createECDH('prime256v1');
  ecdh.setPrivateKey((await recipient.exportSecretBytes?.()) ?? new Uint8Array(0));
  const secret = ecdh.computeSecret(sealed.subarray(0, 65));
  const key =
    keyDerivation === 'sha256'
      ? createHash('sha256').update(secret).update(info).digest()
      : new Uint8Array(hkdfSync('sha256', secret, new Uint8Array(0), info, 32));
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(65, 77), { authTagLength: 16 });
  decipher.setAuthTag(sealed.subarray(-16));
  return new Uint8Array(Buffer.concat([decipher.update(sealed.subarray(77, -16)), decipher.final()]));
}

describe('ECIES', () => {
  test.each(DERIVATIONS)('is the message of the wire note, as OpenSSL opens it: %s', async (keyDerivation) => {
    for (const info of [new Uint8Array(0), encodeUtf8('context')]) {
      const sealed = await seal(recipient.publicKey, message, { info, keyDerivation });
      expect(sealed.length).toBe(65 + 12 + message.length + 16);
      expect(await openWithOpenSsl(sealed, info, keyDerivation)).toEqual(message);
    }
  });

  test('derives with SHA-256 and without context unless told otherwise', async () => {
    const sealed = await seal(recipient.publicKey, message);
    expect(await openWithOpenSsl(sealed, new Uint8Array(0), 'sha256')).toEqual(message);
  });

  test('has an overhead of 93 bytes', () => {
    expect(ECIES_OVERHEAD).toBe(93);
  });

  for (const sealing of SUITES) {
    for (const opening of SUITES) {
      test(`what ${sealing.name} seals ${opening.name} opens`, async () => {
        const secret = await nodeSuite.generateEcPrivateKey({ extractable: true });
        const privateKey = await secret.exportSecretBytes!();
        const imported = await opening.importEcPrivateKey({ privateKey, publicKey: secret.publicKey.bytes });
        for (const keyDerivation of DERIVATIONS) {
          const options = { info: encodeUtf8('context'), keyDerivation };
          const sealed = await seal(secret.publicKey.bytes, message, { ...options, suite: sealing });
          expect(await open(imported, sealed, { ...options, suite: opening })).toEqual(message);
        }
      });
    }
  }

  test('opens what it seals, whatever the message and the context', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 300 }),
        fc.uint8Array({ maxLength: 100 }),
        fc.constantFrom(...DERIVATIONS),
        fc.boolean(),
        async (plaintext, info, keyDerivation, asBytes) => {
          const options = { info, keyDerivation };
          const sealed = await seal(asBytes ? recipient.publicKey.bytes : recipient.publicKey, plaintext, options);
          expect(sealed.length).toBe(plaintext.length + ECIES_OVERHEAD);
          expect(await open(recipient, sealed, options)).toEqual(plaintext);
        },
      ),
    );
  });

  test('two messages to one recipient have nothing in common', async () => {
    const [one, other] = [await seal(recipient.publicKey, message), await seal(recipient.publicKey, message)];
    expect(one.subarray(0, 65)).not.toEqual(other.subarray(0, 65));
    expect(one.subarray(65)).not.toEqual(other.subarray(65));
  });

  test('a flipped bit anywhere is refused', async () => {
    const sealed = await seal(recipient.publicKey, message);
    await fc.assert(
      fc.asyncProperty(fc.nat(sealed.length - 1), fc.nat(7), async (at, bit) => {
        const flipped = new Uint8Array(sealed);
        flipped[at] = (flipped[at] ?? 0) ^ (1 << bit);
        await refused(at < 65 ? 'point-invalid' : 'open-failed', () => open(recipient, flipped));
      }),
      { numRuns: 300 },
    );
  });

  test('a message that was cut short is refused, and so is one with more at its end', async () => {
    const sealed = await seal(recipient.publicKey, new Uint8Array(1));
    for (let length = 0; length < ECIES_OVERHEAD; length++) {
      await refused('message-too-short', () => open(recipient, sealed.subarray(0, length)));
    }
    await refused('open-failed', () => open(recipient, sealed.subarray(0, ECIES_OVERHEAD)));
    await refused('open-failed', () => open(recipient, concatBytes(sealed, new Uint8Array(1))));
  });

  test('an empty message has the shortest form there is', async () => {
    const sealed = await seal(recipient.publicKey, new Uint8Array(0));
    expect(sealed.length).toBe(ECIES_OVERHEAD);
    expect(await open(recipient, sealed)).toEqual(new Uint8Array(0));
  });

  test("another's key, context or derivation does not open", async () => {
    const info = encodeUtf8('context');
    const sealed = await seal(recipient.publicKey, message, { info });
    await refused('open-failed', () => open(stranger, sealed, { info }));
    await refused('open-failed', () => open(recipient, sealed));
    await refused('open-failed', () => open(recipient, sealed, { info: encodeUtf8('contexT') }));
    await refused('open-failed', () => open(recipient, sealed, { info, keyDerivation: 'hkdf' }));
    expect(await open(recipient, sealed, { info, keyDerivation: 'sha256' })).toEqual(message);
  });

  test.each([
    ['the identity', new Uint8Array(65)],
    ['off the curve', Uint8Array.from([4, ...new Uint8Array(63), 1])],
    ['compressed', Uint8Array.from([2, ...new Uint8Array(64)])],
  ])('a point that is no point of the curve is refused on both sides: %s', async (_, point) => {
    await refused('point-invalid', () => seal(point, message));
    await refused('point-invalid', () => open(recipient, concatBytes(point, new Uint8Array(28))));
  });

  test('what is no byte array is refused', async () => {
    await refused('argument-invalid', () => seal(recipient.publicKey, 'text' as unknown as Uint8Array));
    await refused('argument-invalid', () => open(recipient, 'x'.repeat(200) as unknown as Uint8Array));
    const error = await refused('argument-invalid', () =>
      seal(recipient.publicKey, message, { keyDerivation: 'md5' as unknown as KeyDerivation }),
    );
    expect(error.message).toContain('key derivation');
  });

  test('a key of the caller that returns another number of bytes is refused', async () => {
    const sealed = await seal(recipient.publicKey, message);
    for (const length of [0, 31, 33, 65]) {
      const broken = { publicKey: recipient.publicKey, sharedSecret: () => Promise.resolve(new Uint8Array(length)) };
      await refused('length-invalid', () => open(broken, sealed));
    }
  });

  test('a remote private key opens', async () => {
    const sealed = await seal(recipient.publicKey, message);
    expect(await open(remoteEcPrivateKey(recipient), sealed)).toEqual(message);
  });

  test('a suite whose AES keys are remote seals and opens', async () => {
    const suite = {
      ...nodeSuite,
      importAesKey: async (bytes: Uint8Array) => remoteAesKey(await nodeSuite.importAesKey(bytes)),
    };
    expect(await open(recipient, await seal(recipient.publicKey, message, { suite }), { suite })).toEqual(message);
  });

  test.each(DERIVATIONS)(
    'everything is done by the suite that is asked for, and keys do not stay in memory: %s',
    async (keyDerivation) => {
      const calls: string[] = [];
      const derived: Uint8Array[] = [];
      const keep = (bytes: Bytes): Bytes => {
        derived.push(bytes);
        return bytes;
      };
      const suite: CryptoSuite = {
        ...nodeSuite,
        generateEcPrivateKey: (options) => {
          calls.push('generate');
          return nodeSuite.generateEcPrivateKey(options);
        },
        importEcPublicKey: (point) => {
          calls.push('point');
          return nodeSuite.importEcPublicKey(point);
        },
        importAesKey: (bytes, options) => {
          calls.push('key');
          expect(bytes.some((byte) => byte !== 0)).toBe(true);
          return nodeSuite.importAesKey(bytes, options);
        },
        sha256: async (bytes) => keep(await nodeSuite.sha256(bytes)),
        hkdfSha256: async (...inputs) => keep(await nodeSuite.hkdfSha256(...inputs)),
      };
      const sealed = await seal(recipient.publicKey.bytes, message, { suite, keyDerivation });
      await open(recipient, sealed, { suite, keyDerivation });
      expect(calls).toEqual(['point', 'generate', 'key', 'point', 'key']);
      expect(derived).toEqual([new Uint8Array(32), new Uint8Array(32)]);
    },
  );

  test('buffers may be overwritten as soon as the call returned', async () => {
    for (const suite of SUITES) {
      for (const keyDerivation of DERIVATIONS) {
        const [plaintext, info, point] = [message, encodeUtf8('context'), recipient.publicKey.bytes].map(
          (bytes) => new Uint8Array(bytes),
        );
        const sealing = seal(point!, plaintext!, { info: info!, keyDerivation, suite });
        for (const bytes of [plaintext!, info!, point!]) bytes.fill(0xff);
        const options = { info: encodeUtf8('context'), keyDerivation };
        const sealed = await sealing;
        expect(await open(recipient, sealed, options)).toEqual(message);

        const context = encodeUtf8('context');
        const opening = open(recipient, sealed, { info: context, keyDerivation, suite });
        for (const bytes of [sealed, context]) bytes.fill(0xff);
        expect(await opening).toEqual(message);
      }
    }
  });
});
