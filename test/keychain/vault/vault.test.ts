import { setFlagsFromString } from 'node:v8';
import { inspect } from 'node:util';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { nobleSuite } from '../../../src/crypto/noble.js';
import { nodeSuite } from '../../../src/crypto/node.js';
import type { AesKey } from '../../../src/crypto/suite.js';
import { webcryptoSuite } from '../../../src/crypto/webcrypto.js';
import { importDataKey } from '../../../src/keychain/account/index.js';
import { openVault, streamVault } from '../../../src/keychain/vault/index.js';
import { describeVault } from './contract.js';
import { textsOf, VaultMaker } from './make-vault.js';

for (const suite of [nodeSuite, webcryptoSuite, nobleSuite]) describeVault(suite);

describe('a whole vault with digests', () => {
  it('makes them of keys that cannot hash themselves, under one that can', async () => {
    const maker = await VaultMaker.create(nodeSuite);
    const record = await maker.record();
    const bytes = await maker.dataKey.exportSecretBytes();
    const own = await nodeSuite.importAesKey(bytes);
    const mixed: AesKey = {
      seal: (plaintext) => own.seal(plaintext),
      open: (sealed) => own.open(sealed),
      writeDigest: () => undefined,
      unwrapAesKey: async (wrapped) => {
        const key = await nodeSuite.importAesKey(await own.open(wrapped));
        return { seal: (plaintext) => key.seal(plaintext), open: (sealed) => key.open(sealed) };
      },
    };
    const dataKey = await importDataKey(bytes, { suite: { ...nodeSuite, importAesKey: () => Promise.resolve(mixed) } });
    const options = { digests: true, extractable: true, workers: 0 };
    const plain = await openVault({ records: [record] }, maker.account(), options);
    const opened = await openVault({ records: [record] }, { dataKey }, options);
    expect(textsOf(opened.records[0]!.digests)).toEqual(textsOf(plain.records[0]!.digests));
  });

  it('prints them as texts', async () => {
    const maker = await VaultMaker.create(nodeSuite);
    const opened = await openVault({ records: [await maker.record()] }, maker.account(), { digests: true });
    const { digests } = opened.records[0]!;
    expect(digests?.keyDigest).toHaveLength(22);
    expect(inspect(digests)).toBe(inspect(textsOf(digests)));
    expect(JSON.stringify(digests)).toBe(JSON.stringify(textsOf(digests)));
  });
});

describe('a stream', () => {
  it('keeps nothing of the parts that its caller lets go', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const maker = await VaultMaker.create(nodeSuite);
    const record = await maker.record();
    function* many(): Generator<typeof record> {
      for (let count = 0; count < 20 * 512; count++) yield { ...record };
    }
    const opened: WeakRef<object>[] = [];
    let kept: number | undefined;
    for await (const { records, report } of streamVault({ records: many() }, maker.account(), { workers: 0 })) {
      for (const each of records) opened.push(new WeakRef(each));
      // What a WeakRef was made of stays until the turn ends.
      await new Promise((resolve) => setImmediate(resolve));
      if (!report) continue;
      collect();
      kept = opened.filter((each) => each.deref() !== undefined).length;
    }
    expect(opened).toHaveLength(20 * 512);
    // The one in hand, and those that registers still hold.
    expect(kept).toBeLessThanOrEqual(4 * 512);
  });
});
