import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EMAIL, run, SIGN_GIT, ssh, USER_ID, World, type ChannelKind, type Run } from './pairing-world.js';
import { isInstalled, startSshd } from './sshd.js';
import { CLI } from './support.js';

const variants = {
  'over a directory queue': { channels: ['queue'], after: () => Promise.resolve() },
  'over a relay': { channels: ['relay'], after: () => Promise.resolve() },
  'over both, with the relay switched off': { channels: ['queue', 'relay'], after: (world) => world.stopRelay() },
  'over both, with the queue switched off': { channels: ['queue', 'relay'], after: (world) => world.breakQueue() },
} satisfies Record<
  string,
  { readonly channels: readonly ChannelKind[]; readonly after: (world: World) => Promise<void> }
>;

const withSshd = it.skipIf(!isInstalled('sshd', 'ssh', 'ssh-keygen'));
describe.each(Object.entries(variants))('real clients with a key on the phone, %s', (_, { channels, after }) => {
  let world: World;
  beforeAll(async () => {
    world = await World.pair(channels);
    await after(world);
  });
  afterAll(() => world.close());

  it.skipIf(!isInstalled('ssh-add'))('ssh-add lists the key', async () => {
    await world.agent();
    const listed = await run('ssh-add', ['-L'], { env: world.env });
    expect(listed).toEqual({ code: 0, stdout: `${world.publicKey}\n`, stderr: '' });
    expect((await run('ssh-add', ['-l'], { env: world.env })).stdout).toMatch(
      /^256 SHA256:\S{43} alice@example\.com \(ED25519\)\n$/,
    );
    const other = await run(process.execPath, [CLI, 'public-key', '--home', world.computerHome]);
    expect(other.stdout).toBe(`${world.publicKey}\n`);
    // The agent holds one key, and neither takes nor gives up others.
    expect((await run('ssh-add', ['-D'], { env: world.env })).code).toBe(1);
  });

  withSshd('ssh logs in when the phone approves', async () => {
    const [agent, phone] = [await world.agent(), await world.phone('all')];
    const sshd = await startSshd(world.publicKey);
    const name = `[127.0.0.1]:${sshd.port}`;
    expect(await ssh(world, sshd, 'echo logged in')).toMatchObject({ code: 0, stdout: 'logged in\n' });
    const subject = `login as ${sshd.user} to ${name}`;
    await agent.until({ event: 'asked', subject });
    await agent.until({ event: 'signed', subject });
    expect(await phone.until({ event: 'pinned' })).toMatchObject({ pin: { hostName: name } });
    expect(await phone.until({ event: 'signed' })).toMatchObject({ approvedBy: 'user' });
    expect(sshd.log()).toContain(`Accepted publickey for ${sshd.user}`);
  });

  withSshd('ssh fails at once when the phone rejects', async () => {
    const [agent] = [await world.agent(), await world.phone('never')];
    const sshd = await startSshd(world.publicKey);
    const login = await ssh(world, sshd, 'echo logged in');
    expect([login.code, login.stdout]).toEqual([255, '']);
    expect(login.stderr).toContain('Permission denied');
    // It was the answer that ended it, not the time.
    expect(await agent.until({ event: 'refused' })).toMatchObject({ reason: "the phone's user said no" });
  });

  withSshd('ssh fails when a host shows another key than the one that the phone remembers', async () => {
    const [agent, phone] = [await world.agent(), await world.phone('all')];
    const sshd = await startSshd(world.publicKey);
    expect((await ssh(world, sshd, 'true')).code).toBe(0);
    await phone.until({ event: 'pinned' });
    await sshd.changeHostKey();
    const login = await ssh(world, sshd, 'echo logged in');
    expect([login.code, login.stdout]).toEqual([255, '']);
    await phone.until({ event: 'report', report: 'host-mismatched' });
    expect(await agent.until({ event: 'refused' })).toMatchObject({
      reason: 'the phone could not do it: host public key mismatched',
    });
  });

  it.skipIf(!isInstalled('ssh-keygen'))('ssh-keygen signs and verifies files', async () => {
    await world.agent();
    await world.phone('all');
    const file = join(world.folder, 'file');
    const key = join(world.folder, 'key.pub');
    const signers = join(world.folder, 'signers');
    await writeFile(file, 'what is signed');
    await writeFile(key, `${world.publicKey}\n`);
    await writeFile(signers, `${EMAIL} ${world.publicKey}\n`);
    const signed = await run('ssh-keygen', ['-Y', 'sign', '-n', 'file', '-f', key, file], { env: world.env });
    expect(signed.code, signed.stderr).toBe(0);
    const verify = (input: string): Promise<Run> =>
      run('ssh-keygen', ['-Y', 'verify', '-n', 'file', '-f', signers, '-I', EMAIL, '-s', `${file}.sig`], { input });
    expect((await verify('what is signed')).stdout).toContain(`Good "file" signature for ${EMAIL}`);
    expect((await verify('something else')).code).toBe(255);

    await world.phone('never');
    const other = join(world.folder, 'other');
    await writeFile(other, 'what is not signed');
    expect((await run('ssh-keygen', ['-Y', 'sign', '-n', 'file', '-f', key, other], { env: world.env })).code).toBe(
      255,
    );
  });

  it.skipIf(!isInstalled('git', 'gpg'))('git signs commits, merges and tags, which git and gpg verify', async () => {
    const [agent] = [await world.agent(), await world.phone('all')];
    const repository = join(world.folder, 'repository');
    const gnupg = join(world.folder, 'gnupg');
    await mkdir(gnupg, { mode: 0o700 });
    const env = {
      ...world.env,
      GNUPGHOME: gnupg,
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_EDITOR: 'true',
    };
    const git = (...parameters: string[]): Promise<Run> => run('git', ['-C', repository, ...parameters], { env });
    const done = async (...parameters: string[]): Promise<string> => {
      const { code, stdout, stderr } = await git(...parameters);
      expect(code, stderr).toBe(0);
      return stdout + stderr;
    };
    const key = await run(process.execPath, [CLI, 'public-key', '--pgp', USER_ID, '--home', world.computerHome]);
    expect(key.stdout).toMatch(/^-----BEGIN PGP PUBLIC KEY BLOCK-----\n/);
    const imported = await run('gpg', ['--batch', '--import'], { env, input: key.stdout });
    expect(imported.stderr).toContain(`public key "${USER_ID}" imported`);

    await run('git', ['init', '-q', '-b', 'main', repository], { env });
    for (const [name, value] of [
      ['user.name', 'Alice'],
      ['user.email', EMAIL],
      ['gpg.program', SIGN_GIT],
    ] as const) {
      await done('config', name, value);
    }
    await done('commit', '-q', '-S', '--allow-empty', '-m', 'First');
    await done('switch', '-q', '-c', 'side');
    await writeFile(join(repository, 'file'), 'content\n');
    await done('add', 'file');
    await done('commit', '-q', '-S', '-m', 'Second: ünïcödé\n\nWith more\n\n  than one line.');
    await done('switch', '-q', 'main');
    await done('commit', '-q', '-S', '--allow-empty', '-m', 'Third');
    await done('merge', '-q', '-S', '--no-ff', '-m', 'Merge', 'side');
    await done('tag', '-s', '-m', 'Version 1', 'v1');
    expect((await done('log', '--format=%P', '-1')).trim().split(' ').length).toBe(2);
    for (const commit of ['main', 'main~1', 'main~2', 'side']) {
      expect(await done('verify-commit', commit)).toContain(`Good signature from "${USER_ID}"`);
      // Without our program between them.
      expect(await done('-c', 'gpg.program=gpg', 'verify-commit', commit)).toContain(`Good signature`);
    }
    expect(await done('verify-tag', 'v1')).toContain(`Good signature from "${USER_ID}"`);
    expect(await done('log', '-1', '--format=%G?')).toBe('U\n');

    // gpg itself, over what the tag says.
    const tag = await done('cat-file', 'tag', 'v1');
    const at = tag.indexOf('-----BEGIN PGP SIGNATURE-----');
    const signature = join(world.folder, 'tag.asc');
    await writeFile(signature, tag.slice(at));
    expect(tag).toContain('\nComment: Created with Krypton\n');
    const verify = (input: string): Promise<Run> => run('gpg', ['--batch', '--verify', signature, '-'], { env, input });
    expect((await verify(tag.slice(0, at))).stderr).toContain('Good signature');
    expect((await verify(tag.slice(0, at).replace('Version 1', 'Version 2'))).stderr).toContain('BAD signature');

    // The name of a key instead of a user id, as user.signingkey may be: the committer says which user id it is.
    const [, fingerprint = ''] = /^fpr:+([0-9A-F]{40}):/m.exec(
      (await run('gpg', ['--batch', '--with-colons', '--list-keys'], { env })).stdout,
    ) ?? [''];
    await done('-c', `user.signingkey=${fingerprint}`, 'commit', '-q', '-S', '--allow-empty', '-m', 'By key');
    expect(await done('verify-commit', 'main')).toContain('Good signature');

    await world.phone('never');
    const refused = await git('commit', '-q', '-S', '--allow-empty', '-m', 'Refused');
    expect([refused.code, refused.stderr]).toEqual([128, expect.stringContaining('gpg failed to sign the data')]);
    expect(await agent.until({ event: 'refused', subject: 'signature of a Git commit' })).toMatchObject({
      reason: "the phone's user said no",
    });
    expect(await done('log', '-1', '--format=%s')).toBe('By key\n');
  });

  it('the end of the pairing is the end of the agent', async () => {
    const [agent, phone] = [await world.agent(), await world.phone('all')];
    const unpaired = await run(process.execPath, [CLI, 'unpair', '--home', world.computerHome]);
    expect(unpaired).toEqual({ code: 0, stdout: 'The pairing has ended.\n', stderr: '' });
    expect(await agent.exited()).toBe(0);
    expect((await phone.until({ event: 'ended' }))['computer']).toBe(hostname());
    await expect(readFile(join(world.computerHome, 'pairing.json'))).rejects.toThrow('ENOENT');
    if (isInstalled('ssh-add')) expect((await run('ssh-add', ['-l'], { env: world.env })).code).toBe(2);
  });
});
