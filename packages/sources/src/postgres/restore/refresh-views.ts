import { remark } from '../../remarks/remark.ts';
import { serverWords } from '../../remarks/server-words.ts';
import type { Finding } from '../../verify/finding.ts';
import type { ChosenEntries } from './choose-entries.ts';
import { isRefusal } from './server-refusal.ts';
import type { SessionPool } from './session-pool.ts';

/** How an archive calls the filling of a materialized view. */
export const REFRESH = 'MATERIALIZED VIEW DATA';

/**
 * Fills materialized views, in the order of the archive. Their queries run again, which may fail today although they once
 * did not (a division by zero, another server out of reach): that costs the view, and not the restore.
 */
export async function refreshViews(
  pool: SessionPool,
  { entries, text }: ChosenEntries,
  signal: AbortSignal,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { kind, schema, tag, definition } of entries) {
    if (kind !== REFRESH || definition === null) continue;
    try {
      await pool.use((connection) => connection.query(text.read(definition), { signal }));
    } catch (error) {
      signal.throwIfAborted();
      if (!isRefusal(error)) throw error;
      const view = text.read(`${schema}.${tag}`);
      const said = remark('view-not-filled', { reason: serverWords(error) });
      findings.push({ code: 'content-invalid', severity: 'warning', table: view, remark: said });
    }
  }
  return findings;
}
