// The way of a museum: into a repository that stock restic judges, and out of it on another server, judged by the engine's own
// client and not by our manifest.
import { type DatabaseEngine, driverOf, findDump } from '@lumbung/runner/databases';
import {
  type IndependentDump,
  independentDump,
  loadMuseum,
  type ServerPrograms,
  type TestServer,
} from '@lumbung/sources/testing';
import { expect } from 'vitest';
import { makeDiskRepository } from '../lab/disk-repository.ts';
import { anyPeer, runPeer } from '../lab/peers.ts';
import { backUpDatabases, restoreAside } from './database-acts.ts';

export const MUSEUM_ROWS = 2_000;

/** What the museum is called, where databases have names. */
export function museumOf({ engine }: Pick<TestServer, 'engine'>): string {
  return engine === 'redis' ? 'instance' : 'museum';
}

export interface MuseumWay {
  startSource(): Promise<TestServer>;
  /** Started when the first one is gone. */
  startTarget(): Promise<TestServer>;
  /** Whose client looks at both, when it is not each server's own. */
  readonly tools?: ServerPrograms;
  beforeSourceEnds?(source: TestServer): Promise<void>;
  beforeRestore?(target: TestServer): Promise<void>;
  /** What each side looked like, by the engine's own client. */
  judge(restored: IndependentDump, original: IndependentDump): void;
}

export async function museumThroughRepository(way: MuseumWay): Promise<void> {
  const { folder, repository } = await makeDiskRepository();
  let before: IndependentDump;
  let engine: DatabaseEngine;
  let database: string;
  {
    await using source = await way.startSource();
    ({ engine } = source);
    database = museumOf(source);
    await loadMuseum(source, database, { bigRows: MUSEUM_ROWS });
    await takeOut(source, database);
    before = comparable(await independentDump(source, database, way.tools));
    const outcomes = await backUpDatabases(repository, driverOf(engine), source.target, [database]);
    expect(outcomes).toMatchObject([{ snapshotId: expect.stringMatching(/^[0-9a-f]{64}$/) }]);
    // Nothing changed by being backed up.
    expect(comparable(await independentDump(source, database, way.tools))).toEqual(before);
    await way.beforeSourceEnds?.(source);
  }
  if (anyPeer !== undefined) {
    const { exitCode, stderr } = await runPeer(anyPeer, folder, ['check', '--read-data']);
    expect([exitCode, stderr]).toEqual([0, '']);
  }
  await using target = await way.startTarget();
  await way.beforeRestore?.(target);
  const dump = await findDump(repository, 'latest', { engine, database });
  const report = await restoreAside(repository, driverOf(engine), dump, target.target, { database });
  expect(report.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  way.judge(comparable(await independentDump(target, database, way.tools)), before);
}

/** What a backup refuses, or a restore leaves out, on purpose: a view that is broken, a publication that would publish at
 *  once. */
export async function takeOut(server: TestServer, database: string): Promise<void> {
  if (server.engine === 'postgresql') await server.client('drop publication museum_publication', database);
  if (server.engine === 'mariadb' || server.engine === 'mysql') await server.client('drop view broken_view', database);
}

/** Roles of a policy are listed in the order in which the server made them; MySQL names the character set of a column when it
 *  was named once, and every dump names it with the collation. */
export function comparable(dump: IndependentDump): IndependentDump {
  // Restored events rest until somebody exchanges the databases.
  const resting = dump.schema.replace(/( ON COMPLETION (?:NOT )?PRESERVE) ENABLE /g, '$1 DISABLE ');
  const schema = resting
    .replace(/ CHARACTER SET (\w+) COLLATE (?=\1_)/g, ' COLLATE ')
    .replace(
      /^(CREATE POLICY .* TO )(.*?)( USING .*| WITH CHECK .*|);$/gm,
      (_whole, head: string, roles: string, tail: string) => `${head}${roles.split(', ').sort().join(', ')}${tail};`,
    );
  return { ...dump, schema };
}
