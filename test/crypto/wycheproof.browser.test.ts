import { inject } from 'vitest';
import { commands } from 'vitest/browser';
import { nobleSuite } from '../../src/crypto/noble.js';
import { webcryptoSuite } from '../../src/crypto/webcrypto.js';
import { describeWycheproof, skipWycheproof } from './wycheproof.js';

const directory = inject('wycheproofDirectory');
const read = (name: string) => commands.readFile(`${directory}/${name}`);

if (await read('LICENSE').catch(() => undefined)) {
  describeWycheproof([webcryptoSuite, nobleSuite], read);
} else {
  skipWycheproof(directory);
}
