import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Manifest } from '../../manifest/manifest.ts';
import { findPostgresTool } from '../../process/find-tool.ts';
import { runTool } from '../../process/run-tool.ts';
import { connectionText, preparePostgresTools } from '../tools.ts';
import { majorOf } from './dump-details.ts';
import type { RestoreRun } from './restore-run.ts';

const TOOL_MAJOR_MIN = 10;

export interface DefinitionsOptions {
  readonly serverMajor: number;
  readonly manifest: Manifest;
  readonly folder: string;
  readonly database: string;
  readonly areGrantsKept: boolean;
  readonly parallel: number;
}

/** Definitions by `pg_restore`, from a table of contents that lies in a folder of its own. */
export class Definitions {
  readonly #run: RestoreRun;
  readonly #options: DefinitionsOptions;
  readonly #archiveFolder: string;

  private constructor(run: RestoreRun, options: DefinitionsOptions, archiveFolder: string) {
    this.#run = run;
    this.#options = options;
    this.#archiveFolder = archiveFolder;
  }

  static async prepare(run: RestoreRun, options: DefinitionsOptions, toc: Buffer): Promise<Definitions> {
    const archiveFolder = path.join(options.folder, 'archive');
    await mkdir(archiveFolder, { recursive: true, mode: 0o700 });
    await writeFile(path.join(archiveFolder, 'toc.dat'), toc);
    return new Definitions(run, options, archiveFolder);
  }

  /** What rows need: schemas, types, functions, tables. @throws see `ToolProcess` */
  async beforeData(): Promise<void> {
    await this.#restore('pre-data', 1);
  }

  /** Indexes, keys, triggers, policies, and what is computed from rows. @throws see `ToolProcess` */
  async afterData(): Promise<void> {
    await this.#restore('post-data', this.#options.parallel);
  }

  async #restore(section: 'pre-data' | 'post-data', jobs: number): Promise<void> {
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
      this.#archiveFolder,
    ];
    await runTool(tools.call(pgRestore, args), this.#run.runControl());
  }
}
