import { z } from 'zod';
import { type Procedure, procedureSchema } from './document.ts';

/** One thing that a document says wrongly, and where: `['steps', 1, 'standardMinutes']`. */
export interface ProcedureProblem {
  readonly path: readonly (string | number)[];
  /** `steps[1].standardMinutes`, for a message. */
  readonly place: string;
  /** A code of zod (`invalid_type`, `unrecognized_keys`, …), or `custom` where a rule of ours is broken. */
  readonly code: string;
  /** In English. */
  readonly message: string;
}

export type ParsedProcedure =
  | { readonly status: 'parsed'; readonly procedure: Procedure }
  | { readonly status: 'refused'; readonly problems: readonly ProcedureProblem[] };

/** A plain object, as YAML or JSON gives it, as a procedure; or everything that is wrong with it. */
export function parseProcedure(plain: unknown): ParsedProcedure {
  const result = procedureSchema.safeParse(plain);
  if (result.success) return { status: 'parsed', procedure: result.data };
  return { status: 'refused', problems: result.error.issues.map(problemOf) };
}

function problemOf({ path, code, message }: z.core.$ZodIssue): ProcedureProblem {
  // Documents from YAML and JSON have no symbols as keys.
  const keys = path.map((key) => (typeof key === 'symbol' ? String(key) : key));
  return { path: keys, place: z.core.toDotPath(keys), code, message };
}
