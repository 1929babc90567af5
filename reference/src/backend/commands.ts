import { isVaultwireError, VaultwireError } from 'vaultwire';
import { ECIES_OVERHEAD } from 'vaultwire/ecies';
import {
  encodeFoldersAnswer,
  encodeSecretsAnswer,
  MAXIMUM_FOLDER_DEPTH,
  type AnswerFile,
  type AnswerFolder,
  type AnswerRecord,
  type ReceivedCommand,
} from 'vaultwire/keychain';
import { wireCode } from './refusal.js';
import type { ContentRow, FolderRow, RecordRow, ShareRow, Transaction, View } from './store.js';

/** What a command is answered with: a JSON object, or null for the empty body of a command that has no answer. */
export type Answer = ReturnType<typeof encodeSecretsAnswer> | null;
/** The member of the union that holds a command, alone or with others of the same shape. */
type Received<C extends ReceivedCommand['command'], T = ReceivedCommand> = T extends { readonly command: infer D }
  ? C extends D
    ? T
    : never
  : never;
/** The commands that change nothing. */
export type ReadCommand = Received<'get_secret'>;
export type WriteCommand = Exclude<ReceivedCommand, ReadCommand>;

/** Who asks, and what of an answer is not in the store. */
export interface CommandContext {
  readonly applicationUid: string;
  /** base64 of the application's key under the token's, when the client is to have it. */
  readonly encryptedApplicationKey: string | null;
  /** When the client's access ends, in milliseconds since 1970. */
  readonly accessExpiresOn: number | null;
  /** A URL of the sealed content of a file, or of its thumbnail, good for a while. */
  readonly fileUrl: (fileUid: string, thumbnail: boolean) => string;
  /** Lets the content of a file be uploaded, once: the rest of the answer to add_file. */
  readonly issueUpload: (transaction: Transaction, fileUid: string) => NonNullable<Answer>;
  /** Largest sealed content of a file in bytes. */
  readonly maximumUploadBytes: number;
}

const WRAPPED_KEY_LENGTH = 60;
const OWNER_WRAPPED_KEY_LENGTH = ECIES_OVERHEAD + 32;
/** Initialization vector, and 32 bytes with a block of padding. */
const CBC_WRAPPED_KEY_LENGTH = 64;
const SHORTEST_GCM = 28;
const SHORTEST_CBC = 32;

/**
 * get_secret and get_folders.
 *
 * @throws VaultwireError `not-found` when the application is gone
 */
export async function answerRead(view: View, command: ReadCommand, context: CommandContext): Promise<Answer> {
  return command.command === 'get_folders' ? getFolders(view, context) : getSecret(view, command, context);
}

/**
 * The commands that change something. What is refused throws, and the transaction with it changes nothing.
 *
 * @throws VaultwireError `not-found`, `not-permitted`, `revision-conflict`, `rotation-pending`,
 *   `no-rotation-pending`, `duplicate-uid`, `length-invalid`, `parameter-out-of-range`
 */
export async function answerWrite(
  transaction: Transaction,
  command: WriteCommand,
  context: CommandContext,
): Promise<Answer> {
  switch (command.command) {
    case 'create_secret':
      return createSecret(transaction, command, context);
    case 'update_secret':
      return updateSecret(transaction, command, context);
    case 'finalize_secret_update':
    case 'rollback_secret_update':
      return completeUpdate(transaction, command, context);
    case 'delete_secret':
      return deleteSecrets(transaction, command, context);
    case 'create_folder':
      return createFolder(transaction, command, context);
    case 'update_folder':
      return updateFolder(transaction, command, context);
    case 'delete_folder':
      return deleteFolders(transaction, command, context);
    case 'add_file':
      return addFile(transaction, command, context);
  }
}

async function getSecret(view: View, command: ReadCommand, context: CommandContext): Promise<Answer> {
  const { applicationUid, encryptedApplicationKey } = context;
  const application = await view.get('applications', applicationUid);
  if (!application) throw notFound('application');
  const wanted = new Filter(command);
  const shares = inOrder(await view.list('shares', applicationUid));

  const own = shares.filter(([uid, { kind }]) => kind === 'record' && wanted.record(uid));
  const ownRows = await view.getMany('records', uidsOf(own));
  const records: AnswerRecord[] = [];
  for (const [index, [uid, share]] of own.entries()) {
    const row = ownRows[index];
    if (row) records.push(await answerRecord(view, command, context, { uid, row, ...share }));
  }

  const folders: { uid: string; key: Uint8Array; records: AnswerRecord[] }[] = [];
  for (const [uid, share] of shares) {
    if (share.kind !== 'folder' || !share.key) continue;
    const contents = inOrder(await wanted.contents(view, uid));
    if (contents.length === 0 && !wanted.folder(uid)) continue;
    const rows = await view.getMany('records', uidsOf(contents));
    const folder = { uid, key: share.key, records: [] as AnswerRecord[] };
    for (const [index, [recordUid, content]] of contents.entries()) {
      const row = rows[index];
      const editable = share.editable && content.editable;
      if (row)
        folder.records.push(await answerRecord(view, command, context, { uid: recordUid, row, ...content, editable }));
    }
    folders.push(folder);
  }

  return encodeSecretsAnswer({
    applicationData: application.data,
    binding:
      encryptedApplicationKey === null
        ? undefined
        : {
            encryptedApplicationKey: Buffer.from(encryptedApplicationKey, 'base64'),
            ownerPublicKey: application.ownerPublicKey,
          },
    records,
    folders,
    expiresOn: context.accessExpiresOn ?? undefined,
  });
}

/** By what was shared or made first. The UIDs, which are the keys, are random. */
const inOrder = <R extends { readonly order: number }>(
  rows: readonly (readonly [string, R])[],
): readonly (readonly [string, R])[] => [...rows].sort(([, a], [, b]) => a.order - b.order);

const uidsOf = (rows: readonly (readonly [string, unknown])[]): string[] => rows.map(([uid]) => uid);

/** Which records and folders a client asked for. A list without entries asks for nothing in particular. */
class Filter {
  readonly #records: ReadonlySet<string> | undefined;
  readonly #folders: ReadonlySet<string> | undefined;

  constructor({ requestedRecords, requestedFolders }: ReadCommand) {
    this.#records = requestedRecords?.length ? new Set(requestedRecords) : undefined;
    this.#folders = requestedFolders?.length ? new Set(requestedFolders) : undefined;
  }

  /** Whether a record is wanted, for itself or for one of the folders that it lies in. */
  record(uid: string, ...folderUids: readonly (string | undefined)[]): boolean {
    if (!this.#records && !this.#folders) return true;
    const inFolder = folderUids.some((folderUid) => folderUid !== undefined && this.#folders?.has(folderUid));
    return inFolder || (this.#records?.has(uid) ?? false);
  }

  /** The records of a shared folder that are wanted. A few by name are looked up, not searched for. */
  async contents(view: View, folderUid: string): Promise<readonly (readonly [string, ContentRow])[]> {
    if (this.#records && !this.#folders) {
      const uids = [...this.#records];
      const rows = await view.getMany(
        'contents',
        uids.map((uid) => `${folderUid}!${uid}`),
      );
      return uids.flatMap((uid, index) => {
        const row = rows[index];
        return row ? [[uid, row] as const] : [];
      });
    }
    const rows = await view.list('contents', folderUid);
    return rows.filter(([uid, { innerFolderUid }]) => this.record(uid, folderUid, innerFolderUid));
  }

  /** Whether a shared folder is wanted even when none of its records is. */
  folder(uid: string): boolean {
    return this.#folders?.has(uid) ?? !this.#records;
  }
}

async function answerRecord(
  view: View,
  command: ReadCommand,
  context: CommandContext,
  place: {
    readonly uid: string;
    readonly row: RecordRow;
    readonly key: Uint8Array | undefined;
    readonly editable: boolean;
    readonly innerFolderUid?: string | undefined;
  },
): Promise<AnswerRecord> {
  const { uid, row, key, editable, innerFolderUid } = place;
  const files: AnswerFile[] = [];
  const fileRows = row.fileUids.length > 0 ? await view.getMany('files', row.fileUids) : [];
  for (const [index, fileUid] of row.fileUids.entries()) {
    const file = fileRows[index];
    if (!file?.uploaded) continue;
    files.push({
      uid: fileUid,
      key: file.key,
      description: file.description,
      url: context.fileUrl(fileUid, false),
      thumbnailUrl: file.hasThumbnail ? context.fileUrl(fileUid, true) : undefined,
    });
  }
  return {
    // The field's clients take the application's key for a record's where it comes without a UID, and only there.
    uid: key ? uid : '',
    key,
    data: row.data,
    revision: row.revision,
    isEditable: editable,
    innerFolderUid,
    ...(files.length > 0 && { files }),
    ...(command.requestLinks && { links: row.links.map((link) => ({ ...link })) }),
  };
}

async function getFolders(view: View, { applicationUid }: CommandContext): Promise<Answer> {
  const shared: AnswerFolder[] = [];
  const inner: AnswerFolder[] = [];
  for (const [uid, share] of inOrder(await view.list('shares', applicationUid))) {
    const row = share.kind === 'folder' ? await view.get('folders', uid) : undefined;
    if (!row || !share.key) continue;
    shared.push({ uid, key: share.key, data: row.data });
    const innerUids = uidsOf(await view.list('innerFolders', uid));
    const rows = await view.getMany('folders', innerUids);
    const found = innerUids.flatMap((innerUid, index) => {
      const innerRow = rows[index];
      return innerRow ? [[innerUid, innerRow] as const] : [];
    });
    for (const [innerUid, { key, data, parentUid }] of inOrder(found)) {
      if (key) inner.push({ uid: innerUid, key, data, parentUid });
    }
  }
  return encodeFoldersAnswer([...shared, ...inner]);
}

async function createSecret(
  transaction: Transaction,
  command: Received<'create_secret'>,
  context: CommandContext,
): Promise<Answer> {
  const { recordUid, folderUid, subFolderUid, ownerRecordKey, folderRecordKey, data } = command;
  assertLength(ownerRecordKey, OWNER_WRAPPED_KEY_LENGTH, 'payload.recordKey');
  assertLength(folderRecordKey, WRAPPED_KEY_LENGTH, 'payload.folderKey');
  assertSealed(data, SHORTEST_GCM, 'payload.data');
  await sharedFolder(transaction, context, folderUid);
  if (subFolderUid !== undefined) await folderIn(transaction, folderUid, subFolderUid, 'payload.subFolderUid');
  await assertFresh(transaction, recordUid, 'payload.recordUid');
  const innerFolderUid = subFolderUid === folderUid ? undefined : subFolderUid;
  const order = await nextOrder(transaction);
  transaction.put('contents', `${folderUid}!${recordUid}`, {
    key: folderRecordKey,
    innerFolderUid,
    editable: true,
    order,
  });
  transaction.put('records', recordUid, {
    data,
    revision: await nextRevision(transaction),
    ownerKey: ownerRecordKey,
    pending: undefined,
    folderUids: [folderUid],
    applicationUids: [],
    fileUids: [],
    links: [],
  });
  return null;
}

async function updateSecret(
  transaction: Transaction,
  command: Received<'update_secret'>,
  context: CommandContext,
): Promise<Answer> {
  const { recordUid, data, linksToRemove } = command;
  assertSealed(data, SHORTEST_GCM, 'payload.data');
  const row = await editableRecord(transaction, context, recordUid);
  assertChangeable(row, command.revision);
  if (command.transaction === 'rotation') {
    transaction.put('records', recordUid, { ...row, pending: { data, linksToRemove } });
  } else {
    await putChanged(transaction, recordUid, row, data, linksToRemove);
  }
  return null;
}

async function completeUpdate(
  transaction: Transaction,
  command: Received<'finalize_secret_update'>,
  context: CommandContext,
): Promise<Answer> {
  const row = await editableRecord(transaction, context, command.recordUid);
  if (!row.pending) throw new VaultwireError('no-rotation-pending', 'payload.recordUid: no rotation of it is pending');
  const { data, linksToRemove } = row.pending;
  if (command.command === 'rollback_secret_update') {
    transaction.put('records', command.recordUid, { ...row, pending: undefined });
  } else {
    await putChanged(transaction, command.recordUid, row, data, linksToRemove);
  }
  return null;
}

async function deleteSecrets(
  transaction: Transaction,
  command: Received<'delete_secret'>,
  context: CommandContext,
): Promise<Answer> {
  const results = await deleteEach(command.recordUids, async (uid) => {
    const row = await editableRecord(transaction, context, uid);
    deleteRecord(transaction, uid, row);
    return [uid];
  });
  return { records: results.map(({ uid, ...result }) => ({ recordUid: uid, ...result })) };
}

async function createFolder(
  transaction: Transaction,
  command: Received<'create_folder'>,
  context: CommandContext,
): Promise<Answer> {
  const { folderUid, sharedFolderUid, parentUid = sharedFolderUid, folderKey, data } = command;
  assertLength(folderKey, CBC_WRAPPED_KEY_LENGTH, 'payload.sharedFolderKey');
  assertSealed(data, SHORTEST_CBC, 'payload.data');
  await sharedFolder(transaction, context, sharedFolderUid);
  let parent: FolderRow | undefined = await folderIn(transaction, sharedFolderUid, parentUid, 'payload.parentUid');
  for (let depth = 1; parent?.parentUid !== undefined; depth++) {
    if (depth >= MAXIMUM_FOLDER_DEPTH) {
      throw new VaultwireError(
        'parameter-out-of-range',
        `payload.parentUid: more than ${MAXIMUM_FOLDER_DEPTH} folders deep`,
      );
    }
    parent = await transaction.get('folders', parent.parentUid);
  }
  await assertFresh(transaction, folderUid, 'payload.folderUid');
  const order = await nextOrder(transaction);
  transaction.put('folders', folderUid, { data, sharedFolderUid, parentUid, key: folderKey, order });
  transaction.put('innerFolders', `${sharedFolderUid}!${folderUid}`, true);
  return null;
}

async function updateFolder(
  transaction: Transaction,
  command: Received<'update_folder'>,
  context: CommandContext,
): Promise<Answer> {
  const { folderUid, data } = command;
  assertSealed(data, SHORTEST_CBC, 'payload.data');
  const row = await editableFolder(transaction, context, folderUid);
  transaction.put('folders', folderUid, { ...row, data });
  return null;
}

async function deleteFolders(
  transaction: Transaction,
  command: Received<'delete_folder'>,
  context: CommandContext,
): Promise<Answer> {
  const results = await deleteEach(command.folderUids, async (uid) => {
    const { sharedFolderUid, parentUid } = await editableFolder(transaction, context, uid);
    if (parentUid === undefined) throw new VaultwireError('not-permitted', "a shared folder is its owner's to delete");
    const doomed = await foldersBelow(transaction, sharedFolderUid, uid);
    const contents = (await transaction.list('contents', sharedFolderUid)).filter(
      ([, { innerFolderUid }]) => innerFolderUid !== undefined && doomed.includes(innerFolderUid),
    );
    if (!command.force && (doomed.length > 1 || contents.length > 0)) {
      return {
        responseCode: 'not_empty',
        errorMessage: 'the folder is not empty: forceDeletion deletes what is in it',
      };
    }
    if (contents.some(([, { editable }]) => !editable)) {
      throw new VaultwireError('not-permitted', 'the folder holds a record that the client may not change');
    }
    for (const [recordUid] of contents) await removeFromFolder(transaction, sharedFolderUid, recordUid);
    for (const folderUid of doomed) {
      transaction.delete('folders', folderUid);
      transaction.delete('innerFolders', `${sharedFolderUid}!${folderUid}`);
    }
    return doomed;
  });
  return { folders: results.map(({ uid, ...result }) => ({ folderUid: uid, ...result })) };
}

async function addFile(
  transaction: Transaction,
  command: Received<'add_file'>,
  context: CommandContext,
): Promise<Answer> {
  const { fileUid, recordUid, recordData, recordFileKey, ownerFileKey, description, fileSize } = command;
  assertLength(ownerFileKey, OWNER_WRAPPED_KEY_LENGTH, 'payload.fileRecordKey');
  assertLength(recordFileKey, WRAPPED_KEY_LENGTH, 'payload.linkKey');
  assertSealed(description, SHORTEST_GCM, 'payload.fileRecordData');
  assertSealed(recordData, SHORTEST_GCM, 'payload.ownerRecordData');
  if (fileSize < SHORTEST_GCM || fileSize > context.maximumUploadBytes) {
    throw new VaultwireError(
      'parameter-out-of-range',
      `payload.fileSize: expected ${SHORTEST_GCM} to ${context.maximumUploadBytes} bytes`,
    );
  }
  const row = await editableRecord(transaction, context, recordUid);
  assertChangeable(row, command.recordRevision);
  await assertFresh(transaction, fileUid, 'payload.fileRecordUid');
  transaction.put('files', fileUid, {
    recordUid,
    description,
    key: recordFileKey,
    ownerKey: ownerFileKey,
    size: fileSize,
    uploaded: false,
    hasThumbnail: false,
  });
  await putChanged(transaction, recordUid, { ...row, fileUids: [...row.fileUids, fileUid] }, recordData, []);
  return context.issueUpload(transaction, fileUid);
}

// What the commands above have in common.

/** The share of a shared folder that the client may change. */
async function sharedFolder(view: View, context: CommandContext, uid: string): Promise<ShareRow> {
  const share = await view.get('shares', `${context.applicationUid}!${uid}`);
  if (share?.kind !== 'folder') throw notFound('shared folder');
  if (!share.editable) throw notPermitted('shared folder');
  return share;
}

async function folderIn(view: View, sharedFolderUid: string, uid: string, name: string): Promise<FolderRow> {
  const row = await view.get('folders', uid);
  if (row?.sharedFolderUid !== sharedFolderUid) {
    throw new VaultwireError('not-found', `${name}: no such folder in the shared folder`);
  }
  return row;
}

/** The UID of the record that is sealed with the application's key itself, and comes to clients without its UID. */
export async function ownRecordUid(view: View, applicationUid: string): Promise<string | undefined> {
  const shares = await view.list('shares', applicationUid);
  return shares.find(([, { kind, key }]) => kind === 'record' && !key)?.[0];
}

/** A folder that the client may change: what is not shared with it does not exist for it. */
async function editableFolder(view: View, context: CommandContext, uid: string): Promise<FolderRow> {
  const row = await view.get('folders', uid);
  if (!row) throw notFound('folder');
  await sharedFolder(view, context, row.sharedFolderUid);
  return row;
}

/** A record that the client may change, wherever it reached the client. What is not shared does not exist for it. */
async function editableRecord(view: View, context: CommandContext, uid: string): Promise<RecordRow> {
  const row = await view.get('records', uid);
  if (!row) throw notFound('record');
  let visible = false;
  if (row.applicationUids.includes(context.applicationUid)) {
    const share = await view.get('shares', `${context.applicationUid}!${uid}`);
    if (share?.editable) return row;
    visible = true;
  }
  for (const folderUid of row.folderUids) {
    const share = await view.get('shares', `${context.applicationUid}!${folderUid}`);
    if (share?.kind !== 'folder') continue;
    const content = await view.get('contents', `${folderUid}!${uid}`);
    if (share.editable && content?.editable) return row;
    visible = true;
  }
  throw visible ? notPermitted('record') : notFound('record');
}

function assertChangeable(row: RecordRow, revision: number): void {
  if (row.pending) throw new VaultwireError('rotation-pending', 'record: finalize or roll back its rotation first');
  if (row.revision !== revision) {
    throw new VaultwireError('revision-conflict', 'record: it has changed since this revision was read');
  }
}

/** Stores new data of a record under a new revision, without some of its links and files. */
async function putChanged(
  transaction: Transaction,
  uid: string,
  row: RecordRow,
  data: Uint8Array,
  linksToRemove: readonly string[],
): Promise<void> {
  for (const fileUid of row.fileUids) if (linksToRemove.includes(fileUid)) deleteFile(transaction, fileUid);
  transaction.put('records', uid, {
    ...row,
    data,
    pending: undefined,
    revision: await nextRevision(transaction),
    fileUids: row.fileUids.filter((fileUid) => !linksToRemove.includes(fileUid)),
    links: row.links.filter((link) => !linksToRemove.includes(link.recordUid)),
  });
}

/** One counter for all records: a UID that is used again after its record was deleted never goes back in revision. */
const nextRevision = (transaction: Transaction): Promise<number> => count(transaction, 'revision', 1);

const nextOrder = (transaction: Transaction): Promise<number> => count(transaction, 'order', 0);

async function count(transaction: Transaction, counter: string, start: number): Promise<number> {
  const next = (((await transaction.get('meta', counter)) as number | undefined) ?? start) + 1;
  transaction.put('meta', counter, next);
  return next;
}

function deleteRecord(transaction: Transaction, uid: string, row: RecordRow): void {
  for (const folderUid of row.folderUids) transaction.delete('contents', `${folderUid}!${uid}`);
  for (const applicationUid of row.applicationUids) transaction.delete('shares', `${applicationUid}!${uid}`);
  for (const fileUid of row.fileUids) deleteFile(transaction, fileUid);
  transaction.delete('records', uid);
}

async function removeFromFolder(transaction: Transaction, sharedFolderUid: string, uid: string): Promise<void> {
  const row = await transaction.get('records', uid);
  if (!row) return;
  const folderUids = row.folderUids.filter((folderUid) => folderUid !== sharedFolderUid);
  if (folderUids.length + row.applicationUids.length === 0) {
    deleteRecord(transaction, uid, row);
  } else {
    transaction.delete('contents', `${sharedFolderUid}!${uid}`);
    transaction.put('records', uid, { ...row, folderUids });
  }
}

function deleteFile(transaction: Transaction, uid: string): void {
  transaction.delete('files', uid);
  transaction.delete('blobs', uid);
  transaction.delete('blobs', `${uid}!thumbnail`);
}

/** A folder and those inside it, however deep. */
async function foldersBelow(view: View, sharedFolderUid: string, uid: string): Promise<readonly string[]> {
  const candidates = uidsOf(await view.list('innerFolders', sharedFolderUid));
  const rows = await view.getMany('folders', candidates);
  const found = [uid];
  for (const parentUid of found) {
    for (const [index, candidate] of candidates.entries()) {
      if (rows[index]?.parentUid === parentUid) found.push(candidate);
    }
  }
  return found;
}

interface DeleteOutcome {
  readonly responseCode: string;
  readonly errorMessage: string;
}

/**
 * Deletes one by one: a UID that is refused does not keep the others. What went with an earlier UID counts as done.
 *
 * @param remove returns the UIDs that are gone, or why none is; what it throws is a refusal as well
 */
async function deleteEach(
  uids: readonly string[],
  remove: (uid: string) => Promise<readonly string[] | DeleteOutcome>,
): Promise<readonly (DeleteOutcome & { readonly uid: string })[]> {
  const deleted = new Set<string>();
  const done: DeleteOutcome = { responseCode: 'ok', errorMessage: '' };
  const removeOnce = async (uid: string): Promise<DeleteOutcome> => {
    if (deleted.has(uid)) return done;
    try {
      const result = await remove(uid);
      if ('responseCode' in result) return result;
      for (const gone of result) deleted.add(gone);
      return done;
    } catch (error) {
      if (!isVaultwireError(error)) throw error;
      return { responseCode: wireCode(error.code), errorMessage: error.message };
    }
  };
  const results: (DeleteOutcome & { uid: string })[] = [];
  for (const uid of uids) results.push({ uid, ...(await removeOnce(uid)) });
  return results;
}

async function assertFresh(view: View, uid: string, name: string): Promise<void> {
  const taken = await Promise.all([view.get('records', uid), view.get('folders', uid), view.get('files', uid)]);
  if (taken.some((row) => row !== undefined)) throw new VaultwireError('duplicate-uid', `${name}: this UID is taken`);
}

function assertLength(bytes: Uint8Array, length: number, name: string): void {
  if (bytes.length !== length) {
    throw new VaultwireError('length-invalid', `${name}: expected ${length} bytes, found ${bytes.length}`);
  }
}

function assertSealed(bytes: Uint8Array, shortest: number, name: string): void {
  if (bytes.length < shortest)
    throw new VaultwireError('length-invalid', `${name}: expected at least ${shortest} bytes`);
}

const notFound = (what: string): VaultwireError =>
  new VaultwireError('not-found', `${what}: none of this UID is shared with the application`);
const notPermitted = (what: string): VaultwireError =>
  new VaultwireError('not-permitted', `${what}: the client may read it and not change it`);
