import { type DrillResult, drillDatabase, driverOf, findDump } from '@lumbung/runner/databases';
import { assertNever } from '@lumbung/stdx';
import type { CommandRun } from '../../command-spec.ts';
import type { CommandContext } from '../../context.ts';
import { recordSentence } from '../../errors.ts';
import { EXIT } from '../../exit-codes.ts';
import { jsonMessage } from '../../json.ts';
import { shownText } from '../../shown-name.ts';
import { withRepository } from '../../with-repository.ts';
import { contentText } from './content-text.ts';
import { databaseControl, dumpFilterOf, parallelOf, workFolderOf } from './database-call.ts';
import { engineOf, shownDump } from './dump-engine.ts';
import { tellFindings } from './finding-lines.ts';

export const run: CommandRun = async (context, [name = 'latest'], options) =>
  await withRepository(context, 'read', async ({ repository, signal }) => {
    const dump = await findDump(repository, name, dumpFilterOf(options), signal);
    using line = context.progress();
    const result = await drillDatabase(
      repository,
      driverOf(engineOf(dump)),
      dump,
      { workFolder: workFolderOf(context, options), parallel: parallelOf(options) },
      databaseControl<never>(context, signal, line, () => undefined),
    );
    line.clear();
    return tellResult(context, result);
  });

function tellResult(context: CommandContext, result: DrillResult): number {
  const { output, texts } = context;
  const { t } = texts;
  output.message(jsonMessage({ message_type: 'drill', ...result }));
  const name = shownDump(result.folder).database;
  for (const { phase, durationMs } of result.phases) {
    output.note(t('db.drillPhase', { phase: t(`db.drill.${phase}`), time: texts.duration(durationMs) }));
  }
  switch (result.kind) {
    case 'passed': {
      const content = contentText(result.report.tables, texts);
      output.say(t('db.drillPassed', { name, content, time: texts.duration(result.recoveryMs) }));
      return EXIT.ok;
    }
    case 'failed':
      tellFindings(context, result.findings);
      if (result.error !== undefined) output.problem(t('error.label'), recordSentence(result.error, texts));
      output.warn(t('db.drillFailed', { name }));
      return EXIT.failed;
    case 'notTestable':
      output.warn(t('db.drillNotTestable', { name }));
      for (const reason of result.reasons) output.warn(`  ${shownText(reason)}`);
      return EXIT.incomplete;
    default:
      return assertNever(result);
  }
}
