import type { Answer, DatabaseDriver, ScratchInstance } from '@lumbung/sources';
import { LumbungError, toErrorRecord } from '@lumbung/stdx';
import type { DatabaseControl } from './database-control.ts';

/** Divides a question from its answer. */
const ARROW = ' => ';
/** What databases call yes. */
const YES: ReadonlySet<string> = new Set(['1', 't', 'true', 'yes']);
/** Of an answer that is shown. */
const SHOWN_MAX = 200;

/** What must hold in a restored database: a question in its language, and the one value it must be answered with. */
export interface Assertion {
  readonly question: string;
  /** Undefined: any yes. */
  readonly expected?: string;
}

export interface AssertionResult extends Assertion {
  readonly holds: boolean;
  /** What was answered, or why nothing was. */
  readonly answer: string;
}

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
      const answer = singleValue(await driver.ask(scratch.target, database, question, control));
      const holds = expected === undefined ? YES.has(answer.toLowerCase()) : answer === expected;
      results.push({ ...assertion, holds, answer: answer.slice(0, SHOWN_MAX) });
    } catch (error) {
      control.signal.throwIfAborted();
      results.push({ ...assertion, holds: false, answer: toErrorRecord(error).message.slice(0, SHOWN_MAX) });
    }
  }
  return results;
}

function singleValue(answer: Answer): string {
  const [row, ...otherRows] = answer;
  const [value, ...otherValues] = row ?? [];
  if (row === undefined || otherRows.length > 0 || otherValues.length > 0) {
    return `${answer.length} rows of ${row?.length ?? 0} columns`;
  }
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
