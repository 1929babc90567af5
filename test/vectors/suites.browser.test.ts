import { nobleSuite } from 'vaultwire/crypto/noble';
import { webcryptoSuite } from 'vaultwire/crypto/webcrypto';
import { describeVectors } from './all-suites.js';

describeVectors([webcryptoSuite, nobleSuite]);
