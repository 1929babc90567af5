import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assertUid, decodeUid, generateUid, UID_LENGTH } from '../../src/keychain/index.js';
import { encodeBase64Url, decodeBase64 } from '../../src/wire/base64.js';
import { refused } from '../support/refused.js';

const drawing = (bytes: Uint8Array): { randomBytes: (length: number) => Uint8Array<ArrayBuffer> } => ({
  randomBytes: () => new Uint8Array(bytes),
});

describe('a UID', () => {
  test('is 16 random bytes in base64url, 22 characters', () => {
    const uids = new Set(Array.from({ length: 100 }, () => generateUid()));
    expect(uids.size).toBe(100);
    for (const uid of uids) {
      expect(uid).toMatch(/^[\w-]{22}$/);
      expect(decodeUid(uid, 'uid').length).toBe(UID_LENGTH);
    }
  });

  test('never begins with a hyphen, and is what was drawn otherwise', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
        const uid = generateUid({ suite: drawing(bytes) });
        const plain = encodeBase64Url(bytes);
        assertUid(uid, 'uid');
        if (plain.startsWith('-'))
          expect(uid).toBe(encodeBase64Url(Uint8Array.of((bytes[0] ?? 0) & 0x7f, ...bytes.subarray(1))));
        else expect(uid).toBe(plain);
      }),
    );
    for (let first = 0; first < 256; first++) {
      const bytes = new Uint8Array(16).fill(0xff);
      bytes[0] = first;
      const uid = generateUid({ suite: drawing(bytes) });
      expect(uid.startsWith('-')).toBe(false);
      expect(decodeBase64(uid, 'uid').subarray(1)).toEqual(bytes.subarray(1));
    }
  });

  test('a generator that returns too little is refused', async () => {
    await refused('length-invalid', () => generateUid({ suite: drawing(new Uint8Array(8)) }));
  });

  test('goes to bytes and back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
        expect(decodeUid(encodeBase64Url(bytes), 'uid')).toEqual(bytes);
      }),
    );
  });

  test('has one spelling', async () => {
    const uid = encodeBase64Url(new Uint8Array(16).fill(0xff));
    assertUid(uid, 'uid');
    for (const other of [
      '',
      uid.slice(1),
      `${uid}A`,
      `${uid}==`,
      `${uid}\n`,
      ` ${uid}`,
      uid.replaceAll('_', '/'),
      `${uid.slice(0, -1)}x`,
      `${uid.slice(0, -1)}B`,
      `${'A'.repeat(21)}=`,
      '../../../../etc/passwd',
    ]) {
      const error = await refused('uid-invalid', () => {
        assertUid(other, 'payload.recordUid');
      });
      expect(error.message).toContain('payload.recordUid');
      await refused('uid-invalid', () => decodeUid(other, 'uid'));
    }
  });
});
