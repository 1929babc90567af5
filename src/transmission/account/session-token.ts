import { RedactedKey } from '../../crypto/redacted.js';
import { assertBytes, copyBytes, equalBytes, type Bytes } from '../../wire/bytes.js';
import { VaultwireError } from '../../wire/error.js';
import { ownBytes } from './payload.js';

/**
 * The token of a user's session. Whoever has it is the user until the session ends, and servers log what they open: so
 * it prints as `[SessionToken]`. That text is the same for every token; a server looks its sessions up by a hash of the
 * bytes.
 */
export class SessionToken extends RedactedKey {
  readonly #bytes: Bytes;

  /**
   * @param bytes at least one: an empty token is how the wire says that there is none
   * @throws VaultwireError `argument-invalid` when it is no Uint8Array, `length-invalid` when it is empty
   */
  constructor(bytes: Uint8Array) {
    super('SessionToken');
    assertBytes(bytes, 'session token');
    if (bytes.length === 0) throw new VaultwireError('length-invalid', 'session token: expected at least 1 byte');
    this.#bytes = copyBytes(bytes);
  }

  /** A copy of the token's bytes. */
  exportSecretBytes(): Bytes {
    return copyBytes(this.#bytes);
  }

  /**
   * Whether both are the same token, in a time that depends on their lengths alone, as far as JavaScript allows.
   *
   * @throws VaultwireError `argument-invalid` when the other is neither a token nor a Uint8Array
   */
  equals(other: SessionToken | Uint8Array): boolean {
    return equalBytes(this.#bytes, ownTokenBytes(other));
  }
}

/**
 * The bytes of a token that a caller has as an object or bare, in an array that nothing the caller does later can change.
 *
 * @throws VaultwireError `argument-invalid` when it is neither a token nor a Uint8Array
 */
export function ownTokenBytes(token: SessionToken | Uint8Array): Bytes {
  return token instanceof SessionToken ? token.exportSecretBytes() : ownBytes(token, 'session token');
}
