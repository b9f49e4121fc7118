import { failedOf, type ProbeReport } from '@lumbung/runner/databases';
import type { CommandRun } from '../../command-spec.ts';
import type { CommandContext } from '../../context.ts';
import { EXIT } from '../../exit-codes.ts';
import { jsonMessage } from '../../json.ts';
import { shownText } from '../../shown-name.ts';
import { loadRemarks, type RemarkSpeaker } from '../../texts/remarks.ts';
import { formatTable } from '../table.ts';
import { databaseCall, databaseControl } from './database-call.ts';
import { checksJson, tellChecks } from './remark-lines.ts';

export const run: CommandRun = async (context, [url = ''], options) => {
  const { target, driver } = await databaseCall(context, url, options);
  const remarks = await loadRemarks(context.texts);
  using line = context.progress();
  const report = await driver.probe(
    target,
    databaseControl<never>(context, context.signal, line, () => undefined),
  );
  line.clear();
  if (context.output.isJson) {
    context.output.data(`${jsonMessage({ ...report, checks: checksJson(report.checks, remarks) })}\n`);
  } else tellReport(context, report, remarks);
  return failedOf(report.checks).length > 0 ? EXIT.failed : EXIT.ok;
};

function tellReport(context: CommandContext, report: ProbeReport, remarks: RemarkSpeaker): void {
  const { output, texts } = context;
  const { t } = texts;
  output.say(t('db.server', { product: shownText(report.product), version: shownText(report.serverVersion) }));
  output.say('');
  tellChecks(context, report.checks, remarks);
  output.say('');
  if (report.databases.length === 0) {
    output.say(t('db.noDatabases'));
    return;
  }
  output.table(
    formatTable(
      [
        { title: t('column.database'), cell: ({ name }) => [shownText(name)] },
        { title: t('column.tables'), align: 'right', cell: ({ tables }) => [texts.count(tables)] },
        { title: t('column.size'), align: 'right', cell: ({ sizeBytes }) => [texts.bytes(sizeBytes)] },
      ],
      report.databases,
      output.tableStyle,
    ),
  );
}
