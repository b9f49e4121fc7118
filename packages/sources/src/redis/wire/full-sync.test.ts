import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemClock } from '@lumbung/stdx/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startFullSync } from './full-sync.ts';
import { RedisConnection } from './redis-connection.ts';

const MARK = 'abcdefghij'.repeat(4);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'lumbung-sync-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** What arrives of a server that sends these pieces, one after the other. */
async function received(pieces: readonly string[], end: 'hangs-up' | 'stays'): Promise<string> {
  const server = net.createServer((socket) => {
    socket
      .on('error', () => undefined)
      .on('data', (ask) => {
        if (!ask.includes('PSYNC')) {
          socket.write('+OK\r\n');
          return;
        }
        void (async () => {
          for (const piece of pieces) {
            socket.write(piece);
            await systemClock.sleep(5);
          }
          if (end === 'hangs-up') socket.end();
        })();
      });
  });
  await new Promise<void>((resolve) => server.listen(path.join(folder, 's'), resolve));
  const signal = new AbortController().signal;
  const connection = await RedisConnection.open(
    {
      engine: 'redis',
      address: { kind: 'socket', path: path.join(folder, 's') },
      tls: { mode: 'off' },
      options: { connectTimeoutMs: 2000 },
    },
    { signal, clock: systemClock, stallMs: 2000 },
  );
  try {
    let text = '';
    const { content } = await startFullSync(connection);
    for await (const chunk of content) text += Buffer.from(chunk).toString();
    return text;
  } finally {
    await connection.close();
    server.close();
  }
}

describe('startFullSync', () => {
  it.each([
    ['a length', ['+FULLRESYNC id 7\r\n', '\n', '\n$5\r\nhe', 'llo']],
    ['a length, and changes behind it', ['+FULLRESYNC id 7\r\n$5\r\nhello*1\r\n$4\r\nPING\r\n']],
    ['a mark', [`+FULLRESYNC id 7\r\n$EOF:${MARK}\r\nhello${MARK}`]],
    [
      'a mark that comes in two pieces',
      [`+FULLRESYNC id 7\r\n$EOF:${MARK}\r\n`, 'hello', MARK.slice(0, 9), MARK.slice(9)],
    ],
    ['a mark, and changes behind it', [`+FULLRESYNC id 7\r\n$EOF:${MARK}\r\nhel`, `lo${MARK}*1\r\n$4\r\nPING\r\n`]],
  ])('takes everything up to %s', async (_name, pieces) => {
    expect(await received(pieces, 'stays')).toBe('hello');
  });

  it('takes what only begins like the mark for content', async () => {
    const half = MARK.slice(0, 39);
    expect(await received([`+FULLRESYNC id 7\r\n$EOF:${MARK}\r\n${half}`, `!${half}`, `!${MARK}`], 'stays')).toBe(
      `${half}!${half}!`,
    );
  });

  it.each([
    ['a length', ['+FULLRESYNC id 7\r\n$5\r\nhell']],
    ['a mark', [`+FULLRESYNC id 7\r\n$EOF:${MARK}\r\nhello${MARK.slice(0, 39)}`]],
  ])('is interrupted by a server that hangs up before %s', async (_name, pieces) => {
    await expect(received(pieces, 'hangs-up')).rejects.toMatchObject({
      code: 'REDIS_SYNC_INTERRUPTED',
      kind: 'transient',
    });
  });

  it.each([
    ['$5\r\nhello', 'DB_PROTOCOL_ERROR'],
    ['+FULLRESYNC id 7\r\n$EOF:short\r\n', 'DB_PROTOCOL_ERROR'],
    ['+FULLRESYNC id 7\r\n$-1\r\n', 'DB_PROTOCOL_ERROR'],
    ['-NOPERM this user has no permissions\r\n', 'DB_PRIVILEGE_MISSING'],
    ['+FULLRESYNC id 7\r\n-ERR no memory to fork\r\n', 'DB_QUERY_FAILED'],
  ])('refuses %j', async (answer, code) => {
    await expect(received([answer], 'stays')).rejects.toMatchObject({ code });
  });
});
