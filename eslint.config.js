import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import eslint from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import { importX } from 'eslint-plugin-import-x';
import globals from 'globals';
import tseslint from 'typescript-eslint';

const root = import.meta.dirname;

/**
 * Which folders of src/ a folder may import, itself apart. Imports point down, so that a protocol can be read
 * without what is built on it.
 */
const below = {
  wire: [],
  crypto: ['wire'],
  ecies: ['crypto', 'wire'],
  transmission: ['ecies', 'crypto', 'wire'],
  keychain: ['transmission', 'ecies', 'crypto', 'wire'],
  pairing: ['crypto', 'wire'],
  'login-v3': ['keychain', 'transmission', 'ecies', 'crypto', 'wire'],
  router: ['keychain', 'transmission', 'ecies', 'crypto', 'wire'],
};

const zones = [
  ...Object.entries(below).map(([folder, allowed]) => ({
    target: `./src/${folder}`,
    from: './src',
    except: [folder, ...allowed].map((name) => `./${name}`),
    message:
      allowed.length === 0
        ? `src/${folder} imports no other folder.`
        : `src/${folder} may import only src/{${allowed.join(',')}}.`,
  })),
  {
    target: './src',
    from: ['./reference', './vectors', './test', './bench'],
    message: 'The library knows nothing above it.',
  },
  {
    target: ['./reference', './vectors'],
    from: ['./src', './dist', './test', './bench'],
    message: 'The command and the vectors are built on the public entries of the library: import from vaultwire/*.',
  },
];

/** What the package's own imports stand for, on Node. */
const platforms = {
  '#default-suite': 'src/crypto/node.ts',
  '#rsa': 'src/crypto/rsa-node.ts',
  '#vault-workers': 'src/keychain/vault/workers-node.ts',
};

/** Resolves what the rules about imports look at: relative paths and the package's own imports. */
const resolver = {
  interfaceVersion: 3,
  name: 'source',
  resolve(specifier, from) {
    const path = Object.hasOwn(platforms, specifier)
      ? resolve(root, platforms[specifier])
      : specifier.startsWith('.')
        ? resolve(dirname(from), specifier)
        : undefined;
    if (path === undefined) return { found: false };
    const found = [path.replace(/\.js$/, '.ts'), path].find((candidate) => existsSync(candidate));
    return found === undefined ? { found: false } : { found: true, path: found };
  },
};

export default defineConfig(
  globalIgnores(['**/dist/', '**/node_modules/', 'coverage/', 'test/fixtures/', 'src/transmission/proto/messages.*']),
  eslint.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    plugins: { 'import-x': importX },
    settings: {
      'import-x/resolver-next': [resolver],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
    },
    rules: {
      eqeqeq: ['error', 'always'],
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-new-func': 'error',
      'import-x/no-cycle': 'error',
      'import-x/no-self-import': 'error',
      'import-x/no-duplicates': ['error', { 'prefer-inline': true }],
      'import-x/no-restricted-paths': ['error', { basePath: root, zones }],
    },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: root },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      // Fields of JSON that is not yet decoded are read with brackets, so that they stand out.
      '@typescript-eslint/dot-notation': ['error', { allowIndexSignaturePropertyAccess: true }],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-import-type-side-effects': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'no-console': 'error',
      'no-restricted-globals': [
        'error',
        ...['Buffer', 'process', 'fetch', 'XMLHttpRequest', 'localStorage', 'setTimeout', 'setInterval'].map(
          (name) => ({
            name,
            message: 'The library does no I/O, keeps no time and runs on every platform.',
          }),
        ),
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'Randomness comes from the suite.' },
      ],
      'no-restricted-imports': [
        'error',
        { patterns: [{ regex: '^(node:|vaultwire)', message: 'Only the modules that are for Node alone know Node.' }] },
      ],
    },
  },
  {
    files: ['src/crypto/node.ts', 'src/crypto/openssl.ts', 'src/crypto/rsa-node.ts', 'src/keychain/vault/*-node.ts'],
    rules: {
      'no-restricted-globals': 'off',
      'no-restricted-imports': 'off',
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    files: ['**/*.{js,mjs}'],
    languageOptions: { globals: globals.nodeBuiltin },
  },
);
