import {
  APPLICATION_TAG_PREFIX,
  ASSET_TAG_PREFIX,
  CATALOGUE_PAGE_MAX,
  type CatalogueEntry,
  DATABASE_ENGINE_NAMES,
  type JobResult,
  type JobSpecOf,
  parseAssetId,
  parseRunId,
  RUN_TAG_PREFIX,
} from '@lumbung/contracts';
import { instantOf, loadReadableSnapshots, millisecondsOf, type SnapshotRecord } from '@lumbung/engine';
import { isLumbungError } from '@lumbung/stdx';
import { folderOfSnapshot, isOfServer } from '../../database/dump-place.ts';
import { withRepository } from '../job-repository.ts';
import type { JobRun } from '../job-run.ts';
import { countOf } from '../run-book.ts';
import { clipped } from '../shown-text.ts';
import { tagValue } from '../snapshot-tags.ts';

const APPLICATION_CODE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Tells of every snapshot with what its tags say: by it a lost run is adopted, and a catalogue rebuilt. Oldest first, in pages,
 *  by events. */
export async function catalogue(spec: JobSpecOf<'catalogue'>, run: JobRun): Promise<JobResult> {
  return await withRepository(run, spec.repository, { lock: 'none' }, async ({ repository, run: held }) => {
    const { book, signal } = held;
    book.step('read');
    let unreadable = 0;
    const all = await loadReadableSnapshots(
      repository,
      (id, error) => {
        unreadable += 1;
        const message = `snapshot ${id} cannot be read: ${isLumbungError(error) ? error.message : ''}`;
        book.warn({ code: 'SNAPSHOT_UNREADABLE', message, item: id });
      },
      signal,
    );
    const snapshots = all.filter(({ tags }) => spec.tags.every((tag) => tags.includes(tag)));
    for (let at = 0; at < snapshots.length; at += CATALOGUE_PAGE_MAX) {
      book.snapshots(snapshots.slice(at, at + CATALOGUE_PAGE_MAX).map(entryOf));
      book.progress({ doneItems: Math.min(at + CATALOGUE_PAGE_MAX, snapshots.length), totalItems: snapshots.length });
    }
    return { kind: 'catalogue', snapshots: snapshots.length, repositoryId: repository.config.id, unreadable };
  });
}

function entryOf(snapshot: SnapshotRecord): CatalogueEntry {
  const { id, time, hostname, paths, tags, tree, parent, original, programVersion, summary } = snapshot;
  const application = tagValue(tags, APPLICATION_TAG_PREFIX);
  const run = idOf(parseRunId, tagValue(tags, RUN_TAG_PREFIX));
  const asset = idOf(parseAssetId, tagValue(tags, ASSET_TAG_PREFIX));
  return {
    snapshotId: id,
    takenAt: countOf(millisecondsOf(instantOf(time))),
    hostname: clipped(hostname),
    paths: paths.slice(0, 1000).map(clipped),
    tags: tags.slice(0, 1000).map(clipped),
    ...contentOf(snapshot),
    ...(run === undefined ? {} : { run }),
    ...(asset === undefined ? {} : { asset }),
    ...(application === undefined || !APPLICATION_CODE.test(application) ? {} : { application }),
    treeId: tree,
    ...(parent === undefined ? {} : { parentId: parent }),
    ...(original === undefined ? {} : { originalId: original }),
    ...(programVersion === undefined ? {} : { programVersion: clipped(programVersion) }),
    ...(summary === undefined
      ? {}
      : {
          bytes: countOf(summary.totalBytesProcessed),
          files: countOf(summary.totalFilesProcessed),
          addedBytes: countOf(summary.dataAdded),
          storedBytes: countOf(summary.dataAddedPacked),
        }),
  };
}

function contentOf(snapshot: SnapshotRecord): Pick<CatalogueEntry, 'content' | 'engine' | 'server' | 'database'> {
  const folder = folderOfSnapshot(snapshot);
  if (folder === undefined) return { content: 'files' };
  const [engineName, server = '', database = ''] = folder.split('/');
  const engine = DATABASE_ENGINE_NAMES.find((each) => each === engineName);
  if (engine === undefined) return { content: 'files' };
  const named = { engine, server: decoded(server) };
  return isOfServer(folder)
    ? { content: 'server', ...named }
    : { content: 'database', ...named, database: decoded(database) };
}

/** The name that a component was made of. Of a name that was too long only the begin: the manifest has all of it. */
function decoded(component: string): string {
  try {
    return clipped(decodeURIComponent(component));
  } catch {
    return clipped(component); // not made by us
  }
}

/** Tags are anybody's: what is no id is none. */
function idOf<Id>(parse: (text: string) => Id, text: string | undefined): Id | undefined {
  if (text === undefined) return undefined;
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}
