import { Worker } from 'node:worker_threads';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { nodeSuite } from '../../../src/crypto/node.js';
import type { EcPrivateKey } from '../../../src/crypto/suite.js';
import { generateTeamKey, importDataKey, WRAP_KINDS } from '../../../src/keychain/account/index.js';
import { generateFolderKey, generateRecordKey, type RecordKey } from '../../../src/keychain/keys.js';
import { LegacyRecordKey, wrapLegacyKey } from '../../../src/keychain/legacy-cbc.js';
import { generateUid } from '../../../src/keychain/uid.js';
import { openVault, streamVault, type SealedRecord, type VaultWorker } from '../../../src/keychain/vault/index.js';
import { codeOf, flipped } from '../account/support.js';
import { textsOf, VaultMaker } from './make-vault.js';

const source = (path: string): string => fileURLToPath(new URL(`../../../src/${path}`, import.meta.url));

/** A record whose data is no JSON object that this library would write. */
async function sealedBytes(maker: VaultMaker, plaintext: Uint8Array): Promise<SealedRecord> {
  const key = await generateRecordKey({ suite: maker.suite });
  const record = await maker.record();
  const bytes = await key.aesKey.seal(plaintext);
  return { ...record, keys: [await maker.underDataKey(key)], data: { cipher: 'gcm', bytes } };
}

/** A record of old, sealed with AES-CBC under a key that AES-GCM wraps. */
async function legacyRecord(maker: VaultMaker): Promise<SealedRecord> {
  const bytes = maker.suite.randomBytes(32);
  const key = new LegacyRecordKey(await maker.suite.importAesCbcKey(bytes, { extractable: true }));
  return {
    uid: generateUid({ suite: maker.suite }),
    keys: [{ kind: 'data-key-gcm', bytes: await maker.dataKey.aesKey.seal(bytes) }],
    data: { cipher: 'cbc', bytes: await key.sealData({ title: 'old' }) },
    revision: 1,
  };
}

const sealedText = (maker: VaultMaker, text: string): Promise<SealedRecord> =>
  sealedBytes(maker, new TextEncoder().encode(text));

describe('a whole vault, opened by worker threads', () => {
  const suite = nodeSuite;
  let code: string;
  let started: Worker[] = [];
  const createWorker = (): Worker => {
    const worker = new Worker(code, { eval: true });
    started.push(worker);
    return worker;
  };

  beforeAll(async () => {
    // The worker's file as its users get it, without a build of the package.
    const { outputFiles } = await build({
      entryPoints: [source('keychain/vault/worker-node.ts')],
      alias: { '#default-suite': source('crypto/node.ts') },
      bundle: true,
      write: false,
      platform: 'node',
      format: 'cjs',
    });
    code = outputFiles[0]!.text;
  });
  afterEach(async () => {
    await Promise.all(started.map((worker) => worker.terminate()));
    started = [];
  });

  it('gives the same as this thread does, failures included, in the same order', async () => {
    const maker = await VaultMaker.create(suite);
    const records = await maker.records(1200);
    records[3] = { ...records[3]!, data: { cipher: 'gcm', bytes: flipped(records[3]!.data.bytes, 40) } };
    records[700] = await maker.record(maker.toUser);
    records[701] = await maker.record(maker.underFolder);
    records[702] = { ...records[702]!, keys: [] };
    records[703] = { ...records[703]!, uid: 'no uid' };
    records[704] = { ...records[704]!, keys: [{ kind: 'data-key-gcm', bytes: new Uint8Array(60) }] };
    records[705] = { ...records[705]!, keys: [{ kind: 'data-key-gcm', bytes: new Uint8Array(20) }] };
    const bare = await suite.importAesKey(await maker.dataKey.exportSecretBytes());
    records[706] = { ...records[706]!, keys: [{ kind: 'data-key-gcm', bytes: await bare.seal(new Uint8Array(16)) }] };
    records[707] = await maker.record(maker.underFolder, { note: 'Zürich 東京 🗝' });
    records[708] = await sealedText(maker, '{"title":"a","title":"b"}');
    records[709] = await sealedText(maker, `${'['.repeat(65)}${']'.repeat(65)}`);
    records[710] = await sealedText(maker, '[1]');
    records[711] = await sealedText(maker, '{"title":');
    records[712] = await sealedText(maker, '{"__proto__":1}');
    records[713] = await sealedBytes(maker, Uint8Array.of(0x22, 0xc0, 0x80, 0x22));
    // Below keys that nothing authenticates, with data that nothing authenticates, and with several wraps.
    const [cbcFolder, cbcTeam] = [await generateFolderKey({ suite }), await generateTeamKey({ suite })];
    const [cbcFolderUid, cbcTeamUid] = [generateUid({ suite }), generateUid({ suite })];
    records[714] = await maker.record(async (key) => ({
      kind: 'folder-gcm',
      byUid: cbcFolderUid,
      bytes: await cbcFolder.wrapRecordKey(key),
    }));
    records[715] = await maker.record(async (key) => ({
      kind: 'team-gcm',
      byUid: cbcTeamUid,
      bytes: await cbcTeam.wrapRecordKey(key),
    }));
    records[716] = await legacyRecord(maker);
    records[717] = await maker.record(maker.underFolder);
    const broken = { kind: 'data-key-gcm' as const, bytes: new Uint8Array(60).fill(7) };
    records[717] = { ...records[717], keys: [broken, ...records[717].keys] };
    records[718] = { ...records[718]!, revision: -1 };
    const vault = {
      teams: [
        {
          uid: cbcTeamUid,
          keys: [{ kind: 'data-key-cbc' as const, bytes: await wrapLegacyKey(maker.dataKey, cbcTeam) }],
        },
      ],
      folders: [
        {
          uid: maker.folderUid,
          keys: [{ kind: 'data-key-gcm' as const, bytes: await maker.dataKey.wrapFolderKey(maker.folder) }],
        },
        {
          uid: cbcFolderUid,
          keys: [{ kind: 'data-key-cbc' as const, bytes: await wrapLegacyKey(maker.dataKey, cbcFolder) }],
        },
      ],
      records,
    };
    const options = {
      suite,
      extractable: true,
      digests: true,
      allowedWraps: WRAP_KINDS,
      allowLegacyRecords: true,
    };
    const here = await openVault(vault, maker.account(), { ...options, workers: 0 });
    const there = await openVault(vault, maker.account(), { ...options, workers: 2, createWorker });
    const plain = (opened: typeof here) => ({
      records: opened.records.map(({ uid, revision, data, report, digests }) => {
        expect(digests?.keyDigest).toHaveLength(22);
        return { uid, revision, data, report, digests: textsOf(digests) };
      }),
      failed: opened.failed.map(({ uid, kind, code }) => [uid, kind, code]),
    });
    expect(plain(there)).toEqual(plain(here));
    expect(there.report).toEqual({ ...here.report, workers: 2 });
    expect(there.failed.length).toBe(13);
    expect(there.records.filter(({ report }) => !report.authenticated).length).toBe(3);
    expect(there.records.find(({ uid }) => uid === records[707]?.uid)?.data.note).toBe('Zürich 東京 🗝');
    expect(started.length).toBe(2);
    const [one, other] = [here.records[0]!.key, there.records[0]!.key];
    expect(await other.exportSecretBytes()).toEqual(await one.exportSecretBytes());
  });

  it('uses buffers again for batches that are longer and shorter than those before', async () => {
    const maker = await VaultMaker.create(suite);
    const records: SealedRecord[] = [];
    for (let index = 0; index < 3000; index++) {
      const note = 'x'.repeat(index < 1024 ? 3 : index < 2048 ? 400 : 0);
      records.push(await maker.record(undefined, { note }));
    }
    const opened = await openVault({ records }, maker.account(), { workers: 1, createWorker });
    expect(opened.failed).toEqual([]);
    expect(opened.records.map(({ data }) => data.title)).toEqual(records.map(({ uid }) => uid));
    expect(opened.records.map(({ data }) => (data.note as string).length)).toEqual(
      records.map((_, index) => (index < 1024 ? 3 : index < 2048 ? 400 : 0)),
    );
    expect(opened.report).toMatchObject({ workers: 1, failedBatches: 0 });
  });

  it('copies what a key is to seal, open and authenticate before it waits', async () => {
    const maker = await VaultMaker.create(suite);
    const opened = await openVault({ records: await maker.records(1) }, maker.account(), { workers: 1, createWorker });
    const { aesKey } = opened.records[0]!.key as RecordKey;
    const [message, additional] = [Uint8Array.of(1, 2, 3), Uint8Array.of(4)];
    const sealing = aesKey.seal(message, additional);
    message.fill(0);
    additional.fill(0);
    const sealed = await sealing;
    const bound = Uint8Array.of(4);
    const opening = aesKey.open(sealed, bound);
    bound.fill(0);
    expect(await opening).toEqual(Uint8Array.of(1, 2, 3));
  });

  it('gives keys that open, seal, and keep their bytes unless told otherwise', async () => {
    const maker = await VaultMaker.create(suite);
    const records = await maker.records(3);
    const opened = await openVault({ records }, maker.account(), { workers: 1, createWorker });
    const key = opened.records[0]!.key as RecordKey;
    expect(await key.openData(await key.sealData({ title: 'new' }))).toEqual({ title: 'new' });
    expect(await key.openData(records[0]!.data.bytes)).toEqual(opened.records[0]!.data);
    expect(await codeOf(() => key.exportSecretBytes())).toBe('key-not-extractable');
  });

  it('opens here what a worker that dies leaves', async () => {
    const maker = await VaultMaker.create(suite);
    const records = await maker.records(1500);
    const dying = (): Worker => {
      const worker = new Worker(
        `require('node:worker_threads').parentPort.on('message', ({ type }) => { if (type === 'batch') process.exit(1) })`,
        { eval: true },
      );
      started.push(worker);
      return worker;
    };
    const opened = await openVault({ records }, maker.account(), { workers: 1, createWorker: dying });
    expect(opened.records.length).toBe(1500);
    expect(opened.failed).toEqual([]);
    expect(opened.report.failedBatches).toBeGreaterThan(0);
  });

  it('opens here what a worker cannot answer', async () => {
    const maker = await VaultMaker.create(suite);
    const mute = code.replace('port.postMessage(', 'throw new TypeError(');
    expect(mute).not.toBe(code);
    const createMute = (): Worker => {
      const worker = new Worker(mute, { eval: true });
      started.push(worker);
      return worker;
    };
    const records = await maker.records(3);
    const opened = await openVault({ records }, maker.account(), { workers: 1, createWorker: createMute });
    expect([opened.records.length, opened.failed.length, opened.report.failedBatches]).toEqual([3, 0, 1]);
  });

  it('gives the event loop its turns after its workers have died', async () => {
    const maker = await VaultMaker.create(suite);
    const records = Array<SealedRecord>(512 * 4).fill(await maker.record());
    const dying = (): VaultWorker => {
      let fail: (value: unknown) => void = () => undefined;
      return {
        postMessage: (message) => {
          if ((message as { type: string }).type !== 'batch') return;
          fail(new Error('dead'));
          // The dead say nothing of what they are sent afterwards.
          fail = () => undefined;
        },
        on: (type, listener) => {
          if (type === 'error') fail = listener;
        },
        terminate: () => undefined,
      };
    };
    let turns = 0;
    let next: NodeJS.Immediate | undefined;
    const count = (): void => {
      turns++;
      next = setImmediate(count);
    };
    count();
    const opened = await openVault({ records }, maker.account(), { workers: 1, createWorker: dying });
    clearImmediate(next);
    expect(opened.report.failedBatches).toBe(4);
    expect(turns).toBeGreaterThan(3);
  });

  it('ends all workers when one of them takes no keys', async () => {
    const maker = await VaultMaker.create(suite);
    let made = 0;
    const ended: number[] = [];
    const stubborn = (): VaultWorker => {
      const number = made++;
      return {
        postMessage: () => {
          if (number === 1) throw new Error('no');
        },
        on: () => undefined,
        terminate: () => ended.push(number),
      };
    };
    const records = await maker.records(2);
    const opened = await openVault({ records }, maker.account(), { workers: 3, createWorker: stubborn });
    expect([opened.records.length, opened.report.workers, made]).toEqual([2, 0, 2]);
    expect(ended).toEqual([0, 1]);
  });

  it("waits for a slow key of the caller's own while a worker dies", async () => {
    const maker = await VaultMaker.create(suite);
    let exited: Promise<unknown> = Promise.resolve();
    const dying = (): Worker => {
      const worker = new Worker(
        `require('node:worker_threads').parentPort.on('message', ({ type }) => { if (type === 'batch') process.exit(1) })`,
        { eval: true },
      );
      started.push(worker);
      exited = new Promise((resolve) => worker.once('exit', resolve));
      return worker;
    };
    const slow: EcPrivateKey = {
      publicKey: maker.user.publicKey,
      async sharedSecret(peer) {
        await exited;
        await new Promise((resolve) => setImmediate(resolve));
        return maker.user.sharedSecret(peer);
      },
    };
    const records = [await maker.record(maker.toUser), ...(await maker.records(3))];
    const account = { ...maker.account(), ecPrivateKey: slow };
    const opened = await openVault({ records }, account, { workers: 1, createWorker: dying });
    expect([opened.records.length, opened.report.failedBatches]).toEqual([4, 1]);
  });

  it('opens here where no worker can be made, or keys cannot leave', async () => {
    const maker = await VaultMaker.create(suite);
    const records = await maker.records(3);
    const createNone = (): never => {
      throw new Error('workers are not allowed here');
    };
    const none = await openVault({ records }, maker.account(), { workers: 2, createWorker: createNone });
    expect([none.records.length, none.report.workers]).toEqual([3, 0]);
    const dataKey = await importDataKey(await maker.dataKey.exportSecretBytes());
    const kept = await openVault({ records }, { dataKey }, { workers: 2, createWorker });
    expect([kept.records.length, kept.report.workers, started.length]).toEqual([3, 0, 0]);
  });

  it('makes no worker where one of them cannot be made, and leaves none running', async () => {
    const maker = await VaultMaker.create(suite);
    const exits: Promise<unknown>[] = [];
    const two = (): Worker => {
      if (exits.length === 2) throw new Error('no more');
      const worker = createWorker();
      exits.push(new Promise((resolve) => worker.once('exit', resolve)));
      return worker;
    };
    const opened = await openVault({ records: await maker.records(3) }, maker.account(), {
      workers: 3,
      createWorker: two,
    });
    expect([opened.records.length, opened.report.workers]).toEqual([3, 0]);
    expect((await Promise.all(exits)).length).toBe(2);
  });

  it('throws what the iterator of the records throws, and leaves no rejection of its own behind', async () => {
    const maker = await VaultMaker.create(suite);
    const records = await maker.records(1024);
    function* failing(): Generator<SealedRecord> {
      yield* records;
      throw new Error('the connection broke');
    }
    await expect(openVault({ records: failing() }, maker.account(), { workers: 2, createWorker })).rejects.toThrow(
      'the connection broke',
    );
  });

  it('opens nothing in this thread after the caller has left', async () => {
    const maker = await VaultMaker.create(suite);
    const account = maker.account();
    const here = vi.spyOn(account.dataKey, 'unwrapRecordKey');
    const exits: Promise<unknown>[] = [];
    const watched = (): Worker => {
      const worker = createWorker();
      exits.push(new Promise((resolve) => worker.once('exit', resolve)));
      return worker;
    };
    const records = await maker.records(4096);
    for await (const part of streamVault({ records }, account, { workers: 2, createWorker: watched })) {
      if (part.progress.opened > 0) break;
    }
    await Promise.all(exits);
    await new Promise((resolve) => setImmediate(resolve));
    expect(here).not.toHaveBeenCalled();
  });

  it('stops its workers when the caller leaves', async () => {
    const maker = await VaultMaker.create(suite);
    const record = await maker.record();
    function* endless(): Generator<SealedRecord> {
      for (;;) yield record;
    }
    const exits: Promise<unknown>[] = [];
    const watched = (): Worker => {
      const worker = createWorker();
      exits.push(new Promise((resolve) => worker.once('exit', resolve)));
      return worker;
    };
    let read = 0;
    for await (const part of streamVault({ records: endless() }, maker.account(), {
      workers: 2,
      createWorker: watched,
    })) {
      read = part.progress.opened;
      if (read >= 2048) break;
    }
    await Promise.all(exits);
    expect(read).toBe(2048);
  });

  describe('whose caller gives a signal', () => {
    const canceled = 'request-canceled';

    it('opens nothing once it is aborted, in this thread either', async () => {
      const maker = await VaultMaker.create(suite);
      const signal = AbortSignal.abort();
      const vault = { records: await maker.records(1) };
      expect(await codeOf(() => openVault(vault, maker.account(), { workers: 0, signal }))).toBe(canceled);
      expect(await codeOf(() => openVault(vault, maker.account(), { workers: 1, createWorker, signal }))).toBe(
        canceled,
      );
      expect(started.length).toBe(0);
    });

    it('ends between parts, and its workers with it', async () => {
      const maker = await VaultMaker.create(suite);
      const record = await maker.record();
      for (const workers of [0, 2]) {
        const controller = new AbortController();
        let isClosed = false;
        function* endless(): Generator<SealedRecord> {
          try {
            for (;;) yield record;
          } finally {
            isClosed = true;
          }
        }
        const read = async (): Promise<void> => {
          const options = { workers, createWorker, signal: controller.signal };
          for await (const { progress } of streamVault({ records: endless() }, maker.account(), options)) {
            if (progress.opened >= 1024) controller.abort();
          }
        };
        expect(await codeOf(read)).toBe(canceled);
        expect(isClosed).toBe(true);
      }
      await Promise.all(started.map((worker) => new Promise((resolve) => worker.once('exit', resolve))));
    });

    it('lets it come while this thread opens', async () => {
      const maker = await VaultMaker.create(suite);
      const record = await maker.record();
      let read = 0;
      const controller = new AbortController();
      function* endless(): Generator<SealedRecord> {
        for (; read < 10_000; read++) {
          if (read === 600)
            setImmediate(() => {
              controller.abort();
            });
          yield record;
        }
      }
      const options = { workers: 0, signal: controller.signal };
      expect(await codeOf(() => openVault({ records: endless() }, maker.account(), options))).toBe(canceled);
      expect(read).toBeLessThan(2048);
    });

    it.each(['keys', 'batch'])(
      'does not wait for a worker that never answers, aborted as it gets its %s',
      async (last) => {
        const maker = await VaultMaker.create(suite);
        const controller = new AbortController();
        let isTerminated = false;
        const silent: VaultWorker = {
          postMessage: (message) => {
            if ((message as { type: string }).type !== last) return;
            if (last === 'keys') controller.abort();
            else {
              setImmediate(() => {
                controller.abort();
              });
            }
          },
          on: () => undefined,
          terminate: () => {
            isTerminated = true;
          },
        };
        const records = await maker.records(3);
        const options = { workers: 1, createWorker: () => silent, signal: controller.signal };
        expect(await codeOf(() => openVault({ records }, maker.account(), options))).toBe(canceled);
        expect(isTerminated).toBe(true);
      },
    );

    it('ends all workers, those that cannot be ended included', async () => {
      const maker = await VaultMaker.create(suite);
      const controller = new AbortController();
      const asked = new Set<number>();
      let made = 0;
      const silent = (): VaultWorker => {
        const number = made++;
        return {
          postMessage: (message) => {
            if ((message as { type: string }).type !== 'batch') return;
            setImmediate(() => {
              controller.abort();
            });
          },
          on: () => undefined,
          terminate: () => {
            asked.add(number);
            if (number === 0) throw new Error('no');
            return Promise.reject(new Error('no'));
          },
        };
      };
      const options = { workers: 3, createWorker: silent, signal: controller.signal };
      const vault = { records: await maker.records(2) };
      expect(await codeOf(() => openVault(vault, maker.account(), options))).toBe(canceled);
      expect([...asked]).toEqual([0, 1, 2]);
    });

    it.each([0, 512])('reads no more records once it is aborted, after %s of them', async (last) => {
      const maker = await VaultMaker.create(suite);
      const record = await maker.record();
      const controller = new AbortController();
      let read = 0;
      function* endless(): Generator<SealedRecord> {
        for (;;) {
          read++;
          yield record;
        }
      }
      const stream = async (): Promise<void> => {
        const options = { ...(last > 0 && { workers: 0 }), signal: controller.signal };
        for await (const { progress } of streamVault({ records: endless() }, maker.account(), options)) {
          if (progress.opened === last) controller.abort();
        }
      };
      expect(await codeOf(stream)).toBe(canceled);
      expect(read).toBe(last);
    });

    it('reads no more records to count them once it is aborted', async () => {
      const maker = await VaultMaker.create(suite);
      const record = await maker.record();
      const controller = new AbortController();
      let read = 0;
      async function* endless(): AsyncGenerator<SealedRecord> {
        for (; read < 1000; read++) {
          if (read === 100) controller.abort();
          yield await Promise.resolve(record);
        }
      }
      const { signal } = controller;
      expect(await codeOf(() => openVault({ records: endless() }, maker.account(), { signal }))).toBe(canceled);
      expect(read).toBe(100);
    });

    it('is heeded after the last record too', async () => {
      const maker = await VaultMaker.create(suite);
      const records = await maker.records(1);
      const controller = new AbortController();
      const stream = async (): Promise<void> => {
        const options = { workers: 0, signal: controller.signal };
        for await (const part of streamVault({ records }, maker.account(), options)) {
          if (part.records.length > 0) controller.abort();
        }
      };
      expect(await codeOf(stream)).toBe(canceled);
    });

    it.each([0, 1])("asks a key of the caller's own no more once it is aborted, with %s workers", async (workers) => {
      const maker = await VaultMaker.create(suite);
      const controller = new AbortController();
      let uses = 0;
      const slow: EcPrivateKey = {
        publicKey: maker.user.publicKey,
        sharedSecret: async (peer) => {
          if (++uses === 64) controller.abort();
          await new Promise((resolve) => setImmediate(resolve));
          return maker.user.sharedSecret(peer);
        },
      };
      const records = Array<SealedRecord>(512).fill(await maker.record(maker.toUser));
      const account = { ...maker.account(), ecPrivateKey: slow };
      const options = { workers, createWorker, signal: controller.signal };
      expect(await codeOf(() => openVault({ records }, account, options))).toBe(canceled);
      // What a stopped batch does here goes on without anybody who waits for it.
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
      expect(uses).toBe(64);
    });

    it('is heeded once the folders are open', async () => {
      const maker = await VaultMaker.create(suite);
      const controller = new AbortController();
      const slow: EcPrivateKey = {
        publicKey: maker.user.publicKey,
        sharedSecret: (peer) => {
          controller.abort();
          return maker.user.sharedSecret(peer);
        },
      };
      const folders = [{ uid: maker.folderUid, keys: [await maker.toUser(maker.folder)] }];
      const parts = streamVault(
        { folders, records: [] },
        { ...maker.account(), ecPrivateKey: slow },
        { signal: controller.signal },
      );
      expect(await codeOf(() => parts.next())).toBe(canceled);
    });

    it('keeps no hold of it afterwards', async () => {
      const maker = await VaultMaker.create(suite);
      const { signal } = new AbortController();
      const [add, remove] = [vi.spyOn(signal, 'addEventListener'), vi.spyOn(signal, 'removeEventListener')];
      await openVault({ records: await maker.records(1) }, maker.account(), { workers: 0, signal });
      expect(add).toHaveBeenCalledTimes(1);
      expect(remove.mock.calls).toEqual(add.mock.calls);
    });
  });

  it('starts none below the threshold', async () => {
    const maker = await VaultMaker.create(suite);
    await openVault({ records: await maker.records(3) }, maker.account(), { createWorker });
    expect(started.length).toBe(0);
  });
});
