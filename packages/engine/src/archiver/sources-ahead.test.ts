import { execFileSync } from 'node:child_process';
import { chmodSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { byteStringOfText } from '@lumbung/stdx';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ManualClock } from '../testing/manual-clock.ts';
import type { BackupOptions } from './backup-options.ts';
import { SourcesAhead } from './sources-ahead.ts';
import { ArchiveLab, asNobody, IS_SUPERUSER } from './testing/archive-lab.ts';

let lab: ArchiveLab;
let clock: ManualClock;

beforeEach(async () => {
  lab = await ArchiveLab.open();
  clock = lab.test.clock;
});

afterEach(() => {
  lab[Symbol.dispose]();
});

/** Backs up with everything looked at ahead, and without; both against a parent that has some of it. */
async function bothWays(options: Partial<BackupOptions> = {}) {
  await using ahead = new SourcesAhead({ targets: ['.'], workingDirectory: lab.source, ...options }, clock);
  await ahead.whenRead();
  const early = await lab.backup(options, { ahead });
  const late = await lab.backup(options);
  return { early, late };
}

describe('sources that were looked at ahead', () => {
  it('are forgotten when there is no parent to compare them with', async () => {
    lab.write('a/old');
    await using ahead = new SourcesAhead({ targets: ['.'], workingDirectory: lab.source }, clock);
    await ahead.whenRead();
    lab.write('a/young');
    const { result } = await lab.backup({}, { ahead });
    expect(await lab.pathsOf(result)).toEqual(['/a', '/a/old', '/a/young']);
  });

  it('make the same tree, with links, excludes, markers and files of every size', async () => {
    for (const name of ['a/b/c', 'a/b/d', 'a/e', 'f', 'skip/me', 'cache/thing']) lab.write(name);
    writeFileSync(lab.at('cache/CACHEDIR.TAG'), 'Signature: 8a477f597d28d172789f06886806bc55');
    writeFileSync(lab.at('large'), Buffer.alloc(3_000_000, 'x'));
    symlinkSync('a', lab.at('link'));
    execFileSync('mkfifo', [lab.at('fifo')]);
    await lab.backup({ targets: ['a/b'] });
    await lab.backup({ targets: ['.'], exclude: { patterns: ['f', 'e'] } });
    for (const exclude of [{}, { patterns: ['skip', '*.d'] }, { caches: true, largerThanBytes: 1000 }]) {
      const { early, late } = await bothWays({ exclude });
      expect(early.result.tree).toBe(late.result.tree);
      expect(early.errors).toEqual(late.errors);
    }
  });

  it('are taken: what appears afterwards in a folder that was listed is for the next backup', async () => {
    lab.write('a/old');
    // Without a parent everything is read, and what was found is forgotten.
    await lab.backup();
    await using ahead = new SourcesAhead({ targets: ['.'], workingDirectory: lab.source }, clock);
    await ahead.whenRead();
    lab.write('a/young');
    const { result } = await lab.backup({}, { ahead });
    expect(await lab.pathsOf(result)).toEqual(['/a', '/a/old']);
    expect(await lab.pathsOf((await lab.backup()).result)).toEqual(['/a', '/a/old', '/a/young']);
  });

  it('stand for the moment when the backup began: what changes or vanishes after that is for the next one', async () => {
    lab.write('a/file', 'before');
    lab.write('a/gone');
    await lab.backup();
    await using ahead = new SourcesAhead({ targets: ['.'], workingDirectory: lab.source }, clock);
    await ahead.whenRead();
    writeFileSync(lab.at('a/file'), 'after, and longer');
    rmSync(lab.at('a/gone'));
    const { result, errors } = await lab.backup({}, { ahead });
    expect((await lab.nodesOf(result)).get('/a/file')?.size).toBe('before'.length);
    expect(errors).toEqual([]);
    const next = (await lab.backup()).result;
    expect((await lab.nodesOf(next)).get('/a/file')?.size).toBe('after, and longer'.length);
    expect(await lab.pathsOf(next)).toEqual(['/a', '/a/file']);
  });

  it('are forgotten when they are some seconds old: a snapshot of now must not show what was then', async () => {
    lab.write('a/file', 'before');
    await lab.backup();
    await using ahead = new SourcesAhead({ targets: ['.'], workingDirectory: lab.source }, clock);
    await ahead.whenRead();
    writeFileSync(lab.at('a/file'), 'after, and longer');
    await clock.advance(5_001);
    const { result } = await lab.backup({}, { ahead });
    expect((await lab.nodesOf(result)).get('/a/file')?.size).toBe('after, and longer'.length);
  });

  it('find an unchanged file unchanged, and a changed one changed, against the parent', async () => {
    lab.write('a/same');
    lab.write('a/other');
    await lab.backup();
    writeFileSync(lab.at('a/other'), 'something else');
    await using ahead = new SourcesAhead({ targets: ['.'], workingDirectory: lab.source }, clock);
    await ahead.whenRead();
    const { result } = await lab.backup({}, { ahead });
    expect(result.summary).toMatchObject({ filesUnmodified: 1, filesChanged: 1, filesNew: 0 });
  });

  it.skipIf(!IS_SUPERUSER)('tell what cannot be read in its turn, once', async () => {
    lab.write('closed/file');
    lab.write('open');
    chmodSync(lab.source, 0o755);
    await lab.backup();
    chmodSync(lab.at('closed'), 0o000);
    await asNobody(async () => {
      await using ahead = new SourcesAhead({ targets: ['.'], workingDirectory: lab.source }, clock);
      await ahead.whenRead();
      const { errors } = await lab.backup({}, { ahead });
      expect(errors).toHaveLength(1);
    });
  });

  it('may be stopped at any time, and what was not reached is looked at in its turn', async () => {
    for (let fileIdx = 0; fileIdx < 300; fileIdx += 1) lab.write(`d${fileIdx % 7}/f${fileIdx}`);
    const ahead = new SourcesAhead({ targets: ['.'], workingDirectory: lab.source }, clock);
    await ahead.stop();
    const { result } = await lab.backup({}, { ahead });
    expect(result.summary.totalFilesProcessed).toBe(300);
    await ahead[Symbol.asyncDispose]();
    expect(ahead.take(byteStringOfText(lab.source))).toBeUndefined();
  });

  it('refuse patterns and targets that make no sense, as the backup would', () => {
    expect(() => new SourcesAhead({ targets: [], workingDirectory: lab.source }, clock)).toThrow(
      expect.objectContaining({ code: 'BACKUP_NO_TARGET' }),
    );
  });
});
