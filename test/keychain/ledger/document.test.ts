import { nobleSuite } from '../../../src/crypto/noble.js';
import { nodeSuite } from '../../../src/crypto/node.js';
import { webcryptoSuite } from '../../../src/crypto/webcrypto.js';
import { describeDocument } from './document-contract.js';

for (const suite of [nodeSuite, webcryptoSuite, nobleSuite]) describeDocument(suite);
