import type { Check, Finding, Remark } from '@lumbung/runner/databases';
import type { CommandContext } from '../../context.ts';
import { shownText } from '../../shown-name.ts';
import type { RemarkSentence, RemarkSpeaker } from '../../texts/remarks.ts';

/** Under the sentence of a check. */
const INDENT = '        ';

/** Each check with its answer; of those that did not pass, what to do. */
export function tellChecks({ output, texts }: CommandContext, checks: readonly Check[], remarks: RemarkSpeaker): void {
  for (const { result, database, remark } of checks) {
    const { message, ...help } = remarks.sentence(remark);
    const about = database === undefined ? message : texts.t('error.item', { item: shownText(database), message });
    output.say(`${texts.t(`db.check.${result}`)}  ${about}`);
    if (result !== 'pass') for (const line of helpLines(help)) output.say(`${INDENT}${line}`);
  }
}

/** What to do, then what to paste. */
export function helpLines({ hint, paste }: Pick<RemarkSentence, 'hint' | 'paste'>): string[] {
  return [...(hint === undefined ? [] : [hint]), ...(paste === undefined ? [] : paste.split('\n'))];
}

/** For programs: codes and values as they are, and sentences beside them. */
export function checksJson(checks: readonly Check[], remarks: RemarkSpeaker): object[] {
  return checks.map(({ id, database, result, remark, durationMs }) => ({
    id,
    database,
    result,
    ...remarks.json(remark),
    durationMs,
  }));
}

export function remarksJson(list: readonly Remark[], remarks: RemarkSpeaker): object[] {
  return list.map((remark) => remarks.json(remark));
}

export function findingsJson(findings: readonly Finding[], remarks: RemarkSpeaker): object[] {
  return findings.map(({ code, severity, table, path, remark }) => ({
    code,
    severity,
    table,
    path,
    ...remarkFieldOf(remark, remarks),
  }));
}

/** Beside a finding's own code. */
export function remarkFieldOf(remark: Finding['remark'], remarks: RemarkSpeaker): object {
  const { code, ...rest } = remarks.json(remark) as { readonly code: string }; // what it gives has one
  return { remark: code, ...rest };
}
