import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { temporaryFolder, whenDone } from './support.js';

export { isInstalled } from '../../scripts/debian-packages.mjs';

const SSHD = '/usr/sbin/sshd';

export interface Sshd {
  readonly port: number;
  /** Who may log in: whoever runs the tests. */
  readonly user: string;
  /** What it has logged so far. */
  log(): string;
  /** Gives the host another key, for the connections to come. */
  changeHostKey(): Promise<void>;
}

/**
 * A throw-away sshd on loopback, for one test. It is started for each connection (inetd mode), so that it is ready at
 * once, on a port that was free.
 *
 * @param authorizedKeys who may log in, one key a line
 * @param hostKeyType ed25519, ecdsa or rsa
 */
export async function startSshd(authorizedKeys: string, hostKeyType = 'ed25519'): Promise<Sshd> {
  const folder = await temporaryFolder();
  // sshd of root asks for its own empty folder, which the service of the distribution would have made. It is removed after all tests.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  await writeFile(join(folder, 'authorized_keys'), `${authorizedKeys}\n`);
  let generation = 0;
  const configure = async (): Promise<void> => {
    const hostKey = join(folder, `host-key-${++generation}`);
    spawnSync('ssh-keygen', ['-q', '-t', hostKeyType, '-N', '', '-f', hostKey], { stdio: 'ignore' });
    const lines = [
      `HostKey ${hostKey}`,
      `AuthorizedKeysFile ${join(folder, 'authorized_keys')}`,
      'AuthenticationMethods publickey',
      'PermitRootLogin yes',
      'StrictModes no',
      'UsePAM no',
      'PidFile none',
      'PrintMotd no',
      'AllowAgentForwarding yes',
      'LogLevel VERBOSE',
    ];
    await writeFile(join(folder, `config-${generation}`), `${lines.join('\n')}\n`);
  };
  await configure();

  let log = '';
  const children = new Set<ChildProcess>();
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    const child = spawn(SSHD, ['-i', '-e', '-f', join(folder, `config-${generation}`)], {
      stdio: [socket, socket, 'pipe'],
    });
    socket.destroy();
    children.add(child);
    child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
    child.once('exit', () => children.delete(child));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  whenDone(async () => {
    server.close();
    for (const child of children) {
      child.kill();
      await once(child, 'exit');
    }
  });
  return {
    port: (server.address() as AddressInfo).port,
    user: userInfo().username,
    log: () => log,
    changeHostKey: configure,
  };
}
