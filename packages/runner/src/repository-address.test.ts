import { isLumbungError } from '@lumbung/stdx';
import { fuzzRuns } from '@lumbung/stdx/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRepositoryAddress } from './repository-address.ts';

const parse = (text: string) => parseRepositoryAddress(text, '/srv/here');

function codeOf(text: string): string | undefined {
  try {
    parse(text);
  } catch (error) {
    return isLumbungError(error) ? error.code : String(error);
  }
  return undefined;
}

describe('the address of a repository', () => {
  it.each([
    ['/mnt/backup', '/mnt/backup'],
    ['backup', '/srv/here/backup'],
    ['../backup', '/srv/backup'],
    ['local:/mnt/backup', '/mnt/backup'],
    ['local:backup', '/srv/here/backup'],
    ['local:a:b', '/srv/here/a:b'],
    ['/mnt/a:b', '/mnt/a:b'],
    ['./sftp:x', '/srv/here/sftp:x'],
  ])('%s is the folder %s', (text, path) => {
    expect(parse(text)).toEqual({ driver: 'local', path });
  });

  it.each(['sftp:user@host:/srv/r', 's3:https://host/bucket', 'rest:http://host:8000/', 'rclone:x:y', 'SFTP://host/r'])(
    '%s is known, but its driver is missing',
    (text) => {
      expect(codeOf(text)).toBe('REPOSITORY_DRIVER_MISSING');
    },
  );

  it.each(['', 'local:', 'mem:', 'loacl:/mnt', 'host:/srv/r', 'user@host:/srv/r', 'https://host/x', 'a\0b'])(
    '%j is refused rather than taken for a folder',
    (text) => {
      expect(codeOf(text)).toBe('REPOSITORY_ADDRESS_INVALID');
    },
  );

  it('that is refused does not show its password', () => {
    expect(() => parse('https://user:geheim@host/x')).toThrow(/host/);
    expect(() => parse('https://user:geheim@host/x')).not.toThrow(/geheim/);
  });

  it('fuzz: any text is an address or an error of ours', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect([undefined, 'REPOSITORY_ADDRESS_INVALID', 'REPOSITORY_DRIVER_MISSING']).toContain(codeOf(text));
      }),
      { numRuns: fuzzRuns() },
    );
  });
});
