import type { CryptoSuite } from '../../../src/crypto/suite.js';
import type { Bytes } from '../../../src/wire/bytes.js';
import { isVaultwireError } from '../../../src/wire/error.js';

/** Bytes of a hexadecimal text. */
export function hex(text: string): Bytes {
  if (!/^(?:[0-9a-f]{2})*$/.test(text)) throw new Error('hexadecimal digits expected');
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

export const toHex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** The code that a call is refused with; anything else that it does fails the test. */
export async function codeOf(call: () => unknown): Promise<string> {
  try {
    await call();
  } catch (error) {
    if (isVaultwireError(error)) return error.code;
    throw error;
  }
  throw new Error('expected a refusal');
}

/** A suite that draws what it is told, in turn; running out fails the test. */
export function drawing(suite: CryptoSuite, ...draws: readonly string[]): CryptoSuite {
  const left = draws.map(hex);
  return {
    ...suite,
    randomBytes() {
      const next = left.shift();
      if (!next) throw new Error('drawn more often than expected');
      return next;
    },
  };
}

/** A suite that counts derivations from passwords. */
export function counting(suite: CryptoSuite): { readonly suite: CryptoSuite; derivations: number } {
  const counted = {
    derivations: 0,
    suite: {
      ...suite,
      pbkdf2: (...given: Parameters<CryptoSuite['pbkdf2']>) => {
        counted.derivations += 1;
        return suite.pbkdf2(...given);
      },
    },
  };
  return counted;
}

/** A copy with one bit turned over. */
export function flipped(bytes: Uint8Array, index: number): Bytes {
  const copy = new Uint8Array(bytes);
  copy[index < 0 ? bytes.length + index : index]! ^= 1;
  return copy;
}
