import { type AccountId, newId } from '@lumbung/contracts';
import { type Clock, LumbungError, type Random } from '@lumbung/stdx';
import type { PasswordHasher } from '../../crypto/password-hash.ts';
import type { Store, Transaction } from '../../store/store.ts';
import type { AccessAudit } from './access-audit.ts';
import { requireAccount } from './accounts.service.ts';
import { type Account, updateAccount } from './accounts.store.ts';
import {
  deleteSessions,
  findPasswordLink,
  passwordHashOf,
  setPasswordHash,
  spendPasswordLink,
} from './credentials.store.ts';
import type { LoginGuard } from './login-guard.ts';
import { requireGoodPassword } from './password.rules.ts';
import { hashSecret } from './token.rules.ts';

export interface PasswordPorts {
  readonly store: Store;
  readonly audit: AccessAudit;
  readonly clock: Clock;
  readonly random: Random;
  readonly hasher: PasswordHasher;
  readonly guard: LoginGuard;
}

export class PasswordService {
  readonly #ports: PasswordPorts;

  constructor(ports: PasswordPorts) {
    this.#ports = ports;
  }

  /** Whoever has the link chooses the password; sessions that were open under the old one end.
   *  @throws LumbungError PASSWORD_LINK_OVER, PASSWORD_WEAK (operator) */
  async chooseByLink(token: string, password: string, at: number): Promise<void> {
    const { store, audit, hasher } = this.#ports;
    const tokenHash = hashSecret(token);
    const found = await findPasswordLink(store.db, tokenHash, at);
    if (found === undefined) throw linkOver();
    const account = await requireAccount(store.db, found.accountId);
    if (account.state === 'disabled') throw linkOver();
    requireGoodPassword(password, wordsOf(account));
    const hash = await hasher.hash(password);
    await store.transaction(async (tx) => {
      const spent = await spendPasswordLink(tx, tokenHash, at);
      if (spent === undefined) throw linkOver();
      await this.#set(tx, account.id, hash, at);
      if (account.state === 'invited') await updateAccount(tx, account.id, { change: { state: 'active' }, at });
      const sessions = await deleteSessions(tx, account.id, { except: undefined });
      await audit.append(tx, {
        actor: account.id,
        action: 'password.chosen',
        subject: account.id,
        detail: { sessions },
      });
    });
  }

  /** Other sessions of the account end.
   *  @throws LumbungError ACCOUNT_PASSWORD_WRONG, PASSWORD_WEAK (operator), LOGIN_BLOCKED (transient) */
  async change(
    accountId: AccountId,
    passwords: { readonly current: string; readonly next: string },
    context: { readonly sessionId: string; readonly clientAddress: string; readonly at: number },
  ): Promise<void> {
    const { store, audit, hasher } = this.#ports;
    const { at, sessionId } = context;
    await this.confirm(accountId, passwords.current, context);
    requireGoodPassword(passwords.next, wordsOf(await requireAccount(store.db, accountId)));
    const hash = await hasher.hash(passwords.next);
    await store.transaction(async (tx) => {
      await this.#set(tx, accountId, hash, at);
      const sessions = await deleteSessions(tx, accountId, { except: sessionId });
      await audit.append(tx, {
        actor: accountId,
        action: 'password.changed',
        subject: accountId,
        detail: { sessions },
      });
    });
  }

  /** Asks again for the password before something weighty; guesses count as failed logins.
   *  @throws LumbungError ACCOUNT_PASSWORD_WRONG (operator), LOGIN_BLOCKED (transient) */
  async confirm(
    accountId: AccountId,
    password: string,
    { clientAddress, at }: { readonly clientAddress: string; readonly at: number },
  ): Promise<void> {
    const { store, audit, hasher, guard } = this.#ports;
    const attempt = { name: `password of ${accountId}`, clientAddress };
    await guard.begin(attempt, at);
    const hash = await passwordHashOf(store.db, accountId);
    const isRight = hash !== undefined && (await hasher.verify({ hash, password }));
    await store.transaction(async (tx) => {
      if (isRight) {
        await guard.succeeded(tx, attempt);
      } else {
        await audit.append(tx, {
          actor: accountId,
          action: 'password.confirm-failed',
          subject: accountId,
          detail: { clientAddress },
        });
      }
    });
    if (isRight) return;
    throw new LumbungError('ACCOUNT_PASSWORD_WRONG', {
      kind: 'operator',
      message: 'the password is not right',
      hint: 'type the present password of this account',
    });
  }

  async #set(tx: Transaction, accountId: AccountId, hash: string, at: number): Promise<void> {
    await setPasswordHash(tx, { id: newId('credential', this.#ports), accountId, hash, at });
  }
}

/** What a password must not be made of. */
export function wordsOf({ name, email, userName }: Pick<Account, 'name' | 'email' | 'userName'>): (string | null)[] {
  return [...name.split(/\s+/), email ?? null, userName ?? null];
}

function linkOver(): LumbungError {
  return new LumbungError('PASSWORD_LINK_OVER', {
    kind: 'operator',
    message: 'the link was used, is over, or never was one',
    hint: 'ask an administrator for a new one',
  });
}
