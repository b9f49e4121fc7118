import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { systemClock, systemRandom } from '@lumbung/stdx/node';
import type { Target } from '../../connection/target.ts';
import type { Control, DumpOptions } from '../../driver.ts';
import type { SourceEntry } from '../../entry/source-entry.ts';
import type { Manifest } from '../../manifest/manifest.ts';
import { storeEntries, type TestServer } from '../../testing/index.ts';
import { dumpDatabase } from '../dump/dump-database.ts';

export const PLAIN: DumpOptions = { parallel: 1, excludeData: [], untransactional: 'refuse' };

export function controlOf(changes: Partial<Control> = {}): Control {
  return {
    signal: new AbortController().signal,
    clock: systemClock,
    random: systemRandom,
    progress: () => {},
    note: () => {},
    stallMs: 30_000,
    hardMs: 120_000,
    ...changes,
  };
}

export interface StoredDump {
  readonly folder: string;
  readonly manifest: Manifest;
}

/** Folders of dumps, removed at the end. */
export class DumpBench implements AsyncDisposable {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async make(): Promise<DumpBench> {
    return new DumpBench(await mkdtemp('/dev/shm/lumbung-mysql-'));
  }

  get folder(): string {
    return this.#folder;
  }

  async dump(
    target: Target,
    database: string,
    options: Partial<DumpOptions> = {},
    changes: Partial<Control> = {},
    slowMs = 0,
  ): Promise<StoredDump> {
    const folder = await mkdtemp(path.join(this.#folder, 'dump-'));
    const workspace = await mkdtemp(path.join(this.#folder, 'work-'));
    const all = { ...PLAIN, ...options };
    const dump = dumpDatabase(target, database, all, { folder: workspace, limitBytes: 1e9 }, controlOf(changes));
    await storeEntries(slowed(dump.entries, slowMs), folder, { parallel: all.parallel });
    return { folder, manifest: await dump.manifest };
  }

  async emptyFolder(name: string): Promise<string> {
    const folder = path.join(this.#folder, name);
    await mkdir(folder, { recursive: true });
    return folder;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** Entries that are read as slowly as a busy repository would: so many milliseconds for each chunk. */
async function* slowed(entries: AsyncIterable<SourceEntry>, slowMs: number): AsyncGenerator<SourceEntry> {
  for await (const { path: place, open } of entries) {
    yield { path: place, open: async () => (slowMs === 0 ? await open() : Readable.from(paced(await open(), slowMs))) };
  }
}

async function* paced(source: Readable, slowMs: number): AsyncGenerator<Buffer> {
  for await (const chunk of source as AsyncIterable<Buffer>) {
    await systemClock.sleep(slowMs);
    yield chunk;
  }
}

/** Every file of a tree but the manifest, by path. */
export async function filesOf(folder: string, under = ''): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const entry of await readdir(path.join(folder, under), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name === 'manifest.json') continue;
    const file = path.join(entry.parentPath, entry.name);
    files[path.relative(folder, file)] = await readFile(file, 'latin1');
  }
  return files;
}

/** Connections that are not the asker's own, nor the server's. */
export async function otherConnections(server: TestServer): Promise<string> {
  return (
    await server.client(
      "SELECT ID, COMMAND, INFO FROM information_schema.PROCESSLIST WHERE ID <> CONNECTION_ID() AND COMMAND <> 'Daemon'",
    )
  ).trim();
}
