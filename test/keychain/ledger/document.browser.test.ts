import { nobleSuite } from '../../../src/crypto/noble.js';
import { webcryptoSuite } from '../../../src/crypto/webcrypto.js';
import { describeDocument } from './document-contract.js';

for (const suite of [webcryptoSuite, nobleSuite]) describeDocument(suite);
