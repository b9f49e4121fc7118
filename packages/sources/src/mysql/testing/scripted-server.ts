import { once } from 'node:events';
import net from 'node:net';
import { systemClock } from '@lumbung/stdx/node';
import type { ConnectionOptions } from '../wire/connection.ts';

/** A server that says what it is told to, to learn what a client makes of it. */
export interface ScriptedServer extends AsyncDisposable {
  readonly options: ConnectionOptions;
}

/** What the script does with one connection. */
export class ScriptedClient {
  readonly socket: net.Socket;
  #buffer = Buffer.alloc(0);

  constructor(socket: net.Socket) {
    this.socket = socket;
    socket.on('error', () => undefined);
  }

  send(sequence: number, payload: Buffer): void {
    this.socket.write(packet(sequence, payload));
  }

  /** The next packet's payload, with its number. */
  async receive(): Promise<{ readonly sequence: number; readonly payload: Buffer }> {
    for (;;) {
      if (this.#buffer.length >= 4) {
        const length = this.#buffer.readUIntLE(0, 3);
        if (this.#buffer.length >= 4 + length) {
          const sequence = this.#buffer.readUInt8(3);
          const payload = this.#buffer.subarray(4, 4 + length);
          this.#buffer = this.#buffer.subarray(4 + length);
          return { sequence, payload };
        }
      }
      const [chunk] = (await once(this.socket, 'data')) as [Buffer];
      this.#buffer = Buffer.concat([this.#buffer, chunk]);
    }
  }

  /** Greets, and lets in whoever answers. */
  async letIn(): Promise<void> {
    this.send(0, greeting('mysql_native_password'));
    const { sequence } = await this.receive();
    this.send(sequence + 1, OK_PACKET);
  }
}

export const NONCE = Buffer.from('abcdefghijklmnopqrst');
export const OK_PACKET = Buffer.of(0, 0, 0, 2, 0, 0, 0);
export const EOF_PACKET = Buffer.of(0xfe, 0, 0, 2, 0);

export function packet(sequence: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUIntLE(payload.length, 0, 3);
  head.writeUInt8(sequence & 0xff, 3);
  return Buffer.concat([head, payload]);
}

export function greeting(plugin: string, version = '8.0.36'): Buffer {
  const capabilities = 0x0028_a20d | 0x8000 | 0x8_0000 | 0x20_0000;
  const fixed = Buffer.alloc(18);
  fixed.writeUInt16LE(capabilities & 0xffff, 0);
  fixed.writeUInt8(45, 2);
  fixed.writeUInt16LE(2, 3);
  fixed.writeUInt16LE(capabilities >>> 16, 5);
  fixed.writeUInt8(21, 7);
  return Buffer.concat([
    Buffer.of(10),
    Buffer.from(`${version}\0`),
    Buffer.of(7, 0, 0, 0),
    NONCE.subarray(0, 8),
    Buffer.of(0),
    fixed,
    NONCE.subarray(8),
    Buffer.of(0),
    Buffer.from(`${plugin}\0`),
  ]);
}

export function errorPacket(errno: number, message: string): Buffer {
  return Buffer.concat([Buffer.of(0xff, errno & 0xff, errno >> 8), Buffer.from(`#42000${message}`)]);
}

export function columnPacket(name: string, type: number, charset: number): Buffer {
  const text = (value: string) => Buffer.concat([Buffer.of(value.length), Buffer.from(value)]);
  const fixed = Buffer.alloc(13);
  fixed.writeUInt8(12, 0);
  fixed.writeUInt16LE(charset, 1);
  fixed.writeUInt8(type, 7);
  return Buffer.concat([text('def'), text(''), text(''), text(''), text(name), text(''), fixed]);
}

export async function scriptServer(script: (client: ScriptedClient) => Promise<void>): Promise<ScriptedServer> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    // A client that hangs up ends the script in its midst.
    script(new ScriptedClient(socket)).catch(() => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A server that listens on TCP has an address that is an object.
  const { port } = server.address() as net.AddressInfo;
  return {
    options: {
      address: { kind: 'tcp', host: '127.0.0.1', port },
      tls: { mode: 'off' },
      user: 'u',
      clock: systemClock,
      timeoutMs: 5000,
      stallMs: 5000,
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
