import { createDecipheriv, hash } from 'node:crypto';
import { assertBytes } from '../wire/bytes.js';
import { assertSealed, assertWrappedKey, throwGcmOpenFailed } from './checks.js';
import { GCM_NONCE_LENGTH, GCM_TAG_LENGTH, type OpenedUnderKey } from './suite.js';

// What OpenSSL does at once with bytes, for the keys of the Node suite and for worker threads, which load nothing else.

/**
 * Opens an AES-256-GCM message.
 *
 * @param key 32 bytes
 * @returns a Buffer that owns its memory
 * @throws VaultwireError `argument-invalid`, `message-too-short`, `open-failed`
 */
export function openAesGcm(key: Uint8Array, sealed: Uint8Array, additionalData?: Uint8Array): Buffer {
  assertSealed(sealed);
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, GCM_NONCE_LENGTH), GCM_OPTIONS);
  decipher.setAuthTag(sealed.subarray(-GCM_TAG_LENGTH));
  if (additionalData !== undefined) decipher.setAAD(additionalData);
  const plaintext = decipher.update(sealed.subarray(GCM_NONCE_LENGTH, -GCM_TAG_LENGTH));
  try {
    decipher.final();
  } catch {
    throwGcmOpenFailed();
  }
  return plaintext;
}

/**
 * {@link openAesGcm} for a wrapped key, and under that key for a message.
 *
 * @param key 32 bytes
 * @returns Buffers that own their memory
 * @throws VaultwireError `argument-invalid`, `message-too-short`, `length-invalid`, `open-failed`
 */
export function openWrapped(key: Uint8Array, wrapped: Uint8Array, sealed: Uint8Array): OpenedUnderKey {
  assertWrappedKey(wrapped);
  const inner = openAesGcm(key, wrapped);
  try {
    return { key: inner, plaintext: openAesGcm(inner, sealed) };
  } catch (error) {
    inner.fill(0);
    throw error;
  }
}

/** Without it OpenSSL takes tags of 4 bytes for good when it opens. */
export const GCM_OPTIONS = { authTagLength: GCM_TAG_LENGTH };

/**
 * Writes the first `length` bytes of a SHA-256 where they belong.
 *
 * @throws VaultwireError `argument-invalid`
 */
export function writeSha256(message: Uint8Array, target: Uint8Array, offset: number, length: number): void {
  assertBytes(message, 'message');
  // A character for each byte: what is short is hashed in a fraction of the time that a Buffer for the hash would take.
  const digest = hash('sha256', message, 'binary');
  for (let index = 0; index < length; index++) target[offset + index] = digest.charCodeAt(index);
}
