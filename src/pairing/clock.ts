/** The time and how to be woken at a later one; tests bring their own. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls back once after so many milliseconds, and returns how not to. */
  after(milliseconds: number, callback: () => void): () => void;
}

/** The platform's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after: (milliseconds, callback) => {
    // eslint-disable-next-line no-restricted-globals -- the replaceable default
    const timer = setTimeout(callback, Math.min(milliseconds, LONGEST_TIMER));
    return () => {
      clearTimeout(timer);
    };
  },
};

/** Timers of platforms count in 31 bits, about 24 days. */
const LONGEST_TIMER = 0x7fffffff;
