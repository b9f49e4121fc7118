/** Of Debian and the PostgreSQL project. What comes with the server itself is in the server's package. */
export function packageOf(extension: string, major: number): string {
  const own = /^(?:postgis.*|address_standardizer.*)$/.test(extension) ? 'postgis-3' : OWN_PACKAGES[extension];
  return own === undefined ? `postgresql-${major}` : `postgresql-${major}-${own}`;
}

const OWN_PACKAGES: Readonly<Record<string, string>> = {
  vector: 'pgvector',
  pg_cron: 'cron',
  pgaudit: 'pgaudit',
  pg_partman: 'partman',
  timescaledb: 'timescaledb',
  pgrouting: 'pgrouting',
  hypopg: 'hypopg',
  orafce: 'orafce',
  plv8: 'plv8',
};
