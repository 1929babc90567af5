// What someone gets who installs the two packages: packs both, installs them into empty projects and uses them
// from there. Needs a build.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Everything that installing the library may bring along, at any depth. */
const allowedRuntime = new Set([
  '@noble/ciphers',
  '@noble/curves',
  '@noble/hashes',
  '@noble/post-quantum',
  '@peculiar/utils',
  'asn1js',
  'valibot',
]);

const root = fileURLToPath(new URL('..', import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const entries = Object.keys(manifest.exports)
  .filter((path) => !path.includes('*') && !path.endsWith('.json'))
  .map((path) => manifest.name + path.slice(1));

const scratch = mkdtempSync(join(tmpdir(), 'vaultwire-package-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

const run = (cwd, command, ...args) => {
  const onWindows = process.platform === 'win32';
  return execFileSync(command, args, {
    cwd,
    encoding: 'utf8',
    shell: onWindows,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
};

function pack(folder) {
  const [{ filename, files }] = JSON.parse(
    run(join(root, folder), 'npm', 'pack', '--json', '--silent', '--ignore-scripts', '--pack-destination', scratch),
  );
  return { tarball: join(scratch, filename), files: files.map(({ path }) => path) };
}

function install(name, ...tarballs) {
  const project = join(scratch, name);
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name, private: true, type: 'module' }));
  run(project, 'npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', '--silent', ...tarballs);
  return project;
}

console.log('- packing both packages');
const library = pack('.');
const command = pack('reference');
for (const file of ['package.json', 'LICENSE', 'dist/index.js', 'dist/index.d.ts', 'src/index.ts']) {
  assert(library.files.includes(file), `the library's tarball lacks ${file}`);
}
for (const file of ['package.json', 'LICENSE', 'dist/cli.js', 'dist/index.d.ts']) {
  assert(command.files.includes(file), `the command's tarball lacks ${file}`);
}
for (const file of [...library.files, ...command.files]) {
  assert(!/(^|\/)(test|node_modules|\.env|.*\.tgz$)/.test(file), `${file} does not belong into a tarball`);
}
console.log(`  library: ${library.files.length} files, command: ${command.files.length} files`);

console.log('- installing the library into an empty project');
const project = install('user', library.tarball);
const installed = new Map();
(function collect(dependencies) {
  for (const [name, { version, dependencies: below = {} }] of Object.entries(dependencies ?? {})) {
    installed.set(`${name}@${version}`, name);
    collect(below);
  }
})(JSON.parse(run(project, 'npm', 'ls', '--all', '--json')).dependencies);
console.log(`  installed: ${[...installed.keys()].sort().join(', ')}`);
const unexpected = [...installed].filter(([, name]) => name !== manifest.name && !allowedRuntime.has(name));
assert.deepEqual(unexpected, [], 'a dependency of the library is not on the list');

console.log('- importing every entry in a fresh process, under frozen intrinsics and without code generation');
writeFileSync(
  join(project, 'probe.js'),
  `const snapshot = () => JSON.stringify(
     [globalThis, Object.prototype, Array.prototype, Uint8Array.prototype, Promise.prototype, Error]
       .map((object) => Reflect.ownKeys(object).map(String)));
   const before = snapshot();
   const exported = await import(process.argv[2]);
   if (snapshot() !== before) throw new Error('it changed a global');
   const busy = process.getActiveResourcesInfo().filter((name) => /Timeout|Immediate|TCP|Worker|MessagePort/.test(name));
   if (busy.length > 0) throw new Error('it started ' + busy.join());
   process.stdout.write(String(Object.keys(exported).length));`,
);
for (const entry of entries) {
  const probe = (...flags) => run(project, process.execPath, ...flags, 'probe.js', entry);
  const exported = probe();
  assert.match(exported, /^\d+$/, `importing ${entry} printed something`);
  probe('--disallow-code-generation-from-strings', '--frozen-intrinsics', '--no-warnings');
  console.log(`  ${entry}: ${exported} exports`);
}

const vectors = existsSync(join(root, 'vectors'))
  ? readdirSync(join(root, 'vectors'), { recursive: true })
      .map((path) => String(path).replaceAll('\\', '/'))
      .filter((path) => path.endsWith('.json'))
  : [];
if (vectors.length > 0) {
  console.log(`- loading ${vectors.length} vector files by their public path`);
  run(
    project,
    process.execPath,
    '--input-type=module',
    '-e',
    `import { createRequire } from 'node:module';
     const require = createRequire(process.cwd() + '/');
     for (const path of ${JSON.stringify(vectors)}) require('vaultwire/vectors/' + path);`,
  );
}

console.log('- type checking a user of every entry, once with the types of a browser, once with those of Node');
function typecheck(name, uses, compilerOptions) {
  writeFileSync(
    join(project, `${name}.ts`),
    uses.map((entry, index) => `export * as entry${index} from '${entry}';\n`).join(''),
  );
  const config = join(project, `tsconfig.${name}.json`);
  writeFileSync(
    config,
    JSON.stringify({
      compilerOptions: { noEmit: true, strict: true, target: 'es2022', ...compilerOptions },
      files: [`${name}.ts`],
    }),
  );
  try {
    run(project, process.execPath, join(root, 'node_modules/typescript/bin/tsc'), '-p', config);
  } catch (error) {
    console.error(error.stdout);
    throw error;
  }
}
typecheck(
  'browser',
  entries.filter((entry) => !entry.endsWith('/node')),
  { module: 'esnext', moduleResolution: 'bundler', lib: ['es2022', 'dom'], types: [] },
);
typecheck('node', entries, {
  module: 'nodenext',
  moduleResolution: 'nodenext',
  lib: ['es2022'],
  types: ['node'],
  typeRoots: [join(root, 'node_modules/@types')],
});

console.log('- bundling');
async function bundle(code, platform) {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: project },
    bundle: true,
    write: false,
    format: 'esm',
    platform,
    minify: true,
    logLevel: 'error',
  });
  return outputFiles.map(({ text }) => text).join('');
}
for (const entry of entries) {
  const platform = entry.endsWith('/node') ? 'node' : 'browser';
  const unused = await bundle(`import '${entry}';`, platform);
  // A worker's file is there to run.
  if (!entry.endsWith('/worker')) assert.equal(unused.trim(), '', `a bundle that only imports ${entry} is not empty`);
  const whole = await bundle(`export * from '${entry}';`, platform);
  assert(!/\beval\(|\bnew Function\b/.test(whole), `${entry} generates code from strings`);
  if (platform === 'browser') {
    assert(!/["']node:|\bWebAssembly\b/.test(whole), `${entry} reaches for Node or WebAssembly in a browser`);
  }
}
console.log(`  ${entries.length} entries: nothing left where nothing is used, no eval, no Node in a browser`);

console.log('- installing the command into an empty project');
const shell = install('shell', library.tarball, command.tarball);
const vaultwire = join(shell, 'node_modules/.bin', process.platform === 'win32' ? 'vaultwire.cmd' : 'vaultwire');
assert.equal(run(shell, vaultwire, '--version').trim(), manifest.version, 'vaultwire --version');
const help = run(shell, vaultwire, '--help');
for (const word of ['serve', 'pair', 'agent', 'phone', 'relay', 'tour', 'vectors'])
  assert.match(help, new RegExp(`\\b${word}\\b`), 'vaultwire --help');
if (process.platform !== 'win32') {
  const signGit = join(shell, 'node_modules/.bin/vaultwire-sign-git');
  const passedOn = spawnSync(signGit, ['a', 'call'], {
    env: { ...process.env, VAULTWIRE_GPG: 'echo' },
    encoding: 'utf8',
  });
  assert.equal(passedOn.stdout, 'a call\n', 'vaultwire-sign-git passes on what is no signature');
}
run(shell, process.execPath, '--input-type=module', '-e', "await import('vaultwire-cli')");
console.log('  vaultwire --version and --help answer, its programmatic entry loads');
run(shell, vaultwire, 'tour');
console.log('  vaultwire tour went as told');
const results = JSON.parse(run(shell, vaultwire, 'vectors', '--json'));
assert(results.total > 0 && results.failed === 0, `vaultwire vectors: ${JSON.stringify(results)}`);
console.log(`  vaultwire vectors: ${results.passed} of ${results.total} passed`);
