import {
  accountChangeSchema,
  accountIdField,
  accountSchema,
  accountStateField,
  anyIdField,
  createdAccountSchema,
  newAccountSchema,
  newGrantSchema,
  passwordLinkSchema,
  sessionSchema,
  tokenSchema,
} from '@lumbung/contracts/schemas';
import { z } from 'zod';
import { named } from '../../http/named.ts';
import { cutPage, pageOf, pageQuery, parseCursor } from '../../http/pagination.ts';
import { defineRoute, type Route, type RouteContext } from '../../http/route.ts';
import type { AccountService, Act } from './accounts.service.ts';
import type { SessionService } from './sessions.service.ts';
import type { TokenService } from './tokens.service.ts';

export interface AccountRoutePorts {
  readonly accounts: AccountService;
  readonly sessions: SessionService;
  readonly tokens: TokenService;
}

const TAG = 'Accounts';
const account = named('Account', accountSchema);
const passwordLink = named('PasswordLink', passwordLinkSchema);
const params = z.strictObject({ accountId: accountIdField });
const unknown = { ACCOUNT_UNKNOWN: 404 } as const;
const cursor = z.tuple([accountIdField]);

const actOf = ({ accountId, at }: RouteContext): Act => ({ by: accountId, at });

/** What administrators do with accounts. */
export function accountRoutes({ accounts, sessions, tokens }: AccountRoutePorts): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/accounts',
      action: 'account.read',
      tag: TAG,
      summary: 'List accounts with their roles',
      query: pageQuery.extend({ state: accountStateField.optional() }),
      answer: { kind: 'body', status: 200, schema: pageOf(account), what: 'A page of accounts' },
      handle: async ({ query }) => {
        const after = parseCursor(query.cursor, cursor)?.[0];
        const rows = await accounts.list({ limit: query.limit + 1, after, state: query.state });
        return { body: cutPage(rows, query.limit, { keysOf: ({ id }) => [id], itemOf: (row) => row }) };
      },
    }),
    defineRoute({
      method: 'post',
      path: '/accounts',
      action: 'account.manage',
      tag: TAG,
      summary: 'Make an account',
      description: 'It begins with a link, shown once, by which its owner chooses a password.',
      body: newAccountSchema,
      answer: { kind: 'body', status: 201, schema: named('CreatedAccount', createdAccountSchema), what: 'The account' },
      answerIsSecret: true,
      errors: { LOGIN_NAME_TAKEN: 409, AGENCY_UNKNOWN: 422, ROLE_OVER: 422, ROLE_HELD: 422 },
      handle: async ({ body }, context) => {
        const created = await accounts.create(body, actOf(context));
        return {
          body: { account: created.account, passwordLink: created.link },
          revision: created.account.revision,
        };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/accounts/{accountId}',
      action: 'account.read',
      tag: TAG,
      summary: 'Read an account',
      params,
      answer: { kind: 'body', status: 200, schema: account, what: 'The account' },
      errors: unknown,
      handle: async ({ params: { accountId } }) => revisioned(await accounts.read(accountId)),
    }),
    defineRoute({
      method: 'patch',
      path: '/accounts/{accountId}',
      action: 'account.manage',
      tag: TAG,
      summary: 'Change name, addresses or language',
      params,
      body: accountChangeSchema,
      revisioned: true,
      answer: { kind: 'body', status: 200, schema: account, what: 'The account as it is now' },
      errors: { ...unknown, LOGIN_NAME_TAKEN: 409, LOGIN_NAME_NEEDED: 422 },
      handle: async ({ params: { accountId }, body }, context) =>
        revisioned(
          await accounts.change(accountId, body, { act: actOf(context), expected: context.expectedRevision() }),
        ),
    }),
    defineRoute({
      method: 'post',
      path: '/accounts/{accountId}/disable',
      action: 'account.manage',
      tag: TAG,
      summary: 'Disable an account',
      description: 'Its sessions and tokens end at once.',
      params,
      answer: { kind: 'body', status: 200, schema: account, what: 'The account as it is now' },
      errors: { ...unknown, ADMIN_LAST: 409, ACCOUNT_OWN: 409 },
      handle: async ({ params: { accountId } }, context) =>
        revisioned(await accounts.disable(accountId, actOf(context))),
    }),
    defineRoute({
      method: 'post',
      path: '/accounts/{accountId}/enable',
      action: 'account.manage',
      tag: TAG,
      summary: 'Enable a disabled account',
      params,
      answer: { kind: 'body', status: 200, schema: account, what: 'The account as it is now' },
      errors: unknown,
      handle: async ({ params: { accountId } }, context) =>
        revisioned(await accounts.enable(accountId, actOf(context))),
    }),
    defineRoute({
      method: 'post',
      path: '/accounts/{accountId}/password-link',
      action: 'account.reset-password',
      tag: TAG,
      summary: 'Make a link to choose a new password',
      params,
      answer: { kind: 'body', status: 201, schema: passwordLink, what: 'The link, shown once' },
      answerIsSecret: true,
      errors: { ...unknown, ACCOUNT_DISABLED: 409 },
      handle: async ({ params: { accountId } }, context) => ({
        body: await accounts.sendPasswordLink(accountId, actOf(context)),
      }),
    }),
    defineRoute({
      method: 'delete',
      path: '/accounts/{accountId}/second-factor',
      action: 'account.reset-password',
      tag: TAG,
      summary: 'Remove a lost second factor',
      params,
      answer: { kind: 'empty', what: 'Removed; its sessions ended' },
      errors: unknown,
      handle: async ({ params: { accountId } }, context) => {
        await accounts.removeSecondFactor(accountId, actOf(context));
      },
    }),
    defineRoute({
      method: 'post',
      path: '/accounts/{accountId}/roles',
      action: 'role.grant',
      tag: TAG,
      summary: 'Give a role',
      params,
      body: newGrantSchema,
      answer: { kind: 'body', status: 201, schema: account, what: 'The account as it is now' },
      errors: { ...unknown, AGENCY_UNKNOWN: 422, ROLE_OVER: 422, ROLE_HELD: 409 },
      handle: async ({ params: { accountId }, body }, context) =>
        revisioned(await accounts.grant(accountId, body, actOf(context))),
    }),
    defineRoute({
      method: 'delete',
      path: '/accounts/{accountId}/roles/{roleId}',
      action: 'role.grant',
      tag: TAG,
      summary: 'Withdraw a role',
      params: params.extend({ roleId: anyIdField }),
      answer: { kind: 'body', status: 200, schema: account, what: 'The account as it is now' },
      errors: { ...unknown, ROLE_UNKNOWN: 404, ADMIN_LAST: 409 },
      handle: async ({ params: { accountId, roleId } }, context) =>
        revisioned(await accounts.withdraw(accountId, roleId, actOf(context))),
    }),
    defineRoute({
      method: 'get',
      path: '/accounts/{accountId}/sessions',
      action: 'session.read',
      tag: TAG,
      summary: 'List open sessions of an account',
      params,
      answer: {
        kind: 'body',
        status: 200,
        schema: z.strictObject({ items: z.array(named('Session', sessionSchema)) }),
        what: 'The sessions, the latest first',
      },
      errors: unknown,
      handle: async ({ params: { accountId } }, { at }) => {
        await accounts.read(accountId);
        return { body: { items: await sessions.list(accountId, { current: undefined, at }) } };
      },
    }),
    defineRoute({
      method: 'delete',
      path: '/accounts/{accountId}/sessions/{sessionId}',
      action: 'session.revoke',
      tag: TAG,
      summary: 'End a session of an account',
      params: params.extend({ sessionId: anyIdField }),
      answer: { kind: 'empty', what: 'Ended' },
      errors: { SESSION_UNKNOWN: 404 },
      handle: async ({ params: { accountId, sessionId } }, context) => {
        await sessions.end(accountId, sessionId, actOf(context));
      },
    }),
    defineRoute({
      method: 'get',
      path: '/accounts/{accountId}/tokens',
      action: 'token.read',
      tag: TAG,
      summary: 'List tokens of an account',
      params,
      answer: {
        kind: 'body',
        status: 200,
        schema: z.strictObject({ items: z.array(named('Token', tokenSchema)) }),
        what: 'The tokens, the latest first',
      },
      errors: unknown,
      handle: async ({ params: { accountId } }) => {
        await accounts.read(accountId);
        return { body: { items: await tokens.list(accountId) } };
      },
    }),
    defineRoute({
      method: 'delete',
      path: '/accounts/{accountId}/tokens/{tokenId}',
      action: 'token.revoke',
      tag: TAG,
      summary: 'Revoke a token of an account',
      params: params.extend({ tokenId: anyIdField }),
      answer: { kind: 'empty', what: 'Revoked' },
      errors: { TOKEN_UNKNOWN: 404 },
      handle: async ({ params: { accountId, tokenId } }, context) => {
        await tokens.revoke(accountId, tokenId, actOf(context));
      },
    }),
  ];
}

/** A document with its revision as ETag. */
export function revisioned<Body extends { readonly revision: number }>(
  body: Body,
): { readonly body: Body; readonly revision: number } {
  return { body, revision: body.revision };
}
