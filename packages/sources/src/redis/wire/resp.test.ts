import { isLumbungError } from '@lumbung/stdx';
import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeCommand, NULL_REPLY, type Reply, ReplyError, RespReader } from './resp.ts';

function readerOf(bytes: Uint8Array, pieceBytes = bytes.length): RespReader {
  let at = 0;
  return new RespReader(async () => {
    if (at >= bytes.length) return undefined;
    at += pieceBytes;
    return bytes.subarray(at - pieceBytes, at);
  });
}

const read = async (text: string, pieceBytes?: number): Promise<Reply> =>
  await readerOf(Buffer.from(text, 'latin1'), pieceBytes).readReply();

describe('RespReader', () => {
  it.each([
    ['+OK\r\n', 'OK'],
    ['+\r\n', ''],
    [':-7\r\n', -7],
    [':9223372036854775807\r\n', 9223372036854775807n],
    ['$-1\r\n', NULL_REPLY],
    ['*-1\r\n', NULL_REPLY],
    ['$0\r\n\r\n', Buffer.alloc(0)],
    ['$4\r\n\r\n\r\n\r\n', Buffer.from('\r\n\r\n')],
    ['-ERR no\r\n', new ReplyError('ERR no')],
    ['*0\r\n', []],
    ['*2\r\n$1\r\na\r\n*1\r\n-NOPERM x\r\n', [Buffer.from('a'), [new ReplyError('NOPERM x')]]],
  ])('reads %j, whole or byte by byte', async (text, expected) => {
    expect(await read(text)).toEqual(expected);
    expect(await read(text, 1)).toEqual(expected);
  });

  it.each([
    '?\r\n',
    ':x\r\n',
    ':1.5\r\n',
    '$x\r\n',
    '$-2\r\n',
    '$1\r\nab\r\n',
    '*-7\r\n',
    '$99999999999\r\n',
    '*9999999\r\n',
  ])('refuses %j', async (text) => {
    await expect(read(text)).rejects.toMatchObject({ code: 'DB_PROTOCOL_ERROR' });
  });

  it('knows the end of a stream from the end of an answer', async () => {
    const whole = '*2\r\n$3\r\nabc\r\n:12\r\n';
    for (let end = 0; end < whole.length; end += 1) {
      await expect(read(whole.slice(0, end))).rejects.toMatchObject({ code: 'DB_CONNECTION_LOST' });
    }
    expect(await read(whole)).toEqual([Buffer.from('abc'), 12]);
  });

  it('gives what follows an answer as raw bytes', async () => {
    const reader = readerOf(Buffer.from('+OK\r\nREDIS0011'));
    await reader.readReply();
    expect(await reader.readSome()).toEqual(Buffer.from('REDIS0011'));
    expect(await reader.readSome()).toBeUndefined();
  });

  it('fuzz: reads back what was encoded, in whatever pieces', async () => {
    const words = fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 10 });
    const property = fc.asyncProperty(words, fc.integer({ min: 1, max: 50 }), async (command, pieceBytes) => {
      const reply = await readerOf(encodeCommand(command), pieceBytes).readReply();
      expect(reply).toEqual(command.map((word) => Buffer.from(word)));
    });
    await fc.assert(property, { numRuns: fuzzRuns() });
  });

  it('fuzz: ends with an answer or an error of ours', async () => {
    const pieces = fc.constantFrom('*', '$', ':', '-', '+', '1', '3', '99', '\r\n', 'a', '\0');
    const property = fc.asyncProperty(fc.array(pieces, { maxLength: 30 }), async (parts) => {
      try {
        await read(parts.join(''));
      } catch (error) {
        if (!isLumbungError(error)) throw error;
      }
    });
    await fc.assert(property, { numRuns: fuzzRuns(1000) });
  });
});
