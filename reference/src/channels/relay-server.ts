import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import { CHANNEL_LIMITS } from './channel.js';
import { decodeFrame, encodeFrame, MAXIMUM_FRAME_BYTES } from './relay-frames.js';

export interface RelayOptions {
  /** Default 0: a free one. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Milliseconds since 1970. Default: the system's clock. */
  readonly now?: () => number;
  readonly limits?: Partial<RelayLimits>;
}

/** What a relay holds at most, whoever asks. */
export interface RelayLimits {
  readonly maximumConnections: number;
  readonly maximumSubscriptions: number;
  /** Of all messages that wait, in bytes; past it the oldest go. */
  readonly maximumBytes: number;
  /** Of what a client was sent and has not read, in bytes; past it the client is dropped, and its messages stay. */
  readonly maximumUnreadBytes: number;
  /** How often clients have to show that they are there, in milliseconds. */
  readonly heartbeat: number;
}

export interface RunningRelay {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** What waits now, and what was let go because it was too old or too much. */
  readonly counts: () => { readonly messages: number; readonly bytes: number; readonly dropped: number };
  /** Drops every client and what waits. */
  readonly close: () => Promise<void>;
}

export const RELAY_LIMITS: RelayLimits = {
  maximumConnections: 1024,
  maximumSubscriptions: 16,
  maximumBytes: 64 * 1024 * 1024,
  maximumUnreadBytes: 16 * 1024 * 1024,
  heartbeat: 30_000,
};

interface Waiting {
  readonly id: string;
  readonly queue: string;
  readonly message: Uint8Array;
  readonly receivedAt: number;
}

interface Queue {
  readonly messages: Map<string, Waiting>;
  bytes: number;
}

/** What a message costs beside its bytes. */
const OVERHEAD = 256;
const POLICY_VIOLATION = 1008;
const TRY_LATER = 1013;

/**
 * Starts a relay: a WebSocket server that passes messages on by the name of a queue, and keeps those that nobody took
 * for 48 hours, in memory, within {@link CHANNEL_LIMITS} and {@link RelayLimits}. It knows nobody and can read nothing:
 * whoever knows a queue's name may send to it, read it and take from it, and what the messages say is sealed.
 */
export async function startRelay(options: RelayOptions = {}): Promise<RunningRelay> {
  const { host = '127.0.0.1', now = Date.now } = options;
  const limits = { ...RELAY_LIMITS, ...options.limits };
  const store = new RelayStore(limits.maximumBytes);
  const subscribers = new Map<string, Set<WebSocket>>();
  const alive = new WeakSet<WebSocket>();

  const server = createServer((_request, response) => {
    response.writeHead(426, { 'content-type': 'text/plain', upgrade: 'websocket' });
    response.end('This is a WebSocket relay of vaultwire.\n');
  });
  const sockets = new WebSocketServer({ server, maxPayload: MAXIMUM_FRAME_BYTES, perMessageDeflate: false });

  const give = (socket: WebSocket, { id, message }: Waiting): void => {
    if (socket.bufferedAmount > limits.maximumUnreadBytes) socket.terminate();
    else socket.send(encodeFrame({ kind: 'message', id, message }));
  };
  const hear = (socket: WebSocket, mine: Set<string>, data: Uint8Array): void => {
    const frame = decodeFrame(data);
    switch (frame.kind) {
      case 'subscribe': {
        if (mine.size >= limits.maximumSubscriptions) {
          socket.close(POLICY_VIOLATION, 'too many subscriptions');
          return;
        }
        mine.add(frame.queue);
        const readers = subscribers.get(frame.queue) ?? new Set();
        subscribers.set(frame.queue, readers.add(socket));
        for (const waiting of store.of(frame.queue, now())) give(socket, waiting);
        return;
      }
      case 'publish': {
        const { id, queue, message } = frame;
        const waiting = { id, queue, message, receivedAt: now() };
        if (store.add(waiting)) for (const reader of subscribers.get(queue) ?? []) give(reader, waiting);
        if (socket.bufferedAmount > limits.maximumUnreadBytes) socket.terminate();
        else socket.send(encodeFrame({ kind: 'accepted', id }));
        return;
      }
      case 'delivered':
        for (const queue of mine) store.remove(queue, frame.id);
        return;
      case 'accepted':
      case 'message':
        socket.close(POLICY_VIOLATION, 'unexpected frame');
    }
  };
  sockets.on('connection', (socket) => {
    const mine = new Set<string>();
    alive.add(socket);
    socket.on('error', () => undefined);
    socket.on('pong', () => alive.add(socket));
    socket.on('close', () => {
      for (const queue of mine) {
        const readers = subscribers.get(queue);
        readers?.delete(socket);
        if (readers?.size === 0) subscribers.delete(queue);
      }
    });
    if (sockets.clients.size > limits.maximumConnections) {
      socket.close(TRY_LATER, 'too many connections');
      return;
    }
    socket.on('message', (data: RawData, isBinary: boolean) => {
      // What comes after a refusal is not heard.
      if (socket.readyState !== socket.OPEN) return;
      try {
        if (!isBinary || !Buffer.isBuffer(data)) throw new Error('expected a binary frame');
        hear(socket, mine, data);
      } catch {
        socket.close(POLICY_VIOLATION, 'invalid frame');
      }
    });
  });
  const heartbeat = setInterval(() => {
    store.expire(now());
    for (const socket of sockets.clients) {
      if (!alive.delete(socket)) socket.terminate();
      else socket.ping();
    }
  }, limits.heartbeat);

  server.listen(options.port ?? 0, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    clearInterval(heartbeat);
    throw error;
  }
  const { port } = server.address() as AddressInfo;
  return {
    url: `ws://${host.includes(':') ? `[${host}]` : host}:${port}`,
    host,
    port,
    counts: () => store.counts(),
    async close() {
      clearInterval(heartbeat);
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** What waits, oldest first. */
class RelayStore {
  readonly #maximumBytes: number;
  readonly #queues = new Map<string, Queue>();
  /** All of it, in the order in which it came. */
  readonly #all = new Set<Waiting>();
  #bytes = 0;
  #dropped = 0;

  constructor(maximumBytes: number) {
    this.#maximumBytes = maximumBytes;
  }

  /** False when the message waits already. */
  add(waiting: Waiting): boolean {
    const queue = this.#queues.get(waiting.queue) ?? { messages: new Map<string, Waiting>(), bytes: 0 };
    if (queue.messages.has(waiting.id)) return false;
    this.expire(waiting.receivedAt);
    this.#queues.set(waiting.queue, queue);
    queue.messages.set(waiting.id, waiting);
    const cost = waiting.message.length + OVERHEAD;
    queue.bytes += cost;
    this.#bytes += cost;
    this.#all.add(waiting);
    const { maximumQueueBytes, maximumQueueMessages } = CHANNEL_LIMITS;
    while (queue.messages.size > maximumQueueMessages || queue.bytes > maximumQueueBytes) this.#drop(queue.messages);
    while (this.#bytes > this.#maximumBytes) this.#drop(this.#all);
    return true;
  }

  of(name: string, now: number): readonly Waiting[] {
    this.expire(now);
    return [...(this.#queues.get(name)?.messages.values() ?? [])];
  }

  remove(name: string, id: string): void {
    const queue = this.#queues.get(name);
    const waiting = queue?.messages.get(id);
    if (!queue || !waiting) return;
    const cost = waiting.message.length + OVERHEAD;
    queue.messages.delete(id);
    queue.bytes -= cost;
    this.#bytes -= cost;
    this.#all.delete(waiting);
    if (queue.messages.size === 0) this.#queues.delete(name);
  }

  expire(now: number): void {
    for (const { queue, id, receivedAt } of this.#all) {
      if (now - receivedAt <= CHANNEL_LIMITS.lifetime) return;
      this.remove(queue, id);
      this.#dropped++;
    }
  }

  counts(): { messages: number; bytes: number; dropped: number } {
    return { messages: this.#all.size, bytes: this.#bytes, dropped: this.#dropped };
  }

  #drop(of: { values(): Iterable<Waiting> }): void {
    for (const { queue, id } of of.values()) {
      this.remove(queue, id);
      this.#dropped++;
      return;
    }
  }
}
