import type { ValueSink } from '../rdb/rdb-value.ts';
import { walkRdb } from '../rdb/walk-rdb.ts';
import { inPieces } from './rdb-bytes.ts';

export interface SeenValue {
  readonly kind: string;
  readonly ordered: readonly string[];
  readonly unordered: readonly string[];
}

/** Every value of a file by `db/key`, in words. */
export async function valuesOfRdb(file: Uint8Array, pieceBytes?: number): Promise<Map<string, SeenValue>> {
  const values = new Map<string, SeenValue>();
  let ordered: string[] = [];
  let unordered: string[] = [];
  const sink: ValueSink = {
    ordered: (part) => ordered.push(Buffer.from(part).toString('latin1')),
    unordered: (parts, expireAtMs) => {
      const words = parts.map((part) => Buffer.from(part).toString('latin1'));
      unordered.push([...words, ...(expireAtMs === undefined ? [] : [`until ${expireAtMs}`])].join('|'));
    },
  };
  for await (const record of walkRdb(inPieces(file, pieceBytes), { sinkFor: () => sink })) {
    if (record.kind !== 'key') continue;
    values.set(`${record.db}/${Buffer.from(record.key).toString('latin1')}`, {
      kind: record.valueKind,
      ordered,
      unordered: unordered.toSorted(),
    });
    ordered = [];
    unordered = [];
  }
  return values;
}
