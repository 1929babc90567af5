import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nobleSuite } from '../../src/crypto/noble.js';
import { nodeSuite } from '../../src/crypto/node.js';
import { webcryptoSuite } from '../../src/crypto/webcrypto.js';
import { wycheproofDirectory } from './wycheproof-directory.js';
import { describeWycheproof, skipWycheproof } from './wycheproof.js';

if (existsSync(wycheproofDirectory)) {
  describeWycheproof([nodeSuite, webcryptoSuite, nobleSuite], (name) =>
    readFile(join(wycheproofDirectory, name), 'utf8'),
  );
} else {
  skipWycheproof(wycheproofDirectory);
}
