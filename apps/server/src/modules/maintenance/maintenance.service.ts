// What repositories need without being asked: proof of copies that have none, thinning by the procedure, and a share of the
// data read again each day, so that all of it is read once a month.
import type { DestinationId, LocalDate, RetentionStop } from '@lumbung/contracts';
import {
  localDateOf,
  monthOf,
  monthSpan,
  planRetention,
  type RetentionDecision,
  type StoredCopy,
} from '@lumbung/procedure';
import { z } from 'zod';
import type { DestinationRow } from '../../store/rows/register.ts';
import type { SnapshotRow } from '../../store/rows/work.ts';
import type { Transaction } from '../../store/store.ts';
import type { Stored } from '../../store/stored.ts';
import { assetOf, listAssets } from '../applications/index.ts';
import { listActiveDestinations } from '../destinations/index.ts';
import { readFact, readOrganisation, writeFact } from '../organisation/index.ts';
import { readProcedureInForce } from '../procedures/index.ts';
import { listRunsSince, type RunService, repositoryPlaceOf } from '../runs/index.ts';
import { copyOf, listPresentSnapshots, moveToTrash, takeFromTrash } from '../snapshots/index.ts';

export interface MaintenancePorts {
  readonly runs: RunService;
}

/** Of a destination: the local date on which its turn was last. */
const careFact = (id: DestinationId): string => `care ${id}`;
const careSchema = z.strictObject({ on: z.string(), read: z.int().nonnegative() });

/** Proof of a copy that has none yet goes before care; both go behind the work of the day. */
const PRIORITIES = { verify: 5, care: 0 } as const;

/** A look that could not be taken is taken again, and not at once. */
const PAUSE_MS = 60 * 60_000;

/** Asks for a look at every copy that nobody has looked at: it counts for nothing until then. */
export async function proveCopies(tx: Transaction, nowMs: number, { runs }: MaintenancePorts): Promise<number> {
  const tried = new Set((await listRunsSince(tx, 'verify', nowMs - PAUSE_MS)).map(({ spec }) => snapshotOf(spec)));
  const pending = (await listPresentSnapshots(tx)).filter(
    ({ verification, trashed_at, snapshot_id }) =>
      verification === 'pending' && trashed_at === null && !tried.has(snapshot_id),
  );
  const destinations = new Map((await listActiveDestinations(tx)).map((row) => [row.id, row]));
  let asked = 0;
  for (const { snapshot_id, destination_id, asset_id } of pending) {
    const destination = destinations.get(destination_id);
    if (destination === undefined) continue;
    await runs.request(tx, {
      order: { kind: 'verify', repository: repositoryPlaceOf(destination), snapshotId: snapshot_id },
      origin: 'scheduled',
      ...(asset_id === null ? {} : { assetId: asset_id }),
      destinationId: destination_id,
      priority: PRIORITIES.verify,
    });
    asked += 1;
  }
  return asked;
}

function snapshotOf(spec: string): string | undefined {
  const parsed = z.looseObject({ snapshotId: z.string() }).safeParse(JSON.parse(spec));
  return parsed.success ? parsed.data.snapshotId : undefined;
}

/** Once for each destination and local date: thinning as the procedure says, then a share of the data.
 *  @returns the destinations whose turn it was */
export async function careForRepositories(
  tx: Transaction,
  nowMs: number,
  ports: MaintenancePorts,
): Promise<readonly DestinationId[]> {
  const { zone } = await readOrganisation(tx);
  const today = localDateOf(nowMs, zone);
  const cared: DestinationId[] = [];
  for (const destination of await listActiveDestinations(tx)) {
    if (destination.repository_id === null) continue;
    const last = await readFact(tx, careFact(destination.id), careSchema);
    if (last?.on === today) continue;
    await thin(tx, destination, nowMs, ports);
    await readShare(tx, destination, today, ports);
    await writeFact(tx, {
      key: careFact(destination.id),
      value: { on: today, read: (last?.read ?? 0) + 1 },
      at: nowMs,
    });
    cared.push(destination.id);
  }
  return cared;
}

/** What goes lies in the trash first; what lay there long enough is removed by a run, which removes nothing unless the copies
 *  that stay can be read. */
async function thin(
  tx: Transaction,
  destination: Stored<DestinationRow>,
  nowMs: number,
  { runs }: MaintenancePorts,
): Promise<void> {
  const { zone } = await readOrganisation(tx);
  const rows = (await listPresentSnapshots(tx)).filter(({ destination_id }) => destination_id === destination.id);
  const byAsset = Map.groupBy(rows, ({ asset_id }) => asset_id);
  const { procedure } = await readProcedureInForce(tx);
  const decisions: RetentionDecision[] = [];
  for (const row of await listAssets(tx)) {
    const own = byAsset.get(row.id) ?? [];
    if (own.length === 0) continue;
    decisions.push(
      ...planRetention({
        asset: assetOf(row, (at) => localDateOf(at, zone)),
        copies: own.flatMap((each) => copyOf(each) ?? []) satisfies StoredCopy[],
        policy: row.kind === 'database' ? procedure.retention.databases : procedure.retention.applications,
        trashDays: procedure.retention.trashDays,
        stops: stopsOf(own),
        zone,
        nowMs,
      }),
    );
  }
  for (const { id, act, reasons } of decisions) {
    const copy = { snapshotId: id, destinationId: destination.id };
    if (act === 'trash') await moveToTrash(tx, { ...copy, at: nowMs, reason: reasons.join(' ') });
    if (act === 'restore-from-trash') await takeFromTrash(tx, copy);
  }
  const remove = decisions.filter(({ act }) => act === 'remove').map(({ id }) => id);
  if (remove.length === 0) return;
  const keepers = decisions.filter(({ act }) => act === 'keep').map(({ id }) => id);
  await runs.request(tx, {
    order: {
      kind: 'retention',
      repository: repositoryPlaceOf(destination),
      remove,
      keepers,
      prune: { kind: 'yes' },
      mode: 'execute',
    },
    origin: 'scheduled',
    destinationId: destination.id,
    priority: PRIORITIES.care,
  });
}

/** A size that nobody has explained yet stops all deletion of the asset. */
function stopsOf(rows: readonly Stored<SnapshotRow>[]): readonly RetentionStop[] {
  const latest = rows.at(-1);
  const flags = latest?.flags === null || latest === undefined ? {} : z.looseObject({}).parse(JSON.parse(latest.flags));
  return 'anomalies' in flags ? ['size-anomaly'] : [];
}

async function readShare(
  tx: Transaction,
  destination: Stored<DestinationRow>,
  today: LocalDate,
  { runs }: MaintenancePorts,
): Promise<void> {
  const { last } = monthSpan(monthOf(today));
  const days = Number(last.slice(-2));
  const nr = Number(today.slice(-2));
  await runs.request(tx, {
    order: { kind: 'check', repository: repositoryPlaceOf(destination), read: { kind: 'share', nr, of: days } },
    origin: 'scheduled',
    destinationId: destination.id,
    priority: PRIORITIES.care,
  });
}
