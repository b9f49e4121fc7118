import type { Target } from '../connection/target.ts';
import type { Control } from '../driver.ts';
import { placeOf } from './restore-sqlite.ts';
import { runAgent } from './run-agent.ts';

const ROWS_MAX = 1000;

/**
 * What a restored database, that nobody else uses, answers to one question in SQL: for the assertions of a drill. Numbers
 * come as their digits, bytes in hexadecimal. It can be asked for nothing that would change it.
 *
 * @throws LumbungError SQLITE_QUESTION_TOO_WIDE (operator) beyond 1000 rows; SQLITE_FAILED (operator), and those of a dump
 */
export async function askSqlite(
  target: Target,
  database: string,
  question: string,
  control: Control,
): Promise<readonly (readonly (string | null)[])[]> {
  const request = { act: 'ask', path: await placeOf(target, database), sql: question, rowsMax: ROWS_MAX } as const;
  return (await runAgent<'ask'>(request, 'verify', control)).rows;
}
