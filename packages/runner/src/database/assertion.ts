import {
  type Answer,
  type DatabaseDriver,
  failure,
  remark,
  type Said,
  type ScratchInstance,
  serverWords,
} from '@lumbung/sources';
import { isLumbungError, LumbungError } from '@lumbung/stdx';
import type { DatabaseControl } from './database-control.ts';

/** Divides a question from its answer. */
const ARROW = ' => ';
/** What databases call yes. */
const YES: ReadonlySet<string> = new Set(['1', 't', 'true', 'yes']);
/** Of a question: it is not understood, names what is not there, or would change something. */
const REFUSALS: ReadonlySet<string> = new Set([
  'DB_QUERY_FAILED',
  'DB_OBJECT_CHANGED',
  'DB_PRIVILEGE_MISSING',
  'SQLITE_FAILED',
]);
/** Of an answer that is shown. */
const SHOWN_MAX = 200;

/** What must hold in a restored database: a question in its language, and the one value it must be answered with. */
export interface Assertion {
  readonly question: string;
  /** Undefined: any yes. */
  readonly expected?: string;
}

export type AssertionResult = Assertion &
  (
    | { readonly holds: boolean; readonly answer: string }
    /** Why there is no answer that could be compared. */
    | { readonly holds: false; readonly problem: Said }
  );

/**
 * `select count(*) from letters => 500`; without the arrow the answer must be a yes.
 *
 * @throws LumbungError DB_ASSERTION_INVALID (operator)
 */
export function parseAssertion(text: string): Assertion {
  const arrow = text.lastIndexOf(ARROW);
  const question = (arrow < 0 ? text : text.slice(0, arrow)).trim();
  if (question === '') {
    throw new LumbungError('DB_ASSERTION_INVALID', {
      kind: 'operator',
      message: 'an assertion without a question',
      hint: 'write it as: select count(*) from letters => 500',
    });
  }
  return arrow < 0 ? { question } : { question, expected: text.slice(arrow + ARROW.length).trim() };
}

/** Asks every question, also when one before it did not hold. A question that cannot be answered does not hold. */
export async function askAssertions(
  driver: DatabaseDriver,
  scratch: ScratchInstance,
  database: string,
  assertions: readonly Assertion[],
  control: DatabaseControl<never>,
): Promise<AssertionResult[]> {
  const results: AssertionResult[] = [];
  for (const assertion of assertions) {
    const { question, expected } = assertion;
    try {
      if (driver.ask === undefined) throw notAskable(driver);
      const given = await driver.ask(scratch.target, database, question, control);
      const answer = singleValue(given);
      if (answer === undefined) {
        const problem = remark('answer-of-many', { rows: given.length, columns: given[0]?.length ?? 0 });
        results.push({ ...assertion, holds: false, problem });
        continue;
      }
      const holds = expected === undefined ? YES.has(answer.toLowerCase()) : answer === expected;
      results.push({ ...assertion, holds, answer: answer.slice(0, SHOWN_MAX) });
    } catch (error) {
      control.signal.throwIfAborted();
      results.push({ ...assertion, holds: false, problem: problemOf(error) });
    }
  }
  return results;
}

/** A server that does not understand the question says why, in its own words. */
function problemOf(error: unknown): Said {
  if (!isLumbungError(error) || !REFUSALS.has(error.code)) return failure(error);
  return remark('question-refused', { reason: serverWords(error) });
}

/** Undefined: it is not one value. */
function singleValue(answer: Answer): string | undefined {
  const [row, ...otherRows] = answer;
  const [value, ...otherValues] = row ?? [];
  if (row === undefined || otherRows.length > 0 || otherValues.length > 0) return undefined;
  return value ?? 'NULL';
}

export function notAskable({ engine }: DatabaseDriver): LumbungError {
  return new LumbungError('DB_ASSERTION_UNSUPPORTED', {
    kind: 'operator',
    message: `a database of ${engine} cannot be asked`,
    context: { engine },
    hint: 'leave the assertions out',
  });
}
