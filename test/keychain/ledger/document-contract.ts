import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AesKey, CryptoSuite } from '../../../src/crypto/suite.js';
import {
  appendLedger,
  decodeLedger,
  digestForLedger,
  emptyTrustLedger,
  encodeLedger,
  forget,
  LEDGER_DOCUMENT_LIMITS,
  LEDGER_LIMITS,
  observe,
  traceOf,
  tracesOf,
  type ItemTrace,
  type LedgerTail,
  type TrustLedger,
} from '../../../src/keychain/ledger/index.js';
import { Row, TraceTable, writeRow } from '../../../src/keychain/ledger/traces.js';
import { encodeBase64Url } from '../../../src/wire/base64.js';
import { concatBytes, type Bytes } from '../../../src/wire/bytes.js';
import { codeOf } from '../account/support.js';

export const name16 = (number: number): string => encodeBase64Url(new Uint8Array(16).fill(number));

/** A frame with any body: the first of a document, or one that comes after a tail. */
export async function forgeFrame(key: AesKey, body: readonly number[], tail?: LedgerTail): Promise<Bytes> {
  const sealed: Uint8Array[] = [];
  const forging: AesKey = {
    seal: async (plaintext, additionalData) => {
      const isHead = plaintext.length === 8;
      const forged = isHead ? plaintext.slice() : Uint8Array.from(body);
      if (isHead) new DataView(forged.buffer).setUint32(4, body.length + 28);
      const made = await key.seal(forged, additionalData);
      sealed.push(made);
      return made;
    },
    open: (bytes) => key.open(bytes),
  };
  const ledger = emptyTrustLedger();
  const writing = tail
    ? appendLedger(tail, ledger, { ...ledger, iterations: 1 }, forging)
    : encodeLedger(ledger, forging);
  // The sealing side checks what its key gives, so the frame is put together here.
  await writing.catch(() => undefined);
  return concatBytes(Uint8Array.from([0x56, 0x57, 0x54, 0x4c, 2]), ...sealed);
}

/** Ledgers that grow, change and forget. */
function history(): readonly [TrustLedger, TrustLedger, TrustLedger] {
  const item = {
    uid: name16(1),
    kind: 'record',
    wrap: 'user-ec',
    keyDigest: name16(2),
    revision: 2 ** 53 - 2,
  } as const;
  const first = observe(emptyTrustLedger(), {
    publicKeys: [{ kind: 'owner', id: 'ö', digest: name16(9) }],
    items: [
      item,
      { uid: name16(3), kind: 'folder', keyDigest: name16(4), dataDigest: name16(0), authenticated: false },
    ],
  }).ledger;
  const second = observe(first, {
    dataKey: { digest: name16(5) },
    kdf: { iterations: 1_000_000 },
    transport: 'hybrid',
    items: [{ ...item, wrap: 'data-key-gcm', keyDigest: name16(6), dataDigest: name16(7) }],
    complete: true,
  }).ledger;
  return [first, second, forget(second, { uids: [item.uid], publicKeys: [{ kind: 'owner', id: 'ö' }] })];
}

export function describeDocument(suite: CryptoSuite): void {
  describe(`ledger documents over ${suite.name}`, () => {
    const makeKey = (): Promise<AesKey> => suite.importAesKey(new Uint8Array(32).fill(7));

    async function makeDocument(key: AesKey): Promise<{ frames: Bytes[]; tails: LedgerTail[] }> {
      const [first, second, third] = history();
      const a = await encodeLedger(first, key, { sequence: 4 });
      const b = await appendLedger(a.tail, first, second, key);
      const c = await appendLedger(b.tail, second, third, key);
      return { frames: [a.bytes, b.bytes, c.bytes], tails: [a.tail, b.tail, c.tail] };
    }

    it('hold every state, frame by frame', async () => {
      const key = await makeKey();
      const { frames, tails } = await makeDocument(key);
      for (const [index, ledger] of history().entries()) {
        const decoded = await decodeLedger(concatBytes(...frames.slice(0, index + 1)), key);
        expect(decoded).toEqual({ ledger, tail: tails[index], isCut: false });
        expect(decoded.tail).toMatchObject({ sequence: 4 + index, frames: index + 1 });
      }
    });

    it('are laid out as they say', async () => {
      const key = await makeKey();
      const plaintexts: Uint8Array[] = [];
      const spy: AesKey = {
        seal: (plaintext, additionalData) => {
          plaintexts.push(plaintext, additionalData ?? new Uint8Array());
          return key.seal(plaintext, additionalData);
        },
        open: (sealed, additionalData) => key.open(sealed, additionalData),
      };
      const { bytes } = await encodeLedger(history()[0], spy, { sequence: 4 });
      const repeat = (value: number, count = 16): number[] => Array<number>(count).fill(value);
      const body = [
        ...[0, 0, 0, 0, 0, 0, 0, 0, 0],
        ...[0, 0, 0, 1, 0, 2, 0xc3, 0xb6, ...repeat(9)],
        ...[0, 0, 0, 2],
        ...[...repeat(1), 0x50, 0x9f, ...repeat(255, 5), 254, ...repeat(2), ...repeat(0)],
        ...[...repeat(3), 0x01, 0x40, ...repeat(0, 6), ...repeat(4), ...repeat(0)],
        ...repeat(0, 8),
      ];
      expect([...plaintexts[2]!]).toEqual(body);
      expect([...plaintexts[0]!]).toEqual([0, 0, 0, 4, 0, 0, 0, body.length + 28]);
      expect([...plaintexts[1]!]).toEqual([0x56, 0x57, 0x54, 0x4c, 2, 0, ...repeat(0)]);
      expect([...plaintexts[3]!]).toEqual([0x56, 0x57, 0x54, 0x4c, 2, 2, ...bytes.slice(25, 41)]);
      expect([...bytes.slice(0, 5)]).toEqual([0x56, 0x57, 0x54, 0x4c, 2]);
    });

    it('cut off anywhere in the last frame give the state before it', async () => {
      const key = await makeKey();
      const { frames, tails } = await makeDocument(key);
      const [first, second] = history();
      const whole = concatBytes(...frames);
      for (let length = 0; length < whole.length; length++) {
        const cut = whole.subarray(0, length);
        if (length < frames[0]!.length) {
          expect(await codeOf(() => decodeLedger(cut, key)), `at ${length}`).toBe('message-too-short');
          continue;
        }
        const index = length < tails[1]!.length ? 0 : 1;
        const isCut = length !== tails[index]!.length;
        const ledger = index === 0 ? first : second;
        expect(await decodeLedger(cut, key)).toEqual({ ledger, tail: tails[index], isCut });
      }
    });

    it('that end in zeros from anywhere in the last frame give the state before it', async () => {
      const key = await makeKey();
      const { frames, tails } = await makeDocument(key);
      const [, second] = history();
      const whole = concatBytes(...frames);
      const end = tails[1]!.length;
      for (let length = end; length <= whole.length - 16; length++) {
        for (const filled of [whole.length, whole.length + 4096]) {
          const document = new Uint8Array(filled);
          document.set(whole.subarray(0, length));
          expect(await decodeLedger(document, key)).toEqual({ ledger: second, tail: tails[1], isCut: true });
        }
      }
      const behind = concatBytes(whole, new Uint8Array(4096));
      expect(await decodeLedger(behind, key)).toMatchObject({ ledger: history()[2], tail: tails[2], isCut: true });
      for (const empty of [new Uint8Array(4096), whole.slice(0, 200).fill(0, 60)]) {
        expect(await codeOf(() => decodeLedger(empty, key))).toBe('message-too-short');
      }
    });

    it('with zeros that another frame comes after, or too few of them, are refused', async () => {
      const key = await makeKey();
      const { frames, tails } = await makeDocument(key);
      const whole = concatBytes(...frames);
      const [first, second] = [tails[0]!.length, tails[1]!.length];
      for (const start of [first, first + 20, first + 41, second - 16]) {
        const document = whole.slice().fill(0, start, second);
        expect(['open-failed', 'field-invalid']).toContain(await codeOf(() => decodeLedger(document, key)));
      }
      const fewer = whole.slice().fill(0, -15);
      fewer[fewer.length - 16] = fewer[fewer.length - 16] === 1 ? 2 : 1;
      expect(await codeOf(() => decodeLedger(fewer, key))).toBe('open-failed');
    });

    it('go on after a cut', async () => {
      const key = await makeKey();
      const { frames } = await makeDocument(key);
      const [, second, third] = history();
      const whole = concatBytes(...frames);
      const decoded = await decodeLedger(whole.subarray(0, -1), key);
      const next = await appendLedger(decoded.tail, second, third, key);
      const again = concatBytes(whole.subarray(0, decoded.tail.length), next.bytes);
      expect((await decodeLedger(again, key)).ledger).toEqual(third);
    });

    it('changed in any byte are refused', async () => {
      const key = await makeKey();
      const whole = concatBytes(...(await makeDocument(key)).frames);
      for (let index = 0; index < whole.length; index++) {
        const changed = whole.slice();
        changed[index]! ^= 1 << (index & 7);
        const code = await codeOf(() => decodeLedger(changed, key));
        expect(['open-failed', 'field-invalid'], `at ${index}`).toContain(code);
      }
    });

    it('with a frame dropped, doubled or moved, or of another key, are refused', async () => {
      const key = await makeKey();
      const [a, b, c] = (await makeDocument(key)).frames as [Bytes, Bytes, Bytes];
      for (const parts of [[b], [a, c], [b, c], [a, c, b], [a, a], [a, b, b], [b, a, c], [a, b, c, a]]) {
        expect(await codeOf(() => decodeLedger(concatBytes(...parts), key))).toBe('open-failed');
      }
      const other = await suite.importAesKey(new Uint8Array(32));
      expect(await codeOf(() => decodeLedger(concatBytes(a, b, c), other))).toBe('open-failed');
    });

    it('older than what the caller remembers are refused', async () => {
      const key = await makeKey();
      const [a, b] = (await makeDocument(key)).frames as [Bytes, Bytes];
      expect((await decodeLedger(concatBytes(a, b), key, { minimumSequence: 5 })).tail.sequence).toBe(5);
      expect(await codeOf(() => decodeLedger(a, key, { minimumSequence: 5 }))).toBe('rollback-suspected');
    });

    it('with a body that is not strict are refused, though the key is right', async () => {
      const key = await makeKey();
      const bodies = [
        [32, ...zeros(24)],
        [16, ...zeros(4), ...zeros(24)],
        [8, ...zeros(24)],
        [2, ...zeros(4), ...zeros(24)],
        [0, 0, 0, 0, 1, 0, 1, 65, ...zeros(20)],
        [0, ...zeros(4), 0, 0, 0, 1, ...zeros(16), ...zeros(16)],
        [0, ...zeros(23)],
        [0, ...zeros(25)],
        [0, ...zeros(8), 255, 255, 255, 255, ...zeros(12)],
        [0, ...zeros(12), 255, 255, 255, 255, ...zeros(8)],
        [0, ...zeros(8), 0, 0, 0, 1, 4, 1, 65, ...zeros(16), ...zeros(12)],
        [0, ...zeros(8), 0, 0, 0, 1, 0, 0, ...zeros(16), 0, ...zeros(12)],
        [0, ...zeros(8), 0, 0, 0, 2, 0, 1, 65, ...zeros(16), 0, 1, 65, ...zeros(16), ...zeros(12)],
        [0, ...zeros(12), 0, 0, 0, 2, ...zeros(112), ...zeros(8)],
        [0, ...zeros(12), 0, 0, 0, 1, ...zeros(16), 11 << 2, ...zeros(39), ...zeros(8)],
        [0, ...zeros(12), 0, 0, 0, 1, ...zeros(16), 0, 0, 0, 0, 0, 0, 0, 1, ...zeros(32), ...zeros(8)],
        [0, ...zeros(12), 0, 0, 0, 1, ...zeros(16), 0, 0xa0, ...zeros(38), ...zeros(8)],
        [0, ...zeros(12), 0, 0, 0, 1, ...zeros(39), 1, ...zeros(15), 1, ...zeros(8)],
        [0, ...zeros(16), 0, 0, 0, 1, ...zeros(4)],
        [0, ...zeros(20), 0, 0, 0, 1, ...zeros(7)],
        [0, ...zeros(20), 0, 3, 13, 65, ...zeros(8 * 200_001)],
      ];
      for (const [index, body] of bodies.entries()) {
        const frame = await forgeFrame(key, body);
        expect(await codeOf(() => decodeLedger(frame, key)), `body ${index}`).toBe('field-invalid');
      }
    });

    it('refuse arguments of the wrong shape', async () => {
      const key = await makeKey();
      const [first, second] = history();
      const { tail, bytes: document } = await encodeLedger(first, key);
      for (const call of [
        () => encodeLedger(first, key, { sequence: -1 }),
        () => encodeLedger(first, key, { sequence: 2 ** 32 }),
        () => encodeLedger({ ...first, dataKey: 'x' }, key),
        () => encodeLedger({ ...first, dataKey: `${'A'.repeat(21)}B` }, key),
        () => encodeLedger({ ...first, dataKey: `${'A'.repeat(21)}\u00e9` }, key),
        () => encodeLedger({ ...first, iterations: -1 }, key),
        () => appendLedger({ ...tail, sequence: 2 ** 32 - 1 }, first, second, key),
        () => appendLedger({ ...tail, length: 3 }, first, second, key),
        () => appendLedger({ ...tail, tag: '' }, first, second, key),
        () => appendLedger({ ...tail, frames: 0 }, first, second, key),
        () => appendLedger({ ...tail, frames: undefined as never }, first, second, key),
        ...[NaN, -1, 0.5, '1'].map((minimumSequence) => {
          return () => decodeLedger(document, key, { minimumSequence: minimumSequence as number });
        }),
        ...[0, 0.5, 2 ** 30].flatMap((bound) => [
          () => appendLedger(tail, first, second, key, { maximumFrames: bound }),
          () => decodeLedger(document, key, { maximumBytes: bound }),
        ]),
        () => decodeLedger('x' as never, key),
      ]) {
        expect(await codeOf(call)).toBe('argument-invalid');
      }
    });

    it('get no frame for what did not change', async () => {
      const key = await makeKey();
      const ledgers = history();
      for (const ledger of ledgers) {
        const { tail } = await encodeLedger(ledger, key);
        for (const same of [ledger, structuredClone(ledger)]) {
          expect(await appendLedger(tail, ledger, same, key)).toEqual({ bytes: new Uint8Array(), tail });
        }
        const changes: Partial<TrustLedger>[] = [
          { dataKey: name16(77) },
          { iterations: 77 },
          { iterationsSha512: 77 },
          { transport: 'ec' },
          { former: new Uint8Array(24) },
          { items: new Uint8Array() },
          { pins: new Map([['user:x', { kind: 'user', id: 'x', digest: name16(77) }]]) },
        ];
        for (const change of changes) {
          const { bytes } = await appendLedger(tail, ledger, { ...ledger, ...change }, key);
          expect(bytes.length, JSON.stringify(change)).toBeGreaterThan(0);
        }
      }
    });

    it('never get longer than what is read again', async () => {
      const key = await makeKey();
      const { frames, tails } = await makeDocument(key);
      const [, second, third] = history();
      const whole = concatBytes(...frames);
      for (const [write, read] of [
        [{ maximumFrames: 2 }, { maximumFrames: 2 }],
        [{ maximumBytes: whole.length - 1 }, { maximumBytes: whole.length - 1 }],
      ] as const) {
        await expect(appendLedger(tails[1]!, second, third, key, write)).rejects.toMatchObject({
          code: 'message-too-long',
          message: expect.stringContaining('encode the whole ledger anew') as string,
        });
        expect(await codeOf(() => decodeLedger(whole, key, read))).toBe('message-too-long');
      }
      const enough = { maximumFrames: 3, maximumBytes: whole.length };
      const { bytes } = await appendLedger(tails[1]!, second, third, key, enough);
      expect(bytes.length).toBe(frames[2]!.length);
      expect((await decodeLedger(whole, key, enough)).tail).toEqual(tails[2]);
      const full = { ...tails[1]!, frames: LEDGER_DOCUMENT_LIMITS.maximumFrames };
      expect(await codeOf(() => appendLedger(full, second, third, key))).toBe('message-too-long');
      const long = { ...tails[1]!, length: LEDGER_DOCUMENT_LIMITS.maximumBytes };
      expect(await codeOf(() => appendLedger(long, second, third, key))).toBe('message-too-long');
    });

    it('cost at most 12 MB for 100,000 uids, after a change of each as well', async () => {
      const key = await makeKey();
      const count = 100_000;
      const show = (revision: number): TrustLedger =>
        observe(first, { items: Array.from({ length: count }, (_, index) => numbered(index, revision)) }).ledger;
      let first = emptyTrustLedger();
      first = show(1);
      const second = show(2);
      const whole = await encodeLedger(first, key);
      const next = await appendLedger(whole.tail, first, second, key);
      const document = concatBytes(whole.bytes, next.bytes);
      expect(document.length).toBeLessThanOrEqual(12_000_000);
      const decoded = await decodeLedger(document, key);
      expect(decoded.ledger.items.length).toBe(56 * count);
      expect(traceOf(decoded.ledger, numbered(count - 1, 2).uid)).toEqual({
        ...{ kind: 'record', wrap: undefined, authenticated: true, absent: false },
        ...{ keyDigest: numbered(count - 1, 2).keyDigest, dataDigest: numbered(count - 1, 2).keyDigest, revision: 2 },
      });
    });

    it('hold the digests that were replaced, and drop the oldest where a ledger has', async () => {
      const key = await makeKey();
      const entries = (...numbers: readonly number[]): Uint8Array =>
        Uint8Array.from(numbers.flatMap((number) => Array<number>(8).fill(number)));
      const steps = [
        entries(),
        entries(1, 2, 3),
        entries(2, 3, 4),
        entries(2, 3),
        entries(9),
        entries(9, 8),
        entries(),
      ];
      const ledgers = steps.map((former) => ({ ...emptyTrustLedger(), former }));
      let before = ledgers[0]!;
      const whole = await encodeLedger(before, key);
      let { tail } = whole;
      const frames = [whole.bytes];
      for (const after of ledgers.slice(1)) {
        const next = await appendLedger(tail, before, after, key);
        frames.push(next.bytes);
        [before, tail] = [after, next.tail];
        expect((await decodeLedger(concatBytes(...frames), key)).ledger).toEqual(after);
        expect((await decodeLedger((await encodeLedger(after, key)).bytes, key)).ledger).toEqual(after);
      }
      // Of three entries one was added: 8 bytes.
      expect(frames[2]!.length - frames[6]!.length).toBe(8);
      const moved = entries(0, 1, 2, 3, 4).subarray(3, 27);
      const { bytes } = await encodeLedger({ ...emptyTrustLedger(), former: moved }, key);
      expect((await decodeLedger(bytes, key)).ledger.former).toEqual(moved.slice());
      const broken = { ...emptyTrustLedger(), former: moved.subarray(1) };
      expect(await codeOf(() => encodeLedger(broken, key))).toBe('argument-invalid');
      expect(await codeOf(() => observe(broken, {}))).toBe('argument-invalid');
    });

    it('hold as many pins as a ledger may, and let them go', async () => {
      const key = await makeKey();
      const publicKeys = Array.from({ length: LEDGER_LIMITS.pins }, (_, index) => {
        return { kind: 'user', id: `user ${index}`, digest: numbered(index, 1).keyDigest } as const;
      });
      const before = observe(emptyTrustLedger(), { publicKeys }).ledger;
      const whole = await encodeLedger(before, key);
      expect((await decodeLedger(whole.bytes, key)).ledger.pins.size).toBe(LEDGER_LIMITS.pins);
      const next = await appendLedger(whole.tail, before, emptyTrustLedger(), key);
      expect((await decodeLedger(concatBytes(whole.bytes, next.bytes), key)).ledger).toEqual(emptyTrustLedger());
    });

    it('give back every ledger', async () => {
      const key = await makeKey();
      const digest = fc.nat(255).map(name16);
      const former = fc.uniqueArray(fc.nat(20), { maxLength: 8 }).map((numbers) => {
        return concatBytes(...numbers.map((number) => new Uint8Array(8).fill(number)));
      });
      const ledgers = fc.record({
        pins: fc
          .uniqueArray(
            fc.tuple(fc.constantFrom('user', 'team', 'server'), fc.string({ minLength: 1, maxLength: 20 }), digest),
            {
              selector: ([kind, id]) => `${kind}:${id}`,
            },
          )
          .map((pins) => new Map(pins.map(([kind, id, d]) => [`${kind}:${id}`, { kind, id, digest: d }]))),
        dataKey: fc.option(digest, { nil: undefined }),
        iterations: fc.option(fc.integer({ min: 1, max: 0xffffffff }), { nil: undefined }),
        iterationsSha512: fc.option(fc.integer({ min: 1, max: 0xffffffff }), { nil: undefined }),
        transport: fc.constantFrom(undefined, 'ec', 'hybrid'),
        items: fc
          .array(
            fc.tuple(
              digest,
              fc.record({
                kind: fc.constantFrom('record', 'folder', 'team', 'file'),
                wrap: fc.constantFrom(undefined, 'data-key-gcm', 'team-cbc', 'user-rsa'),
                authenticated: fc.boolean(),
                keyDigest: digest,
                dataDigest: fc.option(digest, { nil: undefined }),
                revision: fc.option(fc.maxSafeNat(), { nil: undefined }),
                absent: fc.boolean(),
              }),
            ),
          )
          .map((items) => tableOf(items as [string, ItemTrace][])),
        former,
      }) as fc.Arbitrary<TrustLedger>;
      await fc.assert(
        fc.asyncProperty(ledgers, ledgers, async (before, after) => {
          const whole = await encodeLedger(before, key);
          const next = await appendLedger(whole.tail, before, after, key);
          const decoded = await decodeLedger(concatBytes(whole.bytes, next.bytes), key);
          // A ledger knows no order.
          const plain = (ledger: TrustLedger) => ({ ...ledger, items: new Map(tracesOf(ledger)) });
          expect({ ...decoded, ledger: plain(decoded.ledger) }).toEqual({
            ledger: plain(after),
            tail: next.tail,
            isCut: false,
          });
        }),
        { numRuns: 60 },
      );
    });

    it('hold digests of SHA-256', async () => {
      expect(await digestForLedger(new TextEncoder().encode('abc'), { suite })).toBe('ungWv48Bz-pBQUDeXa4iIw');
    });
  });
}

const zeros = (count: number): number[] => Array<number>(count).fill(0);

/** An item like no other. */
function numbered(index: number, revision: number) {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setUint32(0, index * 2654435761);
  new DataView(bytes.buffer).setUint32(8, index);
  const uid = encodeBase64Url(bytes);
  return { uid, kind: 'record', keyDigest: uid, dataDigest: uid, revision } as const;
}

/** The last of several that are under one uid counts. */
function tableOf(items: readonly (readonly [uid: string, trace: ItemTrace])[]): Uint8Array {
  const table = new TraceTable(new Uint8Array());
  for (const [uid, trace] of new Map(items)) {
    const row = new Row();
    writeRow(row.bytes, 0, { uid, ...trace });
    table.append(row);
  }
  return table.rows();
}
