import { readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import commandPackage from '../../reference/package.json' with { type: 'json' };
import { pairingFile } from '../../reference/src/computer/pairing-file.js';
import { lockFolder } from '../../reference/src/phone/lock.js';
import { refused } from '../support/refused.js';
import { EMAIL, run, World, type Run } from './pairing-world.js';
import { newPhone, PhoneProcess, RawComputer } from './phone-support.js';
import { CLI, temporaryFolder } from './support.js';

let world: World | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});

const vaultwire = (...parameters: string[]): Promise<Run> => run(process.execPath, [CLI, ...parameters]);

describe('a phone that is stopped while it pairs', { timeout: 60_000 }, () => {
  it('leaves nothing behind while it waits for the computer', async () => {
    const folder = await newPhone();
    const queue = await temporaryFolder();
    const pairing = await PhoneProcess.start(folder, [
      'pair',
      new RawComputer({ queue }).qrText,
      '--queue',
      queue,
      '--json',
    ]);
    await pairing.event('comparison-code');
    expect(await pairing.stop()).toBe(130);
    expect(await readdir(join(folder, 'pairings'))).toEqual([]);
  });

  it('does not take silence about the code for a yes', async () => {
    const folder = await newPhone();
    const queue = await temporaryFolder();
    const computer = new RawComputer({ queue });
    const pairing = await PhoneProcess.start(folder, [
      'pair',
      computer.qrText,
      '--queue',
      queue,
      '--compare',
      '--json',
    ]);
    void computer.greet();
    await pairing.event('confirm');
    expect(await pairing.stop()).toBe(130);
    await computer.answers.until(({ body }) => body.kind === 'unpair');
    expect(computer.answers.all.filter(({ body }) => body.kind === 'me')).toEqual([]);
    expect(await readdir(join(folder, 'pairings'))).toEqual([]);
  });

  it('was killed there, and the next run ends the pairing', async () => {
    const folder = await newPhone();
    const queue = await temporaryFolder();
    const computer = new RawComputer({ queue });
    const options = ['--queue', queue, '--compare', '--json'];
    const pairing = await PhoneProcess.start(folder, ['pair', computer.qrText, ...options]);
    void computer.greet();
    await pairing.event('confirm');
    await pairing.kill();
    const running = await PhoneProcess.start(folder, ['run', '--json']);
    expect(await running.event('ended')).toMatchObject({ reason: 'denied' });
    await running.ended;
    expect(computer.answers.all.filter(({ body }) => body.kind === 'me')).toEqual([]);
  });
});

describe('a computer that is stopped while it pairs', { timeout: 60_000 }, () => {
  it('tells the phone, which has scanned', async () => {
    world = await World.make();
    const { computer, phone } = await world.startPairing(['queue']);
    await computer.until({ event: 'code' });
    expect(await phone.exited()).toBe(0);
    expect(await computer.stop('SIGINT')).toBe(130);
    const running = await world.phone('never');
    expect(await running.until({ event: 'ended' })).toMatchObject({ reason: 'unpaired-by-computer' });
  });

  it('is alone in its folder', async () => {
    world = await World.make();
    const options = ['--home', world.computerHome, '--queue', world.queue];
    const first = world.start('pair', '--json', ...options);
    await first.until({ event: 'qr' });
    const second = await vaultwire('pair', ...options);
    expect([second.code, second.stderr]).toEqual([1, expect.stringContaining('in use by process')]);
    expect(await first.stop('SIGINT')).toBe(130);
    expect(await readdir(world.computerHome)).toEqual([]);
  });
});

describe('the pairing of a computer', { timeout: 60_000 }, () => {
  it('does not come back without its key when its file was removed', async () => {
    world = await World.pair(['queue']);
    await world.phone('all');
    const agent = await world.agent();
    const file = join(world.computerHome, 'pairing.json');
    await rm(file);
    expect((await vaultwire('public-key', '--home', world.computerHome, '--pgp', `Alice <${EMAIL}>`)).code).toBe(1);
    expect(await agent.exited()).toBe(1);
    await expect(stat(file)).rejects.toThrow('ENOENT');
    const none = pairingFile(file);
    await refused('not-found', () => none.save(Uint8Array.of(1)));
  });

  it.each(['with', 'without'])(
    'says when the phone could not be told that it has ended, %s an agent',
    async (agent) => {
      world = await World.pair(['queue']);
      const running = agent === 'with' ? await world.agent() : undefined;
      await world.breakQueue();
      const unpaired = await vaultwire('unpair', '--home', world.computerHome);
      expect(unpaired).toMatchObject({ code: 1, stdout: 'The pairing has ended.\n' });
      expect(unpaired.stderr).toContain('The phone could not be told');
      await running?.exited();
      const phone = await world.unpairPhone();
      expect(phone).toMatchObject({ code: 1, stdout: expect.stringContaining('No longer paired') as unknown });
      expect(phone.stderr).toContain('The computer could not be told');
    },
  );

  it('stays when the terminal of the agent is closed', async () => {
    world = await World.pair(['queue']);
    expect(await (await world.agent()).stop('SIGHUP')).toBe(0);
  });
});

it('a lock of a process whose number another one has now is no lock', async () => {
  const folder = await temporaryFolder();
  const lock = join(folder, 'lock');
  await writeFile(lock, `${process.pid}\n`);
  await refused('not-permitted', () => lockFolder(folder));
  if (process.platform !== 'linux') return;
  await writeFile(lock, `${process.pid} 00000000-0000-0000-0000-000000000000 1\n`);
  const unlock = await lockFolder(folder);
  await refused('not-permitted', () => lockFolder(folder));
  await unlock();
});

it('vaultwire sign-git is vaultwire-sign-git', async () => {
  const home = join(await temporaryFolder(), 'home');
  const env = { VAULTWIRE_HOME: home, VAULTWIRE_GPG: process.execPath };
  const signed = await run(process.execPath, [CLI, 'sign-git', '--status-fd=2', '-bsau', 'Alice'], { env });
  expect([signed.code, signed.stderr]).toEqual([1, expect.stringContaining('no agent listens')]);
  const passed = await run(process.execPath, [CLI, 'sign-git', '--print', '6*7'], { env });
  expect(passed).toEqual({ code: 0, stdout: '42\n', stderr: '' });
});

it('npx runs the command by the name of its package, which has more than one', () => {
  const { name, bin } = commandPackage;
  expect(bin).toHaveProperty(name, bin.vaultwire);
});
