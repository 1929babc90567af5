// Ours, the official client and the bare calls side by side in one process, as ratios.
//
//   npm run bench -- [--json] [--filter TEXT] [--seconds N] [--check]
//
// It measures the built package, as whoever installs it would get it. With --json the last line of its output is one
// JSON document.
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { nobleSuite } from 'vaultwire/crypto/noble';
import { nodeSuite } from 'vaultwire/crypto/node';
import { webcryptoSuite } from 'vaultwire/crypto/webcrypto';
import { ACCOUNT_OPERATIONS } from './account.mjs';
import { LEDGER_OPERATIONS } from './ledger.mjs';
import { measure } from './measure.mjs';
import { PAIRING_OPERATIONS } from './pairing.mjs';
import { openingRecords } from './records.mjs';
import { openingRequests, sealingRequests } from './requests.mjs';
import { VAULT_OPERATIONS } from './vault.mjs';

const OPERATIONS = [
  { name: 'signed device request', prepare: sealingRequests, targets: { peerRatio: 3.2, limitRatio: 0.85 } },
  { name: 'open and verify a device request', prepare: openingRequests, targets: { limitRatio: 0.85 } },
  { name: 'open 10,000 records in 10 folders', prepare: openingRecords, targets: { peerRatio: 3, limitRatio: 0.85 } },
];

const options = readOptions();

// The other suites stand beside, without a target: what they run on is not what the limit is made of.
const plan = [
  ...OPERATIONS.map((operation) => ({ ...operation, suite: nodeSuite })),
  ...ACCOUNT_OPERATIONS.map((operation) => ({ ...operation, suite: nodeSuite })),
  ...LEDGER_OPERATIONS.map((operation) => ({ ...operation, suite: nodeSuite })),
  ...VAULT_OPERATIONS.map((operation) => ({ ...operation, suite: nodeSuite })),
  ...PAIRING_OPERATIONS.map((operation) => ({ ...operation, suite: nodeSuite })),
  ...[webcryptoSuite, nobleSuite].flatMap((suite) =>
    OPERATIONS.map(({ name, prepare }) => ({ name: `${name}, ${suite.name} suite`, prepare, targets: {}, suite })),
  ),
].filter(({ name }) => name.includes(options.filter));
if (plan.length === 0) fail(`--filter: no row has "${options.filter}" in its name`);

const platform = {
  node: process.versions.node,
  openssl: process.versions.openssl,
  cpus: availableParallelism(),
  cpu: cpus()[0]?.model ?? 'unknown',
};
if (!options.json) {
  const { node, openssl, cpus: count, cpu } = platform;
  console.log(
    `Node ${node}, OpenSSL ${openssl}, ${count} CPUs (${cpu}). Medians, in microseconds; ratios are theirs to ours.\n`,
  );
  printLine(['', 'ours', 'peer', 'limit', 'peer/ours', 'limit/ours']);
}

const rows = [];
const missed = [];
for (const { name, prepare, targets, suite } of plan) {
  const measured = await measure(await prepare(suite), options.seconds);
  const ours = measured.ours.microseconds;
  const peer = measured.peer?.microseconds ?? null;
  const limit = measured.limit.microseconds;
  const row = {
    name,
    ours: rounded(ours, 1),
    peer: rounded(peer, 1),
    limit: rounded(limit, 1),
    peerRatio: rounded(peer && peer / ours, 3),
    limitRatio: rounded(limit / ours, 3),
  };
  const cores = { ours: rounded(measured.ours.cores, 2), limit: rounded(measured.limit.cores, 2) };
  rows.push({ ...row, cores });
  for (const [ratio, target] of Object.entries(targets)) {
    if (row[ratio] < target) missed.push(`${name}: ${ratio} is ${row[ratio]}, the target is ${target}`);
  }
  if (options.json) continue;
  printLine(Object.values(row).map((value) => value ?? '-'));
  if (!cores.ours || !cores.limit || !('limitRatio' in targets)) continue;
  // What garbage collectors and compilers do beside a loop in one thread, no second thread can take over.
  const most = (platform.cpus / cores.limit).toFixed(2);
  console.log(
    `    cores kept busy: ours ${cores.ours}, limit ${cores.limit}; who works as much as the limit can be ${most} times as fast`,
  );
}

if (options.json) console.log(JSON.stringify({ ...platform, rows, missed }));
else {
  console.log('');
  for (const line of missed) console.log(`Falls short: ${line}`);
  if (missed.length === 0) console.log('No target is missed.');
}
if (options.check && missed.length > 0) process.exitCode = 1;

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        json: { type: 'boolean', default: false },
        /** Only the rows whose name has this text in it. */
        filter: { type: 'string', default: '' },
        /** How long each row is measured, apart from warming up. */
        seconds: { type: 'string', default: '8' },
        /** Whether a target that is missed makes the exit code 1. */
        check: { type: 'boolean', default: false },
      },
    });
    const seconds = Number(values.seconds);
    if (!(seconds > 0)) throw new Error('--seconds: expected a positive number');
    return { ...values, seconds };
  } catch (error) {
    return fail(error.message);
  }
}

/** @returns {never} */
function fail(message) {
  console.error(message);
  process.exit(2);
}

function rounded(value, digits) {
  return value === null ? null : Number(value.toFixed(digits));
}

function printLine([name, ...cells]) {
  console.log(name.padEnd(52) + cells.map((cell) => String(cell).padStart(12)).join(''));
}
