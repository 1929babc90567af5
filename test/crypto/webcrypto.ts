import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  aesCbcKeyFromCryptoKey,
  aesKeyFromCryptoKey,
  ecPrivateKeyFromCryptoKeyPair,
  signingKeyFromCryptoKeyPair,
  webcryptoSuite,
} from '../../src/crypto/webcrypto.js';
import { codeOf, counting, SIGNER } from './contract.js';
import { ascii, fromHex, toHex } from './hex.js';

const { subtle } = crypto;
const ECDH = { name: 'ECDH', namedCurve: 'P-256' };
const ECDSA = { name: 'ECDSA', namedCurve: 'P-256' };

/** What keys over the caller's CryptoKeys do, in Node and in browsers. */
export function describeCryptoKeys(): void {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  describe('keys over CryptoKeys of the caller', () => {
    const generateAes = (name: string, usages: KeyUsage[], length = 256, extractable = false) =>
      subtle.generateKey({ name, length }, extractable, usages);

    it('seal and open with AES-GCM', async () => {
      const key = aesKeyFromCryptoKey(await generateAes('AES-GCM', ['encrypt', 'decrypt']));
      expect(toHex(await key.open(await key.seal(ascii('message'))))).toBe(toHex(ascii('message')));
      expect(await codeOf(() => key.exportSecretBytes?.())).toBe('key-not-extractable');
    });

    it('seal and open with AES-CBC', async () => {
      const key = aesCbcKeyFromCryptoKey(await generateAes('AES-CBC', ['encrypt', 'decrypt']));
      expect(toHex(await key.open(await key.seal(ascii('message'))))).toBe(toHex(ascii('message')));
      expect(await codeOf(() => key.exportSecretBytes?.())).toBe('key-not-extractable');
    });

    it('draw from the suite that they are given', async () => {
      const { suite, draws } = counting(webcryptoSuite);
      await aesKeyFromCryptoKey(await generateAes('AES-GCM', ['encrypt', 'decrypt']), suite).seal(ascii(''));
      await aesCbcKeyFromCryptoKey(await generateAes('AES-CBC', ['encrypt', 'decrypt']), suite).seal(ascii(''));
      expect(draws).toEqual([12, 16]);
    });

    it.each([
      ['with unwrapKey', ['encrypt', 'decrypt', 'unwrapKey'] satisfies KeyUsage[]],
      ['without', ['encrypt', 'decrypt'] satisfies KeyUsage[]],
    ])('unwrap a key, %s', async (_name, usages) => {
      const key = aesKeyFromCryptoKey(await generateAes('AES-GCM', usages));
      const bytes = fromHex(SIGNER.privateKey);
      const wrapped = await key.seal(bytes);
      const unwrapped = await key.unwrapAesKey?.(wrapped);
      const sealed = await (await webcryptoSuite.importAesKey(bytes)).seal(ascii('message'));
      expect(toHex((await unwrapped?.open(sealed)) ?? ascii(''))).toBe(toHex(ascii('message')));
      wrapped[12] = (wrapped[12] ?? 0) ^ 1;
      expect(await codeOf(() => key.unwrapAesKey?.(wrapped))).toBe('open-failed');
    });

    it('never show the bytes of a key that they unwrap', async () => {
      const key = await webcryptoSuite.importAesKey(fromHex(SIGNER.privateKey));
      const wrapped = await key.seal(new Uint8Array(32));
      const decrypt = vi.spyOn(SubtleCrypto.prototype, 'decrypt');
      const importKey = vi.spyOn(SubtleCrypto.prototype, 'importKey');
      await key.unwrapAesKey?.(wrapped);
      expect(decrypt).not.toHaveBeenCalled();
      expect(importKey).not.toHaveBeenCalled();
    });

    it('import a public key once, however often it is used', async () => {
      const key = await webcryptoSuite.generateEcPrivateKey();
      const importKey = vi.spyOn(SubtleCrypto.prototype, 'importKey');
      const peer = await webcryptoSuite.importEcPublicKey(fromHex(SIGNER.publicKey));
      await key.sharedSecret(peer);
      await key.sharedSecret(peer);
      expect(importKey).toHaveBeenCalledTimes(1);
    });

    it('agree', async () => {
      const pair = await subtle.generateKey(ECDH, false, ['deriveBits']);
      const key = await ecPrivateKeyFromCryptoKeyPair(pair);
      const peer = await webcryptoSuite.generateEcPrivateKey();
      expect(toHex(await key.sharedSecret(peer.publicKey))).toBe(toHex(await peer.sharedSecret(key.publicKey)));
      expect(await codeOf(() => key.exportSecretBytes?.())).toBe('key-not-extractable');
    });

    it('sign', async () => {
      const pair = await subtle.generateKey(ECDSA, false, ['sign']);
      const key = await signingKeyFromCryptoKeyPair(pair);
      const verifier = await webcryptoSuite.importVerifyingKey(key.publicKey);
      expect(await verifier.verify(ascii('message'), await key.sign(ascii('message')))).toBe(true);
      expect(await codeOf(() => key.exportPkcs8?.())).toBe('key-not-extractable');
    });

    it('are made of the right kind of key alone', async () => {
      for (const key of [
        await generateAes('AES-CBC', ['encrypt', 'decrypt']),
        await generateAes('AES-GCM', ['encrypt', 'decrypt'], 128),
        await generateAes('AES-GCM', ['encrypt']),
        await generateAes('AES-GCM', ['decrypt', 'unwrapKey']),
      ]) {
        expect(await codeOf(() => aesKeyFromCryptoKey(key))).toBe('key-invalid');
      }
      for (const key of [
        await generateAes('AES-GCM', ['encrypt', 'decrypt']),
        await generateAes('AES-CBC', ['encrypt', 'decrypt'], 128),
        await generateAes('AES-CBC', ['encrypt']),
      ]) {
        expect(await codeOf(() => aesCbcKeyFromCryptoKey(key))).toBe('key-invalid');
      }

      const agreement = await subtle.generateKey(ECDH, false, ['deriveBits']);
      const signing = await subtle.generateKey(ECDSA, false, ['sign']);
      for (const pair of [
        signing,
        { ...agreement, publicKey: signing.publicKey },
        { ...agreement, privateKey: signing.privateKey },
        await subtle.generateKey({ ...ECDH, namedCurve: 'P-384' }, false, ['deriveBits']),
        await subtle.generateKey(ECDH, false, ['deriveKey']),
      ]) {
        const { privateKey, publicKey } = pair;
        expect(await codeOf(() => ecPrivateKeyFromCryptoKeyPair({ privateKey, publicKey }))).toBe('key-invalid');
      }
      for (const pair of [
        agreement,
        { privateKey: signing.privateKey, publicKey: agreement.publicKey },
        { privateKey: agreement.privateKey, publicKey: signing.publicKey },
        await subtle.generateKey({ ...ECDSA, namedCurve: 'P-384' }, false, ['sign']),
      ]) {
        const { privateKey, publicKey } = pair;
        expect(await codeOf(() => signingKeyFromCryptoKeyPair({ privateKey, publicKey }))).toBe('key-invalid');
      }
    });
  });

  describe('a platform without WebCrypto', () => {
    it('is told from a bad argument', async () => {
      const verifier = await webcryptoSuite.importVerifyingKey(fromHex(SIGNER.publicKey));
      vi.spyOn(crypto, 'subtle', 'get').mockReturnValue(undefined as unknown as SubtleCrypto);
      expect(await codeOf(() => webcryptoSuite.sha256(ascii('message')))).toBe('suite-unsupported');
      expect(await codeOf(() => webcryptoSuite.importEcPublicKey(fromHex(SIGNER.publicKey)))).toBe('suite-unsupported');
      expect(await codeOf(() => verifier.verify(ascii('sample'), fromHex(SIGNER.sample)))).toBe('suite-unsupported');
    });
  });
}
