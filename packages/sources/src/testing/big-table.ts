import type { TestServer } from './test-server.ts';

export interface BigTable {
  /** A plain word. */
  readonly name?: string;
  readonly rows?: number;
  /** Of the text form of a row, about; at least 100. */
  readonly rowBytes?: number;
  /** Other values for another seed, the same for the same. */
  readonly seed?: number;
}

/** A transaction has no more, so that undo logs stay small. */
const ROWS_PER_STATEMENT = 500_000;
/** Key, name, amount and time, with what parts them. */
const OTHER_COLUMNS_BYTES = 75;

/**
 * Adds a large table, made by the server itself (about 150,000 rows of 200 bytes a second): a key in order, then a name, an
 * amount, a time, and a note that repeats a hash and some words. In Redis: keys `name:1` and so on. The database exists.
 */
export async function loadBigTable(server: TestServer, database: string, table: BigTable = {}): Promise<void> {
  const { name = 'big_table', rows = 200_000, rowBytes = 200, seed = 1 } = table;
  const noteBytes = Math.max(rowBytes - OTHER_COLUMNS_BYTES, 25);
  const shape = { name, seed, noteBytes };
  const statements: string[] = [];
  for (let first = 1; first <= rows; first += ROWS_PER_STATEMENT) {
    statements.push(INSERT[server.engine](shape, first, Math.min(first + ROWS_PER_STATEMENT - 1, rows)));
  }
  await server.client(
    [...CREATE[server.engine](shape), ...statements, ...FINISH[server.engine](shape), ''].join('\n'),
    database,
  );
}

interface Shape {
  readonly name: string;
  readonly seed: number;
  readonly noteBytes: number;
}

const CREATE: Readonly<Record<TestServer['engine'], (shape: Shape) => string[]>> = {
  postgresql: ({ name }) => [
    `CREATE TABLE ${name} (id bigint PRIMARY KEY, name text NOT NULL, amount numeric(12, 2), made_at timestamptz, note text);`,
  ],
  mariadb: ({ name }) => [
    `CREATE TABLE ${name} (id BIGINT PRIMARY KEY, name VARCHAR(40) NOT NULL, amount DECIMAL(12, 2), made_at DATETIME, note TEXT);`,
  ],
  mysql: (shape) => CREATE.mariadb(shape),
  redis: () => [],
};

const INSERT: Readonly<Record<TestServer['engine'], (shape: Shape, first: number, last: number) => string>> = {
  postgresql: ({ name, seed, noteBytes }, first, last) => `
    INSERT INTO ${name}
    SELECT n, 'pemohon ' || n, n % 100000 * 1.37, timestamptz '2020-01-01 00:00:00+00' + n * interval '37 seconds',
      left(repeat(md5('${seed} ' || n) || ' berkas permohonan ke-' || n || ' ', ${Math.ceil(noteBytes / 50)}), ${noteBytes})
    FROM generate_series(${first}, ${last}) AS n;`,
  mariadb: ({ name, seed, noteBytes }, first, last) => `
    INSERT INTO ${name}
    SELECT seq, CONCAT('pemohon ', seq), seq % 100000 * 1.37, '2020-01-01 00:00:00' + INTERVAL seq * 37 SECOND,
      LEFT(REPEAT(CONCAT(MD5(CONCAT('${seed} ', seq)), ' berkas permohonan ke-', seq, ' '), ${Math.ceil(noteBytes / 50)}), ${noteBytes})
    FROM seq_${first}_to_${last};`,
  mysql: (shape, first, last) =>
    INSERT.mariadb(shape, first, last)
      .replace(/MD5\((CONCAT\('[^']*', seq\))\)/, 'SHA2($1, 256)')
      .replace('INSERT INTO', `SET SESSION cte_max_recursion_depth = ${last + 1}; INSERT INTO`)
      .replace(
        'SELECT seq',
        `WITH RECURSIVE seqs (seq) AS (SELECT ${first} UNION ALL SELECT seq + 1 FROM seqs WHERE seq < ${last}) SELECT seq`,
      )
      .replace(`FROM seq_${first}_to_${last}`, 'FROM seqs'),
  redis: ({ name, seed, noteBytes }, first, last) =>
    `EVAL "for n = ${first}, ${last} do redis.call('SET', '${name}:' .. n, string.sub(string.rep(redis.sha1hex('${seed} ' .. n) .. ' berkas ' .. n, ${Math.ceil(noteBytes / 48)}), 1, ${noteBytes})) end" 0`,
};

const FINISH: Readonly<Record<TestServer['engine'], (shape: Shape) => string[]>> = {
  postgresql: ({ name }) => [`ANALYZE ${name};`],
  mariadb: ({ name }) => [`ANALYZE TABLE ${name};`],
  mysql: (shape) => FINISH.mariadb(shape),
  redis: () => [],
};
