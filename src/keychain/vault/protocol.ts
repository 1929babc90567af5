import type { Bytes } from '../../wire/bytes.js';
import type { ErrorCode } from '../../wire/error.js';
import type { JsonLimits } from '../../wire/json.js';

// What the opening thread and its workers say to one another. Records travel as one buffer per batch, which changes
// hands without a copy and comes back with what was opened in place of what was sealed, to be used again: to allocate
// and free buffers of this size costs as much as opening some of the records. Workers open AES-GCM under AES-GCM, which
// nearly every record is; the rest stays where it is.

/** The keys that a worker opens with, which leave this thread as bytes. */
export interface WorkerKeys {
  readonly type: 'keys';
  /** 32 bytes each; rows of a batch name them by their place. */
  readonly openers: readonly Bytes[];
  /** For the JSON of a record. */
  readonly limits: JsonLimits;
}

/**
 * Numbers in a row of a table. On the way to a worker: place of the opener, length of the wrapped key, length of the
 * sealed data. On the way back the first is {@link NOT_OPENED}, or how many members the record's JSON has as written.
 */
export const ROW_LENGTH = 3;

/** Buffers of a batch. Both may be longer than what they hold. */
export interface BatchBuffers {
  /** For each record its wrapped key and sealed data; on the way back its key (32 bytes) and data, from the same place on. */
  readonly bytes: Bytes;
  readonly table: Uint32Array<ArrayBuffer>;
}

/** Records to open. */
export interface WorkerBatch extends BatchBuffers {
  readonly type: 'batch';
  readonly id: number;
  /** How many. */
  readonly count: number;
  /** Whether digests are wanted. */
  readonly digests: boolean;
}

/** Records that a worker opened. */
export interface WorkerAnswer extends BatchBuffers {
  readonly id: number;
  /** Where they were wanted, for each record the digests of its key and of its sealed data: 32 bytes each. */
  readonly digests: Bytes | undefined;
  readonly failures: readonly WorkerFailure[];
}

/** A record that did not open. */
export interface WorkerFailure {
  /** Its row. */
  readonly index: number;
  readonly code: ErrorCode;
  readonly message: string;
}

/** In place of a count of members. */
export const NOT_OPENED = 0xffffffff;
