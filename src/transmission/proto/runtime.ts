/*!
 * The bundle contains the reader and the writer of protobuf.js.
 *
 * Copyright (c) 2016, Daniel Wirtz. All rights reserved.
 *
 * Redistribution and use in source and binary forms, with or without modification, are permitted provided that the
 * following conditions are met: * Redistributions of source code must retain the above copyright notice, this list of
 * conditions and the following disclaimer. * Redistributions in binary form must reproduce the above copyright notice,
 * this list of conditions and the following disclaimer in the documentation and/or other materials provided with the
 * distribution. * Neither the name of its author, nor the names of its contributors may be used to endorse or promote
 * products derived from this software without specific prior written permission.
 *
 * THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND ANY EXPRESS OR IMPLIED WARRANTIES,
 * INCLUDING, BUT NOT LIMITED TO, THE IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE
 * DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT OWNER OR CONTRIBUTORS BE LIABLE FOR ANY DIRECT, INDIRECT, INCIDENTAL,
 * SPECIAL, EXEMPLARY, OR CONSEQUENTIAL DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR
 * SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON ANY THEORY OF LIABILITY,
 * WHETHER IN CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE
 * OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.
 */
import protobuf from 'protobufjs/minimal.js';
import { assertBytes, copyBytes } from '../../wire/bytes.js';

/*
 * What the generated code of messages.js runs on, in place of protobufjs/minimal itself. It keeps that package's reader
 * and writer, narrowed to what comes from an adversary, and leaves out the rest: its registry, which all packages of a
 * process share, and long, which wants WebAssembly.
 */

/** How deep messages may lie in one another. The messages of this wire need two levels, a tree of PAM elements more. */
export const MAXIMUM_PROTOBUF_DEPTH = 16;
/**
 * How many fields one message may have, those of the messages in it and the numbers of packed fields included: engines
 * end the whole process over an array of more elements than they can hold.
 */
export const MAXIMUM_PROTOBUF_FIELDS = 2_000_000;

/** The part of protobufjs's reader that this one builds on, typed by hand: its own types know int64 as Long only. */
interface BaseReader {
  readonly buf: Uint8Array;
  pos: number;
  len: number;
  tag(): number;
  raw(start: number, end: number): Uint8Array;
  skipType(wireType: number, depth?: number, fieldNumber?: number): unknown;
}

const PlainReader = protobuf.Reader as unknown as new (bytes: Uint8Array) => BaseReader;

export class Reader extends PlainReader {
  static readonly recursionLimit: number = MAXIMUM_PROTOBUF_DEPTH;
  readonly discardUnknown = true;
  #fields = 0;

  static create(bytes: Uint8Array): Reader {
    return new Reader(bytes);
  }

  override tag(): number {
    this.#count();
    return super.tag();
  }

  /** Bytes of a field, copied: a view would keep the whole message in memory. */
  override raw(start: number, end: number): Uint8Array<ArrayBuffer> {
    return copyBytes(this.buf.subarray(start, end));
  }

  /** Skips an unknown field. Groups are no part of proto3, and the only ones of them that nest. */
  override skipType(wireType: number, depth?: number, fieldNumber?: number): unknown {
    if (wireType === 3 || wireType === 4) throw new RangeError('a group');
    return super.skipType(wireType, depth, fieldNumber);
  }

  /** A 64-bit number, refused where a double would not hold it exactly. */
  int64(): number {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.pos < this.len ? this.buf[this.pos++] : undefined;
      if (byte === undefined) throw new RangeError('cut short');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return safe(Number(BigInt.asIntN(64, value)));
    }
    throw new RangeError('a varint of more than ten bytes');
  }

  int64s(numbers: number[]): number[] {
    const end = this.len;
    const length = (this as unknown as { size(): number }).size();
    if (this.pos + length > end) throw new RangeError('cut short');
    this.len = this.pos + length;
    while (this.pos < this.len) {
      this.#count();
      numbers.push(this.int64());
    }
    this.len = end;
    return numbers;
  }

  #count(): void {
    if (++this.#fields > MAXIMUM_PROTOBUF_FIELDS) throw new RangeError('too many fields');
  }
}

interface BaseWriter {
  int32(value: number): unknown;
  int64(value: number): unknown;
  int64s(values: readonly number[]): unknown;
  double(value: number): unknown;
  bool(value: boolean): unknown;
  string(value: string): unknown;
  bytes(value: Uint8Array): unknown;
  finish(): Uint8Array;
}

// Not Writer.create(), which on Node writes into a Buffer that shares its memory with others.
const PlainWriter = protobuf.Writer as unknown as new () => BaseWriter;

/** Writes what a field can hold, where the package's own would write the nearest thing that it can. */
export class Writer extends PlainWriter {
  static create(): Writer {
    return new Writer();
  }

  override int32(value: number): unknown {
    if ((value | 0) !== value) throw new RangeError('no whole number of 32 bits');
    return super.int32(value);
  }

  override int64(value: number): unknown {
    return super.int64(safe(value));
  }

  override int64s(values: readonly number[]): unknown {
    return super.int64s(values.map(safe));
  }

  override double(value: number): unknown {
    if (typeof value !== 'number') throw new TypeError('no number');
    return super.double(value);
  }

  override bool(value: boolean): unknown {
    if (typeof value !== 'boolean') throw new TypeError('no boolean');
    return super.bool(value);
  }

  override string(value: string): unknown {
    if (typeof value !== 'string' || /\p{Surrogate}/u.test(value)) throw new TypeError('no Unicode string');
    return super.string(value);
  }

  override bytes(value: Uint8Array): unknown {
    assertBytes(value, 'field');
    return super.bytes(value);
  }
}

function safe(value: number): number {
  if (!Number.isSafeInteger(value)) throw new RangeError('no whole number that a double holds exactly');
  return value;
}

export default {
  Reader,
  Writer,
  util: {
    global: globalThis,
    recursionLimit: MAXIMUM_PROTOBUF_DEPTH,
    emptyArray: Object.freeze([]),
    newBuffer: (bytes: number[]): Uint8Array => Uint8Array.from(bytes),
  },
  roots: {},
};
