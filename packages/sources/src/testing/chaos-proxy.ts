import { once } from 'node:events';
import { createConnection, createServer, type Socket } from 'node:net';

/** What goes wrong on the way from the server to the client; bytes are counted on each connection. */
export interface ChaosFaults extends WayFaults {
  /** What goes wrong on the way from the client to the server. */
  readonly fromClient?: WayFaults;
}

export interface WayFaults {
  /** Both ends see the connection reset after so many bytes; a unix socket is closed. */
  readonly cutAfterBytes?: number;
  /** The other end sees an orderly end after so many bytes, as if everything had been said. */
  readonly endAfterBytes?: number;
  /** Nothing more comes after so many bytes, and nothing says so. */
  readonly stallAfterBytes?: number;
  /** After so many bytes, what comes is inverted bit by bit. */
  readonly garbageAfterBytes?: number;
  /** Every chunk waits so long. */
  readonly delayMs?: number;
  /** Chunks of at most so many bytes: what a slow network makes of a message. */
  readonly chunkBytesMax?: number;
}

export interface ChaosProxy extends AsyncDisposable {
  /** On 127.0.0.1; 0 when it listens on a unix socket. */
  readonly port: number;
  readonly socketPath: string | undefined;
  /** Of all connections so far, from the server. */
  readonly passedBytes: number;
  readonly connections: number;
  /** For what comes from now on, open connections included. */
  setFaults(faults: ChaosFaults): void;
  stop(): Promise<void>;
}

export type ChaosEnd =
  | { readonly host: string; readonly port: number }
  /** Of a unix socket. */
  | { readonly path: string };

/**
 * A network between a client and a server that fails as it is told. Listens on a free loopback port, or on the unix
 * socket `listenAt`.
 */
export async function startChaosProxy(
  to: ChaosEnd,
  faults: ChaosFaults = {},
  { listenAt }: { readonly listenAt?: string } = {},
): Promise<ChaosProxy> {
  const line = new ChaosLine(faults);
  const server = createServer({ allowHalfOpen: true }, (client) =>
    line.join(client, createConnection({ ...to, allowHalfOpen: true })),
  );
  if (listenAt === undefined) server.listen(0, '127.0.0.1');
  else server.listen(listenAt);
  await once(server, 'listening');
  const address = server.address();
  const stop = async (): Promise<void> => {
    line.cutAll();
    if (!server.listening) return;
    server.close();
    await once(server, 'close');
  };
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    socketPath: listenAt,
    get passedBytes() {
      return line.passedBytes;
    },
    get connections() {
      return line.connections;
    },
    setFaults: (changed) => {
      line.faults = changed;
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

class ChaosLine {
  faults: ChaosFaults;
  passedBytes = 0;
  connections = 0;
  readonly #open = new Set<Socket>();

  constructor(faults: ChaosFaults) {
    this.faults = faults;
  }

  join(client: Socket, server: Socket): void {
    this.connections += 1;
    for (const socket of [client, server]) {
      this.#open.add(socket);
      socket.on('close', () => this.#open.delete(socket));
      // Always followed by `close`.
      socket.on('error', () => undefined);
    }
    client.on('close', () => server.destroy());
    // Whichever way fails, the client is told: everything is done on its socket.
    const failed = (): void => void client.destroy();
    this.#carry(server, client, 'fromServer').catch(failed);
    this.#carry(client, server, 'fromClient').catch(failed);
  }

  cutAll(): void {
    for (const socket of this.#open) reset(socket);
  }

  async #carry(from: Socket, to: Socket, way: 'fromServer' | 'fromClient'): Promise<void> {
    let passed = 0;
    for await (const chunk of from) {
      for (const piece of pieces(chunk, this.#faultsOf(way).chunkBytesMax)) {
        const { delayMs = 0 } = this.#faultsOf(way);
        if (delayMs > 0) await sleep(delayMs);
        const verdict = judge(piece, passed, this.#faultsOf(way));
        passed += verdict.bytes.length;
        if (way === 'fromServer') this.passedBytes += verdict.bytes.length;
        if (verdict.bytes.length > 0 && !to.write(verdict.bytes))
          await Promise.race([once(to, 'drain'), once(to, 'close')]);
        switch (verdict.next) {
          case 'go-on':
            break;
          case 'stall':
            await once(to, 'close');
            return;
          case 'end':
            to.end();
            await once(to, 'close');
            return;
          case 'cut':
            // A reset throws away what the kernel has not delivered yet.
            await sleep(RESET_AFTER_MS);
            reset(from);
            reset(to);
            return;
        }
      }
    }
    to.end();
  }

  #faultsOf(way: 'fromServer' | 'fromClient'): WayFaults {
    return way === 'fromServer' ? this.faults : (this.faults.fromClient ?? {});
  }
}

const RESET_AFTER_MS = 20;
const sleep = (delayMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, delayMs));

/** A unix socket knows no reset. */
function reset(socket: Socket): void {
  if (socket.remoteFamily === undefined) socket.destroy();
  else socket.resetAndDestroy();
}

interface Verdict {
  readonly bytes: Buffer;
  readonly next: 'go-on' | 'stall' | 'end' | 'cut';
}

/** What passes of `chunk`, when `passed` bytes have passed before. */
function judge(chunk: Buffer, passed: number, faults: WayFaults): Verdict {
  const { cutAfterBytes, endAfterBytes, stallAfterBytes, garbageAfterBytes } = faults;
  const whole = garbageAfterBytes === undefined ? chunk : invertFrom(chunk, garbageAfterBytes - passed);
  const ends: (readonly [number | undefined, Verdict['next']])[] = [
    [cutAfterBytes, 'cut'],
    [endAfterBytes, 'end'],
    [stallAfterBytes, 'stall'],
  ];
  for (const [limit, next] of ends) {
    if (limit !== undefined && passed + chunk.length >= limit) {
      return { bytes: whole.subarray(0, Math.max(limit - passed, 0)), next };
    }
  }
  return { bytes: whole, next: 'go-on' };
}

function invertFrom(chunk: Buffer, start: number): Buffer {
  return Buffer.from(chunk.map((byte, byteIdx) => (byteIdx >= start ? byte ^ 0xff : byte)));
}

function* pieces(chunk: Buffer, sizeMax = chunk.length): Iterable<Buffer> {
  for (let at = 0; at < chunk.length; at += sizeMax) yield chunk.subarray(at, at + sizeMax);
}
