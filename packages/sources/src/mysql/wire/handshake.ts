import { PacketCursor } from './packet-cursor.ts';
import { protocolError } from './protocol-error.ts';

/** @see https://dev.mysql.com/doc/dev/mysql-server/latest/group__group__cs__capabilities__flags.html */
export const CAPABILITIES = {
  longPassword: 1,
  longFlag: 4,
  connectWithDatabase: 8,
  protocol41: 0x200,
  tls: 0x800,
  transactions: 0x2000,
  secureConnection: 0x8000,
  pluginAuth: 0x8_0000,
  connectAttributes: 0x10_0000,
  pluginAuthLongData: 0x20_0000,
} as const;

const PROTOCOL_VERSION = 10;
const PACKET_LIMIT = 1024 * 1024 * 1024;
/** utf8mb4_general_ci: known to every version that knows utf8mb4. */
const UTF8MB4 = 45;
/** MariaDB up to 10.x says so before its own version, for the sake of old replicas. */
const MARIADB_PREFIX = /^5\.5\.5-(?=\d+\.\d+)/;

export interface Greeting {
  readonly serverVersion: string;
  readonly connectionId: number;
  readonly capabilities: number;
  readonly nonce: Buffer;
  readonly plugin: string;
}

/** The first packet of a server. @throws LumbungError DB_PROTOCOL_ERROR */
export function parseGreeting(packet: Buffer): Greeting {
  const cursor = new PacketCursor(packet);
  const version = cursor.uint8();
  if (version !== PROTOCOL_VERSION) throw protocolError(`version ${version} of the protocol`);
  const serverVersion = cursor.zeroTerminated().toString('latin1').replace(MARIADB_PREFIX, '').slice(0, 200);
  const connectionId = cursor.uint32();
  const nonceStart = cursor.bytes(8);
  cursor.skip(1);
  let capabilities = cursor.uint16();
  if (cursor.leftBytes === 0) throw protocolError('a server older than version 4.1');
  cursor.skip(1 + 2);
  capabilities = (capabilities | (cursor.uint16() << 16)) >>> 0;
  if ((capabilities & CAPABILITIES.protocol41) === 0 || (capabilities & CAPABILITIES.secureConnection) === 0) {
    throw protocolError('a server older than version 4.1');
  }
  const nonceBytes = cursor.uint8();
  cursor.skip(10);
  const nonceRest = cursor.bytes(Math.min(cursor.leftBytes, Math.max(13, nonceBytes - 8)));
  const plugin =
    (capabilities & CAPABILITIES.pluginAuth) === 0
      ? 'mysql_native_password'
      : cursor.zeroTerminated().toString('latin1');
  // Twenty bytes, and a zero that is none of them.
  const nonce = Buffer.concat([nonceStart, nonceRest]).subarray(0, 20);
  if (nonce.length !== 20) throw protocolError('a greeting without a nonce');
  return { serverVersion, connectionId, capabilities, nonce, plugin };
}

export interface Login {
  readonly user: string;
  readonly database: string | undefined;
  readonly plugin: string;
  readonly answer: Buffer;
  /** What we call ourselves in the server's list of connections. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** What we can, of what the server can. */
export function clientCapabilities(greeting: Greeting, wanted: { readonly tls: boolean; readonly database: boolean }) {
  const all =
    CAPABILITIES.longPassword |
    CAPABILITIES.longFlag |
    CAPABILITIES.protocol41 |
    CAPABILITIES.transactions |
    CAPABILITIES.secureConnection |
    CAPABILITIES.pluginAuth |
    CAPABILITIES.connectAttributes |
    CAPABILITIES.pluginAuthLongData |
    (wanted.tls ? CAPABILITIES.tls : 0) |
    (wanted.database ? CAPABILITIES.connectWithDatabase : 0);
  return (all & greeting.capabilities) >>> 0;
}

/** The head of a login; alone it asks for TLS. */
export function loginHead(capabilities: number): Buffer {
  const head = Buffer.alloc(32);
  head.writeUInt32LE(capabilities, 0);
  head.writeUInt32LE(PACKET_LIMIT, 4);
  head.writeUInt8(UTF8MB4, 8);
  return head;
}

export function loginPacket(capabilities: number, login: Login): Buffer {
  const parts = [loginHead(capabilities), Buffer.from(`${login.user}\0`)];
  if ((capabilities & CAPABILITIES.pluginAuthLongData) !== 0) parts.push(lengthEncoded(login.answer));
  else parts.push(Buffer.from([login.answer.length & 0xff]), login.answer);
  if ((capabilities & CAPABILITIES.connectWithDatabase) !== 0) parts.push(Buffer.from(`${login.database ?? ''}\0`));
  if ((capabilities & CAPABILITIES.pluginAuth) !== 0) parts.push(Buffer.from(`${login.plugin}\0`));
  if ((capabilities & CAPABILITIES.connectAttributes) !== 0) {
    const attributes = Object.entries(login.attributes).flatMap(([name, value]) => [
      lengthEncoded(Buffer.from(name)),
      lengthEncoded(Buffer.from(value)),
    ]);
    parts.push(lengthEncoded(Buffer.concat(attributes)));
  }
  return Buffer.concat(parts);
}

function lengthEncoded(bytes: Buffer): Buffer {
  const { length } = bytes;
  if (length < 0xfb) return Buffer.concat([Buffer.from([length]), bytes]);
  const head = Buffer.alloc(4);
  head.writeUInt8(0xfd, 0);
  head.writeUIntLE(length, 1, 3);
  return Buffer.concat([head, bytes]);
}
