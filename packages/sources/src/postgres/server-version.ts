import { LumbungError } from '@lumbung/stdx';

/** The oldest server that is dumped. */
const MAJOR_MIN = 9.6;

export interface ServerVersion {
  /** `15.18`, without what a distribution adds. */
  readonly text: string;
  /** `9.6`, then whole numbers. */
  readonly major: number;
}

/** `server_version` as a server reports it. @throws LumbungError DB_SERVER_TOO_OLD (operator) */
export function parseServerVersion(reported: string | undefined): ServerVersion {
  const [text = '', first = '0', second = '0'] = /^(\d{1,3})(?:\.(\d{1,3}))?(?:\.\d{1,3})?/.exec(reported ?? '') ?? [];
  const major = Number(first) >= 10 ? Number(first) : Number(`${first}.${second}`);
  if (major < MAJOR_MIN) {
    throw new LumbungError('DB_SERVER_TOO_OLD', {
      kind: 'operator',
      message: `the server is PostgreSQL ${reported ?? 'of an unknown version'}, the oldest that is dumped is ${MAJOR_MIN}`,
      context: { version: reported ?? '' },
      hint: 'dump it with its own pg_dump, and plan its upgrade',
    });
  }
  return { text, major };
}
