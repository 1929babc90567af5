// All tests: in Node, and in a Chromium where one is found or can be installed, with Deno, Bun and the real clients of
// SSH and Git likewise. Arguments go to vitest.
// The last line printed is `N passed, N failed, N skipped`, the sum over both.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findChromium, installChromium } from './chromium.mjs';
import { installPackages, missingPackages } from './debian-packages.mjs';
import { findRuntimes, installRuntimes, missingRuntimes } from './runtimes.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const build = spawnSync(process.execPath, [join(root, 'scripts/build.mjs'), '--if-needed'], { stdio: 'inherit' });
if (build.status !== 0) process.exit(build.status ?? 1);

let chromium = findChromium();
if (chromium === undefined && installChromium()) chromium = findChromium();

let missing = missingPackages();
let reason;
if (missing.length > 0) {
  reason = installPackages(missing);
  missing = missingPackages();
}

let runtimesMissing = missingRuntimes();
if (runtimesMissing.length > 0 && installRuntimes(runtimesMissing)) runtimesMissing = missingRuntimes();
const { deno, bun } = findRuntimes();

const scratch = mkdtempSync(join(tmpdir(), 'vaultwire-test-'));
const counts = join(scratch, 'counts.json');
const vitest = spawn(
  process.execPath,
  [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--reporter=default',
    `--reporter=${join(root, 'scripts/count-reporter.mjs')}`,
    ...process.argv.slice(2),
  ],
  {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      ...process.env,
      VAULTWIRE_TEST_COUNTS: counts,
      ...(chromium === undefined ? {} : { VAULTWIRE_CHROMIUM: chromium }),
      ...(deno === undefined ? {} : { VAULTWIRE_DENO: deno }),
      ...(bun === undefined ? {} : { VAULTWIRE_BUN: bun }),
    },
  },
);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => vitest.kill(signal));

vitest.on('exit', (code) => {
  if (chromium === undefined) {
    console.log(
      'Skipped the browser tests, as no Chromium was found: install one (Debian: apt-get install chromium; elsewhere: npx playwright install chromium) or set CHROMIUM_PATH.',
    );
  }
  if (missing.length > 0) {
    console.log(
      `Skipped tests with real clients of SSH and Git, as these are missing: ${missing.join(', ')} (${reason ?? 'installed without their program'}; Debian: apt-get install ${missing.join(' ')}).`,
    );
  }
  if (runtimesMissing.length > 0) {
    console.log(
      `Skipped the tests in ${runtimesMissing.join(' and ')}, not found: install what you want tested, or set CI=1 to have it installed for the tests.`,
    );
  }
  let summary = { passed: 0, failed: 1, skipped: 0 };
  try {
    summary = JSON.parse(readFileSync(counts, 'utf8'));
  } catch {
    console.error('vitest ended before it had a result.');
  }
  rmSync(scratch, { recursive: true, force: true });
  console.log(`${summary.passed} passed, ${summary.failed} failed, ${summary.skipped} skipped`);
  process.exit(code ?? 1);
});
