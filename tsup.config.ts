import { defineConfig } from 'tsup';

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    'crypto/index': 'src/crypto/index.ts',
    'crypto/node': 'src/crypto/node.ts',
    'crypto/webcrypto': 'src/crypto/webcrypto.ts',
    'crypto/noble': 'src/crypto/noble.ts',
    'crypto/deterministic': 'src/crypto/deterministic.ts',
    'ecies/index': 'src/ecies/index.ts',
    'transmission/index': 'src/transmission/index.ts',
    'keychain/index': 'src/keychain/index.ts',
  },
  format: 'esm',
  target: 'es2022',
  platform: 'neutral',
  // Resolved where the package is used, by the conditions of its own "imports".
  external: ['#default-suite'],
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
