import fc from 'fast-check';
import type { JsonValue } from '../../src/wire/json.js';

/** Any JSON value without the key that our decoder refuses, which fast-check likes to try. */
export const jsonValues = (): fc.Arbitrary<JsonValue> =>
  fc
    .jsonValue()
    .map((value) => JSON.parse(JSON.stringify(value)) as JsonValue)
    .filter((value) => !JSON.stringify(value).includes('"__proto__":'));
