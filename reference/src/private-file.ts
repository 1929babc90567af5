import { chmod, mkdir, open, readFile, realpath, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isVaultwireError, VaultwireError } from 'vaultwire';
import writeFileAtomic from 'write-file-atomic';

/** Read and write for the owner of the file, nothing for anybody else. */
const FILE_MODE = 0o600;
/** The same of a folder, which its owner enters as well. */
const FOLDER_MODE = 0o700;
/** What others may do, in either. */
const OTHERS = 0o077;
/** Most bytes of a file: no file of ours grows past it. */
const MAXIMUM_BYTES = 64 * 1024 * 1024;

/**
 * What a file holds that only its owner may read; undefined when there is none. A wider mode is narrowed first: keys lie
 * in these files, and a copy or a restore may have opened them to everybody.
 *
 * @param name what messages call the file
 * @throws VaultwireError `configuration-invalid` for a file that is there and cannot be read, or is far too long: it must
 *   never pass for none, as a new one would be written over it
 */
export async function readPrivateFile(path: string, name = path): Promise<Uint8Array | undefined> {
  try {
    const { mode, size } = await stat(path);
    if (size > MAXIMUM_BYTES) throw new VaultwireError('configuration-invalid', `${name}: too long`);
    if ((mode & OTHERS) !== 0 && process.platform !== 'win32') await chmod(path, FILE_MODE);
    return new Uint8Array(await readFile(path));
  } catch (cause) {
    if (isVaultwireError(cause)) throw cause;
    const code = codeOf(cause);
    if (code === 'ENOENT') return undefined;
    throw new VaultwireError('configuration-invalid', `${name}: cannot be read (${code})`, { cause });
  }
}

/**
 * Replaces a file in one step, mode 0600 whatever the umask is: after a crash it holds the old content or the new one,
 * whole. Resolves once the new one is on the disk, so that whoever acts on it after that finds it after a crash as well.
 * A symbolic link stays: what it leads to is replaced.
 *
 * @param name what messages call the file
 * @throws VaultwireError `configuration-invalid` when it cannot be written
 */
export async function writePrivateFile(path: string, content: string | Uint8Array, name = path): Promise<void> {
  try {
    await writeFileAtomic(path, typeof content === 'string' ? content : Buffer.from(content), { mode: FILE_MODE });
    // Which file has the name is kept in the folder, which the disk has to hear of as well.
    if (process.platform !== 'win32') await syncFolder(dirname(await realpath(path)));
  } catch (cause) {
    throw new VaultwireError('configuration-invalid', `${name}: cannot be written (${codeOf(cause)})`, { cause });
  }
}

/** Gives a file another name in its folder, in place of what had it. Resolves once that is on the disk. */
export async function renamePrivateFile(path: string, newPath: string): Promise<void> {
  await rename(path, newPath);
  if (process.platform !== 'win32') await syncFolder(dirname(newPath));
}

/**
 * Makes a folder, mode 0700. One that is there is not narrowed: others may have put something into it already.
 *
 * @throws VaultwireError `not-permitted` when it is there and somebody else's, or open to others
 */
export async function makePrivateFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
  if (process.platform === 'win32') return;
  const { uid, mode } = await stat(folder);
  if (uid !== process.getuid?.()) throw new VaultwireError('not-permitted', `${folder}: belongs to another user`);
  if ((mode & OTHERS) !== 0) {
    throw new VaultwireError('not-permitted', `${folder}: is open to others; make it private with chmod 700`);
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : 'unknown');
