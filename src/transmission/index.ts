export * from './device-request.js';
export * from './error-answer.js';
export * from './regions.js';
export * from './replay-window.js';
export * from './request-loop.js';
export * from './server-keys.js';
