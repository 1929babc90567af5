import type { WrapKind } from '../account/wrap.js';

// The sealed vault as this library takes it: typed data, whatever message of whatever sync protocol it came in. All of
// it is the server's word, uids and labels included; what a label claims is checked against what the caller allows.

/** A wrapped key and the server's label of how it is wrapped. */
export interface WrappedKey {
  readonly kind: WrapKind;
  readonly bytes: Uint8Array;
  /** UID of the folder or team whose key wraps it, for the kinds that begin with `folder` or `team`. */
  readonly byUid?: string;
}

/** Sealed JSON and its cipher. */
export interface SealedData {
  readonly cipher: 'gcm' | 'cbc';
  readonly bytes: Uint8Array;
}

/** A team that the account is in. */
export interface SealedTeam {
  readonly uid: string;
  /** Wraps of the same key. */
  readonly keys: readonly WrappedKey[];
  /** The team's EC key pair: the point (65 bytes), and the scalar under the team's key with AES-GCM. */
  readonly ecKeyPair?: { readonly publicKey?: Uint8Array; readonly encryptedPrivateKey: Uint8Array };
  /** The team's RSA private key, PKCS#1 DER under the team's key with AES-CBC. */
  readonly encryptedRsaPrivateKey?: Uint8Array;
  readonly revision?: number;
}

/** A folder: one of the account's own, a shared one, or one inside a shared one. */
export interface SealedFolder {
  readonly uid: string;
  readonly parentUid?: string;
  /** Wraps of the same key: a shared folder may be reached by the user and by several teams. */
  readonly keys: readonly WrappedKey[];
  /** The JSON that holds its name. */
  readonly data?: SealedData;
  readonly revision?: number;
}

/** A record. */
export interface SealedRecord {
  readonly uid: string;
  /** Wraps of the same key: directly, and in each shared folder that it lies in. */
  readonly keys: readonly WrappedKey[];
  readonly data: SealedData;
  readonly revision: number;
}

/** What an account can see, sealed. Records may come as they arrive. */
export interface SealedVault {
  readonly teams?: readonly SealedTeam[];
  readonly folders?: readonly SealedFolder[];
  readonly records: Iterable<SealedRecord> | AsyncIterable<SealedRecord>;
}
