import { PacketCursor } from './packet-cursor.ts';

/** @see https://dev.mysql.com/doc/dev/mysql-server/latest/field__types_8h.html */
const TYPE_TIMESTAMP = 7;
const TYPE_INT24 = 9;
const TYPE_YEAR = 13;
const TYPE_NEW_DECIMAL = 246;
/** VARCHAR, BIT, VECTOR (of MySQL 9), the BLOBs, VAR_STRING, STRING, GEOMETRY: what a dump tool writes as hexadecimal when it is binary. */
const BINARY_TYPES: ReadonlySet<number> = new Set([15, 16, 242, 249, 250, 251, 252, 253, 254, 255]);
const BINARY_CHARSET = 63;

export interface Column {
  readonly name: string;
  readonly type: number;
  readonly charset: number;
  readonly flags: number;
}

/** @throws LumbungError DB_PROTOCOL_ERROR */
export function parseColumn(packet: Buffer): Column {
  const cursor = new PacketCursor(packet);
  for (let fieldIdx = 0; fieldIdx < 4; fieldIdx++) cursor.lengthEncoded(); // catalogue, schema, table, its own name
  const name = cursor.lengthEncoded().toString('utf8');
  cursor.lengthEncoded(); // the column's own name
  cursor.length();
  const charset = cursor.uint16();
  cursor.skip(4);
  const type = cursor.uint8();
  const flags = cursor.uint16();
  return { name, type, charset, flags };
}

/** How the dump tools write a value: as it is, as hexadecimal, or as a string. */
export type Notation = 'number' | 'hexadecimal' | 'string';

/** By the rules of mysqldump and mariadb-dump (`NUM_FLAG` and `is_blob` in their sources). */
export function notationOf({ type, charset }: Column): Notation {
  if ((type <= TYPE_INT24 && type !== TYPE_TIMESTAMP) || type === TYPE_YEAR || type === TYPE_NEW_DECIMAL) {
    return 'number';
  }
  return charset === BINARY_CHARSET && BINARY_TYPES.has(type) ? 'hexadecimal' : 'string';
}
