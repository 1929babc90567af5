export type { AnswerReport } from './account/wrap.js';
export * from './binding-client.js';
export * from './binding-server.js';
export * from './commands.js';
export * from './configuration.js';
export * from './device.js';
export type { DocumentDigests, ItemDigests } from './digest.js';
export * from './file-url.js';
export * from './folders.js';
export * from './handles.js';
export {
  ApplicationKey,
  ClientKey,
  FileKey,
  FolderKey,
  generateApplicationKey,
  generateFileKey,
  generateFolderKey,
  generateRecordKey,
  importApplicationKey,
  MAXIMUM_DOCUMENT_BYTES,
  openOwnerFileKey,
  openOwnerRecordKey,
  RecordKey,
  type PaddingOptions,
  type UnwrapOptions,
} from './keys.js';
export * from './ledger/secrets.js';
export * from './owner.js';
export {
  openSecrets,
  type DeviceWrapKind,
  type Failure,
  type OpenedFile,
  type OpenedRecord,
  type OpenedSecrets,
  type OpenedSharedFolder,
  type OpenSecretsOptions,
  type RecordLink,
} from './secrets.js';
export {
  createOneTimeToken,
  deriveClientId,
  OneTimeToken,
  readOneTimeToken,
  type TokenOptions,
  type TokenServerKey,
} from './token.js';
export * from './uid.js';
