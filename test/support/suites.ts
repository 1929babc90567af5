import { nobleSuite } from '../../src/crypto/noble.js';
import { nodeSuite } from '../../src/crypto/node.js';
import { webcryptoSuite } from '../../src/crypto/webcrypto.js';

/** Every body of the suite that Node has. */
export const SUITES = [nodeSuite, webcryptoSuite, nobleSuite] as const;
