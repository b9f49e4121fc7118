import type { Clock, Random } from '@lumbung/stdx';
import type {
  AccountId,
  ActivityId,
  AgencyId,
  ApplicationId,
  AssetId,
  DestinationId,
  JobId,
  PersonId,
  ReportId,
  RunId,
  SecretId,
  ServerId,
} from './ids.ts';

/** What an id begins with, so that a person who meets one in a log knows what it is. */
const PREFIXES = {
  account: 'acc',
  activity: 'act',
  agency: 'agy',
  application: 'app',
  approval: 'apv',
  asset: 'ast',
  channel: 'chn',
  credential: 'crd',
  destination: 'dst',
  holiday: 'hol',
  job: 'job',
  message: 'msg',
  person: 'per',
  procedure: 'prc',
  remark: 'rmk',
  report: 'rpt',
  restore: 'rst',
  role: 'rol',
  run: 'run',
  secret: 'sec',
  server: 'srv',
  session: 'ses',
  term: 'trm',
  token: 'tok',
} as const;

export type IdKind = keyof typeof PREFIXES;

interface BrandedKinds {
  readonly account: AccountId;
  readonly activity: ActivityId;
  readonly agency: AgencyId;
  readonly application: ApplicationId;
  readonly asset: AssetId;
  readonly destination: DestinationId;
  readonly job: JobId;
  readonly person: PersonId;
  readonly report: ReportId;
  readonly run: RunId;
  readonly secret: SecretId;
  readonly server: ServerId;
}
export type IdOfKind<Kind extends IdKind> = Kind extends keyof BrandedKinds ? BrandedKinds[Kind] : string;

/** Crockford's digits: none is taken for another, and texts of them sort as the numbers do. */
const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz';
const TIME_DIGITS = 10;
const CHANCE_DIGITS = 16;
const TIME_MS_END = 2 ** 48;

/** A new id: prefix, `_` and 26 characters: 48 bits of the clock, so that ids sort by the time they were made, and 80 of
 *  chance. It matches ID_PATTERN. */
export function newId<Kind extends IdKind>(
  kind: Kind,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
): IdOfKind<Kind> {
  const timeMs = Math.min(Math.max(Math.trunc(clock.nowMs()), 0), TIME_MS_END - 1);
  const bits = Array.from(random.bytes(CHANCE_DIGITS), (byte) => DIGITS[byte % 32]).join('');
  // The prefix and the digits are all that ID_PATTERN asks for.
  return `${PREFIXES[kind]}_${timeDigits(timeMs)}${bits}` as IdOfKind<Kind>;
}

function timeDigits(timeMs: number): string {
  let text = '';
  for (let rest = timeMs; text.length < TIME_DIGITS; rest = Math.floor(rest / 32)) text = DIGITS[rest % 32] + text;
  return text;
}

/** When an id of newId was made; undefined for an id that came from elsewhere. */
export function newIdTimeMs(id: string): number | undefined {
  const match = /^[a-z]{3}_([0-9a-hjkmnp-tv-z]{10})[0-9a-hjkmnp-tv-z]{16}$/.exec(id);
  if (match === null) return undefined;
  return [...(match[1] ?? '')].reduce((time, digit) => time * 32 + DIGITS.indexOf(digit), 0);
}
