import { nobleSuite } from '../../src/crypto/noble.js';
import { webcryptoSuite } from '../../src/crypto/webcrypto.js';
import { describeLegacyCbc } from './legacy-cbc-contract.js';

for (const suite of [webcryptoSuite, nobleSuite]) describeLegacyCbc(suite);
