// Deno and Bun, for the tests of what the package does in them.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isExecutable } from './chromium.mjs';

/** The versions that are installed where there is none. */
const versions = { deno: '2.9.6', bun: '1.4.5' };
/** Where they are then. Bun's own command does not run without an installation script; this is what it would run. */
const installed = {
  deno: '.bin/deno',
  bun: `@oven/bun-${process.platform}-${process.arch === 'arm64' ? 'aarch64' : process.arch}/bin/bun`,
};
const cache = fileURLToPath(new URL('../node_modules/.cache/vaultwire/runtimes', import.meta.url));

/** The paths of those that this machine has: DENO_PATH and BUN_PATH, on the PATH, or installed for tests before. */
export function findRuntimes() {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = {};
  for (const name of Object.keys(versions)) {
    const candidates = [
      process.env[`${name.toUpperCase()}_PATH`],
      ...folders.map((folder) => join(folder, name)),
      join(cache, 'node_modules', installed[name]),
    ];
    const path = candidates.find((candidate) => candidate && isExecutable(candidate));
    if (path) found[name] = path;
  }
  return found;
}

/** Names of those that are missing. */
export function missingRuntimes() {
  const found = findRuntimes();
  return Object.keys(versions).filter((name) => !(name in found));
}

/** Installs them beside the other dependencies, about 200 MB, where tests run unattended. Says whether it worked. */
export function installRuntimes(names) {
  if (!process.env.CI) return false;
  console.log(`Not found: ${names.join(' and ')}. Installing for the tests.`);
  mkdirSync(cache, { recursive: true });
  const packages = names.map((name) => `${name}@${versions[name]}`);
  return (
    spawnSync('npm', ['install', '--prefix', cache, '--no-save', '--no-package-lock', ...packages], {
      stdio: ['ignore', 'ignore', 'inherit'],
      timeout: 240_000,
    }).status === 0
  );
}
