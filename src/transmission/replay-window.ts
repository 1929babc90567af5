import { assertBytes } from '../wire/bytes.js';
import { VaultwireError } from '../wire/error.js';

/** How much a {@link ReplayWindow} remembers. */
export interface ReplayWindowOptions {
  /** How long a request is remembered, in milliseconds. Default 15 minutes. */
  readonly windowMilliseconds?: number;
  /** How many requests are remembered at most; the oldest is forgotten first. Default 100,000 (about 10 MB). */
  readonly capacity?: number;
}

/**
 * Remembers which requests a server has answered, in bounded memory. The wire carries no time stamp, so a request that
 * has been forgotten, by age or by number, would be admitted again: size the window for the traffic.
 */
export class ReplayWindow {
  // Insertion order is age, as every entry is put in when it is first seen.
  readonly #seen = new Map<string, number>();
  readonly #windowMilliseconds: number;
  readonly #capacity: number;

  constructor(options: ReplayWindowOptions = {}) {
    this.#windowMilliseconds = positive(options.windowMilliseconds ?? 15 * 60 * 1000, 'windowMilliseconds');
    this.#capacity = positive(options.capacity ?? 100_000, 'capacity');
  }

  /** How many requests are remembered. */
  get size(): number {
    return this.#seen.size;
  }

  /**
   * Admits a request once.
   *
   * @param identifier bytes that are unique to the request and that its signature covers
   * @param now milliseconds since 1970
   * @throws VaultwireError `argument-invalid` when `now` is no number
   * @returns false when it was admitted before, within the window
   */
  admit(identifier: Uint8Array, now: number): boolean {
    if (this.has(identifier, now)) return false;
    this.#seen.set(keyOf(identifier), now);
    if (this.#seen.size > this.#capacity) {
      for (const oldest of this.#seen.keys()) {
        this.#seen.delete(oldest);
        break;
      }
    }
    return true;
  }

  /**
   * Whether a request was admitted, within the window. For servers that admit it later, when they know that its sender
   * may take the place of others.
   *
   * @param identifier @param now as for {@link ReplayWindow.admit}
   * @throws VaultwireError `argument-invalid` when `now` is no number
   */
  has(identifier: Uint8Array, now: number): boolean {
    assertBytes(identifier, 'request identifier');
    // Every comparison with NaN is false: it would empty the window.
    if (Number.isNaN(now)) throw new VaultwireError('argument-invalid', 'now: expected milliseconds since 1970');
    for (const [oldest, seenAt] of this.#seen) {
      if (now - seenAt < this.#windowMilliseconds) break;
      this.#seen.delete(oldest);
    }
    return this.#seen.has(keyOf(identifier));
  }
}

const keyOf = (identifier: Uint8Array): string => String.fromCharCode(...identifier);

function positive(value: number, name: string): number {
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new VaultwireError('argument-invalid', `${name}: expected a positive whole number`);
  }
  return value;
}
