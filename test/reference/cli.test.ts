import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { makeCertificate } from '../../reference/src/certificate.js';
import type { RunningServer } from '../../reference/src/server.js';
import { CLI, SEED, temporaryFolder, testDevice, UIDS, whenDone } from './support.js';

interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(...parameters: string[]): Promise<Run> {
  const child = spawn(process.execPath, [CLI, ...parameters], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

interface Served {
  readonly child: ChildProcess;
  readonly ready: Record<string, unknown>;
  readonly nextLine: () => Promise<string>;
  readonly stop: (signal?: NodeJS.Signals) => Promise<number | null>;
  readonly errors: () => string;
  /** As far as clients need it. */
  readonly server: RunningServer;
}

async function serve(...parameters: string[]): Promise<Served> {
  const certificateFile = join(await temporaryFolder(), 'certificate.pem');
  const child = spawn(
    process.execPath,
    [CLI, 'serve', '--json', '--port', '0', '--write-cert', certificateFile, ...parameters],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  whenDone(() => {
    child.kill('SIGKILL');
    return Promise.resolve();
  });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextLine = async (): Promise<string> => {
    const line = await lines.next();
    if (line.done) throw new Error(`no line: ${errors}`);
    return line.value;
  };
  const ready = JSON.parse(await nextLine()) as Record<string, unknown>;
  const certificate = await readFile(certificateFile, 'utf8');
  return {
    child,
    ready,
    nextLine,
    errors: () => errors,
    server: { ...ready, certificate } as unknown as RunningServer,
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal);
      const [code] = (await once(child, 'exit')) as [number | null];
      return code;
    },
  };
}

const seedFile = async (seed: object = SEED): Promise<string> => {
  const path = join(await temporaryFolder(), 'seed.json');
  await writeFile(path, JSON.stringify(seed));
  return path;
};

describe('vaultwire', () => {
  it('says what it can do, and which version it is', async () => {
    const help = await run('--help');
    expect([help.code, help.stdout]).toEqual([0, expect.stringContaining('serve')]);
    const serveHelp = await run('serve', '--help');
    for (const option of [
      '--port',
      '--seed',
      '--data',
      '--tls-cert',
      '--json',
      '--inspect',
      '--throttle',
      '--origin',
    ]) {
      expect(serveHelp.stdout).toContain(option);
    }
    const { version } = JSON.parse(
      await readFile(new URL('../../reference/package.json', import.meta.url), 'utf8'),
    ) as {
      version: string;
    };
    expect(await run('--version')).toMatchObject({ code: 0, stdout: `${version}\n` });
  });

  it('ends with 2 for a command line that makes no sense', async () => {
    for (const parameters of [
      ['serve', '--no-such-option'],
      ['no-such-command'],
      ['serve', '--port', '70000'],
      ['serve', '--throttle', 'maybe'],
      ['serve', '--tls-cert', 'only-this'],
      ['serve', '--origin', 'nonsense'],
      ['serve', '--server-key-id', '0'],
    ]) {
      const { code, stderr, stdout } = await run(...parameters);
      expect([parameters, code, stdout]).toEqual([parameters, 2, '']);
      expect(stderr).toContain('error:');
    }
  });

  it('ends with 1 and one line for what fails', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    whenDone(async () => {
      taken.close();
      await once(taken, 'close');
    });
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const broken = await seedFile({ applications: [{ titel: 'x' }] });
    const text = join(await temporaryFolder(), 'text.pem');
    await writeFile(text, 'no PEM');
    const noKey = join(await temporaryFolder(), 'broken.pem');
    await writeFile(noKey, '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
    const certificate = join(await temporaryFolder(), 'certificate.pem');
    await writeFile(certificate, 'of a server that runs');
    for (const [parameters, words] of [
      [['serve', '--port', String(port), '--write-cert', certificate], `127.0.0.1:${port}: the address is in use`],
      [['serve', '--seed', '/no/such/file'], '/no/such/file: no such file'],
      [['serve', '--seed', broken], `${broken}:1: applications[0]`],
      [['serve', '--tls-cert', text, '--tls-key', text], 'expected PEM'],
      [['serve', '--tls-cert', noKey, '--tls-key', noKey, '--port', '0'], 'TLS certificate or key'],
      [['serve', '--data', broken, '--port', '0'], 'data folder'],
      [['serve', '--write-cert', '/no/such/folder/cert.pem', '--port', '0'], '/no/such/folder/cert.pem: no such file'],
    ] as const) {
      const { code, stderr, stdout } = await run(...parameters);
      expect([code, stdout, stderr]).toEqual([1, '', expect.stringContaining(words)]);
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    }
    expect(await readFile(certificate, 'utf8')).toBe('of a server that runs');
  });
});

describe('vaultwire serve --json', () => {
  it('prints one object when it is ready, and then serves', async () => {
    const { ready, server, stop } = await serve('--seed', await seedFile());
    const keys = ['serverPublicKeyId', 'serverPublicKey', 'mlKemPublicKeyId', 'mlKemPublicKey'];
    expect(Object.keys(ready)).toEqual(['url', 'host', 'port', 'tokens', ...keys]);
    expect(ready).toMatchObject({
      host: 'localhost',
      url: `https://localhost:${String(ready['port'])}`,
      serverPublicKeyId: 1,
      mlKemPublicKeyId: 100,
    });
    expect(Buffer.from(ready['mlKemPublicKey'] as string, 'base64url')).toHaveLength(1568);
    const tokens = ready['tokens'] as { application: string; token: string }[];
    expect(tokens.map(({ application }) => application)).toEqual(['First', 'First', 'Second']);
    for (const token of tokens) {
      expect(Object.keys(token)).toEqual(['application', 'token']);
      expect(token.token).toMatch(/^[\w-]{43}$/);
    }
    const device = await testDevice(server, { token: tokens[0]!.token });
    expect((await device.getSecrets()).records).toHaveLength(5);
    expect(await stop()).toBe(0);
  });

  it('stops for SIGINT as well', async () => {
    const { stop } = await serve();
    expect(await stop('SIGINT')).toBe(0);
  });

  it('rotates its keys on SIGUSR2 and says so', async () => {
    const { child, ready, nextLine, stop } = await serve('--server-key-id', '17', '--server-ml-kem-key-id', '135');
    child.kill('SIGUSR2');
    const event = JSON.parse(await nextLine()) as Record<string, unknown>;
    const keys = ['serverPublicKeyId', 'serverPublicKey', 'mlKemPublicKeyId', 'mlKemPublicKey'];
    expect(Object.keys(event)).toEqual(['event', ...keys]);
    expect(event).toMatchObject({ event: 'server-key-rotated', serverPublicKeyId: 18, mlKemPublicKeyId: 136 });
    expect(event['mlKemPublicKey']).not.toBe(ready['mlKemPublicKey']);
    await stop();
  });

  it('logs what it sees to stderr when asked to, and stdout stays JSON', async () => {
    const { ready, server, errors, stop } = await serve('--inspect', '--seed', await seedFile());
    const [{ token }] = ready['tokens'] as [{ token: string }];
    await testDevice(server, { token });
    await stop();
    expect(errors()).toContain('get_secret from client');
    expect(errors()).not.toContain(token);
  });

  it('uses the certificate that it is given', async () => {
    const folder = await temporaryFolder();
    const { certificate, privateKey } = await makeCertificate({ host: '127.0.0.1', now: Date.now() });
    await writeFile(join(folder, 'cert.pem'), certificate);
    await writeFile(join(folder, 'key.pem'), privateKey);
    const tls = ['--tls-cert', join(folder, 'cert.pem'), '--tls-key', join(folder, 'key.pem')];
    const { ready, server, stop } = await serve(...tls, '--seed', await seedFile());
    expect(server.certificate).toBe(certificate);
    const [{ token }] = ready['tokens'] as [{ token: string }];
    await testDevice(server, { token });
    await stop();
  });
});

describe('vaultwire serve', () => {
  it('tells a person what to do next', async () => {
    const child = spawn(process.execPath, [CLI, 'serve', '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const lines: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      lines.push(line);
      if (line.startsWith('Ctrl+C')) break;
    }
    child.kill('SIGTERM');
    await once(child, 'exit');
    const text = lines.join('\n');
    expect(text).toMatch(/ready at https:\/\/localhost:\d+/);
    expect(text).toMatch(/Payments service, production {2,}[\w-]{43}\n/);
    expect(text).toContain("from '@keeper-security/secrets-manager-core'");
    expect(text).toContain("serverPublicKeyId: '1'");
    expect(text).toMatch(/ML-KEM key {3}100: SHA-256 [0-9a-f]{64}/);
  });
});

describe('vaultwire serve --data', () => {
  it('keeps state and keys across restarts, and prints tokens once', async () => {
    const [data, seed] = [await temporaryFolder(), await seedFile()];
    const first = await serve('--data', data, '--seed', seed);
    const tokens = first.ready['tokens'] as { token: string }[];
    const { memoryConfigurationStore } = await import('vaultwire/keychain');
    const store = memoryConfigurationStore();
    const device = await testDevice(first.server, { store, token: tokens[0]!.token });
    const [record] = (await device.getSecrets({ records: [UIDS.direct] })).records;
    await device.updateRecord(record!, { title: 'Kept' });
    first.child.kill('SIGUSR2');
    const rotated = JSON.parse(await first.nextLine()) as Record<string, unknown>;
    await first.stop();

    const second = await serve('--data', data, '--seed', seed);
    expect(second.ready).toMatchObject({
      tokens: [],
      serverPublicKeyId: 2,
      serverPublicKey: rotated['serverPublicKey'],
      mlKemPublicKeyId: 101,
      mlKemPublicKey: rotated['mlKemPublicKey'],
    });
    const configuration = (await store.read())!;
    await store.write({ ...configuration, host: `localhost:${second.server.port}` });
    const again = await testDevice(second.server, { store });
    expect((await again.getSecrets({ records: [UIDS.direct] })).records[0]?.data['title']).toBe('Kept');
    // A token that was not spent before the restart is good after it.
    await testDevice(second.server, { token: tokens[1]!.token });
    await second.stop();
  });

  it('is not seeded when the server cannot start, as its tokens would be lost', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    whenDone(async () => {
      taken.close();
      await once(taken, 'close');
    });
    await once(taken, 'listening');
    const data = await temporaryFolder();
    const { port } = taken.address() as AddressInfo;
    expect((await run('serve', '--data', data, '--port', String(port))).code).toBe(1);
    const next = await serve('--data', data);
    expect(next.ready['tokens']).toHaveLength(3);
    await next.stop();
  });

  it('refuses another seed over a store, and a second process', async () => {
    const [data, seed] = [await temporaryFolder(), await seedFile()];
    const first = await serve('--data', data, '--seed', seed);
    const busy = await run('serve', '--data', data, '--port', '0');
    expect(busy).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('another process') as string });
    await first.stop();
    const other = await seedFile({ applications: [{ title: 'Other' }] });
    const refused = await run('serve', '--data', data, '--seed', other, '--port', '0');
    expect(refused).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('made from another seed') as string,
    });
    const without = await serve('--data', data);
    expect(without.ready['tokens']).toEqual([]);
    await without.stop();
  });
});
