import { nameOfBytes, quotedNameAt, unreadableDump } from './dump-text.ts';

/** In the order in which they are created again. */
export const SCHEMA_KINDS = [
  'sequence',
  'table',
  'view-placeholder',
  'view',
  'function',
  'procedure',
  'package',
  'package-body',
  'trigger',
  'event',
] as const;
export type SchemaKind = (typeof SCHEMA_KINDS)[number];

/** One object of the schema, as statements that the client of MySQL understands (with its `DELIMITER`). */
export interface SchemaObject {
  readonly kind: SchemaKind;
  readonly name: string;
  /** Of a trigger. */
  readonly table?: string;
  readonly sql: Buffer;
}

/** What may stand outside of a block: anything else belongs to no unit, and would be taken into the next one. */
const AROUND_UNITS = /^(?:\/\*!\d+ (?:SET|DROP (?:TRIGGER|PROCEDURE|FUNCTION|PACKAGE)) .*\*\/ ?;|DELIMITER ;;)$/;
const RESTORES = /^\/\*!\d+ SET [a-z_]+ *= *@save/i;
const ALTERS_DATABASE = /^ALTER DATABASE (?=[`"])/;
const CREATES = /^CREATE .*(?:PROCEDURE|FUNCTION|PACKAGE)|\/\*!\d+ CREATE\*\//is;

/**
 * The triggers, routines or events of one section, each by itself. A unit is what sets the session up, the block
 * between two `DELIMITER`, and what sets the session back.
 *
 * `ALTER DATABASE` around a unit loses the name of the database: without one it means the database in use, so that a
 * restore under another name cannot touch the one it came from.
 *
 * @throws LumbungError DB_DUMP_UNREADABLE
 */
export function readSchemaUnits(section: 'routines' | 'triggers' | 'events', text: string): SchemaObject[] {
  const units = section === 'events' ? eventUnits(text) : routineUnits(text);
  return units.map((sql) => describeUnit(section, sql));
}

function routineUnits(text: string): string[] {
  const units: string[] = [];
  let unit: string[] = [];
  let place: 'before' | 'block' | 'after' = 'before';
  let createdIn = false;
  let altered = false;
  for (const line of text.split('\n')) {
    if (place === 'block') {
      unit.push(line);
      if (CREATES.test(line)) createdIn = true;
      if (line === 'DELIMITER ;' && (unit.at(-2) ?? '').endsWith(';;')) place = createdIn ? 'after' : 'before';
      continue;
    }
    if (line === '') continue;
    const alters = ALTERS_DATABASE.test(line);
    if (!alters && !AROUND_UNITS.test(line)) throw unreadableDump('statements that belong to no routine or trigger');
    if (place === 'after' && !RESTORES.test(line) && !(alters && altered)) {
      units.push(unit.join('\n'));
      unit = [];
      place = 'before';
      createdIn = false;
      altered = false;
    }
    if (alters) altered = place === 'before';
    unit.push(alters ? namelessAlter(line) : line);
    if (line === 'DELIMITER ;;') place = 'block';
  }
  if (place === 'block') throw unreadableDump('a routine or trigger does not end');
  if (place === 'after') units.push(unit.join('\n'));
  else if (unit.length > 0) throw unreadableDump('statements that belong to no routine or trigger');
  return units;
}

function namelessAlter(line: string): string {
  const name = quotedNameAt(line, 'ALTER DATABASE '.length);
  if (name === undefined) throw unreadableDump('ALTER DATABASE without a name');
  return `ALTER DATABASE${line.slice(name.end)}`;
}

const AROUND_EVENTS = /^\/\*!\d+ (?:SET|DROP EVENT) /;
/** Saves the time zone for all of them; and what a restore has no need of. */
const OF_NO_EVENT = /^\/\*!\d+ (?:DROP EVENT |SET @save_time_zone\b|SET TIME_ZONE *= *@save_time_zone\b)/i;

/**
 * Events stand between `DELIMITER` lines whose delimiter the tool picks so that it is not in the event. What sets the
 * session up and back stands inside of them; from MariaDB 11 on before and after.
 */
function eventUnits(text: string): string[] {
  const units: string[] = [];
  let unit: string[] = [];
  let block: string[] = [];
  let delimiter = '';
  let place: 'before' | 'block' | 'after' = 'before';
  const endBlock = (): void => {
    unit.push(`DELIMITER ${delimiter}`, ...block, 'DELIMITER ;');
    block = [];
  };
  const endUnit = (): void => {
    units.push(unit.join('\n'));
    unit = [];
    place = 'before';
  };
  for (const line of text.split('\n')) {
    if (place === 'block') {
      const isSwitch = line.startsWith('DELIMITER ') && (block.at(-1) ?? '').endsWith(delimiter);
      if (!isSwitch) {
        block.push(ALTERS_DATABASE.test(line) && isAlterExpected(block) ? namelessAlter(line) : line);
        continue;
      }
      endBlock();
      place = 'after';
    } else if (line !== '' && !line.startsWith('DELIMITER ')) {
      const alters = ALTERS_DATABASE.test(line);
      if (!alters && !AROUND_EVENTS.test(line)) throw unreadableDump('statements that belong to no event');
      const isBack = alters ? isSetBackDue(unit) : RESTORES.test(line);
      if (place === 'after' && (!isBack || OF_NO_EVENT.test(line))) endUnit();
      if (!OF_NO_EVENT.test(line)) unit.push(alters ? namelessAlter(line) : line);
      continue;
    }
    if (!line.startsWith('DELIMITER ')) continue;
    const next = line.slice('DELIMITER '.length);
    if (next === ';') continue;
    if (place === 'after') endUnit();
    delimiter = next;
    place = 'block';
  }
  if (place === 'block') throw unreadableDump('an event does not end');
  if (place === 'after') endUnit();
  else if (unit.length > 0) throw unreadableDump('statements that belong to no event');
  return units;
}

/** At the beginning of an event; or later in one that has begun so, to set it back. */
function isAlterExpected(lines: readonly string[]): boolean {
  return lines.length === 0 || (lines[0] ?? '').startsWith('ALTER DATABASE ');
}

function isSetBackDue(unit: readonly string[]): boolean {
  return (unit[0] ?? '').startsWith('ALTER DATABASE ') && !(unit.at(-1) ?? '').startsWith('ALTER DATABASE ');
}

const DEFINER = String.raw`(?:/\*!\d+ )?DEFINER=(?:\`(?:[^\`]|\`\`)*\`|"(?:[^"]|"")*")@(?:\`(?:[^\`]|\`\`)*\`|"(?:[^"]|"")*")(?:\*/)?`;
const ROUTINE_HEAD = new RegExp(
  String.raw`^CREATE (?:${DEFINER} )?(?:AGGREGATE )?(PROCEDURE|FUNCTION|PACKAGE BODY|PACKAGE) `,
  'm',
);
const TRIGGER_HEAD = new RegExp(
  String.raw`^/\*!\d+ CREATE\*/ (?:${DEFINER} )?/\*!\d+ trigger\s+(?:if\s+not\s+exists\s+)?`,
  'im',
);
const EVENT_HEAD = new RegExp(
  String.raw`^/\*!\d+ CREATE\*/ (?:${DEFINER} )?/\*!\d+ event\s+(?:if\s+not\s+exists\s+)?`,
  'im',
);
const ROUTINE_KINDS: Readonly<Record<string, SchemaKind>> = {
  PROCEDURE: 'procedure',
  FUNCTION: 'function',
  PACKAGE: 'package',
  'PACKAGE BODY': 'package-body',
};

/** Without these an event would run at another time, or mean something else, where it is made again: in silence. */
const EVENT_SETTINGS = [/^\/\*!\d+ SET sql_mode += '/im, /^\/\*!\d+ SET time_zone += '/im];

function describeUnit(section: 'routines' | 'triggers' | 'events', sql: string): SchemaObject {
  const head = (section === 'routines' ? ROUTINE_HEAD : section === 'triggers' ? TRIGGER_HEAD : EVENT_HEAD).exec(sql);
  if (head === null) throw unreadableDump(`a statement among the ${section} that creates none`);
  const name = identifierAt(sql, head.index + head[0].length);
  const kind = section === 'events' ? 'event' : section === 'triggers' ? 'trigger' : ROUTINE_KINDS[head[1] ?? ''];
  if (name === undefined || kind === undefined) throw unreadableDump(`one of the ${section} without a name`);
  if (section === 'events' && !EVENT_SETTINGS.every((setting) => setting.test(sql))) {
    throw unreadableDump(`event ${name} without the settings it was made with`);
  }
  return { kind, name: nameOfBytes(name), sql: Buffer.from(`${sql}\n`, 'latin1') };
}

/** A name as people write it, quoted or not, the last one when it names its database too. */
function identifierAt(sql: string, at: number): string | undefined {
  const quoted = quotedNameAt(sql, at);
  const bare = quoted === undefined ? /^[^\s`"'().;,]+/.exec(sql.slice(at, at + 1024))?.[0] : undefined;
  const name = quoted?.name ?? bare;
  const end = quoted?.end ?? at + (bare?.length ?? 0);
  const dot = /^\s*\.\s*/.exec(sql.slice(end, end + 64));
  return dot === null ? name : identifierAt(sql, end + dot[0].length);
}
