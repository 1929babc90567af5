import { execFileSync, spawnSync } from 'node:child_process';
import { createHash, createPublicKey, randomBytes, X509Certificate } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nodeSuite } from 'vaultwire/crypto/node';
import { completeSignData, encodeSignData, encodeSignature, verifySignature } from 'vaultwire/pairing/ssh';
import { gitSigner, generatePgpKey } from '../../reference/src/phone/pgp-key.js';
import { openKeysFile } from '../../reference/src/phone/keys-file.js';
import { createPhone, openPhone } from '../../reference/src/phone/phone-home.js';
import { openSealedFile } from '../../reference/src/phone/sealed-file.js';
import { generateSshKey, SSH_KEY_TYPES, sshSigner } from '../../reference/src/phone/ssh-key.js';
import { u2fSigner, type U2fAccount } from '../../reference/src/phone/u2f-keys.js';
import { refused } from '../support/refused.js';
import { ALICE, newPhone, openedPhone, PASSPHRASE } from './phone-support.js';
import { temporaryFolder, whenDone } from './support.js';

describe("the phone's keys file", () => {
  it('gives the same keys again, to its owner alone', async () => {
    const folder = await newPhone();
    const phone = await openedPhone(folder);
    const { ssh, git } = phone.keys;
    await phone.close();
    const again = await openedPhone(folder);
    expect(again.keys.ssh.publicKey).toEqual(ssh.publicKey);
    expect(await again.keys.git.publicKey(undefined)).toEqual(await git.publicKey(undefined));
    expect(again.email).toBe('alice@example.com');
    expect(again.deviceIdentifier).toEqual(phone.deviceIdentifier);
    expect(again.deviceIdentifier).toHaveLength(16);
    expect((await stat(join(folder, 'keys.age'))).mode & 0o777).toBe(0o600);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
  });

  it('is a file of age, with the work factor that age has by default', { timeout: 120_000 }, async () => {
    const folder = join(await temporaryFolder(), 'phone');
    const made = {
      folder,
      passphrase: PASSPHRASE,
      email: 'a@example.com',
      userIds: [ALICE],
      sshKey: 'ed25519',
    } as const;
    await createPhone(made);
    const text = await readFile(join(folder, 'keys.age'), 'latin1');
    expect(text).toMatch(/^age-encryption\.org\/v1\n-> scrypt \S{22} 18\n/);
  });

  it('opens with no other passphrase', async () => {
    const folder = await newPhone();
    for (const passphrase of ['', 'correct', `${PASSPHRASE} `]) {
      const error = await refused('open-failed', () => openPhone(folder, passphrase));
      expect(error.message).not.toContain(PASSPHRASE);
    }
    await openedPhone(folder);
  });

  it('is never believed when it was cut off or changed, and never written over', async () => {
    const folder = await newPhone();
    const path = join(folder, 'keys.age');
    const whole = await readFile(path);
    const damaged = [0, 1, 22, 60, 100, 150, 300, whole.length - 1].map((length) => whole.subarray(0, length));
    for (const index of [3, whole.length - 1, whole.length - 400]) {
      const changed = Buffer.from(whole);
      changed[index]! ^= 1;
      damaged.push(changed);
    }
    damaged.push(Buffer.concat([whole, Buffer.of(0)]));
    for (const content of damaged) {
      await writeFile(path, content);
      await refused('configuration-invalid', () => openPhone(folder, PASSPHRASE));
      await refused('not-permitted', () =>
        createPhone({ folder, passphrase: 'other', email: 'b@example.com', userIds: [ALICE], sshKey: 'ed25519' }),
      );
      expect(await readFile(path)).toEqual(content);
    }
    await writeFile(path, whole);
    await openedPhone(folder);
  });

  it('is narrowed to its owner, and not read when it is far too long', async () => {
    const folder = await newPhone();
    const path = join(folder, 'keys.age');
    await chmod(path, 0o644);
    await (await openedPhone(folder)).close();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await truncate(path, 64 * 1024 * 1024 + 1);
    const error = await refused('configuration-invalid', () => openPhone(folder, PASSPHRASE));
    expect(error.message).toContain('too long');
  });

  it('needs a passphrase, a folder of its own, and to be there', async () => {
    const folder = join(await temporaryFolder(), 'phone');
    await refused('not-found', () => openPhone(folder, PASSPHRASE));
    await refused('argument-invalid', () => newPhone({ passphrase: '' }));
    await refused('field-invalid', () => newPhone({ userIds: [ALICE, 'nobody'] }));
    const open = await newPhone();
    await chmod(open, 0o750);
    await refused('not-permitted', () => openPhone(open, PASSPHRASE));
  });

  it('is open in one process at a time, and a killed one leaves no lock behind', async () => {
    const folder = await newPhone();
    const phone = await openPhone(folder, PASSPHRASE);
    await refused('not-permitted', () => openPhone(folder, PASSPHRASE));
    await phone.close();
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    for (const left of [`${pid}\n`, '', 'nonsense']) {
      await writeFile(join(folder, 'lock'), left);
      await (await openPhone(folder, PASSPHRASE)).close();
    }
    expect(await readdir(folder)).toEqual(['keys.age']);
  });
});

describe("the phone's other files", () => {
  const identifier = '5C8A3B9E-0C5B-4D12-9B55-3E6C2A1F7D04';

  it('remember pins, logins and pairings', async () => {
    const folder = await newPhone();
    const phone = await openedPhone(folder);
    const pin = { hostName: 'example.com', hostKey: new Uint8Array([1, 2, 3]) };
    await phone.addPin(pin);
    await phone.addPin({ ...pin, hostKey: new Uint8Array([4]) });
    await phone.addHost({ user: 'alice', host: 'example.com' });
    await phone.addHost({ user: 'alice', host: 'example.com' });
    const made = await phone.newPairing({ identifier, computer: 'laptop', channels: { queue: '/queues' } });
    expect(await phone.pairings()).toEqual([]);
    await made.store.saveSecretKey(new Uint8Array(32).fill(7));
    await made.store.save(new Uint8Array([9]));
    await phone.close();

    const again = await openedPhone(folder);
    expect(again.pins()).toEqual([pin]);
    expect(again.hosts()).toEqual([{ user: 'alice', host: 'example.com' }]);
    const [kept, ...more] = await again.pairings();
    expect(more).toEqual([]);
    expect(kept).toMatchObject({ identifier, computer: 'laptop', channels: { queue: '/queues' } });
    expect(await kept!.store.load()).toEqual(new Uint8Array([9]));
    expect(await kept!.store.loadSecretKey()).toEqual(new Uint8Array(32).fill(7));
    expect(await again.forgetPin('example.com')).toBe(true);
    expect(await again.forgetPin('example.com')).toBe(false);
    await kept!.store.clear();
    expect(await kept!.store.load()).toBeUndefined();
    expect(await again.pairings()).toEqual([]);
  });

  it('forget no pin for a new one', async () => {
    const folder = await newPhone();
    const { stateKey } = await openKeysFile(join(folder, 'keys.age'), PASSPHRASE);
    const pins = Array.from({ length: 4095 }, (_, index) => ({ hostName: `host${index}.example`, hostKey: 'AQID' }));
    const memory = await openSealedFile<unknown>({
      path: join(folder, 'memory'),
      name: 'memory',
      key: await nodeSuite.importAesKey(stateKey),
      first: undefined,
      decode: (document) => document,
      encode: (document) => document,
    });
    await memory.change(() => ({ version: 1, u2f: [], hosts: [], pins }));

    const phone = await openedPhone(folder);
    for (const hostName of ['last.example', 'more.example']) {
      await phone.addPin({ hostName, hostKey: new Uint8Array([4]) });
    }
    expect(phone.pins().map(({ hostName }) => hostName)).toEqual([
      ...pins.map(({ hostName }) => hostName),
      'last.example',
    ]);
  });

  it('show nothing of what they hold, and refuse to be damaged, or to stand for one another', async () => {
    const folder = await newPhone();
    const phone = await openedPhone(folder);
    await phone.addPin({ hostName: 'secret.example', hostKey: new Uint8Array([1]) });
    const one = await phone.newPairing({ identifier, computer: 'laptop', channels: {} });
    await one.store.save(new Uint8Array([1]));
    await phone.close();
    const memory = await readFile(join(folder, 'memory'));
    expect(memory.includes('secret.example')).toBe(false);

    for (const content of [memory.subarray(0, -1), memory.subarray(0, 5), Buffer.alloc(0)]) {
      await writeFile(join(folder, 'memory'), content);
      await refused('configuration-invalid', () => openPhone(folder, PASSPHRASE));
      expect(await readFile(join(folder, 'memory'))).toEqual(content);
    }
    await writeFile(join(folder, 'memory'), await readFile(join(folder, 'pairings', identifier)));
    await refused('configuration-invalid', () => openPhone(folder, PASSPHRASE));
    await writeFile(join(folder, 'memory'), memory);

    const other = identifier.replace('5C8A', '0000');
    const again = await openedPhone(folder);
    await writeFile(join(folder, 'pairings', other), await readFile(join(folder, 'pairings', identifier)));
    await refused('configuration-invalid', () => again.pairings());
    await refused('uid-invalid', () => again.newPairing({ identifier: '../x', computer: '', channels: {} }));
  });
});

describe('SSH keys', () => {
  it.each(SSH_KEY_TYPES)('sign what SSH verifies: %s', { timeout: 120_000 }, async (kind) => {
    const signer = sshSigner(await generateSshKey(kind));
    const algorithms = {
      ed25519: ['ssh-ed25519'],
      'ecdsa-nistp256': ['ecdsa-sha2-nistp256'],
      rsa: ['rsa-sha2-256', 'rsa-sha2-512'],
    }[kind] as ('ssh-ed25519' | 'ecdsa-sha2-nistp256' | 'rsa-sha2-256' | 'rsa-sha2-512')[];
    for (const algorithm of algorithms) {
      // Several, as the integers of ECDSA differ in length.
      for (let time = 0; time < 8; time++) {
        const data = encodeSignData({
          kind: 'user-auth',
          sessionId: new Uint8Array(randomBytes(32)),
          user: 'alice',
          service: 'ssh-connection',
          algorithm,
          hostBound: false,
        });
        const message = completeSignData(data, signer.publicKey);
        const blob = new Uint8Array(await signer.sign(message, algorithm));
        const signature = encodeSignature({ algorithm, blob });
        expect(await verifySignature(signer.publicKey, signature, message)).toBe(true);
      }
    }
    for (const algorithm of ['ssh-rsa', 'ssh-dss', 'constructor', '']) {
      await refused('field-invalid', () => signer.sign(new Uint8Array(), algorithm as never));
    }
  });

  it('are read by ssh-keygen', async () => {
    if (spawnSync('ssh-keygen', ['-?']).error) return;
    const folder = await temporaryFolder();
    const { publicKey } = sshSigner(await generateSshKey('ecdsa-nistp256'));
    const path = join(folder, 'key.pub');
    await writeFile(path, `ecdsa-sha2-nistp256 ${Buffer.from(publicKey).toString('base64')}\n`);
    const fingerprint = createHash('sha256').update(publicKey).digest('base64').replace(/=+$/, '');
    expect(execFileSync('ssh-keygen', ['-lf', path]).toString()).toContain(`256 SHA256:${fingerprint}`);
  });
});

describe('the OpenPGP key', () => {
  const WORK = 'Alice Work <alice@work.example>';

  it('signs what GnuPG verifies, and has the user ids that it was made with', { timeout: 120_000 }, async () => {
    const signer = gitSigner(await generatePgpKey([ALICE, WORK, ALICE]));
    expect(await signer.userIds()).toEqual([ALICE, WORK]);
    const content = new Uint8Array(Buffer.from('tree 0000\n\nA commit\n'));
    const signature = await signer.sign(content, ALICE);
    // An old-format or new-format packet of type 2, version 4, over a binary document, EdDSA.
    expect([0xc2, 0x88, 0x89]).toContain(signature[0]);
    expect([...signature.subarray(2, 5)]).toEqual([4, 0, 22]);
    if (spawnSync('gpg', ['--version']).error) return;

    const home = await temporaryFolder();
    const gpg = (...args: string[]) => spawnSync('gpg', ['--homedir', home, '--batch', '--status-fd', '1', ...args]);
    await writeFile(join(home, 'public'), await signer.publicKey(undefined));
    await writeFile(join(home, 'content'), content);
    await writeFile(join(home, 'signature'), signature);
    expect(gpg('--import', join(home, 'public')).stdout.toString()).toContain('IMPORT_OK 1');
    const listed = gpg('--list-keys', '--with-colons').stdout.toString();
    expect(listed).toContain(ALICE);
    expect(listed).toContain(WORK);
    expect(gpg('--verify', join(home, 'signature'), join(home, 'content')).stdout.toString()).toContain('GOODSIG');
    await writeFile(join(home, 'content'), 'tree 0001\n\nA commit\n');
    expect(gpg('--verify', join(home, 'signature'), join(home, 'content')).stdout.toString()).toContain('BADSIG');
    whenDone(() => Promise.resolve(spawnSync('gpgconf', ['--homedir', home, '--kill', 'all'])));
  });

  it('certifies no user id that a computer names', async () => {
    const folder = await newPhone();
    const phone = await openedPhone(folder);
    const made = await phone.keys.git.publicKey(undefined);
    expect(await phone.keys.git.publicKey('Somebody Else <else@example.com>')).toEqual(made);
    expect(await phone.pgpUserIds()).toEqual([ALICE]);
    expect(Buffer.from(made).includes('else@example.com')).toBe(false);
    await phone.close();
    // Nor is there anything to remember of it.
    expect(await readdir(folder)).toEqual(['keys.age']);
  });

  it('is made with a bounded number of user ids, each of which is one', { timeout: 120_000 }, async () => {
    const many = Array.from({ length: 33 }, (_, index) => `Alice <alice${index}@example.com>`);
    await refused('field-invalid', () => generatePgpKey(many));
    await refused('field-invalid', () => generatePgpKey([]));
    expect(await gitSigner(await generatePgpKey(many.slice(1))).userIds()).toHaveLength(32);
    for (const userId of ['no user id', 'Evil\n <e@x.example>', `${'x'.repeat(600)}<a@b.cc>`]) {
      await refused('field-invalid', () => generatePgpKey([ALICE, userId]));
    }
  });
});

describe('U2F keys', () => {
  const device = new Uint8Array(16).fill(1);
  const sha256 = (data: Uint8Array | string): Buffer => createHash('sha256').update(data).digest();
  function store(): {
    accounts: readonly U2fAccount[];
    change: (next: (all: readonly U2fAccount[]) => readonly U2fAccount[]) => Promise<void>;
  } {
    const kept = {
      accounts: [] as readonly U2fAccount[],
      change: (next: (all: readonly U2fAccount[]) => readonly U2fAccount[]) => {
        kept.accounts = next(kept.accounts);
        return Promise.resolve();
      },
    };
    return kept;
  }
  const challenge = new Uint8Array(32).fill(2);
  const appId = 'https://example.com';

  it('have the handle, the certificate and the signature of the wire note', async () => {
    const { publicKey, keyHandle, attestationCertificate, signature } = await u2fSigner(device, store()).register(
      challenge,
      appId,
    );
    expect(publicKey).toHaveLength(65);
    expect(keyHandle).toHaveLength(80);
    expect(Buffer.from(keyHandle.subarray(0, 16)).toString('hex')).toBe('2ce5c8df17e22ef20fd38303fd2d9998');
    const bound = Buffer.concat([sha256(device), sha256(appId), sha256(keyHandle.subarray(16, 48))]);
    expect(Buffer.from(keyHandle.subarray(48))).toEqual(sha256(bound));
    const certificate = new X509Certificate(attestationCertificate);
    expect(certificate.subject).toBe('CN=Krypton Key');
    expect(certificate.issuer).toBe('CN=Krypton Key');
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
    const message = Buffer.concat([Buffer.of(0), sha256(appId), challenge, keyHandle, publicKey]);
    const { verify } = await import('node:crypto');
    expect(verify('sha256', message, certificate.publicKey, signature)).toBe(true);
    const { x, y } = createPublicKey(certificate.publicKey.export({ type: 'spki', format: 'pem' })).export({
      format: 'jwk',
    });
    expect(Buffer.concat([Buffer.of(4), Buffer.from(x!, 'base64url'), Buffer.from(y!, 'base64url')])).toEqual(
      Buffer.from(publicKey),
    );
  });

  it('count every signature, keep the count before they give one, and are good for their relying party alone', async () => {
    const kept = store();
    const signer = u2fSigner(device, kept);
    const first = await signer.register(challenge, appId);
    const second = await signer.register(challenge, appId);
    expect(first.keyHandle).not.toEqual(second.keyHandle);
    const handle = new Uint8Array(first.keyHandle);
    const counters: unknown[] = [];
    for (let time = 0; time < 3; time++) counters.push((await signer.authenticate(challenge, appId, handle))?.counter);
    expect(counters).toEqual([1, 2, 3]);
    expect(kept.accounts.map(({ counter }) => counter)).toEqual([3, 0]);
    expect(await signer.authenticate(challenge, 'https://evil.example', handle)).toBeUndefined();
    expect(await u2fSigner(new Uint8Array(16), kept).authenticate(challenge, appId, handle)).toBeUndefined();
    const changed = handle.slice();
    changed[20]! ^= 1;
    expect(await signer.authenticate(challenge, appId, changed)).toBeUndefined();
    expect(await signer.authenticate(challenge, appId, handle.slice(0, 79))).toBeUndefined();

    const full = { accounts: Array<U2fAccount>(4096).fill(kept.accounts[0]!), change: () => Promise.resolve() };
    await refused('not-permitted', () => u2fSigner(device, full).register(challenge, appId));
    const failing = u2fSigner(device, {
      accounts: kept.accounts,
      change: () => Promise.reject(new Error('disk full')),
    });
    await expect(failing.authenticate(challenge, appId, handle)).rejects.toThrow('disk full');
    kept.accounts = kept.accounts.map((account) => ({ ...account, counter: 0xffffffff }));
    await refused('parameter-out-of-range', () => signer.authenticate(challenge, appId, handle));
  });

  it('go on counting when the phone was closed', async () => {
    const folder = await newPhone();
    const phone = await openedPhone(folder);
    const { keyHandle } = await phone.keys.u2f.register(challenge, appId);
    const handle = new Uint8Array(keyHandle);
    expect((await phone.keys.u2f.authenticate(challenge, appId, handle))?.counter).toBe(1);
    expect(phone.u2fAccounts()).toEqual([appId]);
    await phone.close();
    const again = await openedPhone(folder);
    expect((await again.keys.u2f.authenticate(challenge, appId, handle))?.counter).toBe(2);
    await mkdir(join(folder, 'pairings'), { recursive: true });
  });
});
