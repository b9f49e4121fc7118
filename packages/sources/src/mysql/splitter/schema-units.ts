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

/** Saves the time zone for all of them; and what a restore has no need of. */
const AROUND_EVENTS = /^\/\*!\d+ (?:SET|DROP EVENT) /;

/** Events stand between `DELIMITER` lines whose delimiter the tool picks so that it is not in the event. */
function eventUnits(text: string): string[] {
  const units: string[] = [];
  let unit: string[] = [];
  let delimiter = '';
  for (const line of text.split('\n')) {
    const isSwitch = line.startsWith('DELIMITER ') && (delimiter === '' || (unit.at(-1) ?? '').endsWith(delimiter));
    if (isSwitch) {
      if (unit.length > 0) units.push([`DELIMITER ${delimiter}`, ...unit, 'DELIMITER ;'].join('\n'));
      unit = [];
      const next = line.slice('DELIMITER '.length);
      delimiter = next === ';' ? '' : next;
    } else if (delimiter !== '') {
      unit.push(ALTERS_DATABASE.test(line) && unit.length === 0 ? namelessAlter(line) : restoreNameless(unit, line));
    } else if (line !== '' && !AROUND_EVENTS.test(line)) throw unreadableDump('statements that belong to no event');
  }
  if (delimiter !== '') throw unreadableDump('an event does not end');
  return units;
}

function restoreNameless(unit: readonly string[], line: string): string {
  return (unit[0] ?? '').startsWith('ALTER DATABASE ') && ALTERS_DATABASE.test(line) ? namelessAlter(line) : line;
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

function describeUnit(section: 'routines' | 'triggers' | 'events', sql: string): SchemaObject {
  const head = (section === 'routines' ? ROUTINE_HEAD : section === 'triggers' ? TRIGGER_HEAD : EVENT_HEAD).exec(sql);
  if (head === null) throw unreadableDump(`a statement among the ${section} that creates none`);
  const name = identifierAt(sql, head.index + head[0].length);
  const kind = section === 'events' ? 'event' : section === 'triggers' ? 'trigger' : ROUTINE_KINDS[head[1] ?? ''];
  if (name === undefined || kind === undefined) throw unreadableDump(`one of the ${section} without a name`);
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
