import { byteStringOfText } from '@lumbung/stdx';
import { describe, expect, it } from 'vitest';
import { Secret } from '../process/secret.ts';
import type { ApplicationAddress, DiscoveredDatabase } from './application.ts';
import { databaseTarget, type TargetDefaults } from './database-target.ts';
import type { ApplicationEngine } from './dsn.ts';

const DEFAULTS: TargetDefaults = {
  mysqlSocket: '/run/mysqld/mysqld.sock',
  postgresqlSocketFolder: '/var/run/postgresql',
  connectTimeoutMs: 1000,
};

function found(engine: ApplicationEngine, address: ApplicationAddress): DiscoveredDatabase {
  const source = { path: byteStringOfText('/a'), line: 1 };
  const password = new Secret('p');
  return { engine, address, database: 'd', user: 'u', password, source, group: 'g', unresolved: [] };
}

const container = {
  kind: 'container',
  project: byteStringOfText('/srv'),
  projectName: 'p',
  service: 'db',
  port: 3306,
} as const;

describe('where a driver logs in', () => {
  it.each<[ApplicationEngine, ApplicationAddress, unknown, string]>([
    ['mysql', { kind: 'socket' }, { kind: 'socket', path: '/run/mysqld/mysqld.sock' }, 'off'],
    ['postgresql', { kind: 'socket' }, { kind: 'socket', path: '/var/run/postgresql/.s.PGSQL.5432' }, 'off'],
    ['mysql', { kind: 'socket', path: byteStringOfText('/x.sock') }, { kind: 'socket', path: '/x.sock' }, 'off'],
    ['mysql', { kind: 'tcp', host: '127.0.0.1', port: 1 }, { kind: 'tcp', host: '127.0.0.1', port: 1 }, 'off'],
    ['mysql', { kind: 'tcp', host: 'db.example', port: 1 }, { kind: 'tcp', host: 'db.example', port: 1 }, 'verify'],
    ['sqlite', { kind: 'file', path: byteStringOfText('/ä.db') }, { kind: 'file', path: '/ä.db' }, 'off'],
    [
      'mariadb',
      { ...container, published: { host: '127.0.0.1', port: 3311 } },
      { kind: 'tcp', host: '127.0.0.1', port: 3311 },
      'off',
    ],
  ])('%s at %j', (engine, address, expected, tls) => {
    expect(databaseTarget(found(engine, address), DEFAULTS)).toMatchObject({
      status: 'ready',
      target: { engine, address: expected, user: 'u', database: 'd', tls: { mode: tls } },
    });
  });

  it.each<[ApplicationEngine, ApplicationAddress, string]>([
    ['mongodb', { kind: 'tcp', host: 'h', port: 1 }, 'engine-unsupported'],
    ['mysql', container, 'in-container'],
    ['mysql', { kind: 'unknown' }, 'address-unknown'],
  ])('is not known for %s at %j', (engine, address, reason) => {
    expect(databaseTarget(found(engine, address), DEFAULTS)).toEqual({ status: 'unreachable', reason });
  });
});
