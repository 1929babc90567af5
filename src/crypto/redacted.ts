import { VaultwireError } from '../wire/error.js';

const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/**
 * What every key object of the suites descends from, so that a key which ends up in a log, a template string, JSON or
 * Node's inspector prints as its kind, `[AesKey]` for one, and nothing else.
 */
export abstract class RedactedKey {
  readonly #kind: string;

  constructor(kind: string) {
    this.#kind = kind;
  }

  get [Symbol.toStringTag](): string {
    return this.#kind;
  }

  toString(): string {
    return `[${this.#kind}]`;
  }

  toJSON(): string {
    return this.toString();
  }

  [INSPECT](): string {
    return this.toString();
  }
}

/** Guards the methods that give a key's bytes away. @throws VaultwireError `key-not-extractable` */
export function assertExtractable(extractable: boolean): void {
  if (!extractable) {
    throw new VaultwireError('key-not-extractable', 'key: expected one imported or generated as extractable');
  }
}
