import { createWriteStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import {
  ARCHIVE_FORMATS,
  type DumpOptions,
  type DumpResult,
  dump,
  findSnapshot,
  resolveNode,
  resolveTree,
} from '@lumbung/engine';
import { byteStringOfText, LumbungError } from '@lumbung/stdx';
import type { CommandRun } from '../command-spec.ts';
import { recordSentence } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { shownName } from '../shown-name.ts';
import { withRepository } from '../with-repository.ts';
import { filterOf } from './snapshot-filter.ts';

export const run: CommandRun = async (context, [spec = '', pathText = ''], options) => {
  const archive = options.choice('archive', ARCHIVE_FORMATS) ?? 'tar';
  const targetFile = options.text('target');
  return await withRepository(context, 'read', async ({ repository, signal }) => {
    const { texts, output, world } = context;
    const { snapshot, subfolder } = await findSnapshot(repository, spec, filterOf(options), signal);
    const indexed = await repository.loadIndex({ signal });
    const treeId = await resolveTree(indexed, snapshot.tree, subfolder, signal);
    const dumpPath = byteStringOfText(pathText);
    const found = await resolveNode(indexed, treeId, dumpPath, signal);
    const isFolder = found.kind === 'root' || found.node.type === 'dir';
    if (targetFile === undefined && isFolder && world.stdout.isTTY === true) {
      throw new LumbungError('DUMP_TO_TERMINAL', {
        kind: 'operator',
        message: 'an archive is not written to a terminal',
        hint: 'send it into a file or a program, or use --target FILE',
      });
    }
    using line = context.progress();
    const request: Omit<DumpOptions, 'target'> = {
      treeId,
      path: dumpPath,
      archive,
      signal,
      onProgress: ({ filesDone, bytesWritten }) => {
        if (targetFile === undefined && world.stdout.isTTY === true) return;
        const text = texts.t('backup.counts', {
          count: filesDone,
          files: texts.count(filesDone),
          bytes: texts.bytes(bytesWritten),
        });
        line.show({ text, done: bytesWritten, isBytes: true });
      },
      onSkipped: ({ path: skippedPath, error }) => {
        const message = recordSentence(error, texts);
        output.warn(texts.t('dump.skipped', { item: shownName(skippedPath), message }));
      },
    };
    if (targetFile === undefined) {
      await output.flush();
      const { skippedCount } = await dump(indexed, { ...request, target: world.stdout });
      return skippedCount > 0 ? EXIT.failed : EXIT.ok;
    }
    const file = path.resolve(world.workingDirectory, targetFile);
    const result = await dumpToFile(file, async (target) => await dump(indexed, { ...request, target }));
    line.clear();
    output.note(texts.t('dump.done', { bytes: texts.bytes(result.bytesWritten), target: targetFile }));
    return result.skippedCount > 0 ? EXIT.failed : EXIT.ok;
  });
};

/** A file that is not whole must not stay under the name of one that is. */
async function dumpToFile(file: string, act: (target: Writable) => Promise<DumpResult>): Promise<DumpResult> {
  const target = createWriteStream(file, { mode: 0o600 });
  try {
    const result = await act(target);
    target.end();
    await finished(target);
    return result;
  } catch (error) {
    target.destroy();
    const isFile = await stat(file).then(
      (found) => found.isFile(),
      () => false,
    );
    if (isFile) await rm(file, { force: true });
    throw error;
  }
}
