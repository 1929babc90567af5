import * as openssl from 'node:crypto';
import { copyBytes } from '../wire/bytes.js';
import { checkedPrivateNumbers, throwRsaKeyInvalid, type RsaPrimitive } from './rsa.js';

/** What `#rsa` resolves to on Node: OpenSSL, whose private-key operation is blinded and constant in time. */
export const rsaPrimitive: RsaPrimitive = (der) => {
  const { length } = checkedPrivateNumbers(der);
  let key: openssl.KeyObject;
  try {
    key = openssl.createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs1' });
  } catch {
    throwRsaKeyInvalid();
  }
  return {
    length,
    decrypt: (ciphertext) =>
      // Without padding: Node refuses PKCS#1 v1.5 here, for the very oracle that implicit rejection closes.
      copyBytes(openssl.privateDecrypt({ key, padding: openssl.constants.RSA_NO_PADDING }, ciphertext)),
  };
};
