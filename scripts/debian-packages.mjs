// The real clients that the pairing tests drive: OpenSSH's client and server, Git and GnuPG.
import { spawnSync } from 'node:child_process';
import {
  accessSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';

/** Programs that a normal user does not have on the PATH. */
const elsewhere = { sshd: '/usr/sbin/sshd' };
/** Which program a package brings. */
const programs = { 'openssh-server': 'sshd', 'openssh-client': 'ssh-keygen', git: 'git', gnupg: 'gpg' };
/** How long all of apt-get may take, in milliseconds. */
const timeLimit = 240_000;

/** Names of the packages whose program is not there. */
export function missingPackages() {
  return Object.keys(programs).filter((name) => !isInstalled(programs[name]));
}

/** Whether this machine has all of these programs. */
export function isInstalled(...names) {
  return names.every((name) => {
    const path = elsewhere[name];
    const candidates = path ? [path] : (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, name));
    return candidates.some((candidate) => {
      try {
        accessSync(candidate, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
  });
}

/**
 * Installs packages where that needs no question: as root on Debian, and a server only where the machine is thrown
 * away. No service is started, now or at the next boot. Gives the reason, in one line, when something is not installed.
 */
export function installPackages(names, system = thisSystem) {
  if (!system.isRoot || !existsSync(join(system.root, 'etc/debian_version'))) return 'not root on Debian';
  const wanted = system.isThrowAway ? names : names.filter((name) => name !== 'openssh-server');
  const refused =
    wanted.length < names.length ? 'openssh-server is a service: set CI=1 to have it installed here' : undefined;
  if (wanted.length === 0) return refused;
  if (wanted.includes('openssh-server')) maskService(system.root);
  const policy = join(system.root, 'usr/sbin/policy-rc.d');
  const aside = `${policy}.before-tests`;
  if (isThere(policy) && !isThere(aside)) renameSync(policy, aside);
  writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    const end = system.now() + timeLimit;
    for (const parameters of [['update'], ['install', '-y', '--no-install-recommends', ...wanted]]) {
      const left = end - system.now();
      const { status, stderr } = left > 0 ? system.apt(parameters, left) : { status: null, stderr: 'out of time' };
      if (status !== 0) return `apt-get ${parameters[0]}: ${lastLine(stderr) ?? 'out of time'}`;
    }
    return refused;
  } finally {
    rmSync(policy, { force: true });
    if (isThere(aside)) renameSync(aside, policy);
  }
}

/** A machine that runs tests gets no listening sshd from them. */
function maskService(root) {
  const folder = join(root, 'etc/systemd/system');
  mkdirSync(folder, { recursive: true });
  for (const unit of ['ssh.service', 'ssh.socket']) {
    const path = join(folder, unit);
    if (!isThere(path)) symlinkSync('/dev/null', path);
  }
}

const isThere = (path) => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

const lastLine = (text) =>
  (text ?? '')
    .split('\n')
    .map((line) => line.trim())
    .findLast((line) => line !== '');

const thisSystem = {
  root: '/',
  isRoot: process.getuid?.() === 0,
  isThrowAway:
    Boolean(process.env.CI) ||
    Boolean(process.env.container) ||
    existsSync('/.dockerenv') ||
    existsSync('/run/.containerenv'),
  now: () => Date.now(),
  apt: (parameters, timeout) =>
    spawnSync('apt-get', parameters, {
      stdio: ['ignore', 'ignore', 'pipe'],
      encoding: 'utf8',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      timeout,
    }),
};
