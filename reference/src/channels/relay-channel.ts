import { randomBytes } from 'node:crypto';
import { VaultwireError } from 'vaultwire';
import { WebSocket, type RawData } from 'ws';
import { assertMessageLength, assertQueueNames, CHANNEL_LIMITS, type OpenChannel, type QueueEnds } from './channel.js';
import { atMost } from './directory-queue.js';
import { decodeFrame, encodeFrame, MAXIMUM_FRAME_BYTES } from './relay-frames.js';

export interface RelayChannelOptions extends QueueEnds {
  /** `ws://` or `wss://` */
  readonly url: string;
  /** Milliseconds before the first try to connect again; each further one waits twice as long, up to 60 times that. */
  readonly retryMilliseconds?: number;
  /** Milliseconds of silence after which a connection counts as lost. A relay shows every 30 s that it is there. */
  readonly silenceMilliseconds?: number;
  /** Does work once, after so many milliseconds, unless it is canceled. Default: `setTimeout`. */
  readonly after?: (milliseconds: number, work: () => void) => () => void;
  /** Told of lost connections and of frames that make no sense. Nothing stops for them. */
  readonly onFault?: (error: unknown) => void;
}

interface Outgoing {
  readonly frame: Uint8Array;
  readonly resolve: () => void;
  readonly reject: (error: VaultwireError) => void;
}

const HANDSHAKE_TIMEOUT = 10_000;
const CLOSE_GRACE = 2000;

/**
 * A channel over a relay. It connects when it is first used, and again whenever the connection is lost. `send` resolves
 * when the relay has the message: until then the message is kept and sent again, within {@link CHANNEL_LIMITS}, past
 * which the oldest is rejected with `channel-failed`, as all are when the channel is closed. A message may come again
 * after a lost connection.
 *
 * @throws VaultwireError `argument-invalid` for a name that is none of a queue, `url-refused` for another URL
 */
export function relayChannel(options: RelayChannelOptions): OpenChannel {
  assertQueueNames(options);
  const { sendQueue, receiveQueue, onFault, retryMilliseconds = 250, silenceMilliseconds = 75_000 } = options;
  const { after = afterTimeout } = options;
  const url = URL.canParse(options.url) ? new URL(options.url) : undefined;
  if (url === undefined || !['ws:', 'wss:'].includes(url.protocol)) {
    throw new VaultwireError('url-refused', 'relay: expected a URL such as wss://relay.example');
  }
  const outbox = new Map<string, Outgoing>();
  let outboxBytes = 0;
  const receivers = new Set<(message: Uint8Array) => void>();
  let socket: WebSocket | undefined;
  let cancelRetry: (() => void) | undefined;
  let failures = 0;
  let isSubscribed = false;
  let isClosed = false;
  let drained: (() => void) | undefined;

  const say = (frame: Uint8Array): void => {
    if (socket?.readyState === WebSocket.OPEN) socket.send(frame);
  };
  const subscribe = (): void => {
    if (receivers.size === 0 || socket?.readyState !== WebSocket.OPEN) return;
    // A relay gives a message once over a connection, and what came while nobody listened was not taken.
    if (isSubscribed) socket.terminate();
    else say(encodeFrame({ kind: 'subscribe', queue: receiveQueue }));
    isSubscribed = true;
  };
  const settle = (id: string, error?: VaultwireError): void => {
    const outgoing = outbox.get(id);
    if (!outgoing) return;
    outbox.delete(id);
    outboxBytes -= outgoing.frame.length;
    if (error) outgoing.reject(error);
    else outgoing.resolve();
    if (outbox.size === 0) drained?.();
  };
  const hear = (data: RawData, isBinary: boolean): void => {
    if (!isBinary || !Buffer.isBuffer(data)) throw new VaultwireError('header-invalid', 'frame: expected bytes');
    const frame = decodeFrame(data);
    failures = 0;
    if (frame.kind === 'accepted') settle(frame.id);
    if (frame.kind !== 'message' || receivers.size === 0) return;
    for (const deliver of [...receivers]) deliver(new Uint8Array(frame.message));
    say(encodeFrame({ kind: 'delivered', id: frame.id }));
  };
  const connect = (): void => {
    if (isClosed || socket) return;
    cancelRetry?.();
    const opening = new WebSocket(url, {
      handshakeTimeout: HANDSHAKE_TIMEOUT,
      maxPayload: MAXIMUM_FRAME_BYTES,
      perMessageDeflate: false,
    });
    socket = opening;
    let silence: NodeJS.Timeout | undefined;
    const heard = (): void => {
      clearTimeout(silence);
      silence = setTimeout(() => {
        opening.terminate();
      }, silenceMilliseconds);
    };
    let hasFailed = false;
    opening.on('open', () => {
      isSubscribed = false;
      heard();
      subscribe();
      for (const { frame } of outbox.values()) say(frame);
    });
    opening.on('ping', () => {
      // It has been there for a while.
      failures = 0;
      heard();
    });
    opening.on('message', (data: RawData, isBinary: boolean) => {
      heard();
      try {
        hear(data, isBinary);
      } catch (error) {
        onFault?.(error);
      }
    });
    opening.on('error', (cause) => {
      hasFailed = true;
      onFault?.(new VaultwireError('channel-failed', `relay: ${reasonOf(cause)}`, { cause }));
    });
    opening.on('close', (code) => {
      clearTimeout(silence);
      socket = undefined;
      if (isClosed) return;
      if (!hasFailed) onFault?.(new VaultwireError('channel-failed', `relay: the connection was closed (${code})`));
      const wait = retryMilliseconds * Math.min(2 ** failures++, 60);
      // Spread out, so that a relay that comes back is not asked by all at the same moment.
      cancelRetry = after(wait * (0.5 + Math.random() / 2), connect);
    });
  };
  return {
    name: `relay ${url.host}`,
    async send(message) {
      if (isClosed) throw new VaultwireError('channel-failed', 'relay: closed');
      assertMessageLength(message);
      const id = randomBytes(16).toString('hex');
      const frame = encodeFrame({ kind: 'publish', id, queue: sendQueue, message });
      const accepted = new Promise<void>((resolve, reject) => {
        outbox.set(id, { frame, resolve, reject });
      });
      outboxBytes += frame.length;
      for (const oldest of outbox.keys()) {
        const { maximumQueueBytes, maximumQueueMessages } = CHANNEL_LIMITS;
        if (outbox.size <= maximumQueueMessages && outboxBytes <= maximumQueueBytes) break;
        settle(oldest, new VaultwireError('channel-failed', 'relay: too much waits to be sent'));
      }
      connect();
      say(frame);
      await accepted;
    },
    receive(deliver) {
      receivers.add(deliver);
      connect();
      if (receivers.size === 1) subscribe();
      return () => {
        receivers.delete(deliver);
      };
    },
    async close() {
      if (isClosed) return;
      if (outbox.size > 0 && socket?.readyState === WebSocket.OPEN) {
        await atMost(
          CLOSE_GRACE,
          new Promise<void>((resolve) => {
            drained = resolve;
          }),
        );
      }
      isClosed = true;
      cancelRetry?.();
      for (const id of [...outbox.keys()]) settle(id, new VaultwireError('channel-failed', 'relay: closed'));
      const open = socket;
      if (!open) return;
      const closed = new Promise<void>((resolve) =>
        open.once('close', () => {
          resolve();
        }),
      );
      if (open.readyState === WebSocket.OPEN) open.close();
      else open.terminate();
      await atMost(CLOSE_GRACE, closed);
      open.terminate();
    },
  };
}

/** A name that has several addresses fails with an error that says nothing but a code. */
const reasonOf = (error: Error): string =>
  error.message === '' && 'code' in error ? `cannot be reached (${String(error.code)})` : error.message;

function afterTimeout(milliseconds: number, work: () => void): () => void {
  const timer = setTimeout(work, milliseconds);
  return () => {
    clearTimeout(timer);
  };
}
