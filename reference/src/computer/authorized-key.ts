import { parsePublicKey } from 'vaultwire/pairing/ssh';
import { visible } from '../visible.js';

/** A public key as one line of ~/.ssh/authorized_keys, whatever the comment holds. */
export const authorizedKey = (wire: Uint8Array, comment: string): string =>
  `${parsePublicKey(wire).type} ${Buffer.from(wire).toString('base64')} ${visible(comment)}`;
