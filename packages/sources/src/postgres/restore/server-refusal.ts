import { isLumbungError, type LumbungError } from '@lumbung/stdx';

const REFUSALS = new Set(['DB_QUERY_FAILED', 'DB_OBJECT_CHANGED', 'DB_PRIVILEGE_MISSING', 'DB_ROW_TOO_LARGE']);

/** Whether the server understood a statement and said no, so that all the others are worth trying. */
export function isRefusal(error: unknown): error is LumbungError {
  return isLumbungError(error) && REFUSALS.has(error.code);
}
