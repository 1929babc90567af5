import type * as FileSystem from 'node:fs/promises';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { checkVectors } from '../../reference/src/vectors.js';

// What the command says and how it ends when the library does not do what a file expects: here the files are wrong.
vi.mock('node:fs/promises', async (original) => {
  const fs = await original<typeof FileSystem>();
  const readFile = async (path: string, encoding: 'utf8'): Promise<string> => {
    const text = await fs.readFile(path, encoding);
    return path.endsWith('one-time-token.json')
      ? text.replace('"host": "keepersecurity.com"', '"host": "keepersecurity.org"')
      : text;
  };
  return { ...fs, readFile };
});

const lines: string[] = [];
const errors: string[] = [];

beforeEach(() => {
  lines.length = errors.length = 0;
  vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
  vi.spyOn(console, 'error').mockImplementation((line: string) => void errors.push(line));
});

afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

const check = (options: { readonly filter: string; readonly json?: boolean }): Promise<void> =>
  checkVectors({ suite: 'node', ...options }, (problem) => {
    throw new Error(problem);
  });

const FAILURE =
  'one-time-token.json:1 OneTimeTokenRead, region US (valid): something else came out: host, byte 15: expected 6f, found 63';

it('names what failed, and ends with the exit code 1', async () => {
  await check({ filter: 'one-time-token.json' });
  expect(errors).toEqual([FAILURE]);
  expect(lines.join('\n')).toMatch(
    /^one-time-token\.json {2}\d+ passed, 1 failed, 0 skipped\n\d+ tests with the suite node: /,
  );
  expect(process.exitCode).toBe(1);
});

it('keeps standard output to one JSON object', async () => {
  await check({ json: true, filter: 'one-time-token.json:1' });
  expect(errors).toEqual([FAILURE]);
  expect(lines.map((line) => JSON.parse(line) as object)).toEqual([
    {
      suite: 'node',
      total: 1,
      passed: 0,
      failed: 1,
      skipped: 0,
      files: [{ file: 'one-time-token.json', total: 1, passed: 0, failed: 1, skipped: 0 }],
    },
  ]);
  expect(process.exitCode).toBe(1);
});

it('leaves the exit code alone when nothing failed', async () => {
  await check({ filter: 'one-time-token.json:2' });
  expect(errors).toEqual([]);
  expect(process.exitCode).toBeUndefined();
});

it('shows how far it is on a terminal', async () => {
  const { isTTY } = process.stderr;
  const written: string[] = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => written.push(String(chunk)) > 0);
  try {
    process.stderr.isTTY = true;
    await check({ filter: 'OneTimeTokenRead' });
  } finally {
    process.stderr.isTTY = isTTY;
  }
  expect(written.join('')).toMatch(/\d+\/\d+ one-time-token\.json, 1 failed/);
});
