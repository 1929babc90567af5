/**
 * How the other commands talk to `vaultwire agent`: one line of JSON each way over a Unix socket in a folder that only
 * its owner may enter.
 */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import {
  array,
  base64,
  literal,
  optional,
  parse,
  pipe,
  string,
  strictObject,
  transform,
  variant,
  type InferOutput,
} from 'valibot';
import { isVaultwireError, VaultwireError } from 'vaultwire';
import type { Home } from './home.js';

/** Largest line, in bytes: a Git object as large as the phone's queues take, in base64, and something around it. */
const MAXIMUM_LINE = 512 * 1024;

const bytes = pipe(
  string(),
  base64(),
  transform((text) => Uint8Array.from(Buffer.from(text, 'base64'))),
);

const requestSchema = variant('do', [
  strictObject({ do: literal('status') }),
  /** What a server proved to `ssh-proxy`, and the names that it was reached by. */
  strictObject({
    do: literal('name-host'),
    hostKey: bytes,
    signature: bytes,
    names: array(string()),
    command: optional(string()),
  }),
  /** A commit or tag object without its signature, as Git hands it to gpg. */
  strictObject({ do: literal('git-sign'), userId: optional(string()), content: bytes }),
  /** The phone's public keys; the OpenPGP one when a user id for it is given. */
  strictObject({ do: literal('public-keys'), pgpUserId: optional(string()) }),
  strictObject({ do: literal('unpair') }),
]);
/** Bytes are base64 on the line. */
export type ControlRequest = InferOutput<typeof requestSchema>;
type ControlRequestOf<Kind extends ControlRequest['do']> = Extract<ControlRequest, { do: Kind }>;

export interface Status {
  readonly phase: string;
  readonly agentSocket: string;
  readonly email?: string;
}

export interface Done {
  readonly done: true;
}

/** Fields of an answer, by request. */
export interface ControlAnswers {
  readonly status: Status;
  readonly 'name-host': Done;
  /** An OpenPGP signature packet, base64. */
  readonly 'git-sign': { readonly signature: string };
  /** The SSH key in wire form and the packets of the OpenPGP key, base64. */
  readonly 'public-keys': { readonly email: string; readonly ssh?: string; readonly pgp?: string };
  /** Whether a channel took the message that says so to the phone. */
  readonly unpair: Done & { readonly told: boolean };
}

export type ControlHandlers = {
  readonly [Kind in ControlRequest['do']]: (
    request: ControlRequestOf<Kind>,
    /** Aborted when the client has gone. */
    signal: AbortSignal,
  ) => Promise<ControlAnswers[Kind]>;
};

/** The agent's side. */
export interface ControlServer {
  /** Not listening yet. */
  readonly server: Server;
  /** Resolves once whoever has asked by now has its answer. */
  readonly answered: () => Promise<void>;
}

/** What a handler throws is told to the client by code and message. */
export function createControlServer(handlers: ControlHandlers): ControlServer {
  const answering = new Set<Promise<void>>();
  const server = createServer((socket) => {
    const gone = new AbortController();
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      gone.abort();
    });
    void readLine(socket).then(
      (line) => {
        // Read on, so that the end of the client is seen.
        socket.resume();
        const done = answer(line, handlers, gone.signal)
          .then((text) => new Promise<void>((sent) => socket.once('close', sent).end(`${text}\n`, sent)))
          .finally(() => answering.delete(done));
        answering.add(done);
      },
      () => socket.destroy(),
    );
  });
  return {
    server,
    answered: async () => {
      await Promise.all(answering);
    },
  };
}

async function answer(line: string, handlers: ControlHandlers, signal: AbortSignal): Promise<string> {
  try {
    const request = decode(line);
    const handle = handlers[request.do] as (request: ControlRequest, signal: AbortSignal) => Promise<object>;
    return JSON.stringify({ ok: await handle(request, signal) });
  } catch (error) {
    const refusal = isVaultwireError(error)
      ? { code: error.code, message: error.message }
      : { code: 'answer-unexpected', message: 'the agent failed' };
    return JSON.stringify({ error: refusal });
  }
}

function decode(line: string): ControlRequest {
  try {
    return parse(requestSchema, JSON.parse(line));
  } catch {
    throw new VaultwireError('field-invalid', 'control request: expected one that this version knows');
  }
}

/**
 * Asks the agent of this home.
 *
 * @throws VaultwireError `not-found` when none is running, whatever the agent says else
 */
export async function askAgent<Kind extends ControlRequest['do']>(
  home: Home,
  request: ControlRequestOf<Kind>,
  options: { readonly signal?: AbortSignal } = {},
): Promise<ControlAnswers[Kind]> {
  const socket = connect(home.controlSocket);
  const { signal } = options;
  const stop = (): void => {
    socket.destroy(new VaultwireError('not-found', 'the agent did not answer'));
  };
  signal?.addEventListener('abort', stop, { once: true });
  try {
    await connected(socket, home);
    socket.write(`${encode(request)}\n`);
    const answered = JSON.parse(await readLine(socket)) as {
      readonly ok?: ControlAnswers[Kind];
      readonly error?: { readonly code: VaultwireError['code']; readonly message: string };
    };
    if (answered.error) throw new VaultwireError(answered.error.code, answered.error.message);
    if (!answered.ok) throw new VaultwireError('answer-unexpected', 'the agent: expected an answer');
    return answered.ok;
  } finally {
    signal?.removeEventListener('abort', stop);
    socket.destroy();
  }
}

const encode = (request: ControlRequest): string =>
  JSON.stringify(
    Object.fromEntries(
      Object.entries(request).map(([name, value]: [string, unknown]) => [
        name,
        value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
      ]),
    ),
  );

async function connected(socket: Socket, { controlSocket }: Home): Promise<void> {
  try {
    await once(socket, 'connect');
  } catch (cause) {
    if (isVaultwireError(cause)) throw cause;
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    const message =
      code === 'ENOENT' || code === 'ECONNREFUSED'
        ? `no agent listens at ${controlSocket}: start one with vaultwire agent`
        : `the agent at ${controlSocket} cannot be reached (${code})`;
    throw new VaultwireError('not-found', message, { cause });
  }
}

/** One line, of at most {@link MAXIMUM_LINE} bytes. Whatever comes after it is not read. */
async function readLine(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    const end = chunk.indexOf(0x0a);
    chunks.push(end < 0 ? chunk : chunk.subarray(0, end));
    length += chunk.length;
    if (length > MAXIMUM_LINE) throw new VaultwireError('message-too-long', 'control line: expected at most 512 KiB');
    if (end >= 0) return Buffer.concat(chunks).toString('utf8');
  }
  throw new VaultwireError('message-too-short', 'control line: the other end closed');
}
