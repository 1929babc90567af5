import { expect, test } from 'vitest';
import type { ComputerSession } from '../../src/pairing/computer-session.js';
import { publicKeyFingerprint } from '../../src/pairing/ssh.js';
import { isVaultwireError } from '../../src/wire/error.js';
import {
  crash,
  hostKey,
  hostSignature,
  loginData,
  PairOfEnds,
  phoneSshKey,
  settle,
  verifyAtOnce,
} from '../support/pairing.js';

/*
 * One conversation, cut off at every save of either end, before it is durable and after: the two points between which
 * a restart can see a difference. The end that was cut off starts again from its store, and the conversation goes on.
 */

const fingerprint = publicKeyFingerprint(phoneSshKey);
const bodies = [
  {
    kind: 'sign' as const,
    data: loginData(),
    fingerprint,
    hostAuth: { hostKey, signature: hostSignature(2), hostNames: ['example.com'] },
  },
  {
    kind: 'u2f-authenticate' as const,
    challenge: new Uint8Array(32).fill(1),
    appId: 'a',
    keyHandle: new Uint8Array(80).fill(5),
  },
  { kind: 'u2f-register' as const, challenge: new Uint8Array(32).fill(2), appId: 'a' },
];

/** What became of the requests of one conversation, in any run. */
interface Conversation {
  readonly ends: PairOfEnds;
  readonly outcomes: readonly string[];
  readonly crashed: boolean;
}

async function converse(
  end: 'computer' | 'phone' | 'none',
  at: number,
  when: 'before' | 'after',
): Promise<Conversation> {
  const ends = new PairOfEnds('first', 'second');
  if (end !== 'none') crash(end === 'computer' ? ends.computerStore : ends.phoneStore, at, when);
  let crashed = false;
  let computer = await ends.startComputer();
  let phone = await ends.startPhone({ qrText: computer.qrText, verifyHost: verifyAtOnce });
  /** Starts again whatever was killed, as often as that takes. */
  const revive = async (): Promise<void> => {
    for (;;) {
      await settle();
      if (!ends.computerRun.alive) {
        crashed = true;
        computer = await ends.startComputer();
        // Nobody had seen the QR text of a run that was cut off before its first save.
        if (phone.address.identifier !== computer.address.identifier) {
          ends.phoneRun.kill();
          await ends.phoneStore.clear();
          phone = await ends.startPhone({ qrText: computer.qrText, verifyHost: verifyAtOnce });
        }
      } else if (!ends.phoneRun.alive) {
        crashed = true;
        phone = await ends.startPhone({ qrText: computer.qrText, verifyHost: verifyAtOnce });
      } else {
        return;
      }
    }
  };
  await revive();
  const outcomes: string[] = [];
  for (const body of bodies) outcomes.push(await ask(ends, () => computer, body, revive));
  await settle();
  await revive();
  return { ends, outcomes, crashed };
}

/** Asks as a caller does that survives restarts: what one run does not say about the request, the next one does. */
async function ask(
  ends: PairOfEnds,
  computer: () => ComputerSession,
  body: (typeof bodies)[number],
  revive: () => Promise<void>,
): Promise<string> {
  const heard: string[] = [];
  const hear = (promise: Promise<unknown>): void => {
    promise.then(
      () => heard.push('done'),
      (error: unknown) => heard.push(isVaultwireError(error) ? error.code : 'other'),
    );
  };
  let run = computer();
  const before = new Set(run.pending().map(({ requestId }) => requestId));
  hear(run.request(body));
  const requestId = run.pending().find((pending) => !before.has(pending.requestId))?.requestId ?? '';
  for (;;) {
    await revive();
    const [outcome] = heard;
    // Nothing was sent that is not in the store: what no run knows of has not happened.
    if (outcome === 'not-found') return ask(ends, computer, body, revive);
    if (outcome !== undefined) return outcome;
    if (run !== computer()) {
      run = computer();
      hear(run.outcome(requestId));
    }
    await ends.clock.advance(1_000);
  }
}

/** How often each thing was signed. */
function signatures({ ends }: Conversation): number[] {
  const counts = new Map<string, number>();
  for (const { what, data } of ends.keys.signed) {
    const name = `${what} ${Buffer.from(data).toString('base64')}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts.values()];
}

test('a conversation that nobody cuts off', async () => {
  const whole = await converse('none', 0, 'before');
  expect(whole.outcomes).toEqual(['done', 'done', 'done']);
  expect(signatures(whole)).toEqual([1, 1, 1]);
});

test('the computer is cut off at every save, and nobody notices', async () => {
  const { ends } = await converse('none', 0, 'before');
  expect(ends.computerStore.saves).toBeGreaterThanOrEqual(15);
  for (let at = 0; at < ends.computerStore.saves; at++) {
    for (const when of ['before', 'after'] as const) {
      const conversation = await converse('computer', at, when);
      expect(conversation.crashed, `${when} save ${at}`).toBe(true);
      expect(conversation.outcomes, `${when} save ${at}`).toEqual(['done', 'done', 'done']);
      expect(signatures(conversation), `${when} save ${at}`).toEqual([1, 1, 1]);
    }
  }
});

test('the phone is cut off at every save, and never signs twice', async () => {
  const { ends } = await converse('none', 0, 'before');
  expect(ends.phoneStore.saves).toBeGreaterThan(12);
  const failed: string[] = [];
  for (let at = 0; at < ends.phoneStore.saves; at++) {
    for (const when of ['before', 'after'] as const) {
      const conversation = await converse('phone', at, when);
      expect(conversation.crashed, `${when} save ${at}`).toBe(true);
      expect(Math.max(...signatures(conversation)), `${when} save ${at}`).toBe(1);
      const { outcomes } = conversation;
      failed.push(...outcomes.filter((outcome) => outcome !== 'done'));
      expect(outcomes.filter((outcome) => outcome === 'done').length, `${when} save ${at}`).toBeGreaterThanOrEqual(2);
    }
  }
  // Between the save that it is going to sign and the save of its signature, a phone cannot know whether it signed: for
  // each of the three requests one cut before the key was used, and one after.
  expect(failed).toEqual(Array.from({ length: 6 }, () => 'request-failed'));
});
