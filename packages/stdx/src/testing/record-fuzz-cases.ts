// Runs before every test file. In npm run fuzz it notes how many inputs each property was really given: a number that was
// asked for is not a number of cases.
import { appendFileSync } from 'node:fs';
import { expect } from 'vitest';

const file = process.env['LUMBUNG_FUZZ_CASES'];
if (file !== undefined) {
  // Loaded only here: it would cost every test file a moment.
  const { default: fc } = await import('fast-check');
  fc.installGlobalPlugin(() => ({
    onAllRunsComplete: ({ numRuns }) => {
      const title = expect.getState().currentTestName ?? '';
      appendFileSync(file, `${JSON.stringify({ title, cases: numRuns })}\n`);
    },
  }));
}
