import { readFile } from 'node:fs/promises';
import path from 'node:path';
import {
  ADMINISTRATIVE_STATES,
  ASSET_STATES,
  OUTCOMES,
  ROLES,
  STEP_ACTS,
  TECHNICAL_STATES,
  VERIFICATIONS,
} from '@lumbung/contracts';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { describeEachDialect } from '../testing/each-dialect.ts';
import { schemaFacts, sqliteSchemaText } from '../testing/schema-text.ts';
import { RUN_STATES } from './rows/work.ts';
import { Store } from './store.ts';

const factsOf: Partial<Record<string, Awaited<ReturnType<typeof schemaFacts>>>> = {};

describeEachDialect('the schema', (lab) => {
  it('is the one that is written down, and the same in both dialects', async () => {
    const store = await lab.open();
    factsOf[lab.dialect] = await schemaFacts(store);
    // SQLite comes first.
    expect(factsOf[lab.dialect]).toEqual(factsOf['sqlite'] ?? factsOf[lab.dialect]);
    if (lab.dialect !== 'sqlite') return;
    await expect(await sqliteSchemaText(store)).toMatchFileSnapshot(path.join(import.meta.dirname, 'schema.sql'));
  });

  it('of a newer program is refused, and nothing of it is touched', async () => {
    const address = await lab.newDatabase();
    {
      await using store = await Store.open(address);
      await sql`insert into schema_migration (name, timestamp) values ('0002-later', 'x')`.execute(store.db);
    }
    await expect(Store.open(address)).rejects.toThrow(
      expect.objectContaining({
        code: 'STORE_SCHEMA_NEWER',
        kind: 'operator',
        context: { found: '0002-later', known: '0001-first-schema' },
      }),
    );
  });

  it('is not laid into a database of somebody else', async () => {
    const address = await lab.newDatabase();
    {
      await using store = await Store.open(address);
      await sql`drop table schema_migration`.execute(store.db);
    }
    await expect(Store.open(address)).rejects.toThrow(expect.objectContaining({ code: 'STORE_NOT_OURS' }));
  });

  it('is made once when two begin at the same moment', async () => {
    // One data folder has one process; of PostgreSQL there may be many.
    const address = await lab.newDatabase();
    const openings = lab.dialect === 'sqlite' ? 1 : 4;
    const stores = await Promise.all(Array.from({ length: openings }, async () => await Store.open(address)));
    for (const store of stores) {
      const { rows } = await sql<{ name: string }>`select name from schema_migration`.execute(store.db);
      expect(rows).toEqual([{ name: '0001-first-schema' }]);
    }
    await Promise.all(stores.map(async (store) => await store.close()));
  });
});

describe('the schema', () => {
  it('admits every word that the contracts have', async () => {
    const text = await readFile(path.join(import.meta.dirname, 'schema.sql'), 'utf8');
    const wordsOf = (check: string): string[] => {
      const list = new RegExp(`constraint "${check}" check \\("\\w+" in \\(([^)]*)\\)`).exec(text)?.[1] ?? '';
      return [...list.matchAll(/'([^']*)'/g)].map((match) => match[1] ?? '');
    };
    expect(wordsOf('run_state')).toEqual([...RUN_STATES]);
    expect(wordsOf('run_outcome')).toEqual([...OUTCOMES]);
    expect(wordsOf('snapshot_verification')).toEqual([...VERIFICATIONS]);
    expect(wordsOf('activity_technical')).toEqual([...TECHNICAL_STATES]);
    expect(wordsOf('activity_administrative')).toEqual([...ADMINISTRATIVE_STATES]);
    expect(wordsOf('activity_step_act')).toEqual([...STEP_ACTS]);
    expect(wordsOf('account_role_role')).toEqual([...ROLES]);
    expect(wordsOf('asset_state')).toEqual([...ASSET_STATES]);
  });
});
