import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const cache = join(process.cwd(), 'node_modules/.cache/vaultwire');
const execute = promisify(execFile);

/** A Python 3 of at least a minor version, which can make virtual environments; undefined where there is none. */
export function findPython(minorVersion: number): string | undefined {
  const candidates = [process.env['PYTHON'], 'python3', 'python'].filter((name) => name !== undefined);
  const test = `import sys, venv, ensurepip; sys.exit(sys.version_info < (3, ${minorVersion}))`;
  return candidates.find((name) => spawnSync(name, ['-c', test], { stdio: 'ignore' }).status === 0);
}

/**
 * A virtual environment with what a requirements file pins, made once for each such file, from prebuilt packages alone.
 *
 * @param options.name of the environment's folder
 * @param options.installerOptions for pip, beside its usual ones
 * @returns the path of its Python
 */
export async function pythonEnvironment(
  python: string,
  options: { readonly name: string; readonly requirements: string; readonly installerOptions?: readonly string[] },
): Promise<string> {
  const fingerprint = createHash('sha256').update(readFileSync(options.requirements)).digest('hex');
  const place = join(cache, options.name);
  const executable = join(place, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const stamp = join(place, 'made-from');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint) return executable;
  rmSync(place, { recursive: true, force: true });
  mkdirSync(cache, { recursive: true });
  await execute(python, ['-m', 'venv', place]);
  await execute(executable, [
    ...['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--only-binary', ':all:'],
    ...(options.installerOptions ?? []),
    ...['-r', options.requirements],
  ]);
  writeFileSync(stamp, fingerprint);
  return executable;
}
