import { VaultwireError } from '../../wire/error.js';

/**
 * How a key of a vault is wrapped: under which key, and with which cipher. `data-key-*`: under the account's data key;
 * `user-*`: to a key pair of the user's; `team-*`: under a team's key, or to its key pair; `folder-*`: under the key of
 * the folder that it lies in.
 *
 * `gcm` is authenticated encryption. `ec` (ECIES) arrives unchanged or not at all, but anyone can make one. `cbc` and
 * `rsa` (PKCS#1 v1.5) authenticate nothing.
 */
export type WrapKind =
  | 'data-key-gcm'
  | 'data-key-cbc'
  | 'user-ec'
  | 'user-rsa'
  | 'team-gcm'
  | 'team-cbc'
  | 'team-ec'
  | 'team-rsa'
  | 'folder-gcm'
  | 'folder-cbc';

/** How an account's data key itself is wrapped: by a master password, to a device, or under a key of the v2 KDF. */
export type DataKeyWrapKind = 'password' | 'device' | 'alternate';

/** What a derivation from a password cost, for a caller who keeps the highest cost seen. */
export interface KdfCost {
  readonly algorithm: 'PBKDF2-HMAC-SHA-256' | 'PBKDF2-HMAC-SHA-512';
  readonly iterations: number;
}

/** How something was opened. */
export interface OpenReport<Kind extends string = WrapKind | DataKeyWrapKind> {
  readonly wrap: Kind;
  /**
   * Whether a change of what was opened would have shown. It says nothing of who made it: what is sealed to a public
   * key, anyone can seal.
   */
  readonly authenticated: boolean;
  /** Where a password was involved. */
  readonly kdf?: KdfCost;
}

/** What is to be said of everything that was opened at once. */
export interface AnswerReport<Kind extends string> {
  /** UIDs that were expected and came in no form, opened or failed. */
  readonly missing: readonly string[];
  /** How many keys opened by each kind of wrap. */
  readonly wraps: Readonly<Partial<Record<Kind, number>>>;
  /** How many items opened that something unauthenticated is on the way to. */
  readonly unauthenticated: number;
}

/** Every kind of wrap, from the strongest to the weakest. */
export const WRAP_KINDS: readonly WrapKind[] = [
  'data-key-gcm',
  'folder-gcm',
  'team-gcm',
  'user-ec',
  'team-ec',
  'user-rsa',
  'team-rsa',
  'data-key-cbc',
  'folder-cbc',
  'team-cbc',
];

/** The kinds that are taken unless the caller says otherwise: those in which a change shows. */
export const AUTHENTICATED_WRAP_KINDS: readonly WrapKind[] = WRAP_KINDS.slice(0, 5);

/** Whether a change of a key wrapped like this would show. */
export function isAuthenticatedWrap(kind: WrapKind): boolean {
  return AUTHENTICATED_WRAP_KINDS.includes(kind);
}

/** What a wrap with AES-CBC under a key of the hierarchy is called. */
export function cbcWrapUnder(key: { toString(): string }): 'data-key-cbc' | 'team-cbc' | 'folder-cbc' {
  // By what it prints as: to ask for its class would load the classes.
  const kind = key.toString();
  if (kind === '[TeamKey]') return 'team-cbc';
  return kind === '[FolderKey]' ? 'folder-cbc' : 'data-key-cbc';
}

/**
 * Whether a uid's wrap got weaker: from AES-GCM to a public key, from there to RSA or AES-CBC. Between kinds of one
 * strength, as when a record moves into a shared folder, nothing got weaker.
 */
export function isWeakerWrap(kind: WrapKind, before: WrapKind): boolean {
  return strength(kind) < strength(before);
}

function strength(kind: WrapKind): number {
  if (kind.endsWith('-gcm')) return 3;
  return kind.endsWith('-ec') ? 2 : 1;
}

/**
 * Checks a kind of wrap, which is the server's word, against what the caller takes.
 *
 * @param name what is wrapped, for the error message
 * @throws VaultwireError `wrap-refused`
 */
export function assertWrapAllowed<Kind extends string>(kind: Kind, allowed: readonly Kind[], name: string): void {
  if (!allowed.includes(kind)) {
    throw new VaultwireError('wrap-refused', `${name}: expected a wrap of a kind that is allowed here`);
  }
}
