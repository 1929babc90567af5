import { defineConfig, type Options } from 'tsup';

/**
 * protobufjs is bundled, as only its reader and writer are wanted: it asks for long, which compiles WebAssembly when it
 * is loaded, and which nothing here uses.
 */
export const withoutLong: NonNullable<Options['esbuildPlugins']>[number] = {
  name: 'without-long',
  setup(build) {
    build.onResolve({ filter: /^long$/ }, () => ({ path: 'long', namespace: 'nothing' }));
    build.onLoad({ filter: /^long$/, namespace: 'nothing' }, () => ({ contents: 'module.exports = null;' }));
  },
};

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    'crypto/index': 'src/crypto/index.ts',
    'crypto/node': 'src/crypto/node.ts',
    'crypto/webcrypto': 'src/crypto/webcrypto.ts',
    'crypto/noble': 'src/crypto/noble.ts',
    'crypto/deterministic': 'src/crypto/deterministic.ts',
    'ecies/index': 'src/ecies/index.ts',
    'ecies/hybrid': 'src/ecies/hybrid.ts',
    'transmission/index': 'src/transmission/index.ts',
    'transmission/account': 'src/transmission/account/index.ts',
    'keychain/index': 'src/keychain/index.ts',
    'keychain/account/index': 'src/keychain/account/index.ts',
    'keychain/rsa': 'src/keychain/rsa.ts',
    'keychain/legacy-cbc': 'src/keychain/legacy-cbc.ts',
    'keychain/vault/index': 'src/keychain/vault/index.ts',
    'keychain/vault/worker-node': 'src/keychain/vault/worker-node.ts',
    'keychain/vault/worker-web': 'src/keychain/vault/worker-web.ts',
    'keychain/vault/workers-node': 'src/keychain/vault/workers-node.ts',
    'keychain/vault/workers-web': 'src/keychain/vault/workers-web.ts',
    'keychain/ledger/index': 'src/keychain/ledger/index.ts',
    'keychain/fingerprint': 'src/keychain/fingerprint.ts',
    'keychain/pam': 'src/keychain/pam.ts',
    'pairing/index': 'src/pairing/index.ts',
    'pairing/computer': 'src/pairing/computer-session.ts',
    'pairing/phone': 'src/pairing/phone-session.ts',
    'pairing/ssh': 'src/pairing/ssh.ts',
    'pairing/git': 'src/pairing/git.ts',
    'pairing/u2f': 'src/pairing/u2f.ts',
    'crypto/rsa-node': 'src/crypto/rsa-node.ts',
    'crypto/rsa-portable': 'src/crypto/rsa-portable.ts',
  },
  format: 'esm',
  target: 'es2022',
  platform: 'neutral',
  // Resolved where the package is used, by the conditions of its own "imports".
  external: ['#default-suite', '#rsa', '#vault-workers'],
  esbuildPlugins: [withoutLong],
  dts: true,
  // The package ships src/, so the maps need not repeat it.
  sourcemap: true,
  esbuildOptions(options) {
    options.sourcesContent = false;
  },
  splitting: true,
  treeshake: false,
  clean: true,
});
