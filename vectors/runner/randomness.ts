import type { CryptoSuite } from 'vaultwire/crypto';
import { deterministicSuite } from 'vaultwire/crypto/deterministic';
import { fromHex, type Hex } from './bytes.js';

/**
 * Runs something on a suite whose random bytes are the ones given, in this order. That the library draws these
 * lengths in this order is its own affair: files name each value by what it is for.
 */
export async function withRandomness<T>(
  suite: CryptoSuite,
  draws: readonly (Hex | undefined)[],
  run: (suite: CryptoSuite) => Promise<T>,
): Promise<T> {
  const rest = draws.filter((draw) => draw !== undefined).map(fromHex);
  const result = await run(
    deterministicSuite(suite, (length) => {
      const next = rest.shift();
      if (next?.length !== length) {
        throw new Error(`drew ${length} random bytes where the test gives ${next?.length ?? 'no more'}`);
      }
      return next;
    }),
  );
  if (rest.length > 0) throw new Error(`left ${rest.length} of the given random values unused`);
  return result;
}
