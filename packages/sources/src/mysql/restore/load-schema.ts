import { isLumbungError, LumbungError } from '@lumbung/stdx';
import type { Ownership } from '../../driver.ts';
import type { SchemaKind } from '../splitter/schema-units.ts';
import type { MysqlConnection } from '../wire/connection.ts';
import { withDefiner } from './definer.ts';
import { LOAD_SQL_MODE } from './load-session.ts';
import { maskQuoted, quotedNames, splitStatements, withoutOwnName, withoutOwnNameInHead } from './sql-text.ts';
import { dumpDamaged, type StoredObject } from './stored-schema.ts';
import { orderViews } from './view-order.ts';

/** What stands around the statement that makes an object. Anything else is not from a dump. */
const AROUND =
  /^(?:\/\*!\d+ )?(?:SET |DO SETVAL\(`|SELECT SETVAL\(|DROP VIEW IF EXISTS `|ALTER DATABASE (?:CHARACTER|COLLATE|DEFAULT)\b)/i;
/** Settings of the server, not of the session. */
const OF_SERVER = /\b(?:GLOBAL|PERSIST|PERSIST_ONLY|PASSWORD|ROLE)\b/i;
const HEAD_CHARS = 2000;
const HEAD =
  /^ ?CREATE (?:ALGORITHM ?= ?\w+ )?(?:DEFINER ?= ?(?:@ )?)?(?:SQL SECURITY \w+ )?(?:AGGREGATE )?(PACKAGE BODY|\w+) /i;
const CREATES = /^(?:\/\*!\d+ )?CREATE\b/i;
const STATUS = / ON COMPLETION (?:NOT )?PRESERVE (?<status>ENABLE|DISABLE ON SLAVE|DISABLE ON REPLICA|DISABLE)\b/;
/** Needs something that may come later: a table, a function, a view that can be written to. */
const LATER_ERRNOS: ReadonlySet<number> = new Set([1146, 1305, 1347, 1356, 1368, 1369, 1471]);

export interface SchemaContext {
  /** What it was called when it was dumped. */
  readonly database: string;
  readonly ownership: Ownership;
}

/** The statements of an object for another database, with its accounts. @throws LumbungError DB_DUMP_DAMAGED */
export function statementsOf(object: StoredObject, { database, ownership }: SchemaContext): string[] {
  const own = Buffer.from(database).toString('latin1');
  return splitStatements(object.sql).map((statement) => {
    if (!isOf(object.kind, statement) || !isHere(object, statement, own)) {
      throw dumpDamaged(`${object.kind} ${object.name} holds a statement that makes no such thing`);
    }
    switch (object.kind) {
      case 'sequence':
      case 'table':
      case 'view-placeholder':
        return withoutOwnName(statement, own, 'everywhere');
      case 'view':
        return withDefiner(withoutOwnName(statement, own, 'view'), ownership);
      case 'event':
        return withDefiner(eventWithStatus(statement, 'DISABLE'), ownership);
      case 'trigger':
        return withDefiner(withoutOwnNameInHead(statement, own), ownership);
      case 'function':
      case 'procedure':
      case 'package':
      case 'package-body':
        return withDefiner(statement, ownership);
    }
  });
}

function isOf(kind: SchemaKind, statement: string): boolean {
  if (!CREATES.test(statement)) return AROUND.test(statement) && !OF_SERVER.test(maskQuoted(statement));
  const head = maskQuoted(statement.slice(0, HEAD_CHARS)).replace(/\/\*!\d+|\*\//g, ' ');
  const made = HEAD.exec(head.replace(/\s+/g, ' '))?.[1]?.toLowerCase().replace(' ', '-');
  return made === (kind === 'view-placeholder' ? 'view' : kind);
}

/** A table is made under its own name, in no other database. */
function isHere({ kind, name }: StoredObject, statement: string, own: string): boolean {
  if ((kind !== 'table' && kind !== 'sequence') || !CREATES.test(statement)) return true;
  const unnamed = withoutOwnName(statement, own, 'everywhere');
  const made = quotedNames(unnamed).next().value;
  return made !== undefined && made.name === Buffer.from(name).toString('latin1') && unnamed[made.end] !== '.';
}

/**
 * The same CREATE EVENT, awake or not. One that runs while the rest is still being restored would do so on half a database;
 * and to wake it later by ALTER EVENT would make it run as whoever does that.
 */
export function eventWithStatus(statement: string, wanted: 'ENABLE' | 'DISABLE'): string {
  const found = STATUS.exec(maskQuoted(statement));
  const status = found?.groups?.['status'];
  if (found === null || status === undefined) return statement;
  const end = found.index + found[0].length;
  return `${statement.slice(0, end - status.length)}${wanted}${statement.slice(end)}`;
}

/** True when an event of this text would run. */
export function isEnabledEvent(object: StoredObject): boolean {
  return STATUS.exec(maskQuoted(object.sql))?.groups?.['status'] === 'ENABLE';
}

export class SchemaLoader {
  readonly #session: MysqlConnection;
  readonly #context: SchemaContext;
  readonly #signal: AbortSignal;

  constructor(session: MysqlConnection, context: SchemaContext, signal: AbortSignal) {
    this.#session = session;
    this.#context = context;
    this.#signal = signal;
  }

  /** @throws LumbungError DB_RESTORE_OBJECT_REFUSED (operator), naming the object */
  async create(objects: readonly StoredObject[], kinds: readonly SchemaKind[]): Promise<void> {
    for (const kind of kinds) {
      for (const object of objects) {
        if (object.kind !== kind) continue;
        const problem = await this.#tryCreate(object);
        if (problem !== undefined) throw objectRefused(object, problem);
      }
    }
  }

  /** Views, again and again those whose base is not there yet, until no round brings any further. */
  async createViews(objects: readonly StoredObject[]): Promise<void> {
    let left = orderViews(objects.filter(({ kind }) => kind === 'view'));
    while (left.length > 0) {
      const later: StoredObject[] = [];
      let first: { readonly view: StoredObject; readonly problem: LumbungError } | undefined;
      for (const view of left) {
        const problem = await this.#tryCreate(view);
        if (problem === undefined) continue;
        if (!LATER_ERRNOS.has(Number(problem.context['errno']))) throw objectRefused(view, problem);
        first ??= { view, problem };
        later.push(view);
      }
      if (first !== undefined && later.length === left.length) throw objectRefused(first.view, first.problem);
      left = later;
    }
  }

  /** @returns what the server refused it with; the session is then as before */
  async #tryCreate(object: StoredObject): Promise<LumbungError | undefined> {
    let problem: LumbungError | undefined;
    for (const statement of statementsOf(object, this.#context)) {
      this.#signal.throwIfAborted();
      // The rest sets the session back.
      if (problem !== undefined && CREATES.test(statement)) continue;
      try {
        await this.#session.query(Buffer.from(statement, 'latin1'));
      } catch (error) {
        if (!isLumbungError(error) || this.#session.isBroken) throw error;
        problem ??= error;
      }
    }
    if (problem !== undefined) await this.#session.query(`SET NAMES utf8mb4, sql_mode = '${LOAD_SQL_MODE}'`);
    return problem;
  }
}

function objectRefused({ kind, name }: StoredObject, cause: LumbungError): LumbungError {
  const object = `${kind} ${name}`;
  return new LumbungError('DB_RESTORE_OBJECT_REFUSED', {
    kind: 'operator',
    message: `the server does not take ${object}: ${cause.message}`,
    context: { object, said: cause.context['said'], errno: cause.context['errno'] },
    hint: 'nothing of the restore was kept; restore into a server of the version that was dumped, or see what it says',
    cause,
  });
}
