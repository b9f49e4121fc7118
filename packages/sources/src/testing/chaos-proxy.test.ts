import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ChaosFaults, startChaosProxy } from './chaos-proxy.ts';

const CONTENT = Buffer.from(Array.from({ length: 200_000 }, (_, byteIdx) => byteIdx % 251));
let folder: string;
let server: Server;
/** Sends CONTENT and ends, after it has heard one byte. */
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'lumbung-chaos-'));
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(CONTENT));
  }).listen(path.join(folder, 'server'));
  await once(server, 'listening');
});
afterEach(async () => {
  server.close();
  await rm(folder, { recursive: true, force: true });
});

interface Heard {
  readonly bytes: Buffer;
  readonly end: 'ended' | 'closed' | 'silent';
}

async function listen(to: { port: number } | { path: string }, enoughBytes = Number.POSITIVE_INFINITY): Promise<Heard> {
  const socket = createConnection(to);
  socket.write('x');
  const chunks: Buffer[] = [];
  let heardBytes = 0;
  return new Promise((resolve) => {
    const tell = (end: Heard['end']) => () => {
      resolve({ bytes: Buffer.concat(chunks), end });
      socket.destroy();
    };
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      heardBytes += chunk.length;
      if (heardBytes >= enoughBytes) setTimeout(tell('silent'), 50);
    });
    socket.on('end', tell('ended')).on('error', tell('closed')).on('close', tell('closed'));
  });
}

async function through(faults: ChaosFaults, enoughBytes?: number): Promise<Heard> {
  await using proxy = await startChaosProxy({ path: path.join(folder, 'server') }, faults);
  return await listen({ port: proxy.port }, enoughBytes);
}

describe('a network that fails as it is told', () => {
  it('passes everything on when nothing is to fail', async () => {
    const heard = await through({});
    expect(heard.end).toBe('ended');
    expect(heard.bytes.equals(CONTENT)).toBe(true);
  });

  it('passes everything on in small pieces, late', async () => {
    const heard = await through({ chunkBytesMax: 60_000, delayMs: 1 });
    expect(heard.bytes.equals(CONTENT)).toBe(true);
  });

  it.each(['cutAfterBytes', 'endAfterBytes'] as const)(
    'lets exactly as many bytes through as said: %s',
    async (fault) => {
      const heard = await through({ [fault]: 100_001 });
      expect(heard.bytes.equals(CONTENT.subarray(0, 100_001))).toBe(true);
      expect(heard.end).toBe(fault === 'endAfterBytes' ? 'ended' : 'closed');
    },
  );

  it('falls silent', async () => {
    const heard = await through({ stallAfterBytes: 1000 }, 1000);
    expect(heard).toMatchObject({ end: 'silent' });
    expect(heard.bytes.length).toBe(1000);
  });

  it('damages what comes after a place', async () => {
    const { bytes } = await through({ garbageAfterBytes: 1000 });
    expect(bytes.length).toBe(CONTENT.length);
    expect(bytes.subarray(0, 1000).equals(CONTENT.subarray(0, 1000))).toBe(true);
    expect(bytes[1000]).toBe((CONTENT[1000] ?? 0) ^ 0xff);
  });

  it('loses what the client sends as well', async () => {
    const received: Buffer[] = [];
    const sink = createServer((socket) => {
      socket.on('data', (chunk) => received.push(chunk)).on('error', () => undefined);
    }).listen(path.join(folder, 'sink'));
    await once(sink, 'listening');
    await using proxy = await startChaosProxy(
      { path: path.join(folder, 'sink') },
      { fromClient: { cutAfterBytes: 70_001 } },
    );
    const client = createConnection({ port: proxy.port });
    client.on('error', () => undefined).write(CONTENT);
    await new Promise((resolve) => client.once('close', resolve));
    await expect.poll(() => Buffer.concat(received).length, { timeout: 30_000 }).toBe(70_001);
    sink.close();
  });

  it('listens on a unix socket, counts, and can be told anew', async () => {
    await using proxy = await startChaosProxy(
      { path: path.join(folder, 'server') },
      {},
      { listenAt: path.join(folder, 'p') },
    );
    expect((await listen({ path: path.join(folder, 'p') })).bytes.length).toBe(CONTENT.length);
    proxy.setFaults({ cutAfterBytes: 10 });
    expect((await listen({ path: path.join(folder, 'p') })).bytes.length).toBe(10);
    expect(proxy.connections).toBe(2);
    expect(proxy.passedBytes).toBe(CONTENT.length + 10);
  });

  it('ends what is open when it is stopped', async () => {
    const proxy = await startChaosProxy({ path: path.join(folder, 'server') }, { stallAfterBytes: 0 });
    const heard = listen({ port: proxy.port });
    await expect.poll(() => proxy.connections, { timeout: 30_000 }).toBe(1);
    await proxy.stop();
    expect((await heard).end).toBe('closed');
  });
});
