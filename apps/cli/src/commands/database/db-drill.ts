import {
  type AssertionResult,
  type DrillResult,
  drillDatabase,
  driverOf,
  findDump,
  parseAssertion,
} from '@lumbung/runner/databases';
import { assertNever } from '@lumbung/stdx';
import type { CommandRun } from '../../command-spec.ts';
import type { CommandContext } from '../../context.ts';
import { recordSentence } from '../../errors.ts';
import { EXIT } from '../../exit-codes.ts';
import { jsonMessage } from '../../json.ts';
import { shownText } from '../../shown-name.ts';
import { loadRemarks, type RemarkSpeaker } from '../../texts/remarks.ts';
import { withRepository } from '../../with-repository.ts';
import { contentText } from './content-text.ts';
import { databaseControl, dumpFilterOf, parallelOf, workFolderOf } from './database-call.ts';
import { engineOf, shownDump } from './dump-engine.ts';
import { tellFindings } from './finding-lines.ts';
import { findingsJson, helpLines } from './remark-lines.ts';

export const run: CommandRun = async (context, [name = 'latest'], options) => {
  const assertions = options.texts('assert').map(parseAssertion);
  const remarks = await loadRemarks(context.texts);
  return await withRepository(context, 'read', async ({ repository, signal }) => {
    const dump = await findDump(repository, name, dumpFilterOf(options), signal);
    using line = context.progress();
    const result = await drillDatabase(
      repository,
      driverOf(engineOf(dump)),
      dump,
      { workFolder: workFolderOf(context, options), parallel: parallelOf(options), assertions },
      databaseControl<never>(context, signal, line, () => undefined),
    );
    line.clear();
    return tellResult(context, result, remarks);
  });
};

function tellResult(context: CommandContext, result: DrillResult, remarks: RemarkSpeaker): number {
  const { output, texts } = context;
  const { t } = texts;
  output.message(jsonMessage({ message_type: 'drill', ...drillJson(result, remarks) }));
  const name = shownDump(result.folder).database;
  for (const { phase, durationMs } of result.phases) {
    output.note(t('db.drillPhase', { phase: t(`db.drill.${phase}`), time: texts.duration(durationMs) }));
  }
  switch (result.kind) {
    case 'passed': {
      tellAssertions(context, result.assertions, remarks);
      const content = contentText(result.report.tables, texts);
      output.say(t('db.drillPassed', { name, content, time: texts.duration(result.recoveryMs) }));
      return EXIT.ok;
    }
    case 'failed':
      tellFindings(context, result.findings, remarks);
      tellAssertions(context, result.assertions, remarks);
      if (result.error !== undefined) output.problem(t('error.label'), recordSentence(result.error, texts));
      output.warn(t('db.drillFailed', { name }));
      return EXIT.failed;
    case 'notTestable':
      output.warn(t('db.drillNotTestable', { name }));
      for (const reason of result.reasons) {
        const { message, ...help } = remarks.sentence(reason);
        output.warn(`  ${message}`);
        for (const line of helpLines(help)) output.warn(`    ${line}`);
      }
      return EXIT.incomplete;
    default:
      return assertNever(result);
  }
}

/** With sentences beside codes. */
function drillJson(result: DrillResult, remarks: RemarkSpeaker): object {
  switch (result.kind) {
    case 'passed':
      return {
        ...result,
        report: { ...result.report, findings: findingsJson(result.report.findings, remarks) },
        assertions: assertionsJson(result.assertions, remarks),
      };
    case 'failed':
      return {
        ...result,
        findings: findingsJson(result.findings, remarks),
        assertions: assertionsJson(result.assertions, remarks),
      };
    case 'notTestable':
      return { ...result, reasons: result.reasons.map((reason) => remarks.json(reason)) };
    default:
      return assertNever(result);
  }
}

function tellAssertions(
  { output, texts }: CommandContext,
  assertions: readonly AssertionResult[],
  remarks: RemarkSpeaker,
): void {
  for (const assertion of assertions) {
    const question = shownText(assertion.question);
    if ('problem' in assertion) {
      const { message } = remarks.sentence(assertion.problem);
      output.problem(texts.t('error.label'), texts.t('error.item', { item: question, message }));
      continue;
    }
    const { expected, holds } = assertion;
    const values = { question, answer: shownText(assertion.answer), expected: shownText(expected ?? '') };
    if (holds) output.say(texts.t('db.assertion.holds', values));
    else if (expected === undefined) output.problem(texts.t('error.label'), texts.t('db.assertion.isNo', values));
    else output.problem(texts.t('error.label'), texts.t('db.assertion.differs', values));
  }
}

function assertionsJson(assertions: readonly AssertionResult[], remarks: RemarkSpeaker): object[] {
  return assertions.map((assertion) =>
    'problem' in assertion ? { ...assertion, problem: remarks.json(assertion.problem) } : assertion,
  );
}
