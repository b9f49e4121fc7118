import type { SnapshotSelection } from '@lumbung/engine';
import type { OptionBag } from '../option-bag.ts';
import { filterOf } from './snapshot-filter.ts';

/** The snapshots that were named, or all that the filter lets pass. */
export function selectionOf(ids: readonly string[], options: OptionBag): SnapshotSelection {
  return { filter: filterOf(options), ...(ids.length === 0 ? {} : { ids }) };
}
