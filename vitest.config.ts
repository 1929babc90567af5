import { fileURLToPath } from 'node:url';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig, type TestProjectConfiguration } from 'vitest/config';
import { wycheproofDirectory } from './test/crypto/wycheproof-directory.js';

/** Path of a Chromium; the test script looks for one. Without it there is no browser project. */
const chromium = process.env.VAULTWIRE_CHROMIUM;

const source = (path: string): string => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

/** The package's own entries, from source: a test and the code under it share one copy of every module. */
const entries = (defaultSuite: string, onNode: boolean) => [
  { find: '#default-suite', replacement: source(defaultSuite) },
  { find: '#rsa', replacement: source(`crypto/rsa-${onNode ? 'node' : 'portable'}.ts`) },
  { find: '#vault-workers', replacement: source(`keychain/vault/workers-${onNode ? 'node' : 'web'}.ts`) },
  { find: /^vaultwire$/, replacement: source('index.ts') },
  { find: /^vaultwire\/crypto\/(\w+)$/, replacement: source('crypto/$1.ts') },
  { find: 'vaultwire/ecies/hybrid', replacement: source('ecies/hybrid.ts') },
  { find: 'vaultwire/transmission/account', replacement: source('transmission/account/index.ts') },
  { find: /^vaultwire\/keychain\/(account|ledger|vault)$/, replacement: source('keychain/$1/index.ts') },
  { find: /^vaultwire\/keychain\/(rsa|legacy-cbc|fingerprint|pam)$/, replacement: source('keychain/$1.ts') },
  { find: /^vaultwire\/pairing\/(computer|phone)$/, replacement: source('pairing/$1-session.ts') },
  { find: /^vaultwire\/pairing\/(ssh|git|u2f)$/, replacement: source('pairing/$1.ts') },
  { find: /^vaultwire\/(crypto|ecies|transmission|keychain|pairing)$/, replacement: source('$1/index.ts') },
];

const node: TestProjectConfiguration = {
  resolve: { alias: entries('crypto/node.ts', true) },
  test: {
    name: 'node',
    environment: 'node',
    include: ['test/**/*.test.ts'],
    exclude: ['test/browser/**', 'test/**/*.browser.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    globalSetup: 'test/support/sshd-folder.ts',
  },
};

const browser: TestProjectConfiguration = {
  resolve: { alias: entries('crypto/webcrypto.ts', false) },
  // Found before the first test: a dependency found later would reload the page under the tests.
  optimizeDeps: {
    include: ['protobufjs/minimal.js'],
    entries: ['src/**/*.ts', '!src/**/*.d.ts', 'test/**/*.browser.test.ts', 'test/browser/**/*.ts'],
  },
  server: { fs: { allow: ['.', wycheproofDirectory] } },
  test: {
    name: 'browser',
    provide: { wycheproofDirectory },
    include: ['test/**/*.browser.test.ts', 'test/browser/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({
        launchOptions: {
          ...(chromium === undefined ? {} : { executablePath: chromium }),
          args: [
            '--no-sandbox',
            '--disable-background-networking',
            '--disable-component-update',
            '--disable-sync',
            '--no-first-run',
            '--disable-gpu',
          ],
        },
      }),
      instances: [{ browser: 'chromium' }],
    },
  },
};

export default defineConfig({
  test: {
    // The tests that drive other programs mostly wait for them, so that a core left free would be idle.
    maxWorkers: '100%',
    projects: chromium === undefined ? [node] : [node, browser],
  },
});
