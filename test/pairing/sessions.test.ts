import { describe, expect, test, vi } from 'vitest';
import { nobleBox } from '../../src/crypto/box.js';
import { FLUSH_MILLISECONDS, type Channel, type MakeChannels } from '../../src/pairing/channel.js';
import { startComputerSession } from '../../src/pairing/computer-session.js';
import { MAXIMUM_WAITING_EFFECTS } from '../../src/pairing/driver.js';
import { decodeMessage, encodeCiphertextMessage, encodeKeyMessage } from '../../src/pairing/envelope.js';
import { comparisonCode } from '../../src/pairing/identity.js';
import { encodeAnswer, encodeRequest, type RequestBody } from '../../src/pairing/messages.js';
import { startPhoneSession } from '../../src/pairing/phone-session.js';
import { decodeQrText } from '../../src/pairing/qr.js';
import { completeSignData, publicKeyFingerprint, publicKeyFingerprintText } from '../../src/pairing/ssh.js';
import { memoryPairingStore, type PairingStore } from '../../src/pairing/store.js';
import { encodeUtf8 } from '../../src/wire/bytes.js';
import { VaultwireError } from '../../src/wire/error.js';
import {
  type FakeStore,
  hostKey,
  hostSignature,
  loginData,
  otherHostKey,
  PairOfEnds,
  phoneSshKey,
  sessionId,
  settle,
} from '../support/pairing.js';

const fingerprint = publicKeyFingerprint(phoneSshKey);
const login = (changes: Partial<Extract<RequestBody, { kind: 'sign' }>> = {}) => ({
  kind: 'sign' as const,
  data: loginData(),
  fingerprint,
  ...changes,
});
const hostAuth = (...hostNames: string[]) => ({ hostKey, signature: hostSignature(2), hostNames });
const commit = {
  kind: 'git-sign' as const,
  userId: 'Ada <ada@example.com>',
  content: {
    type: 'commit' as const,
    tree: '0'.repeat(40),
    author: 'Ada <ada@example.com> 1700000000 +0000',
    committer: 'Ada <ada@example.com> 1700000000 +0000',
    message: encodeUtf8('A message\n'),
  },
};
const register = { kind: 'u2f-register' as const, challenge: new Uint8Array(32).fill(1), appId: 'https://example.com' };
const authenticate = (byte = 2) => ({
  kind: 'u2f-authenticate' as const,
  challenge: new Uint8Array(32).fill(byte),
  appId: 'https://example.com',
  keyHandle: new Uint8Array(80).fill(5),
});
const untilRejected = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => {
      throw new Error('expected a rejection');
    },
    (error: unknown) => error,
  );

describe('a pairing', () => {
  test('is made, asked, answered and ended', async () => {
    const ends = new PairOfEnds('first', 'second');
    const { computer, phone } = await ends.pair();
    expect(await computer.paired).toEqual({ email: 'ada@example.com', publicKeyWire: phoneSshKey });
    const answer = await computer.request(login({ command: 'git push', hostAuth: hostAuth('example.com') }));
    expect(answer.kind).toBe('sign');
    expect(answer.signature).toHaveLength(64);
    await computer.unpair();
    expect(await phone.ended).toBe('unpaired-by-computer');
    expect([ends.computerStore.secretKey, ends.phoneStore.secretKey]).toEqual([undefined, undefined]);
    expect([ends.computerStore.state, ends.phoneStore.state]).toEqual([undefined, undefined]);
    expect([ends.clock.timers, ends.network.receivers]).toEqual([0, 0]);
    await expect(computer.request(login())).rejects.toMatchObject({ code: 'pairing-ended' });
  });

  test('ends from the phone as well, and every request with it', async () => {
    const ends = new PairOfEnds();
    const { computer, phone } = await ends.pair();
    ends.decide = () => new Promise(() => undefined);
    const waiting = untilRejected(computer.request(login()));
    await phone.unpair();
    expect(await waiting).toMatchObject({ code: 'pairing-ended' });
    expect(await computer.ended).toBe('unpaired-by-phone');
    expect(await phone.ended).toBe('unpaired-by-phone');
  });

  test('answers every kind of request', async () => {
    const ends = new PairOfEnds();
    const { computer } = await ends.pair(
      {},
      {
        hosts: () => Promise.resolve({ hosts: [{ user: 'git', host: 'example.com' }], pgpUserIds: ['Ada'] }),
        me: ({ pgpUserId }) => ({ email: pgpUserId ?? 'nobody', deviceIdentifier: new Uint8Array([1]) }),
      },
    );
    expect(await computer.request({ kind: 'me', pgpUserId: 'Ada' })).toEqual({
      kind: 'me',
      me: { email: 'Ada', deviceIdentifier: new Uint8Array([1]), publicKeyWire: phoneSshKey },
    });
    expect(await computer.request({ kind: 'me', u2fOnly: true })).toEqual({
      kind: 'me',
      me: { email: 'nobody', deviceIdentifier: new Uint8Array([1]) },
    });
    expect(await computer.request({ kind: 'hosts' })).toEqual({
      kind: 'hosts',
      hosts: [{ user: 'git', host: 'example.com' }],
      pgpUserIds: ['Ada'],
    });
    await expect(computer.request({ kind: 'no-op' })).resolves.toBeUndefined();
    expect(await computer.request(commit)).toEqual({
      kind: 'git-sign',
      signature: encodeUtf8('an OpenPGP signature'),
    });
    expect((await computer.request(register)).keyHandle).toHaveLength(80);
    expect(await computer.request(authenticate())).toMatchObject({ kind: 'u2f-authenticate', counter: 1 });
    expect(ends.keys.signed.map(({ what }) => what)).toEqual([
      'git Ada <ada@example.com>',
      'register https://example.com',
      'authenticate https://example.com',
    ]);
  });

  test('signs the bytes of the login with the public key of the phone, and the host key where it is bound', async () => {
    const ends = new PairOfEnds();
    const { computer } = await ends.pair();
    const data = loginData({ hostBound: true });
    await computer.request(login({ data, hostAuth: hostAuth('example.com') }));
    expect(ends.keys.signed).toEqual([{ what: 'ssh', data: completeSignData(data, phoneSshKey, hostKey) }]);
  });

  test('says which refusal it was', async () => {
    const ends = new PairOfEnds();
    const { computer } = await ends.pair();
    ends.decide = () => Promise.resolve({ approve: false });
    await expect(computer.request(login())).rejects.toMatchObject({ code: 'request-rejected' });
    ends.decide = () => Promise.reject(new Error('the prompt broke'));
    await expect(computer.request(login())).rejects.toMatchObject({ code: 'request-rejected' });
    ends.decide = () => Promise.resolve(undefined as never);
    await expect(computer.request(login())).rejects.toMatchObject({ code: 'request-rejected' });
    await expect(computer.request(login({ fingerprint: new Uint8Array(32) }))).rejects.toMatchObject({
      code: 'request-failed',
      message: expect.stringContaining('unknown key fingerprint') as string,
    });
    expect(ends.keys.signed).toEqual([]);
  });

  test('tells the computer of a key that failed, and the phone of the reason', async () => {
    const ends = new PairOfEnds();
    const { computer } = await ends.pair(
      {},
      {
        keys: { ssh: { publicKey: phoneSshKey, sign: () => Promise.reject(new Error('no touch')) } },
      },
    );
    await expect(computer.request(login())).rejects.toMatchObject({ code: 'request-failed' });
    expect(ends.phoneEvents).toContainEqual(expect.objectContaining({ type: 'failed' }));
    // What the phone has no key for fails as well.
    await expect(computer.request(commit)).rejects.toMatchObject({ code: 'request-failed' });
    await expect(computer.request(authenticate())).rejects.toMatchObject({ code: 'request-failed' });
    await expect(computer.request(register)).rejects.toMatchObject({ code: 'request-failed' });
  });

  test('is not broken by an answer that does not fit into a message', async () => {
    const ends = new PairOfEnds();
    const { computer, phone } = await ends.pair();
    phone.setPushEndpoint('a'.repeat(300_000));
    const lost = untilRejected(computer.request(login()));
    await ends.clock.advance(30_000);
    expect(await lost).toMatchObject({ code: 'request-timeout' });
    expect(ends.phoneEvents).toContainEqual(expect.objectContaining({ type: 'failed' }));
    phone.setPushEndpoint(null);
    expect(await computer.request(login())).toMatchObject({ kind: 'sign' });
  });

  test('is not broken by a key that gives something else than a signature', async () => {
    const ends = new PairOfEnds();
    const { computer } = await ends.pair(
      {},
      {
        keys: { ssh: { publicKey: phoneSshKey, sign: () => Promise.resolve(new Uint8Array()) } },
      },
    );
    await expect(computer.request(login())).rejects.toMatchObject({ code: 'request-failed' });
    expect(await computer.request({ kind: 'hosts' })).toMatchObject({ kind: 'hosts' });
  });

  test('copies what it is given and what it gives', async () => {
    const ends = new PairOfEnds();
    const { computer } = await ends.pair();
    const body = authenticate(3);
    const answer = computer.request(body);
    body.challenge.fill(9);
    const { publicKey } = await answer;
    publicKey.fill(0);
    expect(ends.keys.signed[0]?.data).toEqual(new Uint8Array(32).fill(3));
    Object.assign(await computer.paired, { email: 'changed' });
    for (const event of ends.computerEvents) if (event.type === 'paired') Object.assign(event.me, { email: 'changed' });
    await computer.request({ kind: 'hosts' });
    await settle();
    ends.computerRun.kill();
    const again = await ends.startComputer();
    expect((await again.paired).email).toBe('ada@example.com');
  });

  test('refuses at once what cannot be sent', async () => {
    const ends = new PairOfEnds();
    const { computer } = await ends.pair();
    await expect(computer.request({ ...register, challenge: new Uint8Array(31) })).rejects.toThrow(VaultwireError);
    await expect(computer.request({ kind: 'unpair' } as never) as Promise<unknown>).rejects.toThrow(VaultwireError);
    expect(computer.pending()).toEqual([]);
    expect(await computer.request({ kind: 'hosts' })).toMatchObject({ kind: 'hosts' });
  });

  test('goes on when a listener throws', async () => {
    const ends = new PairOfEnds();
    const onEvent = (): never => {
      throw new Error('a listener broke');
    };
    const { computer } = await ends.pair({ onEvent }, { onEvent });
    expect(await computer.request(login())).toMatchObject({ kind: 'sign' });
  });

  test('takes the form of QR text that fits', async () => {
    const ends = new PairOfEnds();
    const plain = await ends.startComputer();
    expect(plain.qrText).toMatch(/^\{/);
    const browser = await startComputerSession({
      name: 'laptop',
      browser: { deviceIdentifier: new Uint8Array(16), name: 'Firefox' },
      channels: () => [],
      store: memoryPairingStore(),
      confirm: 'not-compared',
      clock: ends.clock,
    });
    expect(browser.qrText).toMatch(/^https:/);
    expect(decodeQrText(browser.qrText)).toMatchObject({ browser: 'Firefox', deviceIdentifier: new Uint8Array(16) });
    await ends.clock.advance(60_000);
    expect(await browser.ended).toBe('qr-expired');
    await ends.clock.advance(30_000);
    expect(await plain.ended).toBe('qr-expired');
    await expect(plain.paired).rejects.toMatchObject({ code: 'pairing-ended' });
  });
});

describe('the code of both keys', () => {
  test('is the same at both ends, and both must be told so', async () => {
    const ends = new PairOfEnds();
    const codes: string[] = [];
    const confirm = (code: string): Promise<boolean> => {
      codes.push(code);
      return Promise.resolve(true);
    };
    const { phone } = await ends.pair({ confirm }, { confirm });
    expect(codes).toEqual([phone.comparisonCode, phone.comparisonCode]);
    expect(phone.comparisonCode).toMatch(/^\d{3} \d{3}$/);
  });

  test('is told even where nobody compares it', async () => {
    const ends = new PairOfEnds();
    const { computer, phone } = await ends.pair();
    await computer.request({ kind: 'hosts' });
    const told = { type: 'comparison-code', code: phone.comparisonCode };
    expect(ends.computerEvents.filter(({ type }) => type === 'comparison-code')).toEqual([told]);
    expect(ends.phoneEvents.filter(({ type }) => type === 'comparison-code')).toEqual([told]);
  });

  test.each([
    ['differs', () => Promise.resolve(false)],
    ['cannot be compared', () => Promise.reject(new Error('the prompt broke'))],
  ])('ends the attempt when it %s', async (_, confirm) => {
    const ends = new PairOfEnds();
    const computer = await ends.startComputer({ confirm });
    await ends.startPhone({ qrText: computer.qrText });
    expect(await computer.ended).toBe('denied');

    const others = new PairOfEnds();
    const other = await others.startComputer();
    const phone = await others.startPhone({ qrText: other.qrText, confirm });
    expect(await phone.ended).toBe('denied');
    expect(await other.ended).toBe('unpaired-by-phone');
  });

  test('is no longer compared once the attempt is over, or the session closed', async () => {
    const ends = new PairOfEnds();
    const signals: AbortSignal[] = [];
    const confirm = (_: string, signal: AbortSignal): Promise<boolean> => {
      signals.push(signal);
      return new Promise(() => undefined);
    };
    const computer = await ends.startComputer({ confirm });
    const phone = await ends.startPhone({ qrText: computer.qrText });
    await settle();
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    await phone.unpair();
    expect(await computer.ended).toBe('unpaired-by-phone');
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);

    const others = new PairOfEnds();
    const other = await others.startComputer();
    const slow = await others.startPhone({ qrText: other.qrText, confirm });
    await settle();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    await slow.close();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  });

  test('that was not compared is not taken for the same by a run that compares none', async () => {
    const ends = new PairOfEnds();
    const computer = await ends.startComputer();
    const confirm = vi.fn(() => new Promise<boolean>(() => undefined));
    const first = await ends.startPhone({ qrText: computer.qrText, confirm });
    await settle();
    expect(confirm).toHaveBeenCalledOnce();
    await first.close();
    const again = await ends.startPhone();
    expect(await again.ended).toBe('denied');
    await expect(again.paired).rejects.toMatchObject({ code: 'pairing-ended' });
    expect(await computer.ended).toBe('unpaired-by-phone');
  });

  test('lets requests wait until it is compared', async () => {
    const ends = new PairOfEnds();
    let answer: (same: boolean) => void = () => undefined;
    const computer = await ends.startComputer({ confirm: () => new Promise((resolve) => (answer = resolve)) });
    const signature = computer.request(login());
    await ends.startPhone({ qrText: computer.qrText });
    await settle();
    expect(ends.asked).toEqual([]);
    expect(computer.pending()).toMatchObject([{ body: { kind: 'sign' } }]);
    answer(true);
    expect(await signature).toMatchObject({ kind: 'sign' });
    expect(computer.pending()).toEqual([]);
  });

  test('a second phone ends the attempt, a phone of small order is none', async () => {
    const ends = new PairOfEnds();
    const computer = await ends.startComputer({ confirm: () => new Promise(() => undefined) });
    const { publicKey } = decodeQrText(computer.qrText);
    const queue = computer.address.receiveQueue;
    const sendKey = (key: Uint8Array): void => {
      ends.network.deliver({ channel: 'queue', queue, message: encodeKeyMessage(publicKey, key) });
    };
    sendKey(new Uint8Array(32));
    expect(computer.counters().undecryptable).toBe(1);
    await ends.startPhone({ qrText: computer.qrText });
    await settle();
    sendKey(nobleBox.generateKey().publicKey);
    expect(await computer.ended).toBe('second-key');
  });

  test('the computer believes the phone that it computed the code with', async () => {
    const ends = new PairOfEnds();
    const computer = await ends.startComputer();
    const phoneKey = nobleBox.generateKey();
    const { publicKey } = decodeQrText(computer.qrText);
    const message = encodeKeyMessage(publicKey, phoneKey.publicKey);
    ends.network.deliver({ channel: 'queue', queue: computer.address.receiveQueue, message });
    await settle();
    expect(ends.computerEvents).toContainEqual({
      type: 'comparison-code',
      code: comparisonCode(publicKey, phoneKey.publicKey),
    });
    await ends.clock.advance(90_000);
    expect(await computer.ended).toBe('phone-silent');
  });
});

describe('consent', () => {
  test('says apart what is verified and what the computer claims', async () => {
    const ends = new PairOfEnds();
    const { computer } = await ends.pair({ name: 'laptop\u001b[2J' });
    await computer.request(login({ command: 'git\u202e push', hostAuth: hostAuth('example.com') }));
    await computer.request(login({ hostAuth: hostAuth('example.com', 'alias.example') }));
    await computer.request(login({ command: 'ssh' }));
    const key = { name: 'host key', value: publicKeyFingerprintText(hostKey) };
    const user = [
      { name: 'user', value: 'git' },
      { name: 'algorithm', value: 'ssh-ed25519' },
    ];
    expect(ends.asked).toMatchObject([
      {
        computer: 'laptop [2J',
        hostVerified: true,
        mayRemember: true,
        verified: [...user, key],
        claimed: [
          { name: 'host', value: 'example.com' },
          { name: 'command', value: 'git push' },
        ],
      },
      {
        hostVerified: true,
        verified: [...user, key, { name: 'host', value: 'example.com' }],
        claimed: [{ name: 'host', value: 'alias.example' }],
      },
      { hostVerified: false, mayRemember: false, verified: user, claimed: [{ name: 'command', value: 'ssh' }] },
    ]);
  });

  test('shows the whole commit that is signed, and the relying party', async () => {
    const ends = new PairOfEnds();
    const { computer } = await ends.pair();
    await computer.request(commit);
    await computer.request({
      kind: 'git-sign',
      userId: 'Ada',
      content: {
        type: 'tag',
        object: '1'.repeat(40),
        objectType: 'commit',
        tag: 'v1',
        tagger: commit.content.author,
        message: encodeUtf8('One\n'),
      },
    });
    await computer.request(register);
    expect(ends.asked.map(({ verified, claimed }) => [verified.map(({ name }) => name), claimed])).toEqual([
      [['object', 'author', 'committer', 'message'], [{ name: 'user id', value: 'Ada <ada@example.com>' }]],
      [['object', 'type', 'tag', 'tagger', 'message'], [{ name: 'user id', value: 'Ada' }]],
      [['app id'], []],
    ]);
    expect(ends.asked[2]?.verified).toEqual([{ name: 'app id', value: 'https://example.com' }]);
  });

  test('is about what was asked, whatever its reader does to it', async () => {
    const ends = new PairOfEnds();
    const { computer } = await ends.pair();
    ends.decide = ({ subject }) => {
      if (subject.kind === 'ssh-login') subject.hostKey?.fill(0);
      return Promise.resolve({ approve: true });
    };
    await computer.request(login({ hostAuth: hostAuth('example.com') }));
    expect(ends.phoneEvents).toContainEqual({ type: 'pinned', pin: { hostName: 'example.com', hostKey } });
    expect(hostKey.some((byte) => byte !== 0)).toBe(true);
  });

  test('a host is pinned by its first approval, and another key of it is refused, unasked', async () => {
    const ends = new PairOfEnds();
    const { computer, phone } = await ends.pair();
    await computer.request(login({ hostAuth: hostAuth('Example.com') }));
    const pin = { hostName: 'example.com', hostKey };
    expect(ends.phoneEvents).toContainEqual({ type: 'pinned', pin });
    const other = { hostKey: otherHostKey, signature: hostSignature(3), hostNames: ['example.com'] };
    await expect(computer.request(login({ hostAuth: other }))).rejects.toMatchObject({
      code: 'request-failed',
      message: expect.stringContaining('host public key mismatched') as string,
    });
    expect(ends.asked).toHaveLength(1);
    phone.pin('example.com', null);
    await computer.request(login({ hostAuth: other }));
    expect(ends.asked).toHaveLength(2);
  });

  test('a proof that does not fit is refused, unasked', async () => {
    const ends = new PairOfEnds();
    const { computer } = await ends.pair();
    const stolen = { hostKey, signature: hostSignature(2, new Uint8Array(32)), hostNames: [] };
    await expect(computer.request(login({ hostAuth: stolen }))).rejects.toMatchObject({ code: 'request-failed' });
    expect(ends.asked).toEqual([]);
  });

  test('a verifier that fails has verified nothing', async () => {
    const ends = new PairOfEnds();
    const { computer } = await ends.pair({}, { verifyHost: () => Promise.reject(new Error('no WebCrypto')) });
    await expect(computer.request(login({ hostAuth: hostAuth() }))).rejects.toMatchObject({ code: 'request-failed' });
    expect(ends.phoneEvents).toContainEqual(expect.objectContaining({ type: 'failed' }));
  });

  test('is remembered for 3 hours when the user says so, until they take it back', async () => {
    const ends = new PairOfEnds();
    const { computer, phone } = await ends.pair();
    ends.decide = () => Promise.resolve({ approve: true, remember: 'this' });
    await computer.request(login({ hostAuth: hostAuth('example.com') }));
    await computer.request(login({ hostAuth: hostAuth('example.com') }));
    expect(ends.asked).toHaveLength(1);
    expect(phone.policies()).toMatchObject([{ scope: 'this', kind: 'ssh-login' }]);
    expect(ends.phoneEvents.filter(({ type }) => type === 'signed')).toMatchObject([
      { approvedBy: 'user' },
      { approvedBy: 'policy' },
    ]);
    phone.askAgain();
    await computer.request(login({ hostAuth: hostAuth('example.com') }));
    expect(ends.asked).toHaveLength(2);
    await ends.clock.advance(3 * 60 * 60 * 1000);
    await computer.request(login({ hostAuth: hostAuth('example.com') }));
    expect(ends.asked).toHaveLength(3);
  });

  test('is not asked for kinds that the caller names', async () => {
    const ends = new PairOfEnds();
    const { computer } = await ends.pair({}, { neverAsk: ['git-commit'] });
    await computer.request(commit);
    expect(ends.asked).toEqual([]);
  });

  test('is withdrawn when the request has become too old, or the session closes', async () => {
    const ends = new PairOfEnds();
    const { computer, phone } = await ends.pair();
    const signals: AbortSignal[] = [];
    ends.decide = (_, signal) => {
      signals.push(signal);
      return new Promise(() => undefined);
    };
    const first = untilRejected(computer.request(login()));
    await ends.clock.advance(15 * 60 * 1000 + 1);
    expect(await first).toMatchObject({ code: 'request-timeout' });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(phone.counters().lost).toBe(1);
    expect(computer.counters().lost).toBe(1);
    const second = untilRejected(computer.request(login()));
    await settle();
    await phone.close();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
    await ends.clock.advance(90_000);
    expect(await second).toMatchObject({ code: 'request-timeout' });
  });
});

describe('channels', () => {
  test('all carry everything, and what comes again is silent', async () => {
    const ends = new PairOfEnds('first', 'second', 'third');
    ends.network.carry = (carried) => {
      ends.network.deliver(carried);
      ends.network.deliver(carried);
    };
    const { computer, phone } = await ends.pair();
    expect(await computer.request(authenticate())).toMatchObject({ counter: 1 });
    expect(ends.asked).toHaveLength(1);
    expect(ends.keys.signed).toHaveLength(1);
    expect(computer.counters().duplicates).toBeGreaterThan(0);
    expect(phone.counters().duplicates).toBeGreaterThan(0);
    const [first] = computer.counters().channels;
    expect(first).toMatchObject({ name: 'first', refused: 0, sendFailures: 0, missed: 0 });
    expect(first?.first).toBeGreaterThan(0);
  });

  test('may all fail but one', async () => {
    const ends = new PairOfEnds('queue');
    const bad = (name: string, send: () => Promise<void>): Channel => ({
      name,
      send,
      receive: () => {
        throw new Error('deaf');
      },
    });
    const channels =
      (make: MakeChannels): MakeChannels =>
      (address) => [
        bad('throws', () => {
          throw new Error('gone');
        }),
        bad('rejects', () => Promise.reject(new Error('gone'))),
        bad('hangs', () => new Promise(() => undefined)),
        ...make(address),
      ];
    const { computer } = await ends.pair(
      { channels: channels(ends.network.channels('queue')) },
      { channels: channels(ends.network.channels('queue')) },
    );
    expect(await computer.request(login())).toMatchObject({ kind: 'sign' });
    expect(computer.counters().channels.map(({ sendFailures }) => sendFailures > 0)).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(ends.computerEvents).toContainEqual(expect.objectContaining({ type: 'channel-failed', channel: 'rejects' }));
    // An end waits for a channel that hangs only so long.
    const ended = computer.unpair();
    await ends.clock.advance(FLUSH_MILLISECONDS);
    await ended;
  });

  test('losses, alerts, acknowledgments and deadlines', async () => {
    const ends = new PairOfEnds();
    const { computer } = await ends.pair();
    const carry = ends.network.carry;
    ends.network.carry = () => undefined;
    const lost = untilRejected(computer.request(login()));
    await ends.clock.advance(1_999);
    expect(ends.network.alerts).toHaveLength(0);
    await ends.clock.advance(1);
    expect(ends.network.alerts).toHaveLength(1);
    await ends.clock.advance(27_999);
    expect(computer.pending()).toHaveLength(1);
    await ends.clock.advance(1);
    expect(await lost).toMatchObject({ code: 'request-timeout' });
    expect(computer.counters().lost).toBe(1);

    // The first sending is lost, the alert gets through.
    const late = computer.request(login());
    await settle();
    ends.network.carry = carry;
    await ends.clock.advance(2_000);
    expect(await late).toMatchObject({ kind: 'sign' });

    ends.decide = () => new Promise(() => undefined);
    const asked = untilRejected(computer.request(login()));
    await ends.clock.advance(89_999);
    expect(ends.computerEvents).toContainEqual(expect.objectContaining({ type: 'acknowledged' }));
    expect(computer.pending()).toHaveLength(1);
    await ends.clock.advance(1);
    expect(await asked).toMatchObject({ code: 'request-timeout' });

    const quiet = untilRejected(computer.request(login(), { acknowledge: false }));
    await ends.clock.advance(30_000);
    expect(await quiet).toMatchObject({ code: 'request-timeout' });
  });

  test('a request can be given up', async () => {
    const ends = new PairOfEnds();
    const { computer } = await ends.pair();
    ends.decide = () => new Promise(() => undefined);
    const controller = new AbortController();
    const given = untilRejected(computer.request(login(), { signal: controller.signal }));
    await settle();
    controller.abort();
    expect(await given).toMatchObject({ code: 'request-canceled' });
    await expect(computer.request(login(), { signal: controller.signal })).rejects.toMatchObject({
      code: 'request-canceled',
    });
    expect(computer.pending()).toEqual([]);
  });

  test('where to wake the phone is told', async () => {
    const ends = new PairOfEnds();
    const { computer, phone } = await ends.pair({}, { snsEndpointArn: 'arn:one' });
    phone.setPushEndpoint('arn:two');
    await computer.request({ kind: 'hosts' });
    expect(ends.computerEvents.filter(({ type }) => type === 'push-endpoint')).toEqual([
      { type: 'push-endpoint', snsEndpointArn: 'arn:one' },
      { type: 'push-endpoint', snsEndpointArn: 'arn:two' },
    ]);
  });

  test('K4: our own messages that come back are known and refused, after a restart as well', async () => {
    const ends = new PairOfEnds();
    let { computer, phone } = await ends.pair();
    await computer.request(login());
    const reflect = (): void => {
      for (const { queue, message } of ends.network.carried.slice()) {
        const back = queue === computer.address.sendQueue ? computer.address.receiveQueue : computer.address.sendQueue;
        ends.network.deliver({ channel: 'queue', queue: back, message });
      }
    };
    const sent = [computer, phone].map((session) =>
      session.counters().channels.reduce((sum, channel) => sum + channel.sent, 0),
    );
    reflect();
    expect([computer.counters().reflected, phone.counters().reflected]).toEqual(sent);
    expect([computer.counters().malformed, phone.counters().malformed]).toEqual([0, 0]);

    ends.computerRun.kill();
    ends.phoneRun.kill();
    computer = await ends.startComputer();
    phone = await ends.startPhone();
    const before = [computer.counters().reflected, phone.counters().reflected];
    reflect();
    expect([computer.counters().reflected, phone.counters().reflected]).toEqual(
      before.map((count, index) => count + (sent[index] ?? 0)),
    );
    expect([computer.counters().malformed, phone.counters().malformed]).toEqual([0, 0]);
  });

  test('K6, K8: what is refused is counted by what was wrong with it', async () => {
    const ends = new PairOfEnds();
    const { computer, phone } = await ends.pair();
    for (const session of [computer, phone]) {
      const deliver = (message: Uint8Array): void => {
        ends.network.deliver({ channel: 'queue', queue: session.address.receiveQueue, message });
      };
      deliver(new Uint8Array());
      deliver(new Uint8Array([3]));
      deliver(new Uint8Array(113).fill(1));
      deliver(new Uint8Array(60));
    }
    for (const session of [computer, phone]) {
      expect(session.counters()).toMatchObject({ undecryptable: 1, malformed: 2, legacy: 1, reflected: 0, dropped: 0 });
      expect(session.counters().channels[0]).toMatchObject({ refused: 4 });
    }
    // A phone gets no keys.
    const message = encodeKeyMessage(nobleBox.generateKey().publicKey, nobleBox.generateKey().publicKey);
    ends.network.deliver({ channel: 'queue', queue: phone.address.receiveQueue, message });
    expect(phone.counters().malformed).toBe(3);
  });
});

describe('floods', () => {
  test('of wrong ciphertexts cost no save, no effect and no memory', async () => {
    const ends = new PairOfEnds();
    const { computer, phone } = await ends.pair();
    await settle();
    const before = [ends.computerStore.saves, ends.phoneStore.saves, ends.network.carried.length, ends.clock.timers];
    const message = new Uint8Array(41);
    const view = new DataView(message.buffer);
    for (let index = 0; index < 20_000; index++) {
      view.setUint32(1, index);
      ends.network.deliver({ channel: 'queue', queue: computer.address.receiveQueue, message });
      ends.network.deliver({ channel: 'queue', queue: phone.address.receiveQueue, message });
    }
    await settle();
    expect([ends.computerStore.saves, ends.phoneStore.saves, ends.network.carried.length, ends.clock.timers]).toEqual(
      before,
    );
    for (const session of [computer, phone]) {
      expect(session.counters().undecryptable).toBe(20_000);
      // Had one of them been remembered, the same again would be a duplicate.
      expect(session.counters().channels[0]).toMatchObject({ refused: 20_000, missed: 0 });
    }
    const size = ends.computerStore.state?.length ?? 0;
    expect(await computer.request(login())).toMatchObject({ kind: 'sign' });
    await settle();
    expect((ends.computerStore.state?.length ?? 0) - size).toBeLessThan(1_000);
  });

  test('of answers that came before, and of keys of others, cost a computer no save', async () => {
    const ends = new PairOfEnds();
    const { computer } = await ends.pair();
    await computer.request(authenticate());
    await settle();
    const queue = computer.address.receiveQueue;
    const replayed = ends.network.carried.filter((carried) => carried.queue === queue);
    const { publicKey } = decodeQrText(computer.qrText);
    const keys = Array.from({ length: 10 }, () => encodeKeyMessage(publicKey, nobleBox.generateKey().publicKey));
    const box = nobleBox.importKey(ends.phoneStore.secretKey ?? new Uint8Array(32)).shared(publicKey);
    const unasked = encodeAnswer({ requestId: 'of nobody', version: '2.4.4', body: { kind: 'sign', error: 'no' } });
    const saves = ends.computerStore.saves;
    ends.computerEvents.length = 0;
    // While a request waits as well.
    ends.decide = () => new Promise(() => undefined);
    void untilRejected(computer.request(login()));
    await settle();
    const duringRequest = ends.computerStore.saves;
    expect(duringRequest).toBeGreaterThan(saves);
    for (let round = 0; round < 50; round++) {
      for (const carried of replayed) ends.network.deliver(carried);
      for (const message of keys) ends.network.deliver({ channel: 'queue', queue, message });
      ends.network.deliver({ channel: 'queue', queue, message: encodeCiphertextMessage(box, unasked) });
      await settle();
    }
    expect(ends.computerStore.saves).toBe(duringRequest);
    expect(computer.counters()).toMatchObject({ dropped: 0, duplicates: 50 * replayed.length });
    const reports = ends.computerEvents.flatMap((event) => (event.type === 'report' ? [event.report] : []));
    // The first of all the foreign keys is told.
    expect(reports.filter((report) => report === 'second-key')).toHaveLength(1);
    expect(reports.filter((report) => report === 'unsolicited-answer')).toHaveLength(50);
  });

  test('of a key that came before cost no save while the phone is greeted', async () => {
    const ends = new PairOfEnds();
    const computer = await ends.startComputer();
    const message = encodeKeyMessage(decodeQrText(computer.qrText).publicKey, nobleBox.generateKey().publicKey);
    const deliver = async (): Promise<void> => {
      ends.network.deliver({ channel: 'queue', queue: computer.address.receiveQueue, message });
      await settle();
    };
    await deliver();
    const { saves } = ends.computerStore;
    for (let round = 0; round < 10; round++) await deliver();
    expect(ends.computerStore.saves).toBe(saves);
    expect(computer.counters().duplicates).toBe(10);
  });

  test('of requests that are too old cost a phone no save', async () => {
    const ends = new PairOfEnds();
    const { computer, phone } = await ends.pair();
    await computer.request(authenticate());
    const queue = phone.address.receiveQueue;
    const replayed = ends.network.carried.filter((carried) => carried.queue === queue);
    expect(replayed).toHaveLength(2);
    await ends.clock.advance(48 * 3_600_000);
    // The first forgets the answers.
    for (const carried of replayed) ends.network.deliver(carried);
    await settle();
    const { saves } = ends.phoneStore;
    const reports = ends.phoneEvents.length;
    for (let round = 0; round < 20; round++) {
      await ends.clock.advance(1_000);
      for (const carried of replayed) ends.network.deliver(carried);
      await settle();
    }
    expect(ends.phoneStore.saves).toBe(saves);
    expect(ends.phoneEvents.length - reports).toBe(40);
    expect(ends.keys.signed).toHaveLength(1);
  });

  test('of real messages are let go while the store cannot keep up', async () => {
    const ends = new PairOfEnds();
    const { computer, phone } = await ends.pair();
    await settle();
    const secretKey = ends.computerStore.secretKey ?? new Uint8Array(32);
    const phonePublicKey = nobleBox.importKey(ends.phoneStore.secretKey ?? new Uint8Array(32)).publicKey;
    const stale = { requestId: 'old', unixSeconds: 0, version: '2.4.4', acknowledge: true, body: authenticate() };
    const message = encodeCiphertextMessage(nobleBox.importKey(secretKey).shared(phonePublicKey), encodeRequest(stale));
    let resume: () => void = () => undefined;
    ends.phoneStore.beforeSave = () => new Promise((resolve) => (resume = resolve));
    phone.askAgain();
    const told = (): number => ends.phoneEvents.filter(({ type }) => type === 'report').length;
    for (let index = 0; index < MAXIMUM_WAITING_EFFECTS + 10; index++) {
      ends.network.deliver({ channel: 'queue', queue: phone.address.receiveQueue, message });
    }
    await settle();
    expect([phone.counters().dropped, told()]).toEqual([10, 0]);
    ends.phoneStore.beforeSave = () => undefined;
    resume();
    await settle();
    expect(told()).toBe(MAXIMUM_WAITING_EFFECTS);
    expect(await computer.request(login())).toMatchObject({ kind: 'sign' });
  });
});

describe('a store', () => {
  test('that hangs makes a computer let go of what would wait for it', async () => {
    const ends = new PairOfEnds();
    const { computer } = await ends.pair();
    await settle();
    const box = nobleBox
      .importKey(ends.phoneStore.secretKey ?? new Uint8Array(32))
      .shared(decodeQrText(computer.qrText).publicKey);
    const answer = encodeAnswer({ requestId: 'of nobody', version: '2.4.4', body: { kind: 'sign', error: 'no' } });
    const message = encodeCiphertextMessage(box, answer);
    ends.computerStore.beforeSave = () => new Promise(() => undefined);
    void untilRejected(computer.request(login()));
    for (let index = 1; index < MAXIMUM_WAITING_EFFECTS + 10; index++) {
      ends.network.deliver({ channel: 'queue', queue: computer.address.receiveQueue, message });
    }
    expect(computer.counters().dropped).toBe(10);
  });

  test('has saved whatever an end has sent', async () => {
    const ends = new PairOfEnds();
    const carry = ends.network.carry;
    let unsaved = 0;
    ends.network.carry = (carried) => {
      const store = carried.queue.endsWith('-responder') ? ends.phoneStore : ends.computerStore;
      const nonce = Buffer.from(decodeMessage(carried.message).sealed.subarray(0, 24)).toString('base64url');
      if (!new TextDecoder().decode(store.state).includes(nonce)) unsaved++;
      carry(carried);
    };
    const { computer } = await ends.pair();
    await computer.request(login());
    await computer.request(commit);
    expect(ends.network.carried.length).toBeGreaterThan(5);
    expect(unsaved).toBe(0);
  });

  test('that hangs lets nothing happen', async () => {
    const ends = new PairOfEnds();
    const { computer } = await ends.pair();
    await settle();
    ends.phoneStore.beforeSave = () => new Promise(() => undefined);
    void untilRejected(computer.request(login()));
    await settle();
    expect(ends.asked).toEqual([]);
    expect(ends.keys.signed).toEqual([]);
  });

  test('that fails while a pairing is being ended is told to who ends it, however often', async () => {
    const ends = new PairOfEnds();
    const { computer, phone } = await ends.pair();
    await settle();
    const failure = new Error('the disk is full');
    ends.computerStore.beforeSave = () => Promise.reject(failure);
    ends.phoneStore.beforeSave = () => Promise.reject(failure);
    for (const session of [computer, phone]) {
      const outcomes = [session.unpair(), session.unpair()].map(untilRejected);
      for (const outcome of outcomes) expect(await outcome).toMatchObject({ code: 'request-canceled', cause: failure });
      await expect(session.unpair()).rejects.toMatchObject({ code: 'request-canceled', cause: failure });
    }
  });

  test('that is slow holds up who ends a pairing no longer than until the session is closed', async () => {
    const ends = new PairOfEnds();
    const { computer, phone } = await ends.pair();
    await settle();
    for (const session of [computer, phone]) {
      const outcome = untilRejected(session.unpair());
      await session.close();
      expect(await outcome).toMatchObject({ code: 'request-canceled' });
    }
    // What was stepped is saved: the next run finds a pairing that has ended.
    expect((await ends.startComputer()).qrText).not.toBe(computer.qrText);
  });

  test('that is being cleared is waited for by who ends a pairing, also when the session is closed meanwhile', async () => {
    const ends = new PairOfEnds();
    const { computer, phone } = await ends.pair();
    await settle();
    let cleared: () => void = () => undefined;
    ends.network.carry = () => undefined;
    for (const store of [ends.computerStore, ends.phoneStore]) {
      store.clear = () => new Promise((resolve) => (cleared = resolve));
    }
    for (const session of [computer, phone]) {
      let done = 0;
      const count = (): number => done++;
      const outcomes = [session.unpair().then(count)];
      await settle();
      outcomes.push(session.unpair().then(count));
      await session.close();
      await settle();
      expect(done).toBe(0);
      cleared();
      await Promise.all(outcomes);
      await session.unpair();
    }
  });

  test('that fails stops the session, says so, and is gone on from', async () => {
    const ends = new PairOfEnds();
    const { computer, phone } = await ends.pair();
    await settle();
    const failure = new Error('the disk is full');
    ends.computerStore.beforeSave = () => Promise.reject(failure);
    ends.phoneStore.beforeSave = () => Promise.reject(failure);
    phone.askAgain();
    await expect(computer.request(login())).rejects.toMatchObject({ code: 'request-canceled', cause: failure });
    await expect(computer.request(login())).rejects.toMatchObject({ code: 'request-canceled' });
    await expect(computer.unpair()).rejects.toMatchObject({ code: 'request-canceled' });
    await expect(phone.unpair()).rejects.toMatchObject({ code: 'request-canceled' });
    expect(ends.computerEvents).toContainEqual({ type: 'store-failed', error: failure });
    expect(ends.phoneEvents).toContainEqual({ type: 'store-failed', error: failure });
    ends.computerStore.beforeSave = ends.phoneStore.beforeSave = () => undefined;
    const again = await ends.startComputer();
    await ends.startPhone();
    expect(await again.request(login())).toMatchObject({ kind: 'sign' });
  });

  test('that cannot forget is said to, and is cleared by the next run', async () => {
    const ends = new PairOfEnds();
    const { computer, phone } = await ends.pair();
    const clear = ends.computerStore.clear;
    const clearPhone = ends.phoneStore.clear;
    ends.computerStore.clear = ends.phoneStore.clear = () => Promise.reject(new Error('read-only'));
    await computer.unpair();
    await phone.ended;
    expect(ends.computerEvents).toContainEqual(expect.objectContaining({ type: 'store-failed' }));
    expect(ends.phoneEvents).toContainEqual(expect.objectContaining({ type: 'store-failed' }));
    ends.computerStore.clear = clear;
    const next = await ends.startComputer();
    expect(next.qrText).not.toBe(computer.qrText);
    ends.phoneStore.clear = clearPhone;
    await expect(ends.startPhone()).rejects.toMatchObject({ code: 'argument-invalid' });
    expect([ends.phoneStore.state, ends.phoneStore.secretKey]).toEqual([undefined, undefined]);
    await ends.startPhone({ qrText: next.qrText });
    expect(await next.paired).toMatchObject({ email: 'ada@example.com' });
  });

  test('with something else in it is refused, and not overwritten', async () => {
    const ends = new PairOfEnds();
    const { computer } = await ends.pair();
    const other = await new PairOfEnds().startComputer();
    await settle();
    await expect(ends.startPhone({ qrText: other.qrText })).rejects.toMatchObject({ code: 'argument-invalid' });
    const common = { channels: () => [], clock: ends.clock };
    const phone = { ...common, me: { email: '' }, keys: {}, ask: () => Promise.reject(new Error()) };
    await expect(startPhoneSession({ ...phone, store: ends.computerStore })).rejects.toMatchObject({
      code: 'configuration-invalid',
    });
    await expect(
      startComputerSession({ ...common, name: '', confirm: 'not-compared', store: ends.phoneStore }),
    ).rejects.toMatchObject({ code: 'configuration-invalid' });
    await expect(startPhoneSession({ ...phone, store: memoryPairingStore() })).rejects.toMatchObject({
      code: 'argument-invalid',
    });
    const small = JSON.stringify({ pk: Buffer.alloc(32).toString('base64'), n: 'laptop', v: '2.4.4' });
    const store = memoryPairingStore();
    await expect(startPhoneSession({ ...phone, store, qrText: small })).rejects.toMatchObject({
      code: 'point-invalid',
    });
    expect(await store.loadSecretKey()).toBeUndefined();

    ends.computerStore.secretKey = undefined;
    await expect(ends.startComputer()).rejects.toMatchObject({ code: 'configuration-invalid' });
    ends.computerStore.state = encodeUtf8('{}');
    await expect(ends.startComputer()).rejects.toMatchObject({ code: 'configuration-invalid' });
    expect(ends.computerStore.state).toEqual(encodeUtf8('{}'));
    await computer.close();
  });

  test('never gets the secret key with the state', async () => {
    const ends = new PairOfEnds();
    await ends.pair();
    await settle();
    for (const { state, secretKey } of [ends.computerStore, ends.phoneStore]) {
      const text = new TextDecoder().decode(state);
      expect(secretKey).toHaveLength(32);
      for (const encoding of ['base64', 'base64url', 'hex'] as const) {
        expect(text).not.toContain(Buffer.from(secretKey ?? []).toString(encoding));
      }
    }
  });

  test('gets a secret key that is overwritten afterwards', async () => {
    const given: Uint8Array[] = [];
    const store = {
      ...memoryPairingStore(),
      saveSecretKey: (secretKey: Uint8Array) => {
        expect(secretKey.some((byte) => byte !== 0)).toBe(true);
        given.push(secretKey);
        return Promise.resolve();
      },
    };
    const computer = await new PairOfEnds().startComputer({ store });
    expect(given).toEqual([new Uint8Array(32)]);
    await computer.close();
  });

  test('gives a secret key that is overwritten once it is imported, or is none', async () => {
    const ends = new PairOfEnds();
    const first = await ends.startComputer();
    await first.close();
    const given: Uint8Array[] = [];
    const giving = (secretKey: Uint8Array | undefined): PairingStore => ({
      ...memoryPairingStore(),
      load: () => ends.computerStore.load(),
      loadSecretKey: () => {
        if (secretKey) given.push(secretKey);
        return Promise.resolve(secretKey);
      },
    });
    const again = await ends.startComputer({ store: giving(ends.computerStore.secretKey?.slice()) });
    expect(again.qrText).toBe(first.qrText);
    await again.close();
    await expect(ends.startComputer({ store: giving(new Uint8Array(31).fill(1)) })).rejects.toThrow(VaultwireError);
    expect(given).toEqual([new Uint8Array(32), new Uint8Array(31)]);
  });

  test('keeps a pairing in memory', async () => {
    const store = memoryPairingStore();
    const state = new Uint8Array([1]);
    const secretKey = new Uint8Array(32).fill(2);
    expect([await store.load(), await store.loadSecretKey()]).toEqual([undefined, undefined]);
    await store.save(state);
    await store.saveSecretKey(secretKey);
    state.fill(9);
    secretKey.fill(9);
    expect([await store.load(), await store.loadSecretKey()]).toEqual([
      new Uint8Array([1]),
      new Uint8Array(32).fill(2),
    ]);
    await store.clear();
    expect([await store.load(), await store.loadSecretKey()]).toEqual([undefined, undefined]);
  });
});

describe('a new run', () => {
  test('goes on with the same QR text while it is good', async () => {
    const ends = new PairOfEnds();
    const { qrText } = await ends.startComputer();
    await settle();
    ends.computerRun.kill();
    await ends.clock.advance(30_000);
    const again = await ends.startComputer({ name: 'another name' });
    expect(again.qrText).toBe(qrText);
    await ends.clock.advance(60_000);
    expect(await again.ended).toBe('qr-expired');
  });

  /** Channels that deliver these messages as soon as they receive, as one does that has kept them. */
  const eager =
    (ends: PairOfEnds, held: readonly Uint8Array[]): MakeChannels =>
    (address) =>
      ends.network
        .channels('queue')(address)
        .map((channel) => ({
          ...channel,
          receive: (deliver) => {
            const stop = channel.receive(deliver);
            for (const message of held) deliver(message);
            return stop;
          },
        }));
  /** What these ends would have sent to this queue. */
  const hold = (ends: PairOfEnds, queue: string): Uint8Array[] => {
    const held: Uint8Array[] = [];
    ends.network.carry = (carried) => {
      if (carried.queue === queue) held.push(carried.message);
      else ends.network.deliver(carried);
    };
    return held;
  };

  test('of the phone begins with what was stored, and then hears channels that deliver at once', async () => {
    for (const neverAsk of [['u2f-authenticate'], []] as const) {
      const ends = new PairOfEnds();
      const { computer, phone } = await ends.pair();
      await settle();
      await phone.close();
      const held = hold(ends, phone.address.receiveQueue);
      const answer = computer.request(authenticate());
      await settle();
      expect(held).toHaveLength(1);
      await ends.startPhone({ neverAsk, channels: eager(ends, held) });
      expect(await answer).toMatchObject({ kind: 'u2f-authenticate', counter: 1 });
      await settle();
      expect([ends.asked.length, ends.keys.signed.length]).toEqual([1 - neverAsk.length, 1]);
    }
  });

  test('of the computer begins with what was stored, and then hears channels that deliver at once', async () => {
    const ends = new PairOfEnds();
    const { computer } = await ends.pair();
    await settle();
    const held = hold(ends, computer.address.receiveQueue);
    void untilRejected(computer.request(login({ hostAuth: hostAuth('example.com') }), { acknowledge: false }));
    const requestId = computer.pending()[0]?.requestId ?? '';
    await vi.waitFor(() => {
      expect(held).toHaveLength(1);
    });
    await computer.close();
    ends.network.carried.length = 0;
    ends.computerEvents.length = 0;
    const again = await ends.startComputer({ channels: eager(ends, held) });
    await settle();
    expect(await again.outcome(requestId)).toMatchObject({ kind: 'sign' });
    expect(ends.computerEvents.map(({ type }) => type)).toEqual(['paired', 'comparison-code', 'outcome']);
  });

  test('of a pairing that is new is not undone by a channel that delivers at once', async () => {
    const ends = new PairOfEnds();
    const junk = [Uint8Array.of(9), Uint8Array.of(1)];
    const computer = await ends.startComputer({ channels: eager(ends, junk) });
    const phone = await ends.startPhone({ qrText: computer.qrText, channels: eager(ends, junk) });
    await computer.paired;
    for (const session of [computer, phone]) expect(session.counters()).toMatchObject({ malformed: 1, legacy: 1 });
  });

  test('whose store fails at once leaves no channel running', async () => {
    const ends = new PairOfEnds();
    const { computer, phone } = await ends.pair();
    await Promise.all([computer.close(), phone.close()]);
    expect(ends.network.receivers).toBe(0);
    const failure = new Error('the disk is full');
    const failing = (store: FakeStore): PairingStore => ({
      ...memoryPairingStore(),
      load: () => store.load(),
      loadSecretKey: () => store.loadSecretKey(),
      save: () => {
        throw failure;
      },
    });
    await ends.startComputer({ store: failing(ends.computerStore) });
    await ends.startPhone({ store: failing(ends.phoneStore) });
    await settle();
    expect(ends.computerEvents).toContainEqual({ type: 'store-failed', error: failure });
    expect(ends.phoneEvents).toContainEqual({ type: 'store-failed', error: failure });
    expect(ends.network.receivers).toBe(0);
  });

  test('gives the outcome of a request that an earlier one made', async () => {
    const ends = new PairOfEnds();
    const { computer } = await ends.pair();
    let approve: () => void = () => undefined;
    ends.decide = () =>
      new Promise((resolve) => {
        approve = () => {
          resolve({ approve: true });
        };
      });
    void untilRejected(computer.request(login()));
    await settle();
    ends.computerRun.kill();
    const again = await ends.startComputer();
    const [pending] = again.pending();
    expect(pending).toMatchObject({ body: { kind: 'sign' } });
    const outcome = again.outcome(pending?.requestId ?? '');
    approve();
    expect(await outcome).toMatchObject({ kind: 'sign' });
    await expect(again.outcome(pending?.requestId ?? '')).rejects.toMatchObject({ code: 'not-found' });
    expect(ends.keys.signed).toHaveLength(1);
  });

  test('keeps outcomes that nobody has heard for the run after it', async () => {
    const ends = new PairOfEnds();
    const { computer } = await ends.pair();
    void untilRejected(computer.request(login()));
    void untilRejected(computer.request(login({ fingerprint: new Uint8Array(32) })));
    const [good, bad] = computer.pending().map(({ requestId }) => requestId);
    ends.network.carry = () => undefined;
    await settle();
    ends.computerRun.kill();
    const second = await ends.startComputer();
    ends.network.carry = (carried) => {
      ends.network.deliver(carried);
    };
    await ends.clock.advance(2_000);
    expect(ends.computerEvents.filter(({ type }) => type === 'outcome')).toHaveLength(2);
    await second.close();
    const third = await ends.startComputer();
    expect(ends.computerEvents.filter(({ type }) => type === 'outcome')).toHaveLength(4);
    expect(await third.outcome(good ?? '')).toMatchObject({ kind: 'sign' });
    await expect(third.outcome(bad ?? '')).rejects.toMatchObject({ code: 'request-failed' });
    await third.close();
    await settle();
    const fourth = await ends.startComputer();
    await expect(fourth.outcome(good ?? '')).rejects.toMatchObject({ code: 'not-found' });
  });

  test('hears nothing of what an earlier one has told, and of no more than 128 requests', async () => {
    const ends = new PairOfEnds();
    const { computer } = await ends.pair();
    await computer.request(login());
    await settle();
    ends.computerRun.kill();
    let run = await ends.startComputer();
    const told = (): number => ends.computerEvents.filter(({ type }) => type === 'outcome').length;
    expect(told()).toBe(0);
    for (let round = 0; round < 2; round++) {
      ends.network.carry = () => undefined;
      for (let index = 0; index < 100; index++) {
        void untilRejected(run.request(login({ fingerprint: new Uint8Array(32) })));
      }
      await settle();
      ends.computerRun.kill();
      ends.network.carry = (carried) => {
        ends.network.deliver(carried);
      };
      run = await ends.startComputer();
      await ends.clock.advance(2_000);
    }
    ends.computerRun.kill();
    const before = told();
    await ends.startComputer();
    expect(told() - before).toBe(128);
  });

  test('begins where the one before was closed', async () => {
    const ends = new PairOfEnds();
    const { computer, phone } = await ends.pair();
    ends.decide = () => new Promise(() => undefined);
    const asked = untilRejected(computer.request(login()));
    await settle();
    await computer.close();
    expect(await asked).toMatchObject({ code: 'request-canceled' });
    await expect(computer.request(login())).rejects.toMatchObject({ code: 'request-canceled' });
    await expect(computer.outcome('an id')).rejects.toMatchObject({ code: 'request-canceled' });
    expect(ends.clock.timers).toBe(1);
    await phone.close();
    expect([ends.clock.timers, ends.network.receivers]).toEqual([0, 0]);
    const [again] = [await ends.startComputer(), await ends.startPhone()];
    expect(again.pending()).toHaveLength(1);
    const unpaired = new PairOfEnds();
    const waiting = await unpaired.startComputer();
    await waiting.close();
    await expect(waiting.paired).rejects.toMatchObject({ code: 'request-canceled' });
  });

  test('of the phone asks what was not decided, and never what was', async () => {
    const ends = new PairOfEnds();
    const { computer } = await ends.pair();
    ends.decide = () => new Promise(() => undefined);
    const signature = computer.request(login());
    await settle();
    ends.phoneRun.kill();
    ends.decide = () => Promise.resolve({ approve: true });
    await ends.startPhone();
    expect(await signature).toMatchObject({ kind: 'sign' });
    expect(ends.asked.map(({ requestId }) => requestId)).toHaveLength(2);
    expect(new Set(ends.asked.map(({ requestId }) => requestId)).size).toBe(1);
    await settle();
    ends.phoneRun.kill();
    await ends.startPhone();
    await settle();
    expect(ends.asked).toHaveLength(2);
    expect(ends.keys.signed).toHaveLength(1);
  });

  test('of the phone keeps to what its caller sets now, and tells pins that the caller lacks', async () => {
    const ends = new PairOfEnds();
    const { computer } = await ends.pair({}, { neverAsk: ['git-commit'] });
    await computer.request(commit);
    await computer.request(login({ hostAuth: hostAuth('example.com') }));
    expect(ends.asked).toHaveLength(1);
    ends.phoneRun.kill();
    const told = (): unknown[] => ends.phoneEvents.filter(({ type }) => type === 'pinned');
    expect(told()).toHaveLength(1);
    await ends.startPhone();
    expect(told()).toHaveLength(2);
    await computer.request(commit);
    expect(ends.asked).toHaveLength(2);
    ends.phoneRun.kill();
    await ends.startPhone({ pins: [{ hostName: 'example.com', hostKey: otherHostKey }] });
    expect(told()).toHaveLength(2);
    await expect(computer.request(login({ hostAuth: hostAuth('example.com') }))).rejects.toMatchObject({
      code: 'request-failed',
    });
  });

  test('survives request ids that are dangerous as keys', async () => {
    const ends = new PairOfEnds();
    const { phone } = await ends.pair();
    await settle();
    const stored = ends.computerStore.secretKey ?? new Uint8Array(32);
    const computerKey = nobleBox.importKey(stored);
    const state = new TextDecoder().decode(ends.computerStore.state);
    const phonePublicKey = nobleBox.importKey(ends.phoneStore.secretKey ?? new Uint8Array(32)).publicKey;
    expect(state).toContain(Buffer.from(phonePublicKey).toString('base64'));
    const box = computerKey.shared(phonePublicKey);
    for (const requestId of ['__proto__', 'constructor', 'o', '["a"]']) {
      const request = {
        requestId,
        unixSeconds: ends.clock.now() / 1000,
        version: '2.4.4',
        acknowledge: true,
        body: authenticate(),
      };
      const message = encodeCiphertextMessage(box, encodeRequest(request));
      ends.network.deliver({ channel: 'queue', queue: phone.address.receiveQueue, message });
    }
    await settle();
    expect(ends.keys.signed).toHaveLength(4);
    ends.phoneRun.kill();
    const again = await ends.startPhone();
    await again.paired;
    expect(ends.keys.signed).toHaveLength(4);
    expect(sessionId).toHaveLength(32);
  });

  test('starts from nothing when the first one was cut off before it saved', async () => {
    const ends = new PairOfEnds();
    ends.computerStore.beforeSave = (_, run) => {
      run?.kill();
      return new Promise(() => undefined);
    };
    const { qrText } = await ends.startComputer();
    await settle();
    ends.computerStore.beforeSave = () => undefined;
    const again = await ends.startComputer();
    expect(again.qrText).not.toBe(qrText);
  });
});
