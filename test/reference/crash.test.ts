import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { memoryConfigurationStore, type Device } from 'vaultwire/keychain';
import type { RunningServer } from '../../reference/src/server.js';
import { CLI, temporaryFolder, testDevice, whenDone } from './support.js';

/** Starts the command over a data folder, and has a way to kill it that leaves it no time for anything. */
async function start(data: string): Promise<{ readonly server: RunningServer; readonly kill: () => Promise<void> }> {
  const certificateFile = join(data, '..', 'certificate.pem');
  const files = ['--data', data, '--seed', join(data, '..', 'seed.json'), '--write-cert', certificateFile];
  const child = spawn(process.execPath, [CLI, 'serve', '--json', '--port', '0', '--throttle', 'off', ...files], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  whenDone(kill);
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  const certificate = await readFile(certificateFile, 'utf8');
  return { server: { ...(JSON.parse(line) as object), certificate } as RunningServer, kill };
}

describe('kill -9 in the middle of writes', () => {
  it('loses nothing that was answered with 200, and leaves nothing half done', { timeout: 120_000 }, async () => {
    const folder = await temporaryFolder();
    const data = join(folder, 'data');
    const seed = { applications: [{ title: 'A', folders: [{ name: 'F' }] }] };
    await writeFile(join(folder, 'seed.json'), JSON.stringify(seed));
    const store = memoryConfigurationStore();
    /** What the server said it has: the number of the last change of each record. */
    const answered = new Map<string, number>();
    /** What was sent and not answered: it may be there or not. */
    const open = new Map<string, number>();
    let token: string | undefined;

    for (let round = 0; round < 4; round++) {
      const { server, kill } = await start(data);
      token ??= server.tokens[0]?.token;
      const configuration = await store.read();
      if (configuration) await store.write({ ...configuration, host: `localhost:${server.port}` });
      const device = await testDevice(server, { store, ...(configuration ? {} : { token: token! }) });
      await check(device, answered, open);

      const shared = (await device.getSecrets()).folders[0]!;
      let killed = false;
      const writers = Array.from({ length: 4 }, async (_, writer) => {
        try {
          const uid = await device.createRecord(shared, { title: 'counter', change: 0 });
          answered.set(uid, 0);
          for (let change = 1; ; change++) {
            const [record] = (await device.getSecrets({ records: [uid] })).records;
            open.set(uid, change);
            await device.updateRecord(record!, { title: 'counter', change });
            answered.set(uid, change);
            open.delete(uid);
            // The kill falls between the writes of the others.
            if (writer === 0 && change === 3 + round) {
              killed = true;
              await kill();
            }
          }
        } catch (error) {
          if (!killed) throw error;
        }
      });
      await Promise.all(writers);
      expect(killed).toBe(true);
    }

    const { server } = await start(data);
    const configuration = (await store.read())!;
    await store.write({ ...configuration, host: `localhost:${server.port}` });
    await check(await testDevice(server, { store }), answered, open);
    expect(answered.size).toBeGreaterThanOrEqual(4);
  });
});

async function check(device: Device, answered: ReadonlyMap<string, number>, open: Map<string, number>): Promise<void> {
  const { records, failed } = await device.getSecrets();
  expect(failed).toEqual([]);
  expect((await device.getFolders()).failed).toEqual([]);
  const found = new Map(records.map(({ uid, data }) => [uid, data['change']]));
  for (const [uid, change] of answered) {
    const acceptable: unknown[] = [change];
    if (open.has(uid)) acceptable.push(open.get(uid));
    expect(acceptable).toContain(found.get(uid));
  }
}
