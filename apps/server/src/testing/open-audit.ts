import { AuditTrail } from '../audit/audit-trail.ts';
import { newMasterKey } from '../secrets/master-key.ts';
import { SecretRegister } from '../secrets/secret-register.ts';
import { SecretVault } from '../secrets/secret-vault.ts';
import type { Store } from '../store/store.ts';
import { countedRandom, StillClock } from './tickers.ts';

export interface AuditLab {
  readonly trail: AuditTrail;
  readonly vault: SecretVault;
  readonly clock: StillClock;
  readonly register: SecretRegister;
}

/** Vault and trail on a store, with a key that no other test has. */
export async function openAudit(store: Store, seed = 1): Promise<AuditLab> {
  const random = countedRandom(seed);
  const clock = new StillClock();
  const register = new SecretRegister();
  const vault = new SecretVault(store, { current: newMasterKey(random), former: [] }, { clock, random, register });
  return { trail: await AuditTrail.open(store, { vault, clock, random }), vault, clock, register };
}
