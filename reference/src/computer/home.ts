import { chmod, rm } from 'node:fs/promises';
import { connect, type Server, type Socket } from 'node:net';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { VaultwireError } from 'vaultwire';

/** Longest path of a Unix socket that every system takes, in bytes. */
const MAXIMUM_SOCKET_PATH = 103;

/** The computer's private folder: its pairing, and the sockets of its agent. */
export interface Home {
  readonly folder: string;
  readonly pairingFile: string;
  /** For SSH_AUTH_SOCK. */
  readonly agentSocket: string;
  /** For `sign-git`, `ssh-proxy` and `unpair`. */
  readonly controlSocket: string;
}

/** Where things are; VAULTWIRE_HOME or ~/.vaultwire when no folder is given. Nothing is made. */
export function homeAt(folder = process.env['VAULTWIRE_HOME'] ?? join(homedir(), '.vaultwire')): Home {
  const path = resolve(folder);
  return {
    folder: path,
    pairingFile: join(path, 'pairing.json'),
    agentSocket: join(path, 'agent.sock'),
    controlSocket: join(path, 'control.sock'),
  };
}

/**
 * Listens on a Unix socket that only its owner may use, in place of one that nobody listens on any more. Returns how to
 * stop, which ends every connection.
 *
 * @throws VaultwireError `not-permitted` when somebody listens there already, `argument-invalid` when no system takes
 *   a path as long
 */
export async function listenOn(server: Server, path: string): Promise<() => Promise<void>> {
  if (Buffer.byteLength(path) > MAXIMUM_SOCKET_PATH) {
    throw new VaultwireError(
      'argument-invalid',
      `${path}: too long for a socket; choose a folder with a shorter path (--home or VAULTWIRE_HOME)`,
    );
  }
  if (await isListening(path)) throw new VaultwireError('not-permitted', `${path}: an agent listens there already`);
  await rm(path, { force: true });
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolveListening, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolveListening();
    });
  });
  await chmod(path, 0o600);
  return () =>
    new Promise((resolveClosed) => {
      server.close(() => {
        resolveClosed();
      });
      for (const socket of sockets) socket.destroy();
    });
}

/** Whether somebody answers at a Unix socket. */
export function isListening(path: string): Promise<boolean> {
  return new Promise((answer) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      answer(true);
    });
    socket.once('error', () => {
      answer(false);
    });
  });
}
