import type { HostAuth, RequestBody, SignRequest } from '../../src/pairing/messages.js';
import { encodeSignData } from '../../src/pairing/ssh.js';
import { encodeUtf8, type Bytes } from '../../src/wire/bytes.js';

/** Bytes that are all the same, as keys and hashes that nothing computes with. */
export const filled = (value: number, length = 32): Bytes => new Uint8Array(length).fill(value);

/** Of the SSH key that the phones of these tests sign with. */
export const FINGERPRINT = filled(0x11);

/** What a host would send to prove itself; whether it is right is for whoever plays the verifier to say. */
export const hostAuth = (hostKey = 0x40, hostNames: readonly string[] = ['example.com']): HostAuth => ({
  hostKey: filled(hostKey),
  signature: filled(0x41, 64),
  hostNames,
});

/** A request to sign a login. */
export function login(
  user: string,
  host?: HostAuth,
  options: { readonly algorithm?: 'ssh-ed25519' | 'ssh-rsa'; readonly hostBound?: boolean } = {},
): SignRequest {
  const data = encodeSignData(
    {
      kind: 'user-auth',
      sessionId: filled(0x21),
      user,
      service: 'ssh-connection',
      algorithm: options.algorithm ?? 'ssh-ed25519',
      hostBound: options.hostBound ?? false,
    },
    { allowSha1: true },
  );
  return { kind: 'sign', data, fingerprint: FINGERPRINT, ...(host && { hostAuth: host }) };
}

/** A request to sign a file. */
export const signFile = (namespace = 'file'): SignRequest => ({
  kind: 'sign',
  data: encodeSignData({ kind: 'sshsig', namespace, hashAlgorithm: 'sha256', hash: filled(0x22) }),
  fingerprint: FINGERPRINT,
});

/** A request to sign a commit. */
export const signCommit = (userId = 'Ada <ada@example.com>'): RequestBody => ({
  kind: 'git-sign',
  userId,
  content: {
    type: 'commit',
    tree: '4b825dc642cb6eb9a060e54bf8d69288fbee4904',
    author: 'Ada <ada@example.com> 1700000000 +0000',
    committer: 'Ada <ada@example.com> 1700000000 +0000',
    message: encodeUtf8('First\n'),
  },
});

/** A request to sign in with a security key. */
export const signIn = (appId = 'https://example.com'): RequestBody => ({
  kind: 'u2f-authenticate',
  challenge: filled(0x31),
  appId,
  keyHandle: filled(0x32, 80),
});
