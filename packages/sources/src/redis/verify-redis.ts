import { isLumbungError } from '@lumbung/stdx';
import type { Control } from '../driver.ts';
import type { TreeSource } from '../entry/tree-source.ts';
import type { Manifest } from '../manifest/manifest.ts';
import { failure, remark } from '../remarks/remark.ts';
import type { Finding } from '../verify/finding.ts';
import { verifyTree } from '../verify/verify-tree.ts';
import { parseDetails, RDB_PATH, type RedisDetails, tableNameOf } from './dump-details.ts';
import { type RdbSummary, summarizeRdb } from './rdb/rdb-digest.ts';

/** The common part, and then the RDB file itself: every key of it, against the manifest. */
export async function* verifyRedis(tree: TreeSource, control: Control): AsyncGenerator<Finding> {
  let isWhole = true;
  const shared = verifyTree(tree, control);
  let step = await shared.next();
  for (; step.done !== true; step = await shared.next()) {
    isWhole &&= step.value.severity !== 'error';
    yield step.value;
  }
  const manifest = step.value;
  // A file that differs from what was dumped has been named already.
  if (manifest?.kind !== 'database' || !isWhole) return;
  yield* verifyRdb(tree, manifest, control);
}

async function* verifyRdb(tree: TreeSource, manifest: Manifest, control: Control): AsyncGenerator<Finding> {
  let details: RedisDetails;
  let summary: RdbSummary;
  try {
    details = parseDetails(manifest);
    summary = await summarizeRdb(tree.read(RDB_PATH, control.signal));
  } catch (error) {
    if (!isLumbungError(error)) throw error;
    yield { code: 'content-invalid', severity: 'error', path: RDB_PATH, remark: failure(error) };
    return;
  }
  const found = new Map(summary.dbs.map((db) => [db.db, db]));
  for (const { db, keys, sum } of details.dbs) {
    const is = found.get(db);
    found.delete(db);
    const table = tableNameOf(db);
    if (is?.keys !== keys) {
      const said = remark('keys-differ', { found: is?.keys ?? 0, expected: keys });
      yield { code: 'rows-differ', severity: 'error', table, path: RDB_PATH, remark: said };
    } else if (is.sum !== sum) {
      yield { code: 'rowsum-differs', severity: 'error', table, path: RDB_PATH, remark: remark('values-differ') };
    }
  }
  for (const { db, keys } of found.values()) {
    const said = remark('keys-unknown', { found: keys });
    yield { code: 'inventory-differs', severity: 'error', table: tableNameOf(db), path: RDB_PATH, remark: said };
  }
}
