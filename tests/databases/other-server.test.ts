// A nasty database goes into a repository, stock restic judges the repository, and it comes out on another server as what it
// was: judged by the engine's own client, not by our manifest.
import { createHash } from 'node:crypto';
import { openSnapshotTree, type Repository } from '@lumbung/engine';
import { type DatabaseEngine, driverOf, findDump } from '@lumbung/runner/databases';
import {
  haveServer,
  type IndependentDump,
  independentDump,
  loadMuseum,
  startMariadb,
  startPostgres,
  startRedis,
  type TestServer,
} from '@lumbung/sources/testing';
import { describe, expect, it } from 'vitest';
import { makeDiskRepository } from '../lab/disk-repository.ts';
import { anyPeer, runPeer } from '../lab/peers.ts';
import { backUpDatabases, restoreAside } from './database-acts.ts';

const CASES = [
  { engine: 'postgresql', binary: 'postgres', start: startPostgres, database: 'museum', restored: 'museum' },
  { engine: 'mariadb', binary: 'mariadb', start: startMariadb, database: 'museum', restored: 'museum' },
  { engine: 'redis', binary: 'redis', start: startRedis, database: 'instance', restored: 'instance' },
] as const;

for (const { engine, binary, start, database, restored } of CASES) {
  describe.skipIf(!haveServer(binary))(`a database of ${engine}`, () => {
    it('is on another server what it was, after a way through a repository that stock restic finds whole', async () => {
      const driver = driverOf(engine);
      const { folder, repository } = await makeDiskRepository();
      let before: IndependentDump;
      {
        await using source = await start();
        await loadMuseum(source, database, { bigRows: 2_000 });
        await takeOut(source, database);
        before = comparable(await independentDump(source, database));
        const outcomes = await backUpDatabases(repository, driver, source.target, [database]);
        expect(outcomes).toMatchObject([{ snapshotId: expect.stringMatching(/^[0-9a-f]{64}$/) }]);
        // Nothing changed by being backed up.
        expect(comparable(await independentDump(source, database))).toEqual(before);
      }
      if (anyPeer !== undefined) {
        const { exitCode, stderr } = await runPeer(anyPeer, folder, ['check', '--read-data']);
        expect([exitCode, stderr]).toEqual([0, '']);
      }
      await using target = await start();
      const dump = await findDump(repository, 'latest', { engine, database });
      const report = await restoreAside(repository, driver, dump, target.target, { database: restored });
      expect(report.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
      expect(comparable(await independentDump(target, restored))).toEqual(before);
    });

    it('that is idle stores nothing but its manifest the second time', async () => {
      const driver = driverOf(engine);
      const { repository } = await makeDiskRepository();
      await using source = await start();
      await loadMuseum(source, database, { bigRows: 2_000 });
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

/** What a backup refuses, or a restore leaves out, on purpose: a view that is broken, a publication that would publish at
 *  once. */
async function takeOut(server: TestServer, database: string): Promise<void> {
  if (server.engine === 'postgresql') await server.client('drop publication museum_publication', database);
  if (server.engine === 'mariadb') await server.client('drop view broken_view', database);
}

/** Roles of a policy are listed in the order in which the server made them. */
function comparable(dump: IndependentDump): IndependentDump {
  // Restored events rest until somebody exchanges the databases.
  const resting = dump.schema.replace(/( ON COMPLETION (?:NOT )?PRESERVE) ENABLE /g, '$1 DISABLE ');
  const schema = resting.replace(
    /^(CREATE POLICY .* TO )(.*?)( USING .*| WITH CHECK .*|);$/gm,
    (_whole, head: string, roles: string, tail: string) => `${head}${roles.split(', ').sort().join(', ')}${tail};`,
  );
  return { ...dump, schema };
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
