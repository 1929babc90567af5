import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { firstFailures, openChannels } from '../../reference/src/channels/index.js';
import { textScreen } from '../../reference/src/phone/screen.js';
import { run, World, type Run } from './pairing-world.js';
import { Log, world as phoneWorld } from './phone-support.js';
import { CLI, temporaryFolder, whenDone } from './support.js';

let world: World | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});

const ENDS = { sendQueue: 'here', receiveQueue: 'there' };
const vaultwire = (...parameters: string[]): Promise<Run> => run(process.execPath, [CLI, ...parameters]);

/** What answers, and is no relay. */
async function noRelay(): Promise<{ readonly url: string; readonly name: string }> {
  const server = createServer((_request, response) => response.writeHead(404).end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  whenDone(() => Promise.resolve(server.close()));
  const { port } = server.address() as AddressInfo;
  return { url: `ws://127.0.0.1:${port}`, name: `relay 127.0.0.1:${port}` };
}

async function noFolder(): Promise<string> {
  const path = join(await temporaryFolder(), 'file');
  await writeFile(path, '');
  return path;
}

describe('a channel that does not work', () => {
  it('is told of by its name', async () => {
    const relay = await noRelay();
    const queue = await noFolder();
    const failed = new Log<{ channel: string; error: unknown }>();
    const channels = openChannels({ queue, relay: relay.url }, ENDS, (channel, error) => {
      failed.add({ channel, error });
    });
    for (const channel of channels) {
      whenDone(() => channel.close());
      channel.receive(() => undefined);
    }
    await failed.until(({ channel }) => channel === `queue ${queue}`);
    const { error } = await failed.until(({ channel }) => channel === relay.name);
    expect(error).toMatchObject({ code: 'channel-failed', message: 'relay: Unexpected server response: 404' });
  });

  it('is told of once', () => {
    const told: string[] = [];
    const failed = firstFailures((channel, reason) => told.push(`${channel}: ${reason}`));
    for (const error of [new Error('first'), new Error('second')]) {
      failed('a', error);
      failed('b', error);
    }
    expect(told).toEqual(['a: first', 'b: first']);
  });

  it('is named by vaultwire pair, in text and in JSON', async () => {
    world = await World.make();
    const { url, name } = await noRelay();
    const json = world.start('pair', '--json', '--home', world.computerHome, '--relay', url);
    expect(await json.until({ event: 'channel-failed' })).toMatchObject({
      channel: name,
      reason: 'relay: Unexpected server response: 404',
    });
    await json.stop('SIGKILL');

    const home = join(await temporaryFolder(), 'home');
    const text = spawn(process.execPath, [CLI, 'pair', '--home', home, '--relay', url], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    whenDone(() => Promise.resolve(void text.kill('SIGKILL')));
    const [line] = (await once(text.stderr, 'data')) as [Buffer];
    expect(line.toString()).toContain(`${name} does not work: relay: Unexpected server response: 404`);
  });

  it('is named by vaultwire agent and vaultwire unpair', async () => {
    world = await World.pair(['queue']);
    const { url, name } = await noRelay();
    const agent = world.start('agent', '--json', '--home', world.computerHome, '--relay', url);
    expect(await agent.until({ event: 'channel-failed' })).toMatchObject({ channel: name });
    expect(await agent.stop()).toBe(0);
    await world.breakQueue();
    const unpair = await vaultwire('unpair', '--home', world.computerHome);
    expect(unpair.stderr).toContain(`queue ${world.queue} does not work: `);
  });

  it('is named by the phone, once, while it goes on over another', async () => {
    const { url, name } = await noRelay();
    const { screen, pair } = await phoneWorld({ queue: await temporaryFolder(), relay: url });
    const { pairing } = await pair('laptop');
    await screen.events.until(({ type }) => type === 'channel-failed');
    // What waits to be sent over it fails as well, now.
    await pairing.close();
    const failures = screen.events.all.filter((event) => event.type === 'channel-failed');
    expect(failures).toEqual([
      { type: 'channel-failed', channel: name, error: 'relay: Unexpected server response: 404' },
    ]);
    const shown: string[] = [];
    const lines = { next: () => Promise.resolve(undefined), discard: () => undefined, close: () => undefined };
    textScreen(lines, (text) => shown.push(text), false).show({
      pairing: 'a pairing',
      computer: 'laptop',
      event: { type: 'channel-failed', channel: name, error: 'is\ngone' },
    });
    expect(shown).toEqual([`laptop: ${name} does not work: is\ufffdgone\n`]);
  });
});
