export { isVaultwireError, VaultwireError } from './wire/error.js';
export type { ErrorCode } from './wire/error.js';
export type { Bytes } from './wire/bytes.js';
export type { JsonObject, JsonValue } from './wire/json.js';
