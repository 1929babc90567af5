import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { VaultwireError } from 'vaultwire';

/**
 * Takes a folder for this process alone, so that no two count U2F signatures or keep answers side by side. A lock of a
 * process that is gone, killed perhaps, is taken over. Returns how to give it back.
 *
 * @throws VaultwireError `not-permitted` while another process has it
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'lock');
  const own = `${path}.${randomBytes(8).toString('hex')}`;
  await writeFile(own, `${process.pid}\n`, { mode: 0o600, flag: 'wx' });
  try {
    for (;;) {
      try {
        // A link appears with its content, or not at all.
        await link(own, path);
        return () => rm(path, { force: true });
      } catch (error) {
        if (codeOf(error) !== 'EEXIST') throw error;
      }
      const holder = Number(await readFile(path, 'utf8').catch(() => '0'));
      if (isRunning(holder)) {
        throw new VaultwireError('not-permitted', `${folder}: in use by process ${holder}; stop it first`);
      }
      await rm(path, { force: true });
    }
  } finally {
    await rm(own, { force: true });
  }
}

function isRunning(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process.
    return codeOf(error) === 'EPERM';
  }
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);
