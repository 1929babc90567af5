export { isVaultwireError, VaultwireError } from './wire/error.js';
export type { ErrorCode } from './wire/error.js';
