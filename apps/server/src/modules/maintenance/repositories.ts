// A destination is of use from the moment its repository is there.
import type { Transaction } from '../../store/store.ts';
import { listActiveDestinations, noteRepositoryId } from '../destinations/index.ts';
import { listUnfinishedRuns, type RunFollower, type RunService, repositoryPlaceOf } from '../runs/index.ts';

/** Asks for the repository of every destination that has none yet. */
export async function provideRepositories(tx: Transaction, { runs }: { readonly runs: RunService }): Promise<void> {
  const missing = (await listActiveDestinations(tx)).filter(({ repository_id }) => repository_id === null);
  if (missing.length === 0) return;
  const unfinished = (await listUnfinishedRuns(tx)).filter(({ kind }) => kind === 'initRepository');
  for (const destination of missing) {
    if (unfinished.some(({ destination_id }) => destination_id === destination.id)) continue;
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
