import { rm } from 'node:fs/promises';
import {
  object,
  optional,
  parse,
  pipe,
  string,
  strictObject,
  transform,
  literal,
  base64,
  type InferOutput,
} from 'valibot';
import { VaultwireError } from 'vaultwire';
import type { PairingStore } from 'vaultwire/pairing';
import { readPrivateFile, writePrivateFile } from '../private-file.js';

const bytes = pipe(
  string(),
  base64(),
  transform((text) => Uint8Array.from(Buffer.from(text, 'base64'))),
);

/** Which ways the computer talks to the phone over, so that each command uses the same. */
const channelsSchema = object({ queue: optional(string()), relay: optional(string()) });
export type ChannelChoice = InferOutput<typeof channelsSchema>;

const schema = strictObject({
  version: literal(1),
  channels: channelsSchema,
  secretKey: optional(bytes),
  state: optional(bytes),
});
type Content = InferOutput<typeof schema>;
const EMPTY: Content = { version: 1, channels: {} };

/** One pairing in one file, mode 0600, replaced as a whole by every write, which resolves once it is on the disk. */
export interface PairingFile extends PairingStore {
  /** Undefined when there is no file. */
  channels(): Promise<ChannelChoice | undefined>;
  /** Remembers the channels for the commands to come. */
  saveChannels(channels: ChannelChoice): Promise<void>;
}

/**
 * Nothing is written over a file that cannot be read: `configuration-invalid` is thrown for one by every method but
 * `clear`, and for one that cannot be written by those that save.
 * Writes happen in the order of the calls. `save` throws `not-found` without a file: a secret key or channels come first.
 */
export function pairingFile(path: string): PairingFile {
  let last: Promise<unknown> = Promise.resolve();
  const inOrder = <T>(task: () => Promise<T>): Promise<T> => {
    const result = last.then(task);
    last = result.catch(() => undefined);
    return result;
  };
  const change = (changed: Partial<Content>, first?: Content): Promise<void> =>
    inOrder(async () => {
      const content = (await read(path)) ?? first;
      // Without its key a state is of no use, and would look like a pairing.
      if (!content) throw new VaultwireError('not-found', `${path}: the pairing has been removed`);
      await write(path, { ...content, ...changed });
    });
  return {
    load: () => inOrder(async () => (await read(path))?.state),
    save: (state) => change({ state: Uint8Array.from(state) }),
    loadSecretKey: () => inOrder(async () => (await read(path))?.secretKey),
    saveSecretKey: (secretKey) => change({ secretKey: Uint8Array.from(secretKey) }, EMPTY),
    clear: () =>
      inOrder(async () => {
        await rm(path, { force: true });
      }),
    channels: () => inOrder(async () => (await read(path))?.channels),
    saveChannels: (channels) => change({ channels }, EMPTY),
  };
}

async function read(path: string): Promise<Content | undefined> {
  const content = await readPrivateFile(path);
  if (content === undefined) return undefined;
  try {
    return parse(schema, JSON.parse(Buffer.from(content).toString()));
  } catch {
    // Without the cause, which may quote the secret key.
    throw new VaultwireError('configuration-invalid', `${path}: holds no pairing that this version understands`);
  }
}

async function write(path: string, content: Content): Promise<void> {
  const encode = (value: Uint8Array | undefined): string | undefined =>
    value === undefined ? undefined : Buffer.from(value).toString('base64');
  const document = { ...content, secretKey: encode(content.secretKey), state: encode(content.state) };
  await writePrivateFile(path, `${JSON.stringify(document)}\n`);
}
