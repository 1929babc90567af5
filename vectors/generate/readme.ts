import { format, resolveConfig } from 'prettier';
import type { VectorFile } from '../runner/file.js';
import { GROUP_SCHEMAS } from './schema.js';
import type { Schema } from './schema-parts.js';

/** Puts the lists into the README that follow from the files and from the schema. */
export async function writeLists(
  readme: string,
  files: readonly { readonly file: string; readonly content: VectorFile }[],
  path: string,
): Promise<string> {
  const filled = fill(fill(readme, 'files', tableOfFiles(files)), 'types', sections(files));
  return format(filled, { ...(await resolveConfig(path)), parser: 'markdown' });
}

function fill(readme: string, name: string, text: string): string {
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [readme.indexOf(start), readme.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`README.md: expected ${start} and ${end}`);
  return `${readme.slice(0, from + start.length)}\n\n${text}\n\n${readme.slice(to)}`;
}

function tableOfFiles(files: Parameters<typeof writeLists>[1]): string {
  const rows = files.map(({ file, content }) => {
    const tests = content.testGroups.flatMap((group) => group.tests);
    const count = (result: string): number => tests.filter((test) => test.result === result).length;
    return `| \`${file}\` | ${tests.length} | ${count('valid')} | ${count('invalid')} | ${count('acceptable')} |`;
  });
  return ['| file | tests | valid | invalid | acceptable |', '| --- | --: | --: | --: | --: |', ...rows].join('\n');
}

function sections(files: Parameters<typeof writeLists>[1]): string {
  return Object.entries(GROUP_SCHEMAS)
    .map(([type, { description, shared = {}, inputs, expected }]) => {
      const file = files.find(({ content }) => content.testGroups.some((group) => group.type === type))?.file ?? '';
      return [
        `### ${type}`,
        `In \`${file}\`. ${description}`,
        [...members(shared, 'group; '), ...members(inputs)].join('\n'),
        `Expected:\n\n${members(expected).join('\n')}`,
      ].join('\n\n');
    })
    .join('\n\n');
}

/** A list of members, with the members of objects inside below them. */
function members(schemas: Readonly<Record<string, Schema>>, prefix = '', indent = ''): string[] {
  return Object.entries(schemas).flatMap(([name, schema]) => {
    const optional = name.endsWith('?') ? 'optional; ' : '';
    const about = describe(schema);
    const line = `${indent}- \`${name.replace('?', '')}\` (${prefix}${optional}${kind(schema)})${about && `: ${about}`}`;
    return [line, ...inside(schema, `${indent}  `)];
  });
}

function inside(schema: Schema, indent: string): string[] {
  const items = schema['items'] as Schema | undefined;
  const choices = schema['anyOf'] as readonly Schema[] | undefined;
  if (items) return inside(items, indent);
  if (choices) {
    // Of two forms of one object the longer has the members of both.
    const [first, second] = choices;
    return [...inside(second ?? {}, indent), ...(first?.['description'] === undefined ? [] : inside(first, indent))];
  }
  const properties = schema['properties'] as Readonly<Record<string, Schema>> | undefined;
  const required = schema['required'] as readonly string[] | undefined;
  if (!properties || Object.keys(properties).join() === 'type') return [];
  const named = Object.entries(properties).map(([name, one]) => [required?.includes(name) ? name : `${name}?`, one]);
  return members(Object.fromEntries(named) as Readonly<Record<string, Schema>>, '', indent);
}

function describe(schema: Schema): string {
  const { description, enum: values } = schema as { description?: string; enum?: readonly string[] };
  const words = (description ?? '').replaceAll('<', '&lt;');
  return values ? `${words} One of ${values.map((value) => `\`${value}\``).join(', ')}.`.trim() : words;
}

function kind(schema: Schema): string {
  const {
    type,
    pattern = '',
    enum: values,
    anyOf,
  } = schema as {
    type?: string | readonly string[];
    pattern?: string;
    enum?: readonly string[];
    anyOf?: readonly Schema[];
  };
  const types = typeof type === 'string' ? [type] : (type ?? []);
  const length = /^\^\[0-9a-f\]\{(\d+)\}\$$/.exec(pattern)?.[1];
  const words = types.map((one) => {
    if (one !== 'string') return one === 'array' ? 'list' : one;
    if (length !== undefined) return `${Number(length) / 2} bytes`;
    if (pattern.startsWith('^(?:[0-9a-f]')) return 'bytes';
    return pattern === '' ? 'text' : 'base64';
  });
  if (values) return 'text';
  return anyOf ? 'object' : words.join(' or ');
}
