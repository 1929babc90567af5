// Code and types of the messages in proto/, made by the CLI of protobufjs.
//
//   node scripts/check-proto.mjs           fails where what is there differs
//   node scripts/check-proto.mjs --write   writes them
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'src/transmission/proto');
const files = ['messages.js', 'messages.d.ts'];

/** Static code over the runtime in the same folder: no reflection, no registry that packages share, int64 as number. */
function generate(into) {
  // The types are made of the comments, which the code itself can do without.
  pbjs('--dts', '--out', join(into, 'messages.js'));
  pbjs('--no-comments', '--out', join(into, 'messages.js'));
  const types = join(into, 'messages.d.ts');
  // The CLI asks for the types of long whether anything uses them or not.
  writeFileSync(types, readFileSync(types, 'utf8').replace('import Long = require("long");\n', ''));
}

function pbjs(...options) {
  const sources = readdirSync(join(root, 'proto')).filter((name) => name.endsWith('.proto'));
  execFileSync(
    process.execPath,
    [
      join(root, 'node_modules/protobufjs-cli/bin/pbjs'),
      ...['--target', 'static-module', '--wrap', 'esm', '--dependency', './runtime.js', '--root', 'vaultwire'],
      ...['--path', 'proto', '--keep-case', '--force-number'],
      ...['--no-create', '--no-verify', '--no-convert', '--no-delimited', '--no-typeurl', '--no-service'],
      ...['--lint', ' Made by scripts/check-proto.mjs from proto/: change those instead. '],
      ...options,
      ...sources.sort(),
    ],
    { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] },
  );
}

if (process.argv.includes('--write')) {
  generate(folder);
} else {
  const scratch = mkdtempSync(join(tmpdir(), 'vaultwire-proto-'));
  try {
    generate(scratch);
    const made = (name) => readFileSync(join(scratch, name), 'utf8');
    const stale = files.filter((name) => made(name) !== readFileSync(join(folder, name), 'utf8'));
    if (stale.length > 0) {
      console.error(`${stale.join(', ')} in ${folder}: not what proto/ makes. Run scripts/check-proto.mjs --write.`);
      process.exitCode = 1;
    } else {
      console.log('The code of the protobuf messages is what proto/ makes.');
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
