import { shortId } from '@lumbung/engine';
import {
  backupDatabases,
  type DatabaseBackupEvent,
  type DumpOutcome,
  readStoredRemark,
  type SizeAnomaly,
} from '@lumbung/runner/databases';
import type { CommandRun } from '../../command-spec.ts';
import type { CommandContext } from '../../context.ts';
import { EXIT } from '../../exit-codes.ts';
import { jsonMessage } from '../../json.ts';
import type { OptionBag } from '../../option-bag.ts';
import { shownText } from '../../shown-name.ts';
import { loadRemarks, type RemarkSpeaker } from '../../texts/remarks.ts';
import { withRepository } from '../../with-repository.ts';
import { parseTime } from '../parse-time.ts';
import { contentText } from './content-text.ts';
import { databaseCall, databaseControl, dumpOptionsOf, serverOf, workFolderOf } from './database-call.ts';
import { placeName, tellFailedDump, tellRetry } from './dump-lines.ts';
import { remarksJson } from './remark-lines.ts';

const RETRY_AFTER_MS = 30_000;

export const run: CommandRun = async (context, [url = ''], options) => {
  const { target, driver } = await databaseCall(context, url, options);
  const asked = options.texts('database');
  const named = asked.length > 0 ? asked : target.database === undefined ? [] : [target.database];
  const waits = options.text('retryLock') !== undefined && !options.flag('dryRun');
  const remarks = await loadRemarks(context.texts);
  return await withRepository(context, waits ? 'append' : 'none', async ({ repository, signal }) => {
    using line = context.progress();
    const outcomes = await backupDatabases(
      repository,
      driver,
      {
        target,
        server: serverOf(target, options),
        databases: named.length === 0 ? 'all' : named,
        dump: dumpOptionsOf(options),
        snapshot: snapshotOptions(context, options),
        workFolder: workFolderOf(context, options),
        retryAfterMs: options.milliseconds('retryAfter') ?? RETRY_AFTER_MS,
      },
      databaseControl<DatabaseBackupEvent>(context, signal, line, (event) => {
        if (event.kind !== 'stored') line.clear();
        tellEvent(context, event);
      }),
    );
    line.clear();
    return tellEnd(context, outcomes, remarks);
  });
};

function snapshotOptions(context: CommandContext, options: OptionBag) {
  const time = options.text('time');
  const host = options.text('host') ?? context.hostOfEnvironment;
  return {
    tags: options.list('tag'),
    programVersion: context.programVersion,
    dryRun: options.flag('dryRun'),
    ...(host === undefined ? {} : { hostname: host }),
    ...(time === undefined ? {} : { timeMs: parseTime(time, options, 'time') }),
  };
}

function tellEvent({ output, texts }: CommandContext, event: DatabaseBackupEvent): void {
  const { t } = texts;
  switch (event.kind) {
    case 'begin':
      output.note(t('db.begin', { name: placeName(event.place, texts), nr: event.placeNr, count: event.placeCount }));
      break;
    case 'retry':
      tellRetry({ output, texts }, event);
      break;
    case 'end':
      break;
    case 'stored':
      break;
  }
}

function tellEnd(context: CommandContext, outcomes: readonly DumpOutcome[], remarks: RemarkSpeaker): number {
  for (const outcome of outcomes) tellOutcome(context, outcome, remarks);
  const { output, texts } = context;
  const failed = outcomes.filter(({ kind }) => kind === 'failed').length;
  output.say('');
  const counts = { count: outcomes.length, dumps: texts.count(outcomes.length), failed: texts.count(failed) };
  if (failed === 0) output.say(texts.t('db.allStored', counts));
  else output.warn(texts.t('db.someFailed', counts));
  if (failed === 0) return EXIT.ok;
  return failed === outcomes.length ? EXIT.failed : EXIT.incomplete;
}

function tellOutcome({ output, texts }: CommandContext, outcome: DumpOutcome, remarks: RemarkSpeaker): void {
  const { t } = texts;
  const name = placeName(outcome.place, texts);
  if (outcome.kind === 'failed') {
    tellFailedDump({ output, texts }, outcome);
    return;
  }
  const { manifest, snapshotId, summary, anomalies, durationMs } = outcome;
  const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
  const warnings = manifest.warnings.map(readStoredRemark);
  output.message(
    jsonMessage({
      message_type: 'database',
      engine: outcome.place.engine,
      server: outcome.place.server,
      database: outcome.place.database,
      outcome: outcome.kind,
      snapshot_id: snapshotId,
      manifest_sha256: outcome.manifestSha256,
      tables: manifest.tables.length,
      rows,
      total_bytes_processed: summary.totalBytesProcessed,
      data_added: summary.dataAdded,
      data_added_packed: summary.dataAddedPacked,
      warnings: remarksJson(warnings, remarks),
      anomalies: anomalies.map((anomaly) => ({ ...anomaly, message: anomalySentence(anomaly, texts) })),
      total_duration: durationMs / 1000,
    }),
  );
  output.say(
    t(snapshotId === undefined ? 'db.wouldStore' : 'db.stored', {
      name,
      id: snapshotId === undefined ? '' : shortId(snapshotId),
      content: contentText(manifest.tables, texts),
      bytes: texts.bytes(summary.totalBytesProcessed),
      added: texts.bytes(summary.dataAddedPacked),
      time: texts.duration(durationMs),
    }),
  );
  for (const warning of warnings) output.warn(`  ${remarks.sentence(warning).message}`);
  for (const anomaly of anomalies) output.warn(`  ${anomalySentence(anomaly, texts)}`);
}

function anomalySentence(anomaly: SizeAnomaly, { t, bytes, count }: CommandContext['texts']): string {
  switch (anomaly.kind) {
    case 'shrunk':
    case 'grown':
      return t(`db.anomaly.${anomaly.kind}`, { now: bytes(anomaly.bytes), usual: bytes(anomaly.usualBytes) });
    case 'table-vanished':
    case 'table-emptied':
    case 'table-shrunk':
      return t(`db.anomaly.${anomaly.kind}`, {
        table: shownText(anomaly.table),
        now: count(anomaly.rows),
        usual: count(anomaly.usualRows),
      });
  }
}
