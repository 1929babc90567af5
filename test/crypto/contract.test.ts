import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { defaultSuite } from '../../src/crypto/index.js';
import { nobleSuite } from '../../src/crypto/noble.js';
import { defaultSuite as nodeDefault, nodeSuite } from '../../src/crypto/node.js';
import { defaultSuite as webDefault, webcryptoSuite } from '../../src/crypto/webcrypto.js';
import { describeSuite, SIGNER } from './contract.js';
import { ascii, fromHex, toHex } from './hex.js';

const suites = [nodeSuite, webcryptoSuite, nobleSuite];
for (const suite of suites) describeSuite(suite);

const pairs = suites.flatMap((from) => suites.map((to) => [from.name, to.name, from, to] as const));

describe('suites among each other', () => {
  it.each(pairs)('%s seals, %s opens', async (_from, _to, from, to) => {
    const bytes = from.randomBytes(32);
    const message = ascii('message');
    const sealed = await (await from.importAesKey(bytes)).seal(message, ascii('data'));
    expect(toHex(await (await to.importAesKey(bytes)).open(sealed, ascii('data')))).toBe(toHex(message));
    const blocks = await (await from.importAesCbcKey(bytes)).seal(message);
    expect(toHex(await (await to.importAesCbcKey(bytes)).open(blocks))).toBe(toHex(message));
  });

  it.each(pairs)('%s and %s agree, on keys of either', async (_from, _to, from, to) => {
    const here = await from.generateEcPrivateKey();
    const there = await to.generateEcPrivateKey();
    expect(toHex(await here.sharedSecret(there.publicKey))).toBe(toHex(await there.sharedSecret(here.publicKey)));
  });

  it.each(pairs)('%s signs, %s verifies, with its key in PKCS#8', async (_from, _to, from, to) => {
    const signer = await from.generateSigningKey({ extractable: true });
    const message = ascii('message');
    const verifier = await to.importVerifyingKey(signer.publicKey);
    expect(await verifier.verify(message, await signer.sign(message))).toBe(true);
    const moved = await to.importSigningKey((await signer.exportPkcs8?.()) ?? ascii(''));
    expect(await verifier.verify(message, await moved.sign(message))).toBe(true);
  });
});

describe('the default suite', () => {
  it('is the one of the platform', () => {
    expect(defaultSuite).toBe(nodeSuite);
    expect(nodeDefault).toBe(nodeSuite);
    expect(webDefault).toBe(webcryptoSuite);
  });
});

describe('key objects under util.inspect', () => {
  it.each(suites)('$name: print as their kind', async (suite) => {
    const pair = { privateKey: fromHex(SIGNER.privateKey), publicKey: fromHex(SIGNER.publicKey) };
    const keys = {
      aes: await suite.importAesKey(fromHex(SIGNER.privateKey), { extractable: true }),
      agreement: await suite.importEcPrivateKey(pair, { extractable: true }),
      signing: await suite.importSigningKey(pair, { extractable: true }),
    };
    expect(inspect(keys)).toBe('{ aes: [AesKey], agreement: [EcPrivateKey], signing: [SigningKey] }');
    // Whoever goes around that sees no bytes either.
    const around = inspect(keys, { customInspect: false, showHidden: true, depth: null });
    expect(around).not.toMatch(/Uint8Array|c9, af|201, 175|c9afa9d8/i);
  });
});
