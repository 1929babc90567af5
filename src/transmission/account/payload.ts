import { assertBytes, copyBytes, type Bytes } from '../../wire/bytes.js';
import { encodeJson, type JsonObject } from '../../wire/json.js';

/**
 * A message in bytes that nothing the caller does later can change.
 *
 * @throws VaultwireError `argument-invalid` when it is another view than a Uint8Array
 */
export function ownPayload(payload: Uint8Array | JsonObject): Bytes {
  return ArrayBuffer.isView(payload) ? ownBytes(payload, 'payload') : encodeJson(payload);
}

/** @throws VaultwireError `argument-invalid` when it is no Uint8Array */
export function ownBytes(bytes: unknown, name: string): Bytes {
  assertBytes(bytes, name);
  return copyBytes(bytes);
}
