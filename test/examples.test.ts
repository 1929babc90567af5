import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { u2fSigner, type U2fAccount } from '../reference/src/phone/u2f-keys.js';
import { configurationFile, startServer, trustingFetch, type RunningServer } from '../reference/src/index.js';
import {
  createApplication,
  createClient,
  createRecord,
  issueClient,
  memoryConfigurationStore,
  openDevice,
} from '../src/keychain/index.js';
import { memoryPairingStore } from '../src/pairing/index.js';
import { startPhoneSession, type Decision, type PhoneSession } from '../src/pairing/phone-session.js';
import { customServerKey } from '../src/transmission/index.js';
import { emptyTrustLedger, type TrustLedger } from '../src/keychain/ledger/index.js';
import type { AesKey } from '../src/crypto/suite.js';
import { nodeSuite } from '../src/crypto/node.js';
import { encodeBase64 } from '../src/wire/base64.js';

// The examples of the README run as they stand there, on the built packages.

const root = fileURLToPath(new URL('..', import.meta.url));
const run = promisify(execFile);
const RECORD = 'ZXhhbXBsZS1yZWNvcmQtMA';

let server: RunningServer;
let folder: string;
let deviceFile: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vaultwire-examples-'));
  deviceFile = join(folder, 'device.json');
  server = await startServer({
    seed: {
      applications: [
        {
          title: 'Examples',
          clients: [{}],
          records: [
            { title: 'Database', type: 'login', uid: RECORD, fields: [{ type: 'password', value: 'old-password' }] },
          ],
        },
      ],
    },
  });
  writeFileSync(join(folder, 'certificate.pem'), server.certificate);
  await openDevice({
    store: configurationFile(deviceFile),
    token: server.tokens[0]?.token ?? '',
    host: `${server.host}:${server.port}`,
    serverKeys: customServerKey({
      id: server.serverPublicKeyId,
      publicKey: Buffer.from(server.serverPublicKey, 'base64url'),
    }),
    fetch: trustingFetch(server.certificate),
  });
});

afterAll(() => server.close());

/** Runs an example as a person would, with the device bound already. */
async function example(name: string, ...flags: string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [...flags, join(root, 'examples', name)], {
    cwd: root,
    env: {
      ...process.env,
      DEVICE_FILE: deviceFile,
      RECORD_UID: RECORD,
      NODE_EXTRA_CA_CERTS: join(folder, 'certificate.pem'),
    },
  });
  return stdout;
}

test('the README and the document on accounts show every example as it is', () => {
  const readme = ['README.md', 'docs/accounts.md'].map((name) => readFileSync(join(root, name), 'utf8')).join('\n');
  for (const name of readdirSync(join(root, 'examples'))) {
    const code = readFileSync(join(root, 'examples', name), 'utf8');
    expect(readme, name).toContain(`\`\`\`js\n// examples/${name}\n${code}\`\`\``);
  }
});

test('every link of the documents leads somewhere', () => {
  const documents = [
    'README.md',
    'SECURITY.md',
    'vectors/README.md',
    ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`),
  ];
  for (const document of documents) {
    const text = readFileSync(join(root, document), 'utf8');
    for (const [, target = ''] of text.matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)) {
      const file = new URL(target, pathToFileURL(join(root, document)));
      expect(() => readFileSync(file), `${document}: ${target}`).not.toThrow();
    }
  }
});

test('an integration reads', async () => {
  expect(await example('integration.mjs')).toBe(`${RECORD}: Database\n`);
});

test('a gateway rotates', async () => {
  const passwords = async (): Promise<unknown> => {
    const device = await openDevice({ store: configurationFile(deviceFile), fetch: trustingFetch(server.certificate) });
    return (await device.getSecrets()).records[0]?.data['fields'];
  };
  const before = await passwords();
  expect(await example('gateway.mjs')).toMatch(/^the target takes .*\nrotated Database\n$/);
  expect(await passwords()).not.toEqual(before);
});

test('a test in CI passes', async () => {
  expect(await example('ci.test.mjs', '--test')).toMatch(/pass 1\b/);
});

test('a ledger is kept in a file, over crashes and beyond the bounds of a document', async () => {
  const { openLedgerFile } = (await import(pathToFileURL(join(root, 'examples/ledger-file.mjs')).href)) as {
    openLedgerFile: (
      path: string,
      key: AesKey,
      minimumSequence?: number,
    ) => Promise<{ readonly ledger: TrustLedger; save: (next: TrustLedger) => Promise<number> }>;
  };
  const path = join(folder, 'ledger');
  const key = await nodeSuite.importAesKey(new Uint8Array(32).fill(7));
  const file = await openLedgerFile(path, key);
  expect(file.ledger).toEqual(emptyTrustLedger());
  const at = (iterations: number): TrustLedger => ({ ...emptyTrustLedger(), iterations });
  expect(await file.save(at(1))).toBe(0);
  expect(await file.save(at(1))).toBe(0);
  expect((await openLedgerFile(path, key)).ledger).toEqual(at(1));
  for (let count = 2; count <= 1000; count++) expect(await file.save(at(count))).toBe(count - 1);
  const full = readFileSync(path).length;
  expect(await file.save(at(1000))).toBe(999);
  expect(readFileSync(path)).toHaveLength(full);
  expect(await file.save(at(1001))).toBe(1000);
  expect(readFileSync(path).length).toBeLessThan(200);
  await file.save(at(1002));
  const whole = readFileSync(path);
  for (const broken of [whole.subarray(0, -1), Buffer.concat([whole.subarray(0, -40), Buffer.alloc(4096)])]) {
    writeFileSync(path, broken);
    const again = await openLedgerFile(path, key, 1000);
    expect(again.ledger).toEqual(at(1001));
    expect(await again.save(at(1003))).toBe(1001);
    expect((await openLedgerFile(path, key, 1001)).ledger).toEqual(at(1003));
  }
  await expect(openLedgerFile(path, key, 1002)).rejects.toMatchObject({ code: 'rollback-suspected' });
  await expect(openLedgerFile(join(folder, 'none'), key, 1)).rejects.toMatchObject({ code: 'ENOENT' });
});

test('a server answers, and refuses a second spending of the token', async () => {
  const { startSecretsServer } = (await import(pathToFileURL(join(root, 'examples/server.mjs')).href)) as {
    startSecretsServer: (options: object) => Promise<{
      readonly server: { address(): { readonly port: number }; close(): void };
      readonly serverPublicKey: { readonly id: number; readonly publicKey: Uint8Array };
    }>;
  };
  const owner = await nodeSuite.generateEcPrivateKey();
  const application = await createApplication({ title: 'Example' });
  const record = await createRecord({ title: 'From the example' });
  const { sealed, token } = await createClient(application.key, { host: 'localhost' });
  const clients = new Map([
    [
      sealed.clientId,
      issueClient({
        clientId: sealed.clientId,
        encryptedApplicationKey: encodeBase64(sealed.encryptedApplicationKey),
      }),
    ],
  ]);
  const key = await application.key.wrapRecordKey(record.key);
  const running = await startSecretsServer({
    clients,
    ownerPublicKey: owner.publicKey.bytes,
    secrets: {
      applicationData: application.sealed.data,
      records: [{ uid: record.sealed.uid, key, data: record.sealed.data, revision: 1, isEditable: false }],
      folders: [],
    },
  });
  try {
    // The example leaves TLS out.
    const plain: typeof fetch = (url, init) =>
      fetch(
        String(url instanceof Request ? url.url : url).replace(
          'https://localhost',
          `http://127.0.0.1:${running.server.address().port}`,
        ),
        init,
      );
    const options = {
      token: await token.exportSecretText(),
      serverKeys: customServerKey(running.serverPublicKey),
      fetch: plain,
    };
    const device = await openDevice({ ...options, store: memoryConfigurationStore() });
    expect((await device.getSecrets()).records.map(({ data }) => data['title'])).toEqual(['From the example']);
    await expect(openDevice({ ...options, store: memoryConfigurationStore() })).rejects.toThrow(/token-used/);
  } finally {
    running.server.close();
  }
});

test('a vault in a browser is paired with a phone, and opens when its user says yes', async () => {
  interface Vault {
    readonly phone: { close(): Promise<void> };
    readonly email: string;
    readonly key: { counter: number };
  }
  const { pairVault, unlock } = (await import(pathToFileURL(join(root, 'examples/pair-browser-vault.mjs')).href)) as {
    pairVault: (options: object) => Promise<Vault>;
    unlock: (vault: Vault) => Promise<string>;
  };
  const accounts: { list: readonly U2fAccount[] } = { list: [] };
  const keys = {
    u2f: u2fSigner(new Uint8Array(16).fill(1), {
      get accounts() {
        return accounts.list;
      },
      change: (next) => {
        accounts.list = next(accounts.list);
        return Promise.resolve();
      },
    }),
  };
  let approve = true;
  const codes: string[] = [];
  let phone: Promise<PhoneSession> | undefined;
  const vault = await pairVault({
    store: memoryPairingStore(),
    deviceIdentifier: new Uint8Array(16).fill(2),
    showQr: (qrText: string) => {
      phone = startPhoneSession({
        qrText,
        channels: ({ sendQueue, receiveQueue }) => [
          {
            name: 'tabs',
            send: (message) => {
              const tab = new BroadcastChannel(sendQueue);
              tab.postMessage(message);
              tab.close();
              return Promise.resolve();
            },
            receive: (deliver) => {
              const tab = new BroadcastChannel(receiveQueue);
              tab.onmessage = (event) => {
                deliver((event as { readonly data: Uint8Array }).data);
              };
              return () => {
                tab.close();
              };
            },
          },
        ],
        store: memoryPairingStore(),
        me: { email: 'ada@example.com' },
        keys,
        ask: ({ verified }) => {
          expect(verified).toEqual([{ name: 'app id', value: 'https://vault.example' }]);
          return Promise.resolve<Decision>(approve ? { approve: true } : { approve: false });
        },
      });
    },
    confirm: (code: string) => {
      codes.push(code);
      return Promise.resolve(true);
    },
  });
  const paired = await phone;
  try {
    expect(vault.email).toBe('ada@example.com');
    expect(codes).toEqual([paired?.comparisonCode]);
    expect(await unlock(vault)).toBe('the vault is open');
    expect([accounts.list[0]?.counter, vault.key.counter]).toEqual([1, 1]);
    // A copy of the key counts on its own.
    accounts.list = accounts.list.map((account) => ({ ...account, counter: 0 }));
    await expect(unlock(vault)).rejects.toThrow('a copy of the key');
    expect(vault.key.counter).toBe(1);
    approve = false;
    await expect(unlock(vault)).rejects.toMatchObject({ code: 'request-rejected' });
  } finally {
    await Promise.all([vault.phone.close(), paired?.close()]);
  }
});
