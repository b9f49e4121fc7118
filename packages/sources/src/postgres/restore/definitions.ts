import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isLumbungError } from '@lumbung/stdx';
import type { Manifest } from '../../manifest/manifest.ts';
import { findPostgresTool } from '../../process/find-tool.ts';
import { ToolProcess } from '../../process/tool-process.ts';
import { connectionText, preparePostgresTools, toolVersionOf } from '../tools.ts';
import { type ChosenEntries, SETTINGS } from './choose-entries.ts';
import { majorOf } from './dump-details.ts';
import { REFRESH } from './refresh-views.ts';
import type { RestoreRun } from './restore-run.ts';
import type { TocArchive, TocEntry } from './toc-archive.ts';

const TOOL_MAJOR_MIN = 10;
/** Knows `transaction_timeout`. */
const TIMEOUT_MAJOR = 17;

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
    const toolVersion = await toolVersionOf(tools, pgRestore, this.#run.runControl());
    const isTooNew = majorOf(toolVersion) >= TIMEOUT_MAJOR && serverMajor < TIMEOUT_MAJOR;
    const args = [
      '--no-password',
      ...(isTooNew ? [] : ['--exit-on-error']),
      '--format=directory',
      `--section=${section}`,
      // Those of its helpers it does not count.
      `--jobs=${isTooNew ? 1 : Math.max(jobs, 1)}`,
      '--no-publications',
      '--no-subscriptions',
      '--no-tablespaces',
      ...(areGrantsKept ? [] : ['--no-acl']),
      `--dbname=${connectionText(database)}`,
      path.join(folder, name),
    ];
    const child = new ToolProcess(tools.call(pgRestore, args), this.#run.runControl());
    child.stdout.resume();
    try {
      await child.done;
    } catch (error) {
      const isComplaint = isLumbungError(error, 'DB_TOOL_FAILED') && error.context['exitCode'] === 1;
      if (!isTooNew || !isComplaint || !complainsOfTimeoutAlone(child.stderr())) throw error;
    }
  }
}

/**
 * From 17 on pg_restore sets a limit that older servers do not know, and cannot be told to leave it. Then it goes on after
 * errors, and every error that it counted must have been that one.
 */
export function complainsOfTimeoutAlone(stderr: string): boolean {
  const known = stderr.match(
    /^pg_restore[^\n]*: error: could not execute query: ERROR: {2}unrecognized configuration parameter "transaction_timeout"\nCommand was: SET transaction_timeout = 0;$/gm,
  );
  const errors = stderr.match(/^pg_restore[^\n]*: error: /gm);
  const counted = /^pg_restore[^\n]*: warning: errors ignored on restore: (\d+)$/m.exec(stderr)?.[1];
  return known !== null && known.length === errors?.length && known.length === Number(counted);
}

/** With their comments. */
function eventTriggers(entries: readonly TocEntry[]): readonly TocEntry[] {
  const ids = new Set(entries.filter(({ kind }) => kind === 'EVENT TRIGGER').map(({ id }) => String(id)));
  return entries.filter(({ id, dependencies }) => ids.has(String(id)) || dependencies.some((each) => ids.has(each)));
}
