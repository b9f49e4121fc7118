// What a client of PostgreSQL says, byte for byte.
// Format: PostgreSQL documentation, "Frontend/Backend Protocol", "Message Formats", protocol 3.0.
import { LumbungError } from '@lumbung/stdx';

const PROTOCOL_VERSION = 0x0003_0000;
const SSL_REQUEST_CODE = 80877103;
const CANCEL_REQUEST_CODE = 80877102;
/** The server refuses a longer message of a client. */
const MESSAGE_BYTES_MAX = 1024 * 1024 * 1024 - 1;

/** `parameters`: user, database and settings of the session. */
export function startupMessage(parameters: Readonly<Record<string, string>>): Buffer {
  const pairs = Object.entries(parameters).flatMap(([name, value]) => [cString(name), cString(value)]);
  const body = Buffer.concat([int32(PROTOCOL_VERSION), ...pairs, Buffer.alloc(1)]);
  return Buffer.concat([int32(body.length + 4), body]);
}

export function sslRequest(): Buffer {
  return Buffer.concat([int32(8), int32(SSL_REQUEST_CODE)]);
}

export function cancelRequest(key: { readonly processId: number; readonly secret: Buffer }): Buffer {
  return Buffer.concat([int32(12 + key.secret.length), int32(CANCEL_REQUEST_CODE), int32(key.processId), key.secret]);
}

/** The answer to a request for a password, in clear or as MD5: the bytes to send, without their zero. */
export function passwordMessage(password: string): Buffer {
  return message('p', cString(password));
}

export function saslInitialResponse(mechanism: string, response: string): Buffer {
  const bytes = Buffer.from(response, 'utf8');
  return message('p', cString(mechanism), int32(bytes.length), bytes);
}

export function saslResponse(response: string): Buffer {
  return message('p', Buffer.from(response, 'utf8'));
}

export function queryMessage(sql: string): Buffer {
  return message('Q', cString(sql));
}

/** One statement with values sent apart from its text: Parse, Bind, Describe, Execute and Sync at once. */
export function executeMessages(
  sql: string,
  values: readonly (string | null)[],
  resultFormat: 'text' | 'binary',
): Buffer {
  const parameters = values.flatMap((value) => {
    if (value === null) return [int32(-1)];
    const bytes = Buffer.from(value, 'utf8');
    return [int32(bytes.length), bytes];
  });
  return Buffer.concat([
    message('P', cString(''), cString(sql), int16(0)),
    message(
      'B',
      cString(''),
      cString(''),
      int16(0),
      int16(values.length),
      ...parameters,
      int16(1),
      int16(resultFormat === 'binary' ? 1 : 0),
    ),
    message('D', Buffer.from('P'), cString('')),
    message('E', cString(''), int32(0)),
    message('S'),
  ]);
}

/** The five bytes before `lengthBytes` of copied data. */
export function copyDataHeader(lengthBytes: number): Buffer {
  const header = Buffer.allocUnsafe(5);
  header[0] = 0x64; // 'd'
  header.writeInt32BE(lengthBytes + 4, 1);
  return header;
}

export function copyDone(): Buffer {
  return message('c');
}

export function copyFail(reason: string): Buffer {
  return message('f', cString(reason));
}

export function terminate(): Buffer {
  return message('X');
}

function message(type: string, ...parts: readonly Buffer[]): Buffer {
  const lengthBytes = parts.reduce((sum, part) => sum + part.length, 4);
  if (lengthBytes > MESSAGE_BYTES_MAX) {
    throw new LumbungError('DB_ROW_TOO_LARGE', {
      kind: 'operator',
      message: 'a statement or value is larger than the server takes',
      context: { detail: `${lengthBytes} bytes` },
    });
  }
  return Buffer.concat([Buffer.from(type, 'latin1'), int32(lengthBytes), ...parts]);
}

function cString(text: string): Buffer {
  // A zero would end the text early: what follows it would be read as something else.
  if (text.includes('\0')) {
    throw new LumbungError('DB_TEXT_INVALID', {
      kind: 'operator',
      message: 'a name, password or statement contains a zero byte',
      hint: 'PostgreSQL allows no zero byte in a text',
    });
  }
  return Buffer.from(`${text}\0`, 'utf8');
}

function int32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeInt32BE(value, 0);
  return bytes;
}

function int16(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(2);
  bytes.writeUInt16BE(value, 0);
  return bytes;
}
