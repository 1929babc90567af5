import { defaultSealingSuite } from '#default-suite';
import type { SealingSuite } from '../crypto/suite.js';
import { decodeBase64, encodeBase64Url } from '../wire/base64.js';
import { assertBytes, concatBytes, copyBytes, encodeUtf8, equalBytes, type Bytes } from '../wire/bytes.js';
import { VaultwireError } from '../wire/error.js';
import { FINGERPRINT_WORDS } from './fingerprint-words.js';

// Version 1 of the format, which stays as it is: docs/fingerprints.md. It is this project's own; the server has no part
// in it.

/** Length of a fingerprint in bytes: 128 bits. */
export const FINGERPRINT_LENGTH = 16;

/**
 * What a public key is, and so how its bytes are read: `p256` is an uncompressed point (65 bytes), `rsa` PKCS#1 DER,
 * `ml-kem-768` (1184 bytes) and `ml-kem-1024` (1568 bytes) encapsulation keys (FIPS 203).
 */
export type FingerprintKind = 'p256' | 'rsa' | 'ml-kem-768' | 'ml-kem-1024';

/** A public key's fingerprint. Plain data. */
export interface Fingerprint {
  readonly kind: FingerprintKind;
  /** 16 bytes. */
  readonly bytes: Bytes;
}

/** What two people found. */
export type FingerprintComparison =
  | { readonly result: 'equal' | 'different' }
  /** `group` counts from 1: the group of digits, or the word, to be said again; one past the last where more was said. */
  | { readonly result: 'not-understood'; readonly group: number };

/** In the order of their numbers in QR bytes, which stays. */
const KINDS: readonly FingerprintKind[] = ['p256', 'rsa', 'ml-kem-768', 'ml-kem-1024'];
const KEY_LENGTHS: Readonly<Record<FingerprintKind, readonly [minimum: number, maximum: number]>> = {
  p256: [65, 65],
  rsa: [70, 4096],
  'ml-kem-768': [1184, 1184],
  'ml-kem-1024': [1568, 1568],
};
const VERSION = 1;
/** "VWFP". */
const QR_MAGIC = new Uint8Array([0x56, 0x57, 0x46, 0x50]);
const QR_LENGTH = QR_MAGIC.length + 2 + FINGERPRINT_LENGTH;
/** Digits that stand for 16 bits. */
const GROUP_DIGITS = 5;
const GROUPS = FINGERPRINT_LENGTH / 2;
/** What a person may say or type: far more is no fingerprint. */
const MAXIMUM_SPOKEN = 1024;

/**
 * The first 16 bytes of SHA-256 over `vaultwire fingerprint 1 KIND`, a zero byte and the public key.
 *
 * @throws VaultwireError `argument-invalid` for an unknown kind, `length-invalid` for a key that is none of its kind
 */
export async function fingerprintPublicKey(
  kind: FingerprintKind,
  publicKey: Uint8Array,
  options: { readonly suite?: Pick<SealingSuite, 'sha256'> } = {},
): Promise<Fingerprint> {
  assertKind(kind);
  assertBytes(publicKey, 'public key');
  const [minimum, maximum] = KEY_LENGTHS[kind];
  if (publicKey.length < minimum || publicKey.length > maximum) {
    throw new VaultwireError('length-invalid', `public key: expected ${minimum} to ${maximum} bytes`);
  }
  const label = encodeUtf8(`vaultwire fingerprint ${VERSION} ${kind}\0`);
  const hash = await (options.suite ?? defaultSealingSuite).sha256(concatBytes(label, publicKey));
  return { kind, bytes: hash.slice(0, FINGERPRINT_LENGTH) };
}

/** As a pin of a ledger holds it: 22 characters of base64url. */
export function encodeFingerprint({ bytes }: Fingerprint): string {
  assertBytes(bytes, 'fingerprint', FINGERPRINT_LENGTH);
  return encodeBase64Url(bytes);
}

/** Reads {@link encodeFingerprint}. @throws VaultwireError `base64-invalid`, `length-invalid` */
export function decodeFingerprint(kind: FingerprintKind, text: string): Fingerprint {
  assertKind(kind);
  const bytes = decodeBase64(text, 'fingerprint');
  assertBytes(bytes, 'fingerprint', FINGERPRINT_LENGTH);
  return { kind, bytes };
}

/**
 * Eight groups of five digits, a space between them: two bytes each, as one big-endian number from 00000 to 65535.
 */
export function fingerprintDigits({ bytes }: Fingerprint): string {
  assertBytes(bytes, 'fingerprint', FINGERPRINT_LENGTH);
  const groups = Array.from({ length: GROUPS }, (_, group) => {
    const value = (bytes[2 * group] ?? 0) * 256 + (bytes[2 * group + 1] ?? 0);
    return String(value).padStart(GROUP_DIGITS, '0');
  });
  return groups.join(' ');
}

/** Sixteen words, a space between them: one byte each, by its place in {@link FINGERPRINT_WORDS}. */
export function fingerprintWords({ bytes }: Fingerprint): string {
  assertBytes(bytes, 'fingerprint', FINGERPRINT_LENGTH);
  return Array.from(bytes, (byte) => FINGERPRINT_WORDS[byte]).join(' ');
}

/** What a QR code carries, 22 bytes: `VWFP`, version, kind, the fingerprint. */
export function encodeFingerprintQr({ kind, bytes }: Fingerprint): Bytes {
  assertKind(kind);
  assertBytes(bytes, 'fingerprint', FINGERPRINT_LENGTH);
  return concatBytes(QR_MAGIC, new Uint8Array([VERSION, KINDS.indexOf(kind)]), bytes);
}

/** Reads {@link encodeFingerprintQr}. @throws VaultwireError `length-invalid`, `field-invalid` for everything else */
export function decodeFingerprintQr(code: Uint8Array): Fingerprint {
  assertBytes(code, 'fingerprint QR code', QR_LENGTH);
  const bytes = copyBytes(code);
  const [version, number = -1] = bytes.subarray(QR_MAGIC.length);
  const kind = KINDS[number];
  if (!equalBytes(bytes.subarray(0, QR_MAGIC.length), QR_MAGIC) || version !== VERSION || kind === undefined) {
    throw new VaultwireError('field-invalid', `fingerprint QR code: expected version ${VERSION} of a known kind`);
  }
  return { kind, bytes: bytes.slice(-FINGERPRINT_LENGTH) };
}

/**
 * Holds one's own fingerprint against what somebody reads out: the digits, or the words, in any case and spacing, with
 * hyphens, commas or full stops between them; of a word its first four letters are enough. How long it takes does not
 * depend on where two fingerprints differ.
 *
 * @throws VaultwireError `argument-invalid` for what is no text, `message-too-long` past 1024 characters
 */
export function compareFingerprints(mine: Fingerprint, spoken: string): FingerprintComparison {
  assertBytes(mine.bytes, 'fingerprint', FINGERPRINT_LENGTH);
  if (typeof spoken !== 'string') throw new VaultwireError('argument-invalid', 'spoken: expected a text');
  if (spoken.length > MAXIMUM_SPOKEN) {
    throw new VaultwireError('message-too-long', `spoken: expected at most ${MAXIMUM_SPOKEN} characters`);
  }
  const parts = spoken
    .toLowerCase()
    .split(/[\s,.-]+/)
    .filter((part) => part !== '');
  const heard = /^\d/.test(parts[0] ?? '') ? readDigits(parts) : readWords(parts);
  if (typeof heard === 'number') return { result: 'not-understood', group: heard };
  return { result: equalBytes(heard, mine.bytes) ? 'equal' : 'different' };
}

/** The bytes, or the group that is none, counted from 1. */
function readDigits(parts: readonly string[]): Bytes | number {
  const digits = parts.join('');
  const bytes = new Uint8Array(FINGERPRINT_LENGTH);
  for (let group = 0; group < GROUPS; group++) {
    const text = digits.slice(group * GROUP_DIGITS, (group + 1) * GROUP_DIGITS);
    const value = /^[0-9]{5}$/.test(text) ? Number(text) : Infinity;
    if (value > 0xffff) return group + 1;
    bytes[2 * group] = value >>> 8;
    bytes[2 * group + 1] = value;
  }
  return digits.length === GROUPS * GROUP_DIGITS ? bytes : GROUPS + 1;
}

function readWords(parts: readonly string[]): Bytes | number {
  const bytes = new Uint8Array(FINGERPRINT_LENGTH);
  for (let index = 0; index < FINGERPRINT_LENGTH; index++) {
    const part = parts[index] ?? '';
    const place = FINGERPRINT_WORDS.findIndex((word) => word === part || (part.length === 4 && word.startsWith(part)));
    if (place < 0) return index + 1;
    bytes[index] = place;
  }
  return parts.length === FINGERPRINT_LENGTH ? bytes : FINGERPRINT_LENGTH + 1;
}

function assertKind(kind: FingerprintKind): void {
  if (KINDS.includes(kind)) return;
  throw new VaultwireError('argument-invalid', 'fingerprint: expected a known kind of public key');
}
