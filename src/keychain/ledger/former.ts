import { assertBytes, copyBytes } from '../../wire/bytes.js';
import { VaultwireError } from '../../wire/error.js';
import { FORMER_LIMIT } from './items.js';

/** Length in bytes of an entry: the beginning of a digest, which nobody can make to order. */
export const FORMER_LENGTH = 8;

/** Digests of keys and data that were replaced. What it is made of is never written to. */
export class FormerDigests {
  readonly #before: Uint8Array;
  /** In the order in which they were replaced. Made when it is first asked for: most answers change little or nothing. */
  #entries: Set<bigint> | undefined;
  #isChanged = false;

  /** @throws VaultwireError `argument-invalid` for what is no entries */
  constructor(before: Uint8Array) {
    assertFormer(before);
    this.#before = before;
  }

  get isEmpty(): boolean {
    return this.#before.length === 0 && !this.#isChanged;
  }

  has(entry: bigint | undefined): boolean {
    return entry !== undefined && !this.isEmpty && this.#all().has(entry);
  }

  add(entry: bigint | undefined): void {
    if (entry === undefined) return;
    this.#all().add(entry);
    this.#isChanged = true;
  }

  /** The newest of them, as a ledger holds them. */
  bytes(): Uint8Array {
    if (!this.#isChanged) return this.#before;
    const entries = BigUint64Array.from(this.#all());
    return new Uint8Array(entries.buffer).slice(-FORMER_LIMIT * FORMER_LENGTH);
  }

  #all(): Set<bigint> {
    return (this.#entries ??= new Set(entriesOf(this.#before)));
  }
}

/** What became of those before: the oldest are gone, and others were added. */
export function formerChanges(
  before: Uint8Array,
  after: Uint8Array,
): { readonly gone: number; readonly added: Uint8Array } {
  const [old, now] = [entriesOf(before), entriesOf(after)];
  const [oldest] = now;
  let gone = oldest === undefined ? -1 : old.indexOf(oldest);
  const isKept = gone >= 0 && old.subarray(gone).every((entry, index) => entry === now[index]);
  if (!isKept) gone = old.length;
  return { gone, added: after.subarray((old.length - gone) * FORMER_LENGTH) };
}

function entriesOf(bytes: Uint8Array): BigUint64Array {
  assertFormer(bytes);
  const { buffer, byteOffset, length } = bytes.byteOffset % FORMER_LENGTH === 0 ? bytes : copyBytes(bytes);
  return new BigUint64Array(buffer, byteOffset, length / FORMER_LENGTH);
}

/** @throws VaultwireError `argument-invalid` */
function assertFormer(bytes: unknown): asserts bytes is Uint8Array {
  assertBytes(bytes, 'ledger.former');
  if (bytes.length % FORMER_LENGTH !== 0) {
    throw new VaultwireError('argument-invalid', `ledger.former: expected entries of ${FORMER_LENGTH} bytes`);
  }
}
