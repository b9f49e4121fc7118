// What the register says of an asset, as a job. Pure: nothing is read here.
import type { JobSpec, RepositoryPlace } from '@lumbung/contracts';
import { assert, assertNever } from '@lumbung/stdx';
import type { ApplicationRow, AssetRow, DestinationRow } from '../../store/rows/register.ts';
import type { Stored } from '../../store/stored.ts';
import { type AssetDefinition, parseAssetDefinition } from '../applications/index.ts';

/** A job without the id of its run. */
export type RunOrder = JobSpec extends infer Spec ? (Spec extends JobSpec ? Omit<Spec, 'runId'> : never) : never;

export interface BackupOrder {
  readonly asset: Stored<AssetRow>;
  readonly application: Stored<ApplicationRow> | undefined;
  readonly destination: Stored<DestinationRow>;
  /** The size of the last copy. */
  readonly expectedBytes: number | undefined;
}

/** Where a destination is, and how it is opened. Its password is named, not said. */
export function repositoryPlaceOf(destination: Stored<DestinationRow>): RepositoryPlace {
  assert(destination.secret_id !== null, 'a destination in use has a password');
  return {
    address: destination.address,
    password: { secret: destination.secret_id },
    ...(destination.repository_id === null ? {} : { repositoryId: destination.repository_id }),
  };
}

/** The job that backs an asset up and makes sure of the copy in the same run. */
export function backupSpecOf(order: BackupOrder): RunOrder {
  const { asset, application, destination, expectedBytes } = order;
  const definition = parseAssetDefinition(asset.id, asset.definition);
  const common = {
    repository: repositoryPlaceOf(destination),
    ...(application === undefined ? {} : { application: application.code }),
    verify: 'now' as const,
    ...(expectedBytes === undefined ? {} : { expectedBytes }),
  };
  switch (definition.kind) {
    case 'database': {
      const { content, excludeData, skipViews, untransactional } = definition;
      const item =
        content.kind === 'database'
          ? ({ kind: 'database', database: content.database, asset: asset.id } as const)
          : ({ kind: 'server', asset: asset.id } as const);
      return {
        ...common,
        kind: 'backupDatabases',
        server: serverOf(definition, asset),
        selection: 'named',
        items: [item],
        excludeData,
        skipViews,
        untransactional,
      };
    }
    case 'files': {
      const { kind: _, ...set } = definition;
      return { ...common, ...set, kind: 'backupFiles', asset: asset.id };
    }
    default:
      return assertNever(definition);
  }
}

type PreflightSpec = Extract<JobSpec, { readonly kind: 'preflight' }>;
export type PreflightSource = PreflightSpec['sources'][number];

/** The question whether an asset can be read now. */
export function preflightSourceOf(asset: Stored<AssetRow>): PreflightSource {
  const definition = parseAssetDefinition(asset.id, asset.definition);
  switch (definition.kind) {
    case 'database':
      return {
        kind: 'databases',
        subject: asset.id,
        server: serverOf(definition, asset),
        databases: definition.content.kind === 'database' ? [definition.content.database] : 'all',
      };
    case 'files': {
      const { paths, excludes, templateExcludes, required } = definition;
      return { kind: 'files', subject: asset.id, paths, excludes, templateExcludes, required };
    }
    default:
      return assertNever(definition);
  }
}

function serverOf({ server }: Extract<AssetDefinition, { kind: 'database' }>, { secret_id }: Stored<AssetRow>) {
  return { ...server, ...(secret_id === null ? {} : { password: { secret: secret_id } }) };
}
