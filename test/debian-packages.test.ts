import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import sshdFolder from './support/sshd-folder.js';
import { run } from './reference/pairing-world.js';
import { installPackages, isInstalled, type System } from '../scripts/debian-packages.mjs';

describe('the packages that tests use', () => {
  let root: string;
  let policy: string;
  let now: number;
  let calls: (readonly string[])[];
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'vaultwire-system-'));
    mkdirSync(join(root, 'etc'));
    mkdirSync(join(root, 'usr/sbin'), { recursive: true });
    writeFileSync(join(root, 'etc/debian_version'), '12\n');
    policy = join(root, 'usr/sbin/policy-rc.d');
    [now, calls] = [0, []];
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });
  const system = (options: Partial<System> = {}): System => ({
    root,
    isRoot: true,
    isThrowAway: true,
    now: () => now,
    apt: (parameters) => {
      calls.push(parameters);
      expect(readFileSync(policy, 'utf8')).toContain('exit 101');
      return { status: 0, stderr: '' };
    },
    ...options,
  });
  const masked = (): boolean =>
    lstatSync(join(root, 'etc/systemd/system/ssh.service'), { throwIfNoEntry: false }) !== undefined;

  it('are installed without starting a service, and the policy of the system comes back', () => {
    writeFileSync(policy, 'its own', { mode: 0o700 });
    expect(installPackages(['openssh-server', 'git'], system())).toBeUndefined();
    expect(calls.map(([first]) => first)).toEqual(['update', 'install']);
    expect(readFileSync(policy, 'utf8')).toBe('its own');
    expect(lstatSync(policy).mode & 0o777).toBe(0o700);
    for (const unit of ['ssh.service', 'ssh.socket']) {
      expect(readlinkSync(join(root, 'etc/systemd/system', unit))).toBe('/dev/null');
    }
  });

  it('put no server on a machine that somebody keeps', () => {
    const kept = system({ isThrowAway: false });
    expect(installPackages(['openssh-server'], kept)).toContain('CI=1');
    expect(calls).toEqual([]);
    expect(installPackages(['openssh-server', 'git'], kept)).toContain('CI=1');
    expect(calls[1]).toEqual(['install', '-y', '--no-install-recommends', 'git']);
    expect([masked(), existsSync(policy)]).toEqual([false, false]);
    expect(installPackages(['git'], system({ isRoot: false }))).toBe('not root on Debian');
  });

  it('give one line when they cannot be installed, in the time that all of it has', () => {
    const failing = system({ apt: () => ({ status: 100, stderr: 'W: first\nE: Unable to locate package git\n\n' }) });
    expect(installPackages(['git'], failing)).toBe('apt-get update: E: Unable to locate package git');
    const limits: number[] = [];
    const slow = system({
      apt: (_, timeout) => {
        limits.push(timeout);
        now += 200_000;
        return { status: limits.length === 1 ? 0 : null, stderr: '' };
      },
    });
    expect(installPackages(['git'], slow)).toBe('apt-get install: out of time');
    expect(limits).toEqual([240_000, 40_000]);
    expect(existsSync(policy)).toBe(false);
  });

  it('are looked for without running anything', () => {
    expect([isInstalled(), isInstalled('node'), isInstalled('node', 'no-such-program')]).toEqual([true, true, false]);
  });
});

it('the folder that sshd needs goes with the tests that made it', () => {
  const folder = join(mkdtempSync(join(tmpdir(), 'vaultwire-system-')), 'sshd');
  const remove = sshdFolder(folder);
  mkdirSync(folder);
  sshdFolder(folder)();
  expect(existsSync(folder)).toBe(true);
  remove();
  expect(existsSync(folder)).toBe(false);
  rmSync(join(folder, '..'), { recursive: true });
});

it('programs of tests see nothing of the repository that the tests are started from, nor its language', async () => {
  vi.stubEnv('GIT_DIR', '/nonexistent');
  vi.stubEnv('LC_ALL', 'de_DE.UTF-8');
  try {
    const script = 'console.log(process.env.GIT_DIR, process.env.LC_ALL, process.env.GIT_EDITOR)';
    const { stdout } = await run(process.execPath, ['-e', script], { env: { GIT_EDITOR: 'true' } });
    expect(stdout).toBe('undefined C true\n');
  } finally {
    vi.unstubAllEnvs();
  }
});
