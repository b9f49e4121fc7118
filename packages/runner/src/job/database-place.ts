import type { DatabaseServerPlace } from '@lumbung/contracts';
import { type DatabaseDriver, parseDatabaseUrl, type Target } from '@lumbung/sources';
import { LumbungError } from '@lumbung/stdx';
import { driverOf } from '../database/database-driver.ts';
import type { JobRun } from './job-run.ts';

export interface DatabasePlace {
  readonly target: Target;
  readonly driver: DatabaseDriver;
}

/** @throws LumbungError DB_URL_INVALID, JOB_URL_WITH_PASSWORD, DB_ENGINE_UNSUPPORTED, SECRET_MISSING (operator) */
export async function databasePlaceOf(run: JobRun, server: DatabaseServerPlace): Promise<DatabasePlace> {
  const parsed = parseDatabaseUrl(server.url, { workingFolder: '/' });
  if (parsed.password !== undefined) {
    throw new LumbungError('JOB_URL_WITH_PASSWORD', {
      kind: 'operator',
      message: 'the address of the database holds a password',
      context: { server: server.name },
      hint: 'take the password out of the address and store it as a secret',
    });
  }
  const password = server.password === undefined ? undefined : await run.secrets.resolve(server.password);
  const { toolsFolder } = server;
  const target: Target = {
    ...parsed,
    ...(password === undefined ? {} : { password }),
    options: { ...parsed.options, ...(toolsFolder === undefined ? {} : { toolsFolder }) },
  };
  return { target, driver: driverOf(target.engine) };
}
