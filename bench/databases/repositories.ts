// The programs with a repository: Lumbung, both ways of reading rows, and a dump piped into restic.
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import type { TestServer } from '@lumbung/sources/testing';
import type { BenchEngine } from './engines.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
export const PASSWORD = 'benchmark';

/** Shell commands. `repo` is a folder. */
export interface RepositoryWay {
  readonly name: string;
  init(repo: string): string;
  /** Its last line of output is a summary as restic's JSON has it. */
  backup(repo: string, database: string): string;
}

/** What a backup says of itself. */
export interface BackupSummary {
  readonly readBytes: number;
  readonly newBytes: number;
}

const NODE = process.execPath;

export function lumbung(repo: string): string {
  return `${NODE} ${path.join(ROOT, 'bin/lumbung.mjs')} -r ${repo} --no-cache`;
}

export interface Restic {
  readonly program: string;
  readonly version: string;
}

/** A current one, as LUMBUNG_PEER_RESTIC names it, or the one of the system. */
export function findRestic(): Restic | undefined {
  for (const program of [process.env['LUMBUNG_PEER_RESTIC'] ?? path.join(ROOT, '.peers/restic-0.19.1'), 'restic']) {
    try {
      const words = execFileSync(program, ['version'], { encoding: 'utf8' }).split(' ');
      return { program, version: words.slice(0, 2).join(' ') };
    } catch {
      console.log(`${program} is not there`);
    }
  }
  return undefined;
}

export function repositoryWays(
  engine: BenchEngine,
  server: TestServer,
  restic: Restic | undefined,
): readonly RepositoryWay[] {
  const byLumbung = (name: string, rowsBy: string): RepositoryWay => ({
    name,
    init: (repo) => `${lumbung(repo)} init`,
    backup: (repo, database) =>
      `${lumbung(repo)} --json db backup '${engine.url(server, database)}' --server bench --rows-by ${rowsBy}`,
  });
  const ways = [
    byLumbung('lumbung, rows by its sessions', 'sessions'),
    byLumbung(`lumbung, rows by ${engine.dumpTool}`, 'tool'),
  ];
  if (restic === undefined) return ways;
  const { program } = restic;
  const tools = engine.tools(server);
  return [
    ...ways,
    {
      name: `${engine.dumpTool} \\| restic backup --stdin`,
      init: (repo) => `${program} -r ${repo} --no-cache -q init`,
      backup: (repo, database) =>
        `${tools.dump(database)} | ${program} -r ${repo} --no-cache -q --json backup --stdin --stdin-filename dump.sql`,
    },
  ];
}

/** @param output of a backup */
export function readSummary(output: string): BackupSummary {
  const line = output.trim().split('\n').at(-1) ?? '';
  // Both programs print these two numbers.
  const summary = JSON.parse(line) as { total_bytes_processed: number; data_added: number };
  return { readBytes: summary.total_bytes_processed, newBytes: summary.data_added };
}
