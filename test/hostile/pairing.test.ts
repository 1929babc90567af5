import { expect, test } from 'vitest';
import { nobleBox, type Box, type BoxPrivateKey } from '../../src/crypto/box.js';
import type { ComputerSession } from '../../src/pairing/computer-session.js';
import { decodeMessage, encodeCiphertextMessage, encodeKeyMessage } from '../../src/pairing/envelope.js';
import {
  decodeAnswer,
  decodeRequest,
  encodeAnswer,
  type AnswerBody,
  type HostAuth,
  type PairingAnswer,
  type PairingRequest,
  type SignRequest,
} from '../../src/pairing/messages.js';
import { decodeQrText } from '../../src/pairing/qr.js';
import { publicKeyFingerprint } from '../../src/pairing/ssh.js';
import { encodeUtf8, type Bytes } from '../../src/wire/bytes.js';
import {
  hostKey,
  hostSignature,
  loginData,
  otherHostKey,
  PairOfEnds,
  phoneSshKey,
  settle,
  type Carried,
} from '../support/pairing.js';
import { refused } from '../support/refused.js';

const HOUR = 3_600_000;
const filled = (value: number, length: number): Bytes => new Uint8Array(length).fill(value);

const login = (changes: Parameters<typeof loginData>[0] = {}): SignRequest => ({
  kind: 'sign',
  data: loginData(changes),
  fingerprint: publicKeyFingerprint(phoneSshKey),
});
const proof = (...hostNames: string[]): HostAuth => ({ hostKey, signature: hostSignature(2), hostNames });
const signIn = (appId: string) =>
  ({ kind: 'u2f-authenticate', challenge: filled(6, 32), appId, keyHandle: filled(5, 80) }) as const;

/** A phone of the adversary's: a key, and the network. It knows the QR, and says whatever it likes. */
class Intruder {
  readonly key: BoxPrivateKey = nobleBox.generateKey();
  readonly box: Box;
  readonly #ends: PairOfEnds;
  readonly #computer: ComputerSession;

  constructor(ends: PairOfEnds, computer: ComputerSession) {
    this.#ends = ends;
    this.#computer = computer;
    this.box = this.key.shared(decodeQrText(computer.qrText).publicKey);
  }

  send(message: Uint8Array): Promise<void> {
    this.#ends.network.deliver({ channel: 'queue', queue: this.#computer.address.receiveQueue, message });
    return settle();
  }

  sendKey(publicKey: Uint8Array = this.key.publicKey): Promise<void> {
    return this.send(encodeKeyMessage(decodeQrText(this.#computer.qrText).publicKey, publicKey));
  }

  /** What the computer asked of this phone. */
  requests(): PairingRequest[] {
    return this.#ends.network.carried.flatMap(({ queue, message }) => {
      if (queue !== this.#computer.address.sendQueue) return [];
      try {
        return [decodeRequest(this.box.open(decodeMessage(message).sealed))];
      } catch {
        return [];
      }
    });
  }

  answer(requestId: string, body: AnswerBody, changes: Partial<PairingAnswer> = {}): Promise<void> {
    const answer = { requestId, version: '2.4.4', body, ...changes };
    return this.send(encodeCiphertextMessage(this.box, encodeAnswer(answer)));
  }

  /** Takes the pairing as the phone that it is. */
  async pair(deviceIdentifier?: Bytes): Promise<void> {
    await this.sendKey();
    const [hello] = this.requests();
    const me = { email: 'eve@example.com', ...(deviceIdentifier && { deviceIdentifier }) };
    await this.answer(hello?.requestId ?? '', { kind: 'me', me });
  }

  async lastRequest(): Promise<string> {
    await settle();
    return this.requests().at(-1)?.requestId ?? '';
  }
}

/** The messages that went one way, as whoever owns the queues has them. */
const recorded = (ends: PairOfEnds, queue: string): Carried[] =>
  ends.network.carried.filter((carried) => carried.queue === queue);

test('K1: both ends show the same code, and another phone that was quicker shows another one', async () => {
  const codes: string[] = [];
  const honest = new PairOfEnds();
  const confirm = (code: string): Promise<boolean> => {
    codes.push(code);
    return Promise.resolve(true);
  };
  const { phone: own } = await honest.pair({ confirm }, { confirm });
  expect(codes).toEqual([own.comparisonCode, own.comparisonCode]);
  expect(own.comparisonCode).toMatch(/^\d{3} \d{3}$/);

  const ends = new PairOfEnds();
  // The user's phone, which the network keeps from the computer until it is too late.
  ends.network.carry = () => undefined;
  let shown = '';
  const computer = await ends.startComputer({
    confirm: (code) => {
      shown = code;
      return Promise.resolve(code === phone.comparisonCode);
    },
  });
  const phone = await ends.startPhone({ qrText: computer.qrText });
  await new Intruder(ends, computer).pair();
  expect(shown).toMatch(/^\d{3} \d{3}$/);
  expect(shown).not.toBe(phone.comparisonCode);
  expect(await computer.ended).toBe('denied');
  await refused('pairing-ended', () => computer.paired);
});

test('K1: a second, different key aborts the attempt, before and after the greeting, and is reported', async () => {
  for (const greeted of [false, true]) {
    const ends = new PairOfEnds();
    const computer = await ends.startComputer({ confirm: () => new Promise(() => undefined) });
    if (greeted) await ends.startPhone({ qrText: computer.qrText });
    else await new Intruder(ends, computer).sendKey();
    await settle();
    await new Intruder(ends, computer).sendKey();
    expect(await computer.ended).toBe('second-key');
    expect(ends.computerEvents).toContainEqual({ type: 'report', report: 'second-key' });
    expect(ends.computerStore.secretKey).toBeUndefined();
  }
});

test('K1: nothing is asked of a phone before its code is confirmed', async () => {
  const ends = new PairOfEnds();
  const computer = await ends.startComputer({ confirm: () => Promise.resolve(false) });
  const request = computer.request(login());
  const outcome = refused('pairing-ended', () => request);
  const intruder = new Intruder(ends, computer);
  await intruder.pair();
  await outcome;
  expect(intruder.requests().map(({ body }) => body.kind)).toEqual(['me', 'unpair']);
});

test('K1: a QR is good for 90 seconds, and for 60 at a browser', async () => {
  for (const [options, milliseconds] of [
    [{}, 90_000],
    [{ browser: { deviceIdentifier: filled(1, 16), name: 'chrome' } }, 60_000],
  ] as const) {
    for (const late of [false, true]) {
      const ends = new PairOfEnds();
      const computer = await ends.startComputer(options);
      await ends.clock.advance(late ? milliseconds : milliseconds - 1);
      await new Intruder(ends, computer).sendKey();
      expect(ends.network.carried).toHaveLength(late ? 0 : 1);
      if (late) expect(await computer.ended).toBe('qr-expired');
    }
  }
});

test('K1: the phone that lost the race takes the silence for failure', async () => {
  const ends = new PairOfEnds();
  const computer = await ends.startComputer();
  await new Intruder(ends, computer).pair();
  const phone = await ends.startPhone({ qrText: computer.qrText });
  await ends.clock.advance(90_000);
  expect(await phone.ended).toBe('not-greeted');
  await refused('pairing-ended', () => phone.paired);
});

test('K2: no key that comes later replaces the first, not even after a restart', async () => {
  const ends = new PairOfEnds();
  const { computer } = await ends.pair();
  const intruder = new Intruder(ends, computer);
  await intruder.sendKey();
  expect(ends.computerEvents).toContainEqual({ type: 'report', report: 'second-key' });
  expect((await computer.request(login())).kind).toBe('sign');
  await computer.close();
  const again = await ends.startComputer();
  await intruder.sendKey();
  expect((await again.request(login())).kind).toBe('sign');
  expect(intruder.requests()).toEqual([]);
  expect(ends.keys.signed).toHaveLength(2);
});

test('K2: the key that comes between the first key and the hello gets no hello', async () => {
  const ends = new PairOfEnds();
  const computer = await ends.startComputer();
  const [first, second] = [new Intruder(ends, computer), new Intruder(ends, computer)];
  // Both keys are there before the computer has had a turn to greet.
  await Promise.all([first.sendKey(), second.sendKey()]);
  expect(await computer.ended).toBe('second-key');
  expect(first.requests().map(({ body }) => body.kind)).toEqual(['me', 'unpair']);
  expect(second.requests()).toEqual([]);
});

test('K3: a request that comes again and again is shown and signed once, and gets the same answer', async () => {
  const ends = new PairOfEnds('one', 'two', 'three');
  const { computer, phone } = await ends.pair();
  expect((await computer.request(login())).kind).toBe('sign');
  const requests = recorded(ends, phone.address.receiveQueue);
  for (const message of [...requests, ...requests.reverse()]) ends.network.deliver(message);
  await ends.clock.advance(14 * 60_000);
  for (const message of requests) ends.network.deliver(message);
  await settle();
  expect(ends.asked).toHaveLength(1);
  expect(ends.keys.signed).toHaveLength(1);
});

test('K3: a phone that starts anew still knows what it has answered', async () => {
  const ends = new PairOfEnds();
  ends.decide = () => Promise.resolve({ approve: false });
  const { computer, phone } = await ends.pair();
  await refused('request-rejected', () => computer.request(login()));
  await phone.close();
  ends.decide = () => Promise.resolve({ approve: true });
  const again = await ends.startPhone();
  const requests = recorded(ends, again.address.receiveQueue);
  for (const message of requests) ends.network.deliver(message);
  await settle();
  expect(ends.asked).toHaveLength(1);
  expect(ends.keys.signed).toEqual([]);
});

test('K3: what a queue kept for two days is neither shown nor signed', async () => {
  for (const minutes of [-16, 16, 48 * 60]) {
    const ends = new PairOfEnds();
    const { computer, phone } = await ends.pair();
    ends.network.carry = () => undefined;
    const request = computer.request(login());
    await settle();
    const kept = recorded(ends, phone.address.receiveQueue).at(-1);
    await computer.close();
    await refused('request-canceled', () => request);
    await ends.clock.advance(minutes * 60_000);
    if (kept) ends.network.deliver(kept);
    await settle();
    expect(ends.asked).toEqual([]);
    expect(ends.phoneEvents).toContainEqual(expect.objectContaining({ type: 'report', report: 'stale' }));
  }
});

test('K3: a pairing that clocks set wrong have made useless says so, and signs nothing twice', async () => {
  const ends = new PairOfEnds();
  const { computer } = await ends.pair();
  await ends.clock.advance(24 * HOUR);
  await computer.request(login());
  await ends.clock.advance(HOUR);
  await computer.request(login());
  const before = ends.asked.length;
  // Both clocks are put right.
  ends.clock.turnBack(25 * HOUR);
  const outcome = refused('request-timeout', () => computer.request(login(), { acknowledge: false }));
  await ends.clock.advance(30_000);
  await outcome;
  expect(ends.phoneEvents).toContainEqual(expect.objectContaining({ type: 'report', report: 'clock-turned-back' }));
  expect(ends.asked).toHaveLength(before);
});

test('K3: an answer that comes again answers nothing else', async () => {
  const ends = new PairOfEnds();
  const { computer, phone } = await ends.pair();
  await computer.request(login());
  const old = recorded(ends, phone.address.sendQueue);
  ends.network.carry = () => undefined;
  const request = computer.request(login({ user: 'root' }), { acknowledge: false });
  await settle();
  for (const message of old) ends.network.deliver(message);
  await settle();
  expect(computer.pending()).toHaveLength(1);
  const outcome = refused('request-timeout', () => request);
  await ends.clock.advance(30_000);
  await outcome;
});

test('K4: what an end sent itself is refused when it comes back, also to a new run', async () => {
  const ends = new PairOfEnds();
  const { computer, phone } = await ends.pair();
  await computer.request(login());
  const { address } = computer;
  const reflect = async (): Promise<void> => {
    for (const { channel, message } of recorded(ends, address.sendQueue)) {
      ends.network.deliver({ channel, queue: address.receiveQueue, message });
    }
    for (const { channel, message } of recorded(ends, address.receiveQueue)) {
      ends.network.deliver({ channel, queue: address.sendQueue, message });
    }
    await settle();
  };
  await reflect();
  // A hello and a login; the key, the answer to each of them and an acknowledgment.
  expect([computer.counters().reflected, phone.counters().reflected]).toEqual([2, 4]);
  await Promise.all([computer.close(), phone.close()]);
  const [computerAgain, phoneAgain] = await Promise.all([ends.startComputer(), ends.startPhone()]);
  const before = [computerAgain.counters().reflected, phoneAgain.counters().reflected];
  const pending = computerAgain.request({ kind: 'hosts' });
  await reflect();
  expect(computerAgain.counters().reflected).toBeGreaterThanOrEqual((before[0] ?? 0) + 2);
  expect(phoneAgain.counters().reflected).toBeGreaterThanOrEqual((before[1] ?? 0) + 4);
  expect((await pending).kind).toBe('hosts');
  expect(ends.keys.signed).toHaveLength(1);
});

test('K4: a request is no answer and an answer no request, though one box opens both', async () => {
  const ends = new PairOfEnds();
  const { computer, phone } = await ends.pair();
  const [hello] = recorded(ends, computer.address.sendQueue);
  const [, me] = recorded(ends, phone.address.sendQueue);
  if (!hello || !me) throw new Error('expected a hello and its answer');
  // As if nothing were remembered of what was sent: the plaintexts are told apart all the same.
  const intruder = new Intruder(ends, computer);
  const plain = (message: Uint8Array): Bytes => {
    const secretKey = ends.phoneStore.secretKey ?? filled(0, 32);
    const box = nobleBox.importKey(secretKey).shared(decodeQrText(computer.qrText).publicKey);
    return box.open(decodeMessage(message).sealed);
  };
  expect(intruder.requests()).toEqual([]);
  await refused('field-missing', () => decodeAnswer(plain(hello.message)));
  await refused('field-missing', () => decodeRequest(plain(me.message)));
});

test('K4: an answer of another kind than was asked for is refused', async () => {
  const ends = new PairOfEnds();
  const computer = await ends.startComputer();
  const intruder = new Intruder(ends, computer);
  await intruder.pair();
  const request = computer.request(login(), { acknowledge: false });
  const requestId = await intruder.lastRequest();
  const wrong: AnswerBody[] = [
    { kind: 'me', me: { email: 'eve@example.com' } },
    { kind: 'git-sign', signature: filled(1, 64) },
    { kind: 'hosts', hosts: [], pgpUserIds: [] },
    { kind: 'git-sign', error: 'rejected' },
    { kind: 'u2f-authenticate', error: 'rejected' },
    { kind: 'ack' },
  ];
  for (const body of wrong) await intruder.answer(requestId, body);
  expect(ends.computerEvents.filter((event) => event.type === 'report')).toEqual(
    wrong.map(() => ({ type: 'report', report: 'wrong-kind' })),
  );
  await intruder.answer(requestId, { kind: 'sign', signature: filled(2, 64) });
  expect((await request).signature).toEqual(filled(2, 64));
});

test('K5: an answer to nothing changes nothing: no user, no push endpoint, no request', async () => {
  const ends = new PairOfEnds();
  const computer = await ends.startComputer();
  const intruder = new Intruder(ends, computer);
  await intruder.pair();
  const before = structuredClone(await computer.paired);
  const snsEndpointArn = 'arn:aws:sns:eve';
  const bodies: AnswerBody[] = [
    { kind: 'ack' },
    { kind: 'me', me: { email: 'mallory@example.com' } },
    { kind: 'sign', signature: filled(1, 64) },
    { kind: 'hosts', hosts: [], pgpUserIds: [] },
  ];
  for (const body of bodies) await intruder.answer('nothing', body, { snsEndpointArn });
  expect(ends.computerEvents.filter(({ type }) => type === 'push-endpoint')).toEqual([]);
  expect(ends.computerEvents.filter(({ type }) => type === 'report')).toHaveLength(bodies.length);
  expect(await computer.paired).toEqual(before);
});

test('K5: a phone stays the device that was paired', async () => {
  const ends = new PairOfEnds();
  const computer = await ends.startComputer();
  const intruder = new Intruder(ends, computer);
  await intruder.pair(filled(1, 16));
  const outcome = refused('answer-unexpected', () => computer.request({ kind: 'me' }));
  const me = { email: 'eve@example.com', deviceIdentifier: filled(2, 16) };
  await intruder.answer(await intruder.lastRequest(), { kind: 'me', me });
  await outcome;
  expect(ends.computerEvents).toContainEqual({ type: 'report', report: 'device-changed' });
  expect((await computer.paired).deviceIdentifier).toEqual(filled(1, 16));
});

test('K5: unpair is the exception: it ends the pairing and every request, and is told', async () => {
  const ends = new PairOfEnds();
  const computer = await ends.startComputer();
  const intruder = new Intruder(ends, computer);
  await intruder.pair();
  const outcomes = [login(), { kind: 'hosts' } as const].map((body) =>
    refused('pairing-ended', () => computer.request(body)),
  );
  await intruder.answer('nothing', { kind: 'unpair' });
  await Promise.all(outcomes);
  expect(await computer.ended).toBe('unpaired-by-phone');
  expect(ends.computerEvents).toContainEqual({ type: 'ended', reason: 'unpaired-by-phone' });
});

test('K6: who owns every queue can make neither end do anything, and a flood of what does not open costs no save', async () => {
  const ends = new PairOfEnds();
  const { computer, phone } = await ends.pair();
  const { address } = computer;
  const capture = recorded(ends, address.sendQueue)[0]?.message ?? filled(0, 100);
  const foreign = nobleBox.generateKey().shared(nobleBox.generateKey().publicKey);
  const saves = [ends.computerStore.saves, ends.phoneStore.saves];
  const stored = [ends.computerStore.state?.length, ends.phoneStore.state?.length];
  const rounds = 250;
  for (let round = 0; round < rounds; round++) {
    const damaged = capture.slice();
    const index = 1 + (round % (damaged.length - 1));
    damaged[index] = (damaged[index] ?? 0) ^ (1 + (round % 255));
    const flood = [
      damaged,
      capture.subarray(0, round % 41),
      encodeCiphertextMessage(foreign, filled(round & 0xff, 64)),
      filled(0, 20),
      Uint8Array.of(9, 9, 9),
    ];
    for (const message of flood) {
      for (const queue of [address.sendQueue, address.receiveQueue]) {
        ends.network.deliver({ channel: 'queue', queue, message });
      }
    }
  }
  await settle();
  for (const { undecryptable, malformed, reflected } of [computer.counters(), phone.counters()]) {
    expect(undecryptable + malformed + reflected).toBe(5 * rounds);
  }
  expect([ends.computerStore.saves, ends.phoneStore.saves]).toEqual(saves);
  expect((await computer.request(login())).kind).toBe('sign');
  await settle();
  const after = [ends.computerStore.state?.length ?? Infinity, ends.phoneStore.state?.length ?? Infinity];
  after.forEach((length, index) => {
    expect(length).toBeLessThan((stored[index] ?? 0) + 3000);
  });
});

test('K6: a replayed request is answered again at once, then once a second, and costs no more saves than that', async () => {
  const ends = new PairOfEnds();
  const { computer, phone } = await ends.pair();
  await computer.request(login());
  await settle();
  const { receiveQueue, sendQueue } = phone.address;
  const request = recorded(ends, receiveQueue).at(-1);
  const flood = async (): Promise<void> => {
    for (let round = 0; round < 600; round++) if (request) ends.network.deliver(request);
    await settle();
  };
  const answers = recorded(ends, sendQueue).length;
  const { saves } = ends.phoneStore;
  await flood();
  expect(recorded(ends, sendQueue)).toHaveLength(answers + 1);
  expect(ends.phoneStore.saves).toBe(saves + 1);
  await ends.clock.advance(1000);
  await flood();
  expect(recorded(ends, sendQueue)).toHaveLength(answers + 2);
  expect(ends.phoneStore.saves).toBe(saves + 2);
  expect(phone.counters().duplicates).toBe(1200);
  // What was sent before the flood is still known when it comes back.
  const own = recorded(ends, sendQueue)[0]?.message ?? filled(0, 1);
  const { reflected } = phone.counters();
  ends.network.deliver({ channel: 'queue', queue: receiveQueue, message: own });
  await settle();
  expect(phone.counters().reflected).toBe(reflected + 1);
});

test('K6: what a paired computer has a phone keep is bounded, though it fills every request', async () => {
  const ends = new PairOfEnds();
  ends.decide = () => new Promise(() => undefined);
  const { computer } = await ends.pair();
  const id = '1'.repeat(40);
  const by = 'Eve <eve@example.com> 1700000000 +0000';
  const requests = Array.from({ length: 20 }, (_, number) => {
    const content = { type: 'commit', tree: id, author: by, committer: by, message: filled(0x61, 190_000) } as const;
    return computer.request({ kind: 'git-sign', userId: `${number}`, content }).catch(() => undefined);
  });
  await settle();
  expect(ends.asked).toHaveLength(5);
  expect(ends.phoneEvents).toContainEqual(expect.objectContaining({ type: 'report', report: 'too-many-requests' }));
  // Bytes are stored as base64.
  expect(ends.phoneStore.state?.length).toBeLessThan(1.5 * 1024 * 1024);
  await computer.close();
  await Promise.all(requests);
});

test('K6: what is lost and what comes twice is counted', async () => {
  const ends = new PairOfEnds('first', 'second');
  const { computer, phone } = await ends.pair();
  const duplicates = phone.counters().duplicates;
  ends.network.carry = ({ channel, ...rest }) => {
    if (channel === 'first') ends.network.deliver({ channel, ...rest });
  };
  await computer.request(login());
  expect(phone.counters().duplicates).toBe(duplicates);
  expect(phone.counters().channels).toMatchObject([
    { name: 'first', missed: 0 },
    { name: 'second', missed: 1 },
  ]);
  ends.network.carry = () => undefined;
  const outcome = refused('request-timeout', () => computer.request(login()));
  await ends.clock.advance(30_000);
  await outcome;
  expect(computer.counters().lost).toBe(1);
});

test('K6: nobody who has the queues and the QR has a key: nothing secret is in either', async () => {
  const ends = new PairOfEnds();
  const { computer } = await ends.pair();
  await computer.request({ ...login(), command: 'a very secret command' });
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
  const carried = ends.network.carried.map(({ message }) => text(message)).join() + computer.qrText;
  expect(carried).not.toContain('a very secret command');
  for (const store of [ends.computerStore, ends.phoneStore]) {
    const secretKey = store.secretKey ?? filled(0, 32);
    const state = text(store.state ?? new Uint8Array());
    for (const form of [text(secretKey), Buffer.from(secretKey).toString('base64').slice(0, 42)]) {
      expect(carried).not.toContain(form);
      expect(state).not.toContain(form);
    }
  }
});

test('K7: a host that has proven nothing is shown as one, and its name as a claim', async () => {
  const ends = new PairOfEnds();
  const { computer } = await ends.pair();
  await computer.request(login());
  await computer.request({ ...login(), hostAuth: proof('example.com') });
  const [unknown, proven] = ends.asked;
  expect(unknown).toMatchObject({ hostVerified: false, subject: { hostVerified: false, hostNames: [] } });
  expect(proven).toMatchObject({
    hostVerified: true,
    subject: { hostKey, hostNames: [{ name: 'example.com', pinned: false }] },
  });
  expect(proven?.claimed).toContainEqual({ name: 'host', value: 'example.com' });
  expect(proven?.verified.map(({ name }) => name)).not.toContain('host');
});

test('K7: a proof for another session or by another key, or a key that is not the pinned one, refuses the login', async () => {
  const ends = new PairOfEnds();
  const { computer } = await ends.pair();
  await computer.request({ ...login(), hostAuth: proof('example.com') });
  const wrong: HostAuth[] = [
    { ...proof('other'), signature: hostSignature(2, filled(8, 32)) },
    { ...proof('other'), signature: hostSignature(3) },
    { ...proof('other'), signature: filled(0, 83) },
    { hostKey: otherHostKey, signature: hostSignature(3), hostNames: ['example.com'] },
    { hostKey: otherHostKey, signature: hostSignature(3), hostNames: ['other', 'EXAMPLE.com.'] },
  ];
  for (const hostAuth of wrong) {
    const error = await refused('request-failed', () => computer.request({ ...login(), hostAuth }));
    expect(error.message).toContain('host public key mismatched');
  }
  expect(ends.asked).toHaveLength(1);
  expect(ends.keys.signed).toHaveLength(1);
});

test('K7: two hosts that want the same new name do not both get it', async () => {
  const ends = new PairOfEnds();
  const { computer } = await ends.pair();
  const decisions: ((approved: boolean) => void)[] = [];
  ends.decide = () =>
    new Promise((resolve) => {
      decisions.push((approve) => {
        resolve(approve ? { approve } : { approve: false });
      });
    });
  const first = computer.request({ ...login(), hostAuth: proof('new.example') });
  const other = { hostKey: otherHostKey, signature: hostSignature(3), hostNames: ['new.example'] };
  const second = computer.request({ ...login(), hostAuth: other });
  const both = Promise.allSettled([first, second]);
  while (decisions.length < 2) await settle();
  for (const decide of decisions) decide(true);
  // Which of them comes first is for the thread pool to say.
  const outcomes = await both;
  const failed = outcomes.filter((outcome) => outcome.status === 'rejected');
  expect(failed).toEqual([
    { status: 'rejected', reason: expect.objectContaining({ code: 'request-failed' }) as Error },
  ]);
  expect(ends.keys.signed).toHaveLength(1);
});

test('K7: no name that looks like the one that is pinned gets round its pin', async () => {
  const ends = new PairOfEnds();
  const { computer } = await ends.pair();
  await computer.request({ ...login(), hostAuth: proof('github.com') });
  const names = [
    ...['github.com\u200b', 'git\u00adhub.com', 'github.com ', ' github.com', 'github.com\u00a0', 'g\u0456thub.com'],
    ...['\u001b[2Jgithub.com', 'github.com\n', 'github\u3002com', '', '.', '..', 'github.com'.repeat(20_000)],
  ];
  for (const name of names) {
    for (const hostNames of [[name], ['new.example', name]]) {
      const hostAuth = { hostKey: otherHostKey, signature: hostSignature(3), hostNames };
      const refusal = await refused('request-failed', () => computer.request({ ...login(), hostAuth }));
      expect(refusal.message).toContain('unknown error');
    }
  }
  const dotted = { hostKey: otherHostKey, signature: hostSignature(3), hostNames: ['github.com..'] };
  const mismatch = await refused('request-failed', () => computer.request({ ...login(), hostAuth: dotted }));
  expect(mismatch.message).toContain('host public key mismatched');
  expect(ends.asked).toHaveLength(1);
  expect(ends.keys.signed).toHaveLength(1);
});

test('K7: one approval pins 4 names at most', async () => {
  const ends = new PairOfEnds();
  const { computer } = await ends.pair();
  const names = ['one.example', 'two.example', 'three.example', 'four.example', 'five.example'];
  await refused('request-failed', () => computer.request({ ...login(), hostAuth: proof(...names) }));
  expect(ends.asked).toEqual([]);
  await computer.request({ ...login(), hostAuth: proof(...names.slice(0, 4)) });
  expect(ends.phoneEvents.filter(({ type }) => type === 'pinned')).toHaveLength(4);
});

test('K7: everything that a signature for Git is over is shown, and what is cut says so', async () => {
  const ends = new PairOfEnds();
  const { computer } = await ends.pair();
  const id = (digit: string): string => digit.repeat(40);
  const by = 'Ada <ada@example.com> 1700000000 +0000';
  const message = encodeUtf8(`Fix a typo\n${' '.repeat(1000)}\n${'and more '.repeat(1000)}`);
  const shown = `Fix a typo ${'and more '.repeat(1000)}`.trim();
  const commit = { tree: id('1'), parent: id('2'), mergeParents: [id('3')], author: by, committer: by, message };
  await computer.request({ kind: 'git-sign', userId: by, content: { type: 'commit', ...commit } });
  const tag = { object: id('4'), objectType: 'blob', tag: 'v1', tagger: by, message };
  await computer.request({ kind: 'git-sign', userId: by, content: { type: 'tag', ...tag } });
  const cut = `${shown.slice(0, 1000)}… (8,010 characters more)`;
  expect(
    ends.asked.map(({ verified }) => Object.fromEntries(verified.map(({ name, value }) => [name, value]))),
  ).toEqual([
    { object: id('1'), parent: `${id('2')} ${id('3')}`, author: by, committer: by, message: cut },
    { object: id('4'), type: 'blob', tag: 'v1', tagger: by, message: cut },
  ]);
});

test('K7: nothing that a computer says looks like a line of its own', async () => {
  const ends = new PairOfEnds();
  const { computer } = await ends.pair({ name: `laptop${' '.repeat(74)}verified` });
  const command = `git${' '.repeat(74)}\u200b\r\n    host       github.com`;
  await computer.request({ ...login({ user: `ada${' '.repeat(80)}host` }), command });
  const [asked] = ends.asked;
  expect(asked?.computer).toBe('laptop verified');
  expect(asked?.verified).toContainEqual({ name: 'user', value: 'ada host' });
  expect(asked?.claimed).toContainEqual({ name: 'command', value: 'git host github.com' });
});

test('K7: through a forwarded agent every login is asked about, whatever was approved before', async () => {
  for (const remember of ['this', 'kind'] as const) {
    const ends = new PairOfEnds();
    ends.decide = () => Promise.resolve({ approve: true, remember });
    const { computer } = await ends.pair({}, { neverAsk: ['ssh-login'] });
    const known = { ...login(), hostAuth: proof('example.com') };
    await computer.request(known);
    await computer.request(known);
    expect(ends.asked).toHaveLength(1);
    // What an agent says of a login that comes through another host: a proof without a name, or no proof.
    await computer.request({ ...login(), hostAuth: proof() });
    await computer.request(login());
    expect(ends.asked.map(({ mayRemember }) => mayRemember)).toEqual([true, false, false]);
  }
});

test('K7: an approval that stands is tied to the key of the host and the user, or to the relying party, for 3 hours', async () => {
  const ends = new PairOfEnds();
  ends.decide = () => Promise.resolve({ approve: true, remember: 'this' });
  const { computer } = await ends.pair();
  const asks = async (body: Parameters<typeof computer.request>[0]): Promise<boolean> => {
    const before = ends.asked.length;
    await computer.request(body);
    return ends.asked.length > before;
  };
  const known = { ...login(), hostAuth: proof('example.com') };
  expect(await asks(known)).toBe(true);
  expect(await asks(known)).toBe(false);
  expect(await asks({ ...login({ user: 'root' }), hostAuth: proof('example.com') })).toBe(true);
  const other = { hostKey: otherHostKey, signature: hostSignature(3), hostNames: ['other.example'] };
  expect(await asks({ ...login(), hostAuth: other })).toBe(true);
  expect(await asks({ ...login(), hostAuth: proof('alias.example') })).toBe(true);
  expect(await asks(signIn('https://example.com'))).toBe(true);
  expect(await asks(signIn('https://example.com'))).toBe(false);
  expect(await asks(signIn('https://example.com.evil.example'))).toBe(true);
  await ends.clock.advance(3 * HOUR);
  expect(await asks(known)).toBe(true);
  expect(await asks(signIn('https://example.com'))).toBe(true);
});

test('K7: a login that binds its host is not signed for a host that proved nothing', async () => {
  const ends = new PairOfEnds();
  const { computer } = await ends.pair();
  await refused('request-failed', () => computer.request(login({ hostBound: true })));
  expect(ends.asked).toEqual([]);
  await computer.request({ ...login({ hostBound: true }), hostAuth: proof('example.com') });
  const [signed] = ends.keys.signed;
  expect(Buffer.from(signed?.data ?? []).includes(Buffer.from(hostKey))).toBe(true);
});

test('K8: a wrapped symmetric key of an old peer is refused by both ends, and counted', async () => {
  const ends = new PairOfEnds();
  const computer = await ends.startComputer();
  const intruder = new Intruder(ends, computer);
  const legacy = encodeKeyMessage(decodeQrText(computer.qrText).publicKey, intruder.key.publicKey);
  legacy[0] = 1;
  await intruder.send(legacy);
  expect(computer.counters().legacy).toBe(1);
  expect(ends.network.carried).toEqual([]);
  const phone = await ends.startPhone({ qrText: computer.qrText });
  await computer.paired;
  ends.network.deliver({ channel: 'queue', queue: phone.address.receiveQueue, message: legacy });
  expect(phone.counters().legacy).toBe(1);
});

test('K8: RSA with SHA-1 is not signed with unless that was allowed', async () => {
  const request = async (allowSha1: boolean): Promise<number> => {
    const ends = new PairOfEnds();
    const { computer } = await ends.pair({}, { allowSha1 });
    const { kind, fingerprint } = login();
    const data = Uint8Array.from([...loginData().slice(0, -15), 0, 0, 0, 7, ...Buffer.from('ssh-rsa')]);
    // The phone's key is none of RSA: where it is allowed the user is asked, and then the key refuses.
    await refused('request-failed', () => computer.request({ kind, data, fingerprint }));
    return ends.asked.length;
  };
  expect(await request(false)).toBe(0);
  expect(await request(true)).toBe(1);
});
