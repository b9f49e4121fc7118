import { type DiffChange, type DiffStatistics, diffTrees, findSnapshot, resolveTree, shortId } from '@lumbung/engine';
import type { CommandRun } from '../command-spec.ts';
import type { CommandContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { shownName } from '../shown-name.ts';
import { withRepository } from '../with-repository.ts';
import { changeJson, statisticsJson } from './diff-json.ts';
import { shownTime } from './snapshot-filter.ts';

const MODIFIER_WIDTH = 4;

export const run: CommandRun = async (context, [sourceSpec = '', targetSpec = ''], options) =>
  await withRepository(context, 'read', async ({ repository, signal }) => {
    const { output, texts } = context;
    const source = await findSnapshot(repository, sourceSpec, {}, signal);
    const target = await findSnapshot(repository, targetSpec, {}, signal);
    const indexed = await repository.loadIndex({ signal });
    const from = { from: shortId(source.snapshot.id), fromTime: shownTime(source.snapshot.time) };
    const to = { to: shortId(target.snapshot.id), toTime: shownTime(target.snapshot.time) };
    output.note(texts.t('diff.comparing', { ...from, ...to }));
    const changes = diffTrees(
      indexed,
      await resolveTree(indexed, source.snapshot.tree, source.subfolder, signal),
      await resolveTree(indexed, target.snapshot.tree, target.subfolder, signal),
      { metadata: options.flag('metadata'), signal },
    );
    const statistics = await printChanges(context, changes);
    if (output.isJson) {
      const spec = ({ snapshot, subfolder }: typeof source) =>
        subfolder === undefined ? snapshot.id : `${snapshot.id}:${shownName(subfolder)}`;
      output.message(statisticsJson(spec(source), spec(target), statistics));
    } else if (isAnyChange(statistics)) printStatistics(context, statistics);
    else output.note(texts.t('diff.same'));
    return EXIT.ok;
  });

async function printChanges(
  { output }: CommandContext,
  changes: AsyncGenerator<DiffChange, DiffStatistics>,
): Promise<DiffStatistics> {
  for (;;) {
    const next = await changes.next();
    if (next.done === true) return next.value;
    const { modifier, path } = next.value;
    await output.write(
      `${output.isJson ? changeJson(next.value) : `${modifier.padEnd(MODIFIER_WIDTH)} ${shownName(path)}`}\n`,
    );
  }
}

/** Metadata alone may have changed: then a tree is another one, too. */
function isAnyChange({ added, removed, changedFiles }: DiffStatistics): boolean {
  return changedFiles > 0 || [added, removed].some((counts) => Object.values(counts).some((count) => count > 0));
}

function printStatistics({ output, texts }: CommandContext, { added, removed, changedFiles }: DiffStatistics): void {
  const { t, bytes, count } = texts;
  output.say('');
  const files = { added: count(added.files), removed: count(removed.files), changed: count(changedFiles) };
  output.say(t('diff.files', files));
  output.say(t('diff.dirs', { added: count(added.dirs), removed: count(removed.dirs) }));
  if (added.others + removed.others > 0) {
    output.say(t('diff.others', { added: count(added.others), removed: count(removed.others) }));
  }
  output.say(t('diff.bytes', { added: bytes(added.bytes), removed: bytes(removed.bytes) }));
  output.note(t('diff.modifiers'));
}
