import { chmod, open, readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { VaultwireError } from 'vaultwire';
import { textConfigurationStore, type ConfigurationStore } from 'vaultwire/keychain';
import writeFileAtomic from 'write-file-atomic';

/** Read and write for the owner of the file, nothing for anybody else. */
const MODE = 0o600;

/**
 * Keeps a device's configuration in a file, in the form of the Secrets Manager SDKs.
 *
 * A write goes to a file beside it, to the disk, and takes the old one's place in one step: whatever happens, the file
 * holds one configuration or the other. Its mode is 0600; a file with a wider one is narrowed before it is used.
 *
 * Reading fails with `configuration-invalid` when there is a file that cannot be read, or that holds no configuration:
 * only a file that does not exist counts as none, and nothing is ever written over one that could not be read.
 *
 * @param options.form JSON text (default), or base64 of it
 */
export function configurationFile(
  path: string,
  options: { readonly form?: 'json' | 'base64' } = {},
): ConfigurationStore {
  const file = resolve(path);
  const store = textConfigurationStore(
    {
      read: () => readText(file),
      write: (text) => writeText(file, text),
    },
    options,
  );
  return {
    ...store,
    async write(configuration) {
      // A file that this store cannot read may be somebody's only copy of a key.
      await store.read();
      await store.write(configuration);
    },
  };
}

async function readText(file: string): Promise<string | undefined> {
  try {
    const { mode } = await stat(file);
    if ((mode & 0o077) !== 0 && process.platform !== 'win32') await chmod(file, MODE);
    return await readFile(file, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    if (code === 'ENOENT') return undefined;
    throw new VaultwireError('configuration-invalid', `configuration file ${file}: cannot be read (${code})`, {
      cause,
    });
  }
}

async function writeText(file: string, text: string): Promise<void> {
  try {
    await writeFileAtomic(file, text, { mode: MODE });
    // The new name is in the folder, which the disk has to hear of as well.
    if (process.platform !== 'win32') await syncFolder(dirname(file));
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    throw new VaultwireError('configuration-invalid', `configuration file ${file}: cannot be written (${code})`, {
      cause,
    });
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
