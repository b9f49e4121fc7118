// Dumps that an earlier program made, as they lie in repositories: their manifests have version 1, and sentences for warnings.
import { mkdtempSync } from 'node:fs';
import path from 'node:path';
import { driverOf } from '@lumbung/runner/databases';
import { folderTree, haveServer, startMariadb, startPostgres, startRedis } from '@lumbung/sources/testing';
import { describe, expect, it } from 'vitest';
import { scratchFolder } from '../lab/scratch.ts';
import { control } from './database-acts.ts';

const OLD = path.resolve(import.meta.dirname, '../../packages/sources/testdata/dumps-of-version-1');

const CASES = [
  {
    engine: 'postgresql',
    binary: 'postgres',
    start: startPostgres,
    as: 'pulih',
    ask: 'SELECT count(*) FROM t',
    told: 1,
  },
  { engine: 'mariadb', binary: 'mariadb', start: startMariadb, as: 'pulih', ask: 'SELECT count(*) FROM t', told: 0 },
  { engine: 'redis', binary: 'redis', start: startRedis, as: 'instance', ask: 'DBSIZE\n', told: 0 },
] as const;

describe.each(CASES)('a dump of $engine with a manifest of version 1', ({ engine, binary, start, as, ask, told }) => {
  it.skipIf(!haveServer(binary))('is verified, planned and restored as ever', async () => {
    const driver = driverOf(engine);
    const tree = folderTree(path.join(OLD, engine));
    const findings = [];
    for await (const finding of driver.verify(tree, control())) findings.push(finding);
    expect(findings).toEqual([]);
    await using server = await start();
    const options = { database: as, ownership: { kind: 'keep' }, verify: 'values', parallel: 1 } as const;
    const plan = await driver.planRestore(server.target, tree, options, control());
    expect(plan.checks.filter(({ result }) => result === 'fail')).toEqual([]);
    // What it says of itself is told as it stands.
    expect(plan.leftOut.filter(({ code }) => code === 'stored-sentence')).toHaveLength(told);
    const workspace = { folder: mkdtempSync(path.join(scratchFolder(), 'w-')), limitBytes: 1e9 };
    const report = await driver.restore(plan, tree, workspace, control());
    expect(report.findings).toEqual([]);
    const rows = await server.client(ask, engine === 'redis' ? undefined : as);
    expect(rows).toBe(engine === 'redis' ? '1' : '2');
  });
});
