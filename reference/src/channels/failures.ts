import { visible } from '../visible.js';

/** Passes on the first failure of each channel: one that cannot be reached fails again and again. */
export function firstFailures(
  report: (channel: string, reason: string) => void,
): (channel: string, error: unknown) => void {
  const reported = new Set<string>();
  return (channel, error) => {
    if (reported.has(channel)) return;
    reported.add(channel);
    report(channel, error instanceof Error ? error.message : 'unknown');
  };
}

/** For a person. */
export const describeFailure = (channel: string, reason: string): string =>
  visible(`${channel} does not work: ${reason}`);
