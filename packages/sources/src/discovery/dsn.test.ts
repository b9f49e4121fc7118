import { byteStringOf, byteStringOfText } from '@lumbung/stdx';
import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressOf } from './address.ts';
import { type DsnParts, parseConninfo, parseDsn, parsePdoDsn } from './dsn.ts';

describe('a connection address', () => {
  it.each<[string, DsnParts | undefined]>([
    [
      'postgres://u:p@h:5433/d?sslmode=require',
      { engine: 'postgresql', user: 'u', password: 'p', host: 'h', port: '5433', database: 'd' } as DsnParts,
    ],
    [
      'mysql2://u:p%40%2F%3A%25@h/d',
      { engine: 'mysql', user: 'u', password: 'p@/:%', host: 'h', database: 'd' } as DsnParts,
    ],
    [
      'mysql://u:p@ss/w:o@h/d',
      { engine: 'mysql', user: 'u', password: 'p@ss/w:o', host: 'h', database: 'd' } as DsnParts,
    ],
    ['mysql://u:100%@h/d', { engine: 'mysql', user: 'u', password: '100%', host: 'h', database: 'd' } as DsnParts],
    ['mysql://h', { engine: 'mysql', host: 'h' } as DsnParts],
    [
      'mysql://u:@[2001:db8::1]:3307/d',
      { engine: 'mysql', user: 'u', password: '', host: '2001:db8::1', port: '3307', database: 'd' } as DsnParts,
    ],
    [
      'postgres://u@/d?host=/var/run/postgresql',
      { engine: 'postgresql', user: 'u', socket: '/var/run/postgresql', database: 'd' } as DsnParts,
    ],
    ['postgres://u@%2Fvar%2Frun/d', { engine: 'postgresql', user: 'u', socket: '/var/run', database: 'd' } as DsnParts],
    [
      'mysql://u@localhost/d?unix_socket=/run/m.sock',
      { engine: 'mysql', user: 'u', host: 'localhost', socket: '/run/m.sock', database: 'd' } as DsnParts,
    ],
    [
      'postgresql+asyncpg://u:p@h1:1,h2:2/d',
      { engine: 'postgresql', user: 'u', password: 'p', host: 'h1', port: '1', database: 'd' } as DsnParts,
    ],
    [
      'jdbc:mariadb://h/d?user=u&password=p',
      { engine: 'mariadb', host: 'h', database: 'd', user: 'u', password: 'p' } as DsnParts,
    ],
    ['sqlite:///db.sqlite3', { engine: 'sqlite', database: 'db.sqlite3' } as DsnParts],
    ['sqlite:////srv/db.sqlite3', { engine: 'sqlite', database: '/srv/db.sqlite3' } as DsnParts],
    ['file:./dev.db?x=1', { engine: 'sqlite', database: './dev.db' } as DsnParts],
    ['sqlite://:memory:', undefined],
    ['https://u:p@h/d', undefined],
    ['mysql:u', undefined],
    ['mysql://root:rahasia', undefined],
    ['', undefined],
  ])('%s', (text, expected) => {
    expect(parseDsn(byteStringOfText(text))).toEqual(expected);
  });

  it.each<[string, DsnParts | undefined]>([
    [
      'mysql:host=h;port=3307;dbname=d;charset=utf8',
      { engine: 'mysql', host: 'h', port: '3307', database: 'd' } as DsnParts,
    ],
    ['mysql:unix_socket=/run/m.sock;dbname=d', { engine: 'mysql', socket: '/run/m.sock', database: 'd' } as DsnParts],
    [
      "pgsql:host=h port=5433;dbname='d e' user=u password=p\\'q",
      { engine: 'postgresql', host: 'h', port: '5433', database: 'd e', user: 'u', password: "p'q" } as DsnParts,
    ],
    ['sqlite:/srv/d.db', { engine: 'sqlite', database: '/srv/d.db' } as DsnParts],
    ['sqlsrv:Server=h,1433;Database=d', { engine: 'sqlserver', host: 'h', port: '1433', database: 'd' } as DsnParts],
    ['sqlite::memory:', undefined],
    ['mysql:', undefined],
    ['uri:file:///x', undefined],
  ])('of PDO: %s', (text, expected) => {
    expect(parsePdoDsn(byteStringOfText(text))).toEqual(expected);
  });

  it('of libpq, with quotes', () => {
    expect(parseConninfo(byteStringOfText("host=/tmp dbname = 'a b' user=u password='p\\'q'"))).toEqual({
      engine: 'postgresql',
      socket: '/tmp',
      database: 'a b',
      user: 'u',
      password: "p'q",
    });
  });

  it('fuzz: any bytes are read without an error', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('mysql://', 'postgres://', 'mysql:', 'pgsql:', 'sqlite:', ''),
        fc.uint8Array(),
        (begin, bytes) => {
          const text = byteStringOf(Buffer.concat([Buffer.from(begin), bytes]));
          parseDsn(text);
          parsePdoDsn(text);
          parseConninfo(text);
        },
      ),
      { numRuns: fuzzRuns() },
    );
  });

  it('fuzz: what is encoded is read back', () => {
    const part = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(part, part, part, fc.integer({ min: 1, max: 65_535 }), (user, password, database, port) => {
        const [u, p, d] = [user, password, database].map((text) => encodeURIComponent(text.toWellFormed()));
        expect(parseDsn(byteStringOfText(`postgres://${u}:${p}@h.example:${port}/${d}`))).toEqual({
          engine: 'postgresql',
          user: byteStringOfText(user.toWellFormed()),
          password: byteStringOfText(password.toWellFormed()),
          host: 'h.example',
          port: String(port),
          database: byteStringOfText(database.toWellFormed()),
        });
      }),
      { numRuns: fuzzRuns() },
    );
  });
});

describe('the address of a host', () => {
  it.each([
    ['localhost', { kind: 'socket' }],
    ['localhost:3307', { kind: 'socket' }],
    ['', { kind: 'socket' }],
    ['p:localhost', { kind: 'socket' }],
    ['127.0.0.1', { kind: 'tcp', host: '127.0.0.1', port: 3306 }],
    ['DB.Example:3307', { kind: 'tcp', host: 'db.example', port: 3307 }],
    ['localhost:/run/m.sock', { kind: 'socket', path: '/run/m.sock' }],
    [':/run/m.sock', { kind: 'socket', path: '/run/m.sock' }],
    ['[2001:db8::1]:3307', { kind: 'tcp', host: '2001:db8::1', port: 3307 }],
    ['2001:db8::1', { kind: 'tcp', host: '2001:db8::1', port: 3306 }],
    ['h:99999', { kind: 'tcp', host: 'h', port: 3306 }],
  ])('of MySQL: %j', (host, expected) => {
    expect(addressOf('mysql', { host }, 'socket')).toEqual(expected);
  });

  it('localhost is TCP for PostgreSQL and for MySQL in Node, nothing is the socket', () => {
    expect(addressOf('postgresql', { host: 'localhost' }, 'socket')).toEqual({
      kind: 'tcp',
      host: 'localhost',
      port: 5432,
    });
    expect(addressOf('mysql', { host: 'localhost' }, 'tcp')).toEqual({ kind: 'tcp', host: 'localhost', port: 3306 });
    expect(addressOf('postgresql', {}, 'socket')).toEqual({ kind: 'socket' });
    expect(addressOf('postgresql', { host: '/run/pg', port: '5433' }, 'socket')).toEqual({
      kind: 'socket',
      path: '/run/pg/.s.PGSQL.5433',
    });
  });
});
