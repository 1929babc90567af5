import { describe, expect, it } from 'vitest';
import type { CryptoSuite } from '../../../src/crypto/suite.js';
import { seal as sealEcies } from '../../../src/ecies/index.js';
import { shareKey, WRAP_KINDS } from '../../../src/keychain/account/index.js';
import { generateFolderKey, generateRecordKey, type FolderKey } from '../../../src/keychain/keys.js';
import {
  digestForLedger,
  emptyTrustLedger,
  observationOfVault,
  observe,
  type LedgerObservation,
} from '../../../src/keychain/ledger/index.js';
import { LegacyRecordKey, wrapLegacyKey } from '../../../src/keychain/legacy-cbc.js';
import { importRsaPrivateKey, openRsaPrivateKey, sealRsaPrivateKey, shareKeyByRsa } from '../../../src/keychain/rsa.js';
import { generateUid } from '../../../src/keychain/uid.js';
import {
  openVault,
  streamVault,
  type OpenVaultOptions,
  type SealedRecord,
  type SealedVault,
  type VaultAccount,
} from '../../../src/keychain/vault/index.js';
import rsa from '../../fixtures/keychain/rsa.json' with { type: 'json' };
import { codeOf, flipped, hex } from '../account/support.js';
import { textsOf, VaultMaker } from './make-vault.js';

const NO_WORKERS = { workers: 0 };

export function describeVault(suite: CryptoSuite): void {
  describe(`a whole vault over ${suite.name}`, () => {
    const options = { suite, ...NO_WORKERS };
    const failures = (opened: Awaited<ReturnType<typeof openVault>>) =>
      opened.failed.map(({ kind, uid, code }) => [kind, uid, code]);

    async function sharedVault(maker: VaultMaker): Promise<SealedVault & { records: SealedRecord[] }> {
      const teamPair = await suite.generateEcPrivateKey({ extractable: true });
      const teamShared = await generateFolderKey({ suite });
      return {
        teams: [
          {
            uid: maker.teamUid,
            keys: [{ kind: 'data-key-gcm', bytes: await maker.dataKey.wrapTeamKey(maker.team) }],
            ecKeyPair: {
              publicKey: teamPair.publicKey.bytes,
              encryptedPrivateKey: await maker.team.wrapEcPrivateKey(teamPair),
            },
          },
        ],
        folders: [
          {
            uid: maker.folderUid,
            keys: [await maker.toUser(maker.folder)],
            data: { cipher: 'cbc', bytes: await maker.folder.sealData({ name: 'Shared' }) },
            revision: 7,
          },
          {
            uid: 'AAAAAAAAAAAAAAAAAAAAAA',
            keys: [
              {
                kind: 'team-ec',
                byUid: maker.teamUid,
                bytes: await shareKey(teamPair.publicKey, teamShared, { suite }),
              },
            ],
          },
        ],
        records: [
          await maker.record(),
          await maker.record(maker.underFolder),
          await maker.record(maker.underTeam),
          await maker.record(maker.toUser),
        ],
      };
    }

    it('opens under the data key, folders, teams and the user’s key, and says how', async () => {
      const maker = await VaultMaker.create(suite);
      const vault = await sharedVault(maker);
      const opened = await openVault(vault, maker.account(), options);
      expect(opened.failed).toEqual([]);
      expect(opened.records.map(({ uid, data }) => [uid, data])).toEqual(
        vault.records.map(({ uid }) => [uid, { title: uid }]),
      );
      expect(opened.records.map(({ report }) => report)).toEqual(
        ['data-key-gcm', 'folder-gcm', 'team-gcm', 'user-ec'].map((wrap) => ({ wrap, authenticated: true })),
      );
      const [shared, byTeam] = opened.folders;
      expect(shared).toMatchObject({ data: { name: 'Shared' }, dataAuthenticated: false, revision: 7 });
      expect(byTeam?.report).toEqual({ wrap: 'team-ec', authenticated: true });
      expect(opened.report).toEqual({
        missing: [],
        wraps: { 'data-key-gcm': 2, 'user-ec': 2, 'team-ec': 1, 'folder-gcm': 1, 'team-gcm': 1 },
        unauthenticated: 0,
        workers: 0,
        failedBatches: 0,
      });
    });

    it('shows a ledger every key and every ciphertext, with how it was wrapped', async () => {
      const maker = await VaultMaker.create(suite);
      const vault = await sharedVault(maker);
      const keep = { ...options, digests: true, extractable: true, allowedWraps: WRAP_KINDS, allowLegacyRecords: true };
      const old = await maker.record(async (key) => ({
        kind: 'data-key-cbc',
        bytes: await wrapLegacyKey(maker.dataKey, key),
      }));
      vault.records.push(old);
      const opened = await openVault(vault, maker.account(), keep);
      const sealed = [...vault.teams!, ...vault.folders!, ...vault.records];
      for (const item of [...opened.teams, ...opened.folders, ...opened.records]) {
        const own = sealed.find(({ uid }) => uid === item.uid);
        const data = own && 'data' in own ? own.data.bytes : undefined;
        expect(textsOf(item.digests)).toEqual({
          keyDigest: await digestForLedger(await item.key.exportSecretBytes(), { suite }),
          dataDigest: data && (await digestForLedger(data, { suite })),
        });
      }
      const bytes = await maker.dataKey.exportSecretBytes();
      const dataKey = { dataKey: maker.dataKey, digest: await digestForLedger(bytes, { suite }) };
      const kdf = { algorithm: 'PBKDF2-HMAC-SHA-256', iterations: 1_000_000 } as const;
      const context = {
        complete: true,
        transport: 'hybrid',
        publicKeys: [],
        dataKey: { ...dataKey, report: { wrap: 'password', authenticated: false, kdf } },
      } as const;
      const observation = observationOfVault(opened, context);
      expect(observation).toMatchObject({
        complete: true,
        transport: 'hybrid',
        publicKeys: [],
        dataKey: { digest: dataKey.digest, wrap: 'password' },
        kdf,
        failed: [],
      });
      expect(
        observation.items?.map(({ uid, kind, wrap, authenticated, revision }) => [
          uid,
          kind,
          wrap,
          authenticated,
          revision,
        ]),
      ).toEqual([
        [maker.teamUid, 'team', 'data-key-gcm', true, undefined],
        [maker.folderUid, 'folder', 'user-ec', true, 7],
        ['AAAAAAAAAAAAAAAAAAAAAA', 'folder', 'team-ec', true, undefined],
        ...vault.records.map(({ uid }, index) => [
          uid,
          'record',
          ['data-key-gcm', 'folder-gcm', 'team-gcm', 'user-ec', 'data-key-cbc'][index],
          index < 4,
          1,
        ]),
      ]);
      const { ledger } = observe(emptyTrustLedger(), observation);
      const travelled = JSON.parse(JSON.stringify(observation)) as LedgerObservation;
      expect(travelled.items?.[3]).toEqual({
        ...{ uid: vault.records[0]!.uid, kind: 'record', wrap: 'data-key-gcm', authenticated: true, revision: 1 },
        ...textsOf(opened.records[0]!.digests),
      });
      expect(observe(emptyTrustLedger(), travelled).ledger).toEqual(ledger);

      // The server lays a record's old ciphertext under its new revision, and another's key beside it.
      const [first, second] = vault.records as [SealedRecord, SealedRecord];
      const honest = await openVault({ ...vault, records: vault.records.slice(1) }, maker.account(), keep);
      expect(observe(ledger, observationOfVault(honest, context)).report.missing).toEqual([first.uid]);
      const broken = { ...first, data: { ...first.data, bytes: flipped(first.data.bytes, 20) } };
      const failing = await openVault(
        { ...vault, records: [broken, ...vault.records.slice(1)] },
        maker.account(),
        keep,
      );
      expect(observe(ledger, observationOfVault(failing, context)).report.missing).toEqual([]);
      const swapped = [{ ...first, keys: second.keys, data: second.data }];
      const found = await openVault({ ...vault, records: swapped }, maker.account(), keep);
      const { report } = observe(ledger, observationOfVault(found, { ...context, complete: false }), {
        mode: 'strict',
      });
      expect(report.items.suspicious.map(({ row, subject }) => [row, subject])).toEqual([
        ['A5', first.uid],
        ['A6', first.uid],
      ]);
      expect(report.accepted(first.uid)).toBe(false);

      const bare = await openVault(vault, maker.account(), { ...keep, digests: false });
      expect(bare.records[0]?.digests).toBeUndefined();
      expect(await codeOf(() => observationOfVault(bare))).toBe('argument-invalid');
      expect(
        await codeOf(() => observationOfVault(opened, { dataKey: { ...context.dataKey, digest: undefined } })),
      ).toBe('argument-invalid');
    });

    it('opens folders in any order, under AES-GCM and, where allowed, AES-CBC', async () => {
      const maker = await VaultMaker.create(suite);
      const [child, grandchild] = [await generateFolderKey({ suite }), await generateFolderKey({ suite })];
      const [childUid, grandchildUid] = [generateUid({ suite }), generateUid({ suite })];
      const gcmOfFolder = await maker.underFolder(
        // A record key has the same 32 bytes and the same wrap.
        { exportSecretBytes: () => child.exportSecretBytes() } as never,
      );
      const vault: SealedVault = {
        folders: [
          {
            uid: grandchildUid,
            parentUid: childUid,
            keys: [{ kind: 'folder-cbc', byUid: childUid, bytes: await child.wrapFolderKey(grandchild) }],
            data: { cipher: 'cbc', bytes: await grandchild.sealData({ name: 'Inner' }) },
          },
          { uid: childUid, parentUid: maker.folderUid, keys: [gcmOfFolder] },
          {
            uid: maker.folderUid,
            keys: [{ kind: 'data-key-gcm', bytes: await maker.dataKey.wrapFolderKey(maker.folder) }],
          },
        ],
        records: [],
      };
      const refused = await openVault(vault, maker.account(), options);
      expect(failures(refused)).toEqual([['folder', grandchildUid, 'wrap-refused']]);
      const opened = await openVault(vault, maker.account(), { ...options, allowedWraps: WRAP_KINDS });
      expect(opened.failed).toEqual([]);
      const inner = opened.folders.find(({ uid }) => uid === grandchildUid);
      expect(inner).toMatchObject({ data: { name: 'Inner' }, report: { wrap: 'folder-cbc', authenticated: false } });
      expect(opened.folders.find(({ uid }) => uid === childUid)?.report.authenticated).toBe(true);
      expect(opened.report.unauthenticated).toBe(1);
    });

    it('reports folders in a circle, under what is not there, and again under the same UID', async () => {
      const maker = await VaultMaker.create(suite);
      const [one, two, three] = [generateUid({ suite }), generateUid({ suite }), generateUid({ suite })];
      const wrap = (byUid: string) => [{ kind: 'folder-gcm' as const, byUid, bytes: suite.randomBytes(60) }];
      const good = [{ kind: 'data-key-gcm' as const, bytes: await maker.dataKey.wrapFolderKey(maker.folder) }];
      const vault: SealedVault = {
        folders: [
          { uid: one, keys: wrap(two) },
          { uid: two, keys: wrap(one) },
          { uid: three, keys: wrap(generateUid({ suite })) },
          { uid: maker.folderUid, keys: good },
          { uid: maker.folderUid, keys: good },
          { uid: generateUid({ suite }), keys: wrap(one) },
          {
            uid: 'no uid',
            keys: [{ kind: 'data-key-gcm', bytes: await maker.dataKey.wrapFolderKey(maker.folder) }],
          },
        ],
        records: [],
      };
      const opened = await openVault(vault, maker.account(), options);
      expect(new Map(opened.failed.map(({ uid, code }) => [uid, code]))).toEqual(
        new Map([
          [maker.folderUid, 'duplicate-uid'],
          [two, 'parent-loop'],
          [one, 'parent-loop'],
          [three, 'key-missing'],
          [vault.folders?.[5]?.uid, 'parent-loop'],
          ['no uid', 'uid-invalid'],
        ]),
      );
      expect(opened.folders.map(({ uid }) => uid)).toEqual([maker.folderUid]);
    });

    it('opens folders by another wrap than one that leads in a circle, or is not allowed', async () => {
      const maker = await VaultMaker.create(suite);
      const [one, two, three] = await Promise.all([0, 1, 2].map(() => generateFolderKey({ suite })));
      const [uidOne, uidTwo, uidThree] = [generateUid({ suite }), generateUid({ suite }), generateUid({ suite })];
      const under = (byUid: string, kind: 'folder-gcm' | 'folder-cbc' = 'folder-gcm') => ({
        kind,
        byUid,
        bytes: suite.randomBytes(60),
      });
      const good = async (key: FolderKey) => ({
        kind: 'data-key-gcm' as const,
        bytes: await maker.dataKey.wrapFolderKey(key),
      });
      const folders = [
        { uid: uidOne, keys: [under(uidTwo), await good(one!)] },
        { uid: uidTwo, keys: [await good(two!), under(uidOne)] },
        // Alone in its circle, by a kind that nobody has allowed.
        { uid: uidThree, keys: [under(uidThree, 'folder-cbc'), await good(three!)] },
      ];
      const opened = await openVault({ folders, records: [] }, maker.account(), options);
      expect(opened.failed).toEqual([]);
      expect(opened.folders.map(({ uid }) => uid)).toEqual([uidOne, uidTwo, uidThree]);
    });

    it('opens folders thousands deep, in the order that they came in', async () => {
      const maker = await VaultMaker.create(suite);
      const uids = Array.from({ length: 3000 }, () => generateUid({ suite }));
      const keys = await Promise.all(uids.map(() => generateFolderKey({ suite })));
      const folders = await Promise.all(
        uids.map(async (uid, index) => {
          const [parent, own] = [keys[index + 1], await keys[index]!.exportSecretBytes()];
          return {
            uid,
            keys: [
              parent
                ? { kind: 'folder-gcm' as const, byUid: uids[index + 1]!, bytes: await parent.aesKey.seal(own) }
                : { kind: 'data-key-gcm' as const, bytes: await maker.dataKey.wrapFolderKey(keys[index]!) },
            ],
          };
        }),
      );
      const opened = await openVault({ folders, records: [] }, maker.account(), options);
      expect(opened.failed).toEqual([]);
      expect(opened.folders.map(({ uid }) => uid)).toEqual(uids);
    });

    it('loses no record for more broken folders than a call takes arguments', async () => {
      const maker = await VaultMaker.create(suite);
      const folders = Array.from({ length: 130_000 }, () => ({ uid: 'no uid', keys: [] }));
      const opened = await openVault({ folders, records: await maker.records(1) }, maker.account(), options);
      expect([opened.records.length, opened.failed.length]).toEqual([1, 130_000]);
    });

    it('refuses what has no count of changes for a revision, one by one', async () => {
      const maker = await VaultMaker.create(suite);
      const records = await maker.records(5);
      const revisions = [0, -1, 1.5, Number.NaN, 2 ** 53];
      const vault = {
        teams: [
          {
            uid: maker.teamUid,
            keys: [{ kind: 'data-key-gcm' as const, bytes: await maker.dataKey.wrapTeamKey(maker.team) }],
            revision: -1,
          },
        ],
        folders: [
          {
            uid: maker.folderUid,
            keys: [{ kind: 'data-key-gcm' as const, bytes: await maker.dataKey.wrapFolderKey(maker.folder) }],
            revision: -1,
          },
        ],
        records: records.map((record, index) => ({ ...record, revision: revisions[index]! })),
      };
      const opened = await openVault(vault, maker.account(), options);
      expect(opened.records.map(({ uid }) => uid)).toEqual([records[0]!.uid]);
      expect(opened.failed.map(({ code }) => code)).toEqual(Array.from({ length: 6 }, () => 'field-invalid'));
    });

    it('refuses a record that has the wrapped key of a folder', async () => {
      const maker = await VaultMaker.create(suite);
      const folders = [
        {
          uid: maker.folderUid,
          keys: [{ kind: 'data-key-gcm' as const, bytes: await maker.dataKey.wrapFolderKey(maker.folder) }],
        },
      ];
      const bytes = await maker.folder.aesKey.seal(new TextEncoder().encode('{}'));
      const record = { ...(await maker.record()), keys: folders[0]!.keys, data: { cipher: 'gcm' as const, bytes } };
      const opened = await openVault({ folders, records: [record] }, maker.account(), options);
      expect(failures(opened)).toEqual([['record', record.uid, 'swap-suspected']]);
      expect(opened.records).toEqual([]);
    });

    it('gives keys of 32 bytes alone, whichever way they were wrapped', async () => {
      const maker = await VaultMaker.create(suite);
      const record = await maker.record();
      const keys = [
        { kind: 'user-ec' as const, bytes: await sealEcies(maker.user.publicKey, new Uint8Array(16), { suite }) },
      ];
      const opened = await openVault({ records: [{ ...record, keys }] }, maker.account(), options);
      expect(failures(opened)).toEqual([['record', record.uid, 'open-failed']]);
    });

    it('marks a record whose data is AES-CBC under a wrap that is not', async () => {
      const maker = await VaultMaker.create(suite);
      const legacy = new LegacyRecordKey(
        await suite.importAesCbcKey(new Uint8Array(32).fill(5), { extractable: true }),
      );
      const record: SealedRecord = {
        uid: generateUid({ suite }),
        keys: [{ kind: 'data-key-gcm', bytes: await maker.dataKey.aesKey.seal(new Uint8Array(32).fill(5)) }],
        data: { cipher: 'cbc', bytes: await legacy.sealData({ title: 'old' }) },
        revision: 3,
      };
      const opened = await openVault({ records: [record] }, maker.account(), { ...options, allowLegacyRecords: true });
      expect(opened.records[0]?.report).toEqual({ wrap: 'data-key-gcm', authenticated: false });
    });

    it('marks everything below an unauthenticated key', async () => {
      const maker = await VaultMaker.create(suite);
      const vault: SealedVault = {
        folders: [
          {
            uid: maker.folderUid,
            keys: [{ kind: 'data-key-cbc', bytes: await wrapLegacyKey(maker.dataKey, maker.folder) }],
          },
        ],
        records: [await maker.record(maker.underFolder)],
      };
      const opened = await openVault(vault, maker.account(), { ...options, allowedWraps: WRAP_KINDS });
      expect(opened.records[0]?.report).toEqual({ wrap: 'folder-gcm', authenticated: false });
    });

    it('opens what RSA shared, with a user and with a team, where that is allowed', async () => {
      const maker = await VaultMaker.create(suite);
      const recipient = { rsaPublicKey: hex(rsa.publicKey) };
      const account: VaultAccount = {
        ...maker.account(),
        rsaPrivateKey: await importRsaPrivateKey(hex(rsa.privateKey), { suite }),
        openRsaPrivateKey,
      };
      const byTeam = generateUid({ suite });
      const teamFolder = await generateFolderKey({ suite });
      const vault: SealedVault = {
        teams: [
          {
            uid: maker.teamUid,
            keys: [{ kind: 'data-key-gcm', bytes: await maker.dataKey.wrapTeamKey(maker.team) }],
            encryptedRsaPrivateKey: await sealRsaPrivateKey(maker.team, hex(rsa.privateKey), { suite }),
          },
        ],
        folders: [
          {
            uid: maker.folderUid,
            keys: [{ kind: 'user-rsa', bytes: await shareKeyByRsa(recipient, maker.folder, { suite }) }],
          },
          {
            uid: byTeam,
            keys: [
              { kind: 'team-rsa', byUid: maker.teamUid, bytes: await shareKeyByRsa(recipient, teamFolder, { suite }) },
            ],
          },
        ],
        records: [await maker.record(maker.underFolder)],
      };
      const opened = await openVault(vault, account, { ...options, allowedWraps: WRAP_KINDS });
      expect(opened.failed).toEqual([]);
      expect(opened.records[0]?.report).toEqual({ wrap: 'folder-gcm', authenticated: false });
      expect(opened.report.wraps).toMatchObject({ 'user-rsa': 1, 'team-rsa': 1 });
      const refused = await openVault(vault, account, options);
      expect(refused.failed.map(({ code }) => code)).toEqual(['wrap-refused', 'wrap-refused', 'key-missing']);
    });

    it('opens records of old only where told to, and marks them', async () => {
      const maker = await VaultMaker.create(suite);
      const legacy = new LegacyRecordKey(
        await suite.importAesCbcKey(new Uint8Array(32).fill(5), { extractable: true }),
      );
      const bytes = await legacy.sealData({ title: 'old' });
      const uid = generateUid({ suite });
      const record: SealedRecord = {
        uid,
        keys: [{ kind: 'data-key-cbc', bytes: await wrapLegacyKey(maker.dataKey, legacy) }],
        data: { cipher: 'cbc', bytes },
        revision: 3,
      };
      const open = (more: OpenVaultOptions, changes: Partial<SealedRecord> = {}) =>
        openVault({ records: [{ ...record, ...changes }] }, maker.account(), { ...options, ...more });
      const all = { allowedWraps: WRAP_KINDS, allowLegacyRecords: true };
      const opened = await open(all);
      expect(opened.records[0]).toMatchObject({
        data: { title: 'old' },
        revision: 3,
        report: { wrap: 'data-key-cbc', authenticated: false },
      });
      expect(opened.records[0]?.key).toBeInstanceOf(LegacyRecordKey);
      expect(failures(await open({ allowedWraps: WRAP_KINDS }))).toEqual([['record', uid, 'wrap-refused']]);
      expect(failures(await open({ allowLegacyRecords: true }))).toEqual([['record', uid, 'wrap-refused']]);
      const changed = await open(all, { data: { cipher: 'cbc', bytes: flipped(bytes, -17) } });
      expect(failures(changed)).toEqual([['record', uid, 'open-failed']]);
    });

    it('reports what does not open by UID, beside what does', async () => {
      const maker = await VaultMaker.create(suite);
      const records = await maker.records(4);
      const [good, badKey, badData] = records as [SealedRecord, SealedRecord, SealedRecord];
      const [text] = [await maker.record()];
      const key = await generateRecordKey({ suite });
      const aes = await suite.importAesKey(await key.exportSecretBytes());
      const vault: SealedVault = {
        records: [
          good,
          { ...badKey, keys: [{ kind: 'data-key-gcm', bytes: flipped(badKey.keys[0]!.bytes, 20) }] },
          { ...badData, data: { cipher: 'gcm', bytes: flipped(badData.data.bytes, -1) } },
          {
            ...text,
            keys: [await maker.underDataKey(key)],
            data: { cipher: 'gcm', bytes: await aes.seal(Uint8Array.of(34, 34)) },
          },
          { ...records[3]!, keys: [] },
        ],
      };
      const opened = await openVault(vault, maker.account(), options);
      expect(opened.records.map(({ uid }) => uid)).toEqual([good.uid]);
      expect(failures(opened)).toEqual([
        ['record', badKey.uid, 'open-failed'],
        ['record', badData.uid, 'open-failed'],
        ['record', text.uid, 'json-invalid'],
        ['record', records[3]!.uid, 'key-missing'],
      ]);
    });

    it('reports what a key of the caller’s own throws', async () => {
      const maker = await VaultMaker.create(suite);
      const ecPrivateKey = {
        publicKey: maker.user.publicKey,
        sharedSecret: () => Promise.reject(new TypeError('the token was pulled out')),
      };
      const records = [await maker.record(maker.toUser), await maker.record()];
      const opened = await openVault({ records }, { dataKey: maker.dataKey, ecPrivateKey }, options);
      expect(opened.records.length).toBe(1);
      expect(opened.failed[0]).toMatchObject({ code: 'open-failed', cause: expect.any(TypeError) as TypeError });
      const without = await openVault({ records }, { dataKey: maker.dataKey }, options);
      expect(without.failed[0]?.code).toBe('key-missing');
    });

    it('tries the wraps of a key from the strongest', async () => {
      const maker = await VaultMaker.create(suite);
      const key = await generateRecordKey({ suite });
      const uid = generateUid({ suite });
      const [strong, user] = [await maker.underDataKey(key), await maker.toUser(key)];
      const data = { cipher: 'gcm' as const, bytes: await key.sealData({ title: 'x' }) };
      const open = async (keys: SealedRecord['keys']) => {
        const opened = await openVault({ records: [{ uid, keys, data, revision: 1 }] }, maker.account(), options);
        return opened.records[0]?.report.wrap ?? opened.failed[0]?.code;
      };
      expect(await open([user, strong])).toBe('data-key-gcm');
      expect(await open([user, { ...strong, bytes: flipped(strong.bytes, 30) }])).toBe('user-ec');
      expect(await open([{ kind: 'folder-gcm', byUid: maker.folderUid, bytes: strong.bytes }, user])).toBe('user-ec');
    });

    it('says what is missing, and fails without what is required', async () => {
      const maker = await VaultMaker.create(suite);
      const records = await maker.records(2);
      const [here, broken] = records as [SealedRecord, SealedRecord];
      const gone = generateUid({ suite });
      const vault = { records: [here, { ...broken, keys: [] }] };
      const expectedUids = [here.uid, broken.uid, gone];
      const opened = await openVault(vault, maker.account(), { ...options, expectedUids, requiredUids: [here.uid] });
      expect(opened.report.missing).toEqual([gone]);
      for (const uid of [broken.uid, gone]) {
        const required = { ...options, requiredUids: [uid] };
        expect(await codeOf(() => openVault(vault, maker.account(), required))).toBe('record-missing');
        const drain = async () => {
          for await (const part of streamVault(vault, maker.account(), required)) expect(part.report).toBeUndefined();
        };
        expect(await codeOf(drain)).toBe('record-missing');
      }
    });

    it('takes a UID that comes again with the same once, and refuses other content', async () => {
      const maker = await VaultMaker.create(suite);
      const [one, other] = (await maker.records(2)) as [SealedRecord, SealedRecord];
      const vault = { records: [one, one, { ...other, uid: one.uid }] };
      const opened = await openVault(vault, maker.account(), options);
      expect(opened.records.length).toBe(1);
      expect(failures(opened)).toEqual([['record', one.uid, 'duplicate-uid']]);
      const twice = await openVault({ records: [one, { ...one, revision: 2 }] }, maker.account(), options);
      expect(failures(twice)).toEqual([['record', one.uid, 'duplicate-uid']]);
    });

    describe('as a stream', () => {
      it('comes in parts, with progress, in order', async () => {
        const maker = await VaultMaker.create(suite);
        const records = await maker.records(600);
        const uids: string[] = [];
        const progress: unknown[] = [];
        for await (const part of streamVault({ records }, maker.account(), options)) {
          uids.push(...part.records.map(({ uid }) => uid));
          progress.push([part.progress, part.report !== undefined]);
        }
        expect(uids).toEqual(records.map(({ uid }) => uid));
        expect(progress).toEqual([
          [{ opened: 0, failed: 0, total: 600 }, false],
          [{ opened: 512, failed: 0, total: 600 }, false],
          [{ opened: 600, failed: 0, total: 600 }, false],
          [{ opened: 600, failed: 0, total: 600 }, true],
        ]);
      });

      it('reads records as they are wanted, and lets go of them when the caller leaves', async () => {
        const maker = await VaultMaker.create(suite);
        const record = await maker.record();
        let read = 0;
        let closed = false;
        async function* endless() {
          try {
            for (;;) {
              read += 1;
              yield await Promise.resolve(record);
            }
          } finally {
            closed = true;
          }
        }
        for await (const part of streamVault({ records: endless() }, maker.account(), options)) {
          expect(part.progress.total).toBeUndefined();
          if (part.progress.opened >= 1024) break;
        }
        expect(read).toBeLessThanOrEqual(1536);
        expect(closed).toBe(true);
      });

      it('passes on what the records’ own iterator throws', async () => {
        const maker = await VaultMaker.create(suite);
        // eslint-disable-next-line require-yield
        function* broken(): Generator<SealedRecord> {
          throw new RangeError('the line is dead');
        }
        await expect(openVault({ records: broken() }, maker.account(), options)).rejects.toThrow(RangeError);
      });
    });
  });
}
