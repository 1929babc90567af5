import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultSuite, type EcPrivateKey } from 'vaultwire/crypto';
import {
  generateMlKemPrivateKey,
  importMlKemPublicKey,
  open as openHybrid,
  seal as sealHybrid,
} from 'vaultwire/ecies/hybrid';
import {
  checkAuthVerifier,
  checkLoginProof,
  createEcKeyPair,
  deriveDomainKey,
  deriveLoginProof,
  generateAccountClientKey,
  generateDataKey,
  generateTeamKey,
  makeAuthVerifier,
  makeEncryptionParams,
  openAccountClientKey,
  openAlternateDataKey,
  openDeviceDataKey,
  openEcKeyPair,
  openEncryptionParams,
  openSharedRecordKey,
  readAuthVerifier,
  shareKey,
  wrapAccountClientKey,
  wrapAlternateDataKey,
  wrapDataKeyToDevice,
  WRAP_KINDS,
  type DataKey,
} from 'vaultwire/keychain/account';
import { generateFolderKey, generateRecordKey } from 'vaultwire/keychain';
import { importLegacyRecordKey, unwrapLegacyRecordKey, wrapLegacyKey } from 'vaultwire/keychain/legacy-cbc';
import {
  importRsaPrivateKey,
  openRsaPrivateKey,
  openRsaRecordKey,
  sealRsaPrivateKey,
  shareKeyByRsa,
} from 'vaultwire/keychain/rsa';
import { openVault, type SealedVault } from 'vaultwire/keychain/vault';
import { sealAccountRequest } from 'vaultwire/transmission/account';
import type { SeenAccountRequest } from '../../reference/src/index.js';
import type { RunningServer, ServerOptions } from '../../reference/src/server.js';
import known from '../fixtures/keychain/rsa.json' with { type: 'json' };
import { flipped, hex } from '../keychain/account/support.js';
import { ACCOUNT_SEED, ACCOUNT_UIDS, accountClient, fetchKeys, PASSWORD } from '../reference/account-support.js';
import { testServer, whenDone } from '../reference/support.js';
import { refused } from '../support/refused.js';
import {
  asBytes,
  asEcPrivateKey,
  asEcPublicKey,
  asRsaPrivateKey,
  asRsaPublicKey,
  CommanderError,
  commanderPython,
  startCommander,
  type Commander,
} from './account-commander.js';

// Keeper Commander, which we did not write, on the keys and envelopes of accounts: it opens what we make, we open what
// it makes, and its requests are answered by our server over HTTPS.

const found = await commanderPython();
if ('missing' in found) console.log(`Skipped the tests against Keeper Commander: ${found.missing}.`);
const python = 'python' in found ? found.python : '';

const ITERATIONS = 100_000;
const MASTER_PASSWORD = 'pässword 🔑 with spaces ';
const draw = (length: number): Uint8Array => new Uint8Array(randomBytes(length));
const EXTRACTABLE = { extractable: true } as const;

interface KeyPair {
  readonly privateKey: Uint8Array;
  readonly publicKey: Uint8Array;
}

describe.skipIf(python === '')('the keys of an account, with Keeper Commander', () => {
  let commander: Commander;
  let dataKey: DataKey;
  let dataKeyBytes: Uint8Array;
  beforeAll(async () => {
    commander = await startCommander(python);
    dataKey = await generateDataKey();
    dataKeyBytes = await dataKey.exportSecretBytes();
  });
  afterAll(() => commander.close());

  const exportScalar = async (key: EcPrivateKey): Promise<Uint8Array> => {
    if (!key.exportSecretBytes) throw new Error('expected an extractable key');
    return key.exportSecretBytes();
  };

  describe('under a master password', () => {
    it('it opens our encryption parameters', async () => {
      const made = await makeEncryptionParams(dataKey, MASTER_PASSWORD, { iterations: ITERATIONS });
      expect(await commander.call('utils.decrypt_encryption_params', asBytes(made), MASTER_PASSWORD)).toEqual(
        dataKeyBytes,
      );
      const options = { kind: 'password', wrapped: asBytes(made), password: MASTER_PASSWORD };
      expect(await commander.ask('data-key', options)).toEqual(dataKeyBytes);
    });

    it('we open its encryption parameters', async () => {
      const made = await commander.call(
        'utils.create_encryption_params',
        MASTER_PASSWORD,
        asBytes(draw(16)),
        ITERATIONS,
        asBytes(dataKeyBytes),
      );
      const opened = await openEncryptionParams(made, MASTER_PASSWORD, EXTRACTABLE);
      expect(await opened.dataKey.exportSecretBytes()).toEqual(dataKeyBytes);
      expect(opened.report.kdf?.iterations).toBe(ITERATIONS);
    });

    it('neither opens those of another password, or cut ones', async () => {
      const ours = await makeEncryptionParams(dataKey, MASTER_PASSWORD, { iterations: ITERATIONS });
      for (const [params, password, code] of [
        [ours, 'another', 'open-failed'],
        [flipped(ours, -1), MASTER_PASSWORD, 'open-failed'],
        [ours.subarray(0, 99), MASTER_PASSWORD, 'length-invalid'],
      ] as const) {
        await expect(commander.call('utils.decrypt_encryption_params', asBytes(params), password)).rejects.toThrow(
          CommanderError,
        );
        await expect(openEncryptionParams(params, password)).rejects.toMatchObject({ code });
      }
    });

    it('both make the same verifier and the same proof, and we check its', async () => {
      const verifier = await makeAuthVerifier(MASTER_PASSWORD, { iterations: ITERATIONS });
      const { salt, iterations } = readAuthVerifier(verifier);
      const its = [MASTER_PASSWORD, asBytes(salt), iterations] as const;
      expect(await commander.call('utils.create_auth_verifier', ...its)).toEqual(new Uint8Array(verifier));
      const proof = await commander.call('crypto.derive_keyhash_v1', ...its);
      expect((await deriveLoginProof(MASTER_PASSWORD, { salt, iterations })).proof).toEqual(proof);
      expect(await checkLoginProof(verifier, proof)).toBe(true);
      expect(await checkLoginProof(verifier, flipped(proof, 0))).toBe(false);
      const fresh = await commander.call('utils.create_auth_verifier', MASTER_PASSWORD, asBytes(draw(16)), 100_001);
      expect(await checkAuthVerifier(fresh, MASTER_PASSWORD)).toMatchObject({ matches: true });
      expect(await checkAuthVerifier(fresh, 'another')).toMatchObject({ matches: false });
    });

    it('both derive the same key for a domain', async () => {
      const salt = draw(16);
      for (const domain of ['data_key', 'biometric']) {
        const { bytes } = await deriveDomainKey(domain, MASTER_PASSWORD, { salt, iterations: ITERATIONS });
        const its = [domain, MASTER_PASSWORD, asBytes(salt), ITERATIONS] as const;
        expect(await commander.call('crypto.derive_keyhash_v2', ...its)).toEqual(bytes);
      }
    });

    it('both open an alternate data key of the other', async () => {
      const parameters = { salt: draw(16), iterations: ITERATIONS };
      const ours = await wrapAlternateDataKey(dataKey, 'data_key', MASTER_PASSWORD, parameters);
      const its = { salt: asBytes(parameters.salt), iterations: ITERATIONS, password: MASTER_PASSWORD };
      expect(await commander.ask('data-key', { kind: 'alternate', wrapped: asBytes(ours), ...its })).toEqual(
        dataKeyBytes,
      );
      const key = await commander.call(
        'crypto.derive_keyhash_v2',
        'data_key',
        MASTER_PASSWORD,
        its.salt,
        its.iterations,
      );
      const made = await commander.call('crypto.encrypt_aes_v2', asBytes(dataKeyBytes), asBytes(key));
      const opened = await openAlternateDataKey(made, 'data_key', MASTER_PASSWORD, parameters, EXTRACTABLE);
      expect(await opened.dataKey.exportSecretBytes()).toEqual(dataKeyBytes);
    });
  });

  describe('under key pairs', () => {
    it('both open a data key that the other wrapped to a device', async () => {
      const device = await defaultSuite.generateEcPrivateKey(EXTRACTABLE);
      const ours = await wrapDataKeyToDevice(dataKey, device.publicKey);
      const devicePrivateKey = asBytes(await exportScalar(device));
      expect(await commander.ask('data-key', { kind: 'device', wrapped: asBytes(ours), devicePrivateKey })).toEqual(
        dataKeyBytes,
      );
      const made = await commander.call(
        'crypto.encrypt_ec',
        asBytes(dataKeyBytes),
        asEcPublicKey(device.publicKey.bytes),
      );
      const opened = await openDeviceDataKey(device, made, EXTRACTABLE);
      expect(await opened.dataKey.exportSecretBytes()).toEqual(dataKeyBytes);
      await expect(
        commander.call('crypto.decrypt_ec', asBytes(flipped(made, 80)), asEcPrivateKey(await exportScalar(device))),
      ).rejects.toThrow(CommanderError);
      await refused('open-failed', () => openDeviceDataKey(device, flipped(made, 80)));
    });

    it("both open the other's EC key pair of an account", async () => {
      const { privateKey, sealed } = await createEcKeyPair(dataKey);
      const scalar = await commander.call(
        'crypto.decrypt_aes_v2',
        asBytes(sealed.encryptedPrivateKey),
        asBytes(dataKeyBytes),
      );
      expect(scalar).toEqual(await exportScalar(privateKey));
      const its = await commander.ask<KeyPair>('new-ec-key');
      const encryptedPrivateKey = await commander.call(
        'crypto.encrypt_aes_v2',
        asBytes(its.privateKey),
        asBytes(dataKeyBytes),
      );
      const opened = await openEcKeyPair(dataKey, { publicKey: its.publicKey, encryptedPrivateKey }, EXTRACTABLE);
      expect(await exportScalar(opened.privateKey)).toEqual(its.privateKey);
    });

    it("both open the other's client key of an account", async () => {
      const clientKey = await generateAccountClientKey();
      const ours = await wrapAccountClientKey(dataKey, clientKey);
      expect(await commander.call('crypto.decrypt_aes_v1', asBytes(ours), asBytes(dataKeyBytes))).toEqual(
        await clientKey.exportSecretBytes(),
      );
      const bytes = draw(32);
      const made = await commander.call('crypto.encrypt_aes_v1', asBytes(bytes), asBytes(dataKeyBytes));
      const opened = await openAccountClientKey(dataKey, made, EXTRACTABLE);
      expect(await opened.clientKey.exportSecretBytes()).toEqual(bytes);
    });

    it('both open a key that the other shared to an EC key', async () => {
      const user = await defaultSuite.generateEcPrivateKey(EXTRACTABLE);
      const privateKey = asEcPrivateKey(await exportScalar(user));
      for (const key of [
        await generateRecordKey(EXTRACTABLE),
        await generateFolderKey(EXTRACTABLE),
        await generateTeamKey(),
      ]) {
        const ours = await shareKey(user.publicKey, key);
        expect(await commander.call('crypto.decrypt_ec', asBytes(ours), privateKey)).toEqual(
          await key.exportSecretBytes(),
        );
      }
      const bytes = draw(32);
      const made = await commander.call('crypto.encrypt_ec', asBytes(bytes), asEcPublicKey(user.publicKey.bytes));
      const { key } = await openSharedRecordKey(user, made, EXTRACTABLE);
      expect(await key.exportSecretBytes()).toEqual(bytes);
    });

    it("both open the other's RSA private key, and a key that the other shared to it", async () => {
      const its = await commander.ask<KeyPair>('new-rsa-key');
      const pairs = [its, { privateKey: hex(known.privateKey), publicKey: hex(known.publicKey) }];
      for (const { privateKey, publicKey } of pairs) {
        const ours = await sealRsaPrivateKey(dataKey, privateKey);
        expect(await commander.call('crypto.decrypt_aes_v1', asBytes(ours), asBytes(dataKeyBytes))).toEqual(privateKey);
        const sealed = await commander.call('crypto.encrypt_aes_v1', asBytes(privateKey), asBytes(dataKeyBytes));
        const user = (await openRsaPrivateKey(dataKey, sealed)).privateKey;

        const recordKey = await generateRecordKey(EXTRACTABLE);
        const shared = await shareKeyByRsa({ rsaPublicKey: publicKey }, recordKey);
        expect(await commander.call('crypto.decrypt_rsa', asBytes(shared), asRsaPrivateKey(privateKey))).toEqual(
          await recordKey.exportSecretBytes(),
        );
        const bytes = draw(32);
        const made = await commander.call('crypto.encrypt_rsa', asBytes(bytes), asRsaPublicKey(publicKey));
        const { key } = await openRsaRecordKey(user, made, EXTRACTABLE);
        expect(await key.exportSecretBytes()).toEqual(bytes);
      }
    });

    it('A9: a wrapped key that it made of another length is a key for us as any other, which opens nothing', async () => {
      const user = await importRsaPrivateKey(hex(known.privateKey));
      const short = await commander.call('crypto.encrypt_rsa', asBytes(draw(31)), asRsaPublicKey(hex(known.publicKey)));
      const { key } = await openRsaRecordKey(user, short, EXTRACTABLE);
      expect(await key.exportSecretBytes()).toHaveLength(32);
      const again = await openRsaRecordKey(user, short, EXTRACTABLE);
      expect(await again.key.exportSecretBytes()).toEqual(await key.exportSecretBytes());
    });

    it("both open the other's record of old", async () => {
      const bytes = draw(32);
      const key = await importLegacyRecordKey(bytes, EXTRACTABLE);
      const wrapped = await wrapLegacyKey(dataKey, key);
      expect(await commander.call('crypto.decrypt_aes_v1', asBytes(wrapped), asBytes(dataKeyBytes))).toEqual(bytes);
      const document = { title: 'Öld', secret1: 'user' };
      const data = await key.sealData(document);
      const text = await commander.call('crypto.decrypt_aes_v1', asBytes(data), asBytes(bytes));
      expect(JSON.parse(new TextDecoder().decode(text))).toEqual(document);

      const itsKey = await commander.call('crypto.encrypt_aes_v1', asBytes(bytes), asBytes(dataKeyBytes));
      const json = new TextEncoder().encode(JSON.stringify(document));
      const itsData = await commander.call('crypto.encrypt_aes_v1', asBytes(json), asBytes(bytes));
      const opened = await unwrapLegacyRecordKey(dataKey, itsKey);
      expect((await opened.value.openData(itsData)).value).toEqual(document);
    });
  });

  it('we open a whole vault that it made, however each key is wrapped', async () => {
    const user = await commander.ask<KeyPair>('new-ec-key');
    const rsa = await commander.ask<KeyPair>('new-rsa-key');
    const seal = (name: string, key: Uint8Array, value: object | Uint8Array): Promise<Uint8Array> => {
      const bytes = value instanceof Uint8Array ? value : new TextEncoder().encode(JSON.stringify(value));
      return commander.call(`crypto.${name}`, asBytes(bytes), asBytes(key));
    };
    const [folderKey, teamKey, keys] = [draw(32), draw(32), Array.from({ length: 6 }, () => draw(32))] as const;
    const key = (index: number): Uint8Array => keys[index] ?? draw(32);
    const uid = (index: number): string => Buffer.from(`interop-record-${index}`).toString('base64url');
    const folderUid = Buffer.from('interop-folder-0').toString('base64url');
    const teamUid = Buffer.from('interop-a-team-0').toString('base64url');
    const wrapped = [
      { kind: 'data-key-gcm', bytes: await seal('encrypt_aes_v2', dataKeyBytes, key(0)) },
      { kind: 'data-key-cbc', bytes: await seal('encrypt_aes_v1', dataKeyBytes, key(1)) },
      {
        kind: 'user-ec',
        bytes: await commander.call('crypto.encrypt_ec', asBytes(key(2)), asEcPublicKey(user.publicKey)),
      },
      {
        kind: 'user-rsa',
        bytes: await commander.call('crypto.encrypt_rsa', asBytes(key(3)), asRsaPublicKey(rsa.publicKey)),
      },
      { kind: 'folder-gcm', byUid: folderUid, bytes: await seal('encrypt_aes_v2', folderKey, key(4)) },
      { kind: 'folder-cbc', byUid: folderUid, bytes: await seal('encrypt_aes_v1', folderKey, key(5)) },
    ] as const;
    const vault: SealedVault = {
      teams: [
        {
          uid: teamUid,
          keys: [
            {
              kind: 'user-ec',
              bytes: await commander.call('crypto.encrypt_ec', asBytes(teamKey), asEcPublicKey(user.publicKey)),
            },
          ],
        },
      ],
      folders: [
        {
          uid: folderUid,
          keys: [{ kind: 'team-gcm', byUid: teamUid, bytes: await seal('encrypt_aes_v2', teamKey, folderKey) }],
          data: { cipher: 'cbc', bytes: await seal('encrypt_aes_v1', folderKey, { name: 'Shared' }) },
        },
      ],
      records: await Promise.all(
        wrapped.map(async (one, index) => ({
          uid: uid(index),
          keys: [one],
          data: { cipher: 'gcm' as const, bytes: await seal('encrypt_aes_v2', key(index), { title: one.kind }) },
          revision: 1,
        })),
      ),
    };
    const { folders, records, failed } = await openVault(
      vault,
      {
        dataKey,
        ecPrivateKey: await defaultSuite.importEcPrivateKey(user),
        rsaPrivateKey: await importRsaPrivateKey(rsa.privateKey),
      },
      { allowedWraps: WRAP_KINDS },
    );
    expect(failed).toEqual([]);
    expect(folders.map(({ data }) => data)).toEqual([{ name: 'Shared' }]);
    expect(records.map(({ data, report }) => [data['title'], report.wrap])).toEqual(
      wrapped.map(({ kind }) => [kind, kind]),
    );
  });

  describe('in hybrid mode', () => {
    it('we open what it sealed', async () => {
      const ec = await defaultSuite.generateEcPrivateKey();
      const mlKem = (await generateMlKemPrivateKey('ML-KEM-1024')).privateKey;
      const secret = draw(32);
      const made = await commander.ask<Record<string, Uint8Array>>('encrypt-qrc', {
        transmissionKey: asBytes(secret),
        ecPublicKey: asEcPublicKey(ec.publicKey.bytes),
        mlKemPublicKey: asBytes(mlKem.publicKey.bytes),
      });
      const message = {
        clientEcPublicKey: made['client_ec_public_key'] ?? draw(0),
        mlKemEncapsulatedKey: made['ml_kem_encapsulated_key'] ?? draw(0),
        data: made['data'] ?? draw(0),
        version: Number(made['msg_version']),
      };
      expect(await openHybrid({ ec, mlKem }, message)).toEqual(secret);
      const changed = { ...message, mlKemEncapsulatedKey: flipped(message.mlKemEncapsulatedKey, 700) };
      await refused('open-failed', () => openHybrid({ ec, mlKem }, changed));
    });

    it.each(['ec', 'hybrid'] as const)('it reads our request in %s mode, key, payload and session', async (mode) => {
      const ec = await commander.ask<KeyPair>('new-ec-key');
      const mlKem = await commander.ask<KeyPair>('new-ml-kem-key');
      const payload = draw(300);
      const sessionToken = draw(48);
      const { body, transmissionKey } = await sealAccountRequest({
        serverKey: { id: 12, publicKey: await defaultSuite.importEcPublicKey(ec.publicKey) },
        ...(mode === 'hybrid' && {
          hybrid: {
            mlKemKey: { id: 136, publicKey: importMlKemPublicKey('ML-KEM-1024', mlKem.publicKey) },
            seal: sealHybrid,
            optionalData: false,
          },
        }),
        payload,
        sessionToken,
        apiVersion: 3,
        locale: 'de_DE',
      });
      const said = await commander.ask<Record<string, unknown>>('open-request', {
        body: asBytes(body),
        ecPrivateKey: asEcPrivateKey(ec.privateKey),
        ...(mode === 'hybrid' && { mlKemPrivateKey: asBytes(mlKem.privateKey) }),
      });
      expect(said).toMatchObject({
        publicKeyId: mode === 'ec' ? 12 : 136,
        ecKeyId: mode === 'ec' ? 0 : 12,
        locale: 'de_DE',
        payload,
        sessionToken,
        apiVersion: 3,
      });
      const answer = await commander.call(
        'crypto.encrypt_aes_v2',
        asBytes(payload),
        asBytes(said['transmissionKey'] as Uint8Array),
      );
      expect(await transmissionKey.open(answer)).toEqual(payload);
    });
  });
});

describe.skipIf(python === '')('vaultwire serve, asked by Keeper Commander over HTTPS', () => {
  const EC_KEY_ID = 10;
  const ML_KEM_KEY_ID = 136;

  interface Setting {
    readonly server: RunningServer;
    readonly commander: Commander;
    readonly seen: readonly SeenAccountRequest[];
  }

  /** A server, and Commander at a device of Alice's with the server's keys in place of the published ones. */
  async function setting(
    mode: 'ec' | 'hybrid',
    { serverKeyId = EC_KEY_ID, ...options }: ServerOptions & { serverKeyId?: number } = {},
  ): Promise<Setting> {
    const seen: SeenAccountRequest[] = [];
    const server = await testServer({
      seed: ACCOUNT_SEED,
      serverKeyId: EC_KEY_ID,
      serverMlKemKeyId: ML_KEM_KEY_ID,
      onAccountSeen: (request) => seen.push(request),
      ...options,
    });
    const commander = await startCommander(python, server.certificate);
    whenDone(() => commander.close());
    const device = await commander.ask<KeyPair>('new-ec-key');
    const ids = Array.from({ length: 12 }, (_, index) => index + 7);
    await commander.ask('begin', {
      server: server.url,
      user: 'alice@shop.example',
      serverKeys: [
        ...(await server.serverPublicKeys(ids)).map(({ id, publicKey }) => [id, asEcPublicKey(publicKey)]),
        ...(await server.mlKemPublicKeys([ML_KEM_KEY_ID])).map(({ id, publicKey }) => [id, asBytes(publicKey.bytes)]),
      ],
      serverKeyId,
      mlKemKeyId: mode === 'hybrid' ? ML_KEM_KEY_ID : null,
      devicePrivateKey: asBytes(device.privateKey),
      deviceToken: asBytes(draw(64)),
    });
    return { server, commander, seen };
  }

  const travelled = (seen: readonly SeenAccountRequest[]): unknown[] =>
    seen.map(({ path, command, transport, status }) => [command ?? path, transport, status]);

  it.each(['ec', 'hybrid'] as const)('lets it register, log in and open everything in %s mode', async (mode) => {
    const { server, commander, seen } = await setting(mode);
    await commander.ask('register-device');
    await commander.ask('login', { password: PASSWORD });
    const keys = await commander.ask<Record<string, Uint8Array>>('keys');
    const vault = await commander.ask<{ folders: unknown[]; records: unknown[] }>('vault');
    expect(travelled(seen)).toEqual([
      ['authentication/register_device_in_region', mode, 200],
      ['vaultwire_login_parameters', mode, 200],
      ['vaultwire_login', mode, 200],
      ['login/account_summary', mode, 200],
      ['vaultwire_get_vault', mode, 200],
    ]);

    const client = await accountClient(server, { mode });
    const ours = await fetchKeys(client, await client.login('alice@shop.example', PASSWORD), PASSWORD);
    expect(keys['dataKey']).toEqual(await ours.opened.dataKey.exportSecretBytes());
    expect(keys['clientKey']).toEqual(await ours.clientKey.exportSecretBytes());
    expect(keys['ecPrivateKey']).toEqual(await ours.privateKey.exportSecretBytes?.());
    expect(vault.folders).toEqual([
      [ACCOUNT_UIDS.folder, { name: 'plaintext-account-folder' }],
      [ACCOUNT_UIDS.inner, { name: 'plaintext-inner-account-folder' }],
    ]);
    expect(vault.records).toMatchObject([
      [ACCOUNT_UIDS.direct, { title: 'plaintext-of-an-account' }],
      [ACCOUNT_UIDS.inFolder, { title: 'plaintext-in-account-folder' }],
      [ACCOUNT_UIDS.inInner, { title: 'plaintext-in-inner', notes: 'deep' }],
    ]);
  });

  it.each(['ec', 'hybrid'] as const)('moves it to another EC key in %s mode', async (mode) => {
    const { server, commander, seen } = await setting(mode, { serverKeyId: 7 });
    await commander.ask('register-device');
    expect(await commander.ask('key-ids')).toEqual({ server: 10, mlKem: mode === 'hybrid' ? ML_KEM_KEY_ID : null });
    await server.rotateServerKey(17);
    await commander.ask('register-device');
    expect(await commander.ask('key-ids')).toMatchObject({ server: 17 });
    const path = 'authentication/register_device_in_region';
    expect(travelled(seen)).toEqual([
      [path, undefined, 401],
      [path, mode, 200],
      [path, undefined, 401],
      [path, mode, 200],
    ]);
  });

  it('refuses it in words that it understands', async () => {
    const { commander } = await setting('ec');
    await expect(commander.ask('login', { password: PASSWORD })).rejects.toThrow(/device_not_registered/);
    await commander.ask('register-device');
    await expect(commander.ask('login', { password: 'another' })).rejects.toThrow(/auth_failed/);
  });
});
