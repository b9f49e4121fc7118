import { type ErrorKind, LumbungError } from '@lumbung/stdx';
import { PacketCursor } from './packet-cursor.ts';

const MESSAGE_LENGTH_MAX = 512;

interface Meaning {
  readonly code: string;
  readonly kind: ErrorKind;
  readonly hint: string;
}

const login: Meaning = {
  code: 'DB_LOGIN_REFUSED',
  kind: 'operator',
  hint: 'check user and password, and from which hosts the user may connect',
};
const privilege: Meaning = {
  code: 'DB_PRIVILEGE_MISSING',
  kind: 'operator',
  hint: 'test the connection: it shows the statement that grants what is missing',
};
const locked: Meaning = {
  code: 'DB_LOCKED',
  kind: 'transient',
  hint: 'try again when the change of the database is over',
};
const changed: Meaning = {
  code: 'DB_OBJECT_CHANGED',
  kind: 'transient',
  hint: 'try again when the change of the database is over',
};
const lost: Meaning = {
  code: 'DB_CONNECTION_LOST',
  kind: 'transient',
  hint: 'what was read so far is not kept; try again',
};
const crowded: Meaning = {
  code: 'DB_TOO_MANY_CONNECTIONS',
  kind: 'transient',
  hint: 'raise max_connections, or lower how many tables are read at once',
};
const missing: Meaning = {
  code: 'DB_DATABASE_MISSING',
  kind: 'operator',
  hint: 'check the name of the database; it may have been renamed or dropped',
};
const stopped: Meaning = { code: 'DB_CANCELLED', kind: 'transient', hint: 'try again' };
const tooLarge: Meaning = {
  code: 'DB_ROW_TOO_LARGE',
  kind: 'operator',
  hint: 'raise max_allowed_packet of the server',
};
const damaged: Meaning = {
  code: 'DB_DATA_CORRUPTED',
  kind: 'operator',
  hint: 'keep every older backup, and have the disk of the database server checked',
};
const full: Meaning = {
  code: 'DB_SERVER_DISK_FULL',
  kind: 'operator',
  hint: 'free space on the database server first',
};

/** By the number of the error, which is the same in MySQL and MariaDB. */
const MEANINGS: ReadonlyMap<number, Meaning> = new Map([
  ...[1045, 1130, 1129, 1251, 1698, 1862, 3118, 4151].map((errno) => [errno, login] as const),
  ...[1044, 1142, 1143, 1227, 1370, 1290, 3878].map((errno) => [errno, privilege] as const),
  ...[1205, 1213, 3024].map((errno) => [errno, locked] as const),
  ...[1412, 1146, 1051, 1054, 1356].map((errno) => [errno, changed] as const),
  ...[1053, 1077, 1079, 1152, 1153, 1158, 1159, 1160, 1161, 1184, 1927, 2006, 2013, 4031].map(
    (errno) => [errno, lost] as const,
  ),
  ...[1040, 1203, 1226].map((errno) => [errno, crowded] as const),
  [1049, missing],
  ...[1317, 1969].map((errno) => [errno, stopped] as const),
  [1301, tooLarge],
  ...[1034, 1035, 1194, 1195, 1712, 1877].map((errno) => [errno, damaged] as const),
  ...[1021, 1114].map((errno) => [errno, full] as const),
]);

/** What an ERR packet says, as an error of ours. Its first byte, 0xff, was seen. */
export function serverError(packet: Buffer): LumbungError {
  const cursor = new PacketCursor(packet, 1);
  const errno = cursor.uint16();
  let sqlState: string | undefined;
  if (cursor.leftBytes > 0 && cursor.peek() === 0x23) {
    cursor.skip(1);
    sqlState = cursor.bytes(5).toString('latin1');
  }
  const said = printable(cursor.rest().toString('utf8'));
  const meaning = MEANINGS.get(errno) ?? {
    code: 'DB_QUERY_FAILED',
    kind: 'operator' as const,
    hint: 'look into the log of the database server',
  };
  return new LumbungError(meaning.code, {
    kind: meaning.kind,
    message: `the database server said: ${said}`,
    context: { errno, sqlState, said },
    hint: meaning.hint,
  });
}

/** Bounded, and nothing a terminal would obey. */
function printable(text: string): string {
  return text.slice(0, MESSAGE_LENGTH_MAX).replace(/[\0-\x1f\x7f-\x9f]/g, '?');
}
