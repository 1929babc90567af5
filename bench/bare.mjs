// AES-256-GCM with the calls that node:crypto needs and nothing around them: what everyone's speed ends at.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** @returns {Buffer[]} nonce, ciphertext, tag */
export function encrypt(key, plaintext) {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const ciphertext = cipher.update(plaintext);
  cipher.final();
  return [nonce, ciphertext, cipher.getAuthTag()];
}

/** @param {Buffer} sealed nonce, ciphertext, tag */
export function decrypt(key, sealed) {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12));
  decipher.setAuthTag(sealed.subarray(-16));
  const plaintext = decipher.update(sealed.subarray(12, -16));
  decipher.final();
  return plaintext;
}

/** Opens the records of a vault with the calls that cannot be left out, and nothing around them. */
export function bareLoop({ dataKey, records }) {
  return () => {
    const opened = [];
    for (const { uid, keys, data, revision } of records) {
      const recordKey = decrypt(dataKey, keys[0].bytes);
      opened.push([uid, revision, JSON.parse(decrypt(recordKey, data.bytes).toString())]);
    }
    return opened;
  };
}
