import { nobleSuite } from '../../src/crypto/noble.js';
import { webcryptoSuite } from '../../src/crypto/webcrypto.js';
import { describePam } from './pam-contract.js';

for (const suite of [webcryptoSuite, nobleSuite]) describePam(suite);
