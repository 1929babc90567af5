import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { Presets, SingleBar } from 'cli-progress';
import { Option, type Command } from 'commander';
import type { CryptoSuite } from 'vaultwire/crypto';
import type { VectorFile } from '../../vectors/runner/file.js';
import {
  countTests,
  runVectors,
  VECTOR_FILES,
  type NamedFile,
  type RunReport,
  type TestReport,
} from '../../vectors/runner/run.js';

const SUITES: Readonly<Record<string, () => Promise<CryptoSuite>>> = {
  node: async () => (await import('vaultwire/crypto/node')).nodeSuite,
  webcrypto: async () => (await import('vaultwire/crypto/webcrypto')).webcryptoSuite,
  noble: async () => (await import('vaultwire/crypto/noble')).nobleSuite,
};

/** Adds `vaultwire vectors`: the published test vectors against this library. Exit code 1 when one failed. */
export function registerVectors(program: Command): void {
  const command = program
    .command('vectors')
    .description('the published test vectors, run against one of the cryptographic suites')
    .addOption(new Option('--suite <name>', 'what does the cryptography').choices(Object.keys(SUITES)).default('node'))
    .option('--filter <text>', 'tests with this in their file, type, comment or flags; <file>:<number> is one test')
    .option('--json', 'print the counts as one JSON object')
    .action((options: VectorsOptions) => checkVectors(options, (problem) => command.error(`error: ${problem}`)));
}

interface VectorsOptions {
  readonly suite: string;
  readonly filter?: string;
  readonly json?: boolean;
}

/** @param refuse is told what is wrong with the options */
export async function checkVectors(options: VectorsOptions, refuse: (problem: string) => never): Promise<void> {
  const { filter, json = false } = options;
  const files = await readVectors();
  const total = countTests(files, filter);
  if (total === 0) return refuse(`no test matches '${filter ?? ''}'`);
  const loadSuite = SUITES[options.suite];
  if (loadSuite === undefined) return refuse(`no suite is called '${options.suite}'`);
  const suite = await loadSuite();

  const bar = json || !process.stderr.isTTY ? undefined : startBar(total);
  const failures: TestReport[] = [];
  const report = await runVectors(suite, files, {
    filter,
    onTest(test) {
      if (test.status === 'failed') failures.push(test);
      bar?.increment({ file: test.file, failures: failures.length });
    },
  });
  bar?.stop();
  for (const failure of failures) console.error(describeFailure(failure));
  console.log(json ? JSON.stringify(report) : describeReport(report));
  if (report.failed > 0) process.exitCode = 1;
}

/** The files as they are published: from the installed package of the library. */
async function readVectors(): Promise<NamedFile[]> {
  const { resolve } = createRequire(import.meta.url);
  const read = async (file: string): Promise<NamedFile> => ({
    file,
    content: JSON.parse(await readFile(resolve(`vaultwire/vectors/${file}`), 'utf8')) as VectorFile,
  });
  return Promise.all(VECTOR_FILES.map(read));
}

function startBar(total: number): SingleBar {
  const format = ' {bar} {value}/{total} {file}, {failures} failed';
  const bar = new SingleBar({ format, hideCursor: true, clearOnComplete: true }, Presets.shades_classic);
  bar.start(total, 0, { file: '', failures: 0 });
  return bar;
}

/** A failed test in one line: which, why, and the first byte that is not as expected. */
export function describeFailure(test: TestReport): string {
  const { difference } = test;
  const where = difference
    ? `: ${difference.path}, byte ${difference.byte}: expected ${difference.expected}, found ${difference.actual}`
    : '';
  return `${test.file}:${test.tcId} ${test.type}, ${test.comment} (${test.result}): ${test.reason ?? ''}${where}`;
}

function describeReport({ suite, files, total, passed, failed, skipped }: RunReport): string {
  const counts = (one: { passed: number; failed: number; skipped: number }): string =>
    `${one.passed} passed, ${one.failed} failed, ${one.skipped} skipped`;
  const width = Math.max(...files.map(({ file }) => file.length));
  const lines = files.map((file) => `${file.file.padEnd(width)}  ${counts(file)}`);
  return [...lines, `${total} tests with the suite ${suite}: ${counts({ passed, failed, skipped })}`].join('\n');
}
