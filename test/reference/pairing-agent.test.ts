import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { VaultwireError } from 'vaultwire';
import { type SignRequest } from 'vaultwire/pairing';
import { completeSignData, encodePublicKey, encodeSshString } from 'vaultwire/pairing/ssh';
import { sayText } from '../../reference/src/computer/agent.js';
import { phoneKeys, type SignNotice } from '../../reference/src/computer/agent-keys.js';
import {
  AgentFrames,
  decodeAgentRequest,
  encodeFailure,
  encodeIdentities,
  encodeSignature,
  encodeSuccess,
  MAXIMUM_AGENT_MESSAGE,
} from '../../reference/src/computer/agent-protocol.js';
import { createAgentServer, type AgentKeys, type SignOrder } from '../../reference/src/computer/agent-server.js';
import { authorizedKey } from '../../reference/src/computer/authorized-key.js';
import { listenOn } from '../../reference/src/computer/home.js';
import { pairedText } from '../../reference/src/computer/pair.js';
import { NamedHosts } from '../../reference/src/computer/named-hosts.js';
import { refused } from '../support/refused.js';
import { temporaryFolder, whenDone } from './support.js';

/** Numbers are bytes, texts SSH strings. */
const bytes = (...parts: readonly (Uint8Array | string | number)[]): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(
    Buffer.concat(
      parts.map((part) =>
        typeof part === 'number' ? Uint8Array.of(part) : typeof part === 'string' ? encodeSshString(part) : part,
      ),
    ),
  );
const uint32 = (value: number): Uint8Array => {
  const encoded = Buffer.alloc(4);
  encoded.writeUInt32BE(value);
  return encoded;
};
const framed = (message: Uint8Array): Uint8Array<ArrayBuffer> => bytes(uint32(message.length), message);
const text = (value: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(value);

const phoneKey = generateKeyPairSync('ed25519');
const publicKey = encodePublicKey({
  type: 'ssh-ed25519',
  point: Uint8Array.from(Buffer.from(phoneKey.publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')),
});
const hostKey = encodePublicKey({ type: 'ssh-ed25519', point: new Uint8Array(32).fill(7) });
const otherHostKey = encodePublicKey({ type: 'ssh-ed25519', point: new Uint8Array(32).fill(8) });
const sessionId = new Uint8Array(32).fill(1);
const otherSessionId = new Uint8Array(32).fill(2);
const hostSignature = bytes('ssh-ed25519', encodeSshString(new Uint8Array(64).fill(9)));

const loginData = (boundTo?: Uint8Array, session = sessionId, key: Uint8Array = publicKey): Uint8Array<ArrayBuffer> =>
  bytes(
    encodeSshString(session),
    50,
    'alice',
    'ssh-connection',
    boundTo ? 'publickey-hostbound-v00@openssh.com' : 'publickey',
    1,
    'ssh-ed25519',
    encodeSshString(key),
    ...(boundTo ? [encodeSshString(boundTo)] : []),
  );
const fileData = bytes(
  text('SSHSIG'),
  'file',
  '',
  'sha512',
  encodeSshString(createHash('sha512').update('a file').digest()),
);
const bind = (host = hostKey, session = sessionId, forwarding = 0): Uint8Array<ArrayBuffer> =>
  bytes(
    27,
    'session-bind@openssh.com',
    encodeSshString(host),
    encodeSshString(session),
    encodeSshString(hostSignature),
    forwarding,
  );
const signRequest = (data: Uint8Array, key: Uint8Array = publicKey): Uint8Array<ArrayBuffer> =>
  bytes(13, encodeSshString(key), encodeSshString(data), uint32(0));

describe('the messages of the SSH agent protocol', () => {
  it('reads the requests that it serves', () => {
    expect(decodeAgentRequest(Uint8Array.of(11))).toEqual({ kind: 'identities' });
    const data = loginData();
    expect(decodeAgentRequest(bytes(13, encodeSshString(publicKey), encodeSshString(data), uint32(4)))).toEqual({
      kind: 'sign',
      publicKey,
      data,
      flags: 4,
    });
    expect(decodeAgentRequest(bind())).toEqual({
      kind: 'session-bind',
      binding: { hostKey, sessionId, signature: hostSignature, forwarding: false },
    });
  });

  it('takes every other type, and every other extension, for one that it does not serve', () => {
    for (const type of [0, 1, 9, 17, 18, 19, 20, 22, 25, 26, 255]) {
      expect(decodeAgentRequest(bytes(type, 'anything'))).toEqual({ kind: 'other', type });
    }
    expect(decodeAgentRequest(bytes(27, 'query'))).toEqual({ kind: 'other', type: 27 });
  });

  it('refuses requests that are cut off, or have something after them', async () => {
    for (const message of [Uint8Array.of(11), signRequest(loginData()), bind()]) {
      for (let length = 0; length < message.length; length++) {
        await refused('message-too-short', () => decodeAgentRequest(message.subarray(0, length)));
      }
      await refused('length-invalid', () => decodeAgentRequest(bytes(message, 0)));
    }
    await refused('field-invalid', () => decodeAgentRequest(bind(hostKey, sessionId, 2)));
  });

  it('writes answers as the draft has them', () => {
    expect(encodeFailure()).toEqual(bytes(uint32(1), 5));
    expect(encodeSuccess()).toEqual(bytes(uint32(1), 6));
    expect(encodeIdentities([{ publicKey: Uint8Array.of(1, 2), comment: 'a' }])).toEqual(
      framed(bytes(12, uint32(1), encodeSshString(Uint8Array.of(1, 2)), 'a')),
    );
    expect(encodeSignature(Uint8Array.of(3))).toEqual(framed(bytes(14, encodeSshString(Uint8Array.of(3)))));
  });

  it('finds the same messages however the stream is cut', () => {
    const messages = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 8 });
    fc.assert(
      fc.property(messages, fc.infiniteStream(fc.integer({ min: 1, max: 30 })), (sent, cuts) => {
        const stream = Buffer.concat(sent.map(framed));
        const frames = new AgentFrames();
        const received: Uint8Array[] = [];
        for (let offset = 0; offset < stream.length;) {
          const end = offset + (cuts.next().value as number);
          received.push(...frames.push(stream.subarray(offset, end)).map((message) => Uint8Array.from(message)));
          offset = end;
        }
        expect(received).toEqual(sent);
      }),
    );
  });

  it('takes no message that is empty or larger than the limit', async () => {
    expect(new AgentFrames().push(uint32(MAXIMUM_AGENT_MESSAGE))).toEqual([]);
    await refused('message-too-long', () => new AgentFrames().push(uint32(MAXIMUM_AGENT_MESSAGE + 1)));
    await refused('message-too-short', () => new AgentFrames().push(uint32(0)));
  });
});

interface Client {
  readonly socket: Socket;
  ask(message: Uint8Array): Promise<Uint8Array>;
}

async function agentWith(keys: Partial<AgentKeys>): Promise<{ readonly path: string; client(): Promise<Client> }> {
  const path = join(await temporaryFolder(), 'agent.sock');
  const none: AgentKeys = { identities: () => [], sign: () => Promise.reject(new Error('no key')) };
  whenDone(await listenOn(createAgentServer({ ...none, ...keys }), path));
  return {
    path,
    async client() {
      const socket = connect(path);
      await once(socket, 'connect');
      const frames = new AgentFrames();
      const answers: Uint8Array[] = [];
      const waiting: ((answer: Uint8Array) => void)[] = [];
      socket.on('data', (chunk: Uint8Array) => {
        answers.push(...frames.push(chunk));
        while (answers.length > 0 && waiting.length > 0) waiting.shift()!(answers.shift()!);
      });
      return {
        socket,
        ask: (message) => {
          const answer = new Promise<Uint8Array>((resolve) => waiting.push(resolve));
          socket.write(framed(message));
          return answer;
        },
      };
    },
  };
}

const FAILURE = Buffer.of(5);
const SUCCESS = Buffer.of(6);

describe('the SSH agent', () => {
  it('lists keys and signs, with what the connection is bound to', async () => {
    const orders: SignOrder[] = [];
    const agent = await agentWith({
      identities: () => [{ publicKey, comment: 'alice@example.com' }],
      sign: (order) => {
        orders.push(order);
        return Promise.resolve(Uint8Array.of(1, 2, 3));
      },
    });
    expect((await stat(agent.path)).mode & 0o777).toBe(0o600);
    const client = await agent.client();
    expect(await client.ask(Uint8Array.of(11))).toEqual(
      Buffer.from(bytes(12, uint32(1), encodeSshString(publicKey), 'alice@example.com')),
    );
    expect(await client.ask(bind())).toEqual(SUCCESS);
    expect(await client.ask(signRequest(loginData()))).toEqual(
      Buffer.from(bytes(14, encodeSshString(Uint8Array.of(1, 2, 3)))),
    );
    expect(orders).toEqual([
      {
        publicKey,
        data: loginData(),
        flags: 0,
        bindings: [{ hostKey, sessionId, signature: hostSignature, forwarding: false }],
        signal: expect.any(AbortSignal) as AbortSignal,
      },
    ]);
  });

  it('fails what it does not serve, what is malformed and what cannot be signed, and goes on', async () => {
    const client = await (await agentWith({})).client();
    for (const message of [
      Uint8Array.of(17, 1, 2),
      Uint8Array.of(19),
      bytes(27, 'query'),
      Uint8Array.of(13, 0),
      bytes(11, 1),
      signRequest(loginData()),
    ]) {
      expect(await client.ask(message)).toEqual(FAILURE);
    }
    expect(await client.ask(Uint8Array.of(11))).toEqual(Buffer.from(bytes(12, uint32(0))));
  });

  it('answers in the order of the requests', async () => {
    const client = await (await agentWith({ sign: () => Promise.resolve(Uint8Array.of(1)) })).client();
    const answers = [signRequest(loginData()), Uint8Array.of(11), Uint8Array.of(19)].map((request) =>
      client.ask(request),
    );
    expect((await Promise.all(answers)).map(([type]) => type)).toEqual([14, 12, 5]);
  });

  it('tells who signs that the client has gone, and asks for nothing else of it', async () => {
    const signals: AbortSignal[] = [];
    let asked = (): void => undefined;
    const isAsked = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const agent = await agentWith({
      sign: ({ signal }) =>
        new Promise((_, reject) => {
          signals.push(signal);
          signal.addEventListener('abort', () => {
            reject(new Error('gone'));
          });
          asked();
        }),
    });
    const client = await agent.client();
    void client.ask(signRequest(loginData()));
    void client.ask(signRequest(loginData()));
    await isAsked;
    client.socket.destroy();
    await once(signals[0]!, 'abort');
    // The next client is served after that: the second request of the one before it was not.
    expect(await (await agent.client()).ask(Uint8Array.of(11))).toEqual(Buffer.from(bytes(12, uint32(0))));
    expect(signals.length).toBe(1);
  });

  it('reads no faster than it answers', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const agent = await agentWith({
      async identities() {
        await held;
        return [];
      },
    });
    const client = await agent.client();
    const answers = Array.from({ length: 100 }, () => client.ask(Uint8Array.of(11)));
    release();
    expect(new Set((await Promise.all(answers)).map((answer) => Buffer.from(answer).toString('hex'))).size).toBe(1);
  });

  it('hangs up on a message of impossible length, and on nobody else', async () => {
    const agent = await agentWith({});
    const [hostile, other] = [await agent.client(), await agent.client()];
    hostile.socket.write(uint32(MAXIMUM_AGENT_MESSAGE + 1));
    await once(hostile.socket, 'close');
    expect(await other.ask(Uint8Array.of(11))).toEqual(Buffer.from(bytes(12, uint32(0))));
  });

  it('binds a connection by the rules of OpenSSH', async () => {
    const agent = await agentWith({});
    const forwarded = await agent.client();
    expect(await forwarded.ask(bind(hostKey, sessionId, 1))).toEqual(SUCCESS);
    // The same again does no harm; the same session with another host, or in another role, is a lie.
    expect(await forwarded.ask(bind(hostKey, sessionId, 1))).toEqual(SUCCESS);
    expect(await forwarded.ask(bind(otherHostKey, sessionId, 1))).toEqual(FAILURE);
    expect(await forwarded.ask(bind(hostKey, sessionId, 0))).toEqual(FAILURE);
    expect(await forwarded.ask(bind(otherHostKey, otherSessionId, 0))).toEqual(SUCCESS);
    // Nothing comes after the host that is logged in to.
    expect(await forwarded.ask(bind(hostKey, new Uint8Array(32).fill(3), 1))).toEqual(FAILURE);

    const many = await agent.client();
    const answers: number[] = [];
    for (let hop = 0; hop < 18; hop++) {
      answers.push((await many.ask(bind(hostKey, new Uint8Array(32).fill(hop), 1)))[0] ?? 0);
    }
    expect(answers).toEqual([...Array<number>(16).fill(6), 5, 5]);
  });

  it('takes the place of a socket that nobody listens on, and of no other', async () => {
    const path = join(await temporaryFolder(), 'agent.sock');
    const close = await listenOn(createServer(), path);
    await refused('not-permitted', () => listenOn(createServer(), path));
    await close();
    await (
      await listenOn(createServer(), path)
    )();
    await refused('argument-invalid', () => listenOn(createServer(), join(path, 'x'.repeat(100))));
  });
});

/** A phone that signs whatever it gets, completed as a phone does it. */
function signingPhone(answer?: (request: SignRequest) => Uint8Array) {
  const requests: SignRequest[] = [];
  const notices: SignNotice[] = [];
  const hosts = new NamedHosts();
  const request = (body: SignRequest): Promise<unknown> => {
    requests.push(body);
    const signature =
      answer?.(body) ??
      Uint8Array.from(sign(null, completeSignData(body.data, publicKey, body.hostAuth?.hostKey), phoneKey.privateKey));
    return Promise.resolve({ kind: 'sign', signature });
  };
  const paired = Promise.resolve({ publicKeyWire: publicKey, email: 'alice@example.com' });
  const session = { paired, request } as unknown as Parameters<typeof phoneKeys>[0];
  return { requests, notices, hosts, keys: phoneKeys(session, hosts, (notice) => notices.push(notice)) };
}

const binding = { hostKey, sessionId, signature: hostSignature, forwarding: false };
const order = (data: Uint8Array<ArrayBuffer>, ...bindings: SignOrder['bindings'][number][]): SignOrder => ({
  publicKey,
  data,
  flags: 0,
  bindings,
  signal: new AbortController().signal,
});

describe('signatures of the phone', () => {
  it('asks for a login with what the host proved, and the name that the proxy knows', async () => {
    const { keys, requests, notices, hosts } = signingPhone();
    hosts.add(binding, { names: ['host.example'], command: 'ssh host.example' });
    const signature = await keys.sign(order(loginData(hostKey), binding));
    expect(signature.length).toBe(4 + 11 + 4 + 64);
    expect(requests).toEqual([
      {
        kind: 'sign',
        // Up to the algorithm: the phone puts its own key there, and the host's.
        data: loginData(hostKey).subarray(0, -(4 + publicKey.length + 4 + hostKey.length)),
        fingerprint: Uint8Array.from(createHash('sha256').update(publicKey).digest()),
        command: 'ssh host.example',
        hostAuth: { hostKey, signature: hostSignature, hostNames: ['host.example'] },
      },
    ]);
    expect(notices).toEqual([
      { subject: 'login as alice to host.example', outcome: 'asked' },
      { subject: 'login as alice to host.example', outcome: 'signed' },
    ]);
  });

  it('asks without a name where no proxy saw this very connection', async () => {
    const { keys, requests, hosts } = signingPhone();
    hosts.add({ hostKey, signature: bytes('another session') }, { names: ['host.example'] });
    await keys.sign(order(loginData(), binding));
    expect(requests[0]?.hostAuth?.hostNames).toEqual([]);
  });

  it('asks without a host for clients that do not bind', async () => {
    const { keys, requests } = signingPhone();
    await keys.sign(order(loginData()));
    expect(requests[0]?.hostAuth).toBeUndefined();
    await refused('field-invalid', () => keys.sign(order(loginData(hostKey))));
  });

  it('believes no name over a forwarded agent', async () => {
    const { keys, requests, hosts } = signingPhone();
    hosts.add(binding, { names: ['host.example'] });
    const hop = { ...binding, sessionId: otherSessionId, hostKey: otherHostKey, forwarding: true };
    await keys.sign(order(loginData(), hop, binding));
    expect(requests[0]?.hostAuth).toEqual({ hostKey, signature: hostSignature, hostNames: [] });
    // The hop that forwards is no place to log in to.
    await refused('field-invalid', () => keys.sign(order(loginData(undefined, otherSessionId), hop)));
  });

  it('signs for no other session, host or key than the connection and the data agree on', async () => {
    const { keys, requests, notices } = signingPhone();
    await refused('field-invalid', () => keys.sign(order(loginData(hostKey, otherSessionId), binding)));
    await refused('field-invalid', () => keys.sign(order(loginData(otherHostKey), binding)));
    await refused('field-invalid', () => keys.sign(order(loginData(undefined, sessionId, hostKey), binding)));
    await refused('key-missing', () => keys.sign({ ...order(loginData(), binding), publicKey: hostKey }));
    await refused('length-invalid', () => keys.sign(order(bytes(loginData(), 0), binding)));
    expect(requests).toEqual([]);
    expect(notices.map(({ outcome }) => outcome)).toEqual(Array(5).fill('refused'));
  });

  it('asks for signatures of ssh-keygen as they are', async () => {
    const { keys, requests, notices } = signingPhone();
    await keys.sign(order(fileData));
    expect(requests).toEqual([
      { kind: 'sign', data: fileData, fingerprint: Uint8Array.from(createHash('sha256').update(publicKey).digest()) },
    ]);
    expect(notices[0]?.subject).toBe('signature for file');
  });

  it('signs nothing but logins over a forwarded agent', async () => {
    const { keys, requests, notices } = signingPhone();
    const hop = { ...binding, sessionId: otherSessionId, hostKey: otherHostKey, forwarding: true };
    await refused('not-permitted', () => keys.sign(order(fileData, hop)));
    await refused('not-permitted', () => keys.sign(order(fileData, hop, binding)));
    expect(requests).toEqual([]);
    expect(notices.map(({ outcome }) => outcome)).toEqual(['refused', 'refused']);
    await keys.sign(order(fileData, binding));
    expect(requests).toHaveLength(1);
  });

  it('come without what a phone could do to a terminal, or to authorized_keys', async ({ onTestFinished }) => {
    const email = 'alice@example.com\nssh-ed25519 AAAA evil\u001b[2J\u202e\u200b\u2028';
    const shown = /^[^\p{C}\p{Zl}\p{Zp}]*$/u;
    const me = { email, publicKeyWire: publicKey };
    const session = { paired: Promise.resolve(me), request: () => Promise.reject(new Error('not asked')) };
    const [identity] = await phoneKeys(session, new NamedHosts(), () => undefined).identities();
    expect(identity?.comment).toMatch(shown);
    const line = authorizedKey(publicKey, email);
    expect(line).toMatch(shown);
    expect(line).toMatch(/^ssh-ed25519 \S+ alice@example\.com/);
    for (const text of pairedText(me).split('\n')) expect(text).toMatch(shown);
    expect(pairedText(me).split('\n')).toHaveLength(4);

    const said = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    const failed = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    onTestFinished(() => {
      vi.restoreAllMocks();
    });
    sayText({ event: 'ready', SSH_AUTH_SOCK: '/agent.sock', email });
    sayText({ event: 'asked', subject: email });
    sayText({ event: 'signed', subject: email });
    sayText({ event: 'refused', subject: email, reason: email });
    sayText({ event: 'failed', reason: email });
    const texts = [...said.mock.calls, ...failed.mock.calls].map(String);
    expect(texts).toHaveLength(5);
    expect(texts.map((one) => one.split('\n').length)).toEqual([5, 1, 1, 1, 1]);
    for (const one of texts.flatMap((all) => all.split('\n'))) expect(one).toMatch(shown);
  });

  it('passes on no signature that the key does not verify', async () => {
    const { keys } = signingPhone(() => new Uint8Array(64));
    await refused('signature-invalid', () => keys.sign(order(loginData(), binding)));
  });

  it('passes on what the phone refuses', async () => {
    const { keys, notices } = signingPhone(() => {
      throw new VaultwireError('request-rejected', 'the user said no');
    });
    await refused('request-rejected', () => keys.sign(order(loginData(), binding)));
    expect(notices.at(-1)).toEqual({
      subject: 'login as alice to an unnamed host',
      outcome: 'refused',
      reason: 'the user said no',
    });
  });

  it('remembers a bounded number of hosts', () => {
    const hosts = new NamedHosts();
    const proof = (index: number) => ({ hostKey, signature: Uint8Array.from(uint32(index)) });
    for (let index = 0; index < 65; index++) hosts.add(proof(index), { names: [String(index)] });
    expect(hosts.find(proof(0))).toBeUndefined();
    expect(hosts.find(proof(1))?.names).toEqual(['1']);
    expect(hosts.find(proof(64))?.names).toEqual(['64']);
  });
});
