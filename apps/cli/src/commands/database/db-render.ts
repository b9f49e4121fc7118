import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { driverOf, findDump, renderDump } from '@lumbung/runner/databases';
import { LumbungError } from '@lumbung/stdx';
import type { CommandRun } from '../../command-spec.ts';
import { EXIT } from '../../exit-codes.ts';
import { withRepository } from '../../with-repository.ts';
import { databaseControl, dumpFilterOf } from './database-call.ts';
import { engineOf } from './dump-engine.ts';

/** One ordinary file that the engine's own client loads. */
export const run: CommandRun = async (context, [name = 'latest'], options) => {
  const { output, texts, world } = context;
  const targetFile = options.text('target');
  return await withRepository(context, 'read', async ({ repository, signal }) => {
    const dump = await findDump(repository, name, dumpFilterOf(options), signal);
    using line = context.progress();
    const control = databaseControl<never>(context, signal, line, () => undefined);
    const file = await renderDump(repository, driverOf(engineOf(dump)), dump, control);
    if (targetFile === undefined) {
      if (world.stdout.isTTY === true) {
        throw new LumbungError('DUMP_TO_TERMINAL', {
          kind: 'operator',
          message: 'an archive is not written to a terminal',
          hint: 'send it into a file or a program, or use --target FILE',
        });
      }
      await output.flush();
      await pipeline(await file.open(), world.stdout, { end: false, signal });
      return EXIT.ok;
    }
    const place = path.resolve(world.workingDirectory, targetFile);
    try {
      await pipeline(await file.open(), createWriteStream(place, { flags: 'wx', mode: 0o600 }), { signal });
    } catch (error) {
      // Half a file must not pass for a whole one; one that was there before is not ours.
      if (!isExisting(error)) await rm(place, { force: true });
      throw error;
    }
    line.clear();
    output.say(texts.t('db.rendered', { file: targetFile }));
    return EXIT.ok;
  });
};

function isExisting(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}
