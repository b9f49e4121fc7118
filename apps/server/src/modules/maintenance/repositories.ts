// A destination is of use from the moment its repository is there.
import type { Transaction } from '../../store/store.ts';
import { listActiveDestinations, noteRepositoryId } from '../destinations/index.ts';
import { listRunsSince, type RunFollower, type RunService, repositoryPlaceOf } from '../runs/index.ts';

/** What could not be made is tried again, and not at once: a disk has to be mounted, a password to be set. */
const PAUSE_MS = 10 * 60_000;

/** Asks for the repository of every destination that has none yet. */
export async function provideRepositories(
  tx: Transaction,
  nowMs: number,
  { runs }: { readonly runs: RunService },
): Promise<void> {
  const missing = (await listActiveDestinations(tx)).filter(({ repository_id }) => repository_id === null);
  if (missing.length === 0) return;
  const tried = await listRunsSince(tx, 'initRepository', nowMs - PAUSE_MS);
  for (const destination of missing) {
    if (tried.some(({ destination_id }) => destination_id === destination.id)) continue;
    await runs.request(tx, {
      order: { kind: 'initRepository', repository: repositoryPlaceOf(destination) },
      origin: 'scheduled',
      destinationId: destination.id,
      priority: REPOSITORY_PRIORITY,
    });
  }
}

/** Nothing else can be done before. */
const REPOSITORY_PRIORITY = 40;

/** Notes which repository it is, so that another one at the same address is refused. */
export const repositoryFollower: RunFollower = {
  async ended(tx, run, { record }) {
    if (run.destination_id === null || record.result?.kind !== 'initRepository') return;
    await noteRepositoryId(tx, {
      id: run.destination_id,
      repositoryId: record.result.repositoryId,
      at: record.endedAt,
    });
  },
};
