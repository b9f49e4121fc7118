// How an endpoint is written: as data with one function. What it asks of the caller is an action of the access matrix, so
// that an endpoint without a row cannot be written; what it takes and gives are schemas, which validate and make the
// OpenAPI document.
import {
  ACCESS_MATRIX,
  type AccountId,
  type Action,
  type Caller,
  type Language,
  type Reach,
  type Resource,
} from '@lumbung/contracts';
import type { z } from 'zod';
import type { EventSource } from './event-stream.ts';

export const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;
export type Method = (typeof METHODS)[number];

/** What a handler knows of the request besides what its schemas parsed. */
export interface RouteContext {
  /** Who asks; undefined only for actions that anyone may do. */
  readonly caller: Caller | undefined;
  /** The account that asks. @throws LumbungError BUG_ASSERTION for an action that anyone may do, without an account */
  readonly accountId: AccountId;
  readonly language: Language;
  readonly requestId: string;
  /** Of the client, as far as proxies may be believed. */
  readonly clientAddress: string;
  readonly userAgent: string;
  /** When the request came, milliseconds since 1970. */
  readonly at: number;
  /** Aborted when the client is gone or the time for an answer is over. */
  readonly signal: AbortSignal;
  readonly headers: Headers;
  /** `?code=…`, or empty. */
  readonly search: string;
  /** The approval this request spends: header `Lumbung-Approval`. */
  readonly approvalId: string | undefined;
  /** How far the caller reaches with the action of this route: a list is narrowed to it. Counts as the check. */
  reach(): Reach;
  /** Refuses what the matrix refuses for `resource`.
   *  @throws LumbungError ACCESS_REFUSED, SECOND_PERSON_NEEDED */
  authorise(resource: Resource): void;
  /** The revision that the client has seen: header `If-Match`.
   *  @throws LumbungError REVISION_NEEDED when the header is not there, REVISION_MALFORMED */
  expectedRevision(): number;
  /** Cookies and other headers for the answer, also for one that is an error. */
  addHeader(name: string, value: string): void;
}

export interface RouteInput<Params, Query, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
}

/** A document that was made for the answer; `revision` becomes its ETag. */
export interface BodyAnswer<Body> {
  readonly body: Body;
  readonly revision?: number;
}
export interface BytesAnswer {
  readonly stream: ReadableStream<Uint8Array>;
  readonly mediaType: string;
  /** What the browser saves it as. */
  readonly fileName?: string;
  readonly sizeBytes?: number;
}

/** What the route answers when nothing went wrong. */
export type RouteAnswer =
  | { readonly kind: 'body'; readonly status: 200 | 201 | 202; readonly schema: z.ZodType; readonly what: string }
  | { readonly kind: 'empty'; readonly what: string }
  | { readonly kind: 'bytes'; readonly mediaType: string; readonly what: string }
  | { readonly kind: 'events'; readonly schema: z.ZodType; readonly what: string }
  | { readonly kind: 'redirect'; readonly what: string };

/** A handler may give what it may not change. */
type Given<Value> = Value extends readonly (infer Item)[]
  ? readonly Given<Item>[]
  : Value extends string | number | boolean | null | undefined
    ? Value
    : { readonly [Key in keyof Value]: Given<Value[Key]> };

type AnswerOf<Answer extends RouteAnswer> = Answer extends { readonly kind: 'body'; readonly schema: infer Schema }
  ? BodyAnswer<Given<z.input<Extract<Schema, z.ZodType>>>>
  : Answer extends { readonly kind: 'events' }
    ? EventSource
    : Answer extends { readonly kind: 'bytes' }
      ? BytesAnswer
      : Answer extends { readonly kind: 'redirect' }
        ? { readonly location: string }
        : void;

type Parsed<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;

interface RouteDefinition<
  Answer extends RouteAnswer,
  Params extends z.ZodType | undefined,
  Query extends z.ZodType | undefined,
  Body extends z.ZodType | undefined,
> {
  readonly method: Method;
  /** Under /api/v1, with parameters as `{accountId}`. */
  readonly path: `/${string}`;
  /** `root`: not under /api/v1, and not in the document. */
  readonly place?: 'api' | 'root';
  /** The row of the access matrix. */
  readonly action: Action;
  /** One line, in English. */
  readonly summary: string;
  readonly description?: string;
  readonly tag: string;
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  readonly bodyBytesMax?: number;
  /** The media type of the body when it is not JSON: its text reaches the handler as a string. */
  readonly bodyMediaType?: 'text/csv' | 'application/yaml';
  readonly answer: Answer;
  /** Codes that only this endpoint answers, with their status. */
  readonly errors?: Readonly<Record<string, ErrorStatus>>;
  /** `route`: the action is enough. `handler`: it depends on what the request is about, and the handler asks
   *  `authorise` or `reach` before it answers. */
  readonly authorises?: 'route' | 'handler';
  /** `this-machine`: without an account too, from a program on the same machine. */
  readonly alsoOpenTo?: 'this-machine';
  /** The answer holds what may be shown once: it is not kept for a repeated request. */
  readonly answerIsSecret?: true;
  /** Guessing is what this endpoint is for: few tries an address. */
  readonly limit?: 'ordinary' | 'guessing' | 'heavy';
  /** Changes that are asked for with If-Match. */
  readonly revisioned?: true;
  readonly handle: (
    input: RouteInput<Parsed<Params>, Parsed<Query>, Parsed<Body>>,
    context: RouteContext,
  ) => Promise<AnswerOf<Answer>> | AnswerOf<Answer>;
}

export type ErrorStatus = 400 | 401 | 403 | 404 | 405 | 409 | 410 | 412 | 413 | 415 | 421 | 422 | 428 | 429 | 500 | 503;

/** An endpoint, its types forgotten: what createApp takes. */
export interface Route {
  readonly method: Method;
  readonly path: `/${string}`;
  readonly place: 'api' | 'root';
  readonly action: Action;
  readonly summary: string;
  readonly description: string | undefined;
  readonly tag: string;
  readonly params: z.ZodType | undefined;
  readonly query: z.ZodType | undefined;
  readonly body: z.ZodType | undefined;
  readonly bodyBytesMax: number;
  readonly bodyMediaType: 'application/json' | 'text/csv' | 'application/yaml';
  readonly answer: RouteAnswer;
  readonly errors: Readonly<Record<string, ErrorStatus>>;
  readonly authorises: 'route' | 'handler';
  readonly alsoOpenTo: 'this-machine' | undefined;
  readonly answerIsSecret: boolean;
  readonly limit: 'ordinary' | 'guessing' | 'heavy';
  readonly revisioned: boolean;
  readonly handle: (input: RouteInput<unknown, unknown, unknown>, context: RouteContext) => Promise<unknown>;
}

const BODY_BYTES_MAX = 256 * 1024;

/** @throws LumbungError BUG_ASSERTION for a definition that cannot be true: it fails when the server starts, and in tests */
export function defineRoute<
  const Answer extends RouteAnswer,
  Params extends z.ZodType | undefined = undefined,
  Query extends z.ZodType | undefined = undefined,
  Body extends z.ZodType | undefined = undefined,
>(definition: RouteDefinition<Answer, Params, Query, Body>): Route {
  const { handle } = definition;
  return {
    method: definition.method,
    path: definition.path,
    place: definition.place ?? 'api',
    action: definition.action,
    summary: definition.summary,
    description: definition.description,
    tag: definition.tag,
    params: definition.params,
    query: definition.query,
    body: definition.body,
    bodyBytesMax: definition.bodyBytesMax ?? BODY_BYTES_MAX,
    bodyMediaType: definition.bodyMediaType ?? 'application/json',
    answer: definition.answer,
    errors: definition.errors ?? {},
    authorises: definition.authorises ?? (dependsOnWhat(definition.action) ? 'handler' : 'route'),
    alsoOpenTo: definition.alsoOpenTo,
    answerIsSecret: definition.answerIsSecret ?? false,
    limit: definition.limit ?? 'ordinary',
    revisioned: definition.revisioned ?? false,
    // The schemas of this very definition have parsed what the handler is given.
    handle: async (input, context) =>
      await handle(input as RouteInput<Parsed<Params>, Parsed<Query>, Parsed<Body>>, context),
  };
}

/** Is the action's verdict another one for other things? Then only the handler can ask for it. */
export function dependsOnWhat(action: Action): boolean {
  const rule = ACCESS_MATRIX[action];
  return (
    rule.notAfter !== undefined ||
    rule.secondPerson?.when === 'before' ||
    Object.values(rule.scopes).includes('own-agency')
  );
}
