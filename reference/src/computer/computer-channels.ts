import { VaultwireError } from 'vaultwire';
import type { MakeChannels } from 'vaultwire/pairing';
import { firstFailures, openChannels, type ChannelChoice, type OpenChannel } from '../channels/index.js';

/** The channels that a session makes, and how to close them after it. */
export interface ComputerChannels {
  readonly make: MakeChannels;
  readonly close: () => Promise<void>;
  /** How many messages a channel has taken so far, each channel counted. */
  readonly accepted: () => number;
  /** To be told of the failures that the session sees. */
  readonly failed: (channel: string, error: unknown) => void;
}

/**
 * @param report told of the first failure of each channel
 * @throws VaultwireError `argument-invalid` when there is none
 */
export function computerChannels(
  choice: ChannelChoice,
  report: (channel: string, reason: string) => void,
): ComputerChannels {
  if (choice.queue === undefined && choice.relay === undefined) {
    throw new VaultwireError('argument-invalid', 'no channel: name a folder (--queue), a relay (--relay) or both');
  }
  const open: OpenChannel[] = [];
  const failed = firstFailures(report);
  let accepted = 0;
  return {
    make(address) {
      const channels = openChannels(choice, address, failed);
      open.push(...channels);
      return channels.map((channel) => ({
        name: channel.name,
        receive: (deliver) => channel.receive(deliver),
        send: async (message) => {
          await channel.send(message);
          accepted++;
        },
      }));
    },
    close: async () => {
      await Promise.allSettled(open.map((channel) => channel.close()));
    },
    accepted: () => accepted,
    failed,
  };
}
