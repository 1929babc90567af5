import type { Command } from 'commander';
import { VaultwireError } from 'vaultwire';
import { startComputerSession, type ComputerEnd, type ComputerSession } from 'vaultwire/pairing/computer';
import { parseGitContent, parseGitIdentity } from 'vaultwire/pairing/git';
import { describeFailure, type ChannelChoice } from '../channels/index.js';
import { makePrivateFolder } from '../private-file.js';
import { visible } from '../visible.js';
import { phoneKeys } from './agent-keys.js';
import { createAgentServer } from './agent-server.js';
import { computerChannels } from './computer-channels.js';
import { createControlServer, type ControlAnswers, type ControlHandlers } from './control.js';
import { ENDINGS } from './endings.js';
import { homeAt, isListening, listenOn, type Home } from './home.js';
import { NamedHosts } from './named-hosts.js';
import { pairingFile } from './pairing-file.js';
import { whenStopped } from './stopping.js';

interface AgentOptions extends ChannelChoice {
  readonly home?: string;
  readonly json?: boolean;
}

const HELP = `
The agent is what ssh, ssh-add and ssh-keygen talk to, by SSH_AUTH_SOCK; its one key is on the phone, which is asked for
every signature. vaultwire-sign-git (Git's gpg.program), vaultwire ssh-proxy and vaultwire unpair talk to it as well.

With --json there is one JSON object a line on stdout, the first when it is ready:
  {"event":"ready","SSH_AUTH_SOCK","email"}, {"event":"asked"|"signed"|"refused","subject","reason"?},
  {"event":"waiting"} (the phone asks its user), {"event":"ended","reason"},
  {"event":"failed","reason"} (the pairing cannot be saved: what was asked may be asked again after the next start),
  {"event":"channel-failed","channel","reason"} (said once for a channel; it is tried again)

Signals: SIGINT and SIGTERM stop it. The pairing stays.`;

/** `vaultwire agent` */
export function registerAgent(program: Command): void {
  program
    .command('agent')
    .summary('serve the SSH key of the paired phone')
    .description('An SSH agent whose key is on the paired phone.')
    .option('--home <folder>', 'where the pairing is kept (default: $VAULTWIRE_HOME or ~/.vaultwire)')
    .option('--queue <folder>', 'folder of queues (default: as paired)')
    .option('--relay <url>', 'relay (default: as paired)')
    .option('--json', 'print JSON lines instead of text')
    .addHelpText('after', HELP)
    .action(agent);
}

async function agent(options: AgentOptions): Promise<void> {
  const home = homeAt(options.home);
  await makePrivateFolder(home.folder);
  if (await isListening(home.controlSocket)) {
    throw new VaultwireError('not-permitted', `${home.folder}: an agent is running there already`);
  }
  const say = options.json ? sayJson : sayText;
  const { stopped } = whenStopped();
  // Whoever started this may close its end of the pipe; the agent goes on.
  process.stdout.on('error', () => undefined);

  let hasFailed: () => void = () => undefined;
  const failed = new Promise<void>((resolve) => {
    hasFailed = resolve;
  });
  const {
    session,
    close: closeSession,
    accepted,
  } = await openPairing(home, options, (event) => {
    say(event);
    if (event.event !== 'failed') return;
    process.exitCode = 1;
    hasFailed();
  });
  const closers: (() => Promise<void>)[] = [];
  let answered = (): Promise<void> => Promise.resolve();
  try {
    const me = await session.paired;
    const hosts = new NamedHosts();
    const keys = phoneKeys(session, hosts, ({ outcome, ...notice }) => {
      say({ event: outcome, ...notice });
    });
    closers.push(await listenOn(createAgentServer(keys), home.agentSocket));
    const control = createControlServer(controlHandlers(home, { session, accepted }, hosts, say));
    answered = control.answered;
    closers.push(await listenOn(control.server, home.controlSocket));
    say({ event: 'ready', SSH_AUTH_SOCK: home.agentSocket, email: me.email });
    const reason = await Promise.race([session.ended, Promise.race([stopped, failed]).then(() => undefined)]);
    if (reason !== undefined) {
      say({ event: 'ended', reason });
      if (reason !== 'unpaired-by-computer') process.exitCode = 1;
    }
  } finally {
    // In this order, so that whoever waits for the phone hears that it is over.
    await closeSession();
    await answered();
    await Promise.allSettled(closers.map((close) => close()));
  }
}

interface OpenPairing {
  readonly session: ComputerSession;
  readonly close: () => Promise<void>;
  /** How many messages a channel has taken so far. */
  readonly accepted: () => number;
}

/**
 * Goes on with the pairing of a home.
 *
 * @throws VaultwireError `not-found` when there is none
 */
export async function openPairing(
  home: Home,
  options: ChannelChoice,
  say: (event: AgentEvent) => void = sayFailure,
): Promise<OpenPairing> {
  const file = pairingFile(home.pairingFile);
  const remembered = await file.channels();
  if (remembered === undefined) {
    throw new VaultwireError('not-found', `${home.pairingFile}: no phone is paired; pair one with vaultwire pair`);
  }
  const { queue, relay } = options.queue === undefined && options.relay === undefined ? remembered : options;
  const channels = computerChannels(
    { ...(queue !== undefined && { queue }), ...(relay !== undefined && { relay }) },
    (channel, reason) => {
      say({ event: 'channel-failed', channel, reason });
    },
  );
  const session = await startComputerSession({
    name: '',
    channels: channels.make,
    store: file,
    confirm: 'not-compared',
    onEvent: (event) => {
      if (event.type === 'acknowledged') say({ event: 'waiting' });
      if (event.type === 'channel-failed') channels.failed(event.channel, event.error);
      if (event.type === 'store-failed') say({ event: 'failed', reason: messageOf(event.error) });
    },
  });
  return {
    session,
    accepted: channels.accepted,
    close: async () => {
      await session.close();
      await channels.close();
    },
  };
}

function controlHandlers(
  home: Home,
  { session, accepted }: Pick<OpenPairing, 'session' | 'accepted'>,
  hosts: NamedHosts,
  say: (event: AgentEvent) => void,
): ControlHandlers {
  return {
    async status() {
      const { email } = await session.paired;
      return { phase: 'paired', agentSocket: home.agentSocket, email };
    },
    'name-host'({ hostKey, signature, names, command }) {
      hosts.add({ hostKey, signature }, { names, ...(command !== undefined && { command }) });
      return Promise.resolve({ done: true });
    },
    async 'git-sign'({ content, userId }, signal) {
      const parsed = parseGitContent(content);
      const subject = `signature of a Git ${parsed.type}`;
      say({ event: 'asked', subject });
      try {
        const { name, email } = parseGitIdentity(parsed.type === 'commit' ? parsed.committer : parsed.tagger);
        const { signature } = await session.request<'git-sign'>(
          { kind: 'git-sign', userId: userId ?? `${name} <${email}>`, content: parsed },
          { signal },
        );
        say({ event: 'signed', subject });
        return { signature: Buffer.from(signature).toString('base64') };
      } catch (error) {
        say({ event: 'refused', subject, reason: messageOf(error) });
        throw error;
      }
    },
    'public-keys': ({ pgpUserId }, signal) => publicKeys(session, pgpUserId, signal),
    async unpair() {
      const before = accepted();
      await session.unpair();
      return { done: true, told: accepted() > before };
    },
  };
}

/** What the phone says its public keys are: the SSH key as it was paired, the OpenPGP key as it is now. */
export async function publicKeys(
  session: ComputerSession,
  pgpUserId: string | undefined,
  signal: AbortSignal,
): Promise<ControlAnswers['public-keys']> {
  const { email, publicKeyWire } = await session.paired;
  const answer =
    pgpUserId === undefined ? undefined : await session.request<'me'>({ kind: 'me', pgpUserId }, { signal });
  const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
  const pgp = answer?.me.pgpPublicKey;
  return { email, ...(publicKeyWire && { ssh: base64(publicKeyWire) }), ...(pgp && { pgp: base64(pgp) }) };
}

/** What the agent tells the person who runs it. */
export type AgentEvent =
  | { readonly event: 'ready'; readonly SSH_AUTH_SOCK: string; readonly email: string }
  | { readonly event: 'asked' | 'signed' | 'refused'; readonly subject: string; readonly reason?: string }
  | { readonly event: 'waiting' }
  | { readonly event: 'ended'; readonly reason: ComputerEnd }
  | { readonly event: 'failed'; readonly reason: string }
  | { readonly event: 'channel-failed'; readonly channel: string; readonly reason: string };

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : 'unknown');

const sayFailure = (event: AgentEvent): void => {
  if (event.event === 'channel-failed') sayText(event);
};

const sayJson = (event: AgentEvent): void => {
  console.log(JSON.stringify(event));
};

/** @param event whose texts are other people's: of the phone, of who connects to the agent */
export function sayText(event: AgentEvent): void {
  switch (event.event) {
    case 'ready':
      console.log(
        `The key of ${visible(event.email)} is at hand:\n\n  export SSH_AUTH_SOCK='${event.SSH_AUTH_SOCK}'\n\nCtrl+C stops.`,
      );
      break;
    case 'asked':
      console.log(`Asking the phone: ${visible(event.subject)}`);
      break;
    case 'waiting':
      console.log('The phone asks its user.');
      break;
    case 'signed':
      console.log(`Signed: ${visible(event.subject)}`);
      break;
    case 'refused':
      console.log(`Not signed: ${visible(event.subject)}: ${visible(event.reason ?? '')}`);
      break;
    case 'failed':
      console.error(`The agent cannot go on, as the pairing cannot be saved: ${visible(event.reason)}`);
      break;
    case 'channel-failed':
      console.error(describeFailure(event.channel, event.reason));
      break;
    case 'ended':
      console.log(`The pairing is over: ${ENDINGS[event.reason]}. To pair again: vaultwire pair`);
      break;
  }
}
