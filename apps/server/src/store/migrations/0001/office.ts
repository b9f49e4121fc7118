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

/** The office: who it is, who its people are, what it has promised to do. */
export async function createOfficeTables({ text, big, int, table, index }: SchemaWords): Promise<void> {
  await table('installation')
    .addColumn('key', text, primary)
    .addColumn('value', text, required)
    .addColumn('updated_at', big, required)
    .execute();

  await table('organisation')
    .addColumn('id', text, primary)
    .addColumn('name', text, required)
    .addColumn('zone', text, required)
    .addColumn('language', text, required)
    .addColumn('profile', text, required)
    .addColumn('revision', int, withDefault(1))
    .addColumn('updated_at', big, required)
    .addCheckConstraint('organisation_is_one', oneOf('id', ['organisation']))
    .execute();

  await table('agency')
    .addColumn('id', text, primary)
    .addColumn('code', text, unique)
    .addColumn('name', text, required)
    .addColumn('is_active', int, withDefault(1))
    .addColumn('revision', int, withDefault(1))
    .addColumn('created_at', big, required)
    .addColumn('updated_at', big, required)
    .addCheckConstraint('agency_flags', yesOrNo('is_active'))
    .execute();

  await table('person')
    .addColumn('id', text, primary)
    .addColumn('name', text, required)
    .addColumn('employment', text, required)
    .addColumn('official_number', text, optional)
    .addColumn('rank', text, optional)
    .addColumn('account_id', text, to('account', 'optional'))
    .addColumn('contact', text, required)
    .addColumn('revision', int, withDefault(1))
    .addColumn('created_at', big, required)
    .addColumn('updated_at', big, required)
    .addCheckConstraint('person_employment', oneOf('employment', ['pns', 'pppk', 'other']))
    .execute();
  await index('person', ['account_id']);

  await table('person_term')
    .addColumn('id', text, primary)
    .addColumn('person_id', text, to('person'))
    .addColumn('function', text, required)
    .addColumn('position', text, required)
    .addColumn('capacity', text, required)
    .addColumn('agency_id', text, to('agency', 'optional'))
    .addColumn('valid_from_on', text, required)
    .addColumn('valid_until_on', text, optional)
    .addColumn('revision', int, withDefault(1))
    .addColumn('created_at', big, required)
    .addColumn('updated_at', big, required)
    .addCheckConstraint(
      'person_term_function',
      oneOf('function', ['admin', 'operator', 'recipient', 'overseer', 'leader', 'auditor', 'owner']),
    )
    .addCheckConstraint('person_term_capacity', oneOf('capacity', ['definitive', 'plt', 'plh']))
    .addCheckConstraint('person_term_dates', localDates('valid_from_on', 'valid_until_on'))
    .addCheckConstraint('person_term_order', sql`valid_until_on >= valid_from_on`)
    .execute();
  await index('person_term', ['person_id']);
  await index('person_term', ['function', 'valid_from_on']);

  await table('holiday')
    .addColumn('id', text, primary)
    .addColumn('held_on', text, required)
    .addColumn('name', text, required)
    .addColumn('kind', text, required)
    .addColumn('source', text, optional)
    .addColumn('silence', text, optional)
    .addColumn('revision', int, withDefault(1))
    .addColumn('updated_at', big, required)
    .addCheckConstraint('holiday_dates', localDates('held_on'))
    .execute();
  await index('holiday', ['held_on', 'kind', 'name'], { unique: true });

  await table('procedure_version')
    .addColumn('id', text, primary)
    .addColumn('number', int, unique)
    .addColumn('status', text, required)
    .addColumn('format_version', int, required)
    .addColumn('document', text, required)
    .addColumn('note', text, optional)
    .addColumn('created_at', big, required)
    .addColumn('created_by', text, to('account', 'optional'))
    .addColumn('in_force_at', big, optional)
    .addColumn('in_force_by', text, to('account', 'optional'))
    .addColumn('withdrawn_at', big, optional)
    .addColumn('revision', int, withDefault(1))
    .addCheckConstraint('procedure_version_status', oneOf('status', ['draft', 'in-force', 'withdrawn']))
    .execute();
  // One procedure is in force.
  await index('procedure_version', ['status'], { unique: true, where: oneOf('status', ['in-force']) });
}
