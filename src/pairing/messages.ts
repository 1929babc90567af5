import type { Bytes } from '../wire/bytes.js';

/*
 * What computer and phone say to each other inside their box: JSON with the peers' field names. A "response" of the
 * wire is an answer here.
 */

/** The version that the protocol's last peers announce. */
export const PROTOCOL_VERSION = '2.4.4';

/** What an answer carries as its error when the user said no. */
export const REJECTED = 'rejected';
/** What an answer carries as its error when no key of the phone has the fingerprint that was asked for. */
export const UNKNOWN_KEY_FINGERPRINT = 'unknown key fingerprint';
/** What an answer carries as its error when a host shows another key than the one pinned for its name. */
export const HOST_KEY_MISMATCHED = 'host public key mismatched';
/** What an answer carries as its error when the phone could not do what it wanted to. */
export const UNKNOWN_ERROR = 'unknown error';

/** Most bytes of a request's or an answer's JSON: a message of 256 KiB, the most its queues carry, less its envelope. */
export const MAXIMUM_DOCUMENT_BYTES = 0x40000 - 41;
/** Most characters of a request's id. Peers make 22 or 44. */
export const MAXIMUM_REQUEST_ID_LENGTH = 128;
/** Length of the SHA-256 of an SSH public key, which tells which key is to sign, in bytes. */
export const FINGERPRINT_LENGTH = 32;
/** Length of a U2F challenge, the SHA-256 of the client data, in bytes. */
export const U2F_CHALLENGE_LENGTH = 32;
/** Most bytes of a U2F key handle (FIDO U2F raw message formats, 4.3: one byte tells its length). */
export const MAXIMUM_KEY_HANDLE_LENGTH = 255;

/** What a computer asks of a phone. */
export interface PairingRequest {
  /** Random; its answer has the same. 1 to 128 characters. */
  readonly requestId: string;
  /** When it was made, in seconds since 1970. */
  readonly unixSeconds: number;
  /** The protocol's version at the computer (semantic versioning). */
  readonly version: string;
  /** Whether the computer wants to hear at once that the user is being asked. */
  readonly acknowledge: boolean;
  readonly body: RequestBody;
}

/** One request of each kind. */
export type RequestBody =
  | MeRequest
  | SignRequest
  | GitSignRequest
  | { readonly kind: 'hosts' }
  | { readonly kind: 'unpair' }
  /** Wakes the phone and asks nothing. */
  | { readonly kind: 'no-op' }
  | { readonly kind: 'u2f-register'; readonly challenge: Bytes; readonly appId: string }
  | {
      readonly kind: 'u2f-authenticate';
      /** 32 bytes. */
      readonly challenge: Bytes;
      readonly appId: string;
      /** 1 to 255 bytes. */
      readonly keyHandle: Bytes;
    };

/** Who the phone's user is: the first request of a pairing. */
export interface MeRequest {
  readonly kind: 'me';
  /** A user id that the OpenPGP public key in the answer is to have. */
  readonly pgpUserId?: string;
  /** True: only the accounts of U2F are wanted, no SSH key. */
  readonly u2fOnly?: boolean;
}

/** A signature with an SSH key. */
export interface SignRequest {
  readonly kind: 'sign';
  /** What an SSH client gives to be signed, less the public key (RFC 4252, section 7). */
  readonly data: Bytes;
  /** SHA-256 of the public key in SSH's wire form, 32 bytes. */
  readonly fingerprint: Bytes;
  /** The command line that asks, as the computer says. Nothing proves it. */
  readonly command?: string;
  readonly hostAuth?: HostAuth;
}

/** What a server proved to the computer. The phone verifies it; the names are the computer's word. */
export interface HostAuth {
  /** The host's public key in SSH's wire form. */
  readonly hostKey: Bytes;
  /** The host's signature over the session id. */
  readonly signature: Bytes;
  readonly hostNames: readonly string[];
}

/** An OpenPGP signature over a Git commit or tag. */
export interface GitSignRequest {
  readonly kind: 'git-sign';
  /** The user id of the OpenPGP key. */
  readonly userId: string;
  readonly content: GitCommit | GitTag;
}

/** The parts of a Git commit object, as written there. */
export interface GitCommit {
  readonly type: 'commit';
  readonly tree: string;
  readonly parent?: string;
  readonly mergeParents?: readonly string[];
  readonly author: string;
  readonly committer: string;
  readonly message: Bytes;
}

/** The parts of a Git tag object, as written there. */
export interface GitTag {
  readonly type: 'tag';
  readonly object: string;
  readonly objectType: string;
  readonly tag: string;
  readonly tagger: string;
  readonly message: Bytes;
}

/** What a phone says to a request. */
export interface PairingAnswer {
  /** The request's. */
  readonly requestId: string;
  /** The protocol's version at the phone (semantic versioning). */
  readonly version: string;
  /** Where to send what wakes the phone. */
  readonly snsEndpointArn?: string;
  readonly trackingId?: string;
  readonly body: AnswerBody;
}

/** One answer of each kind. */
export type AnswerBody =
  /** The user is being asked. */
  | { readonly kind: 'ack' }
  | { readonly kind: 'me'; readonly me: Me }
  | { readonly kind: 'sign' | 'git-sign'; readonly signature: Bytes }
  | { readonly kind: 'hosts'; readonly hosts: readonly UserAtHost[]; readonly pgpUserIds: readonly string[] }
  | { readonly kind: 'unpair' }
  | {
      readonly kind: 'u2f-register';
      /** 65 bytes, an uncompressed point. */
      readonly publicKey: Bytes;
      /** 1 to 255 bytes. */
      readonly keyHandle: Bytes;
      /** DER. */
      readonly attestationCertificate: Bytes;
      /** DER. */
      readonly signature: Bytes;
    }
  | {
      readonly kind: 'u2f-authenticate';
      /** 65 bytes, an uncompressed point. */
      readonly publicKey: Bytes;
      /** DER. */
      readonly signature: Bytes;
      /** 0 to 2^32 - 1. */
      readonly counter: number;
    }
  | ErrorAnswer;

/** Why the phone did not do what it was asked: {@link REJECTED} when its user said no. */
export interface ErrorAnswer {
  readonly kind: 'sign' | 'git-sign' | 'hosts' | 'u2f-register' | 'u2f-authenticate';
  readonly error: string;
}

/** Who the phone's user is and which keys the phone has. */
export interface Me {
  /** The SSH public key in SSH's wire form. */
  readonly publicKeyWire?: Bytes;
  readonly email: string;
  /** An OpenPGP public key, as packets. */
  readonly pgpPublicKey?: Bytes;
  /** Names this phone among the user's. */
  readonly deviceIdentifier?: Bytes;
  /** The app ids that the phone has a security key for. */
  readonly u2fAccounts?: readonly string[];
}

/** A login that the phone has signed for. */
export interface UserAtHost {
  readonly user: string;
  readonly host: string;
}
