import { timingSafeEqual } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import type { SessionBind } from 'vaultwire/pairing/ssh';
import {
  AgentFrames,
  decodeAgentRequest,
  encodeFailure,
  encodeIdentities,
  encodeSignature,
  encodeSuccess,
  type AgentRequest,
  type Identity,
} from './agent-protocol.js';

/** How many hosts one connection may name, as many as in OpenSSH's own agent: itself and those it was forwarded over. */
const MAXIMUM_BINDINGS = 16;
/** How many requests of a connection may wait for their answers before no more are read. */
const MAXIMUM_WAITING = 16;

export interface SignOrder {
  readonly publicKey: Uint8Array<ArrayBuffer>;
  readonly data: Uint8Array<ArrayBuffer>;
  readonly flags: number;
  /** The hosts that this connection is bound to, in order; empty for clients that do not bind. */
  readonly bindings: readonly SessionBind[];
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal;
}

/** Where the keys are. */
export interface AgentKeys {
  identities(): Promise<readonly Identity[]> | readonly Identity[];
  /** The signature with the name of its algorithm. Whatever is thrown becomes the protocol's failure. */
  sign(order: SignOrder): Promise<Uint8Array>;
}

/** An SSH agent: a server whose connections come from `ssh`, `ssh-add` and `ssh-keygen`. Not listening yet. */
export function createAgentServer(keys: AgentKeys): Server {
  return createServer((socket) => {
    serve(socket, keys);
  });
}

function serve(socket: Socket, keys: AgentKeys): void {
  const frames = new AgentFrames();
  const bindings: SessionBind[] = [];
  let answers = Promise.resolve();
  let waiting = 0;
  const gone = new AbortController();
  socket.on('error', () => socket.destroy());
  socket.once('close', () => {
    gone.abort();
  });
  socket.on('data', (chunk: Uint8Array) => {
    let messages: Uint8Array[];
    try {
      messages = frames.push(chunk);
    } catch {
      socket.destroy();
      return;
    }
    // Answers go out in the order of the requests. A client that sends on and on is read no faster than it is answered.
    for (const message of messages) {
      waiting += 1;
      if (waiting >= MAXIMUM_WAITING) socket.pause();
      answers = answers.then(async () => {
        const bytes = await answer(message, bindings, keys, gone.signal);
        if (socket.writable) socket.write(bytes);
        waiting -= 1;
        if (waiting < MAXIMUM_WAITING) socket.resume();
      });
    }
  });
}

async function answer(
  message: Uint8Array,
  bindings: SessionBind[],
  keys: AgentKeys,
  signal: AbortSignal,
): Promise<Uint8Array> {
  try {
    // Nobody is asked for the signature of a client that did not wait for it.
    if (signal.aborted) return encodeFailure();
    const request: AgentRequest = decodeAgentRequest(message);
    switch (request.kind) {
      case 'identities':
        return encodeIdentities(await keys.identities());
      case 'sign': {
        const { publicKey, data, flags } = request;
        return encodeSignature(await keys.sign({ publicKey, data, flags, bindings: [...bindings], signal }));
      }
      case 'session-bind':
        return bind(bindings, request.binding) ? encodeSuccess() : encodeFailure();
      case 'other':
        return encodeFailure();
    }
  } catch {
    return encodeFailure();
  }
}

/** The rules of OpenSSH's agent: nothing follows the host that is logged in to, and no session changes its host. */
function bind(bindings: SessionBind[], binding: SessionBind): boolean {
  const known = bindings.find(({ sessionId }) => equal(sessionId, binding.sessionId));
  if (known !== undefined) return equal(known.hostKey, binding.hostKey) && known.forwarding === binding.forwarding;
  if (bindings.length >= MAXIMUM_BINDINGS || bindings.at(-1)?.forwarding === false) return false;
  bindings.push(binding);
  return true;
}

const equal = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && timingSafeEqual(a, b);
