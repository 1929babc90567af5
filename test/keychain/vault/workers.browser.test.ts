import { describe, expect, it } from 'vitest';
import { webcryptoSuite } from '../../../src/crypto/webcrypto.js';
import { openVault } from '../../../src/keychain/vault/index.js';
import { flipped } from '../account/support.js';
import { textsOf, VaultMaker } from './make-vault.js';

describe('a whole vault, opened by web workers', () => {
  const createWorker = (): Worker =>
    new Worker(new URL('../../../src/keychain/vault/worker-web.ts', import.meta.url), { type: 'module' });

  it('gives the same as the page does, failures included', async () => {
    const maker = await VaultMaker.create(webcryptoSuite);
    const records = await maker.records(600);
    records[3] = { ...records[3]!, data: { cipher: 'gcm', bytes: flipped(records[3]!.data.bytes, 40) } };
    const here = await openVault({ records }, maker.account(), { workers: 0, digests: true });
    const there = await openVault({ records }, maker.account(), { workers: 2, createWorker, digests: true });
    const plain = (opened: typeof here) => [
      opened.records.map(({ uid, data, report, digests }) => ({ uid, data, report, digests: textsOf(digests) })),
      opened.failed,
    ];
    expect(here.records[0]?.digests?.keyDigest).toHaveLength(22);
    expect(plain(there)).toEqual(plain(here));
    expect(there.report).toEqual({ ...here.report, workers: 2 });
  });

  it('opens in the page where the content security policy refuses workers', async () => {
    const maker = await VaultMaker.create(webcryptoSuite);
    const records = await maker.records(20);
    const broken = (): Worker => new Worker('data:text/javascript,throw new Error("refused")');
    const opened = await openVault({ records }, maker.account(), { workers: 1, createWorker: broken });
    expect(opened.records.length).toBe(20);
    expect(opened.report.failedBatches).toBe(1);
  });
});
