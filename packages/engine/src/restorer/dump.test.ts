import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import { byteStringOf, byteStringOfText, textOf } from '@lumbung/stdx';
import { extract } from 'tar-stream';
import { beforeEach, describe, expect, it } from 'vitest';
import { parseTimestamp } from '../format/timestamp.ts';
import type { IndexedRepository } from '../repository/indexed-repository.ts';
import { device, fifo, file, folder, type HandMadeNode, link, saveHandMadeTree } from '../testing/hand-made-tree.ts';
import { RestoreLab } from '../testing/restore-lab.ts';
import { createTestRepository, type TestRepository } from '../testing/test-repository.ts';
import { type DumpOptions, dump } from './dump.ts';

let test: TestRepository;
let indexed: IndexedRepository;

beforeEach(async () => {
  test = await createTestRepository();
  indexed = await test.repository.loadIndex();
});

/** Takes bytes at its own pace and remembers how much waited. */
class Sink extends Writable {
  readonly chunks: Buffer[] = [];
  constructor() {
    super({ highWaterMark: 64 * 1024 });
  }
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.chunks.push(chunk);
    setImmediate(done);
  }
  get bytes(): Buffer {
    return Buffer.concat(this.chunks);
  }
}

async function dumped(nodes: readonly HandMadeNode[], dumpPath: string, more: Partial<DumpOptions> = {}) {
  const target = new Sink();
  const treeId = await saveHandMadeTree(indexed, nodes);
  const skipped: string[] = [];
  const result = await dump(indexed, {
    treeId,
    path: byteStringOfText(dumpPath),
    target,
    onSkipped: ({ path: at, error }) => skipped.push(`${error.code} ${textOf(at)}`),
    ...more,
  });
  expect(result.skippedCount).toBe(skipped.length);
  return { result, bytes: target.bytes, skipped };
}

interface Member {
  readonly header: Record<string, unknown>;
  readonly content: Buffer;
}

/** Reads an archive with a library that is not ours. */
async function membersOf(archive: Buffer): Promise<Member[]> {
  const members: Member[] = [];
  const reader = extract();
  const reading = (async () => {
    for await (const entry of reader) {
      const parts: Buffer[] = [];
      for await (const part of entry) parts.push(part as Buffer);
      members.push({ header: { ...entry.header }, content: Buffer.concat(parts) });
    }
  })();
  reader.end(archive);
  await reading;
  return members;
}

const noise = (length: number) => test.random.bytes(length);

describe('dumping a file', () => {
  it('writes its bytes, however many blobs they are', async () => {
    const blobs = Array.from({ length: 40 }, () => noise(500_000));
    const { result, bytes } = await dumped([folder('d', [file('f', [...blobs, ...blobs.slice(0, 3)])])], '/d/f');
    expect(bytes.equals(Buffer.concat([...blobs, ...blobs.slice(0, 3)]))).toBe(true);
    expect(result).toEqual({ kind: 'file', filesDone: 1, bytesWritten: bytes.length, skippedCount: 0 });
    expect((await dumped([file('empty', '')], 'empty')).bytes).toHaveLength(0);
  });

  it('refuses what is no file and what is not there', async () => {
    const nodes = [folder('d', [link('l', 'x')]), fifo('p'), file('f', 'x')];
    await expect(dumped(nodes, '/d/l')).rejects.toMatchObject({ code: 'DUMP_NOT_A_FILE' });
    await expect(dumped(nodes, '/p')).rejects.toMatchObject({ code: 'DUMP_NOT_A_FILE' });
    await expect(dumped(nodes, '/nope')).rejects.toMatchObject({ code: 'TREE_PATH_MISSING' });
    await expect(dumped(nodes, '/f/x')).rejects.toMatchObject({ code: 'TREE_PATH_NOT_FOLDER' });
  });

  it('stops at a damaged blob', async () => {
    const blobs = [noise(5000), noise(5000)];
    const treeId = await saveHandMadeTree(indexed, [file('f', blobs)]);
    for (const [name, content] of [...(test.backend as unknown as { files(): Map<string, Buffer> }).files()]) {
      if (name.startsWith('data/') && content.length > 9000) content[7000] = (content[7000] ?? 0) ^ 1;
    }
    const target = new Sink();
    const running = dump(indexed, { treeId, path: byteStringOfText('f'), target });
    await expect(running).rejects.toMatchObject({ code: 'BLOB_DAMAGED' });
  });

  it('stops when it is cancelled, and when nobody reads any more', async () => {
    const nodes = [
      file(
        'f',
        Array.from({ length: 60 }, () => noise(500_000)),
      ),
    ];
    const stop = new AbortController();
    const reason = new Error('enough');
    await expect(dumped(nodes, 'f', { signal: stop.signal, onProgress: () => stop.abort(reason) })).rejects.toBe(
      reason,
    );
    const target = new Sink();
    await expect(dumped(nodes, 'f', { target, onProgress: () => target.destroy() })).rejects.toMatchObject({
      code: 'DUMP_TARGET_CLOSED',
    });
    const broken = new Writable({ write: (_chunk, _encoding, done) => done(new Error('EPIPE')) });
    await expect(dumped(nodes, 'f', { target: broken })).rejects.toThrow('EPIPE');
  });

  it('holds back while nobody reads', async () => {
    const blobs = Array.from({ length: 120 }, () => noise(500_000));
    const treeId = await saveHandMadeTree(indexed, [file('f', blobs)]);
    let taken = 0;
    let release: (() => void) | undefined;
    const target = new Writable({
      highWaterMark: 1,
      write: (chunk: Buffer, _encoding, done) => {
        taken += chunk.length;
        if (taken < 5_000_000) done();
        else release = done;
      },
    });
    let written = 0;
    const stop = new AbortController();
    const running = dump(indexed, {
      treeId,
      path: byteStringOfText('f'),
      target,
      signal: stop.signal,
      onProgress: ({ bytesWritten }) => {
        written = bytesWritten;
      },
    });
    while (release === undefined) await new Promise((resolve) => setImmediate(resolve));
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(written).toBeLessThanOrEqual(5_000_000);
    stop.abort(new Error('seen enough'));
    await expect(running).rejects.toThrow('seen enough');
  });
});

describe('dumping a folder as tar', () => {
  const long = 'n'.repeat(120);
  const nodes = (): HandMadeNode[] => [
    folder(
      'd',
      [
        file('a', 'content of a', {
          permissions: 0o4755,
          uid: 12,
          gid: 34,
          user: 'someone',
          group: 'müller',
          mtime: parseTimestamp('2024-05-06T07:08:09.25Z'),
          extendedAttributes: [{ name: 'user.x', value: Buffer.from([0, 61, 10, 255]) }],
        }),
        folder(long, [file(long, [noise(100_000), noise(513)])]),
        link('l', long.repeat(2)),
        fifo('p'),
        device('z', 'chardev', 0x1_05n, { permissions: 0o666 }),
      ],
      { permissions: 0o700 },
    ),
    file('top', 'x', { uid: 3_000_000_000 }),
  ];

  it('holds everything below it, with paths from the root', async () => {
    const { bytes, result, skipped } = await dumped(nodes(), '/d');
    expect(skipped).toEqual([]);
    expect(result).toMatchObject({ kind: 'tar', filesDone: 6, bytesWritten: bytes.length });
    expect(bytes.length % 512).toBe(0);
    const members = await membersOf(bytes);
    expect(members.map(({ header }) => header['name'])).toEqual([
      'd/a',
      `d/${long}/`,
      `d/${long}/${long}`,
      'd/l',
      'd/p',
      'd/z',
    ]);
    expect(members[0]?.header).toMatchObject({
      mode: 0o4755,
      uid: 12,
      gid: 34,
      uname: 'someone',
      gname: 'müller',
      type: 'file',
      size: 12,
      pax: expect.objectContaining({ mtime: '1714979289.25', gname: 'müller' }),
    });
    expect(members[0]?.content.toString()).toBe('content of a');
    expect(members[2]?.content).toHaveLength(100_513);
    expect(members[3]?.header).toMatchObject({ type: 'symlink', linkname: long.repeat(2) });
    expect(members[4]?.header).toMatchObject({ type: 'fifo' });
    expect(members[5]?.header).toMatchObject({ type: 'character-device', devmajor: 1, devminor: 5 });
  });

  it('holds the whole tree when asked for the root', async () => {
    const members = await membersOf((await dumped(nodes(), '/')).bytes);
    expect(members.map(({ header }) => header['name'])).toEqual(expect.arrayContaining(['d/', 'd/a', 'top']));
    expect(members.find(({ header }) => header['name'] === 'top')?.header).toMatchObject({
      pax: { uid: '3000000000' },
    });
  });

  it.skipIf(spawnSync('tar', ['--version']).status !== 0)(
    'is what GNU tar reads: bytes of names, nanoseconds, attributes (needs tar)',
    async () => {
      const home = mkdtempSync(path.join(os.tmpdir(), 'lumbung-dump-'));
      try {
        const rawName = byteStringOf(Buffer.from([0x72, 0xff, 0xfe, 0x20]));
        const tree: HandMadeNode[] = [
          folder('d', [
            file('', 'raw', { rawName }),
            file('é', 'x', {
              mtime: parseTimestamp('1969-12-31T23:59:58.25Z'),
              extendedAttributes: [{ name: 'user.x', value: Buffer.from([0, 61, 10, 255]) }],
            }),
            link('l', 'ümlaut'),
            folder('empty', []),
          ]),
        ];
        const { bytes } = await dumped(tree, '/');
        const unpacked = path.join(home, 'out');
        mkdirSync(unpacked);
        writeFileSync(path.join(home, 'a.tar'), bytes);
        const tar = spawnSync('tar', [
          '--xattrs',
          '--xattrs-include=*',
          '-xf',
          path.join(home, 'a.tar'),
          '-C',
          unpacked,
        ]);
        expect(tar.status).toBe(0);
        using lab = await RestoreLab.open();
        const found = lab.look(unpacked);
        expect(found).toMatchObject({
          '/d/é': { mtime: '-2.250000000', xattrs: { 'user.x': '\u0000=\n\u00ff' } },
          '/d/l': { type: 'link', content: 'ümlaut', mtime: '1580702706.123456789' },
          '/d/empty': { type: 'dir' },
          '/d/r\ufffd\ufffd ': { content: 'raw' },
        });
      } finally {
        rmSync(home, { recursive: true, force: true });
      }
    },
  );

  it('leaves out unsafe names, and says so', async () => {
    const evil = file('', 'x', { rawName: byteStringOfText('../evil') });
    const { bytes, skipped } = await dumped([evil, file('good', 'x')], '/');
    expect((await membersOf(bytes)).map(({ header }) => header['name'])).toEqual(['good']);
    expect(skipped).toEqual(['NODE_NAME_UNSAFE /../evil']);
  });

  it('fails, and does not end, when a folder is lost', async () => {
    const { children: _, ...without } = folder('without', []);
    await expect(dumped([without], '/')).rejects.toMatchObject({ code: 'TREE_SUBTREE_MISSING' });
  });

  it('sums the size of a file from its content', async () => {
    const { bytes } = await dumped([file('f', 'four', { size: 1_000_000 })], '/');
    expect((await membersOf(bytes))[0]?.content.toString()).toBe('four');
  });
});

describe('dumping a folder as zip', () => {
  it('holds files, folders and links; what it cannot hold is told', async () => {
    const home = mkdtempSync(path.join(os.tmpdir(), 'lumbung-dump-'));
    try {
      const { bytes, result, skipped } = await dumped(
        [
          folder('d', [
            file('a', 'content of a'),
            file(
              'big',
              Array.from({ length: 30 }, () => noise(300_000)),
            ),
            folder('empty', []),
            file('none', ''),
          ]),
          link('l', 'd/a'),
          fifo('p'),
          file('back\\slash', 'x'),
          file('old', 'x', { mtime: parseTimestamp('1970-01-01T00:00:00Z') }),
        ],
        '/',
        { archive: 'zip' },
      );
      expect(result.kind).toBe('zip');
      expect(skipped).toEqual(['DUMP_TYPE_UNSUPPORTED /p', 'DUMP_NAME_UNSUPPORTED back\\slash']);
      const archive = path.join(home, 'a.zip');
      writeFileSync(archive, bytes);
      const python = spawnSync('python3', [
        '-c',
        'import sys,zipfile\nz=zipfile.ZipFile(sys.argv[1])\nassert z.testzip() is None\nfor i in z.infolist(): print(i.filename,i.file_size,oct(i.external_attr>>16),z.read(i)[:12] if not i.is_dir() else "")',
        archive,
      ]);
      if (python.error !== undefined) return; // no second reader on this machine
      expect(python.stderr.toString()).toBe('');
      expect(python.stdout.toString().replace(/big.*/, 'big').split('\n')).toEqual([
        'd/ 0 0o40755 ',
        "d/a 12 0o100644 b'content of a'",
        'd/big',
        'd/empty/ 0 0o40755 ',
        "d/none 0 0o100644 b''",
        "l 3 0o120777 b'd/a'",
        "old 1 0o100644 b'x'",
        '',
      ]);
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  });

  it('stops when it is cancelled', async () => {
    const stop = new AbortController();
    const nodes = Array.from({ length: 30 }, (_, idx) => file(`f${idx}`, [noise(400_000)]));
    await expect(
      dumped(nodes, '/', { archive: 'zip', signal: stop.signal, onProgress: () => stop.abort(new Error('enough')) }),
    ).rejects.toThrow('enough');
    const target = new Sink();
    await expect(
      dumped(nodes, '/', { archive: 'zip', target, onProgress: () => target.destroy() }),
    ).rejects.toMatchObject({ code: 'DUMP_TARGET_CLOSED' });
  });
});
