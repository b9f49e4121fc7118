// Real calls on real files: a wrong C signature shows here as a wrong answer or as the end of the process.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ByteString, byteStringOf, byteStringOfText, fsPath } from '../byte-string.ts';
import { errnoOf, isLumbungError } from '../errors.ts';
import {
  type FileTimes,
  getXattr,
  listXattrs,
  makeDevice,
  makeFifo,
  preallocate,
  removeXattr,
  SystemCallError,
  seekData,
  seekHole,
  setTimes,
  setTimesOfFd,
  setXattr,
} from './index.ts';

let folder: string;
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lumbung-posix-'));
});
afterAll(() => {
  fs.rmSync(folder, { recursive: true, force: true });
});

const isRoot = process.getuid?.() === 0;
const { S_IFCHR } = fs.constants;
const NOT_UTF8 = byteStringOf(Buffer.from([0x6e, 0xff, 0xe4, 0x0a]));

let made = 0;
function newPath(name: ByteString = byteStringOfText('file')): ByteString {
  made += 1;
  return byteStringOf(Buffer.concat([Buffer.from(`${folder}/${made}-`), Buffer.from(name, 'latin1')]));
}

function newFile(name?: ByteString): ByteString {
  const file = newPath(name);
  fs.writeFileSync(fsPath(file), 'content');
  return file;
}

const KINDS: readonly { readonly kind: string; readonly make: () => ByteString }[] = [
  { kind: 'a file', make: () => newFile() },
  { kind: 'a file whose name is not UTF-8', make: () => newFile(NOT_UTF8) },
  {
    kind: 'a directory',
    make: () => {
      const made = newPath();
      fs.mkdirSync(fsPath(made));
      return made;
    },
  },
  {
    kind: 'a symbolic link to nowhere',
    make: () => {
      const made = newPath();
      fs.symlinkSync('nowhere', fsPath(made));
      return made;
    },
  },
];

function errnoFrom(act: () => unknown): string | undefined {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(SystemCallError);
    return errnoOf(error);
  }
  return undefined;
}

/** Whether this file system lets us keep such an attribute (tmpfs has user.* only since Linux 6.6). */
function keeps(file: ByteString, name: ByteString): boolean {
  try {
    setXattr(file, name, Buffer.from('probe'));
    removeXattr(file, name);
    return true;
  } catch (error) {
    expect(errnoOf(error)).toMatch(/^(?:ENOTSUP|EPERM|ENOSPC)$/);
    return false;
  }
}

const attribute = (text: string) => byteStringOfText(text);
const NAME = attribute('user.lumbung');

describe('extended attributes', () => {
  for (const { kind, make } of KINDS) {
    it(`of ${kind} are set, listed, read, replaced and removed`, (context) => {
      const file = make();
      // Links take only attributes of the trusted namespace, and only from root.
      const name = kind.includes('link') ? attribute('trusted.lumbung') : NAME;
      expect(listXattrs(file)).not.toContain(name);
      if (!keeps(file, name)) return context.skip('this file system does not keep such attributes');
      setXattr(file, name, Buffer.from('one'));
      expect(listXattrs(file)).toContain(name);
      expect(getXattr(file, name)).toEqual(Buffer.from('one'));
      setXattr(file, name, Buffer.from('another'));
      expect(getXattr(file, name)).toEqual(Buffer.from('another'));
      removeXattr(file, name);
      expect(getXattr(file, name)).toBeUndefined();
      expect(listXattrs(file)).not.toContain(name);
      return undefined;
    });
  }

  it('keep an empty value apart from none, NULs, and names that are not UTF-8', (context) => {
    const file = newFile();
    if (!keeps(file, NAME)) return context.skip('this file system does not keep such attributes');
    setXattr(file, NAME, new Uint8Array(0));
    expect(getXattr(file, NAME)).toEqual(Buffer.alloc(0));
    const odd = byteStringOf(Buffer.concat([Buffer.from('user.'), Buffer.from([0xff, 0xc3])]));
    setXattr(file, odd, Buffer.from([0, 1, 0, 255, 0]));
    expect([...listXattrs(file)].sort()).toEqual([NAME, odd].sort());
    expect(getXattr(file, odd)).toEqual(Buffer.from([0, 1, 0, 255, 0]));
    return undefined;
  });

  it('hold values of every size the file system takes, up to 64 KiB', (context) => {
    const file = newFile();
    if (!keeps(file, NAME)) return context.skip('this file system does not keep such attributes');
    for (const lengthBytes of [1, 2047, 2048, 2049, 3500, 65_535, 65_536]) {
      const value = Buffer.alloc(lengthBytes, 'v');
      value[0] = lengthBytes & 0xff;
      const refused = errnoFrom(() => setXattr(file, NAME, value));
      // ext4 keeps attributes in one block: larger ones are refused, which is its right.
      if (refused === undefined) expect(getXattr(file, NAME)?.equals(value)).toBe(true);
      else expect(refused).toMatch(/^(?:ENOSPC|E2BIG)$/);
    }
    expect(errnoFrom(() => setXattr(file, NAME, Buffer.alloc(65_537)))).toMatch(/^(?:E2BIG|ENOSPC)$/);
    return undefined;
  });

  it('are listed all, however many', (context) => {
    const file = newFile();
    if (!keeps(file, NAME)) return context.skip('this file system does not keep such attributes');
    const names: ByteString[] = [];
    for (let nr = 0; nr < 60; nr += 1) {
      const name = attribute(`user.${'n'.repeat(20)}${nr}`);
      if (errnoFrom(() => setXattr(file, name, Buffer.from('v'))) !== undefined) break;
      names.push(name);
    }
    expect(names.length).toBeGreaterThan(10);
    expect([...listXattrs(file)].sort()).toEqual([...names].sort());
    return undefined;
  });

  it('are those of the link, not of what it points to', (context) => {
    const file = newFile();
    if (!keeps(file, NAME)) return context.skip('this file system does not keep such attributes');
    setXattr(file, NAME, Buffer.from('v'));
    const link = newPath();
    fs.symlinkSync(fsPath(file), fsPath(link));
    expect(listXattrs(link)).not.toContain(NAME);
    expect(errnoFrom(() => setXattr(link, NAME, Buffer.from('w')))).toBe('EPERM');
    expect(getXattr(file, NAME)).toEqual(Buffer.from('v'));
    return undefined;
  });

  it('of no file are an error that says so', () => {
    const missing = newPath();
    expect(errnoFrom(() => listXattrs(missing))).toBe('ENOENT');
    expect(errnoFrom(() => getXattr(missing, NAME))).toBe('ENOENT');
    expect(errnoFrom(() => setXattr(missing, NAME, Buffer.from('v')))).toBe('ENOENT');
    expect(errnoFrom(() => removeXattr(missing, NAME))).toBe('ENOENT');
    expect(() => listXattrs(missing)).toThrow(`ENOENT: llistxattr failed on '${missing}'`);
    expect(errnoFrom(() => listXattrs(attribute(`${newFile()}/below`)))).toBe('ENOTDIR');
  });

  it('with an impossible name are refused, not asked for again and again', () => {
    const file = newFile();
    expect(errnoFrom(() => getXattr(file, attribute('')))).toBe('ERANGE');
    expect(errnoFrom(() => getXattr(file, attribute(`user.${'x'.repeat(300)}`)))).toBe('ERANGE');
    expect(errnoFrom(() => setXattr(file, attribute(`user.${'x'.repeat(300)}`), Buffer.from('v')))).toBe('ERANGE');
    expect(getXattr(file, attribute('no-namespace'))).toBeUndefined();
  });

  it('removing what is not there is fine', () => {
    const file = newFile();
    expect([undefined, 'ENOTSUP']).toContain(errnoFrom(() => removeXattr(file, NAME)));
  });
});

describe('a path', () => {
  it('with a NUL never reaches the file before the NUL', () => {
    const file = newFile();
    const before = fs.lstatSync(fsPath(file), { bigint: true });
    const hostile = attribute(`${file}\0x`);
    const times = { atimeSeconds: 1, atimeNanoseconds: 1, mtimeSeconds: 1, mtimeNanoseconds: 1 };
    expect(errnoFrom(() => setTimes(hostile, times))).toBe('EINVAL');
    expect(errnoFrom(() => setXattr(hostile, NAME, Buffer.from('v')))).toBe('EINVAL');
    expect(errnoFrom(() => setXattr(file, attribute('user.a\0b'), Buffer.from('v')))).toBe('EINVAL');
    expect(errnoFrom(() => makeFifo(attribute(`${newPath()}\0x`), 0o600))).toBe('EINVAL');
    expect(fs.lstatSync(fsPath(file), { bigint: true })).toEqual(before);
  });

  it('that is too long is refused', () => {
    const long = attribute(`/${'d/'.repeat(5000)}f`);
    expect(errnoFrom(() => listXattrs(long))).toBe('ENAMETOOLONG');
    expect(errnoFrom(() => makeFifo(attribute(`${folder}/${'n'.repeat(256)}`), 0o600))).toBe('ENAMETOOLONG');
  });
});

const SECOND_NS = 1_000_000_000n;
const nsOf = (seconds: number, nanoseconds: number) => BigInt(seconds) * SECOND_NS + BigInt(nanoseconds);

const MOMENTS: readonly (readonly [seconds: number, nanoseconds: number])[] = [
  [0, 0],
  [0, 1],
  [1_700_000_000, 123_456_789],
  [1_700_000_000, 999_999_999],
  [-1, 999_999_999],
  [-1_000_000, 1],
  [-(2 ** 31), 0],
  [2 ** 31, 7],
  [2 ** 32 + 5, 8],
  [2 ** 33, 999_999_999],
];

describe('times', () => {
  for (const { kind, make } of KINDS) {
    it(`of ${kind} are set to the nanosecond`, () => {
      const file = make();
      for (const [seconds, nanoseconds] of MOMENTS) {
        setTimes(file, {
          atimeSeconds: seconds,
          atimeNanoseconds: nanoseconds,
          mtimeSeconds: seconds,
          mtimeNanoseconds: nanoseconds,
        });
        const { atimeNs, mtimeNs } = fs.lstatSync(fsPath(file), { bigint: true });
        expect([seconds, mtimeNs]).toEqual([seconds, nsOf(seconds, nanoseconds)]);
        expect([seconds, atimeNs]).toEqual([seconds, nsOf(seconds, nanoseconds)]);
      }
    });
  }

  it('of an open file are set, each for itself', () => {
    const file = newFile();
    const fd = fs.openSync(fsPath(file), 'r+');
    try {
      setTimesOfFd(fd, {
        atimeSeconds: -77,
        atimeNanoseconds: 5,
        mtimeSeconds: 1_234_567_890,
        mtimeNanoseconds: 987_654_321,
      });
      const { atimeNs, mtimeNs } = fs.fstatSync(fd, { bigint: true });
      expect(atimeNs).toBe(nsOf(-77, 5));
      expect(mtimeNs).toBe(nsOf(1_234_567_890, 987_654_321));
    } finally {
      fs.closeSync(fd);
    }
  });

  it('far beyond what a file system holds are clamped or refused, not turned into another moment', () => {
    const file = newFile();
    for (const seconds of [2 ** 40, -(2 ** 40), Number.MAX_SAFE_INTEGER]) {
      const times: FileTimes = { atimeSeconds: 0, atimeNanoseconds: 0, mtimeSeconds: seconds, mtimeNanoseconds: 0 };
      if (errnoFrom(() => setTimes(file, times)) !== undefined) continue;
      const { mtimeNs } = fs.lstatSync(fsPath(file), { bigint: true });
      if (seconds > 0) expect(mtimeNs).toBeGreaterThan(nsOf(2 ** 33, 0));
      else expect(mtimeNs).toBeLessThan(nsOf(-(2 ** 30), 0));
    }
  });

  it('that are no times are refused: to the kernel some would mean "now"', () => {
    const file = newFile();
    const good = { atimeSeconds: 1, atimeNanoseconds: 1, mtimeSeconds: 1, mtimeNanoseconds: 1 };
    for (const bad of [-1, 1_000_000_000, 0x3fff_ffff, 0x3fff_fffe, 0.5, Number.NaN]) {
      expect(errnoFrom(() => setTimes(file, { ...good, mtimeNanoseconds: bad }))).toBe('EINVAL');
      expect(errnoFrom(() => setTimes(file, { ...good, atimeNanoseconds: bad }))).toBe('EINVAL');
    }
    for (const bad of [0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60]) {
      expect(errnoFrom(() => setTimes(file, { ...good, mtimeSeconds: bad }))).toBe('EINVAL');
    }
  });

  it('of no file, or of a closed one, are an error that says so', () => {
    const good = { atimeSeconds: 1, atimeNanoseconds: 1, mtimeSeconds: 1, mtimeNanoseconds: 1 };
    expect(errnoFrom(() => setTimes(newPath(), good))).toBe('ENOENT');
    expect(errnoFrom(() => setTimesOfFd(99_999, good))).toBe('EBADF');
  });
});

describe('special files', () => {
  it('named pipes are made, also with a name that is not UTF-8', () => {
    for (const name of [byteStringOfText('pipe'), NOT_UTF8]) {
      const pipe = newPath(name);
      makeFifo(pipe, 0o600);
      const stats = fs.lstatSync(fsPath(pipe));
      expect(stats.isFIFO()).toBe(true);
      expect(stats.mode & 0o777).toBe(0o600);
      expect(errnoFrom(() => makeFifo(pipe, 0o600))).toBe('EEXIST');
    }
  });

  it.skipIf(!isRoot)('devices get the number they are asked for', () => {
    // (major, minor) = (1, 3), (8, 17), (4095, 1048575): the last needs the far bits of the 64-bit form.
    for (const device of [0x103n, 0x811n, 0xfffff00fffffn]) {
      const file = newPath();
      if (errnoFrom(() => makeDevice(file, S_IFCHR | 0o600, device)) !== undefined) {
        expect(device).toBe(0xfffff00fffffn);
        continue;
      }
      const stats = fs.lstatSync(fsPath(file), { bigint: true });
      expect(stats.isCharacterDevice()).toBe(true);
      expect(stats.rdev).toBe(device);
    }
  });

  it('devices with an impossible number are refused', () => {
    expect(errnoFrom(() => makeDevice(newPath(), S_IFCHR | 0o600, -1n))).toBe('EINVAL');
    expect(errnoFrom(() => makeDevice(newPath(), S_IFCHR | 0o600, 2n ** 64n))).toBe('EINVAL');
  });
});

function withFile<T>(act: (fd: number) => T): T {
  const fd = fs.openSync(fsPath(newPath()), 'w+');
  try {
    return act(fd);
  } finally {
    fs.closeSync(fd);
  }
}

describe('room and holes', () => {
  it('preallocate gives the size, or leaves the file alone where it cannot', () => {
    withFile((fd) => {
      preallocate(fd, 3 * 2 ** 20);
      const { size } = fs.fstatSync(fd);
      expect([0, 3 * 2 ** 20]).toContain(size);
      preallocate(fd, 0);
      expect(fs.fstatSync(fd).size).toBe(size);
    });
    expect(errnoFrom(() => preallocate(99_999, 1))).toBe('EBADF');
  });

  it('preallocate says when there is no such room', () => {
    withFile((fd) => {
      expect(errnoFrom(() => preallocate(fd, 2 ** 52))).toMatch(/^(?:ENOSPC|EFBIG)$/);
    });
  });

  it('data and holes are found where they are, beyond 4 GiB too', () => {
    withFile((fd) => {
      const far = 5 * 2 ** 30;
      fs.writeSync(fd, Buffer.alloc(65_536, 1), 0, 65_536, far);
      fs.ftruncateSync(fd, far + 2 ** 20);
      const data = seekData(fd, 0);
      // A file system without holes has data from the start.
      expect([0, far]).toContain(data);
      expect(seekData(fd, far)).toBe(far);
      expect([far + 65_536, far + 2 ** 20]).toContain(seekHole(fd, far));
      expect([undefined, far + 131_072]).toContain(seekData(fd, far + 131_072));
      expect(seekData(fd, far + 2 ** 20)).toBeUndefined();
      expect(seekHole(fd, far + 2 ** 20)).toBeUndefined();
    });
  });

  it('an empty file has neither', () => {
    withFile((fd) => {
      expect(seekData(fd, 0)).toBeUndefined();
      expect(seekHole(fd, 0)).toBeUndefined();
    });
  });

  it('a question that makes no sense is an error', () => {
    withFile((fd) => {
      expect(errnoFrom(() => seekData(fd, -1))).toMatch(/^E/);
      expect(errnoFrom(() => seekHole(fd, -1))).toMatch(/^E/);
    });
    expect(errnoFrom(() => seekData(99_999, 0))).toBe('EBADF');
  });
});

describe('the door to libc', () => {
  it('opens in several threads at once, each with its own errno', async () => {
    const file = newFile();
    const source = `
      import { parentPort } from 'node:worker_threads';
      import { listXattrs } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)};
      let wrong = 0;
      for (let nr = 0; nr < 2000; nr += 1) {
        listXattrs(${JSON.stringify(file)});
        try { listXattrs(nr % 2 === 0 ? '/nowhere/at/all' : ${JSON.stringify(`${file}/below`)}); wrong += 1; }
        catch (error) { if (error.code !== (nr % 2 === 0 ? 'ENOENT' : 'ENOTDIR')) wrong += 1; }
      }
      parentPort.postMessage(wrong);
    `;
    const wrongs = await Promise.all(
      [1, 2].map(
        () =>
          new Promise((resolve, reject) => {
            const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`));
            worker.once('message', resolve);
            worker.once('error', reject);
          }),
      ),
    );
    expect(wrongs).toEqual([0, 0]);
  });

  it('names errors as Node does', () => {
    expect(new SystemCallError('x', os.constants.errno.EOPNOTSUPP).code).toBe('ENOTSUP');
    expect(new SystemCallError('x', os.constants.errno.EWOULDBLOCK).code).toBe('EAGAIN');
    expect(new SystemCallError('x', 9999).code).toBe('E9999');
    expect(isLumbungError(new SystemCallError('x', 1))).toBe(false);
  });
});
