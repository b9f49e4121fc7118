// A nasty database goes into a repository, stock restic judges the repository, and it comes out on another server as what it
// was: judged by the engine's own client, not by our manifest.
import { createHash } from 'node:crypto';
import { openSnapshotTree, type Repository } from '@lumbung/engine';
import { type DatabaseEngine, driverOf, findDump } from '@lumbung/runner/databases';
import { haveServer, loadMuseum, startMariadb, startPostgres, startRedis } from '@lumbung/sources/testing';
import { describe, expect, it } from 'vitest';
import { makeDiskRepository } from '../lab/disk-repository.ts';
import { backUpDatabases } from './database-acts.ts';
import { MUSEUM_ROWS, museumOf, museumThroughRepository, takeOut } from './museum-way.ts';

const CASES = [
  { engine: 'postgresql', binary: 'postgres', start: startPostgres },
  { engine: 'mariadb', binary: 'mariadb', start: startMariadb },
  { engine: 'redis', binary: 'redis', start: startRedis },
] as const;

for (const { engine, binary, start } of CASES) {
  describe.skipIf(!haveServer(binary))(`a database of ${engine}`, () => {
    it('is on another server what it was, after a way through a repository that stock restic finds whole', async () => {
      await museumThroughRepository({
        startSource: start,
        startTarget: start,
        judge: (restored, original) => expect(restored).toEqual(original),
      });
    });

    it('that is idle stores nothing but its manifest the second time', async () => {
      const driver = driverOf(engine);
      const { repository } = await makeDiskRepository();
      await using source = await start();
      const database = museumOf(source);
      await loadMuseum(source, database, { bigRows: MUSEUM_ROWS });
      await takeOut(source, database);
      await backUpDatabases(repository, driver, source.target, [database]);
      const first = await contentsOf(repository, engine, database);
      await backUpDatabases(repository, driver, source.target, [database]);
      const second = await contentsOf(repository, engine, database);
      const differing = [...second].filter(([file, digest]) => first.get(file) !== digest).map(([file]) => file);
      // Redis writes the time of the dump into its file.
      expect(differing).toEqual(engine === 'redis' ? ['data/dump.rdb', 'manifest.json'] : ['manifest.json']);
      expect([...second.keys()]).toEqual([...first.keys()]);
    });
  });
}

/** The digest of every file of the newest dump, by path. */
async function contentsOf(
  repository: Repository,
  engine: DatabaseEngine,
  database: string,
): Promise<ReadonlyMap<string, string>> {
  const { snapshot, folder } = await findDump(repository, 'latest', { engine, database });
  const tree = await openSnapshotTree(repository, snapshot.id, { subfolder: folder });
  const digests = new Map<string, string>();
  for await (const { path } of tree.files('')) {
    const hash = createHash('sha256');
    for await (const chunk of tree.read(path)) hash.update(chunk);
    digests.set(path, hash.digest('hex'));
  }
  return digests;
}
