import { haveServer } from '@lumbung/sources/testing';
import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { sql } from 'kysely';
import { beforeAll, describe, expect, it } from 'vitest';
import { describeEachDialect, makeStoreLab } from '../testing/each-dialect.ts';
import { fillState } from '../testing/filled-state.ts';
import { StillClock } from '../testing/tickers.ts';
import { columnNames, exportState } from './export-state.ts';
import { importState } from './import-state.ts';
import { STATE_TABLES, TABLES_LEFT_BEHIND } from './state-tables.ts';
import type { Store } from './store.ts';

const signal = new AbortController().signal;

async function exported(store: Store): Promise<string[]> {
  const lines: string[] = [];
  await exportState(store, {
    clock: new StillClock(),
    signal,
    write: async (piece) => {
      lines.push(piece);
    },
  });
  return lines;
}

async function* inPieces(text: string, pieceBytes = 65_536): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}

const load = async (store: Store, lines: readonly string[], pieceBytes?: number) =>
  await importState(store, { pieces: inPieces(lines.join(''), pieceBytes), signal });

describeEachDialect('an exported state', (lab) => {
  let lines: readonly string[] = [];
  beforeAll(async () => {
    const store = await lab.open();
    await fillState(store);
    lines = await exported(store);
  });

  it('holds every table but the queue, with a row of each', async () => {
    const store = await lab.open();
    const tables = await store.snapshot(columnNames);
    expect([...STATE_TABLES.map(({ name }) => name), ...TABLES_LEFT_BEHIND].sort()).toEqual(
      [...tables.keys()].filter((name) => !name.startsWith('schema_migration')).sort(),
    );
    const { counts } = JSON.parse(lines.at(-1) ?? '');
    expect(Object.entries(counts).filter(([, count]) => count === 0)).toEqual([]);
  });

  it.runIf(lab.dialect === 'sqlite')(
    'is read by the primary key of each table, so that no row falls between pages',
    async () => {
      const store = await lab.open();
      for (const { name, key } of STATE_TABLES) {
        const { rows } = await sql<{
          name: string;
          pk: number;
        }>`select name, pk from pragma_table_info(${name})`.execute(store.db);
        const primary = rows.filter(({ pk }) => pk > 0).toSorted((a, b) => a.pk - b.pk);
        expect(primary.map((column) => column.name)).toEqual(key);
      }
    },
  );

  it('comes back as it was', async () => {
    const store = await lab.open();
    const counts = await load(store, lines);
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ counts });
    expect(await exported(store)).toEqual(lines);
  });

  it('may come in pieces of any size', async () => {
    const store = await lab.open();
    await load(store, lines, 7);
    expect((await exported(store)).at(-1)).toBe(lines.at(-1));
  });

  it('is read in pages, in the order of its keys', async () => {
    const store = await lab.open();
    await fillState(store);
    const rows = Array.from({ length: 350 }, (_, number) => ({
      key: `k${number % 7}-${number}`,
      value: '1',
      updated_at: number,
    }));
    await store.db.insertInto('installation').values(rows).execute();
    const long = await exported(store);
    const other = await lab.open();
    expect(await load(other, long)).toMatchObject({ installation: 351 });
    expect(await exported(other)).toEqual(long);
  });

  it('is not mixed with another', async () => {
    const store = await lab.open();
    await load(store, lines);
    await expect(load(store, lines)).rejects.toThrow(
      expect.objectContaining({ code: 'STATE_TARGET_NOT_EMPTY', context: { table: 'account' } }),
    );
    expect(await exported(store)).toEqual(lines);
  });

  it('is refused whole when anything of it is missing, doubled or changed', async () => {
    const store = await lab.open();
    const untouched = await exported(store);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(lines.length - 1),
        fc.constantFrom('drop', 'double', 'cut', 'digit', 'letter'),
        async (at, act) => {
          const line = lines[at] ?? '';
          const changed =
            act === 'drop'
              ? lines.toSpliced(at, 1)
              : act === 'double'
                ? lines.toSpliced(at, 0, line)
                : act === 'cut'
                  ? [...lines.slice(0, at), line.slice(0, line.length >> 1)]
                  : lines.with(at, line.replace(act === 'digit' ? /\d/ : /[a-z]/, act === 'digit' ? '7' : 'y'));
          if (changed.join('') === lines.join('')) return;
          await expect(load(store, changed)).rejects.toThrow();
        },
      ),
      { numRuns: fuzzRuns(60) },
    );
    expect(await exported(store)).toEqual(untouched);
  });

  it.each([
    ['nothing', [], 'STATE_FILE_CUT'],
    ['something else', ['SQLite format 3\n'], 'STATE_FILE_INVALID'],
    ['a JSON of somebody else', ['{"a":1}\n'], 'STATE_FILE_INVALID'],
    ['a header alone', undefined, 'STATE_FILE_CUT'],
  ])('is refused when it is %s', async (_title, given, code) => {
    const store = await lab.open();
    await expect(load(store, given ?? lines.slice(0, 1))).rejects.toThrow(expect.objectContaining({ code }));
  });

  it('of another schema is refused', async () => {
    const store = await lab.open();
    const later = lines.with(0, (lines[0] ?? '').replace('0001-first-schema', '0009-later'));
    await expect(load(store, later)).rejects.toThrow(
      expect.objectContaining({
        code: 'STATE_SCHEMA_DIFFERS',
        context: { found: '0009-later', known: '0001-first-schema' },
      }),
    );
  });

  it('with a digit that was changed names its damage', async () => {
    const store = await lab.open();
    const at = lines.findIndex((line) => line.startsWith('["kominfo"') || line.includes('kominfo'));
    const changed = lines.with(at, (lines[at] ?? '').replace('kominfo', 'kominfx'));
    await expect(load(store, changed)).rejects.toThrow(
      expect.objectContaining({ code: 'STATE_FILE_DAMAGED', kind: 'corruption' }),
    );
  });

  it('can be left half way', async () => {
    const store = await lab.open();
    const cancelled = importState(store, {
      pieces: inPieces(lines.join('')),
      signal: AbortSignal.abort(new Error('enough')),
    });
    await expect(cancelled).rejects.toThrow('enough');
    await load(store, lines);
  });

  it('is of one moment, whatever is written meanwhile', async () => {
    const store = await lab.open();
    await load(store, lines);
    const writes: Promise<void>[] = [];
    const seen: string[] = [];
    await exportState(store, {
      clock: new StillClock(),
      signal,
      write: async (piece) => {
        seen.push(piece);
        // On SQLite it waits until the export is over.
        const number = writes.length;
        if (number < 20) writes.push(outside(async () => await addFact(store, number)));
        if (lab.dialect === 'postgres' && number < 20) await writes[number];
      },
    });
    await Promise.all(writes);
    expect(seen).toEqual(lines);
    expect(await exported(store)).not.toEqual(lines);
  });
});

async function addFact(store: Store, number: number): Promise<void> {
  await store.transaction(async (tx) => {
    await tx
      .insertInto('installation')
      .values({ key: `zz${number}`, value: '1', updated_at: 0 })
      .execute();
  });
}

/** Somebody else's work: it knows nothing of the transaction in whose time it is done. */
async function outside<T>(act: () => Promise<T>): Promise<T> {
  return await new Promise<T>((resolve, reject) => elsewhere.push(() => void act().then(resolve, reject)));
}
const elsewhere: (() => void)[] = [];
setInterval(() => {
  for (const act of elsewhere.splice(0)) act();
}, 1).unref();

describe.skipIf(!haveServer('postgres'))('a state that moves', () => {
  const sqlite = makeStoreLab('sqlite');
  const postgres = makeStoreLab('postgres');

  it('from SQLite to PostgreSQL and back is the same', async () => {
    const first = await sqlite.open();
    await fillState(first);
    const lines = await exported(first);
    const second = await postgres.open();
    await load(second, lines);
    const moved = await exported(second);
    expect(moved.slice(1, -1)).toEqual(lines.slice(1, -1));
    const third = await sqlite.open();
    await load(third, moved);
    expect(await exported(third)).toEqual(lines);
  });
});
