import type { Finding } from '@lumbung/runner/databases';
import type { CommandContext } from '../../context.ts';
import { jsonMessage } from '../../json.ts';
import { shownText } from '../../shown-name.ts';
import type { RemarkSpeaker } from '../../texts/remarks.ts';
import { remarkFieldOf } from './remark-lines.ts';

/** Tells what is wrong with a dump or a restored database. False: something is. */
export function tellFindings(context: CommandContext, findings: readonly Finding[], remarks: RemarkSpeaker): boolean {
  let isSound = true;
  for (const finding of findings) isSound = tellFinding(context, finding, remarks) && isSound;
  return isSound;
}

export function tellFinding({ output, texts }: CommandContext, finding: Finding, remarks: RemarkSpeaker): boolean {
  const { code, severity, table, path, remark } = finding;
  const place = table ?? path;
  const { message } = remarks.sentence(remark);
  const line = place === undefined ? message : texts.t('error.item', { item: shownText(place), message });
  output.errorMessage(jsonMessage({ message_type: severity, code, item: place, ...remarkFieldOf(remark, remarks) }));
  if (severity === 'error') output.problem(texts.t('error.label'), line);
  else output.warn(line);
  return severity !== 'error';
}
