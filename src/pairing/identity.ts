import { BOX_KEY_LENGTH, nobleBox } from '../crypto/box.js';
import { assertBytes, concatBytes, encodeUtf8 } from '../wire/bytes.js';

/**
 * The name of a pairing: the first 16 bytes of the SHA-256 of the computer's public key (32 bytes), written as an
 * upper-case UUID. No bit is changed for a UUID's version.
 *
 * @throws VaultwireError `length-invalid`
 */
export function pairingIdentifier(computerPublicKey: Uint8Array): string {
  assertBytes(computerPublicKey, "computer's public key", BOX_KEY_LENGTH);
  const digits = Array.from(nobleBox.sha256(computerPublicKey).subarray(0, 16), hex).join('');
  return [[0, 8], [8, 12], [12, 16], [16, 20], [20]].map((range) => digits.slice(...range)).join('-');
}

/** Names of the queues between the two ends of a pairing. */
export interface QueueNames {
  /** The pairing's identifier. */
  readonly toPhone: string;
  /** The identifier and `-responder`. */
  readonly toComputer: string;
}

/**
 * Where the two ends of a pairing leave messages for each other.
 *
 * @param computerPublicKey 32 bytes
 * @throws VaultwireError `length-invalid`
 */
export function queueNames(computerPublicKey: Uint8Array): QueueNames {
  const toPhone = pairingIdentifier(computerPublicKey);
  return { toPhone, toComputer: `${toPhone}-responder` };
}

/**
 * A code of six digits for a person to compare, `123 456`, that both ends can show once the computer has the phone's
 * key: the first 8 bytes, big-endian, of SHA-256(`"vaultwire pairing comparison code v1" || 0x00 || computer's public
 * key || phone's public key`), modulo 1,000,000. It is not part of the wire: original peers show none.
 *
 * A second phone that got in first shows another code, but for one chance in a million: it has to commit to its key
 * before it can know the first phone's, which travels sealed. Somebody who reads the code off the phone's screen before
 * sending a key of their own can search for a key with the same code.
 *
 * @param computerPublicKey 32 bytes
 * @param phonePublicKey 32 bytes
 * @throws VaultwireError `length-invalid`
 */
export function comparisonCode(computerPublicKey: Uint8Array, phonePublicKey: Uint8Array): string {
  assertBytes(computerPublicKey, "computer's public key", BOX_KEY_LENGTH);
  assertBytes(phonePublicKey, "phone's public key", BOX_KEY_LENGTH);
  const digest = nobleBox.sha256(concatBytes(encodeUtf8(CODE_LABEL), computerPublicKey, phonePublicKey));
  const number = new DataView(digest.buffer).getBigUint64(0) % 1_000_000n;
  const digits = number.toString().padStart(6, '0');
  return `${digits.slice(0, 3)} ${digits.slice(3)}`;
}

const CODE_LABEL = 'vaultwire pairing comparison code v1\0';

const hex = (byte: number): string => byte.toString(16).toUpperCase().padStart(2, '0');
