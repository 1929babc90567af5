/** How much a {@link Throttle} lets through. */
export interface ThrottleOptions {
  /** How many requests of one client to one command pass until the counter clears. Default 100. */
  readonly limit?: number;
  /** How long a client must be silent before its counter clears, in milliseconds. Default 10 s. */
  readonly silenceMilliseconds?: number;
  /** How many counters are kept; the one that was touched longest ago is dropped first. Default 10,000. */
  readonly capacity?: number;
}

interface Counter {
  requests: number;
  lastRequest: number;
}

/**
 * Counts requests by client and command, as the backends in the field do (wire note: transmission, errors): every
 * request, a refused one too, puts off the moment at which the counter clears.
 */
export class Throttle {
  readonly #limit: number;
  readonly #silenceMilliseconds: number;
  readonly #capacity: number;
  // Insertion order is the order of the last request, as every request puts its counter at the end again.
  readonly #counters = new Map<string, Counter>();

  constructor(options: ThrottleOptions = {}) {
    this.#limit = options.limit ?? 100;
    this.#silenceMilliseconds = options.silenceMilliseconds ?? 10_000;
    this.#capacity = options.capacity ?? 10_000;
  }

  /** How many counters are kept now. */
  get size(): number {
    return this.#counters.size;
  }

  /** How long a refused client does well to be silent, in whole seconds: a second more than the counter needs. */
  get retryAfterSeconds(): number {
    return Math.ceil(this.#silenceMilliseconds / 1000) + 1;
  }

  /**
   * Counts a request.
   *
   * @param now milliseconds, from any clock that does not go back
   * @returns false when it is one too many
   */
  admit(clientId: string, command: string, now: number): boolean {
    for (const [key, counter] of this.#counters) {
      if (now - counter.lastRequest < this.#silenceMilliseconds) break;
      this.#counters.delete(key);
    }
    const key = `${command} ${clientId}`;
    const counter = this.#counters.get(key) ?? { requests: 0, lastRequest: now };
    counter.requests++;
    counter.lastRequest = now;
    this.#counters.delete(key);
    this.#counters.set(key, counter);
    for (const oldest of this.#counters.keys()) {
      if (this.#counters.size <= this.#capacity) break;
      this.#counters.delete(oldest);
    }
    return counter.requests <= this.#limit;
  }
}
