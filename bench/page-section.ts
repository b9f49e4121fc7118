import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const PAGE = path.resolve(import.meta.dirname, '../docs/benchmarks.md');

/** Replaces what stands between `<!-- name -->` and `<!-- /name -->` in docs/benchmarks.md; all else is people's. */
export function writePageSection(name: string, content: string): void {
  const page = readFileSync(PAGE, 'utf8');
  const begin = `<!-- ${name} -->`;
  const end = `<!-- /${name} -->`;
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from < 0 || to < from) throw new Error(`${PAGE} has no ${begin} with a ${end} behind it`);
  writeFileSync(PAGE, `${page.slice(0, from)}${begin}\n\n${content.trim()}\n\n${page.slice(to)}`);
}
