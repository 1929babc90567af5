import type { CryptoSuite } from 'vaultwire/crypto';
import {
  createFile,
  createFolder,
  createRecord,
  encodeFoldersAnswer,
  encodeSecretsAnswer,
  FolderKey,
  importApplicationKey,
  openFolders,
  openSecrets,
  type AnswerFile,
  type AnswerRecord,
  type ApplicationKey,
  type Failure,
  type OpenedFile,
  type OpenedRecord,
  type RecordKey,
} from 'vaultwire/keychain';
import { fromBase64, fromHex, toHex, utf8, type Hex } from './bytes.js';
import type { Json, JsonMap, Outcome } from './file.js';
import { withRandomness } from './randomness.js';

// What get_secret and get_folders answer, opened by a client and sealed by whoever shares.

export interface SecretsOpen {
  readonly applicationKey: Hex;
  /** JSON text. */
  readonly answer: string;
  readonly requestedRecords?: readonly string[];
  readonly requireRecords?: readonly string[];
}

export async function secretsOpen(test: SecretsOpen, suite: CryptoSuite): Promise<Outcome> {
  const { requestedRecords, requireRecords } = test;
  const applicationKey = await importApplicationKey(fromHex(test.applicationKey), { suite, extractable: true });
  const opened = await openSecrets(utf8(test.answer), applicationKey, {
    suite,
    extractable: true,
    ...(requestedRecords && { requestedRecords }),
    ...(requireRecords && { requireRecords }),
  });
  const folders: Json[] = [];
  for (const { uid, key } of opened.folders) folders.push({ uid, key: toHex(await key.exportSecretBytes()) });
  const records: Json[] = [];
  for (const record of opened.records) records.push(await writeRecord(record));
  const { application, expiresOn, warnings } = opened;
  const { missing } = opened.report;
  const failed = opened.failed.map(writeFailure);
  return {
    output: {
      application: application ?? null,
      folders,
      records,
      failed,
      missing,
      expiresOn: expiresOn ?? null,
      warnings,
    },
    refused: failed.length > 0 || missing.length > 0,
  };
}

const writeFailure = ({ kind, uid, parentUid, code }: Failure): JsonMap => ({
  kind,
  uid,
  parentUid: parentUid ?? null,
  code,
});

async function writeRecord(record: OpenedRecord): Promise<JsonMap> {
  const { uid, folderUids, innerFolderUid, revision, isEditable, wrappedBy, data, links, key } = record;
  const files: Json[] = [];
  for (const file of record.files) files.push(await writeFile(file));
  return {
    uid,
    folderUids,
    innerFolderUid: innerFolderUid ?? null,
    revision,
    isEditable,
    wrappedBy,
    key: toHex(await key.exportSecretBytes()),
    data: data,
    files,
    links: links.map((link) => ({ recordUid: link.recordUid, data: link.data ?? null, path: link.path ?? null })),
  };
}

const writeFile = async ({ uid, key, description, url, thumbnailUrl }: OpenedFile): Promise<JsonMap> => ({
  uid,
  key: toHex(await key.exportSecretBytes()),
  description: description,
  url: url ?? null,
  thumbnailUrl: thumbnailUrl ?? null,
});

export interface SealedFileInput {
  readonly uid: string;
  readonly key: Hex;
  readonly wrapNonce: Hex;
  readonly name: string;
  readonly title: string;
  readonly type?: string;
  readonly lastModified: number;
  readonly descriptionNonce: Hex;
  readonly content: Hex;
  readonly contentNonce: Hex;
  readonly url: string;
}

export interface SealedRecordInput {
  readonly uid: string;
  readonly key: Hex;
  readonly wrapNonce: Hex;
  readonly data: string;
  readonly dataNonce: Hex;
  readonly revision: number;
  readonly isEditable: boolean;
  readonly innerFolderUid?: string;
  readonly files?: readonly SealedFileInput[];
}

export interface SecretsSeal {
  readonly applicationKey: Hex;
  readonly application: { readonly data: string; readonly nonce: Hex };
  readonly folders: readonly {
    readonly uid: string;
    readonly key: Hex;
    readonly wrapNonce: Hex;
    readonly records: readonly SealedRecordInput[];
  }[];
  readonly records: readonly SealedRecordInput[];
  readonly expiresOn: number;
  readonly warnings: readonly string[];
}

const uidBytes = (uid: string): Hex => toHex(fromBase64(uid));

export async function secretsSeal(test: SecretsSeal, base: CryptoSuite): Promise<Outcome> {
  const contents: Record<string, Hex> = {};
  const underApplication = <T>(nonce: Hex, run: (key: ApplicationKey) => Promise<T>): Promise<T> =>
    withRandomness(base, [nonce], async (suite) =>
      run(await importApplicationKey(fromHex(test.applicationKey), { suite })),
    );
  const records: AnswerRecord[] = [];
  for (const record of test.records) {
    records.push(
      await sealRecord(record, contents, base, (key) =>
        underApplication(record.wrapNonce, (application) => application.wrapRecordKey(key)),
      ),
    );
  }
  const folders = [];
  for (const folder of test.folders) {
    const keys = await folderKey(folder.key, base);
    const inside: AnswerRecord[] = [];
    for (const record of folder.records) {
      inside.push(
        await sealRecord(record, contents, base, (key) =>
          withRandomness(base, [record.wrapNonce], async (suite) =>
            (await folderKey(folder.key, suite)).wrapRecordKey(key),
          ),
        ),
      );
    }
    const key = await underApplication(folder.wrapNonce, (application) => application.wrapFolderKey(keys));
    folders.push({ uid: folder.uid, key, records: inside });
  }
  const applicationData = await underApplication(test.application.nonce, (key) =>
    key.sealData(JSON.parse(test.application.data) as JsonMap),
  );
  const { expiresOn, warnings } = test;
  const answer = encodeSecretsAnswer({ applicationData, folders, records, expiresOn, warnings });
  return { output: { answer: answer, contents } };
}

export async function folderKey(bytes: Hex, suite: CryptoSuite): Promise<FolderKey> {
  return new FolderKey({
    records: await suite.importAesKey(fromHex(bytes), { extractable: true }),
    folders: await suite.importAesCbcKey(fromHex(bytes), { extractable: true }),
  });
}

/** A record as the owner makes it, its files included, and the wrap of its key. */
async function sealRecord(
  record: SealedRecordInput,
  contents: Record<string, Hex>,
  base: CryptoSuite,
  wrap: (key: RecordKey) => Promise<Uint8Array>,
): Promise<AnswerRecord> {
  const nonces = (record.files ?? []).map((file) => file.wrapNonce);
  const draws = [record.key, uidBytes(record.uid), record.dataNonce, ...nonces];
  return withRandomness(base, draws, async (suite) => {
    const { sealed, key } = await createRecord(JSON.parse(record.data) as JsonMap, { suite });
    const files: AnswerFile[] = [];
    for (const file of record.files ?? []) {
      const made = await sealFile(file, base);
      contents[file.uid] = toHex(made.sealed.content);
      const { uid, description } = made.sealed;
      files.push({ uid, description, key: await key.wrapFileKey(made.key), url: file.url });
    }
    const { revision, isEditable, innerFolderUid } = record;
    const place = { revision, isEditable, innerFolderUid, ...(record.files && { files }) };
    return { ...sealed, ...place, key: await wrap(key) };
  });
}

const sealFile = (file: SealedFileInput, base: CryptoSuite): ReturnType<typeof createFile> =>
  withRandomness(base, [file.key, file.contentNonce, uidBytes(file.uid), file.descriptionNonce], (suite) => {
    const { name, title, type, lastModified } = file;
    const content = fromHex(file.content);
    return createFile({ name, title, lastModified, content, ...(type !== undefined && { type }) }, { suite });
  });

export interface FoldersOpen {
  readonly applicationKey: Hex;
  /** JSON text. */
  readonly answer: string;
}

export async function foldersOpen(test: FoldersOpen, suite: CryptoSuite): Promise<Outcome> {
  const applicationKey = await importApplicationKey(fromHex(test.applicationKey), { suite });
  const opened = await openFolders(utf8(test.answer), applicationKey, { suite, extractable: true });
  const folders: Json[] = [];
  for (const { uid, parentUid, sharedFolderUid, name, key, keyAuthenticated } of opened.folders) {
    const bytes = toHex(await key.exportSecretBytes());
    folders.push({ uid, parentUid: parentUid ?? null, sharedFolderUid, name, key: bytes, keyAuthenticated });
  }
  const failed = opened.failed.map(writeFailure);
  return { output: { folders, failed }, refused: failed.length > 0 };
}

export interface FoldersSeal {
  readonly applicationKey: Hex;
  readonly folders: readonly {
    readonly uid: string;
    readonly key: Hex;
    /** 12 bytes for a shared folder, whose key goes under AES-GCM; 16 for one inside, under AES-CBC. */
    readonly wrapNonce: Hex;
    readonly name: string;
    readonly nameIv: Hex;
    readonly parentUid?: string;
    /** The shared folder at the root of its parents, for a folder inside one. */
    readonly sharedFolderUid?: string;
  }[];
}

export async function foldersSeal(test: FoldersSeal, base: CryptoSuite): Promise<Outcome> {
  const folders = [];
  for (const folder of test.folders) {
    const { uid, parentUid } = folder;
    const root = test.folders.find((one) => one.uid === folder.sharedFolderUid);
    const made = await withRandomness(base, [folder.key, uidBytes(uid), folder.nameIv], (suite) =>
      createFolder(folder.name, { suite }),
    );
    const key = await withRandomness(base, [folder.wrapNonce], async (suite) => {
      const wrapping = root
        ? await folderKey(root.key, suite)
        : await importApplicationKey(fromHex(test.applicationKey), { suite });
      return wrapping.wrapFolderKey(made.key);
    });
    folders.push({ ...made.sealed, key, parentUid });
  }
  return { output: { answer: encodeFoldersAnswer(folders) } };
}
