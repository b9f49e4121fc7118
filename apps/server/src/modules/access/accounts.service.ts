import {
  type AccountId,
  type AccountState,
  type AccountView,
  type AgencyId,
  type NewGrant,
  newId,
  type Role,
} from '@lumbung/contracts';
import { type Clock, LumbungError, type Random } from '@lumbung/stdx';
import type { Queries, Store, Transaction } from '../../store/store.ts';
import type { AccessAudit } from './access-audit.ts';
import {
  type Account,
  type AccountChange,
  deleteGrant,
  everyAccountsRoles,
  findAccount,
  grantsOf,
  inOrder,
  insertAccount,
  insertGrant,
  listAccounts,
  type StoredGrant,
  takenLogin,
  updateAccount,
} from './accounts.store.ts';
import { deleteSecondFactor, deleteSessions } from './credentials.store.ts';
import { makeLink, type PasswordLinkPorts, type ShownLink } from './password-link.ts';
import { requireAnAdmin } from './roles.rules.ts';
import { revokeAllTokens } from './tokens.store.ts';

/** Who does it, and when. */
export interface Act {
  readonly by: AccountId;
  readonly at: number;
}

export interface AccountPorts extends PasswordLinkPorts {
  readonly store: Store;
  readonly audit: AccessAudit;
  readonly clock: Clock;
  readonly random: Random;
}

export interface NewAccount {
  readonly name: string;
  readonly email: string | null;
  readonly userName: string | null;
  readonly language: Account['language'] | null;
  readonly roles: readonly NewGrant[];
}

export class AccountService {
  readonly #ports: AccountPorts;

  constructor(ports: AccountPorts) {
    this.#ports = ports;
  }

  async list(page: {
    readonly limit: number;
    readonly after: AccountId | undefined;
    readonly state: AccountState | undefined;
  }): Promise<AccountView[]> {
    const { store } = this.#ports;
    const accounts = await listAccounts(store.db, page);
    const grants = await grantsOf(
      store.db,
      accounts.map(({ id }) => id),
    );
    return accounts.map((account) => viewOf(account, grants.get(account.id) ?? []));
  }

  /** @throws LumbungError ACCOUNT_UNKNOWN (operator) */
  async read(id: AccountId): Promise<AccountView> {
    return await readView(this.#ports.store.db, id);
  }

  /** Nobody chooses another's password: the account begins with a link to choose one.
   *  @throws LumbungError LOGIN_NAME_TAKEN, AGENCY_UNKNOWN, ROLE_OVER (operator) */
  async create(wanted: NewAccount, act: Act): Promise<{ readonly account: AccountView; readonly link: ShownLink }> {
    const { store, audit } = this.#ports;
    return await store.transaction(async (tx) => {
      await requireFree(tx, wanted);
      const id = newId('account', this.#ports);
      const { name, email, userName } = wanted;
      await insertAccount(tx, {
        id,
        name,
        email,
        userName,
        state: 'invited',
        language: wanted.language ?? null,
        at: act.at,
      });
      await audit.append(tx, { actor: act.by, action: 'account.created', subject: id, detail: { name } });
      for (const grant of wanted.roles) await this.#grant(tx, id, grant, act);
      const link = await makeLink(tx, id, act, this.#ports);
      return { account: await readView(tx, id), link };
    });
  }

  /** @throws LumbungError ACCOUNT_UNKNOWN, LOGIN_NAME_TAKEN, LOGIN_NAME_NEEDED, REVISION_CONFLICT (operator) */
  async change(
    id: AccountId,
    change: AccountChange,
    { act, expected }: { readonly act: Act; readonly expected: number },
  ): Promise<AccountView> {
    const { store, audit } = this.#ports;
    return await store.transaction(async (tx) => {
      const before = await requireAccount(tx, id);
      const email = change.email === undefined ? (before.email ?? null) : change.email;
      const userName = change.userName === undefined ? (before.userName ?? null) : change.userName;
      if (email === null && userName === null) throw loginNameNeeded();
      await requireFree(tx, { email, userName }, id);
      await updateAccount(tx, id, { change, expected, at: act.at });
      await audit.append(tx, {
        actor: act.by,
        action: 'account.changed',
        subject: id,
        detail: { fields: Object.keys(change).join(' ') },
      });
      return await readView(tx, id);
    });
  }

  /** Ends everything the account holds open: sessions and tokens.
   *  @throws LumbungError ACCOUNT_UNKNOWN, ADMIN_LAST, ACCOUNT_OWN (operator) */
  async disable(id: AccountId, act: Act): Promise<AccountView> {
    const { store, audit } = this.#ports;
    if (id === act.by) {
      throw new LumbungError('ACCOUNT_OWN', {
        kind: 'operator',
        message: 'nobody disables their own account',
        hint: 'have another administrator do it',
      });
    }
    return await store.transaction(async (tx) => {
      await requireAccount(tx, id);
      await updateAccount(tx, id, { change: { state: 'disabled' }, at: act.at });
      requireAnAdmin(await everyAccountsRoles(tx), act.at);
      const sessions = await deleteSessions(tx, id, { except: undefined });
      const tokens = await revokeAllTokens(tx, id, act.at);
      await audit.append(tx, {
        actor: act.by,
        action: 'account.disabled',
        subject: id,
        detail: { sessions, tokens },
      });
      return await readView(tx, id);
    });
  }

  /** It comes back as it was, without its sessions and tokens. */
  async enable(id: AccountId, act: Act): Promise<AccountView> {
    const { store, audit } = this.#ports;
    return await store.transaction(async (tx) => {
      const { state } = await requireAccount(tx, id);
      if (state === 'disabled') {
        await updateAccount(tx, id, { change: { state: 'active' }, at: act.at });
        await audit.append(tx, { actor: act.by, action: 'account.enabled', subject: id });
      }
      return await readView(tx, id);
    });
  }

  /** A link to choose a new password. Until it is used the old one stays good. */
  async sendPasswordLink(id: AccountId, act: Act): Promise<ShownLink> {
    const { store, audit } = this.#ports;
    return await store.transaction(async (tx) => {
      const { state } = await requireAccount(tx, id);
      if (state === 'disabled') throw accountDisabled();
      const link = await makeLink(tx, id, act, this.#ports);
      await audit.append(tx, { actor: act.by, action: 'password.link-made', subject: id });
      return link;
    });
  }

  /** For somebody who lost the telephone. */
  async removeSecondFactor(id: AccountId, act: Act): Promise<void> {
    const { store, audit } = this.#ports;
    await store.transaction(async (tx) => {
      await requireAccount(tx, id);
      await deleteSecondFactor(tx, id, act.at);
      await deleteSessions(tx, id, { except: undefined });
      await audit.append(tx, { actor: act.by, action: 'second-factor.removed', subject: id });
    });
  }

  /** @throws LumbungError ACCOUNT_UNKNOWN, AGENCY_UNKNOWN, ROLE_OVER, ROLE_HELD (operator) */
  async grant(id: AccountId, grant: NewGrant, act: Act): Promise<AccountView> {
    return await this.#ports.store.transaction(async (tx) => {
      await requireAccount(tx, id);
      await this.#grant(tx, id, grant, act);
      return await readView(tx, id);
    });
  }

  /** @throws LumbungError ACCOUNT_UNKNOWN, ROLE_UNKNOWN, ADMIN_LAST (operator) */
  async withdraw(id: AccountId, grantId: string, act: Act): Promise<AccountView> {
    const { store, audit } = this.#ports;
    return await store.transaction(async (tx) => {
      await requireAccount(tx, id);
      const gone = await deleteGrant(tx, id, grantId);
      if (gone === undefined) {
        throw new LumbungError('ROLE_UNKNOWN', {
          kind: 'operator',
          message: 'the account has no such role',
          hint: 'read the account again',
        });
      }
      requireAnAdmin(await everyAccountsRoles(tx), act.at);
      await audit.append(tx, {
        actor: act.by,
        action: 'role.withdrawn',
        subject: id,
        detail: roleDetail(gone.role, gone.agencyId),
      });
      return await readView(tx, id);
    });
  }

  async #grant(tx: Transaction, accountId: AccountId, grant: NewGrant, act: Act): Promise<void> {
    const { role, agencyId, validUntilAt } = grant;
    if (validUntilAt !== null && validUntilAt <= act.at) {
      throw new LumbungError('ROLE_OVER', {
        kind: 'operator',
        message: 'the role would have ended before it began',
        hint: 'choose an end in the future',
      });
    }
    if (agencyId !== null) await requireAgency(tx, agencyId);
    const held = (await grantsOf(tx, [accountId])).get(accountId) ?? [];
    if (held.some((each) => each.role === role && (each.agencyId ?? null) === agencyId)) {
      throw new LumbungError('ROLE_HELD', {
        kind: 'operator',
        message: 'the account has that role',
        context: { role },
        hint: 'withdraw it first to give it another end',
      });
    }
    const id = newId('role', this.#ports);
    await insertGrant(tx, { id, accountId, role, agencyId, validUntilAt, grantedBy: act.by, at: act.at });
    await this.#ports.audit.append(tx, {
      actor: act.by,
      action: 'role.granted',
      subject: accountId,
      detail: { ...roleDetail(role, agencyId ?? undefined), ...(validUntilAt === null ? {} : { validUntilAt }) },
    });
  }
}

/** @throws LumbungError ACCOUNT_UNKNOWN (operator) */
export async function requireAccount(queries: Queries, id: AccountId): Promise<Account> {
  const account = await findAccount(queries, id);
  if (account !== undefined) return account;
  throw new LumbungError('ACCOUNT_UNKNOWN', {
    kind: 'operator',
    message: 'there is no such account',
    hint: 'look at the list of accounts',
  });
}

/** @throws LumbungError LOGIN_NAME_TAKEN (operator) */
export async function requireFree(
  queries: Queries,
  wanted: { readonly email: string | null; readonly userName: string | null },
  except?: AccountId,
): Promise<void> {
  const taken = await takenLogin(queries, wanted, except);
  if (taken === undefined) return;
  throw new LumbungError('LOGIN_NAME_TAKEN', {
    kind: 'operator',
    message: `${taken} belongs to another account`,
    context: { name: taken },
    hint: 'choose another e-mail address or user name',
  });
}

export async function readView(queries: Queries, id: AccountId): Promise<AccountView> {
  const account = await requireAccount(queries, id);
  return viewOf(account, (await grantsOf(queries, [id])).get(id) ?? []);
}

async function requireAgency(queries: Queries, id: AgencyId): Promise<void> {
  const row = await queries.selectFrom('agency').select('id').where('id', '=', id).executeTakeFirst();
  if (row !== undefined) return;
  throw new LumbungError('AGENCY_UNKNOWN', {
    kind: 'operator',
    message: 'there is no such agency',
    hint: 'look at the list of agencies',
  });
}

function viewOf(account: Account, grants: readonly StoredGrant[]): AccountView {
  return {
    id: account.id,
    name: account.name,
    email: account.email ?? null,
    userName: account.userName ?? null,
    state: account.state,
    language: account.language ?? null,
    secondFactor: account.hasSecondFactor ? 'totp' : 'none',
    roles: inOrder(grants).map((grant) => ({
      id: grant.id,
      role: grant.role,
      agencyId: grant.agencyId ?? null,
      validUntilAt: grant.validUntilAt ?? null,
      grantedBy: grant.grantedBy,
      grantedAt: grant.grantedAt,
    })),
    lastLoginAt: account.lastLoginAt ?? null,
    createdAt: account.createdAt,
    revision: account.revision,
  };
}

function roleDetail(role: Role, agencyId: string | undefined): Record<string, string> {
  return { role, ...(agencyId === undefined ? {} : { agencyId }) };
}

function accountDisabled(): LumbungError {
  return new LumbungError('ACCOUNT_DISABLED', {
    kind: 'operator',
    message: 'the account is disabled',
    hint: 'enable it first',
  });
}

function loginNameNeeded(): LumbungError {
  return new LumbungError('LOGIN_NAME_NEEDED', {
    kind: 'operator',
    message: 'an account has an e-mail address or a user name',
    hint: 'keep one of them',
  });
}
