import { describe, expect, it } from 'vitest';
import { complainsOfTimeoutAlone } from './definitions.ts';

const TIMEOUT = `pg_restore: error: could not execute query: ERROR:  unrecognized configuration parameter "transaction_timeout"
Command was: SET transaction_timeout = 0;
`;
const OTHER = `pg_restore: from TOC entry 245; 1259 16437 TABLE t postgres
pg_restore: error: could not execute query: ERROR:  type "museum.mood" does not exist
Command was: CREATE TABLE t (m museum.mood);
`;
const ignored = (errors: number) => `pg_restore: warning: errors ignored on restore: ${errors}\n`;

describe('a pg_restore that is newer than the server', () => {
  it('is forgiven the limit that the server does not know, however often', () => {
    expect(complainsOfTimeoutAlone(`pg_restore: while INITIALIZING:\n${TIMEOUT}${ignored(1)}`)).toBe(true);
    expect(complainsOfTimeoutAlone(`${TIMEOUT}${TIMEOUT}${ignored(2)}`)).toBe(true);
  });

  it.each([
    ['another error as well', `${TIMEOUT}${OTHER}${ignored(2)}`],
    ['another error in its place', `${OTHER}${ignored(1)}`],
    ['more errors than are to be seen', `${TIMEOUT}${ignored(2)}`],
    ['no count: it ended before the end', TIMEOUT],
    ['a fatal error', `${TIMEOUT}pg_restore: error: could not write to the communication channel\n${ignored(1)}`],
    [
      'the same words within another statement',
      `${OTHER.replace('type "museum.mood" does not exist', 'unrecognized configuration parameter "transaction_timeout"')}${ignored(1)}`,
    ],
    ['nothing', ''],
  ])('is not forgiven %s', (_what, stderr) => {
    expect(complainsOfTimeoutAlone(stderr)).toBe(false);
  });
});
