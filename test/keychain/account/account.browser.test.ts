import { nobleSuite } from '../../../src/crypto/noble.js';
import { webcryptoSuite } from '../../../src/crypto/webcrypto.js';
import { describeAccountKeys } from './contract.js';

for (const suite of [webcryptoSuite, nobleSuite]) describeAccountKeys(suite);
