import { Readable } from 'node:stream';
import { LumbungError } from '@lumbung/stdx';
import type { Target } from '../connection/target.ts';
import type { Control, DatabaseDriver, DatabaseDump, RenderedFile, SwapPlan, SwapReport } from '../driver.ts';
import type { EntrySink } from '../entry/entry-stream.ts';
import type { TreeSource } from '../entry/tree-source.ts';
import type { Manifest } from '../manifest/manifest.ts';
import { manifestDump } from '../manifest/manifest-dump.ts';
import { readManifest } from '../manifest/manifest-file.ts';
import { TimeLimit } from '../process/act-limits.ts';
import { remark } from '../remarks/remark.ts';
import { readVerified } from '../verify/read-verified.ts';
import { actControl } from './act-control.ts';
import { INSTANCE, RDB_PATH } from './dump-details.ts';
import { dumpInstance } from './dump-redis.ts';
import { dumpServerOf } from './dump-server.ts';
import { planRestoreOf } from './plan-restore.ts';
import { probeRedis } from './probe-redis.ts';
import { corruptRdb } from './rdb/rdb-error.ts';
import { restoreRedis } from './restore-redis.ts';
import { startScratchRedis } from './scratch-redis.ts';
import { ServerInfo } from './server-info.ts';
import { verifyRedis } from './verify-redis.ts';
import { RedisConnection } from './wire/redis-connection.ts';

/** Redis and Valkey. A server is dumped as one thing, under the name `instance`. */
export const redisDriver: DatabaseDriver = {
  engine: 'redis',
  probe: probeRedis,
  databases: () => Promise.resolve([INSTANCE]),
  dump: (target, database, _options, workspace, control) =>
    limitedDump(control, async (limited, sink) => {
      if (database !== INSTANCE) throw unknownDatabase(database);
      return await dumpInstance(target, workspace, limited, sink);
    }),
  dumpServer: (target, _options, _workspace, control) =>
    limitedDump(control, (limited, sink) => dumpServerOf(target, limited, sink)),
  verify: verifyRedis,
  planRestore: async (target, tree, options, control) =>
    await planRestoreOf(target, await readManifest(tree, control.signal), options, control),
  restore: restoreRedis,
  checkSwap: async (target, plan, control) => {
    await using connection = await RedisConnection.open(target, control);
    await checkedNumbers(connection, plan);
  },
  swap: swapDatabases,
  render,
  startScratch: (_serverVersion, workspace, control) => startScratchRedis(workspace, control),
};

function limitedDump(
  control: Control,
  produce: (control: Control, sink: EntrySink) => Promise<Manifest>,
): DatabaseDump {
  return manifestDump(control.signal, async (sink) => {
    using limit = new TimeLimit({ clock: control.clock, hardMs: control.hardMs, signal: sink.signal });
    return await produce(actControl(control, limit), sink);
  });
}

/** Two numbered databases of one server exchange their contents at once; clients stay connected and see the other. */
async function swapDatabases(target: Target, plan: SwapPlan, control: Control): Promise<SwapReport> {
  await using connection = await RedisConnection.open(target, control);
  const { live, restored } = await checkedNumbers(connection, plan);
  const startMs = control.clock.monotonicMs();
  await connection.ask(['SWAPDB', String(live), String(restored)]);
  return {
    live: plan.live,
    keptAs: plan.restored,
    downtimeMs: control.clock.monotonicMs() - startMs,
    remarks: [remark('old-in-number', { database: String(restored), paste: `SELECT ${restored}\nFLUSHDB` })],
  };
}

/** @throws LumbungError REDIS_SWAP_UNSUPPORTED, REDIS_DATABASE_UNKNOWN (operator) */
async function checkedNumbers(
  connection: RedisConnection,
  plan: SwapPlan,
): Promise<{ readonly live: number; readonly restored: number }> {
  const [live, restored] = [numberOf(plan.live), numberOf(plan.restored)];
  if (plan.keepAs !== plan.restored) throw swapUnsupported();
  const keyspace = (await ServerInfo.read(connection)).keyspace();
  // Exchanged with nothing, the live one would only be gone.
  if ((keyspace.get(restored) ?? 0) === 0) throw unknownDatabase(plan.restored);
  return { live, restored };
}

function numberOf(name: string): number {
  const digits = /^(?:db)?(\d{1,9})$/.exec(name)?.[1];
  if (digits === undefined) throw swapUnsupported();
  return Number(digits);
}

/** The RDB file as it was received: `redis-server` loads it from its folder, with `appendonly no`. */
async function render(tree: TreeSource, control: Control): Promise<RenderedFile> {
  const manifest = await readManifest(tree, control.signal);
  const expected = manifest.files.find(({ path }) => path === RDB_PATH);
  if (expected === undefined) throw corruptRdb('the dump has none');
  return {
    name: 'dump.rdb',
    open: () => Readable.from(readVerified(tree, expected, control.signal), { objectMode: false }),
  };
}

function unknownDatabase(database: string): LumbungError {
  return new LumbungError('REDIS_DATABASE_UNKNOWN', {
    kind: 'operator',
    message: `no such database, or nothing in it: ${database}`,
    context: { database },
    hint: `a server is dumped as "${INSTANCE}"; its numbered databases are in it`,
  });
}

function swapUnsupported(): LumbungError {
  return new LumbungError('REDIS_SWAP_UNSUPPORTED', {
    kind: 'operator',
    message:
      'only two numbered databases of one server can be exchanged, and the old one then has the number of the restored one',
    hint: 'let the application connect to the restored server instead, or restore one database into another number and exchange these',
  });
}
