import type { DestinationId, SecretId } from '@lumbung/contracts';
import type { DestinationRow } from '../../store/rows/register.ts';
import type { Queries, Transaction } from '../../store/store.ts';
import type { Stored } from '../../store/stored.ts';

export interface NewDestination {
  readonly id: DestinationId;
  readonly name: string;
  readonly address: string;
  readonly repositoryId: string | null;
  readonly secretId: SecretId;
  readonly isOffsite: boolean;
  readonly isImmutable: boolean;
  readonly region: string | null;
  readonly at: number;
}

/** Those that are in use, the one that is written first in front. */
export async function listActiveDestinations(queries: Queries): Promise<Stored<DestinationRow>[]> {
  return await queries
    .selectFrom('destination')
    .selectAll()
    .where('state', '=', 'active')
    .orderBy('position')
    .orderBy('id')
    .execute();
}

export async function findDestination(
  queries: Queries,
  id: DestinationId,
): Promise<Stored<DestinationRow> | undefined> {
  return await queries.selectFrom('destination').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Behind those that are there already. */
export async function insertDestination(tx: Transaction, wanted: NewDestination): Promise<void> {
  const last = await tx
    .selectFrom('destination')
    .select(({ fn }) => fn.max('position').as('position'))
    .executeTakeFirst();
  await tx
    .insertInto('destination')
    .values({
      id: wanted.id,
      name: wanted.name,
      address: wanted.address,
      repository_id: wanted.repositoryId,
      secret_id: wanted.secretId,
      options: '{}',
      is_offsite: wanted.isOffsite ? 1 : 0,
      is_immutable: wanted.isImmutable ? 1 : 0,
      region: wanted.region,
      position: Number(last?.position ?? 0) + 1,
      state: 'active',
      created_at: wanted.at,
      updated_at: wanted.at,
    })
    .execute();
}

export async function noteRepositoryId(
  tx: Transaction,
  { id, repositoryId, at }: { readonly id: DestinationId; readonly repositoryId: string; readonly at: number },
): Promise<void> {
  await tx
    .updateTable('destination')
    .set(({ eb }) => ({ repository_id: repositoryId, updated_at: at, revision: eb('revision', '+', 1) }))
    .where('id', '=', id)
    .execute();
}
