import type { AccountId } from '@lumbung/contracts';
import { LumbungError } from '@lumbung/stdx';
import { z } from 'zod';
import type { Store } from '../../store/store.ts';
import type { AccessAudit } from './access-audit.ts';
import { requireAccount } from './accounts.service.ts';
import type { Auth } from './auth.ts';
import { deleteSecondFactor, deleteSessions } from './credentials.store.ts';
import { headersFor, type LoginRequest } from './login.service.ts';
import type { PasswordService } from './passwords.service.ts';

export interface SecondFactorPorts {
  readonly store: Store;
  readonly auth: Auth;
  readonly audit: AccessAudit;
  readonly passwords: PasswordService;
}

/** Who sets it up, in which session. */
export interface OwnAct extends LoginRequest {
  readonly accountId: AccountId;
  readonly sessionId: string;
}

const begun = z.looseObject({ totpURI: z.string(), backupCodes: z.array(z.string()) });
const codes = z.looseObject({ backupCodes: z.array(z.string()) });

/** Time-based one-time passwords (RFC 6238), and ten codes for the day the telephone is gone. */
export class SecondFactorService {
  readonly #ports: SecondFactorPorts;

  constructor(ports: SecondFactorPorts) {
    this.#ports = ports;
  }

  /** Not in force before the first code was confirmed: nobody locks themselves out by a picture they did not scan.
   *  @throws LumbungError SECOND_FACTOR_HELD, ACCOUNT_PASSWORD_WRONG (operator), LOGIN_BLOCKED (transient) */
  async begin(password: string, act: OwnAct): Promise<{ readonly uri: string; readonly backupCodes: string[] }> {
    const { store, auth, passwords } = this.#ports;
    await passwords.confirm(act.accountId, password, act);
    if ((await requireAccount(store.db, act.accountId)).hasSecondFactor) throw secondFactorHeld();
    const response = await auth.api.enableTwoFactor({ body: { password, method: 'totp' }, ...this.#as(act) });
    const { totpURI, backupCodes } = begun.parse(await answerOf(response));
    return { uri: totpURI, backupCodes };
  }

  /** @returns cookies: the session goes on under a new name @throws LumbungError LOGIN_CODE_REFUSED (operator) */
  async confirm(code: string, act: OwnAct): Promise<readonly string[]> {
    const { store, auth, audit } = this.#ports;
    if ((await requireAccount(store.db, act.accountId)).hasSecondFactor) throw secondFactorHeld();
    const response = await auth.api.verifyTOTP({ body: { code }, ...this.#as(act) });
    if (!response.ok) {
      throw new LumbungError('LOGIN_CODE_REFUSED', {
        kind: 'operator',
        message: 'the code is not good',
        hint: 'wait for the next code; check that the clock of the telephone is right',
      });
    }
    await store.transaction(async (tx) => {
      // Whoever holds another session has not shown a second factor.
      const kept = await newestSession(tx, act.accountId);
      await deleteSessions(tx, act.accountId, { except: kept });
      await audit.append(tx, { actor: act.accountId, action: 'second-factor.set', subject: act.accountId });
    });
    return response.headers.getSetCookie();
  }

  /** @throws LumbungError ACCOUNT_PASSWORD_WRONG (operator), LOGIN_BLOCKED (transient) */
  async remove(password: string, act: OwnAct): Promise<void> {
    const { store, audit, passwords } = this.#ports;
    await passwords.confirm(act.accountId, password, act);
    await store.transaction(async (tx) => {
      await deleteSecondFactor(tx, act.accountId, act.at);
      await deleteSessions(tx, act.accountId, { except: act.sessionId });
      await audit.append(tx, {
        actor: act.accountId,
        action: 'second-factor.removed',
        subject: act.accountId,
      });
    });
  }

  /** Those from before are good no more.
   *  @throws LumbungError SECOND_FACTOR_NOT_SET, ACCOUNT_PASSWORD_WRONG (operator), LOGIN_BLOCKED (transient) */
  async newBackupCodes(password: string, act: OwnAct): Promise<string[]> {
    const { store, auth, audit, passwords } = this.#ports;
    await passwords.confirm(act.accountId, password, act);
    if (!(await requireAccount(store.db, act.accountId)).hasSecondFactor) {
      throw new LumbungError('SECOND_FACTOR_NOT_SET', {
        kind: 'operator',
        message: 'the account has no second factor',
        hint: 'set one up first',
      });
    }
    const response = await auth.api.generateBackupCodes({ body: { password }, ...this.#as(act) });
    const { backupCodes } = codes.parse(await answerOf(response));
    await store.transaction(async (tx) => {
      await audit.append(tx, {
        actor: act.accountId,
        action: 'second-factor.backup-codes',
        subject: act.accountId,
      });
    });
    return backupCodes;
  }

  #as(act: OwnAct): { readonly headers: Headers; readonly asResponse: true } {
    return { headers: headersFor(act, act.headers.get('cookie')), asResponse: true };
  }
}

async function newestSession(
  tx: Parameters<typeof deleteSessions>[0],
  accountId: AccountId,
): Promise<string | undefined> {
  const row = await tx
    .selectFrom('session')
    .select('id')
    .where('account_id', '=', accountId)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.id;
}

/** better-auth was asked for what was checked before: a refusal is not the caller's fault. */
async function answerOf(response: Response): Promise<unknown> {
  if (response.ok) return await response.json();
  throw new LumbungError('BUG_AUTH_REFUSED', {
    kind: 'bug',
    message: `better-auth refused what was checked before: ${response.status}`,
  });
}

function secondFactorHeld(): LumbungError {
  return new LumbungError('SECOND_FACTOR_HELD', {
    kind: 'operator',
    message: 'the account has a second factor',
    hint: 'remove it first to set up another one',
  });
}
