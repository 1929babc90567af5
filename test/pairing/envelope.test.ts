import {
  decodeMessage,
  encodeCiphertextMessage,
  encodeKeyMessage,
  MAXIMUM_DOCUMENT_BYTES,
  MAXIMUM_MESSAGE_BYTES,
  nobleBox,
  openKeyMessage,
} from 'vaultwire/pairing';
import { describe, expect, it } from 'vitest';
import { concatBytes } from '../../src/wire/bytes.js';
import { refused } from '../support/refused.js';

describe('messages', () => {
  const computer = nobleBox.generateKey();
  const phone = nobleBox.generateKey();
  const keyMessage = encodeKeyMessage(computer.publicKey, phone.publicKey);

  it("carry the phone's public key to the computer alone", async () => {
    expect([keyMessage[0], keyMessage.length]).toEqual([2, 81]);
    const { kind, sealed } = decodeMessage(keyMessage);
    expect(kind).toBe('key');
    expect(openKeyMessage(computer, sealed)).toEqual(phone.publicKey);
    await refused('open-failed', () => openKeyMessage(phone, sealed));
    // Never the same twice: a second one of the same phone is not a copy of the first.
    expect(encodeKeyMessage(computer.publicKey, phone.publicKey)).not.toEqual(keyMessage);
  });

  it('carry what one end says to the other', () => {
    const text = Uint8Array.of(1, 2, 3);
    const message = encodeCiphertextMessage(computer.shared(phone.publicKey), text);
    expect([message[0], message.length]).toEqual([0, 44]);
    const { kind, sealed } = decodeMessage(message);
    expect(kind).toBe('ciphertext');
    expect(phone.shared(computer.publicKey).open(sealed)).toEqual(text);
  });

  it('take their randomness from the suite', () => {
    const suite = { ...nobleBox, randomBytes: (length: number) => new Uint8Array(length).fill(9) };
    const make = () => encodeKeyMessage(computer.publicKey, phone.publicKey, suite);
    expect(make()).toEqual(make());
  });

  it('are copies', () => {
    const ciphertext = encodeCiphertextMessage(computer.shared(phone.publicKey), new Uint8Array(3));
    for (const kept of [keyMessage, ciphertext]) {
      const message = kept.slice();
      const { sealed } = decodeMessage(message);
      message.fill(0);
      expect(sealed).toEqual(kept.slice(1));
    }
  });

  it('are refused when old, unknown, or of a wrong length', async () => {
    const header = (first: number, length: number) => concatBytes(Uint8Array.of(first), new Uint8Array(length - 1));
    await refused('message-too-short', () => decodeMessage(new Uint8Array()));
    for (const length of [1, 81, 1000]) await refused('wrap-refused', () => decodeMessage(header(1, length)));
    for (let first = 3; first < 256; first++) await refused('header-invalid', () => decodeMessage(header(first, 81)));
    await refused('message-too-short', () => decodeMessage(header(0, 40)));
    expect(decodeMessage(header(0, 41)).kind).toBe('ciphertext');
    expect(decodeMessage(header(0, MAXIMUM_MESSAGE_BYTES)).kind).toBe('ciphertext');
    for (const first of [0, 1, 2, 3]) {
      await refused('message-too-long', () => decodeMessage(header(first, MAXIMUM_MESSAGE_BYTES + 1)));
    }
    for (const length of [1, 80, 82]) await refused('length-invalid', () => decodeMessage(header(2, length)));
    await refused('argument-invalid', () => decodeMessage('text' as unknown as Uint8Array));
  });

  it('hold a key of 32 bytes, and no more than 256 KiB', async () => {
    expect(MAXIMUM_MESSAGE_BYTES).toBe(256 * 1024);
    await refused('length-invalid', () => encodeKeyMessage(computer.publicKey, new Uint8Array(31)));
    await refused('length-invalid', () => encodeKeyMessage(new Uint8Array(33), phone.publicKey));
    await refused('point-invalid', () => encodeKeyMessage(new Uint8Array(32), phone.publicKey));
    for (const length of [0, 31, 33]) {
      const sealed = nobleBox.sealTo(computer.publicKey, new Uint8Array(length));
      await refused('length-invalid', () => openKeyMessage(computer, sealed));
    }
    const box = computer.shared(phone.publicKey);
    expect(encodeCiphertextMessage(box, new Uint8Array(MAXIMUM_DOCUMENT_BYTES))).toHaveLength(MAXIMUM_MESSAGE_BYTES);
    await refused('message-too-long', () => encodeCiphertextMessage(box, new Uint8Array(MAXIMUM_DOCUMENT_BYTES + 1)));
    await refused('argument-invalid', () => encodeCiphertextMessage(box, 'text' as unknown as Uint8Array));
  });
});
