import { VaultwireError } from 'vaultwire';
import type { GitSigner } from 'vaultwire/pairing/phone';

/*
 * OpenPGP through openpgp.js, which is loaded when it is first needed. Keys and signatures are of version 4 (RFC 4880)
 * with EdDSA as GnuPG has had it since 2.1, so that what Git runs to verify understands them.
 */

/** Without the salt that openpgp.js adds as a notation: a signature over the same bytes may be the same. */
const CONFIG = { v6Keys: false, aeadProtect: false, nonDeterministicSignaturesViaNotation: false } as const;
/** How many user ids a key has at most. */
const MAXIMUM_USER_IDS = 32;
const MAXIMUM_USER_ID_LENGTH = 512;

interface UserId {
  readonly name?: string;
  readonly email: string;
}

/** One OpenPGP key, and whose it says it is. */
export interface PgpSigner extends Required<GitSigner> {
  /** The user ids that the key certifies: those that it was made with. */
  userIds(): Promise<readonly string[]>;
}

/**
 * A new signing key, as packets. It certifies its user ids now, and no others later.
 *
 * @param userIds 1 to 32, the primary one first
 * @throws VaultwireError `field-invalid` for a user id that is not like `Name <address@example.com>`, or too many
 */
export async function generatePgpKey(userIds: readonly string[]): Promise<Uint8Array> {
  const userIDs = [...new Set(userIds)].map((userId) => {
    const parsed = readUserId(userId);
    if (!parsed) throw new VaultwireError('field-invalid', 'user id: expected one such as Name <address@example.com>');
    return parsed;
  });
  if (userIDs.length < 1 || userIDs.length > MAXIMUM_USER_IDS) {
    throw new VaultwireError('field-invalid', `user ids: expected 1 to ${MAXIMUM_USER_IDS}`);
  }
  const openpgp = await import('openpgp');
  const { privateKey } = await openpgp.generateKey({
    type: 'ecc',
    curve: 'ed25519Legacy',
    userIDs,
    subkeys: [],
    format: 'object',
    config: CONFIG,
  });
  return privateKey.write();
}

/**
 * Signs with an OpenPGP key. There is one key, whatever user id a computer names: the id is what the user is shown. The
 * public key is given as it was made: to add the id that a computer names would be a signature that nobody approved.
 */
export function gitSigner(pgpKey: Uint8Array): PgpSigner {
  const load = async () => {
    const openpgp = await import('openpgp');
    return { openpgp, privateKey: await openpgp.readPrivateKey({ binaryKey: pgpKey }) };
  };
  return {
    async sign(content) {
      const { openpgp, privateKey } = await load();
      const signature: unknown = await openpgp.sign({
        message: await openpgp.createMessage({ binary: content }),
        signingKeys: privateKey,
        detached: true,
        format: 'binary',
        config: CONFIG,
      });
      if (!(signature instanceof Uint8Array)) throw new VaultwireError('key-invalid', 'OpenPGP key: gave no signature');
      return signature;
    },
    async publicKey() {
      const { privateKey } = await load();
      return privateKey.toPublic().write();
    },
    async userIds() {
      const { privateKey } = await load();
      return privateKey.getUserIDs();
    },
  };
}

function readUserId(text: string): UserId | undefined {
  if (text.length > MAXIMUM_USER_ID_LENGTH) return undefined;
  const [, name = '', email = ''] =
    /^([^<>\p{C}]*?) ?<([^\p{C}\p{Z}@<>\\]+@[^\p{C}\p{Z}@<>\\]+[^\p{C}\p{Z}\p{P}])>$/u.exec(text) ?? [];
  if (email === '') return undefined;
  return name === '' ? { email } : { name, email };
}
