import {
  failedOf,
  findDump,
  planDatabaseRestore,
  type RestoreOptions,
  type RestorePlan,
} from '@lumbung/runner/databases';
import { LumbungError } from '@lumbung/stdx';
import type { CommandRun } from '../../command-spec.ts';
import type { CommandContext } from '../../context.ts';
import { EXIT } from '../../exit-codes.ts';
import { jsonMessage } from '../../json.ts';
import type { OptionBag } from '../../option-bag.ts';
import { shownText } from '../../shown-name.ts';
import { loadRemarks, type RemarkSpeaker } from '../../texts/remarks.ts';
import { withRepository } from '../../with-repository.ts';
import { contentText } from './content-text.ts';
import {
  type DatabaseCall,
  databaseCall,
  databaseControl,
  dumpFilterOf,
  parallelOf,
  workFolderOf,
} from './database-call.ts';
import { tellFindings } from './finding-lines.ts';
import { ownershipOf } from './ownership-options.ts';
import { checksJson, findingsJson, helpLines, remarksJson, tellChecks } from './remark-lines.ts';

export const run: CommandRun = async (context, [url = '', name = 'latest'], options) => {
  const call = await databaseCall(context, url, options);
  const restore = restoreOptions(options, call);
  const remarks = await loadRemarks(context.texts);
  return await withRepository(context, 'read', async ({ repository, signal }) => {
    const { output, texts } = context;
    using line = context.progress();
    const control = databaseControl<never>(context, signal, line, () => undefined);
    const filter = { engine: call.target.engine, ...dumpFilterOf(options) };
    const dump = await findDump(repository, name, filter, signal);
    const { plan, execute } = await planDatabaseRestore(
      repository,
      call.driver,
      dump,
      { target: call.target, restore, workFolder: workFolderOf(context, options) },
      control,
    );
    line.clear();
    tellPlan(context, plan, remarks);
    const isRefused = failedOf(plan.checks).length > 0;
    if (options.flag('dryRun') || isRefused) output.message(jsonMessage(planJson(plan, remarks)));
    if (options.flag('dryRun')) return isRefused ? EXIT.failed : EXIT.ok;
    const report = await execute();
    line.clear();
    const findings = findingsJson(report.findings, remarks);
    output.message(jsonMessage({ message_type: 'summary', ...report, findings }));
    const values = {
      name: shownText(report.database),
      content: contentText(report.tables, texts),
      time: texts.duration(report.restoreMs),
    };
    if (!tellFindings(context, report.findings, remarks)) {
      output.warn(texts.t('db.restoredDifferent', values));
      return EXIT.failed;
    }
    output.say(texts.t('db.restored', values));
    output.say(texts.t(restore.verify === 'values' ? 'db.comparedValues' : 'db.comparedRows'));
    return EXIT.ok;
  });
};

function tellPlan(context: CommandContext, plan: RestorePlan, remarks: RemarkSpeaker): void {
  const { output, texts } = context;
  const values = {
    name: shownText(plan.options.database),
    content: contentText(plan.tables, texts),
    bytes: texts.bytes(plan.neededBytes),
  };
  output.say(texts.t('db.plan', values));
  const isWanted = output.verbosity > 0;
  tellChecks(
    context,
    plan.checks.filter(({ result }) => isWanted || result !== 'pass'),
    remarks,
  );
  for (const remark of plan.leftOut) {
    const { message, ...help } = remarks.sentence(remark);
    output.say(texts.t('db.leftOut', { what: message }));
    for (const line of helpLines(help)) output.say(`  ${line}`);
  }
}

function planJson(plan: RestorePlan, remarks: RemarkSpeaker): object {
  return {
    message_type: 'plan',
    checks: checksJson(plan.checks, remarks),
    tables: plan.tables,
    left_out: remarksJson(plan.leftOut, remarks),
    needed_bytes: plan.neededBytes,
  };
}

/** The new name: never the old one by default, since that is in use. */
function restoreOptions(options: OptionBag, { target }: DatabaseCall): RestoreOptions {
  // A file is its own name.
  const database = options.text('as') ?? (target.address.kind === 'file' ? target.address.path : target.database);
  if (database === undefined) {
    throw new LumbungError('DB_RESTORE_NAME_MISSING', {
      kind: 'operator',
      message: 'the restored database needs a name',
      hint: 'give it with --as; it must not exist yet',
    });
  }
  const tables = options.texts('table');
  return {
    database,
    ...(tables.length === 0 ? {} : { tables }),
    ...ownershipOf(options, target.engine),
    verify: options.flag('rowsOnly') ? 'rows' : 'values',
    parallel: parallelOf(options),
  };
}
