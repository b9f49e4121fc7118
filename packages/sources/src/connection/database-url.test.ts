import { inspect } from 'node:util';
import { isLumbungError } from '@lumbung/stdx';
import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDatabaseUrl } from './database-url.ts';
import type { Target } from './target.ts';
import { targetText } from './target-text.ts';

const parse = (url: string): Target => parseDatabaseUrl(url, { workingFolder: '/srv/app' });

function withoutOptions(url: string): Omit<Target, 'options' | 'password'> & { password?: string } {
  const { options: _, password, ...target } = parse(url);
  return { ...target, ...(password === undefined ? {} : { password: password.reveal() }) };
}

const tcp = (host: string, port: number) => ({ kind: 'tcp', host, port });
const OFF = { mode: 'off' };
const VERIFY = { mode: 'verify' };

describe('an address is read', () => {
  const addresses: readonly (readonly [string, object])[] = [
    [
      'postgres://cadangan:p%40ss@db.kantor.go.id:5433/simpeg',
      {
        engine: 'postgresql',
        address: tcp('db.kantor.go.id', 5433),
        user: 'cadangan',
        password: 'p@ss',
        database: 'simpeg',
        tls: VERIFY,
      },
    ],
    ['postgresql://localhost', { engine: 'postgresql', address: tcp('localhost', 5432), tls: OFF }],
    ['POSTGRESQL://127.0.0.1/', { engine: 'postgresql', address: tcp('127.0.0.1', 5432), tls: OFF }],
    [
      'mysql://root@[::1]:3307/a%2Fb',
      { engine: 'mysql', address: tcp('::1', 3307), user: 'root', database: 'a/b', tls: OFF },
    ],
    ['mariadb://u:@h:/d', { engine: 'mariadb', address: tcp('h', 3306), user: 'u', database: 'd', tls: VERIFY }],
    [
      'postgres://[fe80::1%25eth0]/d',
      { engine: 'postgresql', address: tcp('fe80::1%eth0', 5432), database: 'd', tls: VERIFY },
    ],
    ['redis://:secret@h/3', { engine: 'redis', address: tcp('h', 6379), password: 'secret', database: '3', tls: OFF }],
    ['rediss://h', { engine: 'redis', address: tcp('h', 6379), tls: VERIFY }],
    ['valkey://localhost:7000', { engine: 'redis', address: tcp('localhost', 7000), tls: OFF }],
    ['valkeys://h?ssl-mode=REQUIRED', { engine: 'redis', address: tcp('h', 6379), tls: { mode: 'require' } }],
    [
      'postgresql:///simpeg?host=/run/postgresql&user=postgres',
      {
        engine: 'postgresql',
        address: { kind: 'socket', path: '/run/postgresql/.s.PGSQL.5432' },
        user: 'postgres',
        database: 'simpeg',
        tls: OFF,
      },
    ],
    [
      'postgres://u@%2Frun%2Fpostgresql:5433/d',
      {
        engine: 'postgresql',
        address: { kind: 'socket', path: '/run/postgresql/.s.PGSQL.5433' },
        user: 'u',
        database: 'd',
        tls: OFF,
      },
    ],
    [
      'postgres:///?host=/r/.s.PGSQL.6000',
      { engine: 'postgresql', address: { kind: 'socket', path: '/r/.s.PGSQL.6000' }, tls: OFF },
    ],
    [
      'postgres://?host=h&port=1&dbname=d&password=p',
      { engine: 'postgresql', address: tcp('h', 1), database: 'd', password: 'p', tls: VERIFY },
    ],
    [
      'mysql://u@/d?socket=/run/mysqld/my%20sqld.sock',
      {
        engine: 'mysql',
        address: { kind: 'socket', path: '/run/mysqld/my sqld.sock' },
        user: 'u',
        database: 'd',
        tls: OFF,
      },
    ],
    ['sqlite:/var/lib/app.db', { engine: 'sqlite', address: { kind: 'file', path: '/var/lib/app.db' }, tls: OFF }],
    [
      'sqlite:///var/lib/100%?#.db',
      { engine: 'sqlite', address: { kind: 'file', path: '/var/lib/100%?#.db' }, tls: OFF },
    ],
    ['sqlite:////var/lib/app.db', { engine: 'sqlite', address: { kind: 'file', path: '/var/lib/app.db' }, tls: OFF }],
    ['sqlite:data/app.db', { engine: 'sqlite', address: { kind: 'file', path: '/srv/app/data/app.db' }, tls: OFF }],
  ];
  it.each(addresses)('%s', (url, expected) => {
    expect(withoutOptions(url)).toEqual(expected);
  });

  it.each([
    ['sslmode=disable', OFF],
    ['sslmode=require', { mode: 'require' }],
    ['sslmode=require&sslrootcert=/ca.pem', { mode: 'verify-ca', caFile: '/ca.pem' }],
    ['sslmode=verify-ca', { mode: 'verify-ca' }],
    ['sslmode=verify-full&sslrootcert=/ca.pem', { mode: 'verify', caFile: '/ca.pem' }],
    ['sslrootcert=/ca.pem', { mode: 'verify', caFile: '/ca.pem' }],
    ['ssl-mode=VERIFY_IDENTITY&ssl-ca=/ca.pem', { mode: 'verify', caFile: '/ca.pem' }],
    ['sslcert=/c.pem&sslkey=/k.pem', { mode: 'verify', certFile: '/c.pem', keyFile: '/k.pem' }],
    ['tls-server-name=db.internal', { mode: 'verify', serverName: 'db.internal' }],
  ])('TLS by %s', (query, tls) => {
    expect(parse(`postgres://h/d?${query}`).tls).toEqual(tls);
    // Also to this machine, when it is asked for.
    expect(parse(`mysql://localhost/d?${query}`).tls).toEqual(tls);
  });

  it('with how long to wait for a connection', () => {
    expect(parse('mysql://h').options.connectTimeoutMs).toBe(15_000);
    expect(parse('mysql://h?connect_timeout=3').options.connectTimeoutMs).toBe(3000);
  });
});

describe('an address is refused', () => {
  it.each([
    ['', 'does not begin'],
    ['/var/lib/app.db', 'does not begin'],
    ['oracle://h', 'does not begin'],
    ['__proto__://h', 'does not begin'],
    ['constructor://h', 'does not begin'],
    ['postgres:h', 'no //'],
    ['postgres:/h', 'no //'],
    ['postgres://', 'no host'],
    ['mysql:///d', 'no host'],
    ['postgres://h1,h2/d', 'more than one host'],
    ['postgres://h:0', 'port'],
    ['postgres://h:65536', 'port'],
    ['postgres://h:5432x', 'port'],
    ['postgres://::1/d', 'port'],
    ['postgres://[::1/d', 'host'],
    ['postgres://[::1]x/d', 'host'],
    ['postgres://[h]/d', 'IPv6'],
    ['postgres://ho st/d', 'host'],
    ['postgres://-h/d', 'host'],
    ['postgres://h/%zz', '%25'],
    ['postgres://h/%ff', '%25'],
    ['postgres://h/a%00b', 'control'],
    ['postgres://h/a\nb', 'control'],
    ['postgres://h/a/b', '%2F'],
    ['postgres://u:p#w@h/d', '%23'],
    ['postgres://u:p@w@h/d', '%40'],
    ['postgres://u:p/w@h/d', '%'],
    ['postgres://u:12/w@h', '%40'],
    ['postgres://u:p?w@h/d', 'no value'],
    ['postgres://h?a', 'no value'],
    ['postgres://h?sslmode=', 'no value'],
    ['postgres://h?sslmode=require&sslmode=disable', 'twice'],
    ['postgres://h?sslmode=require&ssl-mode=required', 'twice'],
    ['postgres://h?sslmod=require', 'sslmod is not known'],
    ['postgres://h?user=u&p%40ss1=x', '%26'],
    ['postgres://u@h?user=v', 'twice what user is'],
    ['postgres://h/d?dbname=e', 'twice what dbname is'],
    ['postgres://h:1?port=2', 'twice what port is'],
    ['postgres://h?host=/run', 'twice what host is'],
    ['mysql://h/d?socket=/run/s', 'both'],
    ['mysql:///d?socket=run/s', 'absolute'],
    [`mysql:///d?socket=/${'r'.repeat(120)}`, 'too long'],
    ['mysql:///d?socket=/run/s&sslmode=require', 'no TLS'],
    ['rediss:///?socket=/run/s', 'no TLS'],
    ['redis://h?sslmode=require', 'contradicts'],
    ['rediss://h?sslmode=disable', 'contradicts'],
    ['postgres://h?sslmode=disable&sslrootcert=/ca', 'contradicts'],
    ['postgres://h?sslmode=prefer', 'protects nothing'],
    ['mysql://h?ssl-mode=PREFERRED', 'protects nothing'],
    ['postgres://h?sslmode=constructor', 'not known'],
    ['postgres://h?sslrootcert=ca.pem', 'absolute'],
    ['postgres://h?sslcert=/c.pem', 'needs its key'],
    ['postgres://h?connect_timeout=0', 'seconds'],
    ['postgres://h?connect_timeout=1e9', 'seconds'],
    ['redis://h/name', 'not a number'],
    ['sqlite:', 'missing'],
    ['sqlite:/var/lib/', 'missing'],
    ['sqlite::memory:', 'memory'],
    ['sqlite://host/path', 'host'],
    [`postgres://h/${'d'.repeat(9000)}`, 'too long'],
  ])('%s', (url, reason) => {
    expect(() => parse(url)).toThrow(expect.objectContaining({ code: 'DB_URL_INVALID', kind: 'operator' }));
    expect(() => parse(url)).toThrow(reason);
  });
});

describe('a password', () => {
  it('does not show in whatever prints the target', () => {
    const target = parse('postgres://u:hunter2%21@h/d');
    expect(target.password?.reveal()).toBe('hunter2!');
    for (const text of [
      inspect(target, { depth: 9 }),
      JSON.stringify(target),
      targetText(target),
      String(target.password),
    ]) {
      expect(text).not.toContain('hunter2');
    }
  });

  it('is in no error about an address that has one', () => {
    const urls = ['x', '#', '@', '/', '?', ':', '%', '&', ',', '[', ' ', '\t', '?a=', '/@'].flatMap((mark) =>
      ['h/d', 'h:x/d', 'h/d?sslmode=bad', ''].map((rest) => `postgres://u:hunter${mark}2hunter@${rest}`),
    );
    const seen: string[] = [];
    for (const url of urls) {
      try {
        parse(url);
      } catch (error) {
        seen.push(inspect(error));
      }
    }
    expect(seen.length).toBeGreaterThan(30);
    expect(seen.filter((text) => text.includes('hunter'))).toEqual([]);
  });
});

describe('the text of a target', () => {
  it.each([
    'postgresql://u%40x@db:5433/a%2Fb?sslmode=verify-full&sslrootcert=%2Fca.pem',
    'postgresql:///d?host=%2Frun%2Fpostgresql&port=5432',
    'mysql://root@/d?socket=%2Frun%2Fmysqld%2Fmysqld.sock',
    'mariadb://[::1]:3306/?sslmode=disable',
    'redis://localhost:6379/0',
    'rediss://h:6379/?sslmode=require',
    'sqlite:/a b.db',
  ])('%s is what it was made from', (url) => {
    expect(targetText(parse(url))).toBe(url);
  });

  it('fuzz: leads back to the same target, without its password', () => {
    const name = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
      .filter((text) => !/[\0-\x1F\x7F]/.test(text));
    const host = fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain());
    const place = fc.oneof(
      fc
        .tuple(host, fc.integer({ min: 1, max: 65_535 }))
        .map(([each, port]) => [`${each.includes(':') ? `[${each}]` : each}:${port}`, '']),
      name.map((each) => ['', `socket=${encodeURIComponent(`/run/${each}`)}`]),
    );
    const scheme = fc.constantFrom('postgres', 'mysql', 'mariadb');
    fc.assert(
      fc.property(scheme, name, name, name, place, (engine, user, password, database, [authority = '', query = '']) => {
        const url = `${engine}://${encodeURIComponent(user)}:${encodeURIComponent(password)}@${authority}/${encodeURIComponent(database)}?${query}`;
        const { password: secret, ...target } = parse(url.replace(/\?$/, ''));
        expect([secret?.reveal(), target.user, target.database]).toEqual([password, user, database]);
        expect(parse(targetText(target))).toEqual(target);
      }),
      { numRuns: fuzzRuns() },
    );
  });

  it('fuzz: any text is a target or an error of ours', () => {
    const part = fc.constantFrom(
      'postgres:',
      'mysql:',
      'sqlite:',
      '//',
      '/',
      '@',
      ':',
      '?',
      '&',
      '=',
      '%',
      '%2',
      '[',
      ']',
      '::1',
      'h',
      'sslmode',
      'host',
      'socket',
      '/run',
      '5432',
      '#',
      '\0',
      'é',
      '\uD800',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(part, { maxLength: 14 }).map((parts) => parts.join('')),
        ),
        (url) => {
          try {
            targetText(parse(url));
          } catch (error) {
            expect(isLumbungError(error, 'DB_URL_INVALID')).toBe(true);
          }
        },
      ),
      { numRuns: fuzzRuns(2000) },
    );
  });
});
