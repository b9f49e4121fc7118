// Whether anything English is left where Indonesian is spoken: in the catalogues, and in what is put into their sentences.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { BLOB_FAULTS, CHECK_FINDING_CODES, type CheckFinding, NODE_FAULTS, type PackProblem } from '@lumbung/engine';
import { LumbungError, toErrorRecord } from '@lumbung/stdx';
import { beforeAll, describe, expect, it } from 'vitest';
import { findingSentence, problemSentence } from '../commands/finding-sentence.ts';
import { errorSentence } from '../errors.ts';
import { isEnglish } from '../testing/english-words.ts';
import { reasonsIn } from '../testing/error-reasons.ts';
import { thrownErrors } from '../testing/thrown-errors.ts';
import { idErrors } from './id/errors.ts';
import { id } from './id/index.ts';
import { idPhrases } from './id/phrases.ts';
import { loadTexts, type Texts, translatePhrase } from './texts.ts';

const ROOT = path.resolve(import.meta.dirname, '../../../..');
let texts: Texts;

beforeAll(async () => {
  texts = await loadTexts('id');
});

describe('what tells English from Indonesian', () => {
  it.each(['the pack is missing', 'it is empty', 'cannot be read'])('knows %j', (text) => {
    expect(isEnglish(text)).toBe(true);
  });

  it('lets commands and the words of other programs pass', () => {
    expect(isEnglish('Jalankan `lumbung check --read-data`; pesan asli: “it is broken”')).toBe(false);
  });
});

describe('the reasons in sources', () => {
  it('are found where the function that makes the error is called', () => {
    const source = `
      function bad(reason: string) { return new LumbungError('A_CODE', { kind: 'bug', context: { reason } }); }
      export function act(x: number) { if (x > 1) throw bad(x > 2 ? 'it is large' : \`it is \${x}\`); }
      function other(text: string) { return new LumbungError('B_CODE', { kind: 'bug' }); }
      export const y = other('unrelated');`;
    expect(reasonsIn('a.ts', source, new Set(['A_CODE']))).toEqual(['it is large', 'it is …']);
  });
});

describe('in Indonesian', () => {
  it('every text of the catalogues is', () => {
    const all: [string, string][] = [
      ...Object.entries(id),
      ...Object.entries(idPhrases),
      ...Object.entries(idErrors).flatMap(([code, { message, hint = '', messageWith = {}, hintWith = {} }]) =>
        [message, hint, ...Object.values(messageWith), ...Object.values(hintWith)].map((text): [string, string] => [
          code,
          text,
        ]),
      ),
    ];
    expect(all.length).toBeGreaterThan(500);
    expect(all.filter(([, text]) => isEnglish(text))).toEqual([]);
  });

  /** Placeholders for words of the engine; all others stand for names, numbers and what a user typed. */
  const WORDY = ['reason', 'obstacle', 'one', 'other', 'errno', 'type', 'fault', 'needed', 'held', 'since'] as const;

  it('no sentence takes over one of the engine', () => {
    const foreign = Object.entries(idErrors).filter(
      ([code, text]) =>
        /\{\{(?:detail|message|problem|cause|why)\}\}/.test(JSON.stringify(text)) && code !== 'UNEXPECTED',
    );
    expect(foreign).toEqual([]);
  });

  it('every reason that the sources give is', () => {
    const asked = new Set(
      Object.entries(idErrors).flatMap(([code, text]) =>
        /\{\{(?:reason|obstacle|one|other)\}\}/.test(JSON.stringify(text)) ? [code] : [],
      ),
    );
    const sites = thrownErrors(ROOT).filter(({ code }) => asked.has(code));
    const files = new Set(sites.map(({ place }) => place.replace(/:\d+$/, '')));
    const reasons = [...files].flatMap((file) =>
      reasonsIn(file, readFileSync(path.join(ROOT, file), 'utf8'), asked).map((reason) => ({ file, reason })),
    );
    expect(reasons.length).toBeGreaterThan(12);
    expect(reasons.filter(({ reason }) => translatePhrase(reason, idPhrases) === reason)).toEqual([]);
  });

  it('every value that is a word is', () => {
    const values: Readonly<Record<(typeof WORDY)[number], readonly string[]>> = {
      reason: ['it is empty', 'there is no kind of storage called ftp'],
      obstacle: ['it was made without a lock'],
      one: ['includes'],
      other: ['xattr excludes'],
      errno: ['ENOSPC', 'EACCES', 'ENOENT', 'EROFS', 'EIO', 'ETIMEDOUT', 'ENODEV', 'EPIPE'],
      type: ['file', 'dir', 'symlink', 'fifo', 'socket', 'dev', 'chardev', 'irregular'],
      fault: BLOB_FAULTS,
      needed: ['shared'],
      held: ['none', 'exclusive'],
      since: ['2026-11-24T06:05:09.123456789+00:00'],
    };
    for (const [code, text] of Object.entries(idErrors)) {
      const names = [...JSON.stringify(text).matchAll(/\{\{(\w+)\}\}/g)].map(([, name = '']) => name);
      for (const name of WORDY.filter((each) => names.includes(each))) {
        for (const value of values[name]) {
          const context = { ...Object.fromEntries(names.map((each) => [each, '7'])), [name]: value };
          const { message, hint = '' } = errorSentence(new LumbungError(code, { kind: 'bug', context }), texts);
          expect({ code, name, value, isEnglish: isEnglish(`${message} ${hint}`) }).toMatchObject({ isEnglish: false });
        }
      }
    }
  });

  it.each(['ENOSPC', 'EACCES', 'ENOENT', 'EROFS', 'EIO', 'EXDEV'])('an error of the system is: %s', (code) => {
    const system = Object.assign(new Error(`${code}: something in English, open '/x'`), { code, path: '/x' });
    const { message, hint = '' } = errorSentence(system, texts);
    expect(message).toContain('/x');
    expect(isEnglish(`${message} ${hint}`)).toBe(false);
    const crossed = errorSentence(new LumbungError(code, { kind: 'operator', message: system.message }), texts);
    expect({ code, message: crossed.message, isEnglish: isEnglish(crossed.message) }).toMatchObject({
      isEnglish: false,
    });
  });

  it('the words of a library are quoted as its own', () => {
    expect(errorSentence(new TypeError('x is not a function'), texts).message).toBe(
      'terjadi hal yang tidak terduga; pesan asli program: “x is not a function”',
    );
  });

  it('what Node complains of is a bug of ours, and no message of the system', () => {
    const complaint = Object.assign(new TypeError('must be a string'), { code: 'ERR_INVALID_ARG_TYPE' });
    expect(errorSentence(complaint, texts).message).toContain('“must be a string”');
  });

  it('everything that a check can find is', () => {
    const error = toErrorRecord(
      new LumbungError('SEAL_BROKEN', { kind: 'corruption', context: { reason: 'its tag does not fit' } }),
    );
    const common = { severity: 'error', message: 'it is English', error } as const;
    const findings: CheckFinding[] = [
      ...CHECK_FINDING_CODES.map((code): CheckFinding => ({ ...common, code })),
      ...NODE_FAULTS.map((nodeFault): CheckFinding => ({ ...common, code: 'NODE_INVALID', nodeFault, nodeName: 'a' })),
      { ...common, code: 'BLOB_NOT_INDEXED', nodeName: 'a' },
    ];
    const said = findings.map((finding) => findingSentence(finding, texts));
    const problems: PackProblem[] = [
      { kind: 'hash', message: 'it is English', actualId: 'ab' },
      { kind: 'header', message: 'it is English', error },
      { kind: 'not-in-index', message: 'it is English', blobId: 'ab' },
      { kind: 'not-in-header', message: 'it is English', blobId: 'ab' },
      { kind: 'more', message: 'it is English', count: 3 },
      ...(['seal', 'compression', 'hash', 'truncated'] as const).map(
        (fault): PackProblem => ({ kind: 'blob', message: 'it is English', blobId: 'ab', fault }),
      ),
    ];
    said.push(...problems.map((problem) => problemSentence(problem, texts)));
    expect(
      said.filter((text) => isEnglish(text) || text.includes('{{') || /^(?:finding|problem)\./.test(text)),
    ).toEqual([]);
    expect(said.join('\n')).toContain('tandanya tidak cocok');
  });
});

describe('the time of a lock', () => {
  const locked = (since: string) =>
    new LumbungError('LOCK_CONFLICT', {
      kind: 'operator',
      context: { since, hostname: 'web1\x1b[31m', username: 'rani', pid: 7, isStale: false },
    });

  it('is written as the language writes it, and a host name moves no cursor', () => {
    const { message } = errorSentence(locked('2026-11-24T06:05:09.123456789Z'), texts);
    expect(message).toMatch(/sejak 24 November 2026 pukul \d\d\.\d\d \S+$/);
    expect(message).not.toContain('\x1b');
  });

  it('names the zone as Indonesians do', () => {
    expect(texts.moment(Date.parse('2026-11-24T06:05:09Z'), 'Asia/Makassar')).toBe('24 November 2026 pukul 14.05 WITA');
    expect(texts.moment(Date.parse('2026-03-05T00:30:00Z'), 'Asia/Jakarta')).toBe('5 Maret 2026 pukul 07.30 WIB');
  });

  it('stands as it is where it is none', () => {
    expect(errorSentence(locked('yesterday'), texts).message).toContain('yesterday');
  });

  it('is followed by what to do: another thing where nobody holds it any more', () => {
    const stale = new LumbungError('LOCK_CONFLICT', { kind: 'operator', context: { isStale: true } });
    expect(errorSentence(stale, texts).hint).toContain('tidak lagi dipegang');
    expect(errorSentence(locked('x'), texts).hint).toContain('--retry-lock');
  });
});
