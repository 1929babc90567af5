import type { CryptoSuite } from 'vaultwire/crypto';
import {
  addFileCommand,
  createFolderCommand,
  createSecretCommand,
  deleteFoldersCommand,
  deleteSecretsCommand,
  finalizeUpdateCommand,
  getFoldersCommand,
  getSecretsCommand,
  openOwnerFileKey,
  openOwnerRecordKey,
  readCommand,
  readDeleteResults,
  readUploadTarget,
  RecordKey,
  rollbackUpdateCommand,
  updateFolderCommand,
  updateSecretCommand,
  type Command,
  type TransactionType,
} from 'vaultwire/keychain';
import type { DeviceCommand } from 'vaultwire/transmission';
import { fromBase64, fromHex, toHex, type Bytes, type Hex } from './bytes.js';
import type { Json, JsonMap, Outcome } from './file.js';
import { importPrivateKey, type KeyPair } from './messages.js';
import { withRandomness } from './randomness.js';
import { folderKey } from './trees.js';

// Commands, built by a client and read by a server, and the answers to them.

interface Sender {
  readonly clientId: string;
  readonly clientVersion: string;
}

interface RecordInput {
  readonly uid: string;
  readonly key: Hex;
  readonly revision: number;
}

interface FolderInput {
  readonly uid: string;
  readonly key: Hex;
}

/** A command that a client builds, with what it draws for it, named by what it is for. */
export type CommandBuild = { readonly from: Sender } & (
  | {
      readonly command: 'get_secret';
      readonly publicKey?: Hex;
      readonly records?: readonly string[];
      readonly folders?: readonly string[];
      readonly links?: boolean;
    }
  | { readonly command: 'get_folders' }
  | {
      readonly command: 'update_secret';
      readonly record: RecordInput;
      readonly data: string;
      readonly transaction?: TransactionType;
      readonly removeFiles?: readonly string[];
      readonly dataNonce: Hex;
    }
  | { readonly command: 'finalize_secret_update' | 'rollback_secret_update'; readonly recordUid: string }
  | {
      readonly command: 'create_secret';
      readonly ownerPublicKey: Hex;
      readonly folder: FolderInput;
      readonly subFolderUid?: string;
      readonly data: string;
      readonly uidBytes: Hex;
      readonly recordKey: Hex;
      readonly ephemeralPrivateKey: Hex;
      readonly ownerNonce: Hex;
      readonly folderNonce: Hex;
      readonly dataNonce: Hex;
    }
  | { readonly command: 'delete_secret'; readonly recordUids: readonly string[] }
  | {
      readonly command: 'create_folder';
      readonly sharedFolder: FolderInput;
      readonly parentUid?: string;
      readonly name: string;
      readonly uidBytes: Hex;
      readonly folderKey: Hex;
      readonly keyIv: Hex;
      readonly dataIv: Hex;
    }
  | {
      readonly command: 'update_folder';
      readonly folder: FolderInput;
      readonly name: string;
      readonly dataIv: Hex;
    }
  | { readonly command: 'delete_folder'; readonly folderUids: readonly string[]; readonly force: boolean }
  | {
      readonly command: 'add_file';
      readonly ownerPublicKey: Hex;
      readonly record: RecordInput & { readonly data: string };
      readonly file: {
        readonly name: string;
        readonly title: string;
        readonly type?: string;
        readonly lastModified: number;
        readonly content: Hex;
      };
      readonly uidBytes: Hex;
      readonly fileKey: Hex;
      readonly contentNonce: Hex;
      readonly ephemeralPrivateKey: Hex;
      readonly ownerNonce: Hex;
      readonly descriptionNonce: Hex;
      readonly recordNonce: Hex;
      readonly linkNonce: Hex;
    }
);

export async function commandBuild(test: CommandBuild, base: CryptoSuite): Promise<Outcome> {
  const { command, payload, sealedContent } = await build(test, base);
  const content = sealedContent && { sealedContent: toHex(sealedContent) };
  return { output: { command, payload: payload, ...content } };
}

const parse = (text: string): JsonMap => JSON.parse(text) as JsonMap;

async function recordKey(bytes: Hex, suite: CryptoSuite): Promise<RecordKey> {
  return new RecordKey(await suite.importAesKey(fromHex(bytes), { extractable: true }));
}

async function build(test: CommandBuild, base: CryptoSuite): Promise<Command & { sealedContent?: Bytes }> {
  const { from } = test;
  switch (test.command) {
    case 'get_secret': {
      const { publicKey, ...filter } = test;
      return getSecretsCommand(from, { filter, ...(publicKey !== undefined && { publicKey: fromHex(publicKey) }) });
    }
    case 'get_folders':
      return getFoldersCommand(from);
    case 'update_secret':
      return withRandomness(base, [test.dataNonce], async (suite) => {
        const { record, transaction, removeFiles } = test;
        return updateSecretCommand(from, {
          record: { ...record, key: await recordKey(record.key, suite) },
          data: parse(test.data),
          ...(transaction && { transaction }),
          ...(removeFiles && { removeFiles }),
        });
      });
    case 'finalize_secret_update':
      return finalizeUpdateCommand(from, test.recordUid);
    case 'rollback_secret_update':
      return rollbackUpdateCommand(from, test.recordUid);
    case 'create_secret': {
      const { uidBytes, recordKey: key, ephemeralPrivateKey, ownerNonce, folderNonce, dataNonce } = test;
      const draws = [uidBytes, key, ephemeralPrivateKey, ownerNonce, folderNonce, dataNonce];
      return withRandomness(base, draws, async (suite) => {
        const { folder, subFolderUid } = test;
        return createSecretCommand(from, {
          owner: fromHex(test.ownerPublicKey),
          folder: { uid: folder.uid, key: await folderKey(folder.key, suite) },
          data: parse(test.data),
          ...(subFolderUid !== undefined && { subFolderUid }),
          suite,
        });
      });
    }
    case 'delete_secret':
      return deleteSecretsCommand(from, test.recordUids);
    case 'create_folder':
      return withRandomness(base, [test.uidBytes, test.folderKey, test.keyIv, test.dataIv], async (suite) => {
        const { sharedFolder, parentUid, name } = test;
        return createFolderCommand(from, {
          sharedFolder: { uid: sharedFolder.uid, key: await folderKey(sharedFolder.key, suite) },
          name,
          ...(parentUid !== undefined && { parentUid }),
          suite,
        });
      });
    case 'update_folder':
      return withRandomness(base, [test.dataIv], async (suite) => {
        const { folder, name } = test;
        return updateFolderCommand(from, {
          folder: { uid: folder.uid, key: await folderKey(folder.key, suite) },
          name,
        });
      });
    case 'delete_folder':
      return deleteFoldersCommand(from, test);
    case 'add_file': {
      const { uidBytes, fileKey, contentNonce, ephemeralPrivateKey, ownerNonce } = test;
      const { descriptionNonce, recordNonce, linkNonce } = test;
      const draws = [uidBytes, fileKey, contentNonce, ephemeralPrivateKey, ownerNonce];
      return withRandomness(base, [...draws, descriptionNonce, recordNonce, linkNonce], async (suite) => {
        const { record, file } = test;
        return addFileCommand(from, {
          owner: fromHex(test.ownerPublicKey),
          record: { ...record, key: await recordKey(record.key, suite), data: parse(record.data) },
          file: { ...file, content: fromHex(file.content) },
          suite,
        });
      });
    }
  }
}

export interface CommandRead {
  readonly command: DeviceCommand;
  readonly payload: JsonMap;
}

export function commandRead(test: CommandRead): Outcome {
  const received = Object.entries(readCommand(test.command, test.payload));
  const written = received.map(([name, value]: [string, unknown]): [string, Json] => [
    name,
    value instanceof Uint8Array ? toHex(value) : ((value ?? null) as Json),
  ]);
  return { output: Object.fromEntries(written) };
}

export interface OwnerKeyOpen {
  readonly kind: 'record' | 'file';
  readonly owner: KeyPair;
  /** base64 as in the payload. */
  readonly wrapped: string;
}

export async function ownerKeyOpen(test: OwnerKeyOpen, suite: CryptoSuite): Promise<Outcome> {
  const owner = await importPrivateKey(suite, test.owner);
  const openOwnerKey = test.kind === 'record' ? openOwnerRecordKey : openOwnerFileKey;
  const key = await openOwnerKey(owner, fromBase64(test.wrapped), { suite, extractable: true });
  return { output: { key: toHex(await key.exportSecretBytes()) } };
}

export interface DeleteResults {
  readonly uids: readonly string[];
  readonly answer: JsonMap;
}

export function deleteResults(test: DeleteResults): Outcome {
  const results = readDeleteResults(test.answer, test.uids).map((result) => ({
    ...result,
    errorMessage: result.errorMessage ?? null,
  }));
  return { output: { results }, refused: results.some(({ deleted }) => !deleted) };
}

export function uploadTarget(test: { readonly answer: JsonMap }): Outcome {
  return { output: { ...readUploadTarget(test.answer) } };
}
