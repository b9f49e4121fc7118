// The register as the rules of the procedure want it.

import type { LocalDate } from '@lumbung/contracts';
import type { Application, Asset, Life, Pause } from '@lumbung/procedure';
import { assert } from '@lumbung/stdx';
import type { ApplicationRow, AssetRow } from '../../store/rows/register.ts';
import type { Stored } from '../../store/stored.ts';

interface LifeColumns {
  readonly state: AssetRow['state'];
  readonly registered_on: LocalDate;
  readonly retired_on: LocalDate | null;
}

export function applicationOf(row: Stored<ApplicationRow>): Application {
  return { id: row.id, life: lifeOf(row, []) };
}

/** @param pausedOn the local date of `paused_at` */
export function assetOf(row: Stored<AssetRow>, pausedOn: (at: number) => LocalDate): Asset {
  const pauses =
    row.paused_at === null ? [] : [{ from: pausedOn(row.paused_at), reason: row.pause_reason ?? '' } satisfies Pause];
  return {
    id: row.id,
    kind: row.kind,
    ...(row.application_id === null ? {} : { applicationId: row.application_id }),
    life: lifeOf(row, pauses),
  };
}

function lifeOf({ state, registered_on, retired_on }: LifeColumns, pauses: readonly Pause[]): Life {
  if (state !== 'retired') return { state, registeredOn: registered_on, pauses };
  assert(retired_on !== null, 'a retired row has the date of its retirement: the schema checks it');
  return { state, registeredOn: registered_on, pauses, retiredOn: retired_on };
}
