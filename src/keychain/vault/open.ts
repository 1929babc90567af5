import { defaultSuite } from '#default-suite';
import { assertWrappedKey } from '../../crypto/checks.js';
import type { EcPrivateKey } from '../../crypto/suite.js';
import { open as openEcies } from '../../ecies/index.js';
import type { Bytes } from '../../wire/bytes.js';
import { isVaultwireError, VaultwireError, type ErrorCode } from '../../wire/error.js';
import { decodeJsonObject, type JsonObject } from '../../wire/json.js';
import { importTeamKey, type DataKey, type TeamKey } from '../account/data-key.js';
import {
  AUTHENTICATED_WRAP_KINDS,
  isAuthenticatedWrap,
  WRAP_KINDS,
  type OpenReport,
  type WrapKind,
} from '../account/wrap.js';
import type { ItemDigests } from '../digest.js';
import {
  asKeyBytes,
  DOCUMENT_LIMITS,
  importFolderKey,
  openKeyBytes,
  RecordKey,
  type AccountOptions,
  type FolderKey,
} from '../keys.js';
import { importLegacyRecordKey, type LegacyRecordKey } from '../legacy-cbc.js';
import type { openRsaPrivateKey, RsaPrivateKey } from '../rsa.js';
import { assertUid } from '../uid.js';
import { VaultDigests } from './digests.js';
import type { KeyPage } from './key-page.js';
import type { SealedFolder, SealedRecord, SealedTeam, WrappedKey } from './sealed.js';

/** What an account opens its vault with. */
export interface VaultAccount {
  readonly dataKey: DataKey;
  /** For what was shared to the user's EC key. */
  readonly ecPrivateKey?: EcPrivateKey;
  /** For what was shared by RSA, from `vaultwire/keychain/rsa`. */
  readonly rsaPrivateKey?: RsaPrivateKey;
  /** The function of `vaultwire/keychain/rsa`, for teams that have an RSA key: only who names it loads RSA. */
  readonly openRsaPrivateKey?: typeof openRsaPrivateKey;
}

export interface OpenItemOptions extends AccountOptions {
  /**
   * The kinds of wrap that are taken, for all or per uid: a ledger that knows how a uid was wrapped before can refuse a
   * weaker kind. Default {@link AUTHENTICATED_WRAP_KINDS}.
   */
  readonly allowedWraps?: readonly WrapKind[] | ((uid: string) => readonly WrapKind[]);
  /** Whether to open records whose data is AES-CBC, which authenticates nothing. Default false. */
  readonly allowLegacyRecords?: boolean;
  /**
   * Make the digests that a ledger compares, see `observationOfVault`: two hashes for each record. Keys then pass through
   * memory as bytes for a moment, also where WebCrypto could unwrap them without. Default false.
   */
  readonly digests?: boolean;
}

/** A team whose key opened. */
export interface OpenedTeam {
  readonly uid: string;
  readonly key: TeamKey;
  readonly ecPrivateKey: EcPrivateKey | undefined;
  readonly rsaPrivateKey: RsaPrivateKey | undefined;
  readonly revision: number | undefined;
  readonly report: OpenReport<WrapKind>;
  readonly digests: ItemDigests | undefined;
}

/** A folder whose key opened. */
export interface OpenedVaultFolder {
  readonly uid: string;
  readonly parentUid: string | undefined;
  readonly key: FolderKey;
  /** The JSON that holds its name, where there was any. */
  readonly data: JsonObject | undefined;
  /** Whether a change of `data` would have shown. The names of shared folders are AES-CBC, where it would not. */
  readonly dataAuthenticated: boolean;
  readonly revision: number | undefined;
  /** How its key was wrapped. `authenticated` covers every key on the way from the account. */
  readonly report: OpenReport<WrapKind>;
  readonly digests: ItemDigests | undefined;
}

/** A record that opened. */
export interface OpenedVaultRecord {
  readonly uid: string;
  /** The server's count of changes. It is not authenticated. */
  readonly revision: number;
  readonly data: JsonObject;
  readonly key: RecordKey | LegacyRecordKey;
  /** How its key was wrapped. `authenticated` covers its data and every key on the way from the account. */
  readonly report: OpenReport<WrapKind>;
  readonly digests: ItemDigests | undefined;
}

/** What did not open, and why. The others are never lost for it. */
export interface VaultFailure {
  readonly kind: 'team' | 'folder' | 'record';
  /** As the server wrote it. */
  readonly uid: string;
  readonly code: ErrorCode;
  readonly message: string;
  /** What a key of the caller's own threw, when it was no VaultwireError. */
  readonly cause?: unknown;
}

/** Records of one chunk, in its order. */
export interface OpenedRecords {
  readonly records: readonly OpenedVaultRecord[];
  readonly failed: readonly VaultFailure[];
}

/** A key that wraps others under AES-GCM, and what is to be said of what it wraps: the same for all of it. */
export interface Opener {
  readonly key: DataKey | TeamKey | FolderKey;
  readonly report: OpenReport<WrapKind>;
}

/** Keys that wrap others, as far as they have opened. */
export class KeyRing {
  readonly teams = new Map<string, OpenedTeam>();
  readonly folders = new Map<string, OpenedVaultFolder>();
  readonly account: VaultAccount;
  readonly #dataKey: Opener;
  readonly #teams = new Map<string | undefined, Opener>();
  readonly #folders = new Map<string | undefined, Opener>();

  constructor(account: VaultAccount) {
    this.account = account;
    this.#dataKey = opener(account.dataKey, 'data-key-gcm', true);
  }

  addTeam(team: OpenedTeam): void {
    this.teams.set(team.uid, team);
    this.#teams.set(team.uid, opener(team.key, 'team-gcm', team.report.authenticated));
  }

  addFolder(folder: OpenedVaultFolder): void {
    this.folders.set(folder.uid, folder);
    this.#folders.set(folder.uid, opener(folder.key, 'folder-gcm', folder.report.authenticated));
  }

  /** All keys that wrap others under AES-GCM. */
  openers(): readonly Opener[] {
    return [this.#dataKey, ...this.#teams.values(), ...this.#folders.values()];
  }

  /** The key that a wrap is under. @throws VaultwireError `key-missing`, `wrap-refused` */
  parentOf({ kind, byUid }: WrappedKey): DataKey | TeamKey | FolderKey {
    if (kind.startsWith('data-key-')) return this.account.dataKey;
    return (kind.startsWith('team-') ? this.#team(byUid) : this.#folder(byUid)).key;
  }

  /** The key that a wrap is under AES-GCM with; undefined for another kind. @throws VaultwireError `key-missing` */
  openerOf({ kind, byUid }: WrappedKey): Opener | undefined {
    if (kind === 'data-key-gcm') return this.#dataKey;
    if (kind === 'team-gcm') return this.#teams.get(byUid) ?? missing('the key of its team');
    if (kind === 'folder-gcm') return this.#folders.get(byUid) ?? missing('the key of its folder');
    return undefined;
  }

  /** Whether every key above a wrap was authenticated. @throws VaultwireError `key-missing` */
  isParentAuthenticated({ kind, byUid }: WrappedKey): boolean {
    if (kind.startsWith('team-')) return this.#team(byUid).report.authenticated;
    return kind.startsWith('folder-') ? this.#folder(byUid).report.authenticated : true;
  }

  /** @throws VaultwireError `key-missing` */
  ecPrivateKeyOf({ kind, byUid }: WrappedKey): EcPrivateKey {
    const key = kind === 'user-ec' ? this.account.ecPrivateKey : this.#team(byUid).ecPrivateKey;
    return key ?? missing('an EC private key');
  }

  /** @throws VaultwireError `key-missing` */
  rsaPrivateKeyOf({ kind, byUid }: WrappedKey): RsaPrivateKey {
    const key = kind === 'user-rsa' ? this.account.rsaPrivateKey : this.#team(byUid).rsaPrivateKey;
    return key ?? missing('an RSA private key');
  }

  #team(uid: string | undefined): OpenedTeam {
    return this.teams.get(uid ?? '') ?? missing('the key of its team');
  }

  #folder(uid: string | undefined): OpenedVaultFolder {
    return this.folders.get(uid ?? '') ?? missing('the key of its folder');
  }
}

const opener = (key: Opener['key'], wrap: WrapKind, authenticated: boolean): Opener => ({
  key,
  report: Object.freeze({ wrap, authenticated }),
});

/**
 * The wraps of one key to try, strongest first: those that are allowed, and of those either the authenticated ones or,
 * only where there is none, the others. A wrap that authenticates nothing is never a second try.
 *
 * @throws VaultwireError `key-missing` when there is no wrap at all, `wrap-refused` when none is allowed
 */
export function usableWraps(
  item: { readonly uid: string; readonly keys: readonly WrappedKey[] },
  { allowedWraps = AUTHENTICATED_WRAP_KINDS }: OpenItemOptions,
): readonly WrappedKey[] {
  const { keys, uid } = item;
  if (keys.length === 0) throw new VaultwireError('key-missing', 'key: expected at least one wrap');
  const allowed = typeof allowedWraps === 'function' ? allowedWraps(uid) : allowedWraps;
  const taken = keys.every(({ kind }) => allowed.includes(kind))
    ? keys
    : keys.filter(({ kind }) => allowed.includes(kind));
  if (taken.length === 0) throw new VaultwireError('wrap-refused', 'key: expected a wrap of a kind that is allowed');
  if (taken.length === 1) return taken;
  const authenticated = taken.filter(({ kind }) => isAuthenticatedWrap(kind));
  return (authenticated.length > 0 ? authenticated : taken).toSorted(
    (one, other) => WRAP_KINDS.indexOf(one.kind) - WRAP_KINDS.indexOf(other.kind),
  );
}

/**
 * How a record opens that is AES-GCM all the way and has one usable wrap, as nearly all have; undefined for another.
 *
 * @param wraps its {@link usableWraps}
 */
export function gcmWrapOf(
  ring: KeyRing,
  { data }: SealedRecord,
  wraps: readonly WrappedKey[],
): { readonly opener: Opener; readonly bytes: Uint8Array } | undefined {
  if (data.cipher !== 'gcm') return undefined;
  const [wrapped, another] = wraps;
  const opener = wrapped && !another ? ring.openerOf(wrapped) : undefined;
  return opener && wrapped && { opener, bytes: wrapped.bytes };
}

async function unwrap<Key>(
  ring: KeyRing,
  wraps: readonly WrappedKey[],
  open: (wrapped: WrappedKey) => Promise<Key>,
): Promise<{ key: Key; report: OpenReport<WrapKind> }> {
  let first: unknown;
  for (const wrapped of wraps) {
    try {
      const key = await open(wrapped);
      const authenticated = isAuthenticatedWrap(wrapped.kind) && ring.isParentAuthenticated(wrapped);
      return { key, report: { wrap: wrapped.kind, authenticated } };
    } catch (error) {
      first ??= error;
    }
  }
  throw first;
}

/** The 32 bytes of a wrapped key. @throws VaultwireError `key-missing`, `open-failed` and what else a wrap is refused with */
async function keyBytes(ring: KeyRing, wrapped: WrappedKey, options: AccountOptions): Promise<Bytes> {
  const { kind, bytes } = wrapped;
  switch (kind) {
    case 'data-key-gcm':
    case 'team-gcm':
    case 'folder-gcm':
      return openKeyBytes(ring.parentOf(wrapped).aesKey, bytes);
    case 'data-key-cbc':
    case 'team-cbc':
    case 'folder-cbc':
      return openKeyBytes(ring.parentOf(wrapped).unauthenticatedKey(), bytes);
    case 'user-ec':
    case 'team-ec':
      return asKeyBytes(await openEcies(ring.ecPrivateKeyOf(wrapped), bytes, options));
    case 'user-rsa':
    case 'team-rsa':
      return asKeyBytes(await ring.rsaPrivateKeyOf(wrapped).unwrapKeyBytes(bytes));
    default:
      throw new VaultwireError('wrap-refused', 'key: expected a known kind of wrap');
  }
}

/** What a server says of an item beside its keys. @throws VaultwireError `uid-invalid`, `field-invalid` */
export function assertItem(item: { readonly uid: string; readonly revision?: number }, name: string): void {
  assertUid(item.uid, `${name}.uid`);
  const { revision = 0 } = item;
  if (Number.isSafeInteger(revision) && revision >= 0) return;
  throw new VaultwireError('field-invalid', `${name}.revision: expected a count of changes`);
}

/** Opens a team's key, and its private keys: one that does not open fails the team. */
export async function openTeam(ring: KeyRing, team: SealedTeam, options: OpenItemOptions): Promise<OpenedTeam> {
  const { uid, ecKeyPair, encryptedRsaPrivateKey, revision } = team;
  const suite = options.suite ?? defaultSuite;
  assertItem(team, 'team');
  const { key: opened, report } = await unwrap(ring, usableWraps(team, options), async (wrapped) => {
    const bytes = await keyBytes(ring, wrapped, options);
    const digests = digestsFor(options);
    await digests?.make(bytes, undefined, suite);
    const teamKey = await importTeamKey(bytes, options);
    bytes.fill(0);
    return { key: teamKey, digests };
  });
  const { key, digests } = opened;
  const ecPrivateKey =
    ecKeyPair && (await key.unwrapEcPrivateKey(ecKeyPair.encryptedPrivateKey, ecKeyPair.publicKey, options));
  const { openRsaPrivateKey: openRsa } = ring.account;
  const rsa = openRsa && encryptedRsaPrivateKey && (await openRsa(key, encryptedRsaPrivateKey, { suite }));
  return { uid, key, ecPrivateKey, rsaPrivateKey: rsa?.privateKey, revision, report, digests };
}

/** Opens a folder's key and its name. */
export async function openFolder(
  ring: KeyRing,
  folder: SealedFolder,
  options: OpenItemOptions,
): Promise<OpenedVaultFolder> {
  const { uid, parentUid, data: sealed, revision } = folder;
  const suite = options.suite ?? defaultSuite;
  assertItem(folder, 'folder');
  const { key, data, digests, report } = await unwrap(ring, usableWraps(folder, options), async (wrapped) => {
    const bytes = await keyBytes(ring, wrapped, options);
    const ownData =
      sealed?.cipher === 'gcm'
        ? await new RecordKey(await suite.importAesKey(bytes)).openData(sealed.bytes)
        : undefined;
    const made = digestsFor(options);
    await made?.make(bytes, sealed?.bytes, suite);
    const opened = await importFolderKey(bytes, options);
    return {
      key: opened,
      digests: made,
      data: sealed?.cipher === 'cbc' ? await opened.openData(sealed.bytes) : ownData,
    };
  }).then(({ key: both, report: how }) => ({ ...both, report: how }));
  const dataAuthenticated = sealed?.cipher === 'gcm' && report.authenticated;
  return { uid, parentUid, key, data, dataAuthenticated, revision, report, digests };
}

/**
 * Opens a record at once, as nearly all of them can be: see {@link gcmWrapOf}, under a key that can.
 *
 * @param page for its key
 * @param digests where they belong, when they are wanted
 * @returns undefined where it takes {@link openRecord}
 */
function openRecordAtOnce(
  ring: KeyRing,
  record: SealedRecord,
  wraps: readonly WrappedKey[],
  options: OpenItemOptions,
  page: KeyPage,
  digests: VaultDigests | undefined,
): OpenedVaultRecord | undefined {
  const { uid, revision, data: sealed } = record;
  const { suite = defaultSuite } = options;
  if (digests && !suite.writeSha256) return undefined;
  const wrap = gcmWrapOf(ring, record, wraps);
  if (!wrap?.opener.key.aesKey.openWrapped) return undefined;
  const opened = wrap.opener.key.aesKey.openWrapped(wrap.bytes, sealed.bytes);
  try {
    // A key of the caller's own may open to anything.
    asKeyBytes(opened.key);
    const data = decodeJsonObject(opened.plaintext, 'record data', DOCUMENT_LIMITS);
    digests?.makeAtOnce(opened.key, sealed.bytes, suite);
    return { uid, revision, data, key: new RecordKey(page.add(opened.key, 0)), report: wrap.opener.report, digests };
  } finally {
    opened.key.fill(0);
    opened.plaintext.fill(0);
  }
}

/**
 * Opens a record.
 *
 * @param digests where they belong, when they are wanted
 */
async function openRecord(
  ring: KeyRing,
  record: SealedRecord,
  wraps: readonly WrappedKey[],
  options: OpenItemOptions,
  digests: VaultDigests | undefined,
): Promise<OpenedVaultRecord> {
  const { uid, revision, data: sealed } = record;
  const { suite = defaultSuite } = options;
  const { key, report } = await unwrap(ring, wraps, async (wrapped) => {
    if (sealed.cipher === 'gcm') {
      const opened = await unwrapRecordKey(ring, wrapped, sealed.bytes, options, digests);
      return { key: opened, data: await opened.openData(sealed.bytes) };
    }
    const bytes = await keyBytes(ring, wrapped, options);
    await digests?.make(bytes, sealed.bytes, suite);
    const opened = await importLegacyRecordKey(bytes, options);
    bytes.fill(0);
    return { key: opened, data: (await opened.openData(sealed.bytes)).value };
  });
  const authenticated = report.authenticated && sealed.cipher === 'gcm';
  return { uid, revision, ...key, report: { wrap: report.wrap, authenticated }, digests };
}

/** Opens a record, at once where that is possible: a promise for each costs. A failure is a result like another. */
export function openOne(
  ring: KeyRing,
  record: SealedRecord,
  options: OpenItemOptions,
  page: KeyPage,
  digests: VaultDigests | undefined,
): OpenedVaultRecord | VaultFailure | Promise<OpenedVaultRecord | VaultFailure> {
  const fail = (error: unknown): VaultFailure => vaultFailure('record', record.uid, error);
  try {
    assertItem(record, 'record');
    assertDataAllowed(record, options);
    const wraps = usableWraps(record, options);
    return (
      openRecordAtOnce(ring, record, wraps, options, page, digests) ??
      openRecord(ring, record, wraps, options, digests).catch(fail)
    );
  } catch (error) {
    return fail(error);
  }
}

/** @throws VaultwireError `wrap-refused` for data that authenticates nothing, unless the caller takes it */
function assertDataAllowed({ data }: SealedRecord, { allowLegacyRecords = false }: OpenItemOptions): void {
  if (data.cipher !== 'gcm' && !allowLegacyRecords) {
    throw new VaultwireError('wrap-refused', 'record.data: expected AES-GCM');
  }
}

async function unwrapRecordKey(
  ring: KeyRing,
  wrapped: WrappedKey,
  sealed: Uint8Array,
  options: OpenItemOptions,
  digests: VaultDigests | undefined,
): Promise<RecordKey> {
  const { suite = defaultSuite } = options;
  if (wrapped.kind.endsWith('-gcm')) {
    const parent = ring.parentOf(wrapped);
    // Here, so that a wrap of another length is refused with the same words whatever opens it.
    assertWrappedKey(wrapped.bytes);
    if (!digests) return parent.unwrapRecordKey(wrapped.bytes, options);
  }
  const bytes = await keyBytes(ring, wrapped, options);
  await digests?.make(bytes, sealed, suite);
  const key = await suite.importAesKey(bytes, options);
  bytes.fill(0);
  return new RecordKey(key);
}

function digestsFor({ digests = false }: OpenItemOptions): VaultDigests | undefined {
  return digests ? new VaultDigests() : undefined;
}

/** A key of the caller's own may throw what it likes: that item did not open, and the others go on. */
export function vaultFailure(kind: VaultFailure['kind'], uid: string, error: unknown): VaultFailure {
  if (isVaultwireError(error)) return { kind, uid, code: error.code, message: error.message };
  return { kind, uid, code: 'open-failed', message: `${kind}: its key failed`, cause: error };
}

function missing(what: string): never {
  throw new VaultwireError('key-missing', `key: expected ${what}`);
}
