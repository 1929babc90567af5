import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { nodeSuite } from 'vaultwire/crypto/node';
import type { JsonMap, VectorFile, VectorTest } from '../runner/file.js';
import { evaluate, VECTOR_FILES, type Evaluation } from '../runner/run.js';
import { accountFile, hybridFile, mlKemPemFile, routerFile } from './account.js';
import { accountKeysFile } from './account-keys.js';
import { answersFile } from './answers.js';
import { bindingFile } from './bindings.js';
import { writeCommandsFile } from './commands.js';
import { disagreement } from './compare.js';
import { BUG_TYPES, HARMLESS_TYPES, type FileDefinition, type GroupDefinition, type TestDefinition } from './define.js';
import { eciesFile } from './ecies.js';
import { askOracle, type Question } from './oracle.js';
import { bluetoothFile, envelopeFile, identityFile, pairingMessagesFile, transcriptsFile } from './pairing.js';
import { gitFile, sshFile, u2fFile } from './pairing-formats.js';
import { deviceRequestFile } from './requests.js';
import { writeLists } from './readme.js';
import { makeSchema } from './schema.js';
import { legacyCbcFile, pamConfigurationFile, sharingFile } from './sharing.js';
import { oneTimeTokenFile } from './tokens.js';
import { transmissionKeyFile } from './transmission.js';
import { getFoldersFile, getSecretFile } from './trees.js';

/*
 * Writes vectors/*.json, or with --check says whether they are what would be written. Each test is judged three
 * times: by the author of its definition, by this library, and by oracle.py. Whatever they do not agree on is
 * printed, and nothing is written.
 */

const VERSION = '1';
const folder = join(process.cwd(), 'vectors');
const check = process.argv.includes('--check');

const definitions = [
  eciesFile,
  transmissionKeyFile,
  await deviceRequestFile(),
  answersFile,
  oneTimeTokenFile,
  bindingFile,
  getSecretFile,
  getFoldersFile,
  writeCommandsFile,
  hybridFile,
  mlKemPemFile,
  accountFile,
  routerFile,
  accountKeysFile,
  sharingFile,
  legacyCbcFile,
  pamConfigurationFile,
  envelopeFile,
  identityFile,
  pairingMessagesFile,
  transcriptsFile,
  bluetoothFile,
  await sshFile(),
  gitFile,
  await u2fFile(),
];

const problems: string[] = [];
const questions: (Question & { readonly ours: Evaluation })[] = [];

async function build(definition: FileDefinition): Promise<VectorFile> {
  const testGroups = [];
  const used = new Set<string>();
  const comments = new Set<string>();
  let tcId = 0;
  for (const group of definition.groups) {
    const shared = plain(group.shared);
    const tests: VectorTest[] = [];
    for (const test of group.tests) {
      tcId++;
      const name = `${definition.file}:${tcId} (${group.type}, ${test.comment})`;
      const comment = `${group.type} ${JSON.stringify(shared)} ${test.comment}`;
      if (comments.has(comment)) problems.push(`${name}: another test has this comment`);
      comments.add(comment);
      for (const flag of test.flags) {
        used.add(flag);
        const { bugType } = definition.notes[flag] ?? {};
        if (bugType === undefined) problems.push(`${name}: the flag ${flag} has no note`);
        if (test.result === 'invalid' && HARMLESS_TYPES.some((harmless) => harmless === bugType)) {
          problems.push(`${name}: the flag ${flag} names no mistake`);
        }
      }
      tests.push(await buildTest(name, tcId, group, shared, test));
    }
    const source = { name: 'vaultwire', version: VERSION };
    testGroups.push({ type: group.type, source, ...shared, tests });
  }
  for (const flag of Object.keys(definition.notes)) {
    if (!used.has(flag)) problems.push(`${definition.file}: no test has the flag ${flag}`);
  }
  const { algorithm, header, notes } = definition;
  const schema = `${definition.file.includes('/') ? '../' : ''}schema.json`;
  return { algorithm, schema, numberOfTests: tcId, header, notes, testGroups };
}

async function buildTest(
  name: string,
  tcId: number,
  group: GroupDefinition,
  shared: JsonMap,
  test: TestDefinition,
): Promise<VectorTest> {
  const { comment, flags, result, error } = test;
  const inputs = plain(test.inputs);
  const ours = await evaluate(group.type, { ...shared, ...inputs }, nodeSuite);
  questions.push({ name, type: group.type, inputs: { ...shared, ...inputs }, ours });

  const refusal = 'error' in ours ? ours.error : undefined;
  const claim = `the definition says ${result}${error === undefined ? '' : `, ${error}`}`;
  if (result === 'valid' && !ours.accepted) {
    problems.push(`${name}: ${claim}; we refuse it: ${refusal ?? JSON.stringify(ours)}`);
  }
  if (result === 'invalid' && ours.accepted) problems.push(`${name}: ${claim}; we take it: ${JSON.stringify(ours)}`);
  if (result === 'invalid' && error !== refusal)
    problems.push(`${name}: ${claim}; we refuse it: ${refusal ?? 'in part'}`);

  const expected = 'output' in ours ? { expected: ours.output } : {};
  return { tcId, comment, flags, ...inputs, result, ...(error === undefined ? expected : { error }) };
}

const plain = (inputs: object): JsonMap => JSON.parse(JSON.stringify(inputs)) as JsonMap;

const built = [];
for (const definition of definitions) built.push({ file: definition.file, content: await build(definition) });
const written = (value: object): string => `${JSON.stringify(value, null, 1)}\n`;
const files = built.map(({ file, content }): [string, string] => [file, written(content)]);
const size = files.reduce((sum, [, text]) => sum + text.length, 0);
files.push(['schema.json', written(makeSchema(BUG_TYPES))]);
const readme = join(folder, 'README.md');
files.push(['README.md', await writeLists(readFileSync(readme, 'utf8'), built, readme)]);
if (definitions.map(({ file }) => file).join() !== VECTOR_FILES.join()) problems.push('VECTOR_FILES is out of date');

const judgements = await askOracle(questions, { optional: check });
judgements?.forEach((judgement, index) => {
  const question = questions[index];
  const found = question && disagreement(question.ours, judgement);
  if (found) problems.push(`${question.name}: ${found}`);
});

if (problems.length > 0) {
  for (const problem of problems) console.error(problem);
  console.error(`${problems.length} problems; nothing was written.`);
  process.exit(1);
}

const stale = files.filter(([file, text]) => {
  try {
    return readFileSync(join(folder, file), 'utf8') !== text;
  } catch {
    return true;
  }
});
if (check) {
  for (const [file] of stale)
    console.error(`vectors/${file} is not what its generator writes: npm run vectors:generate`);
  if (stale.length > 0) process.exit(1);
} else {
  for (const [file, text] of stale) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
}
const by = judgements ? 'by two implementations' : 'by one implementation';
console.log(`${questions.length} tests in ${definitions.length} files, ${Math.round(size / 1000)} kB, computed ${by}.`);
