import { nobleSuite } from '../../src/crypto/noble.js';
import { webcryptoSuite } from '../../src/crypto/webcrypto.js';
import { describeFingerprintForms, describeFingerprints } from './fingerprint-contract.js';

for (const suite of [webcryptoSuite, nobleSuite]) describeFingerprints(suite);
describeFingerprintForms();
