import { describe, expect, it } from 'vitest';
import { defaultSuite, type CryptoSuite } from 'vaultwire/crypto';
import { Store } from '../../reference/src/backend/store.js';
import { startServer } from '../../reference/src/server.js';
import { refused } from '../support/refused.js';
import { ACCOUNTS, accountClient, fetchKeys, fetchVault, PASSWORD } from './account-support.js';
import { SEED, temporaryFolder, testDevice, tokenOf, UIDS, whenDone } from './support.js';

/** Every spelling in which bytes could lie in a store. */
const spellings = (bytes: Uint8Array): readonly Buffer[] => {
  const buffer = Buffer.from(bytes);
  return [
    buffer,
    ...(['hex', 'base64url', 'base64'] as const).map((form) => Buffer.from(buffer.toString(form).replace(/=+$/, ''))),
  ];
};

describe('what the backend stores', () => {
  it('holds no plaintext of the vault, no key, no token', async () => {
    const folder = await temporaryFolder();
    const drawn = recordSecrets();
    const ownerKey = await defaultSuite.generateEcPrivateKey({ extractable: true });
    const server = await startServer({ seed: { ...SEED, accounts: ACCOUNTS }, dataDirectory: folder, ownerKey });
    const device = await testDevice(server, { token: tokenOf(server, 'First', 'one') });
    const { folders } = await device.getSecrets();
    const shared = folders.find(({ uid }) => uid === UIDS.folder)!;
    const created = await device.createRecord(shared, { title: 'plaintext-of-a-new-record' });
    await device.createFolder(shared, 'plaintext-of-a-new-folder');
    const { records } = await device.getSecrets({ records: [created] });
    await device.uploadFile(records[0]!, {
      name: 'plaintext-name.txt',
      content: Buffer.from('plaintext-of-an-upload'),
    });
    const [updated] = (await device.getSecrets({ records: [UIDS.direct] })).records;
    await device.updateRecord(updated!, { title: 'plaintext-of-a-rotation' }, { transaction: 'rotation' });
    const account = await accountClient(server, { mode: 'hybrid' });
    const session = await account.login('alice@shop.example', PASSWORD);
    const { opened, privateKey, clientKey } = await fetchKeys(account, session, PASSWORD);
    await fetchVault(account, session);
    drawn.stop();
    await server.close();

    const store = await Store.open(folder);
    whenDone(() => store.close());
    const entries: Buffer[] = [];
    for await (const [key, value] of store.rawEntries()) entries.push(Buffer.concat([key, Buffer.from('='), value]));
    const everything = Buffer.concat(entries);

    // The search itself finds what is there: UIDs and the public key of the owner.
    expect(everything.includes(UIDS.direct)).toBe(true);
    expect(everything.includes(Buffer.from(ownerKey.publicKey.bytes))).toBe(true);

    for (const text of ['plaintext', 'Direct', 'In folder', 'Shared', 'First', 'notes.txt', 'Inner']) {
      expect(everything.includes(text), text).toBe(false);
    }
    for (const { token } of server.tokens) {
      for (const form of spellings(Buffer.from(token, 'base64url'))) expect(everything.includes(form)).toBe(false);
    }
    for (const form of spellings(await ownerKey.exportSecretBytes!())) expect(everything.includes(form)).toBe(false);
    // What only the user of an account has, and a session, which ends with the server.
    for (const secret of [
      await opened.dataKey.exportSecretBytes(),
      await privateKey.exportSecretBytes!(),
      await clientKey.exportSecretBytes(),
      session,
    ]) {
      for (const form of spellings(secret)) expect(everything.includes(form)).toBe(false);
    }
    // Every key of application, folders, records, files, tokens and transmissions; the server keeps its own alone.
    const ring = (await store.read((view) => view.get('meta', 'server-keys'))) as {
      keys: { privateKey: Uint8Array }[];
    };
    const own = ring.keys.map(({ privateKey }) => Buffer.from(privateKey));
    const others = drawn.keys.filter((key) => !own.some((one) => one.equals(key)));
    expect(own).toHaveLength(1);
    expect(others.length).toBeGreaterThan(20);
    for (const key of others) {
      for (const form of spellings(key)) expect(everything.includes(form)).toBe(false);
    }
  });
});

describe('a data folder of another version', () => {
  it('is refused', async () => {
    const folder = await temporaryFolder();
    const store = await Store.open(folder);
    await store.write((transaction) => {
      transaction.put('meta', 'seed', { format: 2 });
      return Promise.resolve();
    });
    await store.close();
    const error = await refused('configuration-invalid', () => startServer({ dataDirectory: folder }));
    expect(error.message).toContain('another version');
  });
});

/** Takes down every 32-byte secret that the default suite draws, until it is stopped. */
function recordSecrets(): { readonly keys: readonly Uint8Array[]; readonly stop: () => void } {
  const suite = defaultSuite as { -readonly [K in keyof CryptoSuite]: CryptoSuite[K] };
  const { randomBytes } = suite;
  const keys: Uint8Array[] = [];
  suite.randomBytes = (length) => {
    const bytes = randomBytes.call(suite, length);
    if (length === 32) keys.push(new Uint8Array(bytes));
    return bytes;
  };
  return {
    keys,
    stop: () => {
      suite.randomBytes = randomBytes;
    },
  };
}
