import type { AccountId } from '@lumbung/contracts';
import type { AuditTrail } from '../../audit/audit-trail.ts';
import type { Transaction } from '../../store/store.ts';

/** Something that happened to who may come in, and as whom. */
export interface AccessEvent {
  /** `nobody`: who was not let in. */
  readonly actor: AccountId | 'nobody';
  /** `login.failed`. */
  readonly action: string;
  readonly subject: AccountId | `approval:${string}` | 'login' | 'setup';
  /** Never a secret, and never what somebody typed to log in. */
  readonly detail?: Readonly<Record<string, string | number | boolean>>;
}

export interface AccessAudit {
  append(tx: Transaction, event: AccessEvent): Promise<void>;
}

/** Events of this subject in the words of the trail. */
export function accessAudit(trail: Pick<AuditTrail, 'append'>): AccessAudit {
  const name = (who: string): string => (who.startsWith('acc_') ? `account:${who}` : who);
  return {
    append: async (tx, { actor, action, subject, detail = {} }) => {
      await trail.append(tx, { actor: name(actor), action, subject: name(subject), detail });
    },
  };
}
