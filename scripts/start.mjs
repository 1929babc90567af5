// The tour, on a machine that has only Node and npm: builds what is missing, then runs `vaultwire tour`.
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const file = (path) => fileURLToPath(new URL(path, import.meta.url));

const build = spawnSync(process.execPath, [file('./build.mjs'), '--if-needed'], { stdio: 'inherit' });
if (build.status !== 0) process.exit(build.status ?? 1);

const tour = spawn(process.execPath, [file('../reference/dist/cli.js'), 'tour', ...process.argv.slice(2)], {
  stdio: 'inherit',
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => tour.kill(signal));
tour.on('exit', (code) => process.exit(code ?? 1));
