import { shortId } from '@lumbung/engine';
import { type DatabaseBackupEvent, type DatabaseEngine, swapDatabase } from '@lumbung/runner/databases';
import { LumbungError } from '@lumbung/stdx';
import type { CommandRun } from '../../command-spec.ts';
import { EXIT } from '../../exit-codes.ts';
import { jsonMessage } from '../../json.ts';
import { shownText } from '../../shown-name.ts';
import { loadRemarks } from '../../texts/remarks.ts';
import { withRepository } from '../../with-repository.ts';
import { databaseCall, databaseControl, dumpOptionsOf, serverOf, workFolderOf } from './database-call.ts';
import { tellFailedDump, tellRetry } from './dump-lines.ts';
import { helpLines, remarksJson } from './remark-lines.ts';

const RETRY_AFTER_MS = 30_000;

export const run: CommandRun = async (context, [url = '', restored = ''], options) => {
  const { target, driver } = await databaseCall(context, url, options);
  const live = target.address.kind === 'file' ? target.address.path : target.database;
  if (live === undefined) {
    throw new LumbungError('DB_SWAP_NAME_MISSING', {
      kind: 'operator',
      message: 'the live database must be named',
      hint: 'name it in the address: it is the one that steps back',
    });
  }
  const keepAs = options.text('keepAs') ?? keptName(target.engine, live, restored, context.world.ports.clock.nowMs());
  const remarks = await loadRemarks(context.texts);
  return await withRepository(context, 'none', async ({ repository, signal }) => {
    const { output, texts } = context;
    using line = context.progress();
    const { safety, report } = await swapDatabase(
      repository,
      driver,
      {
        // A session in the database itself would keep it from being renamed.
        target: withoutDatabase(target),
        server: serverOf(target, options),
        dump: dumpOptionsOf(options),
        snapshot: { programVersion: context.programVersion },
        workFolder: workFolderOf(context, options),
        retryAfterMs: RETRY_AFTER_MS,
        plan: { live, restored, keepAs },
        safety: options.flag('withoutBackup') ? 'none' : 'backup',
      },
      databaseControl<DatabaseBackupEvent>(context, signal, line, (event) => {
        if (event.kind === 'retry' || event.kind === 'end') line.clear();
        if (event.kind === 'retry') tellRetry(context, event);
        if (event.kind === 'end' && event.outcome.kind === 'failed') tellFailedDump(context, event.outcome);
      }),
    );
    line.clear();
    const said = { ...report, remarks: remarksJson(report.remarks, remarks) };
    output.message(jsonMessage({ message_type: 'summary', safety_snapshot_id: safety?.snapshotId, ...said }));
    if (safety?.snapshotId !== undefined) output.say(texts.t('db.savedBefore', { id: shortId(safety.snapshotId) }));
    output.say(
      texts.t('db.swapped', {
        name: shownText(report.live),
        kept: shownText(report.keptAs),
        time: texts.duration(report.downtimeMs),
      }),
    );
    for (const remark of report.remarks) {
      const { message, ...help } = remarks.sentence(remark);
      output.say(texts.t('db.byHand', { what: message }));
      for (const line of helpLines(help)) output.say(`  ${line}`);
    }
    return EXIT.ok;
  });
};

function withoutDatabase<T extends { readonly database?: string }>(target: T): T {
  const { database: _live, ...rest } = target;
  // The rest of a target with an optional field left out is such a target.
  return rest as T;
}

/** Numbers of Redis change places; others get the time behind their name. */
function keptName(engine: DatabaseEngine, live: string, restored: string, nowMs: number): string {
  return engine === 'redis' ? restored : `${live}_${stampOf(nowMs)}`;
}

/** `20261124_1405`: a name that any engine takes. */
function stampOf(nowMs: number): string {
  return new Date(nowMs).toISOString().slice(0, 16).replaceAll(/[-:]/g, '').replace('T', '_');
}
