import { spawnSync } from 'node:child_process';
import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VaultwireError } from 'vaultwire';
import { encodeSshString } from 'vaultwire/pairing/ssh';
import { askAgent, createControlServer, type ControlHandlers } from '../../reference/src/computer/control.js';
import { homeAt, listenOn } from '../../reference/src/computer/home.js';
import { KeyExchangeReader, type HostProof } from '../../reference/src/computer/key-exchange.js';
import { armorSignature, summarizeSignature } from '../../reference/src/computer/openpgp-signature.js';
import { pairingFile } from '../../reference/src/computer/pairing-file.js';
import { readSignCall } from '../../reference/src/computer/sign-git-command.js';
import { hostName } from '../../reference/src/computer/ssh-proxy.js';
import { makePrivateFolder } from '../../reference/src/private-file.js';
import { refused } from '../support/refused.js';
import { run, SIGN_GIT, type Run } from './pairing-world.js';
import { temporaryFolder, whenDone } from './support.js';

const packet = (payload: Uint8Array): Buffer => {
  const padding = 4 + ((8 - ((5 + payload.length + 4) % 8)) % 8);
  const header = Buffer.alloc(5);
  header.writeUInt32BE(1 + payload.length + padding);
  header[4] = padding;
  return Buffer.concat([header, payload, Buffer.alloc(padding, 0xee)]);
};
const message = (type: number, ...fields: readonly (Uint8Array | string)[]): Buffer =>
  Buffer.concat([Buffer.of(type), ...fields.map((field) => encodeSshString(field))]);

const VERSION = Buffer.from('Welcome to nowhere\r\nSSH-2.0-Test_1.0\r\n');
const KEX_INIT = packet(Buffer.concat([Buffer.of(20), Buffer.alloc(300, 1)]));
const NEW_KEYS = packet(Buffer.of(21));
const proof: HostProof = { hostKey: Uint8Array.of(1, 2, 3), signature: Uint8Array.of(4, 5) };
const reply = (type: number): Buffer => packet(message(type, proof.hostKey, 'the key of the server', proof.signature));

const readAll = (stream: Uint8Array): HostProof | undefined => new KeyExchangeReader().push(stream);

describe('the key exchange that the proxy sees', () => {
  it('holds what the host proves, in every kind of reply', () => {
    expect(readAll(Buffer.concat([VERSION, KEX_INIT, reply(31), NEW_KEYS]))).toEqual(proof);
    // Groups of the server's choice (RFC 4419): its message 31 has two numbers, the reply comes as 33.
    const group = packet(message(31, 'a prime', 'a generator'));
    expect(readAll(Buffer.concat([VERSION, KEX_INIT, group, reply(33), NEW_KEYS]))).toEqual(proof);
  });

  it('is found however the stream is cut, once', () => {
    const stream = Buffer.concat([VERSION, KEX_INIT, reply(31), NEW_KEYS, Buffer.alloc(200, 9)]);
    const complete = VERSION.length + KEX_INIT.length + reply(31).length;
    fc.assert(
      fc.property(fc.infiniteStream(fc.integer({ min: 1, max: 90 })), (cuts) => {
        const reader = new KeyExchangeReader();
        const found: HostProof[] = [];
        for (let offset = 0; offset < stream.length;) {
          const end = Math.min(stream.length, offset + (cuts.next().value as number));
          const one = reader.push(stream.subarray(offset, end));
          if (one) {
            found.push(one);
            // Not before it was whole, and in the very chunk that made it so.
            expect([offset < complete, end >= complete]).toEqual([true, true]);
          }
          offset = end;
        }
        expect(found).toEqual([proof]);
        expect(reader.ended).toBe(true);
      }),
    );
  });

  it('is given up where it is none', () => {
    const bad = Buffer.from(KEX_INIT);
    bad.writeUInt32BE(0x7fffffff);
    const padded = Buffer.from(KEX_INIT);
    padded.writeUInt32BE(6);
    padded[4] = 5;
    for (const stream of [bad, padded, NEW_KEYS]) {
      const reader = new KeyExchangeReader();
      expect(reader.push(Buffer.concat([VERSION, stream]))).toBeUndefined();
      expect(reader.ended).toBe(true);
      expect(reader.push(reply(31))).toBeUndefined();
    }
  });

  it('is not looked for without end', () => {
    for (const chunk of [Buffer.alloc(64 * 1024, 0x61), Buffer.alloc(64 * 1024, 0x0a)]) {
      const reader = new KeyExchangeReader();
      let read = 0;
      for (; !reader.ended && read < 100; read++) reader.push(chunk);
      expect(read).toBe(9);
    }
  });

  it('never throws, whatever a server sends', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 })), fc.boolean(), (chunks, greeted) => {
        const reader = new KeyExchangeReader();
        if (greeted) reader.push(VERSION);
        for (const chunk of chunks) reader.push(chunk);
      }),
    );
  });

  it('names hosts as known_hosts does', () => {
    expect(hostName('Host.Example', 22)).toBe('host.example');
    expect(hostName('host.example', 2222)).toBe('[host.example]:2222');
  });
});

const HANDLERS: ControlHandlers = {
  status: () => Promise.resolve({ phase: 'paired', agentSocket: '/a', email: 'alice@example.com' }),
  'name-host': () => Promise.resolve({ done: true }),
  'git-sign': ({ content, userId }) =>
    Promise.resolve({ signature: Buffer.concat([content, Buffer.from(userId ?? '-')]).toString('base64') }),
  'public-keys': () => Promise.resolve({ email: 'alice@example.com' }),
  unpair: () => Promise.reject(new VaultwireError('pairing-ended', 'the pairing has ended')),
};

async function agentWith(handlers: Partial<ControlHandlers> = {}) {
  const home = homeAt(join(await temporaryFolder(), 'home'));
  await makePrivateFolder(home.folder);
  const { server, answered } = createControlServer({ ...HANDLERS, ...handlers });
  whenDone(await listenOn(server, home.controlSocket));
  return { home, answered };
}

describe('the control socket', () => {
  it('carries requests, their bytes, answers and refusals', async () => {
    const { home } = await agentWith();
    expect(await askAgent(home, { do: 'status' })).toEqual({
      phase: 'paired',
      agentSocket: '/a',
      email: 'alice@example.com',
    });
    const { signature } = await askAgent(home, { do: 'git-sign', content: Uint8Array.of(0, 255), userId: 'Alice' });
    expect(Buffer.from(signature, 'base64')).toEqual(Buffer.concat([Buffer.of(0, 255), Buffer.from('Alice')]));
    expect((await refused('pairing-ended', () => askAgent(home, { do: 'unpair' }))).message).toBe(
      'the pairing has ended',
    );
    expect((await stat(home.controlSocket)).mode & 0o777).toBe(0o600);
    expect((await stat(home.folder)).mode & 0o777).toBe(0o700);
  });

  it('says so when no agent runs', async () => {
    const home = homeAt(await temporaryFolder());
    expect((await refused('not-found', () => askAgent(home, { do: 'status' }))).message).toContain('vaultwire agent');
  });

  it('tells nothing of a failure inside, and refuses what it does not know', async () => {
    const { home } = await agentWith({ status: () => Promise.reject(new Error('a secret')) });
    const failure = await refused('answer-unexpected', () => askAgent(home, { do: 'status' }));
    expect(failure.message).not.toContain('secret');
    for (const line of [
      '{"do":"everything"}',
      '{"do":"status","more":1}',
      'null',
      '{',
      '{"do":"git-sign","content":1}',
    ]) {
      const socket = connect(home.controlSocket);
      socket.write(`${line}\n`);
      const chunks: Buffer[] = [];
      for await (const chunk of socket as AsyncIterable<Buffer>) chunks.push(chunk);
      expect(JSON.parse(Buffer.concat(chunks).toString())).toMatchObject({ error: { code: 'field-invalid' } });
    }
  });

  it('hangs up on lines without end, and on nobody else', async () => {
    const { home } = await agentWith();
    const socket = connect(home.controlSocket);
    socket.on('error', () => undefined);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write(Buffer.alloc(600 * 1024, 0x61));
    await closed;
    expect((await askAgent(home, { do: 'status' })).phase).toBe('paired');
  });

  it('stops waiting for an agent that says nothing when it is told to', async () => {
    const home = homeAt(await temporaryFolder());
    const asked = new AbortController();
    const mute = createServer(() => {
      asked.abort();
    });
    whenDone(await listenOn(mute, home.controlSocket));
    await refused('not-found', () => askAgent(home, { do: 'status' }, { signal: asked.signal }));
  });

  it('tells a handler that its client has gone', async () => {
    let asked = (): void => undefined;
    const isAsked = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const { home, answered } = await agentWith({
      status: (_, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            reject(new VaultwireError('request-canceled', 'the client has gone'));
          });
          asked();
        }),
    });
    const impatient = new AbortController();
    const answer = askAgent(home, { do: 'status' }, { signal: impatient.signal });
    await isAsked;
    impatient.abort();
    await refused('not-found', () => answer);
    await answered();
  });

  it('lets whoever has asked have an answer before it closes', async () => {
    let finish = (): void => undefined;
    const asked = new Promise<void>((resolve) => {
      finish = resolve;
    });
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { home, answered } = await agentWith({
      async status() {
        finish();
        await held;
        return { phase: 'late', agentSocket: '' };
      },
    });
    const answer = askAgent(home, { do: 'status' });
    await asked;
    const closing = answered();
    release();
    await closing;
    expect((await answer).phase).toBe('late');
  });
});

describe('the folder of the computer', () => {
  it('is refused when others can enter it', async () => {
    const home = homeAt(join(await temporaryFolder(), 'open'));
    await mkdir(home.folder);
    await chmod(home.folder, 0o755);
    await refused('not-permitted', () => makePrivateFolder(home.folder));
  });

  it('keeps a pairing in one private file', async () => {
    const path = join(await temporaryFolder(), 'pairing.json');
    const file = pairingFile(path);
    expect([await file.load(), await file.loadSecretKey(), await file.channels()]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    await Promise.all([
      file.saveChannels({ queue: '/queue' }),
      file.saveSecretKey(Uint8Array.of(1, 2)),
      file.save(Uint8Array.of(3)),
      file.save(Uint8Array.of(4)),
    ]);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const again = pairingFile(path);
    expect([await again.load(), await again.loadSecretKey(), await again.channels()]).toEqual([
      Uint8Array.of(4),
      Uint8Array.of(1, 2),
      { queue: '/queue' },
    ]);
    await chmod(path, 0o644);
    await again.load();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await again.clear();
    expect(await again.channels()).toBeUndefined();
  });

  it('says which file cannot be read, and which cannot be written', async () => {
    const folder = await temporaryFolder();
    const unwritable = join(folder, 'none', 'pairing.json');
    const notWritten = await refused('configuration-invalid', () => pairingFile(unwritable).saveChannels({}));
    expect(notWritten.message).toBe(`${unwritable}: cannot be written (ENOENT)`);
    const notRead = await refused('configuration-invalid', () => pairingFile(folder).saveChannels({}));
    expect(notRead.message).toBe(`${folder}: cannot be read (EISDIR)`);
  });

  it('never takes a file that it cannot read for none, nor writes over it, nor quotes it', async () => {
    const path = join(await temporaryFolder(), 'pairing.json');
    for (const content of ['', '{"version":1,"channels":{},"secretKey":"c2VjcmV0', '{"version":2,"channels":{}}']) {
      await writeFile(path, content);
      const file = pairingFile(path);
      const errors = [
        await refused('configuration-invalid', () => file.load()),
        await refused('configuration-invalid', () => file.loadSecretKey()),
        await refused('configuration-invalid', () => file.save(Uint8Array.of(1))),
      ];
      for (const error of errors) expect(error.message).not.toContain('c2Vj');
      expect(await readFile(path, 'utf8')).toBe(content);
    }
  });
});

/** A signature of gpg over nothing, with the hashed subpackets 33 and 2. */
const fingerprint = Buffer.from('0123456789abcdef0123456789abcdef01234567', 'hex');
const hashed = Buffer.concat([Buffer.of(22, 33, 4), fingerprint, Buffer.of(5, 2), Buffer.from('65000000', 'hex')]);
const body = Buffer.concat([
  Buffer.of(4, 0, 22, 10, 0, hashed.length),
  hashed,
  Buffer.of(0, 0, 1, 2, 0, 1, 1, 0, 1, 1),
]);
const summary = {
  type: 0,
  publicKeyAlgorithm: 22,
  hashAlgorithm: 10,
  created: 0x65000000,
  fingerprint: '0123456789ABCDEF0123456789ABCDEF01234567',
};

describe('what Git gets', () => {
  it('is told apart from every other call of gpg', () => {
    expect(readSignCall(['--status-fd=2', '-bsau', 'Alice <alice@example.com>'])).toEqual({
      statusFileDescriptor: 2,
      userId: 'Alice <alice@example.com>',
    });
    expect(readSignCall(['-bsau', ''])).toEqual({ statusFileDescriptor: undefined, userId: '' });
    for (const call of [
      ['--keyid-format=long', '--status-fd=1', '--verify', 'file', '-'],
      ['--status-fd=2', '-bsau', 'A', '--output', 'file'],
      ['--status-fd=2', '-bsau', 'A', '-bsau', 'B'],
      ['--status-fd=two', '-bsau', 'A'],
      ['--status-fd=2'],
      ['--version'],
      [],
    ]) {
      expect(readSignCall(call)).toBeUndefined();
    }
  });

  it('is summarized from the packet, in either format of its length', () => {
    expect(summarizeSignature(Buffer.concat([Buffer.of(0x88, body.length), body]))).toEqual(summary);
    expect(summarizeSignature(Buffer.concat([Buffer.of(0x89, 0, body.length), body]))).toEqual(summary);
    expect(summarizeSignature(Buffer.concat([Buffer.of(0xc2, body.length), body]))).toEqual(summary);
    expect(summarizeSignature(Buffer.concat([Buffer.of(0xc2, 255, 0, 0, 0, body.length), body]))).toEqual(summary);
  });

  it('is nothing but one whole signature of version 4', () => {
    const whole = Buffer.concat([Buffer.of(0x88, body.length), body]);
    for (let length = 0; length < whole.length; length++) {
      expect(summarizeSignature(whole.subarray(0, length))).toBeUndefined();
    }
    expect(summarizeSignature(Buffer.concat([whole, Buffer.of(0)]))).toBeUndefined();
    expect(summarizeSignature(Buffer.concat([Buffer.of(0x98, body.length), body]))).toBeUndefined();
    const version3 = Buffer.from(whole);
    version3[2] = 3;
    expect(summarizeSignature(version3)).toBeUndefined();
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), (offset, value) => {
        const changed = Buffer.from(whole);
        changed[offset] = value;
        summarizeSignature(changed);
      }),
    );
  });

  it('is armored so that gpg reads the same packet again', ({ skip }) => {
    const gpg = (input: string | Uint8Array) => spawnSync('gpg', ['--dearmor'], { input });
    if (gpg('').error) skip('gpg is not installed');
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), (noise) => {
        const signature = Buffer.concat([Buffer.of(0xc2, 255, 0, 0, 0, noise.length), noise]);
        const armored = armorSignature(signature);
        expect(armored).toMatch(/^-----BEGIN PGP SIGNATURE-----\nComment: Created with Krypton\n\n/);
        expect(gpg(armored).stdout).toEqual(signature);
      }),
      { numRuns: 10 },
    );
  });
});

describe('vaultwire-sign-git', () => {
  const whole = Buffer.concat([Buffer.of(0x88, body.length), body]);
  type GitSign = Parameters<ControlHandlers['git-sign']>[0];

  async function phoneThatSigns(signature: Uint8Array) {
    const asked: GitSign[] = [];
    const { home } = await agentWith({
      'git-sign': (request) => {
        asked.push(request);
        return Promise.resolve({ signature: Buffer.from(signature).toString('base64') });
      },
    });
    const signGit = (parameters: readonly string[], input: string): Promise<Run> =>
      run(process.execPath, [SIGN_GIT, ...parameters], { env: { VAULTWIRE_HOME: home.folder }, input });
    return { asked, signGit };
  }

  it('asks for what Git says, and tells it what gpg would', async () => {
    const { asked, signGit } = await phoneThatSigns(whole);
    expect(await signGit(['--status-fd=2', '-bsau', 'Alice <alice@example.com>'], 'a commit')).toEqual({
      code: 0,
      stdout: armorSignature(whole),
      stderr: `[GNUPG:] BEGIN_SIGNING H10\n[GNUPG:] SIG_CREATED D 22 10 00 1694498816 ${summary.fingerprint}\n`,
    });
    expect(asked[0]).toMatchObject({
      userId: 'Alice <alice@example.com>',
      content: new TextEncoder().encode('a commit'),
    });
    // The id of a key is no user id: the agent takes the committer's.
    for (const key of ['0x0123456789ABCDEF', '0123456789abcdef0123456789abcdef01234567!', '']) {
      expect((await signGit(['-bsau', key], 'a commit')).code).toBe(0);
      expect(asked.at(-1)).not.toHaveProperty('userId');
    }
  });

  it('gives Git nothing that is no signature', async () => {
    const { signGit } = await phoneThatSigns(whole.subarray(1));
    const refusal = await signGit(['--status-fd=2', '-bsau', 'A'], 'a commit');
    expect([refusal.code, refusal.stdout]).toEqual([1, '']);
    expect(refusal.stderr).toMatch(/^vaultwire-sign-git: the phone: expected an OpenPGP signature/);
  });

  it('asks the phone for nothing that its queues would not carry', async () => {
    const { asked, signGit } = await phoneThatSigns(whole);
    const refusal = await signGit(['-bsau', 'A'], 'x'.repeat(128 * 1024 + 1));
    expect([refusal.code, refusal.stderr]).toEqual([1, expect.stringContaining('at most 131072 bytes')]);
    expect(asked).toEqual([]);
  });

  it('leaves everything else to gpg, with its exit code', async () => {
    const verify = ['--status-fd=1', '--verify', 'file', '-'];
    const passOn = (gpg: string): Promise<Run> =>
      run(process.execPath, [SIGN_GIT, ...verify], { env: { VAULTWIRE_GPG: gpg } });
    expect(await passOn('echo')).toEqual({ code: 0, stdout: `${verify.join(' ')}\n`, stderr: '' });
    expect((await passOn('false')).code).toBe(1);
    const missing = await passOn('no-such-program');
    expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining('VAULTWIRE_GPG')]);
  });
});
