import {
  BLUETOOTH_CONTROL,
  MAXIMUM_BLUETOOTH_BLOCK,
  receiveFromBluetooth,
  splitForBluetooth,
  type BluetoothAssembly,
} from 'vaultwire/pairing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { copyBytes } from '../../src/wire/bytes.js';
import { refused } from '../support/refused.js';

/** What a receiver makes of writes, one after the other. */
function receive(writes: readonly Uint8Array[], from?: BluetoothAssembly) {
  const seen: string[] = [];
  let assembly = from;
  for (const write of writes) {
    const step = receiveFromBluetooth(structuredClone(assembly), write);
    if (step.event !== undefined) seen.push(step.event === 'message' ? [...step.message].join() : step.event);
    ({ assembly } = step);
  }
  return { seen, assembly };
}
const message = fc.uint8Array({ minLength: 1, maxLength: 600 }).map(copyBytes);
const mtu = fc.integer({ min: 4, max: MAXIMUM_BLUETOOTH_BLOCK });

describe('Bluetooth blocks', () => {
  it('count down to zero', () => {
    const blocks = splitForBluetooth(Uint8Array.of(1, 2, 3, 4, 5, 6, 7), 4);
    expect(blocks.map((block) => [...block])).toEqual([
      [2, 1, 2, 3],
      [1, 4, 5, 6],
      [0, 7],
    ]);
    expect(receive(blocks)).toEqual({ seen: ['1,2,3,4,5,6,7'], assembly: undefined });
  });

  it('are of 100 bytes where nothing else is said', () => {
    expect(splitForBluetooth(new Uint8Array(99)).map(({ length }) => length)).toEqual([100]);
    expect(splitForBluetooth(new Uint8Array(100)).map(({ length }) => length)).toEqual([100, 2]);
  });

  it('are 256 at most', async () => {
    expect(splitForBluetooth(new Uint8Array(256), 2)).toHaveLength(256);
    await refused('message-too-long', () => splitForBluetooth(new Uint8Array(257), 2));
    expect(splitForBluetooth(new Uint8Array(256 * 511), 512)).toHaveLength(256);
    const { message } = await refused('message-too-long', () => splitForBluetooth(new Uint8Array(256 * 511 + 1), 512));
    expect(message).toContain('130816 bytes');
    const longest = splitForBluetooth(new Uint8Array(511).fill(3), 512);
    expect(receive(longest).seen).toEqual([Array(511).fill(3).join()]);
  });

  it('are cut only from what can be put together again', async () => {
    await refused('message-too-short', () => splitForBluetooth(new Uint8Array()));
    for (const size of [1, 0, -1, 513, 2.5, NaN]) {
      await refused('argument-invalid', () => splitForBluetooth(new Uint8Array(9), size));
    }
    await refused('argument-invalid', () => splitForBluetooth('text' as unknown as Uint8Array));
    await refused('argument-invalid', () => receiveFromBluetooth(undefined, 'text' as unknown as Uint8Array));
  });

  it('come together again, whatever was lost before', () => {
    fc.assert(
      fc.property(message, message, mtu, fc.nat(), (lost, whole, size, cut) => {
        const before = splitForBluetooth(lost, size).slice(0, -1);
        const { assembly } = receive(before.slice(0, cut % (before.length + 1)));
        // Where the lost message breaks off just before the number that the next one begins with, they run together.
        const blocks = splitForBluetooth(whole, size);
        fc.pre(assembly?.remaining !== blocks.length);
        expect(receive(blocks, assembly).seen).toEqual([[...whole].join()]);
      }),
    );
  });

  it('that were lost cost no more than their message', () => {
    fc.assert(
      fc.property(fc.array(message, { minLength: 1, maxLength: 4 }), mtu, fc.nat(), (messages, size, at) => {
        const blocks = messages.flatMap((one) => splitForBluetooth(one, size));
        blocks.splice(at % blocks.length, 1);
        expect(receive(blocks).seen.length).toBeGreaterThanOrEqual(messages.length - 2);
      }),
    );
  });

  it('that run a message together with another give one that no box opens, not an error', () => {
    expect(receive([Uint8Array.of(2, 1), Uint8Array.of(1, 2), Uint8Array.of(0, 3)]).seen).toEqual(['1,2,3']);
    expect(receive([Uint8Array.of(2, 1), Uint8Array.of(2, 1), Uint8Array.of(1, 2), Uint8Array.of(0, 3)]).seen).toEqual([
      '1,2,3',
    ]);
    expect(receive([Uint8Array.of(2, 1), Uint8Array.of(0, 3), Uint8Array.of(0, 4)]).seen).toEqual(['3', '4']);
  });

  it('are told from controls, and what is neither is ignored', () => {
    expect(receive([Uint8Array.of(1, 5), BLUETOOTH_CONTROL.ping, Uint8Array.of(0, 6)]).seen).toEqual(['ping', '5,6']);
    expect(receive([Uint8Array.of(1, 5), BLUETOOTH_CONTROL.disconnect, Uint8Array.of(0, 6)]).seen).toEqual([
      'disconnect',
      '6',
    ]);
    const odd = [Uint8Array.of(2), Uint8Array.of(255), new Uint8Array(), new Uint8Array(513)];
    expect(receive([Uint8Array.of(1, 5), ...odd, Uint8Array.of(0, 6)]).seen).toEqual(['5,6']);
    expect(BLUETOOTH_CONTROL).toEqual({ disconnect: Uint8Array.of(0), ping: Uint8Array.of(1) });
  });

  it('are copied', () => {
    const write = Uint8Array.of(1, 5);
    const { assembly } = receiveFromBluetooth(undefined, write);
    write.fill(9);
    expect(receive([Uint8Array.of(0, 6)], assembly).seen).toEqual(['5,6']);
  });

  it('take a bounded memory, whatever is written', () => {
    let assembly: BluetoothAssembly | undefined;
    for (let index = 0; index < 5000; index++) {
      const write = new Uint8Array(MAXIMUM_BLUETOOTH_BLOCK).fill(255 - (index % 250));
      ({ assembly } = receiveFromBluetooth(assembly, write));
      expect(assembly?.parts.length ?? 0).toBeLessThan(256);
    }
  });
});
