import { newId, type SecretId } from '@lumbung/contracts';
import { type Clock, LumbungError, type Random } from '@lumbung/stdx';
import { openSeal, seal } from '../crypto/seal.ts';
import type { SecretRow } from '../store/rows/register.ts';
import type { Queries, Store, Transaction } from '../store/store.ts';
import type { MasterKey, MasterKeys } from './master-key.ts';
import type { SecretRegister } from './secret-register.ts';
import { SecretValue } from './secret-value.ts';

export interface VaultPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly register: SecretRegister;
}

const ROTATED_AT_ONCE = 100;
const VALUE_BYTES_MAX = 64 * 1024;

/** Sealed values in the store. Every value that passes through it is registered as one that may never be printed. */
export class SecretVault {
  readonly #store: Store;
  readonly #ports: VaultPorts;
  #keys: MasterKeys;

  constructor(store: Store, keys: MasterKeys, ports: VaultPorts) {
    this.#store = store;
    this.#keys = keys;
    this.#ports = ports;
  }

  /** Keeps a value under a name that no other has. @throws LumbungError STORE_DUPLICATE, SECRET_TOO_LONG (operator) */
  async add(name: string, value: string, tx: Transaction): Promise<SecretId> {
    const { clock, random } = this.#ports;
    const id = newId('secret', { clock, random });
    const nowMs = clock.nowMs();
    await tx
      .insertInto('secret')
      .values({ id, name, ...this.#seal(id, value), created_at: nowMs, rotated_at: nowMs })
      .execute();
    return id;
  }

  /** Puts another value in its place. @throws LumbungError SECRET_UNKNOWN, SECRET_TOO_LONG (operator) */
  async replace(id: SecretId, value: string, tx: Transaction): Promise<void> {
    const { numUpdatedRows } = await tx
      .updateTable('secret')
      .set((row) => ({
        ...this.#seal(id, value),
        rotated_at: this.#ports.clock.nowMs(),
        revision: row('revision', '+', 1),
      }))
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    if (numUpdatedRows === 0n) throw missing(id);
  }

  /** Who still refers to it is told so by the store. */
  async remove(id: SecretId, tx: Transaction): Promise<void> {
    await tx.deleteFrom('secret').where('id', '=', id).execute();
  }

  /** @throws LumbungError SECRET_UNKNOWN, SECRET_KEY_UNKNOWN (operator), SECRET_DAMAGED (corruption) */
  async open(id: SecretId, queries: Queries = this.#store.db): Promise<SecretValue> {
    const row = await queries.selectFrom('secret').selectAll().where('id', '=', id).executeTakeFirst();
    if (row === undefined) throw missing(id);
    return this.#open(row);
  }

  /** The one of that name, if there is one. */
  async openNamed(name: string, queries: Queries = this.#store.db): Promise<SecretValue | undefined> {
    const row = await queries.selectFrom('secret').selectAll().where('name', '=', name).executeTakeFirst();
    return row === undefined ? undefined : this.#open(row);
  }

  /** Whether every value can be opened; throws for the first that cannot. For the start of the service and `doctor`. */
  async openAll(signal: AbortSignal): Promise<number> {
    let count = 0;
    for (let last: SecretId | undefined; ; ) {
      signal.throwIfAborted();
      const rows = await this.#page(last);
      for (const row of rows) this.#open(row);
      count += rows.length;
      last = rows.at(-1)?.id;
      if (last === undefined) return count;
    }
  }

  async #page(after: SecretId | undefined): Promise<SecretRow[]> {
    const query = this.#store.db.selectFrom('secret').selectAll().orderBy('id').limit(ROTATED_AT_ONCE);
    // What kysely selects has the row's columns without `Generated`; nothing else reads them.
    return (await (after === undefined ? query : query.where('id', '>', after)).execute()) as unknown as SecretRow[];
  }

  /** From now on `keys` seal and open. */
  use(keys: MasterKeys): void {
    this.#keys = keys;
  }

  /** Seals again, under the current key, what a former one sealed. What was done stays done when it is broken off; it may be
   *  run again at any time. @returns how many it sealed again */
  async sealAgain(signal: AbortSignal): Promise<number> {
    for (let count = 0; ; ) {
      signal.throwIfAborted();
      const done = await this.#store.transaction(async (tx) => {
        const rows = await tx
          .selectFrom('secret')
          .selectAll()
          .where('key_id', '!=', this.#keys.current.id)
          .orderBy('id')
          .limit(ROTATED_AT_ONCE)
          .execute();
        for (const row of rows) {
          const value = this.#open(row).reveal();
          await tx.updateTable('secret').set(this.#seal(row.id, value)).where('id', '=', row.id).execute();
        }
        return rows.length;
      });
      if (done === 0) return count;
      count += done;
    }
  }

  #seal(id: SecretId, value: string): { readonly sealed: string; readonly key_id: string } {
    const content = Buffer.from(value);
    if (content.length > VALUE_BYTES_MAX) {
      throw new LumbungError('SECRET_TOO_LONG', {
        kind: 'operator',
        message: `a secret has at most ${VALUE_BYTES_MAX} bytes`,
        context: { bytesMax: VALUE_BYTES_MAX },
        hint: 'check that it is a password, a key or a token, and not a file',
      });
    }
    this.#ports.register.add(value);
    const key = this.#keys.current;
    const sealed = seal(content, { key: key.bytes, bound: boundTo(id, key), random: this.#ports.random });
    return { sealed: sealed.toString('base64url'), key_id: key.id };
  }

  #open(row: Pick<SecretRow, 'id' | 'sealed' | 'key_id'>): SecretValue {
    const key = [this.#keys.current, ...this.#keys.former].find(({ id }) => id === row.key_id);
    if (key === undefined) {
      throw new LumbungError('SECRET_KEY_UNKNOWN', {
        kind: 'operator',
        message: `the secret ${row.id} was sealed with the master key ${row.key_id}, which is not here`,
        context: { secret: row.id, key: row.key_id, current: this.#keys.current.id },
        hint: 'put the master key back that belongs to this state: it is in the recovery kit and in the backup',
      });
    }
    const content = openSeal(Buffer.from(row.sealed, 'base64url'), { key: key.bytes, bound: boundTo(row.id, key) });
    if (content === undefined) {
      throw new LumbungError('SECRET_DAMAGED', {
        kind: 'corruption',
        message: `the secret ${row.id} does not open: it was changed in the database`,
        context: { secret: row.id },
        hint: 'enter it again, and find out who wrote to the database',
      });
    }
    const value = content.toString();
    this.#ports.register.add(value);
    return new SecretValue(value);
  }
}

/** A sealed value moved to another row does not open there. */
function boundTo(id: SecretId, key: MasterKey): string {
  return `lumbung secret 1 ${key.id} ${id}`;
}

function missing(id: SecretId): LumbungError {
  return new LumbungError('SECRET_UNKNOWN', {
    kind: 'operator',
    message: `there is no secret ${id}`,
    context: { secret: id },
    hint: 'enter the password or key again where it is used',
  });
}
