import { findPostgresFolder, findProgram } from './find-program.ts';

const WANTED = {
  postgres: { find: findPostgresFolder, packages: 'postgresql' },
  mariadb: {
    find: () => findProgram('mariadb') && findProgram('mariadb-install-db') && findProgram('mariadbd'),
    packages: 'mariadb-server',
  },
  redis: {
    find: () => findProgram('redis-cli', 'valkey-cli') && findProgram('redis-server', 'valkey-server'),
    packages: 'redis-server',
  },
} as const;

/** For `describe.skipIf(!haveServer(…))`. Says aloud what is missing. */
export function haveServer(name: keyof typeof WANTED): boolean {
  const { find, packages } = WANTED[name];
  if (find() !== undefined) return true;
  console.log(`SKIPPED: what needs a ${name} server: there is none here (package ${packages})`);
  return false;
}
