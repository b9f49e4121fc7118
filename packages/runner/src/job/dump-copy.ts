import type { AssetId, RunWarning, StoredCopy } from '@lumbung/contracts';
import { instantOf, millisecondsOf } from '@lumbung/engine';
import { type Manifest, readStoredRemark, type SizeAnomaly } from '@lumbung/sources';
import type { StoredDumpFacts } from '../database/backup-databases.ts';
import type { DumpPlace } from '../database/dump-place.ts';
import { anomalyWarning } from './anomaly-warning.ts';
import { recordOfRemark } from './remark-record.ts';
import type { RunBook } from './run-book.ts';
import { clipped } from './shown-text.ts';

const WARNINGS_NAMED_MAX = 100;

export interface DumpOwner {
  readonly asset: AssetId | undefined;
  readonly application: string | undefined;
}

/** A dump that was just stored, as a record has it; undefined: it was a dry run. */
export function copyOfDump(facts: StoredDumpFacts, owner: DumpOwner): StoredCopy | undefined {
  const { place, manifest, snapshotId, manifestSha256, anomalies, summary, treeId, durationMs, attempts } = facts;
  if (snapshotId === undefined) return undefined;
  return {
    ...describeDump(place, manifest, owner),
    snapshotId,
    origin: 'run',
    takenAt: Math.max(0, millisecondsOf(instantOf(summary.backupStart))),
    bytes: summary.totalBytesProcessed,
    files: summary.totalFilesProcessed,
    addedBytes: summary.dataAdded,
    storedBytes: summary.dataAddedPacked,
    manifestSha256,
    treeId,
    unreadCount: 0,
    anomalies: anomalies.map(clippedAnomaly),
    durationMs,
    attempts,
  };
}

export function describeDump(
  place: DumpPlace,
  manifest: Manifest,
  { asset, application }: DumpOwner,
): Pick<
  StoredCopy,
  'asset' | 'application' | 'content' | 'engine' | 'server' | 'database' | 'serverVersion' | 'tables' | 'rows'
> {
  return {
    ...(asset === undefined ? {} : { asset }),
    ...(application === undefined ? {} : { application }),
    content: place.database === undefined ? 'server' : 'database',
    engine: place.engine,
    server: place.server,
    ...(place.database === undefined ? {} : { database: place.database }),
    serverVersion: clipped(manifest.serverVersion),
    tables: manifest.tables.length,
    rows: rowsOf(manifest),
  };
}

/** Writes a dump into the book, with everything a person should look at. */
export function publishDump(book: RunBook, copy: StoredCopy, { warnings }: Manifest): void {
  const item = copy.database ?? copy.server ?? '';
  const named = warnings.slice(0, WARNINGS_NAMED_MAX).map((warning): RunWarning => {
    return { ...recordOfRemark(readStoredRemark(warning)), item };
  });
  for (const warning of named) book.warn(warning);
  book.warnOfMore(warnings.length - named.length);
  for (const anomaly of copy.anomalies) book.warn(anomalyWarning(anomaly, item));
  book.stored(copy);
}

export function rowsOf({ tables }: Manifest): number {
  return tables.reduce((sum, { rows }) => sum + rows, 0);
}

function clippedAnomaly(anomaly: SizeAnomaly): StoredCopy['anomalies'][number] {
  return 'table' in anomaly ? { ...anomaly, table: clipped(anomaly.table) } : anomaly;
}
