// A whole vault of an account, 100,000 records under the data key: in one thread, and on worker threads.
import assert from 'node:assert/strict';
import { hash, randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { importDataKey } from 'vaultwire/keychain/account';
import { emptyTrustLedger, encodeLedger, observationOfVault, observe } from 'vaultwire/keychain/ledger';
import { openVault, streamVault } from 'vaultwire/keychain/vault';
import { nodeSuite } from 'vaultwire/crypto/node';
import { bareLoop, decrypt, encrypt } from './bare.mjs';

/** How many records: what the targets are for. Fewer make a quick look. */
const RECORDS = Number(process.env.VAULTWIRE_BENCH_RECORDS ?? 100_000);
const WORKERS = Math.min(availableParallelism(), 8);

/** A login as a vault stores it: about 400 bytes of JSON. */
const login = (number) => ({
  title: `Record ${number}`,
  type: 'login',
  fields: [
    { type: 'login', value: [`user${number}@example.com`] },
    { type: 'password', value: [randomBytes(15).toString('base64')] },
    { type: 'url', value: [`https://example.com/${number}`] },
    { type: 'oneTimeCode', value: [] },
  ],
  custom: [{ type: 'text', label: 'Owner', value: ['platform team'] }],
  notes: 'Rotated every 30 days, and after every change of staff; see the runbook of the team that owns it.',
});

function makeVault() {
  const dataKey = randomBytes(32);
  const seal = (key, plaintext) => new Uint8Array(Buffer.concat(encrypt(key, plaintext)));
  const records = Array.from({ length: RECORDS }, (_, number) => {
    const recordKey = randomBytes(32);
    return {
      uid: randomBytes(16).toString('base64url'),
      keys: [{ kind: 'data-key-gcm', bytes: seal(dataKey, recordKey) }],
      data: { cipher: 'gcm', bytes: seal(recordKey, Buffer.from(JSON.stringify(login(number)))) },
      revision: 1,
    };
  });
  return { dataKey, records };
}

/** The calls that cannot be left out, in one thread. */
function timedLoop(vault) {
  const loop = bareLoop(vault);
  return (stopwatch) => {
    stopwatch.start();
    const opened = loop();
    stopwatch.stop();
    return opened;
  };
}

/** Started workers that say so, for the row that leaves their start out. */
async function startWorkers() {
  const file = new URL('./vault-worker.mjs', import.meta.url);
  const workers = Array.from({ length: WORKERS }, () => new Worker(file));
  await Promise.all(workers.map((worker) => new Promise((resolve) => worker.once('message', resolve))));
  return workers;
}

const plain = (records) => records.map(({ uid, revision, data }) => [uid, revision, data]);

async function prepare(open) {
  const vault = makeVault();
  const account = { dataKey: await importDataKey(vault.dataKey, { extractable: true }) };
  const contenders = { ours: open({ records: vault.records }, account), limit: timedLoop(vault) };
  const watch = { start() {}, stop() {} };
  assert.deepEqual(await contenders.ours(watch), await contenders.limit(watch));
  return contenders;
}

const whole = (options) => (vault, account) => async (stopwatch) => {
  stopwatch.start();
  const { records, report } = await openVault(vault, account, options);
  stopwatch.stop();
  assert.equal(report.workers, options.workers);
  return plain(records);
};

/** Workers are started before the watch and taken by the call. */
const started = (vault, account) => async (stopwatch) => {
  const workers = await startWorkers();
  stopwatch.start();
  const { records, report } = await openVault(vault, account, {
    workers: WORKERS,
    createWorker: () => workers.pop(),
  });
  stopwatch.stop();
  assert.equal(report.workers, WORKERS);
  return plain(records);
};

/** What a trust ledger adds: digests of every key and ciphertext, held against an empty ledger and sealed. */
const watched = (workers) => async () => {
  const vault = makeVault();
  const account = { dataKey: await importDataKey(vault.dataKey, { extractable: true }) };
  const ledgerKey = await nodeSuite.importAesKey(randomBytes(32));
  return {
    async ours(stopwatch) {
      stopwatch.start();
      const opened = await openVault({ records: vault.records }, account, { workers, digests: true });
      const { ledger, report } = observe(emptyTrustLedger(), observationOfVault(opened, { complete: true }));
      const { bytes } = await encodeLedger(ledger, ledgerKey);
      stopwatch.stop();
      assert.equal(report.items.new, RECORDS);
      return [opened, bytes];
    },
    async limit(stopwatch) {
      stopwatch.start();
      const opened = await openVault({ records: vault.records }, account, { workers });
      stopwatch.stop();
      return opened;
    },
  };
};

/** The two hashes of each record, and nothing around them. */
async function hashed() {
  const { records, dataKey } = makeVault();
  const keys = records.map(({ keys: [{ bytes }] }) => decrypt(dataKey, bytes));
  return {
    ours(stopwatch) {
      stopwatch.start();
      const hashes = [];
      for (const [index, { data }] of records.entries()) {
        hashes.push(hash('sha256', keys[index], 'binary'), hash('sha256', data.bytes, 'binary'));
      }
      stopwatch.stop();
      return hashes;
    },
    limit: timedLoop({ records, dataKey }),
  };
}

/**
 * What any way of sharing the work between threads has to be seen against: the bare loop on as many threads as ours has
 * workers, each with its part of the records from before, where what it opens stays. Nothing is sent to and fro.
 */
async function sharedOut() {
  const vault = makeVault();
  const { dataKey, records } = vault;
  const length = Math.ceil(RECORDS / WORKERS);
  const workers = Array.from({ length: WORKERS }, (_, index) => {
    const workerData = { dataKey, records: records.slice(index * length, (index + 1) * length) };
    return new Worker(new URL('./bare-worker.mjs', import.meta.url), { workerData });
  });
  for (const worker of workers) worker.unref();
  const openPart = (worker) =>
    new Promise((resolve) => {
      worker.once('message', resolve);
      worker.postMessage('open');
    });
  return {
    async ours(stopwatch) {
      stopwatch.start();
      const counts = await Promise.all(workers.map(openPart));
      stopwatch.stop();
      assert.equal(
        counts.reduce((sum, count) => sum + count),
        RECORDS,
      );
    },
    limit: timedLoop(vault),
  };
}

/** What a caller pays who looks at each part and lets it go. */
const streamed = (vault, account) => async (stopwatch) => {
  const opened = [];
  stopwatch.start();
  for await (const { records } of streamVault(vault, account, { workers: WORKERS })) opened.push(...plain(records));
  stopwatch.stop();
  return opened;
};

const name = (rest) => `open a vault of ${RECORDS.toLocaleString('en')} records, ${rest}`;

/** Rows for the table of `bench/index.mjs`; the limit is the bare loop in one thread. */
export const VAULT_OPERATIONS = [
  { name: name('one thread'), prepare: () => prepare(whole({ workers: 0 })), targets: {} },
  {
    name: name(`${WORKERS} workers`),
    prepare: () => prepare(whole({ workers: WORKERS })),
    targets: { limitRatio: 1.7 },
  },
  { name: name(`bare loops on ${WORKERS} threads at once, nothing sent`), prepare: sharedOut, targets: {} },
  { name: name(`${WORKERS} workers, started before`), prepare: () => prepare(started), targets: { limitRatio: 1.7 } },
  { name: name('one thread, with a ledger (limit: without)'), prepare: watched(0), targets: {} },
  { name: name(`${WORKERS} workers, with a ledger (limit: without)`), prepare: watched(WORKERS), targets: {} },
  { name: name('hashing them alone'), prepare: hashed, targets: {} },
  { name: name(`${WORKERS} workers, streamed`), prepare: () => prepare(streamed), targets: { limitRatio: 1.7 } },
];
