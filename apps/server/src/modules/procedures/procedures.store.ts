import { type LocalDate, PROCEDURE_FORMAT_VERSION, type Procedure } from '@lumbung/contracts';
import { parseProcedure } from '@lumbung/contracts/schemas';
import { defaultProcedure } from '@lumbung/procedure';
import { LumbungError } from '@lumbung/stdx';
import type { ProcedureVersionRow } from '../../store/rows/office.ts';
import type { Queries, Transaction } from '../../store/store.ts';
import type { Stored } from '../../store/stored.ts';

export interface ProcedureVersion {
  readonly number: number;
  readonly procedure: Procedure;
}

/** The order that holds now.
 *  @throws LumbungError PROCEDURE_MISSING (bug), PROCEDURE_UNREADABLE (corruption) */
export async function readProcedureInForce(queries: Queries): Promise<ProcedureVersion> {
  const row = await queries
    .selectFrom('procedure_version')
    .selectAll()
    .where('status', '=', 'in-force')
    .orderBy('number', 'desc')
    .executeTakeFirst();
  if (row === undefined) {
    throw new LumbungError('PROCEDURE_MISSING', { kind: 'bug', message: 'no procedure is in force' });
  }
  return { number: row.number, procedure: procedureOf(row) };
}

/** @throws LumbungError PROCEDURE_UNREADABLE (corruption) */
export function procedureOf({ number, document }: Stored<ProcedureVersionRow>): Procedure {
  const parsed = parseProcedure(JSON.parse(document));
  if (parsed.status === 'parsed') return parsed.procedure;
  const place = parsed.problems[0]?.place ?? '';
  throw new LumbungError('PROCEDURE_UNREADABLE', {
    kind: 'corruption',
    message: `version ${number} of the procedure cannot be understood: ${place}`,
    context: { number, place },
    hint: 'a newer version may have written it; use that one',
  });
}

/** At the first start: the procedure that is shipped, in force. One that is there stays. */
export async function provideDefaultProcedure(tx: Transaction, today: LocalDate, at: number): Promise<void> {
  const found = await tx.selectFrom('procedure_version').select('number').executeTakeFirst();
  if (found !== undefined) return;
  const { identity, ...rest } = defaultProcedure(today);
  const procedure: Procedure = { ...rest, identity: { ...identity, status: 'in-force', effectiveOn: today } };
  await tx
    .insertInto('procedure_version')
    .values({
      id: 'procedure_1',
      number: 1,
      status: 'in-force',
      format_version: PROCEDURE_FORMAT_VERSION,
      document: JSON.stringify(procedure),
      note: null,
      created_at: at,
      created_by: null,
      in_force_at: at,
      in_force_by: null,
      withdrawn_at: null,
    })
    .execute();
}
