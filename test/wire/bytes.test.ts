import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertBytes, concatBytes, copyBytes, decodeUtf8, encodeUtf8, equalBytes } from '../../src/wire/bytes.js';
import { isVaultwireError, VaultwireError } from '../../src/wire/error.js';
import { codeOf } from '../crypto/contract.js';

const bytes = fc.uint8Array({ maxLength: 50 });

describe('copyBytes', () => {
  it('makes a plain array that shares nothing with its source', () => {
    const source = Buffer.from('message');
    const copy = copyBytes(source.subarray(2));
    source.fill(0);
    expect([...copy]).toEqual([...Buffer.from('ssage')]);
    expect(Object.getPrototypeOf(copy)).toBe(Uint8Array.prototype);
    expect(copy.buffer.byteLength).toBe(5);
  });
});

describe('concatBytes', () => {
  it('joins what it is given, in order', () => {
    fc.assert(
      fc.property(fc.array(bytes), (parts) => {
        expect([...concatBytes(...parts)]).toEqual(parts.flatMap((part) => [...part]));
      }),
    );
  });

  it('returns memory of its own also for a single part', () => {
    const part = Uint8Array.of(1, 2);
    const joined = concatBytes(part);
    part.fill(0);
    expect([...joined]).toEqual([1, 2]);
  });
});

describe('equalBytes', () => {
  it('says yes to equal bytes and no to others', () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect(equalBytes(a, Uint8Array.from(a))).toBe(true);
        expect(equalBytes(a, b)).toBe(Buffer.compare(a, b) === 0);
      }),
    );
  });

  it('sees a difference in any bit, and in length', () => {
    const a = Uint8Array.from({ length: 20 }, (_, index) => index);
    for (let index = 0; index < a.length; index++) {
      for (let bit = 0; bit < 8; bit++) {
        const b = a.map((byte, position) => (position === index ? byte ^ (1 << bit) : byte));
        expect(equalBytes(a, b)).toBe(false);
      }
    }
    expect(equalBytes(a, a.subarray(0, 19))).toBe(false);
    expect(equalBytes(a.subarray(0, 19), a)).toBe(false);
    expect(equalBytes(Uint8Array.of(), Uint8Array.of(0))).toBe(false);
  });
});

describe('assertBytes', () => {
  it('takes byte arrays of every origin', () => {
    expect(() => {
      assertBytes(new Uint8Array(3), 'value', 3);
      assertBytes(Buffer.alloc(3), 'value', 3);
      assertBytes(new Uint8Array(new SharedArrayBuffer(3)), 'value');
    }).not.toThrow();
  });

  it.each([
    undefined,
    null,
    'text',
    3,
    [1, 2, 3],
    new ArrayBuffer(3),
    new DataView(new ArrayBuffer(3)),
    new Uint16Array(3),
    new Uint8ClampedArray(3),
    { length: 3, byteLength: 3, [Symbol.toStringTag]: 'Uint8Array' },
  ])('refuses %o', async (value) => {
    const refused = () => {
      assertBytes(value, 'value');
    };
    expect(await codeOf(refused)).toBe('argument-invalid');
    expect(refused).toThrow('value: expected a Uint8Array');
  });

  it('refuses another length', async () => {
    const refused = () => {
      assertBytes(new Uint8Array(3), 'the key', 4);
    };
    expect(await codeOf(refused)).toBe('length-invalid');
    expect(refused).toThrow('the key: expected 4 bytes, found 3');
  });
});

describe('UTF-8', () => {
  it('gives back every text, byte order marks included', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(decodeUtf8(encodeUtf8(text), 'text')).toBe(text);
        expect(decodeUtf8(encodeUtf8(`\ufeff${text}`), 'text')).toBe(`\ufeff${text}`);
      }),
    );
  });

  it.each([
    ['a lone continuation', [0x80]],
    ['a cut sequence', [0xe2, 0x82]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['an overlong zero', [0xc0, 0x80]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['a code point beyond Unicode', [0xf4, 0x90, 0x80, 0x80]],
    ['a byte that never occurs', [0xff]],
  ])('refuses %s', async (_name, sequence) => {
    expect(await codeOf(() => decodeUtf8(Uint8Array.from(sequence), 'text'))).toBe('utf8-invalid');
  });
});

describe('VaultwireError', () => {
  it('is told apart, also when it comes from another copy of the package', () => {
    const error = new VaultwireError('open-failed', 'message: expected another');
    expect(isVaultwireError(error)).toBe(true);
    const foreign = Object.assign(new Error('x'), { name: 'VaultwireError', code: 'open-failed' });
    expect(isVaultwireError(foreign)).toBe(true);
    expect(isVaultwireError(new Error('x'))).toBe(false);
    expect(isVaultwireError(Object.assign(new Error('x'), { code: 'open-failed' }))).toBe(false);
    expect(isVaultwireError({ name: 'VaultwireError', code: 'open-failed' })).toBe(false);
    expect(error).toBeInstanceOf(Error);
    expect(String(error)).toBe('VaultwireError: message: expected another');
  });
});
