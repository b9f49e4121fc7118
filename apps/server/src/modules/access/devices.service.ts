// `lumbung login` (RFC 8628): a program shows a short code, a person who is logged in types it on the web page, and the
// program, which asked meanwhile with a long one, gets a token of that account.
import type { AccountId } from '@lumbung/contracts';
import { type Clock, LumbungError, type Random } from '@lumbung/stdx';
import { z } from 'zod';
import type { Store } from '../../store/store.ts';
import type { AccessAudit } from './access-audit.ts';
import type { Auth } from './auth.ts';
import { deleteSessions } from './credentials.store.ts';
import { headersFor, type LoginRequest } from './login.service.ts';
import { type CreatedToken, createToken } from './tokens.service.ts';

export interface DevicePorts {
  readonly store: Store;
  readonly auth: Auth;
  readonly audit: AccessAudit;
  readonly clock: Clock;
  readonly random: Random;
}

const DEVICE_TOKEN_DAYS = 90;
const CLIENT = 'lumbung-cli';

const startedSchema = z.looseObject({
  device_code: z.string(),
  user_code: z.string(),
  expires_in: z.number(),
  interval: z.number(),
});
const refusedSchema = z.looseObject({ error: z.string() });
const redeemedSchema = z.looseObject({ access_token: z.string() });

export interface DeviceStarted {
  readonly deviceCode: string;
  readonly userCode: string;
  readonly expiresInSeconds: number;
  readonly pollSeconds: number;
}

export type DevicePoll = { readonly state: 'waiting' | 'slow-down' } | ({ readonly state: 'approved' } & CreatedToken);

export class DeviceService {
  readonly #ports: DevicePorts;

  constructor(ports: DevicePorts) {
    this.#ports = ports;
  }

  async start(clientName: string, request: LoginRequest): Promise<DeviceStarted> {
    const response = await this.#ports.auth.api.deviceCode({
      body: { client_id: CLIENT, scope: clientName },
      headers: headersFor(request, null),
      asResponse: true,
    });
    const started = startedSchema.parse(await response.json());
    return {
      deviceCode: started.device_code,
      userCode: shownUserCode(started.user_code),
      expiresInSeconds: started.expires_in,
      pollSeconds: started.interval,
    };
  }

  /** What a person sees before deciding; from then on the code is theirs to decide.
   *  @throws LumbungError DEVICE_CODE_OVER (operator) */
  async look(
    userCode: string,
    request: LoginRequest,
  ): Promise<{ readonly clientName: string; readonly state: 'pending' | 'approved' | 'denied' }> {
    const response = await this.#ports.auth.api.deviceVerify({
      query: { user_code: userCode },
      headers: headersFor(request, request.headers.get('cookie')),
      asResponse: true,
    });
    if (!response.ok) throw deviceCodeOver();
    const { status, scope } = z
      .looseObject({ status: z.enum(['pending', 'approved', 'denied']), scope: z.string().default('') })
      .parse(await response.json());
    return { clientName: scope, state: status };
  }

  /** @throws LumbungError DEVICE_CODE_OVER (operator) */
  async decide(
    userCode: string,
    decision: 'approve' | 'deny',
    act: LoginRequest & { readonly accountId: AccountId },
  ): Promise<void> {
    const { store, auth, audit } = this.#ports;
    // Claims the code for this account, unless another one has: only then may it be decided.
    const { clientName } = await this.look(userCode, act);
    const call = { body: { userCode }, headers: headersFor(act, act.headers.get('cookie')), asResponse: true } as const;
    const response = decision === 'approve' ? await auth.api.deviceApprove(call) : await auth.api.deviceDeny(call);
    if (!response.ok) throw deviceCodeOver();
    await store.transaction(async (tx) => {
      await audit.append(tx, {
        actor: act.accountId,
        action: decision === 'approve' ? 'device.approved' : 'device.denied',
        subject: act.accountId,
        detail: { clientName, clientAddress: act.clientAddress },
      });
    });
  }

  /** The token is given once: the code is spent with it.
   *  @throws LumbungError DEVICE_CODE_OVER, DEVICE_DENIED (operator) */
  async poll(deviceCode: string, request: LoginRequest): Promise<DevicePoll> {
    const { auth, store } = this.#ports;
    const clientName = await this.#clientName(deviceCode);
    const response = await auth.api.deviceToken({
      body: {
        grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
        device_code: deviceCode,
        client_id: CLIENT,
      },
      headers: headersFor(request, null),
      asResponse: true,
    });
    const answer: unknown = await response.json();
    if (!response.ok) return refusedPoll(refusedSchema.safeParse(answer).data?.error);
    const { access_token: session } = redeemedSchema.parse(answer);
    return await store.transaction(async (tx) => {
      // What better-auth gives is a session; a program holds a token that can be seen, narrowed and revoked by itself.
      const row = await tx
        .selectFrom('session')
        .select(['id', 'account_id'])
        .where('token', '=', session)
        .executeTakeFirstOrThrow();
      await deleteSessions(tx, row.account_id, { only: row.id });
      const wanted = { name: clientName, scopes: ['*'], daysValid: DEVICE_TOKEN_DAYS } as const;
      const created = await createToken(tx, row.account_id, wanted, request.at, this.#ports);
      return { state: 'approved', ...created };
    });
  }

  async #clientName(deviceCode: string): Promise<string> {
    const row = await this.#ports.store.db
      .selectFrom('device_code')
      .select('scope')
      .where('device_code', '=', deviceCode)
      .executeTakeFirst();
    return row?.scope ?? 'lumbung login';
  }
}

function refusedPoll(error: string | undefined): DevicePoll {
  switch (error) {
    case 'authorization_pending':
      return { state: 'waiting' };
    case 'slow_down':
      return { state: 'slow-down' };
    case 'access_denied':
      throw new LumbungError('DEVICE_DENIED', {
        kind: 'operator',
        message: 'the login was denied on the web page',
        hint: 'begin again, and approve it there',
      });
    default:
      throw deviceCodeOver();
  }
}

/** `ABCD-EFGH`: two groups are read and typed more surely than one. */
function shownUserCode(code: string): string {
  return `${code.slice(0, 4)}-${code.slice(4)}`;
}

function deviceCodeOver(): LumbungError {
  return new LumbungError('DEVICE_CODE_OVER', {
    kind: 'operator',
    message: 'the code was used, is over, or never was one',
    hint: 'run lumbung login again for a new code',
  });
}
