import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { InvalidArgumentError, type Command } from 'commander';
import { isVaultwireError } from 'vaultwire';
import { askAgent } from './control.js';
import { homeAt, type Home } from './home.js';
import { KeyExchangeReader, type HostProof } from './key-exchange.js';

/** How long a login waits for an agent that has taken the connection and says nothing, in milliseconds. */
const AGENT_TIMEOUT = 5_000;
/** How much of a command line the phone is told, in characters. */
const MAXIMUM_COMMAND = 500;

const HELP = `
For ~/.ssh/config:
  Host *
    ProxyCommand vaultwire ssh-proxy %h %p
It copies bytes both ways, and tells the agent which host it connected to, so that the phone can show the name of the
host beside what the host proved. Logins work without it; the phone then knows the host's key alone.`;

/** `vaultwire ssh-proxy` */
export function registerSshProxy(program: Command): void {
  program
    .command('ssh-proxy')
    .summary("tell the phone the names of the hosts of ssh's logins")
    .description("As ssh's ProxyCommand: connects to a host and tells the agent its name.")
    .argument('<host>', 'name or address')
    .argument('[port]', 'port', portNumber, 22)
    .option('--home <folder>', 'folder of the agent (default: $VAULTWIRE_HOME or ~/.vaultwire)')
    .addHelpText('after', HELP)
    .action(async (host: string, port: number, { home }: { readonly home?: string }) => {
      await proxy(homeAt(home), host, port);
    });
}

async function proxy(home: Home, host: string, port: number): Promise<void> {
  const names = [hostName(host, port)];
  const command = await parentCommand();
  const watch = new Watch(async (proof) => {
    try {
      await askAgent(
        home,
        { do: 'name-host', ...proof, names, ...command },
        { signal: AbortSignal.timeout(AGENT_TIMEOUT) },
      );
    } catch (error) {
      const reason = isVaultwireError(error) ? error.message : 'the agent cannot be reached';
      console.error(`vaultwire ssh-proxy: the phone will not know the name of the host: ${reason}`);
    }
  });
  // Half open: what the client still has to say goes on after the server has said all, and the other way round.
  const socket = connect({ host, port, allowHalfOpen: true });
  const upwards = pipeline(process.stdin, socket).catch(() => {
    // ssh has gone, or the server has: the other direction says which.
    socket.destroy();
  });
  await pipeline(socket, watch, process.stdout);
  process.stdin.destroy();
  await upwards;
}

/** The command line of the ssh that started this, where the system tells. */
async function parentCommand(): Promise<{ readonly command?: string }> {
  try {
    const words = (await readFile(`/proc/${process.ppid}/cmdline`, 'utf8')).split('\0').filter((word) => word !== '');
    const command = words.join(' ').slice(0, MAXIMUM_COMMAND);
    return command === '' ? {} : { command };
  } catch {
    return {};
  }
}

/** A host as known_hosts names it: with its port where that is not the usual one. */
export const hostName = (host: string, port: number): string =>
  port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;

/**
 * Passes bytes on unchanged. Those that complete a host's proof wait until the agent knows of it: the client's request
 * for a signature comes after them.
 */
class Watch extends Transform {
  readonly #reader = new KeyExchangeReader();
  readonly #found: (proof: HostProof) => Promise<void>;

  constructor(found: (proof: HostProof) => Promise<void>) {
    super();
    this.#found = found;
  }

  override _transform(chunk: Uint8Array, _encoding: BufferEncoding, done: TransformCallback): void {
    const proof = this.#reader.push(chunk);
    if (proof === undefined) done(null, chunk);
    else
      void this.#found(proof).finally(() => {
        done(null, chunk);
      });
  }
}

function portNumber(value: string): number {
  const port = Number(value);
  if (!/^\d+$/.test(value) || port < 1 || port > 65_535) throw new InvalidArgumentError('expected 1 to 65535');
  return port;
}
