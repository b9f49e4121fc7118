import { LumbungError } from '@lumbung/stdx';
import type { Target } from '../connection/target.ts';
import type { Answer, Control } from '../driver.ts';
import { abandonSession, openSession, serverVersionOf } from './session.ts';
import { notationOf } from './wire/column.ts';

const ROWS_MAX = 1000;

/**
 * What a database answers to one statement; binary values in hexadecimal. In a transaction that can change nothing.
 *
 * @throws LumbungError DB_ANSWER_TOO_LARGE (operator) beyond 1000 rows; see MysqlConnection.query
 */
export async function askDatabase(
  target: Target,
  database: string,
  question: string,
  control: Control,
): Promise<Answer> {
  const session = await openSession(target, control, database);
  let isOver = false;
  try {
    const { vendor } = await serverVersionOf(session);
    if (Number.isFinite(control.hardMs)) {
      const seconds = Math.max(1, Math.ceil(control.hardMs / 1000));
      // MySQL's bounds SELECT alone, which is all that a question should be.
      const limit = vendor === 'mariadb' ? `max_statement_time = ${seconds}` : `max_execution_time = ${seconds * 1000}`;
      await session.query(`SET SESSION ${limit}`);
    }
    await session.query(`SET SESSION sql_select_limit = ${ROWS_MAX + 1}`);
    await session.query('SET SESSION TRANSACTION READ ONLY');
    await session.query('START TRANSACTION READ ONLY');
    const { rows, columns } = await session.query(question);
    isOver = true;
    if (rows.length > ROWS_MAX) {
      throw new LumbungError('DB_ANSWER_TOO_LARGE', {
        kind: 'operator',
        message: `the question has more than ${ROWS_MAX} rows for an answer`,
        context: { rowsMax: ROWS_MAX },
        hint: 'ask for a count or a sum',
      });
    }
    const isBinary = columns.map((column) => notationOf(column) === 'hexadecimal');
    return rows.map((row) =>
      row.map((value, columnIdx) => value?.toString(isBinary[columnIdx] === true ? 'hex' : 'utf8') ?? null),
    );
  } finally {
    if (isOver) await session.close();
    else await abandonSession(target, control, session);
  }
}
