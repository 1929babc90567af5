import {
  decodePushNotification,
  encodePush,
  MAXIMUM_MESSAGE_BYTES,
  MAXIMUM_NOTIFICATION_BYTES,
} from 'vaultwire/pairing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { copyBytes, encodeUtf8 } from '../../src/wire/bytes.js';
import type { ErrorCode } from '../../src/wire/error.js';
import { refused } from '../support/refused.js';

const push = { message: Uint8Array.of(0, 1, 255), queue: 'Q', sessionUuid: 'S', alert: 'Krypton Request' };
const APPLE =
  '{"aps":{"alert":"Krypton Request","sound":"","content-available":1,"mutable-content":1,"queue":"Q","c":"AAH/","session_uuid":"S"}}';
const GOOGLE = '{"data":{"message":"AAH/","queue":"Q"},"priority":"high"}';

describe('pushes', () => {
  it('are one document that holds each service its own, as text', () => {
    expect(JSON.parse(encodePush(push))).toEqual({ APNS: APPLE, APNS_SANDBOX: APPLE, GCM: GOOGLE });
    expect(encodePush(push)).toMatch(/^\{"APNS":"\{\\"aps\\":/);
  });

  it('are read as each service delivers them', () => {
    expect(decodePushNotification(encodeUtf8(APPLE))).toEqual(push);
    const { message, queue } = push;
    expect(decodePushNotification(encodeUtf8(GOOGLE))).toEqual({ message, queue });
    expect(decodePushNotification(encodeUtf8('{"aps":{"c":"AAH/","queue":"Q","alert":null}}'))).toEqual({
      message,
      queue,
    });
  });

  it('hold the longest message', () => {
    const message = new Uint8Array(MAXIMUM_MESSAGE_BYTES);
    const { APNS } = JSON.parse(encodePush({ ...push, message })) as { APNS: string };
    expect(decodePushNotification(encodeUtf8(APNS)).message).toHaveLength(MAXIMUM_MESSAGE_BYTES);
  });

  it.each<[ErrorCode, string]>([
    ['json-invalid', ''],
    ['json-invalid', '[]'],
    ['field-missing', '{}'],
    ['field-missing', '{"aps":{"c":"","queue":"Q"},"data":{"message":"","queue":"Q"}}'],
    ['field-missing', '{"aps":"x"}'],
    ['field-missing', '{"aps":{"queue":"Q"}}'],
    ['field-missing', '{"aps":{"c":""}}'],
    ['base64-invalid', '{"aps":{"c":"!","queue":"Q"}}'],
    ['field-invalid', '{"aps":{"c":"","queue":1}}'],
    ['field-invalid', '{"aps":{"c":"","queue":"","session_uuid":1}}'],
    ['field-invalid', '{"aps":{"c":"","queue":"","alert":{}}}'],
    ['field-missing', '{"data":{"queue":"Q"}}'],
    ['field-missing', '{"data":{"message":""}}'],
    ['base64-invalid', '{"data":{"message":"!","queue":"Q"}}'],
    ['json-duplicate-key', '{"data":{"message":"","message":"","queue":"Q"}}'],
  ])('are refused with %s: %s', async (code, text) => {
    await refused(code, () => decodePushNotification(encodeUtf8(text)));
  });

  it('are of a bounded size', async () => {
    await refused('message-too-long', () => decodePushNotification(new Uint8Array(MAXIMUM_NOTIFICATION_BYTES + 1)));
  });

  it('come back as they were', () => {
    const bytes = fc.uint8Array().map(copyBytes);
    const text = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(fc.record({ message: bytes, queue: text, sessionUuid: text, alert: text }), (value) => {
        const { APNS, GCM } = JSON.parse(encodePush(value)) as Record<'APNS' | 'GCM', string>;
        expect(decodePushNotification(encodeUtf8(APNS))).toEqual(value);
        const { message, queue } = value;
        expect(decodePushNotification(encodeUtf8(GCM))).toEqual({ message, queue });
      }),
    );
  });
});
