import { describeError, isLumbungError, LumbungError } from '@lumbung/stdx';
import type { Target } from '../../connection/target.ts';
import type { Control, SwapPlan, SwapReport } from '../../driver.ts';
import { type Remark, remark } from '../../remarks/remark.ts';
import { type Inventory, readInventory } from '../inventory.ts';
import type { ServerVersion } from '../server-version.ts';
import { openSession, quoteText, serverVersionOf } from '../session.ts';
import { quoteName } from '../splitter/dump-text.ts';
import type { MysqlConnection } from '../wire/connection.ts';
import { accountText, definerOf } from './definer.ts';
import { eventWithStatus } from './load-schema.ts';
import { dropOf, type MovableObject, readMovable } from './movable-objects.ts';
import { UNFINISHED_MARKER } from './new-database.ts';

/** Who waits for a lock makes all others wait: long queries are not waited for. */
const LOCK_WAIT_SECONDS = 15;
const NAMED_MAX = 5;
const THERE_ALREADY: ReadonlySet<number> = new Set([1050, 1304, 1359, 1537]);
const GONE_ALREADY: ReadonlySet<number> = new Set([1051, 1305, 1360, 1539, 4092, 1008]);

interface Side {
  readonly name: string;
  readonly inventory: Inventory;
  readonly movable: readonly MovableObject[];
  readonly defaults: readonly SequenceDefault[];
}

/** A column whose default takes from a sequence, which it names with its database. */
interface SequenceDefault {
  readonly table: string;
  readonly column: string;
  readonly expression: string;
}

/**
 * Puts the restored database in the place of the live one. The tables of both change their database in one statement; what
 * else there is is created again. A failure undoes what was done. Grants stay with the names they were given for.
 *
 * @throws LumbungError DB_SWAP_REFUSED, DB_DATABASE_MISSING, DB_SWAP_FAILED, DB_SWAP_HALF_DONE (operator)
 */
export async function swapDatabases(target: Target, plan: SwapPlan, control: Control): Promise<SwapReport> {
  const { live, restored, keepAs } = plan;
  // Half of it must not be left behind by whoever gives up.
  const unstoppable: Control = {
    ...control,
    signal: new AbortController().signal,
    note: (line) => control.note(line),
    progress: (event) => control.progress(event),
  };
  await using session = await openSession(target, unstoppable);
  await session.query(`SET SESSION lock_wait_timeout = ${LOCK_WAIT_SECONDS}`);
  const sides = await readSides(session, plan);
  const remarks = await remarksOf(session, sides.live, sides.restored, keepAs);
  const { vendor } = await serverVersionOf(session);
  control.signal.throwIfAborted();
  const startMs = control.clock.monotonicMs();
  const reopen = async () => await openSession(target, unstoppable);
  await new Exchange(session, { plan, ...sides, vendor, reopen, note: (line) => control.note(line) }).run();
  const downtimeMs = control.clock.monotonicMs() - startMs;
  if (!(await dropEmptied(session, restored))) remarks.push(remark('emptied-remains', { database: restored }));
  return { live, keptAs: keepAs, downtimeMs, remarks };
}

/** @throws LumbungError DB_SWAP_REFUSED, DB_DATABASE_MISSING (operator) */
export async function checkSwap(target: Target, plan: SwapPlan, control: Control): Promise<void> {
  await using session = await openSession(target, control);
  await readSides(session, plan);
}

async function readSides(
  session: MysqlConnection,
  plan: SwapPlan,
): Promise<{ readonly live: Side; readonly restored: Side }> {
  const { live, restored, keepAs } = plan;
  if (new Set([live, restored, keepAs].map((name) => name.toLowerCase())).size < 3) {
    throw refused('three different names are needed');
  }
  const [taken] = await session.texts(
    `SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ${quoteText(keepAs)}`,
  );
  if (taken !== undefined) throw refused(`the database ${keepAs} exists`);
  await refuseOutsideKeys(session, plan);
  const sides = { live: await readSide(session, live), restored: await readSide(session, restored) };
  if (sides.restored.inventory.tables.some(({ name }) => name === UNFINISHED_MARKER)) {
    throw refused(`the database ${restored} is not whole`);
  }
  return sides;
}

async function readSide(session: MysqlConnection, name: string): Promise<Side> {
  const inventory = await readInventory(session, name);
  const rows = await session.texts(
    `SELECT TABLE_NAME, COLUMN_NAME, COLUMN_DEFAULT FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ${quoteText(name)} AND COLUMN_DEFAULT LIKE 'nextval(%'`,
  );
  const defaults = rows.map(([table, column, expression]) => ({
    table: table ?? '',
    column: column ?? '',
    expression: expression ?? '',
  }));
  return { name, inventory, movable: await readMovable(session, name, inventory), defaults };
}

/** A key from elsewhere would follow the table into the database that is kept. */
async function refuseOutsideKeys(session: MysqlConnection, { live, restored }: SwapPlan): Promise<void> {
  const keys = await session.texts(
    `SELECT DISTINCT CONCAT(TABLE_SCHEMA, '.', TABLE_NAME) FROM information_schema.KEY_COLUMN_USAGE
     WHERE REFERENCED_TABLE_SCHEMA IN (${quoteText(live)}, ${quoteText(restored)}) AND TABLE_SCHEMA <> REFERENCED_TABLE_SCHEMA`,
  );
  if (keys.length === 0) return;
  const names = keys.slice(0, NAMED_MAX).map(([name]) => name ?? '');
  throw refused(`tables of other databases have foreign keys into it: ${names.join(', ')}`);
}

async function remarksOf(session: MysqlConnection, live: Side, restored: Side, keepAs: string): Promise<Remark[]> {
  const remarks = [remark('rights-stay', { database: live.name, kept: keepAs })];
  const wasEnabled = new Set(live.movable.filter(({ isEnabled }) => isEnabled).map(({ name }) => name));
  const known = new Set(live.movable.filter(({ kind }) => kind === 'event').map(({ name }) => name));
  for (const { kind, name, isEnabled, create } of restored.movable) {
    // One that the live database has goes on as it did there.
    if (kind !== 'event' || isEnabled || known.has(name)) continue;
    const event = `${quoteName(live.name)}.${quoteName(name)}`;
    const who = definerOf(create[1] ?? '') ?? '';
    // Without the account ALTER EVENT makes it run as whoever wakes it.
    const paste = `ALTER DEFINER = ${accountText(who)} EVENT ${event} ENABLE;`;
    remarks.push(remark('event-sleeps', { event: name, paste }));
  }
  if (wasEnabled.size > 0) remarks.push(remark('old-events-sleep', { database: keepAs }));
  try {
    const rows = await session.texts(
      `SELECT IF(Host = '', QUOTE(User), CONCAT(QUOTE(User), '@', QUOTE(Host))), Routine_type, Routine_name FROM mysql.procs_priv WHERE Db = ${quoteText(live.name)}`,
    );
    for (const [account, kind, name] of rows) {
      const routine = `${kind ?? ''} ${quoteName(live.name)}.${quoteName(name ?? '')}`;
      remarks.push(remark('routine-right-lost', { paste: `GRANT EXECUTE ON ${routine} TO ${account ?? ''};` }));
    }
  } catch (error) {
    if (!isLumbungError(error, 'DB_PRIVILEGE_MISSING')) throw error;
    remarks.push(remark('routine-rights-unasked'));
  }
  return remarks;
}

async function dropEmptied(session: MysqlConnection, name: string): Promise<boolean> {
  const { tables, views, sequences, routines, triggers, events } = await readInventory(session, name);
  if ([tables, views, sequences, routines, triggers, events].some(({ length }) => length > 0)) return false;
  await session.query(`DROP DATABASE ${quoteName(name)}`);
  return true;
}

interface ExchangeParts {
  readonly plan: SwapPlan;
  readonly live: Side;
  readonly restored: Side;
  readonly vendor: ServerVersion['vendor'];
  /** Another session, when the first one was lost. */
  readonly reopen: () => Promise<MysqlConnection>;
  readonly note: (line: string) => void;
}

/** Each step leaves behind how it is undone, before it is done. */
class Exchange {
  #session: MysqlConnection;
  readonly #plan: SwapPlan;
  readonly #live: Side;
  readonly #restored: Side;
  readonly #vendor: ServerVersion['vendor'];
  readonly #reopen: () => Promise<MysqlConnection>;
  readonly #note: (line: string) => void;
  readonly #undo: Array<() => Promise<void>> = [];

  constructor(session: MysqlConnection, parts: ExchangeParts) {
    this.#session = session;
    this.#plan = parts.plan;
    this.#live = parts.live;
    this.#restored = parts.restored;
    this.#vendor = parts.vendor;
    this.#reopen = parts.reopen;
    this.#note = parts.note;
  }

  async run(): Promise<void> {
    try {
      await this.#exchange();
    } catch (error) {
      await this.#undoAll(error);
      throw new LumbungError('DB_SWAP_FAILED', {
        kind: 'operator',
        message: `the databases could not be exchanged, and are as they were: ${describeError(error)}`,
        context: { reason: describeError(error) },
        hint: 'see that nobody uses them, and exchange them again',
        cause: error,
      });
    }
  }

  async #exchange(): Promise<void> {
    const { live, restored, keepAs } = this.#plan;
    this.#undo.push(async () => await this.#ignoring(GONE_ALREADY, `DROP DATABASE ${quoteName(keepAs)}`));
    await this.#query(`CREATE DATABASE ${quoteName(keepAs)}`);
    await this.#alterDatabase(keepAs, this.#live);
    for (const side of [this.#live, this.#restored]) {
      for (const object of side.movable.toReversed()) {
        this.#undo.push(async () => await this.#create(object, side.name));
        for (const sql of dropOf(object, side.name)) await this.#query(sql);
      }
    }
    // After the tables are back: a default cannot name a sequence that is not there.
    this.#undo.push(async () => {
      await this.#setDefaults(this.#live, live, live);
      await this.#setDefaults(this.#restored, restored, restored);
    });
    this.#undo.push(async () => await this.#renameBack());
    const moves = [...movesOf(this.#live, live, keepAs), ...movesOf(this.#restored, restored, live)];
    if (moves.length > 0)
      await this.#query(`RENAME TABLE ${moves.map(({ from, to }) => `${from} TO ${to}`).join(', ')}`);
    await this.#setDefaults(this.#live, live, keepAs);
    await this.#setDefaults(this.#restored, restored, live);
    this.#undo.push(async () => await this.#alterDatabase(live, this.#live));
    await this.#alterDatabase(live, this.#restored);
    const [liveEvents, liveRest] = partition(this.#restored.movable);
    await this.#createAll(liveRest, live);
    // One that the old database had would run twice from now on.
    await this.#createAll(
      this.#live.movable.map((object) => withStatus(object, false)),
      keepAs,
    );
    // Last, because they may run at once.
    const wasEnabled = new Set(this.#live.movable.filter(({ isEnabled }) => isEnabled).map(({ name }) => name));
    const awake = liveEvents.map((event) => withStatus(event, event.isEnabled || wasEnabled.has(event.name)));
    await this.#createAll(awake, live);
  }

  async #createAll(objects: readonly MovableObject[], database: string): Promise<void> {
    for (const object of objects) {
      this.#undo.push(async () => {
        for (const sql of dropOf(object, database)) await this.#ignoring(GONE_ALREADY, sql);
      });
      await this.#create(object, database);
    }
  }

  async #create({ create }: Pick<MovableObject, 'create'>, database: string): Promise<void> {
    await this.#query(`USE ${quoteName(database)}`);
    for (const sql of create) await this.#ignoring(THERE_ALREADY, Buffer.from(sql, 'latin1'));
  }

  async #setDefaults({ defaults }: Side, from: string, to: string): Promise<void> {
    for (const { table, column, expression } of defaults) {
      const moved = expression.replace(`${quoteName(from)}.`, `${quoteName(to)}.`);
      await this.#query(
        `ALTER TABLE ${quoteName(to)}.${quoteName(table)} ALTER COLUMN ${quoteName(column)} SET DEFAULT (${moved})`,
      );
    }
  }

  /** Gives a database the settings of another. */
  async #alterDatabase(name: string, { inventory }: Side): Promise<void> {
    const { charset, collation, comment } = inventory.database;
    const withComment = this.#vendor === 'mariadb' ? ` COMMENT ${quoteText(comment)}` : '';
    await this.#query(`ALTER DATABASE ${quoteName(name)} CHARACTER SET ${charset} COLLATE ${collation}${withComment}`);
  }

  /** Whether they were renamed is not known when the connection was lost meanwhile: where they are tells. */
  async #renameBack(): Promise<void> {
    const { live, restored, keepAs } = this.#plan;
    const rows = await this.#session.texts(
      `SELECT TABLE_SCHEMA, COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA IN (${quoteText(keepAs)}, ${quoteText(restored)}) AND TABLE_TYPE <> 'VIEW' GROUP BY TABLE_SCHEMA`,
    );
    const count = (name: string) => Number(rows.find(([schema]) => schema === name)?.[1] ?? 0);
    const moves = [...movesOf(this.#restored, live, restored), ...movesOf(this.#live, keepAs, live)];
    const isMoved = count(keepAs) > 0 || (count(restored) === 0 && movesOf(this.#restored, live, restored).length > 0);
    if (!isMoved || moves.length === 0) return;
    await this.#query(`RENAME TABLE ${moves.map(({ from, to }) => `${from} TO ${to}`).join(', ')}`);
  }

  async #query(sql: string | Buffer): Promise<void> {
    await this.#session.query(sql);
  }

  async #ignoring(errnos: ReadonlySet<number>, sql: string | Buffer): Promise<void> {
    try {
      await this.#query(sql);
    } catch (error) {
      if (!isLumbungError(error) || !errnos.has(Number(error.context['errno']))) throw error;
    }
  }

  /** In reverse; goes on after a failure, so that as little as can be is left. @throws LumbungError DB_SWAP_HALF_DONE */
  async #undoAll(cause: unknown): Promise<void> {
    const failures: string[] = [];
    const isLost = this.#session.isBroken;
    if (isLost) this.#session = await this.#reopen();
    try {
      for (const act of this.#undo.toReversed()) {
        try {
          await act();
        } catch (error) {
          const failure = describeError(error);
          this.#note(`undoing the exchange: ${failure}`);
          failures.push(failure);
          if (this.#session.isBroken) break;
        }
      }
    } finally {
      if (isLost) await this.#session.close();
    }
    if (failures.length === 0) return;
    throw new LumbungError('DB_SWAP_HALF_DONE', {
      kind: 'operator',
      message: `the databases are half exchanged (${describeError(cause)}), and it could not be undone: ${failures[0] ?? ''}`,
      context: { reason: describeError(cause), failures: failures.length },
      hint: 'call whoever administers the server before anybody uses them',
      cause,
    });
  }
}

/** Events, and what is none. */
function partition(objects: readonly MovableObject[]): [events: MovableObject[], rest: MovableObject[]] {
  return [objects.filter(({ kind }) => kind === 'event'), objects.filter(({ kind }) => kind !== 'event')];
}

function withStatus(object: MovableObject, isEnabled: boolean): MovableObject {
  if (object.kind !== 'event') return object;
  const wanted = isEnabled ? 'ENABLE' : 'DISABLE';
  return { ...object, isEnabled, create: object.create.map((sql) => eventWithStatus(sql, wanted)) };
}

function movesOf({ inventory }: Side, from: string, to: string) {
  return [...inventory.tables.map(({ name }) => name), ...inventory.sequences].map((name) => ({
    from: `${quoteName(from)}.${quoteName(name)}`,
    to: `${quoteName(to)}.${quoteName(name)}`,
  }));
}

function refused(reason: string): LumbungError {
  return new LumbungError('DB_SWAP_REFUSED', {
    kind: 'operator',
    message: `the databases are not exchanged: ${reason}`,
    context: { reason },
    hint: 'nothing was changed',
  });
}
