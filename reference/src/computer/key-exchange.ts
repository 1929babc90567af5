import { Buffer } from 'node:buffer';
import { SshReader } from 'vaultwire/pairing/ssh';

/** What a server proves in the clear: its host key, and the signature of it over the session id. */
export interface HostProof {
  readonly hostKey: Uint8Array<ArrayBuffer>;
  readonly signature: Uint8Array<ArrayBuffer>;
}

/** Bytes that a server may send before its key exchange reply: lines, its version, its algorithms. */
const MAXIMUM_READ = 512 * 1024;
/** RFC 4253 section 6.1 asks for 35,000 bytes, OpenSSH takes this many. */
const MAXIMUM_PACKET = 256 * 1024;

const NEW_KEYS = 21;
/** Diffie-Hellman with or without elliptic curves (RFC 4253, RFC 5656), and with a group from the server (RFC 4419). */
const REPLIES = [31, 33];

/**
 * Reads what a server sends until its first key exchange reply, which is never encrypted (RFC 4253 section 8).
 * It looks on: nothing of the stream is changed, and whatever it does not understand ends the reading without a result.
 */
export class KeyExchangeReader {
  #waiting: Uint8Array = new Uint8Array();
  #read = 0;
  #versionSeen = false;
  #ended = false;

  /** No result can come any more, or it has come already. */
  get ended(): boolean {
    return this.#ended;
  }

  /** The server's proof, if these bytes complete it. */
  push(chunk: Uint8Array): HostProof | undefined {
    if (this.#ended) return undefined;
    this.#read += chunk.length;
    this.#waiting = Buffer.concat([this.#waiting, chunk]);
    const proof = this.#next();
    if (proof !== undefined || this.#read > MAXIMUM_READ) this.#ended = true;
    if (this.#ended) this.#waiting = new Uint8Array();
    return proof;
  }

  #next(): HostProof | undefined {
    while (!this.#ended) {
      if (!this.#versionSeen) {
        const line = this.#waiting.indexOf(0x0a);
        if (line < 0) return undefined;
        this.#versionSeen = Buffer.from(this.#waiting.subarray(0, line)).toString('latin1').startsWith('SSH-');
        this.#waiting = this.#waiting.subarray(line + 1);
        continue;
      }
      const payload = this.#packet();
      if (payload === undefined) return undefined;
      const type = payload[0] ?? 0;
      if (type === NEW_KEYS) this.#ended = true;
      const proof = REPLIES.includes(type) ? readReply(payload) : undefined;
      if (proof !== undefined) return proof;
    }
    return undefined;
  }

  /** RFC 4253 section 6: packet length, padding length, payload, padding; no MAC before the first new keys. */
  #packet(): Uint8Array | undefined {
    if (this.#waiting.length < 5) return undefined;
    const reader = new SshReader(this.#waiting, 'SSH packet');
    const length = reader.uint32();
    const padding = reader.uint8();
    if (length > MAXIMUM_PACKET || length < padding + 2) {
      this.#ended = true;
      return undefined;
    }
    if (this.#waiting.length < 4 + length) return undefined;
    const payload = this.#waiting.subarray(5, 4 + length - padding);
    this.#waiting = this.#waiting.subarray(4 + length);
    return payload;
  }
}

/** Undefined for a message of the same number that is no reply: a group of RFC 4419 has two fields, not three. */
function readReply(payload: Uint8Array): HostProof | undefined {
  try {
    const reader = new SshReader(payload.subarray(1), 'key exchange reply');
    const hostKey = reader.string();
    reader.string();
    const signature = reader.string();
    reader.end();
    return { hostKey, signature };
  } catch {
    return undefined;
  }
}
