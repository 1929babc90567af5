// Runs the generator of the test vectors from its sources: bundles it, the library's sources included, and starts it.
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));
const outfile = join(root, 'node_modules/.cache/vaultwire/generate-vectors.mjs');
process.chdir(root);
await build({
  entryPoints: ['vectors/generate/main.ts'],
  outfile,
  bundle: true,
  format: 'esm',
  platform: 'node',
  packages: 'external',
  logLevel: 'warning',
});
await import(pathToFileURL(outfile).href);
