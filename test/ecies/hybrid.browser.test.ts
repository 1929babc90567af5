import { describe, it } from 'vitest';
import { nobleSuite } from 'vaultwire/crypto/noble';
import { webcryptoSuite } from 'vaultwire/crypto/webcrypto';
import { describeHybrid, type OpensslCase } from './hybrid-suite.js';
import { runWycheproof, type WycheproofFile } from './wycheproof-ml-kem.js';

const fixtures = {
  openssl: new URL('../fixtures/hybrid-openssl.json', import.meta.url),
  768: new URL('../fixtures/wycheproof/mlkem_768_test.json', import.meta.url),
  1024: new URL('../fixtures/wycheproof/mlkem_1024_test.json', import.meta.url),
};
const read = async (url: URL): Promise<unknown> => (await fetch(url)).json();

const { cases } = (await read(fixtures.openssl)) as { cases: readonly OpensslCase[] };
describeHybrid([webcryptoSuite, nobleSuite], cases);

describe('Wycheproof', () => {
  it.each([768, 1024] as const)('ML-KEM-%i', async (size) => {
    await runWycheproof((await read(fixtures[size])) as WycheproofFile);
  });
});
