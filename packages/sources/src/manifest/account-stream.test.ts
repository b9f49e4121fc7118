import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { accountFile, accountRows, type FileAccount, type RowsAccount } from './account-stream.ts';
import { tableDigest } from './digest.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

async function* chunksOf(...texts: string[]): AsyncGenerator<Buffer> {
  for (const text of texts) yield Buffer.from(text);
}

async function read(stream: Readable): Promise<string> {
  let text = '';
  for await (const chunk of stream as AsyncIterable<Buffer>) text += chunk.toString();
  return text;
}

describe('a stream that is accounted', () => {
  it('passes the same bytes, and tells rows, bytes and digest before it ends', async () => {
    const accounts: RowsAccount[] = [];
    const stream = accountRows(chunksOf('1\ta\n2\t', '', 'bb\n'), (account) => void accounts.push(account));
    stream.on('end', () => expect(accounts).toHaveLength(1));
    expect(await read(stream)).toBe('1\ta\n2\tbb\n');
    expect(accounts).toEqual([
      {
        rows: 2,
        bytes: 9,
        sha256: sha256('1\ta\n2\tbb\n'),
        rowBytesMax: 5,
        rowsum: expect.stringMatching(/^\d+-\d+$/),
      },
    ]);
  });

  it('may be empty', async () => {
    const accounts: (FileAccount | RowsAccount)[] = [];
    expect(await read(accountRows(chunksOf(), (account) => void accounts.push(account)))).toBe('');
    expect(await read(accountFile(chunksOf(), (account) => void accounts.push(account)))).toBe('');
    expect(accounts).toEqual([
      { rows: 0, bytes: 0, sha256: sha256(''), rowBytesMax: 0, rowsum: '0-0' },
      { bytes: 0, sha256: sha256('') },
    ]);
  });

  it('fails when it ends within a row, whatever the account would have said', async () => {
    let isSettled = false;
    const stream = accountRows(chunksOf('whole\n', 'ha', 'lf'), () => void (isSettled = true));
    await expect(read(stream)).rejects.toMatchObject({ code: 'DB_ROW_INCOMPLETE', context: { row: 2 } });
    expect(isSettled).toBe(false);
  });

  it('fails with what its account is refused for', async () => {
    const stream = accountRows(chunksOf('1\n'), async ({ rows }) => {
      if (rows !== 2) throw new Error('the server sent two rows');
    });
    await expect(read(stream)).rejects.toThrow('the server sent two rows');
  });

  it('fails as its source does, without an account', async () => {
    async function* broken() {
      yield Buffer.from('1\n');
      throw new Error('the connection was lost');
    }
    let isSettled = false;
    await expect(read(accountFile(broken(), () => void (isSettled = true)))).rejects.toThrow('the connection was lost');
    expect(isSettled).toBe(false);
  });

  it('takes from its source only what is read, and ends it when it is destroyed', async () => {
    let taken = 0;
    let isEnded = false;
    async function* endless() {
      try {
        for (;;) {
          taken += 1;
          yield Buffer.alloc(64 * 1024, 'x\n');
        }
      } finally {
        isEnded = true;
      }
    }
    const stream = accountRows(endless(), () => undefined);
    await new Promise((resolve) => stream.once('readable', resolve));
    for (let i = 0; i < 10; i++) await new Promise((resolve) => setImmediate(resolve));
    expect(taken).toBeLessThan(10);
    stream.destroy();
    await new Promise((resolve) => stream.once('close', resolve));
    expect(isEnded).toBe(true);
  });
});

describe('the digest of a table', () => {
  it('is that of its file, or of the digests of its files in order', () => {
    expect(tableDigest([{ sha256: sha256('a') }])).toBe(sha256('a'));
    const both = [{ sha256: sha256('a') }, { sha256: sha256('b') }];
    expect(tableDigest(both)).toBe(sha256(`${sha256('a')}\n${sha256('b')}\n`));
    expect(tableDigest(both.toReversed())).not.toBe(tableDigest(both));
  });
});
