import { isLumbungError } from '@lumbung/stdx';
import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MessageSplitter } from './message-splitter.ts';

type Heard = { readonly type: string; readonly body: string };

/** What a splitter says to `chunks`; neighbouring pieces of copied data joined. */
function hear(chunks: readonly Buffer[]): { readonly heard: Heard[]; readonly isAtBoundary: boolean } {
  const heard: Heard[] = [];
  const add = (type: string, body: Buffer): void => {
    const last = heard.at(-1);
    const text = body.toString('latin1');
    if (type === 'd' && last?.type === 'd') heard[heard.length - 1] = { type, body: last.body + text };
    else heard.push({ type, body: text });
  };
  const splitter = new MessageSplitter({
    message: (type, body) => add(String.fromCharCode(type), body),
    copyData: (run) => add('d', run),
  });
  // It works in place: whoever hands a chunk over does not look at it again.
  for (const chunk of chunks) splitter.push(Buffer.from(chunk));
  return { heard, isAtBoundary: splitter.isAtBoundary };
}

function frame(type: string, body: Uint8Array): Buffer {
  const header = Buffer.alloc(5);
  header.write(type, 'latin1');
  header.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([header, body]);
}

function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...ends].map((start, idx) => bytes.subarray(start, ends[idx] ?? bytes.length));
}

const message = fc.record({
  type: fc.constantFrom('d', 'd', 'd', 'C', 'Z', 'N'),
  body: fc.uint8Array({ maxLength: 120 }),
});

describe('MessageSplitter', () => {
  it('joins rows that came one by one, and keeps them apart from what follows', () => {
    const bytes = Buffer.concat([
      frame('H', Buffer.from([0])),
      frame('d', Buffer.from('1\tone\n')),
      frame('d', Buffer.from(`2\t${'two'.repeat(40)}\n`)),
      frame('d', Buffer.alloc(0)),
      frame('d', Buffer.from('3\tthree\n')),
      frame('c', Buffer.alloc(0)),
    ]);
    expect(hear([bytes]).heard).toEqual([
      { type: 'H', body: '\0' },
      { type: 'd', body: `1\tone\n2\t${'two'.repeat(40)}\n3\tthree\n` },
      { type: 'c', body: '' },
    ]);
  });

  it('hands on a large row before it is complete', () => {
    const row = frame('d', Buffer.alloc(1_000_000, 'x'));
    const { heard, isAtBoundary } = hear([row.subarray(0, 10_000)]);
    expect(heard).toEqual([{ type: 'd', body: 'x'.repeat(9_995) }]);
    expect(isAtBoundary).toBe(false);
  });

  it.each([
    ['a length below its own', [0x43, 0, 0, 0, 3]],
    ['a negative length', [0x64, 0xff, 0xff, 0xff, 0xff]],
    ['a length that nobody could hold', [0x44, 0x7f, 0xff, 0xff, 0xff]],
  ])('refuses %s', (_, bytes) => {
    expect(() => hear([Buffer.from(bytes)])).toThrow(expect.objectContaining({ code: 'DB_PROTOCOL_ERROR' }));
  });

  it('fuzz: hears the same however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 30 }), fc.array(fc.nat(), { maxLength: 40 }), (messages, places) => {
        const bytes = Buffer.concat(messages.map(({ type, body }) => frame(type, body)));
        const expected: Heard[] = [];
        for (const { type, body } of messages) {
          const text = Buffer.from(body).toString('latin1');
          const last = expected.at(-1);
          if (type === 'd' && last?.type === 'd') expected[expected.length - 1] = { type, body: last.body + text };
          else if (type !== 'd' || text !== '') expected.push({ type, body: text });
        }
        expect(hear(cut(bytes, places))).toEqual({ heard: expected, isAtBoundary: true });
      }),
      { numRuns: fuzzRuns() },
    );
  });

  it('fuzz: garbage is refused or ignored, and nothing else', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 64 }), { maxLength: 20 }), (chunks) => {
        try {
          hear(chunks.map((chunk) => Buffer.from(chunk)));
        } catch (error) {
          expect(isLumbungError(error, 'DB_PROTOCOL_ERROR')).toBe(true);
        }
      }),
      { numRuns: fuzzRuns() },
    );
  });
});
