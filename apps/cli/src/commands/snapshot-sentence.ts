import { type SnapshotRecord, shortId } from '@lumbung/engine';
import { shownText } from '../shown-name.ts';
import type { Texts } from '../texts/texts.ts';
import { shownTime } from './snapshot-filter.ts';

/** Which snapshot a command is about: `snapshot ad186315 of /srv/www, 2026-11-24 08:49:16, web1`. */
export function snapshotSentence({ t }: Texts, { id, paths, time, hostname }: SnapshotRecord): string {
  const values = { id: shortId(id), time: shownTime(time), host: shownText(hostname) };
  return t('snapshot.sentence', { ...values, paths: paths.map(shownText).join(', ') });
}
