import { VaultwireError } from '../wire/error.js';
import { readArray, readBase64, readOptionalString, type JsonObject, type JsonValue } from '../wire/json.js';
import { printable } from '../wire/text.js';
import type { AnswerReport } from './account/wrap.js';
import type { ApplicationKey, FolderKey, UnwrapOptions } from './keys.js';
import {
  asObject,
  failure,
  missingUids,
  readAnswer,
  readUid,
  sharedWrappedKeys,
  swapSuspected,
  textMember,
  type DeviceWrapKind,
  type Failure,
} from './secrets.js';

/** How many folders may lie inside one another. */
export const MAXIMUM_FOLDER_DEPTH = 64;

/** A folder that opened. */
export interface OpenedFolder {
  readonly uid: string;
  /** Undefined for a shared folder, which lies in no other. */
  readonly parentUid: string | undefined;
  /** The shared folder at the root of its parents: itself, for a shared folder. */
  readonly sharedFolderUid: string;
  /** Not authenticated: AES-CBC lets whoever stores it change it. */
  readonly name: string;
  readonly key: FolderKey;
  /** Whether the folder's key was: a shared folder's is under AES-GCM, the key of a folder inside under AES-CBC. */
  readonly keyAuthenticated: boolean;
}

/** What a get_folders answer holds. */
export interface OpenedFolders {
  /** In the answer's order. */
  readonly folders: readonly OpenedFolder[];
  /** What did not open. */
  readonly failed: readonly Failure[];
  readonly report: FoldersReport;
}

/** What is to be said of all folders: `missing` are those that others name as their parent. */
export interface FoldersReport extends AnswerReport<DeviceWrapKind> {
  /** How many names opened that are not authenticated: all of them. */
  readonly unauthenticatedNames: number;
}

/**
 * Opens a get_folders answer. A folder that does not open, or whose parents lead nowhere or in a circle, is reported
 * by UID beside those that opened. Two UIDs with the same wrapped key are refused as `swap-suspected`.
 *
 * @param answer the plaintext of the answer, as `openAnswer` returns it, or its JSON
 * @throws VaultwireError a JSON or field code when the answer as a whole cannot be read
 */
export async function openFolders(
  answer: Uint8Array | JsonObject,
  applicationKey: ApplicationKey,
  options: UnwrapOptions = {},
): Promise<OpenedFolders> {
  const items = readArray(readAnswer(answer), 'folders', 'answer');
  const failed: Failure[] = [];
  const parents = new Map<string, string | undefined>();
  const entries: { readonly item: JsonValue; readonly object: JsonObject; readonly uid: string }[] = [];
  for (const item of items) {
    try {
      const object = asObject(item, 'folder');
      const uid = readUid(object, 'folderUid', 'folder');
      if (parents.has(uid)) throw new VaultwireError('duplicate-uid', 'folder: this UID came before');
      const parentUid = readOptionalString(object, 'parent', 'folder');
      // Some backends write an empty parent for a shared folder.
      parents.set(uid, parentUid === '' ? undefined : parentUid);
      entries.push({ item, object, uid });
    } catch (error) {
      failed.push(failure('folder', textMember(item, 'folderUid'), undefined, error));
    }
  }

  const swapped = sharedWrappedKeys([items, 'folderKey', 'folderUid']);
  // Shared folders first: the keys of the folders inside are wrapped under theirs, wherever they stand in the answer.
  const opened = new Map<string, OpenedFolder>();
  const inside = (entry: { readonly uid: string }): boolean => parents.get(entry.uid) !== undefined;
  for (const entry of [...entries.filter((one) => !inside(one)), ...entries.filter(inside)]) {
    const { item, object, uid } = entry;
    const parentUid = parents.get(uid);
    try {
      if (swapped.has(item)) throw swapSuspected('folder');
      const sharedFolderUid = sharedFolderOf(uid, parents);
      const wrapped = readBase64(object, 'folderKey', 'folder');
      let key: FolderKey;
      if (parentUid === undefined) key = await applicationKey.unwrapFolderKey(wrapped, options);
      else {
        const shared = opened.get(sharedFolderUid);
        if (!shared) throw new VaultwireError('key-missing', 'folder: its shared folder did not open');
        key = await shared.key.unwrapFolderKey(wrapped, options);
      }
      const { name } = await key.openData(readBase64(object, 'data', 'folder'));
      // The same error as for padding that does not fit: this is the plaintext of AES-CBC.
      if (typeof name !== 'string') throw new VaultwireError('open-failed', 'folder data: does not open');
      const keyAuthenticated = parentUid === undefined;
      opened.set(uid, { uid, parentUid, sharedFolderUid, name, key, keyAuthenticated });
    } catch (error) {
      failed.push(failure('folder', uid, parentUid, error));
    }
  }
  const folders = entries.flatMap(({ uid }) => opened.get(uid) ?? []);
  const unauthenticated = folders.filter(({ keyAuthenticated }) => !keyAuthenticated).length;
  const named = [...new Set(parents.values())].filter((uid) => uid !== undefined);
  const report = {
    missing: missingUids(named, items, 'folderUid').map(printable),
    wraps: { 'application-gcm': folders.length - unauthenticated, 'folder-cbc': unauthenticated },
    unauthenticated,
    unauthenticatedNames: folders.length,
  };
  return { folders, failed, report };
}

/** @throws VaultwireError `parent-missing`, `parent-loop` */
function sharedFolderOf(uid: string, parents: ReadonlyMap<string, string | undefined>): string {
  let current = uid;
  for (let depth = 0; depth <= MAXIMUM_FOLDER_DEPTH; depth++) {
    const parent = parents.get(current);
    if (parent === undefined) return current;
    if (!parents.has(parent)) throw new VaultwireError('parent-missing', 'folder.parent: not in the answer');
    current = parent;
  }
  throw new VaultwireError('parent-loop', 'folder.parent: the parents lead in a circle or too deep');
}
