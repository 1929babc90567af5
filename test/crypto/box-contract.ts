import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BoxSuite } from '../../src/crypto/box.js';
import { equalBytes } from '../../src/wire/bytes.js';
import { refused } from '../support/refused.js';
import { fromHex, join, toHex } from './hex.js';

/** The example of "Cryptography in NaCl" (D. J. Bernstein, 2009), whose keys RFC 7748, section 6.1, took over. */
const NACL = {
  bobPrivate: '5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb',
  bobPublic: 'de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f',
  alicePublic: '8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a',
  nonce: '69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37',
  plaintext:
    'be075fc53c81f2d5cf141316ebeb0c7b5228c52a4c62cbd44b66849b64244ffce5ecbaaf33bd751a1ac728d45e6c61296cdc3c01233561f4' +
    '1db66cce314adb310e3be8250c46f06dceea3a7fa1348057e2f6556ad6b1318a024a838f21af1fde048977eb48f59ffd4924ca1c60902e52' +
    'f0a089bc76897040e082f937763848645e0705',
  sealed:
    'f3ffc7703f9400e52a7dfb4b3d3305d98e993b9f48681273c29650ba32fc76ce48332ea7164d96a4476fb8c531a1186ac0dfc17c98dce87b' +
    '4da7f011ec48c97271d2c20f9b928fe2270d6fb863d51738b48eeee314a7cc8ab932164548e526ae90224368517acfeabd6bb3732bc0e9da' +
    '99832b61ca01b6de56244a9e88d5f9b37973f622a43d14a6599b1f654cb45a74e355a5',
};

/** Points of small order, and encodings of them above the field's prime (RFC 7748, section 7; Wycheproof). */
const SMALL_ORDER = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '0000000000000000000000000000000000000000000000000000000000000080',
];

/** The sizes at which a block of Salsa20 ends, and a large one. */
export const EDGE_SIZES = [0, 1, 31, 32, 33, 63, 64, 65, 1000, 1 << 20];

export const pattern = (length: number): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length }, (_, index) => (index * 131 + (index >> 8)) & 0xff);

/** A suite whose random bytes are the ones given, in this order. */
function withBytes(suite: BoxSuite, ...parts: readonly string[]): BoxSuite {
  const left = parts.map(fromHex);
  return { ...suite, randomBytes: () => left.shift() ?? new Uint8Array() };
}

export function describeBox(suite: BoxSuite): void {
  describe(`boxes over ${suite.name}`, () => {
    it('are those of NaCl', () => {
      const bob = withBytes(suite, NACL.nonce).importKey(fromHex(NACL.bobPrivate));
      expect(toHex(bob.publicKey)).toBe(NACL.bobPublic);
      const box = bob.shared(fromHex(NACL.alicePublic));
      expect(toHex(box.seal(fromHex(NACL.plaintext)))).toBe(NACL.nonce + NACL.sealed);
      expect(toHex(box.open(fromHex(NACL.nonce + NACL.sealed)))).toBe(NACL.plaintext);
    });

    it('open at both ends, and never twice the same', () => {
      const [alice, bob] = [suite.generateKey(), suite.generateKey()];
      const [toBob, toAlice] = [alice.shared(bob.publicKey), bob.shared(alice.publicKey)];
      for (const size of EDGE_SIZES) {
        const sealed = toBob.seal(pattern(size));
        expect(sealed).toHaveLength(size + 40);
        for (const box of [toAlice, toBob]) {
          const opened = box.open(sealed);
          // toEqual looks at a million bytes one by one.
          expect(equalBytes(opened, pattern(size))).toBe(true);
        }
        expect(toHex(toBob.seal(pattern(size)).subarray(0, 24))).not.toBe(toHex(sealed.subarray(0, 24)));
      }
    });

    it('refuse every changed byte, another key, and what is too short', async () => {
      const [alice, bob] = [suite.generateKey(), suite.generateKey()];
      const box = alice.shared(bob.publicKey);
      const sealed = box.seal(pattern(9));
      for (let index = 0; index < sealed.length; index++) {
        const changed = sealed.slice();
        changed[index]! ^= 1 << (index % 8);
        await refused('open-failed', () => box.open(changed));
      }
      await refused('open-failed', () => alice.shared(suite.generateKey().publicKey).open(sealed));
      await refused('open-failed', () => box.open(sealed.subarray(0, 40)));
      await refused('open-failed', () => box.open(join(sealed, new Uint8Array(1))));
      await refused('message-too-short', () => box.open(sealed.subarray(0, 39)));
      await refused('message-too-short', () => box.open(new Uint8Array()));
    });

    it('need a point that shares something', async () => {
      const key = suite.generateKey();
      for (const point of SMALL_ORDER) {
        await refused('point-invalid', () => key.shared(fromHex(point)));
        await refused('point-invalid', () => suite.sealTo(fromHex(point), new Uint8Array(1)));
        await refused('open-failed', () => key.openSealed(join(fromHex(point), new Uint8Array(48))));
      }
      for (const length of [0, 31, 33, 64]) {
        await refused('length-invalid', () => key.shared(new Uint8Array(length)));
        await refused('length-invalid', () => suite.sealTo(new Uint8Array(length), new Uint8Array(1)));
        await refused('length-invalid', () => suite.importKey(new Uint8Array(length)));
      }
    });

    it('take a public key with its last bit set for the one without it (RFC 7748, section 5)', () => {
      const [alice, bob] = [suite.generateKey(), suite.generateKey()];
      const marked = bob.publicKey;
      marked[31]! |= 0x80;
      expect(bob.shared(alice.publicKey).open(alice.shared(marked).seal(pattern(3)))).toEqual(pattern(3));
    });

    it('sealed to a key open with it alone', async () => {
      const [alice, bob] = [suite.generateKey(), suite.generateKey()];
      for (const size of EDGE_SIZES) {
        const sealed = suite.sealTo(alice.publicKey, pattern(size));
        expect(sealed).toHaveLength(size + 48);
        expect(equalBytes(alice.openSealed(sealed), pattern(size))).toBe(true);
        await refused('open-failed', () => bob.openSealed(sealed));
      }
      const sealed = suite.sealTo(alice.publicKey, pattern(9));
      for (let index = 0; index < sealed.length; index++) {
        // X25519 does not look at the last bit of a public key; the nonce does.
        const changed = sealed.slice();
        changed[index]! ^= 0x80;
        await refused('open-failed', () => alice.openSealed(changed));
      }
      await refused('open-failed', () => alice.openSealed(sealed.subarray(0, 48)));
      await refused('message-too-short', () => alice.openSealed(sealed.subarray(0, 47)));
    });

    it('sealed to a key take their own from the random bytes', () => {
      const ephemeral = NACL.bobPrivate;
      const sealed = withBytes(suite, ephemeral).sealTo(fromHex(NACL.alicePublic), fromHex('00'));
      expect(toHex(sealed.subarray(0, 32))).toBe(NACL.bobPublic);
      expect(toHex(withBytes(suite, ephemeral).sealTo(fromHex(NACL.alicePublic), fromHex('00')))).toBe(toHex(sealed));
    });

    it('do not run on a generator that gives too little', async () => {
      const poor = { ...suite, randomBytes: () => new Uint8Array(23) };
      await refused('length-invalid', () => poor.generateKey());
      await refused('length-invalid', () => poor.sealTo(suite.generateKey().publicKey, new Uint8Array()));
      const key = poor.importKey(fromHex(NACL.bobPrivate));
      await refused('length-invalid', () => key.shared(fromHex(NACL.alicePublic)).seal(new Uint8Array()));
    });

    it('take bytes and nothing else', async () => {
      const key = suite.generateKey();
      const box = key.shared(suite.generateKey().publicKey);
      const text = 'text' as unknown as Uint8Array;
      for (const action of [
        () => suite.sha256(text),
        () => suite.importKey(text),
        () => suite.sealTo(key.publicKey, text),
        () => suite.sealTo(text, new Uint8Array()),
        () => key.shared(text),
        () => key.openSealed(text),
        () => box.seal(text),
        () => box.open(text),
      ]) {
        await refused('argument-invalid', action);
      }
    });

    it('know SHA-256', () => {
      expect(toHex(suite.sha256(new Uint8Array()))).toBe(
        'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      );
    });

    it('keep their keys, and give bytes away only when told so', async () => {
      const secret = fromHex(NACL.bobPrivate);
      await refused('key-not-extractable', () => suite.importKey(secret).exportSecretBytes?.());
      await refused('key-not-extractable', () => suite.generateKey({ extractable: false }).exportSecretBytes?.());
      const key = suite.importKey(secret, { extractable: true });
      secret.fill(0);
      expect(toHex(key.exportSecretBytes!())).toBe(NACL.bobPrivate);
      key.exportSecretBytes!().fill(0);
      key.publicKey.fill(0);
      expect(toHex(key.exportSecretBytes!())).toBe(NACL.bobPrivate);
      expect(toHex(key.publicKey)).toBe(NACL.bobPublic);
      const drawn = suite.generateKey({ extractable: true }).exportSecretBytes!();
      expect(toHex(suite.importKey(drawn).publicKey)).not.toBe(NACL.bobPublic);
    });

    it('print as what they are', () => {
      const key = suite.generateKey({ extractable: true });
      const box = key.shared(suite.generateKey().publicKey);
      expect([String(key as unknown), JSON.stringify(key)]).toEqual(['[BoxPrivateKey]', '"[BoxPrivateKey]"']);
      expect([String(box as unknown), JSON.stringify(box)]).toEqual(['[Box]', '"[Box]"']);
      expect(Object.keys(box)).toEqual([]);
      expect(Object.keys(key)).toEqual([]);
    });

    it('own what they return', () => {
      const [alice, bob] = [suite.generateKey(), suite.generateKey()];
      const box = alice.shared(bob.publicKey);
      const sealed = box.seal(pattern(5));
      const kept = sealed.slice();
      const anonymous = suite.sealTo(bob.publicKey, pattern(5));
      for (const bytes of [sealed, box.open(kept), anonymous, bob.openSealed(anonymous), alice.publicKey]) {
        expect(bytes.byteOffset).toBe(0);
        expect(bytes.buffer.byteLength).toBe(bytes.length);
      }
      expect(sealed).toEqual(kept);
    });

    it('hold any plaintext', () => {
      const [alice, bob] = [suite.generateKey(), suite.generateKey()];
      const [toBob, toAlice] = [alice.shared(bob.publicKey), bob.shared(alice.publicKey)];
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 400 }), (plaintext) => {
          expect(toHex(toAlice.open(toBob.seal(plaintext)))).toBe(toHex(plaintext));
        }),
        { numRuns: 200 },
      );
    });
  });
}
