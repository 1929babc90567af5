// Proves that the lint rules which hold the architecture fire: plants each forbidden import in each folder and
// expects a complaint, plants each allowed one and expects none.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';

const root = fileURLToPath(new URL('..', import.meta.url));

// The planted files do not exist, so no rule that needs types can look at them.
const eslint = new ESLint({
  cwd: root,
  overrideConfig: [{ files: ['**/*.ts'], ...tseslint.configs.disableTypeChecked }],
});

/** Each pair is written down here a second time, and not read from the configuration, which is what is checked. */
const mayImport = {
  wire: '',
  crypto: 'wire',
  ecies: 'crypto wire',
  transmission: 'ecies crypto wire',
  keychain: 'transmission ecies crypto wire',
  pairing: 'crypto wire',
  'login-v3': 'transmission keychain ecies crypto wire',
  router: 'transmission keychain ecies crypto wire',
};

let planted = 0;
const wrong = [];

/**
 * @param {string} file
 * @param {string} code
 * @param {string | undefined} rule the one that must complain; undefined where none may
 */
async function expectComplaint(file, code, rule) {
  planted += 1;
  const [result] = await eslint.lintText(code, { filePath: join(root, file) });
  const complaints = (result?.messages ?? []).filter(
    ({ ruleId, fatal }) =>
      fatal === true || (rule === undefined ? /restrict|cycle/.test(ruleId ?? '') : ruleId === rule),
  );
  const asExpected = rule === undefined ? complaints.length === 0 : complaints.some(({ fatal }) => fatal !== true);
  if (!asExpected) {
    wrong.push(`${file}: ${code}\n  expected ${rule ?? 'no complaint'}, got ${JSON.stringify(result?.messages)}`);
  }
}

const direction = 'import-x/no-restricted-paths';
const folders = Object.keys(mayImport).filter((folder) => existsSync(join(root, 'src', folder)));
for (const from of Object.keys(mayImport)) {
  for (const to of folders) {
    if (from === to) continue;
    const module = readdirSync(join(root, 'src', to)).find((name) => name.endsWith('.ts'));
    if (module === undefined) continue;
    const allowed = mayImport[from].split(' ').includes(to);
    await expectComplaint(
      `src/${from}/planted.ts`,
      `export * from '../${to}/${module.replace(/ts$/, 'js')}';`,
      allowed ? undefined : direction,
    );
  }
}
await expectComplaint('src/wire/planted.ts', "import type { CryptoSuite } from '../crypto/suite.js';", direction);
await expectComplaint('src/wire/planted.ts', "export * from '#default-suite';", direction);
await expectComplaint('src/ecies/planted.ts', "export * from '#default-suite';", undefined);
await expectComplaint('src/wire/planted.ts', "export * from '../../reference/src/index.js';", direction);
await expectComplaint('reference/src/planted.ts', "export * from '../../src/index.js';", direction);
await expectComplaint('vectors/runner/planted.ts', "export * from '../../src/index.js';", direction);
await expectComplaint('reference/src/planted.ts', "export * from 'vaultwire/keychain';", undefined);
await expectComplaint('src/ecies/planted.ts', "import { readFile } from 'node:fs';", 'no-restricted-imports');
await expectComplaint('src/ecies/planted.ts', "export * from 'vaultwire/crypto';", 'no-restricted-imports');
await expectComplaint('src/ecies/planted.ts', "console.log('planted');", 'no-console');
await expectComplaint('src/ecies/planted.ts', 'export const key = Buffer.alloc(32);', 'no-restricted-globals');
await expectComplaint('src/ecies/planted.ts', 'export const byte = Math.random();', 'no-restricted-properties');

if (wrong.length > 0) {
  console.error(wrong.join('\n'));
  process.exit(1);
}
console.log(`${planted} planted imports and calls were judged as the rules say.`);
