// Budgets of what a browser loads, minified and gzipped. The first is a promise of docs/decisions.md; the others keep
// each entry about 10 % above what it measured when its budget was set.
const forBrowsers = (config) => ({
  ...config,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  logLevel: 'error',
  // Not the repository's own: its paths would bring in the sources of the Node suite.
  tsconfigRaw: '{}',
});

const entry = (name, limit, path = `dist/${name}/index.js`) => ({
  name,
  path,
  import: '*',
  limit,
  gzip: true,
  modifyEsbuildConfig: forBrowsers,
});

export default [
  {
    name: 'device requests and opening a vault in a browser',
    import: {
      'dist/transmission/index.js': '{ sealDeviceRequest, openAnswer }',
      'dist/keychain/index.js': '{ openSecrets }',
    },
    limit: '6.8 kB',
    gzip: true,
    modifyEsbuildConfig: forBrowsers,
  },
  entry('vaultwire', '1 kB', 'dist/index.js'),
  entry('crypto', '4.1 kB'),
  entry('crypto/webcrypto', '4.3 kB', 'dist/crypto/webcrypto.js'),
  entry('crypto/noble', '28 kB', 'dist/crypto/noble.js'),
  entry('crypto/deterministic', '28 kB', 'dist/crypto/deterministic.js'),
  entry('ecies', '3.1 kB'),
  entry('ecies/hybrid', '33.2 kB', 'dist/ecies/hybrid.js'),
  entry('transmission', '9.8 kB'),
  entry('transmission/account', '40 kB', 'dist/transmission/account.js'),
  entry('keychain', '21.7 kB'),
  entry('keychain/account', '8.4 kB'),
  entry('keychain/rsa', '9.3 kB', 'dist/keychain/rsa.js'),
  entry('keychain/legacy-cbc', '5.8 kB', 'dist/keychain/legacy-cbc.js'),
  entry('keychain/vault', '12.3 kB'),
  entry('keychain/vault/worker', '5.2 kB', 'dist/keychain/vault/worker-web.js'),
  entry('keychain/ledger', '13.7 kB'),
  entry('keychain/fingerprint', '5 kB', 'dist/keychain/fingerprint.js'),
  entry('keychain/pam', '1 kB', 'dist/keychain/pam.js'),
  entry('pairing', '20 kB'),
  entry('pairing/computer', '25.5 kB', 'dist/pairing/computer.js'),
  entry('pairing/phone', '30.5 kB', 'dist/pairing/phone.js'),
  entry('pairing/ssh', '7 kB', 'dist/pairing/ssh.js'),
  entry('pairing/git', '2 kB', 'dist/pairing/git.js'),
  entry('pairing/u2f', '5.6 kB', 'dist/pairing/u2f.js'),
];
