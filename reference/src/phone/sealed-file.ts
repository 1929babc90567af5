import { mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { VaultwireError } from 'vaultwire';
import type { AesKey } from 'vaultwire/crypto';
import { readPrivateFile, writePrivateFile } from '../private-file.js';

/** A JSON document in a file, sealed under a key of the phone and bound to the file's name. */
export interface SealedFile<T> {
  /** What the file holds, or what it begins with. */
  readonly value: T;
  /** Replaces what the file holds. Changes happen one after the other; `value` changes when the disk has it. */
  change(next: (value: T) => T): Promise<void>;
  /** Removes the file; `value` is again what it begins with. */
  remove(): Promise<void>;
}

/**
 * Opens a sealed file, or begins one, which is written with its first change.
 *
 * @param name what the file is called inside the phone's folder: a copy of another file does not open in its place
 * @param decode throws for a document that it does not understand
 * @throws VaultwireError `configuration-invalid` for a file that is damaged or not one of this phone; nothing is
 *   written over it
 */
export async function openSealedFile<T>(options: {
  readonly path: string;
  readonly name: string;
  readonly key: AesKey;
  readonly first: T;
  readonly decode: (document: unknown) => T;
  readonly encode: (value: T) => unknown;
}): Promise<SealedFile<T>> {
  const { path, name, key, first, decode, encode } = options;
  const additionalData = new TextEncoder().encode(`vaultwire phone 1: ${name}`);
  const sealed = await readPrivateFile(path);
  let value = first;
  if (sealed !== undefined) {
    try {
      value = decode(JSON.parse(new TextDecoder().decode(await key.open(sealed, additionalData))));
    } catch {
      // Without the cause, which may quote what the file holds.
      throw new VaultwireError('configuration-invalid', `${path}: damaged, or not a file of this phone`);
    }
  }
  let last: Promise<unknown> = Promise.resolve();
  const inOrder = (work: () => Promise<void>): Promise<void> => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  };
  return {
    get value() {
      return value;
    },
    change: (next) =>
      inOrder(async () => {
        const changed = next(value);
        const document = new TextEncoder().encode(JSON.stringify(encode(changed)));
        // The folder of the first pairing is not there yet.
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        await writePrivateFile(path, await key.seal(document, additionalData));
        value = changed;
      }),
    remove: () =>
      inOrder(async () => {
        await rm(path, { force: true });
        value = first;
      }),
  };
}
