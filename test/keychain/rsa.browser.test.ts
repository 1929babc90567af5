import { nobleSuite } from '../../src/crypto/noble.js';
import { webcryptoSuite } from '../../src/crypto/webcrypto.js';
import { describeRsa } from './rsa-contract.js';

for (const suite of [webcryptoSuite, nobleSuite]) describeRsa(suite);
