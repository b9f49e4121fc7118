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

/** What is told, asked for and decided. */
export async function createPaperTables(words: SchemaWords): Promise<void> {
  await createReports(words);
  await createRequests(words);
  await createMessages(words);
}

async function createReports({ text, big, int, table, index }: SchemaWords): Promise<void> {
  await table('report')
    .addColumn('id', text, primary)
    .addColumn('kind', text, required)
    .addColumn('period_from_on', text, required)
    .addColumn('period_until_on', text, required)
    .addColumn('activity_id', text, to('activity', 'optional'))
    .addColumn('number', int, required)
    .addColumn('letter_number', text, optional)
    .addColumn('language', text, required)
    .addColumn('data', text, required)
    .addColumn('data_sha256', text, required)
    .addColumn('audit_head', text, required)
    .addColumn('created_at', big, required)
    .addColumn('created_by', text, to('account', 'optional'))
    .addColumn('revision', int, withDefault(1))
    .addUniqueConstraint('report_of_period', ['kind', 'period_from_on', 'period_until_on', 'number'])
    .addCheckConstraint('report_dates', localDates('period_from_on', 'period_until_on'))
    .addCheckConstraint('report_order', sql`period_until_on >= period_from_on`)
    .execute();
  await index('report', ['activity_id']);

  await table('report_event')
    .addColumn('id', text, primary)
    .addColumn('report_id', text, to('report'))
    .addColumn('kind', text, required)
    .addColumn('account_id', text, to('account', 'optional'))
    .addColumn('person_id', text, to('person', 'optional'))
    .addColumn('to_person_id', text, to('person', 'optional'))
    .addColumn('is_flagged', int, withDefault(0))
    .addColumn('note', text, optional)
    .addColumn('happened_at', big, required)
    .addCheckConstraint('report_event_kind', oneOf('kind', ['sent', 'acknowledged', 'returned', 'delegated', 'signed']))
    .addCheckConstraint('report_event_flags', yesOrNo('is_flagged'))
    .execute();
  await index('report_event', ['report_id', 'happened_at']);
}

async function createRequests({ text, big, int, table, index }: SchemaWords): Promise<void> {
  await table('restore_request')
    .addColumn('id', text, primary)
    .addColumn('kind', text, required)
    .addColumn('asset_id', text, to('asset', 'optional'))
    .addColumn('snapshot_id', text, required)
    .addColumn('destination_id', text, to('destination'))
    .addColumn('selection', text, required)
    .addColumn('target', text, required)
    .addColumn('reason', text, required)
    .addColumn('state', text, required)
    .addColumn('requested_by', text, to('account', 'optional'))
    .addColumn('requested_at', big, required)
    .addColumn('run_id', text, to('run', 'optional'))
    .addColumn('expires_at', big, optional)
    .addColumn('revision', int, withDefault(1))
    .addCheckConstraint(
      'restore_request_state',
      oneOf('state', ['requested', 'approved', 'refused', 'queued', 'running', 'finished', 'withdrawn', 'expired']),
    )
    .execute();
  await index('restore_request', ['requested_at desc']);
  await index('restore_request', ['asset_id']);
  await index('restore_request', ['run_id']);
}

async function createMessages({ text, big, int, table, index }: SchemaWords): Promise<void> {
  await table('channel')
    .addColumn('id', text, primary)
    .addColumn('name', text, unique)
    .addColumn('kind', text, required)
    .addColumn('settings', text, required)
    .addColumn('secret_id', text, to('secret', 'optional'))
    .addColumn('language', text, required)
    .addColumn('state', text, required)
    .addColumn('revision', int, withDefault(1))
    .addColumn('created_at', big, required)
    .addColumn('updated_at', big, required)
    .addCheckConstraint('channel_state', oneOf('state', ['active', 'paused']))
    .execute();

  await table('message')
    .addColumn('id', text, primary)
    .addColumn('channel_id', text, to('channel'))
    .addColumn('kind', text, required)
    .addColumn('unique_key', text, required)
    .addColumn('payload', text, required)
    .addColumn('state', text, required)
    .addColumn('attempts', int, withDefault(0))
    .addColumn('due_at', big, required)
    .addColumn('created_at', big, required)
    .addColumn('sent_at', big, optional)
    .addColumn('last_error', text, optional)
    .addUniqueConstraint('message_once', ['channel_id', 'unique_key'])
    .addCheckConstraint('message_state', oneOf('state', ['waiting', 'sent', 'failed', 'dropped']))
    .execute();
  await index('message', ['due_at'], { where: sql`state = 'waiting'` });
}
