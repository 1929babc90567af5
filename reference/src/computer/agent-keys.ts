import { VaultwireError } from 'vaultwire';
import { type HostAuth } from 'vaultwire/pairing';
import { type ComputerSession } from 'vaultwire/pairing/computer';
import {
  completeSignData,
  encodeSignature,
  parseSignData,
  publicKeyFingerprint,
  signatureAlgorithm,
  splitSignData,
  verifySignature,
  type SessionBind,
  type SignData,
} from 'vaultwire/pairing/ssh';
import { visible } from '../visible.js';
import type { AgentKeys, SignOrder } from './agent-server.js';
import type { Identity } from './agent-protocol.js';
import type { NamedHost, NamedHosts } from './named-hosts.js';

/** What the person at the computer is told about a signature. */
export interface SignNotice {
  /** `login` or what `ssh-keygen -Y` signs for. */
  readonly subject: string;
  readonly outcome: 'asked' | 'signed' | 'refused';
  /** Of a refusal. */
  readonly reason?: string;
}

/** The SSH key of the phone, for `ssh` and its family. */
export function phoneKeys(
  session: Pick<ComputerSession, 'paired' | 'request'>,
  hosts: NamedHosts,
  notify: (notice: SignNotice) => void,
): AgentKeys {
  const identities = async (): Promise<Identity[]> => {
    const { publicKeyWire, email } = await session.paired;
    return publicKeyWire === undefined ? [] : [{ publicKey: publicKeyWire, comment: visible(email) }];
  };
  const sign = async (order: SignOrder, subject: (text: string) => void): Promise<Uint8Array> => {
    const { publicKey } = order;
    if (!(await identities()).some((identity) => equal(identity.publicKey, publicKey))) {
      throw new VaultwireError('key-missing', 'the phone does not have this key');
    }
    const split = splitSignData(order.data);
    const parsed = parseSignData(split.data);
    if (split.publicKey !== undefined && !equal(split.publicKey, publicKey)) {
      throw new VaultwireError('field-invalid', 'data to sign: expected the key that is to sign');
    }
    if (parsed.kind === 'sshsig' && order.bindings.some(({ forwarding }) => forwarding)) {
      // The phone is not told who asks: what its user has approved for this computer would be good for that host too.
      throw new VaultwireError('not-permitted', 'a forwarded agent: signs logins only');
    }
    const { hostAuth, command } =
      parsed.kind === 'user-auth' ? provenHost(parsed.sessionId, order.bindings, split.hostKey, hosts) : {};
    subject(describe(parsed, hostAuth));
    const { signature: blob } = await session.request<'sign'>(
      {
        kind: 'sign',
        data: split.data,
        fingerprint: publicKeyFingerprint(publicKey),
        ...(command !== undefined && { command }),
        ...(hostAuth && { hostAuth }),
      },
      { signal: order.signal },
    );
    const signature = encodeSignature({ algorithm: signatureAlgorithm(parsed, publicKey), blob });
    const signed = completeSignData(split.data, publicKey, split.hostKey);
    if (!(await verifySignature(publicKey, signature, signed))) {
      throw new VaultwireError('signature-invalid', 'the phone: expected a signature that its key verifies');
    }
    return signature;
  };
  return {
    identities,
    async sign(order) {
      let subject = 'something unknown';
      try {
        const signature = await sign(order, (text) => {
          subject = text;
          notify({ subject, outcome: 'asked' });
        });
        notify({ subject, outcome: 'signed' });
        return signature;
      } catch (error) {
        notify({ subject, outcome: 'refused', reason: error instanceof Error ? error.message : 'unknown' });
        throw error;
      }
    },
  };
}

/**
 * What the client's connection is bound to. Over a forwarded agent the names of hosts are the word of another machine,
 * and are left out.
 *
 * @throws VaultwireError `field-invalid` when the data is for another session or another host than it is bound to, or
 *   for a host that nothing is known about
 */
function provenHost(
  sessionId: Uint8Array,
  bindings: readonly SessionBind[],
  hostKey: Uint8Array | undefined,
  hosts: NamedHosts,
): { readonly hostAuth?: HostAuth; readonly command?: string } {
  const last = bindings.at(-1);
  if (last === undefined) {
    if (hostKey === undefined) return {};
    throw new VaultwireError('field-invalid', 'data to sign: names a host, and the connection to the agent does not');
  }
  if (
    last.forwarding ||
    !equal(last.sessionId, sessionId) ||
    (hostKey !== undefined && !equal(last.hostKey, hostKey))
  ) {
    throw new VaultwireError('field-invalid', 'data to sign: expected the session that the connection is bound to');
  }
  const isForwarded = bindings.some(({ forwarding }) => forwarding);
  const host: NamedHost | undefined = isForwarded ? undefined : hosts.find(last);
  return {
    hostAuth: { hostKey: last.hostKey, signature: last.signature, hostNames: host?.names ?? [] },
    ...(host?.command !== undefined && { command: host.command }),
  };
}

function describe(data: SignData, hostAuth: HostAuth | undefined): string {
  if (data.kind === 'sshsig') return `signature for ${data.namespace}`;
  const [name = 'an unnamed host'] = hostAuth?.hostNames ?? [];
  return `login as ${data.user} to ${name}`;
}

const equal = (a: Uint8Array, b: Uint8Array): boolean => Buffer.from(a).equals(b);
