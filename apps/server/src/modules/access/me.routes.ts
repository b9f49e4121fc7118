import { ACTIONS, type AgencyId, type Caller, reachOf } from '@lumbung/contracts';
import {
  accountSchema,
  anyIdField,
  backupCodesSchema,
  confirmedSchema,
  createdTokenSchema,
  deviceDecisionSchema,
  deviceSeenSchema,
  meSchema,
  myChangeSchema,
  newTokenSchema,
  passwordChangeSchema,
  secondFactorBegunSchema,
  sessionSchema,
  tokenSchema,
  totpSchema,
  userCodeField,
} from '@lumbung/contracts/schemas';
import { assert } from '@lumbung/stdx';
import { z } from 'zod';
import { named } from '../../http/named.ts';
import { defineRoute, type Route, type RouteContext } from '../../http/route.ts';
import { revisioned } from './accounts.routes.ts';
import type { AccountService } from './accounts.service.ts';
import type { DeviceService } from './devices.service.ts';
import { requestOf, setCookies } from './login.routes.ts';
import type { LoginService } from './login.service.ts';
import type { PasswordService } from './passwords.service.ts';
import type { OwnAct, SecondFactorService } from './second-factor.service.ts';
import type { SessionService } from './sessions.service.ts';
import type { TokenService } from './tokens.service.ts';

export interface MyRoutePorts {
  readonly accounts: AccountService;
  readonly passwords: PasswordService;
  readonly secondFactor: SecondFactorService;
  readonly sessions: SessionService;
  readonly tokens: TokenService;
  readonly devices: DeviceService;
  readonly login: LoginService;
}

const TAG = 'My account';
const wrongPassword = { ACCOUNT_PASSWORD_WRONG: 403, LOGIN_BLOCKED: 429 } as const;

/** What everybody does with their own account. */
export function myRoutes(ports: MyRoutePorts): Route[] {
  return [...identity(ports), ...secondFactor(ports), ...sessionsAndTokens(ports), ...device(ports)];
}

function identity({ accounts, passwords, login }: MyRoutePorts): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/me',
      action: 'me.read',
      tag: TAG,
      summary: 'Who am I, and what may I do',
      answer: { kind: 'body', status: 200, schema: named('Me', meSchema), what: 'Account, roles, open actions' },
      handle: async (_, context) => {
        const account = await accounts.read(context.accountId);
        const caller = callerOf(context);
        return {
          body: {
            account,
            via: caller.via.kind,
            secondFactor: caller.secondFactor,
            actions: openActions(caller, context.at),
          },
          revision: account.revision,
        };
      },
    }),
    defineRoute({
      method: 'patch',
      path: '/me',
      action: 'me.update',
      tag: TAG,
      summary: 'Change my name or language',
      body: myChangeSchema,
      revisioned: true,
      answer: { kind: 'body', status: 200, schema: named('Account', accountSchema), what: 'The account as it is now' },
      handle: async ({ body }, context) =>
        revisioned(
          await accounts.change(context.accountId, body, {
            act: { by: context.accountId, at: context.at },
            expected: context.expectedRevision(),
          }),
        ),
    }),
    defineRoute({
      method: 'post',
      path: '/me/password',
      action: 'me.password',
      tag: TAG,
      summary: 'Change my password',
      description: 'Other sessions of the account end.',
      body: passwordChangeSchema,
      limit: 'guessing',
      answer: { kind: 'empty', what: 'Changed' },
      errors: { ...wrongPassword, PASSWORD_WEAK: 422 },
      handle: async ({ body }, context) => {
        const { currentPassword: current, newPassword: next } = body;
        await passwords.change(context.accountId, { current, next }, ownAct(context));
      },
    }),
    defineRoute({
      method: 'post',
      path: '/logout',
      action: 'logout.perform',
      tag: TAG,
      summary: 'End this session',
      answer: { kind: 'empty', what: 'Ended' },
      handle: async (_, context) => {
        const { via } = callerOf(context);
        const sessionId = via.kind === 'session' ? via.sessionId : undefined;
        setCookies(context, await login.logout(context.accountId, sessionId, requestOf(context)));
      },
    }),
  ];
}

function secondFactor({ secondFactor: service }: MyRoutePorts): Route[] {
  return [
    defineRoute({
      method: 'post',
      path: '/me/second-factor',
      action: 'me.second-factor',
      tag: TAG,
      summary: 'Begin to set up a second factor',
      body: confirmedSchema,
      limit: 'guessing',
      answer: { kind: 'body', status: 200, schema: secondFactorBegunSchema, what: 'Its secret and backup codes, once' },
      answerIsSecret: true,
      errors: { ...wrongPassword, SECOND_FACTOR_HELD: 409 },
      handle: async ({ body }, context) => ({ body: await service.begin(body.password, ownAct(context)) }),
    }),
    defineRoute({
      method: 'post',
      path: '/me/second-factor/confirm',
      action: 'me.second-factor',
      tag: TAG,
      summary: 'Confirm it with its first code',
      body: totpSchema,
      limit: 'guessing',
      answer: { kind: 'empty', what: 'In force; other sessions ended' },
      errors: { LOGIN_CODE_REFUSED: 403, SECOND_FACTOR_HELD: 409 },
      handle: async ({ body }, context) => {
        setCookies(context, await service.confirm(body.code, ownAct(context)));
      },
    }),
    defineRoute({
      method: 'post',
      path: '/me/second-factor/remove',
      action: 'me.second-factor',
      tag: TAG,
      summary: 'Remove my second factor',
      body: confirmedSchema,
      limit: 'guessing',
      answer: { kind: 'empty', what: 'Removed; other sessions ended' },
      errors: wrongPassword,
      handle: async ({ body }, context) => {
        await service.remove(body.password, ownAct(context));
      },
    }),
    defineRoute({
      method: 'post',
      path: '/me/second-factor/backup-codes',
      action: 'me.second-factor',
      tag: TAG,
      summary: 'Make new backup codes',
      body: confirmedSchema,
      limit: 'guessing',
      answer: { kind: 'body', status: 200, schema: backupCodesSchema, what: 'The codes, once' },
      answerIsSecret: true,
      errors: { ...wrongPassword, SECOND_FACTOR_NOT_SET: 409 },
      handle: async ({ body }, context) => ({
        body: { backupCodes: await service.newBackupCodes(body.password, ownAct(context)) },
      }),
    }),
  ];
}

function sessionsAndTokens({ sessions, tokens }: MyRoutePorts): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/me/sessions',
      action: 'me.session',
      tag: TAG,
      summary: 'List my open sessions',
      answer: {
        kind: 'body',
        status: 200,
        schema: z.strictObject({ items: z.array(named('Session', sessionSchema)) }),
        what: 'The sessions, the latest first',
      },
      handle: async (_, context) => {
        const { sessionId: current, at } = ownAct(context);
        return { body: { items: await sessions.list(context.accountId, { current, at }) } };
      },
    }),
    defineRoute({
      method: 'delete',
      path: '/me/sessions/{sessionId}',
      action: 'me.session',
      tag: TAG,
      summary: 'End one of my sessions',
      params: z.strictObject({ sessionId: anyIdField }),
      answer: { kind: 'empty', what: 'Ended' },
      errors: { SESSION_UNKNOWN: 404 },
      handle: async ({ params: { sessionId } }, context) => {
        await sessions.end(context.accountId, sessionId, { by: context.accountId, at: context.at });
      },
    }),
    defineRoute({
      method: 'get',
      path: '/me/tokens',
      action: 'me.token',
      tag: TAG,
      summary: 'List my tokens',
      answer: {
        kind: 'body',
        status: 200,
        schema: z.strictObject({ items: z.array(named('Token', tokenSchema)) }),
        what: 'The tokens, the latest first',
      },
      handle: async (_, context) => ({ body: { items: await tokens.list(context.accountId) } }),
    }),
    defineRoute({
      method: 'post',
      path: '/me/tokens',
      action: 'me.token',
      tag: TAG,
      summary: 'Make a token for a program',
      body: newTokenSchema,
      answer: { kind: 'body', status: 201, schema: named('CreatedToken', createdTokenSchema), what: 'The token, once' },
      answerIsSecret: true,
      handle: async ({ body }, context) => {
        const { token, details } = await tokens.create(context.accountId, body, context.at);
        return { body: { token, details: { ...details, scopes: [...details.scopes] } } };
      },
    }),
    defineRoute({
      method: 'delete',
      path: '/me/tokens/{tokenId}',
      action: 'me.token',
      tag: TAG,
      summary: 'Revoke one of my tokens',
      params: z.strictObject({ tokenId: anyIdField }),
      answer: { kind: 'empty', what: 'Revoked' },
      errors: { TOKEN_UNKNOWN: 404 },
      handle: async ({ params: { tokenId } }, context) => {
        await tokens.revoke(context.accountId, tokenId, { by: context.accountId, at: context.at });
      },
    }),
  ];
}

function device({ devices }: MyRoutePorts): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/me/device',
      action: 'me.device',
      tag: TAG,
      summary: 'Which program shows this code',
      query: z.strictObject({ userCode: userCodeField }),
      limit: 'guessing',
      answer: { kind: 'body', status: 200, schema: deviceSeenSchema, what: 'The program' },
      errors: { DEVICE_CODE_OVER: 410 },
      handle: async ({ query }, context) => ({ body: await devices.look(query.userCode, requestOf(context)) }),
    }),
    defineRoute({
      method: 'post',
      path: '/me/device',
      action: 'me.device',
      tag: TAG,
      summary: 'Let a program in, or not',
      body: deviceDecisionSchema,
      limit: 'guessing',
      answer: { kind: 'empty', what: 'Decided' },
      errors: { DEVICE_CODE_OVER: 410 },
      handle: async ({ body }, context) => {
        const act = { ...requestOf(context), accountId: context.accountId };
        await devices.decide(body.userCode, body.decision, act);
      },
    }),
  ];
}

function callerOf({ caller }: RouteContext): Caller {
  assert(caller !== undefined, 'an action of an account has a caller');
  return caller;
}

/** An act of somebody in a session: the matrix lets no token in here. */
function ownAct(context: RouteContext): OwnAct {
  const { via, accountId } = callerOf(context);
  assert(via.kind === 'session', 'an interactive action has a session');
  return { ...requestOf(context), accountId, sessionId: via.sessionId };
}

function openActions(caller: Caller, at: number): Record<string, 'all' | AgencyId[]> {
  const open: [string, 'all' | AgencyId[]][] = ACTIONS.flatMap((action) => {
    const reach = reachOf(caller, action, at);
    if (reach.kind === 'nothing') return [];
    return [[action, reach.kind === 'all' ? ('all' as const) : [...reach.agencyIds]]];
  });
  return Object.fromEntries(open);
}
