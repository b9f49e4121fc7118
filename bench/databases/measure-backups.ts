import { statSync } from 'node:fs';
import type { BenchRun } from './bench-run.ts';
import { folderBytes, median, type Sample } from './measure.ts';
import { repositoryWays } from './repositories.ts';
import { markdownTable, megabytes, ratio, seconds } from './tables.ts';

/** Every way in turn, as often as is asked for: how long the database takes, and what is stored of it. */
export async function measureBackups(
  run: BenchRun,
  database: string,
  onRun: (title: string, table: string) => void,
): Promise<void> {
  const { engine, server, options } = run;
  const tools = engine.tools(server);
  const ways = repositoryWays(engine, server, options.restic);
  const bare = `${engine.dumpTool} to /dev/null`;
  const zipped = `${engine.dumpTool} \\| gzip`;
  const stored = new Map<string, number[]>();
  const note = (name: string, bytes: number): void => {
    stored.set(name, [...(stored.get(name) ?? []), bytes]);
  };
  for (let runIdx = 0; runIdx < options.runs; runIdx += 1) {
    await run.shell(`${tools.dump(database)} > /dev/null`, bare);
    for (const way of ways) {
      const repo = run.freshPlace('repo');
      await run.shell(way.init(repo));
      await run.shell(way.backup(repo, database), way.name);
      const firstBytes = folderBytes(repo, sizeOf);
      note(way.name, firstBytes);
      await run.shell(way.backup(repo, database), again(way.name));
      note(again(way.name), folderBytes(repo, sizeOf) - firstBytes);
      run.remove(repo);
      console.log(`${engine.name}: run ${runIdx + 1} of ${options.runs}, ${way.name} done`);
    }
    const files = {
      ...tools.otherDumps,
      [zipped]: (name: string, to: string) => `${tools.dump(name)} | gzip > ${to}`,
    };
    for (const [name, command] of Object.entries(files)) {
      const place = run.freshPlace('dump');
      await run.shell(command(database, place), name);
      note(name, statSync(place).isDirectory() ? folderBytes(place, sizeOf) : sizeOf(place));
      run.remove(place);
      console.log(`${engine.name}: run ${runIdx + 1} of ${options.runs}, ${name} done`);
    }
    const names = [bare, ...ways.map(({ name }) => name), ...Object.keys(files)];
    onRun(
      `backup (${runIdx + 1} runs)`,
      markdownTable(
        [
          'way',
          'time',
          `of ${engine.dumpTool}`,
          'processor: client + server',
          'peak memory',
          'stored',
          'again, nothing changed',
        ],
        names.map((name) => rowOf(run, stored, name, bare)),
      ),
    );
  }
}

const again = (name: string): string => `${name}, again`;
const sizeOf = (file: string): number => statSync(file).size;

function rowOf(run: BenchRun, stored: ReadonlyMap<string, number[]>, name: string, bare: string): readonly string[] {
  const of = (subject: string, pick: (sample: Sample) => number): number =>
    median((run.samples.get(subject) ?? []).map(pick));
  const time = of(name, (sample) => sample.seconds);
  const bareTime = of(bare, (sample) => sample.seconds);
  const bytes = stored.get(name);
  const added = stored.get(again(name));
  return [
    name,
    seconds(time),
    ratio(time / bareTime),
    `${seconds(of(name, (sample) => sample.clientCpuSeconds))} + ${seconds(of(name, (sample) => sample.serverCpuSeconds))}`,
    `${Math.round(of(name, (sample) => sample.peakMb))} MB`,
    bytes === undefined ? '–' : megabytes(median(bytes)),
    added === undefined
      ? '–'
      : `${seconds(of(again(name), (sample) => sample.seconds))}, + ${megabytes(median(added))}`,
  ];
}
