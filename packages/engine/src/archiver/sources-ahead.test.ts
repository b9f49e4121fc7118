import { execFileSync } from 'node:child_process';
import { chmodSync, symlinkSync, writeFileSync } from 'node:fs';
import { byteStringOfText } from '@lumbung/stdx';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BackupOptions } from './backup-options.ts';
import { SourcesAhead } from './sources-ahead.ts';
import { ArchiveLab, asNobody, IS_SUPERUSER } from './testing/archive-lab.ts';

let lab: ArchiveLab;

beforeEach(async () => {
  lab = await ArchiveLab.open();
});

afterEach(() => {
  lab[Symbol.dispose]();
});

/** Backs up with everything looked at ahead, and without. */
async function bothWays(options: Partial<BackupOptions> = {}) {
  await using ahead = new SourcesAhead({ targets: ['.'], workingDirectory: lab.source, ...options });
  await ahead.whenRead();
  const early = await lab.backup({ ...options, parent: { kind: 'none' } }, { ahead });
  const late = await lab.backup({ ...options, parent: { kind: 'none' } });
  return { early, late };
}

describe('sources that were looked at ahead', () => {
  it('make the same tree, with links, excludes, markers and files of every size', async () => {
    for (const name of ['a/b/c', 'a/b/d', 'a/e', 'f', 'skip/me', 'cache/thing']) lab.write(name);
    writeFileSync(lab.at('cache/CACHEDIR.TAG'), 'Signature: 8a477f597d28d172789f06886806bc55');
    writeFileSync(lab.at('large'), Buffer.alloc(3_000_000, 'x'));
    symlinkSync('a', lab.at('link'));
    execFileSync('mkfifo', [lab.at('fifo')]);
    for (const exclude of [{}, { patterns: ['skip', '*.d'] }, { caches: true, largerThanBytes: 1000 }]) {
      const { early, late } = await bothWays({ exclude });
      expect(early.result.tree).toBe(late.result.tree);
      expect(early.errors).toEqual(late.errors);
    }
  });

  it('are taken: what appears afterwards in a folder that was listed is for the next backup', async () => {
    lab.write('a/old');
    await using ahead = new SourcesAhead({ targets: ['.'], workingDirectory: lab.source });
    await ahead.whenRead();
    lab.write('a/young');
    const { result } = await lab.backup({}, { ahead });
    expect(await lab.pathsOf(result)).toEqual(['/a', '/a/old']);
    expect(await lab.pathsOf((await lab.backup()).result)).toEqual(['/a', '/a/old', '/a/young']);
  });

  it('are looked at again when the file is read: what changed in between is stored as it is now', async () => {
    lab.write('a/file', 'before');
    await using ahead = new SourcesAhead({ targets: ['.'], workingDirectory: lab.source });
    await ahead.whenRead();
    writeFileSync(lab.at('a/file'), 'after, and longer');
    const { result } = await lab.backup({}, { ahead });
    expect((await lab.nodesOf(result)).get('/a/file')?.size).toBe('after, and longer'.length);
  });

  it('are not missed when they vanish', async () => {
    lab.write('a/gone');
    lab.write('a/stays');
    await using ahead = new SourcesAhead({ targets: ['.'], workingDirectory: lab.source });
    await ahead.whenRead();
    execFileSync('rm', [lab.at('a/gone')]);
    const { result, errors } = await lab.backup({}, { ahead });
    expect(await lab.pathsOf(result)).toEqual(['/a', '/a/stays']);
    expect(errors).toEqual([]);
  });

  it('find an unchanged file unchanged, and a changed one changed, against the parent', async () => {
    lab.write('a/same');
    lab.write('a/other');
    await lab.backup();
    writeFileSync(lab.at('a/other'), 'something else');
    await using ahead = new SourcesAhead({ targets: ['.'], workingDirectory: lab.source });
    await ahead.whenRead();
    const { result } = await lab.backup({}, { ahead });
    expect(result.summary).toMatchObject({ filesUnmodified: 1, filesChanged: 1, filesNew: 0 });
  });

  it.skipIf(!IS_SUPERUSER)('tell what cannot be read in its turn, once', async () => {
    lab.write('closed/file');
    lab.write('open');
    chmodSync(lab.source, 0o755);
    chmodSync(lab.at('closed'), 0o000);
    await asNobody(async () => {
      await using ahead = new SourcesAhead({ targets: ['.'], workingDirectory: lab.source });
      await ahead.whenRead();
      const { errors } = await lab.backup({}, { ahead });
      expect(errors).toHaveLength(1);
    });
  });

  it('may be stopped at any time, and what was not reached is looked at in its turn', async () => {
    for (let fileIdx = 0; fileIdx < 300; fileIdx += 1) lab.write(`d${fileIdx % 7}/f${fileIdx}`);
    const ahead = new SourcesAhead({ targets: ['.'], workingDirectory: lab.source });
    await ahead.stop();
    const { result } = await lab.backup({}, { ahead });
    expect(result.summary.totalFilesProcessed).toBe(300);
    await ahead[Symbol.asyncDispose]();
    expect(ahead.take(byteStringOfText(lab.source))).toBeUndefined();
  });

  it('refuse patterns and targets that make no sense, as the backup would', () => {
    expect(() => new SourcesAhead({ targets: [], workingDirectory: lab.source })).toThrow(
      expect.objectContaining({ code: 'BACKUP_NO_TARGET' }),
    );
  });
});
