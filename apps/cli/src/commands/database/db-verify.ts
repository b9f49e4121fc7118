import { driverOf, findDump, listDumps, type StoredDump, verifyDump } from '@lumbung/runner/databases';
import type { CommandRun } from '../../command-spec.ts';
import { EXIT } from '../../exit-codes.ts';
import { jsonMessage } from '../../json.ts';
import { loadRemarks } from '../../texts/remarks.ts';
import { withRepository } from '../../with-repository.ts';
import { databaseControl, dumpFilterOf } from './database-call.ts';
import { engineOf, shownDump } from './dump-engine.ts';
import { tellFinding } from './finding-lines.ts';

/** One dump, or the newest of every database that passes. */
export const run: CommandRun = async (context, [name], options) => {
  const { output, texts } = context;
  const filter = dumpFilterOf(options);
  const remarks = await loadRemarks(texts);
  return await withRepository(context, 'read', async ({ repository, signal }) => {
    const dumps =
      name === undefined
        ? newestOfEach(await listDumps(repository, filter, signal))
        : [await findDump(repository, name, filter, signal)];
    using line = context.progress();
    const control = databaseControl<never>(context, signal, line, () => undefined);
    let damaged = 0;
    for (const dump of dumps) {
      let isSound = true;
      for await (const finding of verifyDump(repository, driverOf(engineOf(dump)), dump, control)) {
        line.clear();
        isSound = tellFinding(context, finding, remarks) && isSound;
      }
      line.clear();
      if (!isSound) damaged += 1;
      output.message(
        jsonMessage({ message_type: 'verified', snapshot_id: dump.snapshot.id, dump: dump.folder, isSound }),
      );
      output.say(
        texts.t(isSound ? 'db.sound' : 'db.damaged', {
          name: shownDump(dump.folder).database,
          id: dump.snapshot.id.slice(0, 8),
        }),
      );
    }
    if (dumps.length === 0) output.say(texts.t('db.none'));
    return damaged > 0 ? EXIT.failed : EXIT.ok;
  });
};

function newestOfEach(dumps: readonly StoredDump[]): StoredDump[] {
  return [...new Map(dumps.map((dump) => [dump.folder, dump])).values()];
}
