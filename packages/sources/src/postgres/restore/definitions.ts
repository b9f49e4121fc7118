import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Manifest } from '../../manifest/manifest.ts';
import { findPostgresTool } from '../../process/find-tool.ts';
import { runTool } from '../../process/run-tool.ts';
import { connectionText, preparePostgresTools } from '../tools.ts';
import { type ChosenEntries, SETTINGS } from './choose-entries.ts';
import { majorOf } from './dump-details.ts';
import { REFRESH } from './refresh-views.ts';
import type { RestoreRun } from './restore-run.ts';
import type { TocArchive, TocEntry } from './toc-archive.ts';

const TOOL_MAJOR_MIN = 10;

export interface DefinitionsOptions {
  readonly serverMajor: number;
  readonly manifest: Manifest;
  readonly folder: string;
  readonly database: string;
  readonly areGrantsKept: boolean;
  readonly parallel: number;
}

const MAIN = 'main';
const LATE = 'late';

/** Definitions by `pg_restore`, from tables of contents that lie in folders of their own. */
export class Definitions {
  readonly #run: RestoreRun;
  readonly #options: DefinitionsOptions;
  readonly #hasLate: boolean;

  private constructor(run: RestoreRun, options: DefinitionsOptions, hasLate: boolean) {
    this.#run = run;
    this.#options = options;
    this.#hasLate = hasLate;
  }

  static async prepare(
    run: RestoreRun,
    options: DefinitionsOptions,
    archive: TocArchive,
    chosen: ChosenEntries,
  ): Promise<Definitions> {
    const late = eventTriggers(chosen.entries);
    const main = chosen.entries.filter((entry) => !late.includes(entry) && entry.kind !== REFRESH);
    for (const [name, entries] of [
      [MAIN, main],
      [LATE, [...chosen.entries.filter(({ kind }) => SETTINGS.has(kind)), ...late]],
    ] as const) {
      const folder = path.join(options.folder, name);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeFile(path.join(folder, 'toc.dat'), archive.print(entries));
    }
    return new Definitions(run, options, late.length > 0);
  }

  /** What rows need: schemas, types, functions, tables. @throws see `ToolProcess` */
  async beforeData(): Promise<void> {
    await this.#restore(MAIN, 'pre-data', 1);
  }

  /** Indexes, keys, triggers, policies. @throws see `ToolProcess` */
  async afterData(): Promise<void> {
    await this.#restore(MAIN, 'post-data', this.#options.parallel);
  }

  /** What acts whenever something is made, and so comes when everything is. @throws see `ToolProcess` */
  async eventTriggers(): Promise<void> {
    if (this.#hasLate) await this.#restore(LATE, 'post-data', 1);
  }

  async #restore(name: string, section: 'pre-data' | 'post-data', jobs: number): Promise<void> {
    const { serverMajor, manifest, database, areGrantsKept, folder } = this.#options;
    const { target, applicationName } = this.#run;
    const tools = await preparePostgresTools(target, { serverMajor, privateFolder: folder, applicationName });
    const major = Math.max(Math.trunc(serverMajor), Math.trunc(majorOf(manifest.toolVersion)), TOOL_MAJOR_MIN);
    const pgRestore = await findPostgresTool('pg_restore', major, { folder: target.options.toolsFolder });
    const args = [
      '--no-password',
      '--exit-on-error',
      '--format=directory',
      `--section=${section}`,
      `--jobs=${Math.max(jobs, 1)}`,
      '--no-publications',
      '--no-subscriptions',
      '--no-tablespaces',
      ...(areGrantsKept ? [] : ['--no-acl']),
      `--dbname=${connectionText(database)}`,
      path.join(folder, name),
    ];
    await runTool(tools.call(pgRestore, args), this.#run.runControl());
  }
}

/** With their comments. */
function eventTriggers(entries: readonly TocEntry[]): readonly TocEntry[] {
  const ids = new Set(entries.filter(({ kind }) => kind === 'EVENT TRIGGER').map(({ id }) => String(id)));
  return entries.filter(({ id, dependencies }) => ids.has(String(id)) || dependencies.some((each) => ids.has(each)));
}
