import { type Language, parseTimeZone, type TimeZone } from '@lumbung/contracts';
import type { OrganisationRow } from '../../store/rows/office.ts';
import type { Queries, Transaction } from '../../store/store.ts';
import type { Stored } from '../../store/stored.ts';

export interface Organisation {
  readonly name: string;
  readonly zone: TimeZone;
  readonly language: Language;
}

/** In force until an office says otherwise: Bali. */
const ZONE_DEFAULT = 'Asia/Makassar';

export async function findOrganisation(queries: Queries): Promise<Stored<OrganisationRow> | undefined> {
  return await queries.selectFrom('organisation').selectAll().executeTakeFirst();
}

/** The office's facts; those of a new installation where nobody has said them. */
export async function readOrganisation(queries: Queries): Promise<Organisation> {
  const row = await findOrganisation(queries);
  return {
    name: row?.name ?? 'Lumbung',
    zone: row?.zone ?? parseTimeZone(ZONE_DEFAULT),
    language: row?.language ?? 'id',
  };
}

/** At the first start: a name and a zone to begin with. One that is there stays. */
export async function provideOrganisation(tx: Transaction, language: Language, at: number): Promise<void> {
  await tx
    .insertInto('organisation')
    .values({
      id: 'organisation',
      name: 'Lumbung',
      zone: parseTimeZone(ZONE_DEFAULT),
      language,
      profile: '{}',
      updated_at: at,
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute();
}
