import type { Finding } from '@lumbung/runner/databases';
import type { CommandContext } from '../../context.ts';
import { jsonMessage } from '../../json.ts';
import { shownText } from '../../shown-name.ts';

/** Tells what is wrong with a dump or a restored database. False: something is. */
export function tellFindings(context: CommandContext, findings: readonly Finding[]): boolean {
  let isSound = true;
  for (const finding of findings) isSound = tellFinding(context, finding) && isSound;
  return isSound;
}

export function tellFinding({ output, texts }: CommandContext, finding: Finding): boolean {
  const { code, severity, table, path, message } = finding;
  const place = table ?? path;
  const sentence = texts.t(`db.finding.${code}`, { detail: shownText(message) });
  const line = place === undefined ? sentence : texts.t('error.item', { item: shownText(place), message: sentence });
  output.errorMessage(jsonMessage({ message_type: severity, code, item: place, message: sentence }));
  if (severity === 'error') output.problem(texts.t('error.label'), line);
  else output.warn(line);
  return severity !== 'error';
}
