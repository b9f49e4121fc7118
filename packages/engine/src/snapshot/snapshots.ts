import { type ByteString, byteStringOfText, forEachParallel, LumbungError, mapParallel } from '@lumbung/stdx';
import { parseSnapshotId, type SnapshotId } from '../format/ids.ts';
import { parseSnapshot, type Snapshot } from '../format/snapshot-file.ts';
import { compareInstants, instantOf } from '../format/timestamp.ts';
import type { Repository } from '../repository/repository.ts';
import { filterSnapshots, type SnapshotFilter } from './snapshot-filter.ts';

/** A snapshot and the name of the file it was read from. */
export type SnapshotRecord = Snapshot & { readonly id: SnapshotId };

const SNAPSHOT_LOADS_IN_FLIGHT_MAX = 8;

/** All snapshots of the repository, oldest first (equal times: by id).
 *  @throws LumbungError SNAPSHOT_INVALID and what the repository throws: one unreadable snapshot fails the call,
 *  because acts that delete must not take a list with holes for the whole. */
export async function loadSnapshots(repository: Repository, signal?: AbortSignal): Promise<SnapshotRecord[]> {
  const ids = await listSnapshotIds(repository);
  const records = await mapParallel(ids, loadsInFlightMax(repository), (id) => loadSnapshot(repository, id, signal));
  return records.sort(compareByTime);
}

/** As `loadSnapshots`, but files that cannot be read are told to `onUnreadable` and left out: for acts that only
 *  read, or that must name what is damaged. */
export async function loadReadableSnapshots(
  repository: Repository,
  onUnreadable: (id: SnapshotId, error: unknown) => void,
  signal?: AbortSignal,
): Promise<SnapshotRecord[]> {
  const records: SnapshotRecord[] = [];
  await forEachParallel(await listSnapshotIds(repository), loadsInFlightMax(repository), async (id) => {
    try {
      records.push(await loadSnapshot(repository, id, signal));
    } catch (error) {
      signal?.throwIfAborted();
      onUnreadable(id, error);
    }
  });
  return records.sort(compareByTime);
}

function loadsInFlightMax(repository: Repository): number {
  return Math.min(SNAPSHOT_LOADS_IN_FLIGHT_MAX, repository.backend.properties.connectionsMax);
}

/** One snapshot by its full id. */
export async function loadSnapshot(
  repository: Repository,
  id: SnapshotId,
  signal?: AbortSignal,
): Promise<SnapshotRecord> {
  signal?.throwIfAborted();
  return {
    ...parseSnapshot(await repository.loadUnpacked('snapshots', id, signal)),
    id,
  };
}

/** Oldest first; equal times by id, so that every run sees one order. */
export function compareByTime(a: SnapshotRecord, b: SnapshotRecord): number {
  const order = compareInstants(instantOf(a.time), instantOf(b.time));
  if (order !== 0) return order;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

export interface FoundSnapshot {
  readonly snapshot: SnapshotRecord;
  /** What stood behind the colon of `id:sub/folder`; see `resolveTree`. */
  readonly subfolder?: ByteString;
}

/**
 * The snapshot that `spec` names: a full id, a prefix that only one id has, or `latest` (the newest that passes
 * `filter`); each may be followed by `:sub/folder`. The filter serves only `latest`, as in restic.
 *
 * @throws LumbungError SNAPSHOT_NOT_FOUND, SNAPSHOT_AMBIGUOUS, SNAPSHOT_SPEC_INVALID (operator)
 */
export async function findSnapshot(
  repository: Repository,
  spec: string,
  filter: SnapshotFilter = {},
  signal?: AbortSignal,
): Promise<FoundSnapshot> {
  const { name, subfolder } = parseSnapshotSpec(spec);
  const snapshot =
    name === 'latest'
      ? await findLatest(repository, filter, signal)
      : await loadSnapshot(repository, await findSnapshotId(repository, name), signal);
  return subfolder === undefined ? { snapshot } : { snapshot, subfolder };
}

/** Splits `id:sub/folder`. Ids and `latest` hold no colon, so the first one divides. */
export function parseSnapshotSpec(spec: string): {
  readonly name: string;
  readonly subfolder?: ByteString;
} {
  const colonIdx = spec.indexOf(':');
  const name = colonIdx < 0 ? spec : spec.slice(0, colonIdx);
  if (name !== 'latest' && !/^[0-9a-f]{1,64}$/.test(name)) {
    throw new LumbungError('SNAPSHOT_SPEC_INVALID', {
      kind: 'operator',
      message: `not a snapshot: ${spec}`,
      context: { spec },
      hint: 'name a snapshot by its id, the first digits of it, or "latest"; a folder in it follows after a colon',
    });
  }
  return colonIdx < 0 ? { name } : { name, subfolder: byteStringOfText(spec.slice(colonIdx + 1)) };
}

/** The only snapshot id that begins with `prefix`. */
export async function findSnapshotId(repository: Repository, prefix: string): Promise<SnapshotId> {
  const matches = (await listSnapshotIds(repository)).filter((id) => id.startsWith(prefix));
  const [match] = matches;
  if (match === undefined) throw snapshotNotFound(`no snapshot id begins with ${prefix}`, { prefix });
  if (matches.length > 1) {
    throw new LumbungError('SNAPSHOT_AMBIGUOUS', {
      kind: 'operator',
      message: `${matches.length} snapshot ids begin with ${prefix}`,
      context: { prefix, count: matches.length },
      hint: 'give more digits of the id',
    });
  }
  return match;
}

/** The newest snapshot that passes `filter`.
 *  @throws LumbungError SNAPSHOT_NOT_FOUND (operator) */
export async function findLatest(
  repository: Repository,
  filter: SnapshotFilter,
  signal?: AbortSignal,
): Promise<SnapshotRecord> {
  const latest = filterSnapshots(await loadSnapshots(repository, signal), filter).at(-1);
  if (latest === undefined) throw snapshotNotFound('no snapshot matches', {});
  return latest;
}

async function listSnapshotIds(repository: Repository): Promise<SnapshotId[]> {
  const ids: SnapshotId[] = [];
  for await (const { id } of repository.listIds('snapshots')) ids.push(parseSnapshotId(id));
  return ids;
}

function snapshotNotFound(message: string, context: Readonly<Record<string, string>>): LumbungError {
  return new LumbungError('SNAPSHOT_NOT_FOUND', {
    kind: 'operator',
    message,
    context,
    hint: 'list what there is with "lumbung snapshots"; host, tag and path filters narrow what "latest" means',
  });
}
