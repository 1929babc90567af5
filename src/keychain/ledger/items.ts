import { VaultwireError } from '../../wire/error.js';
import { isWeakerWrap, type WrapKind } from '../account/wrap.js';

/** Rows of the threat model that a ledger finds. */
export type LedgerRow = 'A1' | 'A2' | 'A3' | 'A4' | 'A5' | 'A6' | 'A7' | 'A8' | 'A10' | 'A11' | 'A14';

/** What a ledger keeps of a uid. */
export type ItemKind = 'record' | 'folder' | 'team' | 'file';

/** What is known of a uid. */
export interface ItemTrace {
  readonly kind: ItemKind;
  /** How its key was wrapped, where that is known. */
  readonly wrap: WrapKind | undefined;
  /** Whether a change of it would have shown. */
  readonly authenticated: boolean;
  /** Digest of its key, see `digestForLedger`. */
  readonly keyDigest: string;
  /** Digest of its sealed data, where it has any. */
  readonly dataDigest: string | undefined;
  /** The server's count of changes, where it gives one. */
  readonly revision: number | undefined;
  /** Whether it was left out of the last complete answer. */
  readonly absent: boolean;
}

/** What changed in a way that an honest server's items change too. */
export type ItemChange = 'key' | 'data' | 'revision' | 'wrap' | 'returned';

/** Something that an honest server does not do, or seldom. */
export interface ItemSuspicion {
  readonly row: 'A5' | 'A6' | 'A8' | 'A10' | 'A14';
  readonly refused: boolean;
  readonly message: string;
}

/** How many digests of replaced keys and data a ledger holds. The oldest are dropped for the newest. */
export const FORMER_LIMIT = 200_000;

/** What is known of a key and data under all uids, where they are not those that this uid had last. */
export interface ItemHistory {
  /** The uid whose key this is known to be, if any. */
  readonly owner: string | undefined;
  /** Whether the key, under whichever uid, was replaced by another since. */
  readonly isFormerKey: boolean;
  /** The same of the data. */
  readonly isFormerData: boolean;
}

/** Holds what was shown of a uid against what is known of it. */
export function judgeItem(
  uid: string,
  shown: Omit<ItemTrace, 'absent'>,
  known: ItemTrace | undefined,
  { owner, isFormerKey, isFormerData }: ItemHistory,
  strict: boolean,
): readonly ItemSuspicion[] {
  const suspicions: ItemSuspicion[] = [];
  if (owner !== undefined && owner !== uid) {
    suspicions.push({ row: 'A5', refused: strict, message: `its key is the key of ${owner}` });
  } else if (isFormerKey) {
    // Of the same uid or another: whose it was is not kept, and neither comes back where clients are honest.
    suspicions.push({ row: 'A5', refused: strict, message: 'its key is one that was in use before' });
  }
  if (known && shown.kind !== known.kind) {
    const refused = strict && !(isRecordOrFile(shown.kind) && isRecordOrFile(known.kind));
    suspicions.push({ row: 'A14', refused, message: `a ${shown.kind} came where a ${known.kind} was` });
  }
  const rollback = known && judgeRevision(shown, known, strict);
  if (rollback) suspicions.push(rollback);
  else if (isFormerData) {
    // Whoever restores an old content seals it anew, with another nonce.
    suspicions.push({ row: 'A6', refused: strict, message: 'its bytes are some that were replaced before' });
  }
  if (!known) return suspicions;
  // A wrap that is no longer told could be any: what is left unsaid is no way around the check.
  if (known.wrap !== undefined && (shown.wrap === undefined || isWeakerWrap(shown.wrap, known.wrap))) {
    const message = `its wrap was ${known.wrap} and is ${shown.wrap ?? 'not told'}`;
    suspicions.push({ row: 'A10', refused: true, message });
  }
  if (known.authenticated && !shown.authenticated) {
    suspicions.push({ row: 'A8', refused: strict, message: 'it was authenticated and no longer is' });
  }
  return suspicions;
}

/** A vault keeps its files among its records, so that one may be shown as the other. */
const isRecordOrFile = (kind: ItemKind): boolean => kind === 'record' || kind === 'file';

function judgeRevision(shown: Omit<ItemTrace, 'absent'>, known: ItemTrace, strict: boolean): ItemSuspicion | undefined {
  if (known.revision === undefined) return undefined;
  if (shown.revision === undefined || shown.revision < known.revision) {
    const message = `revision ${shown.revision ?? 'none'} came after ${known.revision}`;
    return { row: 'A6', refused: strict, message };
  }
  if (shown.revision > known.revision || shown.dataDigest === known.dataDigest) return undefined;
  return { row: 'A6', refused: true, message: `revision ${shown.revision} came with other bytes than before` };
}

/** What differs between what was shown of a uid and what is known of it. */
export function itemChanges(shown: Omit<ItemTrace, 'absent'>, known: ItemTrace): readonly ItemChange[] {
  const changes: ItemChange[] = [];
  if (shown.keyDigest !== known.keyDigest) changes.push('key');
  if (shown.dataDigest !== known.dataDigest) changes.push('data');
  if (shown.revision !== known.revision) changes.push('revision');
  if (shown.wrap !== known.wrap || shown.authenticated !== known.authenticated) changes.push('wrap');
  if (known.absent) changes.push('returned');
  return changes;
}

/**
 * Which uid each key is known under. Only what is new or came with another key has to be looked up, so it is built when
 * it is first asked for.
 */
export class KeyOwners {
  readonly #known: ReadonlyMap<string, { readonly keyDigest: string }>;
  #owners: Map<string, string> | undefined;

  constructor(known: ReadonlyMap<string, { readonly keyDigest: string }>) {
    this.#known = known;
  }

  of(keyDigest: string): string | undefined {
    return this.#index().get(keyDigest);
  }

  learn(keyDigest: string, uid: string): void {
    this.#index().set(keyDigest, uid);
  }

  #index(): Map<string, string> {
    if (this.#owners) return this.#owners;
    const owners = new Map<string, string>();
    for (const [uid, { keyDigest }] of this.#known) owners.set(keyDigest, uid);
    this.#owners = owners;
    return owners;
  }
}

/** Digests of something that opened. @throws VaultwireError `argument-invalid` when none were made */
export function digestsOf<Digests>(digests: Digests | undefined): Digests {
  if (digests !== undefined) return digests;
  throw new VaultwireError('argument-invalid', 'ledger: expected what was opened with digests');
}
