// Accounts that views, routines, triggers and events run as, on a server that has other ones.
import { mkdtemp } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Target } from '../../connection/target.ts';
import type { Ownership, RestoreOptions, RestorePlan, RestoreReport } from '../../driver.ts';
import type { CheckId } from '../../remarks/check.ts';
import { failedCodes, folderTree, haveServer, pasteOf, startMariadb, type TestServer } from '../../testing/index.ts';
import { mariadbDriver } from '../mysql-driver.ts';
import { controlOf, DumpBench } from '../testing/dump-bench.ts';

const ASIDE: RestoreOptions = { database: 'aside', ownership: { kind: 'keep' }, verify: 'rows', parallel: 1 };
/** As the manifest has them; each quoted for a statement. */
const APP = 'app@%';
const ODD = `o"d'd é@10.%`;
const quoted = (account: string) => {
  const at = account.lastIndexOf('@');
  return [account.slice(0, at), account.slice(at + 1)].map((part) => `'${part.replaceAll("'", "''")}'`).join('@');
};
const map = (roles: Readonly<Record<string, string>>): Ownership => ({ kind: 'map', roles });

describe.skipIf(!haveServer('mariadb'))('definers of a restored MariaDB database', () => {
  let source: TestServer;
  let target: TestServer;
  let bench: DumpBench;
  let site: string;

  beforeAll(async () => {
    [source, target, bench] = await Promise.all([startMariadb(), startMariadb(), DumpBench.make()]);
    await source.client(
      `CREATE USER ${quoted(APP)}; CREATE USER ${quoted(ODD)}; CREATE DATABASE site; USE site; CREATE TABLE t (i int);
       CREATE DEFINER = ${quoted(APP)} VIEW v AS SELECT i FROM t;
       CREATE DEFINER = ${quoted(APP)} PROCEDURE p() SELECT 'app@%';
       CREATE DEFINER = ${quoted(ODD)} TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.i = 1;
       CREATE DEFINER = ${quoted(ODD)} EVENT e ON SCHEDULE EVERY 1 YEAR DO SELECT 1`,
    );
    site = (await bench.dump(source.target, 'site')).folder;
    await target.client(
      `CREATE USER 'new'@'localhost'; CREATE USER ${quoted('n"e\'w 読@%')}; CREATE USER weak@localhost;
       GRANT ALL ON aside.* TO weak@localhost; GRANT SELECT ON mysql.* TO weak@localhost`,
    );
  });
  afterAll(async () => {
    await bench?.[Symbol.asyncDispose]();
    await Promise.all([source?.stop(), target?.stop()]);
  });
  afterEach(async () => {
    await target.client('DROP DATABASE IF EXISTS aside');
  });

  const plan = async (ownership: Ownership, as?: string): Promise<RestorePlan> => {
    const to: Target = as === undefined ? target.target : { ...target.target, user: as };
    return await mariadbDriver.planRestore(to, folderTree(site), { ...ASIDE, ownership }, controlOf());
  };
  const restore = async (planned: RestorePlan): Promise<RestoreReport> => {
    const workspace = { folder: await mkdtemp(path.join(bench.folder, 'w-')), limitBytes: 1e9 };
    return await mariadbDriver.restore(planned, folderTree(site), workspace, controlOf());
  };
  const check = (planned: RestorePlan, id: CheckId) => planned.checks.find((each) => each.id === id);
  const definers = async () =>
    (
      await target.client(
        `SELECT CONCAT('v ', DEFINER) FROM information_schema.VIEWS WHERE TABLE_SCHEMA = 'aside'
         UNION SELECT CONCAT('p ', DEFINER) FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = 'aside'
         UNION SELECT CONCAT('tr ', DEFINER) FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = 'aside'
         UNION SELECT CONCAT('e ', DEFINER) FROM information_schema.EVENTS WHERE EVENT_SCHEMA = 'aside' ORDER BY 1`,
      )
    ).split('\n');

  it('have other names if that was chosen, whatever characters are in them', async () => {
    const planned = await plan(map({ [APP]: 'new@localhost', [ODD]: `n"e'w 読@%` }));
    expect(failedCodes(planned)).toEqual([]);
    expect(check(planned, 'role-map')).toMatchObject({ result: 'pass', remark: { code: 'roles-mapped' } });
    expect((await restore(planned)).findings).toEqual([]);
    expect(await definers()).toEqual([`e n"e'w 読@%`, 'p new@localhost', `tr n"e'w 読@%`, 'v new@localhost']);
    // What it says is no account of ours.
    expect(await target.client('SHOW CREATE PROCEDURE p', 'aside')).toContain("SELECT 'app@%'");
  });

  it('need no host where they may come from anywhere, before and after', async () => {
    await target.client("CREATE USER 'nowhere'@'%'");
    const planned = await plan(map({ app: 'nowhere' }));
    expect(failedCodes(planned)).toEqual([]);
    await restore(planned);
    expect(await definers()).toContain('v nowhere@%');
    await target.client("DROP USER 'nowhere'@'%'");
  });

  it('that were not chosen stay, with a warning where they are not there', async () => {
    const planned = await plan(map({ [APP]: 'new@localhost' }));
    expect(failedCodes(planned)).toEqual([]);
    expect(check(planned, 'definers')).toMatchObject({
      result: 'warn',
      remark: { code: 'definers-missing', params: { accounts: { first: [ODD], count: 1 } } },
    });
    await restore(planned);
    expect(await definers()).toContain(`e ${ODD}`);
  });

  it('that were chosen and are not there are refused before anything is created', async () => {
    const planned = await plan(map({ [APP]: 'gone@localhost' }));
    expect(failedCodes(planned)).toEqual(['definers-chosen-missing']);
    await expect(restore(planned)).rejects.toMatchObject({ code: 'DB_RESTORE_REFUSED' });
    expect(await target.client("SHOW DATABASES LIKE 'aside'")).toBe('');
    // It is meant to be pasted, and makes nobody who can log in.
    await target.client(pasteOf(check(planned, 'definers')));
    expect(failedCodes(await plan(map({ [APP]: 'gone@localhost', [ODD]: 'gone@localhost' })))).toEqual([]);
    await target.client("DROP USER 'gone'@'localhost'");
  });

  it('that the dump does not know are refused, and those that it knows are named', async () => {
    for (const was of ['App@%', 'app@localhost', 'app@', '']) {
      const planned = await plan(map({ [was]: 'new@localhost' }));
      expect(failedCodes(planned)).toEqual(['mapped-roles-unknown']);
      expect(check(planned, 'role-map')?.remark).toMatchObject({
        params: { unknown: { first: [was] }, roles: { first: [APP, ODD] } },
      });
    }
  });

  it('become whoever restores, who then needs no right to be others', async () => {
    const others = await plan(map({ [APP]: 'new@localhost', [ODD]: 'new@localhost' }), 'weak');
    expect(failedCodes(others)).toContain('definers-refused');
    const planned = await plan({ kind: 'restorer' }, 'weak');
    expect(failedCodes(planned)).toEqual([]);
    expect((await restore(planned)).findings).toEqual([]);
    expect(new Set((await definers()).map((line) => line.slice(line.indexOf(' ') + 1)))).toEqual(
      new Set(['weak@localhost']),
    );
    // What it would have had to be given is enough.
    await target.client('DROP DATABASE aside');
    await target.client(pasteOf(check(others, 'definers')));
    expect(failedCodes(await plan(map({ [APP]: 'new@localhost', [ODD]: 'new@localhost' }), 'weak'))).toEqual([]);
  });
});
