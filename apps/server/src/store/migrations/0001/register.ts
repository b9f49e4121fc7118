import { sql } from 'kysely';
import {
  localDates,
  oneOf,
  optional,
  primary,
  required,
  type SchemaWords,
  to,
  unique,
  withDefault,
  yesOrNo,
} from '../schema-words.ts';

const ASSET_STATES = ['trial', 'active', 'retired'];
const PLACE_STATES = ['active', 'paused', 'retired'];

/** What is backed up, where it is, and where it goes. */
export async function createRegisterTables({ text, big, int, table, index }: SchemaWords): Promise<void> {
  await table('secret')
    .addColumn('id', text, primary)
    .addColumn('name', text, unique)
    .addColumn('sealed', text, required)
    .addColumn('key_id', text, required)
    .addColumn('created_at', big, required)
    .addColumn('rotated_at', big, required)
    .addColumn('revision', int, withDefault(1))
    .execute();

  await table('destination')
    .addColumn('id', text, primary)
    .addColumn('name', text, unique)
    .addColumn('address', text, required)
    .addColumn('repository_id', text, optional)
    .addColumn('secret_id', text, to('secret', 'optional'))
    .addColumn('options', text, required)
    .addColumn('is_offsite', int, withDefault(0))
    .addColumn('is_immutable', int, withDefault(0))
    .addColumn('region', text, optional)
    .addColumn('position', int, required)
    .addColumn('state', text, required)
    .addColumn('revision', int, withDefault(1))
    .addColumn('created_at', big, required)
    .addColumn('updated_at', big, required)
    .addCheckConstraint('destination_flags', yesOrNo('is_offsite', 'is_immutable'))
    .addCheckConstraint('destination_state', oneOf('state', PLACE_STATES))
    .addCheckConstraint('destination_repository', sql`length(repository_id) = 64`)
    .execute();

  await table('server')
    .addColumn('id', text, primary)
    .addColumn('name', text, unique)
    .addColumn('kind', text, required)
    .addColumn('connection', text, required)
    .addColumn('secret_id', text, to('secret', 'optional'))
    .addColumn('state', text, required)
    .addColumn('note', text, optional)
    .addColumn('revision', int, withDefault(1))
    .addColumn('created_at', big, required)
    .addColumn('updated_at', big, required)
    .addCheckConstraint('server_kind', oneOf('kind', ['local', 'remote']))
    .addCheckConstraint('server_state', oneOf('state', PLACE_STATES))
    .execute();

  await table('application')
    .addColumn('id', text, primary)
    .addColumn('code', text, unique)
    .addColumn('name', text, required)
    .addColumn('agency_id', text, to('agency', 'optional'))
    .addColumn('server_id', text, to('server', 'optional'))
    .addColumn('person_id', text, to('person', 'optional'))
    .addColumn('state', text, required)
    .addColumn('registered_on', text, required)
    .addColumn('retired_on', text, optional)
    .addColumn('url', text, optional)
    .addColumn('details', text, required)
    .addColumn('revision', int, withDefault(1))
    .addColumn('created_at', big, required)
    .addColumn('updated_at', big, required)
    .addCheckConstraint('application_state', oneOf('state', ASSET_STATES))
    .addCheckConstraint('application_dates', localDates('registered_on', 'retired_on'))
    .addCheckConstraint('application_retired', sql`(state = 'retired') = (retired_on is not null)`)
    .execute();
  await index('application', ['agency_id']);
  await index('application', ['server_id']);

  await table('asset')
    .addColumn('id', text, primary)
    .addColumn('kind', text, required)
    .addColumn('name', text, required)
    .addColumn('application_id', text, to('application', 'optional'))
    .addColumn('server_id', text, to('server', 'optional'))
    .addColumn('secret_id', text, to('secret', 'optional'))
    .addColumn('definition', text, required)
    .addColumn('state', text, required)
    .addColumn('registered_on', text, required)
    .addColumn('retired_on', text, optional)
    .addColumn('paused_at', big, optional)
    .addColumn('pause_reason', text, optional)
    .addColumn('revision', int, withDefault(1))
    .addColumn('created_at', big, required)
    .addColumn('updated_at', big, required)
    .addCheckConstraint('asset_kind', oneOf('kind', ['database', 'files']))
    .addCheckConstraint('asset_state', oneOf('state', ASSET_STATES))
    .addCheckConstraint('asset_dates', localDates('registered_on', 'retired_on'))
    .addCheckConstraint('asset_retired', sql`(state = 'retired') = (retired_on is not null)`)
    .addCheckConstraint('asset_paused', sql`(paused_at is null) = (pause_reason is null)`)
    .addCheckConstraint('asset_files_of_application', sql`kind = 'database' or application_id is not null`)
    .execute();
  await index('asset', ['application_id']);
  await index('asset', ['server_id']);
}
