// The OpenAPI 3.1 document: made of the routes themselves, so that it says what the server does.

import { OpenAPIHono, type RouteConfig, z } from '@hono/zod-openapi';
import { ACCESS_MATRIX } from '@lumbung/contracts';
import { assertNever } from '@lumbung/stdx';
import { API_PREFIX } from './create-app.ts';
import { COMMON_STATUS } from './problem.ts';
import type { Route, RouteAnswer } from './route.ts';

const problemSchema = z
  .object({
    type: z.string().describe('`urn:lumbung:` and the code'),
    title: z.string().describe('What happened, in the language of the caller'),
    status: z.number().int(),
    code: z.string().describe('Stable for ever: what programs compare, and the key of translations'),
    kind: z.enum(['operator', 'transient', 'corruption', 'bug']),
    detail: z.string().optional().describe('What to do about it'),
    requestId: z.string(),
    context: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
    errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
  })
  .openapi('Problem');

const DESCRIPTION = `The API of Lumbung: what the web pages and the command line use.

**Signing in.** A browser has a session cookie; a program sends \`Authorization: Bearer lmb_…\`, a token made in the settings
of an account or by \`lumbung login\`. Every operation names the \`action\` that the account's roles must allow
(\`x-lumbung-action\`).

**Errors** are \`application/problem+json\` (RFC 9457) with a stable \`code\`; \`title\` and \`detail\` are in the language of
the account, else of \`Accept-Language\` (Indonesian or English).

**Lists** take \`limit\` and \`cursor\` and answer \`items\` and \`nextCursor\`.

**Changes** send the \`ETag\` of what was read as \`If-Match\`; 412 means that somebody else was faster.

**Repeating** a POST is safe with an \`Idempotency-Key\` of your own, for a day.

**Second person.** What needs one is refused with \`SECOND_PERSON_NEEDED\`; ask at \`/approvals\`, then send the id of the
approval as \`Lumbung-Approval\`.`;

const ANSWER_TEXT: Readonly<Record<number, string>> = {
  400: 'The request cannot be read',
  401: 'Not signed in',
  403: 'Refused',
  404: 'Unknown',
  409: 'In conflict with what is there',
  410: 'Over',
  412: 'Changed meanwhile',
  413: 'Too large',
  415: 'Another media type is needed',
  422: 'The request does not fit',
  428: 'If-Match is missing',
  429: 'Too many requests',
  503: 'Not now',
};

/** @param version of Lumbung */
export function openApiDocument(routes: readonly Route[], version: string): object {
  const registry = new OpenAPIHono();
  for (const route of routes) {
    if (route.place === 'api') registry.openAPIRegistry.registerPath(operationOf(route));
  }
  registry.openAPIRegistry.registerComponent('securitySchemes', 'token', { type: 'http', scheme: 'bearer' });
  registry.openAPIRegistry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: 'lumbung.session_token',
  });
  return registry.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Lumbung',
      version,
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    servers: [{ url: API_PREFIX }],
    security: [{ session: [] }, { token: [] }],
  });
}

function operationOf(route: Route): RouteConfig {
  const rule = ACCESS_MATRIX[route.action];
  return {
    method: route.method,
    path: route.path,
    operationId: operationId(route),
    tags: [route.tag],
    summary: route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    'x-lumbung-action': route.action,
    ...(rule.secondPerson === undefined ? {} : { 'x-lumbung-second-person': rule.secondPerson.when }),
    ...(rule.who === 'anyone' ? { security: [] } : {}),
    request: {
      // A route's params and query are objects: createApp could not read them otherwise.
      ...(route.params === undefined ? {} : { params: route.params as z.ZodObject }),
      ...(route.query === undefined ? {} : { query: route.query as z.ZodObject }),
      ...(headersOf(route) === undefined ? {} : { headers: headersOf(route) }),
      ...(route.body === undefined
        ? {}
        : { body: { required: true, content: { [route.bodyMediaType]: { schema: route.body } } } }),
    },
    responses: { ...answerOf(route.answer, route.revisioned), ...errorsOf(route) },
  };
}

/** `post-accounts-accountId-roles`: stable as long as the address is. */
function operationId({ method, path }: Route): string {
  const words = path.split('/').filter((word) => word !== '');
  return [method, ...words.map((word) => word.replaceAll(/[{}]/g, ''))].join('-');
}

function headersOf(route: Route): z.ZodObject | undefined {
  const rule = ACCESS_MATRIX[route.action];
  const headers: z.ZodRawShape = {
    ...(route.method === 'post' && rule.who !== 'anyone'
      ? { 'Idempotency-Key': z.string().optional().describe('Of your own: a repeated request is not done twice') }
      : {}),
    ...(route.revisioned ? { 'If-Match': z.string().describe('The ETag of what was read') } : {}),
    ...(rule.secondPerson?.when === 'before'
      ? { 'Lumbung-Approval': z.string().optional().describe('The approval that this spends') }
      : {}),
  };
  return Object.keys(headers).length === 0 ? undefined : z.object(headers);
}

function answerOf(answer: RouteAnswer, revisioned: boolean): RouteConfig['responses'] {
  const etag = revisioned ? { headers: z.object({ ETag: z.string().optional() }) } : {};
  switch (answer.kind) {
    case 'body':
      return {
        [answer.status]: {
          description: answer.what,
          content: { 'application/json': { schema: answer.schema } },
          ...etag,
        },
      };
    case 'empty':
      return { 204: { description: answer.what } };
    case 'redirect':
      return { 302: { description: answer.what } };
    case 'bytes':
      return {
        200: {
          description: answer.what,
          content: { [answer.mediaType]: { schema: z.string().openapi({ format: 'binary' }) } },
        },
      };
    case 'events':
      return { 200: { description: answer.what, content: { 'text/event-stream': { schema: answer.schema } } } };
    default:
      return assertNever(answer);
  }
}

function errorsOf(route: Route): RouteConfig['responses'] {
  const rule = ACCESS_MATRIX[route.action];
  const common = [
    'RATE_EXCEEDED',
    ...(rule.who === 'anyone' ? [] : ['SIGN_IN_NEEDED', 'ACCESS_REFUSED', 'SECOND_FACTOR_NEEDED']),
    ...(rule.secondPerson?.when === 'before' ? ['SECOND_PERSON_NEEDED'] : []),
    ...(route.method === 'get' ? [] : ['ORIGIN_REFUSED']),
    ...(route.body === undefined ? [] : ['BODY_MALFORMED', 'BODY_TOO_LARGE', 'BODY_MEDIA_TYPE_UNKNOWN']),
    ...(route.body === undefined && route.query === undefined && route.params === undefined ? [] : ['REQUEST_INVALID']),
    ...(route.revisioned ? ['REVISION_CONFLICT', 'REVISION_NEEDED'] : []),
  ].map((code): [string, number] => [code, COMMON_STATUS[code] ?? 500]);
  const codesOf = Map.groupBy([...common, ...Object.entries(route.errors)], ([, status]) => status);
  return Object.fromEntries(
    [...codesOf]
      .toSorted(([a], [b]) => a - b)
      .map(([status, codes]) => [
        status,
        {
          description: `${ANSWER_TEXT[status] ?? 'An error'}: ${codes.map(([code]) => `\`${code}\``).join(', ')}`,
          content: { 'application/problem+json': { schema: problemSchema } },
        },
      ]),
  );
}
