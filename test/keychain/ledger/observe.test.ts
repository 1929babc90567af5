import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  emptyTrustLedger,
  forget,
  LEDGER_LIMITS,
  observationOfSecrets,
  observe,
  tracesOf,
  type LedgerObservation,
  type LedgerPolicy,
  type ObservedItem,
  type TrustLedger,
} from '../../../src/keychain/ledger/index.js';
import { isWeakerWrap, WRAP_KINDS } from '../../../src/keychain/account/wrap.js';
import { codeOf } from '../account/support.js';
import { name16 } from './document-contract.js';

const record = (uid: number, changes: Partial<ObservedItem> = {}): ObservedItem => ({
  uid: name16(uid),
  kind: 'record',
  wrap: 'data-key-gcm',
  keyDigest: name16(100 + uid),
  dataDigest: name16(0),
  revision: 1,
  ...changes,
});
const seen = (observation: LedgerObservation): TrustLedger => observe(emptyTrustLedger(), observation).ledger;
const numbered = (number: number, what: number): string =>
  Buffer.from(new Uint32Array([number, what, number, what]).buffer).toString('base64url');
const user = (digest: number) => ({ kind: 'user', id: 'ann', digest: name16(digest) }) as const;

describe('the trust ledger', () => {
  it('learns, and counts what it knows', () => {
    const observation: LedgerObservation = {
      publicKeys: [user(1)],
      dataKey: { digest: name16(2) },
      kdf: { iterations: 100_000 },
      transport: 'ec',
      items: [record(1), record(2)],
      complete: true,
    };
    const first = observe(emptyTrustLedger(), observation);
    const part = { new: 1, unchanged: 0, changed: [], suspicious: [] };
    expect(first.report).toMatchObject({ publicKeys: part, dataKey: part, kdf: part, transport: part, refused: false });
    expect(first.report.items).toEqual({ ...part, new: 2 });
    const again = observe(first.ledger, observation);
    expect(again.report.items).toEqual({ ...part, new: 0, unchanged: 2 });
    expect(again.report.kdf).toEqual({ ...part, new: 0, unchanged: 1 });
    expect(again.ledger).toEqual(first.ledger);
    expect(structuredClone(again.ledger)).toEqual(first.ledger);
    expect(again.report.accepted(name16(1))).toBe(true);
    expect(again.report.accepted(name16(3))).toBe(false);
    expect(again.report.acceptedKey('user', 'ann')).toBe(true);
    expect(again.report.acceptedKey('team', 'ann')).toBe(false);
    // Where the whole answer is refused, for its data key here, nothing of it is accepted.
    const other = observe(first.ledger, { ...observation, dataKey: { digest: name16(9) } });
    expect(other.report.refused).toBe(true);
    expect(other.report.accepted(name16(1))).toBe(false);
    expect(other.report.acceptedKey('user', 'ann')).toBe(false);
  });

  it('learns what got stronger or newer, and what the caller expects', () => {
    const ledger = seen({
      publicKeys: [user(1)],
      dataKey: { digest: name16(2) },
      kdf: { iterations: 1000 },
      transport: 'ec',
      items: [record(1, { wrap: 'user-ec', authenticated: false })],
    });
    const { ledger: next, report } = observe(
      ledger,
      {
        publicKeys: [user(3)],
        dataKey: { digest: name16(4) },
        kdf: { iterations: 2000 },
        transport: 'hybrid',
        items: [record(1, { keyDigest: name16(7), dataDigest: name16(8), revision: 2 })],
      },
      { mode: 'strict', expectedKeys: [user(3)], expectedDataKey: name16(4) },
    );
    expect(report.items.changed).toEqual([{ subject: name16(1), what: ['key', 'data', 'revision', 'wrap'] }]);
    expect(report.publicKeys.changed).toEqual([{ subject: 'user:ann', what: ['expected'] }]);
    expect(report.dataKey.changed).toEqual([{ subject: '', what: ['expected'] }]);
    expect(report.kdf.changed).toEqual([{ subject: '', what: ['stronger'] }]);
    expect(report.transport.changed).toEqual([{ subject: '', what: ['stronger'] }]);
    expect(next).toMatchObject({ dataKey: name16(4), iterations: 2000, transport: 'hybrid' });
    expect(next.pins.get('user:ann')?.digest).toBe(name16(3));
  });

  it('forgets which digests were replaced where it is told to alone', () => {
    const old = record(1);
    const changed = record(1, { keyDigest: name16(7), dataDigest: name16(8), revision: 2 });
    const { ledger } = observe(seen({ items: [old] }), { items: [changed] });
    expect(ledger.former).toEqual(Uint8Array.of(...Array<number>(8).fill(101), ...Array<number>(8).fill(0)));
    const rows = (of: TrustLedger) => observe(of, { items: [old] }).report.items.suspicious.map(({ row }) => row);
    expect(rows(forget(ledger, { uids: [old.uid] }))).toEqual(['A5', 'A6']);
    expect(rows(forget(ledger, { uids: [old.uid], former: true }))).toEqual([]);
    // What it has now is learned anew, and is no digest that was replaced.
    expect(observe(forget(ledger, { uids: [old.uid] }), { items: [changed] }).report.items.new).toBe(1);
  });

  it('holds the newest of the digests that were replaced', () => {
    const count = LEDGER_LIMITS.former / 2 + 1;
    const show = (revision: number): ObservedItem[] =>
      Array.from({ length: count }, (_, index) => ({
        uid: numbered(index, 0),
        kind: 'record',
        keyDigest: numbered(index, revision),
        dataDigest: numbered(index, revision + 10),
        revision,
      }));
    const { ledger } = observe(seen({ items: show(1) }), { items: show(2) });
    expect(ledger.former.length).toBe(8 * LEDGER_LIMITS.former);
    const again = (index: number) => {
      const item = { ...show(1)[index]!, uid: name16(1) };
      return observe(ledger, { items: [item] }).report.items.suspicious.map(({ row }) => row);
    };
    expect(again(0)).toEqual([]);
    expect(again(1)).toEqual(['A5', 'A6']);
    expect(again(count - 1)).toEqual(['A5', 'A6']);
  });

  it('forgets what it is told to, and learns it anew', () => {
    const observation: LedgerObservation = {
      publicKeys: [user(1)],
      dataKey: { digest: name16(2) },
      kdf: { iterations: 9 },
      transport: 'hybrid',
      items: [record(1)],
    };
    const everything = { uids: [name16(1)], publicKeys: [user(1)], dataKey: true, iterations: true, transport: true };
    expect(forget(seen(observation), everything)).toEqual(emptyTrustLedger());
    expect(forget(seen(observation), {})).toEqual(seen(observation));
  });

  it('reads the answer of a device', async () => {
    const base = { folderUids: [], innerFolderUid: undefined, isEditable: true, data: {}, links: [] };
    const file = {
      uid: name16(9),
      description: {},
      url: undefined,
      thumbnailUrl: undefined,
      key: undefined as never,
      digests: { keyDigest: name16(10), dataDigest: name16(11) },
    };
    const opened = {
      ...base,
      files: [file],
      uid: name16(1),
      revision: 3,
      key: undefined as never,
      wrappedBy: 'application',
      digests: { keyDigest: name16(2), dataDigest: name16(3) },
    } as const;
    const failed = [
      { kind: 'record', uid: name16(5), parentUid: undefined, code: 'open-failed', message: '' },
      { kind: 'file', uid: name16(6), parentUid: undefined, code: 'open-failed', message: '' },
      { kind: 'application', uid: '', parentUid: undefined, code: 'open-failed', message: '' },
    ] as const;
    const otherFile = { ...file, uid: name16(12) };
    const digests = { keyDigest: '', dataDigest: name16(13) };
    const own = { ...opened, wrappedBy: 'none', files: [], digests } as const;
    const records = [
      opened,
      { ...own, uid: '', files: [otherFile] },
      { ...own, uid: 'anything' },
      { ...own, uid: name16(4) },
    ];
    const folders = [{ uid: name16(7), key: undefined as never, keyDigest: name16(8) }];
    expect(observationOfSecrets({ folders, records, failed }, { complete: true })).toEqual({
      items: [
        { uid: name16(7), kind: 'folder', keyDigest: name16(8) },
        { uid: name16(1), kind: 'record', keyDigest: name16(2), dataDigest: name16(3), revision: 3 },
        { uid: name16(9), kind: 'file', keyDigest: name16(10), dataDigest: name16(11) },
        { uid: name16(12), kind: 'file', keyDigest: name16(10), dataDigest: name16(11) },
        { uid: name16(4), kind: 'record', keyDigest: name16(0), dataDigest: name16(13), revision: 3 },
      ],
      failed: [name16(5), name16(6)],
      complete: true,
    });
    for (const bare of [
      { folders: [{ ...folders[0]!, keyDigest: undefined }], records },
      { folders, records: [{ ...opened, digests: undefined }] },
      { folders, records: [{ ...opened, files: [{ ...file, digests: undefined }] }] },
    ]) {
      expect(await codeOf(() => observationOfSecrets({ ...bare, failed }))).toBe('argument-invalid');
    }
    // The application's own record is held against what it was, and its key is no other record's.
    const { ledger } = observe(emptyTrustLedger(), observationOfSecrets({ folders, records, failed }));
    const shown = (changes: object): readonly string[] => {
      const later = { folders: [], failed: [], records: [{ ...own, uid: name16(4), ...changes }] };
      const { report } = observe(ledger, observationOfSecrets(later), { requiredUids: [name16(4)] });
      return report.items.suspicious.map(({ row }) => row);
    };
    expect(shown({})).toEqual([]);
    expect(shown({ revision: 2 })).toEqual(['A6']);
    expect(shown({ uid: name16(11) })).toEqual(['A5']);
  });

  it('does not accept a record of a device with a revision below zero, and goes on with the others', () => {
    const one = {
      ...{ folderUids: [], innerFolderUid: undefined, isEditable: true, data: {}, links: [], files: [] },
      ...({ uid: name16(1), revision: -1, key: undefined as never, wrappedBy: 'application' } as const),
      digests: { keyDigest: name16(2), dataDigest: name16(3) },
    } as const;
    const other = { ...one, uid: name16(4), revision: 0, digests: { keyDigest: name16(5), dataDigest: name16(6) } };
    const observation = observationOfSecrets({ folders: [], records: [one, other], failed: [] });
    const { report } = observe(emptyTrustLedger(), observation);
    expect([report.accepted(one.uid), report.accepted(other.uid)]).toEqual([false, true]);
    expect(observation.failed).toEqual([one.uid]);
  });

  it('takes a file on several records for one, unless it comes with two keys', () => {
    const file = (changes: Partial<ObservedItem> = {}): ObservedItem => ({
      uid: name16(1),
      kind: 'file',
      keyDigest: name16(2),
      dataDigest: name16(3),
      ...changes,
    });
    const twice = { items: [file(), file()] };
    for (const ledger of [emptyTrustLedger(), seen({ items: [file()] })]) {
      expect(observe(ledger, twice).report.items).toMatchObject({ changed: [], suspicious: [] });
      expect(observe(ledger, { items: [file({ dataDigest: name16(4) })] }).report.items.suspicious).toEqual([]);
      for (const mode of ['report', 'strict'] as const) {
        const { report, ledger: next } = observe(ledger, { items: [file(), file({ keyDigest: name16(5) })] }, { mode });
        const refused = mode === 'strict';
        expect(report.items).toMatchObject({ changed: [], suspicious: [{ row: 'A5', subject: name16(1), refused }] });
        expect(report.accepted(name16(1))).toBe(!refused);
        expect([...tracesOf(next)].map(([, { keyDigest }]) => keyDigest)).toEqual([name16(2)]);
      }
    }
    const known = seen({ items: [file(), record(7)] });
    const taken = observe(known, { items: [file(), file({ keyDigest: name16(107) })] });
    expect(taken.report.items.suspicious.map(({ message }) => message)).toEqual([
      `its key is the key of ${name16(7)}`,
      'it came twice, with two keys',
    ]);
    expect(observe(known, { items: [file({ keyDigest: name16(5) })] }).report.items.changed).toEqual([
      { subject: name16(1), what: ['key'] },
    ]);
  });

  it('takes an answer without public keys and derivation, whatever the caller knows of them', () => {
    const policy: LedgerPolicy = {
      expectedKeys: [user(1)],
      minimumIterations: 100_000,
      allowedDataKeyWraps: ['password'],
    };
    expect(observe(emptyTrustLedger(), { items: [record(1)] }, policy).report.refused).toBe(false);
  });

  it('refuses observations and policies of the wrong shape', async () => {
    const item = (changes: object): LedgerObservation => ({ items: [{ ...record(1), ...changes }] });
    const pin = (changes: object): LedgerObservation => ({ publicKeys: [{ ...user(1), ...changes }] });
    const wrong: [LedgerObservation, LedgerPolicy?][] = [
      [item({ kind: 'note' })],
      [item({ wrap: 'rot13' })],
      [item({ authenticated: 1 })],
      [item({ keyDigest: 'x' })],
      [item({ dataDigest: `${'A'.repeat(21)}B` })],
      [item({ revision: -1 })],
      [item({ revision: 0.5 })],
      [pin({ kind: 'cat' })],
      [pin({ id: '' })],
      [pin({ id: 'x'.repeat(256) })],
      [pin({ id: '\ud800' })],
      [pin({ digest: '' })],
      [{ dataKey: { digest: '' } }],
      [{ kdf: { iterations: 0 } }],
      [{ kdf: { iterations: 2 ** 32 } }],
      [{ kdf: { iterations: 1, algorithm: 'toString' as 'PBKDF2-HMAC-SHA-256' } }],
      [{ transport: 'rsa' as 'ec' }],
      [{}, { expectedDataKey: '' }],
      [{}, { minimumIterations: NaN }],
      [{}, { expectedKeys: [{ ...user(1), digest: '' }] }],
    ];
    for (const [observation, policy] of wrong) {
      expect(await codeOf(() => observe(emptyTrustLedger(), observation, policy))).toBe('argument-invalid');
    }
    expect(await codeOf(() => observe(emptyTrustLedger(), item({ uid: 'a' })))).toBe('uid-invalid');
  });

  it('agrees with a simple model, whatever a server answers', () => {
    const item = fc.record({
      uid: fc.integer({ min: 1, max: 4 }).map(name16),
      kind: fc.constantFrom('record', 'record', 'record', 'folder'),
      wrap: fc.constantFrom('data-key-gcm', 'user-ec', 'team-rsa'),
      authenticated: fc.constantFrom(true, true, false),
      keyDigest: fc.integer({ min: 5, max: 9 }).map(name16),
      dataDigest: fc.option(fc.integer({ min: 1, max: 6 }).map(name16), { nil: undefined, freq: 9 }),
      revision: fc.option(fc.nat(3), { nil: undefined, freq: 6 }),
    }) as fc.Arbitrary<ObservedItem>;
    const step = fc.record({
      items: fc.array(item, { maxLength: 5 }),
      complete: fc.boolean(),
      strict: fc.boolean(),
      iterations: fc.integer({ min: 1, max: 4 }),
      transport: fc.constantFrom('ec', 'hybrid'),
      dataKey: fc.constantFrom(name16(1), name16(1), name16(1), name16(2)),
      userKey: fc.integer({ min: 1, max: 2 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
        let ledger = emptyTrustLedger();
        let model: Model = {
          items: [],
          former: [],
          iterations: 0,
          hybrid: false,
          dataKey: undefined,
          userKey: undefined,
        };
        for (const { items, complete, strict, iterations, transport, dataKey, userKey } of steps) {
          const before = structuredClone(ledger);
          const observation = {
            items,
            complete,
            kdf: { iterations },
            transport,
            dataKey: { digest: dataKey },
            publicKeys: [user(userKey)],
          } as const;
          const found = observe(ledger, observation, { mode: strict ? 'strict' : 'report' });
          expect(ledger).toEqual(before);
          const wanted = play(model, observation, userKey, strict);
          expect(found.report.refused).toBe(wanted.refused);
          expect(found.report.missing).toEqual(wanted.missing);
          expect(found.report.items.suspicious.map(({ row, subject, refused }) => [row, subject, refused])).toEqual(
            wanted.suspicious,
          );
          for (const { uid } of items) {
            const bad = wanted.suspicious.some(([, subject, refused]) => subject === uid && refused);
            expect(found.report.accepted(uid)).toBe(!wanted.refused && !bad);
          }
          model = wanted.model;
          ledger = found.ledger;
          expect([...tracesOf(ledger)].map(([uid, trace]) => ({ uid, ...trace }))).toEqual(model.items);
          expect(Buffer.from(ledger.former).toString('hex')).toBe(
            model.former.map((digest) => Buffer.from(digest, 'base64url').toString('hex', 0, 8)).join(''),
          );
          expect(ledger.iterations ?? 0).toBe(model.iterations);
          expect(ledger.transport === 'hybrid').toBe(model.hybrid);
          expect(ledger.dataKey).toBe(model.dataKey);
          expect(ledger.pins.get('user:ann')?.digest).toBe(model.userKey);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

interface Model {
  readonly items: readonly (ObservedItem & { readonly absent: boolean })[];
  readonly former: readonly string[];
  readonly iterations: number;
  readonly hybrid: boolean;
  readonly dataKey: string | undefined;
  readonly userKey: string | undefined;
}

/** The rules once more, over plain lists, as slow and as short as they can be. */
function play(
  model: Model,
  shown: {
    items: readonly ObservedItem[];
    complete: boolean;
    kdf: { iterations: number };
    transport: string;
    dataKey: { digest: string };
  },
  userKey: number,
  strict: boolean,
) {
  const weaker = shown.kdf.iterations < model.iterations;
  const downgraded = model.hybrid && shown.transport === 'ec';
  const otherDataKey = model.dataKey !== undefined && model.dataKey !== shown.dataKey.digest;
  const refused = otherDataKey || (strict && (weaker || downgraded));
  const suspicious: [string, string, boolean][] = [];
  const former = [...model.former];
  const shownKnown = new Set<string>();
  let items = [...model.items];
  for (const item of shown.items) {
    const known = items.find(({ uid }) => uid === item.uid);
    const rows: [string, boolean][] = [];
    const isNewKey = known?.keyDigest !== item.keyDigest;
    const isOwned = items.some(({ keyDigest }) => keyDigest === item.keyDigest) || former.includes(item.keyDigest);
    if (isNewKey && isOwned) rows.push(['A5', strict]);
    const isNewData = item.dataDigest !== undefined && known?.dataDigest !== item.dataDigest;
    if (known && known.kind !== item.kind) rows.push(['A14', strict]);
    if (known?.revision !== undefined && (item.revision ?? -1) < known.revision) rows.push(['A6', strict]);
    else if (known?.revision !== undefined && known.revision === item.revision) {
      if (known.dataDigest !== item.dataDigest) rows.push(['A6', true]);
    } else if (isNewData && former.includes(item.dataDigest)) rows.push(['A6', strict]);
    if (known) {
      if (isWeakerWrap(item.wrap ?? WRAP_KINDS.at(-1)!, known.wrap!)) rows.push(['A10', true]);
      if (known.authenticated === true && item.authenticated === false) rows.push(['A8', strict]);
      if (shownKnown.has(item.uid) && known.keyDigest !== item.keyDigest) rows.push(['A5', strict]);
    }
    suspicious.push(...rows.map(([row, isRefused]): [string, string, boolean] => [row, item.uid, isRefused]));
    if (known !== undefined || rows.length === 0) shownKnown.add(item.uid);
    if (rows.length > 0) {
      items = items.map((other) => (other === known ? { ...other, absent: false } : other));
      continue;
    }
    const learned = { ...item, absent: false };
    if (known && isNewKey) former.push(known.keyDigest);
    if (known?.dataDigest !== undefined && known.dataDigest !== item.dataDigest) former.push(known.dataDigest);
    items = known ? items.map((other) => (other === known ? learned : other)) : [...items, learned];
  }
  const came = new Set(shown.items.map(({ uid }) => uid));
  const missing = shown.complete ? model.items.filter(({ uid, absent }) => !absent && !came.has(uid)) : [];
  items = items.map((item) => (missing.some(({ uid }) => uid === item.uid) ? { ...item, absent: true } : item));
  const learned: Model = {
    items,
    former: former.filter((digest, index) => former.indexOf(digest) === index),
    iterations: Math.max(model.iterations, shown.kdf.iterations),
    hybrid: model.hybrid || shown.transport === 'hybrid',
    dataKey: shown.dataKey.digest,
    userKey: model.userKey ?? name16(userKey),
  };
  return { refused, suspicious, missing: missing.map(({ uid }) => uid), model: refused ? model : learned };
}
