import { encodeBase64 } from '../wire/base64.js';
import type { Bytes } from '../wire/bytes.js';
import { VaultwireError } from '../wire/error.js';
import {
  decodeJsonObject,
  isJsonObject,
  MAXIMUM_JSON_DEPTH,
  readBase64,
  readOptionalString,
  readString,
  type JsonObject,
} from '../wire/json.js';
import { MAXIMUM_MESSAGE_BYTES } from './envelope.js';

/** Most bytes of a notification's JSON: a message in base64, and what stands around it. */
export const MAXIMUM_NOTIFICATION_BYTES = 2 * MAXIMUM_MESSAGE_BYTES;

/** What a computer has a push service bring to a phone. */
export interface Push {
  /** What the computer would also send over its other channels, header and box. */
  readonly message: Bytes;
  /** The name of the queue to the phone. */
  readonly queue: string;
  /** The pairing's identifier. */
  readonly sessionUuid: string;
  /** What the phone shows before it has opened the message. */
  readonly alert: string;
}

/**
 * The payload for a push service that knows phones by an endpoint and speaks to Apple's and Google's: JSON whose
 * members are JSON again, as text.
 */
export function encodePush({ message, queue, sessionUuid, alert }: Push): string {
  const ciphertext = encodeBase64(message);
  const apple = JSON.stringify({
    aps: {
      alert,
      sound: '',
      'content-available': 1,
      'mutable-content': 1,
      queue,
      c: ciphertext,
      session_uuid: sessionUuid,
    },
  });
  const google = JSON.stringify({ data: { message: ciphertext, queue }, priority: 'high' });
  return JSON.stringify({ APNS: apple, APNS_SANDBOX: apple, GCM: google });
}

/** What a phone reads in a notification. Google's carries no more than the first two. */
export interface PushNotification {
  readonly message: Bytes;
  readonly queue: string;
  readonly sessionUuid?: string;
  readonly alert?: string;
}

/**
 * Reads the JSON that the phone's platform hands over: Apple's with `aps`, or Google's with `data`. Nothing in it is
 * proven before the message opens.
 *
 * @throws VaultwireError `message-too-long` above {@link MAXIMUM_NOTIFICATION_BYTES}, `utf8-invalid`, `json-invalid`,
 * `json-too-deep`, `json-duplicate-key`, `field-missing`, `field-invalid`, `base64-invalid`
 */
export function decodePushNotification(bytes: Uint8Array): PushNotification {
  const name = 'notification';
  const notification = decodeJsonObject(bytes, name, LIMITS);
  const { aps, data } = notification;
  if (isJsonObject(aps) === isJsonObject(data)) {
    throw new VaultwireError('field-missing', `${name}: expected aps or data`);
  }
  if (isJsonObject(data)) return readTarget(data, 'message', `${name}.data`);
  const apple = aps as JsonObject;
  const at = `${name}.aps`;
  const sessionUuid = readOptionalString(apple, 'session_uuid', at);
  const alert = readOptionalString(apple, 'alert', at);
  return {
    ...readTarget(apple, 'c', at),
    ...(sessionUuid !== undefined && { sessionUuid }),
    ...(alert !== undefined && { alert }),
  };
}

const LIMITS = { maximumBytes: MAXIMUM_NOTIFICATION_BYTES, maximumDepth: MAXIMUM_JSON_DEPTH };

const readTarget = (object: JsonObject, message: string, name: string): PushNotification => ({
  message: readBase64(object, message, name),
  queue: readString(object, 'queue', name),
});
