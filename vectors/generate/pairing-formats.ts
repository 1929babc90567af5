import { createPrivateKey, createPublicKey, sign as signWith } from 'node:crypto';
import { ed25519 } from '@noble/curves/ed25519.js';
import { fromHex, toHex, utf8, type Bytes, type Hex } from '../runner/bytes.js';
import { invalid, note, partly, valid, type FileDefinition, type TestDefinition } from './define.js';
import {
  bytes,
  concat,
  derSequence,
  encodeSignature,
  flip,
  GROUP_ORDER,
  hex,
  pair,
  readSignature,
  sha256,
  sign,
  toDigits,
} from './forge.js';
import { RSA_PRIVATE_KEY } from './rsa-keys.js';

/* What the phone signs: for SSH, for Git and for relying parties of U2F. */

// SSH

const uint32 = (value: number): Bytes => toDigits(BigInt(value), 4);
const text = (value: string | Uint8Array): Bytes => {
  const contents = typeof value === 'string' ? utf8(value) : value;
  return concat(uint32(contents.length), contents);
};
const mpint = (number: bigint): Bytes => {
  const digits = toDigits(number, Math.ceil(number.toString(16).length / 2));
  return text(number === 0n ? '' : (digits[0] ?? 0) >= 0x80 ? concat(Uint8Array.of(0), digits) : digits);
};

const edSecret = bytes('ssh ed25519', 32);
const edPoint = new Uint8Array(ed25519.getPublicKey(edSecret));
const edKey = concat(text('ssh-ed25519'), text(edPoint));
const ecPair = pair('ssh ecdsa');
const ecKeyOf = (point: Uint8Array, curve = 'nistp256'): Bytes =>
  concat(text('ecdsa-sha2-nistp256'), text(curve), text(point));
const ecKey = ecKeyOf(ecPair.publicKey);
const rsaPrivate = createPrivateKey({ key: Buffer.from(RSA_PRIVATE_KEY), format: 'der', type: 'pkcs1' });
const { n = '', e = '' } = createPublicKey(rsaPrivate).export({ format: 'jwk' });
const number = (member: string): bigint => BigInt(`0x${Buffer.from(member, 'base64url').toString('hex')}`);
const rsaKeyOf = (exponent: Uint8Array, modulus: Uint8Array): Bytes => concat(text('ssh-rsa'), exponent, modulus);
const rsaKey = rsaKeyOf(mpint(number(e)), mpint(number(n)));
const hostSecret = bytes('ssh host', 32);
const hostKey = concat(text('ssh-ed25519'), text(new Uint8Array(ed25519.getPublicKey(hostSecret))));

const HOST_BOUND = 'publickey-hostbound-v00@openssh.com';
const sessionId = bytes('ssh session', 32);

/** The fields of user authentication; any may be another, and what has no place among them comes last. */
function userAuth(changes: Readonly<Record<string, Uint8Array>> = {}): Bytes {
  const fields = {
    sessionId: text(sessionId),
    message: Uint8Array.of(50),
    user: text('ada'),
    service: text('ssh-connection'),
    method: text('publickey'),
    hasSignature: Uint8Array.of(1),
    algorithm: text('ssh-ed25519'),
    ...changes,
  };
  return concat(...Object.values(fields));
}

function sshSig(changes: Readonly<Record<string, Uint8Array>> = {}): Bytes {
  const fields = {
    magic: utf8('SSHSIG'),
    namespace: text('git'),
    reserved: text(''),
    hashAlgorithm: text('sha512'),
    hash: text(bytes('ssh hash', 64)),
    ...changes,
  };
  return concat(...Object.values(fields));
}

const more = (rest: Uint8Array): Readonly<Record<string, Uint8Array>> => ({ rest });
const bound = { method: text(HOST_BOUND) };
const withAlgorithm = (algorithm: string): Readonly<Record<string, Uint8Array>> => ({ algorithm: text(algorithm) });

const BAD_DATA: readonly (readonly [flag: string, comment: string, code: string, data: Bytes])[] = [
  ['WrongLength', 'no session id', 'length-invalid', userAuth({ sessionId: text('') })],
  ['WrongLength', 'a session id of 16 bytes', 'length-invalid', userAuth({ sessionId: text(bytes('short', 16)) })],
  ['WrongLength', 'a session id of 33 bytes', 'length-invalid', userAuth({ sessionId: text(bytes('long', 33)) })],
  ['WrongField', 'another message', 'field-invalid', userAuth({ message: Uint8Array.of(51) })],
  ['HiddenName', 'no user', 'field-invalid', userAuth({ user: text('') })],
  ['HiddenName', 'a user of 256 bytes', 'field-invalid', userAuth({ user: text('a'.repeat(256)) })],
  ['HiddenName', 'a user with a line break', 'field-invalid', userAuth({ user: text('ada\nhost') })],
  ['HiddenName', 'a user with a turn of direction', 'field-invalid', userAuth({ user: text('a\u202eda') })],
  ['HiddenName', 'a user with a zero byte', 'field-invalid', userAuth({ user: text('ada\0') })],
  ['HiddenName', 'a user that is no UTF-8', 'utf8-invalid', userAuth({ user: text(Uint8Array.of(0xc0, 0x80)) })],
  ['WrongField', 'another service', 'field-invalid', userAuth({ service: text('ssh-userauth') })],
  ['WrongField', 'a service that is longer', 'field-invalid', userAuth({ service: text('ssh-connection2') })],
  ['WrongField', 'another method', 'field-invalid', userAuth({ method: text('hostbased') })],
  ['WrongField', 'a query', 'field-invalid', userAuth({ hasSignature: Uint8Array.of(0) })],
  ['WrongField', 'a true that is 255', 'field-invalid', userAuth({ hasSignature: Uint8Array.of(255) })],
  ['Sha1', 'RSA with SHA-1', 'not-permitted', userAuth(withAlgorithm('ssh-rsa'))],
  ['WrongField', 'DSA', 'field-invalid', userAuth(withAlgorithm('ssh-dss'))],
  ['WrongField', 'an algorithm in capitals', 'field-invalid', userAuth(withAlgorithm('SSH-ED25519'))],
  ['WrongField', 'a certificate', 'field-invalid', userAuth(withAlgorithm('ssh-ed25519-cert-v01@openssh.com'))],
  ['WrongEnd', 'a byte left over', 'length-invalid', userAuth(more(Uint8Array.of(0)))],
  ['WrongEnd', 'cut by a byte', 'message-too-short', userAuth().slice(0, -1)],
  ['WrongEnd', 'cut before the algorithm', 'message-too-short', userAuth({ algorithm: utf8('') })],
  ['WrongEnd', 'a length past the end', 'message-too-short', userAuth({ user: uint32(0xffffffff) })],
  ['WrongEnd', 'nothing', 'message-too-short', utf8('')],
  ['WrongField', 'SSHSIG with something reserved', 'field-invalid', sshSig({ reserved: text('x') })],
  ['HiddenName', 'SSHSIG without a namespace', 'field-invalid', sshSig({ namespace: text('') })],
  ['HiddenName', 'SSHSIG with a namespace of two lines', 'field-invalid', sshSig({ namespace: text('git\r') })],
  ['WrongField', 'SSHSIG with SHA-1', 'field-invalid', sshSig({ hashAlgorithm: text('sha1') })],
  ['WrongLength', 'SSHSIG with a hash of 32 bytes', 'length-invalid', sshSig({ hash: text(bytes('ssh hash', 32)) })],
  ['WrongEnd', 'SSHSIG with a byte left over', 'length-invalid', sshSig(more(Uint8Array.of(0)))],
  ['WrongEnd', 'SSHSIG alone', 'message-too-short', utf8('SSHSIG')],
];

function dataReadTests(): TestDefinition[] {
  return [
    ...['ssh-ed25519', 'ecdsa-sha2-nistp256', 'rsa-sha2-256', 'rsa-sha2-512'].map((algorithm) =>
      valid('Normal', algorithm, { data: toHex(userAuth(withAlgorithm(algorithm))) }),
    ),
    valid('Normal', 'bound to the host', { data: toHex(userAuth(bound)) }),
    ...[20, 48, 64].map((length) =>
      valid('EdgeCase', `a session id of ${length} bytes`, {
        data: toHex(userAuth({ sessionId: text(bytes('ssh session', length)) })),
      }),
    ),
    valid('EdgeCase', 'a user that is not ASCII', { data: toHex(userAuth({ user: text('ädä 😀') })) }),
    valid('EdgeCase', 'a user of 255 bytes', { data: toHex(userAuth({ user: text('a'.repeat(255)) })) }),
    valid('Sha1', 'RSA with SHA-1, allowed', { data: toHex(userAuth(withAlgorithm('ssh-rsa'))), allowSha1: true }),
    valid('Normal', 'SSHSIG with SHA-512', { data: toHex(sshSig()) }),
    valid('Normal', 'SSHSIG with SHA-256', {
      data: toHex(sshSig({ hashAlgorithm: text('sha256'), hash: text(bytes('ssh hash', 32)) })),
    }),
    valid('EdgeCase', 'SSHSIG for an address', { data: toHex(sshSig({ namespace: text('file@example.com') })) }),
    ...BAD_DATA.map(([flag, comment, code, data]) => invalid(flag, comment, code, { data: toHex(data) })),
    invalid('WrongEnd', 'the public key is there already', 'length-invalid', {
      data: toHex(userAuth(more(text(edKey)))),
    }),
  ];
}

function dataSplitTests(): TestDefinition[] {
  const blob = (...parts: readonly Uint8Array[]) => ({ blob: toHex(concat(...parts)) });
  return [
    valid('Normal', 'Ed25519', blob(userAuth(), text(edKey))),
    valid('Normal', 'ECDSA', blob(userAuth(withAlgorithm('ecdsa-sha2-nistp256')), text(ecKey))),
    valid('Normal', 'RSA', blob(userAuth(withAlgorithm('rsa-sha2-512')), text(rsaKey))),
    valid('Normal', 'bound to the host', blob(userAuth(bound), text(edKey), text(hostKey))),
    valid('Normal', 'SSHSIG', blob(sshSig())),
    invalid('WrongEnd', 'no public key', 'message-too-short', blob(userAuth())),
    invalid('WrongEnd', 'bound, without the host key', 'message-too-short', blob(userAuth(bound), text(edKey))),
    invalid('WrongEnd', 'not bound, with a host key', 'length-invalid', blob(userAuth(), text(edKey), text(hostKey))),
    invalid('WrongEnd', 'SSHSIG with a public key', 'length-invalid', blob(sshSig(), text(edKey))),
    invalid('OtherKey', 'the key of another algorithm', 'field-invalid', blob(userAuth(), text(ecKey))),
    invalid('OtherKey', 'an RSA key for Ed25519', 'field-invalid', blob(userAuth(), text(rsaKey))),
    invalid('WrongField', 'a key that is none', 'field-invalid', blob(userAuth(), text(concat(text('key'))))),
  ];
}

function dataCompleteTests(): TestDefinition[] {
  const test = (data: Uint8Array, key: Uint8Array, changes: object = {}) => ({
    data: toHex(data),
    publicKey: toHex(key),
    ...changes,
  });
  const host = { hostKey: toHex(hostKey) };
  return [
    valid('Normal', 'Ed25519', test(userAuth(), edKey)),
    valid('Normal', 'ECDSA', test(userAuth(withAlgorithm('ecdsa-sha2-nistp256')), ecKey)),
    valid('Normal', 'RSA with SHA-256', test(userAuth(withAlgorithm('rsa-sha2-256')), rsaKey)),
    valid('Normal', 'RSA with SHA-512', test(userAuth(withAlgorithm('rsa-sha2-512')), rsaKey)),
    valid('Normal', 'bound to the host', test(userAuth(bound), edKey, host)),
    valid('EdgeCase', 'not bound: the host key is left out', test(userAuth(), edKey, host)),
    valid('Normal', 'SSHSIG stays as it is', test(sshSig(), edKey)),
    valid('Sha1', 'RSA with SHA-1, allowed', test(userAuth(withAlgorithm('ssh-rsa')), rsaKey, { allowSha1: true })),
    invalid('NoHostKey', 'bound, without a host key', 'field-missing', test(userAuth(bound), edKey)),
    invalid('NoHostKey', 'bound, with an empty host key', 'message-too-short', {
      ...test(userAuth(bound), edKey, { hostKey: '' }),
    }),
    invalid('NoHostKey', 'bound, with a host key of an unknown kind', 'field-invalid', {
      ...test(userAuth(bound), edKey, { hostKey: toHex(concat(text('ssh-dss'))) }),
    }),
    invalid('OtherKey', 'an RSA key for Ed25519', 'field-invalid', test(userAuth(), rsaKey)),
    invalid('OtherKey', 'an Ed25519 key for RSA', 'field-invalid', {
      ...test(userAuth(withAlgorithm('rsa-sha2-256')), edKey),
    }),
    invalid('Sha1', 'RSA with SHA-1', 'not-permitted', test(userAuth(withAlgorithm('ssh-rsa')), rsaKey)),
    invalid('WrongEnd', 'a public key is there already', 'length-invalid', {
      ...test(userAuth(more(text(edKey))), edKey),
    }),
    invalid('WrongEnd', 'an empty public key', 'message-too-short', test(userAuth(), utf8(''))),
  ];
}

const ODD = 1n;
const power = (bits: number): bigint => 2n ** BigInt(bits);

function keyTests(): TestDefinition[] {
  const key = (wire: Uint8Array) => ({ publicKey: toHex(wire) });
  const three = mpint(3n);
  const modulus = mpint(power(2047) + ODD);
  return [
    valid('Normal', 'Ed25519', key(edKey)),
    valid('Normal', 'ECDSA', key(ecKey)),
    valid('Normal', 'RSA', key(rsaKey)),
    valid('EdgeCase', 'RSA with the smallest exponent and modulus', key(rsaKeyOf(three, modulus))),
    valid('EdgeCase', 'RSA with the largest exponent', key(rsaKeyOf(mpint(power(32) - 1n), modulus))),
    valid('EdgeCase', 'RSA with a modulus whose highest bit is not one of its byte', {
      ...key(rsaKeyOf(three, mpint(power(2048) + ODD))),
    }),
    invalid('UnknownKind', 'DSA', 'field-invalid', key(concat(text('ssh-dss'), text('')))),
    invalid('UnknownKind', 'a security key', 'field-invalid', {
      ...key(concat(text('sk-ssh-ed25519@openssh.com'), text(edPoint), text('ssh:'))),
    }),
    invalid('UnknownKind', 'a certificate', 'field-invalid', key(concat(text('ssh-rsa-cert-v01@openssh.com')))),
    invalid('UnknownKind', 'another curve in the type', 'field-invalid', {
      ...key(concat(text('ecdsa-sha2-nistp384'), text('nistp384'), text(bytes('p384', 97)))),
    }),
    invalid('UnknownKind', 'another curve', 'field-invalid', key(ecKeyOf(ecPair.publicKey, 'nistp384'))),
    invalid('WrongLength', 'Ed25519 of 33 bytes', 'length-invalid', {
      ...key(concat(text('ssh-ed25519'), text(bytes('33', 33)))),
    }),
    invalid('WrongLength', 'a compressed point', 'length-invalid', {
      ...key(ecKeyOf(Uint8Array.of(2, ...ecPair.publicKey.subarray(1, 33)))),
    }),
    invalid('WrongField', 'a hybrid point', 'field-invalid', {
      ...key(ecKeyOf(Uint8Array.of(6, ...ecPair.publicKey.subarray(1)))),
    }),
    invalid('WeakRsa', 'a modulus of 2047 bits', 'field-invalid', key(rsaKeyOf(three, mpint(power(2046) + ODD)))),
    invalid('WeakRsa', 'an even modulus', 'field-invalid', key(rsaKeyOf(three, mpint(power(2047))))),
    invalid('WeakRsa', 'an exponent of 1', 'field-invalid', key(rsaKeyOf(mpint(1n), modulus))),
    invalid('WeakRsa', 'an even exponent', 'field-invalid', key(rsaKeyOf(mpint(4n), modulus))),
    invalid('WeakRsa', 'an exponent of 33 bits', 'field-invalid', key(rsaKeyOf(mpint(power(32) + 1n), modulus))),
    invalid('NotMinimal', 'a zero before the modulus', 'field-invalid', {
      ...key(rsaKeyOf(three, text(concat(Uint8Array.of(0, 0), toDigits(power(2047) + ODD, 256))))),
    }),
    invalid('NotMinimal', 'a negative modulus', 'field-invalid', {
      ...key(rsaKeyOf(three, text(toDigits(power(2047) + ODD, 256)))),
    }),
    invalid('NotMinimal', 'a zero before the exponent', 'field-invalid', {
      ...key(rsaKeyOf(text(Uint8Array.of(0, 3)), modulus)),
    }),
    invalid('NotMinimal', 'an exponent of no bytes', 'field-invalid', key(rsaKeyOf(text(''), modulus))),
    invalid('WrongEnd', 'a byte left over', 'length-invalid', key(concat(edKey, Uint8Array.of(0)))),
    invalid('WrongEnd', 'cut by a byte', 'message-too-short', key(rsaKey.slice(0, -1))),
    invalid('WrongEnd', 'nothing', 'message-too-short', key(utf8(''))),
  ];
}

async function signatureTests(): Promise<TestDefinition[]> {
  const message = sessionId;
  const wire = (algorithm: string, blob: Uint8Array): Bytes => concat(text(algorithm), text(blob));
  const ed = new Uint8Array(ed25519.sign(message, edSecret));
  const { r, s } = readSignature(await sign(ecPair.privateKey, message));
  const ecBlob = (one: bigint, other: bigint): Bytes => concat(mpint(one), mpint(other));
  const rsa = (digest: string): Bytes => new Uint8Array(signWith(digest, message, rsaPrivate));
  const test = (key: Uint8Array, signature: Uint8Array, changes: object = {}) => ({
    publicKey: toHex(key),
    signature: toHex(signature),
    message: toHex(message),
    ...changes,
  });
  const edWire = wire('ssh-ed25519', ed);
  const small = concat(Uint8Array.of(1), new Uint8Array(31));
  const order = 2n ** 252n + 27742317777372353535851937790883648493n;
  const little = (value: bigint): Bytes => toDigits(value, 32).reverse();
  const sOfEd = BigInt(`0x${toHex(ed.slice(32).reverse())}`);
  return [
    valid('Normal', 'Ed25519', test(edKey, edWire)),
    valid('Normal', 'ECDSA', test(ecKey, wire('ecdsa-sha2-nistp256', ecBlob(r, s)))),
    valid('EdgeCase', 'ECDSA with the other half of S', {
      ...test(ecKey, wire('ecdsa-sha2-nistp256', ecBlob(r, GROUP_ORDER - s))),
    }),
    valid('Normal', 'RSA with SHA-256', test(rsaKey, wire('rsa-sha2-256', rsa('sha256')))),
    valid('Normal', 'RSA with SHA-512', test(rsaKey, wire('rsa-sha2-512', rsa('sha512')))),
    valid('Sha1', 'RSA with SHA-1, allowed', test(rsaKey, wire('ssh-rsa', rsa('sha1')), { allowSha1: true })),
    partly('Sha1', 'RSA with SHA-1', test(rsaKey, wire('ssh-rsa', rsa('sha1')))),
    partly('OtherHash', 'RSA with SHA-256 said to be SHA-512', test(rsaKey, wire('rsa-sha2-512', rsa('sha256')))),
    partly('OtherHash', 'RSA with SHA-1 said to be SHA-256', test(rsaKey, wire('rsa-sha2-256', rsa('sha1')))),
    partly('OtherMessage', 'another session', test(edKey, edWire, { message: toHex(flip(message, 0)) })),
    partly('OtherMessage', 'an empty message', test(edKey, edWire, { message: '' })),
    partly('OtherMessage', 'ECDSA over another session', {
      ...test(ecKey, wire('ecdsa-sha2-nistp256', ecBlob(r, s)), { message: toHex(flip(message, 5)) }),
    }),
    partly('OtherMessage', 'RSA over another session', {
      ...test(rsaKey, wire('rsa-sha2-256', rsa('sha256')), { message: toHex(flip(message, 5)) }),
    }),
    partly('OtherKey', "another host's", test(hostKey, edWire)),
    partly('OtherKey', 'a signature of another kind of key', test(ecKey, edWire)),
    partly('OtherKey', 'an ECDSA signature under the name of Ed25519', test(ecKey, wire('ssh-ed25519', ecBlob(r, s)))),
    partly('ModifiedSignature', 'Ed25519 with a bit flipped in R', test(edKey, wire('ssh-ed25519', flip(ed, 0)))),
    partly('ModifiedSignature', 'Ed25519 with a bit flipped in S', test(edKey, wire('ssh-ed25519', flip(ed, 40)))),
    partly('ModifiedSignature', 'Ed25519 cut by a byte', test(edKey, wire('ssh-ed25519', ed.slice(0, 63)))),
    partly('Malleable', 'Ed25519 with the order added to S', {
      ...test(edKey, wire('ssh-ed25519', concat(ed.slice(0, 32), little(sOfEd + order)))),
    }),
    partly('SmallOrder', 'a key of small order that signs everything', {
      ...test(concat(text('ssh-ed25519'), text(small)), wire('ssh-ed25519', concat(small, new Uint8Array(32)))),
    }),
    partly('ModifiedSignature', 'ECDSA with r of zero', test(ecKey, wire('ecdsa-sha2-nistp256', ecBlob(0n, s)))),
    partly('ModifiedSignature', 'ECDSA with s of the order', {
      ...test(ecKey, wire('ecdsa-sha2-nistp256', ecBlob(r, GROUP_ORDER))),
    }),
    partly('Malleable', 'ECDSA with the order added to s', {
      ...test(ecKey, wire('ecdsa-sha2-nistp256', ecBlob(r, s + GROUP_ORDER))),
    }),
    partly('Malleable', 'ECDSA with a zero before r', {
      ...test(ecKey, wire('ecdsa-sha2-nistp256', concat(text(concat(Uint8Array.of(0, 0), toDigits(r))), mpint(s)))),
    }),
    partly('WrongForm', 'ECDSA in DER', test(ecKey, wire('ecdsa-sha2-nistp256', encodeSignature(r, s)))),
    partly('WrongForm', 'ECDSA as 64 bytes', {
      ...test(ecKey, wire('ecdsa-sha2-nistp256', concat(toDigits(r), toDigits(s)))),
    }),
    partly('WrongForm', 'without the name of the algorithm', test(edKey, text(ed))),
    partly('WrongForm', 'a byte left over', test(edKey, concat(edWire, Uint8Array.of(0)))),
    partly('WrongForm', 'a byte left over in ECDSA', {
      ...test(ecKey, wire('ecdsa-sha2-nistp256', concat(ecBlob(r, s), Uint8Array.of(0)))),
    }),
    partly('ModifiedSignature', 'RSA cut by a byte', test(rsaKey, wire('rsa-sha2-256', rsa('sha256').slice(1)))),
    partly('WrongForm', 'RSA with a zero before it', {
      ...test(rsaKey, wire('rsa-sha2-256', concat(Uint8Array.of(0), rsa('sha256')))),
    }),
    partly('ModifiedSignature', 'RSA with a bit flipped', {
      ...test(rsaKey, wire('rsa-sha2-256', flip(rsa('sha256'), 100))),
    }),
    partly('InvalidKey', 'a point that is not on the curve', {
      ...test(ecKeyOf(flip(ecPair.publicKey, 64)), wire('ecdsa-sha2-nistp256', ecBlob(r, s))),
    }),
    partly('InvalidKey', 'a key with a byte left over', test(concat(edKey, Uint8Array.of(0)), edWire)),
  ];
}

function bindTests(): TestDefinition[] {
  const signature = concat(text('ssh-ed25519'), text(new Uint8Array(ed25519.sign(sessionId, hostSecret))));
  const bind = (changes: Readonly<Record<string, Uint8Array>> = {}) => {
    const fields = {
      hostKey: text(hostKey),
      sessionId: text(sessionId),
      signature: text(signature),
      forwarding: Uint8Array.of(0),
      ...changes,
    };
    return { contents: toHex(concat(...Object.values(fields))) };
  };
  return [
    valid('Normal', 'a login', bind()),
    valid('Normal', 'a forwarded agent', bind({ forwarding: Uint8Array.of(1) })),
    valid('EdgeCase', 'a host key of an unknown kind, which is for others to judge', bind({ hostKey: text('key') })),
    invalid('WrongLength', 'a session id of 31 bytes', 'length-invalid', bind({ sessionId: text(bytes('31', 31)) })),
    invalid('WrongField', 'a true that is 2', 'field-invalid', bind({ forwarding: Uint8Array.of(2) })),
    invalid('WrongEnd', 'nothing about forwarding', 'message-too-short', bind({ forwarding: utf8('') })),
    invalid('WrongEnd', 'a byte left over', 'length-invalid', bind(more(Uint8Array.of(0)))),
  ];
}

export async function sshFile(): Promise<FileDefinition> {
  return {
    file: 'pairing/ssh.json',
    algorithm: 'What SSH keys sign',
    header: [
      'RFC 4252, section 7; publickey-hostbound-v00@openssh.com and SSHSIG of OpenSSH; keys and signatures.',
      'A request carries user authentication up to its algorithm: the phone appends its own key, and that of the host.',
    ],
    notes: {
      Normal: note('BASIC', 'An ordinary input.'),
      EdgeCase: note('EDGE_CASE', 'An unusual input that is as good as any.'),
      Sha1: note('WEAK_PARAMS', 'RSA with SHA-1 is refused where it is not allowed.'),
      WrongLength: note('MODIFIED_PARAMETER', 'A field has a length that it cannot have.'),
      WrongField: note(
        'MODIFIED_PARAMETER',
        'A field has another value.',
        'What was shown as a login could be signed as something else.',
      ),
      HiddenName: note(
        'CAN_OF_WORMS',
        'A name is empty, or would hide or turn around what is shown beside it.',
        'A person approves something else than what is signed.',
      ),
      WrongEnd: note('MODIFIED_PARAMETER', 'It is cut off, or something follows it.'),
      OtherKey: note('AUTH_BYPASS', 'The key is another, or not one of the algorithm.'),
      NoHostKey: note('AUTH_BYPASS', 'The method binds the key of the host, and there is none.'),
      UnknownKind: note('MODIFIED_PARAMETER', 'The kind of key is not one of this wire.'),
      WeakRsa: note('WEAK_PARAMS', 'The numbers of the RSA key are none that a signature can be trusted under.'),
      NotMinimal: note('CAN_OF_WORMS', 'A number is not a positive one in its shortest form: one key has one form.'),
      OtherHash: note('WRONG_PRIMITIVE', 'The hash is not that of the algorithm.'),
      OtherMessage: note('AUTH_BYPASS', 'Something else was signed.'),
      ModifiedSignature: note('MODIFIED_SIGNATURE', 'The signature was changed.'),
      Malleable: note('SIGNATURE_MALLEABILITY', 'The signature was changed into another form of itself.'),
      SmallOrder: note('AUTH_BYPASS', 'Every message is signed under this key, so that it proves nothing.'),
      WrongForm: note('MODIFIED_SIGNATURE', 'The signature is in another form.'),
      InvalidKey: note('MODIFIED_PARAMETER', 'The key is none.'),
    },
    groups: [
      { type: 'SshDataRead', shared: {}, tests: dataReadTests() },
      { type: 'SshDataSplit', shared: {}, tests: dataSplitTests() },
      { type: 'SshDataComplete', shared: {}, tests: dataCompleteTests() },
      { type: 'SshPublicKeyRead', shared: {}, tests: keyTests() },
      { type: 'SshSignatureVerify', shared: {}, tests: await signatureTests() },
      { type: 'SessionBindRead', shared: {}, tests: bindTests() },
    ],
  };
}

// Git

const TREE = '1'.repeat(40);
const PARENT = '2'.repeat(40);
const OTHER = '3'.repeat(40);
const ADA = 'Ada Lovelace <ada@example.com> 1700000000 +0100';
const GRACE = 'Grace Höpper <grace@example.com> 1700000060 -0430';
const [treeLine, parentLine] = [`tree ${TREE}`, `parent ${PARENT}`];
const people = [`author ${ADA}`, `committer ${GRACE}`];
const tagLines = [`object ${TREE}`, 'type commit', 'tag v1.0', `tagger ${ADA}`];

function gitReadTests(): TestDefinition[] {
  const of = (lines: readonly string[], message: string | Uint8Array = 'Words\n') => ({
    raw: toHex(concat(utf8(`${lines.join('\n')}\n\n`), typeof message === 'string' ? utf8(message) : message)),
  });
  const commit = (...lines: readonly string[]) => of([treeLine, ...lines, ...people]);
  const refuse = (flag: string, comment: string, inputs: TestDefinition['inputs'], code = 'field-invalid') =>
    invalid(flag, comment, code, inputs);
  const instead = (index: number, line: string) => tagLines.map((one, at) => (at === index ? line : one));
  return [
    valid('Normal', 'a first commit', commit()),
    valid('Normal', 'a commit', commit(parentLine)),
    valid('Normal', 'a merge', commit(parentLine, `parent ${OTHER}`)),
    valid('Normal', 'a merge of four', {
      ...commit(parentLine, `parent ${OTHER}`, `parent ${TREE}`, `parent ${'4'.repeat(40)}`),
    }),
    valid('Normal', 'a tag', of(tagLines)),
    ...['tree', 'blob', 'tag'].map((type) => valid('Normal', `a tag of a ${type}`, of(instead(1, `type ${type}`)))),
    valid('EdgeCase', 'ids of SHA-256', of([`tree ${'1'.repeat(64)}`, `parent ${'2'.repeat(64)}`, ...people])),
    valid('EdgeCase', 'no message', of([treeLine, ...people], '')),
    valid('EdgeCase', 'a message without an end of line', of([treeLine, ...people], 'Words')),
    valid('EdgeCase', 'a message that begins with empty lines', of([treeLine, ...people], '\n\nWords\n')),
    valid('EdgeCase', 'a message that looks like headers', of([treeLine, ...people], `${parentLine}\n\nencoding x\n`)),
    valid('EdgeCase', 'a message that is no UTF-8', of([treeLine, ...people], Uint8Array.of(0xff, 0x0a))),
    valid('EdgeCase', 'an empty name and address', of([treeLine, 'author <> 0 +0000', 'committer  <> 0 -0000'])),
    valid('EdgeCase', 'a tag with a slash', of(instead(2, 'tag release/2024.1'))),
    refuse('OtherHeader', 'an encoding', of([treeLine, ...people, 'encoding ISO-8859-1'])),
    refuse('OtherHeader', 'a signature', of([treeLine, ...people, 'gpgsig -----BEGIN PGP SIGNATURE-----', ' a', ' b'])),
    refuse('OtherHeader', 'a signature over SHA-256', of([treeLine, ...people, 'gpgsig-sha256 a'])),
    refuse('OtherHeader', 'a merged tag', of([treeLine, ...people, `mergetag object ${TREE}`, ' type commit'])),
    refuse('OtherHeader', 'a header that nobody knows', of([treeLine, 'reviewer Ada', ...people])),
    refuse('OtherHeader', 'a tag with an encoding', of([...tagLines, 'encoding UTF-8'])),
    refuse('OtherHeader', 'a line that continues', of([treeLine, ...people, ' and more'])),
    refuse('WrongOrder', 'the committer first', of([treeLine, ...[...people].reverse()])),
    refuse(
      'WrongOrder',
      'a parent after the author',
      of([treeLine, ...people.slice(0, 1), parentLine, ...people.slice(1)]),
    ),
    refuse('WrongOrder', 'a parent first', of([parentLine, treeLine, ...people])),
    refuse('WrongOrder', 'a tree twice', of([treeLine, treeLine, ...people])),
    refuse('WrongOrder', 'two authors', of([treeLine, ...people.slice(0, 1), ...people])),
    refuse('MissingHeader', 'no tree', of(people)),
    refuse('MissingHeader', 'no author', of([treeLine, ...people.slice(1)])),
    refuse('MissingHeader', 'no committer', of([treeLine, ...people.slice(0, 1)])),
    refuse('MissingHeader', 'no empty line', { raw: toHex(utf8([treeLine, ...people, ''].join('\n'))) }),
    refuse('MissingHeader', 'nothing', { raw: '' }),
    refuse('MissingHeader', 'a message alone', { raw: toHex(utf8('\n\nWords\n')) }),
    ...tagLines.map((line) =>
      refuse('MissingHeader', `a tag without its ${line.split(' ')[0] ?? ''}`, {
        ...of(tagLines.filter((one) => one !== line)),
      }),
    ),
    refuse('WrongValue', 'an id in capitals', of([`tree ${'A'.repeat(40)}`, ...people])),
    refuse('WrongValue', 'an id of 39 digits', of([`tree ${'1'.repeat(39)}`, ...people])),
    refuse('WrongValue', 'ids of two lengths', commit(`parent ${'2'.repeat(64)}`)),
    refuse('WrongValue', 'two spaces', of([`tree  ${TREE}`, ...people])),
    refuse('WrongValue', 'a space at the end', of([`${treeLine} `, ...people])),
    refuse('WrongValue', 'a carriage return', of([treeLine, ...people.map((line) => `${line}\r`)])),
    refuse(
      'WrongValue',
      'an author without a time',
      of([treeLine, 'author Ada <ada@example.com>', ...people.slice(1)]),
    ),
    refuse('WrongValue', 'an author with an offset of 60 minutes', {
      ...of([treeLine, `author ${ADA.replace('+0100', '+0060')}`, ...people.slice(1)]),
    }),
    refuse('WrongValue', 'an author with a zero before the time', {
      ...of([treeLine, `author ${ADA.replace('1700000000', '01700000000')}`, ...people.slice(1)]),
    }),
    refuse('WrongValue', 'an author with a bracket too many', {
      ...of([treeLine, `author ${ADA.replace('<', '<<')}`, ...people.slice(1)]),
    }),
    refuse('WrongValue', 'a tag of an unknown type', of(instead(1, 'type note'))),
    refuse('WrongValue', 'a tag with a space', of(instead(2, 'tag v 1'))),
    refuse('WrongValue', 'a tag that is empty', of(instead(2, 'tag '))),
    refuse('WrongValue', 'a zero byte in the message', of([treeLine, ...people], 'Words\0')),
    refuse(
      'NotText',
      'an author that is no UTF-8',
      { raw: toHex(concat(utf8(`${treeLine}\nauthor `), Uint8Array.of(0xf6), utf8(`${ADA}\n${people[1] ?? ''}\n\n`))) },
      'utf8-invalid',
    ),
  ];
}

function gitMakeTests(): TestDefinition[] {
  const commit = {
    type: 'commit',
    tree: TREE,
    parent: PARENT,
    author: ADA,
    committer: GRACE,
    message: toHex(utf8('W\n')),
  };
  const tag = { type: 'tag', object: TREE, objectType: 'commit', tag: 'v1', tagger: ADA, message: '' };
  const of = (content: object) => ({ content });
  const refuse = (flag: string, comment: string, content: object) =>
    invalid(flag, comment, 'field-invalid', of(content));
  return [
    valid('Normal', 'a commit', of(commit)),
    valid('Normal', 'a first commit', of({ ...commit, parent: undefined })),
    valid('Normal', 'a merge', of({ ...commit, mergeParents: [OTHER, TREE] })),
    valid('Normal', 'a tag', of(tag)),
    valid('EdgeCase', 'a list of no merge parents', of({ ...commit, mergeParents: [] })),
    valid('EdgeCase', 'no message', of({ ...commit, message: '' })),
    refuse('Smuggled', 'a parent in the tree', { ...commit, tree: `${TREE}\nparent ${OTHER}` }),
    refuse('Smuggled', 'a parent in the parent', { ...commit, parent: `${PARENT}\nparent ${OTHER}` }),
    refuse('Smuggled', 'a parent in a merge parent', { ...commit, mergeParents: [`${OTHER}\nparent ${OTHER}`] }),
    refuse('Smuggled', 'a committer in the author', { ...commit, author: `${ADA}\ncommitter ${ADA}` }),
    refuse('Smuggled', 'a message in the committer', { ...commit, committer: `${ADA}\n\nOther words` }),
    refuse('Smuggled', 'a tagger in the tag', { ...tag, tag: `v1\ntagger ${GRACE}` }),
    refuse('Smuggled', 'a tag in the type', { ...tag, objectType: 'commit\ntag v2' }),
    refuse('Smuggled', 'a message in the tagger', { ...tag, tagger: `${ADA}\n\nOther words` }),
    refuse('WrongValue', 'merge parents without a parent', { ...commit, parent: undefined, mergeParents: [OTHER] }),
    refuse('WrongValue', 'an object without an id', { ...tag, object: '' }),
    refuse('WrongValue', 'a zero byte in the message', { ...tag, message: '610061' }),
  ];
}

export const gitFile: FileDefinition = {
  file: 'pairing/git.json',
  algorithm: 'The text of Git commits and tags',
  header: [
    'What Git hands to its signing program, taken apart for a request and put together again to be signed.',
    'The message is everything that follows the empty line after the headers.',
  ],
  notes: {
    Normal: note('BASIC', 'An ordinary object.'),
    EdgeCase: note('EDGE_CASE', 'An unusual object that is as good as any.'),
    OtherHeader: note(
      'CAN_OF_WORMS',
      'A header that a request cannot carry.',
      'What is signed would be another text than the one that Git checks the signature against.',
    ),
    WrongOrder: note('MODIFIED_PARAMETER', 'Headers come in another order, or twice.'),
    MissingHeader: note('MISSING_STEP', 'A header or the line after them is missing.'),
    WrongValue: note('MODIFIED_PARAMETER', 'A part is none that Git would write there.'),
    NotText: note('CAN_OF_WORMS', 'A header is not UTF-8, and would not come back from JSON as it was.'),
    Smuggled: note(
      'AUTH_BYPASS',
      'A part holds a line of its own.',
      'A person approves one commit, and another is signed.',
    ),
  },
  groups: [
    { type: 'GitContentRead', shared: {}, tests: gitReadTests() },
    { type: 'GitContentMake', shared: {}, tests: gitMakeTests() },
  ],
};

// U2F

const device = bytes('u2f device', 16);
const challenge = bytes('u2f challenge', 32);
const random = bytes('u2f random', 32);
const credential = pair('u2f credential');
const attestation = pair('u2f attestation');
const APP = 'https://example.com/app-id.json';
const MAGIC = fromHex('2ce5c8df17e22ef20fd38303fd2d9998');

function handleOf(parts: { device?: Uint8Array; app?: string; random?: Uint8Array; magic?: Uint8Array } = {}): Bytes {
  const own = { device, app: APP, random, magic: MAGIC, ...parts };
  return concat(own.magic, own.random, sha256(sha256(own.device), sha256(utf8(own.app)), sha256(own.random)));
}

const handle = handleOf();
const hexOf = (changes: object): Readonly<Record<string, unknown>> => ({ ...changes });

function handleTests(): readonly TestDefinition[][] {
  const make = (changes: object) => ({
    deviceIdentifier: toHex(device),
    appId: APP,
    random: toHex(random),
    ...changes,
  });
  const check = (keyHandle: Uint8Array, changes: object = {}) => ({ ...hexOf(changes), keyHandle: toHex(keyHandle) });
  const shifted = concat(MAGIC, random, sha256(sha256(concat(device, utf8(APP))), sha256(random)));
  return [
    [
      valid('Normal', 'a key handle', make({})),
      valid('EdgeCase', 'a device identifier of one byte', make({ deviceIdentifier: '00' })),
      valid('EdgeCase', 'an app id of one character', make({ appId: 'ß' })),
      valid('EdgeCase', 'random bytes of zeros', make({ random: '00'.repeat(32) })),
      invalid('WrongLength', 'random bytes, 31 of them', 'length-invalid', make({ random: '01'.repeat(31) })),
      invalid('WrongLength', 'no device identifier', 'length-invalid', make({ deviceIdentifier: '' })),
      invalid('EmptyAppId', 'no app id', 'argument-invalid', make({ appId: '' })),
    ],
    [
      valid('Normal', 'its own', check(handle)),
      valid('Normal', 'its own for another relying party', {
        ...check(handleOf({ app: 'https://example.org' }), { appId: 'https://example.org' }),
      }),
      partly('OtherParty', 'of another relying party', check(handleOf({ app: 'https://example.org' }))),
      partly('OtherParty', 'of a relying party that ends alike', check(handleOf({ app: `${APP}/` }))),
      partly('OtherParty', 'of a relying party in capitals', check(handleOf({ app: APP.toUpperCase() }))),
      partly('OtherDevice', 'of another device', check(handleOf({ device: bytes('u2f other device', 16) }))),
      partly('OtherDevice', 'asked of another device', {
        ...check(handle, { deviceIdentifier: hex('u2f other device', 16) }),
      }),
      partly('Modified', 'another magic', check(handleOf({ magic: flip(MAGIC, 15) }))),
      partly('Modified', 'no magic', check(handle.slice(16))),
      ...[0, 16, 47, 48, 79].map((index) => partly('Modified', `byte ${index} is changed`, check(flip(handle, index)))),
      partly('Modified', 'cut by a byte', check(handle.slice(0, -1))),
      partly('Modified', 'a byte more', check(concat(handle, Uint8Array.of(0)))),
      partly('Modified', 'empty', check(new Uint8Array())),
      partly('Modified', 'a checksum of zeros', check(concat(handle.slice(0, 48), new Uint8Array(32)))),
      partly('WrongHash', 'device and app id are hashed in one', check(shifted)),
      invalid('WrongLength', 'no device identifier', 'length-invalid', check(handle, { deviceIdentifier: '' })),
      invalid('EmptyAppId', 'no app id', 'argument-invalid', check(handle, { appId: '' })),
    ],
  ];
}

const registration = {
  appId: APP,
  challenge: toHex(challenge),
  keyHandle: toHex(handle),
  publicKey: toHex(credential.publicKey),
};
const authentication = { appId: APP, challenge: toHex(challenge), counter: 258 };

function inputTests(): readonly TestDefinition[][] {
  const register = (changes: object = {}) => ({ ...registration, ...changes });
  const authenticate = (changes: object = {}) => ({ ...authentication, ...changes });
  return [
    [
      valid('Normal', 'a registration', register()),
      valid('EdgeCase', 'a key handle of one byte', register({ keyHandle: '00' })),
      valid('EdgeCase', 'a key handle of 255 bytes', register({ keyHandle: hex('u2f 255', 255) })),
      valid('EdgeCase', 'an app id that is not ASCII', register({ appId: 'https://ex\u00e4mple.com' })),
      invalid('WrongLength', 'a challenge of 31 bytes', 'length-invalid', register({ challenge: '01'.repeat(31) })),
      invalid('WrongLength', 'no key handle', 'length-invalid', register({ keyHandle: '' })),
      invalid('WrongLength', 'a key handle of 256 bytes', 'length-invalid', register({ keyHandle: '01'.repeat(256) })),
      invalid('WrongLength', 'a compressed point', 'length-invalid', register({ publicKey: `02${'01'.repeat(32)}` })),
      invalid('WrongPoint', 'a hybrid point', 'point-invalid', {
        ...register({ publicKey: `06${toHex(credential.publicKey).slice(2)}` }),
      }),
      invalid('EmptyAppId', 'no app id', 'argument-invalid', register({ appId: '' })),
    ],
    [
      valid('Normal', 'a sign-in', authenticate()),
      valid('EdgeCase', 'a counter of zero', authenticate({ counter: 0 })),
      valid('EdgeCase', 'the highest counter', authenticate({ counter: 2 ** 32 - 1 })),
      invalid('WrongCounter', 'a counter of 2^32', 'parameter-out-of-range', authenticate({ counter: 2 ** 32 })),
      invalid('WrongCounter', 'a negative counter', 'parameter-out-of-range', authenticate({ counter: -1 })),
      invalid('WrongCounter', 'a counter with a fraction', 'parameter-out-of-range', authenticate({ counter: 1.5 })),
      invalid('WrongLength', 'a challenge of 33 bytes', 'length-invalid', authenticate({ challenge: '01'.repeat(33) })),
      invalid('EmptyAppId', 'no app id', 'argument-invalid', authenticate({ appId: '' })),
    ],
  ];
}

async function signedTests(): Promise<readonly { readonly signature: Hex; readonly tests: TestDefinition[] }[]> {
  const registered = concat(Uint8Array.of(0), sha256(utf8(APP)), challenge, handle, credential.publicKey);
  const signedIn = concat(sha256(utf8(APP)), fromHex('0100000102'), challenge);
  const cases = [
    { input: registered, key: attestation, name: 'attestationPublicKey', other: credential },
    { input: signedIn, key: credential, name: 'publicKey', other: attestation },
  ];
  return Promise.all(
    cases.map(async ({ input, key, name, other }) => {
      const der = await sign(key.privateKey, input);
      const { r, s } = readSignature(der);
      const withoutPresence = await sign(
        key.privateKey,
        concat(input.subarray(0, 32), Uint8Array.of(0), input.subarray(33)),
      );
      const tests = [
        valid('Normal', 'as it was signed', {}),
        valid('EdgeCase', 'the other half of S', { signature: toHex(encodeSignature(r, GROUP_ORDER - s)) }),
        partly('OtherParty', 'another relying party', { appId: 'https://example.org' }),
        partly('OtherInput', 'another challenge', { challenge: toHex(flip(challenge, 0)) }),
        partly('OtherKey', 'another key', { [name]: toHex(other.publicKey) }),
        partly('OtherKey', 'a point that is not on the curve', { [name]: toHex(flip(key.publicKey, 64)) }),
        ...(name === 'publicKey'
          ? [
              partly('OtherInput', 'another counter', { counter: 259 }),
              partly('OtherInput', 'signed while nobody was there', { signature: toHex(withoutPresence) }),
            ]
          : [
              partly('OtherInput', 'another key handle', { keyHandle: toHex(flip(handle, 20)) }),
              partly('OtherInput', 'another key registered', { publicKey: toHex(attestation.publicKey) }),
            ]),
        partly('ModifiedSignature', 'a bit is flipped', { signature: toHex(flip(der, 20)) }),
        partly('ModifiedSignature', 'r of zero', { signature: toHex(encodeSignature(0n, s)) }),
        partly('ModifiedSignature', 'a byte left over', { signature: toHex(concat(der, Uint8Array.of(0))) }),
        partly('ModifiedSignature', 'r and s as 64 bytes', { signature: toHex(concat(toDigits(r), toDigits(s))) }),
        partly('ModifiedSignature', 'nothing', { signature: '' }),
        invalid('WrongLength', 'a compressed point', 'length-invalid', {
          [name]: toHex(Uint8Array.of(2, ...key.publicKey.subarray(1, 33))),
        }),
        invalid('EmptyAppId', 'no app id', 'argument-invalid', { appId: '' }),
      ];
      return { signature: toHex(der), tests };
    }),
  );
}

async function rawMessageTests(): Promise<readonly TestDefinition[][]> {
  const signature = toHex(await sign(attestation.privateKey, challenge));
  const body = bytes('u2f certificate', 300);
  const certificateOf = (length: number): Hex => toHex(longSequence(body.subarray(0, length)));
  const register = (changes: object = {}) => ({
    publicKey: toHex(credential.publicKey),
    keyHandle: toHex(handle),
    attestationCertificate: certificateOf(300),
    signature,
    ...changes,
  });
  const certificate = (attestationCertificate: Hex) => register({ attestationCertificate });
  const der = certificateOf(300);
  return [
    [
      valid('Normal', 'a registration', register()),
      valid('EdgeCase', 'a certificate of 127 bytes', certificate(certificateOf(127))),
      valid('EdgeCase', 'a certificate of 128 bytes', certificate(certificateOf(128))),
      valid('EdgeCase', 'a key handle of 255 bytes', register({ keyHandle: hex('u2f 255', 255) })),
      invalid('WrongEnd', 'a certificate and a byte more', 'der-invalid', certificate(`${der}00`)),
      invalid('WrongEnd', 'a certificate that is cut', 'der-invalid', certificate(der.slice(0, -2))),
      invalid('WrongEnd', 'no certificate', 'der-invalid', certificate('')),
      invalid('WrongEnd', 'a certificate that is empty', 'der-invalid', certificate('3000')),
      invalid('WrongEnd', 'a certificate of no stated length', 'der-invalid', certificate('3080050000000000')),
      invalid('WrongEnd', 'a certificate whose length is not in its shortest form', 'der-invalid', {
        ...certificate('3081020500'),
      }),
      invalid('WrongEnd', 'a certificate that is a set', 'der-invalid', certificate(`31${der.slice(2)}`)),
      invalid('WrongEnd', 'a signature and a byte more', 'der-invalid', register({ signature: `${signature}00` })),
      invalid('WrongEnd', 'no signature', 'der-invalid', register({ signature: '' })),
      invalid('WrongLength', 'no key handle', 'length-invalid', register({ keyHandle: '' })),
      invalid('WrongLength', 'a key handle of 256 bytes', 'length-invalid', register({ keyHandle: '01'.repeat(256) })),
      invalid('WrongLength', 'a point of 64 bytes', 'length-invalid', register({ publicKey: '04'.repeat(64) })),
      invalid('WrongPoint', 'a hybrid point', 'point-invalid', register({ publicKey: '06'.repeat(65) })),
    ],
    [
      valid('Normal', 'a sign-in', { counter: 258, signature }),
      valid('EdgeCase', 'the highest counter', { counter: 2 ** 32 - 1, signature }),
      invalid('WrongCounter', 'a counter of 2^32', 'parameter-out-of-range', { counter: 2 ** 32, signature }),
      invalid('WrongEnd', 'a signature that is cut', 'der-invalid', { counter: 1, signature: signature.slice(0, -2) }),
      invalid('WrongEnd', 'a signature of three numbers', 'der-invalid', {
        counter: 1,
        signature: toHex(derSequence(fromHex('020101'), fromHex('020101'), fromHex('020101'))),
      }),
    ],
  ];
}

/** A DER sequence of any length below 2^16. */
function longSequence(body: Uint8Array): Bytes {
  const { length } = body;
  const header = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >>> 8, length & 0xff];
  return concat(Uint8Array.of(0x30, ...header), body);
}

export async function u2fFile(): Promise<FileDefinition> {
  const [make = [], check = []] = handleTests();
  const [register = [], authenticate = []] = inputTests();
  const [registered, signedIn] = await signedTests();
  const [registrationMessages = [], authenticationMessages = []] = await rawMessageTests();
  return {
    file: 'pairing/u2f.json',
    algorithm: 'Key handles, signatures and messages of U2F',
    header: [
      'FIDO U2F raw message formats 1.2, and the key handles of this protocol.',
      'KeyHandleCheck and the two that verify: an invalid test with `expected` is one where the answer is no.',
    ],
    notes: {
      Normal: note('BASIC', 'An ordinary input.'),
      EdgeCase: note('EDGE_CASE', 'An unusual input that is as good as any.'),
      WrongLength: note('MODIFIED_PARAMETER', 'The input has a length that it cannot have.'),
      EmptyAppId: note('MISSING_STEP', 'No relying party is named.'),
      OtherParty: note(
        'AUTH_BYPASS',
        'It belongs to another relying party.',
        'A page that imitates another would sign its users in there.',
      ),
      OtherDevice: note('AUTH_BYPASS', 'The key handle belongs to another device.'),
      Modified: note('MODIFIED_PARAMETER', 'The key handle is none that was made here.'),
      WrongHash: note('WRONG_PRIMITIVE', 'The parts of the checksum are not hashed apart.'),
      WrongPoint: note('MODIFIED_PARAMETER', 'The point has another form.'),
      WrongCounter: note('MODIFIED_PARAMETER', 'The counter is no number of 32 bits.'),
      OtherInput: note('AUTH_BYPASS', 'Something else was signed.'),
      OtherKey: note('AUTH_BYPASS', 'Another key has signed.'),
      ModifiedSignature: note('MODIFIED_SIGNATURE', 'The signature was changed, or has another form.'),
      WrongEnd: note(
        'BER_ENCODING',
        'The DER does not end where it says.',
        'The relying party would look for the next part in another place.',
      ),
    },
    groups: [
      { type: 'KeyHandleMake', shared: {}, tests: make },
      { type: 'KeyHandleCheck', shared: { deviceIdentifier: toHex(device), appId: APP }, tests: check },
      { type: 'U2fRegistrationInput', shared: {}, tests: register },
      { type: 'U2fAuthenticationInput', shared: {}, tests: authenticate },
      { type: 'U2fRegistrationMessage', shared: {}, tests: registrationMessages },
      { type: 'U2fAuthenticationMessage', shared: {}, tests: authenticationMessages },
      {
        type: 'U2fRegistrationVerify',
        shared: {
          ...registration,
          attestationPublicKey: toHex(attestation.publicKey),
          signature: registered?.signature,
        },
        tests: registered?.tests ?? [],
      },
      {
        type: 'U2fAuthenticationVerify',
        shared: { ...authentication, publicKey: toHex(credential.publicKey), signature: signedIn?.signature },
        tests: signedIn?.tests ?? [],
      },
    ],
  };
}
