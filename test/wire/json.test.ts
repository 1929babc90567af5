import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeUtf8 } from '../../src/wire/bytes.js';
import { VaultwireError } from '../../src/wire/error.js';
import {
  decodeJson,
  decodeJsonObject,
  encodeJson,
  encodePaddedJson,
  isJsonArray,
  isJsonObject,
  MAXIMUM_JSON_DEPTH,
  readArray,
  readBase64,
  readInteger,
  readOptionalBase64,
  readOptionalBoolean,
  readOptionalInteger,
  readOptionalString,
  readOptionalStrings,
  readString,
  type JsonValue,
} from '../../src/wire/json.js';
import { refused } from '../support/refused.js';
import { jsonValues } from '../support/json-values.js';

const LIMITS = { maximumBytes: 1024 * 1024, maximumDepth: MAXIMUM_JSON_DEPTH };

const decode = (text: string, limits = LIMITS): JsonValue => decodeJson(encodeUtf8(text), 'document', limits);

/** A JSON document as a tree that can have a key twice, which no JavaScript value can. */
type Tree =
  | { readonly leaf: string }
  | { readonly items: readonly Tree[] }
  | { readonly members: readonly (readonly [string, Tree])[] };

/** A string as JSON; with \u escapes alone, or as JSON.stringify writes it. */
const quoted = (text: string, escape: boolean): string => {
  if (!escape) return JSON.stringify(text);
  const units = Array.from({ length: text.length }, (_, at) => text.charCodeAt(at).toString(16).padStart(4, '0'));
  return `"${units.map((unit) => `\\u${unit}`).join('')}"`;
};

function write(tree: Tree, space: string, escape: boolean): string {
  if ('leaf' in tree) return tree.leaf;
  const inner =
    'items' in tree
      ? tree.items.map((item) => write(item, space, escape))
      : tree.members.map(
          // The second of two equal keys is spelled in another way than the first.
          ([key, value], index) =>
            `${quoted(key, escape && index % 2 === 1)}${space}:${space}${write(value, space, escape)}`,
        );
  const [open, close] = 'items' in tree ? '[]' : '{}';
  return `${open ?? ''}${space}${inner.join(`${space},${space}`)}${space}${close ?? ''}`;
}

function hasDuplicate(tree: Tree): boolean {
  if ('leaf' in tree) return false;
  if ('items' in tree) return tree.items.some(hasDuplicate);
  return (
    new Set(tree.members.map(([key]) => key)).size < tree.members.length ||
    tree.members.some(([, value]) => hasDuplicate(value))
  );
}

const key = fc.oneof(
  fc.constantFrom(
    'a',
    'b',
    '1',
    '01',
    '',
    ':',
    '"',
    '\\',
    '{',
    '}',
    '\\"',
    'constructor',
    'toString',
    'é',
    '\u{1f511}',
  ),
  fc.string({ unit: 'grapheme' }).filter((text) => text !== '__proto__'),
);

const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({
      leaf: fc.oneof(
        fc.constantFrom('true', 'false', 'null', '0', '-1.5e3', '"{"', '"a:b"', '"\\""', '"\\\\"', '"\\\\\\""'),
        fc.string({ unit: 'grapheme' }).map((text) => JSON.stringify(text)),
        fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => JSON.stringify(number)),
      ),
    }),
    fc.record({ items: fc.array(tie('tree'), { maxLength: 4 }) }),
    fc.record({ members: fc.array(fc.tuple(key, tie('tree')), { maxLength: 5 }) }),
  ),
}));

describe('JSON from outside', () => {
  test('equals JSON.parse, unless a key stands twice in one object, at any depth and in any spelling', () => {
    let duplicates = 0;
    fc.assert(
      fc.property(tree, fc.constantFrom('', ' ', '\n\t'), fc.boolean(), (document, space, escape) => {
        const text = write(document, space, escape);
        if (!hasDuplicate(document)) {
          expect(decode(text)).toEqual(JSON.parse(text));
          return;
        }
        duplicates++;
        expect(() => decode(text)).toThrow(expect.objectContaining({ code: 'json-duplicate-key' }) as Error);
      }),
      { numRuns: 2000 },
    );
    expect(duplicates).toBeGreaterThan(20);
  });

  test('finds the end of a string of any length, whatever is escaped in it', () => {
    const pieces = ['x', '\\\\', '\\"', ':', '{', ',', '\\n', '\\u0022'];
    const content = fc
      .tuple(
        fc.integer({ min: 0, max: 140 }),
        fc.array(fc.constantFrom(...pieces), { maxLength: 12 }),
        fc.integer({ min: 0, max: 200 }),
      )
      .map(([before, middle, after]) => 'y'.repeat(before) + middle.join('') + 'z'.repeat(after));
    const check = (text: string): void => {
      const document = `{"a":"${text}","b":{"c":":"},"${text}":[0]}`;
      expect(decode(document)).toEqual(JSON.parse(document));
      expect(() => decode(`{"a":"${text}","b":0,"a":1}`)).toThrow(
        expect.objectContaining({ code: 'json-duplicate-key' }) as Error,
      );
    };
    fc.assert(
      fc.property(
        fc.array(content, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('')),
        check,
      ),
      {
        numRuns: 500,
      },
    );
    // The scan changes its ways after some bytes: everything escaped stands at every place around there once.
    for (let before = 0; before < 140; before++) {
      for (const piece of pieces) for (const end of ['', piece, 'x']) check('y'.repeat(before) + piece + end);
    }
  });

  test('whatever the bytes, it is JSON.parse of valid UTF-8 or a refusal', () => {
    const reference = (bytes: Uint8Array): unknown =>
      JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
    const mutated = fc.tuple(tree, fc.nat(), fc.nat(255), fc.boolean()).map(([document, at, byte, remove]) => {
      const bytes = [...encodeUtf8(write(document, '', false))];
      bytes.splice(at % bytes.length, remove ? 1 : 0, byte);
      return Uint8Array.from(bytes);
    });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), mutated), (bytes) => {
        let value: JsonValue;
        try {
          value = decodeJson(bytes, 'document', LIMITS);
        } catch (error) {
          expect(error).toBeInstanceOf(VaultwireError);
          return;
        }
        expect(value).toEqual(reference(bytes));
      }),
      { numRuns: 3000 },
    );
  });

  test('what encodePaddedJson writes comes back, as long as a multiple of what it is told', () => {
    fc.assert(
      fc.property(jsonValues(), fc.integer({ min: 1, max: 600 }), (value, padTo) => {
        const plain = JSON.parse(JSON.stringify(value)) as JsonValue;
        const padded = encodePaddedJson(plain, padTo);
        const length = encodeJson(plain).length;
        expect(padded.length % padTo).toBe(0);
        expect(padded.length - length).toBeLessThan(padTo);
        expect(decodeJson(padded, 'document', LIMITS)).toEqual(plain);
      }),
    );
    for (const padTo of [0, -1, 1.5, Number.NaN, 1_048_577]) {
      expect(() => encodePaddedJson({}, padTo)).toThrow(expect.objectContaining({ code: 'parameter-out-of-range' }));
    }
    expect(encodePaddedJson({}, 1_048_576).length).toBe(1_048_576);
  });

  test('what encodeJson writes comes back', () => {
    fc.assert(
      fc.property(jsonValues(), (value) => {
        // JSON has no negative zero.
        const plain = JSON.parse(JSON.stringify(value)) as JsonValue;
        expect(decodeJson(encodeJson(plain), 'document', LIMITS)).toEqual(plain);
      }),
    );
  });

  test.each([
    ['two keys', '{"a":1,"a":1}'],
    ['two keys with an escape', '{"a":1,"\\u0061":2}'],
    ['in an array', '[{"a":1,"b":{"c":1,"c":2}}]'],
    ['index keys, which engines keep apart', '{"0":1,"0":2}'],
    ['a colon in a string does not stand in for a member', '{"a":":","a":1}'],
    ['nor a quote behind a backslash', '{"a\\"":1,"a\\"":2}'],
  ])('refuses a key twice: %s', async (_, text) => {
    await refused('json-duplicate-key', () => decode(text));
  });

  test.each(['{"__proto__":1}', '{"__proto__":{"isAdmin":true}}', '[[{"a":{"\\u005f_proto__":null}}]]'])(
    'refuses the key __proto__: %s',
    async (text) => {
      await refused('json-invalid', () => decode(text));
    },
  );

  test('keys that Object.prototype has as well are plain members', () => {
    const value = decodeJsonObject(encodeUtf8('{"constructor":1,"toString":2,"hasOwnProperty":3}'), 'd', LIMITS);
    expect(Object.entries(value)).toEqual([
      ['constructor', 1],
      ['toString', 2],
      ['hasOwnProperty', 3],
    ]);
  });

  test.each([
    ['overlong', [0x22, 0xc0, 0x80, 0x22]],
    ['a surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['cut short', [0x22, 0xe2, 0x82, 0x22]],
    ['beyond U+10FFFF', [0x22, 0xf4, 0x90, 0x80, 0x80, 0x22]],
    ['a lone continuation', [0x22, 0x80, 0x22]],
  ])('refuses UTF-8 that is malformed: %s', async (_, bytes) => {
    await refused('utf8-invalid', () => decodeJson(Uint8Array.from(bytes), 'document', LIMITS));
  });

  test.each(['', ' ', '{', '{"a":1', '{"a":1}x', '{"a":1}{"a":1}', "{'a':1}", '{"a":01}', '[1,]', 'NaN', '"', '"\\'])(
    'refuses what is no JSON: %j',
    async (text) => {
      const error = await refused('json-invalid', () => decode(text));
      expect(error.message).toBe('document: expected valid JSON');
      expect(error.cause).toBeUndefined();
    },
  );

  test('refuses a byte order mark', async () => {
    await refused('json-invalid', () => decode('\ufeff{}'));
  });

  test('refuses one byte more than the limit, and reads the limit itself', async () => {
    const bytes = encodeUtf8('[10]');
    const limits = { maximumBytes: 4, maximumDepth: 1 };
    expect(decodeJson(bytes, 'document', limits)).toEqual([10]);
    await refused('message-too-long', () => decodeJson(bytes, 'document', { ...limits, maximumBytes: 3 }));
  });

  test('refuses one level more than the limit, whatever opens it, and reads the limit itself', () => {
    fc.assert(
      fc.property(
        fc.array(fc.boolean(), { minLength: 1, maxLength: 100 }),
        fc.integer({ min: 1, max: 100 }),
        (levels, limit) => {
          let text = '1';
          for (const isArray of levels) text = isArray ? `[0,${text}]` : `{"[":"]","a":${text}}`;
          const run = (): JsonValue => decode(text, { maximumBytes: 10_000, maximumDepth: limit });
          if (levels.length <= limit) expect(run()).toEqual(JSON.parse(text));
          else expect(run).toThrow(expect.objectContaining({ code: 'json-too-deep' }) as Error);
        },
      ),
    );
  });

  test('refuses a document that is nothing but depth, in time and without a stack overflow', async () => {
    await refused('json-too-deep', () => decode('['.repeat(1_000_000)));
    await refused('json-too-deep', () => decode('{"a":'.repeat(200_000)));
  });

  test('nothing on the wire may nest deeper than 64 levels', () => {
    expect(MAXIMUM_JSON_DEPTH).toBe(64);
  });

  test('counts depth as it stands: siblings do not add up, and brackets in strings count nothing', () => {
    const text = `[${'[],{},'.repeat(50)}{},"[[[[{{{{"]`;
    expect(decode(text, { maximumBytes: 1000, maximumDepth: 2 })).toEqual(JSON.parse(text));
  });

  test('finds where a long string ends, whatever is escaped in it', () => {
    const contents = fc
      .array(fc.constantFrom('\\\\', '\\"', '\\n', '{', ':', 'a'.repeat(61)), { minLength: 10, maxLength: 100 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(contents, contents, (first, second) => {
        const text = `{"${first}":"${second}","end":1`;
        expect(decode(`${text}}`)).toEqual(JSON.parse(`${text}}`));
        expect(() => decode(`${text},"end":1}`)).toThrow(
          expect.objectContaining({ code: 'json-duplicate-key' }) as Error,
        );
      }),
    );
  });

  test.each(['[]', '1', 'null', '"{}"', 'true'])('an object is required where one is: %s', async (text) => {
    expect(decode(text)).toEqual(JSON.parse(text));
    await refused('json-invalid', () => decodeJsonObject(encodeUtf8(text), 'document', LIMITS));
  });

  test('tells objects from arrays and the rest', () => {
    expect([{}, [], null, 1, 'a', true, undefined].map(isJsonObject)).toEqual([true, ...Array<boolean>(6).fill(false)]);
    expect([{}, [], null, 1, 'a', true, undefined].map(isJsonArray)).toEqual([
      false,
      true,
      ...Array<boolean>(5).fill(false),
    ]);
  });
});

describe('members of a JSON object', () => {
  test('a string', async () => {
    expect(readString({ a: 'x' }, 'a', 'o')).toBe('x');
    expect(readString({ a: '' }, 'a', 'o')).toBe('');
    for (const value of [1, true, [], {}]) await refused('field-invalid', () => readString({ a: value }, 'a', 'o'));
    const error = await refused('field-missing', () => readString({}, 'a', 'o'));
    expect(error.message).toBe('o.a: expected a value');
    await refused('field-missing', () => readString({ a: null }, 'a', 'o'));
    expect(readOptionalString({}, 'a', 'o')).toBeUndefined();
    expect(readOptionalString({ a: null }, 'a', 'o')).toBeUndefined();
    const invalid = await refused('field-invalid', () => readOptionalString({ a: 1 }, 'a', 'o'));
    expect(invalid.message).toBe('o.a: expected a string');
  });

  test('base64, of which an empty string is none where it is optional', async () => {
    expect(readBase64({ a: '-_8' }, 'a', 'o')).toEqual(new Uint8Array([0xfb, 0xff]));
    expect(readBase64({ a: '' }, 'a', 'o')).toEqual(new Uint8Array(0));
    expect(readOptionalBase64({ a: '+/8=' }, 'a', 'o')).toEqual(new Uint8Array([0xfb, 0xff]));
    expect(readOptionalBase64({ a: '' }, 'a', 'o')).toBeUndefined();
    expect(readOptionalBase64({ a: null }, 'a', 'o')).toBeUndefined();
    await refused('field-missing', () => readBase64({}, 'a', 'o'));
    await refused('field-invalid', () => readBase64({ a: 7 }, 'a', 'o'));
    await refused('field-invalid', () => readOptionalBase64({ a: [] }, 'a', 'o'));
    expect((await refused('base64-invalid', () => readBase64({ a: '!' }, 'a', 'o'))).message).toContain('o.a');
    expect((await refused('base64-invalid', () => readOptionalBase64({ a: 'x' }, 'a', 'o'))).message).toContain('o.a');
  });

  test('a whole number that a double holds exactly', async () => {
    for (const value of [0, -1, Number.MAX_SAFE_INTEGER]) expect(readInteger({ a: value }, 'a', 'o')).toBe(value);
    for (const value of [0.5, Number.MAX_SAFE_INTEGER + 1, '1', true, [1], {}]) {
      await refused('field-invalid', () => readInteger({ a: value }, 'a', 'o'));
      await refused('field-invalid', () => readOptionalInteger({ a: value }, 'a', 'o'));
    }
    await refused('field-missing', () => readInteger({ a: null }, 'a', 'o'));
    expect(readOptionalInteger({ a: null }, 'a', 'o')).toBeUndefined();
    expect(readOptionalInteger({}, 'a', 'o')).toBeUndefined();
  });

  test('a boolean, or the 0 and 1 of some backends', async () => {
    expect([true, 1, false, 0, null].map((a) => readOptionalBoolean({ a }, 'a', 'o'))).toEqual([
      true,
      true,
      false,
      false,
      undefined,
    ]);
    expect(readOptionalBoolean({}, 'a', 'o')).toBeUndefined();
    for (const value of [2, -1, 'true', '1', '', [], {}]) {
      await refused('field-invalid', () => readOptionalBoolean({ a: value }, 'a', 'o'));
    }
  });

  test('an array, of which none is an empty one', async () => {
    expect(readArray({ a: [1, 'x'] }, 'a', 'o')).toEqual([1, 'x']);
    expect(readArray({}, 'a', 'o')).toEqual([]);
    expect(readArray({ a: null }, 'a', 'o')).toEqual([]);
    for (const value of [1, '', false, {}, { length: 0 }]) {
      await refused('field-invalid', () => readArray({ a: value }, 'a', 'o'));
    }
  });

  test('an array of strings, of which none is not an empty one', async () => {
    expect(readOptionalStrings({ a: ['x', ''] }, 'a', 'o')).toEqual(['x', '']);
    expect(readOptionalStrings({ a: [] }, 'a', 'o')).toEqual([]);
    expect(readOptionalStrings({}, 'a', 'o')).toBeUndefined();
    expect(readOptionalStrings({ a: null }, 'a', 'o')).toBeUndefined();
    for (const value of [['x', 1], [null], 'x', {}]) {
      await refused('field-invalid', () => readOptionalStrings({ a: value }, 'a', 'o'));
    }
  });
});
