import { type ServerEngine, usualPrograms } from './server-programs.ts';

const WANTED = {
  postgres: { engine: 'postgresql', packages: 'postgresql' },
  mariadb: { engine: 'mariadb', packages: 'mariadb-server' },
  mysql: { engine: 'mysql', packages: 'mysql-server' },
  redis: { engine: 'redis', packages: 'redis-server' },
} as const satisfies Record<string, { engine: ServerEngine; packages: string }>;

/** For `describe.skipIf(!haveServer(…))`. Says aloud what is missing. */
export function haveServer(name: keyof typeof WANTED): boolean {
  const { engine, packages } = WANTED[name];
  if (usualPrograms(engine) !== undefined) return true;
  console.log(`SKIPPED: what needs a ${name} server: there is none here (package ${packages})`);
  return false;
}
