import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  emptyTrustLedger,
  encodeLedger,
  forget,
  observe,
  traceOf,
  tracesOf,
} from '../../../src/keychain/ledger/index.js';
import {
  Row,
  RowIndex,
  ROW_LENGTH,
  TraceTable,
  writeRow,
  type RowContent,
} from '../../../src/keychain/ledger/traces.js';
import { nodeSuite } from '../../../src/crypto/node.js';
import { encodeBase64Url } from '../../../src/wire/base64.js';
import { concatBytes } from '../../../src/wire/bytes.js';
import { codeOf } from '../account/support.js';
import { name16 } from './document-contract.js';

const content = (uid: string, key: string): RowContent => ({ uid, kind: 'record', keyDigest: key });
const rowOf = (from: RowContent): Row => {
  const row = new Row();
  writeRow(row.bytes, 0, from);
  return row;
};

/** Uids of which a server made as many as it likes so that a look-up by multiplication finds them all in one place. */
function crowded(number: number): string {
  const words = new Uint32Array([number, 0, 0, 0]);
  let hash = 0;
  for (let index = 0; index < 3; index++) hash = Math.imul(hash ^ words[index]!, 0x9e3779b1);
  words[3] = hash ^ 0x1234;
  return encodeBase64Url(new Uint8Array(words.buffer));
}

const numbered = (number: number, what: string): string =>
  createHash('sha256').update(`${what} ${number}`).digest().toString('base64url', 0, 16);

describe('the rows of a ledger', () => {
  it('are found like the entries of a Map, whatever their uids and keys are', () => {
    const name = fc.oneof(fc.nat(40).map(name16), fc.nat(300).map(crowded));
    const step = fc.record({ uid: name, keyDigest: name, what: fc.constantFrom('set', 'set', 'set', 'remove') });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400, size: 'max' }), (steps) => {
        const table = new TraceTable(new Uint8Array());
        const model = new Map<string, string>();
        for (const { uid, keyDigest, what } of steps) {
          const row = rowOf(content(uid, keyDigest));
          const place = table.placeOfUid(row);
          expect(place !== undefined).toBe(model.has(uid));
          if (what === 'set') {
            if (![...model.values()].includes(keyDigest)) expect(table.uidOfKey(row)).toBeUndefined();
            else expect(model.get(table.uidOfKey(row)!)).toBe(keyDigest);
            if (place === undefined) table.append(row);
            // A key that another row had is the business of whoever replaces it.
            else if (model.get(uid) === keyDigest) table.replace(place, row);
            else continue;
            model.set(uid, keyDigest);
          } else if (place !== undefined) {
            table.remove(new Set([place]));
            model.delete(uid);
          }
        }
        const found = [...tracesOf({ items: table.rows() })].map(([uid, trace]) => [uid, trace.keyDigest]);
        expect(found).toEqual([...model]);
        for (const [uid, keyDigest] of model)
          expect(traceOf({ items: table.rows() }, uid)).toMatchObject({ keyDigest });
      }),
      { numRuns: 60 },
    );
  });

  it('that crowd together are looked up in a Map, and others are not', () => {
    const fill = (uidOf: (number: number) => string): RowIndex => {
      const table = new TraceTable(new Uint8Array());
      const index = new RowIndex(0, 1000);
      for (let number = 0; number < 1000; number++) {
        const row = rowOf(content(uidOf(number), name16(1)));
        table.append(row);
        index.add(new Uint32Array(table.rows().slice().buffer), number, number + 1);
      }
      const words = new Uint32Array(table.rows().slice().buffer);
      for (const number of [0, 99, 100, 101, 999]) {
        expect(index.find(words, rowOf(content(uidOf(number), name16(1))).words)).toBe(number);
      }
      expect(index.find(words, rowOf(content(crowded(5000), name16(1))).words)).toBeUndefined();
      return index;
    };
    expect(fill(crowded).isCrowded).toBe(true);
    expect(fill((number) => numbered(number, 'uid')).isCrowded).toBe(false);
    const counted = (number: number): string =>
      encodeBase64Url(Uint8Array.of(...Array<number>(12).fill(0), 0, 0, number >>> 8, number));
    expect(fill(counted).isCrowded).toBe(false);
  });

  it('keep being found by their keys when the keys of others are exchanged again and again', () => {
    const table = new TraceTable(new Uint8Array());
    const uid = (number: number): string => numbered(number, 'uid');
    for (let number = 0; number < 300; number++) table.append(rowOf(content(uid(number), numbered(number, 'key'))));
    const last = rowOf(content(uid(299), numbered(299, 'key')));
    expect(table.uidOfKey(last)).toBe(uid(299));
    for (let round = 0; round < 200; round++) {
      const row = rowOf(content(uid(5), crowded(round)));
      table.replace(5, row);
      expect(table.uidOfKey(row)).toBe(uid(5));
      expect(table.uidOfKey(last)).toBe(uid(299));
    }
  });

  it.each([1, 16, 32, 64])('%i of them are looked up to an end, however many of them changed', (count) => {
    const item = (number: number): RowContent => ({
      ...content(numbered(number, 'uid'), numbered(number, 'key')),
      dataDigest: name16(1),
      revision: 1,
    });
    const items = Array.from({ length: count }, (_, number) => item(number));
    const { ledger } = observe(emptyTrustLedger(), { items });
    const changed = items.map((one) => ({ ...one, revision: 2 }));
    const newKey = { ...items[0]!, keyDigest: numbered(0, 'other key'), revision: 2 };
    const unknown = [item(1000), { ...item(1001), keyDigest: items.at(-1)!.keyDigest }];
    const found = observe(ledger, { items: [newKey, ...changed.slice(1), ...unknown] }).report.items;
    expect(found.changed).toHaveLength(count);
    expect([found.new, found.suspicious.map(({ row }) => row)]).toEqual([1, ['A5']]);
    const again = Array.from({ length: 100 }, (_, revision) => ({
      ...newKey,
      keyDigest: numbered(revision, 'one more key'),
      revision: revision + 3,
    }));
    expect(observe(ledger, { items: [...again, ...unknown.slice(0, 1)] }).report.items).toMatchObject({ new: 1 });
  });

  it('are found under the key that they have, and under none that they had', () => {
    const key = fc.oneof(fc.nat(30).map(name16), fc.nat(1000).map(crowded));
    const step = fc.record({ number: fc.nat(70), key, revision: fc.nat(3) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400, size: 'max' }), (steps) => {
        const table = new TraceTable(new Uint8Array());
        const model: string[] = [];
        for (const { number, key: keyDigest, revision } of steps) {
          const place = Math.min(number, model.length);
          const row = rowOf({ ...content(numbered(place, 'uid'), keyDigest), revision });
          const owner = model.indexOf(keyDigest);
          expect(table.uidOfKey(row)).toBe(owner < 0 ? undefined : numbered(owner, 'uid'));
          if (owner >= 0 && owner !== place) continue;
          if (place === model.length) table.append(row);
          else table.replace(place, row);
          model[place] = keyDigest;
        }
      }),
      { numRuns: 60 },
    );
  });

  it('say whether a uid or a key is in two of them', () => {
    const beginning = fc.constantFrom(0, 1, 2 ** 24, 2 ** 32 - 1);
    const name = fc.tuple(beginning, fc.nat(3), fc.nat(400)).map((words) => {
      const bytes = new Uint8Array(16);
      new DataView(bytes.buffer).setUint32(0, words[0]);
      bytes.set([words[1], words[2] >>> 8, words[2]], 13);
      return encodeBase64Url(bytes);
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(name, name), { maxLength: 40 }), (pairs) => {
        const table = new TraceTable(new Uint8Array());
        for (const [uid, key] of pairs) table.append(rowOf(content(uid, key)));
        expect(table.repeatsUid()).toBe(new Set(pairs.map(([uid]) => uid)).size < pairs.length);
        expect(table.repeatsKey()).toBe(new Set(pairs.map(([, key]) => key)).size < pairs.length);
      }),
      { numRuns: 500 },
    );
  });

  it('are never written to by who is given them', () => {
    const ledger = observe(emptyTrustLedger(), {
      items: [content(name16(1), name16(2)), content(name16(3), name16(4))],
    }).ledger;
    const before = structuredClone(ledger);
    observe(ledger, { items: [{ ...content(name16(1), name16(9)), revision: 1 }], complete: true });
    observe(ledger, { items: [content(name16(5), name16(6))] });
    forget(ledger, { uids: [name16(1)] });
    expect(ledger).toEqual(before);
    const { ledger: learned, report } = observe(ledger, { items: [content(name16(5), name16(6))] });
    report.accepted(name16(77));
    expect(learned.items.length).toBe(3 * ROW_LENGTH);
    expect(learned.items.buffer.byteLength).toBe(3 * ROW_LENGTH);
  });

  it('may lie anywhere in memory', () => {
    const { items } = observe(emptyTrustLedger(), {
      items: [content(name16(1), name16(2)), content(name16(3), name16(4))],
    }).ledger;
    for (let offset = 0; offset < 8; offset++) {
      const moved = { ...emptyTrustLedger(), items: concatBytes(new Uint8Array(offset), items).subarray(offset) };
      const { report } = observe(moved, { items: [content(name16(3), name16(4)), content(name16(1), name16(2))] });
      expect(report.items).toMatchObject({ new: 0, unchanged: 2 });
    }
  });

  it('that are none are refused', async () => {
    const broken = { ...emptyTrustLedger(), items: new Uint8Array(ROW_LENGTH + 1) };
    const key = await nodeSuite.importAesKey(new Uint8Array(32));
    for (const call of [
      () => observe(broken, {}),
      () => forget(broken, {}),
      () => [...tracesOf(broken)],
      () => encodeLedger(broken, key),
      () => observe({ ...broken, items: new Map() as never }, {}),
    ]) {
      expect(await codeOf(call)).toBe('argument-invalid');
    }
    expect(traceOf(emptyTrustLedger(), name16(1))).toBeUndefined();
    expect(traceOf(emptyTrustLedger(), 'x')).toBeUndefined();
  });
});
