// One message of a pairing, both ways: a box whose shared key is kept, beside libsodium doing everything per message.
import { randomBytes } from 'node:crypto';
import sodium from 'libsodium-wrappers';
import { libsodiumBox, nobleBox } from 'vaultwire/pairing';

const SIZE = 1000;

async function prepare(makeSuite) {
  await sodium.ready;
  const suite = makeSuite();
  const [computer, phone] = [suite.generateKey(), suite.generateKey()];
  const [toPhone, toComputer] = [computer.shared(phone.publicKey), phone.shared(computer.publicKey)];
  const alice = sodium.crypto_box_keypair();
  const bob = sodium.crypto_box_keypair();
  const shared = sodium.crypto_box_beforenm(bob.publicKey, alice.privateKey);
  const plaintext = new Uint8Array(randomBytes(SIZE));
  return {
    ours(stopwatch) {
      stopwatch.start();
      const opened = toComputer.open(toPhone.seal(plaintext));
      stopwatch.stop();
      if (opened.length !== SIZE) throw new Error('lost some');
    },
    peer(stopwatch) {
      stopwatch.start();
      const nonce = sodium.randombytes_buf(24);
      const sealed = sodium.crypto_box_easy(plaintext, nonce, bob.publicKey, alice.privateKey);
      const opened = sodium.crypto_box_open_easy(sealed, nonce, alice.publicKey, bob.privateKey);
      stopwatch.stop();
      if (opened.length !== SIZE) throw new Error('lost some');
    },
    limit(stopwatch) {
      stopwatch.start();
      const nonce = sodium.randombytes_buf(24);
      const sealed = sodium.crypto_box_easy_afternm(plaintext, nonce, shared);
      const opened = sodium.crypto_box_open_easy_afternm(sealed, nonce, shared);
      stopwatch.stop();
      if (opened.length !== SIZE) throw new Error('lost some');
    },
  };
}

/** Rows for the table of `bench/index.mjs`: the peer agrees on a key for each box, the limit is its own kept key. */
export const PAIRING_OPERATIONS = [
  {
    name: 'box of 1 kB, sealed and opened',
    prepare: () => prepare(() => nobleBox),
    targets: { peerRatio: 5 },
  },
  {
    name: 'box of 1 kB, sealed and opened, libsodium suite',
    prepare: () => prepare(() => libsodiumBox(sodium)),
    targets: {},
  },
];
