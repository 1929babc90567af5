import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodePlainData, encodePlainData } from '../../src/pairing/plain-data.js';
import { encodeUtf8 } from '../../src/wire/bytes.js';

const plainData = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom(null, true, false, ''),
    fc.string(),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (Object.is(number, -0) ? 0 : number)),
    fc.uint8Array(),
    fc.array(tie('value'), { maxLength: 5 }),
    fc
      .array(fc.tuple(fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'b', 'o')), tie('value')), {
        maxLength: 5,
      })
      .map((members) => Object.fromEntries(members) as unknown),
  ),
})).value;

test('plain data comes back as it was, whatever its keys are called', () => {
  fc.assert(
    fc.property(plainData, (value) => {
      // Not toStrictEqual: it takes a member called constructor for the object's class.
      expect(isDeepStrictEqual(decodePlainData(encodePlainData(value), 'data'), value)).toBe(true);
    }),
  );
});

test('members that are undefined are left out', () => {
  expect(decodePlainData(encodePlainData({ a: undefined, b: 1 }), 'data')).toStrictEqual({ b: 1 });
});

test.each([
  ['a number that is none', Number.NaN],
  ['an infinite number', Infinity],
  ['a function', () => undefined],
  ['a symbol', Symbol('s')],
  ['a bigint', 1n],
  ['undefined', undefined],
  ['a map', new Map()],
  ['a date', new Date(0)],
])('%s is not plain data', (_, value) => {
  expect(() => encodePlainData({ value: [value] })).toThrow(/plain data/);
});

test.each([
  '',
  '{}',
  '{"a":1}',
  '[]',
  '["x"]',
  '["b"]',
  '["b",1]',
  '["b","AA==","AA=="]',
  '["b","%"]',
  '["o",["a"]]',
  '["o",["a",1,2]]',
  '["o",[1,2]]',
  '["o",{"a":1}]',
  '["a",{}]',
  '["a"',
])('%s is refused', (text) => {
  expect(() => decodePlainData(encodeUtf8(text), 'data')).toThrow(
    expect.objectContaining({ code: 'configuration-invalid', message: 'data: expected what a session saved' }),
  );
});

test('bytes that are no text are refused', () => {
  expect(() => decodePlainData(new Uint8Array([0xff]), 'data')).toThrow(/expected what a session saved/);
});
