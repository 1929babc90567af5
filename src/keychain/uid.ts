import { defaultSuite } from '#default-suite';
import type { CryptoSuite } from '../crypto/suite.js';
import { decodeBase64, encodeBase64Url } from '../wire/base64.js';
import { assertBytes } from '../wire/bytes.js';
import { VaultwireError } from '../wire/error.js';

/** Length of a UID in bytes; as text it is 22 characters of base64url. */
export const UID_LENGTH = 16;

/** A fresh UID of a record, folder or file: 16 random bytes in base64url, never beginning with `-`. */
export function generateUid(options: { readonly suite?: Pick<CryptoSuite, 'randomBytes'> } = {}): string {
  const bytes = (options.suite ?? defaultSuite).randomBytes(UID_LENGTH);
  assertBytes(bytes, 'randomBytes', UID_LENGTH);
  // Command lines take a leading hyphen for an option. It stands for the six bits 111110.
  if ((bytes[0] ?? 0) >>> 2 === 0b111110) bytes[0] = (bytes[0] ?? 0) & 0x7f;
  return encodeBase64Url(bytes);
}

/**
 * Checks that a text is a UID in its one canonical spelling.
 *
 * @param name what the UID is called in the error message
 * @throws VaultwireError `uid-invalid`
 */
export function assertUid(text: string, name: string): void {
  if (/^[\w-]{21}[AQgw]$/.test(text)) return;
  throw new VaultwireError('uid-invalid', `${name}: expected 16 bytes in base64url`);
}

/** The 16 bytes of a UID. @throws VaultwireError `uid-invalid` */
export function decodeUid(text: string, name: string): Uint8Array {
  assertUid(text, name);
  return decodeBase64(text, name);
}
