import type { Clock, Random } from '@lumbung/stdx';
import { z } from 'zod';
import { isSame } from '../crypto/digest.ts';
import type { SecretVault } from '../secrets/secret-vault.ts';
import type { AuditEventRow } from '../store/rows/work.ts';
import type { Queries, Store, Transaction } from '../store/store.ts';
import { canonicalJson } from './canonical-json.ts';
import { type AuditEvent, type AuditFault, type AuditHead, EMPTY_HEAD, faultOf, headMac, link } from './chain.ts';

const HEAD_KEY = 'audit-head';
const KEY_SECRET = 'lumbung.audit-key';
const KEY_BYTES = 32;
const PAGE_ROWS = 500;
/** The end of the trail was not the one that was noted. */
const BREAK_ACTION = 'audit.break';

const noteSchema = z.strictObject({ seq: z.int().nonnegative(), hash: z.string(), mac: z.string() });

export type AuditVerdict =
  | { readonly status: 'whole'; readonly head: AuditHead }
  /** @property seq the first event that is not as it was written */
  | { readonly status: 'broken'; readonly seq: number; readonly fault: AuditFault };

/** Who did what to what. Events are added, never changed; each is chained to the one before. */
export class AuditTrail {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #key: Uint8Array;

  private constructor(store: Store, clock: Clock, key: Uint8Array) {
    this.#store = store;
    this.#clock = clock;
    this.#key = key;
  }

  /** The key is made at the first start and sealed like other secrets: another master key does not make the past
   *  unprovable. @throws LumbungError of the vault, when its key does not open */
  static async open(
    store: Store,
    { vault, clock, random }: { readonly vault: SecretVault; readonly clock: Clock; readonly random: Random },
  ): Promise<AuditTrail> {
    const text = await store.transaction(async (tx) => {
      const known = await vault.openNamed(KEY_SECRET, tx);
      if (known !== undefined) return known.reveal();
      const fresh = random.bytes(KEY_BYTES).toString('base64url');
      await vault.add(KEY_SECRET, fresh, tx);
      return fresh;
    });
    return new AuditTrail(store, clock, Buffer.from(text, 'base64url'));
  }

  /** Adds an event as part of what it tells about: both are there, or neither. Where the end of the trail is not the one
   *  that was noted, that is written down first: it must neither be hidden by going on nor stop the work.
   *  @returns the new end */
  async append(tx: Transaction, event: Omit<AuditEvent, 'at'>): Promise<AuditHead> {
    // Transactions are serial, so that nobody else follows the same head.
    const last = await tx
      .selectFrom('audit_event')
      .select(['seq', 'hash'])
      .orderBy('seq', 'desc')
      .limit(1)
      .executeTakeFirst();
    let head = last ?? EMPTY_HEAD;
    const note = await noteOf(tx);
    if (!this.#isNoteOf(note, head)) {
      const noted = note === undefined ? null : { seq: note.seq, hash: note.hash };
      head = await this.#insert(
        tx,
        { actor: 'system', action: BREAK_ACTION, subject: 'audit', detail: { noted } },
        head,
      );
    }
    head = await this.#insert(tx, event, head);
    const updated = {
      value: canonicalJson({ ...head, mac: headMac(head, this.#key) }),
      updated_at: this.#clock.nowMs(),
    };
    await tx
      .insertInto('installation')
      .values({ key: HEAD_KEY, ...updated })
      .onConflict((conflict) => conflict.column('key').doUpdateSet(updated))
      .execute();
    return head;
  }

  async #insert(tx: Transaction, event: Omit<AuditEvent, 'at'>, head: AuditHead): Promise<AuditHead> {
    const row = link({ ...event, at: this.#clock.nowMs() }, head, this.#key);
    await tx.insertInto('audit_event').values(row).execute();
    return { seq: row.seq, hash: row.hash };
  }

  /** Whether `note` is the one of `head`. Before the first event there is none. */
  #isNoteOf(note: Note | undefined, head: AuditHead): boolean {
    if (note === undefined) return head.seq === 0;
    return note.seq === head.seq && isSame(note.hash, head.hash) && isSame(note.mac, headMac(head, this.#key));
  }

  /** Where the trail ends. Whoever notes it elsewhere (a report, a snapshot) can show later that nothing was cut off. */
  async head(queries: Queries = this.#store.db): Promise<AuditHead> {
    const { seq, hash } = (await noteOf(queries)) ?? EMPTY_HEAD;
    return { seq, hash };
  }

  /** Reads the whole trail. @param options.noted an end that was written down elsewhere: it must be on the way
   *  @throws LumbungError of the store */
  async verify(options: { readonly signal: AbortSignal; readonly noted?: AuditHead }): Promise<AuditVerdict> {
    const { signal, noted } = options;
    let head = EMPTY_HEAD;
    for (;;) {
      const before = head.seq;
      for await (const row of this.#rows(head.seq + 1, signal)) {
        const fault = row.action === BREAK_ACTION ? 'cut' : faultOf(row, head, this.#key);
        if (fault !== undefined) return { status: 'broken', seq: head.seq + 1, fault };
        head = { seq: row.seq, hash: row.hash };
        if (head.seq === noted?.seq && head.hash !== noted.hash) {
          return { status: 'broken', seq: head.seq, fault: 'changed' };
        }
      }
      const note = await noteOf(this.#store.db);
      if (this.#isNoteOf(note, head)) break;
      // What was appended meanwhile is read too, and whoever noted more than there is has seen what was cut off.
      if (head.seq === before) return { status: 'broken', ...this.#faultOfNote(note, head) };
    }
    if (head.seq < (noted?.seq ?? 0)) return { status: 'broken', seq: head.seq + 1, fault: 'cut' };
    return { status: 'whole', head };
  }

  #faultOfNote(note: Note | undefined, head: AuditHead): { readonly seq: number; readonly fault: AuditFault } {
    const isOurs = note !== undefined && isSame(note.mac, headMac(note, this.#key));
    return isOurs && note.seq > head.seq ? { seq: head.seq + 1, fault: 'cut' } : { seq: head.seq, fault: 'head' };
  }

  /** Events in their order. @param fromSeq the first */
  async *#rows(fromSeq: number, signal: AbortSignal): AsyncGenerator<AuditEventRow> {
    for (let next = fromSeq; ; ) {
      signal.throwIfAborted();
      const rows = await this.#store.db
        .selectFrom('audit_event')
        .selectAll()
        .where('seq', '>=', next)
        .orderBy('seq')
        .limit(PAGE_ROWS)
        .execute();
      yield* rows;
      const last = rows.at(-1);
      if (last === undefined || rows.length < PAGE_ROWS) return;
      next = last.seq + 1;
    }
  }

  /** The events from `fromSeq` to `untilSeq`, both included, in the form of docs/design/audit.md: lines of JSON that anybody
   *  can verify without Lumbung and without a key. */
  async *export(range: {
    readonly fromSeq: number;
    readonly untilSeq: number;
    readonly signal: AbortSignal;
  }): AsyncGenerator<string> {
    const { fromSeq, untilSeq, signal } = range;
    yield `${canonicalJson({ format: 'lumbung-audit', version: 1, from: fromSeq })}\n`;
    let count = 0;
    let head: AuditHead | undefined;
    for await (const row of this.#rows(fromSeq, signal)) {
      if (row.seq > untilSeq) break;
      const { previous_hash: previous, ...rest } = row;
      yield `${canonicalJson({ ...rest, previous })}\n`;
      count += 1;
      head = { seq: row.seq, hash: row.hash };
    }
    yield `${canonicalJson({ count, head: head ?? null })}\n`;
  }
}

type Note = z.output<typeof noteSchema>;

async function noteOf(queries: Queries): Promise<Note | undefined> {
  const row = await queries.selectFrom('installation').select('value').where('key', '=', HEAD_KEY).executeTakeFirst();
  return row === undefined ? undefined : parseNote(row.value);
}

/** A note that is none is taken as one that was changed. */
function parseNote(text: string): Note {
  try {
    return noteSchema.parse(JSON.parse(text));
  } catch {
    return { seq: 0, hash: '', mac: '' };
  }
}
