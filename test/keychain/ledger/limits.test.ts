import { describe, expect, it } from 'vitest';
import type { AesKey } from '../../../src/crypto/suite.js';
import {
  decodeLedger,
  emptyTrustLedger,
  encodeLedger,
  LEDGER_LIMITS,
  observe,
  type LedgerWrite,
  type TrustLedger,
} from '../../../src/keychain/ledger/index.js';
import { ROW_LENGTH } from '../../../src/keychain/ledger/traces.js';
import { concatBytes, type Bytes } from '../../../src/wire/bytes.js';
import { codeOf } from '../account/support.js';
import { forgeFrame, name16 } from './document-contract.js';

/** Seals nothing: what is tested here is long, and not about keys. */
const transparentKey: AesKey = {
  seal: (plaintext) => Promise.resolve(concatBytes(new Uint8Array(12), plaintext, new Uint8Array(16).fill(1))),
  open: (sealed) => Promise.resolve(sealed.slice(12, -16)),
};

const uint32 = (number: number): readonly number[] => [
  number >>> 24,
  (number >>> 16) & 255,
  (number >>> 8) & 255,
  number & 255,
];
const user = (number: number) => ({ kind: 'user', id: `${number}`, digest: name16(1) }) as const;

/** A ledger that can hold no more uids. */
function fullOfItems(): TrustLedger {
  const items = new Uint8Array(LEDGER_LIMITS.items * ROW_LENGTH);
  const words = new Uint32Array(items.buffer);
  for (let place = 0; place < LEDGER_LIMITS.items; place++) {
    words[(place * ROW_LENGTH) / 4] = place;
    words[(place * ROW_LENGTH) / 4 + 6] = place;
  }
  return { ...emptyTrustLedger(), items };
}

/** A document of a ledger and of a frame that is put together by hand. */
async function documentOf(ledger: TrustLedger, body: readonly number[]): Promise<Bytes> {
  const first: LedgerWrite = await encodeLedger(ledger, transparentKey);
  return concatBytes(first.bytes, await forgeFrame(transparentKey, body, first.tail));
}

const ROW = [...Array<number>(16).fill(255), ...Array<number>(40).fill(0)];

describe('a full ledger', () => {
  it('takes no uid more', async () => {
    const ledger = fullOfItems();
    const one = { uid: name16(255), kind: 'record', keyDigest: name16(255) } as const;
    expect(await codeOf(() => observe(ledger, { items: [one] }))).toBe('parameter-out-of-range');
    const known = { ...one, uid: 'AAAAAAAAAAAAAAAAAAAAAA' };
    expect(observe(ledger, { items: [known] }).ledger.items.length).toBe(ledger.items.length);
  });

  it('takes no pin more', async () => {
    const publicKeys = Array.from({ length: LEDGER_LIMITS.pins }, (_, number) => user(number));
    const { ledger } = observe(emptyTrustLedger(), { publicKeys });
    expect(ledger.pins.size).toBe(LEDGER_LIMITS.pins);
    expect(observe(ledger, { publicKeys: [user(7)] }).report.publicKeys.unchanged).toBe(1);
    expect(await codeOf(() => observe(ledger, { publicKeys: [user(LEDGER_LIMITS.pins)] }))).toBe(
      'parameter-out-of-range',
    );
  });

  it('gets no more from a later frame of its document either', async () => {
    const zeros = (count: number): number[] => Array<number>(count).fill(0);
    const pins = new Map(Array.from({ length: LEDGER_LIMITS.pins }, (_, number) => [`user:${number}`, user(number)]));
    const former = new Uint8Array(8 * LEDGER_LIMITS.former);
    for (const [ledger, body, allowed] of [
      [fullOfItems(), [0, ...zeros(12), ...uint32(1), ...ROW, ...zeros(8)], [0, ...zeros(24)]],
      [
        { ...emptyTrustLedger(), pins },
        [0, ...zeros(8), ...uint32(1), 1, 1, 65, ...zeros(16), ...zeros(12)],
        [0, ...uint32(1), 1, 1, 55, ...zeros(4), ...uint32(1), 1, 1, 65, ...zeros(16), ...zeros(12)],
      ],
      [
        { ...emptyTrustLedger(), former },
        [0, ...zeros(20), ...uint32(1), ...zeros(8)],
        [0, ...zeros(16), ...uint32(1), ...uint32(1), ...zeros(8)],
      ],
    ] as const) {
      expect(await codeOf(async () => decodeLedger(await documentOf(ledger, body), transparentKey))).toBe(
        'field-invalid',
      );
      const { tail } = await decodeLedger(await documentOf(ledger, allowed), transparentKey);
      expect(tail.frames).toBe(2);
    }
  });
});

describe('a later frame', () => {
  it('that names what is not there as gone, or twice, is refused', async () => {
    const zeros = (count: number): number[] => Array<number>(count).fill(0);
    const one = { uid: name16(1), kind: 'record', keyDigest: name16(2) } as const;
    const { ledger } = observe(emptyTrustLedger(), { items: [one], publicKeys: [user(7)] });
    const uid = (number: number): number[] => Array<number>(16).fill(number);
    const goneItems = (...uids: readonly number[]): number[] => [
      ...[0, ...zeros(4), ...uint32(uids.length)],
      ...[...uids.flatMap(uid), ...zeros(16)],
    ];
    const gonePins = (...ids: readonly number[]): number[] => [
      ...[0, ...uint32(ids.length)],
      ...[...ids.flatMap((id) => [1, 1, id]), ...zeros(20)],
    ];
    const goneFormer = [0, ...zeros(16), ...uint32(1), ...zeros(4)];
    for (const body of [goneItems(3), goneItems(1, 1), gonePins(56), gonePins(55, 55), goneFormer]) {
      const document = await documentOf(ledger, body);
      expect(await codeOf(() => decodeLedger(document, transparentKey)), body.join()).toBe('field-invalid');
    }
    const withoutItem = await decodeLedger(await documentOf(ledger, goneItems(1)), transparentKey);
    expect(withoutItem.ledger).toEqual({ ...ledger, items: new Uint8Array() });
    const withoutPin = await decodeLedger(await documentOf(ledger, gonePins(55)), transparentKey);
    expect(withoutPin.ledger).toEqual({ ...ledger, pins: new Map() });
  });
});
