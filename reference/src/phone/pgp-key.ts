import { VaultwireError } from 'vaultwire';
import type { GitSigner } from 'vaultwire/pairing/phone';

/*
 * OpenPGP through openpgp.js, which is loaded when it is first needed. Keys and signatures are of version 4 (RFC 4880)
 * with EdDSA as GnuPG has had it since 2.1, so that what Git runs to verify understands them.
 */

/** Without the salt that openpgp.js adds as a notation: a signature over the same bytes may be the same. */
const CONFIG = { v6Keys: false, aeadProtect: false, nonDeterministicSignaturesViaNotation: false } as const;
/** How many user ids the key takes on at most. */
const MAXIMUM_USER_IDS = 32;
const MAXIMUM_USER_ID_LENGTH = 512;

interface UserId {
  readonly name?: string;
  readonly email: string;
}

/** Where the user ids are kept that computers asked for. */
export interface UserIdStore {
  readonly userIds: readonly string[];
  add(userId: string): Promise<void>;
}

/**
 * A new signing key, as packets.
 *
 * @throws VaultwireError `field-invalid` for a user id that is not like `Name <address@example.com>`
 */
export async function generatePgpKey(userId: string): Promise<Uint8Array> {
  const parsed = readUserId(userId);
  if (!parsed) throw new VaultwireError('field-invalid', 'user id: expected one such as Name <address@example.com>');
  const openpgp = await import('openpgp');
  const { privateKey } = await openpgp.generateKey({
    type: 'ecc',
    curve: 'ed25519Legacy',
    userIDs: parsed,
    subkeys: [],
    format: 'object',
    config: CONFIG,
  });
  return privateKey.write();
}

/**
 * Signs with an OpenPGP key. There is one key, whatever user id a computer names: the id is what the user is shown.
 * The public key is given with every id that was asked for, within bounds; what is no user id is passed over.
 */
export function gitSigner(pgpKey: Uint8Array, store: UserIdStore): GitSigner {
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
    async publicKey(userId) {
      const { openpgp, privateKey } = await load();
      const own = privateKey.getUserIDs();
      if (userId !== undefined && !own.includes(userId) && !store.userIds.includes(userId)) {
        if (readUserId(userId) && store.userIds.length < MAXIMUM_USER_IDS) await store.add(userId);
      }
      const userIDs = [...own, ...store.userIds].flatMap((id) => readUserId(id) ?? []);
      const { privateKey: whole } = await openpgp.reformatKey({
        privateKey,
        userIDs,
        date: privateKey.getCreationTime(),
        format: 'object',
        config: CONFIG,
      });
      return whole.toPublic().write();
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
