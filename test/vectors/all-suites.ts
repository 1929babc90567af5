import { describe, expect, it } from 'vitest';
import type { CryptoSuite } from 'vaultwire/crypto';
import { runVectors, type TestReport } from '../../vectors/runner/run.js';
import { published } from './published.js';

/** Runs every published vector on every one of these suites. */
export function describeVectors(suites: readonly CryptoSuite[]): void {
  describe.each(suites)('the published vectors on the suite $name', (suite) => {
    it.each(published)('$file', async (named) => {
      const failures: TestReport[] = [];
      const report = await runVectors(suite, [named], {
        onTest(test) {
          if (test.status !== 'passed') failures.push(test);
        },
      });
      expect(failures).toEqual([]);
      expect(report.passed).toBe(named.content.numberOfTests);
    });
  });
}
