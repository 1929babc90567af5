import type { Bytes } from '../../wire/bytes.js';
import type { ErrorCode } from '../../wire/error.js';

// What the opening thread and its workers say to one another. Records travel as one buffer per batch, which changes
// hands without a copy. Workers open AES-GCM under AES-GCM, which nearly every record is; the rest stays where it is.

/** The keys that a worker opens with, which leave this thread as bytes. */
export interface WorkerKeys {
  readonly type: 'keys';
  /** 32 bytes each; rows of a batch name them by their place. */
  readonly openers: readonly Bytes[];
}

/** Numbers in a row of {@link WorkerBatch.table}: place of the opener, length of the wrapped key, length of the data. */
export const ROW_LENGTH = 3;

/** Records to open: for each a wrapped key and sealed data, all in one row. */
export interface WorkerBatch {
  readonly type: 'batch';
  readonly id: number;
  readonly bytes: Bytes;
  readonly table: Uint32Array<ArrayBuffer>;
  /** Whether digests are wanted. */
  readonly digests: boolean;
}

/** Records that a worker opened: for each its key (32 bytes) and its data, all in one row. */
export interface WorkerAnswer {
  readonly id: number;
  readonly bytes: Bytes;
  /** Length of each record's data, or {@link NOT_OPENED}. */
  readonly lengths: Uint32Array<ArrayBuffer>;
  /** Where they were wanted, for each record the digests of its key and of its sealed data: 32 bytes each. */
  readonly digests: Bytes | undefined;
  readonly failures: readonly { readonly index: number; readonly code: ErrorCode; readonly message: string }[];
}

/** In place of a length. */
export const NOT_OPENED = 0xffffffff;
