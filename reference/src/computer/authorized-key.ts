import { parsePublicKey } from 'vaultwire/pairing/ssh';

/** A public key as a line of ~/.ssh/authorized_keys. */
export const authorizedKey = (wire: Uint8Array, comment: string): string =>
  `${parsePublicKey(wire).type} ${Buffer.from(wire).toString('base64')} ${comment}`;
