import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { nodeSuite } from 'vaultwire/crypto/node';
import { HARMLESS_TYPES } from '../../vectors/generate/define.js';
import { GROUP_SCHEMAS } from '../../vectors/generate/schema.js';
import type { VectorFile } from '../../vectors/runner/file.js';
import { GROUP_TYPES, runVectors, VECTOR_FILES, type TestReport } from '../../vectors/runner/run.js';
import { namesInFolder, published, schema } from './published.js';

const testsOf = (content: VectorFile) => content.testGroups.flatMap(({ tests }) => tests);
const allTests = published.flatMap(({ content }) => testsOf(content));

describe('the published files', () => {
  it('are all that lies in the folder, beside the schema', () => {
    expect([...namesInFolder].sort()).toEqual([...VECTOR_FILES, 'schema.json'].sort());
  });

  it('hold at least 300 tests, at least a third of them invalid', () => {
    const invalid = allTests.filter(({ result }) => result === 'invalid');
    expect(allTests.length).toBeGreaterThanOrEqual(300);
    expect(invalid.length * 3).toBeGreaterThanOrEqual(allTests.length);
  });

  it('hold at least 200 tests of pairing, at least a third of them invalid', () => {
    const tests = published
      .filter(({ file }) => file.startsWith('pairing/'))
      .flatMap(({ content }) => testsOf(content));
    expect(tests.length).toBeGreaterThanOrEqual(200);
    expect(tests.filter(({ result }) => result === 'invalid').length * 3).toBeGreaterThanOrEqual(tests.length);
  });

  it('hold tests of every type that the runner knows, and no other', () => {
    const types = new Set(published.flatMap(({ content }) => content.testGroups.map(({ type }) => type)));
    expect([...types].sort()).toEqual([...GROUP_TYPES].sort());
  });

  it('stay below 2.5 MB', () => {
    expect(published.reduce((size, { content }) => size + JSON.stringify(content, null, 1).length, 0)).toBeLessThan(
      2.5e6,
    );
  });

  it.each(published)('$file: numbers its tests from 1 on, and counts them', ({ content }) => {
    const numbers = testsOf(content).map(({ tcId }) => tcId);
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
    expect(content.numberOfTests).toBe(numbers.length);
  });

  it.each(published)('$file: has a note for every flag, and a test for every note', ({ content }) => {
    const used = new Set(testsOf(content).flatMap(({ flags }) => flags));
    expect([...used].sort()).toEqual(Object.keys(content.notes).sort());
  });

  it.each(published)('$file: has exactly one flag for each invalid test, and it names a mistake', ({ content }) => {
    const harmless: readonly string[] = HARMLESS_TYPES;
    for (const { tcId, flags, result } of testsOf(content)) {
      if (result !== 'invalid') continue;
      expect(flags, `test ${tcId}`).toHaveLength(1);
      expect(harmless, `test ${tcId}`).not.toContain(content.notes[flags[0] ?? '']?.bugType);
    }
  });

  it.each(published)('$file: says what comes out, or how it is refused', ({ content }) => {
    for (const { tcId, result, expected, error } of testsOf(content)) {
      if (result === 'valid') expect(expected, `test ${tcId}`).toBeDefined();
      if (result === 'invalid') expect([expected, error].filter(Boolean), `test ${tcId}`).toHaveLength(1);
    }
  });

  it('have at most a handful of tests that may be taken or refused; this is what this library does', async () => {
    const choices: string[] = [];
    await runVectors(nodeSuite, published, {
      onTest({ file, comment, result, accepted }: TestReport) {
        if (result === 'acceptable') choices.push(`${accepted ? 'takes' : 'refuses'}: ${file}, ${comment}`);
      },
    });
    expect(choices).toMatchInlineSnapshot(`
      [
        "takes: transmission-key.json, the header in base64url",
        "takes: transmission-key.json, the header without padding",
        "takes: device-request.json, clientId in base64url without padding",
        "takes: device-request.json, the signature in base64url",
        "refuses: device-request.json, the scheme in lower case",
        "takes: device-request.json, when the window has ended: the wire has no time stamp",
        "takes: device-request.json, when the server had to forget it for want of room",
        "takes: one-time-token.json, white space around it, as pasting leaves it",
        "takes: one-time-token.json, the secret in base64",
        "takes: one-time-token.json, the secret with padding",
        "takes: get-folders.json, a bit of the vector is flipped: another name, and nothing shows it",
        "takes: account-keys.json, the second and fourth block are exchanged, and the vector fits them again",
        "takes: legacy-cbc.json, another key, and nothing shows it",
        "takes: legacy-cbc.json, the title is another, and nothing shows it",
      ]
    `);
  });
});

describe('the schema', () => {
  const ajv = new Ajv2020({ allErrors: false, allowUnionTypes: true });
  const validate = ajv.compile(schema);

  it('is a schema of draft 2020-12', () => {
    expect(ajv.validateSchema(schema)).toBe(true);
  });

  it.each(published)('fits $file', ({ content }) => {
    validate(content);
    expect(validate.errors).toBeNull();
  });

  const [first] = published;
  const broken = (change: (file: Record<string, never>) => void): unknown => {
    const copy = structuredClone(first?.content) as unknown as Record<string, never>;
    change(copy);
    return copy;
  };
  const group = (file: Record<string, never>) => (file['testGroups'] as unknown as Record<string, unknown>[])[0]!;
  const test = (file: Record<string, never>) => (group(file)['tests'] as Record<string, unknown>[])[0]!;

  it.each<[string, (file: Record<string, never>) => void]>([
    ['a group of no known type', (file) => (group(file)['type'] = 'EciesShut')],
    ['a group without tests', (file) => (group(file)['tests'] = [])],
    ['a member of a group that nobody knows', (file) => (group(file)['extra'] = 1)],
    ['a member of a test that nobody knows', (file) => (test(file)['extra'] = 1)],
    ['a test without an input', (file) => delete test(file)['nonce']],
    ['a test without a comment', (file) => delete test(file)['comment']],
    ['a nonce that is no hexadecimal text', (file) => (test(file)['nonce'] = 'AAAAAAAAAAAAAAAA')],
    ['a nonce that is too short', (file) => (test(file)['nonce'] = '00'.repeat(11))],
    ['a result that is none', (file) => (test(file)['result'] = 'passed')],
    ['a valid test without what is expected', (file) => delete test(file)['expected']],
    ['a valid test with an error', (file) => (test(file)['error'] = 'open-failed')],
    ['an invalid test with two flags', (file) => Object.assign(test(file), { result: 'invalid', flags: ['a', 'b'] })],
    ['an expected value too many', (file) => ((test(file)['expected'] as Record<string, unknown>)['extra'] = 1)],
    ['a note without a description', (file) => (file['notes'] = { Normal: { bugType: 'BASIC' } } as never)],
    [
      'a kind of mistake that nobody knows',
      (file) => (file['notes'] = { Normal: { bugType: 'FUN', description: 'a' } } as never),
    ],
  ])('refuses %s', (_, change) => {
    expect(validate(broken(change))).toBe(false);
  });
});

describe('the README', () => {
  let readme: string;
  beforeAll(async () => {
    readme = await readFile(fileURLToPath(new URL('../../vectors/README.md', import.meta.url)), 'utf8');
  });

  it('names every file and how many tests it has', () => {
    for (const { file, content } of published)
      expect(readme).toMatch(new RegExp(`^\\| \`${file}\` +\\| +${content.numberOfTests} \\|`, 'm'));
  });

  it.each(GROUP_TYPES)('has a section for %s that names each of its members', (type) => {
    const section = readme.split(/^###? /m).find((text) => text.startsWith(`${type}\n`));
    expect(section, `a section ${type}`).toBeDefined();
    const { shared = {}, inputs, expected } = GROUP_SCHEMAS[type];
    for (const name of [...Object.keys(shared), ...Object.keys(inputs), ...Object.keys(expected)]) {
      expect(section).toContain(`\`${name.replace('?', '')}\``);
    }
  });
});
