import { spawnSync } from 'node:child_process';
import { createHash, createPublicKey, randomBytes, verify } from 'node:crypto';
import { watch } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { verifyAuthenticationResponse, verifyRegistrationResponse } from '@simplewebauthn/server';
import { isoCBOR } from '@simplewebauthn/server/helpers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeQrText, HOST_KEY_MISMATCHED, pairingIdentifier, queueNames, type SignRequest } from 'vaultwire/pairing';
import { type Consent, type Decision, type SshSigner } from 'vaultwire/pairing/phone';
import {
  completeSignData,
  encodeSignature,
  encodeSignData,
  publicKeyFingerprint,
  publicKeyFingerprintText,
  verifySignature,
} from 'vaultwire/pairing/ssh';
import { encodeAuthenticationMessage, encodeRegistrationMessage } from 'vaultwire/pairing/u2f';
import { openChannels, startRelay, type RunningRelay } from '../../reference/src/channels/index.js';
import { linesOf } from '../../reference/src/phone/lines.js';
import { describeConsent, describePolicy, jsonScreen, textScreen } from '../../reference/src/phone/screen.js';
import { generateSshKey, sshSigner } from '../../reference/src/phone/ssh-key.js';
import { refused } from '../support/refused.js';
import { MovableRelay } from './movable-relay.js';
import { ALICE, Log, newPhone, openedPhone, PhoneProcess, RawComputer, world } from './phone-support.js';
import { CLI, temporaryFolder, whenDone } from './support.js';

const SESSION_ID = new Uint8Array(32).fill(9);

async function relay(): Promise<RunningRelay> {
  const running = await startRelay();
  whenDone(() => running.close().catch(() => undefined));
  return running;
}

/** A login over SSH, as an agent asks for it. */
function login(publicKey: Uint8Array, hostAuth?: SignRequest['hostAuth'], user = 'alice'): SignRequest {
  const data = encodeSignData({
    kind: 'user-auth',
    sessionId: SESSION_ID,
    user,
    service: 'ssh-connection',
    algorithm: 'ssh-ed25519',
    hostBound: false,
  });
  return { kind: 'sign', data, fingerprint: publicKeyFingerprint(publicKey), ...(hostAuth && { hostAuth }) };
}

/** What a host proves of itself in a login. */
async function proven(host: SshSigner, ...hostNames: string[]): Promise<NonNullable<SignRequest['hostAuth']>> {
  const blob = new Uint8Array(await host.sign(SESSION_ID, 'ssh-ed25519'));
  return { hostKey: host.publicKey, signature: encodeSignature({ algorithm: 'ssh-ed25519', blob }), hostNames };
}

/** Lets streams deliver what was written to them. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const sha256 = (data: Uint8Array | string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(createHash('sha256').update(data).digest());
const b64url = (data: Uint8Array | string): string => Buffer.from(data).toString('base64url');

describe('a phone and a computer', () => {
  it.each(['queue', 'relay', 'both'])('sign over: %s', async (channels) => {
    const choice = {
      ...(channels !== 'relay' && { queue: await temporaryFolder() }),
      ...(channels !== 'queue' && { relay: (await relay()).url }),
    };
    const { phone, screen, pair } = await world(choice);
    const { computer, pairing } = await pair('laptop');
    const { ssh } = phone.keys;
    expect((await computer.paired).publicKeyWire).toEqual(ssh.publicKey);
    const { signature } = await computer.request(login(ssh.publicKey));
    const message = completeSignData(login(ssh.publicKey).data, ssh.publicKey);
    expect(
      await verifySignature(ssh.publicKey, encodeSignature({ algorithm: 'ssh-ed25519', blob: signature }), message),
    ).toBe(true);
    expect(screen.asked.all).toHaveLength(1);
    screen.decide = () => ({ approve: false });
    await refused('request-rejected', () => computer.request(login(ssh.publicKey)));
    expect(screen.asked.all).toHaveLength(2);

    await computer.unpair();
    expect(await pairing.over).toBe('unpaired-by-computer');
    expect(await phone.pairings()).toEqual([]);
  });

  it('do without asking what is never asked about, and ask about the rest', async () => {
    const { screen, pair } = await world({ queue: await temporaryFolder() }, { neverAsk: ['hosts'] });
    const { computer } = await pair('laptop');
    expect(await computer.request({ kind: 'hosts' })).toMatchObject({ pgpUserIds: [ALICE] });
    expect(screen.asked.all).toEqual([]);
    screen.decide = () => ({ approve: false });
    await refused('request-rejected', () =>
      computer.request({ kind: 'u2f-register', challenge: new Uint8Array(32), appId: 'https://example.com' }),
    );
    expect(screen.asked.all).toHaveLength(1);
  });

  it('show a request once that comes over both channels, and again and again', async () => {
    const choice = { queue: await temporaryFolder(), relay: (await relay()).url };
    const { phone, screen, running } = await world(choice);
    const computer = new RawComputer(choice);
    const identifier = pairingIdentifier(decodeQrText(computer.qrText).publicKey);
    const kept = await phone.newPairing({ identifier, computer: 'by hand', channels: choice });
    const { session } = await running.start(kept, computer.qrText);
    await computer.greet();
    let approve: () => void = () => undefined;
    screen.decide = () =>
      new Promise<Decision>((resolve) => {
        approve = () => {
          resolve({ approve: true });
        };
      });
    const { publicKey } = phone.keys.ssh;
    for (let time = 0; time < 3; time++) await computer.send('once', login(publicKey));
    await screen.asked.until(() => true);
    await computer.answers.until(({ body }) => body.kind === 'ack');
    approve();
    const { body } = await computer.answer('once');
    // Answered already: the same answer again, and nobody is asked.
    const before = computer.to('once').length;
    await computer.send('once', login(publicKey));
    await computer.answers.until(() => computer.to('once').length > before);
    await computer.send('last', login(publicKey));
    await screen.asked.until(({ requestId }) => requestId === 'last');
    approve();
    await computer.answer('last');
    expect(screen.asked.all.map(({ requestId }) => requestId)).toEqual(['once', 'last']);
    for (const answer of computer.to('once')) expect(answer.body).toEqual(body);
    expect(screen.events.all.filter(({ type }) => type === 'signed')).toHaveLength(2);
    expect(session.counters().duplicates).toBeGreaterThanOrEqual(3);
  });

  it('go on when the relay was restarted', async () => {
    const movable = await MovableRelay.start();
    const { phone, pair } = await world({ relay: movable.url });
    const { computer } = await pair('laptop');
    await movable.stop();
    const asking = computer.request(login(phone.keys.ssh.publicKey));
    await movable.restart();
    expect((await asking).signature).toHaveLength(64);
  });

  it('go on over one channel when the other is gone', async () => {
    const gone = await relay();
    const { phone, pair } = await world({ queue: await temporaryFolder(), relay: gone.url });
    const { computer } = await pair('laptop');
    await gone.close();
    expect((await computer.request(login(phone.keys.ssh.publicKey))).signature).toHaveLength(64);
  });

  it('go on under a flood of messages that do not open, and remember nothing of it', async () => {
    const choice = { queue: await temporaryFolder(), relay: (await relay()).url };
    const { phone, screen, pair } = await world(choice);
    const { computer, pairing } = await pair('laptop');
    const { publicKey } = phone.keys.ssh;
    await computer.request(login(publicKey));
    const before = (await pairing.kept.store.load())?.length ?? 0;
    const { toPhone, toComputer } = queueNames(decodeQrText(computer.qrText).publicKey);
    const flood = openChannels(choice, { sendQueue: toPhone, receiveQueue: `${toComputer}-nobody` });
    const [queue, relayed] = flood;
    for (const channel of flood) whenDone(() => channel.close());
    // What cannot open, what is not even framed, and a key as only another phone would send it.
    const junk = (index: number): Uint8Array =>
      new Uint8Array(Buffer.concat([Buffer.of(index % 4), randomBytes(40 + (index % 300))]));
    for (let index = 0; index < 2000; index += 100) {
      await Promise.all(Array.from({ length: 100 }, (_, offset) => relayed!.send(junk(index + offset))));
    }
    for (let index = 0; index < 200; index++) await queue!.send(junk(index));
    expect((await computer.request(login(publicKey))).signature).toHaveLength(64);
    expect(screen.asked.all).toHaveLength(2);
    const { undecryptable, malformed, legacy } = pairing.session.counters();
    expect(undecryptable + malformed + legacy).toBeGreaterThanOrEqual(2000);
    expect((await pairing.kept.store.load())?.length ?? 0).toBeLessThan(before + 4096);
  });

  it('remember a host by its key, in all pairings, and refuse another key', async () => {
    const { phone, screen, pair } = await world({ queue: await temporaryFolder() });
    const [laptop, desktop] = [await pair('laptop'), await pair('desktop')];
    const { publicKey } = phone.keys.ssh;
    const host = sshSigner(await generateSshKey('ed25519'));
    await laptop.computer.request(login(publicKey, await proven(host, 'git.example.com')));
    const [first] = screen.asked.all;
    expect(first).toMatchObject({ hostVerified: true, mayRemember: true });
    expect(first?.claimed).toContainEqual({ name: 'host', value: 'git.example.com' });
    await screen.events.until(({ type }) => type === 'pinned');

    screen.decide = () => ({ approve: true, remember: 'this' });
    await desktop.computer.request(login(publicKey, await proven(host, 'git.example.com')));
    expect(screen.asked.all[1]?.verified).toContainEqual({ name: 'host', value: 'git.example.com' });
    // Approved for three hours: this user at this host, and no other.
    await desktop.computer.request(login(publicKey, await proven(host, 'git.example.com')));
    expect(screen.asked.all).toHaveLength(2);
    await desktop.computer.request(login(publicKey, await proven(host, 'git.example.com'), 'root'));
    expect(screen.asked.all).toHaveLength(3);

    const impostor = sshSigner(await generateSshKey('ed25519'));
    for (const { computer } of [laptop, desktop]) {
      const auth = await proven(impostor, 'git.example.com');
      const error = await refused('request-failed', () => computer.request(login(publicKey, auth)));
      expect(error.message).toContain(HOST_KEY_MISMATCHED);
    }
    expect(screen.asked.all).toHaveLength(3);
    expect(phone.pins()).toEqual([{ hostName: 'git.example.com', hostKey: host.publicKey }]);
    expect(phone.hosts()).toContainEqual({ user: 'alice', host: 'git.example.com' });
    await laptop.computer.request({ kind: 'me', pgpUserId: 'Somebody Else <else@example.com>' });
    const { hosts, pgpUserIds } = await laptop.computer.request({ kind: 'hosts' });
    expect(hosts).toEqual(phone.hosts());
    expect(pgpUserIds).toEqual([ALICE]);
  });

  it('approve or reject without asking where nobody is to be asked', async () => {
    const { phone, screen, pair } = await world({ queue: await temporaryFolder() }, { approve: 'never' });
    const { computer } = await pair('laptop');
    await refused('request-rejected', () => computer.request(login(phone.keys.ssh.publicKey)));
    const all = await world({ queue: await temporaryFolder() }, { approve: 'all', remember: 'kind' });
    const other = await all.pair('laptop');
    const { signature } = await other.computer.request({
      kind: 'u2f-register',
      challenge: SESSION_ID,
      appId: 'https://a.example',
    });
    await other.computer.request({ kind: 'u2f-register', challenge: SESSION_ID, appId: 'https://b.example' });
    expect(signature.length).toBeGreaterThan(60);
    const by = all.screen.events.all.flatMap((event) => (event.type === 'signed' ? [event.approvedBy] : []));
    expect(by).toEqual(['user', 'policy']);
    expect([...screen.asked.all, ...all.screen.asked.all]).toEqual([]);
  });
});

describe('the phone as a security key', () => {
  /** npm's u2f: what relying parties of U2F itself use. */
  const u2f = createRequire(import.meta.url)('u2f') as {
    request(appId: string, keyHandle?: string): { readonly challenge: string };
    checkRegistration(request: object, result: object): { successful?: boolean; publicKey: string; keyHandle: string };
    checkSignature(request: object, result: object, publicKey: string): { successful?: boolean; counter: number };
  };

  it('registers and signs in at a relying party of U2F', async () => {
    const { phone, screen, pair } = await world({ queue: await temporaryFolder() });
    const { computer } = await pair('browser');
    const appId = 'https://relying.example';
    const request = u2f.request(appId);
    const clientData = JSON.stringify({ typ: 'navigator.id.finishEnrollment', challenge: request.challenge });
    const made = await computer.request({ kind: 'u2f-register', challenge: sha256(clientData), appId });
    expect(screen.asked.all[0]?.verified).toEqual([{ name: 'app id', value: appId }]);
    const registered = u2f.checkRegistration(request, {
      clientData: b64url(clientData),
      registrationData: b64url(encodeRegistrationMessage(made)),
    });
    expect(registered.successful).toBe(true);

    const counters: number[] = [];
    for (let time = 0; time < 3; time++) {
      const signIn = u2f.request(appId, registered.keyHandle);
      const signed = JSON.stringify({ typ: 'navigator.id.getAssertion', challenge: signIn.challenge });
      const challenge = sha256(signed);
      const keyHandle = made.keyHandle;
      const answer = await computer.request({ kind: 'u2f-authenticate', challenge, appId, keyHandle });
      const signatureData = b64url(encodeAuthenticationMessage(answer));
      const checked = u2f.checkSignature(signIn, { clientData: b64url(signed), signatureData }, registered.publicKey);
      expect(checked.successful).toBe(true);
      counters.push(checked.counter);
    }
    expect(counters).toEqual([1, 2, 3]);
    expect(phone.u2fAccounts()).toEqual([appId]);

    // Another relying party gets nothing out of the handle, and another phone has no use for it.
    const elsewhere = { kind: 'u2f-authenticate', challenge: SESSION_ID, appId: 'https://evil.example' } as const;
    await refused('request-failed', () => computer.request({ ...elsewhere, keyHandle: made.keyHandle }));
    const other = await (await world({ queue: await temporaryFolder() })).pair('browser');
    const { keyHandle } = made;
    await refused('request-failed', () =>
      other.computer.request({ kind: 'u2f-authenticate', challenge: SESSION_ID, appId, keyHandle }),
    );
  });

  it('registers and signs in at a relying party of WebAuthn, and for OpenSSL', async () => {
    const { computer } = await (await world({ relay: (await relay()).url })).pair('browser');
    const rpId = 'relying.example';
    const origin = `https://${rpId}`;
    const clientData = (type: string, challenge: string): string => JSON.stringify({ type, challenge, origin });
    const challenge = b64url(randomBytes(32));
    const created = clientData('webauthn.create', challenge);
    const made = await computer.request({ kind: 'u2f-register', challenge: sha256(created), appId: rpId });
    const { keyHandle, publicKey, attestationCertificate } = made;
    const coseKey = new Map<number, number | Uint8Array<ArrayBuffer>>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, publicKey.slice(1, 33)],
      [-3, publicKey.slice(33)],
    ]);
    const authData = new Uint8Array(
      Buffer.concat([
        sha256(rpId),
        Buffer.of(0x41, 0, 0, 0, 0),
        Buffer.alloc(16),
        Buffer.of(0, keyHandle.length),
        keyHandle,
        isoCBOR.encode(coseKey),
      ]),
    );
    const statement = new Map<string, unknown>([
      ['x5c', [attestationCertificate]],
      ['sig', made.signature],
    ]);
    const attestation = new Map<string, unknown>([
      ['fmt', 'fido-u2f'],
      ['attStmt', statement],
      ['authData', authData],
    ]);
    const named = {
      id: b64url(keyHandle),
      rawId: b64url(keyHandle),
      type: 'public-key' as const,
      clientExtensionResults: {},
    };
    const expected = { expectedOrigin: origin, expectedRPID: rpId, requireUserVerification: false };
    const registered = await verifyRegistrationResponse({
      response: {
        ...named,
        response: {
          clientDataJSON: b64url(created),
          attestationObject: b64url(isoCBOR.encode(attestation as never)),
        },
      },
      ...expected,
      expectedChallenge: challenge,
    });
    expect(registered.verified).toBe(true);
    const credential = registered.registrationInfo!.credential;

    const next = b64url(randomBytes(32));
    const got = clientData('webauthn.get', next);
    const answer = await computer.request({ kind: 'u2f-authenticate', challenge: sha256(got), appId: rpId, keyHandle });
    const message = encodeAuthenticationMessage(answer);
    const authenticatorData = Buffer.concat([sha256(rpId), message.subarray(0, 5)]);
    const checked = await verifyAuthenticationResponse({
      response: {
        ...named,
        response: {
          clientDataJSON: b64url(got),
          authenticatorData: b64url(authenticatorData),
          signature: b64url(answer.signature),
        },
      },
      ...expected,
      expectedChallenge: next,
      credential,
    });
    expect(checked).toMatchObject({ verified: true, authenticationInfo: { newCounter: 1 } });

    const spki = Buffer.concat([Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex'), publicKey]);
    const openssl = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    const input = Buffer.concat([authenticatorData, sha256(got)]);
    expect(verify('sha256', input, openssl, answer.signature)).toBe(true);
  });
});

describe("the phone's screen", () => {
  const consent: Consent = {
    requestId: 'one',
    computer: 'laptop',
    subject: { kind: 'ssh-login', user: 'alice', algorithm: 'ssh-ed25519', hostVerified: false, hostNames: [] },
    hostVerified: false,
    verified: [{ name: 'user', value: 'alice' }],
    claimed: [{ name: 'command', value: 'ssh example.com' }],
    mayRemember: false,
    until: 0,
  };
  const signature: Consent = {
    ...consent,
    requestId: 'two',
    subject: { kind: 'u2f-authenticate', appId: 'https://a.example' },
    mayRemember: true,
  };

  it('tells what is certain from what is only said', () => {
    const text = describeConsent(consent);
    expect(text).toMatch(/certain:\n +user +alice\n +only said by the computer:\n +command +ssh example\.com/);
    expect(text).toContain('nothing proves which one it is');
    expect(text).not.toContain('3 hours');
    expect(text).toMatch(/\nApprove\?\n {4}y +yes\n {4}n +no\n$/);
  });

  it('says what will not be asked about again, and offers nothing that the computer alone says', async () => {
    expect(describeConsent(signature, 200)).toMatch(
      /\n {4}t +yes, and [^\n]+ 3 hours: u2f-authenticate https:\/\/a\.exa/,
    );
    expect(describeConsent(signature, 200)).toMatch(/\n {4}a +yes, and [^\n]+ 3 hours: every u2f-authenticate\n$/);
    const hostKey = new Uint8Array([1]);
    const known: Consent['subject'] = {
      kind: 'ssh-login',
      user: 'alice\u202e',
      algorithm: 'ssh-ed25519',
      hostVerified: true,
      hostKey,
      hostNames: [],
    };
    const scope = `ssh-login as alice\ufffd at the host with the key ${publicKeyFingerprintText(hostKey)}`;
    expect(describeConsent({ ...consent, subject: known, mayRemember: true }, 200)).toContain(`3 hours: ${scope}\n`);

    const content = {
      type: 'tag',
      object: 'a',
      objectType: 'commit',
      tag: 'b',
      tagger: 'c',
      message: hostKey,
    } as const;
    const git: Consent = { ...signature, subject: { kind: 'git-tag', userId: 'Alice', content } };
    expect(describeConsent(git)).not.toMatch(/\n {4}t/);
    const { input, shown, screen } = typed();
    const asked = screen.ask('p', git, never);
    input.write('t\n');
    await shown.until((text) => text.startsWith('Approve?'));
    input.write('a\n');
    expect(await asked).toEqual({ approve: true, remember: 'kind' });
  });

  it('lets no text reach the margin, however long or wide it is', () => {
    const fake = 'host       github.com';
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 200 }),
        fc.constantFrom('x', '宽', '🔑'),
        fc.constantFrom(40, 80, 133),
        (length, filler, columns) => {
          const value = `${filler.repeat(length)}${fake}`;
          const plain = { ...consent, verified: [{ name: 'command', value: 'x' }] } as const;
          const long: Consent = { ...plain, computer: value, verified: [{ name: 'command', value }] };
          const [head = '', ...lines] = describeConsent(long, columns).trim().split('\n');
          expect(head.length).toBeLessThan(80);
          expect(head).toMatch(/ wants to log in over SSH\.$/);
          const added = lines.filter((line) => !describeConsent(plain, columns).includes(line));
          for (const line of added) {
            expect(line).toMatch(/^ {4}(?: {11}|command {4})/);
            const width = Array.from(line).reduce((sum, character) => sum + (character > '~' ? 2 : 1), 0);
            expect(width).toBeLessThan(columns);
          }
          expect(added.map((line) => line.slice(15)).join('')).toBe(value);
        },
      ),
    );
  });

  function typed(isTerminal = false) {
    const input = new PassThrough();
    const shown = new Log<string>();
    const lines = linesOf(input);
    whenDone(() => {
      lines.close();
      return Promise.resolve();
    });
    return { input, shown, screen: textScreen(lines, shown.add, isTerminal) };
  }
  const never = new AbortController().signal;

  it('shows no text that moves the cursor', () => {
    const hostName = 'host\u001b[2J\u202e.example';
    const hostKey = new Uint8Array([1]);
    const { shown, screen } = typed();
    screen.show({
      pairing: 'p',
      computer: 'lap\u001b]0;\u0007top\n',
      event: { type: 'pinned', pin: { hostName, hostKey } },
    });
    const policy = { from: 0, until: 1, scope: 'this', kind: 'git-commit', about: 'Alice\u001b[2J' } as const;
    for (const text of [...shown.all.map((line) => line.slice(0, -1)), describePolicy(policy).about]) {
      expect(text).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    }
    expect(describePolicy({ from: 0, until: 1, scope: 'kind', kind: 'hosts' }).about).toBe('every hosts');
  });

  it('takes an answer that it offered, and no other', async () => {
    const { input, shown, screen } = typed();
    const first = screen.ask('p', consent, never);
    const second = screen.ask('p', signature, never);
    input.write('perhaps\nt\na\n\nY\nT\n');
    expect(await first).toEqual({ approve: true });
    expect(await second).toEqual({ approve: true, remember: 'this' });
    expect(shown.all.filter((text) => text.startsWith('Approve?'))).toHaveLength(4);
    const third = screen.ask('p', signature, never);
    const fourth = screen.ask('p', signature, never);
    const fifth = screen.ask('p', signature, never);
    input.end('a\nno\n');
    expect(await third).toEqual({ approve: true, remember: 'kind' });
    expect(await fourth).toEqual({ approve: false });
    // Nobody is there any more.
    expect(await fifth).toEqual({ approve: false });
  });

  it('drops a question that is withdrawn, and what was typed before a question', async () => {
    const { input, shown, screen } = typed(true);
    const controller = new AbortController();
    const first = screen.ask('p', consent, controller.signal);
    const second = screen.ask('p', consent, never);
    await shown.until((text) => text.includes('wants to log in'));
    controller.abort();
    const third = screen.ask('p', consent, controller.signal);
    expect(await first).toEqual({ approve: false });
    await shown.until((text) => text.startsWith('No longer asked.'));
    input.write('\n');
    await shown.until(
      (text) => text.includes('wants to log in') && shown.all.indexOf(text) < shown.all.lastIndexOf(text),
    );
    input.write('y\n');
    expect(await second).toEqual({ approve: true });
    expect(await third).toEqual({ approve: false });
    // Typed while nothing is asked.
    input.write('y\n');
    await settle();
    const fourth = screen.ask('p', consent, never);
    await settle();
    input.write('n\n');
    expect(await fourth).toEqual({ approve: false });
    input.write('yes\n');
    await settle();
    const confirming = screen.confirm('123 456');
    await shown.until((text) => text.includes('123 456'));
    input.write('no\n');
    expect(await confirming).toBe(false);
  });

  it.each([true, false])(
    'takes no yes for the next question that was meant for a withdrawn one: %s',
    async (terminal) => {
      const { input, shown, screen } = typed(terminal);
      const next: Consent = { ...signature, computer: 'server' };
      const withdrawn = async (): Promise<void> => {
        const controller = new AbortController();
        const before = shown.all.length;
        const asked = screen.ask('p', consent, controller.signal);
        await shown.until((text) => shown.all.lastIndexOf(text) >= before && text.includes('wants to log in'));
        controller.abort();
        expect(await asked).toEqual({ approve: false });
      };
      const count = (part: string): number => shown.all.filter((text) => text.includes(part)).length;
      await withdrawn();
      const asking = screen.ask('p', next, never);
      input.write('y\na\n');
      await shown.until(() => count('Press Enter') === 3);
      expect(count('server wants')).toBe(0);
      input.write('\n');
      await shown.until(() => count('server wants') === 1);
      input.write('n\n');
      expect(await asking).toEqual({ approve: false });

      await withdrawn();
      const confirming = screen.confirm('123 456');
      input.write('yes\n');
      await shown.until(() => count('Press Enter') === 5);
      expect(count('123 456')).toBe(0);
      input.write('\n');
      await shown.until(() => count('123 456') === 1);
      input.write('yes\n');
      expect(await confirming).toBe(true);

      await withdrawn();
      const controller = new AbortController();
      const unseen = screen.ask('p', next, controller.signal);
      controller.abort();
      expect(await unseen).toEqual({ approve: false });
      const last = [screen.ask('p', next, never), screen.confirm('123 456')];
      input.end('y\n');
      expect(await Promise.all(last)).toEqual([{ approve: false }, false]);
      expect(count('server wants')).toBe(1);
    },
  );

  it('keeps a bounded number of lines of bounded length', async () => {
    const input = new PassThrough();
    const lines = linesOf(input);
    input.end(`${'x'.repeat(65 * 1024)}\n${'y\n'.repeat(2000)}`);
    await settle();
    const read: (string | undefined)[] = [];
    for (let count = 0; count < 1100; count++) read.push(await lines.next());
    expect(read.filter((line) => line === 'y')).toHaveLength(1024);
    expect(new Set(read)).toEqual(new Set(['y', undefined]));
  });

  it('speaks JSON with programs', async () => {
    const input = new PassThrough();
    const lines = linesOf(input);
    const shown: string[] = [];
    const screen = jsonScreen(lines, (text) => shown.push(text));
    const controller = new AbortController();
    const asked = ['one', 'two', 'three', 'four'].map((requestId) =>
      screen.ask('p', { ...signature, requestId }, requestId === 'three' ? controller.signal : never),
    );
    const say = (line: unknown): boolean => input.write(`${typeof line === 'string' ? line : JSON.stringify(line)}\n`);
    for (const line of [
      'nonsense',
      'null',
      { requestId: 'one', approve: true },
      { pairing: 'p', requestId: 'one', approve: 'yes' },
      { pairing: 'p', requestId: 'one', approve: true, remember: 'ever' },
    ]) {
      say(line);
    }
    say({ pairing: 'other', requestId: 'one', approve: true });
    say({ pairing: 'p', requestId: 'two', approve: false });
    say({ pairing: 'p', requestId: 'one', approve: true, remember: 'kind' });
    expect(await asked[0]).toEqual({ approve: true, remember: 'kind' });
    expect(await asked[1]).toEqual({ approve: false });
    controller.abort();
    expect(await asked[2]).toEqual({ approve: false });
    input.end();
    expect(await asked[3]).toEqual({ approve: false });
    expect(await screen.ask('p', signature, never)).toEqual({ approve: false });
    const events = shown.map((text) => (JSON.parse(text) as { event: string }).event);
    expect(events.filter((event) => event === 'asked')).toHaveLength(4);
    expect(events.filter((event) => event === 'not-understood')).toHaveLength(5);
    expect(events).toContain('withdrawn');
  });
});

describe('vaultwire phone', { timeout: 120_000 }, () => {
  it('pairs, answers, lists and forgets hosts, and unpairs, one process after the other', async () => {
    const folder = await newPhone();
    const queue = await temporaryFolder();
    const computer = new RawComputer({ queue });
    const phone = await openedPhone(folder);
    const { publicKey } = phone.keys.ssh;
    await phone.close();

    const pairing = await PhoneProcess.start(folder, ['pair', '--queue', queue, '--json']);
    pairing.write(computer.qrText);
    await computer.greet();
    expect(await pairing.event('comparison-code')).toMatchObject({
      code: expect.stringMatching(/^\d{3} \d{3}$/) as unknown,
    });
    expect((await pairing.ended).code).toBe(0);

    const host = sshSigner(await generateSshKey('ed25519'));
    const running = await PhoneProcess.start(folder, ['run', '--json']);
    await running.event('ready');
    const second = await PhoneProcess.start(folder, ['run', '--json']);
    expect((await second.ended).code).toBe(1);
    expect(second.errors.join('')).toMatch(/in use by process \d+/);
    await computer.send('login', login(publicKey, await proven(host, 'host.example')));
    const asked = await running.event('asked');
    expect(asked).toMatchObject({ requestId: 'login', kind: 'ssh-login', hostVerified: true, computer: 'by hand' });
    running.write(JSON.stringify({ pairing: asked['pairing'], requestId: 'login', approve: true, remember: 'this' }));
    expect((await computer.answer('login')).body).toHaveProperty('signature');
    await running.event('pinned');
    expect(await running.stop()).toBe(0);

    const text = await PhoneProcess.start(folder, ['run']);
    text.write('n');
    await computer.send('typed', login(publicKey));
    expect((await computer.answer('typed')).body).toMatchObject({ error: 'rejected' });
    expect(await text.stop()).toBe(0);
    expect(text.texts.join('\n')).toContain('by hand wants to log in over SSH.');

    const approvals = async (...options: string[]): Promise<string> => {
      const listing = await PhoneProcess.start(folder, ['pairings', ...options]);
      expect((await listing.ended).code).toBe(0);
      return listing.texts.join('\n');
    };
    expect(await approvals()).toMatch(/^by hand .*\n {2}without asking until \S+: ssh-login as alice at the host with/);
    expect(await approvals('--ask-again')).not.toContain('without asking');
    expect(await approvals()).not.toContain('without asking');
    const listed = await PhoneProcess.start(folder, ['pins']);
    await listed.ended;
    expect(listed.texts.join('\n')).toMatch(/^host\.example with the key SHA256:/);
    const forgot = await PhoneProcess.start(folder, ['pins', '--forget', 'host.example']);
    expect((await forgot.ended).code).toBe(0);
    const impostor = sshSigner(await generateSshKey('ed25519'));
    const all = await PhoneProcess.start(folder, ['run', '--approve', 'all', '--json']);
    await all.event('ready');
    await computer.send('again', login(publicKey, await proven(impostor, 'host.example')));
    expect((await computer.answer('again')).body).toHaveProperty('signature');
    expect(await all.stop()).toBe(0);

    const unpairing = await PhoneProcess.start(folder, ['unpair', 'by hand']);
    expect((await unpairing.ended).code).toBe(0);
    await computer.answers.until(({ body }) => body.kind === 'unpair');
    const nothing = await PhoneProcess.start(folder, ['run']);
    expect((await nothing.ended).code).toBe(1);
    expect(nothing.errors.join('')).toContain('no computer is paired');
    expect(await readdir(join(folder, 'pairings'))).toEqual([]);
  });

  it('has the user ids that it was made with', async () => {
    const folder = join(await temporaryFolder(), 'phone');
    const more = ['A Work <a@work.example>', 'A <a@home.example>'];
    const options = ['--email', 'a@example.com', '--name', 'A', ...more.flatMap((userId) => ['--user-id', userId])];
    const init = await PhoneProcess.start(folder, ['init', '--json', ...options]);
    expect((await init.ended).code, init.errors.join('')).toBe(0);
    expect(await (await openedPhone(folder)).pgpUserIds()).toEqual(['A <a@example.com>', ...more]);
  });

  it('asks for nothing on the command line that makes no sense, and takes no other passphrase', async () => {
    const folder = await newPhone();
    expect((await (await PhoneProcess.start(folder, ['pair', '{}'])).ended).code).toBe(2);
    expect((await (await PhoneProcess.start(folder, ['run', '--approve', 'maybe'])).ended).code).toBe(2);
    const nonsense = await PhoneProcess.start(folder, ['pair', '--queue', folder, 'nonsense']);
    expect((await nonsense.ended).code).toBe(1);
    const other = await newPhone({ passphrase: 'another' });
    const wrong = await PhoneProcess.start(other, ['pins']);
    expect((await wrong.ended).code).toBe(1);
    expect(wrong.errors.join('')).toContain('expected another passphrase');
    const silent = spawnSync(process.execPath, [CLI, 'phone', 'pins', '--home', folder], { input: '' });
    expect(silent.status).toBe(1);
    expect(silent.stderr.toString()).toContain('expected --passphrase-file');
    const init = await PhoneProcess.start(folder, ['init', '--email', 'a@example.com']);
    expect((await init.ended).code).toBe(1);
    expect(init.errors.join('')).toContain('holds the keys of a phone already');
  });

  it('tells the computer nothing before its user has compared the codes, where that is wanted', async () => {
    const folder = await newPhone();
    const queue = await temporaryFolder();
    for (const [said, code] of [
      ['no', 1],
      ['yes', 0],
    ] as const) {
      const computer = new RawComputer({ queue });
      const options = ['--queue', queue, '--compare', '--json'];
      const pairing = await PhoneProcess.start(folder, ['pair', computer.qrText, ...options]);
      const greeting = computer.greet();
      greeting.catch(() => undefined);
      const { code: shown } = await pairing.event('confirm');
      expect(shown).toBe((await pairing.event('comparison-code'))['code']);
      expect(computer.answers.all.filter(({ body }) => body.kind === 'me')).toEqual([]);
      pairing.write(said);
      if (said === 'yes') await greeting;
      expect((await pairing.ended).code).toBe(code);
      expect(await readdir(join(folder, 'pairings'))).toHaveLength(said === 'yes' ? 1 : 0);
      expect(computer.answers.all.filter(({ body }) => body.kind === 'me')).toHaveLength(said === 'yes' ? 1 : 0);
    }
  });

  it('never gives two answers to one request, whenever it is killed', async () => {
    const folder = await newPhone();
    const queue = await temporaryFolder();
    const computer = new RawComputer({ queue });
    const pairing = await PhoneProcess.start(folder, [
      'pair',
      computer.qrText,
      '--queue',
      queue,
      '--json',
      '--run',
      '--approve',
      'all',
    ]);
    await computer.greet();
    const appId = 'https://relying.example';
    await computer.send('register', { kind: 'u2f-register', challenge: SESSION_ID, appId });
    const registered = await computer.answer('register');
    if (registered.body.kind !== 'u2f-register' || 'error' in registered.body) throw new Error('expected a key');
    const { keyHandle } = registered.body;
    await pairing.kill();

    // Each signature of a security key counts: no two of them are the same.
    const moments = {
      asked: () => Promise.resolve(),
      decided: () => Promise.resolve(),
      saved: () => changeIn(join(folder, 'pairings')),
      counted: () => changeIn(folder),
      signed: (phone: PhoneProcess, requestId: string) =>
        phone.event('signed', (line) => line['requestId'] === requestId),
      answered: (_phone: PhoneProcess, requestId: string) => computer.answer(requestId),
    };
    const outcomes: string[] = [];
    for (const [moment, until] of Object.entries(moments)) {
      const first = await PhoneProcess.start(folder, ['run', '--json']);
      await first.event('ready');
      const request = { kind: 'u2f-authenticate', challenge: SESSION_ID, appId, keyHandle } as const;
      await computer.send(moment, request);
      const { pairing: identifier } = await first.event('asked', (line) => line['requestId'] === moment);
      const reached = until(first, moment);
      if (moment !== 'asked') first.write(JSON.stringify({ pairing: identifier, requestId: moment, approve: true }));
      await reached;
      await first.kill();

      // Whoever asks now is told no: what comes as a signature was approved before.
      const second = await PhoneProcess.start(folder, ['run', '--json', '--approve', 'never']);
      await second.event('ready');
      await computer.send(moment, request);
      await computer.send(moment, request);
      await computer.answer(moment);
      const heard = computer.to(moment).length;
      await computer.send(moment, request);
      await computer.answers.until(() => computer.to(moment).length > heard);
      expect(await second.stop()).toBe(0);
      const answers = new Set(computer.to(moment).map(({ body }) => JSON.stringify(body)));
      expect([moment, [...answers]]).toEqual([moment, [expect.anything()]]);
      const signed = [...first.lines.all, ...second.lines.all].filter(
        ({ event, requestId }) => event === 'signed' && requestId === moment,
      );
      expect(signed.length).toBeLessThanOrEqual(1);
      const { body } = await computer.answer(moment);
      outcomes.push(`${moment}: ${'error' in body ? body.error : 'signed'}`);
    }
    expect(outcomes[0]).toBe('asked: rejected');
    expect(outcomes.at(-1)).toBe('answered: signed');
    const counters = computer.answers.all.flatMap(({ body }) => ('counter' in body ? [body.counter] : []));
    expect([...new Set(counters)].sort((a, b) => a - b)).toEqual([...new Set(counters)]);
    expect((await readFile(join(folder, 'keys.age'))).length).toBeGreaterThan(0);
  });
});

/** Resolves when something in a folder changes. */
function changeIn(folder: string): Promise<void> {
  return new Promise((resolve) => {
    const watcher = watch(folder, () => {
      watcher.close();
      resolve();
    });
  });
}
