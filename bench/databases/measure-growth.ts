// How much of a table is stored again on the second day. The table alone in its database, so that the figure is of it.
import { statSync } from 'node:fs';
import { Seeded } from '../corpora.ts';
import type { BenchRun } from './bench-run.ts';
import { folderBytes, median } from './measure.ts';
import { readSummary, repositoryWays } from './repositories.ts';
import { markdownTable, megabytes } from './tables.ts';

const ROWS = 200_000;
const CHANGED_ROWS = 40;
const EARLY_ROW = 5;

function changeSql(seedNr: number): string {
  const seed = new Seeded(seedNr);
  const ids = new Set<number>();
  while (ids.size < CHANGED_ROWS) ids.add(seed.between(10, ROWS));
  return `UPDATE permohonan SET status = 'dibatalkan', biaya = biaya + 1000 WHERE id IN (${[...ids].join(', ')});`;
}

const CASES: readonly { readonly title: string; readonly sql: string | undefined }[] = [
  { title: 'nothing changed', sql: undefined },
  { title: '40 of 200,000 rows changed', sql: changeSql(7) },
  { title: 'one early row deleted', sql: `DELETE FROM permohonan WHERE id = ${EARLY_ROW};` },
];

interface Growth {
  /** Of what the first backup read. */
  readonly share: number;
  /** What the repository grew by. */
  readonly bytes: number;
}

export async function measureGrowth(run: BenchRun, onEnd: (title: string, table: string) => void): Promise<void> {
  const { engine, server, options } = run;
  const ways = repositoryWays(engine, server, options.restic);
  const found = new Map<string, Growth[]>();
  for (let runIdx = 0; runIdx < options.runs; runIdx += 1) {
    for (const way of ways) {
      // Names of their own: what an engine does behind a DROP must not meet the next one.
      const database = `growth_${runIdx}_${ways.indexOf(way)}`;
      await server.client(`CREATE DATABASE ${database}`);
      await engine.fillApplications(server, database);
      const repo = run.freshPlace('repo');
      await run.shell(way.init(repo));
      const first = readSummary((await run.shell(way.backup(repo, database))).output);
      for (const { title, sql } of CASES) {
        if (sql !== undefined) await server.client(sql, database);
        const before = folderBytes(repo, (file) => statSync(file).size);
        const { newBytes } = readSummary((await run.shell(way.backup(repo, database))).output);
        const bytes = folderBytes(repo, (file) => statSync(file).size) - before;
        const key = `${title} ${way.name}`;
        found.set(key, [...(found.get(key) ?? []), { share: newBytes / first.readBytes, bytes }]);
      }
      run.remove(repo);
      await server.client(`DROP DATABASE ${database}`);
    }
    console.log(`${engine.name}: growth, run ${runIdx + 1} of ${options.runs} done`);
  }
  onEnd(
    `second day, of a table of 200,000 rows (${options.runs} runs)`,
    markdownTable(
      ['stored again', ...ways.map(({ name }) => name)],
      CASES.map(({ title }) => [
        title,
        ...ways.map(({ name }) => {
          const growths = found.get(`${title} ${name}`) ?? [];
          const share = median(growths.map((growth) => growth.share));
          return `**${(share * 100).toFixed(1)} %**, ${megabytes(median(growths.map(({ bytes }) => bytes)))}`;
        }),
      ]),
    ),
  );
}
