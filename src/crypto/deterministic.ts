import { p256 } from '@noble/curves/nist.js';
import { nobleSuite } from './noble.js';
import { drawScalar } from './random.js';
import type { CryptoSuite } from './suite.js';

/**
 * A suite whose every output follows from its inputs and the bytes that `randomBytes` returns: for test vectors, and
 * for tests that compare whole messages. Never for anything else.
 *
 * Beyond `{ ...suite, randomBytes }` it covers what some platforms keep to themselves. Key pairs take their scalar
 * from `randomBytes` under WebCrypto too: 32-byte candidates, refused when 0 or not below the group's order, so that
 * every suite makes the same keys of the same bytes. Signing keys are those of the noble suite, whose signatures are
 * deterministic (RFC 6979, either half of S). Everything else is done by `suite`.
 */
export function deterministicSuite(suite: CryptoSuite, randomBytes: CryptoSuite['randomBytes']): CryptoSuite {
  return {
    ...suite,
    randomBytes,

    async generateEcPrivateKey(options) {
      const privateKey = drawScalar(this);
      return this.importEcPrivateKey({ privateKey, publicKey: p256.getPublicKey(privateKey, false) }, options);
    },

    async generateSigningKey(options) {
      return nobleSuite.generateSigningKey.call(this, options);
    },

    async importSigningKey(key, options) {
      return nobleSuite.importSigningKey.call(this, key, options);
    },
  };
}
