// The real clients that the pairing tests drive: OpenSSH's client and server, Git and GnuPG.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Which program a package brings. sshd is outside the PATH of a normal user. */
const programs = {
  'openssh-server': '/usr/sbin/sshd',
  'openssh-client': 'ssh-keygen',
  git: 'git',
  gnupg: 'gpg',
};

/** Names of the packages whose program is not there. */
export function missingPackages() {
  return Object.keys(programs).filter((name) => !isInstalled(programs[name]));
}

/**
 * Installs packages where that needs no question: as root on Debian. Says whether it worked. No service is started:
 * a machine that runs tests gets no listening sshd from them.
 *
 * @param {readonly string[]} names
 */
export function installPackages(names) {
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) return false;
  console.log(`Installing ${names.join(', ')} of the distribution.`);
  const policy = '/usr/sbin/policy-rc.d';
  const ours = !existsSync(policy);
  if (ours) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    return apt('update') && apt('install', '-y', '--no-install-recommends', ...names);
  } finally {
    if (ours) rmSync(policy, { force: true });
  }
}

function apt(...args) {
  const { status, stderr } = spawnSync('apt-get', args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    timeout: 240_000,
  });
  if (status !== 0) process.stderr.write(stderr ?? '');
  return status === 0;
}

function isInstalled(program) {
  const candidates = program.startsWith('/')
    ? [program]
    : (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, program));
  return candidates.some((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
