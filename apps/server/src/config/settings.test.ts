import { inspect } from 'node:util';
import { isLumbungError } from '@lumbung/stdx';
import { describe, expect, it } from 'vitest';
import { type Environment, parseSettings, type ServerSettings } from './settings.ts';

const parse = (environment: Environment): ServerSettings => parseSettings(environment, '/srv/kantor');

describe('the settings', () => {
  it('need nothing to be said', () => {
    expect(parse({ PATH: '/bin', LUMBUNG_DATABASE: ' ', LUMBUNG_REPOSITORY: '/elsewhere' })).toEqual({
      dataFolder: '/srv/kantor/data',
      listen: { kind: 'tcp', host: '127.0.0.1', port: 8787 },
      database: { kind: 'sqlite', file: '/srv/kantor/data/state.sqlite' },
      masterKey: { kind: 'file', path: '/srv/kantor/data/master.key' },
      language: 'id',
      baseUrl: undefined,
      privateTargets: 'refused',
      logLevel: 'info',
    } satisfies ServerSettings);
  });

  it('take all that is said', () => {
    expect(
      parse({
        LUMBUNG_DATA: '../lumbung',
        LUMBUNG_LISTEN: '[::]:9000',
        LUMBUNG_DATABASE: 'sqlite',
        LUMBUNG_MASTER_KEY_FILE: 'key',
        LUMBUNG_LANG: 'en_GB.UTF-8',
        LUMBUNG_BASE_URL: 'https://cadangan.kantor.go.id/lumbung//',
        LUMBUNG_ALLOW_PRIVATE_TARGETS: 'Yes',
        LUMBUNG_LOG_LEVEL: 'DEBUG',
      }),
    ).toEqual({
      dataFolder: '/srv/lumbung',
      listen: { kind: 'tcp', host: '::', port: 9000 },
      database: { kind: 'sqlite', file: '/srv/lumbung/state.sqlite' },
      masterKey: { kind: 'file', path: '/srv/kantor/key' },
      language: 'en',
      baseUrl: 'https://cadangan.kantor.go.id/lumbung',
      privateTargets: 'allowed',
      logLevel: 'debug',
    } satisfies ServerSettings);
  });

  it('use the folder that systemd made for the service, unless another is named', () => {
    expect(parse({ STATE_DIRECTORY: '/var/lib/lumbung:/var/lib/other' }).dataFolder).toBe('/var/lib/lumbung');
    expect(parse({ STATE_DIRECTORY: '/var/lib/lumbung', LUMBUNG_DATA: '/d' }).dataFolder).toBe('/d');
  });

  it.each([
    ['8123', { kind: 'tcp', host: '127.0.0.1', port: 8123 }],
    ['0.0.0.0:80', { kind: 'tcp', host: '0.0.0.0', port: 80 }],
    ['kantor.lan:0', { kind: 'tcp', host: 'kantor.lan', port: 0 }],
    ['/run/lumbung.sock', { kind: 'socket', path: '/run/lumbung.sock' }],
    ['./l.sock', { kind: 'socket', path: '/srv/kantor/l.sock' }],
  ])('listen at %s', (text, listen) => {
    expect(parse({ LUMBUNG_LISTEN: text }).listen).toEqual(listen);
  });

  const postgres = { kind: 'postgres', port: 5432, user: undefined, password: undefined };
  it.each([
    [
      'postgres://lumbung:r%40hasia@db.kantor.go.id:5433/negara',
      {
        kind: 'postgres',
        host: 'db.kantor.go.id',
        port: 5433,
        database: 'negara',
        user: 'lumbung',
        password: 'r@hasia',
        tls: { mode: 'verify', caFile: undefined },
      },
    ],
    ['postgresql://localhost/l', { ...postgres, host: 'localhost', database: 'l', tls: { mode: 'off' } }],
    [
      'postgres:///l?host=/run/postgresql&user=u',
      { ...postgres, host: '/run/postgresql', user: 'u', database: 'l', tls: { mode: 'off' } },
    ],
    [
      'postgres://[fd00::1]/l?sslmode=require',
      { ...postgres, host: 'fd00::1', database: 'l', tls: { mode: 'require' } },
    ],
    [
      'postgres://h/l?sslmode=verify-full&sslrootcert=/etc/ca.pem',
      { ...postgres, host: 'h', database: 'l', tls: { mode: 'verify', caFile: '/etc/ca.pem' } },
    ],
  ])('keep the state at %s', (text, database) => {
    expect(parse({ LUMBUNG_DATABASE: text }).database).toEqual(database);
  });
});

describe('a wrong setting is named, with what it should be', () => {
  it.each([
    ['LUMBUNG_LISTEN', '70000'],
    ['LUMBUNG_LISTEN', 'kantor'],
    ['LUMBUNG_LISTEN', '[::1:80'],
    ['LUMBUNG_LISTEN', 'host:-1'],
    ['LUMBUNG_LANG', 'fr'],
    ['LUMBUNG_BASE_URL', 'cadangan.kantor.go.id'],
    ['LUMBUNG_BASE_URL', 'javascript:alert(1)'],
    ['LUMBUNG_BASE_URL', 'https://u@kantor.go.id'],
    ['LUMBUNG_BASE_URL', 'https://kantor.go.id/?x=1'],
    ['LUMBUNG_ALLOW_PRIVATE_TARGETS', 'maybe'],
    ['LUMBUNG_LOG_LEVEL', 'loud'],
    ['LUMBUNG_DATABASE', 'mysql://u@h/d'],
    ['LUMBUNG_DATABASE', 'postgres://h'],
    ['LUMBUNG_DATABASE', 'postgres:///d'],
    ['LUMBUNG_DATABASE', 'postgres://h:99999/d'],
    ['LUMBUNG_DATABASE', 'postgres://h/d?sslmode=prefer'],
    ['LUMBUNG_DATABASE', 'postgres://h/d?sslmode=require&sslrootcert=/ca'],
    ['LUMBUNG_DATABASE', 'postgres://h/d?options=-c'],
    ['LUMBUNG_DATABASE', 'postgres://u:100%25%@h/d'],
  ])('%s=%s', (setting, text) => {
    expect(() => parse({ [setting]: text })).toThrow(
      expect.objectContaining({
        code: 'SETTING_INVALID',
        kind: 'operator',
        context: expect.objectContaining({ setting }),
      }),
    );
  });

  it('two keys at once', () => {
    expect(() => parse({ LUMBUNG_MASTER_KEY: 'a', LUMBUNG_MASTER_KEY_FILE: 'b' })).toThrow(
      expect.objectContaining({ code: 'SETTINGS_CONTRADICT' }),
    );
  });

  it('and never shows a password', () => {
    for (const text of [
      'postgres://u:sandi-rahasia%@h/d',
      'postgres://u:sandi-rahasia@h/d?sslmode=x',
      'postgres://u:sandi-rahasia@h',
      'postgre://u:sandi-rahasia@h/d',
      'postgres://u:sandi-rahasia@h:99999/d',
    ]) {
      const thrown = thrownBy(() => parse({ LUMBUNG_DATABASE: text }));
      expect(isLumbungError(thrown, 'SETTING_INVALID')).toBe(true);
      expect(inspect(thrown, { depth: 9, showHidden: true })).not.toContain('rahasia');
    }
  });
});

function thrownBy(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}
