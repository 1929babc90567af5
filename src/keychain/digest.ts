import type { SealingSuite } from '../crypto/suite.js';
import { encodeBase64Url } from '../wire/base64.js';
import { assertBytes } from '../wire/bytes.js';

/** Length in bytes of the digests that ledgers compare. */
export const DIGEST_LENGTH = 16;
/** Length in bytes of the digest of a key and, behind it, that of its sealed data, or zeros. */
export const DIGESTS_LENGTH = 2 * DIGEST_LENGTH;

/** What a ledger compares of something that opened. A digest of a random 256-bit key gives nothing of it away. */
export interface ItemDigests {
  /** `digestForLedger` of its key. */
  readonly keyDigest: string;
  /** `digestForLedger` of its sealed data, where it has any. */
  readonly dataDigest: string | undefined;
}

/** {@link ItemDigests} of what always has sealed data: a record, or a file by its description. */
export interface DocumentDigests extends ItemDigests {
  readonly dataDigest: string;
}

/** The first 16 bytes of a SHA-256, in base64url. */
export async function digest(bytes: Uint8Array, suite: Pick<SealingSuite, 'sha256'>): Promise<string> {
  assertBytes(bytes, 'digest input');
  return encodeBase64Url((await suite.sha256(bytes)).subarray(0, DIGEST_LENGTH));
}
