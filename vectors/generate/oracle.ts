import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { JsonMap } from '../runner/file.js';
import type { Evaluation } from '../runner/run.js';
import { findPython, pythonEnvironment } from './python.js';

/** A test's inputs, and nothing of what is expected. */
export interface Question {
  readonly name: string;
  readonly type: string;
  readonly inputs: JsonMap;
}

export type Judgement = Evaluation;

const folder = join(process.cwd(), 'vectors/generate');

/**
 * Has oracle.py judge every test: our own script on top of Python's `cryptography` package.
 *
 * @param options.optional go on without it where there is no Python 3
 */
export async function askOracle(
  questions: readonly Question[],
  options: { readonly optional: boolean },
): Promise<readonly Judgement[] | undefined> {
  const python = findPython(9);
  if (python === undefined) {
    if (!options.optional) throw new Error('The second implementation needs Python 3 (3.9 or later) with venv.');
    console.log('The second implementation was not run: there is no Python 3 here.');
    return undefined;
  }
  const input = JSON.stringify(questions.map(({ type, inputs }) => ({ type, inputs })));
  const executable = await environment(python);
  const { status, stdout, stderr, error } = spawnSync(executable, ['-I', join(folder, 'oracle.py')], {
    input,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(`oracle.py failed: ${error?.message ?? stderr}`);
  return JSON.parse(stdout) as Judgement[];
}

async function environment(python: string): Promise<string> {
  try {
    return await pythonEnvironment(python, { name: 'oracle', requirements: join(folder, 'requirements.txt') });
  } catch (cause) {
    throw new Error('The second implementation could not be installed.', { cause });
  }
}
