import { once } from 'node:events';
import { mkdir, readFile, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { EMAIL, run, ssh, World, type Run, type Running } from './pairing-world.js';
import { isInstalled, startSshd } from './sshd.js';
import { CLI, temporaryFolder, whenDone } from './support.js';

let world: World | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});

const vaultwire = (...parameters: string[]): Promise<Run> => run(process.execPath, [CLI, ...parameters]);

describe('vaultwire pair', () => {
  it('shows a QR code and its text, and leaves nothing behind when it is stopped', async () => {
    world = await World.make();
    const pair = world.start('pair', '--json', '--home', world.computerHome, '--queue', world.queue, '--name', 'here');
    expect(JSON.parse(String((await pair.until({ event: 'qr' }))['text']))).toMatchObject({ n: 'here', v: '2.4.4' });
    expect(await pair.stop('SIGINT')).toBe(130);
    await expect(stat(join(world.computerHome, 'pairing.json'))).rejects.toThrow('ENOENT');
    await expect(stat(join(world.computerHome, 'pairing.json.attempt'))).rejects.toThrow('ENOENT');
    expect((await stat(world.computerHome)).mode & 0o777).toBe(0o700);
  });

  it('pairs with nobody when the codes are not the same', async () => {
    world = await World.make();
    const { computer, phone } = await world.startPairing(['queue']);
    await computer.until({ event: 'code' });
    computer.say('no');
    expect(await computer.exited()).toBe(1);
    expect(computer.errors).toContain('vaultwire: not paired: the codes were not confirmed');
    await phone.exited();
    await expect(stat(join(world.computerHome, 'pairing.json'))).rejects.toThrow('ENOENT');
  });

  it('keeps the pairing to itself, and does not replace it unasked', async () => {
    world = await World.pair(['queue']);
    expect((await stat(join(world.computerHome, 'pairing.json'))).mode & 0o777).toBe(0o600);
    const home = ['--home', world.computerHome];
    const again = await vaultwire('pair', ...home, '--queue', world.queue);
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('paired already')]);
    await world.agent();
    const running = await vaultwire('pair', '--replace', ...home, '--queue', world.queue);
    expect([running.code, running.stderr]).toEqual([1, expect.stringContaining('an agent is running')]);
    const second = await vaultwire('agent', ...home);
    expect([second.code, second.stderr]).toEqual([1, expect.stringContaining('an agent is running')]);
  });

  it('says what is missing', async () => {
    const home = ['--home', join(await temporaryFolder(), 'home')];
    const channel = await vaultwire('pair', ...home);
    expect([channel.code, channel.stderr]).toEqual([1, expect.stringContaining('--queue')]);
    for (const command of [['agent'], ['unpair'], ['public-key']]) {
      const unpaired = await vaultwire(...command, ...home);
      expect([unpaired.code, unpaired.stderr]).toEqual([1, expect.stringContaining('vaultwire pair')]);
    }
    for (const command of ['pair', 'agent', 'unpair', 'public-key', 'ssh-proxy']) {
      expect((await vaultwire(command, '--help')).stdout).toContain('--home');
    }
    expect((await vaultwire('ssh-proxy', 'host', '70000')).code).toBe(2);
  });
});

describe('vaultwire agent', () => {
  it('goes on with the pairing after it was stopped, by whatever means', async () => {
    world = await World.pair(['queue']);
    await world.phone('all');
    for (const signal of ['SIGINT', 'SIGKILL'] as const) {
      const agent = await world.agent();
      expect((await vaultwire('public-key', '--home', world.computerHome)).stdout).toBe(`${world.publicKey}\n`);
      expect(await agent.stop(signal)).toBe(signal === 'SIGINT' ? 0 : null);
      world.forgetAgent();
    }
    await world.agent();
    const key = await vaultwire('public-key', '--home', world.computerHome, '--pgp', `Alice <${EMAIL}>`);
    expect(key.stdout).toContain('BEGIN PGP PUBLIC KEY BLOCK');
  });

  it('ends when the phone ends the pairing', async () => {
    world = await World.pair(['queue']);
    const agent = await world.agent();
    expect((await world.unpairPhone()).code).toBe(0);
    expect(await agent.until({ event: 'ended' })).toMatchObject({ reason: 'unpaired-by-phone' });
    expect(await agent.exited()).toBe(1);
    await expect(stat(join(world.computerHome, 'pairing.json'))).rejects.toThrow('ENOENT');
  });

  it('ends when it can no longer save the pairing, and says why', async () => {
    world = await World.pair(['queue']);
    await world.phone('all');
    const agent = await world.agent();
    const file = join(world.computerHome, 'pairing.json');
    const kept = await readFile(file);
    await rm(file);
    await mkdir(file);
    const askForKey = (): Promise<Run> =>
      vaultwire('public-key', '--home', world?.computerHome ?? '', '--pgp', `Alice <${EMAIL}>`);
    expect((await askForKey()).code).toBe(1);
    expect(await agent.until({ event: 'failed' })).toMatchObject({
      reason: expect.stringContaining('pairing.json: cannot be read (EISDIR)') as unknown,
    });
    expect(await agent.exited()).toBe(1);

    await rmdir(file);
    await writeFile(file, kept, { mode: 0o600 });
    world.forgetAgent();
    await world.agent();
    expect((await askForKey()).code).toBe(0);
  });
});

describe.skipIf(!isInstalled('sshd', 'ssh', 'ssh-keygen'))('other keys than Ed25519', () => {
  it.each([
    { phoneKey: 'ecdsa-nistp256', hostKey: 'ecdsa', listed: /^256 \S+ alice@example\.com \(ECDSA\)\n$/ },
    { phoneKey: 'rsa', hostKey: 'rsa', listed: /^3072 \S+ alice@example\.com \(RSA\)\n$/ },
  ] as const)('log in and sign files: $phoneKey', async ({ phoneKey, hostKey, listed }) => {
    world = await World.pair(['queue'], phoneKey);
    const [agent, phone] = [await world.agent(), await world.phone('all')];
    expect((await run('ssh-add', ['-l'], { env: world.env })).stdout).toMatch(listed);
    const sshd = await startSshd(world.publicKey, hostKey);
    expect(await ssh(world, sshd, 'echo in')).toMatchObject({ code: 0, stdout: 'in\n' });
    // What the host proved by such a key was true, or it would not have been remembered.
    expect(await phone.until({ event: 'pinned' })).toMatchObject({ pin: { hostName: `[127.0.0.1]:${sshd.port}` } });
    await agent.until({ event: 'signed' });

    const [file, key, signers] = ['file', 'key.pub', 'signers'].map((name) => join(world?.folder ?? '', name));
    await writeFile(file!, 'what is signed');
    await writeFile(key!, world.publicKey);
    await writeFile(signers!, `${EMAIL} ${world.publicKey}\n`);
    const signed = await run('ssh-keygen', ['-Y', 'sign', '-n', 'file', '-f', key!, file!], { env: world.env });
    expect(signed.code, signed.stderr).toBe(0);
    const verified = await run(
      'ssh-keygen',
      ['-Y', 'verify', '-n', 'file', '-f', signers!, '-I', EMAIL, '-s', `${file!}.sig`],
      { input: 'what is signed' },
    );
    expect(verified.stdout).toContain('Good "file" signature');
  });
});

describe.skipIf(!isInstalled('sshd', 'ssh'))('logins that the phone asks about', () => {
  const decide = async (phone: Running, decision: object, asked: object): Promise<void> => {
    const question = await phone.until({ event: 'asked' });
    expect(question).toMatchObject(asked);
    const { pairing, requestId } = question;
    phone.say(JSON.stringify({ pairing, requestId, ...decision }));
  };

  it('are not asked about again while an approval holds, but for those through a forwarded agent', async () => {
    world = await World.pair(['queue']);
    const [agent, phone] = [await world.agent(), await world.phone('ask')];
    const sshd = await startSshd(world.publicKey);
    const name = `[127.0.0.1]:${sshd.port}`;
    const approved = ssh(world, sshd, 'echo first');
    await decide(
      phone,
      { approve: true, remember: 'kind' },
      { kind: 'ssh-login', hostVerified: true, mayRemember: true, claimed: expect.anything() as unknown },
    );
    expect((await approved).stdout).toBe('first\n');
    await phone.until({ event: 'signed' });
    expect((await ssh(world, sshd, 'echo second')).stdout).toBe('second\n');
    expect(await phone.until({ event: 'signed' })).toMatchObject({ approvedBy: 'policy' });

    // From the host that the agent is forwarded to, the same login is asked about, and nobody vouches for a name.
    const inner =
      `ssh -F none -p ${sshd.port} -o BatchMode=yes -o IdentityFile=none -o StrictHostKeyChecking=no ` +
      `-o UserKnownHostsFile=/dev/null -o LogLevel=ERROR ${sshd.user}@127.0.0.1 echo third`;
    for (const approve of [false, true]) {
      const forwarded = ssh(world, sshd, inner, ['-A']);
      expect(await phone.until({ event: 'signed' })).toMatchObject({ approvedBy: 'policy' });
      await decide(phone, { approve }, { kind: 'ssh-login', mayRemember: false });
      expect((await forwarded).stdout).toBe(approve ? 'third\n' : '');
      await agent.until({
        event: approve ? 'signed' : 'refused',
        subject: `login as ${sshd.user} to an unnamed host`,
      });
      if (approve) await phone.until({ event: 'signed' });
    }
    expect(name).toContain(String(sshd.port));
  });

  it('are all that an agent signs for a host that it is forwarded to', async ({ skip }) => {
    skip(!isInstalled('ssh-keygen'));
    world = await World.pair(['queue']);
    const agent = await world.agent();
    await world.phone('all');
    const sshd = await startSshd(world.publicKey);
    const key = join(world.folder, 'key.pub');
    await writeFile(key, world.publicKey);
    const sign = `printf x | ssh-keygen -Y sign -n file -f '${key}'`;
    expect(await ssh(world, sshd, sign, ['-A'])).toMatchObject({ code: 255, stdout: '' });
    expect(await agent.until({ event: 'refused' })).toMatchObject({ reason: 'a forwarded agent: signs logins only' });
    const atHome = await run('sh', ['-c', sign], { env: world.env });
    expect(atHome.stdout).toContain('BEGIN SSH SIGNATURE');
  });

  it('are always asked about when nobody says which host it is', async () => {
    world = await World.pair(['queue']);
    await world.agent();
    const phone = await world.phone('ask');
    const sshd = await startSshd(world.publicKey);
    const login = ssh(world, sshd, 'echo in', ['-o', 'ProxyCommand=none']);
    await decide(phone, { approve: true, remember: 'kind' }, { hostVerified: true, mayRemember: false });
    expect((await login).stdout).toBe('in\n');
    const next = ssh(world, sshd, 'echo in', ['-o', 'ProxyCommand=none']);
    await decide(phone, { approve: false }, { hostVerified: true });
    expect((await next).code).toBe(255);
  });

  it('are no longer waited for when ssh has gone', async () => {
    world = await World.pair(['queue']);
    const [agent, phone] = [await world.agent(), await world.phone('ask')];
    const sshd = await startSshd(world.publicKey);
    const leaving = new AbortController();
    const login = ssh(world, sshd, 'echo in', [], leaving.signal);
    await phone.until({ event: 'asked' });
    leaving.abort();
    expect((await login).code).not.toBe(0);
    const refused = await agent.until({ event: 'refused' });
    expect(refused['subject']).toContain('login as');
    // Neither the phone nor the time has ended it.
    expect(refused['reason']).toBe('nobody waits for the answer any more');
  });

  it('have the name of the host, by whatever key exchange', async () => {
    world = await World.pair(['queue']);
    const agent = await world.agent();
    await world.phone('all');
    const sshd = await startSshd(world.publicKey);
    for (const algorithm of [
      'sntrup761x25519-sha512@openssh.com',
      'ecdh-sha2-nistp256',
      'diffie-hellman-group-exchange-sha256',
      'diffie-hellman-group14-sha256',
    ]) {
      const login = await ssh(world, sshd, 'echo in', ['-o', `KexAlgorithms=${algorithm}`]);
      expect(login, algorithm).toMatchObject({ code: 0, stdout: 'in\n' });
      const { subject } = await agent.until({ event: 'signed' });
      expect([algorithm, subject]).toEqual([algorithm, `login as ${sshd.user} to [127.0.0.1]:${sshd.port}`]);
    }
  });

  it('go through a proxy that keeps every byte, and ends when both ends have', async () => {
    const home = ['--home', join(await temporaryFolder(), 'home')];
    const sent = Buffer.alloc(3_000_000, 'what nobody would take for a key exchange\n');
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      const heard: Buffer[] = [];
      socket.on('data', (chunk: Buffer) => heard.push(chunk));
      socket.once('end', () => socket.end(Buffer.concat([Buffer.from('heard\n'), ...heard])));
    });
    server.listen(0, '127.0.0.1');
    whenDone(() => Promise.resolve(server.close()));
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const proxied = await run(process.execPath, [CLI, 'ssh-proxy', ...home, '127.0.0.1', String(port)], {
      input: sent.toString(),
    });
    expect([proxied.code, proxied.stderr]).toEqual([0, '']);
    expect(proxied.stdout === `heard\n${sent.toString()}`).toBe(true);
    server.close();
    const refused = await vaultwire('ssh-proxy', ...home, '127.0.0.1', String(port));
    expect([refused.code, refused.stderr]).toEqual([1, `vaultwire: 127.0.0.1:${port}: nobody answers there\n`]);
  });

  it('work without an agent for the proxy to talk to', async () => {
    world = await World.make();
    const { stderr } = await ssh(world, await startSshd(''), 'true');
    expect(stderr).toContain('the phone will not know the name of the host: no agent listens');
    expect(stderr).toContain('Permission denied');
  });
});
