import { VaultwireError } from 'vaultwire';
import { CHANNEL_LIMITS, isQueueName } from './channel.js';

// What a relay and its clients say to each other, one WebSocket message each: kind(1), then
//
//   1 subscribe   queue name                                    client to relay
//   2 publish     id(16) || length(1) of the name || name || message
//   3 delivered   id(16)                                        client to relay: the message can go
//   4 accepted    id(16)                                        relay to client: the message is kept
//   5 message     id(16) || message                             relay to client
//
// Names are ASCII. The id is chosen by who publishes, at random; to publish it again while it waits changes nothing.

export type RelayFrame =
  | { readonly kind: 'subscribe'; readonly queue: string }
  | { readonly kind: 'publish'; readonly id: string; readonly queue: string; readonly message: Uint8Array }
  | { readonly kind: 'delivered' | 'accepted'; readonly id: string }
  | { readonly kind: 'message'; readonly id: string; readonly message: Uint8Array };

const KINDS = ['subscribe', 'publish', 'delivered', 'accepted', 'message'] as const;
const ID_LENGTH = 16;
const MAXIMUM_NAME_LENGTH = 64;

/** The longest frame in bytes. */
export const MAXIMUM_FRAME_BYTES = 1 + ID_LENGTH + 1 + MAXIMUM_NAME_LENGTH + CHANNEL_LIMITS.maximumMessageBytes;

export function encodeFrame(frame: RelayFrame): Uint8Array {
  const kind = Uint8Array.of(KINDS.indexOf(frame.kind) + 1);
  if (frame.kind === 'subscribe') return Buffer.concat([kind, Buffer.from(frame.queue, 'latin1')]);
  const id = Buffer.from(frame.id, 'hex');
  if (frame.kind === 'publish') {
    const name = Buffer.from(frame.queue, 'latin1');
    return Buffer.concat([kind, id, Uint8Array.of(name.length), name, frame.message]);
  }
  return Buffer.concat(frame.kind === 'message' ? [kind, id, frame.message] : [kind, id]);
}

/** @throws VaultwireError `header-invalid`, `field-invalid`, `message-too-short`, `message-too-long` */
export function decodeFrame(bytes: Uint8Array): RelayFrame {
  const kind = KINDS[(bytes[0] ?? 0) - 1];
  if (kind === undefined) throw new VaultwireError('header-invalid', 'frame: expected a kind from 1 to 5');
  if (kind === 'subscribe') return { kind, queue: nameOf(bytes.subarray(1)) };
  const start = 1 + ID_LENGTH;
  if (bytes.length < start) throw new VaultwireError('message-too-short', 'frame: expected an id of 16 bytes');
  const id = Buffer.from(bytes.subarray(1, start)).toString('hex');
  if (kind === 'publish') {
    const end = start + 1 + (bytes[start] ?? 0);
    if (bytes.length < end) throw new VaultwireError('message-too-short', 'frame: expected the name of a queue');
    return { kind, id, queue: nameOf(bytes.subarray(start + 1, end)), message: messageOf(bytes, end) };
  }
  if (kind === 'message') return { kind, id, message: messageOf(bytes, start) };
  if (bytes.length > start) throw new VaultwireError('message-too-long', 'frame: expected nothing after the id');
  return { kind, id };
}

function messageOf(bytes: Uint8Array, start: number): Uint8Array {
  if (bytes.length - start > CHANNEL_LIMITS.maximumMessageBytes) {
    throw new VaultwireError('message-too-long', 'frame: expected a shorter message');
  }
  // A copy: the socket's buffer is not ours.
  return new Uint8Array(bytes.subarray(start));
}

function nameOf(bytes: Uint8Array): string {
  const name = Buffer.from(bytes).toString('latin1');
  if (!isQueueName(name)) throw new VaultwireError('field-invalid', 'frame: expected the name of a queue');
  return name;
}
