/* What the JSON Schema is put together from, for schema.ts and the groups beside it. */

export type Schema = Readonly<Record<string, unknown>>;

/** Any text. */
export const text = (description: string): Schema => ({ type: 'string', description });

/** A number without a fraction. */
export const whole = (description: string): Schema => ({ type: 'integer', description });

/** A number, with a fraction or without. */
export const number = (description: string): Schema => ({ type: 'number', description });

/** True or false. */
export const flag = (description: string): Schema => ({ type: 'boolean', description });

/** An object whose members are left open. */
export const map = (description: string): Schema => ({ type: 'object', description });

/** One of the given texts. It has no type, so `orNull` cannot take it. */
export const oneOf = (values: readonly string[], description: string): Schema => ({ enum: values, description });

/** An array of any length. */
export const list = (items: Schema, description: string): Schema => ({ type: 'array', items, description });

/** The same or null, for a schema with one type. */
export const orNull = (schema: Schema): Schema => ({ ...schema, type: [schema['type'], 'null'] });

/** Bytes; `length` where it is the same in every test. */
export const hex = (description: string, length?: number): Schema => ({
  type: 'string',
  pattern: length === undefined ? '^(?:[0-9a-f]{2})*$' : `^[0-9a-f]{${2 * length}}$`,
  description,
});

/** An object with these members and no others. Members whose names end with a question mark may be absent. */
export function object(members: Readonly<Record<string, Schema>>, description?: string): Schema {
  const names = Object.keys(members);
  return {
    type: 'object',
    ...(description !== undefined && { description }),
    properties: Object.fromEntries(names.map((name) => [name.replace('?', ''), members[name]])),
    required: names.filter((name) => !name.endsWith('?')),
    additionalProperties: false,
  };
}
