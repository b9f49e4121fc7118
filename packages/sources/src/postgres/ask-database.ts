import { LumbungError } from '@lumbung/stdx';
import type { Target } from '../connection/target.ts';
import type { Answer, Control } from '../driver.ts';
import { openSession } from './session.ts';

const ROWS_MAX = 1000;
const APPLICATION_NAME = 'lumbung-ask';

/**
 * What a database answers to one query, each value as PostgreSQL writes it. In a transaction that can change nothing, and
 * through a cursor, which takes nothing but a query and no second statement.
 *
 * @throws LumbungError DB_ANSWER_TOO_LARGE (operator) beyond 1000 rows; see `errorOfReport`
 */
export async function askDatabase(
  target: Target,
  database: string,
  question: string,
  control: Control,
): Promise<Answer> {
  const { signal, hardMs } = control;
  const { connection } = await openSession({ target, database, control, signal, applicationName: APPLICATION_NAME });
  try {
    await connection.query('BEGIN TRANSACTION READ ONLY', { signal });
    // Functions of the user may want what they find by themselves.
    await connection.query('SET LOCAL search_path = DEFAULT', { signal });
    if (Number.isFinite(hardMs)) {
      await connection.query(`SET LOCAL statement_timeout = ${Math.max(Math.trunc(hardMs), 1)}`, { signal });
    }
    const query = question.trim().replace(/;$/, '');
    await connection.execute(`DECLARE lumbung_answer NO SCROLL CURSOR FOR ${query}`, [], { signal });
    const { rows } = await connection.execute(`FETCH ${ROWS_MAX + 1} FROM lumbung_answer`, [], { signal });
    if (rows.length > ROWS_MAX) throw tooLarge();
    return rows.map((row) => row.map((value) => value?.toString('utf8') ?? null));
  } finally {
    await connection.close();
  }
}

function tooLarge(): LumbungError {
  return new LumbungError('DB_ANSWER_TOO_LARGE', {
    kind: 'operator',
    message: `the question has more than ${ROWS_MAX} rows for an answer`,
    context: { rowsMax: ROWS_MAX },
    hint: 'ask for a count or a sum',
  });
}
