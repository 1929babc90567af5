import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const root = new URL('../../', import.meta.url);
const document = readFileSync(new URL('docs/threat-model.md', root), 'utf8');
const sources = readdirSync(new URL('test/hostile/', root))
  .filter((file) => file.endsWith('.test.ts') && file !== 'threat-model.test.ts')
  .map((file) => readFileSync(new URL(`test/hostile/${file}`, root), 'utf8'));

/** The names of all hostile tests; those of describe blocks are titles and do not count. */
const played = sources.flatMap((source) =>
  [...source.matchAll(/\btest(?:\.each\(\w+\))?\(\s*'([^']+)'/g)].map(([, name = '']) => name),
);

/** The rows of the tables by their id. */
const rows = new Map([...document.matchAll(/^\| ([A-Z]\d+) +\|.*$/gm)].map(([line, id = '']) => [id, line]));

test('every test that the threat model names exists', () => {
  const named = [...document.matchAll(/`([A-Z]\d+: [^`]+)`/g)].map(([, name = '']) => name);
  expect(named.length).toBeGreaterThan(50);
  expect(named.filter((name) => !played.includes(name))).toEqual([]);
});

test('every hostile test is named in the row that its name begins with', () => {
  expect(played.length).toBeGreaterThan(50);
  const row = (name: string): string => rows.get(name.slice(0, name.indexOf(':'))) ?? '';
  expect(played.filter((name) => !row(name).includes(`\`${name}\``))).toEqual([]);
});

test('every row from A1 to A18 is there, and played', () => {
  const ids = Array.from({ length: 18 }, (_, index) => `A${index + 1}`);
  expect(ids.filter((id) => !rows.has(id) || !played.some((name) => name.startsWith(`${id}:`)))).toEqual([]);
});

test('every file that the threat model names exists', () => {
  for (const [, path = ''] of document.matchAll(/`((?:test|src)\/[\w./-]+\.ts)`/g)) {
    expect(() => readFileSync(new URL(path, root)), path).not.toThrow();
  }
});
