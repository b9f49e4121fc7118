import { type AccountView, type Language, newId } from '@lumbung/contracts';
import { type Clock, LumbungError, type Random } from '@lumbung/stdx';
import { z } from 'zod';
import type { PasswordHasher } from '../../crypto/password-hash.ts';
import type { Queries, Store, Transaction } from '../../store/store.ts';
import type { AccessAudit } from './access-audit.ts';
import { readView } from './accounts.service.ts';
import { countAccounts, insertAccount, insertGrant } from './accounts.store.ts';
import { setPasswordHash } from './credentials.store.ts';
import type { LoginGuard } from './login-guard.ts';
import { requireGoodPassword } from './password.rules.ts';
import { wordsOf } from './passwords.service.ts';
import { hashSecret, makeTypedCode, plainTypedCode } from './token.rules.ts';

export interface SetupPorts {
  readonly store: Store;
  readonly audit: AccessAudit;
  readonly clock: Clock;
  readonly random: Random;
  readonly hasher: PasswordHasher;
  readonly guard: LoginGuard;
}

export interface FirstAccount {
  readonly name: string;
  readonly email: string | null;
  readonly userName: string | null;
  readonly password: string;
  readonly language: Language | null;
}

const KEY = 'setup-code';
const CODE_MS = 24 * 3_600_000;
/** 80 bits: four signs of five, four times. */
const CODE_GROUPS = 4;
const storedCode = z.strictObject({ hash: z.string(), expiresAt: z.number() });

/** The first account, made by whoever can read what the server printed when it started. */
export class SetupService {
  readonly #ports: SetupPorts;

  constructor(ports: SetupPorts) {
    this.#ports = ports;
  }

  /** A code to print; a new start ends the one before. Undefined: there are accounts, set-up is done. */
  async begin(): Promise<string | undefined> {
    const { store, clock, random } = this.#ports;
    const code = makeTypedCode(random, CODE_GROUPS);
    const at = clock.nowMs();
    return await store.transaction(async (tx) => {
      if ((await countAccounts(tx)) > 0) return undefined;
      await writeCode(tx, { hash: hashSecret(plainTypedCode(code)), expiresAt: at + CODE_MS }, at);
      return code;
    });
  }

  async state(): Promise<'open' | 'done'> {
    return (await countAccounts(this.#ports.store.db)) === 0 ? 'open' : 'done';
  }

  /** @throws LumbungError SETUP_DONE, SETUP_CODE_REFUSED, PASSWORD_WEAK (operator), LOGIN_BLOCKED (transient) */
  async perform(
    code: string,
    first: FirstAccount,
    from: { readonly clientAddress: string; readonly at: number },
  ): Promise<AccountView> {
    const { store, audit, guard, hasher } = this.#ports;
    const { at } = from;
    // By its address alone: the code cannot be guessed, and nobody elsewhere may hold set-up up.
    const attempt = { name: `set-up from ${from.clientAddress}`, clientAddress: from.clientAddress };
    await guard.begin(attempt, at);
    if ((await this.state()) === 'done') throw setupDone();
    if (!(await isCode(store.db, code, at))) {
      await store.transaction(async (tx) => {
        await audit.append(tx, {
          actor: 'nobody',
          action: 'setup.failed',
          subject: 'setup',
          detail: { clientAddress: from.clientAddress },
        });
      });
      throw codeRefused();
    }
    requireGoodPassword(
      first.password,
      wordsOf({ name: first.name, email: first.email ?? undefined, userName: first.userName ?? undefined }),
    );
    const hash = await hasher.hash(first.password);
    return await store.transaction(async (tx) => {
      // Once more, now that nobody else writes: of two that come together one is the first.
      if ((await countAccounts(tx)) > 0) throw setupDone();
      if (!(await isCode(tx, code, at))) throw codeRefused();
      await tx.deleteFrom('installation').where('key', '=', KEY).execute();
      const id = newId('account', this.#ports);
      const { name, email, userName, language } = first;
      await insertAccount(tx, { id, name, email, userName, state: 'active', language, at });
      await setPasswordHash(tx, { id: newId('credential', this.#ports), accountId: id, hash, at });
      // One person begins alone and must be able to make backups; the roles of others are given to others.
      for (const role of ['admin', 'operator'] as const) {
        const grantId = newId('role', this.#ports);
        await insertGrant(tx, {
          id: grantId,
          accountId: id,
          role,
          agencyId: null,
          validUntilAt: null,
          grantedBy: null,
          at,
        });
      }
      await guard.succeeded(tx, attempt);
      await audit.append(tx, { actor: id, action: 'setup.done', subject: id, detail: { name } });
      return await readView(tx, id);
    });
  }
}

async function isCode(queries: Queries, code: string, at: number): Promise<boolean> {
  const row = await queries.selectFrom('installation').select('value').where('key', '=', KEY).executeTakeFirst();
  if (row === undefined) return false;
  const { hash, expiresAt } = storedCode.parse(JSON.parse(row.value));
  // Hashes are compared, not codes: how far they agree tells nothing about the code.
  return at < expiresAt && hash === hashSecret(plainTypedCode(code));
}

async function writeCode(tx: Transaction, code: z.output<typeof storedCode>, at: number): Promise<void> {
  const value = JSON.stringify(code);
  await tx
    .insertInto('installation')
    .values({ key: KEY, value, updated_at: at })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value, updated_at: at }))
    .execute();
}

function setupDone(): LumbungError {
  return new LumbungError('SETUP_DONE', {
    kind: 'operator',
    message: 'Lumbung was set up before',
    hint: 'log in; who has no account asks an administrator for one',
  });
}

function codeRefused(): LumbungError {
  return new LumbungError('SETUP_CODE_REFUSED', {
    kind: 'operator',
    message: 'that is not the code of this server, or it is over',
    hint: 'type the code that the server printed when it last started; a new start prints a new one',
  });
}
