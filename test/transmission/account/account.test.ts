import { nobleSuite } from 'vaultwire/crypto/noble';
import { nodeSuite } from 'vaultwire/crypto/node';
import { webcryptoSuite } from 'vaultwire/crypto/webcrypto';
import { describeAccount } from './account-suite.js';

describeAccount([nodeSuite, webcryptoSuite, nobleSuite]);
