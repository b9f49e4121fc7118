import type { ApplicationId, AssetId, AssetKind, LocalDate, SecretId } from '@lumbung/contracts';
import type { ApplicationRow, AssetRow } from '../../store/rows/register.ts';
import type { Queries, Transaction } from '../../store/store.ts';
import type { Stored } from '../../store/stored.ts';
import type { AssetDefinition } from './asset-definition.ts';

export interface NewApplication {
  readonly id: ApplicationId;
  readonly code: string;
  readonly name: string;
  readonly registeredOn: LocalDate;
  readonly at: number;
}

export interface NewAsset {
  readonly id: AssetId;
  readonly kind: AssetKind;
  readonly name: string;
  readonly applicationId: ApplicationId | null;
  readonly secretId: SecretId | null;
  readonly definition: AssetDefinition;
  readonly registeredOn: LocalDate;
  readonly at: number;
}

export async function listApplications(queries: Queries): Promise<Stored<ApplicationRow>[]> {
  return await queries.selectFrom('application').selectAll().orderBy('code').execute();
}

export async function listAssets(queries: Queries): Promise<Stored<AssetRow>[]> {
  return await queries.selectFrom('asset').selectAll().orderBy('id').execute();
}

export async function findAsset(queries: Queries, id: AssetId): Promise<Stored<AssetRow> | undefined> {
  return await queries.selectFrom('asset').selectAll().where('id', '=', id).executeTakeFirst();
}

export async function insertApplication(tx: Transaction, wanted: NewApplication): Promise<void> {
  await tx
    .insertInto('application')
    .values({
      id: wanted.id,
      code: wanted.code,
      name: wanted.name,
      agency_id: null,
      server_id: null,
      person_id: null,
      state: 'active',
      registered_on: wanted.registeredOn,
      retired_on: null,
      url: null,
      details: '{}',
      created_at: wanted.at,
      updated_at: wanted.at,
    })
    .execute();
}

export async function insertAsset(tx: Transaction, wanted: NewAsset): Promise<void> {
  await tx
    .insertInto('asset')
    .values({
      id: wanted.id,
      kind: wanted.kind,
      name: wanted.name,
      application_id: wanted.applicationId,
      server_id: null,
      secret_id: wanted.secretId,
      definition: JSON.stringify(wanted.definition),
      state: 'active',
      registered_on: wanted.registeredOn,
      retired_on: null,
      paused_at: null,
      pause_reason: null,
      created_at: wanted.at,
      updated_at: wanted.at,
    })
    .execute();
}

export async function defineAsset(
  tx: Transaction,
  { id, definition, at }: Pick<NewAsset, 'id' | 'definition' | 'at'>,
): Promise<void> {
  await tx
    .updateTable('asset')
    .set(({ eb }) => ({
      definition: JSON.stringify(definition),
      updated_at: at,
      revision: eb('revision', '+', 1),
    }))
    .where('id', '=', id)
    .execute();
}
