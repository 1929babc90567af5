import { describe, expect, it } from 'vitest';
import { nobleSuite } from '../../../src/crypto/noble.js';
import { nodeSuite } from '../../../src/crypto/node.js';
import { webcryptoSuite } from '../../../src/crypto/webcrypto.js';
import {
  AUTHENTICATED_WRAP_KINDS,
  DEFAULT_ITERATIONS,
  deriveLoginProof,
  isAuthenticatedWrap,
  isWeakerWrap,
  WRAP_KINDS,
} from '../../../src/keychain/account/index.js';
import { describeAccountKeys } from './contract.js';

for (const suite of [nodeSuite, webcryptoSuite, nobleSuite]) describeAccountKeys(suite);

describe('kinds of wrap', () => {
  it('are authenticated or not', () => {
    expect(AUTHENTICATED_WRAP_KINDS).toEqual(['data-key-gcm', 'folder-gcm', 'team-gcm', 'user-ec', 'team-ec']);
    for (const kind of WRAP_KINDS) expect(isAuthenticatedWrap(kind)).toBe(!/-(?:cbc|rsa)$/.test(kind));
  });

  it('are ordered by strength', () => {
    expect(isWeakerWrap('data-key-cbc', 'data-key-gcm')).toBe(true);
    expect(isWeakerWrap('user-ec', 'data-key-gcm')).toBe(true);
    expect(isWeakerWrap('user-rsa', 'user-ec')).toBe(true);
    expect(isWeakerWrap('folder-gcm', 'data-key-gcm')).toBe(false);
    expect(isWeakerWrap('user-ec', 'user-rsa')).toBe(false);
    for (const kind of WRAP_KINDS) expect(isWeakerWrap(kind, kind)).toBe(false);
  });
});

describe('a derivation of the size that deployments use', () => {
  // Node's platforms run it elsewhere; the suite in JavaScript lets others have their turn.
  it.each([nodeSuite, webcryptoSuite, nobleSuite])('leaves the event loop running: $name', async (suite) => {
    let turns = 0;
    let done = false;
    const turn = (): void => {
      turns += 1;
      if (!done) setImmediate(turn);
    };
    setImmediate(turn);
    const iterations = suite === nobleSuite ? 100_000 : DEFAULT_ITERATIONS;
    await deriveLoginProof('password', { salt: new Uint8Array(16), iterations }, { suite });
    done = true;
    expect(turns).toBeGreaterThan(1);
  });
});
