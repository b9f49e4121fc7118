// What vitest's JSON report says, as far as npm test needs it.
import { existsSync, readFileSync } from 'node:fs';

export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  /** Full titles: a test that did not run is told by name. */
  readonly skipped: readonly string[];
}

export const NO_TESTS: TestCounts = { passed: 0, failed: 0, skipped: [] };

export function addCounts(a: TestCounts, b: TestCounts): TestCounts {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: [...a.skipped, ...b.skipped] };
}

/** No report, or a broken one, counts as no tests: the caller then fails the room. */
export function readTestReport(file: string): TestCounts {
  if (!existsSync(file)) return NO_TESTS;
  const report = record(JSON.parse(readFileSync(file, 'utf8')));
  const tests = list(report['testResults']).flatMap((suite) => list(record(suite)['assertionResults']).map(record));
  const withStatus = (...statuses: string[]) => tests.filter(({ status }) => statuses.includes(String(status)));
  // A file that breaks while it is loaded reports no test at all.
  const brokenFiles = list(report['testResults']).filter((suite) => {
    const { status, assertionResults } = record(suite);
    return status === 'failed' && list(assertionResults).length === 0;
  });
  return {
    passed: withStatus('passed').length,
    failed: withStatus('failed').length + brokenFiles.length,
    skipped: withStatus('skipped', 'pending', 'todo', 'disabled').map(({ fullName }) => String(fullName).trim()),
  };
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
