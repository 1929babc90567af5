export * from '../crypto/box.js';
export * from './messages.js';
