// Builds the library, then the command on top of it. With --if-needed it does nothing where the last build
// was made from the very same sources.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const stamp = join(root, 'node_modules/.cache/vaultwire/built-from');
const products = ['dist/index.js', 'dist/index.d.ts', 'reference/dist/cli.js', 'reference/dist/index.d.ts'];
const inputs = [
  'package-lock.json',
  'package.json',
  'tsconfig.json',
  'tsup.config.ts',
  'src',
  'reference/package.json',
  'reference/tsconfig.json',
  'reference/tsconfig.build.json',
  'reference/tsup.config.ts',
  'reference/src',
  'vectors/runner',
];

function fingerprint() {
  const hash = createHash('sha256');
  for (const input of inputs) {
    const below = readdirIfFolder(join(root, input));
    for (const file of below === undefined ? [input] : below.map((name) => join(input, name)).sort()) {
      hash
        .update(`${file}\0`)
        .update(readFileSync(join(root, file)))
        .update('\0');
    }
  }
  return hash.digest('hex');
}

/** @param {string} path */
function readdirIfFolder(path) {
  try {
    return readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** @param {string} folder */
function tsup(folder) {
  const cli = join(root, 'node_modules/tsup/dist/cli-default.js');
  const { status } = spawnSync(process.execPath, [cli, '--silent'], { cwd: join(root, folder), stdio: 'inherit' });
  if (status !== 0) {
    console.error(`The build of ${folder === '.' ? 'the library' : folder} failed.`);
    process.exit(status ?? 1);
  }
}

const before = fingerprint();
const upToDate =
  products.every((product) => existsSync(join(root, product))) &&
  existsSync(stamp) &&
  readFileSync(stamp, 'utf8') === before;

if (!process.argv.includes('--if-needed') || !upToDate) {
  tsup('.');
  tsup('reference');
  mkdirSync(join(stamp, '..'), { recursive: true });
  writeFileSync(stamp, before);
}
