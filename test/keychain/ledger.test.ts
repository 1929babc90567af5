import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  emptyLedger,
  generateFolderKey,
  generateRecordKey,
  observeSecrets,
  type Failure,
  type Ledger,
  type Observation,
  type OpenedRecord,
  type OpenedSecrets,
  type OpenedSharedFolder,
  type FolderKey,
  type RecordKey,
} from '../../src/keychain/index.js';
import { refused } from '../support/refused.js';

let key: RecordKey;
let folderKey: FolderKey;

beforeEach(async () => {
  key = await generateRecordKey();
  folderKey = await generateFolderKey();
});

/** A record as it comes out of an answer, reduced to what the ledger looks at. */
const record = (uid: string, revision: number, keyDigest: string, dataDigest: string): OpenedRecord => ({
  uid,
  revision,
  digests: { keyDigest, dataDigest },
  folderUids: [],
  innerFolderUid: undefined,
  isEditable: true,
  data: {},
  files: [],
  links: [],
  key,
  wrappedBy: 'application',
});

const secrets = (
  records: readonly OpenedRecord[],
  failed: readonly Failure[] = [],
  folders: readonly OpenedSharedFolder[] = [],
): OpenedSecrets => ({
  application: undefined,
  folders,
  records,
  failed,
  report: { missing: [], wraps: {}, unauthenticated: 0 },
  expiresOn: undefined,
  warnings: [],
});

/** A ledger that has seen records. */
const seen = (...records: readonly OpenedRecord[]): Ledger => observeSecrets(emptyLedger(), secrets(records)).ledger;

const kinds = ({ findings }: Observation): string[] =>
  findings.map(({ uid, kind, refused: isRefused }) => `${uid} ${kind}${isRefused ? ' refused' : ''}`);
const accepted = (observation: Observation): string[] => observation.accepted.map(({ uid }) => uid);

describe('the ledger', () => {
  test('learns what it has not seen', () => {
    const records = [record('a', 1, 'k', 'd'), record('b', 0, 'l', 'e')];
    const observation = observeSecrets(emptyLedger(), secrets(records));
    expect(observation.findings).toEqual([]);
    expect(observation.accepted).toEqual(records);
    expect(observation.ledger.records).toEqual(
      new Map([
        ['a', { revision: 1, keyDigest: 'k', dataDigest: 'd', absent: false }],
        ['b', { revision: 0, keyDigest: 'l', dataDigest: 'e', absent: false }],
      ]),
    );
    expect(structuredClone(observation.ledger)).toEqual(observation.ledger);
  });

  test('changes nothing that it was given', () => {
    const ledger = seen(record('a', 1, 'k', 'd'));
    const before = structuredClone(ledger);
    observeSecrets(ledger, secrets([record('a', 2, 'k', 'e'), record('b', 1, 'l', 'd')]));
    observeSecrets(ledger, secrets([]));
    expect(ledger).toEqual(before);
  });

  test('needs digests', async () => {
    const bare = { ...record('a', 1, 'k', 'd'), digests: undefined };
    await refused('argument-invalid', () => observeSecrets(emptyLedger(), secrets([bare])));
  });

  for (const policy of ['report', 'strict'] as const) {
    describe(`with the policy ${policy}`, () => {
      const strict = policy === 'strict';
      const observe = (ledger: Ledger, records: readonly OpenedRecord[]): Observation =>
        observeSecrets(ledger, secrets(records), { policy });

      test('the same again is nothing', () => {
        const one = record('a', 1, 'k', 'd');
        const observation = observe(seen(one), [one]);
        expect(kinds(observation)).toEqual([]);
        expect(accepted(observation)).toEqual(['a']);
      });

      test('a newer revision is learned', () => {
        const observation = observe(seen(record('a', 1, 'k', 'd')), [record('a', 2, 'k', 'e')]);
        expect(kinds(observation)).toEqual([]);
        expect(observation.ledger.records.get('a')).toMatchObject({ revision: 2, keyDigest: 'k', dataDigest: 'e' });
      });

      test('an older revision is a rollback, and is not learned', () => {
        const ledger = seen(record('a', 5, 'k', 'd'));
        const observation = observe(ledger, [record('a', 4, 'k', 'c')]);
        expect(kinds(observation)).toEqual([`a rollback-suspected${strict ? ' refused' : ''}`]);
        expect(accepted(observation)).toEqual(strict ? [] : ['a']);
        expect(observation.ledger).toEqual(ledger);
        expect(kinds(observe(observation.ledger, [record('a', 4, 'k', 'c')]))).toHaveLength(1);
      });

      test('other bytes under the same revision are refused, and not learned', () => {
        const ledger = seen(record('a', 5, 'k', 'd'));
        const observation = observe(ledger, [record('a', 5, 'k', 'e')]);
        expect(kinds(observation)).toEqual(['a rollback-suspected refused']);
        expect(accepted(observation)).toEqual([]);
        expect(observation.ledger).toEqual(ledger);
      });

      test('the key of another is a swap, and is not learned', () => {
        const ledger = seen(record('a', 1, 'k', 'd'), record('b', 1, 'l', 'e'));
        const observation = observe(ledger, [record('a', 1, 'k', 'd'), record('b', 9, 'k', 'd')]);
        expect(kinds(observation)).toEqual([`b swap-suspected${strict ? ' refused' : ''}`]);
        expect(accepted(observation)).toEqual(strict ? ['a'] : ['a', 'b']);
        expect(observation.ledger).toEqual(ledger);
        expect(observation.findings[0]?.message).toContain('a');
      });

      test('the key of another under a UID that is new is a swap as well', () => {
        const ledger = seen(record('a', 1, 'k', 'd'));
        const observation = observe(ledger, [record('a', 1, 'k', 'd'), record('n', 1, 'k', 'd')]);
        expect(kinds(observation)).toEqual([`n swap-suspected${strict ? ' refused' : ''}`]);
        expect(observation.ledger.records.has('n')).toBe(false);
      });

      test('two that are new with one key in one answer', () => {
        const observation = observe(emptyLedger(), [record('a', 1, 'k', 'd'), record('b', 1, 'k', 'e')]);
        expect(kinds(observation)).toEqual([`b swap-suspected${strict ? ' refused' : ''}`]);
        expect([...observation.ledger.records.keys()]).toEqual(['a']);
      });

      test('two that changed places', () => {
        const ledger = seen(record('a', 1, 'k', 'd'), record('b', 1, 'l', 'e'));
        const observation = observe(ledger, [record('a', 2, 'l', 'e'), record('b', 2, 'k', 'd')]);
        expect(observation.findings.map(({ kind }) => kind)).toEqual(['swap-suspected', 'swap-suspected']);
        expect(observation.ledger).toEqual(ledger);
      });

      test('a swap hides neither an older revision nor other bytes under the same one', () => {
        const ledger = seen(record('a', 1, 'k', 'd'), record('b', 5, 'l', 'e'));
        for (const [revision, isRefused] of [
          [5, true],
          [4, strict],
        ] as const) {
          const observation = observe(ledger, [record('b', revision, 'k', 'd')]);
          expect(observation.findings.map(({ kind, refused }) => [kind, refused])).toEqual([
            ['swap-suspected', strict],
            ['rollback-suspected', isRefused],
          ]);
          expect(accepted(observation)).toEqual(isRefused ? [] : ['b']);
          expect(observation.ledger).toEqual(ledger);
        }
      });

      test('what was left out of an answer does not come back older', () => {
        const ledger = observeSecrets(seen(record('a', 5, 'k', 'd')), secrets([]), { complete: true }).ledger;
        const observation = observe(ledger, [record('a', 4, 'k', 'c')]);
        expect(kinds(observation)).toEqual([`a rollback-suspected${strict ? ' refused' : ''}`]);
        expect(kinds(observe(ledger, [record('n', 9, 'k', 'd')]))[0]).toContain('swap-suspected');
        expect(kinds(observe(ledger, [record('a', 5, 'k', 'd')]))).toEqual([]);
      });

      test('a new key is told, taken and learned', () => {
        const observation = observe(seen(record('a', 1, 'k', 'd')), [record('a', 2, 'm', 'e')]);
        expect(kinds(observation)).toEqual(['a key-changed']);
        expect(accepted(observation)).toEqual(['a']);
        expect(observation.ledger.records.get('a')).toMatchObject({ revision: 2, keyDigest: 'm', dataDigest: 'e' });
      });

      test('a key that was replaced does not come back, under any UID', () => {
        const { ledger } = observe(seen(record('a', 1, 'k', 'd'), record('b', 1, 'l', 'e')), [
          record('a', 2, 'm', 'f'),
        ]);
        for (const uid of ['a', 'b', 'n']) {
          const observation = observe(ledger, [record(uid, 3, 'k', 'g')]);
          expect(kinds(observation)).toEqual([`${uid} swap-suspected${strict ? ' refused' : ''}`]);
          expect(observation.ledger).toEqual(ledger);
        }
      });

      test('bytes that were replaced do not come back under a higher revision', () => {
        const { ledger } = observe(seen(record('a', 4, 'k', 'old')), [record('a', 5, 'k', 'new')]);
        const observation = observe(ledger, [record('a', 6, 'k', 'old')]);
        expect(kinds(observation)).toEqual([`a rollback-suspected${strict ? ' refused' : ''}`]);
        expect(observation.ledger).toEqual(ledger);
        expect(kinds(observe(ledger, [record('a', 6, 'k', 'newer')]))).toEqual([]);
      });

      test('a new key does not hide a rollback', () => {
        const ledger = seen(record('a', 5, 'k', 'd'));
        for (const [revision, isRefused] of [
          [5, true],
          [4, strict],
        ] as const) {
          const observation = observe(ledger, [record('a', revision, 'm', 'e')]);
          expect(kinds(observation)).toEqual(['a key-changed', `a rollback-suspected${isRefused ? ' refused' : ''}`]);
          expect(observation.ledger).toEqual(ledger);
        }
      });
    });
  }

  test('reports unless told to be strict', () => {
    const ledger = seen(record('a', 5, 'k', 'd'));
    expect(kinds(observeSecrets(ledger, secrets([record('a', 4, 'k', 'c')])))).toEqual(['a rollback-suspected']);
  });

  const complete = { complete: true };

  test('the newest of the digests that were replaced are held', () => {
    const records = (revision: number): OpenedRecord[] =>
      Array.from({ length: 100_001 }, (_, index) =>
        record(`u${index}`, revision, `k${index} ${revision}`, `d${index} ${revision}`),
      );
    const { ledger } = observeSecrets(seen(...records(1)), secrets(records(2)));
    expect(ledger.former.size).toBe(200_000);
    expect(ledger.former.has('k0 1')).toBe(false);
    expect([...ledger.former].at(-1)).toBe('d100000 1');
  });

  test('what does not come is missing, said once, until it came again', () => {
    const one = record('a', 1, 'k', 'd');
    const ledger = seen(one, record('b', 1, 'l', 'e'));
    const observation = observeSecrets(ledger, secrets([one]), complete);
    expect(kinds(observation)).toEqual(['b missing']);
    const again = observeSecrets(observation.ledger, secrets([one]), complete);
    expect(kinds(again)).toEqual([]);
    expect(again.ledger).toEqual(observation.ledger);
    const older = observeSecrets(again.ledger, secrets([one, record('b', 0, 'l', 'd')]), complete);
    expect(kinds(older)).toEqual(['b rollback-suspected']);
    expect(kinds(observeSecrets(older.ledger, secrets([one]), complete))).toEqual(['b missing']);
    const back = observeSecrets(again.ledger, secrets([one, record('b', 1, 'l', 'e')]), complete);
    expect(back.findings).toEqual([]);
    expect(back.ledger).toEqual(ledger);
    expect(kinds(observeSecrets(back.ledger, secrets([one]), complete))).toEqual(['b missing']);
  });

  test('what came and failed is not missing, a file or folder of its name is', () => {
    const ledger = seen(record('a', 1, 'k', 'd'));
    const failed = (kind: Failure['kind']): Failure => ({
      kind,
      uid: 'a',
      parentUid: undefined,
      code: 'open-failed',
      message: '',
    });
    expect(kinds(observeSecrets(ledger, secrets([], [failed('record')]), complete))).toEqual([]);
    expect(observeSecrets(ledger, secrets([], [failed('record')]), complete).ledger).toEqual(ledger);
    expect(kinds(observeSecrets(ledger, secrets([], [failed('file')]), complete))).toEqual(['a missing']);
  });

  test('of an answer that was not said to hold everything nothing is missing', () => {
    const ledger = seen(record('a', 1, 'k', 'd'));
    for (const options of [{}, { complete: false }]) {
      const observation = observeSecrets(ledger, secrets([]), options);
      expect(kinds(observation)).toEqual([]);
      expect(observation.ledger).toEqual(ledger);
    }
  });

  test('what was refused is not missing', () => {
    const ledger = seen(record('a', 5, 'k', 'd'));
    const observation = observeSecrets(ledger, secrets([record('a', 5, 'k', 'e')]), complete);
    expect(kinds(observation)).toEqual(['a rollback-suspected refused']);
  });

  describe('of shared folders', () => {
    const folder = (uid: string, keyDigest: string | undefined): OpenedSharedFolder => ({
      uid,
      key: folderKey,
      keyDigest,
    });
    const observe = (
      ledger: Ledger,
      folders: readonly OpenedSharedFolder[],
      options: Parameters<typeof observeSecrets>[2] = {},
      failed: readonly Failure[] = [],
    ): Observation => observeSecrets(ledger, secrets([], failed, folders), options);
    const uids = ({ acceptedFolders }: Observation): string[] => acceptedFolders.map(({ uid }) => uid);

    test('learns their keys, and finds nothing when they stay', () => {
      const folders = [folder('a', 'k'), folder('b', 'l')];
      const first = observe(emptyLedger(), folders);
      expect(first.findings).toEqual([]);
      expect(first.acceptedFolders).toEqual(folders);
      expect(first.ledger.folders).toEqual(
        new Map([
          ['a', { keyDigest: 'k', absent: false }],
          ['b', { keyDigest: 'l', absent: false }],
        ]),
      );
      const second = observe(first.ledger, [...folders].reverse());
      expect(second.findings).toEqual([]);
      expect(second.ledger).toEqual(first.ledger);
    });

    test('needs digests', async () => {
      await refused('argument-invalid', () => observe(emptyLedger(), [folder('a', undefined)]));
    });

    test.each([
      [{}, ['a', 'b'], false],
      [{ policy: 'strict' }, ['a'], true],
    ] as const)('the key of another is a swap, and is not learned: %j', (options, accepted, isRefused) => {
      const { ledger } = observe(emptyLedger(), [folder('a', 'k'), folder('b', 'l')]);
      const observation = observe(ledger, [folder('a', 'k'), folder('b', 'k')], options);
      expect(observation.findings).toMatchObject([{ uid: 'b', kind: 'swap-suspected', refused: isRefused }]);
      expect(observation.findings[0]!.message).toContain('a');
      expect(uids(observation)).toEqual(accepted);
      expect(observation.ledger).toEqual(ledger);
      const fresh = observe(emptyLedger(), [folder('a', 'k'), folder('b', 'k')], options);
      expect(kinds(fresh)).toEqual([`b swap-suspected${isRefused ? ' refused' : ''}`]);
      expect(fresh.ledger.folders).toEqual(new Map([['a', { keyDigest: 'k', absent: false }]]));
    });

    test('a new key is told, taken and learned', () => {
      const { ledger } = observe(emptyLedger(), [folder('a', 'k')]);
      const observation = observe(ledger, [folder('a', 'm')], { policy: 'strict' });
      expect(kinds(observation)).toEqual(['a key-changed']);
      expect(uids(observation)).toEqual(['a']);
      expect(kinds(observe(observation.ledger, [folder('a', 'k')]))).toEqual(['a swap-suspected']);
      expect(observation.ledger.folders).toEqual(new Map([['a', { keyDigest: 'm', absent: false }]]));
    });

    test('what does not come is missing, said once, unless it came and failed, or not all was to come', () => {
      const { ledger } = observe(emptyLedger(), [folder('a', 'k')]);
      const missing = observe(ledger, [], complete);
      expect(kinds(missing)).toEqual(['a missing']);
      expect(kinds(observe(missing.ledger, [], complete))).toEqual([]);
      expect(kinds(observe(missing.ledger, [folder('n', 'k')]))).toEqual(['n swap-suspected']);
      expect(observe(missing.ledger, [folder('a', 'k')]).ledger).toEqual(ledger);
      const failed = (kind: Failure['kind']): readonly Failure[] => [
        { kind, uid: 'a', parentUid: undefined, code: 'open-failed', message: '' },
      ];
      const cameAndFailed = observe(ledger, [], complete, failed('folder'));
      expect(kinds(cameAndFailed)).toEqual([]);
      expect(cameAndFailed.ledger).toEqual(ledger);
      expect(kinds(observe(ledger, [], complete, failed('record')))).toEqual(['a missing']);
      const partly = observe(ledger, []);
      expect(kinds(partly)).toEqual([]);
      expect(partly.ledger).toEqual(ledger);
    });
  });

  test('whatever a server answers: no revision in the ledger goes back, no key is under two UIDs, nothing strict slips by', () => {
    const one = fc.tuple(
      fc.constantFrom('a', 'b', 'c'),
      fc.integer({ min: 0, max: 3 }),
      fc.constantFrom('k', 'l', 'm'),
      fc.constantFrom('d', 'e'),
    );
    const answer = fc.uniqueArray(one, { selector: ([uid]) => uid, maxLength: 3 });
    fc.assert(
      fc.property(fc.array(answer, { maxLength: 6 }), fc.boolean(), fc.boolean(), (answers, strict, complete) => {
        let ledger = emptyLedger();
        for (const rows of answers) {
          const records = rows.map((row) => record(...row));
          const observation = observeSecrets(ledger, secrets(records), {
            policy: strict ? 'strict' : 'report',
            complete,
          });
          for (const [uid, before] of ledger.records) {
            expect(observation.ledger.records.get(uid)!.revision).toBeGreaterThanOrEqual(before.revision);
          }
          const digests = [...observation.ledger.records.values()].map(({ keyDigest }) => keyDigest);
          expect(new Set(digests).size).toBe(digests.length);
          const refusals = new Set(observation.findings.filter((f) => f.refused).map(({ uid }) => uid));
          expect(accepted(observation)).toEqual(records.map(({ uid }) => uid).filter((uid) => !refusals.has(uid)));
          for (const { uid, revision, digests: d } of observation.accepted) {
            const known = ledger.records.get(uid);
            if (!known) continue;
            if (strict) expect(revision).toBeGreaterThanOrEqual(known.revision);
            if (revision === known.revision && !observation.findings.some((f) => f.uid === uid)) {
              expect(d?.dataDigest).toBe(known.dataDigest);
            }
          }
          ledger = observation.ledger;
        }
      }),
      { numRuns: 1000 },
    );
  });
});
