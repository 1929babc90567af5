import { VaultwireError } from '../../wire/error.js';
import {
  openFolder,
  usableWraps,
  vaultFailure,
  type KeyRing,
  type OpenItemOptions,
  type VaultFailure,
} from './open.js';
import type { SealedFolder, WrappedKey } from './sealed.js';

/**
 * Opens folders in any order: the keys of some are under those of others, which are opened before. A wrap that leads in
 * a circle is one that does not open; a folder that has another one opens all the same.
 *
 * @param refused why a folder is not to be opened at all, if so
 * @returns what did not open; what did is in the ring
 */
export async function openFolders(
  sealed: readonly SealedFolder[],
  ring: KeyRing,
  refused: (uid: string) => VaultwireError | undefined,
  options: OpenItemOptions,
): Promise<readonly VaultFailure[]> {
  const failed: VaultFailure[] = [];
  const fail = (uid: string, error: unknown): void => {
    failed.push(vaultFailure('folder', uid, error));
  };
  const left = new Map<string, SealedFolder>();
  for (const folder of sealed) {
    if (!left.has(folder.uid)) left.set(folder.uid, folder);
    else fail(folder.uid, new VaultwireError('duplicate-uid', 'folder: this UID came before'));
  }

  // The folders under a folder's key, and for each how many keys it has to wait for.
  const inside = new Map<string, SealedFolder[]>();
  const waitsFor = new Map<string, number>();
  const ready: SealedFolder[] = [];
  for (const folder of left.values()) {
    const parents = wrapsOf(folder, options).filter((wrap) => isUnder(wrap, left));
    for (const { byUid = '' } of parents) {
      const children = inside.get(byUid);
      if (children) children.push(folder);
      else inside.set(byUid, [folder]);
    }
    waitsFor.set(folder.uid, parents.length);
    if (parents.length === 0) ready.push(folder);
  }
  const openReady = async (): Promise<void> => {
    for (const folder of ready) {
      const { uid } = folder;
      if (!left.delete(uid)) continue;
      try {
        const refusal = refused(uid);
        if (refusal) throw refusal;
        ring.addFolder(await openFolder(ring, folder, options));
      } catch (error) {
        fail(uid, error);
      }
      for (const child of inside.get(uid) ?? []) {
        const count = (waitsFor.get(child.uid) ?? 0) - 1;
        waitsFor.set(child.uid, count);
        if (count === 0) ready.push(child);
      }
    }
  };
  await openReady();
  // What is left is in circles, or under one. A wrap under anything else is a way in.
  ready.length = 0;
  for (const folder of left.values()) {
    if (wrapsOf(folder, options).some((wrap) => !isUnder(wrap, left))) ready.push(folder);
  }
  await openReady();
  const error = new VaultwireError('parent-loop', 'folder: expected a wrap under another folder');
  for (const uid of left.keys()) fail(uid, error);
  return failed;
}

/** The wraps of a folder's key that may be tried; none where there are none, which it says when it is opened. */
function wrapsOf(folder: SealedFolder, options: OpenItemOptions): readonly WrappedKey[] {
  try {
    return usableWraps(folder, options);
  } catch {
    return [];
  }
}

const isUnder = ({ kind, byUid }: WrappedKey, folders: ReadonlyMap<string, unknown>): boolean =>
  kind.startsWith('folder-') && byUid !== undefined && folders.has(byUid);
