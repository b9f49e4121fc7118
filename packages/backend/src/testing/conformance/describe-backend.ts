// One suite for every driver and every wrapper: what backend.ts promises, its larger half about failure.
import { afterEach, describe, it } from 'vitest';
import { type BackendHarness, Bench } from './bench.ts';
import { testCancellation, testConcurrency } from './interleaving.ts';
import { testHostileNames, testMissing } from './refusing.ts';
import { testRanges, testReplacing, testStoring } from './storing.ts';

/** Runs the suite on one kind of backend. */
export function describeBackend(name: string, harness: BackendHarness): void {
  describe(`${name} keeps the promises of a backend`, () => {
    const bench = new Bench(harness);
    afterEach(() => bench.dispose());
    const test = (title: string, run: () => Promise<void>) => {
      const skipped = harness.skip?.find(({ tests }) => tests.includes(title));
      if (skipped === undefined) it(title, run);
      else it(title, (context) => context.skip(skipped.reason));
    };
    testStoring(bench, test);
    testReplacing(bench, test);
    testRanges(bench, test);
    testMissing(bench, test);
    testHostileNames(bench, test);
    testConcurrency(bench, test);
    testCancellation(bench, test);
  });
}
