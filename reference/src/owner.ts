import { defaultSuite, type EcPrivateKey } from 'vaultwire/crypto';
import {
  createApplication,
  createClient,
  createFile,
  createFolder,
  createRecord,
  generateUid,
  issueClient,
  type ApplicationKey,
  type FolderKey,
  type RecordKey,
} from 'vaultwire/keychain';
import {
  createEcKeyPair,
  generateAccountClientKey,
  generateDataKey,
  makeAuthVerifier,
  makeEncryptionParams,
  wrapAccountClientKey,
  type DataKey,
} from 'vaultwire/keychain/account';
import type { FileRow, LinkRow, RecordRow, TableName, Tables } from './backend/store.js';
import type {
  Seed,
  SeedAccount,
  SeedAccountFolder,
  SeedAccountRecord,
  SeedApplication,
  SeedFile,
  SeedFolder,
  SeedRecord,
  SeedReference,
} from './seed.js';

type JsonObject = Parameters<typeof createRecord>[0];

/** A row for one of the backend's tables. */
export type Row = {
  [T in TableName]: { readonly table: T; readonly key: string; readonly value: Tables[T] };
}[TableName];

/** A one-time access token, as the owner hands it to whoever sets up the client. */
export interface IssuedToken {
  /** The title of the application. */
  readonly application: string;
  /** The name of the client in the seed. */
  readonly client: string | undefined;
  /** base64url of 32 bytes, without a region or host. */
  readonly token: string;
}

/** What the owner gives away: sealed rows to the backend, tokens to the clients. */
export interface SealedSeed {
  readonly rows: readonly Row[];
  readonly tokens: readonly IssuedToken[];
}

/** Links of these kinds are for clients only; the others are the backend's to read as well. */
const SEALED_LINK_PATHS: readonly (string | undefined)[] = ['ai_settings', 'jit_settings'];

/**
 * Plays the owners of vaults: makes every key, seals what the seed says, shares it with the applications, issues a
 * token for each client, and makes the accounts. The keys are gone when it returns, apart from the owner's, if the caller keeps that.
 *
 * @param options.ownerKey the owner's key pair; clients wrap what they create to it. Default a fresh one
 * @param options.now milliseconds since 1970: relative times in the seed count from here
 */
export async function sealSeed(
  seed: Seed,
  options: { readonly now: number; readonly ownerKey?: EcPrivateKey },
): Promise<SealedSeed> {
  const { now } = options;
  const ownerKey = options.ownerKey ?? (await defaultSuite.generateEcPrivateKey());
  const sealer = new Sealer(now);
  const tokens: IssuedToken[] = [];
  for (const application of seed.applications) {
    const { sealed, key } = await createApplication({ title: application.title, type: application.type });
    const ownerPublicKey = ownerKey.publicKey.bytes;
    sealer.rows.push({ table: 'applications', key: sealed.uid, value: { data: sealed.data, ownerPublicKey } });
    await sealer.sealApplication(sealed.uid, key, application);
    for (const client of application.clients) {
      const { token, sealed: sealedClient } = await createClient(key, { host: 'localhost' });
      const { tokenExpiresIn, accessExpiresIn, lockIp } = client;
      const binding = issueClient({
        clientId: sealedClient.clientId,
        encryptedApplicationKey: Buffer.from(sealedClient.encryptedApplicationKey).toString('base64'),
        lockAddress: lockIp,
        firstAccessExpiresOn: tokenExpiresIn === undefined ? null : now + tokenExpiresIn,
        accessExpiresOn: accessExpiresIn === undefined ? null : now + accessExpiresIn,
      });
      sealer.rows.push({ table: 'clients', key: token.clientId, value: { applicationUid: sealed.uid, binding } });
      const secret = Buffer.from(await token.clientKey.exportSecretBytes()).toString('base64url');
      tokens.push({ application: application.title, client: client.name, token: secret });
    }
  }
  const rows = [...(await sealer.finish())];
  for (const account of seed.accounts) rows.push(...(await sealAccount(account)));
  return { rows, tokens };
}

/** Makes an account as its user's client would, and seals what is in its vault under its data key. */
async function sealAccount(account: SeedAccount): Promise<readonly Row[]> {
  const { username, masterPassword, iterations } = account;
  const uid = generateUid();
  const dataKey = await generateDataKey();
  const { sealed } = await createEcKeyPair(dataKey);
  const value = {
    uid,
    username,
    encryptionParams: await makeEncryptionParams(dataKey, masterPassword, { iterations }),
    authVerifier: await makeAuthVerifier(masterPassword, { iterations }),
    publicKey: sealed.publicKey,
    encryptedPrivateKey: sealed.encryptedPrivateKey,
    clientKey: await wrapAccountClientKey(dataKey, await generateAccountClientKey()),
  };
  const rows: Row[] = [{ table: 'accounts', key: username.toLowerCase(), value }];
  await sealAccountContents(account, { accountUid: uid, dataKey, rows });
  return rows;
}

async function sealAccountContents(
  { records, folders }: Pick<SeedAccountFolder, 'records' | 'folders'>,
  account: { readonly accountUid: string; readonly dataKey: DataKey; readonly rows: Row[] },
  folder?: { readonly uid: string; readonly key: FolderKey },
): Promise<void> {
  const { accountUid, dataKey, rows } = account;
  for (const record of records) {
    const { sealed, key } = await createRecord(documentOf(record));
    rows.push({
      table: 'accountRecords',
      key: `${accountUid}!${record.uid ?? sealed.uid}`,
      value: {
        folderUid: folder?.uid,
        key: await (folder?.key ?? dataKey).wrapRecordKey(key),
        data: sealed.data,
        revision: 1,
        order: rows.length,
      },
    });
  }
  for (const inner of folders) {
    const { sealed, key } = await createFolder(inner.name);
    const uid = inner.uid ?? sealed.uid;
    const wrapped = await dataKey.wrapFolderKey(key);
    rows.push({
      table: 'accountFolders',
      key: `${accountUid}!${uid}`,
      value: { parentUid: folder?.uid, key: wrapped, data: sealed.data, revision: 1, order: rows.length },
    });
    await sealAccountContents(inner, account, { uid, key });
  }
}

/** A record's JSON. @param more fields that the seed says elsewhere */
const documentOf = (record: SeedAccountRecord, more: readonly object[] = []): JsonObject =>
  ({
    title: record.title,
    type: record.type,
    fields: [...record.fields, ...more],
    custom: record.custom,
    ...(record.notes !== undefined && { notes: record.notes }),
  }) as JsonObject;

/** Where a record goes: an application itself, or a folder inside a shared folder. */
interface Place {
  readonly applicationUid?: string;
  readonly sharedFolderUid?: string;
  readonly innerFolderUid?: string;
  readonly wrap: (key: RecordKey) => Promise<Uint8Array>;
}

class Sealer {
  readonly rows: Row[] = [];
  readonly #now: number;
  readonly #records = new Map<string, { -readonly [K in keyof RecordRow]: RecordRow[K] }>();
  readonly #recordKeys = new Map<string, RecordKey>();
  readonly #folderKeys = new Map<string, FolderKey>();
  /** References wait until everything that they may lead to has its key. */
  readonly #references: (() => Promise<void>)[] = [];

  #order = 0;

  constructor(now: number) {
    this.#now = now;
  }

  async sealApplication(uid: string, key: ApplicationKey, application: SeedApplication): Promise<void> {
    const place: Place = { applicationUid: uid, wrap: (recordKey) => key.wrapRecordKey(recordKey) };
    await this.#sealRecords(application.records, place, key);
    for (const folder of application.folders) {
      if ('ref' in folder) {
        this.#references.push(async () => {
          const folderKey = this.#folderKeys.get(folder.ref);
          if (folderKey) await this.#shareFolder(uid, key, folder.ref, folderKey, folder.editable);
        });
      } else {
        const { sealed, key: folderKey } = await createFolder(folder.name);
        const folderUid = folder.uid ?? sealed.uid;
        this.#folderKeys.set(folderUid, folderKey);
        const order = this.#nextOrder();
        const row = { data: sealed.data, sharedFolderUid: folderUid, parentUid: undefined, key: undefined, order };
        this.rows.push({ table: 'folders', key: folderUid, value: row });
        await this.#shareFolder(uid, key, folderUid, folderKey, folder.editable);
        await this.#sealContents(folder, folderUid, folderKey, folderUid);
      }
    }
  }

  async finish(): Promise<readonly Row[]> {
    for (const resolve of this.#references) await resolve();
    for (const [key, value] of this.#records) this.rows.push({ table: 'records', key, value });
    this.rows.push({ table: 'meta', key: 'order', value: this.#order });
    return this.rows;
  }

  async #shareFolder(
    applicationUid: string,
    applicationKey: ApplicationKey,
    folderUid: string,
    folderKey: FolderKey,
    editable: boolean,
  ): Promise<void> {
    const key = await applicationKey.wrapFolderKey(folderKey);
    this.rows.push({
      table: 'shares',
      key: `${applicationUid}!${folderUid}`,
      value: { kind: 'folder', key, editable, order: this.#nextOrder() },
    });
  }

  async #sealContents(
    folder: SeedFolder,
    folderUid: string,
    sharedKey: FolderKey,
    sharedFolderUid: string,
  ): Promise<void> {
    const place: Place = {
      sharedFolderUid,
      ...(folderUid !== sharedFolderUid && { innerFolderUid: folderUid }),
      wrap: (recordKey) => sharedKey.wrapRecordKey(recordKey),
    };
    await this.#sealRecords(folder.records, place);
    for (const inner of folder.folders) {
      const { sealed, key } = await createFolder(inner.name);
      const uid = inner.uid ?? sealed.uid;
      const wrapped = await sharedKey.wrapFolderKey(key);
      const row = { data: sealed.data, sharedFolderUid, parentUid: folderUid, key: wrapped, order: this.#nextOrder() };
      this.rows.push({ table: 'folders', key: uid, value: row });
      this.rows.push({ table: 'innerFolders', key: `${sharedFolderUid}!${uid}`, value: true });
      await this.#sealContents(inner, uid, sharedKey, sharedFolderUid);
    }
  }

  async #sealRecords(
    items: readonly (SeedRecord | SeedReference)[],
    place: Place,
    applicationKey?: ApplicationKey,
  ): Promise<void> {
    for (const item of items) {
      if ('ref' in item) {
        this.#references.push(() => this.#place(item.ref, place, item.editable));
      } else {
        const ownKey = item.sealedWithApplicationKey ? applicationKey?.ownRecordKey() : undefined;
        const uid = await this.#sealRecord(item, ownKey);
        await this.#place(uid, place, item.editable, ownKey !== undefined);
      }
    }
  }

  async #sealRecord(record: SeedRecord, ownKey: RecordKey | undefined): Promise<string> {
    const files: {
      readonly file: SeedFile;
      readonly sealed: Awaited<ReturnType<typeof createFile>>;
      readonly uid: string;
    }[] = [];
    for (const file of record.files) {
      const { name, title = name, type, content } = file;
      const sealed = await createFile({ name, title, type, lastModified: this.#now, content });
      files.push({ file, sealed, uid: file.uid ?? sealed.sealed.uid });
    }
    const fileUids = files.map(({ uid }) => uid);
    const fileReference = fileUids.length > 0 ? [{ type: 'fileRef', value: fileUids }] : [];
    const document = documentOf(record, fileReference);
    const created = await createRecord(document);
    const key = ownKey ?? created.key;
    const uid = record.uid ?? created.sealed.uid;
    for (const { file, sealed, uid: fileUid } of files) {
      const thumbnail = file.thumbnail && (await sealed.key.sealContent(file.thumbnail));
      const row: FileRow = {
        recordUid: uid,
        description: sealed.sealed.description,
        key: await key.wrapFileKey(sealed.key),
        ownerKey: undefined,
        size: sealed.sealed.content.length,
        uploaded: true,
        hasThumbnail: thumbnail !== undefined,
      };
      this.rows.push({ table: 'files', key: fileUid, value: row });
      this.rows.push({ table: 'blobs', key: fileUid, value: sealed.sealed.content });
      if (thumbnail) this.rows.push({ table: 'blobs', key: `${fileUid}!thumbnail`, value: thumbnail });
    }
    const links: LinkRow[] = [];
    for (const { record: recordUid, path, data } of record.links) {
      const sealedData = data && SEALED_LINK_PATHS.includes(path) ? await key.sealData(data as JsonObject) : undefined;
      const bytes = sealedData ?? (data && Buffer.from(JSON.stringify(data)));
      links.push({
        recordUid,
        ...(path !== undefined && { path }),
        ...(bytes && { data: Buffer.from(bytes).toString('base64') }),
      });
    }
    this.#recordKeys.set(uid, key);
    this.#records.set(uid, {
      data: ownKey ? await ownKey.sealData(document) : created.sealed.data,
      revision: 1,
      ownerKey: undefined,
      pending: undefined,
      folderUids: [],
      applicationUids: [],
      fileUids,
      links,
    });
    return uid;
  }

  #nextOrder(): number {
    return ++this.#order;
  }

  async #place(uid: string, place: Place, editable: boolean, sealedWithApplicationKey = false): Promise<void> {
    const row = this.#records.get(uid);
    const recordKey = this.#recordKeys.get(uid);
    if (!row || !recordKey) return;
    const { applicationUid, sharedFolderUid, innerFolderUid } = place;
    if (applicationUid !== undefined) {
      const key = sealedWithApplicationKey ? undefined : await place.wrap(recordKey);
      row.applicationUids = [...new Set([...row.applicationUids, applicationUid])];
      this.rows.push({
        table: 'shares',
        key: `${applicationUid}!${uid}`,
        value: { kind: 'record', key, editable, order: this.#nextOrder() },
      });
    }
    if (sharedFolderUid !== undefined) {
      row.folderUids = [...new Set([...row.folderUids, sharedFolderUid])];
      const value = { key: await place.wrap(recordKey), innerFolderUid, editable, order: this.#nextOrder() };
      this.rows.push({ table: 'contents', key: `${sharedFolderUid}!${uid}`, value });
    }
  }
}
