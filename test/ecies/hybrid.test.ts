import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js';
import { describe, expect, it, vi } from 'vitest';
import { nobleSuite } from 'vaultwire/crypto/noble';
import { nodeSuite } from 'vaultwire/crypto/node';
import { webcryptoSuite } from 'vaultwire/crypto/webcrypto';
import {
  importMlKemPrivateKey,
  importMlKemPublicKey,
  nobleMlKem,
  nodeMlKem,
  open,
  seal,
  type NodeMlKemCrypto,
} from 'vaultwire/ecies/hybrid';
import { selectMlKem } from '../../src/ecies/ml-kem.js';
import { describeHybrid, publicHalf, recipientOf, type OpensslCase } from './hybrid-suite.js';
import { runWycheproof, type WycheproofFile } from './wycheproof-ml-kem.js';

const read = (path: string): unknown =>
  JSON.parse(readFileSync(new URL(`../fixtures/${path}`, import.meta.url), 'utf8'));

describeHybrid(
  [nodeSuite, webcryptoSuite, nobleSuite],
  (read('hybrid-openssl.json') as { cases: readonly OpensslCase[] }).cases,
);

const decode = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(text, 'base64url'));

/** What a Node with ML-KEM offers, played by noble, with a log of what was asked of it. */
function fakeNodeCrypto(log: string[]): NodeMlKemCrypto {
  return {
    createPublicKey: ({ key }) => (log.push(`public ${key.alg}`), { pub: decode(key.pub) }),
    createPrivateKey: ({ key }) => (log.push(`private ${key.alg}`), ml_kem768.keygen(decode(key.priv ?? ''))),
    encapsulate(key) {
      log.push('encapsulate');
      const { cipherText, sharedSecret } = ml_kem768.encapsulate((key as { pub: Uint8Array }).pub);
      return { ciphertext: Buffer.from(cipherText), sharedKey: Buffer.from(sharedSecret) };
    },
    decapsulate(key, ciphertext) {
      log.push('decapsulate');
      return Buffer.from(ml_kem768.decapsulate(ciphertext, (key as { secretKey: Uint8Array }).secretKey));
    },
  };
}

const seed = new Uint8Array(64).fill(3);
const neverDraw = (): never => {
  throw new Error('drawn from the suite');
};

describe('the ML-KEM of the running Node', () => {
  it('does the work where it is there', async () => {
    const log: string[] = [];
    const mlKem = nodeMlKem(fakeNodeCrypto(log));
    const privateKey = await importMlKemPrivateKey('ML-KEM-768', seed, { mlKem });
    const { ciphertext, sharedSecret } = await mlKem.encapsulate(privateKey.publicKey, neverDraw);
    expect(await privateKey.decapsulate(ciphertext)).toEqual(sharedSecret);
    expect(log).toEqual(['private ML-KEM-768', 'public ML-KEM-768', 'encapsulate', 'decapsulate']);
    // No Buffer, and nothing of a pool that others see.
    expect(Object.getPrototypeOf(ciphertext)).toBe(Uint8Array.prototype);
    expect(sharedSecret.buffer.byteLength).toBe(32);
  });

  it.each([
    ['has no such functions', {}],
    [
      'was built without it',
      {
        ...fakeNodeCrypto([]),
        createPublicKey: (): never => {
          throw new TypeError('Unsupported key type');
        },
        createPrivateKey: (): never => {
          throw new TypeError('Unsupported key type');
        },
      },
    ],
  ])('leaves the work to noble where the platform %s', async (_, crypto) => {
    const mlKem = nodeMlKem(crypto);
    const privateKey = await importMlKemPrivateKey('ML-KEM-768', seed, { mlKem });
    const fixed = (length: number) => new Uint8Array(length).fill(5);
    const made = await mlKem.encapsulate(privateKey.publicKey, fixed);
    expect(made).toEqual(await nobleMlKem.encapsulate(privateKey.publicKey, fixed));
    expect(await privateKey.decapsulate(made.ciphertext)).toEqual(made.sharedSecret);
  });

  it('seals and opens a message, and is passed over by a suite whose bytes are given', async () => {
    const log: string[] = [];
    const mlKem = nodeMlKem(fakeNodeCrypto(log));
    const recipient = await recipientOf('ML-KEM-768', nodeSuite);
    const message = await seal(publicHalf(recipient), Uint8Array.of(1), { mlKem });
    expect(await open(recipient, message)).toEqual(Uint8Array.of(1));
    expect(log).toContain('encapsulate');
    const drawn: number[] = [];
    const suite = {
      ...nodeSuite,
      randomBytes: (length: number) => (drawn.push(length), nodeSuite.randomBytes(length)),
    };
    await seal(publicHalf(recipient), Uint8Array.of(1), { suite });
    expect(drawn).toEqual([32, 32, 12]);
  });

  it('is the choice for the suite of the platform, and for no other', async () => {
    expect(selectMlKem({}).name).toBe('node');
    expect(selectMlKem({ suite: nodeSuite }).name).toBe('node');
    for (const suite of [webcryptoSuite, nobleSuite, { ...nodeSuite }]) expect(selectMlKem({ suite })).toBe(nobleMlKem);
    const own = nodeMlKem(undefined);
    expect(selectMlKem({ mlKem: own, suite: nobleSuite })).toBe(own);

    const log: string[] = [];
    const running = vi.spyOn(process, 'getBuiltinModule').mockReturnValue(fakeNodeCrypto(log));
    try {
      const recipient = {
        ec: await nodeSuite.generateEcPrivateKey(),
        mlKem: await importMlKemPrivateKey('ML-KEM-768', seed),
      };
      const message = await seal(publicHalf(recipient), Uint8Array.of(1));
      expect(await open(recipient, message)).toEqual(Uint8Array.of(1));
    } finally {
      running.mockRestore();
    }
    expect(log).toEqual(['private ML-KEM-768', 'public ML-KEM-768', 'encapsulate', 'decapsulate']);
  });

  it('refuses what noble refuses: a key that has not passed the checks', async () => {
    const bytes = importMlKemPublicKey('ML-KEM-768', new Uint8Array(1184)).bytes.fill(0xff);
    for (const mlKem of [nobleMlKem, nodeMlKem()]) {
      await expect(
        mlKem.encapsulate({ parameterSet: 'ML-KEM-768', bytes }, (length) => new Uint8Array(length)),
      ).rejects.toMatchObject({ code: 'key-invalid' });
    }
  });

  it('keeps the seed out of the inspector', async () => {
    const key = await importMlKemPrivateKey('ML-KEM-768', seed);
    expect(inspect(key, { showHidden: true, depth: 9 })).toBe('[MlKemPrivateKey]');
  });
});

describe('Wycheproof', () => {
  const files = ['mlkem_768_test.json', 'mlkem_1024_test.json'] as const;
  it.each(files)('%s through the implementation in use', async (name) => {
    await runWycheproof(read(`wycheproof/${name}`) as WycheproofFile);
  });
  it.each(files)('%s through noble', async (name) => {
    await runWycheproof(read(`wycheproof/${name}`) as WycheproofFile, nobleMlKem);
  });
});
