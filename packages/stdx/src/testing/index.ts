/** How many cases a property or fuzz test runs: few in `npm test`, many in `npm run fuzz`. */
export function fuzzRuns(defaultRuns = 200): number {
  const asked = Number(process.env['LUMBUNG_FUZZ_RUNS']);
  return Number.isInteger(asked) && asked > 0 ? asked : defaultRuns;
}

export { LeapingClock } from './leaping-clock.ts';
