export * from '../crypto/box.js';
export * from './messages.js';
export { type Channel, type ChannelCounters, type MakeChannels, type PairingAddress } from './channel.js';
export { systemClock, type Clock } from './clock.js';
export { memoryPairingStore, type PairingStore } from './store.js';
