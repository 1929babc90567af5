import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** The lines of an input, given to whoever asks first. */
export interface Lines {
  /** The next line; undefined at the end of the input, or when the signal is aborted first. */
  next(signal?: AbortSignal): Promise<string | undefined>;
  /** Forgets what was typed before it was asked for. */
  discard(): void;
  close(): void;
}

interface Waiting {
  readonly give: (line: string | undefined) => void;
}

/** How many lines wait at most; more are dropped. */
const MAXIMUM_LINES = 1024;
/** How long a line may be at most; longer ones are dropped. */
const MAXIMUM_LENGTH = 64 * 1024;

export function linesOf(input: Readable): Lines {
  const interfaceOf = createInterface({ input });
  const lines: string[] = [];
  const waiting = new Set<Waiting>();
  let hasEnded = false;
  interfaceOf.on('line', (line) => {
    if (line.length > MAXIMUM_LENGTH) return;
    for (const { give } of waiting) {
      give(line);
      return;
    }
    if (lines.length < MAXIMUM_LINES) lines.push(line);
  });
  interfaceOf.on('close', () => {
    hasEnded = true;
    for (const { give } of [...waiting]) give(undefined);
  });
  return {
    next(signal) {
      if (signal?.aborted === true) return Promise.resolve(undefined);
      const line = lines.shift();
      if (line !== undefined || hasEnded) return Promise.resolve(line);
      return new Promise((resolve) => {
        const aborted = (): void => {
          one.give(undefined);
        };
        const one: Waiting = {
          give: (given) => {
            waiting.delete(one);
            signal?.removeEventListener('abort', aborted);
            resolve(given);
          },
        };
        waiting.add(one);
        signal?.addEventListener('abort', aborted);
      });
    },
    discard() {
      lines.length = 0;
    },
    close() {
      interfaceOf.close();
      input.pause();
    },
  };
}
