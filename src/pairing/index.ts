export * from '../crypto/box.js';
export * from './bluetooth.js';
export * from './envelope.js';
export * from './identity.js';
export * from './messages.js';
export * from './push.js';
export * from './qr.js';
export { PROTOCOL_VERSION } from './version.js';
