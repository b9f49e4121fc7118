/** Answers one question each: `operator` you can fix it, `transient` try again,
 *  `corruption` stop and tell someone, `bug` report it. */
export const ERROR_KINDS = ['operator', 'transient', 'corruption', 'bug'] as const;
export type ErrorKind = (typeof ERROR_KINDS)[number];

export interface LumbungErrorOptions {
  readonly kind: ErrorKind;
  /** What happened, in English, lower case, without a full stop. The code is the translation key. */
  readonly message?: string;
  /** Values for the message in any language. Never a secret. */
  readonly context?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** What to do about it, in English. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/** The only error that rooms throw on purpose. `code` is stable for ever: it is the translation key
 *  and what scripts match on. */
export class LumbungError extends Error {
  override readonly name = 'LumbungError';
  readonly code: string;
  readonly kind: ErrorKind;
  readonly context: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly hint: string | undefined;

  constructor(code: string, options: LumbungErrorOptions) {
    const { kind, message, context = {}, hint, cause } = options;
    super(message ?? code, cause === undefined ? undefined : { cause });
    this.code = code;
    this.kind = kind;
    this.context = context;
    this.hint = hint;
  }
}

/** True when `error` is ours; with `code`, only when it carries that code. */
export function isLumbungError(error: unknown, code?: string): error is LumbungError {
  return error instanceof LumbungError && (code === undefined || error.code === code);
}

/** One line about any thrown value, for a message or a log. */
export function describeError(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The `code` of a Node system error (`ENOENT` …), if it is one. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Plain data of an error, to cross a worker or process boundary. */
export interface ErrorRecord {
  readonly code: string;
  readonly kind: ErrorKind;
  readonly message: string;
  readonly context: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly hint?: string;
  readonly causeMessage?: string;
}

export function toErrorRecord(error: unknown): ErrorRecord {
  if (error instanceof LumbungError) {
    return {
      code: error.code,
      kind: error.kind,
      message: error.message,
      context: error.context,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      ...(error.cause === undefined ? {} : { causeMessage: describeError(error.cause) }),
    };
  }
  const errno = errnoOf(error);
  return {
    code: errno ?? 'UNEXPECTED',
    kind: errno === undefined ? 'bug' : 'operator',
    message: describeError(error),
    context: {},
  };
}

export function fromErrorRecord(record: ErrorRecord): LumbungError {
  return new LumbungError(record.code, {
    kind: record.kind,
    message: record.message,
    context: record.context,
    ...(record.hint === undefined ? {} : { hint: record.hint }),
    ...(record.causeMessage === undefined ? {} : { cause: new Error(record.causeMessage) }),
  });
}
