import { nobleSuite } from 'vaultwire/crypto/noble';
import { webcryptoSuite } from 'vaultwire/crypto/webcrypto';
import { describeAccount } from './account-suite.js';

describeAccount([webcryptoSuite, nobleSuite]);
