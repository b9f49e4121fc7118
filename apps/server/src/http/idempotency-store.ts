import { z } from 'zod';
import { sha256 } from '../crypto/digest.ts';
import type { Store } from '../store/store.ts';
import type { Begun, IdempotencyKey, IdempotencyStore, KeptAnswer } from './idempotency.ts';

const KEPT_MS = 24 * 3_600_000;
const keptSchema = z.strictObject({
  status: z.number(),
  body: z.string().nullable(),
  headers: z.record(z.string(), z.string()),
});

/** The keys in the state. */
export class StoredIdempotency implements IdempotencyStore {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  digest(text: string): string {
    return sha256(text);
  }

  async begin({ key, accountId, requestSha256 }: IdempotencyKey, at: number): Promise<Begun> {
    return await this.#store.transaction(async (tx) => {
      const row = await tx
        .selectFrom('idempotency')
        .selectAll()
        .where('key', '=', key)
        .where('account_id', '=', accountId)
        .executeTakeFirst();
      if (row !== undefined && row.expires_at > at) {
        if (row.request_sha256 !== requestSha256) return { kind: 'reused' };
        if (row.status === null) return { kind: 'under-way' };
        if (row.answer === null) return { kind: 'not-kept' };
        return { kind: 'answered', answer: keptSchema.parse(JSON.parse(row.answer)) };
      }
      await tx.deleteFrom('idempotency').where('key', '=', key).where('account_id', '=', accountId).execute();
      await tx
        .insertInto('idempotency')
        .values({
          key,
          account_id: accountId,
          request_sha256: requestSha256,
          status: null,
          answer: null,
          created_at: at,
          expires_at: at + KEPT_MS,
        })
        .execute();
      return { kind: 'new' };
    });
  }

  async finish({ key, accountId }: IdempotencyKey, answer: KeptAnswer | undefined): Promise<void> {
    await this.#store.db
      .updateTable('idempotency')
      .set({ status: answer?.status ?? 0, answer: answer === undefined ? null : JSON.stringify(answer) })
      .where('key', '=', key)
      .where('account_id', '=', accountId)
      .execute();
  }

  async abandon({ key, accountId }: IdempotencyKey): Promise<void> {
    await this.#store.db.deleteFrom('idempotency').where('key', '=', key).where('account_id', '=', accountId).execute();
  }
}
