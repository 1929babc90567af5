import { decodeUtf8, encodeUtf8, type Bytes } from './bytes.js';
import { decodeBase64 } from './base64.js';
import { VaultwireError } from './error.js';

/** Any JSON value (RFC 8259). */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
/** A JSON object. Only own enumerable members count. */
export interface JsonObject {
  readonly [key: string]: JsonValue | undefined;
}

/** How large and how deep a JSON document from outside may be. */
export interface JsonLimits {
  /** Most bytes of a document. */
  readonly maximumBytes: number;
  /** Most arrays and objects inside one another. */
  readonly maximumDepth: number;
}

/** Nothing on this wire nests deeper than a handful of levels. */
export const MAXIMUM_JSON_DEPTH = 64;

/**
 * Parses a JSON document from outside. Stricter than JSON.parse where that is lenient to an attacker's use:
 * malformed UTF-8, oversized or deeply nested input, a key twice in one object, and the key `__proto__` are refused.
 *
 * @param name what the document is called in error messages; the document itself never enters one
 * @throws VaultwireError `message-too-long`, `utf8-invalid`, `json-too-deep`, `json-invalid`, `json-duplicate-key`
 */
export function decodeJson(bytes: Uint8Array, name: string, limits: JsonLimits): JsonValue {
  return decodeCountedJson(bytes, countMembers(bytes, name, limits), name);
}

/**
 * The rest of {@link decodeJson} once {@link countMembers} has been over the same bytes, be it in another thread.
 *
 * @param members what it counted
 * @throws VaultwireError `utf8-invalid`, `json-invalid`, `json-duplicate-key`
 */
export function decodeCountedJson(bytes: Uint8Array, members: number, name: string): JsonValue {
  const text = decodeUtf8(bytes, name);
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch {
    // The engine's message quotes the document, which may be a secret.
    throw new VaultwireError('json-invalid', `${name}: expected valid JSON`);
  }
  if (countKeys(value, name) !== members) {
    throw new VaultwireError('json-duplicate-key', `${name}: expected every key of an object once`);
  }
  return value;
}

/** {@link decodeJson} for a document that must be an object. */
export function decodeJsonObject(bytes: Uint8Array, name: string, limits: JsonLimits): JsonObject {
  return decodeCountedJsonObject(bytes, countMembers(bytes, name, limits), name);
}

/** {@link decodeCountedJson} for a document that must be an object. */
export function decodeCountedJsonObject(bytes: Uint8Array, members: number, name: string): JsonObject {
  const value = decodeCountedJson(bytes, members, name);
  if (!isJsonObject(value)) throw new VaultwireError('json-invalid', `${name}: expected a JSON object`);
  return value;
}

/** UTF-8 bytes of a JSON document. */
export function encodeJson(value: JsonValue): Bytes {
  return encodeUtf8(JSON.stringify(value));
}

/** Most that {@link encodeJson} pads to: more would be a mistake. */
const MAXIMUM_PADDING = 1024 * 1024;

/**
 * The same with spaces behind it, which every parser of JSON skips, so that its length is a multiple of `padTo` bytes.
 *
 * @throws VaultwireError `parameter-out-of-range` for other than 1 to 1,048,576
 */
export function encodePaddedJson(value: JsonValue, padTo: number): Bytes {
  if (!Number.isInteger(padTo) || padTo < 1 || padTo > MAXIMUM_PADDING) {
    throw new VaultwireError('parameter-out-of-range', `padTo: expected 1 to ${MAXIMUM_PADDING}`);
  }
  const json = encodeJson(value);
  const padded = new Uint8Array(Math.ceil(json.length / padTo) * padTo).fill(SPACE);
  padded.set(json);
  return padded;
}

/** Tells a JSON object from the other kinds of JSON value. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !isJsonArray(value);
}

/** Tells a JSON array from the other kinds of JSON value. */
export function isJsonArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

const SPACE = 0x20;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;

/**
 * Counts the members that the objects of a document have as written. JSON.parse keeps the last of two equal keys in
 * silence; a difference between this count and the keys of the parsed value shows it, at a fraction of the cost of
 * a parser of our own. The depth is checked on the way, before anything recursive sees the document.
 *
 * @throws VaultwireError `message-too-long`, `json-too-deep`
 */
export function countMembers(bytes: Uint8Array, name: string, { maximumBytes, maximumDepth }: JsonLimits): number {
  if (bytes.length > maximumBytes) {
    throw new VaultwireError('message-too-long', `${name}: expected at most ${maximumBytes} bytes`);
  }
  let members = 0;
  let depth = 0;
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index];
    if (byte === QUOTE) {
      index = endOfString(bytes, index + 1);
    } else if (byte === COLON) {
      members++;
    } else if (byte === 0x7b || byte === 0x5b) {
      if (++depth > maximumDepth) {
        throw new VaultwireError('json-too-deep', `${name}: expected at most ${maximumDepth} levels of nesting`);
      }
    } else if (byte === 0x7d || byte === 0x5d) {
      depth--;
    }
  }
  return members;
}

/** Where the string ends whose contents begin at `start`: the index of its quote, or past the end without one. */
function endOfString(bytes: Uint8Array, start: number): number {
  let index = start;
  while (index < bytes.length) {
    for (const near = Math.min(index + NEAR, bytes.length); index < near; index++) {
      const byte = bytes[index];
      if (byte === QUOTE) return index;
      if (byte === BACKSLASH) index++;
    }
    // A long string: the platform finds its quote sooner. The quote is escaped when the backslashes before it are odd.
    const quote = bytes.indexOf(QUOTE, index);
    if (quote < 0) break;
    let escapes = quote;
    while (escapes > index && bytes[escapes - 1] === BACKSLASH) escapes--;
    if ((quote - escapes) % 2 === 0) return quote;
    index = quote + 1;
  }
  return bytes.length;
}

/** How many bytes of a string are looked at one by one: most strings end before. */
const NEAR = 64;

function countKeys(value: JsonValue | undefined, name: string): number {
  if (typeof value !== 'object' || value === null) return 0;
  let keys = 0;
  if (isJsonArray(value)) {
    for (const item of value) keys += countKeys(item, name);
    return keys;
  }
  // JSON.parse makes own enumerable properties only, so for..in sees just those, and costs no array of keys.
  for (const key in value) {
    if (key === '__proto__') throw new VaultwireError('json-invalid', `${name}: the key __proto__ is not accepted`);
    keys += 1 + countKeys(value[key], name);
  }
  return keys;
}

// Readers of one member each. `name` is the path of the object in error messages. A null counts as absent, as the
// peers of this wire write both.

/** @throws VaultwireError `field-missing`, `field-invalid` */
export function readString(object: JsonObject, key: string, name: string): string {
  return required(readOptionalString(object, key, name), key, name);
}

/** @throws VaultwireError `field-invalid` when present and no string */
export function readOptionalString(object: JsonObject, key: string, name: string): string | undefined {
  const value = object[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw invalidField(key, name, 'a string');
  return value;
}

/** Base64 of either alphabet. @throws VaultwireError `field-missing`, `field-invalid`, `base64-invalid` */
export function readBase64(object: JsonObject, key: string, name: string): Bytes {
  return decodeBase64(readString(object, key, name), `${name}.${key}`);
}

/** Base64 of either alphabet; an empty string counts as absent. @throws VaultwireError `field-invalid`, `base64-invalid` */
export function readOptionalBase64(object: JsonObject, key: string, name: string): Bytes | undefined {
  const text = readOptionalString(object, key, name);
  return text === undefined || text === '' ? undefined : decodeBase64(text, `${name}.${key}`);
}

/** A whole number that a double holds exactly. @throws VaultwireError `field-missing`, `field-invalid` */
export function readInteger(object: JsonObject, key: string, name: string): number {
  return required(readOptionalInteger(object, key, name), key, name);
}

/** @throws VaultwireError `field-invalid` when present and no whole number that a double holds exactly */
export function readOptionalInteger(object: JsonObject, key: string, name: string): number | undefined {
  const value = object[key];
  if (value === undefined || value === null) return undefined;
  if (!Number.isSafeInteger(value)) throw invalidField(key, name, 'a whole number');
  return value as number;
}

/** A boolean, or 0 or 1 as some backends write it. @throws VaultwireError `field-invalid` */
export function readOptionalBoolean(object: JsonObject, key: string, name: string): boolean | undefined {
  const value = object[key];
  if (value === undefined || value === null) return undefined;
  if (value === true || value === 1) return true;
  if (value === false || value === 0) return false;
  throw invalidField(key, name, 'a boolean');
}

/** An array; absent counts as empty. @throws VaultwireError `field-invalid` */
export function readArray(object: JsonObject, key: string, name: string): readonly JsonValue[] {
  const value = object[key];
  if (value === undefined || value === null) return [];
  if (!isJsonArray(value)) throw invalidField(key, name, 'an array');
  return value;
}

/** An array of strings, or undefined when absent. @throws VaultwireError `field-invalid` */
export function readOptionalStrings(object: JsonObject, key: string, name: string): readonly string[] | undefined {
  const value = object[key];
  if (value === undefined || value === null) return undefined;
  const items = readArray(object, key, name);
  if (!items.every((item) => typeof item === 'string')) throw invalidField(key, name, 'an array of strings');
  return items;
}

function required<T>(value: T | undefined, key: string, name: string): T {
  if (value === undefined) throw new VaultwireError('field-missing', `${name}.${key}: expected a value`);
  return value;
}

const invalidField = (key: string, name: string, expected: string): VaultwireError =>
  new VaultwireError('field-invalid', `${name}.${key}: expected ${expected}`);
