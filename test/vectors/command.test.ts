import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { describeFailure } from '../../reference/src/vectors.js';
import { published } from './published.js';

const CLI = fileURLToPath(new URL('../../reference/dist/cli.js', import.meta.url));
const total = published.reduce((sum, { content }) => sum + content.numberOfTests, 0);

async function vectors(...parameters: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [CLI, 'vectors', ...parameters], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

describe('vaultwire vectors', () => {
  it('runs everything on the suite of Node, and prints counts', async () => {
    const { code, stdout, stderr } = await vectors();
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout.trimEnd().split('\n')).toHaveLength(published.length + 1);
    expect(stdout).toContain(`${total} tests with the suite node: ${total} passed, 0 failed, 0 skipped\n`);
  });

  it.each(['node', 'webcrypto', 'noble'])('prints one JSON object on the suite %s', async (suite) => {
    const { code, stdout, stderr } = await vectors('--suite', suite, '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
    const counts = published.map(({ file, content: { numberOfTests } }) => ({
      file,
      total: numberOfTests,
      passed: numberOfTests,
      failed: 0,
      skipped: 0,
    }));
    expect(JSON.parse(stdout)).toEqual({ suite, total, passed: total, failed: 0, skipped: 0, files: counts });
  });

  it('runs what a filter matches, and nothing else', async () => {
    const { code, stdout } = await vectors('--json', '--filter', 'answers.json:3');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      suite: 'node',
      total: 1,
      passed: 1,
      failed: 0,
      skipped: 0,
      files: [{ file: 'answers.json', total: 1, passed: 1, failed: 0, skipped: 0 }],
    });
  });

  it.each([
    ['a filter that matches nothing', ['--filter', 'no such test'], /no test matches 'no such test'/],
    ['a suite that is none', ['--suite', 'openssl'], /Allowed choices are node, webcrypto, noble/],
    ['an option that is none', ['--all'], /unknown option/],
  ])('refuses %s', async (_, parameters, words) => {
    const { code, stdout, stderr } = await vectors(...parameters);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(words);
  });

  it('names the test and the first byte that differs', () => {
    const test = {
      file: 'ecies.json',
      tcId: 7,
      type: 'EciesSeal',
      comment: 'an empty plaintext',
      flags: ['EdgeCaseLength'],
      result: 'valid',
      status: 'failed',
      reason: 'something else came out',
    } as const;
    expect(describeFailure(test)).toBe('ecies.json:7 EciesSeal, an empty plaintext (valid): something else came out');
    const difference = { path: 'sealed', byte: 92, expected: '0f', actual: 'end' };
    expect(describeFailure({ ...test, difference })).toBe(
      'ecies.json:7 EciesSeal, an empty plaintext (valid): something else came out: sealed, byte 92: expected 0f, found end',
    );
  });
});
