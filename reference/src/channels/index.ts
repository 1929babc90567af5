import { VaultwireError } from 'vaultwire';
import type { OpenChannel, QueueEnds } from './channel.js';
import { directoryChannel } from './directory-queue.js';
import { relayChannel } from './relay-channel.js';

export { describeFailure, firstFailures } from './failures.js';
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
 * @param onFault told of what goes wrong in a channel of this name while it connects and receives
 * @throws VaultwireError `argument-invalid` when there is neither a folder nor a relay
 */
export function openChannels(
  choice: ChannelChoice,
  { sendQueue, receiveQueue }: QueueEnds,
  onFault: (channel: string, error: unknown) => void = () => undefined,
): readonly OpenChannel[] {
  const { queue, relay } = choice;
  const channels: OpenChannel[] = [];
  const open = (make: (onFault: (error: unknown) => void) => OpenChannel): void => {
    const channel = make((error) => {
      onFault(channel.name, error);
    });
    channels.push(channel);
  };
  const ends = { sendQueue, receiveQueue };
  if (queue !== undefined) open((fault) => directoryChannel({ ...ends, folder: queue, onFault: fault }));
  if (relay !== undefined) open((fault) => relayChannel({ ...ends, url: relay, onFault: fault }));
  if (channels.length === 0) {
    throw new VaultwireError('argument-invalid', 'channels: expected a folder (--queue), a relay (--relay) or both');
  }
  return channels;
}
