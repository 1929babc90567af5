import { encodeBase64 } from '../wire/base64.js';
import { legible } from '../wire/text.js';
import { mayRemember, type ConsentSubject, type LoginSubject } from './policy.js';
import { publicKeyFingerprintText } from './ssh.js';

/*
 * What a phone's user reads before they say yes or no: what is certain, and apart from it what a computer merely says.
 */

/**
 * What the phone's user is asked. `computer`, `verified` and `claimed` are fit to be shown: each text is one line, without
 * what cannot be seen or moves a terminal's cursor, and says so where it is cut. Those in `subject` are as they came.
 */
export interface Consent {
  readonly requestId: string;
  /** What the computer calls itself. Its word. */
  readonly computer: string;
  /** To decide by, not to be shown: its texts may hold anything. */
  readonly subject: ConsentSubject;
  /** Whether a host has proven to this phone which key it holds, and no other key is pinned for its names. */
  readonly hostVerified: boolean;
  /** What the signature will be bound to, and what was proven to this phone or is pinned on it. */
  readonly verified: readonly ConsentFact[];
  /** What the computer says, and nothing else does. */
  readonly claimed: readonly ConsentFact[];
  /** Whether the decision may be remembered: otherwise `remember` is not heard. */
  readonly mayRemember: boolean;
  /** Milliseconds since 1970: later decisions are not heard. */
  readonly until: number;
}

export interface ConsentFact {
  readonly name: ConsentFactName;
  readonly value: string;
}

export type ConsentFactName =
  | 'user'
  | 'algorithm'
  | 'host'
  | 'host key'
  | 'command'
  | 'namespace'
  | 'hash'
  | 'user id'
  | 'author'
  | 'committer'
  | 'tagger'
  | 'tag'
  | 'object'
  | 'type'
  | 'parent'
  | 'message'
  | 'app id';

/** Puts together what the user is asked. */
export function consentTo(
  subject: ConsentSubject,
  about: { readonly requestId: string; readonly computer: string; readonly until: number },
): Consent {
  const { verified, claimed } = factsOf(subject);
  return {
    ...about,
    computer: legible(about.computer),
    subject: structuredClone(subject),
    hostVerified: subject.kind === 'ssh-login' && subject.hostVerified,
    verified,
    claimed,
    mayRemember: mayRemember(subject),
  };
}

interface Facts {
  readonly verified: readonly ConsentFact[];
  readonly claimed: readonly ConsentFact[];
}

function factsOf(subject: ConsentSubject): Facts {
  switch (subject.kind) {
    case 'ssh-login':
      return loginFacts(subject);
    case 'ssh-signature':
      return {
        verified: facts(
          ['namespace', subject.namespace],
          ['hash', `${subject.hashAlgorithm}:${encodeBase64(subject.hash)}`],
        ),
        claimed: facts(['command', subject.command]),
      };
    case 'git-commit': {
      const { tree, parent, mergeParents = [], author, committer, message } = subject.content;
      return {
        verified: facts(
          ['object', tree],
          // Together: a merge may have thousands.
          ['parent', parent === undefined ? undefined : [parent, ...mergeParents].join(' ')],
          ['author', author],
          ['committer', committer],
          ['message', new TextDecoder().decode(message)],
        ),
        claimed: facts(['user id', subject.userId]),
      };
    }
    case 'git-tag': {
      const { object, objectType, tag, tagger, message } = subject.content;
      return {
        verified: facts(
          ['object', object],
          ['type', objectType],
          ['tag', tag],
          ['tagger', tagger],
          ['message', new TextDecoder().decode(message)],
        ),
        claimed: facts(['user id', subject.userId]),
      };
    }
    case 'u2f-register':
    case 'u2f-authenticate':
      return { verified: facts(['app id', subject.appId]), claimed: [] };
    case 'hosts':
      return { verified: [], claimed: [] };
  }
}

function loginFacts({ user, algorithm, hostVerified, hostKey, hostNames, command }: LoginSubject): Facts {
  const names = (pinned: boolean): [ConsentFactName, string][] =>
    hostNames.filter((host) => host.pinned === pinned).map(({ name }) => ['host', name]);
  return {
    verified: facts(
      ['user', user],
      ['algorithm', algorithm],
      ['host key', hostVerified && hostKey ? publicKeyFingerprintText(hostKey) : undefined],
      ...(hostVerified ? names(true) : []),
    ),
    claimed: facts(...names(false), ...(hostVerified ? [] : names(true)), ['command', command]),
  };
}

function facts(...all: readonly (readonly [ConsentFactName, string | undefined])[]): ConsentFact[] {
  return all.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value: legible(value) }]));
}
