import { nobleSuite } from '../../../src/crypto/noble.js';
import { nodeSuite } from '../../../src/crypto/node.js';
import { webcryptoSuite } from '../../../src/crypto/webcrypto.js';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { streamVault } from '../../../src/keychain/vault/index.js';
import { describeVault } from './contract.js';
import { VaultMaker } from './make-vault.js';

for (const suite of [nodeSuite, webcryptoSuite, nobleSuite]) describeVault(suite);

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
