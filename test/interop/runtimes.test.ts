import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));

const RUNTIMES = [
  { name: 'Deno', path: process.env.VAULTWIRE_DENO, parameters: ['run', '--allow-all', '--no-lock'] },
  { name: 'Bun', path: process.env.VAULTWIRE_BUN, parameters: ['run'] },
];

/** In which of the suites every vector has its result; see docs/decisions.md for Deno's WebCrypto. */
const SUITES = { Deno: ['node', 'noble'], Bun: ['node', 'webcrypto', 'noble'] };

describe.each(RUNTIMES)('the package in $name', ({ name, path = '', parameters }) => {
  const runFile = async (...file: string[]): Promise<string> => {
    const { stdout } = await run(path, [...parameters, ...file], { cwd: root, timeout: 50_000 });
    return stdout.trim();
  };

  it.skipIf(path === '').each(SUITES[name as keyof typeof SUITES])(
    'has every published vector right with the suite %s',
    async (suite) => {
      const output = JSON.parse(await runFile('reference/dist/cli.js', 'vectors', '--json', '--suite', suite)) as {
        passed: number;
        failed: number;
      };
      expect(output.failed).toBe(0);
      expect(output.passed).toBeGreaterThan(2000);
    },
  );

  it.skipIf(path === '')('opens a vault, with workers and without, and shows it to a ledger', async () => {
    expect(await runFile('test/interop/runtimes/vault.mjs')).toBe('all as expected');
  });
});
