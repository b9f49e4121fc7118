import { displayWidth, padEnd } from '../text-width.ts';

/** Names and values under each other: `Snapshots  4`. */
export function formatFacts(facts: readonly (readonly [string, string])[]): string {
  const width = Math.max(0, ...facts.map(([name]) => displayWidth(name)));
  return facts.map(([name, value]) => `${padEnd(name, width)}  ${value}`).join('\n');
}
