import { equalBytes, type Bytes } from '../wire/bytes.js';
import type { GitCommit, GitTag } from './messages.js';

/*
 * What a phone's user is asked, and which questions need not be asked again. A policy belongs to one pairing and is
 * plain data. It is tied to what was proven (a host's key, a relying party), never to what a computer merely says.
 */

/** How long "do not ask again" holds, in milliseconds: 3 hours. */
export const POLICY_MILLISECONDS = 3 * 60 * 60 * 1000;
/** How many policies one pairing keeps; the oldest goes first. */
export const MAXIMUM_POLICIES = 256;

/** What a request is about, as shown to the user. */
export type ConsentSubject =
  | LoginSubject
  | {
      readonly kind: 'ssh-signature';
      readonly namespace: string;
      readonly hashAlgorithm: string;
      readonly hash: Bytes;
      /** The command line, as the computer says. Nothing proves it. */
      readonly command?: string;
    }
  | { readonly kind: 'git-commit'; readonly userId: string; readonly content: GitCommit }
  | { readonly kind: 'git-tag'; readonly userId: string; readonly content: GitTag }
  | { readonly kind: 'hosts' }
  | { readonly kind: 'u2f-register' | 'u2f-authenticate'; readonly appId: string };

/** A login over SSH. */
export interface LoginSubject {
  readonly kind: 'ssh-login';
  readonly user: string;
  readonly algorithm: string;
  /**
   * True: the host has proven to hold `hostKey`, and `hostKey` is not another than the one pinned for any of the names.
   * False: nothing is known about the host.
   */
  readonly hostVerified: boolean;
  /** The key that the host has proven to hold, in SSH's wire form. */
  readonly hostKey?: Bytes;
  /** Names that the computer gives the host; `pinned` where this phone knows `hostKey` under that name already. */
  readonly hostNames: readonly { readonly name: string; readonly pinned: boolean }[];
  /** The command line, as the computer says. Nothing proves it. */
  readonly command?: string;
}

export type ConsentKind = ConsentSubject['kind'];

/** What the user says. `remember`: approve this once more, or all of its kind, for 3 hours without being asked. */
export type Decision =
  { readonly approve: false } | { readonly approve: true; readonly remember?: 'this' | 'kind' | undefined };

/** A standing approval. */
export type Policy = {
  /** Milliseconds since 1970: holds while `from <= now < until`, so that no turned-back clock makes it longer. */
  readonly from: number;
  readonly until: number;
} & (
  | { readonly scope: 'kind'; readonly kind: ConsentKind }
  | { readonly scope: 'this'; readonly kind: 'ssh-login'; readonly user: string; readonly hostKey: Bytes }
  | {
      readonly scope: 'this';
      readonly kind: Exclude<ConsentKind, 'ssh-login'>;
      /** The namespace, the user id or the app id; empty for `hosts`. */
      readonly about: string;
    }
);

/** A host's key as first approved under a name. */
export interface HostPin {
  /** As {@link normalizeHostName} returns it. */
  readonly hostName: string;
  /** In SSH's wire form. */
  readonly hostKey: Bytes;
}

/** A host's name as pins know it: lower case, without the dots at its end (one ends an absolute name). */
export function normalizeHostName(name: string): string {
  let end = name.length;
  while (name[end - 1] === '.') end--;
  return name.slice(0, end).toLowerCase();
}

/**
 * Whether a host may be called this: 1 to 255 visible characters of ASCII, dots not alone. Everything else could look
 * like a name that is pinned without being it. International names come in their ASCII form (`xn--`, RFC 5890).
 */
export function isHostName(name: string): boolean {
  return /^[\x21-\x7e]{1,255}$/.test(name) && normalizeHostName(name) !== '';
}

/**
 * What the pins say about a host: `mismatched` when one of the names is pinned to another key.
 */
export function checkPins(
  pins: readonly HostPin[],
  hostKey: Bytes,
  hostNames: readonly string[],
): LoginSubject['hostNames'] | 'mismatched' {
  const checked: { name: string; pinned: boolean }[] = [];
  for (const name of hostNames) {
    const normalized = normalizeHostName(name);
    const known = pins.filter((pin) => pin.hostName === normalized);
    if (known.some((pin) => !equalBytes(pin.hostKey, hostKey))) return 'mismatched';
    checked.push({ name, pinned: known.length > 0 });
  }
  return checked;
}

/**
 * Whether an approval of this may stand for 3 hours. Not for a login to a host that is not verified or has no name: it
 * may come through a forwarded agent, from a host that wants to go on to the next.
 */
export function mayRemember(subject: ConsentSubject): boolean {
  return subject.kind !== 'ssh-login' || (subject.hostVerified && subject.hostNames.length > 0);
}

/** Whether a standing approval, or a kind that is never asked about, covers this: it need not be asked. */
export function isCovered(
  policies: readonly Policy[],
  neverAsk: readonly ConsentKind[],
  subject: ConsentSubject,
  now: number,
): boolean {
  if (!mayRemember(subject)) return false;
  // A name is pinned by the user alone: under no policy does a computer get to say which host is which.
  if (subject.kind === 'ssh-login' && !subject.hostNames.every(({ pinned }) => pinned)) return false;
  return (
    neverAsk.includes(subject.kind) ||
    policies.some((policy) => policy.from <= now && now < policy.until && covers(policy, subject))
  );
}

/** The policies after an approval that is to be remembered. What has run out, or is replaced, is left out. */
export function remember(
  policies: readonly Policy[],
  subject: ConsentSubject,
  scope: 'this' | 'kind',
  now: number,
): readonly Policy[] {
  if (!mayRemember(subject)) return policies;
  const added = { from: now, until: now + POLICY_MILLISECONDS, ...policyFor(subject, scope) };
  const others = policies.filter(
    (policy) => now < policy.until && !(policy.scope === scope && covers(policy, subject)),
  );
  return [...others, added].slice(-MAXIMUM_POLICIES);
}

type Scope<T> = T extends unknown ? Omit<T, 'from' | 'until'> : never;

function policyFor(subject: ConsentSubject, scope: 'this' | 'kind'): Scope<Policy> {
  if (scope === 'kind') return { scope, kind: subject.kind };
  if (subject.kind !== 'ssh-login') return { scope, kind: subject.kind, about: aboutOf(subject) };
  // mayRemember has been asked: a verified host has a key.
  return { scope, kind: 'ssh-login', user: subject.user, hostKey: subject.hostKey ?? new Uint8Array() };
}

function covers(policy: Policy, subject: ConsentSubject): boolean {
  if (policy.kind !== subject.kind) return false;
  if (policy.scope === 'kind') return true;
  if (subject.kind !== 'ssh-login') return policy.kind !== 'ssh-login' && policy.about === aboutOf(subject);
  return (
    policy.kind === 'ssh-login' &&
    policy.user === subject.user &&
    subject.hostKey !== undefined &&
    equalBytes(policy.hostKey, subject.hostKey)
  );
}

function aboutOf(subject: Exclude<ConsentSubject, LoginSubject>): string {
  switch (subject.kind) {
    case 'ssh-signature':
      return subject.namespace;
    case 'git-commit':
    case 'git-tag':
      return subject.userId;
    case 'hosts':
      return '';
    case 'u2f-register':
    case 'u2f-authenticate':
      return subject.appId;
  }
}
