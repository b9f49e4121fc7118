import type { Check, ProbeReport } from '@lumbung/runner/databases';
import type { CommandRun } from '../../command-spec.ts';
import type { CommandContext } from '../../context.ts';
import { EXIT } from '../../exit-codes.ts';
import { jsonMessage } from '../../json.ts';
import { shownText } from '../../shown-name.ts';
import { formatTable } from '../table.ts';
import { databaseCall, databaseControl } from './database-call.ts';

export const run: CommandRun = async (context, [url = ''], options) => {
  const { target, driver } = await databaseCall(context, url, options);
  using line = context.progress();
  const report = await driver.probe(
    target,
    databaseControl<never>(context, context.signal, line, () => undefined),
  );
  line.clear();
  if (context.output.isJson) context.output.data(`${jsonMessage(report)}\n`);
  else tellReport(context, report);
  return report.checks.some(({ result }) => result === 'fail') ? EXIT.failed : EXIT.ok;
};

function tellReport(context: CommandContext, report: ProbeReport): void {
  const { output, texts } = context;
  const { t } = texts;
  output.say(t('db.server', { product: shownText(report.product), version: shownText(report.serverVersion) }));
  output.say('');
  tellChecks(context, report.checks);
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

/** Each check with its answer; of those that did not pass, what to do. */
export function tellChecks({ output, texts }: CommandContext, checks: readonly Check[]): void {
  for (const { result, message, hint } of checks) {
    // Names of tables are anybody's text, and may hold what moves a cursor.
    output.say(`${texts.t(`db.check.${result}`)}  ${shownText(message)}`);
    if (result === 'pass' || hint === undefined) continue;
    for (const text of hint.split('\n')) output.say(`        ${shownText(text)}`);
  }
}
