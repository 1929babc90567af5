import { assertBytes, concatBytes, copyBytes, type Bytes } from '../wire/bytes.js';
import { VaultwireError } from '../wire/error.js';

/*
 * A message over Bluetooth is cut into blocks. The first byte of a block says how many are still to come; a write of
 * a single byte is a control.
 */

/** Bytes of a block where nothing else was agreed. */
export const BLUETOOTH_MTU = 100;
/** Most bytes of a block: what an attribute's value holds (Bluetooth Core Specification, volume 3, part F, 3.2.9). */
export const MAXIMUM_BLUETOOTH_BLOCK = 512;
/** Most blocks of a message, as one byte counts them. */
export const MAXIMUM_BLUETOOTH_BLOCKS = 256;

/** The writes of a single byte. */
export const BLUETOOTH_CONTROL = { disconnect: Uint8Array.of(0), ping: Uint8Array.of(1) } as const;

/**
 * Cuts a message into blocks of at most `mtu` bytes (2 to 512), to be written in this order.
 *
 * @throws VaultwireError `argument-invalid` for another `mtu`, `message-too-short` for an empty message, which would be
 * taken for a control, `message-too-long` for one that does not fit into 256 blocks
 */
export function splitForBluetooth(message: Uint8Array, mtu: number = BLUETOOTH_MTU): Bytes[] {
  assertBytes(message, 'message');
  if (!Number.isInteger(mtu) || mtu < 2 || mtu > MAXIMUM_BLUETOOTH_BLOCK) {
    throw new VaultwireError('argument-invalid', `mtu: expected 2 to ${MAXIMUM_BLUETOOTH_BLOCK}`);
  }
  if (message.length === 0) throw new VaultwireError('message-too-short', 'message: expected at least 1 byte');
  const count = Math.ceil(message.length / (mtu - 1));
  if (count > MAXIMUM_BLUETOOTH_BLOCKS) {
    const most = MAXIMUM_BLUETOOTH_BLOCKS * (mtu - 1);
    throw new VaultwireError('message-too-long', `message: expected at most ${most} bytes`);
  }
  return Array.from({ length: count }, (_, index) =>
    concatBytes(Uint8Array.of(count - 1 - index), message.subarray(index * (mtu - 1), (index + 1) * (mtu - 1))),
  );
}

/** What a receiver remembers between two blocks: plain data of at most 131 kB. Undefined between two messages. */
export interface BluetoothAssembly {
  /** How many blocks are still to come. */
  readonly remaining: number;
  /** What the blocks so far held. */
  readonly parts: readonly Bytes[];
}

/** What a write brought. */
export type BluetoothStep =
  | { readonly assembly: BluetoothAssembly | undefined; readonly event?: undefined }
  | { readonly assembly: undefined; readonly event: 'message'; readonly message: Bytes }
  | { readonly assembly: undefined; readonly event: 'disconnect' }
  | { readonly assembly: BluetoothAssembly | undefined; readonly event: 'ping' };

/**
 * Takes one write. A block that is not the one after the last begins a message anew, so that a lost block costs the
 * message it belonged to and no other. What is neither block nor control is ignored: nobody is known to have sent it.
 */
export function receiveFromBluetooth(assembly: BluetoothAssembly | undefined, write: Uint8Array): BluetoothStep {
  assertBytes(write, 'write');
  const [first] = write;
  if (first === undefined || write.length > MAXIMUM_BLUETOOTH_BLOCK) return { assembly };
  if (write.length === 1) {
    if (first === BLUETOOTH_CONTROL.disconnect[0]) return { assembly: undefined, event: 'disconnect' };
    return first === BLUETOOTH_CONTROL.ping[0] ? { assembly, event: 'ping' } : { assembly };
  }
  const parts = [
    ...(assembly !== undefined && first === assembly.remaining - 1 ? assembly.parts : []),
    copyBytes(write.subarray(1)),
  ];
  if (first > 0) return { assembly: { remaining: first, parts } };
  return { assembly: undefined, event: 'message', message: concatBytes(...parts) };
}
