/**
 * The SSH agent protocol (draft-ietf-sshm-ssh-agent), as far as an agent needs it whose keys live elsewhere: list
 * the keys, sign, and session-bind@openssh.com. What else a client may ask for decodes as `other`.
 */
import { Buffer } from 'node:buffer';
import { VaultwireError } from 'vaultwire';
import {
  encodeSshString,
  parseSessionBind,
  SESSION_BIND_EXTENSION,
  SshReader,
  type SessionBind,
} from 'vaultwire/pairing/ssh';

/** The largest message taken, in bytes without its length: the limit of OpenSSH's own agent. */
export const MAXIMUM_AGENT_MESSAGE = 256 * 1024;

const SUCCESS = 6;
const FAILURE = 5;
const REQUEST_IDENTITIES = 11;
const IDENTITIES_ANSWER = 12;
const SIGN_REQUEST = 13;
const SIGN_RESPONSE = 14;
const EXTENSION = 27;

export type AgentRequest =
  | { readonly kind: 'identities' }
  | {
      readonly kind: 'sign';
      readonly publicKey: Uint8Array<ArrayBuffer>;
      readonly data: Uint8Array<ArrayBuffer>;
      readonly flags: number;
    }
  | { readonly kind: 'session-bind'; readonly binding: SessionBind }
  | { readonly kind: 'other'; readonly type: number };

export interface Identity {
  /** The key in SSH's wire form. */
  readonly publicKey: Uint8Array;
  readonly comment: string;
}

/**
 * Decodes one message, without its length in front.
 *
 * @throws VaultwireError `message-too-short`, `length-invalid`, `field-invalid`: a request that it knows is malformed
 */
export function decodeAgentRequest(message: Uint8Array): AgentRequest {
  const reader = new SshReader(message, 'agent request');
  const type = reader.uint8();
  switch (type) {
    case REQUEST_IDENTITIES:
      reader.end();
      return { kind: 'identities' };
    case SIGN_REQUEST: {
      const request = { publicKey: reader.string(), data: reader.string(), flags: reader.uint32() };
      reader.end();
      return { kind: 'sign', ...request };
    }
    case EXTENSION: {
      if (Buffer.from(reader.string()).toString('latin1') !== SESSION_BIND_EXTENSION) return { kind: 'other', type };
      return { kind: 'session-bind', binding: parseSessionBind(message.subarray(reader.offset)) };
    }
    default:
      return { kind: 'other', type };
  }
}

const uint32 = (value: number): Uint8Array => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

const frame = (...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(Buffer.concat([uint32(parts.reduce((sum, part) => sum + part.length, 0)), ...parts]));

/** Answers, each with its length in front. */
export const encodeFailure = (): Uint8Array<ArrayBuffer> => frame(Uint8Array.of(FAILURE));
export const encodeSuccess = (): Uint8Array<ArrayBuffer> => frame(Uint8Array.of(SUCCESS));

export const encodeIdentities = (identities: readonly Identity[]): Uint8Array<ArrayBuffer> =>
  frame(
    Uint8Array.of(IDENTITIES_ANSWER),
    uint32(identities.length),
    ...identities.flatMap(({ publicKey, comment }) => [encodeSshString(publicKey), encodeSshString(comment)]),
  );

/** @param signature with the name of its algorithm (RFC 4253 section 6.6) */
export const encodeSignature = (signature: Uint8Array): Uint8Array<ArrayBuffer> =>
  frame(Uint8Array.of(SIGN_RESPONSE), encodeSshString(signature));

/** Cuts a stream into messages of at most {@link MAXIMUM_AGENT_MESSAGE} bytes. */
export class AgentFrames {
  #waiting: Uint8Array = new Uint8Array();

  /**
   * The messages that these bytes complete.
   *
   * @throws VaultwireError `message-too-long` or `message-too-short`: no message has that length, and what follows
   * cannot be read
   */
  push(chunk: Uint8Array): Uint8Array[] {
    this.#waiting = Buffer.concat([this.#waiting, chunk]);
    const messages: Uint8Array[] = [];
    while (this.#waiting.length >= 4) {
      const length = new SshReader(this.#waiting, 'agent message').uint32();
      if (length === 0) throw new VaultwireError('message-too-short', 'agent message: expected a type');
      if (length > MAXIMUM_AGENT_MESSAGE) {
        throw new VaultwireError('message-too-long', `agent message: expected at most ${MAXIMUM_AGENT_MESSAGE} bytes`);
      }
      if (this.#waiting.length < 4 + length) break;
      messages.push(this.#waiting.subarray(4, 4 + length));
      this.#waiting = this.#waiting.subarray(4 + length);
    }
    return messages;
  }
}
