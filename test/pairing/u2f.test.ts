import { spawnSync } from 'node:child_process';
import { createHash, randomBytes, sign as signDigest, KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join as pathJoin } from 'node:path';
import 'reflect-metadata';
import { X509CertificateGenerator, cryptoProvider } from '@peculiar/x509';
import {
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
  type AuthenticationResponseJSON,
} from '@simplewebauthn/server';
import { isoCBOR } from '@simplewebauthn/server/helpers';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { isInstalled } from '../../scripts/debian-packages.mjs';
import {
  authenticationSigningInput,
  encodeAuthenticationMessage,
  encodeRegistrationMessage,
  isKeyHandleFor,
  makeKeyHandle,
  registrationSigningInput,
  verifyU2fAuthentication,
  verifyU2fRegistration,
} from '../../src/pairing/u2f.js';
import type { SshVerifier } from '../../src/pairing/ssh.js';
import { fromHex, join, toHex } from '../crypto/hex.js';
import fixture from '../fixtures/pairing/u2f.json' with { type: 'json' };
import { refused } from '../support/refused.js';

/** npm's u2f: what relying parties of U2F itself use. */
const u2f = createRequire(import.meta.url)('u2f') as {
  request(appId: string, keyHandle?: string): { readonly challenge: string };
  checkRegistration(request: object, result: object): { successful?: boolean; publicKey: string; keyHandle: string };
  checkSignature(request: object, result: object, publicKey: string): { successful?: boolean; counter: number };
};

const { appId, counter } = fixture;
const deviceIdentifier = fromHex(fixture.deviceIdentifier);
const random = fromHex(fixture.random);
const challenge = fromHex(fixture.challenge);
const publicKey = fromHex(fixture.publicKey);
const keyHandle = fromHex(fixture.keyHandle);
const attestationCertificate = fromHex(fixture.attestationCertificate);
const attestationPublicKey = fromHex(fixture.attestationPublicKey);
const registrationSignature = fromHex(fixture.registrationSignature);
const authenticationSignature = fromHex(fixture.authenticationSignature);
const registration = { appId, challenge, keyHandle, publicKey };
const authentication = { appId, challenge, counter };
const answer = { publicKey, keyHandle, attestationCertificate, signature: registrationSignature };

describe('what OpenSSL has made', () => {
  it('is made alike', () => {
    expect(makeKeyHandle({ deviceIdentifier, appId, random })).toEqual(keyHandle);
    expect(toHex(registrationSigningInput(registration))).toBe(fixture.registrationInput);
    expect(toHex(authenticationSigningInput(authentication))).toBe(fixture.authenticationInput);
  });

  it('verifies', async () => {
    expect(await verifyU2fRegistration(registration, attestationPublicKey, registrationSignature)).toBe(true);
    expect(await verifyU2fAuthentication(authentication, publicKey, authenticationSignature)).toBe(true);
  });

  it('does not verify for anything else', async () => {
    const other = fromHex('00'.repeat(32));
    for (const changes of [
      { appId: 'https://example.org' },
      { challenge: other },
      { keyHandle: keyHandle.slice(1) },
      { publicKey: attestationPublicKey },
    ]) {
      const changed = { ...registration, ...changes };
      expect(await verifyU2fRegistration(changed, attestationPublicKey, registrationSignature)).toBe(false);
    }
    for (const changes of [{ appId: 'https://example.org' }, { challenge: other }, { counter: counter + 1 }]) {
      const changed = { ...authentication, ...changes };
      expect(await verifyU2fAuthentication(changed, publicKey, authenticationSignature)).toBe(false);
    }
    expect(await verifyU2fRegistration(registration, publicKey, registrationSignature)).toBe(false);
    expect(await verifyU2fAuthentication(authentication, attestationPublicKey, authenticationSignature)).toBe(false);
    const longer = join(authenticationSignature, Uint8Array.of(0));
    expect(await verifyU2fAuthentication(authentication, publicKey, longer)).toBe(false);
    expect(await verifyU2fAuthentication(authentication, publicKey, new Uint8Array())).toBe(false);
  });

  it('goes to a verifier of the caller, which decides', async () => {
    const decide = (result: boolean) => ({ verifier: () => Promise.resolve(result) });
    const check = (result: boolean) =>
      verifyU2fAuthentication(authentication, publicKey, authenticationSignature, decide(result));
    expect([await check(true), await check(false)]).toEqual([true, false]);
    // What is no signature does not get that far.
    expect(await verifyU2fAuthentication(authentication, publicKey, challenge, decide(true))).toBe(false);
  });

  it('goes to a verifier of the caller with memory of its own', async () => {
    const key = Uint8Array.from(publicKey);
    const seen: unknown[] = [];
    const verifier: SshVerifier = async (check) => {
      await Promise.resolve();
      seen.push(check.key);
      return true;
    };
    const result = verifyU2fAuthentication(authentication, key, authenticationSignature, { verifier });
    key.fill(0);
    await result;
    expect(seen).toEqual([{ type: 'ecdsa-sha2-nistp256', point: publicKey }]);
  });

  it('is checked as it was when asked', async () => {
    const [signature, key] = [Uint8Array.from(authenticationSignature), Uint8Array.from(publicKey)];
    const asked = { ...authentication, challenge: Uint8Array.from(challenge) };
    const result = verifyU2fAuthentication(asked, key, signature);
    for (const bytes of [signature, key, asked.challenge]) bytes.fill(0);
    expect(await result).toBe(true);
  });
});

describe('key handles', () => {
  it('are known by device and relying party', () => {
    expect(isKeyHandleFor(keyHandle, { deviceIdentifier, appId })).toBe(true);
    expect(isKeyHandleFor(keyHandle, { deviceIdentifier, appId: `${appId}/` })).toBe(false);
    expect(isKeyHandleFor(keyHandle, { deviceIdentifier: random, appId })).toBe(false);
  });

  it('are not known with any bit changed', () => {
    for (let bit = 0; bit < 8 * keyHandle.length; bit++) {
      const changed = Uint8Array.from(keyHandle);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(isKeyHandleFor(changed, { deviceIdentifier, appId })).toBe(false);
    }
  });

  it('are not known with any other length', () => {
    for (const length of [0, 1, 16, 48, 79]) {
      expect(isKeyHandleFor(keyHandle.subarray(0, length), { deviceIdentifier, appId })).toBe(false);
    }
    expect(isKeyHandleFor(join(keyHandle, Uint8Array.of(0)), { deviceIdentifier, appId })).toBe(false);
  });

  it('keep device, relying party and random bytes apart', () => {
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 40 });
    const handle = fc.record({
      deviceIdentifier: bytes,
      appId: fc.string({ minLength: 1 }),
      random: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    });
    fc.assert(
      fc.property(handle, handle, (one, other) => {
        const made = makeKeyHandle(one);
        expect(made.length).toBe(80);
        expect(isKeyHandleFor(made, one)).toBe(true);
        const same = toHex(one.deviceIdentifier) === toHex(other.deviceIdentifier) && one.appId === other.appId;
        expect(isKeyHandleFor(made, other)).toBe(same);
      }),
    );
  });

  it('are refused without their parts', async () => {
    await refused('length-invalid', () => makeKeyHandle({ deviceIdentifier: new Uint8Array(), appId, random }));
    await refused('length-invalid', () => makeKeyHandle({ deviceIdentifier, appId, random: random.slice(1) }));
    await refused('argument-invalid', () => makeKeyHandle({ deviceIdentifier: 'device' as never, appId, random }));
    await refused('argument-invalid', () => makeKeyHandle({ deviceIdentifier, appId, random: 1 as never }));
    for (const wrong of ['', 'a\ud800', undefined as never, 1 as never]) {
      await refused('argument-invalid', () => makeKeyHandle({ deviceIdentifier, appId: wrong, random }));
    }
    await refused('argument-invalid', () => isKeyHandleFor('handle' as never, { deviceIdentifier, appId }));
  });
});

describe('what is signed', () => {
  it('is refused with parts that do not fit', async () => {
    const register = (changes: object) => () => registrationSigningInput({ ...registration, ...changes });
    await refused('length-invalid', register({ challenge: challenge.slice(1) }));
    await refused('argument-invalid', register({ challenge: undefined }));
    await refused('length-invalid', register({ keyHandle: new Uint8Array() }));
    await refused('length-invalid', register({ keyHandle: new Uint8Array(256) }));
    await refused('argument-invalid', register({ keyHandle: 'handle' }));
    await refused('length-invalid', register({ publicKey: publicKey.slice(1) }));
    await refused('point-invalid', register({ publicKey: join(Uint8Array.of(6), publicKey.slice(1)) }));
    await refused('argument-invalid', register({ appId: '' }));
    expect(registrationSigningInput({ ...registration, keyHandle: new Uint8Array(255) }).length).toBe(385);
    expect(registrationSigningInput({ ...registration, keyHandle: new Uint8Array(1) }).length).toBe(131);

    const authenticate = (changes: object) => () => authenticationSigningInput({ ...authentication, ...changes });
    await refused('length-invalid', authenticate({ challenge: new Uint8Array(33) }));
    await refused('argument-invalid', authenticate({ appId: '' }));
    for (const wrong of [-1, 2 ** 32, 1.5, NaN, '1']) {
      await refused('parameter-out-of-range', authenticate({ counter: wrong }));
    }
    expect(toHex(authenticate({ counter: 2 ** 32 - 1 })().subarray(32, 37))).toBe('01ffffffff');
    expect(toHex(authenticate({ counter: 0 })().subarray(32, 37))).toBe('0100000000');
    await refused('point-invalid', () =>
      verifyU2fAuthentication(authentication, new Uint8Array(65), authenticationSignature),
    );
    await refused('argument-invalid', () => verifyU2fAuthentication(authentication, publicKey, 'signature' as never));
  });
});

describe('raw messages', () => {
  it('are written', () => {
    expect(toHex(encodeRegistrationMessage(answer))).toBe(
      `05${fixture.publicKey}50${fixture.keyHandle}${fixture.attestationCertificate}${fixture.registrationSignature}`,
    );
    expect(toHex(encodeAuthenticationMessage({ counter, signature: authenticationSignature }))).toBe(
      `0100000403${fixture.authenticationSignature}`,
    );
  });

  it('are refused where a reader would see another end', async () => {
    const register = (changes: object) => () => encodeRegistrationMessage({ ...answer, ...changes });
    const certificate = (bytes: Uint8Array) => register({ attestationCertificate: bytes });
    const body = attestationCertificate.subarray(4);
    await refused('der-invalid', certificate(join(attestationCertificate, Uint8Array.of(0))));
    await refused('der-invalid', certificate(attestationCertificate.slice(0, -1)));
    await refused('der-invalid', certificate(new Uint8Array()));
    await refused('der-invalid', certificate(fromHex('3000')));
    await refused('der-invalid', certificate(fromHex('30800000')));
    await refused('der-invalid', certificate(join(fromHex('3080'), new Uint8Array(128))));
    await refused('der-invalid', certificate(fromHex('30810100')));
    await refused('der-invalid', certificate(fromHex(`3082000101`)));
    await refused('der-invalid', certificate(join(fromHex('31'), attestationCertificate.subarray(1))));
    await refused('der-invalid', certificate(join(fromHex('308300'), attestationCertificate.subarray(2, 4), body)));
    await refused('der-invalid', certificate(join(fromHex('3083010000'), new Uint8Array(65536))));
    expect(certificate(fromHex('300100'))().length).toBeGreaterThan(0);
    expect(certificate(join(fromHex('308180'), new Uint8Array(128)))().length).toBeGreaterThan(0);
    await refused('argument-invalid', register({ attestationCertificate: undefined }));
    await refused('der-invalid', register({ signature: join(registrationSignature, Uint8Array.of(0)) }));
    await refused('argument-invalid', register({ signature: undefined }));
    await refused('length-invalid', register({ publicKey: publicKey.slice(1) }));
    await refused('point-invalid', register({ publicKey: new Uint8Array(65) }));
    await refused('length-invalid', register({ keyHandle: new Uint8Array(256) }));
    await refused('der-invalid', () => encodeAuthenticationMessage({ counter, signature: challenge }));
    await refused('parameter-out-of-range', () =>
      encodeAuthenticationMessage({ counter: -1, signature: authenticationSignature }),
    );
  });
});

describe('relying parties', () => {
  const sha256 = (text: string | Uint8Array) => Uint8Array.from(createHash('sha256').update(text).digest());
  const b64url = (bytes: Uint8Array | string) => Buffer.from(bytes).toString('base64url');
  let key: Awaited<ReturnType<typeof makeKey>>;
  let attestation: Awaited<ReturnType<typeof makeKey>>;
  let certificate: Uint8Array<ArrayBuffer>;

  async function makeKey() {
    const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
    const point = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));
    const sign = (input: Uint8Array) =>
      Uint8Array.from(signDigest('sha256', input, KeyObject.from(pair.privateKey as never)));
    return { pair, point, sign };
  }

  beforeAll(async () => {
    cryptoProvider.set(crypto);
    key = await makeKey();
    attestation = await makeKey();
    const made = await X509CertificateGenerator.createSelfSigned({
      serialNumber: '01',
      name: 'CN=Krypton Key',
      notBefore: new Date(0),
      notAfter: new Date('2100-01-01'),
      signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
      keys: attestation.pair,
    });
    certificate = new Uint8Array(made.rawData);
  });

  /** What a phone answers, from what a browser knows. */
  function register(appId: string, challenge: Uint8Array) {
    const handle = makeKeyHandle({ deviceIdentifier, appId, random: Uint8Array.from(randomBytes(32)) });
    const input = registrationSigningInput({ appId, challenge, keyHandle: handle, publicKey: key.point });
    return { handle, signature: attestation.sign(input) };
  }

  it('of U2F take a registration and a sign-in, and refuse another origin', () => {
    const appId = 'https://relying.example';
    const request = u2f.request(appId);
    const clientData = JSON.stringify({ typ: 'navigator.id.finishEnrollment', challenge: request.challenge });
    const { handle, signature } = register(appId, sha256(clientData));
    const message = encodeRegistrationMessage({
      publicKey: key.point,
      keyHandle: handle,
      attestationCertificate: certificate,
      signature,
    });
    const result = { clientData: b64url(clientData), registrationData: b64url(message) };
    const checked = u2f.checkRegistration(request, result);
    expect(checked).toMatchObject({ successful: true, publicKey: b64url(key.point), keyHandle: b64url(handle) });
    const elsewhere = { ...request, appId: 'https://other.example' };
    expect(u2f.checkRegistration(elsewhere, result).successful).toBeUndefined();

    const second = u2f.request(appId, checked.keyHandle);
    const signed = JSON.stringify({ typ: 'navigator.id.getAssertion', challenge: second.challenge });
    const input = authenticationSigningInput({ appId, challenge: sha256(signed), counter: 258 });
    const signatureData = encodeAuthenticationMessage({ counter: 258, signature: key.sign(input) });
    const assertion = { clientData: b64url(signed), signatureData: b64url(signatureData) };
    expect(u2f.checkSignature(second, assertion, checked.publicKey)).toEqual({
      successful: true,
      userPresent: true,
      counter: 258,
    });
    const other = { ...second, appId: 'https://other.example' };
    expect(u2f.checkSignature(other, assertion, checked.publicKey).successful).toBeUndefined();
  });

  it('of WebAuthn take them too, and refuse another relying party and a changed counter', async () => {
    const rpId = 'relying.example';
    const origin = `https://${rpId}`;
    const zero = new Uint8Array(16);
    const clientData = (type: string, challenge: string) => JSON.stringify({ type, challenge, origin });

    const challenge = b64url(randomBytes(32));
    const created = clientData('webauthn.create', challenge);
    const { handle, signature } = register(rpId, sha256(created));
    const coseKey = new Map<number, number | Uint8Array>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, key.point.slice(1, 33)],
      [-3, key.point.slice(33)],
    ]);
    const registered = join(
      sha256(rpId),
      Uint8Array.of(0x41, 0, 0, 0, 0),
      zero,
      Uint8Array.of(0, handle.length),
      handle,
      isoCBOR.encode(coseKey),
    );
    const statement = new Map<string, Uint8Array | Uint8Array[]>([
      ['x5c', [certificate]],
      ['sig', signature],
    ]);
    const attestationObject = isoCBOR.encode(
      new Map<string, unknown>([
        ['fmt', 'fido-u2f'],
        ['attStmt', statement],
        ['authData', registered],
      ]) as never,
    );
    const response = {
      id: b64url(handle),
      rawId: b64url(handle),
      type: 'public-key' as const,
      clientExtensionResults: {},
      response: { clientDataJSON: b64url(created), attestationObject: b64url(attestationObject) },
    };
    const expected = { expectedChallenge: challenge, expectedOrigin: origin, requireUserVerification: false };
    const checked = await verifyRegistrationResponse({ response, ...expected, expectedRPID: rpId });
    expect(checked.verified).toBe(true);
    const credential = checked.registrationInfo?.credential;
    if (!credential) throw new Error('expected a credential');
    expect(credential.id).toBe(b64url(handle));
    await expect(
      verifyRegistrationResponse({ response, ...expected, expectedRPID: 'other.example' }),
    ).rejects.toThrow();

    const next = b64url(randomBytes(32));
    const got = clientData('webauthn.get', next);
    const signIn = (counter: number, told = counter): AuthenticationResponseJSON => {
      const input = authenticationSigningInput({ appId: rpId, challenge: sha256(got), counter });
      const message = encodeAuthenticationMessage({ counter: told, signature: key.sign(input) });
      return {
        id: b64url(handle),
        rawId: b64url(handle),
        type: 'public-key',
        clientExtensionResults: {},
        response: {
          clientDataJSON: b64url(got),
          // What is signed ends with the hash of the client data, and begins with the authenticator data.
          authenticatorData: b64url(join(sha256(rpId), message.subarray(0, 5))),
          signature: b64url(message.subarray(5)),
        },
      };
    };
    const check = (response: AuthenticationResponseJSON, expectedRPID = rpId) =>
      verifyAuthenticationResponse({
        response,
        expectedChallenge: next,
        expectedOrigin: origin,
        expectedRPID,
        requireUserVerification: false,
        credential,
      });
    expect(await check(signIn(7))).toMatchObject({ verified: true, authenticationInfo: { newCounter: 7 } });
    expect((await check(signIn(7, 8))).verified).toBe(false);
    await expect(check(signIn(7), 'other.example')).rejects.toThrow();
  });

  it.skipIf(!isInstalled('openssl'))('that run OpenSSL take the signatures', () => {
    const folder = mkdtempSync(pathJoin(tmpdir(), 'vaultwire-u2f-'));
    try {
      const spki = join(fromHex('3059301306072a8648ce3d020106082a8648ce3d030107034200'), publicKey);
      const [key, signature] = ['key.der', 'signature'].map((name) => pathJoin(folder, name)) as [string, string];
      writeFileSync(key, spki);
      writeFileSync(signature, authenticationSignature);
      const options = ['dgst', '-sha256', '-verify', key, '-keyform', 'DER', '-signature', signature];
      const check = (input: Uint8Array): number | null => spawnSync('openssl', options, { input }).status;
      const input = authenticationSigningInput(authentication);
      expect(check(input)).toBe(0);
      expect(check(input.subarray(1))).toBe(1);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
