import { createHash, X509Certificate } from 'node:crypto';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { VaultwireError } from 'vaultwire';
import type { SeenAccountRequest } from './backend/account-service.js';
import type { SeenRequest } from './backend/device-service.js';
import { describeAccountRequest, describeRequest } from './backend/inspect.js';
import type { ServerCertificate } from './certificate.js';
import { startServer, type RunningServer } from './server.js';

interface ServeOptions {
  readonly port: number;
  readonly host: string;
  readonly seed?: string;
  readonly data?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly writeCert?: string;
  readonly json?: boolean;
  readonly inspect?: boolean;
  readonly throttle: 'on' | 'off';
  readonly throttleStatus: '403' | '429';
  readonly origin?: readonly string[];
  readonly serverKeyId?: number;
  readonly serverMlKemKeyId?: number;
}

const HELP = `
The seed says what the owner of a vault shares: applications, folders, records, files, and clients. One one-time
token is printed for each client; the server itself never learns it. Without --seed an example is used.
It also says which accounts of end users there are, with what is in their vaults.

With --json the first line on stdout is one JSON object, written when the server is ready:
  {"url","host","port","tokens":[{"application","token"}],"serverPublicKeyId","serverPublicKey",
   "mlKemPublicKeyId","mlKemPublicKey"}
Give clients the token with \`host:port\` beside it, and the server's key through their options for a custom key.

Signals: SIGINT and SIGTERM stop the server, SIGUSR2 makes its next server key and its next ML-KEM key current.`;

/** `vaultwire serve` */
export function registerServe(program: Command): void {
  program
    .command('serve')
    .summary('run a local Secrets Manager backend')
    .description('Runs a local Secrets Manager backend over HTTPS, to develop and test integrations against.')
    .option('--port <number>', 'port to listen on; 0 for a free one', wholeNumber(0, 65_535), 8443)
    .option('--host <name>', 'name or address to listen on', '127.0.0.1')
    .option('--seed <file>', 'YAML or JSON file of what is shared')
    .option('--data <folder>', 'keep the state here across restarts (default: in memory)')
    .option('--tls-cert <file>', 'PEM certificate (default: self-signed, made at start)')
    .option('--tls-key <file>', 'PEM private key of the certificate')
    .option('--write-cert <file>', 'write the certificate in use, for clients to trust (NODE_EXTRA_CA_CERTS)')
    .option('--json', 'print JSON lines instead of text')
    .option('--inspect', 'log to stderr what the server sees of each request')
    .addOption(
      new Option('--throttle <switch>', 'refuse more than 100 requests of a client to a command until 10 s of silence')
        .choices(['on', 'off'])
        .default('on'),
    )
    .addOption(
      new Option('--throttle-status <code>', 'how throttling is answered; 429 brings Retry-After')
        .choices(['403', '429'])
        .default('403'),
    )
    .option('--origin <url...>', 'origins that browsers may call from (default: any)')
    .option('--server-key-id <number>', 'id of the server key (default: 1)', wholeNumber(1, 999_999_999))
    .option(
      '--server-ml-kem-key-id <number>',
      'id of the ML-KEM key for account requests (default: 100)',
      wholeNumber(100, 999_999_999),
    )
    .addHelpText('after', HELP)
    .action(async (options: ServeOptions, command: Command) => {
      if ((options.tlsCert === undefined) !== (options.tlsKey === undefined)) {
        command.error('error: --tls-cert and --tls-key go together', { exitCode: 2 });
      }
      await serve(
        options,
        options.origin?.map((url) => originOf(url, command)),
      );
    });
}

async function serve(options: ServeOptions, origins: readonly string[] | undefined): Promise<void> {
  const { seed, data, json = false, serverKeyId, serverMlKemKeyId } = options;
  const tls = await readTls(options);
  // What cannot be written is found before anything is seeded, whose tokens would be lost. What is there stays until
  // this server has an address: it may be the certificate of one that runs.
  if (options.writeCert !== undefined) await appendFile(options.writeCert, '');
  const server = await startServer({
    port: options.port,
    host: options.host,
    throttle: options.throttle === 'off' ? false : { status: options.throttleStatus === '429' ? 429 : 403 },
    ...(seed !== undefined && { seed }),
    ...(data !== undefined && { dataDirectory: data }),
    ...(tls && { tls }),
    ...(origins && { origins }),
    ...(serverKeyId !== undefined && { serverKeyId }),
    ...(serverMlKemKeyId !== undefined && { serverMlKemKeyId }),
    ...(options.inspect && { onSeen: logRequest, onAccountSeen: logAccountRequest }),
  });
  // Whoever started this may close its end of the pipe; the server goes on.
  process.stdout.on('error', () => undefined);
  if (options.writeCert !== undefined) await writeFile(options.writeCert, server.certificate);

  const stopped = untilStopped();
  // Windows has no such signal, and refuses to listen for it.
  if (process.platform !== 'win32') process.on('SIGUSR2', () => void rotate(server, json));
  console.log(json ? readyLine(server) : readyText(server, options));
  await stopped;
  await server.close();
}

async function rotate(server: RunningServer, json: boolean): Promise<void> {
  try {
    await server.rotateServerKey();
    await server.rotateMlKemKey();
  } catch (error) {
    console.error('vaultwire serve: the keys were not rotated:', error);
    return;
  }
  const { serverPublicKeyId, serverPublicKey } = server;
  console.log(
    json
      ? JSON.stringify({ event: 'server-key-rotated', ...publicKeysOf(server) })
      : `The server's key is now ${serverPublicKeyId}: ${serverPublicKey}\nIts ML-KEM key is now ${describeMlKem(server)}`,
  );
}

/** Too long for a person to read: two thousand characters. */
function describeMlKem({ mlKemPublicKeyId, mlKemPublicKey }: RunningServer): string {
  const hash = createHash('sha256').update(Buffer.from(mlKemPublicKey, 'base64url')).digest('hex');
  return `${mlKemPublicKeyId}: SHA-256 ${hash} (--json prints the key)`;
}

const publicKeysOf = ({ serverPublicKeyId, serverPublicKey, mlKemPublicKeyId, mlKemPublicKey }: RunningServer) => ({
  serverPublicKeyId,
  serverPublicKey,
  mlKemPublicKeyId,
  mlKemPublicKey,
});

function logAccountRequest(seen: SeenAccountRequest): void {
  console.error(describeAccountRequest(seen));
}

function logRequest(seen: SeenRequest): void {
  console.error(describeRequest(seen));
}

function readyLine(server: RunningServer): string {
  const { url, host, port } = server;
  const tokens = server.tokens.map(({ application, token }) => ({ application, token }));
  return JSON.stringify({ url, host, port, tokens, ...publicKeysOf(server) });
}

function readyText(server: RunningServer, options: ServeOptions): string {
  const { url, host, port, tokens, serverPublicKeyId, serverPublicKey, certificate } = server;
  const lines = [
    `A Secrets Manager backend is ready at ${url}`,
    '',
    `  state        ${options.data === undefined ? 'in memory: gone when this stops' : `in ${options.data}`}`,
    `  server key   ${serverPublicKeyId}: ${serverPublicKey}`,
    `  ML-KEM key   ${describeMlKem(server)}`,
    `  certificate  SHA-256 ${new X509Certificate(certificate).fingerprint256}`,
    '',
  ];
  const [first] = tokens;
  if (!first) {
    lines.push(
      'This data folder was seeded before. Its tokens were printed then, and the server never stored them:',
      'clients that are bound go on working; for new tokens seed a new folder.',
    );
  } else {
    const names = tokens.map(({ application, client }) =>
      client === undefined ? application : `${application}, ${client}`,
    );
    const width = Math.max(...names.map((name) => name.length));
    lines.push('One-time tokens; each binds one client, once:');
    for (const [index, { token }] of tokens.entries()) lines.push(`  ${(names[index] ?? '').padEnd(width)}  ${token}`);
    lines.push(
      '',
      'To try it with the official client: npm install @keeper-security/secrets-manager-core',
      'in an empty folder, save this there as try.mjs, and run node try.mjs',
      '',
      "  import { getSecrets, initializeStorage, localConfigStorage } from '@keeper-security/secrets-manager-core';",
      "  const storage = localConfigStorage('config.json');",
      `  await initializeStorage(storage, '${first.token}', '${host.includes(':') ? `[${host}]` : host}:${port}');`,
      '  const { records } = await getSecrets({',
      '    storage,',
      '    allowUnverifiedCertificate: true,',
      `    serverPublicKeyId: '${serverPublicKeyId}',`,
      `    serverPublicKey: '${serverPublicKey}',`,
      '  });',
      '  console.log(records.map((record) => record.data.title));',
    );
  }
  lines.push('', `Ctrl+C stops it; \`kill -USR2 ${process.pid}\` rotates its keys.`);
  return lines.join('\n');
}

/** Resolves with the first signal to stop. A second one does not wait for anything. */
function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    for (const [signal, number] of [
      ['SIGINT', 2],
      ['SIGTERM', 15],
    ] as const) {
      process.on(signal, () => {
        if (asked) process.exit(128 + number);
        asked = true;
        resolve();
      });
    }
  });
}

async function readTls({ tlsCert, tlsKey }: ServeOptions): Promise<ServerCertificate | undefined> {
  if (tlsCert === undefined || tlsKey === undefined) return undefined;
  return { certificate: await readPem(tlsCert), privateKey: await readPem(tlsKey) };
}

async function readPem(path: string): Promise<string> {
  const pem = await readFile(path, 'utf8');
  if (pem.includes('-----BEGIN ')) return pem;
  throw new VaultwireError('configuration-invalid', `${path}: expected PEM`);
}

const wholeNumber =
  (least: number, most: number) =>
  (text: string): number => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${least} to ${most}.`);
  };

function originOf(url: string, command: Command): string {
  const origin = URL.canParse(url) ? new URL(url).origin : 'null';
  if (origin === 'null')
    command.error(`error: --origin ${url}: expected a URL such as https://app.example`, { exitCode: 2 });
  return origin;
}
