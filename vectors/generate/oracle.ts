import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonMap } from '../runner/file.js';
import type { Evaluation } from '../runner/run.js';

/** A test's inputs, and nothing of what is expected. */
export interface Question {
  readonly name: string;
  readonly type: string;
  readonly inputs: JsonMap;
}

export type Judgement = Evaluation;

const folder = join(process.cwd(), 'vectors/generate');
const cache = join(process.cwd(), 'node_modules/.cache/vaultwire');

/**
 * Has oracle.py judge every test: our own script on top of Python's `cryptography` package.
 *
 * @param options.optional go on without it where there is no Python 3
 */
export function askOracle(
  questions: readonly Question[],
  options: { readonly optional: boolean },
): readonly Judgement[] | undefined {
  const python = findPython();
  if (python === undefined) {
    if (!options.optional) throw new Error('The second implementation needs Python 3 (3.9 or later) with venv.');
    console.log('The second implementation was not run: there is no Python 3 here.');
    return undefined;
  }
  const input = JSON.stringify(questions.map(({ type, inputs }) => ({ type, inputs })));
  const { status, stdout, stderr, error } = spawnSync(environment(python), ['-I', join(folder, 'oracle.py')], {
    input,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(`oracle.py failed: ${error?.message ?? stderr}`);
  return JSON.parse(stdout) as Judgement[];
}

function findPython(): string | undefined {
  const candidates = [process.env['PYTHON'], 'python3', 'python'].filter((name) => name !== undefined);
  const test = 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 9))';
  return candidates.find((name) => spawnSync(name, ['-c', test], { stdio: 'ignore' }).status === 0);
}

/** A virtual environment with what requirements.txt pins; made once for each such file. */
function environment(python: string): string {
  const requirements = join(folder, 'requirements.txt');
  const fingerprint = createHash('sha256').update(readFileSync(requirements)).digest('hex');
  const place = join(cache, 'oracle');
  const executable = join(place, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const stamp = join(place, 'made-from');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint) return executable;
  rmSync(place, { recursive: true, force: true });
  mkdirSync(cache, { recursive: true });
  run(python, ['-m', 'venv', place]);
  run(executable, [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '--only-binary',
    ':all:',
    '-r',
    requirements,
  ]);
  writeFileSync(stamp, fingerprint);
  return executable;
}

function run(command: string, parameters: readonly string[]): void {
  const { status, stderr, error } = spawnSync(command, parameters, { encoding: 'utf8' });
  if (status !== 0) {
    throw new Error(`The second implementation could not be installed: ${error?.message ?? stderr}`);
  }
}
