import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CryptoSuite } from '../../../src/crypto/suite.js';
import * as account from '../../../src/keychain/account/index.js';
import { generateFolderKey, generateRecordKey, RecordKey } from '../../../src/keychain/keys.js';
import { encodeBase64Url } from '../../../src/wire/base64.js';
import { concatBytes, encodeUtf8 } from '../../../src/wire/bytes.js';
import known from '../../fixtures/keychain/account.json' with { type: 'json' };
import { codeOf, counting, drawing, flipped, hex, toHex } from './support.js';

// What every suite must do alike, on every platform. The known answers were computed with Python's cryptography.

const PASSWORD = known.password;
/** Few enough iterations for a test. */
const low = { minimumIterations: 1 };
const parameters = { salt: hex(known.salt), iterations: known.iterations };

export function describeAccountKeys(suite: CryptoSuite): void {
  const options = { ...low, suite };

  describe(`account keys over ${suite.name}`, () => {
    const dataKey = () => account.importDataKey(hex(known.dataKey), { suite, extractable: true });

    describe('primitives', () => {
      it('HMAC-SHA-256 of RFC 4231, case 2', async () => {
        const mac = await suite.hmacSha256(encodeUtf8('Jefe'), encodeUtf8('what do ya want for nothing?'));
        expect(toHex(mac)).toBe('5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843');
        expect((await suite.hmacSha256(new Uint8Array(), new Uint8Array())).length).toBe(32);
      });

      // SP 800-38A, F.2.5 and F.2.6.
      const key = hex('603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4');
      const iv = hex('000102030405060708090a0b0c0d0e0f');
      const plaintext = hex('6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51');
      const ciphertext = hex('f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d');

      it('AES-CBC without padding', async () => {
        expect(toHex(await suite.encryptCbcBlocks(key, iv, plaintext))).toBe(toHex(ciphertext));
        expect(toHex(await suite.decryptCbcBlocks(key, iv, ciphertext))).toBe(toHex(plaintext));
        expect((await suite.encryptCbcBlocks(key, iv, new Uint8Array())).length).toBe(0);
        expect((await suite.decryptCbcBlocks(key, iv, new Uint8Array())).length).toBe(0);
      });

      it('decrypts whatever blocks there are', async () => {
        const garbled = await suite.decryptCbcBlocks(key, iv, flipped(ciphertext, 31));
        expect(toHex(garbled.subarray(0, 16))).toBe(toHex(plaintext.subarray(0, 16)));
      });

      it('refuses other lengths', async () => {
        for (const blocks of [suite.encryptCbcBlocks.bind(suite), suite.decryptCbcBlocks.bind(suite)]) {
          expect(await codeOf(() => blocks(key.subarray(1), iv, plaintext))).toBe('length-invalid');
          expect(await codeOf(() => blocks(key, iv.subarray(1), plaintext))).toBe('length-invalid');
          expect(await codeOf(() => blocks(key, iv, plaintext.subarray(1)))).toBe('length-invalid');
        }
      });
    });

    describe('encryption parameters', () => {
      const encryptionParams = hex(known.encryptionParams);

      it('are made as known', async () => {
        const made = await account.makeEncryptionParams(await dataKey(), PASSWORD, {
          ...low,
          iterations: known.iterations,
          suite: drawing(suite, known.salt, '303132333435363738393a3b3c3d3e3f'),
        });
        expect(toHex(made)).toBe(known.encryptionParams);
        expect(made.length).toBe(account.ENCRYPTION_PARAMS_LENGTH);
      });

      it('open, and say how', async () => {
        const opened = await account.openEncryptionParams(encryptionParams, PASSWORD, {
          ...options,
          extractable: true,
        });
        expect(toHex(await opened.dataKey.exportSecretBytes())).toBe(known.dataKey);
        expect(opened.report).toEqual({
          wrap: 'password',
          authenticated: false,
          kdf: { algorithm: 'PBKDF2-HMAC-SHA-256', iterations: known.iterations },
        });
        expect(account.readEncryptionParams(encryptionParams)).toEqual(parameters);
      });

      it('open with the password as bytes too', async () => {
        await account.openEncryptionParams(encryptionParams, encodeUtf8(PASSWORD), options);
      });

      it('give a key that keeps its bytes unless told otherwise', async () => {
        const { dataKey } = await account.openEncryptionParams(encryptionParams, PASSWORD, options);
        expect(await codeOf(() => dataKey.exportSecretBytes())).toBe('key-not-extractable');
      });

      it('refuse another password, and halves that differ', async () => {
        const open = (bytes: Uint8Array, password = PASSWORD) =>
          codeOf(() => account.openEncryptionParams(bytes, password, options));
        expect(await open(encryptionParams, `${PASSWORD} `)).toBe('open-failed');
        expect(await open(hex(known.unequalHalves))).toBe('open-failed');
        for (const index of [4, 20, 36, 60, 84, 99])
          expect(await open(flipped(encryptionParams, index))).toBe('open-failed');
      });

      it('refuse ones that were forged so that the halves are equal under every key, like any other', async () => {
        const forged = new Uint8Array(encryptionParams);
        forged.copyWithin(20, 52, 68);
        forged.copyWithin(68, 36, 68);
        for (const password of [PASSWORD, 'another']) {
          await expect(account.openEncryptionParams(forged, password, options)).rejects.toMatchObject({
            code: 'open-failed',
            message: 'encryption parameters: expected ones made with this password',
          });
        }
      });

      it('refuse another version and other lengths before any derivation', async () => {
        const counted = counting(suite);
        const open = (bytes: Uint8Array) =>
          codeOf(() => account.openEncryptionParams(bytes, PASSWORD, { ...low, suite: counted.suite }));
        expect(await open(flipped(encryptionParams, 0))).toBe('header-invalid');
        expect(await open(encryptionParams.subarray(1))).toBe('length-invalid');
        expect(await open(concatBytes(encryptionParams, [0] as never))).toBe('length-invalid');
        expect(counted.derivations).toBe(0);
      });

      it('refuse iteration counts out of bounds before any derivation', async () => {
        const counted = counting(suite);
        const open = (iterations: number, bounds: account.KdfOptions = {}) => {
          const bytes = new Uint8Array(encryptionParams);
          bytes.set([iterations >> 16, iterations >> 8, iterations], 1);
          return codeOf(() => account.openEncryptionParams(bytes, PASSWORD, { ...bounds, suite: counted.suite }));
        };
        for (const iterations of [0, 1, 99_999, 10_000_001, 0xffffff]) {
          expect(await open(iterations)).toBe('parameter-out-of-range');
        }
        expect(await open(1_000_000, { minimumIterations: 1_000_001 })).toBe('parameter-out-of-range');
        expect(await open(1_000_000, { maximumIterations: 999_999 })).toBe('parameter-out-of-range');
        expect(counted.derivations).toBe(0);
        expect(await open(1000, { minimumIterations: 1000, maximumIterations: 1000 }).catch(() => 'opened')).toBe(
          'opened',
        );
      });

      it('are not made with counts out of bounds', async () => {
        const key = await dataKey();
        for (const iterations of [99_999, 10_000_001, 100_000.5, Number.NaN]) {
          expect(await codeOf(() => account.makeEncryptionParams(key, PASSWORD, { suite, iterations }))).toBe(
            'parameter-out-of-range',
          );
        }
        const high = { suite, iterations: 0x1000000, maximumIterations: 0x2000000 };
        expect(await codeOf(() => account.makeEncryptionParams(key, PASSWORD, high))).toBe('parameter-out-of-range');
      });

      it('carry any data key under any password', async () => {
        await fc.assert(
          fc.asyncProperty(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.string(), async (bytes, password) => {
            const key = await account.importDataKey(bytes, { suite, extractable: true });
            const made = await account.makeEncryptionParams(key, password, { ...options, iterations: 2 });
            const opened = await account.openEncryptionParams(made, password, { ...options, extractable: true });
            expect(await opened.dataKey.exportSecretBytes()).toEqual(Uint8Array.from(bytes));
          }),
          { numRuns: 15 },
        );
      });
    });

    describe('authentication verifiers and login proofs', () => {
      const verifier = hex(known.authVerifier);

      it('are made as known', async () => {
        const made = await account.makeAuthVerifier(PASSWORD, {
          ...low,
          iterations: known.iterations,
          suite: drawing(suite, known.salt),
        });
        expect(toHex(made)).toBe(known.authVerifier);
        expect(made.length).toBe(account.AUTH_VERIFIER_LENGTH);
        expect(account.readAuthVerifier(made)).toEqual(parameters);
      });

      it('check a password, and say what it cost', async () => {
        const kdf = { algorithm: 'PBKDF2-HMAC-SHA-256', iterations: known.iterations };
        expect(await account.checkAuthVerifier(verifier, PASSWORD, options)).toEqual({ matches: true, kdf });
        expect(await account.checkAuthVerifier(verifier, `${PASSWORD}.`, options)).toEqual({ matches: false, kdf });
        expect((await account.checkAuthVerifier(flipped(verifier, -1), PASSWORD, options)).matches).toBe(false);
      });

      it('both ends agree on a login proof', async () => {
        const { proof, kdf } = await account.deriveLoginProof(PASSWORD, account.readAuthVerifier(verifier), options);
        expect(toHex(proof)).toBe(known.loginProof);
        expect(kdf).toEqual({ algorithm: 'PBKDF2-HMAC-SHA-256', iterations: known.iterations });
        expect(await account.checkLoginProof(verifier, proof, { suite })).toBe(true);
        expect(await account.checkLoginProof(verifier, flipped(proof, 0), { suite })).toBe(false);
        expect(await account.checkLoginProof(verifier, flipped(proof, -1), { suite })).toBe(false);
      });

      it('refuse other lengths, versions and counts', async () => {
        const check = (bytes: Uint8Array, bounds: account.KdfOptions = low) =>
          codeOf(() => account.checkAuthVerifier(bytes, PASSWORD, { ...bounds, suite }));
        expect(await check(verifier.subarray(1))).toBe('length-invalid');
        expect(await check(flipped(verifier, 0))).toBe('header-invalid');
        expect(await check(verifier, {})).toBe('parameter-out-of-range');
        expect(await codeOf(() => account.checkLoginProof(verifier, new Uint8Array(31), { suite }))).toBe(
          'length-invalid',
        );
        expect(await codeOf(() => account.checkLoginProof(flipped(verifier, 0), new Uint8Array(32), { suite }))).toBe(
          'header-invalid',
        );
      });

      it('no derivation takes a count out of bounds or a short salt', async () => {
        const counted = counting(suite);
        const short = { salt: new Uint8Array(15), iterations: 100_000 };
        const few = { salt: new Uint8Array(16), iterations: 99_999 };
        const bare = { suite: counted.suite };
        expect(await codeOf(() => account.deriveLoginProof(PASSWORD, few, bare))).toBe('parameter-out-of-range');
        expect(await codeOf(() => account.deriveDomainKey('d', PASSWORD, few, bare))).toBe('parameter-out-of-range');
        expect(await codeOf(() => account.deriveLoginProof(PASSWORD, short, bare))).toBe('length-invalid');
        expect(await codeOf(() => account.deriveDomainKey('d', PASSWORD, short, bare))).toBe('length-invalid');
        expect(counted.derivations).toBe(0);
      });
    });

    describe('the domain-separated derivation', () => {
      it('derives as known', async () => {
        const derived = await account.deriveDomainKey(known.domain, PASSWORD, parameters, options);
        expect(toHex(derived.bytes)).toBe(known.domainKey);
        expect(derived.kdf).toEqual({ algorithm: 'PBKDF2-HMAC-SHA-512', iterations: known.iterations });
      });

      it('gives every domain a key of its own, though the rows of domain and password are equal', async () => {
        const one = await account.deriveDomainKey('ab', 'c', parameters, options);
        const other = await account.deriveDomainKey('a', 'bc', parameters, options);
        expect(toHex(one.bytes)).not.toBe(toHex(other.bytes));
      });

      it('refuses an empty domain', async () => {
        expect(await codeOf(() => account.deriveDomainKey('', PASSWORD, parameters, options))).toBe('argument-invalid');
      });
    });

    describe('the data key', () => {
      it('opens a record as known', async () => {
        const recordKey = await (await dataKey()).unwrapRecordKey(hex(known.wrappedRecordKey), { suite });
        expect(await recordKey.openData(hex(known.recordData))).toEqual({ title: 'Bank', type: 'login' });
      });

      it('prints as its kind', async () => {
        const key = await dataKey();
        expect(`${String(key)} ${JSON.stringify({ key })}`).toBe('[DataKey] {"key":"[DataKey]"}');
        expect(String(await account.generateTeamKey({ suite }))).toBe('[TeamKey]');
        expect(String(await account.generateAccountClientKey({ suite }))).toBe('[AccountClientKey]');
      });

      it('is imported of 32 bytes, which the caller may overwrite', async () => {
        expect(await codeOf(() => account.importDataKey(new Uint8Array(31), { suite }))).toBe('length-invalid');
        expect(await codeOf(() => account.importTeamKey(new Uint8Array(33), { suite }))).toBe('length-invalid');
        const bytes = hex(known.dataKey);
        const importing = account.importDataKey(bytes, { suite });
        bytes.fill(0);
        await (await importing).unwrapRecordKey(hex(known.wrappedRecordKey), { suite });
      });

      it('wraps record, folder and team keys, and unwraps them', async () => {
        const key = await account.generateDataKey({ suite });
        const extractable = { suite, extractable: true };
        const record = await generateRecordKey({ suite });
        const folder = await generateFolderKey({ suite });
        const team = await account.generateTeamKey({ suite });
        const bytes = async (one: { exportSecretBytes(): Promise<Uint8Array> }) => toHex(await one.exportSecretBytes());
        const wrapped = await key.wrapRecordKey(record);
        expect(wrapped.length).toBe(60);
        expect(await bytes(await key.unwrapRecordKey(wrapped, extractable))).toBe(await bytes(record));
        expect(await bytes(await key.unwrapFolderKey(await key.wrapFolderKey(folder), extractable))).toBe(
          await bytes(folder),
        );
        const opened = await key.unwrapTeamKey(await key.wrapTeamKey(team), extractable);
        expect(await bytes(opened)).toBe(await bytes(team));
        expect(await bytes(await opened.unwrapFolderKey(await team.wrapFolderKey(folder), extractable))).toBe(
          await bytes(folder),
        );
        expect(await bytes(await opened.unwrapRecordKey(await team.wrapRecordKey(record), extractable))).toBe(
          await bytes(record),
        );
      });

      it('refuses what another key wrapped, and what was changed', async () => {
        const key = await dataKey();
        const other = await account.generateDataKey({ suite });
        const record = await generateRecordKey({ suite });
        for (const wrapped of [await other.wrapRecordKey(record), flipped(await key.wrapRecordKey(record), 30)]) {
          expect(await codeOf(() => key.unwrapRecordKey(wrapped, { suite }))).toBe('open-failed');
          expect(await codeOf(() => key.unwrapFolderKey(wrapped, { suite }))).toBe('open-failed');
          expect(await codeOf(() => key.unwrapTeamKey(wrapped, { suite }))).toBe('open-failed');
        }
        expect(await codeOf(() => key.unwrapRecordKey(new Uint8Array(27), { suite }))).toBe('message-too-short');
      });

      it('never takes an AES-CBC wrap for an AES-GCM one', async () => {
        const key = await dataKey();
        const wrapped = hex(known.cbcWrappedRecordKey);
        expect(['open-failed', 'length-invalid']).toContain(
          await codeOf(() => key.unwrapRecordKey(wrapped, { suite })),
        );
        expect(await codeOf(() => key.unwrapFolderKey(wrapped, { suite }))).toBe('open-failed');
      });

      it('has no AES-CBC side unless it was made with one', async () => {
        const bare = new account.DataKey({ key: await suite.importAesKey(hex(known.dataKey)) });
        expect(await codeOf(() => bare.unauthenticatedKey())).toBe('suite-unsupported');
        expect(await codeOf(() => account.openAccountClientKey(bare, hex(known.encryptedClientKey), { suite }))).toBe(
          'suite-unsupported',
        );
      });
    });

    describe("the account's EC key pair", () => {
      const sealed = { publicKey: hex(known.ecPublicKey), encryptedPrivateKey: hex(known.encryptedEcPrivateKey) };

      it('opens as known', async () => {
        const { privateKey, report } = await account.openEcKeyPair(await dataKey(), sealed, {
          suite,
          extractable: true,
        });
        expect(toHex((await privateKey.exportSecretBytes?.()) ?? new Uint8Array())).toBe(known.ecPrivateKey);
        expect(toHex(privateKey.publicKey.bytes)).toBe(known.ecPublicKey);
        expect(report).toEqual({ wrap: 'data-key-gcm', authenticated: true });
      });

      it('is made and opened', async () => {
        const key = await dataKey();
        const made = await account.createEcKeyPair(key, { suite });
        expect(made.sealed.encryptedPrivateKey.length).toBe(60);
        const opened = await account.openEcKeyPair(key, made.sealed, { suite });
        expect(toHex(opened.privateKey.publicKey.bytes)).toBe(toHex(made.sealed.publicKey));
      });

      it('refuses a public half that does not fit, and changed bytes', async () => {
        const key = await dataKey();
        const other = await account.createEcKeyPair(key, { suite });
        const open = (changes: object) =>
          codeOf(() => account.openEcKeyPair(key, { ...sealed, ...changes }, { suite }));
        expect(await open({ publicKey: other.sealed.publicKey })).toBe('key-invalid');
        expect(await open({ encryptedPrivateKey: flipped(sealed.encryptedPrivateKey, 20) })).toBe('open-failed');
        const aes = await suite.importAesKey(hex(known.dataKey));
        expect(await open({ encryptedPrivateKey: await aes.seal(new Uint8Array(31).fill(1)) })).toBe('key-invalid');
        expect(await open({ encryptedPrivateKey: await aes.seal(new Uint8Array(32)) })).toBe('key-invalid');
      });

      if (suite.name === 'webcrypto') {
        it('needs the public half under WebCrypto', async () => {
          const { encryptedPrivateKey } = sealed;
          expect(
            await codeOf(async () => account.openEcKeyPair(await dataKey(), { encryptedPrivateKey }, { suite })),
          ).toBe('public-key-required');
        });
      } else {
        it('needs no public half', async () => {
          const { encryptedPrivateKey } = sealed;
          const { privateKey } = await account.openEcKeyPair(await dataKey(), { encryptedPrivateKey }, { suite });
          expect(toHex(privateKey.publicKey.bytes)).toBe(known.ecPublicKey);
        });
      }

      it('is not wrapped without its bytes', async () => {
        const key = await dataKey();
        const privateKey = await suite.generateEcPrivateKey();
        expect(await codeOf(() => key.wrapEcPrivateKey(privateKey))).toBe('key-not-extractable');
        const remote = { publicKey: privateKey.publicKey, sharedSecret: privateKey.sharedSecret.bind(privateKey) };
        expect(await codeOf(() => key.wrapEcPrivateKey(remote))).toBe('key-not-extractable');
      });
    });

    describe('the client key', () => {
      it('opens as known, unauthenticated', async () => {
        const wrapped = hex(known.encryptedClientKey);
        const opened = await account.openAccountClientKey(await dataKey(), wrapped, { suite, extractable: true });
        expect(toHex(await opened.clientKey.exportSecretBytes())).toBe(known.clientKey);
        expect(opened.report).toEqual({ wrap: 'data-key-cbc', authenticated: false });
      });

      it('is made, wrapped and opened', async () => {
        const key = await dataKey();
        const clientKey = await account.generateAccountClientKey({ suite });
        const wrapped = await account.wrapAccountClientKey(key, clientKey);
        expect(wrapped.length).toBe(64);
        const opened = await account.openAccountClientKey(key, wrapped, { suite, extractable: true });
        expect(await opened.clientKey.exportSecretBytes()).toEqual(await clientKey.exportSecretBytes());
      });

      it('fails in one way', async () => {
        const key = await dataKey();
        const cbc = await suite.importAesCbcKey(hex(known.dataKey));
        const wrapped = hex(known.encryptedClientKey);
        for (const bytes of [
          wrapped.subarray(1),
          wrapped.subarray(16),
          flipped(wrapped, -20),
          new Uint8Array(16),
          await cbc.seal(new Uint8Array(31)),
          await cbc.seal(new Uint8Array(33)),
        ]) {
          expect(await codeOf(() => account.openAccountClientKey(key, bytes, { suite }))).toBe('open-failed');
        }
      });
    });

    describe('the data key of a device', () => {
      const device = () =>
        suite.importEcPrivateKey({ privateKey: hex(known.ecPrivateKey), publicKey: hex(known.ecPublicKey) });

      it('opens as known', async () => {
        const opened = await account.openDeviceDataKey(await device(), hex(known.deviceDataKey), {
          suite,
          extractable: true,
        });
        expect(toHex(await opened.dataKey.exportSecretBytes())).toBe(known.dataKey);
        expect(opened.report).toEqual({ wrap: 'device', authenticated: true });
      });

      it('goes from a device to another', async () => {
        const there = await suite.generateEcPrivateKey();
        for (const to of [there.publicKey, there.publicKey.bytes]) {
          const wrapped = await account.wrapDataKeyToDevice(await dataKey(), to, { suite });
          expect(wrapped.length).toBe(125);
          const { dataKey: opened } = await account.openDeviceDataKey(there, wrapped, { suite, extractable: true });
          expect(toHex(await opened.exportSecretBytes())).toBe(known.dataKey);
        }
      });

      it('refuses a key of another length, other devices and changed bytes', async () => {
        const here = await device();
        const wrapped = hex(known.deviceDataKey);
        const open = (bytes: Uint8Array) => codeOf(() => account.openDeviceDataKey(here, bytes, { suite }));
        expect(await open(hex(known.deviceShortKey))).toBe('open-failed');
        expect(await open(flipped(wrapped, -1))).toBe('open-failed');
        expect(await open(flipped(wrapped, 64))).toBe('point-invalid');
        expect(await open(wrapped.subarray(0, 92))).toBe('message-too-short');
        const other = await suite.generateEcPrivateKey();
        expect(await codeOf(() => account.openDeviceDataKey(other, wrapped, { suite }))).toBe('open-failed');
      });
    });

    describe('a data key of whatever kind the server sends', () => {
      const wraps: account.WrappedDataKey[] = [
        { kind: 'password', encryptionParams: hex(known.encryptionParams) },
        { kind: 'device', bytes: hex(known.deviceDataKey) },
        { kind: 'alternate', bytes: hex(known.alternate), parameters },
      ];
      const secrets = async (): Promise<account.DataKeySecrets> => ({
        password: PASSWORD,
        deviceKey: await suite.importEcPrivateKey({
          privateKey: hex(known.ecPrivateKey),
          publicKey: hex(known.ecPublicKey),
        }),
        alternate: { domain: known.domain, password: PASSWORD },
      });

      it.each(wraps)('opens by $kind where that is allowed', async (wrapped) => {
        const opened = await account.openDataKey(wrapped, await secrets(), {
          ...options,
          allowedWraps: [wrapped.kind],
          extractable: true,
        });
        expect(toHex(await opened.dataKey.exportSecretBytes())).toBe(known.dataKey);
        expect(opened.report.wrap).toBe(wrapped.kind);
        expect(opened.digest).toBeUndefined();
        const allowed = { ...options, allowedWraps: [wrapped.kind], digests: true };
        const { digest } = await account.openDataKey(wrapped, await secrets(), allowed);
        const hash = await suite.sha256(hex(known.dataKey));
        expect(digest).toBe(encodeBase64Url(hash.subarray(0, 16)));
      });

      it.each(wraps)('refuses $kind where it is not, though the secret is there', async (wrapped) => {
        const allowedWraps = (['password', 'device', 'alternate'] as const).filter((kind) => kind !== wrapped.kind);
        const given = await secrets();
        expect(await codeOf(() => account.openDataKey(wrapped, given, { ...options, allowedWraps }))).toBe(
          'wrap-refused',
        );
      });

      it.each(wraps)('says when the secret for $kind is missing', async (wrapped) => {
        const allowedWraps = [wrapped.kind];
        expect(await codeOf(() => account.openDataKey(wrapped, {}, { ...options, allowedWraps }))).toBe('key-missing');
      });

      it('wraps under a key of the domain-separated derivation', async () => {
        const made = await account.wrapAlternateDataKey(await dataKey(), 'd', PASSWORD, parameters, options);
        const opened = await account.openAlternateDataKey(made, 'd', PASSWORD, parameters, {
          ...options,
          extractable: true,
        });
        expect(toHex(await opened.dataKey.exportSecretBytes())).toBe(known.dataKey);
        expect(await codeOf(() => account.openAlternateDataKey(made, 'e', PASSWORD, parameters, options))).toBe(
          'open-failed',
        );
        const aes = await suite.importAesKey((await account.deriveDomainKey('d', PASSWORD, parameters, options)).bytes);
        const long = await aes.seal(new Uint8Array(33));
        expect(await codeOf(() => account.openAlternateDataKey(long, 'd', PASSWORD, parameters, options))).toBe(
          'open-failed',
        );
      });
    });

    describe('sharing', () => {
      it('opens a record key as known', async () => {
        const user = await suite.importEcPrivateKey({
          privateKey: hex(known.ecPrivateKey),
          publicKey: hex(known.ecPublicKey),
        });
        const { key, report } = await account.openSharedRecordKey(user, hex(known.sharedRecordKey), { suite });
        expect(await key.openData(hex(known.recordData))).toEqual({ title: 'Bank', type: 'login' });
        expect(report).toEqual({ wrap: 'user-ec', authenticated: true });
      });

      it('goes from user to user, for records, folders and teams', async () => {
        const user = await suite.generateEcPrivateKey();
        const extractable = { suite, extractable: true };
        const kinds = [
          [await generateRecordKey({ suite }), account.openSharedRecordKey],
          [await generateFolderKey({ suite }), account.openSharedFolderKey],
          [await account.generateTeamKey({ suite }), account.openSharedTeamKey],
        ] as const;
        for (const [key, open] of kinds) {
          const wrapped = await account.shareKey(user.publicKey, key, { suite });
          const opened = await open(user, wrapped, extractable);
          expect(await opened.key.exportSecretBytes()).toEqual(await key.exportSecretBytes());
        }
      });

      it('refuses a key of another length', async () => {
        const user = await suite.importEcPrivateKey({
          privateKey: hex(known.ecPrivateKey),
          publicKey: hex(known.ecPublicKey),
        });
        for (const open of [account.openSharedRecordKey, account.openSharedFolderKey, account.openSharedTeamKey]) {
          expect(await codeOf(() => open(user, hex(known.deviceShortKey), { suite }))).toBe('open-failed');
        }
      });

      it("refuses to wrap to a key that is not the user's as known", async () => {
        const user = await suite.generateEcPrivateKey();
        const server = await suite.generateEcPrivateKey();
        const key = await generateRecordKey({ suite });
        const expectedPublicKey = user.publicKey.bytes;
        for (const to of [server.publicKey, server.publicKey.bytes]) {
          expect(await codeOf(() => account.shareKey(to, key, { suite, expectedPublicKey }))).toBe(
            'user-key-unexpected',
          );
        }
        await account.shareKey(user.publicKey, key, { suite, expectedPublicKey });
      });

      it('shares no key whose bytes are out of reach', async () => {
        const user = await suite.generateEcPrivateKey();
        const key = new RecordKey(await suite.importAesKey(hex(known.recordKey)));
        expect(await codeOf(() => account.shareKey(user.publicKey, key, { suite }))).toBe('key-not-extractable');
      });
    });
  });
}
