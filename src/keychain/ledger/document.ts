import type { AesKey } from '../../crypto/suite.js';
import { encodeBase64Url } from '../../wire/base64.js';
import { assertBytes, concatBytes, copyBytes, decodeUtf8, encodeUtf8, type Bytes } from '../../wire/bytes.js';
import { isVaultwireError, VaultwireError } from '../../wire/error.js';
import { FORMER_LENGTH, formerChanges } from './former.js';
import { LEDGER_LIMITS, PIN_KINDS, pinName, type PublicKeyPin, type TrustLedger } from './observe.js';
import { faultOf, readUid, Row, ROW_LENGTH, TraceTable, writeDigest } from './traces.js';

// A document is a chain of frames: the first holds a whole ledger, each later one what changed. A frame is
//
//   "VWTL" || version(1) || sealed head(36) || sealed body
//
// where `sealed` is AES-256-GCM under the caller's key (nonce 12, tag 16). The head is the frame's sequence number and
// the length of its sealed body, 4 bytes each, big-endian. Additional data of both: magic, version, what is sealed
// (0 the head of a first frame, 1 of a later one, 2 a body) and the 16-byte tag that comes before: for a head that of the
// previous body (zeros at first), for a body that of its own head. So frames cannot be changed, dropped from the middle
// or put in another order; and as the length is authenticated before it is believed, a document that ends too early is
// told from one that was changed.

const MAGIC = new Uint8Array([0x56, 0x57, 0x54, 0x4c]);
const VERSION = 2;
const PREFIX_LENGTH = 5;
const TAG_LENGTH = 16;
const HEAD_LENGTH = 8;
/** By how many bytes what is sealed is longer. */
const SEALED = 28;
const SEALED_HEAD_LENGTH = HEAD_LENGTH + SEALED;
const FRAME_START = PREFIX_LENGTH + SEALED_HEAD_LENGTH;
const FIRST_HEAD = 0;
const LATER_HEAD = 1;
const BODY = 2;
/** Bounds of a document. */
export const LEDGER_DOCUMENT_LIMITS = { maximumBytes: 256 * 1024 * 1024, maximumFrames: 100_000 } as const;

/** Closer bounds than {@link LEDGER_DOCUMENT_LIMITS}, for what is written and read. */
export interface LedgerDocumentBounds {
  readonly maximumBytes?: number;
  readonly maximumFrames?: number;
}

/** Where a document ends: what the next frame is chained to. */
export interface LedgerTail {
  /** Of the last frame; it grows by one with each. */
  readonly sequence: number;
  /** Length of the document in bytes: where the next frame goes. */
  readonly length: number;
  /** How many it has. */
  readonly frames: number;
  /** The last frame's tag in base64url. */
  readonly tag: string;
}

/** Bytes to write, and where the document then ends. */
export interface LedgerWrite {
  readonly bytes: Bytes;
  readonly tail: LedgerTail;
}

export interface DecodedLedger {
  readonly ledger: TrustLedger;
  /** `tail.length` is where a document that was cut off is to be cut before anything is appended. */
  readonly tail: LedgerTail;
  /** Whether the last frame was cut off in the middle of a write, and left out. A cut between two frames does not show. */
  readonly isCut: boolean;
}

/**
 * A whole ledger as a new document of one frame, 56 bytes for each uid and 8 for each digest that was replaced. Write it
 * beside the old one and rename it: a first frame that is cut off is no document.
 *
 * @param key the caller's, for this alone. Whoever has it can make ledgers
 * @param options.sequence of the frame: one more than the last of the document that this one replaces. Default 0
 * @throws VaultwireError `argument-invalid`
 */
export async function encodeLedger(
  ledger: TrustLedger,
  key: AesKey,
  options: { readonly sequence?: number } = {},
): Promise<LedgerWrite> {
  const { sequence = 0 } = options;
  assertSequence(sequence);
  const items = new TraceTable(ledger.items);
  const { added } = formerChanges(new Uint8Array(), ledger.former);
  const body = encodeBody(ledger, { pins: [], items: [], former: 0 }, [...ledger.pins.values()], items.rows(), added);
  return sealFrame(key, FIRST_HEAD, sequence, new Uint8Array(TAG_LENGTH), { length: 0, frames: 0 }, body);
}

/**
 * What changed between two ledgers as one more frame, to be written at the end of a document: no bytes if nothing did.
 *
 * @param tail of the document, which holds `before`
 * @throws VaultwireError `argument-invalid`; `message-too-long` where the document would get more frames or bytes than
 *   are read again: the whole ledger is to be encoded anew
 */
export async function appendLedger(
  tail: LedgerTail,
  before: TrustLedger,
  after: TrustLedger,
  key: AesKey,
  bounds: LedgerDocumentBounds = {},
): Promise<LedgerWrite> {
  const { maximumBytes, maximumFrames } = readBounds(bounds);
  const { sequence, length, frames, tag } = tail;
  assertSequence(sequence + 1);
  if (!Number.isSafeInteger(length) || length <= FRAME_START) {
    throw new VaultwireError('argument-invalid', 'tail.length: expected the length of a document');
  }
  if (!Number.isSafeInteger(frames) || frames < 1) {
    throw new VaultwireError('argument-invalid', 'tail.frames: expected the count of frames of a document');
  }
  const previousTag = new Uint8Array(TAG_LENGTH);
  assertDigest(writeDigest(previousTag, 0, tag), 'tail.tag');
  const pins = [...after.pins].filter(([name, { digest }]) => before.pins.get(name)?.digest !== digest);
  const { rows, goneUids } = changedRows(before.items, after.items);
  const { gone, added } = formerChanges(before.former, after.former);
  const removed = {
    former: gone,
    pins: [...before.pins].filter(([name]) => !after.pins.has(name)).map(([, pin]) => pin),
    items: goneUids,
  };
  const changes = pins.length + rows.length + added.length + gone + removed.pins.length + goneUids.length;
  if (changes === 0 && hasSameAccount(before, after)) return { bytes: new Uint8Array(), tail };
  const body = encodeBody(
    after,
    removed,
    pins.map(([, pin]) => pin),
    rows,
    added,
  );
  // What is written is read again, or it would be lost with all that was there before.
  const isTooLong = length + FRAME_START + body.length + SEALED > maximumBytes;
  if (isTooLong || frames >= maximumFrames) {
    const limit = isTooLong ? `${maximumBytes} bytes` : `${maximumFrames} frames`;
    throw new VaultwireError('message-too-long', `ledger: expected at most ${limit}: encode the whole ledger anew`);
  }
  return sealFrame(key, LATER_HEAD, sequence + 1, previousTag, tail, body);
}

const hasSameAccount = (one: TrustLedger, other: TrustLedger): boolean =>
  one.dataKey === other.dataKey &&
  one.iterations === other.iterations &&
  one.iterationsSha512 === other.iterationsSha512 &&
  one.transport === other.transport;

/**
 * Reads a document. One that was cut off in its last frame, or ends in zeros there as files do after a crash, gives the
 * ledger before that frame, and says so; every other damage is refused. An older copy of the whole document is a good
 * document, and so is one that was cut off between two frames: who fears that keeps the last sequence number elsewhere,
 * as `minimumSequence` is the one way to notice.
 *
 * @param options.minimumSequence the last sequence number that is known to have been written
 * @throws VaultwireError `argument-invalid`, `message-too-short` without one whole frame, `message-too-long` past the
 *   bounds, `open-failed` for another key, a changed byte, a frame left out or moved,
 *   `field-invalid` for another magic, version or content, `rollback-suspected` for an older document
 */
export async function decodeLedger(
  document: Uint8Array,
  key: AesKey,
  options: LedgerDocumentBounds & { readonly minimumSequence?: number } = {},
): Promise<DecodedLedger> {
  assertBytes(document, 'ledger');
  const { maximumBytes, maximumFrames } = readBounds(options);
  const { minimumSequence = 0 } = options;
  assertSequence(minimumSequence);
  if (document.length > maximumBytes) {
    throw new VaultwireError('message-too-long', `ledger: expected at most ${maximumBytes} bytes`);
  }
  const bytes = copyBytes(document);
  const state = new DecodingState();
  let previousTag: Uint8Array = new Uint8Array(TAG_LENGTH);
  let offset = 0;
  let frames = 0;
  let sequence = 0;
  const zerosStart = startOfZeros(bytes);
  // What a crash left unwritten is zeros to the end of the file. As many as a tag has come at the end of no good frame.
  const isUnwritten = (end: number): boolean => zerosStart < end && bytes.length - zerosStart >= TAG_LENGTH;
  while (offset < bytes.length) {
    if (isUnwritten(offset + PREFIX_LENGTH)) break;
    if (frames === maximumFrames) {
      throw new VaultwireError('message-too-long', `ledger: expected at most ${maximumFrames} frames`);
    }
    checkPrefix(bytes.subarray(offset, offset + PREFIX_LENGTH));
    const sealedHead = bytes.subarray(offset + PREFIX_LENGTH, offset + FRAME_START);
    if (sealedHead.length < SEALED_HEAD_LENGTH) break;
    const start = offset + FRAME_START;
    const headKind = frames === 0 ? FIRST_HEAD : LATER_HEAD;
    const head = await openPart(key, sealedHead, headKind, previousTag, isUnwritten(start));
    if (!head) break;
    assertBytes(head, 'ledger frame', HEAD_LENGTH);
    const reader = new BodyReader(head);
    const number = reader.uint32();
    const length = reader.uint32();
    if (frames > 0 && number !== sequence + 1) throw invalid('sequence number');
    if (length > bytes.length - start) break;
    const sealedBody = bytes.subarray(start, start + length);
    const body = await openPart(key, sealedBody, BODY, sealedHead.subarray(-TAG_LENGTH), isUnwritten(start + length));
    if (!body) break;
    state.apply(body, frames === 0);
    previousTag = sealedBody.subarray(-TAG_LENGTH);
    sequence = number;
    offset = start + length;
    frames++;
  }
  if (frames === 0) throw new VaultwireError('message-too-short', 'ledger: expected one whole frame');
  if (sequence < minimumSequence) {
    throw new VaultwireError('rollback-suspected', `ledger: expected the frame ${minimumSequence} or a later one`);
  }
  return {
    ledger: state.ledger(),
    tail: { sequence, length: offset, frames, tag: encodeBase64Url(previousTag) },
    isCut: offset < bytes.length,
  };
}

/** Where the zeros at the end begin. */
function startOfZeros(bytes: Uint8Array): number {
  let start = bytes.length;
  while (start > 0 && bytes[start - 1] === 0) start--;
  return start;
}

function readBounds(bounds: LedgerDocumentBounds): Required<LedgerDocumentBounds> {
  const read = (name: keyof LedgerDocumentBounds): number => {
    const limit = LEDGER_DOCUMENT_LIMITS[name];
    const { [name]: bound = limit } = bounds;
    if (Number.isInteger(bound) && bound >= 1 && bound <= limit) return bound;
    throw new VaultwireError('argument-invalid', `${name}: expected 1 to ${limit}`);
  };
  return { maximumBytes: read('maximumBytes'), maximumFrames: read('maximumFrames') };
}

function assertSequence(sequence: unknown): void {
  if (Number.isInteger(sequence) && Number(sequence) >= 0 && Number(sequence) <= 0xffffffff) return;
  throw new VaultwireError('argument-invalid', 'sequence: expected a number of 32 bits');
}

function additionalData(what: number, previousTag: Uint8Array): Bytes {
  return concatBytes(MAGIC, new Uint8Array([VERSION, what]), previousTag);
}

async function sealFrame(
  key: AesKey,
  headKind: number,
  sequence: number,
  previousTag: Bytes,
  { length, frames }: Pick<LedgerTail, 'length' | 'frames'>,
  body: Bytes,
): Promise<LedgerWrite> {
  const head = new Uint8Array(HEAD_LENGTH);
  const view = new DataView(head.buffer);
  view.setUint32(0, sequence);
  view.setUint32(4, body.length + SEALED);
  const sealedHead = await key.seal(head, additionalData(headKind, previousTag));
  assertBytes(sealedHead, 'sealed head', SEALED_HEAD_LENGTH);
  const sealedBody = await key.seal(body, additionalData(BODY, sealedHead.subarray(-TAG_LENGTH)));
  assertBytes(sealedBody, 'sealed body', body.length + SEALED);
  const bytes = concatBytes(MAGIC, new Uint8Array([VERSION]), sealedHead, sealedBody);
  return {
    bytes,
    tail: {
      sequence,
      length: length + bytes.length,
      frames: frames + 1,
      tag: encodeBase64Url(sealedBody.subarray(-TAG_LENGTH)),
    },
  };
}

/** @returns nothing for what does not open and may have been left unwritten */
async function openPart(
  key: AesKey,
  sealed: Uint8Array,
  what: number,
  previousTag: Uint8Array,
  mayBeUnwritten: boolean,
): Promise<Bytes | undefined> {
  try {
    const opened = await key.open(sealed, additionalData(what, previousTag));
    assertBytes(opened, 'ledger frame');
    return opened;
  } catch (error) {
    if (mayBeUnwritten && isVaultwireError(error) && error.code === 'open-failed') return undefined;
    throw error;
  }
}

function checkPrefix(prefix: Uint8Array): void {
  for (const [index, byte] of prefix.entries()) {
    if (byte !== (MAGIC[index] ?? VERSION)) throw invalid(index < MAGIC.length ? 'magic' : 'version');
  }
}

const invalid = (what: string): VaultwireError =>
  new VaultwireError('field-invalid', `ledger: expected another ${what}`);

// A body, integers big-endian:
//
//   flags(1): 1 data key, 2 iterations of SHA-256, 4 transport, 8 the transport is hybrid, 16 iterations of SHA-512; then
//   what they announce: data key(16), iterations(4), iterations(4)
//   count(4) of pins that are gone: kind(1) length(1) id
//   count(4) of uids that are gone: uid(16)
//   count(4) of pins: kind(1) length(1) id digest(16)
//   count(4) of items: their rows, 56 bytes each, see traces.ts
//   count(4) of former digests that are gone: the oldest
//   count(4) of former digests: 8 bytes each, behind those that are there

interface Removed {
  readonly pins: readonly PublicKeyPin[];
  readonly items: readonly string[];
  readonly former: number;
}

function encodeBody(
  ledger: TrustLedger,
  removed: Removed,
  pins: readonly PublicKeyPin[],
  rows: Uint8Array,
  former: Uint8Array,
): Bytes {
  const { dataKey, iterations, iterationsSha512, transport } = ledger;
  const account = new Uint8Array(1 + (dataKey === undefined ? 0 : 16));
  account[0] =
    (dataKey === undefined ? 0 : 1) |
    (iterations === undefined ? 0 : 2) |
    (transport === undefined ? 0 : 4) |
    (transport === 'hybrid' ? 8 : 0) |
    (iterationsSha512 === undefined ? 0 : 16);
  if (dataKey !== undefined) assertDigest(writeDigest(account, 1, dataKey), 'dataKey');
  const goneItems = new Uint8Array(removed.items.length * 16);
  removed.items.forEach((uid, index) => {
    assertDigest(writeDigest(goneItems, index * 16, uid), 'uid');
  });
  return concatBytes(
    account,
    iterations === undefined ? new Uint8Array() : uint32(iterations),
    iterationsSha512 === undefined ? new Uint8Array() : uint32(iterationsSha512),
    uint32(removed.pins.length),
    encodePins(removed.pins, false),
    uint32(removed.items.length),
    goneItems,
    uint32(pins.length),
    encodePins(pins, true),
    uint32(rows.length / ROW_LENGTH),
    rows,
    uint32(removed.former),
    uint32(former.length / FORMER_LENGTH),
    former,
  );
}

function encodePins(pins: readonly PublicKeyPin[], withDigest: boolean): Bytes {
  const names = pins.map(({ id }) => encodeUtf8(id));
  let length = 0;
  for (const name of names) length += 2 + name.length + (withDigest ? 16 : 0);
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const [index, { kind, digest }] of pins.entries()) {
    const name = names[index] ?? new Uint8Array();
    const kindNumber = PIN_KINDS.indexOf(kind);
    if (kindNumber < 0) throw new VaultwireError('argument-invalid', 'pin.kind: expected a known kind');
    if (name.length === 0 || name.length > LEDGER_LIMITS.idBytes) {
      throw new VaultwireError('argument-invalid', `pin.id: expected 1 to ${LEDGER_LIMITS.idBytes} bytes`);
    }
    bytes[offset] = kindNumber;
    bytes[offset + 1] = name.length;
    bytes.set(name, offset + 2);
    offset += 2 + name.length;
    if (!withDigest) continue;
    assertDigest(writeDigest(bytes, offset, digest), 'pin.digest');
    offset += 16;
  }
  return bytes;
}

/** Rows that are new or differ from those before, and uids that are gone. */
function changedRows(
  before: Uint8Array,
  after: Uint8Array,
): { readonly rows: Uint8Array; readonly goneUids: readonly string[] } {
  if (before === after) return { rows: new Uint8Array(), goneUids: [] };
  const tableBefore = new TraceTable(before);
  const tableAfter = new TraceTable(after);
  const isKept = new Uint8Array(tableBefore.count).fill(1, 0, tableAfter.count);
  const changed = new TraceTable(new Uint8Array());
  const row = new Row();
  const unlike = tableAfter.placesUnlike(tableBefore);
  for (const here of unlike) isKept[here] = 0;
  for (const here of unlike) {
    tableAfter.read(here, row);
    const place = tableBefore.hasUidAt(here, row) ? here : tableBefore.placeOfUid(row);
    if (place !== undefined) isKept[place] = 1;
    if (place === undefined || !tableBefore.hasRowAt(place, row)) changed.append(row);
  }
  const goneUids: string[] = [];
  for (let place = isKept.indexOf(0); place >= 0; place = isKept.indexOf(0, place + 1)) {
    goneUids.push(readUid(before, place));
  }
  return { rows: changed.rows(), goneUids };
}

function uint32(value: number): Bytes {
  if (!Number.isInteger(value) || value < 0 || value > 0xffffffff) {
    throw new VaultwireError('argument-invalid', 'ledger: expected a count');
  }
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

function assertDigest(isDigest: boolean, name: string): void {
  if (!isDigest) throw new VaultwireError('argument-invalid', `${name}: expected 16 bytes in base64url`);
}

/** Reads a body from front to back. Who made it had the key, but a mistake of theirs must not become trust of ours. */
class BodyReader {
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  take(length: number): Uint8Array {
    const end = this.#offset + length;
    if (end > this.#bytes.length) throw invalid('length of a frame');
    const taken = this.#bytes.subarray(this.#offset, end);
    this.#offset = end;
    return taken;
  }

  uint8(): number {
    return this.take(1)[0] ?? 0;
  }

  uint32(): number {
    return this.take(4).reduce((value, byte) => value * 256 + byte, 0);
  }

  /** A count of things, each at least so long: more than can be there are refused before any is read. */
  count(length: number, limit: number): number {
    const count = this.uint32();
    if (count > limit || count * length > this.#bytes.length - this.#offset) throw invalid('count');
    return count;
  }

  digest(): string {
    return encodeBase64Url(this.take(16));
  }

  end(): void {
    if (this.#offset !== this.#bytes.length) throw invalid('length of a frame');
  }
}

class DecodingState {
  readonly #pins = new Map<string, PublicKeyPin>();
  #items = new TraceTable(new Uint8Array());
  #dataKey: string | undefined;
  #iterations: number | undefined;
  #iterationsSha512: number | undefined;
  #transport: TrustLedger['transport'];
  /** Put together at the end: frames are many, and what each adds is little. */
  readonly #former: Uint8Array[] = [];
  #formerCount = 0;
  #formerGone = 0;

  ledger(): TrustLedger {
    return {
      pins: this.#pins,
      dataKey: this.#dataKey,
      iterations: this.#iterations,
      iterationsSha512: this.#iterationsSha512,
      transport: this.#transport,
      items: this.#items.rows(),
      former: this.#allFormer().slice(this.#formerGone * FORMER_LENGTH),
    };
  }

  #allFormer(): Uint8Array {
    const all = new Uint8Array(this.#formerCount * FORMER_LENGTH);
    let offset = 0;
    for (const part of this.#former) {
      all.set(part, offset);
      offset += part.length;
    }
    return all;
  }

  apply(body: Uint8Array, isFirst: boolean): void {
    const reader = new BodyReader(body);
    const flags = reader.uint8();
    if (flags > 31 || (flags & 12) === 8) throw invalid('set of flags');
    this.#dataKey = (flags & 1) === 0 ? undefined : reader.digest();
    this.#iterations = (flags & 2) === 0 ? undefined : reader.uint32();
    this.#iterationsSha512 = (flags & 16) === 0 ? undefined : reader.uint32();
    if (this.#iterations === 0 || this.#iterationsSha512 === 0) throw invalid('count of iterations');
    this.#transport = (flags & 4) === 0 ? undefined : (flags & 8) === 0 ? 'ec' : 'hybrid';

    for (let left = reader.count(3, isFirst ? 0 : LEDGER_LIMITS.pins); left > 0; left--) {
      const { kind, id } = readPinName(reader);
      if (!this.#pins.delete(pinName(kind, id))) throw invalid('pin that is gone');
    }
    const row = new Row();
    const gone = new Set<number>();
    for (let left = reader.count(16, isFirst ? 0 : LEDGER_LIMITS.items); left > 0; left--) {
      row.bytes.set(reader.take(16));
      const place = this.#items.placeOfUid(row);
      if (place === undefined || gone.has(place)) throw invalid('uid that is gone');
      gone.add(place);
    }
    if (gone.size > 0) this.#items.remove(gone);
    const pins = new Set<string>();
    for (let left = reader.count(19, LEDGER_LIMITS.pins); left > 0; left--) {
      const { kind, id } = readPinName(reader);
      const name = pinName(kind, id);
      if (pins.has(name)) throw invalid('pin than one that came before');
      pins.add(name);
      this.#pins.set(name, { kind, id, digest: reader.digest() });
    }
    const count = reader.count(ROW_LENGTH, LEDGER_LIMITS.items);
    const rows = reader.take(count * ROW_LENGTH);
    const shown = new TraceTable(rows);
    if (shown.repeatsUid()) throw invalid('uid than one that came before');
    for (let place = 0; place < count; place++) {
      const fault = faultOf(rows, place);
      if (fault !== undefined) throw invalid(fault);
      if (isFirst) continue;
      shown.read(place, row);
      const known = this.#items.placeOfUid(row);
      if (known === undefined) this.#items.append(row);
      else this.#items.replace(known, row);
    }
    if (isFirst) this.#items = shown;
    this.#formerGone += reader.count(0, this.#formerCount - this.#formerGone);
    const added = reader.count(FORMER_LENGTH, LEDGER_LIMITS.former);
    this.#former.push(reader.take(added * FORMER_LENGTH));
    this.#formerCount += added;
    reader.end();
    if (this.#formerCount - this.#formerGone > LEDGER_LIMITS.former) throw invalid('count');
    if (this.#pins.size > LEDGER_LIMITS.pins || this.#items.count > LEDGER_LIMITS.items) throw invalid('count');
  }
}

function readPinName(reader: BodyReader): Pick<PublicKeyPin, 'kind' | 'id'> {
  const kind = PIN_KINDS[reader.uint8()];
  const id = decodeUtf8(reader.take(reader.uint8()), 'pin.id');
  if (kind === undefined || id === '') throw invalid('kind and id of a pin');
  return { kind, id };
}
