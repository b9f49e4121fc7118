import { inspect } from 'node:util';
import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MaskedTail, maskSecrets } from './masked-tail.ts';
import { Secret } from './secret.ts';

const HARD = 'p"a\'\\ $(id);é:%&#`!';

describe('a secret', () => {
  it('shows itself only to whoever asks for it', () => {
    const secret = new Secret(HARD);
    const texts = [String(secret), JSON.stringify({ secret }), inspect({ secret }), `${secret.toString()}`];
    expect(texts.join()).not.toContain('(id)');
    expect(Object.keys(secret)).toEqual([]);
    expect(secret.reveal()).toBe(HARD);
  });
});

describe('masked text', () => {
  it.each([
    ['as it is', HARD],
    ['in an address', encodeURIComponent(HARD)],
    ['in a PGPASSFILE', HARD.replace(/[\\:]/g, '\\$&')],
    ['in an option file', HARD.replace(/[\\"]/g, '\\$&')],
    ['in SQL', HARD.replaceAll("'", "''")],
  ])('hides a secret %s', (_title, form) => {
    expect(maskSecrets(`before ${form} after`, [new Secret(HARD)])).toBe('before *** after');
  });

  it('hides the longer of two secrets first', () => {
    expect(maskSecrets('x hunter22 y hunter2', [new Secret('hunter2'), new Secret('hunter22')])).toBe('x *** y ***');
  });

  it('hides a short secret where it stands alone, and does not spell it by what is left', () => {
    expect(maskSecrets('password a, a failure: "a"', [new Secret('a')])).toBe('password ***, *** failure: "***"');
  });

  it('is left alone without secrets, or with an empty one', () => {
    expect(maskSecrets('all well', [])).toBe('all well');
    expect(maskSecrets('all well', [new Secret('')])).toBe('all well');
  });

  it('obeys no terminal', () => {
    expect(maskSecrets('a\x1b[2Jb\rc\x00\x9bd\n\te', [])).toBe('a?[2Jb?c??d\n\te');
  });

  it('fuzz: no secret of four or more characters is left in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 4 }), fc.string(), fc.string(), (value, before, after) => {
        const masked = maskSecrets(`${before}${value}${after}`, [new Secret(value)]);
        // The mask may itself be the secret.
        if (!'***'.repeat(10).includes(value))
          expect(masked.split('***').some((part) => part.includes(value))).toBe(false);
      }),
      { numRuns: fuzzRuns() },
    );
  });
});

describe('the end of what a program says', () => {
  function tailOf(bytesMax: number, ...chunks: string[]): string {
    const tail = new MaskedTail(bytesMax, [new Secret('hunter22')]);
    for (const chunk of chunks) tail.push(Buffer.from(chunk));
    return tail.text();
  }

  it('is all of it while it is short', () => {
    expect(tailOf(100, 'one\n', 'tw', 'o')).toBe('one\ntwo');
    expect(tailOf(100)).toBe('');
  });

  it('begins with a whole line when something was lost', () => {
    expect(tailOf(10, 'first\nsecond\nthird\n')).toBe('third\n');
    expect(tailOf(10, 'first\n', 'second\n', 'third\n')).toBe('third\n');
  });

  it('is nothing when a single line is too long: its rest could be half a secret', () => {
    expect(tailOf(10, `password=hunter22`)).toBe('');
    expect(tailOf(10, 'password=hun', 'ter22')).toBe('');
  });

  it('hides a secret that came in pieces, byte by byte', () => {
    expect(tailOf(4000, ...`${'x'.repeat(300)} hunter22`)).toBe(`${'x'.repeat(300)} ***`);
  });
});
