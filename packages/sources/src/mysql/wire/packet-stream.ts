import type { Socket } from 'node:net';
import { connectionLost, protocolError } from './protocol-error.ts';
import type { SilenceWatch } from './silence-watch.ts';

/** A packet of this length goes on in the next one. */
const PACKET_BYTES_MAX = 0xff_ff_ff;
const HEADER_BYTES = 4;
const NOTHING: Buffer = Buffer.alloc(0);
/** `max_allowed_packet` cannot be larger, and what it bounds is the longest row. */
const PAYLOAD_BYTES_MAX = 1024 * 1024 * 1024;

/** How long silence may last, and how waiting for bytes is given up. */
export interface WaitOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told of every wait; `signal` includes its own. */
  readonly silence?: SilenceWatch | undefined;
}

/**
 * The packets of a connection: numbered, at most 16 MiB each, joined to payloads. Bytes are taken from the socket only
 * when asked for, so that a slow reader slows the server down.
 */
export class PacketStream {
  #socket: Socket;
  #buffer = NOTHING;
  #at = 0;
  /** What came behind `#buffer`. */
  #rest = NOTHING;
  #parts: Buffer[] = [];
  #partsBytes = 0;
  #sequence = 0;
  #failure: unknown;
  payload: Buffer = Buffer.alloc(0);
  payloadFrom = 0;
  payloadEnd = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#listen(socket);
  }

  /** After the upgrade to TLS. Bytes that came before it are not trusted. @throws LumbungError DB_PROTOCOL_ERROR */
  replaceSocket(socket: Socket): void {
    if (this.hasUnread) throw protocolError('bytes before encryption');
    this.#socket = socket;
    this.#listen(socket);
  }

  get socket(): Socket {
    return this.#socket;
  }

  /** The next command begins its packets at zero. */
  restart(): void {
    this.#sequence = 0;
  }

  /** Bytes that no packet has been made of yet: none where a command begins. */
  get hasUnread(): boolean {
    return this.#at < this.#buffer.length || this.#rest.length > 0 || this.#parts.length > 0;
  }

  /** @throws LumbungError DB_PROTOCOL_ERROR, DB_CONNECTION_LOST; the reason of the signal */
  async read(wait: WaitOptions): Promise<Buffer> {
    for (;;) {
      const packet = this.tryRead();
      if (packet !== undefined) return packet;
      await this.more(wait);
    }
  }

  /** A whole payload that is here already. It stays valid. */
  tryRead(): Buffer | undefined {
    return this.tryAdvance() ? this.payload.subarray(this.payloadFrom, this.payloadEnd) : undefined;
  }

  /**
   * Like `tryRead`, without an object for every packet: the payload lies in `payload` from `payloadFrom` to `payloadEnd`.
   * For rows, of which there are millions.
   */
  tryAdvance(): boolean {
    for (;;) {
      const at = this.#at;
      const buffer = this.#buffer;
      if (buffer.length - at < HEADER_BYTES) return false;
      const length = buffer.readUIntLE(at, 3);
      if (this.#partsBytes + length > PAYLOAD_BYTES_MAX) throw protocolError('a packet that is too large');
      const from = at + HEADER_BYTES;
      const end = from + length;
      if (buffer.length < end) return false;
      if (buffer[at + 3] !== this.#sequence) throw protocolError('packets out of order');
      this.#sequence = (this.#sequence + 1) & 0xff;
      this.#at = end;
      if (length < PACKET_BYTES_MAX && this.#parts.length === 0) {
        this.payload = buffer;
        this.payloadFrom = from;
        this.payloadEnd = end;
        return true;
      }
      this.#parts.push(buffer.subarray(from, end));
      this.#partsBytes += length;
      if (length < PACKET_BYTES_MAX) {
        this.payload = Buffer.concat(this.#parts, this.#partsBytes);
        this.payloadFrom = 0;
        this.payloadEnd = this.#partsBytes;
        this.#parts = [];
        this.#partsBytes = 0;
        return true;
      }
    }
  }

  /**
   * Waits for more bytes. A packet that has begun is put together by itself, as soon as all of it is there: what follows it
   * in the same chunk stays where it lies.
   */
  async more(wait: WaitOptions): Promise<void> {
    const begun = this.#buffer.subarray(this.#at);
    this.#at = 0;
    if (begun.length === 0) {
      this.#buffer = this.#rest.length > 0 ? this.#rest : await this.#chunk(wait);
      this.#rest = NOTHING;
      return;
    }
    const parts = [begun];
    let bytes = begun.length;
    let packetBytes = packetLength(parts, bytes);
    for (;;) {
      const chunk = await this.#chunk(wait);
      parts.push(chunk);
      bytes += chunk.length;
      packetBytes ??= packetLength(parts, bytes);
      if (packetBytes === undefined || bytes < packetBytes) continue;
      this.#buffer = Buffer.concat(parts, packetBytes);
      this.#rest = chunk.subarray(chunk.length - (bytes - packetBytes));
      return;
    }
  }

  /** Sends `payload` as one packet or several. */
  async write(payload: Buffer, wait: WaitOptions): Promise<void> {
    wait.signal?.throwIfAborted();
    let from = 0;
    let canTakeMore = true;
    for (;;) {
      const part = payload.subarray(from, from + PACKET_BYTES_MAX);
      const header = Buffer.alloc(HEADER_BYTES);
      header.writeUIntLE(part.length, 0, 3);
      header.writeUInt8(this.#sequence, 3);
      this.#sequence = (this.#sequence + 1) & 0xff;
      canTakeMore = this.#socket.write(part.length < 4096 ? Buffer.concat([header, part]) : header);
      if (part.length >= 4096) canTakeMore = this.#socket.write(part);
      from += part.length;
      if (part.length < PACKET_BYTES_MAX) break;
    }
    if (!canTakeMore) await this.#waitFor('drain', wait);
  }

  async #chunk(wait: WaitOptions): Promise<Buffer> {
    for (;;) {
      wait.signal?.throwIfAborted();
      // Without an encoding a socket gives buffers.
      const chunk = this.#socket.read() as Buffer | null;
      if (chunk !== null) return chunk;
      if (this.#failure !== undefined || this.#socket.readableEnded || this.#socket.destroyed) {
        throw connectionLost(this.#failure);
      }
      await this.#waitFor('readable', wait);
    }
  }

  async #waitFor(event: 'readable' | 'drain', { signal, silence }: WaitOptions): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const socket = this.#socket;
    const onAbort = () => reject(signal?.reason);
    const onClose = () => reject(connectionLost(this.#failure));
    socket.once(event, resolve).once('end', resolve).once('close', onClose);
    signal?.addEventListener('abort', onAbort, { once: true });
    silence?.begin();
    try {
      if (socket.destroyed) throw connectionLost(this.#failure);
      await promise;
    } finally {
      silence?.end();
      socket.off(event, resolve).off('end', resolve).off('close', onClose);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  #listen(socket: Socket): void {
    socket.pause();
    socket.on('error', (error) => {
      this.#failure ??= error;
    });
  }
}

/** With its header; undefined as long as that is not all there. */
function packetLength(parts: readonly Buffer[], bytes: number): number | undefined {
  if (bytes < HEADER_BYTES) return undefined;
  return HEADER_BYTES + Buffer.concat(parts, HEADER_BYTES).readUIntLE(0, 3);
}
