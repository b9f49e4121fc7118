import { constants } from 'node:fs';
import { access, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { errnoOf, LumbungError } from '@lumbung/stdx';
import type { Tool } from './tool-call.ts';

/** Where Debian, and whoever builds for it, put programs. */
const PROGRAM_FOLDERS = ['/usr/local/bin', '/usr/bin', '/bin', '/usr/local/sbin', '/usr/sbin', '/sbin'];

/** Folders with one below for each major version that is installed, as Debian and the PostgreSQL project lay them out. */
const POSTGRES_LAYOUTS = [
  { parent: '/usr/lib/postgresql', pattern: /^(\d{1,3})$/ },
  { parent: '/usr', pattern: /^pgsql-(\d{1,3})$/ },
] as const;

export interface ToolSearch {
  /** The first that is found is taken: `mariadb-dump` before `mysqldump`. */
  readonly names: readonly [string, ...string[]];
  readonly packageName: string;
  /** Searched alone when given. */
  readonly folder?: string | undefined;
}

/** @throws LumbungError DB_TOOL_MISSING (operator) */
export async function findTool({ names, packageName, folder }: ToolSearch): Promise<Tool> {
  const folders = folder === undefined ? PROGRAM_FOLDERS : [folder];
  for (const name of names) {
    for (const each of folders) {
      const file = path.resolve(each, name);
      if (await isProgram(file)) return { name, path: file, packageName };
    }
  }
  throw new LumbungError('DB_TOOL_MISSING', {
    kind: 'operator',
    message: `${names[0]} is not installed`,
    context: { tool: names[0], package: packageName },
    hint: `install the package ${packageName}`,
  });
}

export interface PostgresFolder {
  readonly major: number;
  /** Its programs. */
  readonly folder: string;
}

/** Every PostgreSQL of this machine, the oldest first. */
export async function listPostgresFolders(root = '/'): Promise<PostgresFolder[]> {
  const found: PostgresFolder[] = [];
  for (const { parent, pattern } of POSTGRES_LAYOUTS) {
    const place = path.join(root, parent);
    for (const name of await namesIn(place)) {
      const major = pattern.exec(name)?.[1];
      if (major !== undefined) found.push({ major: Number(major), folder: path.join(place, name, 'bin') });
    }
  }
  return found.toSorted((a, b) => a.major - b.major);
}

/**
 * A tool of PostgreSQL that understands a server of `serverMajor`: of the lowest major version that is not below it, since
 * what a newer tool writes an older one may not read.
 *
 * @param folder searched alone when given; its version is then the caller's affair
 * @throws LumbungError DB_TOOL_MISSING, DB_TOOL_TOO_OLD (operator)
 */
export async function findPostgresTool(
  name: string,
  serverMajor: number,
  { folder, root }: { readonly folder?: string | undefined; readonly root?: string } = {},
): Promise<Tool> {
  const packageName = `postgresql-client-${serverMajor}`;
  if (folder !== undefined) return await findTool({ names: [name], packageName, folder });
  let newestMajor: number | undefined;
  for (const { major, folder: programs } of await listPostgresFolders(root)) {
    const file = path.join(programs, name);
    if (!(await isProgram(file))) continue;
    if (major >= serverMajor) return { name, path: file, packageName: `postgresql-client-${major}` };
    newestMajor = major;
  }
  if (newestMajor === undefined) return await findTool({ names: [name], packageName });
  throw new LumbungError('DB_TOOL_TOO_OLD', {
    kind: 'operator',
    message: `${name} ${newestMajor} is older than the server, which is version ${serverMajor}`,
    context: { tool: name, toolVersion: newestMajor, serverVersion: serverMajor, package: packageName },
    hint: `install the package ${packageName}`,
  });
}

async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    // Absent, or not ours to run: both are no program for us.
    return false;
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return [];
    throw error;
  }
}
