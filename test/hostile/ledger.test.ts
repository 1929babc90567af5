import { expect, test } from 'vitest';
import {
  emptyTrustLedger,
  forget,
  observe,
  tracesOf,
  type LedgerObservation,
  type LedgerPolicy,
  type LedgerReport,
  type ObservedItem,
  type PartReport,
  type PublicKeyPin,
  type TrustLedger,
} from '../../src/keychain/ledger/index.js';
import { encodeBase64Url } from '../../src/wire/base64.js';

const digest = (number: number): string => encodeBase64Url(new Uint8Array(16).fill(number));
const key = (kind: PublicKeyPin['kind'], number: number): PublicKeyPin => ({ kind, id: 'id', digest: digest(number) });
const A = digest(1);
const B = digest(2);
const item = (uid: string, changes: Partial<ObservedItem> = {}): ObservedItem => ({
  uid,
  kind: 'record',
  wrap: 'data-key-gcm',
  keyDigest: uid === A ? digest(11) : digest(12),
  dataDigest: digest(20),
  revision: 5,
  ...changes,
});
const honest: LedgerObservation = {
  publicKeys: [key('owner', 30), key('user', 31), key('team', 32), key('server', 33)],
  dataKey: { digest: digest(40), wrap: 'device' },
  kdf: { iterations: 1_000_000 },
  transport: 'hybrid',
  items: [item(A), item(B)],
};
const known: TrustLedger = observe(emptyTrustLedger(), honest).ledger;

const rows = (part: PartReport): string[] =>
  part.suspicious.map(({ row, refused }) => (refused ? `${row} refused` : row));

/** Plays an attack. Nothing of what is suspicious may be learned. */
function play(observation: LedgerObservation, policy: LedgerPolicy = {}): LedgerReport {
  const { ledger, report } = observe(known, observation, policy);
  const traces = (of: TrustLedger) => [...tracesOf(of)].map(([uid, trace]) => ({ uid, ...trace, absent: false }));
  expect({ ...ledger, items: traces(ledger) }).toEqual({ ...known, items: traces(known) });
  expect(observe(ledger, honest, { mode: 'strict' }).report.refused).toBe(false);
  return report;
}

test('A1: another public key of a user, team or server is reported, and refused under the strict policy', () => {
  for (const kind of ['user', 'team', 'server'] as const) {
    const observation = { publicKeys: [key(kind, 99)] };
    expect(rows(play(observation).publicKeys)).toEqual(['A1']);
    expect(play(observation).acceptedKey(kind, 'id')).toBe(true);
    const strict = play(observation, { mode: 'strict' });
    expect(rows(strict.publicKeys)).toEqual(['A1 refused']);
    expect(strict.acceptedKey(kind, 'id')).toBe(false);
    expect(strict.refused).toBe(kind === 'server');
  }
});

test('A1: a fingerprint other than the expected one is refused, on a fresh device as well', () => {
  const policy = { expectedKeys: [key('user', 31)] };
  for (const ledger of [emptyTrustLedger(), known]) {
    const { report, ledger: after } = observe(ledger, { publicKeys: [key('user', 99)] }, policy);
    expect(rows(report.publicKeys)).toEqual(['A1 refused']);
    expect(report.acceptedKey('user', 'id')).toBe(false);
    expect(after).toEqual(ledger);
  }
});

test('A1: the right key beside a wrong one under the same name does not make it right', () => {
  const report = play({ publicKeys: [key('user', 99), key('user', 31)] }, { mode: 'strict' });
  expect(report.acceptedKey('user', 'id')).toBe(false);
});

test('A2: another key of the owner refuses the whole answer of an account', () => {
  const report = play({ ...honest, publicKeys: [key('owner', 99)] });
  expect(rows(report.publicKeys)).toEqual(['A2 refused']);
  expect([report.refused, report.accepted(A)]).toEqual([true, false]);
});

test('A3: another data key is refused on a known device', () => {
  const report = play({ ...honest, dataKey: { digest: digest(99), wrap: 'device' } });
  expect(rows(report.dataKey)).toEqual(['A3 refused']);
  expect([report.refused, report.accepted(A)]).toEqual([true, false]);
});

test('A3: a data key other than the expected one is refused on a fresh device', () => {
  const { report } = observe(emptyTrustLedger(), honest, { expectedDataKey: digest(99) });
  expect(rows(report.dataKey)).toEqual(['A3 refused']);
});

test('A3: an answer without the data key that is expected is refused', () => {
  for (const ledger of [emptyTrustLedger(), known]) {
    const { report } = observe(ledger, { items: [item(A)] }, { expectedDataKey: digest(40) });
    expect(rows(report.dataKey)).toEqual(['A3 refused']);
    expect([report.refused, report.accepted(A)]).toEqual([true, false]);
  }
});

test('A3: a wrap of the data key outside of the set that the ledger is told is refused', () => {
  for (const wrap of [{ wrap: 'device' }, {}] as const) {
    const report = play({ dataKey: { digest: digest(40), ...wrap } }, { allowedDataKeyWraps: ['password'] });
    expect(rows(report.dataKey)).toEqual(['A3 refused']);
  }
});

test('A4: a lower cost than before is reported, and refused under the strict policy', () => {
  expect(rows(play({ kdf: { iterations: 999_999 } }).kdf)).toEqual(['A4']);
  expect(rows(play({ kdf: { iterations: 999_999 } }, { mode: 'strict' }).kdf)).toEqual(['A4 refused']);
});

test('A4: the costs of two algorithms are held against what was seen of each', () => {
  const algorithm = 'PBKDF2-HMAC-SHA-512';
  const { ledger, report } = observe(known, { kdf: { algorithm, iterations: 1000 } }, { mode: 'strict' });
  expect(report.kdf).toMatchObject({ new: 1, suspicious: [] });
  expect([ledger.iterations, ledger.iterationsSha512]).toEqual([1_000_000, 1000]);
  expect(rows(observe(ledger, { kdf: { algorithm, iterations: 999 } }).report.kdf)).toEqual(['A4']);
  expect(rows(observe(ledger, { kdf: { iterations: 999_999 } }).report.kdf)).toEqual(['A4']);
  expect(forget(ledger, { iterations: true })).toMatchObject({ iterations: undefined, iterationsSha512: undefined });
});

test('A4: a cost below the floor of the caller is refused', () => {
  const observation = { kdf: { iterations: 99_999 } };
  const { report } = observe(emptyTrustLedger(), observation, { minimumIterations: 100_000 });
  expect(rows(report.kdf)).toEqual(['A4 refused']);
  expect(report.refused).toBe(true);
});

test('A5: the key of another uid is reported, and refused under the strict policy', () => {
  const observation = { items: [item(A), item(B, { keyDigest: digest(11), revision: 6 })] };
  expect(rows(play(observation).items)).toEqual(['A5']);
  const report = play(observation, { mode: 'strict' });
  expect(rows(report.items)).toEqual(['A5 refused']);
  expect([report.accepted(A), report.accepted(B)]).toEqual([true, false]);
});

test('A5: the key of a known uid under one that is new is found as well', () => {
  const report = play({ items: [item(digest(3), { keyDigest: digest(11) })] }, { mode: 'strict' });
  expect(rows(report.items)).toEqual(['A5 refused']);
});

test('A5: two keys under one uid of an answer are reported, and refused under the strict policy', () => {
  const observation = { items: [item(A), item(A, { keyDigest: digest(13), revision: 6 })] };
  expect(rows(play(observation).items)).toEqual(['A5']);
  const report = play(observation, { mode: 'strict' });
  expect(rows(report.items)).toEqual(['A5 refused']);
  expect(report.accepted(A)).toBe(false);
});

test('A5: a key that was replaced is found under another uid and under its own, answers later', () => {
  const items = [item(A, { keyDigest: digest(13), dataDigest: digest(21), revision: 6 })];
  const { ledger } = observe(known, { items }, { mode: 'strict' });
  for (const uid of [A, B, digest(3)]) {
    const swapped = item(uid, { keyDigest: digest(11), dataDigest: digest(22), revision: 7 });
    for (const mode of ['report', 'strict'] as const) {
      const { report, ledger: after } = observe(ledger, { items: [swapped] }, { mode });
      expect(rows(report.items)).toEqual([mode === 'strict' ? 'A5 refused' : 'A5']);
      expect(report.accepted(uid)).toBe(mode === 'report');
      expect(after).toEqual(ledger);
    }
  }
});

test('A6: bytes that were replaced do not come back, under a higher revision or none', () => {
  for (const [before, between, later] of [
    [4, 5, 6],
    [undefined, undefined, undefined],
  ] as const) {
    const old = item(A, { revision: before, dataDigest: digest(21) });
    const { ledger: first } = observe(emptyTrustLedger(), { items: [old] });
    const { ledger } = observe(first, { items: [item(A, { revision: between })] }, { mode: 'strict' });
    for (const mode of ['report', 'strict'] as const) {
      const { report, ledger: after } = observe(ledger, { items: [{ ...old, revision: later }] }, { mode });
      expect(rows(report.items)).toEqual([mode === 'strict' ? 'A6 refused' : 'A6']);
      expect(after).toEqual(ledger);
    }
    const sealedAnew = item(A, { revision: later, dataDigest: digest(22) });
    expect(rows(observe(ledger, { items: [sealedAnew] }, { mode: 'strict' }).report.items)).toEqual([]);
  }
});

test('A6: an older revision, or none, is reported by the ledger, and refused under the strict policy', () => {
  for (const revision of [4, undefined]) {
    expect(rows(play({ items: [item(A, { revision })] }).items)).toEqual(['A6']);
    expect(rows(play({ items: [item(A, { revision })] }, { mode: 'strict' }).items)).toEqual(['A6 refused']);
  }
});

test('A6: other bytes or none under the same revision are refused by the ledger', () => {
  for (const dataDigest of [digest(99), undefined]) {
    const report = play({ items: [item(A, { dataDigest })] });
    expect(rows(report.items)).toEqual(['A6 refused']);
    expect(report.accepted(A)).toBe(false);
  }
});

test('A6: leaving a uid out for one answer does not let it come back older', () => {
  const { ledger } = observe(known, { items: [item(A)], complete: true });
  expect(rows(observe(ledger, { items: [item(B, { revision: 4 })] }, { mode: 'strict' }).report.items)).toEqual([
    'A6 refused',
  ]);
  const back = observe(ledger, { items: [item(B)] }).report.items;
  expect(back.changed).toEqual([{ subject: B, what: ['returned'] }]);
});

test('A7: a uid that no longer comes is missing, once; one that failed is not', () => {
  const { ledger, report } = observe(known, { items: [item(A)], complete: true });
  expect([report.missing, report.refused]).toEqual([[B], false]);
  expect(observe(ledger, { items: [item(A)], complete: true }).report.missing).toEqual([]);
  expect(play({ items: [item(A)], failed: [B], complete: true }).missing).toEqual([]);
  expect(play({ items: [item(A)] }).missing).toEqual([]);
});

test('A7: a uid that came back as it should not and goes again is missing again', () => {
  let { ledger } = observe(known, { items: [item(A)], complete: true });
  for (const back of [item(B, { revision: 4 }), item(B, { dataDigest: digest(99) })]) {
    const came = observe(ledger, { items: [item(A), back], complete: true });
    expect(rows(came.report.items)).toHaveLength(1);
    const gone = observe(came.ledger, { items: [item(A)], complete: true });
    expect(gone.report.missing).toEqual([B]);
    expect(observe(gone.ledger, { items: [item(A)], complete: true }).report.missing).toEqual([]);
    ledger = gone.ledger;
  }
});

test('A7: an answer without a required uid is refused, whether it did not come, failed or was refused', () => {
  for (const observation of [
    { items: [item(A)] },
    { items: [item(A)], failed: [B] },
    { items: [item(A), item(B, { dataDigest: digest(99) })] },
  ]) {
    const report = play(observation, { requiredUids: [A, B] });
    expect(report.requiredMissing).toEqual([B]);
    expect([report.refused, report.accepted(A)]).toEqual([true, false]);
  }
});

test('A8: what was authenticated and no longer is is reported, and refused under the strict policy', () => {
  const observation = { items: [item(A, { authenticated: false, revision: 6 })] };
  expect(rows(play(observation).items)).toEqual(['A8']);
  expect(rows(play(observation, { mode: 'strict' }).items)).toEqual(['A8 refused']);
});

test('A10: a wrap that got weaker, or is no longer told, is refused', () => {
  for (const wrap of ['user-ec', 'user-rsa', 'data-key-cbc'] as const) {
    expect(rows(play({ items: [item(A, { wrap, revision: 6 })] }).items)).toEqual(['A10 refused']);
  }
  const untold = { uid: A, kind: 'record', keyDigest: digest(11), dataDigest: digest(20), revision: 6 } as const;
  expect(rows(play({ items: [untold] }).items)).toEqual(['A10 refused']);
});

test('A11: EC after hybrid is reported, and refused under the strict policy or where hybrid is required', () => {
  expect(rows(play({ transport: 'ec' }).transport)).toEqual(['A11']);
  for (const policy of [{ mode: 'strict' }, { requireHybrid: true }] as const) {
    expect(rows(play({ transport: 'ec' }, policy).transport)).toEqual(['A11 refused']);
  }
  for (const observation of [{ transport: 'ec' }, {}] as const) {
    const fresh = observe(emptyTrustLedger(), observation, { requireHybrid: true });
    expect(rows(fresh.report.transport)).toEqual(['A11 refused']);
    expect([fresh.report.refused, fresh.ledger.transport]).toEqual([true, undefined]);
  }
});

test('A14: a uid that comes as another kind of item is reported, and refused under the strict policy unless as a file', () => {
  for (const [kind, wanted] of [
    ['file', 'A14'],
    ['team', 'A14 refused'],
    ['folder', 'A14 refused'],
  ] as const) {
    const observation = { items: [item(A, { kind, revision: 6 })] };
    expect(rows(play(observation).items)).toEqual(['A14']);
    const report = play(observation, { mode: 'strict' });
    expect(rows(report.items)).toEqual([wanted]);
    expect(report.accepted(A)).toBe(kind === 'file');
  }
  const { ledger } = observe(emptyTrustLedger(), { items: [item(A, { kind: 'team' }), item(B, { kind: 'file' })] });
  const { report } = observe(ledger, { items: [item(A), item(B)] }, { mode: 'strict' });
  expect(rows(report.items)).toEqual(['A14 refused', 'A14']);
});
