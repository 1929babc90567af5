import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'vitest';
import { createPhone } from '../../reference/src/phone/phone-home.js';
import type { SshKeyKind } from '../../reference/src/phone/ssh-key.js';
import type { Sshd } from './sshd.js';
import { CLI } from './support.js';

/** Git's gpg.program. */
export const SIGN_GIT = join(dirname(CLI), 'sign-git.js');

export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Without what Git hands to hooks, one of which may have started the tests; in a language that tests can read. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'));
  return { ...Object.fromEntries(inherited), LC_ALL: 'C' };
}

/** Runs a program to its end. */
export async function run(
  program: string,
  parameters: readonly string[],
  options: {
    readonly env?: NodeJS.ProcessEnv;
    readonly input?: string;
    readonly signal?: AbortSignal | undefined;
  } = {},
): Promise<Run> {
  const child = spawn(program, parameters, { stdio: 'pipe', env: { ...plainEnvironment(), ...options.env } });
  options.signal?.addEventListener('abort', () => child.kill('SIGKILL'));
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  // A program that does not read its input has closed it.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

export type Line = Readonly<Record<string, unknown>>;

/** A `vaultwire` command that prints JSON lines and goes on until it is stopped. */
export class Running {
  readonly #child: ChildProcess;
  readonly #lines: Line[] = [];
  readonly #exit: Promise<number | null>;
  #read = 0;
  #errors = '';
  #ended = false;
  #wake: () => void = () => undefined;

  constructor(parameters: readonly string[], env: NodeJS.ProcessEnv = {}) {
    const child = spawn(process.execPath, [CLI, ...parameters], { stdio: 'pipe', env: { ...process.env, ...env } });
    this.#child = child;
    child.stdin.on('error', () => undefined);
    child.stderr.on('data', (chunk: Buffer) => (this.#errors += chunk.toString()));
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.#lines.push(JSON.parse(line) as Line);
      this.#wake();
    });
    this.#exit = once(child, 'close').then(([code]) => {
      this.#ended = true;
      this.#wake();
      return code as number | null;
    });
  }

  /** The next line that has these fields. Lines before it are passed over; throws when the command ends before. */
  async until(fields: Line): Promise<Line> {
    for (;;) {
      while (this.#read < this.#lines.length) {
        const line = this.#lines[this.#read++] ?? {};
        if (Object.entries(fields).every(([name, value]) => line[name] === value)) return line;
      }
      if (this.#ended)
        throw new Error(`no line with ${JSON.stringify(fields)}: ${JSON.stringify(this.#lines)} ${this.#errors}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** All lines so far. */
  get lines(): readonly Line[] {
    return this.#lines;
  }

  get errors(): string {
    return this.#errors;
  }

  say(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  exited(): Promise<number | null> {
    return this.#exit;
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.#child.kill(signal);
    return this.#exit;
  }
}

/** A folder with a path that is short enough for sockets, whatever the temporary folder is. */
const shortFolder = (): Promise<string> =>
  mkdtemp(join(process.platform === 'darwin' || tmpdir().length > 40 ? '/tmp' : tmpdir(), 'vw-'));

const removeFolder = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true });

export const EMAIL = 'alice@example.com';
export const USER_ID = `Alice <${EMAIL}>`;

export type ChannelKind = 'queue' | 'relay';
export type Approve = 'all' | 'never' | 'ask';

/** A computer and a phone, each in processes of its own, paired and waiting. */
export class World {
  readonly folder: string;
  readonly computerHome: string;
  readonly phoneHome: string;
  readonly queue: string;
  readonly #passphraseFile: string;
  readonly #running = new Set<Running>();
  #relay: Running | undefined;
  #phone: { readonly approve: Approve; readonly running: Running } | undefined;
  #agent: Running | undefined;
  #publicKey = '';

  constructor(folder: string) {
    this.folder = folder;
    this.computerHome = join(folder, 'computer');
    this.phoneHome = join(folder, 'phone');
    this.queue = join(folder, 'queue');
    this.#passphraseFile = join(folder, 'passphrase');
  }

  /** Nothing is paired yet. */
  static async make(): Promise<World> {
    return new World(await shortFolder());
  }

  static async pair(channels: readonly ChannelKind[], sshKey: SshKeyKind = 'ed25519'): Promise<World> {
    const world = await World.make();
    try {
      await world.#pair(channels, sshKey);
      return world;
    } catch (error) {
      await world.close();
      throw error;
    }
  }

  async #pair(channels: readonly ChannelKind[], sshKey: SshKeyKind): Promise<void> {
    const { computer, phone } = await this.startPairing(channels, sshKey);
    const shown = await computer.until({ event: 'code' });
    const compared = await phone.until({ event: 'comparison-code' });
    expect(compared['code']).toBe(shown['code']);
    computer.say('yes');
    const paired = await computer.until({ event: 'paired' });
    expect(paired['email']).toBe(EMAIL);
    this.#publicKey = String(paired['publicKey']);
    expect([await computer.exited(), await phone.exited()]).toEqual([0, 0]);
  }

  /** Both ends, about to compare codes. */
  async startPairing(
    channels: readonly ChannelKind[],
    sshKey: SshKeyKind = 'ed25519',
  ): Promise<{ readonly computer: Running; readonly phone: Running }> {
    const options: string[] = [];
    if (channels.includes('queue')) options.push('--queue', this.queue);
    if (channels.includes('relay')) {
      this.#relay = this.start('relay', '--port', '0', '--json');
      // The one line that it prints has no event.
      options.push('--relay', String((await this.#relay.until({}))['url']));
    }
    await writeFile(this.#passphraseFile, 'a passphrase\n');
    await createPhone({
      folder: this.phoneHome,
      passphrase: 'a passphrase',
      email: EMAIL,
      userIds: [USER_ID],
      sshKey,
      workFactor: 10,
    });
    const computer = this.start('pair', '--json', '--home', this.computerHome, ...options);
    const text = String((await computer.until({ event: 'qr' }))['text']);
    return { computer, phone: this.start('phone', 'pair', text, '--json', ...this.#phoneOptions(), ...options) };
  }

  /** As a line of authorized_keys. */
  get publicKey(): string {
    return this.#publicKey;
  }

  get agentSocket(): string {
    return join(this.computerHome, 'agent.sock');
  }

  /** The environment of everything that uses the agent. */
  get env(): NodeJS.ProcessEnv {
    return { SSH_AUTH_SOCK: this.agentSocket, VAULTWIRE_HOME: this.computerHome };
  }

  start(...parameters: string[]): Running {
    const running = new Running(parameters);
    this.#running.add(running);
    return running;
  }

  async agent(): Promise<Running> {
    if (this.#agent === undefined) {
      this.#agent = this.start('agent', '--json', '--home', this.computerHome);
      expect(await this.#agent.until({ event: 'ready' })).toMatchObject({
        SSH_AUTH_SOCK: this.agentSocket,
        email: EMAIL,
      });
    }
    return this.#agent;
  }

  /** For the next one to be started. */
  forgetAgent(): void {
    this.#agent = undefined;
  }

  unpairPhone(): Promise<Run> {
    return run(process.execPath, [CLI, 'phone', 'unpair', ...this.#phoneOptions()]);
  }

  /** The phone with this policy; one with another is stopped first. */
  async phone(approve: Approve): Promise<Running> {
    if (this.#phone?.approve === approve) return this.#phone.running;
    if (this.#phone) expect(await this.#phone.running.stop()).toBe(0);
    const running = this.start('phone', 'run', '--json', '--approve', approve, ...this.#phoneOptions());
    this.#phone = { approve, running };
    await running.until({ event: 'ready' });
    return running;
  }

  async stopRelay(): Promise<void> {
    expect(await this.#relay?.stop()).toBe(0);
  }

  /** Nothing can be written or read where the queues were. */
  async breakQueue(): Promise<void> {
    await rm(this.queue, { recursive: true });
    await writeFile(this.queue, 'not a folder');
  }

  async close(): Promise<void> {
    await Promise.all([...this.#running].map((running) => running.stop('SIGKILL')));
    await removeFolder(this.folder);
  }

  #phoneOptions(): string[] {
    return ['--home', this.phoneHome, '--passphrase-file', this.#passphraseFile];
  }
}

/** Logs in by the agent's key alone, over the proxy that knows the host's name. */
export function ssh(
  world: World,
  { port, user }: Sshd,
  command: string,
  options: readonly string[] = [],
  signal?: AbortSignal,
): Promise<Run> {
  const proxy = `'${process.execPath}' '${CLI}' ssh-proxy --home '${world.computerHome}' %h %p`;
  const parameters = [
    // The first value of an option is the one that counts.
    ...options,
    ...['-F', 'none', '-p', String(port)],
    ...[
      'BatchMode=yes',
      'IdentityFile=none',
      `IdentityAgent=${world.agentSocket}`,
      'PreferredAuthentications=publickey',
      // The keys of hosts are the phone's to know here.
      'StrictHostKeyChecking=no',
      'UserKnownHostsFile=/dev/null',
      'GlobalKnownHostsFile=/dev/null',
      'LogLevel=ERROR',
      `ProxyCommand=${proxy}`,
    ].flatMap((option) => ['-o', option]),
    `${user}@127.0.0.1`,
    command,
  ];
  return run('ssh', parameters, { signal });
}
