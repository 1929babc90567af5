import { describe, expect, it } from 'vitest';
import { deterministicSuite } from '../../src/crypto/deterministic.js';
import { nobleSuite } from '../../src/crypto/noble.js';
import { nodeSuite } from '../../src/crypto/node.js';
import { webcryptoSuite } from '../../src/crypto/webcrypto.js';
import { counting, describeSuite, SIGNER } from './contract.js';
import { ascii, fromHex, toHex } from './hex.js';

const suites = [nodeSuite, webcryptoSuite, nobleSuite];

const ORDER = 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551';

// It keeps the whole contract, apart from what the platform refuses and it does not.
describeSuite(deterministicSuite(nodeSuite, (length) => nodeSuite.randomBytes(length)));

describe('deterministicSuite', () => {
  const run = async (suite: (typeof suites)[number]): Promise<string[]> => {
    const { suite: source, draws } = counting(suite);
    const deterministic = deterministicSuite(suite, source.randomBytes.bind(source));
    const agreement = await deterministic.generateEcPrivateKey({ extractable: true });
    const signing = await deterministic.generateSigningKey({ extractable: true });
    const aes = await deterministic.importAesKey(fromHex(SIGNER.privateKey));
    const made = [
      agreement.publicKey.bytes,
      (await agreement.exportSecretBytes?.()) ?? ascii(''),
      (await signing.exportPkcs8?.()) ?? ascii(''),
      await signing.sign(ascii('message')),
      await aes.seal(ascii('message')),
    ];
    expect(draws).toEqual([32, 32, 12]);
    return made.map(toHex);
  };

  it.each(suites)('makes the same over $name each time, and the same as over the others', async (suite) => {
    const made = await run(suite);
    expect(await run(suite)).toEqual(made);
    expect(await run(nodeSuite)).toEqual(made);
  });

  it.each(suites)('draws scalars by rejection over $name', async (suite) => {
    const script = ['00'.repeat(32), ORDER, SIGNER.privateKey];
    const next = () => fromHex(script.shift() ?? '');
    const key = await deterministicSuite(suite, next).generateEcPrivateKey();
    expect(toHex(key.publicKey.bytes)).toBe(SIGNER.publicKey);
    expect(script).toEqual([]);
  });

  it.each(suites)('signs as RFC 6979 says over $name', async (suite) => {
    const deterministic = deterministicSuite(suite, (length) => suite.randomBytes(length));
    const key = await deterministic.importSigningKey(fromHex(SIGNER.pkcs8));
    expect(toHex(await key.sign(ascii('sample')))).toBe(SIGNER.sample);
    expect(toHex(await key.sign(ascii('test')))).toBe(SIGNER.test);
  });

  it('leaves the suite that it was made from alone', async () => {
    const { suite: source, draws } = counting(nodeSuite);
    deterministicSuite(nodeSuite, source.randomBytes.bind(source));
    await (await nodeSuite.importAesKey(fromHex(SIGNER.privateKey))).seal(ascii('message'));
    expect(draws).toEqual([]);
  });
});
