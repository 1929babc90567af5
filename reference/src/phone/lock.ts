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
  await writeFile(own, [process.pid, ...(await startOf(process.pid))].join(' ') + '\n', { mode: 0o600, flag: 'wx' });
  try {
    for (;;) {
      try {
        // A link appears with its content, or not at all.
        await link(own, path);
        return () => rm(path, { force: true });
      } catch (error) {
        if (codeOf(error) !== 'EEXIST') throw error;
      }
      const [pid, ...start] = (await readFile(path, 'utf8').catch(() => '0')).trim().split(' ');
      const holder = Number(pid);
      // The number of a process that is gone may be another one's by now.
      const isSame = start.length === 0 || start.join(' ') === (await startOf(holder)).join(' ');
      if (isSame && isRunning(holder)) {
        throw new VaultwireError('not-permitted', `${folder}: in use by process ${holder}; stop it first`);
      }
      await rm(path, { force: true });
    }
  } finally {
    await rm(own, { force: true });
  }
}

/** When a process began: which start of the system, and when after it. Nothing where the system does not tell. */
async function startOf(pid: number): Promise<readonly string[]> {
  try {
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    const status = await readFile(`/proc/${pid}/stat`, 'latin1');
    // Fields from the third on (proc(5)): the second, a name in parentheses, may hold anything. The 22nd is the time.
    const time = status.slice(status.lastIndexOf(')') + 2).split(' ')[19];
    return time === undefined ? [] : [boot.trim(), time];
  } catch {
    return [];
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
