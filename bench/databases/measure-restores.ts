import type { BenchRun } from './bench-run.ts';
import { median } from './measure.ts';
import { lumbung, repositoryWays } from './repositories.ts';
import { markdownTable, seconds } from './tables.ts';

/** From small to large; the second is of the same size at every scale. */
const TABLES = ['pengguna', 'permohonan', 'berkas', 'riwayat'] as const;
const RESTORED = 'bench_restored';

/** One table against the whole: the time of the first must follow the table. */
export async function measureRestores(
  run: BenchRun,
  database: string,
  onRun: (title: string, table: string) => void,
): Promise<void> {
  const { engine, server, options } = run;
  const { byHand } = engine.tools(server);
  const kept = run.freshPlace('kept');
  await run.shell(byHand.keep(database, kept));
  const repo = run.freshPlace('repo');
  const [way] = repositoryWays(engine, server, options.restic);
  if (way === undefined) return;
  await run.shell(way.init(repo));
  await run.shell(way.backup(repo, database));
  const restore = `${lumbung(repo)} db restore '${engine.url(server)}' latest --server bench --database ${database} --as ${RESTORED}`;
  const ways = [
    { name: 'lumbung', all: restore, table: (table: string) => `${restore} --table ${table}` },
    {
      name: 'lumbung --rows-only',
      all: `${restore} --rows-only`,
      table: (table: string) => `${restore} --rows-only --table ${table}`,
    },
    {
      name: byHand.name,
      all: byHand.restoreAll(kept, RESTORED),
      table: (table: string) => byHand.restoreTable(kept, RESTORED, table),
    },
  ];
  const counts = new Map<string, number>();
  for (const table of TABLES) {
    counts.set(table, Number((await server.client(`SELECT COUNT(*) FROM ${table}`, database)).trim()));
  }
  for (let runIdx = 0; runIdx < options.runs; runIdx += 1) {
    for (const { name, all, table: ofTable } of ways) {
      for (const table of [...TABLES, undefined]) {
        const command = table === undefined ? all : ofTable(table);
        await run.shell(command, `restore ${table ?? ''} ${name}`);
        await server.client(`DROP DATABASE ${RESTORED}`);
      }
      console.log(`${engine.name}: restores, run ${runIdx + 1} of ${options.runs}, ${name} done`);
    }
    onRun(
      `restore (${runIdx + 1} runs)`,
      markdownTable(
        ['what', ...ways.map(({ name }) => name)],
        [...TABLES, undefined].map((table) => [
          table === undefined
            ? 'the whole database'
            : `table ${table}, ${counts.get(table)?.toLocaleString('en') ?? ''} rows`,
          ...ways.map(({ name }) =>
            seconds(median((run.samples.get(`restore ${table ?? ''} ${name}`) ?? []).map((sample) => sample.seconds))),
          ),
        ]),
      ),
    );
  }
  run.remove(repo);
  run.remove(kept);
}
