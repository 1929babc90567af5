import { rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { isVaultwireError, VaultwireError } from 'vaultwire';
import { type Me } from 'vaultwire/pairing';
import { startComputerSession, type ComputerSession } from 'vaultwire/pairing/computer';
import { publicKeyFingerprintText } from 'vaultwire/pairing/ssh';
import { describeFailure, makeQueueFolder, type ChannelChoice } from '../channels/index.js';
import { lockFolder } from '../phone/lock.js';
import { makePrivateFolder, renamePrivateFile } from '../private-file.js';
import { terminalQr } from '../terminal-qr.js';
import { visible } from '../visible.js';
import { askUser } from './ask-user.js';
import { authorizedKey } from './authorized-key.js';
import { computerChannels } from './computer-channels.js';
import { ENDINGS } from './endings.js';
import { homeAt, isListening, type Home } from './home.js';
import { pairingFile } from './pairing-file.js';
import { whenStopped } from './stopping.js';

interface PairOptions extends ChannelChoice {
  readonly home?: string;
  readonly name: string;
  readonly code: boolean;
  readonly link?: boolean;
  readonly replace?: boolean;
  readonly json?: boolean;
}

const HELP = `
Shows a QR code for the phone to scan; it is good for 90 seconds and for one phone. Both ends then show a code of six
digits: only when they are the same have the two spoken to each other and to nobody in between. --no-code leaves the
comparison out, for phones that do not show it.

The pairing is kept in <home>/pairing.json, which only its owner can read, with the channels that were named.

With --json there is one JSON object a line on stdout: {"event":"qr","text"}, {"event":"code","code"} (a line on stdin
that is "yes" confirms it), {"event":"paired","email","publicKey"}, {"event":"channel-failed","channel","reason"} (said
once for a channel; it is tried again).`;

/** `vaultwire pair` */
export function registerPair(program: Command): void {
  program
    .command('pair')
    .summary('pair this computer with a phone')
    .description('Pairs this computer with a phone that keeps the keys.')
    .option('--queue <folder>', 'folder of queues that the phone reads as well')
    .option('--relay <url>', 'relay that the phone uses as well (ws:// or wss://)')
    .option('--home <folder>', 'where the pairing is kept (default: $VAULTWIRE_HOME or ~/.vaultwire)')
    .option('--name <name>', 'name of this computer, for the phone to show', hostname())
    .option('--no-code', 'take the first phone that scans, without comparing codes')
    .option('--link', 'a QR code with a link, as of browsers')
    .option('--replace', 'forget the pairing that there is')
    .option('--json', 'print JSON lines instead of text')
    .addHelpText('after', HELP)
    .action(pair);
}

async function pair(options: PairOptions): Promise<void> {
  const home = homeAt(options.home);
  await makePrivateFolder(home.folder);
  // Two attempts at once would write each other's file.
  const unlock = await lockFolder(home.folder);
  try {
    await attemptPairing(home, options);
  } finally {
    await unlock();
  }
}

async function attemptPairing(home: Home, options: PairOptions): Promise<void> {
  await assertFree(home, options.replace === true);
  const choice = {
    ...(options.queue !== undefined && { queue: resolve(options.queue) }),
    ...(options.relay !== undefined && { relay: options.relay }),
  };
  const channels = computerChannels(choice, (channel, reason) => {
    if (options.json) console.log(JSON.stringify({ event: 'channel-failed', channel, reason }));
    else console.error(describeFailure(channel, reason));
  });
  if (choice.queue !== undefined) await makeQueueFolder(choice.queue);

  // An attempt that fails leaves what was there alone.
  const attempt = `${home.pairingFile}.attempt`;
  const file = pairingFile(attempt);
  await file.clear();
  await file.saveChannels(choice);
  const { signal, stopped } = whenStopped();
  const attemptOver = new AbortController();
  const session = await startComputerSession({
    name: options.name,
    ...(options.link && { qrForm: 'link' }),
    channels: channels.make,
    store: file,
    confirm: options.code
      ? (code) => confirm(code, AbortSignal.any([signal, attemptOver.signal]), options.json === true)
      : 'not-compared',
    onEvent: (event) => {
      if (event.type === 'channel-failed') channels.failed(event.channel, event.error);
    },
  });
  try {
    console.log(options.json ? JSON.stringify({ event: 'qr', text: session.qrText }) : qrText(session.qrText));
    const me = await Promise.race([pairedWith(session), stopped.then(() => undefined)]);
    if (me === undefined) {
      // A phone that has scanned believes that it is paired.
      await session.unpair();
      process.exitCode = 130;
      return;
    }
    await session.close();
    await renamePrivateFile(attempt, home.pairingFile);
    console.log(options.json ? JSON.stringify(pairedLine(me)) : pairedText(me));
  } finally {
    attemptOver.abort();
    await session.close();
    await channels.close();
    await rm(attempt, { force: true });
  }
}

/** @throws VaultwireError `pairing-ended`, in words for a person */
async function pairedWith(session: ComputerSession): Promise<Me> {
  try {
    return await session.paired;
  } catch (cause) {
    if (!isVaultwireError(cause) || cause.code !== 'pairing-ended') throw cause;
    throw new VaultwireError('pairing-ended', `not paired: ${ENDINGS[await session.ended]}`, { cause });
  }
}

/** @throws VaultwireError `not-permitted` */
async function assertFree(home: Home, replace: boolean): Promise<void> {
  if (await isListening(home.controlSocket)) {
    throw new VaultwireError('not-permitted', 'an agent is running: end its pairing first (vaultwire unpair)');
  }
  if (!replace && (await pairingFile(home.pairingFile).channels()) !== undefined) {
    throw new VaultwireError(
      'not-permitted',
      `${home.pairingFile}: paired already; end it (vaultwire unpair), or forget it with --replace`,
    );
  }
}

async function confirm(code: string, signal: AbortSignal, json: boolean): Promise<boolean> {
  if (json) console.log(JSON.stringify({ event: 'code', code }));
  else console.log(`\nThis computer shows the code  ${code}`);
  try {
    const answer = await askUser(json ? '' : 'Does the phone show the same code? (yes/no) ', signal);
    return /^y(es)?$/i.test(answer.trim());
  } catch {
    return false;
  }
}

function qrText(text: string): string {
  const { isTTY, columns } = process.stdout;
  const code = terminalQr(text, { color: isTTY && process.env['NO_COLOR'] === undefined });
  const width = (terminalQr(text).split('\n')[0] ?? '').length;
  const tooNarrow = isTTY && width > columns ? `(The window is too narrow for it: ${width} columns are needed.)\n` : '';
  return `Scan this with the phone:\n\n${code}\n${tooNarrow}\nOr give it this text:\n${text}\n`;
}

const pairedLine = ({ email, publicKeyWire }: Me): object => ({
  event: 'paired',
  email,
  ...(publicKeyWire && { publicKey: authorizedKey(publicKeyWire, email) }),
});

export const pairedText = ({ email, publicKeyWire }: Me): string =>
  [
    `Paired with the phone of ${visible(email)}.`,
    ...(publicKeyWire
      ? [
          `Its SSH key (${publicKeyFingerprintText(publicKeyWire)}), for ~/.ssh/authorized_keys of a host:`,
          authorizedKey(publicKeyWire, email),
        ]
      : []),
    'Now start the agent: vaultwire agent',
  ].join('\n');
