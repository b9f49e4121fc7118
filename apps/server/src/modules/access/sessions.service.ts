import type { AccountId } from '@lumbung/contracts';
import { LumbungError } from '@lumbung/stdx';
import type { Store } from '../../store/store.ts';
import type { AccessAudit } from './access-audit.ts';
import type { Act } from './accounts.service.ts';
import { deleteSessions, listSessions } from './credentials.store.ts';

export interface SessionView {
  readonly id: string;
  readonly clientAddress: string | null;
  readonly userAgent: string | null;
  readonly method: string;
  readonly createdAt: number;
  readonly lastUsedAt: number;
  readonly expiresAt: number;
  readonly isThisOne: boolean;
}

export class SessionService {
  readonly #store: Store;
  readonly #audit: AccessAudit;

  constructor({ store, audit }: { readonly store: Store; readonly audit: AccessAudit }) {
    this.#store = store;
    this.#audit = audit;
  }

  /** @param current the session that asks */
  async list(
    accountId: AccountId,
    { current, at }: { readonly current: string | undefined; readonly at: number },
  ): Promise<SessionView[]> {
    const found = await listSessions(this.#store.db, accountId, at);
    return found.map((session) => ({
      id: session.id,
      clientAddress: session.clientAddress ?? null,
      userAgent: session.userAgent ?? null,
      method: session.method,
      createdAt: session.createdAt,
      lastUsedAt: session.lastUsedAt,
      expiresAt: session.expiresAt,
      isThisOne: session.id === current,
    }));
  }

  /** @throws LumbungError SESSION_UNKNOWN (operator) */
  async end(accountId: AccountId, sessionId: string, act: Act): Promise<void> {
    await this.#store.transaction(async (tx) => {
      const ended = await deleteSessions(tx, accountId, { only: sessionId });
      if (ended === 0) {
        throw new LumbungError('SESSION_UNKNOWN', {
          kind: 'operator',
          message: 'there is no such session',
          hint: 'look at the list of sessions',
        });
      }
      await this.#audit.append(tx, {
        actor: act.by,
        action: 'session.ended',
        subject: accountId,
        detail: { session: sessionId },
      });
    });
  }
}
