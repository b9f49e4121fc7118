import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type { MemBackend } from '@lumbung/backend/mem';
import { FaultyBackend, faultPlan } from '@lumbung/backend/testing';
import { byteStringOfText } from '@lumbung/stdx';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sha256Hex } from '../crypto/sha256.ts';
import { parseBlobId } from '../format/ids.ts';
import { IndexedRepository } from '../repository/indexed-repository.ts';
import { device, file, folder, link } from '../testing/hand-made-tree.ts';
import { IS_SUPERUSER, RestoreLab } from '../testing/restore-lab.ts';
import { executeRestore } from './execute-restore.ts';
import { planRestore } from './restore-plan.ts';

let lab: RestoreLab;

beforeEach(async () => {
  lab = await RestoreLab.open();
});

afterEach(() => {
  lab[Symbol.dispose]();
});

const at = (...parts: string[]) => path.join(lab.target, ...parts);
/** Content that does not compress, and never comes twice. */
const blob = (length: number) => lab.test.random.bytes(length);

const backend = () => lab.test.backend as MemBackend; // the lab's own

/** Changes the sealed bytes of the first copy of a blob. */
function damage(content: Buffer, how: 'flip' | 'cut' | 'remove' = 'flip'): void {
  const { index } = lab.indexed;
  const entry = index.findHex('data', parseBlobId(sha256Hex(content)));
  const handle = { folder: 'data', name: index.packId(index.packOf(entry)) };
  const pack = Buffer.from(backend().files().get(`data/${handle.name}`) ?? Buffer.alloc(0));
  const middle = index.offsetOf(entry) + Math.floor(index.lengthOf(entry) / 2);
  if (how === 'remove') return void backend().remove(handle);
  if (how === 'flip') pack[middle] = (pack[middle] ?? 0) ^ 1;
  backend().put(handle, how === 'cut' ? pack.subarray(0, middle) : pack);
}

describe.each(['flip', 'cut', 'remove'] as const)('a damaged pack (%s)', (how) => {
  it('costs nothing while another copy of the blob is whole', async () => {
    const [a, b] = [blob(5000), blob(6000)];
    const tree = await lab.save([file('one', [a]), file('two', [b, a])]);
    const writer = lab.indexed.createWriter();
    for (const content of [a, b]) await writer.save('data', content, { force: true });
    await writer.flush();
    damage(a, how);
    const { errors } = await lab.restore(tree, { verify: true });
    expect(errors).toEqual([]);
    expect(readFileSync(at('one'))).toEqual(a);
    expect(readFileSync(at('two'))).toEqual(Buffer.concat([b, a]));
  });
});

describe('a blob that is lost', () => {
  it('costs the files that need it and no other; nothing pretends to be whole', async () => {
    const [lost, kept] = [blob(5000), blob(5000)];
    const tree = await lab.save([
      file('both', [kept, lost, kept]),
      file('kept', [kept]),
      file('lost', [lost]),
      file('lost-too', [lost]),
      folder('d', [file('fine', 'x')]),
    ]);
    damage(lost);
    const { errors, result } = await lab.restore(tree);
    expect([...errors].sort()).toEqual(['BLOB_DAMAGED /both', 'BLOB_DAMAGED /lost', 'BLOB_DAMAGED /lost-too']);
    expect(result.errorCount).toBe(3);
    expect(readFileSync(at('kept'))).toEqual(kept);
    expect(existsSync(at('lost'))).toBe(false);
    // What could be had of a longer file stays, without the time that would make it pass for restored.
    expect(readFileSync(at('both')).subarray(0, 5000)).toEqual(kept);
    expect(statSync(at('both')).mtimeMs).toBeGreaterThan(statSync(at('kept')).mtimeMs);
    const again = await lab.restore(tree, { overwrite: 'if-changed' });
    expect([...again.errors].sort()).toEqual(['BLOB_DAMAGED /both', 'BLOB_DAMAGED /lost', 'BLOB_DAMAGED /lost-too']);
  });

  it('is found out however much of a file was right before', async () => {
    const [lost, kept] = [blob(5000), blob(5000)];
    const tree = await lab.save([file('f', [kept, lost])]);
    damage(lost);
    mkdirSync(lab.target);
    writeFileSync(at('f'), Buffer.concat([kept, lost]));
    expect((await lab.restore(tree)).errors).toEqual([]);
    writeFileSync(at('f'), Buffer.concat([kept, kept]));
    expect((await lab.restore(tree)).errors).toEqual(['BLOB_DAMAGED /f']);
  });
});

describe('a repository that cannot be reached', () => {
  const open = async (plan: ReturnType<typeof faultPlan>) => {
    const faulty = new FaultyBackend(backend(), { plan });
    const repository = await lab.test.reopen({ backend: faulty });
    return new IndexedRepository(repository, lab.indexed.index, new Map());
  };

  it('stops the restore, and leaves no file that is half there', async () => {
    const nodes = Array.from({ length: 6 }, (_, idx) => file(`f${idx}`, [blob(900_000), blob(900_000), blob(900_000)]));
    const tree = await lab.save([...nodes, file('small', 'x')]);
    const indexed = await open(faultPlan().onLoad({ from: 4 }, 'data').fails('unavailable'));
    const plan = await planRestore(indexed, { treeId: tree, target: byteStringOfText(lab.target), workerCount: 1 });
    await expect(executeRestore(plan)).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE', kind: 'transient' });
    for (const name of readdirSync(lab.target)) expect(statSync(at(name)).mtimeMs).toBeLessThan(Date.UTC(2021, 0));
    expect((await lab.restore(tree, { overwrite: 'if-changed', verify: true })).errors).toEqual([]);
    expect(Object.keys(lab.look())).toHaveLength(7);
  });
});

describe('a restore that is cancelled', () => {
  it('rejects with the reason, leaves whole files or none, and goes on where it was', async () => {
    const nodes = Array.from({ length: 12 }, (_, idx) => file(`f${idx}`, [blob(700_000), blob(700_000)]));
    const tree = await lab.save([
      ...nodes,
      ...Array.from({ length: 300 }, (_, idx) => file(`small${idx}`, `content ${idx}`)),
    ]);
    const stop = new AbortController();
    const reason = new Error('enough');
    const running = lab.restore(tree, {
      signal: stop.signal,
      onEvent: (event) => {
        if (event.kind === 'item') stop.abort(reason);
      },
    });
    await expect(running).rejects.toBe(reason);
    for (const name of readdirSync(lab.target)) expect(statSync(at(name)).mtimeMs).toBeLessThan(Date.UTC(2021, 0));
    const { result, errors } = await lab.restore(tree, { overwrite: 'if-changed', verify: true });
    expect(errors).toEqual([]);
    expect(result.progress.filesSkipped).toBeGreaterThan(0);
    expect(result.progress.filesRestored + result.progress.filesSkipped).toBe(312);
  });

  it('does nothing when it was cancelled before', async () => {
    const tree = await lab.save([file('f', 'x')]);
    await expect(lab.restore(tree, { signal: AbortSignal.abort(new Error('no')) })).rejects.toThrow('no');
    expect(existsSync(lab.target)).toBe(false);
  });

  it('tells of files that existed and are part old, part new', async () => {
    const tree = await lab.save([
      file(
        'f',
        Array.from({ length: 30 }, () => blob(500_000)),
      ),
    ]);
    mkdirSync(lab.target);
    writeFileSync(at('f'), Buffer.alloc(15_000_000, 1));
    const indexed = new IndexedRepository(
      await lab.test.reopen({
        backend: new FaultyBackend(backend(), { plan: faultPlan().onLoad(3, 'data').fails('unavailable') }),
      }),
      lab.indexed.index,
      new Map(),
    );
    const plan = await planRestore(indexed, { treeId: tree, target: byteStringOfText(lab.target), workerCount: 1 });
    const errors: string[] = [];
    await expect(
      executeRestore(plan, {
        onEvent: (event) => {
          if (event.kind === 'error') errors.push(event.error.code);
        },
      }),
    ).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE' });
    expect(errors).toEqual(['RESTORE_INTERRUPTED']);
    expect(existsSync(at('f'))).toBe(true);
  });
});

describe('a target that refuses', () => {
  it('is told when it is a file, or lies below one', async () => {
    const tree = await lab.save([file('f', 'x')]);
    writeFileSync(lab.target, 'a file');
    await expect(lab.restore(tree)).rejects.toMatchObject({ code: 'RESTORE_TARGET_INVALID' });
    await expect(lab.restore(tree, { target: byteStringOfText(at('below')) })).rejects.toThrow('ENOTDIR');
    expect(readFileSync(lab.target, 'utf8')).toBe('a file');
  });

  it.skipIf(!IS_SUPERUSER)(
    'stops at a full disk, says so, and goes on when there is room (superuser only: mounts a small one)',
    async () => {
      mkdirSync(lab.target);
      const mount = (options: string) => spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'lumbung-test', lab.target]);
      if (mount('size=3m').status !== 0) return;
      try {
        const nodes = [
          ...Array.from({ length: 200 }, (_, idx) => file(`s${idx}`, [blob(3000)])),
          file(
            't-large',
            Array.from({ length: 12 }, () => blob(500_000)),
          ),
          ...Array.from({ length: 2000 }, (_, idx) => file(`z${idx}`, [blob(3000)])),
        ];
        const tree = await lab.save(nodes);
        await expect(lab.restore(tree)).rejects.toMatchObject({ code: 'RESTORE_NO_SPACE', kind: 'operator' });
        for (const name of readdirSync(lab.target))
          expect([name, statSync(at(name)).mtimeMs < Date.UTC(2021, 0)]).toEqual([name, true]);
        spawnSync('mount', ['-o', 'remount,size=100m', lab.target]);
        expect((await lab.restore(tree, { overwrite: 'if-changed', verify: true })).errors).toEqual([]);
        expect(Object.keys(lab.look())).toHaveLength(2201);
      } finally {
        spawnSync('umount', [lab.target]);
      }
    },
  );

  it.skipIf(!IS_SUPERUSER)(
    'restores what it may without the rights of the superuser (superuser only: gives them up for a while)',
    async () => {
      const tree = await lab.save([
        file('f', 'x', {
          uid: 3,
          gid: 4,
          permissions: 0o640,
          extendedAttributes: [{ name: 'trusted.t', value: Buffer.from('1') }],
        }),
        folder('d', [file('g', [blob(9000), blob(9000)], { uid: 3, gid: 4 })], { uid: 3, permissions: 0o555 }),
        link('l', 'f', { uid: 3 }),
        device('null', 'chardev', 259n),
        folder('forbidden', [file('h', 'x')]),
      ]);
      const nobody = 65_534;
      mkdirSync(at('forbidden'), { recursive: true });
      chownSync(lab.target, nobody, nobody);
      chmodSync(lab.home, 0o755);
      chmodSync(at('forbidden'), 0o500);
      process.setegid?.(nobody);
      process.seteuid?.(nobody);
      try {
        const { errors, result } = await lab.restore(tree);
        // Owners and attributes that only the superuser gives are passed over in silence, as restic does.
        expect([...errors].sort()).toEqual(['EACCES /forbidden/h', 'EPERM /null']);
        expect(result.errorCount).toBe(2);
      } finally {
        process.seteuid?.(0);
        process.setegid?.(0);
      }
      expect(lab.look()).toMatchObject({
        '/f': { owner: `${nobody}:${nobody}`, mode: '0640', content: 'x', xattrs: {} },
        '/d': { mode: '0555' },
        '/d/g': { content: '18000 bytes' },
        '/l': { type: 'link' },
      });
    },
  );
});

describe('verification', () => {
  it('tells of a file that changed behind the back of the restore', async () => {
    const tree = await lab.save([file('changed', [blob(5000), blob(5000)]), file('fine', 'x'), file('longer', 'y')]);
    const { errors, result } = await lab.restore(tree, {
      verify: true,
      onEvent: (event) => {
        if (event.kind !== 'verifying') return;
        const content = readFileSync(at('changed'));
        content[7000] = (content[7000] ?? 0) ^ 1;
        writeFileSync(at('changed'), content);
        writeFileSync(at('longer'), 'yy');
      },
    });
    expect([...errors].sort()).toEqual(['RESTORE_VERIFY_FAILED /changed', 'RESTORE_VERIFY_FAILED /longer']);
    expect(result.filesVerified).toBe(1);
  });
});
