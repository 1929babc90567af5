import { nobleSuite } from '../../../src/crypto/noble.js';
import { webcryptoSuite } from '../../../src/crypto/webcrypto.js';
import { describeVault } from './contract.js';

for (const suite of [webcryptoSuite, nobleSuite]) describeVault(suite);
