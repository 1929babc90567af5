import { describe, expect, it } from 'vitest';
import { nodeSuite } from '../../../src/crypto/node.js';
import type { CryptoSuite, OpenedUnderKey } from '../../../src/crypto/suite.js';
import { openWrapped, writeSha256 } from '../../../src/crypto/openssl.js';
import { generateRecordKey } from '../../../src/keychain/keys.js';
import { openVault, type VaultWorker } from '../../../src/keychain/vault/index.js';
import type { WorkerAnswer, WorkerBatch, WorkerKeys } from '../../../src/keychain/vault/protocol.js';
import { vaultWorker, type WorkerCrypto } from '../../../src/keychain/vault/worker.js';
import { textsOf, VaultMaker } from './make-vault.js';

/** A worker in this thread, so that a test sees the very buffers that travel. */
class VisibleWorker {
  readonly sent: (WorkerKeys | WorkerBatch)[] = [];
  readonly answers: WorkerAnswer[] = [];
  readonly opened: OpenedUnderKey[] = [];
  #listener: (value: unknown) => void = () => undefined;
  readonly #work: (message: WorkerKeys | WorkerBatch) => void;

  constructor(noise: readonly unknown[] = []) {
    const opening = (...sealed: Parameters<typeof openWrapped>) => {
      const opened = openWrapped(...sealed);
      this.opened.push(opened);
      return opened;
    };
    this.#work = vaultWorker({ openWrapped: opening, writeSha256 }, (answer) => {
      this.answers.push(answer);
      for (const message of [...noise, answer]) this.#listener(message);
    });
  }

  postMessage(message: unknown): void {
    const sent = message as WorkerKeys | WorkerBatch;
    this.sent.push(sent);
    // A message to a thread is a copy.
    this.#work(sent.type === 'keys' ? structuredClone(sent) : sent);
  }

  on(type: string, listener: (value: unknown) => void): void {
    if (type === 'message') this.#listener = listener;
  }

  terminate(): void {
    this.#listener = () => undefined;
  }
}

describe('batches for a worker', () => {
  const open = async (count: number, worker: VaultWorker) => {
    const maker = await VaultMaker.create(nodeSuite);
    const records = await maker.records(count);
    const opened = await openVault({ records }, maker.account(), { workers: 1, createWorker: () => worker });
    expect(opened.records.map(({ data }) => data.title)).toEqual(records.map(({ uid }) => uid));
    return opened;
  };

  it('leave no key and no record behind in what travelled', async () => {
    const worker = new VisibleWorker();
    await open(600, worker);
    const keys = worker.sent.find((message) => message.type === 'keys');
    expect(keys?.openers.map((bytes) => [...bytes])).toEqual([Array.from({ length: 32 }, () => 0)]);
    expect(worker.answers.length).toBe(2);
    for (const { bytes } of worker.answers) expect(bytes.every((byte) => byte === 0)).toBe(true);
  });

  it('leave nothing behind in what the worker opened, refused JSON included', async () => {
    const worker = new VisibleWorker();
    const maker = await VaultMaker.create(nodeSuite);
    const deep = await generateRecordKey();
    const bytes = await deep.aesKey.seal(new TextEncoder().encode('['.repeat(100)));
    const records = [
      ...(await maker.records(2)),
      { ...(await maker.record(() => maker.underDataKey(deep))), data: { cipher: 'gcm' as const, bytes } },
    ];
    const opened = await openVault({ records }, maker.account(), { workers: 1, createWorker: () => worker });
    expect(opened.failed.map(({ code }) => code)).toEqual(['json-too-deep']);
    expect(worker.opened.length).toBe(3);
    for (const { key, plaintext } of worker.opened) {
      expect([...key, ...plaintext].every((byte) => byte === 0)).toBe(true);
    }
  });

  it.each([false, true])('leave alone what is hashed later until it has been, failing: %s', async (fails) => {
    const opened: OpenedUnderKey[] = [];
    let listener: (value: unknown) => void = () => undefined;
    const later = () => new Promise((resolve) => setImmediate(resolve));
    const crypto: WorkerCrypto = {
      openWrapped: async (...sealed) => {
        await later();
        const result = openWrapped(...sealed);
        opened.push(result);
        return result;
      },
      writeSha256: async (...wanted) => {
        await later();
        if (fails) throw new Error('no hash');
        writeSha256(...wanted);
      },
    };
    const work = vaultWorker(crypto, (answer) => {
      listener(answer);
    });
    const worker: VaultWorker = {
      postMessage: (message) => {
        work(structuredClone(message) as WorkerKeys | WorkerBatch);
      },
      on: (type, given) => {
        if (type === 'message') listener = given;
      },
      terminate: () => undefined,
    };
    const maker = await VaultMaker.create(nodeSuite);
    const vault = { records: await maker.records(3) };
    const there = await openVault(vault, maker.account(), { digests: true, workers: 1, createWorker: () => worker });
    const here = await openVault(vault, maker.account(), { digests: true, workers: 0 });
    expect(there.report.failedBatches).toBe(0);
    expect(there.failed.map(({ code }) => code)).toEqual(fails ? Array(3).fill('worker-failed') : []);
    expect(there.records.map(({ digests }) => textsOf(digests))).toEqual(
      fails ? [] : here.records.map(({ digests }) => textsOf(digests)),
    );
    expect(opened.length).toBe(3);
    for (const { key, plaintext } of opened) expect([...key, ...plaintext].every((byte) => byte === 0)).toBe(true);
  });

  it('use few buffers, however many there are', async () => {
    const worker = new VisibleWorker();
    await open(512 * 10, worker);
    expect(worker.answers.length).toBe(10);
    expect(new Set(worker.answers.map(({ bytes }) => bytes.buffer)).size).toBeLessThan(5);
  });

  it('are answered by answers alone, whatever else a worker posts', async () => {
    const worker = new VisibleWorker([null, undefined, 'ready', 7, {}, { id: 99 }]);
    expect((await open(3, worker)).report.failedBatches).toBe(0);
  });

  it('leave no bytes of a key once it was used', async () => {
    const maker = await VaultMaker.create(nodeSuite);
    const imported: Uint8Array[] = [];
    const suite: CryptoSuite = {
      ...nodeSuite,
      importAesKey(bytes, options) {
        imported.push(bytes);
        return nodeSuite.importAesKey(bytes, options);
      },
    };
    const [one, two] = await maker.records(2);
    const { records } = await openVault({ records: [one!, two!] }, maker.account(), {
      suite,
      workers: 1,
      createWorker: () => new VisibleWorker(),
    });
    expect(imported).toEqual([]);
    expect(await records[0]!.key.openData(one!.data.bytes)).toEqual(records[0]!.data);
    expect(imported.map((bytes) => [...bytes])).toEqual([Array.from({ length: 32 }, () => 0)]);
    expect(await records[1]!.key.openData(two!.data.bytes)).toEqual(records[1]!.data);
  });
});
