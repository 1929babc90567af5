import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { startRelay, type RunningRelay } from '../../reference/src/channels/index.js';
import { whenDone } from './support.js';

/**
 * A relay that can be stopped and started again under one URL, whose port nobody can take in between: what listens on
 * it passes connections on to a relay, and drops them while there is none.
 */
export class MovableRelay {
  readonly url: string;
  readonly #current: { relay?: RunningRelay };

  private constructor(url: string, current: { relay?: RunningRelay }) {
    this.url = url;
    this.#current = current;
  }

  static async start(): Promise<MovableRelay> {
    const sockets = new Set<Socket>();
    const current: { relay?: RunningRelay } = {};
    const server = createServer((socket) => {
      const relay = current.relay && connect(current.relay.port, '127.0.0.1');
      for (const [end, other] of [
        [socket, relay],
        [relay, socket],
      ]) {
        if (!end) continue;
        sockets.add(end);
        end.on('error', () => undefined);
        end.on('close', () => {
          sockets.delete(end);
          other?.destroy();
        });
      }
      if (relay) socket.pipe(relay).pipe(socket);
      else socket.destroy();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const movable = new MovableRelay(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`, current);
    whenDone(async () => {
      await movable.stop();
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    await movable.restart();
    return movable;
  }

  async stop(): Promise<void> {
    const { relay } = this.#current;
    delete this.#current.relay;
    await relay?.close();
  }

  /** With nothing of what waited in the one before. */
  async restart(): Promise<void> {
    await this.stop();
    this.#current.relay = await startRelay();
  }
}
