export * from './auth-verifier.js';
export * from './data-key.js';
export * from './device-data-key.js';
export * from './encryption-params.js';
export * from './kdf.js';
export * from './key-pair.js';
export * from './sharing.js';
export * from './wrap.js';
