// Everything the planner of the procedure needs, read at one moment.
import type { Procedure, TimeZone } from '@lumbung/contracts';
import { scheduleSchema } from '@lumbung/contracts/schemas';
import { defaultSchedule, localDateOf, type PlannerInput, seededJitter } from '@lumbung/procedure';
import { applicationOf, assetOf, listApplications, listAssets } from '../modules/applications/index.ts';
import { readFact, readOrganisation } from '../modules/organisation/index.ts';
import { readProcedureInForce } from '../modules/procedures/index.ts';
import { listAssetsUnderWay, listBackupRuns } from '../modules/runs/index.ts';
import type { ApplicationRow, AssetRow } from '../store/rows/register.ts';
import type { Queries } from '../store/store.ts';
import type { Stored } from '../store/stored.ts';

/** Two weeks, as the planner asks, and a day for zones. */
const RUNS_SINCE_MS = 15 * 86_400_000;
export const SCHEDULE_FACT = 'schedule';

export interface Planning {
  readonly input: PlannerInput;
  readonly procedure: Procedure;
  readonly zone: TimeZone;
  readonly assets: ReadonlyMap<string, Stored<AssetRow>>;
  readonly applications: ReadonlyMap<string, Stored<ApplicationRow>>;
}

export async function readPlanning(
  queries: Queries,
  nowMs: number,
  /** Of this installation: spreads what is planned for one minute, the same way each day. */
  jitterSeed: string,
): Promise<Planning> {
  const { zone } = await readOrganisation(queries);
  const { procedure } = await readProcedureInForce(queries);
  const applications = await listApplications(queries);
  const assets = await listAssets(queries);
  const input: PlannerInput = {
    standards: procedure.standards,
    schedule: (await readFact(queries, SCHEDULE_FACT, scheduleSchema)) ?? defaultSchedule(),
    applications: applications.map(applicationOf),
    assets: assets.map((row) => assetOf(row, (at) => localDateOf(at, zone))),
    runs: await listBackupRuns(queries, nowMs - RUNS_SINCE_MS),
    underWay: await listAssetsUnderWay(queries),
    requests: [],
    jitter: seededJitter(jitterSeed),
    zone,
    nowMs,
  };
  return {
    input,
    procedure,
    zone,
    assets: new Map(assets.map((row) => [row.id, row])),
    applications: new Map(applications.map((row) => [row.id, row])),
  };
}
