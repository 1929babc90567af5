import type { AesKey, EcPrivateKey, EcPublicKey, SigningKey } from '../../src/crypto/index.js';
import type { Bytes } from '../../src/wire/bytes.js';

// Keys as a caller implements them in front of a hardware module or a key service: nothing but what the contract
// requires, no class of ours, and answers that come later than the call.

const later = <T>(value: T): Promise<T> => new Promise((resolve) => setImmediate(resolve, value));

/** Only `seal` and `open`. */
export function remoteAesKey(key: AesKey): AesKey {
  return {
    seal: async (plaintext, additionalData) => later(await key.seal(plaintext, additionalData)),
    open: async (sealed, additionalData) => later(await key.open(sealed, additionalData)),
  };
}

/** Only `sharedSecret` and the public key. */
export function remoteEcPrivateKey(key: EcPrivateKey): EcPrivateKey {
  return {
    publicKey: { bytes: new Uint8Array(key.publicKey.bytes) },
    // A remote key knows the other end's point as bytes.
    sharedSecret: async (peer: EcPublicKey): Promise<Bytes> => later(await key.sharedSecret(peer)),
  };
}

/** Only `sign` and the public key. */
export function remoteSigningKey(key: SigningKey): SigningKey {
  return {
    publicKey: new Uint8Array(key.publicKey),
    sign: async (message) => later(await key.sign(message)),
  };
}
