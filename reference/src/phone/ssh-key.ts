import { createPublicKey, generateKeyPair, sign, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { VaultwireError } from 'vaultwire';
import { type SshSigner } from 'vaultwire/pairing/phone';
import { encodeEcdsaBlob, encodePublicKey, type SshPublicKey } from 'vaultwire/pairing/ssh';

export const SSH_KEY_TYPES = ['ed25519', 'ecdsa-nistp256', 'rsa'] as const;
export type SshKeyKind = (typeof SSH_KEY_TYPES)[number];

const RSA_BITS = 3072;

/** A new key of OpenSSL. */
export async function generateSshKey(kind: SshKeyKind): Promise<KeyObject> {
  const generate = promisify(generateKeyPair);
  switch (kind) {
    case 'ed25519':
      return (await generate('ed25519')).privateKey;
    case 'ecdsa-nistp256':
      return (await generate('ec', { namedCurve: 'P-256' })).privateKey;
    case 'rsa':
      return (await generate('rsa', { modulusLength: RSA_BITS })).privateKey;
  }
}

/**
 * Signs with a key of OpenSSL, which stays where it is.
 *
 * @throws VaultwireError `key-invalid` for a key that SSH has no name for
 */
export function sshSigner(key: KeyObject): SshSigner {
  const publicKey = encodePublicKey(publicParts(key));
  return {
    publicKey,
    sign(data, algorithm) {
      const { type, hash } = ALGORITHMS.get(algorithm) ?? {};
      if (hash === undefined || type !== key.asymmetricKeyType) {
        return Promise.reject(new VaultwireError('field-invalid', 'algorithm: expected one of the phone’s SSH key'));
      }
      const signature = sign(hash, data, { key, dsaEncoding: 'ieee-p1363' });
      return Promise.resolve(
        algorithm === 'ecdsa-sha2-nistp256' ? encodeEcdsaBlob(signature) : new Uint8Array(signature),
      );
    },
  };
}

/** What SSH's algorithms sign with; Ed25519 hashes by itself. SHA-1 is no more. */
const ALGORITHMS: ReadonlyMap<string, { readonly type: string; readonly hash: string | null }> = new Map([
  ['ssh-ed25519', { type: 'ed25519', hash: null }],
  ['ecdsa-sha2-nistp256', { type: 'ec', hash: 'sha256' }],
  ['rsa-sha2-256', { type: 'rsa', hash: 'sha256' }],
  ['rsa-sha2-512', { type: 'rsa', hash: 'sha512' }],
]);

function publicParts(key: KeyObject): SshPublicKey {
  const jwk = createPublicKey(key).export({ format: 'jwk' });
  const part = (name: 'x' | 'y' | 'e' | 'n'): Uint8Array<ArrayBuffer> =>
    new Uint8Array(Buffer.from(jwk[name] ?? '', 'base64url'));
  if (jwk.crv === 'Ed25519') return { type: 'ssh-ed25519', point: part('x') };
  if (jwk.crv === 'P-256') {
    const point = new Uint8Array(65);
    point[0] = 4;
    point.set(part('x'), 1);
    point.set(part('y'), 33);
    return { type: 'ecdsa-sha2-nistp256', point };
  }
  if (jwk.kty === 'RSA') return { type: 'ssh-rsa', exponent: part('e'), modulus: part('n') };
  throw new VaultwireError('key-invalid', 'SSH key: expected Ed25519, P-256 or RSA');
}
