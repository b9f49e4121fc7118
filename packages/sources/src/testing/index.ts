export { haveServer } from './have-server.ts';
export { startMariadb } from './start-mariadb.ts';
export { type PostgresOptions, startPostgres } from './start-postgres.ts';
export { startRedis } from './start-redis.ts';
export { TEST_PASSWORD, type TestServer, type TestServerOptions } from './test-server.ts';
export type { CertificateName, TlsFiles } from './tls-files.ts';
