import type { BoxSuite } from '../crypto/box.js';
import type { Bytes } from '../wire/bytes.js';
import type { MakeChannels, PairingAddress } from './channel.js';
import type { Clock } from './clock.js';
import type { SessionCounters } from './computer-session.js';
import type { Me, MeRequest, UserAtHost } from './messages.js';
import type { PhoneEnd, PhoneReport } from './phone.js';
import type { ConsentKind, ConsentSubject, Decision, HostPin, Policy } from './policy.js';
import type { PairingStore } from './store.js';

/** The keys of a phone, as objects that sign: this library never sees their private bytes. */
export interface PhoneKeys {
  readonly ssh?: SshSigner;
  readonly git?: GitSigner;
  readonly u2f?: U2fSigner;
}

export interface SshSigner {
  /** The public key in SSH's wire form. */
  readonly publicKey: Bytes;
  /**
   * Signs exactly `data` with the algorithm named, one of those of the wire ("ssh-ed25519", "rsa-sha2-256"), and gives
   * the signature without the algorithm's name.
   */
  sign(data: Bytes, algorithm: string): Promise<Uint8Array>;
}

export interface GitSigner {
  /**
   * Signs a commit or a tag, whose bytes `content` are already put together, with the OpenPGP key of the user id.
   *
   * @returns an OpenPGP signature packet
   */
  sign(content: Bytes, userId: string): Promise<Uint8Array>;
  /** The OpenPGP public key as packets, with the user id when one is asked for. */
  publicKey?(userId: string | undefined): Promise<Uint8Array>;
}

export interface U2fSigner {
  register(
    challenge: Bytes,
    appId: string,
  ): Promise<{
    readonly publicKey: Uint8Array;
    readonly keyHandle: Uint8Array;
    readonly attestationCertificate: Uint8Array;
    readonly signature: Uint8Array;
  }>;
  /** Counts up for every signature, durably, before it gives one. Undefined: not a key handle of ours. */
  authenticate(
    challenge: Bytes,
    appId: string,
    keyHandle: Bytes,
  ): Promise<{ readonly publicKey: Uint8Array; readonly signature: Uint8Array; readonly counter: number } | undefined>;
}

/** What the phone's user is asked. Texts are fit to be shown: nothing in them moves a terminal's cursor. */
export interface Consent {
  readonly requestId: string;
  /** What the computer calls itself. Its word. */
  readonly computer: string;
  readonly subject: ConsentSubject;
  /** Whether a host has proven to this phone which key it holds, and no other key is pinned for its names. */
  readonly hostVerified: boolean;
  /** What the signature will be bound to, and what was proven to this phone or is pinned on it. */
  readonly verified: readonly ConsentFact[];
  /** What the computer says, and nothing else does. */
  readonly claimed: readonly ConsentFact[];
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
  | 'message'
  | 'app id';

/** What {@link startPhoneSession} needs. */
export interface PhoneSessionOptions {
  /** What the phone scanned. Needed for a new pairing only: a stored one goes on without. */
  readonly qrText?: string;
  readonly channels: MakeChannels;
  readonly store: PairingStore;
  /** What the computer learns about the user and the keys. Without key fields, they are taken from `keys`. */
  readonly me: Me | ((request: MeRequest) => Me | Promise<Me>);
  readonly keys: PhoneKeys;
  /** The answer to `hosts`. Default: no hosts. */
  readonly hosts?: () => Promise<{ readonly hosts: readonly UserAtHost[]; readonly pgpUserIds: readonly string[] }>;
  /** Asks the user. The signal is aborted when nothing waits for the decision any more. A rejection is a no. */
  readonly ask: (consent: Consent, signal: AbortSignal) => Promise<Decision>;
  /** Has the user compare the code before anything is answered. Default: the code comes as an event, and that is all. */
  readonly confirm?: (code: string) => Promise<boolean>;
  /** Whether `hostKey` made `signature` over `sessionId`. Default: `verifyHostSignature`. */
  readonly verifyHost?: (hostKey: Bytes, signature: Bytes, sessionId: Bytes) => Promise<boolean>;
  /** Host keys that this phone knows, from its other pairings too. Event `pinned` tells new ones. */
  readonly pins?: readonly HostPin[];
  /** Kinds that are never asked about. A login always is, unless its host is verified and pinned. Default: none. */
  readonly neverAsk?: readonly ConsentKind[];
  /** Sign under ssh-rsa, with SHA-1. Default: false. */
  readonly allowSha1?: boolean;
  /** Where computers send what wakes this phone. */
  readonly snsEndpointArn?: string | null;
  readonly onEvent?: (event: PhoneSessionEvent) => void;
  /** Default: the platform's. */
  readonly clock?: Clock;
  /** Default: `nobleBox`. */
  readonly box?: BoxSuite;
}

/** What a phone's session tells its caller on the way. */
export type PhoneSessionEvent =
  /** The code of both keys, to be compared with the computer's. */
  | { readonly type: 'comparison-code'; readonly code: string }
  | { readonly type: 'paired' }
  /** A key was used. */
  | { readonly type: 'signed'; readonly requestId: string; readonly approvedBy: 'user' | 'policy' }
  /** A key, `me` or `hosts` failed; the computer hears that something did. */
  | { readonly type: 'failed'; readonly requestId: string; readonly error: unknown }
  /** A host key was approved under a name for the first time: keep it for every pairing of this phone. */
  | { readonly type: 'pinned'; readonly pin: HostPin }
  /** Something happened that was not acted on. */
  | { readonly type: 'report'; readonly report: PhoneReport; readonly requestId: string }
  | { readonly type: 'channel-failed'; readonly channel: string; readonly error: unknown }
  | { readonly type: 'ended'; readonly reason: PhoneEnd };

/** A pairing as the phone has it. Made by {@link startPhoneSession}; close it when it is no longer needed. */
export interface PhoneSession {
  readonly address: PairingAddress;
  /** What the computer calls itself. */
  readonly computer: string;
  /** The code of both keys. */
  readonly comparisonCode: string;
  /** Resolves once the computer has greeted this phone. Rejects with `pairing-ended` when the pairing ends before. */
  readonly paired: Promise<void>;
  /** Resolves with the reason once the pairing has ended for good. */
  readonly ended: Promise<PhoneEnd>;
  /** Learns a host key from another pairing, or forgets a name's with null. */
  pin(hostName: string, hostKey: Uint8Array | null): void;
  /** The approvals that hold without asking. */
  policies(): readonly Policy[];
  /** Revokes all of them. */
  askAgain(): void;
  /** Tells computers from now on where to send what wakes this phone. */
  setPushEndpoint(snsEndpointArn: string | null): void;
  counters(): SessionCounters;
  /** Tells the computer that the pairing is over, ends it and forgets its key. */
  unpair(): Promise<void>;
  /** Stops this run. What waits is kept in the store. */
  close(): Promise<void>;
}

/** Answers a scanned QR code, or goes on with the pairing in the store. */
export declare function startPhoneSession(options: PhoneSessionOptions): Promise<PhoneSession>;
