import { VaultwireError } from 'vaultwire';
import type { Channel, PairingAddress } from 'vaultwire/pairing';

/** A channel that holds something open: a socket, a watched folder. */
export interface OpenChannel extends Channel {
  /** Waits for what is being sent, a moment at most, and lets go. What was not sent by then is rejected. */
  close(): Promise<void>;
}

/** Which queue this end writes to, and which it reads. */
export type QueueEnds = Pick<PairingAddress, 'sendQueue' | 'receiveQueue'>;

/** Bounds of both channels, as of the message queues that the field uses. */
export const CHANNEL_LIMITS = {
  /** A message in bytes: what a pairing sends at most. */
  maximumMessageBytes: 0x40000,
  /** Messages that wait in one queue; past it the oldest go. */
  maximumQueueMessages: 256,
  /** Bytes that wait in one queue; past it the oldest go. */
  maximumQueueBytes: 8 * 1024 * 1024,
  /** How long a message waits, in milliseconds: 48 hours. */
  lifetime: 48 * 60 * 60 * 1000,
} as const;

const QUEUE_NAME = /^[A-Za-z0-9][A-Za-z0-9-]{0,63}$/;

/** Whether a name can be one of a queue: never a path, whatever a peer says. */
export const isQueueName = (name: string): boolean => QUEUE_NAME.test(name);

/** @throws VaultwireError `argument-invalid` */
export function assertQueueNames({ sendQueue, receiveQueue }: QueueEnds): void {
  if (!isQueueName(sendQueue)) throw new VaultwireError('argument-invalid', 'sendQueue: expected the name of a queue');
  if (!isQueueName(receiveQueue)) {
    throw new VaultwireError('argument-invalid', 'receiveQueue: expected the name of a queue');
  }
}

/** @throws VaultwireError `message-too-long` */
export function assertMessageLength(message: Uint8Array): void {
  const { maximumMessageBytes } = CHANNEL_LIMITS;
  if (message.length > maximumMessageBytes) {
    throw new VaultwireError('message-too-long', `message: expected at most ${maximumMessageBytes} bytes`);
  }
}
