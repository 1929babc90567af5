import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type * as BrowserSdk from '@keeper-security/secrets-manager-core/dist/browser/index.js';
import { startServer, type RunningServer } from '../../reference/src/index.js';
import type * as Keychain from '../../src/keychain/index.js';
import type * as Transmission from '../../src/transmission/index.js';

// The browser build of the official client, and ours, in a Chromium: bound over HTTPS with keys in IndexedDB.

const executablePath = process.env['VAULTWIRE_CHROMIUM'] ?? '';
const RECORD = 'YnJvd3Nlci1yZWNvcmQtMA';
const FOLDER = 'YnJvd3Nlci1mb2xkZXItMA';
const source = (path: string): string => fileURLToPath(new URL(`../../src/${path}`, import.meta.url));

/** What the script of {@link bundle} leaves in the page. */
interface Clients {
  readonly sdk: typeof BrowserSdk;
  readonly keychain: typeof Keychain;
  readonly transmission: typeof Transmission;
}

/** Both clients in one script. Ours is built from source with the suite that browsers get. */
async function bundle(): Promise<string> {
  const sdk = createRequire(import.meta.url).resolve('@keeper-security/secrets-manager-core/package.json');
  const result = await build({
    stdin: {
      contents: `
        import * as sdk from ${JSON.stringify(sdk.replace('package.json', 'dist/index.es.js'))};
        import * as keychain from ${JSON.stringify(source('keychain/index.ts'))};
        import * as transmission from ${JSON.stringify(source('transmission/index.ts'))};
        import * as webcrypto from ${JSON.stringify(source('crypto/webcrypto.ts'))};
        Object.assign(globalThis, { sdk, keychain, transmission, webcrypto });
      `,
      resolveDir: fileURLToPath(new URL('.', import.meta.url)),
    },
    alias: { '#default-suite': source('crypto/webcrypto.ts') },
    bundle: true,
    format: 'iife',
    platform: 'browser',
    write: false,
  });
  return result.outputFiles[0]?.text ?? '';
}

describe.skipIf(!existsSync(executablePath))('in a Chromium', () => {
  let server: RunningServer;
  let pages: Server;
  let browser: Browser;
  let origin: string;

  beforeAll(async () => {
    const script = await bundle();
    // What a strict page of today says: nothing is evaluated from strings, and WebAssembly neither.
    const policy = "default-src 'none'; script-src 'self'; connect-src https:";
    pages = createServer((request, response) => {
      response.setHeader('Content-Security-Policy', policy);
      if (request.url === '/clients.js') response.setHeader('Content-Type', 'text/javascript').end(script);
      else response.setHeader('Content-Type', 'text/html').end('<!doctype html><script src="/clients.js"></script>');
    });
    await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve));
    origin = `http://localhost:${(pages.address() as AddressInfo).port}`;
    server = await startServer({
      origins: [origin],
      seed: {
        applications: [
          {
            title: 'Browser',
            clients: [{ name: 'official' }, { name: 'ours' }, { name: 'refused' }],
            folders: [
              {
                name: 'Shared',
                uid: FOLDER,
                records: [
                  {
                    title: 'From the seed',
                    type: 'login',
                    uid: RECORD,
                    fields: [],
                    files: [{ name: 'a.txt', type: 'text/plain', text: 'for browsers' }],
                  },
                ],
              },
            ],
          },
        ],
      },
    });
    browser = await chromium.launch({
      executablePath,
      args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    });
  });

  afterAll(async () => {
    await browser.close();
    await server.close();
    await new Promise((resolve) => pages.close(resolve));
  });

  async function visit(): Promise<Page> {
    // The server's certificate is self-signed.
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    const page = await context.newPage();
    await page.goto(origin);
    return page;
  }

  const parameters = (index: number) => ({
    host: `${server.host}:${server.port}`,
    token: server.tokens[index]?.token ?? '',
    serverPublicKey: server.serverPublicKey,
    serverPublicKeyId: server.serverPublicKeyId,
    folder: FOLDER,
  });

  test('the official client binds with keys that cannot leave IndexedDB, and reads, writes and transfers a file', async () => {
    const page = await visit();
    const result = await page.evaluate(async ({ host, token, serverPublicKey, serverPublicKeyId, folder }) => {
      const { sdk } = globalThis as unknown as Clients;
      const storage = sdk.localConfigStorage('official', true);
      await sdk.initializeStorage(storage, token, host);
      const options = { storage, serverPublicKey, serverPublicKeyId: String(serverPublicKeyId) };
      const { records } = await sdk.getSecrets(options);
      const pair = await storage.getObject?.<CryptoKeyPair>('privateKey');
      await sdk.getFolders(options);
      const created = await sdk.createSecret(options, folder, { title: 'From the browser', fields: [] });
      const read = async () => {
        const [record] = (await sdk.getSecrets(options, [created])).records;
        if (!record) throw new Error('expected the record');
        return record;
      };
      const content = new Uint8Array(100_000).fill(7);
      const uploaded = await sdk.uploadFile(options, await read(), { name: 'b.bin', title: 'b', data: content });
      const again = await read();
      const file = again.files?.find(({ fileUid }) => fileUid === uploaded);
      if (!file) throw new Error('expected the file');
      const title = (data: unknown) => (data as { readonly title: string }).title;
      return {
        titles: records.map(({ data }) => title(data)),
        extractable: pair?.privateKey.extractable,
        downloaded: (await sdk.downloadFile(file)).length,
        created: title(again.data),
      };
    }, parameters(0));
    expect(result).toEqual({
      titles: ['From the seed'],
      extractable: false,
      downloaded: 100_000,
      created: 'From the browser',
    });
  });

  test('ours binds with keys that cannot be taken out, keeps them in IndexedDB, and reads after a reload', async () => {
    const page = await visit();
    const visitVault = async (token?: string) =>
      page.evaluate(
        async ({ host, serverPublicKey, serverPublicKeyId, token }) => {
          const { keychain, transmission } = globalThis as unknown as Clients;
          const settle = <T>(request: IDBRequest<T>): Promise<T> =>
            new Promise((resolve, reject) => {
              request.onsuccess = () => {
                resolve(request.result);
              };
              request.onerror = () => {
                reject(request.error ?? new Error('IndexedDB failed'));
              };
            });
          const opening = indexedDB.open('vault', 1);
          opening.onupgradeneeded = () => opening.result.createObjectStore('device');
          const database = await settle(opening);
          const objects = (mode: IDBTransactionMode) => database.transaction('device', mode).objectStore('device');
          const store: Keychain.ConfigurationStore = {
            needsExtractableKeys: false,
            async read() {
              const kept = (await settle(objects('readonly').get('configuration'))) as
                Keychain.ConfigurationHandles | undefined;
              return kept && keychain.configurationFromHandles(kept);
            },
            async write(configuration) {
              const handles = await keychain.configurationHandles(configuration);
              await settle(objects('readwrite').put(handles, 'configuration'));
            },
          };
          const bytes = Uint8Array.from(atob(serverPublicKey.replaceAll('-', '+').replaceAll('_', '/')), (character) =>
            character.charCodeAt(0),
          );
          const device = await keychain.openDevice({
            store,
            host,
            ...(token !== undefined && { token }),
            serverKeys: transmission.customServerKey({ id: serverPublicKeyId, publicKey: bytes }),
            fileUrls: { allowPrivateAddresses: true },
          });
          const { records, failed } = await device.getSecrets();
          const configuration = await store.read();
          const outcome = (attempt?: Promise<unknown>): Promise<string> =>
            (attempt ?? Promise.resolve()).then(
              () => 'exported',
              (error: unknown) => (error as { readonly code: string }).code,
            );
          const file = records.flatMap(({ files }) => files).find(({ description }) => description['name'] === 'a.txt');
          return {
            failed: failed.length,
            titles: records.map(({ data }) => data['title']),
            deviceKey: await outcome(configuration?.deviceKey.exportPkcs8?.()),
            applicationKey: await outcome(configuration?.applicationKey?.exportSecretBytes()),
            clientKey: configuration?.clientKey !== undefined,
            content: file && new TextDecoder().decode(await device.downloadFile(file)),
          };
        },
        { ...parameters(1), token },
      );
    const expected = {
      failed: 0,
      titles: expect.arrayContaining(['From the seed']) as string[],
      deviceKey: 'key-not-extractable',
      applicationKey: 'key-not-extractable',
      clientKey: false,
      content: 'for browsers',
    };
    expect(await visitVault(parameters(1).token)).toEqual(expected);
    await page.reload();
    expect(await visitVault()).toEqual(expected);
  });

  test('a page of another origin gets no answer', async () => {
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    const page = await context.newPage();
    await page.goto(origin.replace('localhost', '127.0.0.1'));
    const outcome = await page.evaluate(async (url) => {
      const attempt = fetch(`${url}/api/rest/sm/v1/get_secret`, { method: 'POST', headers: { PublicKeyId: '1' } });
      return attempt.then(
        () => 'answered',
        () => 'refused',
      );
    }, server.url);
    expect(outcome).toBe('refused');
  });
});
