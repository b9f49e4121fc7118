import { ASSET_TAG_PREFIX, type AssetId, type CopyAnomaly, RUN_TAG_PREFIX, type RunId } from '@lumbung/contracts';
import { loadReadableSnapshots, type Repository, type SnapshotRecord } from '@lumbung/engine';
import { judgeSizes } from '@lumbung/sources';

/** How many earlier copies say what is usual. */
const REMEMBERED = 7;
const FEWER_BELOW = 0.5;
/** Below, halves mean nothing. */
const FILES_MIN = 20;

export interface FileSizes {
  readonly bytes: number;
  readonly files: number;
}

export interface CopyHistory {
  /** A copy that an attempt of this very run made, which got lost afterwards. */
  readonly adopted: SnapshotRecord | undefined;
  /** Earlier ones of the same source, the newest last. */
  readonly earlier: readonly SnapshotRecord[];
}

/** @throws BACKEND_*; what cannot be read is left out: the check of the repository tells of it */
export async function historyOfFiles(
  repository: Repository,
  source: {
    readonly runId: RunId;
    readonly asset: AssetId | undefined;
    readonly hostname: string;
    readonly paths: readonly string[];
  },
  signal: AbortSignal,
): Promise<CopyHistory> {
  const snapshots = await loadReadableSnapshots(repository, () => undefined, signal);
  const { asset, hostname, paths } = source;
  const isOfSource = ({ tags, hostname: host, paths: ofSnapshot }: SnapshotRecord): boolean =>
    asset === undefined
      ? host === hostname && ofSnapshot.length === paths.length && paths.every((path) => ofSnapshot.includes(path))
      : tags.includes(`${ASSET_TAG_PREFIX}${asset}`);
  const own = snapshots.filter(isOfSource);
  return {
    adopted: own.findLast(({ tags }) => tags.includes(`${RUN_TAG_PREFIX}${source.runId}`)),
    earlier: own.filter(({ tags }) => !tags.includes(`${RUN_TAG_PREFIX}${source.runId}`)).slice(-REMEMBERED),
  };
}

/** What the next copy is expected to add; undefined: there was none before. The first copy adds everything, which later
 *  ones do not. */
export function expectedBytesOf(earlier: readonly SnapshotRecord[]): number | undefined {
  const added = earlier.flatMap(({ summary, parent }) =>
    summary === undefined ? [] : [{ bytes: summary.dataAddedPacked, isFirst: parent === undefined }],
  );
  if (added.length === 0) return undefined;
  return Math.max(0, ...added.filter(({ isFirst }) => !isFirst).map(({ bytes }) => bytes));
}

/** What is unusual about a copy of files: half of them are gone, or of the bytes. */
export function judgeFileSizes(current: FileSizes, earlier: readonly SnapshotRecord[]): CopyAnomaly[] {
  const sizes = earlier.flatMap(({ summary }): FileSizes[] =>
    summary === undefined ? [] : [{ bytes: summary.totalBytesProcessed, files: summary.totalFilesProcessed }],
  );
  const rows = new Map<string, number>();
  const ofBytes = judgeSizes(
    { bytes: current.bytes, rows },
    sizes.map(({ bytes }) => ({ bytes, rows })),
  ).flatMap((anomaly): CopyAnomaly[] => ('usualBytes' in anomaly ? [anomaly] : []));
  const usualFiles = median(sizes.map(({ files }) => files));
  const isFewer = usualFiles >= FILES_MIN && current.files < usualFiles * FEWER_BELOW;
  return isFewer ? [...ofBytes, { kind: 'fewer-files', files: current.files, usualFiles }] : ofBytes;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
