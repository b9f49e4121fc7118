export { ManualClock, type ManualClockOptions } from './manual-clock.ts';
export { SeededRandom } from './seeded-random.ts';
export { STOCK_FIXTURE, stockBackend } from './stock-fixture.ts';
export {
  cheapKdf,
  createTestRepository,
  TEST_IDENTITY,
  TEST_PASSWORD,
  TEST_POLYNOMIAL,
  type TestRepository,
  type TestRepositoryOptions,
} from './test-repository.ts';
export { WatchedBackend } from './watched-backend.ts';
