import { decodeBase64, encodeBase64 } from '../wire/base64.js';
import { decodeUtf8, encodeUtf8, type Bytes } from '../wire/bytes.js';
import { VaultwireError } from '../wire/error.js';

/*
 * A machine's state as bytes and back: JSON in which arrays, objects and byte arrays are tagged arrays. So byte arrays
 * survive, and no key that came from outside, __proto__ among them, is ever a key of a JSON object.
 */

/** Bytes of plain data: what structuredClone takes, less everything but primitives, arrays, plain objects and bytes. */
export function encodePlainData(value: unknown): Bytes {
  return encodeUtf8(JSON.stringify(pack(value)));
}

/**
 * The inverse of {@link encodePlainData}.
 *
 * @throws VaultwireError `configuration-invalid` for everything that it does not make
 */
export function decodePlainData(bytes: Uint8Array, name: string): unknown {
  try {
    return unpack(JSON.parse(decodeUtf8(bytes, name)));
  } catch {
    // The engine's message quotes the document.
    throw new VaultwireError('configuration-invalid', `${name}: expected what a session saved`);
  }
}

function pack(value: unknown): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (value instanceof Uint8Array) return ['b', encodeBase64(value)];
  if (Array.isArray(value)) return ['a', ...value.map(pack)];
  if (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    return ['o', ...members.map(([key, member]) => [key, pack(member)])];
  }
  throw new VaultwireError('argument-invalid', `state: expected plain data, found ${typeof value}`);
}

function unpack(packed: unknown): unknown {
  if (!Array.isArray(packed)) {
    if (typeof packed === 'object' && packed !== null) throw unexpected();
    // What JSON.parse makes of 1e999.
    if (typeof packed === 'number' && !Number.isFinite(packed)) throw unexpected();
    return packed;
  }
  const [tag, ...rest] = packed as readonly unknown[];
  switch (tag) {
    case 'b': {
      const [text] = rest;
      if (typeof text !== 'string' || rest.length !== 1) throw unexpected();
      return decodeBase64(text, 'bytes');
    }
    case 'a':
      return rest.map(unpack);
    case 'o':
      return Object.fromEntries(rest.map(unpackMember));
    default:
      throw unexpected();
  }
}

function unpackMember(member: unknown): [string, unknown] {
  if (!Array.isArray(member) || member.length !== 2) throw unexpected();
  const [key, value] = member as readonly unknown[];
  if (typeof key !== 'string') throw unexpected();
  return [key, unpack(value)];
}

const unexpected = (): VaultwireError => new VaultwireError('configuration-invalid', 'expected tagged data');
