// Keeps a trust ledger in a file: what changed is appended, and the whole is written anew where that got long.
import { open, readFile, rename, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';
import { appendLedger, decodeLedger, emptyTrustLedger, encodeLedger } from 'vaultwire/keychain/ledger';

const BOUNDS = { maximumFrames: 1000, maximumBytes: 32 * 1024 * 1024 };

/** `minimumSequence` is what `save` returned last, if that is kept where the file cannot be put back. */
export async function openLedgerFile(path, key, minimumSequence = 0) {
  let ledger = emptyTrustLedger();
  let tail;
  const document = await readFile(path).catch((error) => {
    // Any other error must not pass for a device that knows nothing yet.
    if (error.code === 'ENOENT' && minimumSequence === 0) return undefined;
    throw error;
  });
  if (document) {
    const decoded = await decodeLedger(document, key, { minimumSequence });
    ({ ledger, tail } = decoded);
    // What a crash left half written goes before anything is put behind it.
    if (decoded.isCut) await truncate(path, tail.length);
  }

  async function save(next) {
    const { bytes, ...written } = await encodeNext(next);
    if (written.tail.frames > 1) await writeThrough(path, 'a', bytes);
    else if (bytes.length > 0) {
      await writeThrough(`${path}.new`, 'w', bytes);
      await rename(`${path}.new`, path);
      await sync(dirname(path));
    }
    ({ tail } = written);
    ledger = next;
    return tail.sequence;
  }

  async function encodeNext(next) {
    if (!tail) return encodeLedger(next, key);
    try {
      return await appendLedger(tail, ledger, next, key, BOUNDS);
    } catch (error) {
      if (error.code !== 'message-too-long') throw error;
      return encodeLedger(next, key, { sequence: tail.sequence + 1 });
    }
  }

  return { ledger, save };
}

async function writeThrough(path, flags, bytes) {
  const file = await open(path, flags, 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A new name lasts once its folder is written. */
async function sync(folder) {
  const directory = await open(folder, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
