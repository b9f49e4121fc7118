import { LumbungError } from '@lumbung/stdx';
import { replaceConfig } from '../repository/init-repository.ts';
import type { Repository } from '../repository/repository.ts';
import { type ActOptions, type HeldLock, signalUnder } from './act-options.ts';
import { PlanLedger } from './plan-ledger.ts';
import type { UpgradePlan } from './repair-plan.ts';

const VERSION_LATEST = 2;

const upgradePlans = new PlanLedger<UpgradePlan, Repository>();

/** Upgrades the format to version 2, in which blobs may be compressed. What is stored stays as it is; `prune` with `repackUncompressed`
 *  compresses it. Check the repository before, and keep a copy of its file `config`.
 *  @throws LumbungError UPGRADE_NOT_NEEDED (operator) */
export function planUpgrade(repository: Repository, options: { readonly lock: HeldLock }): UpgradePlan {
  const { version } = repository.config;
  if (version >= VERSION_LATEST) {
    throw new LumbungError('UPGRADE_NOT_NEEDED', {
      kind: 'operator',
      message: `the repository has format version ${version} already`,
      context: { version },
      hint: 'there is nothing to upgrade',
    });
  }
  return upgradePlans.register({ versionBefore: version, versionAfter: VERSION_LATEST }, repository, options);
}

/** Writes the new config, once.
 *  @returns the repository in its new version; the old object would go on writing version 1
 *  @throws LumbungError PLAN_SPENT, PLAN_NOT_EXECUTABLE, LOCK_REQUIRED (bug), BACKEND_* */
export async function executeUpgrade(plan: UpgradePlan, options: ActOptions<never>): Promise<Repository> {
  const signal = signalUnder('exclusive', options);
  const repository = upgradePlans.spend(plan, options.lock);
  return replaceConfig(repository, { ...repository.config, version: VERSION_LATEST }, signal);
}
