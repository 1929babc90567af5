import {
  BOX_KEY_LENGTH,
  BOX_NONCE_LENGTH,
  BOX_TAG_LENGTH,
  nobleBox,
  SEALED_BOX_OVERHEAD,
  type Box,
  type BoxPrivateKey,
  type BoxSuite,
} from '../crypto/box.js';
import { assertBytes, concatBytes, copyBytes, type Bytes } from '../wire/bytes.js';
import { VaultwireError } from '../wire/error.js';
import { MAXIMUM_DOCUMENT_BYTES } from './messages.js';

/*
 * What travels over a channel: one byte that tells what follows, and a box. Nothing of it is trusted before it opens.
 */

/** Length of a message that carries the phone's public key, in bytes. */
export const KEY_MESSAGE_LENGTH = 1 + SEALED_BOX_OVERHEAD + BOX_KEY_LENGTH;
/** Most bytes of a message: 256 KiB. Longer ones are refused before anything is decrypted. */
export const MAXIMUM_MESSAGE_BYTES = 1 + BOX_NONCE_LENGTH + BOX_TAG_LENGTH + MAXIMUM_DOCUMENT_BYTES;

/** A message as it came, its box still closed. */
export type PairingMessage =
  /** The phone's public key in a sealed box, 80 bytes. */
  | { readonly kind: 'key'; readonly sealed: Bytes }
  /** A request or an answer in a box, 40 bytes and more. */
  | { readonly kind: 'ciphertext'; readonly sealed: Bytes };

const CIPHERTEXT = 0x00;
const WRAPPED_KEY = 0x01;
const PUBLIC_KEY = 0x02;

/**
 * The phone's first message: its public key, sealed to the computer's.
 *
 * @param computerPublicKey 32 bytes
 * @param phonePublicKey 32 bytes
 * @throws VaultwireError `length-invalid`, `point-invalid` when the computer's key is of small order
 */
export function encodeKeyMessage(
  computerPublicKey: Uint8Array,
  phonePublicKey: Uint8Array,
  suite: BoxSuite = nobleBox,
): Bytes {
  assertBytes(phonePublicKey, "phone's public key", BOX_KEY_LENGTH);
  return concatBytes(Uint8Array.of(PUBLIC_KEY), suite.sealTo(computerPublicKey, phonePublicKey));
}

/**
 * The public key in what {@link decodeMessage} called a key, 32 bytes. Whoever saw the QR code can have sealed it.
 *
 * @throws VaultwireError `message-too-short`, `open-failed`, `length-invalid`
 */
export function openKeyMessage(computerKey: BoxPrivateKey, sealed: Uint8Array): Bytes {
  const publicKey = computerKey.openSealed(sealed);
  assertBytes(publicKey, "phone's public key", BOX_KEY_LENGTH);
  return publicKey;
}

/**
 * A request or an answer, sealed in the box that the two share.
 *
 * @throws VaultwireError `message-too-long` above {@link MAXIMUM_DOCUMENT_BYTES}
 */
export function encodeCiphertextMessage(box: Box, plaintext: Uint8Array): Bytes {
  if (plaintext.length > MAXIMUM_DOCUMENT_BYTES) {
    throw new VaultwireError('message-too-long', `plaintext: expected at most ${MAXIMUM_DOCUMENT_BYTES} bytes`);
  }
  return concatBytes(Uint8Array.of(CIPHERTEXT), box.seal(plaintext));
}

/**
 * Reads the header of a message and checks its length.
 *
 * @throws VaultwireError `message-too-short`, `message-too-long`, `length-invalid` for a key of another length,
 * `wrap-refused` for the symmetric key that old peers wrapped, `header-invalid` for what nobody sends
 */
export function decodeMessage(message: Uint8Array): PairingMessage {
  assertBytes(message, 'message');
  if (message.length > MAXIMUM_MESSAGE_BYTES) {
    throw new VaultwireError('message-too-long', `message: expected at most ${MAXIMUM_MESSAGE_BYTES} bytes`);
  }
  switch (message[0]) {
    case CIPHERTEXT:
      if (message.length < 1 + BOX_NONCE_LENGTH + BOX_TAG_LENGTH) {
        throw new VaultwireError('message-too-short', 'message: expected at least 41 bytes');
      }
      return { kind: 'ciphertext', sealed: copyBytes(message.subarray(1)) };
    case PUBLIC_KEY:
      assertBytes(message, 'message with a public key', KEY_MESSAGE_LENGTH);
      return { kind: 'key', sealed: copyBytes(message.subarray(1)) };
    case WRAPPED_KEY:
      throw new VaultwireError('wrap-refused', 'message: expected a public key, found a wrapped symmetric key');
    case undefined:
      throw new VaultwireError('message-too-short', 'message: expected a header');
    default:
      throw new VaultwireError('header-invalid', 'message: expected a header of 0 or 2');
  }
}
