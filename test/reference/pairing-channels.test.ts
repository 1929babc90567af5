import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmod, chown, mkdir, readdir, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import {
  CHANNEL_LIMITS,
  directoryChannel,
  openChannels,
  relayChannel,
  startRelay,
  type DirectoryQueueOptions,
  type OpenChannel,
  type RelayChannelOptions,
  type RelayOptions,
  type RunningRelay,
} from '../../reference/src/channels/index.js';
import {
  decodeFrame,
  encodeFrame,
  MAXIMUM_FRAME_BYTES,
  type RelayFrame,
} from '../../reference/src/channels/relay-frames.js';
import { terminalQr } from '../../reference/src/terminal-qr.js';
import { refused } from '../support/refused.js';
import { MovableRelay } from './movable-relay.js';
import { CLI, temporaryFolder, whenDone } from './support.js';

const PAIRING = '5C8A3B9E-0C5B-4D12-9B55-3E6C2A1F7D04';
const COMPUTER = { sendQueue: PAIRING, receiveQueue: `${PAIRING}-responder` };
const PHONE = { sendQueue: `${PAIRING}-responder`, receiveQueue: PAIRING };
const HOUR = 60 * 60 * 1000;

const text = (message: Uint8Array): string => Buffer.from(message).toString();
const bytes = (message: string): Uint8Array => new Uint8Array(Buffer.from(message));

/** What a channel delivers, to be waited for. */
class Inbox {
  readonly all: string[] = [];
  readonly stop: () => void;
  readonly #waiting = new Set<() => void>();

  constructor(channel: OpenChannel) {
    this.stop = channel.receive((message) => {
      this.all.push(text(message));
      for (const wake of this.#waiting) wake();
    });
  }

  /** Resolves when there are so many different messages. */
  async until(count: number): Promise<string[]> {
    while (new Set(this.all).size < count) {
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#waiting.delete(wake);
          resolve();
        };
        this.#waiting.add(wake);
      });
    }
    return [...new Set(this.all)].sort();
  }
}

const opened = <T extends OpenChannel>(channel: T): T => {
  whenDone(() => channel.close());
  return channel;
};
const messages = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, index) => `message ${String(from + index).padStart(4, '0')}`);

describe('a queue of two folders', () => {
  const directory = (options: Partial<DirectoryQueueOptions> & Pick<DirectoryQueueOptions, 'folder'>): OpenChannel =>
    opened(directoryChannel({ ...COMPUTER, ...options }));
  const phoneOf = (options: Partial<DirectoryQueueOptions> & Pick<DirectoryQueueOptions, 'folder'>): OpenChannel =>
    directory({ ...PHONE, ...options });

  it('carries messages both ways and leaves nothing behind', async () => {
    const folder = join(await temporaryFolder(), 'queues');
    const computer = directory({ folder });
    const phone = phoneOf({ folder });
    const [atPhone, atComputer] = [new Inbox(phone), new Inbox(computer)];
    await computer.send(bytes('to the phone'));
    await phone.send(bytes('to the computer'));
    expect(await atPhone.until(1)).toEqual(['to the phone']);
    expect(await atComputer.until(1)).toEqual(['to the computer']);
    await Promise.all([computer.close(), phone.close()]);
    for (const queue of await readdir(folder)) expect(await readdir(join(folder, queue))).toEqual([]);
  });

  it('is for its owner alone', async () => {
    const folder = join(await temporaryFolder(), 'queues');
    await directory({ folder }).send(bytes('private'));
    const queue = join(folder, PAIRING);
    expect((await stat(queue)).mode & 0o777).toBe(0o700);
    const [file] = await readdir(queue);
    expect((await stat(join(queue, file!))).mode & 0o777).toBe(0o600);
  });

  it('keeps what was sent while nobody listened, and gives it in no order', async () => {
    const folder = await temporaryFolder();
    const computer = directory({ folder });
    const sent = messages(20);
    for (const message of sent) await computer.send(bytes(message));
    const inbox = new Inbox(phoneOf({ folder }));
    expect(await inbox.until(20)).toEqual(sent);
    // One time in 20! it would be.
    expect(inbox.all).not.toEqual(sent);
  });

  it('gives a message again when the receiver was stopped before it had taken it', async () => {
    const folder = await temporaryFolder();
    await directory({ folder }).send(bytes('again'));
    const first = phoneOf({ folder, onFault: () => undefined });
    await new Promise<void>((resolve) => {
      first.receive(() => {
        resolve();
        throw new Error('killed');
      });
    });
    await first.close();
    expect(await new Inbox(phoneOf({ folder })).until(1)).toEqual(['again']);
  });

  it('forgets messages after 48 hours', async () => {
    const folder = await temporaryFolder();
    let now = 1_700_000_000_000;
    const computer = directory({ folder, now: () => now });
    await computer.send(bytes('old'));
    now += CHANNEL_LIMITS.lifetime - HOUR;
    await computer.send(bytes('young'));
    now += HOUR + 1;
    expect(await new Inbox(phoneOf({ folder, now: () => now })).until(1)).toEqual(['young']);
  });

  it('holds the newest 256 messages, and so many bytes', async () => {
    const folder = await temporaryFolder();
    let now = 1_700_000_000_000;
    const computer = directory({ folder, now: () => now++ });
    for (const message of messages(270)) await computer.send(bytes(message));
    expect(await readdir(join(folder, PAIRING))).toHaveLength(CHANNEL_LIMITS.maximumQueueMessages);
    expect(await new Inbox(phoneOf({ folder, now: () => now })).until(256)).toEqual(messages(256, 14));

    const big = new Uint8Array(CHANNEL_LIMITS.maximumMessageBytes);
    const most = CHANNEL_LIMITS.maximumQueueBytes / big.length;
    for (let count = 0; count < most + 3; count++) await phoneOf({ folder, now: () => now++ }).send(big);
    expect(await readdir(join(folder, `${PAIRING}-responder`))).toHaveLength(most);
  });

  it('delivers without a watcher, and with one that sees nothing or fails later', async () => {
    const folder = await temporaryFolder();
    const faults: unknown[] = [];
    const watchers: Record<string, DirectoryQueueOptions['watch']> = {
      none: () => {
        throw new Error('no watcher');
      },
      blind: () => ({ close: () => undefined }),
      failing: (_folder, _changed, failed) => {
        queueMicrotask(() => {
          failed(new Error('too many files'));
        });
        return { close: () => undefined };
      },
    };
    for (const [name, watch] of Object.entries(watchers)) {
      const phone = phoneOf({ folder, watch: watch!, pollMilliseconds: 2, onFault: (error) => faults.push(error) });
      const inbox = new Inbox(phone);
      for (let count = 0; count < 3; count++) {
        await directory({ folder }).send(bytes(`${name} ${count}`));
        await inbox.until(count + 1);
      }
      await phone.close();
    }
    expect(faults).toHaveLength(2);
  });

  it('never delivers what is half written, foreign or too long, and clears away what a killed writer left', async () => {
    const folder = await temporaryFolder();
    const queue = join(folder, PAIRING);
    const now = Date.now();
    const stamp = (time: number): string => String(time).padStart(15, '0');
    const random = randomBytes(16).toString('hex');
    await mkdir(queue, { mode: 0o700 });
    const young = `.${stamp(now)}-7-${random}`;
    const old = `.${stamp(now - 2 * HOUR)}-7-${random}`;
    const long = `${stamp(now)}-7-${random}`;
    const ahead = `${stamp(now + 100 * HOUR)}-7-${random}`;
    for (const name of [young, old, ahead, 'notes.txt']) await writeFile(join(queue, name), 'partial');
    await writeFile(join(queue, long), new Uint8Array(CHANNEL_LIMITS.maximumMessageBytes + 1));
    await utimes(join(queue, young), 0, 0);
    const phone = phoneOf({ folder });
    const inbox = new Inbox(phone);
    await directory({ folder }).send(bytes('whole'));
    expect(await inbox.until(1)).toEqual(['whole']);
    await phone.close();
    expect((await readdir(queue)).sort()).toEqual([young, 'notes.txt'].sort());
  });

  it('is not stopped by what is no file: a link without an end, a pipe that nobody writes to, a folder', async () => {
    const folder = await temporaryFolder();
    const queue = join(folder, PAIRING);
    const name = (time: number): string => `${String(time).padStart(15, '0')}-7-${randomBytes(16).toString('hex')}`;
    await mkdir(queue, { mode: 0o700 });
    await symlink('/dev/zero', join(queue, name(Date.now())));
    await writeFile(join(folder, 'secret'), 'of another place');
    await symlink(join(folder, 'secret'), join(queue, name(Date.now())));
    execFileSync('mkfifo', [join(queue, name(Date.now()))]);
    const folders = [name(Date.now()), name(0)].sort();
    for (const odd of folders) await mkdir(join(queue, odd));
    const phone = phoneOf({ folder });
    const inbox = new Inbox(phone);
    for (const message of messages(3)) await directory({ folder }).send(bytes(message));
    expect(await inbox.until(3)).toEqual(messages(3));
    await phone.close();
    expect(new Set(inbox.all)).toEqual(new Set(messages(3)));
    for (const left of await readdir(queue)) expect(folders).toContain(left);
  });

  it('gives every message, whatever its receiver makes of another', async () => {
    const folder = await temporaryFolder();
    for (const message of messages(3)) await directory({ folder }).send(bytes(message));
    const faults: unknown[] = [];
    const watch = (): { close: () => void } => ({ close: () => undefined });
    const phone = phoneOf({ folder, watch, pollMilliseconds: 1e6, onFault: (error) => faults.push(error) });
    const seen: string[] = [];
    await new Promise<void>((resolve) => {
      phone.receive((message) => {
        seen.push(text(message));
        if (seen.length === 3) resolve();
        throw new Error('odd');
      });
    });
    await phone.close();
    expect(seen.sort()).toEqual(messages(3));
    expect(faults).toHaveLength(3);
  });

  it('is not used when it is a link, or when others could write to it', async () => {
    const parent = await temporaryFolder();
    const [target, link, open, inner] = ['target', 'link', 'open', 'inner'].map((name) => join(parent, name)) as [
      string,
      string,
      string,
      string,
    ];
    for (const folder of [target, open, inner]) await mkdir(folder, { mode: 0o700 });
    await symlink(target, link);
    await chmod(open, 0o720);
    await symlink(target, join(inner, PAIRING));
    // A folder that is not ours: to root none is foreign before it is given away.
    let foreign = '/usr';
    if (process.getuid?.() === 0) {
      foreign = join(parent, 'foreign');
      await mkdir(foreign, { mode: 0o700 });
      await chown(foreign, 65_534, 65_534);
    }
    const reasons = [
      [link, 'symbolic link'],
      [open, 'others can write'],
      [inner, 'symbolic link'],
      [foreign, 'another user'],
    ] as const;
    for (const [folder, reason] of reasons) {
      const error = await refused('not-permitted', () => directory({ folder }).send(bytes('nowhere')));
      expect(error.message).toContain(reason);
      const fault = await new Promise((resolve) => {
        phoneOf({ folder, onFault: resolve }).receive(() => undefined);
      });
      expect(fault).toMatchObject({ code: 'not-permitted' });
    }
    expect(await readdir(target)).toEqual([]);
    const home = join(parent, 'home');
    const pair = spawn(process.execPath, [CLI, 'pair', '--home', home, '--queue', open], { stdio: 'ignore' });
    expect(await once(pair, 'exit')).toEqual([1, null]);
  });

  it('serves several processes that send at once', async () => {
    const folder = await temporaryFolder();
    const source = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
    const bundle = join(folder, 'queue.mjs');
    await build({
      entryPoints: [source('reference/src/channels/directory-queue.ts')],
      alias: { vaultwire: source('src/index.ts') },
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: bundle,
      logLevel: 'error',
    });
    const queues = join(folder, 'queues');
    const script = `
      import { directoryChannel } from ${JSON.stringify(bundle)};
      const channel = directoryChannel({ folder: process.argv[1], ...${JSON.stringify(COMPUTER)} });
      for (let index = 0; index < 15; index++) await channel.send(Buffer.from(process.argv[2] + ' ' + index));`;
    const inbox = new Inbox(phoneOf({ folder: queues }));
    const writers = ['a', 'b', 'c'].map((name) =>
      spawn(process.execPath, ['--input-type=module', '-e', script, queues, name], { stdio: 'inherit' }),
    );
    for (const [code] of await Promise.all(writers.map((writer) => once(writer, 'exit')))) expect(code).toBe(0);
    const all = await inbox.until(45);
    expect(all).toHaveLength(45);
  });

  it('refuses names that are paths, messages that are too long, and to send when closed', async () => {
    const folder = await temporaryFolder();
    for (const name of ['../elsewhere', 'a/b', '', '.', '..', 'x'.repeat(65)]) {
      await refused('argument-invalid', () => directoryChannel({ ...COMPUTER, sendQueue: name, folder }));
      await refused('argument-invalid', () => directoryChannel({ ...COMPUTER, receiveQueue: name, folder }));
    }
    const channel = directory({ folder });
    await refused('message-too-long', () => channel.send(new Uint8Array(CHANNEL_LIMITS.maximumMessageBytes + 1)));
    await channel.close();
    await refused('channel-failed', () => channel.send(bytes('late')));
    await writeFile(join(folder, 'file'), '');
    await refused('channel-failed', () => directory({ folder: join(folder, 'file') }).send(bytes('nowhere')));
  });
});

describe('a relay', () => {
  const relay = async (options: RelayOptions = {}): Promise<RunningRelay> => {
    const running = await startRelay(options);
    whenDone(async () => {
      await running.close().catch(() => undefined);
    });
    return running;
  };
  const over = (url: string, options: Partial<RelayChannelOptions> = {}): OpenChannel =>
    opened(relayChannel({ ...COMPUTER, url, retryMilliseconds: 2, ...options }));

  /** A client made by hand, for what ours would never do. */
  const raw = async (url: string, autoPong = true): Promise<WebSocket> => {
    const socket = new WebSocket(url, { autoPong, perMessageDeflate: false });
    whenDone(() => {
      socket.terminate();
      return Promise.resolve();
    });
    socket.on('error', () => undefined);
    await once(socket, 'open');
    return socket;
  };
  const next = async (socket: WebSocket): Promise<RelayFrame> => {
    const [data] = (await once(socket, 'message')) as [Buffer];
    return decodeFrame(data);
  };
  const closeCode = async (socket: WebSocket): Promise<number> => {
    const [code] = (await once(socket, 'close')) as [number];
    return code;
  };

  it('carries messages both ways and keeps nothing that was taken', async () => {
    const server = await relay();
    const [computer, phone] = [over(server.url), over(server.url, PHONE)];
    const [atPhone, atComputer] = [new Inbox(phone), new Inbox(computer)];
    await computer.send(bytes('to the phone'));
    await phone.send(bytes('to the computer'));
    expect(await atPhone.until(1)).toEqual(['to the phone']);
    expect(await atComputer.until(1)).toEqual(['to the computer']);
    await Promise.all([computer.close(), phone.close()]);
    // The relay hears of both deliveries before it hears that the connections close.
    const late = over(server.url, PHONE);
    const inbox = new Inbox(late);
    await over(server.url).send(bytes('last'));
    expect(await inbox.until(1)).toEqual(['last']);
    expect(inbox.all).toEqual(['last']);
  });

  it('keeps messages for a phone that is away, for 48 hours', async () => {
    let now = 1_700_000_000_000;
    const server = await relay({ now: () => now });
    const computer = over(server.url);
    await computer.send(bytes('old'));
    now += CHANNEL_LIMITS.lifetime - HOUR;
    await computer.send(bytes('young'));
    now += HOUR + 1;
    expect(await new Inbox(over(server.url, PHONE)).until(1)).toEqual(['young']);
    expect(server.counts().dropped).toBe(1);
  });

  it('gives a message again to who did not say that it has it', async () => {
    const server = await relay();
    await over(server.url).send(bytes('again'));
    for (let time = 0; time < 2; time++) {
      const socket = await raw(server.url);
      socket.send(encodeFrame({ kind: 'subscribe', queue: PAIRING }));
      expect(await next(socket)).toMatchObject({ kind: 'message', message: bytes('again') });
      socket.terminate();
    }
    expect(await new Inbox(over(server.url, PHONE)).until(1)).toEqual(['again']);
  });

  it('is found again after a restart, and gets what was sent in between', async () => {
    const first = await MovableRelay.start();
    const lost: unknown[] = [];
    const computer = over(first.url, { onFault: (error) => lost.push(error) });
    const inbox = new Inbox(over(first.url, PHONE));
    await computer.send(bytes('before'));
    await inbox.until(1);
    await first.stop();
    const sending = computer.send(bytes('meanwhile'));
    while (lost.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await first.restart();
    await sending;
    expect(await inbox.until(2)).toEqual(['before', 'meanwhile']);
  });

  it('keeps one message when a client publishes it twice', async () => {
    const server = await relay();
    const socket = await raw(server.url);
    const id = '00'.repeat(16);
    for (const message of ['once', 'twice']) {
      socket.send(encodeFrame({ kind: 'publish', id, queue: PAIRING, message: bytes(message) }));
      expect(await next(socket)).toEqual({ kind: 'accepted', id });
    }
    expect(server.counts().messages).toBe(1);
    expect(await new Inbox(over(server.url, PHONE)).until(1)).toEqual(['once']);
  });

  it('holds so many messages and bytes, whoever floods it', async () => {
    const server = await relay({ limits: { maximumBytes: 2 * 1024 * 1024 } });
    const computer = over(server.url);
    const flood = messages(CHANNEL_LIMITS.maximumQueueMessages + 10);
    for (const message of flood) await computer.send(bytes(message));
    expect(server.counts()).toMatchObject({ messages: CHANNEL_LIMITS.maximumQueueMessages, dropped: 10 });
    const big = new Uint8Array(CHANNEL_LIMITS.maximumMessageBytes);
    for (let queue = 0; queue < 12; queue++) await over(server.url, { sendQueue: `flood-${queue}` }).send(big);
    expect(server.counts().bytes).toBeLessThanOrEqual(2 * 1024 * 1024);
    expect(server.counts().messages).toBe(7);
  });

  it('lets a client take only from queues that it reads', async () => {
    const server = await relay();
    const socket = await raw(server.url);
    const id = '11'.repeat(16);
    socket.send(encodeFrame({ kind: 'subscribe', queue: 'another' }));
    socket.send(encodeFrame({ kind: 'publish', id, queue: PAIRING, message: bytes('mine') }));
    await next(socket);
    socket.send(encodeFrame({ kind: 'delivered', id }));
    socket.ping();
    await once(socket, 'pong');
    expect(server.counts().messages).toBe(1);
  });

  it('closes the connection of who makes no sense, and no other', async () => {
    const server = await relay();
    const inbox = new Inbox(over(server.url, PHONE));
    const invalid = [
      'text',
      Buffer.of(),
      Buffer.of(0),
      Buffer.of(9),
      Buffer.of(1),
      Buffer.from('\u0001../etc', 'latin1'),
      encodeFrame({ kind: 'accepted', id: '22'.repeat(16) }),
      encodeFrame({ kind: 'message', id: '22'.repeat(16), message: bytes('forged') }),
    ];
    for (const frame of invalid) {
      const socket = await raw(server.url);
      socket.send(frame);
      expect(await closeCode(socket)).toBe(1008);
    }
    const socket = await raw(server.url);
    socket.send(new Uint8Array(2 * CHANNEL_LIMITS.maximumMessageBytes));
    expect(await closeCode(socket)).toBe(1009);
    await over(server.url).send(bytes('fine'));
    expect(await inbox.until(1)).toEqual(['fine']);
  });

  it('bounds connections and subscriptions', async () => {
    const server = await relay({ limits: { maximumConnections: 2, maximumSubscriptions: 2 } });
    const first = await raw(server.url);
    await raw(server.url);
    expect(await closeCode(await raw(server.url))).toBe(1013);
    for (const queue of ['a', 'b', 'c']) first.send(encodeFrame({ kind: 'subscribe', queue }));
    expect(await closeCode(first)).toBe(1008);
  });

  /** A client that reads one queue, and has stopped to read what comes. */
  const deaf = async (url: string): Promise<WebSocket> => {
    const socket = await raw(url);
    socket.send(encodeFrame({ kind: 'subscribe', queue: PAIRING }));
    socket.ping();
    await once(socket, 'pong');
    socket.pause();
    return socket;
  };
  const big = new Uint8Array(CHANNEL_LIMITS.maximumMessageBytes);
  /** What a frame's header adds. */
  const aFrame = MAXIMUM_FRAME_BYTES + 16;

  it('holds nothing more for a client that reads nothing, and gives it all when it reads again', async () => {
    const server = await relay({ limits: { maximumUnreadBytes: 0 } });
    const socket = await deaf(server.url);
    const computer = over(server.url);
    // Until what the system buffers is full.
    while (server.counts().unreadBytes === 0) await computer.send(big);
    for (let count = 0; count < 8; count++) await computer.send(big);
    expect(server.counts().unreadBytes).toBeLessThanOrEqual(aFrame);
    const last = bytes('last');
    await computer.send(last);
    const received = new Promise<void>((resolve) => {
      socket.on('message', (data: Buffer) => {
        const frame = decodeFrame(data);
        if (frame.kind === 'message' && frame.message.length === last.length) resolve();
      });
    });
    socket.resume();
    await received;
    expect(server.counts().messages).toBeGreaterThan(8);
  });

  it('drops the client that holds up the most when all of them hold up too much', async () => {
    const limits = { maximumUnreadBytes: 0, maximumTotalUnreadBytes: aFrame };
    const server = await relay({ limits });
    for (let count = 0; count < 3; count++) await deaf(server.url);
    const computer = over(server.url);
    await computer.send(bytes('connected'));
    expect(server.counts().connections).toBe(4);
    while (server.counts().connections > 2) {
      await computer.send(big);
      expect(server.counts().unreadBytes).toBeLessThanOrEqual(aFrame);
    }
    await computer.send(bytes('still there'));
  });

  it.each([
    [
      'pings',
      (socket: WebSocket) => {
        socket.ping(Buffer.alloc(125));
      },
    ],
    [
      'publishes',
      (socket: WebSocket) => {
        socket.send(encodeFrame({ kind: 'publish', id: '44'.repeat(16), queue: 'flood', message: bytes('') }));
      },
    ],
  ])('drops a client that reads no answer and %s on', async (_name, ask) => {
    const server = await relay({ limits: { maximumUnreadBytes: 0 } });
    const socket = await deaf(server.url);
    const computer = over(server.url);
    while (server.counts().unreadBytes === 0) await computer.send(big);
    while (server.counts().connections > 1) {
      for (let count = 0; count < 100; count++) ask(socket);
      await computer.send(bytes('next'));
    }
    expect(server.counts().messages).toBeGreaterThan(0);
  });

  it('gives a message once over a connection, however often it is asked', async () => {
    const server = await relay();
    const socket = await raw(server.url);
    await over(server.url).send(bytes('once'));
    let given = 0;
    socket.on('message', () => given++);
    for (let count = 0; count < 20; count++) socket.send(encodeFrame({ kind: 'subscribe', queue: PAIRING }));
    socket.ping();
    await once(socket, 'pong');
    expect(given).toBe(1);
  });

  it('gives what came while nobody listened to who listens again', async () => {
    const server = await relay();
    const phone = over(server.url, PHONE);
    const first = new Inbox(phone);
    const computer = over(server.url);
    await computer.send(bytes('first'));
    await first.until(1);
    first.stop();
    await computer.send(bytes('second'));
    // What the relay accepted it has given the phone before this.
    await phone.send(bytes('in order'));
    expect(await new Inbox(phone).until(1)).toEqual(['second']);
  });

  it('drops a client that does not show that it is there', async () => {
    let beat: () => void = () => undefined;
    const every: RelayOptions['every'] = (milliseconds, work) => {
      expect(milliseconds).toBe(30_000);
      beat = work;
      return () => undefined;
    };
    const server = await relay({ every });
    const [dead, living] = [await raw(server.url, false), await raw(server.url)];
    const pinged = once(living, 'ping');
    beat();
    await pinged;
    // When the relay answers this, it has heard the answer to its own.
    living.ping();
    await once(living, 'pong');
    const closed = closeCode(dead);
    beat();
    expect(await closed).toBe(1006);
    expect(living.readyState).toBe(WebSocket.OPEN);
  });

  it('is asked less and less often while it sends everybody away, and is said to do so', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    whenDone(() => {
      server.close();
      return Promise.resolve();
    });
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    server.on('connection', (socket) => {
      socket.close(1013, 'too many connections');
    });
    const waits: number[] = [];
    const faults: unknown[] = [];
    await new Promise<void>((resolve) => {
      const after: RelayChannelOptions['after'] = (milliseconds, work) => {
        waits.push(milliseconds);
        if (waits.length < 10) setImmediate(work);
        else resolve();
        return () => undefined;
      };
      over(`ws://127.0.0.1:${port}`, {
        retryMilliseconds: 1000,
        after,
        onFault: (error) => faults.push(error),
      }).receive(() => undefined);
    });
    for (const [failures, wait] of waits.entries()) {
      const longest = 1000 * Math.min(2 ** failures, 60);
      expect(wait).toBeGreaterThanOrEqual(longest / 2);
      expect(wait).toBeLessThanOrEqual(longest);
    }
    expect(faults[0]).toMatchObject({ code: 'channel-failed', message: expect.stringContaining('1013') as string });
  });

  it('is left for a new connection when it falls silent', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    whenDone(() => {
      for (const client of server.clients) client.terminate();
      server.close();
      return Promise.resolve();
    });
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    new Inbox(over(`ws://127.0.0.1:${port}`, { silenceMilliseconds: 10 }));
    await once(server, 'connection');
    await once(server, 'connection');
  });

  it('cannot harm a client with frames that make no sense', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    whenDone(() => {
      for (const client of server.clients) client.terminate();
      server.close();
      return Promise.resolve();
    });
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const faults: unknown[] = [];
    const inbox = new Inbox(over(`ws://127.0.0.1:${port}`, { onFault: (error) => faults.push(error) }));
    const [socket] = (await once(server, 'connection')) as [WebSocket];
    socket.send('text');
    socket.send(Buffer.of(77));
    socket.send(encodeFrame({ kind: 'accepted', id: '33'.repeat(16) }));
    socket.send(encodeFrame({ kind: 'message', id: '33'.repeat(16), message: bytes('good') }));
    expect(await inbox.until(1)).toEqual(['good']);
    expect(faults).toHaveLength(2);
  });

  it('rejects what was not sent when a channel closes, and what is too much', async () => {
    const server = await relay();
    await server.close();
    const computer = over(server.url);
    const sends = messages(CHANNEL_LIMITS.maximumQueueMessages + 1).map((message) => computer.send(bytes(message)));
    const outcomes = Promise.allSettled(sends);
    await refused('channel-failed', () => sends[0]!);
    await computer.close();
    expect((await outcomes).every(({ status }) => status === 'rejected')).toBe(true);
    await refused('channel-failed', () => computer.send(bytes('late')));
    await refused('message-too-long', () =>
      over(server.url).send(new Uint8Array(CHANNEL_LIMITS.maximumMessageBytes + 1)),
    );
  });

  it('gets what is still being sent when a channel closes', async () => {
    const server = await relay();
    const computer = over(server.url);
    await computer.send(bytes('first'));
    const sending = computer.send(bytes('last'));
    await computer.close();
    await sending;
    expect(server.counts().messages).toBe(2);
  });

  it('is a command, which says where it is', async () => {
    const child = spawn(process.execPath, [CLI, 'relay', '--port', '0', '--json'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    whenDone(() => {
      child.kill('SIGKILL');
      return Promise.resolve();
    });
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    const { url, port } = JSON.parse(line) as { url: string; port: number };
    expect(url).toBe(`ws://127.0.0.1:${port}`);
    const inbox = new Inbox(over(url, PHONE));
    await over(url).send(bytes('through the command'));
    expect(await inbox.until(1)).toEqual(['through the command']);
    const plain = await fetch(`http://127.0.0.1:${port}/`);
    expect(plain.status).toBe(426);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
    const refusedPort = spawn(process.execPath, [CLI, 'relay', '--port', '65536'], { stdio: 'ignore' });
    expect(await once(refusedPort, 'exit')).toEqual([2, null]);
  });

  it('refuses other URLs and names', async () => {
    for (const url of ['http://localhost', 'nothing', ''])
      await refused('url-refused', () => relayChannel({ ...COMPUTER, url }));
    await refused('argument-invalid', () => relayChannel({ ...COMPUTER, sendQueue: 'a b', url: 'ws://localhost' }));
  });

  it('has frames that come out as they went in, and that refuse the rest', async () => {
    const id = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((value) => Buffer.from(value).toString('hex'));
    const queue = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9-]{0,63}$/);
    const message = fc.uint8Array({ maxLength: 200 });
    const frame: fc.Arbitrary<RelayFrame> = fc.oneof(
      fc.record({ kind: fc.constant('subscribe' as const), queue }),
      fc.record({ kind: fc.constant('publish' as const), id, queue, message }),
      fc.record({ kind: fc.constantFrom('delivered' as const, 'accepted' as const), id }),
      fc.record({ kind: fc.constant('message' as const), id, message }),
    );
    fc.assert(
      fc.property(frame, (value) => {
        expect(decodeFrame(encodeFrame(value))).toEqual(value);
      }),
    );
    const whole = encodeFrame({ kind: 'publish', id: '00'.repeat(16), queue: PAIRING, message: bytes('') });
    for (let length = 0; length < whole.length; length++)
      expect(() => decodeFrame(whole.subarray(0, length))).toThrow();
    await refused('message-too-long', () => decodeFrame(Buffer.concat([Buffer.of(3), Buffer.alloc(17)])));
  });
});

describe('both channels', () => {
  it('are opened as chosen, and one of them at least', async () => {
    const queue = await temporaryFolder();
    const relay = 'ws://127.0.0.1:9';
    const both = openChannels({ queue, relay }, COMPUTER).map(opened);
    expect(both.map(({ name }) => name)).toEqual([`queue ${queue}`, 'relay 127.0.0.1:9']);
    expect(openChannels({ queue }, COMPUTER).map(opened)).toHaveLength(1);
    expect(openChannels({ relay }, COMPUTER).map(opened)).toHaveLength(1);
    await refused('argument-invalid', () => openChannels({}, COMPUTER));
  });
});

describe('a QR code in the terminal', () => {
  it('has a quiet zone, and its own colors where there are any', () => {
    const plain = terminalQr('{"pk":"AAAA","n":"here","v":"2.4.4"}').split('\n');
    expect(new Set(plain.map((line) => line.length)).size).toBe(1);
    expect(plain[0]).toMatch(/^█+$/);
    expect(plain.every((line) => line.startsWith('████') || /^▀+$/.test(line))).toBe(true);
    const colored = terminalQr('x', { color: true }).split('\n');
    expect(colored.every((line) => line.startsWith('\u001b[97;40m') && line.endsWith('\u001b[0m'))).toBe(true);
  });
});
