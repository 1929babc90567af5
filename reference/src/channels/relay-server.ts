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
  /** Does work again and again, after so many milliseconds each time, until it is stopped. Default: `setInterval`. */
  readonly every?: (milliseconds: number, work: () => void) => () => void;
}

/** What a relay holds at most, whoever asks. */
export interface RelayLimits {
  readonly maximumConnections: number;
  readonly maximumSubscriptions: number;
  /** Of all messages that wait, in bytes; past it the oldest go. */
  readonly maximumBytes: number;
  /** Of what a client was sent and has not read, in bytes; past it the client gets nothing more before it has read. */
  readonly maximumUnreadBytes: number;
  /** Of what all clients were sent and have not read, in bytes; past it the one with the most of it is dropped. */
  readonly maximumTotalUnreadBytes: number;
  /** How often clients have to show that they are there, in milliseconds. */
  readonly heartbeat: number;
}

export interface RunningRelay {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** What waits now, and what was let go because it was too old or too much. */
  readonly counts: () => {
    readonly messages: number;
    readonly bytes: number;
    readonly dropped: number;
    readonly connections: number;
    /** What was sent to clients and still lies here, in bytes. */
    readonly unreadBytes: number;
  };
  /** Drops every client and what waits. */
  readonly close: () => Promise<void>;
}

export const RELAY_LIMITS: RelayLimits = {
  maximumConnections: 1024,
  maximumSubscriptions: 16,
  maximumBytes: 64 * 1024 * 1024,
  maximumUnreadBytes: 256 * 1024,
  maximumTotalUnreadBytes: 32 * 1024 * 1024,
  heartbeat: 30_000,
};

interface Arrival {
  readonly id: string;
  readonly queue: string;
  readonly message: Uint8Array;
  readonly receivedAt: number;
}

interface Waiting extends Arrival {
  /** In the order in which messages came. */
  readonly position: number;
}

/** The queues that a client reads, with the position of the message that it was given last. */
type Reading = Map<string, number>;

interface Queue {
  readonly messages: Map<string, Waiting>;
  bytes: number;
}

/** What a message costs beside its bytes. */
const OVERHEAD = 256;
/** Answers that a client may leave unread beside its messages, in bytes. */
const MAXIMUM_UNREAD_ANSWERS = 64 * 1024;
const POLICY_VIOLATION = 1008;
const TRY_LATER = 1013;

/**
 * Starts a relay: a WebSocket server that passes messages on by the name of a queue, and keeps those that nobody took
 * for 48 hours, in memory, within {@link CHANNEL_LIMITS} and {@link RelayLimits}. It knows nobody and can read nothing:
 * whoever knows a queue's name may send to it, read it and take from it, and what the messages say is sealed.
 */
export async function startRelay(options: RelayOptions = {}): Promise<RunningRelay> {
  const { host = '127.0.0.1', now = Date.now, every = everyInterval } = options;
  const limits = { ...RELAY_LIMITS, ...options.limits };
  const store = new RelayStore(limits.maximumBytes);
  const subscribers = new Map<string, Set<() => void>>();
  const alive = new WeakSet<WebSocket>();

  const server = createServer((_request, response) => {
    response.writeHead(426, { 'content-type': 'text/plain', upgrade: 'websocket' });
    response.end('This is a WebSocket relay of vaultwire.\n');
  });
  const sockets = new WebSocketServer({ server, maxPayload: MAXIMUM_FRAME_BYTES, perMessageDeflate: false });

  const unreadBytes = (): number => {
    let total = 0;
    for (const client of sockets.clients) total += unreadOf(client);
    return total;
  };
  const dropLargest = (): void => {
    let largest: WebSocket | undefined;
    for (const client of sockets.clients) {
      if (largest === undefined || unreadOf(client) > unreadOf(largest)) largest = client;
    }
    largest?.terminate();
  };
  /** Gives a client what it was not given yet, as far as it reads. */
  const give = (socket: WebSocket, reading: Reading): void => {
    for (const [queue, last] of reading) {
      for (const { id, message, position } of store.of(queue, now())) {
        if (position <= last) continue;
        if (socket.readyState !== socket.OPEN || socket.bufferedAmount > limits.maximumUnreadBytes) return;
        reading.set(queue, position);
        socket.send(encodeFrame({ kind: 'message', id, message }), () => {
          if (socket.bufferedAmount <= limits.maximumUnreadBytes) give(socket, reading);
        });
        if (unreadBytes() > limits.maximumTotalUnreadBytes) dropLargest();
      }
    }
  };
  const hear = (socket: WebSocket, reading: Reading, wake: () => void, data: Uint8Array): void => {
    const frame = decodeFrame(data);
    switch (frame.kind) {
      case 'subscribe': {
        if (reading.has(frame.queue)) return;
        if (reading.size >= limits.maximumSubscriptions) {
          socket.close(POLICY_VIOLATION, 'too many subscriptions');
          return;
        }
        reading.set(frame.queue, 0);
        const readers = subscribers.get(frame.queue) ?? new Set();
        subscribers.set(frame.queue, readers.add(wake));
        wake();
        return;
      }
      case 'publish': {
        const { id, queue, message } = frame;
        if (store.add({ id, queue, message, receivedAt: now() })) {
          for (const wakeReader of subscribers.get(queue) ?? []) wakeReader();
        }
        socket.send(encodeFrame({ kind: 'accepted', id }));
        return;
      }
      case 'delivered':
        for (const queue of reading.keys()) store.remove(queue, frame.id);
        return;
      case 'accepted':
      case 'message':
        socket.close(POLICY_VIOLATION, 'unexpected frame');
    }
  };
  sockets.on('connection', (socket) => {
    const reading: Reading = new Map();
    const wake = (): void => {
      give(socket, reading);
    };
    const maximumUnread = limits.maximumUnreadBytes + MAXIMUM_FRAME_BYTES + MAXIMUM_UNREAD_ANSWERS;
    /** Drops who asks on and on, and reads no answer. (Of pings `ws` sees to it.) */
    const isReading = (): boolean => {
      if (unreadOf(socket) > maximumUnread) socket.terminate();
      return socket.readyState === socket.OPEN;
    };
    alive.add(socket);
    socket.on('error', () => undefined);
    socket.on('pong', () => alive.add(socket));
    socket.on('close', () => {
      for (const queue of reading.keys()) {
        const readers = subscribers.get(queue);
        readers?.delete(wake);
        if (readers?.size === 0) subscribers.delete(queue);
      }
    });
    if (sockets.clients.size > limits.maximumConnections) {
      socket.close(TRY_LATER, 'too many connections');
      return;
    }
    socket.on('message', (data: RawData, isBinary: boolean) => {
      // What comes after a refusal is not heard.
      if (!isReading()) return;
      try {
        if (!isBinary || !Buffer.isBuffer(data)) throw new Error('expected a binary frame');
        hear(socket, reading, wake, data);
      } catch {
        socket.close(POLICY_VIOLATION, 'invalid frame');
      }
    });
  });
  const stopHeartbeat = every(limits.heartbeat, () => {
    store.expire(now());
    for (const socket of sockets.clients) {
      if (!alive.delete(socket)) socket.terminate();
      else socket.ping();
    }
  });

  server.listen(options.port ?? 0, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    stopHeartbeat();
    throw error;
  }
  const { port } = server.address() as AddressInfo;
  return {
    url: `ws://${host.includes(':') ? `[${host}]` : host}:${port}`,
    host,
    port,
    counts: () => ({ ...store.counts(), connections: sockets.clients.size, unreadBytes: unreadBytes() }),
    async close() {
      stopHeartbeat();
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** What was sent to a client that is there, and could not be written yet, in bytes. */
const unreadOf = (client: WebSocket): number => (client.readyState === client.OPEN ? client.bufferedAmount : 0);

function everyInterval(milliseconds: number, work: () => void): () => void {
  const timer = setInterval(work, milliseconds);
  return () => {
    clearInterval(timer);
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
  #position = 0;

  constructor(maximumBytes: number) {
    this.#maximumBytes = maximumBytes;
  }

  /** False when the message waits already. */
  add(arrival: Arrival): boolean {
    const queue = this.#queues.get(arrival.queue) ?? { messages: new Map<string, Waiting>(), bytes: 0 };
    if (queue.messages.has(arrival.id)) return false;
    const waiting = { ...arrival, position: ++this.#position };
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
