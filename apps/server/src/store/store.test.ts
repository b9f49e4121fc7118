import { parseAgencyId } from '@lumbung/contracts';
import { isLumbungError } from '@lumbung/stdx';
import { describe, expect, it } from 'vitest';
import { describeEachDialect } from '../testing/each-dialect.ts';
import { Store } from './store.ts';
import { isDuplicate } from './store-error.ts';

const agency = (code: string) => ({
  id: parseAgencyId(`agy_${code}`),
  code,
  name: code,
  created_at: 1,
  updated_at: Date.UTC(2026, 2, 5),
});

describeEachDialect('the store', (lab) => {
  const codesIn = async (store: Store): Promise<string[]> =>
    (await store.db.selectFrom('agency').select('code').orderBy('code').execute()).map(({ code }) => code);

  it('gives back what was stored, moments and counts as numbers', async () => {
    const { db } = await lab.open();
    await db.insertInto('agency').values(agency('a')).execute();
    expect(await db.selectFrom('agency').selectAll().execute()).toEqual([
      { ...agency('a'), is_active: 1, revision: 1 },
    ]);
    const { count } = await db
      .selectFrom('agency')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    expect(count).toBe(1);
  });

  it('sorts by the bytes, whatever language the server speaks', async () => {
    const store = await lab.open();
    const codes = ['b', 'B', 'a', 'A', 'é', 'z', '-', '_', '1', '10', '2'];
    for (const code of codes)
      await store.db
        .insertInto('agency')
        .values(agency(code.codePointAt(0) === 233 ? 'e' : code))
        .execute();
    expect(await codesIn(store)).toEqual(['-', '1', '10', '2', 'A', 'B', '_', 'a', 'b', 'e', 'z']);
  });

  it('keeps what was committed when it is opened again', async () => {
    const address = await lab.newDatabase();
    for (const code of ['a', 'b', 'c']) {
      await using store = await Store.open(address);
      await store.transaction(async (tx) => {
        await tx.insertInto('agency').values(agency(code)).execute();
      });
    }
    await using store = await Store.open(address);
    expect(await codesIn(store)).toEqual(['a', 'b', 'c']);
  });

  it('does all of a transaction or nothing', async () => {
    const store = await lab.open();
    const failure = new Error('no');
    const failing = store.transaction(async (tx) => {
      await tx.insertInto('agency').values(agency('a')).execute();
      throw failure;
    });
    await expect(failing).rejects.toBe(failure);
    const duplicate = store.transaction(async (tx) => {
      await tx.insertInto('agency').values(agency('b')).execute();
      await tx.insertInto('agency').values(agency('b')).execute();
    });
    await expect(duplicate).rejects.toSatisfy(isDuplicate);
    expect(await codesIn(store)).toEqual([]);
  });

  it('lets transactions follow each other, so that none loses what another wrote', async () => {
    const store = await lab.open();
    await store.db.insertInto('agency').values(agency('a')).execute();
    await Promise.all(
      Array.from({ length: 30 }, async () => {
        await store.transaction(async (tx) => {
          const { revision } = await tx.selectFrom('agency').select('revision').executeTakeFirstOrThrow();
          await new Promise((resolve) => setImmediate(resolve));
          await tx
            .updateTable('agency')
            .set({ revision: revision + 1 })
            .execute();
        });
      }),
    );
    const { revision } = await store.db.selectFrom('agency').select('revision').executeTakeFirstOrThrow();
    expect(revision).toBe(31);
  });

  it('refuses a query beside the transaction it is in, instead of waiting for itself', async () => {
    const store = await lab.open();
    const isRefused = (error: unknown) => isLumbungError(error, 'BUG_STORE_INSIDE_TRANSACTION');
    await expect(
      store.transaction(async () => await store.db.selectFrom('agency').selectAll().execute()),
    ).rejects.toSatisfy(isRefused);
    await expect(store.transaction(async () => await store.transaction(async () => {}))).rejects.toSatisfy(isRefused);
    expect(await codesIn(store)).toEqual([]);
  });

  it('does what follows a commit after it, and not at all after a rollback', async () => {
    const store = await lab.open();
    const seen: string[] = [];
    await store.transaction(async (tx) => {
      store.afterCommit(() => seen.push('after'));
      await tx.insertInto('agency').values(agency('a')).execute();
      seen.push('inside');
    });
    await expect(
      store.transaction(async () => {
        store.afterCommit(() => seen.push('never'));
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    store.afterCommit(() => seen.push('at once'));
    expect(seen).toEqual(['inside', 'after', 'at once']);
  });

  it('waits for open transactions when it is closed, and begins no other', async () => {
    const address = await lab.newDatabase();
    const store = await Store.open(address);
    const gate = Promise.withResolvers<void>();
    const writing = store.transaction(async (tx) => {
      await gate.promise;
      await tx.insertInto('agency').values(agency('a')).execute();
    });
    const closing = store.close();
    await expect(store.transaction(async () => {})).rejects.toThrow(expect.objectContaining({ code: 'STORE_CLOSED' }));
    gate.resolve();
    await Promise.all([writing, closing, store.close()]);
    await using again = await Store.open(address);
    expect(await codesIn(again)).toEqual(['a']);
  });

  it('refuses rows that no rule of ours could have written', async () => {
    const { db } = await lab.open();
    const bad = (values: object) =>
      db
        .insertInto('agency')
        .values({ ...agency('x'), ...values })
        .execute();
    await expect(bad({ is_active: 2 })).rejects.toThrow();
    await expect(bad({ code: null })).rejects.toThrow();
    await expect(bad({ created_at: 'yesterday' })).rejects.toThrow();
    await expect(
      db
        .insertInto('account_role')
        .values({
          id: 'rol_1',
          account_id: 'acc_none' as never,
          role: 'admin',
          agency_id: null,
          granted_by: null,
          granted_at: 1,
          expires_at: null,
        })
        .execute(),
    ).rejects.toThrow();
    expect(await db.selectFrom('agency').selectAll().execute()).toEqual([]);
  });
});

describe('a store that cannot be opened', () => {
  it('says that PostgreSQL does not answer', async () => {
    const opening = Store.open({
      kind: 'postgres',
      host: '/nonexistent',
      port: 5432,
      database: 'l',
      user: 'u',
      password: undefined,
      tls: { mode: 'off' },
    });
    await expect(opening).rejects.toThrow(expect.objectContaining({ code: 'STORE_UNREACHABLE', kind: 'transient' }));
  });
});
