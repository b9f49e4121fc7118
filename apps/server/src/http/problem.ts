// Errors as the API answers them: RFC 9457, `application/problem+json`. The code is stable and the key of the texts.
import type { Language } from '@lumbung/contracts';
import { assertNever, type ErrorKind, isLumbungError, LumbungError } from '@lumbung/stdx';
import type { z } from 'zod';
import { errorText } from './error-text.ts';
import type { ErrorStatus } from './route.ts';

export interface Problem {
  /** `urn:lumbung:ACCOUNT_UNKNOWN`. */
  readonly type: string;
  /** What happened, in the language of the caller. */
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly kind: ErrorKind;
  /** What to do about it, in the language of the caller. */
  readonly detail?: string;
  readonly requestId: string;
  /** Values of the message. */
  readonly context?: Readonly<Record<string, string | number | boolean>>;
  /** What is wrong with the request, field by field. */
  readonly errors?: readonly FieldProblem[];
}

export interface FieldProblem {
  /** `body.roles.0.agencyId`. */
  readonly field: string;
  readonly message: string;
}

/** Codes that any endpoint may answer. An endpoint's own stand in its definition. */
export const COMMON_STATUS: Readonly<Record<string, ErrorStatus>> = {
  ACCESS_REFUSED: 403,
  ANSWER_LATE: 503,
  BODY_MALFORMED: 400,
  BODY_MEDIA_TYPE_UNKNOWN: 415,
  BODY_TOO_LARGE: 413,
  CURSOR_MALFORMED: 400,
  ENDPOINT_UNKNOWN: 404,
  HOST_UNKNOWN: 421,
  IDEMPOTENCY_ANSWER_NOT_KEPT: 409,
  IDEMPOTENCY_KEY_MALFORMED: 400,
  IDEMPOTENCY_KEY_REUSED: 409,
  IDEMPOTENCY_UNDER_WAY: 409,
  ID_INVALID: 400,
  METHOD_UNKNOWN: 405,
  ORIGIN_REFUSED: 403,
  RATE_EXCEEDED: 429,
  REQUEST_INVALID: 422,
  REVISION_CONFLICT: 412,
  REVISION_MALFORMED: 400,
  REVISION_NEEDED: 428,
  SECOND_FACTOR_NEEDED: 403,
  SECOND_PERSON_NEEDED: 403,
  SIGN_IN_NEEDED: 401,
};

/** The answer for a thrown value. What is not on purpose, and every bug of ours, is told without its message: it may hold
 *  anything. @param own the codes of the endpoint */
export function problemOf(
  error: unknown,
  request: { readonly language: Language; readonly requestId: string },
  own: Readonly<Record<string, ErrorStatus>> = {},
): Problem {
  if (!isLumbungError(error) || error.kind === 'bug') {
    const code = isLumbungError(error) ? error.code : 'UNEXPECTED';
    return plainProblem(code, 500, 'bug', request);
  }
  const { code, kind } = error;
  const status = statusOf(error, own);
  const text = errorText(code, error.context, request.language);
  const context = Object.fromEntries(
    Object.entries(error.context).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  const detail = text?.hint ?? error.hint;
  return {
    type: `urn:lumbung:${code}`,
    title: text?.message ?? error.message,
    status,
    code,
    kind,
    ...(detail === undefined ? {} : { detail }),
    requestId: request.requestId,
    ...(Object.keys(context).length === 0 ? {} : { context }),
    ...(error instanceof RequestInvalid ? { errors: error.fields } : {}),
  };
}

function plainProblem(
  code: string,
  status: number,
  kind: ErrorKind,
  { language, requestId }: { readonly language: Language; readonly requestId: string },
): Problem {
  const text = errorText('SERVER_FAULT', { requestId }, language);
  return {
    type: `urn:lumbung:${code}`,
    title: text?.message ?? 'something unexpected happened',
    status,
    code,
    kind,
    ...(text?.hint === undefined ? {} : { detail: text.hint }),
    requestId,
  };
}

function statusOf(error: LumbungError, own: Readonly<Record<string, ErrorStatus>>): ErrorStatus {
  const status = Object.hasOwn(own, error.code)
    ? own[error.code]
    : Object.hasOwn(COMMON_STATUS, error.code)
      ? COMMON_STATUS[error.code]
      : undefined;
  if (status !== undefined) return status;
  switch (error.kind) {
    case 'operator':
      return 422;
    case 'transient':
      return 503;
    case 'corruption':
    case 'bug':
      return 500;
    default:
      return assertNever(error.kind);
  }
}

/** A request whose parts do not fit the schemas of its endpoint: said field by field. */
export class RequestInvalid extends LumbungError {
  readonly fields: readonly FieldProblem[];

  constructor(fields: readonly FieldProblem[]) {
    super('REQUEST_INVALID', {
      kind: 'operator',
      message: 'the request does not fit',
      context: { field: fields[0]?.field ?? '', fields: fields.length },
      hint: 'correct the fields that are named',
    });
    this.fields = fields;
  }
}

const FIELDS_SHOWN_MAX = 20;

/** @param part `body`, `query` or `path` */
export function fieldProblems(part: string, issues: readonly z.core.$ZodIssue[]): FieldProblem[] {
  return issues.slice(0, FIELDS_SHOWN_MAX).map(({ path, message }) => ({
    // A name in a request may be anything: shortened, and JSON escapes the rest.
    field: [part, ...path].map((name) => String(name).slice(0, 60)).join('.'),
    message,
  }));
}
