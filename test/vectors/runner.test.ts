import { describe, expect, it } from 'vitest';
import { VaultwireError } from 'vaultwire';
import type { CryptoSuite } from 'vaultwire/crypto';
import { nodeSuite } from 'vaultwire/crypto/node';
import { disagreement } from '../../vectors/generate/compare.js';
import type { Json, JsonMap, VectorFile, VectorTest } from '../../vectors/runner/file.js';
import {
  countTests,
  firstDifference,
  runVectors,
  type NamedFile,
  type RunReport,
  type TestReport,
} from '../../vectors/runner/run.js';
import { published } from './published.js';

// A runner that cannot fail proves nothing.

/** The published files with each test changed; where the change returns nothing the test is left out. */
function mutate(change: (test: VectorTest) => object | undefined): NamedFile[] {
  return published.map(({ file, content }) => ({
    file,
    content: {
      ...content,
      testGroups: content.testGroups.map((group) => ({
        ...group,
        tests: group.tests.flatMap((test) => {
          const changed = change(test);
          return changed ? [{ ...test, ...changed }] : [];
        }),
      })),
    },
  }));
}

async function run(
  files: readonly NamedFile[],
  suite: CryptoSuite = nodeSuite,
): Promise<{ readonly report: RunReport; readonly tests: readonly TestReport[] }> {
  const tests: TestReport[] = [];
  const report = await runVectors(suite, files, { onTest: (test) => tests.push(test) });
  return { report, tests };
}

/** Names of the tests that did not fail, which is none where all should. */
const survivors = (tests: readonly TestReport[]): string[] =>
  tests.filter(({ status }) => status !== 'failed').map(({ file, tcId, comment }) => `${file}:${tcId} ${comment}`);

const isMap = (value: Json | undefined): value is JsonMap =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

type Path = readonly (string | number)[];

/** Where every value that holds no others is. */
function leaves(value: Json | undefined, path: Path = []): Path[] {
  if (Array.isArray(value)) {
    const items = value as readonly Json[];
    return items.length === 0 ? [path] : items.flatMap((item, index) => leaves(item, [...path, index]));
  }
  if (!isMap(value)) return [path];
  const names = Object.keys(value);
  return names.length === 0 ? [path] : names.flatMap((name) => leaves(value[name], [...path, name]));
}

function replaceAt(value: Json | undefined, path: Path, change: (leaf: Json | undefined) => Json): Json {
  const [step, ...rest] = path;
  if (step === undefined) return change(value);
  if (Array.isArray(value)) {
    const items = value as readonly Json[];
    return items.map((item, index) => (index === step ? replaceAt(item, rest, change) : item));
  }
  return { ...(value as JsonMap), [step]: replaceAt((value as JsonMap)[step], rest, change) };
}

/** Another value of the same type, different in its last byte only where it is text. */
function alter(leaf: Json | undefined): Json {
  if (typeof leaf === 'string') return leaf === '' ? '00' : leaf.slice(0, -1) + (leaf.endsWith('0') ? '1' : '0');
  if (typeof leaf === 'number') return leaf + 1;
  if (typeof leaf === 'boolean') return !leaf;
  return leaf === null ? 'something' : 'more';
}

const written = (path: Path): string =>
  path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
    .join('')
    .slice(1);

describe('the runner', () => {
  it('passes what is published, and counts it', async () => {
    const { report, tests } = await run(published);
    expect(survivors(tests)).toHaveLength(report.total);
    expect(report).toMatchObject({ suite: 'node', passed: report.total, failed: 0, skipped: 0 });
    expect(report.files.map(({ file }) => file)).toEqual(published.map(({ file }) => file));
    expect(report.files.reduce((sum, { total }) => sum + total, 0)).toBe(report.total);
  });

  it('fails every valid test that is called invalid', async () => {
    const { tests } = await run(mutate(({ result }) => (result === 'valid' ? { result: 'invalid' } : undefined)));
    expect(tests.length).toBeGreaterThan(300);
    expect(survivors(tests)).toEqual([]);
    expect(new Set(tests.map(({ reason }) => reason))).toEqual(new Set(['taken, though it is invalid']));
  });

  it('fails every invalid test that is called valid', async () => {
    const { tests } = await run(mutate(({ result }) => (result === 'invalid' ? { result: 'valid' } : undefined)));
    expect(tests.length).toBeGreaterThan(300);
    expect(survivors(tests)).toEqual([]);
    for (const { reason } of tests) expect(reason).toMatch(/^refused.*, though it is valid$/);
  });

  it('fails every test that is refused for another reason than is stated', async () => {
    const other = ({ error }: VectorTest) =>
      error === undefined ? undefined : { error: error === 'open-failed' ? 'json-invalid' : 'open-failed' };
    const { tests } = await run(mutate(other));
    expect(tests.length).toBeGreaterThan(200);
    expect(survivors(tests)).toEqual([]);
  });

  it('fails every test that is refused as a whole and stated to be refused in part, and the other way round', async () => {
    const swapped = ({ result, error, expected }: VectorTest) => {
      if (result !== 'invalid') return undefined;
      return error === undefined
        ? { error: 'open-failed', expected: undefined }
        : { error: undefined, expected: expected ?? {} };
    };
    const { tests } = await run(mutate(swapped));
    expect(survivors(tests)).toEqual([]);
  });

  it.each([0, 0.37, 0.71, 0.99])(
    'fails every test one of whose expected values is another, and says where (leaf at %d)',
    async (at) => {
      const places = new Map<string, string>();
      const files = published.map(({ file, content }) => ({
        file,
        content: mutateExpected(file, content, at, places),
      }));
      const { tests } = await run(files);
      const accepted = tests.filter(({ result, accepted: taken }) => result !== 'acceptable' || taken);
      expect(accepted.length).toBeGreaterThan(500);
      expect(survivors(accepted)).toEqual([]);
      for (const { file, tcId, difference } of accepted) {
        expect(difference?.path, `${file}:${tcId}`).toBe(places.get(`${file}:${tcId}`));
      }
    },
  );

  function mutateExpected(file: string, content: VectorFile, at: number, places: Map<string, string>): VectorFile {
    return {
      ...content,
      testGroups: content.testGroups.map((group) => ({
        ...group,
        tests: group.tests.flatMap((test) => {
          if (test.expected === undefined) return [];
          const paths = leaves(test.expected);
          const path = paths[Math.floor(at * paths.length)] ?? [];
          places.set(`${file}:${test.tcId}`, written(path));
          return [{ ...test, expected: replaceAt(test.expected, path, alter) as JsonMap }];
        }),
      })),
    };
  }

  it('fails a test whose expected value has a member too many or too few', async () => {
    const more = await run(mutate(({ expected }) => expected && { expected: { ...expected, more: 1 } }));
    const fewer = await run(
      mutate(({ expected }) => expected && { expected: Object.fromEntries(Object.entries(expected).slice(1)) }),
    );
    for (const { tests } of [more, fewer]) {
      expect(survivors(tests.filter(({ result, accepted }) => result !== 'acceptable' || accepted))).toEqual([]);
    }
  });

  it('fails a test of a type that it does not know', async () => {
    const [file] = published;
    const [group] = file?.content.testGroups ?? [];
    const unknown = { ...file!, content: { ...file!.content, testGroups: [{ ...group!, type: 'toString' }] } };
    const { tests } = await run([unknown]);
    expect(survivors(tests)).toEqual([]);
    expect(tests[0]?.reason).toBe('no such type of test group: toString');
  });

  it('fails, and does not stop, where a suite breaks', async () => {
    const broken: CryptoSuite = { ...nodeSuite, sha256: () => Promise.reject(new TypeError('no digest today')) };
    const { report, tests } = await run(published.slice(0, 1), broken);
    expect(report.failed).toBeGreaterThan(40);
    expect(report.total).toBe(published[0]?.content.numberOfTests);
    expect(tests.find(({ status }) => status === 'failed')?.reason).toBe('it broke: no digest today');
  });

  it('skips what a suite says that it cannot do, and counts it as nothing else', async () => {
    const unable: CryptoSuite = {
      ...nodeSuite,
      hkdfSha256: () => Promise.reject(new VaultwireError('suite-unsupported', 'no HKDF')),
    };
    const { report } = await run(published.slice(0, 1), unable);
    expect(report.skipped).toBeGreaterThan(40);
    expect(report.passed + report.failed + report.skipped).toBe(report.total);
  });

  it.each<[string, string, (suite: CryptoSuite) => CryptoSuite, string]>([
    [
      'verifies nothing',
      'device-request.json',
      (suite) => ({
        ...suite,
        importVerifyingKey: (bytes) =>
          Promise.resolve({ bytes: new Uint8Array(bytes), verify: () => Promise.resolve(true) }),
      }),
      'WrongSigner',
    ],
    [
      'verifies no signature at all',
      'device-request.json',
      (suite) => ({
        ...suite,
        importVerifyingKey: (bytes) =>
          Promise.resolve({ bytes: new Uint8Array(bytes), verify: () => Promise.resolve(false) }),
      }),
      'HighS',
    ],
    [
      'forgets the label of HKDF',
      'ecies.json',
      (suite) => ({
        ...suite,
        hkdfSha256: (key, salt, _info, length) => suite.hkdfSha256(key, salt, new Uint8Array(0), length),
      }),
      'WrongInfo',
    ],
    [
      'hashes twice',
      'ecies.json',
      (suite) => ({ ...suite, sha256: async (message) => suite.sha256(await suite.sha256(message)) }),
      'Normal',
    ],
    [
      'derives other client ids',
      'one-time-token.json',
      (suite) => ({ ...suite, hmacSha512: (key, message) => suite.hmacSha512(message, key) }),
      'Region',
    ],
    [
      'checks no tag',
      'answers.json',
      (suite) => ({
        ...suite,
        importAesKey: async (bytes, options) => {
          const key = await suite.importAesKey(bytes, options);
          const open = (sealed: Uint8Array) => key.open(sealed).catch(() => new Uint8Array(sealed.length - 28));
          return { seal: (plaintext) => key.seal(plaintext), open };
        },
      }),
      'ModifiedTag',
    ],
  ])('notices a suite that %s', async (_, file, change, flag) => {
    const { tests } = await run(
      published.filter((one) => one.file === file),
      change(nodeSuite),
    );
    const failed = tests.filter(({ status }) => status === 'failed');
    expect(failed.flatMap(({ flags }) => flags)).toContain(flag);
  });
});

describe('filters', () => {
  const total = published.reduce((sum, { content }) => sum + content.numberOfTests, 0);

  it('take everything when there is none', () => {
    expect(countTests(published)).toBe(total);
  });

  it.each([
    ['ecies.json', 'part of a file'],
    ['OneTimeTokenRead', 'a type'],
    ['onetimetokenread', 'in any case'],
    ['InvalidCurveAttack', 'a flag'],
    ['a bit of the tag', 'part of a comment'],
  ])('match %s: %s', async (filter) => {
    const names: string[] = [];
    const onTest = ({ file, type, comment, flags }: TestReport) =>
      names.push([file, type, comment, ...flags].join('|'));
    const report = await runVectors(nodeSuite, published, { filter, onTest });
    expect(report.total).toBe(countTests(published, filter));
    expect(report.total).toBeGreaterThan(0);
    expect(report.total).toBeLessThan(total);
    for (const name of names) expect(name.toLowerCase()).toContain(filter.toLowerCase());
    expect(report.files.every((file) => file.total > 0)).toBe(true);
  });

  it('match one test by its number', async () => {
    const { report, tests } = await (async () => {
      const reports: TestReport[] = [];
      const onTest = (test: TestReport) => reports.push(test);
      return { report: await runVectors(nodeSuite, published, { filter: 'answers.json:7', onTest }), tests: reports };
    })();
    expect(report.total).toBe(1);
    expect(tests).toMatchObject([{ file: 'answers.json', tcId: 7 }]);
  });

  it('match nothing when nothing matches', () => {
    expect(countTests(published, 'no such test')).toBe(0);
  });
});

describe('firstDifference', () => {
  it.each<[string, Json | undefined, Json | undefined, object | undefined]>([
    ['equal text', 'abc', 'abc', undefined],
    ['equal objects in another order', { a: 1, b: [2] }, { b: [2], a: 1 }, undefined],
    ['bytes', '00ff10', '00fe10', { path: '', byte: 1, expected: 'ff', actual: 'fe' }],
    ['bytes that end', '00ff', '00', { byte: 1, expected: 'ff', actual: 'end' }],
    ['more bytes', '00', '00ff', { byte: 1, expected: 'end', actual: 'ff' }],
    ['text', 'Mail', 'Main', { byte: 3, expected: '6c', actual: '6e' }],
    ['text of several bytes a character', 'ключ', 'клич', { byte: 4, expected: 'd1', actual: 'd0' }],
    ['hexadecimal and other text', '00', '0g', { byte: 1, expected: '30', actual: '67' }],
    ['numbers', 10, 12, { byte: 1, expected: '30', actual: '32' }],
    ['types', 1, '1', { byte: 0, expected: '31', actual: '22' }],
    ['null and text', null, 'null', { byte: 0, expected: '6e', actual: '22' }],
    ['null and an object', null, {}, { byte: 0, expected: '6e', actual: '7b' }],
    ['a list and an object', [], {}, { byte: 0, expected: '5b', actual: '7b' }],
    ['a member that is missing', { a: '00' }, {}, { path: 'a', byte: 0, expected: '30', actual: 'end' }],
    ['a member too many', {}, { a: '00' }, { path: 'a', byte: 0, expected: 'end', actual: '30' }],
    ['an empty text that is missing', { a: '' }, {}, { path: 'a', byte: 0, expected: 'end', actual: 'end' }],
    ['an item too many', [1], [1, 2], { path: '[1]', expected: 'end', actual: '32' }],
    ['a path', { a: [{ b: 'aa' }] }, { a: [{ b: 'ab' }] }, { path: 'a[0].b', byte: 0, expected: 'aa', actual: 'ab' }],
    ['an inherited name', {}, { toString: 1 }, { path: 'toString' }],
  ])('%s', (_, expected, actual, difference) => {
    const found = firstDifference(expected, actual);
    if (difference === undefined) expect(found).toBeUndefined();
    else expect(found).toMatchObject(difference);
  });
});

describe('the comparison with the second implementation', () => {
  const taken = { accepted: true, output: { sealed: '00ff' } };
  it.each([
    ['agrees', taken, structuredClone(taken), undefined],
    [
      'agrees on a refusal',
      { accepted: false, error: 'open-failed' },
      { accepted: false, error: 'open-failed' },
      undefined,
    ],
    ['another value', taken, { accepted: true, output: { sealed: '00fe' } }, /"path":"sealed","byte":1/],
    [
      'another verdict',
      taken,
      { accepted: false, error: 'open-failed' },
      /^taken, by the second implementation refused/,
    ],
    [
      'another reason',
      { accepted: false, error: 'point-invalid' },
      { accepted: false, error: 'open-failed' },
      /point-invalid.*open-failed/,
    ],
    ['refused in part', taken, { ...taken, accepted: false }, /refused in part/],
  ] as const)('%s', (_, ours, theirs, words) => {
    const found = disagreement(ours, theirs);
    if (words === undefined) expect(found).toBeUndefined();
    else expect(found).toMatch(words);
  });
});
