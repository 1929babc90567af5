import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import fc from 'fast-check';
import sodium from 'libsodium-wrappers';
import { describe, expect, it } from 'vitest';
import { libsodiumBox, nobleBox } from '../../src/crypto/box.js';
import { concatBytes, equalBytes } from '../../src/wire/bytes.js';
import { refused } from '../support/refused.js';
import { describeBox, EDGE_SIZES, pattern } from './box-contract.js';
import { fromHex, toHex } from './hex.js';

await sodium.ready;
describeBox(nobleBox);
describeBox(libsodiumBox(sodium));

/** A key that both know: ours, and libsodium's bytes. */
function bothKnow() {
  const { publicKey, privateKey } = sodium.crypto_box_keypair();
  const ours = nobleBox.importKey(privateKey);
  expect(toHex(ours.publicKey)).toBe(toHex(publicKey));
  return { publicKey, privateKey, ours };
}

describe('boxes and libsodium', () => {
  const alice = bothKnow();
  const bob = bothKnow();
  const box = alice.ours.shared(bob.publicKey);

  /** Ours opened by libsodium, and libsodium's by ours, both kinds. */
  function roundTrips(plaintext: Uint8Array): boolean {
    const sealed = box.seal(plaintext);
    const nonce = sodium.randombytes_buf(24);
    const easy = sodium.crypto_box_easy(plaintext, nonce, alice.publicKey, bob.privateKey);
    return [
      sodium.crypto_box_open_easy(sealed.subarray(24), sealed.subarray(0, 24), alice.publicKey, bob.privateKey),
      box.open(concatBytes(nonce, easy)),
      sodium.crypto_box_seal_open(nobleBox.sealTo(bob.publicKey, plaintext), bob.publicKey, bob.privateKey),
      bob.ours.openSealed(sodium.crypto_box_seal(plaintext, bob.publicKey)),
    ].every((opened) => equalBytes(opened, plaintext));
  }

  it.each(EDGE_SIZES)('open each other: %i bytes', (size) => {
    expect(roundTrips(pattern(size))).toBe(true);
  });

  it('open each other: random bytes of random length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), (plaintext) => {
        expect(roundTrips(plaintext)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it('agree with Project Wycheproof on every X25519 vector', async () => {
    const file = new URL('../fixtures/wycheproof/x25519_test.json', import.meta.url);
    const { numberOfTests, testGroups } = JSON.parse(readFileSync(file, 'utf8')) as {
      numberOfTests: number;
      testGroups: { tests: { tcId: number; public: string; private: string; shared: string }[] }[];
    };
    const nonce = new Uint8Array(24).fill(7);
    let [ran, zero] = [0, 0];
    for (const vector of testGroups.flatMap(({ tests }) => tests)) {
      ran++;
      const [publicKey, privateKey] = [fromHex(vector.public), fromHex(vector.private)];
      const key = nobleBox.importKey(privateKey);
      if (/^0*$/.test(vector.shared)) {
        zero++;
        await refused('point-invalid', () => key.shared(publicKey));
        continue;
      }
      // libsodium gives the secret of the vector, and its box opens: so ours stands on the same secret.
      expect(`${vector.tcId}: ${toHex(sodium.crypto_scalarmult(privateKey, publicKey))}`).toBe(
        `${vector.tcId}: ${vector.shared}`,
      );
      const easy = sodium.crypto_box_easy(pattern(5), nonce, publicKey, privateKey);
      expect(key.shared(publicKey).open(concatBytes(nonce, easy))).toEqual(pattern(5));
    }
    expect([ran, zero]).toEqual([numberOfTests, 31]);
  });

  it('print nothing else under the inspector', () => {
    expect(inspect({ key: alice.ours, box })).toBe('{ key: [BoxPrivateKey], box: [Box] }');
  });
});
