import { shownText } from '../shown-name.ts';
import type { Texts } from '../texts/texts.ts';

const RULES = ['last', 'hourly', 'daily', 'weekly', 'monthly', 'yearly'] as const;

/** Why a snapshot is kept, in the user's language. The engine says it in restic's words, which scripts read. */
export function shownReason(reason: string, { t }: Texts): string {
  const [, oldest, ruleText, , span] = /^(oldest )?(?:(\w+) )?(snapshot|within (.+))$/.exec(reason) ?? [];
  const rule = RULES.find((each) => each === ruleText);
  if (rule !== undefined || span !== undefined) {
    const named = rule === undefined ? '' : t(`reason.${rule}`);
    const spanned = span === undefined ? named : t('reason.within', { rule: named, span }).trim();
    return oldest === undefined ? spanned : t('reason.oldest', { rule: spanned });
  }
  const [, tags] = /^has tags \[(.*)\]$/.exec(reason) ?? [];
  return tags === undefined ? shownText(reason) : t('reason.tags', { tags: shownText(tags) });
}
