// One vitest project per room, made from the map, so that tests can be run ground floor first (scripts/test-steps.ts).
import path from 'node:path';
import { defineConfig } from 'vitest/config';
import { testRooms } from './tooling/test-rooms.ts';

export default defineConfig({
  test: {
    projects: testRooms().map(({ name, path }) => ({
      extends: true,
      test: { name, include: [`${path}/**/*.test.ts`] },
    })),
    setupFiles: [path.join(import.meta.dirname, 'packages/stdx/src/testing/record-fuzz-cases.ts')],
    // Crash tests and native addons need processes of their own, not threads.
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A test file that starts worker threads uses a second core by itself.
    maxWorkers: 2,
  },
});
