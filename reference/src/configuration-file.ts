import { resolve } from 'node:path';
import { textConfigurationStore, type ConfigurationStore } from 'vaultwire/keychain';
import { readPrivateFile, writePrivateFile } from './private-file.js';

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
  const name = `configuration file ${file}`;
  const store = textConfigurationStore(
    {
      async read() {
        const content = await readPrivateFile(file, name);
        return content && Buffer.from(content).toString();
      },
      write: (text) => writePrivateFile(file, text, name),
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
