import {
  type Consent,
  type ConsentKind,
  type Decision,
  type HostPin,
  type Policy,
  type PhoneSessionEvent,
} from 'vaultwire/pairing/phone';
import { publicKeyFingerprintText } from 'vaultwire/pairing/ssh';
import { visible } from '../visible.js';
import { describeFailure } from '../channels/index.js';
import type { Lines } from './lines.js';

/** How the phone answers what it is asked: its user decides, or nobody is asked. */
export type Approve = 'ask' | 'all' | 'never';

/** What happened, and with which computer. */
export interface Happening {
  /** UUID of the pairing. */
  readonly pairing: string;
  readonly computer: string;
  readonly event: PhoneSessionEvent;
}

/** Shows the phone's user what happens, and asks. */
export interface Screen {
  ask(pairing: string, consent: Consent, signal: AbortSignal): Promise<Decision>;
  confirm(code: string): Promise<boolean>;
  show(happening: Happening): void;
}

/** What a computer wants, as a sentence about it. */
const WANTS: Readonly<Record<ConsentKind, string>> = {
  'ssh-login': 'wants to log in over SSH',
  'ssh-signature': 'wants a signature of the SSH key',
  'git-commit': 'wants a Git commit signed',
  'git-tag': 'wants a Git tag signed',
  hosts: 'wants the list of your logins',
  'u2f-register': 'wants to register this phone as a security key',
  'u2f-authenticate': 'wants to sign in with this phone as the security key',
};

const WITHDRAWN = 'No longer asked. Press Enter to go on.\n';
const NO: Decision = { approve: false };

/**
 * For a person: text on a terminal, one question at a time.
 *
 * @param columns how wide the terminal is now
 */
export function textScreen(
  lines: Lines,
  print: (text: string) => void,
  isTerminal: boolean,
  columns: () => number = () => DEFAULT_COLUMNS,
): Screen {
  let last: Promise<unknown> = Promise.resolve();
  const oneAtATime = <T>(question: () => Promise<T>): Promise<T> => {
    const answer = last.then(question);
    last = answer.catch(() => undefined);
    return answer;
  };
  /** What is typed after a question was withdrawn is perhaps meant for that one, whose place another one takes at once. */
  let isWithdrawn = false;
  const readyToAsk = async (signal?: AbortSignal): Promise<boolean> => {
    while (isWithdrawn) {
      const line = await lines.next(signal);
      if (line === undefined) return false;
      if (line.trim() === '') isWithdrawn = false;
      else print(WITHDRAWN);
    }
    // Nobody has read a question before it is shown.
    if (isTerminal) lines.discard();
    return true;
  };
  return {
    ask: (_pairing, consent, signal) =>
      oneAtATime(async () => {
        if (isAborted(signal) || !(await readyToAsk(signal))) return NO;
        print(describeConsent(consent, columns()));
        for (;;) {
          const line = await lines.next(signal);
          if (isAborted(signal)) {
            isWithdrawn = true;
            print(WITHDRAWN);
            return NO;
          }
          if (line === undefined) return NO;
          const decision = readDecision(line, consent);
          if (decision) return decision;
          print(describeChoices(consent, columns()));
        }
      }),
    confirm: (code) =>
      oneAtATime(async () => {
        if (!(await readyToAsk())) return false;
        print(`Does the computer show ${code} as well? (yes or no) `);
        return /^y(?:es)?$/i.test(((await lines.next()) ?? '').trim());
      }),
    show({ computer, event }) {
      print(`${visible(computer)}: ${describeEvent(event)}\n`);
    },
  };
}

/** It changes while one waits, which the compiler does not expect of a property. */
const isAborted = (signal: AbortSignal): boolean => signal.aborted;

/** Columns of the names that values stand beside, and of what is before them. */
const MARGIN = 4;
const NAME_WIDTH = 11;
/** What a computer calls itself, at most, in columns: a longer name could look like what is asked. */
const MAXIMUM_NAME_COLUMNS = 40;
const DEFAULT_COLUMNS = 80;
const MINIMUM_COLUMNS = 40;

/**
 * What the user reads before they decide. Every text in it is fit to be shown (see `Consent`), and none reaches the
 * margin where the lines of this program begin, however long it is.
 *
 * @param columns of the terminal, which must not wrap by itself
 */
export function describeConsent(consent: Consent, columns = DEFAULT_COLUMNS): string {
  const { computer, subject, verified, claimed, hostVerified } = consent;
  const line = ({ name, value }: { readonly name: string; readonly value: string }): string =>
    namedLine(name, value, columns);
  const [name = '', ...rest] = folded(computer, MAXIMUM_NAME_COLUMNS);
  return [
    `\n${rest.length > 0 ? `${name}…` : name} ${WANTS[subject.kind]}.`,
    ...(subject.kind === 'ssh-login' && !hostVerified
      ? ['  The host is not known: nothing proves which one it is.']
      : []),
    ...(verified.length > 0 ? ['  certain:', ...verified.map(line)] : []),
    ...(claimed.length > 0 ? ['  only said by the computer:', ...claimed.map(line)] : []),
    describeChoices(consent, columns),
  ].join('\n');
}

function describeChoices({ subject, mayRemember }: Consent, columns: number): string {
  const scope = mayRemember ? scopeOf(subject) : undefined;
  const choices = [
    ['y', 'yes'],
    ['n', 'no'],
    ...(scope === undefined ? [] : [['t', `yes, and without asking for 3 hours: ${scope}`]]),
    ...(mayRemember ? [['a', `yes, and without asking for 3 hours: every ${subject.kind}`]] : []),
  ];
  return `Approve?\n${choices.map(([key = '', value = '']) => `${namedLine(key, value, columns)}\n`).join('')}`;
}

/** What an approval of "this" goes for. Undefined for Git: the user id that it would go by is the computer's word. */
function scopeOf(subject: Consent['subject']): string | undefined {
  switch (subject.kind) {
    case 'git-commit':
    case 'git-tag':
      return undefined;
    case 'ssh-login':
      return subject.hostKey && loginScope(subject.user, subject.hostKey);
    case 'ssh-signature':
      return visible(`${subject.kind} ${subject.namespace}`);
    case 'u2f-register':
    case 'u2f-authenticate':
      return visible(`${subject.kind} ${subject.appId}`);
    case 'hosts':
      return subject.kind;
  }
}

const loginScope = (user: string, hostKey: Uint8Array): string =>
  visible(`ssh-login as ${user} at the host with the key ${publicKeyFingerprintText(hostKey)}`);

function namedLine(name: string, value: string, columns: number): string {
  const margin = ' '.repeat(MARGIN + NAME_WIDTH);
  // One column stays free: some terminals wrap when the last one is written.
  const lines = folded(value, Math.max(columns, MINIMUM_COLUMNS) - margin.length - 1);
  return `${' '.repeat(MARGIN)}${name.padEnd(NAME_WIDTH)}${lines.join(`\n${margin}`)}`;
}

/** A text cut into lines. What is not ASCII counts as two columns, as the widest characters are. */
function folded(text: string, columns: number): string[] {
  const lines: string[] = [];
  let [line, width] = ['', 0];
  for (const character of text) {
    const added = character <= '~' ? 1 : 2;
    if (width + added > columns) {
      lines.push(line);
      [line, width] = ['', 0];
    }
    line += character;
    width += added;
  }
  return [...lines, line];
}

function readDecision(line: string, { mayRemember, subject }: Consent): Decision | undefined {
  switch (line.trim().toLowerCase()) {
    case 'y':
    case 'yes':
      return { approve: true };
    case 'n':
    case 'no':
      return NO;
    case 't':
      return mayRemember && scopeOf(subject) !== undefined ? { approve: true, remember: 'this' } : undefined;
    case 'a':
      return mayRemember ? { approve: true, remember: 'kind' } : undefined;
    default:
      return undefined;
  }
}

function describeEvent(event: PhoneSessionEvent): string {
  switch (event.type) {
    case 'comparison-code':
      return `the code of this pairing is ${event.code}; the computer has to show the same.`;
    case 'paired':
      return 'paired.';
    case 'signed':
      return event.approvedBy === 'policy' ? 'signed, as you approved before.' : 'signed.';
    case 'pinned':
      return `${describePin(event.pin)} is remembered.`;
    case 'failed':
      return `the phone could not answer: ${messageOf(event.error)}`;
    case 'report':
      return REPORTS[event.report];
    case 'store-failed':
      return `nothing can be saved: ${messageOf(event.error)}`;
    case 'ended':
      return `the pairing has ended: ${event.reason}.`;
    case 'channel-failed':
      return describeFailure(event.channel, String(event.error));
  }
}

const REPORTS: Readonly<Record<Extract<PhoneSessionEvent, { type: 'report' }>['report'], string>> = {
  stale: 'a request that is too old, or ahead of time, was not answered.',
  'clock-turned-back': 'a request was not answered: the clocks of both ends were ahead. Unpair, and pair again.',
  'unexpected-request': 'a request before its greeting was not answered.',
  'too-many-requests': 'too many requests wait; one was not answered.',
  'host-mismatched': 'REFUSED: a host does not have the key that is remembered for its name.',
};

export const describePin = ({ hostName, hostKey }: HostPin): string =>
  `${visible(hostName)} with the key ${publicKeyFingerprintText(hostKey)}`;

/** A standing approval, for people and for JSON. */
export function describePolicy(policy: Policy): { readonly about: string; readonly until: string } {
  const until = new Date(policy.until).toISOString();
  if (policy.scope === 'kind') return { about: `every ${policy.kind}`, until };
  const about =
    policy.kind === 'ssh-login' ? loginScope(policy.user, policy.hostKey) : `${policy.kind} ${policy.about}`.trim();
  return { about: visible(about), until };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : 'unknown error');

/** For a program: JSON lines out, and decisions as JSON lines in. */
export function jsonScreen(lines: Lines, print: (text: string) => void): Screen {
  const say = (line: object): void => {
    print(`${JSON.stringify(line)}\n`);
  };
  /** What is asked now, by pairing and request. */
  const open = new Map<string, (decision: Decision) => void>();
  let isReading = false;
  let hasEnded = false;
  const read = async (): Promise<void> => {
    for (;;) {
      const line = await lines.next();
      if (line === undefined) break;
      const said = readJsonDecision(line);
      if (said) open.get(`${said.pairing} ${said.requestId}`)?.(said.decision);
      else say({ event: 'not-understood' });
    }
    hasEnded = true;
    for (const decide of [...open.values()]) decide(NO);
  };
  return {
    ask(pairing, consent, signal) {
      const { requestId, computer, subject, hostVerified, verified, claimed, mayRemember, until } = consent;
      if (hasEnded) return Promise.resolve(NO);
      const key = `${pairing} ${requestId}`;
      const decided = new Promise<Decision>((resolve) => {
        const decide = (decision: Decision): void => {
          open.delete(key);
          resolve(decision);
        };
        open.set(key, decide);
        signal.addEventListener('abort', () => {
          say({ event: 'withdrawn', pairing, requestId });
          decide(NO);
        });
      });
      say({
        event: 'asked',
        pairing,
        requestId,
        computer,
        kind: subject.kind,
        hostVerified,
        verified,
        claimed,
        mayRemember,
        until,
      });
      if (!isReading) void read();
      isReading = true;
      return decided;
    },
    async confirm(code) {
      say({ event: 'confirm', code });
      return (await lines.next())?.trim() === 'yes';
    },
    show({ pairing, computer, event: { type: event, ...facts } }) {
      const plain = Object.fromEntries(
        Object.entries(facts).map(([name, value]: [string, unknown]) => [
          name,
          value instanceof Error ? value.message : name === 'pin' ? jsonPin(value as HostPin) : value,
        ]),
      );
      say({ event, pairing, computer, ...plain });
    },
  };
}

export const jsonPin = ({ hostName, hostKey }: HostPin): object => ({
  hostName,
  hostKey: Buffer.from(hostKey).toString('base64'),
});

function readJsonDecision(
  line: string,
): { readonly pairing: string; readonly requestId: string; readonly decision: Decision } | undefined {
  let said: unknown;
  try {
    said = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof said !== 'object' || said === null) return undefined;
  const { pairing, requestId, approve, remember } = said as Record<string, unknown>;
  if (typeof pairing !== 'string' || typeof requestId !== 'string' || typeof approve !== 'boolean') return undefined;
  if (!approve) return { pairing, requestId, decision: NO };
  if (remember === undefined) return { pairing, requestId, decision: { approve } };
  if (remember !== 'this' && remember !== 'kind') return undefined;
  return { pairing, requestId, decision: { approve, remember } };
}
