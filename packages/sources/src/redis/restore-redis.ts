import { createReadStream } from 'node:fs';
import path from 'node:path';
import { LumbungError } from '@lumbung/stdx';
import type { Control, RestoredTable, RestorePlan, RestoreReport, Workspace } from '../driver.ts';
import type { TreeSource } from '../entry/tree-source.ts';
import { TimeLimit } from '../process/act-limits.ts';
import { failedOf } from '../remarks/check.ts';
import { codesOf, remark } from '../remarks/remark.ts';
import type { Finding } from '../verify/finding.ts';
import { readVerified } from '../verify/read-verified.ts';
import { actControl } from './act-control.ts';
import { INSTANCE, parseDetails, RDB_PATH, type RedisDetails, tableNameOf } from './dump-details.ts';
import { receiveRdb } from './dump-redis.ts';
import { type DbMap, dbMapOf } from './plan-restore.ts';
import { Crc64 } from './rdb/crc64.ts';
import { type RdbSummary, summarizeRdb } from './rdb/rdb-digest.ts';
import { corruptRdb } from './rdb/rdb-error.ts';
import { type RdbKey, walkRdb } from './rdb/walk-rdb.ts';
import { ServerInfo } from './server-info.ts';
import { errorOfReply, RedisConnection } from './wire/redis-connection.ts';
import { type Reply, ReplyError } from './wire/resp.ts';

/** Of commands under way at once. */
const BATCH_BYTES_MAX = 1024 * 1024;
const BATCH_COMMANDS_MAX = 500;

/**
 * Loads a dump into an empty server, or one of its databases into an empty one, key by key as the server serialized them:
 * types, times and encodings stay. What is there afterwards is compared with what was dumped.
 *
 * @throws LumbungError DB_RESTORE_REFUSED, REDIS_VALUE_REFUSED (operator); those of the connection and of `walkRdb`. What
 *   was loaded until then stays: nothing in the target is ever deleted.
 */
export async function restoreRedis(
  plan: RestorePlan,
  tree: TreeSource,
  workspace: Workspace,
  unlimited: Control,
): Promise<RestoreReport> {
  using limit = new TimeLimit(unlimited);
  const control = actControl(unlimited, limit);
  const failed = failedOf(plan.checks);
  if (failed.length > 0) throw refused(codesOf(failed));
  const details = parseDetails(plan.manifest);
  const dbs = dbMapOf(details, plan.options);
  const startMs = control.clock.monotonicMs();
  await mustBeWhole(plan, tree, control);
  await load(plan, tree, dbs, control);
  const loadedMs = control.clock.monotonicMs();
  const { tables, findings } = await compare(plan, details, { tree, dbs, workspace, control });
  return {
    engine: 'redis',
    database: plan.options.database,
    tables,
    findings,
    restoreMs: loadedMs - startMs,
    verifyMs: control.clock.monotonicMs() - loadedMs,
  };
}

/** Before anything is loaded, since what is loaded is not taken back: every byte, against the manifest. */
async function mustBeWhole(plan: RestorePlan, tree: TreeSource, control: Control): Promise<void> {
  const file = plan.manifest.files.find(({ path: each }) => each === RDB_PATH);
  if (file === undefined) throw corruptRdb('the dump has none');
  for await (const _ of readVerified(tree, file, control.signal)) control.signal.throwIfAborted();
}

async function load(plan: RestorePlan, tree: TreeSource, dbs: DbMap, control: Control): Promise<void> {
  await using connection = await RedisConnection.open(plan.target, control);
  const info = await ServerInfo.read(connection);
  // Once more: hours may have passed since the plan.
  for (const db of dbs.values()) {
    if ((info.keyspace().get(db) ?? 0) > 0) throw refused(`target-not-empty ${tableNameOf(db)}`);
  }
  const loader = new Loader(connection);
  const withFunctions = plan.options.database === INSTANCE && plan.options.tables === undefined;
  let version = 0;
  let selected: number | undefined;
  let doneRows = 0;
  for await (const record of walkRdb(tree.read(RDB_PATH, control.signal), { withSerialized: true })) {
    control.signal.throwIfAborted();
    if (record.kind === 'header') version = record.version;
    else if (record.kind === 'function' && withFunctions)
      await loader.send('a function', ['FUNCTION', 'LOAD', record.code]);
    else if (record.kind === 'key') {
      const to = dbs.get(record.db);
      if (to === undefined) continue;
      if (selected !== to) await loader.send(tableNameOf(to), ['SELECT', String(to)]);
      selected = to;
      await loader.send(tableNameOf(record.db), restoreCommand(record, version));
      doneRows += 1;
      if (doneRows % 1000 === 0) control.progress({ phase: 'restore', doneBytes: loader.doneBytes, doneRows });
    }
  }
  await loader.finish();
  control.progress({ phase: 'restore', doneBytes: loader.doneBytes, doneRows });
}

/** RESTORE takes the value with the version of its format and a checksum of both. */
function restoreCommand(
  { key, serialized = new Uint8Array(), expireAtMs, idleSeconds, frequency }: RdbKey,
  version: number,
): (string | Uint8Array)[] {
  const body = Buffer.concat([serialized, Buffer.of(version & 0xff, version >> 8)]);
  const payload = Buffer.concat([body, new Crc64().update(body).digest()]);
  // A moment that has passed deletes the key at once, as loading the file would; 0 would mean never.
  const words = ['RESTORE', key, String(expireAtMs === undefined ? 0 : Math.max(1, expireAtMs)), payload, 'ABSTTL'];
  if (idleSeconds !== undefined) words.push('IDLETIME', String(idleSeconds));
  if (frequency !== undefined) words.push('FREQ', String(frequency));
  return words;
}

/** Sends commands in batches and reads their replies, so that a round trip is not paid for each. */
class Loader {
  readonly #connection: RedisConnection;
  #batch: (readonly (string | Uint8Array)[])[] = [];
  #subjects: string[] = [];
  #batchBytes = 0;
  doneBytes = 0;

  constructor(connection: RedisConnection) {
    this.#connection = connection;
  }

  async send(subject: string, words: readonly (string | Uint8Array)[]): Promise<void> {
    const bytes = words.reduce((sum, word) => sum + word.length, 0);
    this.#batch.push(words);
    this.#subjects.push(subject);
    this.#batchBytes += bytes;
    if (this.#batchBytes >= BATCH_BYTES_MAX || this.#batch.length >= BATCH_COMMANDS_MAX) await this.finish();
  }

  async finish(): Promise<void> {
    if (this.#batch.length === 0) return;
    await this.#connection.send(this.#batch);
    for (const [idx, words] of this.#batch.entries()) {
      checkReply(await this.#connection.reader.readReply(), this.#subjects[idx] ?? '', String(words[0]));
    }
    this.doneBytes += this.#batchBytes;
    this.#batch = [];
    this.#subjects = [];
    this.#batchBytes = 0;
  }
}

function checkReply(reply: Reply, subject: string, command: string): void {
  if (!(reply instanceof ReplyError)) return;
  if (command !== 'RESTORE' || reply.code === 'NOPERM') throw errorOfReply(reply, command);
  throw new LumbungError('REDIS_VALUE_REFUSED', {
    kind: 'operator',
    message: `the server refuses a value of ${subject}: ${reply.text.slice(0, 300)}`,
    context: { table: subject, detail: reply.text.slice(0, 300) },
    hint: 'empty the target before another attempt; a busy key means that somebody else writes to it',
  });
}

interface Comparison {
  readonly tree: TreeSource;
  readonly dbs: DbMap;
  readonly workspace: Workspace;
  readonly control: Control;
}

async function compare(
  plan: RestorePlan,
  details: RedisDetails,
  comparison: Comparison,
): Promise<Pick<RestoreReport, 'tables' | 'findings'>> {
  return plan.options.verify === 'rows'
    ? await compareCounts(plan, details, comparison)
    : await compareValues(plan, comparison);
}

/** What never expires must be there; what does may be gone by now, or not yet. */
async function compareCounts(
  plan: RestorePlan,
  details: RedisDetails,
  { dbs, control }: Comparison,
): Promise<Pick<RestoreReport, 'tables' | 'findings'>> {
  await using connection = await RedisConnection.open(plan.target, control);
  const keyspace = (await ServerInfo.read(connection)).keyspace();
  const findings: Finding[] = [];
  const tables: RestoredTable[] = [];
  for (const { db, keys, persistentKeys } of details.dbs) {
    const to = dbs.get(db);
    if (to === undefined) continue;
    const rows = keyspace.get(to) ?? 0;
    tables.push({ table: tableNameOf(db), rows, bytes: 0, compared: 'rows' });
    if (rows < persistentKeys || rows > keys) findings.push(rowsDiffer(db, rows, keys));
  }
  return { tables, findings };
}

/** Dumps the target again, and compares both files as of one moment after it: what has expired by then counts in neither. */
async function compareValues(
  plan: RestorePlan,
  { tree, dbs, workspace, control }: Comparison,
): Promise<Pick<RestoreReport, 'tables' | 'findings'>> {
  const file = path.join(workspace.folder, 'restored.rdb');
  await receiveRdb(plan.target, file, workspace.limitBytes, control);
  const expiredAtMs = await serverTimeMs(plan, control);
  const again = await summarizeRdb(createReadStream(file, { signal: control.signal }), { expiredAtMs });
  const dumped = await summarizeRdb(tree.read(RDB_PATH, control.signal), { expiredAtMs });
  const findings: Finding[] = [];
  const tables: RestoredTable[] = [];
  for (const [db, to] of dbs) {
    const [was, is] = [dbOf(dumped, db), dbOf(again, to)];
    tables.push({ table: tableNameOf(db), rows: is.keys, bytes: 0, compared: 'rowsum' });
    if (was.keys !== is.keys) findings.push(rowsDiffer(db, is.keys, was.keys));
    else if (was.sum !== is.sum) findings.push(valuesDiffer(db));
  }
  if (plan.options.database === INSTANCE && plan.options.tables === undefined) {
    if (dumped.functionsSum !== again.functionsSum) findings.push(functionsDiffer());
  }
  return { tables, findings };
}

function dbOf(summary: RdbSummary, db: number): { readonly keys: number; readonly sum: string } {
  return summary.dbs.find((each) => each.db === db) ?? { keys: 0, sum: '' };
}

/** By the clock that decides what expires. */
async function serverTimeMs(plan: RestorePlan, control: Control): Promise<number> {
  await using connection = await RedisConnection.open(plan.target, control);
  const reply = await connection.tryAsk(['TIME']);
  const seconds = Array.isArray(reply) ? Number(String(reply[0])) : NaN;
  return Number.isFinite(seconds) ? (seconds + 1) * 1000 : control.clock.nowMs();
}

function rowsDiffer(db: number, rows: number, expected: number): Finding {
  const said = remark('keys-differ', { found: rows, expected });
  return { code: 'rows-differ', severity: 'error', table: tableNameOf(db), remark: said };
}

function valuesDiffer(db: number): Finding {
  return { code: 'rowsum-differs', severity: 'error', table: tableNameOf(db), remark: remark('values-differ') };
}

function functionsDiffer(): Finding {
  return { code: 'inventory-differs', severity: 'error', remark: remark('functions-differ') };
}

function refused(codes: string): LumbungError {
  return new LumbungError('DB_RESTORE_REFUSED', {
    kind: 'operator',
    message: `the restore does not begin: ${codes}`,
    context: { codes },
    hint: 'see the checks of the plan',
  });
}
