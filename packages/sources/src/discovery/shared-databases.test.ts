import { byteStringOfText } from '@lumbung/stdx';
import { describe, expect, it } from 'vitest';
import type { ApplicationAddress, DiscoveredApplication, DiscoveredDatabase } from './application.ts';
import type { ApplicationEngine } from './dsn.ts';
import { filesComponent, judgeExcludes } from './files-component.ts';
import { sharedDatabases } from './shared-databases.ts';
import { TEMPLATES } from './templates.ts';
import { uncoveredDatabases } from './uncovered-databases.ts';

const SOCKET: ApplicationAddress = { kind: 'socket' };
const tcp = (host: string, port = 3306): ApplicationAddress => ({ kind: 'tcp', host, port });

function database(address: ApplicationAddress, name: string, engine: ApplicationEngine = 'mysql'): DiscoveredDatabase {
  return {
    engine,
    address,
    database: name,
    source: { path: byteStringOfText('/app/.env'), line: 1 },
    group: 'default',
    unresolved: [],
  };
}

function application(name: string, ...databases: readonly DiscoveredDatabase[]): DiscoveredApplication {
  const root = byteStringOfText(`/srv/${name}`);
  return {
    kind: 'laravel',
    name,
    root,
    confidence: 'high',
    components: { files: filesComponent('laravel', root), databases },
    buckets: [],
    redis: [],
    volumes: [],
    services: [],
    warnings: [],
  };
}

describe('databases of several applications', () => {
  it('are one, with all who use it', () => {
    const shared = sharedDatabases([
      application('a', database(SOCKET, 'x')),
      application('b', database(SOCKET, 'x', 'mariadb'), database(SOCKET, 'y')),
    ]);
    expect(
      shared.map(({ database: { database: name }, applications }) => [name, applications.map((user) => user.name)]),
    ).toEqual([
      ['x', ['a', 'b']],
      ['y', ['b']],
    ]);
  });

  it('stay apart when a socket and TCP, a port, a name or an engine differ, until the servers say who they are', () => {
    const applications = [
      application(
        'a',
        database(SOCKET, 'x'),
        database(tcp('127.0.0.1'), 'x'),
        database(tcp('127.0.0.1', 3307), 'x'),
        database(tcp('127.0.0.1'), 'X'),
        database(tcp('127.0.0.1', 5432), 'x', 'postgresql'),
      ),
    ];
    expect(sharedDatabases(applications)).toHaveLength(5);
    const identityOf = ({ address, engine }: DiscoveredDatabase) =>
      engine === 'mysql' && (address.kind === 'socket' || (address.kind === 'tcp' && address.port === 3306))
        ? 'uuid'
        : undefined;
    expect(sharedDatabases(applications, identityOf)).toHaveLength(4);
  });

  it('whose addresses are not known are never the same', () => {
    const other = { ...database({ kind: 'unknown' }, 'x'), source: { path: byteStringOfText('/b/.env'), line: 1 } };
    expect(
      sharedDatabases([application('a', database({ kind: 'unknown' }, 'x')), application('b', other)]),
    ).toHaveLength(2);
  });
});

describe('databases that belong to no application', () => {
  const mysql = {
    engine: 'mariadb',
    addresses: [{ kind: 'socket', path: byteStringOfText('/run/mysqld/mysqld.sock') }, tcp('127.0.0.1')],
    databases: ['information_schema', 'mysql', 'performance_schema', 'sys', 'simpeg', 'Simpeg', 'baru'],
  } as const;
  const postgres = {
    engine: 'postgresql',
    addresses: [tcp('db.internal', 5432)],
    databases: ['postgres', 'template0', 'template1', 'simpeg', 'peta'],
  } as const;

  const uncovered = (...applications: readonly DiscoveredApplication[]) =>
    uncoveredDatabases([mysql, postgres], applications).map(({ server, database: name }) => `${server.engine} ${name}`);

  it('are all but the server’s own while no application is known', () => {
    expect(uncovered()).toEqual([
      'mariadb simpeg',
      'mariadb Simpeg',
      'mariadb baru',
      'postgresql postgres',
      'postgresql simpeg',
      'postgresql peta',
    ]);
  });

  it('are not those that an application uses, by the socket, by TCP, in the same case and on the same engine', () => {
    expect(
      uncovered(
        application('a', database(SOCKET, 'simpeg'), database(tcp('localhost'), 'baru')),
        application('b', database(tcp('db.internal', 5432), 'peta', 'postgresql')),
      ),
    ).toEqual(['mariadb Simpeg', 'postgresql postgres', 'postgresql simpeg']);
  });

  it('are those whose application uses another server, port or socket', () => {
    const socket = (path: string): ApplicationAddress => ({ kind: 'socket', path: byteStringOfText(path) });
    const before = uncovered();
    expect(
      uncovered(application('a', database(tcp('10.0.0.1'), 'simpeg'), database(tcp('127.0.0.1', 3307), 'baru'))),
    ).toEqual(before);
    expect(uncovered(application('a', database(socket('/run/other.sock'), 'simpeg')))).toEqual(before);
    // Control.
    expect(uncovered(application('a', database(socket('/run/mysqld/mysqld.sock'), 'simpeg')))).not.toEqual(before);
  });
});

describe('files of an application', () => {
  const root = byteStringOfText('/srv/app');

  it('are those of its template, excludes where people’s own files may lie marked', () => {
    const files = filesComponent('laravel', root, {
      paths: [byteStringOfText('/srv/app/in'), byteStringOfText('/data')],
    });
    expect(files.template).toEqual({ kind: 'laravel', version: TEMPLATES.laravel.version });
    expect(files.paths).toEqual(['/srv/app', '/data']);
    expect(files.excludes).toContainEqual({ pattern: '/srv/app/storage/logs/*.log', reason: 'logs' });
    expect(files.excludes.filter(({ confirm }) => confirm !== undefined)).toEqual([]);
  });

  it('a template that left out uploads would have to be confirmed', () => {
    const folder = byteStringOfText('/srv/data');
    const files = filesComponent('generic', root, {
      excludesOf: [{ folder, excludes: [{ pattern: 'Uploads/cache', reason: 'cache' }] }],
    });
    expect(files.excludes.filter(({ confirm }) => confirm === 'names-uploads').map(({ pattern }) => pattern)).toEqual([
      '/srv/data/Uploads/cache',
    ]);
  });

  it('an exclude that leaves out a large share must be confirmed', () => {
    const { excludes } = filesComponent('generic', root);
    const measured = { totalBytes: 1000, excludedBytes: [301, 300, 0] };
    expect(judgeExcludes(excludes, measured).map(({ confirm }) => confirm)).toEqual([
      'large-share',
      undefined,
      undefined,
    ]);
    expect(
      judgeExcludes(excludes, { totalBytes: 0, excludedBytes: [] }).every(({ confirm }) => confirm === undefined),
    ).toBe(true);
  });

  it.each(Object.entries(TEMPLATES))('no exclude of the template %s leaves out what it requires', (_, template) => {
    for (const required of template.required) {
      expect(template.excludes.map(({ pattern }) => pattern)).not.toContain(required);
      expect(template.excludes.some(({ pattern }) => required.startsWith(`${pattern}/`))).toBe(false);
    }
  });
});
