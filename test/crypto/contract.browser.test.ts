import { nobleSuite } from '../../src/crypto/noble.js';
import { webcryptoSuite } from '../../src/crypto/webcrypto.js';
import { describeSuite } from './contract.js';

describeSuite(webcryptoSuite);
describeSuite(nobleSuite);
