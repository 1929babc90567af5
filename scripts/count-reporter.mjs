// A vitest reporter that only counts: how many tests passed, failed and were skipped, over all projects.
import { writeFileSync } from 'node:fs';

export default class CountReporter {
  /**
   * @param {readonly import('vitest/node').TestModule[]} modules
   * @param {readonly unknown[]} unhandledErrors
   */
  onTestRunEnd(modules, unhandledErrors) {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const module of modules) {
      // A file that does not load has no tests to fail.
      counts.failed += module.errors().length;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        counts[state === 'pending' ? 'failed' : state] += 1;
      }
      for (const suite of module.children.allSuites()) counts.failed += suite.errors().length;
    }
    writeFileSync(process.env.VAULTWIRE_TEST_COUNTS, JSON.stringify(counts));
  }
}
