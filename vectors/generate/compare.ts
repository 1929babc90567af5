import { firstDifference, type Evaluation } from '../runner/run.js';

/**
 * What two implementations make of one test must be the same: the verdict, every value, and the reason of a refusal
 * in this library's words.
 *
 * @returns what is different, or undefined
 */
export function disagreement(ours: Evaluation, theirs: Evaluation): string | undefined {
  const verdict = (one: Evaluation): string =>
    'error' in one ? `refused with ${one.error}` : one.accepted ? 'taken' : 'refused in part';
  if (verdict(ours) !== verdict(theirs)) {
    return `${verdict(ours)}, by the second implementation ${verdict(theirs)}`;
  }
  if ('error' in ours || 'error' in theirs) return undefined;
  const difference = firstDifference(ours.output, theirs.output);
  return difference && `the second implementation has something else: ${JSON.stringify(difference)}`;
}
