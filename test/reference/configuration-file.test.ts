import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { defaultSuite } from 'vaultwire/crypto';
import { decodeConfiguration, type DeviceConfiguration } from 'vaultwire/keychain';
import { configurationFile } from '../../reference/src/configuration-file.js';
import { refused } from '../support/refused.js';
import { temporaryFolder } from './support.js';

const configuration = async (host = 'localhost:8443'): Promise<DeviceConfiguration> => ({
  host,
  clientId: Buffer.alloc(64, 1).toString('base64'),
  deviceKey: await defaultSuite.generateSigningKey({ extractable: true }),
});

const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

describe('a configuration file', () => {
  it('is read back as it was written, by us and by whoever reads the form of the SDKs', async () => {
    const path = join(await temporaryFolder(), 'config.json');
    const store = configurationFile(path);
    expect(await store.read()).toBeUndefined();
    const written = await configuration();
    await store.write(written);
    const read = await store.read();
    expect(read?.clientId).toBe(written.clientId);
    expect(read?.deviceKey.publicKey).toEqual(written.deviceKey.publicKey);
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ hostname: 'localhost:8443' });
  });

  it('can be base64', async () => {
    const path = join(await temporaryFolder(), 'config.txt');
    await configurationFile(path, { form: 'base64' }).write(await configuration());
    expect(await readFile(path, 'utf8')).toMatch(/^[\w+/]+=*$/);
    expect((await configurationFile(path).read())?.host).toBe('localhost:8443');
  });

  it('is readable by its owner alone, whatever the umask is', async () => {
    const path = join(await temporaryFolder(), 'config.json');
    const before = process.umask(0);
    try {
      await configurationFile(path).write(await configuration());
    } finally {
      process.umask(before);
    }
    expect(await modeOf(path)).toBe(0o600);
  });

  it('is narrowed when it is wider, by reading and by writing', async () => {
    const path = join(await temporaryFolder(), 'config.json');
    const store = configurationFile(path);
    await store.write(await configuration());
    await chmod(path, 0o644);
    await store.read();
    expect(await modeOf(path)).toBe(0o600);
    await chmod(path, 0o666);
    await store.write(await configuration());
    expect(await modeOf(path)).toBe(0o600);
  });

  it('leaves nothing else behind', async () => {
    const folder = await temporaryFolder();
    await configurationFile(join(folder, 'config.json')).write(await configuration());
    expect(await readdir(folder)).toEqual(['config.json']);
  });

  it('is written through a symbolic link', async () => {
    const folder = await temporaryFolder();
    const [real, link] = [join(folder, 'real.json'), join(folder, 'link.json')];
    await configurationFile(real).write(await configuration('before'));
    await symlink(real, link);
    await configurationFile(link).write(await configuration('after'));
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
    expect((await configurationFile(real).read())?.host).toBe('after');
  });

  it.each(['', '{', '{"hostname":', 'not base64!', '{}', '[]'])(
    'that holds %j is an error, and is not written over',
    async (text) => {
      const path = join(await temporaryFolder(), 'config.json');
      await writeFile(path, text);
      const store = configurationFile(path);
      await refused('configuration-invalid', () => store.read());
      await refused('configuration-invalid', () => configuration().then((one) => store.write(one)));
      expect(await readFile(path, 'utf8')).toBe(text);
    },
  );

  it('that cannot be read is an error, never "no configuration"', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'config.json'));
    const error = await refused('configuration-invalid', () => configurationFile(join(folder, 'config.json')).read());
    expect(error.message).toContain('EISDIR');
    await writeFile(join(folder, 'file'), '');
    await refused('configuration-invalid', () => configurationFile(join(folder, 'file', 'config.json')).read());
    await refused('configuration-invalid', () =>
      configuration().then((one) => configurationFile(join(folder, 'none', 'config.json')).write(one)),
    );
  });

  it('is whole after kill -9 in the middle of writes', { timeout: 60_000 }, async () => {
    const path = join(await temporaryFolder(), 'config.json');
    await configurationFile(path).write(await configuration('start'));
    for (let round = 0; round < 5; round++) {
      const child = spawn(
        process.execPath,
        [fileURLToPath(new URL('./configuration-writer.mjs', import.meta.url)), path],
        {
          stdio: ['ignore', 'pipe', 'inherit'],
        },
      );
      await once(child.stdout, 'data');
      // Somewhere in the middle of a write, another time each round.
      await new Promise((resolve) => setTimeout(resolve, 7 * round));
      child.kill('SIGKILL');
      await once(child, 'exit');
      const read = await decodeConfiguration(await readFile(path, 'utf8'));
      expect(read.host).toMatch(/^round-\d+$/);
      expect(await modeOf(path)).toBe(0o600);
    }
  });
});
