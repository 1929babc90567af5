/**
 * Requests of end users to the backend and to the router, both ends of each, and the protobuf messages they carry.
 */
export * from './error.js';
export * from './exchange.js';
export * from './ml-kem-keys.js';
export * from './request.js';
export * from './request-loop.js';
export * from './router.js';
export { SessionToken } from './session-token.js';
export { decodeMessage, encodeMessage, type MessageCodec } from '../proto/codec.js';
export { MAXIMUM_PROTOBUF_DEPTH, MAXIMUM_PROTOBUF_FIELDS } from '../proto/runtime.js';
export { AccountSummary, Authentication, Enterprise, PAM, Records, Router } from '../proto/messages.js';
