// The message about a date: status and link, and never a person, a host, a path or a secret. Names of applications are the
// ones people gave.
import { type Language, OUTCOME_TEXTS, type TimeZone } from '@lumbung/contracts';
import { zoneNameAt } from '../calendar/zone-name.ts';
import { formatDateWithDay, formatTime } from '../forms/dates.ts';
import type { DailyFacts, DailyFailure, Tally } from './daily-facts.ts';

/** What a chat shows without folding, and what gateways take. */
export const MESSAGE_CHARS_MAX = 600;
const NAME_CHARS_MAX = 40;
const CAUSE_CHARS_MAX = 60;

/** Why people are told: of a new report, of a result that changed after it, that it is still open, that it is overdue. */
export const MESSAGE_KINDS = ['report', 'correction', 'reminder', 'escalation'] as const;
export type MessageKind = (typeof MESSAGE_KINDS)[number];

export interface MessageInput {
  readonly kind: MessageKind;
  readonly facts: DailyFacts;
  /** The office's unit. */
  readonly unit: string;
  /** What an application or a database is called; a failure without a name is only counted. */
  readonly nameOf: (failure: DailyFailure) => string | undefined;
  /** A few words for a code; undefined: the outcome is enough. Not the words of another program, which may name hosts. */
  readonly causeOf: (reasonCode: string) => string | undefined;
  readonly link: string;
  readonly language: Language;
  readonly zone: TimeZone;
}

interface Words {
  readonly heads: Readonly<Record<MessageKind, string>>;
  readonly databases: string;
  readonly applications: string;
  readonly succeeded: string;
  readonly thisWeek: string;
  readonly nothingDue: string;
  readonly failed: string;
  readonly notRun: string;
  readonly missed: string;
  readonly others: (count: number) => string;
  readonly time: string;
  readonly links: Readonly<Record<MessageKind, string>>;
}

const WORDS: Readonly<Record<Language, Words>> = {
  id: {
    heads: {
      report: '[CADANGAN]',
      correction: '[CADANGAN - KOREKSI]',
      reminder: '[CADANGAN - PENGINGAT]',
      escalation: '[CADANGAN - ESKALASI]',
    },
    databases: 'Basis data',
    applications: 'Aplikasi',
    succeeded: 'berhasil',
    thisWeek: 'minggu ini',
    nothingDue: 'tidak dijadwalkan hari ini',
    failed: 'Gagal',
    notRun: 'belum dijalankan',
    missed: 'Pencadangan terlewat',
    others: (count) => `Gagal: ${count} lainnya`,
    time: 'Waktu',
    links: {
      report: 'Mohon diketahui',
      correction: 'Lihat koreksi',
      reminder: 'Mohon diketahui',
      escalation: 'Belum diketahui',
    },
  },
  en: {
    heads: {
      report: '[BACKUP]',
      correction: '[BACKUP - CORRECTION]',
      reminder: '[BACKUP - REMINDER]',
      escalation: '[BACKUP - ESCALATION]',
    },
    databases: 'Databases',
    applications: 'Applications',
    succeeded: 'succeeded',
    thisWeek: 'this week',
    nothingDue: 'none due today',
    failed: 'Failed',
    notRun: 'not run yet',
    missed: 'The backup was missed',
    others: (count) => `Failed: ${count} more`,
    time: 'Time',
    links: {
      report: 'Please acknowledge',
      correction: 'See the correction',
      reminder: 'Please acknowledge',
      escalation: 'Not acknowledged',
    },
  },
};

/** At most MESSAGE_CHARS_MAX characters, the link whole: failures that do not fit are counted. */
export function messageText(input: MessageInput): string {
  const { facts, kind, language, link, unit, zone } = input;
  const words = WORDS[language];
  const head = `${words.heads[kind]} ${plain(unit, NAME_CHARS_MAX * 2)} - ${formatDateWithDay(facts.date, language)}`;
  const before = [head, ...statusLines(facts, words)];
  const after = [...timeLine(facts, words, language, zone), `${words.links[kind]}: ${link}`];
  const room = MESSAGE_CHARS_MAX - [...before, ...after].join('\n').length;
  return [...before, ...failureLines(input, words, room), ...after].join('\n');
}

function statusLines(facts: DailyFacts, words: Words): string[] {
  const line = (name: string, { good, total }: Tally, otherwise: string): string =>
    `${name}: ${total === 0 ? otherwise : `${good}/${total} ${words.succeeded}`}`;
  const week = weakest(facts);
  const suffix = week === undefined ? '' : ` (${words.thisWeek}: ${week.done}/${week.needed})`;
  return [
    ...(facts.technical === 'missed' ? [words.missed] : []),
    line(words.databases, facts.databases, words.nothingDue),
    `${line(words.applications, facts.applications, words.nothingDue)}${suffix}`,
  ];
}

/** The application that is furthest from its number: the others have at least as many. */
function weakest({ weeks }: DailyFacts): DailyFacts['weeks'][number] | undefined {
  return weeks.toSorted((a, b) => a.done - a.needed - (b.done - b.needed))[0];
}

function timeLine({ beganAt, endedAt }: DailyFacts, words: Words, language: Language, zone: TimeZone): string[] {
  if (beganAt === undefined || endedAt === undefined) return [];
  const [from, until] = [beganAt, endedAt].map((at) => formatTime(at, zone, language));
  return [`${words.time}: ${from}-${until} ${zoneNameAt(endedAt, zone)}`];
}

function failureLines(input: MessageInput, words: Words, room: number): string[] {
  const named = input.facts.failures.flatMap((failure) => {
    const name = input.nameOf(failure);
    return name === undefined
      ? []
      : [`${words.failed}: ${plain(name, NAME_CHARS_MAX)} - ${causeOf(failure, input, words)}`];
  });
  const total = input.facts.failures.length;
  for (let shown = named.length; shown >= 0; shown -= 1) {
    const rest = total - shown;
    const lines = [...named.slice(0, shown), ...(rest === 0 ? [] : [words.others(rest)])];
    // Each line comes with its line break.
    if (lines.reduce((sum, line) => sum + line.length + 1, 0) <= room) return lines;
  }
  return [];
}

function causeOf(
  { outcome, reasonCode }: DailyFailure,
  { causeOf: textOf, language }: MessageInput,
  words: Words,
): string {
  const cause = reasonCode === undefined ? undefined : textOf(reasonCode);
  if (cause !== undefined) return plain(cause, CAUSE_CHARS_MAX);
  return outcome === undefined ? words.notRun : OUTCOME_TEXTS[outcome][language].toLowerCase();
}

/** One line, without what could forge another one or turn its direction, and not endless. */
function plain(text: string, charsMax: number): string {
  const line = text
    .replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
  const characters = [...line];
  return characters.length <= charsMax ? line : `${characters.slice(0, charsMax - 1).join('')}…`;
}
