// Builds the library, then the command on top of it. With --if-needed it does nothing where the last build
// was made from the very same sources.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
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

/** A hash of every input's path and content. */
function fingerprint() {
  const hash = createHash('sha256');
  for (const file of inputs.flatMap(filesOf).sort()) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0');
  }
  return hash.digest('hex');
}

/** @param {string} path a file or a folder, from the root */
function filesOf(path) {
  const found = statSync(join(root, path), { throwIfNoEntry: false });
  if (found === undefined) return [];
  if (!found.isDirectory()) return [path];
  return readdirSync(join(root, path)).flatMap((name) => filesOf(join(path, name)));
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
