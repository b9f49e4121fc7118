export { ManualClock, type ManualClockOptions } from './manual-clock.ts';
export { SeededRandom } from './seeded-random.ts';
export {
  cheapKdf,
  createTestRepository,
  TEST_IDENTITY,
  TEST_PASSWORD,
  TEST_POLYNOMIAL,
  type TestRepository,
  type TestRepositoryOptions,
} from './test-repository.ts';
