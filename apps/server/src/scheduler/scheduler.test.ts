import type { AssetId, JobSpec } from '@lumbung/contracts';
import { beforeEach, expect, it } from 'vitest';
import { listSteps } from '../modules/activities/index.ts';
import type { Store } from '../store/store.ts';
import { describeEachDialect } from '../testing/each-dialect.ts';
import { SimulatedOffice } from '../testing/simulated-office.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Monday, 2 March 2026, midnight in Bali. */
const MONDAY = Date.UTC(2026, 2, 1, 16);

function assetOf(spec: JobSpec): AssetId | undefined {
  if (spec.kind === 'backupDatabases') return spec.items[0]?.asset;
  return spec.kind === 'backupFiles' ? spec.asset : undefined;
}

describeEachDialect('the service, day by day', (lab) => {
  let store: Store;
  let office: SimulatedOffice;
  beforeEach(async () => {
    store = await lab.open();
    office = await SimulatedOffice.open(store, MONDAY);
  });

  const activities = async (): Promise<string[]> =>
    (await store.db.selectFrom('activity').selectAll().orderBy('held_on').execute()).map(
      (row) => `${row.held_on} ${row.technical_state} ${row.administrative_state}`,
    );
  const backups = async (asset: AssetId): Promise<string[]> =>
    (
      await store.db
        .selectFrom('run')
        .selectAll()
        .where('asset_id', '=', asset)
        .where('kind', 'in', ['backupDatabases', 'backupFiles'])
        .orderBy('queued_at')
        .orderBy('id')
        .execute()
    ).map(({ counts_on, origin, outcome }) => `${counts_on} ${origin} ${outcome}`);

  it('carries the five steps of a day out, each with what proves it', async () => {
    await office.addApplication('simpeg', '2026-03-02');
    await office.liveUntil(MONDAY + 12 * HOUR_MS);
    expect(await activities()).toEqual(['2026-03-02 succeeded reported']);
    const activity = await store.db.selectFrom('activity').selectAll().executeTakeFirstOrThrow();
    const steps = await listSteps(store.db, activity.id);
    expect(
      steps.map(({ act, result, begun_at, ended_at }) => [act, result, begun_at !== null, ended_at !== null]),
    ).toEqual([
      ['preflight', 'pass', true, true],
      ['databases', 'pass', true, true],
      ['applications', 'pass', true, true],
      ['report', 'pass', true, true],
      // Closed when somebody has acknowledged; its list of files is complete.
      ['close', 'pass', false, false],
    ]);
    expect(JSON.parse(steps[4]?.outputs ?? '[]')).toHaveLength(2);
  });

  it('backs up databases every day and applications three times a week, and keeps what it reports', async () => {
    const { db, files } = await office.addApplication('simpeg', '2026-03-02');
    await office.liveUntil(MONDAY + 14 * DAY_MS);
    const good = (await backups(db)).filter((line) => line.endsWith('succeeded'));
    expect(new Set(good.map((line) => line.slice(0, 10))).size).toBe(14);
    const dates = (await backups(files)).map((line) => line.slice(0, 10));
    expect(new Set(dates)).toEqual(
      new Set(['2026-03-02', '2026-03-04', '2026-03-06', '2026-03-09', '2026-03-11', '2026-03-13']),
    );
    expect((await activities()).slice(0, 14).every((line) => line.endsWith('succeeded reported'))).toBe(true);
    const reports = await store.db.selectFrom('report').selectAll().execute();
    expect(reports).toHaveLength(14);
    expect(await office.audit.verify({ signal: new AbortController().signal })).toMatchObject({ status: 'whole' });
  });

  it('stores the database of an application before its files', async () => {
    const order: string[] = [];
    office.fateOf = (spec) => {
      const asset = assetOf(spec);
      if (asset !== undefined) order.push(asset);
      return 'good';
    };
    await office.addApplication('simpeg', '2026-03-02');
    await office.liveUntil(MONDAY + 12 * HOUR_MS);
    expect(order).toEqual(['simpeg:db', 'simpeg:files']);
  });

  it('goes on with the others when one fails, repeats it, and says so in the report of the day', async () => {
    const one = await office.addApplication('satu', '2026-03-02');
    const two = await office.addApplication('dua', '2026-03-02');
    office.fateOf = (spec) => (assetOf(spec) === one.db ? { fails: 'DB_LOGIN_REFUSED' } : 'good');
    await office.liveUntil(MONDAY + DAY_MS - HOUR_MS);
    expect((await backups(two.db)).at(-1)).toContain('succeeded');
    const failed = await backups(one.db);
    expect(failed.length).toBeGreaterThan(1);
    expect(failed.every((line) => line.endsWith('failed'))).toBe(true);
    office.fateOf = () => 'good';
    await office.liveUntil(MONDAY + 2 * DAY_MS);
    expect((await activities())[0]).toBe('2026-03-02 partly reported');
    expect((await activities())[1]).toBe('2026-03-03 succeeded reported');
  });

  it('does not take a damaged copy for a backup', async () => {
    const { db } = await office.addApplication('simpeg', '2026-03-02');
    let isDamaged = true;
    office.fateOf = (spec) => {
      if (assetOf(spec) !== db || !isDamaged) return 'good';
      isDamaged = false;
      return 'damaged';
    };
    await office.liveUntil(MONDAY + 20 * HOUR_MS);
    const snapshots = await store.db.selectFrom('snapshot').selectAll().where('asset_id', '=', db).execute();
    expect(snapshots.map(({ verification }) => verification).sort()).toEqual(['revoked', 'verified']);
  });

  it('catches up once, at once, after the machine was off for three days', async () => {
    const { db } = await office.addApplication('simpeg', '2026-03-02');
    await office.liveUntil(MONDAY + 12 * HOUR_MS);
    office.isOn = false;
    await office.liveUntil(MONDAY + 3 * DAY_MS + 12 * HOUR_MS);
    office.isOn = true;
    await office.workOff();
    expect((await backups(db)).map((line) => line.slice(0, 10))).toEqual(['2026-03-02', '2026-03-05']);
    expect((await backups(db)).at(-1)).toContain('catch-up');
  });

  it('loses a run whose process died, and does the work again', async () => {
    const { db } = await office.addApplication('simpeg', '2026-03-02');
    let deaths = 0;
    office.fateOf = (spec) => {
      if (assetOf(spec) !== db || deaths > 0) return 'good';
      deaths += 1;
      return 'dies';
    };
    await office.liveUntil(MONDAY + 12 * HOUR_MS);
    expect((await backups(db)).map((line) => line.split(' ')[2])).toEqual(['lost', 'succeeded']);
    expect(await activities()).toEqual(['2026-03-02 succeeded reported']);
    // What it may have stored was looked for.
    const looks = await store.db.selectFrom('run').selectAll().where('kind', '=', 'catalogue').execute();
    expect(looks).toHaveLength(1);
  });

  it('asks for nothing twice, however often it looks', async () => {
    await office.addApplication('simpeg', '2026-03-02');
    await office.liveUntil(MONDAY + 12 * HOUR_MS);
    const count = async (): Promise<number> => (await store.db.selectFrom('run').selectAll().execute()).length;
    const before = await count();
    for (let look = 0; look < 5; look += 1) await office.workOff();
    expect(await count()).toBe(before);
  });

  it('thins past months only when their keeper is verified, by way of the trash', async () => {
    const { files } = await office.addApplication('simpeg', '2026-03-02');
    await office.liveUntil(MONDAY + 50 * DAY_MS);
    const rows = await store.db.selectFrom('snapshot').selectAll().where('asset_id', '=', files).execute();
    const ofMarch = rows.filter(({ counts_on }) => counts_on.startsWith('2026-03'));
    expect(ofMarch.filter(({ trashed_at }) => trashed_at === null).map(({ counts_on }) => counts_on)).toEqual([
      '2026-03-30',
    ]);
    // April is the current month: all of it stays.
    expect(rows.some(({ counts_on, trashed_at }) => counts_on >= '2026-04' && trashed_at !== null)).toBe(false);
    expect(ofMarch.some(({ removed_at }) => removed_at !== null)).toBe(true);
  });
});
