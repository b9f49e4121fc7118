import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fuzzRuns } from '../testing/index.ts';
import { readPosixNames } from './index.ts';

let folder: string;
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lumbung-names-'));
});
afterAll(() => {
  fs.rmSync(folder, { recursive: true, force: true });
});

function namesOf(passwd: string | Buffer, group: string | Buffer = '') {
  fs.writeFileSync(`${folder}/passwd`, passwd);
  fs.writeFileSync(`${folder}/group`, group);
  return readPosixNames({ passwd: `${folder}/passwd`, group: `${folder}/group` });
}

describe('readPosixNames', () => {
  it('knows root on this machine', () => {
    const names = readPosixNames();
    expect(names.userName(0)).toBe('root');
    expect(names.uidOf('root')).toBe(0);
    expect(names.groupName(0)).toBe('root');
  });

  it('reads both files, in both directions', () => {
    const names = namesOf('root:x:0:0:root:/root:/bin/sh\nsiti:x:1000:1000::/home/siti:\n', 'kantor:x:50:siti,budi\n');
    expect(names.userName(1000)).toBe('siti');
    expect(names.uidOf('siti')).toBe(1000);
    expect(names.groupName(50)).toBe('kantor');
    expect(names.gidOf('kantor')).toBe(50);
    expect(names.uidOf('kantor')).toBeUndefined();
  });

  it('has an empty name for a number nobody has', () => {
    expect(namesOf('root:x:0:0::/:\n').userName(77)).toBe('');
    expect(namesOf('root:x:0:0::/:\n').uidOf('')).toBeUndefined();
  });

  it('takes the first of two lines', () => {
    const names = namesOf('a:x:5:5::/:\nb:x:5:5::/:\na:x:6:6::/:\n');
    expect(names.userName(5)).toBe('a');
    expect(names.uidOf('a')).toBe(5);
    expect(names.uidOf('b')).toBe(5);
    expect(names.userName(6)).toBe('a');
  });

  it('passes over what is no account', () => {
    const names = namesOf(
      '# comment:x:1:1\n+::::::\n-bad:x:2:2::/:\n:x:3:3::/:\nshort:x\nword:x:four:4::/:\nneg:x:-1:1::/:\nbig:x:4294967296:1::/:\nhuge:x:99999999999999999999:1::/:\nlast:x:9:9::/:',
    );
    for (const uid of [1, 2, 3, 4, -1, 4_294_967_296]) expect(names.userName(uid)).toBe('');
    expect(names.userName(9)).toBe('last');
  });

  it('knows no names where there is no file, or none that can be read', () => {
    const names = readPosixNames({ passwd: `${folder}/nowhere`, group: folder });
    expect(names.userName(0)).toBe('');
    expect(names.gidOf('root')).toBeUndefined();
  });

  it('fuzz: survives any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(typeof namesOf(Buffer.from(bytes)).userName(0)).toBe('string');
      }),
      { numRuns: fuzzRuns() },
    );
  });
});
