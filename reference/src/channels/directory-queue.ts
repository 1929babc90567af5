import { randomBytes, randomInt } from 'node:crypto';
import { constants, watch as watchFolder } from 'node:fs';
import { lstat, mkdir, open, readdir, rename, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { isVaultwireError, VaultwireError } from 'vaultwire';
import { assertMessageLength, assertQueueNames, CHANNEL_LIMITS, type OpenChannel, type QueueEnds } from './channel.js';

/** Watches a folder until it is closed. It may miss changes, and may fail at once or later. */
export type Watch = (
  folder: string,
  changed: () => void,
  failed: (error: unknown) => void,
) => { readonly close: () => void };

export interface DirectoryQueueOptions extends QueueEnds {
  /**
   * Holds a folder for each queue. Made when it is not there, for its owner alone; one that others can write to is not
   * used, nor is a symbolic link.
   */
  readonly folder: string;
  /** Milliseconds since 1970. Default: the system's clock. */
  readonly now?: () => number;
  /** Default: `fs.watch`. Where it fails the folder is looked at every `pollMilliseconds`. */
  readonly watch?: Watch;
  /** Default 250 without a watcher; with one, which may miss something, 20 times that. */
  readonly pollMilliseconds?: number;
  /** Told of what went wrong while receiving. Nothing stops for it. */
  readonly onFault?: (error: unknown) => void;
}

interface WaitingFile {
  readonly name: string;
  readonly sentAt: number;
  readonly length: number;
}

/** When it was sent, how long it is, and what makes it unlike every other. */
const FILE_NAME = /^(\d{15})-(\d{1,9})-[0-9a-f]{32}$/;
/** What a writer leaves that was killed. */
const TEMPORARY_NAME = /^\.(\d{15})-\d{1,9}-[0-9a-f]{32}$/;
const TEMPORARY_LIFETIME = 60 * 60 * 1000;
const CLOSE_GRACE = 2000;

/**
 * A channel of two folders, one file to a message: what a message queue does, between processes of one machine.
 *
 * A message comes at least once: its file goes when the receiver has taken it, and whoever is killed in between gets it
 * again. Messages that wait come in no order. They wait for 48 hours, and within {@link CHANNEL_LIMITS}. Several
 * processes may send to a queue and read it; a message that one of them took is gone for the others.
 *
 * @throws VaultwireError `argument-invalid` for a name that is none of a queue
 */
export function directoryChannel(options: DirectoryQueueOptions): OpenChannel {
  assertQueueNames(options);
  const { folder, sendQueue, receiveQueue, now = Date.now } = options;
  const receivers = new Set<() => Promise<void>>();
  const sends = new Set<Promise<void>>();
  let isClosed = false;
  return {
    name: `queue ${folder}`,
    async send(message) {
      if (isClosed) throw new VaultwireError('channel-failed', 'queue: closed');
      assertMessageLength(message);
      const sending = write(folder, sendQueue, new Uint8Array(message), now());
      sends.add(sending);
      try {
        await sending;
      } finally {
        sends.delete(sending);
      }
    },
    receive(deliver) {
      const stop = receive(folder, receiveQueue, now, options, deliver);
      receivers.add(stop);
      return () => {
        receivers.delete(stop);
        stop().catch((error: unknown) => options.onFault?.(error));
      };
    },
    async close() {
      isClosed = true;
      await Promise.all([...receivers].map((stop) => stop()));
      await atMost(CLOSE_GRACE, Promise.allSettled(sends));
    },
  };
}

/**
 * Makes a folder of queues, mode 0700.
 *
 * @throws VaultwireError `not-permitted` when it is there and a symbolic link, somebody else's, or others can write to
 *   it: they could take messages away
 */
export async function makeQueueFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // Of the folder itself, not of what a link leads to.
  const { uid, mode } = await lstat(folder);
  if ((mode & constants.S_IFMT) === constants.S_IFLNK) {
    throw new VaultwireError('not-permitted', `${folder}: is a symbolic link; name the folder that it leads to`);
  }
  if (process.platform === 'win32') return;
  if (uid !== process.getuid?.()) throw new VaultwireError('not-permitted', `${folder}: belongs to another user`);
  if ((mode & 0o022) !== 0) {
    throw new VaultwireError('not-permitted', `${folder}: others can write to it; make it private with chmod 700`);
  }
}

async function makeQueue(folder: string, name: string): Promise<string> {
  await makeQueueFolder(folder);
  const queue = join(folder, name);
  await makeQueueFolder(queue);
  return queue;
}

async function write(folder: string, queueName: string, message: Uint8Array, now: number): Promise<void> {
  try {
    const queue = await makeQueue(folder, queueName);
    const name = `${String(now).padStart(15, '0')}-${message.length}-${randomBytes(16).toString('hex')}`;
    const temporary = join(queue, `.${name}`);
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(message);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, join(queue, name));
    await makeRoom(queue, now);
  } catch (cause) {
    if (isVaultwireError(cause)) throw cause;
    const queue = join(folder, queueName);
    throw new VaultwireError('channel-failed', `queue ${queue}: cannot be written (${codeOf(cause)})`, { cause });
  }
}

/** Removes what is too old, and the oldest of what is too much. */
async function makeRoom(queue: string, now: number): Promise<readonly WaitingFile[]> {
  const names = await readdir(queue);
  const waiting: WaitingFile[] = [];
  const gone: string[] = [];
  for (const name of names) {
    const [, sentAt, length] = FILE_NAME.exec(name) ?? [];
    if (sentAt !== undefined && length !== undefined) {
      waiting.push({ name, sentAt: Number(sentAt), length: Number(length) });
    }
    const [, startedAt] = TEMPORARY_NAME.exec(name) ?? [];
    if (startedAt !== undefined && Math.abs(now - Number(startedAt)) > TEMPORARY_LIFETIME) gone.push(name);
  }
  waiting.sort((a, b) => b.sentAt - a.sentAt);
  const { lifetime, maximumMessageBytes, maximumQueueBytes, maximumQueueMessages } = CHANNEL_LIMITS;
  const kept: WaitingFile[] = [];
  let bytes = 0;
  for (const file of waiting) {
    bytes += file.length;
    const fits = kept.length < maximumQueueMessages && bytes <= maximumQueueBytes && file.length <= maximumMessageBytes;
    // A time far ahead is no better than one long past: such a file would stay for ever.
    if (fits && Math.abs(now - file.sentAt) <= lifetime) kept.push(file);
    else gone.push(file.name);
  }
  // What cannot be removed, such as a folder, is no message and is in nobody's way.
  await Promise.allSettled(gone.map((name) => rm(join(queue, name), { force: true })));
  return kept;
}

/** Delivers what is in a queue and what comes, until it is stopped. */
function receive(
  folder: string,
  queueName: string,
  now: () => number,
  options: DirectoryQueueOptions,
  deliver: (message: Uint8Array) => void,
): () => Promise<void> {
  const { watch = watchWithNode, pollMilliseconds = 250, onFault } = options;
  /** Files that were delivered and are still there: another process may be about to remove them. */
  let delivered = new Set<string>();
  let isStopped = false;
  let isDirty = false;
  let scanning: Promise<void> | undefined;
  let watcher: ReturnType<Watch> | undefined;
  let timer: NodeJS.Timeout | undefined;

  const take = async (path: string, name: string): Promise<void> => {
    const message = await read(path);
    if (message === undefined || stopped()) return;
    delivered.add(name);
    deliver(message);
    await rm(path, { force: true });
  };
  const scan = async (queue: string): Promise<void> => {
    const files = await makeRoom(queue, now());
    const names = new Set(files.map(({ name }) => name));
    delivered = new Set([...delivered].filter((name) => names.has(name)));
    for (const { name } of shuffle(files)) {
      if (isStopped) return;
      if (delivered.has(name)) continue;
      // One that makes trouble keeps no other back.
      await take(join(queue, name), name).catch((error: unknown) => onFault?.(error));
    }
  };
  const stopped = (): boolean => isStopped;
  const wake = (queue: string): void => {
    isDirty = true;
    if (isStopped) return;
    scanning ??= (async () => {
      while (isDirty && !stopped()) {
        isDirty = false;
        await scan(queue).catch((error: unknown) => onFault?.(error));
      }
      scanning = undefined;
    })();
  };
  const start = async (): Promise<void> => {
    const queue = await makeQueue(folder, queueName);
    const look = (): void => {
      wake(queue);
    };
    const poll = (every: number): void => {
      clearInterval(timer);
      if (!isStopped) timer = setInterval(look, every);
    };
    const failed = (error: unknown): void => {
      watcher?.close();
      watcher = undefined;
      poll(pollMilliseconds);
      onFault?.(error);
    };
    if (stopped()) return;
    poll(20 * pollMilliseconds);
    try {
      watcher = watch(queue, look, failed);
    } catch (error) {
      failed(error);
    }
    look();
  };
  const started = start().catch((error: unknown) => onFault?.(error));
  return async () => {
    isStopped = true;
    clearInterval(timer);
    await started;
    watcher?.close();
    await atMost(CLOSE_GRACE, scanning ?? Promise.resolve());
  };
}

/** A file's content; undefined when another process took it first, or when it can be no message, and is removed. */
async function read(path: string): Promise<Uint8Array | undefined> {
  let file;
  try {
    // Neither where a link leads, nor waiting for whoever opens the other end of a pipe.
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    if (codeOf(error) !== 'ELOOP') throw error;
  }
  const message = file && (await readMessage(file));
  if (message === undefined) await rm(path, { force: true });
  return message;
}

async function readMessage(file: FileHandle): Promise<Uint8Array | undefined> {
  try {
    if (!(await file.stat()).isFile()) return undefined;
    const { maximumMessageBytes } = CHANNEL_LIMITS;
    const bytes = new Uint8Array(maximumMessageBytes + 1);
    let length = 0;
    while (length < bytes.length) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return length > maximumMessageBytes ? undefined : bytes.slice(0, length);
  } finally {
    await file.close();
  }
}

/** The field's queues promise no order, so nobody may come to rely on one. */
function shuffle<T>(items: readonly T[]): T[] {
  const shuffled: T[] = [];
  for (const [index, item] of items.entries()) shuffled.splice(randomInt(index + 1), 0, item);
  return shuffled;
}

const watchWithNode: Watch = (folder, changed, failed) => {
  const watcher = watchFolder(folder, changed);
  watcher.on('error', failed);
  return watcher;
};

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : 'unknown');

/** Waits for work, for a time in milliseconds at most. */
export async function atMost(milliseconds: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([work, tooLong]);
  clearTimeout(timer);
}
