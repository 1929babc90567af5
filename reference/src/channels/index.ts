import { VaultwireError } from 'vaultwire';
import type { OpenChannel, QueueEnds } from './channel.js';
import { directoryChannel } from './directory-queue.js';
import { relayChannel } from './relay-channel.js';

export { CHANNEL_LIMITS, type OpenChannel, type QueueEnds } from './channel.js';
export { directoryChannel, makeQueueFolder, type DirectoryQueueOptions, type Watch } from './directory-queue.js';
export { relayChannel, type RelayChannelOptions } from './relay-channel.js';
export { RELAY_LIMITS, startRelay, type RelayLimits, type RelayOptions, type RunningRelay } from './relay-server.js';

/** Where messages go: to a folder, over a relay, or both at once. */
export interface ChannelChoice {
  /** A folder of queues. */
  readonly queue?: string;
  /** A relay's `ws://` or `wss://` URL. */
  readonly relay?: string;
}

/**
 * The channels of one end of a pairing.
 *
 * @throws VaultwireError `argument-invalid` when there is neither a folder nor a relay
 */
export function openChannels(
  choice: ChannelChoice,
  { sendQueue, receiveQueue }: QueueEnds,
  onFault?: (error: unknown) => void,
): readonly OpenChannel[] {
  const { queue, relay } = choice;
  const options = { sendQueue, receiveQueue, ...(onFault && { onFault }) };
  const channels: OpenChannel[] = [];
  if (queue !== undefined) channels.push(directoryChannel({ ...options, folder: queue }));
  if (relay !== undefined) channels.push(relayChannel({ ...options, url: relay }));
  if (channels.length === 0) {
    throw new VaultwireError('argument-invalid', 'channels: expected a folder (--queue), a relay (--relay) or both');
  }
  return channels;
}
