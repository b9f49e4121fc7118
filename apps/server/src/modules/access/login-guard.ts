import { LumbungError } from '@lumbung/stdx';
import { addressGroup } from '../../http/client-address.ts';
import type { Store, Transaction } from '../../store/store.ts';
import { blockedUntil, type Failures, FORGET_AFTER_MS, type GuardKind, withFailure } from './login-guard.rules.ts';
import { hashSecret } from './token.rules.ts';

/** Who tries: the name that was typed, and where from. */
export interface LoginTry {
  readonly name: string;
  readonly clientAddress: string;
}

const HOUR_MS = 3_600_000;

/** Counts failed logins in the state, so that a restart forgets none. */
export class LoginGuard {
  readonly #store: Store;
  readonly #secret: string;
  #purgedAt = 0;

  /** @param secret goes into every key: what was typed cannot be found out from the table alone */
  constructor(store: Store, secret: string) {
    this.#store = store;
    this.#secret = secret;
  }

  /** Counts this try as a failure before it is made, so that many at once are counted as well; `succeeded` takes it back.
   *  @throws LumbungError LOGIN_BLOCKED (transient) */
  async begin(login: LoginTry, at: number): Promise<void> {
    const until = await this.#store.transaction(async (tx) => {
      await this.#purge(tx, at);
      const keys = this.#keysOf(login);
      const found = await failuresOf(
        tx,
        keys.map(({ key }) => key),
      );
      const blocked = Math.max(...keys.map(({ kind, key }) => blockedUntil(kind, found.get(key))));
      if (blocked > at) return blocked;
      for (const { key } of keys) await write(tx, key, withFailure(found.get(key), at));
      return 0;
    });
    if (until > at) throw loginBlocked(until - at);
  }

  /** The name is cleared; the address only of this try, else one good account of an office would cover all guesses there. */
  async succeeded(tx: Transaction, login: LoginTry): Promise<void> {
    for (const { kind, key } of this.#keysOf(login)) {
      if (kind === 'name') {
        await tx.deleteFrom('login_guard').where('key', '=', key).execute();
      } else {
        await tx
          .updateTable('login_guard')
          .set((eb) => ({ failures: eb('failures', '-', 1) }))
          .where('key', '=', key)
          .where('failures', '>', 0)
          .execute();
      }
    }
  }

  /** A name may be a password that was typed into the wrong field: it is not kept. */
  #keysOf({ name, clientAddress }: LoginTry): { readonly kind: GuardKind; readonly key: string }[] {
    const keyOf = (kind: GuardKind, text: string) => ({ kind, key: hashSecret(`${this.#secret} ${kind} ${text}`) });
    return [keyOf('name', name.toLowerCase()), keyOf('address', addressGroup(clientAddress))];
  }

  async #purge(tx: Transaction, at: number): Promise<void> {
    if (at - this.#purgedAt < HOUR_MS) return;
    this.#purgedAt = at;
    await tx
      .deleteFrom('login_guard')
      .where('last_at', '<', at - FORGET_AFTER_MS)
      .execute();
  }
}

function loginBlocked(waitMs: number): LumbungError {
  return new LumbungError('LOGIN_BLOCKED', {
    kind: 'transient',
    message: 'too many failed logins',
    context: { waitSeconds: Math.ceil(waitMs / 1000) },
    hint: 'wait, then try again; an administrator can send a link to choose a new password',
  });
}

async function failuresOf(tx: Transaction, keys: readonly string[]): Promise<Map<string, Failures>> {
  const rows = await tx
    .selectFrom('login_guard')
    .selectAll()
    .where('key', 'in', [...keys])
    .execute();
  return new Map(rows.map((row) => [row.key, { count: row.failures, lastAt: row.last_at }]));
}

async function write(tx: Transaction, key: string, { count, lastAt }: Failures): Promise<void> {
  await tx
    .insertInto('login_guard')
    .values({ key, failures: count, last_at: lastAt })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ failures: count, last_at: lastAt }))
    .execute();
}
