import type { CryptoSuite, EcPrivateKey } from '../../../src/crypto/suite.js';
import {
  generateDataKey,
  generateTeamKey,
  shareKey,
  type DataKey,
  type TeamKey,
} from '../../../src/keychain/account/index.js';
import type { ItemDigests } from '../../../src/keychain/index.js';
import { generateFolderKey, generateRecordKey, type FolderKey, type RecordKey } from '../../../src/keychain/keys.js';
import { generateUid } from '../../../src/keychain/uid.js';
import type { SealedRecord, WrappedKey } from '../../../src/keychain/vault/index.js';

/** The side that fills a vault. */
export class VaultMaker {
  readonly suite: CryptoSuite;
  readonly dataKey: DataKey;
  readonly user: EcPrivateKey;
  readonly team: TeamKey;
  readonly teamUid: string;
  readonly folder: FolderKey;
  readonly folderUid: string;

  private constructor(suite: CryptoSuite, keys: Pick<VaultMaker, 'dataKey' | 'user' | 'team' | 'folder'>) {
    this.suite = suite;
    this.dataKey = keys.dataKey;
    this.user = keys.user;
    this.team = keys.team;
    this.folder = keys.folder;
    this.teamUid = generateUid({ suite });
    this.folderUid = generateUid({ suite });
  }

  static async create(suite: CryptoSuite): Promise<VaultMaker> {
    return new VaultMaker(suite, {
      dataKey: await generateDataKey({ suite }),
      user: await suite.generateEcPrivateKey({ extractable: true }),
      team: await generateTeamKey({ suite }),
      folder: await generateFolderKey({ suite }),
    });
  }

  account = () => ({ dataKey: this.dataKey, ecPrivateKey: this.user });

  async record(
    wrap: (key: RecordKey) => Promise<WrappedKey> = (key) => this.underDataKey(key),
    data: Record<string, string> = {},
  ): Promise<SealedRecord> {
    const uid = generateUid({ suite: this.suite });
    const key = await generateRecordKey({ suite: this.suite });
    const bytes = await key.sealData({ title: uid, ...data });
    return { uid, keys: [await wrap(key)], data: { cipher: 'gcm', bytes }, revision: 1 };
  }

  records(count: number): Promise<SealedRecord[]> {
    return Promise.all(Array.from({ length: count }, () => this.record()));
  }

  underDataKey = async (key: RecordKey): Promise<WrappedKey> => ({
    kind: 'data-key-gcm',
    bytes: await this.dataKey.wrapRecordKey(key),
  });

  underFolder = async (key: RecordKey): Promise<WrappedKey> => ({
    kind: 'folder-gcm',
    byUid: this.folderUid,
    bytes: await this.folder.wrapRecordKey(key),
  });

  underTeam = async (key: RecordKey): Promise<WrappedKey> => ({
    kind: 'team-gcm',
    byUid: this.teamUid,
    bytes: await this.team.wrapRecordKey(key),
  });

  toUser = async (key: RecordKey | FolderKey | TeamKey): Promise<WrappedKey> => ({
    kind: 'user-ec',
    bytes: await shareKey(this.user.publicKey, key, { suite: this.suite }),
  });
}

/** Digests as plain data, which comparisons see. */
export const textsOf = (digests: ItemDigests | undefined): ItemDigests | undefined =>
  digests && { keyDigest: digests.keyDigest, dataDigest: digests.dataDigest };
