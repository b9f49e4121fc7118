import {
  APPLICATION_TAG_PREFIX,
  ASSET_TAG_PREFIX,
  type AssetId,
  LUMBUNG_TAG,
  RUN_TAG_PREFIX,
  type RunId,
} from '@lumbung/contracts';

/** By these the catalogue finds a copy again whose run got lost. */
export function snapshotTags(owner: {
  readonly runId: RunId;
  readonly asset?: AssetId | undefined;
  readonly application?: string | undefined;
}): string[] {
  const { runId, asset, application } = owner;
  return [
    LUMBUNG_TAG,
    `${RUN_TAG_PREFIX}${runId}`,
    ...(asset === undefined ? [] : [`${ASSET_TAG_PREFIX}${asset}`]),
    ...(application === undefined ? [] : [`${APPLICATION_TAG_PREFIX}${application}`]),
  ];
}

/** What stands behind the prefix, in the first tag that has it. */
export function tagValue(tags: readonly string[], prefix: string): string | undefined {
  return tags.find((tag) => tag.startsWith(prefix))?.slice(prefix.length);
}
