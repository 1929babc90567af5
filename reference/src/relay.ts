import { InvalidArgumentError, type Command } from 'commander';
import { startRelay } from './channels/index.js';
import { whenStopped } from './computer/stopping.js';

interface RelayCommandOptions {
  readonly port: number;
  readonly host: string;
  readonly json?: boolean;
}

const HELP = `
Computers and phones name it with --relay. It passes sealed messages on by the name of their queue, keeps those that
nobody took for 48 hours in memory, and can read none of them. It knows nobody: put a TLS server with access control
before it on a network where others are.

With --json the first line on stdout is one JSON object, written when the relay is ready: {"url","host","port"}`;

/** `vaultwire relay` */
export function registerRelay(program: Command): void {
  program
    .command('relay')
    .summary('run a WebSocket relay between computers and phones')
    .description('Runs a WebSocket relay that carries sealed messages between paired computers and phones.')
    .option('--port <number>', 'port to listen on; 0 for a free one', portNumber, 8444)
    .option('--host <name>', 'name or address to listen on', '127.0.0.1')
    .option('--json', 'print JSON lines instead of text')
    .addHelpText('after', HELP)
    .action(relay);
}

async function relay({ port, host, json }: RelayCommandOptions): Promise<void> {
  const running = await startRelay({ port, host });
  const { stopped } = whenStopped();
  // Whoever started this may close its end of the pipe; the relay goes on.
  process.stdout.on('error', () => undefined);
  const { url } = running;
  console.log(
    json
      ? JSON.stringify({ url, host: running.host, port: running.port })
      : `A relay is ready at ${url}\n\nCtrl+C stops it.`,
  );
  await stopped;
  await running.close();
}

function portNumber(text: string): number {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (value <= 65_535) return value;
  throw new InvalidArgumentError('Expected a whole number from 0 to 65535.');
}
