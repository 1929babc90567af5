import { resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { VaultwireError } from 'vaultwire';
import { decodeQrText, pairingIdentifier } from 'vaultwire/pairing';
import { normalizeHostName, startPhoneSession, type ConsentKind, type PhoneSession } from 'vaultwire/pairing/phone';
import { publicKeyFingerprintText } from 'vaultwire/pairing/ssh';
import { atMost } from '../channels/directory-queue.js';
import { whenStopped } from '../computer/stopping.js';
import { visible } from '../visible.js';
import { linesOf, type Lines } from './lines.js';
import { readPassphrase } from './passphrase.js';
import { createPhone, defaultPhoneFolder, openPhone, type KeptPairing, type Phone } from './phone-home.js';
import { RunningPhone } from './running.js';
import { describePin, describePolicy, jsonPin, jsonScreen, textScreen, type Approve, type Screen } from './screen.js';
import { SSH_KEY_TYPES, type SshKeyKind } from './ssh-key.js';

interface CommonOptions {
  readonly home: string;
  readonly passphraseFile?: string;
  readonly json?: boolean;
}
interface InitOptions extends CommonOptions {
  readonly email: string;
  readonly name?: string;
  readonly userId?: readonly string[];
  readonly key: SshKeyKind;
}
interface RunCommandOptions extends CommonOptions {
  readonly approve: Approve;
  readonly remember?: 'this' | 'kind';
  readonly neverAsk?: readonly ConsentKind[];
}
interface PairOptions extends RunCommandOptions {
  readonly queue?: string;
  readonly relay?: string;
  readonly compare?: boolean;
  readonly run?: boolean;
}

const HELP = `
The phone's keys lie in <home>/keys.age, an age file under the passphrase; what else it knows is sealed under a key in
there. One process at a time has a phone.

With --json, run and pair print one JSON object a line: {"event":"ready"}, {"event":"comparison-code","code"},
{"event":"paired"}, {"event":"asked","pairing","requestId","computer","kind","hostVerified","verified","claimed",
"mayRemember","until"}, {"event":"withdrawn"}, {"event":"signed"}, {"event":"pinned"}, {"event":"report"},
{"event":"ended","reason"}, {"event":"channel-failed","channel","error"} (said once for a channel; sending is tried again),
{"event":"store-failed"}, {"event":"not-understood"} after a line that decides nothing. A line on stdin decides:
{"pairing","requestId","approve":true,"remember":"this"}, with remember "this", "kind" or left out. With --compare,
{"event":"confirm","code"} is answered by the line yes, or any other.`;

/** What requests are about. */
const CONSENT_KINDS: readonly ConsentKind[] = [
  'ssh-login',
  'ssh-signature',
  'git-commit',
  'git-tag',
  'hosts',
  'u2f-register',
  'u2f-authenticate',
];

/** How long a phone that has just paired waits until it has said who it is, in milliseconds. */
const INTRODUCTION_MILLISECONDS = 10_000;

/** `vaultwire phone` */
export function registerPhone(program: Command): void {
  const phone = program
    .command('phone')
    .summary('be the phone that computers are paired with')
    .description('A phone in a terminal: it keeps the keys, shows what it is asked, and approves or rejects.')
    .addHelpText('after', HELP);
  const subcommand = (name: string, description: string): Command =>
    phone
      .command(name)
      .description(description)
      .option('--home <folder>', "the phone's folder", defaultPhoneFolder())
      .option('--passphrase-file <file>', 'file with the passphrase (default: asked for at the terminal)');
  const approving = (command: Command): Command =>
    command
      .addOption(
        new Option(
          '--approve <policy>',
          'ask: at the prompt; all: approve without asking, for tests; never: reject all',
        )
          .choices(['ask', 'all', 'never'])
          .default('ask'),
      )
      .addOption(
        new Option('--remember <scope>', 'with --approve all: for 3 hours, what was asked or all of its kind').choices([
          'this',
          'kind',
        ]),
      )
      .addOption(
        new Option(
          '--never-ask <kinds...>',
          'kinds of request that are approved without asking as long as this runs; a login only at a host that is proven and known',
        ).choices(CONSENT_KINDS),
      )
      .option('--json', 'print JSON lines instead of text, and read decisions as such');

  subcommand('init', 'Makes the keys of a new phone.')
    .requiredOption('--email <address>', 'whose phone it is')
    .option('--name <name>', 'for the OpenPGP key, beside the address')
    .option('--user-id <user-ids...>', 'more "Name <address>" for the OpenPGP key, which takes none on later')
    .addOption(new Option('--key <type>', 'kind of the SSH key').choices(SSH_KEY_TYPES).default('ed25519'))
    .option('--json', 'print JSON instead of text')
    .action(init);
  approving(subcommand('pair', 'Pairs the phone with the computer that shows a QR code.'))
    .argument('[qr-text]', 'what the QR code says (default: the first line of stdin)')
    .option('--queue <folder>', 'folder of queues that the computer uses as well')
    .option('--relay <url>', 'relay that the computer uses as well (ws:// or wss://)')
    .option('--compare', 'ask whether the computer shows the same code, before it learns anything')
    .option('--run', 'go on with answering requests, as phone run does')
    .action(pair);
  approving(subcommand('run', 'Answers the requests of all paired computers.')).action(run);
  subcommand('unpair', 'Ends a pairing and tells the computer.')
    .argument('[pairing]', 'its UUID or the name of the computer (default: the only one)')
    .action(unpair);
  subcommand('pairings', 'Lists the paired computers, and what they may do without asking.')
    .option('--ask-again', 'ask for everything again from now on')
    .option('--json', 'print JSON instead of text')
    .action(pairings);
  subcommand('pins', 'Lists the keys of hosts that the phone remembers.')
    .option('--forget <name>', 'forget the key of a host, which has a new one')
    .option('--json', 'print JSON instead of text')
    .action(pins);
}

async function init({ home, passphraseFile, email, name, userId = [], key, json }: InitOptions): Promise<void> {
  const folder = resolve(home);
  const passphrase = await passphraseOf({ passphraseFile, repeat: true });
  const own = name === undefined ? `<${email}>` : `${name} <${email}>`;
  await createPhone({ folder, passphrase, email, userIds: [own, ...userId], sshKey: key });
  await withPhone({ home, passphrase }, (phone) => {
    const { publicKey } = phone.keys.ssh;
    const authorized = `${authorizedKeyOf(publicKey)} ${email}`;
    console.log(
      json
        ? JSON.stringify({ event: 'made', home: folder, sshPublicKey: authorized })
        : `The phone is in ${folder}.\n\nIts SSH key, ${publicKeyFingerprintText(publicKey)}:\n${authorized}`,
    );
    return Promise.resolve();
  });
}

async function pair(text: string | undefined, options: PairOptions, command: Command): Promise<void> {
  const { queue, relay } = options;
  if (queue === undefined && relay === undefined) {
    command.error('error: --queue, --relay or both are needed', { exitCode: 2 });
  }
  await withScreen(options, async (phone, screen, lines) => {
    if (text === undefined && process.stdin.isTTY) process.stderr.write('The text of the QR code: ');
    const qrText = (text ?? (await lines.next()) ?? '').trim();
    const qr = decodeQrText(qrText);
    const kept = await phone.newPairing({
      identifier: pairingIdentifier(qr.publicKey),
      computer: qr.name,
      channels: { ...(queue !== undefined && { queue: resolve(queue) }), ...(relay !== undefined && { relay }) },
    });
    const runner = runnerOf(phone, screen, options);
    try {
      const { signal, stopped } = whenStopped();
      const running = await runner.start(kept, qrText);
      await Promise.race([running.session.paired, stopped]);
      if (!signal.aborted) await atMost(INTRODUCTION_MILLISECONDS, Promise.race([running.introduced, stopped]));
      if (signal.aborted) {
        // Nothing is left that a later run could take for a pairing that its user wanted.
        await running.session.unpair();
        process.exitCode = 130;
        return;
      }
      if (!options.json) console.log('Confirm the code at the computer, if it asks: it takes this phone only then.');
      if (!options.run) return;
      const others = (await phone.pairings()).filter(({ identifier }) => identifier !== kept.identifier);
      const all = [running];
      for (const other of others) all.push(await runner.start(other));
      await Promise.race([Promise.all(all.map(({ over }) => over)), stopped]);
    } finally {
      await runner.close();
    }
  });
}

async function run(options: RunCommandOptions): Promise<void> {
  await withScreen(options, async (phone, screen) => {
    const pairings = await phone.pairings();
    if (pairings.length === 0) {
      throw new VaultwireError('not-found', 'no computer is paired: vaultwire phone pair does that');
    }
    const runner = runnerOf(phone, screen, options);
    try {
      const { stopped } = whenStopped();
      const all = [];
      for (const kept of pairings) all.push(await runner.start(kept));
      const computers = pairings.map(({ identifier, computer }) => ({ identifier, computer }));
      console.log(
        options.json
          ? JSON.stringify({ event: 'ready', pairings: computers })
          : `Waiting for ${computers.map(({ computer }) => visible(computer)).join(', ')}. Ctrl+C stops it.`,
      );
      const ends = await Promise.race([Promise.all(all.map(({ over }) => over)), stopped]);
      if (ends?.includes('store-failed')) process.exitCode = 1;
    } finally {
      await runner.close();
    }
  });
}

async function unpair(which: string | undefined, options: CommonOptions): Promise<void> {
  await withPhone({ home: options.home, passphrase: await passphraseOf(options) }, async (phone) => {
    const all = await phone.pairings();
    const meant =
      which === undefined ? all : all.filter(({ identifier, computer }) => [identifier, computer].includes(which));
    const [kept, another] = meant;
    if (!kept) throw new VaultwireError('not-found', 'pairing: there is none of that name');
    if (another) throw new VaultwireError('argument-invalid', `pairing: expected one of ${namesOf(meant)}`);
    const lines = linesOf(process.stdin);
    const runner = runnerOf(
      phone,
      textScreen(lines, () => undefined, false),
      { ...options, approve: 'never' },
    );
    try {
      const running = await runner.start(kept);
      await running.session.unpair();
      await running.close();
      console.log(`No longer paired with ${visible(kept.computer)}.`);
      if (running.accepted() > 0) return;
      console.error('The computer could not be told: end the pairing there as well (vaultwire unpair).');
      process.exitCode = 1;
    } finally {
      await runner.close();
      lines.close();
    }
  });
}

async function pairings(options: CommonOptions & { readonly askAgain?: boolean }): Promise<void> {
  await withPhone({ home: options.home, passphrase: await passphraseOf(options) }, async (phone) => {
    const listed = [];
    for (const kept of await phone.pairings()) {
      const { identifier, computer, channels } = kept;
      const policies = await aside(phone, kept, (session) => {
        if (options.askAgain) session.askAgain();
        return session.policies();
      });
      const approvals = policies.filter(({ until }) => Date.now() < until).map(describePolicy);
      listed.push({ identifier, computer, channels, approvals });
    }
    if (options.json) console.log(JSON.stringify(listed));
    else if (listed.length === 0) console.log('No computer is paired.');
    for (const { identifier, computer, channels, approvals } of options.json ? [] : listed) {
      console.log(`${visible(computer)}  ${identifier}  over ${Object.values(channels).join(' and ')}`);
      for (const { about, until } of approvals) console.log(`  without asking until ${until}: ${about}`);
    }
  });
}

/** Looks into a pairing, or changes it, without hearing or saying anything: nobody is asked, nothing is answered. */
async function aside<T>(phone: Phone, { store }: KeptPairing, work: (session: PhoneSession) => T): Promise<T> {
  const { keys, email } = phone;
  const session = await startPhoneSession({
    store,
    keys,
    me: { email },
    channels: () => [],
    // What waits for its user goes on waiting.
    ask: () => new Promise(() => undefined),
    pins: phone.pins(),
  });
  try {
    return work(session);
  } finally {
    await session.close();
  }
}

async function pins(options: CommonOptions & { readonly forget?: string }): Promise<void> {
  await withPhone({ home: options.home, passphrase: await passphraseOf(options) }, async (phone) => {
    if (options.forget !== undefined) {
      const name = normalizeHostName(options.forget);
      if (!(await phone.forgetPin(name))) throw new VaultwireError('not-found', 'host: no key is remembered for it');
      // Each pairing has its own copy.
      for (const kept of await phone.pairings()) {
        await aside(phone, kept, (session) => {
          session.pin(name, null);
        });
      }
    }
    const known = phone.pins();
    if (options.json) console.log(JSON.stringify(known.map(jsonPin)));
    else console.log(known.length === 0 ? 'No keys of hosts are remembered.' : known.map(describePin).join('\n'));
  });
}

const namesOf = (pairings: readonly KeptPairing[]): string =>
  pairings.map(({ identifier, computer }) => `${identifier} (${visible(computer)})`).join(', ');

function runnerOf(
  phone: Phone,
  screen: Screen,
  options: Partial<PairOptions> & Pick<PairOptions, 'approve'>,
): RunningPhone {
  const { approve, remember, compare, neverAsk } = options;
  return new RunningPhone({
    phone,
    screen,
    approve,
    ...(remember && { remember }),
    ...(compare !== undefined && { compare }),
    ...(neverAsk && { neverAsk }),
  });
}

async function withPhone(
  { home, passphrase }: { readonly home: string; readonly passphrase: string },
  work: (phone: Phone) => Promise<void>,
): Promise<void> {
  const phone = await openPhone(resolve(home), passphrase);
  try {
    await work(phone);
  } finally {
    await phone.close();
  }
}

async function withScreen(
  options: CommonOptions,
  work: (phone: Phone, screen: Screen, lines: Lines) => Promise<void>,
): Promise<void> {
  const passphrase = await passphraseOf(options);
  // Whoever started this may close its end of the pipe; the phone goes on.
  process.stdout.on('error', () => undefined);
  await withPhone({ home: options.home, passphrase }, async (phone) => {
    const lines = linesOf(process.stdin);
    const print = (text: string): void => {
      process.stdout.write(text);
    };
    const screen = options.json
      ? jsonScreen(lines, print)
      : textScreen(lines, print, process.stdin.isTTY, () => process.stdout.columns || 80);
    try {
      await work(phone, screen, lines);
    } finally {
      lines.close();
    }
  });
}

const passphraseOf = (options: {
  readonly passphraseFile?: string | undefined;
  readonly repeat?: boolean;
}): Promise<string> =>
  readPassphrase({
    ...(options.passphraseFile !== undefined && { file: options.passphraseFile }),
    ...(options.repeat !== undefined && { repeat: options.repeat }),
  });

/** A key as authorized_keys has it. */
function authorizedKeyOf(publicKey: Uint8Array): string {
  const wire = Buffer.from(publicKey);
  return `${wire.toString('latin1', 4, 4 + wire.readUInt32BE(0))} ${wire.toString('base64')}`;
}
