import { accessSync, constants, readdirSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { errnoOf } from '@lumbung/stdx';

const POSTGRES_ROOT = '/usr/lib/postgresql';

/** The file of a program: on PATH, or where servers are that only root has on PATH. */
export function findProgram(...names: readonly string[]): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(path.delimiter), '/usr/sbin', '/usr/local/sbin', '/usr/bin'];
  return names.flatMap((name) => folders.map((folder) => path.join(folder, name))).find(isExecutable);
}

/** The folder of PostgreSQL's own programs, of the newest version that is here: Debian keeps them off PATH. */
export function findPostgresFolder(): string | undefined {
  const versions = listFolder(POSTGRES_ROOT).toSorted((a, b) => Number(b) - Number(a));
  const folders = versions.map((version) => path.join(POSTGRES_ROOT, version, 'bin'));
  const onPath = findProgram('initdb');
  if (onPath !== undefined) folders.push(path.dirname(onPath));
  return folders.find((folder) => isExecutable(path.join(folder, 'postgres')));
}

export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return path.isAbsolute(file);
  } catch {
    return false; // Not there, or not ours to run: the next one.
  }
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}
