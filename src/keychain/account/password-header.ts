import { concatBytes, copyBytes, type Bytes } from '../../wire/bytes.js';
import { VaultwireError } from '../../wire/error.js';
import { SALT_LENGTH, type KdfParameters } from './kdf.js';

// What encryption parameters and authentication verifiers begin with: version(1) || iterations(3) || salt(16).

export const PASSWORD_HEADER_LENGTH = 4 + SALT_LENGTH;

const VERSION = 1;

/** @throws VaultwireError `parameter-out-of-range` for a count that three bytes do not hold */
export function encodePasswordHeader({ salt, iterations }: KdfParameters): Bytes {
  if (!Number.isInteger(iterations) || iterations < 1 || iterations > 0xffffff) {
    throw new VaultwireError('parameter-out-of-range', 'iterations: expected 1 to 16777215');
  }
  return concatBytes(Uint8Array.of(VERSION, iterations >>> 16, iterations >>> 8, iterations), salt);
}

/** @throws VaultwireError `header-invalid` for another version */
export function decodePasswordHeader(bytes: Uint8Array, name: string): { salt: Bytes; iterations: number } {
  const [version, high = 0, middle = 0, low = 0] = bytes;
  if (version !== VERSION) throw new VaultwireError('header-invalid', `${name}: expected version 1`);
  return {
    iterations: (high << 16) | (middle << 8) | low,
    salt: copyBytes(bytes.subarray(4, PASSWORD_HEADER_LENGTH)),
  };
}
