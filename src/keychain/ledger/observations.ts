import type { OpenedDataKey } from '../account/encryption-params.js';
import type { WrapKind } from '../account/wrap.js';
import type { ItemDigests } from '../digest.js';
import type { OpenedSecrets } from '../secrets.js';
import type { OpenedVault } from '../vault/index.js';
import { digestsOf } from './items.js';
import { writeDigest } from './traces.js';
import type { LedgerObservation, ObservedItem, PublicKeyPin } from './observe.js';

// What an answer shows a ledger, taken from the reports of what opened it, so that nobody has to join them by hand.

/** What an answer shows beside its uids. Whatever it does not show is left out. */
export interface ObservationContext {
  /** Whether the answer was to hold every uid. Only then can one be missing. Default false. */
  readonly complete?: boolean;
  /** How the answer travelled, as `exchangeAccountRequest` reports it. Devices speak EC alone. */
  readonly transport?: 'ec' | 'hybrid';
  /** Public keys that the server handed out with it, or the owner's that a device is bound to. */
  readonly publicKeys?: readonly PublicKeyPin[];
  /** The account's data key, opened with `digests: true`: its commitment, its wrap and what the derivation cost. */
  readonly dataKey?: OpenedDataKey;
}

/** In the place of a digest of the application's key, which is not asked for its bytes: one key, under one uid. */
const OWN_KEY_DIGEST = 'AAAAAAAAAAAAAAAAAAAAAA';

/**
 * What a device's answer shows a ledger: its shared folders, records and files. What lies in a folder or hangs on a record
 * that failed came in no form: of a complete answer it is missing too. Of the application's own record, which has no key of
 * its own, it is the data alone, and nothing where it came without a UID of 16 bytes, as it may.
 *
 * @param secrets opened with `digests: true`
 * @throws VaultwireError `argument-invalid` when it was opened without
 */
export function observationOfSecrets(
  secrets: Pick<OpenedSecrets, 'folders' | 'records' | 'failed'>,
  context: ObservationContext = {},
): LedgerObservation {
  const items: ObservedItem[] = [];
  for (const { uid, keyDigest } of secrets.folders)
    items.push({ uid, kind: 'folder', keyDigest: digestsOf(keyDigest) });
  const failed = secrets.failed.filter(({ kind }) => kind !== 'application').map(({ uid }) => uid);
  for (const { uid, digests, revision, wrappedBy, files } of secrets.records) {
    const { keyDigest, dataDigest } = digestsOf(digests);
    const isOwn = wrappedBy === 'none';
    // No count of changes, and none that a ledger takes: it costs its own record alone.
    if (revision < 0) failed.push(uid);
    else if (!isOwn || writeDigest(new Uint8Array(16), 0, uid)) {
      items.push({ uid, kind: 'record', keyDigest: isOwn ? OWN_KEY_DIGEST : keyDigest, dataDigest, revision });
    }
    // A file that hangs on several records is shown as often: if not always alike, the ledger has something to say.
    for (const file of files) items.push({ uid: file.uid, kind: 'file', ...digestsOf(file.digests) });
  }
  return { ...observationOf(context), items, failed };
}

/**
 * What an account's vault, or a part of it, shows a ledger: its teams, folders and records, each with how its key was
 * wrapped.
 *
 * @param vault opened with `digests: true`
 * @throws VaultwireError `argument-invalid` when it or the data key was opened without
 */
export function observationOfVault(
  vault: Pick<OpenedVault, 'teams' | 'folders' | 'records' | 'failed'>,
  context: ObservationContext = {},
): LedgerObservation {
  const items: ObservedItem[] = [];
  const add = (kind: ObservedItem['kind'], opened: readonly OpenedVaultItem[]): void => {
    for (const one of opened) items.push(new ObservedVaultItem(kind, one));
  };
  add('team', vault.teams);
  add('folder', vault.folders);
  add('record', vault.records);
  return { ...observationOf(context), items, failed: vault.failed.map(({ uid }) => uid) };
}

type OpenedVaultItem = Pick<OpenedVault['folders'][number], 'uid' | 'report' | 'digests' | 'revision'>;

/** The digests of a vault are bytes, and become texts where somebody reads them or makes JSON of them. */
class ObservedVaultItem implements ObservedItem {
  readonly uid: string;
  readonly kind: ObservedItem['kind'];
  readonly wrap: WrapKind;
  readonly authenticated: boolean;
  readonly revision: number | undefined;
  readonly digests: ItemDigests;

  constructor(kind: ObservedItem['kind'], { uid, report, digests, revision }: OpenedVaultItem) {
    this.uid = uid;
    this.kind = kind;
    this.wrap = report.wrap;
    this.authenticated = report.authenticated;
    this.revision = revision;
    this.digests = digestsOf(digests);
  }

  get keyDigest(): string {
    return this.digests.keyDigest;
  }

  get dataDigest(): string | undefined {
    return this.digests.dataDigest;
  }

  toJSON(): ObservedItem {
    const { uid, kind, wrap, authenticated, keyDigest, dataDigest, revision } = this;
    return { uid, kind, wrap, authenticated, keyDigest, dataDigest, revision };
  }
}

function observationOf(context: ObservationContext): Omit<LedgerObservation, 'items' | 'failed'> {
  const { complete = false, transport, publicKeys, dataKey } = context;
  return {
    complete,
    ...(transport && { transport }),
    ...(publicKeys && { publicKeys }),
    ...(dataKey && { dataKey: { digest: digestsOf(dataKey.digest), wrap: dataKey.report.wrap } }),
    ...(dataKey?.report.kdf && { kdf: dataKey.report.kdf }),
  };
}
