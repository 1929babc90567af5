// Run by other runtimes than Node, with the package as it is built: keys between two ends, a vault opened in this thread
// and by workers, and what a ledger makes of it.
import assert from 'node:assert/strict';
import { defaultSuite } from 'vaultwire/crypto';
import { nobleSuite } from 'vaultwire/crypto/noble';
import { webcryptoSuite } from 'vaultwire/crypto/webcrypto';
import { open, seal } from 'vaultwire/ecies';
import { generateRecordKey, generateUid } from 'vaultwire/keychain';
import { generateDataKey } from 'vaultwire/keychain/account';
import { emptyTrustLedger, observationOfVault, observe } from 'vaultwire/keychain/ledger';
import { openVault } from 'vaultwire/keychain/vault';

const RECORDS = 2000;

for (const suite of [defaultSuite, webcryptoSuite, nobleSuite]) {
  const server = await suite.generateEcPrivateKey();
  const message = suite.randomBytes(32);
  const sealed = await seal(server.publicKey, message, { suite });
  assert.deepEqual(await open(server, sealed, { suite }), message, suite.name);
}

const dataKey = await generateDataKey();
const records = await Promise.all(
  Array.from({ length: RECORDS }, async (_, number) => {
    const key = await generateRecordKey();
    return {
      uid: generateUid(),
      keys: [{ kind: 'data-key-gcm', bytes: await dataKey.wrapRecordKey(key) }],
      data: { cipher: 'gcm', bytes: await key.sealData({ title: `Record ${number}` }) },
      revision: 1,
    };
  }),
);
records[7] = { ...records[7], data: { cipher: 'gcm', bytes: new Uint8Array(40) } };

let ledger = emptyTrustLedger();
for (const workers of [0, 2]) {
  const opened = await openVault({ records }, { dataKey }, { workers, digests: true });
  assert.deepEqual(opened.report, {
    missing: [],
    wraps: { 'data-key-gcm': RECORDS - 1 },
    unauthenticated: 0,
    workers,
    failedBatches: 0,
  });
  assert.deepEqual(
    opened.failed.map(({ uid, code }) => [uid, code]),
    [[records[7].uid, 'open-failed']],
  );
  assert.equal(opened.records[8].data.title, 'Record 9');
  assert.deepEqual(await opened.records[8].key.openData(records[9].data.bytes), { title: 'Record 9' });
  const observed = observe(ledger, observationOfVault(opened, { complete: true }));
  ledger = observed.ledger;
  const { new: fresh, unchanged } = observed.report.items;
  assert.deepEqual([fresh, unchanged], workers === 0 ? [RECORDS - 1, 0] : [0, RECORDS - 1]);
}
console.log('all as expected');
