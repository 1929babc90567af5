import { createHash } from 'node:crypto';
import { ED25519_TORSION_SUBGROUP } from '@noble/curves/ed25519.js';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { isVaultwireError } from '../../src/wire/error.js';
import {
  completeSignData,
  encodeEcdsaBlob,
  encodePublicKey,
  encodeSignature,
  encodeSignData,
  encodeSshString,
  parsePublicKey,
  parseSessionBind,
  parseSignature,
  parseSignData,
  publicKeyFingerprint,
  publicKeyFingerprintText,
  signatureAlgorithm,
  splitSignData,
  SshReader,
  verifyHostSignature,
  verifySignature,
  type SignData,
  type SshKeyType,
  type SshSignatureAlgorithm,
} from '../../src/pairing/ssh.js';
import { ascii, fromHex, join, toHex } from '../crypto/hex.js';
import fixtures from '../fixtures/pairing/ssh.json' with { type: 'json' };
import { refused } from '../support/refused.js';

const { keys, others, logins, message, signatures } = fixtures;
const types = Object.keys(keys) as SshKeyType[];
const wireOf = (type: string) => fromHex(keys[type as SshKeyType].wire);
const ed25519 = wireOf('ssh-ed25519');
const ecdsa = wireOf('ecdsa-sha2-nistp256');
const rsa = wireOf('ssh-rsa');

const text = encodeSshString;
const sessionId = fromHex('11'.repeat(32));
const HOST_BOUND = 'publickey-hostbound-v00@openssh.com';

/** Sign data, any field of which may be another. */
function userAuth(changes: Record<string, Uint8Array> = {}): Uint8Array {
  const fields: Record<string, Uint8Array> = {
    sessionId: text(sessionId),
    message: Uint8Array.of(50),
    user: text('ada'),
    service: text('ssh-connection'),
    method: text('publickey'),
    hasSignature: Uint8Array.of(1),
    algorithm: text('ssh-ed25519'),
    rest: new Uint8Array(),
    ...changes,
  };
  return join(...Object.values(fields));
}

function sshSig(changes: Record<string, Uint8Array> = {}): Uint8Array {
  const fields: Record<string, Uint8Array> = {
    magic: ascii('SSHSIG'),
    namespace: text('file'),
    reserved: text(''),
    hashAlgorithm: text('sha512'),
    hash: text(new Uint8Array(64).fill(7)),
    rest: new Uint8Array(),
    ...changes,
  };
  return join(...Object.values(fields));
}

describe('what OpenSSH gives its agent', () => {
  const bound = (login: (typeof logins)[number]) => login.publicKeyAuthentication !== 'unbound';

  it.each(logins)('is taken apart and completed: $user, host $hostAlgorithm, $publicKeyAuthentication', (login) => {
    const blob = fromHex(login.signData);
    const { data, publicKey, hostKey } = splitSignData(blob);
    const bind = parseSessionBind(fromHex(login.sessionBind));
    expect(publicKey).toEqual(wireOf(login.user));
    expect(hostKey).toEqual(bound(login) ? bind.hostKey : undefined);
    expect(completeSignData(data, wireOf(login.user), bind.hostKey)).toEqual(blob);

    const parsed = parseSignData(data);
    if (parsed.kind !== 'user-auth') throw new Error('expected user authentication');
    expect(parsed).toEqual({
      kind: 'user-auth',
      sessionId: bind.sessionId,
      user: 'root',
      service: 'ssh-connection',
      algorithm: login.user === 'ssh-rsa' ? 'rsa-sha2-512' : login.user,
      hostBound: bound(login),
    });
    expect(encodeSignData(parsed)).toEqual(data);
    expect(signatureAlgorithm(parsed, wireOf(login.user))).toBe(parsed.algorithm);
    expect(bind.forwarding).toBe(false);
  });

  it.each(logins)('is signed by user and host: $user, host $hostAlgorithm, $publicKeyAuthentication', async (login) => {
    const { hostKey, sessionId: session, signature } = parseSessionBind(fromHex(login.sessionBind));
    expect(parseSignature(signature).algorithm).toBe(login.hostAlgorithm);
    expect(await verifyHostSignature(hostKey, signature, session)).toBe(true);
    expect(await verifyHostSignature(hostKey, signature, sessionId)).toBe(false);

    const blob = fromHex(login.signData);
    const own = fromHex(login.signature);
    expect(await verifySignature(wireOf(login.user), own, blob)).toBe(true);
    expect(await verifySignature(wireOf(login.user), own, blob.subarray(1))).toBe(false);
    expect(await verifySignature(hostKey, own, blob)).toBe(false);
    expect(encodeSignature(parseSignature(own))).toEqual(own);
  });
});

describe('SSHSIG', () => {
  it.each(signatures)('is what ssh-keygen -Y sign has signed: $type', async ({ type, armored }) => {
    const lines = armored.trim().split('\n').slice(1, -1);
    const reader = new SshReader(Uint8Array.from(Buffer.from(lines.join(''), 'base64')), 'SSHSIG');
    expect(reader.raw(6)).toEqual(ascii('SSHSIG'));
    expect(reader.uint32()).toBe(1);
    expect(reader.string()).toEqual(wireOf(type));
    const namespace = reader.text('namespace');
    reader.string();
    const hashAlgorithm = reader.oneOf(['sha256', 'sha512'], 'hash algorithm');
    const signature = reader.string();
    reader.end();

    const hash = Uint8Array.from(createHash(hashAlgorithm).update(message).digest());
    const parsed: SignData = { kind: 'sshsig', namespace, hashAlgorithm, hash };
    const data = encodeSignData(parsed);
    expect(parseSignData(data)).toEqual(parsed);
    expect(completeSignData(data, wireOf(type))).toEqual(data);
    expect(splitSignData(data)).toEqual({ data });
    expect(await verifySignature(wireOf(type), signature, data)).toBe(true);
    expect(signatureAlgorithm(parsed, wireOf(type))).toBe(parseSignature(signature).algorithm);
  });

  it('takes SHA-256', () => {
    const data = sshSig({ hashAlgorithm: text('sha256'), hash: text(new Uint8Array(32)) });
    expect(parseSignData(data)).toMatchObject({ hashAlgorithm: 'sha256', namespace: 'file' });
  });

  it.each<[string, Record<string, Uint8Array>, Parameters<typeof refused>[0]]>([
    ['another magic', { magic: ascii('SSHSIH') }, 'length-invalid'],
    ['no namespace', { namespace: text('') }, 'field-invalid'],
    ['a namespace with a line break', { namespace: text('git\n') }, 'field-invalid'],
    ['something reserved', { reserved: text('x') }, 'field-invalid'],
    ['SHA-1', { hashAlgorithm: text('sha1'), hash: text(new Uint8Array(20)) }, 'field-invalid'],
    ['a hash of another length', { hash: text(new Uint8Array(32)) }, 'length-invalid'],
    ['a byte left over', { rest: Uint8Array.of(0) }, 'length-invalid'],
  ])('refuses %s', async (_, changes, code) => {
    await refused(code, () => parseSignData(sshSig(changes)));
    await refused(code, () => splitSignData(sshSig(changes)));
  });
});

describe('user authentication', () => {
  it('ends at its algorithm', () => {
    expect(parseSignData(userAuth())).toEqual({
      kind: 'user-auth',
      sessionId,
      user: 'ada',
      service: 'ssh-connection',
      algorithm: 'ssh-ed25519',
      hostBound: false,
    });
  });

  it('takes a user of 255 bytes', () => {
    expect(parseSignData(userAuth({ user: text('a'.repeat(255)) }))).toMatchObject({ user: 'a'.repeat(255) });
  });

  it.each([20, 32, 48, 64])('takes a session id of %d bytes', (length) => {
    const data = userAuth({ sessionId: text(new Uint8Array(length)) });
    expect(parseSignData(data)).toMatchObject({ sessionId: new Uint8Array(length) });
  });

  it.each<[string, Record<string, Uint8Array>, Parameters<typeof refused>[0]]>([
    ['no session id', { sessionId: text('') }, 'length-invalid'],
    ['a session id of 33 bytes', { sessionId: text(new Uint8Array(33)) }, 'length-invalid'],
    ['another message', { message: Uint8Array.of(51) }, 'field-invalid'],
    ['no user', { user: text('') }, 'field-invalid'],
    ['a user of 256 bytes', { user: text('a'.repeat(256)) }, 'field-invalid'],
    ['a user with a line break', { user: text('ada\nhost: good') }, 'field-invalid'],
    ['a user with a turn of direction', { user: text('ada\u202e') }, 'field-invalid'],
    ['a user that is no UTF-8', { user: text(Uint8Array.of(0xff)) }, 'utf8-invalid'],
    ['another service', { service: text('ssh-userauth') }, 'field-invalid'],
    ['another method', { method: text('hostbased') }, 'field-invalid'],
    ['a query without signature', { hasSignature: Uint8Array.of(0) }, 'field-invalid'],
    ['a true that is 2', { hasSignature: Uint8Array.of(2) }, 'field-invalid'],
    ['SHA-1', { algorithm: text('ssh-rsa') }, 'not-permitted'],
    ['an unknown algorithm', { algorithm: text('ssh-dss') }, 'field-invalid'],
    ['an algorithm with a zero byte', { algorithm: text('ssh-ed25519\0') }, 'field-invalid'],
    ['a byte left over', { rest: Uint8Array.of(0) }, 'length-invalid'],
    ['a public key already there', { rest: text(ed25519) }, 'length-invalid'],
  ])('refuses %s', async (_, changes, code) => {
    await refused(code, () => parseSignData(userAuth(changes)));
    await refused(code, () => completeSignData(userAuth(changes), ed25519));
  });

  it('refuses data that is cut off, wherever', async () => {
    const data = userAuth();
    for (let length = 0; length < data.length; length++) {
      await refused('message-too-short', () => parseSignData(data.subarray(0, length)));
    }
  });

  it('refuses what is no byte array', async () => {
    await refused('argument-invalid', () => parseSignData('data' as never));
    await refused('argument-invalid', () => splitSignData(null as never));
  });

  it('takes SHA-1 where it is allowed', async () => {
    const data = userAuth({ algorithm: text('ssh-rsa') });
    const allowed = { allowSha1: true };
    expect(parseSignData(data, allowed)).toMatchObject({ algorithm: 'ssh-rsa' });
    const completed = completeSignData(data, rsa, undefined, allowed);
    expect(splitSignData(completed, allowed).data).toEqual(data);
    expect(encodeSignData(parseSignData(data, allowed), allowed)).toEqual(data);
    await refused('not-permitted', () => splitSignData(completed));
    await refused('not-permitted', () => encodeSignData(parseSignData(data, allowed)));
  });

  it('refuses an algorithm that the key has not', async () => {
    for (const [algorithm, key] of [
      ['ssh-ed25519', rsa],
      ['ecdsa-sha2-nistp256', ed25519],
      ['rsa-sha2-512', ecdsa],
    ] as const) {
      const data = userAuth({ algorithm: text(algorithm) });
      await refused('field-invalid', () => completeSignData(data, key));
      await refused('field-invalid', () => splitSignData(join(data, text(key))));
      await refused('field-invalid', () => signatureAlgorithm(parseSignData(data), key));
    }
  });

  it('needs the host key where the method binds it, and a good one', async () => {
    const data = userAuth({ method: text(HOST_BOUND) });
    await refused('field-missing', () => completeSignData(data, ed25519));
    await refused('message-too-short', () => completeSignData(data, ed25519, new Uint8Array()));
    expect(completeSignData(data, ed25519, ecdsa)).toEqual(join(data, text(ed25519), text(ecdsa)));
    await refused('message-too-short', () => splitSignData(join(data, text(ed25519))));
  });

  it('leaves the host key out where the method does not bind it', () => {
    expect(completeSignData(userAuth(), ed25519, ecdsa)).toEqual(join(userAuth(), text(ed25519)));
  });

  it('refuses a blob with something after its keys', async () => {
    await refused('length-invalid', () => splitSignData(join(userAuth(), text(ed25519), text(ecdsa))));
    const data = userAuth({ method: text(HOST_BOUND) });
    await refused('length-invalid', () => splitSignData(join(data, text(ed25519), text(ecdsa), Uint8Array.of(0))));
  });

  it('does not keep the memory of its caller', () => {
    const data = userAuth();
    const parsed = parseSignData(data);
    const completed = completeSignData(data, ed25519);
    data.fill(0);
    expect(parsed).toMatchObject({ sessionId });
    expect(completed.subarray(0, 4)).toEqual(fromHex('00000020'));
    expect(parseSignData(sshSig()).kind).toBe('sshsig');
    const signed = sshSig();
    const whole = completeSignData(signed, ed25519);
    const split = splitSignData(signed);
    signed.fill(0);
    expect(whole[0]).toBe(0x53);
    expect(split.data[0]).toBe(0x53);
  });

  it('gives back what it read, whatever it read', () => {
    const names = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
    const data = fc.oneof(
      fc.record({
        kind: fc.constant('user-auth' as const),
        sessionId: fc.constantFrom(20, 32, 48, 64).chain((n) => fc.uint8Array({ minLength: n, maxLength: n })),
        user: names,
        service: fc.constant('ssh-connection' as const),
        algorithm: fc.constantFrom<SshSignatureAlgorithm>('ssh-ed25519', 'ecdsa-sha2-nistp256', 'rsa-sha2-256'),
        hostBound: fc.boolean(),
      }),
      fc.record({
        kind: fc.constant('sshsig' as const),
        namespace: names,
        hashAlgorithm: fc.constant('sha256' as const),
        hash: fc.uint8Array({ minLength: 32, maxLength: 32 }),
      }),
    );
    fc.assert(
      fc.property(data, (parsed) => {
        let bytes;
        try {
          bytes = encodeSignData(parsed);
        } catch (error) {
          expect(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(parsed.kind === 'sshsig' ? parsed.namespace : parsed.user)).toBe(
            true,
          );
          expect(isVaultwireError(error)).toBe(true);
          return;
        }
        expect(parseSignData(bytes)).toEqual(parsed);
      }),
    );
  });
});

/** One or a few changes of what a fuzzer does. */
const mutation = fc.record({
  at: fc.nat(4096),
  kind: fc.constantFrom('flip', 'insert', 'delete', 'cut', 'repeat'),
  value: fc.integer({ min: 1, max: 255 }),
});
function mutated(bytes: Uint8Array, changes: readonly { at: number; kind: string; value: number }[]): Uint8Array {
  let result = [...bytes];
  for (const { at, kind, value } of changes) {
    const index = at % (result.length + 1);
    if (kind === 'flip') result[index] = (result[index] ?? 0) ^ value;
    else if (kind === 'insert') result.splice(index, 0, value);
    else if (kind === 'delete') result.splice(index, 1);
    else if (kind === 'cut') result = result.slice(0, index);
    else result.splice(index, 0, ...result.slice(index, index + value));
  }
  return Uint8Array.from(result);
}

describe('changed captures', () => {
  const blobs = logins.flatMap((login) => [login.signData, login.sessionBind, login.signature]).map(fromHex);
  const captures = [...blobs, ed25519, ecdsa, rsa, userAuth(), sshSig()];

  it('are refused with an error of the library, or come back as they were', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...captures),
        fc.array(mutation, { minLength: 1, maxLength: 3 }),
        (capture, changes) => {
          const bytes = mutated(capture, changes);
          const attempt = (action: () => Uint8Array) => {
            try {
              expect(action()).toEqual(bytes);
            } catch (error) {
              if (!isVaultwireError(error)) throw error;
            }
          };
          attempt(() => encodeSignData(parseSignData(bytes)));
          attempt(() => encodePublicKey(parsePublicKey(bytes)));
          attempt(() => encodeSignature(parseSignature(bytes)));
          attempt(() => {
            const { data, publicKey = ed25519, hostKey } = splitSignData(bytes);
            if (hostKey) parsePublicKey(hostKey);
            return completeSignData(data, publicKey, hostKey);
          });
          attempt(() => {
            const bind = parseSessionBind(bytes);
            return join(
              ...[bind.hostKey, bind.sessionId, bind.signature].map(text),
              Uint8Array.of(Number(bind.forwarding)),
            );
          });
        },
      ),
      { numRuns: 3000 },
    );
  });
});

describe('public keys', () => {
  it.each(types)('are read, written, and named as ssh-keygen does: %s', (type) => {
    const { wire, fingerprint } = keys[type];
    const key = parsePublicKey(fromHex(wire));
    expect(key.type).toBe(type);
    expect(toHex(encodePublicKey(key))).toBe(wire);
    expect(publicKeyFingerprintText(fromHex(wire))).toBe(fingerprint);
    expect(toHex(publicKeyFingerprint(fromHex(wire)))).toBe(createHash('sha256').update(fromHex(wire)).digest('hex'));
  });

  it.each(others)('of other kinds and sizes are refused: $fingerprint', async ({ wire }) => {
    await refused('field-invalid', () => parsePublicKey(fromHex(wire)));
  });

  const modulus = join(Uint8Array.of(0x80), new Uint8Array(254), Uint8Array.of(1));
  const number = (...digits: (number | Uint8Array)[]) =>
    text(join(...digits.map((digit) => (typeof digit === 'number' ? Uint8Array.of(digit) : digit))));
  const ofRsa = (exponent: Uint8Array, n = number(0, modulus)) => join(text('ssh-rsa'), exponent, n);
  const e = number(1, 0, 1);

  it.each([
    ['the smallest modulus', ofRsa(e)],
    ['the longest modulus', ofRsa(e, number(0, 0x80, new Uint8Array(2046), 1))],
    ['the smallest exponent', ofRsa(number(3))],
    ['the longest exponent', ofRsa(number(0, 0xff, 0xff, 0xff, 0xff))],
  ])('take %s', (_, wire) => {
    expect(encodePublicKey(parsePublicKey(wire))).toEqual(wire);
  });

  it.each<[string, Uint8Array, Parameters<typeof refused>[0]]>([
    ['nothing', new Uint8Array(), 'message-too-short'],
    ['a certificate', join(text('ssh-ed25519-cert-v01@openssh.com'), text(new Uint8Array(32))), 'field-invalid'],
    ['a point of 31 bytes', join(text('ssh-ed25519'), text(new Uint8Array(31))), 'length-invalid'],
    ['a byte left over', join(ed25519, Uint8Array.of(0)), 'length-invalid'],
    ['a length past the end', join(text('ssh-ed25519'), fromHex('ffffffff00')), 'message-too-short'],
    [
      'another curve',
      join(text('ecdsa-sha2-nistp256'), text('nistp384'), text(new Uint8Array(65).fill(4))),
      'field-invalid',
    ],
    [
      'a point of 64 bytes',
      join(text('ecdsa-sha2-nistp256'), text('nistp256'), text(new Uint8Array(64).fill(4))),
      'length-invalid',
    ],
    [
      'a hybrid point',
      join(text('ecdsa-sha2-nistp256'), text('nistp256'), text(new Uint8Array(65).fill(6))),
      'field-invalid',
    ],
    ['a modulus of 2047 bits', ofRsa(e, number(0x7f, new Uint8Array(254), 1)), 'field-invalid'],
    ['a modulus of 16392 bits', ofRsa(e, number(0, 0x80, new Uint8Array(2047), 1)), 'field-invalid'],
    ['an even modulus', ofRsa(e, number(0, 0x80, new Uint8Array(255))), 'field-invalid'],
    ['a negative modulus', ofRsa(e, number(modulus)), 'field-invalid'],
    ['a modulus with a zero too many', ofRsa(e, number(0, 0, modulus)), 'field-invalid'],
    ['an empty modulus', ofRsa(e, number()), 'field-invalid'],
    ['an exponent of 1', ofRsa(number(1)), 'field-invalid'],
    ['an even exponent', ofRsa(number(4)), 'field-invalid'],
    ['an empty exponent', ofRsa(number()), 'field-invalid'],
    ['a zero before the exponent', ofRsa(number(0, 3)), 'field-invalid'],
    ['an exponent of 33 bits', ofRsa(number(1, 0, 0, 0, 1)), 'field-invalid'],
  ])('refuse %s', async (_, wire, code) => {
    await refused(code, () => parsePublicKey(wire));
    expect(await verifySignature(wire, fromHex(logins[0]!.signature), sessionId)).toBe(false);
  });

  it('are not written when they could not be read', async () => {
    await refused('length-invalid', () => encodePublicKey({ type: 'ssh-ed25519', point: new Uint8Array(31) }));
    await refused('argument-invalid', () => publicKeyFingerprint('key' as never));
  });
});

describe('signatures', () => {
  const of = (user: SshKeyType) => logins.find((login) => login.user === user)!;
  const [signed, signature] = [fromHex(of('ssh-ed25519').signData), fromHex(of('ssh-ed25519').signature)];
  const blobOf = (algorithm: string, ...blob: Uint8Array[]) => join(text(algorithm), text(join(...blob)));
  const r = text(fromHex('01'));

  it.each<[string, Uint8Array, Parameters<typeof refused>[0]]>([
    ['nothing', new Uint8Array(), 'message-too-short'],
    ['an unknown algorithm', blobOf('ssh-dss', new Uint8Array(40)), 'field-invalid'],
    ['SHA-1', blobOf('ssh-rsa', new Uint8Array(256)), 'not-permitted'],
    ['Ed25519 of 63 bytes', blobOf('ssh-ed25519', new Uint8Array(63)), 'length-invalid'],
    ['RSA of 255 bytes', blobOf('rsa-sha2-512', new Uint8Array(255)), 'length-invalid'],
    ['RSA of 2049 bytes', blobOf('rsa-sha2-512', new Uint8Array(2049)), 'length-invalid'],
    ['ECDSA without s', blobOf('ecdsa-sha2-nistp256', r), 'message-too-short'],
    ['ECDSA with s of zero', blobOf('ecdsa-sha2-nistp256', r, text('')), 'field-invalid'],
    ['ECDSA with r of 33 bytes', blobOf('ecdsa-sha2-nistp256', text(new Uint8Array(33).fill(1)), r), 'field-invalid'],
    ['ECDSA with a zero too many', blobOf('ecdsa-sha2-nistp256', text(fromHex('0001')), r), 'field-invalid'],
    ['ECDSA with something after s', blobOf('ecdsa-sha2-nistp256', r, r, r), 'length-invalid'],
    ['a byte left over', join(signature, Uint8Array.of(0)), 'length-invalid'],
  ])('refuse %s', async (_, wire, code) => {
    await refused(code, () => parseSignature(wire));
    expect(await verifySignature(ed25519, wire, signed)).toBe(false);
  });

  it.each([256, 2048])('of RSA may have %d bytes', (length) => {
    expect(parseSignature(blobOf('rsa-sha2-256', new Uint8Array(length))).blob.length).toBe(length);
  });

  it('must be bytes', async () => {
    await refused('argument-invalid', () => parseSignature('signature' as never));
    await refused('argument-invalid', () => parsePublicKey('key' as never));
    await refused('argument-invalid', () => parseSessionBind('bind' as never));
  });

  it('are not written when they could not be read', async () => {
    await refused('length-invalid', () => encodeSignature({ algorithm: 'ssh-ed25519', blob: new Uint8Array(63) }));
    await refused('argument-invalid', () => encodeSignature({ algorithm: 'ssh-ed25519', blob: 'blob' as never }));
    await refused('length-invalid', () => encodeEcdsaBlob(new Uint8Array(63)));
  });

  it('write r and s of ECDSA in their shortest form', () => {
    const small = new Uint8Array(64);
    small[31] = 1;
    small[32] = 0x80;
    expect(toHex(encodeEcdsaBlob(small))).toBe(`0000000101000000210080${'00'.repeat(31)}`);
  });

  it('of another algorithm of the same key do not pass', async () => {
    const login = of('ssh-rsa');
    const { blob } = parseSignature(fromHex(login.signature));
    const other = encodeSignature({ algorithm: 'rsa-sha2-256', blob });
    expect(await verifySignature(rsa, other, fromHex(login.signData))).toBe(false);
    const longer = encodeSignature({ algorithm: 'rsa-sha2-512', blob: join(Uint8Array.of(0), blob) });
    expect(await verifySignature(rsa, longer, fromHex(login.signData))).toBe(false);
    // Not even by a verifier that would take it.
    const verifier = () => Promise.resolve(true);
    expect(await verifySignature(rsa, longer, fromHex(login.signData), { verifier })).toBe(false);
  });

  it('of every bit changed do not pass', async () => {
    const { blob } = parseSignature(signature);
    for (let bit = 0; bit < 8 * blob.length; bit += 7) {
      const changed = Uint8Array.from(blob);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      const wire = encodeSignature({ algorithm: 'ssh-ed25519', blob: changed });
      expect(await verifySignature(ed25519, wire, signed)).toBe(false);
    }
  });

  it('of a key of small order do not pass, which would sign everything', async () => {
    // R of the identity and S of zero satisfy the equation of every message under the identity as key.
    const identity = join(Uint8Array.of(1), new Uint8Array(31));
    const everything = encodeSignature({ algorithm: 'ssh-ed25519', blob: join(identity, new Uint8Array(32)) });
    const key = (point: Uint8Array) => encodePublicKey({ type: 'ssh-ed25519', point: Uint8Array.from(point) });
    expect(await verifySignature(key(identity), everything, signed)).toBe(false);
    // The torsion points of noble, each with either sign.
    for (const encoding of ED25519_TORSION_SUBGROUP) {
      for (const sign of [0, 0x80]) {
        const point = fromHex(encoding);
        point[31]! ^= sign;
        for (let tries = 0; tries < 16; tries++) {
          const message = Uint8Array.of(tries);
          expect(await verifySignature(key(point), everything, message)).toBe(false);
        }
      }
    }
  });

  it('of Ed25519 need a platform that has it', async () => {
    const { webVerifier } = await import('../../src/pairing/ssh.js');
    const refusal = vi
      .spyOn(crypto.subtle, 'importKey')
      .mockRejectedValue(new DOMException('no such algorithm', 'NotSupportedError'));
    try {
      await refused('suite-unsupported', () => verifySignature(ed25519, signature, signed, { verifier: webVerifier }));
    } finally {
      refusal.mockRestore();
    }
  });

  it('of a point that is not on the curve do not pass', async () => {
    const point = parsePublicKey(ecdsa);
    if (point.type === 'ssh-rsa') throw new Error('expected a point');
    const off = Uint8Array.from(point.point);
    off[64]! ^= 1;
    const key = encodePublicKey({ type: 'ecdsa-sha2-nistp256', point: off });
    const login = of('ecdsa-sha2-nistp256');
    expect(await verifySignature(key, fromHex(login.signature), fromHex(login.signData))).toBe(false);
  });

  it('go to a verifier of the caller, which decides', async () => {
    const seen: unknown[] = [];
    const verifier = (check: object) => {
      seen.push(check);
      return Promise.resolve(true);
    };
    const wire = fromHex(of('ecdsa-sha2-nistp256').signature);
    expect(await verifySignature(ecdsa, wire, sessionId, { verifier })).toBe(true);
    expect(seen).toEqual([
      {
        algorithm: 'ecdsa-sha2-nistp256',
        key: parsePublicKey(ecdsa),
        message: sessionId,
        blob: expect.objectContaining({ length: 64 }) as unknown,
      },
    ]);
    expect(await verifySignature(ed25519, wire, sessionId, { verifier })).toBe(false);
    expect(await verifySignature(ed25519, signature, signed, { verifier: () => Promise.resolve(false) })).toBe(false);
  });

  it('with SHA-1 pass only where it is allowed', async () => {
    const { generateKeyPairSync, sign } = await import('node:crypto');
    const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const jwk = pair.publicKey.export({ format: 'jwk' });
    const digits = (member: string) => Uint8Array.from(Buffer.from(member, 'base64url'));
    const key = encodePublicKey({ type: 'ssh-rsa', exponent: digits(jwk.e!), modulus: digits(jwk.n!) });
    const blob = Uint8Array.from(sign('sha1', sessionId, pair.privateKey));
    const wire = encodeSignature({ algorithm: 'ssh-rsa', blob }, { allowSha1: true });
    expect(await verifyHostSignature(key, wire, sessionId)).toBe(false);
    expect(await verifyHostSignature(key, wire, sessionId, { allowSha1: true })).toBe(true);
    await refused('not-permitted', () => encodeSignature({ algorithm: 'ssh-rsa', blob }));
  });

  it('are checked as they were when asked', async () => {
    const [wire, data] = [Uint8Array.from(signature), Uint8Array.from(signed)];
    const result = verifySignature(ed25519, wire, data);
    wire.fill(0);
    data.fill(0);
    expect(await result).toBe(true);
  });

  it('need byte arrays', async () => {
    await refused('argument-invalid', () => verifySignature('key' as never, signature, signed));
    await refused('argument-invalid', () => verifySignature(ed25519, 'signature' as never, signed));
    await refused('argument-invalid', () => verifySignature(ed25519, signature, 'message' as never));
  });

  it('need a secure context for what is not Ed25519', async () => {
    const { webVerifier } = await import('../../src/pairing/ssh.js');
    const original = globalThis.crypto;
    Object.defineProperty(globalThis, 'crypto', { value: {}, configurable: true });
    try {
      const check = { message: sessionId, blob: new Uint8Array(64) };
      await refused('suite-unsupported', () =>
        webVerifier({ algorithm: 'ecdsa-sha2-nistp256', key: parsePublicKey(ecdsa), ...check }),
      );
    } finally {
      Object.defineProperty(globalThis, 'crypto', { value: original, configurable: true });
    }
  });
});

describe('session bind', () => {
  const bind = (changes: Record<string, Uint8Array> = {}) =>
    join(
      ...Object.values({
        hostKey: text(ed25519),
        sessionId: text(sessionId),
        signature: text('signature'),
        forwarding: Uint8Array.of(1),
        ...changes,
      }),
    );

  it('says whether the agent is forwarded', () => {
    expect(parseSessionBind(bind())).toEqual({
      hostKey: ed25519,
      sessionId,
      signature: ascii('signature'),
      forwarding: true,
    });
  });

  it.each<[string, Record<string, Uint8Array>, Parameters<typeof refused>[0]]>([
    ['a true that is 2', { forwarding: Uint8Array.of(2) }, 'field-invalid'],
    ['a session id of 16 bytes', { sessionId: text(new Uint8Array(16)) }, 'length-invalid'],
    ['nothing about forwarding', { forwarding: new Uint8Array() }, 'message-too-short'],
    ['a byte left over', { rest: Uint8Array.of(0) }, 'length-invalid'],
  ])('refuses %s', async (_, changes, code) => {
    await refused(code, () => parseSessionBind(bind(changes)));
  });
});
