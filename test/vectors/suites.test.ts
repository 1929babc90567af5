import { nobleSuite } from 'vaultwire/crypto/noble';
import { nodeSuite } from 'vaultwire/crypto/node';
import { webcryptoSuite } from 'vaultwire/crypto/webcrypto';
import { describeVectors } from './all-suites.js';

describeVectors([nodeSuite, webcryptoSuite, nobleSuite]);
