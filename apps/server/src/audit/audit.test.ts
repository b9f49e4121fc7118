import { createHash } from 'node:crypto';
import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import type { Store } from '../store/store.ts';
import { describeEachDialect } from '../testing/each-dialect.ts';
import { openAudit } from '../testing/open-audit.ts';
import type { AuditTrail } from './audit-trail.ts';
import { canonicalJson } from './canonical-json.ts';
import { EMPTY_HEAD, GENESIS } from './chain.ts';
import { verifyExport } from './verify-export.ts';

const signal = new AbortController().signal;
const event = (number: number) => ({
  actor: 'account:acc_1',
  action: 'asset.change',
  subject: `asset:ast_${number}`,
  detail: { number, nested: { b: [true, null], a: 'é' } },
});

async function append(store: Store, trail: AuditTrail, count: number): Promise<void> {
  for (let number = 1; number <= count; number += 1) {
    await store.transaction(async (tx) => await trail.append(tx, event(number)));
  }
}

describeEachDialect('the audit trail', (lab) => {
  const COUNT = 6;
  /** A trail of COUNT events, and what an intruder does to it. */
  async function tampered(statement: string, count = COUNT) {
    const store = await lab.open();
    const { trail } = await openAudit(store);
    await append(store, trail, count);
    const noted = await trail.head();
    await sql.raw(statement).execute(store.db);
    return { store, trail, noted };
  }

  it('is whole as long as nobody touches it', async () => {
    const store = await lab.open();
    const { trail, clock } = await openAudit(store);
    expect(await trail.verify({ signal })).toEqual({ status: 'whole', head: EMPTY_HEAD });
    await append(store, trail, 3);
    const noted = await trail.head();
    clock.pass(-5000);
    await append(store, trail, 3);
    expect(await trail.verify({ signal, noted })).toEqual({ status: 'whole', head: await trail.head() });
    expect((await trail.head()).seq).toBe(6);
  });

  it('has an event exactly when what it tells about happened', async () => {
    const store = await lab.open();
    const { trail } = await openAudit(store);
    await append(store, trail, 1);
    await expect(
      store.transaction(async (tx) => {
        await trail.append(tx, event(2));
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    await append(store, trail, 1);
    expect(await trail.verify({ signal })).toMatchObject({ status: 'whole', head: { seq: 2 } });
  });

  it('has an order, however many write at once', async () => {
    const store = await lab.open();
    const { trail } = await openAudit(store);
    await Promise.all(
      Array.from({ length: 25 }, async (_, number) => {
        await store.transaction(async (tx) => await trail.append(tx, event(number)));
      }),
    );
    expect(await trail.verify({ signal })).toMatchObject({ status: 'whole', head: { seq: 25 } });
  });

  it('stays provable when it is opened again, by its own key alone', async () => {
    const store = await lab.open();
    const { trail } = await openAudit(store);
    await append(store, trail, 3);
    const { trail: again } = await openAudit(store);
    expect(await again.verify({ signal })).toMatchObject({ status: 'whole', head: { seq: 3 } });
    // Another master key does not open the key of the trail.
    await expect(openAudit(store, 2)).rejects.toThrow(expect.objectContaining({ code: 'SECRET_KEY_UNKNOWN' }));
  });

  it('shows any single change of any field of any event', async () => {
    const store = await lab.open();
    const { trail } = await openAudit(store);
    await append(store, trail, COUNT);
    const columns = ['at', 'actor', 'action', 'subject', 'detail', 'previous_hash', 'hash', 'mac'] as const;
    const rows = await store.db.selectFrom('audit_event').selectAll().orderBy('seq').execute();
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: COUNT }),
        fc.constantFrom(...columns),
        fc.nat(1000),
        fc.constantFrom('replace', 'add', 'cut', 'blank'),
        async (seq, column, at, act) => {
          const row = rows[seq - 1];
          const before = row?.[column];
          const after =
            typeof before === 'number' ? before + at + 1 : changedText(String(before), at % String(before).length, act);
          await store.db
            .updateTable('audit_event')
            .set({ [column]: after })
            .where('seq', '=', seq)
            .execute();
          const verdict = await trail.verify({ signal });
          await store.db
            .updateTable('audit_event')
            .set({ [column]: before })
            .where('seq', '=', seq)
            .execute();
          expect(verdict).toMatchObject({ status: 'broken', seq });
        },
      ),
      { numRuns: fuzzRuns(120) },
    );
    expect(await trail.verify({ signal })).toMatchObject({ status: 'whole' });
  });

  it('shows what was taken out, wherever it was', async () => {
    for (let seq = 1; seq <= COUNT; seq += 1) {
      const { trail } = await tampered(`delete from audit_event where seq = ${seq}`);
      const fault = seq === COUNT ? 'cut' : 'missing';
      expect(await trail.verify({ signal })).toEqual({ status: 'broken', seq, fault });
    }
  });

  it('shows that its tail was cut off, and that all of it was', async () => {
    const cut = await tampered('delete from audit_event where seq > 3');
    expect(await cut.trail.verify({ signal })).toEqual({ status: 'broken', seq: 4, fault: 'cut' });
    const all = await tampered('delete from audit_event');
    expect(await all.trail.verify({ signal })).toEqual({ status: 'broken', seq: 1, fault: 'cut' });
  });

  it('shows a cut tail whose note was put back too, to whoever noted an end elsewhere', async () => {
    const store = await lab.open();
    const { trail, clock } = await openAudit(store);
    await append(store, trail, 3);
    const note = await store.db
      .selectFrom('installation')
      .selectAll()
      .where('key', '=', 'audit-head')
      .executeTakeFirstOrThrow();
    await append(store, trail, 3);
    const noted = await trail.head();
    await store.db.deleteFrom('audit_event').where('seq', '>', 3).execute();
    await store.db.updateTable('installation').set({ value: note.value }).where('key', '=', 'audit-head').execute();
    // Without a note from elsewhere this is what the trail was once.
    expect(await trail.verify({ signal })).toMatchObject({ status: 'whole' });
    expect(await trail.verify({ signal, noted })).toEqual({ status: 'broken', seq: 4, fault: 'cut' });
    // Going on does not hide it.
    clock.pass(1);
    await append(store, trail, 4);
    expect(await trail.verify({ signal, noted })).toEqual({ status: 'broken', seq: 6, fault: 'changed' });
  });

  it('goes on after its tail was cut off, and says so for ever', async () => {
    const { store, trail } = await tampered('delete from audit_event where seq > 3');
    await append(store, trail, 2);
    expect(await trail.verify({ signal })).toEqual({ status: 'broken', seq: 4, fault: 'cut' });
    const { detail } = await store.db
      .selectFrom('audit_event')
      .select('detail')
      .where('action', '=', 'audit.break')
      .executeTakeFirstOrThrow();
    expect(JSON.parse(detail)).toMatchObject({ noted: { seq: 6 } });
  });

  it.each([
    ['taken away', `delete from installation where key = 'audit-head'`],
    ['no note', `update installation set value = '[]' where key = 'audit-head'`],
    ['another one', `update installation set value = replace(value, '"seq":6', '"seq":5') where key = 'audit-head'`],
  ])('shows that the note of its end was changed: %s', async (_title, statement) => {
    const { store, trail } = await tampered(statement);
    expect(await trail.verify({ signal })).toEqual({ status: 'broken', seq: 6, fault: 'head' });
    await append(store, trail, 1);
    expect(await trail.verify({ signal })).toEqual({ status: 'broken', seq: 7, fault: 'cut' });
  });

  it('shows two events that changed their places', async () => {
    const moved = await tampered('update audit_event set seq = seq + 1000 where seq in (2, 3)');
    await sql`update audit_event set seq = 1005 - seq where seq > 1000`.execute(moved.store.db);
    expect(await moved.trail.verify({ signal })).toEqual({ status: 'broken', seq: 2, fault: 'unlinked' });
  });

  it('shows a whole other trail, made without the key', async () => {
    const store = await lab.open();
    const { trail } = await openAudit(store);
    await append(store, trail, 3);
    // An intruder with all rights on the database and no master key: the same events, made anew by the same program.
    const forgery = await lab.open();
    const { trail: forged } = await openAudit(forgery, 99);
    await append(forgery, forged, 3);
    const rows = await forgery.db.selectFrom('audit_event').selectAll().execute();
    const notes = await forgery.db.selectFrom('installation').selectAll().execute();
    await store.db.deleteFrom('audit_event').execute();
    await store.db.deleteFrom('installation').execute();
    await store.db.insertInto('audit_event').values(rows).execute();
    await store.db.insertInto('installation').values(notes).execute();
    expect(await trail.verify({ signal })).toEqual({ status: 'broken', seq: 1, fault: 'mac' });
  });

  it('may be long, and be left while it is read', async () => {
    const store = await lab.open();
    const { trail } = await openAudit(store);
    await store.transaction(async (tx) => {
      for (let number = 1; number <= 1203; number += 1) await trail.append(tx, event(number));
    });
    expect(await trail.verify({ signal })).toMatchObject({ status: 'whole', head: { seq: 1203 } });
    await expect(trail.verify({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  });

  it('is exported in ranges that anybody can verify', async () => {
    const store = await lab.open();
    const { trail } = await openAudit(store);
    await append(store, trail, 5);
    const whole = await linesOf(trail.export({ fromSeq: 1, untilSeq: 99, signal }));
    expect(whole).toHaveLength(7);
    expect(await verifyExport(whole, undefined)).toEqual({ status: 'whole', count: 5, head: await trail.head() });
    expect(independentHashes(whole)).toEqual({ isLinked: true, count: 5 });
    const part = await linesOf(trail.export({ fromSeq: 2, untilSeq: 4, signal }));
    expect(await verifyExport(part, undefined)).toMatchObject({ status: 'whole', count: 3, head: { seq: 4 } });
    const none = await linesOf(trail.export({ fromSeq: 9, untilSeq: 12, signal }));
    expect(await verifyExport(none, undefined)).toEqual({ status: 'whole', count: 0, head: null });
    for (const [at, line] of whole.entries()) {
      expect(await verifyExport(whole.toSpliced(at, 1), undefined)).not.toMatchObject({ status: 'whole' });
      // The code of a message needs the key to be judged.
      const judged = line.replace(/"mac":"[^"]*"/, '');
      for (const [from, to] of [
        [/5/, '6'],
        [/.$/, ''],
        [/a/, 'b'],
      ] as const) {
        const after = line.replace(from, to);
        if (after.replace(/"mac":"[^"]*"/, '') === judged) continue;
        expect(await verifyExport(whole.with(at, after), undefined)).not.toMatchObject({ status: 'whole' });
      }
    }
    expect(await verifyExport(whole, Buffer.alloc(32))).toEqual({ status: 'broken', seq: 1, fault: 'mac' });
  });
});

function changedText(text: string, at: number, act: 'replace' | 'add' | 'cut' | 'blank'): string {
  const [head, tail] = [text.slice(0, at), text.slice(at + 1)];
  switch (act) {
    case 'replace':
      return `${head}${text[at] === '0' ? '1' : '0'}${tail}`;
    case 'add':
      return `${text.slice(0, at)}0${text.slice(at)}1`;
    case 'cut':
      return head + tail;
    case 'blank':
      return `${text.slice(0, at)} ${text.slice(at)}`;
  }
}

async function linesOf(pieces: AsyncIterable<string>): Promise<string[]> {
  const lines: string[] = [];
  for await (const piece of pieces) lines.push(piece.replace(/\n$/, ''));
  return lines;
}

/** What docs/design/audit.md says, written a second time. */
function independentHashes(lines: readonly string[]): { isLinked: boolean; count: number } {
  const events = lines.slice(1, -1).map((line) => JSON.parse(line));
  let previous = '0'.repeat(64);
  const isLinked = events.every((row) => {
    const quoted = (name: string) => `"${name}":${JSON.stringify(row[name])}`;
    const text = `{${quoted('action')},${quoted('actor')},"at":${row.at},${quoted('detail')},"form":1,"previous":"${previous}","seq":${row.seq},${quoted('subject')}}`;
    const hash = createHash('sha256').update(text).digest('hex');
    const fits = hash === row.hash && row.previous === previous;
    previous = row.hash;
    return fits;
  });
  return { isLinked, count: events.length };
}

describe('the canonical form', () => {
  it('is the one of RFC 8785', () => {
    expect(canonicalJson({ b: 1, a: [true, null, 'x"\n'], '': { z: 1e21, y: -0, x: 0.1 }, u: undefined })).toBe(
      '{"":{"x":0.1,"y":0,"z":1e+21},"a":[true,null,"x\\"\\n"],"b":1}',
    );
  });

  it('is the same for the same value, and reads back as it', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('exists for plain values only', () => {
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    for (const value of [
      Number.NaN,
      Number.POSITIVE_INFINITY,
      '\ud800',
      circle,
      new Map(),
      1n,
      () => {},
      new Date(0),
    ]) {
      expect(() => canonicalJson({ value })).toThrow(expect.objectContaining({ code: 'BUG_NOT_CANONICAL' }));
    }
    expect(GENESIS).toHaveLength(64);
  });
});
