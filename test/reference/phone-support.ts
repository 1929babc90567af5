import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import {
  decodeAnswer,
  decodeMessage,
  decodeQrText,
  encodeCiphertextMessage,
  encodeQrText,
  encodeRequest,
  memoryPairingStore,
  nobleBox,
  openKeyMessage,
  pairingIdentifier,
  PROTOCOL_VERSION,
  queueNames,
  type Box,
  type PairingAnswer,
  type RequestBody,
} from 'vaultwire/pairing';
import { startComputerSession, type ComputerSession } from 'vaultwire/pairing/computer';
import { type Consent, type Decision, type PhoneSessionEvent } from 'vaultwire/pairing/phone';
import { openChannels, type ChannelChoice, type OpenChannel } from '../../reference/src/channels/index.js';
import { createPhone, openPhone, type NewPhone, type Phone } from '../../reference/src/phone/phone-home.js';
import { RunningPhone, type RunningPairing, type RunOptions } from '../../reference/src/phone/running.js';
import type { Happening, Screen } from '../../reference/src/phone/screen.js';
import { CLI, temporaryFolder, whenDone } from './support.js';

export const PASSPHRASE = 'correct horse battery staple';
export const ALICE = 'Alice Example <alice@example.com>';

/** A new phone's folder. Its passphrase costs little to try, which no test of anything else has to wait for. */
export async function newPhone(options: Partial<NewPhone> = {}): Promise<string> {
  const folder = join(await temporaryFolder(), 'phone');
  await createPhone({
    folder,
    passphrase: PASSPHRASE,
    email: 'alice@example.com',
    userIds: [ALICE],
    sshKey: 'ed25519',
    workFactor: 10,
    ...options,
  });
  return folder;
}

/** A phone that is open until the test has ended. */
export async function openedPhone(folder: string): Promise<Phone> {
  const phone = await openPhone(folder, PASSPHRASE);
  whenDone(() => phone.close());
  return phone;
}

/** Things that happen, one after the other, to be waited for. */
export class Log<T> {
  readonly all: T[] = [];
  readonly #waiting = new Set<() => void>();

  readonly add = (one: T): void => {
    this.all.push(one);
    for (const wake of [...this.#waiting]) wake();
  };

  /** The first that fits, now or later. */
  async until(fits: (one: T) => boolean): Promise<T> {
    for (;;) {
      const found = this.all.find(fits);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#waiting.delete(wake);
          resolve();
        };
        this.#waiting.add(wake);
      });
    }
  }
}

/** A user who decides as a test says. */
export class TestScreen implements Screen {
  readonly asked = new Log<Consent>();
  readonly events = new Log<PhoneSessionEvent>();
  decide: (consent: Consent, signal: AbortSignal) => Decision | Promise<Decision> = () => ({ approve: true });

  ask(_pairing: string, consent: Consent, signal: AbortSignal): Promise<Decision> {
    this.asked.add(consent);
    return Promise.resolve(this.decide(consent, signal));
  }

  confirm(): Promise<boolean> {
    return Promise.resolve(true);
  }

  show({ event }: Happening): void {
    this.events.add(event);
  }
}

export interface World {
  readonly phone: Phone;
  readonly screen: TestScreen;
  readonly running: RunningPhone;
  /** Pairs one more computer. */
  readonly pair: (name: string) => Promise<{ readonly computer: ComputerSession; readonly pairing: RunningPairing }>;
}

/** A phone, and computers that it is paired with, in this process, over real channels. */
export async function world(choice: ChannelChoice, options: Partial<RunOptions> = {}): Promise<World> {
  const phone = await openedPhone(await newPhone());
  const screen = new TestScreen();
  const running = new RunningPhone({ phone, screen, approve: 'ask', ...options });
  whenDone(() => running.close());
  const pair: World['pair'] = async (name) => {
    let channels: readonly OpenChannel[] = [];
    const computer = await startComputerSession({
      name,
      channels: (address) => (channels = openChannels(choice, address)),
      store: memoryPairingStore(),
      confirm: 'not-compared',
    });
    whenDone(async () => {
      await computer.close();
      await Promise.all(channels.map((channel) => channel.close()));
    });
    const identifier = pairingIdentifier(decodeQrText(computer.qrText).publicKey);
    const kept = await phone.newPairing({ identifier, computer: name, channels: choice });
    const pairing = await running.start(kept, computer.qrText);
    await Promise.all([computer.paired, pairing.session.paired]);
    return { computer, pairing };
  };
  return { phone, screen, running, pair };
}

/** A computer made by hand, which hears every answer and not the first alone. */
export class RawComputer {
  readonly answers = new Log<PairingAnswer>();
  readonly qrText: string;
  readonly #key = nobleBox.generateKey();
  readonly #channels: readonly OpenChannel[];
  readonly #phoneKeys = new Log<Uint8Array>();
  #box: Box | undefined;

  constructor(choice: ChannelChoice) {
    const { publicKey } = this.#key;
    this.qrText = encodeQrText({ publicKey, name: 'by hand', version: PROTOCOL_VERSION }, 'json');
    const { toPhone, toComputer } = queueNames(publicKey);
    this.#channels = openChannels(choice, { sendQueue: toPhone, receiveQueue: toComputer });
    for (const channel of this.#channels) {
      channel.receive((bytes) => {
        const message = decodeMessage(bytes);
        if (message.kind === 'key') this.#phoneKeys.add(openKeyMessage(this.#key, message.sealed));
        else if (this.#box) this.answers.add(decodeAnswer(this.#box.open(message.sealed)));
      });
      whenDone(() => channel.close());
    }
  }

  /** Greets the phone that has scanned. */
  async greet(): Promise<void> {
    this.#box = this.#key.shared(await this.#phoneKeys.until(() => true));
    await this.send('hello', { kind: 'me' });
    await this.answers.until(({ body }) => body.kind === 'me');
  }

  async send(requestId: string, body: RequestBody): Promise<void> {
    if (!this.#box) throw new Error('not paired');
    const unixSeconds = Math.floor(Date.now() / 1000);
    const request = encodeRequest({ requestId, unixSeconds, version: PROTOCOL_VERSION, acknowledge: true, body });
    const message = encodeCiphertextMessage(this.#box, request);
    await Promise.all(this.#channels.map((channel) => channel.send(message)));
  }

  /** The answers to a request that are more than an acknowledgement. */
  to(requestId: string): PairingAnswer[] {
    return this.answers.all.filter((answer) => answer.requestId === requestId && answer.body.kind !== 'ack');
  }

  async answer(requestId: string): Promise<PairingAnswer> {
    return this.answers.until((answer) => answer.requestId === requestId && answer.body.kind !== 'ack');
  }
}

export type Line = Readonly<Record<string, unknown>>;

/** A `vaultwire phone` command in a process of its own. */
export class PhoneProcess {
  readonly lines = new Log<Line>();
  readonly texts: string[] = [];
  readonly errors: string[] = [];
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;

  private constructor(child: ChildProcessByStdio<Writable, Readable, Readable>) {
    this.#child = child;
    child.stdin.on('error', () => undefined);
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.texts.push(line);
      if (line.startsWith('{')) this.lines.add(JSON.parse(line) as Line);
    });
    child.stderr.on('data', (chunk: Buffer) => this.errors.push(chunk.toString()));
    this.ended = once(child, 'close').then(([code, signal]) => {
      const end = { code: code as number | null, signal: signal as string | null };
      this.lines.add({ event: 'end-of-process', ...end });
      return end;
    });
    whenDone(() => this.kill());
  }

  /** Starts the command over a phone's folder. */
  static async start(folder: string, command: readonly string[]): Promise<PhoneProcess> {
    const passphraseFile = join(folder, '..', 'passphrase');
    await writeFile(passphraseFile, `${PASSPHRASE}\n`, { mode: 0o600 });
    const [name = '', ...rest] = command;
    const options = ['--home', folder, '--passphrase-file', passphraseFile];
    return new PhoneProcess(
      spawn(process.execPath, [CLI, 'phone', name, ...options, ...rest], { stdio: ['pipe', 'pipe', 'pipe'] }),
    );
  }

  /** The first line with such an event; throws when the process ends without. */
  async event(event: string, fits: (line: Line) => boolean = () => true): Promise<Line> {
    const line = await this.lines.until(
      (one) => one['event'] === 'end-of-process' || (one['event'] === event && fits(one)),
    );
    if (line['event'] !== event) throw new Error(`${event}: the phone has ended: ${this.errors.join('')}`);
    return line;
  }

  write(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  endInput(): void {
    this.#child.stdin.end();
  }

  /** Leaves it no time for anything. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
  }

  async stop(): Promise<number | null> {
    this.#child.kill('SIGTERM');
    return (await this.ended).code;
  }
}
