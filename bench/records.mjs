// A large vault: the answer to get_secret, from the bytes that came over the wire to records one can read.
import assert from 'node:assert/strict';
import * as openssl from 'node:crypto';
import { getSecrets, inMemoryStorage } from '@keeper-security/secrets-manager-core';
import { nodeSuite } from 'vaultwire/crypto/node';
import {
  createApplication,
  createFolder,
  createRecord,
  encodeSecretsAnswer,
  importApplicationKey,
  openSecrets,
} from 'vaultwire/keychain';
import { openAnswer } from 'vaultwire/transmission';
import { decrypt } from './bare.mjs';

const FOLDERS = 10;
const RECORDS_PER_FOLDER = 1000;

/** A login as a vault stores it: about 500 bytes of JSON, some of it beyond ASCII. */
function login(number) {
  const password = openssl.randomBytes(15).toString('base64');
  return {
    title: `${number % 8 === 0 ? 'Zürich' : 'Frankfurt'} database ${number}`,
    type: 'login',
    fields: [
      { type: 'login', value: [`service-account-${number}@example.com`] },
      {
        type: 'password',
        value: [password],
        enforceGeneration: true,
        privacyScreen: false,
        complexity: { length: 20 },
      },
      { type: 'url', value: [`https://db-${number}.internal.example.com:5432/production`] },
      { type: 'fileRef', value: [] },
      { type: 'oneTimeCode', value: [] },
    ],
    custom: [{ type: 'text', label: 'Owner', value: ['platform team'] }],
    notes: 'Rotated every 30 days.',
  };
}

/** The plaintext of an answer, and the key that opens it. */
async function makeAnswer() {
  const { key: applicationKey, sealed: application } = await createApplication({ title: 'Benchmark' });
  const folders = [];
  for (let folderNumber = 0; folderNumber < FOLDERS; folderNumber++) {
    const folder = await createFolder(`Folder ${folderNumber}`);
    const records = [];
    for (let index = 0; index < RECORDS_PER_FOLDER; index++) {
      const { key, sealed } = await createRecord(login(folderNumber * RECORDS_PER_FOLDER + index));
      const wrapped = await folder.key.wrapRecordKey(key);
      records.push({
        uid: sealed.uid,
        key: wrapped,
        data: sealed.data,
        revision: index + 1,
        isEditable: true,
        files: [],
      });
    }
    folders.push({ uid: folder.sealed.uid, key: await applicationKey.wrapFolderKey(folder.key), records });
  }
  return {
    plaintext: Buffer.from(
      JSON.stringify(encodeSecretsAnswer({ applicationData: application.data, records: [], folders })),
    ),
    applicationKey: await applicationKey.exportSecretBytes(),
  };
}

/** @param {import('vaultwire/crypto').CryptoSuite} suite */
export async function openingRecords(suite) {
  const { plaintext, applicationKey: applicationKeyBytes } = await makeAnswer();
  const transmissionKeyBytes = openssl.randomBytes(32);
  const body = await (await nodeSuite.importAesKey(transmissionKeyBytes)).seal(plaintext);

  const transmissionKey = await suite.importAesKey(transmissionKeyBytes);
  const applicationKey = await importApplicationKey(applicationKeyBytes, { suite });
  async function ours(stopwatch) {
    stopwatch.start();
    const { records } = await openSecrets(await openAnswer(transmissionKey, body), applicationKey, { suite });
    stopwatch.stop();
    return records.map(({ uid, folderUids, revision, data }) => [uid, folderUids[0], revision, data]);
  }

  // The official client decrypts an answer where it sends the request, so the watch starts when its transport hands
  // over the answer, which is encrypted for that one request before: making the request is not counted.
  const storage = inMemoryStorage({
    hostname: 'localhost',
    clientId: openssl.randomBytes(64).toString('base64'),
    privateKey: openssl
      .generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
      .privateKey.export({ format: 'der', type: 'pkcs8' })
      .toString('base64'),
    appKey: Buffer.from(applicationKeyBytes).toString('base64'),
  });
  async function peer(stopwatch) {
    const queryFunction = async (_url, { key }) => {
      const data = await (await nodeSuite.importAesKey(key)).seal(plaintext);
      stopwatch.start();
      return { statusCode: 200, headers: {}, data };
    };
    const { records } = await getSecrets({ storage, queryFunction });
    stopwatch.stop();
    return records.map(({ recordUid, folderUid, revision, data }) => [recordUid, folderUid, revision, data]);
  }

  // The calls that cannot be left out, and nothing around them.
  async function limit(stopwatch) {
    stopwatch.start();
    const answer = JSON.parse(decrypt(transmissionKeyBytes, body).toString());
    const records = [];
    for (const folder of answer.folders) {
      const folderKey = decrypt(applicationKeyBytes, Buffer.from(folder.folderKey, 'base64'));
      for (const record of folder.records) {
        const recordKey = decrypt(folderKey, Buffer.from(record.recordKey, 'base64'));
        const data = JSON.parse(decrypt(recordKey, Buffer.from(record.data, 'base64')).toString());
        records.push([record.recordUid, folder.folderUid, record.revision, data]);
      }
    }
    stopwatch.stop();
    return records;
  }

  const contenders = { ours, peer, limit };
  const watch = { start() {}, stop() {} };
  const expected = await limit(watch);
  assert.equal(expected.length, FOLDERS * RECORDS_PER_FOLDER);
  for (const contender of Object.values(contenders)) assert.deepEqual(await contender(watch), expected);
  return contenders;
}
