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
