import { anyIdField, approvalDecisionSchema, approvalSchema, newApprovalSchema } from '@lumbung/contracts/schemas';
import { assert } from '@lumbung/stdx';
import { z } from 'zod';
import { named } from '../../http/named.ts';
import { cutPage, pageOf, pageQuery, parseCursor } from '../../http/pagination.ts';
import { defineRoute, type Route } from '../../http/route.ts';
import type { ApprovalService } from './approvals.service.ts';

const TAG = 'Approvals';
const approval = named('Approval', approvalSchema);
const params = z.strictObject({ approvalId: anyIdField });
const unknown = { APPROVAL_UNKNOWN: 404 } as const;
const cursor = z.tuple([anyIdField]);

/** The word of a second person: asked for, given, refused, withdrawn. It is used where the act is. */
export function approvalRoutes(approvals: ApprovalService): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/approvals',
      action: 'approval.read',
      tag: TAG,
      summary: 'List approvals, the latest first',
      query: pageQuery,
      answer: { kind: 'body', status: 200, schema: pageOf(approval), what: 'A page of approvals' },
      handle: async ({ query }, context) => {
        const before = parseCursor(query.cursor, cursor)?.[0];
        const page = { limit: query.limit + 1, before, reach: context.reach() };
        const rows = await approvals.list(page, context.at);
        return { body: cutPage(rows, query.limit, { keysOf: ({ id }) => [id], itemOf: (row) => row }) };
      },
    }),
    defineRoute({
      method: 'post',
      path: '/approvals',
      action: 'approval.request',
      tag: TAG,
      summary: 'Ask for an approval',
      body: newApprovalSchema,
      answer: { kind: 'body', status: 201, schema: approval, what: 'The approval, open' },
      errors: { APPROVAL_NOT_NEEDED: 422, AGENCY_UNKNOWN: 422 },
      handle: async ({ body }, context) => {
        context.authorise({ agencyId: body.agencyId });
        assert(context.caller !== undefined, 'who asks has an account');
        return { body: await approvals.request(body, context.caller, context.at) };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/approvals/{approvalId}',
      action: 'approval.read',
      tag: TAG,
      summary: 'Read an approval',
      params,
      answer: { kind: 'body', status: 200, schema: approval, what: 'The approval' },
      errors: unknown,
      handle: async ({ params: { approvalId } }, context) => {
        const found = await approvals.read(approvalId, context.at);
        context.authorise({ agencyId: found.agencyId });
        return { body: found };
      },
    }),
    defineRoute({
      method: 'post',
      path: '/approvals/{approvalId}/decision',
      action: 'approval.decide',
      tag: TAG,
      summary: 'Approve or refuse',
      params,
      body: approvalDecisionSchema,
      answer: { kind: 'body', status: 200, schema: approval, what: 'The approval as it is now' },
      errors: { ...unknown, APPROVAL_OVER: 409, APPROVAL_NOT_YOURS: 403 },
      handle: async ({ params: { approvalId }, body }, context) => {
        const { agencyId } = await approvals.read(approvalId, context.at);
        context.authorise({ agencyId });
        assert(context.caller !== undefined, 'who decides has an account');
        return { body: await approvals.decide(approvalId, body, context.caller, context.at) };
      },
    }),
    defineRoute({
      method: 'delete',
      path: '/approvals/{approvalId}',
      action: 'approval.request',
      tag: TAG,
      summary: 'Withdraw what I asked for',
      params,
      answer: { kind: 'empty', what: 'Withdrawn' },
      errors: { ...unknown, APPROVAL_OVER: 409, APPROVAL_NOT_YOURS: 403 },
      handle: async ({ params: { approvalId } }, context) => {
        const { agencyId } = await approvals.read(approvalId, context.at);
        context.authorise({ agencyId });
        await approvals.withdraw(approvalId, context.accountId, context.at);
      },
    }),
  ];
}
