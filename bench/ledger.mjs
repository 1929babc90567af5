// What a trust ledger adds to opening a vault of 100,000 records: the limit is the bare opening, ours the ledger's work,
// from digests to bytes that can be written. What the digests themselves cost is measured with `openVault`.
import { randomBytes } from 'node:crypto';
import { nodeSuite } from 'vaultwire/crypto/node';
import { appendLedger, decodeLedger, emptyTrustLedger, encodeLedger, observe } from 'vaultwire/keychain/ledger';
import { decrypt, encrypt } from './bare.mjs';

const RECORDS = Number(process.env.VAULTWIRE_BENCH_RECORDS ?? 100_000);
const digest = () => randomBytes(16).toString('base64url');

/** Of a hundred records, how many changed since they were last seen. */
const CHANGED_PERCENT = 1;

async function prepare(isKnown) {
  const key = await nodeSuite.importAesKey(randomBytes(32));
  const items = Array.from({ length: RECORDS }, () => ({
    uid: digest(),
    kind: 'record',
    wrap: 'data-key-gcm',
    keyDigest: digest(),
    dataDigest: digest(),
    revision: 1,
  }));
  const known = isKnown ? observe(emptyTrustLedger(), { items }).ledger : emptyTrustLedger();
  const document = await encodeLedger(known, key);
  const every = Math.round(100 / CHANGED_PERCENT);
  const observation = {
    items: items.map((item, index) =>
      isKnown && index % every === 0 ? { ...item, dataDigest: digest(), revision: 2 } : item,
    ),
    complete: true,
  };
  const dataKey = randomBytes(32);
  const notes = 'Rotated every 30 days, and after every change of staff. '.repeat(6);
  const sealed = items.map(({ uid }) => {
    const recordKey = randomBytes(32);
    const data = Buffer.from(JSON.stringify({ title: uid, type: 'login', fields: [], notes }));
    return { wrapped: Buffer.concat(encrypt(dataKey, recordKey)), data: Buffer.concat(encrypt(recordKey, data)) };
  });
  const seenAgain = async () => {
    const before = await decodeLedger(document.bytes, key);
    const { ledger, report } = observe(before.ledger, observation);
    if (report.items.unchanged + report.items.changed.length !== RECORDS) throw new Error('lost some');
    return appendLedger(before.tail, before.ledger, ledger, key);
  };
  return {
    async ours(stopwatch) {
      stopwatch.start();
      const written = isKnown ? await seenAgain() : await encodeLedger(observe(known, observation).ledger, key);
      stopwatch.stop();
      return written;
    },
    limit(stopwatch) {
      stopwatch.start();
      const opened = sealed.map(({ wrapped, data }) => JSON.parse(decrypt(decrypt(dataKey, wrapped), data).toString()));
      stopwatch.stop();
      return opened;
    },
  };
}

const count = RECORDS.toLocaleString('en');
/** Rows for the table of `bench/index.mjs`: opening takes at least 20 times as long, so that the ledger costs at most 5 %. */
export const LEDGER_OPERATIONS = [
  {
    name: `ledger of ${count} uids, first seen and encoded`,
    prepare: () => prepare(false),
    targets: { limitRatio: 20 },
  },
  {
    name: `ledger of ${count} uids, read, seen again and appended`,
    prepare: () => prepare(true),
    targets: { limitRatio: 20 },
  },
];
