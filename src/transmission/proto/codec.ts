import { assertBytes, copyBytes, type Bytes } from '../../wire/bytes.js';
import { VaultwireError } from '../../wire/error.js';
import { Reader, type Writer } from './runtime.js';

/** A message class of the generated code. */
export interface MessageCodec<Message, Properties> {
  encode(message: Properties): Writer;
  decode(reader: Reader): Message;
}

/**
 * Bytes of a message. Fields with the default value of their type take none (proto3).
 *
 * @throws VaultwireError `argument-invalid` for a value that its field cannot hold
 */
export function encodeMessage<Message, Properties>(
  codec: MessageCodec<Message, Properties>,
  message: Properties,
): Bytes {
  try {
    return copyBytes(codec.encode(message).finish());
  } catch {
    throw new VaultwireError('argument-invalid', 'protobuf message: expected values that its fields can hold');
  }
}

/**
 * Decodes a message from outside. Fields that it does not know are left out; malformed input, invalid UTF-8, groups,
 * numbers that a double does not hold exactly, and messages that are deeper or have more fields than
 * `MAXIMUM_PROTOBUF_DEPTH` and `MAXIMUM_PROTOBUF_FIELDS` are refused. Of a field that comes twice the last one counts;
 * a message that comes twice is one with the fields of both, as proto3 has it.
 *
 * @param name what the message is called in error messages
 * @param limits.maximumBytes most bytes of the message
 * @throws VaultwireError `message-too-long`, `protobuf-invalid`
 */
export function decodeMessage<Message, Properties>(
  codec: MessageCodec<Message, Properties>,
  bytes: Uint8Array,
  name: string,
  limits: { readonly maximumBytes: number },
): Message {
  assertBytes(bytes, name);
  if (bytes.length > limits.maximumBytes) {
    throw new VaultwireError('message-too-long', `${name}: expected at most ${limits.maximumBytes} bytes`);
  }
  try {
    return codec.decode(Reader.create(bytes));
  } catch {
    throw new VaultwireError('protobuf-invalid', `${name}: expected a protobuf message`);
  }
}
